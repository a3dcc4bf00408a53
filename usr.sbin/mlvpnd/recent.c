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
 * Keeps the last events.
 */

#include <string.h>

#include "clock.h"
#include "recent.h"

static struct {
	uint64_t	 time;		/* us */
	char		 text[CTL_EVENT_SIZE];
} ring[RECENT_MAX];
static size_t	 total;

void
recent_add(const char *line, uint64_t now)
{
	ring[total % RECENT_MAX].time = now;
	strlcpy(ring[total % RECENT_MAX].text, line, CTL_EVENT_SIZE);
	total++;
}

int
recent_get(size_t i, struct ctl_event *e, uint64_t now)
{
	size_t	 slot;

	if (i >= total || i >= RECENT_MAX)
		return (-1);
	slot = (total - 1 - i) % RECENT_MAX;
	memset(e, 0, sizeof(*e));
	e->age = (now - ring[slot].time) / USEC;
	strlcpy(e->text, ring[slot].text, sizeof(e->text));
	return (0);
}
