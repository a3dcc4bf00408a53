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

#ifndef MLVPN2_FLOW_H
#define MLVPN2_FLOW_H

/*
 * Flows of MLVPN 2.x that are over.  What was recorded of one can be sent
 * again under a key that never changes, so that they are remembered.
 */

#include <stddef.h>
#include <stdint.h>

#define MLVPN2_FLOWS		256	/* remembered, the last ones */

/* A flow of the peer that another one has followed. */
struct mlvpn2_run {
	uint32_t	 flow;
	uint64_t	 highest;	/* sequence that came */
};

/* The same, for one who remembers it while the core does not run. */
struct peer_flow {
	uint64_t	 key;		/* which secret it was under */
	uint32_t	 flow;
	uint64_t	 highest;	/* sequence that came */
};

struct mlvpn2_flows {
	struct mlvpn2_run run[MLVPN2_FLOWS];
	size_t		 n;		/* in all time */
};

const struct mlvpn2_run
	*mlvpn2_flow_find(const struct mlvpn2_flows *, uint32_t);
void	 mlvpn2_flow_add(struct mlvpn2_flows *, uint32_t, uint64_t);
const struct mlvpn2_run
	*mlvpn2_flow_get(const struct mlvpn2_flows *, size_t);

/*
 * mlvpn2_flow_find(flow): NULL if it is not known.
 * mlvpn2_flow_add(flow, highest): it is over, or was known to be; the oldest
 *	one is forgotten for it.
 * mlvpn2_flow_get(i): from 0, the oldest one; NULL after the last.
 */

#endif /* MLVPN2_FLOW_H */
