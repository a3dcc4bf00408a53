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
 * Owns the paths of a tunnel: their lifetime, their link and their terms,
 * what is sealed for them, and what each event means to all parts of a path.
 */

#include <sys/param.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "fragment.h"
#include "path.h"
#include "reorder.h"

#define SILENT_MIN		(200 * 1000)	/* before a handshake */
#define SILENT_KEYS		(3 * USEC)	/* old, before another */

static int	 is_alone(const struct path *);
static void	 quality_limits(const struct path *, struct quality_limits *);

/*
 * All paths of a tunnel
 */

void
paths_init(struct paths *ps, const struct path_ops *ops,
    const struct tunnel_conf *conf, struct shared *shared,
    struct share *share, struct notify *notify, const struct links *links)
{
	memset(ps, 0, sizeof(*ps));
	ps->ops = ops;
	ps->conf = conf;
	ps->shared = shared;
	ps->share = share;
	ps->notify = notify;
	ps->links = links;
	ps->next_seq = 1;
	resend_init(&ps->resend, share);
}

void
paths_begin(struct paths *ps, int a_end)
{
	ps->a_end = a_end;
}

void
paths_end(struct paths *ps, uint64_t now)
{
	int	 i;

	while (ps->n > 0)
		path_gone(ps->list[0], REASON_ASSOCIATION, now);
	for (i = 0; i < PATH_IDS; i++) {
		free(ps->lane[i]);
		ps->lane[i] = NULL;
	}
	memset(ps->gen, 0, sizeof(ps->gen));
	ps->nclosing = 0;
	resend_clear(&ps->resend);
	ps->next_seq = 1;
}

void
paths_free(struct paths *ps)
{
	struct path	*p;
	int		 i;

	while (ps->n > 0) {
		p = ps->list[0];
		ps->ops->remove(p, CLOSE_CONFIGURATION, p->acct.last_tx);
		path_free(p);
	}
	for (i = 0; i < PATH_IDS; i++)
		free(ps->lane[i]);
	resend_clear(&ps->resend);
}

void
paths_keys(struct paths *ps, struct keys *keys)
{
	ps->keys = keys;
}

struct lane *
paths_lane(struct paths *ps, uint8_t id)
{
	if (ps->lane[id] == NULL)
		ps->lane[id] = calloc(1, sizeof(struct lane));
	return (ps->lane[id]);
}

void
paths_set_lane(struct paths *ps, uint8_t id, struct lane *lane)
{
	ps->lane[id] = lane;
}

uint64_t
paths_sequence(struct paths *ps)
{
	return (ps->next_seq++);
}

/* The usable path with the least round trip time, NULL if none is known. */
struct path *
paths_quickest(struct paths *ps)
{
	struct path	*p, *best = NULL;
	int		 i;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[i];
		if (path_usable(p) && p->delay.srtt != -1 &&
		    (best == NULL || p->delay.srtt < best->delay.srtt))
			best = p;
	}
	return (best);
}

/* Has every path been silent for so long that the peer may have forgotten
 * us? */
int
paths_silent(struct paths *ps, uint64_t now)
{
	struct path	*p;
	int		 i, any = 0;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[i];
		if (p->st.state == PATH_OPENING)
			continue;
		if (p->st.state == PATH_UP || now - p->live.suspect_since <
		    MAX(path_dead_time(p), SILENT_MIN))
			return (0);
		any = 1;
	}
	return (any && now - ps->keys->created > SILENT_KEYS);
}

uint64_t
paths_hold_time(struct paths *ps)
{
	const struct path	*p;
	uint64_t		 dead = 0;
	int64_t			 slow = 0, fast = INT64_MAX;
	int			 i;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[i];
		if (!path_usable(p) || p->delay.srtt == -1)
			continue;
		dead = MAX(dead, path_dead_time(p));
		slow = MAX(slow, p->delay.srtt / 2);
		fast = MIN(fast, p->delay.srtt / 2);
	}
	return (reorder_hold_time(dead, slow > fast ? slow - fast : 0,
	    ps->conf->reorder_time));
}

/*
 * Coming and going
 */

/* lane is NULL where packet numbers are no matter of ours. */
struct path *
path_alloc(struct paths *ps, uint8_t id, struct lane *lane)
{
	struct path	*p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	pq_init(&p->q, ps->share, PATH_OVERHEAD);
	p->paths = ps;
	p->ops = ps->ops;
	p->id = id;
	p->lane = lane;
	path_state_init(&p->st);
	delay_init(&p->delay);
	loss_forget(&p->tx_loss);
	loss_forget(&p->rx_loss);
	receipt_init(&p->receipt, lane != NULL ? lane->rx_highest : 0);
	if (lane != NULL) {
		if (flight_init(&p->flight, lane->tx_next) == -1) {
			free(p);
			return (NULL);
		}
		loss_begin(&p->rx_loss, lane->rx_highest, lane->rx_dgrams);
		history_init(&p->history, &p->flight, &ps->resend,
		    lane->tx_next);
		path_forgive(p);
	}
	ps->id[id] = ps->list[ps->n++] = p;
	return (p);
}

void
path_free(struct path *p)
{
	struct paths	*ps = p->paths;
	int		 i;

	if (p->lane != NULL)
		history_clear(&p->history);
	pq_clear(&p->q);
	for (i = 0; ps->list[i] != p; i++)
		continue;
	ps->list[i] = ps->list[--ps->n];
	ps->id[p->id] = NULL;
	if (p->link != NULL && p->link->path == p)
		p->link->path = NULL;
	p->ops->free(p);
	flight_free(&p->flight);
	free(p);
}

/* This end opens it for a link. */
void
path_of_link(struct path *p, struct link *l, void *proto, uint64_t now)
{
	p->proto = proto;
	p->opener = 1;
	p->link = l;
	l->path = p;
	memcpy(p->name, l->conf.name, sizeof(p->name));
	liveness_init(&p->live, now);
}

/* The link of its name is configured, or no more (NULL), or another way. */
void
path_link(struct path *p, struct link *l, uint64_t now)
{
	p->link = l;
	p->ops->changed(p, now);
}

/* The path is no more, by whichever end. */
void
path_gone(struct path *p, enum reason reason, uint64_t now)
{
	struct paths	*ps = p->paths;

	if (p->st.was_up)
		path_notify(p, CORE_LINK_DOWN, reason);
	path_free(p);
	paths_changed(ps);
}

/* This end's link goes away, for a reason CLOSE_*; the peer hears of it. */
void
path_remove(struct path *p, uint8_t reason, uint64_t now)
{
	p->ops->remove(p, reason, now);
	path_rescue(p, now);
	path_gone(p, reason != CLOSE_LINK_DOWN ? REASON_REMOVED :
	    p->link->disabled ? REASON_OPERATOR : REASON_QUOTA, now);
}

/* The operator takes the peer's path out of use, or back. */
void
path_disable(struct path *p, int disabled, uint64_t now)
{
	path_state_disabled(&p->st, disabled);
	p->ops->tell(p, now);
	paths_changed(p->paths);
}

/* The link has no socket at present. */
void
path_lost(struct path *p, uint64_t now)
{
	path_suspect(p, REASON_NO_SOCKET, now);
	path_rescue(p, now);
	path_addr_lost(&p->addr);
}

/* All that it was not reported to have delivered, then what still waits for
 * it, goes to the others. */
void
path_rescue(struct path *p, uint64_t now)
{
	struct paths	*ps = p->paths;
	struct pkt	*pkt;

	if (p->lane != NULL)
		history_rescue(&p->history, p->lane->tx_next,
		    paths_hold_time(ps), now);
	while ((pkt = pq_first(&p->q)) != NULL) {
		pq_dequeue(&p->q, pkt);
		resend_add(&ps->resend, pkt);
		pkt_put(ps->share->pool, pkt);
	}
}

/*
 * What both ends say of the link
 */

/* The smaller of what this end is configured for and the peer announced. */
void
path_rates(struct path *p)
{
	const struct rate_conf	*own = NULL;
	struct rate_limits	 limits;
	uint64_t		 rate = 0;

	memset(&limits, 0, sizeof(limits));
	if (p->link != NULL) {
		rate = p->link->conf.up.rate;
		if (p->opener || p->link->path == NULL)
			own = &p->link->conf.up;
		if (p->opener) {
			p->terms.rate_peer = p->link->conf.down.rate;
			path_backup(p, p->link->conf.backup,
			    p->link->conf.overflow);
		}
	}
	if (rate == 0 || (p->terms.announced != 0 && p->terms.announced < rate))
		rate = p->terms.announced;
	p->terms.rate_conf = limits.configured = rate;
	if (own != NULL) {
		limits.min = own->min;
		limits.max = own->max;
	}
	rate_init(&p->rate, &limits);
}

/* bit/s to be sent by this end, and by the peer, where both are configured. */
void
path_rates_fixed(struct path *p, uint64_t own, uint64_t peer)
{
	p->terms.rate_conf = own;
	p->terms.rate_peer = peer;
}

void
path_backup(struct path *p, uint8_t level, int overflow)
{
	p->terms.backup = level;
	p->terms.overflow = overflow;
	pacer_level(&p->pacer, level);
}

/* bit/s that the peer announces, to be sent by this end and by it. */
void
path_announced(struct path *p, uint64_t own, uint64_t peer)
{
	p->terms.announced = own;
	p->terms.rate_peer = peer;
	path_rates(p);
}

/* What this end says of the link: the acceptor knows what is configured. */
void
path_own_mtu(struct path *p)
{
	const struct link	*l = p->link;

	p->terms.mtu_own = 0;
	if (l == NULL)
		return;
	p->terms.mtu_own = l->mtu;
	if (l->conf.mtu != 0 && (l->mtu == 0 || l->conf.mtu < l->mtu))
		p->terms.mtu_own = l->conf.mtu;
}

void
path_peer_mtu(struct path *p, uint16_t mtu)
{
	p->terms.mtu_peer = mtu;
}

/*
 * Does it answer
 */

/* No new data on the path until it answers again. */
void
path_suspect(struct path *p, enum reason reason, uint64_t now)
{
	path_event(p, PATH_EVT_SUSPECT, reason, now);
}

/* A report with this highest number, newer than those before. */
void
path_answered(struct path *p, uint64_t number, uint64_t now)
{
	unsigned int	 what;

	if ((p->st.state & (PATH_SUSPECT | PATH_DOWN)) == 0)
		return;
	what = liveness_answer(&p->live, number, p->st.state == PATH_DOWN,
	    now);
	if (what & LIVE_FALSE_ALARM)
		path_false_alarm(p);
	if ((what & LIVE_BACK) == 0)
		return;
	if (p->st.state == PATH_DOWN)
		pmtu_verify(&p->pmtu, now);
	path_forgive(p);
	liveness_back(&p->live);
	rate_resume(&p->rate, now);
	path_event(p, PATH_EVT_ANSWER, REASON_ANSWERS, now);
}

/* It was suspected, and is well. */
void
path_false_alarm(struct path *p)
{
	p->paths->false_dead++;
}

/* What was sent and not reported no longer counts against the path. */
void
path_forgive(struct path *p)
{
	flight_forgive(&p->flight, p->lane->tx_next);
	liveness_forgive(&p->live, p->lane->tx_next);
}

/* A datagram could not be sent.  A full buffer says nothing of the path. */
void
path_send_error(struct path *p, const struct dgram *dg, int error,
    uint64_t now)
{
	enum reason	 reason = reason_of_errno(error);

	account_error(&p->acct);
	if (error == EMSGSIZE)
		p->ops->too_long(p, dg, now);
	if (reason != REASON_NONE)
		path_suspect(p, reason, now);
}

/*
 * Does it lose or delay too much?  The delay that our own queue on the link
 * makes does not count.  Of peers that do not report, what they lose stands
 * for what we do.
 */
void
path_judge(struct path *p, uint64_t now)
{
	struct quality_limits	 lim;
	struct loss		*loss;

	if (p->st.state != PATH_UP) {
		liveness_unjudged(&p->live, now);
		return;
	}
	quality_limits(p, &lim);
	loss = p->ops->reports ? &p->tx_loss : &p->rx_loss;
	if (loss->rate > lim.loss_recover &&
	    loss_is_below(loss, lim.loss_recover))
		loss_over(loss, now);
	if (!liveness_quality(&p->live, &lim, loss_lasting(loss),
	    p->delay.srtt - delay_queueing(&p->delay), now))
		return;
	if (p->live.quality == QUALITY_GOOD)
		rate_resume(&p->rate, now);
	path_notify(p, CORE_LINK_QUALITY,
	    p->live.quality == QUALITY_GOOD ? REASON_GOOD :
	    p->live.quality == QUALITY_LOSSY ? REASON_LOSS : REASON_DELAY);
	paths_changed(p->paths);
}

int
path_doubtful(const struct path *p, uint64_t now)
{
	return (now >= path_doubtful_at(p));
}

uint64_t
path_doubtful_at(const struct path *p)
{
	struct quality_limits	 lim;

	if (p->live.quality != QUALITY_GOOD)
		return (0);
	quality_limits(p, &lim);
	return (p->tx_loss.rate > lim.loss_recover ?
	    p->acct.last_data_tx + IN_PLAY + 1 : NEVER);
}

/* "loss tolerance", "latency tolerance" */
static void
quality_limits(const struct path *p, struct quality_limits *lim)
{
	const struct link_conf	*c = p->link != NULL ? &p->link->conf : NULL;
	int			 loss, recover = 0;

	memset(lim, 0, sizeof(*lim));
	loss = p->ops->reports ? DEFAULT_LOSS_TOLERANCE : 100;
	if (c != NULL && c->loss_tolerance != 0) {
		loss = c->loss_tolerance;
		recover = c->loss_recover;
	}
	lim->loss = loss * 100;
	lim->loss_recover = (recover != 0 ? recover :
	    DEFAULT_LOSS_RECOVER(loss)) * 100;
	if (c != NULL && c->latency_tolerance != 0) {
		lim->rtt = c->latency_tolerance;
		lim->rtt_recover = c->latency_recover != 0 ?
		    c->latency_recover : DEFAULT_LATENCY_RECOVER(lim->rtt);
	}
}

/* How long what is not reported may stay so, us; "timeout" bounds it, by
 * default where there is another path to go on with. */
uint64_t
path_dead_time(const struct path *p)
{
	uint64_t	 cap = 0;

	if (p->link != NULL)
		cap = p->link->conf.timeout;
	if (cap == 0)
		cap = p->paths->conf->timeout;
	if (cap == 0 && is_alone(p))
		cap = MAX(2 * p->delay.srtt, DEFAULT_TIMEOUT);
	return (liveness_dead_time(&p->live, &p->delay,
	    p->feedback.interval * 1000ULL, cap));
}

static int
is_alone(const struct path *p)
{
	const struct paths	*ps = p->paths;
	int			 i;

	for (i = 0; i < ps->n; i++)
		if (ps->list[i] != p && ps->list[i]->st.state == PATH_UP)
			return (0);
	return (1);
}

int
path_usable(const struct path *p)
{
	return (path_grade(p) == GRADE_GOOD);
}

/*
 * Datagrams
 */

/* Bytes of the headers that datagrams there have. */
size_t
ip_overhead(const struct endpoint *ep)
{
	return (ep->remote.family == 6 ? OVERHEAD_IP6 : OVERHEAD_IP4);
}

/* What a datagram has room for where IP packets may be so long. */
size_t
path_room(const struct path *p, uint16_t mtu)
{
	return (mtu - ip_overhead(&p->addr.ep) - DATA_OVERHEAD);
}

int
path_carries(const struct path *p, const struct pkt *pkt)
{
	return (fragment_size(pkt) <= p->ops->room(p));
}

/* "overhead": what an IP packet is on the line. */
size_t
path_line_bytes(const struct path *p, size_t bytes)
{
	if (p->link == NULL)
		return (bytes);
	bytes += p->link->conf.overhead;
	if (p->link->conf.atm)
		bytes = (bytes + 47) / 48 * 53;
	return (bytes);
}

uint64_t
path_time(const struct path *p, size_t bytes)
{
	return (path_line_bytes(p, bytes) * 8 * USEC / p->rate.bps);
}

/* The path carries less than it did: what is too long goes elsewhere. */
void
path_refit(struct path *p)
{
	struct paths	*ps = p->paths;
	struct pkt	*pkt, *next;
	int		 q;

	for (q = 0; q < PQ_MAX; q++)
		for (pkt = TAILQ_FIRST(&p->q.queue[q]); pkt != NULL;
		    pkt = next) {
			next = TAILQ_NEXT(pkt, entry);
			if (path_carries(p, pkt))
				continue;
			pq_dequeue(&p->q, pkt);
			resend_add(&ps->resend, pkt);
			pkt_put(ps->share->pool, pkt);
		}
}

/* What is before the frames of a control datagram: its mark is the first
 * sequence that no later one of the path precedes. */
void
path_put_mark(const struct path *p, uint8_t *buf)
{
	const struct pkt	*first = TAILQ_FIRST(&p->q.queue[PQ_NORMAL]);

	inner_put(buf, KIND_CONTROL, first != NULL ? first->seq :
	    p->paths->next_seq, 0);
}

/* A datagram came that counts. */
void
path_rx(struct path *p, const struct dgram *dg, uint64_t now)
{
	size_t	 bytes = dg->len + ip_overhead(&dg->ep);

	account_rx(&p->acct, bytes, now);
	if (p->link != NULL)
		p->link->bytes += bytes;
}

/* The datagram had a packet of the tunnel. */
void
path_packet_sent(struct path *p, uint64_t now)
{
	account_data_tx(&p->acct, now);
	p->paths->last_tx = now;
}

/* A datagram goes out, which takes its time. */
void
path_tx(struct path *p, const struct dgram *dg, uint64_t now)
{
	size_t	 bytes = dg->len + ip_overhead(&dg->ep);

	pacer_charge(&p->pacer, path_time(p, bytes), p->paths->shared->tick,
	    now);
	account_tx(&p->acct, bytes, now);
	if (p->link != NULL)
		p->link->bytes += bytes;
}

/* Seals a plaintext for ep; 0 when nothing can be sent there. */
int
path_seal(struct path *p, const struct endpoint *ep, const uint8_t *plain,
    size_t len, int eliciting, struct dgram *dg, uint64_t now)
{
	struct paths	*ps = p->paths;
	uint64_t	 number;

	if (ep == &p->addr.ep && !path_addr_allow(&p->addr,
	    len + DATA_HDRLEN + DATA_TAGLEN))
		return (0);
	dg->ep = *ep;
	dg->len = data_seal(ps->keys, p->lane, p->id, plain, len,
	    dg->buf, &number);
	if (dg->len == 0)
		return (0);
	history_drop(&p->history, number);
	flight_add(&p->flight, number, dg->len + ip_overhead(ep), eliciting,
	    now);
	path_tx(p, dg, now);
	return (1);
}

/* What is to find out whether a datagram of that size arrives. */
int
path_seal_probe(struct path *p, const uint8_t *plain, size_t len,
    struct dgram *dg, uint64_t now)
{
	uint64_t	 number = p->lane->tx_next;

	if (!path_seal(p, &p->addr.ep, plain, len, 0, dg, now))
		return (0);
	flight_probe(&p->flight, number);
	return (1);
}

/*
 * For people
 */

void
path_ctl(const struct path *p, struct ctl_link *c, uint64_t now)
{
	const struct paths	*ps = p->paths;
	int			 i;

	strlcpy(c->tunnel, ps->conf->name, sizeof(c->tunnel));
	strlcpy(c->name, p->name, sizeof(c->name));
	c->reason = path_link_reason(p);
	c->local = p->addr.ep.local;
	c->remote = p->addr.ep.remote;
	c->rtable = p->link != NULL ? p->link->conf.rtable : RTABLE_DEFAULT;
	c->state = path_link_state(p);
	c->opener = p->opener;
	c->id = p->id;
	c->backup = p->terms.backup;
	c->overflow = p->terms.overflow;
	c->usable = path_usable(p);
	c->since = (now - p->st.since) / USEC;
	c->srtt = p->delay.srtt;
	c->rttvar = p->delay.rttvar;
	c->owd_diff = c->queueing = -1;
	if (p->delay.valid) {
		c->queueing = delay_queueing(&p->delay);
		c->owd_diff = 0;
		for (i = 0; i < ps->n; i++)
			if (ps->list[i]->delay.valid)
				c->owd_diff = MAX(c->owd_diff,
				    p->delay.base - ps->list[i]->delay.base);
	}
	c->loss_tx = c->loss_rx = -1;
	if (p->st.state == PATH_UP) {
		c->loss_tx = loss_now(&p->tx_loss);
		c->loss_rx = loss_now(&p->rx_loss);
	}
	c->rate_conf = p->terms.rate_conf;
	c->rate = p->rate.bps;
	c->rate_measured = p->rate.delivered;
	c->rate_peer = p->terms.rate_peer;
	c->hint = hint_get(&p->hint, &c->hint_rate, now);
	account_ctl(&p->acct, c, now);
	p->ops->ctl(p, c);
}
