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
 * Encodes and decodes datagrams of MLVPN 2.x, encrypted or not.
 */


#include <sys/types.h>

#include <sodium.h>
#include <string.h>

#include "mlvpn2_wire.h"
#include "wire.h"

/* Bytes 2 and 3 of the header: a word of bit fields, little endian. */
#define WORD_VERSION(w)		((w) & 0x0f)
#define WORD_TYPE(w)		((w) >> 4 & 0x3f)
#define WORD_REORDER(w)		((w) >> 10 & 1)

static void	 nonce_make(uint8_t [crypto_secretbox_NONCEBYTES],
		    const struct mlvpn2_header *);

size_t
mlvpn2_overhead(int cleartext)
{
	return (MLVPN2_HDRLEN + (cleartext ? 0 : MLVPN2_MACLEN));
}

int
mlvpn2_fits(size_t len, int layer2, int cleartext)
{
	if (!layer2 && len > MLVPN2_MTU)
		return (0);
	return (len + mlvpn2_overhead(cleartext) <= MLVPN2_DGRAM_MAX);
}

void
mlvpn2_key(uint8_t key[MLVPN2_KEYLEN], const char *phrase)
{
	crypto_generichash(key, MLVPN2_KEYLEN, (const uint8_t *)phrase,
	    strlen(phrase), NULL, 0);
}

int
mlvpn2_header_get(struct mlvpn2_header *h, const uint8_t *p, size_t len)
{
	uint16_t	 word;

	if (len < MLVPN2_HDRLEN)
		return (-1);
	h->len = get16(p);
	if (h->len == 0 || h->len > MLVPN2_LEN_MAX ||
	    h->len != len - MLVPN2_HDRLEN)
		return (-1);
	word = p[2] | p[3] << 8;
	h->version = WORD_VERSION(word);
	h->type = WORD_TYPE(word);
	h->reorder = WORD_REORDER(word);
	h->stamp = get16(p + 4);
	h->echo = get16(p + 6);
	h->flow = get32(p + 8);
	h->seq = get64(p + 12);
	h->data_seq = get64(p + 20);
	return (0);
}

void
mlvpn2_header_put(uint8_t *p, const struct mlvpn2_header *h)
{
	uint16_t	 word;

	word = WORD_VERSION(h->version) | (h->type & 0x3f) << 4 |
	    (h->reorder & 1) << 10;
	put16(p, h->len);
	p[2] = word & 0xff;
	p[3] = word >> 8;
	put16(p + 4, h->stamp);
	put16(p + 6, h->echo);
	put32(p + 8, h->flow);
	put64(p + 12, h->seq);
	put64(p + 20, h->data_seq);
}

size_t
mlvpn2_seal(struct mlvpn2_header *h, const uint8_t *plain, size_t len,
    const uint8_t *key, uint8_t *dgram)
{
	uint8_t	 nonce[crypto_secretbox_NONCEBYTES];

	h->len = len + (key != NULL ? MLVPN2_MACLEN : 0);
	mlvpn2_header_put(dgram, h);
	if (key == NULL)
		memcpy(dgram + MLVPN2_HDRLEN, plain, len);
	else {
		nonce_make(nonce, h);
		crypto_secretbox_easy(dgram + MLVPN2_HDRLEN, plain, len, nonce,
		    key);
	}
	return (MLVPN2_HDRLEN + h->len);
}

ssize_t
mlvpn2_open(const struct mlvpn2_header *h, const uint8_t *dgram,
    const uint8_t *key, uint8_t *plain)
{
	uint8_t	 nonce[crypto_secretbox_NONCEBYTES];

	if (h->len < MLVPN2_MACLEN)
		return (-1);
	nonce_make(nonce, h);
	if (crypto_secretbox_open_easy(plain, dgram + MLVPN2_HDRLEN, h->len,
	    nonce, key) == -1)
		return (-1);
	return (h->len - MLVPN2_MACLEN);
}

/* Sequence and flow, little endian both, and zeros. */
static void
nonce_make(uint8_t nonce[crypto_secretbox_NONCEBYTES],
    const struct mlvpn2_header *h)
{
	int	 i;

	memset(nonce, 0, crypto_secretbox_NONCEBYTES);
	for (i = 0; i < 8; i++)
		nonce[i] = h->seq >> (8 * i) & 0xff;
	for (i = 0; i < 4; i++)
		nonce[8 + i] = h->flow >> (8 * i) & 0xff;
}

ssize_t
mlvpn2_trim(const uint8_t *p, size_t len)
{
	size_t	 total;

	if (len >= 20 && p[0] >> 4 == 4) {
		total = get16(p + 2);
		if (total < 20)
			return (-1);
	} else if (len >= 40 && p[0] >> 4 == 6)
		total = 40 + (size_t)get16(p + 4);
	else
		return (-1);
	return (total <= len ? (ssize_t)total : -1);
}

void
mlvpn2_window_init(struct mlvpn2_window *w, int any, uint64_t highest)
{
	w->any = any;
	w->highest = highest;
	memset(w->bits, 0xff, sizeof(w->bits));
}

int
mlvpn2_window_seen(const struct mlvpn2_window *w, uint64_t seq)
{
	if (!w->any || seq > w->highest)
		return (0);
	return (w->highest - seq >= MLVPN2_WINDOW ||
	    bitmap_has(w->bits, MLVPN2_WINDOW, seq));
}

int
mlvpn2_window_add(struct mlvpn2_window *w, uint64_t seq)
{
	int	 newest = !w->any || seq > w->highest;

	if (!w->any)
		bitmap_zero(w->bits, MLVPN2_WINDOW);
	else if (newest)
		bitmap_advance(w->bits, MLVPN2_WINDOW, w->highest, seq);
	if (newest)
		w->highest = seq;
	w->any = 1;
	bitmap_set(w->bits, MLVPN2_WINDOW, seq);
	return (newest);
}
