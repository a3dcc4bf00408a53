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

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "defaults.h"
#include "pmtu.h"
#include "rate.h"

/*
 * The rate a path is paced at.  The queue in front of a link is to be here
 * and not in the modem, so the rate follows what the peer's reports say of
 * the link: how fast it delivered, and how long datagrams queued on it (their
 * one-way delay over its least value).
 *
 * A configured bandwidth is where this starts and the most it will be.  With
 * "bandwidth auto" the rate is found: doubled at first, then grown by small
 * steps while the link keeps up, and brought down in proportion when a queue
 * shows.  This is in the spirit of BBR's delivery rate and LEDBAT's target
 * (RFC 6817).
 */

#define RATE_FLOOR	128000ULL
#define RATE_CEILING	100000000000ULL
#define RATE_SHARE	99		/* percent of a configured rate */
#define INTERVAL_MIN	1000		/* us, whatever a peer reports */
#define TARGET		5000		/* us of queue wanted at most */
#define TARGET_JITTER	20000		/* and jitter up to so much */
#define JITTERY		3000		/* us between reports */
#define JITTERY_LEAST	85		/* percent of best, if in doubt */
#define JITTER_USUAL	2000		/* that our own packets make */
#define CHANGES		16		/* that jitter is the mean of */
#define JITTER_MEMORY	64		/* reports */
#define JITTER_MEMORY_FULL	8192
#define JITTER_IDLE	200000		/* us since the link was full */
#define QUIET		600		/* bytes that make no queue */
#define BASE_WINDOW	(10 * USEC)	/* two of them */
#define BASE_WRONG	10		/* intervals of a queue that stays */
#define BASE_NEAR	1000		/* us */
#define BASE_PROBE	(5 * USEC)
#define BASE_PROBE_RATE	60		/* percent of what is delivered */
#define BEST_WINDOW	(1 * USEC)
#define MARGIN		50		/* thousandths */
#define STEP_MIN	30		/* thousandths */
#define STEP_MAX	250
#define CAP_MEMORY	16		/* reports */
#define VOLUME		15000		/* bytes that tell something */
#define SETTLE_AFTER		8		/* intervals */
#define SETTLE_RATE		110		/* percent of what was delivered */
#define RECOVER_AFTER	(2 * USEC)
#define STALE_IDLE	(60 * USEC)

/* What the last reports say. */
struct view {
	uint64_t	 now;
	uint64_t	 dr;		/* delivered, bit/s */
	uint64_t	 sr;		/* sent, bit/s */
	uint64_t	 bytes;		/* of both */
	uint64_t	 best;		/* delivered lately */
	uint64_t	 interval;	/* until a change shows, us */
	int64_t		 qd;		/* queueing delay, us */
	int64_t		 target;
	int		 behind;	/* less is delivered than sent */
	int		 others_full;
};

static int	 is_saturated(const struct rate *, const struct view *);
static int	 is_queue(const struct rate *, const struct view *);
static int64_t	 most_delay(const struct rate *, const struct view *);
static void	 rate_recover(struct rate *, const struct view *);
static void	 rate_settle(struct rate *, const struct view *);
static void	 rate_double(struct rate *, const struct view *);
static void	 rate_drain(struct rate *, const struct view *);
static void	 rate_drained(struct rate *, const struct view *);
static void	 rate_grow(struct rate *, const struct view *);
static void	 base_probe_begin(struct rate *, const struct view *);
static void	 base_probe_end(struct rate *, const struct view *);
static void	 base_reset(struct rate *, uint64_t);
static void	 sample_owd(struct rate *, int64_t, uint64_t, uint64_t);
static void	 sample_delivery(struct rate *, const struct rate_sample *,
		    uint64_t);
static int64_t	 queueing_delay(const struct rate *);
static int	 delivers_less(const struct rate *, uint64_t, uint64_t);
static int	 delivery_rate(const struct rate *, uint64_t *, uint64_t *,
		    uint64_t *);
static uint64_t	 rate_bound(const struct rate *, uint64_t);
static int64_t	 rate_target(const struct rate *, uint64_t);

void
rate_init(struct rate *r, const struct rate_limits *limits)
{
	r->limits = *limits;
	if (r->limits.configured != 0)
		r->bps = r->limits.configured * RATE_SHARE / 100;
	else if (r->bps == 0)
		r->bps = DEFAULT_RATE;
	r->bps = rate_bound(r, r->bps);
	r->starting = r->limits.configured == 0 && r->cap == 0;
	r->step = STEP_MIN;
}

static uint64_t
rate_bound(const struct rate *r, uint64_t bps)
{
	const struct rate_limits	*l = &r->limits;
	uint64_t			 most = RATE_CEILING;
	uint64_t			 least = RATE_FLOOR;

	if (l->configured != 0)
		most = l->configured * RATE_SHARE / 100;
	else {
		if (l->max != 0)
			most = l->max;
		if (l->min != 0)
			least = l->min;
	}
	return (MAX(MIN(bps, most), MIN(least, most)));
}

void
rate_fix(struct rate *r, uint64_t bps)
{
	r->bps = bps;
}

void
rate_resume(struct rate *r)
{
	r->bps = rate_bound(r, r->bps * 7 / 10);
	r->wait_until = 0;
}

int
rate_is_full(const struct rate *r, uint64_t since)
{
	return (r->saturated_at >= since);
}

void
rate_saturated(struct rate *r, uint64_t now)
{
	if (r->limits.configured == 0 && r->saturated_at != 0 &&
	    now - r->saturated_at > STALE_IDLE)
		r->bps = rate_bound(r, r->bps * 7 / 10);
	r->saturated_at = now;
}

void
rate_report(struct rate *r, const struct rate_sample *rs, uint64_t now)
{
	struct view	 v;

	sample_owd(r, rs->owd, rs->tx_bytes, now);
	sample_delivery(r, rs, now);
	if (r->nowd < 2 || !delivery_rate(r, &v.dr, &v.sr, &v.bytes))
		return;
	v.now = now;
	v.qd = queueing_delay(r);
	v.best = MAX(r->best[0], r->best[1]);
	v.target = rate_target(r, v.best);
	v.behind = delivers_less(r, v.dr, v.sr);
	v.interval = MAX(rs->rtt, INTERVAL_MIN) + rs->interval;
	v.others_full = rs->others_full;
	r->queueing = v.qd;
	r->delivered = v.dr;

	if (r->probing) {
		base_probe_end(r, &v);
		return;
	}
	if (!is_saturated(r, &v)) {
		r->step = STEP_MIN;
		if (r->starting)
			rate_settle(r, &v);
		else
			rate_recover(r, &v);
		return;
	}
	if (now - r->base_seen > BASE_PROBE && !r->starting)
		base_probe_begin(r, &v);
	else if (r->starting && v.qd <= 2 * v.target)
		rate_double(r, &v);
	else if (is_queue(r, &v))
		rate_drain(r, &v);
	else if (r->draining)
		rate_drained(r, &v);
	else
		rate_grow(r, &v);
}

/*
 * The pacer holds something back, or a queue shows that is ours: a stream that
 * keeps time with the link fills the modem's without the pacer's seeing it.
 */
static int
is_saturated(const struct rate *r, const struct view *v)
{
	int	 loaded = v->sr >= r->bps / 4 * 3;

	if (loaded && v->now - r->saturated_at <= v->interval)
		return (1);
	return ((loaded || v->behind) && v->qd > v->target &&
	    (v->bytes >= VOLUME || (r->starting && v->sr >= r->bps / 8)));
}

/*
 * A link that jitters and keeps order delays all packets of a load by nearly
 * the most it delays any.  That is no queue, unless less is delivered than
 * sent.
 */
static int
is_queue(const struct rate *r, const struct view *v)
{
	return (v->qd > v->target && (v->behind || v->qd > most_delay(r, v)));
}

static int64_t
most_delay(const struct rate *r, const struct view *v)
{
	return (v->target + 3 * MAX(0, r->jitter - JITTER_USUAL));
}

/*
 * Back to what was found, after an outage took from it.  A link so slow that
 * nothing chooses it, though the others are full, would never show that it is
 * not, and may get more.  When nobody wants more, that is all.
 */
static void
rate_recover(struct rate *r, const struct view *v)
{
	uint64_t	 goal = r->limits.configured;

	if (goal == 0)
		goal = r->cap == 0 || v->others_full ? DEFAULT_RATE :
		    r->cap * 97 / 100;
	if (v->now - r->drained_at < RECOVER_AFTER ||
	    v->now - r->grown_at < v->interval || r->bps >= goal)
		return;
	r->grown_at = v->now;
	r->bps = rate_bound(r, MIN(goal, r->bps + r->bps / 8));
}

/*
 * The last doubling was more than anybody wants to send, and nobody knows
 * whether the link can do it.  At such a rate the bursts of a TCP stream
 * would queue in the modem, look like jitter, and keep the stream from
 * growing beyond this link.
 */
static void
rate_settle(struct rate *r, const struct view *v)
{
	uint64_t	 most;

	most = MAX(DEFAULT_RATE, v->best * SETTLE_RATE / 100);
	if (v->now - r->grown_at < SETTLE_AFTER * v->interval ||
	    r->bps <= most)
		return;
	r->bps = rate_bound(r, most);
	r->starting = 0;
}

static void
rate_double(struct rate *r, const struct view *v)
{
	if (v->now - r->grown_at < v->interval)
		return;
	r->grown_at = v->now;
	r->bps = rate_bound(r, MAX(r->bps, MIN(r->bps * 2, v->best * 5 / 2)));
}

/*
 * A queue shows: down to what is delivered and below it, in proportion to
 * the queue, so that it is gone after about three round trips.
 */
static void
rate_drain(struct rate *r, const struct view *v)
{
	uint64_t	 bps;
	int64_t		 factor;

	r->starting = 0;
	if (!r->draining) {
		r->draining = 1;
		r->drain_since = v->now;
		r->cap = 0;
	}
	r->cap = MAX(v->dr, r->cap - r->cap / CAP_MEMORY);
	if (!v->behind && r->bps < r->cap * 90 / 100 &&
	    v->now - r->drain_since > BASE_WRONG * v->interval) {
		/* what stays though less is sent is no queue: another way */
		base_reset(r, v->now);
		r->bps = rate_bound(r, r->cap);
		return;
	}
	/* jitter looks like a queue; what is configured is right until one
	 * grows */
	if (r->jitter > JITTERY && ((r->limits.configured != 0 && !v->behind) ||
	    v->now - r->drained_at < v->interval))
		return;
	factor = 1000 + (v->target - v->qd) * 1000 /
	    (int64_t)(3 * v->interval);
	bps = v->dr * MAX(600, MIN(1000, factor)) / 1000;
	bps = MAX(bps, r->cap / 2);
	if (r->jitter > JITTERY && v->qd <= most_delay(r, v))
		bps = MAX(bps, v->best * JITTERY_LEAST / 100);
	if (bps < r->bps)
		r->bps = rate_bound(r, MAX(bps, r->bps / 2));
	r->step = STEP_MIN;
	r->drained_at = v->now;
}

/* The queue is gone: back to what the link was seen to deliver. */
static void
rate_drained(struct rate *r, const struct view *v)
{
	if (v->qd >= v->target / 2 &&
	    v->now - r->drain_since < BASE_WRONG * v->interval)
		return;
	r->draining = 0;
	r->bps = rate_bound(r, MAX(r->bps, r->cap * 97 / 100));
	r->wait_until = v->now + v->interval;
}

/* The link keeps up: more, carefully near where a queue showed last. */
static void
rate_grow(struct rate *r, const struct view *v)
{
	uint64_t	 bps, near = r->cap * 97 / 100, most =
	    v->best * 13 / 10;

	if (v->now < r->wait_until || v->now - r->grown_at < v->interval ||
	    v->dr < r->bps / 5 * 4)
		return;
	r->grown_at = v->now;
	if (v->qd > v->target)
		r->step = STEP_MIN;
	if (r->bps < near)
		bps = MIN(r->bps + r->bps * STEP_MAX / 1000, near);
	else
		bps = r->bps + r->bps * r->step / 1000;
	r->bps = rate_bound(r, MAX(r->bps, MIN(bps, most)));
	if (r->bps > r->cap * 9 / 10 && r->bps < r->cap * 11 / 10)
		r->step = STEP_MIN;
	else
		r->step = MIN(r->step * 2, STEP_MAX);
}

/*
 * A link that is always full never shows its least delay, and the base would
 * creep up by the queue that is kept.  So the queue is let run empty now and
 * then, as BBR does.
 */
static void
base_probe_begin(struct rate *r, const struct view *v)
{
	r->probing = 1;
	r->restore = MIN(r->bps, v->dr);
	r->bps = rate_bound(r, v->dr * BASE_PROBE_RATE / 100);
	r->wait_until = v->now + 2 * v->interval;
}

static void
base_probe_end(struct rate *r, const struct view *v)
{
	if (v->now < r->wait_until)
		return;
	r->probing = 0;
	r->base_seen = v->now;
	r->bps = rate_bound(r, r->restore);
	r->wait_until = v->now + v->interval;
}

/* The least delay is another one now. */
static void
base_reset(struct rate *r, uint64_t now)
{
	r->base[0] = r->base[1] = r->owd[(r->nowd - 1) % RATE_OWDS];
	r->base_at = r->base_seen = now;
	r->draining = 0;
}

static void
sample_owd(struct rate *r, int64_t owd, uint64_t bytes, uint64_t now)
{
	int64_t	 a, b, change = r->change;

	/* bends, as a queue that fills or empties goes straight; but where it
	 * is full or empty at last it bends too, as do the bursts that a rate
	 * not found yet lets through */
	r->steady = !r->draining && (!r->starting || bytes < QUIET) ?
	    r->steady + 1 : 0;
	if (r->steady > 2) {
		a = r->owd[(r->nowd - 1) % RATE_OWDS];
		b = r->owd[(r->nowd - 2) % RATE_OWDS];
		r->nchange = MIN(r->nchange + 1, CHANGES);
		change += (llabs(owd - 2 * a + b) / 2 - change) /
		    (int64_t)r->nchange;
	}
	r->change = change;
	/* a full link that keeps order hides its jitter: it is remembered */
	r->jitter = MAX(change, r->jitter - r->jitter /
	    (now - r->saturated_at > JITTER_IDLE ? JITTER_MEMORY :
	    JITTER_MEMORY_FULL));
	r->owd[r->nowd++ % RATE_OWDS] = owd;
	if (r->nowd == 1 || now - r->base_at > BASE_WINDOW) {
		r->base[1] = r->nowd == 1 ? owd : r->base[0];
		r->base[0] = owd;
		r->base_at = now;
	} else
		r->base[0] = MIN(r->base[0], owd);
	if (owd - MIN(r->base[0], r->base[1]) < BASE_NEAR + r->jitter)
		r->base_seen = now;
}

static void
sample_delivery(struct rate *r, const struct rate_sample *rs, uint64_t now)
{
	uint64_t	 dr, sr, all;

	if (rs->rx_us > USEC || rs->tx_us > USEC) {
		r->nsamples = 0;	/* a pause: no rate to be had of it */
		return;
	}
	r->sample[r->nsamples++ % RATE_DRS] = *rs;
	if (!delivery_rate(r, &dr, &sr, &all))
		return;
	if (now - r->best_at > BEST_WINDOW) {
		r->best[1] = now - r->best_at > 2 * BEST_WINDOW ? 0 :
		    r->best[0];
		r->best[0] = 0;
		r->best_at = now;
	}
	r->best[0] = MAX(r->best[0], dr);
}

/*
 * At what rate the link delivered and was sent to, over the last two reports,
 * over eight if it jitters.
 */
static int
delivery_rate(const struct rate *r, uint64_t *dr, uint64_t *sr,
    uint64_t *bytes)
{
	const struct rate_sample	*rs;
	uint64_t			 rx = 0, rx_us = 0, tx = 0, tx_us = 0;
	unsigned int			 i, n;

	n = MIN(r->nsamples, r->jitter > JITTERY ? RATE_DRS : 2);
	for (i = 1; i <= n; i++) {
		rs = &r->sample[(r->nsamples - i) % RATE_DRS];
		rx += rs->rx_bytes;
		rx_us += rs->rx_us;
		tx += rs->tx_bytes;
		tx_us += rs->tx_us;
	}
	if (rx_us == 0 || tx_us == 0)
		return (0);
	*bytes = rx;
	*dr = rx * 8 * USEC / rx_us;
	*sr = tx * 8 * USEC / tx_us;
	return (1);
}

/* Less comes out of the link than goes in, by more than its jitter makes it
 * look. */
static int
delivers_less(const struct rate *r, uint64_t dr, uint64_t sr)
{
	uint64_t	 us = 0, margin = MARGIN;
	unsigned int	 i, n;

	n = MIN(r->nsamples, r->jitter > JITTERY ? RATE_DRS : 2);
	for (i = 1; i <= n; i++)
		us += r->sample[(r->nsamples - i) % RATE_DRS].tx_us;
	if (r->jitter > JITTERY && us > 0)
		margin = MAX(margin, r->jitter * 2000 / us);
	return (margin < 1000 && dr < sr * (1000 - margin) / 1000);
}

static int64_t
queueing_delay(const struct rate *r)
{
	int64_t		 least;
	unsigned int	 i, n;

	n = MIN(r->nowd, r->jitter > JITTERY ? RATE_OWDS : 2);
	least = r->owd[(r->nowd - 1) % RATE_OWDS];
	for (i = 2; i <= n; i++)
		least = MIN(least, r->owd[(r->nowd - i) % RATE_OWDS]);
	return (least - MIN(r->base[0], r->base[1]));
}

/* A large packet's own time on the link is no queue, and a rate not found yet
 * does not tell it. */
static int64_t
rate_target(const struct rate *r, uint64_t best)
{
	uint64_t	 bps = best == 0 ? r->bps : MIN(r->bps, best);

	return (TARGET + MIN(r->jitter, TARGET_JITTER) +
	    (int64_t)(PATH_MTU * 8 * USEC / bps));
}
