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
 * What rules do to traffic, in virtual time.  The first UDP or TCP flow of a
 * scenario has port 10000 at the client, the next 10001, and so on.
 */

#include <err.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "conf_match.h"
#include "pair.h"
#include "test.h"
#include "tunnel.h"

#define RULES_MAX	8
#define TUNNEL_MTU	1420
#define HEADERS		60		/* of a datagram, IP to tag */
#define ETHER		14

struct rule {
	const char	*expr;
	uint32_t	 flags;
	uint8_t		 dscp;
	const char	*links[2];
};

/* What the client sent over each link, in all and lately. */
struct usage {
	uint64_t	 all[PAIR_LINKS];
	uint64_t	 bytes[PAIR_LINKS];
};

struct simtest {
	const char	*name;
	void		(*fn)(void);
	const char	*what;
};

static struct sim_dirconf dir(uint64_t, uint64_t);
static struct pair *links(uint64_t, const struct sim_dirconf *,
		    const struct sim_dirconf *);
static void	 rules(struct sim_host *, const struct rule *, size_t);
static struct ctl_match filter(struct sim_host *, size_t);
static struct ctl_tunnel counters(struct sim_host *);
static void	 usage(struct pair *, struct usage *);
static void	 used(struct pair *, struct usage *);
static struct sim_flow *udp(struct pair *, uint64_t, uint64_t);
static struct sim_flow *tcp(struct pair *, uint64_t);
static void	 show(struct sim_flow *);
static double	 mbit(struct sim_flow *, uint64_t, uint64_t);
static uint64_t	 packets_held(struct pair *);
static void	 settled(struct pair *);

static int	 verbose;

static struct sim_dirconf
dir(uint64_t rate, uint64_t ms)
{
	struct sim_dirconf	 d;

	memset(&d, 0, sizeof(d));
	d.rate = rate * MBIT;
	d.delay = ms * MSEC;
	d.overhead = ETHER;
	return (d);
}

/* dsl1 and dsl2 */
static struct pair *
links(uint64_t seed, const struct sim_dirconf *one,
    const struct sim_dirconf *two)
{
	struct pair	*p;

	p = pair_new(seed, 4096);
	pair_link_dirs(p, one, one);
	pair_link_dirs(p, two, two);
	pair_up(p);
	/* delays are known then */
	pair_exchange(p);
	return (p);
}

static void
rules(struct sim_host *h, const struct rule *r, size_t n)
{
	static struct match_conf	 mc[RULES_MAX];
	struct match_rule		 mr[RULES_MAX];
	struct bpf_insn			*insns[RULES_MAX];
	char				 errbuf[256];
	size_t				 i;
	int				 j;

	CHECK(n <= RULES_MAX);
	memset(mc, 0, sizeof(mc));
	memset(mr, 0, sizeof(mr));
	for (i = 0; i < n; i++) {
		strlcpy(mc[i].expr, r[i].expr, sizeof(mc[i].expr));
		mc[i].flags = r[i].flags;
		mc[i].dscp = r[i].dscp;
		for (j = 0; j < 2 && r[i].links[j] != NULL; j++)
			strlcpy(mc[i].links[mc[i].nlinks++], r[i].links[j],
			    LINK_NAME_SIZE);
		insns[i] = conf_match_compile(h->conf[0], mc[i].expr,
		    &mr[i].ninsns, errbuf, sizeof(errbuf));
		if (insns[i] == NULL)
			errx(1, "%s: %s", mc[i].expr, errbuf);
		mr[i].conf = &mc[i];
		mr[i].insns = insns[i];
	}
	CHECK_EQ(tunnel_matches(h->tunnel[0], mr, n), 0);
	for (i = 0; i < n; i++)
		free(insns[i]);
}

static struct ctl_match
filter(struct sim_host *h, size_t n)
{
	struct ctl_match	 cm;

	CHECK_EQ(tunnel_ctl_match(h->tunnel[0], n, &cm), 0);
	CHECK_EQ(strcmp(cm.tunnel, h->tunnel[0]->conf.name), 0);
	return (cm);
}

static struct ctl_tunnel
counters(struct sim_host *h)
{
	struct ctl_tunnel	 ct;

	pair_tunnel(h, 0, &ct);
	return (ct);
}

/* From now on; used(): until now. */
static void
usage(struct pair *p, struct usage *u)
{
	int	 i;

	for (i = 0; i < p->nlinks; i++)
		u->all[i] = p->link[i]->up.sent_bytes;
}

static void
used(struct pair *p, struct usage *u)
{
	int	 i;

	for (i = 0; i < p->nlinks; i++) {
		u->bytes[i] = p->link[i]->up.sent_bytes - u->all[i];
		u->all[i] += u->bytes[i];
		printf("\t%s sent %llu bytes\n", p->link[i]->conf.name,
		    (unsigned long long)u->bytes[i]);
	}
}

/* From the client, of 1000 bytes, from now on. */
static struct sim_flow *
udp(struct pair *p, uint64_t rate, uint64_t seconds)
{
	return (sim_udp(p->a, p->b, rate, 1000, p->sim->now,
	    p->sim->now + seconds * USEC));
}

static struct sim_flow *
tcp(struct pair *p, uint64_t seconds)
{
	return (sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
	    p->sim->now + seconds * USEC));
}

static void
show(struct sim_flow *f)
{
	if (verbose)
		sim_flow_print(f);
}

static double
mbit(struct sim_flow *f, uint64_t from, uint64_t to)
{
	double	 rate;

	rate = (double)sim_flow_rate(f, f->start + from * USEC,
	    f->start + to * USEC) / MBIT;
	printf("\tflow %d: %.2f Mbit/s\n", f->id, rate);
	show(f);
	return (rate);
}

/* Packets that either host holds. */
static uint64_t
packets_held(struct pair *p)
{
	struct ctl_summary	 a, b;

	core_summary(p->a->core, &a);
	core_summary(p->b->core, &b);
	return (a.pkts_used + b.pkts_used);
}

/* Nothing is left behind. */
static void
settled(struct pair *p)
{
	int	 i;

	for (i = 0; i < p->sim->nflows; i++)
		sim_flow_stop(p->sim->flows[i]);
	for (i = 0; i < p->nlinks; i++) {
		p->link[i]->up.conf.loss = p->link[i]->down.conf.loss = 0;
		sim_link_cut(p->link[i], 0, 0);
	}
	rules(p->a, NULL, 0);
	rules(p->b, NULL, 0);
	pair_run(p, 6 * USEC);
	for (i = 0; i < p->sim->nflows; i++)
		CHECK_EQ(p->sim->flows[i]->corrupt, 0);
	pair_exchange(p);
	/* what a host still sends again may be on its way at any time */
	for (i = 0; i < 10 && packets_held(p) != 0; i++)
		pair_run(p, USEC);
	CHECK_EQ(packets_held(p), 0);
	CHECK_EQ(p->a->stray + p->b->stray, 0);
	pair_free(p);
}

/* Packets of one flow go by the worse link, others are not held up. */
static void
pinned(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_LINKS, 0, { "dsl2" } }
	};
	struct sim_dirconf		 one = dir(20, 10), two = dir(10, 40);
	struct sim_flow			*f, *g;
	struct usage			 u;
	struct pair			*p;

	p = links(1, &one, &two);
	rules(p->a, r, 1);
	usage(p, &u);
	f = udp(p, 2 * MBIT, 10);
	CHECK_EQ(f->id, 2);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[0] < 60000);
	CHECK(u.bytes[1] > f->sent * (1000 + HEADERS + ETHER));
	CHECK(sim_flow_latency(f, 0) >= 40 * MSEC);
	CHECK(sim_flow_latency(f, 1000) <= 45 * MSEC);
	CHECK_EQ(filter(p->a, 0).packets, f->sent);
	CHECK_EQ(filter(p->a, 0).bytes, f->sent * 1000);

	TEST("\twithout the rule: by the better one");
	rules(p->a, NULL, 0);
	g = udp(p, 2 * MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(g->received, g->sent);
	CHECK(sim_flow_latency(g, 900) <= 15 * MSEC);
	settled(p);

	TEST("\tbeside a stream over both links");
	p = links(2, &one, &two);
	rules(p->a, r, 1);
	f = udp(p, 2 * MBIT, 30);
	g = tcp(p, 30);
	pair_run(p, 31 * USEC);
	CHECK_EQ(f->received, f->sent);
	CHECK(sim_flow_latency(f, 500) < 90 * MSEC);
	CHECK(mbit(g, 5, 30) > 23.5);
	settled(p);
}

/* More is bound to a link than it takes: nobody else suffers. */
static void
full(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_LINKS, 0, { "dsl2" } }
	};
	struct sim_dirconf		 one = dir(20, 10), two = dir(10, 10);
	struct sim_flow			*f, *g, *ping;
	struct pair			*p;

	p = links(3, &one, &two);
	rules(p->a, r, 1);
	f = udp(p, 15 * MBIT, 20);
	g = tcp(p, 20);
	ping = sim_ping(p->a, p->b, 20 * MSEC, p->sim->now,
	    p->sim->now + 20 * USEC);
	pair_run(p, 21 * USEC);
	/* dsl2 is shared, dsl1 is all the stream's */
	CHECK(mbit(f, 5, 20) > 4);
	CHECK(mbit(f, 5, 20) < 9.3);
	CHECK(mbit(g, 5, 20) > 16);
	CHECK(f->received < f->sent);
	CHECK_EQ(ping->received, ping->sent);
	show(ping);
	CHECK(sim_flow_latency(ping, 950) < 40 * MSEC);
	settled(p);

	TEST("\talone: its link's rate, no more, and dsl1 idle");
	p = links(4, &one, &two);
	rules(p->a, r, 1);
	f = udp(p, 15 * MBIT, 20);
	pair_run(p, 21 * USEC);
	CHECK(mbit(f, 5, 20) > 8.8);
	CHECK(mbit(f, 5, 20) < 9.3);
	/* CoDel */
	CHECK(sim_flow_latency(f, 500) < 280 * MSEC);
	settled(p);
}

static void
order(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_LINKS, 0, { "dsl2", "dsl1" } }
	};
	struct sim_dirconf		 one = dir(20, 10), two = dir(20, 20);
	struct sim_flow			*f;
	struct usage			 u;
	struct pair			*p;
	uint64_t			 before;

	p = links(5, &one, &two);
	rules(p->a, r, 1);
	usage(p, &u);
	f = udp(p, 2 * MBIT, 30);
	pair_run(p, 10 * USEC);
	used(p, &u);
	CHECK(u.bytes[0] < 60000);
	CHECK(u.bytes[1] > 2400000);

	TEST("\tthe first link dies: the second one");
	before = f->received;
	sim_link_cut(p->link[1], 1, 1);
	pair_run(p, 10 * USEC);
	used(p, &u);
	CHECK(sim_flow_gap(f) <= 250 * MSEC);
	CHECK(u.bytes[0] > 2300000);
	CHECK(f->received - before > 2450);

	TEST("\tand comes back");
	sim_link_cut(p->link[1], 0, 0);
	pair_run(p, 2 * USEC);
	used(p, &u);
	pair_run(p, 9 * USEC);
	used(p, &u);
	CHECK(u.bytes[0] < 60000);
	CHECK(u.bytes[1] > 1900000);
	CHECK_EQ(f->received, f->sent);
	CHECK_EQ(f->doubles, 0);
	CHECK_EQ(filter(p->a, 0).dropped, 0);
	settled(p);
}

static void
only(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_LINKS | MATCH_ONLY, 0,
		    { "dsl2" } }
	};
	struct sim_dirconf		 d = dir(20, 10);
	struct sim_flow			*f;
	struct usage			 u;
	struct pair			*p;
	uint64_t			 before, sent;

	p = links(6, &d, &d);
	rules(p->a, r, 1);
	f = udp(p, 2 * MBIT, 30);
	pair_run(p, 10 * USEC);
	CHECK_EQ(filter(p->a, 0).dropped, 0);
	sim_link_cut(p->link[1], 1, 1);
	/* what is only suspected is tried: it may yet come back */
	pair_run(p, 5 * USEC);
	before = f->received;
	sent = f->sent;
	usage(p, &u);
	pair_run(p, 5 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, before);
	CHECK(u.bytes[0] < 30000);
	CHECK(filter(p->a, 0).dropped >= f->sent - sent - 1);
	CHECK(counters(p->a).tx_dropped >= f->sent - sent - 1);
	sim_link_cut(p->link[1], 0, 0);
	pair_run(p, 2 * USEC);
	before = f->received;
	sent = f->sent;
	pair_run(p, 9 * USEC);
	CHECK(f->received - before >= f->sent - sent);
	settled(p);

	TEST("\tno such link: all are dropped");
	p = links(7, &d, &d);
	pair_run(p, USEC);
	rules(p->a, r, 1);
	sim_link_remove(p->link[1]);
	pair_run(p, USEC);
	f = udp(p, 2 * MBIT, 1);
	pair_run(p, 2 * USEC);
	CHECK_EQ(f->received, 0);
	CHECK_EQ(filter(p->a, 0).dropped, f->sent);
	sim_link_add(p->link[1]);
	pair_up(p);
	settled(p);
}

static void
not(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_NOT, 0, { "dsl1" } }
	};
	struct sim_dirconf		 one = dir(20, 10), two = dir(20, 20);
	struct sim_flow			*f;
	struct usage			 u;
	struct pair			*p;
	uint64_t			 before;

	p = links(8, &one, &two);
	rules(p->a, r, 1);
	usage(p, &u);
	f = udp(p, 2 * MBIT, 20);
	pair_run(p, 5 * USEC);
	used(p, &u);
	CHECK(u.bytes[0] < 40000);
	CHECK_EQ(filter(p->a, 0).dropped, 0);

	TEST("\tnor when the other one is dead");
	sim_link_cut(p->link[1], 1, 1);
	pair_run(p, 5 * USEC);
	before = f->received;
	usage(p, &u);
	pair_run(p, 5 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, before);
	CHECK(u.bytes[0] < 40000);
	CHECK(filter(p->a, 0).dropped > 1000);
	settled(p);
}

/* A backup link that is named carries what it is named for, and that only. */
static void
backup(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10000", MATCH_LINKS, 0, { "lte" } },
		{ "udp src port 10001", MATCH_NOT, 0, { "dsl1" } }
	};
	struct sim_dirconf		 d = dir(20, 10);
	struct link_conf		 lc;
	struct sim_flow			*f, *g, *h;
	struct usage			 u;
	struct pair			*p;

	p = pair_new(9, 4096);
	pair_link_dirs(p, &d, &d);
	lc = sim_link_conf("lte", d.rate, d.rate);
	lc.backup = 2;
	p->link[p->nlinks++] = sim_link(p->a, &lc, &p->server, &d, &d);
	pair_up(p);
	pair_run(p, 2 * USEC);
	rules(p->a, r, 2);
	usage(p, &u);
	f = udp(p, 2 * MBIT, 5);
	pair_run(p, 6 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[0] < 40000);

	TEST("\twhen all others are not to be used");
	g = udp(p, 2 * MBIT, 5);
	pair_run(p, 6 * USEC);
	used(p, &u);
	CHECK_EQ(g->received, g->sent);
	CHECK(u.bytes[0] < 40000);

	TEST("\tothers go by the links in use");
	h = udp(p, 2 * MBIT, 5);
	pair_run(p, 6 * USEC);
	used(p, &u);
	CHECK_EQ(h->received, h->sent);
	CHECK(u.bytes[1] < 40000);
	settled(p);
}

/* 5 % loss on one link, and none in the flow. */
static void
duplicate(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_DUPLICATE, 0, { NULL } }
	};
	struct sim_dirconf		 one = dir(20, 10), two = dir(20, 12);
	struct ctl_tunnel		 ct;
	struct sim_flow			*f, *g, *ping;
	struct usage			 u;
	struct pair			*p;
	struct ctl_link			 cl;
	uint64_t			 doubles;
	int				 i, wrong = 0;

	for (i = 0; i < 2; i++) {
		TEST("\tloss on dsl%d", i + 1);
		p = links(10 + i, &one, &two);
		p->link[i]->up.conf.loss = 50000;
		rules(p->a, r, 1);
		doubles = counters(p->b).rx_duplicate;
		usage(p, &u);
		f = udp(p, MBIT, 30);
		pair_run(p, 31 * USEC);
		used(p, &u);
		ct = counters(p->b);
		CHECK(f->sent > 3700);
		CHECK_EQ(f->received, f->sent);
		CHECK_EQ(f->doubles, 0);
		CHECK(sim_flow_latency(f, 1000) < 16 * MSEC);
		doubles = ct.rx_duplicate - doubles;
		printf("\t%llu doubles\n", (unsigned long long)doubles);
		CHECK(doubles > f->sent * 92 / 100);
		CHECK(doubles < f->sent * 98 / 100);
		CHECK(u.bytes[0] > f->sent * 1000);
		CHECK(u.bytes[1] > f->sent * 1000);
		/* what is lost of it is not sent again */
		CHECK(counters(p->a).tx_resent < 10);
		settled(p);
	}

	TEST("\twithout the rule there is loss");
	p = links(12, &one, &two);
	p->link[0]->up.conf.loss = 50000;
	f = udp(p, MBIT, 30);
	pair_run(p, 31 * USEC);
	CHECK(f->received < f->sent);
	settled(p);

	TEST("\ta link dies: no gap at all");
	p = links(13, &one, &one);
	rules(p->a, r, 1);
	f = udp(p, MBIT, 20);
	pair_run(p, 10 * USEC);
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 11 * USEC);
	CHECK_EQ(f->received, f->sent);
	CHECK(sim_flow_gap(f) < 15 * MSEC);
	settled(p);

	TEST("\tsuspicions that are wrong: nor then a loss");
	p = links(25, &one, &two);
	p->link[0]->up.conf.loss = 50000;
	rules(p->a, r, 1);
	f = udp(p, MBIT, 40);
	for (i = 0; i < 40; i++) {
		/* reports are missing; dsl1's tell of dsl2 as well */
		sim_link_cut(p->link[0], 0, 1);
		sim_link_cut(p->link[1], 0, 1);
		pair_run(p, 200 * MSEC);
		CHECK_EQ(pair_path(p->a, "dsl2", &cl), 0);
		wrong += cl.state == LINK_SUSPECT;
		sim_link_cut(p->link[0], 0, 0);
		if (i & 1)
			sim_link_cut(p->link[1], 0, 0);
		pair_run(p, 600 * MSEC);
		sim_link_cut(p->link[1], 0, 0);
		pair_run(p, 200 * MSEC);
	}
	pair_run(p, USEC);
	printf("\t%d wrong\n", wrong);
	CHECK(wrong > 20);
	CHECK_EQ(f->received, f->sent);
	settled(p);

	TEST("\ta stream: the rate of one link, loss unseen");
	p = links(14, &one, &two);
	p->link[0]->up.conf.loss = 50000;
	rules(p->a, (const struct rule[]){ { "tcp", MATCH_DUPLICATE, 0,
	    { NULL } } }, 1);
	g = tcp(p, 20);
	pair_run(p, 21 * USEC);
	CHECK(mbit(g, 5, 20) > 16);
	CHECK(mbit(g, 5, 20) < 19);
	settled(p);

	TEST("\tpriority packets as well");
	p = links(15, &one, &two);
	p->link[0]->up.conf.loss = 50000;
	rules(p->a, (const struct rule[]){ { "icmp", MATCH_DUPLICATE, 0,
	    { NULL } } }, 1);
	rules(p->b, (const struct rule[]){ { "icmp", MATCH_DUPLICATE, 0,
	    { NULL } } }, 1);
	ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now,
	    p->sim->now + 20 * USEC);
	pair_run(p, 21 * USEC);
	CHECK_EQ(ping->received, ping->sent);
	CHECK_EQ(ping->doubles, 0);
	settled(p);
}

/* Where copies go, and where not. */
static void
copies(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_DUPLICATE, 0, { NULL } },
		{ "udp src port 10002", MATCH_LINKS, 0, { "dsl1", "dsl3" } },
		{ "udp src port 10003", MATCH_NOT, 0, { "dsl3" } },
		{ "udp src port 10004", MATCH_LINKS, 0, { "dsl2" } }
	};
	struct sim_dirconf		 d = dir(20, 10), far = dir(20, 130);
	struct sim_flow			*f;
	struct usage			 u;
	struct pair			*p;

	p = pair_new(16, 4096);
	pair_link_dirs(p, &d, &d);
	pair_link_dirs(p, &d, &d);
	pair_link_dirs(p, &d, &d);
	pair_up(p);
	pair_exchange(p);
	rules(p->a, r, 4);
	usage(p, &u);
	TEST("\tover those that are named");
	f = udp(p, MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[0] > f->sent * 1000 && u.bytes[2] > f->sent * 1000);
	CHECK(u.bytes[1] < 60000);
	TEST("\tover those that are not");
	f = udp(p, MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[0] > f->sent * 1000 && u.bytes[1] > f->sent * 1000);
	CHECK(u.bytes[2] < 60000);
	TEST("\tone link: one copy");
	f = udp(p, MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[1] > f->sent * 1000);
	CHECK(u.bytes[0] + u.bytes[2] < 120000);
	TEST("\tover all");
	f = udp(p, MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[0] > f->sent * 1000 && u.bytes[1] > f->sent * 1000 &&
	    u.bytes[2] > f->sent * 1000);
	settled(p);

	TEST("\tnot over a link that is 120 ms slower");
	p = links(17, &d, &far);
	rules(p->a, r, 1);
	usage(p, &u);
	f = udp(p, MBIT, 10);
	pair_run(p, 11 * USEC);
	used(p, &u);
	CHECK_EQ(f->received, f->sent);
	CHECK(u.bytes[1] < 60000);
	settled(p);
}

/* A call of 4 Mbit/s beside twelve streams on 20, where 1.5 were its share. */
static void
priority(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_PRIORITY, 0, { NULL } }
	};
	struct sim_dirconf		 d = dir(10, 10);
	struct sim_flow			*f;
	struct pair			*p;
	int				 with, i;

	for (with = 0; with < 2; with++) {
		TEST("\twith%s the rule", with ? "" : "out");
		p = links(18, &d, &d);
		rules(p->a, r, with);
		f = udp(p, 4 * MBIT, 20);
		for (i = 0; i < 12; i++)
			tcp(p, 20);
		pair_run(p, 21 * USEC);
		printf("\tlost %llu of %llu, median %llu us\n",
		    (unsigned long long)(f->sent - f->received),
		    (unsigned long long)f->sent,
		    (unsigned long long)sim_flow_latency(f, 500));
		show(f);
		if (with) {
			CHECK(f->sent - f->received < f->sent / 500);
			CHECK(sim_flow_latency(f, 990) < 30 * MSEC);
		} else
			CHECK(f->sent - f->received > f->sent / 4);
		settled(p);
	}
}

/* All that may overtake is half of the bandwidth. */
static void
share(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_PRIORITY, 0, { NULL } },
		{ "udp src port 10003", MATCH_LINKS, 0, { "dsl1" } }
	};
	struct sim_dirconf		 d = dir(10, 10);
	struct sim_flow			*f, *g;
	struct pair			*p;

	p = links(19, &d, &d);
	rules(p->a, r, 2);
	f = udp(p, 40 * MBIT, 20);
	g = tcp(p, 20);
	pair_run(p, 21 * USEC);
	CHECK(mbit(f, 5, 20) > 9);
	CHECK(mbit(g, 5, 20) > 2.5);
	settled(p);

	TEST("\tbound to a link: no more than it takes");
	p = links(20, &d, &d);
	rules(p->a, r, 2);
	(void)udp(p, 10000, 1);
	f = udp(p, 40 * MBIT, 20);
	g = tcp(p, 20);
	pair_run(p, 21 * USEC);
	CHECK(mbit(f, 5, 20) > 8);
	CHECK(mbit(g, 5, 20) > 7);
	settled(p);
}

static void
bulk(void)
{
	static const struct rule	 r[] = {
		{ "tcp src port 10002 or tcp src port 10005", MATCH_BULK, 0,
		    { NULL } },
	};
	struct sim_dirconf		 d = dir(10, 10);
	struct sim_flow			*f, *g;
	struct pair			*p;

	p = links(21, &d, &d);
	rules(p->a, r, 1);
	f = tcp(p, 40);
	pair_run(p, 10 * USEC);
	CHECK(mbit(f, 3, 10) > 17);
	TEST("\tbeside another stream: what that leaves");
	g = tcp(p, 20);
	pair_run(p, 20 * USEC);
	CHECK(mbit(g, 3, 20) > 15);
	CHECK(mbit(f, 13, 30) < 3);
	pair_run(p, 11 * USEC);
	CHECK(mbit(f, 36, 40) > 14);
	settled(p);
}

/* The default for many datagrams is order; TCP need not have it. */
static void
ordered(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10003", MATCH_NOORDER, 0, { NULL } },
		{ "udp src port 10005", MATCH_ORDER, 0, { NULL } },
	};
	struct sim_dirconf		 one = dir(10, 10), two = dir(10, 30);
	struct sim_flow			*f;
	struct pair			*p;
	int				 i;

	p = links(22, &one, &two);
	two.jitter = 20 * MSEC;
	sim_link_set(p->link[1], &two, &two);
	rules(p->a, r, 2);
	for (i = 0; i < 2; i++) {
		f = udp(p, 16 * MBIT, 10);
		pair_run(p, 11 * USEC);
		printf("\torder %s: %llu of %llu out of order\n",
		    i ? "no" : "by default",
		    (unsigned long long)f->disordered,
		    (unsigned long long)f->received);
		CHECK(i ? f->disordered > f->received / 50 :
		    f->disordered < f->received / 500);
	}
	/* 100 packets a second are not many; loss makes them move about */
	two.jitter = 0;
	two.delay = 12 * MSEC;
	two.loss = one.loss = 50000;
	sim_link_set(p->link[0], &one, &one);
	sim_link_set(p->link[1], &two, &two);
	pair_run(p, USEC);
	for (i = 0; i < 2; i++) {
		f = udp(p, 2 * MBIT, 20);
		pair_run(p, 21 * USEC);
		printf("\torder %s: %llu of %llu lost\n",
		    i ? "yes" : "by default",
		    (unsigned long long)(f->sent - f->received),
		    (unsigned long long)f->sent);
		/* what is waited for is sent again */
		CHECK(i ? f->sent - f->received < f->sent / 100 :
		    f->sent - f->received > f->sent / 40);
	}
	settled(p);
}

static enum sim_verdict
count_tos(void *arg, struct sim_dgram *dg)
{
	uint64_t	*n = arg;

	n[dg->tos]++;
	return (SIM_PASS);
}

static void
dscp(void)
{
	static const struct rule	 r[] = {
		{ "udp src port 10002", MATCH_DSCP, 46, { NULL } },
		{ "udp src port 10003", MATCH_DSCP, 0, { NULL } }
	};
	struct sim_dirconf		 d = dir(10, 10);
	struct sim_flow			*f, *g, *h;
	struct pair			*p;
	uint64_t			 n[256];

	p = links(23, &d, &d);
	memset(n, 0, sizeof(n));
	rules(p->a, r, 2);
	p->sim->filter = count_tos;
	p->sim->filter_arg = n;
	f = udp(p, MBIT, 5);
	pair_run(p, 6 * USEC);
	CHECK_EQ(n[46 << 2], f->sent);

	TEST("\tin place of what \"tos\" says");
	p->a->tunnel[0]->conf.tos = ANSWER_AUTO;
	p->a->tunnel[0]->conf.tos_value = 0x20;
	g = udp(p, MBIT, 5);
	pair_run(p, 6 * USEC);
	CHECK_EQ(n[0x20], 0);
	h = udp(p, MBIT, 5);
	pair_run(p, 6 * USEC);
	CHECK_EQ(n[0x20], h->sent);
	CHECK_EQ(n[46 << 2], f->sent);
	CHECK_EQ(g->received, g->sent);
	p->sim->filter = NULL;
	settled(p);
}

/* New rules under load: they hold for what waits, and nothing is lost. */
static void
reload(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_LINKS | MATCH_ONLY, 0, { "dsl1" } },
		{ "udp", MATCH_LINKS | MATCH_ONLY, 0, { "dsl2" } }
	};
	struct sim_dirconf		 one = dir(10, 10), two = dir(10, 30);
	struct sim_flow			*f;
	struct usage			 u;
	struct pair			*p;
	int				 i;

	p = links(24, &one, &two);
	f = udp(p, 7 * MBIT, 20);
	for (i = 0; i < 190; i++) {
		if (i % 3 == 2)
			rules(p->a, NULL, 0);
		else
			rules(p->a, &r[i % 3], 1);
		pair_run(p, 100 * MSEC);
	}
	rules(p->a, r, 1);
	pair_run(p, 100 * MSEC);
	usage(p, &u);
	pair_run(p, 2 * USEC);
	used(p, &u);
	CHECK(u.bytes[1] < 20000);
	CHECK_EQ(f->received, f->sent);
	CHECK_EQ(f->doubles, 0);
	settled(p);
}

static void
shake(struct sim *sim, void *arg)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_LINKS | MATCH_ONLY, 0, { "dsl1", "dsl3" } },
		{ "udp", MATCH_NOT | MATCH_DUPLICATE, 0, { "dsl2" } },
		{ "ip", MATCH_DUPLICATE | MATCH_PRIORITY, 0, { NULL } },
		{ "tcp", MATCH_LINKS | MATCH_BULK, 0, { "dsl3", "dsl1" } },
		{ "tcp", MATCH_LINKS | MATCH_DUPLICATE | MATCH_ONLY, 0,
		    { "dsl2", "dsl3" } },
		{ "udp", MATCH_PRIORITY | MATCH_ORDER | MATCH_LINKS, 0,
		    { "dsl2" } },
		{ "src port 10001", MATCH_QUICK | MATCH_NOT, 0, { "dsl1" } }
	};
	struct rule			 some[RULES_MAX];
	struct pair			*p = arg;
	struct sim_link			*l = p->link[sim_random(sim) % 3];
	size_t				 n, i;

	switch (sim_random(sim) % 4) {
	case 0:
		sim_link_cut(l, sim_random(sim) & 1, sim_random(sim) & 1);
		break;
	case 1:
		sim_link_cut(l, 0, 0);
		break;
	case 2:
		l->up.conf.loss = sim_random(sim) % 100000;
		if (sim_random(sim) % 8 != 0)
			break;
		if (l->removed)
			sim_link_add(l);
		else
			sim_link_remove(l);
		break;
	default:
		n = sim_random(sim) % RULES_MAX;
		for (i = 0; i < n; i++)
			some[i] = r[sim_random(sim) %
			    (sizeof(r) / sizeof(r[0]))];
		rules(p->a, some, n);
		break;
	}
	if (sim->now < 120 * USEC)
		sim_at(sim, sim->now + sim_random(sim) % (400 * MSEC), shake,
		    p);
}

/* Links and rules at random: no buffer is lost, nothing comes twice. */
static void
turmoil(void)
{
	struct sim_dirconf	 d = dir(6, 10);
	struct sim_flow		*f[4];
	struct pair		*p;
	uint64_t		 seed;
	int			 i;

	for (seed = 30; seed < 34; seed++) {
		p = pair_new(seed, 1024);
		for (i = 0; i < 3; i++)
			pair_link_dirs(p, &d, &d);
		pair_up(p);
		f[0] = sim_udp(p->a, p->b, 3 * MBIT, 500, p->sim->now,
		    125 * USEC);
		f[1] = sim_udp(p->a, p->b, 8 * MBIT, 1000, p->sim->now,
		    125 * USEC);
		f[2] = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now,
		    125 * USEC);
		f[3] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
		    125 * USEC);
		shake(p->sim, p);
		sim_run(p->sim, 126 * USEC);
		for (i = 0; i < 3; i++)
			CHECK_EQ(f[i]->doubles, 0);
		for (i = 0; i < 3; i++) {
			p->link[i]->up.conf = p->link[i]->down.conf = d;
			sim_link_cut(p->link[i], 0, 0);
			if (p->link[i]->removed)
				sim_link_add(p->link[i]);
		}
		rules(p->a, NULL, 0);
		CHECK(sim_until(p->sim, p->sim->now + 30 * USEC, pair_is_up,
		    p));
		settled(p);
	}
}

static const struct simtest	 tests[] = {
	{ "pinned", pinned, "a flow bound to a link" },
	{ "full", full, "more bound to a link than it takes" },
	{ "order", order, "links in order of preference" },
	{ "only", only, "rather none than another link" },
	{ "not", not, "any but one link" },
	{ "backup", backup, "a backup link that is named" },
	{ "duplicate", duplicate, "copies over two links" },
	{ "copies", copies, "copies over some links" },
	{ "priority", priority, "a call that overtakes" },
	{ "share", share, "half of the bandwidth for what overtakes" },
	{ "bulk", bulk, "after all others" },
	{ "ordered", ordered, "order and none" },
	{ "dscp", dscp, "code points of the links' packets" },
	{ "reload", reload, "new rules under load" },
	{ "turmoil", turmoil, "links and rules at random" }
};

int
main(int argc, char *argv[])
{
	size_t	 i;
	int	 list = 0, ran = 0;

	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		verbose = 1;
		argc--;
		argv++;
	} else if (argc > 1 && strcmp(argv[1], "-l") == 0)
		list = 1;
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (list) {
			printf("%s\n", tests[i].name);
			continue;
		}
		if (argc > 1 && strcmp(argv[1], tests[i].name) != 0)
			continue;
		TEST("%s: %s", tests[i].name, tests[i].what);
		tests[i].fn();
		ran = 1;
	}
	if (!ran && !list)
		errx(1, "no such test");
	return (0);
}
