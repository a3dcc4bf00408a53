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
 * Receives the rules of a tunnel and gives them to the core.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <imsg.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "core.h"
#include "engine_match.h"
#include "engine_parent.h"
#include "imsgev.h"
#include "log.h"

/* A rule with its program, which is sent after it. */
struct engine_match {
	TAILQ_ENTRY(engine_match) entry;
	struct match_conf	 conf;
	struct bpf_insn		*insns;
	unsigned int		 ninsns;
};

static size_t	 engine_matches_count(const struct engine_matches *);

void
engine_match_recv(struct engine_matches *rules, struct imsg *imsg)
{
	struct engine_match	*m;
	int			 i;

	if (engine_matches_count(rules) >= MATCH_MAX)
		fatalx("%s: too many rules", __func__);
	if ((m = calloc(1, sizeof(*m))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, &m->conf, sizeof(m->conf));
	memset(&m->conf.entry, 0, sizeof(m->conf.entry));
	m->conf.lineno = 0;
	engine_check_string(m->conf.expr, sizeof(m->conf.expr), __func__);
	if (m->conf.nlinks > MATCH_LINKS_MAX)
		fatalx("%s: too many links", __func__);
	for (i = 0; i < m->conf.nlinks; i++)
		engine_check_string(m->conf.links[i],
		    sizeof(m->conf.links[i]), __func__);
	TAILQ_INSERT_TAIL(rules, m, entry);
}

void
engine_match_recv_bpf(struct engine_matches *rules, struct imsg *imsg)
{
	struct engine_match	*m;
	size_t			 len = imsg_get_len(imsg);

	if ((m = TAILQ_LAST(rules, engine_matches)) == NULL ||
	    m->insns != NULL)
		fatalx("%s: outside of a rule", __func__);
	if (len == 0 || len % sizeof(*m->insns) != 0)
		fatalx("invalid %s", imsg_name(imsg_get_type(imsg)));
	if ((m->insns = malloc(len)) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, m->insns, len);
	m->ninsns = len / sizeof(*m->insns);
	if (!match_valid(m->insns, m->ninsns))
		fatalx("%s: invalid BPF program", __func__);
}

int
engine_matches_differ(const struct engine_matches *a,
    const struct engine_matches *b)
{
	const struct engine_match	*ma = TAILQ_FIRST(a);
	const struct engine_match	*mb = TAILQ_FIRST(b);

	while (ma != NULL && mb != NULL) {
		if (ma->ninsns != mb->ninsns || memcmp(ma->insns, mb->insns,
		    ma->ninsns * sizeof(*ma->insns)) != 0 ||
		    memcmp(&ma->conf, &mb->conf, sizeof(ma->conf)) != 0)
			return (1);
		ma = TAILQ_NEXT(ma, entry);
		mb = TAILQ_NEXT(mb, entry);
	}
	return (ma != NULL || mb != NULL);
}

void
engine_matches_take(struct engine_matches *rules, struct engine_matches *from)
{
	engine_matches_free(rules);
	TAILQ_CONCAT(rules, from, entry);
}

void
engine_matches_install(const struct engine_matches *rules, struct tunnel *t)
{
	struct engine_match	*m;
	struct match_rule	*r;
	size_t			 n = 0;

	if ((r = calloc(engine_matches_count(rules) + 1, sizeof(*r))) == NULL)
		fatal("%s", __func__);
	TAILQ_FOREACH(m, rules, entry) {
		r[n].conf = &m->conf;
		r[n].insns = m->insns;
		r[n++].ninsns = m->ninsns;
	}
	if (tunnel_matches(t, r, n) == -1)
		fatal("%s", __func__);
	free(r);
}

static size_t
engine_matches_count(const struct engine_matches *rules)
{
	struct engine_match	*m;
	size_t			 n = 0;

	TAILQ_FOREACH(m, rules, entry)
		n++;
	return (n);
}

void
engine_matches_free(struct engine_matches *rules)
{
	struct engine_match	*m;

	while ((m = TAILQ_FIRST(rules)) != NULL) {
		TAILQ_REMOVE(rules, m, entry);
		free(m->insns);
		free(m);
	}
}
