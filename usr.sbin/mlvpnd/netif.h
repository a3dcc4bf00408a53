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
 * Tunnel interfaces, their addresses and routes: netif_openbsd.c,
 * netif_linux.c, netif_freebsd.c.  All but tun_read() and tun_write() are
 * the parent's.  Functions returning int give 0, or -1 with errno.
 */

#include <sys/types.h>
#include <net/if.h>

#include <stdint.h>

#include "conf.h"

struct netif {
	char		 name[IFNAMSIZ];
	unsigned int	 index;
	int		 fd;
	int		 layer2;
	int		 existed;	/* made by someone else: leave it */
};

/* Opens kernel sockets that must exist before pledge(2). */
int	 netif_init(void);

int	 netif_open(struct netif *, const struct tunnel_conf *);
void	 netif_close(struct netif *);
int	 netif_mtu(const struct netif *, uint16_t);
int	 netif_describe(const struct netif *, const char *descr,
	    const char *group);

/*
 * An address or route that was there already is no error; then *added is 0
 * and it must not be taken away at exit.
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
 * a host route to the address by the way the routing table has at present.
 */
int	 netif_pin_add(const struct addr *, int rtable, int *added);
int	 netif_pin_del(const struct addr *, int rtable);

/* First address of the family on the interface; ENOENT without one. */
int	 netif_ifaddr(const char *ifname, int family, struct addr *);

/*
 * A descriptor that becomes readable when addresses, interfaces or routes
 * change, and the draining of it: 1 when something relevant changed.
 */
int	 netif_watch(void);
int	 netif_watch_read(int);

/*
 * One packet.  The buffer has PKT_HEADROOM writable bytes before it, for the
 * system's own header.  tun_read: -1 and EAGAIN when there is none.
 */
ssize_t	 tun_read(int, int layer2, uint8_t *, size_t);
ssize_t	 tun_write(int, int layer2, uint8_t *, size_t);

#endif /* NETIF_H */
