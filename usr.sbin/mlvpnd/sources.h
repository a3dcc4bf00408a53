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

#ifndef SOURCES_H
#define SOURCES_H

/*
 * The source addresses that packets of the peer may have, "allow from".
 */

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct sources {
	struct prefix	*list;		/* sorted, none is within another */
	size_t		 n;		/* 0: all are allowed */
};

int	 sources_set(struct sources *, const struct prefix *, size_t);
void	 sources_free(struct sources *);
void	 sources_read(struct addr *, const uint8_t *);
int	 sources_allow(const struct sources *, const struct addr *);

/*
 * sources_set(prefixes, n): in place of those before, 0 for all addresses;
 *	-1 without memory, and nothing changed.
 * sources_read(addr, packet): the source address of an IP packet, whose
 *	header is whole.
 * sources_allow(addr): may it come from there?
 */

#endif /* SOURCES_H */
