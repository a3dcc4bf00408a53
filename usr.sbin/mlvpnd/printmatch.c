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

/* Prints a rule as in the configuration, also for mlvpnctl(8). */

#include <sys/param.h>
#include <sys/types.h>
#include <sys/queue.h>

#include <stdio.h>

#include "conf.h"
#include "printconf.h"

void
print_match(const struct match_conf *m)
{
	int	 i;

	printf("match ");
	print_string(m->expr);
	if (m->flags & MATCH_QUICK)
		printf(" quick");
	if (m->flags & MATCH_DUPLICATE)
		printf(" duplicate");
	if (m->nlinks > 0) {
		printf("%s link {", m->flags & MATCH_NOT ? " not" : "");
		for (i = 0; i < m->nlinks; i++) {
			printf(" ");
			print_string(m->links[i]);
		}
		printf(" }");
	}
	if (m->flags & MATCH_ONLY)
		printf(" only");
	if (m->flags & MATCH_PRIORITY)
		printf(" priority");
	if (m->flags & MATCH_BULK)
		printf(" bulk");
	if (m->flags & MATCH_ORDER)
		printf(" order yes");
	if (m->flags & MATCH_NOORDER)
		printf(" order no");
	if (m->flags & MATCH_DSCP)
		printf(" dscp %u", m->dscp);
}

void
print_string(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}
