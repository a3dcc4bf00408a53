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
 * The daemon's scheduler with one function changed: packets go to the links
 * in turn, as they come.
 */

#define sched_pump	sched_pump_earliest
#include "sched.c"
#undef sched_pump

static struct path *next_path(struct paths *);
void		 sched_pump(struct sched *, uint64_t);

/* NULL: none is usable */
static struct path *
next_path(struct paths *ps)
{
	static unsigned int	 turn;
	struct path		*p;
	int			 i;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[turn++ % ps->n];
		if (path_usable(p))
			return (p);
	}
	return (NULL);
}

void
sched_pump(struct sched *s, uint64_t now)
{
	struct path	*path;
	struct pkt	*p;
	struct fq	*fq;

	while ((fq = tq_first(&s->tq.active)) != NULL &&
	    (path = next_path(s->paths)) != NULL)
		if ((p = tq_dequeue(&s->tq, fq, &s->codel, now)) != NULL)
			commit(s, path, p, PQ_NORMAL, 0, 0, now);
	sched_pump_earliest(s, now);
}
