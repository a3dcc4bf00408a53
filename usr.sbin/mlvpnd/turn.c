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
 * Whose turn it is, by deficit round robin (Shreedhar and Varghese, 1995), and
 * a heap of the times at which tunnels want to be called again.
 */

#include <stdlib.h>

#include "clock.h"
#include "turn.h"

static int	 alone(const struct turns *, const struct turn *);
static void	 mark_output(struct turns *, struct turn *);
static void	 remove_entry(struct turns *, struct turn *);
static void	 heap_sift(struct turns *, struct turn *);
static void	 heap_put(struct turns *, size_t, struct turn *);

void
turns_init(struct turns *ts)
{
	TAILQ_INIT(&ts->ready);
	TAILQ_INIT(&ts->served);
	TAILQ_INIT(&ts->output);
	TAILQ_INIT(&ts->blocked);
	ts->heap = NULL;
	ts->n = ts->max = 0;
}

void
turns_free(struct turns *ts)
{
	free(ts->heap);
}

int
turn_add(struct turns *ts, struct turn *t, struct tunnel *tunnel)
{
	struct turn	**heap;
	size_t		  max = ts->max == 0 ? 16 : ts->max * 2;

	if (ts->n == ts->max) {
		if ((heap = reallocarray(ts->heap, max,
		    sizeof(*heap))) == NULL)
			return (-1);
		ts->heap = heap;
		ts->max = max;
	}
	t->tunnel = tunnel;
	t->when = NEVER;
	t->state = TURN_IDLE;
	heap_put(ts, ts->n++, t);
	turn_ready(ts, t);
	return (0);
}

void
turn_del(struct turns *ts, struct turn *t)
{
	struct turn	*last;

	if (t->tunnel == NULL)
		return;
	remove_entry(ts, t);
	if (t->has_output)
		TAILQ_REMOVE(&ts->output, t, output);
	if (t->is_blocked)
		TAILQ_REMOVE(&ts->blocked, t, blocked);
	last = ts->heap[--ts->n];
	if (last != t) {
		heap_put(ts, t->slot, last);
		heap_sift(ts, last);
	}
	t->tunnel = NULL;
}

void
turn_ready(struct turns *ts, struct turn *t)
{
	if (t->state == TURN_READY)
		return;
	remove_entry(ts, t);
	t->state = TURN_READY;
	t->deficit = 0;
	TAILQ_INSERT_TAIL(&ts->ready, t, entry);
	mark_output(ts, t);
}

void
turn_stale(struct turns *ts, struct turn *t)
{
	if (t->state != TURN_IDLE)
		return;
	t->state = TURN_SERVED;
	TAILQ_INSERT_TAIL(&ts->served, t, entry);
}

static void
remove_entry(struct turns *ts, struct turn *t)
{
	if (t->state == TURN_READY)
		TAILQ_REMOVE(&ts->ready, t, entry);
	else if (t->state == TURN_SERVED)
		TAILQ_REMOVE(&ts->served, t, entry);
	t->state = TURN_IDLE;
}

void
turns_due(struct turns *ts, uint64_t now)
{
	struct turn	*t;

	if (TAILQ_EMPTY(&ts->ready))
		while ((t = TAILQ_FIRST(&ts->served)) != NULL)
			turn_ready(ts, t);
	while (ts->n > 0 && ts->heap[0]->when <= now) {
		t = ts->heap[0];
		turn_until(ts, t, NEVER);
		turn_ready(ts, t);
	}
}

struct turn *
turns_next(struct turns *ts)
{
	struct turn	*t;

	if ((t = TAILQ_FIRST(&ts->ready)) != NULL)
		t->deficit += TURN_QUANTUM;
	return (t);
}

int
turn_may_send(struct turns *ts, struct turn *t)
{
	return (t->deficit > 0 || alone(ts, t));
}

static int
alone(const struct turns *ts, const struct turn *t)
{
	return (TAILQ_FIRST(&ts->ready) == t && TAILQ_NEXT(t, entry) == NULL);
}

void
turn_sent(struct turn *t, size_t len)
{
	t->deficit -= len + TURN_DGRAM;
}

void
turn_over(struct turns *ts, struct turn *t, int more)
{
	struct turnq	*q = more ? &ts->ready : &ts->served;

	if (t->deficit > 0 || !more || alone(ts, t))
		t->deficit = 0;
	remove_entry(ts, t);
	t->state = more ? TURN_READY : TURN_SERVED;
	TAILQ_INSERT_TAIL(q, t, entry);
	mark_output(ts, t);
}

static void
mark_output(struct turns *ts, struct turn *t)
{
	if (t->has_output)
		return;
	t->has_output = 1;
	TAILQ_INSERT_TAIL(&ts->output, t, output);
}

void
turn_block(struct turns *ts, struct turn *t)
{
	if (t->is_blocked)
		return;
	t->is_blocked = 1;
	TAILQ_INSERT_TAIL(&ts->blocked, t, blocked);
}

void
turns_unblock(struct turns *ts)
{
	struct turn	*t;

	while ((t = TAILQ_FIRST(&ts->blocked)) != NULL) {
		TAILQ_REMOVE(&ts->blocked, t, blocked);
		t->is_blocked = 0;
		turn_ready(ts, t);
	}
}

struct tunnel *
turns_output(struct turns *ts)
{
	struct turn	*t;

	if ((t = TAILQ_FIRST(&ts->output)) == NULL)
		return (NULL);
	TAILQ_REMOVE(&ts->output, t, output);
	t->has_output = 0;
	return (t->tunnel);
}

void
turn_until(struct turns *ts, struct turn *t, uint64_t when)
{
	if (t->state == TURN_SERVED)
		remove_entry(ts, t);
	t->when = when;
	heap_sift(ts, t);
}

uint64_t
turns_deadline(const struct turns *ts)
{
	return (ts->n > 0 ? ts->heap[0]->when : NEVER);
}

/* Its time has changed. */
static void
heap_sift(struct turns *ts, struct turn *t)
{
	struct turn	*o;
	size_t		 i = t->slot, child;

	for (; i > 0 && (o = ts->heap[(i - 1) / 2])->when > t->when;
	    i = (i - 1) / 2)
		heap_put(ts, i, o);
	for (; (child = 2 * i + 1) < ts->n; i = child) {
		if (child + 1 < ts->n &&
		    ts->heap[child + 1]->when < ts->heap[child]->when)
			child++;
		o = ts->heap[child];
		if (o->when >= t->when)
			break;
		heap_put(ts, i, o);
	}
	heap_put(ts, i, t);
}

static void
heap_put(struct turns *ts, size_t slot, struct turn *t)
{
	ts->heap[slot] = t;
	t->slot = slot;
}
