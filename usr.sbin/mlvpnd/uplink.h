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

#ifndef UPLINK_H
#define UPLINK_H

#include <stddef.h>
#include <stdint.h>

struct addr;
struct tunnel_conf;
struct uplinks;

/*
 * The outer side of a tunnel's links.
 *
 * uplinks_new(): of the tunnel with that id.  Calls back when a peer's address
 *	has its host route, as there may be routes waiting for that.
 * uplinks_reconf(): takes over the links of a new configuration, which has to
 *	last until the next call.  What has to be done about their sockets is
 *	left to uplinks_start(), when the engine knows the links.
 * uplinks_reset(): the engine has lost the tunnel: it will need all sockets
 *	anew.
 * uplinks_protect(): gives the peers' addresses host routes where routes that
 *	are about to be added would lead them into the tunnel.
 *	uplinks_unprotect() takes away those that none calls for any more.
 * uplinks_protected(): may the tunnel have its default routes?
 * uplinks_netchange(): addresses, interfaces or routes of the system have
 *	changed.
 * uplinks_stale(): the engine gets no answer on the link of that name.
 * uplinks_resolved(): the resolver's answer to a request.  Returns 0 when it
 *	was not this tunnel's.
 * uplinks_free(): keep leaves the host routes in place.
 */
struct uplinks	*uplinks_new(uint32_t, void (*protected)(void *), void *arg);
void		 uplinks_reconf(struct uplinks *, const struct tunnel_conf *);
void		 uplinks_start(struct uplinks *);
void		 uplinks_reset(struct uplinks *);
void		 uplinks_protect(struct uplinks *);
void		 uplinks_unprotect(struct uplinks *);
int		 uplinks_protected(const struct uplinks *);
void		 uplinks_netchange(struct uplinks *);
void		 uplinks_stale(struct uplinks *, const char *);
int		 uplinks_resolved(struct uplinks *, uint32_t request,
		    const struct addr *, size_t);
void		 uplinks_free(struct uplinks *, int keep);

#endif /* UPLINK_H */
