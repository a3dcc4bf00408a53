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

#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "tunnel.h"

/*
 * The receiver's view of the tunnel's data sequence: a packet that came
 * already, over whichever path, is dropped; the others are delivered.
 */

#define WORDS		(SEQ_WINDOW / 64)
#define WORD(n)		(((n) / 64) % WORDS)
#define BIT(n)		(1ULL << ((n) % 64))

static uint64_t	 sequence_unwrap(const struct reorder *, uint32_t);
static void	 window_advance(struct reorder *, uint64_t);

int
reorder_init(struct reorder *r)
{
	r->seen = calloc(WORDS, sizeof(*r->seen));
	return (r->seen == NULL ? -1 : 0);
}

void
reorder_free(struct reorder *r)
{
	free(r->seen);
	r->seen = NULL;
}

void
reorder_reset(struct tunnel *t)
{
	t->reorder.any = 0;
	memset(t->reorder.seen, 0, WORDS * sizeof(*t->reorder.seen));
}

/* seq is the low SEQ_BITS of the data sequence; takes over p. */
void
reorder_input(struct tunnel *t, struct pkt *p, uint32_t seq32, int copy)
{
	struct reorder	*r = &t->reorder;
	uint64_t	 seq;

	if (!r->any) {
		r->any = 1;
		r->highest = seq32;
	}
	seq = sequence_unwrap(r, seq32);
	if (seq > r->highest)
		window_advance(r, seq);
	else if (r->highest - seq >= SEQ_WINDOW) {
		/* too old to tell: a copy most likely came already */
		t->rx_late++;
		if (copy) {
			pkt_put(t->core, p);
			return;
		}
		tunnel_deliver(t, p);
		return;
	}
	if (r->seen[WORD(seq)] & BIT(seq)) {
		t->rx_duplicate++;
		pkt_put(t->core, p);
		return;
	}
	r->seen[WORD(seq)] |= BIT(seq);
	tunnel_deliver(t, p);
}

/* The 64-bit sequence nearest to the highest one with these low bits. */
static uint64_t
sequence_unwrap(const struct reorder *r, uint32_t low)
{
	const uint64_t	 range = 1ULL << SEQ_BITS;
	uint64_t	 seq;

	seq = (r->highest & ~(range - 1)) | low;
	if (seq > r->highest && seq - r->highest > range / 2 && seq >= range)
		seq -= range;
	else if (seq < r->highest && r->highest - seq > range / 2)
		seq += range;
	return (seq);
}

/* The bits of what the window moves over belong to other sequences now. */
static void
window_advance(struct reorder *r, uint64_t seq)
{
	uint64_t	 i;

	if (seq - r->highest >= SEQ_WINDOW)
		memset(r->seen, 0, WORDS * sizeof(*r->seen));
	else
		for (i = r->highest + 1; i <= seq; i++)
			r->seen[WORD(i)] &= ~BIT(i);
	r->highest = seq;
}
