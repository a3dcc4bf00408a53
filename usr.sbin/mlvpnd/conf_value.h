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

#ifndef CONF_VALUE_H
#define CONF_VALUE_H

/*
 * Values in a configuration: rates, sizes, times, traffic classes, names,
 * addresses.
 */

#include <stdint.h>

#include "addr.h"

#define MSEC		1000ULL		/* in microseconds */
#define SECOND		(1000 * MSEC)
#define MINUTE		(60 * SECOND)
#define HOUR		(60 * MINUTE)

/*
 * As strtonum(3): *errstr is NULL, or says what is wrong with the word.
 *
 * value_rate(): bit/s
 * value_volume(): bytes
 * value_time(): microseconds
 * value_percent(): 1 to 100
 * value_tos(): an IPv4 TOS octet, as in pf.conf(5)
 * value_dscp(): a code point of Differentiated Services
 */
int64_t	 value_rate(const char *, const char **errstr);
int64_t	 value_volume(const char *, const char **errstr);
int64_t	 value_time(const char *, const char **errstr);
int64_t	 value_percent(const char *, const char **errstr);
int64_t	 value_tos(const char *, const char **errstr);
int64_t	 value_dscp(const char *, const char **errstr);

/* Is it valid?  A name is that of a tunnel, link or group. */
int	 value_is_name(const char *);
int	 value_is_ifname(const char *);
int	 value_is_hostname(const char *);

/*
 * A literal address, whose scope may be the name of an interface; and one
 * with "/length", by default that of the whole address, which keeps its host
 * bits.  Both return -1 if it is none.
 */
int	 value_addr(struct addr *, const char *);
int	 value_prefix(struct prefix *, const char *);

#endif /* CONF_VALUE_H */
