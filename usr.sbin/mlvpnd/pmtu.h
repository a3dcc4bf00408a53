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

#ifndef PMTU_H
#define PMTU_H

/*
 * How long the IP packets of a path may be.
 */

#include <stdint.h>

#define PATH_MTU	1500
#define LINK_MTU_MIN	576

/* How long the IP packets of a path may be. */
struct pmtu {
	uint16_t	 mtu;		/* in force */
	uint16_t	 settled;	/* by the last search */
	uint16_t	 max;		/* that it could be */
	uint16_t	 refused;	/* by the system, 0 nothing */
	uint8_t		 measured;	/* the peer got one of that size */
	uint16_t	 vanished;	/* long datagrams, in a row */
	uint64_t	 hole_next;	/* they count again */

	/* searching */
	uint16_t	 low;		/* arrived, 0 nothing did */
	uint16_t	 high;		/* did not */
	uint16_t	 size;		/* being tried, 0 no search */
	uint16_t	 number;	/* of the probe */
	unsigned int	 tries;
	uint64_t	 next;		/* try, or search */
	uint64_t	 pause;		/* before the next search */

	/* the peer's search */
	uint16_t	 toward;	/* size of the last probe that came */
	uint8_t		 peer_df;	/* it sets DF */
	uint8_t		 results;	/* times the answer may yet be sent */
	uint16_t	 result_size;
	uint16_t	 result_number;
	uint64_t	 result_packet;	/* number it went out as last */
	uint64_t	 result_next;
};

#endif /* PMTU_H */
