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
 * Transport keys, sealing and opening, packet numbers, replay windows and
 * limits.
 */

#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "session.h"
#include "test.h"
#include "wire.h"

#define PATH		5
#define INDEX_A		0x0a0a0a0a	/* in what A receives */
#define INDEX_B		0xa1b2c3d4
#define PKT_MAX		64

/* The keys of one handshake and one path, at both ends. */
struct pair {
	struct keys	 a, b;
	struct lane	 atx, brx;	/* A sends, B receives */
};

/* A datagram. */
struct sealed {
	uint8_t		 buf[DATA_OVERHEAD + PKT_MAX];
	size_t		 len;
	uint64_t	 number;
};

/* What a replay window should do, with a byte for each number. */
struct model {
	uint8_t		 seen[1 << 17];
	uint64_t	 base;		/* number of seen[0] */
	uint64_t	 highest;
	int		 any;
};

static void	hs_fill(struct hs_keys *, struct hs_keys *, uint8_t);
static void	pair_keys(struct pair *, uint8_t, uint8_t);
static struct pair *pair_new(uint8_t);
static void	seal(struct pair *, struct sealed *);
static void	seal_number(struct pair *, uint64_t, struct sealed *);
static enum data_result	open_sealed(struct pair *, const struct sealed *);
static enum data_result	try_number(struct pair *, uint64_t);
static int	model_fresh(const struct model *, uint64_t);
static void	model_set(struct model *, uint64_t);
static uint64_t	slow_rebuild(uint64_t, uint32_t);
static uint32_t	prng(void);
static void	test_known(uint8_t);
static void	test_derivation(uint8_t);
static void	test_nonce(uint8_t);
static void	test_sizes(uint8_t);
static void	test_damage(uint8_t);
static void	test_header(void);
static void	test_rebuild(void);
static void	test_wrap(uint8_t);
static void	test_first(uint8_t);
static void	test_edges(uint8_t);
static void	test_jumps(uint8_t);
static void	test_model(uint8_t);
static void	test_lanes(uint8_t);
static void	test_rekey(uint8_t);
static void	test_reflection(uint8_t);
static void	test_limits(uint8_t);
static void	test_limits_default(void);
static void	test_wipe(uint8_t);
static void	test_unknown(void);

int
main(void)
{
	uint8_t	 aead;

	CHECK(sodium_init() != -1);
	test_header();
	test_rebuild();
	test_limits_default();
	test_unknown();
	for (aead = AEAD_CHACHA; aead <= AEAD_AES; aead++) {
		if ((aead_available() & 1 << aead) == 0) {
			TEST("%s: not on this machine", aead_name(aead));
			continue;
		}
		test_known(aead);
		test_derivation(aead);
		test_nonce(aead);
		test_sizes(aead);
		test_damage(aead);
		test_wrap(aead);
		test_first(aead);
		test_edges(aead);
		test_jumps(aead);
		test_model(aead);
		test_lanes(aead);
		test_rekey(aead);
		test_reflection(aead);
		test_limits(aead);
		test_wipe(aead);
	}
	return (0);
}

/* What a handshake left at A and at B. */
static void
hs_fill(struct hs_keys *a, struct hs_keys *b, uint8_t seed)
{
	int	 i;

	for (i = 0; i < 32; i++) {
		a->tx[i] = b->rx[i] = seed + i;
		a->rx[i] = b->tx[i] = seed + 0x80 + i;
	}
	for (i = 0; i < NOISE_HASHLEN; i++)
		a->hash[i] = b->hash[i] = seed + 0x40 + i;
}

static void
pair_keys(struct pair *p, uint8_t aead, uint8_t seed)
{
	struct hs_keys	 a, b;

	hs_fill(&a, &b, seed);
	keys_init(&p->a, &a, aead, 1, INDEX_A, INDEX_B, 0);
	keys_init(&p->b, &b, aead, 0, INDEX_B, INDEX_A, 0);
}

static struct pair *
pair_new(uint8_t aead)
{
	struct pair	*p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		abort();
	pair_keys(p, aead, 0);
	return (p);
}

/* The next datagram of A: kind 1, sequence 7, predecessor 3, "abc". */
static void
seal(struct pair *p, struct sealed *s)
{
	static const uint8_t plain[] = "\x10\0\0\x07\0\x03" "abc";

	s->len = data_seal(&p->a, &p->atx, PATH, plain, sizeof(plain) - 1,
	    s->buf, &s->number);
	CHECK_EQ(s->len, DATA_OVERHEAD + 3);
}

static void
seal_number(struct pair *p, uint64_t number, struct sealed *s)
{
	p->atx.tx_next = number;
	seal(p, s);
	CHECK_EQ(s->number, number);
	CHECK_EQ(p->atx.tx_next, number + 1);
}

static enum data_result
open_sealed(struct pair *p, const struct sealed *s)
{
	uint8_t		 plain[DATA_INNERLEN + PKT_MAX];
	uint64_t	 number;
	enum data_result res;

	res = data_open(&p->b, &p->brx, s->buf, s->len, plain, &number);
	if (res == DATA_OK) {
		CHECK_EQ(number, s->number);
		CHECK_HEX(plain, 9, "100000070003616263");
	}
	return (res);
}

static enum data_result
try_number(struct pair *p, uint64_t number)
{
	struct sealed	 s;

	seal_number(p, number, &s);
	return (open_sealed(p, &s));
}

/* xorshift: any sequence will do, but always the same. */
static uint32_t
prng(void)
{
	static uint32_t	 x = 2463534242U;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return (x);
}

static void
test_known(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	struct sealed	 s;

	TEST("%s: known answer", aead_name(aead));
	CHECK_HEX(p->a.tx.key, 32, aead == AEAD_CHACHA ?
	    "ab070afebe0b69db139bd40df1159fea319935bb73262b164d17058ee7c9ee36" :
	    "e099b60bb906cb631e071e00a69959a2dbb8de88e60e67e1fe003dbe99cacb8e");
	seal_number(p, 0x100000002ULL, &s);
	CHECK_HEX(s.buf, s.len, aead == AEAD_CHACHA ?
	    "3405a1b2c3d400000002"
	    "1902f8be89c14d3e9d9baa5dcce4d4bda798a9f533e001b958" :
	    "3405a1b2c3d400000002"
	    "65990d38b32110f6c542823a3813c1260b90c62edfbf639ec9");
	p->brx.rx_any = 1;
	p->brx.rx_highest = 0xffffffff;
	CHECK_EQ(open_sealed(p, &s), DATA_OK);
	free(p);
}

static void
test_derivation(uint8_t aead)
{
	struct pair	*p = pair_new(aead), *q = pair_new(aead);
	struct hs_keys	 a, b;
	uint8_t		 msg[75], key[32];

	TEST("%s: keys of both directions, of AEAD and transcript",
	    aead_name(aead));
	CHECK_MEM(p->a.tx.key, p->b.rx.key, 32);
	CHECK_MEM(p->a.rx.key, p->b.tx.key, 32);
	CHECK(memcmp(p->a.tx.key, p->a.rx.key, 32) != 0);
	CHECK_EQ(p->a.aead, aead);
	CHECK(p->a.initiator && !p->b.initiator);

	hs_fill(&a, &b, 0);
	memcpy(msg, "mlvpn3 key", 10);
	msg[10] = aead;
	memcpy(msg + 11, a.hash, 64);
	crypto_generichash(key, 32, msg, 75, a.rx, 32);
	CHECK_MEM(p->a.rx.key, key, 32);

	a.hash[63] ^= 1;
	keys_init(&q->a, &a, aead, 1, 1, 2, 0);
	CHECK(memcmp(p->a.tx.key, q->a.tx.key, 32) != 0);
	free(p);
	free(q);
}

/* Opened with the library alone: path and number are where they belong. */
static void
test_nonce(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	uint8_t		 plain[16], out[64], back[64], nonce[12];
	uint64_t	 number;
	size_t		 len;
	int		 error;

	TEST("%s: nonce is path id and number", aead_name(aead));
	memset(plain, 0xee, sizeof(plain));
	p->atx.tx_next = 0x0102030405060708ULL;
	len = data_seal(&p->a, &p->atx, 0x81, plain, sizeof(plain), out,
	    &number);
	CHECK_HEX(out, DATA_HDRLEN, "3481a1b2c3d405060708");
	CHECK_EQ(test_unhex(nonce, 12, "000000810102030405060708"), 12);
	if (aead == AEAD_CHACHA)
		error = crypto_aead_chacha20poly1305_ietf_decrypt(back, NULL,
		    NULL, out + 10, len - 10, out, 10, nonce, p->a.tx.key);
	else
		error = crypto_aead_aes256gcm_decrypt(back, NULL, NULL,
		    out + 10, len - 10, out, 10, nonce, p->a.tx.key);
	CHECK(error == 0);
	CHECK_MEM(back, plain, sizeof(plain));
	free(p);
}

static void
test_sizes(uint8_t aead)
{
	static uint8_t	 plain[9000], out[9000 + 26], back[9000];
	struct pair	*p = pair_new(aead);
	uint64_t	 number, total = 0;
	size_t		 len, n;

	TEST("%s: datagrams from 32 bytes on, counters", aead_name(aead));
	for (n = DATA_INNERLEN; n <= sizeof(plain); n += 1 + n / 7) {
		memset(plain, n, n);
		len = data_seal(&p->a, &p->atx, PATH, plain, n, out, &number);
		CHECK_EQ(len, n + DATA_HDRLEN + DATA_TAGLEN);
		memset(back, 0, n);
		CHECK_EQ(data_open(&p->b, &p->brx, out, len, back, &number),
		    DATA_OK);
		CHECK_MEM(back, plain, n);
		total += len;
		CHECK_EQ(p->a.tx_dgrams, number + 1);
		CHECK_EQ(p->a.tx_bytes, total);
		CHECK_EQ(p->b.rx_dgrams, number + 1);
		CHECK_EQ(p->b.rx_bytes, total);
		CHECK_EQ(p->brx.rx_dgrams, number + 1);
		CHECK_EQ(p->brx.rx_bytes, total);
	}
	free(p);
}

/* Neither a fresh lane nor one in use is touched, badtags aside. */
static void
test_damage(uint8_t aead)
{
	struct pair	*p = pair_new(aead), *q = pair_new(aead);
	struct sealed	 s, bad;
	uint8_t		*copy, path;
	uint32_t	 index, low;
	uint64_t	 badtags = 0, number;
	uint8_t		 plain[DATA_INNERLEN + PKT_MAX];
	size_t		 bit, cut;
	int		 i;

	TEST("%s: every bit flipped, every length", aead_name(aead));
	for (i = 0; i <= 8; i++)
		CHECK_EQ(try_number(q, 0x40000000ULL * i + 4), DATA_OK);
	p->brx = q->brx;
	p->b = q->b;
	seal_number(p, 0x200000009ULL, &s);
	for (bit = 0; bit < s.len * 8; bit++) {
		bad = s;
		bad.buf[bit / 8] ^= 1 << bit % 8;
		if (data_header(bad.buf, bad.len, &path, &index, &low) == 0)
			CHECK(open_sealed(p, &bad) != DATA_OK);
		else
			CHECK(bit / 8 < 2);
		CHECK_MEM(&p->brx, &q->brx, sizeof(p->brx));
		CHECK(p->b.rx_badtags >= badtags);
		badtags = p->b.rx_badtags;
		q->b.rx_badtags = badtags;
		CHECK_MEM(&p->b, &q->b, sizeof(p->b));
	}
	CHECK(badtags > 0);
	for (cut = 0; cut <= s.len + 1; cut++) {
		if (cut == s.len)
			continue;
		if ((copy = malloc(cut == 0 ? 1 : cut)) == NULL)
			abort();
		memset(copy, 0, cut);
		memcpy(copy, s.buf, cut < s.len ? cut : s.len);
		CHECK_EQ(data_header(copy, cut, &path, &index, &low) == 0,
		    cut >= DATA_MINLEN);
		CHECK_EQ(data_open(&p->b, &p->brx, copy, cut, plain, &number),
		    DATA_BADTAG);
		CHECK_MEM(&p->brx, &q->brx, sizeof(p->brx));
		free(copy);
	}
	CHECK_EQ(open_sealed(p, &s), DATA_OK);
	CHECK_EQ(open_sealed(p, &s), DATA_REPLAYED);
	free(p);
	free(q);
}

static void
test_header(void)
{
	uint8_t		 buf[DATA_MINLEN], path;
	uint32_t	 index, low;
	size_t		 len;
	int		 i;

	TEST("header of DATA");
	memset(buf, 0, sizeof(buf));
	test_unhex(buf, sizeof(buf), "3485 a1b2c3d4 01020304");
	CHECK(data_header(buf, sizeof(buf), &path, &index, &low) == 0);
	CHECK_EQ(path, 0x85);
	CHECK_EQ(index, 0xa1b2c3d4);
	CHECK_EQ(low, 0x01020304);
	for (len = 0; len < sizeof(buf); len++)
		CHECK(data_header(buf, len, &path, &index, &low) == -1);
	for (i = 0; i < 256; i++) {
		buf[1] = i;
		CHECK_EQ(data_header(buf, sizeof(buf), &path, &index,
		    &low) == 0, (i & 0x40) == 0);
	}
	buf[1] = 0;
	for (i = 0; i < 256; i++) {
		buf[0] = i;
		CHECK_EQ(data_header(buf, sizeof(buf), &path, &index,
		    &low) == 0, i == MSG_DATA);
	}
}

/* Of all numbers with these low bits the nearest, by trying three. */
static uint64_t
slow_rebuild(uint64_t expected, uint32_t low)
{
	uint64_t	 n, dist, best = 0, bestdist = UINT64_MAX;
	int		 i;

	for (i = -1; i <= 1; i++) {
		if (i == -1 && expected >> 32 == 0)
			continue;
		if (i == 1 && expected >> 32 == 0xffffffff)
			continue;
		n = ((expected >> 32) + i) << 32 | low;
		dist = n > expected ? n - expected : expected - n;
		if (dist <= bestdist) {
			best = n;
			bestdist = dist;
		}
	}
	return (best);
}

static void
test_rebuild(void)
{
	static const uint64_t	 at[] = {
		0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
		0x100000000, 0x100000001, 0x17fffffff, 0x180000000,
		0x180000001, 0x1ffffffff, 0x200000000, 0xffffffff00000000,
		0xffffffff7fffffff, 0xffffffff80000000, 0xffffffffffffffff
	};
	static const struct {
		uint64_t	 expected;
		uint32_t	 low;
		uint64_t	 want;
	} cases[] = {
		{ 0, 0, 0 },
		{ 0, 0xffffffff, 0xffffffff },	/* never below 0 */
		{ 0xffffffff, 0, 0x100000000 },
		{ 0x100000000, 0xffffffff, 0xffffffff },
		{ 0x100000000, 0, 0x100000000 },
		{ 0x100000000, 0x7fffffff, 0x17fffffff },
		{ 0x100000000, 0x80000000, 0x180000000 },
		{ 0x100000000, 0x80000001, 0x80000001 },
		{ 0x180000000, 0, 0x200000000 },
		{ 0x180000000, 1, 0x100000001 },
		{ 0xffffffff, 0x7fffffff, 0x17fffffff },
		{ 0xffffffff, 0x80000000, 0x80000000 },
		{ UINT64_MAX, 0, 0xffffffff00000000 }
	};
	uint64_t	 expected;
	uint32_t	 low;
	size_t		 i, j;
	int		 n;

	TEST("64-bit number from its low half");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ(number_rebuild(cases[i].expected, cases[i].low),
		    cases[i].want);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (j = 0; j < sizeof(at) / sizeof(at[0]); j++)
			CHECK_EQ(number_rebuild(at[i], at[j] & 0xffffffff),
			    slow_rebuild(at[i], at[j] & 0xffffffff));
	for (n = 0; n < 1000000; n++) {
		expected = (uint64_t)prng() << 32 | prng();
		expected >>= prng() % 64;
		low = prng();
		CHECK_EQ(number_rebuild(expected, low),
		    slow_rebuild(expected, low));
	}
}

/* Numbers in and out of order on both sides of multiples of 2^32. */
static void
test_wrap(uint8_t aead)
{
	struct pair	*p;
	uint64_t	 at, n;
	int		 turn;

	TEST("%s: numbers across 2^32", aead_name(aead));
	for (turn = 1; turn <= 3; turn++) {
		p = pair_new(aead);
		at = (uint64_t)turn << 32;
		/* a lane that has come far */
		p->brx.rx_any = 1;
		p->brx.rx_highest = at - 200;
		for (n = at - 100; n < at + 100; n += 2)
			CHECK_EQ(try_number(p, n), DATA_OK);
		for (n = at - 99; n < at + 100; n += 2)
			CHECK_EQ(try_number(p, n), DATA_OK);
		for (n = at - 100; n < at + 100; n++)
			CHECK_EQ(try_number(p, n), DATA_REPLAYED);
		/* a gap as long as a sender may leave */
		CHECK_EQ(try_number(p, at + (1 << 30)), DATA_OK);
		CHECK_EQ(try_number(p, at + (1 << 30) * 3ULL), DATA_OK);
		CHECK_EQ(try_number(p, at + (1 << 30) * 5ULL), DATA_OK);
		CHECK_EQ(p->brx.rx_highest, at + (1 << 30) * 5ULL);
		free(p);

		/* nearest to the one after the highest */
		p = pair_new(aead);
		p->brx.rx_any = 1;
		p->brx.rx_highest = at - 1;
		CHECK_EQ(try_number(p, at + (1ULL << 31)), DATA_OK);
		free(p);
	}
}

static void
test_first(uint8_t aead)
{
	struct pair	*p;
	struct sealed	 s;

	TEST("%s: number 0, first and late", aead_name(aead));
	p = pair_new(aead);
	seal(p, &s);
	CHECK_EQ(s.number, 0);
	CHECK_EQ(open_sealed(p, &s), DATA_OK);
	CHECK_EQ(open_sealed(p, &s), DATA_REPLAYED);
	CHECK_EQ(try_number(p, 1), DATA_OK);
	CHECK_EQ(open_sealed(p, &s), DATA_REPLAYED);
	free(p);

	p = pair_new(aead);
	CHECK_EQ(try_number(p, WINDOW_SIZE - 1), DATA_OK);
	CHECK_EQ(try_number(p, 0), DATA_OK);
	CHECK_EQ(try_number(p, 0), DATA_REPLAYED);
	free(p);

	p = pair_new(aead);
	CHECK_EQ(try_number(p, WINDOW_SIZE), DATA_OK);
	CHECK_EQ(try_number(p, 0), DATA_REPLAYED);
	CHECK_EQ(try_number(p, 1), DATA_OK);
	free(p);
}

static void
test_edges(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	uint64_t	 h = 100000, n;

	TEST("%s: window edges, replay within and below", aead_name(aead));
	CHECK_EQ(try_number(p, h), DATA_OK);
	CHECK_EQ(try_number(p, h), DATA_REPLAYED);
	CHECK_EQ(try_number(p, h - WINDOW_SIZE), DATA_REPLAYED);
	CHECK_EQ(try_number(p, h - WINDOW_SIZE - 1), DATA_REPLAYED);
	CHECK_EQ(try_number(p, 0), DATA_REPLAYED);
	CHECK_EQ(try_number(p, h - WINDOW_SIZE + 1), DATA_OK);
	CHECK_EQ(try_number(p, h - WINDOW_SIZE + 1), DATA_REPLAYED);
	CHECK_EQ(try_number(p, h - 1), DATA_OK);

	/* the rest of the window, each once */
	for (n = h - WINDOW_SIZE + 2; n < h - 1; n++)
		CHECK_EQ(try_number(p, n), DATA_OK);
	for (n = h - WINDOW_SIZE - 3; n <= h; n++)
		CHECK_EQ(try_number(p, n), DATA_REPLAYED);
	CHECK_EQ(p->brx.rx_dgrams, WINDOW_SIZE);

	/* one further: the lowest leaves, the bit it had is free */
	CHECK_EQ(try_number(p, h + 1), DATA_OK);
	CHECK_EQ(try_number(p, h + 1), DATA_REPLAYED);
	CHECK_EQ(try_number(p, h - WINDOW_SIZE + 1), DATA_REPLAYED);
	CHECK_EQ(p->b.rx_badtags, 0);
	free(p);
}

/* A jump ahead forgets exactly what it leaves behind. */
static void
test_jumps(uint8_t aead)
{
	static const uint64_t	 jump[] = {
		1, 2, 63, 64, 65, 127, 128, 129, 4096, WINDOW_SIZE - 1,
		WINDOW_SIZE, WINDOW_SIZE + 1, 2 * WINDOW_SIZE, 1 << 20
	};
	struct pair	*p;
	uint64_t	 n, to, h = 3 * WINDOW_SIZE + 17;
	size_t		 i;

	TEST("%s: jumps", aead_name(aead));
	for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
		p = pair_new(aead);
		for (n = h - 300; n <= h; n++)
			CHECK_EQ(try_number(p, n), DATA_OK);
		to = h + jump[i];
		CHECK_EQ(try_number(p, to), DATA_OK);
		for (n = to < WINDOW_SIZE + 5 ? 0 : to - WINDOW_SIZE - 5;
		    n <= to; n++)
			CHECK_EQ(try_number(p, n) == DATA_OK,
			    n != to && n > to - WINDOW_SIZE &&
			    (n < h - 300 || n > h));
		free(p);
	}
}

static int
model_fresh(const struct model *m, uint64_t n)
{
	if (m->any && m->highest >= WINDOW_SIZE &&
	    n <= m->highest - WINDOW_SIZE)
		return (0);
	return (!m->seen[n - m->base]);
}

static void
model_set(struct model *m, uint64_t n)
{
	m->seen[n - m->base] = 1;
	if (!m->any || n > m->highest)
		m->highest = n;
	m->any = 1;
}

/* Random loss, doubles and disorder, against a byte for each number. */
static void
test_model(uint8_t aead)
{
	static struct model	 m;
	struct pair		*p = pair_new(aead);
	uint64_t		 front, n;
	int			 i, fresh, ok = 0, refused = 0;

	TEST("%s: random numbers against a model", aead_name(aead));
	memset(&m, 0, sizeof(m));
	m.base = 0x1ffff8000ULL;
	front = m.base + 100;
	p->brx.rx_any = m.any = 1;
	p->brx.rx_highest = m.highest = m.base;
	p->brx.window[m.base % WINDOW_SIZE / 64] |= 1ULL << m.base % 64;
	m.seen[0] = 1;
	for (i = 0; i < 60000; i++) {
		switch (prng() % 16) {
		case 0:
			front += prng() % 100;
			n = front;
			break;
		case 1:
			n = front - prng() % (2 * WINDOW_SIZE);
			break;
		case 2:
		case 3:
			n = front - prng() % 64;
			break;
		default:
			n = ++front;
			break;
		}
		if (n < m.base || n - m.base >= sizeof(m.seen))
			continue;
		if (prng() % 20 == 0)
			continue;
		fresh = model_fresh(&m, n);
		CHECK_EQ(try_number(p, n), fresh ? DATA_OK : DATA_REPLAYED);
		if (fresh) {
			model_set(&m, n);
			ok++;
		} else
			refused++;
		CHECK_EQ(p->brx.rx_highest, m.highest);
	}
	CHECK(ok > 5000 && refused > 1000);
	CHECK(p->brx.rx_highest > 0x200000000ULL);
	CHECK_EQ(p->b.rx_badtags, 0);
	free(p);
}

/* The same numbers on another path are other datagrams. */
static void
test_lanes(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	static struct lane tx, rx;
	uint8_t		 out1[64], out2[64], plain[9], back[64];
	uint64_t	 n1, n2;
	size_t		 len;

	TEST("%s: each path counts for itself", aead_name(aead));
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	memset(plain, 0, sizeof(plain));
	data_seal(&p->a, &p->atx, 1, plain, sizeof(plain), out1, &n1);
	len = data_seal(&p->a, &tx, 0x81, plain, sizeof(plain), out2, &n2);
	CHECK_EQ(n1, 0);
	CHECK_EQ(n2, 0);
	CHECK(memcmp(out1 + DATA_HDRLEN, out2 + DATA_HDRLEN, 9) != 0);
	CHECK_EQ(data_open(&p->b, &p->brx, out1, len, back, &n1), DATA_OK);
	CHECK_EQ(data_open(&p->b, &rx, out2, len, back, &n2), DATA_OK);

	/* moved to the other path by a forger */
	memcpy(out1, out2, sizeof(out1));
	out1[1] = 1;
	p->brx.rx_any = 0;
	memset(p->brx.window, 0, sizeof(p->brx.window));
	CHECK_EQ(data_open(&p->b, &p->brx, out1, len, back, &n1),
	    DATA_BADTAG);
	free(p);
}

/* Numbers and window go on under new keys; old ones still receive. */
static void
test_rekey(uint8_t aead)
{
	static struct pair	 old;
	struct pair		*p = pair_new(aead);
	struct sealed		 first, late, s, again;
	int			 i;

	TEST("%s: window shared by old and new keys", aead_name(aead));
	seal(p, &first);
	CHECK_EQ(open_sealed(p, &first), DATA_OK);
	for (i = 0; i < 10; i++)
		seal(p, &s);
	CHECK_EQ(open_sealed(p, &s), DATA_OK);
	seal(p, &late);
	old = *p;
	pair_keys(p, aead, 0x33);
	seal(p, &s);
	CHECK_EQ(s.number, 12);
	CHECK_EQ(open_sealed(p, &s), DATA_OK);

	/* under the wrong keys: a bad tag, the window as it was */
	CHECK_EQ(open_sealed(p, &late), DATA_BADTAG);
	CHECK_EQ(p->b.rx_badtags, 1);

	/* old keys, same lane */
	old.brx = p->brx;
	CHECK_EQ(open_sealed(&old, &first), DATA_REPLAYED);
	CHECK_EQ(open_sealed(&old, &late), DATA_OK);
	CHECK_EQ(open_sealed(&old, &late), DATA_REPLAYED);
	p->brx = old.brx;
	CHECK_EQ(open_sealed(p, &s), DATA_REPLAYED);

	/* a number used under the old keys is used up */
	p->atx.tx_next = late.number;
	seal(p, &again);
	CHECK_EQ(open_sealed(p, &again), DATA_REPLAYED);
	p->atx.tx_next = 13;
	seal(p, &s);
	CHECK_EQ(open_sealed(p, &s), DATA_OK);
	CHECK_EQ(p->brx.rx_dgrams, 5);
	CHECK_EQ(p->b.rx_dgrams, 2);
	free(p);
}

static void
test_reflection(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	struct sealed	 s;
	uint8_t		 plain[64];
	uint64_t	 number;

	TEST("%s: own DATA sent back", aead_name(aead));
	seal(p, &s);
	put32(s.buf + 2, INDEX_A);
	CHECK_EQ(data_open(&p->a, &p->brx, s.buf, s.len, plain, &number),
	    DATA_BADTAG);
	free(p);
}

static void
test_limits(uint8_t aead)
{
	struct session_limits	 l = session_limits_default;
	struct pair		*p = pair_new(aead);
	struct sealed		 s;
	int			 i, aes = aead == AEAD_AES;

	TEST("%s: limits of time, amount and bad tags", aead_name(aead));
	CHECK(keys_usable(&p->a, &l, 0));
	CHECK(keys_usable(&p->a, &l, l.hard_time - 1));
	CHECK(!keys_usable(&p->a, &l, l.hard_time));
	CHECK(!keys_usable(&p->a, &l, UINT64_MAX));

	l.soft_dgrams = 4;
	l.hard_dgrams = 6;
	for (i = 0; i < 6; i++) {
		CHECK_EQ(keys_worn(&p->a, &l), aes && i >= 4);
		CHECK(keys_usable(&p->a, &l, 1));
		CHECK(keys_usable(&p->b, &l, 1));
		seal(p, &s);
		CHECK_EQ(open_sealed(p, &s), DATA_OK);
	}
	CHECK_EQ(keys_usable(&p->a, &l, 1), !aes);
	CHECK_EQ(keys_usable(&p->b, &l, 1), !aes);
	CHECK(!keys_worn(&p->b, &l));	/* it has sent nothing */

	l = session_limits_default;
	l.soft_bytes = p->a.tx_bytes;
	CHECK_EQ(keys_worn(&p->a, &l), aes);
	l.soft_bytes++;
	CHECK(!keys_worn(&p->a, &l));
	l.hard_bytes = p->a.tx_bytes;
	CHECK_EQ(keys_usable(&p->a, &l, 1), !aes);
	CHECK_EQ(keys_usable(&p->b, &l, 1), !aes);
	l.hard_bytes++;
	CHECK(keys_usable(&p->a, &l, 1));
	CHECK(keys_usable(&p->b, &l, 1));

	l = session_limits_default;
	l.hard_badtags = 3;
	for (i = 0; i < 3; i++) {
		CHECK(keys_usable(&p->b, &l, 1));
		seal(p, &s);
		s.buf[s.len - 1] ^= 1;
		CHECK_EQ(open_sealed(p, &s), DATA_BADTAG);
	}
	CHECK(!keys_usable(&p->b, &l, 1));
	CHECK(keys_usable(&p->a, &l, 1));
	free(p);
}

static void
test_limits_default(void)
{
	const struct session_limits *l = &session_limits_default;

	TEST("default limits");
	CHECK_EQ(l->soft_time, 120000000);
	CHECK_EQ(l->soft_time_peer, 135000000);
	CHECK_EQ(l->hard_time, 180000000);
	CHECK_EQ(l->old_time, 10000000);
	CHECK_EQ(l->soft_dgrams, 67108864);
	CHECK_EQ(l->soft_bytes, 137438953472);
	CHECK_EQ(l->hard_dgrams, 268435456);
	CHECK_EQ(l->hard_bytes, 274877906944);
	CHECK_EQ(l->hard_badtags, 68719476736);
}

static void
test_wipe(uint8_t aead)
{
	struct pair	*p = pair_new(aead);
	struct sealed	 s;

	TEST("%s: wiped keys", aead_name(aead));
	seal(p, &s);
	keys_wipe(&p->a);
	keys_wipe(&p->b);
	CHECK(sodium_is_zero((const uint8_t *)&p->a, sizeof(p->a)));
	CHECK(!keys_usable(&p->a, &session_limits_default, 0));
	CHECK_EQ(open_sealed(p, &s), DATA_BADTAG);
	CHECK_EQ(data_seal(&p->a, &p->atx, PATH, s.buf, 6, s.buf + 6,
	    &s.number), 0);
	free(p);
}

/* An AEAD nobody has must not mean that packets go out in clear. */
static void
test_unknown(void)
{
	static const uint8_t	 ids[] = { 0, 3, 7, 8, 33, 255 };
	struct pair		*p = pair_new(AEAD_CHACHA);
	struct hs_keys		 a, b;
	struct sealed		 s;
	uint8_t			 out[64], plain[6];
	uint64_t		 number;
	size_t			 i;

	TEST("keys for an AEAD this machine has not");
	CHECK((aead_available() & 1 << AEAD_CHACHA) != 0);
	CHECK((aead_fast() & ~aead_available()) == 0);
	hs_fill(&a, &b, 0);
	memset(plain, 0, sizeof(plain));
	seal(p, &s);
	for (i = 0; i < sizeof(ids); i++) {
		keys_init(&p->a, &a, ids[i], 1, INDEX_A, INDEX_B, 0);
		keys_init(&p->b, &b, ids[i], 0, INDEX_B, INDEX_A, 0);
		CHECK(!keys_usable(&p->a, &session_limits_default, 0));
		CHECK_EQ(data_seal(&p->a, &p->atx, PATH, plain, sizeof(plain),
		    out, &number), 0);
		CHECK_EQ(open_sealed(p, &s), DATA_BADTAG);
		CHECK(!p->brx.rx_any);
	}
	free(p);
}
