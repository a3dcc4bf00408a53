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
 * The configuration: making, finding and freeing its parts.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "defaults.h"

struct source_list {
	struct prefix	*prefixes;
	size_t		 n;
	size_t		 max;
};

static void	 source_add(struct source_list *, const struct addr *,
		    unsigned int);

struct mlvpnd_conf *
conf_new(void)
{
	struct mlvpnd_conf	*conf;

	if ((conf = calloc(1, sizeof(*conf))) == NULL)
		return (NULL);
	TAILQ_INIT(&conf->listens);
	TAILQ_INIT(&conf->tunnels);
	conf->status_rtable = RTABLE_DEFAULT;
	return (conf);
}

void
conf_free(struct mlvpnd_conf *conf)
{
	struct listen_conf	*listen;
	struct tunnel_conf	*tunnel;

	if (conf == NULL)
		return;
	while ((listen = TAILQ_FIRST(&conf->listens)) != NULL) {
		TAILQ_REMOVE(&conf->listens, listen, entry);
		free(listen);
	}
	while ((tunnel = TAILQ_FIRST(&conf->tunnels)) != NULL) {
		TAILQ_REMOVE(&conf->tunnels, tunnel, entry);
		conf_tunnel_free(tunnel);
	}
	free(conf);
}

struct tunnel_conf *
conf_tunnel_new(void)
{
	struct tunnel_conf	*tunnel;

	if ((tunnel = calloc_conceal(1, sizeof(*tunnel))) == NULL)
		return (NULL);
	TAILQ_INIT(&tunnel->routes);
	TAILQ_INIT(&tunnel->links);
	TAILQ_INIT(&tunnel->matches);
	strlcpy(tunnel->group, DEFAULT_GROUP, sizeof(tunnel->group));
	tunnel->rdomain = RTABLE_DEFAULT;
	tunnel->tos = ANSWER_NO;
	return (tunnel);
}

void
conf_tunnel_free(struct tunnel_conf *tunnel)
{
	struct route_conf	*route;
	struct link_conf	*link;
	struct match_conf	*match;

	if (tunnel == NULL)
		return;
	while ((route = TAILQ_FIRST(&tunnel->routes)) != NULL) {
		TAILQ_REMOVE(&tunnel->routes, route, entry);
		free(route);
	}
	while ((link = TAILQ_FIRST(&tunnel->links)) != NULL) {
		TAILQ_REMOVE(&tunnel->links, link, entry);
		free(link);
	}
	while ((match = TAILQ_FIRST(&tunnel->matches)) != NULL) {
		TAILQ_REMOVE(&tunnel->matches, match, entry);
		free(match);
	}
	freezero(tunnel, sizeof(*tunnel));
}

struct tunnel_conf *
conf_tunnel_find(const struct mlvpnd_conf *conf, const char *name)
{
	struct tunnel_conf	*tunnel;

	TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
		if (strcmp(tunnel->name, name) == 0)
			return (tunnel);
	}
	return (NULL);
}

struct link_conf *
conf_link_new(void)
{
	struct link_conf	*link;

	if ((link = calloc(1, sizeof(*link))) == NULL)
		return (NULL);
	link->rtable = RTABLE_DEFAULT;
	return (link);
}

struct link_conf *
conf_link_find(const struct tunnel_conf *tunnel, const char *name)
{
	struct link_conf	*link;

	TAILQ_FOREACH(link, &tunnel->links, entry) {
		if (strcmp(link->name, name) == 0)
			return (link);
	}
	return (NULL);
}

int
conf_tunnel_initiates(const struct tunnel_conf *tunnel)
{
	struct link_conf	*link;

	TAILQ_FOREACH(link, &tunnel->links, entry) {
		if (link->nremote > 0)
			return (1);
	}
	return (0);
}

int
conf_tunnel_routes(const struct tunnel_conf *tc, const struct addr *addr)
{
	const struct route_conf	*rc;
	int			 i;

	TAILQ_FOREACH(rc, &tc->routes, entry) {
		if (!rc->is_default) {
			if (prefix_covers(&rc->prefix, addr))
				return (1);
			continue;
		}
		for (i = 0; i < tc->naddress; i++) {
			if (tc->address[i].prefix.addr.family == addr->family)
				return (1);
		}
	}
	return (0);
}

size_t
conf_tunnel_sources(const struct tunnel_conf *tc, struct prefix *prefixes,
    size_t max)
{
	static const struct addr	 any4 = { .family = 4 };
	static const struct addr	 any6 = { .family = 6 };
	struct source_list		 sl = { prefixes, 0, max };
	const struct address_conf	*a;
	const struct route_conf		*rc;
	int				 i, by_default = 0;

	if (tc->layer2 || tc->allow_any ||
	    (tc->nallow == 0 && tc->naddress == 0))
		return (0);
	for (i = 0; i < tc->nallow; i++)
		source_add(&sl, &tc->allow[i].addr, tc->allow[i].len);
	if (tc->nallow > 0)
		return (sl.n);

	TAILQ_FOREACH(rc, &tc->routes, entry)
		by_default |= rc->is_default;
	for (i = 0; i < tc->naddress; i++) {
		a = &tc->address[i];
		if (by_default) {
			source_add(&sl, a->prefix.addr.family == 4 ? &any4 :
			    &any6, 0);
			continue;
		}
		source_add(&sl, &a->prefix.addr, a->prefix.len);
		if (a->peer.family != 0)
			source_add(&sl, &a->peer, a->peer.family == 4 ? 32 :
			    128);
	}
	TAILQ_FOREACH(rc, &tc->routes, entry) {
		if (!rc->is_default)
			source_add(&sl, &rc->prefix.addr, rc->prefix.len);
	}
	return (sl.n);
}

static void
source_add(struct source_list *sl, const struct addr *addr, unsigned int len)
{
	struct prefix	*p;

	if (sl->n++ >= sl->max)
		return;
	p = &sl->prefixes[sl->n - 1];
	p->addr = *addr;
	p->len = len;
	prefix_clear(p);
}
