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
 * The links that people have: slow uplinks, policers, jitter, radio.  Rates
 * are found out unless it says otherwise.
 */

#include <stdlib.h>
#include <string.h>

#include "row.h"
#include "simtest.h"

#define SEEDS		2
#define TRANSFERS	200

/* What is reached at least, the mean of the seeds; -1: that way is not run. */
struct vary {
	const char	*what;
	const char	*link[ROW_LINKS];
	int		 configured;
	unsigned int	 seconds;
	double		 least[2];	/* up, down */
	double		 ping;		/* 95 % of it, at most, ms */
};

static void
vary(const struct vary *v, size_t n)
{
	struct row_result	 res;
	struct row		 r;
	double			 share, ping;
	int			 i, bad = 0;

	for (; n > 0; n--, v++)
		for (i = 0; i < 2; i++) {
			if (v->least[i] < 0)
				continue;
			memset(&r, 0, sizeof(r));
			memcpy(r.link, v->link, sizeof(r.link));
			r.down = i;
			r.flows = 1;
			r.configured = v->configured;
			r.seconds = v->seconds;
			share = ping = 0;
			for (r.seed = 1; r.seed <= SEEDS; r.seed++) {
				row_run(&r, &res);
				share += res.share / SEEDS;
				ping += res.ping[1] / SEEDS;
			}
			printf("\t%s%s, %s: share %.3f, ping 95 %% %.1f ms\n",
			    v->what, v->configured ? ", configured" : "",
			    i ? "down" : "up", share, ping);
			bad += share < v->least[i] || ping > v->ping;
		}
	CHECK_EQ(bad, 0);
}

#define RUN(rows)	vary(rows, sizeof(rows) / sizeof(rows[0]))

static void
adsl(void)
{
	static const struct vary	 v[] = {
		{ "two ADSL", { "1:8/15", "1:8/20" }, 0, 22,
		    { 0.45, 0.86 }, 400 },
		{ "two ADSL", { "1:8/15", "1:8/20" }, 1, 22,
		    { 0.80, 0.86 }, 150 },
		{ "2:20 and 1:10", { "2:20/12", "1:10/20" }, 0, 22,
		    { 0.45, 0.86 }, 400 }
	};

	RUN(v);
}

static void
policer(void)
{
	static const struct vary	 v[] = {
		{ "queues of 4 ms", { "20/10/0/4", "20/15/0/4" }, 0, 22,
		    { 0.35, 0.35 }, 100 },
		{ "queues of 4 ms", { "20/10/0/4", "20/15/0/4" }, 1, 22,
		    { 0.85, 0.85 }, 60 }
	};

	RUN(v);
}

static void
jitter_in_order(void)
{
	static const struct vary	 v[] = {
		{ "15 and 20 ms", { "20/15/0/50/15", "20/25/0/50/20" }, 0, 22,
		    { 0.55, 0.55 }, 120 },
		{ "and loss", { "100/20/.3/50/8", "30/35/0/50/10" }, 0, 22,
		    { 0.30, 0.30 }, 120 }
	};

	RUN(v);
}

static void
walk(void)
{
	static const struct vary	 v[] = {
		{ "Wi-Fi that comes and goes, cellular",
		    { "@fading,10,60", "@cellular,25,200" }, 0, 60,
		    { 0.45, 0.35 }, 150 }
	};

	RUN(v);
}

static void
driving(void)
{
	static const struct vary	 v[] = {
		{ "LTE twice", { "@lte,30,200", "@lte,30,200" }, 0, 40,
		    { -1, 0.30 }, 400 },
		{ "LTE and UMTS", { "@lte,30,200", "@umts,30,200" }, 0, 40,
		    { -1, 0.30 }, 400 },
		{ "Starlink and LTE", { "@starlink,25,100", "@lte,30,200" },
		    0, 40, { -1, 0.40 }, 300 }
	};

	RUN(v);
}

static int
cmp(const void *a, const void *b)
{
	const uint64_t	*x = a, *y = b;

	return (*x < *y ? -1 : *x > *y);
}

/* The times of transfers one after another, a number of bytes each. */
static void
transfers(const char *one, const char *two, size_t bytes, double mean[2],
    double most[2])
{
	static uint64_t	 took[TRANSFERS];
	struct linkspec	 spec[ROW_LINKS];
	struct sim_flow	*f;
	struct pair	*p;
	struct row	 r;
	uint64_t	 sum;
	int		 i, n;

	memset(&r, 0, sizeof(r));
	r.seed = 1;
	r.link[0] = one;
	for (n = 0; n < 2; n++) {
		r.link[1] = n == 0 ? NULL : two;
		p = row_pair(&r, spec);
		pair_run(p, USEC);
		for (i = 0, sum = 0; i < TRANSFERS; i++) {
			f = sim_tcp(p->b, p->a, TUNNEL_MTU, bytes, p->sim->now,
			    NEVER);
			while (f->finished == 0)
				pair_run(p, MSEC);
			took[i] = f->finished - f->start;
			sum += took[i];
			pair_run(p, 20 * MSEC);
		}
		qsort(took, TRANSFERS, sizeof(took[0]), cmp);
		mean[n] = (double)sum / TRANSFERS / 1000;
		most[n] = (double)took[TRANSFERS * 95 / 100] / 1000;
		pair_free(p);
	}
}

/* Two links are hardly slower than the better one alone. */
static void
short_transfers(void)
{
	static const struct {
		const char	*link[2];
		size_t		 bytes;
		double		 mean;		/* of that, at most */
		double		 most;
	} c[] = {
		{ { "40/10", "10/40" }, 30000, 1.02, 1.02 },
		{ { "40/10", "10/40" }, 300000, 1.02, 1.02 },
		{ { "1:8/15", "1:8/20" }, 30000, 1.3, 1.4 },
		{ { "1:8/15", "1:8/20" }, 300000, 0.75, 0.8 }
	};
	double	 mean[2], most[2];
	size_t	 i;
	int	 bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		transfers(c[i].link[0], c[i].link[1], c[i].bytes, mean, most);
		printf("\t%s and %s, %zu bytes: mean %.1f, 95 %% %.1f ms; "
		    "one link %.1f, %.1f\n", c[i].link[0], c[i].link[1],
		    c[i].bytes, mean[1], most[1], mean[0], most[0]);
		bad += mean[1] > mean[0] * c[i].mean ||
		    most[1] > most[0] * c[i].most;
	}
	CHECK_EQ(bad, 0);
}

const struct simtest vary_tests[] = {
	{ "adsl", adsl, "uplinks of 1 Mbit/s" },
	{ "policer", policer, "loss without a queue" },
	{ "jitter-in-order", jitter_in_order, "delays that vary" },
	{ "walk", walk, "a link that fades and returns" },
	{ "driving", driving, "radio at speed" },
	{ "short-transfers", short_transfers, "30 and 300 KB, one by one" },
	{ NULL, NULL, NULL }
};
