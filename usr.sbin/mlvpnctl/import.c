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
 * Converts a configuration of MLVPN 2.x.  Warns about what MLVPN ignores and
 * about values without a counterpart, which become comments.  mlvpnd(8)
 * accepts the output whatever is in the file, unless import() returns 1
 * because it lacks something that MLVPN requires, too.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/utsname.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "conf.h"
#include "conf_file.h"
#include "conf_match.h"
#include "import.h"
#include "mlvpn2_wire.h"
#include "mlvpnctl.h"
#include "printconf.h"

#define COMPLAINTS_MAX	100
#define COMMENT_MAX	160		/* of a value in a comment */

#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
			"0123456789._-"
#define DIGITS		"0123456789"

#define TUNNEL_DEFAULT	"mlvpn"
#define IFNAME_DEFAULT	"mlvpn0"

/* Bounds of mlvpnd.conf(5), and of MLVPN. */
#define RATE_LEAST	8000		/* bit/s */
#define RTABLE_MOST	255
#define REORDER_MOST	65535		/* packets */
#define TIMEOUT_LEAST	2		/* s */
#define TIMEOUT_MOST	3600
#define LATENCY_OFF	1000		/* ms */
#define LOSS_OFF	100		/* percent */
#define MTU_WHOLE	1428		/* not in fragments over Ethernet */
#define MTU_INET6	1280

enum loudness {
	QUIET,				/* only in the comment */
	LOUD
};

/* Keys of older versions and of forks, and keys found only in guides. */
static const struct {
	const char	*key;
	const char	*why;
} historic[] = {
	{ "latency_increase",	"not a key of MLVPN 2.x" },
	{ "logfile",		"see syslog.conf(5)" },
	{ "loglevel",		"see mlvpnctl log verbose" },
	{ "protocol",		"always UDP" },
	{ "quota",		"see quota in mlvpnd.conf(5)" },
	{ "reorder_buffer",	"see reorder in mlvpnd.conf(5)" },
	{ "weight",		"see bandwidth in mlvpnd.conf(5)" }
};

static const char *tunnel_name(char *, size_t);
static struct value *general(const char *);
static int	 get_number(struct value *, uint32_t *);
static int	 get_port(struct value *, int *);
static int	 get_prefix(const char *, int, struct prefix *);
static int	 is_zero(const struct addr *);
static int	 is_multicast(const struct addr *);
static int	 hostname_ok(const char *);
static int	 ifname_ok(const char *);
static int	 is_printable(const char *);
static int	 is_link(const struct section *);

static void	 import_mode(void);
static void	 import_status(void);
static void	 import_secret(void);
static void	 import_interface(void);
static int	 interface_ok(struct value *);
static void	 import_address(const char *, const char *, int);
static void	 import_mtu(void);
static void	 import_allow(void);
static void	 import_routes(void);
static void	 import_route_list(struct value *, int);
static const char *import_route(const char *, int);
static int	 is_default(const char *, int);
static void	 import_default(void);
static void	 say_route(const struct prefix *);
static void	 import_timeout(struct value *);
static void	 import_reorder(void);
static void	 import_command(void);
static void	 import_rest(const char *);
static void	 import_links(void);
static void	 import_link(struct section *);
static void	 link_name(struct section *);
static int	 link_name_used(const char *);
static void	 link_rtable(struct section *);
static int	 link_listens(struct section *);
static int	 link_connects(struct section *);
static void	 link_local(struct section *, const struct addr *);
static void	 link_device(struct section *);
static int	 has_devices(void);
static void	 link_bandwidth(struct section *);
static void	 get_bandwidth(struct value *, uint64_t *);
static void	 link_tolerances(struct section *);
static void	 import_filters(void);
static void	 import_filter(struct value *);
static struct section *filter_link(struct value *);

static void	 refuse(int, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));
static void	 vcomplain(int, const char *, va_list)
		    __attribute__((__format__ (printf, 2, 0)));
static void	 lose(struct value *, enum loudness, const char *, ...)
		    __attribute__((__format__ (printf, 3, 4)));
static void	 say(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));
static void	 comment(int, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));
static const char *quotable(const char *, char *, size_t);
static const char *name_from(const char *, char *, size_t, const char *);

static struct ini	 ini;
static const char	*file;
static struct utsname	 host;
static int		 complaints, status;
static int		 depth;		/* of the block being written */
static int		 muted;		/* write it as a comment */
static int		 is_server, layer2, cleartext;
static struct prefix	 address4, address6;	/* family 0: none */
static int		 has_peer4, has_peer6;
static int		 default4, default6;
static struct prefix	*routes;
static size_t		 nroutes;
static struct value	*loss, *latency;	/* of all links */

int
import(const char *name)
{
	struct section	*s;
	FILE		*fp;
	char		 buf[PATH_MAX];

	file = name;
	if (uname(&host) == -1)
		err(1, "uname");
	if ((fp = fopen(file, "r")) == NULL)
		err(1, "%s", file);
	ini_read(&ini, fp);
	fclose(fp);

	if (ini_section(&ini, INI_GENERAL) == NULL)
		refuse(1, "no section [%s]: mode and password are missing",
		    INI_GENERAL);
	TAILQ_FOREACH(s, &ini.sections, entry) {
		if (strcmp(s->name, INI_GENERAL) == 0)
			break;
		if (is_link(s))
			complain(s->lineno, "section before [%s], which MLVPN "
			    "has not read yet", INI_GENERAL);
	}

	printf("# Generated by mlvpnctl import from %s\n\n",
	    quotable(file, buf, sizeof(buf)));
	import_mode();
	import_status();
	printf("tunnel \"%s\" {\n", tunnel_name(buf, TUNNEL_NAME_SIZE));
	depth = 1;
	say("protocol mlvpn2\n");
	import_secret();
	import_interface();
	import_address("ip4", "ip4_gateway", 4);
	import_address("ip6", "ip6_gateway", 6);
	import_mtu();
	import_routes();
	import_allow();
	import_timeout(general("timeout"));
	import_reorder();
	import_command();
	loss = general("loss_tolerence");
	latency = general("latency_tolerence");
	import_rest(INI_GENERAL);
	import_links();
	import_filters();
	printf("}\n");

	if (complaints > COMPLAINTS_MAX)
		warnx("%d more warnings", complaints - COMPLAINTS_MAX);
	return (status);
}

/* The name of the file without directory and suffix. */
static const char *
tunnel_name(char *buf, size_t size)
{
	const char	*base;
	char		 name[PATH_MAX], *suffix;

	base = strrchr(file, '/');
	strlcpy(name, base != NULL ? base + 1 : file, sizeof(name));
	if ((suffix = strrchr(name, '.')) != NULL)
		*suffix = '\0';
	return (name_from(name, buf, size, TUNNEL_DEFAULT));
}

static struct value *
general(const char *key)
{
	return (ini_value(&ini, INI_GENERAL, key));
}

/*
 * The number as atoi(3) reads it, which MLVPN uses.  Returns -1 if it is out
 * of range or there is no value.
 */
static int
get_number(struct value *v, uint32_t *n)
{
	const char	*p;
	long		 l;

	if (v == NULL)
		return (-1);
	p = v->text + strspn(v->text, " \t");
	errno = 0;
	l = strtol(p, NULL, 10);
	if (errno != 0 || l < 0 || l > INT_MAX) {
		lose(v, LOUD, "out of range");
		return (-1);
	}
	if (!v->told && (!isdigit((unsigned char)*p) ||
	    p[strspn(p, DIGITS)] != '\0')) {
		complain(v->lineno, "%s: not a number, MLVPN reads %ld",
		    v->key, l);
		v->told = 1;
	}
	*n = l;
	return (0);
}

static int
get_port(struct value *v, int *port)
{
	const char	*errstr = "";

	if (v->text[strspn(v->text, DIGITS)] == '\0')
		*port = strtonum(v->text, 1, UINT16_MAX, &errstr);
	return (errstr == NULL ? 0 : -1);
}

/* An address of an interface, or the destination of a route. */
static int
get_prefix(const char *text, int family, struct prefix *prefix)
{
	const char	*errstr, *slash;
	char		 buf[ADDR_STRLEN];

	memset(prefix, 0, sizeof(*prefix));
	if ((slash = strchr(text, '/')) == NULL)
		slash = text + strlen(text);
	if ((size_t)snprintf(buf, sizeof(buf), "%.*s", (int)(slash - text),
	    text) >= sizeof(buf) || strchr(buf, '%') != NULL ||
	    addr_pton(&prefix->addr, buf) == -1 ||
	    prefix->addr.family != family || is_multicast(&prefix->addr))
		return (-1);
	prefix->len = family == 4 ? 32 : 128;
	if (*slash == '\0')
		return (0);
	if (slash[1] == '\0' || slash[1 + strspn(slash + 1, DIGITS)] != '\0')
		return (-1);
	prefix->len = strtonum(slash + 1, 0, prefix->len, &errstr);
	return (errstr == NULL ? 0 : -1);
}

static int
is_zero(const struct addr *addr)
{
	size_t	 i;

	for (i = 0; i < sizeof(addr->ip); i++) {
		if (addr->ip[i] != 0)
			return (0);
	}
	return (1);
}

static int
is_multicast(const struct addr *addr)
{
	if (addr->family == 4)
		return (addr->ip[0] >= 224);
	return (addr->ip[0] == 0xff);
}

/* A name that can be resolved: its last label is not a number. */
static int
hostname_ok(const char *s)
{
	const char	*label = s;
	size_t		 len;

	if (strlen(s) >= HOST_SIZE)
		return (0);
	for (;;) {
		len = strcspn(label, ".");
		if (len == 0 || len > 63 || *label == '-' ||
		    strspn(label, NAME_CHARS) < len)
			return (0);
		if (label[len] == '\0' || label[len + 1] == '\0')
			return (strspn(label, DIGITS) != len);
		label += len + 1;
	}
}

static int
ifname_ok(const char *s)
{
	const char	*dot = strchr(s, '.');

	return (isalpha((unsigned char)*s) && strlen(s) < IFNAMSIZ &&
	    s[strspn(s, NAME_CHARS)] == '\0' &&
	    (dot == NULL || dot[1 + strspn(dot + 1, DIGITS)] == '\0'));
}

/* Can it stand in a string of mlvpnd.conf(5)? */
static int
is_printable(const char *s)
{
	for (; *s != '\0'; s++) {
		if (iscntrl((unsigned char)*s) && *s != '\t')
			return (0);
	}
	return (1);
}

static int
is_link(const struct section *s)
{
	return (s->filled && strcmp(s->name, INI_GENERAL) != 0 &&
	    !ini_is_filters(s->name));
}

static void
import_mode(void)
{
	struct value	*v = general("mode");

	if (v == NULL)
		refuse(1, "no mode: MLVPN does not start without it");
	else if (strcmp(v->text, "server") == 0)
		is_server = 1;
	else if (strcmp(v->text, "client") != 0)
		complain(v->lineno, "mode: neither server nor client, MLVPN "
		    "reads client");
}

static void
import_status(void)
{
	struct value	*bindhost, *bindport, *path;

	bindhost = general("control_bind_host");
	bindport = general("control_bind_port");
	path = general("control_unix_path");
	if (bindhost == NULL && bindport == NULL && path == NULL)
		return;
	lose(bindhost, LOUD, "see status in mlvpnd.conf(5)");
	lose(bindport, QUIET, "see status in mlvpnd.conf(5)");
	lose(path, QUIET, "see mlvpnd -s and mlvpnctl -s");
	printf("\n");
}

static void
import_secret(void)
{
	struct value	*v = general("password");
	uint32_t	 n;

	if (v == NULL)
		refuse(1, "no password: MLVPN does not start without it");
	else if (strlen(v->text) >= SECRET_SIZE || !is_printable(v->text)) {
		refuse(v->lineno, "password: longer than %d characters or not "
		    "printable", SECRET_SIZE - 1);
		v = NULL;
	}
	if (v == NULL)
		say("# secret is missing\n");
	else {
		if (strcmp(v->text, v->words) != 0)
			complain(v->lineno, "password: MLVPN removes blanks "
			    "outside of quotes");
		complain(v->lineno, "password: choose a new one for both ends: "
		    "packets recorded under the old one can be replayed");
		say("# choose a new one: packets recorded under this one can "
		    "be replayed\n");
		say("secret ");
		print_string(v->text);
		printf("\n");
	}

	if (get_number(v = general("cleartext_data"), &n) == -1 || n == 0)
		return;
	complain(v->lineno, "cleartext_data: packets are neither encrypted nor "
	    "authenticated");
	cleartext = 1;
	say("cleartext data\n");
}

static void
import_interface(void)
{
	struct value	*name, *type;
	const char	*ifname = IFNAME_DEFAULT;

	if ((type = general("tuntap")) != NULL) {
		layer2 = strcmp(type->text, "tun") != 0;
		if (layer2 && strcmp(type->text, "tap") != 0)
			complain(type->lineno, "tuntap: neither tun nor tap, "
			    "MLVPN reads tap");
	}
	if ((name = general("interface_name")) != NULL && interface_ok(name))
		ifname = name->text;
	else if (strcmp(host.sysname, "OpenBSD") == 0)
		ifname = layer2 ? "tap0" : "tun0";
	say("interface \"%s\" %s\n", ifname, layer2 ? "tap" : "tun");
}

static int
interface_ok(struct value *v)
{
	if (!ifname_ok(v->text)) {
		lose(v, LOUD, "not an interface name");
		return (0);
	}
	if (strcmp(host.sysname, "OpenBSD") == 0 &&
	    (strncmp(v->text, layer2 ? "tap" : "tun", 3) != 0 ||
	    v->text[3] == '\0' || v->text[3 + strspn(v->text + 3, DIGITS)] !=
	    '\0')) {
		lose(v, LOUD, "OpenBSD names interfaces tun0, tap0 and so on");
		return (0);
	}
	return (1);
}

static void
import_address(const char *key, const char *peerkey, int family)
{
	struct value	*v, *w;
	struct prefix	*prefix, peer;

	prefix = family == 4 ? &address4 : &address6;
	v = general(key);
	w = general(peerkey);
	if (v != NULL && (get_prefix(v->text, family, prefix) == -1 ||
	    prefix->len == 0 || is_zero(&prefix->addr))) {
		lose(v, LOUD, "not an address with a prefix length");
		v = NULL;
	}
	if (v == NULL) {
		prefix->addr.family = 0;
		lose(w, LOUD, "needs %s", key);
		return;
	}
	if (strchr(v->text, '/') == NULL)
		complain(v->lineno, "%s: no prefix length", key);

	if (w != NULL && (get_prefix(w->text, family, &peer) == -1 ||
	    is_zero(&peer.addr) || strchr(w->text, '/') != NULL ||
	    addr_equal(&peer.addr, &prefix->addr))) {
		lose(w, LOUD, "not the address of the other end");
		w = NULL;
	}
	if (w == NULL) {
		say("address %s\n", v->text);
		return;
	}
	say("address %s peer %s\n", v->text, w->text);
	if (family == 4)
		has_peer4 = 1;
	else
		has_peer6 = 1;
}

/* MLVPN only passes it to its script. */
static void
import_mtu(void)
{
	struct value	*v;
	uint32_t	 mtu, most;

	if (get_number(v = general("mtu"), &mtu) == -1)
		return;
	most = layer2 ? MLVPN2_TAP_MTU : MLVPN2_MTU;
	if (mtu > most) {
		lose(v, LOUD, "MLVPN truncates packets at %u bytes", most);
		mtu = most;
	} else if (mtu < TUNNEL_MTU_MIN) {
		lose(v, LOUD, "less than %d", TUNNEL_MTU_MIN);
		return;
	} else if (mtu < MTU_INET6 && address6.addr.family != 0) {
		lose(v, LOUD, "IPv6 needs at least %d", MTU_INET6);
		return;
	}
	if (mtu > MTU_WHOLE && !cleartext)
		comment(v->lineno, "packets are fragmented if the mtu is above "
		    "%d", MTU_WHOLE);
	say("mtu %u\n", mtu);
}

static void
import_routes(void)
{
	import_route_list(general("ip4_routes"), 4);
	import_route_list(general("ip6_routes"), 6);
	import_default();
}

static void
import_route_list(struct value *v, int family)
{
	const char	*why;
	char		 buf[COMMENT_MAX];
	char		*list, *p, *word;

	if (v == NULL)
		return;
	if (strcmp(v->text, v->words) != 0)
		complain(v->lineno, "%s: MLVPN removes blanks outside of "
		    "quotes", v->key);
	if ((list = p = strdup(v->words)) == NULL)
		err(1, NULL);
	while ((word = strsep(&p, " \t")) != NULL) {
		if (*word == '\0' || (why = import_route(word, family)) == NULL)
			continue;
		quotable(word, buf, sizeof(buf));
		complain(v->lineno, "%s: %s: %s", v->key, buf, why);
		comment(v->lineno, "%s: %s: %s", v->key, buf, why);
	}
	free(list);
}

/* Returns an error, or NULL. */
static const char *
import_route(const char *word, int family)
{
	struct prefix	 prefix;

	if ((family == 4 ? &address4 : &address6)->addr.family == 0)
		return ("the tunnel has no address of this family");
	if (layer2 && !(family == 4 ? has_peer4 : has_peer6))
		return ("tuntap = tap needs a gateway");
	if (is_default(word, family)) {
		if (family == 4)
			default4 = 1;
		else
			default6 = 1;
		return (NULL);
	}
	if (get_prefix(word, family, &prefix) == -1)
		return ("not a network prefix");
	say_route(&prefix);
	return (NULL);
}

static int
is_default(const char *word, int family)
{
	struct prefix	 prefix;

	return (strcmp(word, "default") == 0 ||
	    (get_prefix(word, family, &prefix) == 0 && prefix.len == 0));
}

/* MLVPN looks at no source addresses, and routes can be in its script. */
static void
import_allow(void)
{
	if (!layer2 && (address4.addr.family != 0 ||
	    address6.addr.family != 0))
		say("allow from any\n");
}

/* "route default" is for all address families of the tunnel. */
static void
import_default(void)
{
	static const struct prefix	 halves[] = {
		{ { .family = 4 }, 1 },
		{ { .ip = { 0x80 }, .family = 4 }, 1 },
		{ { .family = 6 }, 1 },
		{ { .ip = { 0x80 }, .family = 6 }, 1 }
	};

	if ((default4 || default6) &&
	    (default4 || address4.addr.family == 0) &&
	    (default6 || address6.addr.family == 0))
		say("route default\n");
	else if (default4) {
		say_route(&halves[0]);
		say_route(&halves[1]);
	} else if (default6) {
		say_route(&halves[2]);
		say_route(&halves[3]);
	}
}

/* mlvpnd.conf(5) has each route once. */
static void
say_route(const struct prefix *new)
{
	struct prefix	 p = *new;
	char		 buf[ADDR_STRLEN];
	size_t		 i;

	for (i = p.len; i < 8 * sizeof(p.addr.ip); i++)
		p.addr.ip[i / 8] &= ~(0x80 >> i % 8);
	for (i = 0; i < nroutes; i++) {
		if (routes[i].len == p.len &&
		    addr_equal(&routes[i].addr, &p.addr))
			return;
	}
	if ((routes = recallocarray(routes, nroutes, nroutes + 1,
	    sizeof(*routes))) == NULL)
		err(1, NULL);
	routes[nroutes++] = p;
	say("route %s/%u\n", addr_ntop(&p.addr, buf, sizeof(buf)), p.len);
}

static void
import_timeout(struct value *v)
{
	uint32_t	 timeout;

	if (get_number(v, &timeout) == -1)
		return;
	if (timeout < TIMEOUT_LEAST)
		timeout = TIMEOUT_LEAST;
	if (timeout > TIMEOUT_MOST) {
		lose(v, LOUD, "more than an hour");
		timeout = TIMEOUT_MOST;
	}
	say("timeout %us\n", timeout);
}

static void
import_reorder(void)
{
	struct value	*v;
	uint32_t	 n = 0;

	(void)get_number(v = general("reorder_buffer_size"), &n);
	if (n > REORDER_MOST) {
		lose(v, LOUD, "more than %d", REORDER_MOST);
		n = REORDER_MOST;
	}
	if (n == 0)
		say("reorder no\n");
	else
		say("reorder %u\n", n);
}

static void
import_command(void)
{
	struct value	*v;
	char		 path[PATH_MAX], why[PATH_MAX + 128];

	if ((v = general("statuscommand")) == NULL)
		return;
	if (*v->text != '/' || strlen(v->text) >= PATH_MAX ||
	    !is_printable(v->text)) {
		lose(v, LOUD, "not an absolute path");
		return;
	}
	if (conf_command_check(v->text, path, why, sizeof(why)) == -1) {
		lose(v, LOUD, "%s", why);
		say("# ");
		printf("command ");
	} else
		say("command ");
	print_string(v->text);
	printf(" compat\n");
}

/* Values that were not used. */
static void
import_rest(const char *section)
{
	struct value	*v;
	size_t		 i;

	TAILQ_FOREACH(v, &ini.values, entry) {
		if (v->used || strcmp(v->section, section) != 0)
			continue;
		if (*v->key == '\0') {
			comment(v->lineno, "%s", v->text);
			continue;
		}
		for (i = 0; i < sizeof(historic) / sizeof(historic[0]); i++) {
			if (strcmp(v->key, historic[i].key) == 0)
				break;
		}
		if (i < sizeof(historic) / sizeof(historic[0]))
			lose(v, QUIET, "%s", historic[i].why);
		else
			lose(v, LOUD, "not a key of MLVPN in this section");
	}
}

static void
import_links(void)
{
	struct section	*s;
	struct value	*v;
	int		 n = 0;

	TAILQ_FOREACH(v, &ini.values, entry) {
		if (strcmp(v->key, "bandwidth_upload") == 0) {
			comment(v->lineno, "bandwidth_upload was a weight, "
			    "bandwidth up is the rate of the line");
			break;
		}
	}
	TAILQ_FOREACH(s, &ini.sections, entry) {
		if (!is_link(s))
			continue;
		if (n == TUNNEL_LINK_MAX) {
			complain(s->lineno, "more than %d links",
			    TUNNEL_LINK_MAX);
			break;
		}
		import_link(s);
		n += s->ok;
	}
	if (n == 0)
		refuse(1, "no usable link");
}

/* A link that MLVPN or mlvpnd(8) cannot use becomes a comment. */
static void
import_link(struct section *s)
{
	char	 buf[ADDR_STRLEN];

	printf("\n");
	link_name(s);
	link_rtable(s);
	s->ok = (is_server ? link_listens(s) : link_connects(s)) == 0;
	muted = !s->ok;
	say("link \"%s\" {\n", s->link);
	depth++;
	if (s->listen.family != 0)
		say("listen on %s port %d\n", s->listen_both ? "*" :
		    addr_ntop(&s->listen, buf, sizeof(buf)), s->port);
	if (s->remote != NULL)
		say("remote \"%s\" port %d%s\n", s->remote, s->port,
		    s->family == 4 ? " inet" : s->family == 6 ? " inet6" : "");
	if (s->local.family != 0)
		say("local %s", addr_ntop(&s->local, buf, sizeof(buf)));
	else if (s->device != NULL && !has_devices())
		say("local \"%s\"", s->device);
	else if (s->local.port != 0)
		say("local");
	if (s->local.port != 0)
		printf(" port %u", s->local.port);
	if (s->local.family != 0 || s->local.port != 0 ||
	    (s->device != NULL && !has_devices()))
		printf("\n");
	if (s->rtable != RTABLE_DEFAULT)
		say("rdomain %d\n", s->rtable);
	link_device(s);
	link_bandwidth(s);
	link_tolerances(s);
	import_timeout(ini_value(&ini, s->name, "timeout"));
	import_rest(s->name);
	depth--;
	say("}\n");
	muted = 0;
}

static void
link_name(struct section *s)
{
	char	 suffix[12];
	int	 n;

	name_from(s->name, s->link, sizeof(s->link), "link");
	for (n = 2; link_name_used(s->link); n++) {
		snprintf(suffix, sizeof(suffix), "-%d", n);
		name_from(s->name, s->link, sizeof(s->link) - strlen(suffix),
		    "link");
		strlcat(s->link, suffix, sizeof(s->link));
	}
	s->named = 1;
	if (strcmp(s->link, s->name) != 0)
		complain(s->lineno, "[%s]: renamed to %s", s->name,
		    s->link);
}

static int
link_name_used(const char *name)
{
	struct section	*s;

	TAILQ_FOREACH(s, &ini.sections, entry) {
		if (s->named && strcmp(s->link, name) == 0)
			return (1);
	}
	return (0);
}

static void
link_rtable(struct section *s)
{
	struct value	*v;
	uint32_t	 fib;

	s->rtable = RTABLE_DEFAULT;
	if (get_number(v = ini_value(&ini, s->name, "bindfib"), &fib) == -1 ||
	    fib == 0)
		return;
	if (fib > RTABLE_MOST)
		lose(v, LOUD, "more than %d", RTABLE_MOST);
	else
		s->rtable = fib;
}

static int
link_listens(struct section *s)
{
	struct section	*other;
	struct value	*v;

	lose(ini_value(&ini, s->name, "remotehost"), QUIET,
	    "not used by a server");
	lose(ini_value(&ini, s->name, "remoteport"), QUIET,
	    "not used by a server");

	if ((v = ini_value(&ini, s->name, "bindhost")) == NULL)
		complain(s->lineno, "[%s] has no bindhost: MLVPN does not "
		    "listen without it, using 0.0.0.0", s->name);
	else if (addr_pton(&s->listen, v->text) == -1 ||
	    is_multicast(&s->listen) || strchr(v->text, '%') != NULL) {
		lose(v, LOUD, "not an address, using 0.0.0.0");
		v = NULL;
	}
	if (v == NULL) {
		memset(&s->listen, 0, sizeof(s->listen));
		s->listen.family = 4;
	}
	/* accepts IPv4 too, except on OpenBSD */
	s->listen_both = s->listen.family == 6 && is_zero(&s->listen) &&
	    strcmp(host.sysname, "OpenBSD") != 0;

	if ((v = ini_value(&ini, s->name, "bindport")) == NULL) {
		refuse(s->lineno, "[%s] has no bindport: MLVPN does not start "
		    "without it", s->name);
		return (-1);
	}
	if (get_port(v, &s->port) == -1) {
		lose(v, LOUD, "not a port number");
		return (-1);
	}
	TAILQ_FOREACH(other, &ini.sections, entry) {
		if (other->ok && other->port == s->port &&
		    other->rtable == s->rtable &&
		    (other->listen.family == s->listen.family ||
		    other->listen_both || s->listen_both) &&
		    (addr_equal(&other->listen, &s->listen) ||
		    is_zero(&other->listen) || is_zero(&s->listen))) {
			complain(v->lineno, "bindport: already used by [%s]",
			    other->name);
			return (-1);
		}
	}
	return (0);
}

static int
link_connects(struct section *s)
{
	struct section	*other;
	struct value	*v, *w;
	struct addr	 addr;

	v = ini_value(&ini, s->name, "remotehost");
	w = ini_value(&ini, s->name, "remoteport");
	memset(&addr, 0, sizeof(addr));
	if (v != NULL && addr_pton(&addr, v->text) == -1)
		addr.family = 0;
	link_local(s, &addr);
	if (v == NULL || w == NULL) {
		refuse(s->lineno, "[%s] has no %s: MLVPN does not start "
		    "without it", s->name, v == NULL ? "remotehost" :
		    "remoteport");
		return (-1);
	}

	if (addr.family == 0 ? !hostname_ok(v->text) : is_zero(&addr) ||
	    is_multicast(&addr) || strchr(v->text, '%') != NULL) {
		lose(v, LOUD, "not a host name or address");
		return (-1);
	}
	s->remote = v->text;
	if (get_port(w, &s->port) == -1) {
		lose(w, LOUD, "not a port number");
		return (-1);
	}
	TAILQ_FOREACH(other, &ini.sections, entry) {
		if (other->ok && other->port == s->port &&
		    strcmp(other->remote, s->remote) == 0) {
			complain(w->lineno, "remoteport: already used by [%s] "
			    "for the same host", other->name);
			return (-1);
		}
	}
	return (0);
}

/*
 * remote has family 0 if it is a name; it is then resolved for the family of
 * the local address.
 */
static void
link_local(struct section *s, const struct addr *remote)
{
	struct value	*v, *w;
	int		 port;

	v = ini_value(&ini, s->name, "bindhost");
	w = ini_value(&ini, s->name, "bindport");
	if (v == NULL) {
		lose(w, LOUD, "MLVPN ignores it without bindhost");
		return;
	}
	if (addr_pton(&s->local, v->text) == -1 && ifname_ok(v->text)) {
		complain(v->lineno, "bindhost: an interface name, as in forks "
		    "of MLVPN");
		memset(&s->local, 0, sizeof(s->local));
		s->device = v->text;
	} else if (addr_pton(&s->local, v->text) == -1 ||
	    is_multicast(&s->local) || strchr(v->text, '%') != NULL) {
		lose(v, LOUD, "not an address");
		memset(&s->local, 0, sizeof(s->local));
	} else if (remote->family != 0 && remote->family != s->local.family) {
		lose(v, LOUD, "not of the address family of remotehost");
		memset(&s->local, 0, sizeof(s->local));
	} else if (remote->family == 0)
		s->family = s->local.family;
	if (is_zero(&s->local))
		s->local.family = 0;
	if (w == NULL)
		return;
	if (get_port(w, &port) == -1)
		lose(w, LOUD, "not a port number");
	else
		s->local.port = port;
}

/* The interface of bindhost, or of binddev as in the first versions. */
static void
link_device(struct section *s)
{
	struct value	*v = ini_value(&ini, s->name, "binddev");

	if (v != NULL) {
		if (!has_devices())
			lose(v, QUIET, "supported on Linux only");
		else if (!ifname_ok(v->text))
			lose(v, LOUD, "not an interface name");
		else
			s->device = v->text;
	}
	if (s->device != NULL && has_devices())
		say("interface \"%s\"\n", s->device);
}

/* Can links be bound to interfaces on this system? */
static int
has_devices(void)
{
	return (strcmp(host.sysname, "Linux") == 0);
}

static void
link_bandwidth(struct section *s)
{
	struct value	*v;
	uint64_t	 up = 0, down = 0;

	get_bandwidth(v = ini_value(&ini, s->name, "bandwidth_upload"), &up);
	if (up != 0)
		complain(v->lineno, "%s: was a weight and is now the rate of "
		    "the line, %.3g Mbit/s: too high a rate costs throughput",
		    v->key, up / 1e6);
	get_bandwidth(ini_value(&ini, s->name, "bandwidth_download"), &down);
	if (up == 0 && down == 0)
		return;
	say("bandwidth");
	if (up != 0)
		printf(" up %llu", (unsigned long long)up);
	if (down != 0)
		printf(" down %llu", (unsigned long long)down);
	printf("\n");
}

/* From bytes to bits per second. */
static void
get_bandwidth(struct value *v, uint64_t *rate)
{
	uint32_t	 n;

	if (get_number(v, &n) == -1)
		return;
	*rate = n * 8ULL;
	if (*rate != 0 && *rate < RATE_LEAST) {
		lose(v, LOUD, "less than %d bytes per second", RATE_LEAST / 8);
		*rate = 0;
	}
}

static void
link_tolerances(struct section *s)
{
	struct value	*v;
	uint32_t	 n;

	if ((v = ini_value(&ini, s->name, "loss_tolerence")) == NULL)
		v = loss;
	if (get_number(v, &n) == 0) {
		if (n == 0)
			lose(v, LOUD, "the link would never be used");
		else if (n < LOSS_OFF)
			say("loss tolerance %u%%\n", n);
	}
	if ((v = ini_value(&ini, s->name, "latency_tolerence")) == NULL)
		v = latency;
	if (get_number(v, &n) == 0) {
		if (n == 0)
			lose(v, LOUD, "the link would never be used");
		else if (n < LATENCY_OFF)
			say("latency tolerance %ums\n", n);
	}
	if (get_number(v = ini_value(&ini, s->name, "fallback_only"),
	    &n) == 0 && n != 0)
		say("backup\n");
}

/*
 * MLVPN uses the first filter that matches and whose link is up: filters with
 * the same expression become one rule.
 */
static void
import_filters(void)
{
	struct value	*v;
	int		 n = 0;

	TAILQ_FOREACH(v, &ini.values, entry) {
		if (v->used || !ini_is_filters(v->section))
			continue;
		if (n++ == 0)
			printf("\n");
		if (*v->key == '\0')
			comment(v->lineno, "%s", v->text);
		else
			import_filter(v);
	}
}

static void
import_filter(struct value *v)
{
	struct tunnel_conf	 tc;
	struct section		*links[MATCH_LINKS_MAX], *s;
	struct bpf_insn		*insns;
	struct value		*w;
	char			 why[256];
	unsigned int		 len;
	int			 i, n = 0;

	memset(&tc, 0, sizeof(tc));
	tc.layer2 = layer2;
	if (strlen(v->words) >= MATCH_EXPR_SIZE || !is_printable(v->words)) {
		lose(v, LOUD, "longer than %d characters or not printable",
		    MATCH_EXPR_SIZE - 1);
		return;
	}
	if ((insns = conf_match_compile(&tc, v->words, &len, why,
	    sizeof(why))) == NULL) {
		lose(v, LOUD, "%s", why);
		return;
	}
	free(insns);

	for (w = v; w != NULL; w = TAILQ_NEXT(w, entry)) {
		if (w->used || !ini_is_filters(w->section) ||
		    strcmp(v->words, w->words) != 0)
			continue;
		w->used = 1;
		if ((s = filter_link(w)) == NULL)
			continue;
		for (i = 0; i < n && links[i] != s; i++)
			;
		if (i < n || n == MATCH_LINKS_MAX)
			continue;
		links[n++] = s;
	}
	if (n == 0)
		return;

	say("match ");
	print_string(v->words);
	if (n == 1)
		printf(" quick link \"%s\"\n", links[0]->link);
	else {
		printf(" quick link {");
		for (i = 0; i < n; i++)
			printf(" \"%s\"", links[i]->link);
		printf(" }\n");
	}
}

static struct section *
filter_link(struct value *v)
{
	struct section	*s;

	if (strcmp(v->text, v->words) != 0)
		complain(v->lineno, "%s: not in quotes: MLVPN removes the "
		    "blanks and cannot use the filter", v->key);
	s = ini_section(&ini, v->key);
	if (s == NULL || !is_link(s))
		lose(v, LOUD, "no such link");
	else if (!s->ok)
		lose(v, LOUD, "the link is left out");
	else
		return (s);
	return (NULL);
}

void
complain(int lineno, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vcomplain(lineno, fmt, ap);
	va_end(ap);
}

/* Something is missing without which MLVPN or mlvpnd(8) does not start. */
static void
refuse(int lineno, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vcomplain(lineno, fmt, ap);
	va_end(ap);
	status = 1;
}

static void
vcomplain(int lineno, const char *fmt, va_list ap)
{
	char	 msg[1024], buf[1024];

	if (++complaints > COMPLAINTS_MAX)
		return;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	fprintf(stderr, "%s:%d: %s\n", file, lineno,
	    quotable(msg, buf, sizeof(buf)));
}

/* A value without a counterpart. */
static void
lose(struct value *v, enum loudness loudness, const char *fmt, ...)
{
	char	 why[256], text[COMMENT_MAX];
	va_list	 ap;

	if (v == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	quotable(v->words, text, sizeof(text));
	if (loudness == LOUD)
		complain(v->lineno, "%s: %s", v->key, why);
	comment(v->lineno, "%s = \"%s\": %s", v->key, text, why);
}

/* Begins a line in the current block. */
static void
say(const char *fmt, ...)
{
	va_list	 ap;

	printf("%.*s%s", depth, "\t\t", muted ? "# " : "");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

static void
comment(int lineno, const char *fmt, ...)
{
	char	 msg[1024], buf[1024];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	printf("%.*s# line %d: %s\n", depth, "\t\t", lineno,
	    quotable(msg, buf, sizeof(buf)));
}

/*
 * Makes a string safe for a terminal and for a comment, which a backslash at
 * the end would join with the next line.
 */
static const char *
quotable(const char *s, char *buf, size_t size)
{
	size_t	 i;

	for (i = 0; i < size - 1 && s[i] != '\0'; i++) {
		buf[i] = s[i];
		if (!isascii((unsigned char)s[i]) ||
		    !isprint((unsigned char)s[i]))
			buf[i] = '?';
	}
	buf[i] = '\0';
	if (i > 0 && buf[i - 1] == '\\')
		buf[i - 1] = '/';
	return (buf);
}

/* A valid name of a tunnel or link. */
static const char *
name_from(const char *s, char *buf, size_t size, const char *none)
{
	size_t	 i;

	for (; *s != '\0' && !isalnum((unsigned char)*s); s++)
		;
	for (i = 0; s[i] != '\0' && i < size - 1; i++)
		buf[i] = strchr(NAME_CHARS, s[i]) != NULL ? s[i] : '_';
	buf[i] = '\0';
	if (i == 0)
		strlcpy(buf, none, size);
	return (buf);
}
