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

/* Hints about a configured rate, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "hint.h"
#include "test.h"

#define REPORT		20000		/* us between reports */
#define MBIT		1000000ULL
#define MINUTE		(60 * USEC)

static void	 test_less(void);
static void	 test_right(void);
static void	 test_full(void);
static void	 test_seldom(void);
static void	 test_pauses(void);
static void	 test_changed(void);
static void	 test_none(void);
static void	 fresh(uint64_t);
static int	 run(uint64_t, uint64_t, int, int);
static enum link_hint get(uint64_t);

static struct hint	 hint;
static uint64_t		 configured, now;

int
main(void)
{
	test_less();
	test_right();
	test_full();
	test_seldom();
	test_pauses();
	test_changed();
	test_none();
	return (0);
}

static void
test_less(void)
{
	TEST("a link that delivers less, after six seconds of a queue");
	fresh(20 * MBIT);
	CHECK_EQ(run(59 * USEC / 10, 15 * MBIT, 1, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
	CHECK_EQ(run(2 * USEC / 10, 15 * MBIT, 1, 1), 1);
	CHECK_EQ(get(15 * MBIT), HINT_LESS);

	TEST("the log has it once an hour");
	CHECK_EQ(run(3590 * USEC, 15 * MBIT, 1, 1), 0);
	CHECK_EQ(run(20 * USEC, 15 * MBIT, 1, 1), 1);

	TEST("a minute later it is forgotten");
	CHECK_EQ(run(50 * USEC, 20 * MBIT, 0, 0), 0);
	CHECK_EQ(get(15 * MBIT), HINT_LESS);
	CHECK_EQ(run(20 * USEC, 20 * MBIT, 0, 0), 0);
	CHECK_EQ(get(0), HINT_NONE);
}

static void
test_right(void)
{
	TEST("up to three percent less is as it should be");
	fresh(100 * MBIT);
	CHECK_EQ(run(MINUTE, 975 * MBIT / 10, 1, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
	fresh(100 * MBIT);
	CHECK(run(MINUTE, 965 * MBIT / 10, 1, 1) > 0);
	CHECK_EQ(get(965 * MBIT / 10), HINT_LESS);
}

static void
test_full(void)
{
	TEST("always full without a queue, for a minute");
	fresh(20 * MBIT);
	CHECK_EQ(run(50 * USEC, 20 * MBIT, 0, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
	CHECK_EQ(run(15 * USEC, 20 * MBIT, 0, 1), 0);
	CHECK_EQ(get(0), HINT_FULL);

	TEST("with one, for a second of it");
	(void)run(1 * USEC, 20 * MBIT, 1, 1);
	CHECK_EQ(get(0), HINT_NONE);
}

static void
test_seldom(void)
{
	int	 i;

	TEST("half of the time full");
	fresh(20 * MBIT);
	for (i = 0; i < 60; i++) {
		(void)run(USEC, 20 * MBIT, 0, 1);
		(void)run(USEC, 20 * MBIT, 0, 0);
	}
	CHECK_EQ(get(0), HINT_NONE);

	TEST("a queue that does not come of what is sent");
	fresh(20 * MBIT);
	CHECK_EQ(run(MINUTE, 10 * MBIT, 1, 0), 0);
	CHECK_EQ(get(0), HINT_NONE);
}

static void
test_pauses(void)
{
	struct hint_sample	 s;
	int			 i;

	TEST("what was before a silence of reports is not known");
	fresh(20 * MBIT);
	memset(&s, 0, sizeof(s));
	s.configured = configured;
	for (i = 0; i < 30; i++) {
		now += 5 * USEC;
		s.held_back = now;
		CHECK_EQ(hint_report(&hint, &s, now), 0);
	}
	/* half a second of each five is known to be full */
	CHECK_EQ(get(0), HINT_NONE);
}

static void
test_changed(void)
{
	TEST("another rate begins anew");
	fresh(20 * MBIT);
	CHECK(run(MINUTE, 15 * MBIT, 1, 1) > 0);
	CHECK_EQ(get(15 * MBIT), HINT_LESS);
	configured = 15 * MBIT;
	CHECK_EQ(run(REPORT, 15 * MBIT, 1, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
	CHECK_EQ(run(MINUTE, 15 * MBIT, 1, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
}

static void
test_none(void)
{
	TEST("no rate, no hint");
	fresh(0);
	CHECK_EQ(run(2 * MINUTE, 15 * MBIT, 1, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
	fresh(0);
	CHECK_EQ(run(2 * MINUTE, 15 * MBIT, 0, 1), 0);
	CHECK_EQ(get(0), HINT_NONE);
}

static void
fresh(uint64_t bps)
{
	memset(&hint, 0, sizeof(hint));
	configured = bps;
	now = 1000 * USEC;
	hint.seen = now;
}

/*
 * Reports of a link that delivers so much, with a queue or without; full:
 * something had to wait at all times.  Returns how often the log had it.
 */
static int
run(uint64_t time, uint64_t bps, int queue, int full)
{
	struct hint_sample	 s;
	uint64_t		 until = now + time;
	int			 logged = 0;

	while (now < until) {
		now += REPORT;
		s.configured = configured;
		s.held_back = full ? now - 1 : 0;
		s.queue = queue;
		s.rx_bytes = bps * REPORT / 8 / USEC;
		s.rx_us = REPORT;
		logged += hint_report(&hint, &s, now);
	}
	return (logged);
}

static enum link_hint
get(uint64_t bps)
{
	uint64_t	 got;
	enum link_hint	 h;

	h = hint_get(&hint, &got, now);
	CHECK_EQ(got, bps);
	return (h);
}
