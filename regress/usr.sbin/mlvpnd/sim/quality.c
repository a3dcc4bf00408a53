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

#include <string.h>

#include <stdio.h>
#include <string.h>

#include "row.h"
#include "simtest.h"

static int
is_lossy(void *arg)
{
	struct ctl_link	 cl;

	return (pair_path(((struct pair *)arg)->b, "dsl2", &cl) == 0 &&
	    cl.state == LINK_LOSSY);
}

/* A link that loses too much is left out, and used again when it has been
 * good for a while, though it carries next to nothing then. */
static void
left_out(void)
{
	struct sim_dirconf	 d = dir(10, 10), bad = d;
	struct ctl_link		 cl;
	struct sim_flow		*f;
	struct pair		*p;
	int			 load;

	bad.loss = 300000;
	for (load = 0; load < 2; load++) {
		TEST("\t%s", load ? "packets go on" : "idle");
		p = two_links(400, &d, &d);
		f = sim_udp(p->b, p->a, 12 * MBIT, 1000, p->sim->now, NEVER);
		pair_run(p, 5 * USEC);
		sim_link_set(p->link[1], NULL, &bad);
		pair_run(p, 5 * USEC);
		CHECK(sim_until(p->sim, p->sim->now + 5 * USEC, is_lossy, p));
		pair_run(p, USEC);
		CHECK_EQ(pair_path(p->b, "dsl2", &cl), 0);
		CHECK(!cl.usable);
		if (!load)
			sim_flow_stop(f);
		pair_run(p, USEC);
		sim_link_set(p->link[1], NULL, &d);
		pair_run(p, 25 * USEC);
		CHECK_EQ(pair_path(p->b, "dsl2", &cl), 0);
		CHECK_EQ(cl.state, LINK_UP);
		settled(p);
	}
}

/* A link that loses half, or a third, does no harm to a good one. */
static void
one_bad(void)
{
	static const char	*bad[] = { "20/10/35", "20/10/50" };
	struct row_result	 alone, both;
	struct row		 r;
	int			 i;

	for (i = 0; i < 4; i++) {
		memset(&r, 0, sizeof(r));
		r.link[0] = "20/10";
		r.down = i % 2;
		r.flows = 1;
		r.seed = 420;
		r.seconds = 30;
		row_run(&r, &alone);
		r.link[1] = bad[i / 2];
		row_run(&r, &both);
		printf("\t%s %s: %.1f Mbit/s, alone %.1f; of %llu pings %llu "
		    "lost\n", bad[i / 2], r.down ? "down" : "up",
		    both.goodput / MBIT, alone.goodput / MBIT,
		    (unsigned long long)both.pings,
		    (unsigned long long)both.lost);
		CHECK(both.goodput > 0.78 * alone.goodput);
		CHECK(both.lost * 100 < both.pings);
	}
}

/* Nothing is lost on the only link, though an answer takes 2 to 4.6 s. */
static void
slow_alone(void)
{
	struct sim_dirconf	 d = dir(5, 1000);
	struct ctl_link		 cl;
	struct sim_flow		*f, *tcp;
	struct pair		*p;
	int			 i;

	d.jitter = 1300 * MSEC;
	p = pair_new(410, 4096);
	pair_link_dirs(p, &d, &d);
	CHECK(sim_until(p->sim, p->sim->now + 20 * USEC, pair_is_up, p));
	pair_run(p, 20 * USEC);
	f = sim_udp(p->a, p->b, 100000, 500, p->sim->now, p->sim->now +
	    60 * USEC);
	tcp = sim_tcp(p->b, p->a, TUNNEL_MTU, 0, p->sim->now, p->sim->now +
	    60 * USEC);
	for (i = 0; i < 650; i++) {
		pair_run(p, USEC / 10);
		CHECK_EQ(pair_path(p->a, "dsl1", &cl), 0);
		CHECK_EQ(cl.state, LINK_UP);
	}
	CHECK_EQ(f->received, f->sent);
	printf("\tTCP: %.2f Mbit/s\n", (double)sim_flow_rate(tcp, tcp->start,
	    p->sim->now) / MBIT);
	pair_free(p);
}

const struct simtest quality_tests[] = {
	{ "one-bad", one_bad, "a good link beside a bad one" },
	{ "slow-alone", slow_alone, "a link alone, with delays of seconds" },
	{ "left-out", left_out, "a link that loses too much, and no more" },
	{ NULL, NULL, NULL }
};
