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
 * Restores the order of packets that came over several paths.
 */

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "defaults.h"
#include "frame.h"
#include "reorder.h"

/*
 * A packet that came already, over whichever path, is dropped.  A packet whose
 * predecessor in its flow is missing is held, its flow only, and no longer
 * than the predecessor can still come: once every path in play has delivered
 * something later, the predecessor is lost, and only a repair over another
 * path is waited for.
 */

#define REPAIR_MARGIN	10000		/* us */
#define REPAIR_UNKNOWN	200000		/* without a round-trip time */
#define HOLD_MARGIN	100000
#define HOLD_MIN	200000
#define HOLD_BYTES	(16U << 20)
#define HEADS_BACK	64
#define HEADS_MAX	256

static uint64_t	 sequence_unwrap(const struct reorder *, uint32_t);
static void	 window_advance(struct reorder *, uint64_t, struct pktq *);
static void	 hold(struct reorder *, const struct reorder_conf *,
		    struct pkt *, struct pktq *, uint64_t);
static void	 head_insert(struct reorder *, struct pkt *);
static void	 head_remove(struct reorder *, struct pkt *);
static struct pktq *held_bucket(struct reorder *, uint64_t);
static struct pkt *held_after(struct reorder *, uint64_t);
static void	 release(struct reorder *, struct pkt *);
static void	 deliver_chain(struct reorder *, struct pkt *, struct pktq *);
static void	 give_up(struct reorder *, struct pkt *, struct pktq *);

void
reorder_init(struct reorder *r, struct share *share, uint64_t mix)
{
	r->share = share;
	r->mix = mix | 1;
	r->wake = NEVER;
	TAILQ_INIT(&r->heads);
}

void
reorder_free(struct reorder *r)
{
	struct pkt	*p;
	size_t		 i;

	for (i = 0; i < HOLD_BUCKETS; i++)
		while ((p = TAILQ_FIRST(&r->held[i])) != NULL) {
			release(r, p);
			pkt_put(r->share->pool, p);
		}
}

void
reorder_reset(struct reorder *r, struct pktq *out)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&r->heads)) != NULL)
		give_up(r, p, out);
	r->first = 0;
	if (!r->any)
		return;
	r->any = 0;
	bitmap_zero(r->seen, SEQ_WINDOW);
	bitmap_zero(r->done, SEQ_WINDOW);
}

void
reorder_input(struct reorder *r, const struct reorder_conf *conf,
    uint64_t *passed, struct pkt *p, struct pktq *out, uint64_t now)
{
	uint64_t	 seq, pred;

	if (!r->any) {
		r->any = 1;
		r->highest = p->seq;
	}
	seq = sequence_unwrap(r, p->seq);
	if (seq > r->highest)
		window_advance(r, seq, out);
	else if (r->highest - seq >= SEQ_WINDOW) {
		/* too old to tell; a copy most likely came already */
		r->count.late++;
		if (p->copy || p->frag != 0)
			pkt_put(r->share->pool, p);
		else
			TAILQ_INSERT_TAIL(out, p, entry);
		return;
	}
	if (!p->copy && passed != NULL)
		*passed = MAX(*passed, seq);
	if (bitmap_has(r->seen, SEQ_WINDOW, seq)) {
		r->count.duplicate++;
		pkt_put(r->share->pool, p);
		return;
	}
	bitmap_set(r->seen, SEQ_WINDOW, seq);

	p->seq = seq;
	pred = seq - p->pred;
	if (bitmap_has(r->done, SEQ_WINDOW, seq))
		r->count.late++;	/* passed over already */
	else if (p->pred != 0 && p->pred < seq &&
	    (!conf->unordered || PKT_FRAG_INDEX(p) > 0) &&
	    r->highest - pred < SEQ_WINDOW && pred >= r->first &&
	    !bitmap_has(r->done, SEQ_WINDOW, pred) &&
	    held_after(r, pred) == NULL) {
		/* one at most follows another: a second is no honest one */
		hold(r, conf, p, out, now);
		return;
	}
	deliver_chain(r, p, out);
}

void
reorder_mark(const struct reorder *r, uint64_t *passed, uint32_t seq32)
{
	uint64_t	 seq;

	if (!r->any)
		return;
	seq = sequence_unwrap(r, seq32);
	if (seq > 0)
		*passed = MAX(*passed, seq - 1);
}

/* The 64-bit sequence nearest to the highest one with these low bits. */
static uint64_t
sequence_unwrap(const struct reorder *r, uint32_t low)
{
	const uint64_t	 range = 1ULL << SEQ_BITS;
	uint64_t	 seq;

	seq = (r->highest & ~(range - 1)) | low;
	if (seq > r->highest && seq - r->highest > range / 2 && seq >= range)
		seq -= range;
	else if (seq < r->highest && r->highest - seq > range / 2)
		seq += range;
	return (seq);
}

/* The bits of what the window moves over belong to other sequences now. */
static void
window_advance(struct reorder *r, uint64_t seq, struct pktq *out)
{
	struct pkt	*p;

	if (seq - r->highest >= SEQ_WINDOW) {
		while ((p = TAILQ_FIRST(&r->heads)) != NULL)
			give_up(r, p, out);
		r->first = seq;
	}
	bitmap_advance(r->seen, SEQ_WINDOW, r->highest, seq);
	bitmap_advance(r->done, SEQ_WINDOW, r->highest, seq);
	r->highest = seq;
}

/*
 * Holding
 */

/*
 * Packets that wait form chains: only the head of each, whose predecessor
 * has not come, has a deadline, set once.
 */
static void
hold(struct reorder *r, const struct reorder_conf *conf, struct pkt *p,
    struct pktq *out, uint64_t now)
{
	struct pkt	*next;
	uint64_t	 pred = p->seq - p->pred;
	struct pktq	*bucket = held_bucket(r, pred);

	r->count.held++;
	p->held_at = now;
	p->certain_at = 0;
	p->is_head = !bitmap_has(r->seen, SEQ_WINDOW, pred);
	if (TAILQ_EMPTY(bucket))
		TAILQ_INIT(bucket);
	TAILQ_INSERT_TAIL(bucket, p, entry);
	r->npkts++;
	share_hold(r->share, SHARE_RECEIVED);
	r->bytes += p->len;
	if (p->is_head)
		head_insert(r, p);
	if ((next = held_after(r, p->seq)) != NULL && next->is_head) {
		next->is_head = 0;
		head_remove(r, next);
		/* it has waited longer than p */
		if (p->is_head)
			p->held_at = next->held_at;
	}
	while (!TAILQ_EMPTY(&r->heads) && (r->nheads > HEADS_MAX ||
	    r->bytes > HOLD_BYTES || r->npkts > conf->max ||
	    share_short(r->share)))
		give_up(r, TAILQ_FIRST(&r->heads), out);
}

/* By sequence: two of one flow, with nothing but losses between them, are let
 * go in their order.  No peer is to make this walk long. */
static void
head_insert(struct reorder *r, struct pkt *p)
{
	struct pkt	*q;
	int		 n = 0;

	TAILQ_FOREACH_REVERSE(q, &r->heads, pktq, head_entry)
		if (q->seq < p->seq || n++ == HEADS_BACK)
			break;
	if (q == NULL)
		TAILQ_INSERT_HEAD(&r->heads, p, head_entry);
	else
		TAILQ_INSERT_AFTER(&r->heads, q, p, head_entry);
	r->nheads++;
	r->stale = 1;
}

static void
head_remove(struct reorder *r, struct pkt *p)
{
	TAILQ_REMOVE(&r->heads, p, head_entry);
	r->nheads--;
}

/* What waits for this sequence and a few others: a peer cannot know which. */
static struct pktq *
held_bucket(struct reorder *r, uint64_t pred)
{
	return (&r->held[(pred * r->mix >> 32) % HOLD_BUCKETS]);
}

/* Who waits for this sequence? */
static struct pkt *
held_after(struct reorder *r, uint64_t seq)
{
	struct pkt	*p;

	TAILQ_FOREACH(p, held_bucket(r, seq), entry)
		if (p->seq - p->pred == seq)
			return (p);
	return (NULL);
}

static void
release(struct reorder *r, struct pkt *p)
{
	TAILQ_REMOVE(held_bucket(r, p->seq - p->pred), p, entry);
	if (p->is_head)
		head_remove(r, p);
	r->npkts--;
	share_release(r->share, SHARE_RECEIVED);
	r->bytes -= p->len;
}

/* The packet, and all that waited for it and for each other. */
static void
deliver_chain(struct reorder *r, struct pkt *p, struct pktq *out)
{
	for (;;) {
		bitmap_set(r->done, SEQ_WINDOW, p->seq);
		TAILQ_INSERT_TAIL(out, p, entry);
		if ((p = held_after(r, p->seq)) == NULL)
			return;
		release(r, p);
	}
}

/* The head's predecessor is passed over. */
static void
give_up(struct reorder *r, struct pkt *p, struct pktq *out)
{
	bitmap_set(r->done, SEQ_WINDOW, p->seq - p->pred);
	r->count.given_up++;
	release(r, p);
	deliver_chain(r, p, out);
}

/*
 * Time
 */

void
reorder_timer(struct reorder *r, const struct reorder_paths *paths,
    struct pktq *out, uint64_t now)
{
	struct pkt	*p, *next;
	uint64_t	 deadline;

	/* a walk of all heads is worth it only if it finds another time */
	if (!r->stale && now < r->wake && paths->passed <= r->paths.passed &&
	    paths->repair >= r->paths.repair && paths->hold >= r->paths.hold)
		return;
	r->stale = 0;
	r->paths = *paths;
	r->wake = NEVER;
	for (p = TAILQ_FIRST(&r->heads); p != NULL; p = next) {
		next = TAILQ_NEXT(p, head_entry);
		if (p->certain_at == 0 && p->seq - p->pred < paths->passed)
			p->certain_at = now;
		deadline = p->held_at + paths->hold;
		if (p->certain_at != 0)
			deadline = MIN(deadline, p->certain_at +
			    paths->repair);
		if (now >= deadline) {
			/* what follows p is no head */
			give_up(r, p, out);
			continue;
		}
		r->wake = MIN(r->wake, deadline);
	}
}

uint64_t
reorder_deadline(const struct reorder *r)
{
	return (TAILQ_EMPTY(&r->heads) ? NEVER : r->wake);
}

uint64_t
reorder_repair_time(int64_t srtt, int64_t rttvar, uint64_t tick)
{
	if (srtt == -1)
		return (REPAIR_UNKNOWN);
	return (srtt + 4 * rttvar + REPAIR_MARGIN + tick);
}

uint64_t
reorder_hold_time(uint64_t dead, uint64_t spread, uint64_t max)
{
	uint64_t	 hold;

	hold = MAX(HOLD_MIN, MIN(dead + spread + HOLD_MARGIN,
	    DEFAULT_REORDER_TIME));
	return (max != 0 ? MIN(hold, max) : hold);
}
