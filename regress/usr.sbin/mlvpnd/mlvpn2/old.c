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


#include <sodium.h>
#include <string.h>

#include "old.h"

#define SECOND	1000000ULL

static void	 put(uint8_t *, uint64_t, int);
static uint64_t	 take(const uint8_t *, int);
static void	 nonce_of(uint8_t [24], const uint8_t *);
static unsigned int clock16(uint64_t);
static void	 old_auth(struct old *, uint64_t);
static void	 old_down(struct old *);

static void
put(uint8_t *p, uint64_t v, int n)
{
	while (n-- > 0) {
		p[n] = v & 0xff;
		v >>= 8;
	}
}

static uint64_t
take(const uint8_t *p, int n)
{
	uint64_t	 v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return (v);
}

/* The header's sequence and flow, each turned round. */
static void
nonce_of(uint8_t nonce[24], const uint8_t *header)
{
	int	 i;

	memset(nonce, 0, 24);
	for (i = 0; i < 8; i++)
		nonce[i] = header[19 - i];
	for (i = 0; i < 4; i++)
		nonce[8 + i] = header[11 - i];
}

static unsigned int
clock16(uint64_t now)
{
	unsigned int	 ms = now / 1000 & 0xffff;

	return (ms == 0xffff ? 0 : ms);
}

void
old_key(uint8_t key[32], const char *password)
{
	crypto_generichash(key, 32, (const uint8_t *)password,
	    strlen(password), NULL, 0);
}

size_t
old_make(struct old *o, int type, const void *plain, size_t len, uint64_t now,
    uint8_t *buf)
{
	static const uint8_t	 none[1];
	uint8_t			 nonce[24];
	unsigned int		 echo = 0xffff;
	int			 clear = o->clear && type == OLD_DATA;

	if (plain == NULL)
		plain = none;
	if (o->stamped && now - o->stamp_at < SECOND) {
		echo = (o->stamp + (now - o->stamp_at) / 1000) & 0xffff;
		o->stamped = 0;
	}
	put(buf, len + (clear ? 0 : 16), 2);
	buf[2] = (type & 0xf) << 4 | o->version;
	buf[3] = type >> 4 | o->reorder << 2;
	put(buf + 4, clock16(now), 2);
	put(buf + 6, echo, 2);
	put(buf + 8, o->flow, 4);
	put(buf + 12, o->seq++, 8);
	put(buf + 20, type == OLD_DATA ? o->data_seq++ : 0, 8);
	if (clear) {
		memcpy(buf + 28, plain, len);
		return (28 + len);
	}
	nonce_of(nonce, buf);
	crypto_secretbox_easy(buf + 28, plain, len, nonce, o->key);
	return (28 + 16 + len);
}

int
old_parse(const uint8_t key[32], int clear, const uint8_t *buf, size_t size,
    struct old_header *h, uint8_t *plain)
{
	uint8_t	 nonce[24];

	if (size < 28)
		return (-1);
	h->len = take(buf, 2);
	h->version = buf[2] & 0xf;
	h->type = buf[2] >> 4 | (buf[3] & 3) << 4;
	h->reorder = buf[3] >> 2 & 1;
	h->unused = buf[3] >> 3;
	h->stamp = take(buf + 4, 2);
	h->echo = take(buf + 6, 2);
	h->flow = take(buf + 8, 4);
	h->seq = take(buf + 12, 8);
	h->data_seq = take(buf + 20, 8);
	if (h->len == 0 || h->len > 1500 || h->len > size - 28)
		return (-1);
	if (clear && h->type == OLD_DATA) {
		memcpy(plain, buf + 28, h->len);
		return (h->len);
	}
	nonce_of(nonce, buf);
	if (h->len < 16 || crypto_secretbox_open_easy(plain, buf + 28, h->len,
	    nonce, key) == -1)
		return (-1);
	return (h->len - 16);
}

void
old_read(struct old *o, const uint8_t *buf, size_t size, uint64_t now)
{
	struct old_header	 h;
	uint8_t			 plain[2048];
	unsigned int		 rtt;
	int			 len;

	if (size > 1500 || (len = old_parse(o->key, o->clear, buf, size, &h,
	    plain)) == -1)
		return;
	if (h.stamp != 0xffff) {
		o->stamped = 1;
		o->stamp = h.stamp;
		o->stamp_at = now;
	}
	rtt = (clock16(now) - h.echo) & 0xffff;
	if (h.echo != 0xffff && rtt < 5000) {
		o->rtt = rtt;
		o->nrtt++;
	}
	switch (h.type) {
	case OLD_DATA:
		if (!o->up)
			break;
		o->got++;
		o->len = len;
		o->last_data_seq = h.data_seq;
		memcpy(o->data, plain, len);
		break;
	case OLD_KEEPALIVE:
		if (!o->up)
			break;
		o->alive = now;
		if (o->reply + SECOND < now) {
			o->reply = now;
			o->queued[OLD_KEEPALIVE]++;
		}
		break;
	case OLD_DISCONNECT:
		if (o->up)
			old_down(o);
		break;
	case OLD_AUTH:
	case OLD_AUTH_OK:
		old_auth(o, now);
		break;
	}
}

static void
old_auth(struct old *o, uint64_t now)
{
	if (o->server)
		o->queued[OLD_AUTH_OK]++;
	else if (!o->asked || o->up)
		return;
	o->up = 1;
	o->asked = 0;
	o->ups++;
	o->alive = o->reply = now;
	o->keepalive = now + SECOND;
}

static void
old_down(struct old *o)
{
	o->up = 0;
	o->asked = 0;
	o->downs++;
	memset(o->queued, 0, sizeof(o->queued));
}

void
old_tick(struct old *o, uint64_t now)
{
	if (now < o->tick)
		return;
	o->tick = now + SECOND;
	if (!o->up) {
		if (!o->server) {
			o->queued[OLD_AUTH] = 1;
			o->asked = 1;
		}
		return;
	}
	if (o->alive + o->timeout < now)
		old_down(o);
	else if (now > o->keepalive) {
		o->keepalive = now + SECOND;
		o->queued[OLD_KEEPALIVE]++;
	}
}

size_t
old_write(struct old *o, uint64_t now, uint8_t *buf)
{
	int	 type;

	for (type = 0; type <= OLD_DISCONNECT; type++) {
		if (o->queued[type] == 0)
			continue;
		o->queued[type]--;
		return (old_make(o, type, type == OLD_AUTH ? "AU" :
		    type == OLD_AUTH_OK ? "OK" : NULL, type <= OLD_AUTH_OK ?
		    2 : 0, now, buf));
	}
	return (0);
}
