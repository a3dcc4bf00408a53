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

#ifndef WATCH_H
#define WATCH_H

/*
 * What the links of a tunnel have been like: since when each is in its state,
 * and samples of the last ten minutes.  A link takes 5 KB; the names of links
 * may come from the peer, so there are at most WATCH_LINKS of a tunnel.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "ctl.h"

#define WATCH_LINKS	128

struct watch_link;

struct watch {
	TAILQ_HEAD(, watch_link) links;	/* the one seen last is the last */
	size_t		 n;
	unsigned int	 changes;	/* of states, for the summary */
};

/*
 * Times are microseconds, of a clock that does not go back.
 *
 * watch_see(links, n, now): all links of the tunnel as they are now.  Call it
 *	each second, and before they are shown: it sets the member "since" of
 *	each.  Links that were not seen for ten minutes are forgotten.
 * watch_history(i, history, now): the samples of one of the links, in the
 *	order in which they were seen.  Returns -1 if there are not that many.
 * watch_summary(line, size, now): a line about what has happened since the
 *	last one.  Returns 0 if nothing has: no link has changed its state.
 */
void	 watch_init(struct watch *);
void	 watch_free(struct watch *);
void	 watch_see(struct watch *, struct ctl_link *, size_t, uint64_t);
int	 watch_history(const struct watch *, size_t, struct ctl_history *,
	    uint64_t);
int	 watch_summary(struct watch *, char *, size_t, uint64_t);

#endif /* WATCH_H */
