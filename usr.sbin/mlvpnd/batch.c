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
 * Joins TCP segments that came in a row into one packet for the interface.
 */

#include <sys/types.h>

#include <string.h>

#include "batch.h"
#include "clock.h"
#include "flow.h"

/*
 * One acknowledgement for many packets saves work.  It also keeps HyStart
 * (RFC 9406, and Linux' CUBIC) from leaving slow start as soon as the first
 * link is full: to HyStart, the longer delay of the second link and an
 * unbroken train of acknowledgements look like a queue.
 */

#define BATCH_TIME	4000		/* us, longer than HyStart's trains */
#define BULK_TIME	8000		/* in which BULK_PKTS came */

static int	 batch_join(struct batches *, struct batch *, struct pkt *,
		    uint64_t);
static int	 is_bulk(struct batch *, uint64_t);
static int	 is_end(const struct batch *, const struct offload *);
static void	 batch_flush(struct batches *, struct batch *);

void
batch_init(struct batches *bs, struct pool *pool, const uint8_t key[16])
{
	bs->pool = pool;
	memcpy(bs->key, key, sizeof(bs->key));
	TAILQ_INIT(&bs->open);
	TAILQ_INIT(&bs->ready);
	bs->last = &bs->batch[0];
}

void
batch_clear(struct batches *bs)
{
	struct pkt	*p;

	while (!TAILQ_EMPTY(&bs->open))
		batch_flush(bs, TAILQ_FIRST(&bs->open));
	while ((p = batch_next(bs)) != NULL)
		pkt_put(bs->pool, p);
}

/* Most packets follow the last one, and need not be looked up. */
void
batch_add(struct batches *bs, struct pkt *p, uint64_t now)
{
	struct batch	*b;
	struct offload	 o;
	struct flow_info fi;

	if (batch_join(bs, bs->last, p, now))
		return;
	if (!flow_is_tcp(PKT_DATA(p), p->len)) {
		batch_pass(bs, p);
		return;
	}
	flow_classify(PKT_DATA(p), p->len, 0, bs->key, &fi);
	b = bs->last = &bs->batch[fi.hash % BATCH_FLOWS];
	if (batch_join(bs, b, p, now))
		return;
	if (!TAILQ_EMPTY(&b->pkts))
		batch_flush(bs, b);
	if (b->hash != fi.hash) {
		memset(b->times, 0, sizeof(b->times));
		b->hash = fi.hash;
		b->mss = 0;
	}
	if (!is_bulk(b, now) || fi.cls != CLASS_NORMAL ||
	    !offload_begin(&o, PKT_DATA(p), p->len) || is_end(b, &o) ||
	    pool_low(bs->pool)) {
		batch_pass(bs, p);
		return;
	}
	b->offload = o;
	b->mss = o.mss;
	b->deadline = now + BATCH_TIME;
	TAILQ_INIT(&b->pkts);
	TAILQ_INSERT_TAIL(&b->pkts, p, entry);
	TAILQ_INSERT_TAIL(&bs->open, b, entry);
}

/* Takes p over if it follows the packets that are held; else 0. */
static int
batch_join(struct batches *bs, struct batch *b, struct pkt *p, uint64_t now)
{
	struct pkt	*first;

	if ((first = TAILQ_FIRST(&b->pkts)) == NULL ||
	    !offload_join(&b->offload, PKT_DATA(first), PKT_DATA(p), p->len))
		return (0);
	(void)is_bulk(b, now);
	TAILQ_INSERT_TAIL(&b->pkts, p, entry);
	if (b->offload.full)
		batch_flush(bs, b);
	return (1);
}

void
batch_pass(struct batches *bs, struct pkt *p)
{
	TAILQ_INSERT_TAIL(&bs->ready, p, entry);
}

/* Counts a packet of the flow: did the last ones arrive fast? */
static int
is_bulk(struct batch *b, uint64_t now)
{
	uint64_t	*last = &b->times[b->ntimes++ % BULK_PKTS];
	int		 bulk = *last != 0 && now - *last <= BULK_TIME;

	*last = now;
	return (bulk);
}

/* The end of a burst, which an application may be waiting for? */
static int
is_end(const struct batch *b, const struct offload *o)
{
	return ((o->flags & OFFLOAD_PSH) != 0 && o->mss < b->mss);
}

static void
batch_flush(struct batches *bs, struct batch *b)
{
	TAILQ_REMOVE(&bs->open, b, entry);
	TAILQ_CONCAT(&bs->ready, &b->pkts, entry);
}

void
batch_timer(struct batches *bs, uint64_t now)
{
	struct batch	*b;

	while ((b = TAILQ_FIRST(&bs->open)) != NULL && now >= b->deadline)
		batch_flush(bs, b);
}

struct pkt *
batch_next(struct batches *bs)
{
	struct pkt	*p;

	if ((p = TAILQ_FIRST(&bs->ready)) != NULL)
		TAILQ_REMOVE(&bs->ready, p, entry);
	return (p);
}

uint64_t
batch_deadline(const struct batches *bs)
{
	const struct batch	*b;

	if ((b = TAILQ_FIRST(&bs->open)) == NULL)
		return (NEVER);
	return (b->deadline);
}
