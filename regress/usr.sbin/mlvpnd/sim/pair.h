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


#ifndef PAIR_H
#define PAIR_H

/*
 * What most tests begin with: a client and a server with one tunnel between
 * them, and any number of links.
 */

#include "sim.h"

#define PAIR_LINKS	8

struct pair {
	struct sim	*sim;
	struct sim_host	*a;		/* client */
	struct sim_host	*b;		/* server */
	struct addr	 server;
	uint8_t		 psk[32];
	int		 nlinks;
	struct sim_link	*link[PAIR_LINKS];
};

/* What a datagram from outside must not change. */
struct pair_state {
	uint8_t		 up[2];
	uint64_t	 handshakes[2];
	uint64_t	 rx_packets[2];
	size_t		 nlinks[2];
	struct addr	 remote[2][PAIR_LINKS];
	uint8_t		 usable[2][PAIR_LINKS];
	int		 nevents[2];
};

struct pair	*pair_new(uint64_t, size_t);
struct pair	*pair_new_keys(uint64_t, size_t);
struct pair	*pair_new_conf(struct sim *, struct tunnel_conf *,
		    struct tunnel_conf *);
void		 pair_free(struct pair *);
struct sim_link	*pair_link(struct pair *, uint64_t, uint64_t);
struct sim_link	*pair_link_dirs(struct pair *, const struct sim_dirconf *,
		    const struct sim_dirconf *);
void		 pair_run(struct pair *, uint64_t);
int		 pair_is_up(void *);
void		 pair_up(struct pair *);
void		 pair_exchange(struct pair *);
void		 pair_tunnel(struct sim_host *, int, struct ctl_tunnel *);
int		 pair_path(struct sim_host *, const char *, struct ctl_link *);
void		 pair_state(struct pair *, struct pair_state *);
void		 pair_unchanged(struct pair *, const struct pair_state *);

/*
 * pair_new(seed, packets in the pools): with a pre-shared key;
 *	pair_new_keys(): with key pairs.
 * pair_link(rate, delay): the same in both directions, configured so.
 * pair_run(us): for so long.
 * pair_is_up(pair): every link is usable at both ends.
 * pair_up(): waits for that, at most 5 s.
 * pair_exchange(): a second of packets both ways, each of which must arrive
 *	exactly once.
 * pair_path(host, link, ctl): 0, or -1 if the tunnel has none of that name.
 */

#endif /* PAIR_H */
