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
 * The reports of a path (mlvpn(7), FEEDBACK): what this end tells, and what
 * it learns from the peer's: round-trip time, one-way delay, delivery rate,
 * loss, and which datagrams arrived.
 */

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "path_mtu.h"
#include "path_report.h"

static void	 learn_delay(struct path *, const struct frame *,
		    const struct sent *, uint64_t);
static void	 learn_hint(struct path *, const struct rate_sample *,
		    uint64_t);
static uint64_t	 line_bytes(const struct path *, uint32_t, uint64_t);
static void	 age_delays(struct paths *, uint64_t);
static void	 learn_tx_loss(struct path *, const struct frame *, uint64_t,
		    unsigned int, uint64_t);

/*
 * The receiver
 */

/* Something came that calls for a report. */
void
path_report_want(struct path *p, uint64_t now)
{
	receipt_want(&p->receipt, receipt_interval(p->terms.rate_peer), now);
}

/* A gap showed: the sender hears of it by the quickest path. */
void
path_report_want_gap(struct path *p, uint64_t now)
{
	struct path	*best;

	if ((best = paths_quickest(p->paths)) == NULL)
		best = p;
	receipt_want_gap(&p->receipt, &best->receipt, now);
}

void
path_report_fill(const struct path *p, struct frame *f, uint64_t now)
{
	receipt_fill(&p->receipt, p->lane,
	    receipt_interval(p->terms.rate_peer), f, now);
	f->u.report.path = p->id;
	f->u.report.gen = p->gen;
}

/*
 * The sender
 */

/*
 * What the peer says of a path that this end sends on.  It may come on any
 * path; via is the one it came on.  Returns the path that it is about, and its
 * highest number; NULL if it tells nothing.
 */
struct path *
path_report_read(struct paths *ps, uint8_t via, const struct frame *f,
    uint64_t *highest, uint64_t now)
{
	const struct sent	*s;
	struct path		*p;
	struct lane		*lane;
	uint64_t		 number, before;
	unsigned int		 probes;
	int			 newer, outage;

	p = f->u.report.path < PATH_IDS ? ps->id[f->u.report.path] : NULL;
	if (p == NULL || p->gen != f->u.report.gen)
		return (NULL);
	if (feedback_is_old(&p->feedback, f))
		return (NULL);
	lane = p->lane;
	number = number_rebuild(lane->tx_next, f->u.report.highest);
	if (f->u.report.flags & REPORT_NOTHING || number >= lane->tx_next)
		return (NULL);

	/* what was lost while nothing came is no sign of a lossy link */
	outage = flight_waits(&p->flight) &&
	    now - p->flight.out_since > path_dead_time(p);
	before = p->flight.reported;
	newer = number >= before;
	lane->tx_reported = MAX(lane->tx_reported, number);
	feedback_begin(&p->feedback, f);
	if (newer) {
		flight_report(&p->flight, number, now);
		if ((s = flight_sent(&p->flight, number)) != NULL) {
			if (via == p->id)
				delay_rtt(&p->delay, feedback_rtt(f, s, now));
			learn_delay(p, f, s, now);
		}
	}
	if (p->feedback.rx != 0) {
		probes = newer ? path_mtu_report(p, f, before, number, now) : 0;
		if (!outage)
			learn_tx_loss(p, f, number, probes, now);
	}
	if (newer)
		path_answered(p, number, now);
	history_report(&p->history, f, number, paths_hold_time(ps), now);
	feedback_keep(&p->feedback, f, number, newer, now);
	age_delays(ps, now);
	*highest = number;
	return (p);
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

	delay_owd(&p->delay, feedback_owd(f, s) - (int64_t)(s->bytes * 8 *
	    USEC / p->rate.bps), now);
	if (p->feedback.rx != 0) {
		feedback_sample(&p->feedback, f, s, ip_overhead(&p->addr.ep),
		    &rs);
		rs.tx_bytes = line_bytes(p, rs.tx_dgrams, rs.tx_bytes);
		rs.rx_bytes = line_bytes(p, rs.rx_dgrams, rs.rx_bytes);
		rs.rtt = p->delay.srtt - delay_queueing(&p->delay);
		rs.rttvar = p->delay.rttvar;
		rate_report(&p->rate, &rs, now);
		learn_hint(p, &rs, now);
	}
	feedback_newest(&p->feedback, f, s);
}

/* Is the configured rate more than the link delivers? */
static void
learn_hint(struct path *p, const struct rate_sample *rs, uint64_t now)
{
	struct hint_sample	 sample;
	uint64_t		 bps;

	sample.configured = p->terms.rate_conf;
	sample.held_back = p->rate.saturated_at;
	sample.queue = rate_is_less(&p->rate);
	sample.rx_bytes = rs->rx_bytes;
	sample.rx_us = rs->rx_us;
	if (hint_report(&p->hint, &sample, now) &&
	    hint_get(&p->hint, &bps, now) == HINT_LESS)
		notify_bandwidth(p->paths->notify, p->name, sample.configured,
		    bps);
}

/* What so many datagrams are on the line, all bytes of IP packets given. */
static uint64_t
line_bytes(const struct path *p, uint32_t dgrams, uint64_t bytes)
{
	if (dgrams == 0)
		return (bytes);
	return ((uint64_t)dgrams * path_line_bytes(p, bytes / dgrams));
}

/* Nothing queues any more where nothing was sent. */
static void
age_delays(struct paths *ps, uint64_t now)
{
	struct path	*p;
	int		 i;

	for (i = 0; i < ps->n; i++) {
		p = ps->list[i];
		if (!flight_waits(&p->flight))
			delay_age(&p->delay, rate_jitter(&p->rate), now);
	}
}

/* probes: how many of the numbers are not to count. */
static void
learn_tx_loss(struct path *p, const struct frame *f, uint64_t number,
    unsigned int probes, uint64_t now)
{
	uint64_t	 sent, got;

	feedback_loss(&p->feedback, f, number, probes, &sent, &got);
	/* a link without packets is sent so little that this takes longer */
	loss_count(&p->tx_loss, sent, got, path_doubtful(p, now), now);
}
