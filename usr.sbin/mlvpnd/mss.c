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

/*
 * Lowers the maximum segment size that a TCP SYN announces (RFC 9293), so
 * that segments fit through the tunnel ("max-mss").
 */

#include <sys/types.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <stdint.h>

#include "mss.h"
#include "wire.h"

#define HEADERS_IP4	40		/* of IP and TCP */
#define HEADERS_IP6	60

static void	 clamp_tcp(uint8_t *, size_t, uint16_t);
static void	 sum_replace(uint8_t *, uint16_t, uint16_t);

void
mss_clamp(uint8_t *p, size_t len, uint16_t mtu, uint16_t limit)
{
	size_t	 hlen, headers;

	if (len >= 20 && p[0] >> 4 == 4) {
		hlen = (p[0] & 0x0f) * 4;
		if (p[9] != IPPROTO_TCP || hlen < 20 || hlen > len ||
		    (get16(p + 6) & 0x1fff) != 0)
			return;
		headers = HEADERS_IP4;
	} else if (len >= 40 && p[0] >> 4 == 6) {
		hlen = 40;
		if (p[6] != IPPROTO_TCP)
			return;
		headers = HEADERS_IP6;
	} else
		return;
	if (limit == 0) {
		if (mtu <= headers)
			return;
		limit = mtu - headers;
	}
	clamp_tcp(p + hlen, len - hlen, limit);
}

static void
clamp_tcp(uint8_t *tcp, size_t len, uint16_t limit)
{
	size_t	 off, end;

	if (len < 20 || (tcp[13] & TH_SYN) == 0)
		return;
	end = (tcp[12] >> 4) * 4;
	if (end > len)
		return;
	for (off = 20; off < end && tcp[off] != TCPOPT_EOL;) {
		if (tcp[off] == TCPOPT_NOP) {
			off++;
			continue;
		}
		if (end - off < 2 || tcp[off + 1] < 2 ||
		    tcp[off + 1] > end - off)
			return;
		if (tcp[off] == TCPOPT_MAXSEG && tcp[off + 1] == 4) {
			uint16_t	 old = get16(tcp + off + 2);

			if (old <= limit)
				return;
			/* where it stands across two words of the sum */
			put16(tcp + off + 2, limit);
			if ((off & 1) != 0) {
				old = (uint16_t)(old << 8 | old >> 8);
				limit = (uint16_t)(limit << 8 | limit >> 8);
			}
			sum_replace(tcp + 16, old, limit);
			return;
		}
		off += tcp[off + 1];
	}
}

/* RFC 1624 */
static void
sum_replace(uint8_t *sum, uint16_t old, uint16_t new)
{
	uint32_t	 s;

	s = (uint16_t)~get16(sum) + (uint32_t)(uint16_t)~old + new;
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	put16(sum, ~s & 0xffff);
}
