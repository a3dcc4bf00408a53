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
 * Received packets of a tunnel: restores their order, joins fragments and
 * batches, and queues them for the interface.
 */

#include <sys/param.h>

#include "tunnel.h"

static void	 output(struct tunnel *, struct pktq *);
static size_t	 joined_max(const struct tunnel *);
static struct reorder_conf wanted(const struct tunnel *);
static void	 timer_v3(struct tunnel *, struct pktq *, uint64_t);
static void	 timer_mlvpn2(struct tunnel *, struct pktq *, uint64_t);
static uint64_t	 repair_time(struct tunnel *);

void
deliver_packet(struct tunnel *t, struct path *path, struct pkt *p,
    uint64_t now)
{
	struct reorder_conf	 conf = wanted(t);
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);

	reorder_input(&t->reorder, &conf, path != NULL ? &path->order_seq :
	    NULL, p, &out, now);
	output(t, &out);
}

/* Its sequence is in p->seq. */
void
deliver_mlvpn2(struct tunnel *t, struct mlvpn2 *m, struct pkt *p,
    uint64_t now)
{
	struct reorder_conf	 conf = wanted(t);
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);
	struct flow_info	 fi;

	flow_classify(PKT_DATA(p), p->len, t->conf.layer2, t->flow_key, &fi);
	p->order = fi.order;
	mlvpn2_order_input(&t->m2.order, &conf, &m->order, p, &out, now);
	output(t, &out);
}

void
deliver_unordered(struct tunnel *t, struct pkt *p)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);

	TAILQ_INSERT_TAIL(&out, p, entry);
	output(t, &out);
}

void
deliver_open(struct tunnel *t, struct path *p)
{
	p->order_seq = t->reorder.any ? t->reorder.highest : 0;
}

void
deliver_reset(struct tunnel *t)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);

	if (t->conf.protocol == PROTO_MLVPN2)
		mlvpn2_order_reset(&t->m2.order, &out);
	else
		reorder_reset(&t->reorder, &out);
	output(t, &out);
	fragment_clear(&t->fragments);
}

/* In order; what is whole goes to the interface. */
static void
output(struct tunnel *t, struct pktq *q)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(q)) != NULL) {
		TAILQ_REMOVE(q, p, entry);
		if (p->frag != 0) {
			if ((p = fragment_join(&t->fragments, p,
			    joined_max(t))) == NULL)
				continue;
			if (!packet_sane(&t->conf, p)) {
				t->delivered.malformed++;
				pkt_put(t->share.pool, p);
				continue;
			}
		}
		packet_fit(&t->conf, t->mtu, p);
		t->delivered.packets++;
		t->delivered.bytes += p->len;
		TAILQ_INSERT_TAIL(&t->out, p, entry);
	}
}

/*
 * The longest result of fragments: an Ethernet header and two VLAN tags more
 * than the MTU of the tunnel at either end.  Where that is found out, it may
 * be another at the other end, but hardly more than links of Ethernet carry.
 */
static size_t
joined_max(const struct tunnel *t)
{
	uint16_t	 mtu = t->as.peer_mtu != 0 ? t->as.peer_mtu : PATH_MTU;

	return (MAX(mtu, t->mtu) + 22U);
}

/* "reorder" */
static struct reorder_conf
wanted(const struct tunnel *t)
{
	struct reorder_conf	 conf;

	conf.unordered = t->conf.reorder == ANSWER_NO;
	conf.max = t->conf.reorder == ANSWER_YES ? t->conf.reorder_max :
	    SIZE_MAX;
	return (conf);
}

void
deliver_timer(struct tunnel *t, uint64_t now)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);

	if (t->conf.protocol == PROTO_MLVPN2)
		timer_mlvpn2(t, &out, now);
	else
		timer_v3(t, &out, now);
	output(t, &out);
}

static void
timer_v3(struct tunnel *t, struct pktq *out, uint64_t now)
{
	struct reorder_paths	 rp;
	const struct path	*p;
	int			 i;

	if (t->reorder.npkts == 0)
		return;
	rp.passed = NEVER;
	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		if (now - p->acct.last_rx <= IN_PLAY)
			rp.passed = MIN(rp.passed, p->order_seq);
	}
	rp.repair = repair_time(t);
	rp.hold = paths_hold_time(&t->paths);
	reorder_timer(&t->reorder, &rp, out, now);
}

/* A report, and the packet over the best path. */
static uint64_t
repair_time(struct tunnel *t)
{
	const struct path	*best;

	if (t->conf.recover == ANSWER_NO)
		return (0);
	if ((best = paths_quickest(&t->paths)) == NULL)
		return (reorder_repair_time(-1, -1, t->shared->tick));
	return (reorder_repair_time(best->delay.srtt, best->delay.rttvar,
	    t->shared->tick));
}

static void
timer_mlvpn2(struct tunnel *t, struct pktq *out, uint64_t now)
{
	struct mlvpn2_order	*o = &t->m2.order;
	const struct mlvpn2	*m;
	const struct path	*p;
	uint64_t		 passed = NEVER;
	int64_t			 slow = 0, fast = INT64_MAX;
	int			 i;

	if (o->npkts == 0)
		return;
	for (i = 0; i < t->paths.n; i++) {
		p = t->paths.list[i];
		m = p->proto;
		passed = MIN(passed, mlvpn2_order_passed(o, &m->order, now));
		if (path_grade(p) < GRADE_POOR || p->delay.srtt == -1)
			continue;
		slow = MAX(slow, p->delay.srtt);
		fast = MIN(fast, p->delay.srtt);
	}
	mlvpn2_order_timer(o, passed, mlvpn2_order_hold_time(slow > fast ?
	    slow - fast : 0, t->conf.reorder_time), out, now);
}

uint64_t
deliver_deadline(const struct tunnel *t)
{
	if (t->conf.protocol == PROTO_MLVPN2)
		return (mlvpn2_order_deadline(&t->m2.order));
	return (reorder_deadline(&t->reorder));
}

/* Packets for the interface. */
size_t
tunnel_output(struct tunnel *t, struct pkt **p, size_t max, uint64_t now)
{
	struct pkt	*next;
	size_t		 n = 0;

	while ((next = TAILQ_FIRST(&t->out)) != NULL) {
		TAILQ_REMOVE(&t->out, next, entry);
		if (t->conf.offload)
			batch_add(&t->batches, next, now);
		else
			batch_pass(&t->batches, next);
	}
	batch_timer(&t->batches, now);
	while (n < max && (p[n] = batch_next(&t->batches)) != NULL)
		n++;
	return (n);
}
