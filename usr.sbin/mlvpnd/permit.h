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


#ifndef PERMIT_H
#define PERMIT_H

/*
 * The paths that a packet may use if a "match" rule names links for it.
 */

struct match_conf;
struct matches;
struct path;
struct paths;
struct pkt;

#define LEVEL_NONE	(-1)		/* see choose_level() */
#define LEVEL_POOR	(-2)
#define LEVEL_SUSPECT	(-3)

struct permit {
	const struct match_conf	*conf;
	int		 level;		/* for level_fits() */
	int		 first;		/* of the links, -1 all */
	int		 backup;	/* level of the others */
	int		 distant;	/* those too slow for bulk as well */
};

int	 level_fits(const struct path *, int);
int	 permit_find(const struct paths *, struct matches *, struct pkt *,
	    int, struct permit *);
int	 permit_now(const struct permit *, const struct path *);
int	 permit_ever(const struct permit *, const struct path *);

/*
 * level_fits(path, level): is it as good as the paths of this level are,
 *	whatever its own?
 * permit_find(p, level, permit): while the tunnel uses the paths of this
 *	level, returns 0 if the packet may use any of them, 1 with permit set
 *	if a rule names links for it, -1 if it must be dropped.
 * permit_now(path): is the path permitted?
 * permit_ever(path): would it be permitted in another state?
 */

#endif /* PERMIT_H */
