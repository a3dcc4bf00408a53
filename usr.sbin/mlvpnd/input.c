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

#include "tunnel.h"

/*
 * Packets of the interface: what each is, and into the tunnel's queue.
 */

static void	 classify(struct tunnel *, struct pkt *, uint64_t);

void
tunnel_input(struct tunnel *t, struct pkt **p, size_t n, uint64_t now)
{
	size_t	 i;

	for (i = 0; i < n; i++) {
		if (assoc_can_send(&t->as) && !t->shared->stopping &&
		    packet_sane(&t->conf, p[i])) {
			packet_fit(&t->conf, t->mtu, p[i]);
			classify(t, p[i], now);
			tq_enqueue(&t->tq, p[i], now);
		} else {
			t->tx_dropped++;
			pkt_put(&t->shared->pool, p[i]);
		}
	}
}

/*
 * A flow that sends few packets has priority, as packets of the priority
 * class have: somebody is waiting for it.
 */
static void
classify(struct tunnel *t, struct pkt *p, uint64_t now)
{
	struct flow_info	 fi;
	int			 sparse;

	flow_classify(PKT_DATA(p), p->len, t->conf.layer2, t->flow_key, &fi);
	p->flow = fi.hash;
	p->order = fi.order;
	p->cls = fi.cls;
	p->tos = fi.tos;
	p->match_gen = t->matches.gen;
	if (t->matches.n > 0)
		match_packet(&t->matches, p, 1);
	if (p->match & MATCH_PRIORITY)
		p->cls = CLASS_PRIORITY;
	else if (p->match & MATCH_BULK)
		p->cls = CLASS_NORMAL;

	sparse = flow_is_sparse(&t->sched.flows, p->flow, now);
	if (p->cls == CLASS_NORMAL && !(p->match & MATCH_BULK) && sparse &&
	    !tq_has_flow(&t->tq, p))
		p->cls = CLASS_SPARSE;
	if (p->cls != CLASS_NORMAL &&
	    !tq_may_priority(&t->tq, p->len, t->sched.rate, now))
		p->cls = CLASS_NORMAL;

	if (p->cls == CLASS_PRIORITY)
		p->order = ORDER_NONE;
	if (p->match & MATCH_ORDER)
		p->order = ORDER_ALWAYS;
	else if (p->match & MATCH_NOORDER)
		p->order = ORDER_NONE;
}
