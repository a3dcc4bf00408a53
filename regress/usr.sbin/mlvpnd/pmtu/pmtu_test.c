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

/* The search for a path's MTU, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "pmtu.h"
#include "test.h"

#define TIMEOUT		100000		/* us */
#define RTT		20000
#define ENDLESS		1000		/* steps of a search, at most */

static void	 test_announced(void);
static void	 test_less(void);
static void	 test_raise(void);
static void	 test_silent(void);
static void	 test_lossy(void);
static void	 test_not_up(void);
static void	 test_limits(void);
static void	 test_black_hole(void);
static void	 test_refused(void);
static void	 test_no_df(void);
static void	 test_jumbo(void);
static void	 test_results(void);
static void	 test_numbers(void);
static void	 fresh(uint16_t, uint16_t, uint16_t);
static void	 run(uint64_t);
static void	 search(void);

static struct pmtu	 m;
static struct pmtu_path	 path;
static uint16_t		 carries;	/* by the path, 0: no answers */
static uint16_t		 numbers;
static unsigned int	 probes, lose;	/* sent; the next ones that are lost */
static int		 changed;	/* bits told */
static uint64_t		 now;

int
main(void)
{
	test_announced();
	test_less();
	test_raise();
	test_silent();
	test_lossy();
	test_not_up();
	test_limits();
	test_black_hole();
	test_refused();
	test_no_df();
	test_jumbo();
	test_results();
	test_numbers();
	return (0);
}

static void
test_announced(void)
{
	static const uint16_t	 mtus[][3] = {
		{ 0, 0, 1500 }, { 1500, 0, 1500 }, { 1492, 1500, 1492 },
		{ 1500, 1280, 1280 }, { 576, 0, 576 }, { 100, 1500, 576 },
		{ 9000, 9000, 9000 }, { 65535, 0, 9216 }, { 1430, 1460, 1430 }
	};
	size_t			 i;

	TEST("what both ends announce, and the path carries");
	for (i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++) {
		printf("\t%u and %u\n", mtus[i][0], mtus[i][1]);
		fresh(mtus[i][0], mtus[i][1], 9216);
		/* none is longer than usual before it is known to arrive */
		CHECK_EQ(m.mtu, mtus[i][2] > 1500 ? 1500 : mtus[i][2]);
		CHECK_EQ(m.settled, m.mtu);
		CHECK(changed & PMTU_CHANGED);
		CHECK_EQ((changed & PMTU_LESS) != 0, m.mtu < 1500);
		CHECK(!m.measured);
		search();
		CHECK_EQ(probes, mtus[i][2] > 1500 ? 2 : 1);
		CHECK_EQ(m.mtu, mtus[i][2]);
		CHECK_EQ(m.settled, mtus[i][2]);
		CHECK(m.measured);
	}
}

static void
test_less(void)
{
	static const uint16_t	 mtus[] = { 1280, 1400, 1420, 1440, 1452,
				    1460, 1472, 1480, 1492, 1500 };
	uint16_t		 net, found = 0;
	size_t			 i;

	TEST("whatever it carries, the largest usual size below it is found");
	for (net = 1280; net <= 1500; net++) {
		fresh(1500, 1500, net);
		search();
		for (i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++)
			if (mtus[i] <= net)
				found = mtus[i];
		CHECK_EQ(m.mtu, found);
		CHECK_EQ(m.settled, found);
		CHECK(m.measured);
		CHECK(probes <= 3 + 10 + 3);
	}

	TEST("1280 at once, what is known to arrive at once, the rest at the end");
	fresh(1500, 1500, 1450);
	run(now + USEC + 3 * TIMEOUT);
	CHECK_EQ(m.mtu, 1280);
	CHECK_EQ(m.settled, 1500);
	CHECK_EQ(changed & PMTU_LESS, PMTU_LESS);
	changed = 0;
	run(now);
	CHECK_EQ(m.mtu, 1400);
	CHECK_EQ(m.settled, 1500);
	CHECK_EQ(changed, PMTU_CHANGED);
	search();
	CHECK_EQ(m.mtu, 1440);
	CHECK_EQ(m.settled, 1440);
}

static void
test_raise(void)
{
	TEST("more is looked for each ten minutes");
	fresh(1500, 1500, 1420);
	search();
	CHECK_EQ(m.mtu, 1420);
	carries = 1492;
	run(now + 595 * USEC);
	CHECK_EQ(m.mtu, 1420);
	run(now + 10 * USEC);
	CHECK_EQ(m.mtu, 1492);
	CHECK_EQ(m.settled, 1492);

	TEST("and if it is less by then, that shows too");
	carries = 1440;
	probes = 0;
	run(now + 610 * USEC);
	CHECK_EQ(m.mtu, 1492);
	CHECK(probes <= 3);		/* 1500: nothing asks for less */
	pmtu_verify(&m, now);
	search();
	CHECK_EQ(m.mtu, 1440);
}

static void
test_silent(void)
{
	uint64_t	 pause = 0;
	int		 i;

	TEST("a peer that answers nothing: what is announced stays");
	fresh(1500, 1500, 0);
	for (i = 0; i < 10; i++) {
		probes = 0;
		search();
		CHECK_EQ(probes, 6);
		CHECK_EQ(m.mtu, 1500);
		CHECK(!m.measured);
		CHECK_EQ(m.pause, i == 0 ? 10 * USEC : i < 6 ? 2 * pause :
		    600 * USEC);
		pause = m.pause;
	}
	CHECK_EQ(pause, 600 * USEC);
	carries = 1480;
	run(now + 601 * USEC);
	search();
	CHECK_EQ(m.mtu, 1480);
}

static void
test_lossy(void)
{
	TEST("two probes may be lost");
	fresh(1500, 1500, 1500);
	lose = 2;
	search();
	CHECK_EQ(probes, 3);
	CHECK_EQ(m.mtu, 1500);
	CHECK(m.measured);
	TEST("three may not");
	fresh(1500, 1500, 1500);
	lose = 3;
	search();
	CHECK_EQ(m.mtu, 1492);
}

static void
test_not_up(void)
{
	TEST("nothing is asked of a path that does not answer");
	fresh(1500, 1500, 1500);
	path.answers = 0;
	run(now + 100 * USEC);
	CHECK_EQ(probes, 0);
	CHECK_EQ(pmtu_deadline(&m, &path), NEVER);

	TEST("what was tried until then does not count");
	carries = 0;
	path.answers = 1;
	run(now + 2 * TIMEOUT - 1);
	CHECK_EQ(probes, 2);
	path.answers = 0;
	CHECK_EQ(pmtu_timer(&m, &path, now), 0);
	path.answers = 1;
	run(now + 2 * TIMEOUT);
	CHECK_EQ(probes, 4);
	CHECK_EQ(m.mtu, 1500);
}

static void
test_limits(void)
{
	TEST("another MTU of the link");
	fresh(1400, 0, 9216);
	search();
	changed = 0;
	CHECK_EQ(pmtu_limits(&m, &path, now), 0);
	path.own = 1300;
	CHECK_EQ(pmtu_limits(&m, &path, now), PMTU_CHANGED | PMTU_LESS);
	CHECK_EQ(m.mtu, 1300);
	CHECK_EQ(m.settled, 1300);
	path.own = 1450;
	CHECK_EQ(pmtu_limits(&m, &path, now), PMTU_CHANGED);
	CHECK_EQ(m.mtu, 1300);
	search();
	CHECK_EQ(m.mtu, 1450);
	CHECK_EQ(m.settled, 1450);

	TEST("that the peer tells before the first search");
	fresh(1500, 0, 1500);
	path.peer = 1492;
	CHECK_EQ(pmtu_limits(&m, &path, now), PMTU_CHANGED | PMTU_LESS);
	CHECK_EQ(m.mtu, 1492);
	CHECK_EQ(pmtu_deadline(&m, &path), now + USEC);
}

static void
test_black_hole(void)
{
	int	 i;

	TEST("four long datagrams in a row that vanish");
	fresh(1500, 1500, 1500);
	search();
	probes = 0;
	for (i = 0; i < 10; i++) {
		pmtu_sent(&m, 1280, 0);		/* no long ones */
		pmtu_sent(&m, 1501, 0);		/* of before it was less */
	}
	for (i = 0; i < 3; i++)
		pmtu_sent(&m, 1400, 0);
	pmtu_sent(&m, 1281, 1);
	for (i = 0; i < 3; i++)
		pmtu_sent(&m, 1400, 0);
	pmtu_black_hole(&m, now);
	run(now + USEC);
	CHECK_EQ(probes, 0);
	carries = 1300;
	pmtu_sent(&m, 1281, 0);
	pmtu_black_hole(&m, now);
	search();
	CHECK_EQ(m.mtu, 1280);
	CHECK_EQ(m.settled, 1280);

	TEST("they may vanish for other reasons: once a second");
	fresh(1500, 1500, 1500);
	search();
	probes = 0;
	for (i = 0; i < 40; i++) {
		pmtu_sent(&m, 1500, 0);
		pmtu_black_hole(&m, now);
		run(now + USEC / 10);
	}
	CHECK(probes >= 3 && probes <= 4);
	CHECK_EQ(m.mtu, 1500);
}

static void
test_refused(void)
{
	TEST("a size that the system does not send");
	fresh(1500, 1500, 1400);
	CHECK_EQ(pmtu_refused(&m, &path, 1450, now), PMTU_CHANGED | PMTU_LESS);
	CHECK_EQ(m.mtu, 1440);
	CHECK_EQ(pmtu_refused(&m, &path, 1450, now), 0);
	CHECK_EQ(pmtu_refused(&m, &path, 500, now), 0);
	CHECK_EQ(pmtu_refused(&m, &path, 1440, now), PMTU_CHANGED | PMTU_LESS);
	CHECK_EQ(m.mtu, 1420);
	search();
	CHECK_EQ(m.mtu, 1400);

	TEST("may be sent later");
	carries = 1500;
	run(now + 610 * USEC);
	CHECK_EQ(m.mtu, 1500);

	TEST("the least of all");
	CHECK(pmtu_refused(&m, &path, 577, now) & PMTU_LESS);
	CHECK_EQ(m.mtu, 576);
}

static void
test_no_df(void)
{
	TEST("without DF: what the peer can send here in one piece");
	fresh(1500, 1500, 1500);
	path.df = 0;
	search();
	CHECK_EQ(m.mtu, 1500);
	CHECK_EQ(m.peer_df, 1);
	CHECK_EQ(pmtu_probed(&m, &path, 1420, 1, now),
	    PMTU_CHANGED | PMTU_LESS);
	CHECK_EQ(m.mtu, 1420);
	CHECK_EQ(pmtu_probed(&m, &path, 1440, 2, now), 0);
	CHECK_EQ(m.max, 1440);
	run(now + 2 * USEC);
	CHECK_EQ(m.mtu, 1440);

	TEST("with DF it does not matter");
	fresh(1500, 1500, 1500);
	search();
	CHECK_EQ(pmtu_probed(&m, &path, 1420, 1, now), 0);
	CHECK_EQ(m.mtu, 1500);
}

static void
test_jumbo(void)
{
	uint16_t	 net;

	TEST("above 1500 it is found but for 32 bytes");
	for (net = 1500; net <= 9000; net += 37) {
		fresh(9000, 9000, net);
		search();
		CHECK(m.mtu <= net);
		CHECK(m.mtu + 32 > net);
		CHECK(probes < 60);
	}
}

static void
test_results(void)
{
	int	 i;

	TEST("the peer's probe is answered three times");
	fresh(1500, 1500, 1500);
	CHECK(!pmtu_result_due(&m, now));
	(void)pmtu_probed(&m, &path, 1420, 77, now);
	for (i = 0; i < 3; i++) {
		CHECK(pmtu_result_due(&m, now));
		CHECK_EQ(m.result_size, 1420);
		CHECK_EQ(m.result_number, 77);
		CHECK_EQ(pmtu_deadline(&m, &path), now);
		pmtu_result_sent(&m, 1000 + i, TIMEOUT, now);
		CHECK_EQ(m.result_packet, 1000 + i);
		CHECK(!pmtu_result_due(&m, now + TIMEOUT - 1));
		now += TIMEOUT;
	}
	CHECK(!pmtu_result_due(&m, now));

	TEST("until it is known that one came");
	(void)pmtu_probed(&m, &path, 1420, 78, now);
	CHECK_EQ(m.result_packet, NEVER);
	pmtu_result_sent(&m, 1003, TIMEOUT, now);
	pmtu_result_came(&m);
	CHECK(!pmtu_result_due(&m, now + TIMEOUT));
}

/* An answer belongs to one probe of one path. */
static void
test_numbers(void)
{
	struct pmtu	 other;
	uint16_t	 old;

	TEST("answers are told apart");
	fresh(1500, 1500, 0);
	numbers = 65533;
	now += USEC;
	CHECK(!pmtu_asks(&m, 1500, 0));
	(void)pmtu_timer(&m, &path, now);
	CHECK(!pmtu_asks(&m, 1500, 0));
	CHECK(pmtu_probe_due(&m, now));
	pmtu_probe(&m, &numbers, TIMEOUT, now);
	CHECK_EQ(m.number, 65534);
	CHECK(!pmtu_probe_due(&m, now));
	memset(&other, 0, sizeof(other));
	(void)pmtu_start(&other, &path, now - USEC);
	(void)pmtu_timer(&other, &path, now);
	CHECK(pmtu_probe_due(&other, now));
	pmtu_probe(&other, &numbers, TIMEOUT, now);
	CHECK_EQ(other.number, 65535);
	CHECK(pmtu_asks(&m, 1500, 65534));
	CHECK(!pmtu_asks(&m, 1500, 65535));
	CHECK(!pmtu_asks(&m, 1499, 65534));
	CHECK(pmtu_asks(&other, 1500, 65535));

	TEST("all tries of a size have one number, the next size another");
	old = m.number;
	now += TIMEOUT;
	CHECK(pmtu_probe_due(&m, now));
	pmtu_probe(&m, &numbers, TIMEOUT, now);
	CHECK_EQ(m.number, old);
	run(now + 3 * TIMEOUT);
	CHECK_EQ(m.size, 1280);
	CHECK_EQ(m.number, 1);
	CHECK(!pmtu_asks(&m, 1500, old));
}

/* A path whose ends announce these, and which carries net. */
static void
fresh(uint16_t own, uint16_t peer, uint16_t net)
{
	memset(&path, 0, sizeof(path));
	path.own = own;
	path.peer = peer;
	path.df = path.answers = 1;
	carries = net;
	numbers = probes = lose = 0;
	now = 1000 * USEC;
	changed = pmtu_start(&m, &path, now);
}

/* What a path does until then, and until a last answer has come, with a peer
 * that sets DF. */
static void
run(uint64_t until)
{
	uint64_t	 when;

	while ((when = pmtu_deadline(&m, &path)) <= until) {
		if (when > now)
			now = when;
		if (pmtu_result_due(&m, now))
			pmtu_result_sent(&m, 1, TIMEOUT, now);
		changed |= pmtu_timer(&m, &path, now);
		if (!path.answers || !pmtu_probe_due(&m, now))
			continue;
		pmtu_probe(&m, &numbers, TIMEOUT, now);
		probes++;
		if (lose > 0) {
			lose--;
			continue;
		}
		if (m.size > carries)
			continue;
		now += RTT;
		CHECK(pmtu_asks(&m, m.size, m.number));
		changed |= pmtu_answer(&m, &path, 1, now);
	}
	if (now < until)
		now = until;
}

/* Until the next search ends. */
static void
search(void)
{
	int	 i;

	now = m.next;
	changed |= pmtu_timer(&m, &path, now);
	CHECK(m.size != 0);
	for (i = 0; i < ENDLESS && m.size != 0; i++)
		run(m.next + RTT);
	CHECK(i < ENDLESS);
}
