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

#include <sys/types.h>

#include <string.h>

#include "test.h"
#include "mss.h"
#include "wire.h"

#define HLEN4	20
#define HLEN6	40

static uint16_t	 checksum(const uint8_t *, size_t, const uint8_t *, size_t);
static size_t	 syn(uint8_t *, int, const uint8_t *, size_t);
static uint16_t	 tcp_sum(const uint8_t *, size_t, int);
static void	 clamped(int, const uint8_t *, size_t, uint16_t, uint16_t,
		    size_t, uint16_t);

int
main(void)
{
	const uint8_t	 plain[] = { 2, 4, 0x05, 0xb4 };
	const uint8_t	 odd[] = { 1, 2, 4, 0x05, 0xb4, 1, 1, 1 };
	const uint8_t	 third[] = { 3, 3, 7, 1, 4, 2, 2, 4, 0x23, 0x28, 0, 0 };
	const uint8_t	 small[] = { 2, 4, 0x02, 0x18 };
	const uint8_t	 cut[] = { 3, 3, 7, 2 };
	const uint8_t	 zero[] = { 2, 0, 0x05, 0xb4 };
	const uint8_t	 late[] = { 0, 2, 4, 0x05, 0xb4, 0, 0, 0 };
	uint8_t		 p[128], before[128];
	size_t		 len, i;

	TEST("what the tunnel's MTU allows, IPv4 and IPv6");
	clamped(4, plain, sizeof(plain), 1440, 0, 2, 1400);
	clamped(6, plain, sizeof(plain), 1440, 0, 2, 1380);
	TEST("at an odd place, and behind other options");
	clamped(4, odd, sizeof(odd), 1440, 0, 3, 1400);
	clamped(6, third, sizeof(third), 1440, 0, 8, 1380);
	TEST("a number");
	clamped(4, plain, sizeof(plain), 1440, 1000, 2, 1000);
	TEST("never raised");
	clamped(4, small, sizeof(small), 1440, 0, 2, 536);
	clamped(4, small, sizeof(small), 1440, 1000, 2, 536);

	TEST("left alone: no SYN, options cut short, of no length, past the end");
	len = syn(p, 4, plain, sizeof(plain));
	p[HLEN4 + 13] = 0x10;
	memcpy(before, p, len);
	mss_clamp(p, len, 1440, 0);
	CHECK_MEM(p, before, len);
	len = syn(p, 4, cut, sizeof(cut));
	memcpy(before, p, len);
	mss_clamp(p, len, 1440, 0);
	CHECK_MEM(p, before, len);
	len = syn(p, 4, zero, sizeof(zero));
	memcpy(before, p, len);
	mss_clamp(p, len, 1440, 0);
	CHECK_MEM(p, before, len);
	len = syn(p, 4, late, sizeof(late));
	memcpy(before, p, len);
	mss_clamp(p, len, 1440, 0);
	CHECK_MEM(p, before, len);

	TEST("packets of any length");
	len = syn(p, 4, plain, sizeof(plain));
	memcpy(before, p, len);
	for (i = 0; i < len; i++) {
		mss_clamp(p, i, 1440, 0);
		CHECK_MEM(p, before, len);
	}

	TEST("fragments but the first have no TCP header");
	p[7] = 1;
	before[7] = 1;
	mss_clamp(p, len, 1440, 0);
	CHECK_MEM(p, before, len);
	return (0);
}

/* The option's value at off becomes want and the checksum stays right. */
static void
clamped(int family, const uint8_t *opts, size_t optlen, uint16_t mtu,
    uint16_t limit, size_t off, uint16_t want)
{
	size_t	 hlen = family == 4 ? HLEN4 : HLEN6, len;
	uint8_t	 p[128];

	len = syn(p, family, opts, optlen);
	mss_clamp(p, len, mtu, limit);
	CHECK_EQ(get16(p + hlen + 20 + off), want);
	CHECK_EQ(tcp_sum(p, len, family), 0);
}

static size_t
syn(uint8_t *p, int family, const uint8_t *opts, size_t optlen)
{
	size_t	 hlen = family == 4 ? HLEN4 : HLEN6, len;

	len = hlen + 20 + optlen;
	memset(p, 0, len);
	if (family == 4) {
		p[0] = 0x45;
		put16(p + 2, len);
		p[9] = 6;
		memset(p + 12, 0xc0, 8);
	} else {
		p[0] = 0x60;
		put16(p + 4, len - hlen);
		p[6] = 6;
		memset(p + 8, 0x20, 32);
	}
	put16(p + hlen, 40000);
	put16(p + hlen + 2, 443);
	p[hlen + 12] = (20 + optlen) / 4 << 4;
	p[hlen + 13] = 0x02;
	memcpy(p + hlen + 20, opts, optlen);
	put16(p + hlen + 16, tcp_sum(p, len, family));
	return (len);
}

/* Over the pseudo-header and TCP: 0 if the sum that is there is right. */
static uint16_t
tcp_sum(const uint8_t *p, size_t len, int family)
{
	size_t	 hlen = family == 4 ? HLEN4 : HLEN6;
	uint8_t	 pseudo[36];

	memcpy(pseudo, family == 4 ? p + 12 : p + 8, family == 4 ? 8 : 32);
	put16(pseudo + (family == 4 ? 8 : 32), 6);
	put16(pseudo + (family == 4 ? 10 : 34), len - hlen);
	return (checksum(pseudo, family == 4 ? 12 : 36, p + hlen, len - hlen));
}

static uint16_t
checksum(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen)
{
	uint32_t	 sum = 0;
	size_t		 i;

	for (i = 0; i < alen; i += 2)
		sum += get16(a + i);
	for (i = 0; i < blen; i += 2)
		sum += get16(b + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (~sum & 0xffff);
}
