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


#include <sys/types.h>
#include <sys/queue.h>

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"

#define NSEC		1000000000LL
#define ETHER		14		/* header of a frame */
#define QUEUE_LEAST	3028	/* bytes: two full frames, at any rate */

struct link {
	struct link_settings	 set;
	struct link_stats	 stats;
	STAILQ_HEAD(, frame)	 queue;
	size_t			 queued;	/* bytes */
	uint64_t		 rate;
	int64_t			 idle;		/* transmitter is done then */
	double			 sent;		/* bits of the first frame, before */
	int64_t			 police_due;	/* when nothing is owed any more */
	struct frame		**line;		/* heap by time, serial */
	size_t			 nline;
	size_t			 maxline;
	int64_t			 last;		/* delivery of the last one */
	int64_t			 cut;
	uint64_t		 serial;
	uint64_t		 seed;
	int			 in_burst;
};

static void		 transmit(struct link *, int64_t);
static void		 send_line(struct link *, struct frame *, int64_t);
static int64_t		 done_at(const struct link *, const struct frame *);
static size_t		 queue_limit(const struct link *);
static int		 exceeds(struct link *, int64_t, size_t);
static int		 lose(struct link *);
static double		 uniform(struct link *);
static void		 line_put(struct link *, struct frame *);
static struct frame	*line_take(struct link *);
static int		 before(const struct frame *, const struct frame *);

struct link *
link_new(uint64_t seed)
{
	struct link	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		err(1, NULL);
	STAILQ_INIT(&l->queue);
	l->seed = seed;
	l->set.queue = NSEC / 10;
	l->set.burstlen = 1;
	l->idle = INT64_MIN;
	l->last = INT64_MIN;
	return (l);
}

void
link_free(struct link *l)
{
	link_cut(l, LINK_NEVER);
	free(l->line);
	free(l);
}

struct link_settings *
link_settings(struct link *l)
{
	return (&l->set);
}

/* What the first frame was sent of at the old rate stays sent. */
void
link_rate(struct link *l, int64_t now, uint64_t rate)
{
	struct frame	*f;
	int64_t		 start;

	transmit(l, now);
	if ((f = STAILQ_FIRST(&l->queue)) != NULL) {
		start = f->time > l->idle ? f->time : l->idle;
		if (now > start) {
			l->sent += (double)(now - start) * (double)l->rate /
			    NSEC;
			l->idle = now;
		}
	}
	l->rate = rate;
}

void
link_cut(struct link *l, int64_t until)
{
	struct frame	*f;

	l->cut = until;
	if (until == 0)
		return;
	while ((f = STAILQ_FIRST(&l->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->queue, entry);
		l->stats.cut++;
		free(f);
	}
	l->queued = 0;
	l->sent = 0;
	while (l->nline > 0) {
		l->stats.cut++;
		free(l->line[--l->nline]);
	}
}

void
link_input(struct link *l, int64_t now, const void *data, size_t len)
{
	struct frame	*f;

	l->stats.in++;
	l->stats.in_bytes += len;
	transmit(l, now);
	if (l->set.mtu != 0 && len > ETHER + l->set.mtu) {
		l->stats.toolong++;
		return;
	}
	if (now < l->cut) {
		l->stats.cut++;
		return;
	}
	if (l->set.police != 0 && exceeds(l, now, len)) {
		l->stats.policed++;
		return;
	}
	if (l->queued + len > queue_limit(l)) {
		l->stats.full++;
		return;
	}
	if ((f = malloc(sizeof(*f) + len)) == NULL)
		err(1, NULL);
	f->time = now;
	f->serial = l->serial++;
	f->len = len;
	memcpy(f->data, data, len);
	STAILQ_INSERT_TAIL(&l->queue, f, entry);
	l->queued += len;
	transmit(l, now);
}

struct frame *
link_output(struct link *l, int64_t now)
{
	struct frame	*f;

	transmit(l, now);
	if (l->nline == 0 || l->line[0]->time > now)
		return (NULL);
	f = line_take(l);
	l->stats.out++;
	l->stats.out_bytes += f->len;
	return (f);
}

int64_t
link_next(const struct link *l)
{
	const struct frame	*f;
	int64_t			 next = LINK_NEVER, t;

	if (l->nline > 0)
		next = l->line[0]->time;
	if ((f = STAILQ_FIRST(&l->queue)) != NULL) {
		t = done_at(l, f) + l->set.delay;
		if (t < next)
			next = t;
	}
	return (next);
}

void
link_stats(const struct link *l, struct link_stats *st)
{
	*st = l->stats;
	st->queued = l->queued;
}

/* Moves what the transmitter has sent by now from the queue to the line. */
static void
transmit(struct link *l, int64_t now)
{
	struct frame	*f;
	int64_t		 done;

	while ((f = STAILQ_FIRST(&l->queue)) != NULL) {
		done = done_at(l, f);
		if (done > now)
			return;
		STAILQ_REMOVE_HEAD(&l->queue, entry);
		l->queued -= f->len;
		l->idle = done;
		l->sent = 0;
		send_line(l, f, done);
	}
}

static void
send_line(struct link *l, struct frame *f, int64_t now)
{
	if (lose(l)) {
		l->stats.lost++;
		free(f);
		return;
	}
	f->time = now + l->set.delay;
	if (l->set.jitter > 0)
		f->time += (int64_t)(uniform(l) * (double)l->set.jitter);
	if (!l->set.reorder && f->time < l->last)
		f->time = l->last;
	l->last = f->time;
	line_put(l, f);
}

/* When the transmitter will have sent the first frame of the queue. */
static int64_t
done_at(const struct link *l, const struct frame *f)
{
	int64_t	 start;

	start = f->time > l->idle ? f->time : l->idle;
	if (l->rate == 0)
		return (start);
	if (l->sent == 0)
		return (start + (int64_t)(f->len * 8 * NSEC / l->rate));
	return (start + (int64_t)(((double)f->len * 8 - l->sent) * NSEC /
	    (double)l->rate));
}

static size_t
queue_limit(const struct link *l)
{
	size_t	 limit;

	if (l->rate == 0)
		return (SIZE_MAX);
	if (l->set.queue_bytes != 0)
		return (l->set.queue_bytes);
	limit = (size_t)((double)l->set.queue * (double)l->rate /
	    (8.0 * NSEC));
	return (limit > QUEUE_LEAST ? limit : QUEUE_LEAST);
}

/* A token bucket (RFC 2697, with one rate), as the time when it is full. */
static int
exceeds(struct link *l, int64_t now, size_t len)
{
	double	 ns = 8.0 * NSEC / (double)l->set.police;
	int64_t	 full;

	full = l->police_due > now ? l->police_due : now;
	full += (int64_t)((double)len * ns);
	if (full - now > (int64_t)((double)l->set.police_burst * ns))
		return (1);
	l->police_due = full;
	return (0);
}

/*
 * Single losses, and bursts after Gilbert: in a burst all is lost, and it
 * ends after each frame with probability 1/burstlen.
 */
static int
lose(struct link *l)
{
	const struct link_settings	*s = &l->set;
	double				 begin, end;

	if (s->burst > 0) {
		end = 1 / s->burstlen;
		begin = s->burst < 1 ? s->burst * end / (1 - s->burst) : 1;
		if (l->in_burst)
			l->in_burst = uniform(l) >= end || s->burst >= 1;
		else
			l->in_burst = uniform(l) < begin;
		if (l->in_burst)
			return (1);
	}
	return (s->loss > 0 && uniform(l) < s->loss);
}

/* 0 <= u < 1, by splitmix64. */
static double
uniform(struct link *l)
{
	uint64_t	 z;

	z = l->seed += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return ((double)(z >> 11) / (double)(1ULL << 53));
}

static void
line_put(struct link *l, struct frame *f)
{
	struct frame	**line;
	size_t		  i, up;

	if (l->nline == l->maxline) {
		l->maxline = l->maxline == 0 ? 256 : 2 * l->maxline;
		line = reallocarray(l->line, l->maxline, sizeof(*line));
		if (line == NULL)
			err(1, NULL);
		l->line = line;
	}
	for (i = l->nline++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(f, l->line[up]))
			break;
		l->line[i] = l->line[up];
	}
	l->line[i] = f;
}

static struct frame *
line_take(struct link *l)
{
	struct frame	*first = l->line[0], *f = l->line[--l->nline];
	size_t		 i = 0, down;

	for (;;) {
		down = 2 * i + 1;
		if (down >= l->nline)
			break;
		if (down + 1 < l->nline &&
		    before(l->line[down + 1], l->line[down]))
			down++;
		if (!before(l->line[down], f))
			break;
		l->line[i] = l->line[down];
		i = down;
	}
	l->line[i] = f;
	return (first);
}

static int
before(const struct frame *a, const struct frame *b)
{
	if (a->time != b->time)
		return (a->time < b->time);
	return (a->serial < b->serial);
}
