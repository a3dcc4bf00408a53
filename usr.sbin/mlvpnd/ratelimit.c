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
 * A token bucket.
 */

#include "ratelimit.h"

int
ratelimit_allow(struct ratelimit *r, uint64_t interval, unsigned int burst,
    uint64_t now)
{
	if (!ratelimit_left(r, (burst - 1) * interval + 1, now))
		return (0);
	ratelimit_take(r, interval, now);
	return (1);
}

int
ratelimit_left(const struct ratelimit *r, uint64_t burst, uint64_t now)
{
	return (r->due < now || r->due - now < burst);
}

void
ratelimit_take(struct ratelimit *r, uint64_t time, uint64_t now)
{
	if (r->due < now)
		r->due = now;
	r->due += time;
}
