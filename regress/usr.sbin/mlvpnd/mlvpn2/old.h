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


#ifndef OLD_H
#define OLD_H

/*
 * One link of MLVPN 2.3, written by hand after what its datagrams look like
 * and not out of the daemon's files: it believes everything, as that does.
 */

#include <stddef.h>
#include <stdint.h>

#define OLD_AUTH	0
#define OLD_AUTH_OK	1
#define OLD_KEEPALIVE	2
#define OLD_DATA	3
#define OLD_DISCONNECT	4

struct old_header {
	unsigned int	 len, version, type, reorder, unused;
	unsigned int	 stamp, echo;
	uint32_t	 flow;
	uint64_t	 seq;
	uint64_t	 data_seq;
};

struct old {
	uint8_t		 key[32];
	int		 clear;
	int		 server;
	unsigned int	 version;
	unsigned int	 reorder;
	uint32_t	 flow;
	uint64_t	 seq;
	uint64_t	 data_seq;
	uint64_t	 timeout;	/* us */

	int		 up;
	int		 asked;		/* client: AUTH is under way */
	uint64_t	 tick;		/* next */
	uint64_t	 alive;		/* last KEEPALIVE */
	uint64_t	 reply;		/* last KEEPALIVE in return */
	uint64_t	 keepalive;	/* next */
	int		 queued[OLD_DISCONNECT + 1];
	int		 stamped;
	unsigned int	 stamp;
	uint64_t	 stamp_at;

	unsigned int	 ups, downs, rtt;
	unsigned int	 nrtt;
	uint64_t	 got;		/* DATA */
	size_t		 len;		/* of the last */
	uint64_t	 last_data_seq;
	uint8_t		 data[2048];
};

void	 old_key(uint8_t [32], const char *);
size_t	 old_make(struct old *, int, const void *, size_t, uint64_t,
	    uint8_t *);
int	 old_parse(const uint8_t [32], int, const uint8_t *, size_t,
	    struct old_header *, uint8_t *);
void	 old_read(struct old *, const uint8_t *, size_t, uint64_t);
void	 old_tick(struct old *, uint64_t);
size_t	 old_write(struct old *, uint64_t, uint8_t *);

/*
 * old_make(type, plaintext, length, now, buf): the next datagram.
 * old_parse(key, clear): header and plaintext, its length or -1.
 * old_read(): a datagram came.  old_tick(): time passes.
 * old_write(): the next datagram that these have led to, 0 for none.
 */

#endif /* OLD_H */
