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

#ifndef REMOTE_H
#define REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "mlvpnd.h"

#define REMOTE_ADDR_MAX	(REMOTE_MAX * RESOLVE_MAX)

struct remotes;

/*
 * What the "remote" of a link names: addresses, and names that are looked up
 * periodically.
 *
 * remotes_new(): none.  Calls back when a name has addresses.
 * remotes_set(): those of this link of the tunnel with that name, for the
 *	log, and begins to look them up.
 * remotes_differ(): do two links have other ones?
 * remotes_addr(): all addresses, REMOTE_ADDR_MAX at most, in the order of
 *	the configuration.  Returns how many.
 * remotes_pending(): may there be more, as a name is being looked up?
 * remotes_refresh(): looks names up again before it is time.
 * remotes_retry(): looks those up at once that could not be.
 * remotes_resolved(): the resolver's answer to a request.  Returns 0 when it
 *	was none of these.
 */
struct remotes	*remotes_new(void (*found)(void *), void *arg);
void		 remotes_free(struct remotes *);
void		 remotes_set(struct remotes *, const char *tunnel,
		    const struct link_conf *);
int		 remotes_differ(const struct link_conf *,
		    const struct link_conf *);
size_t		 remotes_addr(const struct remotes *, struct addr *);
int		 remotes_pending(const struct remotes *);
void		 remotes_refresh(struct remotes *);
void		 remotes_retry(struct remotes *);
int		 remotes_resolved(struct remotes *, uint32_t request,
		    const struct addr *, size_t);

#endif /* REMOTE_H */
