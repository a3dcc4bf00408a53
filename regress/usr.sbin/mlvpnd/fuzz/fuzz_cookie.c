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

/* COOKIE, as an initiator reads it. */

#include <sodium.h>

#include "fuzz.h"
#include "handshake.h"

static struct hs_secret	 sec;
static struct handshake	 try;
static uint8_t		 good[COOKIE_LEN], secret[MAC_LEN];
static int		 ready;

static void	setup(void);
static void	read_cookie(const uint8_t *, size_t, int);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t	*p;
	int	 changed;

	if (!ready)
		setup();
	if (size < 1)
		return (0);
	if (data[0] & 1) {
		p = fuzz_copy(good, COOKIE_LEN);
		changed = fuzz_change(p, COOKIE_LEN, COOKIE_LEN, data + 1,
		    size - 1);
		read_cookie(p, COOKIE_LEN, changed);
	} else {
		p = fuzz_copy(data + 1, size - 1);
		changed = size - 1 != COOKIE_LEN ||
		    memcmp(p, good, COOKIE_LEN) != 0;
		read_cookie(p, size - 1, changed);
	}
	free(p);
	return (0);
}

static void
setup(void)
{
	struct hello	 p1;
	uint8_t		 psk[32], nonce[24], hello[HELLO_MAX_LEN];
	size_t		 len;

	if (sodium_init() == -1)
		abort();
	fuzz_fill(psk, sizeof(psk), 1);
	fuzz_fill(nonce, sizeof(nonce), 2);
	fuzz_fill(secret, sizeof(secret), 3);
	hs_secret_init(&sec, psk, NULL, NULL);
	memset(&p1, 0, sizeof(p1));
	p1.own_id = 1;
	len = hello_create(&try, &sec, 1, &p1, psk, hello);
	cookie_create(hello, len, sec.cookie_own, secret, nonce, good);
	ready = 1;
}

static void
read_cookie(const uint8_t *p, size_t len, int changed)
{
	uint8_t	 cookie[MAC_LEN];
	int	 opened;

	opened = cookie_open(&try, &sec, p, len, cookie) == 0;
	FUZZ_CHECK(opened == !changed);
	if (opened)
		FUZZ_CHECK(memcmp(cookie, secret, MAC_LEN) == 0);
}
