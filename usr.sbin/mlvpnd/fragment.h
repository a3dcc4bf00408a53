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


#ifndef FRAGMENT_H
#define FRAGMENT_H

/*
 * Packets too long for a path (mlvpn(7), Fragments): owns those that are
 * being reassembled.  Fragments are short enough for every path in use.  Each
 * one is a packet of its own for queues and paths, and waits for the one
 * before it like the packets of a flow.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

#define FRAGMENT_HDRLEN	2
#define FRAGMENT_MAX	16		/* of a packet */

struct fragments {
	struct share	*share;
	struct pktq	 sets;		/* being joined, oldest first */
	size_t		 n;
	struct {
		uint64_t cut;		/* packets */
		uint64_t joined;	/* packets */
		uint64_t incomplete;	/* fragments dropped */
	} count;
};

void	 fragment_init(struct fragments *, struct share *);
void	 fragment_clear(struct fragments *);
size_t	 fragment_cut(struct fragments *, struct pkt *, size_t,
	    struct pkt **);
size_t	 fragment_size(const struct pkt *);
uint8_t	*fragment_head(struct pkt *);
int	 fragment_parse(struct pkt *);
struct pkt *fragment_join(struct fragments *, struct pkt *, size_t);
void	 fragment_timer(struct fragments *, uint64_t);
uint64_t fragment_deadline(const struct fragments *);

/*
 * Sizes are bytes.
 *
 * fragment_cut(p, room, frags): splits p into fragments of at most room bytes
 *	(more than FRAGMENT_HDRLEN): p itself, and further packets from the
 *	pool.  Returns how many, at most FRAGMENT_MAX; 0, with p unchanged, if
 *	these are too few or there are no buffers.
 * fragment_size(p): the size of a packet, or of a fragment with its header.
 * fragment_head(p): writes the header before the data.  Returns its address.
 * fragment_parse(p): reads the header of a received fragment, with the
 *	distance of its predecessor in p->pred.  Returns -1 if it is invalid.
 *	One that contains the whole packet becomes a packet.
 * fragment_join(p, max): takes over the next fragment in order.  Returns the
 *	packet if it is complete, otherwise NULL.  A packet of more than max
 *	bytes is dropped.
 * fragment_timer(now): drops packets that have waited too long.
 */

#endif /* FRAGMENT_H */
