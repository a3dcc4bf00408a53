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


/* A process begins anew: the time until packets pass again. */

#include <stdlib.h>

#include "coretest.h"

#define LOAD_UP		1
#define LOAD_DOWN	2

static void	 restart(struct pair *, int, uint64_t);

static const struct {
	int		 who;		/* FROM_A, FROM_B, both */
	int		 load;
	uint64_t	 away;
	uint64_t	 within;	/* after the start, links of RTT 20 ms */
} cases[] = {
	/* a client says HELLO when it starts */
	{ FROM_A, 0, 100 * MSEC, 100 * MSEC },
	{ FROM_A, LOAD_UP | LOAD_DOWN, 100 * MSEC, 100 * MSEC },
	{ FROM_A, LOAD_UP | LOAD_DOWN, 30 * USEC, 100 * MSEC },
	{ FROM_A, 0, 300 * USEC, 100 * MSEC },
	/* a server is missed: at once under load, by the probe if idle */
	{ FROM_B, LOAD_UP, 100 * MSEC, 500 * MSEC },
	{ FROM_B, LOAD_UP | LOAD_DOWN, 100 * MSEC, 500 * MSEC },
	{ FROM_B, LOAD_DOWN, 100 * MSEC, 4 * USEC },
	{ FROM_B, 0, 100 * MSEC, 4 * USEC },
	/* when it is away for long, HELLOs come every 5 s */
	{ FROM_B, LOAD_UP | LOAD_DOWN, 30 * USEC, 6100 * MSEC },
	{ FROM_B, 0, 300 * USEC, 6100 * MSEC },
	{ FROM_A | FROM_B, 0, 100 * MSEC, 100 * MSEC },
	{ FROM_A | FROM_B, LOAD_UP | LOAD_DOWN, 5 * USEC, 100 * MSEC }
};

static void
restart(struct pair *p, int who, uint64_t away)
{
	if (who & FROM_A)
		sim_host_kill(p->a);
	if (who & FROM_B)
		sim_host_kill(p->b);
	pair_run(p, away);
	if (who & FROM_B)
		sim_host_start(p->b);
	if (who & FROM_A)
		sim_host_start(p->a);
}

static void
restarts(void)
{
	struct pair	*p;
	uint64_t	 start, now;
	size_t		 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = small_pair(200 + i, 2, 0);
		pair_up(p);
		pair_run(p, 10 * USEC);
		now = p->sim->now;
		if (cases[i].load & LOAD_UP)
			sim_udp(p->a, p->b, MBIT, 500, now, NEVER);
		if (cases[i].load & LOAD_DOWN)
			sim_udp(p->b, p->a, MBIT, 500, now, NEVER);
		pair_run(p, 5 * USEC);
		restart(p, cases[i].who, cases[i].away);
		start = p->sim->now;
		if (!both_can_talk(p, cases[i].within)) {
			both_can_talk(p, 60 * USEC);
			fprintf(stderr, "%s%s, load %d, away %.1f s: "
			    "%.3f s, not %.3f s\n",
			    cases[i].who & FROM_A ? "client" : "",
			    cases[i].who & FROM_B ? "server" : "",
			    cases[i].load, (double)cases[i].away / USEC,
			    (double)(p->sim->now - start) / USEC,
			    (double)cases[i].within / USEC);
			CHECK(!"in time");
		}
		CHECK(sim_until(p->sim, p->sim->now + 3 * USEC, pair_is_up,
		    p));
		pair_exchange(p);
		pair_free(p);
	}
}

/* What the old processes sent is of no use to the new ones. */
static void
dead_datagrams(void)
{
	struct pair_state	 st;
	struct sim_dgram	*old[128];
	struct pair		*p;
	struct tap		 tap;
	size_t			 i, n;
	int			 who;

	for (who = FROM_A; who <= (FROM_A | FROM_B); who++) {
		p = small_pair(220, 1, 0);
		pair_up(p);
		tap_init(&tap, p);
		sim_udp(p->a, p->b, MBIT, 500, p->sim->now, p->sim->now +
		    200 * MSEC);
		sim_udp(p->b, p->a, MBIT, 500, p->sim->now, p->sim->now +
		    200 * MSEC);
		/* some that arrive nowhere, from either end */
		tap_keep(&tap, MSG_DATA, FROM_A, 1);
		pair_run(p, 100 * MSEC);
		for (n = 0; n < tap.nkept && n < 64; n++)
			old[n] = sim_dgram_copy(tap.kept[n]);
		tap_keep(&tap, MSG_DATA, FROM_B, 1);
		pair_run(p, 100 * MSEC);
		for (i = 0; i < tap.nkept; i++)
			old[n++] = sim_dgram_copy(tap.kept[i]);
		CHECK(n > 40);
		tap_clear(&tap);
		restart(p, who, USEC);
		CHECK(both_can_talk(p, 7 * USEC));
		pair_run(p, USEC);
		pair_state(p, &st);
		for (i = 0; i < n; i++) {
			replay(p, old[i]);
			/* the client has other ports now */
			old[i]->dst = old[i]->from == p->a ? p->server :
			    p->link[0]->public;
			replay(p, old[i]);
			sim_dgram_free(old[i]);
		}
		pair_unchanged(p, &st);
		pair_exchange(p);
		pair_free(p);
	}
}

/* Time and again, in any order. */
static void
often(void)
{
	struct pair	*p;
	int		 i;

	p = small_pair(221, 3, 0);
	sim_udp(p->a, p->b, MBIT, 500, 0, NEVER);
	sim_udp(p->b, p->a, MBIT, 500, 0, NEVER);
	for (i = 0; i < 30; i++) {
		pair_run(p, sim_random(p->sim) % (3 * USEC));
		restart(p, 1 + sim_random(p->sim) % 3,
		    sim_random(p->sim) % (2 * USEC));
	}
	CHECK(sim_until(p->sim, p->sim->now + 10 * USEC, pair_is_up, p));
	pair_exchange(p);
	pair_free(p);
}

/* A stop is told to the peer, which does not wait for anything. */
static void
stop(void)
{
	struct ctl_tunnel	 ct;
	struct sim_host		*h, *other;
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 sent;
	int			 who;

	for (who = 0; who < 2; who++) {
		p = small_pair(222, 2, 0);
		pair_up(p);
		tap_init(&tap, p);
		h = who == 0 ? p->a : p->b;
		other = who == 0 ? p->b : p->a;
		sent = h->tx_dgrams;
		core_stop(h->core);
		sim_host_wake(h);
		pair_run(p, 15 * MSEC);
		/* CLOSE, twice on each path */
		CHECK_EQ(h->tx_dgrams, sent + 4);
		pair_tunnel(other, 0, &ct);
		CHECK(ct.state != TUNNEL_UP);
		CHECK_EQ(ct.links_up, 0);
		pair_run(p, 10 * USEC);
		CHECK_EQ(h->tx_dgrams, sent + 4);
		sim_host_kill(h);
		sim_host_start(h);
		CHECK(both_can_talk(p, 7 * USEC));
		pair_free(p);
	}
}

const struct coretest restart_tests[] = {
	{ "restarts", restarts, "client, server, both; under load and idle" },
	{ "dead-datagrams", dead_datagrams, "an old association's datagrams" },
	{ "restart-often", often, "restarts at random" },
	{ "stop", stop, "CLOSE at a stop" },
	{ NULL, NULL, NULL }
};
