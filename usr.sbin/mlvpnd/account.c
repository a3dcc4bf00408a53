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
 * Counters and meters of a path.
 */

#include <string.h>

#include "account.h"
#include "clock.h"
#include "ctl.h"

static void	 meter_add(struct meter *, size_t, uint64_t);
static uint64_t	 meter_rate(const struct meter *, uint64_t);

void
account_rx(struct account *a, size_t bytes, uint64_t now)
{
	a->rx_packets++;
	a->rx_bytes += bytes;
	meter_add(&a->rx_meter, bytes, now);
	a->last_rx = now;
}

void
account_tx(struct account *a, size_t bytes, uint64_t now)
{
	a->tx_packets++;
	a->tx_bytes += bytes;
	meter_add(&a->tx_meter, bytes, now);
	a->last_tx = now;
}

void
account_data_tx(struct account *a, uint64_t now)
{
	a->last_data_tx = now;
}

void
account_error(struct account *a)
{
	a->tx_errors++;
}

void
account_resent(struct account *a)
{
	a->resent++;
}

uint64_t
account_tx_rate(const struct account *a, uint64_t now)
{
	return (meter_rate(&a->tx_meter, now));
}

static void
meter_add(struct meter *m, size_t bytes, uint64_t now)
{
	if (now - m->start >= USEC) {
		m->rate = now - m->start < 2 * USEC ?
		    m->bytes * 8 * USEC / (now - m->start) : 0;
		m->start = now;
		m->bytes = 0;
	}
	m->bytes += bytes;
}

static uint64_t
meter_rate(const struct meter *m, uint64_t now)
{
	if (now - m->start >= 2 * USEC)
		return (0);
	if (now - m->start >= USEC)
		return (m->bytes * 8 * USEC / (now - m->start));
	return (m->rate);
}

/* What a control message shows of it. */
void
account_ctl(const struct account *a, struct ctl_link *c, uint64_t now)
{
	c->tx_rate = meter_rate(&a->tx_meter, now);
	c->rx_rate = meter_rate(&a->rx_meter, now);
	c->tx_packets = a->tx_packets;
	c->tx_bytes = a->tx_bytes;
	c->rx_packets = a->rx_packets;
	c->rx_bytes = a->rx_bytes;
	c->tx_errors = a->tx_errors;
	c->resent = a->resent;
}
