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

/* Datagrams and their endpoints. */

#include "dgram.h"

int
dgram_take(struct dgram *all, struct dgram *first)
{
	*first = *all;
	first->run = 0;
	if (all->run != 0 && all->run < all->len)
		first->len = all->run;
	all->buf += first->len;
	all->len -= first->len;
	return (first->len <= PKT_SIZE);
}

int
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return (a->sock == b->sock && addr_equal(&a->remote, &b->remote));
}
