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

/*
 * Composes the events of a tunnel for the user of the core.
 */

#include <string.h>

#include "clock.h"
#include "notify.h"

#define NOTICE_INTERVAL	(10 * USEC)

static void	 fill(struct core_event *, const struct notify *,
		    enum core_event_type);
static void	 hand_over(const struct notify *, const struct core_event *);

void
notify_init(struct notify *n, const struct core_ops *ops, uint32_t tunnel,
    const char *name)
{
	n->ops = ops;
	n->tunnel = tunnel;
	n->name = name;
}

static void
fill(struct core_event *ev, const struct notify *n,
    enum core_event_type type)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = type;
	ev->tunnel = n->tunnel;
	ev->tunnel_name = n->name;
	ev->link = "";
}

static void
hand_over(const struct notify *n, const struct core_event *ev)
{
	n->ops->event(n->ops->arg, ev);
}

void
notify_tunnel(const struct notify *n, enum core_event_type type)
{
	struct core_event	 ev;

	fill(&ev, n, type);
	hand_over(n, &ev);
}

void
notify_mtu(const struct notify *n, uint16_t mtu)
{
	struct core_event	 ev;

	fill(&ev, n, CORE_TUNNEL_MTU);
	ev.mtu = mtu;
	hand_over(n, &ev);
}

void
notify_link(const struct notify *n, enum core_event_type type,
    const char *link, const struct addr *addr, enum reason reason)
{
	struct core_event	 ev;

	fill(&ev, n, type);
	ev.link = link;
	ev.addr = *addr;
	ev.reason = reason;
	hand_over(n, &ev);
}

void
notify_change(const struct notify *n, const char *link,
    const struct path_change *change, enum reason reason)
{
	struct core_event	 ev;

	fill(&ev, n, CORE_LINK_STATE);
	ev.link = link;
	ev.change = change;
	ev.reason = reason;
	hand_over(n, &ev);
}

void
notify_bandwidth(const struct notify *n, const char *link,
    uint64_t configured, uint64_t delivered)
{
	struct core_event	 ev;

	fill(&ev, n, CORE_NOTICE);
	ev.link = link;
	ev.reason = REASON_BANDWIDTH;
	ev.configured = configured;
	ev.delivered = delivered;
	hand_over(n, &ev);
}

void
notify_notice(struct notify *n, enum reason reason, uint64_t now)
{
	struct core_event	 ev;

	if (!ratelimit_allow(&n->notices, NOTICE_INTERVAL, 1, now))
		return;
	fill(&ev, n, CORE_NOTICE);
	ev.reason = reason;
	hand_over(n, &ev);
}

void
notify_refused(const struct notify *n, const struct addr *addr, uint64_t count)
{
	struct core_event	 ev;

	fill(&ev, n, CORE_REFUSED);
	ev.addr = *addr;
	ev.count = count;
	hand_over(n, &ev);
}

void
notify_stranger(const struct core_ops *ops, const struct addr *addr)
{
	struct notify	 nobody = { .ops = ops, .name = "" };

	notify_link(&nobody, CORE_STRANGER, "", addr, REASON_NO_KEY);
}
