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

#ifndef CONTROL_SOCK_H
#define CONTROL_SOCK_H

#include <sys/types.h>

/*
 * The control sockets, which the parent opens for the engine.
 *
 * control_sock_check(path, restricted): exits if another daemon uses one of
 *	these sockets.  restricted may be empty.
 * control_sock_open(gid): opens them, and sends them to the engine.  Members
 *	of this group can connect to the first one, and everybody to the
 *	restricted one.  An error is fatal.
 * control_sock_close(): removes them.
 */
void	 control_sock_check(const char *, const char *);
void	 control_sock_open(gid_t);
void	 control_sock_close(void);

#endif /* CONTROL_SOCK_H */
