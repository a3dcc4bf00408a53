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
 * The rate of a link to a peer of MLVPN 2.x, which reports nothing but delay.
 */

#include <sys/param.h>

#include "clock.h"
#include "mlvpn2_rate.h"

#define DRAIN_INTERVAL	(100 * 1000)	/* and a round trip */
#define SAMPLES		4		/* in it */
#define PATIENCE	(400 * 1000)	/* for these */
#define QUEUE_MAX	20000		/* us of it in the modem */
#define QUEUE_GONE	5000
#define OTHERS		(3 * USEC)	/* a queue that stays is not ours */

/*
 * A rate that is configured too high fills the modem's queue.  It is let run
 * empty, so that the least delay is seen again and again, and the rate after
 * that is a little less; slowly it goes up again to what is configured.
 */
uint64_t
mlvpn2_rate(struct mlvpn2_rate *r, const struct mlvpn2_sample *s, uint64_t now)
{
	uint64_t	 bps = s->rate, passed = now - r->since;
	int64_t		 queue;
	int		 full;

	r->least = r->n++ == 0 ? s->owd : MIN(r->least, s->owd);
	if (passed < DRAIN_INTERVAL + (uint64_t)s->rtt ||
	    (r->n < SAMPLES && passed < PATIENCE))
		return (0);
	queue = r->least - s->base;
	full = s->held_back > r->since;
	r->n = 0;
	r->since = now;

	if (!r->draining && full && queue > QUEUE_MAX) {
		r->draining = 1;
		r->drained_at = now;
		r->restore = bps * 95 / 100;
		bps = bps * 80 / 100;
	} else if (r->draining && queue > QUEUE_GONE &&
	    now - r->drained_at < OTHERS) {
		bps = bps * 90 / 100;
	} else if (r->draining) {
		r->draining = 0;
		r->drained_at = now;
		bps = r->restore;
	} else if (full && now - r->drained_at > USEC) {
		r->drained_at = now;
		bps += s->configured / 100;
	}
	return (MAX(s->configured / 4, MIN(bps, s->configured / 100 * 99)));
}
