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

#ifndef PKT_H
#define PKT_H

/*
 * Packets, the pool they are taken from, and the share of each tunnel.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "dgram.h"

#define PKT_HEADROOM	32		/* before the packet: our inner header,
					   the system's tunnel header */

/*
 * A packet of a tunnel, from the pool of the core.  It begins at buf +
 * PKT_HEADROOM.
 */
struct pkt {
	TAILQ_ENTRY(pkt) entry;
	TAILQ_ENTRY(pkt) head_entry;
	uint64_t	 time;		/* when it was received */
	uint64_t	 seq;		/* data sequence once committed */
	uint32_t	 flow;		/* hash */
	uint16_t	 len;		/* of the packet */
	uint16_t	 refs;
	uint16_t	 pred;		/* how far back the flow's last is */
	uint8_t		 order;		/* how much it matters */
	uint8_t		 cls;		/* class of service */
	uint8_t		 tos;
	uint8_t		 pq;		/* which queue of a path it is in */
	uint8_t		 copy;		/* sent as COPY */
	uint8_t		 queued;	/* to be sent again */
	uint8_t		 tries;
	uint8_t		 extra;		/* one more copy, on another path */
	uint8_t		 dscp;		/* of the datagram, by a rule */
	uint16_t	 match;		/* MATCH_* in force */
	uint16_t	 rule;		/* that names links for it, 0 none */
	uint32_t	 match_gen;	/* generation of these rules */
	uint8_t		 frag;		/* of a fragment: index, count - 1 */
	uint8_t		 is_head;
	uint64_t	 held_at;
	uint64_t	 certain_at;	/* that its predecessor is lost */
	uint8_t		 buf[PKT_SIZE] __attribute__((aligned(16)));
};
TAILQ_HEAD(pktq, pkt);

#define PKT_DATA(p)	((p)->buf + PKT_HEADROOM)
#define PKT_FRAG_INDEX(p) ((p)->frag >> 4)
#define PKT_ROOM	(PKT_SIZE - PKT_HEADROOM)	/* for the packet */

#define POOL_RESERVE	4		/* one in so many is to receive with */

struct pool {
	struct pkt	*pkts;
	struct pktq	 free;		/* of those used before */
	size_t		 npkts;
	size_t		 nused;		/* at any time, the first ones */
	size_t		 nfree;
	size_t		 nshares;	/* tunnels */
};

/* What a tunnel's packets wait for. */
enum share_use {
	SHARE_INPUT,			/* to be committed to a path */
	SHARE_SENT,			/* to be sent, to be reported */
	SHARE_RECEIVED,			/* for their order, other fragments */
	SHARE_USES
};

/* What a tunnel holds of the pool. */
struct share {
	struct pool	*pool;
	size_t		 held[SHARE_USES];	/* packets */
};

/* So many packets, a small number; -1 without memory. */
int		 pool_init(struct pool *, size_t);
/* Wipes them all; none is in use any more. */
void		 pool_free(struct pool *);
/* NULL when the pool is empty. */
struct pkt	*pkt_get(struct pool *);
struct pkt	*pkt_ref(struct pkt *);
void		 pkt_put(struct pool *, struct pkt *);

/*
 * share_init(), share_free(): adds and removes a tunnel.  Packets that wait
 *	are counted with share_hold() and share_release().
 * pool_low(): only the reserve for receiving is left.
 * share_short(): may the tunnel hold no more packets?  One of several may
 *	hold as many as are left for the others.  The reserve is for receiving,
 *	and each tunnel has an equal share of it.
 */
void		 share_init(struct share *, struct pool *);
void		 share_free(struct share *);
void		 share_hold(struct share *, enum share_use);
void		 share_release(struct share *, enum share_use);
int		 pool_low(const struct pool *);
int		 share_short(const struct share *);

#endif /* PKT_H */
