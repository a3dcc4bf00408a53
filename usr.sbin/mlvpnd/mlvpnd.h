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

#ifndef MLVPND_H
#define MLVPND_H

/*
 * Shared by all processes and mlvpnctl(8): names of the daemon, and the
 * messages between them.
 */

#include <sys/types.h>

#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "ctl.h"

#define MLVPND_VERSION		"3.0"
#define MLVPND_USER		"_mlvpnd"
#define MLVPND_SOCKET		"/var/run/mlvpnd.sock"

enum imsg_type {
	IMSG_NONE,

	/* mlvpnctl to engine; some go on to the parent */
	IMSG_CTL_LOG_VERBOSE,		/* int */
	IMSG_CTL_RELOAD,
	IMSG_CTL_SHOW_SUMMARY,
	IMSG_CTL_SHOW_TUNNELS,		/* struct ctl_select */
	IMSG_CTL_SHOW_LINKS,		/* struct ctl_select */
	IMSG_CTL_SHOW_FILTERS,		/* struct ctl_select */
	IMSG_CTL_SHOW_HISTORY,		/* struct ctl_select */
	IMSG_CTL_SHOW_KEYS,		/* struct ctl_select */
	IMSG_CTL_SHOW_EVENTS,
	IMSG_CTL_LINK_UP,		/* struct ctl_link_admin */
	IMSG_CTL_LINK_DOWN,		/* struct ctl_link_admin */
	/* engine to mlvpnctl */
	IMSG_CTL_SUMMARY,		/* struct ctl_summary */
	IMSG_CTL_LISTEN,		/* struct ctl_listen */
	IMSG_CTL_TUNNEL,		/* struct ctl_tunnel */
	IMSG_CTL_LINK,			/* struct ctl_link */
	IMSG_CTL_FILTER,		/* struct ctl_match */
	IMSG_CTL_HISTORY,		/* struct ctl_history */
	IMSG_CTL_KEY,			/* struct ctl_key */
	IMSG_CTL_EVENT,			/* struct ctl_event */
	IMSG_CTL_MESSAGE,		/* text and NUL: an error of a reload */
	IMSG_CTL_RESULT,		/* struct ctl_result */
	IMSG_CTL_END,

	/* parent to engine */
	IMSG_CONTROLFD,			/* fd: listening control socket */
	IMSG_CONTROLFD_RESTRICTED,	/* the same, read only */
	IMSG_STATUSFD,			/* fd: channel to status */
	IMSG_FLOWS,			/* fd: see mlvpn2_file.h */
	IMSG_RECONF_CONF,		/* begins a configuration; no data */
	IMSG_RECONF_LISTEN,		/* struct listen_conf, fd if new */
	IMSG_RECONF_TUNNEL,		/* struct tunnel_conf, tun fd if new */
	IMSG_RECONF_ROUTE,		/* struct route_conf, of that tunnel */
	IMSG_RECONF_LINK,		/* struct link_conf, of that tunnel */
	IMSG_RECONF_MATCH,		/* struct match_conf, of that tunnel */
	IMSG_RECONF_BPF,		/* struct bpf_insn[], of that match */
	IMSG_RECONF_END,
	IMSG_LINK_SOCKET,		/* struct imsg_link_socket, fd */
	IMSG_LINK_NOSOCKET,		/* struct imsg_link_socket */
	IMSG_LINK_USAGE,		/* struct imsg_link_usage */
	IMSG_LINK_NOTE,			/* struct imsg_link_note */

	/* engine to parent */
	IMSG_LINK_STALE,		/* struct imsg_link: look up, reopen */
	IMSG_LINK_ANEW,			/* struct imsg_link: reopen */
	IMSG_TUNNEL_MTU,		/* struct imsg_tunnel_mtu */
	IMSG_EVENT,			/* struct imsg_event */
	IMSG_LINK_BYTES,		/* struct imsg_link_bytes */

	/* each child to parent, once it is set up */
	IMSG_STARTED,

	/* parent to runner */
	IMSG_RUN,			/* see run.h */
	IMSG_KILL,			/* pid_t: a child that does not end */
	/* runner to parent: it has ended; the id is that of IMSG_RUN */
	IMSG_RUN_DONE,

	/* parent to status */
	IMSG_STATUS_ENGINE,		/* fd: channel to the engine */
	IMSG_STATUS_LISTEN,		/* fd: socket to accept from, or none */

	/* parent to resolver, and its answer with the same id (peerid) */
	IMSG_RESOLVE,			/* struct imsg_resolve */
	IMSG_RESOLVED			/* struct addr[], 0..RESOLVE_MAX */
};

#define RESOLVE_MAX	8

struct imsg_link_socket {
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
	uint32_t	 sock;		/* id of the new socket */
	struct addr	 local;
	struct addr	 remote;
	uint16_t	 mtu;		/* of the interface it leaves by */
};

/* What the parent knows of a link, for mlvpnctl(8). */
struct imsg_link_note {
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
	uint32_t	 reason;	/* enum reason: why it cannot work */
	char		 shares[LINK_NAME_SIZE];	/* the line of this
						   link, or empty */
};

struct imsg_link {
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
};

struct imsg_tunnel_mtu {
	uint32_t	 tunnel;
	uint16_t	 mtu;
};

struct imsg_event {
	uint32_t	 tunnel;
	int32_t		 type;		/* enum core_event_type */
	char		 link[LINK_NAME_SIZE];
	uint32_t	 reason;	/* enum reason */
};

/* What the link has carried since the message before. */
struct imsg_link_bytes {
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
	uint64_t	 bytes;
};

struct imsg_link_usage {
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
	struct link_usage usage;
};

struct imsg_resolve {
	char		 host[HOST_SIZE];
	uint8_t		 family;	/* 0, 4, 6 */
};

#endif /* MLVPND_H */
