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

#ifndef CALENDAR_H
#define CALENDAR_H

/*
 * Days of the Gregorian calendar as numbers, which can be compared and
 * counted: 0 is 1970-01-01.  No time zone is involved.
 */

#include <stdint.h>

#define CALENDAR_MIN	0			/* 1970-01-01 */
#define CALENDAR_MAX	2932896			/* 9999-12-31 */

struct date {
	int	 year;
	int	 month;			/* 1..12 */
	int	 day;			/* 1..31 */
};

/*
 * calendar_day(): the number of a date; -1 if there is no such date in the
 *	range above.
 * calendar_date(): its inverse.
 * calendar_month(day, first): the first day of the month that has this day,
 *	where months begin on that day of the calendar's months, or on their
 *	last day if they are shorter.
 * calendar_next_month(day, first): that of the month after it.
 */
int32_t	 calendar_day(const struct date *);
void	 calendar_date(int32_t, struct date *);
int32_t	 calendar_month(int32_t, int);
int32_t	 calendar_next_month(int32_t, int);

#endif /* CALENDAR_H */
