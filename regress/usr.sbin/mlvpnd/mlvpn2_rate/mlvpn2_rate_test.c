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

#include <sys/param.h>

#include "clock.h"
#include "mlvpn2_flow.h"
#include "mlvpn2_rate.h"
#include "test.h"

#define MSEC		1000
#define MBIT		1000000ULL
#define CONFIGURED	(10 * MBIT)
#define STEP		(5 * MSEC)	/* between samples */

static void	 test_no_queue(void);
static void	 test_queue(void);
static void	 test_overflow(void);
static void	 test_unfilled(void);
static void	 test_idle(void);
static void	 test_stall(void);
static void	 test_foreign_queue(void);
static void	 test_limits(void);
static void	 test_flows(void);
static void	 fresh(uint64_t);
static void	 run(uint64_t, uint64_t);

/* A link: what it carries, and a modem that keeps at most so much of it. */
static struct {
	uint64_t	 rate;
	uint64_t	 queue_max;	/* bytes */
	uint64_t	 queue;
	uint64_t	 lost;
	int64_t		 delay;		/* us more, whatever is sent */
} line;

static struct mlvpn2_rate	 r;
static uint64_t			 now, bps;

int
main(void)
{
	test_no_queue();
	test_queue();
	test_overflow();
	test_unfilled();
	test_idle();
	test_stall();
	test_foreign_queue();
	test_limits();
	test_flows();
	return (0);
}

static void
test_no_queue(void)
{
	TEST("no queue: up to 99 percent of what is configured");
	fresh(CONFIGURED);
	bps = CONFIGURED / 2;
	run(2 * USEC, UINT64_MAX);
	CHECK(bps > CONFIGURED / 2 && bps < CONFIGURED * 6 / 10);
	run(20 * USEC, UINT64_MAX);
	CHECK_EQ(bps, CONFIGURED / 100 * 99);
}

static void
test_queue(void)
{
	int	 i;

	TEST("a queue is drained, then the rate is that of the line");
	fresh(CONFIGURED * 2 / 3);
	for (i = 0; i < 1000 && !r.draining; i++)
		run(STEP, UINT64_MAX);
	CHECK(r.draining);
	run(100 * MSEC, UINT64_MAX);
	CHECK(bps < line.rate);
	for (i = 0; i < 1000 && r.draining; i++)
		run(STEP, UINT64_MAX);
	CHECK(!r.draining);
	CHECK(bps > line.rate * 94 / 100 && bps < line.rate);
	CHECK_EQ(line.lost, 0);

	TEST("and stays there");
	for (i = 0; i < 60; i++) {
		run(USEC, UINT64_MAX);
		CHECK(bps > line.rate * 85 / 100 && bps < line.rate * 11 / 10);
	}
	CHECK_EQ(line.lost, 0);
}

static void
test_overflow(void)
{
	TEST("three times the rate, and a modem of 50 ms");
	fresh(CONFIGURED / 3);
	line.queue_max = line.rate / 8 / 20;
	run(3 * USEC, UINT64_MAX);
	CHECK(line.lost > 0);
	CHECK(bps > line.rate * 85 / 100 && bps < line.rate * 11 / 10);
	line.lost = 0;
	run(60 * USEC, UINT64_MAX);
	CHECK_EQ(line.lost, 0);
}

static void
test_unfilled(void)
{
	TEST("a queue of ours, though nothing had to wait here");
	fresh(CONFIGURED / 3);
	run(100 * MSEC, CONFIGURED / 2);
	run(USEC, CONFIGURED / 3);
	CHECK(bps < CONFIGURED / 2);
}

static void
test_idle(void)
{
	uint64_t	 before;

	TEST("a delay while little is sent is none of ours");
	fresh(CONFIGURED);
	run(5 * USEC, UINT64_MAX);
	before = bps;
	line.delay = 100 * MSEC;
	run(5 * USEC, CONFIGURED / 10);
	CHECK_EQ(bps, before);
}

static void
test_stall(void)
{
	uint64_t	 before;

	TEST("what goes faster than the line can carry it was no queue");
	fresh(CONFIGURED);
	run(5 * USEC, UINT64_MAX);
	before = bps;
	line.delay = 60 * MSEC;
	run(40 * MSEC, UINT64_MAX);
	line.delay = 0;
	run(200 * MSEC, UINT64_MAX);
	CHECK(bps >= before * 98 / 100);
}

static void
test_foreign_queue(void)
{
	uint64_t	 before;

	TEST("a queue that stays for three seconds is another's");
	fresh(CONFIGURED);
	run(5 * USEC, UINT64_MAX);
	before = bps;
	line.delay = 30 * MSEC;
	run(USEC, UINT64_MAX);
	CHECK(r.draining);
	CHECK(bps < before);
	run(3 * USEC, UINT64_MAX);
	CHECK(!r.draining);
	CHECK(bps >= before * 98 / 100);
	TEST("and not looked at for ten");
	run(8 * USEC, UINT64_MAX);
	CHECK(!r.draining);
	CHECK(bps >= before * 98 / 100);
}

static void
test_limits(void)
{
	TEST("no less than a tenth of what is configured");
	fresh(CONFIGURED / 100);
	line.queue_max = line.rate / 8;
	run(2500 * MSEC, UINT64_MAX);
	CHECK_EQ(bps, CONFIGURED / 10);
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
fresh(uint64_t rate)
{
	memset(&r, 0, sizeof(r));
	memset(&line, 0, sizeof(line));
	line.rate = rate;
	line.queue_max = UINT64_MAX;
	now = 100 * USEC;
	bps = CONFIGURED / 100 * 99;
}

/* That much is there to be sent, in bit/s, as far as the rate permits. */
static void
run(uint64_t us, uint64_t offered)
{
	struct mlvpn2_sample	 s;
	uint64_t		 end = now + us, new, bytes, carried;

	memset(&s, 0, sizeof(s));
	s.base = 20 * MSEC;
	s.configured = CONFIGURED;
	for (carried = line.rate * STEP / 8 / USEC; now < end; now += STEP) {
		bytes = MIN(bps, offered) * STEP / 8 / USEC;
		mlvpn2_rate_sent(&r, bytes, now);
		line.queue += bytes;
		line.queue -= MIN(line.queue, carried);
		if (line.queue > line.queue_max) {
			line.lost += line.queue - line.queue_max;
			line.queue = line.queue_max;
		}
		s.owd = s.base + line.delay + line.queue * 8 * USEC /
		    line.rate / 1000 * 1000;
		s.sent = now;
		s.held_back = offered >= bps ? now : 0;
		s.rate = bps;
		if ((new = mlvpn2_rate(&r, &s, now)) != 0)
			bps = new;
	}
}
