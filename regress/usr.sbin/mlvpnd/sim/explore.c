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

static __dead void	 usage(void);

/* simtest -x ...: links given on the command line. */
int
explore(int argc, char *argv[])
{
	struct row_result	 res;
	struct row		 r;
	const char		*errstr = NULL;
	int			 ch, i;

	memset(&r, 0, sizeof(r));
	r.flows = 1;
	r.seed = 1;
	r.seconds = 20;
	while ((ch = getopt(argc, argv, "cdf:s:T:v")) != -1) {
		switch (ch) {
		case 'c':
			r.configured = 1;
			break;
		case 'd':
			r.down = 1;
			break;
		case 'f':
			r.flows = strtonum(optarg, 1, 64, &errstr);
			break;
		case 's':
			r.seed = strtonum(optarg, 0, 1000000, &errstr);
			break;
		case 'T':
			r.seconds = strtonum(optarg, 3, 3600, &errstr);
			break;
		case 'v':
			r.verbose = 1;
			break;
		default:
			usage();
		}
		if (errstr != NULL)
			errx(1, "-%c %s: %s", ch, optarg, errstr);
	}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > ROW_LINKS)
		usage();
	for (i = 0; i < argc; i++)
		r.link[i] = argv[i];
	row_run(&r, &res);
	row_print(&res);
	return (0);
}

static __dead void
usage(void)
{
	fprintf(stderr, "usage: simtest [-t] -x [-cdv] [-f flows] [-s seed] "
	    "[-T seconds] link ...\n"
	    "link: RATE/DELAY[/LOSS[/QUEUE[/JITTER]]] as 1:8/15/0/50/10, in "
	    "Mbit/s, ms, percent\n"
	    "      or FILE|@GENERATOR,DELAY,QUEUE\n");
	exit(1);
}
