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
 * The interface of a tunnel with its addresses and routes.
 *
 * tunif_claim(): returns the open interface that suits this tunnel, or NULL.
 * tunif_sweep(): removes all interfaces that were not claimed, and resets the
 *	claims.
 * tunif_open(): opens the interface of a tunnel.  Returns NULL with errno.
 * tunif_apply(): changes what differs from the configuration, which must
 *	exist until the next call.  auto_mtu is the MTU measured by the engine,
 *	0 if unknown.  Default routes are left out unless protected is set:
 *	the links would send into the tunnel.  Returns how many routes were
 *	added.
 * tunif_restore(): sets again what someone else has removed.  Returns how many
 *	addresses and routes that were.
 * tunif_id(): a number that identifies this opening of the device.
 * tunif_current_mtu(): the MTU as set, 0 if not yet.
 * tunif_dup(): returns a descriptor of the device for the engine, or -1 with
 *	errno.
 * tunif_offload(): OFFLOAD_*, what the device can.
 * tunif_vanished(): was the interface destroyed by someone else?
 * tunif_free(): removes the interface, or what was added to an existing one.
 * tunif_stop(): the same when the daemon exits, where "persist" counts.
 */
struct tunif	*tunif_claim(const struct tunnel_conf *);
void		 tunif_sweep(void);
struct tunif	*tunif_open(const struct tunnel_conf *);
int		 tunif_apply(struct tunif *, const struct tunnel_conf *,
		    uint16_t auto_mtu, int protected);
int		 tunif_restore(struct tunif *);
uint32_t	 tunif_id(const struct tunif *);
const char	*tunif_name(const struct tunif *);
uint16_t	 tunif_current_mtu(const struct tunif *);
int		 tunif_dup(const struct tunif *);
int		 tunif_offload(const struct tunif *);
int		 tunif_vanished(const struct tunif *);
void		 tunif_free(struct tunif *);
void		 tunif_stop(struct tunif *);

#endif /* TUNIF_H */
