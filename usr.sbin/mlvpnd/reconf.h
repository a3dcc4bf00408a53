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

#ifndef RECONF_H
#define RECONF_H

#include <stddef.h>
#include <stdint.h>

struct addr;
struct mlvpnd_conf;

/*
 * The configuration in force.
 *
 * reconf_start(): applies the first configuration, and takes it over; flows
 *	is the name of the flows file.  Returns -1 if an interface or a
 *	listening socket could not be opened and will not be, which was logged.
 * reconf_reload(): reads the file again.  Nothing changes if it has errors.
 * reconf_reload_ctl(): the same for a client of the control socket, which
 *	gets the messages.
 * reconf_stop(): removes everything when the daemon exits, after its
 *	children.
 *
 * Events:
 *
 * reconf_netchange(): addresses, interfaces or routes have changed.
 * reconf_mtu(): the engine has measured the MTU of a tunnel.
 * reconf_stale(): another address or port is to be tried for a link.
 * reconf_anew(): a link is to have a new socket.
 * reconf_event(): a tunnel or link went up or down; see enum core_event_type.
 * reconf_resolved(): the answer of the resolver to a request.
 */
int	 reconf_start(struct mlvpnd_conf *, const char *flows);
void	 reconf_reload(const char *);
void	 reconf_reload_ctl(const char *, uint32_t peerid);
void	 reconf_stop(void);
void	 reconf_netchange(void);
void	 reconf_quota(void);
void	 reconf_mtu(uint32_t tunnel, uint16_t);
void	 reconf_stale(uint32_t tunnel, const char *link);
void	 reconf_anew(uint32_t tunnel, const char *link);
void	 reconf_event(uint32_t tunnel, int, const char *link,
	    const char *reason);
void	 reconf_resolved(uint32_t request, const struct addr *, size_t);

#endif /* RECONF_H */
