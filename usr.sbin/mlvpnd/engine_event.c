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
 * Events of the core: logs them, in words that are made here, keeps the last
 * lines for mlvpnctl(8), and tells the parent.
 */

#include <sys/types.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "engine_event.h"
#include "engine_io.h"
#include "engine_parent.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "mlvpnd.h"
#include "recent.h"

#define EVENTS_INTERVAL	(1 * USEC)	/* between those of a tunnel */
#define EVENTS_BURST	(2 * TUNNEL_LINK_MAX)

static int	 engine_event_allowed(const struct core_event *,
		    struct event_limit *);
static void	 engine_event_log(const struct core_event *);
static void	 tell(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));

void
engine_event(const struct core_event *e, struct event_limit *limit)
{
	struct imsg_link	 il;
	struct imsg_tunnel_mtu	 im;
	struct imsg_event	 ie;

	if (e->type == CORE_LINK_STATE || engine_event_allowed(e, limit))
		engine_event_log(e);

	switch (e->type) {
	case CORE_LINK_STALE:
	case CORE_LINK_ANEW:
		memset(&il, 0, sizeof(il));
		il.tunnel = e->tunnel;
		strlcpy(il.link, e->link, sizeof(il.link));
		engine_compose_parent(e->type == CORE_LINK_STALE ?
		    IMSG_LINK_STALE : IMSG_LINK_ANEW, 0, &il, sizeof(il));
		break;
	case CORE_TUNNEL_MTU:
		memset(&im, 0, sizeof(im));
		im.tunnel = e->tunnel;
		im.mtu = e->mtu;
		engine_compose_parent(IMSG_TUNNEL_MTU, 0, &im, sizeof(im));
		break;
	case CORE_NOTICE:
	case CORE_LINK_STATE:
	case CORE_REFUSED:
	case CORE_STRANGER:
		break;
	case CORE_LINK_UP:
		mlvpn2_file_changed();
		/* FALLTHROUGH */
	default:
		memset(&ie, 0, sizeof(ie));
		ie.tunnel = e->tunnel;
		ie.type = e->type;
		strlcpy(ie.link, e->link, sizeof(ie.link));
		ie.reason = e->reason;
		engine_compose_parent(IMSG_EVENT, 0, &ie, sizeof(ie));
		break;
	}
}

/* A peer with the secret can open and close links without limit. */
static int
engine_event_allowed(const struct core_event *e, struct event_limit *l)
{
	if (l == NULL)
		return (1);
	if (!ratelimit_allow(&l->limit, EVENTS_INTERVAL, EVENTS_BURST,
	    engine_clock())) {
		l->held++;
		return (0);
	}
	if (l->held > 0)
		log_info("%s: %u events not logged", e->tunnel_name, l->held);
	l->held = 0;
	return (1);
}

static void
engine_event_log(const struct core_event *e)
{
	char		 addr[ADDR_STRLEN], hint[HINT_STRLEN];
	const char	*reason = reason_words(e->reason), *colon;

	colon = reason[0] != '\0' ? ": " : "";
	addr_ntop_port(&e->addr, addr, sizeof(addr));

	switch (e->type) {
	case CORE_TUNNEL_UP:
		tell("%s: up%s%s", e->tunnel_name, colon, reason);
		break;
	case CORE_TUNNEL_DOWN:
		tell("%s: down%s%s", e->tunnel_name, colon, reason);
		break;
	case CORE_LINK_UP:
		tell("%s: link %s up, peer %s%s%s", e->tunnel_name,
		    e->link, addr, colon, reason);
		break;
	case CORE_LINK_DOWN:
		tell("%s: link %s down%s%s", e->tunnel_name, e->link,
		    colon, reason);
		break;
	case CORE_LINK_QUALITY:
		tell("%s: link %s%s%s", e->tunnel_name, e->link, colon,
		    reason);
		break;
	case CORE_LINK_MOVED:
		tell("%s: link %s: peer address changed to %s",
		    e->tunnel_name, e->link, addr);
		break;
	case CORE_STRANGER:
		log_info("%s: %s", addr, reason);
		break;
	case CORE_REFUSED:
		tell("%s: source address %s is not in allow from, packets "
		    "refused: %" PRIu64, e->tunnel_name,
		    addr_ntop(&e->addr, addr, sizeof(addr)), e->count);
		break;
	case CORE_LINK_STALE:
		log_debug("%s: link %s: stale%s%s", e->tunnel_name, e->link,
		    colon, reason);
		break;
	case CORE_LINK_ANEW:
		break;
	case CORE_LINK_STATE:
		log_debug("%s: link %s: %s, %s to %s%s%s", e->tunnel_name,
		    e->link, e->change->event, e->change->from,
		    e->change->to, colon, reason);
		break;
	case CORE_TUNNEL_MTU:
		tell("%s: mtu %u", e->tunnel_name, e->mtu);
		break;
	case CORE_NOTICE:
		if (e->reason == REASON_BANDWIDTH)
			tell("%s: link %s: %s", e->tunnel_name, e->link,
			    hint_words(HINT_LESS, e->configured, e->delivered,
			    hint));
		else if (e->link[0] != '\0')
			tell("%s: link %s: %s: %s", e->tunnel_name,
			    e->link, addr, reason);
		else if (e->addr.family != 0)
			tell("%s: %s: %s", e->tunnel_name, addr, reason);
		else
			tell("%s: %s", e->tunnel_name, reason);
		break;
	}
}

/* Logs a line, and keeps it. */
static void
tell(const char *fmt, ...)
{
	va_list	 ap;
	char	 line[CTL_EVENT_SIZE];

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_info("%s", line);
	recent_add(line, engine_clock());
}
