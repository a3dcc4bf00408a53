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

#define SEEDS		3
#define LATE_SEEDS	2

/*
 * What is reached at least, the mean of the seeds; -1: that way is not run.
 * These are a little under what the rate's model reaches, and rise with it.
 */
struct vary {
	const char	*what;
	const char	*link[ROW_LINKS];
	int		 configured;
	unsigned int	 seconds;
	double		 least[2];	/* up, down */
	double		 ping;		/* 95 % of it, at most, ms */
};

/* Where nothing is random all seeds are alike. */
static void
vary(const struct vary *v, size_t n, unsigned int seeds)
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
			for (r.seed = 1; r.seed <= seeds; r.seed++) {
				row_run(&r, &res);
				share += res.share / seeds;
				ping += res.ping[1] / seeds;
			}
			printf("\t%s%s, %s: share %.3f, ping 95 %% %.1f ms\n",
			    v->what, v->configured ? ", configured" : "",
			    i ? "down" : "up", share, ping);
			bad += share < v->least[i] || ping > v->ping;
		}
	CHECK_EQ(bad, 0);
}

#define RUN(rows, n)	vary(rows, sizeof(rows) / sizeof(rows[0]), n)

/* Wanted: .84 up and .89 down, found out. */
static void
adsl(void)
{
	static const struct vary	 v[] = {
		{ "two ADSL", { "1:8/15", "1:8/20" }, 0, 22,
		    { 0.78, 0.87 }, 85 },
		{ "two ADSL", { "1:8/15", "1:8/20" }, 1, 22,
		    { 0.82, 0.89 }, 55 },
		{ "2:20 and 1:10", { "2:20/12", "1:10/20" }, 0, 22,
		    { 0.82, 0.89 }, 65 },
		{ "2:20 and 1:10", { "2:20/12", "1:10/20" }, 1, 22,
		    { 0.85, 0.90 }, 37 }
	};

	RUN(v, 1);
}

/* Wanted: .85. */
static void
policer(void)
{
	static const struct vary	 v[] = {
		{ "queues of 4 ms", { "20/10/0/4", "20/15/0/4" }, 0, 22,
		    { 0.83, 0.79 }, 32 },
		{ "queues of 4 ms", { "20/10/0/4", "20/15/0/4" }, 1, 22,
		    { 0.89, 0.90 }, 34 },
		{ "buckets of 15000 bytes", { "20/10,police=15000B",
		    "20/15,police=15000B" }, 0, 22, { 0.71, 0.60 }, 31 },
		{ "buckets of 15000 bytes", { "20/10,police=15000B",
		    "20/15,police=15000B" }, 1, 22, { 0.89, 0.90 }, 25 },
		{ "buckets of 125 ms", { "20/10,police=312500B",
		    "20/15,police=312500B" }, 0, 22, { 0.72, 0.54 }, 31 },
		{ "queues of 20000 bytes", { "20/10/0/20000B",
		    "20/15/0/20000B" }, 0, 22, { 0.86, 0.86 }, 32 }
	};

	RUN(v, 1);
}

/* Wanted: .88; with loss .80, configured too. */
static void
jitter_in_order(void)
{
	static const struct vary	 v[] = {
		{ "15 and 20 ms", { "20/15/0/50/15", "20/25/0/50/20" }, 0, 22,
		    { 0.70, 0.76 }, 115 },
		{ "15 and 20 ms", { "20/15/0/50/15", "20/25/0/50/20" }, 1, 22,
		    { 0.76, 0.82 }, 78 },
		{ "and loss", { "100/20/.3/50/8", "30/35/0/50/10" }, 0, 22,
		    { 0.62, 0.69 }, 80 },
		{ "and loss", { "100/20/.3/50/8", "30/35/0/50/10" }, 1, 22,
		    { 0.65, 0.71 }, 72 }
	};

	RUN(v, SEEDS);
}

/* Wanted: .75 to .90, as MPTCP has on such walks. */
static void
walk(void)
{
	static const struct vary	 v[] = {
		{ "Wi-Fi that comes and goes, cellular",
		    { "@fading,10,60", "@cellular,25,200" }, 0, 60,
		    { 0.50, 0.55 }, 95 }
	};

	RUN(v, SEEDS);
}

/* Wanted: .60 and a ping of 125 ms of LTE twice; Starlink and LTE not less
 * than Starlink alone has of the sum. */
static void
driving(void)
{
	static const struct vary	 v[] = {
		{ "LTE alone", { "@lte,30,200" }, 0, 60, { -1, 0.79 }, 135 },
		{ "LTE twice", { "@lte,30,200", "@lte,30,200" }, 0, 60,
		    { -1, 0.73 }, 145 },
		{ "LTE and UMTS", { "@lte,30,200", "@umts,30,200" }, 0, 60,
		    { -1, 0.77 }, 165 },
		{ "handovers", { "@handover,30,200", "@handover,40,200" }, 0,
		    60, { -1, 0.70 }, 105 },
		{ "Starlink alone", { "@starlink,25,100,loss=.1,burst=20" },
		    0, 60, { -1, 0.74 }, 75 },
		{ "Starlink and LTE", { "@starlink,25,100,loss=.1,burst=20",
		    "@lte,30,200" }, 0, 60, { -1, 0.74 }, 80 }
	};

	RUN(v, SEEDS);
}

/* At HZ=100 two links have what they have with punctual timers, but for 3 %
 * where it says so: what is more is to come down to that. */
static void
late_timers(void)
{
	static const struct {
		const char	*link[2];
		double		 least[2];	/* of punctual; configured */
	} c[] = {
		{ { "1/10", "1/10" }, { 0.97, 0.97 } },
		{ { "1/15", "1/20" }, { 0.97, 0.97 } },
		{ { "5/10", "5/10" }, { 0.97, 0.97 } },
		{ { "20/10", "20/10" }, { 0.97, 0.97 } },
		{ { "40/10", "10/40" }, { 0.97, 0.97 } },
		{ { "400/5", "400/10" }, { 0.78, 0.72 } }
	};
	const uint64_t		 tick = sim_tick;
	struct row_result	 res;
	struct row		 r;
	double			 share[2], ping[2];
	size_t			 i;
	int			 late, bad = 0;

	for (i = 0; i < 2 * sizeof(c) / sizeof(c[0]); i++) {
		memset(&r, 0, sizeof(r));
		memcpy(r.link, c[i / 2].link, sizeof(c[0].link));
		r.configured = i & 1;
		r.flows = 1;
		r.seconds = 12;
		for (late = 0; late < 2; late++) {
			sim_tick = late ? 10 * MSEC : 0;
			share[late] = ping[late] = 0;
			for (r.seed = 1; r.seed <= LATE_SEEDS; r.seed++) {
				row_run(&r, &res);
				share[late] += res.share / LATE_SEEDS;
				ping[late] += res.ping[1] / LATE_SEEDS;
			}
		}
		printf("\t%s and %s%s: share %.3f, late %.3f; ping 95 %% "
		    "%.1f, late %.1f ms\n", r.link[0], r.link[1],
		    r.configured ? ", configured" : "", share[0], share[1],
		    ping[0], ping[1]);
		bad += share[1] < share[0] * c[i / 2].least[i & 1];
	}
	sim_tick = tick;
	CHECK_EQ(bad, 0);
}

const struct simtest vary_tests[] = {
	{ "adsl", adsl, "uplinks of 1 Mbit/s" },
	{ "policer", policer, "loss without a queue" },
	{ "jitter-in-order", jitter_in_order, "delays that vary" },
	{ "walk", walk, "a link that fades and returns" },
	{ "driving", driving, "radio at speed" },
	{ "late-timers", late_timers, "HZ=100" },
	{ NULL, NULL, NULL }
};
