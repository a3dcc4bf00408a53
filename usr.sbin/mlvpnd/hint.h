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

#ifndef HINT_H
#define HINT_H

/* Hints about a configured rate that seems wrong. */

#include <stdint.h>

#include "ratelimit.h"
#include "reason.h"

#define HINT_SLOTS	13		/* a minute, and the present one */

/* What a path did in a part of the last minute. */
struct hint_slot {
	uint64_t	 number;	/* in all time */
	uint64_t	 full;		/* us */
	uint64_t	 drained;	/* of these, for a queue */
	uint64_t	 rx_bytes;	/* that came meanwhile, as "overhead"
					   counts them */
	uint64_t	 rx_us;
};

struct hint {
	struct hint_slot slot[HINT_SLOTS];
	uint64_t	 configured;	/* that these are about */
	uint64_t	 seen;		/* the last report */
	struct ratelimit log;
};

/* What a report tells, since the one before; bit/s, us. */
struct hint_sample {
	uint64_t	 configured;	/* 0 none */
	uint64_t	 held_back;	/* when something had to wait, last */
	int		 queue;		/* the link had one */
	uint64_t	 rx_bytes;	/* as "overhead" counts */
	uint64_t	 rx_us;
};

int	 hint_report(struct hint *, const struct hint_sample *, uint64_t);
enum link_hint
	 hint_get(const struct hint *, uint64_t *, uint64_t);

/*
 * hint_report(sample, now): 1 if the log should have what hint_get() says.
 * hint_get(bps, now): of HINT_LESS, so much is delivered; 0 of others.
 */

#endif /* HINT_H */
