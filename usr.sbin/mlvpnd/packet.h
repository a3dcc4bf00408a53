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

#ifndef PACKET_H
#define PACKET_H

/*
 * Packets of the tunnel's interface: IP packets, or Ethernet frames.
 */

#include <stdint.h>

struct pkt;
struct tunnel_conf;

#define ETHER_HDRLEN	14

/* Could the peer's interface take this packet or frame? */
int	 packet_sane(const struct tunnel_conf *, const struct pkt *);
/* "max-mss": what a segment of TCP may have over an interface of this MTU. */
void	 packet_fit(const struct tunnel_conf *, uint16_t, struct pkt *);

#endif /* PACKET_H */
