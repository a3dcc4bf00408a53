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


#ifndef DELIVER_H
#define DELIVER_H

/*
 * Packets that a tunnel receives, until they reach the interface: connects
 * the order of packets, fragments and batches with the paths.
 */

#include <stdint.h>

#include "pkt.h"

struct mlvpn2;
struct path;
struct tunnel;

struct delivered {
	uint64_t	 packets;
	uint64_t	 bytes;
	uint64_t	 malformed;	/* joined from fragments */
};

void	 deliver_packet(struct tunnel *, struct path *, struct pkt *,
	    uint64_t);
void	 deliver_mlvpn2(struct tunnel *, struct mlvpn2 *, struct pkt *,
	    uint64_t);
void	 deliver_unordered(struct tunnel *, struct pkt *);
void	 deliver_open(struct tunnel *, struct path *);
void	 deliver_reset(struct tunnel *);
void	 deliver_timer(struct tunnel *, uint64_t);
uint64_t deliver_deadline(const struct tunnel *);

/*
 * All take over the packet.
 *
 * deliver_packet(path, p, now): see reorder_input().  path is NULL if it is
 *	not open.
 * deliver_mlvpn2(link, p, now): from a peer of MLVPN 2.x, see
 *	mlvpn2_order_input().
 * deliver_unordered(p): without regard to order.
 * deliver_open(path): a new path, on which nothing older will arrive.
 * deliver_reset(): the sequences of the peer start again.
 */

#endif /* DELIVER_H */
