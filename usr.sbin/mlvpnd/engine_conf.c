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
 * Configurations arrive as messages, are put together here, and are merged
 * into the one in force.  What has not changed is not touched.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <imsg.h>
#include <pcap.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "engine_conf.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "mlvpnd.h"

/* A rule with its program, which is sent after it. */
struct engine_match {
	TAILQ_ENTRY(engine_match) entry;
	struct match_conf	 conf;
	struct bpf_insn		*insns;
	unsigned int		 ninsns;
};

/* A configuration that is being received. */
struct engine_conf {
	struct engine_tunnels	 tunnels;
	struct engine_socks	 listens;	/* fd -1: the one we have */
};

struct engine_tunnels		 engine_tunnels =
				    TAILQ_HEAD_INITIALIZER(engine_tunnels);

static struct core		*core;
static struct engine_conf	*nconf;

static void	 engine_recv_conf(struct imsg *);
static void	 engine_recv_listen(struct imsg *);
static void	 engine_recv_tunnel(struct imsg *);
static void	 engine_recv_route(struct imsg *);
static void	 engine_recv_link(struct imsg *);
static void	 engine_recv_match(struct imsg *);
static void	 engine_recv_bpf(struct imsg *);
static void	 engine_recv_end(struct imsg *);
static void	 engine_recv_socket(struct imsg *);
static void	 engine_recv_nosocket(struct imsg *);
static void	 engine_get_data(struct imsg *, void *, size_t);
static void	 engine_check_string(const char *, size_t, const char *);
static void	 engine_merge(struct engine_conf *, uint64_t);
static void	 engine_merge_listens(struct engine_conf *);
static void	 engine_merge_tunnel(struct engine_tunnel *,
		    struct engine_tunnel *, uint64_t);
static void	 engine_merge_links(struct engine_tunnel *,
		    struct tunnel_conf *, uint64_t);
static void	 engine_merge_matches(struct engine_tunnel *,
		    struct engine_tunnel *);
static int	 engine_matches_differ(const struct engine_tunnel *,
		    const struct engine_tunnel *);
static void	 engine_matches_install(struct engine_tunnel *);
static void	 engine_matches_free(struct engine_tunnel *);
static void	 engine_drop_strays(void);

static struct engine_tunnel *engine_tunnel_find(struct engine_tunnels *,
		    uint32_t);
static void	 engine_tunnel_start(struct engine_tunnel *, uint64_t);
static void	 engine_tunnel_free(struct engine_tunnel *);
static int	 engine_tunnel_differs(const struct tunnel_conf *,
		    const struct tunnel_conf *);
static void	 engine_link_start(struct engine_tunnel *,
		    const struct link_conf *, uint64_t);
static int	 engine_link_differs(const struct link_conf *,
		    const struct link_conf *);

void
engine_conf_init(struct core *c)
{
	core = c;
}

void
engine_conf_free(void)
{
	struct engine_tunnel	*t;

	while ((t = TAILQ_FIRST(&engine_tunnels)) != NULL) {
		TAILQ_REMOVE(&engine_tunnels, t, entry);
		engine_tunnel_free(t);
	}
}

/*
 * Messages
 */

int
engine_conf_imsg(struct imsg *imsg)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_RECONF_CONF:
		engine_recv_conf(imsg);
		break;
	case IMSG_RECONF_LISTEN:
		engine_recv_listen(imsg);
		break;
	case IMSG_RECONF_TUNNEL:
		engine_recv_tunnel(imsg);
		break;
	case IMSG_RECONF_ROUTE:
		engine_recv_route(imsg);
		break;
	case IMSG_RECONF_LINK:
		engine_recv_link(imsg);
		break;
	case IMSG_RECONF_MATCH:
		engine_recv_match(imsg);
		break;
	case IMSG_RECONF_BPF:
		engine_recv_bpf(imsg);
		break;
	case IMSG_RECONF_END:
		engine_recv_end(imsg);
		break;
	case IMSG_LINK_SOCKET:
		engine_recv_socket(imsg);
		break;
	case IMSG_LINK_NOSOCKET:
		engine_recv_nosocket(imsg);
		break;
	default:
		return (0);
	}
	return (1);
}

static void
engine_recv_conf(struct imsg *imsg)
{
	if (nconf != NULL)
		fatalx("%s: configuration already begun", __func__);
	if ((nconf = calloc(1, sizeof(*nconf))) == NULL)
		fatal("%s", __func__);
	TAILQ_INIT(&nconf->tunnels);
	TAILQ_INIT(&nconf->listens);
}

static void
engine_recv_listen(struct imsg *imsg)
{
	struct listen_conf	 lc;
	struct engine_sock	*s;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	engine_get_data(imsg, &lc, sizeof(lc));
	s = engine_sock_new(&nconf->listens, lc.id);
	s->fd = imsg_get_fd(imsg);
	s->listening = 1;
	s->family = lc.addr.family;
	if (lc.twin != 0)
		s->known = lc.twin;
}

static void
engine_recv_tunnel(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct tunnel_conf	*c;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	if ((t = calloc(1, sizeof(*t))) == NULL ||
	    (t->conf = c = conf_tunnel_new()) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, c, sizeof(*c));
	TAILQ_INIT(&c->routes);
	TAILQ_INIT(&c->links);
	TAILQ_INIT(&c->matches);
	c->lineno = 0;
	engine_check_string(c->name, sizeof(c->name), __func__);
	engine_check_string(c->descr, sizeof(c->descr), __func__);
	engine_check_string(c->ifname, sizeof(c->ifname), __func__);
	if (engine_tunnel_find(&nconf->tunnels, c->id) != NULL)
		fatalx("%s: duplicate id %u", __func__, c->id);
	TAILQ_INIT(&t->matches);
	t->newfd = imsg_get_fd(imsg);
	TAILQ_INSERT_TAIL(&nconf->tunnels, t, entry);
}

/* For those who ask: belongs to the tunnel that came last. */
static void
engine_recv_route(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct route_conf	*r;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s: outside of a tunnel", __func__);
	if ((r = calloc(1, sizeof(*r))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, r, sizeof(*r));
	TAILQ_INSERT_TAIL(&t->conf->routes, r, entry);
}

/* The same. */
static void
engine_recv_link(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct link_conf	*l;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s: outside of a tunnel", __func__);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, l, sizeof(*l));
	l->lineno = 0;
	engine_check_string(l->name, sizeof(l->name), __func__);
	TAILQ_INSERT_TAIL(&t->conf->links, l, entry);
}

/* The same. */
static void
engine_recv_match(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct engine_match	*m;
	int			 i;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s: outside of a tunnel", __func__);
	if (++t->nmatches > MATCH_MAX)
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
	TAILQ_INSERT_TAIL(&t->matches, m, entry);
}

/* Belongs to the rule that came last. */
static void
engine_recv_bpf(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct engine_match	*m;
	size_t			 len = imsg_get_len(imsg);

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL || (m = TAILQ_LAST(&t->matches,
	    engine_matches)) == NULL || m->insns != NULL)
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

static void
engine_recv_end(struct imsg *imsg)
{
	uint64_t	 now;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	now = engine_now();
	engine_merge(nconf, now);
	free(nconf);
	nconf = NULL;
	engine_flush(now);
}

/*
 * The socket of a link.  Or only another remote address for the socket it
 * has, or the order to use a listening socket.  The old socket is closed once
 * the core uses the new one.
 */
static void
engine_recv_socket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	struct engine_tunnel	*t;
	struct engine_sock	*old, *s;
	struct endpoint		 ep;
	uint64_t		 now;
	int			 fd;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);
	fd = imsg_get_fd(imsg);

	memset(&ep, 0, sizeof(ep));
	ep.sock = ls.sock;
	ep.remote = ls.remote;
	ep.local = ls.local;

	old = engine_sock_bylink(ls.tunnel, ls.link);
	if (fd == -1) {
		if ((s = engine_sock_find(&engine_socks, ls.sock)) == NULL ||
		    (s != old && !s->listening)) {
			log_warnx("link %s: no socket received",
			    ls.link);
			return;
		}
		if (s == old)
			old = NULL;
	} else {
		if (engine_sock_find(&engine_socks, ls.sock) != NULL)
			fatalx("%s: duplicate socket %u", __func__, ls.sock);
		s = engine_sock_new(&engine_socks, ls.sock);
		s->fd = fd;
		s->tunnel = ls.tunnel;
		strlcpy(s->link, ls.link, sizeof(s->link));
		engine_sock_watch(s);
	}
	s->ep = ep;
	s->mtu = ls.mtu;

	now = engine_now();
	t = engine_tunnel_find(&engine_tunnels, ls.tunnel);
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, &ep, ls.mtu, now);
	if (old != NULL)
		engine_sock_free(&engine_socks, old);
	engine_flush(now);
}

static void
engine_recv_nosocket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	struct engine_tunnel	*t;
	struct engine_sock	*s;
	uint64_t		 now;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);

	now = engine_now();
	t = engine_tunnel_find(&engine_tunnels, ls.tunnel);
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, NULL, 0, now);
	if ((s = engine_sock_bylink(ls.tunnel, ls.link)) != NULL)
		engine_sock_free(&engine_socks, s);
	engine_flush(now);
}

static void
engine_get_data(struct imsg *imsg, void *data, size_t len)
{
	if (imsg_get_data(imsg, data, len) == -1)
		fatalx("invalid %s", imsg_name(imsg_get_type(imsg)));
}

static void
engine_check_string(const char *s, size_t size, const char *where)
{
	if (memchr(s, '\0', size) == NULL)
		fatalx("%s: string not terminated", where);
}

/*
 * The merge
 */

/*
 * A new configuration is compared with the running one, and what has not
 * changed is not touched.  Old tunnels are removed before others take over
 * their secrets.
 */
static void
engine_merge(struct engine_conf *nc, uint64_t now)
{
	struct engine_tunnel	*n, *t, *next;

	engine_merge_listens(nc);

	for (t = TAILQ_FIRST(&engine_tunnels); t != NULL; t = next) {
		next = TAILQ_NEXT(t, entry);
		if (engine_tunnel_find(&nc->tunnels, t->conf->id) == NULL) {
			TAILQ_REMOVE(&engine_tunnels, t, entry);
			engine_tunnel_free(t);
		}
	}
	while ((n = TAILQ_FIRST(&nc->tunnels)) != NULL) {
		TAILQ_REMOVE(&nc->tunnels, n, entry);
		if ((t = engine_tunnel_find(&engine_tunnels,
		    n->conf->id)) != NULL) {
			/* moved, to keep the order of the configuration */
			TAILQ_REMOVE(&engine_tunnels, t, entry);
			engine_merge_tunnel(t, n, now);
		} else {
			t = n;
			engine_tun_init(&t->tun);
			engine_tun_set(&t->tun, t->conf, NULL);
			engine_tun_setfd(&t->tun, t->newfd);
		}
		TAILQ_INSERT_TAIL(&engine_tunnels, t, entry);
	}
	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (t->tunnel == NULL)
			engine_tunnel_start(t, now);
	}
	/* send what removed links still have to say */
	(void)engine_transmit(now);
	engine_drop_strays();
}

static void
engine_merge_listens(struct engine_conf *nc)
{
	struct engine_sock	*n, *s, *next;

	for (s = TAILQ_FIRST(&engine_socks); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->listening &&
		    engine_sock_find(&nc->listens, s->id) == NULL)
			s->listening = 0;	/* a stray from now on */
	}
	while ((n = TAILQ_FIRST(&nc->listens)) != NULL) {
		TAILQ_REMOVE(&nc->listens, n, entry);
		s = engine_sock_find(&engine_socks, n->id);
		if (s != NULL)
			s->known = n->known;
		if (s != NULL || n->fd == -1) {
			if (s == NULL)
				log_warnx("no listening socket received");
			if (n->fd != -1)
				close(n->fd);
			free(n);
			continue;
		}
		TAILQ_INSERT_TAIL(&engine_socks, n, entry);
		engine_sock_watch(n);
	}
}

/* Takes over and frees n. */
static void
engine_merge_tunnel(struct engine_tunnel *t, struct engine_tunnel *n,
    uint64_t now)
{
	struct tunnel_conf	*old = t->conf;

	if (n->newfd != -1)
		engine_tun_setfd(&t->tun, n->newfd);
	if (t->tunnel != NULL && engine_tunnel_differs(old, n->conf) &&
	    tunnel_reconf(t->tunnel, n->conf, now) == -1) {
		tunnel_free(t->tunnel);
		t->tunnel = NULL;
	}
	if (t->tunnel != NULL)
		engine_merge_links(t, n->conf, now);
	engine_merge_matches(t, n);
	t->conf = n->conf;
	engine_tun_set(&t->tun, t->conf, t->tunnel);
	conf_tunnel_free(old);
	free(n);
}

static void
engine_merge_links(struct engine_tunnel *t, struct tunnel_conf *new,
    uint64_t now)
{
	struct link_conf	*l, *old;

	TAILQ_FOREACH(l, &t->conf->links, entry) {
		if (conf_link_find(new, l->name) == NULL)
			(void)tunnel_unlink(t->tunnel, l->name, now);
	}
	TAILQ_FOREACH(l, &new->links, entry) {
		if ((old = conf_link_find(t->conf, l->name)) == NULL)
			engine_link_start(t, l, now);
		else if (engine_link_differs(old, l))
			(void)tunnel_link(t->tunnel, l, now);
	}
}

/* Leaves n without rules. */
static void
engine_merge_matches(struct engine_tunnel *t, struct engine_tunnel *n)
{
	struct engine_match	*m;
	int			 differ = engine_matches_differ(t, n);

	engine_matches_free(t);
	while ((m = TAILQ_FIRST(&n->matches)) != NULL) {
		TAILQ_REMOVE(&n->matches, m, entry);
		TAILQ_INSERT_TAIL(&t->matches, m, entry);
	}
	t->nmatches = n->nmatches;
	if (differ && t->tunnel != NULL)
		engine_matches_install(t);
}

static int
engine_matches_differ(const struct engine_tunnel *a,
    const struct engine_tunnel *b)
{
	const struct engine_match	*ma = TAILQ_FIRST(&a->matches);
	const struct engine_match	*mb = TAILQ_FIRST(&b->matches);

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

static void
engine_matches_install(struct engine_tunnel *t)
{
	struct engine_match	*m;
	struct match_rule	*rules;
	size_t			 n = 0;

	if ((rules = calloc(t->nmatches + 1, sizeof(*rules))) == NULL)
		fatal("%s", __func__);
	TAILQ_FOREACH(m, &t->matches, entry) {
		rules[n].conf = &m->conf;
		rules[n].insns = m->insns;
		rules[n++].ninsns = m->ninsns;
	}
	if (tunnel_matches(t->tunnel, rules, n) == -1)
		fatal("%s: %s", __func__, t->conf->name);
	free(rules);
}

static void
engine_matches_free(struct engine_tunnel *t)
{
	struct engine_match	*m;

	while ((m = TAILQ_FIRST(&t->matches)) != NULL) {
		TAILQ_REMOVE(&t->matches, m, entry);
		free(m->insns);
		free(m);
	}
	t->nmatches = 0;
}

/* Closes the sockets of removed links. */
static void
engine_drop_strays(void)
{
	struct engine_tunnel	*t;
	struct engine_sock	*s, *next;

	for (s = TAILQ_FIRST(&engine_socks); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->listening)
			continue;
		t = engine_tunnel_find(&engine_tunnels, s->tunnel);
		if (t == NULL || conf_link_find(t->conf, s->link) == NULL)
			engine_sock_free(&engine_socks, s);
	}
}

static struct engine_tunnel *
engine_tunnel_find(struct engine_tunnels *list, uint32_t id)
{
	struct engine_tunnel	*t;

	TAILQ_FOREACH(t, list, entry) {
		if (t->conf->id == id)
			break;
	}
	return (t);
}

struct engine_tunnel *
engine_tunnel_byid(uint32_t id)
{
	return (engine_tunnel_find(&engine_tunnels, id));
}

struct engine_tunnel *
engine_tunnel_byname(const char *name)
{
	struct engine_tunnel	*t;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (strcmp(t->conf->name, name) == 0)
			break;
	}
	return (t);
}

static void
engine_tunnel_start(struct engine_tunnel *t, uint64_t now)
{
	struct link_conf	*l;

	if ((t->tunnel = tunnel_new(core, t->conf, now)) == NULL) {
		if (errno == EEXIST)
			log_warnx("%s: another tunnel has the same secret",
			    t->conf->name);
		else
			log_warn("%s", t->conf->name);
		return;
	}
	engine_tun_set(&t->tun, t->conf, t->tunnel);
	mlvpn2_file_load(t->tunnel);
	TAILQ_FOREACH(l, &t->conf->links, entry)
		engine_link_start(t, l, now);
	engine_matches_install(t);
}

static void
engine_tunnel_free(struct engine_tunnel *t)
{
	engine_tun_free(&t->tun);
	if (t->tunnel != NULL)
		tunnel_free(t->tunnel);
	engine_matches_free(t);
	conf_tunnel_free(t->conf);
	free(t);
}

/* The structs were received: apart from pointers, bytes can be compared. */
static int
engine_tunnel_differs(const struct tunnel_conf *a,
    const struct tunnel_conf *b)
{
	const size_t	 start = offsetof(struct tunnel_conf, id);
	const size_t	 end = offsetof(struct tunnel_conf, routes);

	return (sodium_memcmp((const char *)a + start,
	    (const char *)b + start, end - start) != 0);
}

static void
engine_link_start(struct engine_tunnel *t, const struct link_conf *l,
    uint64_t now)
{
	struct engine_sock	*s;

	if (tunnel_link(t->tunnel, l, now) == -1) {
		log_warnx("%s: cannot add link %s", t->conf->name,
		    l->name);
		return;
	}
	if ((s = engine_sock_bylink(t->conf->id, l->name)) != NULL)
		(void)tunnel_socket(t->tunnel, l->name, &s->ep, s->mtu, now);
}

static int
engine_link_differs(const struct link_conf *a, const struct link_conf *b)
{
	const size_t	 start = offsetof(struct link_conf, name);

	return (memcmp((const char *)a + start, (const char *)b + start,
	    sizeof(*a) - start) != 0);
}
