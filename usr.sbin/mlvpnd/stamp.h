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

#ifndef STAMP_H
#define STAMP_H

/*
 * The stamps of HELLOs (mlvpn(7), Stamps): the wall clock, but never the same
 * value twice.
 */

#include <stdint.h>

struct stamps {
	uint64_t	 offset;	/* wall clock = now + this */
	uint64_t	 last;
};

/* Both are microseconds, wall since 1970. */
void		 stamp_clock(struct stamps *, uint64_t now, uint64_t wall);
uint64_t	 stamp_next(struct stamps *, uint64_t now);

#endif /* STAMP_H */
