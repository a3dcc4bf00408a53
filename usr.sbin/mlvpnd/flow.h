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

#ifndef FLOW_H
#define FLOW_H

/*
 * Flows: which one a packet belongs to, and whether its order matters; owns
 * what is remembered of each.  The hash is SipHash with a key of this
 * process: local only, nothing of it is on the wire.
 */

#include <stddef.h>
#include <stdint.h>

#include "pkt.h"

#define FLOW_TABLE	4096
#define FLOW_KEYLEN	16

enum flow_order {
	ORDER_NONE,		/* order does not matter */
	ORDER_ALWAYS,
	ORDER_BULK		/* only while the flow is heavy */
};

#define CLASS_NORMAL	0
#define CLASS_PRIORITY	1
#define CLASS_SPARSE	2

struct flow {
	uint32_t	 hash;
	uint16_t	 count;		/* packets since window */
	uint16_t	 bulk;		/* heavy in the last window */
	uint64_t	 last_seq;	/* of the last ordered packet */
	uint64_t	 last_time;	/* of the last two packets */
	uint64_t	 before_time;
	uint64_t	 window;
};

struct flows {
	struct flow	 flow[FLOW_TABLE];	/* by hash; the last one wins */
};

struct flow_info {
	uint32_t	 hash;
	enum flow_order	 order;
	uint8_t		 cls;
	uint8_t		 tos;
};

void	 flow_classify(const uint8_t *, size_t, int,
	    const uint8_t[FLOW_KEYLEN], struct flow_info *);
int	 flow_is_tcp(const uint8_t *, size_t);
void	 flows_init(struct flows *);
int	 flow_is_sparse(struct flows *, uint32_t, uint64_t);
void	 flow_order(struct flows *, struct pkt **, size_t, uint64_t);

/*
 * flow_classify(p, len, layer2, key, fi): layer2: it is an Ethernet frame.
 *	An invalid packet has hash 0 and no order.
 * flow_is_tcp(p, len): looks only at the first IP header.  Anything else is
 *	treated as not TCP.
 * flow_is_sparse(hash, now): counts a packet of the flow.  Does the flow send
 *	few packets?
 * flow_order(frags, n, now): for a packet that is sent in n fragments, with
 *	their sequences and the order of its flow (enum flow_order): sets the
 *	predecessor of each, and ORDER_NONE if its order does not matter now.
 */

#endif /* FLOW_H */
