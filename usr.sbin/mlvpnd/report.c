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

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "tunnel.h"

/*
 * Reports (mlvpn(7), REPORTS): what a receiver tells of a path, and what the
 * sender learns from it: round-trip time, one-way delay, delivery rate, loss,
 * and which datagrams arrived.
 */

#define REPORT_MIN		(20 * 1000)
#define REPORT_MAX		(100 * 1000)
#define REPORT_FIRST		(5 * 1000)
#define REPORT_PACKETS		8		/* time of so many */
#define REPORT_GAP_PAUSE	(2 * 1000)
#define REPORT_REORDER_TIME	(5 * 1000)
#define REPORT_REORDER_MEMORY	(10 * USEC)
#define REPORT_GAP_WINDOW	256		/* numbers looked back */

#define RTT_MAX			(10 * USEC)
#define LOSS_DGRAMS		256
#define LOSS_LEAST		8		/* that say anything */
#define LOSS_TIME		(2 * USEC)
#define OWD_WINDOW		(5 * USEC)

static uint64_t	 report_interval(const struct path *);
static void	 report_gaps(const struct path *, struct frame *, uint64_t);
static int	 reorders(const struct path *, uint64_t);
static void	 learn_rtt(struct path *, const struct frame *,
		    const struct sent *, uint64_t);
static void	 learn_delay(struct path *, const struct frame *,
		    const struct sent *, uint64_t);
static void	 age_delays(struct tunnel *, uint64_t);
static void	 learn_loss(struct path *, const struct frame *, uint64_t,
		    unsigned int, uint64_t);
static void	 settle(struct path *, const struct frame *, uint64_t,
		    uint64_t, uint64_t);

/*
 * The receiver
 */

/* Something came that calls for a report: soon if it is the first after a
 * silence, at the interval else. */
void
report_want(struct path *p, uint64_t now)
{
	uint64_t	 interval = report_interval(p), due;

	p->out.news = 1;
	if (now - p->out.tx >= interval)
		due = now + REPORT_FIRST;
	else
		due = p->out.tx + interval;
	p->out.due = MIN(p->out.due, due);
}

/* A gap showed: the sender can repair it while that is of use, so it hears
 * of it by the quickest path. */
void
report_want_gap(struct path *p, uint64_t now)
{
	struct path	*best;

	if ((best = path_quickest(p->tunnel)) == NULL)
		best = p;
	p->out.news = 1;
	if (reorders(p, now))
		now += REPORT_REORDER_TIME;
	best->out.due = MIN(best->out.due,
	    MAX(now, best->out.tx + REPORT_GAP_PAUSE));
}

static uint64_t
report_interval(const struct path *p)
{
	uint64_t	 us = REPORT_MIN;

	if (p->terms.rate_peer != 0)
		us = MAX(us, REPORT_PACKETS * PATH_MTU * 8 * USEC /
		    p->terms.rate_peer);
	return (MIN(us, REPORT_MAX));
}

void
report_fill(const struct path *p, struct frame *f, uint64_t now)
{
	const struct lane	*lane = p->tunnel->as.lane[p->id];

	memset(f, 0, sizeof(*f));
	f->type = FRAME_REPORT;
	f->u.report.path = p->id;
	f->u.report.gen = p->gen;
	if (p->out.answer)
		f->u.report.flags |= REPORT_ANSWER;
	if (!lane->rx_any)
		f->u.report.flags |= REPORT_NOTHING;
	f->u.report.highest = (uint32_t)lane->rx_highest;
	f->u.report.arrival = (uint32_t)p->out.highest_at;
	f->u.report.time = (uint32_t)now;
	f->u.report.dgrams = (uint32_t)lane->rx_dgrams;
	f->u.report.bytes = (uint32_t)lane->rx_bytes;
	f->u.report.interval = report_interval(p) / 1000;
	report_gaps(p, f, now);
}

/* Does the link itself change the order of datagrams? */
static int
reorders(const struct path *p, uint64_t now)
{
	return (p->out.reordered_at != 0 &&
	    now - p->out.reordered_at < REPORT_REORDER_MEMORY);
}

/*
 * The gaps below the highest number, newest first, out of the window.  On a
 * link that reorders the newest may yet come.
 */
static void
report_gaps(const struct path *p, struct frame *f, uint64_t now)
{
	const struct lane	*lane = p->tunnel->as.lane[p->id];
	struct gap		*g = NULL;
	uint64_t		 d, number;

	/* nothing is missing of a path that lost nothing lately */
	if (p->out.gap_until <= p->out.floor)
		return;
	d = reorders(p, now) ? REPORT_REORDERED : 1;
	for (; d < REPORT_GAP_WINDOW && d <= lane->rx_highest; d++) {
		number = lane->rx_highest - d;
		if (number <= p->out.floor)
			break;
		if (lane_has(lane, number)) {
			g = NULL;
			continue;
		}
		if (g == NULL) {
			if (f->u.report.ngaps == REPORT_GAPS_MAX)
				break;
			g = &f->u.report.gap[f->u.report.ngaps++];
			g->distance = d;
			g->length = 0;
		}
		g->length++;
	}
}

/* Loss of what this end receives, by the packet numbers that did not come. */
void
report_count_loss(struct path *p, uint64_t highest, uint64_t dgrams,
    uint64_t now)
{
	uint64_t	 sent, got;

	sent = highest - p->out.loss_number;
	got = dgrams - p->out.loss_dgrams;
	if (sent < LOSS_DGRAMS && now - p->rx_loss.at < LOSS_TIME)
		return;
	if (sent >= LOSS_LEAST)
		p->rx_loss.rate = got >= sent ? 0 : (sent - got) * 10000 / sent;
	p->out.loss_number = highest;
	p->out.loss_dgrams = dgrams;
	p->rx_loss.at = now;
}

/*
 * The sender
 */

/*
 * What the peer says of a path that this end sends on.  It may come on any
 * path; via is the one it came on.
 */
void
report_read(struct tunnel *t, uint8_t via, const struct frame *f,
    uint64_t now)
{
	const struct sent	*s;
	struct path		*p;
	struct lane		*lane;
	uint64_t		 number, before;
	unsigned int		 probes;
	int			 newer;

	p = f->u.report.path < PATH_IDS ? t->path[f->u.report.path] : NULL;
	if (p == NULL || p->gen != f->u.report.gen)
		return;
	if (p->in.rx != 0 &&
	    (int32_t)(f->u.report.time - p->in.time) < 0)
		return;			/* older than the last one */
	lane = t->as.lane[p->id];
	number = number_rebuild(lane->tx_next, f->u.report.highest);
	if (f->u.report.flags & REPORT_NOTHING || number >= lane->tx_next)
		return;

	before = p->flight.reported;
	newer = number >= before;
	lane->tx_reported = MAX(lane->tx_reported, number);
	p->in.interval = MIN(f->u.report.interval, 1000);
	if (newer) {
		p->flight.reported = number + 1;
		if ((s = path_sent(p, number)) != NULL) {
			if (via == p->id)
				learn_rtt(p, f, s, now);
			learn_delay(p, f, s, now);
		}
	}
	if (p->in.rx != 0) {
		probes = newer ? pmtu_report(p, f, before, number, now) : 0;
		learn_loss(p, f, number, probes, now);
	}
	settle(p, f, before, number, now);
	history_report(p, f, number, now);
	p->in.number = number;
	p->in.dgrams = f->u.report.dgrams;
	if (newer) {
		p->in.bytes = f->u.report.bytes;
		p->in.arrival = f->u.report.arrival;
	}
	p->in.time = f->u.report.time;
	p->in.rx = now;
	age_delays(t, now);
}

/* Of the newest datagram reported; the peer's delay taken out. */
static void
learn_rtt(struct path *p, const struct frame *f, const struct sent *s,
    uint64_t now)
{
	int64_t	 rtt, held;

	held = (uint32_t)(f->u.report.time - f->u.report.arrival);
	rtt = (int64_t)(now - s->time) - held;
	if (rtt >= 0 && rtt <= (int64_t)RTT_MAX)
		rtt_sample(p, rtt);
}

/* RFC 6298, us */
void
rtt_sample(struct path *p, int64_t rtt)
{
	if (p->delay.srtt == -1) {
		p->delay.srtt = rtt;
		p->delay.rttvar = rtt / 2;
		return;
	}
	p->delay.rttvar += (llabs(p->delay.srtt - rtt) - p->delay.rttvar) / 4;
	p->delay.srtt += (rtt - p->delay.srtt) / 8;
}

/*
 * What the datagram took, and at which rate those since the last report went
 * out and came in.  For the choice of a path the datagram's own time on the
 * link is taken out of its delay: small and large ones then have the same.
 */
static void
learn_delay(struct path *p, const struct frame *f, const struct sent *s,
    uint64_t now)
{
	struct rate_sample	 rs;

	rs.owd = (int32_t)(f->u.report.arrival - (uint32_t)s->time);
	owd_sample(p, rs.owd - (int64_t)(s->bytes * 8 * USEC / p->rate.bps),
	    now);
	if (p->in.rx != 0) {
		rs.rx_dgrams = f->u.report.dgrams - p->in.dgrams;
		rs.rx_bytes = f->u.report.bytes - p->in.bytes;
		rs.rx_us = f->u.report.arrival - p->in.arrival;
		rs.tx_bytes = s->total - p->in.total;
		rs.tx_us = s->time - p->in.sent;
		rate_report(p, &rs, now);
		hint_report(p, &rs, now);
	}
	p->in.total = s->total;
	p->in.sent = s->time;
}

/*
 * One-way delay, with the offset of the two ends' clocks in it: only
 * differences between paths and to its own least value mean something.
 */
void
owd_sample(struct path *p, int64_t owd, uint64_t now)
{
	if (!p->delay.valid || now - p->delay.at > OWD_WINDOW) {
		p->delay.last = p->delay.valid ? p->delay.least : owd;
		p->delay.least = owd;
		p->delay.at = now;
	}
	p->delay.least = MIN(p->delay.least, owd);
	p->delay.base = MIN(p->delay.least, p->delay.last);
	if (p->delay.valid)
		p->delay.owd += (owd - p->delay.owd) / 4;
	else
		p->delay.owd = owd;
	p->delay.valid = 1;
	p->delay.aged = now;
}

/*
 * What queued on a link that nothing is sent to goes away, a millisecond each
 * millisecond: or a path that was seen full once would stay out of use.
 */
static void
age_delays(struct tunnel *t, uint64_t now)
{
	struct path	*p;
	int64_t		 least;
	int		 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (!p->delay.valid || p->flight.eliciting > p->flight.reported)
			continue;
		least = p->delay.base + p->rate.jitter;
		if (p->delay.owd > least)
			p->delay.owd = MAX(least, p->delay.owd -
			    (int64_t)(now - p->delay.aged));
		p->delay.aged = now;
	}
}

/* probes: how many of the numbers are not to count. */
static void
learn_loss(struct path *p, const struct frame *f, uint64_t number,
    unsigned int probes, uint64_t now)
{
	if (number > p->in.number)
		p->tx_loss.sent += number - p->in.number - probes;
	p->tx_loss.got += (uint32_t)(f->u.report.dgrams - p->in.dgrams);
	if (p->tx_loss.sent < LOSS_DGRAMS && now - p->tx_loss.at < LOSS_TIME)
		return;
	/* a link that is left out is sent so little that this takes longer */
	if (p->tx_loss.sent < LOSS_LEAST && p->live.quality != LINK_UP)
		return;
	if (p->tx_loss.sent >= LOSS_LEAST)
		p->tx_loss.rate = p->tx_loss.got >= p->tx_loss.sent ? 0 :
		    (p->tx_loss.sent -
		    p->tx_loss.got) * 10000 / p->tx_loss.sent;
	p->tx_loss.sent = p->tx_loss.got = 0;
	p->tx_loss.at = now;
}

/* Did number arrive, by a report whose highest is highest? */
int
report_has(const struct frame *f, uint64_t highest, uint64_t number)
{
	uint64_t	 d = highest - number;
	int		 i;

	for (i = 0; i < f->u.report.ngaps; i++)
		if (d >= f->u.report.gap[i].distance &&
		    d < (uint64_t)f->u.report.gap[i].distance +
		    f->u.report.gap[i].length)
			return (0);
	return (number <= highest);
}

/* What the report decides: outstanding data, suspicion, repeated frames. */
static void
settle(struct path *p, const struct frame *f, uint64_t before,
    uint64_t number, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	struct closing	*c;
	const struct sent *s;
	int		 i;

	if (p->msg.status && p->msg.status_number != NEVER &&
	    report_has(f, number, p->msg.status_number))
		p->msg.status = 0;
	for (i = t->nclosing - 1; i >= 0; i--) {
		c = &t->closing[i];
		if (c->number != NEVER && c->via == p->id &&
		    report_has(f, number, c->number))
			*c = t->closing[--t->nclosing];
	}
	if (number < before)
		return;
	if (p->flight.eliciting > p->flight.reported) {
		s = path_sent(p, p->flight.reported);
		p->flight.out_since = s != NULL ? s->time : now;
	}
	path_reported(p, number, now);
}
