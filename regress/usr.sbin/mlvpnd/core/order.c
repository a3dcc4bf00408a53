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

/* Order at the receiver, and what the sender does for it. */

#include <string.h>

#include "coretest.h"
#include "segments.h"
#include "tunnel.h"

static void	 order_rig(struct rig *, uint64_t, enum answer);
static void	 packet(struct rig *, uint8_t, uint64_t, uint64_t);
static void	 packet_kind(struct rig *, uint8_t, uint8_t, uint64_t,
		    uint64_t);
static void	 came(struct rig *, const char *);
static void	 limit(struct rig *, uint32_t);

/* Two paths, 63 and 62; the first packet has come: tag 'a', sequence 1. */
static void
order_rig(struct rig *r, uint64_t seed, enum answer recover)
{
	rig_start(r, seed);
	peer_open(r->peer, 62, 1, "other");
	rig_pass(r, PROBED);
	r->b->tunnel[0]->conf.recover = recover;
	r->peer->seq = 1;
	packet(r, 63, 1, 0);
	rig_pass(r, 5 * MSEC);
	came(r, "a");
}

/* Sequence 1 has tag 'a', 2 'b'; pred is the predecessor's, 0 none. */
static void
packet(struct rig *r, uint8_t path, uint64_t seq, uint64_t pred)
{
	packet_kind(r, path, K_PACKET, seq, pred);
}

static void
packet_kind(struct rig *r, uint8_t path, uint8_t kind, uint64_t seq,
    uint64_t pred)
{
	uint8_t	 p[60];

	memset(p, 0x45, sizeof(p));
	p[RIG_TAG] = (uint8_t)('a' + (seq - 1) % 26);
	peer_data(r->peer, path, kind, seq, pred, p, sizeof(p));
}

/* What came out since the last call, and nothing else. */
static void
came(struct rig *r, const char *tags)
{
	size_t	 len = strlen(tags);

	CHECK_EQ(r->packets, len);
	CHECK_MEM(r->tag, tags, len);
	r->packets = 0;
}

static void
limit(struct rig *r, uint32_t n)
{
	r->b->tunnel[0]->conf.reorder = ANSWER_YES;
	r->b->tunnel[0]->conf.reorder_max = n;
}

/* A flow over two paths, the other way around. */
static void
reversed(void)
{
	struct ctl_tunnel	 ct;
	struct rig		 r;
	uint64_t		 i;

	order_rig(&r, 600, ANSWER_AUTO);
	for (i = 6; i > 2; i--)
		packet(&r, i & 1 ? 63 : 62, i, i - 1);
	rig_pass(&r, 5 * MSEC);
	came(&r, "");
	TEST("\ttwice, and another flow in between");
	packet(&r, 63, 5, 4);
	packet(&r, 62, 7, 0);
	rig_pass(&r, 5 * MSEC);
	came(&r, "g");
	packet(&r, 62, 2, 1);
	rig_pass(&r, 5 * MSEC);
	came(&r, "bcdef");
	packet(&r, 62, 4, 3);
	packet(&r, 62, 8, 7);
	rig_pass(&r, 5 * MSEC);
	came(&r, "h");
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.rx_duplicate, 2);
	CHECK_EQ(ct.rx_held, 4);
	CHECK_EQ(ct.rx_given_up, 0);
	CHECK_EQ(ct.rx_late, 0);
	rig_free(&r);
}

/* The predecessor was lost, comes late, or never. */
static void
predecessor(void)
{
	struct ctl_tunnel	 ct;
	struct rig		 r;
	uint64_t		 at;

	TEST("\tlost: certain when both paths are beyond it");
	order_rig(&r, 601, ANSWER_NO);
	packet(&r, 62, 3, 2);
	packet(&r, 62, 4, 3);
	rig_pass(&r, 20 * MSEC);
	came(&r, "");
	packet(&r, 63, 5, 0);
	rig_pass(&r, 5 * MSEC);
	came(&r, "ecd");
	TEST("\tlate: at once, out of order");
	packet(&r, 63, 2, 1);
	rig_pass(&r, 5 * MSEC);
	came(&r, "b");
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.rx_given_up, 1);
	CHECK_EQ(ct.rx_late, 1);

	TEST("\twhen it may be sent again, that is waited for");
	rig_free(&r);
	order_rig(&r, 602, ANSWER_YES);
	packet(&r, 62, 3, 2);
	packet(&r, 63, 4, 0);
	rig_pass(&r, 10 * MSEC);
	came(&r, "d");
	packet_kind(&r, 63, K_PACKET | K_COPY, 2, 1);
	rig_pass(&r, 5 * MSEC);
	came(&r, "bc");
	rig_free(&r);

	TEST("\tnever, the other path is silent: 200 ms and more");
	order_rig(&r, 603, ANSWER_NO);
	packet(&r, 62, 3, 2);
	at = r.sim->now;
	while (r.packets == 0 && r.sim->now < at + USEC) {
		rig_pass(&r, MSEC);
		/* in play without end, and never beyond it */
		peer_data(r.peer, 63, K_CONTROL, 2, 0, "", 0);
	}
	came(&r, "c");
	CHECK(r.sim->now - at >= 200 * MSEC);
	CHECK(r.sim->now - at <= 505 * MSEC);
	TEST("\tnot in play any more: it is not waited for");
	rig_pass(&r, 300 * MSEC);
	packet(&r, 62, 5, 4);
	rig_pass(&r, 5 * MSEC);
	came(&r, "e");
	rig_free(&r);
}

/* Chains across 2^28: what the wire has of sequences begins anew. */
static void
wrap(void)
{
	struct rig	 r;
	uint64_t	 i, n;

	order_rig(&r, 604, ANSWER_AUTO);
	for (i = 1; i < 1024; i++)
		packet(&r, 63, i << 18, 0);
	packet(&r, 63, (1 << 28) - 3, 0);
	rig_pass(&r, 5 * MSEC);
	r.packets = 0;
	for (n = 1; n < 3; n++) {
		for (i = 6; i > 1; i--)
			packet(&r, 62, (n << 28) + i - 3, (n << 28) + i - 4);
		rig_pass(&r, 5 * MSEC);
		CHECK_EQ(r.packets, 0);
		packet(&r, 62, (n << 28) - 2, (n << 28) - 3);
		rig_pass(&r, 5 * MSEC);
		CHECK_EQ(r.packets, 6);
		for (i = 0; i < 6; i++)
			CHECK_EQ(r.tag[i], 'a' + ((n << 28) + i - 3) % 26);
		for (i = 1; i < 1024; i++)
			packet(&r, 63, (n << 28) + (i << 18), 0);
		packet(&r, 63, (n << 28) + (1 << 28) - 3, 0);
		rig_pass(&r, 5 * MSEC);
		r.packets = 0;
	}
	rig_free(&r);
}

/* "reorder 4": a fifth lets the first go, in the order of the flow. */
static void
overfull(void)
{
	struct rig	 r;

	order_rig(&r, 605, ANSWER_AUTO);
	limit(&r, 4);
	packet(&r, 62, 9, 8);
	packet(&r, 62, 3, 2);
	packet(&r, 62, 5, 4);
	packet(&r, 62, 7, 6);
	rig_pass(&r, 5 * MSEC);
	came(&r, "");
	packet(&r, 62, 11, 10);
	rig_pass(&r, 5 * MSEC);
	came(&r, "c");

	TEST("\tin the order of sequences when the window jumps");
	packet(&r, 62, 1 << 20, 0);
	rig_pass(&r, 5 * MSEC);
	came(&r, "egikv");

	TEST("\twhen the paths show that all is lost");
	limit(&r, 8);
	packet(&r, 62, (1 << 20) + 9, (1 << 20) + 8);
	packet(&r, 62, (1 << 20) + 3, (1 << 20) + 2);
	packet(&r, 62, (1 << 20) + 5, (1 << 20) + 4);
	rig_pass(&r, 5 * MSEC);
	CHECK_EQ(r.packets, 0);
	rig_pass(&r, USEC);
	CHECK_EQ(r.packets, 3);
	CHECK_EQ(r.tag[0], 'a' + ((1 << 20) + 2) % 26);
	CHECK_EQ(r.tag[1], 'a' + ((1 << 20) + 4) % 26);
	CHECK_EQ(r.tag[2], 'a' + ((1 << 20) + 8) % 26);
	rig_free(&r);
}

/* Packets of a bulk flow go to the interface together, a little later. */
static void
batched(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, 0x10, 1000 };
	struct rig	 r;
	uint8_t		 p[1500];
	size_t		 len, i;
	int		 offload;

	for (offload = 0; offload < 2; offload++) {
		TEST("\t%s", offload ? "of many segments" :
		    "an interface that takes single packets only");
		rig_start(&r, 611);
		r.b->tunnel[0]->conf.offload = offload;
		for (i = 0; i < BULK_PKTS + 3; i++) {
			len = segment_make(p, &s);
			s.seq += s.payload;
			s.id++;
			peer_packet(r.peer, 63, r.peer->seq, 0, p, len);
		}
		rig_pass(&r, r.sim->direct_delay);
		CHECK_EQ(r.packets, offload ? BULK_PKTS : BULK_PKTS + 3);
		rig_pass(&r, 4 * MSEC - 1);
		CHECK_EQ(r.packets, offload ? BULK_PKTS : BULK_PKTS + 3);
		/* the core says when it wants to be asked again */
		rig_pass(&r, 1);
		CHECK_EQ(r.packets, BULK_PKTS + 3);
		rig_free(&r);
	}
}

/*
 * The sender
 */

/* The largest pause of what the client sends on its second link. */
static enum sim_verdict
pause(struct tap *t, struct sim_dgram *d, int from)
{
	uint64_t	 now = t->pair->sim->now;

	if (from != FROM_A || d->dir == NULL || d->dir->link->index != 1)
		return (SIM_PASS);
	if (now - t->arg > t->arg2)
		t->arg2 = now - t->arg;
	t->arg = now;
	return (SIM_PASS);
}

/* A path that has nothing to carry says so for a while. */
static void
idle_path(void)
{
	struct pair	*p;
	struct tap	 tap;

	p = small_pair(606, 0, 0);
	pair_link(p, 20 * MBIT, 10 * MSEC);
	pair_link(p, 20 * MBIT, 30 * MSEC);
	pair_up(p);
	sim_udp(p->a, p->b, 30 * MBIT, 1000, p->sim->now, p->sim->now + USEC);
	pair_run(p, USEC);
	tap_init(&tap, p);
	tap.fn = pause;
	tap.arg = p->sim->now;
	sim_udp(p->a, p->b, 2 * MBIT, 500, p->sim->now, p->sim->now + USEC);
	pair_run(p, 240 * MSEC);
	printf("\tlongest pause %.1f ms\n", (double)tap.arg2 / 1000);
	CHECK(tap.arg2 > 0);
	CHECK(tap.arg2 <= 30 * MSEC);
	CHECK(p->sim->now - tap.arg <= 30 * MSEC);
	pair_free(p);
}

/*
 * What waits for its turn has no sequence yet: what CoDel drops, and what
 * overtakes, leaves no hole; nor does what says that nothing is missing, while
 * a path has packets that wait for it.
 */
static void
no_holes(void)
{
	struct ctl_tunnel	 a, b;
	struct sim_flow		*f[4];
	struct pair		*p;
	int			 i;

	p = pair_new(607, 4096);
	p->a->tunnel[0]->conf.recover = ANSWER_NO;
	p->b->tunnel[0]->conf.recover = ANSWER_NO;
	pair_link(p, 10 * MBIT, 10 * MSEC);
	pair_link(p, 5 * MBIT, 40 * MSEC);
	pair_up(p);
	for (i = 0; i < 2; i++)
		f[i] = sim_tcp(p->a, p->b, 1420, 0, p->sim->now, NEVER);
	sim_tcp(p->b, p->a, 1420, 0, p->sim->now, NEVER);
	f[2] = sim_udp(p->a, p->b, 12 * MBIT, 1000, p->sim->now, NEVER);
	f[3] = sim_echo(p->a, p->b, 5 * MSEC, 200, p->sim->now, NEVER);
	f[3]->tos = 46 << 2;
	pair_run(p, 10 * USEC);
	pair_tunnel(p->a, 0, &a);
	pair_tunnel(p->b, 0, &b);
	printf("\t%d dropped, %d held, %d given up\n", (int)a.tx_dropped,
	    (int)b.rx_held, (int)b.rx_given_up);
	CHECK(a.tx_dropped > 500);
	CHECK(b.rx_held > 500);
	CHECK_EQ(b.rx_given_up, 0);
	CHECK_EQ(b.rx_late, 0);
	CHECK_EQ(b.rx_duplicate, 0);
	CHECK_EQ(a.tx_resent, 0);
	CHECK_EQ(f[2]->disordered, 0);
	CHECK(f[3]->received + 20 > f[3]->sent);
	pair_free(p);
}

/*
 * What overtakes keeps its order as long as nothing is lost, and then nobody
 * waits for what was.
 */
static void
priority(void)
{
	struct ctl_tunnel	 a, b;
	struct sim_flow		*f[2];
	struct sim_link		*l;
	struct pair		*p;
	uint64_t		 now;
	uint32_t		 sock;
	int			 i, wait;

	p = small_pair(608, 0, 0);
	pair_link(p, MBIT, 10 * MSEC);
	pair_up(p);
	pair_run(p, 200 * MSEC);
	for (wait = 0; wait < 2; wait++) {
		TEST("\tbehind %s", wait ? "a full socket" : "a slow link");
		sock = p->a->tunnel[0]->paths.list[0]->addr.ep.sock;
		core_sock_blocked(p->a->core, sock, wait);
		/* 20 packets each, which take the link 35 ms, in 200 us */
		now = p->sim->now;
		for (i = 0; i < 2; i++) {
			f[i] = sim_udp(p->a, p->b, 40 * MBIT, 50, now,
			    now + 200);
			f[i]->tos = 46 << 2;
		}
		pair_run(p, MSEC);
		core_sock_blocked(p->a->core, sock, 0);
		sim_host_wake(p->a);
		pair_run(p, 200 * MSEC);
		for (i = 0; i < 2; i++) {
			CHECK_EQ(f[i]->sent, 20);
			CHECK_EQ(f[i]->received, 20);
			CHECK_EQ(f[i]->disordered, 0);
		}
	}
	pair_free(p);

	TEST("\tand nobody waits for what was lost");
	p = small_pair(609, 0, 0);
	l = pair_link(p, 50 * MBIT, 10 * MSEC);
	pair_up(p);
	l->up.conf.loss = 50000;
	f[0] = sim_tcp(p->a, p->b, 1000, 100000, p->sim->now, NEVER);
	f[0]->tos = 46 << 2;
	pair_run(p, 10 * USEC);
	CHECK(f[0]->finished != 0);
	CHECK(f[0]->retransmits > 0);
	pair_tunnel(p->a, 0, &a);
	pair_tunnel(p->b, 0, &b);
	CHECK_EQ(a.tx_resent, 0);
	CHECK_EQ(b.rx_held, 0);
	pair_free(p);
}

/* What nobody at the other end waits for any more is not sent again. */
static void
too_late(void)
{
	struct ctl_tunnel	 ct;
	struct sim_link		*l;
	struct pair		*p;
	int			 late;

	for (late = 0; late < 2; late++) {
		TEST("\t%s", late ? "too late" : "in time");
		p = small_pair(610, 0, 0);
		l = pair_link(p, 10 * MBIT, 20 * MSEC);
		pair_up(p);
		pair_run(p, 200 * MSEC);
		if (late)
			p->a->tunnel[0]->conf.reorder_time = 10 * MSEC;
		l->up.conf.loss = 20000;
		sim_udp(p->a, p->b, 5 * MBIT, 500, p->sim->now,
		    p->sim->now + 2 * USEC);
		pair_run(p, 3 * USEC);
		CHECK(l->up.lost > 0);
		pair_tunnel(p->a, 0, &ct);
		CHECK(late == (ct.tx_resent == 0));
		pair_free(p);
	}
}

const struct coretest order_tests[] = {
	{ "reversed", reversed, "a flow over two paths, in reverse" },
	{ "predecessor", predecessor, "lost, late, never" },
	{ "wrap", wrap, "flows across 2^28" },
	{ "overfull", overfull, "more than may be held" },
	{ "batched", batched, "bulk flows, in batches" },
	{ "idle-path", idle_path, "a path without packets tells the mark" },
	{ "no-holes", no_holes, "drops and priority leave no holes" },
	{ "priority", priority, "the order of what overtakes" },
	{ "too-late", too_late, "what nobody waits for is not sent again" },
	{ NULL, NULL, NULL }
};
