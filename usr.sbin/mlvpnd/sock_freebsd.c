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
 * UDP sockets on FreeBSD.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

const int	sock_can_bind_device = 0;
const int	sock_can_dontfrag = 1;
const size_t	sock_msg_size = PKT_SIZE;

int
sock_rtable(int fd, int rtable, const char **what)
{
	*what = "set routing table";
	return (rtable != RTABLE_DEFAULT ?
	    sock_set(fd, SOL_SOCKET, SO_SETFIB, rtable) : 0);
}

int
sock_prepare(int fd, const struct sock_conf *conf, const char **what)
{
	if (sock_rtable(fd, conf->rtable, what) == -1)
		return (-1);
	if (conf->ifname[0] != '\0') {
		*what = "bind to interface";
		errno = EOPNOTSUPP;
		return (-1);
	}
	if (conf->local.family == 6) {
		*what = "set IPv6 options";
		if (sock_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_DONTFRAG,
		    !conf->fragments) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) == -1)
			return (-1);
	} else {
		*what = "set IP options";
		if (sock_set(fd, IPPROTO_IP, IP_DONTFRAG,
		    !conf->fragments) == -1 ||
		    sock_set(fd, IPPROTO_IP, IP_RECVTOS, 1) == -1)
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
	*what = "receive destination addresses";
	if (family == 6)
		return (sock_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
	return (sock_set(fd, IPPROTO_IP, IP_RECVDSTADDR, 1));
}

void
sock_control_read4(struct cmsghdr *cm, struct dgram *d)
{
	if (cm->cmsg_type == IP_RECVDSTADDR) {
		d->ep.local.family = 4;
		memcpy(d->ep.local.ip, CMSG_DATA(cm), 4);
	} else if (cm->cmsg_type == IP_RECVTOS)
		d->tos = *(uint8_t *)CMSG_DATA(cm);
}

void
sock_control_write4(struct msghdr *mh, const struct dgram *d)
{
	if (d->tos != 0)
		sock_control_add(mh, IPPROTO_IP, IP_TOS, &d->tos,
		    sizeof(d->tos));
	if (d->ep.local.family == 4)
		sock_control_add(mh, IPPROTO_IP, IP_SENDSRCADDR,
		    d->ep.local.ip, 4);
}

/* Each message is one datagram. */
void
sock_init(void)
{
}

void
sock_control_read_run(struct cmsghdr *cm, struct dgram *d)
{
}

void
sock_control_write_run(struct msghdr *mh, size_t len)
{
}

int
sock_may_join(unsigned int n, size_t total)
{
	return (0);
}

/* tos is set for each datagram. */
unsigned int
sock_run(int fd, const struct dgram *dgrams, unsigned int n)
{
	return (n);
}

void
sock_run_end(int fd, const struct dgram *dgrams)
{
}

/* The MTU of the interface that has the address. */
int
sock_mtu(int fd, const struct sock_conf *conf, const struct addr *local,
    uint16_t *mtu)
{
	struct ifaddrs		*ifap, *ifa, *link;
	const struct if_data	*data;
	struct addr		 addr;
	unsigned int		 val = 0;

	if (getifaddrs(&ifap) == -1)
		return (-1);
	for (ifa = ifap; ifa != NULL; ifa = ifa->ifa_next)
		if (ifa->ifa_addr != NULL &&
		    addr_from_sa(&addr, ifa->ifa_addr) == 0 &&
		    addr.family == local->family &&
		    memcmp(addr.ip, local->ip, sizeof(addr.ip)) == 0)
			break;
	for (link = ifap; ifa != NULL && link != NULL; link = link->ifa_next) {
		if (link->ifa_addr == NULL || link->ifa_data == NULL ||
		    link->ifa_addr->sa_family != AF_LINK ||
		    strcmp(link->ifa_name, ifa->ifa_name) != 0)
			continue;
		data = link->ifa_data;
		val = data->ifi_mtu;
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
