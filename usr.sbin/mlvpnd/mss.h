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

#ifndef MSS_H
#define MSS_H

/*
 * What a TCP SYN may announce.
 */

#include <stddef.h>
#include <stdint.h>

void	 mss_clamp(uint8_t *, size_t, uint16_t, uint16_t);

/*
 * mss_clamp(packet, len, mtu, limit): if the IP packet of len bytes is a TCP
 *	SYN, lowers the maximum segment size in it to limit bytes, 0: to what
 *	an interface of this mtu, in bytes, has room for (RFC 9293, 3.7.1).
 */

#endif /* MSS_H */
