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
 * What is kept of links: the time in a state, samples of ten minutes, the
 * loss of now, the last events.
 */

#include "clock.h"
#include "loss.h"
#include "recent.h"
#include "test.h"
#include "watch.h"

#define BEGIN	(5 * HISTORY_INTERVAL * USEC)	/* an interval begins */

static struct watch	 w;
static struct ctl_history h;
static uint64_t		 now;

static void	 link_init(struct ctl_link *, const char *, int);
static void	 seconds(struct ctl_link *, size_t, int, uint64_t);
static void	 test_since(void);
static void	 test_samples(void);
static void	 test_gap(void);
static void	 test_counters(void);
static void	 test_many(void);
static void	 test_summary(void);
static void	 test_loss(void);
static void	 test_recent(void);

int
main(void)
{
	test_since();
	test_samples();
	test_gap();
	test_counters();
	test_many();
	test_summary();
	test_loss();
	test_recent();
	return (0);
}

static void
link_init(struct ctl_link *l, const char *name, int state)
{
	memset(l, 0, sizeof(*l));
	strlcpy(l->tunnel, "home", sizeof(l->tunnel));
	strlcpy(l->name, name, sizeof(l->name));
	l->state = state;
	l->since = 1000000;
	l->srtt = 12345;
	l->loss_tx = 100;
	l->loss_rx = -1;
}

/* Looks each second, while each link sends so many bytes. */
static void
seconds(struct ctl_link *l, size_t n, int s, uint64_t bytes)
{
	size_t	 i;

	while (s-- > 0) {
		now += USEC;
		for (i = 0; i < n; i++) {
			l[i].tx_bytes += bytes;
			l[i].rx_bytes += 2 * bytes;
			l[i].since = 1000000;
		}
		watch_see(&w, l, n, now);
	}
}

static void
test_since(void)
{
	struct ctl_link	 l;

	TEST("the time in each state");
	watch_init(&w);
	now = BEGIN;
	link_init(&l, "dsl1", LINK_OPENING);
	watch_see(&w, &l, 1, now);
	CHECK_EQ(l.since, 0);
	seconds(&l, 1, 7, 0);
	CHECK_EQ(l.since, 7);
	l.state = LINK_UP;
	seconds(&l, 1, 1, 0);
	CHECK_EQ(l.since, 0);
	seconds(&l, 1, 3, 0);
	CHECK_EQ(l.since, 3);
	l.state = LINK_LOSSY;
	seconds(&l, 1, 1, 0);
	CHECK_EQ(l.since, 0);
	seconds(&l, 1, 2, 0);
	CHECK_EQ(l.since, 2);

	TEST("it was in another one in between, unseen");
	l.since = 1;
	watch_see(&w, &l, 1, now);
	CHECK_EQ(l.since, 1);
	watch_free(&w);
}

static void
test_samples(void)
{
	struct ctl_link	 l;
	uint32_t	 i;

	TEST("samples are means, oldest first");
	watch_init(&w);
	now = BEGIN;
	link_init(&l, "dsl1", LINK_UP);
	watch_see(&w, &l, 1, now);
	CHECK(watch_history(&w, 0, &h, now) == 0);
	CHECK_EQ(h.n, 0);
	CHECK(watch_history(&w, 1, &h, now) == -1);
	seconds(&l, 1, 4, 1000);
	seconds(&l, 1, 5, 5000);
	l.state = LINK_SLOW;
	seconds(&l, 1, 1, 0);
	CHECK(watch_history(&w, 0, &h, now) == 0);
	CHECK_EQ(h.n, 2);
	CHECK(strcmp(h.link, "dsl1") == 0 && strcmp(h.tunnel, "home") == 0);
	CHECK_EQ(h.samples[0].tx_rate, 8000);
	CHECK_EQ(h.samples[0].rx_rate, 16000);
	CHECK_EQ(h.samples[1].tx_rate, 40000);
	CHECK_EQ(h.samples[1].srtt, 12345);
	CHECK_EQ(h.samples[1].loss_tx, 100);
	CHECK_EQ(h.samples[1].loss_rx, -1);
	CHECK_EQ(h.samples[1].state, LINK_UP);

	TEST("ten minutes are kept");
	seconds(&l, 1, 3600, 2000);
	CHECK(watch_history(&w, 0, &h, now) == 0);
	CHECK_EQ(h.n, HISTORY_SAMPLES);
	for (i = 0; i < h.n; i++) {
		CHECK_EQ(h.samples[i].tx_rate, 16000);
		CHECK_EQ(h.samples[i].state, LINK_SLOW);
	}
	CHECK_EQ(h.age, now % (HISTORY_INTERVAL * USEC) / USEC);
	watch_free(&w);
}

static void
test_gap(void)
{
	struct ctl_link	 l[2];

	TEST("a link that is away for a minute, and one that stays");
	watch_init(&w);
	now = BEGIN;
	link_init(&l[0], "dsl1", LINK_UP);
	link_init(&l[1], "dsl2", LINK_UP);
	seconds(l, 2, 30, 1000);
	seconds(l, 1, 60, 1000);
	CHECK(watch_history(&w, 0, &h, now) == 0);
	CHECK(strcmp(h.link, "dsl2") == 0);
	CHECK_EQ(h.samples[h.n - 1].state, LINK_ABSENT);
	CHECK_EQ(h.samples[0].state, LINK_UP);
	seconds(l, 2, 30, 1000);
	CHECK(watch_history(&w, 1, &h, now) == 0);
	CHECK(strcmp(h.link, "dsl2") == 0);
	CHECK_EQ(h.samples[h.n - 1].state, LINK_UP);
	CHECK_EQ(h.samples[h.n - 1].tx_rate, 8000);
	CHECK_EQ(h.samples[h.n - 10].state, LINK_ABSENT);
	CHECK_EQ(h.samples[h.n - 10].srtt, -1);

	TEST("it is forgotten in the end");
	seconds(l, 1, 599, 1000);
	CHECK(watch_history(&w, 1, &h, now) == 0);
	seconds(l, 1, 2, 1000);
	CHECK(watch_history(&w, 1, &h, now) == -1);
	watch_free(&w);
}

static void
test_counters(void)
{
	struct ctl_link	 l;

	TEST("counters that begin anew");
	watch_init(&w);
	now = BEGIN;
	link_init(&l, "dsl1", LINK_UP);
	l.tx_bytes = 1000000000;
	watch_see(&w, &l, 1, now);
	seconds(&l, 1, 7, 1000);
	l.tx_bytes = l.rx_bytes = 0;
	seconds(&l, 1, 8, 1000);
	CHECK(watch_history(&w, 0, &h, now) == 0);
	CHECK_EQ(h.n, 3);
	CHECK_EQ(h.samples[1].tx_rate, 8000);
	CHECK_EQ(h.samples[2].tx_rate, 8000);
	watch_free(&w);
}

static void
test_many(void)
{
	struct ctl_link	 l;
	char		 name[16];
	size_t		 i, n;

	TEST("a peer with ever new names");
	watch_init(&w);
	now = BEGIN;
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		link_init(&l, name, LINK_UP);
		watch_see(&w, &l, 1, now);
		now += 1000;
	}
	for (n = 0; watch_history(&w, n, &h, now) == 0; n++)
		continue;
	CHECK_EQ(n, WATCH_LINKS);
	CHECK(strcmp(h.link, "n9999") == 0);

	TEST("both ends use a name");
	watch_free(&w);
	watch_init(&w);
	link_init(&l, "a", LINK_UP);
	watch_see(&w, &l, 1, now);
	l.opener = 1;
	watch_see(&w, &l, 1, now);
	CHECK(watch_history(&w, 1, &h, now) == 0);
	watch_free(&w);
}

static void
test_summary(void)
{
	struct ctl_link	 l[2];
	char		 line[1024], cut[16];

	TEST("a summary of what has happened");
	watch_init(&w);
	now = BEGIN;
	link_init(&l[0], "dsl1", LINK_UP);
	link_init(&l[1], "dsl2", LINK_UP);
	watch_see(&w, l, 2, now);
	seconds(l, 2, 1000, 1000);
	CHECK(!watch_summary(&w, line, sizeof(line), now));
	l[1].state = LINK_DOWN;
	seconds(l, 2, 20, 0);
	l[1].state = LINK_UP;
	seconds(l, 2, 1000, 1000);
	CHECK(watch_summary(&w, line, sizeof(line), now));
	printf("%s\n", line);
	CHECK(strcmp(line, "link dsl1 failed 0 times, unused for 0 s, "
	    "sent 1 MB, received 2 MB; link dsl2 failed 1 time, unused for "
	    "20 s, sent 1 MB, received 2 MB") == 0);
	CHECK(!watch_summary(&w, line, sizeof(line), now));
	CHECK(!watch_summary(&w, cut, sizeof(cut), now));
	CHECK_EQ(strlen(cut), sizeof(cut) - 1);
	watch_free(&w);
}

static void
test_loss(void)
{
	struct loss	 l;
	int		 i;

	TEST("loss of now, on an idle link");
	memset(&l, 0, sizeof(l));
	loss_forget(&l);
	CHECK_EQ(loss_now(&l), -1);
	now = BEGIN;
	loss_restart(&l, now);
	for (i = 0; i < 20; i++)
		loss_count(&l, 1, 1, 0, now += USEC);
	CHECK_EQ(loss_now(&l), 0);
	TEST("what an outage has lost does not stay");
	loss_count(&l, 10, 1, 0, now += 10 * USEC);
	CHECK(loss_now(&l) > 5000);
	for (i = 0; i < 15; i++)
		loss_count(&l, 1, 1, 0, now += USEC);
	CHECK(loss_now(&l) < 500);
	loss_count(&l, 10, 1, 0, now += 10 * USEC);
	loss_renew(&l);
	loss_count(&l, 1, 1, 0, now += USEC);
	CHECK_EQ(loss_now(&l), 0);
	TEST("one in ten, on a busy link");
	for (i = 0; i < 100; i++)
		loss_count(&l, 100, 90, 0, now += 100000);
	CHECK_EQ(loss_now(&l), 1000);
	TEST("later ones come, too");
	loss_renew(&l);
	loss_count(&l, 1, 2, 0, now += USEC);
	CHECK_EQ(loss_now(&l), 0);
}

static void
test_recent(void)
{
	struct ctl_event e;
	char		 line[CTL_EVENT_SIZE * 2];
	int		 i;

	TEST("the last events, newest first");
	now = BEGIN;
	CHECK(recent_get(0, &e, now) == -1);
	recent_add("one", now);
	recent_add("two", now + USEC);
	now += 3 * USEC;
	CHECK(recent_get(0, &e, now) == 0);
	CHECK(strcmp(e.text, "two") == 0);
	CHECK_EQ(e.age, 2);
	CHECK(recent_get(1, &e, now) == 0);
	CHECK(strcmp(e.text, "one") == 0);
	CHECK(recent_get(2, &e, now) == -1);
	for (i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "%0300d", i);
		recent_add(line, now);
	}
	CHECK(recent_get(RECENT_MAX - 1, &e, now) == 0);
	CHECK(recent_get(RECENT_MAX, &e, now) == -1);
	CHECK_EQ(strlen(e.text), CTL_EVENT_SIZE - 1);
}
