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

#ifndef MLVPN2_RATE_H
#define MLVPN2_RATE_H

/*
 * The rate of a link to a peer of MLVPN 2.x, which reports nothing: found by
 * the delay of what it answers alone.
 */

#include <stdint.h>

struct mlvpn2_rate {
	int64_t		 least;		/* delay, since then */
	unsigned int	 n;		/* samples of it */
	uint64_t	 since;
	int		 draining;	/* the modem's queue */
	uint64_t	 drained_at;	/* began, or ended */
	uint64_t	 restore;	/* rate after that */
};

/* Rates are bit/s, times us. */
struct mlvpn2_sample {
	int64_t		 owd;		/* delay, the clocks' offset in it */
	int64_t		 base;		/* the least of it lately */
	int64_t		 rtt;		/* smoothed */
	uint64_t	 held_back;	/* when the pacer did, last */
	uint64_t	 configured;
	uint64_t	 rate;		/* in force */
};

/* The rate from now on, 0: as it is. */
uint64_t	 mlvpn2_rate(struct mlvpn2_rate *,
		    const struct mlvpn2_sample *, uint64_t now);

#endif /* MLVPN2_RATE_H */
