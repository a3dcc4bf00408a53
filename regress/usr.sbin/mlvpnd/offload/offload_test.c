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

#include "segments.h"
#include "test.h"

#define MSS	1388
#define ACK	0x10
#define PSH	0x08

static void	 test_begin(int, int);
static void	 test_refused(int, int);
static void	 test_together(int, int);
static void	 test_last(int, int);
static void	 test_limits(int, int);
static void	 test_headers(int, int);
static void	 test_stamps(int);
static void	 test_ids(void);
static void	 test_verify(int, int, size_t);
static void	 test_udp(int);
static size_t	 udp_make(uint8_t *, int, uint16_t, size_t);
static void	 udp_sums(uint8_t *, size_t);
static void	 together(int, int, size_t, size_t, size_t, uint32_t);
static int	 begins(const uint8_t *, size_t);
static int	 joins(const uint8_t *, size_t, const uint8_t *, size_t);
static void	 set_options(uint8_t *, int, const char *, size_t);

static uint8_t	 a[65536], b[65536], whole[65536 + 2048], again[65536];

int
main(void)
{
	static const int	 families[] = { 4, 6 };
	static const int	 kinds[] = { 0, STAMPS, NODF };
	size_t			 i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < 3; j++) {
			if (families[i] == 6 && kinds[j] == NODF)
				continue;
			printf("IPv%d%s%s\n", families[i],
			    kinds[j] & STAMPS ? ", timestamps" : "",
			    kinds[j] & NODF ? ", fragments allowed" : "");
			test_begin(families[i], kinds[j]);
			test_refused(families[i], kinds[j]);
			test_together(families[i], kinds[j]);
			test_last(families[i], kinds[j]);
			test_limits(families[i], kinds[j]);
			test_headers(families[i], kinds[j]);
			test_verify(families[i], kinds[j], 1);
			test_verify(families[i], kinds[j], 64);
			test_verify(families[i], kinds[j], 101);
		}
	test_stamps(4);
	test_stamps(6);
	test_ids();
	test_udp(4);
	test_udp(6);
	return (0);
}

static void
test_begin(int family, int kind)
{
	struct segment	 s = { family, kind, 0xfffffff0, 7, 9, ACK, MSS };
	struct offload	 o;
	size_t		 len;

	TEST("what a segment says of itself");
	len = segment_make(a, &s);
	CHECK(offload_begin(&o, a, len));
	CHECK_EQ(o.family, family);
	CHECK_EQ(o.l4, family == 4 ? 20 : 40);
	CHECK_EQ(o.hlen, o.l4 + (kind & STAMPS ? 32 : 20));
	CHECK_EQ(o.mss, MSS);
	CHECK_EQ(o.len, len);
	CHECK_EQ(o.nsegs, 1);
	CHECK_EQ(o.next, (uint32_t)(0xfffffff0 + MSS));
	s.flags |= PSH;
	len = segment_make(a, &s);
	CHECK(begins(a, len));
}

static void
test_refused(int family, int kind)
{
	struct segment	 s = { family, kind, 1, 7, 9, ACK, 100 };
	size_t		 len, i, tcp = family == 4 ? 20 : 40;
	int		 flags;

	TEST("cut short or longer than it says");
	len = segment_make(a, &s);
	for (i = 0; i < len; i++)
		CHECK(!begins(a, i));
	CHECK(!begins(a, len + 1));

	TEST("flags other than ACK and PSH, or no ACK");
	for (flags = 0; flags < 256; flags++) {
		s.flags = flags;
		len = segment_make(a, &s);
		CHECK_EQ(begins(a, len), flags == ACK || flags == (ACK | PSH));
	}
	s.flags = ACK;

	TEST("no payload");
	s.payload = 0;
	len = segment_make(a, &s);
	CHECK(!begins(a, len));
	s.payload = 100;

	TEST("a header length that cannot be, reserved bits");
	for (i = 0; i < 16; i++) {
		len = segment_make(a, &s);
		a[tcp + 12] = i << 4;
		CHECK_EQ(begins(a, len), i >= 5);
		a[tcp + 12] = 8 << 4 | i;
		CHECK_EQ(begins(a, len), i == 0);
	}

	TEST("other protocols and versions");
	for (i = 0; i < 256; i++) {
		len = segment_make(a, &s);
		a[family == 4 ? 9 : 6] = i;
		CHECK_EQ(begins(a, len), i == 6);
		len = segment_make(a, &s);
		a[0] = i;
		CHECK_EQ(begins(a, len), family == 4 ? i == 0x45 :
		    i >> 4 == 6);
	}
	if (family == 6)
		return;
	TEST("fragments");
	for (i = 0; i < 16; i++) {
		len = segment_make(a, &s);
		put16(a + 6, 1 << i);
		CHECK_EQ(begins(a, len), i == 14);
	}
}

static void
test_together(int family, int kind)
{
	TEST("joined, then divided again, it is the same");
	together(family, kind, 2, MSS, MSS, 1);
	together(family, kind, 3, MSS, 1, 1);
	together(family, kind, 10, 536, 535, 0xfffffff0);
	together(family, kind, 47, MSS, 700, 0x7fffff00);
	together(family, kind, OFFLOAD_SEGS, 1, 1, 1);
	together(family, kind, OFFLOAD_SEGS, 1001, 333, 0xffffff00);
}

/* n segments of mss bytes, but last in the last one, which has PSH. */
static void
together(int family, int kind, size_t n, size_t mss, size_t last,
    uint32_t seq)
{
	struct segment	 s = { family, kind, seq, 7, 0xfffe, ACK, mss };
	struct offload	 o;
	size_t		 i, len = 0, wlen = 0;

	for (i = 0; i < n; i++) {
		if (i == n - 1) {
			s.payload = last;
			s.flags |= PSH;
		}
		len = segment_make(a, &s);
		if (i == 0) {
			CHECK(offload_begin(&o, a, len));
			memcpy(whole, a, len);
			wlen = len;
		} else {
			CHECK(offload_join(&o, whole, a, len));
			memcpy(whole + wlen, a + o.hlen, len - o.hlen);
			wlen += len - o.hlen;
		}
		CHECK(offload_verify(a, len));
		CHECK_EQ(o.nsegs, i + 1);
		CHECK_EQ(o.len, wlen);
		s.seq += s.payload;
		s.id++;
	}
	CHECK_EQ(o.next, s.seq);
	CHECK_EQ(o.mss, mss);
	offload_finish(&o, whole);

	/* the headers as they are to be */
	if (family == 4) {
		CHECK_EQ(get16(whole + 2), wlen);
		CHECK_EQ(ones_sum(0, whole, 20), 0xffff);
	} else
		CHECK_EQ(get16(whole + 4), wlen - 40);
	CHECK_EQ(whole[o.l4 + 13], ACK | PSH);
	CHECK_EQ(get16(whole + o.l4 + 16), segment_pseudo(whole, wlen));

	s.seq = seq;
	s.id = 0xfffe;
	s.flags = ACK;
	s.payload = mss;
	for (i = 0; i < n; i++) {
		if (i == n - 1) {
			s.payload = last;
			s.flags |= PSH;
		}
		len = segment_make(a, &s);
		CHECK_EQ(segment_divide(again, whole, &o, i), len);
		CHECK_MEM(again, a, len);
		s.seq += s.payload;
		s.id++;
	}
	CHECK_EQ(segment_divide(again, whole, &o, i), 0);
}

static void
test_last(int family, int kind)
{
	struct segment	 s = { family, kind, 1, 7, 9, ACK, 1000 };
	struct offload	 o;
	size_t		 len;

	TEST("nothing after a shorter one, and no longer one");
	len = segment_make(a, &s);
	CHECK(offload_begin(&o, a, len));
	s.seq += s.payload;
	s.id++;
	s.payload = 1001;
	len = segment_make(b, &s);
	CHECK(!offload_join(&o, a, b, len));
	CHECK_EQ(o.full, 0);
	s.payload = 999;
	len = segment_make(b, &s);
	CHECK(offload_join(&o, a, b, len));
	CHECK_EQ(o.full, 1);
	s.seq += s.payload;
	s.id++;
	len = segment_make(b, &s);
	CHECK(!offload_join(&o, a, b, len));
	CHECK_EQ(o.nsegs, 2);
}

static void
test_limits(int family, int kind)
{
	struct segment	 s = { family, kind, 1, 7, 9, ACK, 1 };
	struct offload	 o;
	size_t		 len, i, sum;

	TEST("no more segments than fit");
	len = segment_make(a, &s);
	CHECK(offload_begin(&o, a, len));
	for (i = 1; i < OFFLOAD_SEGS + 1; i++) {
		s.seq++;
		s.id++;
		len = segment_make(b, &s);
		CHECK_EQ(offload_join(&o, a, b, len), i < OFFLOAD_SEGS);
	}

	TEST("no more bytes than the length can tell");
	for (s.payload = 9000; s.payload < 9200; s.payload++) {
		s.seq = 1;
		s.id = 9;
		len = sum = segment_make(a, &s);
		CHECK(offload_begin(&o, a, len));
		for (;;) {
			s.seq += s.payload;
			s.id++;
			len = segment_make(b, &s);
			if (!offload_join(&o, a, b, len))
				break;
			sum += s.payload;
			CHECK(sum <= OFFLOAD_MAX);
		}
		CHECK(sum + s.payload > OFFLOAD_MAX);
	}
}

/*
 * A bit that differs in the second segment keeps it from being joined, unless
 * it is one that dividing gives back or that does not matter.
 */
static void
test_headers(int family, int kind)
{
	struct segment	 s = { family, kind, 1000, 0, 9, ACK, 100 };
	size_t		 alen, len, bit, i, tcp = family == 4 ? 20 : 40;
	size_t		 hlen = tcp + (kind & STAMPS ? 32 : 20);
	int		 allowed;

	TEST("each bit of the headers");
	alen = segment_make(a, &s);
	s.seq += s.payload;
	s.id++;
	len = segment_make(b, &s);
	CHECK(joins(a, alen, b, len));
	for (bit = 0; bit < hlen * 8; bit++) {
		i = bit / 8;
		b[i] ^= 0x80 >> bit % 8;
		/* the sums are verified apart */
		allowed = i == tcp + 16 || i == tcp + 17 ||
		    (family == 4 && (i == 10 || i == 11)) ||
		    (family == 4 && !(kind & NODF) && (i == 4 || i == 5)) ||
		    (i == tcp + 13 && (0x80 >> bit % 8) == PSH) ||
		    (kind & STAMPS && i >= tcp + 24 &&
		    !((i == tcp + 24 || i == tcp + 28) && bit % 8 == 0));
		if (joins(a, alen, b, len) != allowed) {
			fprintf(stderr, "byte %zu, bit %zu\n", i, bit % 8);
			CHECK_EQ(joins(a, alen, b, len), allowed);
		}
		b[i] ^= 0x80 >> bit % 8;
	}
	for (i = 0; i < 100; i++) {
		s.seq = 1000 + i;
		len = segment_make(b, &s);
		CHECK(!joins(a, alen, b, len));
	}
	s.seq = 1101;
	len = segment_make(b, &s);
	CHECK(!joins(a, alen, b, len));
}

static void
test_stamps(int family)
{
	struct segment	 s = { family, STAMPS, 1, 0xfffffffe, 9, ACK, 100 };
	struct offload	 o;
	size_t		 alen, len;

	TEST("IPv%d: timestamps never go back, the first one stays", family);
	alen = segment_make(a, &s);
	CHECK(offload_begin(&o, a, alen));
	s.seq += s.payload;
	s.id++;
	s.stamp = 4;
	len = segment_make(b, &s);
	put32(b + o.l4 + 28, 0x80000000);
	CHECK(offload_join(&o, a, b, len));
	s.seq += s.payload;
	s.id++;
	s.stamp = 3;
	len = segment_make(b, &s);
	put32(b + o.l4 + 28, 0x80000000);
	CHECK(!offload_join(&o, a, b, len));
	put32(b + o.l4 + 24, 4);
	put32(b + o.l4 + 28, 0x7fffffff);
	CHECK(!offload_join(&o, a, b, len));
	put32(b + o.l4 + 28, 0x80000000);
	CHECK(offload_join(&o, a, b, len));
	offload_finish(&o, a);
	CHECK_EQ(get32(a + o.l4 + 24), 0xfffffffe);

	TEST("IPv%d: other options must be the same", family);
	s.stamp = 7;
	alen = segment_make(a, &s);
	set_options(a, family, "\x01\x01\x05\x0a\0\0\0\1\0\0\0\2", 12);
	s.seq += s.payload;
	s.id++;
	len = segment_make(b, &s);
	CHECK(!joins(a, alen, b, len));
	set_options(b, family, "\x01\x01\x05\x0a\0\0\0\1\0\0\0\3", 12);
	CHECK(!joins(a, alen, b, len));
	set_options(b, family, "\x01\x01\x05\x0a\0\0\0\1\0\0\0\2", 12);
	CHECK(joins(a, alen, b, len));
	set_options(a, family, "\x08\x0a\0\0\0\1\0\0\0\2\1\1", 12);
	set_options(b, family, "\x08\x0a\0\0\0\2\0\0\0\2\1\1", 12);
	CHECK(!joins(a, alen, b, len));
}

static void
test_ids(void)
{
	struct segment	 s = { 4, NODF, 1, 7, 0xffff, ACK, 100 };
	size_t		 alen, len;

	TEST("IPv4: identifications count where fragments are allowed");
	alen = segment_make(a, &s);
	s.seq += s.payload;
	s.id = 0;
	len = segment_make(b, &s);
	CHECK(joins(a, alen, b, len));
	s.id = 1;
	len = segment_make(b, &s);
	CHECK(!joins(a, alen, b, len));
	s.id = 0xffff;
	len = segment_make(b, &s);
	CHECK(!joins(a, alen, b, len));
}

/* A bit that is wrong is found where the checksums cover it. */
static void
test_verify(int family, int kind, size_t payload)
{
	struct segment	 s = { family, kind, 0xfffffff0, 7, 9, ACK, payload };
	size_t		 bit, i, len;

	TEST("checksums, %zu bytes", payload);
	for (s.seq = 1; s.seq < 2000; s.seq++) {
		len = segment_make(a, &s);
		CHECK(offload_verify(a, len));
	}
	for (bit = 0; bit < len * 8; bit++) {
		i = bit / 8;
		if (family == 6 && i < 8)
			continue;	/* no checksum there */
		a[i] ^= 0x80 >> bit % 8;
		CHECK(!offload_verify(a, len));
		a[i] ^= 0x80 >> bit % 8;
	}
	CHECK(offload_verify(a, len));
}

/* Datagrams of one length and a last one, joined and divided again. */
static void
test_udp(int family)
{
	static uint8_t	 part[8][2048];
	struct offload	 o;
	size_t		 i, bit, len = 0, udp = family == 4 ? 20 : 40, wlen = 0;
	int		 allowed;

	TEST("UDP over IPv%d: joined, then divided again, it is the same",
	    family);
	for (i = 0; i < 8; i++) {
		len = udp_make(part[i], family, 0xfffe + i, i < 7 ? 999 : 11);
		CHECK(offload_verify(part[i], len));
		if (i == 0)
			CHECK(offload_begin(&o, part[i], len));
		else
			CHECK(offload_join(&o, whole, part[i], len));
		memcpy(whole + wlen, part[i] + (i == 0 ? 0 : o.hlen),
		    len - (i == 0 ? 0 : o.hlen));
		wlen += len - (i == 0 ? 0 : o.hlen);
	}
	CHECK_EQ(o.proto, 17);
	CHECK_EQ(o.len, wlen);
	CHECK_EQ(o.mss, 999);
	CHECK_EQ(o.nsegs, 8);
	CHECK_EQ(o.full, 1);
	CHECK(!offload_join(&o, whole, part[7], len));
	offload_finish(&o, whole);
	CHECK_EQ(get16(whole + udp + 4), wlen - udp);
	if (family == 4) {
		CHECK_EQ(get16(whole + 2), wlen);
		CHECK_EQ(ones_sum(0, whole, 20), 0xffff);
	} else
		CHECK_EQ(get16(whole + 4), wlen - 40);
	CHECK_EQ(get16(whole + udp + 6), ones_sum(17 + wlen - udp,
	    whole + (family == 4 ? 12 : 8), family == 4 ? 8 : 32));
	for (i = 0; i < 8; i++) {
		len = o.hlen + (i < 7 ? 999 : 11);
		memcpy(again, whole, o.hlen);
		memcpy(again + o.hlen, whole + o.hlen + i * 999,
		    len - o.hlen);
		put16(again + (family == 4 ? 2 : 4), family == 4 ? len :
		    len - 40);
		if (family == 4)
			put16(again + 4, get16(whole + 4) + i);
		put16(again + udp + 4, len - udp);
		udp_sums(again, len);
		CHECK_MEM(again, part[i], len);
	}

	TEST("\teach bit of the headers");
	len = udp_make(a, family, 1, 100);
	len = udp_make(b, family, 2, 100);
	CHECK(joins(a, len, b, len));
	for (bit = 0; bit < (udp + 8) * 8; bit++) {
		i = bit / 8;
		b[i] ^= 0x80 >> bit % 8;
		/* the sums are verified apart; the identification counts with
		 * DF only */
		allowed = i == udp + 6 || i == udp + 7 ||
		    (family == 4 && (i == 4 || i == 5 || i == 10 || i == 11));
		CHECK_EQ(joins(a, len, b, len), allowed);
		b[i] ^= 0x80 >> bit % 8;
	}

	TEST("\tnot with TCP, without a payload or a checksum");
	put16(b + udp + 6, 0);
	CHECK(!offload_verify(b, len));
	len = udp_make(b, family, 2, 0);
	CHECK(!begins(b, len));
	for (i = 0; i < len; i++)
		CHECK(!begins(b, i));
}

/* Ports of 5004, and a payload by the identification. */
static size_t
udp_make(uint8_t *p, int family, uint16_t id, size_t payload)
{
	struct segment	 s = { family, 0, 1, 7, id, ACK, 0 };
	size_t		 len, i, udp = family == 4 ? 20 : 40;

	segment_make(p, &s);
	len = udp + 8 + payload;
	p[family == 4 ? 9 : 6] = 17;
	put16(p + (family == 4 ? 2 : 4), family == 4 ? len : len - 40);
	put16(p + udp, 5004);
	put16(p + udp + 2, 5004);
	put16(p + udp + 4, len - udp);
	for (i = 0; i < payload; i++)
		p[udp + 8 + i] = id * 31 + i;
	udp_sums(p, len);
	return (len);
}

static void
udp_sums(uint8_t *p, size_t len)
{
	size_t		 udp = p[0] >> 4 == 4 ? 20 : 40;
	uint16_t	 sum;

	if (udp == 20) {
		put16(p + 10, 0);
		put16(p + 10, ~ones_sum(0, p, 20));
	}
	put16(p + udp + 6, 0);
	sum = ones_sum(17 + len - udp, p + (udp == 20 ? 12 : 8),
	    udp == 20 ? 8 : 32);
	sum = ~ones_sum(sum, p + udp, len - udp);
	put16(p + udp + 6, sum != 0 ? sum : 0xffff);
}

static int
begins(const uint8_t *p, size_t len)
{
	struct offload	 o;

	return (offload_begin(&o, p, len));
}

static int
joins(const uint8_t *p, size_t plen, const uint8_t *q, size_t qlen)
{
	struct offload	 o;

	CHECK(offload_begin(&o, p, plen));
	return (offload_join(&o, p, q, qlen));
}

static void
set_options(uint8_t *p, int family, const char *options, size_t len)
{
	memcpy(p + (family == 4 ? 20 : 40) + 20, options, len);
}
