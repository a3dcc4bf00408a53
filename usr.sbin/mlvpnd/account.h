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

#ifndef ACCOUNT_H
#define ACCOUNT_H

/*
 * What a path has carried: counters, and meters of the last second.
 */

#include <stddef.h>
#include <stdint.h>

struct ctl_link;

struct meter {
	uint64_t	 start;
	uint64_t	 bytes;
	uint64_t	 rate;		/* bit/s over the last full second */
};

/* Bytes are those of IP packets on the link, times microseconds. */
struct account {
	uint64_t	 tx_packets, tx_bytes, rx_packets, rx_bytes;
	uint64_t	 tx_errors, resent;
	struct meter	 tx_meter, rx_meter;
	uint64_t	 last_rx;	/* 0 none yet */
	uint64_t	 last_tx;
	uint64_t	 last_data_tx;	/* of a packet of the tunnel */
};

void	 account_rx(struct account *, size_t, uint64_t);
void	 account_tx(struct account *, size_t, uint64_t);
void	 account_data_tx(struct account *, uint64_t);
void	 account_error(struct account *);
void	 account_resent(struct account *);
uint64_t account_tx_rate(const struct account *, uint64_t);
void	 account_ctl(const struct account *, struct ctl_link *, uint64_t);

/*
 * account_rx(bytes, now), account_tx(bytes, now): count a datagram.
 * account_data_tx(now): it contained a packet of the tunnel.
 * account_error(): a datagram could not be sent.
 * account_resent(): it contained a packet that was sent before.
 * account_tx_rate(now): bit/s over the last second.
 */

#endif /* ACCOUNT_H */
