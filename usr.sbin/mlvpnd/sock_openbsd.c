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

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

static int	sock_set(int, int, int, int);
static void	control_add(struct msghdr *, int, int, const void *, size_t);
static int	if_rdomain(int, const char *);

const int	sock_can_bind_device = 0;
const int	sock_can_dontfrag = 0;

/*
 * There is no way to set DF on IPv4: a long datagram may arrive as
 * fragments.
 */
int
sock_prepare(int fd, const struct sock_conf *conf, const char **what)
{
	if (conf->rtable != RTABLE_DEFAULT) {
		*what = "set the routing table";
		if (sock_set(fd, SOL_SOCKET, SO_RTABLE, conf->rtable) == -1) {
			if (errno == EINVAL)
				*what = "no such rdomain";
			return (-1);
		}
	}
	if (conf->ifname[0] != '\0') {
		*what = "bind to the interface";
		errno = EOPNOTSUPP;
		return (-1);
	}
	if (conf->local.family == 6) {
		*what = "set IPv6 options";
		if (sock_set(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) == -1)
			return (-1);
	}
	return (0);
}

int
sock_rcvbuf(int fd, int size)
{
	return (sock_set(fd, SOL_SOCKET, SO_RCVBUF, size));
}

int
sock_wildcard(int fd, int family, const char **what)
{
	*what = "ask for destination addresses";
	if (family == 6)
		return (sock_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
	return (sock_set(fd, IPPROTO_IP, IP_RECVDSTADDR, 1));
}

void
sock_control_read(struct msghdr *mh, struct dgram *d)
{
	struct cmsghdr		*cm;
	struct in6_pktinfo	 info6;
	int			 tclass;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level == IPPROTO_IP &&
		    cm->cmsg_type == IP_RECVDSTADDR) {
			d->ep.local.family = 4;
			memcpy(d->ep.local.ip, CMSG_DATA(cm), 4);
		} else if (cm->cmsg_level == IPPROTO_IPV6 &&
		    cm->cmsg_type == IPV6_TCLASS) {
			memcpy(&tclass, CMSG_DATA(cm), sizeof(tclass));
			d->tos = tclass;
		} else if (cm->cmsg_level == IPPROTO_IPV6 &&
		    cm->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(cm), sizeof(info6));
			d->ep.local.family = 6;
			memcpy(d->ep.local.ip, &info6.ipi6_addr, 16);
			if (IN6_IS_ADDR_LINKLOCAL(&info6.ipi6_addr))
				d->ep.local.scope = info6.ipi6_ifindex;
		}
	}
}

void
sock_control_write(struct msghdr *mh, const struct dgram *d)
{
	struct in6_pktinfo	 info6;
	int			 tclass = d->tos;

	mh->msg_controllen = 0;
	if (tclass != 0 && d->ep.remote.family == 6)
		control_add(mh, IPPROTO_IPV6, IPV6_TCLASS, &tclass,
		    sizeof(tclass));

	if (d->ep.local.family == 4) {
		control_add(mh, IPPROTO_IP, IP_SENDSRCADDR, d->ep.local.ip, 4);
	} else if (d->ep.local.family == 6) {
		memset(&info6, 0, sizeof(info6));
		memcpy(&info6.ipi6_addr, d->ep.local.ip, 16);
		info6.ipi6_ifindex = d->ep.local.scope;
		control_add(mh, IPPROTO_IPV6, IPV6_PKTINFO, &info6,
		    sizeof(info6));
	}
}

/*
 * udp(4) takes no TOS with a datagram of IPv4: it is set on the socket, one
 * of the options that "stdio" allows.  Between two calls it is 0.
 */
unsigned int
sock_run(int fd, const struct dgram *dgrams, unsigned int n)
{
	unsigned int	 i;

	if (dgrams[0].ep.remote.family != 4)
		return (n);
	for (i = 1; i < n; i++)
		if (dgrams[i].tos != dgrams[0].tos)
			break;
	if (dgrams[0].tos != 0)
		sock_set(fd, IPPROTO_IP, IP_TOS, dgrams[0].tos);
	return (i);
}

void
sock_run_end(int fd, const struct dgram *dgrams)
{
	int	 saved_errno = errno;

	if (dgrams[0].ep.remote.family == 4 && dgrams[0].tos != 0)
		sock_set(fd, IPPROTO_IP, IP_TOS, 0);
	errno = saved_errno;
}

/*
 * The interface is the one that has the address; of several the one whose
 * routing domain is the table.
 */
int
sock_mtu(int fd, const struct sock_conf *conf, const struct addr *local,
    uint16_t *mtu)
{
	struct ifaddrs		*ifap, *ifa, *link;
	const struct if_data	*data;
	struct addr		 addr;
	unsigned int		 val = 0;
	int			 rtable, exact;

	rtable = conf->rtable;
	if (rtable == RTABLE_DEFAULT)
		rtable = getrtable();
	if (getifaddrs(&ifap) == -1)
		return (-1);
	for (ifa = ifap; ifa != NULL; ifa = ifa->ifa_next) {
		if (ifa->ifa_addr == NULL ||
		    addr_from_sa(&addr, ifa->ifa_addr) == -1 ||
		    addr.family != local->family ||
		    memcmp(addr.ip, local->ip, sizeof(addr.ip)) != 0)
			continue;
		exact = if_rdomain(fd, ifa->ifa_name) == rtable;
		if (val != 0 && !exact)
			continue;
		for (link = ifap; link != NULL; link = link->ifa_next) {
			if (link->ifa_addr == NULL ||
			    link->ifa_addr->sa_family != AF_LINK ||
			    link->ifa_data == NULL ||
			    strcmp(link->ifa_name, ifa->ifa_name) != 0)
				continue;
			data = link->ifa_data;
			val = data->ifi_mtu;
		}
		if (exact)
			break;
	}
	freeifaddrs(ifap);

	if (val == 0) {
		errno = ENOENT;
		return (-1);
	}
	*mtu = val > UINT16_MAX ? UINT16_MAX : val;
	return (0);
}

static int
if_rdomain(int fd, const char *ifname)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, ifname, sizeof(ifr.ifr_name));
	if (ioctl(fd, SIOCGIFRDOMAIN, &ifr) == -1)
		return (-1);
	return (ifr.ifr_rdomainid);
}

static int
sock_set(int fd, int level, int name, int value)
{
	return (setsockopt(fd, level, name, &value, sizeof(value)));
}

static void
control_add(struct msghdr *mh, int level, int type, const void *data,
    size_t len)
{
	struct cmsghdr	*cm;

	cm = (struct cmsghdr *)((uint8_t *)mh->msg_control +
	    mh->msg_controllen);
	memset(cm, 0, CMSG_SPACE(len));
	cm->cmsg_level = level;
	cm->cmsg_type = type;
	cm->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cm), data, len);
	mh->msg_controllen += CMSG_SPACE(len);
}
