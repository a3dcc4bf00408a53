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
 * Whether a path answers, with nothing else of the daemon but what is in
 * flight on it.
 */

#include <sys/types.h>

#include "clock.h"
#include "defaults.h"
#include "delay.h"
#include "flight.h"
#include "liveness.h"
#include "test.h"

#define MSEC		1000
#define DEAD		(100 * MSEC)
#define LEARNT		8		/* probes of a new path */
#define BYTES		100

static void	 test_dead_time(void);
static void	 test_suspect(void);
static void	 test_outstanding(void);
static void	 test_idle(void);
static void	 test_learn(void);
static void	 test_down(void);
static void	 test_back(void);
static void	 test_false_alarm(void);
static void	 test_flaps(void);
static void	 test_stale(void);
static void	 test_quality(void);
static void	 fresh(void);
static void	 learn(void);
static void	 transmit(int);
static unsigned int until(uint64_t);
static int	 judge(uint64_t, int, int64_t);

static struct liveness	 lv;
static struct liveness_view view;
static struct flight	 flight;
static uint64_t		 now, number;

static const struct quality_limits limits = {
	.loss = 1000,
	.loss_recover = 500,
	.rtt = 200 * MSEC,
	.rtt_recover = 150 * MSEC
};

int
main(void)
{
	test_dead_time();
	test_suspect();
	test_outstanding();
	test_idle();
	test_learn();
	test_down();
	test_back();
	test_false_alarm();
	test_flaps();
	test_stale();
	test_quality();
	flight_free(&flight);
	return (0);
}

static void
test_dead_time(void)
{
	struct delay	 d;
	unsigned int	 i;

	TEST("the dead time: round trip, jitter, interval of the reports");
	fresh();
	memset(&d, 0, sizeof(d));
	d.srtt = -1;
	CHECK_EQ(liveness_dead_time(&lv, &d, 0, 0), 500 * MSEC);
	d.srtt = 50 * MSEC;
	CHECK_EQ(liveness_dead_time(&lv, &d, 20 * MSEC, 0), 85 * MSEC);
	d.rttvar = 10 * MSEC;
	CHECK_EQ(liveness_dead_time(&lv, &d, 20 * MSEC, 0), 120 * MSEC);

	TEST("no less than 40 ms, no more than the limit");
	d.srtt = d.rttvar = 0;
	CHECK_EQ(liveness_dead_time(&lv, &d, 0, 0), 40 * MSEC);
	CHECK_EQ(liveness_dead_time(&lv, &d, 0, 30 * MSEC), 30 * MSEC);
	d.srtt = 3 * USEC;
	CHECK_EQ(liveness_dead_time(&lv, &d, 0, 0), DEFAULT_TIMEOUT);
	CHECK_EQ(liveness_dead_time(&lv, &d, 0, 2 * USEC), 2 * USEC);

	TEST("longer after each false alarm, up to five times");
	d.srtt = 50 * MSEC;
	for (i = 1; i <= 6; i++) {
		liveness_suspect(&lv, 10, now);
		CHECK_EQ(liveness_answer(&lv, 9, 0, now), LIVE_FALSE_ALARM);
		CHECK_EQ(liveness_dead_time(&lv, &d, 20 * MSEC, 10 * USEC),
		    85 * MSEC * (1 + (i < 4 ? i : 4)));
	}

	TEST("which is forgotten, one a minute");
	now += 59 * USEC;
	liveness_forget(&lv, now);
	CHECK_EQ(liveness_dead_time(&lv, &d, 20 * MSEC, 10 * USEC),
	    85 * MSEC * 5);
	for (i = 0; i < 4; i++) {
		now += 61 * USEC;
		liveness_forget(&lv, now);
	}
	CHECK_EQ(liveness_dead_time(&lv, &d, 20 * MSEC, 10 * USEC),
	    85 * MSEC);
}

static void
test_suspect(void)
{
	TEST("nothing is reported: probed after half of the dead time");
	fresh();
	learn();
	transmit(1);
	CHECK_EQ(until(50 * MSEC), 0);
	CHECK_EQ(liveness_watch_deadline(&lv, &view), now + 1);
	CHECK_EQ(until(1), LIVE_PROBE);
	liveness_probe(&lv, now);

	TEST("suspect after all of it");
	CHECK_EQ(until(DEAD / 2 - 1), 0);
	CHECK_EQ(liveness_watch_deadline(&lv, &view), now + 1);
	CHECK_EQ(until(1), LIVE_SUSPECT);

	TEST("not while there are reports, or when nothing calls for one");
	fresh();
	learn();
	transmit(1);
	now += DEAD + 1;
	view.last_report = now - 1;
	CHECK((until(0) & LIVE_SUSPECT) == 0);
	fresh();
	learn();
	transmit(0);
	CHECK_EQ(until(DEAD + 1), 0);
}

static void
test_outstanding(void)
{
	TEST("the oldest one not reported counts");
	fresh();
	learn();
	transmit(1);
	now += 60 * MSEC;
	transmit(1);
	flight_report(&flight, number - 2, now);
	view.last_report = now;
	CHECK_EQ(until(0), 0);
	CHECK_EQ(until(DEAD) & LIVE_SUSPECT, 0);
	CHECK_EQ(until(1), LIVE_SUSPECT);
}

static void
test_idle(void)
{
	TEST("the opener probes an idle path at its interval");
	fresh();
	learn();
	flight.last_eliciting_tx = now;
	CHECK_EQ(liveness_watch_deadline(&lv, &view), now + 2 * USEC);
	CHECK_EQ(until(2 * USEC - 1), 0);
	CHECK_EQ(until(1), LIVE_PROBE);

	TEST("the other end when these do not come");
	fresh();
	learn();
	view.opener = 0;
	flight.last_eliciting_tx = view.last_rx = now;
	CHECK_EQ(until(5 * USEC - 1), 0);
	view.last_rx = now;
	CHECK_EQ(until(5 * USEC - 1), 0);
	CHECK_EQ(until(1), LIVE_PROBE);

	TEST("a doubtful path is probed as a new one");
	fresh();
	learn();
	view.doubtful = 1;
	flight.last_eliciting_tx = now;
	CHECK_EQ(until(30 * MSEC - 1), 0);
	CHECK_EQ(until(1), LIVE_PROBE);
}

static void
test_learn(void)
{
	unsigned int	 i;

	TEST("eight probes learn the delay of a new path");
	fresh();
	for (i = 0; i < LEARNT; i++) {
		flight.last_eliciting_tx = now;
		CHECK_EQ(until(30 * MSEC - 1), 0);
		CHECK_EQ(until(1), LIVE_PROBE);
		CHECK_EQ(liveness_probe(&lv, now), i + 1);
	}
	flight.last_eliciting_tx = now;
	CHECK_EQ(until(2 * USEC - 1), 0);
}

static void
test_down(void)
{
	uint64_t	 start;
	unsigned int	 n = 0;

	TEST("suspect: probed at once, and ten times a second");
	fresh();
	start = now;
	liveness_suspect(&lv, 10, now);
	CHECK_EQ(liveness_retry_deadline(&lv, 0), now);
	CHECK_EQ(liveness_retry(&lv, now), LIVE_RETRY);
	CHECK_EQ(liveness_retry(&lv, now), 0);
	CHECK_EQ(liveness_retry_deadline(&lv, 0), now + 100 * MSEC);

	TEST("down after three seconds");
	for (now = start + 100 * MSEC; now <= start + 3 * USEC;
	    now += 100 * MSEC)
		CHECK_EQ(liveness_retry(&lv, now) & LIVE_DOWN, 0);
	now = start + 3 * USEC + 1;
	CHECK(liveness_retry(&lv, now) & LIVE_DOWN);

	TEST("after ten seconds it is probed once a second");
	for (now = start + 10 * USEC; now < start + 20 * USEC; now += MSEC)
		n += (liveness_retry(&lv, now) & LIVE_RETRY) != 0;
	CHECK_EQ(n, 10);

	TEST("but at once when there is a reason");
	liveness_retry(&lv, now);
	liveness_hurry(&lv, now + 1);
	CHECK(liveness_retry(&lv, now + 1) & LIVE_RETRY);
}

static void
test_back(void)
{
	TEST("two answers to what was sent since then");
	fresh();
	liveness_suspect(&lv, 10, now);
	liveness_retry(&lv, now);
	CHECK_EQ(liveness_answer(&lv, 10, 0, now), 0);
	CHECK_EQ(liveness_retry(&lv, now), LIVE_RETRY);
	CHECK_EQ(liveness_answer(&lv, 11, 0, now), LIVE_BACK);

	TEST("and of a path that is down");
	liveness_suspect(&lv, 20, now);
	CHECK_EQ(liveness_answer(&lv, 19, 1, now), 0);
	CHECK_EQ(liveness_answer(&lv, 20, 1, now), 0);
	CHECK_EQ(liveness_answer(&lv, 21, 1, now), LIVE_BACK);
}

static void
test_false_alarm(void)
{
	TEST("what was sent before came: a false alarm, once");
	fresh();
	liveness_suspect(&lv, 10, now);
	CHECK_EQ(liveness_answer(&lv, 8, 0, now), LIVE_FALSE_ALARM);
	CHECK_EQ(liveness_answer(&lv, 9, 0, now), 0);
	CHECK_EQ(liveness_answer(&lv, 10, 0, now), LIVE_BACK);

	TEST("none of what is forgiven");
	liveness_suspect(&lv, 20, now);
	liveness_forgive(&lv, 15);
	CHECK_EQ(liveness_answer(&lv, 15, 0, now), 0);
	CHECK_EQ(liveness_answer(&lv, 16, 0, now), LIVE_BACK);
}

static void
test_flaps(void)
{
	static const unsigned int	 want[] = { 2, 2, 4, 6, 8, 10, 10 };
	unsigned int			 n;
	size_t				 i;

	TEST("a path that flaps has to answer more often");
	fresh();
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		liveness_suspect(&lv, 10, now);
		for (n = 1; liveness_answer(&lv, 10, 0, now) == 0; n++)
			CHECK(n < 20);
		CHECK_EQ(n, want[i]);
	}

	TEST("and less often again after minutes");
	for (i = 0; i < 6; i++) {
		now += 61 * USEC;
		liveness_forget(&lv, now);
	}
	liveness_suspect(&lv, 10, now);
	CHECK_EQ(liveness_answer(&lv, 10, 0, now), 0);
	CHECK_EQ(liveness_answer(&lv, 10, 0, now), LIVE_BACK);
}

static void
test_stale(void)
{
	TEST("no answer for three seconds, then each five");
	fresh();
	CHECK_EQ(liveness_stale(&lv, now + 3 * USEC - 1), 0);
	CHECK_EQ(liveness_stale(&lv, now + 3 * USEC), 1);
	CHECK_EQ(liveness_stale(&lv, now + 8 * USEC - 1), 0);
	CHECK_EQ(liveness_stale(&lv, now + 8 * USEC), 1);

	TEST("from the beginning once it has answered");
	liveness_answered(&lv);
	now += 100 * USEC;
	CHECK_EQ(liveness_stale(&lv, now), 0);
	CHECK_EQ(liveness_stale(&lv, now + 3 * USEC - 1), 0);
	CHECK_EQ(liveness_stale(&lv, now + 3 * USEC), 1);
}

static void
test_quality(void)
{
	TEST("lossy after two seconds of too much loss");
	fresh();
	lv.quality_at = now;
	CHECK_EQ(judge(10 * USEC, 1000, 0), 0);
	CHECK_EQ(judge(2 * USEC - MSEC, 1001, 0), 0);
	CHECK_EQ(judge(2 * MSEC, 1001, 0), 1);
	CHECK_EQ(lv.quality, QUALITY_LOSSY);

	TEST("good as soon as it is below the lower limit");
	CHECK_EQ(judge(10 * USEC, 501, 0), 0);
	CHECK_EQ(judge(0, 500, 0), 1);
	CHECK_EQ(lv.quality, QUALITY_GOOD);

	TEST("slow, and back");
	CHECK_EQ(judge(3 * USEC, 0, 200 * MSEC), 0);
	CHECK_EQ(judge(3 * USEC, 0, 200 * MSEC + 1), 1);
	CHECK_EQ(lv.quality, QUALITY_SLOW);
	CHECK_EQ(judge(5 * USEC, 0, 150 * MSEC + 1), 0);
	CHECK_EQ(judge(5 * USEC, 0, 150 * MSEC), 1);
	CHECK_EQ(lv.quality, QUALITY_GOOD);

	TEST("lossy for long: another flow, once in a while");
	fresh();
	CHECK_EQ(liveness_throttled(&lv, now), 0);
	lv.quality = QUALITY_LOSSY;
	CHECK_EQ(liveness_throttled(&lv, now), 0);
	CHECK_EQ(liveness_throttled(&lv, now + 10 * USEC - 1), 0);
	CHECK_EQ(liveness_throttled(&lv, now + 10 * USEC), 1);
	CHECK_EQ(liveness_throttled(&lv, now + 70 * USEC - 1), 0);
	CHECK_EQ(liveness_throttled(&lv, now + 70 * USEC), 1);
	lv.quality = QUALITY_GOOD;
	CHECK_EQ(liveness_throttled(&lv, now + 200 * USEC), 0);
	lv.quality = QUALITY_LOSSY;
	CHECK_EQ(liveness_throttled(&lv, now + 200 * USEC), 0);

	TEST("the time without use counts neither way");
	fresh();
	lv.quality_at = now;
	CHECK_EQ(judge(USEC, 1001, 0), 0);
	now += 5 * USEC;
	liveness_unjudged(&lv, now);
	CHECK_EQ(judge(USEC - 2 * MSEC, 1001, 0), 0);
	CHECK_EQ(judge(4 * MSEC, 1001, 0), 1);
	CHECK_EQ(lv.quality, QUALITY_LOSSY);
}

/* A path that this end has opened. */
static void
fresh(void)
{
	flight_free(&flight);
	now = 100 * USEC;
	number = 1;
	CHECK_EQ(flight_init(&flight, number), 0);
	memset(&lv, 0, sizeof(lv));
	liveness_init(&lv, now);
	memset(&view, 0, sizeof(view));
	view.flight = &flight;
	view.dead = DEAD;
	view.keepalive = 2 * USEC;
	view.opener = 1;
	flight.last_eliciting_tx = now;
}

/* Its delay is known. */
static void
learn(void)
{
	unsigned int	 i;

	for (i = 0; i < LEARNT; i++)
		liveness_probe(&lv, 0);
}

static void
transmit(int eliciting)
{
	flight_add(&flight, number++, BYTES, eliciting, now);
}

static unsigned int
until(uint64_t us)
{
	now += us;
	return (liveness_watch(&lv, &view, now));
}

/* How often the quality changes while the path is so, looked at each ms. */
static int
judge(uint64_t us, int loss, int64_t rtt)
{
	uint64_t	 end = now + us;
	int		 n = 0;

	do {
		n += liveness_quality(&lv, &limits, loss, rtt, now);
		now += MSEC;
	} while (now < end);
	return (n);
}
