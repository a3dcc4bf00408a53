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
 * Tunnel interfaces, their addresses and routes on OpenBSD: tun(4), tap(4),
 * ioctl(2) and route(4).
 */

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_tun.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "netif.h"
#include "sock.h"

#define TUN_HEADER	4	/* address family, network order */
#define IFCONFIG	"/sbin/ifconfig"
#define MESSAGE_SIZE	2048	/* limit of the routing socket */
#define REPLY_TIMEOUT_MS	1000	/* ms */
#define DUMP_TRIES	4

#define ROUND(len)							\
	((len) == 0 ? sizeof(long) :					\
	    ((len) + sizeof(long) - 1) & ~(sizeof(long) - 1))

union sa {
	struct sockaddr		 sa;
	struct sockaddr_in	 sin;
	struct sockaddr_in6	 sin6;
	struct sockaddr_dl	 sdl;
	struct sockaddr_rtlabel	 rl;
	struct sockaddr_storage	 ss;
};

/* A message for the routing socket. */
struct message {
	union {
		struct rt_msghdr hdr;
		uint8_t		 buf[MESSAGE_SIZE];
	} u;
};

/* A route as the kernel reports it. */
struct rtinfo {
	struct prefix	 dst;
	union sa	 gateway;	/* sa_len 0: none */
	unsigned int	 index;
	int		 flags;		/* RTF_* */
	int		 priority;
	char		 label[RTLABEL_LEN];
};

/* How packets to an address are sent without our tunnels. */
enum nexthop_kind {
	NEXTHOP_DIRECT,		/* on a local network, or this host */
	NEXTHOP_ROUTE,
	NEXTHOP_REJECT		/* there is none */
};

struct nexthop {
	enum nexthop_kind kind;
	struct rtinfo	 route;		/* NEXTHOP_ROUTE */
	int		 has_host;
	struct rtinfo	 host;		/* the host route, if ours */
};

static int	 device_is_valid(const char *, int);
static int	 device_open(const char *, int);
static void	 describe_pledged(const char *, const char *, const char *);
static int	 if_request(unsigned long, const char *, struct ifreq *);
static int	 if_create(const char *);
static int	 if_get_rdomain(const char *, int *);
static int	 if_set_rdomain(const char *, int);

static void	 tun_todo(struct offload_todo *, const uint8_t *, size_t);
static ssize_t	 tun_header(int);

static int	 address_add4(const struct netif *,
		    const struct address_conf *);
static int	 address_add6(const struct netif *,
		    const struct address_conf *);
static int	 address_network(const struct netif *,
		    const struct address_conf *);
static int	 tunnel_gateway(const struct netif *,
		    const struct tunnel_conf *, int, union sa *, int *);

static int	 nexthop_find(const struct addr *, int, struct nexthop *);
static enum nexthop_kind
		 nexthop_kind(const struct rtinfo *);
static int	 host_is_current(const struct nexthop *);
static int	 host_add(const struct addr *, int, const struct nexthop *);
static int	 host_del(const struct addr *, int, const struct rtinfo *);

static void	 message_init(struct message *, int, int, int, int);
static void	 message_add(struct message *, int, const union sa *);
static void	 message_add_route(struct message *, const struct prefix *,
		    const union sa *, unsigned int, const char *);
static int	 message_write(struct message *);
static int	 message_query(struct message *, struct rtinfo *);
static int	 message_is_answer(const struct rt_msghdr *);

static int	 route_match(const struct addr *, int, struct rtinfo *);
static int	 route_lookup(const struct prefix *, int, int, struct rtinfo *);
static int	 route_search(const struct addr *, int, struct rtinfo *);
static uint8_t	*route_dump(int, int, size_t *);
static int	 route_parse(const uint8_t *, size_t, struct rtinfo *);
static int	 route_is_labelled(const struct rtinfo *);
static int	 route_is_ours(const struct rtinfo *);

static int	 watch_relevant(const uint8_t *, size_t);
static int	 watch_route(const uint8_t *, size_t);

static void	 sa_from_addr(union sa *, const struct addr *, unsigned int);
static void	 sa_from_mask(union sa *, int, int);
static int	 sa_masklen(const union sa *, int);
static void	 sa_copy(union sa *, const uint8_t *, size_t);
static void	 host_prefix(struct prefix *, const struct addr *);
static int	 addr_bits(int);

static int	 inet_fd = -1, inet6_fd = -1, route_fd = -1;
static int	 route_seq;
static int	 pledged;
static void	 (*run_program)(const char *, const char *const *);
static uint8_t	 reply[MESSAGE_SIZE * 2] __attribute__((aligned(16)));

const int	netif_has_labels = 1;
const int	netif_has_carp = 1;

int
netif_init(void)
{
	unsigned int	 filter = ROUTE_FILTER(RTM_GET), table = RTABLE_ANY;

	if (route_fd != -1)
		return (0);
	if ((inet_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    (inet6_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
	    0)) == -1 ||
	    (route_fd = socket(AF_ROUTE, SOCK_RAW | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0)) == -1)
		return (-1);
	/* only answers to RTM_GET, for all tables */
	if (setsockopt(route_fd, AF_ROUTE, ROUTE_MSGFILTER, &filter,
	    sizeof(filter)) == -1 ||
	    setsockopt(route_fd, AF_ROUTE, ROUTE_TABLEFILTER, &table,
	    sizeof(table)) == -1)
		return (-1);
	return (0);
}

void
netif_pledged(void (*program)(const char *, const char *const *))
{
	pledged = 1;
	run_program = program;
}

int
netif_open(struct netif *netif, const struct tunnel_conf *conf)
{
	struct tun_capabilities	 cap;
	int			 saved_errno;

	memset(netif, 0, sizeof(*netif));
	netif->fd = -1;
	if (!device_is_valid(conf->ifname, conf->layer2)) {
		errno = EINVAL;
		return (-1);
	}
	strlcpy(netif->name, conf->ifname, sizeof(netif->name));
	netif->layer2 = conf->layer2;
	netif->existed = if_nametoindex(netif->name) != 0;

	/* an interface created by opening the device goes when it is closed */
	if (conf->persist && !netif->existed && if_create(netif->name) == -1)
		return (-1);
	if ((netif->fd = device_open(netif->name, conf->rdomain)) == -1)
		return (-1);
	if ((netif->index = if_nametoindex(netif->name)) == 0 ||
	    if_get_rdomain(netif->name, &netif->rdomain) == -1)
		goto fail;
	if (conf->rdomain != -1 && conf->rdomain != netif->rdomain) {
		if (if_set_rdomain(netif->name, conf->rdomain) == -1)
			goto fail;
		netif->rdomain = conf->rdomain;
	}
	cap.tun_if_capabilities = IFCAP_CSUM_TCPv4 | IFCAP_CSUM_TCPv6 |
	    IFCAP_CSUM_UDPv4 | IFCAP_CSUM_UDPv6 | IFCAP_TSOv4 | IFCAP_TSOv6;
	if (!netif->layer2 && !pledged &&
	    ioctl(netif->fd, TUNSCAP, &cap) == 0)
		netif->offload = OFFLOAD_TCP;
	netif_own_add(netif->index);
	return (0);
 fail:
	saved_errno = errno;
	netif_close(netif);
	errno = saved_errno;
	return (-1);
}

const char *
netif_device(const char *ifname)
{
	static char	 path[sizeof("/dev/") + IFNAMSIZ];

	snprintf(path, sizeof(path), "/dev/%s", ifname);
	return (path);
}

void
netif_close(struct netif *netif)
{
	if (netif->fd != -1)
		close(netif->fd);
	netif->fd = -1;
	netif_own_del(netif->index);
}

int
netif_mtu(const struct netif *netif, uint16_t mtu)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_mtu = mtu;
	return (if_request(SIOCSIFMTU, netif->name, &ifr));
}

int
netif_describe(const struct netif *netif, const char *descr,
    const char *group)
{
	struct ifreq		 ifr;
	struct ifgroupreq	 ifgr;
	char			 buf[IFDESCRSIZE];

	if (pledged) {
		describe_pledged(netif->name, descr, group);
		return (0);
	}
	if (descr[0] != '\0') {
		strlcpy(buf, descr, sizeof(buf));
		memset(&ifr, 0, sizeof(ifr));
		ifr.ifr_data = buf;
		if (if_request(SIOCSIFDESCR, netif->name, &ifr) == -1)
			return (-1);
	}
	if (group[0] != '\0') {
		memset(&ifgr, 0, sizeof(ifgr));
		strlcpy(ifgr.ifgr_name, netif->name, sizeof(ifgr.ifgr_name));
		strlcpy(ifgr.ifgr_group, group, sizeof(ifgr.ifgr_group));
		if (ioctl(inet_fd, SIOCAIFGROUP, &ifgr) == -1 &&
		    errno != EEXIST)
			return (-1);
	}
	return (0);
}

/* No promise permits SIOCSIFDESCR and SIOCAIFGROUP. */
static void
describe_pledged(const char *name, const char *descr, const char *group)
{
	const char	*argv[7];
	char		 text[IFNAMSIZ + sizeof(": ifconfig")];
	int		 argc = 0;

	argv[argc++] = IFCONFIG;
	argv[argc++] = name;
	if (descr[0] != '\0') {
		argv[argc++] = "description";
		argv[argc++] = descr;
	}
	if (group[0] != '\0') {
		argv[argc++] = "group";
		argv[argc++] = group;
	}
	argv[argc] = NULL;
	snprintf(text, sizeof(text), "%s: ifconfig", name);
	run_program(text, argv);
}

/* Setting an existing address again would remove its routes for a moment. */
int
netif_address_add(const struct netif *netif, const struct address_conf *conf,
    int *added)
{
	*added = 0;
	if (netif_has_address(netif->name, &conf->prefix.addr))
		return (0);
	if (conf->prefix.addr.family == 6) {
		if (address_add6(netif, conf) == -1)
			return (-1);
	} else {
		if (address_add4(netif, conf) == -1)
			return (-1);
	}
	*added = 1;
	return (0);
}

int
netif_address_del(const struct netif *netif, const struct address_conf *conf)
{
	struct ifreq		 ifr;
	struct in6_ifreq	 ifr6;
	union sa		 sa;
	int			 error;

	sa_from_addr(&sa, &conf->prefix.addr, 0);
	if (conf->prefix.addr.family == 6) {
		memset(&ifr6, 0, sizeof(ifr6));
		strlcpy(ifr6.ifr_name, netif->name, sizeof(ifr6.ifr_name));
		ifr6.ifr_addr = sa.sin6;
		error = ioctl(inet6_fd, SIOCDIFADDR_IN6, &ifr6);
	} else {
		memset(&ifr, 0, sizeof(ifr));
		memcpy(&ifr.ifr_addr, &sa.sin, sizeof(sa.sin));
		error = if_request(SIOCDIFADDR, netif->name, &ifr);
	}
	if (error == -1 && errno != EADDRNOTAVAIL && errno != ENXIO)
		return (-1);
	return (0);
}

int
netif_route_add(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority, const char *label, int *added)
{
	struct message	 m;
	struct rtinfo	 present;
	union sa	 gateway;
	int		 flags;

	*added = 0;
	if (tunnel_gateway(netif, conf, prefix->addr.family, &gateway,
	    &flags) == -1)
		return (-1);
	message_init(&m, RTM_ADD, netif->rdomain, flags, priority);
	message_add_route(&m, prefix, &gateway, netif->index, label);
	if (message_write(&m) == 0) {
		*added = 1;
		return (0);
	}
	if (errno != EEXIST)
		return (-1);

	/* on this interface it is right, and ours if left by a crash */
	if (route_lookup(prefix, netif->rdomain, priority, &present) == -1 ||
	    present.index != netif->index) {
		errno = EEXIST;
		return (-1);
	}
	*added = strcmp(present.label, label) == 0;
	return (0);
}

int
netif_route_del(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority)
{
	struct message	 m;
	union sa	 gateway;
	int		 flags;

	if (tunnel_gateway(netif, conf, prefix->addr.family, &gateway,
	    &flags) == -1)
		return (-1);
	message_init(&m, RTM_DELETE, netif->rdomain, flags, priority);
	message_add_route(&m, prefix, &gateway, netif->index, ROUTE_LABEL);
	if (message_write(&m) == -1 && errno != ESRCH)
		return (-1);
	return (0);
}

int
netif_way(const struct sock_conf *sc, const struct addr *local,
    const struct addr *remote, struct way *way)
{
	struct rtinfo	 route;

	memset(way, 0, sizeof(*way));
	if (route_match(remote, netif_rtable(sc->rtable), &route) == -1)
		return (-1);
	way->index = route.index;
	if (route.flags & RTF_GATEWAY &&
	    addr_from_sa(&way->gateway, &route.gateway.sa) == -1)
		memset(&way->gateway, 0, sizeof(way->gateway));
	return (0);
}

/* pf(4) decides, and a rule that blocks is somebody's wish. */
int
netif_hears(const struct way *way, const struct addr *local,
    const struct addr *remote)
{
	return (1);
}

int
netif_hostroute_add(const struct addr *addr, int rtable, int *added)
{
	struct nexthop	 nh;
	int		 table = netif_rtable(rtable);

	*added = 0;
	if (addr->scope != 0)
		return (0);
	if (nexthop_find(addr, table, &nh) == -1)
		return (-1);
	if (nh.has_host && host_is_current(&nh)) {
		*added = 1;
		return (0);
	}
	if (nh.has_host && host_del(addr, table, &nh.host) == -1)
		return (-1);
	if (nh.kind == NEXTHOP_DIRECT)
		return (0);
	if (host_add(addr, table, &nh) == -1)
		return (errno == EEXIST ? 0 : -1);
	*added = 1;
	return (0);
}

int
netif_hostroute_del(const struct addr *addr, int rtable)
{
	struct prefix	 host;
	struct rtinfo	 hr;
	int		 table = netif_rtable(rtable);

	host_prefix(&host, addr);
	if (route_lookup(&host, table, 0, &hr) == -1)
		return (errno == ESRCH ? 0 : -1);
	if (!route_is_labelled(&hr))
		return (0);
	return (host_del(addr, table, &hr));
}

int
netif_is_member(const char *name, const char *ifname)
{
	struct ifgroupreq	 ifgr;
	struct ifg_req		*ifg;
	size_t			 len, i;
	int			 found = 0;

	if (strcmp(name, ifname) == 0)
		return (1);
	/* interface names end with a digit, group names do not */
	if ((len = strlen(name)) == 0 ||
	    isdigit((unsigned char)name[len - 1]))
		return (0);

	memset(&ifgr, 0, sizeof(ifgr));
	strlcpy(ifgr.ifgr_name, name, sizeof(ifgr.ifgr_name));
	if (ioctl(inet_fd, SIOCGIFGMEMB, &ifgr) == -1 || ifgr.ifgr_len == 0)
		return (0);
	if ((ifg = calloc(1, ifgr.ifgr_len)) == NULL)
		return (0);
	ifgr.ifgr_groups = ifg;
	if (ioctl(inet_fd, SIOCGIFGMEMB, &ifgr) == 0)
		for (i = 0; i < ifgr.ifgr_len / sizeof(*ifg) && !found; i++)
			found = strcmp(ifg[i].ifgrq_member, ifname) == 0;
	free(ifg);
	return (found);
}

int
netif_watch(void)
{
	unsigned int	 filter, table = RTABLE_ANY;
	int		 fd, saved_errno;

	filter = ROUTE_FILTER(RTM_IFINFO) | ROUTE_FILTER(RTM_IFANNOUNCE) |
	    ROUTE_FILTER(RTM_NEWADDR) | ROUTE_FILTER(RTM_DELADDR) |
	    ROUTE_FILTER(RTM_CHGADDRATTR) | ROUTE_FILTER(RTM_ADD) |
	    ROUTE_FILTER(RTM_DELETE) | ROUTE_FILTER(RTM_CHANGE);

	if ((fd = socket(AF_ROUTE, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1)
		return (-1);
	if (setsockopt(fd, AF_ROUTE, ROUTE_MSGFILTER, &filter,
	    sizeof(filter)) == -1 ||
	    setsockopt(fd, AF_ROUTE, ROUTE_TABLEFILTER, &table,
	    sizeof(table)) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return (-1);
	}
	return (fd);
}

int
netif_watch_read(int fd)
{
	ssize_t	 n;
	int	 relevant = 0;

	for (;;) {
		if ((n = read(fd, reply, sizeof(reply))) == -1) {
			if (errno == EINTR)
				continue;
			return (relevant);
		}
		if (n == 0)
			return (relevant);
		if (watch_relevant(reply, n))
			relevant = 1;
	}
}

/*
 * Layer 3 packets are preceded by the address family, and with OFFLOAD_TCP by
 * another header before that.  Families other than IPv4 and IPv6 are skipped.
 */
ssize_t
tun_read(int fd, int flags, uint8_t *buf, size_t len,
    struct offload_todo *todo)
{
	uint32_t	 af;
	ssize_t		 n, header = tun_header(flags);

	memset(todo, 0, sizeof(*todo));
	for (;;) {
		n = read(fd, buf - header, len + header);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		/* the device was revoked */
		if (n == 0) {
			errno = EIO;
			return (-1);
		}
		if (n <= header)
			continue;
		if (flags & TUNF_LAYER2)
			return (n - header);
		memcpy(&af, buf - TUN_HEADER, sizeof(af));
		if (af != htonl(AF_INET) && af != htonl(AF_INET6))
			continue;
		if (flags & OFFLOAD_TCP)
			tun_todo(todo, buf - header, af == htonl(AF_INET) ?
			    sizeof(struct ip) : sizeof(struct ip6_hdr));
		return (n - header);
	}
}

/* Packets with options or extension headers have nothing left to do. */
static void
tun_todo(struct offload_todo *todo, const uint8_t *header, size_t l4)
{
	struct tun_hdr	 th;

	memcpy(&th, header, sizeof(th));
	if (th.th_flags & TUN_H_TCP_MSS) {
		todo->cut = IPPROTO_TCP;
		todo->mss = th.th_mss;
		todo->lacks_len = 1;
	}
	if (th.th_flags & (TUN_H_TCP_CSUM | TUN_H_UDP_CSUM)) {
		todo->sum = 1;
		todo->sum_start = l4;
		todo->sum_offset = th.th_flags & TUN_H_TCP_CSUM ?
		    offsetof(struct tcphdr, th_sum) :
		    offsetof(struct udphdr, uh_sum);
	}
}

ssize_t
tun_write(int fd, int flags, uint8_t *buf, size_t len)
{
	uint32_t	 af;
	ssize_t		 n, header = tun_header(flags);

	memset(buf - header, 0, header);
	if ((flags & TUNF_LAYER2) == 0) {
		switch (len == 0 ? 0 : buf[0] >> 4) {
		case 4:
			af = htonl(AF_INET);
			break;
		case 6:
			af = htonl(AF_INET6);
			break;
		default:
			errno = EINVAL;
			return (-1);
		}
		memcpy(buf - TUN_HEADER, &af, sizeof(af));
	}
	while ((n = write(fd, buf - header, len + header)) == -1 &&
	    errno == EINTR)
		continue;
	return (n == -1 ? -1 : n - header);
}

/* The length of the headers before a packet. */
static ssize_t
tun_header(int flags)
{
	return ((flags & OFFLOAD_TCP ? sizeof(struct tun_hdr) : 0) +
	    (flags & TUNF_LAYER2 ? 0 : TUN_HEADER));
}

ssize_t
tun_write_joined(int fd, const struct offload *o, struct iovec *iov, int niov)
{
	struct tun_hdr	 th;
	uint32_t	 af;
	uint8_t		*p = iov[0].iov_base;
	ssize_t		 n, header = tun_header(OFFLOAD_TCP);

	memset(&th, 0, sizeof(th));
	th.th_flags = TUN_H_TCP_CSUM | TUN_H_TCP_MSS;
	if (o->family == 4)
		th.th_flags |= TUN_H_IPV4_CSUM;
	th.th_mss = o->mss;
	af = htonl(o->family == 4 ? AF_INET : AF_INET6);
	memcpy(p - TUN_HEADER, &af, sizeof(af));
	memcpy(p - header, &th, sizeof(th));
	iov[0].iov_base = p - header;
	iov[0].iov_len += header;
	while ((n = writev(fd, iov, niov)) == -1 && errno == EINTR)
		continue;
	return (n == -1 ? -1 : n - header);
}

/* "tun" or "tap" and a number. */
static int
device_is_valid(const char *name, int layer2)
{
	if (strncmp(name, layer2 ? "tap" : "tun", 3) != 0)
		return (0);
	name += 3;
	return (*name != '\0' && strspn(name, "0123456789") == strlen(name));
}

/*
 * An interface is created in the routing domain of the process that opens the
 * device.
 */
static int
device_open(const char *name, int rdomain)
{
	char	 path[sizeof("/dev/") + IFNAMSIZ];
	int	 fd, old, moved = 0, saved_errno;

	snprintf(path, sizeof(path), "/dev/%s", name);
	old = getrtable();
	if (rdomain != -1 && rdomain != old)
		moved = setrtable(rdomain) == 0;
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	saved_errno = errno;
	if (moved && setrtable(old) == -1)
		fatal("setrtable %d", old);
	errno = saved_errno;
	return (fd);
}

static int
if_request(unsigned long request, const char *name, struct ifreq *ifr)
{
	strlcpy(ifr->ifr_name, name, sizeof(ifr->ifr_name));
	return (ioctl(inet_fd, request, ifr));
}

static int
if_create(const char *name)
{
	struct ifreq	 ifr;

	if (pledged) {
		log_warnx("%s: a persistent interface can only be created at "
		    "startup", name);
		return (0);
	}
	memset(&ifr, 0, sizeof(ifr));
	if (if_request(SIOCIFCREATE, name, &ifr) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

static int
if_get_rdomain(const char *name, int *rdomain)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	if (if_request(SIOCGIFRDOMAIN, name, &ifr) == -1)
		return (-1);
	*rdomain = ifr.ifr_rdomainid;
	return (0);
}

static int
if_set_rdomain(const char *name, int rdomain)
{
	struct ifreq	 ifr;

	if (pledged) {
		log_warnx("%s: not in rdomain %d, can only be moved at startup",
		    name, rdomain);
		errno = EPERM;
		return (-1);
	}
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_rdomainid = rdomain;
	return (if_request(SIOCSIFRDOMAIN, name, &ifr));
}

/* On a tap, the field of the peer is the broadcast address. */
static int
address_add4(const struct netif *netif, const struct address_conf *conf)
{
	struct ifaliasreq	 req;
	union sa		 sa;
	int			 saved_errno;

	memset(&req, 0, sizeof(req));
	strlcpy(req.ifra_name, netif->name, sizeof(req.ifra_name));
	sa_from_addr(&sa, &conf->prefix.addr, 0);
	memcpy(&req.ifra_addr, &sa.sin, sizeof(sa.sin));
	sa_from_mask(&sa, 4, conf->prefix.len);
	memcpy(&req.ifra_mask, &sa.sin, sizeof(sa.sin));
	if (!netif->layer2 && conf->peer.family == 4) {
		sa_from_addr(&sa, &conf->peer, 0);
		memcpy(&req.ifra_dstaddr, &sa.sin, sizeof(sa.sin));
	}
	if (ioctl(inet_fd, SIOCAIFADDR, &req) == -1)
		return (-1);
	if (!netif->layer2 && conf->peer.family == 0 &&
	    conf->prefix.len < 32 && address_network(netif, conf) == -1) {
		saved_errno = errno;
		netif_address_del(netif, conf);
		errno = saved_errno;
		return (-1);
	}
	return (0);
}

/* Only a /128 can have a peer; others reach it through the prefix. */
static int
address_add6(const struct netif *netif, const struct address_conf *conf)
{
	struct in6_aliasreq	 req;
	union sa		 sa;
	int			 len = conf->prefix.len;

	memset(&req, 0, sizeof(req));
	strlcpy(req.ifra_name, netif->name, sizeof(req.ifra_name));
	sa_from_addr(&sa, &conf->prefix.addr, 0);
	req.ifra_addr = sa.sin6;
	if (!netif->layer2 && conf->peer.family == 6 && (len == 128 ||
	    !prefix_covers(&conf->prefix, &conf->peer))) {
		len = 128;
		sa_from_addr(&sa, &conf->peer, 0);
		req.ifra_dstaddr = sa.sin6;
	}
	sa_from_mask(&sa, 6, len);
	req.ifra_prefixmask = sa.sin6;
	req.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	req.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	return (ioctl(inet6_fd, SIOCAIFADDR_IN6, &req));
}

/*
 * The kernel does not add a route to the IPv4 network of a point-to-point
 * interface, but removes it with the address.
 */
static int
address_network(const struct netif *netif, const struct address_conf *conf)
{
	struct message	 m;
	union sa	 gateway;

	sa_from_addr(&gateway, &conf->prefix.addr, 0);
	message_init(&m, RTM_ADD, netif->rdomain, 0, 0);
	message_add_route(&m, &conf->prefix, &gateway, netif->index,
	    ROUTE_LABEL);
	if (message_write(&m) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

/*
 * The gateway of our routes: the peer if the kernel has a route to it, else
 * the address of the interface, which stands for the interface.
 */
static int
tunnel_gateway(const struct netif *netif, const struct tunnel_conf *conf,
    int family, union sa *gateway, int *flags)
{
	const struct address_conf	*peer, *local;

	*flags = 0;
	peer = netif_peer_address(conf, family);
	local = netif_plain_address(conf, family);
	if (peer != NULL && (netif->layer2 || family == 4 ||
	    peer->prefix.len == 128 ||
	    !prefix_covers(&peer->prefix, &peer->peer))) {
		*flags = RTF_GATEWAY;
		sa_from_addr(gateway, &peer->peer, netif->index);
		return (0);
	}
	if (netif->layer2) {
		errno = EDESTADDRREQ;
		return (-1);
	}
	if (local == NULL) {
		errno = EADDRNOTAVAIL;
		return (-1);
	}
	sa_from_addr(gateway, &local->prefix.addr, netif->index);
	return (0);
}

/*
 * The answer of the kernel is used unless the route is ours, or was cloned by
 * path MTU discovery, as that may be from ours and is temporary.
 */
static int
nexthop_find(const struct addr *addr, int table, struct nexthop *nh)
{
	struct rtinfo	*route = &nh->route;

	memset(nh, 0, sizeof(*nh));
	if (route_match(addr, table, route) == -1) {
		if (errno != ESRCH)
			return (-1);
		nh->kind = NEXTHOP_REJECT;
		return (0);
	}
	if (route_is_labelled(route) &&
	    route->dst.len == addr_bits(addr->family) &&
	    !(route->flags & RTF_DYNAMIC)) {
		nh->has_host = 1;
		nh->host = *route;
	}
	if (!route_is_ours(route) && !(route->flags & RTF_DYNAMIC)) {
		nh->kind = nexthop_kind(route);
		return (0);
	}

	if (route_search(addr, table, route) == -1) {
		if (errno != ESRCH)
			return (-1);
		nh->kind = NEXTHOP_REJECT;
		return (0);
	}
	nh->kind = nexthop_kind(route);
	return (0);
}

static enum nexthop_kind
nexthop_kind(const struct rtinfo *route)
{
	if (route->flags & (RTF_REJECT | RTF_BLACKHOLE))
		return (NEXTHOP_REJECT);
	if (route->flags & (RTF_LOCAL | RTF_BROADCAST | RTF_MULTICAST |
	    RTF_LLINFO | RTF_CLONING | RTF_CLONED | RTF_CONNECTED) ||
	    route->gateway.sa.sa_family == AF_LINK ||
	    route->dst.len == addr_bits(route->dst.addr.family))
		return (NEXTHOP_DIRECT);
	return (NEXTHOP_ROUTE);
}

static int
host_is_current(const struct nexthop *nh)
{
	const struct rtinfo	*r = &nh->route, *hr = &nh->host;

	switch (nh->kind) {
	case NEXTHOP_REJECT:
		return ((hr->flags & RTF_REJECT) != 0);
	case NEXTHOP_ROUTE:
		return ((hr->flags & RTF_REJECT) == 0 &&
		    hr->index == r->index &&
		    hr->gateway.sa.sa_len == r->gateway.sa.sa_len &&
		    memcmp(&hr->gateway, &r->gateway,
		    r->gateway.sa.sa_len) == 0);
	default:
		return (0);
	}
}

/* EEXIST: there is a host route of the user. */
static int
host_add(const struct addr *addr, int table, const struct nexthop *nh)
{
	static const struct addr loopback4 = {
		.ip = { 127, 0, 0, 1 }, .family = 4
	};
	static const struct addr loopback6 = {
		.ip = { [15] = 1 }, .family = 6
	};
	struct message	 m;
	struct prefix	 host;
	struct rtinfo	 present;
	union sa	 gateway;
	unsigned int	 index = 0;
	int		 flags = RTF_HOST;

	if (nh->kind == NEXTHOP_REJECT) {
		flags |= RTF_REJECT | RTF_GATEWAY;
		sa_from_addr(&gateway, addr->family == 6 ? &loopback6 :
		    &loopback4, 0);
	} else {
		flags |= nh->route.flags & RTF_GATEWAY;
		gateway = nh->route.gateway;
		index = nh->route.index;
	}
	host_prefix(&host, addr);
	message_init(&m, RTM_ADD, table, flags, 0);
	message_add_route(&m, &host, &gateway, index, ROUTE_LABEL);
	if (message_write(&m) == 0)
		return (0);
	if (errno != EEXIST)
		return (-1);

	if (route_lookup(&host, table, 0, &present) == -1 ||
	    (!route_is_labelled(&present) && !(present.flags & RTF_DYNAMIC))) {
		errno = EEXIST;
		return (-1);
	}
	if (host_del(addr, table, &present) == -1)
		return (-1);
	return (message_write(&m));
}

static int
host_del(const struct addr *addr, int table, const struct rtinfo *hr)
{
	struct message	 m;
	struct prefix	 host;

	host_prefix(&host, addr);
	message_init(&m, RTM_DELETE, table, RTF_HOST, hr->priority);
	message_add_route(&m, &host, &hr->gateway, 0, ROUTE_LABEL);
	if (message_write(&m) == -1 && errno != ESRCH)
		return (-1);
	return (0);
}

/*
 * The addresses of a message must be in the order of their bits.  Priority 0
 * is the default when adding, and any when deleting.
 */
static void
message_init(struct message *m, int type, int table, int flags, int priority)
{
	struct rt_msghdr	*rtm = &m->u.hdr;

	memset(m, 0, sizeof(*m));
	rtm->rtm_msglen = rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_type = type;
	rtm->rtm_tableid = table;
	rtm->rtm_priority = priority;
	rtm->rtm_flags = flags | RTF_UP | RTF_STATIC;
}

static void
message_add(struct message *m, int bit, const union sa *sa)
{
	struct rt_msghdr	*rtm = &m->u.hdr;
	size_t			 len = ROUND(sa->sa.sa_len);

	if (rtm->rtm_msglen + len > sizeof(m->u.buf))
		fatalx("%s: message too long", __func__);
	memcpy(m->u.buf + rtm->rtm_msglen, sa, sa->sa.sa_len);
	rtm->rtm_msglen += len;
	rtm->rtm_addrs |= bit;
}

/* Index 0: any interface. */
static void
message_add_route(struct message *m, const struct prefix *dst,
    const union sa *gateway, unsigned int index, const char *label)
{
	union sa	 sa;

	sa_from_addr(&sa, &dst->addr, 0);
	message_add(m, RTA_DST, &sa);
	message_add(m, RTA_GATEWAY, gateway);
	sa_from_mask(&sa, dst->addr.family, dst->len);
	message_add(m, RTA_NETMASK, &sa);
	if (index != 0) {
		memset(&sa, 0, sizeof(sa));
		sa.sdl.sdl_len = sizeof(sa.sdl);
		sa.sdl.sdl_family = AF_LINK;
		sa.sdl.sdl_index = index;
		message_add(m, RTA_IFP, &sa);
	}
	memset(&sa, 0, sizeof(sa));
	sa.rl.sr_len = sizeof(sa.rl);
	sa.rl.sr_family = AF_UNSPEC;
	strlcpy(sa.rl.sr_label, label, sizeof(sa.rl.sr_label));
	message_add(m, RTA_LABEL, &sa);
}

static int
message_write(struct message *m)
{
	struct rt_msghdr	*rtm = &m->u.hdr;

	rtm->rtm_seq = ++route_seq;
	while (write(route_fd, m->u.buf, rtm->rtm_msglen) == -1)
		if (errno != EINTR)
			return (-1);
	return (0);
}

/*
 * The kernel sends every answer to all routing sockets.  A socket that has
 * overflowed receives nothing until it has been drained.
 */
static int
message_query(struct message *m, struct rtinfo *route)
{
	struct pollfd	 pfd;
	struct timespec	 now, end;
	ssize_t		 n;
	int		 left = REPLY_TIMEOUT_MS;

	while ((n = read(route_fd, reply, sizeof(reply))) > 0 ||
	    (n == -1 && errno == EINTR))
		continue;
	if (message_write(m) == -1)
		return (-1);

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += REPLY_TIMEOUT_MS / 1000;
	for (;;) {
		n = read(route_fd, reply, sizeof(reply));
		if (n >= (ssize_t)sizeof(m->u.hdr) &&
		    message_is_answer(&m->u.hdr)) {
			if (route_parse(reply, n, route) == 0)
				return (0);
			errno = EPROTO;
			return (-1);
		}
		if (n != -1 || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return (-1);
		if (left <= 0) {
			errno = ETIMEDOUT;
			return (-1);
		}
		pfd.fd = route_fd;
		pfd.events = POLLIN;
		poll(&pfd, 1, left);
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (end.tv_sec - now.tv_sec) * 1000 +
		    (end.tv_nsec - now.tv_nsec) / 1000000;
	}
}

static int
message_is_answer(const struct rt_msghdr *asked)
{
	const struct rt_msghdr	*rtm = (const struct rt_msghdr *)reply;

	return (rtm->rtm_version == RTM_VERSION &&
	    rtm->rtm_type == asked->rtm_type &&
	    rtm->rtm_seq == asked->rtm_seq && rtm->rtm_pid == getpid() &&
	    rtm->rtm_errno == 0);
}

/* The route used for the address.  ESRCH: none. */
static int
route_match(const struct addr *addr, int table, struct rtinfo *route)
{
	struct message	 m;
	union sa	 sa;

	message_init(&m, RTM_GET, table, 0, 0);
	sa_from_addr(&sa, addr, 0);
	message_add(&m, RTA_DST, &sa);
	return (message_query(&m, route));
}

/* The route to exactly this prefix, or ESRCH. */
static int
route_lookup(const struct prefix *dst, int table, int priority,
    struct rtinfo *route)
{
	struct message	 m;
	union sa	 sa;

	message_init(&m, RTM_GET, table, 0, priority);
	sa_from_addr(&sa, &dst->addr, 0);
	message_add(&m, RTA_DST, &sa);
	sa_from_mask(&sa, dst->addr.family, dst->len);
	message_add(&m, RTA_NETMASK, &sa);
	return (message_query(&m, route));
}

/* The route that packets would take without our routes. */
static int
route_search(const struct addr *addr, int table, struct rtinfo *best)
{
	const struct rt_msghdr	*rtm;
	struct rtinfo		 route;
	uint8_t			*dump;
	size_t			 size, off;
	int			 found = 0;

	if ((dump = route_dump(addr->family, table, &size)) == NULL)
		return (-1);
	for (off = 0; off + sizeof(*rtm) <= size; off += rtm->rtm_msglen) {
		rtm = (const struct rt_msghdr *)(dump + off);
		if (rtm->rtm_msglen < sizeof(*rtm) ||
		    rtm->rtm_msglen > size - off)
			break;
		if (route_parse(dump + off, rtm->rtm_msglen, &route) == -1 ||
		    !prefix_covers(&route.dst, addr) ||
		    route_is_ours(&route) || !(route.flags & RTF_UP) ||
		    route.flags & RTF_DYNAMIC)
			continue;
		if (found && (route.dst.len < best->dst.len ||
		    (route.dst.len == best->dst.len &&
		    route.priority >= best->priority)))
			continue;
		found = 1;
		*best = route;
	}
	free(dump);
	if (!found) {
		errno = ESRCH;
		return (-1);
	}
	return (0);
}

/* The table may grow between the two calls of sysctl(2). */
static uint8_t *
route_dump(int family, int table, size_t *size)
{
	uint8_t	*buf = NULL, *p;
	int	 mib[7], i;

	mib[0] = CTL_NET;
	mib[1] = PF_ROUTE;
	mib[2] = 0;
	mib[3] = family == 6 ? AF_INET6 : AF_INET;
	mib[4] = NET_RT_DUMP;
	mib[5] = 0;
	mib[6] = table;
	for (i = 0; i < DUMP_TRIES; i++) {
		if (sysctl(mib, 7, NULL, size, NULL, 0) == -1)
			break;
		if ((p = realloc(buf, *size + 1)) == NULL)
			break;
		buf = p;
		if (sysctl(mib, 7, buf, size, NULL, 0) == 0)
			return (buf);
		if (errno != ENOMEM)
			break;
	}
	free(buf);
	return (NULL);
}

static int
route_parse(const uint8_t *buf, size_t len, struct rtinfo *route)
{
	const struct rt_msghdr	*rtm = (const struct rt_msghdr *)buf;
	union sa		 sa;
	size_t			 off, salen;
	int			 i;

	if (len < sizeof(*rtm) || rtm->rtm_version != RTM_VERSION ||
	    rtm->rtm_hdrlen < sizeof(*rtm))
		return (-1);
	memset(route, 0, sizeof(*route));
	route->index = rtm->rtm_index;
	route->flags = rtm->rtm_flags;
	route->priority = rtm->rtm_priority & RTP_MASK;

	off = rtm->rtm_hdrlen;
	for (i = 0; i < RTAX_MAX && off < len; i++) {
		if ((rtm->rtm_addrs & (1 << i)) == 0)
			continue;
		salen = buf[off];
		if (salen > len - off)
			return (-1);
		sa_copy(&sa, buf + off, salen);
		off += ROUND(salen);
		switch (i) {
		case RTAX_DST:
			if (addr_from_sa(&route->dst.addr, &sa.sa) == -1)
				return (-1);
			route->dst.addr.port = 0;
			route->dst.len = addr_bits(route->dst.addr.family);
			break;
		case RTAX_GATEWAY:
			route->gateway = sa;
			break;
		case RTAX_NETMASK:
			route->dst.len = sa_masklen(&sa,
			    route->dst.addr.family);
			break;
		case RTAX_LABEL:
			strlcpy(route->label, sa.rl.sr_label,
			    sizeof(route->label));
			break;
		}
	}
	if (route->flags & RTF_HOST)
		route->dst.len = addr_bits(route->dst.addr.family);
	return (route->dst.addr.family == 0 ? -1 : 0);
}

static int
route_is_labelled(const struct rtinfo *route)
{
	return (strcmp(route->label, ROUTE_LABEL) == 0);
}

static int
route_is_ours(const struct rtinfo *route)
{
	return (route_is_labelled(route) || (netif_own(route->index) &&
	    !(route->flags & RTF_LOCAL)));
}

static int
watch_relevant(const uint8_t *buf, size_t len)
{
	const struct rt_msghdr	*rtm = (const struct rt_msghdr *)buf;

	/* all messages begin with length, version, type */
	if (len < offsetof(struct rt_msghdr, rtm_type) + 1 ||
	    rtm->rtm_version != RTM_VERSION)
		return (0);
	switch (rtm->rtm_type) {
	case RTM_IFINFO:
		return (len >= offsetof(struct if_msghdr, ifm_data));
	case RTM_IFANNOUNCE:
		return (len >= sizeof(struct if_announcemsghdr));
	case RTM_DELADDR:
		return (len >= sizeof(struct ifa_msghdr));
	case RTM_NEWADDR:
	case RTM_CHGADDRATTR:
		return (len >= sizeof(struct ifa_msghdr) && !netif_own(
		    ((const struct ifa_msghdr *)buf)->ifam_index));
	case RTM_ADD:
	case RTM_DELETE:
	case RTM_CHANGE:
		return (watch_route(buf, len));
	case RTM_DESYNC:
		return (1);
	default:
		return (0);
	}
}

/* Neighbours and routes of path MTU discovery are not relevant. */
static int
watch_route(const uint8_t *buf, size_t len)
{
	const struct rt_msghdr	*rtm = (const struct rt_msghdr *)buf;
	struct rtinfo		 route;

	if (route_parse(buf, len, &route) == -1 || rtm->rtm_errno != 0 ||
	    rtm->rtm_pid == getpid())
		return (0);
	return ((rtm->rtm_type == RTM_DELETE ||
	    (!route_is_labelled(&route) && !netif_own(route.index))) &&
	    !(route.flags & (RTF_LLINFO | RTF_CLONED | RTF_LOCAL |
	    RTF_BROADCAST | RTF_MULTICAST | RTF_DYNAMIC)));
}

/*
 * The kernel embeds the scope of a link-local address in its second word.
 * Index 0 leaves this to the kernel.
 */
static void
sa_from_addr(union sa *sa, const struct addr *addr, unsigned int index)
{
	struct addr	 a = *addr;

	a.port = 0;
	a.scope = 0;
	memset(sa, 0, sizeof(*sa));
	sa->sa.sa_len = addr_to_sa(&a, &sa->ss);
	if (index != 0 && IN6_IS_ADDR_LINKLOCAL(&sa->sin6.sin6_addr) &&
	    a.family == 6) {
		sa->sin6.sin6_addr.s6_addr[2] = index >> 8;
		sa->sin6.sin6_addr.s6_addr[3] = index;
	}
}

static void
sa_from_mask(union sa *sa, int family, int len)
{
	memset(sa, 0, sizeof(*sa));
	if (family == 6) {
		sa->sin6.sin6_len = sizeof(sa->sin6);
		sa->sin6.sin6_family = AF_INET6;
		prefix_mask(sa->sin6.sin6_addr.s6_addr, 16, len);
	} else {
		sa->sin.sin_len = sizeof(sa->sin);
		sa->sin.sin_family = AF_INET;
		prefix_mask((uint8_t *)&sa->sin.sin_addr, 4, len);
	}
}

/* The bytes that a mask omits at its end are zero. */
static int
sa_masklen(const union sa *sa, int family)
{
	const uint8_t	*p;
	int		 i, len = 0;

	if (family == 6)
		p = sa->sin6.sin6_addr.s6_addr;
	else
		p = (const uint8_t *)&sa->sin.sin_addr;
	for (i = 0; i < addr_bits(family); i++) {
		if ((p[i / 8] & (0x80 >> (i % 8))) == 0)
			break;
		len++;
	}
	return (len);
}

static void
sa_copy(union sa *sa, const uint8_t *buf, size_t len)
{
	memset(sa, 0, sizeof(*sa));
	memcpy(sa, buf, len < sizeof(*sa) ? len : sizeof(*sa));
}

static void
host_prefix(struct prefix *prefix, const struct addr *addr)
{
	memset(prefix, 0, sizeof(*prefix));
	prefix->addr = *addr;
	prefix->len = addr_bits(addr->family);
}

static int
addr_bits(int family)
{
	return (family == 6 ? 128 : 32);
}
