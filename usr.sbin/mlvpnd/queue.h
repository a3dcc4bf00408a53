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
 * The queues between the interface and the paths.
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
	struct pktq	 prio;		/* priority and sparse */
	struct fqs	 active;
	struct fqs	 bulk;		/* after all others */
	struct fq	 fq[FQ_FLOWS + 2 * FQ_RULED];
	unsigned int	 nbound;	/* active ones bound to links */
	size_t		 npkts;
	size_t		 bytes;		/* without prio */
	uint64_t	 prio_due;	/* when their share is free again */
	uint64_t	 waiting;	/* since when it has packets */
};

#define PQ_PRIORITY	0		/* the queues of a path */
#define PQ_RESEND	1
#define PQ_NORMAL	2
#define PQ_MAX		3

/* Packets that are committed to a path. */
struct path_queue {
	struct pktq	 queue[PQ_MAX];
	size_t		 backlog;	/* bytes in these, with overhead */
	size_t		 prio_backlog;	/* of them not normal */
};

struct tunnel;

void	 tq_init(struct tq *);
void	 tq_clear(struct tunnel *);
void	 tq_enqueue(struct tunnel *, struct pkt *, uint64_t);
void	 tq_remove(struct tunnel *, struct pkt *);
struct fq	*tq_first(struct fqs *);
struct pkt	*tq_dequeue(struct tunnel *, struct fq *, uint64_t);
void	 tq_drop(struct tunnel *, struct fq *);
void	 tq_expire(struct tunnel *, uint64_t);

#endif /* QUEUE_H */
