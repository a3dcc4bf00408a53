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
 * reconf_start(): the first one, which is taken over, and the name of the
 *	file of flows.  Returns -1 when a tunnel's interface could not be
 *	opened, which has been logged.
 * reconf_reload(): reads the file anew; after an error in it all stays as it
 *	is.  reconf_reload_ctl() does it for a client of the control socket,
 *	who is told what happens.
 * reconf_stop(): the daemon's end, after that of its children.
 *
 * What happens to it:
 *
 * reconf_netchange(): the system's addresses, interfaces or routes have
 *	changed.
 * reconf_mtu(): the engine has found out the MTU of a tunnel.
 * reconf_stale(): the engine gets no answer on a link.
 * reconf_event(): a tunnel or link has come up or gone down, as enum
 *	core_event_type says.
 * reconf_resolved(): the resolver's answer to a request.
 */
int	 reconf_start(struct mlvpnd_conf *, const char *flows);
void	 reconf_reload(const char *);
void	 reconf_reload_ctl(const char *, uint32_t peerid);
void	 reconf_stop(void);
void	 reconf_netchange(void);
void	 reconf_mtu(uint32_t tunnel, uint16_t);
void	 reconf_stale(uint32_t tunnel, const char *link);
void	 reconf_event(uint32_t tunnel, int, const char *link,
	    const char *reason);
void	 reconf_resolved(uint32_t request, const struct addr *, size_t);

#endif /* RECONF_H */
