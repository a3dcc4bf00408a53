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


#ifndef MLVPN2_WIRE_H
#define MLVPN2_WIRE_H

/*
 * What the protocol of MLVPN 2.2 and 2.3 looks like.  A datagram is a header
 * of 28 bytes, which nothing protects, and a payload: the MAC and ciphertext
 * of XSalsa20-Poly1305, or a packet in the clear.
 */

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "bitmap.h"

#define MLVPN2_HDRLEN		28
#define MLVPN2_MACLEN		16
#define MLVPN2_KEYLEN		32
#define MLVPN2_LEN_MAX		1500	/* of the payload */
#define MLVPN2_DGRAM_MAX	1500	/* of a datagram that peers read */
#define MLVPN2_MTU		1444	/* of their interface */
#define MLVPN2_TAP_MTU		1442	/* a frame of it fits a datagram */
#define MLVPN2_FIRST_MAX	0x05	/* of the first byte of a datagram */
#define MLVPN2_VERSION		1
#define MLVPN2_NOSTAMP		0xffff

#define MLVPN2_AUTH		0
#define MLVPN2_AUTH_OK		1
#define MLVPN2_KEEPALIVE	2
#define MLVPN2_DATA		3
#define MLVPN2_DISCONNECT	4

struct mlvpn2_header {
	uint16_t	 len;		/* of the payload, with the MAC */
	uint8_t		 version;
	uint8_t		 type;
	uint8_t		 reorder;
	uint16_t	 stamp;		/* ms of the sender's clock */
	uint16_t	 echo;		/* the receiver's, plus time held */
	uint32_t	 flow;		/* a link in one run of a process */
	uint64_t	 seq;		/* of the flow; with it, the nonce */
	uint64_t	 data_seq;	/* of DATA over all links */
};

/* Which sequence numbers of a flow have come. */
#define MLVPN2_WINDOW		1024

struct mlvpn2_window {
	int		 any;
	uint64_t	 highest;
	uint64_t	 bits[BITMAP_WORDS(MLVPN2_WINDOW)];
};

/*
 * mlvpn2_wire.c
 *
 * mlvpn2_key(): the key of a phrase, unkeyed BLAKE2b-256.
 * mlvpn2_header_get(): -1 unless a datagram of that length can be one of the
 *	protocol.
 * mlvpn2_seal(): header and payload of len bytes into dgram, encrypted unless
 *	key is NULL; sets h->len and returns the datagram's length.
 * mlvpn2_open(): decrypts the payload of the datagram that h was read from;
 *	returns the length of the plaintext, or -1 when it is not authentic.
 * mlvpn2_trim(): the length of the IP packet that begins there, -1 when it is
 *	none or ends before that.
 * mlvpn2_window_init(): nothing came, or all up to highest if any is set.
 * mlvpn2_window_seen(): came already, or is too old to tell.
 * mlvpn2_window_add(): returns 1 if it is the highest so far.
 * mlvpn2_overhead(): bytes of header and encryption.
 * mlvpn2_fits(): can peers take a packet or frame of this length?
 */
size_t	 mlvpn2_overhead(int cleartext);
int	 mlvpn2_fits(size_t, int layer2, int cleartext);
void	 mlvpn2_key(uint8_t [MLVPN2_KEYLEN], const char *);
int	 mlvpn2_header_get(struct mlvpn2_header *, const uint8_t *, size_t);
void	 mlvpn2_header_put(uint8_t *, const struct mlvpn2_header *);
size_t	 mlvpn2_seal(struct mlvpn2_header *, const uint8_t *, size_t,
	    const uint8_t *, uint8_t *);
ssize_t	 mlvpn2_open(const struct mlvpn2_header *, const uint8_t *,
	    const uint8_t *, uint8_t *);
ssize_t	 mlvpn2_trim(const uint8_t *, size_t);
void	 mlvpn2_window_init(struct mlvpn2_window *, int, uint64_t);
int	 mlvpn2_window_seen(const struct mlvpn2_window *, uint64_t);
int	 mlvpn2_window_add(struct mlvpn2_window *, uint64_t);

#endif /* MLVPN2_WIRE_H */
