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
 * The MTU of a path: what pmtu.c decides, and its frames.
 */


#include <sys/types.h>

#include <string.h>

#include "path.h"
#include "path_mtu.h"

static struct pmtu_path	 facts(const struct path *);
static int		 answers(const struct path *);
static void		 follow(struct path *, int, uint64_t);

void
path_mtu_start(struct path *p, uint64_t now)
{
	struct pmtu_path	 f = facts(p);

	follow(p, pmtu_start(&p->pmtu, &f, now), now);
}

void
path_mtu_limits(struct path *p, uint64_t now)
{
	struct pmtu_path	 f = facts(p);

	follow(p, pmtu_limits(&p->pmtu, &f, now), now);
}

void
path_mtu_timer(struct path *p, uint64_t now)
{
	struct pmtu_path	 f = facts(p);

	follow(p, pmtu_timer(&p->pmtu, &f, now), now);
}

uint64_t
path_mtu_deadline(const struct path *p)
{
	struct pmtu_path	 f = facts(p);

	return (pmtu_deadline(&p->pmtu, &f));
}

static struct pmtu_path
facts(const struct path *p)
{
	struct pmtu_path	 f;

	f.own = p->terms.mtu_own;
	f.peer = p->terms.mtu_peer;
	f.df = p->addr.ep.remote.family == 6 || p->paths->shared->ops.dontfrag;
	f.answers = answers(p);
	return (f);
}

/* What is lost while the path is not up says nothing about sizes. */
static int
answers(const struct path *p)
{
	return (p->st.state == PATH_UP && p->delay.srtt != -1);
}

static void
follow(struct path *p, int changed, uint64_t now)
{
	if (changed & PMTU_CHANGED)
		paths_changed(p->paths);
	if (changed & PMTU_LESS)
		path_refit(p);
}

/* A probe, if one is due.  It may well be lost, which must not make the path
 * a dead or a lossy one. */
int
path_mtu_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct frame	 f;
	uint8_t		 plain[PKT_SIZE];
	size_t		 len;

	if (!pmtu_probe_due(&p->pmtu, now) || !answers(p))
		return (0);
	pmtu_probe(&p->pmtu, &p->paths->mtu_number, path_dead_time(p), now);
	len = DATA_INNERLEN + path_room(p, p->pmtu.size);
	memset(plain, 0, len);
	path_put_mark(p, plain);
	f.type = FRAME_MTU_PROBE;
	f.u.mtu.size = p->pmtu.size;
	f.u.mtu.number = p->pmtu.number;
	frame_put(&f, plain + DATA_INNERLEN, len - DATA_INNERLEN);
	return (path_seal_probe(p, plain, len, dg, now));
}

/* MTU_PROBE: what is between may have made IPv6 of IPv4, or the reverse. */
void
path_mtu_probed(struct path *p, const struct frame *f, const struct dgram *dg,
    uint64_t now)
{
	struct pmtu_path	 pp = facts(p);
	uint16_t		 size = f->u.mtu.size;

	if (size != dg->len + OVERHEAD_IP4 && size != dg->len + OVERHEAD_IP6)
		return;
	follow(p, pmtu_probed(&p->pmtu, &pp, size, f->u.mtu.number, now), now);
}

size_t
path_mtu_put_result(struct path *p, uint8_t *buf, size_t room, uint64_t now)
{
	struct pmtu_path	 pp = facts(p);
	struct frame		 f;

	f.type = FRAME_MTU_RESULT;
	f.u.mtu.size = p->pmtu.result_size;
	f.u.mtu.number = p->pmtu.result_number;
	f.u.mtu.flags = pp.df ? MTU_RESULT_DF : 0;
	pmtu_result_sent(&p->pmtu, p->lane->tx_next,
	    path_dead_time(p), now);
	return (frame_put(&f, buf, room));
}

/* MTU_RESULT, which may come on any path. */
void
path_mtu_result(struct paths *ps, const struct frame *f, uint64_t now)
{
	struct pmtu_path	 pp;
	struct path		*p;
	int			 i;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[i];
		if (!pmtu_asks(&p->pmtu, f->u.mtu.size, f->u.mtu.number))
			continue;
		pp = facts(p);
		follow(p, pmtu_answer(&p->pmtu, &pp,
		    (f->u.mtu.flags & MTU_RESULT_DF) != 0, now), now);
		return;
	}
}

/*
 * A report with numbers up to highest; those from first are news, and no peer
 * makes us look at one twice.
 * Returns how many of them are probes that did not arrive: no losses.
 */
unsigned int
path_mtu_report(struct path *p, const struct frame *f, uint64_t first,
    uint64_t highest, uint64_t now)
{
	struct pmtu		*m = &p->pmtu;
	const struct sent	*s;
	uint64_t		 n;
	unsigned int		 lost = 0;
	int			 came;

	if (m->results > 0 && m->result_packet != NEVER &&
	    report_has(f, highest, m->result_packet))
		pmtu_result_came(m);
	if (highest >= SENT_RING && first < highest - SENT_RING + 1)
		first = highest - SENT_RING + 1;
	for (n = first; n <= highest; n++) {
		if ((s = flight_sent(&p->flight, n)) == NULL)
			continue;
		came = report_has(f, highest, n);
		if (s->probe)
			lost += !came;
		else
			pmtu_sent(m, s->bytes, came);
	}
	pmtu_black_hole(m, now);
	return (lost);
}

/* The system refused a datagram: its interface carries less than was known. */
void
path_mtu_refused(struct path *p, const struct dgram *dg, uint64_t now)
{
	struct pmtu_path	 pp = facts(p);

	follow(p, pmtu_refused(&p->pmtu, &pp, dg->len + ip_overhead(&dg->ep),
	    now), now);
}
