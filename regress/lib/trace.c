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

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define NSEC	1000000000LL

static int	 parse(struct trace *, const char *, double *);
static size_t	 find(const struct trace *, int64_t);

int
trace_read(struct trace *t, const char *path, unsigned int *line)
{
	FILE	*fp;
	char	 buf[128];
	double	 start = -1;
	int	 ret = 0;

	memset(t, 0, sizeof(*t));
	*line = 0;
	if ((fp = fopen(path, "r")) == NULL)
		return (-1);
	while (ret == 0 && fgets(buf, sizeof(buf), fp) != NULL) {
		(*line)++;
		if (buf[0] != '#' && buf[0] != '\n')
			ret = parse(t, buf, &start);
	}
	if (ret == 0 && t->n == 0)
		ret = -1;
	fclose(fp);
	if (ret == -1)
		trace_free(t);
	return (ret);
}

static int
parse(struct trace *t, const char *s, double *start)
{
	double	 when, down, up;
	char	 end;

	if (sscanf(s, "%lf,%lf,%lf%c", &when, &down, &up, &end) < 3 ||
	    !(when >= 0 && when < 1e6) || !(down >= 0 && down <= 1e11) ||
	    !(up >= 0 && up <= 1e11))
		return (-1);
	if (*start < 0)
		*start = when;
	return (trace_add(t, (int64_t)((when - *start) * NSEC), (uint64_t)up,
	    (uint64_t)down));
}

int
trace_add(struct trace *t, int64_t time, uint64_t up, uint64_t down)
{
	struct trace_point	*p;

	if (t->n > 0 && time <= t->point[t->n - 1].time)
		return (-1);
	p = reallocarray(t->point, t->n + 1, sizeof(*p));
	if (p == NULL)
		return (-1);
	t->point = p;
	p = &t->point[t->n++];
	p->time = time;
	p->rate[TRACE_UP] = up < TRACE_LEAST ? TRACE_LEAST : up;
	p->rate[TRACE_DOWN] = down < TRACE_LEAST ? TRACE_LEAST : down;
	return (0);
}

void
trace_free(struct trace *t)
{
	free(t->point);
	memset(t, 0, sizeof(*t));
}

/* The last point that is not after time, or the first one. */
static size_t
find(const struct trace *t, int64_t time)
{
	size_t	 low = 0, high = t->n, mid;

	while (high - low > 1) {
		mid = (low + high) / 2;
		if (t->point[mid].time <= time)
			low = mid;
		else
			high = mid;
	}
	return (low);
}

uint64_t
trace_rate(const struct trace *t, int way, int64_t time, int64_t *next)
{
	size_t	 i = find(t, time);

	*next = i + 1 < t->n ? t->point[i + 1].time : INT64_MAX;
	return (t->point[i].rate[way]);
}

double
trace_bits(const struct trace *t, int way, int64_t from, int64_t to)
{
	uint64_t	 rate;
	int64_t		 next;
	double		 bits = 0;

	for (; from < to; from = next) {
		rate = trace_rate(t, way, from, &next);
		if (next > to)
			next = to;
		bits += (double)rate * (double)(next - from) / NSEC;
	}
	return (bits);
}
