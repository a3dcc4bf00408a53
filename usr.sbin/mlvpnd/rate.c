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
 * Owns the rate of a path: the model of its link and the pace that follows.
 */


#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "defaults.h"
#include "pmtu.h"
#include "rate.h"

/*
 * The queue in front of a link is to be here and not in the modem: here what
 * is urgent overtakes it, and another path may take it.  So this end has to
 * know what the link can carry, at any time.  It keeps a model of the link, as
 * BBR version 3 does (draft-ietf-ccwg-bbr), and knows more than TCP does: the
 * delay of each direction, and when exactly how much arrived.
 *
 *	capacity  what the link can carry.  While a queue shows, that is what
 *	          comes out; while none does, it is at least what comes out.
 *	base      the least one-way delay of the last 10 to 20 s.  What is above
 *	          it is a queue, but for
 *	noise     the time of one packet on the link; three times its jitter,
 *	          which two thirds of what jitters evenly stay within; and what
 *	          queues in a round trip when capacity changes as it usually
 *	          does.
 *	usual     loss while the link is not full; more than that is for want of
 *	          capacity.
 *
 * A round lasts from a change of the pace until reports show its effect: a
 * round trip and the time between reports.  All that follows is in rounds,
 * packets and shares of capacity; so it holds for 1 Mbit/s and for 1 Gbit/s.
 * Only the queue that people may notice is a time: TARGET.
 *
 *	pace    = capacity x gain
 *	volume  = what is sent at that pace, or 5/4 of capacity, in a round,
 *	          until TARGET shows and while reports are late, and 4 packets
 *
 *	state    gain                   until
 *	STARTUP  2                      a queue of TARGET / 2, or loss: DOWN
 *	CRUISE   0.995                  a queue of TARGET, or loss: DOWN
 *	                                wait rounds were full: UP
 *	UP       1 + step               a queue of TARGET / 2, or loss: DOWN
 *	                                capacity has doubled: STARTUP
 *	                                the link is not full: CRUISE
 *	DOWN     1 - queue / 2 rounds,  the queue is less than TARGET / 4,
 *	         0.5 to 0.95            after a round: CRUISE
 *	PROBE    0.5                    a round is over: CRUISE
 *
 * STARTUP doubles what is sent each round.  Nothing has been delivered yet
 * that a pace could be derived from, so it is the volume that bounds: 10
 * packets as RFC 6928 has it, at whatever pace.  A link that was down or left
 * out, or that nobody filled for a minute, starts up from half of what it was.
 *
 * UP begins with the step that makes a queue of TARGET in a round, or with
 * the usual change of capacity if that is more; doubled after two rounds, as
 * the effect of one shows in the next, up to BBR's 1/4.  If capacity is what
 * it was the link is left alone for twice as many rounds, at most 16; after
 * loss, which costs more than a queue, 32.  On a link that changes it is 1.
 *
 * DOWN lets a queue drain in two rounds: in one, reports that are a round old
 * would make it swing.  A queue that neither grows nor drains for 6 rounds
 * though less is sent is none: the path has become longer, and base is
 * another one.  Loss needs no queue (policers, buffers of a few packets).
 * Above capacity it is expected to be what is above: half of that does to
 * show it.  Else it is 2 %, as in BBR, for three rounds, since a change of
 * load looks like loss where datagrams change their order.  A few datagrams
 * here and there, as probes are, do not lack capacity, whatever becomes of
 * them.  At capacity that varies the pace after DOWN goes half of the way to
 * the mean.
 *
 * PROBE: a link that was full for 5 s without a delay near base lets its
 * queue run empty for a round, or base would creep up by the queue.
 *
 * What was sent while nothing had to wait tells little: it may raise
 * capacity, never lower it.  A configured bandwidth is where capacity starts,
 * and the most that the pace may be.
 */

#define TARGET		5000		/* us of queue */
#define THOUSAND	1000		/* gains and shares are thousandths */
#define GAIN_STARTUP	2000
#define GAIN_CRUISE	995
#define GAIN_DOWN	500		/* at least */
#define GAIN_DOWN_MOST	950
#define GAIN_PROBE	500
#define GAIN_VOLUME	1250		/* at least */
#define STEP_MAX	250
#define WAIT_MAX	16		/* rounds */
#define WAIT_LOSS	32
#define SAME		125		/* capacity differs by less */
#define DOWN_FLAT	6		/* rounds */
#define DOWN_STILL	50		/* thousandths, no change */
#define DRAIN_ROUNDS	2
#define RETURN_MAX	500		/* of the way to the mean */

#define FIRST_PACKETS	10
#define LEAST_PACKETS	4		/* BBR's MinPipeCwnd */
#define RATE_SHARE	99		/* percent of a configured rate */
#define RATE_CEILING	100000000000ULL
#define PACKET_BITS	(PATH_MTU * 8)
#define RTT_UNKNOWN	40000		/* us */
#define RTT_LEAST	1000		/* whatever is measured */
#define STALE_IDLE	(60 * USEC)

#define SAMPLE_REPORTS	2		/* that tell a rate */
#define SAMPLE_DGRAMS	8
#define SAMPLE_PAUSE	USEC		/* no rate is to be had of that */
#define BASE_WINDOW	(10 * USEC)	/* two of them */
#define BASE_PROBE	(5 * USEC)
#define BASE_NEAR	1000		/* us */
#define JITTERS		3
#define JITTER_SAMPLES	16
#define QUIET		2		/* datagrams that make no queue */
#define LOSS_ROUND	32		/* datagrams that tell a loss */
#define LOSS_QUIET	8		/* reports without load */
#define LOSS_WINDOW	256
#define LOSS_LEAST	100		/* 1/10000, that anything loses */
#define LOSS_EXCESS	200
#define LOSS_ROUNDS	3
#define DEVIATIONS	3

/* What the last reports say. */
struct view {
	uint64_t	 now;
	uint64_t	 came;		/* out of the link, bit/s */
	uint64_t	 sent;		/* into it, bit/s */
	uint64_t	 delivered;	/* the less of both */
	uint64_t	 dgrams;
	int64_t		 rx_us;
	int64_t		 tx_us;
	int64_t		 interval;	/* of a round, us */
	int64_t		 queue;		/* least delay less base, us */
	int64_t		 newest;	/* the last delay less base */
	int64_t		 noise;
	int		 round;		/* one is over */
	int		 quiet;		/* the last one: there was little */
	int		 held;		/* something had to wait */
	int		 loaded;	/* or nearly */
	int		 busy;		/* a queue shows: came is capacity */
	int		 excess;	/* it loses too much */
};

static uint64_t	 bound(const struct rate *, uint64_t);
static void	 enter(struct rate *, enum rate_state, uint64_t);
static void	 apply(struct rate *, uint64_t, uint64_t);
static unsigned int
		 gain(const struct rate *, const struct view *);
static int	 view(struct rate *, const struct rate_sample *,
		    struct view *);
static int	 is_quiet(const struct rate *, const struct rate_sample *);
static void	 learn_jitter(struct rate *, const struct rate_sample *);
static void	 learn_base(struct rate *, int64_t, uint64_t);
static void	 learn_capacity(struct rate *, const struct view *);
static int	 learn_loss(struct rate *, const struct rate_sample *,
		    const struct view *);
static int	 is_excess(const struct rate *, uint64_t, uint64_t);
static void	 learn_usual(struct rate_loss *, uint64_t, uint64_t);
static void	 startup(struct rate *, const struct view *);
static void	 steady(struct rate *, const struct view *);
static void	 full(struct rate *, const struct view *);
static void	 lossy(struct rate *, const struct view *);
static void	 probe_up(struct rate *, const struct view *);
static void	 drain(struct rate *, const struct view *);
static void	 drained(struct rate *, const struct view *);

void
rate_init(struct rate *r, const struct rate_limits *limits)
{
	r->limits = *limits;
	r->gain = THOUSAND;
	r->wait = MAX(r->wait, 1);
	if (limits->configured != 0) {
		r->capacity = limits->configured;
		r->state = RATE_CRUISE;
	} else if (r->capacity == 0)
		r->state = RATE_STARTUP;
	apply(r, RTT_UNKNOWN, 0);
	if (r->state != RATE_STARTUP)
		r->volume = UINT64_MAX;	/* until there is a round trip */
}

void
rate_fix(struct rate *r, uint64_t bps)
{
	r->state = RATE_FIXED;
	r->bps = bps;
	r->volume = UINT64_MAX;
}

void
rate_resume(struct rate *r, uint64_t now)
{
	if (r->state == RATE_FIXED)
		return;
	r->capacity /= 2;
	r->nsamples = 0;
	r->gain = GAIN_STARTUP;
	enter(r, RATE_STARTUP, now);
	apply(r, RTT_UNKNOWN, 0);
}

void
rate_saturated(struct rate *r, uint64_t now)
{
	if (r->limits.configured == 0 && r->saturated_at != 0 &&
	    now - r->saturated_at > STALE_IDLE)
		rate_resume(r, now);
	r->saturated_at = now;
}

int
rate_is_less(const struct rate *r)
{
	return (r->capacity < r->limits.configured / 100 * RATE_LESS);
}

int64_t
rate_jitter(const struct rate *r)
{
	return (MAX(r->delay.jitter, r->delay.shake));
}

static uint64_t
bound(const struct rate *r, uint64_t bps)
{
	const struct rate_limits	*l = &r->limits;
	uint64_t			 most = RATE_CEILING;
	uint64_t			 least = PACKET_BITS;

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

static void
enter(struct rate *r, enum rate_state state, uint64_t now)
{
	if (r->state == state)
		return;
	r->state = state;
	r->rounds = 0;
	r->flat = 0;
	r->step = 0;
	/* what was sent before tells nothing of these */
	if (state != RATE_UP && state != RATE_CRUISE)
		r->round_at = now;
}

void
rate_report(struct rate *r, const struct rate_sample *rs, uint64_t now)
{
	struct view	 v;

	learn_jitter(r, rs);
	learn_base(r, rs->owd, now);
	if (rs->tx_us > SAMPLE_PAUSE) {
		r->nsamples = 0;
		r->round_at = now;
		return;
	}
	r->sample[r->nsamples++ % RATE_SAMPLES] = *rs;
	v.now = now;
	if (!view(r, rs, &v))
		return;
	r->delivered = v.came;
	switch (r->state) {
	case RATE_STARTUP:
		startup(r, &v);
		break;
	case RATE_CRUISE:
	case RATE_UP:
		steady(r, &v);
		break;
	case RATE_DOWN:
		drain(r, &v);
		break;
	case RATE_PROBE:
		if (v.round) {
			r->delay.base_seen = now;
			enter(r, RATE_CRUISE, now);
		}
		break;
	case RATE_FIXED:
		return;
	}
	r->capacity = MIN(r->capacity, RATE_CEILING);
	r->gain = gain(r, &v);
	apply(r, v.interval, 2 * MAX(rs->rttvar, 0));
	r->loss.gain = MAX(r->loss.gain, r->gain);
}

static unsigned int
gain(const struct rate *r, const struct view *v)
{
	int64_t	 g;

	switch (r->state) {
	case RATE_STARTUP:
		return (GAIN_STARTUP);
	case RATE_UP:
		return (THOUSAND + r->step);
	case RATE_DOWN:
		g = THOUSAND - (v->queue - v->noise) * THOUSAND /
		    (DRAIN_ROUNDS * v->interval);
		return (MAX(GAIN_DOWN, MIN(g, GAIN_DOWN_MOST)));
	case RATE_PROBE:
		return (GAIN_PROBE);
	default:
		return (GAIN_CRUISE);
	}
}

/* Pace and volume, of a round that takes so long, and so much longer when
 * reports are late.  A packet a round is sent whatever was learnt. */
static void
apply(struct rate *r, uint64_t interval, uint64_t late)
{
	uint64_t	 bps = r->capacity * r->gain / THOUSAND;

	r->volume = r->capacity / 8 * MAX(r->gain, GAIN_VOLUME) / THOUSAND *
	    (interval + TARGET + late) / USEC + LEAST_PACKETS * PATH_MTU;
	if (r->state == RATE_STARTUP) {
		r->volume += FIRST_PACKETS * PATH_MTU;
		bps = MAX(bps, DEFAULT_RATE);
	}
	r->bps = bound(r, MAX(bps, PACKET_BITS * USEC / interval));
	if (r->bps < bps && r->capacity > r->bps)
		r->gain = r->bps * THOUSAND / r->capacity;
}

/*
 * What is seen
 */

/* The last reports together, as many as tell a rate; 0 if there are none. */
static int
view(struct rate *r, const struct rate_sample *last, struct view *v)
{
	const struct rate_sample	*rs;
	uint64_t			 rx = 0, tx = 0;
	int64_t				 least = last->owd, base;
	unsigned int			 i, n = MIN(r->nsamples, RATE_SAMPLES);

	v->quiet = is_quiet(r, last);
	v->rx_us = v->tx_us = 0;
	v->dgrams = 0;
	v->held = 0;
	for (i = 1; i <= n; i++) {
		rs = &r->sample[(r->nsamples - i) % RATE_SAMPLES];
		rx += rs->rx_bytes;
		tx += rs->tx_bytes;
		v->rx_us += rs->rx_us;
		v->tx_us += rs->tx_us;
		v->dgrams += rs->rx_dgrams;
		v->held |= rs->held;
		least = MIN(least, rs->owd);
		if (i >= SAMPLE_REPORTS && (v->dgrams >= SAMPLE_DGRAMS ||
		    v->rx_us > 2 * last->rtt + (int64_t)last->interval))
			break;
	}
	if (n < SAMPLE_REPORTS || v->rx_us == 0 || v->tx_us == 0)
		return (0);
	/* what is lost as usual was carried too */
	rx = MIN(tx, rx + rx * r->loss.usual / 10000);
	v->came = rx * 8 * USEC / v->rx_us;
	v->sent = tx * 8 * USEC / v->tx_us;
	v->delivered = rx * 8 * USEC / MAX(v->rx_us, v->tx_us);
	v->loaded = v->held || v->sent >= r->bps / 4 * 3;
	v->interval = MAX(last->rtt, RTT_LEAST) + last->interval;
	if ((v->round = last->tx_at >= r->round_at)) {
		r->rounds++;
		r->round_at = v->now;
	}

	base = MIN(r->delay.base[0], r->delay.base[1]);
	v->queue = least - base;
	v->newest = last->owd - base;
	v->noise = JITTERS * rate_jitter(r) + PACKET_BITS * USEC /
	    MAX(r->capacity, PACKET_BITS);
	v->busy = v->loaded && v->queue > v->noise + TARGET / 4;
	v->noise += r->vary * v->interval / THOUSAND;

	v->excess = learn_loss(r, last, v);
	if (v->round)
		learn_capacity(r, v);
	return (1);
}

/* Datagrams too few to make a queue. */
static int
is_quiet(const struct rate *r, const struct rate_sample *rs)
{
	return (rs->tx_dgrams <= QUIET && !rs->held &&
	    rs->tx_bytes * 8 * USEC <= r->bps / 4 * rs->tx_us);
}

/*
 * How much the delay changes, but for what a queue does that fills or drains
 * in a straight line: of datagrams too few to make one, and of those that a
 * full link is sent at a steady pace, which hides some of it.
 */
static void
learn_jitter(struct rate *r, const struct rate_sample *rs)
{
	struct rate_delay	*d = &r->delay;
	int64_t			 bend;
	int			 quiet = is_quiet(r, rs);

	d->nquiet = quiet ? d->nquiet + 1 : 0;
	d->nsteady = !quiet && r->state == RATE_CRUISE ? d->nsteady + 1 : 0;
	bend = llabs(rs->owd - 2 * d->owd[0] + d->owd[1]) / 2;
	if (d->nquiet > 2) {
		d->njitter = MIN(d->njitter + 1, JITTER_SAMPLES);
		d->jitter += (bend - d->jitter) / (int64_t)d->njitter;
	} else if (d->nsteady > 2)
		d->shake += (bend - d->shake) / JITTER_SAMPLES;
	d->owd[1] = d->owd[0];
	d->owd[0] = rs->owd;
}

static void
learn_base(struct rate *r, int64_t owd, uint64_t now)
{
	struct rate_delay	*d = &r->delay;

	if (d->base_at == 0 || now - d->base_at > BASE_WINDOW) {
		d->base[1] = d->base_at == 0 ? owd : d->base[0];
		d->base[0] = owd;
		d->base_at = now;
	} else
		d->base[0] = MIN(d->base[0], owd);
	if (owd - MIN(d->base[0], d->base[1]) < BASE_NEAR + rate_jitter(r))
		d->base_seen = now;
}

/* What capacity is in the mean, and how much it changes in a round. */
static void
learn_capacity(struct rate *r, const struct view *v)
{
	int64_t	 change;

	if (v->busy && r->was != 0) {
		change = llabs((int64_t)v->came - (int64_t)r->was) *
		    THOUSAND / (int64_t)MAX(v->came, r->was);
		r->vary += (change - r->vary) / 8;
	}
	r->was = v->busy ? v->came : 0;
	if (r->mean == 0)
		r->mean = v->came;
	else if (v->busy || v->delivered > r->mean)
		r->mean += ((int64_t)v->came - (int64_t)r->mean) / 8;
}

/* At the end of a round that had datagrams enough: did it lose too many?
 * Those that may yet come do not count. */
static int
learn_loss(struct rate *r, const struct rate_sample *rs, const struct view *v)
{
	struct rate_loss	*l = &r->loss;
	int64_t			 came_late;
	uint64_t		 lost;
	int			 excess;

	came_late = (int64_t)rs->rx_dgrams - rs->tx_dgrams;
	l->late = MAX(came_late, l->late - l->late / 16);
	l->missing -= came_late;
	l->least = MIN(l->least, l->missing);
	l->loaded |= v->loaded;
	if (!v->quiet && l->nquiet > LOSS_QUIET) {
		/* what was lost before tells nothing of what is sent now */
		l->lost = l->least = l->missing + came_late;
		l->sent = 0;
	}
	l->nquiet = v->quiet ? l->nquiet + 1 : 0;
	l->sent += rs->tx_dgrams;
	if (!v->round || l->sent < LOSS_ROUND)
		return (0);

	lost = MAX(l->least - l->lost, 0);
	if (v->queue <= v->noise + TARGET && l->sent_gain <= THOUSAND &&
	    (!l->loaded || l->sent_gain <= GAIN_DOWN_MOST))
		learn_usual(l, l->sent, lost);
	excess = l->nquiet <= LOSS_QUIET && is_excess(r, l->sent, lost);
	l->excess = excess ? l->excess + 1 : 0;
	l->lost = MIN(l->least, l->lost + (int64_t)l->sent);
	l->least = l->missing;
	l->sent = 0;
	l->loaded = 0;
	l->sent_gain = l->gain;
	l->gain = r->gain;
	return (excess);
}

/* Loss while the link is not full: the less of two windows, as a short
 * outage may be in one. */
static void
learn_usual(struct rate_loss *l, uint64_t sent, uint64_t lost)
{
	l->quiet_sent += sent;
	l->quiet_lost += lost;
	if (l->quiet_sent < LOSS_WINDOW)
		return;
	l->window[1] = l->window[0];
	l->window[0] = l->quiet_lost * 10000 / l->quiet_sent;
	l->usual = MIN(l->window[0], l->window[1]);
	l->quiet_sent = l->quiet_lost = 0;
}

static int
is_excess(const struct rate *r, uint64_t sent, uint64_t lost)
{
	const struct rate_loss	*l = &r->loss;
	uint64_t		 p, usual, above, more = LOSS_EXCESS;

	usual = MAX(l->usual, LOSS_LEAST);
	if (l->sent_gain > THOUSAND && l->loaded) {
		above = 10000 - 10000 * THOUSAND / l->sent_gain;
		more = MAX(more, above / 2);
	}
	p = lost * 10000 / sent;
	if (p <= usual + more || lost <= 2 * (uint64_t)l->late)
		return (0);
	/* by more than chance: the variance of a share is p (1 - p) / n */
	return ((p - usual) * (p - usual) >= DEVIATIONS * DEVIATIONS *
	    usual * (10000 - usual) / sent);
}

/*
 * The states
 */

static void
startup(struct rate *r, const struct view *v)
{
	int	 queue;

	r->capacity = MAX(r->capacity, v->delivered);
	if (r->rounds == 0 || v->dgrams < SAMPLE_DGRAMS)
		return;
	queue = v->queue > v->noise + TARGET / 2 || (v->rx_us > v->tx_us &&
	    v->newest > 2 * (v->noise + TARGET));
	if ((queue && v->held) || v->excess) {
		r->wait = 1;
		enter(r, RATE_DOWN, v->now);
	}
}

/* RATE_CRUISE and RATE_UP */
static void
steady(struct rate *r, const struct view *v)
{
	int64_t	 most = r->state == RATE_UP ? TARGET / 2 : TARGET;

	if (v->queue > v->noise + most && v->dgrams >= SAMPLE_DGRAMS &&
	    (v->loaded || v->delivered < v->sent / 100 * 95)) {
		full(r, v);
		return;
	}
	if (v->excess && (r->loss.sent_gain > THOUSAND ||
	    r->loss.excess >= LOSS_ROUNDS)) {
		lossy(r, v);
		return;
	}
	r->capacity = MAX(r->capacity, v->delivered);
	if (!v->loaded)
		enter(r, RATE_CRUISE, v->now);
	else if (v->now - r->delay.base_seen > BASE_PROBE)
		enter(r, RATE_PROBE, v->now);
	else if (v->round && r->bps < bound(r, RATE_CEILING))
		probe_up(r, v);
}

/* A queue shows; is capacity what it was? */
static void
full(struct rate *r, const struct view *v)
{
	uint64_t	 differs;

	differs = MAX(v->came, r->before) - MIN(v->came, r->before);
	if (r->state == RATE_UP && differs < r->before * SAME / THOUSAND)
		r->wait = MIN(r->wait * 2, WAIT_MAX);
	else
		r->wait = 1;
	enter(r, RATE_DOWN, v->now);
	drain(r, v);
}

static void
lossy(struct rate *r, const struct view *v)
{
	if (r->state == RATE_UP) {
		r->wait = MIN(r->wait * 2, WAIT_LOSS);
		r->capacity = MIN(r->capacity, r->before);
	} else {
		r->wait = 1;
		r->capacity = v->delivered;
	}
	enter(r, RATE_DOWN, v->now);
}

static void
probe_up(struct rate *r, const struct view *v)
{
	int64_t	 step;

	if (r->state == RATE_CRUISE) {
		if (r->rounds < r->wait)
			return;
		enter(r, RATE_UP, v->now);
		r->before = r->capacity;
	}
	if (r->capacity > 2 * r->before) {
		enter(r, RATE_STARTUP, v->now);
		return;
	}
	step = MAX(r->vary, TARGET * THOUSAND / v->interval);
	if (r->rounds % 2 == 0)
		r->step = MIN(2 * r->step + step, STEP_MAX);
}

/* RATE_DOWN.  What queues and neither grows nor drains may be none. */
static void
drain(struct rate *r, const struct view *v)
{
	int64_t	 change = llabs(v->rx_us - v->tx_us);

	if (v->queue <= v->noise + TARGET / 4) {
		if (v->round)
			drained(r, v);
		return;
	}
	if (v->dgrams < SAMPLE_DGRAMS)
		return;
	if (change > v->tx_us * DOWN_STILL / THOUSAND &&
	    change > JITTERS * rate_jitter(r)) {
		r->flat = 0;
		if (v->loaded)
			r->capacity = v->came;
		return;
	}
	if (v->loaded)
		r->capacity = MAX(v->came, r->capacity - r->capacity / 16);
	if (v->round && ++r->flat >= DOWN_FLAT) {
		r->delay.base[0] = r->delay.base[1] += v->queue;
		r->delay.base_at = r->delay.base_seen = v->now;
		enter(r, RATE_CRUISE, v->now);
	}
}

static void
drained(struct rate *r, const struct view *v)
{
	if (r->mean > r->capacity)
		r->capacity += (r->mean - r->capacity) *
		    MIN(2 * r->vary, RETURN_MAX) / THOUSAND;
	enter(r, RATE_CRUISE, v->now);
}
