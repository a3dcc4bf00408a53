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
 * The rules of mlvpnd.conf(5) that involve more than one statement.  The
 * comment before each check names the statements.  Rules for a single
 * statement are checked in parse.y.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_check.h"
#include "conf_error.h"
#include "conf_match.h"
#include "conf_value.h"
#include "mlvpn2_wire.h"

#define PHRASE_MIN	12		/* characters of a secret */
#define PHRASE_GOOD	20
#define PSK_TUNNELS_MAX	256		/* each costs a MAC for every HELLO */
#define FDS_OTHER	32		/* descriptors for other things */

static void	 check_listen(const struct mlvpnd_conf *);
static int	 listen_overlaps(const struct listen_conf *,
		    const struct listen_conf *);
static void	 check_interface(const struct mlvpnd_conf *,
		    const struct tunnel_conf *);
static void	 check_address(const struct mlvpnd_conf *,
		    const struct tunnel_conf *);
static void	 check_allow(const struct tunnel_conf *);
static void	 check_route(const struct mlvpnd_conf *,
		    const struct tunnel_conf *);
static int	 routable(const struct tunnel_conf *, int);
static void	 check_route_twice(const struct mlvpnd_conf *,
		    const struct tunnel_conf *, const struct route_conf *);
static int	 route_equal(const struct route_conf *,
		    const struct route_conf *);
static const char *route_name(const struct route_conf *);
static void	 check_secret(const struct tunnel_conf *);
static void	 check_secret_mlvpn2(const struct tunnel_conf *);
static void	 check_phrase(const struct tunnel_conf *);
static void	 check_secrets_differ(const struct mlvpnd_conf *,
		    const struct tunnel_conf *);
static void	 check_secrets_of(const struct tunnel_conf *,
		    const struct tunnel_conf *);
static void	 check_links(const struct mlvpnd_conf *,
		    const struct tunnel_conf *);
static void	 check_link(const struct tunnel_conf *,
		    const struct link_conf *);
static void	 check_link_mlvpn2(const struct tunnel_conf *,
		    const struct link_conf *);
static void	 check_port_mlvpn2(const struct mlvpnd_conf *,
		    const struct link_conf *);
static int	 same_port(const struct link_conf *,
		    const struct link_conf *);
static void	 check_local(const struct link_conf *);
static void	 check_match(const struct tunnel_conf *);
static void	 check_match_links(const struct tunnel_conf *,
		    const struct match_conf *);
static void	 check_match_expr(const struct tunnel_conf *,
		    const struct match_conf *);
static void	 check_descriptors(const struct mlvpnd_conf *);

void
conf_check(const struct mlvpnd_conf *conf)
{
	struct tunnel_conf	*t;

	check_listen(conf);
	TAILQ_FOREACH(t, &conf->tunnels, entry) {
		check_interface(conf, t);
		check_address(conf, t);
		check_allow(t);
		check_route(conf, t);
		check_secret(t);
		check_secrets_differ(conf, t);
		check_links(conf, t);
		check_match(t);
	}
	check_descriptors(conf);
}

/* listen on: an address and port is used only once. */
static void
check_listen(const struct mlvpnd_conf *conf)
{
	struct listen_conf	*a, *b;

	TAILQ_FOREACH(a, &conf->listens, entry) {
		for (b = TAILQ_FIRST(&conf->listens); b != a;
		    b = TAILQ_NEXT(b, entry)) {
			if (listen_overlaps(a, b)) {
				conf_error(a, "listen on port %u overlaps with "
				    "line %d", a->port, origin_line(b));
				break;
			}
		}
	}
}

static int
listen_overlaps(const struct listen_conf *a, const struct listen_conf *b)
{
	if (a->port != b->port || a->port == 0 || a->rtable != b->rtable ||
	    strcmp(a->ifname, b->ifname) != 0)
		return (0);
	if (a->addr.family == 0 || b->addr.family == 0)
		return (1);
	return (a->addr.family == b->addr.family &&
	    (addr_equal(&a->addr, &b->addr) ||
	    addr_is_any(&a->addr) || addr_is_any(&b->addr)));
}

/*
 * interface: every tunnel has its own.  group: the name does not end with a
 * digit, unlike those of interfaces.
 */
static void
check_interface(const struct mlvpnd_conf *conf, const struct tunnel_conf *t)
{
	struct tunnel_conf	*other;

	if (origin_lacks(t, HAD_INTERFACE))
		conf_error(t, "tunnel \"%s\" has no interface", t->name);
	if (*t->ifname == '\0')
		return;
	if (isdigit((unsigned char)t->group[strlen(t->group) - 1]))
		conf_error(t, "tunnel \"%s\": group name \"%s\" ends with a "
		    "digit", t->name, t->group);
	for (other = TAILQ_FIRST(&conf->tunnels); other != t;
	    other = TAILQ_NEXT(other, entry)) {
		if (strcmp(t->ifname, other->ifname) == 0)
			conf_error(t, "tunnel \"%s\": interface %s already "
			    "used by tunnel \"%s\"", t->name, t->ifname,
			    other->name);
	}
}

/*
 * mtu: at least 1280 for IPv6, at most what MLVPN 2.x takes.
 * address: no other tunnel of the routing domain has it.
 */
static void
check_address(const struct mlvpnd_conf *conf, const struct tunnel_conf *t)
{
	struct tunnel_conf	*other;
	char			 buf[ADDR_STRLEN];
	unsigned int		 most;
	int			 i, j;

	most = t->layer2 ? MLVPN2_TAP_MTU : MLVPN2_MTU;
	if (t->protocol == PROTO_MLVPN2 && t->mtu > most)
		conf_error(t, "tunnel \"%s\": protocol mlvpn2 needs an mtu of "
		    "at most %u", t->name, most);
	for (i = 0; i < t->naddress; i++) {
		if (t->address[i].prefix.addr.family == 6 && t->mtu != 0 &&
		    t->mtu < IP6_MTU_MIN) {
			conf_error(t, "tunnel \"%s\": IPv6 needs an mtu of at "
			    "least %d", t->name, IP6_MTU_MIN);
			break;
		}
	}
	for (other = TAILQ_FIRST(&conf->tunnels); other != t;
	    other = TAILQ_NEXT(other, entry)) {
		if (other->rdomain != t->rdomain)
			continue;
		for (i = 0; i < t->naddress; i++) {
			for (j = 0; j < other->naddress; j++) {
				if (!addr_equal(&t->address[i].prefix.addr,
				    &other->address[j].prefix.addr))
					continue;
				conf_error(t, "tunnel \"%s\": address %s "
				    "already used by tunnel \"%s\"", t->name,
				    addr_ntop(&t->address[i].prefix.addr, buf,
				    sizeof(buf)), other->name);
			}
		}
	}
}

/* allow from: not with a tap interface, whose frames need not be of IP. */
static void
check_allow(const struct tunnel_conf *t)
{
	if (t->layer2 && (t->allow_any || t->nallow > 0))
		conf_error(t, "tunnel \"%s\": allow from is not supported "
		    "with a tap interface", t->name);
}

/*
 * route: the tunnel has an address of the family; a tap interface has one
 * with a peer, the gateway.
 */
static void
check_route(const struct mlvpnd_conf *conf, const struct tunnel_conf *t)
{
	struct route_conf	*route;

	TAILQ_FOREACH(route, &t->routes, entry) {
		if (!routable(t, route->prefix.addr.family) &&
		    (t->naddress > 0 || origin_lacks(t, HAD_ADDRESS)))
			conf_error(route, "route %s: tunnel \"%s\" has no "
			    "matching address%s", route_name(route), t->name,
			    t->layer2 ? " with a peer, the gateway" : "");
		check_route_twice(conf, t, route);
	}
}

/* Can the tunnel have a route of this family, 0 for any? */
static int
routable(const struct tunnel_conf *t, int family)
{
	const struct address_conf	*a;
	int				 i;

	for (i = 0; i < t->naddress; i++) {
		a = &t->address[i];
		if ((family == 0 || a->prefix.addr.family == family) &&
		    (!t->layer2 || a->peer.family != 0))
			return (1);
	}
	return (0);
}

/* route: only once in a routing domain. */
static void
check_route_twice(const struct mlvpnd_conf *conf, const struct tunnel_conf *t,
    const struct route_conf *route)
{
	struct tunnel_conf	*other;
	struct route_conf	*r;

	TAILQ_FOREACH(other, &conf->tunnels, entry) {
		TAILQ_FOREACH(r, &other->routes, entry) {
			if (r == route)
				return;
			if (other->rdomain == t->rdomain &&
			    route_equal(r, route))
				conf_error(route, "route %s already defined in "
				    "line %d", route_name(route),
				    origin_line(r));
		}
	}
}

static int
route_equal(const struct route_conf *a, const struct route_conf *b)
{
	return (a->is_default == b->is_default &&
	    a->priority == b->priority && prefix_equal(&a->prefix, &b->prefix));
}

static const char *
route_name(const struct route_conf *route)
{
	static char	 buf[ADDR_STRLEN + 8];
	char		 addr[ADDR_STRLEN];

	if (route->is_default)
		return ("default");
	snprintf(buf, sizeof(buf), "%s/%u", addr_ntop(&route->prefix.addr,
	    addr, sizeof(addr)), route->prefix.len);
	return (buf);
}

/*
 * psk, secret, key, peer key: every tunnel has a secret, key and peer key go
 * together, and the peer's is not this end's own.
 * cleartext data: for protocol mlvpn2 only.
 */
static void
check_secret(const struct tunnel_conf *t)
{
	uint8_t	 pub[32];

	if (t->protocol == PROTO_MLVPN2) {
		check_secret_mlvpn2(t);
		return;
	}
	if (t->secret_source == SECRET_PHRASE)
		check_phrase(t);
	if (t->cleartext)
		conf_error(t, "tunnel \"%s\": cleartext data needs protocol "
		    "mlvpn2", t->name);
	if (origin_lacks(t, HAD_SECRET | HAD_KEY | HAD_PEER_KEY))
		conf_error(t, "tunnel \"%s\" has no psk, secret or key",
		    t->name);
	else if (!origin_lacks(t, HAD_PEER_KEY) && origin_lacks(t, HAD_KEY))
		conf_error(t, "tunnel \"%s\": peer key without key", t->name);
	else if (!origin_lacks(t, HAD_KEY) && origin_lacks(t, HAD_PEER_KEY))
		conf_error(t, "tunnel \"%s\": key without peer key", t->name);
	else if (t->has_key && *t->key_file != '\0' &&
	    crypto_scalarmult_base(pub, t->key) == 0 &&
	    memcmp(pub, t->peer_key, sizeof(pub)) == 0)
		conf_error(t, "tunnel \"%s\": peer key is the key of this end",
		    t->name);
}

/* protocol mlvpn2: has a secret, and neither id, psk, key nor cipher. */
static void
check_secret_mlvpn2(const struct tunnel_conf *t)
{
	if (t->has_psk || t->has_key || *t->key_file != '\0')
		conf_error(t, "tunnel \"%s\": protocol mlvpn2 does not use psk "
		    "or key", t->name);
	else if (origin_lacks(t, HAD_SECRET))
		conf_error(t, "tunnel \"%s\": protocol mlvpn2 needs a secret",
		    t->name);
	if (*t->secret_id != '\0')
		conf_error(t->secret, "protocol mlvpn2 does not use id");
	if (t->aeads != 0)
		conf_error(t, "tunnel \"%s\": protocol mlvpn2 does not use "
		    "cipher", t->name);
}

/* secret: at least 12 characters, a warning below 20. */
static void
check_phrase(const struct tunnel_conf *t)
{
	if (strlen(t->secret) < PHRASE_MIN)
		conf_error(t->secret, "secret shorter than %d characters",
		    PHRASE_MIN);
	else if (strlen(t->secret) < PHRASE_GOOD)
		conf_warn(t->secret, "secret shorter than %d characters can be "
		    "guessed, use a psk from mlvpnctl keygen -p", PHRASE_GOOD);
}

/*
 * psk, secret, peer key: no two tunnels have the same, and not more than 256
 * have a pre-shared key only.
 */
static void
check_secrets_differ(const struct mlvpnd_conf *conf,
    const struct tunnel_conf *t)
{
	struct tunnel_conf	*other;
	int			 n = 0;

	for (other = TAILQ_FIRST(&conf->tunnels); other != t;
	    other = TAILQ_NEXT(other, entry)) {
		if (t->protocol != PROTO_MLVPN2 &&
		    other->protocol != PROTO_MLVPN2)
			check_secrets_of(t, other);
		if (other->has_psk && !other->has_key)
			n++;
	}
	if (t->has_psk && !t->has_key && n == PSK_TUNNELS_MAX)
		conf_error(t, "more than %d tunnels with a psk and no key",
		    PSK_TUNNELS_MAX);
}

static void
check_secrets_of(const struct tunnel_conf *t, const struct tunnel_conf *other)
{
	if (t->secret_source == SECRET_PHRASE ||
	    other->secret_source == SECRET_PHRASE) {
		if (t->secret_source == other->secret_source &&
		    strcmp(t->secret, other->secret) == 0 &&
		    strcmp(t->secret_id, other->secret_id) == 0)
			conf_error(t, "tunnel \"%s\": secret and id already "
			    "used by tunnel \"%s\"", t->name, other->name);
	} else if (t->has_psk && other->has_psk &&
	    sodium_memcmp(t->psk, other->psk, sizeof(t->psk)) == 0)
		conf_error(t, "tunnel \"%s\": psk already used by tunnel "
		    "\"%s\"", t->name, other->name);
	if (t->has_key && other->has_key &&
	    memcmp(t->peer_key, other->peer_key, sizeof(t->peer_key)) == 0)
		conf_error(t, "tunnel \"%s\": peer key already used by tunnel "
		    "\"%s\"", t->name, other->name);
}

/*
 * link: needed with protocol mlvpn2.
 * listen on: needed on an end that does not open the links itself.
 */
static void
check_links(const struct mlvpnd_conf *conf, const struct tunnel_conf *t)
{
	struct link_conf	*l;

	TAILQ_FOREACH(l, &t->links, entry) {
		if (t->protocol == PROTO_MLVPN2) {
			check_link_mlvpn2(t, l);
			check_port_mlvpn2(conf, l);
		} else
			check_link(t, l);
		check_local(l);
	}
	if (t->protocol == PROTO_MLVPN2) {
		if (TAILQ_EMPTY(&t->links) && origin_intact(t))
			conf_error(t, "tunnel \"%s\": protocol mlvpn2 needs "
			    "links", t->name);
	} else if (origin_lacks(t, HAD_REMOTE) && TAILQ_EMPTY(&conf->listens) &&
	    origin_intact(conf))
		conf_error(t, "tunnel \"%s\" has no link with a remote, and "
		    "there is no listen on", t->name);
}

/*
 * remote: if one link has it, all have; without it a link only says what one
 * that the peer opens may do.
 * listen on in a link: for protocol mlvpn2 only.
 */
static void
check_link(const struct tunnel_conf *t, const struct link_conf *l)
{
	if (l->listen.family != 0)
		conf_error(l, "link \"%s\": listen on belongs outside of the "
		    "tunnel unless it has protocol mlvpn2", l->name);
	if (!origin_lacks(l, HAD_REMOTE))
		return;
	if (conf_tunnel_initiates(t))
		conf_error(l, "link \"%s\" has no remote, but other links of "
		    "tunnel \"%s\" do", l->name, t->name);
	else if (l->local.family != 0 || l->local.port != 0 ||
	    *l->local_if != '\0' || *l->ifname != '\0' ||
	    l->rtable != RTABLE_DEFAULT || l->quota.period != QUOTA_NONE)
		conf_error(l, "link \"%s\": local, interface, rdomain and "
		    "quota need a remote", l->name);
}

/*
 * protocol mlvpn2: each link has either remote or listen on, and all of a
 * tunnel have the same.
 */
static void
check_link_mlvpn2(const struct tunnel_conf *t, const struct link_conf *l)
{
	if (l->nremote > 0 && l->listen.family != 0)
		conf_error(l, "link \"%s\" has both remote and listen on",
		    l->name);
	else if (origin_lacks(l, HAD_REMOTE | HAD_LISTEN))
		conf_error(l, "link \"%s\" has neither remote nor listen on",
		    l->name);
	else if (l->listen.family != 0 && conf_tunnel_initiates(t))
		conf_error(l, "link \"%s\" has listen on, but other links of "
		    "tunnel \"%s\" have a remote", l->name, t->name);
	if (l->listen.family != 0 && (l->local.family != 0 ||
	    l->local.port != 0 || *l->local_if != '\0'))
		conf_error(l, "link \"%s\": local and listen on are mutually "
		    "exclusive", l->name);
	if (l->listen.family != 0 && l->quota.period != QUOTA_NONE)
		conf_error(l, "link \"%s\": quota and listen on are mutually "
		    "exclusive", l->name);
}

/*
 * protocol mlvpn2: each link has its own port, because datagrams do not
 * identify their link otherwise.
 */
static void
check_port_mlvpn2(const struct mlvpnd_conf *conf, const struct link_conf *l)
{
	struct tunnel_conf	*other;
	struct link_conf	*m;

	TAILQ_FOREACH(other, &conf->tunnels, entry) {
		if (other->protocol != PROTO_MLVPN2)
			continue;
		TAILQ_FOREACH(m, &other->links, entry) {
			if (m == l)
				return;
			if (!same_port(l, m))
				continue;
			conf_error(l, "link \"%s\": port %u already used by "
			    "link \"%s\" of tunnel \"%s\", protocol mlvpn2 "
			    "needs one port per link", l->name,
			    l->listen.family != 0 ? l->listen.port :
			    l->remote_port[0], m->name,
			    other->name);
			return;
		}
	}
}

static int
same_port(const struct link_conf *l, const struct link_conf *m)
{
	if (l->listen.family != 0)
		return ((l->listen.family == m->listen.family ||
		    l->listen_both || m->listen_both) &&
		    l->listen.port == m->listen.port &&
		    l->rtable == m->rtable &&
		    (addr_equal(&l->listen, &m->listen) ||
		    addr_is_any(&l->listen) || addr_is_any(&m->listen)));
	return (l->nremote > 0 && m->nremote > 0 &&
	    l->remote_port[0] == m->remote_port[0] &&
	    strcmp(l->remote[0], m->remote[0]) == 0);
}

/* local, remote: same address family. */
static void
check_local(const struct link_conf *l)
{
	struct addr	 addr;
	int		 i;

	if (l->local.family == 0)
		return;
	if (l->family != 0 && l->family != l->local.family) {
		conf_error(l, "link \"%s\": local and remote have different "
		    "address families", l->name);
		return;
	}
	for (i = 0; i < l->nremote; i++) {
		if (value_addr(&addr, l->remote[i]) == 0 &&
		    addr.family != l->local.family)
			conf_error(l, "link \"%s\": local and remote %s have "
			    "different address families", l->name,
			    l->remote[i]);
	}
}

/* match: at most 1000 in a tunnel, each with an action. */
static void
check_match(const struct tunnel_conf *t)
{
	struct match_conf	*m;
	int			 count = 0;

	TAILQ_FOREACH(m, &t->matches, entry) {
		if (++count == MATCH_MAX + 1)
			conf_error(m, "match: more than %d rules", MATCH_MAX);
		check_match_links(t, m);
		if ((m->flags & ~MATCH_QUICK) == 0 && origin_intact(t))
			conf_error(m, "match: no action");
		if ((m->flags & MATCH_ONLY) && !(m->flags & MATCH_LINKS))
			conf_error(m, "match: only without link");
		if ((m->flags & MATCH_DUPLICATE) &&
		    t->protocol == PROTO_MLVPN2)
			conf_error(m, "match: duplicate is not supported with "
			    "protocol mlvpn2");
		check_match_expr(t, m);
	}
}

/*
 * match ... link: the tunnel has these links, unless the peer opens them, as
 * then not all names are known.
 */
static void
check_match_links(const struct tunnel_conf *t, const struct match_conf *m)
{
	int	 i;

	if (!origin_intact(t) ||
	    (t->protocol != PROTO_MLVPN2 && !conf_tunnel_initiates(t)))
		return;
	for (i = 0; i < m->nlinks; i++) {
		if (conf_link_find(t, m->links[i]) == NULL)
			conf_error(m, "match: tunnel \"%s\" has no link "
			    "\"%s\"", t->name, m->links[i]);
	}
}

/* match: an expression as in tcpdump(8), without some operators. */
static void
check_match_expr(const struct tunnel_conf *t, const struct match_conf *m)
{
	struct bpf_insn	*insns;
	char		 errbuf[256];
	unsigned int	 n;

	insns = conf_match_compile(t, m->expr, &n, errbuf, sizeof(errbuf));
	if (insns == NULL)
		conf_error(m, "match: %s", errbuf);
	else if (!match_valid(insns, n))
		conf_error(m, "match: protochain, %%, ^ and shifts by "
		    "more than 31 bits are not supported");
	free(insns);
}

/* interface, link, listen on: each needs a descriptor. */
static void
check_descriptors(const struct mlvpnd_conf *conf)
{
	struct listen_conf	*listen;
	struct tunnel_conf	*t;
	struct link_conf	*l;
	struct rlimit		 rl;
	rlim_t			 n = FDS_OTHER;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 ||
	    rl.rlim_max == RLIM_INFINITY)
		return;
	TAILQ_FOREACH(listen, &conf->listens, entry)
		n += 2;
	TAILQ_FOREACH(t, &conf->tunnels, entry) {
		n++;
		TAILQ_FOREACH(l, &t->links, entry)
			n++;
		if (n > rl.rlim_max) {
			conf_error(t, "tunnel \"%s\": interfaces and sockets "
			    "exceed the limit of %llu open files", t->name,
			    (unsigned long long)rl.rlim_max);
			return;
		}
	}
}
