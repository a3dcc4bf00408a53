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
 * A fast link beside a slow one goes away, as Wi-Fi does on a walk, and comes
 * back: how soon it is used again.
 */

#include <string.h>

#include "row.h"
#include "simtest.h"

#define LEAVES		(12 * USEC)	/* is gone then */
#define WAIT		(12 * USEC)	/* for it to be used */
#define STEP		(100 * MSEC)
#define RATE		(70 * MBIT)

enum {
	CARRIES,			/* a twentieth of its capacity */
	FULL,				/* four fifths */
	UP,
	NO_LOSS,			/* less than 1 % is shown */
	NMOMENTS
};

struct comeback {
	struct pair	*p;
	struct linkspec	 spec[ROW_LINKS];
	uint64_t	 bytes;			/* that came over it */
	double		 after[NMOMENTS];	/* s */
};

static void
arrived(void *arg, const struct sim_dgram *d)
{
	struct comeback	*c = arg;

	if (d->dir == &c->p->link[1]->down)
		c->bytes += d->len + 28 + ETHER;
}

/* It is there until LEAVES, for two seconds hardly if it fades, then is away
 * for so long. */
static void
leave(struct comeback *c, int fades, uint64_t away)
{
	const int64_t	 sec = 1000000000LL;
	struct trace	*t = &c->spec[1].trace;

	if (!fades) {
		c->spec[1].cut = LEAVES;
		c->spec[1].heal = LEAVES + away;
	} else
		CHECK(trace_add(t, 0, RATE, RATE) == 0 &&
		    trace_add(t, 10 * sec, RATE / 4, RATE / 4) == 0 &&
		    trace_add(t, 11 * sec, RATE / 30, RATE / 30) == 0 &&
		    trace_add(t, 12 * sec, 0, 0) == 0 &&
		    trace_add(t, (int64_t)(LEAVES + away) * 1000, RATE,
		    RATE) == 0);
	linkspec_play(&c->spec[1], c->p->link[1]);
}

static void
reached(struct comeback *c, int moment, uint64_t since, int yes)
{
	if (yes && c->after[moment] < 0)
		c->after[moment] = (double)(c->p->sim->now - since) / USEC;
}

static void
watch(struct comeback *c, uint64_t since)
{
	struct ctl_link	 cl;
	uint64_t	 rate;
	int		 i;

	for (i = 0; i < NMOMENTS; i++)
		c->after[i] = -1;
	while (c->p->sim->now < since + WAIT) {
		c->bytes = 0;
		pair_run(c->p, STEP);
		rate = c->bytes * 8 * USEC / STEP;
		reached(c, CARRIES, since, rate > RATE / 20);
		reached(c, FULL, since, rate > RATE / 5 * 4);
		if (pair_path(c->p->b, "dsl2", &cl) == -1)
			continue;
		reached(c, UP, since, cl.state == LINK_UP);
		reached(c, NO_LOSS, since, cl.loss_tx < 100);
	}
}

static void
print(const char *what, double after)
{
	if (after < 0)
		printf(", %s never", what);
	else
		printf(", %s after %.1f s", what, after);
}

/* flows: -1 nothing but pings, 0 datagrams, else streams */
static void
comeback_run(struct comeback *c, int fades, uint64_t away, int flows)
{
	struct row	 r;
	uint64_t	 start;
	int		 i;

	memset(c, 0, sizeof(*c));
	memset(&r, 0, sizeof(r));
	r.seed = 500;
	r.link[0] = "6/25/0/200";
	r.link[1] = "70/10/0/60";
	c->p = row_pair(&r, c->spec);
	c->p->sim->arrived = arrived;
	c->p->sim->arrived_arg = c;
	start = c->p->sim->now;
	leave(c, fades, away);
	sim_ping(c->p->b, c->p->a, STEP, start, NEVER);
	if (flows == 0)
		sim_udp(c->p->b, c->p->a, 120 * MBIT, 1400, start, NEVER);
	for (i = 0; i < flows; i++)
		sim_tcp(c->p->b, c->p->a, TUNNEL_MTU, 0, start, NEVER);
	sim_run(c->p->sim, start + LEAVES + away);
	watch(c, start + LEAVES + away);
	pair_free(c->p);
	linkspec_free(&c->spec[1]);
}

/* 0: it need never be. */
static int
missed(double after, double most)
{
	return (most > 0 && (after < 0 || after > most));
}

/* Used and without loss after about a second, full after two if there is
 * enough to send: one stream that had a timeout is itself what takes longer. */
static void
comeback(void)
{
	static const struct {
		const char	*load;
		int		 flows;
		int		 fades;
		double		 used;		/* s, at most; 0: ever */
		double		 full;
		double		 no_loss;
	} c[] = {
		{ "pings", -1, 0, 0, 0, 0.3 },
		{ "pings", -1, 1, 0, 0, 2.5 },
		{ "datagrams", 0, 0, 0.3, 0.4, 0.3 },
		{ "datagrams", 0, 1, 1.0, 1.5, 1.0 },
		{ "1 stream", 1, 0, 0.3, 4.8, 0.3 },
		{ "1 stream", 1, 1, 1.0, 2.0, 1.0 },
		{ "4 streams", 4, 0, 0.3, 1.3, 0.3 },
		{ "4 streams", 4, 1, 1.2, 2.0, 1.2 }
	};
	static const uint64_t	 aways[] = { 1, 8 };
	struct comeback		 cb;
	size_t			 i, j;
	int			 bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		for (j = 0; j < sizeof(aways) / sizeof(aways[0]); j++) {
			comeback_run(&cb, c[i].fades, aways[j] * USEC,
			    c[i].flows);
			printf("\t%s, %s for %d s", c[i].load, c[i].fades ?
			    "faded" : "cut", (int)aways[j]);
			print("up", cb.after[UP]);
			print("no loss", cb.after[NO_LOSS]);
			if (c[i].flows >= 0) {
				print("used", cb.after[CARRIES]);
				print("full", cb.after[FULL]);
			}
			printf("\n");
			bad += missed(cb.after[CARRIES], c[i].used) ||
			    missed(cb.after[FULL], c[i].full) ||
			    missed(cb.after[NO_LOSS], c[i].no_loss);
		}
	CHECK_EQ(bad, 0);
}

const struct simtest comeback_tests[] = {
	{ "comeback", comeback, "a fast link that returns" },
	{ NULL, NULL, NULL }
};
