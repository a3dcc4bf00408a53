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



/* What the ends find out about the MTU of a path, and do with it. */

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "tunnel.h"
#include "wire.h"

#define OUTER		28		/* IP and UDP */
#define OVERHEAD	60		/* and what DATA has */
#define SETTLE		(10 * USEC)	/* longer than any search here */

/* How a pair's links are told and what they carry. */
struct setup {
	struct pair	*p;
	struct tap	 tap;
};

static void	 setup_start(struct setup *, uint64_t, int);
static struct ctl_link link_of(struct sim_host *, int);
static uint16_t	 mtu_of(struct sim_host *, int);
static uint16_t	 tunnel_mtu(struct sim_host *);
static void	 quiet(struct pair *);
static void	 narrow(struct sim_link *, uint16_t, uint16_t);
static void	 all_come(struct pair *, size_t);
static void	 send_probe(struct peer *, uint16_t, size_t);

/* Links of 10 ms, a tunnel with "mtu auto". */
static void
setup_start(struct setup *r, uint64_t seed, int nlinks)
{
	struct pair	*p;

	memset(r, 0, sizeof(*r));
	r->p = p = pair_new(seed, 1024);
	sim_host_kill(p->a);
	sim_host_kill(p->b);
	p->a->conf[0]->mtu = p->b->conf[0]->mtu = 0;
	sim_host_start(p->a);
	sim_host_start(p->b);
	while (nlinks-- > 0)
		pair_link(p, 0, 10 * MSEC);
}

static struct ctl_link
link_of(struct sim_host *h, int n)
{
	struct ctl_link	 cl;
	char		 name[LINK_NAME_SIZE];

	snprintf(name, sizeof(name), "dsl%d", n + 1);
	CHECK_EQ(pair_path(h, name, &cl), 0);
	return (cl);
}

static uint16_t
mtu_of(struct sim_host *h, int n)
{
	return (link_of(h, n).mtu);
}

static uint16_t
tunnel_mtu(struct sim_host *h)
{
	struct ctl_tunnel	 ct;

	pair_tunnel(h, 0, &ct);
	return (ct.mtu);
}

/* Whatever was lost in finding out, the links are good ones. */
static void
quiet(struct pair *p)
{
	struct sim_host	*h;
	int		 i;

	for (i = 0; i < 2; i++) {
		h = i == 0 ? p->a : p->b;
		CHECK_EQ(sim_events(h, CORE_LINK_DOWN, NULL), 0);
		CHECK_EQ(sim_events(h, CORE_LINK_QUALITY, NULL), 0);
		CHECK(link_of(h, 0).loss_tx <= 0);
	}
	CHECK(pair_is_up(p));
}

/* What it carries from the client, and to it. */
static void
narrow(struct sim_link *l, uint16_t up, uint16_t down)
{
	l->up.conf.mtu = up;
	l->down.conf.mtu = down;
}

static void
all_come(struct pair *p, size_t size)
{
	struct sim_flow	*f[2];
	int		 i;

	f[0] = sim_udp(p->a, p->b, MBIT, size, p->sim->now, p->sim->now +
	    USEC);
	f[1] = sim_udp(p->b, p->a, MBIT, size, p->sim->now, p->sim->now +
	    USEC);
	pair_run(p, 2 * USEC);
	for (i = 0; i < 2; i++) {
		CHECK(f[i]->sent > 0);
		CHECK_EQ(f[i]->received, f[i]->sent);
		CHECK_EQ(f[i]->doubles + f[i]->corrupt, 0);
	}
}

/* Each direction by itself; the interface follows the end of the search. */
static void
measured(void)
{
	static const struct {
		uint16_t	 mtu, found;
	} t[] = {
		{ 1280, 1280 }, { 1399, 1280 }, { 1400, 1400 },
		{ 1430, 1420 }, { 1440, 1440 }, { 1451, 1440 },
		{ 1452, 1452 }, { 1460, 1460 }, { 1472, 1472 },
		{ 1480, 1480 }, { 1492, 1492 }, { 1499, 1492 },
		{ 1500, 1500 }, { 0, 1500 }
	};
	const size_t	 n = sizeof(t) / sizeof(t[0]);
	struct setup	 r;
	size_t		 i, j;

	for (i = 0; i < n; i++) {
		j = (i + 5) % n;
		TEST("\t%u and %u", t[i].mtu, t[j].mtu);
		setup_start(&r, 700 + i, 1);
		narrow(r.p->link[0], t[i].mtu, t[j].mtu);
		pair_up(r.p);
		pair_run(r.p, SETTLE);
		CHECK_EQ(mtu_of(r.p->a, 0), t[i].found);
		CHECK_EQ(mtu_of(r.p->b, 0), t[j].found);
		CHECK(link_of(r.p->a, 0).mtu_measured);
		CHECK(link_of(r.p->b, 0).mtu_measured);
		CHECK_EQ(tunnel_mtu(r.p->a), t[i].found - OVERHEAD);
		CHECK_EQ(tunnel_mtu(r.p->b), t[j].found - OVERHEAD);
		/* at first, and once more if it is less */
		CHECK_EQ(sim_events(r.p->a, CORE_TUNNEL_MTU, NULL),
		    t[i].found == 1500 ? 1 : 2);
		CHECK_EQ(sim_events(r.p->b, CORE_TUNNEL_MTU, NULL),
		    t[j].found == 1500 ? 1 : 2);
		all_come(r.p, 1400);
		quiet(r.p);
		pair_free(r.p);
	}
	TEST("\tIPv6");
	setup_start(&r, 719, 0);
	r.p->server = sim_listen(r.p->b, "2001:db8::1");
	pair_link(r.p, 0, 10 * MSEC);
	narrow(r.p->link[0], 1450, 1450);
	pair_up(r.p);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1440);
	CHECK_EQ(mtu_of(r.p->b, 0), 1440);
	CHECK_EQ(tunnel_mtu(r.p->a), 1440 - OVERHEAD - 20);
	all_come(r.p, 1400);
	pair_free(r.p);

	TEST("\tthe least of two links");
	setup_start(&r, 720, 2);
	narrow(r.p->link[1], 1400, 1450);
	pair_up(r.p);
	pair_run(r.p, SETTLE);
	CHECK_EQ(tunnel_mtu(r.p->a), 1400 - OVERHEAD);
	CHECK_EQ(tunnel_mtu(r.p->b), 1440 - OVERHEAD);
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	pair_free(r.p);
}

/* It carries less from one moment to the next, and more again. */
static void
black_hole(void)
{
	struct sim_flow	*f, *ping;
	struct setup	 r;
	uint64_t	 when, before;
	int		 n;

	setup_start(&r, 730, 1);
	pair_up(r.p);
	pair_run(r.p, 5 * USEC);
	f = sim_udp(r.p->a, r.p->b, 2 * MBIT, 1440, r.p->sim->now,
	    r.p->sim->now + 20 * USEC);
	ping = sim_ping(r.p->a, r.p->b, 10 * MSEC, r.p->sim->now,
	    r.p->sim->now + 20 * USEC);
	pair_run(r.p, 5 * USEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	narrow(r.p->link[0], 1400, 1400);
	pair_run(r.p, 15 * USEC);
	printf("\tnothing long for %.2f s\n",
	    (double)sim_flow_gap(f) / 1e6);
	CHECK(sim_flow_gap(f) < USEC);
	CHECK(sim_flow_gap(ping) < 300 * MSEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 1400);
	CHECK_EQ(tunnel_mtu(r.p->a), 1400 - OVERHEAD);
	CHECK_EQ(f->doubles + f->corrupt, 0);
	pair_free(r.p);

	TEST("\tunder a flow of long ones only");
	setup_start(&r, 731, 2);
	pair_up(r.p);
	pair_run(r.p, 5 * USEC);
	narrow(r.p->link[0], 1300, 1300);
	narrow(r.p->link[1], 1300, 1300);
	f = sim_udp(r.p->b, r.p->a, 5 * MBIT, 1440, r.p->sim->now,
	    r.p->sim->now + 10 * USEC);
	pair_run(r.p, 15 * USEC);
	printf("\tnothing for %.2f s\n", (double)sim_flow_gap(f) / 1e6);
	CHECK(sim_flow_gap(f) < 2 * USEC);
	CHECK_EQ(mtu_of(r.p->b, 0), 1280);
	CHECK_EQ(mtu_of(r.p->b, 1), 1280);
	CHECK_EQ(tunnel_mtu(r.p->b), 1280 - OVERHEAD);
	/* nothing showed that the other way */
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	CHECK_EQ(sim_events(r.p->b, CORE_LINK_DOWN, NULL), 0);

	TEST("\tand more again, which shows within ten minutes");
	narrow(r.p->link[0], 0, 0);
	narrow(r.p->link[1], 0, 0);
	before = r.p->sim->now;
	while (mtu_of(r.p->b, 0) != 1500 || mtu_of(r.p->b, 1) != 1500) {
		pair_run(r.p, USEC);
		CHECK(r.p->sim->now - before < 605 * USEC);
		CHECK_EQ(tunnel_mtu(r.p->b), 1280 - OVERHEAD);
	}
	when = r.p->sim->now;
	while (tunnel_mtu(r.p->b) != 1500 - OVERHEAD) {
		CHECK_EQ(tunnel_mtu(r.p->b), 1280 - OVERHEAD);
		pair_run(r.p, USEC);
	}
	CHECK(r.p->sim->now - when >= 59 * USEC);
	CHECK(r.p->sim->now - when <= 62 * USEC);
	all_come(r.p, 1440);
	n = sim_events(r.p->b, CORE_TUNNEL_MTU, NULL);
	pair_run(r.p, 1300 * USEC);
	CHECK_EQ(sim_events(r.p->b, CORE_TUNNEL_MTU, NULL), n);
	pair_free(r.p);
}

/* An end that cannot set DF. */
static void
no_df(void)
{
	struct setup	 r;

	TEST("\ttoward one that can");
	setup_start(&r, 740, 1);
	sim_host_kill(r.p->b);
	r.p->b->ops.dontfrag = 0;
	sim_host_start(r.p->b);
	narrow(r.p->link[0], 1452, 1452);
	pair_up(r.p);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1452);
	CHECK_EQ(mtu_of(r.p->b, 0), 1452);
	CHECK_EQ(tunnel_mtu(r.p->b), 1452 - OVERHEAD);
	quiet(r.p);
	all_come(r.p, 1440);

	TEST("\tthe other one finds a larger one");
	narrow(r.p->link[0], 1480, 1480);
	pair_run(r.p, 620 * USEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 1480);
	CHECK_EQ(mtu_of(r.p->b, 0), 1480);

	TEST("\tand a smaller one");
	narrow(r.p->link[0], 1300, 1300);
	all_come(r.p, 500);
	sim_udp(r.p->a, r.p->b, 2 * MBIT, 1420, r.p->sim->now,
	    r.p->sim->now + 5 * USEC);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1280);
	CHECK_EQ(mtu_of(r.p->b, 0), 1280);
	pair_free(r.p);

	TEST("\tboth cannot: IP cuts what is long");
	setup_start(&r, 741, 1);
	sim_host_kill(r.p->a);
	sim_host_kill(r.p->b);
	r.p->a->ops.dontfrag = r.p->b->ops.dontfrag = 0;
	sim_host_start(r.p->a);
	sim_host_start(r.p->b);
	narrow(r.p->link[0], 1400, 1400);
	pair_up(r.p);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	CHECK_EQ(mtu_of(r.p->b, 0), 1500);
	all_come(r.p, 1440);

	TEST("\tbut what is cut does not arrive");
	r.p->link[0]->up.conf.nofrags = 1;
	sim_udp(r.p->a, r.p->b, 2 * MBIT, 1440, r.p->sim->now,
	    r.p->sim->now + 5 * USEC);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1400);
	CHECK_EQ(mtu_of(r.p->b, 0), 1500);
	all_come(r.p, 1440);
	pair_free(r.p);
}

/* The system does not take what its interface does not carry. */
static void
refused(void)
{
	struct ctl_link	 cl;
	struct sim_flow	*f;
	struct setup	 r;

	setup_start(&r, 750, 1);
	pair_up(r.p);
	pair_run(r.p, 5 * USEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	f = sim_udp(r.p->a, r.p->b, 2 * MBIT, 1440, r.p->sim->now,
	    r.p->sim->now + 10 * USEC);
	pair_run(r.p, 5 * USEC);
	r.p->link[0]->egress = 1450;
	pair_run(r.p, 6 * USEC);
	cl = link_of(r.p->a, 0);
	CHECK_EQ(cl.mtu, 1440);
	CHECK(cl.mtu_measured);
	CHECK(cl.tx_errors > 0 && cl.tx_errors < 20);
	CHECK_EQ(tunnel_mtu(r.p->a), 1440 - OVERHEAD);
	CHECK(f->sent - f->received < 5);
	CHECK(sim_flow_gap(f) < 200 * MSEC);
	quiet(r.p);

	TEST("\tfar less than anything");
	r.p->link[0]->egress = 500;
	sim_udp(r.p->a, r.p->b, 2 * MBIT, 1300, r.p->sim->now,
	    r.p->sim->now + USEC);
	pair_run(r.p, 5 * USEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 576);

	TEST("\tuntil it does");
	r.p->link[0]->egress = 0;
	pair_run(r.p, 1250 * USEC);
	CHECK_EQ(mtu_of(r.p->a, 0), 1500);
	CHECK_EQ(tunnel_mtu(r.p->a), 1500 - OVERHEAD);
	pair_free(r.p);
}

/* Loses the first arg datagrams of the client's that have 1500 bytes. */
static enum sim_verdict
lose_long(struct tap *t, struct sim_dgram *d, int from)
{
	if (from != FROM_A || d->len + OUTER != 1500 || t->arg == 0)
		return (SIM_PASS);
	t->arg--;
	return (SIM_DROP);
}

static void
probes_lost(void)
{
	struct setup	 r;
	uint64_t	 seed;
	unsigned int	 lost;

	for (lost = 1; lost <= 3; lost++) {
		TEST("\t%u probes", lost);
		setup_start(&r, 760, 1);
		tap_init(&r.tap, r.p);
		r.tap.fn = lose_long;
		r.tap.arg = lost;
		pair_up(r.p);
		pair_run(r.p, SETTLE);
		CHECK_EQ(r.tap.arg, 0);
		CHECK_EQ(mtu_of(r.p->a, 0), lost < 3 ? 1500 : 1492);
		CHECK_EQ(tunnel_mtu(r.p->a), mtu_of(r.p->a, 0) - OVERHEAD);
		CHECK_EQ(sim_events(r.p->a, CORE_TUNNEL_MTU, NULL),
		    lost < 3 ? 1 : 2);
		pair_free(r.p);
	}
	TEST("\ta lossy link, and its outages");
	for (seed = 761; seed < 771; seed++) {
		setup_start(&r, seed, 1);
		narrow(r.p->link[0], 1460, 1460);
		r.p->link[0]->up.conf.loss = 50000;
		r.p->link[0]->down.conf.loss = 50000;
		pair_up(r.p);
		pair_run(r.p, 100 * MSEC);
		sim_link_cut(r.p->link[0], 1, 1);
		pair_run(r.p, (seed - 760) * 300 * MSEC);
		sim_link_cut(r.p->link[0], 0, 0);
		pair_run(r.p, 2 * SETTLE);
		CHECK_EQ(mtu_of(r.p->a, 0), 1460);
		CHECK_EQ(mtu_of(r.p->b, 0), 1460);
		pair_free(r.p);
	}
}

/* Number 7, on path 63, as an IP packet of len bytes. */
static void
send_probe(struct peer *peer, uint16_t size, size_t len)
{
	uint8_t	 b[PKT_SIZE];

	memset(b, 0, sizeof(b));
	b[0] = F_MTU_PROBE;
	b[1] = 4;
	put16(b + 2, size);
	put16(b + 4, 7);
	peer_data(peer, 63, K_CONTROL, peer->seq, 0, b, len - OVERHEAD);
}

/* A peer that answers no probe, or lies. */
static void
silent_peer(void)
{
	struct sim	*sim;
	struct sim_host	*b;
	struct peer	*peer;
	struct addr	 server;
	struct ctl_link	 cl;
	uint8_t		 psk[32], result[6];
	uint16_t	 number;

	sim = sim_new(780);
	sim->npkts = SMALL_POOL;
	sim_random_bytes(sim, psk, sizeof(psk));
	b = sim_host(sim, "server");
	server = sim_listen(b, "192.0.2.1");
	CHECK_EQ(sim_tunnel(b, sim_tunnel_conf("t", psk)), 0);
	peer = peer_new(sim, "203.0.113.0", &server);
	peer_secret(peer, psk, NULL, NULL);
	peer->mute = MUTE_MTU;
	peer_hello(peer);
	sim_run(sim, sim->now + 50 * MSEC);
	peer_open(peer, 63, 1, "base");
	sim_run(sim, sim->now + SETTLE);
	CHECK_EQ(pair_path(b, "base", &cl), 0);
	CHECK_EQ(cl.state, LINK_UP);
	CHECK_EQ(cl.mtu, 1500);
	CHECK(!cl.mtu_measured);
	/* 1500 and 1280, three times each, and again after a while */
	CHECK(peer_count(peer, 63, F_MTU_PROBE, 0) >= 6);
	CHECK(peer_count(peer, 63, F_MTU_PROBE, 0) <= 12);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_PROBE, 2)->body), 1500);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_PROBE, 3)->body), 1280);

	TEST("\tanswers that nothing asked for");
	for (number = 0; number < 100; number++) {
		put16(result, number % 2 ? 9000 : 600);
		put16(result + 2, number);
		put16(result + 4, number % 3);
		peer_frame(peer, 63, F_MTU_RESULT, result, sizeof(result));
	}
	sim_run(sim, sim->now + 5 * USEC);
	CHECK_EQ(pair_path(b, "base", &cl), 0);
	CHECK_EQ(cl.mtu, 1500);
	CHECK(!cl.mtu_measured);

	TEST("\tits own probes are answered, until it reports that");
	peer->mute |= MUTE_REPORT | MUTE_REPLY;
	send_probe(peer, 1400, 1400);
	sim_run(sim, sim->now + 160 * MSEC);
	CHECK_EQ(peer_count(peer, 63, F_MTU_RESULT, 0), 3);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_RESULT, 0)->body), 1400);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_RESULT, 0)->body + 2), 7);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_RESULT, 0)->body + 4), 1);
	peer->mute &= ~(unsigned int)MUTE_REPORT;
	sim_run(sim, sim->now + USEC);
	send_probe(peer, 1400, 1400);
	sim_run(sim, sim->now + 5 * USEC);
	CHECK_EQ(peer_count(peer, 63, F_MTU_RESULT, 0), 4);

	TEST("\tbut not those that say another size than they have");
	send_probe(peer, 1400, 100);
	send_probe(peer, 1400, 1399);
	send_probe(peer, 1400, 1401);
	send_probe(peer, 1280, 1400);
	sim_run(sim, sim->now + 5 * USEC);
	CHECK_EQ(peer_count(peer, 63, F_MTU_RESULT, 0), 4);

	TEST("\tIPv6 where it is sent, IPv4 where it arrives");
	send_probe(peer, 1420, 1400);
	sim_run(sim, sim->now + 5 * USEC);
	CHECK_EQ(peer_count(peer, 63, F_MTU_RESULT, 0), 5);
	CHECK_EQ(get16(peer_find(peer, 63, F_MTU_RESULT, 4)->body), 1420);
	sim_free(sim);
	peer_free(peer);
}

/* Links of 9000 bytes that carry less or not. */
static void
jumbo(void)
{
	static const uint16_t	 mtus[] = { 0, 9000, 8000, 4000, 1600, 1500 };
	struct setup		 r;
	size_t			 i;
	uint16_t		 found;

	for (i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++) {
		TEST("\t%u", mtus[i]);
		setup_start(&r, 790 + i, 1);
		r.p->link[0]->mtu = 9000;
		sim_link_reopen(r.p->link[0]);
		narrow(r.p->link[0], mtus[i], mtus[i]);
		pair_up(r.p);
		pair_run(r.p, 2 * SETTLE);
		found = mtus[i] == 0 ? 9000 : mtus[i];
		CHECK(mtu_of(r.p->a, 0) <= found);
		CHECK(mtu_of(r.p->a, 0) + 32 >= found);
		CHECK_EQ(mtu_of(r.p->a, 0), mtu_of(r.p->b, 0));
		quiet(r.p);
		pair_run(r.p, 60 * USEC);
		CHECK_EQ(tunnel_mtu(r.p->a), mtu_of(r.p->a, 0) - OVERHEAD);
		all_come(r.p, tunnel_mtu(r.p->a));
		all_come(r.p, MAX(tunnel_mtu(r.p->a), 1500) + 22U);
		pair_free(r.p);
	}
}

/* "mtu" of a link, at either end, and a reload that changes it. */
static void
configured(void)
{
	struct setup	 r;
	struct sim_link	*l;

	setup_start(&r, 800, 0);
	l = pair_link(r.p, 0, 10 * MSEC);
	l->conf.mtu = 1000;
	sim_link_remove(l);
	sim_link_add(l);
	pair_up(r.p);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1000);
	CHECK_EQ(mtu_of(r.p->b, 0), 1000);
	CHECK_EQ(tunnel_mtu(r.p->a), 1000 - OVERHEAD);
	all_come(r.p, 1400);

	TEST("\tmore, by a reload");
	l->conf.mtu = 1450;
	CHECK_EQ(tunnel_link(r.p->a->tunnel[0], &l->conf,
	    sim_host_now(r.p->a)), 0);
	sim_host_wake(r.p->a);
	pair_run(r.p, SETTLE);
	CHECK_EQ(mtu_of(r.p->a, 0), 1450);
	pair_run(r.p, 60 * USEC);
	CHECK_EQ(tunnel_mtu(r.p->a), 1450 - OVERHEAD);

	TEST("\tless, at once");
	l->conf.mtu = 1300;
	CHECK_EQ(tunnel_link(r.p->a->tunnel[0], &l->conf,
	    sim_host_now(r.p->a)), 0);
	CHECK_EQ(mtu_of(r.p->a, 0), 1300);
	sim_host_wake(r.p->a);
	pair_run(r.p, SETTLE);
	CHECK_EQ(tunnel_mtu(r.p->a), 1300 - OVERHEAD);
	all_come(r.p, 1400);
	quiet(r.p);
	pair_free(r.p);
}

const struct coretest mtu_tests[] = {
	{ "measured", measured, "links that carry less than they say" },
	{ "black-hole", black_hole, "a link that carries less than before" },
	{ "no-df", no_df, "ends that cannot set DF" },
	{ "refused", refused, "EMSGSIZE" },
	{ "probes-lost", probes_lost, "probes that are lost for no reason" },
	{ "silent-peer", silent_peer, "a peer that does not answer" },
	{ "jumbo", jumbo, "9000 bytes" },
	{ "configured", configured, "the MTU of a link by configuration" },
	{ NULL, NULL, NULL }
};
