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

static uint64_t	 report_interval(const struct path *);
static void	 report_gaps(const struct path *, struct frame *, uint64_t);
static int	 reorders(const struct path *, uint64_t);
static void	 learn_rtt(struct path *, const struct frame *,
		    const struct sent *, uint64_t);
static void	 learn_delay(struct path *, const struct frame *,
		    const struct sent *, uint64_t);
static int	 others_full(const struct path *, uint64_t);
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
	loss_count(&p->rx_loss, highest - p->out.loss_number,
	    dgrams - p->out.loss_dgrams, 0, now);
	p->out.loss_number = highest;
	p->out.loss_dgrams = dgrams;
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
		flight_report(&p->flight, number, now);
		if ((s = flight_sent(&p->flight, number)) != NULL) {
			if (via == p->id)
				learn_rtt(p, f, s, now);
			learn_delay(p, f, s, now);
		}
	}
	if (p->in.rx != 0) {
		probes = newer ? path_mtu_report(p, f, before, number, now) : 0;
		learn_loss(p, f, number, probes, now);
	}
	settle(p, f, before, number, now);
	history_report(&p->history, f, number, deliver_hold_time(t), now);
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
	delay_rtt(&p->delay, rtt);
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
	delay_owd(&p->delay, rs.owd - (int64_t)(s->bytes * 8 * USEC /
	    p->rate.bps), now);
	if (p->in.rx != 0) {
		rs.rx_dgrams = f->u.report.dgrams - p->in.dgrams;
		rs.rx_bytes = f->u.report.bytes - p->in.bytes;
		rs.rx_us = f->u.report.arrival - p->in.arrival;
		rs.tx_bytes = s->total - p->in.total;
		rs.tx_us = s->time - p->in.sent;
		rs.rtt = p->delay.srtt;
		rs.interval = p->in.interval * 1000;
		rs.others_full = others_full(p, now);
		rate_report(&p->rate, &rs, now);
		hint_report(p, &rs, now);
	}
	p->in.total = s->total;
	p->in.sent = s->time;
}

static int
others_full(const struct path *p, uint64_t now)
{
	struct tunnel	*t = p->tunnel;
	int		 i;

	for (i = 0; i < t->npaths; i++)
		if (t->paths[i] != p && rate_is_full(&t->paths[i]->rate,
		    now - MAX(p->delay.srtt, 1000) - p->in.interval * 1000))
			return (1);
	return (0);
}

/* Nothing queues any more where nothing was sent. */
static void
age_delays(struct tunnel *t, uint64_t now)
{
	struct path	*p;
	int		 i;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (!flight_waits(&p->flight))
			delay_age(&p->delay, p->rate.jitter, now);
	}
}

/* probes: how many of the numbers are not to count. */
static void
learn_loss(struct path *p, const struct frame *f, uint64_t number,
    unsigned int probes, uint64_t now)
{
	uint64_t	 sent = 0;

	if (number > p->in.number)
		sent = number - p->in.number - probes;
	/* a link that is left out is sent so little that this takes longer */
	loss_count(&p->tx_loss, sent, (uint32_t)(f->u.report.dgrams -
	    p->in.dgrams), p->live.quality != QUALITY_GOOD, now);
}

/* What the report decides: outstanding data, suspicion, repeated frames. */
static void
settle(struct path *p, const struct frame *f, uint64_t before,
    uint64_t number, uint64_t now)
{
	path_settled(p, f, number);
	if (number < before)
		return;
	path_answered(p, number, now);
}
