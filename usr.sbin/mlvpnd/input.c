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
 * Packets of the interface: what each is, and into the tunnel's queue.
 */


#include <sys/types.h>

#include "conf.h"
#include "sched.h"

static void	 classify(struct sched *, struct pkt *, uint64_t);

void
sched_input(struct sched *s, struct pkt *p, uint64_t now)
{
	classify(s, p, now);
	tq_enqueue(&s->tq, p, now);
}

/*
 * A flow that sends few packets has priority, as packets of the priority
 * class have: somebody is waiting for it.
 */
static void
classify(struct sched *s, struct pkt *p, uint64_t now)
{
	struct flow_info	 fi;
	int			 sparse;

	flow_classify(PKT_DATA(p), p->len, s->conf->layer2, s->flow_key, &fi);
	p->flow = fi.hash;
	p->order = fi.order;
	p->cls = fi.cls;
	p->tos = fi.tos;
	p->match_gen = s->matches.gen;
	if (s->matches.n > 0)
		match_packet(&s->matches, p, 1);
	if (p->match & MATCH_PRIORITY)
		p->cls = CLASS_PRIORITY;
	else if (p->match & MATCH_BULK)
		p->cls = CLASS_NORMAL;

	sparse = flow_is_sparse(&s->flows, p->flow, now);
	if (p->cls == CLASS_NORMAL && !(p->match & MATCH_BULK) && sparse &&
	    !tq_has_flow(&s->tq, p))
		p->cls = CLASS_SPARSE;
	if (p->cls != CLASS_NORMAL &&
	    !tq_may_priority(&s->tq, p->len, s->rate, now))
		p->cls = CLASS_NORMAL;

	if (p->cls == CLASS_PRIORITY)
		p->order = ORDER_NONE;
	if (p->match & MATCH_ORDER)
		p->order = ORDER_ALWAYS;
	else if (p->match & MATCH_NOORDER)
		p->order = ORDER_NONE;
}
