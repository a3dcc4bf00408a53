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

#ifndef BYPASS_H
#define BYPASS_H

struct addr;
struct bypass;
struct sock_conf;

/*
 * Keeps the packets of a link out of the tunnels although a route of a tunnel
 * covers the address of its peer.  On Linux the socket is bound to the
 * interface that it would use without the tunnels.  On OpenBSD it is a host
 * route, shared by links with the same peer and routing table, which holds for
 * all programs.
 *
 * bypass_get(): for a socket with these settings, which are changed, and the
 *	address of the peer; its port is ignored.  NULL with errno:
 *	EHOSTUNREACH if the system has no other route.
 * bypass_put(): ends it; may be NULL.
 * bypass_keep(): what it has set stays after that.
 * bypass_refresh(): the routes of the system have changed.
 */
struct bypass	*bypass_get(struct sock_conf *, const struct addr *);
void		 bypass_put(struct bypass *);
void		 bypass_keep(struct bypass *);
void		 bypass_refresh(void);

#endif /* BYPASS_H */
