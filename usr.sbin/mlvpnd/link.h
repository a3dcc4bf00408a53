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

#ifndef LINK_H
#define LINK_H

/*
 * The links configured for a tunnel.  Each has a path while there are keys.
 */

#include <sys/queue.h>

#include <stdint.h>

#include "conf.h"
#include "dgram.h"
#include "socktab.h"

struct path;

struct link {
	TAILQ_ENTRY(link) entry;
	struct link_conf conf;
	struct endpoint	 ep;		/* sock SOCK_NONE: no socket */
	uint16_t	 mtu;		/* of the outgoing interface, 0
					   unknown */
	int		 disabled;	/* by the operator */
	uint64_t	 bytes;		/* carried, not yet told */
	struct path	*path;		/* opened by this end */
	struct sockuser	 user;		/* of its socket */
	uint64_t	 since;		/* of having no path */
};
TAILQ_HEAD(links, link);

/* NULL if there is none of that name. */
struct link	*link_find(const struct links *, const char *);
/* Is this end to call the peer?  It is if it knows where. */
int		 links_call(const struct links *);
/* May it be used, if it can? */
int		 link_enabled(const struct link *);
/* May it have a path, and be used for a handshake? */
int		 link_ready(const struct link *);

#endif /* LINK_H */
