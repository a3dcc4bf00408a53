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
 * Puts packets of a peer of MLVPN 2.x into order: they have one sequence for
 * all flows, and nothing says what was lost.
 */

#include <sys/param.h>

#include <string.h>

#include "bitmap.h"
#include "clock.h"
#include "defaults.h"
#include "flow.h"
#include "mlvpn2_order.h"

#define LINK_IN_PLAY	250000		/* us since it brought something */
#define WAIT_MIN	20000		/* us */
#define NPKTS_MAX	1024
#define STRANGE_MAX	8		/* in a row: the numbers are new ones */

static void	 advance(struct mlvpn2_order *, struct pktq *);
static void	 order_hold(struct mlvpn2_order *, size_t, struct pkt *,
		    struct pktq *, uint64_t);
static void	 order_release(struct mlvpn2_order *, struct pkt *,
		    struct pktq *);
static void	 order_give_up(struct mlvpn2_order *, struct pktq *);

void
mlvpn2_order_init(struct mlvpn2_order *o, struct share *share)
{
	memset(o, 0, sizeof(*o));
	TAILQ_INIT(&o->held);
	o->share = share;
	o->epoch = 1;
	o->wake = NEVER;
}

void
mlvpn2_order_free(struct mlvpn2_order *o)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);
	struct pkt	*p;

	mlvpn2_order_reset(o, &out);
	while ((p = TAILQ_FIRST(&out)) != NULL) {
		TAILQ_REMOVE(&out, p, entry);
		pkt_put(o->share->pool, p);
	}
}

void
mlvpn2_order_reset(struct mlvpn2_order *o, struct pktq *out)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&o->held)) != NULL)
		order_release(o, p, out);
	bitmap_zero(o->done, MLVPN2_ORDER_WINDOW);
	o->any = 0;
	o->strange = 0;
	o->epoch++;
}

/*
 * A number far off may be forged or the first after a long outage: it counts
 * when others agree.
 */
void
mlvpn2_order_input(struct mlvpn2_order *o, const struct reorder_conf *conf,
    struct mlvpn2_order_link *link, struct pkt *p, struct pktq *out,
    uint64_t now)
{
	uint64_t	 seq = p->seq;

	if (o->any && (seq >= o->next + MLVPN2_ORDER_WINDOW ||
	    seq + MLVPN2_ORDER_WINDOW < o->next)) {
		if (++o->strange < STRANGE_MAX) {
			TAILQ_INSERT_TAIL(out, p, entry);
			return;
		}
		mlvpn2_order_reset(o, out);
	}
	o->strange = 0;
	if (!o->any) {
		o->any = 1;
		o->next = seq;
	}

	if (p->order == ORDER_ALWAYS) {
		if (seq > link->seq || mlvpn2_order_passed(o, link, now) ==
		    NEVER)
			link->seq = seq;
		link->at = now;
		link->epoch = o->epoch;
	}
	if (seq < o->next) {
		o->count.late++;
		TAILQ_INSERT_TAIL(out, p, entry);
	} else if (seq > o->next && p->order == ORDER_ALWAYS &&
	    !conf->unordered)
		order_hold(o, MIN(conf->max, NPKTS_MAX), p, out, now);
	else {
		bitmap_set(o->done, MLVPN2_ORDER_WINDOW, seq);
		TAILQ_INSERT_TAIL(out, p, entry);
		advance(o, out);
	}
}

uint64_t
mlvpn2_order_passed(const struct mlvpn2_order *o,
    const struct mlvpn2_order_link *link, uint64_t now)
{
	return (now < mlvpn2_order_quiet(o, link) ? link->seq : NEVER);
}

uint64_t
mlvpn2_order_quiet(const struct mlvpn2_order *o,
    const struct mlvpn2_order_link *link)
{
	return (link->epoch == o->epoch ? link->at + LINK_IN_PLAY + 1 : 0);
}

/* Past all that has come, in order. */
static void
advance(struct mlvpn2_order *o, struct pktq *out)
{
	struct pkt	*p;

	for (;;) {
		if (bitmap_has(o->done, MLVPN2_ORDER_WINDOW, o->next)) {
			bitmap_clear(o->done, MLVPN2_ORDER_WINDOW, o->next);
			o->next++;
		} else if ((p = TAILQ_FIRST(&o->held)) != NULL &&
		    p->seq <= o->next) {
			if (p->seq == o->next)
				o->next++;
			order_release(o, p, out);
		} else
			return;
	}
}

/* Sorted; what comes late is seldom far from the end. */
static void
order_hold(struct mlvpn2_order *o, size_t max, struct pkt *p, struct pktq *out,
    uint64_t now)
{
	struct pkt	*q;

	o->count.held++;
	p->held_at = now;
	q = TAILQ_LAST(&o->held, pktq);
	while (q != NULL && q->seq > p->seq)
		q = TAILQ_PREV(q, pktq, entry);
	if (q == NULL)
		TAILQ_INSERT_HEAD(&o->held, p, entry);
	else
		TAILQ_INSERT_AFTER(&o->held, q, p, entry);
	o->npkts++;
	share_hold(o->share, SHARE_RECEIVED);
	while (o->npkts > 0 && (o->npkts > max || share_short(o->share)))
		order_give_up(o, out);
}

static void
order_release(struct mlvpn2_order *o, struct pkt *p, struct pktq *out)
{
	TAILQ_REMOVE(&o->held, p, entry);
	o->npkts--;
	share_release(o->share, SHARE_RECEIVED);
	TAILQ_INSERT_TAIL(out, p, entry);
}

/* Whatever is before the first that is held is passed over. */
static void
order_give_up(struct mlvpn2_order *o, struct pktq *out)
{
	uint64_t	 first = TAILQ_FIRST(&o->held)->seq;

	o->count.given_up++;
	for (; o->next < first; o->next++)
		bitmap_clear(o->done, MLVPN2_ORDER_WINDOW, o->next);
	advance(o, out);
}

void
mlvpn2_order_timer(struct mlvpn2_order *o, uint64_t passed, uint64_t hold_time,
    struct pktq *out, uint64_t now)
{
	struct pkt	*p;
	uint64_t	 until;

	while ((p = TAILQ_FIRST(&o->held)) != NULL) {
		until = p->held_at + hold_time;
		if (now < until && passed < p->seq) {
			o->wake = until;
			return;
		}
		order_give_up(o, out);
	}
}

uint64_t
mlvpn2_order_deadline(const struct mlvpn2_order *o)
{
	return (TAILQ_EMPTY(&o->held) ? NEVER : o->wake);
}

uint64_t
mlvpn2_order_hold_time(uint64_t spread, uint64_t max)
{
	uint64_t	 hold_time;

	hold_time = MAX(WAIT_MIN, MIN(2 * spread,
	    DEFAULT_MLVPN2_REORDER_TIME));
	return (max != 0 ? MIN(hold_time, max) : hold_time);
}
