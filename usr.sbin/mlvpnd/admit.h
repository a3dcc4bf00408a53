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

#ifndef ADMIT_H
#define ADMIT_H

/*
 * Which HELLOs are let in: whose secret made mac1, and how much work is done
 * for those who send them.  Whoever sends from an address at which a peer was
 * seen comes first, and has a budget that strangers cannot use up.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "dgram.h"
#include "handshake.h"
#include "ratelimit.h"

#define ADMIT_QUEUE	64		/* HELLOs that wait */
#define ADMIT_KNOWN	8		/* addresses remembered of a tunnel */
#define ADMIT_BUCKETS	1024
#define ADMIT_SOURCES	256

struct rnd;
struct tunnel;

struct admitted;

/* An address that the peer of a tunnel was seen at. */
struct known {
	LIST_ENTRY(known) entry;
	struct addr	 addr;		/* family 0: unused */
	struct admitted	*admitted;
	struct ratelimit limit;		/* of its handshakes */
};

/* Part of a tunnel. */
struct admitted {
	TAILQ_ENTRY(admitted) all;
	TAILQ_ENTRY(admitted) distinct;
	LIST_ENTRY(admitted) peer;
	struct tunnel	*tunnel;	/* NULL: not added */
	const struct hs_secret *secret;
	int		 is_distinct;	/* the first one with its mac1 key */
	struct known	 known[ADMIT_KNOWN];
	size_t		 next_known;
};
TAILQ_HEAD(admittedq, admitted);

struct admit_hello {
	struct endpoint	 ep;
	const struct admitted *only;	/* whose socket it came to, NULL any */
	int		 pattern;
	size_t		 len;		/* 0: that tunnel is gone */
	uint8_t		 buf[HELLO_MAX_LEN];
};

enum admit_class {
	ADMIT_PEER,			/* from a known address */
	ADMIT_STRANGER,
	ADMIT_CLASSES
};

struct admit_queue {
	struct admit_hello hello[ADMIT_QUEUE];
	size_t		 head;
	size_t		 n;
	struct ratelimit macs;
	struct ratelimit handshakes;
};

/* HELLOs of some addresses. */
struct source {
	uint64_t	 second;
	unsigned int	 count;
};

struct admit {
	const struct rnd *rnd;
	uint8_t		 hash_key[crypto_shorthash_KEYBYTES];
	struct admittedq all;
	struct admittedq distinct[2];	/* by pattern */
	size_t		 ndistinct[2];
	LIST_HEAD(, admitted) peer[ADMIT_BUCKETS];	/* by its public key */
	LIST_HEAD(, known) known[ADMIT_BUCKETS];
	struct admit_queue queue[ADMIT_CLASSES];
	unsigned int	 round_macs;	/* since admit_round() */
	unsigned int	 round_handshakes;

	/* load */
	uint64_t	 hello_second;
	unsigned int	 hello_all;
	unsigned int	 hello_mac1;
	uint64_t	 load_until;
	uint8_t		 cookie_secret[2][32];	/* present, last */
	uint64_t	 cookie_at;	/* when the present one was made */
	struct source	 source[ADMIT_SOURCES];

	uint64_t	 macs;		/* computed */
	uint64_t	 limited;	/* HELLOs that were too many */
};

/* A HELLO with a right mac1. */
struct admit_found {
	struct dgram	 dg;		/* until the next call */
	const struct admitted *owner;	/* of the mac1 key: one of them */
	const struct admitted *only;
	struct known	*known;		/* where it came from, NULL unknown */
};

enum admit_result {
	ADMIT_NONE,			/* none is left, or time is up */
	ADMIT_FOUND,
	ADMIT_WRONG			/* nobody's */
};

void	 admit_init(struct admit *, const struct rnd *);
void	 admit_add(struct admit *, struct admitted *, struct tunnel *,
	    const struct hs_secret *);
void	 admit_del(struct admit *, struct admitted *);
void	 admit_know(struct admit *, struct admitted *, const struct addr *);
void	 admit_put(struct admit *, const struct dgram *, int,
	    const struct admitted *, uint64_t);
void	 admit_round(struct admit *);
enum admit_result admit_next(struct admit *, struct admit_found *, uint64_t);
struct tunnel *admit_peer(const struct admit *, const struct admit_found *,
	    const uint8_t[32]);
uint64_t admit_deadline(const struct admit *, uint64_t);
int	 admit_loaded(struct admit *, uint64_t);
int	 admit_handshake(struct admit *, const struct admit_found *, int,
	    uint64_t);
int	 admit_cookie_valid(struct admit *, const struct dgram *, uint64_t);
size_t	 admit_cookie(struct admit *, const struct dgram *,
	    const uint8_t[32], uint8_t *, uint64_t);

/*
 * admit_add(tunnel, secret): the secret must exist until admit_del().
 * admit_know(addr): the tunnel's peer was seen there.
 * admit_put(dg, pattern, only, now): a HELLO of the right form, which is
 *	copied.
 * admit_round(): packets had their turn, there may be work for HELLOs again.
 * admit_next(found, now): the next HELLO; the work for it is counted.
 * admit_peer(found, rs): the tunnel of a peer with this public key; NULL if
 *	there is none.
 * admit_deadline(now): when admit_next() has more to give, NEVER.
 * admit_loaded(now): counts a HELLO with a right mac1.  Must it have a cookie?
 * admit_handshake(found, loaded, now): may it be answered by a REPLY?
 * admit_cookie_valid(dg, now): does mac2 show that the sender has got a
 *	cookie?
 * admit_cookie(dg, key, buf, now): makes a COOKIE under this cookie key;
 *	returns its length.
 */

#endif /* ADMIT_H */
