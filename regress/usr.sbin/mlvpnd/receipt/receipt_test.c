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

/* What is reported of a path, with nothing else of the daemon but the window
 * of numbers. */

#include <sys/types.h>

#include "clock.h"
#include "receipt.h"
#include "test.h"

#define MSEC		1000
#define INTERVAL	(20 * MSEC)
#define START		1000		/* numbers that came before */

static void	 test_numbers(void);
static void	 test_gaps(void);
static void	 test_many_gaps(void);
static void	 test_reordered(void);
static void	 test_floor(void);
static void	 test_interval(void);
static void	 test_due(void);
static void	 test_gap_due(void);
static void	 test_frame(void);
static void	 fresh(uint64_t);
static int	 arrive(uint64_t);
static void	 gaps(size_t, const struct gap *);

static struct receipt	 r;
static struct lane	 lane;
static struct frame	 f;
static uint64_t		 now;

#define GAPS(...)							\
	do {								\
		struct gap want[] = { __VA_ARGS__ };			\
									\
		gaps(sizeof(want) / sizeof(want[0]), want);		\
	} while (0)

int
main(void)
{
	test_numbers();
	test_gaps();
	test_many_gaps();
	test_reordered();
	test_floor();
	test_interval();
	test_due();
	test_gap_due();
	test_frame();
	return (0);
}

static void
test_numbers(void)
{
	TEST("newer ones, gaps, older ones");
	fresh(0);
	CHECK_EQ(arrive(0), RECEIPT_NEWEST);
	CHECK_EQ(arrive(1), RECEIPT_NEWEST);
	now += 7;
	CHECK_EQ(arrive(3), RECEIPT_NEWEST | RECEIPT_GAP);
	CHECK_EQ(r.highest, 3);
	CHECK_EQ(r.highest_at, now);
	now += 7;
	CHECK_EQ(arrive(2), 0);
	CHECK_EQ(r.highest, 3);
	CHECK_EQ(r.highest_at, now - 7);
	CHECK_EQ(arrive(4), RECEIPT_NEWEST);

	TEST("the first one is the newest, and tells nothing of others");
	fresh(START);
	CHECK_EQ(arrive(START + 5), RECEIPT_NEWEST);
	CHECK_EQ(arrive(START + 7), RECEIPT_NEWEST | RECEIPT_GAP);

	TEST("unless it is known that the path was opened by one");
	fresh(START);
	receipt_opened(&r, now);
	CHECK_EQ(arrive(START + 5), RECEIPT_NEWEST | RECEIPT_GAP);
}

static void
test_gaps(void)
{
	uint64_t	 i;

	TEST("what is missing, newest first");
	fresh(0);
	for (i = 0; i < 100; i++)
		if (i != 90 && i != 50 && i != 51 && i != 52)
			(void)arrive(i);
	GAPS({ 9, 1 }, { 47, 3 });

	TEST("until it comes");
	(void)arrive(51);
	now += 20 * USEC;		/* the link does not reorder */
	GAPS({ 9, 1 }, { 47, 1 }, { 49, 1 });
	(void)arrive(50);
	(void)arrive(52);
	(void)arrive(90);
	now += 20 * USEC;
	gaps(0, NULL);

	TEST("or is too long ago");
	(void)arrive(101);
	GAPS({ 1, 1 });
	for (i = 102; i < 100 + 255; i++)
		(void)arrive(i);
	GAPS({ 254, 1 });
	(void)arrive(i++);
	GAPS({ 255, 1 });
	(void)arrive(i++);
	gaps(0, NULL);
}

static void
test_many_gaps(void)
{
	struct gap	 want[REPORT_GAPS_MAX];
	uint64_t	 i;

	TEST("fifteen at most");
	fresh(0);
	for (i = 0; i < 200; i += 2)
		(void)arrive(i);
	for (i = 0; i < REPORT_GAPS_MAX; i++) {
		want[i].distance = 1 + 2 * i;
		want[i].length = 1;
	}
	gaps(REPORT_GAPS_MAX, want);
}

static void
test_reordered(void)
{
	TEST("on a link that reorders the newest two may yet come");
	fresh(0);
	(void)arrive(0);
	(void)arrive(2);
	(void)arrive(1);
	(void)arrive(5);
	gaps(0, NULL);			/* 3 and 4 */
	(void)arrive(6);
	GAPS({ 3, 1 });
	(void)arrive(7);
	GAPS({ 3, 2 });
	TEST("for ten seconds it is one");
	now += 10 * USEC - 1;
	(void)arrive(9);
	GAPS({ 5, 2 });
	now++;
	GAPS({ 1, 1 }, { 5, 2 });
}

static void
test_floor(void)
{
	uint64_t	 i;

	TEST("what was lost before the path was opened is no matter of it");
	fresh(START);
	(void)arrive(START + 2);	/* START and the next one are lost */
	receipt_init(&r, START + 2);
	receipt_opened(&r, now);
	for (i = START + 5; i < START + 10; i++)
		(void)arrive(i);
	GAPS({ 5, 2 });
}

static void
test_interval(void)
{
	TEST("the time of eight long packets, 20 to 100 ms");
	CHECK_EQ(receipt_interval(0), 20 * MSEC);
	CHECK_EQ(receipt_interval(1000000000), 20 * MSEC);
	CHECK_EQ(receipt_interval(4800000), 20 * MSEC);
	CHECK_EQ(receipt_interval(2400000), 40 * MSEC);
	CHECK_EQ(receipt_interval(960000), 100 * MSEC);
	CHECK_EQ(receipt_interval(1), 100 * MSEC);
}

static void
test_due(void)
{
	TEST("after a silence soon, else at the interval");
	fresh(0);
	CHECK_EQ(r.due, NEVER);
	receipt_want(&r, INTERVAL, now);
	CHECK_EQ(r.due, now + 5 * MSEC);
	CHECK(r.news);
	receipt_want(&r, INTERVAL, now + MSEC);
	CHECK_EQ(r.due, now + 5 * MSEC);
	now += 5 * MSEC;
	receipt_reported(&r, now);
	CHECK_EQ(r.due, NEVER);
	CHECK(!r.news);
	receipt_want(&r, INTERVAL, now + MSEC);
	CHECK_EQ(r.due, now + INTERVAL);
	receipt_reported(&r, now + INTERVAL);
	receipt_want(&r, INTERVAL, now + 2 * INTERVAL);
	CHECK_EQ(r.due, now + 2 * INTERVAL + 5 * MSEC);

	TEST("a PROBE at once");
	receipt_probed(&r, now + 2 * INTERVAL);
	CHECK_EQ(r.due, now + 2 * INTERVAL);
	CHECK(r.answer);
	receipt_reported(&r, now + 2 * INTERVAL);
	CHECK(!r.answer);
}

static void
test_gap_due(void)
{
	struct receipt	 via;

	TEST("a gap at once, by the path that is quickest");
	fresh(0);
	receipt_init(&via, 0);
	receipt_want_gap(&r, &via, now);
	CHECK_EQ(via.due, now);
	CHECK_EQ(r.due, NEVER);
	CHECK(r.news);
	CHECK(!via.news);

	TEST("but not one after the other");
	receipt_reported(&via, now);
	receipt_want_gap(&r, &via, now + MSEC);
	CHECK_EQ(via.due, now + 2 * MSEC);

	TEST("and on a link that reorders not before it could have come");
	receipt_init(&via, 0);
	(void)arrive(0);
	(void)arrive(2);
	(void)arrive(1);
	receipt_want_gap(&r, &via, now);
	CHECK_EQ(via.due, now + 5 * MSEC);
	receipt_want(&via, INTERVAL, now - 4 * MSEC);
	CHECK_EQ(via.due, now + MSEC);
}

static void
test_frame(void)
{
	TEST("nothing has come");
	fresh(0);
	receipt_fill(&r, &lane, 40 * MSEC, &f, now);
	CHECK_EQ(f.type, FRAME_REPORT);
	CHECK_EQ(f.u.report.flags, REPORT_NOTHING);
	CHECK_EQ(f.u.report.ngaps, 0);

	TEST("counters and times");
	(void)arrive(0);
	(void)arrive(0x100000005);
	receipt_probed(&r, now);
	receipt_fill(&r, &lane, 40 * MSEC, &f, now + 77);
	CHECK_EQ(f.u.report.flags, REPORT_ANSWER);
	CHECK_EQ(f.u.report.highest, 5);
	CHECK_EQ(f.u.report.arrival, (uint32_t)now);
	CHECK_EQ(f.u.report.time, (uint32_t)now + 77);
	CHECK_EQ(f.u.report.dgrams, 2);
	CHECK_EQ(f.u.report.bytes, 200);
	CHECK_EQ(f.u.report.interval, 40);
}

/* A path that is opened after so many datagrams. */
static void
fresh(uint64_t before)
{
	uint64_t	 i;

	now = 5000 * USEC;
	memset(&lane, 0, sizeof(lane));
	receipt_init(&r, 0);
	for (i = 0; i < before; i++)
		(void)arrive(i);
	receipt_init(&r, lane.rx_highest);
}

/* As data_open() counts it. */
static int
arrive(uint64_t number)
{
	if (!lane.rx_any || number > lane.rx_highest) {
		bitmap_advance(lane.window, WINDOW_SIZE, lane.rx_highest,
		    number);
		lane.rx_highest = number;
		lane.rx_any = 1;
	}
	bitmap_set(lane.window, WINDOW_SIZE, number);
	lane.rx_dgrams++;
	lane.rx_bytes += 100;
	CHECK(lane_has(&lane, number));
	return (receipt_add(&r, number, now));
}

/* What a report says is missing. */
static void
gaps(size_t n, const struct gap *want)
{
	size_t	 i;

	receipt_fill(&r, &lane, INTERVAL, &f, now);
	CHECK_EQ(f.u.report.ngaps, n);
	for (i = 0; i < n; i++) {
		CHECK_EQ(f.u.report.gap[i].distance, want[i].distance);
		CHECK_EQ(f.u.report.gap[i].length, want[i].length);
	}
}
