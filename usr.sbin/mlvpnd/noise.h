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

#ifndef NOISE_H
#define NOISE_H

/*
 * The Noise Protocol Framework, revision 34, as far as mlvpn needs it:
 * NNpsk0 and IKpsk2 with 25519, ChaChaPoly and BLAKE2b.  Two messages, then
 * noise_split().
 */

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#define NOISE_NNPSK0	0	/* the values are those of the wire */
#define NOISE_IKPSK2	1

#define NOISE_DHLEN	32
#define NOISE_HASHLEN	64
#define NOISE_TAGLEN	16
#define NOISE_PSKLEN	32

struct noise {
	int		 pattern;
	int		 initiator;
	int		 nmsg;		/* messages done, 0..2 */
	int		 has_k;
	uint64_t	 n;
	uint8_t		 k[32];
	uint8_t		 ck[NOISE_HASHLEN];
	uint8_t		 h[NOISE_HASHLEN];
	uint8_t		 psk[NOISE_PSKLEN];
	uint8_t		 s[NOISE_DHLEN];	/* own static, private */
	uint8_t		 spub[NOISE_DHLEN];
	uint8_t		 e[NOISE_DHLEN];	/* own ephemeral, private */
	uint8_t		 epub[NOISE_DHLEN];
	uint8_t		 rs[NOISE_DHLEN];	/* the peer's, public */
	uint8_t		 re[NOISE_DHLEN];
};

/*
 * s: own private key (IK, else NULL).  rs: the peer's public key (IK
 * initiator, else NULL).  psk: 32 bytes, or NULL for zeros; an IK responder
 * sets it with noise_psk() once message 1 has told who the peer is.
 */
void	 noise_init(struct noise *, int pattern, int initiator,
	    const void *prologue, size_t prologuelen, const uint8_t *s,
	    const uint8_t *rs, const uint8_t *psk);
void	 noise_psk(struct noise *, const uint8_t *psk);

/* e: 32 random bytes.  Returns the message's length, 0 on failure. */
size_t	 noise_write(struct noise *, const uint8_t *e, const void *payload,
	    size_t payloadlen, uint8_t *out);
/* Returns the payload's length or -1; the state is useless after -1. */
ssize_t	 noise_read(struct noise *, const uint8_t *msg, size_t len,
	    uint8_t *payload);
/* k1: initiator to responder; h: the final handshake hash. Wipes n. */
void	 noise_split(struct noise *, uint8_t k1[32], uint8_t k2[32],
	    uint8_t h[NOISE_HASHLEN]);
void	 noise_wipe(struct noise *);

#endif /* NOISE_H */
