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
#include <net/if.h>

#include <errno.h>
#include <event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bypass.h"
#include "child.h"
#include "conf.h"
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
#define TELL_INTERVAL		3600	/* seconds between two lines */

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
	char		 ifname[IFNAMSIZ];	/* the socket is bound to it */
	struct way	 way;
	struct bypass	*bypass;	/* of the tunnels */
	struct imsg_link_note note;	/* as the engine has it */

	struct event	 ev;		/* to try again */
	unsigned int	 backoff;
	int		 error;		/* of the last attempt, logged */
	time_t		 stale;		/* when the engine last said so */
	time_t		 opened;
	unsigned int	 reopen;	/* a socket has at least so long */
	time_t		 fixed_told;	/* 0: not yet */
	time_t		 deaf_told;
};

/* Why an address cannot be sent to. */
struct failure {
	const char	*what;		/* the step */
	int		 error;
	enum reason	 reason;
};

/* Those of a tunnel. */
struct uplinks {
	TAILQ_ENTRY(uplinks)	 entry;
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
			    struct failure *);
static int		 uplink_find_way(struct uplink *, struct sock_conf *,
			    const struct addr *, struct addr *, uint16_t *,
			    struct failure *);
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
static void		 uplink_fails(struct uplink *, const struct addr *,
			    const struct failure *);
static int		 uplink_lacks_family(const struct uplink *, uint8_t);
static int		 uplink_has_family(const struct uplink *, uint8_t);
static void		 uplink_hears(struct uplink *, time_t);
static void		 uplinks_compare(struct uplinks *);
static const char	*uplink_shares(const struct uplink *);
static void		 uplink_note(struct uplink *, enum reason,
			    const char *);
static int		 uplink_wants_bypass(const struct uplink *,
			    const struct addr *);
static int		 uplink_in_table(const struct uplink *,
			    const struct tunnel_conf *);
static int		 may_tell(time_t *, time_t);
static time_t		 monotime(void);

/* Those of all tunnels. */
static TAILQ_HEAD(, uplinks)	 tunnels = TAILQ_HEAD_INITIALIZER(tunnels);

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
	TAILQ_INSERT_TAIL(&tunnels, uls, entry);
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
		memset(&ul->note, 0, sizeof(ul->note));
		evtimer_del(&ul->ev);
	}
}

void
uplinks_protect(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->todo == TODO_NOTHING && ul->bypass == NULL &&
		    uplink_wants_bypass(ul, &ul->cur))
			uplink_select(ul);
	}
}

void
uplinks_unprotect(struct uplinks *uls)
{
	struct uplink	*ul;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->todo == TODO_NOTHING && ul->bypass != NULL &&
		    !uplink_wants_bypass(ul, &ul->cur))
			uplink_select(ul);
	}
}

/*
 * The default routes wait until a link is kept outside: otherwise host names
 * could no longer be resolved.
 */
int
uplinks_protected(const struct uplinks *uls)
{
	struct uplink	*ul;
	int		 waiting = 0;

	TAILQ_FOREACH(ul, &uls->links, entry) {
		if (ul->conf.nremote == 0 || !uplink_in_table(ul, uls->conf))
			continue;
		if (ul->bypass != NULL || (ul->cur.family != 0 &&
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
 * The peer does not answer on the link, or what it sends gets lost: resolves
 * names again and tries the next address.  After the last one, tries the first
 * again from another port: a NAT device may have a stale mapping for the old
 * one, or the provider throttle it.
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
	uplink_hears(ul, now);
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

/* The operator takes the link into use again: it comes back from another port,
 * as the provider may throttle the old one. */
void
uplinks_anew(struct uplinks *uls, const char *name)
{
	struct uplink	*ul;
	struct addr	 cand[REMOTE_ADDR_MAX];
	size_t		 n;
	int		 pos;

	if ((ul = uplink_find(uls, name)) == NULL ||
	    ul->todo != TODO_NOTHING || ul->sock == SOCK_NONE ||
	    ul->conf.local.port != 0)
		return;
	n = remotes_addr(ul->remotes, cand);
	if ((pos = uplink_position(ul, cand, n)) != -1)
		uplink_connect(ul, pos, 1);
}

/* Rarely in a long outage: each socket is another NAT mapping. */
static int
uplink_may_reopen(struct uplink *ul, time_t now)
{
	if (ul->sock == SOCK_NONE)
		return (0);
	if (ul->conf.local.port != 0) {
		if (may_tell(&ul->fixed_told, now))
			log_info("%s: link %s: no answer from peer, or much "
			    "loss, and no other local port is tried as %u is "
			    "configured",
			    ul->tunnel->conf->name, ul->conf.name,
			    ul->conf.local.port);
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
			bypass_keep(ul->bypass);
		uplink_free(ul);
	}
	TAILQ_REMOVE(&tunnels, uls, entry);
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
	bypass_put(ul->bypass);
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
	struct failure	 fail, first;
	size_t		 i, n;
	int		 inside = 0;

	memset(&first, 0, sizeof(first));
	n = remotes_addr(ul->remotes, cand);
	for (i = 0; i < n; i++) {
		if (uplink_try(ul, &cand[(start + i) % n], anew, &fail) == 0) {
			if (ul->error != 0)
				log_info("%s: link %s: peer is reachable again",
				    ul->tunnel->conf->name, ul->conf.name);
			ul->error = 0;
			ul->backoff = 0;
			evtimer_del(&ul->ev);
			uplink_note(ul, REASON_NONE, ul->note.shares);
			uplinks_compare(ul->tunnel);
			return;
		}
		if (fail.error == EADDRINUSE && ul->released) {
			/* until the engine has closed the old socket */
			ul->released = 0;
			timer_set(&ul->ev, REBIND_DELAY);
			return;
		}
		if (first.what == NULL)
			first = fail;
		inside |= fail.reason == REASON_TUNNEL;
	}
	/* its packets would be packets for the link again */
	if (inside)
		uplink_close(ul);
	uplink_fails(ul, &cand[start % n], &first);
	uplinks_compare(ul->tunnel);
}

static void
uplink_fails(struct uplink *ul, const struct addr *remote,
    const struct failure *fail)
{
	char	 buf[ADDR_STRLEN];

	if (fail->error != ul->error) {
		ul->error = errno = fail->error;
		notice_failure("%s: link %s: %s: %s", ul->tunnel->conf->name,
		    ul->conf.name, addr_ntop(remote, buf, sizeof(buf)),
		    fail->what);
	}
	uplink_note(ul, fail->reason, ul->note.shares);
	ul->backoff = timer_backoff(ul->backoff, OPEN_RETRY_MIN,
	    OPEN_RETRY_MAX);
	timer_set(&ul->ev, ul->backoff * 1000);
}

/*
 * Lets the engine send to this address: with its socket, unless that would
 * have another local address or be bound to another interface, or anew is
 * set.
 */
static int
uplink_try(struct uplink *ul, const struct addr *remote, int anew,
    struct failure *fail)
{
	struct sock_conf	 sc;
	struct bypass		*bypass = NULL;
	struct addr		 local;
	uint16_t		 mtu = 0;
	int			 keep;

	memset(&sc, 0, sizeof(sc));
	memset(fail, 0, sizeof(*fail));
	sc.rtable = ul->conf.rtable;
	strlcpy(sc.ifname, ul->conf.ifname, sizeof(sc.ifname));
	sc.fragments = ul->tunnel->conf->protocol == PROTO_MLVPN2;
	fail->what = ul->conf.local_if[0] != '\0' ? ul->conf.local_if :
	    "local address";
	if (uplink_local(ul, remote->family, &sc.local) == -1)
		goto fail;
	fail->what = "route outside of the tunnel";
	if (uplink_wants_bypass(ul, remote) &&
	    (bypass = bypass_get(&sc, remote)) == NULL)
		goto fail;
	if (uplink_find_way(ul, &sc, remote, &local, &mtu, fail) == -1)
		goto fail;

	keep = !anew && ul->sock != SOCK_NONE &&
	    addr_same_host(&local, &ul->local) &&
	    strcmp(sc.ifname, ul->ifname) == 0;
	if (keep) {
		if (!addr_equal(remote, &ul->cur) || mtu != ul->mtu)
			uplink_send(ul, -1, remote, mtu);
	} else if (uplink_open(ul, &sc, remote, &local, mtu,
	    &fail->what) == -1)
		goto fail;

	bypass_put(ul->bypass);
	ul->bypass = bypass;
	ul->tunnel->protected(ul->tunnel->arg);
	return (0);

 fail:
	fail->error = errno;
	bypass_put(bypass);
	if (fail->reason == REASON_NONE)
		fail->reason = uplink_lacks_family(ul, remote->family) ?
		    REASON_NO_FAMILY : reason_of_errno(fail->error);
	if (fail->reason == REASON_NO_FAMILY)
		fail->what = remote->family == 6 ? "no IPv6 address here" :
		    "no IPv4 address here";
	return (-1);
}

/* The way of the system to this address must not lead into a tunnel. */
static int
uplink_find_way(struct uplink *ul, struct sock_conf *sc,
    const struct addr *remote, struct addr *local, uint16_t *mtu,
    struct failure *fail)
{
	static char	 what[sizeof("route leads through tunnel interface ") +
			    IFNAMSIZ];
	struct way	 way;
	char		 ifname[IFNAMSIZ];

	if (sock_route(sc, remote, local, mtu, &fail->what) == -1) {
		if (errno == ENODEV && ul->conf.ifname[0] != '\0')
			fail->what = ul->conf.ifname;
		return (-1);
	}
	if (netif_way(sc, local, remote, &way) == -1)
		memset(&way, 0, sizeof(way));
	if (netif_own(way.index)) {
		snprintf(what, sizeof(what), "route leads through tunnel "
		    "interface %s", if_indextoname(way.index, ifname) != NULL ?
		    ifname : "");
		fail->what = what;
		fail->reason = REASON_TUNNEL;
		errno = EHOSTUNREACH;
		return (-1);
	}
	ul->way = way;
	return (0);
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
	strlcpy(ul->ifname, sc->ifname, sizeof(ul->ifname));
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

/* Only this one: without any address there is another reason. */
static int
uplink_lacks_family(const struct uplink *ul, uint8_t family)
{
	return (!uplink_has_family(ul, family) &&
	    uplink_has_family(ul, family == 6 ? 4 : 6));
}

/* Is there an address of the peer's family where the link could send from? */
static int
uplink_has_family(const struct uplink *ul, uint8_t family)
{
	struct addr	 addr;

	if (ul->conf.local.family != 0)
		return (ul->conf.local.family == family);
	if (ul->conf.local_if[0] != '\0')
		return (netif_ifaddr(ul->conf.local_if, family, &addr) == 0);
	if (ul->conf.ifname[0] != '\0')
		return (netif_ifaddr(ul->conf.ifname, family, &addr) == 0);
	return (netif_has_family(family));
}

/* Nothing is heard of the peer: perhaps the system drops it. */
static void
uplink_hears(struct uplink *ul, time_t now)
{
	char	 buf[ADDR_STRLEN], ifname[IFNAMSIZ];

	if (ul->sock == SOCK_NONE ||
	    netif_hears(&ul->way, &ul->local, &ul->cur)) {
		if (ul->note.reason == REASON_RP_FILTER)
			uplink_note(ul, REASON_NONE, ul->note.shares);
		return;
	}
	uplink_note(ul, REASON_RP_FILTER, ul->note.shares);
	if (may_tell(&ul->deaf_told, now))
		log_warnx("%s: link %s: no answer from %s: rp_filter of %s "
		    "drops it, as the route to it is another",
		    ul->tunnel->conf->name, ul->conf.name,
		    addr_ntop(&ul->cur, buf, sizeof(buf)),
		    if_indextoname(ul->way.index, ifname) != NULL ? ifname :
		    "its interface");
}

/* Tells of links that leave by the same line, which adds no bandwidth. */
static void
uplinks_compare(struct uplinks *uls)
{
	struct uplink	*ul;
	const char	*other;
	char		 buf[ADDR_STRLEN];

	TAILQ_FOREACH(ul, &uls->links, entry) {
		other = uplink_shares(ul);
		if (strcmp(other, ul->note.shares) == 0)
			continue;
		if (other[0] != '\0')
			log_warnx("%s: link %s uses the same line as link %s, "
			    "from %s", uls->conf->name, ul->conf.name, other,
			    addr_ntop(&ul->local, buf, sizeof(buf)));
		uplink_note(ul, ul->note.reason, other);
	}
}

/* The first link before it with the same local address and way, or "". */
static const char *
uplink_shares(const struct uplink *ul)
{
	const struct uplink	*first;
	struct addr		 a = ul->local, b;

	if (ul->sock == SOCK_NONE || ul->way.index == 0)
		return ("");
	TAILQ_FOREACH(first, &ul->tunnel->links, entry) {
		if (first == ul)
			break;
		b = first->local;
		if (first->sock != SOCK_NONE && addr_same_host(&a, &b) &&
		    first->way.index == ul->way.index &&
		    addr_equal(&first->way.gateway, &ul->way.gateway))
			return (first->conf.name);
	}
	return ("");
}

static void
uplink_note(struct uplink *ul, enum reason reason, const char *shares)
{
	struct imsg_link_note	 note;

	memset(&note, 0, sizeof(note));
	note.tunnel = ul->tunnel->id;
	strlcpy(note.link, ul->conf.name, sizeof(note.link));
	note.reason = reason;
	strlcpy(note.shares, shares, sizeof(note.shares));
	if (memcmp(&note, &ul->note, sizeof(note)) == 0)
		return;
	ul->note = note;
	compose_engine(IMSG_LINK_NOTE, 0, -1, &note, sizeof(note));
}

/* Would a route of a tunnel cover this address? */
static int
uplink_wants_bypass(const struct uplink *ul, const struct addr *remote)
{
	const struct uplinks	*uls;

	if (remote->family == 0)
		return (0);
	TAILQ_FOREACH(uls, &tunnels, entry) {
		if (uls->conf != NULL && uplink_in_table(ul, uls->conf) &&
		    conf_tunnel_routes(uls->conf, remote))
			return (1);
	}
	return (0);
}

/*
 * Does it use the table that has the routes of the tunnel?  A socket bound to
 * a device does not use routes of other devices.
 */
static int
uplink_in_table(const struct uplink *ul, const struct tunnel_conf *tc)
{
	return (ul->conf.ifname[0] == '\0' &&
	    netif_rtable(ul->conf.rtable) == netif_rtable(tc->rdomain));
}

/* At most once an hour; *last is 0 at first. */
static int
may_tell(time_t *last, time_t now)
{
	if (*last != 0 && now - *last < TELL_INTERVAL)
		return (0);
	*last = now;
	return (1);
}

static time_t
monotime(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec);
}
