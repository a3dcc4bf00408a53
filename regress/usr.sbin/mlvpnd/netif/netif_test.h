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

#ifndef NETIF_TEST_H
#define NETIF_TEST_H

/*
 * Between netif_test.c and outside_*.c, which tests what keeps links out of
 * the tunnels on each system.
 */

struct addr;
struct netif;

extern int	 rtable;

void	 test_outside(const struct netif *);

/* CHECK that it works; the second number is that of *added */
void	 route(const struct netif *, const char *, int, int);
void	 unroute(const struct netif *, const char *, int);
/* Would a datagram to the host have that source address? */
int	 leaves_from(const char *, const char *);
void	 to_addr(struct addr *, const char *);
/* The script that made the network does this. */
int	 ask(const char *, ...)
	    __attribute__((__format__ (printf, 1, 2)));

#endif /* NETIF_TEST_H */
