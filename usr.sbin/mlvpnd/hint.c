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
 * Owns what the last minute tells about a configured bandwidth.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "hint.h"
#include "rate.h"

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
#define FULL		90		/* percent of the time */
#define NO_QUEUE	1		/* percent drained for a queue */
#define LOG_TIME	(3600 * USEC)

static struct hint_slot	*hint_slot(struct hint *, uint64_t);
static struct hint_slot	 hint_sum(const struct hint *, uint64_t);
static int		 delivers_less(const struct hint *, uint64_t,
			    uint64_t *);
static int		 is_always_full(const struct hint *, uint64_t);

int
hint_report(struct hint *h, const struct hint_sample *sample, uint64_t now)
{
	struct hint_slot	*s;
	uint64_t		 bps, us = MIN(now - h->seen, SILENCE);
	int			 full = sample->held_back >= h->seen;

	if (h->configured != sample->configured) {
		memset(h->slot, 0, sizeof(h->slot));
		h->configured = sample->configured;
	}
	h->seen = now;
	if (!full)
		return (0);
	s = hint_slot(h, now);
	s->full += us;
	if (!sample->queue)
		return (0);
	s->drained += us;
	s->rx_bytes += sample->rx_bytes;
	s->rx_us += sample->rx_us;
	return (delivers_less(h, now, &bps) &&
	    ratelimit_allow(&h->log, LOG_TIME, 1, now));
}

enum link_hint
hint_get(const struct hint *h, uint64_t *bps, uint64_t now)
{
	if (delivers_less(h, now, bps))
		return (HINT_LESS);
	*bps = 0;
	return (is_always_full(h, now) ? HINT_FULL : HINT_NONE);
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

/* What the link delivered while a queue showed was all that it can. */
static int
delivers_less(const struct hint *h, uint64_t now, uint64_t *bps)
{
	struct hint_slot	 sum = hint_sum(h, now);

	if (sum.drained <= MINUTE / 100 * DRAINED || sum.rx_us == 0)
		return (0);
	*bps = sum.rx_bytes * 8 * USEC / sum.rx_us;
	return (*bps < h->configured / 100 * RATE_LESS);
}

static int
is_always_full(const struct hint *h, uint64_t now)
{
	struct hint_slot	 sum = hint_sum(h, now);
	uint64_t		 all = MINUTE + now % SLOT;

	return (h->configured != 0 && sum.full >= all / 100 * FULL &&
	    sum.drained <= all / 100 * NO_QUEUE);
}
