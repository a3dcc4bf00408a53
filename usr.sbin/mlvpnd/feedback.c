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
 * Remembers what the last report of the peer said, and what follows from two
 * of them.
 */


#include <sys/param.h>

#include "feedback.h"

#define INTERVAL_MAX	1000		/* ms, whatever a peer says */

int
feedback_is_old(const struct feedback *fb, const struct frame *f)
{
	return (fb->rx != 0 && (int32_t)(f->u.report.time - fb->time) < 0);
}

void
feedback_begin(struct feedback *fb, const struct frame *f)
{
	fb->interval = MIN(f->u.report.interval, INTERVAL_MAX);
}

int64_t
feedback_rtt(const struct frame *f, const struct sent *s, uint64_t now)
{
	int64_t	 held;

	held = (uint32_t)(f->u.report.time - f->u.report.arrival);
	return ((int64_t)(now - s->time) - held);
}

int64_t
feedback_owd(const struct frame *f, const struct sent *s)
{
	return ((int32_t)(f->u.report.arrival - (uint32_t)s->time));
}

void
feedback_sample(const struct feedback *fb, const struct frame *f,
    const struct sent *s, size_t overhead, struct rate_sample *rs)
{
	rs->tx_at = s->time;
	rs->tx_us = s->time - fb->sent;
	rs->tx_dgrams = s->number - fb->number;
	rs->tx_bytes = s->total - fb->total;
	rs->rx_us = f->u.report.arrival - fb->arrival;
	/* a peer may say anything */
	rs->rx_dgrams = MIN(f->u.report.dgrams - fb->came, SENT_RING);
	rs->rx_bytes = f->u.report.bytes - fb->bytes +
	    rs->rx_dgrams * overhead;
	rs->owd = feedback_owd(f, s);
	rs->interval = fb->interval * 1000;
	rs->held = s->holds != fb->holds;
}

void
feedback_newest(struct feedback *fb, const struct frame *f,
    const struct sent *s)
{
	fb->came = f->u.report.dgrams;
	fb->holds = s->holds;
	fb->total = s->total;
	fb->sent = s->time;
}

void
feedback_loss(const struct feedback *fb, const struct frame *f,
    uint64_t number, unsigned int probes, uint64_t *sent, uint64_t *got)
{
	*sent = number > fb->number ? number - fb->number - probes : 0;
	*got = (uint32_t)(f->u.report.dgrams - fb->dgrams);
}

void
feedback_keep(struct feedback *fb, const struct frame *f, uint64_t number,
    int newer, uint64_t now)
{
	fb->rx = now;
	fb->time = f->u.report.time;
	fb->number = number;
	fb->dgrams = f->u.report.dgrams;
	if (newer) {
		fb->bytes = f->u.report.bytes;
		fb->arrival = f->u.report.arrival;
	}
}
