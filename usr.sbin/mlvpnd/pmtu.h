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
 * The MTU of a path (mlvpn(7), MTU): owns the one in force and the search for
 * a larger one, as in RFC 8899.  It knows no path: its user passes what both
 * ends announce, and sends the probes.
 */

#include <stdint.h>

#define PATH_MTU	1500
#define LINK_MTU_MIN	576

struct pmtu {
	uint16_t	 mtu;		/* in force */
	uint16_t	 settled;	/* by the last search */
	uint16_t	 max;		/* that it could be */
	uint16_t	 refused;	/* by the system, 0 nothing */
	uint8_t		 measured;	/* the peer got one of that size */
	uint8_t		 changed;	/* PMTU_*, not told yet */
	uint16_t	 vanished;	/* long datagrams, in a row */
	uint64_t	 hole_next;	/* they count again */

	/* searching */
	uint16_t	 low;		/* arrived, 0 nothing did */
	uint16_t	 high;		/* did not */
	uint16_t	 size;		/* being tried, 0 no search */
	uint16_t	 number;	/* of the probe, 0 not sent yet */
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

/* What is known of the path. */
struct pmtu_path {
	uint16_t	 own;		/* MTU of the link, 0 unknown */
	uint16_t	 peer;		/* as the peer has it */
	int		 df;		/* nothing between here and the peer
					   cuts what this end sends */
	int		 answers;	/* and how long that takes is known */
};

#define PMTU_CHANGED	0x01		/* mtu or settled */
#define PMTU_LESS	0x02		/* mtu is less than before */

int	 pmtu_start(struct pmtu *, const struct pmtu_path *, uint64_t);
int	 pmtu_limits(struct pmtu *, const struct pmtu_path *, uint64_t);
void	 pmtu_verify(struct pmtu *, uint64_t);
int	 pmtu_timer(struct pmtu *, const struct pmtu_path *, uint64_t);
uint64_t pmtu_deadline(const struct pmtu *, const struct pmtu_path *);
int	 pmtu_probe_due(const struct pmtu *, uint64_t);
void	 pmtu_probe(struct pmtu *, uint16_t *, uint64_t, uint64_t);
int	 pmtu_asks(const struct pmtu *, uint16_t, uint16_t);
int	 pmtu_answer(struct pmtu *, const struct pmtu_path *, int, uint64_t);
int	 pmtu_probed(struct pmtu *, const struct pmtu_path *, uint16_t,
	    uint16_t, uint64_t);
int	 pmtu_result_due(const struct pmtu *, uint64_t);
void	 pmtu_result_sent(struct pmtu *, uint64_t, uint64_t, uint64_t);
void	 pmtu_result_came(struct pmtu *);
void	 pmtu_sent(struct pmtu *, uint16_t, int);
void	 pmtu_black_hole(struct pmtu *, uint64_t);
int	 pmtu_refused(struct pmtu *, const struct pmtu_path *, size_t,
	    uint64_t);

/*
 * Sizes are bytes of IP packets, times us.  Functions returning int return
 * PMTU_* bits unless stated otherwise.
 *
 * pmtu_start(path, now): the path was opened or has another route.
 * pmtu_limits(path, now): the MTU announced by an end may have changed.
 * pmtu_verify(now): the path was down and may have another route.
 * pmtu_probe_due(now): is a probe to be sent, if the path answers?
 * pmtu_probe(numbers, timeout, now): a probe of ->size with ->number is sent,
 *	and will be answered within timeout.  numbers is the last number used
 *	on any path.
 * pmtu_asks(size, number): is such an answer for this path?
 * pmtu_answer(path, df, now): the answer has arrived; df: the peer sets DF.
 * pmtu_probed(path, size, number, now): a probe of the peer has arrived.
 * pmtu_result_due(now): is its answer to be sent, with ->result_size and
 *	->result_number?
 * pmtu_result_sent(packet, timeout, now): it was sent with this packet
 *	number.  It is sent again after timeout, until pmtu_result_came() is
 *	called.
 * pmtu_sent(size, arrived): a datagram other than a probe was reported.
 * pmtu_black_hole(now): do long datagrams vanish?
 * pmtu_refused(path, size, now): the system refused a datagram of this size.
 */

#endif /* PMTU_H */
