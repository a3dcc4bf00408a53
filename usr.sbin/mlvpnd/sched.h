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

#include "core.h"
#include "flow.h"
#include "queue.h"

struct path;


struct sched {
	int		 level;		/* of backups in use */
	uint64_t	 rate;		/* bit/s of all paths together */
	struct codel	 codel;		/* of the tunnel's queue */
	uint64_t	 bulk_due;
	uint64_t	 wake;
	uint8_t		 overflow;	/* level that is run over into */
	uint64_t	 overflow_at;	/* when it was needed */
	uint64_t	 overflow_joined;	/* when a level did, last */
	struct flows	 flows;
	uint64_t	 tx_packets, tx_bytes, tx_dropped, tx_resent;
};

void	 sched_init(struct sched *);
void	 sched_reset(struct tunnel *);
void	 sched_pump(struct tunnel *, uint64_t);
void	 sched_spread(struct tunnel *, uint64_t);
void	 sched_sent(struct tunnel *, uint64_t);
int	 sched_transmit(struct tunnel *, struct dgram *, uint64_t);
uint64_t sched_deadline(struct tunnel *, uint64_t);

#endif /* SCHED_H */
