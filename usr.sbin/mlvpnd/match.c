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

#include <sys/param.h>
#include <sys/param.h>

#include <errno.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "tunnel.h"

/*
 * "match" rules.  All rules whose expression is true for a packet of the
 * interface add up, the last one wins for what they contradict each other
 * in; "quick" ends the search.  What a packet is to have is kept with it, and
 * found out anew if the rules change while it waits.
 */

static int	 match_copy(struct match *, const struct match_rule *);
static void	 match_inherit(struct match *, const struct matches *);
static void	 match_clear(struct match *, size_t);
static void	 match_add(struct pkt *, const struct match *, size_t);
static int	 pin_find(struct tunnel *, const struct pkt *, struct pin *);
static int	 pin_named(struct tunnel *, const struct pkt *, struct pin *);
static int	 pin_others(struct tunnel *, struct pin *);
static int	 link_number(const struct match_conf *, const struct path *);

/*
 * The rules
 */

/*
 * Replaces all rules of the tunnel, or none: -1 with EINVAL for a program
 * that must not be run, E2BIG for too many rules, ENOMEM.  Rules that were
 * there already go on counting.
 */
int
tunnel_matches(struct tunnel *t, const struct match_rule *rules, size_t n)
{
	struct matches	*ms = &t->matches;
	struct match	*new = NULL;
	size_t		 i;

	if (n > MATCH_MAX) {
		errno = E2BIG;
		return (-1);
	}
	if (n > 0 && (new = calloc(n, sizeof(*new))) == NULL)
		return (-1);
	for (i = 0; i < n; i++) {
		if (match_copy(&new[i], &rules[i]) == -1) {
			match_clear(new, n);
			return (-1);
		}
		match_inherit(&new[i], ms);
	}
	match_clear(ms->rules, ms->n);
	ms->rules = new;
	ms->n = n;
	ms->gen++;
	return (0);
}

void
match_free(struct tunnel *t)
{
	match_clear(t->matches.rules, t->matches.n);
	t->matches.rules = NULL;
	t->matches.n = 0;
}

static int
match_copy(struct match *m, const struct match_rule *r)
{
	if (!match_valid(r->insns, r->ninsns)) {
		errno = EINVAL;
		return (-1);
	}
	if ((m->insns = calloc(r->ninsns, sizeof(*m->insns))) == NULL)
		return (-1);
	memcpy(m->insns, r->insns, r->ninsns * sizeof(*m->insns));
	m->ninsns = r->ninsns;
	m->conf = *r->conf;
	memset(&m->conf.entry, 0, sizeof(m->conf.entry));
	m->conf.lineno = 0;
	return (0);
}

static void
match_inherit(struct match *m, const struct matches *old)
{
	const struct match	*o;
	size_t			 i;

	for (i = 0; i < old->n; i++) {
		o = &old->rules[i];
		if (o->ninsns != m->ninsns || memcmp(o->insns, m->insns,
		    m->ninsns * sizeof(*m->insns)) != 0 ||
		    memcmp(&o->conf, &m->conf, sizeof(m->conf)) != 0)
			continue;
		m->packets = o->packets;
		m->bytes = o->bytes;
		m->dropped = o->dropped;
		return;
	}
}

static void
match_clear(struct match *m, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		free(m[i].insns);
	free(m);
}

/*
 * Packets
 */

/* Finds out what the rules want for the packet; first: it is to be counted. */
void
match_packet(struct tunnel *t, struct pkt *p, int first)
{
	struct match	*m;
	size_t		 i;

	p->match = 0;
	p->rule = 0;
	p->match_gen = t->matches.gen;
	for (i = 0; i < t->matches.n; i++) {
		m = &t->matches.rules[i];
		if (!match_run(m->insns, m->ninsns, PKT_DATA(p), p->len))
			continue;
		if (first) {
			m->packets++;
			m->bytes += p->len;
		}
		match_add(p, m, i + 1);
		if (m->conf.flags & MATCH_QUICK)
			break;
	}
}

static void
match_add(struct pkt *p, const struct match *m, size_t number)
{
	static const uint32_t	 either[] = {
		MATCH_PRIORITY | MATCH_BULK,
		MATCH_ORDER | MATCH_NOORDER
	};
	uint32_t		 flags = m->conf.flags;
	size_t			 i;

	for (i = 0; i < sizeof(either) / sizeof(either[0]); i++)
		if (flags & either[i])
			p->match &= ~either[i];
	p->match |= flags & (MATCH_PRIORITY | MATCH_BULK | MATCH_ORDER |
	    MATCH_NOORDER | MATCH_DUPLICATE | MATCH_DSCP);
	if (flags & MATCH_DSCP)
		p->dscp = m->conf.dscp;
	if (flags & (MATCH_LINKS | MATCH_NOT))
		p->rule = number;
}

/* Is the packet bound to some of the paths? */
int
match_bound(struct tunnel *t, struct pkt *p)
{
	if (p->match_gen != t->matches.gen)
		match_packet(t, p, 0);
	return (p->rule != 0);
}

/*
 * Which paths a bound packet may take when the tunnel uses those of this
 * level: 1 with pin set for match_allows(), 0 if any path will do, -1 if the
 * packet must not go by what there is.
 */
int
match_pin(struct tunnel *t, const struct pkt *p, int level, struct pin *pin)
{
	const struct match_conf	*c = &t->matches.rules[p->rule - 1].conf;
	int			 must = c->flags & (MATCH_ONLY | MATCH_NOT);

	pin->conf = c;
	pin->level = level;
	if (pin_find(t, p, pin))
		return (1);
	if (!must)
		return (0);
	/* a bad one that is permitted is better than a good one that is not */
	if (level >= 0) {
		pin->level = LEVEL_POOR;
		if (pin_find(t, p, pin))
			return (1);
	}
	pin->level = LEVEL_SUSPECT;
	return (pin_find(t, p, pin) ? 1 : -1);
}

static int
pin_find(struct tunnel *t, const struct pkt *p, struct pin *pin)
{
	if (pin->conf->flags & MATCH_NOT)
		return (pin_others(t, pin));
	return (pin_named(t, p, pin));
}

/*
 * Links that are named are used whatever their backup level: one of them, the
 * first that can be used, or all of them for copies.
 */
static int
pin_named(struct tunnel *t, const struct pkt *p, struct pin *pin)
{
	int	 i, n, best = MATCH_LINKS_MAX;

	for (i = 0; i < t->npaths; i++) {
		if (!path_fits(t->paths[i], pin->level))
			continue;
		n = link_number(pin->conf, t->paths[i]);
		if (n != -1 && n < best)
			best = n;
	}
	if (best == MATCH_LINKS_MAX)
		return (0);
	pin->first = p->match & MATCH_DUPLICATE ? -1 : best;
	pin->backup = -1;
	pin->distant = 1;
	return (1);
}

/* Links that are not named keep their backup level, and stay out of bulk if
 * they are too slow for it and not the only ones. */
static int
pin_others(struct tunnel *t, struct pin *pin)
{
	const struct path	*path;
	int			 i;

	pin->first = pin->backup = -1;
	for (i = 0; i < t->npaths; i++) {
		path = t->paths[i];
		if (!path_fits(path, pin->level) ||
		    link_number(pin->conf, path) != -1)
			continue;
		if (pin->backup == -1 || path->pacer.level < pin->backup) {
			pin->backup = path->pacer.level;
			pin->distant = path->pacer.distant;
		} else if (path->pacer.level == pin->backup &&
		    !path->pacer.distant)
			pin->distant = 0;
	}
	return (pin->backup != -1);
}

int
match_allows(const struct pin *pin, const struct path *path)
{
	return (path_fits(path, pin->level) && match_permits(pin, path));
}

/* The same, whatever state the path is in. */
int
match_permits(const struct pin *pin, const struct path *path)
{
	int	 n = link_number(pin->conf, path);

	if (pin->conf->flags & MATCH_NOT)
		return (n == -1 && path->pacer.level == pin->backup);
	return (n != -1 && (pin->first == -1 || n == pin->first));
}

/* The packet of the rule had no link to go by. */
void
match_dropped(struct tunnel *t, const struct pkt *p)
{
	t->matches.rules[p->rule - 1].dropped++;
}

/* Where in the rule's list of links the path's name is, -1: it is not. */
static int
link_number(const struct match_conf *c, const struct path *path)
{
	int	 i;

	for (i = 0; i < c->nlinks; i++)
		if (strcmp(c->links[i], path->name) == 0)
			return (i);
	return (-1);
}

/* For people: rule number i, counted from 0; -1 if there is none. */
int
tunnel_ctl_match(struct tunnel *t, size_t i, struct ctl_match *c)
{
	const struct match	*m;

	if (i >= t->matches.n)
		return (-1);
	m = &t->matches.rules[i];
	memset(c, 0, sizeof(*c));
	strlcpy(c->tunnel, t->conf.name, sizeof(c->tunnel));
	c->conf = m->conf;
	c->packets = m->packets;
	c->bytes = m->bytes;
	c->dropped = m->dropped;
	return (0);
}
