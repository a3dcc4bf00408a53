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
 * What a path loses, in windows.
 */

#include "loss.h"
#include "../test.h"

#define USEC	1000000ULL

static struct loss	 l;
static uint64_t		 now = 100 * USEC;

static void
fresh(void)
{
	memset(&l, 0, sizeof(l));
	loss_forget(&l);
	loss_restart(&l, now);
}

static void
test_windows(void)
{
	TEST("256 datagrams make a window");
	fresh();
	loss_count(&l, 200, 100, 0, now);
	CHECK_EQ(l.rate, -1);
	loss_count(&l, 56, 28, 0, now);
	CHECK_EQ(l.rate, 5000);

	TEST("one window may have been a burst");
	CHECK_EQ(loss_lasting(&l), 0);
	loss_count(&l, 256, 192, 0, now);
	CHECK_EQ(loss_lasting(&l), 2500);

	TEST("so do two seconds, if anything much was sent");
	fresh();
	now += 3 * USEC;
	loss_count(&l, 7, 0, 1, now);
	CHECK_EQ(l.rate, -1);
	loss_count(&l, 1, 0, 1, now);
	CHECK_EQ(l.rate, 10000);

	TEST("what comes late makes no loss less than none");
	fresh();
	loss_count(&l, 256, 260, 0, now);
	CHECK_EQ(l.rate, 0);
}

static void
test_below(void)
{
	int	 i;

	TEST("30 in a row are better than a tenth lost");
	fresh();
	for (i = 0; i < 29; i++)
		loss_count(&l, 1, 1, 1, now);
	CHECK(!loss_is_below(&l, 1000));
	loss_count(&l, 1, 1, 1, now);
	CHECK(loss_is_below(&l, 1000));
	CHECK(!loss_is_below(&l, 500));

	TEST("one lost, and all begins again");
	loss_count(&l, 2, 1, 1, now);
	CHECK(!loss_is_below(&l, 10000));

	TEST("many in a row are chance");
	loss_count(&l, 100, 100, 0, now);
	CHECK(!loss_is_below(&l, 10000));

	TEST("what was is over");
	loss_count(&l, 300, 0, 0, now);
	loss_count(&l, 300, 0, 0, now);
	CHECK(loss_lasting(&l) > 0);
	loss_over(&l, now);
	CHECK_EQ(l.rate, 0);
	CHECK_EQ(loss_lasting(&l), 0);
}

int
main(void)
{
	test_windows();
	test_below();
	return (0);
}
