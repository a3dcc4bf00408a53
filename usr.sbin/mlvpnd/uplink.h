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
 * The sockets and the remote addresses of a tunnel's links.
 *
 * uplinks_new(): for the tunnel with this id.  The function is called when
 *	a link is kept out of the tunnels, as routes may wait for this.
 * uplinks_reconf(): takes the links of a new configuration, which must exist
 *	until the next call.  Their sockets are changed by uplinks_start(),
 *	once the engine knows the links.
 * uplinks_reset(): the engine has lost the tunnel and needs all sockets
 *	again.
 * uplinks_protect(): keeps links out of the tunnels, also of those that only
 *	the new configuration has, if routes of these would cover the
 *	addresses of peers.  uplinks_unprotect() lets those go that are no
 *	longer covered.
 * uplinks_protected(): may the tunnel have its default routes?
 * uplinks_netchange(): addresses, interfaces or routes have changed.
 * uplinks_stale(): another address or port is to be tried for this link.
 * uplinks_anew(): a new socket.
 * uplinks_resolved(): the answer of the resolver to a request.  Returns 0 if
 *	it was not for this tunnel.
 * uplinks_free(): keep leaves in place what keeps them out.
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
void		 uplinks_anew(struct uplinks *, const char *);
int		 uplinks_resolved(struct uplinks *, uint32_t request,
		    const struct addr *, size_t);
void		 uplinks_free(struct uplinks *, int keep);

#endif /* UPLINK_H */
