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

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tunnel.h"
#include "wire.h"

/*
 * The sockets' side of the core: whose a datagram is, cookies under load,
 * whose turn it is to send.
 */

#define HELLO_MAC1_RATE		100	/* a second; more is load */
#define HELLO_ALL_RATE		2000
#define HELLO_SOURCE_RATE	20	/* under load, with a valid cookie */
#define TICK_MAX		(20 * 1000)
#define COOKIE_LIFETIME		(120 * USEC)

static void	 receive_hello(struct core *, const struct dgram *, uint64_t);
static void	 receive_reply(struct core *, const struct dgram *, uint64_t);
static void	 receive_cookie(struct core *, const struct dgram *, uint64_t);
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
static struct tunnel *index_find(struct core *, uint32_t);
static void	 learn_tick(struct core *, uint64_t);
static int	 tunnel_transmit(struct tunnel *, struct dgram *, uint64_t);

struct core *
core_new(const struct core_ops *ops, size_t npkts)
{
	struct core	*c;
	size_t		 i;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	if (pool_init(&c->pool, npkts) == -1) {
		free(c);
		return (NULL);
	}
	c->ops = *ops;
	c->rnd.fill = ops->random;
	c->rnd.arg = ops->arg;
	c->promised = NEVER;
	c->limits = session_limits_default;
	TAILQ_INIT(&c->tunnels);
	for (i = 0; i < INDEX_BUCKETS; i++) {
		LIST_INIT(&c->index[i]);
		LIST_INIT(&c->mlvpn2[i]);
	}
	rnd_bytes(&c->rnd, c->cookie_secret, sizeof(c->cookie_secret));
	rnd_bytes(&c->rnd, c->source_key, sizeof(c->source_key));
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
	pool_free(&c->pool);
	sodium_memzero(c, sizeof(*c));
	free(c);
}

/* For tests that cannot wait for the real limits. */
void
core_set_limits(struct core *c, const struct session_limits *limits)
{
	c->limits = *limits;
}

void
core_clock(struct core *c, uint64_t now, uint64_t wall)
{
	c->wall_offset = wall - now;
}

/* Microseconds since 1970 that never repeat: the stamp of a HELLO. */
uint64_t
core_stamp(struct core *c, uint64_t now)
{
	uint64_t	 stamp = now + c->wall_offset;

	if (stamp <= c->last_stamp)
		stamp = c->last_stamp + 1;
	c->last_stamp = stamp;
	return (stamp);
}

/* Where packets come from that are handed in. */
struct pool *
core_pool(struct core *c)
{
	return (&c->pool);
}

uint32_t
index_add(struct core *c, struct receiver *r, struct tunnel *t)
{
	do {
		rnd_bytes(&c->rnd, &r->index, sizeof(r->index));
	} while (index_find(c, r->index) != NULL);
	r->tunnel = t;
	LIST_INSERT_HEAD(&c->index[r->index % INDEX_BUCKETS], r, entry);
	return (r->index);
}

void
index_del(struct receiver *r)
{
	if (r->tunnel == NULL)
		return;
	LIST_REMOVE(r, entry);
	r->tunnel = NULL;
}

/* The index goes on naming the same tunnel, from another entry. */
void
index_move(struct core *c, struct receiver *from, struct receiver *to)
{
	to->index = from->index;
	to->tunnel = from->tunnel;
	index_del(from);
	LIST_INSERT_HEAD(&c->index[to->index % INDEX_BUCKETS], to, entry);
}

static struct tunnel *
index_find(struct core *c, uint32_t index)
{
	struct receiver	*r;

	LIST_FOREACH(r, &c->index[index % INDEX_BUCKETS], entry)
		if (r->index == index)
			return (r->tunnel);
	return (NULL);
}

void
core_receive(struct core *c, struct dgram *dg, size_t n, uint64_t now)
{
	size_t	 i;

	for (i = 0; i < n; i++, dg++) {
		if (c->stopping)
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
				mlvpn2_receive(c, dg, now);
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
	if ((t = index_find(c, index)) == NULL) {
		c->rx_unknown++;
		return;
	}
	assoc_data(t, dg, path, index, now);
}

static void
receive_reply(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;

	if (dg->len != REPLY_LEN) {
		c->rx_malformed++;
		return;
	}
	if ((t = index_find(c, get32(dg->buf + REPLY_RECEIVER))) == NULL) {
		c->rx_unknown++;
		return;
	}
	assoc_reply(t, dg, now);
}

static void
receive_cookie(struct core *c, const struct dgram *dg, uint64_t now)
{
	struct tunnel	*t;

	if (dg->len != COOKIE_LEN) {
		c->rx_malformed++;
		return;
	}
	if ((t = index_find(c, get32(dg->buf + COOKIE_RECEIVER))) == NULL) {
		c->rx_unknown++;
		return;
	}
	assoc_cookie(t, dg, now);
}

/*
 * Costs rise with each step, and so does what the sender has shown: the form,
 * mac1 (knows the secret or the public key), under load a cookie (is at its
 * address), the handshake message itself, a stamp newer than the last.
 */
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
		c->rx_badmac1++;
		return;
	}
	loaded |= hello_loaded(c, now, 1);

	if ((seen = hello_seen(c, dg, t, now)) != NULL) {
		seen->several |= !endpoint_equal(&seen->ep, &dg->ep);
		if (seen->answers > 0 && (raw = core_raw(c)) != NULL) {
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
		c->rx_badmac1++;
		goto done;
	}
	if (p1.stamp <= t->as.max_stamp && !cookie) {
		t->rx_rejected++;
		send_cookie(c, dg, t, now);
		goto done;
	}
	assoc_hello(t, dg, &hs, &p1, cookie, now);
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
		if ((r = assoc_recent(t, mac1, now)) != NULL) {
			if (r->answers == 0)
				t->rx_rejected++;
			return (r);
		}
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
		rnd_bytes(&c->rnd, c->cookie_secret[1],
		    sizeof(c->cookie_secret[1]));
	rnd_bytes(&c->rnd, c->cookie_secret[0], sizeof(c->cookie_secret[0]));
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

	if ((raw = core_raw(c)) == NULL)
		return;
	cookie_rotate(c, now);
	cookie_make(cookie, c->cookie_secret[0], &dg->ep.remote,
	    &dg->ep.local, dg->ep.sock);
	rnd_bytes(&c->rnd, nonce, sizeof(nonce));
	raw->ep = dg->ep;
	raw->len = cookie_create(dg->buf, dg->len, t->secret.cookie_own,
	    cookie, nonce, raw->buf);
	c->cookies_sent++;
}

/* Room for an answer; NULL when too many wait already. */
struct raw *
core_raw(struct core *c)
{
	if (c->nraw == RAW_MAX)
		return (NULL);
	return (&c->raw[(c->raw_head + c->nraw++) % RAW_MAX]);
}

/* The last answer came to nothing. */
void
core_raw_undo(struct core *c)
{
	c->nraw--;
}

size_t
core_transmit(struct core *c, struct dgram *dg, size_t max, uint64_t now)
{
	struct tunnel	*t, *last;
	struct raw	*raw;
	size_t		 n = 0;

	learn_tick(c, now);
	while (n < max && c->nraw > 0) {
		raw = &c->raw[c->raw_head];
		c->raw_head = (c->raw_head + 1) % RAW_MAX;
		c->nraw--;
		dg[n].ep = raw->ep;
		dg[n].len = raw->len;
		dg[n].tos = 0;
		memcpy(dg[n].buf, raw->buf, raw->len);
		n++;
	}

	if ((t = c->first) == NULL)
		t = TAILQ_FIRST(&c->tunnels);
	if ((last = t) == NULL)
		return (n);
	do {
		tunnel_timer(t, now);
		if (assoc_can_send(t))
			sched_pump(t, now);
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
	c->tick = MAX(late, c->tick - c->tick / 64);
	c->promised = NEVER;
}

/* The next datagram of a tunnel: handshake, control, packets. */
static int
tunnel_transmit(struct tunnel *t, struct dgram *dg, uint64_t now)
{
	int	 i;

	dg->tos = 0;
	if (assoc_transmit(t, dg, now))
		return (1);
	if (!assoc_can_send(t))
		return (0);
	for (i = 0; i < t->npaths; i++)
		if (t->paths[i]->ops->compose(t->paths[i], dg, now))
			return (1);
	if (t->core->stopping)
		return (0);
	return (sched_transmit(t, dg, now));
}

void
core_send_error(struct core *c, const struct dgram *dg, int error,
    uint64_t now)
{
	struct tunnel	*t;
	struct path	*p;
	int		 i;

	TAILQ_FOREACH(t, &c->tunnels, entry) {
		for (i = 0; i < t->npaths; i++) {
			p = t->paths[i];
			if (p->addr.ep.sock != dg->ep.sock ||
			    !addr_equal(&p->addr.ep.remote, &dg->ep.remote))
				continue;
			path_send_error(p, dg, error, now);
		}
	}
}

/* A socket that takes no more for now, or does again: its paths wait. */
void
core_sock_blocked(struct core *c, uint32_t sock, int blocked)
{
	struct tunnel	*t;
	int		 i;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		for (i = 0; i < t->npaths; i++)
			if (t->paths[i]->addr.ep.sock == sock)
				path_addr_blocked(&t->paths[i]->addr,
				    blocked);
}

uint64_t
core_deadline(struct core *c, uint64_t now)
{
	struct tunnel	*t;
	uint64_t	 when = NEVER, d;

	if (c->nraw > 0)
		return (now);
	if (c->stopping)
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
	int		 i;

	TAILQ_FOREACH(t, &c->tunnels, entry) {
		tq_clear(&t->tq);
		sched_clear(t);
		for (i = 0; i < t->npaths; i++)
			t->paths[i]->ops->stop(t->paths[i]);
	}
	c->stopping = 1;
}

size_t
core_flows(struct core *c, struct peer_flow *f, size_t n)
{
	const struct tunnel	*t;
	size_t			 got = 0;

	TAILQ_FOREACH(t, &c->tunnels, entry)
		if (t->conf.protocol == PROTO_MLVPN2)
			got += mlvpn2_flows(t, f + got, n - got);
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
	s->pkts_total = c->pool.npkts;
	s->pkts_used = c->pool.npkts - c->pool.nfree;
}
