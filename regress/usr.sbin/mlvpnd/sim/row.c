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

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "row.h"
#include "simtest.h"

#define SKIP		2		/* seconds */
#define FLOWS_MAX	64

static void	 link_add(struct pair *, const struct row *, int,
		    struct trace *);
static int	 link_steady(const char *, struct sim_dirconf [2]);
static void	 link_trace(const struct row *, int, struct trace *,
		    struct sim_dirconf *);
static double	 capacity(const struct pair *, const struct row *, uint64_t,
		    uint64_t, uint64_t);
static void	 second(const struct pair *, const struct row *,
		    struct sim_flow **, uint64_t);
static double	 goodput(struct sim_flow **, int, uint64_t, uint64_t);

void
row_run(const struct row *r, struct row_result *res)
{
	struct trace	 trace[ROW_LINKS];
	struct sim_flow	*f[FLOWS_MAX], *echo;
	struct pair	*p;
	uint64_t	 start, end;
	unsigned int	 s;
	int		 i;

	memset(trace, 0, sizeof(trace));
	p = row_pair(r, trace);
	for (i = 0; i < p->nlinks; i++)
		if (trace[i].n > 0)
			sim_link_play(p->link[i], &trace[i]);

	start = p->sim->now;
	end = start + r->seconds * USEC;
	for (i = 0; i < r->flows && i < FLOWS_MAX; i++)
		f[i] = sim_tcp(r->down ? p->b : p->a, r->down ? p->a : p->b,
		    TUNNEL_MTU, 0, start, end);
	echo = sim_echo(p->a, p->b, 20 * MSEC, 100, start + SKIP * USEC, end);
	for (s = 1; s <= r->seconds; s++) {
		pair_run(p, USEC);
		if (r->verbose)
			second(p, r, f, start);
	}
	res->share = goodput(f, r->flows, start + SKIP * USEC, end) /
	    capacity(p, r, start, start + SKIP * USEC, end);
	pair_run(p, USEC);
	res->ping[0] = (double)sim_flow_latency(echo, 500) / 1000;
	res->ping[1] = (double)sim_flow_latency(echo, 950) / 1000;
	res->ping[2] = (double)sim_flow_latency(echo, 990) / 1000;
	res->lost = echo->sent - echo->received;
	pair_free(p);
	for (i = 0; i < ROW_LINKS; i++)
		trace_free(&trace[i]);
}

/* A client and a server with its links; traces are not played yet. */
struct pair *
row_pair(const struct row *r, struct trace *trace)
{
	struct pair	*p;
	int		 i;

	p = pair_new(r->seed, 4096);
	for (i = 0; i < ROW_LINKS && r->link[i] != NULL; i++)
		link_add(p, r, i, &trace[i]);
	pair_up(p);
	return (p);
}

void
row_print(const struct row_result *res)
{
	printf("\tshare %.3f; ping median %.1f, 95 %% %.1f, 99 %% %.1f ms, "
	    "%llu lost\n", res->share, res->ping[0], res->ping[1],
	    res->ping[2], (unsigned long long)res->lost);
}

static void
link_add(struct pair *p, const struct row *r, int n, struct trace *t)
{
	struct sim_dirconf	 d[2];
	struct link_conf	 lc;
	char			 name[16];

	memset(d, 0, sizeof(d));
	d[0].overhead = ETHER;
	if (strchr(r->link[n], ',') != NULL) {
		link_trace(r, n, t, &d[0]);
		d[1] = d[0];
	} else if (link_steady(r->link[n], d) == -1)
		errx(1, "%s: what link is that?", r->link[n]);
	snprintf(name, sizeof(name), "dsl%d", n + 1);
	lc = sim_link_conf(name, r->configured ? d[0].rate : 0,
	    r->configured ? d[1].rate : 0);
	lc.overhead = r->configured ? ETHER : 0;
	add_link(p, &lc, &d[0], &d[1]);
}

static int
link_steady(const char *s, struct sim_dirconf d[2])
{
	double	 up, down, delay, loss = 0, queue = 50, jitter = 0;
	int	 n;

	if (sscanf(s, "%lf:%lf/%n", &up, &down, &n) != 2) {
		if (sscanf(s, "%lf/%n", &up, &n) != 1)
			return (-1);
		down = up;
	}
	if (sscanf(s + n, "%lf/%lf/%lf/%lf", &delay, &loss, &queue,
	    &jitter) < 1 || up <= 0 || down <= 0)
		return (-1);
	d[0].rate = (uint64_t)(up * MBIT);
	d[0].delay = (uint64_t)(delay * MSEC);
	d[0].loss = (uint32_t)(loss * 10000);
	d[0].queue = (uint64_t)(queue * MSEC);
	d[0].jitter = (uint64_t)(jitter * MSEC);
	d[1] = d[0];
	d[1].rate = (uint64_t)(down * MBIT);
	return (0);
}

static void
link_trace(const struct row *r, int n, struct trace *t, struct sim_dirconf *d)
{
	char		 name[1024];
	double		 delay, queue;
	unsigned int	 line = 0;
	int64_t		 next;
	int		 ok;

	if (sscanf(r->link[n], "%1023[^,],%lf,%lf", name, &delay, &queue) != 3)
		errx(1, "%s: what link is that?", r->link[n]);
	if (name[0] == '@')
		ok = gen_trace(t, name + 1, r->seed * ROW_LINKS + n,
		    r->seconds + 10);
	else
		ok = trace_read(t, name, &line);
	if (ok == -1)
		errx(1, "%s:%u: no trace", name, line);
	d->rate = trace_rate(t, TRACE_DOWN, 0, &next);
	d->delay = (uint64_t)(delay * MSEC);
	d->queue = (uint64_t)(queue * MSEC);
}

/* bit/s of all links from one time to another */
static double
capacity(const struct pair *p, const struct row *r, uint64_t start,
    uint64_t from, uint64_t to)
{
	const struct sim_dir	*dir;
	double			 sum = 0;
	int			 i;

	for (i = 0; i < p->nlinks; i++) {
		dir = r->down ? &p->link[i]->down : &p->link[i]->up;
		if (dir->trace == NULL)
			sum += (double)dir->conf.rate;
		else
			sum += trace_bits(dir->trace, r->down ? TRACE_DOWN :
			    TRACE_UP, (int64_t)(from - start) * 1000,
			    (int64_t)(to - start) * 1000) /
			    ((double)(to - from) / USEC);
	}
	return (sum);
}

static double
goodput(struct sim_flow **f, int n, uint64_t from, uint64_t to)
{
	double	 sum = 0;
	int	 i;

	for (i = 0; i < n; i++)
		sum += (double)sim_flow_rate(f[i], from, to);
	return (sum);
}

/* What the last one brought, and the state of each link. */
static void
second(const struct pair *p, const struct row *r, struct sim_flow **f,
    uint64_t start)
{
	struct sim_host		*h = r->down ? p->b : p->a;
	struct sim_dir		*dir;
	struct ctl_link		 cl;
	uint64_t		 now = p->sim->now;
	char			 name[16];
	int			 i;

	printf("\t%3llu s %7.2f of %7.2f Mbit/s",
	    (unsigned long long)((now - start) / USEC),
	    goodput(f, r->flows, now - USEC, now) / MBIT,
	    capacity(p, r, start, now - USEC, now) / MBIT);
	for (i = 0; i < p->nlinks; i++) {
		dir = r->down ? &p->link[i]->down : &p->link[i]->up;
		snprintf(name, sizeof(name), "dsl%d", i + 1);
		memset(&cl, 0, sizeof(cl));
		if (pair_path(h, name, &cl) == -1)
			continue;
		printf(" | state %d rate %.2f of %.2f queue %.0f ms "
		    "loss %.1f %%", cl.state, (double)cl.rate / MBIT,
		    (double)dir->conf.rate / MBIT,
		    (double)dir->backlog * 8000 / (double)dir->conf.rate,
		    cl.loss_tx / 100.0);
	}
	printf("\n");
}
