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


#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sim.h"
#include "tunnel.h"
#include "../test.h"

/*
 * Against peers: of 2.x, made by hand, that believe everything, and of this
 * daemon, over emulated links.
 */

#define STEP	10000		/* us, also the links' delay */

#define MAXLINKS	4

struct duo {
	struct sim	*sim;
	struct sim_host	*a;		/* client */
	struct sim_host	*b;		/* server */
	int		 nlinks;
	struct sim_link	*link[MAXLINKS];
};

static int	 deaf;			/* links, as bits: cut toward us */
static int	 mute;			/* and from us */
static uint64_t	 data_seq;		/* of the peer */

static void	 converse(struct bench *, uint64_t);
static int	 up(struct bench *, int);
static void	 talk(struct bench *, unsigned int);
static void	 old_pair(int);
static struct tunnel_conf *duo_conf(int);
static void	 duo_serve(struct duo *, int, int);
static struct duo *duo_new(uint64_t, int);
static void	 duo_link(struct duo *, uint64_t, uint64_t, uint64_t);
static int	 duo_is_up(void *);
static void	 duo_up(struct duo *);
static void	 duo_run(struct duo *, uint64_t);
static void	 duo_exchange(struct duo *);
static void	 duo_free(struct duo *);
static struct ctl_tunnel duo_counters(struct sim_host *);
static struct ctl_link duo_ctl(struct sim_host *, int);

/*
 * 2.x
 */

/* Datagrams of each step arrive in the next one. */
static void
converse(struct bench *b, uint64_t time)
{
	uint64_t	 until = b->now + time;
	uint8_t		 buf[2048];
	size_t		 i, len;
	int		 l;

	while (b->now < until) {
		bench_run(b, STEP);
		for (i = 0; i < b->nsent; i++) {
			l = b->sent[i].ep.sock - 10;
			if (!(mute & 1 << l))
				old_read(&b->old[l], b->sent[i].buf,
				    b->sent[i].len, b->now);
		}
		b->nsent = 0;
		for (l = 0; l < b->nlinks; l++) {
			old_tick(&b->old[l], b->now);
			while ((len = old_write(&b->old[l], b->now, buf)) > 0)
				if (!(deaf & 1 << l))
					bench_give(b, l, NULL, buf, len);
		}
	}
}

static int
up(struct bench *b, int link)
{
	return (bench_ctl(b, link).state == LINK_UP && b->old[link].up);
}

/* n packets each way over the links in turn. */
static void
talk(struct bench *b, unsigned int n)
{
	uint64_t	 got = 0, before = b->packets;
	uint8_t		 ip[1500];
	unsigned int	 i;
	int		 l;

	for (l = 0; l < b->nlinks; l++)
		got += b->old[l].got;
	for (i = 0; i < n; i++) {
		l = i % b->nlinks;
		bench_input(b, 100);
		bench_packet(ip, 100 + i, 6, i);
		b->old[l].data_seq = data_seq++;
		bench_from(b, l, OLD_DATA, ip, 100 + i);
		CHECK_EQ(b->len, 100 + i);
		CHECK_MEM(b->packet, ip, b->len);
		converse(b, STEP);
	}
	CHECK_EQ(b->packets - before, n);
	for (l = 0; l < b->nlinks; l++)
		got -= b->old[l].got;
	CHECK_EQ(0 - got, n);
	CHECK_EQ(b->old[0].len, 100);
}

static void
old_pair(int flags)
{
	struct bench	*b;
	int		 l;

	deaf = mute = 0;
	b = bench_new(flags, 2);
	TEST("\tboth links come up");
	converse(b, 2500000);
	CHECK(up(b, 0) && up(b, 1));
	data_seq = 0;
	talk(b, 100);
	TEST("\tboth know the round trip");
	converse(b, 5 * USEC);
	for (l = 0; l < 2; l++) {
		CHECK(b->old[l].nrtt > 0);
		CHECK(b->old[l].rtt <= 30);
		CHECK(bench_ctl(b, l).srtt <= 30000);
	}
	TEST("\tand stay up for 10,000 seconds, called once");
	converse(b, 10000 * USEC);
	CHECK(up(b, 0) && up(b, 1));
	CHECK_EQ(b->old[0].ups, 1);
	CHECK_EQ(b->old[0].downs, 0);
	CHECK_EQ(bench_counters(b).false_dead, 0);
	CHECK_EQ(bench_counters(b).rx_rejected, 0);

	TEST("\ta cut of ten seconds");
	deaf = mute = 1;
	converse(b, 3600000);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	CHECK(up(b, 1));
	converse(b, 6400000);
	deaf = mute = 0;
	converse(b, 2500000);
	CHECK(up(b, 0));
	talk(b, 20);
	TEST("\tof two minutes: the peer has given up too");
	deaf = mute = 1;
	converse(b, 120 * USEC);
	CHECK(!b->old[0].up);
	deaf = mute = 0;
	converse(b, 4 * USEC);
	CHECK(up(b, 0));
	talk(b, 20);
	TEST("\tof the way there only");
	mute = 1;
	converse(b, 7 * USEC);
	CHECK(bench_ctl(b, 0).state != LINK_UP);
	mute = 0;
	converse(b, 4 * USEC);
	CHECK(up(b, 0));
	TEST("\tof the way back only");
	deaf = 1;
	converse(b, 4 * USEC);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	deaf = 0;
	converse(b, 4 * USEC);
	CHECK(up(b, 0));

	TEST("\tthe peer dies and starts anew");
	for (l = 0; l < 2; l++) {
		b->old[l].flow += 1000;
		b->old[l].up = b->old[l].asked = b->old[l].stamped = 0;
		b->old[l].seq = 0;
		memset(b->old[l].queued, 0, sizeof(b->old[l].queued));
	}
	converse(b, 7 * USEC);
	CHECK(up(b, 0) && up(b, 1));
	data_seq = 0;
	talk(b, 20);
	TEST("\twith good-bye: sooner");
	for (l = 0; l < 2; l++)
		bench_from(b, l, OLD_DISCONNECT, NULL, 0);
	for (l = 0; l < 2; l++) {
		b->old[l].flow += 1000;
		b->old[l].up = b->old[l].asked = b->old[l].stamped = 0;
		b->old[l].seq = 0;
		memset(b->old[l].queued, 0, sizeof(b->old[l].queued));
	}
	converse(b, 4 * USEC);
	CHECK(up(b, 0) && up(b, 1));
	TEST("\tthis end dies and starts anew: the peer drops the links");
	l = b->old[0].downs;
	bench_restart(b, 1);
	converse(b, 5 * USEC);
	CHECK(up(b, 0) && up(b, 1));
	CHECK_EQ(b->old[0].downs, l + 1);
	data_seq = 0;
	talk(b, 20);
	TEST("\tthis end stops: the peer knows");
	core_stop(b->core);
	converse(b, 3 * STEP);
	CHECK(!b->old[0].up && !b->old[1].up);
	b->old[0].server = b->old[1].server = 1;
	bench_free(b);
}

static void
test_old_client(void)
{
	old_pair(BENCH_SERVER);
}

static void
test_old_server(void)
{
	old_pair(0);
}

static void
test_old_clear(void)
{
	old_pair(BENCH_SERVER | BENCH_CLEAR);
	old_pair(BENCH_CLEAR);
}

/*
 * This daemon at both ends, in the simulator
 */

static struct tunnel_conf *
duo_conf(int clear)
{
	struct tunnel_conf	*tc;
	uint8_t			 key[32];

	mlvpn2_key(key, PASSWORD);
	tc = sim_tunnel_conf("home", key);
	tc->protocol = PROTO_MLVPN2;
	tc->cleartext = clear;
	return (tc);
}

static struct duo *
duo_new(uint64_t seed, int clear)
{
	struct duo	*d;

	d = sim_calloc(1, sizeof(*d));
	d->sim = sim_new(seed);
	d->sim->npkts = 4096;
	d->a = sim_host(d->sim, "client");
	d->b = sim_host(d->sim, "server");
	CHECK_EQ(sim_tunnel(d->a, duo_conf(clear)), 0);
	CHECK_EQ(sim_tunnel(d->b, duo_conf(clear)), 0);
	return (d);
}

/* The server's end of a link, or again after its death. */
static void
duo_serve(struct duo *d, int n, int again)
{
	struct endpoint	 ep;
	struct link_conf lc;
	struct addr	 a;
	char		 addr[32];
	int		 i;

	snprintf(addr, sizeof(addr), "192.0.2.%d", n + 1);
	a = again ? sim_addr(addr, SIM_PORT) : sim_listen(d->b, addr);
	memset(&ep, 0, sizeof(ep));
	for (i = 0; i < d->b->nsocks; i++)
		if (addr_equal(&d->b->socks[i].addr, &a))
			ep.sock = d->b->socks[i].id;
	CHECK(ep.sock != 0);
	lc = sim_link_conf("x", 0, 0);
	snprintf(lc.name, sizeof(lc.name), "srv%d", n + 1);
	lc.listen = a;
	lc.up.rate = d->link[n] != NULL ? d->link[n]->conf.down.rate : 0;
	CHECK_EQ(tunnel_link(d->b->tunnel[0], &lc, sim_host_now(d->b)), 0);
	CHECK_EQ(tunnel_socket(d->b->tunnel[0], lc.name, &ep, 1500,
	    sim_host_now(d->b)), 0);
	sim_host_wake(d->b);
}

/* A link of that rate, delay, and what is configured of it. */
static void
duo_link(struct duo *d, uint64_t rate, uint64_t delay, uint64_t conf)
{
	struct sim_dirconf	 dir;
	struct link_conf	 lc;
	struct addr		 a;
	char			 buf[32];
	int			 n = d->nlinks++;

	CHECK(n < MAXLINKS);
	memset(&dir, 0, sizeof(dir));
	dir.rate = rate;
	dir.delay = delay;
	dir.queue = 100 * MSEC;
	snprintf(buf, sizeof(buf), "dsl%d", n + 1);
	lc = sim_link_conf(buf, conf, conf);
	snprintf(buf, sizeof(buf), "192.0.2.%d", n + 1);
	a = sim_addr(buf, SIM_PORT);
	d->link[n] = sim_link(d->a, &lc, &a, &dir, &dir);
	duo_serve(d, n, 0);
}

static struct ctl_link
duo_ctl(struct sim_host *h, int n)
{
	struct ctl_link	 cl[MAXLINKS];

	memset(cl, 0, sizeof(cl));
	CHECK((size_t)n < tunnel_ctl_links(h->tunnel[0], cl, MAXLINKS,
	    sim_host_now(h)));
	return (cl[n]);
}

static struct ctl_tunnel
duo_counters(struct sim_host *h)
{
	struct ctl_tunnel	 ct;

	memset(&ct, 0, sizeof(ct));
	tunnel_ctl(h->tunnel[0], &ct, sim_host_now(h));
	return (ct);
}

static int
duo_is_up(void *arg)
{
	struct duo	*d = arg;
	int		 i;

	for (i = 0; i < d->nlinks; i++)
		if (duo_ctl(d->a, i).state != LINK_UP ||
		    duo_ctl(d->b, i).state != LINK_UP)
			return (0);
	return (1);
}

static void
duo_up(struct duo *d)
{
	CHECK(sim_until(d->sim, d->sim->now + 5 * USEC, duo_is_up, d));
}

static void
duo_run(struct duo *d, uint64_t time)
{
	sim_run(d->sim, d->sim->now + time);
}

static void
duo_exchange(struct duo *d)
{
	struct sim_flow	*there, *back;
	uint64_t	 now = d->sim->now;

	there = sim_udp(d->a, d->b, 400000, 500, now, now + USEC);
	back = sim_udp(d->b, d->a, 400000, 500, now, now + USEC);
	duo_run(d, 2 * USEC);
	CHECK(there->sent > 90);
	CHECK_EQ(there->received, there->sent);
	CHECK_EQ(there->doubles + there->corrupt, 0);
	CHECK_EQ(back->received, back->sent);
	CHECK_EQ(back->doubles + back->corrupt, 0);
}

static void
duo_free(struct duo *d)
{
	struct ctl_summary	 cs;
	int			 i;

	for (i = 0; i < d->sim->nflows; i++) {
		sim_flow_stop(d->sim->flows[i]);
		if (d->sim->flows[i]->type != SIM_TCP)
			CHECK_EQ(d->sim->flows[i]->doubles, 0);
		CHECK_EQ(d->sim->flows[i]->corrupt, 0);
	}
	duo_run(d, 2 * USEC);
	core_summary(d->a->core, &cs);
	CHECK_EQ(cs.pkts_used, 0);
	core_summary(d->b->core, &cs);
	CHECK_EQ(cs.pkts_used, 0);
	sim_free(d->sim);
	free(d);
}

static void
test_pair(void)
{
	struct duo	*d;

	d = duo_new(1, 0);
	duo_link(d, 0, 10 * MSEC, 0);
	duo_link(d, 0, 20 * MSEC, 0);
	duo_up(d);
	duo_exchange(d);
	CHECK(duo_ctl(d->a, 0).srtt / 1000 >= 19);
	CHECK(duo_ctl(d->a, 0).srtt / 1000 <= 23);
	CHECK(duo_ctl(d->a, 1).srtt / 1000 >= 39);
	duo_run(d, 600 * USEC);
	CHECK(duo_is_up(d));
	duo_exchange(d);
	CHECK_EQ(duo_counters(d->a).false_dead, 0);
	CHECK_EQ(duo_counters(d->a).handshakes, 2);
	CHECK_EQ(duo_counters(d->b).rx_rejected, 0);
	duo_free(d);
}

static void
test_pair_clear(void)
{
	struct duo	*d;

	d = duo_new(2, 1);
	duo_link(d, 10 * MBIT, 10 * MSEC, 10 * MBIT);
	duo_link(d, 5 * MBIT, 30 * MSEC, 5 * MBIT);
	duo_up(d);
	duo_exchange(d);
	sim_tcp(d->a, d->b, 1428, 0, d->sim->now, d->sim->now + 10 * USEC);
	duo_run(d, 10 * USEC);
	CHECK(duo_is_up(d));
	CHECK_EQ(duo_counters(d->a).false_dead, 0);
	CHECK_EQ(duo_counters(d->b).false_dead, 0);
	duo_exchange(d);
	duo_free(d);
}

/* One TCP connection over links that differ, paced as configured. */
static void
test_add_up(void)
{
	static const struct {
		uint64_t	 rate[2], delay[2];
		double		 least;
	} want[] = {
		{ { 10, 10 }, { 10, 10 }, 0.80 },
		{ { 20, 5 }, { 10, 40 }, 0.75 },
		{ { 20, 20 }, { 10, 60 }, 0.75 },
	};
	struct sim_flow	*f;
	struct duo	*d;
	uint64_t	 t;
	double		 share;
	size_t		 i;
	int		 way, l;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		for (way = 0; way < 2; way++) {
			d = duo_new(3 + i, 0);
			for (l = 0; l < 2; l++)
				duo_link(d, want[i].rate[l] * MBIT,
				    want[i].delay[l] * MSEC,
				    want[i].rate[l] * MBIT);
			duo_up(d);
			duo_run(d, 2 * USEC);
			t = d->sim->now;
			f = sim_tcp(way ? d->b : d->a, way ? d->a : d->b,
			    1428, 0, t, t + 20 * USEC);
			duo_run(d, 21 * USEC);
			share = (double)sim_flow_rate(f, t + 5 * USEC,
			    t + 20 * USEC) / (double)((want[i].rate[0] +
			    want[i].rate[1]) * MBIT);
			printf("\t%ju+%ju Mbit/s, %ju and %ju ms, %s: %.3f\n",
			    (uintmax_t)want[i].rate[0],
			    (uintmax_t)want[i].rate[1],
			    (uintmax_t)want[i].delay[0],
			    (uintmax_t)want[i].delay[1], way ? "down" : "up",
			    share);
			CHECK(share > want[i].least);
			duo_free(d);
		}
}

/*
 * Rates that are configured too high: a queue in the modem goes, and the
 * links still add up.  A queue that is none takes nothing away.
 */
static void
test_overrated(void)
{
	static const struct {
		int	 delay, jitter, percent;	/* of the slower link */
		int	 both;				/* ends send */
		double	 least;
	} want[] = {
		{ 10, 0, 100, 0, 0.88 },
		{ 10, 0, 110, 0, 0.86 },
		{ 10, 0, 120, 0, 0.85 },
		{ 10, 0, 150, 0, 0.80 },
		{ 10, 0, 300, 0, 0.75 },
		{ 40, 0, 300, 0, 0.75 },
		{ 10, 0, 150, 1, 0.80 },
		{ 40, 0, 110, 0, 0.86 },
		{ 40, 0, 120, 0, 0.85 },
		{ 10, 20, 100, 0, 0.80 },
		{ 10, 0, 100, 1, 0.80 },
	};
	struct sim_flow	*f, *ping;
	struct duo	*d;
	uint64_t	 t, rtt;
	double		 share;
	size_t		 i;
	int		 l;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		d = duo_new(20 + i, 0);
		for (l = 0; l < 2; l++) {
			duo_link(d, (l ? 10 : 20) * MBIT, (l ? want[i].delay :
			    10) * MSEC, (l ? 10 : 20) * MBIT *
			    want[i].percent / 100);
			d->link[l]->up.conf.jitter = l * want[i].jitter * MSEC;
		}
		duo_up(d);
		duo_run(d, 2 * USEC);
		t = d->sim->now;
		f = sim_tcp(d->a, d->b, 1428, 0, t, t + 20 * USEC);
		if (want[i].both)
			sim_tcp(d->b, d->a, 1428, 0, t, t + 20 * USEC);
		ping = sim_ping(d->a, d->b, 10 * MSEC, t + 5 * USEC,
		    t + 20 * USEC);
		duo_run(d, 21 * USEC);
		share = (double)sim_flow_rate(f, t + 5 * USEC, t + 20 * USEC) /
		    (30 * MBIT);
		rtt = sim_flow_latency(ping, 500) / MSEC;
		printf("\t%d ms, jitter %d ms, %d %%%s: %.3f, %ju ms\n",
		    want[i].delay, want[i].jitter, want[i].percent,
		    want[i].both ? ", both ways" : "", share, (uintmax_t)rtt);
		CHECK(share > want[i].least);
		CHECK(rtt < 30);
		duo_free(d);
	}
}

/* Bytes by the links' rates. */
static void
test_weights(void)
{
	struct duo	*d;
	double		 n[2];
	int		 l;

	d = duo_new(7, 0);
	duo_link(d, 30 * MBIT, 10 * MSEC, 30 * MBIT);
	duo_link(d, 10 * MBIT, 10 * MSEC, 10 * MBIT);
	duo_up(d);
	sim_udp(d->a, d->b, 60 * MBIT, 1400, d->sim->now,
	    d->sim->now + 5 * USEC);
	duo_run(d, 6 * USEC);
	for (l = 0; l < 2; l++)
		n[l] = duo_ctl(d->a, l).tx_bytes;
	printf("\t%.2f : 1\n", n[0] / n[1]);
	CHECK(n[0] / n[1] > 2.8 && n[0] / n[1] < 3.2);
	duo_free(d);
}

static void
test_unpaced(void)
{
	struct sim_flow	*f;
	struct duo	*d;
	uint64_t	 t;
	double		 n[2];
	int		 l;

	TEST("\tequal shares of what there is to send");
	d = duo_new(8, 0);
	duo_link(d, 0, 10 * MSEC, 0);
	duo_link(d, 0, 10 * MSEC, 0);
	duo_up(d);
	f = sim_udp(d->a, d->b, 50 * MBIT, 1400, d->sim->now,
	    d->sim->now + 5 * USEC);
	duo_run(d, 6 * USEC);
	CHECK_EQ(f->received, f->sent);
	for (l = 0; l < 2; l++)
		n[l] = duo_ctl(d->a, l).tx_bytes;
	CHECK(n[0] / n[1] > 0.95 && n[0] / n[1] < 1.05);
	duo_free(d);

	TEST("\tTCP over equal links without rates");
	d = duo_new(9, 0);
	duo_link(d, 10 * MBIT, 10 * MSEC, 0);
	duo_link(d, 10 * MBIT, 15 * MSEC, 0);
	duo_up(d);
	t = d->sim->now;
	f = sim_tcp(d->a, d->b, 1428, 0, t, t + 20 * USEC);
	duo_run(d, 21 * USEC);
	printf("\t%.3f\n", (double)sim_flow_rate(f, t + 5 * USEC,
	    t + 20 * USEC) / (20 * MBIT));
	CHECK(sim_flow_rate(f, t + 5 * USEC, t + 20 * USEC) > 14 * MBIT);
	duo_free(d);
}

static void
test_cut(void)
{
	struct sim_flow	*f;
	struct duo	*d;
	uint64_t	 t;
	int		 l;

	for (l = 0; l < 2; l++) {
		d = duo_new(10 + l, 0);
		duo_link(d, 20 * MBIT, 10 * MSEC, 20 * MBIT);
		duo_link(d, 20 * MBIT, 10 * MSEC, 20 * MBIT);
		duo_up(d);
		duo_run(d, 20 * USEC);
		t = d->sim->now;
		f = sim_ping(d->a, d->b, 10 * MSEC, t, t + 15 * USEC);
		duo_run(d, USEC);
		sim_link_cut(d->link[l], 1, 1);
		duo_run(d, 4 * USEC);
		CHECK_EQ(duo_ctl(d->a, l).state, LINK_DOWN);
		CHECK_EQ(duo_ctl(d->b, l).state, LINK_DOWN);
		sim_link_cut(d->link[l], 0, 0);
		duo_run(d, 4 * USEC);
		CHECK(duo_is_up(d));
		duo_run(d, 6 * USEC);
		printf("\tgap %ju ms\n", (uintmax_t)(sim_flow_gap(f) / MSEC));
		CHECK(sim_flow_gap(f) <= 1500 * MSEC);
		duo_exchange(d);
		duo_free(d);
	}
}

static void
test_restarts(void)
{
	struct duo	*d;
	int		 i, l;

	d = duo_new(12, 0);
	duo_link(d, 20 * MBIT, 10 * MSEC, 20 * MBIT);
	duo_link(d, 20 * MBIT, 30 * MSEC, 20 * MBIT);
	duo_up(d);
	for (i = 0; i < 4; i++) {
		duo_exchange(d);
		if (i % 2 == 0) {
			sim_host_kill(d->a);
			duo_run(d, 300 * MSEC);
			sim_host_start(d->a);
		} else {
			sim_host_kill(d->b);
			duo_run(d, 300 * MSEC);
			sim_host_start(d->b);
			for (l = 0; l < 2; l++)
				duo_serve(d, l, 1);
		}
		CHECK(sim_until(d->sim, d->sim->now + 8 * USEC, duo_is_up,
		    d));
		duo_run(d, 4 * USEC);
		CHECK(duo_is_up(d));
	}
	duo_exchange(d);
	duo_free(d);
}

static void
test_moved(void)
{
	struct duo	*d;

	d = duo_new(13, 0);
	duo_link(d, 20 * MBIT, 10 * MSEC, 20 * MBIT);
	duo_up(d);
	duo_exchange(d);
	TEST("\ta translator forgets");
	sim_link_rebind(d->link[0]);
	duo_run(d, 2 * USEC);
	CHECK(duo_is_up(d));
	CHECK_EQ(sim_events(d->b, CORE_LINK_MOVED, "srv1"), 1);
	duo_exchange(d);
	TEST("\ta new socket");
	sim_link_reopen(d->link[0]);
	duo_run(d, 2 * USEC);
	CHECK(duo_is_up(d));
	duo_exchange(d);
	CHECK_EQ(sim_events(d->b, CORE_LINK_DOWN, "srv1"), 0);
	duo_free(d);
}

/* TCP over links that lose one datagram in a hundred. */
static void
test_lossy(void)
{
	struct sim_flow	*f;
	struct duo	*d;
	uint64_t	 t;
	int		 l;

	d = duo_new(14, 0);
	for (l = 0; l < 2; l++) {
		duo_link(d, 10 * MBIT, 10 * MSEC, 10 * MBIT);
		d->link[l]->up.conf.loss = d->link[l]->down.conf.loss = 10000;
	}
	duo_up(d);
	t = d->sim->now;
	f = sim_tcp(d->b, d->a, 1428, 0, t, t + 30 * USEC);
	duo_run(d, 30 * USEC);
	printf("\tloss received %.2f %%\n",
	    (double)duo_ctl(d->a, 0).loss_rx / 100);
	CHECK(duo_ctl(d->a, 0).loss_rx > 20);
	CHECK(duo_ctl(d->a, 0).loss_rx < 300);
	CHECK_EQ(duo_ctl(d->a, 0).loss_tx, -1);
	CHECK(f->bytes > 1000000);
	CHECK(duo_is_up(d));
	CHECK_EQ(duo_counters(d->a).tx_resent, 0);
	CHECK_EQ(duo_counters(d->b).tx_resent, 0);
	for (l = 0; l < 2; l++)
		d->link[l]->up.conf.loss = d->link[l]->down.conf.loss = 0;
	duo_run(d, 3 * USEC);
	duo_free(d);
}

/* A native client and a legacy one call at the same port. */
static void
test_two_clients(void)
{
	struct tunnel_conf	*tc;
	struct link_conf	 lc;
	struct sim_dirconf	 dir;
	struct sim_host		*c;
	struct sim_flow		*f;
	struct addr		 a;
	struct duo		*d;
	uint8_t			 psk[32];
	uint64_t		 t;

	d = duo_new(15, 0);
	duo_link(d, 20 * MBIT, 10 * MSEC, 20 * MBIT);
	memset(psk, 0x42, sizeof(psk));
	tc = sim_tunnel_conf("native", psk);
	CHECK_EQ(sim_tunnel(d->b, tc), 1);
	c = sim_host(d->sim, "native");
	CHECK_EQ(sim_tunnel(c, sim_tunnel_conf("native", psk)), 0);
	memset(&dir, 0, sizeof(dir));
	dir.delay = 10 * MSEC;
	a = sim_addr("192.0.2.1", SIM_PORT);
	lc = sim_link_conf("wan", 0, 0);
	(void)sim_link(c, &lc, &a, &dir, &dir);
	duo_up(d);
	duo_run(d, USEC);
	CHECK(d->b->tunnel[1]->up);
	t = d->sim->now;
	f = sim_udp(c, d->b, 400000, 500, t, t + USEC);
	f->tunnel[1] = 1;
	duo_exchange(d);
	CHECK_EQ(f->received, f->sent);
	CHECK(f->sent > 90);
	duo_free(d);
}

const struct mlvpn2_tests pair_tests[] = {
	{ "old-client", test_old_client, "a client of 2.x" },
	{ "old-server", test_old_server, "a server of 2.x" },
	{ "old-clear", test_old_clear, "both, packets in the clear" },
	{ "pair", test_pair, "two ends, ten minutes" },
	{ "pair-clear", test_pair_clear, "with packets in the clear" },
	{ "add-up", test_add_up, "the rate of both links" },
	{ "overrated", test_overrated, "rates that are too high" },
	{ "weights", test_weights, "shares of what is sent" },
	{ "unpaced", test_unpaced, "no rates configured" },
	{ "cut", test_cut, "a link is cut under a ping" },
	{ "restarts", test_restarts, "either end dies and starts anew" },
	{ "moved", test_moved, "another address" },
	{ "lossy", test_lossy, "loss is measured, nothing sent again" },
	{ "two-clients", test_two_clients, "one port, two protocols" },
	{ NULL, NULL, NULL }
};
