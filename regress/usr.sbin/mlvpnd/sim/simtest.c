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
 * Whole scenarios in virtual time.  Shares are of the sum of the links'
 * Ethernet rates, as a speed test behind the tunnel would see them; what
 * headers leave of it is 1368/1494 at a tunnel MTU of 1420.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linkspec.h"
#include "simtest.h"

static int	 verbose;

struct sim_dirconf
dir(uint64_t mbit, uint64_t ms)
{
	struct sim_dirconf	 d;

	memset(&d, 0, sizeof(d));
	d.rate = mbit * MBIT;
	d.delay = ms * MSEC;
	d.overhead = ETHER;
	return (d);
}

struct pair *
two_links(uint64_t seed, const struct sim_dirconf *one,
    const struct sim_dirconf *two)
{
	struct pair	*p;

	p = pair_new(seed, 4096);
	pair_link_dirs(p, one, one);
	if (two != NULL)
		pair_link_dirs(p, two, two);
	pair_up(p);
	return (p);
}

/* One link, a tunnel that neither repairs losses nor keeps order. */
static struct pair *
plain_link(uint64_t seed, const struct sim_dirconf *d)
{
	struct pair	*p;

	p = pair_new(seed, 4096);
	sim_host_kill(p->a);
	sim_host_kill(p->b);
	p->a->conf[0]->recover = p->b->conf[0]->recover = ANSWER_NO;
	p->a->conf[0]->reorder = p->b->conf[0]->reorder = ANSWER_NO;
	sim_host_start(p->a);
	sim_host_start(p->b);
	pair_link_dirs(p, d, d);
	pair_up(p);
	return (p);
}

void
show(struct sim_flow *f)
{
	if (verbose)
		sim_flow_print(f);
}

struct sim_link *
add_link(struct pair *p, const struct link_conf *lc,
    const struct sim_dirconf *up, const struct sim_dirconf *down)
{
	struct sim_link	*l;

	l = sim_link(p->a, lc, &p->server, up, down);
	p->link[p->nlinks++] = l;
	return (l);
}

double
share(struct pair *p, struct sim_flow *f, uint64_t from, uint64_t to)
{
	uint64_t	 sum = 0;
	double		 s;
	int		 i;

	for (i = 0; i < p->nlinks; i++)
		sum += f->host[0] == p->a ? p->link[i]->up.conf.rate :
		    p->link[i]->down.conf.rate;
	s = (double)sim_flow_rate(f, f->start + from, f->start + to) /
	    (double)sum;
	printf("\tshare %.3f\n", s);
	show(f);
	return (s);
}

double
total(struct pair *p, struct sim_flow **f, int n, uint64_t from, uint64_t to)
{
	uint64_t	 sum = 0, got = 0;
	int		 i;

	for (i = 0; i < p->nlinks; i++)
		sum += f[0]->host[0] == p->a ? p->link[i]->up.conf.rate :
		    p->link[i]->down.conf.rate;
	for (i = 0; i < n; i++)
		got += sim_flow_rate(f[i], from, to);
	return ((double)got / (double)sum);
}

void
settled(struct pair *p)
{
	struct ctl_summary	 cs;
	int			 i;

	for (i = 0; i < p->sim->nflows; i++)
		sim_flow_stop(p->sim->flows[i]);
	for (i = 0; i < p->nlinks; i++)
		p->link[i]->up.conf.loss = p->link[i]->down.conf.loss = 0;
	pair_run(p, 6 * USEC);
	for (i = 0; i < p->sim->nflows; i++)
		CHECK_EQ(p->sim->flows[i]->corrupt, 0);
	pair_exchange(p);
	pair_run(p, 3 * USEC);
	core_summary(p->a->core, &cs);
	CHECK_EQ(cs.pkts_used, 0);
	core_summary(p->b->core, &cs);
	CHECK_EQ(cs.pkts_used, 0);
	CHECK_EQ(p->a->unroutable + p->b->unroutable, 0);
	CHECK_EQ(p->a->stray + p->b->stray, 0);
	pair_free(p);
}

/*
 * The simulator's own links, without a tunnel.
 */

#define PROBE_LEN	1000
#define PROBE_MAX	200000

struct bare {
	struct pair	*p;
	uint32_t	 sent;
	uint32_t	 received;
	uint32_t	 disordered;
	uint32_t	 highest;
	uint64_t	 interval;
	uint64_t	 stop;
	uint64_t	 first;
	uint64_t	 last;
	uint64_t	 least;		/* delays */
	uint64_t	 most;
	uint64_t	 sum;
};

static void
bare_arrived(void *arg, const struct sim_dgram *d)
{
	struct bare	*b = arg;
	uint64_t	 delay = b->p->sim->now - d->sent;
	uint32_t	 n;

	if (d->len != PROBE_LEN)
		return;
	memcpy(&n, d->data + 4, sizeof(n));
	if (n < b->highest)
		b->disordered++;
	else
		b->highest = n;
	if (b->received++ == 0) {
		b->first = b->p->sim->now;
		b->least = delay;
	}
	b->last = b->p->sim->now;
	if (delay < b->least)
		b->least = delay;
	if (delay > b->most)
		b->most = delay;
	b->sum += delay;
}

static void
bare_send(struct sim *sim, void *arg)
{
	struct bare	*b = arg;
	uint8_t		 buf[PROBE_LEN];

	memset(buf, 0xff, sizeof(buf));
	memcpy(buf + 4, &b->sent, sizeof(b->sent));
	b->sent++;
	sim_send(sim, sim_dgram(buf, sizeof(buf), &b->p->server,
	    &b->p->link[0]->public));
	if (sim->now + b->interval < b->stop)
		sim_at(sim, sim->now + b->interval, bare_send, b);
}

static void
bare_new(struct bare *b, const struct sim_dirconf *d)
{
	memset(b, 0, sizeof(*b));
	b->p = pair_new(1, 64);
	pair_link_dirs(b->p, d, d);
	/* nothing else is to be on the link */
	sim_host_kill(b->p->a);
	b->p->sim->arrived = bare_arrived;
	b->p->sim->arrived_arg = b;
}

/* So many datagrams at an interval down a link like this. */
static void
bare(struct bare *b, const struct sim_dirconf *d, uint64_t interval,
    uint64_t count)
{
	bare_new(b, d);
	b->interval = interval;
	b->stop = b->p->sim->now + interval * count;
	bare_send(b->p->sim, b);
	sim_run(b->p->sim, b->stop + USEC);
	CHECK_EQ(b->sent, count);
}

/* So many at once. */
static void
bare_burst(struct bare *b, uint64_t count)
{
	b->interval = USEC;
	b->stop = 0;
	while (count-- > 0)
		bare_send(b->p->sim, b);
	sim_run(b->p->sim, b->p->sim->now + 5 * USEC);
}

static void
links(void)
{
	struct sim_dirconf	 d = dir(10, 20);
	const uint64_t		 bits = (PROBE_LEN + 28 + ETHER) * 8;
	struct sim_dir		*down;
	struct bare		 b;
	uint64_t		 n;

	TEST("\tdelay and rate");
	bare(&b, &d, 10 * MSEC, 1000);
	CHECK_EQ(b.received, b.sent);
	CHECK(b.least >= 20 * MSEC + bits / 10);
	CHECK(b.most <= 20 * MSEC + bits / 10 + 1);
	pair_free(b.p);

	TEST("\ta full queue");
	d.queue = 30 * MSEC;
	bare(&b, &d, 400, 20000);
	down = &b.p->link[0]->down;
	CHECK_EQ(b.sent, down->overflowed + b.received);
	CHECK(b.received > 9000);
	n = b.last - b.first;
	CHECK(n + 2 >= (b.received - 1) * bits / 10);
	CHECK(n <= (b.received - 1) * bits / 10 + 2);
	CHECK(b.most >= 49 * MSEC && b.most <= 52 * MSEC);
	pair_free(b.p);

	TEST("\ta long queue");
	d.queue = 2 * USEC;
	bare(&b, &d, 400, 500);
	CHECK_EQ(b.received, b.sent);
	n = b.last - b.first;
	CHECK(n + 2 >= 499 * bits / 10 && n <= 499 * bits / 10 + 2);
	pair_free(b.p);

	TEST("\tloss, single and in bursts");
	d = dir(0, 20);
	d.loss = 20000;
	bare(&b, &d, 100, 100000);
	CHECK_EQ(b.sent - b.received, b.p->link[0]->down.lost);
	CHECK(b.sent - b.received > 1850 && b.sent - b.received < 2150);
	pair_free(b.p);
	d.burst = 10;
	bare(&b, &d, 100, 100000);
	n = b.p->link[0]->down.bursts;
	CHECK(b.sent - b.received > 1500 && b.sent - b.received < 2500);
	CHECK((b.sent - b.received) / n >= 8);
	CHECK((b.sent - b.received) / n <= 12);
	pair_free(b.p);

	TEST("\tjitter, in order and not");
	d = dir(0, 20);
	d.jitter = 30 * MSEC;
	bare(&b, &d, MSEC, 10000);
	CHECK_EQ(b.received, b.sent);
	CHECK_EQ(b.disordered, 0);
	CHECK(b.least >= 20 * MSEC && b.most <= 50 * MSEC);
	CHECK(b.most > 49 * MSEC);
	pair_free(b.p);
	d.disorder = 1;
	bare(&b, &d, MSEC, 10000);
	CHECK_EQ(b.received, b.sent);
	CHECK(b.disordered > b.sent / 4);
	CHECK(b.sum / b.received > 34 * MSEC && b.sum / b.received < 36 * MSEC);
	pair_free(b.p);

	TEST("\tan outage of one way");
	d = dir(10, 20);
	memset(&b, 0, sizeof(b));
	b.p = pair_new(2, 64);
	pair_link_dirs(b.p, &d, &d);
	pair_up(b.p);
	sim_link_cut(b.p->link[0], 0, 1);
	n = b.p->link[0]->down.delivered;
	pair_run(b.p, 3 * USEC);
	CHECK_EQ(b.p->link[0]->down.delivered, n);
	CHECK(b.p->link[0]->down.lost_cut > 0);
	CHECK_EQ(b.p->link[0]->up.lost_cut, 0);
	pair_free(b.p);
}

/* Links that are told in words, and what these can say. */
static void
links_in_words(void)
{
	static const char	 file[] = "links-in-words.trace";
	const uint64_t		 bytes = PROBE_LEN + 28 + ETHER;
	struct sim_dirconf	 d;
	struct linkspec		 ls;
	struct bare		 b;
	uint64_t		 at;
	FILE			*fp;

	TEST("\tevery word");
	linkspec(&ls, "800K:8M/15ms/.3%/30000B/1s,burst=20,police=15000B,"
	    "disorder,cut=8:12.5", 1, 1);
	d = linkspec_dir(&ls, TRACE_UP);
	CHECK_EQ(d.rate, 800000);
	CHECK_EQ(d.delay, 15 * MSEC);
	CHECK_EQ(d.loss, 3000);
	CHECK_EQ(d.burst, 20);
	CHECK_EQ(d.queue_bytes, 30000);
	CHECK_EQ(d.jitter, USEC);
	CHECK_EQ(d.police, 15000);
	CHECK(d.disorder);
	CHECK_EQ(d.overhead, ETHER);
	CHECK_EQ(linkspec_dir(&ls, TRACE_DOWN).rate, 8 * MBIT);
	CHECK_EQ(ls.cut, 8 * USEC);
	CHECK_EQ(ls.heal, 12500 * MSEC);
	CHECK_EQ(linkspec_bits(&ls, TRACE_UP, 7 * USEC, 13 * USEC), 1200000);

	TEST("\ta queue in bytes");
	linkspec(&ls, "10/20/0/20000B", 1, 1);
	d = linkspec_dir(&ls, TRACE_DOWN);
	bare_new(&b, &d);
	bare_burst(&b, 100);
	CHECK_EQ(b.received, 20000 / bytes);
	pair_free(b.p);

	TEST("\ta policer");
	linkspec(&ls, "10/20,police=20000B", 1, 1);
	d = linkspec_dir(&ls, TRACE_DOWN);
	bare_new(&b, &d);
	sim_run(b.p->sim, USEC);
	bare_burst(&b, 100);
	CHECK_EQ(b.received, 20000 / bytes);
	CHECK(b.most == 20 * MSEC);
	pair_free(b.p);
	bare(&b, &d, 400, 20000);
	CHECK(b.received * bytes * 8 > 79 * MBIT);
	CHECK(b.received * bytes * 8 < 81 * MBIT);
	CHECK_EQ(b.sent - b.received, b.p->link[0]->down.policed);
	pair_free(b.p);

	TEST("\ta trace");
	if ((fp = fopen(file, "w")) == NULL)
		err(1, "%s", file);
	fprintf(fp, "5,1000000,1\n6,10000000,1\n");
	fclose(fp);
	linkspec(&ls, "links-in-words.trace,20,2s", 1, 1);
	unlink(file);
	CHECK_EQ(ls.rate[TRACE_DOWN], MBIT);
	CHECK_EQ(ls.rate[TRACE_UP], TRACE_LEAST);
	CHECK_EQ(linkspec_bits(&ls, TRACE_DOWN, USEC / 2, 2 * USEC),
	    10500000);
	d = linkspec_dir(&ls, TRACE_DOWN);
	bare_new(&b, &d);
	linkspec_play(&ls, b.p->link[0]);
	at = b.p->sim->now;
	bare_burst(&b, 200);
	CHECK_EQ(b.received, 200);
	at += USEC + 20 * MSEC + (200 * bytes * 8 - MBIT) / 10;
	CHECK(b.last + 2 >= at && b.last <= at + 2);
	CHECK(b.p->link[0]->down.longest + 2 >= b.most - 20 * MSEC);
	pair_free(b.p);
	linkspec_free(&ls);

	TEST("\tan outage");
	linkspec(&ls, "10/20,cut=2:3", 1, 1);
	d = linkspec_dir(&ls, TRACE_DOWN);
	b.p = pair_new(1, 64);
	pair_link_dirs(b.p, &d, &d);
	pair_up(b.p);
	linkspec_play(&ls, b.p->link[0]);
	at = b.p->sim->now;
	sim_run(b.p->sim, at + 2 * USEC);
	CHECK_EQ(b.p->link[0]->down.lost_cut, 0);
	sim_run(b.p->sim, at + 3 * USEC);
	CHECK(b.p->link[0]->down.cut == 0);
	CHECK(b.p->link[0]->down.lost_cut > 0);
	pair_free(b.p);
}

/* The inner TCP on one link does what a TCP does. */
static void
tcp_alone(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*f;
	struct pair		*p;
	double			 s;

	p = two_links(10, &d, NULL);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 30 * USEC);
	CHECK(share(p, f, 5 * USEC, 30 * USEC) > 0.90);
	CHECK_EQ(f->timeouts, 0);
	settled(p);

	TEST("\t1 %% loss costs it most of the link");
	d.loss = 10000;
	p = plain_link(11, &d);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    60 * USEC);
	pair_run(p, 60 * USEC);
	s = share(p, f, 5 * USEC, 60 * USEC);
	CHECK(s > 0.2 && s < 0.6);
	settled(p);

	TEST("\ta short one ends");
	d.loss = 0;
	p = two_links(12, &d, NULL);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 100000, p->sim->now, NEVER);
	pair_run(p, 2 * USEC);
	CHECK(f->finished != 0);
	/* connection, then 10, 20, 40, ... segments a round trip; the last
	 * acknowledgement may come late */
	CHECK(f->finished - f->start > 80 * MSEC);
	CHECK(f->finished - f->start < 120 * MSEC + 40 * MSEC);
	CHECK(f->bytes >= 100000);
	settled(p);
}

/*
 * What the product is for.
 */

static void
two_add_up(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*f[4];
	struct pair		*p;
	double			 sum = 0;
	int			 way, i;

	for (way = 0; way < 2; way++) {
		TEST("\tone stream %s", way ? "down" : "up");
		p = two_links(20, &d, &d);
		f[0] = sim_tcp(way ? p->b : p->a, way ? p->a : p->b,
		    TUNNEL_MTU, 0, p->sim->now, p->sim->now + 30 * USEC);
		pair_run(p, 30 * USEC);
		CHECK(share(p, f[0], 5 * USEC, 30 * USEC) > 0.90);
		settled(p);
	}
	TEST("\tfour streams");
	p = two_links(21, &d, &d);
	for (i = 0; i < 4; i++)
		f[i] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
		    p->sim->now + 30 * USEC);
	pair_run(p, 30 * USEC);
	for (i = 0; i < 4; i++)
		sum += share(p, f[i], 5 * USEC, 30 * USEC);
	CHECK(sum > 0.90);
	settled(p);
}

static void
unequal(void)
{
	struct sim_dirconf	 fast = dir(40, 10), slow = dir(10, 10);
	struct sim_flow		*f;
	struct pair		*p;

	p = two_links(22, &fast, &slow);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 30 * USEC);
	CHECK(share(p, f, 5 * USEC, 30 * USEC) > 0.895);
	/* by bytes, as the rates are */
	CHECK(p->link[0]->up.sent_bytes > 38 * p->link[1]->up.sent_bytes / 10);
	CHECK(p->link[0]->up.sent_bytes < 42 * p->link[1]->up.sent_bytes / 10);
	settled(p);

	TEST("\tup and down different, and both at once");
	p = pair_new(23, 4096);
	fast = dir(40, 10);
	slow = dir(5, 10);
	pair_link_dirs(p, &slow, &fast);
	pair_link_dirs(p, &slow, &fast);
	pair_up(p);
	f = sim_tcp(p->b, p->a, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 30 * USEC);
	CHECK(share(p, f, 5 * USEC, 30 * USEC) > 0.89);
	show(p->sim->flows[1]);
	settled(p);
}

/*
 * Shares of links that differ, 5 to 30 s after the start: what must be
 * reached, a little under what is, with configured rates and without.
 */

static const struct {
	const char	*what;
	int		 nlinks;
	struct {
		uint64_t	 mbit;
		uint64_t	 ms;
		uint32_t	 loss;	/* millionths */
		uint64_t	 jitter;	/* ms */
	} link[8];
	double		 least[4];	/* 1, 4 flows; 1, 4 flows auto */
} shares[] = {
	{ "20/10 + 20/10", 2, { { 20, 10, 0, 0 }, { 20, 10, 0, 0 } },
	    { 0.9, 0.9, 0.905, 0.905 } },
	{ "40/10 + 10/10", 2, { { 40, 10, 0, 0 }, { 10, 10, 0, 0 } },
	    { 0.9, 0.9, 0.905, 0.905 } },
	{ "40/10 + 40/50", 2, { { 40, 10, 0, 0 }, { 40, 50, 0, 0 } },
	    { 0.885, 0.9, 0.885, 0.9 } },
	{ "40/10 + 10/40 with 1 % loss", 2,
	    { { 40, 10, 0, 0 }, { 10, 40, 10000, 0 } },
	    { 0.885, 0.9, 0.86, 0.88 } },
	{ "8/15 + 2/20", 2, { { 8, 15, 0, 0 }, { 2, 20, 0, 0 } },
	    { 0.89, 0.89, 0.885, 0.885 } },
	{ "40/10 + 40/10 with jitter of 30 ms", 2,
	    { { 40, 10, 0, 0 }, { 40, 10, 0, 30 } },
	    { 0.795, 0.8, 0.77, 0.79 } },
	{ "three: 20/10 + 10/30 + 5/50", 3,
	    { { 20, 10, 0, 0 }, { 10, 30, 0, 0 }, { 5, 50, 0, 0 } },
	    { 0.89, 0.9, 0.89, 0.895 } },
	{ "eight of 10/20", 8, { { 10, 20, 0, 0 }, { 10, 20, 0, 0 },
	    { 10, 20, 0, 0 }, { 10, 20, 0, 0 }, { 10, 20, 0, 0 },
	    { 10, 20, 0, 0 }, { 10, 20, 0, 0 }, { 10, 20, 0, 0 } },
	    { 0.895, 0.895, 0.9, 0.895 } }
};

static double
share_of(size_t n, int nflows, int automatic)
{
	struct sim_dirconf	 d;
	struct link_conf	 lc;
	struct sim_flow		*f[4];
	struct pair		*p;
	uint64_t		 sum = 0, got = 0;
	char			 name[16];
	int			 i;

	p = pair_new(1000 + n, 4096);
	for (i = 0; i < shares[n].nlinks; i++) {
		d = dir(shares[n].link[i].mbit, shares[n].link[i].ms);
		d.loss = shares[n].link[i].loss;
		d.jitter = shares[n].link[i].jitter * MSEC;
		d.disorder = 1;
		sum += d.rate;
		snprintf(name, sizeof(name), "dsl%d", i + 1);
		lc = sim_link_conf(name, automatic ? 0 : d.rate,
		    automatic ? 0 : d.rate);
		lc.overhead = automatic ? 0 : ETHER;
		add_link(p, &lc, &d, &d);
	}
	pair_up(p);
	for (i = 0; i < nflows; i++)
		f[i] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, NEVER);
	pair_run(p, 30 * USEC);
	for (i = 0; i < nflows; i++) {
		got += sim_flow_rate(f[i], f[i]->start + 5 * USEC,
		    f[i]->start + 30 * USEC);
		show(f[i]);
	}
	pair_free(p);
	return ((double)got / (double)sum);
}

static void
mixed(void)
{
	double	 s;
	size_t	 i;
	int	 n, bad = 0;

	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		TEST("\t%s", shares[i].what);
		for (n = 0; n < 4; n++) {
			s = share_of(i, n & 1 ? 4 : 1, n & 2);
			printf("\t\t%d flow%s%s: %.3f, wanted %.3f\n",
			    n & 1 ? 4 : 1, n & 1 ? "s" : "",
			    n & 2 ? ", automatic" : "", s,
			    shares[i].least[n]);
			bad += s < shares[i].least[n];
		}
	}
	CHECK_EQ(bad, 0);
}

/*
 * Outages.
 */

static void
outage(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*ping, *f;
	struct pair		*p;
	uint64_t		 cut;
	int			 way;

	for (way = 1; way <= 3; way++) {
		TEST("\tping 10 ms, %s cut", way == 1 ? "up" : way == 2 ?
		    "down" : "both ways");
		p = two_links(30, &d, &d);
		ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now,
		    p->sim->now + 30 * USEC);
		pair_run(p, 10 * USEC + 3333);
		sim_link_cut(p->link[0], way & 1, way >> 1);
		pair_run(p, 10 * USEC);
		CHECK(!pair_is_up(p));
		CHECK_EQ(sim_events(p->a, CORE_LINK_DOWN, "dsl1"), 1);
		if (way & 1)
			CHECK_EQ(sim_events(p->b, CORE_LINK_DOWN, "dsl1"), 1);
		sim_link_cut(p->link[0], 0, 0);
		cut = p->sim->now;
		CHECK(sim_until(p->sim, cut + 2 * USEC, pair_is_up, p));
		cut = p->sim->now - cut;
		pair_run(p, 11 * USEC);
		printf("\tgap %.1f ms, lost %d, return after %.1f ms\n",
		    (double)sim_flow_gap(ping) / 1000,
		    (int)(ping->sent - ping->received), (double)cut / 1000);
		show(ping);
		CHECK_EQ(ping->received, ping->sent);
		CHECK(sim_flow_gap(ping) <= 160 * MSEC);
		CHECK_EQ(ping->doubles, 0);
		settled(p);
	}

	TEST("\tone stream goes on, at the rate that is left");
	p = two_links(31, &d, &d);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    40 * USEC);
	pair_run(p, 10 * USEC);
	sim_link_cut(p->link[1], 1, 1);
	pair_run(p, 10 * USEC);
	sim_link_cut(p->link[1], 0, 0);
	pair_run(p, 20 * USEC);
	CHECK(share(p, f, 12 * USEC, 20 * USEC) > 0.42);
	CHECK(share(p, f, 25 * USEC, 40 * USEC) > 0.85);
	CHECK(sim_flow_gap(f) <= 1500 * MSEC);
	settled(p);
}

static int
is_suspect(void *arg)
{
	struct pair	*p = arg;
	struct ctl_link	 cl;

	return (pair_path(p->a, "dsl1", &cl) == 0 && cl.state == LINK_SUSPECT);
}

/* How soon a link that was cut is suspect, and whether all comes over the
 * other one. */
static void
cut(void)
{
	static const uint64_t	 rtt[] = { 20, 100, 600 };
	struct sim_dirconf	 d;
	struct sim_flow		*f;
	struct ctl_tunnel	 ct;
	struct pair		*p;
	uint64_t		 at;
	size_t			 i;

	for (i = 0; i < sizeof(rtt) / sizeof(rtt[0]); i++) {
		d = dir(20, rtt[i] / 2);
		p = two_links(32, &d, &d);
		f = sim_udp(p->a, p->b, 8 * MBIT, 1000, p->sim->now,
		    p->sim->now + 10 * USEC);
		pair_run(p, 5 * USEC);
		sim_link_cut(p->link[0], 1, 1);
		at = p->sim->now;
		CHECK(sim_until(p->sim, at + 3 * rtt[i] * MSEC + 50 * MSEC,
		    is_suspect, p));
		printf("\tround trip %d ms: suspect after %.1f ms\n",
		    (int)rtt[i], (double)(p->sim->now - at) / 1000);
		pair_run(p, 8 * USEC);
		show(f);
		CHECK(p->link[0]->up.lost_cut > 10);
		/* what is new may have to wait too long meanwhile */
		pair_tunnel(p->a, 0, &ct);
		CHECK_EQ(f->received + ct.tx_dropped, f->sent);
		CHECK_EQ(f->doubles, 0);
		sim_link_cut(p->link[0], 0, 0);
		pair_run(p, 3 * USEC);
		settled(p);
	}
}

/* Everything is cut for long enough that keys expire. */
static void
long_outage(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*ping;
	struct ctl_tunnel	 ct;
	struct pair		*p;
	uint64_t		 healed;

	p = two_links(32, &d, &d);
	ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, NEVER);
	pair_run(p, 5 * USEC);
	sim_link_cut(p->link[0], 1, 1);
	sim_link_cut(p->link[1], 1, 1);
	pair_run(p, 300 * USEC);
	pair_tunnel(p->a, 0, &ct);
	CHECK(ct.state != TUNNEL_UP);
	CHECK_EQ(sim_events(p->a, CORE_TUNNEL_DOWN, NULL), 1);
	sim_link_cut(p->link[0], 0, 0);
	sim_link_cut(p->link[1], 0, 0);
	healed = p->sim->now;
	CHECK(sim_until(p->sim, healed + 7 * USEC, pair_is_up, p));
	printf("\tup again after %.1f s\n",
	    (double)(p->sim->now - healed) / 1000000);
	CHECK_EQ(sim_events(p->a, CORE_TUNNEL_UP, NULL), 2);
	show(ping);
	settled(p);
}

static void
flap(struct sim *sim, void *arg)
{
	struct sim_link	*l = arg;

	sim_link_cut(l, !l->up.cut, !l->down.cut);
	sim_at(sim, sim->now + 700 * MSEC, flap, l);
}

static void
flapping(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*f, *ping;
	struct pair		*p;

	p = two_links(33, &d, &d);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    60 * USEC);
	ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, p->sim->now +
	    60 * USEC);
	flap(p->sim, p->link[1]);
	pair_run(p, 60 * USEC);
	CHECK(share(p, f, 0, 60 * USEC) > 0.20);
	CHECK(sim_flow_gap(ping) <= 500 * MSEC);
	show(ping);
	pair_run(p, 700 * MSEC);
	p->link[1]->up.cut = p->link[1]->down.cut = 1;
	flap(p->sim, p->link[1]);
	while (p->link[1]->up.cut)
		pair_run(p, 100 * MSEC);
	pair_free(p);
}

/*
 * Lossy, late and jittery links: shares, and that nothing breaks.
 */

static void
lossy(void)
{
	struct sim_dirconf	 d = dir(20, 10), bad = d;
	struct sim_flow		*udp, *f;
	struct pair		*p;
	uint64_t		 lost, seed;
	double			 sum = 0;

	bad.loss = 50000;
	p = two_links(40, &d, &bad);
	udp = sim_udp(p->a, p->b, 10 * MBIT, 1000, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 31 * USEC);
	lost = udp->sent - udp->received;
	printf("\t%.2f %% lost\n", 100.0 * (double)lost / (double)udp->sent);
	show(udp);
	CHECK(lost < udp->sent / 1000);
	CHECK_EQ(sim_events(p->a, CORE_LINK_DOWN, NULL), 0);
	CHECK_EQ(sim_events(p->b, CORE_LINK_DOWN, NULL), 0);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 30 * USEC);
	CHECK(share(p, f, 5 * USEC, 30 * USEC) > 0.86);
	settled(p);

	/* what is late is told from what is lost */
	TEST("\ta link that reorders too");
	bad = d;
	bad.jitter = 5 * MSEC;
	bad.disorder = 1;
	bad.loss = 20000;
	p = two_links(41, &d, &bad);
	udp = sim_udp(p->a, p->b, 24 * MBIT, 1000, p->sim->now, p->sim->now +
	    20 * USEC);
	pair_run(p, 21 * USEC);
	lost = udp->sent - udp->received;
	printf("\t%d lost, %d of them in the tunnel\n",
	    (int)p->link[1]->up.lost, (int)lost);
	CHECK(p->link[1]->up.lost > 100);
	CHECK(lost < p->link[1]->up.lost / 50);
	settled(p);

	/* one alone depends on where the bursts fall */
	TEST("\tbursts of 20");
	bad.loss = 20000;
	bad.burst = 20;
	for (seed = 41; seed < 45; seed++) {
		p = two_links(seed, &d, &bad);
		f = sim_tcp(p->b, p->a, TUNNEL_MTU, 0, p->sim->now,
		    p->sim->now + 30 * USEC);
		pair_run(p, 31 * USEC);
		sum += share(p, f, 5 * USEC, 30 * USEC);
		settled(p);
	}
	CHECK(sum / 4 > 0.72);
}

static void
late(void)
{
	static const uint64_t	 delays[] = { 50, 300 };
	struct sim_dirconf	 d = dir(40, 10), far;
	struct sim_flow		*ping, *f;
	struct pair		*p;
	size_t			 i;

	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		TEST("\t10 ms beside %d ms", (int)delays[i]);
		far = dir(40, delays[i]);
		p = two_links(42, &d, &far);
		ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now,
		    p->sim->now + 10 * USEC);
		pair_run(p, 11 * USEC);
		CHECK_EQ(ping->received, ping->sent);
		show(ping);
		f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
		    p->sim->now + 30 * USEC);
		pair_run(p, 30 * USEC);
		CHECK(share(p, f, 5 * USEC, 30 * USEC) >
			    (i == 0 ? 0.85 : 0.64));
		CHECK_EQ(sim_events(p->a, CORE_LINK_DOWN, NULL), 0);
		settled(p);
	}
}

static void
jitter(void)
{
	struct sim_dirconf	 d = dir(40, 10), jit = dir(40, 30);
	struct sim_flow		*f;
	struct ctl_tunnel	 a, b;
	struct pair		*p;
	int			 disorder;

	for (disorder = 0; disorder < 2; disorder++) {
		TEST("\tup to 30 ms, %s", disorder ? "reordering" :
		    "in order");
		jit.jitter = 30 * MSEC;
		jit.disorder = disorder;
		p = two_links(44, &d, &jit);
		f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
		    p->sim->now + 60 * USEC);
		pair_run(p, 60 * USEC);
		CHECK(share(p, f, 5 * USEC, 60 * USEC) >
		    (disorder ? 0.70 : 0.84));
		CHECK_EQ(sim_events(p->a, CORE_LINK_DOWN, NULL), 0);
		CHECK_EQ(sim_events(p->b, CORE_LINK_DOWN, NULL), 0);
		pair_tunnel(p->a, 0, &a);
		pair_tunnel(p->b, 0, &b);
		printf("\t%d and %d false suspicions\n", (int)a.false_dead,
		    (int)b.false_dead);
		CHECK(a.false_dead + b.false_dead <= 2);
		settled(p);
	}
}

/*
 * Life goes on.
 */

static void
restarts(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*f;
	struct pair		*p;
	int			 who;

	for (who = 0; who < 2; who++) {
		TEST("\tthe %s, under one stream", who ? "server" : "client");
		p = two_links(50, &d, &d);
		f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now,
		    p->sim->now + 30 * USEC);
		pair_run(p, 10 * USEC);
		sim_host_kill(who ? p->b : p->a);
		pair_run(p, 200 * MSEC);
		sim_host_start(who ? p->b : p->a);
		pair_run(p, 20 * USEC);
		CHECK(sim_flow_gap(f) <= 2 * USEC);
		CHECK(share(p, f, 15 * USEC, 30 * USEC) > 0.85);
		settled(p);
	}
}

static void
rekeys(void)
{
	struct sim_dirconf	 d = dir(8, 10);
	struct sim_flow		*f;
	struct ctl_tunnel	 ct;
	struct pair		*p;

	p = two_links(51, &d, &d);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    270 * USEC);
	pair_run(p, 270 * USEC);
	pair_tunnel(p->a, 0, &ct);
	CHECK_EQ(ct.handshakes, 3);
	CHECK(share(p, f, 5 * USEC, 270 * USEC) > 0.90);
	CHECK(sim_flow_gap(f) <= 500 * MSEC);
	CHECK_EQ(f->timeouts, 0);
	settled(p);
}

static void
shake(struct sim *sim, void *arg)
{
	struct pair	*p = arg;
	struct sim_link	*l = p->link[sim_random(sim) % 3];
	struct sim_host	*h;

	switch (sim_random(sim) % 8) {
	case 0:
	case 1:
		sim_link_cut(l, sim_random(sim) & 1, sim_random(sim) & 1);
		break;
	case 2:
		sim_link_cut(l, 0, 0);
		break;
	case 3:
		sim_link_rebind(l);
		break;
	case 4:
		if (!l->removed)
			sim_link_reopen(l);
		break;
	case 5:
		if (l->removed)
			sim_link_add(l);
		else
			sim_link_remove(l);
		break;
	case 6:
		if (sim_random(sim) % 4 != 0)
			break;
		h = sim_random(sim) & 1 ? p->a : p->b;
		sim_host_kill(h);
		sim_host_start(h);
		break;
	case 7:
		l->up.conf.loss = sim_random(sim) % 50000;
		l->down.conf.jitter = sim_random(sim) % (20 * MSEC);
		l->down.conf.disorder = 1;
		break;
	}
	if (sim->now < 400 * USEC)
		sim_at(sim, sim->now + sim_random(sim) % (2 * USEC), shake,
		    p);
}

/*
 * The simulator watches each number that is sent under a key: this makes
 * all happen that could make one come twice.
 */
static void
turmoil(void)
{
	struct sim_dirconf	 d = dir(3, 10);
	struct pair		*p;
	uint64_t		 seed;
	int			 i;

	for (seed = 60; seed < 64; seed++) {
		p = pair_new(seed, 4096);
		for (i = 0; i < 3; i++)
			pair_link_dirs(p, &d, &d);
		pair_up(p);
		sim_udp(p->a, p->b, 2 * MBIT, 500, p->sim->now, 400 * USEC);
		sim_udp(p->b, p->a, 2 * MBIT, 500, p->sim->now, 400 * USEC);
		shake(p->sim, p);
		sim_run(p->sim, 410 * USEC);
		for (i = 0; i < 3; i++) {
			p->link[i]->up.conf = p->link[i]->down.conf = d;
			sim_link_cut(p->link[i], 0, 0);
			if (p->link[i]->removed)
				sim_link_add(p->link[i]);
		}
		/* the parent gives links that are stale new sockets */
		for (i = 0; i < 3 && !sim_until(p->sim, p->sim->now +
		    20 * USEC, pair_is_up, p); i++)
			sim_link_reopen(p->link[i]);
		CHECK(pair_is_up(p));
		printf("\t%d keys and paths, %d + %d datagrams\n",
		    (int)p->sim->nnumbers, (int)p->a->tx_dgrams,
		    (int)p->b->tx_dgrams);
		CHECK(p->sim->nnumbers > 40);
		pair_exchange(p);
		pair_free(p);
	}
}

/*
 * Configuration.
 */

/* The share of both links that datagrams of so many Mbit/s get, and whether
 * the backup carried any. */
static double
overflow_share(struct pair *p, uint64_t mbit, uint64_t us, uint64_t *backup)
{
	struct sim_flow	*f;
	uint64_t	 at = p->sim->now, sent = p->link[1]->up.sent;

	f = sim_udp(p->a, p->b, mbit * MBIT, 1400, at, at + us);
	pair_run(p, us + USEC);
	*backup = p->link[1]->up.sent - sent;
	return ((double)sim_flow_rate(f, at + us / 2, at + us) / (20 * MBIT));
}

static void
overflow(void)
{
	struct sim_dirconf	 d = dir(10, 10);
	struct link_conf	 lc;
	struct sim_flow		*tcp;
	struct pair		*p;
	uint64_t		 n, at;
	double			 s;

	p = pair_new(71, 4096);
	pair_link_dirs(p, &d, &d);
	lc = sim_link_conf("lte", 10 * MBIT, 10 * MBIT);
	lc.backup = 2;
	lc.overflow = 1;
	add_link(p, &lc, &d, &d);
	pair_up(p);
	s = overflow_share(p, 5, 5 * USEC, &n);
	printf("\tlittle traffic: share %.3f, %llu over the backup\n", s,
	    (unsigned long long)n);
	CHECK(n < 50);
	s = overflow_share(p, 17, 6 * USEC, &n);
	printf("\tmore than one link takes: share %.3f\n", s);
	CHECK(s > 0.8);
	s = overflow_share(p, 5, 10 * USEC, &n);
	s = overflow_share(p, 5, 5 * USEC, &n);
	printf("\tlittle again: %llu over the backup\n",
	    (unsigned long long)n);
	CHECK(n < 50);
	/* the peer knows by the announcement */
	at = p->sim->now;
	tcp = sim_tcp(p->b, p->a, 1400, 0, at, at + 10 * USEC);
	pair_run(p, 10 * USEC);
	s = (double)sim_flow_rate(tcp, at + 5 * USEC, at + 10 * USEC) /
	    (20 * MBIT);
	printf("\ta stream from the other end: share %.3f\n", s);
	CHECK(s > 0.8);
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 2 * USEC);
	s = overflow_share(p, 5, 2 * USEC, &n);
	CHECK(n > 500);
	settled(p);
}

static void
backup(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct link_conf	 lc;
	struct sim_flow		*ping;
	struct pair		*p;
	uint64_t		 sent;

	p = pair_new(70, 4096);
	pair_link_dirs(p, &d, &d);
	lc = sim_link_conf("lte", 20 * MBIT, 20 * MBIT);
	lc.backup = 1;
	add_link(p, &lc, &d, &d);
	pair_up(p);
	ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 10 * USEC);
	sent = p->link[1]->up.sent + p->link[1]->down.sent;
	CHECK(sent < 50);
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 10 * USEC);
	CHECK(p->link[1]->up.sent > 900);
	CHECK(p->link[1]->down.sent > 900);
	CHECK(sim_flow_gap(ping) <= 300 * MSEC);
	sim_link_cut(p->link[0], 0, 0);
	/* the main link is to be up for 5 s before it is trusted */
	pair_run(p, 6 * USEC);
	sent = p->link[1]->up.sent + p->link[1]->down.sent;
	pair_run(p, 4 * USEC);
	CHECK(p->link[1]->up.sent + p->link[1]->down.sent - sent < 50);
	show(ping);
	settled(p);
}

/* Two clients, a server with one socket, a tunnel for each. */
static void
two_clients(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct link_conf	 lc;
	struct sim_host		*c;
	struct sim_flow		*f[2];
	struct pair		*p;
	uint8_t			 psk[32];
	int			 t;

	p = pair_new(71, 4096);
	pair_link_dirs(p, &d, &d);
	c = sim_host(p->sim, "client2");
	sim_random_bytes(p->sim, psk, sizeof(psk));
	CHECK_EQ(sim_tunnel(c, sim_tunnel_conf("branch", psk)), 0);
	t = sim_tunnel(p->b, sim_tunnel_conf("branch", psk));
	CHECK_EQ(t, 1);
	lc = sim_link_conf("dsl1", 20 * MBIT, 20 * MBIT);
	lc.overhead = ETHER;
	sim_link(c, &lc, &p->server, &d, &d);
	pair_up(p);
	pair_run(p, USEC);
	f[0] = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    20 * USEC);
	f[1] = sim_tcp(c, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    20 * USEC);
	f[1]->tunnel[1] = t;
	pair_run(p, 20 * USEC);
	CHECK(share(p, f[0], 5 * USEC, 20 * USEC) > 0.90);
	CHECK(share(p, f[1], 5 * USEC, 20 * USEC) > 0.90);
	CHECK_EQ(c->stray, 0);
	settled(p);
}

/* Coarse timers, as OpenBSD's of 10 ms. */
static void
coarse(void)
{
	struct sim_dirconf	 d = dir(20, 10);
	struct sim_flow		*f, *ping;
	struct pair		*p;

	p = pair_new(72, 4096);
	p->a->tick = p->b->tick = 10 * MSEC;
	pair_link_dirs(p, &d, &d);
	pair_link_dirs(p, &d, &d);
	pair_up(p);
	f = sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    30 * USEC);
	ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now, p->sim->now +
	    30 * USEC);
	pair_run(p, 10 * USEC);
	sim_link_cut(p->link[0], 1, 1);
	pair_run(p, 5 * USEC);
	sim_link_cut(p->link[0], 0, 0);
	pair_run(p, 15 * USEC);
	CHECK(share(p, f, 20 * USEC, 30 * USEC) > 0.85);
	CHECK(sim_flow_gap(ping) <= 500 * MSEC);
	settled(p);
}

/*
 * Little traffic on a link whose delay changes says nothing about its rate:
 * neither jitter nor a delay that was less for a moment may cost it.
 */
static void
light_load(void)
{
	struct sim_dirconf	 d, other;
	struct link_conf	 lc;
	struct sim_flow		*ping, *udp;
	struct ctl_link		 cl;
	struct pair		*p;
	uint64_t		 before, least;
	int			 i, n, automatic, jit, bad = 0;

	for (n = 0; n < 8; n++) {
		automatic = n & 1;
		jit = n >> 1 & 1;
		d = dir(100, 60);
		d.jitter = jit ? 40 * MSEC : 0;
		lc = sim_link_conf("lte", automatic ? 0 : d.rate,
		    automatic ? 0 : d.rate);
		p = pair_new(74, 4096);
		add_link(p, &lc, &d, &d);
		pair_up(p);
		if (n >> 2) {
			ping = sim_ping(p->a, p->b, 10 * MSEC, p->sim->now,
			    NEVER);
			udp = sim_udp(p->a, p->b, 400000, 500, p->sim->now,
			    NEVER);
		}
		CHECK_EQ(pair_path(p->a, "lte", &cl), 0);
		before = least = cl.rate;
		pair_run(p, 10 * USEC);
		other = d;
		other.delay = 20 * MSEC;
		sim_link_set(p->link[0], &other, NULL);
		pair_run(p, 2100 * MSEC);
		sim_link_set(p->link[0], &d, NULL);
		for (i = 0; i < 300; i++) {
			pair_run(p, 100 * MSEC);
			pair_path(p->a, "lte", &cl);
			if (cl.rate < least)
				least = cl.rate;
		}
		printf("\t%s, %s, %s: from %.1f to %.1f Mbit/s\n",
		    automatic ? "automatic" : "configured",
		    jit ? "jitter" : "steady", n >> 2 ? "0.5 Mbit/s" : "idle",
		    (double)before / 1e6, (double)least / 1e6);
		bad += least < before * 65 / 100;
		if (n >> 2) {
			sim_flow_stop(ping);
			sim_flow_stop(udp);
			pair_run(p, USEC);
			bad += ping->received + 1 < ping->sent;
			bad += udp->received < udp->sent;
		}
		pair_free(p);
	}
	CHECK_EQ(bad, 0);
}

/*
 * The same seed gives the same datagrams.
 */

static void
digest(uint64_t seed, uint8_t out[32])
{
	struct sim_dirconf	 d = dir(20, 10);
	struct pair		*p;

	d.loss = 10000;
	d.jitter = 5 * MSEC;
	p = pair_new(seed, 4096);
	p->sim->digesting = 1;
	pair_link_dirs(p, &d, &d);
	pair_link_dirs(p, &d, &d);
	pair_up(p);
	sim_tcp(p->a, p->b, TUNNEL_MTU, 0, p->sim->now, NEVER);
	sim_ping(p->b, p->a, 10 * MSEC, p->sim->now, NEVER);
	pair_run(p, 5 * USEC);
	sim_link_cut(p->link[0], 1, 0);
	pair_run(p, 2 * USEC);
	sim_host_kill(p->b);
	sim_host_start(p->b);
	pair_run(p, 3 * USEC);
	sim_digest(p->sim, out);
	pair_free(p);
}

static void
determinism(void)
{
	uint8_t	 d[3][32];

	digest(80, d[0]);
	digest(80, d[1]);
	digest(81, d[2]);
	CHECK_MEM(d[1], d[0], sizeof(d[0]));
	CHECK(memcmp(d[2], d[0], sizeof(d[0])) != 0);
}

static const struct simtest	 base_tests[] = {
	{ "links", links, "the simulator's links" },
	{ "links-in-words", links_in_words, "what links can be told" },
	{ "tcp-alone", tcp_alone, "the simulator's TCP over one link" },
	{ "two-add-up", two_add_up, "20M + 20M" },
	{ "unequal", unequal, "40M + 10M, asymmetric links" },
	{ "mixed", mixed, "links that differ, with and without rates" },
	{ "outage", outage, "one of two links cut and healed" },
	{ "cut", cut, "a link cut, at round trips of 20 to 600 ms" },
	{ "long-outage", long_outage, "all links cut for 300 s" },
	{ "flapping", flapping, "a link that comes and goes" },
	{ "lossy", lossy, "loss on one of two links" },
	{ "late", late, "delays that differ" },
	{ "jitter", jitter, "jitter on one of two links" },
	{ "restarts", restarts, "either end begins anew" },
	{ "rekeys", rekeys, "new keys under one stream" },
	{ "turmoil", turmoil, "everything at once, no number twice" },
	{ "backup", backup, "a backup link" },
	{ "overflow", overflow, "a backup link that others run over into" },
	{ "two-clients", two_clients, "two clients on one server socket" },
	{ "coarse", coarse, "timers of 10 ms" },
	{ "light-load", light_load, "jitter and little traffic" },
	{ "determinism", determinism, "the same seed, the same datagrams" },
	{ NULL, NULL, NULL }
};

static const struct simtest	*groups[] = {
	base_tests, auto_tests, load_tests, quality_tests, vary_tests,
	transfers_tests, comeback_tests
};

int
main(int argc, char *argv[])
{
	const struct simtest	*t;
	size_t			 i;
	int			 list = 0, ran = 0;

	/* late timers, as OpenBSD has them at HZ=100 */
	if (argc > 1 && strcmp(argv[1], "-t") == 0) {
		sim_tick = 10 * MSEC;
		argc--;
		argv++;
	}
	if (argc > 1 && strcmp(argv[1], "-x") == 0)
		return (explore(argc - 1, argv + 1));
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		verbose = 1;
		argc--;
		argv++;
	} else if (argc > 1 && strcmp(argv[1], "-l") == 0)
		list = 1;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		for (t = groups[i]; t->name != NULL; t++) {
			if (list) {
				printf("%s\n", t->name);
				continue;
			}
			if (argc > 1 && strcmp(argv[1], t->name) != 0)
				continue;
			TEST("%s: %s", t->name, t->what);
			t->fn();
			ran = 1;
		}
	}
	if (!ran && !list)
		errx(1, "no such test");
	return (0);
}
