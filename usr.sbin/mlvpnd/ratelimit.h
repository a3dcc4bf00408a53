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

#ifndef RATELIMIT_H
#define RATELIMIT_H

/*
 * A rate limit: how often something may happen.
 */

#include <stdint.h>

/* A token bucket; all zeros is a full one. */
struct ratelimit {
	uint64_t	 due;		/* when the bucket is full again */
};

/*
 * May it happen now?  Once an interval, and burst times at once; if so it is
 * counted.  Times are microseconds.
 */
int	 ratelimit_allow(struct ratelimit *, uint64_t interval,
	    unsigned int burst, uint64_t now);

/*
 * The same for work that is worth so many microseconds: is there less than
 * burst of it yet to be paid for, and some more is done.
 */
int	 ratelimit_left(const struct ratelimit *, uint64_t burst,
	    uint64_t now);
void	 ratelimit_take(struct ratelimit *, uint64_t time, uint64_t now);

#endif /* RATELIMIT_H */
