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
 * A tunnel: association, paths, scheduler and receiver joined.
 */

#include <sys/param.h>

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "path_mtu.h"
#include "path_native.h"
#include "path_report.h"
#include "tunnel.h"
#include "wire.h"

#define SPREAD_INTERVAL	100000
#define MTU_RAISE_AFTER	(60 * USEC)
#define REFUSED_INTERVAL (3600 * USEC)

static void	 conf_set(struct tunnel *, const struct tunnel_conf *);
static void	 secret_set(struct tunnel *, const struct tunnel_conf *);
static void	 wake(struct tunnel *);
static void	 link_socket(struct tunnel *, struct link *, uint32_t);
static void	 learn_blocked(struct tunnel *);
static void	 learn_peer(struct tunnel *);
static void	 links_free(struct tunnel *);
static void	 links_open(struct tunnel *, uint64_t);
static void	 settle(struct tunnel *, uint64_t);
static void	 update(struct tunnel *, uint64_t);
static void	 link_rates_changed(struct tunnel *, struct link *, uint64_t);
static void	 link_use(struct tunnel *, struct link *, uint64_t);
static void	 link_open(struct tunnel *, struct link *, uint64_t);
static void	 set_mtu(struct tunnel *, uint16_t);
static void	 update_mtu(struct tunnel *, uint64_t);
static void	 assoc_happened(struct tunnel *, int, uint64_t);
static void	 keys_changed(struct tunnel *, uint64_t);
static void	 tell_refused(struct tunnel *, uint64_t);
static int	 control(struct tunnel *, struct dgram *, uint64_t);
static void	 data(struct tunnel *, uint8_t, const struct dgram *,
		    struct pkt *, uint64_t, uint64_t);
static void	 tunnel_path_ctl(const struct tunnel *, const struct path *,
		    struct ctl_link *, uint64_t);
static void	 link_ctl(struct tunnel *, const struct link *,
		    struct ctl_link *, uint64_t);

/*
 * Configuration
 */

struct tunnel *
tunnel_create(struct shared *sh, const struct tunnel_conf *conf, uint64_t now)
{
	struct tunnel	*t;

	/* most of it is tables, whose pages an idle tunnel leaves untouched */
	if ((t = calloc_conceal(1, sizeof(*t))) == NULL)
		return (NULL);
	t->shared = sh;
	if (turn_add(&sh->turns, &t->turn, t) == -1) {
		free(t);
		return (NULL);
	}
	share_init(&t->share, &sh->pool);
	TAILQ_INIT(&t->links);
	paths_init(&t->paths, conf->protocol == PROTO_MLVPN2 ?
	    &mlvpn2_path_ops : &path_native_ops, &t->conf, sh, &t->share,
	    &t->notify, &t->links);
	t->paths.tunnel = t;
	rnd_bytes(&sh->rnd, t->flow_key, sizeof(t->flow_key));
	conf_set(t, conf);
	t->up_since = t->mtu_at = now;
	sched_init(&t->sched, &t->paths, &t->deliver.fragments, t->flow_key);
	mlvpn2_init(&t->m2, &t->paths, &t->deliver, t->flow_key, now);
	deliver_init(&t->deliver, &t->paths, t->flow_key);
	if (assoc_init(&t->as, &t->paths, &t->secret) == -1) {
		tunnel_destroy(t);
		errno = ENOMEM;
		return (NULL);
	}
	return (t);
}

void
tunnel_destroy(struct tunnel *t)
{
	paths_free(&t->paths);
	links_free(t);
	assoc_clear(&t->as);
	sched_free(&t->sched);
	deliver_free(&t->deliver);
	mlvpn2_free(&t->m2);
	admit_del(&t->shared->admit, &t->admitted);
	turn_del(&t->shared->turns, &t->turn);
	share_free(&t->share);
	sodium_memzero(t, sizeof(*t));
	free(t);
}

/* New settings; the association ends only if they cannot go on with it. */
void
tunnel_apply(struct tunnel *t, const struct tunnel_conf *conf, uint64_t now)
{
	struct hs_secret	 old = t->secret;
	uint8_t			 layer2 = t->conf.layer2;
	uint8_t			 aeads = t->conf.aeads;
	uint8_t			 cleartext = t->conf.cleartext;

	conf_set(t, conf);
	if (sodium_memcmp(&old, &t->secret, sizeof(old)) != 0 ||
	    layer2 != t->conf.layer2 || aeads != t->conf.aeads ||
	    cleartext != t->conf.cleartext) {
		if (conf->protocol == PROTO_MLVPN2)
			mlvpn2_restart(&t->m2, now);
		else
			assoc_happened(t, assoc_restart(&t->as, now), now);
	}
	sodium_memzero(&old, sizeof(old));
	update_mtu(t, now);
	wake(t);
}

/* Something came for it: it gets its turn. */
static void
wake(struct tunnel *t)
{
	turn_ready(&t->shared->turns, &t->turn);
}

static void
conf_set(struct tunnel *t, const struct tunnel_conf *conf)
{
	t->conf = *conf;
	TAILQ_INIT(&t->conf.routes);
	TAILQ_INIT(&t->conf.links);
	TAILQ_INIT(&t->conf.matches);
	secret_set(t, conf);
	notify_init(&t->notify, &t->shared->ops, t->conf.id, t->conf.name);
	if (conf->mtu != 0)
		set_mtu(t, conf->mtu);
}

/* Whoever is let in by the old one is no more. */
static void
secret_set(struct tunnel *t, const struct tunnel_conf *conf)
{
	struct admit		*a = &t->shared->admit;
	struct hs_secret	 secret;

	tunnel_secret(&secret, conf);
	if (sodium_memcmp(&secret, &t->secret, sizeof(secret)) != 0) {
		admit_del(a, &t->admitted);
		t->secret = secret;
		if (conf->protocol == PROTO_V3)
			admit_add(a, &t->admitted, t, &t->secret);
	}
	sodium_memzero(&secret, sizeof(secret));
}

void
tunnel_secret(struct hs_secret *secret, const struct tunnel_conf *conf)
{
	memset(secret, 0, sizeof(*secret));
	hs_secret_init(secret, conf->has_psk ? conf->psk : NULL,
	    conf->has_key ? conf->key : NULL,
	    conf->has_key ? conf->peer_key : NULL);
}

/* What the link has carried since the last call, both ways. */
uint64_t
tunnel_link_bytes(struct tunnel *t, const char *name)
{
	struct link	*l;
	uint64_t	 bytes;

	if ((l = link_find(&t->links, name)) == NULL)
		return (0);
	bytes = l->bytes;
	l->bytes = 0;
	return (bytes);
}

/* Adds a link, or changes the one of that name. */
int
tunnel_link(struct tunnel *t, const struct link_conf *conf, uint64_t now)
{
	struct link	*l;
	int		 enabled = 1;

	if ((l = link_find(&t->links, conf->name)) != NULL)
		enabled = link_enabled(l);
	else {
		if ((l = calloc(1, sizeof(*l))) == NULL)
			return (-1);
		l->since = now;
		TAILQ_INSERT_TAIL(&t->links, l, entry);
	}
	l->conf = *conf;
	link_socket(t, l, l->ep.sock);
	link_rates_changed(t, l, now);
	if (!link_enabled(l) && l->path != NULL)
		path_remove(l->path, CLOSE_LINK_DOWN, now);
	else if (link_enabled(l) && !enabled)
		link_use(t, l, now);
	settle(t, now);
	wake(t);
	return (0);
}

/* Paths of that name take over what the link says; so do the peer's. */
static void
link_rates_changed(struct tunnel *t, struct link *l, uint64_t now)
{
	struct path	*p;
	int		 i;

	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (strcmp(p->name, l->conf.name) != 0)
			continue;
		if (p->link == l || (!p->opener && l->path == NULL))
			path_link(p, l, now);
	}
	update(t, now);
}

int
tunnel_unlink(struct tunnel *t, const char *name, uint64_t now)
{
	struct link	*l;
	struct path	*p;
	int		 i;

	if ((l = link_find(&t->links, name)) == NULL)
		return (-1);
	if (l->path != NULL)
		path_remove(l->path, CLOSE_CONFIGURATION, now);
	TAILQ_REMOVE(&t->links, l, entry);
	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (p->link != l)
			continue;
		path_link(p, NULL, now);
	}
	socktab_clear(&l->user);
	free(l);
	if (assoc_can_send(&t->as))
		links_open(t, now);
	settle(t, now);
	wake(t);
	return (0);
}

int
tunnel_matches(struct tunnel *t, const struct match_rule *rules, size_t n)
{
	wake(t);
	return (match_set(&t->sched.matches, rules, n));
}

int
tunnel_allow(struct tunnel *t, const struct prefix *prefixes, size_t n)
{
	return (sources_set(&t->deliver.sources, prefixes, n));
}

static void
links_free(struct tunnel *t)
{
	struct link	*l;

	while ((l = TAILQ_FIRST(&t->links)) != NULL) {
		TAILQ_REMOVE(&t->links, l, entry);
		socktab_clear(&l->user);
		free(l);
	}
}

/*
 * The operator takes a link out of use, or back into it: one of this end's,
 * or one that the peer opened.
 */
int
tunnel_link_admin(struct tunnel *t, const char *name, int up, uint64_t now)
{
	struct link	*l;
	int		 i, found = 0;

	if ((l = link_find(&t->links, name)) != NULL) {
		found = 1;
		l->disabled = !up;
		if (!up && l->path != NULL)
			path_remove(l->path, CLOSE_LINK_DOWN, now);
		else if (up && l->path == NULL) {
			/* nothing is on its way to the old socket */
			notify_link(&t->notify, CORE_LINK_ANEW, l->conf.name,
			    &l->ep.remote, REASON_OPERATOR);
			link_use(t, l, now);
		}
	}
	for (i = 0; i < t->paths.n; i++) {
		if (t->paths.list[i]->opener ||
		    strcmp(t->paths.list[i]->name, name) != 0)
			continue;
		found = 1;
		path_disable(t->paths.list[i], !up, now);
	}
	settle(t, now);
	wake(t);
	return (found ? 0 : -1);
}

/* The link's socket and the peer's address, NULL: none at present. */
int
tunnel_socket(struct tunnel *t, const char *name, const struct endpoint *ep,
    uint16_t mtu, uint64_t now)
{
	struct link	*l;

	if ((l = link_find(&t->links, name)) == NULL)
		return (-1);
	wake(t);
	link_socket(t, l, ep != NULL ? ep->sock : SOCK_NONE);
	if (ep == NULL) {
		l->ep.sock = SOCK_NONE;
		if (l->path != NULL)
			path_lost(l->path, now);
		update(t, now);
		return (0);
	}
	l->ep = *ep;
	l->mtu = mtu;
	link_use(t, l, now);
	settle(t, now);
	return (0);
}

/* What comes to the socket is for this tunnel, unless it listens. */
static void
link_socket(struct tunnel *t, struct link *l, uint32_t sock)
{
	if (sock != SOCK_NONE && l->conf.listen.family == 0)
		socktab_set(&t->shared->socks, &l->user, sock, t);
	else
		socktab_clear(&l->user);
}

/* The link has a socket, perhaps another one. */
static void
link_use(struct tunnel *t, struct link *l, uint64_t now)
{
	if (!link_ready(l))
		return;
	if (l->path != NULL)
		t->paths.ops->reopen(l->path, now);
	else if (assoc_can_send(&t->as))
		link_open(t, l, now);
	assoc_link_ready(&t->as, l, now);
}

static void
link_open(struct tunnel *t, struct link *l, uint64_t now)
{
	struct path	*p;

	if ((p = t->paths.ops->open(&t->paths, l, now)) != NULL)
		deliver_open(&t->deliver, p);
}

/*
 * Sockets
 */

void
tunnel_send_error(struct tunnel *t, const struct dgram *dg, int error,
    uint64_t now)
{
	struct path	*p;
	int		 i;

	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (p->addr.ep.sock == dg->ep.sock &&
		    addr_equal(&p->addr.ep.remote, &dg->ep.remote))
			path_send_error(p, dg, error, now);
	}
	settle(t, now);
	wake(t);
}

/* A socket of its own takes no more for now, or does again. */
void
tunnel_sock_blocked(struct tunnel *t, uint32_t sock, int blocked)
{
	int	 i;

	for (i = 0; i < t->paths.n; i++)
		if (t->paths.list[i]->addr.ep.sock == sock)
			path_addr_blocked(&t->paths.list[i]->addr, blocked);
	wake(t);
}

/* The same of sockets that it shares with others. */
static void
learn_blocked(struct tunnel *t)
{
	const struct socktab	*st = &t->shared->socks;
	struct path_addr	*a;
	int			 i;

	if (t->blocked == st->generation)
		return;
	t->blocked = st->generation;
	for (i = 0; i < t->paths.n; i++) {
		a = &t->paths.list[i]->addr;
		if (socktab_find(st, a->ep.sock) == NULL)
			path_addr_blocked(a,
			    socktab_is_blocked(st, a->ep.sock));
	}
}

int
tunnel_is_blocked(const struct tunnel *t)
{
	int	 i;

	for (i = 0; i < t->paths.n; i++)
		if (t->paths.list[i]->addr.blocked)
			return (1);
	return (0);
}

/* Where the peer was seen: it may come from there again. */
static void
learn_peer(struct tunnel *t)
{
	const struct path	*p;
	int			 i;

	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (p->addr.validated && p->addr.ep.sock != SOCK_NONE)
			admit_know(&t->shared->admit, &t->admitted,
			    &p->addr.ep.remote);
	}
}

/*
 * State
 */

/* What an association tells: ASSOC_*. */
static void
assoc_happened(struct tunnel *t, int what, uint64_t now)
{
	paths_keys(&t->paths, t->as.cur != NULL ? &t->as.cur->k : NULL);
	if (what & ASSOC_OVER) {
		sched_reset(&t->sched);
		deliver_reset(&t->deliver);
	}
	if (what & ASSOC_KEYS)
		keys_changed(t, now);
	if (what & ~ASSOC_OPENED) {
		set_mtu(t, t->mtu);
		update(t, now);
	}
}

/* Each link that has none gets a path, each path is used under the new keys
 * at once. */
static void
keys_changed(struct tunnel *t, uint64_t now)
{
	int	 i;

	links_open(t, now);
	for (i = 0; i < t->paths.n; i++)
		path_want(t->paths.list[i], PEND_PROBE);
}

/* A path for each link that could have one; there may be too few slots. */
static void
links_open(struct tunnel *t, uint64_t now)
{
	struct link	*l;

	TAILQ_FOREACH(l, &t->links, entry)
		if (l->path == NULL && link_ready(l))
			link_open(t, l, now);
}

/* Paths may have changed. */
static void
settle(struct tunnel *t, uint64_t now)
{
	if (paths_have_changed(&t->paths))
		update(t, now);
}

/* Something changed that may make the tunnel usable or not. */
static void
update(struct tunnel *t, uint64_t now)
{
	int	 i, up = 0;

	/* what is only suspected is no reason to tell anybody */
	for (i = 0; i < t->paths.n && !up; i++)
		up = path_grade(t->paths.list[i]) != GRADE_NONE;
	up = up && assoc_can_send(&t->as);
	if (up != t->up) {
		t->up = up;
		t->up_since = now;
		notify_tunnel(&t->notify, up ? CORE_TUNNEL_UP :
		    CORE_TUNNEL_DOWN);
	}
	update_mtu(t, now);
}

/*
 * What every path that may be used carries in one piece; longer packets are
 * cut.  With "mtu auto" the interface gets none longer than fit over every
 * usable path, and longer ones again only after a while.
 */
static void
update_mtu(struct tunnel *t, uint64_t now)
{
	struct path	*p;
	size_t		 room = PKT_ROOM;
	uint16_t	 mtu = 0, m;
	int		 i;

	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (p->st.state & (PATH_UP | PATH_SUSPECT))
			room = MIN(room, p->ops->room(p));
		if (!path_usable(p))
			continue;
		m = p->ops->mtu(p);
		if (mtu == 0 || m < mtu)
			mtu = m;
	}
	sched_room(&t->sched, room);
	if (t->conf.mtu != 0)
		return;
	if (mtu <= t->mtu)
		t->mtu_at = now;
	if (mtu == 0 || mtu == t->mtu || (mtu > t->mtu && t->mtu != 0 &&
	    now - t->mtu_at < MTU_RAISE_AFTER))
		return;
	set_mtu(t, mtu);
	t->mtu_at = now;
	notify_mtu(&t->notify, mtu);
}

static void
set_mtu(struct tunnel *t, uint16_t mtu)
{
	t->mtu = mtu;
	deliver_mtu(&t->deliver, mtu, t->as.peer_mtu);
}

void
tunnel_timer(struct tunnel *t, uint64_t now)
{
	int	 i, can_send;

	learn_blocked(t);
	if (t->shared->stopping)
		return;
	assoc_happened(t, assoc_timer(&t->as, now), now);
	can_send = assoc_can_send(&t->as);
	/* downwards, as a path may go away in its timer */
	for (i = t->paths.n - 1; can_send && i >= 0; i--)
		t->paths.list[i]->ops->timer(t->paths.list[i], now);
	settle(t, now);
	deliver_timer(&t->deliver, now);
	mlvpn2_timer(&t->m2, now);
	if (!can_send)
		return;
	if (now - t->spread_at >= SPREAD_INTERVAL) {
		t->spread_at = now;
		sched_spread(&t->sched, now);
		update_mtu(t, now);
		learn_peer(t);
	}
	sched_pump(&t->sched, now);
}

/* The next datagram: handshake, control, packets; 0 if there is none. */
int
tunnel_transmit(struct tunnel *t, struct dgram *dg, uint64_t now)
{
	dg->tos = 0;
	dg->tunnel = t;
	if (assoc_transmit(&t->as, dg, now))
		return (1);
	if (!assoc_can_send(&t->as) || !(control(t, dg, now) ||
	    (!t->shared->stopping && sched_transmit(&t->sched, dg, now))))
		return (0);
	sched_sent(&t->sched, now);
	return (1);
}

static int
control(struct tunnel *t, struct dgram *dg, uint64_t now)
{
	struct path	*p;
	int		 i;

	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (p->ops->compose(p, dg, now))
			return (1);
	}
	return (0);
}

/* From now on there is but a farewell on each path. */
void
tunnel_stop(struct tunnel *t)
{
	int	 i;

	sched_clear(&t->sched);
	for (i = 0; i < t->paths.n; i++)
		t->paths.list[i]->ops->stop(t->paths.list[i]);
	wake(t);
}

uint64_t
tunnel_deadline(struct tunnel *t, uint64_t now)
{
	uint64_t	 when;
	int		 i, usable = 0;

	when = MIN(deliver_deadline(&t->deliver), mlvpn2_deadline(&t->m2));
	when = MIN(assoc_deadline(&t->as, now), MAX(when, now));
	if (!assoc_can_send(&t->as))
		return (when);
	for (i = 0; i < t->paths.n; i++) {
		when = MIN(when,
		    t->paths.list[i]->ops->deadline(t->paths.list[i],
		    now));
		usable |= path_usable(t->paths.list[i]) &&
		    !t->paths.list[i]->addr.blocked;
	}
	if (usable)
		when = MIN(when, MAX(path_closing_deadline(&t->paths), now));
	return (MIN(when, sched_deadline(&t->sched, now)));
}

/*
 * Packets
 */

/* Packets from the interface. */
void
tunnel_input(struct tunnel *t, struct pkt **p, size_t n, uint64_t now)
{
	size_t	 i;

	wake(t);
	for (i = 0; i < n; i++) {
		if (assoc_can_send(&t->as) && !t->shared->stopping &&
		    packet_sane(&t->conf, p[i])) {
			packet_fit(&t->conf, t->mtu, p[i]);
			sched_input(&t->sched, p[i], now);
		} else {
			t->tx_dropped++;
			pkt_put(&t->shared->pool, p[i]);
		}
	}
}

/* And for it. */
size_t
tunnel_output(struct tunnel *t, struct pkt **p, size_t max, uint64_t now)
{
	turn_stale(&t->shared->turns, &t->turn);
	tell_refused(t, now);
	return (deliver_output(&t->deliver, p, max, now));
}

/* The first one, then hourly. */
static void
tell_refused(struct tunnel *t, uint64_t now)
{
	uint64_t	 n = t->deliver.refused - t->told_refused;

	if (n == 0 || (t->told_refused > 0 &&
	    now - t->told_at < REFUSED_INTERVAL))
		return;
	t->told_refused = t->deliver.refused;
	t->told_at = now;
	notify_refused(&t->notify, &t->deliver.refused_from, n);
}

void
tunnel_set_user(struct tunnel *t, void *user)
{
	t->user = user;
}

void *
tunnel_user(const struct tunnel *t)
{
	return (t->user);
}

void
tunnel_flows(struct tunnel *t, const struct peer_flow *f, size_t n)
{
	if (t->conf.protocol == PROTO_MLVPN2)
		mlvpn2_flows_set(&t->m2, f, n);
	wake(t);
}

int
tunnel_hello(struct tunnel *t, const struct dgram *dg, struct handshake *hs,
    const struct hello *p1, int cookie, uint64_t now)
{
	wake(t);
	return (assoc_hello(&t->as, dg, hs, p1, cookie, now));
}

void
tunnel_cookie(struct tunnel *t, const struct dgram *dg, uint64_t now)
{
	wake(t);
	assoc_cookie(&t->as, dg, now);
}

void
tunnel_reply(struct tunnel *t, const struct dgram *dg, uint64_t now)
{
	assoc_happened(t, assoc_reply(&t->as, dg, now), now);
	settle(t, now);
	wake(t);
}

/* A DATA datagram of this path id and receiver index. */
void
tunnel_receive(struct tunnel *t, const struct dgram *dg, uint8_t id,
    uint32_t index, uint64_t now)
{
	struct pkt	*p;
	uint64_t	 number;
	int		 what;

	if (dg->len - DATA_OVERHEAD > PKT_ROOM ||
	    (p = pkt_get(&t->shared->pool)) == NULL)
		return;
	wake(t);
	what = assoc_open(&t->as, dg, id, index, p, &number, now);
	assoc_happened(t, what, now);
	if (what & ASSOC_OPENED)
		data(t, id, dg, p, number, now);
	else
		pkt_put(&t->shared->pool, p);
	settle(t, now);
}

/* A datagram of MLVPN 2.x for this link. */
void
tunnel_receive_mlvpn2(struct tunnel *t, struct mlvpn2 *m,
    const struct mlvpn2_header *h, const struct dgram *dg, uint64_t now)
{
	mlvpn2_receive(m, h, dg, now);
	settle(t, now);
	wake(t);
}

/* It is authentic; the inner header is before the packet. */
static void
data(struct tunnel *t, uint8_t id, const struct dgram *dg,
    struct pkt *p, uint64_t number, uint64_t now)
{
	const uint8_t	*inner = PKT_DATA(p) - DATA_INNERLEN;
	struct path	*path = t->paths.id[id];
	uint32_t	 seq;
	uint8_t		 kind;

	kind = inner[0] >> 4;
	seq = get32(inner) & ((1U << SEQ_BITS) - 1);
	if (path != NULL)
		path_received(path, dg, number, now);

	switch (kind) {
	case KIND_CONTROL:
		if (path != NULL)
			deliver_mark(&t->deliver, path, seq);
		if (path_frames(&t->paths, id, dg, PKT_DATA(p), p->len,
		    t->as.confirmed, now))
			assoc_happened(t, assoc_closed(&t->as, now), now);
		else if (path == NULL && t->paths.id[id] != NULL)
			deliver_open(&t->deliver, t->paths.id[id]);
		break;
	case KIND_PACKET:
	case KIND_PACKET | KIND_COPY:
	case KIND_FRAGMENT:
	case KIND_FRAGMENT | KIND_COPY:
		if (path != NULL)
			path_report_want(path, now);
		p->seq = seq;
		p->pred = get16(inner + 4);
		p->copy = (kind & KIND_COPY) != 0;
		if (((kind & ~KIND_COPY) == KIND_FRAGMENT &&
		    fragment_parse(p) == -1) ||
		    (p->frag == 0 && !packet_sane(&t->conf, p))) {
			t->rx_malformed++;
			break;
		}
		p->time = now;
		deliver_packet(&t->deliver, path, p, now);
		return;
	default:
		if (path != NULL)
			path_report_want(path, now);
		t->rx_malformed++;
		break;
	}
	pkt_put(&t->shared->pool, p);
}

/*
 * For people
 */

void
tunnel_ctl(struct tunnel *t, struct ctl_tunnel *c, uint64_t now)
{
	struct ctl_link	 links[PATH_SLOTS];
	size_t		 n, i;

	memset(c, 0, sizeof(*c));
	strlcpy(c->name, t->conf.name, sizeof(c->name));
	strlcpy(c->descr, t->conf.descr, sizeof(c->descr));
	strlcpy(c->ifname, t->conf.ifname, sizeof(c->ifname));
	c->state = t->up ? TUNNEL_UP : assoc_can_send(&t->as) ||
	    t->as.attempt.active ? TUNNEL_HANDSHAKE : TUNNEL_DOWN;
	c->protocol = t->conf.protocol;
	c->layer2 = t->conf.layer2;
	c->mtu = t->mtu;
	c->up_since = c->rekeyed = -1;
	if (t->up)
		c->up_since = (now - t->up_since) / USEC;
	if (t->as.cur != NULL) {
		strlcpy(c->cipher, aead_name(t->as.cur->k.aead),
		    sizeof(c->cipher));
		c->rekeyed = (now - t->as.cur->k.created) / USEC;
	}
	if (t->conf.protocol == PROTO_MLVPN2)
		strlcpy(c->cipher, t->conf.cleartext ? "none" :
		    "xsalsa20-poly1305", sizeof(c->cipher));
	n = tunnel_ctl_links(t, links, PATH_SLOTS, now);
	for (i = 0; i < n; i++) {
		c->links++;
		if (links[i].state == LINK_UP)
			c->links_up++;
	}
	c->tx_packets = t->sched.tx_packets;
	c->tx_bytes = t->sched.tx_bytes;
	c->rx_packets = t->deliver.packets;
	c->rx_bytes = t->deliver.bytes;
	c->tx_dropped = t->tx_dropped + t->sched.tx_dropped +
	    t->sched.tq.dropped;
	c->rx_duplicate = t->deliver.reorder.count.duplicate;
	c->rx_replayed = t->as.rx_replayed + t->m2.rx_replayed;
	c->rx_badtag = t->as.rx_badtag + t->m2.rx_badtag;
	c->rx_malformed = t->rx_malformed + t->paths.rx_malformed +
	    t->deliver.malformed + t->m2.rx_malformed;
	c->rx_refused = t->deliver.refused;
	c->handshakes = t->as.handshakes + t->m2.handshakes;
	c->rx_rejected = t->as.rx_rejected + t->m2.rx_rejected;
	c->rx_held = t->deliver.reorder.count.held + t->m2.order.count.held;
	c->rx_given_up = t->deliver.reorder.count.given_up +
	    t->m2.order.count.given_up;
	c->rx_late = t->deliver.reorder.count.late + t->m2.order.count.late;
	c->tx_resent = t->sched.tx_resent;
	c->false_dead = t->paths.false_dead;
	c->tx_cut = t->deliver.fragments.count.cut;
	c->rx_joined = t->deliver.fragments.count.joined;
	c->rx_incomplete = t->deliver.fragments.count.incomplete;
}

int
tunnel_ctl_match(struct tunnel *t, size_t i, struct ctl_match *c)
{
	if (match_ctl(&t->sched.matches, i, c) == -1)
		return (-1);
	strlcpy(c->tunnel, t->conf.name, sizeof(c->tunnel));
	return (0);
}

/* This end's links, then those that the peer opened. */
size_t
tunnel_ctl_links(struct tunnel *t, struct ctl_link *c, size_t max,
    uint64_t now)
{
	struct link	*l;
	struct path	*p;
	size_t		 n = 0;
	int		 i;

	TAILQ_FOREACH(l, &t->links, entry) {
		if (n == max)
			return (n);
		if (l->conf.nremote > 0 || l->ep.sock != SOCK_NONE)
			link_ctl(t, l, &c[n++], now);
	}
	for (i = 0; i < t->paths.n && n < max; i++) {
		if ((p = t->paths.list[i])->opener)
			continue;
		memset(&c[n], 0, sizeof(c[n]));
		tunnel_path_ctl(t, p, &c[n++], now);
	}
	return (n);
}

/* A backup that could be used and is not, as others are there, stands by. */
static void
tunnel_path_ctl(const struct tunnel *t, const struct path *p,
    struct ctl_link *c, uint64_t now)
{
	const struct path	*q;
	int			 i;

	path_ctl(p, c, now);
	if (c->state != LINK_UP || p->pacer.level == t->sched.level)
		return;
	for (i = 0; i < t->paths.n; i++) {
		q = t->paths.list[i];
		if (path_usable(q) && q->pacer.level < p->pacer.level)
			c->state = LINK_STANDBY;
	}
}

static void
link_ctl(struct tunnel *t, const struct link *l, struct ctl_link *c,
    uint64_t now)
{
	memset(c, 0, sizeof(*c));
	if (l->path != NULL) {
		tunnel_path_ctl(t, l->path, c, now);
		return;
	}
	strlcpy(c->tunnel, t->conf.name, sizeof(c->tunnel));
	strlcpy(c->name, l->conf.name, sizeof(c->name));
	c->local = l->ep.local;
	c->remote = l->ep.remote;
	c->rtable = l->conf.rtable;
	c->opener = 1;
	c->backup = l->conf.backup;
	c->overflow = l->conf.overflow;
	c->since = (now - l->since) / USEC;
	c->srtt = c->rttvar = c->owd_diff = c->queueing = -1;
	c->loss_tx = c->loss_rx = -1;
	c->rate_conf = c->rate = l->conf.up.rate;
	c->rate_peer = l->conf.down.rate;
	c->mtu = l->conf.mtu != 0 ? l->conf.mtu : l->mtu;
	if (l->disabled) {
		c->state = LINK_DISABLED;
		c->reason = REASON_OPERATOR;
	} else if (l->conf.off) {
		c->state = LINK_DISABLED;
		c->reason = REASON_QUOTA;
	} else if (l->ep.sock == SOCK_NONE) {
		c->state = LINK_NOADDR;
		c->reason = REASON_NO_ADDRESS;
	} else {
		c->state = LINK_OPENING;
		c->reason = REASON_NO_HANDSHAKE;
	}
}
