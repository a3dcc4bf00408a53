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
 * The handshakes of the Noise Protocol Framework that mlvpn(7) uses, made of
 * the primitives of libsodium.
 */

#include <sys/types.h>

#include <string.h>

#include <sodium.h>

#include "noise.h"

#define BLOCKLEN	128	/* of BLAKE2b, for HMAC */
#define NAMELEN		37

enum token {
	END,
	E,
	S,
	EE,
	ES,
	SE,
	SS,
	PSK
};

/* Noise revision 34, sections 7.5 and 9.4. */
static const struct pattern {
	char		 name[NAMELEN + 1];
	int		 responder_s;	/* pre-message "<- s" */
	enum token	 message[2][6];
} patterns[] = {
	[NOISE_NNPSK0] = {
		"Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b", 0,
		{ { PSK, E, END }, { E, EE, END } }
	},
	[NOISE_IKPSK2] = {
		"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b", 1,
		{ { E, ES, S, SS, END }, { E, EE, SE, PSK, END } }
	}
};

static void	hmac(uint8_t[NOISE_HASHLEN], const uint8_t[NOISE_HASHLEN],
		    const void *, size_t);
static void	hkdf(const uint8_t[NOISE_HASHLEN], const void *, size_t,
		    uint8_t[][NOISE_HASHLEN], int);
static void	mix_hash(struct noise *, const void *, size_t);
static void	mix_key(struct noise *, const void *, size_t);
static void	mix_key_and_hash(struct noise *, const void *, size_t);
static int	mix_dh(struct noise *, const uint8_t[NOISE_DHLEN],
		    const uint8_t[NOISE_DHLEN]);
static int	mix_token(struct noise *, enum token);
static void	mix_ephemeral(struct noise *, const uint8_t[NOISE_DHLEN]);
static void	make_nonce(struct noise *,
		    uint8_t[crypto_aead_chacha20poly1305_ietf_NPUBBYTES]);
static size_t	encrypt_and_hash(struct noise *, const void *, size_t,
		    uint8_t *);
static int	decrypt_and_hash(struct noise *, const uint8_t *, size_t,
		    uint8_t *);

static void
hmac(uint8_t out[NOISE_HASHLEN], const uint8_t key[NOISE_HASHLEN],
    const void *msg, size_t len)
{
	crypto_generichash_state st;
	uint8_t	 pad[BLOCKLEN];
	int	 i;

	memset(pad, 0x36, sizeof(pad));
	for (i = 0; i < NOISE_HASHLEN; i++)
		pad[i] ^= key[i];
	crypto_generichash_init(&st, NULL, 0, NOISE_HASHLEN);
	crypto_generichash_update(&st, pad, sizeof(pad));
	crypto_generichash_update(&st, msg, len);
	crypto_generichash_final(&st, out, NOISE_HASHLEN);

	for (i = 0; i < BLOCKLEN; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	crypto_generichash_init(&st, NULL, 0, NOISE_HASHLEN);
	crypto_generichash_update(&st, pad, sizeof(pad));
	crypto_generichash_update(&st, out, NOISE_HASHLEN);
	crypto_generichash_final(&st, out, NOISE_HASHLEN);

	sodium_memzero(pad, sizeof(pad));
	sodium_memzero(&st, sizeof(st));
}

static void
hkdf(const uint8_t ck[NOISE_HASHLEN], const void *ikm, size_t len,
    uint8_t out[][NOISE_HASHLEN], int nout)
{
	uint8_t	 temp[NOISE_HASHLEN], buf[NOISE_HASHLEN + 1];
	int	 i;

	hmac(temp, ck, ikm, len);
	buf[NOISE_HASHLEN] = 1;
	hmac(out[0], temp, buf + NOISE_HASHLEN, 1);
	for (i = 1; i < nout; i++) {
		memcpy(buf, out[i - 1], NOISE_HASHLEN);
		buf[NOISE_HASHLEN] = i + 1;
		hmac(out[i], temp, buf, sizeof(buf));
	}
	sodium_memzero(temp, sizeof(temp));
	sodium_memzero(buf, sizeof(buf));
}

static void
mix_hash(struct noise *n, const void *data, size_t len)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, NOISE_HASHLEN);
	crypto_generichash_update(&st, n->h, NOISE_HASHLEN);
	crypto_generichash_update(&st, data, len);
	crypto_generichash_final(&st, n->h, NOISE_HASHLEN);
}

static void
mix_key(struct noise *n, const void *ikm, size_t len)
{
	uint8_t	 out[2][NOISE_HASHLEN];

	hkdf(n->ck, ikm, len, out, 2);
	memcpy(n->ck, out[0], NOISE_HASHLEN);
	memcpy(n->k, out[1], sizeof(n->k));
	n->has_k = 1;
	n->n = 0;
	sodium_memzero(out, sizeof(out));
}

static void
mix_key_and_hash(struct noise *n, const void *ikm, size_t len)
{
	uint8_t	 out[3][NOISE_HASHLEN];

	hkdf(n->ck, ikm, len, out, 3);
	memcpy(n->ck, out[0], NOISE_HASHLEN);
	mix_hash(n, out[1], NOISE_HASHLEN);
	memcpy(n->k, out[2], sizeof(n->k));
	n->has_k = 1;
	n->n = 0;
	sodium_memzero(out, sizeof(out));
}

/* Fails on a public key of small order: the secret would be all zeros. */
static int
mix_dh(struct noise *n, const uint8_t priv[NOISE_DHLEN],
    const uint8_t pub[NOISE_DHLEN])
{
	uint8_t	 dh[NOISE_DHLEN];

	if (crypto_scalarmult_curve25519(dh, priv, pub) == -1)
		return (-1);
	mix_key(n, dh, sizeof(dh));
	sodium_memzero(dh, sizeof(dh));
	return (0);
}

/* The tokens that are the same for writer and reader. */
static int
mix_token(struct noise *n, enum token token)
{
	switch (token) {
	case EE:
		return (mix_dh(n, n->e, n->re));
	case ES:
		if (n->initiator)
			return (mix_dh(n, n->e, n->rs));
		return (mix_dh(n, n->s, n->re));
	case SE:
		if (n->initiator)
			return (mix_dh(n, n->s, n->re));
		return (mix_dh(n, n->e, n->rs));
	case SS:
		return (mix_dh(n, n->s, n->rs));
	case PSK:
		mix_key_and_hash(n, n->psk, sizeof(n->psk));
		return (0);
	default:
		return (-1);
	}
}

/* Handshakes with a psk mix ephemerals into the key too (section 9.2). */
static void
mix_ephemeral(struct noise *n, const uint8_t pub[NOISE_DHLEN])
{
	mix_hash(n, pub, NOISE_DHLEN);
	mix_key(n, pub, NOISE_DHLEN);
}

/* 32 bits of zeros, the counter in little endian. */
static void
make_nonce(struct noise *n,
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES])
{
	uint64_t v = n->n++;
	int	 i;

	memset(nonce, 0, 4);
	for (i = 4; i < 12; i++) {
		nonce[i] = v;
		v >>= 8;
	}
}

static size_t
encrypt_and_hash(struct noise *n, const void *plain, size_t len, uint8_t *out)
{
	uint8_t	 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

	if (n->has_k) {
		make_nonce(n, nonce);
		crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain,
		    len, n->h, NOISE_HASHLEN, NULL, nonce, n->k);
		len += NOISE_TAGLEN;
	} else if (len > 0)
		memcpy(out, plain, len);
	mix_hash(n, out, len);
	return (len);
}

/* len: of the ciphertext, with its tag if there is a key. */
static int
decrypt_and_hash(struct noise *n, const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t	 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

	if (n->has_k) {
		make_nonce(n, nonce);
		if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL,
		    in, len, n->h, NOISE_HASHLEN, nonce, n->k) == -1)
			return (-1);
	} else if (len > 0)
		memcpy(out, in, len);
	mix_hash(n, in, len);
	return (0);
}

void
noise_init(struct noise *n, int pattern, int initiator, const void *prologue,
    size_t prologuelen, const uint8_t *s, const uint8_t *rs,
    const uint8_t *psk)
{
	memset(n, 0, sizeof(*n));
	n->pattern = pattern;
	n->initiator = initiator != 0;
	if (s != NULL) {
		memcpy(n->s, s, sizeof(n->s));
		crypto_scalarmult_curve25519_base(n->spub, n->s);
	}
	if (rs != NULL)
		memcpy(n->rs, rs, sizeof(n->rs));
	noise_psk(n, psk);

	/* The name is shorter than a hash: padded with zeros. */
	memcpy(n->h, patterns[pattern].name, NAMELEN);
	memcpy(n->ck, n->h, sizeof(n->ck));
	mix_hash(n, prologue, prologuelen);
	if (patterns[pattern].responder_s)
		mix_hash(n, initiator ? n->rs : n->spub, NOISE_DHLEN);
}

void
noise_psk(struct noise *n, const uint8_t *psk)
{
	if (psk != NULL)
		memcpy(n->psk, psk, sizeof(n->psk));
	else
		memset(n->psk, 0, sizeof(n->psk));
}

size_t
noise_write(struct noise *n, const uint8_t *e, const void *payload,
    size_t payloadlen, uint8_t *out)
{
	const enum token *t;
	size_t		  len = 0;

	if (n->nmsg > 1 || (n->nmsg == 0) != n->initiator)
		return (0);
	for (t = patterns[n->pattern].message[n->nmsg]; *t != END; t++) {
		switch (*t) {
		case E:
			memcpy(n->e, e, sizeof(n->e));
			crypto_scalarmult_curve25519_base(n->epub, n->e);
			memcpy(out + len, n->epub, NOISE_DHLEN);
			len += NOISE_DHLEN;
			mix_ephemeral(n, n->epub);
			break;
		case S:
			len += encrypt_and_hash(n, n->spub, NOISE_DHLEN,
			    out + len);
			break;
		default:
			if (mix_token(n, *t) == -1)
				return (0);
			break;
		}
	}
	len += encrypt_and_hash(n, payload, payloadlen, out + len);
	n->nmsg++;
	return (len);
}

ssize_t
noise_read(struct noise *n, const uint8_t *msg, size_t len, uint8_t *payload)
{
	const enum token *t;
	size_t		  need;

	if (n->nmsg > 1 || (n->nmsg == 0) == n->initiator)
		return (-1);
	for (t = patterns[n->pattern].message[n->nmsg]; *t != END; t++) {
		switch (*t) {
		case E:
			if (len < NOISE_DHLEN)
				return (-1);
			memcpy(n->re, msg, NOISE_DHLEN);
			msg += NOISE_DHLEN;
			len -= NOISE_DHLEN;
			mix_ephemeral(n, n->re);
			break;
		case S:
			need = NOISE_DHLEN + (n->has_k ? NOISE_TAGLEN : 0);
			if (len < need ||
			    decrypt_and_hash(n, msg, need, n->rs) == -1)
				return (-1);
			msg += need;
			len -= need;
			break;
		default:
			if (mix_token(n, *t) == -1)
				return (-1);
			break;
		}
	}
	need = n->has_k ? NOISE_TAGLEN : 0;
	if (len < need || decrypt_and_hash(n, msg, len, payload) == -1)
		return (-1);
	n->nmsg++;
	return (len - need);
}

void
noise_split(struct noise *n, uint8_t k1[32], uint8_t k2[32],
    uint8_t h[NOISE_HASHLEN])
{
	uint8_t	 out[2][NOISE_HASHLEN];

	hkdf(n->ck, NULL, 0, out, 2);
	memcpy(k1, out[0], 32);
	memcpy(k2, out[1], 32);
	memcpy(h, n->h, NOISE_HASHLEN);
	sodium_memzero(out, sizeof(out));
	noise_wipe(n);
}

void
noise_wipe(struct noise *n)
{
	sodium_memzero(n, sizeof(*n));
}
