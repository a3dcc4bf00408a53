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

/* HELLO, of both patterns, as a responder reads it. */

#include <sodium.h>

#include "fuzz.h"
#include "handshake.h"

static struct hs_secret	 init[2], resp[2];
static uint8_t		 good[2][HELLO_MAX_LEN];
static size_t		 goodlen[2];

static void	setup(void);
static void	read_hello(int, const uint8_t *, size_t, int);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t	*p;
	size_t	 len;
	int	 pattern, changed;

	if (goodlen[0] == 0)
		setup();
	if (size < 1)
		return (0);
	pattern = data[0] & 1;
	if (data[0] & 2) {
		len = goodlen[pattern];
		p = fuzz_copy(good[pattern], len);
		changed = fuzz_change(p, len, len - 2 * MAC_LEN, data + 1,
		    size - 1);
		read_hello(pattern, p, len, changed);
	} else {
		len = size - 1;
		p = fuzz_copy(data + 1, len);
		changed = len != goodlen[pattern] ||
		    memcmp(p, good[pattern], len - 2 * MAC_LEN) != 0;
		read_hello(pattern, p, len, changed);
	}
	free(p);
	return (0);
}

static void
setup(void)
{
	struct handshake hs;
	struct hello	 p1;
	uint8_t		 a[32], b[32], pub[32];
	int		 i;

	if (sodium_init() == -1)
		abort();
	fuzz_fill(a, sizeof(a), 1);
	fuzz_fill(b, sizeof(b), 2);
	hs_secret_init(&init[0], a, NULL, NULL);
	hs_secret_init(&resp[0], a, NULL, NULL);
	crypto_scalarmult_curve25519_base(pub, b);
	hs_secret_init(&init[1], NULL, a, pub);
	crypto_scalarmult_curve25519_base(pub, a);
	hs_secret_init(&resp[1], NULL, b, pub);
	memset(&p1, 0, sizeof(p1));
	p1.own_id = 1;
	for (i = 0; i < 2; i++)
		goodlen[i] = hello_create(&hs, &init[i], 1, &p1, b, good[i]);
}

static void
read_hello(int pattern, const uint8_t *p, size_t len, int changed)
{
	struct handshake hs;
	struct hello	 p1;
	int		 opened, mac1 = -1;

	opened = hello_open(&hs, &resp[pattern], p, len, &p1) == 0;
	if (hello_valid(p, len) != -1) {
		mac1 = hello_mac1_check(p, len, resp[pattern].mac1_own);
		hello_mac2_check(p, len, p);
	}
	FUZZ_CHECK(!(opened && changed));
	FUZZ_CHECK(!(mac1 == 0 && changed));
	FUZZ_CHECK(changed || opened);
}
