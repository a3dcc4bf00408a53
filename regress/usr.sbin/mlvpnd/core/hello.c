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


/* Handshakes: damage, secrets, replays, cookies, losses, crossing. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "noise.h"
#include "wire.h"

#define REPLIES_READ	20	/* for one HELLO */

static void	 capture_hello(struct pair *, struct tap *);
static void	 damage(struct pair *, const struct sim_dgram *, size_t, size_t,
		    void (*)(struct pair *, void *), void *);
static struct peer *server_peer(struct sim *, struct sim_host **);

/*
 * Damage: every bit of a datagram flipped, then every length cut, then a
 * byte more.  check() must find nothing changed after each.
 */

static void
damage(struct pair *p, const struct sim_dgram *d, size_t from, size_t bits,
    void (*check)(struct pair *, void *), void *arg)
{
	uint8_t	 buf[PKT_SIZE];
	size_t	 i;

	for (i = from; i < from + bits; i++) {
		memcpy(buf, d->data, d->len);
		buf[i / 8] ^= 1 << i % 8;
		inject(p, d, buf, d->len);
		check(p, arg);
	}
}

static void
lengths(struct pair *p, const struct sim_dgram *d,
    void (*check)(struct pair *, void *), void *arg)
{
	uint8_t	 buf[PKT_SIZE];
	size_t	 len;

	memset(buf, 0, sizeof(buf));
	memcpy(buf, d->data, d->len);
	for (len = 0; len < d->len; len++) {
		inject(p, d, buf, len);
		check(p, arg);
	}
	inject(p, d, buf, d->len + 1);
	check(p, arg);
}

static void
check_silent_server(struct pair *p, void *arg)
{
	struct ctl_tunnel	 ct;

	CHECK_EQ(p->b->tx_dgrams, *(uint64_t *)arg);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.state, TUNNEL_DOWN);
}

/* The client's first HELLO, kept from the server; then the client is gone. */
static void
capture_hello(struct pair *p, struct tap *tap)
{
	tap_keep(tap, MSG_HELLO, FROM_A, 1);
	pair_run(p, 100 * MSEC);
	CHECK(tap->nkept >= 1);
	sim_host_kill(p->a);
}

static void
damaged_hello(void)
{
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 sent;
	size_t		 len;
	int		 keys;

	for (keys = 0; keys < 2; keys++) {
		p = small_pair(20 + keys, 1, keys);
		tap_init(&tap, p);
		capture_hello(p, &tap);
		len = tap.kept[0]->len;
		CHECK_EQ(len, keys ? HELLO_IK_LEN : HELLO_NN_LEN);
		sent = p->b->tx_dgrams;
		damage(p, tap.kept[0], 0, 8 * (len - MAC_LEN),
		    check_silent_server, &sent);
		lengths(p, tap.kept[0], check_silent_server, &sent);
		/* the server is not asleep: the whole one is answered */
		replay(p, tap.kept[0]);
		CHECK_EQ(p->b->tx_dgrams, sent + 1);
		CHECK_EQ(tap.count[FROM_B][MSG_REPLY & 0xf], 1);
		tap_clear(&tap);
		pair_free(p);
	}
}

static void
check_no_keys(struct pair *p, void *arg)
{
	struct tap		*tap = arg;
	struct ctl_tunnel	 ct;

	CHECK_EQ(tap->count[FROM_A][MSG_DATA & 0xf], 0);
	pair_tunnel(p->a, 0, &ct);
	CHECK_EQ(ct.handshakes, 0);
}

/* A client reads so many REPLYs for a HELLO only, so it takes many HELLOs. */
static void
damaged_reply(void)
{
	struct pair	*p;
	struct tap	 tap;
	size_t		 bit = 0, n;

	p = small_pair(22, 1, 0);
	tap_init(&tap, p);
	while (bit < 8 * REPLY_LEN) {
		tap_keep(&tap, MSG_REPLY, FROM_B, 1);
		while (tap.nkept == 0)
			pair_run(p, 100 * MSEC);
		n = 8 * REPLY_LEN - bit;
		if (n > REPLIES_READ - 1)
			n = REPLIES_READ - 1;
		damage(p, tap.kept[0], bit, n, check_no_keys, &tap);
		bit += n;
	}
	tap_keep(&tap, MSG_REPLY, FROM_B, 1);
	while (tap.nkept == 0)
		pair_run(p, 100 * MSEC);
	lengths(p, tap.kept[0], check_no_keys, &tap);
	replay(p, tap.kept[0]);
	CHECK(tap.count[FROM_A][MSG_DATA & 0xf] > 0);
	tap_clear(&tap);
	CHECK(sim_until(p->sim, p->sim->now + USEC, pair_is_up, p));
	pair_exchange(p);
	pair_free(p);
}

/* A COOKIE as the server would send it, for a HELLO. */
static struct sim_dgram *
make_cookie(struct pair *p, const struct sim_dgram *hello,
    const uint8_t *under, const struct addr *src)
{
	struct hs_secret	 secret;
	struct sim_dgram	*d;
	uint8_t			 copy[HELLO_MAX_LEN], buf[COOKIE_LEN];
	uint8_t			 nonce[24], cookie[MAC_LEN];

	hs_secret_init(&secret, p->psk, NULL, NULL);
	sim_random_bytes(p->sim, nonce, sizeof(nonce));
	sim_random_bytes(p->sim, cookie, sizeof(cookie));
	memcpy(copy, hello->data, hello->len);
	if (under != NULL)
		memcpy(copy + hello->len - 2 * MAC_LEN, under, MAC_LEN);
	CHECK_EQ(cookie_create(copy, hello->len, secret.cookie_own, cookie,
	    nonce, buf), COOKIE_LEN);
	d = sim_dgram(buf, sizeof(buf), src, &p->link[0]->public);
	return (d);
}

static int
has_mac2(const struct sim_dgram *d)
{
	return (!sodium_is_zero(d->data + d->len - MAC_LEN, MAC_LEN));
}

static void
check_no_mac2(struct pair *p, void *arg)
{
	struct tap	*tap = arg;
	size_t		 i;

	for (i = 0; i < tap->nkept; i++)
		CHECK(!has_mac2(tap->kept[i]));
}

static void
damaged_cookie(void)
{
	struct pair		*p;
	struct tap		 tap;
	struct sim_dgram	*c;
	uint8_t			 other[MAC_LEN];

	p = small_pair(23, 1, 0);
	tap_init(&tap, p);
	tap_keep(&tap, MSG_HELLO, FROM_A, 1);
	pair_run(p, 100 * MSEC);
	CHECK_EQ(tap.nkept, 1);
	c = make_cookie(p, tap.kept[0], NULL, &p->server);
	damage(p, c, 0, 8 * COOKIE_LEN, check_no_mac2, &tap);
	lengths(p, c, check_no_mac2, &tap);
	CHECK_EQ(tap.nkept, 1);
	sim_dgram_free(c);

	TEST("\tunder another mac1");
	sim_random_bytes(p->sim, other, sizeof(other));
	c = make_cookie(p, tap.kept[0], other, &p->server);
	replay(p, c);
	CHECK_EQ(tap.nkept, 1);
	sim_dgram_free(c);

	TEST("\tthe right one makes the same HELLO with mac2, once");
	c = make_cookie(p, tap.kept[0], NULL, &p->server);
	replay(p, c);
	replay(p, c);
	CHECK_EQ(tap.nkept, 2);
	CHECK_EQ(tap.kept[0]->len, tap.kept[1]->len);
	CHECK_MEM(tap.kept[1]->data, tap.kept[0]->data,
	    tap.kept[0]->len - MAC_LEN);
	CHECK(has_mac2(tap.kept[1]));
	sim_dgram_free(c);
	tap_clear(&tap);
	pair_free(p);
}

static void
check_unchanged(struct pair *p, void *arg)
{
	pair_unchanged(p, arg);
}

static void
damaged_data(void)
{
	struct pair		*p;
	struct pair_state	 st;
	struct sim_flow		*f;
	struct tap		 tap;
	int			 i;

	p = small_pair(24, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	pair_run(p, 300 * MSEC);
	/* the first datagram that carries this packet */
	tap_keep(&tap, MSG_DATA, FROM_A, 1);
	f = sim_udp(p->a, p->b, 80000, 60, p->sim->now, p->sim->now + 1);
	pair_run(p, 1);
	CHECK_EQ(f->sent, 1);
	for (i = 0; (size_t)i < tap.nkept; i++)
		if (tap.kept[i]->len == DATA_OVERHEAD + 60)
			break;
	CHECK((size_t)i < tap.nkept);
	pair_state(p, &st);
	damage(p, tap.kept[i], 0, 8 * tap.kept[i]->len, check_unchanged, &st);
	lengths(p, tap.kept[i], check_unchanged, &st);
	replay(p, tap.kept[i]);
	CHECK_EQ(f->received, 1);
	pair_state(p, &st);
	replay(p, tap.kept[i]);
	pair_unchanged(p, &st);
	CHECK_EQ(f->doubles, 0);
	tap_clear(&tap);
	pair_exchange(p);
	pair_free(p);
}

/* Datagrams of no meaning, to both ends. */
static void
garbage(void)
{
	static const uint8_t	 types[] = {
		MSG_HELLO, MSG_REPLY, MSG_COOKIE, MSG_DATA, 0x30, 0x35, 0x3f,
		0x00, 0x05, 0x06, 0xff
	};
	struct pair		*p;
	struct pair_state	 st;
	struct sim_dgram	*d;
	uint8_t			 buf[2000];
	size_t			 len, t;
	int			 i;

	p = small_pair(25, 2, 0);
	pair_up(p);
	pair_run(p, 300 * MSEC);
	pair_state(p, &st);
	for (i = 0; i < 200; i++) {
		for (t = 0; t < sizeof(types); t++) {
			len = 1 + sim_random(p->sim) % sizeof(buf);
			sim_random_bytes(p->sim, buf, len);
			buf[0] = types[t];
			if (len > 3)
				memset(buf + 1, 0, 3);
			d = i & 1 ? sim_dgram(buf, len, &p->link[0]->public,
			    &p->server) : sim_dgram(buf, len, &p->server,
			    &p->link[0]->public);
			replay(p, d);
			sim_dgram_free(d);
		}
	}
	pair_unchanged(p, &st);
	pair_exchange(p);
	pair_free(p);
}

/*
 * Secrets.
 */

static void
many_secrets(void)
{
	static const int	 which[] = { 0, 1, 100, 255 };
	struct sim		*sim;
	struct sim_host		*b;
	struct tunnel_conf	*tc;
	struct addr		 server;
	struct peer		*peer;
	struct ctl_tunnel	 ct;
	uint8_t			 psk[256][32];
	size_t			 i;
	int			 j;

	sim = sim_new(30);
	sim->npkts = SMALL_POOL;
	b = sim_host(sim, "server");
	server = sim_listen(b, "192.0.2.1");
	for (i = 0; i < 256; i++) {
		sim_random_bytes(sim, psk[i], sizeof(psk[i]));
		CHECK_EQ(sim_tunnel(b, sim_tunnel_conf("t", psk[i])), (int)i);
	}
	/* a second tunnel with a secret that is taken */
	tc = sim_tunnel_conf("again", psk[77]);
	errno = 0;
	CHECK_EQ(tunnel_new(b->core, tc, sim_host_now(b)), NULL);
	CHECK_EQ(errno, EEXIST);
	free(tc);

	peer = peer_new(sim, "203.0.113.0", &server);
	for (i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		peer_secret(peer, psk[which[i]], NULL, NULL);
		memset(&peer->reply, 0, sizeof(peer->reply));
		peer->replies = 0;
		peer_hello(peer);
		sim_run(sim, sim->now + 100 * MSEC);
		CHECK_EQ(peer->replies, 1);
		peer_open(peer, 0, 1, "x");
		sim_run(sim, sim->now + 100 * MSEC);
		for (j = 0; j < 256; j++) {
			pair_tunnel(b, j, &ct);
			CHECK_EQ(ct.handshakes, j <= which[i] &&
			    (j == which[i] || j == 0 || (j == 1 && i > 0) ||
			    (j == 100 && i > 1)));
		}
	}
	TEST("\ta secret of no tunnel");
	sim_random_bytes(sim, psk[0], sizeof(psk[0]));
	peer_secret(peer, psk[0], NULL, NULL);
	peer->replies = 0;
	i = (size_t)b->tx_dgrams;
	peer_hello(peer);
	sim_run(sim, sim->now + 50 * MSEC);
	CHECK_EQ(peer->replies + peer->cookies, 0);
	sim_free(sim);
	peer_free(peer);
}

/* Two ends that do not fit: nothing goes from b to a, ever. */
static void
must_be_silent(struct tunnel_conf *a, struct tunnel_conf *b, struct sim *sim)
{
	struct pair	*p;
	struct tap	 tap;
	int		 i;

	p = pair_new_conf(sim, a, b);
	pair_link(p, 0, 10 * MSEC);
	tap_init(&tap, p);
	pair_run(p, 20 * USEC);
	CHECK(tap.count[FROM_A][MSG_HELLO & 0xf] >= 3);
	for (i = 0; i < 16; i++)
		CHECK_EQ(tap.count[FROM_B][i], 0);
	CHECK(!tunnels_up(p));
	pair_free(p);
}

static void
key_pair(struct sim *sim, uint8_t sec[32], uint8_t pub[32])
{
	sim_random_bytes(sim, sec, 32);
	crypto_scalarmult_base(pub, sec);
}

static void
wrong_secrets(void)
{
	struct tunnel_conf	*a, *b;
	struct sim		*sim;
	uint8_t			 psk[32], other[32], pub[3][32], sec[3][32];
	int			 i;

	TEST("\tanother psk");
	sim = sim_new(31);
	sim->npkts = SMALL_POOL;
	sim_random_bytes(sim, psk, sizeof(psk));
	sim_random_bytes(sim, other, sizeof(other));
	must_be_silent(sim_tunnel_conf("t", psk), sim_tunnel_conf("t", other),
	    sim);

	for (i = 0; i < 4; i++) {
		TEST("\t%s", i == 0 ? "key pairs against a psk" :
		    i == 1 ? "a psk against key pairs" :
		    i == 2 ? "a key the server does not know" :
		    "another key than the server's");
		sim = sim_new(32 + (uint64_t)i);
		sim->npkts = SMALL_POOL;
		key_pair(sim, sec[0], pub[0]);
		key_pair(sim, sec[1], pub[1]);
		key_pair(sim, sec[2], pub[2]);
		a = sim_tunnel_conf("t", i == 1 ? psk : NULL);
		b = sim_tunnel_conf("t", i == 0 ? psk : NULL);
		a->has_key = i != 1;
		b->has_key = i != 0;
		memcpy(a->key, sec[0], 32);
		memcpy(b->key, sec[1], 32);
		memcpy(a->peer_key, pub[i == 3 ? 2 : 1], 32);
		memcpy(b->peer_key, pub[i == 2 ? 2 : 0], 32);
		must_be_silent(a, b, sim);
	}
}

/* Key pairs and a psk besides: both ends need both. */
static void
keys_and_psk(void)
{
	struct tunnel_conf	*tc[2];
	struct sim		*sim;
	struct pair		*p;
	int			 i, wrong;

	for (wrong = 0; wrong < 2; wrong++) {
		sim = sim_new(36);
		sim->npkts = SMALL_POOL;
		for (i = 0; i < 2; i++) {
			tc[i] = sim_tunnel_conf("t", NULL);
			sim_random_bytes(sim, tc[i]->key, 32);
			tc[i]->has_key = tc[i]->has_psk = 1;
			memset(tc[i]->psk, wrong ? i : 7, 32);
		}
		crypto_scalarmult_base(tc[0]->peer_key, tc[1]->key);
		crypto_scalarmult_base(tc[1]->peer_key, tc[0]->key);
		p = pair_new_conf(sim, tc[0], tc[1]);
		pair_link(p, 0, 10 * MSEC);
		if (!wrong) {
			pair_up(p);
			pair_exchange(p);
		} else {
			pair_run(p, 10 * USEC);
			CHECK(!tunnels_up(p));
		}
		pair_free(p);
	}
}

/*
 * Replays of HELLO.
 */

/* A server, and a peer that knows its secret. */
static struct peer *
server_peer(struct sim *sim, struct sim_host **bp)
{
	struct sim_host	*b;
	struct peer	*peer;
	struct addr	 server;
	uint8_t		 psk[32];

	sim->npkts = SMALL_POOL;
	sim_random_bytes(sim, psk, sizeof(psk));
	b = sim_host(sim, "server");
	server = sim_listen(b, "192.0.2.1");
	CHECK_EQ(sim_tunnel(b, sim_tunnel_conf("t", psk)), 0);
	peer = peer_new(sim, "203.0.113.0", &server);
	peer_secret(peer, psk, NULL, NULL);
	*bp = b;
	return (peer);
}

static void
pass(struct sim *sim, uint64_t time)
{
	sim_run(sim, sim->now + time);
}

static void
hello_replay(void)
{
	struct sim	*sim = sim_new(40);
	struct sim_host	*b;
	struct peer	*peer = server_peer(sim, &b);
	uint8_t		 reply[REPLY_LEN];
	int		 i;

	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 1);
	CHECK_EQ(peer->last_len, REPLY_LEN);
	memcpy(reply, peer->last, REPLY_LEN);
	pass(sim, 900 * MSEC);
	peer_hello_again(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 2);
	CHECK_MEM(peer->last, reply, REPLY_LEN);
	for (i = 0; i < 20; i++)
		peer_hello_again(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 9);
	CHECK_EQ(peer->cookies, 0);
	CHECK_MEM(peer->last, reply, REPLY_LEN);

	TEST("\tafter 6 s: nothing");
	peer->replies = 0;
	peer_hello(peer);
	pass(sim, 6 * USEC);
	CHECK_EQ(peer->replies, 1);
	peer_hello_again(peer);
	pass(sim, USEC);
	CHECK_EQ(peer->replies, 1);
	CHECK_EQ(peer->cookies, 0);
	sim_free(sim);
	peer_free(peer);
}

static void
old_stamp(void)
{
	struct sim	*sim = sim_new(41);
	struct sim_host	*b;
	struct peer	*peer = server_peer(sim, &b);
	uint64_t	 stamp = 1000 * USEC;

	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 1);
	peer_open(peer, 0, 1, "x");
	pass(sim, 100 * MSEC);

	peer->mute = MUTE_COOKIE;
	peer->hello.stamp = stamp;
	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 1);
	CHECK_EQ(peer->cookies, 1);

	TEST("\twith the cookie it is taken");
	peer_hello_again(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 2);

	TEST("\tnot confirmed, it leaves no trace");
	peer->has_cookie = 0;
	peer->hello.stamp = stamp + 1;
	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 2);
	CHECK_EQ(peer->cookies, 2);

	TEST("\tconfirmed, its stamp is the one to beat");
	peer_hello_again(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 3);
	peer_open(peer, 0, 1, "x");
	pass(sim, 100 * MSEC);
	CHECK(peer_find(peer, 0, F_PATH_OK, 0) != NULL);
	peer->has_cookie = 0;
	peer->hello.stamp = stamp + 2;
	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 4);
	sim_free(sim);
	peer_free(peer);
}

/* A router without a clock battery starts in 1970. */
static void
clock_1970(void)
{
	struct pair	*p;
	struct ctl_summary cs;

	p = small_pair(42, 1, 0);
	pair_up(p);
	sim_host_kill(p->a);
	p->a->wall = -(int64_t)p->sim->now;
	sim_host_start(p->a);
	CHECK(both_can_talk(p, 3 * USEC));
	core_summary(p->b->core, &cs);
	CHECK(cs.cookies_sent > 0);
	pair_exchange(p);
	pair_free(p);
}

/*
 * Three links.
 */

static enum sim_verdict
lose_by_mask(struct tap *t, struct sim_dgram *d, int from)
{
	int	 link;

	if (d->dir == NULL)
		return (SIM_PASS);
	link = d->dir->link->index;
	if (from == FROM_B && d->data[0] == MSG_REPLY &&
	    t->arg & 1ULL << link) {
		t->arg &= ~(1ULL << link);
		return (SIM_DROP);
	}
	if (from == FROM_A && d->data[0] == MSG_DATA &&
	    t->arg & 8ULL << link) {
		t->arg &= ~(8ULL << link);
		return (SIM_DROP);
	}
	return (SIM_PASS);
}

static void
three_links(void)
{
	struct ctl_tunnel	 ct;
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 mask;

	for (mask = 0; mask < 64; mask++) {
		p = small_pair(50 + mask, 3, 0);
		tap_init(&tap, p);
		tap.fn = lose_by_mask;
		tap.arg = mask;
		pair_run(p, 100 * MSEC);
		CHECK_EQ(tap.count[FROM_A][MSG_HELLO & 0xf], 3);
		CHECK_EQ(tap.count[FROM_B][MSG_REPLY & 0xf], 3);
		if (!sim_until(p->sim, 3 * USEC, pair_is_up, p)) {
			fprintf(stderr, "REPLYs %#x, confirmations %#x lost\n",
			    (int)mask & 7, (int)mask >> 3);
			CHECK(!"up within 3 s");
		}
		pair_tunnel(p->a, 0, &ct);
		CHECK_EQ(ct.handshakes, 1);
		pair_tunnel(p->b, 0, &ct);
		CHECK_EQ(ct.handshakes, 1);
		pair_exchange(p);
		pair_free(p);
	}
}

/* A try takes eight of twelve links: those that work are found. */
static void
twelve_links(void)
{
	struct sim_link		*l[12];
	struct sim_dirconf	 dir;
	struct link_conf	 lc;
	struct pair		*p;
	char			 name[LINK_NAME_SIZE];
	int			 i, good;

	memset(&dir, 0, sizeof(dir));
	dir.delay = 10 * MSEC;
	for (good = 0; good < 12; good++) {
		p = small_pair(120 + (uint64_t)good, 0, 0);
		for (i = 0; i < 12; i++) {
			snprintf(name, sizeof(name), "l%d", i);
			lc = sim_link_conf(name, 0, 0);
			l[i] = sim_link(p->a, &lc, &p->server, &dir, &dir);
			if (i != good)
				sim_link_cut(l[i], 1, 1);
		}
		CHECK(sim_until(p->sim, 5 * USEC, tunnels_up, p));
		pair_free(p);
	}
}

/*
 * Reflection, and a peer that answers wrongly.
 */

static enum sim_verdict
reflect(struct tap *t, struct sim_dgram *d, int from)
{
	struct sim_dgram	*back;

	if (d->dir == NULL || from == 0 || t->arg != d->data[0])
		return (SIM_PASS);
	back = sim_dgram(d->data, d->len, &d->dst, &d->src);
	sim_deliver_at(t->pair->sim, t->pair->sim->now + MSEC, back);
	t->arg2++;
	return (SIM_PASS);
}

static void
reflection(void)
{
	struct pair_state	 st;
	struct ctl_tunnel	 ct;
	struct sim_dgram	*d;
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 rejected;

	p = small_pair(60, 1, 0);
	tap_init(&tap, p);
	tap.fn = reflect;
	tap.arg = MSG_HELLO;
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 20 * USEC);
	CHECK(tap.arg2 >= 3);
	CHECK_EQ(tap.count[FROM_A][MSG_REPLY & 0xf], 0);
	CHECK_EQ(tap.count[FROM_A][MSG_DATA & 0xf], 0);
	sim_link_cut(p->link[0], 0, 0);
	CHECK(both_can_talk(p, 10 * USEC));

	TEST("\tof HELLO, when all is done");
	tap.fn = NULL;
	tap_keep(&tap, MSG_HELLO, FROM_A, 0);
	sim_host_kill(p->a);
	sim_host_start(p->a);
	CHECK(both_can_talk(p, 10 * USEC));
	CHECK(tap.nkept > 0);
	d = tap.kept[0];
	pair_tunnel(p->a, 0, &ct);
	rejected = ct.rx_rejected;
	sim_deliver(p->sim, sim_dgram(d->data, d->len, &d->dst, &d->src));
	pair_run(p, USEC);
	pair_tunnel(p->a, 0, &ct);
	CHECK_EQ(ct.rx_rejected, rejected + 1);
	CHECK_EQ(tap.count[FROM_A][MSG_REPLY & 0xf], 0);
	tap_clear(&tap);

	TEST("\tof DATA");
	pair_run(p, USEC);
	tap.fn = reflect;
	tap.arg = MSG_DATA;
	tap.arg2 = 0;
	pair_state(p, &st);
	pair_exchange(p);
	CHECK(tap.arg2 > 100);
	pair_state(p, &st);
	pair_run(p, USEC);
	pair_unchanged(p, &st);
	pair_free(p);
}

/* REPLY by hand, so that P2 can be anything. */
static size_t
reply_by_hand(struct peer *peer, const struct sim_dgram *d, uint32_t copy,
    uint8_t aead, uint8_t out[REPLY_LEN])
{
	static const char	 label[] = "mlvpn 3";
	struct noise		 n;
	uint8_t			 prologue[sizeof(label) - 1 + 8], e[32];
	uint8_t			 p1[P1_LEN], p2[P2_LEN], mac[MAC_LEN];
	uint32_t		 index = 0x01020304;

	memcpy(prologue, label, sizeof(label) - 1);
	memcpy(prologue + sizeof(label) - 1, d->data, 8);
	noise_init(&n, NOISE_NNPSK0, 0, prologue, sizeof(prologue), NULL, NULL,
	    peer->secret.psk);
	CHECK_EQ(noise_read(&n, d->data + 8, 96, p1), P1_LEN);
	memset(p2, 0, sizeof(p2));
	put32(p2, index ^ copy);
	memset(p2 + 4, 0x77, 8);
	memcpy(p2 + 12, p1 + 8, 8);
	p2[24] = aead;
	put16(p2 + 28, 1420);
	put16(p2 + 30, 1472);
	memset(out, 0, REPLY_LEN);
	out[0] = MSG_REPLY;
	put32(out + 4, index);
	memcpy(out + 8, d->data + 4, 4);
	sim_random_bytes(peer->sim, e, sizeof(e));
	CHECK_EQ(noise_write(&n, e, p2, sizeof(p2), out + 12), 88);
	crypto_generichash(mac, sizeof(mac), out, REPLY_LEN - MAC_LEN,
	    peer->secret.mac1_peer, 32);
	memcpy(out + REPLY_LEN - MAC_LEN, mac, sizeof(mac));
	return (REPLY_LEN);
}

static enum sim_verdict
steal_hellos(struct tap *t, struct sim_dgram *d, int from)
{
	return (from == FROM_A ? SIM_DROP : SIM_PASS);
}

static void
wrong_reply(void)
{
	static const struct {
		uint32_t	 copy;
		uint8_t		 aead;
		uint8_t		 allowed;
		int		 good;
		const char	*what;
	} cases[] = {
		{ 1, AEAD_CHACHA, 0, 0, "another index inside than outside" },
		{ 0, 0, 0, 0, "AEAD 0" },
		{ 0, 3, 0, 0, "AEAD 3" },
		{ 0, 200, 0, 0, "AEAD 200" },
		{ 0, AEAD_AES, 1 << AEAD_CHACHA, 0, "AEAD not offered" },
		{ 0, AEAD_CHACHA, 0, 1, "the same without the fault" }
	};
	struct ctl_tunnel	 ct;
	struct sim_dgram	*d;
	struct pair		*p;
	struct peer		*peer;
	struct tap		 tap;
	uint8_t			 buf[REPLY_LEN];
	size_t			 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TEST("\t%s", cases[i].what);
		p = small_pair(61, 0, 0);
		sim_host_kill(p->a);
		p->a->conf[0]->aeads = cases[i].allowed;
		sim_host_start(p->a);
		pair_link(p, 0, 10 * MSEC);
		peer = peer_new(p->sim, "203.0.113.0", &p->server);
		peer_secret(peer, p->psk, NULL, NULL);
		tap_init(&tap, p);
		tap_keep(&tap, MSG_HELLO, FROM_A, 1);
		tap.fn = steal_hellos;
		pair_run(p, 100 * MSEC);
		CHECK_EQ(tap.nkept, 1);
		reply_by_hand(peer, tap.kept[0], cases[i].copy, cases[i].aead,
		    buf);
		d = sim_dgram(buf, sizeof(buf), &p->server,
		    &p->link[0]->public);
		replay(p, d);
		sim_dgram_free(d);
		pair_tunnel(p->a, 0, &ct);
		CHECK_EQ(ct.handshakes, cases[i].good);
		pair_run(p, 500 * MSEC);
		CHECK_EQ(tap.count[FROM_A][MSG_DATA & 0xf] > 0,
		    cases[i].good);
		tap_clear(&tap);
		pair_free(p);
		peer_free(peer);
	}
}

/* An end that is refused for what it is does not ask again at once. */
static void
wrong_layer(void)
{
	struct ctl_tunnel	 ct;
	struct pair		*p;
	struct tap		 tap;

	p = small_pair(62, 0, 0);
	sim_host_kill(p->a);
	p->a->conf[0]->layer2 = 1;
	sim_host_start(p->a);
	pair_link(p, 0, 10 * MSEC);
	tap_init(&tap, p);
	pair_run(p, 30 * USEC);
	CHECK_EQ(tap.count[FROM_B][MSG_REPLY & 0xf], 0);
	CHECK(!tunnels_up(p));
	CHECK(sim_events(p->b, CORE_NOTICE, NULL) > 0);
	pair_tunnel(p->b, 0, &ct);
	CHECK(ct.rx_rejected > 0);
	pair_free(p);
}

/*
 * Cookies.
 */

/* 101 HELLOs with right mac1 within a second put the server under load. */
static void
load_server(struct peer *peer)
{
	int	 i;

	for (i = 0; i < 110; i++)
		peer_hello_again(peer);
	pass(peer->sim, 10 * MSEC);
}

static void
cookies(void)
{
	struct sim	*sim = sim_new(70);
	struct sim_host	*b;
	struct peer	*peer = server_peer(sim, &b);
	struct addr	 home = peer->local;
	uint8_t		 cookie[MAC_LEN], hello[HELLO_MAX_LEN];
	size_t		 i;

	peer->mute = MUTE_COOKIE;
	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 1);

	TEST("\tunder load a HELLO without one gets one");
	pass(sim, 10 * USEC);
	load_server(peer);
	peer->replies = peer->cookies = 0;
	peer_hello(peer);
	pass(sim, 20 * MSEC);
	CHECK_EQ(peer->replies, 0);
	CHECK_EQ(peer->cookies, 1);

	TEST("\tany bit of mac2 wrong");
	memcpy(hello, peer->hello_buf, peer->hello_len);
	hello_mac2(hello, peer->hello_len, peer->cookie);
	for (i = 0; i < 8 * MAC_LEN; i++) {
		hello[peer->hello_len - MAC_LEN + i / 8] ^= 1 << i % 8;
		peer_send(peer, &peer->local, &peer->remote, hello,
		    peer->hello_len);
		hello[peer->hello_len - MAC_LEN + i / 8] ^= 1 << i % 8;
		pass(sim, MSEC);
	}
	pass(sim, 20 * MSEC);
	CHECK_EQ(peer->replies, 0);
	CHECK_EQ(peer->cookies, 1 + 8 * MAC_LEN);

	TEST("\tfrom another port, from another address");
	peer->local.port++;
	peer_hello_again(peer);
	pass(sim, 20 * MSEC);
	peer->local = home;
	peer->local.ip[3]++;
	peer_hello_again(peer);
	pass(sim, 20 * MSEC);
	CHECK_EQ(peer->replies, 0);

	TEST("\tfrom where it was given");
	peer->local = home;
	peer->has_cookie = 0;
	peer_hello(peer);
	pass(sim, 20 * MSEC);
	CHECK_EQ(peer->replies, 0);
	peer_hello_again(peer);
	pass(sim, 20 * MSEC);
	CHECK_EQ(peer->replies, 1);

	TEST("\tno more than 20 a second from one address");
	pass(sim, USEC - sim_host_now(b) % USEC);
	load_server(peer);
	peer->replies = 0;
	for (i = 0; i < 40; i++)
		peer_hello(peer);
	pass(sim, 50 * MSEC);
	CHECK_EQ(peer->replies, 20);

	TEST("\tof a secret that is two renewals old");
	memcpy(cookie, peer->cookie, sizeof(cookie));
	pass(sim, 110 * USEC);
	for (i = 0; i < 3; i++) {
		peer->has_cookie = 0;
		peer_hello(peer);	/* never taken again: other macs */
		pass(sim, 10 * USEC);
		load_server(peer);
		peer->has_cookie = 0;
		peer_hello(peer);
		pass(sim, 20 * MSEC);
		peer->replies = 0;
		memcpy(peer->cookie, cookie, sizeof(cookie));
		peer->has_cookie = 1;
		peer_hello_again(peer);
		pass(sim, 20 * MSEC);
		if (i == 0)
			CHECK_EQ(peer->replies, 1);
		if (i == 2)
			CHECK_EQ(peer->replies, 0);
		pass(sim, 120 * USEC);
	}
	sim_free(sim);
	peer_free(peer);
}

/* Under a flood from others a client with the secret gets in. */
static enum sim_verdict
answers_are_short(struct tap *t, struct sim_dgram *d, int from)
{
	if (d->data[0] == MSG_REPLY || d->data[0] == MSG_COOKIE)
		CHECK(d->len <= HELLO_NN_LEN);
	return (SIM_PASS);
}

static void
flood(struct sim *sim, void *arg)
{
	struct peer	*peer = arg;
	int		 i;

	for (i = 0; i < 30; i++) {
		peer->local.port++;
		peer_hello(peer);
	}
	if (sim->now < 20 * USEC)
		sim_at(sim, sim->now + 100 * MSEC, flood, peer);
}

static void
flooded(void)
{
	struct ctl_summary	 cs;
	struct pair		*p;
	struct peer		*peer;
	struct tap		 tap;

	p = small_pair(71, 0, 0);
	tap_init(&tap, p);
	tap.fn = answers_are_short;
	peer = peer_new(p->sim, "203.0.113.0", &p->server);
	peer_secret(peer, p->psk, NULL, NULL);
	peer->mute = MUTE_COOKIE;
	flood(p->sim, peer);
	pair_run(p, 3 * USEC);
	pair_link(p, 0, 10 * MSEC);
	CHECK(sim_until(p->sim, p->sim->now + 3 * USEC, pair_is_up, p));
	core_summary(p->b->core, &cs);
	CHECK(cs.cookies_sent > 100);
	pair_exchange(p);
	pair_free(p);
	peer_free(peer);
}

/*
 * Confirmation.
 */

static void
unconfirmed(void)
{
	struct sim	*sim = sim_new(80);
	struct sim_host	*b;
	struct peer	*peer = server_peer(sim, &b);
	struct sim_flow	*f;
	struct ctl_tunnel ct;

	peer_hello(peer);
	pass(sim, 100 * MSEC);
	CHECK_EQ(peer->replies, 1);
	f = sim_udp(b, b, 80000, 100, sim->now, sim->now + 3 * USEC);
	pass(sim, 3 * USEC);
	CHECK(f->sent > 100);
	CHECK_EQ(peer->datas, 0);
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.handshakes, 0);
	CHECK_EQ(ct.state != TUNNEL_UP, 1);

	TEST("\tthe first authentic datagram confirms");
	peer_hello(peer);
	pass(sim, 100 * MSEC);
	peer_open(peer, 0, 1, "x");
	pass(sim, 100 * MSEC);
	CHECK(peer->datas > 0);
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.handshakes, 1);
	CHECK_EQ(ct.state, TUNNEL_UP);
	sim_free(sim);
	peer_free(peer);
}

/* HELLOs that nobody confirms, and replayed ones, do not disturb. */
static void
undisturbed(void)
{
	struct ctl_tunnel	 before[2], after[2];
	struct sim_flow		*f[2];
	struct pair		*p;
	struct peer		*peer;
	struct tap		 tap;
	uint64_t		 now;
	size_t			 j;
	int			 i;

	p = small_pair(81, 2, 0);
	tap_init(&tap, p);
	tap_keep(&tap, MSG_HELLO, FROM_A, 0);
	pair_up(p);
	CHECK(tap.nkept >= 2);
	pair_run(p, USEC);
	peer = peer_new(p->sim, "203.0.113.0", &p->server);
	peer_secret(peer, p->psk, NULL, NULL);
	peer->mute = MUTE_COOKIE;
	pair_tunnel(p->a, 0, &before[0]);
	pair_tunnel(p->b, 0, &before[1]);
	now = p->sim->now;
	f[0] = sim_udp(p->a, p->b, 400000, 500, now, now + 20 * USEC);
	f[1] = sim_udp(p->b, p->a, 400000, 500, now, now + 20 * USEC);
	for (i = 0; i < 20; i++) {
		peer->hello.stamp = 0;
		peer_hello(peer);
		for (j = 0; j < tap.nkept; j++)
			replay(p, tap.kept[j]);
		pair_run(p, USEC);
	}
	CHECK(peer->replies >= 10);
	pair_run(p, 200 * MSEC);
	CHECK_EQ(f[0]->received, f[0]->sent);
	CHECK_EQ(f[1]->received, f[1]->sent);
	pair_tunnel(p->a, 0, &after[0]);
	pair_tunnel(p->b, 0, &after[1]);
	CHECK_EQ(after[0].handshakes, before[0].handshakes);
	CHECK_EQ(after[1].handshakes, before[1].handshakes);
	tap_clear(&tap);
	pair_free(p);
	peer_free(peer);
}

/*
 * Both ends begin.
 */

/* The server knows the client's address too. */
static void
server_begins(struct pair *p)
{
	struct link_conf	 lc;
	struct endpoint		 ep;

	lc = sim_link_conf("back", 0, 0);
	lc.nremote = 1;
	addr_ntop(&p->link[0]->public, lc.remote[0], sizeof(lc.remote[0]));
	lc.nremote_port = 1;
	lc.remote_port[0] = p->link[0]->public.port;
	CHECK_EQ(tunnel_link(p->b->tunnel[0], &lc, sim_host_now(p->b)), 0);
	memset(&ep, 0, sizeof(ep));
	ep.sock = p->b->socks[0].id;
	ep.local = p->server;
	ep.remote = p->link[0]->public;
	CHECK_EQ(tunnel_socket(p->b->tunnel[0], "back", &ep, 1500,
	    sim_host_now(p->b)), 0);
	sim_host_wake(p->b);
}

/* Loses the first HELLO, or REPLY, of either end as arg's bits say. */
static enum sim_verdict
lose_firsts(struct tap *t, struct sim_dgram *d, int from)
{
	uint64_t	 bit = 0;

	if (d->data[0] == MSG_HELLO)
		bit = from == FROM_A ? 1 : 2;
	else if (d->data[0] == MSG_REPLY)
		bit = from == FROM_A ? 4 : 8;
	if ((t->arg & bit) == 0)
		return (SIM_PASS);
	t->arg &= ~bit;
	return (SIM_DROP);
}

static void
crossing(void)
{
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 mask, seed, most;
	int		 delay;

	/* seeds enough that either end has the greater id */
	for (seed = 0; seed < 6; seed++) {
		for (mask = 0; mask < 16; mask++) {
			/* more than one may wait for the third try */
			most = (mask & (mask - 1)) == 0 ? 3 * USEC : 5 * USEC;
			/* both at once, or the client 5 ms before */
			for (delay = 0; delay < 2; delay++) {
				p = small_pair(90 + seed, 0, 0);
				tap_init(&tap, p);
				tap.fn = lose_firsts;
				tap.arg = mask;
				pair_link(p, 0, 10 * MSEC);
				/* the translator lets the server in */
				p->link[0]->talked = p->server;
				if (delay == 1)
					pair_run(p, 5 * MSEC);
				server_begins(p);
				if (both_can_talk(p, most)) {
					pair_run(p, USEC);
					pair_exchange(p);
					pair_free(p);
					continue;
				}
				fprintf(stderr, "seed %d, lost %#x, case %d\n",
				    (int)seed, (int)mask, delay);
				CHECK(!"both ends agree in time");
			}
		}
	}
}

/* What the winner sends does not arrive: its idea of the peer is stale. */
static enum sim_verdict
deaf_way(struct tap *t, struct sim_dgram *d, int from)
{
	if (d->data[0] == MSG_HELLO && from == (int)t->arg)
		return (SIM_DROP);
	return (SIM_PASS);
}

static void
crossing_stale(void)
{
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 seed, from;

	for (seed = 0; seed < 6; seed++) {
		for (from = FROM_A; from <= FROM_B; from++) {
			p = small_pair(90 + seed, 0, 0);
			tap_init(&tap, p);
			tap.fn = deaf_way;
			tap.arg = from;
			pair_link(p, 0, 10 * MSEC);
			p->link[0]->talked = p->server;
			server_begins(p);
			CHECK(both_can_talk(p, 3 * USEC));
			pair_run(p, USEC);
			pair_exchange(p);
			pair_free(p);
		}
	}
}

const struct coretest hello_tests[] = {
	{ "damaged-hello", damaged_hello,
	    "HELLO, each bit flipped, each length" },
	{ "damaged-reply", damaged_reply,
	    "REPLY, each bit flipped, each length" },
	{ "damaged-cookie", damaged_cookie,
	    "COOKIE, each bit flipped, each length" },
	{ "damaged-data", damaged_data,
	    "DATA, each bit flipped, each length, replayed" },
	{ "garbage", garbage, "random bytes with every first byte" },
	{ "many-secrets", many_secrets, "one of 256 pre-shared keys" },
	{ "wrong-secrets", wrong_secrets, "secrets that do not fit: silence" },
	{ "keys-and-psk", keys_and_psk, "key pairs and a psk besides" },
	{ "hello-replay", hello_replay, "the same HELLO again" },
	{ "old-stamp", old_stamp, "a HELLO with an old stamp" },
	{ "clock-1970", clock_1970, "a client whose clock went back" },
	{ "three-links", three_links,
	    "one HELLO on three links, losses in each combination" },
	{ "twelve-links", twelve_links,
	    "more links than a HELLO is sent over, one that works" },
	{ "reflection", reflection, "an end's own datagrams" },
	{ "wrong-reply", wrong_reply, "REPLY with a fault inside" },
	{ "wrong-layer", wrong_layer, "tap on one end, tun on the other" },
	{ "cookies", cookies, "cookies under load" },
	{ "flooded", flooded, "a handshake while others flood the server" },
	{ "unconfirmed", unconfirmed, "nothing before confirmation" },
	{ "undisturbed", undisturbed, "other HELLOs beside a session" },
	{ "crossing", crossing, "both ends begin, losses" },
	{ "crossing-stale", crossing_stale,
	    "both ends begin, one cannot reach the other" },
	{ NULL, NULL, NULL }
};
