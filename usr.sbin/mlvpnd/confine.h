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


#ifndef CONFINE_H
#define CONFINE_H

/*
 * Restricts each process with unveil(2) and pledge(2), once it is set up.
 * The caller has changed the root directory and the user before.  An error is
 * fatal.
 *
 * Afterwards the parent can read files anywhere, open tunnel devices, bind
 * sockets in any routing table, set addresses and MTUs, and write to the
 * route socket that it has.  It cannot open a route socket, nor use an
 * ioctl(2) unknown to pledge(2): on OpenBSD, SIOCSIFFLAGS, SIOCSIFRDOMAIN,
 * SIOCSIFDESCR, SIOCAIFGROUP and those of tun(4) kill it.
 */

/* sockname: removed at exit; flows: may be opened later; commands: 1 when
 * there are any to be run */
void	 confine_parent(const char *sockname, const char *flows, int commands);

/* handles packets and the control socket, on descriptors it is sent */
void	 confine_engine(void);

/* calls getaddrinfo(3) */
void	 confine_resolver(void);

#endif /* CONFINE_H */
