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

#ifndef OFFLOAD_H
#define OFFLOAD_H

/*
 * Consecutive TCP segments of a flow are passed to the system as one packet,
 * which it splits again if it forwards it.
 */

#include <sys/types.h>

#include <stdint.h>

#define OFFLOAD_MAX	65535	/* bytes of such a packet */
#define OFFLOAD_SEGS	64	/* segments in it */

#define OFFLOAD_PSH	0x08	/* TCP's flag */

/* Segments put together: the first one whole, the payloads of the others. */
struct offload {
	uint8_t		 family;	/* 4, 6 */
	uint8_t		 nsegs;
	uint8_t		 full;		/* nothing can follow */
	uint8_t		 tcp;		/* where the TCP header begins */
	uint8_t		 hlen;		/* where the payload begins */
	uint8_t		 flags;		/* of TCP, from all segments */
	uint16_t	 mss;		/* payload of all but the last */
	uint32_t	 len;		/* bytes of the whole packet */
	uint32_t	 next;		/* sequence that follows */
	uint32_t	 stamps[2];	/* the last segment's */
};

/*
 * offload_begin(o, p, len): 1 if the IP packet of len bytes at p is a TCP
 * segment that others can follow or precede, 0 if it must go alone.
 * offload_join(o, first, p, len): 1 if the packet at p follows those in o,
 * whose first one is at first; its payload begins at o->hlen.  0 if it does
 * not, or there is no room.
 * offload_verify(p, len): are the checksums of such a segment right?  The
 * system does not look at them any more after offload_finish().
 * offload_finish(o, first): makes the first segment's headers those of all
 * segments together.  In place of the TCP checksum stands the sum of the
 * pseudo header.
 */
int	 offload_begin(struct offload *, const uint8_t *, size_t);
int	 offload_join(struct offload *, const uint8_t *, const uint8_t *,
	    size_t);
int	 offload_verify(const uint8_t *, size_t);
void	 offload_finish(const struct offload *, uint8_t *);

#endif /* OFFLOAD_H */
