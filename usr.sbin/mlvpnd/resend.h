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


#ifndef RESEND_H
#define RESEND_H

/*
 * What is sent again: owns the packets that were sent on a path, kept until
 * the peer's report says that they came, and the queue of those that are to
 * be sent once more by whichever path of the tunnel.  The receiver drops
 * doubles by their sequence.
 */

#include <stddef.h>
#include <stdint.h>

#include "flight.h"
#include "frame.h"
#include "pkt.h"

/* Of a tunnel. */
struct resend {
	struct share	*share;
	struct pktq	 queue;
	size_t		 budget;	/* bytes */
};

/* Of a path. */
struct history {
	struct flight	*flight;
	struct resend	*resend;
	uint64_t	 first;		/* least number that may be kept */
};

void	 resend_init(struct resend *, struct share *);
void	 resend_clear(struct resend *);
void	 resend_add(struct resend *, struct pkt *);
void	 resend_remove(struct resend *, struct pkt *);
void	 resend_expire(struct resend *, uint64_t, uint64_t);
int	 resend_allow(struct resend *, size_t);

void	 history_init(struct history *, struct flight *, struct resend *,
	    uint64_t);
void	 history_clear(struct history *);
void	 history_add(struct history *, uint64_t, struct pkt *);
void	 history_drop(struct history *, uint64_t);
void	 history_report(struct history *, const struct frame *, uint64_t,
	    uint64_t, uint64_t);
void	 history_timer(struct history *, uint64_t, uint64_t);
void	 history_rescue(struct history *, uint64_t, uint64_t, uint64_t);

/*
 * Times are us.
 *
 * resend_add(p): queues a packet to be sent once more, unless it is queued
 *	already, another path has a copy of it, or it was too often.  The
 *	caller keeps its own reference.
 * resend_remove(p): it is the caller's.
 * resend_expire(age, now): drops what came from the interface longer ago.
 * resend_allow(bytes): may so much more be sent again, in addition to what is
 *	sent for the first time?  If so it is counted.
 *
 * history_init(flight, resend, next): the path's, and its next number.
 * history_add(number, p): p went out in this datagram.  It is kept, unless
 *	another path has a copy or there are too many.
 * history_drop(number): its place is wanted.
 * history_report(frame, highest, hold, now): a report up to that number: what
 *	it says was lost is sent again if the receiver, who holds packets for
 *	hold us, may still wait for it, and that is not too much of all.
 * history_timer(last, now): the last report came then: nobody waits for what
 *	one of long ago has left open.
 * history_rescue(next, hold, now): the path is suspect: all that was not
 *	reported to have come is sent again.
 */

#endif /* RESEND_H */
