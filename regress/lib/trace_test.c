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

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"
#include "trace.h"

#define SEC	1000000000LL

static char	 path[] = "/tmp/trace_test.XXXXXX";

static void
cleanup(void)
{
	unlink(path);
}

/* What trace_read() says of this text. */
static int
read_text(struct trace *t, const char *text, unsigned int *line)
{
	FILE	*fp;

	if ((fp = fopen(path, "w")) == NULL || fputs(text, fp) == EOF ||
	    fclose(fp) == EOF)
		err(1, "%s", path);
	return (trace_read(t, path, line));
}

int
main(void)
{
	struct trace	 t;
	int64_t		 next;
	unsigned int	 line;
	int		 fd;

	if ((fd = mkstemp(path)) == -1)
		err(1, "%s", path);
	close(fd);
	atexit(cleanup);

	TEST("values hold until the next line's time");
	CHECK_EQ(read_text(&t, "# a link\n5.0,8000000,1000000\n"
	    "6.5,4000000,500000\n8,0,0\n", &line), 0);
	CHECK_EQ(trace_rate(&t, TRACE_DOWN, 0, &next), 8000000);
	CHECK_EQ(next, SEC * 3 / 2);
	CHECK_EQ(trace_rate(&t, TRACE_UP, SEC * 3 / 2 - 1, &next), 1000000);
	CHECK_EQ(trace_rate(&t, TRACE_UP, SEC * 3 / 2, &next), 500000);
	CHECK_EQ(next, 3 * SEC);
	TEST("\tand a link has some rate");
	CHECK_EQ(trace_rate(&t, TRACE_DOWN, 100 * SEC, &next), TRACE_LEAST);
	CHECK_EQ(next, INT64_MAX);
	TEST("\twhat it carries");
	CHECK_EQ((int64_t)trace_bits(&t, TRACE_DOWN, SEC, 2 * SEC), 6000000);
	CHECK_EQ((int64_t)trace_bits(&t, TRACE_UP, 0, 4 * SEC),
	    1500000 + 750000 + (int64_t)TRACE_LEAST);
	trace_free(&t);

	TEST("wrong lines are named");
	CHECK_EQ(read_text(&t, "0,1000,1000\n1,x,5\n", &line), -1);
	CHECK_EQ(line, 2);
	CHECK_EQ(read_text(&t, "0,1000,1000\n\n0,5,5\n", &line), -1);
	CHECK_EQ(line, 3);
	CHECK_EQ(read_text(&t, "0,-5,1000\n", &line), -1);
	CHECK_EQ(read_text(&t, "0,5,1e30\n", &line), -1);
	CHECK_EQ(read_text(&t, "", &line), -1);
	CHECK_EQ(trace_read(&t, "/nonexistent", &line), -1);
	return (0);
}
