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
 * UDP sockets on Linux.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

#define RUN_DGRAMS	64		/* UDP_MAX_SEGMENTS of old kernels */
#define RUN_BYTES	65000		/* with all headers below 64K */

const int	sock_can_bind_device = 1;
const int	sock_can_dontfrag = 1;
const size_t	sock_msg_size = 65536;

static int	can_join;

void
sock_init(void)
{
	int	 fd;

	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		return;
	can_join = sock_set(fd, IPPROTO_UDP, UDP_SEGMENT, 0) == 0;
	close(fd);
}

/*
 * The mark selects a routing table by the rules of the administrator (ip rule
 * add fwmark N table N).  DF is set and the path MTU of the kernel is ignored:
 * a datagram too long for the interface returns EMSGSIZE, one too long for the
 * path is lost, which the core detects.
 */
int
sock_rtable(int fd, int rtable, const char **what)
{
	*what = "set mark";
	return (rtable > 0 ? sock_set(fd, SOL_SOCKET, SO_MARK, rtable) : 0);
}

int
sock_prepare(int fd, const struct sock_conf *conf, const char **what)
{
	if (sock_rtable(fd, conf->rtable, what) == -1)
		return (-1);
	if (conf->ifname[0] != '\0') {
		*what = "bind to interface";
		if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, conf->ifname,
		    strnlen(conf->ifname, sizeof(conf->ifname))) == -1)
			return (-1);
	}
	/* not known to old kernels */
	(void)sock_set(fd, IPPROTO_UDP, UDP_GRO, 1);
	if (conf->local.family == 6) {
		*what = "set IPv6 options";
		if (sock_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
		    conf->fragments ? IPV6_PMTUDISC_WANT :
		    IPV6_PMTUDISC_PROBE) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_DONTFRAG,
		    !conf->fragments) == -1 ||
		    sock_set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) == -1)
			return (-1);
	} else {
		*what = "set IP options";
		if (sock_set(fd, IPPROTO_IP, IP_MTU_DISCOVER,
		    conf->fragments ? IP_PMTUDISC_DONT :
		    IP_PMTUDISC_PROBE) == -1 ||
		    sock_set(fd, IPPROTO_IP, IP_RECVTOS, 1) == -1)
			return (-1);
	}
	return (0);
}

int
sock_rcvbuf(int fd, int size)
{
	if (sock_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, size) == 0)
		return (0);
	return (sock_set(fd, SOL_SOCKET, SO_RCVBUF, size));
}

int
sock_wildcard(int fd, int family, const char **what)
{
	*what = "receive destination addresses";
	if (family == 6)
		return (sock_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
	return (sock_set(fd, IPPROTO_IP, IP_PKTINFO, 1));
}

void
sock_control_read4(struct cmsghdr *cm, struct dgram *d)
{
	struct in_pktinfo	 info;

	if (cm->cmsg_type == IP_TOS)
		d->tos = *(uint8_t *)CMSG_DATA(cm);
	else if (cm->cmsg_type == IP_PKTINFO) {
		memcpy(&info, CMSG_DATA(cm), sizeof(info));
		d->ep.local.family = 4;
		memcpy(d->ep.local.ip, &info.ipi_spec_dst, 4);
	}
}

void
sock_control_write4(struct msghdr *mh, const struct dgram *d)
{
	struct in_pktinfo	 info;
	int			 tos = d->tos;

	if (tos != 0)
		sock_control_add(mh, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if (d->ep.local.family == 4) {
		memset(&info, 0, sizeof(info));
		memcpy(&info.ipi_spec_dst, d->ep.local.ip, 4);
		sock_control_add(mh, IPPROTO_IP, IP_PKTINFO, &info,
		    sizeof(info));
	}
}

void
sock_control_read_run(struct cmsghdr *cm, struct dgram *d)
{
	int	 size;

	if (cm->cmsg_type != UDP_GRO)
		return;
	memcpy(&size, CMSG_DATA(cm), sizeof(size));
	if (size > 0 && (size_t)size < d->len)
		d->run = size;
}

void
sock_control_write_run(struct msghdr *mh, size_t len)
{
	uint16_t	 size = len;

	sock_control_add(mh, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
}

int
sock_may_join(unsigned int n, size_t total)
{
	return (can_join && n <= RUN_DGRAMS && total <= RUN_BYTES);
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

int
sock_mtu(int fd, const struct sock_conf *conf, const struct addr *local,
    uint16_t *mtu)
{
	socklen_t	 len;
	int		 val, error;

	len = sizeof(val);
	if (local->family == 6)
		error = getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &val, &len);
	else
		error = getsockopt(fd, IPPROTO_IP, IP_MTU, &val, &len);
	if (error == -1)
		return (-1);
	*mtu = val > UINT16_MAX ? UINT16_MAX : val;
	return (0);
}
