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
 * Packets of many segments, as the system gives and takes them: one that it
 * gives is cut into packets of the MTU, and consecutive packets of a flow for
 * it are joined into one.  TCP, and UDP where all datagrams are equally long.
 */

#include <sys/types.h>

#include <stdint.h>

/* what a device gives and takes */
#define OFFLOAD_TCP	0x1
#define OFFLOAD_UDP	0x2

#define OFFLOAD_MAX	65535	/* bytes of such a packet */
#define OFFLOAD_SEGS	64	/* segments in one that is joined */

#define OFFLOAD_PSH	0x08	/* TCP's flag */

/* Segments put together: the first one whole, the payloads of the others. */
struct offload {
	uint8_t		 family;	/* 4, 6 */
	uint8_t		 proto;		/* IPPROTO_TCP, IPPROTO_UDP */
	uint8_t		 nsegs;
	uint8_t		 full;		/* nothing can follow */
	uint8_t		 l4;		/* where TCP's or UDP's header begins */
	uint8_t		 hlen;		/* where the payload begins */
	uint8_t		 flags;		/* of TCP, from all segments */
	uint16_t	 mss;		/* payload of all but the last */
	uint32_t	 len;		/* bytes of the whole packet */
	uint32_t	 next;		/* sequence of TCP that follows */
	uint32_t	 stamps[2];	/* the last segment's */
};

/* What the system has left to do on a packet that it gives. */
struct offload_todo {
	uint8_t		 cut;		/* segments of IPPROTO_TCP or
					   IPPROTO_UDP; 0: do not cut */
	uint8_t		 sum;		/* a checksum is to be completed */
	uint8_t		 lacks_len;	/* the pseudo header's sum does */
	uint16_t	 mss;		/* payload of a segment */
	uint16_t	 sum_start;	/* what it covers, to the end */
	uint16_t	 sum_offset;	/* its place, from there */
};

/* A packet of the system while it is cut. */
struct offload_cut {
	const uint8_t	*p;
	size_t		 len;
	size_t		 pos;		/* the payload that is next */
	size_t		 hlen;		/* before the payload; 0: no cut */
	size_t		 l4;
	size_t		 mss;
	uint8_t		 proto;
	uint16_t	 nsegs;		/* that were cut off */
	uint64_t	 sum;		/* of the pseudo header, no length */
};

/*
 * offload_begin(o, p, len): 1 if the IP packet of len bytes at p is a TCP
 * segment or UDP datagram that others can follow or precede, 0 if it must go
 * alone.
 * offload_join(o, first, p, len): 1 if the packet at p follows those in o,
 * whose first one is at first; its payload begins at o->hlen.  0 if it does
 * not, or there is no room.
 * offload_verify(p, len): are the checksums of such a segment right?  The
 * system does not look at them any more after offload_finish().
 * offload_finish(o, first): makes the first segment's headers those of all
 * segments together.  In place of the checksum stands the sum of the pseudo
 * header.
 */
int	 offload_begin(struct offload *, const uint8_t *, size_t);
int	 offload_join(struct offload *, const uint8_t *, const uint8_t *,
	    size_t);
int	 offload_verify(const uint8_t *, size_t);
void	 offload_finish(const struct offload *, uint8_t *);

/*
 * offload_cut(c, todo, p, len): completes the checksum of the packet at p, or
 * prepares to cut it.  In place of the checksum stands the sum of the pseudo
 * header, if it is to be cut with the length of all, or without one.  -1 if
 * the packet is not what todo says.
 * offload_next(c, out, room): writes the next packet, with its own headers and
 * checksums, and returns its bytes; 0 after the last one, or if there is no
 * room for it.
 */
int	 offload_cut(struct offload_cut *, const struct offload_todo *,
	    uint8_t *, size_t);
size_t	 offload_next(struct offload_cut *, uint8_t *, size_t);

#endif /* OFFLOAD_H */
