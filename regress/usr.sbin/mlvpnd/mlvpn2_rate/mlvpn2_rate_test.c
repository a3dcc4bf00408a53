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
 * The rate of a link to a peer of MLVPN 2.x, and the flows it has used, with
 * nothing else of the daemon.
 */

#include <sys/types.h>

#include "clock.h"
#include "mlvpn2_flow.h"
#include "mlvpn2_rate.h"
#include "test.h"

#define MSEC		1000
#define MBIT		1000000ULL
#define CONFIGURED	(10 * MBIT)
#define STEP		(30 * MSEC)	/* between samples */

static void	 test_no_queue(void);
static void	 test_queue(void);
static void	 test_idle(void);
static void	 test_foreign_queue(void);
static void	 test_limits(void);
static void	 test_flows(void);
static void	 fresh(void);
static void	 run(uint64_t, int64_t, int);

static struct mlvpn2_rate	 r;
static uint64_t			 now, bps;

int
main(void)
{
	test_no_queue();
	test_queue();
	test_idle();
	test_foreign_queue();
	test_limits();
	test_flows();
	return (0);
}

static void
test_no_queue(void)
{
	TEST("no queue: up to 99 percent of what is configured");
	fresh();
	bps = CONFIGURED / 2;
	run(20 * USEC, 0, 1);
	CHECK(bps > CONFIGURED / 2 && bps < CONFIGURED * 8 / 10);
	run(60 * USEC, 0, 1);
	CHECK_EQ(bps, CONFIGURED / 100 * 99);
}

static void
test_queue(void)
{
	uint64_t	 before;

	TEST("a queue is drained, then the rate is five percent less");
	fresh();
	run(5 * USEC, 0, 1);
	before = bps;
	run(300 * MSEC, 30 * MSEC, 1);
	CHECK(r.draining);
	CHECK(bps <= before * 80 / 100);
	run(500 * MSEC, 0, 1);
	CHECK(!r.draining);
	CHECK_EQ(bps, before * 95 / 100);
}

static void
test_idle(void)
{
	uint64_t	 before;

	TEST("a delay while the link is not full is none of ours");
	fresh();
	run(5 * USEC, 0, 1);
	before = bps;
	run(5 * USEC, 100 * MSEC, 0);
	CHECK_EQ(bps, before);
}

static void
test_foreign_queue(void)
{
	uint64_t	 before;

	TEST("a queue that stays for three seconds is another's");
	fresh();
	run(5 * USEC, 0, 1);
	before = bps;
	run(USEC, 30 * MSEC, 1);
	CHECK(r.draining);
	CHECK(bps < before / 2);
	run(3 * USEC, 30 * MSEC, 0);
	CHECK(!r.draining);
	CHECK_EQ(bps, before * 95 / 100);
}

static void
test_limits(void)
{
	TEST("no less than a quarter of what is configured");
	fresh();
	run(5 * USEC, 0, 1);
	run(2500 * MSEC, 30 * MSEC, 1);
	CHECK_EQ(bps, CONFIGURED / 4);
}

static void
test_flows(void)
{
	struct mlvpn2_flows	 mf;
	uint32_t		 i;

	TEST("a flow is remembered with what came of it");
	memset(&mf, 0, sizeof(mf));
	CHECK(mlvpn2_flow_find(&mf, 7) == NULL);
	CHECK(mlvpn2_flow_get(&mf, 0) == NULL);
	mlvpn2_flow_add(&mf, 7, 100);
	CHECK_EQ(mlvpn2_flow_find(&mf, 7)->highest, 100);
	CHECK(mlvpn2_flow_find(&mf, 8) == NULL);

	TEST("how far it came never goes back");
	mlvpn2_flow_add(&mf, 7, 90);
	CHECK_EQ(mlvpn2_flow_find(&mf, 7)->highest, 100);
	mlvpn2_flow_add(&mf, 7, 110);
	CHECK_EQ(mlvpn2_flow_find(&mf, 7)->highest, 110);
	CHECK(mlvpn2_flow_get(&mf, 1) == NULL);

	TEST("the oldest one is forgotten for the one after the last");
	for (i = 1; i < MLVPN2_FLOWS; i++)
		mlvpn2_flow_add(&mf, 1000 + i, i);
	CHECK_EQ(mlvpn2_flow_get(&mf, 0)->flow, 7);
	mlvpn2_flow_add(&mf, 5000, 1);
	CHECK(mlvpn2_flow_find(&mf, 7) == NULL);
	CHECK_EQ(mlvpn2_flow_get(&mf, 0)->flow, 1001);
	CHECK_EQ(mlvpn2_flow_get(&mf, MLVPN2_FLOWS - 1)->flow, 5000);
	CHECK(mlvpn2_flow_get(&mf, MLVPN2_FLOWS) == NULL);
}

static void
fresh(void)
{
	memset(&r, 0, sizeof(r));
	now = 100 * USEC;
	r.since = r.drained_at = now;
	bps = CONFIGURED / 100 * 99;
}

/* The link has such a queue meanwhile; full: what we send had to wait. */
static void
run(uint64_t us, int64_t queue, int full)
{
	struct mlvpn2_sample	 s;
	uint64_t		 end = now + us, new;

	memset(&s, 0, sizeof(s));
	s.base = 20 * MSEC;
	s.owd = s.base + queue;
	s.rtt = 40 * MSEC;
	s.configured = CONFIGURED;
	while (now < end) {
		now += STEP;
		s.held_back = full ? now : 0;
		s.rate = bps;
		if ((new = mlvpn2_rate(&r, &s, now)) != 0)
			bps = new;
	}
}
