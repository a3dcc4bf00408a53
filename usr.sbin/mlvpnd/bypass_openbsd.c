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
 * Host routes that keep the packets of links out of the tunnels.  Links with
 * the same remote address and routing table share one.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bypass.h"
#include "log.h"
#include "netif.h"
#include "sock.h"

struct bypass {
	TAILQ_ENTRY(bypass) entry;
	struct addr	 addr;
	int		 rtable;
	int		 added;		/* the route is ours */
	int		 keep;		/* leave it at the end */
	int		 error;		/* of the last attempt, logged */
	unsigned int	 refs;
};

static int	bypass_add(struct bypass *);

static TAILQ_HEAD(, bypass)	bypasses = TAILQ_HEAD_INITIALIZER(bypasses);

struct bypass *
bypass_get(struct sock_conf *sc, const struct addr *addr)
{
	struct bypass	*b;
	struct addr	 host;
	int		 rtable = netif_rtable(sc->rtable);

	host = *addr;
	host.port = 0;
	TAILQ_FOREACH(b, &bypasses, entry) {
		if (b->rtable == rtable && addr_equal(&b->addr, &host)) {
			b->refs++;
			return (b);
		}
	}

	if ((b = calloc(1, sizeof(*b))) == NULL) {
		log_warn("%s", __func__);
		return (NULL);
	}
	b->addr = host;
	b->rtable = rtable;
	b->refs = 1;
	if (bypass_add(b) == -1) {
		free(b);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&bypasses, b, entry);
	return (b);
}

void
bypass_put(struct bypass *b)
{
	char	 buf[ADDR_STRLEN];

	if (b == NULL || --b->refs > 0)
		return;
	TAILQ_REMOVE(&bypasses, b, entry);
	if (b->added && !b->keep &&
	    netif_hostroute_del(&b->addr, b->rtable) == -1)
		log_warn("cannot delete host route to %s",
		    addr_ntop(&b->addr, buf, sizeof(buf)));
	free(b);
}

void
bypass_keep(struct bypass *b)
{
	if (b != NULL)
		b->keep = 1;
}

void
bypass_refresh(void)
{
	struct bypass	*b;

	TAILQ_FOREACH(b, &bypasses, entry)
		bypass_add(b);
}

static int
bypass_add(struct bypass *b)
{
	char	 buf[ADDR_STRLEN];
	int	 added;

	if (netif_hostroute_add(&b->addr, b->rtable, &added) == -1) {
		if (errno != b->error) {
			b->error = errno;
			log_warn("cannot add host route to %s",
			    addr_ntop(&b->addr, buf, sizeof(buf)));
		}
		return (-1);
	}
	b->error = 0;
	if (added)
		b->added = 1;
	return (0);
}
