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


#ifndef RECEIPT_H
#define RECEIPT_H

/*
 * What this end has received on a path and must report (mlvpn(7), FEEDBACK):
 * owns which datagrams have arrived, the gaps among them, and when the next
 * report is due.
 */

#include <stdint.h>

#include "frame.h"
#include "session.h"

struct receipt {
	int		 any;		/* since the path was opened */
	uint64_t	 highest;	/* number */
	uint64_t	 highest_at;
	uint64_t	 floor;		/* highest before the path was opened */
	uint64_t	 gap_until;	/* above the last gap seen */
	uint64_t	 reordered_at;	/* by the link, last; 0 never */
	uint64_t	 due;		/* NEVER: nothing to tell */
	uint64_t	 tx;		/* when the last report left */
	int		 news;		/* since then */
	int		 answer;	/* the next one answers a PROBE */
};

#define RECEIPT_NEWEST	0x01		/* no higher number has come */
#define RECEIPT_GAP	0x02		/* numbers are missing before it */

void	 receipt_init(struct receipt *, uint64_t);
void	 receipt_opened(struct receipt *, uint64_t);
int	 receipt_add(struct receipt *, uint64_t, uint64_t);
uint64_t receipt_interval(uint64_t);
void	 receipt_want(struct receipt *, uint64_t, uint64_t);
void	 receipt_want_gap(struct receipt *, struct receipt *, uint64_t);
void	 receipt_probed(struct receipt *, uint64_t);
void	 receipt_fill(const struct receipt *, const struct lane *, uint64_t,
	    struct frame *, uint64_t);
void	 receipt_reported(struct receipt *, uint64_t);

/*
 * Times are us.
 *
 * receipt_init(highest): a new path; numbers up to this one were received
 *	before.
 * receipt_opened(now): the datagram that opened the path was received.
 * receipt_add(number, now): an authentic datagram was received.  Returns
 *	RECEIPT_*.
 * receipt_interval(rate): the interval of reports to a peer that sends at
 *	this rate, bit/s, 0 unknown.
 * receipt_want(interval, now): something is to be reported.
 * receipt_want_gap(via, now): a gap is to be reported on via, the fastest
 *	path.
 * receipt_probed(now): a PROBE is to be answered.
 * receipt_fill(lane, interval, frame, now): fills in the REPORT, except for
 *	the path.
 * receipt_reported(now): it was sent on the path itself.
 */

#endif /* RECEIPT_H */
