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

#ifndef NETIF_H
#define NETIF_H

/*
 * Tunnel interfaces, their addresses and routes: netif.c with what differs in
 * netif_openbsd.c, netif_linux.c, netif_freebsd.c.  All but tun_read(),
 * tun_write() and tun_write_tcp() are the parent's.  Functions returning int
 * give 0, or -1 with errno.
 */

#include <sys/types.h>
#include <net/if.h>

#include <stdint.h>

#include "conf.h"
#include "offload.h"

struct iovec;

struct netif {
	char		 name[IFNAMSIZ];
	unsigned int	 index;
	int		 fd;
	int		 rdomain;	/* routing table of its routes */
	int		 layer2;
	int		 offload;	/* the device knows tun_write_tcp() */
	int		 existed;	/* made by someone else: leave it */
	int		 raised;	/* it was down */
};

#define ROUTE_LABEL	"mlvpnd"	/* marks our routes where it can */

/*
 * netif_init() opens the kernel sockets that must exist before pledge(2);
 * netif_pledged() says that it has been called: from then on what it forbids
 * is left out.
 */
int	 netif_init(void);
void	 netif_pledged(void);

/*
 * Opens the device, makes the interface if there is none and brings it up in
 * the tunnel's routing domain.  ENOENT: no such device; EBUSY: another
 * process has it; EINVAL: not a name of such a device, or it is of the other
 * kind.  netif_close() gives up the parent's descriptor: an interface that
 * this made goes when the engine's is closed too, unless the tunnel has
 * "persist".  netif_device() is the path of the device.
 */
int	 netif_open(struct netif *, const struct tunnel_conf *);
const char *netif_device(const char *ifname);
void	 netif_close(struct netif *);
int	 netif_mtu(const struct netif *, uint16_t);
int	 netif_describe(const struct netif *, const char *descr,
	    const char *group);

/*
 * An address or route of the interface that was there already is no error;
 * then *added is 0 and it must not be taken away at exit, but for a route
 * that is known to be ours, left by a crash.  EEXIST: there is such a route
 * by another way.  EADDRNOTAVAIL, EDESTADDRREQ: the tunnel has no address, or
 * a tap no peer, that such a route could go by.  Taking away what is gone is
 * no error.
 */
int	 netif_address_add(const struct netif *, const struct address_conf *,
	    int *added);
int	 netif_address_del(const struct netif *, const struct address_conf *);
int	 netif_route_add(const struct netif *, const struct tunnel_conf *,
	    const struct prefix *, int priority, int *added);
int	 netif_route_del(const struct netif *, const struct tunnel_conf *,
	    const struct prefix *, int priority);

/*
 * Keeps an endpoint outside of a tunnel that holds the default route: adds
 * a host route to the address by the next hop that the routing table has
 * apart from our tunnels, or one that rejects when it has none.  Called again
 * after netif_watch_read() it follows a next hop that changed.  *added is 0
 * when none is needed or the user has one.
 */
int	 netif_hostroute_add(const struct addr *, int rtable, int *added);
int	 netif_hostroute_del(const struct addr *, int rtable);

/* The number of a configured routing table. */
int	 netif_rtable(int);

/*
 * First address of the family on the interface, or on one of the interface
 * group; not a link-local one if there is another.  ENOENT without one.
 */
int	 netif_ifaddr(const char *ifname, int family, struct addr *);

/*
 * A descriptor that becomes readable when addresses, interfaces or routes
 * change, to be had before pledge(2), and the draining of it: 1 when
 * something changed that is neither our routes nor our interfaces, or one of
 * these was destroyed.
 */
int	 netif_watch(void);
int	 netif_watch_read(int);

/*
 * One packet.  The buffer has PKT_HEADROOM writable bytes before it, for the
 * system's own header.  flags: TUNF_LAYER2, and TUNF_OFFLOAD if netif_open()
 * found "offload".  tun_read: -1 and EAGAIN when there is none.  tun_write:
 * EINVAL for what is neither IPv4 nor IPv6.
 *
 * tun_write_tcp() writes TCP segments as one packet to a device with
 * TUNF_OFFLOAD: the first is whole, with the headers that offload_finish()
 * made and bytes before it as above.  Changes the first iovec.
 */
#define TUNF_LAYER2	0x1
#define TUNF_OFFLOAD	0x2

ssize_t	 tun_read(int, int flags, uint8_t *, size_t);
ssize_t	 tun_write(int, int flags, uint8_t *, size_t);
ssize_t	 tun_write_tcp(int, const struct offload *, struct iovec *, int);

/*
 * Between netif.c and netif_*.c.
 */

/* The interfaces that netif_open() opened. */
void	 netif_own_add(unsigned int index);
void	 netif_own_del(unsigned int index);
int	 netif_own(unsigned int index);

/* Is the address on the interface? */
int	 netif_has_address(const char *ifname, const struct addr *);

/*
 * The tunnel's first addresses of the family (4, 6) with and without a peer,
 * NULL if it has none.
 */
const struct address_conf *
	 netif_peer_address(const struct tunnel_conf *, int family);
const struct address_conf *
	 netif_plain_address(const struct tunnel_conf *, int family);

/* netif_*.c: is that the interface, or one of that interface group? */
int	 netif_is_member(const char *name, const char *ifname);

#endif /* NETIF_H */
