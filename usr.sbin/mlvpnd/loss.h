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


#ifndef LOSS_H
#define LOSS_H

/*
 * Loss of one direction of a path, over windows of its packet numbers.
 */

#include <stdint.h>

struct loss {
	uint64_t	 highest;	/* number that came */
	uint64_t	 total;		/* datagrams that came */
	uint64_t	 sent;		/* of the window being counted */
	uint64_t	 got;
	uint64_t	 at;		/* when it began */
	int		 rate;		/* 1/100 percent, -1 unknown */
	int		 before;	/* of the window before */
	uint64_t	 run;		/* scarce ones that came in a row */
	uint64_t	 now_sent;	/* these halve with each window */
	uint64_t	 now_got;
};

void	 loss_forget(struct loss *);
void	 loss_begin(struct loss *, uint64_t, uint64_t);
void	 loss_receive(struct loss *, uint64_t, uint64_t, uint64_t);
void	 loss_restart(struct loss *, uint64_t);
void	 loss_count(struct loss *, uint64_t, uint64_t, int, uint64_t);
int	 loss_lasting(const struct loss *);
int	 loss_is_below(const struct loss *, int);
void	 loss_over(struct loss *, uint64_t);
void	 loss_renew(struct loss *);
int	 loss_now(const struct loss *);

/*
 * loss_begin(highest, total): the highest number received so far, and how
 *	many datagrams.
 * loss_receive(highest, total, now): the same now.  Numbers that were not
 *	received are lost.
 * loss_forget(): discards all results.
 * loss_restart(now): begins a new window.
 * loss_count(sent, got, scarce, now): counts more datagrams, and how many of
 *	them were received.  got may be above sent for a while, because
 *	datagrams can be late.  scarce: there are so few that a window must be
 *	longer, and none lost for a while means something.
 * loss_lasting(): what both of the last two windows lost, in 1/100 percent.  A
 *	single one may have been a burst too long for the modem.
 * loss_is_below(share): none of the last 3 / share scarce ones was lost, so
 *	that with 95 % certainty it loses less now (Hanley, Lippman-Hand: If
 *	nothing goes wrong, is everything all right?); share in 1/100 percent.
 * loss_over(now): what was lost says nothing any more.
 * loss_now(): for people, of the last datagrams however few they are, in
 *	1/100 percent; -1 if there were none.
 * loss_renew(): what was lost before does not count for that any more.
 */

#endif /* LOSS_H */
