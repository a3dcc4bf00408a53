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
 * Receiver indices: chooses them and finds what has them.
 */

#include <stddef.h>

#include "rnd.h"
#include "rxindex.h"

void
rxindex_init(struct rxindex *ri)
{
	size_t	 i;

	for (i = 0; i < RXINDEX_BUCKETS; i++)
		LIST_INIT(&ri->bucket[i]);
}

uint32_t
rxindex_add(struct rxindex *ri, struct receiver *r, struct tunnel *t,
    const struct rnd *rnd)
{
	do {
		rnd_bytes(rnd, &r->index, sizeof(r->index));
	} while (rxindex_find(ri, r->index) != NULL);
	r->tunnel = t;
	LIST_INSERT_HEAD(&ri->bucket[r->index % RXINDEX_BUCKETS], r, entry);
	return (r->index);
}

void
rxindex_del(struct receiver *r)
{
	if (r->tunnel == NULL)
		return;
	LIST_REMOVE(r, entry);
	r->tunnel = NULL;
}

void
rxindex_move(struct rxindex *ri, struct receiver *from, struct receiver *to)
{
	to->index = from->index;
	to->tunnel = from->tunnel;
	rxindex_del(from);
	LIST_INSERT_HEAD(&ri->bucket[to->index % RXINDEX_BUCKETS], to, entry);
}

struct tunnel *
rxindex_find(const struct rxindex *ri, uint32_t index)
{
	const struct receiver	*r;

	LIST_FOREACH(r, &ri->bucket[index % RXINDEX_BUCKETS], entry)
		if (r->index == index)
			return (r->tunnel);
	return (NULL);
}
