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
 * Tunnel interfaces, their addresses and routes: netif.c, and what differs
 * between systems in netif_*.c.  The parent uses all but tun_read(),
 * tun_write() and tun_write_joined().  Functions returning int return 0, or -1
 * with errno.
 */

#include <sys/types.h>
#include <net/if.h>

#include <stdint.h>

#include "conf.h"
#include "offload.h"

struct iovec;
struct sock_conf;

struct netif {
	char		 name[IFNAMSIZ];
	unsigned int	 index;
	int		 fd;
	int		 rdomain;	/* routing table of its routes */
	int		 layer2;
	int		 offload;	/* OFFLOAD_TCP, OFFLOAD_UDP */
	int		 existed;	/* not created here: leave it */
	int		 raised;	/* it was down */
};

#define ROUTE_LABEL	"mlvpnd"	/* marks our routes where supported */

/* Has the system labels of routes, and carp(4)? */
extern const int netif_has_labels;
extern const int netif_has_carp;

/*
 * netif_init() opens the sockets that must exist before pledge(2).  After
 * netif_pledged(), what pledge(2) forbids is left to other programs, which the
 * function runs some time later, with a text for the log; the rest of it is
 * skipped.
 */
int	 netif_init(void);
void	 netif_pledged(void (*program)(const char *, const char *const *));

/*
 * Opens the device, creates the interface if it does not exist, and brings it
 * up in the routing domain of the tunnel.  ENOENT: no such device; EBUSY:
 * used by another process; EINVAL: not a name of such a device, or one of the
 * other type.
 *
 * netif_close() closes the descriptor of the parent.  An interface that was
 * created here is destroyed once the engine has closed its descriptor too,
 * unless the tunnel has "persist".  netif_device() returns the path of the
 * device.
 */
int	 netif_open(struct netif *, const struct tunnel_conf *);
const char *netif_device(const char *ifname);
void	 netif_close(struct netif *);
int	 netif_mtu(const struct netif *, uint16_t);
int	 netif_describe(const struct netif *, const char *descr,
	    const char *group);

/*
 * It is not an error if the interface already has the address or route.  Then
 * *added is 0, and it must not be removed at exit; except for a route known
 * to be ours, which was left by a crash.  EEXIST: the route exists on another
 * interface.  EADDRNOTAVAIL, EDESTADDRREQ: the tunnel has no address, or a
 * tap no peer, for the route.  It is not an error to delete what does not
 * exist.
 */
int	 netif_address_add(const struct netif *, const struct address_conf *,
	    int *added);
int	 netif_address_del(const struct netif *, const struct address_conf *);
int	 netif_route_add(const struct netif *, const struct tunnel_conf *,
	    const struct prefix *, int priority, const char *label, int *added);
int	 netif_route_del(const struct netif *, const struct tunnel_conf *,
	    const struct prefix *, int priority);

/*
 * The way of the packets of a socket with these settings that sends from local
 * to remote.  On FreeBSD it is taken from the local address.
 *
 * netif_hears(): will the system take packets of remote that arrive that way?
 * Linux drops them if rp_filter says so.
 */
struct way {
	unsigned int	 index;		/* of the interface */
	struct addr	 gateway;	/* family 0: none */
};

int	 netif_way(const struct sock_conf *, const struct addr *local,
	    const struct addr *remote, struct way *);
int	 netif_hears(const struct way *, const struct addr *local,
	    const struct addr *remote);

/*
 * For bypass_*.c.  Both ignore our routes: on Linux, the name of the interface
 * of the way to an address, empty if it is this host; EHOSTUNREACH without a
 * way.  On OpenBSD, a host route by this way, or a reject route if there is
 * none.  Call it again after netif_watch_read() to follow a change of the next
 * hop.  *added is 0 if none is needed or the user has one.
 */
int	 netif_outside(const struct sock_conf *, const struct addr *,
	    char ifname[IFNAMSIZ]);
int	 netif_hostroute_add(const struct addr *, int rtable, int *added);
int	 netif_hostroute_del(const struct addr *, int rtable);

/* The number of a configured routing table. */
int	 netif_rtable(int);

/*
 * Returns the first address of the family on the interface or on one of the
 * interface group, preferably not a link-local one.  ENOENT without one.
 */
int	 netif_ifaddr(const char *ifname, int family, struct addr *);

/*
 * Is there an address of the family, neither loopback nor link-local, on an
 * interface that is not ours?
 */
int	 netif_has_family(int family);

/*
 * netif_watch(), before pledge(2), returns a descriptor that becomes readable
 * when addresses, interfaces or routes change.  netif_watch_read() drains it,
 * and returns 1 if something has changed.  Addresses and routes that are added
 * to our interfaces do not count, those that are removed do, by whomever.
 */
int	 netif_watch(void);
int	 netif_watch_read(int);

/*
 * Read and write one packet.  Before the buffer are PKT_HEADROOM writable bytes
 * for the header of the system.  flags: TUNF_LAYER2, and what netif_open() has
 * set in "offload": packets of so many segments are read and written.
 * tun_read() returns -1 with EAGAIN if there is no packet; what it says is left
 * to do is for offload_cut().  tun_write() returns -1 with EINVAL if the packet
 * is neither IPv4 nor IPv6.
 *
 * tun_write_joined() writes the segments of such a packet.  The first iovec is
 * a whole packet, with the headers made by offload_finish() and headroom as
 * above; it is changed.
 */
#define TUNF_LAYER2	0x80

ssize_t	 tun_read(int, int flags, uint8_t *, size_t, struct offload_todo *);
ssize_t	 tun_write(int, int flags, uint8_t *, size_t);
ssize_t	 tun_write_joined(int, const struct offload *, struct iovec *, int);

/*
 * Between netif.c and netif_*.c.
 */

/* The interfaces that netif_open() opened. */
void	 netif_own_add(unsigned int index);
void	 netif_own_del(unsigned int index);
int	 netif_own(unsigned int index);

/* Is the address on the interface? */
int	 netif_has_address(const char *ifname, const struct addr *);

/* The interface that has the address, 0 if there is none. */
unsigned int
	 netif_address_index(const struct addr *);

/*
 * The first addresses of the tunnel in this family (4, 6) with and without a
 * peer.  NULL if there is none.
 */
const struct address_conf *
	 netif_peer_address(const struct tunnel_conf *, int family);
const struct address_conf *
	 netif_plain_address(const struct tunnel_conf *, int family);

/* netif_*.c: is it this interface, or a member of this group? */
int	 netif_is_member(const char *name, const char *ifname);

#endif /* NETIF_H */
