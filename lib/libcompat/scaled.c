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


#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <util.h>

static const char	 units[] = "BKMGTPE";	/* powers of 1024 */

/* Formats n in at most FMT_SCALED_STRSIZE bytes; -1 if out of range. */
int
fmt_scaled(long long n, char *result)
{
	char			 buf[64];
	unsigned long long	 v, rest = 0;
	const char		*sign;
	int			 unit;

	if (n == LLONG_MIN) {
		errno = ERANGE;
		return (-1);
	}
	sign = n < 0 ? "-" : "";
	v = n < 0 ? -n : n;
	for (unit = 0; v >= 1024; unit++) {
		rest = v % 1024;
		v /= 1024;
	}
	/* tenths, rounded, only where they fit */
	rest = (rest * 10 + 512) / 1024;
	if (rest == 10 || (v >= 100 && rest >= 5)) {
		rest = 0;
		v++;
	}
	if (v == 1024) {
		v = 1;
		unit++;
	}
	if (unit == 0 || v >= 100)
		snprintf(buf, sizeof(buf), "%s%llu%c", sign, v, units[unit]);
	else
		snprintf(buf, sizeof(buf), "%s%llu.%llu%c", sign, v, rest,
		    units[unit]);
	strlcpy(result, buf, FMT_SCALED_STRSIZE);
	return (0);
}

/*
 * Reads a decimal number with an optional fraction and unit, as in "1.5K".
 * Returns -1 with EINVAL or ERANGE.
 */
int
scan_scaled(char *s, long long *result)
{
	const char		*u = units;
	long long		 factor = 1, n = 0, frac = 0, scale = 1;
	int			 digits = 0, negative = 0;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		negative = *s++ == '-';
	for (; isdigit((unsigned char)*s); s++, digits++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *s - '0', &n))
			goto range;
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++, digits++) {
			/* more digits than count are ignored */
			if (scale > 100000)
				continue;
			frac = frac * 10 + *s - '0';
			scale *= 10;
		}
	if (digits == 0)
		goto invalid;
	if (*s != '\0') {
		if ((u = strchr(units, toupper((unsigned char)*s))) == NULL)
			goto invalid;
		if (*++s != '\0' && !isspace((unsigned char)*s))
			goto invalid;
	}
	for (; u > units; u--)
		factor *= 1024;
	if (__builtin_mul_overflow(n, factor, &n) ||
	    __builtin_add_overflow(n, factor / scale * frac +
	    factor % scale * frac / scale, &n))
		goto range;
	*result = negative ? -n : n;
	return (0);
 range:
	errno = ERANGE;
	return (-1);
 invalid:
	errno = EINVAL;
	return (-1);
}
