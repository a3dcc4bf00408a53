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

#ifndef CORE_LOCAL_H
#define CORE_LOCAL_H

/*
 * The sockets' side of the core: its packets, demultiplexing, cookies.
 */

#include <sys/queue.h>

#include <stdint.h>

#include "core.h"
#include "handshake.h"
#include "mlvpn2.h"
#include "rnd.h"
#include "session.h"

struct receiver;

#define INDEX_BUCKETS	256
#define RAW_MAX		64		/* answers waiting to be sent */
#define SOURCE_BUCKETS	256

struct raw {
	struct endpoint	 ep;
	size_t		 len;
	uint8_t		 buf[REPLY_LEN];	/* REPLY or COOKIE */
};

struct source {				/* HELLOs of some addresses */
	uint64_t	 second;
	unsigned int	 count;
};

TAILQ_HEAD(tunnels, tunnel);

struct core {
	struct core_ops	 ops;
	struct rnd	 rnd;
	struct tunnels	 tunnels;
	struct tunnel	*first;		/* next to send, for fairness */
	LIST_HEAD(, receiver) index[INDEX_BUCKETS];
	LIST_HEAD(, mlvpn2) mlvpn2[INDEX_BUCKETS];	/* by socket */
	uint32_t	 oldflow[MLVPN2_RETIRED];	/* once ours */
	size_t		 noldflows;
	struct pool	 pool;
	size_t		 ntunnels;
	uint64_t	 wall_offset;	/* wall clock = now + this */
	uint64_t	 last_stamp;
	int		 stopping;
	struct session_limits limits;
	uint64_t	 promised;	/* last answer of core_deadline() */
	uint64_t	 tick;		/* how late timers come, us */

	struct raw	 raw[RAW_MAX];
	size_t		 raw_head, nraw;

	/* HELLO load */
	uint64_t	 hello_second;
	unsigned int	 hello_all;
	unsigned int	 hello_mac1;
	uint64_t	 load_until;
	uint8_t		 cookie_secret[2][32];	/* present, last */
	uint64_t	 cookie_at;	/* when the present one was made */
	struct source	 source[SOURCE_BUCKETS];
	uint8_t		 source_key[crypto_shorthash_KEYBYTES];

	uint64_t	 rx_unknown, rx_malformed, rx_badmac1;
	uint64_t	 rx_hello_limited, cookies_sent;
};

uint32_t	 index_add(struct core *, struct receiver *, struct tunnel *);
void		 index_del(struct receiver *);
void		 index_move(struct core *, struct receiver *,
		    struct receiver *);
uint64_t	 core_stamp(struct core *, uint64_t);
struct raw	*core_raw(struct core *);
void		 core_raw_undo(struct core *);

#endif /* CORE_LOCAL_H */
