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

#ifndef ROW_H
#define ROW_H

/*
 * A few links, some streams over them in one direction, and what they get of
 * the links' capacity; a ping beside them.
 *
 * A link is RATE/DELAY[/LOSS[/QUEUE[/JITTER]]]: rates in Mbit/s, "1:8" up and
 * down, times in ms, loss in percent, jitter in order.  Or it is
 * TRACE,DELAY,QUEUE, where TRACE is a file or, with @ before it, one of the
 * generators of gen.h.
 */

#include <stdint.h>

#include "pair.h"

#define ROW_LINKS	4

struct row {
	const char	*link[ROW_LINKS];	/* NULL after the last */
	int		 down;		/* the server sends */
	int		 flows;
	int		 configured;	/* the rates, which no trace has */
	uint64_t	 seed;
	unsigned int	 seconds;	/* the first two do not count */
	int		 verbose;	/* a line each second */
};

struct row_result {
	double		 share;
	double		 ping[3];	/* ms: median, 95, 99 % */
	uint64_t	 lost;		/* pings */
};

/*
 * Both exit with a word on what is wrong with a link.  row_pair() is for
 * tests that load the links themselves: with ROW_LINKS traces, which it does
 * not play.
 */
struct pair	*row_pair(const struct row *, struct trace *);
void	 row_run(const struct row *, struct row_result *);
void	 row_print(const struct row_result *);

#endif /* ROW_H */
