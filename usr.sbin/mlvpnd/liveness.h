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

#ifndef LIVENESS_H
#define LIVENESS_H

/*
 * Does a path answer, and well enough (mlvpn(7), FEEDBACK, Dead paths)?  It
 * is suspect when no report comes for its dead time, is probed until it
 * answers often enough, and left out while it loses or delays too much.
 */

#include <stdint.h>

struct delay;
struct flight;

enum quality {
	QUALITY_GOOD,
	QUALITY_LOSSY,			/* loses too much */
	QUALITY_SLOW			/* takes too long */
};

struct liveness {
	enum quality	 quality;
	uint64_t	 quality_at;	/* since when another one shows */
	uint64_t	 judged_at;
	uint64_t	 suspect_since;
	uint64_t	 suspect_number; /* numbers from here on clear it */
	unsigned int	 answers;	/* since suspicion */
	unsigned int	 patience;	/* after false alarms */
	unsigned int	 flaps;		/* suspicions lately */
	uint64_t	 forget_at;	/* one of these, 0 none */
	uint64_t	 probe_next;
	uint16_t	 probe_number;
	uint64_t	 probe_tx;
	uint64_t	 stale_at;	/* NEVER: it answers */
	uint64_t	 throttled_at;	/* NEVER: it is not lossy */
};

/* What there is to judge a path by. */
struct liveness_view {
	const struct flight *flight;
	uint64_t	 dead;		/* liveness_dead_time() */
	uint64_t	 keepalive;	/* interval of probes, us */
	uint64_t	 last_report;
	uint64_t	 last_rx;	/* any datagram */
	int		 opener;	/* its probes do for both ends */
	int		 doubtful;	/* is it still lossy or slow? */
};

/* What is out of bounds, and what must be reached to be in them again. */
struct quality_limits {
	int		 loss;		/* 1/100 percent */
	int		 loss_recover;
	int64_t		 rtt;		/* us, 0 none */
	int64_t		 rtt_recover;
};

/* What is to happen. */
#define LIVE_PROBE		0x01	/* send a PROBE */
#define LIVE_RETRY		0x02	/* send a PROBE, or PATH_OPEN */
#define LIVE_SUSPECT		0x04	/* nothing was reported: suspect */
#define LIVE_DOWN		0x08	/* suspect for too long */
#define LIVE_STALE		0x10	/* perhaps there is another address */
#define LIVE_FALSE_ALARM	0x20	/* it was not dead */
#define LIVE_BACK		0x40	/* it can be used again */

void	 liveness_init(struct liveness *, uint64_t);
uint64_t liveness_dead_time(const struct liveness *, const struct delay *,
	    uint64_t, uint64_t);
unsigned int
	 liveness_watch(struct liveness *, const struct liveness_view *,
	    uint64_t);
uint64_t liveness_watch_deadline(const struct liveness *,
	    const struct liveness_view *);
void	 liveness_suspect(struct liveness *, uint64_t, uint64_t);
unsigned int
	 liveness_retry(struct liveness *, uint64_t);
uint64_t liveness_retry_deadline(const struct liveness *, int);
int	 liveness_stale(struct liveness *, uint64_t);
unsigned int
	 liveness_answer(struct liveness *, uint64_t, int, uint64_t);
void	 liveness_answered(struct liveness *);
void	 liveness_forgive(struct liveness *, uint64_t);
void	 liveness_back(struct liveness *);
void	 liveness_hurry(struct liveness *, uint64_t);
void	 liveness_forget(struct liveness *, uint64_t);
uint16_t liveness_probe(struct liveness *, uint64_t);
int	 liveness_quality(struct liveness *, const struct quality_limits *,
	    int, int64_t, uint64_t);
int	 liveness_throttled(struct liveness *, uint64_t);
void	 liveness_unjudged(struct liveness *, uint64_t);

/*
 * All times are microseconds, numbers those of a path's datagrams.
 *
 * liveness_init(stale): the path is stale when it has not answered by then.
 * liveness_dead_time(delay, interval, cap): how long what calls for a report
 *	may stay unreported, where reports come at this interval; cap bounds
 *	it, 0: at the default.
 * liveness_watch(view, now): of a path in use; LIVE_PROBE, LIVE_SUSPECT.
 * liveness_suspect(next number, now): it is suspect now.
 * liveness_retry(now): of one that is suspect or down; LIVE_RETRY, LIVE_DOWN,
 *	LIVE_STALE.
 * liveness_stale(now): has it not answered for so long that there may be
 *	another address?  1 once in a while.
 * liveness_answer(number, down, now): a report had this highest number, on a
 *	path that is suspect, or down; LIVE_FALSE_ALARM, LIVE_BACK.
 * liveness_answered(): the peer is there.
 * liveness_forgive(next number): what was sent before counts for nothing.
 * liveness_back(): the path is used again.
 * liveness_hurry(now): what does not answer is probed at once.
 * liveness_forget(now): false alarms and flaps are forgotten in time.
 * liveness_probe(now): the number of the PROBE that is sent now.
 * liveness_quality(limits, loss, rtt, now): judges a path in use by its loss
 *	(1/100 percent) and its round trip without a queue of our own; 1 if
 *	its quality has changed.
 * liveness_throttled(now): has it been lossy for so long that a flow of other
 *	ports may fare better?  1 once in a while.
 * liveness_unjudged(now): it is not in use: this time does not count, for or
 *	against its quality.
 */

#endif /* LIVENESS_H */
