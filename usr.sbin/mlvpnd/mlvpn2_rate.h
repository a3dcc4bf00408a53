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

#define MLVPN2_MARKS	64

/* What was sent until when; or what had come of it, and how late. */
struct mlvpn2_mark {
	uint64_t	 time;		/* of sending */
	uint64_t	 bytes;
	int64_t		 owd;
};

struct mlvpn2_rate {
	struct mlvpn2_mark sent[MLVPN2_MARKS];	/* the latest ones, a ring */
	unsigned int	 nsent;
	uint64_t	 bytes;		/* sent */
	struct mlvpn2_mark least;	/* delay, in this window */
	unsigned int	 n;		/* samples in it */
	uint64_t	 since;		/* it began */
	int		 queue;		/* one stands in the modem */
	struct mlvpn2_mark from;	/* measured from here; while draining,
					   from its peak */
	uint64_t	 line;		/* bit/s it carries, 0 not known */
	int		 draining;	/* that queue */
	uint64_t	 drained_at;	/* began, or ended */
	uint64_t	 restore;	/* rate after that */
	uint64_t	 others_until;	/* the queue is not ours */
	uint64_t	 step;		/* bit/s more each second */
};

/* Rates are bit/s, times us. */
struct mlvpn2_sample {
	int64_t		 owd;		/* delay, the clocks' offset in it */
	uint64_t	 sent;		/* when what had it was */
	int64_t		 base;		/* the least of it lately */
	uint64_t	 held_back;	/* when the pacer did, last */
	uint64_t	 configured;
	uint64_t	 rate;		/* in force */
};

/* So many bytes went out. */
void		 mlvpn2_rate_sent(struct mlvpn2_rate *, uint64_t bytes,
		    uint64_t now);
/* The rate from now on, 0: as it is. */
uint64_t	 mlvpn2_rate(struct mlvpn2_rate *,
		    const struct mlvpn2_sample *, uint64_t now);

#endif /* MLVPN2_RATE_H */
