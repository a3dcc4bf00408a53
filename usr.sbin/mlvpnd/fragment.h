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

#ifndef FRAGMENT_H
#define FRAGMENT_H

/*
 * Packets too long for a path: cutting and joining.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

struct tunnel;

#define FRAGMENT_HDRLEN	2
#define FRAGMENT_MAX	16		/* pieces of a packet */

struct fragments {
	struct pktq	 sets;		/* being joined, oldest first */
	size_t		 n;
};

void	 fragment_init(struct tunnel *);
void	 fragment_clear(struct tunnel *);
size_t	 fragment_cut(struct tunnel *, struct pkt *, struct pkt **);
size_t	 fragment_size(const struct pkt *);
uint8_t	*fragment_head(struct pkt *);
int	 fragment_parse(struct pkt *, uint16_t);
int	 fragment_follows(const struct pkt *);
struct pkt *fragment_join(struct tunnel *, struct pkt *);
void	 fragment_timer(struct tunnel *, uint64_t);
uint64_t fragment_deadline(const struct tunnel *);

#endif /* FRAGMENT_H */
