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

#define LEVEL_NONE	(-1)		/* see choose_level() */
#define LEVEL_POOR	(-2)
#define LEVEL_SUSPECT	(-3)

struct sched {
	uint64_t	 next_seq;	/* of the next packet committed */
	uint64_t	 rate;		/* bit/s of all paths together */
	struct codel	 codel;		/* of the tunnel's queue */
	uint64_t	 bulk_due;
	uint64_t	 wake;
	uint8_t		 overflow;	/* level that is run over into */
	uint64_t	 overflow_at;	/* when it was needed */
	uint64_t	 overflow_joined;	/* when a level did, last */
	struct flows	 flows;
};

/* When a path may send. */
struct pacer {
	uint64_t	 due;		/* when the link is free again */
	uint8_t		 unpaced;	/* sends at once */
	uint8_t		 level;		/* in force: of backup, or of those
					   that run over into it */
	uint8_t		 distant;	/* too slow to carry bulk */
};

void	 sched_init(struct sched *);
void	 sched_reset(struct tunnel *);
void	 sched_pump(struct tunnel *, uint64_t);
void	 sched_spread(struct tunnel *, uint64_t);
int	 sched_transmit(struct tunnel *, struct dgram *, uint64_t);
void	 sched_charge(struct path *, size_t, uint64_t);
size_t	 sched_line_bytes(const struct path *, size_t);
uint64_t sched_mark(const struct path *);
uint64_t sched_deadline(struct tunnel *, uint64_t);
void	 sched_refit(struct path *);
int	 path_fits(const struct path *, int);

#endif /* SCHED_H */
