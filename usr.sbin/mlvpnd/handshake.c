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
 * The messages of a handshake: HELLO, REPLY and COOKIE to and from bytes, with
 * their macs.
 */

#include <sys/types.h>

#include <string.h>

#include <sodium.h>

#include "handshake.h"
#include "wire.h"

#define PROLOGUE	"mlvpn 3"
#define PROLOGUE_LEN	(sizeof(PROLOGUE) - 1 + HS_HDRLEN)
#define HS_HDRLEN	8	/* type, pattern, reserved, sender index */
#define HELLO_NOISE	HS_HDRLEN
#define REPLY_NOISE	12
#define REPLY_NOISELEN	(REPLY_LEN - REPLY_NOISE - MAC_LEN)
#define COOKIE_NONCE	8
#define COOKIE_SEALED	32
#define COOKIE_SEALEDLEN (COOKIE_LEN - COOKIE_SEALED)

#define LABEL_MAC1	"mlvpn3 mac1"
#define LABEL_COOKIE	"mlvpn3 cookie"
#define LABEL_SECRET	"mlvpn3 secret"

/* Argon2id: pattern 0 implies these. */
#define PHRASE_OPSLIMIT	3
#define PHRASE_MEMLIMIT	(64 * 1024 * 1024)

static void	label_mac(uint8_t[32], const char *, const uint8_t[32]);
static void	label_hash(uint8_t *, size_t, const char *, const void *,
		    size_t);
static int	mac_check(const uint8_t *, size_t, const uint8_t *, size_t,
		    const uint8_t *);
static void	make_prologue(uint8_t[PROLOGUE_LEN], const uint8_t *);
static void	p1_put(uint8_t[P1_LEN], const struct hello *);
static void	p1_get(struct hello *, const uint8_t[P1_LEN]);
static void	p2_put(uint8_t[P2_LEN], uint32_t, const struct reply *);
static void	p2_get(struct reply *, const uint8_t[P2_LEN]);
static size_t	addr_put(uint8_t *, const struct addr *);

void
hs_secret_init(struct hs_secret *sec, const uint8_t *psk, const uint8_t *key,
    const uint8_t *peer_key)
{
	memset(sec, 0, sizeof(*sec));
	if (psk != NULL)
		memcpy(sec->psk, psk, sizeof(sec->psk));
	if (key == NULL) {
		sec->pattern = NOISE_NNPSK0;
		label_mac(sec->mac1_own, LABEL_MAC1, sec->psk);
		label_mac(sec->cookie_own, LABEL_COOKIE, sec->psk);
		memcpy(sec->mac1_peer, sec->mac1_own, 32);
		memcpy(sec->cookie_peer, sec->cookie_own, 32);
		return;
	}

	sec->pattern = NOISE_IKPSK2;
	memcpy(sec->s, key, sizeof(sec->s));
	crypto_scalarmult_curve25519_base(sec->spub, sec->s);
	label_hash(sec->mac1_own, 32, LABEL_MAC1, sec->spub, 32);
	label_hash(sec->cookie_own, 32, LABEL_COOKIE, sec->spub, 32);
	if (peer_key == NULL)
		return;
	memcpy(sec->rs, peer_key, sizeof(sec->rs));
	label_hash(sec->mac1_peer, 32, LABEL_MAC1, sec->rs, 32);
	label_hash(sec->cookie_peer, 32, LABEL_COOKIE, sec->rs, 32);
}

static void
label_mac(uint8_t out[32], const char *label, const uint8_t key[32])
{
	crypto_generichash(out, 32, (const uint8_t *)label, strlen(label),
	    key, 32);
}

static void
label_hash(uint8_t *out, size_t outlen, const char *label, const void *data,
    size_t len)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, outlen);
	crypto_generichash_update(&st, (const uint8_t *)label, strlen(label));
	crypto_generichash_update(&st, data, len);
	crypto_generichash_final(&st, out, outlen);
}

static int
mac_check(const uint8_t *mac, size_t maclen, const uint8_t *msg, size_t len,
    const uint8_t *key)
{
	uint8_t	 want[MAC_LEN];

	crypto_generichash(want, sizeof(want), msg, len, key, maclen);
	return (sodium_memcmp(mac, want, sizeof(want)));
}

size_t
hello_create(struct handshake *hs, const struct hs_secret *sec,
    uint32_t index, const struct hello *hello, const uint8_t e[32],
    uint8_t *out)
{
	uint8_t	 prologue[PROLOGUE_LEN], p1[P1_LEN];
	size_t	 len;

	memset(hs, 0, sizeof(*hs));
	hs->local_index = index;

	memset(out, 0, HS_HDRLEN);
	out[0] = MSG_HELLO;
	out[1] = sec->pattern;
	put32(out + 4, index);
	make_prologue(prologue, out);
	if (sec->pattern == NOISE_IKPSK2)
		noise_init(&hs->noise, sec->pattern, 1, prologue,
		    sizeof(prologue), sec->s, sec->rs, sec->psk);
	else
		noise_init(&hs->noise, sec->pattern, 1, prologue,
		    sizeof(prologue), NULL, NULL, sec->psk);
	p1_put(p1, hello);
	len = noise_write(&hs->noise, e, p1, sizeof(p1), out + HELLO_NOISE);
	if (len == 0) {
		noise_wipe(&hs->noise);
		return (0);
	}
	len += HELLO_NOISE;

	crypto_generichash(hs->mac1, MAC_LEN, out, len, sec->mac1_peer, 32);
	memcpy(out + len, hs->mac1, MAC_LEN);
	memset(out + len + MAC_LEN, 0, MAC_LEN);
	return (len + 2 * MAC_LEN);
}

/* A handshake is about one HELLO: its pattern and index are part of it. */
static void
make_prologue(uint8_t prologue[PROLOGUE_LEN], const uint8_t *hello)
{
	memcpy(prologue, PROLOGUE, sizeof(PROLOGUE) - 1);
	memcpy(prologue + sizeof(PROLOGUE) - 1, hello, HS_HDRLEN);
}

static void
p1_put(uint8_t p[P1_LEN], const struct hello *hello)
{
	memset(p, 0, P1_LEN);
	put64(p, hello->stamp);
	put64(p + 8, hello->own_id);
	put64(p + 16, hello->peer_id);
	put32(p + 24, hello->features);
	p[28] = hello->aeads;
	p[29] = hello->aeads_fast;
	p[30] = hello->layer2;
	put16(p + 32, hello->tunnel_mtu);
}

static void
p1_get(struct hello *hello, const uint8_t p[P1_LEN])
{
	memset(hello, 0, sizeof(*hello));
	hello->stamp = get64(p);
	hello->own_id = get64(p + 8);
	hello->peer_id = get64(p + 16);
	hello->features = get32(p + 24);
	hello->aeads = p[28];
	hello->aeads_fast = p[29];
	hello->layer2 = p[30];
	hello->tunnel_mtu = get16(p + 32);
}

void
hello_mac2(uint8_t *hello, size_t len, const uint8_t cookie[MAC_LEN])
{
	len -= MAC_LEN;
	crypto_generichash(hello + len, MAC_LEN, hello, len, cookie, MAC_LEN);
}

int
hello_valid(const uint8_t *p, size_t len)
{
	if (len < HS_HDRLEN || p[0] != MSG_HELLO || p[2] != 0 || p[3] != 0)
		return (-1);
	if (p[1] == NOISE_NNPSK0 && len == HELLO_NN_LEN)
		return (NOISE_NNPSK0);
	if (p[1] == NOISE_IKPSK2 && len == HELLO_IK_LEN)
		return (NOISE_IKPSK2);
	return (-1);
}

int
hello_mac1_check(const uint8_t *hello, size_t len, const uint8_t key[32])
{
	len -= 2 * MAC_LEN;
	return (mac_check(hello + len, 32, hello, len, key));
}

int
hello_mac2_check(const uint8_t *hello, size_t len,
    const uint8_t cookie[MAC_LEN])
{
	len -= MAC_LEN;
	return (mac_check(hello + len, MAC_LEN, hello, len, cookie));
}

int
hello_open(struct handshake *hs, const struct hs_secret *sec,
    const uint8_t *p, size_t len, struct hello *hello)
{
	uint8_t	 prologue[PROLOGUE_LEN], p1[P1_LEN];

	memset(hs, 0, sizeof(*hs));
	if (hello_valid(p, len) != sec->pattern)
		return (-1);
	hs->remote_index = get32(p + 4);
	memcpy(hs->mac1, p + len - 2 * MAC_LEN, MAC_LEN);

	make_prologue(prologue, p);
	noise_init(&hs->noise, sec->pattern, 0, prologue, sizeof(prologue),
	    sec->pattern == NOISE_IKPSK2 ? sec->s : NULL, NULL, sec->psk);
	if (noise_read(&hs->noise, p + HELLO_NOISE,
	    len - HELLO_NOISE - 2 * MAC_LEN, p1) != P1_LEN)
		goto fail;
	p1_get(hello, p1);
	if (hello->own_id == 0)
		goto fail;
	return (0);

fail:
	noise_wipe(&hs->noise);
	return (-1);
}

size_t
reply_create(struct handshake *hs, const struct hs_secret *sec,
    uint32_t index, const struct reply *reply, const uint8_t e[32],
    uint8_t *out, struct hs_keys *keys)
{
	uint8_t	 p2[P2_LEN];
	size_t	 len = REPLY_LEN - MAC_LEN;

	hs->local_index = index;
	memset(out, 0, REPLY_NOISE);
	out[0] = MSG_REPLY;
	out[1] = hs->noise.pattern;
	put32(out + 4, index);
	put32(out + REPLY_RECEIVER, hs->remote_index);

	noise_psk(&hs->noise, sec->psk);
	p2_put(p2, index, reply);
	if (noise_write(&hs->noise, e, p2, sizeof(p2), out + REPLY_NOISE) !=
	    REPLY_NOISELEN) {
		noise_wipe(&hs->noise);
		return (0);
	}
	noise_split(&hs->noise, keys->rx, keys->tx, keys->hash);

	crypto_generichash(out + len, MAC_LEN, out, len, sec->mac1_peer, 32);
	return (REPLY_LEN);
}

static void
p2_put(uint8_t p[P2_LEN], uint32_t index, const struct reply *reply)
{
	memset(p, 0, P2_LEN);
	put32(p, index);
	put64(p + 4, reply->own_id);
	put64(p + 12, reply->peer_id);
	put32(p + 20, reply->features);
	p[24] = reply->aead;
	p[25] = reply->continued;
	p[26] = reply->layer2;
	put16(p + 28, reply->tunnel_mtu);
}

static void
p2_get(struct reply *reply, const uint8_t p[P2_LEN])
{
	memset(reply, 0, sizeof(*reply));
	reply->own_id = get64(p + 4);
	reply->peer_id = get64(p + 12);
	reply->features = get32(p + 20);
	reply->aead = p[24];
	reply->continued = p[25];
	reply->layer2 = p[26];
	reply->tunnel_mtu = get16(p + 28);
}

int
reply_open(struct handshake *hs, const struct hs_secret *sec,
    const uint8_t *p, size_t len, struct reply *reply, struct hs_keys *keys)
{
	struct noise	 noise;
	uint8_t		 p2[P2_LEN];

	if (!reply_valid(hs, sec, p, len))
		return (-1);

	/* A forged REPLY must not end the handshake. */
	noise = hs->noise;
	if (noise_read(&noise, p + REPLY_NOISE, REPLY_NOISELEN, p2) != P2_LEN)
		goto fail;
	if (get32(p2) != get32(p + 4))
		goto fail;
	p2_get(reply, p2);
	if (reply->own_id == 0 || reply->continued > 1)
		goto fail;

	hs->remote_index = get32(p + 4);
	noise_split(&noise, keys->tx, keys->rx, keys->hash);
	noise_wipe(&hs->noise);
	return (0);

fail:
	noise_wipe(&noise);
	return (-1);
}

/* All checks without decryption. */
int
reply_valid(const struct handshake *hs, const struct hs_secret *sec,
    const uint8_t *p, size_t len)
{
	if (len != REPLY_LEN || p[0] != MSG_REPLY ||
	    p[1] != hs->noise.pattern || p[2] != 0 || p[3] != 0)
		return (0);
	if (get32(p + REPLY_RECEIVER) != hs->local_index)
		return (0);
	len -= MAC_LEN;
	return (mac_check(p + len, 32, p, len, sec->mac1_own) == 0);
}

void
cookie_make(uint8_t cookie[MAC_LEN], const uint8_t secret[32],
    const struct addr *remote, const struct addr *local, uint32_t sock)
{
	uint8_t	 buf[64];
	size_t	 len;

	len = addr_put(buf, remote);
	put16(buf + len, remote->port);
	len += 2;
	len += addr_put(buf + len, local);
	put32(buf + len, sock);
	len += 4;
	crypto_generichash(cookie, MAC_LEN, buf, len, secret, 32);
}

/* Family, address, scope: at most 21 bytes. */
static size_t
addr_put(uint8_t *p, const struct addr *addr)
{
	size_t	 len;

	len = addr->family == 6 ? 16 : addr->family == 4 ? 4 : 0;
	p[0] = addr->family;
	memcpy(p + 1, addr->ip, len);
	put32(p + 1 + len, addr->scope);
	return (1 + len + 4);
}

size_t
cookie_create(const uint8_t *hello, size_t len, const uint8_t cookie_key[32],
    const uint8_t cookie[MAC_LEN], const uint8_t nonce[24], uint8_t *out)
{
	memset(out, 0, COOKIE_NONCE);
	out[0] = MSG_COOKIE;
	memcpy(out + COOKIE_RECEIVER, hello + 4, 4);
	memcpy(out + COOKIE_NONCE, nonce, 24);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + COOKIE_SEALED, NULL,
	    cookie, MAC_LEN, hello + len - 2 * MAC_LEN, MAC_LEN, NULL, nonce,
	    cookie_key);
	return (COOKIE_LEN);
}

int
cookie_open(const struct handshake *hs, const struct hs_secret *sec,
    const uint8_t *p, size_t len, uint8_t cookie[MAC_LEN])
{
	if (len != COOKIE_LEN || p[0] != MSG_COOKIE || p[1] != 0 ||
	    p[2] != 0 || p[3] != 0 ||
	    get32(p + COOKIE_RECEIVER) != hs->local_index)
		return (-1);
	return (crypto_aead_xchacha20poly1305_ietf_decrypt(cookie, NULL, NULL,
	    p + COOKIE_SEALED, COOKIE_SEALEDLEN, hs->mac1, MAC_LEN,
	    p + COOKIE_NONCE, sec->cookie_peer));
}

int
phrase_psk(uint8_t psk[32], const char *phrase, const char *id)
{
	uint8_t	 salt[crypto_pwhash_SALTBYTES];

	label_hash(salt, sizeof(salt), LABEL_SECRET, id, strlen(id));
	return (crypto_pwhash(psk, 32, phrase, strlen(phrase), salt,
	    PHRASE_OPSLIMIT, PHRASE_MEMLIMIT, crypto_pwhash_ALG_ARGON2ID13));
}
