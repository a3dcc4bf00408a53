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
 * Peers that have the secret and mean harm: what they do to themselves is
 * their affair, but not what they do to the host or to other tunnels.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "tunnel.h"
#include "wire.h"

static void	 feed(struct sim_host *, int, int);
static void	 old_report(struct peer *, uint32_t);
static struct peer *neighbour(struct rig *);
static uint32_t	 pkts_used(struct sim_host *);
static uint64_t	 refused_packets(struct sim_host *);

/* Buffers of the pool that somebody holds. */
static uint32_t
pkts_used(struct sim_host *h)
{
	struct ctl_summary	 cs;

	core_summary(h->core, &cs);
	return (cs.pkts_used);
}

/*
 * Order at the receiver.
 */

/* Packets that all say to come after the same one. */
static void
one_predecessor(void)
{
	struct rig	 r;
	uint8_t		 packet[60];
	uint64_t	 seq, i;

	rig_start(&r, 500);
	memset(packet, 0x45, sizeof(packet));
	seq = r.peer->seq;
	peer_packet(r.peer, 63, seq, 0, packet, sizeof(packet));
	/* it waits for one that never comes, and the others for it */
	peer_packet(r.peer, 63, seq + 10, seq + 5, packet, sizeof(packet));
	for (i = 11; i < 21; i++)
		peer_packet(r.peer, 63, seq + i, seq + 10, packet,
		    sizeof(packet));
	rig_pass(&r, 20 * MSEC);
	rig_pass(&r, 2 * USEC);
	CHECK_EQ(r.packets, 12);
	CHECK_EQ(pkts_used(r.b), 0);

	TEST("\tbefore that one comes");
	r.packets = 0;
	seq += 100;
	for (i = 11; i < 21; i++)
		peer_packet(r.peer, 63, seq + i, seq + 10, packet,
		    sizeof(packet));
	peer_packet(r.peer, 63, seq + 10, seq + 5, packet, sizeof(packet));
	rig_pass(&r, 2 * USEC);
	CHECK_EQ(r.packets, 11);
	CHECK_EQ(pkts_used(r.b), 0);
	rig_free(&r);
}

static size_t
longest(const struct reorder *r)
{
	const struct pkt	*p;
	size_t			 i, n, most = 0;

	for (i = 0; i < HOLD_BUCKETS; i++) {
		n = 0;
		TAILQ_FOREACH(p, &r->held[i], entry)
			n++;
		if (n > most)
			most = n;
	}
	return (most);
}

/* More than there is room for, each waiting for another one. */
static void
many_held(void)
{
	struct rig	 r;
	uint8_t		 packet[60];
	uint64_t	 seq, i;
	size_t		 most = 0;

	rig_start(&r, 501);
	memset(packet, 0x45, sizeof(packet));
	seq = r.peer->seq;
	peer_packet(r.peer, 63, seq, 0, packet, sizeof(packet));
	for (i = 1; i <= 2000; i++) {
		peer_packet(r.peer, 63, seq + 1024 * i, seq + 1024 * i - 512,
		    packet, sizeof(packet));
		if (i % 32 == 0)
			rig_pass(&r, MSEC);
		if (longest(&r.b->tunnel[0]->deliver.reorder) > most)
			most = longest(&r.b->tunnel[0]->deliver.reorder);
	}
	rig_pass(&r, 2 * USEC);
	CHECK_EQ(r.packets, 2001);
	/* nor does the peer choose where they are looked for */
	CHECK(most < 16);
	CHECK_EQ(pkts_used(r.b), 0);
	rig_free(&r);
}

/* A jump ahead is forgotten with its association. */
static void
jumps(void)
{
	struct rig	 r;
	uint8_t		 packet[60];

	rig_start(&r, 502);
	memset(packet, 0x45, sizeof(packet));
	peer_packet(r.peer, 63, 1, 0, packet, sizeof(packet));
	peer_packet(r.peer, 63, 1 << 20, 0, packet, sizeof(packet));
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 2);

	peer_hello(r.peer);
	rig_pass(&r, 50 * MSEC);
	CHECK_EQ(r.peer->replies, 2);
	peer_open(r.peer, 63, 1, "base");
	rig_pass(&r, 50 * MSEC);
	r.packets = 0;
	peer_packet(r.peer, 63, 2, 1, packet, sizeof(packet));
	rig_pass(&r, 5 * MSEC);
	CHECK_EQ(r.packets, 0);
	peer_packet(r.peer, 63, 1, 0, packet, sizeof(packet));
	rig_pass(&r, 5 * MSEC);
	CHECK_EQ(r.packets, 2);
	rig_free(&r);
}

/*
 * Buffers are the host's.
 */

/* n packets of the host's own for a tunnel, of different flows. */
static void
feed(struct sim_host *h, int t, int n)
{
	struct pkt	*p;
	uint8_t		*d;

	while (n-- > 0) {
		if ((p = pkt_get(core_pool(h->core))) == NULL)
			return;
		d = PKT_DATA(p);
		memset(d, 0, 1000);
		d[0] = 0x45;
		put16(d + 2, 1000);
		d[8] = 64;
		d[9] = 17;
		put32(d + 12, 0x0a000001);
		put32(d + 16, 0x0a000002);
		put16(d + 20, (uint16_t)n);
		p->len = 1000;
		tunnel_input(h->tunnel[t], &p, 1, sim_host_now(h));
		sim_host_wake(h);
	}
}

/* A report of what came that never tells of more. */
static void
old_report(struct peer *p, uint32_t highest)
{
	uint8_t	 b[28];

	memset(b, 0, sizeof(b));
	b[0] = 63;
	b[1] = 1;
	put32(b + 4, highest);
	put32(b + 8, (uint32_t)p->sim->now);
	put32(b + 12, (uint32_t)p->sim->now);
	put16(b + 26, 20);
	peer_frame(p, 63, F_REPORT, b, sizeof(b));
}

/* Adds a second tunnel with a peer of its own. */
static struct peer *
neighbour(struct rig *r)
{
	struct peer	*p;
	uint8_t		 psk[32];

	sim_random_bytes(r->sim, psk, sizeof(psk));
	CHECK_EQ(sim_tunnel(r->b, sim_tunnel_conf("u", psk)), 1);
	p = peer_new(r->sim, "198.51.100.0", &r->peer->remote);
	peer_secret(p, psk, NULL, NULL);
	peer_hello(p);
	rig_pass(r, 50 * MSEC);
	CHECK_EQ(p->replies, 1);
	peer_open(p, 63, 1, "base");
	rig_pass(r, 50 * MSEC);
	return (p);
}

/* One tunnel has more to send than its slow link takes, or its peer does not
 * say what arrived: the other goes on. */
static void
neighbours(void)
{
	struct peer	*p;
	struct rig	 r;
	uint8_t		 status[12] = { 63, 1 };
	uint32_t	 highest;
	int		 slow, i;

	for (slow = 0; slow < 2; slow++) {
		TEST("\t%s", slow ? "a slow link" : "no reports");
		rig_start(&r, 510);
		p = neighbour(&r);
		if (slow) {
			put32(status + 8, 1);
			peer_frame(r.peer, 63, F_PATH_STATUS, status,
			    sizeof(status));
		} else
			r.peer->mute |= MUTE_REPORT;
		rig_pass(&r, 20 * MSEC);
		highest = (uint32_t)r.peer->lane[63].rx_highest;
		for (i = 0; i < 100; i++) {
			feed(r.b, 0, 8);
			if (!slow)
				old_report(r.peer, highest);
			rig_pass(&r, MSEC);
		}
		CHECK(pkts_used(r.b) >= SMALL_POOL / 2);
		p->packets = 0;
		for (i = 0; i < 100; i++) {
			feed(r.b, 0, 8);
			feed(r.b, 1, 1);
			if (!slow)
				old_report(r.peer, highest);
			rig_pass(&r, MSEC);
		}
		rig_pass(&r, 100 * MSEC);
		CHECK_EQ(p->packets, 100);
		rig_free(&r);
		peer_free(p);
	}
}

/*
 * Handshakes.
 */

/* REPLYs by who sees the HELLO but has no secret. */
static void
forged_replies(void)
{
	struct pair	*p;
	struct tap	 tap;
	uint8_t		 buf[REPLY_LEN];
	int		 i;

	p = small_pair(520, 0, 0);
	tap_init(&tap, p);
	pair_link(p, 0, 10 * MSEC);
	tap_keep(&tap, MSG_REPLY, FROM_B, 1);
	pair_run(p, 50 * MSEC);
	CHECK_EQ(tap.nkept, 1);
	for (i = 0; i < 40; i++) {
		memcpy(buf, tap.kept[0]->data, sizeof(buf));
		buf[20 + i] ^= 1;
		inject(p, tap.kept[0], buf, sizeof(buf));
	}
	replay(p, tap.kept[0]);
	CHECK(sim_until(p->sim, p->sim->now + 200 * MSEC, tunnels_up, p));
	CHECK_EQ(tap.count[FROM_A][MSG_HELLO & 0xf], 1);
	tap_clear(&tap);
	pair_free(p);
}

/*
 * Who sees a HELLO, and is faster than it with the address of somebody else,
 * does not make that one's address good: it has shown nothing, and would get
 * all that the tunnel sends.
 */
static void
raced_hello(void)
{
	struct ctl_link	 cl;
	struct addr	 victim, client;
	struct rig	 r;
	int		 raced;

	for (raced = 0; raced < 2; raced++) {
		TEST("\t%s", raced ? "raced" : "not raced");
		rig_start(&r, 521);
		r.peer->hello.own_id++;		/* a new association */
		client = victim = r.peer->local;
		victim.ip[3] = 66;
		r.peer->local = victim;
		peer_hello(r.peer);
		if (raced) {
			rig_pass(&r, MSEC);
			r.peer->local = client;
			peer_hello_again(r.peer);
		}
		rig_pass(&r, 50 * MSEC);
		CHECK_EQ(r.peer->replies, raced ? 3 : 2);
		r.peer->mute = MUTE_RESPONSE;
		r.peer->local = victim;
		peer_open(r.peer, 5, 1, "dsl");
		rig_pass(&r, 50 * MSEC);
		CHECK_EQ(pair_path(r.b, "dsl", &cl), 0);
		CHECK(addr_equal(&cl.remote, &victim));
		CHECK_EQ(cl.state, raced ? LINK_OPENING : LINK_UP);
		rig_free(&r);
	}
}

/* A peer that ends each association at once is not asked at once again. */
static void
closed_often(void)
{
	static const uint8_t	 frame[] = { F_CLOSE, 1, 0 };
	struct assoc		*as;
	struct lane		*lane;
	struct pair		*p;
	struct tap		 tap;
	struct sim_dgram	*d;
	uint64_t		 number;
	uint8_t			 plain[DATA_INNERLEN + sizeof(frame)], out[64];
	size_t			 len;
	int			 i, closed = 0;

	p = small_pair(522, 0, 0);
	tap_init(&tap, p);
	pair_link(p, 0, MSEC);
	memset(plain, 0, DATA_INNERLEN);
	memcpy(plain + DATA_INNERLEN, frame, sizeof(frame));
	for (i = 0; i < 400; i++) {
		pair_run(p, 10 * MSEC);
		as = &p->b->tunnel[0]->as;
		lane = p->b->tunnel[0]->paths.lane[0];
		if (as->cur == NULL || lane == NULL)
			continue;
		len = data_seal(&as->cur->k, lane, 0, plain,
		    sizeof(plain), out, &number);
		d = sim_dgram(out, len, &p->server, &p->link[0]->public);
		sim_deliver(p->sim, d);
		closed++;
	}
	CHECK(closed > 300);
	CHECK(tap.count[FROM_A][MSG_HELLO & 0xf] >= 3);
	CHECK(tap.count[FROM_A][MSG_HELLO & 0xf] <= 6);
	CHECK(both_can_talk(p, 3 * USEC));
	pair_free(p);
}

/*
 * The log and the commands of tunnels are not a peer's to fill and to run.
 */
static void
churn(void)
{
	struct rig	 r;
	uint8_t		 status[12] = { 63, 1 };
	uint64_t	 replies;
	int		 i, events;

	TEST("\tnot to be used, and to be used");
	rig_start(&r, 530);
	events = r.b->nevents;
	for (i = 0; i < 2000; i++) {
		status[2] = i & 1 ? 0 : 4;
		peer_frame(r.peer, 63, F_PATH_STATUS, status, sizeof(status));
		rig_pass(&r, MSEC);
	}
	CHECK(r.b->nevents - events >= 10);
	CHECK(r.b->nevents - events <= 40);

	TEST("\tpaths opened and closed");
	events = r.b->nevents;
	for (i = 0; i < 2000; i++) {
		peer_open(r.peer, 5, (uint8_t)i, "dsl");
		rig_pass(&r, MSEC);
		status[0] = 5;
		status[1] = (uint8_t)i;
		peer_frame(r.peer, 5, F_PATH_CLOSE, status, 3);
		rig_pass(&r, MSEC);
	}
	CHECK(r.b->nevents - events <= 2 * (128 + 4 * 40));
	rig_free(&r);

	TEST("\tassociations");
	rig_start(&r, 531);
	replies = r.peer->replies;
	for (i = 0; i < 200; i++) {
		r.peer->hello.own_id++;
		peer_hello(r.peer);
		rig_pass(&r, 10 * MSEC);
		peer_open(r.peer, 63, 1, "base");
		rig_pass(&r, 10 * MSEC);
	}
	/* as many once more with a cookie as without */
	CHECK(r.peer->replies - replies >= 60);
	CHECK(r.peer->replies - replies <= 80);
	rig_free(&r);
}

/*
 * Reports that lie.
 */

/* A path without any delay, which delivers less and less. */
static void
no_time(void)
{
	struct rig	 r;
	struct peer	*p;
	struct lane	*lane;
	uint8_t		 status[12] = { 63, 1, 4 }, b[28];
	uint32_t	 arrival = 1000, bytes = 0;
	uint64_t	 sent;
	int		 i;

	rig_start(&r, 540);
	p = r.peer;
	p->mute |= MUTE_REPORT;
	peer_open(p, 5, 1, "dsl");
	rig_pass(&r, 20 * MSEC);
	peer_frame(p, 63, F_PATH_STATUS, status, sizeof(status));
	rig_pass(&r, 20 * MSEC);
	lane = &p->lane[5];
	for (i = 0; i < 600; i++) {
		sent = r.sim->now;
		feed(r.b, 0, 1);
		rig_pass(&r, 5 * MSEC);
		arrival += 5 * MSEC + 500 * (uint32_t)i;
		bytes += i < 20 ? 30000 : 9000;
		memset(b, 0, sizeof(b));
		b[0] = 5;
		b[1] = 1;
		put32(b + 4, (uint32_t)lane->rx_highest);
		put32(b + 8, arrival);
		put32(b + 12, arrival + (uint32_t)(r.sim->now +
		    r.sim->direct_delay - sent));
		put32(b + 16, (uint32_t)lane->rx_dgrams);
		put32(b + 20, bytes);
		peer_frame(p, 5, F_REPORT, b, sizeof(b));
		rig_pass(&r, 5 * MSEC);
	}
	rig_free(&r);
}

/* Numbers far beyond what was reported: no packets, until there is one. */
static void
unreported(void)
{
	struct rig	 r;

	rig_start(&r, 541);
	feed(r.b, 0, 1);
	rig_pass(&r, 50 * MSEC);
	CHECK_EQ(r.peer->packets, 1);
	r.peer->mute = MUTE_REPORT;
	r.b->tunnel[0]->paths.lane[63]->tx_next += (1 << 30) + 100;
	feed(r.b, 0, 10);
	rig_pass(&r, USEC);
	CHECK_EQ(r.peer->packets, 1);
	/* the next probe */
	r.peer->mute = 0;
	rig_pass(&r, 8 * USEC);
	feed(r.b, 0, 10);
	rig_pass(&r, USEC);
	CHECK_EQ(r.peer->packets, 11);
	rig_free(&r);
}

/* Does a packet with this source come out of the tunnel? */
static int
comes(struct rig *r, const char *source)
{
	struct addr	 a;
	uint64_t	 packets = r->packets, refused;
	uint8_t		 buf[100];

	refused = refused_packets(r->b);
	CHECK_EQ(addr_pton(&a, source), 0);
	memset(buf, 0, sizeof(buf));
	if (a.family == 4) {
		buf[0] = 0x45;
		memcpy(buf + 12, a.ip, 4);
	} else {
		buf[0] = 0x60;
		memcpy(buf + 8, a.ip, 16);
	}
	peer_packet(r->peer, 63, r->peer->seq, 0, buf, sizeof(buf));
	rig_pass(r, 6 * MSEC);
	CHECK_EQ(r->packets - packets + refused_packets(r->b) - refused, 1);
	return (r->packets > packets);
}

static uint64_t
refused_packets(struct sim_host *h)
{
	struct ctl_tunnel	 ct;

	pair_tunnel(h, 0, &ct);
	return (ct.rx_refused);
}

/* A packet of two fragments, from 10.1.0.n. */
static void
halves(struct rig *r, uint8_t n)
{
	uint8_t		 packet[80] = { 0x45, [12] = 10, 1, 0, n };
	uint8_t		 buf[42];
	uint64_t	 seq = r->peer->seq;
	uint8_t		 i;

	for (i = 0; i < 2; i++) {
		buf[0] = (uint8_t)(i << 4 | 1);
		buf[1] = 0;
		memcpy(buf + 2, packet + 40 * i, 40);
		peer_data(r->peer, 63, K_FRAGMENT, seq + i, i * seq, buf,
		    sizeof(buf));
	}
	rig_pass(r, 6 * MSEC);
}

/* The keys are too old. */
static void
return_of(struct rig *r)
{
	peer_hello(r->peer);
	rig_pass(r, 50 * MSEC);
	peer_open(r->peer, 63, 1, "base");
	rig_pass(r, 50 * MSEC);
}

static void
allow(struct sim_host *h, const char **prefixes, size_t n)
{
	struct prefix	 list[8];
	char		 buf[64], *slash;
	size_t		 i;

	for (i = 0; i < n; i++) {
		snprintf(buf, sizeof(buf), "%s", prefixes[i]);
		slash = strchr(buf, '/');
		*slash = '\0';
		CHECK_EQ(addr_pton(&list[i].addr, buf), 0);
		list[i].len = (uint8_t)atoi(slash + 1);
	}
	CHECK_EQ(tunnel_allow(h->tunnel[0], list, n), 0);
}

/* Source addresses that are not the peer's. */
static void
elsewhere(void)
{
	static const char	*inside[] = {
		"192.168.7.0/24", "10.1.0.0/30", "10.2.0.0/16",
		"10.2.128.0/17", "10.2.0.0/24", "2001:db8:7::/48",
		"172.16.0.1/32"
	};
	static const char	*any4[] = { "0.0.0.0/0" };
	struct rig		 r;
	uint64_t		 packets;

	rig_start(&r, 542);
	TEST("\tnothing is known");
	CHECK(comes(&r, "8.8.8.8"));
	CHECK(comes(&r, "2001:db8::1"));

	TEST("\tthe edges of prefixes, one within another");
	allow(r.b, inside, sizeof(inside) / sizeof(inside[0]));
	CHECK(comes(&r, "10.1.0.0"));
	CHECK(comes(&r, "10.1.0.3"));
	CHECK(comes(&r, "10.2.0.0"));
	CHECK(comes(&r, "10.2.1.1"));
	CHECK(comes(&r, "10.2.255.255"));
	CHECK(comes(&r, "172.16.0.1"));
	CHECK(comes(&r, "192.168.7.255"));
	CHECK(comes(&r, "2001:db8:7::"));
	CHECK(comes(&r, "2001:db8:7:ffff:ffff:ffff:ffff:ffff"));
	CHECK_EQ(refused_packets(r.b), 0);
	CHECK(!comes(&r, "0.0.0.1"));
	CHECK_EQ(sim_events(r.b, CORE_REFUSED, NULL), 1);
	CHECK(!comes(&r, "10.0.255.255"));
	CHECK(!comes(&r, "10.1.0.4"));
	CHECK(!comes(&r, "10.3.0.0"));
	CHECK(!comes(&r, "172.16.0.0"));
	CHECK(!comes(&r, "172.16.0.2"));
	CHECK(!comes(&r, "192.168.8.0"));
	CHECK(!comes(&r, "255.255.255.255"));
	CHECK(!comes(&r, "::1"));
	CHECK(!comes(&r, "a01::"));
	CHECK(!comes(&r, "2001:db8:6:ffff:ffff:ffff:ffff:ffff"));
	CHECK(!comes(&r, "2001:db8:8::"));

	TEST("\twhat hosts without an address need");
	CHECK(comes(&r, "0.0.0.0"));
	CHECK(comes(&r, "::"));
	CHECK(comes(&r, "fe80::1"));
	CHECK(comes(&r, "febf::1"));
	CHECK(!comes(&r, "fec0::1"));

	TEST("\tin pieces");
	packets = r.packets;
	halves(&r, 4);
	CHECK_EQ(r.packets, packets);
	CHECK_EQ(refused_packets(r.b), 14);
	halves(&r, 3);
	CHECK_EQ(r.packets, packets + 1);
	CHECK_EQ(refused_packets(r.b), 14);

	TEST("\ttold hourly");
	CHECK_EQ(sim_events(r.b, CORE_REFUSED, NULL), 1);
	rig_pass(&r, 3590 * USEC);
	return_of(&r);
	CHECK(!comes(&r, "10.3.0.0"));
	CHECK_EQ(sim_events(r.b, CORE_REFUSED, NULL), 1);
	rig_pass(&r, 15 * USEC);
	CHECK(!comes(&r, "10.3.0.0"));
	CHECK_EQ(sim_events(r.b, CORE_REFUSED, NULL), 2);

	TEST("\tanother configuration");
	allow(r.b, any4, 1);
	CHECK(comes(&r, "10.3.0.0"));
	CHECK(!comes(&r, "2001:db8:7::"));
	allow(r.b, NULL, 0);
	CHECK(comes(&r, "2001:db8:7::"));
	rig_free(&r);
}

const struct coretest hostile_tests[] = {
	{ "one-predecessor", one_predecessor,
	    "many packets that follow the same one" },
	{ "many-held", many_held, "more held than there is room for" },
	{ "jumps", jumps, "a jump of the sequence, and a new association" },
	{ "neighbours", neighbours, "a tunnel that wants all buffers" },
	{ "forged-replies", forged_replies, "REPLYs of who has no secret" },
	{ "raced-hello", raced_hello, "a HELLO from a wrong address first" },
	{ "closed-often", closed_often, "a peer that always closes" },
	{ "churn", churn, "paths and associations that come and go" },
	{ "no-time", no_time, "reports that take no time" },
	{ "unreported", unreported, "2^30 numbers that were not reported" },
	{ "elsewhere", elsewhere, "source addresses that are not the peer's" },
	{ NULL, NULL, NULL }
};
