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
 * The queues: that of a tunnel, with one for each flow, served in turn and kept
 * short by CoDel, and those of the paths.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "conf.h"
#include "flow.h"
#include "queue.h"
#include "wire.h"

#define QUANTUM		1514		/* of a flow's turn, bytes */
#define PRIO_WINDOW	100000		/* us, half of it for priority */

static size_t	 fq_index(const struct pkt *);
static int	 fq_is_bound(const struct tq *, const struct fq *);
static struct fq *fq_longest(const struct tq *);
static void	 fq_rest(struct tq *, struct fq *);
static void	 take(struct tq *, struct fq *, struct pkt *);
static void	 expire_flows(struct tq *, struct fqs *, uint64_t);
static int	 codel_drop(struct fq *, struct pkt *, const struct codel *,
		    uint64_t);
static uint64_t	 codel_control(uint64_t, uint32_t);
static int	 ecn_mark(struct pkt *);

/*
 * The tunnel's
 */

void
tq_init(struct tq *tq, struct share *share)
{
	tq->share = share;
	TAILQ_INIT(&tq->prio);
	TAILQ_INIT(&tq->active);
	TAILQ_INIT(&tq->bulk);
}

void
tq_clear(struct tq *tq)
{
	struct fq	*fq;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&tq->prio)) != NULL) {
		tq_remove(tq, p);
		pkt_put(tq->share->pool, p);
	}
	while ((fq = TAILQ_FIRST(&tq->active)) != NULL ||
	    (fq = TAILQ_FIRST(&tq->bulk)) != NULL)
		tq_drop(tq, fq);
}

int
tq_has_flow(const struct tq *tq, const struct pkt *p)
{
	return (!TAILQ_EMPTY(&tq->fq[fq_index(p)].queue));
}

int
tq_may_priority(struct tq *tq, size_t len, uint64_t rate, uint64_t now)
{
	uint64_t	 cost, window;

	if (rate == 0)
		return (1);
	cost = len * 8 * USEC * 2 / rate;
	window = MAX(PRIO_WINDOW, 4 * cost);
	if (tq->prio_due + window < now)
		tq->prio_due = now - window;
	if (tq->prio_due + cost > now)
		return (0);
	tq->prio_due += cost;
	return (1);
}

void
tq_enqueue(struct tq *tq, struct pkt *p, uint64_t now)
{
	struct fq	*fq;

	p->time = now;
	if (tq->npkts++ == 0)
		tq->waiting = now;
	share_hold(tq->share, SHARE_INPUT);
	if (p->cls != CLASS_NORMAL)
		TAILQ_INSERT_TAIL(&tq->prio, p, entry);
	else {
		fq = &tq->fq[fq_index(p)];
		if (TAILQ_EMPTY(&fq->queue))
			TAILQ_INIT(&fq->queue);
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
	    !share_short(tq->share))
		return;
	if ((fq = fq_longest(tq)) != NULL)
		tq_drop(tq, fq);
	else {
		p = TAILQ_FIRST(&tq->prio);
		tq_remove(tq, p);
		pkt_put(tq->share->pool, p);
	}
	tq->dropped++;
}

void
tq_remove(struct tq *tq, struct pkt *p)
{
	TAILQ_REMOVE(&tq->prio, p, entry);
	tq->npkts--;
	share_release(tq->share, SHARE_INPUT);
}

/*
 * The queue of a packet's flow.  What rules bind to links, or put after all
 * others, has queues of its own, so that nobody waits behind it.
 */
static size_t
fq_index(const struct pkt *p)
{
	uint32_t	 hash = p->flow + p->rule * 0x9e3779b1U;

	if (p->match & MATCH_BULK)
		return (FQ_FLOWS + FQ_RULED + hash % FQ_RULED);
	if (p->rule != 0)
		return (FQ_FLOWS + hash % FQ_RULED);
	return (p->flow % FQ_FLOWS);
}

static int
fq_is_bound(const struct tq *tq, const struct fq *fq)
{
	return (fq >= &tq->fq[FQ_FLOWS] && fq < &tq->fq[FQ_FLOWS + FQ_RULED]);
}

static struct fq *
fq_longest(const struct tq *tq)
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

void
tq_defer(struct fqs *list, struct fqs *others, struct fq *fq)
{
	TAILQ_REMOVE(list, fq, entry);
	TAILQ_INSERT_TAIL(others, fq, entry);
}

void
tq_restore(struct fqs *list, struct fqs *others)
{
	struct fq	*fq;

	while ((fq = TAILQ_LAST(others, fqs)) != NULL) {
		TAILQ_REMOVE(others, fq, entry);
		TAILQ_INSERT_HEAD(list, fq, entry);
	}
}

struct pkt *
tq_dequeue(struct tq *tq, struct fq *fq, const struct codel *codel,
    uint64_t now)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&fq->queue)) != NULL) {
		take(tq, fq, p);
		if (now - p->time <= TQ_MAX_AGE &&
		    !codel_drop(fq, p, codel, now)) {
			fq->deficit -= p->len;
			break;
		}
		pkt_put(tq->share->pool, p);
		tq->dropped++;
	}
	fq_rest(tq, fq);
	return (p);
}

void
tq_drop(struct tq *tq, struct fq *fq)
{
	struct pkt	*p;

	if ((p = TAILQ_FIRST(&fq->queue)) != NULL) {
		take(tq, fq, p);
		pkt_put(tq->share->pool, p);
	}
	fq_rest(tq, fq);
}

static void
take(struct tq *tq, struct fq *fq, struct pkt *p)
{
	TAILQ_REMOVE(&fq->queue, p, entry);
	fq->bytes -= p->len;
	tq->bytes -= p->len;
	tq->npkts--;
	share_release(tq->share, SHARE_INPUT);
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

void
tq_expire(struct tq *tq, uint64_t now)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&tq->prio)) != NULL &&
	    now - p->time > TQ_MAX_AGE) {
		tq_remove(tq, p);
		pkt_put(tq->share->pool, p);
		tq->dropped++;
	}
	expire_flows(tq, &tq->active, now);
	expire_flows(tq, &tq->bulk, now);
}

static void
expire_flows(struct tq *tq, struct fqs *list, uint64_t now)
{
	struct fq	*fq, *next;
	struct pkt	*p;

	for (fq = TAILQ_FIRST(list); fq != NULL; fq = next) {
		next = TAILQ_NEXT(fq, entry);
		while ((p = TAILQ_FIRST(&fq->queue)) != NULL &&
		    now - p->time > TQ_MAX_AGE) {
			tq_drop(tq, fq);
			tq->dropped++;
		}
	}
}

/*
 * CoDel, on the time in the tunnel's queue only: that in a path's queue is the
 * wanted difference between paths.
 */
static int
codel_drop(struct fq *fq, struct pkt *p, const struct codel *codel,
    uint64_t now)
{
	if (now - p->time < codel->target || fq->bytes <= QUANTUM) {
		fq->above_since = 0;
		fq->dropping = 0;
		return (0);
	}
	if (fq->above_since == 0) {
		fq->above_since = now;
		return (0);
	}
	if (!fq->dropping) {
		if (now - fq->above_since < codel->interval)
			return (0);
		fq->dropping = 1;
		fq->count = fq->count > 2 && now - fq->drop_next <
		    8 * codel->interval ? fq->count - 2 : 1;
		fq->drop_next = now + codel_control(codel->interval, fq->count);
		return (!codel->ecn || !ecn_mark(p));
	}
	if (now < fq->drop_next)
		return (0);
	fq->count++;
	fq->drop_next += codel_control(codel->interval, fq->count);
	return (!codel->ecn || !ecn_mark(p));
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
ecn_mark(struct pkt *p)
{
	uint8_t		*d = PKT_DATA(p);
	uint32_t	 sum;

	if ((p->tos & 3) == 0)
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

/*
 * A path's
 */

void
pq_init(struct path_queue *q, struct share *share, size_t overhead)
{
	int	 i;

	memset(q, 0, sizeof(*q));
	q->share = share;
	q->overhead = overhead;
	for (i = 0; i < PQ_MAX; i++)
		TAILQ_INIT(&q->queue[i]);
}

void
pq_clear(struct path_queue *q)
{
	struct pkt	*p;

	while ((p = pq_first(q)) != NULL) {
		pq_dequeue(q, p);
		pkt_put(q->share->pool, p);
	}
}

void
pq_enqueue(struct path_queue *q, struct pkt *p, int which)
{
	p->pq = which;
	TAILQ_INSERT_TAIL(&q->queue[which], p, entry);
	share_hold(q->share, SHARE_SENT);
	q->backlog += p->len + q->overhead;
	if (which != PQ_NORMAL)
		q->prio_backlog += p->len + q->overhead;
}

void
pq_dequeue(struct path_queue *q, struct pkt *p)
{
	TAILQ_REMOVE(&q->queue[p->pq], p, entry);
	share_release(q->share, SHARE_SENT);
	q->backlog -= p->len + q->overhead;
	if (p->pq != PQ_NORMAL)
		q->prio_backlog -= p->len + q->overhead;
}

struct pkt *
pq_first(const struct path_queue *q)
{
	struct pkt	*p = NULL;
	int		 i;

	for (i = 0; i < PQ_MAX && p == NULL; i++)
		p = TAILQ_FIRST(&q->queue[i]);
	return (p);
}
