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
 * The pool of packets, and the share of each tunnel.
 */

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "pkt.h"

/* The system gives a packet memory when it is used for the first time. */
int
pool_init(struct pool *pool, size_t npkts)
{
	pool->pkts = aligned_alloc(_Alignof(struct pkt),
	    npkts * sizeof(*pool->pkts));
	if (pool->pkts == NULL)
		return (-1);
	TAILQ_INIT(&pool->free);
	pool->npkts = pool->nfree = npkts;
	pool->nused = 0;
	pool->nshares = 0;
	return (0);
}

void
pool_free(struct pool *pool)
{
	sodium_memzero(pool->pkts, pool->nused * sizeof(*pool->pkts));
	free(pool->pkts);
}

struct pkt *
pkt_get(struct pool *pool)
{
	struct pkt	*p;

	if ((p = TAILQ_FIRST(&pool->free)) != NULL)
		TAILQ_REMOVE(&pool->free, p, entry);
	else if (pool->nused < pool->npkts)
		p = &pool->pkts[pool->nused++];
	else
		return (NULL);
	pool->nfree--;
	memset(p, 0, offsetof(struct pkt, buf));
	p->refs = 1;
	return (p);
}

struct pkt *
pkt_ref(struct pkt *p)
{
	p->refs++;
	return (p);
}

void
pkt_put(struct pool *pool, struct pkt *p)
{
	if (--p->refs > 0)
		return;
	TAILQ_INSERT_HEAD(&pool->free, p, entry);
	pool->nfree++;
}

void
share_init(struct share *sh, struct pool *pool)
{
	memset(sh, 0, sizeof(*sh));
	sh->pool = pool;
	pool->nshares++;
}

void
share_free(struct share *sh)
{
	sh->pool->nshares--;
}

void
share_hold(struct share *sh, enum share_use use)
{
	sh->held[use]++;
}

void
share_release(struct share *sh, enum share_use use)
{
	sh->held[use]--;
}

int
pool_low(const struct pool *pool)
{
	return (pool->nfree < pool->npkts / POOL_RESERVE);
}

int
share_short(const struct share *sh)
{
	const struct pool	*pool = sh->pool;
	size_t			 reserve = pool->npkts / POOL_RESERVE;
	size_t			 i, held = 0;

	for (i = 0; i < SHARE_USES; i++)
		held += sh->held[i];
	/* as much as is left, so that there is always some for the others */
	if (pool->nshares > 1 && held > pool->nfree)
		return (1);
	if (!pool_low(pool))
		return (0);
	return (pool->nfree < reserve / 4 ||
	    held >= reserve * 3 / 4 / pool->nshares);
}
