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

#ifndef QUEUE_H
#define QUEUE_H

/*
 * The queues between the interface and the paths: the tunnel's, of packets
 * that have no path yet, priority packets in front and behind them a queue
 * for each flow, served in turn (deficit round robin, RFC 8290) and kept
 * short by CoDel (RFC 8289); and that of a path.  Owns what waits there.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

#define TQ_MAX_BYTES	(4U << 20)
#define TQ_MAX_PKTS	4096
#define TQ_MAX_AGE	250000		/* us */
#define FQ_FLOWS	1024
#define FQ_RULED	64		/* each, of those that rules bind to
					   links, and of "bulk" */

/* Packets of one flow that wait. */
struct fq {
	TAILQ_ENTRY(fq)	 entry;
	struct pktq	 queue;
	size_t		 bytes;
	int		 active;
	int		 deficit;
	int		 dropping;	/* CoDel */
	uint32_t	 count;
	uint64_t	 above_since;
	uint64_t	 drop_next;
};

TAILQ_HEAD(fqs, fq);

struct tq {
	struct share	*share;
	struct pktq	 prio;		/* priority and sparse */
	struct fqs	 active;
	struct fqs	 bulk;		/* after all others */
	struct fq	 fq[FQ_FLOWS + 2 * FQ_RULED];
	unsigned int	 nbound;	/* active ones bound to links */
	size_t		 npkts;
	size_t		 bytes;		/* without prio */
	uint64_t	 prio_due;	/* when their share is free again */
	uint64_t	 waiting;	/* since when it has packets */
	uint64_t	 dropped;
};

#define CODEL_TARGET	15000		/* us */
#define CODEL_INTERVAL	100000

struct codel {
	uint64_t	 target;	/* us */
	uint64_t	 interval;
	int		 ecn;		/* packets are of IP: RFC 3168 */
};

#define PQ_PRIORITY	0		/* the queues of a path */
#define PQ_RESEND	1
#define PQ_NORMAL	2
#define PQ_MAX		3

/* Packets that are committed to a path. */
struct path_queue {
	struct share	*share;
	struct pktq	 queue[PQ_MAX];
	size_t		 overhead;	/* bytes of each packet */
	size_t		 backlog;	/* bytes in these, with overhead */
	size_t		 prio_backlog;	/* of them not normal */
};

void	 tq_init(struct tq *, struct share *);
void	 tq_clear(struct tq *);
int	 tq_has_flow(const struct tq *, const struct pkt *);
int	 tq_may_priority(struct tq *, size_t, uint64_t, uint64_t);
void	 tq_enqueue(struct tq *, struct pkt *, uint64_t);
void	 tq_remove(struct tq *, struct pkt *);
struct fq	*tq_first(struct fqs *);
void	 tq_defer(struct fqs *, struct fqs *, struct fq *);
void	 tq_restore(struct fqs *, struct fqs *);
struct pkt	*tq_dequeue(struct tq *, struct fq *, const struct codel *,
	    uint64_t);
void	 tq_drop(struct tq *, struct fq *);
void	 tq_expire(struct tq *, uint64_t);

void	 pq_init(struct path_queue *, struct share *, size_t);
void	 pq_clear(struct path_queue *);
void	 pq_enqueue(struct path_queue *, struct pkt *, int);
void	 pq_dequeue(struct path_queue *, struct pkt *);
struct pkt	*pq_first(const struct path_queue *);

/*
 * Times are us, rates bit/s, lengths bytes.
 *
 * tq_init(tq, share): of zeroes, of which it touches few.
 * tq_has_flow(p): does a packet of p's flow wait, but for priority ones?
 * tq_may_priority(len, rate, now): may so much more have priority?  It has
 *	half of the rate of all paths (0 unknown: all may), or everything
 *	could be made to; if so it is counted.
 * tq_enqueue(p, now): takes over p, which has been classified: flow, cls,
 *	match, rule, tos.  If that is too much a packet of the longest flow is
 *	dropped.
 * tq_remove(p): one of the priority packets is the caller's.
 * tq_first(flows): whose turn it is, NULL if none waits.
 * tq_defer(flows, others, fq): the flow is not asked again until
 *	tq_restore(flows, others) puts them back in front, in their order.
 * tq_dequeue(fq, codel, now): the next packet of the flow that CoDel lets
 *	pass, the caller's from then on; NULL if none is left.
 * tq_drop(fq): its first packet; not counted in dropped.
 * tq_expire(now): drops what is older than TQ_MAX_AGE.
 *
 * pq_init(share, overhead): bytes that each packet has more on its way.
 * pq_enqueue(p, queue), pq_dequeue(p): takes over p, gives it back.
 * pq_first(): the one that is to be sent next, NULL none.
 */

#endif /* QUEUE_H */
