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
 * A queue of answers that belong to no path.
 */

#include <string.h>

#include "rawq.h"

struct raw *
rawq_add(struct rawq *q)
{
	if (q->n == RAWQ_MAX)
		return (NULL);
	return (&q->queue[(q->head + q->n++) % RAWQ_MAX]);
}

void
rawq_undo(struct rawq *q)
{
	q->n--;
}

int
rawq_get(struct rawq *q, struct dgram *dg)
{
	const struct raw	*a = &q->queue[q->head];

	if (q->n == 0)
		return (0);
	q->head = (q->head + 1) % RAWQ_MAX;
	q->n--;
	dg->ep = a->ep;
	dg->len = a->len;
	dg->tos = 0;
	memcpy(dg->buf, a->buf, a->len);
	return (1);
}
