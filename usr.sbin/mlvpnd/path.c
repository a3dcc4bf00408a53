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

#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "tunnel.h"
#include "wire.h"

/*
 * A path: one link of a tunnel as both ends see it (mlvpn(7), PATHS and
 * REPORTS).  It is opened by one end, its addresses are challenged before
 * much is sent to them, and reports tell the sender what arrived.
 */

#define OPEN_RETRY		(100 * 1000)	/* doubled, at most a second */
#define OPEN_UNANSWERED		(3 * USEC)
#define REFUSED_RETRY		(60 * USEC)
#define ACCEPT_RETRY		(250 * 1000)
#define ACCEPT_TRIES		8
#define CLOSED_PAUSE		(1 * USEC)
#define OPENS_INTERVAL		25000		/* of those by the peer */
#define OPENS_BURST		(2 * PATH_SLOTS)
#define STATUS_INTERVAL		(1 * USEC)
#define STATUS_BURST		16
#define AMPLIFICATION		3		/* of what an address sent */

#define UNREPORTED_MAX		(1ULL << 30)	/* packet numbers */

#define CHALLENGE_WAIT		(300 * 1000)
#define CHALLENGE_RETRY		(100 * 1000)
#define CHALLENGE_MAX		5
#define CANDIDATE_REFUSED	(10 * USEC)
#define CANDIDATE_PAUSE		(1 * USEC)

#define DEAD_MIN		(40 * 1000)
#define DEAD_UNKNOWN		(500 * 1000)	/* before the first sample */
#define DEAD_TICK		(10 * 1000)	/* the coarsest timer */
#define DOWN_AFTER		(3 * USEC)
#define SILENT_MIN		(200 * 1000)	/* before a handshake */
#define PATIENCE_MAX		4		/* false alarms remembered */
#define FLAPS_FREE		2		/* returns without damping */
#define FLAPS_ANSWERS		2		/* more answers for each more */
#define FLAPS_MAX		6
#define FORGET			(60 * USEC)	/* one of either */
#define PROBE_FIRST		(100 * 1000)
#define PROBE_SLOW_AFTER	(10 * USEC)
#define PROBE_SLOW		(1 * USEC)
#define ANSWERS_TO_RETURN	2
#define SYNC_INTERVAL		(25 * 1000)
#define LEARN			8		/* probes, of a new path */
#define LEARN_INTERVAL		(30 * 1000)
#define EXCLUDE_AFTER		(2 * USEC)
#define READMIT_AFTER		(10 * USEC)
#define EXCLUDED_PROBE		(500 * 1000)
#define STALE_AFTER		(5 * USEC)
#define STALE_AGAIN		(10 * USEC)

static struct path *path_new(struct tunnel *, uint8_t);
static void	 path_rates(struct path *);
static void	 path_forgive(struct path *);
static void	 accept_open(struct tunnel *, uint8_t, const struct dgram *,
		    const struct frame *, uint64_t);
static void	 got_ok(struct path *, const struct frame *, uint64_t);
static void	 got_challenge(struct path *, const struct frame *);
static void	 got_response(struct path *, const struct dgram *,
		    const struct frame *, uint64_t);
static void	 got_status(struct path *, const struct frame *, uint64_t);
static void	 got_close(struct path *, uint64_t);
static void	 got_probe(struct path *, const struct frame *, uint64_t);
static void	 candidate_seen(struct path *, const struct dgram *, uint64_t);
static void	 candidate_timer(struct path *, uint64_t);
static int	 candidate_compose(struct path *, struct dgram *, uint64_t);
static void	 set_backup(struct path *, uint8_t);
static uint8_t	 backup_flags(const struct path *);
static void	 quality_timer(struct path *, uint64_t);
static void	 liveness_timer(struct path *, uint64_t);
static void	 closing_add(struct tunnel *, uint8_t, uint8_t, uint8_t,
		    uint64_t);
static void	 status_send(struct path *, uint64_t);
static size_t	 closing_put(struct path *, uint8_t *, size_t, uint64_t);
static void	 own_mtu(struct path *);
static int	 seal_to(struct path *, const struct endpoint *,
		    const uint8_t *, size_t, int, struct dgram *, uint64_t);
static void	 meter_add(struct rate_meter *, size_t, uint64_t);
static uint64_t	 keepalive_due(const struct path *);
static uint64_t	 sync_due(const struct path *);

/*
 * Opening and closing
 */

/* What paths have in common, of either protocol. */
struct path *
path_alloc(struct tunnel *t, uint8_t id)
{
	struct path	*p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	pq_init(&p->q, &t->share, PATH_OVERHEAD);
	p->tunnel = t;
	p->id = id;
	p->st.state = LINK_OPENING;
	p->live.quality = LINK_UP;
	delay_init(&p->delay);
	loss_forget(&p->tx_loss);
	loss_forget(&p->rx_loss);
	p->out.due = NEVER;
	t->path[id] = t->paths[t->npaths++] = p;
	return (p);
}

static struct path *
path_new(struct tunnel *t, uint8_t id)
{
	struct path	*p;

	if ((p = path_alloc(t, id)) == NULL)
		return (NULL);
	if (assoc_lane(t, id) == NULL ||
	    flight_init(&p->flight, t->as.lane[id]->tx_next) == -1) {
		path_free(p);
		return (NULL);
	}
	p->out.highest = t->as.lane[id]->rx_highest;
	p->out.floor = p->out.loss_number = p->out.highest;
	p->out.loss_dgrams = t->as.lane[id]->rx_dgrams;
	p->out.gap_until = p->out.floor;
	p->order_seq = t->reorder.any ? t->reorder.highest : 0;
	path_forgive(p);
	return (p);
}

void
path_free(struct path *p)
{
	struct tunnel	*t = p->tunnel;
	int		 i;

	history_clear(p);
	pq_clear(&p->q);
	for (i = 0; t->paths[i] != p; i++)
		continue;
	t->paths[i] = t->paths[--t->npaths];
	t->path[p->id] = NULL;
	if (p->link != NULL && p->link->path == p)
		p->link->path = NULL;
	if (p->m2 != NULL)
		mlvpn2_link_free(p);
	flight_free(&p->flight);
	free(p);
}

/* Opens a path for a link that has a socket; NULL without a free slot. */
struct path *
path_open(struct tunnel *t, struct link *l, uint64_t now)
{
	struct path	*p;
	uint8_t		 id = 0;
	int		 slot;

	if (t->conf.protocol == PROTO_MLVPN2)
		return (mlvpn2_link_open(t, l, now));
	for (slot = 0; slot < PATH_SLOTS; slot++) {
		id = slot | (t->as.a_end ? 0 : PATH_ID_B);
		if (t->path[id] == NULL)
			break;
	}
	if (slot == PATH_SLOTS || (p = path_new(t, id)) == NULL)
		return (NULL);
	p->opener = 1;
	p->link = l;
	l->path = p;
	memcpy(p->name, l->conf.name, sizeof(p->name));
	p->live.stale_at = now + STALE_AFTER;
	path_reopen(p, now);
	return (p);
}

/*
 * The path is new, or the link has a new socket or address: the generation
 * tells the peer that what it learnt before is void.
 */
void
path_reopen(struct path *p, uint64_t now)
{
	struct tunnel	*t = p->tunnel;

	if (p->m2 != NULL) {
		mlvpn2_link_reopen(p, now);
		return;
	}
	p->gen = ++t->as.gen[p->id & (PATH_SLOTS - 1)];
	p->addr.ep = p->link->ep;
	own_mtu(p);
	p->addr.validated = 1;		/* this end chose the address */
	p->addr.blocked = 0;
	p->addr.cand.active = 0;
	core_random(t->core, p->addr.token, sizeof(p->addr.token));
	p->msg.open_next = now;
	p->msg.open_tries = 0;
	history_rescue(p, now);
	path_forgive(p);
	path_rates(p);
	pmtu_start(p, now);
	path_state(p, LINK_OPENING, "opening", now);
}

/* What this end says of the link: the acceptor knows what is configured. */
static void
own_mtu(struct path *p)
{
	const struct link	*l = p->link;

	p->terms.mtu_own = 0;
	if (l == NULL)
		return;
	p->terms.mtu_own = l->mtu;
	if (l->conf.mtu != 0 && (l->mtu == 0 || l->conf.mtu < l->mtu))
		p->terms.mtu_own = l->conf.mtu;
}

/* The association ends: tells the peer on every path, twice. */
void
path_close(struct path *p, uint64_t now)
{
	p->st.since = now;
	p->msg.closes = 2;
	p->msg.pending = PEND_CLOSE;
}

/* This end's link goes away; the peer hears of it on another path. */
void
path_remove(struct path *p, uint8_t reason, uint64_t now)
{
	if (p->m2 != NULL)
		mlvpn2_link_remove(p, now);
	else
		closing_add(p->tunnel, p->id, p->gen, reason, now);
	history_rescue(p, now);
	path_gone(p, reason == CLOSE_LINK_DOWN ? "by operator" : "removed",
	    now);
}

/* The path is no more, by whichever end. */
void
path_gone(struct path *p, const char *reason, uint64_t now)
{
	struct tunnel	*t = p->tunnel;

	if (p->st.was_up)
		tunnel_event(t, CORE_LINK_DOWN, p, reason);
	path_free(p);
	tunnel_update(t, now);
}

/* PATH_CLOSE is repeated on any usable path until it arrived. */
static void
closing_add(struct tunnel *t, uint8_t id, uint8_t gen, uint8_t reason,
    uint64_t now)
{
	struct closing	*c;

	if (t->nclosing == CLOSING_MAX)
		return;
	c = &t->closing[t->nclosing++];
	memset(c, 0, sizeof(*c));
	c->id = id;
	c->gen = gen;
	c->reason = reason;
	c->number = NEVER;
	c->next = now;
}

/* The link's bandwidths, backup level or MTU changed. */
void
path_link_changed(struct path *p, uint64_t now)
{
	if (p->m2 != NULL) {
		mlvpn2_rates(p->tunnel);
		return;
	}
	path_rates(p);
	own_mtu(p);
	pmtu_limits(p, now);
	if (!p->opener)
		return;
	status_send(p, now);
}

/* The operator takes the peer's path out of use, or back. */
void
path_disable(struct path *p, int disabled, uint64_t now)
{
	p->st.disabled = disabled;
	status_send(p, now);
	tunnel_update(p->tunnel, now);
}

/* PATH_STATUS is repeated until it arrived. */
static void
status_send(struct path *p, uint64_t now)
{
	p->msg.status = 1;
	p->msg.status_number = NEVER;
	p->msg.status_next = now;
}

/* The smaller of what this end is configured for and the peer announced. */
static void
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

void
path_backup(struct path *p, uint8_t level, int overflow)
{
	p->terms.backup = p->pacer.level = level;
	p->terms.overflow = overflow;
}

/* What was sent and not reported no longer counts against the path. */
static void
path_forgive(struct path *p)
{
	p->live.suspect_number = p->tunnel->as.lane[p->id]->tx_next;
	flight_forgive(&p->flight, p->live.suspect_number);
}

/*
 * State
 */

void
path_state(struct path *p, enum link_state state, const char *reason,
    uint64_t now)
{
	enum link_state	 old = p->st.state;

	if (p->st.since != 0 && old == state)
		return;
	p->st.state = state;
	p->st.since = now;
	strlcpy(p->st.reason, reason, sizeof(p->st.reason));
	if (state == LINK_UP && !p->st.was_up) {
		p->st.was_up = 1;
		tunnel_event(p->tunnel, CORE_LINK_UP, p, reason);
	} else if (state == LINK_DOWN) {
		tunnel_event(p->tunnel, CORE_LINK_DOWN, p, reason);
		p->st.was_up = 0;
	}
	tunnel_update(p->tunnel, now);
}

/*
 * No new data on the path until it answers again.  Cheap, and taken back
 * quickly; only what stays suspect is down.
 */
void
path_suspect(struct path *p, const char *reason, uint64_t now)
{
	if (p->st.state != LINK_UP)
		return;
	p->live.suspect_since = now;
	p->live.flaps = MIN(p->live.flaps + 1, FLAPS_MAX);
	p->live.forget_at = now + FORGET;
	if (p->m2 != NULL)
		mlvpn2_link_suspect(p, now);
	else
		p->live.suspect_number = p->tunnel->as.lane[p->id]->tx_next;
	p->live.answers = 0;
	p->live.probe_next = now;
	path_state(p, LINK_SUSPECT, reason, now);
	history_rescue(p, now);
}

/*
 * A report that is new.  What had been sent before the suspicion came after
 * all: it was wrong, and the next one will take longer.  What was sent since
 * then shows that the path is back, sooner if it does not flap.
 */
void
path_reported(struct path *p, uint64_t number, uint64_t now)
{
	unsigned int	 answers = ANSWERS_TO_RETURN;

	if (p->st.state != LINK_SUSPECT && p->st.state != LINK_DOWN)
		return;
	if (number < p->live.suspect_number) {
		if (p->st.state == LINK_SUSPECT && p->live.answers == 0) {
			p->tunnel->false_dead++;
			p->live.patience = MIN(p->live.patience + 1,
			    PATIENCE_MAX);
			p->live.forget_at = now + FORGET;
			p->live.answers = 1;
		}
		return;
	}
	if (p->live.flaps > FLAPS_FREE)
		answers += (p->live.flaps - FLAPS_FREE) * FLAPS_ANSWERS;
	if (++p->live.answers < answers) {
		if (p->live.flaps <= FLAPS_FREE)
			p->live.probe_next = now;
		return;
	}
	if (p->st.state == LINK_DOWN)
		pmtu_verify(p, now);
	p->live.stale_at = NEVER;
	path_forgive(p);
	rate_resume(&p->rate);
	/* what an outage took does not make the link a lossy one */
	loss_forget(&p->tx_loss);
	p->live.quality = LINK_UP;
	path_state(p, LINK_UP, "answers again", now);
}

int
path_usable(const struct path *p)
{
	return (path_alive(p) && p->live.quality == LINK_UP);
}

/* Answers and may be sent to, though perhaps too lossy or slow. */
int
path_alive(const struct path *p)
{
	return (p->st.state == LINK_UP && path_permitted(p));
}

/*
 * May packets be sent on the path, whether or not it answers?  Not far beyond
 * what the peer reported either: it could not tell the numbers any more.
 */
int
path_permitted(const struct path *p)
{
	const struct lane	*lane = p->tunnel->as.lane[p->id];

	if (!p->addr.validated || p->st.disabled || p->st.peer_disabled ||
	    p->addr.ep.sock == SOCK_NONE)
		return (0);
	return (p->m2 != NULL || lane->tx_next - lane->tx_reported <=
	    UNREPORTED_MAX);
}

/* The usable path with the least round trip time, NULL if none is known. */
struct path *
path_quickest(struct tunnel *t)
{
	struct path	*p, *best = NULL;
	int		 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (path_usable(p) && p->delay.srtt != -1 &&
		    (best == NULL || p->delay.srtt < best->delay.srtt))
			best = p;
	}
	return (best);
}

/* Has every path been silent for so long that the peer may have forgotten
 * us? */
int
paths_silent(struct tunnel *t, uint64_t now)
{
	struct path	*p;
	int		 i, any = 0;

	for (i = 0; i < t->npaths; i++) {
		if ((p = t->paths[i])->st.state == LINK_OPENING)
			continue;
		if (p->st.state == LINK_UP || now - p->live.suspect_since <
		    MAX(path_dead_time(p), SILENT_MIN))
			return (0);
		any = 1;
	}
	return (any && now - t->as.cur->k.created > DOWN_AFTER);
}

/*
 * How long what is not reported may stay so, in microseconds: a report's
 * way, its interval, and what both vary.
 */
uint64_t
path_dead_time(const struct path *p)
{
	uint64_t	 dead, cap = 0;

	if (p->delay.srtt == -1)
		return (DEAD_UNKNOWN);
	dead = p->delay.srtt + MAX(4 * p->delay.rttvar, 5000) +
	    p->in.interval * 1000ULL + DEAD_TICK;
	dead = MAX(dead, DEAD_MIN) * (1 + p->live.patience);
	if (p->link != NULL)
		cap = p->link->conf.timeout;
	if (cap == 0)
		cap = p->tunnel->conf.timeout;
	return (MIN(dead, cap != 0 ? cap : DEFAULT_TIMEOUT));
}

/*
 * Receiving
 */

/* An authentic datagram came on the path: counters, its source address. */
void
path_received(struct path *p, const struct dgram *dg, uint64_t number,
    uint64_t now)
{
	const struct lane	*lane = p->tunnel->as.lane[p->id];
	int			 newest;

	newest = number > p->out.highest || p->acct.last_rx == 0;
	path_count_rx(p, dg, now);
	if (newest) {
		if (number > p->out.highest + 1 && p->acct.rx_packets > 1) {
			p->out.gap_until = number;
			report_want_gap(p, now);
		}
		p->out.highest = number;
		p->out.highest_at = now;
	} else
		p->out.reordered_at = now;
	report_count_loss(p, lane->rx_highest, lane->rx_dgrams, now);

	if (endpoint_equal(&dg->ep, &p->addr.ep)) {
		if (!p->opener)
			p->addr.ep.local = dg->ep.local;
		if (!p->addr.validated)
			p->addr.unval_rx += dg->len;
	} else if (p->addr.cand.active && endpoint_equal(&dg->ep,
	    &p->addr.cand.ep))
		p->addr.cand.rx_bytes += dg->len;
	else if (newest)
		candidate_seen(p, dg, now);
}

/* Control frames that came on path id; p is NULL before PATH_OPEN. */
void
path_frames(struct tunnel *t, uint8_t id, const struct dgram *dg,
    const uint8_t *buf, size_t len, uint64_t now)
{
	struct frame	 f;
	struct path	*p;
	int		 r, eliciting = 0;

	while ((r = frame_get(&f, &buf, &len)) == 1) {
		if (f.type != FRAME_REPORT)
			eliciting = 1;
		if (f.type == FRAME_PATH_OPEN) {
			accept_open(t, id, dg, &f, now);
			continue;
		}
		if (f.type == FRAME_CLOSE) {
			tunnel_notice(t, now, "closed by the peer");
			t->as.hello_after = now + CLOSED_PAUSE;
			assoc_forget(t, now);
			return;
		}
		if (f.type == FRAME_PATH_CLOSE || f.type == FRAME_PATH_STATUS) {
			p = f.u.close.path < PATH_IDS ?
			    t->path[f.u.close.path] : NULL;
			if (p == NULL || p->gen != f.u.close.gen)
				continue;
			if (f.type == FRAME_PATH_STATUS)
				got_status(p, &f, now);
			else
				got_close(p, now);
			continue;
		}
		if (f.type == FRAME_REPORT) {
			report_read(t, id, &f, now);
			continue;
		}
		if ((p = t->path[id]) == NULL)
			continue;
		switch (f.type) {
		case FRAME_PATH_OK:
			got_ok(p, &f, now);
			break;
		case FRAME_CHALLENGE:
			got_challenge(p, &f);
			break;
		case FRAME_RESPONSE:
			got_response(p, dg, &f, now);
			break;
		case FRAME_PROBE:
			got_probe(p, &f, now);
			break;
		case FRAME_MTU_PROBE:
			pmtu_probed(p, &f, dg, now);
			break;
		case FRAME_MTU_RESULT:
			pmtu_result(t, &f, now);
			break;
		default:
			break;
		}
	}
	if (r == -1)
		t->rx_malformed++;
	if (eliciting && (p = t->path[id]) != NULL)
		report_want(p, now);
}

/* A backup's level is in the flags; 0 there is the first. */
static void
set_backup(struct path *p, uint8_t flags)
{
	uint8_t	 level = flags >> PATH_FLAG_LEVEL_SHIFT & PATH_FLAG_LEVEL_MAX;

	if ((flags & PATH_FLAG_BACKUP) == 0)
		level = 0;
	else if (level == 0)
		level = 1;
	path_backup(p, level, (flags & PATH_FLAG_OVERFLOW) != 0);
}

static uint8_t
backup_flags(const struct path *p)
{
	if (p->terms.backup == 0)
		return (0);
	return (PATH_FLAG_BACKUP | p->terms.backup << PATH_FLAG_LEVEL_SHIFT |
	    (p->terms.overflow ? PATH_FLAG_OVERFLOW : 0));
}

/*
 * The peer opens a path, or says again that it did.  A higher generation
 * replaces what was there, address included: the peer says that it moved.
 */
static void
accept_open(struct tunnel *t, uint8_t id, const struct dgram *dg,
    const struct frame *f, uint64_t now)
{
	struct path	*p = t->path[id];
	int		 fresh = p == NULL;

	if (((id & PATH_ID_B) != 0) != t->as.a_end)
		return;			/* only we open these */
	if (!frame_name_valid(f->u.open.name)) {
		t->rx_malformed++;
		closing_add(t, id, f->u.open.gen, CLOSE_CONFIGURATION, now);
		return;
	}
	if (p != NULL && (int8_t)(f->u.open.gen - p->gen) < 0)
		return;
	if (p != NULL && f->u.open.gen == p->gen) {
		if (memcmp(p->addr.token_peer, f->u.open.token, TOKEN_LEN) == 0)
			p->msg.pending |= PEND_OK;
		return;
	}
	if (!core_allow(&t->open_allow, OPENS_INTERVAL, OPENS_BURST, now) ||
	    (p == NULL && (p = path_new(t, id)) == NULL))
		return;

	p->gen = f->u.open.gen;
	p->addr.ep = dg->ep;
	set_backup(p, f->u.open.flags);
	p->terms.mtu_peer = f->u.open.mtu;
	p->terms.announced = f->u.open.down * 1000ULL;
	p->terms.rate_peer = f->u.open.up * 1000ULL;
	memcpy(p->addr.token_peer, f->u.open.token, TOKEN_LEN);
	strlcpy(p->name, f->u.open.name, sizeof(p->name));
	p->link = link_find(t, p->name);
	if (p->link != NULL && p->link->path != NULL)
		p->link = NULL;		/* a path of our own has that name */
	core_random(t->core, p->addr.token, sizeof(p->addr.token));
	p->addr.validated = t->as.confirmed;
	p->addr.unval_rx = dg->len;
	p->addr.unval_tx = 0;
	p->addr.blocked = 0;
	p->addr.cand.active = 0;
	p->msg.open_tries = 0;
	p->msg.open_next = now + ACCEPT_RETRY;
	p->msg.pending |= PEND_OK;
	if (!fresh) {
		history_rescue(p, now);
		path_forgive(p);
	}
	path_rates(p);
	own_mtu(p);
	pmtu_start(p, now);
	if (fresh) {
		p->acct.last_rx = p->out.highest_at = now;
		p->acct.rx_packets = 1;
		p->acct.rx_bytes = dg->len + ip_overhead(&dg->ep);
	}
	path_state(p, p->addr.validated ? LINK_UP : LINK_OPENING, "", now);
}

/* PATH_OK: the peer took the path; its token shows that we are here. */
static void
got_ok(struct path *p, const struct frame *f, uint64_t now)
{
	if (!p->opener || f->u.ok.gen != p->gen ||
	    memcmp(f->u.ok.token, p->addr.token, TOKEN_LEN) != 0)
		return;
	p->terms.mtu_peer = f->u.ok.mtu;
	pmtu_limits(p, now);
	if (p->addr.nresponse < RESPONSE_MAX)
		memcpy(p->addr.response[p->addr.nresponse++], f->u.ok.own,
		    TOKEN_LEN);
	if (p->st.state == LINK_OPENING || p->msg.open_next != NEVER) {
		p->msg.open_next = NEVER;
		path_forgive(p);
		path_state(p, LINK_UP, "", now);
	}
}

static void
got_challenge(struct path *p, const struct frame *f)
{
	if (p->addr.nresponse < RESPONSE_MAX)
		memcpy(p->addr.response[p->addr.nresponse++], f->u.token,
		    TOKEN_LEN);
}

/* A response counts only from the address that was challenged. */
static void
got_response(struct path *p, const struct dgram *dg, const struct frame *f,
    uint64_t now)
{
	struct candidate	*c = &p->addr.cand;

	if (!p->opener && !p->addr.validated && endpoint_equal(&dg->ep,
	    &p->addr.ep) &&
	    memcmp(f->u.token, p->addr.token, TOKEN_LEN) == 0) {
		p->addr.validated = 1;
		path_state(p, LINK_UP, "", now);
		return;
	}
	if (!c->active)
		return;
	if (endpoint_equal(&dg->ep, &c->ep) &&
	    memcmp(f->u.token, c->token_new, TOKEN_LEN) == 0)
		c->answered = 1;
	else if (endpoint_equal(&dg->ep, &p->addr.ep) &&
	    memcmp(f->u.token, c->token_old, TOKEN_LEN) == 0) {
		c->active = 0;
		p->addr.ignore_until = now + CANDIDATE_REFUSED;
	}
}

/* The opener says what the link can do; either end, not to use it. */
static void
got_status(struct path *p, const struct frame *f, uint64_t now)
{
	if (!core_allow(&p->msg.status_allow, STATUS_INTERVAL, STATUS_BURST,
	    now))
		return;
	p->st.peer_disabled = (f->u.status.flags & PATH_FLAG_DISABLED) != 0;
	tunnel_update(p->tunnel, now);
	if (p->opener)
		return;
	set_backup(p, f->u.status.flags);
	p->terms.rate_peer = f->u.status.up * 1000ULL;
	p->terms.announced = f->u.status.down * 1000ULL;
	path_rates(p);
}

/* An opener whose path is refused goes on asking, but seldom. */
static void
got_close(struct path *p, uint64_t now)
{
	if (!p->opener) {
		path_gone(p, "closed by the peer", now);
		return;
	}
	p->msg.open_next = now + REFUSED_RETRY;
	p->msg.open_tries = 0;
	path_state(p, LINK_DOWN, "refused by the peer", now);
}

static void
got_probe(struct path *p, const struct frame *f, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct path	*q;
	int		 i;

	p->out.answer = 1;
	p->out.news = 1;
	p->msg.pending |= PEND_REPORT;
	p->out.due = now;
	if ((f->u.probe.flags & PROBE_SUSPECT) == 0)
		return;
	/* our way to the peer may be the dead one */
	p->msg.pending |= PEND_PROBE;
	/* tell it on another path too, should ours to the peer be dead */
	for (i = 0; i < t->npaths; i++)
		if ((q = t->paths[i]) != p && path_usable(q)) {
			q->msg.pending |= PEND_REPORT;
			break;
		}
}

/*
 * Changes of the peer's address
 */

static void
candidate_seen(struct path *p, const struct dgram *dg, uint64_t now)
{
	struct candidate	*c = &p->addr.cand;
	struct tunnel		*t = p->tunnel;

	if (c->active || now < p->addr.ignore_until)
		return;
	memset(c, 0, sizeof(*c));
	c->active = 1;
	c->ep = dg->ep;
	core_random(t->core, c->token_new, sizeof(c->token_new));
	core_random(t->core, c->token_old, sizeof(c->token_old));
	c->deadline = now + MAX(CHALLENGE_WAIT, p->delay.srtt * 3);
	c->next = now;
	c->rx_bytes = dg->len;
}

static void
candidate_timer(struct path *p, uint64_t now)
{
	struct candidate	*c = &p->addr.cand;

	if (!c->active)
		return;
	if (now < c->deadline) {
		if (now >= c->next && c->challenges < CHALLENGE_MAX) {
			c->challenges++;
			c->next = now + CHALLENGE_RETRY;
			c->send_new = c->send_old = 1;
		}
		return;
	}
	c->active = 0;
	p->addr.ignore_until = now + CANDIDATE_PAUSE;
	if (!c->answered)
		return;
	p->addr.ep = c->ep;
	p->addr.validated = 1;
	p->addr.blocked = 0;
	pmtu_start(p, now);
	tunnel_event(p->tunnel, CORE_LINK_MOVED, p,
	    "the peer's address changed");
	if (p->st.state == LINK_SUSPECT || p->st.state == LINK_DOWN)
		p->live.probe_next = now;
}

static int
candidate_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct candidate	*c = &p->addr.cand;
	struct frame		 f;
	uint8_t			 plain[DATA_INNERLEN + FRAME_MAX];
	size_t			 len;
	int			 fresh = c->send_new;

	if (!c->active || (!c->send_new && !c->send_old))
		return (0);
	f.type = FRAME_CHALLENGE;
	memcpy(f.u.token, fresh ? c->token_new : c->token_old, TOKEN_LEN);
	if (fresh)
		c->send_new = 0;
	else
		c->send_old = 0;
	tunnel_mark(p, plain);
	len = DATA_INNERLEN + frame_put(&f, plain + DATA_INNERLEN, FRAME_MAX);
	if (fresh && c->tx_bytes + len + DATA_HDRLEN + DATA_TAGLEN >
	    AMPLIFICATION * c->rx_bytes)
		return (0);
	if (!seal_to(p, fresh ? &c->ep : &p->addr.ep, plain, len, 0, dg, now))
		return (0);
	if (fresh)
		c->tx_bytes += dg->len;
	return (1);
}

/*
 * Timers
 */

void
path_timer(struct path *p, uint64_t now)
{
	if (p->m2 != NULL) {
		mlvpn2_link_timer(p, now);
		quality_timer(p, now);
		return;
	}
	candidate_timer(p, now);

	if (p->opener && now >= p->msg.open_next) {
		p->msg.pending |= PEND_OPEN;
		p->msg.open_next = now + (p->msg.open_tries < 3 ?
		    (uint64_t)OPEN_RETRY << p->msg.open_tries : USEC);
		p->msg.open_tries++;
		if (p->st.state == LINK_OPENING &&
		    now - p->st.since > OPEN_UNANSWERED)
			path_state(p, LINK_DOWN, "no answer", now);
	}
	if (!p->opener && !p->addr.validated && now >= p->msg.open_next) {
		p->msg.pending |= PEND_OK;
		p->msg.open_next = now + ACCEPT_RETRY;
		if (++p->msg.open_tries > ACCEPT_TRIES) {
			path_gone(p, "does not answer", now);
			return;
		}
	}
	if (now >= p->out.due)
		p->msg.pending |= PEND_REPORT;
	if (p->msg.status && now >= p->msg.status_next)
		p->msg.pending |= PEND_STATUS;
	if (now >= sync_due(p))
		p->msg.pending |= PEND_SYNC;
	if (p->live.forget_at != 0 && now >= p->live.forget_at) {
		p->live.patience -= MIN(p->live.patience, 1);
		p->live.flaps -= MIN(p->live.flaps, 1);
		p->live.forget_at = p->live.patience + p->live.flaps > 0 ? now +
		    FORGET : 0;
	}
	history_timer(p, now);
	pmtu_timer(p, now);
	quality_timer(p, now);
	liveness_timer(p, now);
}

/*
 * A link that loses or delays too much is left out, and taken back when it
 * has been clearly better for a while (loss tolerance, latency tolerance).
 * The delay that our own queue on the link makes does not count.
 */
static void
quality_timer(struct path *p, uint64_t now)
{
	const struct link_conf	*c = p->link != NULL ? &p->link->conf : NULL;
	int64_t			 rtt, slow = 0, slow_recover = 0;
	int			 loss, lossy, recover = 0;
	enum link_state		 wanted = LINK_UP;

	/* legacy peers do not report: what they lose stands for what we do */
	lossy = p->m2 != NULL ? 100 : DEFAULT_LOSS_TOLERANCE;
	loss = MAX(p->m2 != NULL ? p->rx_loss.rate : p->tx_loss.rate, 0);
	if (c != NULL && c->loss_tolerance != 0) {
		lossy = c->loss_tolerance;
		recover = c->loss_recover;
	}
	if (recover == 0)
		recover = DEFAULT_LOSS_RECOVER(lossy);
	if (c != NULL && c->latency_tolerance != 0) {
		slow = c->latency_tolerance;
		slow_recover = c->latency_recover != 0 ? c->latency_recover :
		    DEFAULT_LATENCY_RECOVER(slow);
	}
	rtt = p->delay.srtt - delay_queueing(&p->delay);
	if (loss > (p->live.quality == LINK_LOSSY ? recover : lossy) * 100)
		wanted = LINK_LOSSY;
	else if (slow != 0 && rtt > (p->live.quality == LINK_SLOW ?
	    slow_recover : slow))
		wanted = LINK_SLOW;

	if (wanted == p->live.quality || p->st.state != LINK_UP) {
		p->live.quality_at = now;
		return;
	}
	if (now - p->live.quality_at < (wanted == LINK_UP ? READMIT_AFTER :
	    EXCLUDE_AFTER))
		return;
	/* a burst too long for the modem may be all there was of it */
	if (wanted == LINK_LOSSY && p->m2 == NULL &&
	    p->tx_loss.at <= p->live.quality_at)
		return;
	p->live.quality = wanted;
	p->live.quality_at = now;
	tunnel_event(p->tunnel, CORE_LINK_QUALITY, p, wanted == LINK_UP ?
	    "good again" : wanted == LINK_LOSSY ? "too much loss" :
	    "too much delay");
	tunnel_update(p->tunnel, now);
}

static void
liveness_timer(struct path *p, uint64_t now)
{
	uint64_t	 dead = path_dead_time(p);
	int		 out = flight_waits(&p->flight);

	switch (p->st.state) {
	case LINK_UP:
		if (out && now - p->flight.out_since > dead &&
		    now - p->in.rx > dead) {
			path_suspect(p, "no reports", now);
			break;
		}
		if ((out && now - p->flight.out_since > dead / 2 &&
		    now - p->live.probe_tx > dead / 2) ||
		    now >= keepalive_due(p))
			p->msg.pending |= PEND_PROBE;
		break;
	case LINK_SUSPECT:
		if (now - p->live.suspect_since > DOWN_AFTER)
			path_state(p, LINK_DOWN, "no reports", now);
		/* FALLTHROUGH */
	case LINK_DOWN:
		if (now < p->live.probe_next)
			break;
		p->live.probe_next = now + (now - p->live.suspect_since <
		    PROBE_SLOW_AFTER ? PROBE_FIRST : PROBE_SLOW);
		if (!p->opener || p->msg.open_next == NEVER)
			p->msg.pending |= PEND_PROBE;	/* else PATH_OPEN is */
		/* the peer may have given the path up */
		if (p->opener && p->msg.open_next == NEVER &&
		    p->st.state == LINK_DOWN)
			p->msg.pending |= PEND_OPEN;
		if (p->live.stale_at == NEVER)
			p->live.stale_at = now + STALE_AFTER;
		if (p->opener && now >= p->live.stale_at) {
			p->live.stale_at = now + STALE_AGAIN;
			tunnel_event(p->tunnel, CORE_LINK_STALE, p,
			    p->st.reason);
		}
		break;
	default:
		break;
	}
}

/*
 * While the tunnel sends and this path does not, the receiver is told that
 * nothing is missing on it; without that each loss elsewhere would be waited
 * for as if it might still come here.
 */
static uint64_t
sync_due(const struct path *p)
{
	if (!path_usable(p) || p->q.backlog > 0 || p->acct.last_data_tx == 0 ||
	    p->tunnel->last_tx <= p->acct.last_tx ||
	    p->acct.last_tx - p->acct.last_data_tx > IN_PLAY)
		return (NEVER);
	return (p->acct.last_tx + SYNC_INTERVAL);
}

/*
 * When an idle path is probed.  The opener's probes do for both ends while
 * they come.  A new path's delay and its jitter are found out at once: under
 * load they could not be told from a queue.
 */
static uint64_t
keepalive_due(const struct path *p)
{
	uint64_t	 us = 0;

	if (p->live.probe_number < LEARN)
		return (p->flight.last_eliciting_tx + LEARN_INTERVAL);
	if (p->link != NULL)
		us = p->link->conf.keepalive;
	if (us == 0)
		us = p->tunnel->conf.keepalive;
	if (us == 0)
		us = p->terms.backup ? DEFAULT_KEEPALIVE_BACKUP :
		    DEFAULT_KEEPALIVE;
	if (p->live.quality != LINK_UP)
		us = EXCLUDED_PROBE;	/* its loss is to be known */
	if (p->opener || p->live.quality != LINK_UP)
		return (p->flight.last_eliciting_tx + us);
	return (MAX(p->flight.last_eliciting_tx, p->acct.last_rx) + us * 5 / 2);
}

uint64_t
path_deadline(const struct path *p, uint64_t now)
{
	uint64_t	 when = NEVER, dead = path_dead_time(p);

	if (p->m2 != NULL)
		return (mlvpn2_link_deadline(p, now));
	if (p->addr.blocked || p->addr.ep.sock == SOCK_NONE)
		return (NEVER);
	if (p->msg.pending != 0 || p->addr.nresponse > 0)
		return (now);
	if (p->addr.cand.active)
		when = MIN(p->addr.cand.deadline, p->addr.cand.challenges <
		    CHALLENGE_MAX ? p->addr.cand.next : NEVER);
	if (p->opener || !p->addr.validated)
		when = MIN(when, p->msg.open_next);
	when = MIN(when, p->out.due);
	when = MIN(when, sync_due(p));
	when = MIN(when, pmtu_deadline(p));
	if (p->msg.status)
		when = MIN(when, p->msg.status_next);
	switch (p->st.state) {
	case LINK_UP:
		if (flight_waits(&p->flight)) {
			when = MIN(when, MAX(p->flight.out_since,
			    p->live.probe_tx) +
			    dead / 2 + 1);
			when = MIN(when, MAX(p->flight.out_since, p->in.rx) +
			    dead + 1);
		}
		when = MIN(when, keepalive_due(p));
		break;
	case LINK_SUSPECT:
		when = MIN(when, p->live.suspect_since + DOWN_AFTER + 1);
		/* FALLTHROUGH */
	case LINK_DOWN:
		when = MIN(when, p->live.probe_next);
		break;
	default:
		break;
	}
	return (MAX(when, now));
}

/*
 * Sending
 */

/* A control datagram if something is to be said; 0 if not. */
int
path_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct path	*q;
	struct frame	 f;
	uint8_t		 plain[1024], *b = plain;
	size_t		 len = DATA_INNERLEN, room;
	unsigned int	 pending = p->msg.pending;
	int		 i, eliciting, report;

	if (p->m2 != NULL)
		return (mlvpn2_link_compose(p, dg, now));
	if (p->addr.ep.sock == SOCK_NONE || p->addr.blocked)
		return (0);
	if (candidate_compose(p, dg, now))
		return (1);
	for (i = 0; i < t->nclosing; i++)
		if (now >= t->closing[i].next && path_usable(p))
			pending |= PEND_CLOSING;
	if (pending == 0 && p->addr.nresponse == 0)
		return (t->core->stopping ? 0 : pmtu_compose(p, dg, now));
	if (pending & PEND_CLOSE && p->msg.closes == 0) {
		p->msg.pending = 0;
		return (0);
	}

	room = MIN(sizeof(plain), DATA_INNERLEN + path_room(p, p->pmtu.mtu));
	tunnel_mark(p, plain);
	memset(&f, 0, sizeof(f));
	if (pending & PEND_CLOSE) {
		f.type = FRAME_CLOSE;
		f.u.close.reason = CLOSE_STOP;
		len += frame_put(&f, b + len, room - len);
		p->msg.closes--;
		if (p->msg.closes > 0)
			p->msg.pending |= PEND_CLOSE;
		return (seal_to(p, &p->addr.ep, plain, len, 0, dg, now));
	}
	p->msg.pending = 0;
	if (pending & PEND_OPEN) {
		f.type = FRAME_PATH_OPEN;
		f.u.open.gen = p->gen;
		f.u.open.flags = backup_flags(p);
		f.u.open.mtu = p->terms.mtu_own;
		f.u.open.up = p->link->conf.up.rate / 1000;
		f.u.open.down = p->link->conf.down.rate / 1000;
		memcpy(f.u.open.token, p->addr.token, TOKEN_LEN);
		memcpy(f.u.open.name, p->name, sizeof(f.u.open.name));
		len += frame_put(&f, b + len, room - len);
	}
	if (pending & PEND_OK) {
		f.type = FRAME_PATH_OK;
		f.u.ok.gen = p->gen;
		f.u.ok.flags = 0;
		f.u.ok.mtu = p->terms.mtu_own;
		memcpy(f.u.ok.token, p->addr.token_peer, TOKEN_LEN);
		memcpy(f.u.ok.own, p->addr.token, TOKEN_LEN);
		len += frame_put(&f, b + len, room - len);
	}
	for (; p->addr.nresponse > 0; p->addr.nresponse--) {
		f.type = FRAME_RESPONSE;
		memcpy(f.u.token, p->addr.response[p->addr.nresponse - 1],
		    TOKEN_LEN);
		len += frame_put(&f, b + len, room - len);
	}
	if (pending & PEND_PROBE) {
		f.type = FRAME_PROBE;
		f.u.probe.time = (uint32_t)now;
		f.u.probe.number = ++p->live.probe_number;
		f.u.probe.flags = p->st.state == LINK_UP ? 0 : PROBE_SUSPECT;
		len += frame_put(&f, b + len, room - len);
		p->live.probe_tx = now;
	}
	if (pending & PEND_STATUS) {
		f.type = FRAME_PATH_STATUS;
		f.u.status.path = p->id;
		f.u.status.gen = p->gen;
		f.u.status.flags = backup_flags(p) |
		    (p->st.disabled ? PATH_FLAG_DISABLED : 0);
		f.u.status.up = f.u.status.down = 0;
		if (p->opener) {
			f.u.status.up = p->link->conf.up.rate / 1000;
			f.u.status.down = p->link->conf.down.rate / 1000;
		}
		len += frame_put(&f, b + len, room - len);
		p->msg.status_number = t->as.lane[p->id]->tx_next;
		p->msg.status_next = now + path_dead_time(p);
	}
	if (pending & PEND_MTU)
		len += pmtu_put_result(p, b + len, room - len, now);
	if (pending & PEND_CLOSING)
		len += closing_put(p, b + len, room - len, now);
	eliciting = len > DATA_INNERLEN;
	report = (pending & PEND_REPORT) != 0;
	if (report) {
		report_fill(p, &f, now);
		len += frame_put(&f, b + len, room - len);
		p->out.answer = p->out.news = 0;
		p->out.due = NEVER;
		p->out.tx = now;
		for (i = 0; i < t->npaths; i++) {
			q = t->paths[i];
			if (q == p || !q->out.news ||
			    room - len < FRAME_MAX)
				continue;
			report_fill(q, &f, now);
			len += frame_put(&f, b + len, room - len);
		}
	}
	if (len == DATA_INNERLEN && (pending & PEND_SYNC) == 0)
		return (0);
	return (seal_to(p, &p->addr.ep, plain, len, eliciting, dg, now));
}

static size_t
closing_put(struct path *p, uint8_t *buf, size_t room, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct closing	*c;
	struct frame	 f;
	size_t		 len = 0;
	int		 i;

	for (i = t->nclosing - 1; i >= 0; i--) {
		c = &t->closing[i];
		if (now < c->next || room - len < FRAME_MAX)
			continue;
		f.type = FRAME_PATH_CLOSE;
		f.u.close.path = c->id;
		f.u.close.gen = c->gen;
		f.u.close.reason = c->reason;
		len += frame_put(&f, buf + len, room - len);
		c->via = p->id;
		c->number = t->as.lane[p->id]->tx_next;
		c->next = now + path_dead_time(p);
		if (++c->tries >= CHALLENGE_MAX)
			*c = t->closing[--t->nclosing];
	}
	return (len);
}

/* Seals a packet for the path; 0 when it cannot be sent there. */
int
path_send(struct path *p, struct pkt *pkt, struct dgram *dg, uint64_t now)
{
	uint64_t	 number;

	if (p->m2 != NULL)
		return (mlvpn2_link_send(p, pkt, dg, now));
	number = p->tunnel->as.lane[p->id]->tx_next;
	if (!seal_to(p, &p->addr.ep, fragment_head(pkt), DATA_INNERLEN +
	    fragment_size(pkt), 1, dg, now))
		return (0);
	p->acct.last_data_tx = p->tunnel->last_tx = now;
	history_add(p, flight_slot(&p->flight, number), pkt);
	return (1);
}

static int
seal_to(struct path *p, const struct endpoint *ep, const uint8_t *plain,
    size_t len, int eliciting, struct dgram *dg, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct lane	*lane = t->as.lane[p->id];
	uint64_t	 number;
	size_t		 bytes = len + DATA_HDRLEN + DATA_TAGLEN;

	if (!p->addr.validated && ep == &p->addr.ep) {
		if (p->addr.unval_tx + bytes > AMPLIFICATION * p->addr.unval_rx)
			return (0);
		p->addr.unval_tx += bytes;
	}
	dg->ep = *ep;
	dg->len = data_seal(&t->as.cur->k, lane, p->id, plain, len, dg->buf,
	    &number);
	if (dg->len == 0)
		return (0);

	history_drop(p, flight_slot(&p->flight, number));
	flight_add(&p->flight, number, dg->len + ip_overhead(ep), eliciting,
	    now);
	p->acct.last_tx = now;
	path_count_tx(p, dg, now);
	return (1);
}

/* What is to find out whether a datagram of that size arrives. */
int
path_seal_probe(struct path *p, const uint8_t *plain, size_t len,
    struct dgram *dg, uint64_t now)
{
	uint64_t	 number = p->tunnel->as.lane[p->id]->tx_next;

	if (!seal_to(p, &p->addr.ep, plain, len, 0, dg, now))
		return (0);
	flight_probe(&p->flight, number);
	return (1);
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
	return (p->m2 != NULL || fragment_size(pkt) <=
	    path_room(p, p->pmtu.mtu));
}

/*
 * For people
 */

/* Bytes of the headers that datagrams there have. */
size_t
ip_overhead(const struct endpoint *ep)
{
	return (ep->remote.family == 6 ? OVERHEAD_IP6 : OVERHEAD_IP4);
}

/* A datagram came that counts. */
void
path_count_rx(struct path *p, const struct dgram *dg, uint64_t now)
{
	size_t	 bytes = dg->len + ip_overhead(&dg->ep);

	p->acct.rx_packets++;
	p->acct.rx_bytes += bytes;
	meter_add(&p->acct.rx_meter, bytes, now);
	p->acct.last_rx = now;
}

/* A datagram goes out, which takes its time. */
void
path_count_tx(struct path *p, const struct dgram *dg, uint64_t now)
{
	size_t	 bytes = dg->len + ip_overhead(&dg->ep);

	sched_charge(p, bytes, now);
	p->acct.tx_packets++;
	p->acct.tx_bytes += bytes;
	meter_add(&p->acct.tx_meter, bytes, now);
}

static void
meter_add(struct rate_meter *m, size_t bytes, uint64_t now)
{
	if (now - m->start >= USEC) {
		m->rate = now - m->start < 2 * USEC ?
		    m->bytes * 8 * USEC / (now - m->start) : 0;
		m->start = now;
		m->bytes = 0;
	}
	m->bytes += bytes;
}

uint64_t
meter_rate(const struct rate_meter *m, uint64_t now)
{
	if (now - m->start >= 2 * USEC)
		return (0);
	if (now - m->start >= USEC)
		return (m->bytes * 8 * USEC / (now - m->start));
	return (m->rate);
}

void
path_ctl(const struct path *p, struct ctl_link *c, uint64_t now)
{
	const struct tunnel	*t = p->tunnel;
	int			 i;

	strlcpy(c->tunnel, t->conf.name, sizeof(c->tunnel));
	strlcpy(c->name, p->name, sizeof(c->name));
	strlcpy(c->reason, p->st.reason, sizeof(c->reason));
	c->local = p->addr.ep.local;
	c->remote = p->addr.ep.remote;
	c->rtable = p->link != NULL ? p->link->conf.rtable : RTABLE_DEFAULT;
	c->state = p->st.disabled ? LINK_DISABLED :
	    p->st.state == LINK_UP ? p->live.quality : p->st.state;
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
		for (i = 0; i < t->npaths; i++)
			if (t->paths[i]->delay.valid)
				c->owd_diff = MAX(c->owd_diff,
				    p->delay.base - t->paths[i]->delay.base);
	}
	c->loss_tx = p->tx_loss.rate;
	c->loss_rx = p->rx_loss.rate;
	c->rate_conf = p->terms.rate_conf;
	c->rate = p->rate.bps;
	c->rate_measured = p->rate.delivered;
	c->rate_peer = p->terms.rate_peer;
	hint_text(p, c->hint, sizeof(c->hint), now);
	c->tx_rate = meter_rate(&p->acct.tx_meter, now);
	c->rx_rate = meter_rate(&p->acct.rx_meter, now);
	c->tx_packets = p->acct.tx_packets;
	c->tx_bytes = p->acct.tx_bytes;
	c->rx_packets = p->acct.rx_packets;
	c->rx_bytes = p->acct.rx_bytes;
	c->tx_errors = p->acct.tx_errors;
	c->resent = p->acct.resent;
	c->mtu = p->m2 != NULL ? p->terms.mtu_own : p->pmtu.mtu;
	c->mtu_measured = p->pmtu.measured;
	if (p->m2 != NULL)
		mlvpn2_link_ctl(p, c);
}
