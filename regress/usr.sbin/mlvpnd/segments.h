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

#ifndef SEGMENTS_H
#define SEGMENTS_H

/* TCP segments for tests: made, joined and divided again. */

#include <sys/types.h>

#include <stdint.h>
#include <string.h>

#include "offload.h"
#include "wire.h"

#define STAMPS	1		/* with timestamps */
#define NODF	2		/* IPv4 that may be fragmented */

struct segment {
	int		 family;
	int		 kind;		/* STAMPS, NODF */
	uint32_t	 seq;
	uint32_t	 stamp;
	uint16_t	 id;
	uint8_t		 flags;
	size_t		 payload;
};

static inline uint16_t
ones_sum(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t	 i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? p[i] << 8 : p[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (sum);
}

/* The sum that stands for what TCP's checksum covers beside the segment. */
static inline uint16_t
segment_pseudo(const uint8_t *p, size_t len)
{
	size_t	 tcp = p[0] >> 4 == 4 ? 20 : 40;

	if (tcp == 20)
		return (ones_sum(6 + len - tcp, p + 12, 8));
	return (ones_sum(6 + len - tcp, p + 8, 32));
}

static inline void
segment_sums(uint8_t *p, size_t len)
{
	size_t	 tcp = p[0] >> 4 == 4 ? 20 : 40;

	if (tcp == 20) {
		put16(p + 10, 0);
		put16(p + 10, ~ones_sum(0, p, 20));
	}
	put16(p + tcp + 16, 0);
	put16(p + tcp + 16, ~ones_sum(segment_pseudo(p, len), p + tcp,
	    len - tcp));
}

/* Returns the length.  The payload is a function of the sequence. */
static inline size_t
segment_make(uint8_t *p, const struct segment *s)
{
	size_t	 i, len, tcp = s->family == 4 ? 20 : 40;
	size_t	 hlen = tcp + (s->kind & STAMPS ? 32 : 20);
	uint32_t seq;

	len = hlen + s->payload;
	memset(p, 0, hlen);
	if (s->family == 4) {
		p[0] = 0x45;
		put16(p + 2, len);
		put16(p + 4, s->id);
		p[6] = s->kind & NODF ? 0 : 0x40;
		p[8] = 64;
		p[9] = 6;
		memcpy(p + 12, "\xc0\x00\x02\x01\xc6\x33\x64\x02", 8);
	} else {
		memcpy(p, "\x60\x01\x23\x45", 4);
		put16(p + 4, len - 40);
		p[6] = 6;
		p[7] = 64;
		memcpy(p + 8, "\x20\x01\x0d\xb8", 4);
		memcpy(p + 24, "\x20\x01\x0d\xb8", 4);
		p[23] = 1;
		p[39] = 2;
	}
	put16(p + tcp, 49152);
	put16(p + tcp + 2, 443);
	put32(p + tcp + 4, s->seq);
	put32(p + tcp + 8, 0x01020304);
	p[tcp + 12] = (hlen - tcp) / 4 << 4;
	p[tcp + 13] = s->flags;
	put16(p + tcp + 14, 502);
	if (s->kind & STAMPS) {
		put32(p + tcp + 20, 0x0101080a);
		put32(p + tcp + 24, s->stamp);
		put32(p + tcp + 28, s->stamp / 2);
	}
	for (i = 0; i < s->payload; i++) {
		seq = s->seq + i;
		p[hlen + i] = seq ^ seq >> 8 ^ seq >> 16;
	}
	segment_sums(p, len);
	return (len);
}

/*
 * What a system makes of a whole packet when it sends it on: segment n of it.
 * Returns its length, 0 if there is none.
 */
static inline size_t
segment_divide(uint8_t *p, const uint8_t *whole, const struct offload *o,
    size_t n)
{
	size_t	 off = n * o->mss, left = o->len - o->hlen, len;

	if (off >= left)
		return (0);
	left -= off;
	len = o->hlen + (left < o->mss ? left : o->mss);
	memcpy(p, whole, o->hlen);
	memcpy(p + o->hlen, whole + o->hlen + off, len - o->hlen);
	if (o->family == 4) {
		put16(p + 2, len);
		put16(p + 4, get16(whole + 4) + n);
	} else
		put16(p + 4, len - 40);
	put32(p + o->l4 + 4, get32(whole + o->l4 + 4) + off);
	if (left > o->mss)
		p[o->l4 + 13] &= ~0x08;
	segment_sums(p, len);
	return (len);
}

#endif /* SEGMENTS_H */
