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
 * Words for what control messages contain.
 */

#include <sys/types.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl_words.h"

const char *
tunnel_state(const struct ctl_tunnel *ct)
{
	switch (ct->state) {
	case TUNNEL_DOWN:
		return ("down");
	case TUNNEL_HANDSHAKE:
		return ("in handshake");
	case TUNNEL_UP:
		return ("up");
	default:
		return ("unknown");
	}
}

const char *
link_state(unsigned int state)
{
	switch (state) {
	case LINK_DISABLED:
		return ("disabled");
	case LINK_NOADDR:
		return ("no address");
	case LINK_OPENING:
		return ("opening");
	case LINK_UP:
		return ("up");
	case LINK_SUSPECT:
		return ("suspect");
	case LINK_DOWN:
		return ("down");
	case LINK_LOSSY:
		return ("lossy");
	case LINK_SLOW:
		return ("slow");
	case LINK_STANDBY:
		return ("standby");
	case LINK_ABSENT:
		return ("-");
	default:
		return ("unknown");
	}
}

/* NULL if there is none. */
const char *
listen_error(const struct ctl_listen *cl)
{
	switch (cl->error) {
	case 0:
		return (NULL);
	case EACCES:
	case EPERM:
		return ("permission denied");
	case EADDRINUSE:
		return ("address in use");
	case EADDRNOTAVAIL:
	case ENOENT:
		return ("no such address");
	case EAFNOSUPPORT:
		return ("no such address family");
	default:
		return ("other error");
	}
}

const char *
fmt_prefix(const struct prefix *p, char *buf)
{
	size_t	 len;

	fmt_addr(&p->addr, buf);
	len = strlen(buf);
	snprintf(buf + len, ADDR_STRLEN - len, "/%u", p->len);
	return (buf);
}

const char *
fmt_route(const struct ctl_route *r, char *buf)
{
	if (!r->is_default)
		return (fmt_prefix(&r->prefix, buf));
	strlcpy(buf, "default", ADDR_STRLEN);
	return (buf);
}

/* The port is printed if there is one. */
const char *
fmt_addr(const struct addr *a, char *buf)
{
	if (a->family == 0)
		strlcpy(buf, "-", ADDR_STRLEN);
	else if (a->port == 0)
		addr_ntop(a, buf, ADDR_STRLEN);
	else
		addr_ntop_port(a, buf, ADDR_STRLEN);
	return (buf);
}

/*
 * Length of the UTF-8 sequence (RFC 3629) that s begins with, 0 if it is
 * none: stray, cut off, longer than needed, a surrogate or past U+10FFFF.
 */
size_t
utf8_len(const char *str)
{
	const unsigned char	*s = (const unsigned char *)str;
	static const uint32_t	 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t		 c;
	size_t			 i, len;

	if (s[0] < 0x80)
		return (1);
	if ((s[0] & 0xe0) == 0xc0)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if ((s[0] & 0xf8) == 0xf0)
		len = 4;
	else
		return (0);

	c = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	return (len);
}
