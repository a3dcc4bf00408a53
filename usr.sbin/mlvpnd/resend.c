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
 * Packets that were sent are kept until the peer's report says that they
 * came.  What a report shows as lost is sent again over whichever path it
 * arrives by first, if it still comes in time for those who wait for it;
 * what a path that died has not delivered is sent again whole.  The receiver
 * drops doubles by their sequence.
 */

#define TRIES_MAX	3
#define RESCUES_MAX	8		/* a peer that moves all the time */
#define RESCUE_MAX	(2 * USEC)
#define MISSING_MAX	(1 * USEC)	/* longer than a packet is held */
#define BUDGET_PERCENT	10		/* of what is sent */
#define BUDGET_MAX	(256 * 1024)	/* bytes saved up */

static int	 history_full(const struct tunnel *);
static void	 rescue_sent(struct path *, uint64_t);
static int	 worth_resending(const struct path *, const struct sent *,
		    uint64_t);

/*
 * What may have to be sent again has at most half of the buffers, each tunnel
 * its share of these: it must not be in the way of what is sent for the first
 * time.
 */
static int
history_full(const struct tunnel *t)
{
	const struct pool	*pool = t->share.pool;

	return (share_short(&t->share) || (pool->nfree < pool->npkts / 2 &&
	    t->share.held[SHARE_SENT] >= pool->npkts / 4 / pool->nshares));
}

/* A packet went out as this datagram. */
void
history_add(struct path *p, struct sent *s, struct pkt *pkt)
{
	struct tunnel	*t = p->tunnel;

	if (t->conf.recover == ANSWER_NO || pkt->extra || history_full(t))
		return;
	s->pkt = pkt_ref(pkt);
	share_hold(&t->share, SHARE_SENT);
	t->resend_budget = MIN(BUDGET_MAX, t->resend_budget + pkt->len *
	    BUDGET_PERCENT / 100);
}

/* It came, or its place in the ring is wanted. */
void
history_drop(struct path *p, struct sent *s)
{
	if (s->pkt == NULL)
		return;
	pkt_put(&p->tunnel->shared->pool, s->pkt);
	s->pkt = NULL;
	share_release(&p->tunnel->share, SHARE_SENT);
}

void
history_clear(struct path *p)
{
	size_t	 i;

	for (i = 0; p->flight.ring != NULL && i < SENT_RING; i++)
		history_drop(p, flight_slot(&p->flight, i));
}

/*
 * A report whose highest number is highest: lets go what arrived, and sends
 * again what did not.  Of the numbers just below the highest a report says
 * nothing on a link that reorders: the next one will.
 */
void
history_report(struct path *p, const struct frame *f, uint64_t highest,
    uint64_t now)
{
	struct sent	*s;
	uint64_t	 n;
	int		 came;

	if (highest >= SENT_RING && p->flight.kept < highest - SENT_RING + 1)
		p->flight.kept = highest - SENT_RING + 1;
	for (n = p->flight.kept; n <= highest; n++) {
		if ((s = flight_sent(&p->flight, n)) == NULL || s->pkt == NULL)
			continue;
		came = report_has(f, highest, n);
		if (came && n < highest && highest - n < REPORT_REORDERED)
			continue;
		if (!came && worth_resending(p, s, now))
			resend(p->tunnel, s->pkt);
		history_drop(p, s);
	}
	if (highest >= REPORT_REORDERED)
		p->flight.kept = MAX(p->flight.kept, highest -
		    REPORT_REORDERED + 1);
}

/* When no report has come for long, nobody waits for what the last one has
 * left open. */
void
history_timer(struct path *p, uint64_t now)
{
	struct sent	*s;

	if (now - p->in.rx < MISSING_MAX)
		return;
	for (; p->flight.kept < p->flight.reported; p->flight.kept++)
		if ((s = flight_sent(&p->flight, p->flight.kept)) != NULL)
			history_drop(p, s);
}

static int
worth_resending(const struct path *p, const struct sent *s, uint64_t now)
{
	struct tunnel	*t = p->tunnel;

	/* nobody waits for what has no order */
	if (s->pkt->order == ORDER_NONE || s->pkt->tries >= TRIES_MAX)
		return (0);
	if (now - s->time > deliver_hold_time(t))
		return (0);
	if (t->resend_budget < s->pkt->len)
		return (0);
	t->resend_budget -= s->pkt->len;
	return (1);
}

/* The path is suspect: all that it was not reported to have delivered, then
 * what still waits for it, goes to the others. */
void
history_rescue(struct path *p, uint64_t now)
{
	struct pkt	*pkt;

	if (p->flight.ring != NULL)
		rescue_sent(p, now);
	while ((pkt = pq_first(&p->q)) != NULL) {
		pq_dequeue(&p->q, pkt);
		resend(p->tunnel, pkt);
		pkt_put(&p->tunnel->shared->pool, pkt);
	}
}

static void
rescue_sent(struct path *p, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct lane	*lane = t->as.lane[p->id];
	struct sent	*s;
	uint64_t	 n, most;

	n = p->flight.kept;
	if (lane->tx_next > SENT_RING && n < lane->tx_next - SENT_RING)
		n = lane->tx_next - SENT_RING;
	for (; n < lane->tx_next; n++) {
		if ((s = flight_sent(&p->flight, n)) == NULL || s->pkt == NULL)
			continue;
		/* late is better than never, but for what has no order */
		most = s->pkt->order == ORDER_NONE ? deliver_hold_time(t) : RESCUE_MAX;
		if (now - s->time <= most)
			resend(t, s->pkt);
		history_drop(p, s);
	}
	p->flight.kept = lane->tx_next;
}

/* Queues a packet to be sent once more, but for one that another path has a
 * copy of. */
void
resend(struct tunnel *t, struct pkt *pkt)
{
	if (pkt->queued || pkt->extra || pkt->tries >= RESCUES_MAX)
		return;
	pkt->queued = 1;
	pkt->tries++;
	pkt->copy = 1;
	pkt_ref(pkt);
	TAILQ_INSERT_TAIL(&t->sched.resend, pkt, entry);
	share_hold(&t->share, SHARE_SENT);
}
