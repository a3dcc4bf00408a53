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
 * UDP sockets: sock.c, and sock_openbsd.c, sock_linux.c and sock_freebsd.c for
 * what differs.  The parent opens them, the engine sends and receives.
 */

#include <sys/types.h>
#include <net/if.h>

#include <stdint.h>

#include "dgram.h"

struct sock_conf {
	struct addr	 local;		/* family 4 or 6; address and port can
					   be zero */
	int		 rtable;	/* RTABLE_DEFAULT; Linux: fwmark */
	char		 ifname[IFNAMSIZ];	/* bind to device, or empty */
	int		 fragments;	/* datagrams may be fragmented */
};

/*
 * Opens a socket, sets its options (routing table, buffers, don't fragment if
 * supported, destination addresses of received datagrams) and binds it.
 * Returns the descriptor, or -1 with errno and the failed step in *what.
 */
int	 sock_open(const struct sock_conf *, const char **what);

/* The same for TCP, and listens; only local and rtable are used. */
int	 sock_listen(const struct sock_conf *, const char **what);

/*
 * Could such a socket be opened, without binding it?  Returns 0, or -1 with
 * errno and the failed step in *what.
 */
int	 sock_check(const struct sock_conf *, const char **what);

/*
 * Is sock_conf.ifname supported?  Can fragmentation of IPv4 datagrams be
 * prevented?
 */
extern const int sock_can_bind_device;
extern const int sock_can_dontfrag;

/* Returns a new number for a socket, never SOCK_NONE. */
uint32_t sock_new_id(void);

/*
 * Finds the local address, with port 0, that the system would use to send to
 * the remote one, and the MTU of the outgoing interface, 0 if unknown.
 * Returns 0, or -1 with the failed step in *what and errno: ENETUNREACH,
 * EHOSTUNREACH or EADDRNOTAVAIL without a route.
 */
int	 sock_route(const struct sock_conf *, const struct addr *remote,
	    struct addr *local, uint16_t *mtu, const char **what);

/*
 * Finds out what the system can do for sock_send().  Without it, or where the
 * system cannot, datagrams are handed over one by one.
 */
void	 sock_init(void);

/*
 * Both handle at most BATCH_MAX datagrams and need no other promises than
 * "stdio unix".
 *
 * sock_recv sets ep.remote, ep.local, buf, len, run and tos of each dgram;
 * ep.sock is left to the caller.  Returns their number, 0 if the socket is
 * empty, or -1 on errors other than EAGAIN and EINTR.  The buffers are valid
 * until the next call.  What dgram_take() has to divide may come as one.
 * ep.local, with port 0, is set on sockets bound to a wildcard.  tos is 0 if
 * the system does not provide it.
 *
 * sock_send sends from ep.local if set; EADDRNOTAVAIL or ENETUNREACH if the
 * host does not have that address any more.  Returns the number of datagrams
 * sent; if less than n, errno is the error of the next one.  Datagrams in a
 * row to one address and equally long are handed over as one message.  If the
 * system refuses this, the next SOCK_ALONE go one by one: *alone, which the
 * caller keeps for each socket, at first 0, counts them.
 */
#define SOCK_ALONE	1000

int	 sock_recv(int, struct dgram *, unsigned int);
int	 sock_send(int, unsigned int *alone, struct dgram *, unsigned int);

/*
 * sock_*.c: set the routing table, the options of a new socket and of one
 * bound to a wildcard, returning the failed step; handle the ancillary data of
 * IPv4, and of several datagrams in one message (bytes of each); may so many,
 * of so many bytes together, be one message; set what the first dgrams have in
 * common on the socket, return their number, and reset it; return the MTU of
 * the interface that a connected socket uses.
 */
#define SOCK_CONTROL	160		/* room for ancillary data */

struct cmsghdr;
struct msghdr;

extern const size_t sock_msg_size;	/* bytes of a received message */

int	 sock_rtable(int, int rtable, const char **);
int	 sock_prepare(int, const struct sock_conf *, const char **);
int	 sock_rcvbuf(int, int size);
int	 sock_wildcard(int, int family, const char **);
void	 sock_control_read4(struct cmsghdr *, struct dgram *);
void	 sock_control_write4(struct msghdr *, const struct dgram *);
void	 sock_control_read_run(struct cmsghdr *, struct dgram *);
void	 sock_control_write_run(struct msghdr *, size_t);
int	 sock_may_join(unsigned int, size_t);
unsigned int
	 sock_run(int, const struct dgram *, unsigned int);
void	 sock_run_end(int, const struct dgram *);
int	 sock_mtu(int, const struct sock_conf *, const struct addr *local,
	    uint16_t *);

/* sock.c, for sock_*.c: append a message of ancillary data. */
int	 sock_set(int, int level, int name, int value);
void	 sock_control_add(struct msghdr *, int level, int type, const void *,
	    size_t);

#endif /* SOCK_H */
