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


#ifndef DELAY_H
#define DELAY_H

/*
 * The delay of a path: round-trip time (RFC 6298) and one-way delay, in
 * microseconds.  The latter has the offset of the two ends' clocks in it:
 * only differences between paths and to its own least value mean something.
 */

#include <stdint.h>

struct delay {
	int64_t		 srtt;		/* -1 no sample */
	int64_t		 rttvar;
	int64_t		 owd;		/* smoothed */
	int		 valid;		/* there is an owd */
	int64_t		 base;		/* least lately */
	int64_t		 least;		/* of this window */
	int64_t		 last;		/* of the one before */
	uint64_t	 at;
	uint64_t	 aged;		/* owd is as of then */
};

void	 delay_init(struct delay *);
void	 delay_rtt(struct delay *, int64_t);
void	 delay_owd(struct delay *, int64_t, uint64_t);
void	 delay_owd_is(struct delay *, int64_t);
void	 delay_owd_forget(struct delay *);
void	 delay_age(struct delay *, int64_t, uint64_t);
int64_t	 delay_queueing(const struct delay *);

/*
 * delay_rtt(us), delay_owd(us, now): a sample.  A round trip longer than
 *	10 seconds, or less than nothing, is not counted.
 * delay_owd_is(us): not smoothed, as what was before is too long ago;
 *	delay_owd_forget(): nor is the least value worth anything.
 * delay_age(jitter, now): nothing was sent since the last sample.
 * delay_queueing(): what the smoothed one-way delay is above the least.
 */

#endif /* DELAY_H */
