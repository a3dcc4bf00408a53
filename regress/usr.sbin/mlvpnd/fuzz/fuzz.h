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

#ifndef FUZZ_H
#define FUZZ_H

/*
 * What the fuzzers share.  The first byte of an input tells what to do with
 * the others: take them as the datagram, or change a good datagram by them,
 * which gets past the checks that a random one never passes.
 */

#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_CHECK(cond)						\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "%s:%d: failed: %s\n",		\
			    __FILE__, __LINE__, #cond);			\
			abort();					\
		}							\
	} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What is left of one. */
struct fuzz_input {
	const uint8_t	*p;
	size_t		 len;
};

/* 0 at its end */
static inline uint8_t
fuzz_get(struct fuzz_input *in)
{
	if (in->len == 0)
		return (0);
	in->len--;
	return (*in->p++);
}

/* A copy of exactly that size, so that any reading beyond it is found. */
static inline uint8_t *
fuzz_copy(const uint8_t *data, size_t len)
{
	uint8_t	*p;

	if ((p = malloc(len == 0 ? 1 : len)) == NULL)
		abort();
	if (len > 0)
		memcpy(p, data, len);
	return (p);
}

/*
 * good with the input laid over it by exclusive or: each change is two bytes
 * of offset and one of mask.  Tells whether anything before end changed.
 */
static inline int
fuzz_change(uint8_t *good, size_t len, size_t end, const uint8_t *data,
    size_t size)
{
	uint8_t	*before;
	size_t	 at;
	int	 changed;

	before = fuzz_copy(good, len);
	for (; size >= 3; data += 3, size -= 3) {
		at = (size_t)(data[0] << 8 | data[1]) % len;
		good[at] ^= data[2];
	}
	changed = memcmp(before, good, end) != 0;
	free(before);
	return (changed);
}

static inline void
fuzz_fill(uint8_t *p, size_t len, uint8_t first)
{
	while (len-- > 0)
		*p++ = first++;
}

#endif /* FUZZ_H */
