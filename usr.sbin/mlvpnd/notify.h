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
 * What the core asks of its user, and tells it: events of tunnels and links.
 */

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "ratelimit.h"
#include "reason.h"

enum core_event_type {
	CORE_TUNNEL_UP,			/* first usable path */
	CORE_TUNNEL_DOWN,		/* last usable path lost */
	CORE_LINK_UP,
	CORE_LINK_DOWN,
	CORE_LINK_QUALITY,		/* left out or taken back */
	CORE_LINK_MOVED,		/* the peer's address changed */
	CORE_LINK_STALE,		/* it should try another way: look the
					   name up, open a new socket */
	CORE_LINK_ANEW,			/* it is to have a new socket */
	CORE_TUNNEL_MTU,		/* mtu changed (mtu auto) */
	CORE_NOTICE,			/* worth a line in the log */
	CORE_LINK_STATE,		/* a transition, for debugging */
	CORE_REFUSED,			/* packets, the last one from addr */
	CORE_STRANGER			/* a HELLO of no tunnel, from addr */
};

struct core_event {
	enum core_event_type type;
	uint32_t	 tunnel;	/* conf id */
	const char	*tunnel_name;
	const char	*link;		/* "" if of the tunnel */
	enum reason	 reason;
	struct addr	 addr;		/* the peer's */
	uint16_t	 mtu;
	uint64_t	 configured;	/* bit/s, of REASON_BANDWIDTH */
	uint64_t	 delivered;
	uint64_t	 count;		/* of CORE_REFUSED */
	const struct path_change *change;	/* of CORE_LINK_STATE */
};

/* A transition of a path's state. */
struct path_change {
	const char	*event;		/* names, for the log */
	const char	*from;
	const char	*to;
};

struct core_ops {
	/* fill with unpredictable bytes */
	void		(*random)(void *, void *, size_t);
	/* must not call the core */
	void		(*event)(void *, const struct core_event *);
	void		*arg;
	/* IPv4 datagrams are sent with DF set */
	int		 dontfrag;
};

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
void	 notify_refused(const struct notify *, const struct addr *, uint64_t);
void	 notify_stranger(const struct core_ops *, const struct addr *);
void	 notify_notice(struct notify *, enum reason, uint64_t);

/*
 * notify_init(ops, tunnel, name): the name must stay where it is.
 * notify_link(type, link, addr, reason): of a link with the peer there.
 * notify_change(link, change, reason): a transition.
 * notify_bandwidth(link, configured, delivered): that is less, bit/s.
 * notify_refused(addr, n): n packets since the last time, the last from there.
 * notify_stranger(ops, addr): a HELLO of no tunnel came from there.
 * notify_notice(reason, now): for the log; a peer cannot fill it.
 */

#endif /* NOTIFY_H */
