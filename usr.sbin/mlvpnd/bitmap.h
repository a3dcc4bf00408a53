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


#ifndef BITMAP_H
#define BITMAP_H

/*
 * Which of the last numbers something is true of: a window over a sequence
 * as a bitmap that is not shifted (RFC 6479).  size is how many numbers, a
 * power of two and a multiple of 64; each number shares its bit with those
 * size before and after it.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BITMAP_WORDS(size)	((size) / 64)

static inline int
bitmap_has(const uint64_t *map, size_t size, uint64_t n)
{
	return (map[n % size / 64] >> n % 64 & 1);
}

static inline void
bitmap_set(uint64_t *map, size_t size, uint64_t n)
{
	map[n % size / 64] |= 1ULL << n % 64;
}

static inline void
bitmap_clear(uint64_t *map, size_t size, uint64_t n)
{
	map[n % size / 64] &= ~(1ULL << n % 64);
}

static inline void
bitmap_zero(uint64_t *map, size_t size)
{
	memset(map, 0, size / 8);
}

/* The window moves from this highest number on to that one: what the bits
 * said that the new numbers have is forgotten. */
static inline void
bitmap_advance(uint64_t *map, size_t size, uint64_t from, uint64_t to)
{
	uint64_t	 n = from + 1;

	if (to - from >= size) {
		bitmap_zero(map, size);
		return;
	}
	while (n <= to)
		if (n % 64 == 0 && to - n >= 63) {
			map[n % size / 64] = 0;
			n += 64;
		} else
			bitmap_clear(map, size, n++);
}

#endif /* BITMAP_H */
