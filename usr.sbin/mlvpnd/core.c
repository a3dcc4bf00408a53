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
 * The core's border to the sockets: finds the tunnel of each datagram, limits
 * handshakes by cookies, and asks the tunnels in turn for what is to be sent.
 */

#include <sys/param.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tunnel.h"
#include "wire.h"

#define HELLO_MAC1_RATE		100	/* a second; more is load */
#define HELLO_ALL_RATE		2000
#define STRANGER_INTERVAL	(60 * USEC)
#define STRANGER_BURST		3
#define HELLO_SOURCE_RATE	20	/* under load, with a valid cookie */
#define TICK_MAX		(20 * 1000)
#define COOKIE_LIFETIME		(120 * USEC)

static void	 stranger(struct core *, const struct dgram *, uint64_t);
static void	 receive_hello(struct core *, const struct dgram *, uint64_t);
static void	 receive_reply(struct core *, const struct dgram *, uint64_t);
static void	 receive_cookie(struct core *, const struct dgram *, uint64_t);
#define SOURCE_BUCKETS		256

struct source {				/* HELLOs of some addresses */
	uint64_t	 second;
	unsigned int	 count;
};

struct core {
	struct shared	 shared;
	TAILQ_HEAD(, tunnel) tunnels;
	struct tunnel	*first;		/* next to send, for fairness */
	uint64_t	 promised;	/* last answer of core_deadline() */

	/* HELLO load */
	uint64_t	 hello_second;
	unsigned int	 hello_all;
	unsigned int	 hello_mac1;
	uint64_t	 load_until;
	uint8_t		 cookie_secret[2][32];	/* present, last */
	uint64_t	 cookie_at;	/* when the present one was made */
	struct source	 source[SOURCE_BUCKETS];
	uint8_t		 source_key[crypto_shorthash_KEYBYTES];

	uint64_t	 rx_unknown, rx_malformed, rx_badmac1;
	struct ratelimit strangers;	/* that the user hears of */
	uint64_t	 rx_hello_limited, cookies_sent;
};

static int	 secret_taken(struct core *, const struct tunnel_conf *,
		    const struct tunnel *);
static int	 secret_equal(const struct hs_secret *,
		    const struct hs_secret *);
static struct tunnel *tunnel_of_socket(struct core *, uint32_t);
static void	 receive_mlvpn2(struct core *, const struct dgram *, uint64_t);
static void	 receive_data(struct core *, const struct dgram *, uint64_t);
static struct tunnel *hello_mac1_owner(struct core *, const struct dgram *,
		    int);
static struct tunnel *hello_sender(struct core *, const struct dgram *,
		    struct tunnel *, struct handshake *);
static struct recent *hello_seen(struct core *, const struct dgram *,
		    struct tunnel *, uint64_t);
static int	 hello_loaded(struct core *, uint64_t, int);
static int	 hello_cookie_valid(struct core *, const struct dgram *,
		    uint64_t);
static int	 hello_source_allowed(struct core *, const struct addr *,
		    uint64_t);
static void	 cookie_rotate(struct core *, uint64_t);
static void	 send_cookie(struct core *, const struct dgram *,
		    const struct tunnel *, uint64_t);
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
	mlvpn2_links_init(&c->shared.mlvpn2);
	rnd_bytes(&c->shared.rnd, c->cookie_secret, sizeof(c->cookie_secret));
	rnd_bytes(&c->shared.rnd, c->source_key, sizeof(c->source_key));
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

	if (c->first == t)
		c->first = TAILQ_NEXT(t, entry);
	TAILQ_REMOVE(&c->tunnels, t, entry);
	tunnel_destroy(t);
}

struct tunnel *
tunnel_find(struct core *c, uint32_t id)
{
	struct tunnel	*t;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		if (t->conf.id == id)
			return (t);
	return (NULL);
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

/* The tunnel that a socket is for: a link's is its tunnel's, the others listen
 * for all (NULL). */
static struct tunnel *
tunnel_of_socket(struct core *c, uint32_t sock)
{
	struct tunnel	*t;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		if (tunnel_has_socket(t, sock))
			return (t);
	return (NULL);
}

/* For tests that cannot wait for the real limits. */
void
core_set_limits(struct core *c, const struct session_limits *limits)
{
	c->shared.limits = *limits;
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

	for (i = 0; i < n; i++, dg++) {
		if (c->shared.stopping)
			return;
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
	assoc_cookie(&t->as, dg, now);
}

/*
 * Costs rise with each step, and so does what the sender has shown: the form,
 * mac1 (knows the secret or the public key), under load a cookie (is at its
 * address), the handshake message itself, a stamp newer than the last.
 */
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
receive_hello(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;
	struct recent	*seen;
	struct raw	*raw;
	struct handshake hs;
	struct hello	 p1;
	int		 pattern, loaded, cookie;

	if ((pattern = hello_valid(dg->buf, dg->len)) == -1) {
		c->rx_malformed++;
		return;
	}
	loaded = hello_loaded(c, now, 0);
	if ((t = hello_mac1_owner(c, dg, pattern)) == NULL) {
		stranger(c, dg, now);
		return;
	}
	loaded |= hello_loaded(c, now, 1);

	if ((seen = hello_seen(c, dg, t, now)) != NULL) {
		seen->several |= !endpoint_equal(&seen->ep, &dg->ep);
		if (seen->answers > 0 &&
		    (raw = rawq_add(&c->shared.rawq)) != NULL) {
			seen->answers--;
			raw->ep = dg->ep;
			raw->len = seen->len;
			memcpy(raw->buf, seen->reply, seen->len);
		}
		return;
	}
	cookie = hello_cookie_valid(c, dg, now);
	if (loaded && !cookie) {
		send_cookie(c, dg, t, now);
		return;
	}
	if (loaded && !hello_source_allowed(c, &dg->ep.remote, now)) {
		c->rx_hello_limited++;
		return;
	}

	if (hello_open(&hs, &t->secret, dg->buf, dg->len, &p1) == -1 ||
	    (t = hello_sender(c, dg, t, &hs)) == NULL) {
		stranger(c, dg, now);
		goto done;
	}
	if (!cookie && !assoc_is_news(&t->as, p1.stamp)) {
		send_cookie(c, dg, t, now);
		goto done;
	}
	assoc_hello(&t->as, dg, &hs, &p1, cookie, now);
 done:
	sodium_memzero(&hs, sizeof(hs));
	sodium_memzero(&p1, sizeof(p1));
}

/*
 * The tunnel whose secret made mac1.  With key pairs several tunnels share
 * this end's key: any of them will do until the message is decrypted.
 */
static struct tunnel *
hello_mac1_owner(struct core *c, const struct dgram *dg, int pattern)
{
	struct tunnel	*t, *only = tunnel_of_socket(c, dg->ep.sock);

	TAILQ_FOREACH(t, &c->tunnels, entry) {
		if (t->conf.protocol != PROTO_V3 ||
		    t->secret.pattern != pattern ||
		    (only != NULL && t != only))
			continue;
		if (hello_mac1_check(dg->buf, dg->len, t->secret.mac1_own) == 0)
			return (t);
	}
	return (NULL);
}

static struct tunnel *
hello_sender(struct core *c, const struct dgram *dg, struct tunnel *owner,
    struct handshake *hs)
{
	struct tunnel	*t, *only;

	if (owner->secret.pattern == NOISE_NNPSK0)
		return (owner);
	only = tunnel_of_socket(c, dg->ep.sock);
	TAILQ_FOREACH(t, &c->tunnels, entry) {
		if (t->conf.protocol != PROTO_V3 ||
		    t->secret.pattern != NOISE_IKPSK2 ||
		    (only != NULL && t != only))
			continue;
		if (sodium_memcmp(t->secret.spub, owner->secret.spub,
		    sizeof(t->secret.spub)) == 0 &&
		    sodium_memcmp(t->secret.rs, hs->noise.rs,
		    sizeof(t->secret.rs)) == 0)
			return (t);
	}
	return (NULL);
}

/* The same HELLO that came over another link, or a replayed one. */
static struct recent *
hello_seen(struct core *c, const struct dgram *dg, struct tunnel *owner,
    uint64_t now)
{
	const uint8_t	*mac1 = dg->buf + dg->len - 2 * MAC_LEN;
	struct tunnel	*t;
	struct recent	*r;

	TAILQ_FOREACH(t, &c->tunnels, entry) {
		if (t != owner && (owner->secret.pattern == NOISE_NNPSK0 ||
		    t->secret.pattern == NOISE_NNPSK0))
			continue;
		if ((r = assoc_recent(&t->as, mac1, now)) != NULL)
			return (r);
	}
	return (NULL);
}

/* Counts a HELLO and tells whether cookies are asked for at present. */
static int
hello_loaded(struct core *c, uint64_t now, int mac1)
{
	if (now / USEC != c->hello_second) {
		c->hello_second = now / USEC;
		c->hello_all = c->hello_mac1 = 0;
	}
	if (mac1)
		c->hello_mac1++;
	else
		c->hello_all++;
	if (c->hello_mac1 > HELLO_MAC1_RATE || c->hello_all > HELLO_ALL_RATE)
		c->load_until = now + USEC;
	return (now < c->load_until);
}

static void
cookie_rotate(struct core *c, uint64_t now)
{
	if (now - c->cookie_at < COOKIE_LIFETIME)
		return;
	if (now - c->cookie_at < 2 * COOKIE_LIFETIME)
		memcpy(c->cookie_secret[1], c->cookie_secret[0],
		    sizeof(c->cookie_secret[1]));
	else
		rnd_bytes(&c->shared.rnd, c->cookie_secret[1],
		    sizeof(c->cookie_secret[1]));
	rnd_bytes(&c->shared.rnd, c->cookie_secret[0],
	    sizeof(c->cookie_secret[0]));
	c->cookie_at = now;
}

static int
hello_cookie_valid(struct core *c, const struct dgram *dg, uint64_t now)
{
	uint8_t	 cookie[MAC_LEN];
	int	 i;

	if (sodium_is_zero(dg->buf + dg->len - MAC_LEN, MAC_LEN))
		return (0);
	cookie_rotate(c, now);
	for (i = 0; i < 2; i++) {
		cookie_make(cookie, c->cookie_secret[i], &dg->ep.remote,
		    &dg->ep.local, dg->ep.sock);
		if (hello_mac2_check(dg->buf, dg->len, cookie) == 0)
			return (1);
	}
	return (0);
}

/* Addresses that share a place share what is allowed; nobody outside knows
 * which do. */
static int
hello_source_allowed(struct core *c, const struct addr *remote, uint64_t now)
{
	struct source	*s;
	uint8_t		 hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, remote->ip, remote->family == 6 ? 8 : 4,
	    c->source_key);
	s = &c->source[hash[0] % SOURCE_BUCKETS];
	if (s->second != now / USEC) {
		s->second = now / USEC;
		s->count = 0;
	}
	return (++s->count <= HELLO_SOURCE_RATE);
}

static void
send_cookie(struct core *c, const struct dgram *dg, const struct tunnel *t,
    uint64_t now)
{
	uint8_t		 cookie[MAC_LEN], nonce[24];
	struct raw	*raw;

	if ((raw = rawq_add(&c->shared.rawq)) == NULL)
		return;
	cookie_rotate(c, now);
	cookie_make(cookie, c->cookie_secret[0], &dg->ep.remote,
	    &dg->ep.local, dg->ep.sock);
	rnd_bytes(&c->shared.rnd, nonce, sizeof(nonce));
	raw->ep = dg->ep;
	raw->len = cookie_create(dg->buf, dg->len, t->secret.cookie_own,
	    cookie, nonce, raw->buf);
	c->cookies_sent++;
}

size_t
core_transmit(struct core *c, struct dgram *dg, size_t max, uint64_t now)
{
	struct tunnel	*t, *last;
	size_t		 n = 0;

	learn_tick(c, now);
	while (n < max && rawq_get(&c->shared.rawq, &dg[n]))
		n++;

	if ((t = c->first) == NULL)
		t = TAILQ_FIRST(&c->tunnels);
	if ((last = t) == NULL)
		return (n);
	do {
		tunnel_timer(t, now);
		while (n < max && tunnel_transmit(t, &dg[n], now))
			n++;
		if ((t = TAILQ_NEXT(t, entry)) == NULL)
			t = TAILQ_FIRST(&c->tunnels);
	} while (t != last && n < max);
	c->first = t;
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
	struct tunnel	*t;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		tunnel_send_error(t, dg, error, now);
}

void
core_sock_blocked(struct core *c, uint32_t sock, int blocked)
{
	struct tunnel	*t;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		tunnel_sock_blocked(t, sock, blocked);
}

uint64_t
core_deadline(struct core *c, uint64_t now)
{
	struct tunnel	*t;
	uint64_t	 when = NEVER, d;

	if (c->shared.rawq.n > 0)
		return (now);
	if (c->shared.stopping)
		return (NEVER);
	TAILQ_FOREACH(t, &c->tunnels, entry) {
		d = tunnel_deadline(t, now);
		if (d < when)
			when = d;
	}
	c->promised = when > now ? when : NEVER;
	return (when);
}

void
core_stop(struct core *c, uint64_t now)
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
	s->rx_hello_limited = c->rx_hello_limited;
	s->cookies_sent = c->cookies_sent;
	s->pkts_total = c->shared.pool.npkts;
	s->pkts_used = c->shared.pool.npkts - c->shared.pool.nfree;
}
