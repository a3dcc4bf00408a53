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
 * Tunnel interfaces, their addresses and routes on FreeBSD.  There are no host
 * routes to peers, no route priorities and no route labels.
 */

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_tun.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "netif.h"

#define TUN_HEADER	4	/* address family, network order */
#define MESSAGE_SIZE	2048

union sa {
	struct sockaddr		 sa;
	struct sockaddr_in	 sin;
	struct sockaddr_in6	 sin6;
	struct sockaddr_dl	 sdl;
	struct sockaddr_storage	 ss;
};

static int	 device_is_valid(const char *, int);
static int	 device_setup(const struct netif *);
static int	 if_request(unsigned long, const char *, struct ifreq *);
static int	 if_set_fib(const char *, int, int *);
static int	 if_set_up(const char *);

static int	 address_add4(const struct netif *,
		    const struct address_conf *);
static int	 address_add6(const struct netif *,
		    const struct address_conf *);
static int	 route_request(const struct netif *,
		    const struct tunnel_conf *, const struct prefix *, int);
static void	 message_add(struct rt_msghdr *, int, const union sa *);
static int	 watch_relevant(const uint8_t *, size_t);

static void	 sa_from_addr(union sa *, const struct addr *);
static void	 sa_from_mask(union sa *, int, int);
static void	 sa_from_index(union sa *, unsigned int);

static int	 inet_fd = -1, inet6_fd = -1, route_fd = -1;

const int	netif_has_labels = 0;
const int	netif_has_carp = 0;

int
netif_init(void)
{
	if (route_fd != -1)
		return (0);
	if ((inet_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    (inet6_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
	    0)) == -1 ||
	    (route_fd = socket(AF_ROUTE, SOCK_RAW | SOCK_CLOEXEC, 0)) == -1)
		return (-1);
	/* it is never read */
	return (shutdown(route_fd, SHUT_RD));
}

/* There is no pledge(2). */
void
netif_pledged(void (*program)(const char *, const char *const *))
{
}

/* Opening the device creates the interface, closing it does not destroy it. */
int
netif_open(struct netif *netif, const struct tunnel_conf *conf)
{
	int	 transient = 1, saved_errno;

	memset(netif, 0, sizeof(*netif));
	netif->fd = -1;
	if (!device_is_valid(conf->ifname, conf->layer2)) {
		errno = EINVAL;
		return (-1);
	}
	strlcpy(netif->name, conf->ifname, sizeof(netif->name));
	netif->layer2 = conf->layer2;
	netif->existed = if_nametoindex(netif->name) != 0;
	if ((netif->fd = open(netif_device(netif->name),
	    O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		return (-1);
	if ((netif->index = if_nametoindex(netif->name)) == 0 ||
	    device_setup(netif) == -1 ||
	    if_set_fib(netif->name, conf->rdomain, &netif->rdomain) == -1 ||
	    if_set_up(netif->name) == -1)
		goto fail;
	if (!netif->existed && !conf->persist &&
	    ioctl(netif->fd, TUNSTRANSIENT, &transient) == -1)
		log_debug("%s: interface remains after close", netif->name);
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
	char			 buf[DESCR_SIZE];

	if (descr[0] != '\0') {
		strlcpy(buf, descr, sizeof(buf));
		memset(&ifr, 0, sizeof(ifr));
		ifr.ifr_buffer.buffer = buf;
		ifr.ifr_buffer.length = strlen(buf) + 1;
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

	sa_from_addr(&sa, &conf->prefix.addr);
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

/* An existing route cannot be recognized as ours. */
int
netif_route_add(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority, const char *label, int *added)
{
	*added = 0;
	if (priority != 0) {
		errno = EOPNOTSUPP;
		return (-1);
	}
	if (route_request(netif, conf, prefix, RTM_ADD) == -1)
		return (-1);
	*added = 1;
	return (0);
}

int
netif_route_del(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int priority)
{
	if (route_request(netif, conf, prefix, RTM_DELETE) == -1 &&
	    errno != ESRCH)
		return (-1);
	return (0);
}

int
netif_way(const struct sock_conf *sc, const struct addr *local,
    const struct addr *remote, struct way *way)
{
	memset(way, 0, sizeof(*way));
	way->index = netif_address_index(local);
	return (0);
}

int
netif_hears(const struct way *way, const struct addr *local,
    const struct addr *remote)
{
	return (1);
}

int
netif_is_member(const char *name, const char *ifname)
{
	return (strcmp(name, ifname) == 0);
}

int
netif_watch(void)
{
	return (socket(AF_ROUTE, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int
netif_watch_read(int fd)
{
	static uint8_t	 buf[MESSAGE_SIZE] __attribute__((aligned(16)));
	ssize_t		 n;
	int		 relevant = 0;

	for (;;) {
		if ((n = read(fd, buf, sizeof(buf))) == -1) {
			if (errno == EINTR)
				continue;
			/* messages were lost, anything may have changed */
			if (errno == ENOBUFS) {
				relevant = 1;
				continue;
			}
			return (relevant);
		}
		if (n == 0)
			return (relevant);
		if (watch_relevant(buf, n))
			relevant = 1;
	}
}

/* Layer 3 packets are preceded by the address family. */
ssize_t
tun_read(int fd, int flags, uint8_t *buf, size_t len,
    struct offload_todo *todo)
{
	size_t	 header = flags & TUNF_LAYER2 ? 0 : TUN_HEADER;
	ssize_t	 n;

	memset(todo, 0, sizeof(*todo));
	for (;;) {
		n = read(fd, buf - header, len + header);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || n > (ssize_t)header)
			break;
	}
	return (n == -1 ? -1 : n - (ssize_t)header);
}

ssize_t
tun_write(int fd, int flags, uint8_t *buf, size_t len)
{
	uint32_t	 af;
	size_t		 header = 0;
	ssize_t		 n;

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
		header = TUN_HEADER;
		memcpy(buf - TUN_HEADER, &af, sizeof(af));
	}
	while ((n = write(fd, buf - header, len + header)) == -1 &&
	    errno == EINTR)
		continue;
	return (n == -1 ? -1 : n - (ssize_t)header);
}

/* Not supported by any device. */
ssize_t
tun_write_joined(int fd, const struct offload *o, struct iovec *iov, int niov)
{
	errno = EOPNOTSUPP;
	return (-1);
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

static int
device_setup(const struct netif *netif)
{
	int	 mode = IFF_POINTOPOINT | IFF_MULTICAST, on = 1;

	if (netif->layer2)
		return (0);
	if (ioctl(netif->fd, TUNSIFMODE, &mode) == -1)
		return (-1);
	return (ioctl(netif->fd, TUNSIFHEAD, &on));
}

static int
if_request(unsigned long request, const char *name, struct ifreq *ifr)
{
	strlcpy(ifr->ifr_name, name, sizeof(ifr->ifr_name));
	return (ioctl(inet_fd, request, ifr));
}

/* Sets the FIB of an interface unless want is -1, and returns the FIB. */
static int
if_set_fib(const char *name, int want, int *fib)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	if (want != -1) {
		ifr.ifr_fib = want;
		if (if_request(SIOCSIFFIB, name, &ifr) == -1)
			return (-1);
	} else if (if_request(SIOCGIFFIB, name, &ifr) == -1)
		return (-1);
	*fib = ifr.ifr_fib;
	return (0);
}

static int
if_set_up(const char *name)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	if (if_request(SIOCGIFFLAGS, name, &ifr) == -1)
		return (-1);
	ifr.ifr_flags |= IFF_UP;
	return (if_request(SIOCSIFFLAGS, name, &ifr));
}

/* A point-to-point interface needs a peer: by default, its own address. */
static int
address_add4(const struct netif *netif, const struct address_conf *conf)
{
	struct ifaliasreq	 req;
	union sa		 sa;

	memset(&req, 0, sizeof(req));
	strlcpy(req.ifra_name, netif->name, sizeof(req.ifra_name));
	sa_from_addr(&sa, &conf->prefix.addr);
	memcpy(&req.ifra_addr, &sa.sin, sizeof(sa.sin));
	if (!netif->layer2) {
		if (conf->peer.family == 4)
			sa_from_addr(&sa, &conf->peer);
		memcpy(&req.ifra_broadaddr, &sa.sin, sizeof(sa.sin));
	}
	sa_from_mask(&sa, 4, conf->prefix.len);
	memcpy(&req.ifra_mask, &sa.sin, sizeof(sa.sin));
	return (ioctl(inet_fd, SIOCAIFADDR, &req));
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
	sa_from_addr(&sa, &conf->prefix.addr);
	req.ifra_addr = sa.sin6;
	if (!netif->layer2 && conf->peer.family == 6 && (len == 128 ||
	    !prefix_covers(&conf->prefix, &conf->peer))) {
		len = 128;
		sa_from_addr(&sa, &conf->peer);
		req.ifra_dstaddr = sa.sin6;
	}
	sa_from_mask(&sa, 6, len);
	req.ifra_prefixmask = sa.sin6;
	req.ifra_flags = IN6_IFF_NODAD;
	req.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	req.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	return (ioctl(inet6_fd, SIOCAIFADDR_IN6, &req));
}

/* The gateway is the peer on a tap, otherwise the interface. */
static int
route_request(const struct netif *netif, const struct tunnel_conf *conf,
    const struct prefix *prefix, int type)
{
	static int			 seq;
	const struct address_conf	*via;
	union {
		struct rt_msghdr	 hdr;
		uint8_t			 buf[MESSAGE_SIZE];
	} m;
	union sa			 sa;

	memset(&m, 0, sizeof(m));
	m.hdr.rtm_msglen = sizeof(m.hdr);
	m.hdr.rtm_version = RTM_VERSION;
	m.hdr.rtm_type = type;
	m.hdr.rtm_flags = RTF_UP | RTF_STATIC;
	m.hdr.rtm_seq = ++seq;

	sa_from_addr(&sa, &prefix->addr);
	message_add(&m.hdr, RTA_DST, &sa);
	if (netif->layer2) {
		via = netif_peer_address(conf, prefix->addr.family);
		if (via == NULL) {
			errno = EDESTADDRREQ;
			return (-1);
		}
		m.hdr.rtm_flags |= RTF_GATEWAY;
		sa_from_addr(&sa, &via->peer);
	} else
		sa_from_index(&sa, netif->index);
	message_add(&m.hdr, RTA_GATEWAY, &sa);
	sa_from_mask(&sa, prefix->addr.family, prefix->len);
	message_add(&m.hdr, RTA_NETMASK, &sa);

	if (setsockopt(route_fd, SOL_SOCKET, SO_SETFIB, &netif->rdomain,
	    sizeof(netif->rdomain)) == -1)
		return (-1);
	while (write(route_fd, m.buf, m.hdr.rtm_msglen) == -1)
		if (errno != EINTR)
			return (-1);
	return (0);
}

/* Addresses must be in the order of their bits. */
static void
message_add(struct rt_msghdr *rtm, int bit, const union sa *sa)
{
	memcpy((uint8_t *)rtm + rtm->rtm_msglen, sa, sa->sa.sa_len);
	rtm->rtm_msglen += (sa->sa.sa_len + sizeof(long) - 1) &
	    ~(sizeof(long) - 1);
	rtm->rtm_addrs |= bit;
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
		return (len >= offsetof(struct if_msghdr, ifm_data) &&
		    !netif_own(((const struct if_msghdr *)buf)->ifm_index));
	case RTM_IFANNOUNCE:
		return (1);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return (len >= sizeof(struct ifa_msghdr) && !netif_own(
		    ((const struct ifa_msghdr *)buf)->ifam_index));
	case RTM_ADD:
	case RTM_DELETE:
	case RTM_CHANGE:
		return (len >= sizeof(*rtm) && rtm->rtm_errno == 0 &&
		    rtm->rtm_pid != getpid() && !netif_own(rtm->rtm_index) &&
		    (rtm->rtm_flags & RTF_LLINFO) == 0);
	default:
		return (0);
	}
}

static void
sa_from_addr(union sa *sa, const struct addr *addr)
{
	struct addr	 a = *addr;

	a.port = 0;
	memset(sa, 0, sizeof(*sa));
	sa->sa.sa_len = addr_to_sa(&a, &sa->ss);
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

static void
sa_from_index(union sa *sa, unsigned int index)
{
	memset(sa, 0, sizeof(*sa));
	sa->sdl.sdl_len = sizeof(sa->sdl);
	sa->sdl.sdl_family = AF_LINK;
	sa->sdl.sdl_index = index;
}
