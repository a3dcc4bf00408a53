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
 * A configuration of MLVPN 2.x as ini.c reads it for import.c.
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
	char		*key;		/* empty: MLVPN ignores the line */
	char		*text;		/* as MLVPN reads it, or the reason */
	char		*words;		/* with the blanks that it removes */
	int		 lineno;
	int		 used;
	int		 told;		/* import.c: has been warned about */
};

/* Sections with the same name are one section. */
struct section {
	TAILQ_ENTRY(section) entry;
	char		*name;
	int		 lineno;
	int		 filled;	/* has values */

	/* of import.c */
	int		 named;
	char		 link[LINK_NAME_SIZE];	/* name in mlvpnd.conf(5) */
	int		 ok;		/* it becomes a link */
	int		 rtable;
	int		 port;		/* of listen or remote */
	struct addr	 listen;
	int		 listen_both;	/* IPv4 and IPv6 */
	const char	*remote;
	int		 family;	/* if the remote is a name */
	struct addr	 local;		/* family 0: only the port, if any */
	const char	*device;	/* interface to bind to, or NULL */
};

struct ini {
	TAILQ_HEAD(, value)	 values;
	TAILQ_HEAD(, section)	 sections;
};

/*
 * ini.c
 *
 * ini_value() returns the first value of the key in the section, or NULL, and
 *	warns about others.
 */
void		 ini_read(struct ini *, FILE *);
struct section	*ini_section(const struct ini *, const char *);
struct value	*ini_value(const struct ini *, const char *, const char *);
int		 ini_is_filters(const char *);

/* import.c: prints a warning with the file and the line. */
void		 complain(int, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));

#endif /* IMPORT_H */
