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
 *
 * A rate that is configured too high fills the modem's queue.  While one
 * stands, what is sent in a time, over that time and what the queue has grown
 * by, is what the line carries.  The queue is let run empty, so that the least
 * delay is seen again and again; then the rate is that of the line, and slowly
 * goes up again to what is configured.
 */

#include <sys/param.h>

#include <stddef.h>

#include "clock.h"
#include "mlvpn2_rate.h"

#define MARK_INTERVAL	(8 * 1000)
#define WINDOW		(20 * 1000)	/* of the least delay */
#define SAMPLES		4		/* in it */
#define PATIENCE	(400 * 1000)	/* for these */
#define SPAN		(50 * 1000)	/* that the line is measured over */
#define SPAN_DRAINING	(20 * 1000)
#define QUEUE_MAX	20000		/* us of it in the modem */
#define QUEUE_GONE	5000
#define DRAIN		(300 * 1000)	/* in which it is to be gone */
#define OTHERS		(3 * USEC)	/* a queue that stays is not ours */
#define OTHERS_FOR	(10 * USEC)
#define OURS		4		/* of what is configured, a part */
#define LEAST		10

static void	 measure(struct mlvpn2_rate *, int64_t);
static uint64_t	 bytes_until(const struct mlvpn2_rate *, uint64_t);
static uint64_t	 drain_rate(uint64_t, int64_t);

void
mlvpn2_rate_sent(struct mlvpn2_rate *r, uint64_t bytes, uint64_t now)
{
	struct mlvpn2_mark	*m = &r->sent[r->nsent % MLVPN2_MARKS];

	if (r->nsent == 0 || now - m->time >= MARK_INTERVAL) {
		m = &r->sent[++r->nsent % MLVPN2_MARKS];
		m->time = now;
		m->bytes = r->bytes;
	}
	r->bytes += bytes;
}

uint64_t
mlvpn2_rate(struct mlvpn2_rate *r, const struct mlvpn2_sample *s, uint64_t now)
{
	uint64_t	 bps = s->rate;
	int64_t		 queue;
	int		 full;

	if (r->n++ == 0 || s->owd < r->least.owd) {
		r->least.owd = s->owd;
		r->least.time = s->sent;
	}
	if (now - r->since < WINDOW ||
	    (r->n < SAMPLES && now - r->since < PATIENCE))
		return (0);
	queue = r->least.owd - s->base;
	full = s->held_back > r->since;
	measure(r, queue);
	r->n = 0;
	r->since = now;

	if (!r->draining && queue > QUEUE_MAX && now >= r->others_until &&
	    (full || r->line > s->configured / OURS)) {
		r->draining = 1;
		r->drained_at = now;
		r->restore = bps;
	}
	if (r->draining && queue > QUEUE_GONE && now - r->drained_at < OTHERS) {
		bps = drain_rate(r->line != 0 ? MIN(r->line, r->restore) :
		    bps, queue);
	} else if (r->draining) {
		bps = r->restore;
		if (queue > QUEUE_GONE)
			r->others_until = now + OTHERS_FOR;
		else if (r->line != 0)
			bps = MIN(bps, r->line);
		bps = bps / 100 * 98;
		r->draining = 0;
		r->drained_at = now;
		r->step = 0;
	} else if (full && now - r->drained_at > USEC) {
		r->drained_at = now;
		r->step = MIN(MAX(2 * r->step, s->configured / 100),
		    s->configured);
		bps += r->step;
	}
	return (MAX(s->configured / LEAST,
	    MIN(bps, s->configured / 100 * 99)));
}

/*
 * What the line carries, while a queue stands.  As long as that grows, some
 * may be lost, which counts as carried here: the least that was measured is
 * right.  While it shrinks nothing is lost, and that measurement is the better
 * one.  A queue that goes faster than it can was none: the line had stopped.
 */
static void
measure(struct mlvpn2_rate *r, int64_t queue)
{
	struct mlvpn2_mark	*m = &r->least;
	uint64_t		 bps;
	int64_t			 us;
	int			 stood = r->queue;

	m->bytes = bytes_until(r, m->time);
	r->queue = queue > QUEUE_GONE;
	if (!stood || (r->draining && m->owd >= r->from.owd)) {
		if (!stood)
			r->line = 0;
		r->from = *m;
		return;
	}
	us = (int64_t)(m->time - r->from.time) + m->owd - r->from.owd;
	bps = us > 0 && r->from.bytes != 0 ? (m->bytes - r->from.bytes) * 8 *
	    USEC / us : 0;
	if (r->draining) {
		if (us <= 0)
			r->line = UINT64_MAX;
		else if (us >= SPAN_DRAINING && (r->queue || bps > r->line))
			r->line = bps;
	} else if (r->queue && us >= SPAN) {
		if (bps != 0)
			r->line = r->line == 0 ? bps : MIN(r->line, bps);
		r->from = *m;
	}
}

/* 0: too long ago. */
static uint64_t
bytes_until(const struct mlvpn2_rate *r, uint64_t time)
{
	const struct mlvpn2_mark	*m, *next = NULL;
	unsigned int			 i;

	for (i = 0; i < MIN(r->nsent, MLVPN2_MARKS); i++) {
		m = &r->sent[(r->nsent - i) % MLVPN2_MARKS];
		if (m->time <= time)
			return (m->bytes + (next == NULL ? 0 :
			    (next->bytes - m->bytes) * (time - m->time) /
			    (next->time - m->time)));
		next = m;
	}
	return (0);
}

/* Of a line with such a queue. */
static uint64_t
drain_rate(uint64_t line, int64_t queue)
{
	return (line - line * MIN((uint64_t)queue, DRAIN / 3) / DRAIN);
}
