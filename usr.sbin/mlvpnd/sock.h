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

#include <stdint.h>

#include "core.h"

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

/* The local address the system would send from, and that interface's MTU. */
int	 sock_route(const struct sock_conf *, const struct addr *remote,
	    struct addr *local, uint16_t *mtu);

/*
 * Both take at most BATCH_MAX.  sock_recv fills ep.remote, ep.local, len and
 * tos of each dgram (ep.sock is the caller's); returns how many, 0 when the
 * socket is empty, -1 on an error other than EAGAIN and EINTR.
 * sock_send returns how many left; when less than n, errno says why the next
 * one did not.
 */
int	 sock_recv(int, struct dgram *, unsigned int);
int	 sock_send(int, struct dgram *, unsigned int);

#endif /* SOCK_H */
