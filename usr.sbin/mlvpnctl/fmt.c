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
 * Numbers for people.
 */

#include <sys/types.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"

static const char	*fmt_share(int32_t, char *);

/* Seconds. */
const char *
fmt_age(int64_t t, char *buf)
{
	long long	 sec = t, min, hour, day, week;

	if (t < 0) {
		strlcpy(buf, "-", FMT_SIZE);
		return (buf);
	}
	min = sec / 60;
	hour = min / 60;
	day = hour / 24;
	week = day / 7;
	if (week > 0)
		snprintf(buf, FMT_SIZE, "%02lldw%lldd%02lldh", week, day % 7,
		    hour % 24);
	else if (day > 0)
		snprintf(buf, FMT_SIZE, "%lldd%02lldh%02lldm", day, hour % 24,
		    min % 60);
	else
		snprintf(buf, FMT_SIZE, "%02lld:%02lld:%02lld", hour,
		    min % 60, sec % 60);
	return (buf);
}

/* Microseconds, as milliseconds of three digits. */
const char *
fmt_msec(int64_t us, char *buf)
{
	double	 ms = us / 1000.0;

	if (us < 0)
		strlcpy(buf, "-", FMT_SIZE);
	else
		snprintf(buf, FMT_SIZE, "%.*fms", ms < 9.995 ? 2 :
		    ms < 99.95 ? 1 : 0, ms);
	return (buf);
}

/* Three digits and K, M, ... for powers of 1000. */
const char *
fmt_scale(uint64_t n, char *buf)
{
	static const char	 units[] = "KMGTPE";
	double			 d = n;
	size_t			 i;

	if (n < 1000) {
		snprintf(buf, FMT_SIZE, "%" PRIu64, n);
		return (buf);
	}
	d /= 1000;
	for (i = 0; d >= 999.5 && units[i + 1] != '\0'; i++)
		d /= 1000;
	snprintf(buf, FMT_SIZE, "%.*f%c", d < 9.995 ? 2 : d < 99.95 ? 1 : 0,
	    d, units[i]);
	return (buf);
}

/* Hundredths of a percent. */
const char *
fmt_percent(int32_t n, char *buf)
{
	if (n < 0)
		strlcpy(buf, "-", FMT_SIZE);
	else
		snprintf(buf, FMT_SIZE, "%.1f%%", n / 100.0);
	return (buf);
}

/* Of both directions, as short as possible. */
const char *
fmt_loss(int32_t tx, int32_t rx, char *buf)
{
	char	 a[FMT_SIZE], b[FMT_SIZE];

	if (tx < 0 && rx < 0)
		strlcpy(buf, "-", LOSS_SIZE);
	else
		snprintf(buf, LOSS_SIZE, "%s/%s", fmt_share(tx, a),
		    fmt_share(rx, b));
	return (buf);
}

static const char *
fmt_share(int32_t n, char *buf)
{
	if (n < 0)
		strlcpy(buf, "-", FMT_SIZE);
	else
		snprintf(buf, FMT_SIZE, "%.*f", n < 995 ? 1 : 0, n / 100.0);
	return (buf);
}
