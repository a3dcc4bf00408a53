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
 * Which paths a packet may use if a match rule names links for it.
 */

#include "match.h"
#include "path.h"
#include "permit.h"

static int	 find(const struct paths *, const struct pkt *,
		    struct permit *);
static int	 find_named(const struct paths *, const struct pkt *,
		    struct permit *);
static int	 find_others(const struct paths *, struct permit *);

/* Is it as good as the paths of this level are, whatever its own? */
int
level_fits(const struct path *p, int level)
{
	if (level == LEVEL_POOR)
		return (path_grade(p) >= GRADE_POOR);
	if (level == LEVEL_SUSPECT)
		return (path_grade(p) == GRADE_SUSPECT);
	return (path_grade(p) == GRADE_GOOD);
}

int
permit_find(const struct paths *ps, struct matches *ms, struct pkt *p,
    int level, struct permit *pm)
{
	int	 must;

	if ((pm->conf = match_bound(ms, p)) == NULL)
		return (0);
	must = pm->conf->flags & (MATCH_ONLY | MATCH_NOT);
	pm->level = level;
	if (find(ps, p, pm))
		return (1);
	if (!must)
		return (0);
	/* a bad path that is permitted is better than none */
	if (level >= 0) {
		pm->level = LEVEL_POOR;
		if (find(ps, p, pm))
			return (1);
	}
	pm->level = LEVEL_SUSPECT;
	return (find(ps, p, pm) ? 1 : -1);
}

static int
find(const struct paths *ps, const struct pkt *p, struct permit *pm)
{
	if (pm->conf->flags & MATCH_NOT)
		return (find_others(ps, pm));
	return (find_named(ps, p, pm));
}

/*
 * Links that are named are used whatever their backup level: the first one
 * that is usable, or all of them for copies.
 */
static int
find_named(const struct paths *ps, const struct pkt *p, struct permit *pm)
{
	int	 i, n, best = MATCH_LINKS_MAX;

	for (i = 0; i < ps->n; i++) {
		if (!level_fits(ps->list[i], pm->level))
			continue;
		n = match_link(pm->conf, ps->list[i]->name);
		if (n != -1 && n < best)
			best = n;
	}
	if (best == MATCH_LINKS_MAX)
		return (0);
	pm->first = p->match & MATCH_DUPLICATE ? -1 : best;
	pm->backup = -1;
	pm->distant = 1;
	return (1);
}

/*
 * Links that are not named keep their backup level.  Those too slow for bulk
 * are left out of bulk, unless there are no others.
 */
static int
find_others(const struct paths *ps, struct permit *pm)
{
	const struct path	*path;
	int			 i;

	pm->first = pm->backup = -1;
	for (i = 0; i < ps->n; i++) {
		path = ps->list[i];
		if (!level_fits(path, pm->level) ||
		    match_link(pm->conf, path->name) != -1)
			continue;
		if (pm->backup == -1 || path->pacer.level < pm->backup) {
			pm->backup = path->pacer.level;
			pm->distant = path->pacer.distant;
		} else if (path->pacer.level == pm->backup &&
		    !path->pacer.distant)
			pm->distant = 0;
	}
	return (pm->backup != -1);
}

int
permit_now(const struct permit *pm, const struct path *path)
{
	return (level_fits(path, pm->level) && permit_ever(pm, path));
}

int
permit_ever(const struct permit *pm, const struct path *path)
{
	int	 n = match_link(pm->conf, path->name);

	if (pm->conf->flags & MATCH_NOT)
		return (n == -1 && path->pacer.level == pm->backup);
	return (n != -1 && (pm->first == -1 || n == pm->first));
}
