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
 * Sockets by their ids.
 */

#include "socktab.h"

void
socktab_init(struct socktab *st)
{
	size_t	 i;

	for (i = 0; i < SOCKTAB_BUCKETS; i++)
		LIST_INIT(&st->bucket[i]);
	st->nblocked = 0;
	st->generation = 0;
}

void
socktab_set(struct socktab *st, struct sockuser *u, uint32_t sock,
    struct tunnel *t)
{
	socktab_clear(u);
	u->sock = sock;
	u->tunnel = t;
	LIST_INSERT_HEAD(&st->bucket[sock % SOCKTAB_BUCKETS], u, entry);
}

void
socktab_clear(struct sockuser *u)
{
	if (u->tunnel == NULL)
		return;
	LIST_REMOVE(u, entry);
	u->tunnel = NULL;
}

struct tunnel *
socktab_find(const struct socktab *st, uint32_t sock)
{
	const struct sockuser	*u;

	LIST_FOREACH(u, &st->bucket[sock % SOCKTAB_BUCKETS], entry)
		if (u->sock == sock)
			return (u->tunnel);
	return (NULL);
}

/* Of more sockets than there is room for it is not known: the system says it
 * again. */
void
socktab_block(struct socktab *st, uint32_t sock, int blocked)
{
	size_t	 i;

	for (i = 0; i < st->nblocked && st->blocked[i] != sock; i++)
		;
	if (blocked && i == st->nblocked && i < SOCKTAB_BLOCKED)
		st->blocked[st->nblocked++] = sock;
	else if (!blocked && i < st->nblocked)
		st->blocked[i] = st->blocked[--st->nblocked];
	st->generation++;		/* there may be new paths, too */
}

int
socktab_is_blocked(const struct socktab *st, uint32_t sock)
{
	size_t	 i;

	for (i = 0; i < st->nblocked; i++)
		if (st->blocked[i] == sock)
			return (1);
	return (0);
}
