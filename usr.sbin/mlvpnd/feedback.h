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


#ifndef FEEDBACK_H
#define FEEDBACK_H

/*
 * What the peer has reported of a path last (mlvpn(7), FEEDBACK), and what
 * the next report tells since then.
 */

#include <stddef.h>
#include <stdint.h>

#include "flight.h"
#include "frame.h"
#include "rate.h"

struct feedback {
	uint64_t	 rx;		/* when; 0 none yet */
	uint32_t	 time;		/* the peer's clock in it */
	uint32_t	 dgrams;	/* that had come */
	uint64_t	 number;	/* highest */
	uint16_t	 interval;	/* ms */

	/* of the newest datagram reported */
	uint32_t	 arrival;
	uint32_t	 came;		/* dgrams, with it */
	uint32_t	 bytes;
	uint32_t	 holds;		/* struct sent of it */
	uint64_t	 total;
	uint64_t	 sent;
};

int	 feedback_is_old(const struct feedback *, const struct frame *);
void	 feedback_begin(struct feedback *, const struct frame *);
int64_t	 feedback_rtt(const struct frame *, const struct sent *, uint64_t);
int64_t	 feedback_owd(const struct frame *, const struct sent *);
void	 feedback_sample(const struct feedback *, const struct frame *,
	    const struct sent *, size_t, struct rate_sample *);
void	 feedback_newest(struct feedback *, const struct frame *,
	    const struct sent *);
void	 feedback_loss(const struct feedback *, const struct frame *,
	    uint64_t, unsigned int, uint64_t *, uint64_t *);
void	 feedback_keep(struct feedback *, const struct frame *, uint64_t, int,
	    uint64_t);

/*
 * Each takes a REPORT; number is its highest, sent the datagram of it.  Times
 * are us.
 *
 * feedback_is_old(frame): another one overtook it.
 * feedback_begin(frame): it is read; from now on its interval holds.
 * feedback_rtt(frame, sent, now): round-trip time, the time that the peer took
 *	to report taken out.
 * feedback_owd(frame, sent): one-way delay, the clocks' offset in it.
 * feedback_sample(frame, sent, overhead, sample): what went out and came in
 *	between the newest datagram reported before and this one, in bytes of IP
 *	packets, whose headers have so many; the round-trip time is the
 *	caller's.
 * feedback_newest(frame, sent): from now on that is the newest.
 * feedback_loss(frame, number, probes, sent, got): how many datagrams were
 *	sent since the last report, but for so many probes that were lost, and
 *	how many of all came.
 * feedback_keep(frame, number, newer, now): it is the last one; newer: and its
 *	number is higher than all before.
 */

#endif /* FEEDBACK_H */
