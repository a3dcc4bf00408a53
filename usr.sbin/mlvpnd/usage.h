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

#ifndef USAGE_H
#define USAGE_H

/*
 * The book of what each link has carried on each of the last days.  It makes
 * no system calls but those of stdio and reads no clock.  Days are numbers of
 * calendar.h.
 *
 * The clock may be wrong.  The book has no day after today, so that a quota
 * that is used up stays so whatever the clock does:
 *
 *	A clock that was right in this run and goes back was wrong: what was
 *	written for later days belongs to today.
 *	A clock that is behind the book from the start is not set yet, and the
 *	last day of the book goes on.  After an hour it is taken for right.
 */

#include <sys/queue.h>

#include <stdint.h>
#include <stdio.h>

#include "conf.h"

#define USAGE_DAYS	64		/* kept, of a link: two months */
#define USAGE_LINKS	4096		/* kept of the file */
#define USAGE_UNSET	3600		/* seconds: see above */

struct usage_day {
	int32_t		 day;
	uint64_t	 bytes;
};

struct usage {
	TAILQ_ENTRY(usage) entry;
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 link[LINK_NAME_SIZE];
	struct usage_day days[USAGE_DAYS];	/* ascending */
	int		 ndays;
	uint64_t	 start;		/* bytes since the start */
};

struct usage_book {
	TAILQ_HEAD(, usage) list;
	int		 n;
	int32_t		 today;		/* the last day of the book */
	int		 is_set;	/* the clock was right in this run */
};

/*
 * usage_today(day, uptime): what day it is, if the clock says this one and the
 *	daemon has run for so many seconds.
 * usage_find(): NULL if there is none.
 * usage_new(): NULL without memory.
 * usage_add(): bytes that were carried today.
 * usage_sum(from, to): the bytes of the days from the first up to and not
 *	including the last.
 * usage_read(): returns the number of the first line that makes no sense, or 0.
 *	Lines after it are read too.
 * usage_write(since): without links that have carried nothing since that day.
 */
void		 usage_init(struct usage_book *);
void		 usage_free(struct usage_book *);
int32_t		 usage_today(struct usage_book *, int32_t, int64_t);
struct usage	*usage_find(const struct usage_book *, const char *,
		    const char *);
struct usage	*usage_new(struct usage_book *, const char *, const char *);
void		 usage_add(const struct usage_book *, struct usage *,
		    uint64_t);
uint64_t	 usage_sum(const struct usage *, int32_t, int32_t);
int		 usage_read(struct usage_book *, FILE *);
void		 usage_write(const struct usage_book *, int32_t, FILE *);

#endif /* USAGE_H */
