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
 * Host routes.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netif.h"
#include "netif_test.h"
#include "sock.h"
#include "test.h"

static void	 test_hosts(const struct netif *, const char *, const char *,
		    const char *, const char *);
static void	 test_pin_reject(const struct netif *, const char *,
		    const char *);
static void	 test_pin_near(const char *);
static void	 test_pin_of_user(const char *);
static void	 test_quiet(void);
static int	 refused(const struct addr *);

void
test_outside(const struct netif *netif)
{
	test_hosts(netif, "0.0.0.0/1", "128.0.0.0/1", "10.44.43.1",
	    "192.0.2");
	test_hosts(netif, "::/1", "8000::/1", "2001:db8:44::1",
	    "2001:db8:1:");
	test_pin_reject(netif, "198.51.100.4", "192.0.2.1");
	test_pin_reject(netif, "2001:db8:51::4", "2001:db8:1::1");
	test_pin_near("192.0.2.1");
	test_pin_of_user("198.51.100.9");
	test_quiet();
}

/* The network is that of the uplink, without the last part. */
static void
test_hosts(const struct netif *netif, const char *low, const char *high,
    const char *own, const char *net)
{
	struct addr	 first, second;
	const char	*a, *b, *other;
	char		 near[64], gw[64], gw2[64];
	int		 added, v4 = strchr(net, '.') != NULL;

	a = v4 ? "198.51.100.1" : "2001:db8:51::1";
	b = v4 ? "198.51.100.2" : "2001:db8:51::2";
	other = v4 ? "198.51.100.3" : "2001:db8:51::3";
	snprintf(near, sizeof(near), v4 ? "%s.1" : "%s:1", net);
	snprintf(gw, sizeof(gw), v4 ? "%s.254" : "%s:fe", net);
	snprintf(gw2, sizeof(gw2), v4 ? "%s.253" : "%s:fd", net);
	to_addr(&first, a);
	to_addr(&second, b);

	TEST("%s: kept out of the default routes", a);
	CHECK(netif_hostroute_add(&first, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	route(netif, low, 0, 1);
	route(netif, high, 0, 1);
	CHECK(leaves_from(a, near));
	CHECK(ask("via %s %s", a, gw) == 0);
	CHECK(leaves_from(b, own));
	CHECK(leaves_from(other, own));

	TEST("%s: with the default routes in place", b);
	CHECK(netif_hostroute_add(&second, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	CHECK(leaves_from(b, near));
	CHECK(ask("via %s %s", b, gw) == 0);

	TEST("%s: a second time it is still ours", b);
	CHECK(netif_hostroute_add(&second, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	CHECK(leaves_from(b, near));

	TEST("%s: follows the default route", b);
	CHECK(ask("default 253") == 0);
	CHECK(ask("via %s %s", b, gw) == 0);
	CHECK(netif_hostroute_add(&second, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	CHECK(ask("via %s %s", b, gw2) == 0);
	CHECK(ask("via %s %s", a, gw) == 0);
	CHECK(ask("default 254") == 0);
	CHECK(netif_hostroute_add(&second, rtable, &added) == 0);
	CHECK(ask("via %s %s", b, gw) == 0);

	TEST("%s: taken away", b);
	CHECK(netif_hostroute_del(&second, rtable) == 0);
	CHECK(leaves_from(b, own));
	CHECK(leaves_from(a, near));
	CHECK(netif_hostroute_del(&second, rtable) == 0);
	CHECK(netif_hostroute_del(&first, rtable) == 0);
	CHECK(leaves_from(a, own));
	unroute(netif, low, 0);
	unroute(netif, high, 0);
	CHECK(leaves_from(a, near));
}

/* Without another way an endpoint must not go into the tunnel. */
static void
test_pin_reject(const struct netif *netif, const char *host,
    const char *near)
{
	struct addr	 addr;
	const char	*low, *high;
	int		 added;

	to_addr(&addr, host);
	low = addr.family == 4 ? "0.0.0.0/1" : "::/1";
	high = addr.family == 4 ? "128.0.0.0/1" : "8000::/1";

	TEST("%s: refused while there is no way", host);
	CHECK(ask("nodefault") == 0);
	route(netif, low, 0, 1);
	route(netif, high, 0, 1);
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	CHECK(refused(&addr));
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(added, 1);

	TEST("%s: and not when there is one", host);
	CHECK(ask("default 254") == 0);
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(added, 1);
	CHECK(leaves_from(host, near));
	CHECK(netif_hostroute_del(&addr, rtable) == 0);
	CHECK(!leaves_from(host, near));
	unroute(netif, low, 0);
	unroute(netif, high, 0);
}

static void
test_pin_near(const char *host)
{
	struct addr	 addr;
	int		 added;

	TEST("%s: our own address needs no host route", host);
	to_addr(&addr, host);
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(added, 0);
}

static void
test_pin_of_user(const char *host)
{
	struct addr	 addr;
	int		 added;

	TEST("%s: the user's own host route", host);
	to_addr(&addr, host);
	CHECK(ask("hostroute %s", host) == 0);
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(added, 0);
	CHECK(netif_hostroute_del(&addr, rtable) == 0);
	CHECK(ask("via %s 192.0.2.253", host) == 0);
	CHECK(ask("nohostroute %s", host) == 0);
}

static void
test_quiet(void)
{
	struct addr	 addr;
	int		 added, fd;

	TEST("a host route that we add is no news");
	to_addr(&addr, "198.51.100.5");
	CHECK((fd = netif_watch()) != -1);
	(void)netif_watch_read(fd);
	CHECK(netif_hostroute_add(&addr, rtable, &added) == 0);
	CHECK_EQ(netif_watch_read(fd), 0);
	CHECK(netif_hostroute_del(&addr, rtable) == 0);
	close(fd);
}

/* OpenBSD finds a source address for IPv6 even then. */
static int
refused(const struct addr *host)
{
	struct sock_conf	 conf;
	struct sockaddr_storage	 ss;
	struct addr		 remote = *host;
	socklen_t		 len;
	const char		*what;
	int			 fd, ret;

	remote.port = 5080;
	memset(&conf, 0, sizeof(conf));
	conf.local.family = host->family;
	conf.rtable = rtable;
	CHECK((fd = sock_open(&conf, &what)) != -1);
	len = addr_to_sa(&remote, &ss);
	ret = sendto(fd, "", 1, 0, (struct sockaddr *)&ss, len) == -1 &&
	    (errno == EHOSTUNREACH || errno == ENETUNREACH);
	close(fd);
	return (ret);
}
