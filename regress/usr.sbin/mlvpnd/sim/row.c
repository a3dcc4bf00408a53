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

#include <stdio.h>
#include <string.h>

#include "row.h"
#include "simtest.h"

#define SKIP		(2 * USEC)

/* What becomes of a row. */
struct run {
	const struct row	*row;
	struct pair		*pair;
	struct linkspec		 spec[ROW_LINKS];
	struct sim_flow		*flow[ROW_FLOWS];
	uint64_t		 start;
	struct sim_dir		 before[ROW_LINKS];	/* at SKIP */
	uint64_t		 queue[ROW_LINKS];	/* longest since then */
};

static void		 watch(struct run *);
static void		 count(const struct run *, struct row_result *);
static void		 second(const struct run *);
static struct sim_dir	*loaded(const struct run *, int);
static double		 goodput(const struct run *, uint64_t, uint64_t);
static double		 capacity(const struct run *, uint64_t, uint64_t);
static double		 ms(struct sim_flow *, int);

void
row_run(const struct row *r, struct row_result *res)
{
	struct sim_host	*from, *to;
	struct sim_flow	*echo;
	struct run	 run;
	uint64_t	 end;
	int		 i;

	memset(&run, 0, sizeof(run));
	memset(res, 0, sizeof(*res));
	run.row = r;
	run.pair = row_pair(r, run.spec);
	for (i = 0; i < run.pair->nlinks; i++)
		linkspec_play(&run.spec[i], run.pair->link[i]);
	from = r->down ? run.pair->b : run.pair->a;
	to = r->down ? run.pair->a : run.pair->b;
	run.start = run.pair->sim->now;
	end = run.start + r->seconds * USEC;
	for (i = 0; i < r->flows; i++)
		run.flow[i] = sim_tcp(from, to, TUNNEL_MTU, 0, run.start, end);
	echo = sim_echo(run.pair->a, run.pair->b, 20 * MSEC, 100,
	    run.start + SKIP, end);
	while (run.pair->sim->now < end)
		watch(&run);
	count(&run, res);
	pair_run(run.pair, USEC);
	res->ping[0] = ms(echo, 500);
	res->ping[1] = ms(echo, 950);
	res->ping[2] = ms(echo, 990);
	res->pings = echo->sent;
	res->lost = echo->sent - echo->received;
	pair_free(run.pair);
	for (i = 0; i < ROW_LINKS; i++)
		linkspec_free(&run.spec[i]);
}

struct pair *
row_pair(const struct row *r, struct linkspec spec[ROW_LINKS])
{
	struct sim_dirconf	 up, down;
	struct link_conf	 lc;
	struct pair		*p;
	char			 name[16];
	int			 i;

	p = pair_new(r->seed, 4096);
	for (i = 0; i < ROW_LINKS && r->link[i] != NULL; i++) {
		linkspec(&spec[i], r->link[i], r->seed * ROW_LINKS + i,
		    r->seconds + 10);
		up = linkspec_dir(&spec[i], TRACE_UP);
		down = linkspec_dir(&spec[i], TRACE_DOWN);
		snprintf(name, sizeof(name), "dsl%d", i + 1);
		lc = sim_link_conf(name, r->configured ? up.rate : 0,
		    r->configured ? down.rate : 0);
		lc.overhead = r->configured ? ETHER : 0;
		add_link(p, &lc, &up, &down);
	}
	pair_up(p);
	return (p);
}

/* One more second. */
static void
watch(struct run *run)
{
	struct sim_dir	*dir;
	int		 i;

	for (i = 0; i < run->pair->nlinks; i++)
		loaded(run, i)->longest = 0;
	pair_run(run->pair, USEC);
	for (i = 0; i < run->pair->nlinks; i++) {
		dir = loaded(run, i);
		if (run->pair->sim->now == run->start + SKIP)
			run->before[i] = *dir;
		else if (run->pair->sim->now > run->start + SKIP &&
		    dir->longest > run->queue[i])
			run->queue[i] = dir->longest;
	}
	if (run->row->verbose)
		second(run);
}

static void
count(const struct run *run, struct row_result *res)
{
	const struct sim_dir	*dir, *before;
	struct row_link		*l;
	uint64_t		 from = run->start + SKIP;
	uint64_t		 now = run->pair->sim->now;
	int			 i;

	res->goodput = goodput(run, from, now);
	res->capacity = capacity(run, from, now);
	res->share = res->goodput / res->capacity;
	for (i = 0; i < run->row->flows; i++) {
		res->repeated += run->flow[i]->retransmits;
		res->timeouts += run->flow[i]->timeouts;
	}
	res->nlinks = run->pair->nlinks;
	for (i = 0; i < res->nlinks; i++) {
		dir = loaded(run, i);
		before = &run->before[i];
		l = &res->link[i];
		l->sent = (double)(dir->sent_bytes - before->sent_bytes) * 8 *
		    USEC / (double)(now - from);
		l->dgrams = dir->sent - before->sent;
		l->full = dir->overflowed - before->overflowed +
		    dir->policed - before->policed;
		l->lost = dir->lost - before->lost +
		    dir->lost_cut - before->lost_cut;
		l->queue = (double)run->queue[i] / 1000;
	}
}

void
row_print(const struct row_result *res)
{
	const struct row_link	*l;
	int			 i;

	printf("\tshare %.3f; ping median %.1f, 95 %% %.1f, 99 %% %.1f ms, "
	    "%llu of %llu lost\n", res->share, res->ping[0], res->ping[1],
	    res->ping[2], (unsigned long long)res->lost,
	    (unsigned long long)res->pings);
	printf("\t  %.2f of %.2f Mbit/s; TCP repeated %llu, %llu timeouts\n",
	    res->goodput / MBIT, res->capacity / MBIT,
	    (unsigned long long)res->repeated,
	    (unsigned long long)res->timeouts);
	for (i = 0; i < res->nlinks; i++) {
		l = &res->link[i];
		printf("\t  dsl%d: %.2f Mbit/s sent; of %llu datagrams %llu "
		    "found it full, %llu were lost; longest wait %.0f ms\n",
		    i + 1, l->sent / MBIT, (unsigned long long)l->dgrams,
		    (unsigned long long)l->full, (unsigned long long)l->lost,
		    l->queue);
	}
}

/* What the last second brought, and each link as its sender sees it. */
static void
second(const struct run *run)
{
	static const char	*states[] = {
		[LINK_OPENING] = "opening", [LINK_UP] = "up",
		[LINK_SUSPECT] = "suspect", [LINK_DOWN] = "down",
		[LINK_LOSSY] = "lossy", [LINK_SLOW] = "slow"
	};
	const struct sim_dir	*dir;
	struct ctl_link		 cl;
	uint64_t		 now = run->pair->sim->now;
	int			 i;

	printf("\t%3llu s %7.2f of %7.2f Mbit/s",
	    (unsigned long long)((now - run->start) / USEC),
	    goodput(run, now - USEC, now) / MBIT,
	    capacity(run, now - USEC, now) / MBIT);
	for (i = 0; i < run->pair->nlinks; i++) {
		dir = loaded(run, i);
		if (pair_path(run->row->down ? run->pair->b : run->pair->a,
		    run->pair->link[i]->conf.name, &cl) == -1)
			continue;
		printf(" | %s rate %.2f of %.2f sends %.2f wait %.0f ms "
		    "loss %.1f %%", states[cl.state], (double)cl.rate / MBIT,
		    linkspec_bits(&run->spec[i], dir->up ? TRACE_UP :
		    TRACE_DOWN, now - USEC - run->start, now - run->start) /
		    MBIT, (double)cl.tx_rate / MBIT,
		    (double)dir->longest / 1000, cl.loss_tx / 100.0);
	}
	printf("\n");
}

static struct sim_dir *
loaded(const struct run *run, int i)
{
	return (run->row->down ? &run->pair->link[i]->down :
	    &run->pair->link[i]->up);
}

static double
goodput(const struct run *run, uint64_t from, uint64_t to)
{
	double	 sum = 0;
	int	 i;

	for (i = 0; i < run->row->flows; i++)
		sum += (double)sim_flow_rate(run->flow[i], from, to);
	return (sum);
}

/* bit/s of all links */
static double
capacity(const struct run *run, uint64_t from, uint64_t to)
{
	double	 sum = 0;
	int	 i;

	for (i = 0; i < run->pair->nlinks; i++)
		sum += linkspec_bits(&run->spec[i], run->row->down ?
		    TRACE_DOWN : TRACE_UP, from - run->start, to - run->start);
	return (sum * USEC / (double)(to - from));
}

static double
ms(struct sim_flow *f, int thousandths)
{
	return ((double)sim_flow_latency(f, thousandths) / 1000);
}
