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

/*
 * Addresses and prefixes: conversion to and from text and sockaddr, and
 * comparisons.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

static int	 addr_scope(const char *, uint32_t *);

/* -1 for a family other than IPv4 and IPv6. */
int
addr_from_sa(struct addr *a, const struct sockaddr *sa)
{
	struct sockaddr_in	 sin;
	struct sockaddr_in6	 sin6;

	memset(a, 0, sizeof(*a));
	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&sin, sa, sizeof(sin));
		memcpy(a->ip, &sin.sin_addr, 4);
		a->port = ntohs(sin.sin_port);
		a->family = 4;
		return (0);
	case AF_INET6:
		memcpy(&sin6, sa, sizeof(sin6));
		memcpy(a->ip, &sin6.sin6_addr, 16);
		a->port = ntohs(sin6.sin6_port);
		a->scope = sin6.sin6_scope_id;
		a->family = 6;
		return (0);
	default:
		return (-1);
	}
}

/*
 * Returns the length of the socket address, 0 for a family of 0.  The length
 * field that it has on BSD is left 0: a system call takes the one that goes
 * along.
 */
socklen_t
addr_to_sa(const struct addr *a, struct sockaddr_storage *ss)
{
	struct sockaddr_in	 sin;
	struct sockaddr_in6	 sin6;

	memset(ss, 0, sizeof(*ss));
	switch (a->family) {
	case 4:
		memset(&sin, 0, sizeof(sin));
		sin.sin_family = AF_INET;
		sin.sin_port = htons(a->port);
		memcpy(&sin.sin_addr, a->ip, 4);
		memcpy(ss, &sin, sizeof(sin));
		return (sizeof(sin));
	case 6:
		memset(&sin6, 0, sizeof(sin6));
		sin6.sin6_family = AF_INET6;
		sin6.sin6_port = htons(a->port);
		sin6.sin6_scope_id = a->scope;
		memcpy(&sin6.sin6_addr, a->ip, 16);
		memcpy(ss, &sin6, sizeof(sin6));
		return (sizeof(sin6));
	default:
		return (0);
	}
}

/*
 * Reads a numeric address without a port.  The scope of an IPv6 address is
 * a number, as in "fe80::1%2".  Returns 0, or -1 if it is none.
 */
int
addr_pton(struct addr *a, const char *str)
{
	char		 buf[INET6_ADDRSTRLEN];
	const char	*scope;
	size_t		 len;

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, str, a->ip) == 1) {
		a->family = 4;
		return (0);
	}
	if ((scope = strchr(str, '%')) != NULL)
		len = scope++ - str;
	else
		len = strlen(str);
	if (len >= sizeof(buf))
		return (-1);
	memcpy(buf, str, len);
	buf[len] = '\0';
	if (inet_pton(AF_INET6, buf, a->ip) != 1 ||
	    (scope != NULL && addr_scope(scope, &a->scope) == -1)) {
		memset(a, 0, sizeof(*a));
		return (-1);
	}
	a->family = 6;
	return (0);
}

/* The same address, scope and port. */
int
addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family || a->port != b->port)
		return (0);
	switch (a->family) {
	case 4:
		return (memcmp(a->ip, b->ip, 4) == 0);
	case 6:
		return (memcmp(a->ip, b->ip, 16) == 0 && a->scope == b->scope);
	default:
		return (1);
	}
}

/* The same but for the port. */
int
addr_same_host(const struct addr *a, const struct addr *b)
{
	return (a->family == b->family && a->scope == b->scope &&
	    memcmp(a->ip, b->ip, sizeof(a->ip)) == 0);
}

int
addr_is_any(const struct addr *a)
{
	static const uint8_t	 any[16];

	return (memcmp(a->ip, any, sizeof(any)) == 0);
}

int
addr_is_loopback(const struct addr *a)
{
	static const uint8_t	 loopback6[16] = { [15] = 1 };

	if (a->family == 4)
		return (a->ip[0] == 127);
	return (memcmp(a->ip, loopback6, sizeof(loopback6)) == 0);
}

/* Multicast, or what is beyond it in IPv4. */
int
addr_is_multicast(const struct addr *a)
{
	if (a->family == 4)
		return (a->ip[0] >= 224);
	return (a->ip[0] == 0xff);
}

/* Returns buf, which has ADDR_STRLEN bytes for the longest; "none". */
const char *
addr_ntop(const struct addr *a, char *buf, size_t len)
{
	char	 ip[INET6_ADDRSTRLEN];

	if ((a->family != 4 && a->family != 6) ||
	    inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, ip,
	    sizeof(ip)) == NULL)
		snprintf(buf, len, "none");
	else if (a->family == 6 && a->scope != 0)
		snprintf(buf, len, "%s%%%u", ip, a->scope);
	else
		snprintf(buf, len, "%s", ip);
	return (buf);
}

/* As addr_ntop(): "192.0.2.1:5080", "[2001:db8::1]:5080", "none". */
const char *
addr_ntop_port(const struct addr *a, char *buf, size_t len)
{
	char	 ip[ADDR_STRLEN];

	addr_ntop(a, ip, sizeof(ip));
	switch (a->family) {
	case 4:
		snprintf(buf, len, "%s:%u", ip, a->port);
		break;
	case 6:
		snprintf(buf, len, "[%s]:%u", ip, a->port);
		break;
	default:
		snprintf(buf, len, "%s", ip);
		break;
	}
	return (buf);
}

int
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return (a->len == b->len && addr_equal(&a->addr, &b->addr));
}

/* Is the address in the prefix? */
int
prefix_covers(const struct prefix *prefix, const struct addr *a)
{
	uint8_t	 mask[16];
	int	 i;

	if (prefix->addr.family != a->family)
		return (0);
	prefix_mask(mask, sizeof(mask), prefix->len);
	for (i = 0; i < (int)sizeof(mask); i++)
		if ((prefix->addr.ip[i] ^ a->ip[i]) & mask[i])
			return (0);
	return (1);
}

/* The first len bits of size bytes, in network order. */
void
prefix_mask(uint8_t *mask, int size, int len)
{
	int	 i;

	for (i = 0; i < size; i++, len -= 8) {
		if (len >= 8)
			mask[i] = 0xff;
		else if (len > 0)
			mask[i] = 0xff << (8 - len);
		else
			mask[i] = 0;
	}
}

/* Clears the host bits. */
void
prefix_clear(struct prefix *prefix)
{
	uint8_t	 mask[16];
	int	 i;

	prefix_mask(mask, sizeof(mask), prefix->len);
	for (i = 0; i < (int)sizeof(mask); i++)
		prefix->addr.ip[i] &= mask[i];
}

static int
addr_scope(const char *str, uint32_t *scope)
{
	const char	*errstr;

	/* strtonum(3) would take a sign and leading blanks */
	if (*str < '0' || *str > '9')
		return (-1);
	*scope = strtonum(str, 0, UINT_MAX, &errstr);
	return (errstr == NULL ? 0 : -1);
}
