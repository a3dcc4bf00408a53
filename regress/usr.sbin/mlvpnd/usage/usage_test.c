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
 * The calendar of quotas, and the book of what links have carried.
 */

#include <sys/types.h>

#include <err.h>
#include <time.h>

#include "calendar.h"
#include "test.h"
#include "usage.h"

#define GIGA		1000000000ULL

static void	 test_days(void);
static void	 test_months(void);
static void	 test_sums(void);
static void	 test_forward(void);
static void	 test_back(void);
static void	 test_unset(void);
static void	 test_many_days(void);
static void	 test_file(void);
static void	 test_bad_file(void);

static int32_t	 day(int, int, int);
static void	 begins(int32_t, int, int32_t, int32_t);
static void	 put(const char *);
static int	 read_text(const char *);
static void	 file_is(int32_t, const char *);

static struct usage_book book;
static struct usage	*lte;

int
main(void)
{
	test_days();
	test_months();
	test_sums();
	test_forward();
	test_back();
	test_unset();
	test_many_days();
	test_file();
	test_bad_file();
	return (0);
}

static void
test_days(void)
{
	struct date	 d, e;
	struct tm	 tm;
	time_t		 t;
	int32_t		 n;

	TEST("days as the C library has them, for all years");
	for (n = CALENDAR_MIN; n <= CALENDAR_MAX; n += n < 40000 ? 1 : 97) {
		t = (time_t)n * 86400;
		CHECK(gmtime_r(&t, &tm) != NULL);
		calendar_date(n, &d);
		CHECK_EQ(d.year, tm.tm_year + 1900);
		CHECK_EQ(d.month, tm.tm_mon + 1);
		CHECK_EQ(d.day, tm.tm_mday);
		CHECK_EQ(calendar_day(&d), n);
	}

	TEST("dates that do not exist");
	CHECK_EQ(day(1970, 1, 1), 0);
	CHECK_EQ(day(9999, 12, 31), CALENDAR_MAX);
	CHECK(day(1969, 12, 31) == -1);
	CHECK(day(10000, 1, 1) == -1);
	CHECK(day(2026, 0, 1) == -1);
	CHECK(day(2026, 13, 1) == -1);
	CHECK(day(2026, 1, 0) == -1);
	CHECK(day(2026, 4, 31) == -1);
	CHECK(day(2026, 2, 29) == -1);
	CHECK(day(2100, 2, 29) == -1);
	CHECK(day(2028, 2, 29) != -1);
	CHECK(day(2000, 2, 29) != -1);
	memset(&e, 0, sizeof(e));
	CHECK(calendar_day(&e) == -1);
}

static void
test_months(void)
{
	struct date	 d;
	int32_t		 from, n, to;
	int		 first;

	TEST("months that begin on the first day");
	begins(day(2026, 12, 1), 1, day(2026, 12, 1), day(2027, 1, 1));
	begins(day(2026, 12, 31), 1, day(2026, 12, 1), day(2027, 1, 1));
	begins(day(2027, 1, 1), 1, day(2027, 1, 1), day(2027, 2, 1));

	TEST("on another day");
	begins(day(2026, 12, 14), 15, day(2026, 11, 15), day(2026, 12, 15));
	begins(day(2026, 12, 15), 15, day(2026, 12, 15), day(2027, 1, 15));
	begins(day(2027, 1, 3), 15, day(2026, 12, 15), day(2027, 1, 15));

	TEST("on the last day of shorter ones");
	begins(day(2027, 1, 30), 31, day(2026, 12, 31), day(2027, 1, 31));
	begins(day(2027, 1, 31), 31, day(2027, 1, 31), day(2027, 2, 28));
	begins(day(2027, 2, 27), 31, day(2027, 1, 31), day(2027, 2, 28));
	begins(day(2027, 2, 28), 31, day(2027, 2, 28), day(2027, 3, 31));
	begins(day(2027, 3, 1), 31, day(2027, 2, 28), day(2027, 3, 31));
	begins(day(2027, 4, 30), 31, day(2027, 4, 30), day(2027, 5, 31));
	begins(day(2028, 2, 28), 31, day(2028, 1, 31), day(2028, 2, 29));
	begins(day(2028, 2, 29), 31, day(2028, 2, 29), day(2028, 3, 31));
	begins(day(2028, 2, 29), 30, day(2028, 2, 29), day(2028, 3, 30));
	begins(day(2028, 2, 29), 29, day(2028, 2, 29), day(2028, 3, 29));
	begins(day(2027, 2, 28), 29, day(2027, 2, 28), day(2027, 3, 29));

	TEST("each day is in one month, and they follow one another");
	for (first = 1; first <= 31; first++) {
		for (n = day(2024, 1, 1); n < day(2029, 1, 1); n++) {
			from = calendar_month(n, first);
			to = calendar_next_month(n, first);
			CHECK(from <= n && n < to);
			CHECK(to - from >= 28 && to - from <= 31 + 3);
			CHECK_EQ(calendar_month(to, first), to);
			CHECK_EQ(calendar_month(to - 1, first), from);
			calendar_date(from, &d);
			CHECK(d.day == first || (d.day < first &&
			    day(d.year, d.month, d.day + 1) == -1));
		}
	}
}

static void
test_sums(void)
{
	int32_t	 today = day(2026, 12, 1);

	TEST("sums of days");
	put("");
	CHECK_EQ(usage_today(&book, today, 0), today);
	usage_add(&book, lte, 5);
	usage_add(&book, lte, 6);
	CHECK_EQ(usage_today(&book, today + 1, 0), today + 1);
	usage_add(&book, lte, 70);
	CHECK_EQ(usage_sum(lte, today, today + 1), 11);
	CHECK_EQ(usage_sum(lte, today + 1, today + 2), 70);
	CHECK_EQ(usage_sum(lte, today, today + 2), 81);
	CHECK_EQ(usage_sum(lte, today - 9, today), 0);
	CHECK_EQ(lte->start, 81);
	CHECK(usage_find(&book, "home", "lte") == lte);
	CHECK(usage_find(&book, "lte", "home") == NULL);

	TEST("sums do not run over");
	usage_add(&book, lte, UINT64_MAX - 70);
	CHECK_EQ(usage_sum(lte, today + 1, today + 2), UINT64_MAX);
	usage_add(&book, lte, 1);
	CHECK_EQ(usage_sum(lte, today, today + 2), UINT64_MAX);
	CHECK_EQ(lte->start, UINT64_MAX);
}

static void
test_forward(void)
{
	int32_t	 today = day(2026, 12, 1);

	TEST("a clock that goes forward by mistake, and back");
	put("home lte 2026-11-30 3000000000\n");
	CHECK_EQ(usage_today(&book, today, 0), today);
	usage_add(&book, lte, GIGA);
	CHECK_EQ(usage_today(&book, day(2033, 5, 5), 100), day(2033, 5, 5));
	usage_add(&book, lte, 7);
	CHECK_EQ(usage_sum(lte, day(2033, 5, 1), day(2033, 6, 1)), 7);
	CHECK_EQ(usage_today(&book, today, 200), today);
	CHECK_EQ(usage_sum(lte, today, today + 1), GIGA + 7);
	CHECK_EQ(usage_sum(lte, day(2033, 5, 1), day(2033, 6, 1)), 0);
	CHECK_EQ(usage_sum(lte, day(2026, 11, 1), day(2026, 12, 1)), 3 * GIGA);
	CHECK_EQ(lte->start, GIGA + 7);
}

static void
test_back(void)
{
	int32_t	 today = day(2026, 12, 1);

	TEST("a clock that goes back over midnight");
	put("home lte 2026-11-30 5\n");
	CHECK_EQ(usage_today(&book, today, 0), today);
	usage_add(&book, lte, 2);
	CHECK_EQ(usage_today(&book, today - 1, 1), today - 1);
	CHECK_EQ(usage_sum(lte, today - 1, today), 7);
	CHECK_EQ(usage_sum(lte, today, today + 1), 0);
	usage_add(&book, lte, 1);
	CHECK_EQ(usage_today(&book, today, 2), today);
	CHECK_EQ(usage_sum(lte, today - 1, today), 8);
}

static void
test_unset(void)
{
	int32_t	 today = day(2026, 12, 1);

	TEST("a clock that is not set yet");
	put("home lte 2026-12-01 5\n");
	CHECK_EQ(usage_today(&book, 0, 0), today);
	usage_add(&book, lte, 2);
	CHECK_EQ(usage_today(&book, 1, USAGE_UNSET - 1), today);
	CHECK_EQ(usage_today(&book, today, USAGE_UNSET - 1), today);
	CHECK_EQ(usage_sum(lte, today, today + 1), 7);

	TEST("and one that was wrong when the file was written");
	put("home lte 2026-11-30 1\nhome lte 2033-05-05 5\n");
	CHECK_EQ(usage_today(&book, today, 0), day(2033, 5, 5));
	usage_add(&book, lte, 2);
	CHECK_EQ(usage_today(&book, today, USAGE_UNSET), today);
	CHECK_EQ(usage_sum(lte, today, today + 1), 7);
	CHECK_EQ(usage_sum(lte, 0, CALENDAR_MAX), 8);
}

static void
test_many_days(void)
{
	int32_t	 n, today = day(2026, 12, 1);

	TEST("the oldest days give way");
	put("");
	for (n = 0; n < 3 * USAGE_DAYS; n++) {
		CHECK_EQ(usage_today(&book, today + n, n), today + n);
		usage_add(&book, lte, 1);
		usage_add(&book, lte, 0);
	}
	CHECK_EQ(usage_sum(lte, 0, CALENDAR_MAX), USAGE_DAYS);
	CHECK_EQ(usage_sum(lte, today + n - USAGE_DAYS, today + n),
	    USAGE_DAYS);
	CHECK_EQ(lte->start, 3 * USAGE_DAYS);
}

static void
test_file(void)
{
	const char	*text = "home lte 2026-11-30 5\n"
			    "home lte 2026-12-01 9223372036854775807\n"
			    "home dsl-1.a 2026-10-01 1\n";
	struct usage	*u;

	TEST("the file");
	CHECK_EQ(read_text(text), 0);
	CHECK_EQ(usage_today(&book, day(2026, 12, 1), 0), day(2026, 12, 1));
	file_is(0, text);
	u = usage_find(&book, "home", "lte");
	CHECK(u != NULL);
	CHECK_EQ(u->start, 0);
	usage_add(&book, u, UINT64_MAX);
	file_is(0, text);

	TEST("without links that are no more");
	file_is(day(2026, 10, 2), "home lte 2026-11-30 5\n"
	    "home lte 2026-12-01 9223372036854775807\n");
}

static void
test_bad_file(void)
{
	static const char * const	 bad[] = {
		"home lte 2026-12-01 0\n",
		"home lte 2026-12-01 -5\n",
		"home lte 2026-12-01 9223372036854775808\n",
		"home lte 2026-12-01 5x\n",
		"home lte 2026-12-01 5 6\n",
		"home lte 2026-12-01 \n",
		"home lte 2026-12-01\n",
		"home lte 2026-12-1x 5\n",
		"home lte 2026-02-29 5\n",
		"home lte 1969-12-31 5\n",
		"home lte today 5\n",
		"home  2026-12-01 5\n",
		" lte 2026-12-01 5\n",
		"home 12345678901234567890123456789012 2026-12-01 5\n",
		"12345678901234567890123456789012 lte 2026-12-01 5\n",
		"home lte 2026-12-02 5\nhome lte 2026-12-01 5\n",
		"home lte 2026-12-01 5\nhome lte 2026-12-01 5\n",
		"\n",
		"\001\002\377\n"
	};
	char		 text[64], *large;
	const char	*p;
	size_t		 i, len = 0, size = (USAGE_LINKS + 1) * 64;
	int		 lines;

	TEST("lines that make no sense");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (lines = 0, p = bad[i]; *p != '\0'; p++)
			lines += *p == '\n';
		CHECK_EQ(read_text(bad[i]), lines);
	}
	CHECK_EQ(read_text("home lte x 1\nhome lte 2026-12-01 5\nx\n"), 1);
	file_is(0, "home lte 2026-12-01 5\n");
	if ((large = malloc(size)) == NULL)
		err(1, NULL);
	memset(large, 'x', 1000);
	large[1000] = '\0';
	CHECK_EQ(read_text(large), 1);

	TEST("too many links");
	for (i = 0; i <= USAGE_LINKS; i++) {
		snprintf(text, sizeof(text), "t%zu lte 2026-12-01 5\n", i);
		len += strlcpy(large + len, text, size - len);
	}
	CHECK_EQ(read_text(large), USAGE_LINKS + 1);
	CHECK_EQ(book.n, USAGE_LINKS);
	free(large);
	usage_free(&book);
}

static int32_t
day(int y, int m, int d)
{
	struct date	 date = { y, m, d };

	return (calendar_day(&date));
}

static void
begins(int32_t n, int first, int32_t from, int32_t to)
{
	CHECK_EQ(calendar_month(n, first), from);
	CHECK_EQ(calendar_next_month(n, first), to);
}

/* A new book with a link lte. */
static void
put(const char *text)
{
	CHECK_EQ(read_text(text), 0);
	if ((lte = usage_find(&book, "home", "lte")) == NULL)
		lte = usage_new(&book, "home", "lte");
	CHECK(lte != NULL);
}

static int
read_text(const char *text)
{
	FILE	*f;
	int	 bad;

	if (book.list.tqh_last != NULL)
		usage_free(&book);
	usage_init(&book);
	if ((f = tmpfile()) == NULL)
		err(1, "tmpfile");
	fputs(text, f);
	rewind(f);
	bad = usage_read(&book, f);
	fclose(f);
	return (bad);
}

static void
file_is(int32_t since, const char *text)
{
	char	 buf[1024];
	FILE	*f;
	size_t	 n;

	if ((f = tmpfile()) == NULL)
		err(1, "tmpfile");
	usage_write(&book, since, f);
	rewind(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	fclose(f);
	if (strcmp(buf, text) != 0)
		errx(1, "the file is\n%snot\n%s", buf, text);
}
