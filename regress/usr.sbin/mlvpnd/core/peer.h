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


#ifndef PEER_H
#define PEER_H

/*
 * A second, minimal implementation of mlvpn(7), for tests: it does what a
 * test tells it to and nothing by itself but to answer what the protocol
 * wants answered.  Control frames are made here by hand from the manual.
 */

#include "session.h"
#include "sim.h"

#define PEER_LOG	4096

#define F_PATH_OPEN	1
#define F_PATH_OK	2
#define F_CHALLENGE	3
#define F_RESPONSE	4
#define F_PATH_STATUS	5
#define F_PATH_CLOSE	6
#define F_REPORT	7
#define F_PROBE		8
#define F_MTU_PROBE	9
#define F_MTU_RESULT	10
#define F_CLOSE		11

#define K_CONTROL	0
#define K_PACKET	1
#define K_FRAGMENT	2
#define K_COPY		8

/* What a peer does not do by itself. */
#define MUTE_RESPONSE	0x01
#define MUTE_OK		0x02
#define MUTE_REPORT	0x04
#define MUTE_REPLY	0x08		/* answers no HELLO */
#define MUTE_COOKIE	0x10		/* no second HELLO with the cookie */
#define MUTE_MTU	0x20		/* answers no MTU_PROBE */

struct peer_frame {
	uint64_t	 time;
	uint8_t		 path;
	uint8_t		 type;
	uint8_t		 len;
	uint8_t		 body[255];
	struct addr	 src;		/* where the datagram came from */
	struct addr	 dst;		/* which address of the peer got it */
};

struct peer_path {
	int		 open;
	uint8_t		 gen;
	struct addr	 local;
	struct addr	 remote;
	uint8_t		 token[8];
};

struct peer {
	struct sim	*sim;
	struct sim_host	*host;
	struct addr	 local;		/* for handshakes */
	struct addr	 remote;
	unsigned int	 mute;
	uint16_t	 mtu_flags;	/* of MTU_RESULT */
	uint16_t	 mtu;		/* longer probes are not answered */
	struct hs_secret secret;

	struct hello	 hello;		/* what it will offer */
	struct reply	 reply;		/* what it will answer */
	struct handshake hs;
	uint8_t		 hello_buf[HELLO_MAX_LEN];
	size_t		 hello_len;
	uint8_t		 cookie[MAC_LEN];
	int		 has_cookie;
	int		 replied;	/* REPLY was taken or given */

	struct keys	 keys;
	struct keys	 old;
	int		 has_keys;
	int		 has_old;
	int		 use_old;	/* to seal */
	struct lane	 lane[256];
	uint64_t	 seq;		/* of the next packet */
	struct peer_path path[256];

	/* what came */
	uint64_t	 hellos, replies, cookies, datas, others;
	uint64_t	 badtags, replays, unknown;
	uint64_t	 rx_bytes;	/* UDP payload */
	uint64_t	 tx_bytes;
	uint64_t	 packets;	/* inner ones */
	uint8_t		 packet[PKT_SIZE];	/* the last one, whole */
	size_t		 packet_len;
	uint8_t		 last[PKT_SIZE];	/* last datagram */
	size_t		 last_len;
	struct addr	 last_src;
	size_t		 nlog;
	struct peer_frame log[PEER_LOG];
};

struct peer	*peer_new(struct sim *, const char *, const struct addr *);
void		 peer_free(struct peer *);
void		 peer_secret(struct peer *, const uint8_t *, const uint8_t *,
		    const uint8_t *);
void		 peer_hello(struct peer *);
void		 peer_hello_again(struct peer *);
void		 peer_open(struct peer *, uint8_t, uint8_t, const char *);
void		 peer_frame(struct peer *, uint8_t, uint8_t, const void *,
		    size_t);
void		 peer_packet(struct peer *, uint8_t, uint64_t, uint64_t,
		    const void *, size_t);
void		 peer_data(struct peer *, uint8_t, uint8_t, uint64_t, uint64_t,
		    const void *, size_t);
void		 peer_send(struct peer *, const struct addr *,
		    const struct addr *, const void *, size_t);
const struct peer_frame *peer_find(const struct peer *, uint8_t, uint8_t,
		    size_t);
size_t		 peer_count(const struct peer *, uint8_t, uint8_t, uint64_t);

/*
 * peer_new(net, remote): owns the /24 net, in which .10 is local.
 * peer_hello(): a HELLO as peer->hello says, with a new stamp unless
 *	peer->hello.stamp is set; peer_hello_again() repeats it, with mac2 if
 *	there is a cookie.
 * peer_open(path, gen, name): sends PATH_OPEN from peer->path[path].local.
 * peer_frame(path, type, body, len): one control frame.
 * peer_packet(path, seq, pred, packet, len).
 * peer_data(path, kind, seq, pred, bytes, len): anything.
 * peer_send(src, dst, ...): raw bytes.
 * peer_find(path, type, n): the n-th frame so that came, or NULL.
 * peer_count(path, type, since).
 */

#endif /* PEER_H */
