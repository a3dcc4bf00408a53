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
 * Limits a path to its rate: each datagram occupies the link for a time.
 */

#include <sys/param.h>

#include "pacer.h"

#define CREDIT_MIN	1000		/* us of rate an idle path keeps */

void
pacer_charge(struct pacer *pc, uint64_t us, uint64_t tick, uint64_t now)
{
	uint64_t	 credit = MAX(CREDIT_MIN, tick);

	if (pc->due + credit < now)
		pc->due = now - credit;
	pc->due += us;
}

void
pacer_unpaced(struct pacer *pc, int unpaced)
{
	pc->unpaced = unpaced;
}

void
pacer_forward(struct pacer *pc, uint64_t us)
{
	pc->due -= MIN(pc->due, us);
}

void
pacer_level(struct pacer *pc, uint8_t level)
{
	pc->level = level;
}

void
pacer_overdue(struct pacer *pc, int overdue)
{
	pc->overdue = overdue;
}

void
pacer_distant(struct pacer *pc, int distant)
{
	pc->distant = distant;
}
