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

#include <sys/types.h>

#include <string.h>

#include "tunnel.h"

/*
 * Packets of a bulk TCP flow are kept back for a few milliseconds, so that
 * they reach the system as one (offload.h) and the receiver sends one
 * acknowledgement for all of them.  That is cheap, and it keeps HyStart (RFC
 * 9406, and Linux' CUBIC) from leaving slow start as soon as the first link
 * is full: the longer delay of the second link, and the unbroken train of
 * acknowledgements, look like a queue to it.
 */

#define BATCH_TIME	4000		/* us, longer than HyStart's trains */
#define BULK_TIME	8000		/* in which BULK_PKTS came */

static int	 is_bulk(struct batch *, uint64_t);
static int	 is_end(const struct batch *, const struct offload *);
static void	 batch_flush(struct tunnel *, struct batch *);

void
batch_init(struct tunnel *t)
{
	struct batches	*bs = &t->batches;
	size_t		 i;

	TAILQ_INIT(&bs->open);
	TAILQ_INIT(&bs->ready);
	for (i = 0; i < BATCH_FLOWS; i++)
		TAILQ_INIT(&bs->batch[i].pkts);
}

/* The tunnel goes away. */
void
batch_clear(struct tunnel *t)
{
	struct batches	*bs = &t->batches;
	struct pkt	*p;

	while (!TAILQ_EMPTY(&bs->open))
		batch_flush(t, TAILQ_FIRST(&bs->open));
	while ((p = TAILQ_FIRST(&bs->ready)) != NULL) {
		TAILQ_REMOVE(&bs->ready, p, entry);
		pkt_put(&t->core->pool, p);
	}
}

/*
 * A packet for the interface: added to its flow's batch, or made ready behind
 * that.  Takes over p.
 */
void
batch_add(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct batches	*bs = &t->batches;
	struct batch	*b;
	struct offload	 o;
	struct flow_info fi;

	if (!t->conf.offload || !flow_is_tcp(PKT_DATA(p), p->len)) {
		TAILQ_INSERT_TAIL(&bs->ready, p, entry);
		return;
	}
	flow_classify(PKT_DATA(p), p->len, 0, t->flow_key, &fi);
	b = &bs->batch[fi.hash % BATCH_FLOWS];
	if (!TAILQ_EMPTY(&b->pkts)) {
		if (offload_join(&b->offload, PKT_DATA(TAILQ_FIRST(&b->pkts)),
		    PKT_DATA(p), p->len)) {
			(void)is_bulk(b, now);
			TAILQ_INSERT_TAIL(&b->pkts, p, entry);
			if (b->offload.full)
				batch_flush(t, b);
			return;
		}
		batch_flush(t, b);
	}
	if (b->hash != fi.hash) {
		memset(b->times, 0, sizeof(b->times));
		b->hash = fi.hash;
		b->mss = 0;
	}
	if (!is_bulk(b, now) || fi.cls != CLASS_NORMAL ||
	    !offload_begin(&o, PKT_DATA(p), p->len) || is_end(b, &o) ||
	    pool_low(&t->core->pool)) {
		TAILQ_INSERT_TAIL(&bs->ready, p, entry);
		return;
	}
	b->offload = o;
	b->mss = o.mss;
	b->deadline = now + BATCH_TIME;
	TAILQ_INSERT_TAIL(&b->pkts, p, entry);
	TAILQ_INSERT_TAIL(&bs->open, b, entry);
}

/* One more packet of the flow: did the last ones come fast? */
static int
is_bulk(struct batch *b, uint64_t now)
{
	uint64_t	*last = &b->times[b->ntimes++ % BULK_PKTS];
	int		 bulk = *last != 0 && now - *last <= BULK_TIME;

	*last = now;
	return (bulk);
}

/* The rest of what the sender had to say, which somebody waits for? */
static int
is_end(const struct batch *b, const struct offload *o)
{
	return ((o->flags & OFFLOAD_PSH) != 0 && o->mss < b->mss);
}

static void
batch_flush(struct tunnel *t, struct batch *b)
{
	TAILQ_REMOVE(&t->batches.open, b, entry);
	TAILQ_CONCAT(&t->batches.ready, &b->pkts, entry);
}

/* Lets go what has been kept long enough. */
void
batch_timer(struct tunnel *t, uint64_t now)
{
	struct batch	*b;

	while ((b = TAILQ_FIRST(&t->batches.open)) != NULL &&
	    now >= b->deadline)
		batch_flush(t, b);
}

uint64_t
batch_deadline(const struct tunnel *t)
{
	const struct batch	*b;

	if ((b = TAILQ_FIRST(&t->batches.open)) == NULL)
		return (NEVER);
	return (b->deadline);
}
