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
 * The days and months of quotas.
 */

#include "calendar.h"

static int	 is_leap(int);
static int	 month_length(int, int);
static int32_t	 year_start(int);
static int32_t	 month_start(const struct date *, int);

static int
is_leap(int year)
{
	return ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
}

static int
month_length(int year, int month)
{
	static const int	 length[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return (length[month - 1] + (month == 2 && is_leap(year)));
}

/* The leap days before a year are those of the years before it. */
static int32_t
year_start(int year)
{
	int	 y = year - 1;

	return ((year - 1970) * 365 + (y / 4 - y / 100 + y / 400) -
	    (1969 / 4 - 1969 / 100 + 1969 / 400));
}

int32_t
calendar_day(const struct date *d)
{
	int32_t	 n;
	int	 m;

	if (d->year < 1970 || d->year > 9999 || d->month < 1 ||
	    d->month > 12 || d->day < 1 ||
	    d->day > month_length(d->year, d->month))
		return (-1);
	n = year_start(d->year) + d->day - 1;
	for (m = 1; m < d->month; m++)
		n += month_length(d->year, m);
	return (n);
}

void
calendar_date(int32_t day, struct date *d)
{
	d->year = 1970 + day / 366;
	while (year_start(d->year + 1) <= day)
		d->year++;
	day -= year_start(d->year);
	for (d->month = 1; day >= month_length(d->year, d->month); d->month++)
		day -= month_length(d->year, d->month);
	d->day = day + 1;
}

/* Where the month of a date begins if months begin on that day. */
static int32_t
month_start(const struct date *d, int first)
{
	struct date	 start = *d;
	int		 length = month_length(d->year, d->month);

	start.day = first < length ? first : length;
	return (calendar_day(&start));
}

int32_t
calendar_month(int32_t day, int first)
{
	struct date	 d;
	int32_t		 start;

	calendar_date(day, &d);
	if ((start = month_start(&d, first)) <= day)
		return (start);
	if (--d.month == 0) {
		d.month = 12;
		d.year--;
	}
	return (month_start(&d, first));
}

int32_t
calendar_next_month(int32_t day, int first)
{
	struct date	 d;
	int32_t		 start;

	calendar_date(day, &d);
	if ((start = month_start(&d, first)) > day)
		return (start);
	if (++d.month == 13) {
		d.month = 1;
		d.year++;
	}
	return (month_start(&d, first));
}
