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

#ifndef TEST_H
#define TEST_H

/*
 * For unit tests: each says what it checks with TEST(), and the first check
 * that fails ends the program with file:line and exit status 1.
 */

#include <sys/types.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Announces what the checks up to the next TEST() are about. */
#define TEST(...)							\
	do {								\
		printf(__VA_ARGS__);					\
		printf("\n");						\
		fflush(stdout);						\
	} while (0)

#define CHECK(cond)							\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "%s:%d: failed: %s\n",		\
			    __FILE__, __LINE__, #cond);			\
			exit(1);					\
		}							\
	} while (0)

/* Unsigned integers of up to 64 bits. */
#define CHECK_EQ(got, want)						\
	test_eq(__FILE__, __LINE__, #got, (uint64_t)(got), (uint64_t)(want))

/* len bytes at got and want. */
#define CHECK_MEM(got, want, len)					\
	test_mem(__FILE__, __LINE__, #got, (got), (want), (len))

/* The bytes at got are those of the hexadecimal string, which may have
 * blanks between bytes. */
#define CHECK_HEX(got, len, hex)					\
	test_hex(__FILE__, __LINE__, #got, (got), (len), (hex))

static inline void
test_dump(const char *what, const uint8_t *p, size_t len)
{
	size_t	 i;

	fprintf(stderr, "\t%s ", what);
	for (i = 0; i < len; i++)
		fprintf(stderr, "%02x", p[i]);
	fprintf(stderr, "\n");
}

static inline void
test_eq(const char *file, int line, const char *expr, uint64_t got,
    uint64_t want)
{
	if (got == want)
		return;
	fprintf(stderr, "%s:%d: failed: %s is %" PRIu64 " (0x%" PRIx64
	    "), not %" PRIu64 " (0x%" PRIx64 ")\n", file, line, expr, got, got,
	    want, want);
	exit(1);
}

static inline void
test_mem(const char *file, int line, const char *expr, const void *got,
    const void *want, size_t len)
{
	if (memcmp(got, want, len) == 0)
		return;
	fprintf(stderr, "%s:%d: failed: %s differs\n", file, line, expr);
	test_dump("got ", got, len);
	test_dump("want", want, len);
	exit(1);
}

static inline int
test_nibble(int c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	return (-1);
}

/*
 * Hexadecimal into at most size bytes.  Returns their number; anything wrong
 * with the string ends the test.
 */
static inline size_t
test_unhex(uint8_t *buf, size_t size, const char *hex)
{
	size_t	 n = 0;
	int	 hi, lo;

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		hi = test_nibble(hex[0]);
		lo = test_nibble(hex[1]);
		CHECK(hi != -1 && lo != -1);
		CHECK(n < size);
		buf[n++] = hi << 4 | lo;
		hex++;
	}
	return (n);
}

static inline void
test_hex(const char *file, int line, const char *expr, const void *got,
    size_t len, const char *hex)
{
	uint8_t	*want;
	size_t	 n;

	n = strlen(hex) / 2 + 1;
	if ((want = malloc(n)) == NULL)
		abort();
	if ((n = test_unhex(want, n, hex)) != len) {
		fprintf(stderr, "%s:%d: failed: %s has %zu bytes, not %zu\n",
		    file, line, expr, len, n);
		test_dump("got ", got, len);
		exit(1);
	}
	test_mem(file, line, expr, got, want, len);
	free(want);
}

#endif /* TEST_H */
