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
 * The keys of an association: derives them, encrypts and decrypts datagrams,
 * and enforces their limits.
 */

#include <sys/types.h>

#include <string.h>

#include <sodium.h>

#include "session.h"
#include "wire.h"

#define NONCE_LEN	12	/* of both AEADs */
#define LABEL_KEY	"mlvpn3 key"
#define HALF_RANGE	((uint64_t)1 << 31)
#define WHOLE_RANGE	((uint64_t)1 << 32)

const struct session_limits session_limits_default = {
	.soft_time = 120 * 1000000ULL,
	.soft_time_peer = 135 * 1000000ULL,
	.hard_time = 180 * 1000000ULL,
	.old_time = 10 * 1000000ULL,
	.soft_dgrams = 1ULL << 26,
	.soft_bytes = 1ULL << 37,
	.hard_dgrams = 1ULL << 28,
	.hard_bytes = 1ULL << 38,
	.hard_badtags = 1ULL << 36
};

static int	aead_known(uint8_t);
static void	aead_key_init(struct aead_key *, uint8_t, const uint8_t[32],
		    const uint8_t[NOISE_HASHLEN]);
static void	data_nonce(uint8_t[NONCE_LEN], uint8_t, uint64_t);
static int	window_new(const struct lane *, uint64_t);
static void	window_set(struct lane *, uint64_t);

uint8_t
aead_available(void)
{
	uint8_t	 aeads = 1 << AEAD_CHACHA;

	if (crypto_aead_aes256gcm_is_available())
		aeads |= 1 << AEAD_AES;
	return (aeads);
}

/* libsodium has AES-256-GCM only with hardware support. */
uint8_t
aead_fast(void)
{
	return (aead_available());
}

const char *
aead_name(uint8_t id)
{
	switch (id) {
	case AEAD_CHACHA:
		return ("chacha20-poly1305");
	case AEAD_AES:
		return ("aes-256-gcm");
	default:
		return ("unknown");
	}
}

static int
aead_known(uint8_t id)
{
	return (id < 8 && (aead_available() & 1 << id) != 0);
}

void
keys_init(struct keys *keys, const struct hs_keys *hs, uint8_t aead,
    int initiator, uint32_t local_index, uint32_t remote_index, uint64_t now)
{
	memset(keys, 0, sizeof(*keys));
	keys->initiator = initiator != 0;
	keys->local_index = local_index;
	keys->remote_index = remote_index;
	keys->created = now;
	if (!aead_known(aead))
		return;
	keys->aead = aead;
	aead_key_init(&keys->tx, aead, hs->tx, hs->hash);
	aead_key_init(&keys->rx, aead, hs->rx, hs->hash);
}

static void
aead_key_init(struct aead_key *key, uint8_t aead, const uint8_t split[32],
    const uint8_t hash[NOISE_HASHLEN])
{
	uint8_t	 buf[sizeof(LABEL_KEY) - 1 + 1 + NOISE_HASHLEN];
	size_t	 len = sizeof(LABEL_KEY) - 1;

	memcpy(buf, LABEL_KEY, len);
	buf[len++] = aead;
	memcpy(buf + len, hash, NOISE_HASHLEN);
	crypto_generichash(key->key, sizeof(key->key), buf, sizeof(buf),
	    split, 32);
	if (aead == AEAD_AES)
		crypto_aead_aes256gcm_beforenm(&key->aes, key->key);
	sodium_memzero(buf, sizeof(buf));
}

void
keys_wipe(struct keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}

int
keys_usable(const struct keys *keys, const struct session_limits *limits,
    uint64_t now)
{
	if (keys->aead == 0 || now - keys->created >= limits->hard_time)
		return (0);
	if (keys->rx_badtags >= limits->hard_badtags)
		return (0);
	if (keys->aead != AEAD_AES)
		return (1);
	return (keys->tx_dgrams < limits->hard_dgrams &&
	    keys->rx_dgrams < limits->hard_dgrams &&
	    keys->tx_bytes < limits->hard_bytes &&
	    keys->rx_bytes < limits->hard_bytes);
}

int
keys_worn(const struct keys *keys, const struct session_limits *limits)
{
	return (keys->aead == AEAD_AES &&
	    (keys->tx_dgrams >= limits->soft_dgrams ||
	    keys->tx_bytes >= limits->soft_bytes));
}

size_t
data_seal(struct keys *keys, struct lane *lane, uint8_t path,
    const uint8_t *plain, size_t len, uint8_t *out, uint64_t *number)
{
	uint8_t		 nonce[NONCE_LEN];
	uint64_t	 n;
	int		 error;

	if (keys->aead == 0)
		return (0);

	n = lane->tx_next++;
	out[0] = MSG_DATA;
	out[1] = path;
	put32(out + 2, keys->remote_index);
	put32(out + 6, n & 0xffffffff);
	data_nonce(nonce, path, n);
	if (keys->aead == AEAD_AES)
		error = crypto_aead_aes256gcm_encrypt_afternm(out +
		    DATA_HDRLEN, NULL, plain, len, out, DATA_HDRLEN, NULL,
		    nonce, &keys->tx.aes);
	else
		error = crypto_aead_chacha20poly1305_ietf_encrypt(out +
		    DATA_HDRLEN, NULL, plain, len, out, DATA_HDRLEN, NULL,
		    nonce, keys->tx.key);
	if (error != 0)
		return (0);

	len += DATA_HDRLEN + DATA_TAGLEN;
	keys->tx_dgrams++;
	keys->tx_bytes += len;
	*number = n;
	return (len);
}

/* A path and the number on it: neither repeats while an association lives. */
static void
data_nonce(uint8_t nonce[NONCE_LEN], uint8_t path, uint64_t number)
{
	memset(nonce, 0, 3);
	nonce[3] = path;
	put64(nonce + 4, number);
}

int
data_header(const uint8_t *p, size_t len, uint8_t *path, uint32_t *index,
    uint32_t *number)
{
	if (len < DATA_MINLEN || p[0] != MSG_DATA || (p[1] & 0x40) != 0)
		return (-1);
	*path = p[1];
	*index = get32(p + 2);
	*number = get32(p + 6);
	return (0);
}

enum data_result
data_open(struct keys *keys, struct lane *lane, const uint8_t *p, size_t len,
    uint8_t *plain, uint64_t *number)
{
	uint8_t		 nonce[NONCE_LEN];
	uint64_t	 n;
	int		 error;

	if (keys->aead == 0 || len < DATA_MINLEN)
		return (DATA_BADTAG);
	n = number_rebuild(lane->rx_any ? lane->rx_highest + 1 : 0,
	    get32(p + 6));
	if (!window_new(lane, n))
		return (DATA_REPLAYED);

	data_nonce(nonce, p[1], n);
	if (keys->aead == AEAD_AES)
		error = crypto_aead_aes256gcm_decrypt_afternm(plain, NULL,
		    NULL, p + DATA_HDRLEN, len - DATA_HDRLEN, p, DATA_HDRLEN,
		    nonce, &keys->rx.aes);
	else
		error = crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL,
		    NULL, p + DATA_HDRLEN, len - DATA_HDRLEN, p, DATA_HDRLEN,
		    nonce, keys->rx.key);
	if (error != 0) {
		keys->rx_badtags++;
		return (DATA_BADTAG);
	}

	window_set(lane, n);
	lane->rx_dgrams++;
	lane->rx_bytes += len;
	keys->rx_dgrams++;
	keys->rx_bytes += len;
	*number = n;
	return (DATA_OK);
}

uint64_t
number_rebuild(uint64_t expected, uint32_t low)
{
	uint64_t	 n;

	n = (expected & ~(WHOLE_RANGE - 1)) | low;
	if (n > expected && n - expected > HALF_RANGE && n >= WHOLE_RANGE)
		return (n - WHOLE_RANGE);
	if (n < expected && expected - n >= HALF_RANGE &&
	    n <= UINT64_MAX - WHOLE_RANGE)
		return (n + WHOLE_RANGE);
	return (n);
}

/* Neither below the window nor seen. */
static int
window_new(const struct lane *lane, uint64_t n)
{
	if (!lane->rx_any || n > lane->rx_highest)
		return (1);
	if (lane->rx_highest - n >= WINDOW_SIZE)
		return (0);
	return (!bitmap_has(lane->window, WINDOW_SIZE, n));
}

/* Was number n received?  True also for what is too old to tell. */
int
lane_has(const struct lane *lane, uint64_t n)
{
	return (!window_new(lane, n));
}

static void
window_set(struct lane *lane, uint64_t n)
{
	if (!lane->rx_any) {
		lane->rx_any = 1;
		lane->rx_highest = n;
	} else if (n > lane->rx_highest) {
		bitmap_advance(lane->window, WINDOW_SIZE, lane->rx_highest, n);
		lane->rx_highest = n;
	}
	bitmap_set(lane->window, WINDOW_SIZE, n);
}
