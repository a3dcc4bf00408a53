/*	$OpenBSD$	*/

/*
 * Copyright (c) 2026 The mlvpnd developers
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * Keeps what the links of a tunnel have been like.
 */

#include <sys/param.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "watch.h"

#define INTERVAL	(HISTORY_INTERVAL * USEC)
#define FORGET_AFTER	(HISTORY_SAMPLES * INTERVAL)

/* A sample, and the number of its interval; 0: none. */
struct watch_sample {
	uint64_t		 interval;
	struct ctl_sample	 sample;
};

struct watch_link {
	TAILQ_ENTRY(watch_link)	 entry;
	char			 tunnel[TUNNEL_NAME_SIZE];
	char			 name[LINK_NAME_SIZE];
	uint8_t			 opener;	/* both ends may use a name */
	uint8_t			 state;		/* enum link_state */
	uint64_t		 since;		/* of the state */
	uint64_t		 seen;
	/* the interval that is not over yet */
	uint64_t		 interval;
	uint64_t		 start;
	uint64_t		 tx_bytes, rx_bytes;	/* in it */
	uint64_t		 tx_total, rx_total;	/* counters when seen */
	struct ctl_sample	 latest;
	/* for the summary */
	unsigned int		 failures;
	uint64_t		 unused;	/* us, of not being usable */
	uint64_t		 sum_tx, sum_rx;	/* bytes */
	struct watch_sample	 ring[HISTORY_SAMPLES];
};

static uint64_t	 interval_of(uint64_t);
static int	 is_well(uint8_t);
static void	 watch_forget(struct watch *, struct watch_link *);
static struct watch_link *watch_find(struct watch *, const struct ctl_link *,
		    uint64_t);
static struct watch_link *watch_new(struct watch *, const struct ctl_link *,
		    uint64_t);
static void	 watch_count(struct watch_link *, const struct ctl_link *,
		    uint64_t);
static uint64_t	 watch_added(uint64_t, uint64_t *);
static void	 watch_sample(struct watch_link *, uint64_t);

void
watch_init(struct watch *w)
{
	TAILQ_INIT(&w->links);
	w->n = 0;
	w->changes = 0;
}

void
watch_free(struct watch *w)
{
	struct watch_link	*l;

	while ((l = TAILQ_FIRST(&w->links)) != NULL)
		watch_forget(w, l);
}

static uint64_t
interval_of(uint64_t now)
{
	return (now / INTERVAL + 1);
}

static int
is_well(uint8_t state)
{
	return (state == LINK_UP || state == LINK_STANDBY);
}

static void
watch_forget(struct watch *w, struct watch_link *l)
{
	TAILQ_REMOVE(&w->links, l, entry);
	w->n--;
	free(l);
}

void
watch_see(struct watch *w, struct ctl_link *links, size_t n, uint64_t now)
{
	struct watch_link	*l;
	size_t			 i;

	for (i = 0; i < n; i++) {
		if ((l = watch_find(w, &links[i], now)) == NULL)
			continue;
		/* the one seen last is the last */
		TAILQ_REMOVE(&w->links, l, entry);
		TAILQ_INSERT_TAIL(&w->links, l, entry);
		if (!is_well(l->state))
			l->unused += now - l->seen;
		watch_count(l, &links[i], now);
		if (l->state != links[i].state) {
			if (is_well(l->state) && !is_well(links[i].state))
				l->failures++;
			l->state = links[i].state;
			l->since = now;
			w->changes++;
		}
		/* it may have been in another state since it was seen */
		links[i].since = MIN(links[i].since,
		    (int64_t)((now - l->since) / USEC));
	}
	while ((l = TAILQ_FIRST(&w->links)) != NULL &&
	    now - l->seen > FORGET_AFTER)
		watch_forget(w, l);
}

/* Makes one if it is not there; NULL without memory. */
static struct watch_link *
watch_find(struct watch *w, const struct ctl_link *c, uint64_t now)
{
	struct watch_link	*l;

	TAILQ_FOREACH(l, &w->links, entry) {
		if (l->opener == c->opener && strcmp(l->name, c->name) == 0)
			return (l);
	}
	return (watch_new(w, c, now));
}

static struct watch_link *
watch_new(struct watch *w, const struct ctl_link *c, uint64_t now)
{
	struct watch_link	*l;

	if (w->n >= WATCH_LINKS)
		watch_forget(w, TAILQ_FIRST(&w->links));
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return (NULL);
	strlcpy(l->tunnel, c->tunnel, sizeof(l->tunnel));
	strlcpy(l->name, c->name, sizeof(l->name));
	l->opener = c->opener;
	l->state = c->state;
	l->since = l->start = l->seen = now;
	l->interval = interval_of(now);
	l->tx_total = c->tx_bytes;
	l->rx_total = c->rx_bytes;
	TAILQ_INSERT_TAIL(&w->links, l, entry);
	w->n++;
	return (l);
}

static void
watch_count(struct watch_link *l, const struct ctl_link *c, uint64_t now)
{
	uint64_t	 tx, rx;

	if (interval_of(now) != l->interval)
		watch_sample(l, now);
	tx = watch_added(c->tx_bytes, &l->tx_total);
	rx = watch_added(c->rx_bytes, &l->rx_total);
	l->tx_bytes += tx;
	l->rx_bytes += rx;
	l->sum_tx += tx;
	l->sum_rx += rx;
	l->latest.srtt = MIN(c->srtt, INT32_MAX);
	l->latest.loss_tx = c->loss_tx;
	l->latest.loss_rx = c->loss_rx;
	l->latest.state = c->state;
	l->seen = now;
}

/* The counters of a path that was opened anew begin with 0. */
static uint64_t
watch_added(uint64_t total, uint64_t *before)
{
	uint64_t	 added = total >= *before ? total - *before : total;

	*before = total;
	return (added);
}

/* The interval is over, and ends where the link was seen in it last. */
static void
watch_sample(struct watch_link *l, uint64_t now)
{
	struct watch_sample	*s = &l->ring[l->interval % HISTORY_SAMPLES];
	uint64_t		 took = MAX(l->seen - l->start, 1);

	s->interval = l->interval;
	s->sample = l->latest;
	s->sample.tx_rate = l->tx_bytes * 8 * USEC / took;
	s->sample.rx_rate = l->rx_bytes * 8 * USEC / took;
	l->interval = interval_of(now);
	l->start = now - l->seen < INTERVAL ? l->seen : now;
	l->tx_bytes = l->rx_bytes = 0;
}

int
watch_history(const struct watch *w, size_t n, struct ctl_history *h,
    uint64_t now)
{
	const struct watch_link	*l;
	const struct watch_sample *s;
	struct ctl_sample	*out;
	uint64_t		 end = interval_of(now), i;

	TAILQ_FOREACH(l, &w->links, entry) {
		if (n-- == 0)
			break;
	}
	if (l == NULL)
		return (-1);

	memset(h, 0, sizeof(*h));
	strlcpy(h->tunnel, l->tunnel, sizeof(h->tunnel));
	strlcpy(h->link, l->name, sizeof(h->link));
	h->opener = l->opener;
	h->age = now % INTERVAL / USEC;
	for (i = end > HISTORY_SAMPLES ? end - HISTORY_SAMPLES : 1; i < end;
	    i++) {
		s = &l->ring[i % HISTORY_SAMPLES];
		if (s->interval == i) {
			h->samples[h->n++] = s->sample;
			continue;
		}
		if (h->n == 0)
			continue;
		out = &h->samples[h->n++];
		out->srtt = out->loss_tx = out->loss_rx = -1;
		out->state = LINK_ABSENT;
	}
	return (0);
}

int
watch_summary(struct watch *w, char *line, size_t size, uint64_t now)
{
	struct watch_link	*l;
	size_t			 len = 0;
	int			 changes = w->changes;

	line[0] = '\0';
	TAILQ_FOREACH(l, &w->links, entry) {
		if (len < size)
			len += snprintf(line + len, size - len,
			    "%slink %s failed %u time%s, unused for %llu s, "
			    "sent %llu MB, received %llu MB",
			    len == 0 ? "" : "; ", l->name, l->failures,
			    l->failures == 1 ? "" : "s",
			    (unsigned long long)(l->unused / USEC),
			    (unsigned long long)(l->sum_tx / 1000000),
			    (unsigned long long)(l->sum_rx / 1000000));
		l->failures = 0;
		l->unused = l->sum_tx = l->sum_rx = 0;
	}
	w->changes = 0;
	return (changes);
}
