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
 * Channels between processes in the event loop, and the names of the messages.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include <event.h>
#include <imsg.h>
#include <stdint.h>
#include <stdio.h>

#include "imsgev.h"
#include "mlvpnd.h"

void
imsg_event_add(struct imsgev *iev)
{
	iev->events = EV_READ;
	if (imsgbuf_queuelen(&iev->ibuf) > 0)
		iev->events |= EV_WRITE;

	if (event_initialized(&iev->ev))
		event_del(&iev->ev);
	event_set(&iev->ev, iev->ibuf.fd, iev->events, iev->handler, iev);
	event_add(&iev->ev, NULL);
}

int
imsg_compose_event(struct imsgev *iev, uint16_t type, uint32_t peerid,
    pid_t pid, int fd, const void *data, size_t len)
{
	int	 ret;

	ret = imsg_compose(&iev->ibuf, type, peerid, pid, fd, data, len);
	if (ret != -1)
		imsg_event_add(iev);
	return (ret);
}

#define IMSG_CASE(t)	case t: return (#t)

const char *
imsg_name(uint32_t type)
{
	static char	 unknown[sizeof("IMSG_4294967295")];

	switch (type) {
	IMSG_CASE(IMSG_NONE);
	IMSG_CASE(IMSG_CTL_LOG_VERBOSE);
	IMSG_CASE(IMSG_CTL_RELOAD);
	IMSG_CASE(IMSG_CTL_SHOW_SUMMARY);
	IMSG_CASE(IMSG_CTL_SHOW_TUNNELS);
	IMSG_CASE(IMSG_CTL_SHOW_LINKS);
	IMSG_CASE(IMSG_CTL_SHOW_FILTERS);
	IMSG_CASE(IMSG_CTL_SHOW_HISTORY);
	IMSG_CASE(IMSG_CTL_SHOW_KEYS);
	IMSG_CASE(IMSG_CTL_SHOW_EVENTS);
	IMSG_CASE(IMSG_CTL_LINK_UP);
	IMSG_CASE(IMSG_CTL_LINK_DOWN);
	IMSG_CASE(IMSG_CTL_SUMMARY);
	IMSG_CASE(IMSG_CTL_LISTEN);
	IMSG_CASE(IMSG_CTL_TUNNEL);
	IMSG_CASE(IMSG_CTL_LINK);
	IMSG_CASE(IMSG_CTL_FILTER);
	IMSG_CASE(IMSG_CTL_HISTORY);
	IMSG_CASE(IMSG_CTL_KEY);
	IMSG_CASE(IMSG_CTL_EVENT);
	IMSG_CASE(IMSG_CTL_MESSAGE);
	IMSG_CASE(IMSG_CTL_RESULT);
	IMSG_CASE(IMSG_CTL_END);
	IMSG_CASE(IMSG_CONTROLFD);
	IMSG_CASE(IMSG_CONTROLFD_RESTRICTED);
	IMSG_CASE(IMSG_STATUSFD);
	IMSG_CASE(IMSG_STATUS_ENGINE);
	IMSG_CASE(IMSG_STATUS_LISTEN);
	IMSG_CASE(IMSG_FLOWS);
	IMSG_CASE(IMSG_RECONF_CONF);
	IMSG_CASE(IMSG_RECONF_LISTEN);
	IMSG_CASE(IMSG_RECONF_TUNNEL);
	IMSG_CASE(IMSG_RECONF_ROUTE);
	IMSG_CASE(IMSG_RECONF_LINK);
	IMSG_CASE(IMSG_RECONF_MATCH);
	IMSG_CASE(IMSG_RECONF_BPF);
	IMSG_CASE(IMSG_RECONF_END);
	IMSG_CASE(IMSG_LINK_SOCKET);
	IMSG_CASE(IMSG_LINK_NOSOCKET);
	IMSG_CASE(IMSG_LINK_USAGE);
	IMSG_CASE(IMSG_LINK_NOTE);
	IMSG_CASE(IMSG_LINK_STALE);
	IMSG_CASE(IMSG_LINK_ANEW);
	IMSG_CASE(IMSG_TUNNEL_MTU);
	IMSG_CASE(IMSG_EVENT);
	IMSG_CASE(IMSG_LINK_BYTES);
	IMSG_CASE(IMSG_STARTED);
	IMSG_CASE(IMSG_RUN);
	IMSG_CASE(IMSG_KILL);
	IMSG_CASE(IMSG_RUN_DONE);
	IMSG_CASE(IMSG_RESOLVE);
	IMSG_CASE(IMSG_RESOLVED);
	default:
		snprintf(unknown, sizeof(unknown), "IMSG_%u", type);
		return (unknown);
	}
}

#undef IMSG_CASE
