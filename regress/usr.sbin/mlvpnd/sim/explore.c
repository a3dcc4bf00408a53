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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "row.h"
#include "simtest.h"

static int		 number(const char *, int, int);
static __dead void	 usage(void);

/* simtest -x ...: links given on the command line. */
int
explore(int argc, char *argv[])
{
	struct row_result	 res;
	struct row		 r;
	double			 sum = 0, least = 1;
	int			 ch, i, runs = 1;

	memset(&r, 0, sizeof(r));
	r.flows = 1;
	r.seed = 1;
	r.seconds = 20;
	while ((ch = getopt(argc, argv, "cdf:n:s:T:v")) != -1) {
		switch (ch) {
		case 'c':
			r.configured = 1;
			break;
		case 'd':
			r.down = 1;
			break;
		case 'f':
			r.flows = number(optarg, 1, ROW_FLOWS);
			break;
		case 'n':
			runs = number(optarg, 1, 1000);
			break;
		case 's':
			r.seed = (uint64_t)number(optarg, 0, 1000000);
			break;
		case 'T':
			r.seconds = (unsigned int)number(optarg, 3, 3600);
			break;
		case 'v':
			r.verbose = 1;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > ROW_LINKS)
		usage();
	for (i = 0; i < argc; i++)
		r.link[i] = argv[i];
	for (i = 0; i < runs; i++, r.seed++) {
		row_run(&r, &res);
		row_print(&res);
		sum += res.share;
		if (res.share < least)
			least = res.share;
	}
	if (runs > 1)
		printf("\tmean share %.3f, least %.3f\n", sum / runs, least);
	return (0);
}

static int
number(const char *s, int least, int most)
{
	const char	*errstr;
	int		 n;

	n = (int)strtonum(s, least, most, &errstr);
	if (errstr != NULL)
		errx(1, "%s: %s", s, errstr);
	return (n);
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: simtest [-t] -x [-cdv] [-f flows] [-n runs] [-s seed]\n"
	    "           [-T seconds] link ...\n"
	    "-t: late timers, -c: rates configured, -d: down, -v: each second\n"
	    "link: RATE/DELAY[/LOSS[/QUEUE[/JITTER]]][,WORD ...], as "
	    "1M:8M/15ms/0/50ms/10ms\n"
	    "   or FILE|@GENERATOR,DELAY,QUEUE[,WORD ...]\n"
	    "QUEUE as 50ms or 30000B\n"
	    "words: loss=.3%% burst=20 jitter=10ms disorder police=15000B "
	    "cut=8:12\n"
	    "generators: see gen.h\n");
	exit(1);
}
