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


#ifndef CORETEST_H
#define CORETEST_H

#include "pair.h"
#include "peer.h"
#include "../test.h"

#define SMALL_POOL	256	/* packets: enough where little is sent */
#define PROBED		(300 * MSEC)	/* a new path was, by then */

#define RIG_TAGS	64
#define RIG_TAG		40

/* The ends of a pair, as senders of a datagram. */
#define FROM_A		1
#define FROM_B		2

/* What a test does to the datagrams of a pair. */
struct tap {
	struct pair	*pair;
	enum sim_verdict (*fn)(struct tap *, struct sim_dgram *, int);
	uint64_t	 count[3][16];	/* by sender and type */
	int		 match;		/* type to keep, 0 none */
	int		 from;		/* and sender */
	int		 steal;		/* what is kept does not go on */
	size_t		 nkept;
	struct sim_dgram *kept[64];
	uint64_t	 arg;
	uint64_t	 arg2;
};

/* A server and a peer of it that the test plays. */
struct rig {
	struct sim	*sim;
	struct sim_host	*b;
	struct peer	*peer;
	uint64_t	 packets;	/* that came out of the tunnel */
	uint8_t		 tag[RIG_TAGS];		/* byte RIG_TAG of these */
	uint8_t		 last[PKT_SIZE];	/* the last one, whole */
	size_t		 lastlen;
};

struct pair	*small_pair(uint64_t, int, int);
void		 tap_init(struct tap *, struct pair *);
void		 tap_keep(struct tap *, int, int, int);
void		 tap_clear(struct tap *);
void		 replay(struct pair *, const struct sim_dgram *);
void		 inject(struct pair *, const struct sim_dgram *,
		    const uint8_t *, size_t);
int		 tunnels_up(void *);
int		 both_can_talk(struct pair *, uint64_t);
void		 rig_start(struct rig *, uint64_t);
void		 rig_free(struct rig *);
void		 rig_pass(struct rig *, uint64_t);

struct coretest {
	const char	*name;
	void		(*fn)(void);
	const char	*what;
};

extern const struct coretest	 hello_tests[];
extern const struct coretest	 keys_tests[];
extern const struct coretest	 restart_tests[];
extern const struct coretest	 address_tests[];
extern const struct coretest	 path_tests[];
extern const struct coretest	 order_tests[];
extern const struct coretest	 fragment_tests[];
extern const struct coretest	 mtu_tests[];
extern const struct coretest	 hostile_tests[];

/*
 * small_pair(seed, links, keys): links of 10 ms without limit of rate.
 * tap_init(): hooks the tap into the pair's simulation.
 * tap_keep(type, from, steal): keeps copies of such datagrams.
 * replay(): a copy arrives now where the original was going.
 * inject(): the same with other bytes.
 * both_can_talk(time): packets pass both ways within so long.
 * rig_start(): there are keys, and one path is open: 63, "base".
 */

#endif /* CORETEST_H */
