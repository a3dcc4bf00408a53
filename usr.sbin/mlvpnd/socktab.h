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

#ifndef SOCKTAB_H
#define SOCKTAB_H

/*
 * Sockets by their ids: whose they are, and which take no more datagrams.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#define SOCKTAB_BUCKETS	256
#define SOCKTAB_BLOCKED	16		/* of those that are nobody's */

struct tunnel;

/* Part of what has a socket of its own. */
struct sockuser {
	LIST_ENTRY(sockuser) entry;
	uint32_t	 sock;
	struct tunnel	*tunnel;	/* NULL: has none */
};

struct socktab {
	LIST_HEAD(, sockuser) bucket[SOCKTAB_BUCKETS];
	uint32_t	 blocked[SOCKTAB_BLOCKED];
	size_t		 nblocked;
	unsigned int	 generation;	/* of blocked */
};

void		 socktab_init(struct socktab *);
void		 socktab_set(struct socktab *, struct sockuser *, uint32_t,
		    struct tunnel *);
void		 socktab_clear(struct sockuser *);
struct tunnel	*socktab_find(const struct socktab *, uint32_t);
void		 socktab_block(struct socktab *, uint32_t, int);
int		 socktab_is_blocked(const struct socktab *, uint32_t);

/*
 * socktab_set(user, sock, tunnel): the socket is that of user alone.
 * socktab_clear(user): has none any more, if there was one.
 * socktab_find(sock): the tunnel, NULL if it is that of several.
 * socktab_block(sock, blocked): one that is that of several.
 */

#endif /* SOCKTAB_H */
