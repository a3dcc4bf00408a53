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

/* The order of what a peer of MLVPN 2.x sends, with nothing else of the
 * daemon. */

#include <sys/types.h>

#include "clock.h"
#include "flow.h"
#include "mlvpn2_order.h"
#include "test.h"

#define NPKTS		4096
#define NLINKS		2
#define START		1000000		/* the peer's first number */
#define WINDOW		MLVPN2_ORDER_WINDOW

static void	 test_straight(void);
static void	 test_reversed(void);
static void	 test_passed(void);
static void	 test_hold(void);
static void	 test_late(void);
static void	 test_limits(void);
static void	 test_strange(void);
static void	 test_reset(void);
static void	 test_time(void);
static void	 fresh(void);
static void	 finish(void);
static void	 input(int, uint64_t, enum flow_order);
static void	 timer(uint64_t);
static void	 came(const uint64_t *, size_t);
static uint64_t	 take(void);

static struct pool		 pool;
static struct share		 share;
static struct mlvpn2_order	 o;
static struct mlvpn2_order_link	 links[NLINKS];
static struct reorder_conf	 conf;
static struct pktq		 out;
static uint64_t			 now;

#define NOTHING()	CHECK(TAILQ_EMPTY(&out))
#define CAME(...)							\
	do {								\
		uint64_t seqs[] = { __VA_ARGS__ };			\
									\
		came(seqs, sizeof(seqs) / sizeof(seqs[0]));		\
	} while (0)

int
main(void)
{
	test_straight();
	test_reversed();
	test_passed();
	test_hold();
	test_late();
	test_limits();
	test_strange();
	test_reset();
	test_time();
	return (0);
}

static void
test_straight(void)
{
	uint64_t	 i;

	TEST("what comes in order goes on at once");
	fresh();
	for (i = 0; i < 3 * WINDOW; i++) {
		input(i % 2, i, i % 3 == 0 ? ORDER_NONE : ORDER_ALWAYS);
		CAME(i);
	}
	CHECK_EQ(o.count.held, 0);
	CHECK_EQ(mlvpn2_order_deadline(&o), NEVER);
	finish();
}

static void
test_reversed(void)
{
	TEST("what order matters for waits for all before it, others do not");
	fresh();
	input(0, 0, ORDER_ALWAYS);
	input(0, 4, ORDER_ALWAYS);
	input(1, 2, ORDER_ALWAYS);
	input(1, 3, ORDER_BULK);
	CAME(0, 3);
	CHECK_EQ(o.npkts, 2);
	CHECK_EQ(share.held[SHARE_RECEIVED], 2);
	input(0, 1, ORDER_NONE);
	CAME(1, 2, 4);
	CHECK_EQ(o.npkts, 0);
	CHECK_EQ(o.count.held, 2);
	CHECK_EQ(o.count.given_up, 0);

	TEST("no order wanted");
	conf.unordered = 1;
	input(0, 7, ORDER_ALWAYS);
	input(0, 6, ORDER_ALWAYS);
	CAME(7, 6);
	CHECK_EQ(o.count.late, 0);
	finish();
}

static void
test_passed(void)
{
	TEST("lost once all links that bring such packets have passed it");
	fresh();
	CHECK_EQ(mlvpn2_order_passed(&o, &links[0], now), NEVER);
	input(0, 0, ORDER_ALWAYS);
	input(1, 1, ORDER_ALWAYS);
	CAME(0, 1);
	input(0, 3, ORDER_ALWAYS);
	CHECK_EQ(mlvpn2_order_passed(&o, &links[0], now), START + 3);
	CHECK_EQ(mlvpn2_order_passed(&o, &links[1], now), START + 1);
	timer(50000);
	NOTHING();
	input(1, 5, ORDER_BULK);		/* says nothing */
	CAME(5);
	timer(50000);
	NOTHING();
	input(1, 4, ORDER_ALWAYS);
	timer(50000);
	CAME(3, 4);
	CHECK_EQ(o.count.given_up, 1);
	CHECK_EQ(o.next, START + 6);

	TEST("a link that is silent for 250 ms does not count");
	input(0, 8, ORDER_ALWAYS);
	now += 250000;
	input(0, 9, ORDER_ALWAYS);
	timer(1000000);
	NOTHING();
	now++;
	timer(1000000);
	CAME(8, 9);

	TEST("how far it was then is forgotten");
	input(1, 7, ORDER_ALWAYS);
	CAME(7);
	CHECK_EQ(mlvpn2_order_passed(&o, &links[1], now), START + 7);
	finish();
}

static void
test_hold(void)
{
	TEST("not longer than the links differ");
	fresh();
	input(0, 0, ORDER_ALWAYS);
	input(1, 0, ORDER_ALWAYS);
	CAME(0, 0);
	input(0, 2, ORDER_ALWAYS);
	timer(30000);
	CHECK_EQ(mlvpn2_order_deadline(&o), now + 30000);
	now += 29999;
	timer(30000);
	NOTHING();
	now++;
	timer(30000);
	CAME(2);
	CHECK_EQ(mlvpn2_order_deadline(&o), NEVER);
	finish();
}

static void
test_late(void)
{
	TEST("late: at once, and again, as nothing says that it is a double");
	fresh();
	input(0, 0, ORDER_ALWAYS);
	input(0, 2, ORDER_ALWAYS);
	timer(0);
	input(0, 1, ORDER_ALWAYS);
	input(0, 1, ORDER_ALWAYS);
	CAME(0, 2, 1, 1);
	CHECK_EQ(o.count.late, 2);
	finish();
}

static void
test_limits(void)
{
	uint64_t	 i;

	TEST("as many as are wanted, 1024 at most");
	fresh();
	conf.max = 4;
	input(0, 0, ORDER_ALWAYS);
	for (i = 1; i <= 4; i++)
		input(0, 2 * i, ORDER_ALWAYS);
	CAME(0);
	input(0, 10, ORDER_ALWAYS);
	CAME(2);
	conf.max = SIZE_MAX;
	for (i = 6; i <= 1026; i++)
		input(0, 2 * i, ORDER_ALWAYS);
	CAME(4);
	CHECK_EQ(o.npkts, 1024);
	CHECK_EQ(o.count.given_up, 2);
	finish();
}

static void
test_strange(void)
{
	int	 i;

	TEST("a number far off is passed on and not believed");
	fresh();
	input(0, 0, ORDER_ALWAYS);
	input(0, WINDOW + 1, ORDER_ALWAYS);
	CAME(0, WINDOW + 1);
	input(0, 2 * WINDOW, ORDER_ALWAYS);
	CAME(2 * WINDOW);
	CHECK_EQ(o.next, START + 1);
	input(0, WINDOW - 1, ORDER_NONE);
	CAME(WINDOW - 1);
	input(0, 1, ORDER_ALWAYS);
	CAME(1);

	TEST("eight in a row are: what is held goes");
	input(0, 3, ORDER_ALWAYS);
	for (i = 0; i < 7; i++) {
		input(1, 10 * WINDOW + i, ORDER_ALWAYS);
		CAME(10 * WINDOW + (uint64_t)i);
	}
	input(1, 10 * WINDOW + 7, ORDER_ALWAYS);
	CAME(3, 10 * WINDOW + 7);
	CHECK_EQ(o.next, START + 10 * WINDOW + 8);
	CHECK_EQ(mlvpn2_order_passed(&o, &links[0], now), NEVER);
	CHECK_EQ(mlvpn2_order_passed(&o, &links[1], now), START + 10 * WINDOW +
	    7);
	finish();
}

static void
test_reset(void)
{
	TEST("another session: numbers begin anew");
	fresh();
	input(0, 100, ORDER_ALWAYS);
	input(0, 102, ORDER_ALWAYS);
	input(0, 104, ORDER_NONE);
	CAME(100, 104);
	mlvpn2_order_reset(&o, &out);
	CAME(102);
	input(0, 3, ORDER_ALWAYS);
	input(0, 5, ORDER_NONE);
	input(0, 4, ORDER_NONE);
	CAME(3, 5, 4);
	CHECK_EQ(o.next, START + 6);
	CHECK_EQ(o.count.late, 0);
	input(0, 8, ORDER_ALWAYS);
	finish();
}

static void
test_time(void)
{
	TEST("twice the difference of the links, 20 to 100 ms");
	CHECK_EQ(mlvpn2_order_hold_time(0, 0), 20000);
	CHECK_EQ(mlvpn2_order_hold_time(30000, 0), 60000);
	CHECK_EQ(mlvpn2_order_hold_time(300000, 0), 100000);
	CHECK_EQ(mlvpn2_order_hold_time(300000, 5000), 5000);
}

static void
fresh(void)
{
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	share_init(&share, &pool);
	mlvpn2_order_init(&o, &share);
	memset(links, 0, sizeof(links));
	TAILQ_INIT(&out);
	conf.unordered = 0;
	conf.max = SIZE_MAX;
	now = 1000 * USEC;
}

/* Nothing is left over. */
static void
finish(void)
{
	NOTHING();
	mlvpn2_order_free(&o);
	CHECK_EQ(share.held[SHARE_RECEIVED], 0);
	CHECK_EQ(pool.nfree, NPKTS);
	share_free(&share);
	pool_free(&pool);
}

/* Numbers count from START. */
static void
input(int l, uint64_t seq, enum flow_order order)
{
	struct pkt	*p;

	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = 100;
	p->seq = START + seq;
	p->order = order;
	mlvpn2_order_input(&o, &conf, &links[l], p, &out, now);
}

static void
timer(uint64_t hold)
{
	uint64_t	 passed = NEVER, n;
	int		 i;

	for (i = 0; i < NLINKS; i++) {
		n = mlvpn2_order_passed(&o, &links[i], now);
		passed = n < passed ? n : passed;
	}
	mlvpn2_order_timer(&o, passed, hold, &out, now);
}

/* What has come out, and nothing else. */
static void
came(const uint64_t *seq, size_t n)
{
	while (n-- > 0)
		CHECK_EQ(take(), *seq++);
	NOTHING();
}

/* The number of the first that has come out. */
static uint64_t
take(void)
{
	struct pkt	*p;
	uint64_t	 seq;

	CHECK((p = TAILQ_FIRST(&out)) != NULL);
	TAILQ_REMOVE(&out, p, entry);
	CHECK_EQ(p->refs, 1);
	seq = p->seq - START;
	pkt_put(&pool, p);
	return (seq);
}
