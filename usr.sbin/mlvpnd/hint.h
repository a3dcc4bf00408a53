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
	uint64_t	 rate_conf;	/* that these are about */
	uint64_t	 seen;		/* the last report */
	uint64_t	 logged_at;	/* 0 never */
};

#endif /* HINT_H */
