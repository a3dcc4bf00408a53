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
 * Listening sockets.  One that is configured with the name of an interface
 * stands for one of each address family, and follows the addresses of the
 * interface.  Links to MLVPN 2.x clients have their own, or share one of
 * these.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "listener.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "notice.h"
#include "sock.h"

struct listener {
	TAILQ_ENTRY(listener) entry;
	struct listen_conf conf;	/* with the family filled in */
	struct addr	 bound;		/* to this, with the port */
	struct listener	*twin;		/* of IPv6: a link uses both */
	uint32_t	 id;		/* 0: not open */
	int		 fd;		/* -1: the engine has it */
	int		 optional;	/* may fail without an error */
	int		 fragments;	/* for MLVPN 2.x, which does not search
					   for the MTU of a path */
	int		 wanted;
	int		 error;		/* of the last attempt, logged */
	int		 patience;	/* failures that are the old one's */
};

/* The engine still has the socket that another one replaces. */
#define REPLACE_TRIES	3

static struct listener *listener_want(const struct listen_conf *, uint8_t,
		    int);
static void	 listener_want_link(const struct link_conf *);
static struct listener *listener_want_family(const struct link_conf *, uint8_t);
static struct listener *listener_covering(const struct link_conf *, uint8_t);
static int	 listener_address(const struct listener *, struct addr *);
static int	 listener_try(struct listener *);
static void	 listener_replace(const struct listener *);
static void	 listener_close(struct listener *);
static void	 listener_failed(struct listener *, const char *);
static int	 listener_excused(const struct listener *);
static int	 listener_replaced(const struct listener *);

static TAILQ_HEAD(, listener)	 listeners = TAILQ_HEAD_INITIALIZER(listeners);

/* Removes old listeners and adds new ones. */
void
listener_reconf(const struct mlvpnd_conf *conf)
{
	const struct listen_conf	*lc;
	const struct tunnel_conf	*tc;
	const struct link_conf		*link;
	struct listener			*l, *next;

	TAILQ_FOREACH(l, &listeners, entry) {
		l->wanted = 0;
		l->twin = NULL;
	}

	TAILQ_FOREACH(lc, &conf->listens, entry) {
		if (lc->addr.family != 0)
			listener_want(lc, lc->addr.family, 0);
		else {
			listener_want(lc, 4, 1);
			listener_want(lc, 6, 1);
		}
	}

	TAILQ_FOREACH(tc, &conf->tunnels, entry) {
		TAILQ_FOREACH(link, &tc->links, entry) {
			if (link->listen.family != 0)
				listener_want_link(link);
		}
	}

	for (l = TAILQ_FIRST(&listeners); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (l->wanted)
			continue;
		TAILQ_REMOVE(&listeners, l, entry);
		if (l->id != 0)
			listener_replace(l);
		listener_close(l);
		free(l);
	}
}

/* Others may have to wait for its port. */
static void
listener_replace(const struct listener *old)
{
	struct listener	*l;

	TAILQ_FOREACH(l, &listeners, entry)
		if (l->id == 0 && l->conf.port == old->conf.port &&
		    l->conf.rtable == old->conf.rtable)
			l->patience = REPLACE_TRIES;
}

static struct listener *
listener_want(const struct listen_conf *lc, uint8_t family, int optional)
{
	struct listener	*l;
	struct addr	 addr;

	addr = lc->addr;
	addr.family = family;
	TAILQ_FOREACH(l, &listeners, entry) {
		if (addr_equal(&l->conf.addr, &addr) &&
		    strcmp(l->conf.ifname, lc->ifname) == 0 &&
		    l->conf.port == lc->port && l->conf.rtable == lc->rtable) {
			l->wanted = 1;
			return (l);
		}
	}

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	l->conf = *lc;
	memset(&l->conf.entry, 0, sizeof(l->conf.entry));
	l->conf.addr = addr;
	l->optional = optional;
	l->fd = -1;
	l->wanted = 1;
	TAILQ_INSERT_TAIL(&listeners, l, entry);
	return (l);
}

/* A link has one socket. "*" is two, which the engine uses as one. */
static void
listener_want_link(const struct link_conf *link)
{
	struct listener	*l;

	l = listener_want_family(link, link->listen.family);
	if (link->listen_both)
		listener_want_family(link, 6)->twin = l;
}

static struct listener *
listener_want_family(const struct link_conf *link, uint8_t family)
{
	struct listen_conf	 lc;
	struct listener		*l;

	if ((l = listener_covering(link, family)) != NULL)
		return (l);
	memset(&lc, 0, sizeof(lc));
	lc.addr = link->listen;
	lc.addr.port = 0;
	lc.port = link->listen.port;
	lc.rtable = link->rtable;
	l = listener_want(&lc, family, link->listen_both);
	l->fragments = 1;
	return (l);
}

/* The listener of the link's address, otherwise one of all addresses. */
static struct listener *
listener_covering(const struct link_conf *link, uint8_t family)
{
	const struct addr	*addr;
	struct listener		*l, *wildcard = NULL;

	TAILQ_FOREACH(l, &listeners, entry) {
		if (!l->wanted || l->conf.port != link->listen.port ||
		    l->conf.rtable != link->rtable ||
		    l->conf.addr.family != family)
			continue;
		addr = &l->conf.addr;
		if (l->conf.ifname[0] != '\0') {
			if (l->id == 0)
				continue;
			addr = &l->bound;
		}
		if (memcmp(addr->ip, link->listen.ip, sizeof(addr->ip)) == 0)
			return (l);
		if (addr_is_any(addr))
			wildcard = l;
	}
	return (wildcard);
}

/* The socket of a link that listens, SOCK_NONE if it is not open. */
uint32_t
listener_of_link(const struct link_conf *link, struct addr *bound)
{
	struct listener	*l;

	l = listener_covering(link, link->listen.family);
	if (link->listen_both && (l == NULL || l->id == 0))
		l = listener_covering(link, 6);
	if (l == NULL || l->id == 0)
		return (SOCK_NONE);
	*bound = l->bound;
	return (l->id);
}

/*
 * Opens all sockets that are not open.  Returns how many were opened or fail
 * for another reason, and sets *missing if one is to be tried again later.
 */
int
listener_open(int *missing)
{
	struct listener	*l;
	int		 changed = 0;

	TAILQ_FOREACH(l, &listeners, entry) {
		if (l->id != 0)
			continue;
		changed += listener_try(l);
		if (l->id == 0 && !listener_excused(l))
			*missing = 1;
	}
	return (changed);
}

/* Whether one failed for a reason that will not go away by itself. */
int
listener_broken(void)
{
	struct listener	*l;

	TAILQ_FOREACH(l, &listeners, entry) {
		if (l->error != 0 && l->error != EADDRNOTAVAIL &&
		    l->error != ENOENT && !listener_excused(l))
			return (1);
	}
	return (0);
}

/* Interface addresses may have changed.  Returns 1 if any socket has. */
int
listener_netchange(void)
{
	struct listener	*l;
	struct addr	 addr;
	int		 changed = 0;

	TAILQ_FOREACH(l, &listeners, entry) {
		if (l->id != 0 && l->conf.ifname[0] != '\0' &&
		    (listener_address(l, &addr) == -1 ||
		    !addr_equal(&addr, &l->bound))) {
			listener_close(l);
			changed = 1;
		}
		if (l->id == 0)
			changed |= listener_try(l);
	}
	return (changed);
}

/*
 * Sends all sockets to the engine, in its configuration, and why those that
 * have failed are not open.
 */
void
listener_send(void)
{
	struct listen_conf	 lc;
	struct listener		*l;

	TAILQ_FOREACH(l, &listeners, entry) {
		if (l->id == 0 && (l->error == 0 || listener_replaced(l)))
			continue;
		lc = l->conf;
		lc.id = l->id;
		lc.twin = l->twin != NULL ? l->twin->id : 0;
		lc.error = l->error;
		if (l->id != 0)
			lc.addr = l->bound;
		compose_engine(IMSG_RECONF_LISTEN, 0, l->fd, &lc,
		    sizeof(lc));
		l->fd = -1;
	}
}

void
listener_stop(void)
{
	struct listener	*l;

	while ((l = TAILQ_FIRST(&listeners)) != NULL) {
		TAILQ_REMOVE(&listeners, l, entry);
		listener_close(l);
		free(l);
	}
}

static int
listener_address(const struct listener *l, struct addr *addr)
{
	if (l->conf.ifname[0] == '\0')
		*addr = l->conf.addr;
	else if (netif_ifaddr(l->conf.ifname, l->conf.addr.family, addr) == -1)
		return (-1);
	addr->port = l->conf.port;
	return (0);
}

/* Returns 1 if it was opened or fails for another reason than before. */
static int
listener_try(struct listener *l)
{
	struct sock_conf	 sc;
	const char		*what = "bind";
	char			 buf[ADDR_STRLEN];
	int			 before = l->error;

	memset(&sc, 0, sizeof(sc));
	sc.rtable = l->conf.rtable;
	sc.fragments = l->fragments;
	if (listener_address(l, &sc.local) == -1) {
		listener_failed(l, l->conf.ifname);
		return (l->error != before);
	}
	l->bound = sc.local;
	if ((l->fd = sock_open(&sc, &what)) == -1) {
		listener_failed(l, what);
		return (l->error != before);
	}
	if (l->error != 0)
		log_info("listen on %s port %u: open now", l->conf.ifname[0] !=
		    '\0' ? l->conf.ifname : addr_ntop(&l->conf.addr, buf,
		    sizeof(buf)), l->conf.port);
	l->error = l->patience = 0;
	l->id = sock_new_id();
	return (1);
}

static void
listener_close(struct listener *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	l->id = 0;
}

static void
listener_failed(struct listener *l, const char *what)
{
	char	 buf[ADDR_STRLEN];

	if (errno == EADDRINUSE && l->patience > 0) {
		l->patience--;
		return;
	}
	if (errno == l->error)
		return;
	l->error = errno;
	if (l->conf.ifname[0] != '\0') {
		if (listener_excused(l))
			log_info("listen on %s port %u: no IPv%d address yet",
			    l->conf.ifname, l->conf.port, l->conf.addr.family);
		else
			notice_failure("listen on %s port %u: %s",
			    l->conf.ifname, l->conf.port, what);
	} else if (!listener_excused(l))
		notice_failure("listen on %s port %u: %s",
		    addr_ntop(&l->conf.addr, buf, sizeof(buf)), l->conf.port,
		    what);
}

/* Does the system or interface just not have this family? */
static int
listener_excused(const struct listener *l)
{
	return (l->optional && (l->error == ENOENT ||
	    l->error == EAFNOSUPPORT || l->error == EADDRNOTAVAIL));
}

/* Is it enough that the other family is open? */
static int
listener_replaced(const struct listener *l)
{
	struct listener	*other;

	if (!listener_excused(l))
		return (0);
	TAILQ_FOREACH(other, &listeners, entry) {
		if (other->id != 0 && other->optional &&
		    strcmp(other->conf.ifname, l->conf.ifname) == 0 &&
		    other->conf.port == l->conf.port &&
		    other->conf.rtable == l->conf.rtable)
			return (1);
	}
	return (0);
}
