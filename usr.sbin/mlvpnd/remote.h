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

#define REMOTE_ADDR_MAX	(REMOTE_MAX * RESOLVE_MAX * REMOTE_PORT_MAX)

struct remotes;

/*
 * The hosts of a "remote" statement: addresses, and names that are resolved
 * periodically.
 *
 * remotes_new(): an empty list.  The function is called when a name gets
 *	addresses.
 * remotes_set(): takes the hosts of this link and begins to resolve them.
 *	The name of the tunnel is for the log.
 * remotes_differ(): do two links have different hosts?
 * remotes_addr(): all addresses with the first port, then with the second, at
 *	most REMOTE_ADDR_MAX, in the order of the configuration.  Returns how
 *	many.
 * remotes_pending(): may there be more, because a name is being resolved?
 * remotes_refresh(): resolves all names again now.
 * remotes_retry(): resolves those names now that could not be resolved.
 * remotes_resolved(): the answer of the resolver to a request.  Returns 0 if
 *	it was for another list.
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
