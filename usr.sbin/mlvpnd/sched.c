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

/*
 * Decides which packet goes next and over which path.
 */

#include <sys/param.h>

#include <string.h>

#include "defaults.h"
#include "fragment.h"
#include "path.h"
#include "permit.h"
#include "sched.h"
#include "wire.h"

/*
 * From the interface to the paths:
 *
 *	flow hash, queue of the tunnel (fair, CoDel) -> commit: sequence,
 *	predecessor, path -> the path's queue -> pacer -> datagram
 *
 * A packet has no path and no sequence until it is committed, so that what
 * is dropped in the tunnel's queue leaves no hole at the receiver.  It goes
 * to the path on which it would arrive first, and waits for none of them
 * longer than the paths differ in delay.
 */

#define SLACK		2000		/* us a path's queue is filled ahead */

#define LEVEL_RETURN	(5 * USEC)
#define LOSS_PENALTY	200000		/* us times the loss, for priority */
#define PRIO_AHEAD	100000		/* us of it a path's queue takes */
#define OVERDUE_MIN	10000		/* us */
#define COPY_LATE	100000		/* us after the first, no use */
#define BULK_SHARE	16		/* part of the rate that "bulk" has */
#define OVERFLOW_AFTER	500000		/* us of packets that wait */
#define OVERFLOW_IDLE	(10 * USEC)
#define OVERFLOW_FULL	90		/* percent of the rate */

static void	 expire(struct sched *, uint64_t);
static int	 choose_level(struct sched *, uint64_t);
static int	 path_takes(const struct path *, int);
static uint64_t	 free_at(const struct path *);
static int64_t	 path_owd(const struct path *, int64_t);
static int64_t	 eta(const struct path *, int, size_t, int64_t, uint64_t);
static int64_t	 mean_owd(struct sched *, int);
static struct path *choose(struct sched *, int, size_t, int64_t, uint64_t,
		    int64_t *);
static struct path *choose_priority(struct sched *, int,
		    const struct pkt *, int64_t, uint64_t);
static struct path *choose_bound(struct sched *, const struct permit *, int,
		    const struct pkt *, int64_t, uint64_t, int64_t *,
		    int64_t *);
static int	 path_too_small(const struct path *, const struct pkt *);
static int64_t	 round_trip(const struct path *);
static uint64_t	 overdue_at(const struct path *);
static void	 hedge(struct sched *, uint64_t);
static void	 overflow(struct sched *, uint64_t);
static int64_t	 horizon(struct sched *, int, int64_t, uint64_t);
static void	 pump_ahead(struct sched *, struct pktq *, int, int, int64_t,
		    uint64_t);
static void	 pump_flows(struct sched *, struct fqs *, int, int, int64_t,
		    int64_t, int *, uint64_t);
static int	 choose_normal(struct sched *, struct pkt *, int, int64_t,
		    uint64_t, struct path **, int64_t *, int64_t *);
static void	 commit(struct sched *, struct path *, struct pkt *, int,
		    int, int64_t, uint64_t);
static void	 duplicate(struct sched *, const struct path *,
		    struct pkt *, int, int, int64_t, uint64_t);
static uint8_t	 outer_tos(const struct sched *, const struct pkt *);

void
sched_init(struct sched *s, struct paths *ps, struct fragments *fragments,
    const uint8_t *flow_key)
{
	s->conf = ps->conf;
	s->paths = ps;
	s->share = ps->share;
	s->fragments = fragments;
	s->flow_key = flow_key;
	s->room = PKT_ROOM;
	tq_init(&s->tq, ps->share);
	s->codel.target = CODEL_TARGET;
	s->codel.interval = CODEL_INTERVAL;
}

void
sched_free(struct sched *s)
{
	sched_clear(s);
	match_free(&s->matches);
}

void
sched_clear(struct sched *s)
{
	tq_clear(&s->tq);
	resend_clear(&s->paths->resend);
}

void
sched_room(struct sched *s, size_t room)
{
	s->room = room;
}

/* A new association counts from the beginning. */
void
sched_reset(struct sched *s)
{
	flows_init(&s->flows);
}

/*
 * Which path
 */

/*
 * The lowest backup level that has a usable path; a higher one in use is
 * left when the lower has been usable for a while.  Without any, LEVEL_POOR
 * stands for links that lose or delay too much and LEVEL_SUSPECT for what is
 * only suspected: better than LEVEL_NONE.
 */
static int
choose_level(struct sched *s, uint64_t now)
{
	struct path	*p;
	int		 i, level = LEVEL_NONE, steady = LEVEL_NONE;
	int		 present = 0;
	enum path_grade	 grade, best = GRADE_NONE;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		grade = path_grade(p);
		best = MAX(best, grade);
		if (grade == GRADE_GOOD) {
			if (level == LEVEL_NONE || p->pacer.level < level)
				level = p->pacer.level;
			if (now - p->st.since >= LEVEL_RETURN &&
			    (steady == LEVEL_NONE || p->pacer.level < steady))
				steady = p->pacer.level;
			present |= p->pacer.level == s->level;
		}
	}
	if (level == LEVEL_NONE)
		return (best == GRADE_POOR ? LEVEL_POOR :
		    best == GRADE_SUSPECT ? LEVEL_SUSPECT : LEVEL_NONE);
	if (present && level < s->level && steady != level)
		return (s->level);
	return (s->level = level);
}

static int
path_takes(const struct path *p, int level)
{
	return (!p->addr.blocked && !p->pacer.overdue && level_fits(p, level) &&
	    (level < 0 || p->pacer.level == level));
}

/* When the path may take another packet: NEVER before a report makes room. */
static uint64_t
free_at(const struct path *p)
{
	if (p->pacer.unpaced)
		return (0);
	if (flight_bytes(&p->flight) >= p->rate.volume)
		return (NEVER);
	return (p->pacer.due);
}

static int64_t
path_owd(const struct path *p, int64_t mean)
{
	return (p->delay.valid ? p->delay.owd : mean);
}

/* A path that has no report yet is taken to be like the others. */
static int64_t
mean_owd(struct sched *s, int level)
{
	int64_t	 sum = 0;
	int	 i, n = 0;

	for (i = 0; i < s->paths->n; i++)
		if (path_takes(s->paths->list[i], level) &&
		    s->paths->list[i]->delay.valid) {
			sum += s->paths->list[i]->delay.owd;
			n++;
		}
	return (n == 0 ? 0 : sum / n);
}

/*
 * When len bytes in this queue of the path would arrive, on the peer's clock.
 * For what has priority a path that loses counts as slower.  Of a packet that
 * is cut the first piece counts: horizon() allows for no more.
 */
static int64_t
eta(const struct path *p, int q, size_t len, int64_t mean, uint64_t now)
{
	int64_t	 e;

	len = MIN(len, PATH_MTU - PATH_OVERHEAD);
	if (q == PQ_NORMAL)
		return (MAX(now, p->pacer.due) + path_time(p, p->q.backlog) +
		    path_time(p, len + PATH_OVERHEAD) + path_owd(p, mean));
	e = MAX(now, p->pacer.due) + path_time(p, p->q.prio_backlog + len +
	    PATH_OVERHEAD) + path_owd(p, mean);
	if (p->tx_loss.rate > 0)
		e += (int64_t)LOSS_PENALTY * p->tx_loss.rate / 10000;
	return (e);
}

static struct path *
choose(struct sched *s, int level, size_t len, int64_t mean, uint64_t now,
    int64_t *when)
{
	struct path	*p, *best = NULL;
	int64_t		 e;
	int		 i;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!path_takes(p, level) || p->pacer.distant)
			continue;
		e = eta(p, PQ_NORMAL, len, mean, now);
		if (best == NULL || e < *when) {
			best = p;
			*when = e;
		}
	}
	return (best);
}

/* A packet that has its sequence cannot be cut any more. */
static int
path_too_small(const struct path *p, const struct pkt *pkt)
{
	return (pkt->seq != 0 && !path_carries(p, pkt));
}

static struct path *
choose_priority(struct sched *s, int level, const struct pkt *pkt,
    int64_t mean, uint64_t now)
{
	struct path	*p, *best = NULL;
	int64_t		 e, least = 0;
	int		 i;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!path_takes(p, level) || path_too_small(p, pkt))
			continue;
		e = eta(p, PQ_PRIORITY, pkt->len, mean, now);
		if (best == NULL || e < least) {
			best = p;
			least = e;
		}
	}
	return (best);
}

/*
 * The best of the paths that the rule's packet may take.  *limit becomes what
 * horizon() would be for them, if that is later.
 */
static struct path *
choose_bound(struct sched *s, const struct permit *pm, int q,
    const struct pkt *pkt, int64_t mean, uint64_t now, int64_t *when,
    int64_t *limit)
{
	struct path	*p, *best = NULL;
	int64_t		 e, most;
	int		 i;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (p->addr.blocked || !permit_now(pm, p) ||
		    (p->pacer.distant && !pm->distant && q == PQ_NORMAL) ||
		    path_too_small(p, pkt))
			continue;
		most = now + path_owd(p, mean) + path_time(p, PATH_MTU) + SLACK;
		*limit = MAX(*limit, most);
		e = eta(p, q, pkt->len, mean, now);
		if (best == NULL || e < *when) {
			best = p;
			*when = e;
		}
	}
	return (best);
}

/*
 * Packets are committed that arrive before this.  It is what the slowest
 * path would need for one packet: a nearer limit would starve that path,
 * as the faster ones would stop just before it is worth its delay.
 */
static int64_t
horizon(struct sched *s, int level, int64_t mean, uint64_t now)
{
	struct path	*p;
	int64_t		 h, most = 0;
	int		 i, any = 0;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!path_takes(p, level) || p->pacer.distant)
			continue;
		h = path_owd(p, mean) + path_time(p, PATH_MTU);
		if (!any || h > most)
			most = h;
		any = 1;
	}
	return (now + most + SLACK);
}

/*
 * For CoDel.  The queue in the modem of a link whose peer does not report may
 * be of our making: what it adds must not let more wait here.
 */
static int64_t
round_trip(const struct path *p)
{
	return (p->ops->reports ? p->delay.srtt : p->delay.srtt -
	    delay_queueing(&p->delay));
}

/*
 * A path much slower than the others and of little use stays out of bulk.
 *
 * CoDel's interval is one of the world beyond the tunnel and of the slowest
 * path together: a flow must have had the time to answer the first drop
 * before there is a second, or it loses half of its window instead of a
 * third.
 */
void
sched_spread(struct sched *s, uint64_t now)
{
	struct path	*p;
	uint64_t	 sum = 0, spread = s->conf->latency_spread;
	int64_t		 least = 0, slowest = 0;
	int		 i, any = 0;

	if (spread == 0)
		spread = DEFAULT_LATENCY_SPREAD;
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!path_usable(p))
			continue;
		sum += p->rate.bps;
		if (p->delay.valid && (!any || p->delay.base < least)) {
			least = p->delay.base;
			any = 1;
		}
	}
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		pacer_distant(&p->pacer, any && p->delay.valid &&
		    p->delay.base - least > (int64_t)spread &&
		    p->rate.bps < sum / 4 && p->rate.state != RATE_STARTUP);
		if (path_usable(p) && !p->pacer.distant)
			slowest = MAX(slowest, round_trip(p));
	}
	s->rate = sum;
	s->codel.target = MAX(CODEL_TARGET, slowest / 2);
	if (sum != 0)
		s->codel.target = MAX(s->codel.target,
		    6 * PATH_MTU * 8 * USEC / sum);
	s->codel.interval = CODEL_INTERVAL + slowest;
	s->codel.ecn = !s->conf->layer2;
	overflow(s, now);
}

/*
 * "backup overflow": the next level joins those in use when packets have
 * waited for a while, and all that joined leave when the others alone could
 * have carried everything for long.
 */
static void
overflow(struct sched *s, uint64_t now)
{
	struct path	*p;
	uint64_t	 rate = 0, carried = 0;
	uint8_t		 next = 0;
	int		 i;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!path_usable(p))
			continue;
		carried += account_tx_rate(&p->acct, now);
		if (p->terms.backup <= s->level)
			rate += p->rate.bps;
		else if (p->terms.overflow && p->pacer.level != s->level &&
		    (next == 0 || p->terms.backup < next))
			next = p->terms.backup;
	}
	if (carried > rate * OVERFLOW_FULL / 100)
		s->overflow_at = now;
	if (s->tq.npkts > 0 && now - MAX(s->tq.waiting, s->overflow_joined) >
	    OVERFLOW_AFTER && next != 0) {
		s->overflow = next;
		s->overflow_at = s->overflow_joined = now;
	} else if (now - s->overflow_at > OVERFLOW_IDLE)
		s->overflow = 0;
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		pacer_level(&p->pacer, p->terms.overflow &&
		    p->terms.backup > s->level &&
		    p->terms.backup <= s->overflow ? s->level :
		    p->terms.backup);
	}
}

/* Without a path nothing waits for ever. */
static void
expire(struct sched *s, uint64_t now)
{
	resend_expire(&s->paths->resend, TQ_MAX_AGE + paths_hold_time(s->paths),
	    now);
	tq_expire(&s->tq, now);
	if (s->tq.npkts > 0 || !TAILQ_EMPTY(&s->paths->resend.queue))
		s->wake = now + TQ_MAX_AGE;
}

/* A report should have come by then. */
static uint64_t
overdue_at(const struct path *p)
{
	if (!flight_waits(&p->flight) || p->delay.srtt == -1)
		return (NEVER);
	return (p->flight.out_since + p->delay.srtt + MAX(2 * p->delay.rttvar,
	    OVERDUE_MIN) + 2 * p->feedback.interval * 1000 +
	    p->paths->shared->tick);
}

/*
 * A path whose report is overdue gets no more until it comes, if there is
 * another one; and what it has not delivered is sent on the others too, if
 * that is little: long before it is suspect, who waits for it has it.
 */
static void
hedge(struct sched *s, uint64_t now)
{
	struct path	*p;
	int		 i, good = 0;

	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		good |= path_usable(p) && overdue_at(p) > now;
	}
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (!good || !path_usable(p) || overdue_at(p) > now) {
			pacer_overdue(&p->pacer, 0);
			continue;
		}
		if (p->pacer.overdue)
			continue;
		pacer_overdue(&p->pacer, 1);
		if (resend_allow(&s->paths->resend, flight_bytes(&p->flight)))
			path_rescue(p, now);
	}
}

/*
 * Commit
 */

/* Moves packets from the tunnel's queue to the paths' as far as that is
 * worth it now. */
void
sched_pump(struct sched *s, uint64_t now)
{
	struct tq	*tq = &s->tq;
	int64_t		 mean, limit;
	int		 level, full = 0, bulk_full = 0;

	s->wake = NEVER;
	hedge(s, now);
	if (tq->npkts == 0 && TAILQ_EMPTY(&s->paths->resend.queue))
		return;
	if ((level = choose_level(s, now)) == LEVEL_NONE) {
		expire(s, now);
		return;
	}
	mean = mean_owd(s, level);
	pump_ahead(s, &s->paths->resend.queue, PQ_RESEND, level, mean, now);
	pump_ahead(s, &tq->prio, PQ_PRIORITY, level, mean, now);
	limit = horizon(s, level, mean, now);
	if (now >= s->bulk_due)
		pump_flows(s, &tq->bulk, 1, level, mean, limit, &bulk_full,
		    now);
	pump_flows(s, &tq->active, 0, level, mean, limit, &full, now);
	pump_flows(s, &tq->bulk, 0, level, mean, limit, &full, now);
}

/* What is sent again, and what has priority. */
static void
pump_ahead(struct sched *s, struct pktq *queue, int q, int level,
    int64_t mean, uint64_t now)
{
	struct path	*path;
	struct pkt	*p, *next;
	struct permit	 pm;
	int64_t		 when, limit;
	int		 may;

	for (p = TAILQ_FIRST(queue); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		path = NULL;
		when = limit = 0;
		may = permit_find(s->paths, &s->matches, p, level, &pm);
		if (may == 0 && (path = choose_priority(s, level, p, mean,
		    now)) == NULL) {
			if (p->seq == 0 || fragment_size(p) <= s->room)
				return;
			may = -1;
		}
		if (may == 1 && (path = choose_bound(s, &pm, q, p, mean, now,
		    &when, &limit)) != NULL && q == PQ_PRIORITY &&
		    path_time(path, path->q.prio_backlog) > PRIO_AHEAD)
			may = -1;
		if (may == 1 && path == NULL && now - p->time > TQ_MAX_AGE)
			may = -1;
		if (may == 1 && path == NULL) {
			s->wake = MIN(s->wake, p->time + TQ_MAX_AGE + 1);
			continue;
		}

		if (q == PQ_PRIORITY)
			tq_remove(&s->tq, p);
		else
			resend_remove(&s->paths->resend, p);
		if (may == -1) {
			if (p->rule != 0)
				match_dropped(&s->matches, p);
			s->tx_dropped++;
			pkt_put(s->share->pool, p);
		} else if (q == PQ_PRIORITY)
			commit(s, path, p, q, level, mean, now);
		else {
			account_resent(&path->acct);
			s->tx_resent++;
			pq_enqueue(&path->q, p, q);
		}
	}
}

/*
 * Flows in turn, as long as their packets arrive soon enough; one packet
 * only, or all.  When the paths are full for a packet that may take any
 * (*full), they are for all that may; what rules bind to links waits for
 * these alone, and nobody for it.
 */
static void
pump_flows(struct sched *s, struct fqs *list, int one, int level,
    int64_t mean, int64_t limit, int *full, uint64_t now)
{
	struct fqs	 deferred;
	struct fq	*fq;
	struct path	*path;
	struct pkt	*p, *first;
	int64_t		 when, last;
	int		 may, sent = 0;

	TAILQ_INIT(&deferred);
	while ((fq = tq_first(list)) != NULL && !(one && sent)) {
		first = TAILQ_FIRST(&fq->queue);
		when = last = limit;
		may = 0;
		path = NULL;
		if (!*full || match_bound(&s->matches, first) != NULL)
			may = choose_normal(s, first, level, mean, now, &path,
			    &when, &last);
		if (may == -1) {
			match_dropped(&s->matches, first);
			s->tx_dropped++;
			tq_drop(&s->tq, fq);
			continue;
		}
		if (path == NULL || (when > last && !path->pacer.unpaced)) {
			if (when > last)
				s->wake = MIN(s->wake, now + (when - last));
			*full |= may == 0;
			if (*full && list == &s->tq.active && s->tq.nbound == 0)
				break;
			tq_defer(list, &deferred, fq);
			continue;
		}
		if ((p = tq_dequeue(&s->tq, fq, &s->codel, now)) ==
		    NULL)
			continue;
		/* the first one was dropped: this may be for other paths */
		if (p != first && (choose_normal(s, p, level, mean, now, &path,
		    &when, &last) == -1 || path == NULL)) {
			s->tx_dropped++;
			pkt_put(s->share->pool, p);
			continue;
		}
		sent = 1;
		commit(s, path, p, PQ_NORMAL, level, mean, now);
	}
	tq_restore(list, &deferred);
}

/* -1: none is permitted; else *path, NULL if none takes packets now, and
 * *last as of choose_bound(). */
static int
choose_normal(struct sched *s, struct pkt *p, int level, int64_t mean,
    uint64_t now, struct path **path, int64_t *when, int64_t *last)
{
	struct permit	 pm;
	int		 may;

	*path = NULL;
	may = permit_find(s->paths, &s->matches, p, level, &pm);
	if (may == 1)
		*path = choose_bound(s, &pm, PQ_NORMAL, p, mean, now, when,
		    last);
	else if (may == 0)
		*path = choose(s, level, p->len, mean, now, when);
	return (may);
}

/*
 * The packet, or what it is cut into, gets its place in the order of the
 * tunnel and of its flow, and waits for its path.
 */
static void
commit(struct sched *s, struct path *path, struct pkt *p, int q, int level,
    int64_t mean, uint64_t now)
{
	struct pkt	*frag[FRAGMENT_MAX];
	size_t		 i, n, len = p->len;

	if ((n = fragment_cut(s->fragments, p, s->room, frag)) == 0) {
		s->tx_dropped++;
		pkt_put(s->share->pool, p);
		return;
	}
	for (i = 0; i < n; i++) {
		frag[i]->seq = paths_sequence(s->paths);
		/* priority tells nothing about what was sent before it */
		frag[i]->copy = q != PQ_NORMAL;
	}
	flow_order(&s->flows, frag, n, now);
	if ((p->match & MATCH_BULK) && s->rate != 0)
		s->bulk_due = now + (len + PATH_OVERHEAD) * 8 *
		    USEC * BULK_SHARE / s->rate;
	for (i = 0; i < n; i++) {
		if (p->match & MATCH_DUPLICATE)
			duplicate(s, path, frag[i], q, level, mean, now);
		pq_enqueue(&path->q, frag[i], q);
	}
	s->tx_packets++;
	s->tx_bytes += len;
}

/*
 * "duplicate": the same sequence on the other paths too, where it does not
 * come much later; the receiver takes the first.  A path that is suspected
 * gets its copy as well, since the suspicion may be wrong.
 */
static void
duplicate(struct sched *s, const struct path *path, struct pkt *p, int q,
    int level, int64_t mean, uint64_t now)
{
	struct path	*other;
	struct pkt	*copy;
	struct permit	 pm;
	int64_t		 late;
	int		 i, bound, fits;

	bound = permit_find(s->paths, &s->matches, p, level, &pm) == 1;
	late = eta(path, q, p->len, mean, now) + COPY_LATE;
	for (i = 0; i < s->paths->n; i++) {
		other = s->paths->list[i];
		if (other == path || other->addr.blocked)
			continue;
		fits = level_fits(other, level) ||
		    level_fits(other, LEVEL_SUSPECT);
		if (bound)
			fits = fits && permit_ever(&pm, other);
		else if (level >= 0)
			fits = fits && other->pacer.level == level;
		if (!fits || !path_carries(other, p) ||
		    eta(other, q, p->len, mean, now) > late)
			continue;
		if (share_short(s->share) ||
		    (copy = pkt_get(s->share->pool)) == NULL)
			return;
		memcpy(copy, p, offsetof(struct pkt, buf) + PKT_HEADROOM +
		    p->len);
		copy->refs = 1;
		copy->copy = copy->extra = 1;
		pq_enqueue(&other->q, copy, q);
	}
}

/*
 * Sending
 */

/* One packet of a path that is due, sealed; 0 if none can go now. */
int
sched_transmit(struct sched *s, struct dgram *dg, uint64_t now)
{
	struct path	*path;
	struct pkt	*p;
	int		 i, sent;

	for (i = 0; i < s->paths->n; i++) {
		path = s->paths->list[i];
		if (path->q.backlog == 0 || path->addr.blocked)
			continue;
		if (free_at(path) > now) {
			flight_hold(&path->flight);
			rate_saturated(&path->rate, now);
			continue;
		}
		p = pq_first(&path->q);
		pq_dequeue(&path->q, p);
		dg->tos = outer_tos(s, p);
		sent = path->ops->send(path, p, dg, now);
		pkt_put(s->share->pool, p);
		if (sent)
			return (1);
	}
	return (0);
}

/*
 * "tos", "dscp" of a rule: what the packets outside say.  The ECN bits are
 * not copied: nobody there would mark them for the flow inside (RFC 6040).
 */
static uint8_t
outer_tos(const struct sched *s, const struct pkt *p)
{
	if (p->match & MATCH_DSCP)
		return (p->dscp << 2);
	switch (s->conf->tos) {
	case ANSWER_YES:
		return (p->tos & 0xfc);
	case ANSWER_AUTO:
		return (s->conf->tos_value);
	default:
		return (0);
	}
}

/*
 * Links of which nothing is known are as fast as each other, and together as
 * fast as what is sent: while all are busy, time stands still for them.
 */
void
sched_sent(struct sched *s, uint64_t now)
{
	struct path	*p;
	uint64_t	 least = NEVER;
	int		 i;

	if (s->conf->protocol != PROTO_MLVPN2)
		return;
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (p->pacer.unpaced && path_usable(p) && !p->pacer.distant &&
		    p->pacer.level == s->level)
			least = MIN(least, p->pacer.due);
	}
	if (least == NEVER || least <= now)
		return;
	for (i = 0; i < s->paths->n; i++)
		if (s->paths->list[i]->pacer.unpaced)
			pacer_forward(&s->paths->list[i]->pacer, least - now);
}

uint64_t
sched_deadline(struct sched *s, uint64_t now)
{
	struct path	*p;
	uint64_t	 when = MAX(s->wake, now);
	int		 i;

	if (s->wake == NEVER)
		when = NEVER;
	for (i = 0; i < s->paths->n; i++) {
		p = s->paths->list[i];
		if (p->q.backlog > 0 && !p->addr.blocked)
			when = MIN(when, MAX(free_at(p), now));
		if (path_usable(p) && overdue_at(p) > now)
			when = MIN(when, overdue_at(p));
	}
	return (when);
}
