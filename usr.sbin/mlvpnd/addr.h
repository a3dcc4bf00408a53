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

#ifndef ADDR_H
#define ADDR_H

#include <sys/types.h>
#include <sys/socket.h>

#include <stdint.h>

/*
 * An IPv4 or IPv6 address with a UDP port, free of the platform's sockaddr
 * and AF_* values: comparable, and the same in every process.
 */
struct addr {
	uint8_t		ip[16];		/* network order; IPv4: the first 4 */
	uint32_t	scope;		/* IPv6 scope id, 0 none */
	uint16_t	port;		/* host order, 0 any */
	uint8_t		family;		/* 0 none, 4, 6 */
	uint8_t		pad;		/* 0 */
};

/* An address with the length of its network part in bits. */
struct prefix {
	struct addr	addr;		/* port 0 */
	uint8_t		len;		/* 0..32 or 0..128 */
};

#define RTABLE_DEFAULT	(-1)	/* routing table that the daemon runs in */

#define ADDR_STRLEN	64		/* "[v6%scope]:port" and NUL */

/* addr.c */
int		 addr_from_sa(struct addr *, const struct sockaddr *);
socklen_t	 addr_to_sa(const struct addr *, struct sockaddr_storage *);
int		 addr_pton(struct addr *, const char *);
int		 addr_equal(const struct addr *, const struct addr *);
int		 addr_same_host(const struct addr *, const struct addr *);
int		 addr_is_any(const struct addr *);
int		 addr_is_loopback(const struct addr *);
int		 addr_is_multicast(const struct addr *);
const char	*addr_ntop(const struct addr *, char *, size_t);
const char	*addr_ntop_port(const struct addr *, char *, size_t);
int		 prefix_equal(const struct prefix *, const struct prefix *);
int		 prefix_covers(const struct prefix *, const struct addr *);
void		 prefix_mask(uint8_t *mask, int size, int len);
void		 prefix_clear(struct prefix *);

#endif /* ADDR_H */
