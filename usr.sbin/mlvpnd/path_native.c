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
 * The operations of paths that speak the protocol of mlvpn(7), and their
 * timers.  One end opens a path, the other accepts it (path_msg.c); from then
 * on both are alike.
 */

#include <sys/param.h>

#include <string.h>

#include "defaults.h"
#include "fragment.h"
#include "packet.h"
#include "path.h"
#include "path_mtu.h"
#include "path_native.h"
#include "path_report.h"

#define OPEN_RETRY		(100 * 1000)	/* doubled, at most a second */
#define OPEN_UNANSWERED		(3 * USEC)
#define ACCEPT_TRIES		8
#define SYNC_INTERVAL		(25 * 1000)
#define UNREPORTED_MAX		(1ULL << 30)	/* packet numbers */

static struct path *native_open(struct paths *, struct link *, uint64_t);
static void	 native_reopen(struct path *, uint64_t);
static void	 native_free(struct path *);
static void	 native_remove(struct path *, uint8_t, uint64_t);
static void	 native_changed(struct path *, uint64_t);
static void	 native_suspect(struct path *, uint64_t);
static void	 native_timer(struct path *, uint64_t);
static void	 open_timer(struct path *, uint64_t);
static int	 accept_timer(struct path *, uint64_t);
static void	 liveness_timer(struct path *, uint64_t);
static void	 retry(struct path *, unsigned int, uint64_t);
static void	 view_fill(const struct path *, struct liveness_view *,
		    uint64_t);
static uint64_t	 keepalive_interval(const struct path *);
static uint64_t	 sync_due(const struct path *);
static uint64_t	 native_deadline(const struct path *, uint64_t);
static int	 native_send(struct path *, struct pkt *, struct dgram *,
		    uint64_t);
static int	 native_permits(const struct path *);
static size_t	 native_room(const struct path *);
static uint16_t	 native_mtu(const struct path *);
static void	 native_ctl(const struct path *, struct ctl_link *);

const struct path_ops path_native_ops = {
	.open =		native_open,
	.reopen =	native_reopen,
	.free =		native_free,
	.remove =	native_remove,
	.stop =		path_want_close,
	.changed =	native_changed,
	.tell =		path_want_status,
	.suspect =	native_suspect,
	.too_long =	path_mtu_refused,
	.timer =	native_timer,
	.deadline =	native_deadline,
	.compose =	path_compose,
	.send =		native_send,
	.permits =	native_permits,
	.room =		native_room,
	.mtu =		native_mtu,
	.ctl =		native_ctl,
	.reports =	1
};

/*
 * Coming and going
 */

static struct path *
native_open(struct paths *ps, struct link *l, uint64_t now)
{
	struct path	*p;
	struct lane	*lane;
	uint8_t		 id = 0;
	int		 slot;

	for (slot = 0; slot < PATH_SLOTS; slot++) {
		id = slot | (ps->a_end ? 0 : PATH_ID_B);
		if (ps->id[id] == NULL)
			break;
	}
	if (slot == PATH_SLOTS || (lane = paths_lane(ps, id)) == NULL ||
	    (p = path_alloc(ps, id, lane)) == NULL)
		return (NULL);
	path_of_link(p, l, NULL, now);
	native_reopen(p, now);
	return (p);
}

/* The generation tells the peer that what it learnt before is void. */
static void
native_reopen(struct path *p, uint64_t now)
{
	struct paths	*ps = p->paths;

	p->gen = ++ps->gen[p->id & (PATH_SLOTS - 1)];
	path_addr_chosen(&p->addr, &p->link->ep, &ps->shared->rnd);
	path_own_mtu(p);
	path_want_open(p, now);
	path_rescue(p, now);
	path_forgive(p);
	path_rates(p);
	path_mtu_start(p, now);
	path_event(p, PATH_EVT_OPEN, REASON_OPENING, now);
}

static void
native_free(struct path *p)
{
}

static void
native_remove(struct path *p, uint8_t reason, uint64_t now)
{
	path_closing(p->paths, p->id, p->gen, reason, now);
}

static void
native_changed(struct path *p, uint64_t now)
{
	path_rates(p);
	path_own_mtu(p);
	path_mtu_limits(p, now);
	if (p->opener)
		path_want_status(p, now);
}

static void
native_suspect(struct path *p, uint64_t now)
{
	liveness_suspect(&p->live, p->lane->tx_next, now);
	path_rescue(p, now);
}

/* An authentic datagram came: its number, its source. */
void
path_received(struct path *p, const struct dgram *dg, uint64_t number,
    uint64_t now)
{
	int	 what;

	path_rx(p, dg, now);
	what = receipt_add(&p->receipt, number, now);
	if (what & RECEIPT_GAP)
		path_report_want_gap(p, now);
	loss_receive(&p->rx_loss, p->lane->rx_highest, p->lane->rx_dgrams,
	    now);
	path_addr_source(&p->addr, dg, what & RECEIPT_NEWEST, p->delay.srtt,
	    &p->paths->shared->rnd, now);
}

/*
 * Time
 */

static void
native_timer(struct path *p, uint64_t now)
{
	if (path_addr_timer(&p->addr, now)) {
		path_mtu_start(p, now);
		path_notify(p, CORE_LINK_MOVED, REASON_MOVED);
		liveness_hurry(&p->live, now);
	}
	if (p->opener)
		open_timer(p, now);
	else if (!accept_timer(p, now))
		return;
	if (now >= p->receipt.due)
		path_want(p, PEND_REPORT);
	if (p->msg.status && now >= p->msg.status_next)
		path_want(p, PEND_STATUS);
	if (now >= sync_due(p))
		path_want(p, PEND_SYNC);
	liveness_forget(&p->live, now);
	history_timer(&p->history, p->feedback.rx, now);
	if (pmtu_result_due(&p->pmtu, now))
		path_want(p, PEND_MTU);
	path_mtu_timer(p, now);
	path_judge(p, now);
	if (liveness_throttled(&p->live, now) && p->opener)
		path_notify(p, CORE_LINK_STALE, REASON_LOSS);
	liveness_timer(p, now);
}

/* PATH_OPEN until the peer answers. */
static void
open_timer(struct path *p, uint64_t now)
{
	if (now < p->msg.open_next)
		return;
	path_again_open(p, p->msg.open_tries < 3 ?
	    (uint64_t)OPEN_RETRY << p->msg.open_tries : USEC, now);
	if (p->st.state == PATH_OPENING && now - p->st.since > OPEN_UNANSWERED)
		path_event(p, PATH_EVT_UNANSWERED, REASON_NO_ANSWER, now);
}

/* PATH_OK until the opener shows that it is there; 0: the path is no more. */
static int
accept_timer(struct path *p, uint64_t now)
{
	if (p->addr.validated || now < p->msg.open_next)
		return (1);
	path_again_open(p, ACCEPT_RETRY, now);
	if (p->msg.open_tries <= ACCEPT_TRIES)
		return (1);
	path_gone(p, REASON_NO_ANSWER, now);
	return (0);
}

static void
liveness_timer(struct path *p, uint64_t now)
{
	struct liveness_view	 v;
	unsigned int		 what;

	switch (p->st.state) {
	case PATH_UP:
		view_fill(p, &v, now);
		what = liveness_watch(&p->live, &v, now);
		if (what & LIVE_SUSPECT)
			path_suspect(p, REASON_NO_REPORTS, now);
		if (what & LIVE_PROBE)
			path_want(p, PEND_PROBE);
		break;
	case PATH_SUSPECT:
	case PATH_DOWN:
		retry(p, liveness_retry(&p->live, now), now);
		break;
	default:
		break;
	}
}

/* The peer may have given up a path that is down: so it is opened again. */
static void
retry(struct path *p, unsigned int what, uint64_t now)
{
	if (what & LIVE_DOWN)
		path_event(p, PATH_EVT_SILENT, REASON_NO_REPORTS, now);
	if ((what & LIVE_RETRY) &&
	    (!p->opener || p->msg.open_next == NEVER))
		path_want(p, PEND_PROBE | (p->opener &&
		    p->st.state == PATH_DOWN ? PEND_OPEN : 0));
	if ((what & LIVE_STALE) && p->opener)
		path_notify(p, CORE_LINK_STALE, p->st.reason);
}

static void
view_fill(const struct path *p, struct liveness_view *v, uint64_t now)
{
	v->flight = &p->flight;
	v->dead = path_dead_time(p);
	v->keepalive = keepalive_interval(p);
	v->last_report = p->feedback.rx;
	v->last_rx = p->acct.last_rx;
	v->opener = p->opener;
	v->doubtful = path_doubtful(p, now);
}

/* "keepalive" of the link, or the tunnel. */
static uint64_t
keepalive_interval(const struct path *p)
{
	if (p->link != NULL && p->link->conf.keepalive != 0)
		return (p->link->conf.keepalive);
	if (p->paths->conf->keepalive != 0)
		return (p->paths->conf->keepalive);
	return (p->terms.backup ? DEFAULT_KEEPALIVE_BACKUP :
	    DEFAULT_KEEPALIVE);
}

/*
 * While the tunnel sends and this path does not, the receiver is told that
 * nothing is missing on it; without that each loss elsewhere would be waited
 * for as if it might still come here.
 */
static uint64_t
sync_due(const struct path *p)
{
	const struct account	*a = &p->acct;

	if (!path_usable(p) || p->q.backlog > 0 || a->last_data_tx == 0 ||
	    p->paths->last_tx <= a->last_tx ||
	    a->last_tx - a->last_data_tx > IN_PLAY)
		return (NEVER);
	return (a->last_tx + SYNC_INTERVAL);
}

static uint64_t
native_deadline(const struct path *p, uint64_t now)
{
	struct liveness_view	 v;
	uint64_t		 when;

	if (!path_addr_ready(&p->addr))
		return (NEVER);
	if (p->msg.pending != 0 || p->addr.nresponse > 0)
		return (now);
	when = MIN(p->receipt.due, path_addr_deadline(&p->addr));
	if (p->opener || !p->addr.validated)
		when = MIN(when, p->msg.open_next);
	if (p->msg.status)
		when = MIN(when, p->msg.status_next);
	when = MIN(when, sync_due(p));
	when = MIN(when, path_mtu_deadline(p));
	switch (p->st.state) {
	case PATH_UP:
		view_fill(p, &v, now);
		when = MIN(when, liveness_watch_deadline(&p->live, &v));
		if (!v.doubtful)
			when = MIN(when, path_doubtful_at(p));
		break;
	case PATH_SUSPECT:
	case PATH_DOWN:
		when = MIN(when, liveness_retry_deadline(&p->live,
		    p->st.state == PATH_DOWN));
		break;
	default:
		break;
	}
	return (MAX(when, now));
}

/*
 * Packets
 */

/* Seals a packet; 0 when it cannot be sent there. */
static int
native_send(struct path *p, struct pkt *pkt, struct dgram *dg, uint64_t now)
{
	uint64_t	 number = p->lane->tx_next;

	if (!path_seal(p, &p->addr.ep, fragment_head(pkt), DATA_INNERLEN +
	    fragment_size(pkt), 1, dg, now))
		return (0);
	path_packet_sent(p, now);
	if (p->paths->conf->recover != ANSWER_NO)
		history_add(&p->history, number, pkt);
	return (1);
}

/* The peer could not tell numbers far beyond those that it has reported. */
static int
native_permits(const struct path *p)
{
	return (p->lane->tx_next - p->lane->tx_reported <= UNREPORTED_MAX);
}

static size_t
native_room(const struct path *p)
{
	return (path_room(p, p->pmtu.mtu));
}

/* The MTU of the interface that the path has room for, but what IPv6 needs;
 * that is unknown of frames. */
static uint16_t
native_mtu(const struct path *p)
{
	const struct paths	*ps = p->paths;
	uint16_t		 mtu = path_room(p, p->pmtu.settled);
	int			 i;

	if (ps->conf->layer2)
		return (MAX(mtu - ETHER_HDRLEN, IP6_MTU_MIN));
	for (i = 0; i < ps->conf->naddress; i++)
		if (ps->conf->address[i].prefix.addr.family == 6)
			mtu = MAX(mtu, IP6_MTU_MIN);
	return (mtu);
}

static void
native_ctl(const struct path *p, struct ctl_link *c)
{
	c->mtu = p->pmtu.mtu;
	c->mtu_measured = p->pmtu.measured;
}
