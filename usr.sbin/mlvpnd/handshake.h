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

#ifndef HANDSHAKE_H
#define HANDSHAKE_H

/*
 * The datagrams of the handshake: HELLO, REPLY, COOKIE (mlvpn(7)).
 * Stateless but for struct handshake; randomness is passed in.
 */

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "noise.h"

#define MSG_HELLO	0x31
#define MSG_REPLY	0x32
#define MSG_COOKIE	0x33
#define MSG_DATA	0x34

#define HELLO_NN_LEN	136
#define HELLO_IK_LEN	184
#define HELLO_MAX_LEN	HELLO_IK_LEN
#define REPLY_LEN	116
#define COOKIE_LEN	64
#define P1_LEN		48
#define P2_LEN		40
#define MAC_LEN		16
#define REPLY_RECEIVER	8	/* offset of the receiver index */
#define COOKIE_RECEIVER	4

#define AEAD_CHACHA	1	/* ChaCha20-Poly1305-IETF */
#define AEAD_AES	2	/* AES-256-GCM */

/* What a tunnel (or one local static key) authenticates with. */
struct hs_secret {
	int		 pattern;
	uint8_t		 psk[32];	/* zeros if none */
	uint8_t		 s[32];		/* IK: own private key */
	uint8_t		 spub[32];
	uint8_t		 rs[32];	/* IK: the peer's public key */
	/*
	 * mac1 of what this end receives and of what the peer receives.  A
	 * COOKIE is sealed with the cookie key of the end that sends it:
	 * cookie_own seals ours, cookie_peer opens the peer's.
	 */
	uint8_t		 mac1_own[32], cookie_own[32];
	uint8_t		 mac1_peer[32], cookie_peer[32];
};

/* Payload 1 */
struct hello {
	uint64_t	 stamp;		/* us since 1970 */
	uint64_t	 own_id;	/* the sender's association id */
	uint64_t	 peer_id;	/* the receiver's, 0 unknown */
	uint32_t	 features;
	uint8_t		 aeads;		/* bit n = id n */
	uint8_t		 aeads_fast;
	uint8_t		 layer2;
	uint16_t	 tunnel_mtu;
};

/* Payload 2 */
struct reply {
	uint64_t	 own_id;
	uint64_t	 peer_id;	/* copy of hello.own_id */
	uint32_t	 features;
	uint8_t		 aead;		/* id */
	uint8_t		 continued;
	uint8_t		 layer2;
	uint16_t	 tunnel_mtu;
};

struct handshake {
	struct noise	 noise;
	uint32_t	 local_index;
	uint32_t	 remote_index;	/* responder: the HELLO's */
	uint8_t		 mac1[MAC_LEN];	/* the HELLO's */
};

/* Both transport keys before they become struct keys; wipe after use. */
struct hs_keys {
	uint8_t		 tx[32];	/* Split keys, this end's view */
	uint8_t		 rx[32];
	uint8_t		 hash[NOISE_HASHLEN];
};

/* psk, key and peer_key may be NULL: psk alone is NNpsk0, keys are IKpsk2. */
void	 hs_secret_init(struct hs_secret *, const uint8_t *psk,
	    const uint8_t *key, const uint8_t *peer_key);

/* Initiator. out: HELLO_MAX_LEN. Returns its length, 0 on failure. */
size_t	 hello_create(struct handshake *, const struct hs_secret *,
	    uint32_t index, const struct hello *, const uint8_t e[32],
	    uint8_t *out);
/* Sets mac2 of a HELLO. */
void	 hello_mac2(uint8_t *, size_t, const uint8_t cookie[MAC_LEN]);
/*
 * 0, or -1: wrong form or length, not this handshake's index, wrong mac1, not
 * authentic.  After -1 the handshake is as it was: the right one may still
 * come.  After reply_open's 0 remote_index is set and the Noise state wiped;
 * what the fields of the reply say is the caller's to check.
 */
int	 reply_open(struct handshake *, const struct hs_secret *,
	    const uint8_t *, size_t, struct reply *, struct hs_keys *);
/* Form, index and mac1 of a REPLY: 1 if it may be the right one. */
int	 reply_valid(const struct handshake *, const struct hs_secret *,
	    const uint8_t *, size_t);
int	 cookie_open(const struct handshake *, const struct hs_secret *,
	    const uint8_t *, size_t, uint8_t cookie[MAC_LEN]);

/* Responder. */
/* The pattern, or -1: wrong type, pattern, length or reserved bytes. */
int	 hello_valid(const uint8_t *, size_t);
/* 0, or -1: the MAC is wrong.  The HELLO must be valid in form. */
int	 hello_mac1_check(const uint8_t *, size_t, const uint8_t key[32]);
int	 hello_mac2_check(const uint8_t *, size_t,
	    const uint8_t cookie[MAC_LEN]);
/*
 * Two steps, as a responder with key pairs learns from the first who it is.
 * hello_open() uses s, spub and (NNpsk0) psk of the secret; after it
 * hs->noise.rs is the peer's static.  reply_create() uses psk and mac1_peer;
 * it wipes the Noise state.  hello_open() does not look at the MACs.  It
 * returns 0, or -1: wrong form, not authentic, or the id is 0; reply_create()
 * REPLY_LEN, or 0 if the peer's ephemeral key is of small order.
 */
int	 hello_open(struct handshake *, const struct hs_secret *,
	    const uint8_t *, size_t, struct hello *);
size_t	 reply_create(struct handshake *, const struct hs_secret *,
	    uint32_t index, const struct reply *, const uint8_t e[32],
	    uint8_t *out, struct hs_keys *);
/* The cookie for a source: MAC16(secret, source, local, sock). */
void	 cookie_make(uint8_t cookie[MAC_LEN], const uint8_t secret[32],
	    const struct addr *remote, const struct addr *local,
	    uint32_t sock);
/* nonce: 24 random bytes. Returns COOKIE_LEN. */
size_t	 cookie_create(const uint8_t *hello, size_t len,
	    const uint8_t cookie_key[32], const uint8_t cookie[MAC_LEN],
	    const uint8_t nonce[24], uint8_t *out);

/* The psk of a phrase: Argon2id 1.3, t=3, 64 MiB.  0, or -1 (memory). */
int	 phrase_psk(uint8_t psk[32], const char *phrase, const char *id);

#endif /* HANDSHAKE_H */
