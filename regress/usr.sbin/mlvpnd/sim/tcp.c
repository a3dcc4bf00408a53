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
 * A TCP for the simulator, near to what Linux does by default: CUBIC
 * (RFC 9438) with HyStart, SACK (RFC 2018, 2883), RACK and TLP (RFC 8985),
 * PRR (RFC 6937), undo by time stamps (RFC 3522) and by DSACK, delayed ACKs.
 * Data is counted in whole segments.
 */

#include <sys/types.h>
#include <netinet/in.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "wire.h"

#define IPLEN		20
#define HDRLEN		20
#define TSLEN		12
#define SACKLEN(n)	(4 + 8 * (n))
#define MAX_SACK	3
#define WINDOW		4096		/* segments */

#define INIT_CWND	10
#define RTO_MIN		(200 * MSEC)
#define RTO_INIT	(1000 * MSEC)
#define RTO_MAX		(120 * USEC)
#define DELACK		(40 * MSEC)
#define QUICKACKS	16

#define CUBIC_C		0.4
#define CUBIC_BETA	0.7

#define HYSTART_LOW	16		/* segments */
#define HYSTART_SAMPLES	8
#define HYSTART_TRAIN	(2 * MSEC)
#define HYSTART_MIN	(4 * MSEC)
#define HYSTART_MAX	(16 * MSEC)

#define TH_SYN		0x02
#define TH_ACK		0x10

#define SEG_SACKED	0x01
#define SEG_LOST	0x02
#define SEG_AGAIN	0x04		/* a repetition is under way */
#define SEG_REPEATED	0x08		/* there was one ever */

struct seg {
	uint64_t	 sent;		/* last time */
	uint8_t		 flags;
};

enum tcp_state {
	OPEN,
	RECOVERY,
	LOSS
};

struct range {
	uint64_t	 from;		/* segment */
	uint64_t	 to;		/* one beyond */
};

struct tcp {
	struct sim_flow	*f;
	size_t		 mss;
	size_t		 size;		/* of seg[] and ooo[], power of 2 */

	/* sender */
	struct seg	*seg;
	int		 established;
	int		 syns;
	uint64_t	 una;
	uint64_t	 nxt;
	uint64_t	 end;
	uint64_t	 fack;		/* highest SACKed + 1 */
	uint64_t	 high;		/* where recovery ends */
	uint64_t	 hint;		/* none to repeat below */
	uint64_t	 sacked;
	uint64_t	 lost;
	uint64_t	 again;
	enum tcp_state	 state;
	double		 cwnd;
	double		 ssthresh;
	int		 limited;	/* by cwnd */
	uint64_t	 maxout;

	uint64_t	 srtt;
	uint64_t	 rttvar;
	uint64_t	 minrtt;
	int		 backoff;
	uint64_t	 rto_at;	/* NEVER: not set */
	uint64_t	 rack_at;
	uint64_t	 tlp_at;
	uint64_t	 ack_at;
	uint64_t	 timer;		/* earliest event under way */

	uint64_t	 rack_sent;
	uint64_t	 rack_seg;
	uint64_t	 rack_rtt;
	int		 reordered;
	unsigned int	 reo_mult;
	uint64_t	 reo_round;

	double		 prior_cwnd;
	double		 prior_ssthresh;
	int		 undo;		/* there is something to undo */
	uint64_t	 undo_repeats;
	uint64_t	 repeat_first;	/* time of the first repetition */
	double		 prr_delivered;
	double		 prr_out;

	double		 wmax;
	double		 origin;
	double		 west;
	double		 k;
	uint64_t	 epoch;		/* 0: none */

	int		 hystart;
	int		 found;
	uint64_t	 round_start;
	uint64_t	 round_end;	/* segment */
	uint64_t	 last_ack;
	uint64_t	 curr_rtt;
	int		 samples;

	/* receiver */
	uint8_t		*ooo;
	uint64_t	 rcv_nxt;
	uint64_t	 held;
	uint64_t	 recent[MAX_SACK];
	int		 nrecent;
	struct range	 dsack;
	unsigned int	 pending;
	unsigned int	 quick;
	int		 ack_now;
	uint32_t	 ts_recent;
	uint64_t	 last_sent_ack;
};

static void	 tcp_timer(struct sim *, void *);
static void	 tcp_arm(struct tcp *);
static void	 syn_send(struct tcp *);
static void	 output(struct tcp *);
static uint64_t	 in_flight(const struct tcp *);
static void	 segment_send(struct tcp *, uint64_t, int);
static int	 repeat_next(struct tcp *);
static void	 probe_tail(struct tcp *);
static void	 timeout(struct tcp *);
static uint64_t	 rto(const struct tcp *);
static void	 ack_input(struct tcp *, uint64_t, const struct range *, int,
		    uint32_t);
static void	 seg_delivered(struct tcp *, uint64_t, uint64_t *, uint64_t *);
static void	 sample_rtt(struct tcp *, uint64_t);
static uint64_t	 rack_window(const struct tcp *);
static int	 rack_detect(struct tcp *);
static void	 reduce(struct tcp *, enum tcp_state);
static void	 prr(struct tcp *, uint64_t);
static void	 undo(struct tcp *);
static void	 grow(struct tcp *, uint64_t);
static void	 cubic_grow(struct tcp *, uint64_t);
static void	 hystart_update(struct tcp *, uint64_t);
static void	 data_input(struct tcp *, uint64_t, uint32_t, int);
static void	 ack_send(struct tcp *);
static struct range held_range(const struct tcp *, uint64_t);

static struct seg *
seg_at(const struct tcp *t, uint64_t n)
{
	return (&t->seg[n & (t->size - 1)]);
}

struct tcp *
tcp_new(struct sim_flow *f)
{
	struct tcp	*t;

	t = sim_calloc(1, sizeof(*t));
	t->f = f;
	t->mss = f->size - IPLEN - HDRLEN - TSLEN;
	t->end = NEVER;
	if (f->limit != 0)
		t->end = (f->limit + t->mss - 1) / t->mss;
	t->size = 16;
	while (t->size < WINDOW && t->size <= t->end)
		t->size *= 2;
	t->seg = sim_calloc(t->size, sizeof(*t->seg));
	t->ooo = sim_calloc(t->size, 1);
	t->cwnd = INIT_CWND;
	t->ssthresh = INFINITY;
	t->minrtt = NEVER;
	t->rto_at = t->rack_at = t->tlp_at = t->ack_at = t->timer = NEVER;
	t->reo_mult = 1;
	t->hystart = 1;
	t->quick = QUICKACKS;
	return (t);
}

void
tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	free(t->seg);
	free(t->ooo);
	free(t);
}

void
tcp_hystart(struct sim_flow *f, int on)
{
	f->tcp->hystart = on;
}

void
tcp_start(struct sim *sim, void *arg)
{
	struct sim_flow	*f = arg;

	syn_send(f->tcp);
}

void
tcp_print(const struct sim_flow *f)
{
	const struct tcp	*t = f->tcp;

	printf("\t  %llu repeated, %llu timeouts, %llu undone, "
	    "%llu out of order, %llu doubles; cwnd %.0f, srtt %.1f ms, "
	    "least %.1f ms\n", (unsigned long long)f->retransmits,
	    (unsigned long long)f->timeouts, (unsigned long long)f->undone,
	    (unsigned long long)f->disordered,
	    (unsigned long long)f->doubles, t->cwnd,
	    (double)t->srtt / 1000,
	    t->minrtt == NEVER ? 0.0 : (double)t->minrtt / 1000);
}

/*
 * Timers: any number of events may be under way, the one that comes at the
 * right time counts.
 */

static void
tcp_arm(struct tcp *t)
{
	uint64_t	 at;

	at = t->rto_at;
	if (t->rack_at < at)
		at = t->rack_at;
	if (t->tlp_at < at)
		at = t->tlp_at;
	if (t->ack_at < at)
		at = t->ack_at;
	if (at >= t->timer)
		return;
	t->timer = at;
	sim_at(t->f->sim, at, tcp_timer, t);
}

static void
tcp_timer(struct sim *sim, void *arg)
{
	struct tcp	*t = arg;

	if (t->timer != sim->now)
		return;
	t->timer = NEVER;
	if (t->ack_at <= sim->now)
		ack_send(t);
	if (t->rack_at <= sim->now) {
		t->rack_at = NEVER;
		if (rack_detect(t) && t->state == OPEN) {
			reduce(t, RECOVERY);
			prr(t, 0);
		}
		output(t);
	}
	if (t->tlp_at <= sim->now)
		probe_tail(t);
	if (t->rto_at <= sim->now)
		timeout(t);
	tcp_arm(t);
}

/*
 * Sender.
 */

/* A segment without payload, with room for more bytes after the stamps. */
static struct pkt *
header(struct tcp *t, int back, uint8_t flags, size_t more)
{
	struct pkt	*p;
	uint8_t		*h;

	p = flow_packet(t->f, back, IPPROTO_TCP,
	    IPLEN + HDRLEN + TSLEN + more);
	if (p == NULL)
		return (NULL);
	h = PKT_DATA(p) + IPLEN;
	memset(h + 4, 0, HDRLEN - 4 + TSLEN);
	h[12] = (HDRLEN + TSLEN) / 4 << 4;
	h[13] = flags;
	put16(h + 14, 0xffff);
	h[20] = h[21] = 1;
	h[22] = 8;
	h[23] = 10;
	put32(h + 24, (uint32_t)t->f->sim->now);
	return (p);
}

static void
syn_send(struct tcp *t)
{
	struct pkt	*p;

	if ((p = header(t, 0, TH_SYN, 0)) != NULL)
		flow_send(t->f, 0, p);
	t->f->sent++;
	t->rto_at = t->f->sim->now + (RTO_INIT << t->syns++);
	tcp_arm(t);
}

static uint64_t
in_flight(const struct tcp *t)
{
	return (t->nxt - t->una - t->sacked - t->lost + t->again);
}

static void
output(struct tcp *t)
{
	uint64_t	 out;
	int		 more = 1;

	if (!t->established)
		return;
	t->limited = 0;
	while (more) {
		if ((double)in_flight(t) + 1 > t->cwnd) {
			t->limited = 1;
			break;
		}
		if (t->lost > 0 && repeat_next(t))
			continue;
		more = 0;
		if (t->nxt < t->end && t->nxt - t->una < t->size - 1 &&
		    t->f->running && t->f->sim->now < t->f->stop) {
			seg_at(t, t->nxt)->flags = 0;
			segment_send(t, t->nxt, 0);
			t->nxt++;
			more = 1;
		}
	}
	if ((out = in_flight(t)) > t->maxout)
		t->maxout = out;
	if (t->nxt == t->una)
		t->rto_at = t->tlp_at = t->rack_at = NEVER;
	tcp_arm(t);
}

static void
segment_send(struct tcp *t, uint64_t n, int again)
{
	struct seg	*s = seg_at(t, n);
	struct pkt	*p;
	uint64_t	 now = t->f->sim->now, pto;

	if ((p = header(t, 0, TH_ACK, t->mss)) != NULL) {
		put32(PKT_DATA(p) + IPLEN + 4, (uint32_t)(n * t->mss));
		memset(PKT_DATA(p) + IPLEN + HDRLEN + TSLEN, (int)(n & 0xff),
		    t->mss);
		flow_send(t->f, 0, p);
	}
	s->sent = now;
	t->f->sent++;
	if (again) {
		t->f->retransmits++;
		s->flags |= SEG_AGAIN | SEG_REPEATED;
		t->again++;
		t->undo_repeats++;
		if (t->repeat_first == 0)
			t->repeat_first = now;
	}
	if (t->state == RECOVERY)
		t->prr_out++;
	if (t->rto_at == NEVER)
		t->rto_at = now + rto(t);
	if (t->state == OPEN && t->srtt != 0) {
		pto = 2 * t->srtt + (in_flight(t) <= 1 ? RTO_MIN : 2 * MSEC);
		if (now + pto < t->rto_at)
			t->tlp_at = now + pto;
	}
}

static int
repeat_next(struct tcp *t)
{
	struct seg	*s;

	if (t->hint < t->una)
		t->hint = t->una;
	for (; t->hint < t->nxt; t->hint++) {
		s = seg_at(t, t->hint);
		if ((s->flags & (SEG_LOST | SEG_AGAIN)) == SEG_LOST) {
			segment_send(t, t->hint, 1);
			return (1);
		}
	}
	return (0);
}

/* The tail may be lost without anything later to show it. */
static void
probe_tail(struct tcp *t)
{
	t->tlp_at = NEVER;
	if (t->nxt == t->una || t->state != OPEN)
		return;
	if (t->nxt < t->end && t->nxt - t->una < t->size - 1 &&
	    t->f->running) {
		seg_at(t, t->nxt)->flags = 0;
		segment_send(t, t->nxt, 0);
		t->nxt++;
	} else if (!(seg_at(t, t->nxt - 1)->flags & SEG_AGAIN))
		segment_send(t, t->nxt - 1, 1);
	t->tlp_at = NEVER;
	t->rto_at = t->f->sim->now + rto(t);
}

static void
timeout(struct tcp *t)
{
	struct seg	*s;
	uint64_t	 n;

	if (!t->established) {
		syn_send(t);
		return;
	}
	t->f->timeouts++;
	if (t->state != LOSS)
		reduce(t, LOSS);
	t->high = t->nxt;
	for (n = t->una; n < t->nxt; n++) {
		s = seg_at(t, n);
		if (s->flags & SEG_SACKED)
			continue;
		if (s->flags & SEG_AGAIN)
			t->again--;
		if (!(s->flags & SEG_LOST))
			t->lost++;
		s->flags = (s->flags | SEG_LOST) & ~SEG_AGAIN;
	}
	t->hint = t->una;
	t->cwnd = (double)in_flight(t) + 1;
	t->tlp_at = t->rack_at = NEVER;
	t->backoff++;
	t->rto_at = t->f->sim->now + rto(t);
	output(t);
}

static uint64_t
rto(const struct tcp *t)
{
	uint64_t	 v;

	v = RTO_INIT;
	if (t->srtt != 0)
		v = t->srtt +
		    (4 * t->rttvar > RTO_MIN ? 4 * t->rttvar : RTO_MIN);
	v <<= t->backoff < 10 ? t->backoff : 10;
	return (v < RTO_MAX ? v : RTO_MAX);
}

/* Everything below ack has arrived, and the ranges. */
static void
ack_input(struct tcp *t, uint64_t ack, const struct range *sack, int nsack,
    uint32_t tsecr)
{
	struct seg	*s;
	uint64_t	 n, to, now = t->f->sim->now;
	uint64_t	 delivered = 0, first = NEVER, last = NEVER;
	uint64_t	 una = t->una;
	int		 i, lost;

	if (ack > t->nxt)
		return;
	if (nsack > 0 && (sack[0].to <= ack || (nsack > 1 &&
	    sack[0].from >= sack[1].from && sack[0].to <= sack[1].to))) {
		/* DSACK: a repetition was not needed */
		if (t->undo && t->undo_repeats > 0 && --t->undo_repeats == 0)
			undo(t);
		if (t->una >= t->reo_round) {
			t->reo_round = t->nxt;
			if (t->reo_mult < 255)
				t->reo_mult++;
		}
		sack++;
		nsack--;
	}
	for (; t->una < ack; t->una++) {
		s = seg_at(t, t->una);
		if (s->flags & SEG_SACKED)
			t->sacked--;
		else {
			delivered++;
			seg_delivered(t, t->una, &first, &last);
		}
	}
	for (i = 0; i < nsack; i++) {
		n = sack[i].from > t->una ? sack[i].from : t->una;
		to = sack[i].to < t->nxt ? sack[i].to : t->nxt;
		for (; n < to; n++) {
			s = seg_at(t, n);
			if (s->flags & SEG_SACKED)
				continue;
			delivered++;
			seg_delivered(t, n, &first, &last);
			s->flags |= SEG_SACKED;
			t->sacked++;
			if (n >= t->fack)
				t->fack = n + 1;
		}
	}
	if (first != NEVER)
		sample_rtt(t, now - first);
	if (last != NEVER && t->state == OPEN)
		hystart_update(t, now - last);
	if (t->una > una) {
		t->backoff = 0;
		t->rto_at = now + rto(t);
		if (t->undo && t->state != OPEN && t->repeat_first != 0 &&
		    (int32_t)(tsecr - (uint32_t)t->repeat_first) < 0)
			undo(t);
		if (t->state != OPEN && t->una >= t->high) {
			if (t->state == RECOVERY)
				t->cwnd = t->ssthresh;
			t->state = OPEN;
		}
	}
	lost = rack_detect(t);
	if (lost && t->state == OPEN)
		reduce(t, RECOVERY);
	if (t->state == RECOVERY)
		prr(t, delivered);
	else if (t->una > una)
		grow(t, t->una - una);
	t->maxout = 0;
	if (t->f->limit != 0 && t->una == t->end && t->f->finished == 0)
		t->f->finished = now;
	output(t);
}

static void
seg_delivered(struct tcp *t, uint64_t n, uint64_t *first, uint64_t *last)
{
	struct seg	*s = seg_at(t, n);
	uint64_t	 now = t->f->sim->now;

	if (s->flags & SEG_LOST)
		t->lost--;
	if (s->flags & SEG_AGAIN)
		t->again--;
	s->flags &= ~(SEG_LOST | SEG_AGAIN);
	if (!(s->flags & SEG_REPEATED)) {
		if (n + 1 < t->fack)
			t->reordered = 1;
		if (*first == NEVER)
			*first = s->sent;
		*last = s->sent;
	} else if (now - s->sent < t->minrtt)
		return;			/* of the first sending */
	if (s->sent > t->rack_sent ||
	    (s->sent == t->rack_sent && n > t->rack_seg)) {
		t->rack_sent = s->sent;
		t->rack_seg = n;
		t->rack_rtt = now - s->sent;
	}
}

/* RFC 6298 */
static void
sample_rtt(struct tcp *t, uint64_t rtt)
{
	uint64_t	 d;

	if (rtt < t->minrtt)
		t->minrtt = rtt;
	if (t->srtt == 0) {
		t->srtt = rtt;
		t->rttvar = rtt / 2;
		return;
	}
	d = rtt > t->srtt ? rtt - t->srtt : t->srtt - rtt;
	t->rttvar = (3 * t->rttvar + d) / 4;
	t->srtt = (7 * t->srtt + rtt) / 8;
}

static uint64_t
rack_window(const struct tcp *t)
{
	uint64_t	 w;

	if (t->minrtt == NEVER)
		return (0);
	if (!t->reordered) {
		if (t->state != OPEN || t->sacked >= 3)
			return (0);
		return (t->minrtt / 4);
	}
	w = t->reo_mult * t->minrtt / 4;
	return (w < t->srtt ? w : t->srtt);
}

/* RFC 8985 6.2; true if a loss was found. */
static int
rack_detect(struct tcp *t)
{
	struct seg	*s;
	uint64_t	 n, late, now = t->f->sim->now, wait = NEVER;
	int		 found = 0;

	t->rack_at = NEVER;
	if (t->rack_sent == 0)
		return (0);
	for (n = t->una; n < t->nxt; n++) {
		s = seg_at(t, n);
		if (s->flags & SEG_SACKED ||
		    (s->flags & (SEG_LOST | SEG_AGAIN)) == SEG_LOST)
			continue;
		if (s->sent > t->rack_sent ||
		    (s->sent == t->rack_sent && n >= t->rack_seg))
			continue;
		late = s->sent + t->rack_rtt + rack_window(t);
		if (late > now) {
			if (late < wait)
				wait = late;
			continue;
		}
		if (s->flags & SEG_AGAIN)
			t->again--;
		if (!(s->flags & SEG_LOST))
			t->lost++;
		s->flags = (s->flags | SEG_LOST) & ~SEG_AGAIN;
		if (n < t->hint)
			t->hint = n;
		found = 1;
	}
	t->rack_at = wait;
	return (found);
}

static void
reduce(struct tcp *t, enum tcp_state state)
{
	t->prior_cwnd = t->cwnd;
	t->prior_ssthresh = t->ssthresh;
	t->undo = 1;
	t->undo_repeats = 0;
	t->repeat_first = 0;
	t->high = t->nxt;
	t->prr_delivered = t->prr_out = 0;
	t->state = state;
	t->tlp_at = NEVER;
	t->epoch = 0;
	t->wmax = t->cwnd < t->wmax ? t->cwnd * (1 + CUBIC_BETA) / 2 : t->cwnd;
	t->ssthresh = t->cwnd * CUBIC_BETA;
	if (t->ssthresh < 2)
		t->ssthresh = 2;
}

/* RFC 6937 with the reduction bound of slow start */
static void
prr(struct tcp *t, uint64_t delivered)
{
	double	 n, pipe;

	pipe = (double)in_flight(t);
	t->prr_delivered += (double)delivered;
	if (pipe > t->ssthresh)
		n = ceil(t->prr_delivered * t->ssthresh / t->prior_cwnd) -
		    t->prr_out;
	else {
		n = t->prr_delivered - t->prr_out;
		if (n < (double)delivered)
			n = (double)delivered;
		n++;
		if (n > t->ssthresh - pipe)
			n = t->ssthresh - pipe;
	}
	if (n < 1 && t->prr_out == 0)
		n = 1;
	t->cwnd = pipe + (n > 0 ? n : 0);
	if (t->cwnd < 1)
		t->cwnd = 1;
}

static void
undo(struct tcp *t)
{
	struct seg	*s;
	uint64_t	 n;

	t->f->undone++;
	t->undo = 0;
	if (t->cwnd < t->prior_cwnd)
		t->cwnd = t->prior_cwnd;
	if (t->ssthresh < t->prior_ssthresh)
		t->ssthresh = t->prior_ssthresh;
	t->state = OPEN;
	for (n = t->una; n < t->nxt; n++) {
		s = seg_at(t, n);
		if (s->flags & SEG_LOST)
			t->lost--;
		s->flags &= ~SEG_LOST;
	}
}

/* n segments more have been acknowledged in order. */
static void
grow(struct tcp *t, uint64_t n)
{
	double	 room;

	if (t->cwnd < t->ssthresh) {
		if (!t->limited && t->cwnd >= 2 * (double)t->maxout)
			return;
		room = t->ssthresh - t->cwnd;
		if ((double)n <= room) {
			t->cwnd += (double)n;
			return;
		}
		t->cwnd += room;
		n -= (uint64_t)room;
	}
	if (t->limited)
		cubic_grow(t, n);
}

/* RFC 9438, with Linux's fast convergence in reduce() */
static void
cubic_grow(struct tcp *t, uint64_t acked)
{
	double	 time, target, inc;

	if (t->epoch == 0) {
		t->epoch = t->f->sim->now;
		t->west = t->cwnd;
		if (t->cwnd < t->wmax) {
			t->k = cbrt((t->wmax - t->cwnd) / CUBIC_C);
			t->origin = t->wmax;
		} else {
			t->k = 0;
			t->origin = t->cwnd;
		}
	}
	time = (double)(t->f->sim->now - t->epoch + t->minrtt) / 1e6;
	target = t->origin + CUBIC_C * pow(time - t->k, 3);
	inc = target > t->cwnd ? (target - t->cwnd) / t->cwnd :
	    0.01 / t->cwnd;
	t->west += 3 * (1 - CUBIC_BETA) / (1 + CUBIC_BETA) * (double)acked /
	    t->cwnd;
	if (t->west > t->cwnd && inc < (t->west - t->cwnd) / t->cwnd)
		inc = (t->west - t->cwnd) / t->cwnd;
	if (inc > 0.5)
		inc = 0.5;
	t->cwnd += inc * (double)acked;
}

/* Ha, Rhee: Taming the elephants, with Linux's thresholds */
static void
hystart_update(struct tcp *t, uint64_t rtt)
{
	uint64_t	 now = t->f->sim->now, thresh;

	if (!t->hystart || t->found || t->cwnd >= t->ssthresh)
		return;
	if (t->una >= t->round_end) {
		t->round_start = t->last_ack = now;
		t->round_end = t->nxt;
		t->curr_rtt = NEVER;
		t->samples = 0;
	}
	if (t->cwnd < HYSTART_LOW)
		return;
	if (now - t->last_ack <= HYSTART_TRAIN) {
		t->last_ack = now;
		if (now - t->round_start > t->minrtt / 2)
			t->found = 1;
	}
	if (rtt < t->curr_rtt)
		t->curr_rtt = rtt;
	if (t->samples < HYSTART_SAMPLES)
		t->samples++;
	else {
		thresh = t->minrtt / 8;
		if (thresh < HYSTART_MIN)
			thresh = HYSTART_MIN;
		if (thresh > HYSTART_MAX)
			thresh = HYSTART_MAX;
		if (t->curr_rtt > t->minrtt + thresh)
			t->found = 1;
	}
	if (t->found)
		t->ssthresh = t->cwnd;
}

/*
 * Both ends: from bytes to segments.
 */

/* The segment whose first byte is numbered so, near to another one. */
static uint64_t
segment_near(const struct tcp *t, uint32_t byte, uint64_t near)
{
	int64_t	 d;

	d = (int32_t)(byte - (uint32_t)(near * t->mss));
	d = (int64_t)near + d / (int64_t)t->mss;
	return (d < 0 ? 0 : (uint64_t)d);
}

void
tcp_input(struct sim_flow *f, int back, const uint8_t *ip, size_t len,
    int more)
{
	struct tcp	*t = f->tcp;
	struct range	 sack[MAX_SACK];
	const uint8_t	*h = ip + IPLEN;
	struct pkt	*p;
	uint64_t	 seq;
	size_t		 hlen, i;
	int		 n = 0;

	if (len < IPLEN + HDRLEN + TSLEN ||
	    (hlen = (size_t)(h[12] >> 4) * 4) < HDRLEN + TSLEN ||
	    hlen > len - IPLEN) {
		f->corrupt++;
		return;
	}
	if (h[13] == TH_SYN) {
		if ((p = header(t, 1, TH_SYN | TH_ACK, 0)) != NULL)
			flow_send(f, 1, p);
		return;
	}
	if (h[13] == (TH_SYN | TH_ACK)) {
		if (!t->established) {
			t->established = 1;
			t->rto_at = NEVER;
			output(t);
		}
		return;
	}
	if (!back) {
		seq = segment_near(t, get32(h + 4), t->rcv_nxt);
		if (len != f->size) {
			f->corrupt++;
			return;
		}
		for (i = IPLEN + hlen; i < len; i++) {
			if (ip[i] != (seq & 0xff)) {
				f->corrupt++;
				return;
			}
		}
		data_input(t, seq, get32(h + 24), more);
		return;
	}
	if (hlen > HDRLEN + TSLEN)
		n = (h[35] - 2) / 8;
	for (i = 0; i < (size_t)n; i++) {
		sack[i].from = segment_near(t, get32(h + 36 + 8 * i), t->una);
		sack[i].to = segment_near(t, get32(h + 40 + 8 * i), t->una);
	}
	seq = segment_near(t, get32(h + 8), t->una);
	if (t->established && (seq >= t->una || n > 0))
		ack_input(t, seq > t->una ? seq : t->una, sack, n,
		    get32(h + 28));
}

/*
 * Receiver.
 */

/* One segment; with more of them to come in the same packet. */
static void
data_input(struct tcp *t, uint64_t n, uint32_t tsval, int more)
{
	struct sim_flow	*f = t->f;
	int		 i;

	if (n <= t->last_sent_ack &&
	    (int32_t)(tsval - t->ts_recent) >= 0)
		t->ts_recent = tsval;
	if (n < t->rcv_nxt || t->ooo[n & (t->size - 1)]) {
		f->doubles++;
		t->dsack.from = n;
		t->dsack.to = n + 1;
		ack_send(t);
		return;
	}
	f->received++;
	if (n > t->rcv_nxt) {
		if (n - t->rcv_nxt >= t->size)
			return;
		f->disordered++;
		t->ooo[n & (t->size - 1)] = 1;
		t->held++;
		/* the newest range comes first */
		for (i = 0; i < t->nrecent && t->recent[i] != n - 1; i++)
			;
		if (i == t->nrecent && t->nrecent < MAX_SACK)
			t->nrecent++;
		else if (i == t->nrecent)
			i--;
		for (; i > 0; i--)
			t->recent[i] = t->recent[i - 1];
		t->recent[0] = n;
		ack_send(t);
		return;
	}
	t->ack_now |= t->held > 0;
	do {
		if (n != t->rcv_nxt)
			t->held--;
		t->ooo[t->rcv_nxt & (t->size - 1)] = 0;
		t->rcv_nxt++;
		t->pending++;
		flow_arrived(f, t->mss);
	} while (t->ooo[t->rcv_nxt & (t->size - 1)]);
	if (more)
		return;
	if (t->quick > 0) {
		t->quick--;
		t->ack_now = 1;
	}
	if (t->ack_now || t->pending >= 2)
		ack_send(t);
	else if (t->ack_at == NEVER) {
		t->ack_at = f->sim->now + DELACK;
		tcp_arm(t);
	}
}

/* The range held around segment n. */
static struct range
held_range(const struct tcp *t, uint64_t n)
{
	struct range	 r;

	r.from = r.to = n;
	while (r.from > t->rcv_nxt && t->ooo[(r.from - 1) & (t->size - 1)])
		r.from--;
	while (r.to < t->rcv_nxt + t->size && t->ooo[r.to & (t->size - 1)])
		r.to++;
	return (r);
}

static void
ack_send(struct tcp *t)
{
	struct range	 r[MAX_SACK];
	struct pkt	*p;
	uint8_t		*h;
	int		 i, j, k = 0, n = 0;

	t->ack_at = NEVER;
	t->ack_now = 0;
	t->pending = 0;
	t->last_sent_ack = t->rcv_nxt;
	if (t->dsack.to != 0)
		r[n++] = t->dsack;
	t->dsack.to = 0;
	for (i = 0; i < t->nrecent; i++) {
		if (t->recent[i] < t->rcv_nxt)
			continue;
		t->recent[k++] = t->recent[i];
		if (n == MAX_SACK)
			continue;
		r[n] = held_range(t, t->recent[i]);
		for (j = 0; j < n && r[j].from != r[n].from; j++)
			;
		if (j == n)
			n++;
	}
	t->nrecent = k;
	p = header(t, 1, TH_ACK, n > 0 ? (size_t)SACKLEN(n) : 0);
	if (p == NULL)
		return;
	h = PKT_DATA(p) + IPLEN;
	put32(h + 8, (uint32_t)(t->rcv_nxt * t->mss));
	put32(h + 28, t->ts_recent);
	if (n > 0) {
		h[12] = (uint8_t)((HDRLEN + TSLEN + SACKLEN(n)) / 4 << 4);
		h[32] = h[33] = 1;
		h[34] = 5;
		h[35] = (uint8_t)(2 + 8 * n);
		for (i = 0; i < n; i++) {
			put32(h + 36 + 8 * i, (uint32_t)(r[i].from * t->mss));
			put32(h + 40 + 8 * i, (uint32_t)(r[i].to * t->mss));
		}
	}
	flow_send(t->f, 1, p);
}
