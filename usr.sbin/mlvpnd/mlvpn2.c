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
 * Owns the flows of a tunnel whose peer runs MLVPN 2.2 or 2.3: how they
 * begin, are kept and end, and the path of each.  These are the operations of
 * such paths (path.h).
 */


#include <sys/param.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "deliver.h"
#include "flow.h"
#include "mlvpn2.h"
#include "packet.h"
#include "path.h"
#include "wire.h"

/*
 * Links of a tunnel whose peer runs MLVPN 2.2 or 2.3.  Each is a path, with a
 * session of its own: a flow of the peer, begun by AUTH and AUTH_OK, kept by
 * a KEEPALIVE each second.
 *
 * That protocol has one key for all, forever, no sign of direction, and a
 * header that nothing protects.  So what comes is believed as little as can
 * be: each datagram once, from one flow of the peer at a time, never from one
 * of ours; an address only with news; a DISCONNECT only when silence follows.
 * A new flow takes over from one that has gone quiet, and gives way again
 * should that have something new to say: it may have been a recorded one.
 */

#define KEEPALIVE_TIME	USEC		/* peers count nothing else as life */
#define AUTH_RETRY	USEC
#define ASKED		(5 * USEC)	/* an AUTH may be answered */
#define UNANSWERED	(3 * USEC)
#define LATE_LEAST	(1250 * 1000)	/* suspect, and see late_after() */
#define SILENT		(2500 * 1000)	/* at last, and others may call */
#define DEAD		(3500 * 1000)
#define PASSED_OVER	(300 * 1000)	/* silent, while others bring much */
#define PASSED_OVER_PKTS	8	/* and four turns missed */
#define PASSED_OVER_TURNS	30	/* taken before */
#define SILENT_SLOW	(4200 * 1000)	/* of peers that say little */
#define TIMEOUT_MIN	(2 * USEC)
#define GAP		(2300 * 1000)	/* more than one KEEPALIVE is late */
#define GAP_AGAIN	(30 * USEC)
#define SLOW_FOR	(60 * USEC)
#define GONE		(2 * USEC)	/* no answer after a suspicion */
#define PROBE_TIME	(300 * 1000)
#define ECHO_PROBE	(1500 * 1000)	/* without one */
#define ECHO_LOST	(4 * USEC)
#define ECHO_HELD	USEC		/* an older stamp is not returned */
#define ECHO_MAX	5000		/* ms a stamp may take to come back */
#define OWD_JUMP	USEC		/* the peer set its clock */
#define OWD_FRESH	(200 * 1000)	/* older delays say nothing */
#define MOVE_AFTER	(500 * 1000)	/* of silence from the old address */
#define UNWANTED_TIME	USEC		/* between answers to these */
#define UNPACED		2000000ULL	/* bit/s above which links without a
					   rate are used in turn */
#define MTU_LEAST	1280		/* of a link */

/* What the next datagrams must be, but for packets. */
#define SAY_DISCONNECT	0x01
#define SAY_AUTH	0x02
#define SAY_AUTH_OK	0x04
#define SAY_KEEPALIVE	0x08

static struct path *m2_open(struct paths *, struct link *, uint64_t);
static void	 m2_reopen(struct path *, uint64_t);
static void	 m2_free(struct path *);
static void	 m2_remove(struct path *, uint8_t, uint64_t);
static void	 m2_stop(struct path *);
static void	 m2_changed(struct path *, uint64_t);
static void	 m2_tell(struct path *, uint64_t);
static void	 m2_suspect(struct path *, uint64_t);
static void	 m2_too_long(struct path *, const struct dgram *, uint64_t);
static void	 m2_timer(struct path *, uint64_t);
static uint64_t	 m2_deadline(const struct path *, uint64_t);
static int	 m2_compose(struct path *, struct dgram *, uint64_t);
static int	 m2_send(struct path *, struct pkt *, struct dgram *,
		    uint64_t);
static int	 m2_permits(const struct path *);
static size_t	 m2_room(const struct path *);
static uint16_t	 m2_mtu(const struct path *);
static void	 m2_ctl(const struct path *, struct ctl_link *);

static uint64_t	 start_seq(struct shared *, uint64_t);
static uint32_t	 new_flow(struct shared *);
static int	 is_own_flow(const struct mlvpn2_links *, uint32_t);
static int	 is_peer_flow(const struct mlvpn2_links *, uint32_t);
static void	 index_by_sock(struct mlvpn2 *);
static int	 serves(const struct mlvpn2 *);
static void	 ask(struct mlvpn2 *, uint64_t);
static void	 call(struct mlvpn2 *, uint64_t);
static uint64_t	 configured(const struct path *);
static int	 came_already(const struct mlvpn2 *,
		    const struct mlvpn2_header *);
static void	 retire(struct mlvpn2 *);
static uint64_t	 key_name(const struct mlvpn2_tunnel *);
static int	 session_admits(struct mlvpn2 *, const struct mlvpn2_header *,
		    const uint8_t *, size_t, uint64_t);
static int	 may_call(const struct mlvpn2 *, const struct mlvpn2_header *,
		    uint64_t);
static void	 disconnect_unwanted(struct mlvpn2 *,
		    const struct mlvpn2_header *,
		    const struct dgram *, uint64_t);
static void	 begin(struct mlvpn2 *, const struct mlvpn2_header *,
		    uint64_t);
static void	 clear_data(struct mlvpn2 *, const struct mlvpn2_header *,
		    const struct dgram *, uint64_t);
static void	 authentic(struct mlvpn2 *, const struct mlvpn2_header *,
		    const struct dgram *, struct pkt *, uint64_t);
static void	 heard(struct mlvpn2 *, uint64_t);
static void	 learn_beat(struct mlvpn2 *, uint64_t);
static void	 learn_times(struct mlvpn2 *, const struct mlvpn2_header *,
		    uint64_t);
static void	 learn_rate(struct mlvpn2 *, int64_t, uint64_t);
static void	 learn_address(struct mlvpn2 *, const struct dgram *, int,
		    uint64_t);
static void	 got_auth(struct mlvpn2 *, uint64_t);
static void	 got_disconnect(struct mlvpn2 *, const struct mlvpn2_header *,
		    uint64_t);
static void	 got_data(struct mlvpn2 *, const struct mlvpn2_header *,
		    struct pkt *, uint64_t);
static void	 order_input(struct mlvpn2 *, struct pkt *, struct pktq *,
		    uint64_t);
static void	 order_reset(struct mlvpn2_tunnel *);
static void	 rates(struct mlvpn2_tunnel *);
static void	 alive(struct mlvpn2 *, uint64_t);
static void	 passed_over(struct mlvpn2 *, uint64_t);
static int	 misses_turns(const struct mlvpn2 *, uint64_t);
static void	 silent(struct mlvpn2 *, uint64_t);
static int	 is_slow(const struct mlvpn2 *, uint64_t);
static uint64_t	 late_after(const struct mlvpn2 *, uint64_t);
static uint64_t	 silent_after(const struct mlvpn2 *, uint64_t);
static uint64_t	 dead_after(const struct mlvpn2 *, uint64_t);
static uint64_t	 keepalive_next(const struct mlvpn2 *);
static void	 seal(struct mlvpn2 *, uint8_t, uint64_t, const uint8_t *,
		    size_t, struct dgram *, uint64_t);
static uint16_t	 stamp(uint64_t);

const struct path_ops mlvpn2_path_ops = {
	.open =		m2_open,
	.reopen =	m2_reopen,
	.free =		m2_free,
	.remove =	m2_remove,
	.stop =		m2_stop,
	.changed =	m2_changed,
	.tell =		m2_tell,
	.suspect =	m2_suspect,
	.too_long =	m2_too_long,
	.timer =	m2_timer,
	.deadline =	m2_deadline,
	.compose =	m2_compose,
	.send =		m2_send,
	.permits =	m2_permits,
	.room =		m2_room,
	.mtu =		m2_mtu,
	.ctl =		m2_ctl,
	.reports =	0
};

/*
 * Tunnels and links
 */

void
mlvpn2_links_init(struct mlvpn2_links *ml)
{
	size_t	 i;

	for (i = 0; i < MLVPN2_SOCKETS; i++)
		LIST_INIT(&ml->socket[i]);
}

/* The count of packets begins like that of each link. */
void
mlvpn2_init(struct mlvpn2_tunnel *mt, struct paths *ps,
    struct deliver *deliver, const uint8_t *flow_key, uint64_t now)
{
	mt->tunnel = ps->tunnel;
	mt->conf = ps->conf;
	mt->paths = ps;
	mt->shared = ps->shared;
	mt->deliver = deliver;
	mt->flow_key = flow_key;
	ps->proto = mt;
	mt->data_seq = start_seq(mt->shared, now);
	mlvpn2_order_init(&mt->order, ps->share);
	mt->quiet_at = NEVER;
}

void
mlvpn2_free(struct mlvpn2_tunnel *mt)
{
	mlvpn2_order_free(&mt->order);
}

/*
 * A nonce must not come twice under a key that never changes.  So numbers
 * begin with the time, in units of 2^-32 seconds, which no link uses up as
 * fast as they pass.
 */
static uint64_t
start_seq(struct shared *sh, uint64_t now)
{
	uint64_t	 wall = stamp_next(&sh->stamps, now);

	return ((wall / USEC) << 32 | ((wall % USEC) << 32) / USEC);
}

static uint32_t
new_flow(struct shared *sh)
{
	uint32_t	 flow;

	do {
		rnd_bytes(&sh->rnd, &flow, sizeof(flow));
	} while (is_own_flow(&sh->mlvpn2, flow) ||
	    is_peer_flow(&sh->mlvpn2, flow));
	return (flow);
}

/* One of this process, now or lately: it can only be a reflection. */
static int
is_own_flow(const struct mlvpn2_links *ml, uint32_t flow)
{
	const struct mlvpn2	*m;
	size_t			 i;

	for (i = 0; i < MLVPN2_SOCKETS; i++)
		LIST_FOREACH(m, &ml->socket[i], entry)
			if (m->flow == flow)
				return (1);
	for (i = 0; i < MIN(ml->nown, MLVPN2_FLOWS); i++)
		if (ml->own[i] == flow)
			return (1);
	return (0);
}

static int
is_peer_flow(const struct mlvpn2_links *ml, uint32_t flow)
{
	const struct mlvpn2	*m;
	size_t			 i;

	for (i = 0; i < MLVPN2_SOCKETS; i++)
		LIST_FOREACH(m, &ml->socket[i], entry)
			if (m->exists && m->peer == flow)
				return (1);
	return (0);
}

/* The path of a link that has a socket; NULL without memory. */
static struct path *
m2_open(struct paths *ps, struct link *l, uint64_t now)
{
	struct mlvpn2_tunnel	*mt = ps->proto;
	struct path	*p;
	struct mlvpn2	*m;
	uint8_t		 id;

	for (id = 0; id < PATH_SLOTS && ps->id[id] != NULL; id++)
		continue;
	if (id == PATH_SLOTS || (m = calloc(1, sizeof(*m))) == NULL)
		return (NULL);
	if ((p = path_alloc(ps, id, NULL)) == NULL) {
		free(m);
		return (NULL);
	}
	path_of_link(p, l, m, now);
	m->path = p;
	m->mt = mt;
	m->flow = new_flow(mt->shared);
	m->seq = start_seq(mt->shared, now);
	m->unwanted_tx = m->auth_tx = m->last_gap = NEVER;
	path_addr_is(&p->addr, &l->ep);
	index_by_sock(m);
	rates(mt);
	/* a peer that still takes the link for up is to begin anew */
	if (!serves(m))
		m->say |= SAY_DISCONNECT;
	ask(m, now);
	return (p);
}

static void
m2_free(struct path *p)
{
	struct mlvpn2_links	*ml = &p->paths->shared->mlvpn2;
	struct mlvpn2	*m = p->proto;

	retire(m);
	ml->own[ml->nown++ % MLVPN2_FLOWS] = m->flow;
	LIST_REMOVE(m, entry);
	freezero(m, sizeof(*m));
}

/* Found by its socket from now on. */
static void
index_by_sock(struct mlvpn2 *m)
{
	struct mlvpn2_links	*ml = &m->mt->shared->mlvpn2;

	m->sock = m->path->addr.ep.sock;
	LIST_INSERT_HEAD(&ml->socket[m->sock % MLVPN2_SOCKETS], m, entry);
}

/* Does this end wait for the peer's call? */
static int
serves(const struct mlvpn2 *m)
{
	return (m->path->link->conf.listen.family != 0);
}

/* No session, or none that can be used. */
static void
ask(struct mlvpn2 *m, uint64_t now)
{
	struct path	*p = m->path;

	m->configured = p->link->ep.remote;
	m->served = serves(m);
	m->auth_next = NEVER;
	call(m, now);
	path_rescue(p, now);
	if (serves(m))
		path_addr_unknown(&p->addr);
	else			/* this end chose the address */
		path_addr_confirmed(&p->addr);
	path_event(p, PATH_EVT_OPEN, serves(m) ? REASON_WAITING :
	    REASON_OPENING, now);
}

/* A client calls where it is configured to, wherever the peer was last. */
static void
call(struct mlvpn2 *m, uint64_t now)
{
	struct path	*p = m->path;
	struct endpoint	 ep = p->addr.ep;

	if (serves(m))
		return;
	ep.remote = p->link->ep.remote;
	path_addr_moved(&p->addr, &ep);
	m->auth_next = now;
}

/* The link's socket or address is another, or the same once more. */
static void
m2_reopen(struct path *p, uint64_t now)
{
	struct mlvpn2		*m = p->proto;
	const struct link	*l = p->link;
	struct endpoint		 ep = p->addr.ep;
	int			 other;

	path_own_mtu(p);
	other = !addr_equal(&m->configured, &l->ep.remote) ||
	    m->served != serves(m);
	if (!other && p->addr.ep.sock == l->ep.sock)
		return;
	if (other)
		ep.remote = l->ep.remote;
	ep.sock = l->ep.sock;
	ep.local = l->ep.local;
	path_addr_moved(&p->addr, &ep);
	LIST_REMOVE(m, entry);
	index_by_sock(m);
	if (other)
		ask(m, now);
	else
		m->keepalive_next = now;
	if (p->st.state != PATH_UP)
		call(m, now);
}

/* Other keys: nothing that was before counts. */
void
mlvpn2_restart(struct mlvpn2_tunnel *mt, uint64_t now)
{
	struct mlvpn2	*m;
	int		 i;

	order_reset(mt);
	for (i = 0; i < mt->paths->n; i++) {
		m = mt->paths->list[i]->proto;
		retire(m);
		ask(m, now);
	}
}

/* The link goes away, and the peer need not find out by itself. */
static void
m2_remove(struct path *p, uint8_t reason, uint64_t now)
{
	struct dgram	 dg;
	struct raw	*raw;

	if (!p->st.was_up || p->addr.ep.sock == SOCK_NONE ||
	    (raw = rawq_add(&p->paths->shared->rawq)) == NULL)
		return;
	memset(&dg, 0, sizeof(dg));
	dg.buf = raw->buf;
	seal(p->proto, MLVPN2_DISCONNECT, 0, NULL, 0, &dg, now);
	raw->ep = dg.ep;
	raw->len = dg.len;
}

/*
 * Rates are the configured ones.  A link without one is taken to be like
 * those that have it; if none has, all are equal and nothing is held back.
 */
static void
rates(struct mlvpn2_tunnel *mt)
{
	struct path	*p;
	uint64_t	 bps, sum = 0, mean = 0;
	int		 i, n = 0;

	for (i = 0; i < mt->paths->n; i++) {
		bps = configured(mt->paths->list[i]);
		sum += bps;
		n += bps != 0;
	}
	if (n > 0)
		mean = sum / n;
	for (i = 0; i < mt->paths->n; i++) {
		if ((p = mt->paths->list[i])->link == NULL)
			continue;
		if ((bps = configured(p)) == 0)
			bps = mean;
		path_rates_fixed(p, bps, p->link->conf.down.rate);
		path_backup(p, p->link->conf.backup, p->link->conf.overflow);
		pacer_unpaced(&p->pacer, bps == 0);
		rate_fix(&p->rate, bps == 0 ? UNPACED : bps * 99 / 100);
	}
}

/* bit/s, 0 none */
static uint64_t
configured(const struct path *p)
{
	const struct rate_conf	*up;

	if (p->link == NULL)
		return (0);
	up = &p->link->conf.up;
	return (up->rate != 0 ? up->rate : up->max);
}

/*
 * Receiving
 */

void
mlvpn2_receive(struct mlvpn2 *m, const struct mlvpn2_header *h,
    const struct dgram *dg, uint64_t now)
{
	struct mlvpn2_tunnel	*mt = m->mt;
	struct pkt	*p;
	ssize_t		 len;
	int		 known = m->exists && h->flow == m->peer;

	if (!known && is_own_flow(&mt->shared->mlvpn2, h->flow)) {
		mt->rx_rejected++;
		return;
	}
	if (h->type == MLVPN2_DATA && mt->conf->cleartext) {
		if (known)
			clear_data(m, h, dg, now);
		else
			mt->rx_rejected++;
		return;
	}
	if (came_already(m, h)) {
		mt->rx_replayed++;
		return;
	}

	if ((p = pkt_get(&mt->shared->pool)) == NULL)
		return;
	if ((len = mlvpn2_open(h, dg->buf, mt->conf->psk, PKT_DATA(p))) == -1) {
		mt->rx_badtag++;
		pkt_put(&mt->shared->pool, p);
		return;
	}
	p->len = len;
	if (!session_admits(m, h, PKT_DATA(p), len, now)) {
		/* a client that begins says that it ended */
		if (m->exists || h->type != MLVPN2_DISCONNECT)
			mt->rx_rejected++;
		disconnect_unwanted(m, h, dg, now);
		pkt_put(&mt->shared->pool, p);
		return;
	}
	authentic(m, h, dg, p, now);
}

/* The link that has this socket, and this address of it if it is shared. */
struct mlvpn2 *
mlvpn2_find(const struct mlvpn2_links *ml, const struct dgram *dg)
{
	const struct addr	*local = &dg->ep.local, *want;
	struct mlvpn2		*m;

	LIST_FOREACH(m, &ml->socket[dg->ep.sock % MLVPN2_SOCKETS], entry) {
		if (m->sock != dg->ep.sock)
			continue;
		want = &m->path->link->conf.listen;
		if (want->family == 0 || local->family == 0 ||
		    sodium_is_zero(want->ip, sizeof(want->ip)) ||
		    memcmp(want->ip, local->ip, sizeof(want->ip)) == 0)
			return (m);
	}
	return (NULL);
}

/* On this link or another, in a session or in one that was. */
static int
came_already(const struct mlvpn2 *m, const struct mlvpn2_header *h)
{
	struct mlvpn2_tunnel		*mt = m->mt;
	const struct mlvpn2_run	*run;
	const struct mlvpn2	*o;
	int			 i;

	if (m->exists && h->flow == m->peer)
		return (mlvpn2_window_seen(&m->window, h->seq));
	for (i = 0; i < mt->paths->n; i++) {
		o = mt->paths->list[i]->proto;
		if (o->exists && o->peer == h->flow &&
		    h->seq <= o->window.highest)
			return (1);
	}
	run = mlvpn2_flow_find(&mt->retired, h->flow);
	return (run != NULL && h->seq <= run->highest);
}

/* The session ends; its flow is remembered, with what came of it. */
static void
retire(struct mlvpn2 *m)
{
	if (!m->exists)
		return;
	m->exists = 0;
	mlvpn2_flow_add(&m->mt->retired, m->peer,
	    m->window.highest);
}

void
mlvpn2_flows_set(struct mlvpn2_tunnel *mt, const struct peer_flow *f,
    size_t n)
{
	uint64_t	 key = key_name(mt);
	size_t		 i;

	for (i = 0; i < n; i++)
		if (f[i].key == key)
			mlvpn2_flow_add(&mt->retired, f[i].flow,
			    f[i].highest);
}

/* The oldest first, at most n; returns how many. */
size_t
mlvpn2_flows(const struct mlvpn2_tunnel *mt, struct peer_flow *f, size_t n)
{
	const struct mlvpn2_run	*run;
	const struct mlvpn2	*m;
	uint64_t		 key = key_name(mt);
	size_t			 got;
	int			 i;

	for (got = 0; got < n &&
	    (run = mlvpn2_flow_get(&mt->retired, got)) != NULL; got++) {
		f[got].key = key;
		f[got].flow = run->flow;
		f[got].highest = run->highest;
	}
	for (i = 0; i < mt->paths->n && got < n; i++) {
		m = mt->paths->list[i]->proto;
		if (!m->exists)
			continue;
		f[got].key = key;
		f[got].flow = m->peer;
		f[got++].highest = m->window.highest;
	}
	return (got);
}

/* Tells one secret from another, and nothing else. */
static uint64_t
key_name(const struct mlvpn2_tunnel *mt)
{
	uint8_t	 hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), mt->conf->psk,
	    sizeof(mt->conf->psk), NULL, 0);
	return (get64(hash));
}

/*
 * Does what is authentic belong to the session, or may it begin one?  The
 * type is not protected, so AUTH and AUTH_OK must say in their text too what
 * they are.
 */
static int
session_admits(struct mlvpn2 *m, const struct mlvpn2_header *h,
    const uint8_t *text, size_t len, uint64_t now)
{
	int	 known = m->exists && h->flow == m->peer;

	switch (h->type) {
	case MLVPN2_AUTH:
		if (!serves(m) || len < 2 || memcmp(text, "AU", 2) != 0)
			return (0);
		break;
	case MLVPN2_AUTH_OK:
		if (serves(m) || len < 2 || memcmp(text, "OK", 2) != 0)
			return (0);
		break;
	default:
		/* the peer that a recorded flow has displaced */
		if (!known && m->exists && !m->confirmed &&
		    mlvpn2_flow_find(&m->mt->retired, h->flow) != NULL) {
			begin(m, h, now);
			m->confirmed = 1;
			return (1);
		}
		return (known);
	}
	if (known)
		return (1);
	if (!may_call(m, h, now))
		return (0);
	begin(m, h, now);
	return (1);
}

/* A session that has been confirmed and still speaks is not given up. */
static int
may_call(const struct mlvpn2 *m, const struct mlvpn2_header *h, uint64_t now)
{
	if (h->type == MLVPN2_AUTH_OK && (m->auth_tx == NEVER ||
	    now - m->auth_tx > ASKED))
		return (0);		/* nobody asked */
	if (!m->exists || !m->confirmed || m->leaving)
		return (1);
	if (m->path->st.state == PATH_OPENING || m->path->st.state == PATH_DOWN)
		return (1);
	return (now - m->heard > silent_after(m, now));
}

/* A peer that takes the link for up, and is not to, learns of it: it drops
 * the link and calls. */
static void
disconnect_unwanted(struct mlvpn2 *m, const struct mlvpn2_header *h,
    const struct dgram *dg,
    uint64_t now)
{
	struct path	*p = m->path;
	struct dgram	 answer;
	struct raw	*raw;

	if (!serves(m) || (h->type != MLVPN2_KEEPALIVE &&
	    h->type != MLVPN2_DATA) || p->st.state == PATH_UP ||
	    p->st.state == PATH_SUSPECT ||
	    (m->unwanted_tx != NEVER && now - m->unwanted_tx < UNWANTED_TIME) ||
	    (raw = rawq_add(&p->paths->shared->rawq)) == NULL)
		return;
	m->unwanted_tx = now;
	memset(&answer, 0, sizeof(answer));
	answer.buf = raw->buf;
	seal(m, MLVPN2_DISCONNECT, 0, NULL, 0, &answer, now);
	raw->ep = dg->ep;
	raw->len = answer.len;
}

/* A flow of the peer takes over the link. */
static void
begin(struct mlvpn2 *m, const struct mlvpn2_header *h, uint64_t now)
{
	struct path		*p = m->path;
	struct mlvpn2_tunnel		*mt = p->paths->proto;
	const struct mlvpn2_run	*run;
	struct mlvpn2		*o;
	int			 i;

	retire(m);
	for (i = 0; i < mt->paths->n; i++) {
		o = mt->paths->list[i]->proto;
		if (o->peer == h->flow)
			retire(o);
	}
	if ((run = mlvpn2_flow_find(&mt->retired, h->flow)) != NULL)
		mlvpn2_window_init(&m->window, 1, run->highest);
	else
		mlvpn2_window_init(&m->window, 0, 0);
	m->exists = 1;
	m->confirmed = 0;
	m->counted = 0;
	m->leaving = 0;
	m->want_echo = 0;
	m->peer = h->flow;
	m->version = h->version;
	memset(m->clear_seen, 0, sizeof(m->clear_seen));
	m->stamped = 0;
	m->has_echo = 0;
	m->turns = 0;
	m->heard = m->beat_at = now;
	m->beat = silent_after(m, now);
	m->there = 0;
	m->received = 0;
	loss_begin(&p->rx_loss, h->seq, 0);
	loss_restart(&p->rx_loss, now);
	order_reset(mt);
}

/*
 * A packet in the clear may be anybody's who saw the flow.  It is taken from
 * the peer's address only, once if its number is not too old to tell, and is
 * no sign of life.  Its times are as good as those of other headers.
 */
static void
clear_data(struct mlvpn2 *m, const struct mlvpn2_header *h,
    const struct dgram *dg, uint64_t now)
{
	struct path	*p = m->path;
	struct mlvpn2_tunnel	*mt = p->paths->proto;
	struct pkt	*pkt;
	uint64_t	*seen = &m->clear_seen[h->seq % MLVPN2_WINDOW];

	if (p->st.state != PATH_UP && p->st.state != PATH_SUSPECT)
		return;			/* not yet, or no more */
	if (!endpoint_equal(&dg->ep, &p->addr.ep)) {
		mt->rx_rejected++;
		return;
	}
	if (*seen == h->seq + 1) {
		mt->rx_replayed++;
		return;
	}
	if ((pkt = pkt_get(&mt->shared->pool)) == NULL)
		return;
	*seen = h->seq + 1;
	m->received++;
	path_rx(p, dg, now);
	learn_times(m, h, now);
	pkt->len = h->len;
	memcpy(PKT_DATA(pkt), dg->buf + MLVPN2_HDRLEN, h->len);
	got_data(m, h, pkt, now);
}

/* Takes over pkt, which holds the plaintext. */
static void
authentic(struct mlvpn2 *m, const struct mlvpn2_header *h,
    const struct dgram *dg, struct pkt *pkt, uint64_t now)
{
	struct path	*p = m->path;
	int		 newest, auth;

	auth = h->type == MLVPN2_AUTH || h->type == MLVPN2_AUTH_OK;
	newest = mlvpn2_window_add(&m->window, h->seq);
	if (!auth)
		m->confirmed = 1;
	m->received++;
	path_rx(p, dg, now);
	loss_receive(&p->rx_loss, m->window.highest, m->received, now);
	heard(m, now);
	if (newest) {
		learn_times(m, h, now);
		learn_address(m, dg, auth, now);
	}

	switch (h->type) {
	case MLVPN2_AUTH:
		m->say |= SAY_AUTH_OK;
		/* FALLTHROUGH */
	case MLVPN2_AUTH_OK:
		got_auth(m, now);
		break;
	case MLVPN2_DISCONNECT:
		if (newest)
			got_disconnect(m, h, now);
		break;
	default:
		if (!m->leaving || h->seq > m->leave_seq)
			alive(m, now);
		if (h->type == MLVPN2_KEEPALIVE)
			learn_beat(m, now);
		if (h->type == MLVPN2_DATA) {
			passed_over(m, now);
			got_data(m, h, pkt, now);
			return;
		}
		break;
	}
	pkt_put(&p->paths->shared->pool, pkt);
}

/* A peer that keeps silent for longer is given longer. */
static void
heard(struct mlvpn2 *m, uint64_t now)
{
	if (now - m->heard > GAP && m->path->st.state != PATH_DOWN) {
		if (m->last_gap != NEVER && now - m->last_gap < GAP_AGAIN)
			m->slow_until = now + SLOW_FOR;
		m->last_gap = now;
	}
	m->heard = now;
}

/* The longest time between KEEPALIVEs, forgotten by and by. */
static void
learn_beat(struct mlvpn2 *m, uint64_t now)
{
	m->beat = MAX(now - m->beat_at, m->beat - m->beat / 8);
	m->beat_at = now;
}

/*
 * Each stamp comes back once, with the time it was held added.  The sender's
 * own stamp less that is the time from here to there, but for the clocks'
 * offset, which is the same on all links.
 */
static void
learn_times(struct mlvpn2 *m, const struct mlvpn2_header *h, uint64_t now)
{
	struct path	*p = m->path;
	struct mlvpn2_tunnel	*mt = p->paths->proto;
	uint16_t	 rtt;
	int64_t		 owd;

	if (h->stamp != MLVPN2_NOSTAMP) {
		m->stamped = 1;
		m->stamp = h->stamp;
		m->stamp_at = now;
	}
	rtt = stamp(now) - h->echo;
	if (h->echo == MLVPN2_NOSTAMP || rtt >= ECHO_MAX)
		return;
	m->echo_at = now;
	m->has_echo = 1;
	m->echo_sent = now - rtt * 1000ULL;
	delay_rtt(&p->delay, rtt * 1000);
	if (h->stamp == MLVPN2_NOSTAMP)
		return;
	mt->owd += (int16_t)(h->stamp - h->echo - (uint16_t)mt->owd);
	owd = mt->owd * 1000;
	if (llabs(owd - p->delay.owd) > (int64_t)OWD_JUMP)
		delay_owd_forget(&p->delay);
	else if (now - m->owd_at > OWD_FRESH)
		delay_owd_is(&p->delay, owd);
	m->owd_at = now;
	delay_owd(&p->delay, owd, now);
	learn_rate(m, owd, now);
}

static void
learn_rate(struct mlvpn2 *m, int64_t owd, uint64_t now)
{
	struct path		*p = m->path;
	struct mlvpn2_sample	 sample;
	uint64_t		 bps;

	if (p->pacer.unpaced)
		return;
	sample.owd = owd;
	sample.sent = m->echo_sent;
	sample.base = p->delay.base;
	sample.held_back = p->rate.saturated_at;
	sample.configured = p->terms.rate_conf;
	sample.rate = p->rate.bps;
	if ((bps = mlvpn2_rate(&m->rate, &sample, now)) != 0)
		rate_fix(&p->rate, bps);
}

/* The peer is where its news come from. */
static void
learn_address(struct mlvpn2 *m, const struct dgram *dg, int at_once,
    uint64_t now)
{
	struct path	*p = m->path;
	struct endpoint	 ep = p->addr.ep;
	int		 first = !p->addr.validated;

	if (endpoint_equal(&dg->ep, &p->addr.ep)) {
		m->there = now;
		path_addr_confirmed(&p->addr);
		if (serves(m) && dg->ep.local.family != 0)
			path_addr_local(&p->addr, &dg->ep.local);
		return;
	}
	if (!at_once && p->addr.validated && now - m->there < MOVE_AFTER)
		return;
	m->there = now;
	ep.remote = dg->ep.remote;
	if (serves(m) && dg->ep.local.family != 0)
		ep.local = dg->ep.local;
	path_addr_is(&p->addr, &ep);
	m->keepalive_next = now;
	if (!first && p->st.was_up)
		path_notify(p, CORE_LINK_MOVED, REASON_MOVED);
}

static void
got_auth(struct mlvpn2 *m, uint64_t now)
{
	struct path	*p = m->path;

	/* who calls does not hear, or is a recorded one with no more to say */
	if (serves(m)) {
		path_suspect(p, REASON_CALLED, now);
		m->want_echo = 0;
		return;
	}
	m->auth_next = NEVER;
	m->leaving = 0;
	if (p->st.state == PATH_UP)
		return;
	m->mt->handshakes++;
	m->counted = 1;
	m->keepalive_next = now;	/* the server waits for it */
	m->has_echo = 0;
	m->want_echo = 0;
	liveness_answered(&p->live);
	path_event(p, PATH_EVT_CONFIRM, REASON_NONE, now);
}

/*
 * Anyone on the way can make one of a KEEPALIVE: believed if nothing follows
 * it.  A server that has begun anew answers nothing but AUTH.
 */
static void
got_disconnect(struct mlvpn2 *m, const struct mlvpn2_header *h, uint64_t now)
{
	struct path	*p = m->path;

	if (p->st.state != PATH_UP && p->st.state != PATH_SUSPECT)
		return;
	m->leaving = 1;
	m->leave_seq = h->seq;
	if (p->st.state == PATH_UP) {
		path_suspect(p, REASON_CLOSED, now);
		m->want_echo = 0;
		if (!serves(m))
			m->auth_next = now;
	}
}

/* Takes over p. */
static void
got_data(struct mlvpn2 *m, const struct mlvpn2_header *h, struct pkt *p,
    uint64_t now)
{
	struct mlvpn2_tunnel	*mt = m->mt;
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);
	ssize_t			 len = p->len;

	/* BSD peers send four bytes more than the packet has */
	if (!mt->conf->layer2)
		len = mlvpn2_trim(PKT_DATA(p), p->len);
	else if (p->len < ETHER_HDRLEN)
		len = -1;
	if (len == -1) {
		mt->rx_malformed++;
		pkt_put(&mt->shared->pool, p);
		return;
	}
	p->len = len;
	if (h->version == 0 || !h->reorder)
		TAILQ_INSERT_TAIL(&out, p, entry);
	else {
		p->seq = h->data_seq;
		order_input(m, p, &out, now);
	}
	deliver_out(mt->deliver, &out);
}

/*
 * Order
 */

static void
order_input(struct mlvpn2 *m, struct pkt *p, struct pktq *out, uint64_t now)
{
	struct mlvpn2_tunnel	*mt = m->mt;
	struct reorder_conf	 conf = deliver_order(mt->conf);
	struct flow_info	 fi;

	flow_classify(PKT_DATA(p), p->len, mt->conf->layer2, mt->flow_key,
	    &fi);
	p->order = fi.order;
	mlvpn2_order_input(&mt->order, &conf, &m->order, p, out, now);
}

/* The peer's sequences begin anew. */
static void
order_reset(struct mlvpn2_tunnel *mt)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);

	mlvpn2_order_reset(&mt->order, &out);
	deliver_out(mt->deliver, &out);
}

void
mlvpn2_timer(struct mlvpn2_tunnel *mt, uint64_t now)
{
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);
	const struct mlvpn2	*m;
	const struct path	*p;
	uint64_t		 passed = NEVER, quiet;
	int64_t			 slow = 0, fast = INT64_MAX;
	int			 i;

	mt->quiet_at = NEVER;
	if (mt->order.npkts == 0)
		return;
	for (i = 0; i < mt->paths->n; i++) {
		p = mt->paths->list[i];
		m = p->proto;
		passed = MIN(passed, mlvpn2_order_passed(&mt->order,
		    &m->order, now));
		if ((quiet = mlvpn2_order_quiet(&mt->order, &m->order)) > now)
			mt->quiet_at = MIN(mt->quiet_at, quiet);
		if (path_grade(p) < GRADE_POOR || p->delay.srtt == -1)
			continue;
		slow = MAX(slow, p->delay.srtt);
		fast = MIN(fast, p->delay.srtt);
	}
	mlvpn2_order_timer(&mt->order, passed, mlvpn2_order_hold_time(slow >
	    fast ? slow - fast : 0, mt->conf->reorder_time), &out, now);
	deliver_out(mt->deliver, &out);
}

uint64_t
mlvpn2_deadline(const struct mlvpn2_tunnel *mt)
{
	return (MIN(mt->quiet_at, mlvpn2_order_deadline(&mt->order)));
}

/*
 * Time
 */

/*
 * The session speaks, and has more to say than AUTH.  A path that could not
 * be sent on must also show that the peer hears.
 */
static void
alive(struct mlvpn2 *m, uint64_t now)
{
	struct path	*p = m->path;

	m->leaving = 0;
	if (p->st.state == PATH_UP || (p->st.state == PATH_OPENING &&
	    !serves(m)))
		return;
	if (m->want_echo && (!m->has_echo ||
	    m->echo_sent < p->live.suspect_since))
		return;
	if (!m->counted)
		m->mt->handshakes++;
	else if (p->st.state == PATH_SUSPECT)
		path_false_alarm(p);
	path_event(p, PATH_EVT_CONFIRM, m->counted ? REASON_ANSWERS :
	    REASON_NONE,
	    now);
	m->counted = 1;
	m->want_echo = 0;
	m->echo_at = m->keepalive_next = now;
	m->auth_next = NEVER;
	liveness_answered(&p->live);
}

/*
 * A packet has come on m.  MLVPN sends in turn over all links: one that misses
 * its turns is dead, or left out for a reason of the peer's, and then its next
 * KEEPALIVE says that it lives.  An mlvpnd, which chooses, counts from the
 * time and not from 0.
 */
static void
passed_over(struct mlvpn2 *m, uint64_t now)
{
	struct mlvpn2_tunnel	*mt = m->mt;
	struct mlvpn2	*o;
	uint64_t	 n = ++mt->received, since = n - m->share_at;
	int		 i;

	if (m->share == 0 || since > m->share / 8 * 3 + 3) {
		m->share = 8 * since;
		m->turns = 0;
	} else
		m->share += since - m->share / 8;
	m->turns++;
	m->share_at = n;
	for (i = 0; i < mt->paths->n; i++) {
		o = mt->paths->list[i]->proto;
		if (o != m && misses_turns(o, now)) {
			o->turns = 0;
			silent(o, now);
		}
	}
}

static int
misses_turns(const struct mlvpn2 *m, uint64_t now)
{
	const struct path	*p = m->path;

	return (p->st.state == PATH_UP && m->turns >= PASSED_OVER_TURNS &&
	    m->window.highest <= UINT32_MAX && now - m->heard > PASSED_OVER &&
	    m->mt->received - m->share_at > m->share / 2 +
	    PASSED_OVER_PKTS);
}

/* Not to be used until it is heard. */
static void
silent(struct mlvpn2 *m, uint64_t now)
{
	path_suspect(m->path, REASON_SILENT, now);
	m->want_echo = 0;
	m->down_at = m->heard + dead_after(m, now);
}

static int
is_slow(const struct mlvpn2 *m, uint64_t now)
{
	return (m->version == 0 || now < m->slow_until);
}

/* A peer that has been punctual is missed at once. */
static uint64_t
late_after(const struct mlvpn2 *m, uint64_t now)
{
	return (MIN(MAX(m->beat / 3 * 4, LATE_LEAST), silent_after(m, now)));
}

static uint64_t
silent_after(const struct mlvpn2 *m, uint64_t now)
{
	return (MIN(is_slow(m, now) ? SILENT_SLOW : SILENT,
	    dead_after(m, now)));
}

static uint64_t
dead_after(const struct mlvpn2 *m, uint64_t now)
{
	uint64_t	 cap = m->path->link->conf.timeout;

	if (cap == 0)
		cap = m->mt->conf->timeout;
	if (cap == 0)
		cap = DEFAULT_MLVPN2_TIMEOUT;
	return (MIN(is_slow(m, now) ? DEFAULT_MLVPN2_TIMEOUT :
	    DEAD, MAX(cap, TIMEOUT_MIN)));
}

static uint64_t
keepalive_next(const struct mlvpn2 *m)
{
	const struct path	*p = m->path;

	switch (p->st.state) {
	case PATH_UP:
		if (m->has_echo && m->keepalive_tx > m->echo_at &&
		    m->keepalive_tx - m->echo_at > ECHO_PROBE)
			return (m->keepalive_tx + PROBE_TIME);
		return (m->keepalive_next);
	case PATH_SUSPECT:
		return (MIN(m->keepalive_next, MAX(p->live.suspect_since,
		    m->keepalive_tx + PROBE_TIME)));
	case PATH_DOWN:
		/* else it is for the peer to find out that it is not heard */
		return (m->want_echo && m->exists ? m->keepalive_next : NEVER);
	default:
		return (NEVER);
	}
}

static void
m2_timer(struct path *p, uint64_t now)
{
	struct mlvpn2	*m = p->proto;

	switch (p->st.state) {
	case PATH_UP:
		if (now - m->heard > late_after(m, now))
			silent(m, now);
		else if (m->has_echo && now - m->echo_at > ECHO_LOST)
			path_suspect(p, REASON_UNHEARD, now);
		break;
	case PATH_SUSPECT:
		if (now >= m->down_at) {
			path_event(p, PATH_EVT_SILENT, p->st.reason, now);
			call(m, now);
		}
		break;
	case PATH_OPENING:
		if (!serves(m) && now - p->st.since > UNANSWERED)
			path_event(p, PATH_EVT_UNANSWERED, REASON_NO_ANSWER,
			    now);
		break;
	default:
		break;
	}
	if (now >= m->auth_next) {
		m->auth_next = now + AUTH_RETRY;
		m->say |= SAY_AUTH;
	}
	if (now >= keepalive_next(m))
		m->say |= SAY_KEEPALIVE;
	if (p->st.state != PATH_UP && !serves(m) &&
	    liveness_stale(&p->live, now))
		path_notify(p, CORE_LINK_STALE, p->st.reason);
	path_judge(p, now);
}

/* The path has become suspect, for whichever reason. */
static void
m2_suspect(struct path *p, uint64_t now)
{
	struct mlvpn2	*m = p->proto;

	liveness_suspect(&p->live, 0, now);
	m->want_echo = 1;
	m->down_at = now + GONE;
	m->keepalive_next = now;
}

/* What both ends are configured for is all they say. */
static void
m2_tell(struct path *p, uint64_t now)
{
}

/* There is no way to send less. */
static void
m2_too_long(struct path *p, const struct dgram *dg, uint64_t now)
{
}

static void
m2_changed(struct path *p, uint64_t now)
{
	rates(p->paths->proto);
}

static void
m2_stop(struct path *p)
{
	struct mlvpn2	*m = p->proto;

	m->stopping = 1;
	m->say = 0;
	m->disconnects = p->st.was_up ? 2 : 0;
}

static uint64_t
m2_deadline(const struct path *p, uint64_t now)
{
	const struct mlvpn2	*m = p->proto;
	uint64_t		 when;

	if (!path_addr_ready(&p->addr))
		return (NEVER);
	if (m->say != 0 && p->addr.validated)
		return (now);
	when = MIN(m->auth_next, keepalive_next(m));
	switch (p->st.state) {
	case PATH_UP:
		when = MIN(when, m->heard + late_after(m, now) + 1);
		if (m->has_echo)
			when = MIN(when, m->echo_at + ECHO_LOST + 1);
		if (now < m->slow_until)
			when = MIN(when, m->slow_until);
		break;
	case PATH_SUSPECT:
		when = MIN(when, m->down_at);
		break;
	case PATH_OPENING:
		if (!serves(m))
			when = MIN(when, p->st.since + UNANSWERED + 1);
		break;
	default:
		break;
	}
	if (p->st.state != PATH_UP && !serves(m))
		when = MIN(when, p->live.stale_at);
	return (MAX(when, now));
}

/*
 * Sending
 */

/* The next datagram that is not a packet's; 0 if there is none. */
static int
m2_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct mlvpn2	*m = p->proto;

	if (!path_addr_ready(&p->addr) || !p->addr.validated)
		return (0);
	if (m->stopping) {
		if (m->disconnects == 0)
			return (0);
		m->disconnects--;
		seal(m, MLVPN2_DISCONNECT, 0, NULL, 0, dg, now);
		return (1);
	}
	if (m->say & SAY_DISCONNECT) {
		m->say &= ~SAY_DISCONNECT;
		seal(m, MLVPN2_DISCONNECT, 0, NULL, 0, dg, now);
		return (1);
	}
	if (m->say & SAY_AUTH) {
		m->say &= ~SAY_AUTH;
		m->auth_tx = now;
		seal(m, MLVPN2_AUTH, 0, (const uint8_t *)"AU", 2, dg, now);
		return (1);
	}
	if (m->say & SAY_AUTH_OK) {
		m->say &= ~SAY_AUTH_OK;
		seal(m, MLVPN2_AUTH_OK, 0, (const uint8_t *)"OK", 2, dg, now);
		return (1);
	}
	if (m->say & SAY_KEEPALIVE) {
		m->say &= ~SAY_KEEPALIVE;
		m->keepalive_tx = now;
		m->keepalive_next = now + KEEPALIVE_TIME;
		seal(m, MLVPN2_KEEPALIVE, 0, NULL, 0, dg, now);
		return (1);
	}
	return (0);
}

/* A packet; 0 when it cannot be sent. */
static int
m2_send(struct path *p, struct pkt *pkt, struct dgram *dg,
    uint64_t now)
{
	struct mlvpn2_tunnel	*mt = p->paths->proto;

	seal(p->proto, MLVPN2_DATA, mt->data_seq + pkt->seq, PKT_DATA(pkt),
	    pkt->len, dg, now);
	path_packet_sent(p, now);
	return (1);
}

static int
m2_permits(const struct path *p)
{
	return (1);
}

/* The peer cannot join what would be cut. */
static size_t
m2_room(const struct path *p)
{
	return (PKT_ROOM);
}

static uint16_t
m2_mtu(const struct path *p)
{
	const struct mlvpn2_tunnel	*mt = p->paths->proto;
	uint16_t		 mtu = PATH_MTU;

	if (p->terms.mtu_own != 0)
		mtu = MIN(mtu, p->terms.mtu_own);
	mtu = MAX(mtu, MTU_LEAST) - ip_overhead(&p->addr.ep) -
	    mlvpn2_overhead(mt->conf->cleartext);
	return (MIN(mtu, MLVPN2_MTU) - (mt->conf->layer2 ? ETHER_HDRLEN : 0));
}

static void
seal(struct mlvpn2 *m, uint8_t type, uint64_t data_seq, const uint8_t *plain,
    size_t len, struct dgram *dg, uint64_t now)
{
	static const uint8_t	 nothing[1];
	struct path		*p = m->path;
	struct mlvpn2_tunnel		*mt = p->paths->proto;
	struct mlvpn2_header	 h;
	uint16_t		 echo;

	h.version = MLVPN2_VERSION;
	h.type = type;
	h.reorder = 1;
	h.stamp = stamp(now);
	h.echo = MLVPN2_NOSTAMP;
	h.flow = m->flow;
	h.seq = m->seq++;
	h.data_seq = data_seq;
	if (m->stamped && now - m->stamp_at < ECHO_HELD) {
		echo = m->stamp + (now - m->stamp_at) / 1000;
		if (echo != MLVPN2_NOSTAMP) {
			h.echo = echo;
			m->stamped = 0;
		}
	}
	dg->ep = p->addr.ep;
	dg->len = mlvpn2_seal(&h, plain != NULL ? plain : nothing, len,
	    type == MLVPN2_DATA && mt->conf->cleartext ? NULL : mt->conf->psk,
	    dg->buf);
	path_tx(p, dg, now);
	mlvpn2_rate_sent(&m->rate, dg->len + ip_overhead(&dg->ep), now);
}

/* Milliseconds modulo 65536, without the value that stands for none. */
static uint16_t
stamp(uint64_t now)
{
	uint16_t	 ms = now / 1000;

	return (ms == MLVPN2_NOSTAMP ? 0 : ms);
}

static void
m2_ctl(const struct path *p, struct ctl_link *c)
{
	c->opener = !serves(p->proto);
	c->mtu = p->terms.mtu_own;
	if (p->pacer.unpaced)
		c->rate = 0;
	if (c->local.family == 0)
		c->local = p->link->ep.local;
}
