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

#ifndef NOTIFY_H
#define NOTIFY_H

/*
 * The events of a tunnel for the user of the core (core.h).
 */

#include <stdint.h>

#include "core.h"
#include "ratelimit.h"

struct notify {
	const struct core_ops *ops;
	uint32_t	 tunnel;	/* conf id */
	const char	*name;		/* of the tunnel */
	struct ratelimit notices;
};

void	 notify_init(struct notify *, const struct core_ops *, uint32_t,
	    const char *);
void	 notify_tunnel(const struct notify *, enum core_event_type);
void	 notify_mtu(const struct notify *, uint16_t);
void	 notify_link(const struct notify *, enum core_event_type,
	    const char *, const struct addr *, enum reason);
void	 notify_change(const struct notify *, const char *,
	    const struct path_change *, enum reason);
void	 notify_bandwidth(const struct notify *, const char *, uint64_t,
	    uint64_t);
void	 notify_notice(struct notify *, enum reason, uint64_t);

/*
 * notify_init(ops, tunnel, name): the name must stay where it is.
 * notify_link(type, link, addr, reason): of a link with the peer there.
 * notify_change(link, change, reason): a transition.
 * notify_bandwidth(link, configured, delivered): that is less, bit/s.
 * notify_notice(reason, now): for the log; a peer cannot fill it.
 */

#endif /* NOTIFY_H */
