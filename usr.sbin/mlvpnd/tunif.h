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

#ifndef TUNIF_H
#define TUNIF_H

#include <stdint.h>

struct tunif;
struct tunnel_conf;

/*
 * A tunnel's interface with its addresses and routes.
 *
 * tunif_claim(): the interface that we have and that suits this tunnel, or
 *	NULL.
 * tunif_sweep(): takes away the interfaces that no tunnel has claimed, and
 *	all claims.
 * tunif_open(): opens the interface of a tunnel; NULL with errno.
 * tunif_apply(): changes what differs from the configuration, which has to
 *	last until the next call.  auto_mtu is what the engine has found out, 0
 *	if nothing yet.  The default routes are left out unless the peers'
 *	addresses are protected from them by host routes.
 * tunif_restore(): adds again what somebody has taken away.
 * tunif_id(): a number that tells this opening of a device from all others.
 * tunif_current_mtu(): as set, 0 not yet.
 * tunif_dup(): a descriptor of the device for the engine, -1 with errno.
 * tunif_offload(): does the device know tun_write_tcp()?
 * tunif_vanished(): has somebody destroyed the interface?
 * tunif_free(): takes the interface away, or what we have added to one that
 *	was there.
 * tunif_stop(): the same at the daemon's end, when "persist" counts.
 */
struct tunif	*tunif_claim(const struct tunnel_conf *);
void		 tunif_sweep(void);
struct tunif	*tunif_open(const struct tunnel_conf *);
void		 tunif_apply(struct tunif *, const struct tunnel_conf *,
		    uint16_t auto_mtu, int protected);
void		 tunif_restore(struct tunif *);
uint32_t	 tunif_id(const struct tunif *);
const char	*tunif_name(const struct tunif *);
uint16_t	 tunif_current_mtu(const struct tunif *);
int		 tunif_dup(const struct tunif *);
int		 tunif_offload(const struct tunif *);
int		 tunif_vanished(const struct tunif *);
void		 tunif_free(struct tunif *);
void		 tunif_stop(struct tunif *);

#endif /* TUNIF_H */
