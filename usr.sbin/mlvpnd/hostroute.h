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

#ifndef HOSTROUTE_H
#define HOSTROUTE_H

struct addr;
struct hostroute;

/*
 * hostroute_get(): takes a reference to the host route of an address in a
 *	routing table; the port is ignored.  NULL without memory, or if the
 *	system has no route to the address.
 * hostroute_put(): releases it; may be NULL.
 * hostroute_keep(): leaves the route in place after the last release.
 * hostroute_refresh(): the routes of the system have changed.
 */
struct hostroute *hostroute_get(const struct addr *, int rtable);
void		 hostroute_put(struct hostroute *);
void		 hostroute_keep(struct hostroute *);
void		 hostroute_refresh(void);

#endif /* HOSTROUTE_H */
