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

/* The order of packets, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "frame.h"
#include "reorder.h"
#include "test.h"

#define NPKTS		512
#define RANGE		(1ULL << SEQ_BITS)
#define NPATHS		2
#define COPY		1		/* of a packet: it is one */

#define NOTHING()	CHECK(TAILQ_EMPTY(&out))
#define CAME(...)							\
	do {								\
		uint64_t seqs[] = { __VA_ARGS__ };			\
									\
		came(seqs, sizeof(seqs) / sizeof(seqs[0]));		\
	} while (0)

static void	 test_straight(void);
static void	 test_reversed(void);
static void	 test_duplicates(void);
static void	 test_unordered(void);
static void	 test_lost(void);
static void	 test_late(void);
static void	 test_limits(void);
static void	 test_memory(void);
static void	 test_window(void);
static void	 test_wrap(void);
static void	 test_passed(void);
static void	 test_liar(void);
static void	 test_reset(void);
static void	 test_times(void);
static void	 test_random(void);
static void	 fresh(void);
static void	 finish(void);
static void	 input(int, uint64_t, unsigned int, int);
static void	 piece(uint64_t, int);
static void	 timer(uint64_t, uint64_t, uint64_t);
static void	 came(const uint64_t *, size_t);
static uint64_t	 take(void);

static struct pool		 pool;
static struct share		 share;
static struct reorder		 r;
static struct reorder_conf	 conf;
static struct pktq		 out;
static uint64_t			 passed[NPATHS], now;

int
main(void)
{
	test_straight();
	test_reversed();
	test_duplicates();
	test_unordered();
	test_lost();
	test_late();
	test_limits();
	test_memory();
	test_window();
	test_wrap();
	test_passed();
	test_liar();
	test_reset();
	test_times();
	test_random();
	return (0);
}

static void
test_straight(void)
{
	uint64_t	 i;

	TEST("what comes in order goes on at once");
	fresh();
	for (i = 1; i < 1000; i++) {
		input(0, i, i > 1, 0);
		CAME(i);
	}
	CHECK_EQ(r.count.held, 0);
	CHECK_EQ(reorder_deadline(&r), NEVER);

	TEST("a flow without a predecessor in sight does not wait");
	input(0, 1005, 5, 0);
	input(0, 1004, 0, 0);
	CAME(1004);
	CHECK_EQ(r.npkts, 1);
	finish();
}

static void
test_reversed(void)
{
	TEST("a flow in reverse, another one in between");
	fresh();
	input(0, 1, 0, 0);
	input(0, 6, 2, 0);
	input(0, 4, 2, 0);
	input(1, 5, 0, 0);
	CAME(1, 5);
	CHECK_EQ(r.npkts, 2);
	input(1, 2, 1, 0);
	CAME(2, 4, 6);
	CHECK_EQ(r.npkts, 0);
	CHECK_EQ(r.bytes, 0);
	CHECK_EQ(r.count.held, 2);
	CHECK_EQ(r.count.given_up, 0);
	CHECK_EQ(r.count.late, 0);

	TEST("two chains that meet");
	input(0, 12, 1, 0);
	input(0, 14, 1, 0);
	input(0, 13, 1, 0);
	NOTHING();
	input(0, 11, 0, 0);
	CAME(11, 12, 13, 14);
	finish();
}

static void
test_duplicates(void)
{
	TEST("each once, by whichever path, delivered, held or given up");
	fresh();
	input(0, 1, 0, 0);
	input(1, 1, 0, COPY);
	input(0, 3, 1, 0);
	input(1, 3, 1, 0);
	CAME(1);
	CHECK_EQ(r.count.duplicate, 2);
	timer(NEVER - 1, 0, 0);
	CAME(3);
	input(0, 3, 1, 0);
	NOTHING();
	CHECK_EQ(r.count.duplicate, 3);
	finish();
}

static void
test_unordered(void)
{
	TEST("no order wanted: fragments are put in order all the same");
	fresh();
	conf.unordered = 1;
	input(0, 1, 0, 0);
	input(0, 3, 1, 0);
	CAME(1, 3);
	piece(11, 1);
	piece(12, 2);
	NOTHING();
	piece(10, 0);
	CAME(10, 11, 12);
	finish();
}

/* passed, repair, hold */
static void
test_lost(void)
{
	TEST("lost for certain: only a repair is waited for");
	fresh();
	input(0, 1, 0, 0);
	input(0, 3, 1, 0);
	CAME(1);
	timer(2, 100, 1000);
	NOTHING();
	CHECK_EQ(reorder_deadline(&r), now + 1000);
	now += 10;
	timer(3, 100, 1000);
	CHECK_EQ(reorder_deadline(&r), now + 100);
	now += 99;
	timer(2, 100, 1000);
	NOTHING();
	now++;
	timer(2, 100, 1000);
	CAME(3);
	CHECK_EQ(reorder_deadline(&r), NEVER);
	CHECK_EQ(r.count.given_up, 1);

	TEST("no repair: at once; with what waits for it");
	input(0, 5, 1, 0);
	input(0, 6, 1, 0);
	input(1, 9, 2, 0);
	timer(5, 0, 1000);
	CAME(5, 6);
	CHECK_EQ(r.npkts, 1);

	TEST("not certain: no longer than the longest time");
	now += 999;
	timer(5, 0, 1000);
	NOTHING();
	now++;
	timer(5, 0, 1000);
	CAME(9);

	TEST("no path in play: all is certain");
	input(0, 12, 1, 0);
	timer(NEVER, 0, 1000);
	CAME(12);

	TEST("the oldest of a chain says how long it waits");
	input(0, 22, 1, 0);
	now += 600;
	input(0, 21, 1, 0);
	timer(0, 100, 1000);
	CHECK_EQ(reorder_deadline(&r), now + 400);
	now += 400;
	timer(0, 100, 1000);
	CAME(21, 22);
	finish();
}

static void
test_late(void)
{
	TEST("late: at once, out of order, and nothing waits for it");
	fresh();
	input(0, 1, 0, 0);
	input(0, 3, 1, 0);
	timer(NEVER, 0, 1000);
	CAME(1, 3);
	input(1, 2, 1, COPY);
	CAME(2);
	CHECK_EQ(r.count.late, 1);
	CHECK_EQ(r.count.given_up, 1);
	finish();
}

static void
test_limits(void)
{
	uint64_t	 i;

	TEST("more than may be held: the first goes, in its order");
	fresh();
	conf.max = 4;
	input(0, 1, 0, 0);
	CAME(1);
	for (i = 10; i > 2; i -= 2)
		input(0, i + 1, 1, 0);
	NOTHING();
	input(0, 13, 1, 0);
	CAME(5);
	CHECK_EQ(r.npkts, 4);
	CHECK_EQ(r.count.given_up, 1);
	input(0, 15, 1, 0);
	CAME(7);

	TEST("none at all");
	conf.max = 0;
	input(0, 17, 1, 0);
	CAME(9, 11, 13, 15, 17);
	CHECK_EQ(r.npkts, 0);
	finish();
}

static void
test_memory(void)
{
	struct pkt	*taken[NPKTS];
	uint64_t	 i;
	size_t		 n = 0;

	TEST("few buffers: nothing is held");
	fresh();
	input(0, 1, 0, 0);
	CAME(1);
	while (pool.nfree > NPKTS / POOL_RESERVE / 4)
		taken[n++] = pkt_get(&pool);
	input(0, 3, 1, 0);
	CAME(3);
	while (n > 0)
		pkt_put(&pool, taken[--n]);

	TEST("some: the tunnel has its share of them, here half");
	pool.nshares = 2;
	while (pool.nfree >= NPKTS / POOL_RESERVE)
		taken[n++] = pkt_get(&pool);
	for (i = 5; r.count.given_up == 1; i += 2)
		input(0, i, 1, 0);
	CAME(5);
	CHECK_EQ(r.npkts, NPKTS / POOL_RESERVE * 3 / 4 / 2 - 1);
	CHECK_EQ(share.held[SHARE_RECEIVED], r.npkts);
	pool.nshares = 1;
	input(0, i, 1, 0);
	NOTHING();
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	finish();
}

static void
test_window(void)
{
	TEST("too old to tell: a copy came already, most likely");
	fresh();
	input(0, 1, 0, 0);
	input(0, SEQ_WINDOW, 0, 0);
	CAME(1, SEQ_WINDOW);
	input(0, 1, 0, 0);
	CHECK_EQ(r.count.duplicate, 1);
	input(0, SEQ_WINDOW + 1, 0, 0);
	input(0, 1, 0, 0);
	CAME(SEQ_WINDOW + 1, 1);
	input(0, 1, 0, COPY);
	NOTHING();
	CHECK_EQ(r.count.late, 2);

	TEST("nothing before a jump is waited for");
	input(0, 2 * SEQ_WINDOW + 5, 65535, 0);
	input(0, 2 * SEQ_WINDOW + 4, 65535, 0);
	CAME(2 * SEQ_WINDOW + 5, 2 * SEQ_WINDOW + 4);

	TEST("the window goes on: what is held stays");
	input(0, 2 * SEQ_WINDOW + 101, 1, 0);
	input(0, 3 * SEQ_WINDOW - 100, 0, 0);
	CAME(3 * SEQ_WINDOW - 100);
	input(0, 3 * SEQ_WINDOW + 99, 0, 0);
	CAME(3 * SEQ_WINDOW + 99);
	input(0, 2 * SEQ_WINDOW + 100, 0, 0);
	CAME(2 * SEQ_WINDOW + 100, 2 * SEQ_WINDOW + 101);

	TEST("a jump: all that is held goes, by sequence");
	input(0, 3 * SEQ_WINDOW + 206, 1, 0);
	input(0, 3 * SEQ_WINDOW + 202, 1, 0);
	input(0, 3 * SEQ_WINDOW + 204, 1, 0);
	NOTHING();
	input(0, 4 * SEQ_WINDOW + 206, 1, 0);
	CAME(3 * SEQ_WINDOW + 202, 3 * SEQ_WINDOW + 204,
	    3 * SEQ_WINDOW + 206, 4 * SEQ_WINDOW + 206);
	finish();
}

static void
test_wrap(void)
{
	uint64_t	 n, i;

	TEST("28 bits on the wire, 64 here");
	fresh();
	for (n = 0; n < 3; n++) {
		/* in steps that do not look like going back */
		for (i = 0; i < 4; i++)
			input(0, n * RANGE + RANGE / 4 * i + 10, 0, 0);
		input(0, (n + 1) * RANGE - 3, 0, 0);
		for (i = 5; i > 0; i--)
			input(0, (n + 1) * RANGE - 3 + i, 1, 0);
		for (i = 0; i < 4; i++)
			take();
		i = (n + 1) * RANGE - 3;
		CAME(i, i + 1, i + 2, i + 3, i + 4, i + 5);
		CHECK_EQ(r.highest, (n + 1) * RANGE + 2);
	}
	CHECK_EQ(r.count.late, 0);
	finish();
}

static void
test_passed(void)
{
	TEST("how far each path is; copies and what is unknown do not count");
	fresh();
	reorder_mark(&r, &passed[0], 100);
	CHECK_EQ(passed[0], 0);
	input(0, 5, 0, 0);
	CHECK_EQ(passed[0], 5);
	input(0, 4, 0, 0);
	CHECK_EQ(passed[0], 5);
	input(0, 9, 0, COPY);
	CHECK_EQ(passed[0], 5);
	input(1, 9, 0, 0);
	CHECK_EQ(passed[1], 9);		/* though it came already */
	input(-1, 10, 0, 0);
	reorder_mark(&r, &passed[0], 8);
	CHECK_EQ(passed[0], 7);
	reorder_mark(&r, &passed[0], 3);
	CHECK_EQ(passed[0], 7);
	CHECK_EQ(passed[1], 9);
	CAME(5, 4, 9, 10);
	finish();
}

/* What no honest peer sends. */
static void
test_liar(void)
{
	struct pkt	*p;
	uint64_t	 i;
	size_t		 n, longest = 0;
	int		 b;

	TEST("one at most waits for another");
	fresh();
	input(0, 1, 0, 0);
	for (i = 11; i < 21; i++)
		input(0, i, i - 10, 0);
	CAME(1, 12, 13, 14, 15, 16, 17, 18, 19, 20);
	CHECK_EQ(r.npkts, 1);

	TEST("a predecessor before the first sequence");
	input(0, 5, 5, 0);
	input(0, 6, 100, 0);
	CAME(5, 6);

	TEST("nor does the peer choose where they are looked for");
	for (i = 1; i < 100; i++)
		input(0, HOLD_BUCKETS * i, HOLD_BUCKETS / 2, 0);
	for (b = 0; b < HOLD_BUCKETS; b++) {
		n = 0;
		TAILQ_FOREACH(p, &r.held[b], entry)
			n++;
		if (n > longest)
			longest = n;
	}
	CHECK_EQ(r.npkts, 1 + 99);
	CHECK(longest < 8);
	finish();
}

static void
test_reset(void)
{
	TEST("sequences begin anew: what is held goes, nothing is known");
	fresh();
	input(0, 1000, 0, 0);
	input(0, 1002, 1, 0);
	CAME(1000);
	reorder_reset(&r, &out);
	CAME(1002);
	CHECK_EQ(r.npkts, 0);
	input(0, 2, 0, 0);
	input(0, 1, 0, 0);
	input(0, 1002, 0, 0);
	CAME(2, 1, 1002);
	CHECK_EQ(r.count.late, 0);

	TEST("what is held has its buffers back when all ends");
	input(0, 1004, 1, 0);
	CHECK_EQ(pool.nfree, NPKTS - 1);
	finish();
}

static void
test_times(void)
{
	TEST("times");
	CHECK_EQ(reorder_repair_time(-1, -1, 0), 200000);
	CHECK_EQ(reorder_repair_time(30000, 2000, 0), 48000);
	CHECK_EQ(reorder_repair_time(30000, 2000, 20000), 68000);
	CHECK_EQ(reorder_hold_time(0, 0, 0), 200000);
	CHECK_EQ(reorder_hold_time(150000, 50000, 0), 300000);
	CHECK_EQ(reorder_hold_time(1000000, 0, 0), 500000);
	CHECK_EQ(reorder_hold_time(1000000, 0, 30000), 30000);
	CHECK_EQ(reorder_hold_time(0, 0, 1000000), 200000);
}

/*
 * Packets of four flows, shuffled within a stretch, some twice.  All come,
 * once, each flow in its order.
 */
static void
test_random(void)
{
	static uint64_t	 last[4];
	struct pkt	*p;
	uint64_t	 state = 88172645463325252ULL, seq[16], tmp, n = 0;
	unsigned int	 round, i, j;

	TEST("flows at random");
	fresh();
	memset(last, 0, sizeof(last));
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < 16; i++)
			seq[i] = 16 * round + i + 1;
		for (i = 15; i > 0; i--) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			j = state % (i + 1);
			tmp = seq[i];
			seq[i] = seq[j];
			seq[j] = tmp;
		}
		for (i = 0; i < 16; i++) {
			input(i % 2, seq[i], seq[i] > 4 ? 4 : 0, 0);
			if (i % 5 == 0)
				input(1 - i % 2, seq[i], seq[i] > 4 ? 4 : 0,
				    COPY);
		}
		while ((p = TAILQ_FIRST(&out)) != NULL) {
			CHECK_EQ(p->seq, last[p->seq % 4] == 0 ? p->seq :
			    last[p->seq % 4] + 4);
			last[p->seq % 4] = p->seq;
			take();
			n++;
		}
		CHECK_EQ(r.npkts, 0);
	}
	CHECK_EQ(n, 16 * 20000);
	CHECK_EQ(r.count.duplicate, 4 * 20000);
	CHECK_EQ(r.count.late + r.count.given_up, 0);
	finish();
}

static void
fresh(void)
{
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	share_init(&share, &pool);
	memset(&r, 0, sizeof(r));
	reorder_init(&r, &share, 0x9e3779b97f4a7c15ULL);
	TAILQ_INIT(&out);
	memset(passed, 0, sizeof(passed));
	conf.unordered = 0;
	conf.max = SIZE_MAX;
	now = 1000 * USEC;
}

/* Nothing is left over. */
static void
finish(void)
{
	NOTHING();
	reorder_free(&r);
	CHECK_EQ(share.held[SHARE_RECEIVED], 0);
	CHECK_EQ(pool.nfree, NPKTS);
	share_free(&share);
	CHECK_EQ(pool.nshares, 0);
	pool_free(&pool);
}

/* As the wire has it; distance 0 is no predecessor, path -1 one not open. */
static void
input(int path, uint64_t seq, unsigned int distance, int copy)
{
	struct pkt	*p;

	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = 100;
	p->seq = seq % RANGE;
	p->pred = distance;
	p->copy = copy;
	reorder_input(&r, &conf, path == -1 ? NULL : &passed[path], p, &out,
	    now);
}

/* Of three fragments. */
static void
piece(uint64_t seq, int i)
{
	struct pkt	*p;

	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = 100;
	p->seq = seq;
	p->pred = i > 0;
	p->frag = i << 4 | 2;
	reorder_input(&r, &conf, &passed[0], p, &out, now);
}

static void
timer(uint64_t all_passed, uint64_t repair, uint64_t hold)
{
	struct reorder_paths	 paths = { all_passed, repair, hold };

	reorder_timer(&r, &paths, &out, now);
}

/* What has come out, and nothing else. */
static void
came(const uint64_t *seq, size_t n)
{
	while (n-- > 0)
		CHECK_EQ(take(), *seq++);
	NOTHING();
}

/* The sequence of the first that has come out. */
static uint64_t
take(void)
{
	struct pkt	*p;
	uint64_t	 seq;

	CHECK((p = TAILQ_FIRST(&out)) != NULL);
	TAILQ_REMOVE(&out, p, entry);
	CHECK_EQ(p->refs, 1);
	seq = p->seq;
	pkt_put(&pool, p);
	return (seq);
}
