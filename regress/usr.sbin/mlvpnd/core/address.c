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


/* Addresses: who may move a path, and what an address can be made to get. */

#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "wire.h"

static struct addr	 path_remote(struct sim_host *, const char *);
static void		 count_rx(void *, struct sim_dgram *);

static struct addr
path_remote(struct sim_host *h, const char *name)
{
	struct ctl_link	 cl;

	CHECK_EQ(pair_path(h, name, &cl), 0);
	return (cl.remote);
}

struct moved {
	struct pair	*pair;
	struct sim_link	*link;
};

static int
has_moved(void *arg)
{
	struct moved	*m = arg;
	struct addr	 remote;

	remote = path_remote(m->pair->b, m->link->conf.name);
	return (addr_equal(&remote, &m->link->public));
}

/* A translator forgets: the path follows, and says so once. */
static void
rebind(void)
{
	struct moved	 m;
	struct pair	*p;
	uint64_t	 start;
	int		 nlinks, load, before;

	for (nlinks = 1; nlinks <= 2; nlinks++) {
		for (load = 0; load < 3; load++) {
			p = small_pair(300 + (uint64_t)load, nlinks, 0);
			pair_up(p);
			pair_run(p, 5 * USEC);
			if (load & 1)
				sim_udp(p->a, p->b, MBIT, 500, p->sim->now,
				    NEVER);
			if (load & 2)
				sim_udp(p->b, p->a, MBIT, 500, p->sim->now,
				    NEVER);
			pair_run(p, USEC);
			before = sim_events(p->b, CORE_LINK_MOVED, NULL);
			m.pair = p;
			m.link = p->link[0];
			CHECK(has_moved(&m));
			sim_link_rebind(p->link[0]);
			start = p->sim->now;
			CHECK(!has_moved(&m));
			/* what an idle client sends is a probe every 2 s */
			CHECK(sim_until(p->sim, start +
			    (load & 1 ? 500 * MSEC : 3 * USEC), has_moved,
			    &m));
			CHECK(p->sim->now - start >= 300 * MSEC);
			CHECK(sim_until(p->sim, p->sim->now + 3 * USEC,
			    pair_is_up, p));
			CHECK_EQ(sim_events(p->b, CORE_LINK_MOVED, "dsl1"),
			    before + 1);
			pair_exchange(p);
			CHECK(has_moved(&m));
			pair_free(p);
		}
	}
}

/* One move a second at most, but in the end the address is right. */
static void
rebind_often(void)
{
	struct moved	 m;
	struct pair	*p;
	uint64_t	 start;
	int		 i, moves;

	p = small_pair(303, 1, 0);
	pair_up(p);
	sim_udp(p->a, p->b, MBIT, 500, p->sim->now, NEVER);
	start = p->sim->now;
	for (i = 0; i < 40; i++) {
		pair_run(p, 200 * MSEC);
		sim_link_rebind(p->link[0]);
	}
	moves = sim_events(p->b, CORE_LINK_MOVED, NULL);
	CHECK((uint64_t)moves <= (p->sim->now - start) / USEC + 1);
	m.pair = p;
	m.link = p->link[0];
	CHECK(sim_until(p->sim, p->sim->now + 3 * USEC, has_moved, &m));
	CHECK(sim_until(p->sim, p->sim->now + 3 * USEC, pair_is_up, p));
	pair_exchange(p);
	pair_free(p);
}

/*
 * Copies from elsewhere.
 */

struct attacker {
	struct addr	 addr;
	uint64_t	 sent;		/* bytes */
	uint64_t	 got;
	uint64_t	 dgrams;
	uint64_t	 longest;
	uint64_t	 delay;		/* of the copies */
};

static void
count_rx(void *arg, struct sim_dgram *d)
{
	struct attacker	*at = arg;

	at->got += d->len;
	at->dgrams++;
	if (d->len > at->longest)
		at->longest = d->len;
}

static enum sim_verdict
race(struct tap *t, struct sim_dgram *d, int from)
{
	struct attacker		*at = (struct attacker *)(uintptr_t)t->arg;
	struct sim_dgram	*copy;

	if (from != FROM_A || d->data[0] != MSG_DATA)
		return (SIM_PASS);
	copy = sim_dgram(d->data, d->len, &at->addr, &d->dst);
	at->sent += d->len;
	sim_deliver_at(t->pair->sim, t->pair->sim->now + at->delay, copy);
	return (SIM_PASS);
}

/* Faster than the link, and slower. */
static void
raced(void)
{
	static const uint64_t	 delays[] = { MSEC, 10 * MSEC, 50 * MSEC };
	struct sim_flow		*f[2];
	struct attacker		 at;
	struct moved		 m;
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 now;
	size_t			 i;

	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		p = small_pair(310, 1, 0);
		pair_up(p);
		memset(&at, 0, sizeof(at));
		at.addr = sim_addr("203.0.113.66", 666);
		at.delay = delays[i];
		sim_raw(p->sim, "attacker", "203.0.113.0", count_rx, &at);
		tap_init(&tap, p);
		tap.fn = race;
		tap.arg = (uint64_t)(uintptr_t)&at;
		m.pair = p;
		m.link = p->link[0];
		now = p->sim->now;
		f[0] = sim_udp(p->a, p->b, MBIT, 500, now, now + 30 * USEC);
		f[1] = sim_udp(p->b, p->a, MBIT, 500, now, now + 30 * USEC);
		while (p->sim->now < now + 31 * USEC) {
			pair_run(p, 100 * MSEC);
			CHECK(has_moved(&m));
		}
		CHECK_EQ(sim_events(p->b, CORE_LINK_MOVED, NULL), 0);
		CHECK_EQ(f[0]->received, f[0]->sent);
		CHECK_EQ(f[1]->received, f[1]->sent);
		CHECK_EQ(f[0]->doubles + f[1]->doubles, 0);
		CHECK(at.sent > 1000000);
		/* challenges alone, of which 5 a second at most */
		CHECK(at.dgrams <= 5 * 31);
		CHECK(at.longest <= DATA_OVERHEAD + 10);
		pair_free(p);
	}
}

/* A captured datagram from elsewhere when the true one is lost. */
static void
captured_at(uint64_t delay)
{
	struct attacker		 at;
	struct sim_dgram	*copy;
	struct moved		 m;
	struct pair		*p;
	struct tap		 tap;
	size_t			 i;

	p = small_pair(311, 0, 0);
	pair_link(p, 0, delay);
	pair_up(p);
	memset(&at, 0, sizeof(at));
	at.addr = sim_addr("203.0.113.66", 666);
	sim_raw(p->sim, "attacker", "203.0.113.0", count_rx, &at);
	m.pair = p;
	m.link = p->link[0];
	pair_run(p, 5 * USEC);
	tap_init(&tap, p);
	tap_keep(&tap, MSG_DATA, FROM_A, 1);
	sim_udp(p->a, p->b, MBIT, 500, p->sim->now, p->sim->now + 50 * MSEC);
	pair_run(p, 49 * MSEC);
	CHECK(tap.nkept > 5);
	tap.match = 0;
	for (i = 0; i < tap.nkept; i++) {
		copy = sim_dgram(tap.kept[i]->data, tap.kept[i]->len,
		    &at.addr, &p->server);
		at.sent += copy->len;
		sim_deliver(p->sim, copy);
		pair_run(p, MSEC);
	}
	tap_clear(&tap);
	pair_run(p, 20 * USEC);
	CHECK(at.dgrams >= 1);
	CHECK(at.dgrams <= 5);
	CHECK(at.got <= 3 * at.sent);
	CHECK(has_moved(&m));
	CHECK_EQ(sim_events(p->b, CORE_LINK_MOVED, NULL), 0);
	CHECK(both_can_talk(p, 5 * USEC));
	pair_free(p);
}

static void
captured(void)
{
	captured_at(10 * MSEC);
	/* far away there is time for more challenges, but not leave */
	captured_at(400 * MSEC);
}

/*
 * Who passes the challenge of its address on to the peer, and keeps the one
 * for the old address from it, gets an answer from the wrong place.
 */
static void
passed_on(void)
{
	const struct peer_frame	*f;
	struct addr		 home, other;
	struct rig		 r;
	uint8_t			 packet[60];
	size_t			 i;
	int			 honest;

	rig_start(&r, 312);
	memset(packet, 0x45, sizeof(packet));
	home = other = r.peer->path[63].local;
	other.ip[3] = 66;
	for (honest = 0; honest < 2; honest++) {
		r.peer->mute = MUTE_RESPONSE;
		r.peer->nlog = 0;
		r.peer->path[63].local = other;
		peer_packet(r.peer, 63, r.peer->seq, 0, packet,
		    sizeof(packet));
		rig_pass(&r, 50 * MSEC);
		for (i = 0; (f = peer_find(r.peer, 63, F_CHALLENGE, i)) !=
		    NULL && !addr_equal(&f->dst, &other); i++)
			continue;
		CHECK(f != NULL);
		if (!honest)
			r.peer->path[63].local = home;
		peer_frame(r.peer, 63, F_RESPONSE, f->body, 8);
		rig_pass(&r, 2 * USEC);
		other = path_remote(r.b, "base");
		CHECK_EQ(addr_equal(&other, &home), !honest);
		other.ip[3] = 66;
	}
	rig_free(&r);
}

/*
 * A source that does not answer gets no more than three times what came
 * from it.
 */

struct limits {
	struct addr	 addr;
	uint64_t	 from;
	uint64_t	 to;
	uint64_t	 dgrams;
};

static enum sim_verdict
count_limits(void *arg, struct sim_dgram *d)
{
	struct limits	*l = arg;

	if (addr_equal(&d->src, &l->addr))
		l->from += d->len;
	if (addr_equal(&d->dst, &l->addr)) {
		l->to += d->len;
		l->dgrams++;
		CHECK(l->to <= 3 * l->from);
	}
	return (SIM_PASS);
}

static void
spoofed(void)
{
	struct ctl_tunnel	 ct;
	struct limits		 lim;
	struct sim		*sim;
	struct sim_host		*b;
	struct peer		*peer;
	struct addr		 server, other;
	const struct peer_frame	*ok;
	uint8_t			 psk[32];
	size_t			 n;
	int			 i;

	sim = sim_new(320);
	sim->npkts = SMALL_POOL;
	sim_random_bytes(sim, psk, sizeof(psk));
	b = sim_host(sim, "server");
	server = sim_listen(b, "192.0.2.1");
	CHECK_EQ(sim_tunnel(b, sim_tunnel_conf("t", psk)), 0);
	peer = peer_new(sim, "203.0.113.0", &server);
	peer_secret(peer, psk, NULL, NULL);
	peer->mute = MUTE_RESPONSE | MUTE_REPORT;
	peer_hello(peer);
	sim_run(sim, sim->now + 50 * MSEC);
	CHECK_EQ(peer->replies, 1);

	TEST("\tthe first datagram, but not from where the REPLY went");
	memset(&lim, 0, sizeof(lim));
	lim.addr = sim_addr("203.0.113.20", 4000);
	sim->filter = count_limits;
	sim->filter_arg = &lim;
	peer->path[0].local = lim.addr;
	sim_udp(b, b, 10 * MBIT, 1000, sim->now, NEVER);
	peer_open(peer, 0, 1, "x");
	sim_run(sim, sim->now + 5 * USEC);
	CHECK(lim.dgrams >= 1);
	CHECK_EQ(peer->packets, 0);
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.links_up, 0);

	TEST("\tmore from there allows more, but opens nothing");
	for (i = 0; i < 5; i++) {
		peer_open(peer, 0, (uint8_t)(2 + i), "x");
		sim_run(sim, sim->now + USEC);
	}
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.links_up, 0);

	TEST("\tanswers from another address, and wrong ones");
	other = sim_addr("203.0.113.30", 4000);
	peer_open(peer, 0, 10, "x");
	sim_run(sim, sim->now + 50 * MSEC);
	n = peer_count(peer, 0, F_PATH_OK, 0);
	CHECK(n > 0);
	ok = peer_find(peer, 0, F_PATH_OK, n - 1);
	peer->path[0].local = other;
	peer_frame(peer, 0, F_RESPONSE, ok->body + 12, 8);
	sim_run(sim, sim->now + 50 * MSEC);
	peer->path[0].local = lim.addr;
	peer_frame(peer, 0, F_RESPONSE, ok->body + 4, 8);
	sim_run(sim, sim->now + 50 * MSEC);
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.links_up, 0);
	CHECK_EQ(peer->packets, 0);

	TEST("\tthe right one from there");
	sim->filter = NULL;
	peer_frame(peer, 0, F_RESPONSE, ok->body + 12, 8);
	sim_run(sim, sim->now + 50 * MSEC);
	pair_tunnel(b, 0, &ct);
	CHECK_EQ(ct.links_up, 1);
	CHECK(peer->packets > 0);
	sim_free(sim);
	peer_free(peer);
}

/* A client that gets a new address itself says so. */
static void
reopened(void)
{
	struct sim_flow	*f[2];
	struct moved	 m;
	struct pair	*p;
	uint64_t	 now;
	int		 nlinks;

	for (nlinks = 1; nlinks <= 2; nlinks++) {
		p = small_pair(330, nlinks, 0);
		pair_up(p);
		now = p->sim->now;
		f[0] = sim_udp(p->a, p->b, MBIT, 500, now, now + 10 * USEC);
		f[1] = sim_udp(p->b, p->a, MBIT, 500, now, now + 10 * USEC);
		pair_run(p, 5 * USEC);
		m.pair = p;
		m.link = p->link[0];
		sim_link_reopen(p->link[0]);
		CHECK(sim_until(p->sim, p->sim->now + 100 * MSEC, has_moved,
		    &m));
		pair_run(p, 100 * MSEC);
		CHECK(pair_is_up(p));
		CHECK_EQ(sim_events(p->b, CORE_LINK_MOVED, NULL), 0);
		pair_run(p, 6 * USEC);
		/* one round trip of packets from either end */
		CHECK(f[0]->sent - f[0]->received <= 10);
		CHECK(f[1]->sent - f[1]->received <= 10);
		CHECK(sim_flow_gap(f[0]) <= 100 * MSEC);
		CHECK(sim_flow_gap(f[1]) <= 100 * MSEC);
		pair_exchange(p);
		pair_free(p);
	}
}

/* Answers leave from the address and the socket the question came to. */
static void
two_server_addresses(void)
{
	struct sim_dirconf	 dir;
	struct link_conf	 lc;
	struct addr		 second;
	struct pair		*p;

	p = small_pair(331, 1, 0);
	second = sim_listen(p->b, "192.0.2.2");
	memset(&dir, 0, sizeof(dir));
	dir.delay = 10 * MSEC;
	lc = sim_link_conf("dsl2", 0, 0);
	p->link[p->nlinks++] = sim_link(p->a, &lc, &second, &dir, &dir);
	/* both sockets are one that is bound to all addresses */
	p->b->socks[1].id = p->b->socks[0].id;
	pair_up(p);
	pair_exchange(p);
	/* PATH_OK and what follows; packets may all take one of them */
	CHECK(p->link[0]->down.sent >= 3);
	CHECK(p->link[1]->down.sent >= 3);
	CHECK_EQ(p->link[0]->stray + p->link[1]->stray, 0);
	pair_free(p);
}

const struct coretest address_tests[] = {
	{ "rebind", rebind, "a translator gives the client another port" },
	{ "rebind-often", rebind_often, "and again, five times a second" },
	{ "raced", raced, "copies raced from elsewhere do not move a path" },
	{ "captured", captured, "nor do datagrams kept from their way" },
	{ "passed-on", passed_on, "a challenge that somebody passes on" },
	{ "spoofed", spoofed, "at most three times to who does not answer" },
	{ "reopened", reopened, "the client has a new address" },
	{ "two-server-addresses", two_server_addresses,
	    "a server answers from the address it was asked at" },
	{ NULL, NULL, NULL }
};
