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



/* Packets in pieces: what is made of them, and how they are made. */

#include <sys/param.h>

#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "tunnel.h"
#include "wire.h"

#define OUTER		28		/* IP and UDP */

static void	 finish(struct rig *);
static struct ctl_tunnel counters(struct sim_host *);
static uint32_t	 pkts_used(struct sim_host *);
static void	 packet(uint8_t *, size_t);
static void	 piece(struct rig *, uint64_t, uint64_t, int, int,
		    const uint8_t *, size_t);
static void	 pieces(struct rig *, uint64_t, uint64_t, int, const uint8_t *,
		    size_t);
static enum sim_verdict sizes(struct tap *, struct sim_dgram *, int);
static struct pair *narrow(uint64_t, uint16_t, uint16_t);
static void	 set_mtu(struct sim_link *, uint16_t);
static void	 rule(struct sim_host *, uint32_t);
static void	 all_came(struct sim_flow *);

/* Nothing is left of any packet. */
static void
finish(struct rig *r)
{
	rig_pass(r, 3 * USEC);
	CHECK_EQ(pkts_used(r->b), 0);
	rig_free(r);
}

static struct ctl_tunnel
counters(struct sim_host *h)
{
	struct ctl_tunnel	 ct;

	pair_tunnel(h, 0, &ct);
	return (ct);
}

static uint32_t
pkts_used(struct sim_host *h)
{
	struct ctl_summary	 cs;

	core_summary(h->core, &cs);
	return (cs.pkts_used);
}

static void
packet(uint8_t *buf, size_t len)
{
	size_t	 i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)(i + i / 256);
	buf[0] = 0x45;
}

/* pred is a sequence, 0 none. */
static void
piece(struct rig *r, uint64_t seq, uint64_t pred, int index, int count,
    const uint8_t *data, size_t len)
{
	uint8_t	 buf[PKT_SIZE];

	buf[0] = (uint8_t)(index << 4 | (count - 1));
	buf[1] = 0;
	memcpy(buf + 2, data, len);
	peer_data(r->peer, 63, K_FRAGMENT, seq, pred, buf, len + 2);
}

/* All of a packet's, of nearly equal length. */
static void
pieces(struct rig *r, uint64_t seq, uint64_t pred, int count,
    const uint8_t *data, size_t len)
{
	size_t	 n, from = 0;
	int	 i;

	for (i = 0; i < count; i++) {
		n = (len - from) / (size_t)(count - i);
		piece(r, seq + (uint64_t)i, i == 0 ? pred : seq +
		    (uint64_t)i - 1, i, count, data + from, n);
		from += n;
	}
}

/*
 * Joining.
 */

static void
whole_pieces(void)
{
	struct rig	 r;
	uint8_t		 buf[1442];
	uint64_t	 seq;
	int		 count, i;

	rig_start(&r, 600);
	packet(buf, sizeof(buf));
	for (count = 1; count <= 16; count++) {
		seq = r.peer->seq;
		pieces(&r, seq, 0, count, buf, sizeof(buf));
		rig_pass(&r, 6 * MSEC);
		CHECK_EQ(r.packets, count);
		CHECK_EQ(r.lastlen, sizeof(buf));
		CHECK_MEM(r.last, buf, sizeof(buf));
	}
	/* one piece is no piece */
	CHECK_EQ(counters(r.b).rx_joined, 15);

	TEST("\tthe last one first, and all of them twice");
	for (count = 2; count <= 16; count++) {
		seq = r.peer->seq;
		for (i = count; i-- > 0;) {
			piece(&r, seq + (uint64_t)i, i == 0 ? 0 : seq +
			    (uint64_t)i - 1, i, count, buf + 80 * i, 80);
			piece(&r, seq + (uint64_t)i, i == 0 ? 0 : seq +
			    (uint64_t)i - 1, i, count, buf + 80 * i, 80);
		}
		r.packets = 0;
		rig_pass(&r, 6 * MSEC);
		CHECK_EQ(r.packets, 1);
		CHECK_EQ(r.lastlen, 80 * count);
		CHECK_MEM(r.last, buf, r.lastlen);
	}
	CHECK_EQ(counters(r.b).rx_incomplete, 0);

	TEST("\tof two packets in turn");
	seq = r.peer->seq;
	r.packets = 0;
	piece(&r, seq, 0, 0, 2, buf, 700);
	piece(&r, seq + 2, 0, 0, 2, buf, 600);
	piece(&r, seq + 3, seq + 2, 1, 2, buf + 600, 10);
	piece(&r, seq + 1, seq, 1, 2, buf + 700, 10);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 2);
	CHECK_EQ(r.lastlen, 710);
	CHECK_MEM(r.last, buf, 710);
	CHECK_EQ(counters(r.b).rx_incomplete, 0);

	TEST("\ta flow: a packet, pieces, a packet, the other way round");
	seq = r.peer->seq;
	r.packets = 0;
	peer_packet(r.peer, 63, seq + 3, seq + 2, buf, 60);
	piece(&r, seq + 2, seq + 1, 1, 2, buf + 700, 700);
	piece(&r, seq + 1, seq, 0, 2, buf, 700);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 0);
	peer_packet(r.peer, 63, seq, 0, buf, 50);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 3);
	CHECK_EQ(r.lastlen, 60);
	finish(&r);
}

/* What no honest peer sends. */
static void
odd_pieces(void)
{
	struct rig	 r;
	uint8_t		 buf[9100];
	uint64_t	 seq, malformed;

	rig_start(&r, 601);
	packet(buf, sizeof(buf));
	malformed = counters(r.b).rx_malformed;

	TEST("\tan index that is not below the count");
	seq = r.peer->seq;
	piece(&r, seq, 0, 1, 1, buf, 100);
	piece(&r, seq + 1, seq, 3, 2, buf, 100);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(counters(r.b).rx_malformed, malformed + 2);

	TEST("\tnothing in it");
	piece(&r, r.peer->seq, 0, 0, 2, buf, 0);
	peer_data(r.peer, 63, K_FRAGMENT, r.peer->seq, 0, buf, 1);
	peer_data(r.peer, 63, K_FRAGMENT, r.peer->seq, 0, buf, 0);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(counters(r.b).rx_malformed, malformed + 5);

	TEST("\ta predecessor that is not the piece before");
	seq = r.peer->seq;
	piece(&r, seq, 0, 0, 2, buf, 100);
	piece(&r, seq + 1, seq - 1, 1, 2, buf, 100);
	piece(&r, seq + 2, 0, 1, 2, buf, 100);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(counters(r.b).rx_malformed, malformed + 7);
	CHECK_EQ(r.packets, 0);

	TEST("\tcounts that differ");
	seq = r.peer->seq + 10;
	piece(&r, seq, 0, 0, 3, buf, 100);
	piece(&r, seq + 1, seq, 1, 2, buf, 100);
	piece(&r, seq + 2, seq + 1, 2, 3, buf, 100);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 0);

	TEST("\tan index twice, an index left out");
	seq = r.peer->seq + 10;
	piece(&r, seq, 0, 0, 3, buf, 100);
	piece(&r, seq + 1, seq, 1, 3, buf, 100);
	piece(&r, seq + 2, seq + 1, 1, 3, buf, 100);
	piece(&r, seq + 3, seq + 2, 2, 3, buf, 100);
	seq += 10;
	piece(&r, seq, 0, 0, 3, buf, 100);
	piece(&r, seq + 1, seq, 2, 3, buf, 100);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 0);

	TEST("\tlonger than the tunnel's MTU by 22, and by 23");
	pieces(&r, r.peer->seq + 10, 0, 2, buf, 1420 + 22);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 1);
	pieces(&r, r.peer->seq, 0, 2, buf, 1420 + 23);
	pieces(&r, r.peer->seq, 0, 16, buf, sizeof(buf));
	pieces(&r, r.peer->seq, 0, 16, buf, 16 * 500);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 1);

	TEST("\ta packet that is none");
	buf[0] = 0x15;
	malformed = counters(r.b).rx_malformed;
	pieces(&r, r.peer->seq, 0, 1, buf, 100);
	pieces(&r, r.peer->seq, 0, 2, buf, 100);
	buf[0] = 0x45;
	pieces(&r, r.peer->seq, 0, 2, buf, 19);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 1);
	CHECK_EQ(counters(r.b).rx_malformed, malformed + 3);
	finish(&r);
}

/* Each piece in turn comes late, or never. */
static void
piece_lost(void)
{
	struct rig	 r;
	uint8_t		 buf[1200];
	uint64_t	 seq, i, lost;

	packet(buf, sizeof(buf));
	rig_start(&r, 602);
	for (lost = 0; lost < 4; lost++) {
		TEST("\tpiece %u", (unsigned int)lost);
		seq = r.peer->seq;
		r.packets = 0;
		for (i = 0; i < 4; i++)
			if (i != lost)
				piece(&r, seq + i, i == 0 ? 0 : seq + i - 1,
				    (int)i, 4, buf + 300 * i, 300);
		peer_packet(r.peer, 63, seq + 4, seq + 3, buf, 60);
		rig_pass(&r, 20 * MSEC);
		CHECK_EQ(r.packets, 0);
		piece(&r, seq + lost, lost == 0 ? 0 : seq + lost - 1,
		    (int)lost, 4, buf + 300 * lost, 300);
		rig_pass(&r, 6 * MSEC);
		CHECK_EQ(r.packets, 2);
		CHECK_EQ(r.lastlen, 60);

		/* never: the packet after it is not to wait for ever */
		seq = r.peer->seq;
		r.packets = 0;
		for (i = 0; i < 4; i++)
			if (i != lost)
				piece(&r, seq + i, i == 0 ? 0 : seq + i - 1,
				    (int)i, 4, buf + 300 * i, 300);
		peer_packet(r.peer, 63, seq + 4, seq + 3, buf, 60);
		rig_pass(&r, 2 * USEC);
		CHECK_EQ(r.packets, 1);
		CHECK_EQ(r.lastlen, 60);
		/* nor does it help when it comes after all */
		piece(&r, seq + lost, lost == 0 ? 0 : seq + lost - 1,
		    (int)lost, 4, buf + 300 * lost, 300);
		rig_pass(&r, 2 * USEC);
		CHECK_EQ(r.packets, 1);
		CHECK_EQ(pkts_used(r.b), 0);
	}
	finish(&r);
}

/* "reorder no" is about packets: pieces are put in order all the same. */
static void
unordered_pieces(void)
{
	struct rig	 r;
	uint8_t		 buf[900];
	uint64_t	 seq;

	packet(buf, sizeof(buf));
	rig_start(&r, 603);
	r.b->tunnel[0]->conf.reorder = ANSWER_NO;
	seq = r.peer->seq;
	peer_packet(r.peer, 63, seq + 3, seq + 2, buf, 60);
	piece(&r, seq + 2, seq + 1, 2, 3, buf + 600, 300);
	piece(&r, seq + 1, seq, 1, 3, buf + 300, 300);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 1);
	CHECK_EQ(r.lastlen, 60);
	piece(&r, seq, seq - 5, 0, 3, buf, 300);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 2);
	CHECK_MEM(r.last, buf, sizeof(buf));
	finish(&r);
}

/* More packets than are joined at one time, of each the first piece. */
static void
piece_sets(void)
{
	struct rig	 r;
	uint8_t		 buf[600];
	uint64_t	 seq, i, n = 0;

	packet(buf, sizeof(buf));
	rig_start(&r, 604);
	seq = r.peer->seq;
	for (i = 0; i < 2000; i++) {
		piece(&r, seq + 2 * i, 0, 0, 2, buf, 300);
		if (i % 32 == 31) {
			rig_pass(&r, MSEC);
			CHECK(pkts_used(r.b) <= SMALL_POOL / 2);
		}
	}
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(r.packets, 0);
	CHECK(pkts_used(r.b) > 0);
	/* the newest are the ones that are kept */
	for (i = 0; i < 2000; i++) {
		piece(&r, seq + 2 * i + 1, seq + 2 * i, 1, 2, buf + 300, 300);
		if (i % 32 == 31)
			rig_pass(&r, MSEC);
		if (i == 1935) {
			rig_pass(&r, 6 * MSEC);
			n = r.packets;
		}
	}
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(n, 0);
	CHECK_EQ(r.packets, 64);
	CHECK_EQ(pkts_used(r.b), 0);

	TEST("\tand those that wait for a piece before them");
	seq = r.peer->seq;
	for (i = 0; i < 2000; i++) {
		piece(&r, seq + 3 * i + 1, seq + 3 * i, 1, 2, buf, 300);
		if (i % 32 == 31) {
			rig_pass(&r, MSEC);
			CHECK(pkts_used(r.b) < SMALL_POOL);
		}
	}
	CHECK_EQ(r.packets, 64);
	finish(&r);

	TEST("\ta new association has nothing of the last one's");
	rig_start(&r, 605);
	seq = r.peer->seq;
	piece(&r, seq, 0, 0, 2, buf, 300);
	rig_pass(&r, 6 * MSEC);
	CHECK_EQ(pkts_used(r.b), 1);
	r.peer->hello.own_id++;
	peer_hello(r.peer);
	rig_pass(&r, 50 * MSEC);
	peer_open(r.peer, 63, 1, "base");
	rig_pass(&r, 50 * MSEC);
	CHECK_EQ(pkts_used(r.b), 0);
	piece(&r, seq + 1, seq, 1, 2, buf + 300, 300);
	rig_pass(&r, USEC);
	CHECK_EQ(r.packets, 0);
	finish(&r);
}

static void
wrapped_pieces(void)
{
	const uint64_t	 wrap = 1ULL << SEQ_BITS;
	struct rig	 r;
	uint8_t		 buf[1400];
	uint64_t	 seq;

	packet(buf, sizeof(buf));
	rig_start(&r, 606);
	/* so far away in steps that do not look like going back */
	for (seq = r.peer->seq; seq < wrap - 40; seq += wrap / 4)
		peer_packet(r.peer, 63, seq, 0, buf, 60);
	rig_pass(&r, 6 * MSEC);
	for (seq = wrap - 20; seq < wrap + 20; seq += 5) {
		r.packets = 0;
		pieces(&r, seq, 0, 5, buf, sizeof(buf));
		rig_pass(&r, 6 * MSEC);
		CHECK_EQ(r.packets, 1);
		CHECK_MEM(r.last, buf, sizeof(buf));
	}
	finish(&r);
}

/*
 * Cutting.
 */

/* No datagram is longer than arg, as an IP packet. */
static enum sim_verdict
sizes(struct tap *t, struct sim_dgram *d, int from)
{
	CHECK(d->len + OUTER <= t->arg);
	t->arg2 += d->len + OUTER == t->arg;
	return (SIM_PASS);
}

static void
set_mtu(struct sim_link *l, uint16_t mtu)
{
	l->mtu = mtu;
	sim_link_reopen(l);
}

/* Two links with these MTUs, in a tunnel whose MTU is 9000. */
static struct pair *
narrow(uint64_t seed, uint16_t one, uint16_t two)
{
	struct pair	*p;
	int		 i;

	p = pair_new(seed, 4096);
	p->a->conf[0]->mtu = p->b->conf[0]->mtu = 9000;
	sim_host_kill(p->a);
	sim_host_kill(p->b);
	sim_host_start(p->a);
	sim_host_start(p->b);
	for (i = 0; i < 2; i++) {
		pair_link(p, 0, 10 * MSEC);
		set_mtu(p->link[i], i == 0 ? one : two);
	}
	pair_up(p);
	/* they are measured */
	pair_run(p, 2 * USEC);
	return (p);
}

/* For all packets. */
static void
rule(struct sim_host *h, uint32_t flags)
{
	static struct bpf_insn	 all = BPF_STMT(BPF_RET | BPF_K, 1);
	struct match_conf	 mc;
	struct match_rule	 mr = { &mc, &all, 1 };

	memset(&mc, 0, sizeof(mc));
	mc.flags = flags;
	CHECK_EQ(tunnel_matches(h->tunnel[0], &mr, 1), 0);
}

static void
all_came(struct sim_flow *f)
{
	CHECK(f->sent > 0);
	CHECK_EQ(f->received, f->sent);
	CHECK_EQ(f->doubles + f->corrupt, 0);
}

static void
cut_sizes(void)
{
	static const uint16_t	 mtus[] = { 576, 1280, 1400, 1492, 1500 };
	struct sim_flow		*f;
	struct pair		*p;
	struct tap		 tap;
	size_t			 i, size, step, room;
	uint64_t		 cut;

	for (i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++) {
		TEST("\tmtu %u", mtus[i]);
		p = narrow(610 + i, mtus[i], mtus[i]);
		tap_init(&tap, p);
		tap.fn = sizes;
		tap.arg = mtus[i];
		room = mtus[i] - 60U;
		for (step = 0; step < 40; step++) {
			size = step == 0 ? room : step == 1 ? room + 1 :
			    step == 2 ? 2 * (room - 2) : step == 3 ?
			    2 * (room - 2) + 1 : 50 + sim_random(p->sim) %
			    (MIN(9000, 16 * (room - 2)) - 49);
			cut = counters(p->a).tx_cut;
			f = sim_udp(p->a, p->b, size * 8 * 25000, size,
			    p->sim->now, p->sim->now + 100);
			pair_run(p, 500 * MSEC);
			all_came(f);
			CHECK_EQ(counters(p->a).tx_cut - cut,
			    size > room ? f->sent : 0);
		}
		CHECK(tap.arg2 > 0);
		CHECK_EQ(counters(p->b).rx_joined, counters(p->a).tx_cut);
		CHECK_EQ(counters(p->b).rx_incomplete, 0);
		pair_free(p);
	}
	TEST("\tmore than 16 pieces are not sent");
	p = narrow(615, 576, 1500);
	f = sim_udp(p->a, p->b, 100 * MBIT, 16 * 514 + 1, p->sim->now,
	    p->sim->now + MSEC);
	pair_run(p, 500 * MSEC);
	CHECK(f->sent > 0);
	CHECK_EQ(f->received + f->corrupt, 0);
	CHECK(counters(p->a).tx_dropped >= f->sent);
	CHECK_EQ(pkts_used(p->a), 0);
	pair_free(p);
}

/* A packet may have to go by any path: the narrowest says how it is cut. */
static void
cut_paths(void)
{
	struct sim_flow	*f;
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 cut;

	p = narrow(620, 1500, 1400);
	tap_init(&tap, p);
	tap.fn = sizes;
	tap.arg = 1400;
	f = sim_udp(p->a, p->b, 10 * MBIT, 1400, p->sim->now, p->sim->now +
	    USEC);
	pair_run(p, 2 * USEC);
	all_came(f);
	CHECK_EQ(counters(p->a).tx_cut, f->sent);

	TEST("\tit goes away");
	tap.arg = 1500;
	sim_link_remove(p->link[1]);
	pair_run(p, USEC);
	cut = counters(p->a).tx_cut;
	f = sim_udp(p->a, p->b, 10 * MBIT, 1400, p->sim->now, p->sim->now +
	    USEC);
	pair_run(p, 2 * USEC);
	all_came(f);
	CHECK_EQ(counters(p->a).tx_cut, cut);
	pair_free(p);
}

/* Flows in pieces over links that lose and reorder. */
static void
cut_flows(void)
{
	struct sim_dirconf	 d;
	struct sim_flow		*udp, *back, *f, *tcp;
	struct pair		*p;

	memset(&d, 0, sizeof(d));
	p = narrow(630, 1280, 1492);
	rule(p->a, MATCH_ORDER);
	d.rate = 50 * MBIT;
	d.delay = 10 * MSEC;
	d.loss = 10000;
	d.jitter = 5 * MSEC;
	d.disorder = 1;
	sim_link_set(p->link[0], &d, &d);
	d.delay = 25 * MSEC;
	sim_link_set(p->link[1], &d, &d);
	tcp = sim_tcp(p->a, p->b, 1500, 0, p->sim->now, p->sim->now +
	    20 * USEC);
	udp = sim_udp(p->a, p->b, 5 * MBIT, 4000, p->sim->now, p->sim->now +
	    20 * USEC);
	back = sim_udp(p->b, p->a, 5 * MBIT, 9000, p->sim->now,
	    p->sim->now + 20 * USEC);
	f = sim_echo(p->a, p->b, 20 * MSEC, 1500, p->sim->now, p->sim->now +
	    20 * USEC);
	pair_run(p, 21 * USEC);
	printf("\tlost %u of %u, %u of %u, %u of %u; TCP %.1f Mbit/s\n",
	    (unsigned int)(udp->sent - udp->received),
	    (unsigned int)udp->sent,
	    (unsigned int)(back->sent - back->received),
	    (unsigned int)back->sent, (unsigned int)(f->sent - f->received),
	    (unsigned int)f->sent, (double)sim_flow_rate(tcp, tcp->start,
	    tcp->stop) / 1e6);
	/* without the repair it would be 4, 8 and 4 % at least */
	CHECK(udp->received > udp->sent * 97 / 100);
	CHECK(back->received > back->sent * 97 / 100);
	CHECK(f->received > f->sent * 97 / 100);
	CHECK(tcp->bytes > 1000000);
	CHECK_EQ(udp->doubles + back->doubles + f->doubles, 0);
	CHECK_EQ(udp->corrupt + back->corrupt + f->corrupt + tcp->corrupt, 0);
	CHECK(udp->disordered < udp->received / 100);
	pair_run(p, 3 * USEC);
	CHECK_EQ(pkts_used(p->a) + pkts_used(p->b), 0);
	pair_free(p);
}

/* What a link took with it when it died is sent again, piece by piece. */
static void
cut_outage(void)
{
	struct sim_flow	*udp;
	struct pair	*p;
	int		 i;

	p = narrow(640, 1500, 1400);
	udp = sim_udp(p->a, p->b, 5 * MBIT, 3000, p->sim->now, p->sim->now +
	    8 * USEC);
	for (i = 0; i < 4; i++) {
		pair_run(p, USEC);
		sim_link_cut(p->link[i % 2], 1, 1);
		pair_run(p, 500 * MSEC);
		sim_link_cut(p->link[i % 2], 0, 0);
	}
	pair_run(p, 4 * USEC);
	CHECK(counters(p->a).tx_resent > 0);
	all_came(udp);
	pair_free(p);
}

/* What was sent whole fits no link any more when it is to be sent again. */
static void
cut_too_late(void)
{
	struct sim_flow	*f;
	struct pair	*p;
	uint64_t	 dropped;

	p = narrow(645, 1500, 576);
	sim_link_remove(p->link[1]);
	pair_run(p, USEC);
	f = sim_udp(p->a, p->b, 10 * MBIT, 1400, p->sim->now, p->sim->now +
	    3 * USEC);
	pair_run(p, USEC);
	CHECK_EQ(counters(p->a).tx_cut, 0);
	dropped = counters(p->a).tx_dropped;
	sim_link_add(p->link[1]);
	pair_run(p, 10 * MSEC);
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 4 * USEC);
	CHECK(counters(p->a).tx_dropped > dropped);
	CHECK(counters(p->a).tx_cut > 1000);
	CHECK(f->received > f->sent / 2);
	CHECK_EQ(f->corrupt + f->doubles, 0);
	pair_free(p);
}

/* Each piece goes over both links. */
static void
cut_duplicate(void)
{
	struct sim_flow		*f;
	struct pair		*p;
	int			 i;

	p = narrow(650, 1500, 1280);
	rule(p->a, MATCH_DUPLICATE);
	for (i = 0; i < 2; i++) {
		p->link[i]->up.conf.loss = 50000;
		f = sim_udp(p->a, p->b, 2 * MBIT, 2000, p->sim->now,
		    p->sim->now + 4 * USEC);
		pair_run(p, 6 * USEC);
		p->link[i]->up.conf.loss = 0;
		all_came(f);
	}
	CHECK(counters(p->b).rx_duplicate > 1000);
	CHECK_EQ(counters(p->b).rx_incomplete, 0);
	pair_free(p);
}

/* Ethernet frames of 1514 bytes. */
static void
cut_frames(void)
{
	struct sim_flow	*f;
	struct pair	*p;
	struct tap	 tap;

	p = pair_new(660, 1024);
	sim_host_kill(p->a);
	sim_host_kill(p->b);
	p->a->conf[0]->layer2 = p->b->conf[0]->layer2 = 1;
	p->a->conf[0]->mtu = p->b->conf[0]->mtu = 1500;
	sim_host_start(p->a);
	sim_host_start(p->b);
	pair_link(p, 0, 10 * MSEC);
	pair_up(p);
	tap_init(&tap, p);
	tap.fn = sizes;
	tap.arg = 1500;
	f = sim_udp(p->a, p->b, 10 * MBIT, 1500, p->sim->now, p->sim->now +
	    USEC);
	pair_run(p, 2 * USEC);
	all_came(f);
	f = sim_echo(p->b, p->a, 10 * MSEC, 1500, p->sim->now, p->sim->now +
	    USEC);
	pair_run(p, 2 * USEC);
	all_came(f);
	CHECK(counters(p->b).rx_joined > 0);
	pair_free(p);
}

const struct coretest fragment_tests[] = {
	{ "pieces", whole_pieces, "packets in pieces, in any order" },
	{ "odd-pieces", odd_pieces, "pieces of no sense" },
	{ "piece-lost", piece_lost, "a piece that is late or never comes" },
	{ "unordered-pieces", unordered_pieces, "without order of packets" },
	{ "piece-sets", piece_sets, "packets that are never complete" },
	{ "wrapped-pieces", wrapped_pieces, "sequences around 2^28" },
	{ "cut-sizes", cut_sizes, "any size over any MTU" },
	{ "cut-paths", cut_paths, "links of different MTU" },
	{ "cut-flows", cut_flows, "loss and disorder" },
	{ "cut-outage", cut_outage, "an outage under packets in pieces" },
	{ "cut-too-late", cut_too_late, "a narrower link is all that is left" },
	{ "cut-duplicate", cut_duplicate, "every piece twice" },
	{ "cut-frames", cut_frames, "whole frames over links of 1500" },
	{ NULL, NULL, NULL }
};
