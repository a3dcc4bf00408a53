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
 * What those see who share the links with others.
 */

#include <string.h>

#include "simtest.h"
#include "tunnel.h"

#define SHORT_FLOWS	1000

static struct pair *
links_of(uint64_t seed, const struct sim_dirconf *up,
    const struct sim_dirconf *down, int n, int automatic)
{
	struct link_conf	 lc;
	struct pair		*p;
	char			 name[16];
	int			 i;

	p = pair_new(seed, 4096);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "dsl%d", i + 1);
		lc = sim_link_conf(name, automatic ? 0 : up[i].rate,
		    automatic ? 0 : down[i].rate);
		lc.overhead = automatic ? 0 : ETHER;
		add_link(p, &lc, &up[i], &down[i]);
	}
	pair_up(p);
	return (p);
}

/* Milliseconds that so many thousandths of the packets do not exceed. */
static double
ms(struct sim_flow *f, int thousandths)
{
	return ((double)sim_flow_latency(f, thousandths) / 1000);
}

/* Both ends have more to send than the links take. */
static void
both_ways(void)
{
	static const struct {
		uint64_t	 up[2];
		uint64_t	 down[2];
		uint64_t	 ms[2];
		double		 least[4][2];	/* 1, 4 streams; auto 1, 4 */
	} c[] = {
		{ { 20, 20 }, { 20, 20 }, { 10, 10 }, { { 0.85, 0.85 },
		    { 0.85, 0.85 }, { 0.85, 0.85 }, { 0.85, 0.85 } } },
		{ { 10, 5 }, { 40, 40 }, { 10, 20 }, { { 0.67, 0.83 },
		    { 0.66, 0.88 }, { 0.64, 0.79 }, { 0.64, 0.87 } } }
	};
	struct sim_dirconf	 up[2], down[2];
	struct sim_flow		*f[2][4];
	struct pair		*p;
	uint64_t		 at;
	double			 s[2];
	size_t			 i;
	int			 n, j, bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		for (j = 0; j < 2; j++) {
			up[j] = dir(c[i].up[j], c[i].ms[j]);
			down[j] = dir(c[i].down[j], c[i].ms[j]);
		}
		for (n = 0; n < 4; n++) {
			p = links_of(300, up, down, 2, n >= 2);
			at = p->sim->now;
			for (j = 0; j < (n & 1 ? 4 : 1); j++) {
				f[0][j] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0,
				    at, NEVER);
				f[1][j] = sim_tcp(p->b, p->a, TUNNEL_MTU, 0,
				    at, NEVER);
			}
			pair_run(p, 20 * USEC);
			for (j = 0; j < 2; j++) {
				s[j] = total(p, f[j], n & 1 ? 4 : 1,
				    at + 5 * USEC, at + 20 * USEC);
				bad += s[j] < c[i].least[n][j];
			}
			printf("\t%d + %d up, %d + %d down, %d stream%s%s: "
			    "share %.3f and %.3f\n", (int)c[i].up[0],
			    (int)c[i].up[1], (int)c[i].down[0],
			    (int)c[i].down[1], n & 1 ? 4 : 1, n & 1 ? "s" :
			    "", n < 2 ? "" : ", automatic", s[0], s[1]);
			settled(p);
		}
	}
	CHECK_EQ(bad, 0);
}

/*
 * What who asks every 10 ms waits for an answer while others load the links,
 * with and without a mark of priority; and a call of 1 Mbit/s, which is
 * nothing special for the scheduler.
 */
static void
ping_load(void)
{
	static const struct {
		int		 nflows;
		int		 ways;
		int		 automatic;
		double		 most;		/* ms, of all of these */
		double		 call;
	} c[] = {
		{ 1, 1, 0, 21.5, 35 }, { 4, 1, 0, 21.5, 35 },
		{ 1, 2, 0, 28, 55 }, { 4, 2, 0, 28, 55 },
		{ 1, 1, 1, 34, 53 }, { 4, 1, 1, 34, 53 },
		{ 1, 2, 1, 50, 75 }, { 4, 2, 1, 50, 80 }
	};
	struct sim_dirconf	 d[2] = { dir(40, 10), dir(40, 20) };
	struct sim_flow		*f[4], *call;
	struct pair		*p;
	uint64_t		 at;
	size_t			 i;
	int			 j, bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		p = links_of(310, d, d, 2, c[i].automatic);
		at = p->sim->now;
		for (j = 0; j < c[i].nflows; j++) {
			sim_tcp(p->a, p->b, TUNNEL_MTU, 0, at, NEVER);
			if (c[i].ways == 2)
				sim_tcp(p->b, p->a, TUNNEL_MTU, 0, at, NEVER);
		}
		at += 2 * USEC;
		f[0] = sim_echo(p->a, p->b, 10 * MSEC, 100, at, NEVER);
		f[1] = sim_echo(p->a, p->b, 10 * MSEC, 100, at, NEVER);
		f[1]->tos = 0x10;		/* lowdelay */
		f[2] = sim_echo(p->a, p->b, 10 * MSEC, 100, at, NEVER);
		f[2]->tos = 46 << 2;		/* EF */
		f[3] = sim_ping(p->a, p->b, 10 * MSEC, at, NEVER);
		call = sim_echo(p->a, p->b, 4 * MSEC, 500, at, NEVER);
		pair_run(p, 17 * USEC);
		printf("\t%d stream%s%s%s, 99 %% (all):", c[i].nflows,
		    c[i].nflows > 1 ? "s" : "", c[i].ways == 2 ?
		    " each way" : "", c[i].automatic ? ", automatic" : "");
		for (j = 0; j < 4; j++) {
			printf(" %.1f (%.1f)", ms(f[j], 990), ms(f[j], 1000));
			bad += ms(f[j], 1000) > c[i].most;
			CHECK(f[j]->received + 20 > f[j]->sent);
		}
		printf(", call %.1f (%.1f) ms\n", ms(call, 990),
		    ms(call, 1000));
		bad += ms(call, 1000) > c[i].call;
		settled(p);
	}
	CHECK_EQ(bad, 0);
}

/*
 * Short streams beside a long one: none of them waits long, and the links are
 * full nevertheless.
 */
static void
short_flows(void)
{
	static const double	 least[] = { 0.87, 0.85 };
	struct sim_dirconf	 d[2] = { dir(20, 10), dir(20, 30) };
	static struct sim_flow	*f[SHORT_FLOWS + 1];
	struct pair		*p;
	uint64_t		 at, start, size, took, most, sum, timeouts;
	double			 s, mean;
	int			 i, n, bad = 0;

	for (n = 0; n < 2; n++) {
		p = links_of(320, d, d, 2, n);
		at = p->sim->now;
		f[SHORT_FLOWS] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, at,
		    at + 25 * USEC);
		for (i = 0; i < SHORT_FLOWS; i++) {
			start = at + 2 * USEC + sim_random(p->sim) % (20 *
			    USEC);
			size = 1000 + sim_random(p->sim) % 50000;
			f[i] = sim_tcp(p->a, p->b, TUNNEL_MTU, size, start,
			    NEVER);
		}
		pair_run(p, 25 * USEC);
		s = total(p, f, SHORT_FLOWS + 1, at + 4 * USEC, at +
		    20 * USEC);
		most = sum = timeouts = 0;
		for (i = 0; i < SHORT_FLOWS; i++) {
			CHECK(f[i]->finished != 0);
			took = f[i]->finished - f[i]->start;
			sum += took;
			most = took > most ? took : most;
			timeouts += f[i]->timeouts;
		}
		mean = (double)sum / SHORT_FLOWS / 1000;
		printf("\t%s: share %.3f, %.3f of it the long one; the others "
		    "take %.1f ms, at most %.1f\n", n ? "automatic" :
		    "configured", s, total(p, &f[SHORT_FLOWS], 1, at +
		    4 * USEC, at + 20 * USEC), mean, (double)most / 1000);
		CHECK_EQ(timeouts, 0);
		bad += s < least[n] || mean > 135 || most > 350 * MSEC;
		settled(p);
	}
	CHECK_EQ(bad, 0);
}

/* "reorder auto", "reorder no", "reorder N" */
static void
reordering(void)
{
	static const struct {
		const char	*what;
		enum answer	 reorder;
		uint32_t	 max;
		uint64_t	 least;		/* of 1000 out of order */
		uint64_t	 most;
	} c[] = {
		{ "auto", ANSWER_AUTO, 0, 0, 0 },
		{ "no", ANSWER_NO, 0, 500, 700 },
		{ "8", ANSWER_YES, 8, 200, 600 },
		{ "1000", ANSWER_YES, 1000, 0, 0 }
	};
	struct sim_dirconf	 d = dir(20, 10), jit = dir(20, 10);
	struct ctl_tunnel	 ct;
	struct tunnel_conf	*tc;
	struct sim_flow		*f;
	struct pair		*p;
	uint64_t		 stop, disordered;
	size_t			 i, held;

	jit.jitter = 30 * MSEC;
	jit.disorder = 1;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		p = pair_new(330, 4096);
		tc = p->b->conf[0];
		tc->reorder = c[i].reorder;
		tc->reorder_max = c[i].max;
		sim_host_kill(p->b);
		sim_host_start(p->b);
		pair_link_dirs(p, &d, &d);
		pair_link_dirs(p, &jit, &jit);
		pair_up(p);
		pair_run(p, USEC);	/* until the jitter is known */
		stop = p->sim->now + 10 * USEC;
		f = sim_udp(p->a, p->b, 30 * MBIT, 1000, p->sim->now, stop);
		for (held = 0; p->sim->now < stop; ) {
			pair_run(p, MSEC);
			if (p->b->tunnel[0]->deliver.reorder.npkts > held)
				held = p->b->tunnel[0]->deliver.reorder.npkts;
		}
		pair_run(p, USEC);
		pair_tunnel(p->b, 0, &ct);
		printf("\treorder %s: %d of %d out of order, at most %d "
		    "held\n", c[i].what, (int)f->disordered,
		    (int)f->received, (int)held);
		CHECK_EQ(f->received, f->sent);
		CHECK_EQ(f->doubles, 0);
		disordered = f->disordered * 1000 / f->received;
		CHECK(disordered >= c[i].least && disordered <= c[i].most);
		switch (c[i].reorder) {
		case ANSWER_NO:
			CHECK_EQ(ct.rx_held, 0);
			break;
		case ANSWER_YES:
			CHECK(held <= c[i].max);
			break;
		case ANSWER_AUTO:
			/* the first ones, before the flow is a heavy one */
			CHECK(f->disordered <= 16);
			CHECK_EQ(ct.rx_given_up, 0);
			break;
		}
		settled(p);
	}
}

/* Links over IPv6, over both; frames inside. */
static void
kinds(void)
{
	static const char	*what[] = {
		"IPv6", "IPv4 and IPv6", "Ethernet frames"
	};
	struct sim_dirconf	 d = dir(20, 10);
	struct tunnel_conf	*a, *b;
	struct sim_flow		*f, *ping;
	struct sim		*sim;
	struct pair		*p;
	uint8_t			 psk[32];
	int			 i;

	for (i = 0; i < 3; i++) {
		TEST("\t%s", what[i]);
		sim = sim_new(340);
		sim_random_bytes(sim, psk, sizeof(psk));
		a = sim_tunnel_conf("home", psk);
		b = sim_tunnel_conf("home", psk);
		a->layer2 = b->layer2 = i == 2;
		p = pair_new_conf(sim, a, b);
		if (i == 0)
			p->server = sim_listen(p->b, "2001:db8::1");
		pair_link_dirs(p, &d, &d);
		if (i == 1)
			p->server = sim_listen(p->b, "2001:db8::1");
		pair_link_dirs(p, &d, &d);
		pair_up(p);
		ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, NEVER);
		f = sim_tcp(p->a, p->b, 1400, 0, p->sim->now, NEVER);
		pair_run(p, 10 * USEC);
		CHECK(share(p, f, 5 * USEC, 10 * USEC) > 0.87);
		sim_link_cut(p->link[0], 1, 1);
		pair_run(p, 3 * USEC);
		sim_link_cut(p->link[0], 0, 0);
		pair_run(p, 3 * USEC);
		show(ping);
		CHECK(sim_flow_gap(ping) < 150 * MSEC);
		CHECK(ping->received + 5 >= ping->sent);
		CHECK(ms(ping, 980) < 22);
		CHECK_EQ(f->timeouts, 0);
		settled(p);
	}
}

/* A link that is 290 ms farther: one that is worth it, and one that is not. */
static void
satellite(void)
{
	static const struct {
		uint64_t	 mbit;
		int		 automatic;
		double		 least;
		double		 rtt;		/* under load, 99 % */
	} c[] = {
		{ 40, 0, 0.66, 21 }, { 10, 0, 0.71, 21 },
		{ 40, 1, 0.66, 35 }, { 10, 1, 0.71, 35 }
	};
	struct sim_dirconf	 d[2];
	struct sim_flow		*f, *echo;
	struct pair		*p;
	double			 s;
	size_t			 i;
	int			 bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		d[0] = dir(40, 10);
		d[1] = dir(c[i].mbit, 300);
		p = links_of(350, d, d, 2, c[i].automatic);
		echo = sim_echo(p->a, p->b, 10 * MSEC, 100, p->sim->now,
		    p->sim->now + 5 * USEC);
		pair_run(p, 6 * USEC);
		CHECK_EQ(echo->received, echo->sent);
		CHECK(ms(echo, 1000) < 21);
		echo = sim_echo(p->a, p->b, 10 * MSEC, 100, p->sim->now +
		    5 * USEC, NEVER);
		f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, NEVER);
		pair_run(p, 30 * USEC);
		printf("\t%d Mbit/s%s: round trip %.1f ms\n", (int)c[i].mbit,
		    c[i].automatic ? ", automatic" : "", ms(echo, 990));
		s = share(p, f, 5 * USEC, 30 * USEC);
		bad += s < c[i].least || ms(echo, 990) > c[i].rtt;
		settled(p);
	}
	CHECK_EQ(bad, 0);
}

/* So much is under way that there is not room to keep all of it. */
static void
long_fat(void)
{
	static const struct {
		uint64_t	 mbit;
		uint64_t	 ms;
	} c[] = {
		{ 500, 50 }, { 200, 300 }
	};
	struct sim_dirconf	 d;
	struct ctl_tunnel	 ct;
	struct ctl_link		 cl;
	struct sim_flow		*f;
	struct pair		*p;
	size_t			 i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		d = dir(c[i].mbit, c[i].ms);
		p = links_of(360, &d, &d, 1, 0);
		f = sim_udp(p->a, p->b, d.rate * 8 / 10, 1400, p->sim->now,
		    p->sim->now + 3 * USEC);
		pair_run(p, 4 * USEC);
		pair_tunnel(p->a, 0, &ct);
		pair_path(p->a, "dsl1", &cl);
		printf("\t%d Mbit/s, %d ms: %d of %d lost, round trip %lld "
		    "us\n", (int)c[i].mbit, (int)c[i].ms,
		    (int)(f->sent - f->received), (int)f->sent,
		    (long long)cl.srtt);
		CHECK_EQ(f->received, f->sent);
		CHECK_EQ(ct.tx_dropped, 0);
		CHECK(cl.srtt > 0 && cl.srtt < (int64_t)(c[i].ms * 2 + 5) *
		    1000);
		settled(p);
	}
}

/* One of two links carries less from one moment to the next: packets that no
 * longer fit go in pieces, over both. */
static void
narrower(void)
{
	struct sim_dirconf	 d = dir(20, 10), less = d;
	struct sim_flow		*f, *ping;
	struct pair		*p;
	int			 automatic;

	less.mtu = 1400;
	for (automatic = 0; automatic < 2; automatic++) {
		TEST("\t%s rates", automatic ? "automatic" : "configured");
		d.mtu = 0;
		p = links_of(360, &d, &d, 1, automatic);
		add_link(p, &(struct link_conf){ .name = "dsl2",
		    .rtable = RTABLE_DEFAULT,
		    .up = { .rate = automatic ? 0 : d.rate },
		    .down = { .rate = automatic ? 0 : d.rate },
		    .overhead = automatic ? 0 : ETHER }, &d, &d);
		pair_up(p);
		ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, NEVER);
		f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, NEVER);
		pair_run(p, 10 * USEC);
		CHECK(share(p, f, 5 * USEC, 10 * USEC) > 0.85);
		sim_link_set(p->link[1], &less, &less);
		pair_run(p, 20 * USEC);
		CHECK(share(p, f, 15 * USEC, 30 * USEC) > 0.80);
		CHECK(sim_flow_gap(f) < USEC);
		CHECK(sim_flow_gap(ping) < 300 * MSEC);
		CHECK_EQ(sim_events(p->a, CORE_LINK_DOWN, NULL), 0);
		CHECK_EQ(sim_events(p->a, CORE_LINK_QUALITY, NULL), 0);
		settled(p);
	}
}

const struct simtest load_tests[] = {
	{ "both-ways", both_ways, "both ends loaded at once" },
	{ "ping-load", ping_load, "round trips under load" },
	{ "short-flows", short_flows, "1000 short streams and a long one" },
	{ "reordering", reordering, "reorder no, reorder N" },
	{ "kinds", kinds, "IPv6 links, Ethernet frames inside" },
	{ "satellite", satellite, "10 ms beside 300 ms" },
	{ "long-fat", long_fat, "more under way than can be kept" },
	{ "narrower", narrower, "a link that carries 1400 bytes of a sudden" },
	{ NULL, NULL, NULL }
};
