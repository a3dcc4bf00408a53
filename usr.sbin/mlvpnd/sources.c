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
 * Source addresses of received packets: a sorted list of prefixes without
 * overlaps, in which one that begins last before an address is the only one
 * that can have it.
 */

#include <stdlib.h>
#include <string.h>

#include "sources.h"

#define IP4_SOURCE	12		/* offsets in the headers */
#define IP6_SOURCE	8

static int	 prefix_cmp(const void *, const void *);
static int	 addr_cmp(const struct addr *, const struct addr *);
static int	 always(const struct addr *);

int
sources_set(struct sources *s, const struct prefix *prefixes, size_t n)
{
	struct prefix	*list = NULL;
	size_t		 i, kept = 0;

	if (n > 0 && (list = calloc(n, sizeof(*list))) == NULL)
		return (-1);
	for (i = 0; i < n; i++) {
		list[i] = prefixes[i];
		prefix_clear(&list[i]);
	}
	if (n > 0)
		qsort(list, n, sizeof(*list), prefix_cmp);
	for (i = 0; i < n; i++)
		if (kept == 0 ||
		    !prefix_covers(&list[kept - 1], &list[i].addr))
			list[kept++] = list[i];
	free(s->list);
	s->list = list;
	s->n = kept;
	return (0);
}

void
sources_free(struct sources *s)
{
	free(s->list);
	s->list = NULL;
	s->n = 0;
}

void
sources_read(struct addr *a, const uint8_t *packet)
{
	memset(a, 0, sizeof(*a));
	if (packet[0] >> 4 == 4) {
		a->family = 4;
		memcpy(a->ip, packet + IP4_SOURCE, 4);
	} else {
		a->family = 6;
		memcpy(a->ip, packet + IP6_SOURCE, 16);
	}
}

int
sources_allow(const struct sources *s, const struct addr *a)
{
	size_t	 low = 0, high = s->n, mid;

	if (s->n == 0 || always(a))
		return (1);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (addr_cmp(&s->list[mid].addr, a) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (low > 0 && prefix_covers(&s->list[low - 1], a));
}

/*
 * What a host uses that has no other address yet, or for its neighbours only:
 * neighbour discovery, multicast listeners, DHCP.
 */
static int
always(const struct addr *a)
{
	return (addr_is_any(a) || (a->family == 6 && a->ip[0] == 0xfe &&
	    (a->ip[1] & 0xc0) == 0x80));
}

/* Of those that begin together the largest is first. */
static int
prefix_cmp(const void *va, const void *vb)
{
	const struct prefix	*a = va, *b = vb;
	int			 c;

	if ((c = addr_cmp(&a->addr, &b->addr)) != 0)
		return (c);
	return ((a->len > b->len) - (a->len < b->len));
}

static int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return (a->family < b->family ? -1 : 1);
	return (memcmp(a->ip, b->ip, sizeof(a->ip)));
}
