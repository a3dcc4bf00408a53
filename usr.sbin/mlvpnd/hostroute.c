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

#include "log.h"
#include "netif.h"
#include "hostroute.h"

struct hostroute {
	TAILQ_ENTRY(hostroute) entry;
	struct addr	 addr;
	int		 rtable;
	int		 added;		/* the route is ours */
	int		 keep;		/* leave it at the end */
	int		 error;		/* of the last attempt, logged */
	unsigned int	 refs;
};

static int	hostroute_add(struct hostroute *);

static TAILQ_HEAD(, hostroute)	hostroutes = TAILQ_HEAD_INITIALIZER(hostroutes);

struct hostroute *
hostroute_get(const struct addr *addr, int rtable)
{
	struct hostroute	*hr;
	struct addr	 host;

	host = *addr;
	host.port = 0;
	TAILQ_FOREACH(hr, &hostroutes, entry) {
		if (hr->rtable == rtable && addr_equal(&hr->addr, &host)) {
			hr->refs++;
			return (hr);
		}
	}

	if ((hr = calloc(1, sizeof(*hr))) == NULL) {
		log_warn("%s", __func__);
		return (NULL);
	}
	hr->addr = host;
	hr->rtable = rtable;
	hr->refs = 1;
	if (hostroute_add(hr) == -1) {
		free(hr);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&hostroutes, hr, entry);
	return (hr);
}

void
hostroute_put(struct hostroute *hr)
{
	char	 buf[ADDR_STRLEN];

	if (hr == NULL || --hr->refs > 0)
		return;
	TAILQ_REMOVE(&hostroutes, hr, entry);
	if (hr->added && !hr->keep &&
	    netif_hostroute_del(&hr->addr, hr->rtable) == -1)
		log_warn("cannot delete host route to %s",
		    addr_ntop(&hr->addr, buf, sizeof(buf)));
	free(hr);
}

void
hostroute_keep(struct hostroute *hr)
{
	if (hr != NULL)
		hr->keep = 1;
}

void
hostroute_refresh(void)
{
	struct hostroute	*hr;

	TAILQ_FOREACH(hr, &hostroutes, entry)
		hostroute_add(hr);
}

static int
hostroute_add(struct hostroute *hr)
{
	char	 buf[ADDR_STRLEN];
	int	 added;

	if (netif_hostroute_add(&hr->addr, hr->rtable, &added) == -1) {
		if (errno != hr->error) {
			hr->error = errno;
			log_warn("cannot add host route to %s",
			    addr_ntop(&hr->addr, buf, sizeof(buf)));
		}
		return (-1);
	}
	hr->error = 0;
	if (added)
		hr->added = 1;
	return (0);
}
