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
 * The links as the system sees them: which address of the peer each link
 * uses, and the socket that the engine uses for it.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "conf.h"
#include "hostroute.h"
#include "listener.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "notice.h"
#include "remote.h"
#include "sock.h"
#include "timer.h"
#include "uplink.h"

#define OPEN_RETRY_MIN		1	/* seconds, doubled each time */
#define OPEN_RETRY_MAX		60
#define REBIND_DELAY		100	/* ms */
#define STALE_INTERVAL		2	/* seconds between two that count */
#define REOPEN_MIN		3	/* seconds of a socket, doubled */
#define REOPEN_MAX		60
#define FIXED_INTERVAL		3600	/* seconds between two lines */

enum uplink_todo {
	TODO_NOTHING,
	TODO_REMOTES,			/* other remotes than before */
	TODO_RESTART			/* and a new socket */
};

struct uplink {
	TAILQ_ENTRY(uplink) entry;
	struct uplinks	*tunnel;
	struct link_conf conf;
	enum uplink_todo todo;
	struct remotes	*remotes;

	uint32_t	 sock;		/* 0: the engine has none */
	int		 released;	/* it was told to close one */
	struct addr	 cur;		/* where it sends, family 0: unknown */
	struct addr	 local;		/* and from */
	uint16_t	 mtu;
	struct hostroute *hostroute;

	struct event	 ev;		/* to try again */
	unsigned int	 backoff;
	int		 error;		/* of the last attempt, logged */
	time_t		 stale;		/* when the engine last said so */
	time_t		 opened;
	unsigned int	 reopen;	/* a socket has at least so long */
	time_t		 fixed_told;	/* 0: not yet */
};

/* Those of a tunnel. */
struct uplinks {
	uint32_t		 id;		/* the tunnel's */
	const struct tunnel_conf *conf;
	void			(*protected)(void *);
	void			*arg;
	TAILQ_HEAD(, uplink)	 links;
};

static struct uplink	*uplink_find(struct uplinks *, const char *);
static struct uplink	*uplink_new(struct uplinks *, const struct link_conf *);
static void		 uplink_free(struct uplink *);
static int		 uplink_same_socket(const struct link_conf *,
			    const struct link_conf *);
static int		 uplink_position(const struct uplink *,
			    const struct addr *, size_t);
static void		 uplink_found(void *);
static void		 uplink_select(struct uplink *);
static void		 uplink_connect(struct uplink *, size_t, int);
static int		 uplink_may_reopen(struct uplink *, time_t);
static int		 uplink_try(struct uplink *, const struct addr *, int,
			    const char **);
static int		 uplink_local(const struct uplink *, uint8_t,
			    struct addr *);
static int		 uplink_open(struct uplink *, const struct sock_conf *,
			    const struct addr *, const struct addr *, uint16_t,
			    const char **);
static void		 uplink_send(struct uplink *, int, const struct addr *,
			    uint16_t);
static void		 uplink_close(struct uplink *);
static void		 uplink_listen(struct uplink *);
static void		 uplink_retry(int, short, void *);
static int		 uplink_inside(const struct uplink *,
			    const struct addr *);
static int		 uplink_wants_hostroute(const struct uplink *,
			    const struct addr *);
static int		 uplink_shares_table(const struct uplink *);
static time_t		 monotime(void);

struct uplinks *
uplinks_new(uint32_t id, void (*protected)(void *), void *arg)
{
	struct uplinks	*uls;

	if ((uls = calloc(1, sizeof(*uls))) == NULL)
		fatal("%s", __func__);
	uls->id = id;
	uls->protected = protected;
	uls->arg = arg;
	TAILQ_INIT(&uls->links);
	return (uls);
}

void
uplinks_reconf(struct uplinks *uls, const struct tunnel_conf *tc)
{
	struct uplink		*ul, *next;
	struct link_conf	*lc;

	uls->conf = tc;
	for (ul = TAILQ_FIRST(&uls->links); ul != NULL; ul = next) {
		next = TAILQ_NEXT(ul, entry);
		TAILQ_FOREACH(lc, &tc->links, entry) {
			if (strcmp(lc->name, ul->conf.name) == 0)
				break;
		}
		if (lc == NULL)
			uplink_free(ul);
	}

	TAILQ_FOREACH(lc, &tc->links, entry) {
		if ((ul = uplink_find(uls, lc->name)) == NULL) {
			uplink_new(uls, lc);
			continue;
		}
		if (!uplink_same_socket(&ul->conf, lc))
			ul->todo = TODO_RESTART;
		else if (remotes_differ(&ul->conf, lc) &&
		    ul->todo == TODO_NOTHING)
			ul->todo = TODO_REMOTES;
		ul->conf = *lc;
	}
}

void
uplinks_start(struct uplinks *uls)
{
	struct uplink		*ul;
	enum uplink_todo	 todo;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		todo = ul->todo;
		ul->todo = TODO_NOTHING;
		switch (todo) {
		case TODO_NOTHING:
			break;
		case TODO_RESTART:
			uplink_close(ul);
			memset(&ul->cur, 0, sizeof(ul->cur));
			/* FALLTHROUGH */
		case TODO_REMOTES:
			if (ul->conf.nremote == 0)
				uplink_close(ul);
			ul->error = 0;
			ul->backoff = 0;
			remotes_set(ul->remotes, uls->conf->name, &ul->conf);
			uplink_select(ul);
			break;
		}
		if (ul->conf.listen.family != 0)
			uplink_listen(ul);
	}
}

void
uplinks_reset(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		ul->sock = SOCK_NONE;
		ul->todo = TODO_RESTART;
		evtimer_del(&ul->ev);
	}
}

void
uplinks_protect(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->hostroute == NULL &&
		    uplink_wants_hostroute(ul, &ul->cur))
			ul->hostroute = hostroute_get(&ul->cur,
			    netif_rtable(ul->conf.rtable));
	}
}

void
uplinks_unprotect(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->hostroute != NULL &&
		    !uplink_wants_hostroute(ul, &ul->cur)) {
			hostroute_put(ul->hostroute);
			ul->hostroute = NULL;
		}
	}
}

/*
 * The default routes wait until the address of a peer is known and has a host
 * route: otherwise host names could no longer be resolved.
 */
int
uplinks_protected(const struct uplinks *uls)
{
	struct uplink	*ul;
	int		 waiting = 0;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->conf.nremote == 0 || !uplink_shares_table(ul))
			continue;
		if (ul->hostroute != NULL || (ul->cur.family != 0 &&
		    !conf_tunnel_routes(uls->conf, &ul->cur)))
			return (1);
		waiting = 1;
	}
	return (!waiting);
}

void
uplinks_netchange(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->todo != TODO_NOTHING)
			continue;
		remotes_retry(ul->remotes);
		uplink_select(ul);
	}
}

/*
 * The peer does not answer on the link: resolves names again and tries the
 * next address.  After the last one, tries the first again from another port:
 * a NAT device may have a stale mapping for the old one.
 */
void
uplinks_stale(struct uplinks *uls, const char *name)
{
	struct uplink	*ul;
	struct addr	 cand[REMOTE_ADDR_MAX], was;
	time_t		 now;
	size_t		 n, next;

	if ((ul = uplink_find(uls, name)) == NULL || ul->todo != TODO_NOTHING)
		return;
	now = monotime();
	if (ul->stale != 0 && now - ul->stale < STALE_INTERVAL)
		return;
	if (ul->stale == 0 || now - ul->stale > REOPEN_MAX)
		ul->reopen = REOPEN_MIN;	/* another outage */
	ul->stale = now;

	remotes_refresh(ul->remotes);
	if ((n = remotes_addr(ul->remotes, cand)) == 0)
		return;
	was = ul->cur;
	next = uplink_position(ul, cand, n) + 1;
	if (next < n)
		uplink_connect(ul, next, 0);
	else if (n > 1)
		uplink_connect(ul, 0, 0);
	/* back at the first, or the others cannot be sent to */
	if ((next >= n || addr_equal(&ul->cur, &was)) &&
	    uplink_may_reopen(ul, now))
		uplink_connect(ul, uplink_position(ul, cand, n), 1);
}

/* Rarely in a long outage: each socket is another NAT mapping. */
static int
uplink_may_reopen(struct uplink *ul, time_t now)
{
	if (ul->sock == SOCK_NONE)
		return (0);
	if (ul->conf.local.port != 0) {
		if (ul->fixed_told == 0 ||
		    now - ul->fixed_told >= FIXED_INTERVAL)
			log_info("%s: link %s: no answer from peer, and no "
			    "other port is tried as %u is configured",
			    ul->tunnel->conf->name, ul->conf.name,
			    ul->conf.local.port);
		ul->fixed_told = now;
		return (0);
	}
	if (now - ul->opened < (time_t)ul->reopen)
		return (0);
	ul->reopen = timer_backoff(ul->reopen, REOPEN_MIN, REOPEN_MAX);
	return (1);
}

int
uplinks_resolved(struct uplinks *uls, uint32_t request, const struct addr *addr,
    size_t n)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (remotes_resolved(ul->remotes, request, addr, n))
			return (1);
	}
	return (0);
}

void
uplinks_free(struct uplinks *uls, int keep)
{
	struct uplink	*ul;

	while ((ul = TAILQ_FIRST(&uls->links)) != NULL) {
		if (keep)
			hostroute_keep(ul->hostroute);
		uplink_free(ul);
	}
	free(uls);
}

static struct uplink *
uplink_find(struct uplinks *uls, const char *name)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (strcmp(ul->conf.name, name) == 0)
			break;
	}
	return (ul);
}

static struct uplink *
uplink_new(struct uplinks *uls, const struct link_conf *lc)
{
	struct uplink	*ul;

	if ((ul = calloc(1, sizeof(*ul))) == NULL)
		fatal("%s", __func__);
	ul->tunnel = uls;
	ul->conf = *lc;
	ul->todo = TODO_RESTART;
	ul->remotes = remotes_new(uplink_found, ul);
	evtimer_set(&ul->ev, uplink_retry, ul);
	TAILQ_INSERT_TAIL(&uls->links, ul, entry);
	return (ul);
}

static void
uplink_free(struct uplink *ul)
{
	remotes_free(ul->remotes);
	evtimer_del(&ul->ev);
	hostroute_put(ul->hostroute);
	TAILQ_REMOVE(&ul->tunnel->links, ul, entry);
	free(ul);
}

static int
uplink_same_socket(const struct link_conf *a, const struct link_conf *b)
{
	return (a->rtable == b->rtable && addr_equal(&a->local, &b->local) &&
	    strcmp(a->local_if, b->local_if) == 0 &&
	    strcmp(a->ifname, b->ifname) == 0);
}

/* The index of the present address, -1 if it is not one of them. */
static int
uplink_position(const struct uplink *ul, const struct addr *cand, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++) {
		if (addr_equal(&cand[i], &ul->cur))
			return (i);
	}
	return (-1);
}

/* The addresses of the peer may have changed. */
static void
uplink_found(void *arg)
{
	struct uplink	*ul = arg;

	if (ul->todo == TODO_NOTHING)
		uplink_select(ul);
}

/*
 * Keeps the present address as long as it is one of the peer's.  Otherwise
 * waits for names that are still being resolved if there is a choice.
 */
static void
uplink_select(struct uplink *ul)
{
	struct addr	 cand[REMOTE_ADDR_MAX];
	size_t		 n;
	int		 pos;

	n = remotes_addr(ul->remotes, cand);
	if (n == 0)
		return;
	if ((pos = uplink_position(ul, cand, n)) == -1) {
		if (ul->sock != SOCK_NONE && remotes_pending(ul->remotes))
			return;
		pos = 0;
	}
	uplink_connect(ul, pos, 0);
}

/*
 * Lets the engine use the first address, beginning with number start, that
 * the system can send to; with a new socket if anew is set.
 */
static void
uplink_connect(struct uplink *ul, size_t start, int anew)
{
	struct addr	 cand[REMOTE_ADDR_MAX];
	const char	*name = ul->tunnel->conf->name, *what, *first = NULL;
	char		 buf[ADDR_STRLEN];
	size_t		 i, n;
	int		 error = 0;

	n = remotes_addr(ul->remotes, cand);
	for (i = 0; i < n; i++) {
		if (uplink_try(ul, &cand[(start + i) % n], anew,
		    &what) == 0) {
			if (ul->error != 0)
				log_info("%s: link %s: peer is reachable again",
				    name, ul->conf.name);
			ul->error = 0;
			ul->backoff = 0;
			evtimer_del(&ul->ev);
			return;
		}
		if (errno == EADDRINUSE && ul->released) {
			/* until the engine has closed the old socket */
			ul->released = 0;
			timer_set(&ul->ev, REBIND_DELAY);
			return;
		}
		if (first == NULL) {
			first = what;
			error = errno;
		}
	}

	if (error != ul->error) {
		ul->error = errno = error;
		notice_failure("%s: link %s: %s: %s", name, ul->conf.name,
		    addr_ntop(&cand[start % n], buf, sizeof(buf)), first);
	}
	ul->backoff = timer_backoff(ul->backoff, OPEN_RETRY_MIN,
	    OPEN_RETRY_MAX);
	timer_set(&ul->ev, ul->backoff * 1000);
}

/*
 * Lets the engine send to this address: with its socket, unless the local
 * address differs or anew is set.  Returns 0, or -1 with errno and the step
 * that failed.
 */
static int
uplink_try(struct uplink *ul, const struct addr *remote, int anew,
    const char **what)
{
	struct uplinks		*uls = ul->tunnel;
	struct sock_conf	 sc;
	struct hostroute	*hr = NULL;
	struct addr		 local;
	uint16_t		 mtu = 0;
	int			 keep, saved_errno;

	memset(&sc, 0, sizeof(sc));
	sc.rtable = ul->conf.rtable;
	strlcpy(sc.ifname, ul->conf.ifname, sizeof(sc.ifname));
	sc.fragments = uls->conf->protocol == PROTO_MLVPN2;
	*what = ul->conf.local_if[0] != '\0' ? ul->conf.local_if :
	    "local address";
	if (uplink_local(ul, remote->family, &sc.local) == -1)
		return (-1);

	*what = "host route";
	if (uplink_wants_hostroute(ul, remote) && (hr = hostroute_get(remote,
	    netif_rtable(ul->conf.rtable))) == NULL)
		return (-1);
	if (sock_route(&sc, remote, &local, &mtu, what) == -1) {
		if (errno == ENODEV && ul->conf.ifname[0] != '\0')
			*what = ul->conf.ifname;
		goto fail;
	}
	*what = "route to peer goes through the tunnel";
	if (uplink_inside(ul, &local)) {
		errno = ENETUNREACH;
		goto fail;
	}

	keep = !anew && ul->sock != SOCK_NONE &&
	    addr_same_host(&local, &ul->local);
	if (keep) {
		if (!addr_equal(remote, &ul->cur) || mtu != ul->mtu)
			uplink_send(ul, -1, remote, mtu);
	} else if (uplink_open(ul, &sc, remote, &local, mtu, what) == -1)
		goto fail;

	hostroute_put(ul->hostroute);
	ul->hostroute = hr;
	uls->protected(uls->arg);
	return (0);

 fail:
	saved_errno = errno;
	hostroute_put(hr);
	errno = saved_errno;
	return (-1);
}

/* The configured local address of that family, all zero for any. */
static int
uplink_local(const struct uplink *ul, uint8_t family, struct addr *local)
{
	memset(local, 0, sizeof(*local));
	if (ul->conf.local_if[0] != '\0') {
		if (netif_ifaddr(ul->conf.local_if, family, local) == -1) {
			if (errno == ENOENT)
				errno = EADDRNOTAVAIL;
			return (-1);
		}
	} else if (ul->conf.local.family != 0) {
		if (ul->conf.local.family != family) {
			errno = EAFNOSUPPORT;
			return (-1);
		}
		*local = ul->conf.local;
	}
	local->family = family;
	local->port = ul->conf.local.port;
	return (0);
}

/* Opens a socket for the engine, to send from local to remote. */
static int
uplink_open(struct uplink *ul, const struct sock_conf *sc,
    const struct addr *remote, const struct addr *local, uint16_t mtu,
    const char **what)
{
	struct sockaddr_storage	 ss;
	struct addr		 bound;
	socklen_t		 len = sizeof(ss);
	int			 fd;

	if (sc->local.port != 0 && ul->sock != SOCK_NONE) {
		/* the new socket may need the same port */
		uplink_close(ul);
		*what = "bind";
		errno = EADDRINUSE;
		return (-1);
	}
	if ((fd = sock_open(sc, what)) == -1)
		return (-1);

	ul->local = *local;
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    addr_from_sa(&bound, (struct sockaddr *)&ss) == 0)
		ul->local.port = bound.port;
	ul->sock = sock_new_id();
	ul->opened = monotime();
	uplink_send(ul, fd, remote, mtu);
	return (0);
}

/* fd -1: the socket it has. */
static void
uplink_send(struct uplink *ul, int fd, const struct addr *remote, uint16_t mtu)
{
	struct imsg_link_socket	 ls;
	char			 from[ADDR_STRLEN], to[ADDR_STRLEN];

	ul->cur = *remote;
	ul->mtu = mtu;
	memset(&ls, 0, sizeof(ls));
	ls.tunnel = ul->tunnel->id;
	strlcpy(ls.link, ul->conf.name, sizeof(ls.link));
	ls.sock = ul->sock;
	ls.local = ul->local;
	ls.remote = ul->cur;
	ls.mtu = ul->mtu;
	compose_engine(IMSG_LINK_SOCKET, 0, fd, &ls, sizeof(ls));

	log_debug("%s: link %s: from %s to %s, mtu %u", ul->tunnel->conf->name,
	    ul->conf.name, addr_ntop_port(&ul->local, from, sizeof(from)),
	    addr_ntop_port(&ul->cur, to, sizeof(to)), mtu);
}

static void
uplink_close(struct uplink *ul)
{
	struct imsg_link_socket	 ls;

	evtimer_del(&ul->ev);
	if (ul->sock == SOCK_NONE)
		return;
	memset(&ls, 0, sizeof(ls));
	ls.tunnel = ul->tunnel->id;
	strlcpy(ls.link, ul->conf.name, sizeof(ls.link));
	ls.sock = ul->sock;
	ul->sock = SOCK_NONE;
	ul->released = 1;
	compose_engine(IMSG_LINK_NOSOCKET, 0, -1, &ls, sizeof(ls));
}

/* The peer opens this link: it uses a listening socket. */
static void
uplink_listen(struct uplink *ul)
{
	struct imsg_link_socket	 ls;

	memset(&ls, 0, sizeof(ls));
	ls.tunnel = ul->tunnel->id;
	strlcpy(ls.link, ul->conf.name, sizeof(ls.link));
	ls.sock = listener_of_link(&ul->conf, &ls.local);
	compose_engine(ls.sock != SOCK_NONE ? IMSG_LINK_SOCKET :
	    IMSG_LINK_NOSOCKET, 0, -1, &ls, sizeof(ls));
}

static void
uplink_retry(int fd, short event, void *arg)
{
	uplink_select(arg);
}

/* Is this an address inside of its own tunnel? */
static int
uplink_inside(const struct uplink *ul, const struct addr *local)
{
	const struct tunnel_conf	*tc = ul->tunnel->conf;
	int				 i;

	if (!uplink_shares_table(ul))
		return (0);
	for (i = 0; i < tc->naddress; i++) {
		if (addr_same_host(&tc->address[i].prefix.addr, local))
			return (1);
	}
	return (0);
}

static int
uplink_wants_hostroute(const struct uplink *ul, const struct addr *remote)
{
	return (remote->family != 0 && uplink_shares_table(ul) &&
	    conf_tunnel_routes(ul->tunnel->conf, remote));
}

/* A socket bound to a device does not use routes of other devices. */
static int
uplink_shares_table(const struct uplink *ul)
{
	return (ul->conf.ifname[0] == '\0' && netif_rtable(ul->conf.rtable) ==
	    netif_rtable(ul->tunnel->conf->rdomain));
}

static time_t
monotime(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec);
}
