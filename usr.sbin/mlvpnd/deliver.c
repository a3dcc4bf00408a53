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

#include "deliver.h"
#include "packet.h"
#include "path.h"
#include "wire.h"

static size_t	 joined_max(const struct deliver *);
static uint64_t	 repair_time(struct deliver *);
static int	 source_allowed(struct deliver *, const struct pkt *);

void
deliver_init(struct deliver *d, struct paths *ps, const uint8_t *flow_key)
{
	d->conf = ps->conf;
	d->paths = ps;
	d->quiet_at = NEVER;
	TAILQ_INIT(&d->out);
	fragment_init(&d->fragments, ps->share);
	batch_init(&d->batches, &ps->shared->pool, flow_key);
	reorder_init(&d->reorder, ps->share, get64(flow_key));
}

void
deliver_free(struct deliver *d)
{
	struct pkt	*p;

	reorder_free(&d->reorder);
	fragment_clear(&d->fragments);
	batch_clear(&d->batches);
	sources_free(&d->sources);
	while ((p = TAILQ_FIRST(&d->out)) != NULL) {
		TAILQ_REMOVE(&d->out, p, entry);
		pkt_put(d->paths->share->pool, p);
	}
}

void
deliver_mtu(struct deliver *d, uint16_t mtu, uint16_t peer_mtu)
{
	d->mtu = mtu;
	d->peer_mtu = peer_mtu;
}

void
deliver_packet(struct deliver *d, struct path *path, struct pkt *p,
    uint64_t now)
{
	struct reorder_conf	 conf = deliver_order(d->conf);
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);

	reorder_input(&d->reorder, &conf, path != NULL ? &path->order_seq :
	    NULL, p, &out, now);
	deliver_out(d, &out);
}

void
deliver_mark(struct deliver *d, struct path *p, uint32_t seq)
{
	reorder_mark(&d->reorder, &p->order_seq, seq);
}

void
deliver_open(struct deliver *d, struct path *p)
{
	p->order_seq = d->reorder.any ? d->reorder.highest : 0;
}

void
deliver_reset(struct deliver *d)
{
	struct pktq	 out = TAILQ_HEAD_INITIALIZER(out);

	reorder_reset(&d->reorder, &out);
	deliver_out(d, &out);
	fragment_clear(&d->fragments);
}

/* In order; what is whole goes to the interface. */
void
deliver_out(struct deliver *d, struct pktq *q)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(q)) != NULL) {
		TAILQ_REMOVE(q, p, entry);
		if (p->frag != 0) {
			if ((p = fragment_join(&d->fragments, p,
			    joined_max(d))) == NULL)
				continue;
			if (!packet_sane(d->conf, p)) {
				d->malformed++;
				pkt_put(d->paths->share->pool, p);
				continue;
			}
		}
		if (!source_allowed(d, p)) {
			d->refused++;
			pkt_put(d->paths->share->pool, p);
			continue;
		}
		packet_fit(d->conf, d->mtu, p);
		d->packets++;
		d->bytes += p->len;
		TAILQ_INSERT_TAIL(&d->out, p, entry);
	}
}

/* "allow from" */
static int
source_allowed(struct deliver *d, const struct pkt *p)
{
	struct addr	 source;

	if (d->sources.n == 0)
		return (1);
	sources_read(&source, PKT_DATA(p));
	if (sources_allow(&d->sources, &source))
		return (1);
	d->refused_from = source;
	return (0);
}

/*
 * The longest result of fragments: an Ethernet header and two VLAN tags more
 * than the MTU of the tunnel at either end.  Where that is found out, it may
 * be another at the other end, but hardly more than links of Ethernet carry.
 */
static size_t
joined_max(const struct deliver *d)
{
	uint16_t	 mtu = d->peer_mtu != 0 ? d->peer_mtu : PATH_MTU;

	return (MAX(mtu, d->mtu) + 22U);
}

/* "reorder" */
struct reorder_conf
deliver_order(const struct tunnel_conf *c)
{
	struct reorder_conf	 conf;

	conf.unordered = c->reorder == ANSWER_NO;
	conf.max = c->reorder == ANSWER_YES ? c->reorder_max :
	    SIZE_MAX;
	return (conf);
}

void
deliver_timer(struct deliver *d, uint64_t now)
{
	struct reorder_paths	 rp;
	struct pktq		 out = TAILQ_HEAD_INITIALIZER(out);
	const struct path	*p;
	int			 i;

	d->quiet_at = NEVER;
	fragment_timer(&d->fragments, now);
	if (d->reorder.npkts == 0)
		return;
	rp.passed = NEVER;
	for (i = 0; i < d->paths->n; i++) {
		p = d->paths->list[i];
		if (now - p->acct.last_rx > IN_PLAY)
			continue;
		rp.passed = MIN(rp.passed, p->order_seq);
		d->quiet_at = MIN(d->quiet_at, p->acct.last_rx + IN_PLAY + 1);
	}
	rp.repair = repair_time(d);
	rp.hold = paths_hold_time(d->paths);
	reorder_timer(&d->reorder, &rp, &out, now);
	deliver_out(d, &out);
}

/* A report, and the packet over the best path. */
static uint64_t
repair_time(struct deliver *d)
{
	const struct path	*best;

	if (d->conf->recover == ANSWER_NO)
		return (0);
	if ((best = paths_quickest(d->paths)) == NULL)
		return (reorder_repair_time(-1, -1, d->paths->shared->tick));
	return (reorder_repair_time(best->delay.srtt, best->delay.rttvar,
	    d->paths->shared->tick));
}

uint64_t
deliver_deadline(const struct deliver *d)
{
	return (MIN(MIN(d->quiet_at, reorder_deadline(&d->reorder)), MIN(
	    fragment_deadline(&d->fragments), batch_deadline(&d->batches))));
}

/* Packets for the interface. */
size_t
deliver_output(struct deliver *d, struct pkt **p, size_t max, uint64_t now)
{
	struct pkt	*next;
	size_t		 n = 0;

	while ((next = TAILQ_FIRST(&d->out)) != NULL) {
		TAILQ_REMOVE(&d->out, next, entry);
		if (d->conf->offload)
			batch_add(&d->batches, next, now);
		else
			batch_pass(&d->batches, next);
	}
	batch_timer(&d->batches, now);
	while (n < max && (p[n] = batch_next(&d->batches)) != NULL)
		n++;
	return (n);
}
