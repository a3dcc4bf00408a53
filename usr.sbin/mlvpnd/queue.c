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

#include <string.h>

#include "tunnel.h"
#include "wire.h"

/*
 * The tunnel's queue: what overtakes in front, behind it a queue for each
 * flow, served in turn (deficit round robin) and kept short by CoDel.
 */

#define QUANTUM		1514		/* of a flow's turn, bytes */
#define CODEL_TARGET	15000		/* RFC 8289, us */
#define CODEL_INTERVAL	100000
#define SPARSE_WINDOW	10000		/* us */
#define FLOW_IDLE	(1 * USEC)
#define PRIO_WINDOW	100000		/* us, half of it may overtake */

static void	 classify(struct tunnel *, struct pkt *, uint64_t);
static int	 may_overtake(struct tunnel *, size_t, uint64_t);
static struct fq *fq_of(struct tq *, const struct pkt *);
static int	 fq_is_bound(const struct tq *, const struct fq *);
static struct fq *fq_longest(struct tq *);
static void	 fq_rest(struct tq *, struct fq *);
static void	 expire_flows(struct tunnel *, struct fqs *, uint64_t);
static int	 codel_drop(struct tunnel *, struct fq *, struct pkt *,
		    uint64_t);
static uint64_t	 codel_control(uint64_t, uint32_t);
static int	 ecn_mark(const struct tunnel *, struct pkt *);

void
tq_init(struct tq *tq)
{
	size_t	 i;

	memset(tq, 0, sizeof(*tq));
	TAILQ_INIT(&tq->prio);
	TAILQ_INIT(&tq->active);
	TAILQ_INIT(&tq->bulk);
	for (i = 0; i < FQ_FLOWS + 2 * FQ_RULED; i++)
		TAILQ_INIT(&tq->fq[i].queue);
}

void
tq_clear(struct tunnel *t)
{
	struct tq	*tq = &t->tq;
	struct fq	*fq;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&tq->prio)) != NULL) {
		tq_remove(t, p);
		pkt_put(&t->core->pool, p);
	}
	while ((fq = TAILQ_FIRST(&tq->active)) != NULL ||
	    (fq = TAILQ_FIRST(&tq->bulk)) != NULL)
		tq_drop(t, fq);
}

void
tq_enqueue(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct tq	*tq = &t->tq;
	struct fq	*fq;

	p->time = now;
	classify(t, p, now);
	if (tq->npkts++ == 0)
		tq->waiting = now;
	share_hold(&t->share, SHARE_INPUT);
	if (p->cls != CLASS_NORMAL)
		TAILQ_INSERT_TAIL(&tq->prio, p, entry);
	else {
		fq = fq_of(tq, p);
		TAILQ_INSERT_TAIL(&fq->queue, p, entry);
		fq->bytes += p->len;
		tq->bytes += p->len;
		if (!fq->active) {
			fq->active = 1;
			fq->deficit = QUANTUM;
			TAILQ_INSERT_TAIL(p->match & MATCH_BULK ? &tq->bulk :
			    &tq->active, fq, entry);
			tq->nbound += fq_is_bound(tq, fq);
		}
	}
	if (tq->npkts <= TQ_MAX_PKTS && tq->bytes <= TQ_MAX_BYTES &&
	    !share_short(&t->share))
		return;
	if ((fq = fq_longest(tq)) != NULL)
		tq_drop(t, fq);
	else {
		p = TAILQ_FIRST(&tq->prio);
		tq_remove(t, p);
		pkt_put(&t->core->pool, p);
	}
	t->tx_dropped++;
}

/*
 * A packet that its flow sends now and then overtakes as those of the
 * priority class do: it is what somebody waits for.
 */
static void
classify(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct flow		*f;
	struct flow_info	 fi;

	flow_classify(PKT_DATA(p), p->len, t->conf.layer2, t->flow_key, &fi);
	p->flow = fi.hash;
	p->order = fi.order;
	p->cls = fi.cls;
	p->tos = fi.tos;
	p->match_gen = t->matches.gen;
	if (t->matches.n > 0)
		match_packet(t, p, 1);
	if (p->match & MATCH_PRIORITY)
		p->cls = CLASS_PRIORITY;
	else if (p->match & MATCH_BULK)
		p->cls = CLASS_NORMAL;

	f = &t->sched.flows[p->flow % FLOW_TABLE];
	if (f->hash != p->flow || now - f->last_time > FLOW_IDLE) {
		memset(f, 0, sizeof(*f));
		f->hash = p->flow;
		f->window = now;
	}
	if (p->cls == CLASS_NORMAL && !(p->match & MATCH_BULK) &&
	    (f->before_time == 0 || now - f->before_time > SPARSE_WINDOW) &&
	    TAILQ_EMPTY(&fq_of(&t->tq, p)->queue))
		p->cls = CLASS_SPARSE;
	f->before_time = f->last_time;
	f->last_time = now;

	if (p->cls != CLASS_NORMAL && !may_overtake(t, p->len, now))
		p->cls = CLASS_NORMAL;
	if (p->cls == CLASS_PRIORITY)
		p->order = ORDER_NONE;
	if (p->match & MATCH_ORDER)
		p->order = ORDER_ALWAYS;
	else if (p->match & MATCH_NOORDER)
		p->order = ORDER_NONE;
}

/* What overtakes has half of the rate, or all could be made to: the rest of
 * it waits as others do. */
static int
may_overtake(struct tunnel *t, size_t len, uint64_t now)
{
	struct tq	*tq = &t->tq;
	uint64_t	 cost, window;

	if (t->sched.rate == 0)
		return (1);
	cost = len * 8 * USEC * 2 / t->sched.rate;
	window = MAX(PRIO_WINDOW, 4 * cost);
	if (tq->prio_due + window < now)
		tq->prio_due = now - window;
	if (tq->prio_due + cost > now)
		return (0);
	tq->prio_due += cost;
	return (1);
}

/* Takes one of those that overtake out. */
void
tq_remove(struct tunnel *t, struct pkt *p)
{
	TAILQ_REMOVE(&t->tq.prio, p, entry);
	t->tq.npkts--;
	share_release(&t->share, SHARE_INPUT);
}

/*
 * The queue of a packet's flow.  What rules bind to links, or put after all
 * others, has queues of its own, so that nobody waits behind it.
 */
static struct fq *
fq_of(struct tq *tq, const struct pkt *p)
{
	uint32_t	 hash = p->flow + p->rule * 0x9e3779b1U;

	if (p->match & MATCH_BULK)
		return (&tq->fq[FQ_FLOWS + FQ_RULED + hash % FQ_RULED]);
	if (p->rule != 0)
		return (&tq->fq[FQ_FLOWS + hash % FQ_RULED]);
	return (&tq->fq[p->flow % FQ_FLOWS]);
}

static int
fq_is_bound(const struct tq *tq, const struct fq *fq)
{
	return (fq >= &tq->fq[FQ_FLOWS] && fq < &tq->fq[FQ_FLOWS + FQ_RULED]);
}

static struct fq *
fq_longest(struct tq *tq)
{
	struct fq	*fq, *longest = NULL;

	TAILQ_FOREACH(fq, &tq->active, entry)
		if (longest == NULL || fq->bytes > longest->bytes)
			longest = fq;
	TAILQ_FOREACH(fq, &tq->bulk, entry)
		if (longest == NULL || fq->bytes > longest->bytes)
			longest = fq;
	return (longest);
}

struct fq *
tq_first(struct fqs *list)
{
	struct fq	*fq;

	while ((fq = TAILQ_FIRST(list)) != NULL && fq->deficit <= 0) {
		fq->deficit += QUANTUM;
		TAILQ_REMOVE(list, fq, entry);
		TAILQ_INSERT_TAIL(list, fq, entry);
	}
	return (fq);
}

/* The next packet of the flow that CoDel lets pass; NULL if none is left. */
struct pkt *
tq_dequeue(struct tunnel *t, struct fq *fq, uint64_t now)
{
	struct tq	*tq = &t->tq;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&fq->queue)) != NULL) {
		TAILQ_REMOVE(&fq->queue, p, entry);
		fq->bytes -= p->len;
		tq->bytes -= p->len;
		tq->npkts--;
		share_release(&t->share, SHARE_INPUT);
		if (now - p->time <= TQ_MAX_AGE &&
		    !codel_drop(t, fq, p, now)) {
			fq->deficit -= p->len;
			break;
		}
		pkt_put(&t->core->pool, p);
		t->tx_dropped++;
	}
	fq_rest(tq, fq);
	return (p);
}

void
tq_drop(struct tunnel *t, struct fq *fq)
{
	struct pkt	*p;

	if ((p = TAILQ_FIRST(&fq->queue)) != NULL) {
		TAILQ_REMOVE(&fq->queue, p, entry);
		fq->bytes -= p->len;
		t->tq.bytes -= p->len;
		t->tq.npkts--;
		share_release(&t->share, SHARE_INPUT);
		pkt_put(&t->core->pool, p);
	}
	fq_rest(&t->tq, fq);
}

static void
fq_rest(struct tq *tq, struct fq *fq)
{
	if (!TAILQ_EMPTY(&fq->queue) || !fq->active)
		return;
	fq->active = 0;
	TAILQ_REMOVE(fq >= &tq->fq[FQ_FLOWS + FQ_RULED] ? &tq->bulk :
	    &tq->active, fq, entry);
	tq->nbound -= fq_is_bound(tq, fq);
}

/* Without a path packets wait for a while only: nobody wants them later. */
void
tq_expire(struct tunnel *t, uint64_t now)
{
	struct tq	*tq = &t->tq;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&tq->prio)) != NULL &&
	    now - p->time > TQ_MAX_AGE) {
		tq_remove(t, p);
		t->tx_dropped++;
		pkt_put(&t->core->pool, p);
	}
	expire_flows(t, &tq->active, now);
	expire_flows(t, &tq->bulk, now);
}

static void
expire_flows(struct tunnel *t, struct fqs *list, uint64_t now)
{
	struct fq	*fq, *next;
	struct pkt	*p;

	for (fq = TAILQ_FIRST(list); fq != NULL; fq = next) {
		next = TAILQ_NEXT(fq, entry);
		while ((p = TAILQ_FIRST(&fq->queue)) != NULL &&
		    now - p->time > TQ_MAX_AGE) {
			t->tx_dropped++;
			tq_drop(t, fq);
		}
	}
}

/*
 * CoDel, RFC 8289, on the time in the tunnel's queue only: that in a path's
 * queue is the wanted difference between paths.  The interval is one of the
 * world beyond the tunnel and of the slowest path together: a flow must have
 * had the time to answer the first drop before there is a second, or it loses
 * half of its window instead of a third.
 */
static int
codel_drop(struct tunnel *t, struct fq *fq, struct pkt *p, uint64_t now)
{
	uint64_t	 target = MAX(CODEL_TARGET, t->sched.two_mtu);
	uint64_t	 interval = CODEL_INTERVAL + t->sched.slowest;

	if (now - p->time < target || fq->bytes <= QUANTUM) {
		fq->above_since = 0;
		fq->dropping = 0;
		return (0);
	}
	if (fq->above_since == 0) {
		fq->above_since = now;
		return (0);
	}
	if (!fq->dropping) {
		if (now - fq->above_since < interval)
			return (0);
		fq->dropping = 1;
		fq->count = fq->count > 2 && now - fq->drop_next <
		    8 * interval ? fq->count - 2 : 1;
		fq->drop_next = now + codel_control(interval, fq->count);
		return (!ecn_mark(t, p));
	}
	if (now < fq->drop_next)
		return (0);
	fq->count++;
	fq->drop_next += codel_control(interval, fq->count);
	return (!ecn_mark(t, p));
}

/* interval / sqrt(count) */
static uint64_t
codel_control(uint64_t interval, uint32_t count)
{
	uint32_t	 root = 1;

	while ((root + 1) * (root + 1) <= count * 64)
		root++;
	return (interval * 8 / root);
}

/* Congestion experienced, RFC 3168, where the sender understands it. */
static int
ecn_mark(const struct tunnel *t, struct pkt *p)
{
	uint8_t		*d = PKT_DATA(p);
	uint32_t	 sum;

	if (t->conf.layer2 || (p->tos & 3) == 0)
		return (0);
	if (d[0] >> 4 == 4) {
		sum = (uint16_t)~get16(d + 10) + (uint16_t)~get16(d);
		d[1] |= 3;
		sum += get16(d);
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		put16(d + 10, ~sum & 0xffff);
	} else
		d[1] |= 3 << 4;
	return (1);
}
