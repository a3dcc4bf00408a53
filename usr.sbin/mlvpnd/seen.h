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

#ifndef SEEN_H
#define SEEN_H

/*
 * HELLOs that were answered, of all tunnels, by their mac1.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "dgram.h"
#include "handshake.h"

#define SEEN_BUCKETS	1024

struct assoc;

struct seen_hello {
	LIST_ENTRY(seen_hello) entry;
	struct assoc	*assoc;		/* whose it is, NULL: unused */
	uint8_t		 mac1[MAC_LEN];
	uint64_t	 time;
	struct endpoint	 ep;		/* where it came from first */
	int		 several;	/* and from elsewhere */
	int		 answers;
	size_t		 len;
	uint8_t		 reply[REPLY_LEN];
};

struct seen {
	LIST_HEAD(, seen_hello) bucket[SEEN_BUCKETS];
};

void		 seen_init(struct seen *);
void		 seen_add(struct seen *, struct seen_hello *, struct assoc *,
		    const uint8_t[MAC_LEN]);
void		 seen_del(struct seen_hello *);
struct seen_hello	*seen_find(const struct seen *, const uint8_t[MAC_LEN]);

/*
 * seen_add(recent, assoc, mac1): recent is unused.  seen_del(): is from now on.
 * seen_find(mac1): NULL if there is none.
 */

#endif /* SEEN_H */
