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

#ifndef MLVPN2_ORDER_H
#define MLVPN2_ORDER_H

/*
 * Order of what comes from a peer of MLVPN 2.x.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

struct mlvpn2;
struct tunnel;

#define MLVPN2_ORDER_WINDOW	4096	/* packets, power of two */

struct mlvpn2_order {
	int		 any;
	uint64_t	 next;		/* all before have been passed */
	/* from there on */
	uint64_t	 done[MLVPN2_ORDER_WINDOW / 64];
	struct pktq	 held;		/* sorted */
	size_t		 npkts;
	unsigned int	 strange;	/* numbers out of the window */
	uint64_t	 wake;
};

void	 mlvpn2_order_init(struct mlvpn2_order *);
void	 mlvpn2_order_free(struct tunnel *);
void	 mlvpn2_order_reset(struct tunnel *);
void	 mlvpn2_order_input(struct tunnel *, struct mlvpn2 *, struct pkt *,
	    uint64_t, uint64_t);
void	 mlvpn2_order_timer(struct tunnel *, uint64_t);

#endif /* MLVPN2_ORDER_H */
