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

#include "tunnel.h"

/*
 * Order at the receiver (mlvpn(7), ORDER).  A packet that came already, over
 * whichever path, is dropped.  A packet whose predecessor in its flow is
 * missing is held, its flow only, and no longer than the predecessor can
 * still come: once every path in play has delivered something later, the
 * predecessor is lost, and only a repair over another path is waited for.
 */

#define WORDS		(SEQ_WINDOW / 64)
#define WORD(n)		(((n) / 64) % WORDS)
#define BIT(n)		(1ULL << ((n) % 64))

#define REPAIR_MARGIN	10000		/* us */
#define HOLD_MARGIN	100000
#define HOLD_MIN	200000
#define HOLD_MAX	500000
#define HELD_MAX	(16U << 20)	/* bytes */
#define HEADS_BACK	64

static uint64_t	 sequence_unwrap(const struct reorder *, uint32_t);
static void	 window_advance(struct tunnel *, uint64_t);
static int	 has_bit(const uint64_t *, uint64_t);
static void	 set_bit(uint64_t *, uint64_t);
static void	 hold(struct tunnel *, struct pkt *, uint64_t);
static void	 head_insert(struct reorder *, struct pkt *);
static struct pktq *held_bucket(struct reorder *, uint64_t);
static struct pkt *held_after(struct reorder *, uint64_t);
static void	 release(struct tunnel *, struct pkt *);
static void	 deliver_chain(struct tunnel *, struct pkt *);
static void	 give_up(struct tunnel *, struct pkt *);
static uint64_t	 least_delivered(struct tunnel *, uint64_t);
static uint64_t	 repair_wait(struct tunnel *);

int
reorder_init(struct tunnel *t)
{
	struct reorder	*r = &t->reorder;
	size_t		 i;

	memcpy(&r->mix, t->flow_key, sizeof(r->mix));
	r->mix |= 1;
	TAILQ_INIT(&r->heads);
	for (i = 0; i < HOLD_BUCKETS; i++)
		TAILQ_INIT(&r->held[i]);
	r->seen = calloc(WORDS, sizeof(*r->seen));
	r->done = calloc(WORDS, sizeof(*r->done));
	return (r->seen == NULL || r->done == NULL ? -1 : 0);
}

/* The tunnel goes away, with what it holds. */
void
reorder_free(struct tunnel *t)
{
	struct reorder	*r = &t->reorder;
	struct pkt	*p;
	size_t		 i;

	for (i = 0; i < HOLD_BUCKETS; i++)
		while ((p = TAILQ_FIRST(&r->held[i])) != NULL) {
			TAILQ_REMOVE(&r->held[i], p, entry);
			pkt_put(&t->core->pool, p);
		}
	free(r->seen);
	free(r->done);
	r->seen = r->done = NULL;
}

/* A new association counts from the beginning; what is held is let go. */
void
reorder_reset(struct tunnel *t)
{
	struct reorder	*r = &t->reorder;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&r->heads)) != NULL)
		give_up(t, p);
	fragment_clear(t);
	r->any = 0;
	r->first = 0;
	memset(r->seen, 0, WORDS * sizeof(*r->seen));
	memset(r->done, 0, WORDS * sizeof(*r->done));
}

/*
 * A packet with the low bits of its sequence, and how far back its
 * predecessor is (0: none).  Takes over p.
 */
void
reorder_input(struct tunnel *t, struct path *path, struct pkt *p,
    uint32_t seq32, uint16_t distance, int copy, uint64_t now)
{
	struct reorder	*r = &t->reorder;
	uint64_t	 seq;

	if (!r->any) {
		r->any = 1;
		r->highest = seq32;
	}
	seq = sequence_unwrap(r, seq32);
	if (seq > r->highest)
		window_advance(t, seq);
	else if (r->highest - seq >= SEQ_WINDOW) {
		/* too old to tell; a copy most likely came already */
		t->rx_late++;
		if (copy || p->frag != 0)
			pkt_put(&t->core->pool, p);
		else
			tunnel_deliver(t, p);
		return;
	}
	if (!copy && path != NULL)
		path->order_seq = MAX(path->order_seq, seq);
	if (has_bit(r->seen, seq)) {
		t->rx_duplicate++;
		pkt_put(&t->core->pool, p);
		return;
	}
	set_bit(r->seen, seq);

	p->seq = seq;
	p->pred = distance;
	if (has_bit(r->done, seq))
		t->rx_late++;		/* passed over already */
	else if (distance != 0 && distance < seq &&
	    (t->conf.reorder != ANSWER_NO || fragment_follows(p)) &&
	    r->highest - (seq - distance) < SEQ_WINDOW &&
	    seq - distance >= r->first &&
	    !has_bit(r->done, seq - distance) &&
	    held_after(r, seq - distance) == NULL) {
		/* one at most follows another: a second is no honest one */
		hold(t, p, now);
		return;
	}
	deliver_chain(t, p);
}

/*
 * A control datagram of the path came: all that will come on it in order has
 * this sequence or a later one.
 */
void
reorder_mark(struct tunnel *t, struct path *path, uint32_t seq32)
{
	struct reorder	*r = &t->reorder;
	uint64_t	 seq;

	if (!r->any)
		return;
	seq = sequence_unwrap(r, seq32);
	if (seq > 0)
		path->order_seq = MAX(path->order_seq, seq - 1);
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
window_advance(struct tunnel *t, uint64_t seq)
{
	struct reorder	*r = &t->reorder;
	struct pkt	*p;
	uint64_t	 i, n, mask;

	if (seq - r->highest >= SEQ_WINDOW) {
		while ((p = TAILQ_FIRST(&r->heads)) != NULL)
			give_up(t, p);
		memset(r->seen, 0, WORDS * sizeof(*r->seen));
		memset(r->done, 0, WORDS * sizeof(*r->done));
		r->first = seq;
	} else
		for (i = r->highest + 1; i <= seq; i += n) {
			n = i % 64 == 0 && seq - i >= 63 ? 64 : 1;
			mask = n == 64 ? 0 : ~BIT(i);
			r->seen[WORD(i)] &= mask;
			r->done[WORD(i)] &= mask;
		}
	r->highest = seq;
}

static int
has_bit(const uint64_t *bits, uint64_t seq)
{
	return ((bits[WORD(seq)] & BIT(seq)) != 0);
}

static void
set_bit(uint64_t *bits, uint64_t seq)
{
	bits[WORD(seq)] |= BIT(seq);
}

/*
 * Holding
 */

/*
 * Packets that wait form chains: only the head of each, whose predecessor
 * has not come, has a deadline, set once.
 */
static void
hold(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct reorder	*r = &t->reorder;
	struct pkt	*next;
	uint64_t	 pred = p->seq - p->pred;

	t->rx_held++;
	p->held_at = now;
	p->certain_at = 0;
	p->is_head = !has_bit(r->seen, pred);
	TAILQ_INSERT_TAIL(held_bucket(r, pred), p, entry);
	r->npkts++;
	share_hold(&t->share, SHARE_RECEIVED);
	r->bytes += p->len;
	if (p->is_head)
		head_insert(r, p);
	if ((next = held_after(r, p->seq)) != NULL && next->is_head) {
		next->is_head = 0;
		TAILQ_REMOVE(&r->heads, next, head_entry);
		/* it has waited longer than p */
		if (p->is_head)
			p->held_at = next->held_at;
	}
	while (!TAILQ_EMPTY(&r->heads) && (r->bytes > HELD_MAX ||
	    share_short(&t->share) || (t->conf.reorder == ANSWER_YES &&
	    r->npkts > t->conf.reorder_max)))
		give_up(t, TAILQ_FIRST(&r->heads));
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
release(struct tunnel *t, struct pkt *p)
{
	struct reorder	*r = &t->reorder;

	TAILQ_REMOVE(held_bucket(r, p->seq - p->pred), p, entry);
	if (p->is_head)
		TAILQ_REMOVE(&r->heads, p, head_entry);
	r->npkts--;
	share_release(&t->share, SHARE_RECEIVED);
	r->bytes -= p->len;
}

/* The packet, and all that waited for it and for each other. */
static void
deliver_chain(struct tunnel *t, struct pkt *p)
{
	struct reorder	*r = &t->reorder;
	uint64_t	 seq;

	for (;;) {
		seq = p->seq;
		set_bit(r->done, seq);
		tunnel_deliver(t, p);
		if ((p = held_after(r, seq)) == NULL)
			return;
		release(t, p);
	}
}

/* The head's predecessor is passed over. */
static void
give_up(struct tunnel *t, struct pkt *p)
{
	set_bit(t->reorder.done, p->seq - p->pred);
	t->rx_given_up++;
	release(t, p);
	deliver_chain(t, p);
}

/*
 * Time
 */

void
reorder_timer(struct tunnel *t, uint64_t now)
{
	struct reorder	*r = &t->reorder;
	struct pkt	*p, *next;
	uint64_t	 least, wait, most, deadline;

	r->wake = NEVER;
	if (TAILQ_EMPTY(&r->heads))
		return;
	least = least_delivered(t, now);
	wait = repair_wait(t);
	most = hold_max(t);
	for (p = TAILQ_FIRST(&r->heads); p != NULL; p = next) {
		next = TAILQ_NEXT(p, head_entry);
		if (p->certain_at == 0 && p->seq - p->pred < least)
			p->certain_at = now;
		deadline = p->held_at + most;
		if (p->certain_at != 0)
			deadline = MIN(deadline, p->certain_at + wait);
		if (now >= deadline) {
			/* what follows p is no head */
			give_up(t, p);
			continue;
		}
		r->wake = MIN(r->wake, deadline);
	}
}

/* What every path in play is beyond. */
static uint64_t
least_delivered(struct tunnel *t, uint64_t now)
{
	const struct path	*p;
	uint64_t		 least = NEVER;
	int			 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (now - p->acct.last_rx <= IN_PLAY)
			least = MIN(least, p->order_seq);
	}
	return (least);
}

/* How long a repair takes: a report, and the packet over the best path. */
static uint64_t
repair_wait(struct tunnel *t)
{
	const struct path	*best;

	if (t->conf.recover == ANSWER_NO)
		return (0);
	if ((best = path_quickest(t)) == NULL)
		return (HOLD_MIN);
	return (best->delay.srtt + 4 * best->delay.rttvar + REPAIR_MARGIN +
	    t->core->tick);
}

/*
 * The longest a packet is held, in microseconds: until what a path that died
 * took with it has come over another.
 */
uint64_t
hold_max(struct tunnel *t)
{
	const struct path	*p;
	uint64_t		 dead = 0, most;
	int64_t			 slow = 0, fast = INT64_MAX;
	int			 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (!path_usable(p) || p->delay.srtt == -1)
			continue;
		dead = MAX(dead, path_dead_time(p));
		slow = MAX(slow, p->delay.srtt / 2);
		fast = MIN(fast, p->delay.srtt / 2);
	}
	most = dead + (slow > fast ? slow - fast : 0) + HOLD_MARGIN;
	most = MAX(HOLD_MIN, MIN(most, HOLD_MAX));
	if (t->conf.reorder_time != 0)
		most = MIN(most, t->conf.reorder_time);
	return (most);
}

uint64_t
reorder_deadline(const struct tunnel *t)
{
	return (t->reorder.wake);
}
