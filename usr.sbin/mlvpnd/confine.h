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

struct passwd;

/*
 * Restricts each process with unveil(2) and pledge(2), once it is set up.  An
 * error is fatal.
 *
 * confine_root(): changes the root directory to the home of this user, which
 *	only root can write to.
 * confine_user(): gives up root and all its privileges for this user.
 * confine_parent(): can read files anywhere, open tunnel devices, bind sockets
 *	in any routing table, set addresses and MTUs, and write to the route
 *	socket that it has.  It cannot open a route socket, nor use an ioctl(2)
 *	unknown to pledge(2): on OpenBSD, SIOCSIFFLAGS, SIOCSIFRDOMAIN,
 *	SIOCSIFDESCR, SIOCAIFGROUP and those of tun(4) kill it.  sockname
 *	and restricted, if not empty, are removed at exit, flows may be opened
 *	later, usage is a directory for files.
 * confine_engine(): handles packets and the control socket, on descriptors
 *	that it is sent.
 * confine_resolver(): calls getaddrinfo(3).
 * confine_status(): accepts TCP connections, on a socket that it is sent.
 * confine_runner(): runs programs, which on some systems inherit what their
 *	process is restricted to: there, it keeps everything.
 */
void	 confine_root(const struct passwd *);
void	 confine_user(const struct passwd *);
void	 confine_parent(const char *sockname, const char *restricted,
	    const char *flows, const char *usage);
void	 confine_engine(void);
void	 confine_resolver(void);
void	 confine_status(void);
void	 confine_runner(void);

/*
 * Between confine.c and confine_*.c.
 *
 * confine_devices: the directory of the tunnel devices.
 * confine_accept: the promise for accept(2) and getpeereid(3) on an AF_UNIX
 *	socket, and for as little else as possible.
 * confine_accept_inet: the same for accept(2) on a TCP socket.
 * confine_capabilities(): gives up the privileges of root, but those to
 *	configure interfaces and sockets if network is 1.
 * confine_memory(): no core file and no debugger of the user has this process,
 *	which was given its user before.
 * confine_report(): logs what does not restrict processes on this system.
 */
extern const char	 confine_devices[];
extern const char	 confine_accept[];
extern const char	 confine_accept_inet[];

void	 confine_capabilities(int network);
void	 confine_memory(void);
void	 confine_report(void);

#endif /* CONFINE_H */
