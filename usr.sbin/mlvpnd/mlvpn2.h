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

#ifndef MLVPN2_H
#define MLVPN2_H

/*
 * Links to peers of MLVPN 2.x.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "mlvpn2_flow.h"
#include "mlvpn2_links.h"
#include "mlvpn2_order.h"
#include "mlvpn2_rate.h"
#include "mlvpn2_wire.h"

struct deliver;
struct path;
struct paths;
struct shared;
struct tunnel_conf;


/* A link as MLVPN 2.x has it: part of its path. */
struct mlvpn2 {
	LIST_ENTRY(mlvpn2) entry;	/* in the core's table */
	struct path	*path;
	struct mlvpn2_tunnel *mt;
	uint32_t	 sock;		/* that it is found by */
	struct addr	 configured;	/* remote */
	int		 served;	/* the peer calls */

	/* sending */
	unsigned int	 say;		/* SAY_* */
	int		 stopping;
	unsigned int	 disconnects;	/* copies to send then */
	uint32_t	 flow;
	uint64_t	 seq;		/* next */
	uint64_t	 auth_next;	/* NEVER: not to be sent */
	uint64_t	 auth_tx;	/* NEVER: none yet */
	uint64_t	 unwanted_tx;
	uint64_t	 keepalive_next;
	uint64_t	 keepalive_tx;
	int		 stamped;	/* the peer's stamp is to go back */
	uint16_t	 stamp;
	uint64_t	 stamp_at;

	/* the peer's session */
	int		 exists;
	int		 confirmed;	/* more came than what began it */
	int		 counted;	/* as a handshake */
	uint32_t	 peer;		/* its flow */
	uint8_t		 version;
	struct mlvpn2_window window;
	uint64_t	 clear_seen[MLVPN2_WINDOW];	/* sequence + 1 */
	uint64_t	 received;
	uint64_t	 heard;		/* last authentic datagram */
	uint64_t	 there;		/* last one from its address */
	uint64_t	 beat_at;	/* the last KEEPALIVE */
	uint64_t	 beat;		/* the longest time between two */
	uint64_t	 last_gap;	/* NEVER: none */
	uint64_t	 slow_until;	/* it says little */
	int		 leaving;	/* sent DISCONNECT, or seems to */
	uint64_t	 leave_seq;
	uint64_t	 down_at;	/* unless the suspicion was wrong */
	int		 has_echo;	/* returns our stamps */
	int		 want_echo;	/* needed to be up again */
	uint64_t	 echo_at;
	uint64_t	 echo_sent;	/* when that stamp had left */
	uint64_t	 owd_at;	/* last sample of the delay */
	struct mlvpn2_rate rate;
	uint64_t	 share;		/* eighths of the peer's packets for
					   one that comes here, 0 unknown */
	uint64_t	 share_at;	/* their number at the last one */
	unsigned int	 turns;		/* since it changed */

	struct mlvpn2_order_link order;
};

/* Of a tunnel. */
struct mlvpn2_tunnel {
	struct tunnel	*tunnel;	/* whose it is */
	const struct tunnel_conf *conf;
	struct paths	*paths;
	struct shared	*shared;
	struct deliver	*deliver;
	const uint8_t	*flow_key;

	uint64_t	 data_seq;	/* of the first packet sent, less 1 */
	int64_t		 owd;		/* ms, for unwrapping */
	uint64_t	 received;	/* packets, authentic ones */
	uint64_t	 rx_replayed, rx_badtag, rx_rejected, rx_malformed;
	uint64_t	 handshakes;
	struct mlvpn2_order order;
	uint64_t	 quiet_at;	/* a link will be out of play */
	struct mlvpn2_flows retired;	/* the peer's */
};

void	 mlvpn2_links_init(struct mlvpn2_links *);
void	 mlvpn2_init(struct mlvpn2_tunnel *, struct paths *,
	    struct deliver *, const uint8_t *, uint64_t);
void	 mlvpn2_free(struct mlvpn2_tunnel *);
void	 mlvpn2_restart(struct mlvpn2_tunnel *, uint64_t);
size_t	 mlvpn2_flows(const struct mlvpn2_tunnel *, struct peer_flow *,
	    size_t);
void	 mlvpn2_flows_set(struct mlvpn2_tunnel *, const struct peer_flow *,
	    size_t);
void	 mlvpn2_timer(struct mlvpn2_tunnel *, uint64_t);
uint64_t mlvpn2_deadline(const struct mlvpn2_tunnel *);
struct mlvpn2
	*mlvpn2_find(const struct mlvpn2_links *, const struct dgram *);
void	 mlvpn2_receive(struct mlvpn2 *, const struct mlvpn2_header *,
	    const struct dgram *, uint64_t);

extern const struct path_ops mlvpn2_path_ops;

#endif /* MLVPN2_H */
