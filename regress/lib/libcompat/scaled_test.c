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

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <util.h>

#include "test.h"

static void	 format(long long, const char *);
static void	 scan(const char *, long long);
static void	 refuse(const char *, int);

int
main(void)
{
	char	 buf[FMT_SCALED_STRSIZE];

	TEST("fmt_scaled");
	format(0, "0B");
	format(1023, "1023B");
	format(-1023, "-1023B");
	format(1024, "1.0K");
	format(1536, "1.5K");
	format(102400, "100K");
	format(1023 * 1024, "1023K");
	format(1024 * 1024, "1.0M");
	format(1024 * 1024 - 1, "1.0M");
	format(-5LL * 1024 * 1024 * 1024, "-5.0G");
	format(LLONG_MAX, "8.0E");
	CHECK(fmt_scaled(LLONG_MIN, buf) == -1);
	CHECK_EQ(errno, ERANGE);

	TEST("scan_scaled");
	scan("0", 0);
	scan(" 12", 12);
	scan("1K", 1024);
	scan("1.5k", 1536);
	scan("-2M", -2 * 1024 * 1024);
	scan("+7B", 7);
	scan("0.25G", 256LL * 1024 * 1024);
	scan("7E", 7LL << 60);
	scan(".5K", 512);
	refuse("", EINVAL);
	refuse("K", EINVAL);
	refuse("-", EINVAL);
	refuse("1x", EINVAL);
	refuse("1Kx", EINVAL);
	refuse("8E", ERANGE);
	refuse("9223372036854775808", ERANGE);
	refuse("99999999999999999999", ERANGE);

	TEST("timingsafe_bcmp, timingsafe_memcmp");
	CHECK(timingsafe_bcmp("abc", "abc", 3) == 0);
	CHECK(timingsafe_bcmp("abc", "abd", 3) != 0);
	CHECK(timingsafe_bcmp("abc", "abd", 2) == 0);
	CHECK(timingsafe_memcmp("abc", "abc", 3) == 0);
	CHECK(timingsafe_memcmp("abz", "aca", 3) < 0);
	CHECK(timingsafe_memcmp("b\0", "a\xff", 2) > 0);
	CHECK(timingsafe_memcmp("", "", 0) == 0);
	return (0);
}

static void
format(long long n, const char *want)
{
	char	 buf[FMT_SCALED_STRSIZE];

	CHECK(fmt_scaled(n, buf) == 0);
	if (strcmp(buf, want) != 0) {
		fprintf(stderr, "%lld: \"%s\", not \"%s\"\n", n, buf, want);
		exit(1);
	}
}

static void
scan(const char *str, long long want)
{
	char		 buf[64];
	long long	 n;

	strlcpy(buf, str, sizeof(buf));
	if (scan_scaled(buf, &n) == -1 || n != want) {
		fprintf(stderr, "%s: not %lld\n", str, want);
		exit(1);
	}
}

static void
refuse(const char *str, int error)
{
	char		 buf[64];
	long long	 n;

	strlcpy(buf, str, sizeof(buf));
	errno = 0;
	if (scan_scaled(buf, &n) != -1 || errno != error) {
		fprintf(stderr, "%s: accepted or wrong error\n", str);
		exit(1);
	}
}
