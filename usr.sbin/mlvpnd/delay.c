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
 * Estimates the round trip time and the one-way delay of a path.
 */

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "delay.h"

#define RTT_MAX		((int64_t)(10 * USEC))
#define OWD_WINDOW	(5 * USEC)	/* of the least value; two of them */

void
delay_init(struct delay *d)
{
	memset(d, 0, sizeof(*d));
	d->srtt = d->rttvar = -1;
}

/* RFC 6298, 2: alpha 1/8, beta 1/4. */
void
delay_rtt(struct delay *d, int64_t rtt)
{
	if (rtt < 0 || rtt > RTT_MAX)
		return;
	if (d->srtt == -1) {
		d->srtt = rtt;
		d->rttvar = rtt / 2;
		return;
	}
	d->rttvar += (llabs(d->srtt - rtt) - d->rttvar) / 4;
	d->srtt += (rtt - d->srtt) / 8;
}

void
delay_owd(struct delay *d, int64_t owd, uint64_t now)
{
	if (!d->valid || now - d->at > OWD_WINDOW) {
		d->last = d->valid ? d->least : owd;
		d->least = owd;
		d->at = now;
	}
	d->least = MIN(d->least, owd);
	d->base = MIN(d->least, d->last);
	if (d->valid)
		d->owd += (owd - d->owd) / 4;
	else
		d->owd = owd;
	d->valid = 1;
	d->aged = now;
}

void
delay_owd_is(struct delay *d, int64_t owd)
{
	d->owd = owd;
}

void
delay_owd_forget(struct delay *d)
{
	d->valid = 0;
}

/*
 * What queued on a link that nothing is sent to goes away, a millisecond each
 * millisecond: or a path that was seen full once would stay out of use.
 */
void
delay_age(struct delay *d, int64_t jitter, uint64_t now)
{
	int64_t	 least = d->base + jitter;

	if (!d->valid)
		return;
	if (d->owd > least)
		d->owd = MAX(least, d->owd - (int64_t)(now - d->aged));
	d->aged = now;
}

int64_t
delay_queueing(const struct delay *d)
{
	return (d->valid ? MAX(0, d->owd - d->base) : 0);
}
