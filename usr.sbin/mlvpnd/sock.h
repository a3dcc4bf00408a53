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

#ifndef SOCK_H
#define SOCK_H

/*
 * UDP sockets: sock.c with what differs in sock_openbsd.c, sock_linux.c,
 * sock_freebsd.c.  The parent opens them, the engine sends and receives.
 */

#include <sys/types.h>
#include <net/if.h>

#include <stdint.h>

#include "dgram.h"

struct sock_conf {
	struct addr	 local;		/* family 4 or 6; address and port may
					   be zero */
	int		 rtable;	/* RTABLE_DEFAULT; Linux: fwmark */
	char		 ifname[IFNAMSIZ];	/* bind to device, or empty */
};

/*
 * Opens, sets all options (routing table, buffers, don't fragment where the
 * system can, destination address of received datagrams) and binds.
 * Returns the descriptor or -1 with errno and *what naming the step.
 */
int	 sock_open(const struct sock_conf *, const char **what);

/*
 * Can sock_conf.ifname be used?  Is a long datagram of IPv4 refused or lost
 * on its way rather than sent in fragments?
 */
extern const int sock_can_bind_device;
extern const int sock_can_dontfrag;

/* A number for a socket, never SOCK_NONE; none is given twice. */
uint32_t sock_new_id(void);

/*
 * The local address the system would send from to the remote one, its port
 * 0, and the MTU of the interface it would leave by, 0 if not known.
 * Returns 0, or -1 with *what naming the step and errno: ENETUNREACH,
 * EHOSTUNREACH, EADDRNOTAVAIL without a way.
 */
int	 sock_route(const struct sock_conf *, const struct addr *remote,
	    struct addr *local, uint16_t *mtu, const char **what);

/*
 * Both take at most BATCH_MAX and are all that a process with the promises
 * "stdio unix" can do to a socket.
 *
 * sock_recv fills ep.remote, ep.local, len and tos of each dgram (ep.sock is
 * the caller's); returns how many, 0 when the socket is empty, -1 on an error
 * other than EAGAIN and EINTR.  ep.local, its port 0, is set on sockets bound
 * to a wildcard; tos is 0 where the system does not tell.  Datagrams longer
 * than PKT_SIZE are dropped.  The dgrams' buffers may change places.
 *
 * sock_send sends from ep.local if that is set: EADDRNOTAVAIL, ENETUNREACH
 * when the host has no such address any more.  Returns how many left; when
 * less than n, errno says why the next one did not.
 */
int	 sock_recv(int, struct dgram *, unsigned int);
int	 sock_send(int, struct dgram *, unsigned int);

/*
 * sock_*.c: the options of a new socket and of one bound to a wildcard, each
 * naming the step that fails; the ancillary data of IPv4; setting what
 * the first dgrams need in common on the socket, how many they are, and
 * setting it back; the MTU of the interface that a connected socket uses.
 */
#define SOCK_CONTROL	128		/* room for ancillary data */

struct cmsghdr;
struct msghdr;

int	 sock_prepare(int, const struct sock_conf *, const char **);
int	 sock_rcvbuf(int, int size);
int	 sock_wildcard(int, int family, const char **);
void	 sock_control_read4(struct cmsghdr *, struct dgram *);
void	 sock_control_write4(struct msghdr *, const struct dgram *);
unsigned int
	 sock_run(int, const struct dgram *, unsigned int);
void	 sock_run_end(int, const struct dgram *);
int	 sock_mtu(int, const struct sock_conf *, const struct addr *local,
	    uint16_t *);

/* sock.c, for those: a message of ancillary data is put behind the others. */
int	 sock_set(int, int level, int name, int value);
void	 sock_control_add(struct msghdr *, int level, int type, const void *,
	    size_t);

#endif /* SOCK_H */
