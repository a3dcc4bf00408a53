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

#ifndef DELAY_H
#define DELAY_H

/*
 * The delay of a path: round-trip time and one-way delay.
 */

#include <stdint.h>

struct delay {
	int64_t		 srtt;		/* us, -1 no sample */
	int64_t		 rttvar;
	int64_t		 owd;		/* smoothed, the clocks' offset in it */
	int		 valid;		/* there is an owd */
	int64_t		 base;		/* least lately */
	int64_t		 least;		/* of this window */
	int64_t		 last;		/* of the one before */
	uint64_t	 at;
	uint64_t	 aged;		/* owd is as of then */
};

#endif /* DELAY_H */
