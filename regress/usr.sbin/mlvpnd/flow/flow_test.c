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

/* Flows, with nothing else of the daemon. */

#include <sys/types.h>

#include <sodium.h>

#include "clock.h"
#include "flow.h"
#include "test.h"
#include "wire.h"

#define MSEC	1000

static void	 test_hash(void);
static void	 test_order(void);
static void	 test_class(void);
static void	 test_ether(void);
static void	 test_short(void);
static void	 test_tcp(void);
static void	 test_sparse(void);
static void	 test_predecessor(void);
static void	 test_bulk(void);
static void	 test_fragments(void);
static size_t	 ip4(uint8_t *, uint8_t, uint16_t);
static size_t	 ip6(uint8_t *, uint8_t, uint16_t);
static struct flow_info classify(const uint8_t *, size_t, int);
static uint16_t	 order(enum flow_order, uint64_t);

static const uint8_t	 key[FLOW_KEYLEN] = { 1, 2, 3 };
static struct flows	 flows;
static struct pkt	 pkt[4];
static uint64_t		 now = 1000 * USEC;

int
main(void)
{
	CHECK(sodium_init() != -1);
	test_hash();
	test_order();
	test_class();
	test_ether();
	test_short();
	test_tcp();
	test_sparse();
	test_predecessor();
	test_bulk();
	test_fragments();
	return (0);
}

/* What makes another flow, and what does not. */
static void
test_hash(void)
{
	static const size_t	 other4[] = { 9, 12, 19, 20, 23 };
	static const size_t	 other6[] = { 6, 8, 39, 40, 43 };
	static const uint8_t	 other_key[FLOW_KEYLEN] = { 2 };
	struct flow_info	 fi;
	uint8_t			 d[128];
	size_t			 i, len;
	uint32_t		 hash;

	TEST("IPv4: addresses, protocol, ports");
	len = ip4(d, 17, 5060);
	hash = classify(d, len, 0).hash;
	CHECK(hash != 0);
	d[1] = 0xb8;		/* nor do TOS, id, TTL, what is inside */
	d[5] = 9;
	d[8] = 3;
	d[28] ^= 1;
	CHECK_EQ(classify(d, len, 0).hash, hash);
	for (i = 0; i < 5; i++) {
		len = ip4(d, 17, 5060);
		d[other4[i]] ^= 8;
		CHECK(classify(d, len, 0).hash != hash);
	}

	TEST("IPv6");
	len = ip6(d, 17, 5060);
	hash = classify(d, len, 0).hash;
	d[1] = 0x12;
	d[3] = 0x77;
	d[7] = 3;
	CHECK_EQ(classify(d, len, 0).hash, hash);
	for (i = 0; i < 5; i++) {
		len = ip6(d, 17, 5060);
		d[other6[i]] ^= 8;
		CHECK(classify(d, len, 0).hash != hash);
	}

	TEST("nobody knows it who has not the key");
	flow_classify(d, len, 0, other_key, &fi);
	CHECK(fi.hash != classify(d, len, 0).hash);
}

static void
test_order(void)
{
	static const struct {
		uint8_t		 proto;
		enum flow_order	 want;
	} protos[] = {
		{ 6, ORDER_ALWAYS }, { 17, ORDER_BULK }, { 33, ORDER_ALWAYS },
		{ 50, ORDER_BULK }, { 51, ORDER_BULK }, { 132, ORDER_ALWAYS },
		{ 136, ORDER_BULK }, { 47, ORDER_BULK }, { 1, ORDER_NONE },
		{ 58, ORDER_NONE }
	};
	uint8_t	 d[128];
	size_t	 i, len;

	TEST("which protocols want order");
	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		printf("\t%u\n", protos[i].proto);
		len = ip4(d, protos[i].proto, 80);
		CHECK_EQ(classify(d, len, 0).order, protos[i].want);
		len = ip6(d, protos[i].proto, 80);
		CHECK_EQ(classify(d, len, 0).order, protos[i].want);
	}

	TEST("but no acknowledgement of TCP, unless it says more");
	(void)ip4(d, 6, 80);
	put16(d + 2, 40);
	CHECK_EQ(classify(d, 40, 0).order, ORDER_NONE);
	d[33] = 0x02;
	CHECK_EQ(classify(d, 40, 0).order, ORDER_ALWAYS);
	d[33] = 0x11;
	CHECK_EQ(classify(d, 40, 0).order, ORDER_ALWAYS);

	TEST("nor fragments of IP");
	len = ip4(d, 6, 80);
	put16(d + 6, 0x2000);
	CHECK_EQ(classify(d, len, 0).order, ORDER_NONE);
	put16(d + 6, 0x0010);
	CHECK_EQ(classify(d, len, 0).order, ORDER_NONE);
	put16(d + 6, 0x4000);
	CHECK_EQ(classify(d, len, 0).order, ORDER_ALWAYS);
	len = ip6(d, 44, 80);
	CHECK_EQ(classify(d, len, 0).order, ORDER_NONE);

	TEST("behind headers of IPv6");
	for (i = 0; i < 2; i++) {
		len = ip6(d, i == 0 ? 0 : 60, 80);
		memmove(d + 48, d + 40, len - 40);
		memset(d + 40, 0, 8);
		d[40] = 6;
		put16(d + 4, (uint16_t)(len + 8 - 40));
		CHECK_EQ(classify(d, len + 8, 0).order, ORDER_ALWAYS);
	}
}

static void
test_class(void)
{
	static const uint8_t	 prio[] = { 0x10, 0xb8, 0xa0, 0xc0, 0xe0,
				    0x88, 0x90, 0x98 };
	uint8_t			 d[128];
	size_t			 len, i;
	unsigned int		 tos, n = 0;

	TEST("which code points have priority");
	for (tos = 0; tos < 256; tos++) {
		len = ip4(d, 17, 80);
		d[1] = tos;
		CHECK_EQ(classify(d, len, 0).tos, tos);
		if (classify(d, len, 0).cls == CLASS_PRIORITY)
			n++;
	}
	CHECK_EQ(n, 4 * sizeof(prio));
	for (i = 0; i < sizeof(prio); i++) {
		d[1] = prio[i] | 1;
		CHECK_EQ(classify(d, len, 0).cls, CLASS_PRIORITY);
		len = ip6(d, 17, 80);
		d[0] |= prio[i] >> 4;
		d[1] = prio[i] << 4;
		CHECK_EQ(classify(d, len, 0).cls, CLASS_PRIORITY);
		len = ip4(d, 17, 80);
	}
	TEST("and ICMP");
	len = ip4(d, 1, 80);
	CHECK_EQ(classify(d, len, 0).cls, CLASS_PRIORITY);
	len = ip6(d, 58, 80);
	CHECK_EQ(classify(d, len, 0).cls, CLASS_PRIORITY);
}

static void
test_ether(void)
{
	uint8_t			 d[160];
	struct flow_info	 fi;
	uint32_t		 hash, vlan;
	size_t			 len;

	TEST("frames: what is in them");
	memset(d, 0, sizeof(d));
	put16(d + 12, 0x0800);
	len = ip4(d + 14, 6, 80);
	fi = classify(d, len + 14, 1);
	hash = fi.hash;
	CHECK_EQ(fi.order, ORDER_ALWAYS);
	d[5] = 7;
	CHECK_EQ(classify(d, len + 14, 1).hash, hash);

	TEST("each VLAN for itself");
	memmove(d + 18, d + 14, len);
	put16(d + 12, 0x8100);
	put16(d + 14, 100);
	put16(d + 16, 0x0800);
	fi = classify(d, len + 18, 1);
	vlan = fi.hash;
	CHECK(vlan != hash);
	CHECK_EQ(fi.order, ORDER_ALWAYS);
	put16(d + 14, 101);
	CHECK(classify(d, len + 18, 1).hash != vlan);

	TEST("else by address");
	memset(d, 0, sizeof(d));
	put16(d + 12, 0x0806);
	fi = classify(d, 60, 1);
	CHECK(fi.hash != 0);
	CHECK_EQ(fi.order, ORDER_NONE);
	d[3] = 1;
	CHECK(classify(d, 60, 1).hash != fi.hash);
}

/* No length makes it read beyond the end, and none says that it has order. */
static void
test_short(void)
{
	static const uint8_t	 protos[] = { 6, 17, 51, 132, 1, 0 };
	uint8_t			 d[128], *copy;
	size_t			 i, len, n, v;

	TEST("what is cut off");
	for (i = 0; i < sizeof(protos); i++)
		for (v = 0; v < 2; v++) {
			len = v == 0 ? ip4(d, protos[i], 80) :
			    ip6(d, protos[i], 80);
			for (n = 0; n < len; n++) {
				CHECK((copy = malloc(n + 1)) != NULL);
				memcpy(copy + 1, d, n);
				CHECK_EQ(classify(copy + 1, n, 0).order,
				    ORDER_NONE);
				(void)classify(copy + 1, n, 1);
				(void)flow_is_tcp(copy + 1, n);
				free(copy);
			}
		}
}

static void
test_tcp(void)
{
	uint8_t	 d[128];
	size_t	 len;

	TEST("is it TCP?");
	len = ip4(d, 6, 80);
	CHECK(flow_is_tcp(d, len));
	CHECK(!flow_is_tcp(d, 19));
	len = ip4(d, 17, 80);
	CHECK(!flow_is_tcp(d, len));
	len = ip6(d, 6, 80);
	CHECK(flow_is_tcp(d, len));
	CHECK(!flow_is_tcp(d, 39));
	len = ip6(d, 17, 80);
	CHECK(!flow_is_tcp(d, len));
}

static void
test_sparse(void)
{
	int	 i;

	TEST("two packets in 10 ms are sparse, three are not");
	flows_init(&flows);
	for (i = 0; i < 5; i++) {
		CHECK(flow_is_sparse(&flows, 1, now));
		now += 3 * MSEC;
		CHECK(flow_is_sparse(&flows, 1, now));
		now += 3 * MSEC;
		CHECK(!flow_is_sparse(&flows, 1, now));
		now += 20 * MSEC;
	}
	TEST("each flow for itself");
	CHECK(flow_is_sparse(&flows, 2, now));
	CHECK(flow_is_sparse(&flows, 2, now));
	CHECK(!flow_is_sparse(&flows, 2, now));
	CHECK(flow_is_sparse(&flows, 3, now));
	TEST("another one with the same place takes it");
	CHECK(flow_is_sparse(&flows, 2 + FLOW_TABLE, now));
	CHECK(flow_is_sparse(&flows, 2, now));
}

/* pred of flow 1 */
static void
test_predecessor(void)
{
	TEST("how far back the flow's last packet is");
	flows_init(&flows);
	(void)flow_is_sparse(&flows, 1, now);
	CHECK_EQ(order(ORDER_ALWAYS, 10), 0);
	CHECK_EQ(order(ORDER_ALWAYS, 11), 1);
	CHECK_EQ(order(ORDER_ALWAYS, 100), 89);
	CHECK_EQ(order(ORDER_ALWAYS, 100 + 65535), 65535);
	CHECK_EQ(order(ORDER_ALWAYS, 100 + 65535 + 65536), 0);

	TEST("what has no order is nobody's predecessor");
	CHECK_EQ(order(ORDER_ALWAYS, 131180), 9);
	CHECK_EQ(order(ORDER_NONE, 131181), 0);
	CHECK_EQ(order(ORDER_ALWAYS, 131182), 2);

	TEST("nor is anything of a flow that was forgotten");
	(void)flow_is_sparse(&flows, 1 + FLOW_TABLE, now);
	CHECK_EQ(order(ORDER_ALWAYS, 131183), 0);
	CHECK_EQ(pkt[0].order, ORDER_NONE);
}

static void
test_bulk(void)
{
	int	 i;

	TEST("order only while more than 16 packets come in 50 ms");
	flows_init(&flows);
	(void)flow_is_sparse(&flows, 1, now);
	for (i = 1; i <= 40; i++) {
		(void)order(ORDER_BULK, i);
		CHECK_EQ(pkt[0].order, i <= 16 ? ORDER_NONE : ORDER_BULK);
		CHECK_EQ(pkt[0].pred, i > 17);
	}
	now += 51 * MSEC;
	for (; i < 50; i++) {
		CHECK_EQ(order(ORDER_BULK, i), 1);
		CHECK_EQ(pkt[0].order, ORDER_BULK);
	}
	now += 51 * MSEC;
	CHECK_EQ(order(ORDER_BULK, i), 0);
	CHECK_EQ(pkt[0].order, ORDER_NONE);
}

static void
test_fragments(void)
{
	struct pkt	*frags[4];
	int		 i, ordered;

	TEST("fragments follow each other; the flow follows the last");
	for (ordered = 0; ordered < 2; ordered++) {
		flows_init(&flows);
		(void)flow_is_sparse(&flows, 1, now);
		CHECK_EQ(order(ORDER_ALWAYS, 10), 0);
		for (i = 0; i < 4; i++) {
			frags[i] = &pkt[i];
			pkt[i].flow = 1;
			pkt[i].seq = 20 + i;
			pkt[i].order = ordered ? ORDER_ALWAYS : ORDER_NONE;
		}
		flow_order(&flows, frags, 4, now);
		CHECK_EQ(pkt[0].pred, ordered ? 10 : 0);
		for (i = 0; i < 4; i++) {
			CHECK(i == 0 || pkt[i].pred == 1);
			CHECK_EQ(pkt[i].order, ORDER_ALWAYS);
		}
		CHECK_EQ(order(ORDER_ALWAYS, 30), ordered ? 7 : 20);
	}
}

/* A packet of 80 bytes, with a full header of TCP if it is one. */
static size_t
ip4(uint8_t *d, uint8_t proto, uint16_t port)
{
	memset(d, 0, 80);
	d[0] = 0x45;
	put16(d + 2, 80);
	d[8] = 64;
	d[9] = proto;
	d[12] = d[16] = 10;
	d[19] = 1;
	put16(d + 20, 1024);
	put16(d + 22, port);
	d[32] = 0x50;
	return (80);
}

static size_t
ip6(uint8_t *d, uint8_t proto, uint16_t port)
{
	memset(d, 0, 100);
	d[0] = 0x60;
	put16(d + 4, 60);
	d[6] = proto;
	d[7] = 64;
	d[8] = d[24] = 0xfd;
	d[39] = 1;
	put16(d + 40, 1024);
	put16(d + 42, port);
	d[52] = 0x50;
	return (100);
}

static struct flow_info
classify(const uint8_t *d, size_t len, int layer2)
{
	struct flow_info	 fi;

	flow_classify(d, len, layer2, key, &fi);
	return (fi);
}

/* A packet of flow 1; returns how far back its predecessor is. */
static uint16_t
order(enum flow_order want, uint64_t seq)
{
	struct pkt	*p = &pkt[0];

	p->flow = 1;
	p->seq = seq;
	p->order = want;
	flow_order(&flows, &p, 1, now);
	return (p->pred);
}
