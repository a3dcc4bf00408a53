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

#ifndef CORE_H
#define CORE_H

/*
 * The core decides everything that happens to packets: it makes no system
 * call, reads no clock and allocates nothing per packet.  Its users are the
 * engine, the simulator and the fuzzers.
 *
 * A user's cycle: hand in what came (core_receive, tunnel_input), then take
 * what is to go out (core_transmit until it returns less than asked,
 * tunnel_output for each tunnel until it returns 0), then sleep until
 * something comes or core_deadline() is reached.  core_transmit() also runs
 * the timers.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"
#include "conf.h"
#include "ctl.h"
#include "dgram.h"
#include "mlvpn2_flow.h"
#include "notify.h"
#include "pkt.h"

struct core;
struct tunnel;
struct session_limits;

/* core.c */
struct core	*core_new(const struct core_ops *, size_t);
void		 core_free(struct core *);
void		 core_clock(struct core *, uint64_t, uint64_t);
void		 core_set_limits(struct core *, const struct session_limits *);
void		 core_receive(struct core *, struct dgram *, size_t, uint64_t);
size_t		 core_transmit(struct core *, struct dgram *, size_t, uint64_t);
void		 core_send_error(struct core *, const struct dgram *, int,
		    uint64_t);
void		 core_sock_blocked(struct core *, uint32_t, int);
struct tunnel	*core_output(struct core *);
uint64_t	 core_deadline(struct core *, uint64_t);
void		 core_stop(struct core *);
void		 core_summary(struct core *, struct ctl_summary *);
struct pool	*core_pool(struct core *);
size_t		 core_flows(struct core *, struct peer_flow *, size_t);
struct tunnel	*tunnel_new(struct core *, const struct tunnel_conf *,
		    uint64_t);
void		 tunnel_free(struct tunnel *);
int		 tunnel_reconf(struct tunnel *, const struct tunnel_conf *,
		    uint64_t);

/* tunnel.c */
int		 tunnel_link(struct tunnel *, const struct link_conf *,
		    uint64_t);
int		 tunnel_unlink(struct tunnel *, const char *, uint64_t);
int		 tunnel_link_admin(struct tunnel *, const char *, int,
		    uint64_t);
int		 tunnel_socket(struct tunnel *, const char *,
		    const struct endpoint *, uint16_t, uint64_t);
void		 tunnel_input(struct tunnel *, struct pkt **, size_t, uint64_t);
size_t		 tunnel_output(struct tunnel *, struct pkt **, size_t,
		    uint64_t);
int		 tunnel_matches(struct tunnel *, const struct match_rule *,
		    size_t);
int		 tunnel_allow(struct tunnel *, const struct prefix *, size_t);
void		 tunnel_flows(struct tunnel *, const struct peer_flow *,
		    size_t);
void		 tunnel_set_user(struct tunnel *, void *);
void		*tunnel_user(const struct tunnel *);
uint64_t	 tunnel_link_bytes(struct tunnel *, const char *);
void		 tunnel_ctl(struct tunnel *, struct ctl_tunnel *, uint64_t);
int		 tunnel_ctl_match(struct tunnel *, size_t, struct ctl_match *);
size_t		 tunnel_ctl_links(struct tunnel *, struct ctl_link *, size_t,
		    uint64_t);

/*
 * Semantics, file by file in the definitions; the ones users lean on:
 *
 * core_new(ops, n): n packets in the pool; NULL without memory.
 * core_clock(now, wall): wall is microseconds since 1970; call it at start
 *	and about once a second, so that stamps follow the wall clock.
 * core_receive(dgrams, n, now): the buffers may be overwritten.
 * core_transmit(dgrams, n, now): fills at most n; each dgram's buf must be
 *	set by the caller; returns how many are to be sent.
 * core_send_error(dgram, errno, now): sending it failed.  For EAGAIN and
 *	ENOBUFS it only counts; for ENETUNREACH, EHOSTUNREACH, ENETDOWN,
 *	EHOSTDOWN, EADDRNOTAVAIL, EACCES, EPERM the path is suspect at once;
 *	for EMSGSIZE its MTU is lowered.
 * core_sock_blocked(sock, blocked): the socket takes no more datagrams; until
 *	told otherwise core_transmit() gives none for it.
 * core_output(): the next tunnel of which tunnel_output() may give packets,
 *	since core_transmit() was called; NULL if there is no other.
 * core_deadline(now): when core_transmit() must be called again though
 *	nothing came, NEVER if not.
 * core_stop(): from now on core_transmit() gives a CLOSE for each path
 *	and nothing else.
 * core_flows(flows, n): of all tunnels, at most n; returns how many.
 * core_pool(): where packets that are handed in come from, and those handed
 *	out go back to.
 * tunnel_new(): takes the tunnel's own settings, not its lists of links;
 *	tunnel_link() adds or changes one link.  NULL without memory or with
 *	EEXIST in errno when another tunnel has the same secret.
 * tunnel_reconf(): keeps the association unless the keys or layer changed.
 * tunnel_socket(name, ep, mtu): the link's socket and remote address;
 *	ep NULL: it has none at present.  mtu is that of the interface the
 *	packets leave by, 0 unknown.
 * tunnel_matches(rules, n): all rules, in place of those before; -1 with
 *	errno, and nothing changed, if one has a program that must not run.
 * tunnel_allow(prefixes, n): the source addresses that packets may have which
 *	come out of the tunnel, all if n is 0 and at first; -1 without memory,
 *	and nothing changed.
 * tunnel_flows(flows, n): what core_flows() said before a restart, of any
 *	tunnels: none of that is news.
 * tunnel_user(): what tunnel_set_user() was given, NULL at first.
 * tunnel_input(): takes over the packets; pkt->len set, bytes at PKT_DATA.
 * tunnel_output(): packets to write to the interface; the caller gives each
 *	back with pkt_put().
 * Functions returning int: 0, or -1 when there is no such link.
 */

#endif /* CORE_H */
