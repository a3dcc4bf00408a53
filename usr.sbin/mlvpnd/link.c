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
 * Finds a configured link and tells whether it can be used.
 */

#include <string.h>

#include "link.h"

struct link *
link_find(const struct links *links, const char *name)
{
	struct link	*l;

	TAILQ_FOREACH(l, links, entry)
		if (strcmp(l->conf.name, name) == 0)
			return (l);
	return (NULL);
}

int
links_call(const struct links *links)
{
	const struct link	*l;

	TAILQ_FOREACH(l, links, entry)
		if (l->conf.nremote > 0)
			return (1);
	return (0);
}

int
link_enabled(const struct link *l)
{
	return (!l->disabled && !l->conf.off);
}

int
link_ready(const struct link *l)
{
	return (l->ep.sock != SOCK_NONE && link_enabled(l));
}
