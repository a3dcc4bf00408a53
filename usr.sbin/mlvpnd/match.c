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
 * The match rules of a tunnel: runs their programs on a packet, combines the
 * actions, and counts.
 */

#include <sys/types.h>

#include <errno.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

static int	 match_copy(struct match *, const struct match_rule *);
static void	 match_inherit(struct match *, const struct matches *);
static void	 match_clear(struct match *, size_t);
static void	 match_add(struct pkt *, const struct match *, size_t);

/*
 * The rules
 */

int
match_set(struct matches *ms, const struct match_rule *rules, size_t n)
{
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
match_free(struct matches *ms)
{
	match_clear(ms->rules, ms->n);
	ms->rules = NULL;
	ms->n = 0;
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

void
match_packet(struct matches *ms, struct pkt *p, int first)
{
	struct match	*m;
	size_t		 i;

	p->match = 0;
	p->rule = 0;
	p->match_gen = ms->gen;
	for (i = 0; i < ms->n; i++) {
		m = &ms->rules[i];
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

const struct match_conf *
match_bound(struct matches *ms, struct pkt *p)
{
	if (p->match_gen != ms->gen)
		match_packet(ms, p, 0);
	return (p->rule != 0 ? &ms->rules[p->rule - 1].conf : NULL);
}

void
match_dropped(struct matches *ms, const struct pkt *p)
{
	ms->rules[p->rule - 1].dropped++;
}

int
match_link(const struct match_conf *c, const char *name)
{
	int	 i;

	for (i = 0; i < c->nlinks; i++)
		if (strcmp(c->links[i], name) == 0)
			return (i);
	return (-1);
}

int
match_ctl(const struct matches *ms, size_t i, struct ctl_match *c)
{
	const struct match	*m;

	if (i >= ms->n)
		return (-1);
	m = &ms->rules[i];
	memset(c, 0, sizeof(*c));
	c->conf = m->conf;
	c->packets = m->packets;
	c->bytes = m->bytes;
	c->dropped = m->dropped;
	return (0);
}
