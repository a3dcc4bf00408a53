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

#ifndef TRACE_H
#define TRACE_H

/*
 * The capacity of a link over time, out of a file with lines
 * "seconds,down bit/s,up bit/s"; a value holds until the next line's time, the
 * last one for ever.  Times here are nanoseconds from the first line's on.
 */

#include <stddef.h>
#include <stdint.h>

#define TRACE_UP	0
#define TRACE_DOWN	1
#define TRACE_LEAST	20000ULL	/* bit/s: a link has some rate */

struct trace_point {
	int64_t		 time;
	uint64_t	 rate[2];
};

struct trace {
	struct trace_point *point;
	size_t		 n;
};

/* -1 if the file cannot be read, or with its line number if a line is wrong. */
int		 trace_read(struct trace *, const char *, unsigned int *line);
/* What holds from time on; times rise.  -1 without memory. */
int		 trace_add(struct trace *, int64_t time, uint64_t up,
		    uint64_t down);
void		 trace_free(struct trace *);
/* The rate at a time, and when it changes next; INT64_MAX: never. */
uint64_t	 trace_rate(const struct trace *, int way, int64_t, int64_t *);
/* The bits that it could carry meanwhile. */
double		 trace_bits(const struct trace *, int way, int64_t from,
		    int64_t to);

#endif /* TRACE_H */
