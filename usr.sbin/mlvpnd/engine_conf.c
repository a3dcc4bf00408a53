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
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "dgram.h"
#include "engine_conf.h"
#include "engine_parent.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "mlvpnd.h"

/* The socket of a link: its own, or a listening one; and what the parent says
 * of it. */
struct engine_link {
	TAILQ_ENTRY(engine_link) entry;
	uint32_t		 tunnel;
	char			 name[LINK_NAME_SIZE];
	struct endpoint		 ep;
	uint16_t		 mtu;
	uint8_t			 reason;
	char			 shares[LINK_NAME_SIZE];
};

/* A configuration that is being received. */
struct engine_conf {
	struct engine_tunnels	 tunnels;
	struct engine_listens	 listens;
};

struct engine_tunnels		 engine_tunnels =
				    TAILQ_HEAD_INITIALIZER(engine_tunnels);
struct engine_listens		 engine_listens =
				    TAILQ_HEAD_INITIALIZER(engine_listens);

static struct core		*core;
static struct engine_conf	*nconf;
static TAILQ_HEAD(, engine_link) links = TAILQ_HEAD_INITIALIZER(links);

static void	 engine_recv_conf(struct imsg *);
static void	 engine_recv_listen(struct imsg *);
static void	 engine_recv_tunnel(struct imsg *);
static void	 engine_recv_route(struct imsg *);
static void	 engine_recv_link(struct imsg *);
static void	 engine_recv_end(struct imsg *);
static void	 engine_recv_socket(struct imsg *);
static void	 engine_recv_nosocket(struct imsg *);
static void	 engine_recv_note(struct imsg *);
static struct engine_tunnel *engine_last_tunnel(struct imsg *);
static void	 engine_merge(struct engine_conf *, uint64_t);
static void	 engine_merge_listens(struct engine_conf *);
static void	 engine_merge_tunnel(struct engine_tunnel *,
		    struct engine_tunnel *, uint64_t);
static void	 engine_merge_links(struct engine_tunnel *,
		    struct tunnel_conf *, uint64_t);
static void	 engine_merge_matches(struct engine_tunnel *,
		    struct engine_tunnel *);
static void	 engine_drop_listens(struct engine_conf *);
static void	 engine_drop_links(void);

static struct engine_listen *engine_listen_find(struct engine_listens *,
		    uint32_t);
static void	 engine_listens_free(struct engine_listens *);

static struct engine_tunnel *engine_tunnel_find(struct engine_tunnels *,
		    uint32_t);
static void	 engine_tunnel_start(struct engine_tunnel *, uint64_t);
static void	 engine_tunnel_free(struct engine_tunnel *);
static void	 engine_tunnel_allow(struct engine_tunnel *);
static int	 engine_tunnel_differs(const struct tunnel_conf *,
		    const struct tunnel_conf *);
static struct engine_link *engine_link_new(uint32_t, const char *);
static struct engine_link *engine_link_find(uint32_t, const char *);
static void	 engine_link_start(struct engine_tunnel *,
		    const struct link_conf *, uint64_t);
static int	 engine_link_differs(const struct link_conf *,
		    const struct link_conf *);
static void	 engine_link_free(struct engine_link *);
static void	 engine_link_close(uint32_t);

void
engine_conf_init(struct core *c)
{
	core = c;
}

void
engine_conf_free(void)
{
	struct engine_tunnel	*t;
	struct engine_link	*l;

	while ((t = TAILQ_FIRST(&engine_tunnels)) != NULL) {
		TAILQ_REMOVE(&engine_tunnels, t, entry);
		engine_tunnel_free(t);
	}
	while ((l = TAILQ_FIRST(&links)) != NULL)
		engine_link_free(l);
	engine_listens_free(&engine_listens);
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
		engine_match_recv(&engine_last_tunnel(imsg)->matches, imsg);
		break;
	case IMSG_RECONF_BPF:
		engine_match_recv_bpf(&engine_last_tunnel(imsg)->matches,
		    imsg);
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
	case IMSG_LINK_NOTE:
		engine_recv_note(imsg);
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
	struct engine_listen	*l;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, &l->conf, sizeof(l->conf));
	engine_check_string(l->conf.ifname, sizeof(l->conf.ifname), __func__);
	if ((l->conf.id == SOCK_NONE) != (l->conf.error != 0))
		fatalx("%s: socket %u: error %d", __func__, l->conf.id,
		    l->conf.error);
	l->newfd = imsg_get_fd(imsg);
	TAILQ_INSERT_TAIL(&nconf->listens, l, entry);
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
	watch_init(&t->watch);
	t->newfd = imsg_get_fd(imsg);
	TAILQ_INSERT_TAIL(&nconf->tunnels, t, entry);
}

/* For mlvpnctl(8) and "allow from": the core does not use them. */
static void
engine_recv_route(struct imsg *imsg)
{
	struct engine_tunnel	*t = engine_last_tunnel(imsg);
	struct route_conf	*r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, r, sizeof(*r));
	TAILQ_INSERT_TAIL(&t->conf->routes, r, entry);
}

static void
engine_recv_link(struct imsg *imsg)
{
	struct engine_tunnel	*t = engine_last_tunnel(imsg);
	struct link_conf	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, l, sizeof(*l));
	l->lineno = 0;
	engine_check_string(l->name, sizeof(l->name), __func__);
	TAILQ_INSERT_TAIL(&t->conf->links, l, entry);
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
	struct engine_link	*l;
	uint64_t		 now;
	uint32_t		 old;
	char			 user[SOCK_USER_SIZE];
	int			 fd;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);

	t = engine_tunnel_byid(ls.tunnel);
	snprintf(user, sizeof(user), "%s: link %s", t != NULL ?
	    t->conf->name : "no tunnel", ls.link);
	l = engine_link_find(ls.tunnel, ls.link);
	old = l != NULL ? l->ep.sock : SOCK_NONE;
	if ((fd = imsg_get_fd(imsg)) != -1)
		engine_sock_open(ls.sock, fd, 0, user);
	else if (!engine_sock_isopen(ls.sock) || (ls.sock != old &&
	    engine_listen_find(&engine_listens, ls.sock) == NULL)) {
		log_warnx("%s: no socket received", user);
		return;
	}
	if (l == NULL)
		l = engine_link_new(ls.tunnel, ls.link);
	memset(&l->ep, 0, sizeof(l->ep));
	l->ep.sock = ls.sock;
	l->ep.remote = ls.remote;
	l->ep.local = ls.local;
	l->mtu = ls.mtu;

	now = engine_now();
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, &l->ep, l->mtu, now);
	if (old != ls.sock)
		engine_link_close(old);
	engine_flush(now);
}

static void
engine_recv_nosocket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	struct engine_tunnel	*t;
	struct engine_link	*l;
	uint64_t		 now;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);

	now = engine_now();
	t = engine_tunnel_byid(ls.tunnel);
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, NULL, 0, now);
	if ((l = engine_link_find(ls.tunnel, ls.link)) != NULL) {
		engine_link_close(l->ep.sock);
		l->ep.sock = SOCK_NONE;
	}
	engine_flush(now);
}

static void
engine_recv_note(struct imsg *imsg)
{
	struct imsg_link_note	 ln;
	struct engine_link	*l;

	engine_get_data(imsg, &ln, sizeof(ln));
	engine_check_string(ln.link, sizeof(ln.link), __func__);
	engine_check_string(ln.shares, sizeof(ln.shares), __func__);

	if ((l = engine_link_find(ln.tunnel, ln.link)) == NULL)
		l = engine_link_new(ln.tunnel, ln.link);
	l->reason = ln.reason;
	strlcpy(l->shares, ln.shares, sizeof(l->shares));
}

/* The parent knows more of why a link does not work. */
void
engine_link_note(uint32_t tunnel, struct ctl_link *cl)
{
	const struct engine_link	*l;

	if ((l = engine_link_find(tunnel, cl->name)) == NULL || !cl->opener)
		return;
	strlcpy(cl->shares, l->shares, sizeof(cl->shares));
	if (l->reason != REASON_NONE && (cl->reason == REASON_NO_SOCKET ||
	    cl->state == LINK_NOADDR || cl->state == LINK_OPENING ||
	    cl->state == LINK_DOWN))
		cl->reason = l->reason;
}

/* What belongs to a tunnel is sent after it. */
static struct engine_tunnel *
engine_last_tunnel(struct imsg *imsg)
{
	struct engine_tunnel	*t;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s outside of a tunnel",
		    imsg_name(imsg_get_type(imsg)));
	return (t);
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
	engine_drop_listens(nc);
	engine_drop_links();
}

/* Opens the new ones. */
static void
engine_merge_listens(struct engine_conf *nc)
{
	struct engine_listen	*l, *next;

	for (l = TAILQ_FIRST(&nc->listens); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (l->conf.error != 0)
			continue;
		if (l->newfd != -1)
			engine_sock_open(l->conf.id, l->newfd,
			    l->conf.addr.family, "listening socket");
		else if (!engine_sock_isopen(l->conf.id)) {
			log_warnx("no listening socket received");
			TAILQ_REMOVE(&nc->listens, l, entry);
			free(l);
			continue;
		}
		engine_sock_twin(l->conf.id, l->conf.twin);
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
	if (t->tunnel != NULL)
		engine_tunnel_allow(t);
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

static void
engine_merge_matches(struct engine_tunnel *t, struct engine_tunnel *n)
{
	int	 differ = engine_matches_differ(&t->matches, &n->matches);

	engine_matches_take(&t->matches, &n->matches);
	if (differ && t->tunnel != NULL)
		engine_matches_install(&t->matches, t->tunnel);
}

/* Closes the old listening sockets that are not among the new ones. */
static void
engine_drop_listens(struct engine_conf *nc)
{
	struct engine_listen	*l;

	TAILQ_FOREACH(l, &engine_listens, entry) {
		if (engine_listen_find(&nc->listens, l->conf.id) == NULL)
			engine_sock_close(l->conf.id);
	}
	engine_listens_free(&engine_listens);
	TAILQ_CONCAT(&engine_listens, &nc->listens, entry);
}

/* Closes the sockets of links that are no longer configured. */
static void
engine_drop_links(void)
{
	struct engine_tunnel	*t;
	struct engine_link	*l, *next;

	for (l = TAILQ_FIRST(&links); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		t = engine_tunnel_byid(l->tunnel);
		if (t == NULL || conf_link_find(t->conf, l->name) == NULL)
			engine_link_free(l);
	}
}

static struct engine_listen *
engine_listen_find(struct engine_listens *list, uint32_t id)
{
	struct engine_listen	*l;

	TAILQ_FOREACH(l, list, entry) {
		if (l->conf.id == id)
			break;
	}
	return (l);
}

static void
engine_listens_free(struct engine_listens *list)
{
	struct engine_listen	*l;

	while ((l = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, l, entry);
		free(l);
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
	engine_tunnel_allow(t);
	engine_tun_set(&t->tun, t->conf, t->tunnel);
	mlvpn2_file_load(t->tunnel);
	TAILQ_FOREACH(l, &t->conf->links, entry)
		engine_link_start(t, l, now);
	engine_matches_install(&t->matches, t->tunnel);
}

static void
engine_tunnel_allow(struct engine_tunnel *t)
{
	struct prefix	*list;
	size_t		 n;

	n = conf_tunnel_sources(t->conf, NULL, 0);
	if ((list = calloc(n + 1, sizeof(*list))) == NULL)
		fatal("%s", __func__);
	(void)conf_tunnel_sources(t->conf, list, n);
	if (tunnel_allow(t->tunnel, list, n) == -1)
		fatal("%s", __func__);
	free(list);
}

static void
engine_tunnel_free(struct engine_tunnel *t)
{
	engine_tun_free(&t->tun);
	if (t->tunnel != NULL)
		tunnel_free(t->tunnel);
	engine_matches_free(&t->matches);
	watch_free(&t->watch);
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

static struct engine_link *
engine_link_new(uint32_t tunnel, const char *name)
{
	struct engine_link	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	l->tunnel = tunnel;
	strlcpy(l->name, name, sizeof(l->name));
	TAILQ_INSERT_TAIL(&links, l, entry);
	return (l);
}

static struct engine_link *
engine_link_find(uint32_t tunnel, const char *name)
{
	struct engine_link	*l;

	TAILQ_FOREACH(l, &links, entry) {
		if (l->tunnel == tunnel && strcmp(l->name, name) == 0)
			break;
	}
	return (l);
}

static void
engine_link_start(struct engine_tunnel *t, const struct link_conf *conf,
    uint64_t now)
{
	struct engine_link	*l;

	if (tunnel_link(t->tunnel, conf, now) == -1) {
		log_warnx("%s: cannot add link %s", t->conf->name,
		    conf->name);
		return;
	}
	l = engine_link_find(t->conf->id, conf->name);
	if (l != NULL && engine_sock_isopen(l->ep.sock))
		(void)tunnel_socket(t->tunnel, conf->name, &l->ep, l->mtu,
		    now);
}

static int
engine_link_differs(const struct link_conf *a, const struct link_conf *b)
{
	const size_t	 start = offsetof(struct link_conf, name);

	return (memcmp((const char *)a + start, (const char *)b + start,
	    sizeof(*a) - start) != 0);
}

static void
engine_link_free(struct engine_link *l)
{
	TAILQ_REMOVE(&links, l, entry);
	engine_link_close(l->ep.sock);
	free(l);
}

/* Its own socket; a listening one has other users. */
static void
engine_link_close(uint32_t sock)
{
	if (engine_listen_find(&engine_listens, sock) == NULL)
		engine_sock_close(sock);
}
