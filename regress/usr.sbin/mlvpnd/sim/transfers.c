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
 * What who fetches a page or a picture waits for: short transfers over two
 * links, and over the better one of them alone.
 */

#include <stdlib.h>
#include <string.h>

#include "row.h"
#include "simtest.h"

#define TRANSFERS	1000
#define AT_A_TIME	10
#define PAUSE		(20 * MSEC)	/* before the next one */

struct times {
	double	 mean;			/* ms */
	double	 most;			/* 95 % */
};

static int
cmp(const void *a, const void *b)
{
	const uint64_t	*x = a, *y = b;

	return (*x < *y ? -1 : *x > *y);
}

/* One after another in each of n places. */
static struct times
transfers(const struct row *r, size_t bytes, int n)
{
	static uint64_t	 took[TRANSFERS];
	struct linkspec	 spec[ROW_LINKS];
	struct sim_flow	*f[AT_A_TIME] = { NULL };
	struct times	 t = { 0, 0 };
	struct sim_host	*from, *to;
	struct pair	*p;
	int		 i, begun = 0, done = 0;

	p = row_pair(r, spec);
	pair_run(p, USEC);
	from = r->down ? p->b : p->a;
	to = r->down ? p->a : p->b;
	while (done < TRANSFERS) {
		for (i = 0; i < n; i++) {
			if (f[i] != NULL && f[i]->finished != 0) {
				took[done] = f[i]->finished - f[i]->start;
				t.mean += (double)took[done++];
				f[i] = NULL;
			}
			if (f[i] == NULL && begun < TRANSFERS) {
				f[i] = sim_tcp(from, to, TUNNEL_MTU, bytes,
				    p->sim->now + PAUSE, NEVER);
				begun++;
			}
		}
		pair_run(p, MSEC);
	}
	pair_free(p);
	qsort(took, TRANSFERS, sizeof(took[0]), cmp);
	t.mean /= TRANSFERS * 1000;
	t.most = (double)took[TRANSFERS * 95 / 100] / 1000;
	return (t);
}

/* Two links are not slower than the better one alone: what is above 1 by more
 * than an ACK takes is to come down to it. */
static void
short_transfers(void)
{
	static const struct {
		const char	*link[2];
		int		 down;
		size_t		 bytes;
		int		 n;
		double		 mean;		/* of that, at most */
		double		 most;
	} c[] = {
		{ { "40/10", "10/40" }, 1, 30000, 1, 1.01, 1.01 },
		{ { "40/10", "10/40" }, 1, 30000, 10, 0.80, 0.72 },
		{ { "40/10", "10/40" }, 1, 300000, 1, 1.01, 1.01 },
		{ { "40/10", "10/40" }, 1, 300000, 10, 0.85, 0.92 },
		{ { "1:8/15", "1:8/20" }, 1, 30000, 1, 1.03, 1.04 },
		{ { "1:8/15", "1:8/20" }, 1, 30000, 10, 0.56, 0.66 },
		{ { "1:8/15", "1:8/20" }, 1, 300000, 1, 0.75, 0.85 },
		{ { "1:8/15", "1:8/20" }, 1, 300000, 10, 0.54, 0.54 },
		{ { "1:8/15", "1:8/20" }, 0, 30000, 1, 0.65, 0.77 },
		{ { "1:8/15", "1:8/20" }, 0, 30000, 10, 0.55, 0.65 }
	};
	struct times	 one, two;
	struct row	 r;
	size_t		 i;
	int		 bad = 0;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		memset(&r, 0, sizeof(r));
		r.seed = 1;
		r.down = c[i].down;
		r.link[0] = c[i].link[0];
		one = transfers(&r, c[i].bytes, c[i].n);
		r.link[1] = c[i].link[1];
		two = transfers(&r, c[i].bytes, c[i].n);
		printf("\t%s and %s, %s, %zu bytes, %d at a time: mean %.1f, "
		    "95 %% %.1f ms; one link %.1f, %.1f\n", c[i].link[0],
		    c[i].link[1], c[i].down ? "down" : "up", c[i].bytes,
		    c[i].n, two.mean, two.most, one.mean, one.most);
		bad += two.mean > one.mean * c[i].mean ||
		    two.most > one.most * c[i].most;
	}
	CHECK_EQ(bad, 0);
}

const struct simtest transfers_tests[] = {
	{ "short-transfers", short_transfers, "30 and 300 KB" },
	{ NULL, NULL, NULL }
};
