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
 * The core's border to the sockets: finds the tunnel of each datagram, lets the
 * HELLOs in that admit.c admits, and asks the tunnels in turn (turn.c) for what
 * is to be sent.
 */

#include <sys/param.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tunnel.h"
#include "wire.h"

#define STRANGER_INTERVAL	(60 * USEC)
#define STRANGER_BURST		3
#define TICK_MAX		(20 * 1000)

struct core {
	struct shared	 shared;
	TAILQ_HEAD(, tunnel) tunnels;
	uint64_t	 promised;	/* last answer of core_deadline() */

	uint64_t	 rx_unknown, rx_malformed, rx_badmac1;
	struct ratelimit strangers;	/* that the user hears of */
	uint64_t	 cookies_sent;
};

static int	 secret_taken(struct core *, const struct tunnel_conf *,
		    const struct tunnel *);
static int	 secret_equal(const struct hs_secret *,
		    const struct hs_secret *);
static void	 receive_mlvpn2(struct core *, const struct dgram *, uint64_t);
static void	 receive_data(struct core *, const struct dgram *, uint64_t);
static void	 receive_reply(struct core *, const struct dgram *, uint64_t);
static void	 receive_cookie(struct core *, const struct dgram *, uint64_t);
static void	 receive_hello(struct core *, const struct dgram *, uint64_t);
static void	 hellos(struct core *, uint64_t);
static void	 hello(struct core *, const struct admit_found *, uint64_t);
static void	 hello_again(struct core *, const struct dgram *,
		    struct seen_hello *);
static struct tunnel *hello_sender(struct core *, const struct admit_found *,
		    const struct handshake *);
static void	 stranger(struct core *, const struct dgram *, uint64_t);
static void	 send_cookie(struct core *, const struct dgram *,
		    const struct hs_secret *, uint64_t);
static size_t	 serve(struct core *, struct turn *, struct dgram *, size_t,
		    uint64_t);
static void	 learn_tick(struct core *, uint64_t);

struct core *
core_new(const struct core_ops *ops, size_t npkts)
{
	struct core	*c;

	if ((c = calloc_conceal(1, sizeof(*c))) == NULL)
		return (NULL);
	if (pool_init(&c->shared.pool, npkts) == -1) {
		free(c);
		return (NULL);
	}
	c->shared.ops = *ops;
	c->shared.rnd.fill = ops->random;
	c->shared.rnd.arg = ops->arg;
	c->promised = NEVER;
	c->shared.core = c;
	c->shared.limits = session_limits_default;
	TAILQ_INIT(&c->tunnels);
	rxindex_init(&c->shared.index);
	socktab_init(&c->shared.socks);
	turns_init(&c->shared.turns);
	seen_init(&c->shared.seen);
	mlvpn2_links_init(&c->shared.mlvpn2);
	admit_init(&c->shared.admit, &c->shared.rnd);
	return (c);
}

void
core_free(struct core *c)
{
	struct tunnel	*t;

	if (c == NULL)
		return;
	while ((t = TAILQ_FIRST(&c->tunnels)) != NULL)
		tunnel_free(t);
	turns_free(&c->shared.turns);
	pool_free(&c->shared.pool);
	sodium_memzero(c, sizeof(*c));
	free(c);
}

/*
 * Tunnels
 */

struct tunnel *
tunnel_new(struct core *c, const struct tunnel_conf *conf, uint64_t now)
{
	struct tunnel	*t;

	if (secret_taken(c, conf, NULL)) {
		errno = EEXIST;
		return (NULL);
	}
	if ((t = tunnel_create(&c->shared, conf, now)) == NULL)
		return (NULL);
	TAILQ_INSERT_TAIL(&c->tunnels, t, entry);
	return (t);
}

void
tunnel_free(struct tunnel *t)
{
	struct core	*c = t->shared->core;

	TAILQ_REMOVE(&c->tunnels, t, entry);
	tunnel_destroy(t);
}

int
tunnel_reconf(struct tunnel *t, const struct tunnel_conf *conf, uint64_t now)
{
	if (conf->protocol != t->conf.protocol) {
		errno = EPROTOTYPE;
		return (-1);
	}
	if (secret_taken(t->shared->core, conf, t)) {
		errno = EEXIST;
		return (-1);
	}
	tunnel_apply(t, conf, now);
	return (0);
}

/* Two tunnels with one secret could not be told apart. */
static int
secret_taken(struct core *c, const struct tunnel_conf *conf,
    const struct tunnel *self)
{
	struct hs_secret	 secret;
	struct tunnel		*t;
	int			 taken = 0;

	if (conf->protocol != PROTO_V3)
		return (0);
	tunnel_secret(&secret, conf);
	TAILQ_FOREACH(t, &c->tunnels, entry)
		if (t != self && t->conf.protocol == PROTO_V3)
			taken |= secret_equal(&t->secret, &secret);
	sodium_memzero(&secret, sizeof(secret));
	return (taken);
}

static int
secret_equal(const struct hs_secret *a, const struct hs_secret *b)
{
	if (a->pattern != b->pattern)
		return (0);
	if (a->pattern == NOISE_IKPSK2)
		return (sodium_memcmp(a->rs, b->rs, sizeof(a->rs)) == 0);
	return (sodium_memcmp(a->psk, b->psk, sizeof(a->psk)) == 0);
}

/* For tests that cannot wait for the real limits. */
void
core_set_limits(struct core *c, const struct session_limits *limits)
{
	struct tunnel	*t;

	c->shared.limits = *limits;
	TAILQ_FOREACH(t, &c->tunnels, entry)
		turn_ready(&c->shared.turns, &t->turn);
}

void
core_clock(struct core *c, uint64_t now, uint64_t wall)
{
	stamp_clock(&c->shared.stamps, now, wall);
}

/* Where packets come from that are handed in. */
struct pool *
core_pool(struct core *c)
{
	return (&c->shared.pool);
}

void
core_receive(struct core *c, struct dgram *dg, size_t n, uint64_t now)
{
	size_t	 i;

	if (c->shared.stopping)
		return;
	for (i = 0; i < n; i++, dg++) {
		switch (dg->len > 0 ? dg->buf[0] : 0) {
		case MSG_DATA:
			receive_data(c, dg, now);
			break;
		case MSG_HELLO:
			receive_hello(c, dg, now);
			break;
		case MSG_REPLY:
			receive_reply(c, dg, now);
			break;
		case MSG_COOKIE:
			receive_cookie(c, dg, now);
			break;
		default:
			if (dg->len > 0 && dg->buf[0] <= MLVPN2_FIRST_MAX)
				receive_mlvpn2(c, dg, now);
			else
				c->rx_malformed++;
			break;
		}
	}
}

static void
receive_data(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;
	uint32_t	 index, number;
	uint8_t		 path;

	if (data_header(dg->buf, dg->len, &path, &index, &number) == -1) {
		c->rx_malformed++;
		return;
	}
	if ((t = rxindex_find(&c->shared.index, index)) == NULL) {
		c->rx_unknown++;
		return;
	}
	tunnel_receive(t, dg, path, index, now);
}

static void
receive_mlvpn2(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct mlvpn2_header	 h;
	struct mlvpn2		*m;

	if (mlvpn2_header_get(&h, dg->buf, dg->len) == -1) {
		c->rx_malformed++;
		return;
	}
	if ((m = mlvpn2_find(&c->shared.mlvpn2, dg)) == NULL) {
		c->rx_unknown++;
		return;
	}
	tunnel_receive_mlvpn2(m->mt->tunnel, m, &h, dg, now);
}

static void
receive_reply(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;

	if (dg->len != REPLY_LEN) {
		c->rx_malformed++;
		return;
	}
	t = rxindex_find(&c->shared.index, get32(dg->buf + REPLY_RECEIVER));
	if (t == NULL) {
		c->rx_unknown++;
		return;
	}
	tunnel_reply(t, dg, now);
}

static void
receive_cookie(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;

	if (dg->len != COOKIE_LEN) {
		c->rx_malformed++;
		return;
	}
	t = rxindex_find(&c->shared.index, get32(dg->buf + COOKIE_RECEIVER));
	if (t == NULL) {
		c->rx_unknown++;
		return;
	}
	tunnel_cookie(t, dg, now);
}

static void
receive_hello(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*only;
	int		 pattern;

	if ((pattern = hello_valid(dg->buf, dg->len)) == -1) {
		c->rx_malformed++;
		return;
	}
	only = socktab_find(&c->shared.socks, dg->ep.sock);
	if (only != NULL && only->conf.protocol != PROTO_V3)
		stranger(c, dg, now);
	else
		admit_put(&c->shared.admit, dg, pattern,
		    only != NULL ? &only->admitted : NULL, now);
}

/* When all that was received with them has been handled. */
static void
hellos(struct core *c, uint64_t now)
{
	struct admit_found	 found;
	enum admit_result	 result;

	admit_round(&c->shared.admit);
	while ((result = admit_next(&c->shared.admit, &found, now)) !=
	    ADMIT_NONE) {
		if (result == ADMIT_FOUND)
			hello(c, &found, now);
		else
			stranger(c, &found.dg, now);
	}
}

/* It has a right mac1.  Next come the same HELLO over another link, or a
 * replayed one; a cookie; the message itself; a stamp newer than the last. */
static void
hello(struct core *c, const struct admit_found *f, uint64_t now)
{
	struct admit		*a = &c->shared.admit;
	const struct hs_secret	*secret = f->owner->secret;
	const struct dgram	*dg = &f->dg;
	struct seen_hello	*seen;
	struct tunnel		*t;
	struct handshake	 hs;
	struct hello		 p1;
	int			 loaded, cookie;

	loaded = admit_loaded(a, now);
	if ((seen = assoc_recent(&c->shared.seen,
	    dg->buf + dg->len - 2 * MAC_LEN, now)) != NULL) {
		hello_again(c, dg, seen);
		return;
	}
	cookie = admit_cookie_valid(a, dg, now);
	if (loaded && !cookie) {
		send_cookie(c, dg, secret, now);
		return;
	}
	if (!admit_handshake(a, f, loaded, now))
		return;

	if (hello_open(&hs, secret, dg->buf, dg->len, &p1) == -1 ||
	    (t = hello_sender(c, f, &hs)) == NULL)
		stranger(c, dg, now);
	else if ((!cookie && !assoc_is_news(&t->as, p1.stamp)) ||
	    !tunnel_hello(t, dg, &hs, &p1, cookie, now))
		send_cookie(c, dg, secret, now);
	sodium_memzero(&hs, sizeof(hs));
	sodium_memzero(&p1, sizeof(p1));
}

static void
hello_again(struct core *c, const struct dgram *dg, struct seen_hello *seen)
{
	struct raw	*raw;

	seen->several |= !endpoint_equal(&seen->ep, &dg->ep);
	if (seen->answers == 0 || (raw = rawq_add(&c->shared.rawq)) == NULL)
		return;
	seen->answers--;
	raw->ep = dg->ep;
	raw->len = seen->len;
	memcpy(raw->buf, seen->reply, seen->len);
}

/* With key pairs several tunnels share this end's key. */
static struct tunnel *
hello_sender(struct core *c, const struct admit_found *f,
    const struct handshake *hs)
{
	if (f->owner->secret->pattern == NOISE_NNPSK0)
		return (f->owner->tunnel);
	return (admit_peer(&c->shared.admit, f, hs->noise.rs));
}

/* Somebody may wait for a word on why nothing comes back. */
static void
stranger(struct core *c, const struct dgram *dg, uint64_t now)
{
	c->rx_badmac1++;
	if (!ratelimit_allow(&c->strangers, STRANGER_INTERVAL, STRANGER_BURST,
	    now))
		return;
	notify_stranger(&c->shared.ops, &dg->ep.remote);
}

static void
send_cookie(struct core *c, const struct dgram *dg,
    const struct hs_secret *secret, uint64_t now)
{
	struct raw	*raw;

	if ((raw = rawq_add(&c->shared.rawq)) == NULL)
		return;
	raw->ep = dg->ep;
	raw->len = admit_cookie(&c->shared.admit, dg, secret->cookie_own,
	    raw->buf, now);
	c->cookies_sent++;
}

size_t
core_transmit(struct core *c, struct dgram *dg, size_t max, uint64_t now)
{
	struct turns	*ts = &c->shared.turns;
	struct turn	*turn;
	size_t		 n = 0;

	learn_tick(c, now);
	if (!c->shared.stopping)
		hellos(c, now);
	while (n < max && rawq_get(&c->shared.rawq, &dg[n]))
		dg[n++].tunnel = NULL;
	turns_due(ts, now);
	while (n < max && (turn = turns_next(ts)) != NULL)
		n += serve(c, turn, &dg[n], max - n, now);
	return (n);
}

/* One turn of a tunnel. */
static size_t
serve(struct core *c, struct turn *turn, struct dgram *dg, size_t max,
    uint64_t now)
{
	struct turns	*ts = &c->shared.turns;
	struct tunnel	*t = turn->tunnel;
	size_t		 n = 0;
	int		 more;

	tunnel_timer(t, now);
	while ((more = n == max || !turn_may_send(ts, turn)) == 0 &&
	    tunnel_transmit(t, &dg[n], now))
		turn_sent(turn, dg[n++].len);
	if (c->shared.socks.nblocked > 0 && tunnel_is_blocked(t))
		turn_block(ts, turn);
	turn_over(ts, turn, more);
	return (n);
}

/*
 * How late timers come, so that pacers make up for it: the worst of late,
 * forgotten slowly.
 */
static void
learn_tick(struct core *c, uint64_t now)
{
	uint64_t	 late;

	if (c->promised == NEVER || now <= c->promised)
		return;
	late = MIN(now - c->promised, TICK_MAX);
	c->shared.tick = MAX(late, c->shared.tick - c->shared.tick / 64);
	c->promised = NEVER;
}

void
core_send_error(struct core *c, const struct dgram *dg, int error,
    uint64_t now)
{
	if (dg->tunnel != NULL)
		tunnel_send_error(dg->tunnel, dg, error, now);
}

void
core_sock_blocked(struct core *c, uint32_t sock, int blocked)
{
	struct tunnel	*t;

	if ((t = socktab_find(&c->shared.socks, sock)) != NULL) {
		tunnel_sock_blocked(t, sock, blocked);
		return;
	}
	socktab_block(&c->shared.socks, sock, blocked);
	if (!blocked)
		turns_unblock(&c->shared.turns);
}

/* The next tunnel that may have packets for its interface. */
struct tunnel *
core_output(struct core *c)
{
	return (turns_output(&c->shared.turns));
}

uint64_t
core_deadline(struct core *c, uint64_t now)
{
	struct turns	*ts = &c->shared.turns;
	struct turn	*turn;
	uint64_t	 when;

	if (c->shared.rawq.n > 0)
		return (now);
	if (c->shared.stopping)
		return (NEVER);
	while ((turn = TAILQ_FIRST(&ts->served)) != NULL)
		turn_until(ts, turn, tunnel_deadline(turn->tunnel, now));
	TAILQ_FOREACH(turn, &ts->ready, entry)
		turn_until(ts, turn, tunnel_deadline(turn->tunnel, now));
	when = MIN(turns_deadline(ts),
	    admit_deadline(&c->shared.admit, now));
	c->promised = when > now ? when : NEVER;
	return (when);
}

void
core_stop(struct core *c)
{
	struct tunnel	*t;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		tunnel_stop(t);
	c->shared.stopping = 1;
}

size_t
core_flows(struct core *c, struct peer_flow *f, size_t n)
{
	const struct tunnel	*t;
	size_t			 got = 0;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		if (t->conf.protocol == PROTO_MLVPN2)
			got += mlvpn2_flows(&t->m2, f + got, n - got);
	return (got);
}

void
core_summary(struct core *c, struct ctl_summary *s)
{
	struct tunnel	*t;
	struct ctl_link	 links[TUNNEL_LINK_MAX];
	size_t		 n, i;

	memset(s, 0, sizeof(*s));
	TAILQ_FOREACH(t, &c->tunnels, entry) {
		s->tunnels++;
		if (t->up)
			s->tunnels_up++;
		n = tunnel_ctl_links(t, links, TUNNEL_LINK_MAX, 0);
		s->links += n;
		for (i = 0; i < n; i++)
			if (links[i].state == LINK_UP)
				s->links_up++;
	}
	s->rx_unknown = c->rx_unknown;
	s->rx_malformed = c->rx_malformed;
	s->rx_badmac1 = c->rx_badmac1;
	s->rx_hello_limited = c->shared.admit.limited;
	s->cookies_sent = c->cookies_sent;
	s->pkts_total = c->shared.pool.npkts;
	s->pkts_used = c->shared.pool.npkts - c->shared.pool.nfree;
}
