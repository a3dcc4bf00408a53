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
 * HELLOs of strangers cost so much work in a second and no more, and do not
 * keep out who is known.
 */

#include <sys/param.h>

#include <sodium.h>

#include "admit.h"
#include "clock.h"
#include "rnd.h"
#include "test.h"

#define NTUNNELS	1000
#define INTERVAL	640		/* us, of batches of 64: 100000/s */

static void	 setup(int, int);
static void	 hello(struct dgram *, int, uint32_t);
static void	 hello_for(struct dgram *, int, uint32_t, int);
static void	 put(struct dgram *, int, const struct admitted *);
static int	 round_of(struct tunnel *);

static struct admit	 admit;
static struct admitted	 admitted[NTUNNELS];
static struct hs_secret	 secret[NTUNNELS];
static struct tunnel	*tunnel[NTUNNELS];	/* never looked at */
static struct rnd	 rnd;
static uint64_t		 now;
static uint8_t		 buf[HELLO_MAX_LEN];
static int		 found, wrong;		/* of the last round */
static struct admit_found last;

static void
fill(void *bula, void *p, size_t len)
{
	static uint32_t	 seed;
	uint8_t		 key[randombytes_SEEDBYTES] = { 0 };

	seed++;
	memcpy(key, &seed, sizeof(seed));
	randombytes_buf_deterministic(p, len, key);
}

/* So many tunnels of a pattern. */
static void
setup(int n, int pattern)
{
	uint8_t	 own[32], peer[32], psk[32];
	int	 i;

	now = 1000 * USEC;
	rnd.fill = fill;
	admit_init(&admit, &rnd);
	memset(admitted, 0, sizeof(admitted));
	fill(NULL, own, sizeof(own));
	for (i = 0; i < n; i++) {
		fill(NULL, peer, sizeof(peer));
		fill(NULL, psk, sizeof(psk));
		if (pattern == NOISE_IKPSK2)
			hs_secret_init(&secret[i], NULL, own, peer);
		else
			hs_secret_init(&secret[i], psk, NULL, NULL);
		tunnel[i] = (struct tunnel *)&tunnel[i];
		admit_add(&admit, &admitted[i], tunnel[i], &secret[i]);
	}
}

/* With a random mac1. */
static void
hello(struct dgram *dg, int pattern, uint32_t addr)
{
	memset(dg, 0, sizeof(*dg));
	dg->ep.sock = 1;
	dg->ep.remote.family = 4;
	memcpy(dg->ep.remote.ip, &addr, sizeof(addr));
	dg->buf = buf;
	dg->len = pattern == NOISE_IKPSK2 ? HELLO_IK_LEN : HELLO_NN_LEN;
	fill(NULL, buf, dg->len);
	buf[0] = MSG_HELLO;
	buf[1] = pattern;
	memset(buf + dg->len - MAC_LEN, 0, MAC_LEN);
}

/* With that of this tunnel's secret. */
static void
hello_for(struct dgram *dg, int pattern, uint32_t addr, int i)
{
	size_t	 len;

	hello(dg, pattern, addr);
	len = dg->len - 2 * MAC_LEN;
	CHECK_EQ(crypto_generichash(buf + len, MAC_LEN, buf, len,
	    secret[i].mac1_own, 32), 0);
}

static void
put(struct dgram *dg, int pattern, const struct admitted *only)
{
	admit_put(&admit, dg, pattern, only, now);
}

/* Was one found for that tunnel? */
static int
round_of(struct tunnel *t)
{
	struct admit_found	 f;
	enum admit_result	 result;
	int			 mine = 0;

	found = wrong = 0;
	admit_round(&admit);
	while ((result = admit_next(&admit, &f, now)) != ADMIT_NONE) {
		if (result == ADMIT_WRONG) {
			wrong++;
			continue;
		}
		found++;
		last = f;
		mine |= f.owner->tunnel == t;
	}
	return (mine);
}

static void
test_psks(void)
{
	struct addr	 home = { .family = 4, .ip = { 203, 0, 113, 7 } };
	struct dgram	 dg;
	uint64_t	 before, end;
	uint32_t	 addr = 0, known;
	int		 i, n = 0;

	TEST("256 secrets, 100000 HELLOs a second with a random mac1");
	setup(256, NOISE_NNPSK0);
	admit_know(&admit, &admitted[255], &home);
	memcpy(&known, home.ip, sizeof(known));
	for (end = now + USEC; now < end; now += INTERVAL) {
		before = admit.macs;
		for (i = 0; i < 64; i++) {
			hello(&dg, NOISE_NNPSK0, addr++ << 8);
			put(&dg, NOISE_NNPSK0, NULL);
		}
		round_of(NULL);
		CHECK_EQ(found, 0);
		CHECK(admit.macs - before < 2 * 256);
		if (++n % 100 == 0) {
			TEST("\ta peer whose address is known");
			hello_for(&dg, NOISE_NNPSK0, known, 255);
			put(&dg, NOISE_NNPSK0, NULL);
			CHECK(round_of(tunnel[255]));
			CHECK(last.known != NULL);
		}
	}
	printf("\t%ju MACs\n", (uintmax_t)admit.macs);
	CHECK(admit.macs > 190000);
	CHECK(admit.macs <= 200000 + 2000 + 256 + 100);
	CHECK(admit.limited > 90000);

	TEST("a HELLO that waits is dealt with when there is time again");
	CHECK(admit_deadline(&admit, now) != NEVER);
	for (i = 0; i < 10000 && admit_deadline(&admit, now) != NEVER; i++) {
		now = MAX(now, admit_deadline(&admit, now));
		round_of(NULL);
	}
	CHECK_EQ(admit_deadline(&admit, now), NEVER);
	now += USEC;
	hello_for(&dg, NOISE_NNPSK0, 1, 200);
	put(&dg, NOISE_NNPSK0, NULL);
	CHECK(round_of(tunnel[200]));
	CHECK(last.known == NULL);
}

static void
test_spoofed(void)
{
	struct addr	 home = { .family = 4, .ip = { 203, 0, 113, 7 } };
	struct dgram	 dg;
	uint64_t	 end, macs;
	uint32_t	 known;
	int		 i, n = 0, got = 0;

	TEST("the same from the address of a peer");
	setup(256, NOISE_NNPSK0);
	admit_know(&admit, &admitted[255], &home);
	memcpy(&known, home.ip, sizeof(known));
	macs = admit.macs;
	for (end = now + USEC; now < end; now += INTERVAL) {
		for (i = 0; i < 63; i++) {
			hello(&dg, NOISE_NNPSK0, known);
			put(&dg, NOISE_NNPSK0, NULL);
		}
		hello_for(&dg, NOISE_NNPSK0, known, 255);
		put(&dg, NOISE_NNPSK0, NULL);
		got += round_of(tunnel[255]);
		n++;
	}
	printf("\t%ju MACs, %d of %d\n", (uintmax_t)(admit.macs - macs), got,
	    n);
	CHECK(admit.macs - macs <= 300000 + 2 * 2000 + 256);
	CHECK(got > n / 2);
}

static void
test_keys(void)
{
	struct dgram	 dg;
	uint64_t	 end;
	uint32_t	 addr = 0;
	int		 i, sum = 0;

	TEST("1000 peers of one key: one MAC each");
	setup(NTUNNELS, NOISE_IKPSK2);
	for (end = now + USEC; now < end; now += INTERVAL) {
		for (i = 0; i < 64; i++) {
			hello(&dg, NOISE_IKPSK2, addr++ << 8);
			put(&dg, NOISE_IKPSK2, NULL);
		}
		round_of(NULL);
		sum += wrong;
	}
	CHECK_EQ(admit.macs, sum);
	CHECK_EQ(sum, addr);

	TEST("whose peer is told by the key in the HELLO");
	hello_for(&dg, NOISE_IKPSK2, 1, 0);
	put(&dg, NOISE_IKPSK2, NULL);
	CHECK(round_of(tunnel[0]));
	CHECK(admit_peer(&admit, &last, secret[700].rs) == tunnel[700]);
	CHECK(admit_peer(&admit, &last, secret[700].spub) == NULL);

	TEST("the socket of one tunnel is for no other");
	put(&dg, NOISE_IKPSK2, &admitted[5]);
	CHECK(round_of(tunnel[5]));
	CHECK(admit_peer(&admit, &last, secret[5].rs) == tunnel[5]);
	CHECK(admit_peer(&admit, &last, secret[700].rs) == NULL);
	put(&dg, NOISE_IKPSK2, &admitted[5]);
	admit_del(&admit, &admitted[5]);
	round_of(NULL);
	CHECK_EQ(found + wrong, 0);

	TEST("the key stays when its first tunnel goes");
	admit_del(&admit, &admitted[0]);
	put(&dg, NOISE_IKPSK2, NULL);
	CHECK(round_of(tunnel[1]));
	CHECK(admit_peer(&admit, &last, secret[0].rs) == NULL);
	for (i = 1; i < NTUNNELS; i++)
		admit_del(&admit, &admitted[i]);
	put(&dg, NOISE_IKPSK2, NULL);
	CHECK_EQ(round_of(NULL), 0);
	CHECK_EQ(wrong, 1);
}

static void
test_handshakes(void)
{
	struct admit_found	 f;
	uint64_t		 end;
	uint32_t		 addr = 0;
	int			 i, stranger = 0, peer = 0;

	TEST("8000 HELLOs a second with cookies from 400 addresses");
	setup(2, NOISE_NNPSK0);
	memset(&f, 0, sizeof(f));
	f.dg.ep.remote.family = 4;
	for (end = now + USEC; now < end; now += 1000) {
		for (i = 0; i < 8; i++) {
			addr = (addr + 1) % 400;
			memcpy(f.dg.ep.remote.ip, &addr, sizeof(addr));
			stranger += admit_handshake(&admit, &f, 1, now);
		}
		if (now / 1000 % 100 == 0) {
			f.known = &admitted[0].known[0];
			peer += admit_handshake(&admit, &f, 1, now);
			f.known = NULL;
		}
	}
	CHECK(stranger >= 400);
	CHECK(stranger <= 400 + 64);
	CHECK_EQ(peer, 10);

	TEST("and no more than 20 of one peer");
	f.known = &admitted[0].known[0];
	for (peer = 0, end = now + USEC; now < end; now += 100)
		peer += admit_handshake(&admit, &f, 1, now);
	CHECK(peer >= 20 && peer <= 41);
}

int
main(void)
{
	CHECK(sodium_init() != -1);
	test_psks();
	test_spoofed();
	test_keys();
	test_handshakes();
	return (0);
}
