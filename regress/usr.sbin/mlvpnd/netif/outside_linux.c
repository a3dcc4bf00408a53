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
 * The interface that a socket is bound to.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "netif.h"
#include "netif_test.h"
#include "sock.h"
#include "test.h"

static void	 test_bound(const struct netif *, const char *, const char *,
		    const char *, const char *);
static void	 test_no_way(const struct netif *, const char *, const char *);
static void	 test_near(const char *);
static void	 test_way(const struct netif *);
static int	 outside(const char *, struct sock_conf *);
static int	 bound_leaves_from(const struct sock_conf *, const char *,
		    const char *);

void
test_outside(const struct netif *netif)
{
	test_bound(netif, "0.0.0.0/1", "128.0.0.0/1", "10.44.43.1",
	    "192.0.2");
	test_bound(netif, "::/1", "8000::/1", "2001:db8:44::1",
	    "2001:db8:1:");
	test_no_way(netif, "198.51.100.4", "192.0.2.1");
	test_no_way(netif, "2001:db8:51::4", "2001:db8:1::1");
	test_near("192.0.2.1");
	test_way(netif);
}

/* The network is that of the uplink, without the last part. */
static void
test_bound(const struct netif *netif, const char *low, const char *high,
    const char *own, const char *net)
{
	struct sock_conf sc;
	struct addr	 remote;
	const char	*a, *uplink = "up0";
	char		 near[64];
	int		 v4 = strchr(net, '.') != NULL;

	a = v4 ? "198.51.100.1" : "2001:db8:51::1";
	snprintf(near, sizeof(near), v4 ? "%s.1" : "%s:1", net);
	to_addr(&remote, a);

	TEST("%s: the interface without our routes", a);
	CHECK(outside(a, &sc) == 0);
	CHECK(strcmp(sc.ifname, uplink) == 0);
	TEST("%s: the same with our routes", a);
	route(netif, low, 0, 1);
	route(netif, high, 0, 1);
	CHECK(outside(a, &sc) == 0);
	CHECK(strcmp(sc.ifname, uplink) == 0);
	TEST("%s: what is bound leaves there, all else by the tunnel", a);
	CHECK(bound_leaves_from(&sc, a, near));
	CHECK(leaves_from(a, own));
	TEST("%s: a local address prefers its interface", a);
	to_addr(&sc.local, near);
	sc.ifname[0] = '\0';
	CHECK(netif_outside(&sc, &remote, sc.ifname) == 0);
	CHECK(strcmp(sc.ifname, uplink) == 0);
	TEST("%s: another default route", a);
	CHECK(ask("default 253") == 0);
	CHECK(outside(a, &sc) == 0);
	CHECK(strcmp(sc.ifname, uplink) == 0);
	CHECK(ask("default 254") == 0);
	unroute(netif, low, 0);
	unroute(netif, high, 0);
	CHECK(leaves_from(a, near));
}

/* Without another way an endpoint must not go into the tunnel. */
static void
test_no_way(const struct netif *netif, const char *host, const char *near)
{
	struct sock_conf sc;
	struct addr	 addr;
	const char	*low, *high;

	to_addr(&addr, host);
	low = addr.family == 4 ? "0.0.0.0/1" : "::/1";
	high = addr.family == 4 ? "128.0.0.0/1" : "8000::/1";

	TEST("%s: refused while there is no way", host);
	CHECK(ask("nodefault") == 0);
	route(netif, low, 0, 1);
	route(netif, high, 0, 1);
	CHECK_EQ(outside(host, &sc), -1);
	CHECK_EQ(errno, EHOSTUNREACH);

	TEST("%s: and not when there is one", host);
	CHECK(ask("default 254") == 0);
	CHECK(outside(host, &sc) == 0);
	CHECK(bound_leaves_from(&sc, host, near));
	CHECK(!leaves_from(host, near));
	unroute(netif, low, 0);
	unroute(netif, high, 0);
}

static void
test_near(const char *host)
{
	struct sock_conf sc;

	TEST("%s: our own address needs no interface", host);
	CHECK(outside(host, &sc) == 0);
	CHECK_EQ(sc.ifname[0], '\0');
}

static void
test_way(const struct netif *netif)
{
	struct sock_conf sc;
	struct addr	 remote, local, gateway;
	struct way	 way;

	TEST("the way to an address, and where it leads");
	memset(&sc, 0, sizeof(sc));
	memset(&local, 0, sizeof(local));
	sc.rtable = rtable;
	to_addr(&remote, "198.51.100.1");
	to_addr(&gateway, "192.0.2.254");
	CHECK(netif_way(&sc, &local, &remote, &way) == 0);
	CHECK_EQ(way.index, if_nametoindex("up0"));
	CHECK(addr_equal(&way.gateway, &gateway));
	CHECK(!netif_own(way.index));
	route(netif, "198.51.100.0/24", 0, 1);
	CHECK(netif_way(&sc, &local, &remote, &way) == 0);
	CHECK(netif_own(way.index));
	TEST("answers by another way are heard without rp_filter");
	CHECK(ask("rpfilter 0") == 0);
	to_addr(&local, "192.0.2.1");
	way.index = if_nametoindex("up0");
	CHECK_EQ(netif_hears(&way, &local, &remote), 1);
	TEST("and not with it");
	CHECK(ask("rpfilter 1") == 0);
	CHECK_EQ(netif_hears(&way, &local, &remote), 0);
	unroute(netif, "198.51.100.0/24", 0);
	CHECK_EQ(netif_hears(&way, &local, &remote), 1);
	CHECK(ask("rpfilter 0") == 0);
}

static int
outside(const char *host, struct sock_conf *sc)
{
	struct addr	 remote;

	memset(sc, 0, sizeof(*sc));
	sc->rtable = rtable;
	to_addr(&remote, host);
	return (netif_outside(sc, &remote, sc->ifname));
}

static int
bound_leaves_from(const struct sock_conf *sc, const char *host,
    const char *source)
{
	struct addr	 remote, local, want;
	const char	*what;
	uint16_t	 mtu;

	to_addr(&remote, host);
	to_addr(&want, source);
	remote.port = 5080;
	return (sock_route(sc, &remote, &local, &mtu, &what) == 0 &&
	    addr_equal(&local, &want));
}
