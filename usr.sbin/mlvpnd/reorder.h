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

#ifndef REORDER_H
#define REORDER_H

/*
 * Doubles and order at the receiver.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

struct path;
struct tunnel;

#define SEQ_WINDOW	(1U << 18)
#define HOLD_BUCKETS	1024

struct reorder {
	int		 any;
	uint64_t	 highest;	/* sequence */
	uint64_t	 first;		/* nothing below is waited for */
	uint64_t	*seen;		/* SEQ_WINDOW bits: arrived */
	uint64_t	*done;		/* delivered or passed over */
	struct pktq	 held[HOLD_BUCKETS];	/* by predecessor, mixed */
	uint64_t	 mix;
	struct pktq	 heads;		/* by sequence */
	size_t		 npkts;
	size_t		 bytes;
	uint64_t	 wake;
};

int	 reorder_init(struct tunnel *);
void	 reorder_free(struct tunnel *);
void	 reorder_reset(struct tunnel *);
void	 reorder_input(struct tunnel *, struct path *, struct pkt *, uint32_t,
	    uint16_t, int, uint64_t);
void	 reorder_mark(struct tunnel *, struct path *, uint32_t);
void	 reorder_timer(struct tunnel *, uint64_t);
uint64_t reorder_deadline(const struct tunnel *);
uint64_t hold_max(struct tunnel *);

#endif /* REORDER_H */
