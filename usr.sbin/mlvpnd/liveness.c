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
 * Decides whether a path is suspect, down or usable again, when it is probed,
 * and whether it loses or delays too much.
 */

#include <sys/param.h>

#include "clock.h"
#include "defaults.h"
#include "delay.h"
#include "flight.h"
#include "liveness.h"

#define DEAD_MIN		(40 * 1000)
#define DEAD_UNKNOWN		(500 * 1000)	/* before the first sample */
#define DEAD_TICK		(10 * 1000)	/* the coarsest timer */
#define DOWN_AFTER		(3 * USEC)
#define PATIENCE_MAX		4		/* false alarms remembered */
#define FLAPS_FREE		2		/* returns without damping */
#define FLAPS_ANSWERS		2		/* more answers for each more */
#define FLAPS_MAX		6
#define FORGET			(60 * USEC)	/* one of either */
#define ANSWERS_TO_RETURN	2
#define PROBE_FIRST		(100 * 1000)
#define PROBE_SLOW_AFTER	(10 * USEC)
#define PROBE_SLOW		(1 * USEC)
#define LEARN			8		/* probes, of a new path */
#define LEARN_INTERVAL		(30 * 1000)
#define EXCLUDE_AFTER		(2 * USEC)
#define DOUBTFUL_PROBE		(30 * 1000)
#define STALE_AFTER		(3 * USEC)
#define STALE_AGAIN		(5 * USEC)
#define LOSSY_AFTER		(10 * USEC)	/* try another flow */
#define LOSSY_AGAIN		(60 * USEC)

static uint64_t	 probe_due(const struct liveness *,
		    const struct liveness_view *);
static enum quality quality_of(const struct liveness *,
		    const struct quality_limits *, int, int64_t);

void
liveness_init(struct liveness *lv, uint64_t now)
{
	lv->stale_at = now + STALE_AFTER;
}

/* A report's way, its interval, and what both vary. */
uint64_t
liveness_dead_time(const struct liveness *lv, const struct delay *d,
    uint64_t interval, uint64_t cap)
{
	uint64_t	 dead;

	if (d->srtt == -1)
		return (DEAD_UNKNOWN);
	dead = d->srtt + MAX(4 * d->rttvar, 5000) + interval + DEAD_TICK;
	dead = MAX(dead, DEAD_MIN) * (1 + lv->patience);
	return (MIN(dead, cap != 0 ? cap : DEFAULT_TIMEOUT));
}

/*
 * In use
 */

unsigned int
liveness_watch(struct liveness *lv, const struct liveness_view *v,
    uint64_t now)
{
	int		 out = flight_waits(v->flight);
	uint64_t	 since = v->flight->out_since;

	if (out && now - since > v->dead && now - v->last_report > v->dead)
		return (LIVE_SUSPECT);
	if ((out && now - since > v->dead / 2 &&
	    now - lv->probe_tx > v->dead / 2) || now >= probe_due(lv, v))
		return (LIVE_PROBE);
	return (0);
}

uint64_t
liveness_watch_deadline(const struct liveness *lv,
    const struct liveness_view *v)
{
	uint64_t	 when = probe_due(lv, v);
	uint64_t	 since = v->flight->out_since;

	if (flight_waits(v->flight)) {
		when = MIN(when, MAX(since, lv->probe_tx) + v->dead / 2 + 1);
		when = MIN(when, MAX(since, v->last_report) + v->dead + 1);
	}
	return (when);
}

/*
 * When an idle path is probed.  The opener's probes do for both ends while
 * they come.  A new path's delay and its jitter are found out at once: under
 * load they could not be told from a queue.
 */
static uint64_t
probe_due(const struct liveness *lv, const struct liveness_view *v)
{
	uint64_t	 last = v->flight->last_eliciting_tx;

	if (lv->probe_number < LEARN)
		return (last + LEARN_INTERVAL);
	if (v->doubtful)
		return (last + DOUBTFUL_PROBE);
	if (v->opener)
		return (last + v->keepalive);
	return (MAX(last, v->last_rx) + v->keepalive * 5 / 2);
}

uint16_t
liveness_probe(struct liveness *lv, uint64_t now)
{
	lv->probe_tx = now;
	return (++lv->probe_number);
}

/*
 * Suspect, and back
 */

/* Cheap, and taken back quickly; only what stays suspect is down. */
void
liveness_suspect(struct liveness *lv, uint64_t number, uint64_t now)
{
	lv->suspect_since = now;
	lv->suspect_number = number;
	lv->flaps = MIN(lv->flaps + 1, FLAPS_MAX);
	lv->forget_at = now + FORGET;
	lv->answers = 0;
	lv->probe_next = now;
}

unsigned int
liveness_retry(struct liveness *lv, uint64_t now)
{
	unsigned int	 what = 0;

	if (now - lv->suspect_since > DOWN_AFTER)
		what |= LIVE_DOWN;
	if (now < lv->probe_next)
		return (what);
	lv->probe_next = now + (now - lv->suspect_since < PROBE_SLOW_AFTER ?
	    PROBE_FIRST : PROBE_SLOW);
	if (liveness_stale(lv, now))
		what |= LIVE_STALE;
	return (what | LIVE_RETRY);
}

int
liveness_stale(struct liveness *lv, uint64_t now)
{
	if (lv->stale_at == NEVER)
		lv->stale_at = now + STALE_AFTER;
	if (now < lv->stale_at)
		return (0);
	lv->stale_at = now + STALE_AGAIN;
	return (1);
}

uint64_t
liveness_retry_deadline(const struct liveness *lv, int down)
{
	if (down)
		return (lv->probe_next);
	return (MIN(lv->probe_next, lv->suspect_since + DOWN_AFTER + 1));
}

/*
 * What had been sent before the suspicion came after all: it was wrong, and
 * the next one will take longer.  What was sent since then shows that the
 * path is back, sooner if it does not flap.
 */
unsigned int
liveness_answer(struct liveness *lv, uint64_t number, int down, uint64_t now)
{
	unsigned int	 answers = ANSWERS_TO_RETURN;

	if (number < lv->suspect_number) {
		if (down || lv->answers != 0)
			return (0);
		lv->patience = MIN(lv->patience + 1, PATIENCE_MAX);
		lv->forget_at = now + FORGET;
		lv->answers = 1;
		return (LIVE_FALSE_ALARM);
	}
	if (lv->flaps > FLAPS_FREE)
		answers += (lv->flaps - FLAPS_FREE) * FLAPS_ANSWERS;
	if (++lv->answers < answers) {
		if (lv->flaps <= FLAPS_FREE)
			lv->probe_next = now;
		return (0);
	}
	return (LIVE_BACK);
}

void
liveness_answered(struct liveness *lv)
{
	lv->stale_at = NEVER;
}

void
liveness_forgive(struct liveness *lv, uint64_t number)
{
	lv->suspect_number = number;
}

void
liveness_back(struct liveness *lv)
{
	liveness_answered(lv);
}

void
liveness_hurry(struct liveness *lv, uint64_t now)
{
	lv->probe_next = now;
}

void
liveness_forget(struct liveness *lv, uint64_t now)
{
	if (lv->forget_at == 0 || now < lv->forget_at)
		return;
	lv->patience -= MIN(lv->patience, 1);
	lv->flaps -= MIN(lv->flaps, 1);
	lv->forget_at = lv->patience + lv->flaps > 0 ? now + FORGET : 0;
}

/*
 * Quality
 */

/*
 * A link that loses or delays too much for a while is left out, and taken back
 * when it is clearly better (loss tolerance, latency tolerance).
 */
int
liveness_quality(struct liveness *lv, const struct quality_limits *lim,
    int loss, int64_t rtt, uint64_t now)
{
	enum quality	 wanted = quality_of(lv, lim, loss, rtt);

	lv->judged_at = now;
	if (wanted == lv->quality) {
		lv->quality_at = now;
		return (0);
	}
	if (wanted != QUALITY_GOOD && now - lv->quality_at < EXCLUDE_AFTER)
		return (0);
	lv->quality = wanted;
	lv->quality_at = now;
	return (1);
}

int
liveness_throttled(struct liveness *lv, uint64_t now)
{
	if (lv->quality != QUALITY_LOSSY) {
		lv->throttled_at = NEVER;
		return (0);
	}
	if (lv->throttled_at == NEVER)
		lv->throttled_at = now + LOSSY_AFTER;
	if (now < lv->throttled_at)
		return (0);
	lv->throttled_at = now + LOSSY_AGAIN;
	return (1);
}

void
liveness_unjudged(struct liveness *lv, uint64_t now)
{
	lv->quality_at += now - lv->judged_at;
	lv->judged_at = now;
}

static enum quality
quality_of(const struct liveness *lv, const struct quality_limits *lim,
    int loss, int64_t rtt)
{
	if (loss > (lv->quality == QUALITY_LOSSY ? lim->loss_recover :
	    lim->loss))
		return (QUALITY_LOSSY);
	if (lim->rtt != 0 && rtt > (lv->quality == QUALITY_SLOW ?
	    lim->rtt_recover : lim->rtt))
		return (QUALITY_SLOW);
	return (QUALITY_GOOD);
}
