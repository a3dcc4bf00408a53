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

#ifndef SCHED_H
#define SCHED_H

/*
 * Which path carries a packet, and when.
 */

#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "match.h"
#include "queue.h"

struct dgram;
struct fragments;
struct paths;

/* What a tunnel sends. */
struct sched {
	const struct tunnel_conf *conf;
	struct paths	*paths;
	struct share	*share;		/* of packets */
	struct fragments *fragments;	/* what is longer is cut */
	const uint8_t	*flow_key;
	size_t		 room;		/* of a packet on any path in use */

	struct matches	 matches;
	struct tq	 tq;
	struct flows	 flows;
	int		 level;		/* of backups in use */
	uint64_t	 rate;		/* bit/s of all paths together */
	struct codel	 codel;		/* of the tunnel's queue */
	uint64_t	 bulk_due;
	uint64_t	 wake;
	uint8_t		 overflow;	/* level that is run over into */
	uint64_t	 overflow_at;	/* when it was needed */
	uint64_t	 overflow_joined;	/* when a level did, last */
	uint64_t	 tx_packets, tx_bytes, tx_dropped, tx_resent;
};

void	 sched_init(struct sched *, struct paths *, struct fragments *,
	    const uint8_t *);
void	 sched_free(struct sched *);
void	 sched_clear(struct sched *);
void	 sched_reset(struct sched *);
void	 sched_room(struct sched *, size_t);
void	 sched_input(struct sched *, struct pkt *, uint64_t);
void	 sched_pump(struct sched *, uint64_t);
void	 sched_spread(struct sched *, uint64_t);
void	 sched_sent(struct sched *, uint64_t);
int	 sched_transmit(struct sched *, struct dgram *, uint64_t);
uint64_t sched_deadline(struct sched *, uint64_t);

/*
 * sched_init(sched, paths, fragments, flow key): of zeroes; of the same tunnel.
 * sched_clear(): drops what waits.  sched_reset(): another association.
 * sched_room(bytes): what each path in use has room for.
 * sched_input(p): takes over a packet of the interface (input.c).
 * sched_pump(): commits packets to paths; sched_transmit(dg): one of a path
 *	that is due, sealed, 0 if none can go now; sched_sent(): a datagram has
 *	left, with a packet or without.
 * sched_spread(): now and then; which paths are distant, which overflow.
 */

#endif /* SCHED_H */
