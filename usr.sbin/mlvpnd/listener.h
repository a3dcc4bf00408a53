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

#ifndef LISTENER_H
#define LISTENER_H

#include <stdint.h>

struct addr;
struct link_conf;
struct mlvpnd_conf;

/*
 * The listening sockets.
 *
 * listener_reconf(): removes those that are no longer configured and adds the
 *	new ones.
 * listener_open(): opens all that are not open.  Returns how many were opened
 *	or fail for another reason, and sets *missing if one is to be tried
 *	again later.
 * listener_broken(): has one failed for a reason other than an address that may
 *	appear later?
 * listener_netchange(): interface addresses may have changed.  Returns 1 if
 *	any socket has.
 * listener_send(): sends all sockets to the engine, as part of its
 *	configuration, and the errors of those that are not open.
 * listener_of_link(): returns the id and the address of the socket of a link
 *	that listens, SOCK_NONE if it is not open.
 * listener_stop(): closes all sockets.
 */
void		 listener_reconf(const struct mlvpnd_conf *);
int		 listener_open(int *missing);
int		 listener_broken(void);
int		 listener_netchange(void);
void		 listener_send(void);
uint32_t	 listener_of_link(const struct link_conf *, struct addr *);
void		 listener_stop(void);

#endif /* LISTENER_H */
