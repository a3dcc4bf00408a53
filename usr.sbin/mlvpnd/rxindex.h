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

#ifndef RXINDEX_H
#define RXINDEX_H

/*
 * Receiver indices: 32 bits by which datagrams of the peer name the keys and
 * handshakes of a tunnel.
 */

#include <sys/queue.h>

#include <stdint.h>

struct rnd;
struct tunnel;

#define RXINDEX_BUCKETS	4096

/* Part of what has the index. */
struct receiver {
	LIST_ENTRY(receiver) entry;
	uint32_t	 index;
	struct tunnel	*tunnel;	/* NULL: has none */
};

struct rxindex {
	LIST_HEAD(, receiver) bucket[RXINDEX_BUCKETS];
};

void		 rxindex_init(struct rxindex *);
uint32_t	 rxindex_add(struct rxindex *, struct receiver *,
		    struct tunnel *, const struct rnd *);
void		 rxindex_del(struct receiver *);
void		 rxindex_move(struct rxindex *, struct receiver *,
		    struct receiver *);
struct tunnel	*rxindex_find(const struct rxindex *, uint32_t);

/*
 * rxindex_add(): draws an unused index and returns it.
 * rxindex_del(): releases the index, if there is one.
 * rxindex_move(from, to): gives the index of from to to.
 * rxindex_find(): returns the owner of an index, or NULL.
 */

#endif /* RXINDEX_H */
