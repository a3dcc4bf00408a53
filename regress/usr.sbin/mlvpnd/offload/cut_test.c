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
 * Packets of many segments are cut as a straightforward description of TCP and
 * UDP has it, and every segment is a packet of its own.
 */

#include <sys/types.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "segments.h"
#include "test.h"

#define ROOM	9184

/* A packet as the system gives it. */
struct large {
	int		 family;
	int		 proto;
	size_t		 l4;		/* bytes before TCP or UDP */
	size_t		 hlen;
	size_t		 payload;
	size_t		 mss;
	uint8_t		 flags;
	uint32_t	 seq;
	uint16_t	 id;
	const uint8_t	*last;		/* destination, of IPv6: the last */
	int		 lacks_len;	/* the pseudo header's sum does */
};

static void	 test_sizes(int, int);
static void	 test_flags(int);
static void	 test_headers(int, int);
static void	 test_tos(int, int);
static void	 test_routing(int);
static void	 test_random(void);
static void	 test_sum(int, int);
static void	 test_no_sum(void);
static void	 test_refused(int, int);
static void	 large_init(struct large *, int, int);
static size_t	 large_make(uint8_t *, struct large *, struct offload_todo *);
static uint16_t	 pseudo(const struct large *, const uint8_t *, size_t);
static size_t	 expected(uint8_t *, const uint8_t *, const struct large *,
		    size_t);
static void	 cut(struct large *);

static uint8_t	 whole[65536], one[ROOM], want[ROOM];

int
main(void)
{
	static const int	 families[] = { 4, 6 };
	static const int	 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	int			 i, j;

	srandom(1);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			printf("IPv%d, %s\n", families[i],
			    j == 0 ? "TCP" : "UDP");
			test_sizes(families[i], protos[j]);
			test_headers(families[i], protos[j]);
			test_tos(families[i], protos[j]);
			test_sum(families[i], protos[j]);
			test_refused(families[i], protos[j]);
		}
		test_flags(families[i]);
	}
	test_routing(IPPROTO_TCP);
	test_routing(IPPROTO_UDP);
	test_no_sum();
	test_random();
	return (0);
}

static void
test_sizes(int family, int proto)
{
	static const size_t	 mss[] = { 1, 2, 7, 48, 536, 1387, 1388, 8000 };
	struct large		 l;
	size_t			 i, n;
	int			 d;

	TEST("payloads around multiples of the segment");
	for (i = 0; i < sizeof(mss) / sizeof(mss[0]); i++)
		for (n = 0; n < 50; n++)
			for (d = -1; d <= 1; d++) {
				if ((n == 0 && d < 0) ||
				    n * mss[i] + d > 65000)
					continue;
				large_init(&l, family, proto);
				l.mss = mss[i];
				l.payload = n * mss[i] + d;
				cut(&l);
			}
	TEST("as long as a packet can be");
	large_init(&l, family, proto);
	l.payload = OFFLOAD_MAX - l.hlen;
	cut(&l);
	l.mss = 9001;
	cut(&l);
}

/* The end of the stream is in the last, the answer to congestion in the
 * first. */
static void
test_flags(int family)
{
	struct large	 l;
	int		 flags;

	TEST("IPv%d: all flags of TCP", family);
	for (flags = 0; flags < 256; flags++) {
		large_init(&l, family, IPPROTO_TCP);
		l.flags = flags;
		cut(&l);
	}
}

static void
test_headers(int family, int proto)
{
	struct large	 l;
	size_t		 options, more;

	TEST("options and extension headers of each length");
	for (options = 0; options <= 40; options += 4)
		for (more = 0; more <= (proto == IPPROTO_TCP ? 40 : 0);
		    more += 4) {
			large_init(&l, family, proto);
			/* IPv6 has them in eights, and more of them */
			l.l4 += family == 4 ? options : options * 8;
			l.hlen = l.l4 + (proto == IPPROTO_TCP ? 20 : 8) + more;
			cut(&l);
		}
}

static void
test_tos(int family, int proto)
{
	struct offload_todo	 todo;
	struct offload_cut	 c;
	struct large		 l;
	size_t			 len, n;
	int			 tos;

	TEST("TOS with ECN, hop limit, flow label");
	for (tos = 0; tos < 256; tos++) {
		large_init(&l, family, proto);
		len = large_make(whole, &l, &todo);
		if (family == 4)
			whole[1] = tos;
		else {
			whole[0] = 0x60 | tos >> 4;
			whole[1] = tos << 4 | 0x0a;
		}
		whole[family == 4 ? 8 : 7] = tos;
		CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
		for (n = 0; (len = offload_next(&c, one, ROOM)) > 0; n++) {
			CHECK_EQ(expected(want, whole, &l, n), len);
			CHECK_MEM(one, want, len);
		}
		CHECK(n > 1);
	}
}

/* The checksum covers the last destination, which the header does not have
 * yet. */
static void
test_routing(int proto)
{
	static const uint8_t	 last[16] = { 0x20, 1, 0xd, 0xb8, 9, 9 };
	struct large		 l;

	TEST("IPv6, protocol %d: with a routing header", proto);
	large_init(&l, 6, proto);
	l.l4 += 24;
	l.hlen += 24;
	l.last = last;
	cut(&l);
}

static void
test_random(void)
{
	struct large	 l;
	int		 i;

	TEST("at random");
	for (i = 0; i < 20000; i++) {
		large_init(&l, random() % 2 ? 4 : 6,
		    random() % 2 ? IPPROTO_TCP : IPPROTO_UDP);
		l.l4 += random() % 11 * (l.family == 4 ? 4 : 8);
		l.hlen = l.l4 + (l.proto == IPPROTO_TCP ?
		    20 + random() % 11 * 4 : 8);
		l.mss = 1 + random() % 1500;
		l.payload = random() % (random() % 8 == 0 ? 60000 : 4000);
		l.flags = random();
		l.seq = random() << 1;
		l.id = random();
		l.lacks_len = random() % 2;
		cut(&l);
	}
}

/* As a local sender leaves it to the device. */
static void
test_sum(int family, int proto)
{
	struct offload_todo	 todo;
	struct offload_cut	 c;
	struct large		 l;
	size_t			 len, payload;

	TEST("a single packet, whose checksum is left to us");
	for (payload = 0; payload < 300; payload++) {
		large_init(&l, family, proto);
		l.payload = payload;
		len = large_make(whole, &l, &todo);
		todo.cut = 0;
		todo.mss = 0;
		if (family == 4) {
			put16(whole + 10, 0);
			put16(whole + 10, ~ones_sum(0, whole, 20));
		}
		CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
		CHECK_EQ(offload_next(&c, one, len - 1), 0);
		CHECK_EQ(offload_next(&c, one, len), len);
		CHECK_EQ(offload_next(&c, one, len), 0);
		CHECK_EQ(ones_sum(pseudo(&l, one, len - l.l4), one + l.l4,
		    len - l.l4), 0xffff);
		if (payload > 0)
			CHECK(offload_verify(one, len));
	}

	TEST("\twhich is never 0");
	large_init(&l, family, proto);
	l.payload = 2;
	len = large_make(whole, &l, &todo);
	todo.cut = 0;
	put16(whole + l.hlen, 0);
	put16(whole + l.hlen, ~ones_sum(0, whole + l.l4, len - l.l4));
	CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
	CHECK_EQ(get16(whole + l.l4 + todo.sum_offset), 0xffff);
}

static void
test_no_sum(void)
{
	struct offload_todo	 todo;
	struct offload_cut	 c;
	struct segment		 s = { 4, 0, 1, 1, 1, 0x10, 1000 };
	size_t			 len;

	TEST("a packet on which nothing is left to do");
	memset(&todo, 0, sizeof(todo));
	len = segment_make(whole, &s);
	memcpy(want, whole, len);
	CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
	CHECK_EQ(offload_next(&c, one, ROOM), len);
	CHECK_MEM(one, want, len);
	CHECK_EQ(offload_next(&c, one, ROOM), 0);
}

/* What cannot be is refused; that nothing outside is read the sanitizers
 * see. */
static void
test_refused(int family, int proto)
{
	struct offload_todo	 todo, bad;
	struct offload_cut	 c;
	struct large		 l;
	uint8_t			*copy;
	size_t			 len, i;

	TEST("cut short");
	large_init(&l, family, proto);
	l.payload = 100;
	l.mss = 30;
	len = large_make(whole, &l, &todo);
	for (i = 0; i < len; i++) {
		if ((copy = malloc(i + 1)) == NULL)
			abort();
		memcpy(copy, whole, i);
		if (offload_cut(&c, &todo, copy, i) == 0) {
			CHECK(i >= l.hlen);
			while (offload_next(&c, one, ROOM) > 0)
				;
		} else
			CHECK(i < l.hlen);
		free(copy);
	}

	TEST("what the system does not say");
	for (i = 0; i < 256; i++) {
		bad = todo;
		bad.cut = i;
		CHECK_EQ(offload_cut(&c, &bad, whole, len) == 0,
		    i == (size_t)proto || i == 0);
		len = large_make(whole, &l, &todo);
	}
	bad = todo;
	bad.mss = 0;
	CHECK_EQ(offload_cut(&c, &bad, whole, len), -1);
	bad = todo;
	bad.sum = 0;
	CHECK_EQ(offload_cut(&c, &bad, whole, len), -1);
	for (i = 0; i < 65536; i++) {
		bad = todo;
		bad.sum_start = i;
		if (offload_cut(&c, &bad, whole, len) == 0 &&
		    i != todo.sum_start)
			/* beyond the extension headers it has no other sign */
			CHECK(family == 6 && i > 40 && c.hlen <= len);
		bad = todo;
		bad.sum_offset = i;
		CHECK_EQ(offload_cut(&c, &bad, whole, len) == 0,
		    i == todo.sum_offset);
	}
	for (i = 0; i < 16; i++) {
		whole[0] = i << 4 | (whole[0] & 0x0f);
		CHECK_EQ(offload_cut(&c, &todo, whole, len) == 0,
		    i == (size_t)family);
	}
	len = large_make(whole, &l, &todo);
	for (i = 0; proto == IPPROTO_TCP && i < 16; i++) {
		whole[l.l4 + 12] = i << 4;
		CHECK_EQ(offload_cut(&c, &todo, whole, len) == 0, i >= 5);
	}

	TEST("no room for a segment");
	len = large_make(whole, &l, &todo);
	CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
	CHECK_EQ(offload_next(&c, one, l.hlen + l.mss - 1), 0);
	CHECK_EQ(offload_next(&c, one, l.hlen + l.mss), l.hlen + l.mss);
}

static void
large_init(struct large *l, int family, int proto)
{
	memset(l, 0, sizeof(*l));
	l->family = family;
	l->proto = proto;
	l->l4 = family == 4 ? 20 : 40;
	l->hlen = l->l4 + (proto == IPPROTO_TCP ? 32 : 8);
	l->payload = 5000;
	l->mss = 1388;
	l->flags = 0x18;
	l->seq = 0xfffff000;
	l->id = 0xfffe;
}

/* Options and extension headers have any content, nobody looks into them. */
static size_t
large_make(uint8_t *p, struct large *l, struct offload_todo *todo)
{
	size_t	 i, len = l->hlen + l->payload;
	uint8_t	*l4 = p + l->l4;

	for (i = 0; i < len; i++)
		p[i] = i * 7 ^ i >> 8;
	if (l->family == 4) {
		p[0] = 0x40 | l->l4 / 4;
		put16(p + 2, len);
		put16(p + 4, l->id);
		put16(p + 6, 0x4000);
		p[9] = l->proto;
		put16(p + 10, 0xdead);
	} else {
		p[0] = 0x60;
		put16(p + 4, len - 40);
		p[6] = l->l4 == 40 ? l->proto : 60;
	}
	memset(todo, 0, sizeof(*todo));
	todo->cut = l->proto;
	todo->mss = l->mss;
	todo->sum = 1;
	todo->sum_start = l->l4;
	if (l->proto == IPPROTO_TCP) {
		put32(l4 + 4, l->seq);
		l4[12] = (l->hlen - l->l4) / 4 << 4;
		l4[13] = l->flags;
		todo->sum_offset = 16;
	} else {
		put16(l4 + 4, len - l->l4);
		todo->sum_offset = 6;
	}
	todo->lacks_len = l->lacks_len;
	put16(l4 + todo->sum_offset, pseudo(l, p, l->lacks_len ? 0 :
	    len - l->l4));
	return (len);
}

static uint16_t
pseudo(const struct large *l, const uint8_t *p, size_t len)
{
	uint16_t	 sum;

	if (l->family == 4)
		return (ones_sum(l->proto + len, p + 12, 8));
	sum = ones_sum(l->proto + len, p + 8, 16);
	return (ones_sum(sum, l->last != NULL ? l->last : p + 24, 16));
}

/* Segment n of the packet, 0 if there is none. */
static size_t
expected(uint8_t *p, const uint8_t *all, const struct large *l, size_t n)
{
	size_t		 off = n * l->mss, left, len;
	uint8_t		*l4 = p + l->l4;
	uint16_t	 sum;

	if (off >= l->payload && n > 0)
		return (0);
	left = l->payload - off;
	len = l->hlen + (left < l->mss ? left : l->mss);
	memcpy(p, all, l->hlen);
	memcpy(p + l->hlen, all + l->hlen + off, len - l->hlen);
	if (l->family == 4) {
		put16(p + 2, len);
		put16(p + 4, l->id + n);
		put16(p + 10, 0);
		put16(p + 10, ~ones_sum(0, p, l->l4));
	} else
		put16(p + 4, len - 40);
	if (l->proto == IPPROTO_TCP) {
		put32(l4 + 4, l->seq + off);
		if (n > 0)
			l4[13] &= 0x7f;		/* CWR */
		if (left > l->mss)
			l4[13] &= 0xf6;		/* FIN, PSH */
		put16(l4 + 16, 0);
	} else {
		put16(l4 + 4, len - l->l4);
		put16(l4 + 6, 0);
	}
	sum = ~ones_sum(pseudo(l, p, len - l->l4), l4, len - l->l4);
	if (sum == 0 && l->proto == IPPROTO_UDP)
		sum = 0xffff;
	put16(l4 + (l->proto == IPPROTO_TCP ? 16 : 6), sum);
	return (len);
}

static void
cut(struct large *l)
{
	struct offload_todo	 todo;
	struct offload_cut	 c;
	size_t			 len, n;

	len = large_make(whole, l, &todo);
	CHECK_EQ(offload_cut(&c, &todo, whole, len), 0);
	for (n = 0; (len = offload_next(&c, one, ROOM)) > 0; n++) {
		CHECK_EQ(expected(want, whole, l, n), len);
		CHECK_MEM(one, want, len);
	}
	CHECK_EQ(expected(want, whole, l, n), 0);
}
