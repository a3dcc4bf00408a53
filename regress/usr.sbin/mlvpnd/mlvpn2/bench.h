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


#ifndef BENCH_H
#define BENCH_H

/*
 * One core with one tunnel of the protocol, whose time and datagrams the test
 * makes.  Links are called dsl1, dsl2...; on a server link n listens on
 * 192.0.2.n port 508n, a client calls there.  The peer of link n is at
 * 198.51.100.n port 4000n, or there where the client calls.
 */

#include "core.h"
#include "mlvpn2_wire.h"
#include "old.h"

#define BENCH_LINKS	4
#define BENCH_SENT	4096
#define PASSWORD	"mlvpn-spec test password"

#define BENCH_SERVER	0x01
#define BENCH_CLEAR	0x02
#define BENCH_TAP	0x04

struct bench_dgram {
	uint64_t	 time;
	struct endpoint	 ep;
	struct old_header h;
	int		 plainlen;
	uint8_t		 plain[2048];
	size_t		 len;
	uint8_t		 buf[2048];
};

struct bench {
	struct core	*core;
	struct tunnel	*tunnel;
	struct tunnel_conf conf;
	int		 flags;
	int		 nlinks;
	uint64_t	 now;
	uint64_t	 wall;		/* us since 1970 at time 0 */
	uint64_t	 rng;
	struct addr	 peer[BENCH_LINKS];	/* where it sends from */
	struct old	 old[BENCH_LINKS];
	size_t		 nsent;		/* since bench_clear() */
	struct bench_dgram *sent;
	unsigned int	 ups, downs, moves;
	uint64_t	 packets;	/* that came out */
	size_t		 len;		/* of the last */
	uint8_t		 packet[2048];
};

struct mlvpn2_tests {
	const char	*name;
	void		(*fn)(void);
	const char	*what;
};

extern const struct mlvpn2_tests vector_tests[], rule_tests[], attack_tests[],
	    pair_tests[];

struct bench	*bench_new(int, int);
void		 bench_free(struct bench *);
void		 bench_restart(struct bench *, int);
struct link_conf bench_link_conf(struct bench *, int);
void		 bench_socket(struct bench *, int);
void		 bench_run(struct bench *, uint64_t);
void		 bench_clear(struct bench *);
void		 bench_give(struct bench *, int, const struct addr *,
		    const uint8_t *, size_t);
void		 bench_from(struct bench *, int, int, const void *, size_t);
void		 bench_up(struct bench *);
void		 bench_input(struct bench *, size_t);
unsigned int	 bench_count(struct bench *, int);
struct bench_dgram *bench_last(struct bench *, int);
struct ctl_link	 bench_ctl(struct bench *, int);
struct ctl_tunnel bench_counters(struct bench *);
size_t		 bench_packet(uint8_t *, size_t, int, uint32_t);

/*
 * bench_new(flags, links): the peers are not there yet.
 * bench_restart(remember): another process, which may know of the one before.
 * bench_run(us): time passes, everything sent is kept.
 * bench_give(link, source or NULL for the peer's, datagram).
 * bench_from(link, type, plaintext): made by that link's old peer.
 * bench_up(): each peer connects.
 * bench_count(type): how many were sent since bench_clear().
 * bench_packet(buf, len, protocol, number): an IPv4 packet, TCP or UDP.
 */

#endif /* BENCH_H */
