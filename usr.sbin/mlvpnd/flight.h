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
 * datagrams, with the packets in them until it is known that they came.
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
	struct pkt	*pkt;		/* kept until it is reported */
};

struct flight {
	struct sent	*ring;
	uint64_t	 kept;		/* least number that may be kept */
	uint64_t	 reported;	/* highest reported, +1; 0 none */
	uint64_t	 eliciting;	/* highest that wants a report, +1 */
	uint64_t	 out_since;	/* oldest of these not reported */
	uint64_t	 last_eliciting_tx;
};

#endif /* FLIGHT_H */
