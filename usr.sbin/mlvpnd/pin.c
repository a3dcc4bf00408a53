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
 * Host routes that keep the links' endpoints out of the tunnels, shared by
 * the links that have the same endpoint and routing table.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "netif.h"
#include "pin.h"

struct pin {
	TAILQ_ENTRY(pin) entry;
	struct addr	 addr;
	int		 rtable;
	int		 added;		/* the route is ours */
	int		 keep;		/* leave it at the end */
	int		 error;		/* of the last attempt, logged */
	unsigned int	 refs;
};

static int	pin_route(struct pin *);

static TAILQ_HEAD(, pin)	pins = TAILQ_HEAD_INITIALIZER(pins);

struct pin *
pin_get(const struct addr *addr, int rtable)
{
	struct pin	*pin;
	struct addr	 host;

	host = *addr;
	host.port = 0;
	TAILQ_FOREACH(pin, &pins, entry) {
		if (pin->rtable == rtable && addr_equal(&pin->addr, &host)) {
			pin->refs++;
			return (pin);
		}
	}

	if ((pin = calloc(1, sizeof(*pin))) == NULL) {
		log_warn("%s", __func__);
		return (NULL);
	}
	pin->addr = host;
	pin->rtable = rtable;
	pin->refs = 1;
	if (pin_route(pin) == -1) {
		free(pin);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&pins, pin, entry);
	return (pin);
}

void
pin_put(struct pin *pin)
{
	char	 buf[ADDR_STRLEN];

	if (pin == NULL || --pin->refs > 0)
		return;
	TAILQ_REMOVE(&pins, pin, entry);
	if (pin->added && !pin->keep &&
	    netif_pin_del(&pin->addr, pin->rtable) == -1)
		log_warn("cannot delete the host route to %s",
		    addr_ntop(&pin->addr, buf, sizeof(buf)));
	free(pin);
}

void
pin_keep(struct pin *pin)
{
	if (pin != NULL)
		pin->keep = 1;
}

void
pin_refresh(void)
{
	struct pin	*pin;

	TAILQ_FOREACH(pin, &pins, entry)
		pin_route(pin);
}

static int
pin_route(struct pin *pin)
{
	char	 buf[ADDR_STRLEN];
	int	 added;

	if (netif_pin_add(&pin->addr, pin->rtable, &added) == -1) {
		if (errno != pin->error) {
			pin->error = errno;
			log_warn("cannot add a host route to %s",
			    addr_ntop(&pin->addr, buf, sizeof(buf)));
		}
		return (-1);
	}
	pin->error = 0;
	if (added)
		pin->added = 1;
	return (0);
}
