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


#include <string.h>

#include "bench.h"
#include "../test.h"

/* Datagrams captured from mlvpn 2.3.5 and master, and damaged ones. */

#define KEY	"685f046996f5df988c8840c7dfc6746a55f2ed69c5e7116dd0f9700a94df03bd"

struct vector {
	const char		*name;
	const char		*hex;
	struct mlvpn2_header	 h;
	const char		*plain;
	int			 clear;
};

static const struct vector	vectors[] = {
	{ "AUTH",
	  "001201044efbffff9035234e00000000000000000000000000000000"
	  "c91a06019afbdf0c10e6495a10454b06b16b",
	  { 18, 1, 0, 1, 20219, 0xffff, 0x9035234e, 0, 0 }, "4155", 0 },
	{ "AUTH_OK",
	  "001211044f174f17254d752d00000000000000000000000000000000"
	  "031dfc70f0b00e5091bf2338e292ef535169",
	  { 18, 1, 1, 1, 20247, 20247, 0x254d752d, 0, 0 }, "4f4b", 0 },
	{ "KEEPALIVE of the server",
	  "0010210455f2ffff254d752d00000000000000010000000000000000"
	  "f8a68d40d7f93a966f058e82e067ad8d",
	  { 16, 1, 2, 1, 22002, 0xffff, 0x254d752d, 1, 0 }, "", 0 },
	{ "KEEPALIVE of the client",
	  "0010210456bb56bb9035234e00000000000000020000000000000000"
	  "aaa18193677def8debbba00e638713f1",
	  { 16, 1, 2, 1, 22203, 22203, 0x9035234e, 2, 0 }, "", 0 },
	{ "DATA",
	  "004031045e9bffff9035234e00000000000000050000000000000002"
	  "905e954d11a1b186cedd152bfa41f2f901a76d4f94e9a723d1860cc3d3b47fb4"
	  "3b441a1a9bcf80d872bf42d629a9876eb8bf743d8d2161ef373871e5aa2268cd",
	  { 64, 1, 3, 1, 24219, 0xffff, 0x9035234e, 5, 2 },
	  "450000302d9740004001f86f0a6200010a62000208001fa2348800016e2e006b"
	  "0000000095960300000000004c56504e", 0 },
	{ "DATA in the clear, from the client",
	  "00303104fb02ffffc16c74aa00000000000000030000000000000001"
	  "4500003061f640004001c4100a6200010a62000208008303385d0001d72e006b"
	  "00000000bc5f0c00000000004c56504e",
	  { 48, 1, 3, 1, 64258, 0xffff, 0xc16c74aa, 3, 1 },
	  "4500003061f640004001c4100a6200010a62000208008303385d0001d72e006b"
	  "00000000bc5f0c00000000004c56504e", 1 },
	{ "DATA in the clear, from the server",
	  "00303104fb03fb023f82d76200000000000000030000000000000001"
	  "45000030901d00004001d5e90a6200020a62000100008b03385d0001d72e006b"
	  "00000000bc5f0c00000000004c56504e",
	  { 48, 1, 3, 1, 64259, 64258, 0x3f82d762, 3, 1 },
	  "45000030901d00004001d5e90a6200020a62000100008b03385d0001d72e006b"
	  "00000000bc5f0c00000000004c56504e", 1 },
	{ "DISCONNECT",
	  "001041047b2dffff9035234e00000000000000110000000000000000"
	  "21242e6d597b0d7a0711d35f9edccf21",
	  { 16, 1, 4, 1, 31533, 0xffff, 0x9035234e, 17, 0 }, "", 0 },
};

#define NVECTORS	(sizeof(vectors) / sizeof(vectors[0]))

static void
test_captured(void)
{
	const struct vector	*v;
	struct mlvpn2_header	 h;
	uint8_t			 key[32], dgram[2048], plain[2048], out[2048];
	size_t			 i, len, n;
	ssize_t			 m;

	mlvpn2_key(key, PASSWORD);
	CHECK_HEX(key, sizeof(key), KEY);
	for (i = 0; i < NVECTORS; i++) {
		v = &vectors[i];
		TEST("\t%s", v->name);
		len = test_unhex(dgram, sizeof(dgram), v->hex);
		CHECK_EQ(mlvpn2_header_get(&h, dgram, len), 0);
		CHECK_EQ(h.len, v->h.len);
		CHECK_EQ(h.version, v->h.version);
		CHECK_EQ(h.type, v->h.type);
		CHECK_EQ(h.reorder, v->h.reorder);
		CHECK_EQ(h.stamp, v->h.stamp);
		CHECK_EQ(h.echo, v->h.echo);
		CHECK_EQ(h.flow, v->h.flow);
		CHECK_EQ(h.seq, v->h.seq);
		CHECK_EQ(h.data_seq, v->h.data_seq);
		if (v->clear) {
			m = h.len;
			memcpy(plain, dgram + MLVPN2_HDRLEN, m);
		} else
			m = mlvpn2_open(&h, dgram, key, plain);
		CHECK(m != -1);
		CHECK_HEX(plain, m, v->plain);

		h = v->h;
		h.len = 0;
		n = mlvpn2_seal(&h, plain, m, v->clear ? NULL : key, out);
		CHECK_EQ(n, len);
		CHECK_MEM(out, dgram, len);
	}
}

static void
test_damaged(void)
{
	struct mlvpn2_header	 h;
	uint8_t			 key[32], dgram[2048], plain[2048];
	size_t			 i, len;
	int			 bit;

	mlvpn2_key(key, PASSWORD);
	TEST("\tthe header is not authenticated: a KEEPALIVE as DISCONNECT");
	len = test_unhex(dgram, sizeof(dgram), vectors[2].hex);
	CHECK_EQ(dgram[2], 0x21);
	dgram[2] = 0x41;
	CHECK_EQ(mlvpn2_header_get(&h, dgram, len), 0);
	CHECK_EQ(h.type, MLVPN2_DISCONNECT);
	CHECK_EQ(mlvpn2_open(&h, dgram, key, plain), 0);

	TEST("\tbut flow, sequence and payload are, each bit");
	len = test_unhex(dgram, sizeof(dgram), vectors[4].hex);
	for (i = 8; i < len; i++) {
		if (i >= 20 && i < MLVPN2_HDRLEN)
			continue;
		for (bit = 0; bit < 8; bit++) {
			dgram[i] ^= 1 << bit;
			CHECK_EQ(mlvpn2_header_get(&h, dgram, len), 0);
			CHECK_EQ(mlvpn2_open(&h, dgram, key, plain), -1);
			dgram[i] ^= 1 << bit;
		}
	}
	CHECK_EQ(mlvpn2_header_get(&h, dgram, len), 0);
	CHECK_EQ(mlvpn2_open(&h, dgram, key, plain), 48);
	key[31] ^= 1;
	CHECK_EQ(mlvpn2_open(&h, dgram, key, plain), -1);
}

static void
test_header(void)
{
	struct mlvpn2_header	 h, g;
	uint8_t			 buf[2048];
	size_t			 len;

	memset(buf, 0, sizeof(buf));
	TEST("\tlengths: of the header, 0, more than 1500, another's");
	for (len = 0; len < MLVPN2_HDRLEN; len++)
		CHECK_EQ(mlvpn2_header_get(&h, buf, len), -1);
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN), -1);
	buf[1] = 16;
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN + 16), 0);
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN + 15), -1);
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN + 17), -1);
	buf[0] = 1500 >> 8;
	buf[1] = 1500 & 0xff;
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN + 1500), 0);
	buf[1]++;
	CHECK_EQ(mlvpn2_header_get(&h, buf, MLVPN2_HDRLEN + 1501), -1);
	CHECK_EQ(1500 >> 8, MLVPN2_FIRST_MAX);

	TEST("\tless than a MAC is not authentic");
	h.len = MLVPN2_MACLEN - 1;
	CHECK_EQ(mlvpn2_open(&h, buf, buf, buf), -1);

	TEST("\tall bits of each field");
	memset(&h, 0xff, sizeof(h));
	h.len = 16;
	h.version = 15;
	h.type = 63;
	h.reorder = 1;
	mlvpn2_header_put(buf, &h);
	CHECK_HEX(buf, MLVPN2_HDRLEN, "0010ff07ffffffffffffffff"
	    "ffffffffffffffffffffffffffffffff");
	CHECK_EQ(mlvpn2_header_get(&g, buf, MLVPN2_HDRLEN + 16), 0);
	CHECK_EQ(g.version, 15);
	CHECK_EQ(g.type, 63);
	CHECK_EQ(g.reorder, 1);
	CHECK_EQ(g.seq, UINT64_MAX);
	TEST("\tunused bits are let pass");
	buf[3] |= 0xf8;
	CHECK_EQ(mlvpn2_header_get(&g, buf, MLVPN2_HDRLEN + 16), 0);
	CHECK_EQ(g.type, 63);
}

static void
test_trim(void)
{
	uint8_t	 p[100];

	memset(p, 0, sizeof(p));
	p[0] = 0x45;
	p[3] = 60;
	CHECK_EQ(mlvpn2_trim(p, 60), 60);
	CHECK_EQ(mlvpn2_trim(p, 64), 60);
	CHECK_EQ(mlvpn2_trim(p, 59), -1);
	CHECK_EQ(mlvpn2_trim(p, 19), -1);
	CHECK_EQ(mlvpn2_trim(p, 0), -1);
	p[3] = 19;
	CHECK_EQ(mlvpn2_trim(p, 60), -1);
	p[0] = 0x60;
	p[5] = 20;
	CHECK_EQ(mlvpn2_trim(p, 60), 60);
	CHECK_EQ(mlvpn2_trim(p, 64), 60);
	CHECK_EQ(mlvpn2_trim(p, 59), -1);
	CHECK_EQ(mlvpn2_trim(p, 39), -1);
	p[4] = 0xff;
	CHECK_EQ(mlvpn2_trim(p, 100), -1);
	p[0] = 0x50;
	CHECK_EQ(mlvpn2_trim(p, 100), -1);
}

static void
test_window(void)
{
	struct mlvpn2_window	 w;
	uint64_t		 n, base;

	mlvpn2_window_init(&w, 0, 0);
	TEST("\tfrom nothing, with any number");
	CHECK_EQ(mlvpn2_window_seen(&w, 0), 0);
	CHECK_EQ(mlvpn2_window_add(&w, 0), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, 0), 1);

	TEST("\t1024 back, no more");
	base = 5000;
	CHECK_EQ(mlvpn2_window_add(&w, base), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, base), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, base - MLVPN2_WINDOW), 1);
	for (n = base - MLVPN2_WINDOW + 1; n < base; n++) {
		CHECK_EQ(mlvpn2_window_seen(&w, n), 0);
		CHECK_EQ(mlvpn2_window_add(&w, n), 0);
		CHECK_EQ(mlvpn2_window_seen(&w, n), 1);
	}
	TEST("\tmoving on by ones, by many, by more than it holds");
	CHECK_EQ(mlvpn2_window_add(&w, base + 2), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, base + 1), 0);
	CHECK_EQ(mlvpn2_window_seen(&w, base), 1);
	CHECK_EQ(mlvpn2_window_add(&w, base + 1000), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, base + 999), 0);
	CHECK_EQ(mlvpn2_window_seen(&w, base + 2), 1);
	CHECK_EQ(mlvpn2_window_add(&w, 1ULL << 40), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, (1ULL << 40) - 1), 0);
	CHECK_EQ(mlvpn2_window_seen(&w, base + 1000), 1);
	CHECK_EQ(mlvpn2_window_add(&w, UINT64_MAX), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, UINT64_MAX), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, UINT64_MAX - 1), 0);

	TEST("\tafter a flow that came back: nothing old");
	mlvpn2_window_init(&w, 1, 77);
	CHECK_EQ(mlvpn2_window_seen(&w, 77), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, 1), 1);
	CHECK_EQ(mlvpn2_window_seen(&w, 78), 0);
}

const struct mlvpn2_tests vector_tests[] = {
	{ "captured", test_captured, "captured datagrams, read and made" },
	{ "damaged", test_damaged, "damaged datagrams" },
	{ "header", test_header, "the header's limits" },
	{ "trim", test_trim, "the length of IP packets" },
	{ "window", test_window, "each sequence number once" },
	{ NULL, NULL, NULL }
};
