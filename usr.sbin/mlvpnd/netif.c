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
 * Tunnel interfaces, their addresses and routes: the code common to all
 * systems.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>

#include "netif.h"

#define OWN_MAX		256

static int	ifa_addr(struct addr *, const struct ifaddrs *);
static int	addr_is_linklocal(const struct addr *);

/* Indexes of our interfaces.  More than OWN_MAX are not recognized as ours. */
static unsigned int	own[OWN_MAX];
static unsigned int	nown;

void
netif_own_add(unsigned int index)
{
	if (nown < OWN_MAX && !netif_own(index))
		own[nown++] = index;
}

void
netif_own_del(unsigned int index)
{
	unsigned int	 i;

	for (i = 0; i < nown; i++) {
		if (own[i] == index) {
			own[i] = own[--nown];
			return;
		}
	}
}

int
netif_own(unsigned int index)
{
	unsigned int	 i;

	for (i = 0; i < nown; i++)
		if (own[i] == index)
			return (1);
	return (0);
}

int
netif_rtable(int rtable)
{
	return (rtable == RTABLE_DEFAULT ? getrtable() : rtable);
}

int
netif_ifaddr(const char *name, int family, struct addr *addr)
{
	struct ifaddrs	*ifap, *ifa;
	struct addr	 a;
	int		 found = 0;

	if (getifaddrs(&ifap) == -1)
		return (-1);
	for (ifa = ifap; ifa != NULL; ifa = ifa->ifa_next) {
		if (ifa_addr(&a, ifa) == -1 || a.family != family ||
		    (found && addr_is_linklocal(&a)) ||
		    !netif_is_member(name, ifa->ifa_name))
			continue;
		*addr = a;
		found = 1;
		if (!addr_is_linklocal(&a))
			break;
	}
	freeifaddrs(ifap);

	if (!found) {
		errno = ENOENT;
		return (-1);
	}
	return (0);
}

int
netif_has_address(const char *ifname, const struct addr *addr)
{
	struct ifaddrs	*ifap, *ifa;
	struct addr	 a;
	int		 found = 0;

	if (getifaddrs(&ifap) == -1)
		return (0);
	for (ifa = ifap; ifa != NULL && !found; ifa = ifa->ifa_next)
		found = strcmp(ifa->ifa_name, ifname) == 0 &&
		    ifa_addr(&a, ifa) == 0 && a.family == addr->family &&
		    memcmp(a.ip, addr->ip, sizeof(a.ip)) == 0;
	freeifaddrs(ifap);
	return (found);
}

int
netif_has_family(int family)
{
	struct ifaddrs	*ifap, *ifa;
	struct addr	 a;
	int		 found = 0;

	if (getifaddrs(&ifap) == -1)
		return (1);
	for (ifa = ifap; ifa != NULL && !found; ifa = ifa->ifa_next)
		found = ifa_addr(&a, ifa) == 0 && a.family == family &&
		    !addr_is_loopback(&a) && !addr_is_linklocal(&a) &&
		    !netif_own(if_nametoindex(ifa->ifa_name));
	freeifaddrs(ifap);
	return (found);
}

unsigned int
netif_address_index(const struct addr *addr)
{
	struct ifaddrs	*ifap, *ifa;
	struct addr	 a;
	unsigned int	 index = 0;

	if (getifaddrs(&ifap) == -1)
		return (0);
	for (ifa = ifap; ifa != NULL && index == 0; ifa = ifa->ifa_next)
		if (ifa_addr(&a, ifa) == 0 && addr_same_host(&a, addr))
			index = if_nametoindex(ifa->ifa_name);
	freeifaddrs(ifap);
	return (index);
}

const struct address_conf *
netif_peer_address(const struct tunnel_conf *conf, int family)
{
	int	 i;

	for (i = 0; i < conf->naddress; i++)
		if (conf->address[i].peer.family == family)
			return (&conf->address[i]);
	return (NULL);
}

const struct address_conf *
netif_plain_address(const struct tunnel_conf *conf, int family)
{
	int	 i;

	for (i = 0; i < conf->naddress; i++)
		if (conf->address[i].prefix.addr.family == family &&
		    !addr_is_linklocal(&conf->address[i].prefix.addr))
			return (&conf->address[i]);
	return (NULL);
}

static int
ifa_addr(struct addr *addr, const struct ifaddrs *ifa)
{
	if (ifa->ifa_addr == NULL ||
	    addr_from_sa(addr, ifa->ifa_addr) == -1)
		return (-1);
	addr->port = 0;
	/* KAME kernels embed the scope in the address */
	if (addr->family == 6 && addr_is_linklocal(addr) &&
	    (addr->ip[2] != 0 || addr->ip[3] != 0)) {
		addr->scope = addr->ip[2] << 8 | addr->ip[3];
		addr->ip[2] = addr->ip[3] = 0;
	}
	return (0);
}

static int
addr_is_linklocal(const struct addr *addr)
{
	if (addr->family == 4)
		return (addr->ip[0] == 169 && addr->ip[1] == 254);
	return (addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80);
}
