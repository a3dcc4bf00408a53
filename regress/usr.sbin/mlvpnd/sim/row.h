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
 */

#include <stdint.h>

#include "linkspec.h"
#include "pair.h"

#define ROW_LINKS	4
#define ROW_FLOWS	64

struct row {
	const char	*link[ROW_LINKS];	/* linkspec.h; NULL: no more */
	int		 down;		/* the server sends */
	int		 flows;		/* at most ROW_FLOWS */
	int		 configured;	/* the rates, of a trace the first */
	uint64_t	 seed;
	unsigned int	 seconds;	/* the first two do not count */
	int		 verbose;	/* a line each second */
};

/* What a link did in the direction of the streams. */
struct row_link {
	double		 sent;		/* bit/s */
	uint64_t	 dgrams;
	uint64_t	 full;		/* lost as the queue or bucket was */
	uint64_t	 lost;		/* otherwise */
	double		 queue;		/* ms, longest wait */
};

struct row_result {
	double		 goodput;	/* bit/s */
	double		 capacity;
	double		 share;
	double		 ping[3];	/* ms: median, 95, 99 % */
	uint64_t	 pings;
	uint64_t	 lost;
	uint64_t	 repeated;	/* by TCP */
	uint64_t	 timeouts;
	int		 nlinks;
	struct row_link	 link[ROW_LINKS];
};

void		 row_run(const struct row *, struct row_result *);
void		 row_print(const struct row_result *);
/* The links with a client and a server, for tests that load them themselves;
 * they do not play their traces yet. */
struct pair	*row_pair(const struct row *, struct linkspec [ROW_LINKS]);

#endif /* ROW_H */
