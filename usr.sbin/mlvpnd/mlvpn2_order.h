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


#ifndef MLVPN2_ORDER_H
#define MLVPN2_ORDER_H

/*
 * The order of what a peer of MLVPN 2.x sends: owns the window of its numbers
 * and the packets that wait for an earlier one.  It numbers packets over all
 * links and says nothing about flows.  So only what order matters for is
 * held, and not for long: until every link that brings such packets has
 * brought a later one, or for twice the difference of the links' delays.
 */

#include <stddef.h>
#include <stdint.h>

#include "bitmap.h"
#include "pkt.h"
#include "reorder.h"

#define MLVPN2_ORDER_WINDOW	4096	/* packets, power of two */

struct mlvpn2_order {
	struct share	*share;
	int		 any;
	unsigned int	 epoch;		/* how often numbers began anew */
	uint64_t	 next;		/* all before have been passed */
	/* from there on */
	uint64_t	 done[BITMAP_WORDS(MLVPN2_ORDER_WINDOW)];
	struct pktq	 held;		/* sorted */
	size_t		 npkts;
	unsigned int	 strange;	/* numbers out of the window */
	uint64_t	 wake;
	struct {
		uint64_t held, given_up, late;
	} count;
};

/* What a link has brought of what order matters for. */
struct mlvpn2_order_link {
	uint64_t	 seq;		/* last */
	uint64_t	 at;
	unsigned int	 epoch;		/* that was in, 0 nothing yet */
};

void	 mlvpn2_order_init(struct mlvpn2_order *, struct share *);
void	 mlvpn2_order_free(struct mlvpn2_order *);
void	 mlvpn2_order_reset(struct mlvpn2_order *, struct pktq *);
void	 mlvpn2_order_input(struct mlvpn2_order *,
	    const struct reorder_conf *, struct mlvpn2_order_link *,
	    struct pkt *, struct pktq *, uint64_t);
uint64_t mlvpn2_order_quiet(const struct mlvpn2_order *,
	    const struct mlvpn2_order_link *);
uint64_t mlvpn2_order_passed(const struct mlvpn2_order *,
	    const struct mlvpn2_order_link *, uint64_t);
void	 mlvpn2_order_timer(struct mlvpn2_order *, uint64_t, uint64_t,
	    struct pktq *, uint64_t);
uint64_t mlvpn2_order_deadline(const struct mlvpn2_order *);
uint64_t mlvpn2_order_hold_time(uint64_t, uint64_t);

/*
 * What is released is put at the end of the queue given, in order.
 *
 * mlvpn2_order_reset(out): the peer's numbers begin anew; what is held is
 *	released.
 * mlvpn2_order_input(conf, link, p, out, now): takes over p, with its number
 *	in p->seq and ORDER_ALWAYS in p->order if order matters for it.
 * mlvpn2_order_passed(link, now): the last number that the link has brought,
 *	NEVER if it brings nothing at present.
 * mlvpn2_order_quiet(link): from when on it brings nothing at present.
 * mlvpn2_order_timer(passed, hold, out, now): gives up what cannot come any
 *	more as all links have passed it, and after hold us.
 * mlvpn2_order_hold_time(spread, max): for links whose round-trip times
 *	differ by spread us; at most max us if that is not 0.
 */

#endif /* MLVPN2_ORDER_H */
