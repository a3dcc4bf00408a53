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

#ifndef GEN_H
#define GEN_H

/*
 * Capacities of links as people have them, made up of a seed: what radio does
 * over seconds, to try with.  Times are seconds.
 */

#include <stdint.h>

#include "trace.h"

/* -1 if there is no generator of that name, or no memory. */
int	 gen_trace(struct trace *, const char *name, uint64_t seed,
	    unsigned int seconds);

/*
 * handover	5 to 60 Mbit/s, another cell each 8 to 20 s, with 300 to
 *		1000 ms of nothing before it
 * fading	Wi-Fi on a walk: 60 to 85 Mbit/s, then nothing for some seconds
 * cellular	beside it: 4 to 8 Mbit/s, another value each second
 * lte		while driving: 2 to 12 Mbit/s, another value each 100 ms, and a
 *		handover of 200 to 500 ms now and then
 * starlink	150 to 300 Mbit/s, another satellite each 15 s, with a gap of
 *		50 to 150 ms before it
 * umts		0.5 to 4 Mbit/s, another value each 100 ms
 */

#endif /* GEN_H */
