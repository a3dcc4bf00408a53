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

#ifndef RATE_H
#define RATE_H

/*
 * The rate a path is paced at.
 */

#include <stdint.h>

#define RATE_OWDS	10
#define RATE_DRS	8

/* bit/s; 0: none */
struct rate_limits {
	uint64_t	 configured;	/* where it starts, and the most */
	uint64_t	 min;
	uint64_t	 max;
};

/* What a report tells, since the one before. */
struct rate_sample {
	int64_t		 owd;		/* us, the clocks' offset in it */
	uint32_t	 rx_dgrams;	/* that came */
	uint32_t	 rx_bytes;	/* in these, UDP payload */
	uint32_t	 rx_us;		/* in so much of the peer's time */
	uint64_t	 tx_bytes;	/* that had been sent */
	uint64_t	 tx_us;
	int64_t		 rtt;		/* us, smoothed */
	uint64_t	 interval;	/* us, of the reports */
	int		 others_full;	/* the tunnel's other paths */
};

struct rate {
	struct rate_limits limits;
	uint64_t	 bps;		/* bit/s in force */
	uint64_t	 cap;		/* delivered when a queue showed */
	uint64_t	 delivered;
	int64_t		 queueing;	/* us */
	int		 starting;
	int		 draining;
	unsigned int	 step;		/* thousandths */
	uint64_t	 saturated_at;
	uint64_t	 grown_at;
	uint64_t	 drain_since;
	uint64_t	 drained_at;
	uint64_t	 wait_until;
	int64_t		 owd[RATE_OWDS];
	unsigned int	 nowd;
	int64_t		 change;	/* of owd from report to report */
	unsigned int	 nchange;
	unsigned int	 steady;	/* reports that count for it */
	int64_t		 jitter;	/* its peak */
	int64_t		 base[2];	/* least of this window, the last */
	uint64_t	 base_at;
	uint64_t	 base_seen;	/* a delay near it */
	int		 probing;	/* for it */
	uint64_t	 restore;	/* rate after that */
	struct rate_sample sample[RATE_DRS];
	unsigned int	 nsamples;
	uint64_t	 best[2];	/* delivery of this window, the last */
	uint64_t	 best_at;
};

void	 rate_init(struct rate *, const struct rate_limits *);
void	 rate_fix(struct rate *, uint64_t);
void	 rate_resume(struct rate *);
void	 rate_saturated(struct rate *, uint64_t);
int	 rate_is_full(const struct rate *, uint64_t);
void	 rate_report(struct rate *, const struct rate_sample *, uint64_t);

/*
 * rate_init(limits): keeps what was learnt before.
 * rate_fix(bit/s): what another law found, or nobody knows.
 * rate_resume(): the path is used again after it was down.
 * rate_saturated(now): the pacer had to hold something back;
 *	rate_is_full(since): did it, since then?
 */

#endif /* RATE_H */
