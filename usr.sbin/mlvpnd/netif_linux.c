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
 * Tunnel interfaces, their addresses and routes on Linux: tun devices and
 * rtnetlink(7).
 */

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "defaults.h"
#include "log.h"
#include "netif.h"
#include "sock.h"

#define ROUTE_PROTOCOL	158	/* marks our routes; not used in
				   rt_protos of iproute2 */
#define IP6_PRIORITY	1024	/* the kernel's choice */
#define GROUP_FILE	"/etc/iproute2/group"
#define HOST_FILE	"/etc/machine-id"

#define VNET_HEADER	(ssize_t)sizeof(struct virtio_net_hdr)

/* not in the headers of Linux before 6.2 */
#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20
#define TUN_F_USO6	0x40
#endif
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif
#define GIVE_TCP	(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN)
#define GIVE_UDP	(TUN_F_USO4 | TUN_F_USO6)

#define REQUEST_SIZE	1024
#define REPLY_SIZE	32768
#define REPLY_TIMEOUT	5	/* seconds */
#define ERRNO_MAX	4096
#define WATCH_RCVBUF	(1024 * 1024)
#define GROUP_BIT(group)	(1U << ((group) - 1))	/* of RTNLGRP_* */

struct request {
	union {
		struct nlmsghdr	 hdr;
		uint8_t		 buf[REQUEST_SIZE];
	} u;
};

/* A route, or one next hop of a multipath route. */
struct rtinfo {
	struct prefix	 dst;
	struct addr	 gateway;	/* family 0: none */
	uint32_t	 index;
	uint32_t	 table;
	uint32_t	 metric;
	uint32_t	 flags;		/* RTM_F_*, RTNH_F_* */
	uint8_t		 type;		/* RTN_* */
	uint8_t		 protocol;
};

struct link {
	unsigned int		 index;
	unsigned int		 flags;
};

/* What to look for in a dump of the routing tables. */
struct search {
	const struct addr	*addr;
	uint32_t		 table;
	unsigned int		 prefer;	/* an interface, 0 none */
	int			 found;
	struct rtinfo		 best;		/* not ours, in the table */
};

typedef void	(message_fn)(struct nlmsghdr *, void *);

static int		 device_offload(struct netif *);
static int		 netlink_open(uint32_t);
static void		*request_init(struct request *, int, int, size_t);
static void		 request_add(struct request *, int, const void *,
			    size_t);
static void		 request_add_u32(struct request *, int, uint32_t);
static void		 request_add_ip(struct request *, int,
			    const struct addr *);
static struct rtattr	*request_nest(struct request *, int);
static void		 request_unnest(struct request *, struct rtattr *);
static int		 request_run(struct request *, message_fn *, void *);
static int		 request_replies(uint32_t, message_fn *, void *);
static int		 message_ok(const struct nlmsghdr *, ssize_t);

static unsigned int	 link_get(const char *, unsigned int *);
static void		 link_get_read(struct nlmsghdr *, void *);
static int		 link_set_up(const struct netif *, int);
static void		 link_no_linklocal(const struct netif *);
static int		 link_alias(const struct netif *, const char *);
static int		 link_lladdr(const struct netif *,
			    const struct tunnel_conf *);
static int		 link_group(const struct netif *, const char *);
static int		 group_number(const char *, uint32_t *);

static int		 address_request(const struct netif *,
			    const struct address_conf *, int, int);
static int		 route_request(const struct netif *,
			    const struct tunnel_conf *, const struct prefix *,
			    int, int, int);

static int		 route_outside(const struct sock_conf *,
			    const struct addr *, struct search *);
static int		 route_get(const struct sock_conf *,
			    const struct addr *, const struct addr *,
			    unsigned int, struct rtinfo *);
static void		 route_get_read(struct nlmsghdr *, void *);
static int		 route_search(struct search *, int);
static void		 route_search_read(struct nlmsghdr *, void *);
static int		 route_is_ours(const struct rtinfo *);
static int		 search_better(const struct search *,
			    const struct rtinfo *);

static int		 route_parse(struct nlmsghdr *, struct rtinfo *);
static void		 route_parse_hops(struct rtattr *, struct rtinfo *);
static void		 attr_ip(struct rtattr *, int, struct addr *);
static void		 attr_via(struct rtattr *, struct addr *);
static void		 attr_u32(struct rtattr *, uint32_t *);

static int		 watch_relevant(struct nlmsghdr *);
static int		 watch_link(struct nlmsghdr *);
static int		 watch_address(struct nlmsghdr *);
static int		 watch_route(struct nlmsghdr *);

static int		 inet_family(int);
static int		 addr_size(int);

static int	 nl_fd = -1;
static uint32_t	 nl_seq;
static uint8_t	 nl_reply[REPLY_SIZE] __attribute__((aligned(16)));

const int	netif_has_labels = 0;
const int	netif_has_carp = 0;

int
netif_init(void)
{
	struct timeval	 tv = { REPLY_TIMEOUT, 0 };

	if (nl_fd != -1)
		return (0);
	if ((nl_fd = netlink_open(0)) == -1)
		return (-1);
	return (setsockopt(nl_fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
}

/* Nothing here needs to know. */
void
netif_pledged(void (*program)(const char *, const char *const *))
{
}

int
netif_open(struct netif *netif, const struct tunnel_conf *conf)
{
	struct ifreq	 ifr;
	unsigned int	 flags = 0;
	int		 saved_errno, hdrlen = VNET_HEADER;

	memset(netif, 0, sizeof(*netif));
	netif->layer2 = conf->layer2;
	netif->rdomain = RT_TABLE_MAIN;
	if (conf->rdomain > 0)
		netif->rdomain = conf->rdomain;
	netif->existed = link_get(conf->ifname, &flags) != 0;
	netif->raised = netif->existed && (flags & IFF_UP) == 0;

	netif->fd = open(netif_device(conf->ifname),
	    O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (netif->fd == -1)
		return (-1);
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_NO_PI | IFF_VNET_HDR |
	    (conf->layer2 ? IFF_TAP : IFF_TUN);
	strlcpy(ifr.ifr_name, conf->ifname, sizeof(ifr.ifr_name));
	if (ioctl(netif->fd, TUNSETIFF, &ifr) == -1 ||
	    ioctl(netif->fd, TUNSETVNETHDRSZ, &hdrlen) == -1 ||
	    device_offload(netif) == -1)
		goto fail;
	strlcpy(netif->name, ifr.ifr_name, sizeof(netif->name));
	if ((netif->index = link_get(netif->name, &flags)) == 0)
		goto fail;
	netif_own_add(netif->index);
	if (conf->persist && !netif->existed &&
	    ioctl(netif->fd, TUNSETPERSIST, 1) == -1)
		goto fail;
	if (!netif->layer2)
		link_no_linklocal(netif);
	else if (!netif->existed && link_lladdr(netif, conf) == -1)
		goto fail;
	if (link_set_up(netif, 1) == -1)
		goto fail;
	return (0);
 fail:
	saved_errno = errno;
	netif_close(netif);
	errno = saved_errno;
	return (-1);
}

/* What the device takes it also gives. */
static int
device_offload(struct netif *netif)
{
	netif->offload = 0;
	if (netif->layer2)
		return (ioctl(netif->fd, TUNSETOFFLOAD, 0));
	netif->offload = OFFLOAD_TCP | OFFLOAD_UDP;
	if (ioctl(netif->fd, TUNSETOFFLOAD, GIVE_TCP | GIVE_UDP) == 0)
		return (0);
	netif->offload = OFFLOAD_TCP;
	return (ioctl(netif->fd, TUNSETOFFLOAD, GIVE_TCP));
}

const char *
netif_device(const char *ifname)
{
	return ("/dev/net/tun");
}

void
netif_close(struct netif *netif)
{
	if (netif->raised && netif->index != 0)
		link_set_up(netif, 0);
	if (netif->fd != -1)
		close(netif->fd);
	netif->fd = -1;
	netif_own_del(netif->index);
}

int
netif_mtu(const struct netif *netif, uint16_t mtu)
{
	struct request		 req;
	struct ifinfomsg	*ifi;

	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	request_add_u32(&req, IFLA_MTU, mtu);
	return (request_run(&req, NULL, NULL));
}

int
netif_describe(const struct netif *netif, const char *descr,
    const char *group)
{
	if (descr[0] != '\0' && link_alias(netif, descr) == -1)
		return (-1);
	if (group[0] != '\0' && link_group(netif, group) == -1)
		return (-1);
	return (0);
}

int
netif_address_add(const struct netif *netif, const struct address_conf *conf,
    int *added)
{
	*added = 0;
	if (address_request(netif, conf, RTM_NEWADDR,
	    NLM_F_CREATE | NLM_F_EXCL) == -1)
		return (errno == EEXIST ? 0 : -1);
	*added = 1;
	return (0);
}

int
netif_address_del(const struct netif *netif, const struct address_conf *conf)
{
	if (address_request(netif, conf, RTM_DELADDR, 0) == -1 &&
	    errno != EADDRNOTAVAIL && errno != ENODEV)
		return (-1);
	return (0);
}

int
netif_route_add(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority, const char *label, int *added)
{
	*added = 0;
	/* EEXIST: the same route on the same interface */
	if (route_request(netif, conf, prefix, priority, RTM_NEWROUTE,
	    NLM_F_CREATE) == -1)
		return (errno == EEXIST ? 0 : -1);
	*added = 1;
	return (0);
}

int
netif_route_del(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority)
{
	if (route_request(netif, conf, prefix, priority, RTM_DELROUTE,
	    0) == -1 && errno != ESRCH && errno != ENODEV)
		return (-1);
	return (0);
}

int
netif_way(const struct sock_conf *sc, const struct addr *local,
    const struct addr *remote, struct way *way)
{
	struct rtinfo	 route;

	memset(way, 0, sizeof(*way));
	if (route_get(sc, local, remote, 0, &route) == -1)
		return (-1);
	way->index = route.index;
	way->gateway = route.gateway;
	return (0);
}

/*
 * The kernel goes through what it does with a packet that arrives.  It refuses
 * one because of rp_filter with EXDEV, or in newer kernels with EINVAL.
 */
int
netif_hears(const struct way *way, const struct addr *local,
    const struct addr *remote)
{
	struct request	 req;
	struct rtmsg	*rtm;

	if (remote->family != 4 || way->index == 0)
		return (1);
	rtm = request_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = rtm->rtm_src_len = 32;
	request_add_ip(&req, RTA_DST, local);
	request_add_ip(&req, RTA_SRC, remote);
	request_add_u32(&req, RTA_IIF, way->index);
	return (request_run(&req, NULL, NULL) == 0 ||
	    (errno != EXDEV && errno != EINVAL));
}

int
netif_outside(const struct sock_conf *sc, const struct addr *remote,
    char ifname[IFNAMSIZ])
{
	struct search	 search;

	ifname[0] = '\0';
	if (remote->scope != 0)
		return (0);
	if (route_outside(sc, remote, &search) == -1)
		return (-1);
	switch (search.best.type) {
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_ANYCAST:
	case RTN_MULTICAST:
		return (0);
	case RTN_UNICAST:
		return (if_indextoname(search.best.index, ifname) == NULL ?
		    -1 : 0);
	default:
		errno = EHOSTUNREACH;
		return (-1);
	}
}

int
netif_is_member(const char *name, const char *ifname)
{
	static const int	 families[] = { 4, 6 };
	struct search		 search;
	struct addr		 any;
	unsigned int		 i, index, flags;

	if (strcmp(name, ifname) == 0)
		return (1);
	/* egress is the interface of the default route */
	if (strcmp(name, "egress") != 0 ||
	    (index = link_get(ifname, &flags)) == 0)
		return (0);
	for (i = 0; i < 2; i++) {
		memset(&any, 0, sizeof(any));
		any.family = families[i];
		memset(&search, 0, sizeof(search));
		search.addr = &any;
		search.table = RT_TABLE_MAIN;
		if (route_search(&search, any.family) == 0 && search.found &&
		    search.best.index == index)
			return (1);
	}
	return (0);
}

int
netif_watch(void)
{
	int	 fd, size = WATCH_RCVBUF;

	if ((fd = netlink_open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
	    RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE |
	    RTMGRP_IPV4_RULE | GROUP_BIT(RTNLGRP_IPV6_RULE))) == -1)
		return (-1);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		close(fd);
		return (-1);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return (fd);
}

int
netif_watch_read(int fd)
{
	struct nlmsghdr		*nh;
	struct sockaddr_nl	 snl;
	socklen_t		 slen;
	ssize_t			 n;
	int			 relevant = 0;

	for (;;) {
		slen = sizeof(snl);
		n = recvfrom(fd, nl_reply, sizeof(nl_reply), 0,
		    (struct sockaddr *)&snl, &slen);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			/* messages were lost, anything may have changed */
			if (errno == ENOBUFS) {
				relevant = 1;
				continue;
			}
			return (relevant);
		}
		/* only from the kernel */
		if (snl.nl_pid != 0)
			continue;
		for (nh = (struct nlmsghdr *)nl_reply; message_ok(nh, n);
		    nh = NLMSG_NEXT(nh, n))
			if (watch_relevant(nh))
				relevant = 1;
	}
}

/* Each packet is preceded by a header. */
ssize_t
tun_read(int fd, int flags, uint8_t *buf, size_t len,
    struct offload_todo *todo)
{
	struct virtio_net_hdr	 hdr;
	ssize_t			 n;

	while ((n = read(fd, buf - VNET_HEADER, len + VNET_HEADER)) == -1 &&
	    errno == EINTR)
		continue;
	if (n <= VNET_HEADER)
		return (n == -1 ? -1 : 0);
	memcpy(&hdr, buf - VNET_HEADER, sizeof(hdr));
	memset(todo, 0, sizeof(*todo));
	todo->sum = (hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
	todo->sum_start = hdr.csum_start;
	todo->sum_offset = hdr.csum_offset;
	todo->mss = hdr.gso_size;
	switch (hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		todo->cut = IPPROTO_UDP;
		break;
	default:
		todo->cut = IPPROTO_TCP;
		break;
	}
	return (n - VNET_HEADER);
}

/* The kernel takes the family from the first byte and rejects others. */
ssize_t
tun_write(int fd, int flags, uint8_t *buf, size_t len)
{
	ssize_t	 n;

	memset(buf - VNET_HEADER, 0, VNET_HEADER);
	while ((n = write(fd, buf - VNET_HEADER, len + VNET_HEADER)) == -1 &&
	    errno == EINTR)
		continue;
	return (n == -1 ? -1 : n - VNET_HEADER);
}

ssize_t
tun_write_joined(int fd, const struct offload *o, struct iovec *iov, int niov)
{
	struct virtio_net_hdr	 hdr;
	ssize_t			 n;

	memset(&hdr, 0, sizeof(hdr));
	hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr.hdr_len = o->hlen;
	hdr.gso_size = o->mss;
	hdr.csum_start = o->l4;
	if (o->proto == IPPROTO_UDP) {
		hdr.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		hdr.csum_offset = offsetof(struct udphdr, uh_sum);
	} else {
		hdr.gso_type = o->family == 4 ? VIRTIO_NET_HDR_GSO_TCPV4 :
		    VIRTIO_NET_HDR_GSO_TCPV6;
		hdr.csum_offset = offsetof(struct tcphdr, th_sum);
	}
	iov[0].iov_base = (uint8_t *)iov[0].iov_base - sizeof(hdr);
	iov[0].iov_len += sizeof(hdr);
	memcpy(iov[0].iov_base, &hdr, sizeof(hdr));
	while ((n = writev(fd, iov, niov)) == -1 && errno == EINTR)
		continue;
	return (n == -1 ? -1 : n - VNET_HEADER);
}

static int
netlink_open(uint32_t groups)
{
	struct sockaddr_nl	 snl;
	int			 fd, saved_errno;

	if ((fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_ROUTE)) == -1)
		return (-1);
	memset(&snl, 0, sizeof(snl));
	snl.nl_family = AF_NETLINK;
	snl.nl_groups = groups;
	if (bind(fd, (struct sockaddr *)&snl, sizeof(snl)) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return (-1);
	}
	return (fd);
}

/* Begins a request and returns its fixed part of len zero bytes. */
static void *
request_init(struct request *req, int type, int flags, size_t len)
{
	memset(req, 0, sizeof(*req));
	req->u.hdr.nlmsg_type = type;
	req->u.hdr.nlmsg_flags = NLM_F_REQUEST | flags;
	req->u.hdr.nlmsg_len = NLMSG_LENGTH(len);
	return (NLMSG_DATA(&req->u.hdr));
}

static void
request_add(struct request *req, int type, const void *data, size_t len)
{
	struct rtattr	*rta;
	size_t		 off;

	off = NLMSG_ALIGN(req->u.hdr.nlmsg_len);
	if (len > sizeof(req->u.buf) ||
	    off + RTA_SPACE(len) > sizeof(req->u.buf))
		fatalx("%s: message too long", __func__);
	rta = (struct rtattr *)(req->u.buf + off);
	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(rta), data, len);
	req->u.hdr.nlmsg_len = off + RTA_SPACE(len);
}

static void
request_add_u32(struct request *req, int type, uint32_t value)
{
	request_add(req, type, &value, sizeof(value));
}

static void
request_add_ip(struct request *req, int type, const struct addr *addr)
{
	request_add(req, type, addr->ip, addr_size(addr->family));
}

static struct rtattr *
request_nest(struct request *req, int type)
{
	struct rtattr	*rta;

	rta = (struct rtattr *)(req->u.buf +
	    NLMSG_ALIGN(req->u.hdr.nlmsg_len));
	request_add(req, type, "", 0);
	return (rta);
}

static void
request_unnest(struct request *req, struct rtattr *rta)
{
	rta->rta_len = req->u.buf + req->u.hdr.nlmsg_len - (uint8_t *)rta;
}

/*
 * Sends a request and calls fn for each message of the answer.  Returns 0, or
 * -1 with the error of the kernel.
 */
static int
request_run(struct request *req, message_fn *fn, void *arg)
{
	struct sockaddr_nl	 snl;
	uint32_t		 seq = ++nl_seq;

	memset(&snl, 0, sizeof(snl));
	snl.nl_family = AF_NETLINK;
	req->u.hdr.nlmsg_seq = seq;
	if ((req->u.hdr.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		req->u.hdr.nlmsg_flags |= NLM_F_ACK;
	while (sendto(nl_fd, req->u.buf, req->u.hdr.nlmsg_len, 0,
	    (struct sockaddr *)&snl, sizeof(snl)) == -1)
		if (errno != EINTR)
			return (-1);
	return (request_replies(seq, fn, arg));
}

static int
request_replies(uint32_t seq, message_fn *fn, void *arg)
{
	struct nlmsghdr		*nh;
	struct nlmsgerr		*nle;
	struct sockaddr_nl	 snl;
	socklen_t		 slen;
	ssize_t			 n;

	for (;;) {
		slen = sizeof(snl);
		n = recvfrom(nl_fd, nl_reply, sizeof(nl_reply), 0,
		    (struct sockaddr *)&snl, &slen);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		if (snl.nl_pid != 0)
			continue;
		for (nh = (struct nlmsghdr *)nl_reply; message_ok(nh, n);
		    nh = NLMSG_NEXT(nh, n)) {
			/* an answer to a request that timed out */
			if (nh->nlmsg_seq != seq)
				continue;
			if (nh->nlmsg_type == NLMSG_DONE)
				return (0);
			if (nh->nlmsg_type != NLMSG_ERROR) {
				if (fn != NULL)
					fn(nh, arg);
				continue;
			}
			nle = NLMSG_DATA(nh);
			if (nh->nlmsg_len < NLMSG_LENGTH(sizeof(*nle))) {
				errno = EPROTO;
				return (-1);
			}
			if (nle->error == 0)
				return (0);
			errno = nle->error > -ERRNO_MAX ? -nle->error : EPROTO;
			return (-1);
		}
	}
}

static int
message_ok(const struct nlmsghdr *nh, ssize_t left)
{
	return (left >= (ssize_t)sizeof(*nh) &&
	    nh->nlmsg_len >= sizeof(*nh) && nh->nlmsg_len <= (size_t)left);
}

/* Returns the index of an interface and its flags, or 0. */
static unsigned int
link_get(const char *name, unsigned int *flags)
{
	struct request	 req;
	struct link	 link;

	memset(&link, 0, sizeof(link));
	request_init(&req, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	request_add(&req, IFLA_IFNAME, name, strlen(name) + 1);
	if (request_run(&req, link_get_read, &link) == -1)
		return (0);
	*flags = link.flags;
	return (link.index);
}

static void
link_get_read(struct nlmsghdr *nh, void *arg)
{
	struct ifinfomsg	*ifi = NLMSG_DATA(nh);
	struct link		*link = arg;

	if (nh->nlmsg_type != RTM_NEWLINK ||
	    nh->nlmsg_len < NLMSG_LENGTH(sizeof(*ifi)))
		return;
	link->index = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
}

static int
link_set_up(const struct netif *netif, int up)
{
	struct request		 req;
	struct ifinfomsg	*ifi;

	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	return (request_run(&req, NULL, NULL));
}

/*
 * Without a link-local address the kernel does not send router solicitations
 * through the tunnel.
 */
static void
link_no_linklocal(const struct netif *netif)
{
	struct request		 req;
	struct ifinfomsg	*ifi;
	struct rtattr		*spec, *inet6;
	uint8_t			 mode = IN6_ADDR_GEN_MODE_NONE;

	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	spec = request_nest(&req, IFLA_AF_SPEC);
	inet6 = request_nest(&req, AF_INET6);
	request_add(&req, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof(mode));
	request_unnest(&req, inet6);
	request_unnest(&req, spec);
	if (request_run(&req, NULL, NULL) == -1)
		log_debug("%s: no IPv6", netif->name);
}

static int
link_alias(const struct netif *netif, const char *alias)
{
	struct request		 req;
	struct ifinfomsg	*ifi;

	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	request_add(&req, IFLA_IFALIAS, alias, strlen(alias));
	return (request_run(&req, NULL, NULL));
}

/*
 * The same Ethernet address each time, as the peer's hosts remember it: of what
 * tells this end of this tunnel from any other.
 */
static int
link_lladdr(const struct netif *netif, const struct tunnel_conf *conf)
{
	crypto_generichash_state state;
	struct request		 req;
	struct ifinfomsg	*ifi;
	uint8_t			 hash[crypto_generichash_BYTES];
	char			 host[256] = "";
	ssize_t			 len;
	int			 fd, i;

	if ((fd = open(HOST_FILE, O_RDONLY | O_CLOEXEC)) == -1)
		return (0);
	len = read(fd, host, sizeof(host));
	close(fd);
	if (len <= 0)
		return (0);
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)host, len);
	memset(host, 0, sizeof(host));
	gethostname(host, sizeof(host) - 1);
	crypto_generichash_update(&state, (const uint8_t *)host, sizeof(host));
	crypto_generichash_update(&state, (const uint8_t *)conf->name,
	    sizeof(conf->name));
	crypto_generichash_update(&state, (const uint8_t *)netif->name,
	    sizeof(netif->name));
	for (i = 0; i < conf->naddress; i++)
		crypto_generichash_update(&state,
		    conf->address[i].prefix.addr.ip,
		    sizeof(conf->address[i].prefix.addr.ip));
	crypto_generichash_final(&state, hash, sizeof(hash));
	hash[0] = (hash[0] & 0xfc) | 0x02;	/* one host's, made up */

	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	request_add(&req, IFLA_ADDRESS, hash, 6);
	return (request_run(&req, NULL, NULL));
}

static int
link_group(const struct netif *netif, const char *group)
{
	struct request		 req;
	struct ifinfomsg	*ifi;
	uint32_t		 number;

	if (group_number(group, &number) == -1) {
		/* the default group was not asked for */
		if (strcmp(group, DEFAULT_GROUP) != 0)
			log_warnx("%s: no group %s in %s", netif->name, group,
			    GROUP_FILE);
		return (0);
	}
	ifi = request_init(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = netif->index;
	request_add_u32(&req, IFLA_GROUP, number);
	return (request_run(&req, NULL, NULL));
}

/* The kernel has numbers for groups; lines of the file are "number name". */
static int
group_number(const char *group, uint32_t *number)
{
	FILE	*fp;
	char	*line = NULL, name[64];
	size_t	 size = 0;
	int	 ret = -1;

	if ((fp = fopen(GROUP_FILE, "re")) == NULL)
		return (-1);
	while (ret == -1 && getline(&line, &size, fp) != -1)
		if (sscanf(line, " %u %63s", number, name) == 2 &&
		    strcmp(name, group) == 0)
			ret = 0;
	free(line);
	fclose(fp);
	return (ret);
}

/*
 * If the peer is inside of the prefix, the kernel routes the whole prefix to
 * the interface, otherwise only the peer.
 */
static int
address_request(const struct netif *netif, const struct address_conf *conf,
    int type, int flags)
{
	struct request		 req;
	struct ifaddrmsg	*ifa;
	const struct addr	*local = &conf->prefix.addr, *remote = local;

	ifa = request_init(&req, type, flags, sizeof(*ifa));
	ifa->ifa_family = inet_family(local->family);
	ifa->ifa_prefixlen = conf->prefix.len;
	ifa->ifa_index = netif->index;
	/* usable immediately, without duplicate address detection */
	if (local->family == 6)
		ifa->ifa_flags = IFA_F_NODAD;
	if (conf->peer.family != 0) {
		remote = &conf->peer;
		if (!prefix_covers(&conf->prefix, &conf->peer))
			ifa->ifa_prefixlen = addr_size(local->family) * 8;
	}
	request_add_ip(&req, IFA_LOCAL, local);
	request_add_ip(&req, IFA_ADDRESS, remote);
	return (request_run(&req, NULL, NULL));
}

static int
route_request(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority, int type, int flags)
{
	struct request			 req;
	struct rtmsg			*rtm;
	const struct address_conf	*via = NULL;

	if (netif->layer2)
		via = netif_peer_address(conf, prefix->addr.family);
	rtm = request_init(&req, type, flags, sizeof(*rtm));
	rtm->rtm_family = inet_family(prefix->addr.family);
	rtm->rtm_dst_len = prefix->len;
	rtm->rtm_protocol = ROUTE_PROTOCOL;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = via != NULL ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	request_add_ip(&req, RTA_DST, &prefix->addr);
	request_add_u32(&req, RTA_TABLE, netif->rdomain);
	request_add_u32(&req, RTA_OIF, netif->index);
	if (via != NULL)
		request_add_ip(&req, RTA_GATEWAY, &via->peer);
	/* 0 would delete a route of any priority */
	if (priority == 0 && prefix->addr.family == 6)
		priority = IP6_PRIORITY;
	if (priority > 0)
		request_add_u32(&req, RTA_PRIORITY, priority);
	return (request_run(&req, NULL, NULL));
}

/*
 * Finds the route of a socket while ignoring our routes.  The type is
 * RTN_UNREACHABLE without one.  The table is selected by the rules for the
 * mark; it is only read if the kernel's answer is one of our routes, and then
 * a route by the interface of the local address is preferred.
 */
static int
route_outside(const struct sock_conf *sc, const struct addr *remote,
    struct search *search)
{
	struct rtinfo	*best = &search->best;
	int		 error;

	memset(search, 0, sizeof(*search));
	search->addr = remote;
	error = route_get(sc, &sc->local, remote, RTM_F_FIB_MATCH, best);
	if (error == 0 && !route_is_ours(best)) {
		/* multipath or nexthop object: let the kernel choose */
		if (best->type == RTN_UNICAST && best->index == 0)
			return (route_get(sc, &sc->local, remote, 0, best));
		return (0);
	}

	/* an unreachable route is an error without a table */
	search->table = error == 0 ? best->table : RT_TABLE_MAIN;
	if (!addr_is_any(&sc->local))
		search->prefer = netif_address_index(&sc->local);
	memset(best, 0, sizeof(*best));
	best->type = RTN_UNREACHABLE;
	return (route_search(search, remote->family));
}

/* The route that the kernel uses for a socket with these settings. */
static int
route_get(const struct sock_conf *sc, const struct addr *local,
    const struct addr *remote, unsigned int flags, struct rtinfo *route)
{
	struct request	 req;
	struct rtmsg	*rtm;

	memset(route, 0, sizeof(*route));
	rtm = request_init(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = inet_family(remote->family);
	rtm->rtm_dst_len = addr_size(remote->family) * 8;
	rtm->rtm_flags = RTM_F_LOOKUP_TABLE | flags;
	request_add_ip(&req, RTA_DST, remote);
	/* with both, the kernel would not insist on the device for IPv6 */
	if (sc->ifname[0] != '\0')
		request_add_u32(&req, RTA_OIF, if_nametoindex(sc->ifname));
	else if (local->family == remote->family && !addr_is_any(local)) {
		rtm->rtm_src_len = addr_size(local->family) * 8;
		request_add_ip(&req, RTA_SRC, local);
	}
	if (sc->rtable > 0)
		request_add_u32(&req, RTA_MARK, sc->rtable);
	if (request_run(&req, route_get_read, route) == -1)
		return (-1);
	if (route->type == RTN_UNSPEC) {
		errno = EPROTO;
		return (-1);
	}
	return (0);
}

static void
route_get_read(struct nlmsghdr *nh, void *arg)
{
	route_parse(nh, arg);
}

static int
route_search(struct search *search, int family)
{
	struct request	 req;
	struct rtmsg	*rtm;

	rtm = request_init(&req, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));
	rtm->rtm_family = inet_family(family);
	return (request_run(&req, route_search_read, search));
}

static void
route_search_read(struct nlmsghdr *nh, void *arg)
{
	struct search	*search = arg;
	struct rtinfo	 route;

	if (route_parse(nh, &route) == -1 || route.flags & RTM_F_CLONED ||
	    !prefix_covers(&route.dst, search->addr) ||
	    route_is_ours(&route) || route.table != search->table ||
	    route.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN) ||
	    (route.type == RTN_UNICAST && route.index == 0))
		return;
	if (!search->found || search_better(search, &route)) {
		search->found = 1;
		search->best = route;
	}
}

static int
search_better(const struct search *search, const struct rtinfo *route)
{
	const struct rtinfo	*best = &search->best;
	int			 preferred = route->index == search->prefer;

	if (search->prefer != 0 &&
	    preferred != (best->index == search->prefer))
		return (preferred);
	if (route->dst.len != best->dst.len)
		return (route->dst.len > best->dst.len);
	return (route->metric < best->metric);
}

static int
route_is_ours(const struct rtinfo *route)
{
	return (route->protocol == ROUTE_PROTOCOL ||
	    (route->type == RTN_UNICAST && netif_own(route->index)));
}

static int
route_parse(struct nlmsghdr *nh, struct rtinfo *route)
{
	struct rtmsg	*rtm = NLMSG_DATA(nh);
	struct rtattr	*rta;
	int		 left, family;

	if ((nh->nlmsg_type != RTM_NEWROUTE &&
	    nh->nlmsg_type != RTM_DELROUTE) ||
	    nh->nlmsg_len < NLMSG_LENGTH(sizeof(*rtm)) ||
	    (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6))
		return (-1);
	family = rtm->rtm_family == AF_INET ? 4 : 6;
	memset(route, 0, sizeof(*route));
	route->dst.addr.family = family;
	route->dst.len = rtm->rtm_dst_len;
	route->type = rtm->rtm_type;
	route->protocol = rtm->rtm_protocol;
	route->table = rtm->rtm_table;
	route->flags = rtm->rtm_flags;

	left = RTM_PAYLOAD(nh);
	for (rta = RTM_RTA(rtm); RTA_OK(rta, left);
	    rta = RTA_NEXT(rta, left)) {
		switch (rta->rta_type) {
		case RTA_DST:
			attr_ip(rta, family, &route->dst.addr);
			break;
		case RTA_GATEWAY:
			attr_ip(rta, family, &route->gateway);
			break;
		case RTA_VIA:
			attr_via(rta, &route->gateway);
			break;
		case RTA_OIF:
			attr_u32(rta, &route->index);
			break;
		case RTA_PRIORITY:
			attr_u32(rta, &route->metric);
			break;
		case RTA_TABLE:
			attr_u32(rta, &route->table);
			break;
		case RTA_MULTIPATH:
			route_parse_hops(rta, route);
			break;
		}
	}
	return (0);
}

/* The first next hop that is alive. */
static void
route_parse_hops(struct rtattr *hops, struct rtinfo *route)
{
	struct rtnexthop	*nh = RTA_DATA(hops);
	struct rtattr		*rta;
	int			 left, nhleft;

	for (left = RTA_PAYLOAD(hops); RTNH_OK(nh, left);
	    left -= RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh)) {
		if (nh->rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN))
			continue;
		route->index = nh->rtnh_ifindex;
		nhleft = nh->rtnh_len - sizeof(*nh);
		for (rta = RTNH_DATA(nh); RTA_OK(rta, nhleft);
		    rta = RTA_NEXT(rta, nhleft)) {
			if (rta->rta_type == RTA_GATEWAY)
				attr_ip(rta, route->dst.addr.family,
				    &route->gateway);
			else if (rta->rta_type == RTA_VIA)
				attr_via(rta, &route->gateway);
		}
		return;
	}
}

static void
attr_ip(struct rtattr *rta, int family, struct addr *addr)
{
	if ((int)RTA_PAYLOAD(rta) != addr_size(family))
		return;
	memset(addr, 0, sizeof(*addr));
	addr->family = family;
	memcpy(addr->ip, RTA_DATA(rta), addr_size(family));
}

/* An IPv6 gateway of an IPv4 route. */
static void
attr_via(struct rtattr *rta, struct addr *addr)
{
	if (RTA_PAYLOAD(rta) != sizeof(uint16_t) + 16)
		return;
	memset(addr, 0, sizeof(*addr));
	addr->family = 6;
	memcpy(addr->ip, (uint8_t *)RTA_DATA(rta) + sizeof(uint16_t), 16);
}

static void
attr_u32(struct rtattr *rta, uint32_t *value)
{
	if (RTA_PAYLOAD(rta) == sizeof(*value))
		memcpy(value, RTA_DATA(rta), sizeof(*value));
}

static int
watch_relevant(struct nlmsghdr *nh)
{
	switch (nh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return (watch_link(nh));
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return (watch_address(nh));
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return (watch_route(nh));
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return (1);
	default:
		return (0);
	}
}

static int
watch_link(struct nlmsghdr *nh)
{
	struct ifinfomsg	*ifi = NLMSG_DATA(nh);
	struct rtattr		*rta;
	int			 left;

	if (nh->nlmsg_len < NLMSG_LENGTH(sizeof(*ifi)) ||
	    ifi->ifi_family != AF_UNSPEC)
		return (0);
	/* wireless events such as scan results */
	left = IFLA_PAYLOAD(nh);
	for (rta = IFLA_RTA(ifi); RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == IFLA_WIRELESS)
			return (0);
	return (1);
}

static int
watch_address(struct nlmsghdr *nh)
{
	struct ifaddrmsg	*ifa = NLMSG_DATA(nh);

	return (nh->nlmsg_len >= NLMSG_LENGTH(sizeof(*ifa)) &&
	    (nh->nlmsg_type == RTM_DELADDR || !netif_own(ifa->ifa_index)));
}

static int
watch_route(struct nlmsghdr *nh)
{
	struct rtinfo	 route;

	return (route_parse(nh, &route) == 0 &&
	    (nh->nlmsg_type == RTM_DELROUTE || !route_is_ours(&route)) &&
	    !(route.flags & RTM_F_CLONED) && route.table != RT_TABLE_LOCAL);
}

static int
inet_family(int family)
{
	return (family == 6 ? AF_INET6 : AF_INET);
}

static int
addr_size(int family)
{
	return (family == 6 ? 16 : 4);
}
