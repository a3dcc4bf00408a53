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

#ifndef DEFAULTS_H
#define DEFAULTS_H

/*
 * The defaults of mlvpnd.conf(5), for the files that use them and for
 * printconf.c.  Rates are bit/s, times microseconds.
 */

#define DEFAULT_GROUP			"mlvpn"
#define DEFAULT_DESCRIPTION		"mlvpnd: %s"	/* the tunnel's name */
#define DEFAULT_MTU			1420	/* mtu auto, at first: fits into
						   1500 with IPv6 and UDP */
#define DEFAULT_REORDER_TIME		500000	/* at most */
#define DEFAULT_LATENCY_SPREAD		150000
#define DEFAULT_KEEPALIVE		2000000
#define DEFAULT_KEEPALIVE_BACKUP	10000000
#define DEFAULT_TIMEOUT			1000000	/* at most */
#define DEFAULT_RATE			30000000ULL	/* where bandwidth auto
							   starts */
#define DEFAULT_LOSS_TOLERANCE		20	/* percent */
#define DEFAULT_LOSS_RECOVER(tolerance)		((tolerance) / 2)
#define DEFAULT_LATENCY_RECOVER(tolerance)	((tolerance) * 8 / 10)

/* Defaults that differ with protocol mlvpn2. */
#define DEFAULT_MLVPN2_REORDER_TIME	100000
#define DEFAULT_MLVPN2_TIMEOUT		5500000

#endif /* DEFAULTS_H */
