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

#ifndef ASSOC_H
#define ASSOC_H

/*
 * The association of a tunnel and its handshakes.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "handshake.h"
#include "notify.h"
#include "path.h"
#include "ratelimit.h"
#include "rxindex.h"
#include "seen.h"
#include "session.h"
#include "shared.h"

#define HELLO_TARGETS		8	/* links that get a copy of a HELLO */
#define HELLO_RECENT		8	/* HELLOs a responder remembers */

struct link;

struct keyset {
	struct keys	 k;
	struct receiver	 rx;
	int		 used;
	uint64_t	 expires;	/* of old keys, NEVER */
};

/* An association that a REPLY of ours has offered. */
struct offer {
	int		 continued;
	uint64_t	 own_id;
	uint64_t	 peer_id;
	uint64_t	 stamp;
	int		 set_stamp;	/* even downwards, once confirmed */
	uint16_t	 peer_mtu;
	const struct seen_hello *hello;	/* what was answered */
};

struct hello_target {
	struct endpoint	 ep;
	uint8_t		 cookie[MAC_LEN];
	uint64_t	 cookie_at;	/* NEVER: none */
	int		 pending;	/* HELLO is to be sent */
	int		 answered;	/* a COOKIE for this HELLO */
};

/* A handshake this end began. */
struct attempt {
	int		 active;
	struct handshake hs;
	struct receiver	 rx;
	uint64_t	 own_id;
	uint64_t	 began;		/* the first of these tries */
	uint64_t	 tell_at;	/* that nobody answers */
	uint64_t	 next;		/* time of the next try */
	unsigned int	 tries;
	unsigned int	 replies;	/* read for this try */
	size_t		 len;
	uint8_t		 buf[HELLO_MAX_LEN];
	struct hello_target target[HELLO_TARGETS];
	size_t		 ntargets;
};

struct assoc {
	struct tunnel	*tunnel;	/* that indices name */
	const struct tunnel_conf *conf;
	const struct hs_secret *secret;
	struct shared	*shared;
	struct notify	*notify;
	const struct links *links;
	struct paths	*paths;

	int		 exists;
	uint64_t	 own_id;
	uint64_t	 peer_id;
	uint64_t	 ousted_id;	/* the peer before this one */
	uint64_t	 rivals_tell;	/* when to tell of it again */
	uint64_t	 since;
	struct keyset	 set[3];
	struct keyset	*cur;		/* sends, NULL none */
	struct keyset	*prev;		/* old, receives only */
	struct keyset	*next;		/* offered, not confirmed */
	struct offer	 offer;
	struct attempt	 attempt;
	struct seen_hello	 recent[HELLO_RECENT];
	size_t		 recent_next;
	uint64_t	 max_stamp;	/* of the peer's HELLOs */
	uint16_t	 peer_mtu;	/* of its tunnel, 0 automatic */
	struct ratelimit new_limit[2];	/* of new ones; with a cookie */
	uint64_t	 hello_after;	/* none before: the peer refuses us */
	int		 unconfirmed;	/* as initiator: nothing came yet */
	uint64_t	 confirm_by;
	uint64_t	 confirm_next;
	uint64_t	 rekey_at;
	struct lane	*spare;
	uint64_t	 rx_replayed, rx_badtag, rx_rejected, handshakes;
	int		 confirmed;	/* the datagram being read has shown
					   that its source got our REPLY */
};

/* What has happened, for the tunnel to act upon. */
#define ASSOC_OPENED	0x01	/* the packet has what was in the datagram */
#define ASSOC_OVER	0x02	/* it is another association, or none: its
				   paths are gone */
#define ASSOC_KEYS	0x04	/* there are new keys to send under */
#define ASSOC_EXPIRED	0x08	/* and none any more */

int	 assoc_init(struct assoc *, struct paths *, const struct hs_secret *);
void	 assoc_clear(struct assoc *);
int	 assoc_restart(struct assoc *, uint64_t);
int	 assoc_closed(struct assoc *, uint64_t);
void	 assoc_link_ready(struct assoc *, const struct link *, uint64_t);
int	 assoc_hello(struct assoc *, const struct dgram *,
	    struct handshake *, const struct hello *, int, uint64_t);
int	 assoc_reply(struct assoc *, const struct dgram *, uint64_t);
void	 assoc_cookie(struct assoc *, const struct dgram *, uint64_t);
int	 assoc_open(struct assoc *, const struct dgram *, uint8_t, uint32_t,
	    struct pkt *, uint64_t *, uint64_t);
int	 assoc_timer(struct assoc *, uint64_t);
uint64_t assoc_deadline(struct assoc *, uint64_t);
int	 assoc_transmit(struct assoc *, struct dgram *, uint64_t);
struct seen_hello *assoc_recent(const struct seen *, const uint8_t *, uint64_t);
int	 assoc_is_news(struct assoc *, uint64_t);
int	 assoc_can_send(const struct assoc *);

/*
 * Those that return int tell what has happened, but for:
 *
 * assoc_init(): -1 without memory; assoc_clear(): the tunnel goes away.
 * assoc_restart(): there are other secrets, nothing before is of use.
 * assoc_closed(): the peer has ended it, and is not to be called at once.
 * assoc_link_ready(link): it has a socket, and joins the handshake under way.
 * assoc_hello(dg, handshake, P1, cookie): an authentic HELLO, new or with a
 *	valid cookie: the answer offers keys and changes nothing else.  0: there
 *	were too many, it is to come again with a cookie.
 * assoc_reply(dg), assoc_cookie(dg): their length is right, and the index
 *	this tunnel's.
 * assoc_open(dg, path id, index, p, number): a DATA datagram into p, which has
 *	room for it, with its packet number.
 * assoc_transmit(dg): a HELLO, 0 if there is none.
 * assoc_recent(seen, mac1): what was answered to that HELLO, NULL if it is
 *	new.
 * assoc_is_news(stamp): is it greater than in all HELLOs before?
 * assoc_can_send(): are there keys?  Links of MLVPN 2.x need none.
 */

#endif /* ASSOC_H */
