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


/* What an emulated link does to frames, in virtual time. */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "test.h"

#define MS	1000000LL
#define SEC	(1000 * MS)
#define FRAME	1500

struct outcome {
	uint64_t	 got;		/* frames */
	uint64_t	 reordered;
	int64_t		 first;		/* delivery times */
	int64_t		 last;
	int64_t		 least;		/* delay */
	int64_t		 most;
	uint64_t	 bursts;	/* runs of frames that are missing */
};

struct stamp {
	int64_t		 sent;
	uint64_t	 number;
};

/*
 * Sends n frames, one each interval from time 0 on, and takes them out
 * exactly when the link says they are due.
 */
static void
drive(struct link *l, uint64_t n, int64_t interval, struct outcome *o)
{
	uint8_t		 frame[FRAME] = { 0 };
	struct stamp	 st;
	struct frame	*f;
	uint64_t	 sent = 0, expect = 0;
	int64_t		 now = 0, next = 0;

	memset(o, 0, sizeof(*o));
	o->first = o->least = INT64_MAX;
	while (now != LINK_NEVER) {
		if (sent < n && now == next) {
			st.sent = now;
			st.number = sent++;
			memcpy(frame, &st, sizeof(st));
			link_input(l, now, frame, sizeof(frame));
			next = sent < n ? next + interval : LINK_NEVER;
		}
		while ((f = link_output(l, now)) != NULL) {
			memcpy(&st, f->data, sizeof(st));
			CHECK_EQ(f->len, FRAME);
			CHECK(f->time <= now);
			if (st.number < expect)
				o->reordered++;
			else if (st.number > expect)
				o->bursts++;
			if (st.number >= expect)
				expect = st.number + 1;
			if (o->got++ == 0)
				o->first = now;
			o->last = now;
			if (now - st.sent < o->least)
				o->least = now - st.sent;
			if (now - st.sent > o->most)
				o->most = now - st.sent;
			free(f);
		}
		now = link_next(l);
		if (next < now)
			now = next;
	}
}

static void
test_plain(void)
{
	struct link	*l = link_new(1);
	struct outcome	 o;

	TEST("no rate, no delay: all at once");
	drive(l, 1000, 0, &o);
	CHECK_EQ(o.got, 1000);
	CHECK_EQ(o.most, 0);
	CHECK_EQ(o.reordered, 0);
	link_free(l);
}

static void
test_rate(void)
{
	struct link		*l = link_new(1);
	struct outcome		 o;
	struct link_stats	 st;

	TEST("12 Mbit/s: a frame of 1500 bytes each millisecond");
	link_rate(l, 0, 12000000);
	link_settings(l)->queue = 2 * SEC;
	drive(l, 1000, 0, &o);
	CHECK_EQ(o.got, 1000);
	CHECK_EQ(o.first, MS);
	CHECK_EQ(o.last, SEC);

	TEST("queue of 50 ms: 50 frames wait, the others are lost");
	link_free(l);
	l = link_new(1);
	link_rate(l, 0, 12000000);
	link_settings(l)->queue = 50 * MS;
	drive(l, 1000, 0, &o);
	CHECK_EQ(o.got, 50);
	CHECK_EQ(o.last, 50 * MS);
	link_stats(l, &st);
	CHECK_EQ(st.full, 950);
	CHECK_EQ(st.out, 50);
	CHECK_EQ(st.queued, 0);

	TEST("offered twice the rate: half of it passes");
	link_free(l);
	l = link_new(1);
	link_rate(l, 0, 12000000);
	link_settings(l)->queue = 50 * MS;
	drive(l, 20000, MS / 2, &o);
	CHECK(o.got >= 10000 && o.got <= 10050);
	CHECK(o.most <= 51 * MS);
	link_free(l);
}

/* Frames that wait when as many as possible do. */
static uint64_t
queued(struct link *l, int64_t now)
{
	struct link_stats	 st;
	uint8_t			 frame[FRAME] = { 0 };
	int			 i;

	for (i = 0; i < 100; i++)
		link_input(l, now, frame, sizeof(frame));
	link_stats(l, &st);
	return (st.queued / FRAME);
}

static void
test_change(void)
{
	struct link	*l = link_new(1);
	struct frame	*f;
	uint8_t		 frame[FRAME] = { 0 };
	int		 i;

	TEST("a change of rate holds for what still waits");
	link_rate(l, 0, 12000000);
	for (i = 0; i < 20; i++)
		link_input(l, 0, frame, sizeof(frame));
	for (i = 0; i < 10; i++) {
		CHECK((f = link_output(l, 10 * MS)) != NULL);
		free(f);
	}
	CHECK(link_output(l, 10 * MS) == NULL);
	link_rate(l, 10 * MS, 1200000);
	CHECK_EQ(link_next(l), 20 * MS);
	CHECK(link_output(l, 20 * MS - 1) == NULL);
	CHECK((f = link_output(l, 20 * MS)) != NULL);
	free(f);
	CHECK_EQ(link_next(l), 30 * MS);

	TEST("\tand what was sent of a frame stays sent");
	link_rate(l, 25 * MS, 600000);
	CHECK_EQ(link_next(l), 35 * MS);
	link_rate(l, 30 * MS, 12000000);
	CHECK_EQ(link_next(l), 30 * MS + MS / 4);
	link_free(l);

	TEST("a queue in time follows the rate, one in bytes does not");
	l = link_new(1);
	link_rate(l, 0, 12000000);
	link_settings(l)->queue = 10 * MS;
	CHECK_EQ(queued(l, 0), 10);
	link_rate(l, 0, 24000000);
	CHECK_EQ(queued(l, 0), 20);
	link_settings(l)->queue_bytes = 25 * FRAME;
	CHECK_EQ(queued(l, 0), 25);
	link_rate(l, 0, 1200000);
	CHECK_EQ(queued(l, 0), 25);
	link_free(l);
}

static void
test_police(void)
{
	struct link		*l = link_new(1);
	struct outcome		 o;
	struct link_stats	 st;

	TEST("a policer passes its burst, then its rate, and delays nothing");
	link_settings(l)->police = 12000000;
	link_settings(l)->police_burst = 10 * FRAME;
	drive(l, 1000, 0, &o);
	CHECK_EQ(o.got, 10);
	CHECK_EQ(o.last, 0);
	link_free(l);

	l = link_new(1);
	link_settings(l)->police = 12000000;
	link_settings(l)->police_burst = 10 * FRAME;
	drive(l, 2000, MS / 2, &o);
	CHECK(o.got >= 1000 && o.got <= 1010);
	CHECK_EQ(o.most, 0);
	link_stats(l, &st);
	CHECK_EQ(st.policed, 2000 - o.got);
	link_free(l);
}

static void
test_delay(void)
{
	struct link	*l = link_new(1);
	struct outcome	 o;

	TEST("delay of 30 ms");
	link_settings(l)->delay = 30 * MS;
	drive(l, 1000, MS, &o);
	CHECK_EQ(o.got, 1000);
	CHECK_EQ(o.least, 30 * MS);
	CHECK_EQ(o.most, 30 * MS);

	TEST("jitter of 20 ms in order");
	link_free(l);
	l = link_new(1);
	link_settings(l)->delay = 30 * MS;
	link_settings(l)->jitter = 20 * MS;
	drive(l, 10000, MS, &o);
	CHECK_EQ(o.got, 10000);
	CHECK_EQ(o.reordered, 0);
	CHECK(o.least >= 30 * MS && o.least < 35 * MS);
	CHECK(o.most > 49 * MS && o.most <= 50 * MS);

	TEST("jitter of 20 ms out of order");
	link_free(l);
	l = link_new(1);
	link_settings(l)->delay = 30 * MS;
	link_settings(l)->jitter = 20 * MS;
	link_settings(l)->reorder = 1;
	drive(l, 10000, MS, &o);
	CHECK_EQ(o.got, 10000);
	CHECK(o.reordered > 3000);
	CHECK(o.least >= 30 * MS && o.least < 31 * MS);
	CHECK(o.most > 49 * MS && o.most <= 50 * MS);
	link_free(l);
}

static void
test_loss(void)
{
	struct link	*l;
	struct outcome	 o, again;
	uint64_t	 lost;

	TEST("1 %% of single losses");
	l = link_new(7);
	link_settings(l)->loss = 0.01;
	drive(l, 100000, MS, &o);
	lost = 100000 - o.got;
	CHECK(lost > 900 && lost < 1100);
	CHECK(o.bursts > lost * 9 / 10);

	TEST("the same seed loses the same frames");
	link_free(l);
	l = link_new(7);
	link_settings(l)->loss = 0.01;
	drive(l, 100000, MS, &again);
	CHECK_EQ(again.got, o.got);
	CHECK_EQ(again.bursts, o.bursts);

	TEST("another seed loses others");
	link_free(l);
	l = link_new(8);
	link_settings(l)->loss = 0.01;
	drive(l, 100000, MS, &again);
	CHECK(again.got != o.got || again.bursts != o.bursts);

	TEST("2 %% in bursts of 10 frames");
	link_free(l);
	l = link_new(7);
	link_settings(l)->burst = 0.02;
	link_settings(l)->burstlen = 10;
	drive(l, 200000, MS, &o);
	lost = 200000 - o.got;
	CHECK(lost > 3200 && lost < 4800);
	CHECK(lost / o.bursts >= 8 && lost / o.bursts <= 12);

	TEST("all is lost");
	link_free(l);
	l = link_new(7);
	link_settings(l)->loss = 1;
	drive(l, 1000, MS, &o);
	CHECK_EQ(o.got, 0);
	link_free(l);
}

static void
test_cut(void)
{
	struct link		*l = link_new(1);
	struct outcome		 o;
	struct link_stats	 st;
	uint8_t			 frame[FRAME] = { 0 };
	struct frame		*f;

	TEST("a cut link loses what is under way and what comes");
	link_rate(l, 0, 12000000);
	link_settings(l)->delay = 10 * MS;
	link_input(l, 0, frame, sizeof(frame));
	link_input(l, 0, frame, sizeof(frame));
	CHECK(link_output(l, 2 * MS) == NULL);
	link_input(l, 2 * MS, frame, sizeof(frame));
	link_cut(l, LINK_NEVER);
	link_input(l, 3 * MS, frame, sizeof(frame));
	CHECK(link_output(l, SEC) == NULL);
	CHECK_EQ(link_next(l), LINK_NEVER);
	link_stats(l, &st);
	CHECK_EQ(st.cut, 4);
	CHECK_EQ(st.queued, 0);

	TEST("and passes again when it is healed");
	link_cut(l, 0);
	link_input(l, 2 * SEC, frame, sizeof(frame));
	CHECK_EQ(link_next(l), 2 * SEC + 11 * MS);
	CHECK((f = link_output(l, 2 * SEC + 11 * MS)) != NULL);
	free(f);
	link_free(l);

	TEST("an outage of 200 ms ends by itself");
	l = link_new(1);
	link_cut(l, 200 * MS);
	drive(l, 1000, MS, &o);
	CHECK_EQ(o.got, 800);
	CHECK_EQ(o.first, 200 * MS);
	link_free(l);
}

int
main(void)
{
	test_plain();
	test_rate();
	test_change();
	test_police();
	test_delay();
	test_loss();
	test_cut();
	return (0);
}
