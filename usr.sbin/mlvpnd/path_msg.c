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
 * The control frames of a path: what is to be said, and what each one that
 * arrives does.
 */

#include <sys/param.h>

#include <string.h>

#include "path.h"
#include "path_mtu.h"
#include "path_report.h"

#define REFUSED_RETRY		(60 * USEC)
#define CLOSING_TRIES		5
#define OPENS_INTERVAL		25000		/* of those by the peer */
#define OPENS_BURST		(2 * PATH_SLOTS)
#define STATUS_INTERVAL		(1 * USEC)
#define STATUS_BURST		16

/* The plaintext of a control datagram. */
struct plain {
	uint8_t		 buf[1024];
	size_t		 len;
	size_t		 room;
};

static int	 compose_challenge(struct path *, struct dgram *, uint64_t);
static int	 compose_close(struct path *, struct dgram *, uint64_t);
static void	 plain_begin(struct plain *, const struct path *);
static void	 plain_put(struct plain *, const struct frame *);
static void	 put_open(struct path *, struct plain *, uint64_t);
static void	 put_ok(struct path *, struct plain *, uint64_t);
static void	 put_responses(struct path *, struct plain *, uint64_t);
static void	 put_probe(struct path *, struct plain *, uint64_t);
static void	 put_status(struct path *, struct plain *, uint64_t);
static void	 put_mtu_result(struct path *, struct plain *, uint64_t);
static void	 put_closings(struct path *, struct plain *, uint64_t);
static void	 put_reports(struct path *, struct plain *, uint64_t);
static void	 settled(struct path *, const struct frame *, uint64_t);
static void	 take_frame(struct path *, const struct frame *,
		    const struct dgram *, uint64_t);
static void	 got_open(struct paths *, uint8_t, const struct frame *,
		    const struct dgram *, int, uint64_t);
static void	 open_accept(struct path *, const struct frame *,
		    const struct dgram *, int, uint64_t);
static void	 got_ok(struct path *, const struct frame *, uint64_t);
static void	 got_response(struct path *, const struct frame *,
		    const struct dgram *, uint64_t);
static void	 got_probe(struct path *, const struct frame *, uint64_t);
static struct path *path_named(struct paths *, const struct frame *);
static void	 got_status(struct path *, const struct frame *, uint64_t);
static void	 got_close(struct path *, uint64_t);
static uint8_t	 flags_of(const struct path *);
static void	 flags_set(struct path *, uint8_t);

/* In the order in which they are in a datagram. */
static const struct {
	unsigned int	 what;
	void		(*put)(struct path *, struct plain *, uint64_t);
} eliciting_frames[] = {
	{ PEND_OPEN,	put_open },
	{ PEND_OK,	put_ok },
	{ PEND_RESPONSE, put_responses },
	{ PEND_PROBE,	put_probe },
	{ PEND_STATUS,	put_status },
	{ PEND_MTU,	put_mtu_result },
	{ PEND_CLOSING,	put_closings }
};
#define ELICITING	(sizeof(eliciting_frames) / sizeof(eliciting_frames[0]))

/*
 * What is to be said
 */

void
path_want(struct path *p, unsigned int what)
{
	p->msg.pending |= what;
}

void
path_want_open(struct path *p, uint64_t when)
{
	p->msg.open_next = when;
	p->msg.open_tries = 0;
}

void
path_again_open(struct path *p, uint64_t pause, uint64_t now)
{
	path_want(p, p->opener ? PEND_OPEN : PEND_OK);
	p->msg.open_next = now + pause;
	p->msg.open_tries++;
}

void
path_want_status(struct path *p, uint64_t now)
{
	p->msg.status = 1;
	p->msg.status_number = NEVER;
	p->msg.status_next = now;
}

void
path_want_close(struct path *p)
{
	p->msg.closed = 1;
	p->msg.closes = 2;
}

void
path_closing(struct paths *ps, uint8_t id, uint8_t gen, uint8_t reason,
    uint64_t now)
{
	struct closing	*c;

	if (ps->nclosing == CLOSING_MAX)
		return;
	c = &ps->closing[ps->nclosing++];
	memset(c, 0, sizeof(*c));
	c->id = id;
	c->gen = gen;
	c->reason = reason;
	c->number = NEVER;
	c->next = now;
}

uint64_t
path_closing_deadline(const struct paths *ps)
{
	uint64_t	 when = NEVER;
	int		 i;

	for (i = 0; i < ps->nclosing; i++)
		when = MIN(when, ps->closing[i].next);
	return (when);
}

/*
 * Sending
 */

int
path_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct plain	 pl;
	unsigned int	 pending = p->msg.pending;
	size_t		 i;
	int		 eliciting;

	if (!path_addr_ready(&p->addr))
		return (0);
	if (compose_challenge(p, dg, now))
		return (1);
	if (p->msg.closed)
		return (compose_close(p, dg, now));
	if (p->addr.nresponse > 0)
		pending |= PEND_RESPONSE;
	if (now >= path_closing_deadline(p->paths) && path_usable(p))
		pending |= PEND_CLOSING;
	if (pending == 0)
		return (path_mtu_compose(p, dg, now));

	p->msg.pending = 0;
	plain_begin(&pl, p);
	for (i = 0; i < ELICITING; i++)
		if (pending & eliciting_frames[i].what)
			eliciting_frames[i].put(p, &pl, now);
	eliciting = pl.len > DATA_INNERLEN;
	if (pending & PEND_REPORT)
		put_reports(p, &pl, now);
	if (pl.len == DATA_INNERLEN && (pending & PEND_SYNC) == 0)
		return (0);
	return (path_seal(p, &p->addr.ep, pl.buf, pl.len, eliciting, dg,
	    now));
}

static int
compose_challenge(struct path *p, struct dgram *dg, uint64_t now)
{
	struct endpoint	 ep;
	struct plain	 pl;
	struct frame	 f;

	f.type = FRAME_CHALLENGE;
	if (!path_addr_challenge(&p->addr, DATA_OVERHEAD + 2 + TOKEN_LEN, &ep,
	    f.u.token))
		return (0);
	plain_begin(&pl, p);
	plain_put(&pl, &f);
	return (path_seal(p, &ep, pl.buf, pl.len, 0, dg, now));
}

static int
compose_close(struct path *p, struct dgram *dg, uint64_t now)
{
	struct plain	 pl;
	struct frame	 f;

	if (p->msg.closes == 0)
		return (0);
	p->msg.closes--;
	f.type = FRAME_CLOSE;
	f.u.close.reason = CLOSE_STOP;
	plain_begin(&pl, p);
	plain_put(&pl, &f);
	return (path_seal(p, &p->addr.ep, pl.buf, pl.len, 0, dg, now));
}

static void
plain_begin(struct plain *pl, const struct path *p)
{
	path_put_mark(p, pl->buf);
	pl->len = DATA_INNERLEN;
	pl->room = MIN(sizeof(pl->buf), DATA_INNERLEN + path_room(p,
	    p->pmtu.mtu));
}

static void
plain_put(struct plain *pl, const struct frame *f)
{
	pl->len += frame_put(f, pl->buf + pl->len, pl->room - pl->len);
}

static void
put_open(struct path *p, struct plain *pl, uint64_t now)
{
	struct frame	 f;

	f.type = FRAME_PATH_OPEN;
	f.u.open.gen = p->gen;
	f.u.open.flags = flags_of(p);
	f.u.open.mtu = p->terms.mtu_own;
	f.u.open.up = p->link->conf.up.rate / 1000;
	f.u.open.down = p->link->conf.down.rate / 1000;
	memcpy(f.u.open.token, p->addr.token, TOKEN_LEN);
	memcpy(f.u.open.name, p->name, sizeof(f.u.open.name));
	plain_put(pl, &f);
}

static void
put_ok(struct path *p, struct plain *pl, uint64_t now)
{
	struct frame	 f;

	f.type = FRAME_PATH_OK;
	f.u.ok.gen = p->gen;
	f.u.ok.flags = 0;
	f.u.ok.mtu = p->terms.mtu_own;
	memcpy(f.u.ok.token, p->addr.token_peer, TOKEN_LEN);
	memcpy(f.u.ok.own, p->addr.token, TOKEN_LEN);
	plain_put(pl, &f);
}

static void
put_responses(struct path *p, struct plain *pl, uint64_t now)
{
	struct frame	 f;

	f.type = FRAME_RESPONSE;
	while (path_addr_respond(&p->addr, f.u.token))
		plain_put(pl, &f);
}

static void
put_probe(struct path *p, struct plain *pl, uint64_t now)
{
	struct frame	 f;

	f.type = FRAME_PROBE;
	f.u.probe.time = (uint32_t)now;
	f.u.probe.number = liveness_probe(&p->live, now);
	f.u.probe.flags = p->st.state == PATH_UP ? 0 : PROBE_SUSPECT;
	plain_put(pl, &f);
}

static void
put_status(struct path *p, struct plain *pl, uint64_t now)
{
	struct frame	 f;

	f.type = FRAME_PATH_STATUS;
	f.u.status.path = p->id;
	f.u.status.gen = p->gen;
	f.u.status.flags = flags_of(p) |
	    (p->st.disabled ? PATH_FLAG_DISABLED : 0);
	f.u.status.up = f.u.status.down = 0;
	if (p->opener) {
		f.u.status.up = p->link->conf.up.rate / 1000;
		f.u.status.down = p->link->conf.down.rate / 1000;
	}
	plain_put(pl, &f);
	p->msg.status_number = p->lane->tx_next;
	p->msg.status_next = now + path_dead_time(p);
}

static void
put_mtu_result(struct path *p, struct plain *pl, uint64_t now)
{
	pl->len += path_mtu_put_result(p, pl->buf + pl->len,
	    pl->room - pl->len, now);
}

/* On this path, of others. */
static void
put_closings(struct path *p, struct plain *pl, uint64_t now)
{
	struct paths	*ps = p->paths;
	struct closing	*c;
	struct frame	 f;
	int		 i;

	for (i = ps->nclosing - 1; i >= 0; i--) {
		c = &ps->closing[i];
		if (now < c->next || pl->room - pl->len < FRAME_MAX)
			continue;
		f.type = FRAME_PATH_CLOSE;
		f.u.close.path = c->id;
		f.u.close.gen = c->gen;
		f.u.close.reason = c->reason;
		plain_put(pl, &f);
		c->via = p->id;
		c->number = p->lane->tx_next;
		c->next = now + path_dead_time(p);
		if (++c->tries >= CLOSING_TRIES)
			*c = ps->closing[--ps->nclosing];
	}
}

/* About this path, then about others that have news. */
static void
put_reports(struct path *p, struct plain *pl, uint64_t now)
{
	struct paths	*ps = p->paths;
	struct path	*q;
	struct frame	 f;
	int		 i;

	path_report_fill(p, &f, now);
	plain_put(pl, &f);
	receipt_reported(&p->receipt, now);
	for (i = 0; i < ps->n; i++) {
		q = ps->list[i];
		if (q == p || !q->receipt.news ||
		    pl->room - pl->len < FRAME_MAX)
			continue;
		path_report_fill(q, &f, now);
		plain_put(pl, &f);
	}
}

/*
 * Receiving
 */

int
path_frames(struct paths *ps, uint8_t id, const struct dgram *dg,
    const uint8_t *buf, size_t len, int proved, uint64_t now)
{
	struct frame	 f;
	struct path	*p;
	uint64_t	 number;
	int		 r, eliciting = 0;

	while ((r = frame_get(&f, &buf, &len)) == 1) {
		if (f.type != FRAME_REPORT)
			eliciting = 1;
		switch (f.type) {
		case FRAME_PATH_OPEN:
			got_open(ps, id, &f, dg, proved, now);
			break;
		case FRAME_CLOSE:
			return (1);
		case FRAME_PATH_STATUS:
			if ((p = path_named(ps, &f)) != NULL)
				got_status(p, &f, now);
			break;
		case FRAME_PATH_CLOSE:
			if ((p = path_named(ps, &f)) != NULL)
				got_close(p, now);
			break;
		case FRAME_REPORT:
			if ((p = path_report_read(ps, id, &f, &number,
			    now)) != NULL)
				settled(p, &f, number);
			break;
		case FRAME_MTU_RESULT:
			if (ps->id[id] != NULL)
				path_mtu_result(ps, &f, now);
			break;
		default:
			if ((p = ps->id[id]) != NULL)
				take_frame(p, &f, dg, now);
			break;
		}
	}
	if (r == -1)
		ps->rx_malformed++;
	if (eliciting && (p = ps->id[id]) != NULL)
		path_report_want(p, now);
	return (0);
}

/* A REPORT about the path whose highest number this is: what has arrived is
 * not repeated. */
static void
settled(struct path *p, const struct frame *report, uint64_t number)
{
	struct paths	*ps = p->paths;
	struct closing	*c;
	int		 i;

	if (p->msg.status && p->msg.status_number != NEVER &&
	    report_has(report, number, p->msg.status_number))
		p->msg.status = 0;
	for (i = ps->nclosing - 1; i >= 0; i--) {
		c = &ps->closing[i];
		if (c->number != NEVER && c->via == p->id &&
		    report_has(report, number, c->number))
			*c = ps->closing[--ps->nclosing];
	}
}

/* What is about the path that it came on. */
static void
take_frame(struct path *p, const struct frame *f, const struct dgram *dg,
    uint64_t now)
{
	switch (f->type) {
	case FRAME_PATH_OK:
		got_ok(p, f, now);
		break;
	case FRAME_CHALLENGE:
		path_addr_challenged(&p->addr, f->u.token);
		break;
	case FRAME_RESPONSE:
		got_response(p, f, dg, now);
		break;
	case FRAME_PROBE:
		got_probe(p, f, now);
		break;
	case FRAME_MTU_PROBE:
		path_mtu_probed(p, f, dg, now);
		break;
	default:
		break;
	}
}

/* The path that is named in the frame, if it is still the one meant. */
static struct path *
path_named(struct paths *ps, const struct frame *f)
{
	struct path	*p;

	if (f->u.close.path >= PATH_IDS)
		return (NULL);
	p = ps->id[f->u.close.path];
	return (p != NULL && p->gen == f->u.close.gen ? p : NULL);
}

/*
 * The peer opens a path, or says again that it did.  A higher generation
 * replaces what was there, address included: the peer says that it moved.
 */
static void
got_open(struct paths *ps, uint8_t id, const struct frame *f,
    const struct dgram *dg, int proved, uint64_t now)
{
	struct path	*p = ps->id[id];
	struct lane	*lane;

	if (((id & PATH_ID_B) != 0) != ps->a_end)
		return;			/* only we open these */
	if (!frame_name_valid(f->u.open.name)) {
		ps->rx_malformed++;
		path_closing(ps, id, f->u.open.gen, CLOSE_CONFIGURATION, now);
		return;
	}
	if (p != NULL && (int8_t)(f->u.open.gen - p->gen) < 0)
		return;
	if (p != NULL && f->u.open.gen == p->gen) {
		if (memcmp(p->addr.token_peer, f->u.open.token, TOKEN_LEN) == 0)
			path_want(p, PEND_OK);
		return;
	}
	if (!ratelimit_allow(&ps->open_limit, OPENS_INTERVAL, OPENS_BURST, now))
		return;
	if (p != NULL) {
		open_accept(p, f, dg, proved, now);
		return;
	}
	if ((lane = paths_lane(ps, id)) == NULL ||
	    (p = path_alloc(ps, id, lane)) == NULL)
		return;
	path_rx(p, dg, now);
	receipt_opened(&p->receipt, now);
	open_accept(p, f, dg, proved, now);
}

static void
open_accept(struct path *p, const struct frame *f, const struct dgram *dg,
    int proved, uint64_t now)
{
	struct paths	*ps = p->paths;

	p->gen = f->u.open.gen;
	strlcpy(p->name, f->u.open.name, sizeof(p->name));
	p->link = link_find(ps->links, p->name);
	if (p->link != NULL && p->link->path != NULL)
		p->link = NULL;		/* a path of our own has that name */
	path_addr_accepted(&p->addr, dg, f->u.open.token, proved,
	    &ps->shared->rnd);
	path_rescue(p, now);
	path_forgive(p);
	flags_set(p, f->u.open.flags);
	path_peer_mtu(p, f->u.open.mtu);
	path_announced(p, f->u.open.down * 1000ULL, f->u.open.up * 1000ULL);
	path_own_mtu(p);
	path_mtu_start(p, now);
	path_want_open(p, now + ACCEPT_RETRY);
	path_want(p, PEND_OK);
	path_event(p, proved ? PATH_EVT_CONFIRM : PATH_EVT_OPEN, REASON_NONE,
	    now);
}

/* PATH_OK: the peer took the path; its token shows that we are here. */
static void
got_ok(struct path *p, const struct frame *f, uint64_t now)
{
	if (!p->opener || f->u.ok.gen != p->gen ||
	    memcmp(f->u.ok.token, p->addr.token, TOKEN_LEN) != 0)
		return;
	path_peer_mtu(p, f->u.ok.mtu);
	path_mtu_limits(p, now);
	path_addr_challenged(&p->addr, f->u.ok.own);
	if (p->st.state == PATH_OPENING || p->msg.open_next != NEVER) {
		p->msg.open_next = NEVER;
		path_forgive(p);
		path_event(p, PATH_EVT_CONFIRM, REASON_NONE, now);
	}
}

static void
got_response(struct path *p, const struct frame *f, const struct dgram *dg,
    uint64_t now)
{
	if (path_addr_response(&p->addr, &dg->ep, f->u.token, now))
		path_event(p, PATH_EVT_CONFIRM, REASON_NONE, now);
}

static void
got_probe(struct path *p, const struct frame *f, uint64_t now)
{
	struct paths	*ps = p->paths;
	struct path	*q;
	int		 i;

	receipt_probed(&p->receipt, now);
	path_want(p, PEND_REPORT);
	if ((f->u.probe.flags & PROBE_SUSPECT) == 0)
		return;
	/* our way to the peer may be the dead one */
	path_want(p, PEND_PROBE);
	/* tell it on another path too, should ours to the peer be dead */
	for (i = 0; i < ps->n; i++)
		if ((q = ps->list[i]) != p && path_usable(q)) {
			path_want(q, PEND_REPORT);
			break;
		}
}

/* The opener says what the link can do; either end, not to use it. */
static void
got_status(struct path *p, const struct frame *f, uint64_t now)
{
	if (!ratelimit_allow(&p->msg.status_limit, STATUS_INTERVAL,
	    STATUS_BURST, now))
		return;
	path_state_peer_disabled(&p->st,
	    (f->u.status.flags & PATH_FLAG_DISABLED) != 0);
	paths_changed(p->paths);
	if (p->opener)
		return;
	flags_set(p, f->u.status.flags);
	path_announced(p, f->u.status.down * 1000ULL,
	    f->u.status.up * 1000ULL);
}

/* An opener whose path is refused goes on asking, but seldom. */
static void
got_close(struct path *p, uint64_t now)
{
	if (!p->opener) {
		path_gone(p, REASON_CLOSED, now);
		return;
	}
	path_want_open(p, now + REFUSED_RETRY);
	path_event(p, PATH_EVT_REFUSE, REASON_REFUSED, now);
}

/* A backup's level is in the flags; 0 there is the first. */
static void
flags_set(struct path *p, uint8_t flags)
{
	uint8_t	 level = flags >> PATH_FLAG_LEVEL_SHIFT & PATH_FLAG_LEVEL_MAX;

	if ((flags & PATH_FLAG_BACKUP) == 0)
		level = 0;
	else if (level == 0)
		level = 1;
	path_backup(p, level, (flags & PATH_FLAG_OVERFLOW) != 0);
}

static uint8_t
flags_of(const struct path *p)
{
	if (p->terms.backup == 0)
		return (0);
	return (PATH_FLAG_BACKUP | p->terms.backup << PATH_FLAG_LEVEL_SHIFT |
	    (p->terms.overflow ? PATH_FLAG_OVERFLOW : 0));
}
