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
 * Values in a configuration: numbers with units, names, addresses.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_value.h"

#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
			"0123456789._-"
#define DIGITS		"0123456789"

#define RATE_MIN	8000
#define RATE_MAX	100000000000LL
#define QUOTA_MIN	1000000
#define QUOTA_MAX	1000000000000000LL

struct unit {
	const char	*name;
	uint64_t	 value;
};

static int	 scaled(const char *, const struct unit *, uint64_t *);
static int	 traffic_class(const char *);

static const struct unit rate_units[] = {
	{ "", 1 },
	{ "K", 1000ULL },
	{ "M", 1000000ULL },
	{ "G", 1000000000ULL },
	{ NULL, 0 }
};

static const struct unit volume_units[] = {
	{ "B", 1 },
	{ "K", 1000ULL },
	{ "M", 1000000ULL },
	{ "G", 1000000000ULL },
	{ "T", 1000000000000ULL },
	{ NULL, 0 }
};

static const struct unit time_units[] = {
	{ "ms", MSEC },
	{ "s", SECOND },
	{ "m", MINUTE },
	{ "h", HOUR },
	{ NULL, 0 }
};

static const struct unit percent_units[] = {
	{ "%", 1 },
	{ NULL, 0 }
};

/* of an IPv4 TOS octet */
static const struct unit tos_names[] = {
	{ "critical", 0xa0 },
	{ "inetcontrol", 0xc0 },
	{ "lowdelay", 0x10 },
	{ "netcontrol", 0xe0 },
	{ "reliability", 0x04 },
	{ "throughput", 0x08 },
	{ NULL, 0 }
};

int64_t
value_rate(const char *s, const char **errstr)
{
	uint64_t	 v = 0;

	*errstr = NULL;
	if (scaled(s, rate_units, &v) == -1)
		*errstr = "not a rate in bits per second such as 800K, 11M or "
		    "1G";
	else if (v < RATE_MIN || v > RATE_MAX)
		*errstr = "not between 8K and 100G bits per second";
	return (*errstr == NULL ? v : 0);
}

int64_t
value_volume(const char *s, const char **errstr)
{
	uint64_t	 v = 0;

	*errstr = NULL;
	if (scaled(s, volume_units, &v) == -1)
		*errstr = "not a number of bytes with a unit such as 500M, 50G "
		    "or 1T";
	else if (v < QUOTA_MIN || v > QUOTA_MAX)
		*errstr = "not between 1M and 1000T bytes";
	return (*errstr == NULL ? v : 0);
}

int64_t
value_time(const char *s, const char **errstr)
{
	uint64_t	 v = 0;

	*errstr = NULL;
	if (scaled(s, time_units, &v) == -1)
		*errstr = "not a time with a unit such as 300ms, 5s, 10m or 1h";
	return (v);
}

int64_t
value_percent(const char *s, const char **errstr)
{
	uint64_t	 v = 0;

	*errstr = NULL;
	if (strchr(s, '.') != NULL || scaled(s, percent_units, &v) == -1 ||
	    v < 1 || v > 100)
		*errstr = "not a percentage from 1% to 100%";
	return (*errstr == NULL ? v : 0);
}

int64_t
value_tos(const char *s, const char **errstr)
{
	const struct unit	*u;
	char			*end;
	unsigned long		 v;
	int			 class;

	*errstr = NULL;
	if ((class = traffic_class(s)) != -1)
		return (class << 2);
	for (u = tos_names; u->name != NULL; u++) {
		if (strcmp(s, u->name) == 0)
			return (u->value);
	}
	v = strtoul(s, &end, 0);
	if (!isdigit((unsigned char)*s) || *end != '\0' || v > 255)
		*errstr = "not a type of service: lowdelay, ef, af11 to af43, "
		    "cs0 to cs7 or 0 to 252";
	else if (v & 3)
		*errstr = "the lower two bits are reserved for ECN";
	return (*errstr == NULL ? v : 0);
}

int64_t
value_dscp(const char *s, const char **errstr)
{
	char		*end;
	unsigned long	 v;
	int		 class;

	*errstr = NULL;
	if ((class = traffic_class(s)) != -1)
		return (class);
	v = strtoul(s, &end, 0);
	if (!isdigit((unsigned char)*s) || *end != '\0' || v > 63)
		*errstr = "not a DSCP: ef, af11 to af43, cs0 to cs7 or 0 to 63";
	return (*errstr == NULL ? v : 0);
}

/* A number with at most six decimals, and a unit; -1 if it is not. */
static int
scaled(const char *s, const struct unit *unit, uint64_t *v)
{
	uint64_t	 whole = 0, part = 0, scale = 1;

	if (!isdigit((unsigned char)*s))
		return (-1);
	for (; isdigit((unsigned char)*s); s++) {
		if (whole > UINT64_MAX / 100)
			return (-1);
		whole = whole * 10 + *s - '0';
	}
	if (*s == '.') {
		s++;
		if (!isdigit((unsigned char)*s))
			return (-1);
		for (; isdigit((unsigned char)*s) && scale < 1000000; s++) {
			part = part * 10 + *s - '0';
			scale *= 10;
		}
	}
	for (; unit->name != NULL; unit++) {
		if (strcmp(unit->name, s) == 0)
			break;
	}
	if (unit->name == NULL || whole > UINT64_MAX / 2 / unit->value)
		return (-1);
	*v = whole * unit->value + part * unit->value / scale;
	return (0);
}

/* The code point of that name (RFC 2474, 2597, 3246), or -1. */
static int
traffic_class(const char *s)
{
	if (strcmp(s, "ef") == 0)
		return (46);
	if (strlen(s) == 3 && strncmp(s, "cs", 2) == 0 && s[2] >= '0' &&
	    s[2] <= '7')
		return ((s[2] - '0') << 3);
	if (strlen(s) == 4 && strncmp(s, "af", 2) == 0 && s[2] >= '1' &&
	    s[2] <= '4' && s[3] >= '1' && s[3] <= '3')
		return ((s[2] - '0') << 3 | (s[3] - '0') << 1);
	return (-1);
}

int
value_is_name(const char *s)
{
	return (isalnum((unsigned char)*s) && s[strspn(s, NAME_CHARS)] == '\0');
}

/* An interface such as em0 or eth0.5, or an interface group. */
int
value_is_ifname(const char *s)
{
	const char	*dot = strchr(s, '.');

	return (isalpha((unsigned char)*s) && strlen(s) < IFNAMSIZ &&
	    s[strspn(s, NAME_CHARS)] == '\0' &&
	    (dot == NULL || dot[1 + strspn(dot + 1, DIGITS)] == '\0'));
}

int
value_is_hostname(const char *s)
{
	const char	*label = s;
	size_t		 len;

	if (strlen(s) >= HOST_SIZE || strchr(s, ':') != NULL)
		return (0);
	for (;;) {
		len = strcspn(label, ".");
		if (len == 0 || len > 63 || *label == '-' ||
		    strspn(label, NAME_CHARS) < len)
			return (0);
		if (label[len] == '\0' || label[len + 1] == '\0')
			break;
		label += len + 1;
	}
	/* a mistyped address must not be resolved as a name */
	return (strspn(label, DIGITS) != len);
}

int
value_addr(struct addr *addr, const char *s)
{
	const char	*scope;
	char		 buf[ADDR_STRLEN];
	unsigned int	 index;

	if ((scope = strchr(s, '%')) == NULL ||
	    !isalpha((unsigned char)scope[1]))
		return (addr_pton(addr, s));
	if ((index = if_nametoindex(scope + 1)) == 0 ||
	    (size_t)snprintf(buf, sizeof(buf), "%.*s%%%u", (int)(scope - s),
	    s, index) >= sizeof(buf))
		return (-1);
	return (addr_pton(addr, buf));
}

int
value_prefix(struct prefix *prefix, const char *s)
{
	const char	*errstr, *slash;
	char		 buf[ADDR_STRLEN];
	int		 bits;

	memset(prefix, 0, sizeof(*prefix));
	if ((slash = strchr(s, '/')) == NULL)
		slash = s + strlen(s);
	if ((size_t)snprintf(buf, sizeof(buf), "%.*s", (int)(slash - s), s) >=
	    sizeof(buf) || value_addr(&prefix->addr, buf) == -1)
		return (-1);
	prefix->len = bits = prefix->addr.family == 4 ? 32 : 128;
	if (*slash == '\0')
		return (0);
	if (!isdigit((unsigned char)slash[1]))
		return (-1);
	prefix->len = strtonum(slash + 1, 0, bits, &errstr);
	return (errstr == NULL ? 0 : -1);
}
