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

#ifndef DGRAM_H
#define DGRAM_H

/*
 * A UDP datagram and where it came from or goes to, as the sockets (sock.h)
 * and the core (core.h) hand them to each other.
 */

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

#define BATCH_MAX	64	/* datagrams or packets in an array */
#define PKT_SIZE	9216	/* of a datagram's or packet's buffer */

#define SOCK_NONE	0	/* no socket; ids are the parent's */

struct endpoint {
	uint32_t	 sock;		/* id of the socket */
	struct addr	 remote;
	struct addr	 local;		/* family 0: the socket's own */
};

struct tunnel;

struct dgram {
	struct endpoint	 ep;
	uint8_t		*buf;		/* the caller's, PKT_SIZE bytes */
	size_t		 len;
	uint16_t	 run;		/* received as one: bytes of each but
					   the last; 0 a single one */
	uint8_t		 tos;		/* IPv4 TOS or IPv6 traffic class */
	struct tunnel	*tunnel;	/* that sends it, NULL none */
};

/* Takes the first datagram off those that were received as one; 0 if it is
 * longer than PKT_SIZE. */
int	 dgram_take(struct dgram *all, struct dgram *first);

/* The same socket and remote address; the local one does not matter. */
int	 endpoint_equal(const struct endpoint *, const struct endpoint *);

#endif /* DGRAM_H */
