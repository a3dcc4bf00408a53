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

#ifndef TUNNEL_H
#define TUNNEL_H

/*
 * A tunnel: what its association, paths and queues have in common.
 */

#include "assoc.h"
#include "core.h"
#include "deliver.h"
#include "mlvpn2.h"
#include "notify.h"
#include "path.h"
#include "sched.h"
#include "shared.h"

struct tunnel {
	TAILQ_ENTRY(tunnel) entry;
	struct shared	*shared;
	void		*user;		/* the user's own */
	struct turn	 turn;
	struct admitted	 admitted;
	unsigned int	 blocked;	/* socktab's generation */
	struct notify	 notify;
	struct tunnel_conf conf;	/* without its lists */
	struct share	 share;
	struct hs_secret secret;
	uint8_t		 flow_key[FLOW_KEYLEN];

	struct links	 links;
	struct paths	 paths;
	struct assoc	 as;
	struct sched	 sched;
	struct deliver	 deliver;
	struct mlvpn2_tunnel m2;

	int		 up;		/* has a usable path */
	uint64_t	 up_since;
	uint16_t	 mtu;		/* in force, 0 not known yet */
	uint64_t	 mtu_at;	/* when it could not be higher */
	uint64_t	 spread_at;
	uint64_t	 tx_dropped;	/* before they were queued */
	uint64_t	 rx_malformed;
	uint64_t	 told_refused;	/* of rx_refused */
	uint64_t	 told_at;
};

/* tunnel.c */
struct tunnel	*tunnel_create(struct shared *, const struct tunnel_conf *,
		    uint64_t);
void		 tunnel_destroy(struct tunnel *);
void		 tunnel_apply(struct tunnel *, const struct tunnel_conf *,
		    uint64_t);
void		 tunnel_secret(struct hs_secret *, const struct tunnel_conf *);
void		 tunnel_send_error(struct tunnel *, const struct dgram *, int,
		    uint64_t);
void		 tunnel_sock_blocked(struct tunnel *, uint32_t, int);
int		 tunnel_is_blocked(const struct tunnel *);
void		 tunnel_cookie(struct tunnel *, const struct dgram *, uint64_t);
int		 tunnel_hello(struct tunnel *, const struct dgram *,
		    struct handshake *, const struct hello *, int, uint64_t);
void		 tunnel_receive(struct tunnel *, const struct dgram *, uint8_t,
		    uint32_t, uint64_t);
void		 tunnel_receive_mlvpn2(struct tunnel *, struct mlvpn2 *,
		    const struct mlvpn2_header *, const struct dgram *,
		    uint64_t);
void		 tunnel_reply(struct tunnel *, const struct dgram *, uint64_t);
void		 tunnel_timer(struct tunnel *, uint64_t);
uint64_t	 tunnel_deadline(struct tunnel *, uint64_t);
int		 tunnel_transmit(struct tunnel *, struct dgram *, uint64_t);
void		 tunnel_stop(struct tunnel *);

#endif /* TUNNEL_H */
