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
 * Checks packets of the interface and clamps the MSS of TCP.
 */

#include <stddef.h>

#include "conf.h"
#include "mlvpn2_wire.h"
#include "mss.h"
#include "packet.h"
#include "pkt.h"

#define IP4_HDRLEN	20
#define IP6_HDRLEN	40

int
packet_sane(const struct tunnel_conf *conf, const struct pkt *p)
{
	const uint8_t	*d = PKT_DATA(p);

	if (conf->protocol == PROTO_MLVPN2 &&
	    !mlvpn2_fits(p->len, conf->layer2, conf->cleartext))
		return (0);
	if (conf->layer2)
		return (p->len >= ETHER_HDRLEN);
	return ((p->len >= IP4_HDRLEN && d[0] >> 4 == 4) ||
	    (p->len >= IP6_HDRLEN && d[0] >> 4 == 6));
}

/* 1 stands for no. */
void
packet_fit(const struct tunnel_conf *conf, uint16_t mtu, struct pkt *p)
{
	if (!conf->layer2 && conf->max_mss != 1)
		mss_clamp(PKT_DATA(p), p->len, mtu, conf->max_mss);
}
