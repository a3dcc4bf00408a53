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


#ifndef REORDER_H
#define REORDER_H

/*
 * The order of what a tunnel receives (mlvpn(7), ORDER): owns the window of
 * sequences and the packets that wait for an earlier one of their flow.  It
 * knows no paths: its user tells how far they have delivered.
 */

#include <stddef.h>
#include <stdint.h>

#include "bitmap.h"
#include "pkt.h"

#define SEQ_WINDOW	(1U << 18)	/* sequences told apart */
#define HOLD_BUCKETS	1024

/* What the paths say. */
struct reorder_paths {
	uint64_t	 passed;	/* sequence that all in play are
					   beyond; NEVER: none is in play */
	uint64_t	 repair;	/* us, 0 lost ones do not come */
	uint64_t	 hold;		/* us, at most */
};

struct reorder {
	struct share	*share;
	int		 any;
	uint64_t	 highest;	/* sequence */
	uint64_t	 first;		/* nothing below is waited for */
	uint64_t	 seen[BITMAP_WORDS(SEQ_WINDOW)];	/* arrived */
	uint64_t	 done[BITMAP_WORDS(SEQ_WINDOW)];	/* delivered or
					   passed over */
	struct pktq	 held[HOLD_BUCKETS];	/* by predecessor, mixed */
	uint64_t	 mix;
	struct pktq	 heads;		/* by sequence */
	size_t		 nheads;
	size_t		 npkts;
	size_t		 bytes;
	uint64_t	 wake;		/* no head is due before */
	struct reorder_paths paths;	/* when that was found */
	int		 stale;		/* there are other heads since */
	struct {
		uint64_t duplicate, late, held, given_up;
	} count;
};

/* What the user wants. */
struct reorder_conf {
	int		 unordered;	/* but for fragments */
	size_t		 max;		/* packets held */
};

void	 reorder_init(struct reorder *, struct share *, uint64_t);
void	 reorder_free(struct reorder *);
void	 reorder_reset(struct reorder *, struct pktq *);
void	 reorder_input(struct reorder *, const struct reorder_conf *,
	    uint64_t *, struct pkt *, struct pktq *, uint64_t);
void	 reorder_mark(const struct reorder *, uint64_t *, uint32_t);
void	 reorder_timer(struct reorder *, const struct reorder_paths *,
	    struct pktq *, uint64_t);
uint64_t reorder_deadline(const struct reorder *);
uint64_t reorder_repair_time(int64_t, int64_t, uint64_t);
uint64_t reorder_hold_time(uint64_t, uint64_t, uint64_t);

/*
 * What is released is put at the end of the queue given, in order.
 *
 * reorder_init(reorder, share, mix): of zeroes, of which it touches few.  mix
 *	is random: a peer is not to know which packets are looked for together.
 * reorder_reset(out): sequences begin anew; all that is held is released.
 * reorder_input(conf, passed, p, out, now): takes over p, with the low
 *	SEQ_BITS of its sequence in p->seq, how far back its predecessor is in
 *	p->pred (0 none), and p->copy if it is out of the order of its path.
 *	passed is the highest sequence its path has delivered in order, NULL
 *	of an unknown path, and is kept up to date.
 * reorder_mark(passed, seq): all that comes on that path in order has this
 *	sequence or a later one.
 * reorder_timer(paths, out, now): gives up what cannot come any more.
 * reorder_repair_time(srtt, rttvar, tick): how long a lost packet takes to
 *	be reported and to come again over the path with this round-trip time
 *	(us, -1 unknown), at timers of tick us.
 * reorder_hold_time(dead, spread, max): how long what a path that died took
 *	with it takes to come over another, when paths are known to be dead
 *	after at most dead us and their one-way delays differ by spread us; at
 *	most max us if that is not 0.
 */

#endif /* REORDER_H */
