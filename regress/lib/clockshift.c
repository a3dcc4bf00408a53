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
 * A library for LD_PRELOAD: time(3) is ahead by the seconds, which may be
 * negative, in the file that CLOCKSHIFT in the environment names.  Other
 * clocks are as they are.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

time_t	 time(time_t *);

time_t
time(time_t *t)
{
	struct timespec	 ts;
	const char	*name = getenv("CLOCKSHIFT");
	FILE		*f;
	long long	 shift = 0;

	if (name != NULL && (f = fopen(name, "r")) != NULL) {
		if (fscanf(f, "%lld", &shift) != 1)
			shift = 0;
		fclose(f);
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += shift;
	if (t != NULL)
		*t = ts.tv_sec;
	return (ts.tv_sec);
}
