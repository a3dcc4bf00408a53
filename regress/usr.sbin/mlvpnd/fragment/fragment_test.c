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

/* Cutting and joining, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "fragment.h"
#include "frame.h"
#include "test.h"

#define NPKTS		256
#define LEN_MAX		9022		/* bytes of a packet joined */

static void	 test_sizes(void);
static void	 test_too_long(void);
static void	 test_memory(void);
static void	 test_head(void);
static void	 test_parse(void);
static void	 test_join(void);
static void	 test_odd(void);
static void	 test_longest(void);
static void	 test_sets(void);
static void	 test_time(void);
static void	 fresh(void);
static void	 finish(void);
static struct pkt *packet(size_t);
static struct pkt *fragment(uint64_t, int, int, size_t);
static int	 join(uint64_t, int, int, size_t);
static void	 drop(struct pkt *);

static struct pool	 pool;
static struct share	 share;
static struct fragments	 fs;
static uint64_t		 now;

int
main(void)
{
	test_sizes();
	test_too_long();
	test_memory();
	test_head();
	test_parse();
	test_join();
	test_odd();
	test_longest();
	test_sets();
	test_time();
	return (0);
}

/* All lengths for which it matters come out as they went in. */
static void
test_sizes(void)
{
	static const size_t	 rooms[] = { 496, 1200, 1440, 8940 };
	struct pkt		*p, *frag[FRAGMENT_MAX];
	size_t			 r, room, len, size, i, n, cut = 0;

	TEST("packets of all sizes");
	fresh();
	for (r = 0; r < sizeof(rooms) / sizeof(rooms[0]); r++) {
		room = rooms[r];
		for (len = 20; len <= LEN_MAX && len <= 16 * (room - 2);
		    len += len % (room - 2) > 3 &&
		    len % (room - 2) < room - 6 ? 7 : 1) {
			p = packet(len);
			n = fragment_cut(&fs, p, room, frag);
			CHECK_EQ(n, len <= room ? 1 :
			    (len + room - 3) / (room - 2));
			cut += n > 1;
			CHECK_EQ(fs.count.cut, cut);
			CHECK(frag[0] == p);
			if (n == 1) {
				CHECK_EQ(p->frag, 0);
				CHECK_EQ(fragment_size(p), len);
				drop(p);
				continue;
			}
			size = p->len;
			for (i = 0; i < n; i++) {
				CHECK(fragment_size(frag[i]) <= room);
				CHECK_EQ(fragment_size(frag[i]),
				    frag[i]->len + 2);
				CHECK_EQ(frag[i]->frag, i << 4 | (n - 1));
				CHECK(i == n - 1 || frag[i]->len == size);
				CHECK(frag[i]->len + n > size);
				frag[i]->seq = 100 + i;
				p = fragment_join(&fs, frag[i], LEN_MAX);
				CHECK((p != NULL) == (i == n - 1));
			}
			CHECK_EQ(p->len, len);
			CHECK_EQ(p->frag, 0);
			for (i = 0; i < len; i++)
				CHECK_EQ(PKT_DATA(p)[i],
				    (uint8_t)(i + i / 256));
			drop(p);
		}
	}
	CHECK_EQ(fs.count.joined, cut);
	CHECK_EQ(fs.count.incomplete, 0);
	finish();
}

static void
test_too_long(void)
{
	struct pkt	*p, *frag[FRAGMENT_MAX];
	int		 i;

	TEST("16 fragments, and no more");
	fresh();
	p = packet(16 * 398 + 1);
	CHECK_EQ(fragment_cut(&fs, p, 400, frag), 0);
	CHECK_EQ(p->len, 16 * 398 + 1);
	CHECK_EQ(p->frag, 0);
	CHECK_EQ(pool.nfree, NPKTS - 1);
	CHECK_EQ(fs.count.cut, 0);
	p->len--;
	CHECK_EQ(fragment_cut(&fs, p, 400, frag), 16);
	CHECK_EQ(pool.nfree, NPKTS - 16);
	for (i = 0; i < 16; i++)
		drop(frag[i]);
	finish();
}

static void
test_memory(void)
{
	struct pkt	*p, *frag[FRAGMENT_MAX], *taken[NPKTS];
	size_t		 n = 0, nfree;

	TEST("no buffers: the packet stays as it was");
	fresh();
	p = packet(3000);
	while (pool.nfree > NPKTS / POOL_RESERVE / 4)
		taken[n++] = pkt_get(&pool);
	nfree = pool.nfree;
	CHECK_EQ(fragment_cut(&fs, p, 400, frag), 0);
	CHECK_EQ(pool.nfree, nfree);
	CHECK_EQ(p->len, 3000);
	CHECK_EQ(p->frag, 0);
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	CHECK_EQ(fragment_cut(&fs, p, 400, frag), 8);
	while (n < 8)
		drop(frag[n++]);
	finish();
}

static void
test_head(void)
{
	struct pkt	*p;

	TEST("what is before the data");
	fresh();
	p = packet(100);
	p->seq = 0x123456789;
	p->pred = 0x102;
	CHECK_HEX(fragment_head(p), 8, "1345 6789 0102 0001");
	p->copy = 1;
	CHECK_HEX(fragment_head(p), 8, "9345 6789 0102 0001");
	p->frag = 0x3f;
	CHECK_HEX(fragment_head(p), 10, "a345 6789 0102 3f00 0001");
	p->copy = 0;
	CHECK_HEX(fragment_head(p), 10, "2345 6789 0102 3f00 0001");
	CHECK_EQ(fragment_size(p), 102);
	drop(p);
	finish();
}

static void
test_parse(void)
{
	struct pkt	*p;
	int		 frag;

	TEST("all indices and counts, with and without the one before");
	fresh();
	for (frag = 0; frag < 2 * 256; frag++) {
		p = packet(102);
		PKT_DATA(p)[0] = frag & 0xff;
		PKT_DATA(p)[1] = 0;
		p->pred = frag > 0xff;
		if ((frag >> 4 & 0xf) > (frag & 0xf) ||
		    ((frag & 0xf0) != 0 && frag <= 0xff)) {
			CHECK_EQ(fragment_parse(p), (uint64_t)-1);
			drop(p);
			continue;
		}
		CHECK_EQ(fragment_parse(p), 0);
		CHECK_EQ(p->frag, frag & 0xff);
		CHECK_EQ(p->len, 100);
		CHECK_EQ(PKT_DATA(p)[0], 2);
		CHECK_EQ(PKT_DATA(p)[99], 101);
		drop(p);
	}

	TEST("another predecessor than the one before");
	p = packet(102);
	PKT_DATA(p)[0] = 0x12;
	p->pred = 2;
	CHECK_EQ(fragment_parse(p), (uint64_t)-1);
	PKT_DATA(p)[0] = 0x02;
	CHECK_EQ(fragment_parse(p), 0);
	drop(p);

	TEST("nothing in it");
	for (frag = 0; frag < 3; frag++) {
		p = packet(frag);
		CHECK_EQ(fragment_parse(p), (uint64_t)-1);
		drop(p);
	}
	finish();
}

static void
test_join(void)
{
	TEST("two packets in turn");
	fresh();
	CHECK_EQ(join(10, 0, 3, 100), 0);
	CHECK_EQ(join(20, 0, 2, 200), 0);
	CHECK_EQ(fs.n, 2);
	CHECK_EQ(share.held[SHARE_RECEIVED], 2);
	CHECK_EQ(join(11, 1, 3, 100), 0);
	CHECK_EQ(join(21, 1, 2, 50), 250);
	CHECK_EQ(join(12, 2, 3, 1), 201);
	CHECK_EQ(fs.count.joined, 2);
	CHECK_EQ(fs.count.incomplete, 0);
	finish();
}

/* What no honest peer sends, or what is left of an honest one's. */
static void
test_odd(void)
{
	TEST("the first one is missing");
	fresh();
	CHECK_EQ(join(11, 1, 3, 100), 0);
	CHECK_EQ(join(12, 2, 3, 100), 0);
	CHECK_EQ(fs.count.incomplete, 2);
	CHECK_EQ(fs.n, 0);

	TEST("the middle one");
	CHECK_EQ(join(20, 0, 3, 100), 0);
	CHECK_EQ(join(22, 2, 3, 100), 0);
	CHECK_EQ(fs.count.incomplete, 3);
	CHECK_EQ(fs.n, 1);

	TEST("counts that differ");
	CHECK_EQ(join(21, 1, 2, 100), 0);
	CHECK_EQ(fs.count.incomplete, 5);
	CHECK_EQ(fs.n, 0);

	TEST("an index twice, an index left out");
	CHECK_EQ(join(30, 0, 4, 100), 0);
	CHECK_EQ(join(31, 1, 4, 100), 0);
	CHECK_EQ(join(32, 1, 4, 100), 0);
	CHECK_EQ(fs.count.incomplete, 8);
	CHECK_EQ(join(40, 0, 4, 100), 0);
	CHECK_EQ(join(41, 2, 4, 100), 0);
	CHECK_EQ(fs.count.incomplete, 10);
	CHECK_EQ(fs.count.joined, 0);
	finish();
}

static void
test_longest(void)
{
	struct pkt	*p;

	TEST("longer than is wanted");
	fresh();
	CHECK_EQ(join(10, 0, 2, 1000), 0);
	CHECK_EQ(join(11, 1, 2, LEN_MAX - 1000), LEN_MAX);
	CHECK_EQ(join(20, 0, 2, 1000), 0);
	CHECK_EQ(join(21, 1, 2, LEN_MAX - 999), 0);
	CHECK_EQ(fs.count.incomplete, 2);

	TEST("than a buffer, whatever is wanted");
	CHECK(fragment_join(&fs, fragment(30, 0, 2, PKT_ROOM - 100),
	    SIZE_MAX) == NULL);
	CHECK((p = fragment_join(&fs, fragment(31, 1, 2, 100),
	    SIZE_MAX)) != NULL);
	CHECK_EQ(p->len, PKT_ROOM);
	drop(p);
	CHECK(fragment_join(&fs, fragment(40, 0, 2, PKT_ROOM - 100),
	    SIZE_MAX) == NULL);
	CHECK(fragment_join(&fs, fragment(41, 1, 2, 101), SIZE_MAX) == NULL);
	CHECK_EQ(fs.count.incomplete, 4);
	finish();
}

static void
test_sets(void)
{
	struct pkt	*taken[NPKTS];
	size_t		 n = 0;
	int		 i;

	TEST("64 packets at one time, the newest ones");
	fresh();
	for (i = 0; i < 100; i++)
		CHECK_EQ(join(10 * i, 0, 2, 100), 0);
	CHECK_EQ(fs.n, 64);
	for (i = 0; i < 100; i++)
		CHECK_EQ(join(10 * i + 1, 1, 2, 100), i < 36 ? 0 : 200);
	CHECK_EQ(fs.count.joined, 64);
	CHECK_EQ(fs.count.incomplete, 2 * 36);

	TEST("one, where buffers are few");
	CHECK_EQ(join(10, 0, 2, 100), 0);
	while (pool.nfree > NPKTS / POOL_RESERVE / 4)
		taken[n++] = pkt_get(&pool);
	for (i = 2; i < 5; i++)
		CHECK_EQ(join(10 * i, 0, 2, 100), 0);
	CHECK_EQ(fs.n, 1);
	CHECK_EQ(join(31, 1, 2, 100), 0);
	CHECK_EQ(join(41, 1, 2, 100), 200);
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	finish();
}

static void
test_time(void)
{
	uint64_t	 begin;

	TEST("a second");
	fresh();
	CHECK_EQ(fragment_deadline(&fs), NEVER);
	begin = now;
	CHECK_EQ(join(10, 0, 3, 100), 0);
	now += USEC / 2;
	CHECK_EQ(join(11, 1, 3, 100), 0);
	CHECK_EQ(join(20, 0, 3, 100), 0);
	CHECK_EQ(fragment_deadline(&fs), begin + USEC);
	fragment_timer(&fs, begin + USEC - 1);
	CHECK_EQ(fs.n, 2);
	fragment_timer(&fs, begin + USEC);
	CHECK_EQ(fs.n, 1);
	CHECK_EQ(fs.count.incomplete, 2);
	CHECK_EQ(join(12, 2, 3, 100), 0);
	CHECK_EQ(fragment_deadline(&fs), begin + USEC * 3 / 2);
	fragment_timer(&fs, begin + USEC * 2);
	CHECK_EQ(fragment_deadline(&fs), NEVER);

	TEST("all end");
	CHECK_EQ(join(30, 0, 3, 100), 0);
	CHECK_EQ(join(40, 0, 3, 100), 0);
	fragment_clear(&fs);
	CHECK_EQ(join(31, 1, 3, 100), 0);
	CHECK_EQ(fs.n, 0);
	finish();
}

static void
fresh(void)
{
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	share_init(&share, &pool);
	fragment_init(&fs, &share);
	now = 1000 * USEC;
}

/* Nothing is left over. */
static void
finish(void)
{
	fragment_clear(&fs);
	CHECK_EQ(share.held[SHARE_RECEIVED], 0);
	CHECK_EQ(pool.nfree, NPKTS);
	share_free(&share);
	pool_free(&pool);
}

static struct pkt *
packet(size_t len)
{
	struct pkt	*p;
	size_t		 i;

	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = len;
	p->time = now;
	for (i = 0; i < len; i++)
		PKT_DATA(p)[i] = i + i / 256;
	return (p);
}

/* As reorder.c lets it go. */
static struct pkt *
fragment(uint64_t seq, int i, int count, size_t len)
{
	struct pkt	*p = packet(len);

	p->seq = seq;
	p->frag = i << 4 | (count - 1);
	return (p);
}

/* Bytes of the packet that comes out, 0 none. */
static int
join(uint64_t seq, int i, int count, size_t len)
{
	struct pkt	*p;
	int		 got;

	p = fragment_join(&fs, fragment(seq, i, count, len), LEN_MAX);
	if (p == NULL)
		return (0);
	got = p->len;
	drop(p);
	return (got);
}

static void
drop(struct pkt *p)
{
	CHECK_EQ(p->refs, 1);
	pkt_put(&pool, p);
}
