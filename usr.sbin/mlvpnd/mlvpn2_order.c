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
 * Order at the receiver, of what an MLVPN 2.x peer sends.  It numbers packets
 * over all links and says nothing about flows.  So only what order matters
 * for is held, and not for long: until every link that brings such packets
 * has brought a later one, or for twice the difference of the links' delays.
 */

#define IN_PLAY		250000		/* us since a link brought something */
#define HOLD_MIN	20000
#define HOLD_MAX	100000
#define HELD_MAX	1024		/* packets */
#define STRANGE_MAX	8		/* in a row: the numbers are new ones */

#define WORDS		(MLVPN2_ORDER_WINDOW / 64)
#define WORD(n)		(((n) / 64) % WORDS)
#define BIT(n)		(1ULL << ((n) % 64))

static void	 deliver_held(struct tunnel *);
static void	 advance(struct tunnel *);
static void	 hold(struct tunnel *, struct pkt *, uint64_t);
static void	 give_up(struct tunnel *);
static int	 is_lost(struct tunnel *, uint64_t, uint64_t);
static uint64_t	 hold_time(struct tunnel *);

void
mlvpn2_order_init(struct mlvpn2_order *o)
{
	memset(o, 0, sizeof(*o));
	TAILQ_INIT(&o->held);
	o->wake = NEVER;
}

void
mlvpn2_order_free(struct tunnel *t)
{
	struct mlvpn2_order	*o = &t->m2.order;
	struct pkt		*p;

	while ((p = TAILQ_FIRST(&o->held)) != NULL) {
		TAILQ_REMOVE(&o->held, p, entry);
		pkt_put(&t->core->pool, p);
	}
}

/* The peer's numbers begin anew; what is held is let go. */
void
mlvpn2_order_reset(struct tunnel *t)
{
	int	 i;

	deliver_held(t);
	mlvpn2_order_init(&t->m2.order);
	for (i = 0; i < t->npaths; i++)
		t->paths[i]->m2->order_at = 0;
}

static void
deliver_held(struct tunnel *t)
{
	struct mlvpn2_order	*o = &t->m2.order;
	struct pkt		*p;

	while ((p = TAILQ_FIRST(&o->held)) != NULL) {
		TAILQ_REMOVE(&o->held, p, entry);
		o->npkts--;
		share_release(&t->share, SHARE_RECEIVED);
		tunnel_deliver(t, p);
	}
}

/*
 * Takes over p.  A number far off may be forged or the first after a long
 * outage: it counts when others agree.
 */
void
mlvpn2_order_input(struct tunnel *t, struct mlvpn2 *m, struct pkt *p,
    uint64_t seq, uint64_t now)
{
	struct mlvpn2_order	*o = &t->m2.order;
	struct flow_info	 fi;

	if (o->any && (seq >= o->next + MLVPN2_ORDER_WINDOW ||
	    seq + MLVPN2_ORDER_WINDOW < o->next)) {
		if (++o->strange < STRANGE_MAX) {
			tunnel_deliver(t, p);
			return;
		}
		mlvpn2_order_reset(t);
	}
	o->strange = 0;
	if (!o->any) {
		o->any = 1;
		o->next = seq;
	}

	p->seq = seq;
	flow_classify(PKT_DATA(p), p->len, t->conf.layer2, t->flow_key, &fi);
	if (fi.order == ORDER_ALWAYS) {
		m->order_seq = seq > m->order_seq || now - m->order_at >
		    IN_PLAY ? seq : m->order_seq;
		m->order_at = now;
	}
	if (seq < o->next) {
		t->rx_late++;
		tunnel_deliver(t, p);
	} else if (seq > o->next && fi.order == ORDER_ALWAYS &&
	    t->conf.reorder != ANSWER_NO)
		hold(t, p, now);
	else {
		o->done[WORD(seq)] |= BIT(seq);
		tunnel_deliver(t, p);
		advance(t);
	}
}

/* Past all that has come, in order. */
static void
advance(struct tunnel *t)
{
	struct mlvpn2_order	*o = &t->m2.order;
	struct pkt		*p;

	for (;;) {
		if (o->done[WORD(o->next)] & BIT(o->next)) {
			o->done[WORD(o->next)] &= ~BIT(o->next);
			o->next++;
		} else if ((p = TAILQ_FIRST(&o->held)) != NULL &&
		    p->seq <= o->next) {
			if (p->seq == o->next)
				o->next++;
			TAILQ_REMOVE(&o->held, p, entry);
			o->npkts--;
			share_release(&t->share, SHARE_RECEIVED);
			tunnel_deliver(t, p);
		} else
			return;
	}
}

/* Sorted; what comes late is seldom far from the end. */
static void
hold(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct mlvpn2_order	*o = &t->m2.order;
	struct pkt		*q;
	size_t			 most = HELD_MAX;

	t->rx_held++;
	p->held_at = now;
	q = TAILQ_LAST(&o->held, pktq);
	while (q != NULL && q->seq > p->seq)
		q = TAILQ_PREV(q, pktq, entry);
	if (q == NULL)
		TAILQ_INSERT_HEAD(&o->held, p, entry);
	else
		TAILQ_INSERT_AFTER(&o->held, q, p, entry);
	o->npkts++;
	share_hold(&t->share, SHARE_RECEIVED);
	if (t->conf.reorder == ANSWER_YES)
		most = MIN(most, t->conf.reorder_max);
	while (o->npkts > 0 && (o->npkts > most || share_short(&t->share)))
		give_up(t);
}

/* Whatever is before the first that is held is passed over. */
static void
give_up(struct tunnel *t)
{
	struct mlvpn2_order	*o = &t->m2.order;
	uint64_t		 first = TAILQ_FIRST(&o->held)->seq;

	t->rx_given_up++;
	for (; o->next < first; o->next++)
		o->done[WORD(o->next)] &= ~BIT(o->next);
	advance(t);
}

void
mlvpn2_order_timer(struct tunnel *t, uint64_t now)
{
	struct mlvpn2_order	*o = &t->m2.order;
	uint64_t		 wait, until;
	struct pkt		*p;

	o->wake = NEVER;
	if (TAILQ_EMPTY(&o->held))
		return;
	wait = hold_time(t);
	while ((p = TAILQ_FIRST(&o->held)) != NULL) {
		until = p->held_at + wait;
		if (now < until && !is_lost(t, p->seq, now)) {
			o->wake = until;
			return;
		}
		give_up(t);
	}
}

/* Nothing before seq can still come, as each link sends in order. */
static int
is_lost(struct tunnel *t, uint64_t seq, uint64_t now)
{
	const struct mlvpn2	*m;
	int			 i;

	for (i = 0; i < t->npaths; i++) {
		m = t->paths[i]->m2;
		if (m->order_at != 0 && now - m->order_at <= IN_PLAY &&
		    m->order_seq < seq)
			return (0);
	}
	return (1);
}

static uint64_t
hold_time(struct tunnel *t)
{
	const struct path	*p;
	int64_t			 slow = 0, fast = INT64_MAX;
	uint64_t		 wait;
	int			 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (!path_alive(p) || p->delay.srtt == -1)
			continue;
		slow = MAX(slow, p->delay.srtt);
		fast = MIN(fast, p->delay.srtt);
	}
	wait = slow > fast ? 2 * (slow - fast) : 0;
	wait = MAX(HOLD_MIN, MIN(wait, HOLD_MAX));
	if (t->conf.reorder_time != 0)
		wait = MIN(wait, t->conf.reorder_time);
	return (wait);
}
