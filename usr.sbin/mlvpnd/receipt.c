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
 * The datagrams received on a path: which have arrived, and when they are
 * reported.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "pmtu.h"
#include "receipt.h"

#define REPORT_MIN	(20 * 1000)
#define REPORT_MAX	(100 * 1000)
#define REPORT_DGRAMS	8		/* time of so many */
#define FIRST_DELAY	(5 * 1000)	/* after a silence */
#define GAP_PAUSE	(2 * 1000)	/* between reports of gaps */
#define GAP_WINDOW	256		/* numbers looked back */
#define REORDER_DELAY	(5 * 1000)	/* on a link that reorders */
#define REORDER_MEMORY	(10 * USEC)

static int	 reorders(const struct receipt *, uint64_t);
static void	 put_gaps(const struct receipt *, const struct lane *,
		    struct frame *, uint64_t);

void
receipt_init(struct receipt *r, uint64_t highest)
{
	memset(r, 0, sizeof(*r));
	r->highest = r->floor = r->gap_until = highest;
	r->due = NEVER;
}

void
receipt_opened(struct receipt *r, uint64_t now)
{
	r->any = 1;
	r->highest_at = now;
}

int
receipt_add(struct receipt *r, uint64_t number, uint64_t now)
{
	int	 what = RECEIPT_NEWEST;

	if (r->any && number <= r->highest) {
		r->reordered_at = now;
		return (0);
	}
	if (r->any && number > r->highest + 1) {
		r->gap_until = number;
		what |= RECEIPT_GAP;
	}
	r->any = 1;
	r->highest = number;
	r->highest_at = now;
	return (what);
}

uint64_t
receipt_interval(uint64_t rate)
{
	uint64_t	 us = REPORT_MIN;

	if (rate != 0)
		us = MAX(us, REPORT_DGRAMS * PATH_MTU * 8 * USEC / rate);
	return (MIN(us, REPORT_MAX));
}

/* Soon if it is the first after a silence, at the interval else. */
void
receipt_want(struct receipt *r, uint64_t interval, uint64_t now)
{
	uint64_t	 due;

	r->news = 1;
	if (now - r->tx >= interval)
		due = now + FIRST_DELAY;
	else
		due = r->tx + interval;
	r->due = MIN(r->due, due);
}

/* The sender can repair it while that is of use. */
void
receipt_want_gap(struct receipt *r, struct receipt *via, uint64_t now)
{
	r->news = 1;
	if (reorders(r, now))
		now += REORDER_DELAY;
	via->due = MIN(via->due, MAX(now, via->tx + GAP_PAUSE));
}

void
receipt_probed(struct receipt *r, uint64_t now)
{
	r->answer = r->news = 1;
	r->due = now;
}

void
receipt_fill(const struct receipt *r, const struct lane *lane,
    uint64_t interval, struct frame *f, uint64_t now)
{
	memset(f, 0, sizeof(*f));
	f->type = FRAME_REPORT;
	if (r->answer)
		f->u.report.flags |= REPORT_ANSWER;
	if (!lane->rx_any)
		f->u.report.flags |= REPORT_NOTHING;
	f->u.report.highest = (uint32_t)lane->rx_highest;
	f->u.report.arrival = (uint32_t)r->highest_at;
	f->u.report.time = (uint32_t)now;
	f->u.report.dgrams = (uint32_t)lane->rx_dgrams;
	f->u.report.bytes = (uint32_t)lane->rx_bytes;
	f->u.report.interval = interval / 1000;
	put_gaps(r, lane, f, now);
}

/* Does the link itself change the order of datagrams? */
static int
reorders(const struct receipt *r, uint64_t now)
{
	return (r->reordered_at != 0 &&
	    now - r->reordered_at < REORDER_MEMORY);
}

/*
 * The gaps below the highest number, newest first, out of the window.  On a
 * link that reorders the newest may yet come.
 */
static void
put_gaps(const struct receipt *r, const struct lane *lane, struct frame *f,
    uint64_t now)
{
	struct gap	*g = NULL;
	uint64_t	 d, number;

	/* nothing is missing of a path that lost nothing lately */
	if (r->gap_until <= r->floor)
		return;
	d = reorders(r, now) ? REPORT_REORDERED : 1;
	for (; d < GAP_WINDOW && d <= lane->rx_highest; d++) {
		number = lane->rx_highest - d;
		if (number <= r->floor)
			break;
		if (lane_has(lane, number)) {
			g = NULL;
			continue;
		}
		if (g == NULL) {
			if (f->u.report.ngaps == REPORT_GAPS_MAX)
				break;
			g = &f->u.report.gap[f->u.report.ngaps++];
			g->distance = d;
			g->length = 0;
		}
		g->length++;
	}
}

void
receipt_reported(struct receipt *r, uint64_t now)
{
	r->answer = r->news = 0;
	r->due = NEVER;
	r->tx = now;
}
