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
 * What the receiver hands over at once.
 */

#include <stdint.h>

#include "offload.h"
#include "pkt.h"

struct tunnel;

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
	struct batch	 batch[BATCH_FLOWS];
	TAILQ_HEAD(, batch) open;	/* oldest first */
	struct pktq	 ready;		/* for the interface */
};

void	 batch_init(struct tunnel *);
void	 batch_clear(struct tunnel *);
void	 batch_add(struct tunnel *, struct pkt *, uint64_t);
void	 batch_timer(struct tunnel *, uint64_t);
uint64_t batch_deadline(const struct tunnel *);

#endif /* BATCH_H */
