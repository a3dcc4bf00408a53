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
 * Receiver indices: the 32 bits by which this end names keys and handshakes
 * of a tunnel in what the peer sends.
 */

#include <sys/queue.h>

#include <stdint.h>

struct rnd;
struct tunnel;

#define RXINDEX_BUCKETS	256

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
 * rxindex_add(): draws an index that nobody has; returns it.
 * rxindex_del(): of what need not have one.
 * rxindex_move(from, to): the index is to's from now on.
 * rxindex_find(): NULL if nobody has it.
 */

#endif /* RXINDEX_H */
