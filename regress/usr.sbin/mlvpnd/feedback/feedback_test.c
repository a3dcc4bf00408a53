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

/* What reports tell, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "feedback.h"
#include "test.h"

#define MSEC		1000
#define OVERHEAD	28
#define OFFSET		0xfff00000U	/* of the peer's clock */

static void	 test_old(void);
static void	 test_times(void);
static void	 test_sample(void);
static void	 test_wrap(void);
static void	 test_loss(void);
static void	 test_late(void);
static void	 fresh(void);
static void	 report(uint64_t, uint64_t, uint32_t);
static void	 keep(void);

static struct feedback	 fb;
static struct frame	 f;		/* the report that comes */
static struct sent	 sent;		/* its highest */
static uint64_t		 now, number;

int
main(void)
{
	test_old();
	test_times();
	test_sample();
	test_wrap();
	test_loss();
	test_late();
	return (0);
}

static void
test_old(void)
{
	TEST("a report that another one overtook");
	fresh();
	f.u.report.time = 5;
	CHECK(!feedback_is_old(&fb, &f));	/* the first */
	feedback_keep(&fb, &f, 1, 1, now);
	CHECK(!feedback_is_old(&fb, &f));
	f.u.report.time = 4;
	CHECK(feedback_is_old(&fb, &f));
	f.u.report.time = 6;
	CHECK(!feedback_is_old(&fb, &f));
	f.u.report.time = 5 + 0x7fffffffU;
	CHECK(!feedback_is_old(&fb, &f));
	f.u.report.time = 0xfffffffe;
	CHECK(feedback_is_old(&fb, &f));

	TEST("its interval, a second at most");
	f.u.report.interval = 50;
	feedback_begin(&fb, &f);
	CHECK_EQ(fb.interval, 50);
	f.u.report.interval = 60000;
	feedback_begin(&fb, &f);
	CHECK_EQ(fb.interval, 1000);
}

static void
test_times(void)
{
	TEST("round trip, without the time that the peer waited");
	fresh();
	report(10, 1000, 0);
	sent.time = now - 55 * MSEC;
	f.u.report.time = f.u.report.arrival + 15 * MSEC;
	CHECK_EQ(feedback_rtt(&f, &sent, now), 40 * MSEC);
	f.u.report.arrival = 0xffffff00;
	f.u.report.time = 15 * MSEC - 0x100;
	CHECK_EQ(feedback_rtt(&f, &sent, now), 40 * MSEC);

	TEST("one way, with what the clocks differ by");
	sent.time = 1000;
	f.u.report.arrival = 21000;
	CHECK_EQ(feedback_owd(&f, &sent), 20000);
	f.u.report.arrival = 0;
	CHECK_EQ(feedback_owd(&f, &sent), (uint64_t)-1000);
	sent.time = 0x1fffff000;
	f.u.report.arrival = 0xfff;
	CHECK_EQ(feedback_owd(&f, &sent), 0x1fff);
}

static void
test_sample(void)
{
	struct rate_sample	 rs;

	TEST("what went out and came in since the last report");
	fresh();
	report(10, 1000, 7);
	keep();
	now += 20 * MSEC;
	report(30, 1200, 7);
	f.u.report.dgrams -= 4;			/* lost */
	f.u.report.bytes -= 4 * 1000;
	memset(&rs, 0xff, sizeof(rs));
	feedback_sample(&fb, &f, &sent, OVERHEAD, &rs);
	CHECK_EQ(rs.tx_at, sent.time);
	CHECK_EQ(rs.tx_us, 20 * MSEC);
	CHECK_EQ(rs.tx_dgrams, 20);
	CHECK_EQ(rs.tx_bytes, 20 * (1000 + OVERHEAD));
	CHECK_EQ(rs.rx_us, 20 * MSEC + 200);
	CHECK_EQ(rs.rx_dgrams, 16);
	CHECK_EQ(rs.rx_bytes, 16 * (1000 + OVERHEAD));
	CHECK_EQ(rs.owd, (uint64_t)feedback_owd(&f, &sent));
	CHECK_EQ(rs.interval, 20 * MSEC);
	CHECK_EQ(rs.held, 0);

	TEST("did something have to wait?");
	keep();
	report(40, 1200, 8);
	feedback_sample(&fb, &f, &sent, OVERHEAD, &rs);
	CHECK_EQ(rs.held, 1);
}

static void
test_wrap(void)
{
	struct rate_sample	 rs;
	uint64_t		 s, got;

	TEST("counters of 32 bits begin anew");
	fresh();
	report(10, 1000, 0);
	f.u.report.dgrams = 0xfffffffc;
	f.u.report.bytes = 0xffffff00;
	f.u.report.arrival = 0xfffffff0;
	keep();
	report(20, 1000, 0);
	f.u.report.dgrams = 6;
	f.u.report.bytes = 9744;
	f.u.report.arrival = 9984;
	feedback_sample(&fb, &f, &sent, OVERHEAD, &rs);
	CHECK_EQ(rs.rx_dgrams, 10);
	CHECK_EQ(rs.rx_bytes, 10000 + 10 * OVERHEAD);
	CHECK_EQ(rs.rx_us, 10000);
	feedback_loss(&fb, &f, number, 0, &s, &got);
	CHECK_EQ(s, 10);
	CHECK_EQ(got, 10);
}

static void
test_loss(void)
{
	uint64_t	 s, got;

	TEST("what was lost, but for probes");
	fresh();
	report(10, 1000, 0);
	keep();
	report(30, 1000, 0);
	f.u.report.dgrams -= 5;
	feedback_loss(&fb, &f, number, 2, &s, &got);
	CHECK_EQ(s, 18);
	CHECK_EQ(got, 15);

	TEST("a report of the same number: what came late");
	keep();
	f.u.report.dgrams += 3;
	feedback_loss(&fb, &f, number, 0, &s, &got);
	CHECK_EQ(s, 0);
	CHECK_EQ(got, 3);
}

/* One whose highest number is not the highest: the path was begun anew. */
static void
test_late(void)
{
	struct rate_sample	 rs;

	TEST("a lower number tells of no newer datagram");
	fresh();
	report(10, 1000, 0);
	keep();
	now += 10 * MSEC;
	report(8, 1000, 0);
	feedback_keep(&fb, &f, number, 0, now);
	now += 10 * MSEC;
	report(20, 1000, 0);
	feedback_sample(&fb, &f, &sent, OVERHEAD, &rs);
	CHECK_EQ(rs.tx_us, 20 * MSEC);
	CHECK_EQ(rs.rx_us, 20 * MSEC);
	CHECK_EQ(rs.tx_bytes, 10 * (1000 + OVERHEAD));
	CHECK_EQ(fb.rx, now - 10 * MSEC);
}

static void
fresh(void)
{
	memset(&fb, 0, sizeof(fb));
	memset(&f, 0, sizeof(f));
	now = 1000 * USEC;
}

/*
 * A report of so many datagrams of 1000 bytes; the last one was sent now, and
 * took so long.
 */
static void
report(uint64_t n, uint64_t owd, uint32_t holds)
{
	number = n;
	memset(&sent, 0, sizeof(sent));
	sent.number = n;
	sent.time = now;
	sent.total = n * (1000 + OVERHEAD);
	sent.holds = holds;
	f.type = FRAME_REPORT;
	f.u.report.highest = n;
	f.u.report.arrival = OFFSET + (uint32_t)(now + owd);
	f.u.report.time = f.u.report.arrival;
	f.u.report.dgrams = n;
	f.u.report.bytes = n * 1000;
	f.u.report.interval = 20;
	feedback_begin(&fb, &f);
}

static void
keep(void)
{
	feedback_newest(&fb, &f, &sent);
	feedback_keep(&fb, &f, number, 1, now);
}
