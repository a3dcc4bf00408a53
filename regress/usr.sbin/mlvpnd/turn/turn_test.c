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
 * Whose turn it is, and when.
 */

#include "clock.h"
#include "test.h"
#include "turn.h"

#define N	1000

static struct turns	 turns;
static struct turn	 turn[N];

static uint32_t
number(void)
{
	static uint32_t	 x = 1;

	x = x * 1664525 + 1013904223;
	return (x >> 8);
}

/* All are there, and none has anything to do. */
static void
setup(int n)
{
	int	 i;

	turns_free(&turns);
	turns_init(&turns);
	memset(turn, 0, sizeof(turn));
	for (i = 0; i < n; i++) {
		CHECK_EQ(turn_add(&turns, &turn[i],
		    (struct tunnel *)&turn[i]), 0);
		CHECK(turns_next(&turns) == &turn[i]);
		turn_over(&turns, &turn[i], 0);
		turn_until(&turns, &turn[i], NEVER);
		CHECK(turns_output(&turns) == (struct tunnel *)&turn[i]);
	}
	CHECK(turns_next(&turns) == NULL);
	CHECK_EQ(turns_deadline(&turns), NEVER);
}

static void
test_time(void)
{
	uint64_t	 when[N], least, now = 0;
	int		 i, j, n = N;
	struct turn	*t;

	TEST("times, in any order, that change, of tunnels that come and go");
	setup(N);
	for (i = 0; i < N; i++)
		when[i] = NEVER;
	for (j = 0; j < 20000; j++) {
		i = number() % N;
		if (turn[i].tunnel == NULL)
			continue;
		when[i] = number() % 8 == 0 ? NEVER : now + number() % 100000;
		turn_until(&turns, &turn[i], when[i]);
		if (j % 50 == 0) {
			i = number() % N;
			n -= turn[i].tunnel != NULL;
			turn_del(&turns, &turn[i]);
			when[i] = NEVER;
		}
		for (least = NEVER, i = 0; i < N; i++)
			least = when[i] < least ? when[i] : least;
		CHECK_EQ(turns_deadline(&turns), least);
		now += number() % 50;
		turns_due(&turns, now);
		while ((t = turns_next(&turns)) != NULL) {
			CHECK(when[t - turn] <= now);
			when[t - turn] = NEVER;
			turn_over(&turns, t, 0);
			turn_until(&turns, t, NEVER);
		}
	}
	CHECK_EQ(turns.n, n);
	CHECK(n < N);
	for (i = 0; i < N; i++)
		turn_del(&turns, &turn[i]);
	CHECK_EQ(turns_deadline(&turns), NEVER);
	CHECK(turns_output(&turns) == NULL);
}

static void
test_shares(void)
{
	static const size_t	 len[3] = { 60, 1500, 9000 };
	uint64_t		 bytes[3] = { 0 };
	struct turn		*t;
	int			 i;

	TEST("one tunnel sends as long as it likes");
	setup(3);
	turn_ready(&turns, &turn[0]);
	t = turns_next(&turns);
	CHECK(t == &turn[0]);
	for (i = 0; i < 10000; i++) {
		CHECK(turn_may_send(&turns, t));
		turn_sent(t, 1500);
	}
	turn_over(&turns, t, 1);

	TEST("and several the same, be their packets short or long");
	turn_ready(&turns, &turn[1]);
	turn_ready(&turns, &turn[2]);
	for (i = 0; i < 3000; i++) {
		t = turns_next(&turns);
		while (turn_may_send(&turns, t)) {
			turn_sent(t, len[t - turn]);
			bytes[t - turn] += len[t - turn] + TURN_DGRAM;
		}
		turn_over(&turns, t, 1);
	}
	for (i = 0; i < 3; i++)
		CHECK(bytes[i] / TURN_QUANTUM >= 990 &&
		    bytes[i] / TURN_QUANTUM <= 1010);

	TEST("one that has nothing left is not asked again");
	turn_over(&turns, &turn[1], 0);
	for (i = 0; i < 10; i++) {
		t = turns_next(&turns);
		CHECK(t != NULL && t != &turn[1]);
		turn_over(&turns, t, 1);
	}
}

static void
test_blocked(void)
{
	TEST("who waits for a socket has a turn when it takes more");
	setup(3);
	turn_block(&turns, &turn[1]);
	turn_block(&turns, &turn[1]);
	CHECK(turns_next(&turns) == NULL);
	turns_unblock(&turns);
	CHECK(turns_next(&turns) == &turn[1]);
	turn_over(&turns, &turn[1], 0);
	turn_until(&turns, &turn[1], NEVER);
	turns_unblock(&turns);
	CHECK(turns_next(&turns) == NULL);
}

int
main(void)
{
	test_time();
	test_shares();
	test_blocked();
	turns_free(&turns);
	return (0);
}
