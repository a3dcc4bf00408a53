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
 * How fast a path is sent to, and how much may be under way on it.
 */

#include <stdint.h>

#define RATE_SAMPLES	16
#define RATE_LESS	97		/* percent of what is configured: the
					   link carries less than that */

enum rate_state {
	RATE_STARTUP,			/* how much it can carry is not known */
	RATE_CRUISE,			/* what it can carry is sent */
	RATE_UP,			/* could it carry more? */
	RATE_DOWN,			/* a queue is let run empty */
	RATE_PROBE,			/* what is the least delay? */
	RATE_FIXED			/* somebody else decides */
};

/* bit/s; 0: none */
struct rate_limits {
	uint64_t	 configured;	/* where it starts, and the most */
	uint64_t	 min;
	uint64_t	 max;
};

/* What a report tells, since the one before. */
struct rate_sample {
	uint64_t	 tx_at;		/* when the newest reported was sent */
	uint64_t	 tx_us;		/* since the newest one before */
	uint64_t	 tx_bytes;	/* sent meanwhile, on the line */
	uint32_t	 tx_dgrams;
	uint32_t	 rx_us;		/* between their arrivals */
	uint64_t	 rx_bytes;	/* that came meanwhile, on the line */
	uint32_t	 rx_dgrams;
	int64_t		 owd;		/* us, the clocks' offset in it */
	int64_t		 rtt;		/* us, smoothed, without a queue */
	int64_t		 rttvar;
	uint64_t	 interval;	/* us, of the reports */
	int		 held;		/* the path had to wait meanwhile */
};

/* The delay of a path that has no queue, and how much that varies; us. */
struct rate_delay {
	int64_t		 base[2];	/* least of this window, the last */
	uint64_t	 base_at;	/* when the window began */
	uint64_t	 base_seen;	/* a delay near it */
	int64_t		 owd[2];	/* of the last samples */
	unsigned int	 nquiet;	/* samples of few datagrams, in a row */
	unsigned int	 nsteady;	/* samples at a steady pace */
	unsigned int	 njitter;
	int64_t		 jitter;	/* of the first */
	int64_t		 shake;		/* of the others */
};

/* What a path loses though it is not full; 1/10000. */
struct rate_loss {
	int64_t		 missing;	/* datagrams that have not come yet */
	int64_t		 least;		/* of that, in this round */
	int64_t		 lost;		/* of the rounds before */
	int64_t		 late;		/* came after all, at most lately */
	uint64_t	 sent;		/* datagrams of this round */
	int		 loaded;	/* it was */
	unsigned int	 nquiet;	/* reports of few datagrams, in a row */
	unsigned int	 gain;		/* the most in it */
	unsigned int	 sent_gain;	/* with which it was sent */
	uint64_t	 quiet_sent;	/* of the rounds that were not full */
	uint64_t	 quiet_lost;
	unsigned int	 window[2];
	unsigned int	 usual;		/* the less of these */
	unsigned int	 excess;	/* rounds in a row that lost more */
};

struct rate {
	struct rate_limits limits;
	enum rate_state	 state;
	uint64_t	 bps;		/* the pace, bit/s */
	uint64_t	 volume;	/* bytes that may be under way */
	uint64_t	 capacity;	/* what the link can carry, bit/s */
	uint64_t	 delivered;	/* bit/s lately */
	uint64_t	 saturated_at;
	unsigned int	 gain;		/* pace of capacity, thousandths */

	struct rate_sample sample[RATE_SAMPLES];
	unsigned int	 nsamples;
	uint64_t	 round_at;	/* what is sent from then on ends it */
	unsigned int	 rounds;	/* in this state */
	struct rate_delay delay;
	struct rate_loss loss;

	uint64_t	 mean;		/* of capacity, when it was seen */
	uint64_t	 was;		/* a round ago; 0 it was not */
	int64_t		 vary;		/* its change in a round, thousandths */
	uint64_t	 before;	/* when RATE_UP began */
	unsigned int	 step;		/* above that, thousandths */
	unsigned int	 wait;		/* rounds from RATE_CRUISE to RATE_UP */
	unsigned int	 flat;		/* rounds in which no queue drained */
};

void	 rate_init(struct rate *, const struct rate_limits *);
void	 rate_fix(struct rate *, uint64_t);
void	 rate_resume(struct rate *, uint64_t);
void	 rate_saturated(struct rate *, uint64_t);
int	 rate_is_less(const struct rate *);
int64_t	 rate_jitter(const struct rate *);
void	 rate_report(struct rate *, const struct rate_sample *, uint64_t);

/*
 * rate_init(limits): keeps what was learnt before.
 * rate_fix(bit/s): what another law found, or nobody knows.
 * rate_resume(now): the path is used again after it was down.
 * rate_saturated(now): something had to wait for the path.
 * rate_is_less(): is capacity clearly less than what is configured?
 * rate_jitter(): by how much the delay of one datagram differs from that of
 *	the next, us.
 * rate_report(sample, now): a report came; it may change everything.
 */

#endif /* RATE_H */
