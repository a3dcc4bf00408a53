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
 * HELLOs that were answered.
 */

#include <string.h>

#include "seen.h"
#include "wire.h"

void
seen_init(struct seen *s)
{
	size_t	 i;

	for (i = 0; i < SEEN_BUCKETS; i++)
		LIST_INIT(&s->bucket[i]);
}

void
seen_add(struct seen *s, struct seen_hello *r, struct assoc *as,
    const uint8_t mac1[MAC_LEN])
{
	r->assoc = as;
	memcpy(r->mac1, mac1, sizeof(r->mac1));
	LIST_INSERT_HEAD(&s->bucket[get32(mac1) % SEEN_BUCKETS], r, entry);
}

void
seen_del(struct seen_hello *r)
{
	if (r->assoc == NULL)
		return;
	LIST_REMOVE(r, entry);
	r->assoc = NULL;
}

struct seen_hello *
seen_find(const struct seen *s, const uint8_t mac1[MAC_LEN])
{
	struct seen_hello	*r;

	LIST_FOREACH(r, &s->bucket[get32(mac1) % SEEN_BUCKETS], entry)
		if (memcmp(r->mac1, mac1, MAC_LEN) == 0)
			return (r);
	return (NULL);
}
