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

/* REPLY, of both patterns, as an initiator reads it. */

#include <sodium.h>

#include "fuzz.h"
#include "handshake.h"

static struct hs_secret	 init[2], resp[2];
static struct handshake	 try[2];
static uint8_t		 good[2][REPLY_LEN];
static int		 ready;

static void	setup(void);
static void	read_reply(int, const uint8_t *, size_t, int);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t	*p;
	int	 pattern, changed;

	if (!ready)
		setup();
	if (size < 1)
		return (0);
	pattern = data[0] & 1;
	if (data[0] & 2) {
		p = fuzz_copy(good[pattern], REPLY_LEN);
		fuzz_change(p, REPLY_LEN, REPLY_LEN, data + 1, size - 1);
		/* with a right mac1 the handshake itself must refuse it */
		if (data[0] & 4)
			crypto_generichash(p + REPLY_LEN - MAC_LEN, MAC_LEN,
			    p, REPLY_LEN - MAC_LEN, init[pattern].mac1_own,
			    32);
		changed = memcmp(p, good[pattern], REPLY_LEN) != 0;
		read_reply(pattern, p, REPLY_LEN, changed);
	} else {
		p = fuzz_copy(data + 1, size - 1);
		changed = size - 1 != REPLY_LEN ||
		    memcmp(p, good[pattern], REPLY_LEN) != 0;
		read_reply(pattern, p, size - 1, changed);
	}
	free(p);
	return (0);
}

static void
setup(void)
{
	struct handshake hs;
	struct hs_keys	 keys;
	struct hello	 p1;
	struct reply	 p2;
	uint8_t		 a[32], b[32], pub[32], hello[HELLO_MAX_LEN];
	size_t		 len;
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
	memset(&p2, 0, sizeof(p2));
	p2.own_id = 2;
	p2.peer_id = 1;
	for (i = 0; i < 2; i++) {
		len = hello_create(&try[i], &init[i], 1, &p1, b, hello);
		if (hello_open(&hs, &resp[i], hello, len, &p1) == -1 ||
		    reply_create(&hs, &resp[i], 2, &p2, a, good[i],
		    &keys) == 0)
			abort();
	}
	ready = 1;
}

static void
read_reply(int pattern, const uint8_t *p, size_t len, int changed)
{
	struct handshake hs = try[pattern];
	struct hs_keys	 keys;
	struct reply	 p2;
	int		 opened;

	opened = reply_open(&hs, &init[pattern], p, len, &p2, &keys) == 0;
	FUZZ_CHECK(opened == !changed);
	if (!opened)
		FUZZ_CHECK(memcmp(&hs, &try[pattern], sizeof(hs)) == 0);
}
