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

#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "fragment.h"
#include "pkt.h"
#include "reorder.h"
#include "sources.h"

struct path;
struct paths;
struct tunnel_conf;

/* What a tunnel receives. */
struct deliver {
	const struct tunnel_conf *conf;
	struct paths	*paths;
	uint16_t	 mtu;		/* of the tunnel, 0 not known yet */
	uint16_t	 peer_mtu;	/* 0 not known */
	struct reorder	 reorder;
	struct fragments fragments;
	struct pktq	 out;		/* in order, for the batches */
	struct batches	 batches;
	uint64_t	 quiet_at;	/* a path will be out of play */
	uint64_t	 packets, bytes;	/* for the interface */
	uint64_t	 malformed;	/* joined from fragments */
	struct sources	 sources;
	uint64_t	 refused;	/* from elsewhere */
	struct addr	 refused_from;	/* the last one */
};

void	 deliver_init(struct deliver *, struct paths *, const uint8_t *);
void	 deliver_free(struct deliver *);
void	 deliver_mtu(struct deliver *, uint16_t, uint16_t);
void	 deliver_open(struct deliver *, struct path *);
void	 deliver_packet(struct deliver *, struct path *, struct pkt *,
	    uint64_t);
void	 deliver_mark(struct deliver *, struct path *, uint32_t);
void	 deliver_out(struct deliver *, struct pktq *);
void	 deliver_reset(struct deliver *);
void	 deliver_timer(struct deliver *, uint64_t);
uint64_t deliver_deadline(const struct deliver *);
size_t	 deliver_output(struct deliver *, struct pkt **, size_t, uint64_t);
struct reorder_conf
	 deliver_order(const struct tunnel_conf *);

/*
 * deliver_init(deliver, paths, flow key): of zeroes; of the same tunnel.
 * deliver_mtu(mtu, peer's): of the tunnel at both ends.
 * deliver_open(path): a new path, on which nothing older will arrive.
 * deliver_packet(path, p, now): takes over a packet, see reorder_input().
 *	path is NULL if it is not open.
 * deliver_mark(path, seq): see reorder_mark().
 * deliver_out(packets): they have their order, or need none.
 * deliver_reset(): the sequences of the peer start again.
 * deliver_output(packets, n, now): at most n packets for the interface, which
 *	are the caller's; returns how many.
 * deliver_order(conf): what "reorder" says.
 */

#endif /* DELIVER_H */
