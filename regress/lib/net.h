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


#ifndef NET_H
#define NET_H

/* What the tools that measure have in common.  All exit on error. */

#include <sys/types.h>
#include <sys/socket.h>

#include <stdint.h>

int64_t	 now_us(void);		/* of a clock that does not go back */

/* A socket bound to host (NULL: any) and port, listening if SOCK_STREAM. */
int	 net_bind(int, const char *, const char *);

/* Accepts for ever at host and port, and serves each in a process. */
__dead void net_serve(const char *, const char *, void (*)(int));

/*
 * A socket connected to host and port; TCP waits 10 s at most.  Congestion
 * control as in net_congestion().
 */
int	 net_connect(int, const char *, const char *, const char *);

/* Bytes and numbers given on the command line, within bounds. */
double	 net_number(const char *, const char *, double, double);

/*
 * Sets the congestion control of a TCP socket by name; NULL and systems
 * without a choice: no change.  net_linux.c, net_openbsd.c.
 */
void	 net_congestion(int, const char *);

#endif /* NET_H */
