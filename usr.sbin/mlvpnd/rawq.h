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

#ifndef RAWQ_H
#define RAWQ_H

/*
 * Answers that do not belong to a path: REPLY, COOKIE, and the DISCONNECT of
 * MLVPN 2.x.
 */

#include <stddef.h>
#include <stdint.h>

#include "dgram.h"
#include "handshake.h"

#define RAWQ_MAX	64		/* waiting to be sent */

struct raw {
	struct endpoint	 ep;
	size_t		 len;
	uint8_t		 buf[REPLY_LEN];	/* the longest of them */
};

struct rawq {
	struct raw	 queue[RAWQ_MAX];
	size_t		 head;
	size_t		 n;
};

struct raw	*rawq_add(struct rawq *);
void		 rawq_undo(struct rawq *);
int		 rawq_get(struct rawq *, struct dgram *);

/*
 * rawq_add(): adds a datagram, which the caller fills in.  NULL if the queue
 *	is full.
 * rawq_undo(): removes the last one added.
 * rawq_get(dg): copies the next one; 0 if the queue is empty.
 */

#endif /* RAWQ_H */
