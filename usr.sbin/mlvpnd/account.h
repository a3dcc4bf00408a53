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
 * What a path has carried.
 */

#include <stdint.h>

struct rate_meter {
	uint64_t	 start;
	uint64_t	 bytes;
	uint64_t	 rate;		/* bit/s over the last full second */
};

struct account {
	uint64_t	 tx_packets, tx_bytes, rx_packets, rx_bytes;
	uint64_t	 tx_errors, resent;
	struct rate_meter tx_meter, rx_meter;
	uint64_t	 last_rx;
	uint64_t	 last_tx;
	uint64_t	 last_data_tx;
};

uint64_t	 meter_rate(const struct rate_meter *, uint64_t);

#endif /* ACCOUNT_H */
