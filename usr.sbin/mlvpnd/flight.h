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


#ifndef FLIGHT_H
#define FLIGHT_H

/*
 * What was sent on a path and may still be unreported: a ring of the last
 * datagrams.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

#define SENT_RING	16384		/* datagrams a path remembers */

struct sent {
	uint64_t	 number;
	uint64_t	 time;
	uint64_t	 total;		/* bytes on the path, with it */
	uint16_t	 bytes;
	uint8_t		 used;
	uint8_t		 probe;		/* for the MTU */
	uint32_t	 holds;		/* as of then */
	struct pkt	*pkt;		/* kept by resend.c */
};

struct flight {
	struct sent	*ring;
	uint64_t	 total;		/* bytes sent on the path */
	uint64_t	 arrived;	/* of these, up to the highest
					   reported */
	uint32_t	 holds;		/* how often a datagram had to wait */
	uint64_t	 reported;	/* highest reported, +1; 0 none */
	uint64_t	 eliciting;	/* highest that wants a report, +1 */
	uint64_t	 out_since;	/* oldest of these not reported */
	uint64_t	 last_eliciting_tx;
};

int		 flight_init(struct flight *, uint64_t);
void		 flight_free(struct flight *);
struct sent	*flight_slot(const struct flight *, uint64_t);
struct sent	*flight_sent(const struct flight *, uint64_t);
void		 flight_add(struct flight *, uint64_t, size_t, int, uint64_t);
void		 flight_probe(struct flight *, uint64_t);
void		 flight_hold(struct flight *);
void		 flight_report(struct flight *, uint64_t, uint64_t);
void		 flight_forgive(struct flight *, uint64_t);
int		 flight_waits(const struct flight *);
uint64_t	 flight_bytes(const struct flight *);

/*
 * flight_init(next number): -1 without memory.
 * flight_slot(number): where it is, or will be, kept; flight_sent(number):
 *	the datagram, NULL if it was not sent or that is too long ago.
 * flight_add(number, bytes, eliciting, now): a datagram leaves, the slot's
 *	packet having been let go; flight_probe(number): it tries a size.
 * flight_hold(): one has to wait before it can leave.
 * flight_report(number, now): the highest number reported.
 * flight_forgive(next number): what was sent no longer counts.
 * flight_waits(): is a report outstanding?
 * flight_bytes(): sent after the highest reported, with IP and UDP headers.
 */

#endif /* FLIGHT_H */
