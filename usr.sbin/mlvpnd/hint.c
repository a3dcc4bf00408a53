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

#include <sys/param.h>

#include <string.h>

#include "path.h"

/*
 * What the last minute tells about a configured rate: the link delivers less,
 * or it was always full without a queue.  In the second case the rate may be
 * too low or right: only sending more would tell, and a configured rate is
 * never exceeded.
 */

#define SLOT		(5 * USEC)
#define MINUTE		((HINT_SLOTS - 1) * SLOT)
#define SILENCE		(500 * 1000)	/* us; what was before is not known */
#define DRAINED		10		/* percent of a minute: it is wrong */
#define LESS		97		/* percent of what is configured */
#define FULL		90		/* percent of the time */
#define NO_QUEUE	1		/* percent drained for a queue */
#define LOG_INTERVAL	(3600 * USEC)

static struct hint_slot	*hint_slot(struct hint *, uint64_t);
static struct hint_slot	 hint_sum(const struct hint *, uint64_t);
static uint64_t		 line_bytes(const struct path *,
			    const struct rate_sample *);
static void		 hint_log(struct path *, uint64_t);
static int		 delivers_less(const struct path *, uint64_t,
			    uint64_t *);
static int		 is_always_full(const struct path *, uint64_t);

/* What the path did since the report before this one. */
void
hint_report(struct path *p, const struct rate_sample *rs, uint64_t now)
{
	struct hint		*h = &p->hint;
	struct hint_slot	*s;
	uint64_t		 us = MIN(now - h->seen, SILENCE);
	int			 full;

	if (h->rate_conf != p->terms.rate_conf) {
		memset(h->slot, 0, sizeof(h->slot));
		h->rate_conf = p->terms.rate_conf;
	}
	full = p->rate.saturated_at >= h->seen;
	h->seen = now;
	if (!full)
		return;
	s = hint_slot(h, now);
	s->full += us;
	if (!p->rate.draining)
		return;
	s->drained += us;
	s->rx_bytes += line_bytes(p, rs);
	s->rx_us += rs->rx_us;
	hint_log(p, now);
}

void
hint_ctl(const struct path *p, struct ctl_link *c, uint64_t now)
{
	if (delivers_less(p, now, &c->hint_rate))
		c->hint = HINT_LESS;
	else
		c->hint = is_always_full(p, now) ? HINT_FULL : HINT_NONE;
}

static void
hint_log(struct path *p, uint64_t now)
{
	struct hint	*h = &p->hint;
	uint64_t	 bps;

	if ((h->logged_at != 0 && now - h->logged_at < LOG_INTERVAL) ||
	    !delivers_less(p, now, &bps))
		return;
	h->logged_at = now;
	notify_bandwidth(p->paths->notify, p->name, p->terms.rate_conf, bps);
}

/* The slot of this moment; the oldest one makes room for it. */
static struct hint_slot *
hint_slot(struct hint *h, uint64_t now)
{
	uint64_t		 number = now / SLOT;
	struct hint_slot	*s = &h->slot[number % HINT_SLOTS];

	if (s->number != number) {
		memset(s, 0, sizeof(*s));
		s->number = number;
	}
	return (s);
}

/* All of the last minute, and of the slot that is not over. */
static struct hint_slot
hint_sum(const struct hint *h, uint64_t now)
{
	struct hint_slot	 sum;
	const struct hint_slot	*s;
	int			 i;

	memset(&sum, 0, sizeof(sum));
	for (i = 0; i < HINT_SLOTS; i++) {
		s = &h->slot[i];
		if (now / SLOT - s->number >= HINT_SLOTS)
			continue;
		sum.full += s->full;
		sum.drained += s->drained;
		sum.rx_bytes += s->rx_bytes;
		sum.rx_us += s->rx_us;
	}
	return (sum);
}

/* What came, in bytes as the configured rate counts them. */
static uint64_t
line_bytes(const struct path *p, const struct rate_sample *rs)
{
	if (rs->rx_dgrams == 0)
		return (rs->rx_bytes);
	return ((uint64_t)rs->rx_dgrams * path_line_bytes(p,
	    rs->rx_bytes / rs->rx_dgrams + ip_overhead(&p->addr.ep)));
}

/* What the link delivered while a queue showed was all that it can. */
static int
delivers_less(const struct path *p, uint64_t now, uint64_t *bps)
{
	struct hint_slot	 sum = hint_sum(&p->hint, now);

	if (sum.drained <= MINUTE / 100 * DRAINED || sum.rx_us == 0)
		return (0);
	*bps = sum.rx_bytes * 8 * USEC / sum.rx_us;
	return (*bps < p->terms.rate_conf / 100 * LESS);
}

static int
is_always_full(const struct path *p, uint64_t now)
{
	struct hint_slot	 sum = hint_sum(&p->hint, now);
	uint64_t		 all = MINUTE + now % SLOT;

	return (p->terms.rate_conf != 0 && sum.full >= all / 100 * FULL &&
	    sum.drained <= all / 100 * NO_QUEUE);
}
