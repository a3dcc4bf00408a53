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

#include <sys/param.h>

#include <string.h>

#include "tunnel.h"
#include "wire.h"

/*
 * One queue for a tunnel.  A packet gets its path, its sequence and its
 * predecessor when it is committed to a path, no earlier: what is dropped
 * in the queue leaves no hole at the receiver.
 *
 * Paths are used by weight of their rates, in bytes.  A path with a
 * configured rate is paced at it; one without has the mean of the others as
 * its weight and is held back by its socket alone.
 */

#define RATE_UNKNOWN	10000000ULL	/* weight if no path has a rate */
#define CREDIT		10000		/* us of rate an idle path keeps */
#define PACE_PERCENT	99		/* of its rate, so that a queue in the
					   modem drains again */
#define BULK_WINDOW	50000		/* us in which a flow is measured */
#define BULK_PACKETS	16
#define FLOW_IDLE	(1 * USEC)
#define POOL_RESERVE	4		/* one in so many buffers is not for
					   queues */

static struct pkt *queue_head(struct sched *, uint64_t, struct tunnel *);
static void	 queue_remove(struct sched *, struct pkt *);
static struct path *choose_path(struct tunnel *, uint64_t, uint64_t *);
static int	 choose_level(struct tunnel *);
static int	 path_takes(const struct path *, int);
static uint64_t	 mean_rate(struct tunnel *, int);
static void	 charge(struct tunnel *, struct path *, size_t, uint64_t,
		    uint64_t);
static void	 commit(struct tunnel *, struct pkt *, uint64_t);

void
sched_init(struct sched *s)
{
	memset(s, 0, sizeof(*s));
	TAILQ_INIT(&s->prio);
	TAILQ_INIT(&s->queue);
	s->next_seq = 1;
}

void
sched_clear(struct tunnel *t)
{
	struct sched	*s = &t->sched;
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&s->prio)) != NULL ||
	    (p = TAILQ_FIRST(&s->queue)) != NULL) {
		queue_remove(s, p);
		pkt_put(t->core, p);
	}
}

/* A new association counts from the beginning. */
void
sched_reset(struct tunnel *t)
{
	t->sched.next_seq = 1;
	memset(t->sched.flows, 0, sizeof(t->sched.flows));
}

void
sched_enqueue(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct sched		*s = &t->sched;
	struct flow_info	 fi;

	/* what waits here must leave buffers to receive with */
	if (s->npkts >= TQ_MAX_PKTS || s->bytes + p->len > TQ_MAX_BYTES ||
	    t->core->nfree < t->core->npkts / POOL_RESERVE) {
		t->tx_dropped++;
		pkt_put(t->core, p);
		return;
	}
	flow_classify(PKT_DATA(p), p->len, t->conf.layer2, t->flow_key, &fi);
	p->flow = fi.hash;
	p->order = fi.order;
	p->cls = fi.cls;
	p->tos = fi.tos;
	p->time = now;
	if (p->cls == CLASS_PRIORITY)
		TAILQ_INSERT_TAIL(&s->prio, p, entry);
	else
		TAILQ_INSERT_TAIL(&s->queue, p, entry);
	s->npkts++;
	s->bytes += p->len;
}

static void
queue_remove(struct sched *s, struct pkt *p)
{
	if (p->cls == CLASS_PRIORITY)
		TAILQ_REMOVE(&s->prio, p, entry);
	else
		TAILQ_REMOVE(&s->queue, p, entry);
	s->npkts--;
	s->bytes -= p->len;
}

/* The next packet; those that waited too long are dropped here. */
static struct pkt *
queue_head(struct sched *s, uint64_t now, struct tunnel *t)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&s->prio)) != NULL ||
	    (p = TAILQ_FIRST(&s->queue)) != NULL) {
		if (now - p->time <= TQ_MAX_AGE)
			return (p);
		queue_remove(s, p);
		pkt_put(t->core, p);
		t->tx_dropped++;
	}
	return (NULL);
}

/* One packet, sealed for the path that takes it; 0 if none can go now. */
int
sched_transmit(struct tunnel *t, struct dgram *dg, uint64_t now)
{
	struct sched	*s = &t->sched;
	struct pkt	*p;
	struct path	*path;
	uint64_t	 rate;
	int		 sent;

	if ((p = queue_head(s, now, t)) == NULL ||
	    (path = choose_path(t, now, &rate)) == NULL)
		return (0);
	queue_remove(s, p);
	commit(t, p, now);
	sent = path_seal(path, PKT_DATA(p) - DATA_INNERLEN,
	    DATA_INNERLEN + p->len, 1, dg, now);
	if (sent) {
		charge(t, path, dg->len, rate, now);
		t->tx_packets++;
		t->tx_bytes += p->len;
	} else
		t->tx_dropped++;
	pkt_put(t->core, p);
	return (sent);
}

/*
 * The path whose share is owed first.  Paths that are paced wait until they
 * are due; of the others the one with the least debt is next.
 */
static struct path *
choose_path(struct tunnel *t, uint64_t now, uint64_t *rate)
{
	struct path	*p, *best = NULL;
	uint64_t	 mean;
	int		 i, level;

	if ((level = choose_level(t)) == -1)
		return (NULL);
	mean = mean_rate(t, level);
	for (i = 0; i < PATH_IDS; i++) {
		p = t->path[i];
		if (p == NULL || !path_takes(p, level) || p->blocked)
			continue;
		if (p->rate_conf != 0 && p->due > now)
			continue;
		if (best == NULL || p->due < best->due)
			best = p;
	}
	if (best != NULL)
		*rate = best->rate_conf != 0 ? best->rate_conf : mean;
	return (best);
}

/*
 * The lowest backup level that has a usable path.  Without any, level -2
 * stands for what is only suspected: better than nothing; -1 is nothing.
 */
static int
choose_level(struct tunnel *t)
{
	struct path	*p;
	int		 i, level = -1, suspect = 0;

	for (i = 0; i < PATH_IDS; i++) {
		if ((p = t->path[i]) == NULL)
			continue;
		if (path_usable(p)) {
			if (level == -1 || p->backup < level)
				level = p->backup;
		} else if (p->state == LINK_SUSPECT)
			suspect = 1;
	}
	return (level == -1 && suspect ? -2 : level);
}

static int
path_takes(const struct path *p, int level)
{
	if (level == -2)
		return (p->state == LINK_SUSPECT && p->validated &&
		    p->ep.sock != SOCK_NONE);
	return (path_usable(p) && p->backup == level);
}

static uint64_t
mean_rate(struct tunnel *t, int level)
{
	struct path	*p;
	uint64_t	 sum = 0;
	int		 i, n = 0;

	for (i = 0; i < PATH_IDS; i++) {
		p = t->path[i];
		if (p != NULL && path_takes(p, level) && p->rate_conf != 0) {
			sum += p->rate_conf;
			n++;
		}
	}
	return (n == 0 ? RATE_UNKNOWN : sum / n);
}

/*
 * The datagram occupies the path for its time at the path's rate.  Debts of
 * unpaced paths are relative: the least of them is brought back to now.
 */
static void
charge(struct tunnel *t, struct path *path, size_t len, uint64_t rate,
    uint64_t now)
{
	struct path	*p;
	uint64_t	 least = NEVER;
	size_t		 bytes = len + 28;
	int		 i;

	if (path->link != NULL)
		bytes += path->link->conf.overhead;
	if (path->due + CREDIT < now)
		path->due = now - CREDIT;
	path->due += bytes * 8 * USEC * 100 / (rate * PACE_PERCENT);
	if (path->rate_conf != 0)
		return;
	for (i = 0; i < PATH_IDS; i++) {
		p = t->path[i];
		if (p != NULL && path_usable(p) && p->rate_conf == 0 &&
		    !p->blocked)
			least = MIN(least, p->due);
	}
	if (least == NEVER || least <= now)
		return;
	for (i = 0; i < PATH_IDS; i++) {
		p = t->path[i];
		if (p != NULL && p->rate_conf == 0 && p->due > now)
			p->due -= MIN(p->due - now, least - now);
	}
}

/*
 * The packet gets its place in the order of the tunnel and, where order
 * matters, of its flow.
 */
static void
commit(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct sched	*s = &t->sched;
	struct flow	*f = &s->flows[p->flow % FLOW_TABLE];
	uint64_t	 pred = 0;
	int		 ordered;

	p->seq = s->next_seq++;
	if (f->hash != p->flow || now - f->last_time > FLOW_IDLE) {
		memset(f, 0, sizeof(*f));
		f->hash = p->flow;
		f->window = now;
	}
	if (now - f->window > BULK_WINDOW) {
		f->bulk = f->count > BULK_PACKETS;
		f->window = now;
		f->count = 0;
	}
	f->count++;
	ordered = p->order == ORDER_ALWAYS || (p->order == ORDER_BULK &&
	    (f->bulk || f->count > BULK_PACKETS));
	if (ordered && f->last_seq != 0 && p->seq - f->last_seq <= UINT16_MAX)
		pred = p->seq - f->last_seq;
	if (ordered)
		f->last_seq = p->seq;
	f->last_time = now;
	inner_put(PKT_DATA(p) - DATA_INNERLEN, KIND_PACKET, p->seq, pred);
}

uint64_t
sched_deadline(struct tunnel *t, uint64_t now)
{
	struct path	*p;
	uint64_t	 when = NEVER;
	int		 i, level;

	if (t->sched.npkts == 0)
		return (NEVER);
	if ((level = choose_level(t)) != -1)
		for (i = 0; i < PATH_IDS; i++) {
			p = t->path[i];
			if (p == NULL || !path_takes(p, level) || p->blocked)
				continue;
			when = MIN(when, p->rate_conf != 0 ?
			    MAX(p->due, now) : now);
		}
	/* or what waits has become too old */
	if (when == NEVER)
		when = now + TQ_MAX_AGE;
	return (when);
}
