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

#ifndef IMPORT_H
#define IMPORT_H

/*
 * A configuration of MLVPN 2.x, as it is read.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdio.h>

#include "addr.h"
#include "conf.h"

#define INI_GENERAL	"general"
#define INI_FILTERS	"filters"	/* the name begins so */

struct value {
	TAILQ_ENTRY(value) entry;
	char		*section;
	char		*key;		/* empty: of a line that is left out */
	char		*text;		/* as MLVPN has it, or why */
	char		*words;		/* with the blanks that it removes */
	int		 lineno;
	int		 used;
	int		 told;		/* import.c: complained of */
};

/* Sections of one name are one. */
struct section {
	TAILQ_ENTRY(section) entry;
	char		*name;
	int		 lineno;
	int		 filled;	/* has values */

	/* of import.c */
	int		 named;
	char		 link[LINK_NAME_SIZE];	/* its name here */
	int		 ok;		/* it is a link here */
	int		 rtable;
	int		 port;		/* of listen or remote */
	struct addr	 listen;
	int		 listen_both;	/* IPv4 and IPv6 */
	const char	*remote;
	int		 family;	/* of a remote that is a name */
	struct addr	 local;		/* family 0: the port alone, if any */
	const char	*device;	/* to send by, or NULL */
};

struct ini {
	TAILQ_HEAD(, value)	 values;
	TAILQ_HEAD(, section)	 sections;
};

/*
 * ini.c
 *
 * ini_value(): the first of the section with that key, NULL without one;
 *	complains of the others.
 */
void		 ini_read(struct ini *, FILE *);
struct section	*ini_section(const struct ini *, const char *);
struct value	*ini_value(const struct ini *, const char *, const char *);
int		 ini_is_filters(const char *);

/* import.c: to standard error, with the file's name and the line */
void		 complain(int, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));

#endif /* IMPORT_H */
