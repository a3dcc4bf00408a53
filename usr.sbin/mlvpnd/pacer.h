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

#ifndef PACER_H
#define PACER_H

/*
 * When a path may send: each datagram occupies the link for a time, and the
 * next one waits.
 */

#include <stdint.h>

struct pacer {
	uint64_t	 due;		/* when the link is free again, us */
	uint8_t		 unpaced;	/* sends at once */
	uint8_t		 level;		/* in force: of backup, or of those
					   that run over into it */
	uint8_t		 overdue;	/* its report is */
	uint8_t		 distant;	/* too slow to carry bulk */
};

/*
 * A datagram goes out now that occupies the link for us; timers come up to
 * tick late, which is made up for.
 */
void	 pacer_charge(struct pacer *, uint64_t us, uint64_t tick,
	    uint64_t now);
/* Nothing is known of its rate: it sends at once. */
void	 pacer_unpaced(struct pacer *, int);
/* us that the link is free earlier, as others are busy for longer. */
void	 pacer_forward(struct pacer *, uint64_t us);
void	 pacer_level(struct pacer *, uint8_t);
void	 pacer_overdue(struct pacer *, int);
void	 pacer_distant(struct pacer *, int);

#endif /* PACER_H */
