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
 * The book of the bytes that links have carried.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "usage.h"

#define LINE_SIZE	256

static void	 turn_back(struct usage *, int32_t);
static uint64_t	 sum(uint64_t, uint64_t);
static void	 day_add(struct usage *, int32_t, uint64_t);
static int	 read_line(struct usage_book *, char *);
static int	 read_name(char *, size_t, const char *);
static int	 read_day(const char *, int32_t *);

void
usage_init(struct usage_book *book)
{
	memset(book, 0, sizeof(*book));
	TAILQ_INIT(&book->list);
}

void
usage_free(struct usage_book *book)
{
	struct usage	*u;

	while ((u = TAILQ_FIRST(&book->list)) != NULL) {
		TAILQ_REMOVE(&book->list, u, entry);
		free(u);
	}
}

int32_t
usage_today(struct usage_book *book, int32_t day, int64_t uptime)
{
	struct usage	*u;

	if (day < book->today && !book->is_set && uptime < USAGE_UNSET)
		return (book->today);
	if (day < book->today)
		TAILQ_FOREACH(u, &book->list, entry)
			turn_back(u, day);
	book->is_set = 1;
	book->today = day;
	return (day);
}

/* What was written for later days was carried up to this one. */
static void
turn_back(struct usage *u, int32_t day)
{
	uint64_t	 bytes = 0;

	while (u->ndays > 0 && u->days[u->ndays - 1].day > day)
		bytes = sum(bytes, u->days[--u->ndays].bytes);
	day_add(u, day, bytes);
}

struct usage *
usage_find(const struct usage_book *book, const char *tunnel,
    const char *link)
{
	struct usage	*u;

	TAILQ_FOREACH(u, &book->list, entry) {
		if (strcmp(u->tunnel, tunnel) == 0 &&
		    strcmp(u->link, link) == 0)
			break;
	}
	return (u);
}

struct usage *
usage_new(struct usage_book *book, const char *tunnel, const char *link)
{
	struct usage	*u;

	if ((u = calloc(1, sizeof(*u))) == NULL)
		return (NULL);
	strlcpy(u->tunnel, tunnel, sizeof(u->tunnel));
	strlcpy(u->link, link, sizeof(u->link));
	TAILQ_INSERT_TAIL(&book->list, u, entry);
	book->n++;
	return (u);
}

void
usage_add(const struct usage_book *book, struct usage *u, uint64_t bytes)
{
	u->start = sum(u->start, bytes);
	day_add(u, book->today, bytes);
}

/* A day that is not before the last one; the oldest gives way. */
static void
day_add(struct usage *u, int32_t day, uint64_t bytes)
{
	struct usage_day	*last;

	if (bytes == 0)
		return;
	if (u->ndays == 0 || u->days[u->ndays - 1].day != day) {
		if (u->ndays == USAGE_DAYS)
			memmove(u->days, u->days + 1,
			    --u->ndays * sizeof(u->days[0]));
		last = &u->days[u->ndays++];
		last->day = day;
		last->bytes = 0;
	}
	last = &u->days[u->ndays - 1];
	last->bytes = sum(last->bytes, bytes);
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return (a > UINT64_MAX - b ? UINT64_MAX : a + b);
}

uint64_t
usage_sum(const struct usage *u, int32_t from, int32_t to)
{
	uint64_t	 bytes = 0;
	int		 i;

	for (i = 0; i < u->ndays; i++) {
		if (u->days[i].day >= from && u->days[i].day < to)
			bytes = sum(bytes, u->days[i].bytes);
	}
	return (bytes);
}

int
usage_read(struct usage_book *book, FILE *f)
{
	char	 line[LINE_SIZE];
	int	 bad = 0, n;

	for (n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		if (read_line(book, line) == -1 && bad == 0)
			bad = n;
	}
	return (bad);
}

/* TUNNEL LINK YYYY-MM-DD BYTES */
static int
read_line(struct usage_book *book, char *line)
{
	struct usage	*u;
	const char	*word[4], *errstr;
	char		 tunnel[TUNNEL_NAME_SIZE], link[LINK_NAME_SIZE];
	uint64_t	 bytes;
	int32_t		 day;
	int		 i;

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < 4; i++) {
		if ((word[i] = strsep(&line, " ")) == NULL)
			return (-1);
	}
	if (line != NULL ||
	    read_name(tunnel, sizeof(tunnel), word[0]) == -1 ||
	    read_name(link, sizeof(link), word[1]) == -1 ||
	    read_day(word[2], &day) == -1)
		return (-1);
	bytes = strtonum(word[3], 1, INT64_MAX, &errstr);
	if (errstr != NULL)
		return (-1);
	if ((u = usage_find(book, tunnel, link)) == NULL &&
	    (book->n == USAGE_LINKS ||
	    (u = usage_new(book, tunnel, link)) == NULL))
		return (-1);
	if (u->ndays > 0 && u->days[u->ndays - 1].day >= day)
		return (-1);
	day_add(u, day, bytes);
	if (day > book->today)
		book->today = day;
	return (0);
}

static int
read_name(char *name, size_t size, const char *word)
{
	return (*word == '\0' || strlcpy(name, word, size) >= size ? -1 : 0);
}

static int
read_day(const char *word, int32_t *day)
{
	struct date	 d;
	int		 end = 0;

	if (sscanf(word, "%4d-%2d-%2d%n", &d.year, &d.month, &d.day,
	    &end) != 3 || word[end] != '\0')
		return (-1);
	*day = calendar_day(&d);
	return (*day == -1 ? -1 : 0);
}

void
usage_write(const struct usage_book *book, int32_t since, FILE *f)
{
	const struct usage	*u;
	struct date		 d;
	int			 i;

	TAILQ_FOREACH(u, &book->list, entry) {
		if (u->ndays == 0 || u->days[u->ndays - 1].day < since)
			continue;
		for (i = 0; i < u->ndays; i++) {
			calendar_date(u->days[i].day, &d);
			fprintf(f, "%s %s %04d-%02d-%02d %" PRIu64 "\n",
			    u->tunnel, u->link, d.year, d.month, d.day,
			    u->days[i].bytes > INT64_MAX ? INT64_MAX :
			    u->days[i].bytes);
		}
	}
}
