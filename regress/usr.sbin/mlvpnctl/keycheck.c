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


/*
 * usage: keycheck private public
 *
 * Exits with 0 if both are Curve25519 keys in base64 that belong together.
 */

#include <err.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void	 unbase64(uint8_t *, const char *);

int
main(int argc, char *argv[])
{
	uint8_t	 key[32], pub[32], want[32];

	if (argc != 3 || sodium_init() == -1)
		errx(1, "arguments");
	unbase64(key, argv[1]);
	unbase64(pub, argv[2]);
	if (crypto_scalarmult_base(want, key) == -1)
		errx(1, "crypto_scalarmult_base");
	if (memcmp(pub, want, sizeof(pub)) != 0)
		errx(1, "%s is not the public key of %s", argv[2], argv[1]);
	return (0);
}

static void
unbase64(uint8_t *key, const char *text)
{
	size_t	 len;

	if (sodium_base642bin(key, 32, text, strlen(text), NULL, &len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == -1 || len != 32)
		errx(1, "not 32 bytes in base64: %s", text);
}
