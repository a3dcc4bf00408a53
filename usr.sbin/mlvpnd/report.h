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

#ifndef REPORT_H
#define REPORT_H

/*
 * Reports (mlvpn(7), FEEDBACK): what a receiver tells of a path, and what the
 * sender learns from it.
 */

#include <stdint.h>

#include "frame.h"

struct path;
struct paths;

/* The last report that came. */
struct report_in {
	uint64_t	 rx;		/* when; 0 none yet */
	uint32_t	 time;		/* the peer's clock in it */
	uint32_t	 arrival;
	uint32_t	 dgrams;
	uint32_t	 bytes;
	uint32_t	 came;		/* dgrams, with the newest */
	uint32_t	 holds;		/* struct sent of it */
	uint64_t	 number;
	uint64_t	 total;		/* struct sent of it */
	uint64_t	 sent;
	uint16_t	 interval;	/* ms */
};

void	 report_want(struct path *, uint64_t);
void	 report_want_gap(struct path *, uint64_t);
void	 report_fill(const struct path *, struct frame *, uint64_t);
struct path
	*report_read(struct paths *, uint8_t, const struct frame *,
	    uint64_t *, uint64_t);

#endif /* REPORT_H */
