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

#ifndef BATCH_H
#define BATCH_H

/*
 * Packets for the interface: owns those of bulk TCP flows that are held for a
 * few milliseconds.  They reach the system as one packet (offload.h), and the
 * receiver sends one acknowledgement for all of them.
 */

#include <stdint.h>

#include "offload.h"
#include "pkt.h"

#define BATCH_FLOWS	256		/* that can be told apart */
#define BULK_PKTS	8

struct batch {
	TAILQ_ENTRY(batch) entry;
	struct pktq	 pkts;
	struct offload	 offload;	/* what they make together */
	uint64_t	 deadline;
	uint32_t	 hash;		/* of the flow */
	uint16_t	 mss;		/* of the last batch */
	unsigned int	 ntimes;
	uint64_t	 times[BULK_PKTS];	/* its last packets came */
};

struct batches {
	struct pool	*pool;
	uint8_t		 key[16];	/* of the flows' hash */
	struct batch	 batch[BATCH_FLOWS];
	struct batch	*last;		/* that a packet was of */
	TAILQ_HEAD(, batch) open;	/* oldest first */
	struct pktq	 ready;		/* for the interface */
};

void	 batch_init(struct batches *, struct pool *, const uint8_t[16]);
void	 batch_clear(struct batches *);
void	 batch_add(struct batches *, struct pkt *, uint64_t);
void	 batch_pass(struct batches *, struct pkt *);
void	 batch_timer(struct batches *, uint64_t);
struct pkt *batch_next(struct batches *);
uint64_t batch_deadline(const struct batches *);

/*
 * batch_init(batches, pool, key): of zeroes, of which it touches few; key is
 *	random.
 * batch_add(p, now): takes over an IP packet.  It joins the batch of its
 *	flow, or is ready after that.
 * batch_pass(p): takes over a packet that is ready at once.
 * batch_timer(now): releases batches that were held long enough.
 * batch_next(): returns the next packet that is ready, NULL if there is none.
 *	It belongs to the caller.
 */

#endif /* BATCH_H */
