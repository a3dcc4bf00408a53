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
 * Keeps what was sent until it was reported, and sends again what was lost.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "flow.h"
#include "resend.h"

#define TRIES_MAX	3		/* after losses */
#define RESCUES_MAX	8		/* a peer that moves all the time */
#define RESCUE_AGE	(2 * USEC)
#define OPEN_AGE	(1 * USEC)	/* longer than a packet is held */
#define BUDGET_PERCENT	10		/* of what is sent */
#define BUDGET_MAX	(256 * 1024)	/* bytes saved up */

static void	 drop(struct resend *, struct pkt *);
static int	 is_full(const struct share *);
static int	 is_worth(struct resend *, const struct sent *, uint64_t,
		    uint64_t);

/*
 * The queue
 */

void
resend_init(struct resend *rs, struct share *share)
{
	memset(rs, 0, sizeof(*rs));
	rs->share = share;
	TAILQ_INIT(&rs->queue);
}

void
resend_clear(struct resend *rs)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&rs->queue)) != NULL)
		drop(rs, p);
}

void
resend_add(struct resend *rs, struct pkt *p)
{
	if (p->queued || p->extra || p->tries >= RESCUES_MAX)
		return;
	p->queued = 1;
	p->tries++;
	p->copy = 1;
	pkt_ref(p);
	TAILQ_INSERT_TAIL(&rs->queue, p, entry);
	share_hold(rs->share, SHARE_SENT);
}

void
resend_remove(struct resend *rs, struct pkt *p)
{
	TAILQ_REMOVE(&rs->queue, p, entry);
	share_release(rs->share, SHARE_SENT);
	p->queued = 0;
}

static void
drop(struct resend *rs, struct pkt *p)
{
	resend_remove(rs, p);
	pkt_put(rs->share->pool, p);
}

void
resend_expire(struct resend *rs, uint64_t age, uint64_t now)
{
	struct pkt	*p, *next;

	for (p = TAILQ_FIRST(&rs->queue); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (now - p->time > age)
			drop(rs, p);
	}
}

int
resend_allow(struct resend *rs, size_t bytes)
{
	if (rs->budget < bytes)
		return (0);
	rs->budget -= bytes;
	return (1);
}

/*
 * What was sent
 */

void
history_init(struct history *h, struct flight *flight, struct resend *rs,
    uint64_t next)
{
	h->flight = flight;
	h->resend = rs;
	h->first = next;
}

void
history_clear(struct history *h)
{
	uint64_t	 n;

	for (n = 0; n < SENT_RING; n++)
		history_drop(h, n);
}

void
history_add(struct history *h, uint64_t number, struct pkt *p)
{
	struct resend	*rs = h->resend;

	if (p->extra || is_full(rs->share))
		return;
	flight_slot(h->flight, number)->pkt = pkt_ref(p);
	share_hold(rs->share, SHARE_SENT);
	rs->budget = MIN(BUDGET_MAX, rs->budget + p->len *
	    BUDGET_PERCENT / 100);
}

/*
 * What may have to be sent again has at most half of the buffers, each tunnel
 * its share of these: it must not be in the way of what is sent for the first
 * time.
 */
static int
is_full(const struct share *share)
{
	const struct pool	*pool = share->pool;

	return (share_short(share) || (pool->nfree < pool->npkts / 2 &&
	    share->held[SHARE_SENT] >= pool->npkts / 4 / pool->nshares));
}

void
history_drop(struct history *h, uint64_t number)
{
	struct sent	*s = flight_slot(h->flight, number);

	if (s->pkt == NULL)
		return;
	pkt_put(h->resend->share->pool, s->pkt);
	s->pkt = NULL;
	share_release(h->resend->share, SHARE_SENT);
}

/*
 * Of the numbers just below the highest a report says nothing on a link that
 * reorders: the next one will.
 */
void
history_report(struct history *h, const struct frame *f, uint64_t highest,
    uint64_t hold, uint64_t now)
{
	struct sent	*s;
	uint64_t	 n;
	int		 came;

	if (highest >= SENT_RING)
		h->first = MAX(h->first, highest - SENT_RING + 1);
	for (n = h->first; n <= highest; n++) {
		if ((s = flight_sent(h->flight, n)) == NULL || s->pkt == NULL)
			continue;
		came = report_has(f, highest, n);
		if (came && n < highest && highest - n < REPORT_REORDERED)
			continue;
		if (!came && is_worth(h->resend, s, hold, now))
			resend_add(h->resend, s->pkt);
		history_drop(h, n);
	}
	if (highest >= REPORT_REORDERED)
		h->first = MAX(h->first, highest - REPORT_REORDERED + 1);
}

static int
is_worth(struct resend *rs, const struct sent *s, uint64_t hold, uint64_t now)
{
	/* nobody waits for what has no order */
	if (s->pkt->order == ORDER_NONE || s->pkt->tries >= TRIES_MAX)
		return (0);
	return (now - s->time <= hold && resend_allow(rs, s->pkt->len));
}

void
history_timer(struct history *h, uint64_t last, uint64_t now)
{
	if (now - last < OPEN_AGE)
		return;
	for (; h->first < h->flight->reported; h->first++)
		if (flight_sent(h->flight, h->first) != NULL)
			history_drop(h, h->first);
}

void
history_rescue(struct history *h, uint64_t next, uint64_t hold, uint64_t now)
{
	struct sent	*s;
	uint64_t	 n = h->first, age;

	if (next > SENT_RING)
		n = MAX(n, next - SENT_RING);
	for (; n < next; n++) {
		if ((s = flight_sent(h->flight, n)) == NULL || s->pkt == NULL)
			continue;
		/* late is better than never, but for what has no order */
		age = s->pkt->order == ORDER_NONE ? hold : RESCUE_AGE;
		if (now - s->time <= age)
			resend_add(h->resend, s->pkt);
		history_drop(h, n);
	}
	h->first = next;
}
