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
 * A first configuration: reads the arguments or asks for them, and learns what
 * the server has if it has clients already.  setup_files.c prints it.
 */

#include <sys/types.h>
#include <sys/utsname.h>
#include <net/if.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "conf.h"
#include "conf_value.h"
#include "mlvpnctl.h"
#include "setup.h"

#define ANSWER_SIZE	1024
#define BLANKS		" \t\r\n"
#define NO_INTERFACE	"none"

static const char	*set_address(const char *);
static const char	*set_uplinks(const char *);
static const char	*set_lan(const char *);
static const char	*set_client(const char *);
static const char	*set_server(const char *);
static const char	*set_name(const char *);
static const char	*set_network(const char *);
static const char	*set_port(const char *);
static const char	*set_system(enum setup_system *, const char *);
static const char	*system_word(enum setup_system);
static const char	*set_uplink(struct uplink *, char *);
static const char	*set_option(struct uplink *, int, const char *);
static const char	*set_rate(char *, const char *);
static const char	*set_host(char *, const char *);
static const char	*set_prefix(char *, const char *);
static int		 is_host(const struct addr *);

static void		 usage(void);
static void		 defaults(void);
static void		 must(const char *(*)(const char *), const char *);
static void		 ask(void);
static void		 answer(const char *, const char *,
			    const char *(*)(const char *));
static void		 take_head(const struct parse_result *);
static void		 take_summary(const struct ctl_summary *);
static void		 take_listen(const struct ctl_listen *);
static void		 take_tunnel(const struct ctl_tunnel *);
static void		 take_result(int, const char *);
static void		 take_tail(void);
static void		 complete(void);
static void		 check_outside(const char *);
static int		 rdomain_used(int);
static int		 name_used(const struct uplink *);
static void		 free_interface(void);
static void		 free_network(void);
static int		 overlaps(const struct prefix *);
static uint32_t		 inet_of(const struct prefix *);

const struct output	 setup_output = {
	.head = take_head,
	.summary = take_summary,
	.listen = take_listen,
	.tunnel = take_tunnel,
	.result = take_result,
	.tail = take_tail
};

static struct setup	 setup;

/* of the daemon */
static struct ctl_tunnel *tunnels;
static size_t		 ntunnels;

static const struct {
	const char	*word;
	enum setup_system system;
} systems[] = {
	{ "openbsd",	SYSTEM_OPENBSD },
	{ "linux",	SYSTEM_NETWORKD },
	{ "networkd",	SYSTEM_NETWORKD },
	{ "ifupdown",	SYSTEM_IFUPDOWN }
};

#define NSYSTEMS	(sizeof(systems) / sizeof(systems[0]))

enum uplink_option {
	OPTION_NAME,
	OPTION_RDOMAIN,
	OPTION_ADDRESS,
	OPTION_GATEWAY,
	OPTION_UP,
	OPTION_DOWN,
	OPTION_BACKUP
};

static const char	*uplink_options[] = {
	"name", "rdomain", "address", "gateway", "up", "down", "backup"
};

#define NOPTIONS	(sizeof(uplink_options) / sizeof(uplink_options[0]))

static void
usage(void)
{
	fprintf(stderr, "usage: %s setup [-a] [-c system] [-d directory] "
	    "[-l interface] [-n name]\n\t[-p port] [-s system] [-t network] "
	    "[server uplink ...]\n", getprogname());
	exit(1);
}

int
setup_arguments(int argc, char *argv[])
{
	int	 ch, i;

	defaults();
	optind = 1;
	while ((ch = getopt(argc, argv, "+ac:d:l:n:p:s:t:")) != -1) {
		switch (ch) {
		case 'a':
			setup.add = 1;
			break;
		case 'c':
			must(set_client, optarg);
			break;
		case 'd':
			setup.directory = optarg;
			break;
		case 'l':
			must(set_lan, optarg);
			break;
		case 'n':
			must(set_name, optarg);
			break;
		case 'p':
			must(set_port, optarg);
			break;
		case 's':
			must(set_server, optarg);
			break;
		case 't':
			must(set_network, optarg);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;

	if (argc == 0)
		ask();
	else if (argc == 1)
		usage();
	else {
		must(set_address, argv[0]);
		for (i = 1; i < argc; i++)
			must(set_uplinks, argv[i]);
	}
	complete();
	return (setup.add);
}

static void
take_head(const struct parse_result *result)
{
}

static void
take_summary(const struct ctl_summary *summary)
{
}

static void
take_listen(const struct ctl_listen *listen)
{
	if (setup.port == 0)
		setup.port = listen->addr.port;
}

static void
take_tunnel(const struct ctl_tunnel *tunnel)
{
	if (strcmp(tunnel->name, setup.name) == 0)
		errx(1, "mlvpnd has a tunnel %s already, see -n", setup.name);
	tunnels = reallocarray(tunnels, ntunnels + 1, sizeof(*tunnels));
	if (tunnels == NULL)
		err(1, NULL);
	tunnels[ntunnels++] = *tunnel;
}

static void
take_result(int code, const char *text)
{
	if (code != CTL_RES_OK)
		errx(1, "%s", text);
}

static void
take_tail(void)
{
}

void
setup_print(void)
{
	if (pledge(setup.directory == NULL ? "stdio" : "stdio wpath cpath",
	    NULL) == -1)
		err(1, "pledge");
	if (setup.add && setup.port == 0)
		errx(1, "mlvpnd does not listen");
	if (setup.port == 0)
		setup.port = SETUP_PORT;
	free_interface();
	free_network();
	setup_files(&setup);
}

static void
defaults(void)
{
	struct utsname	 host;

	if (uname(&host) == -1)
		err(1, "uname");
	if (strcmp(host.sysname, "Linux") == 0)
		setup.client = setup.server = SYSTEM_NETWORKD;
	must(set_name, SETUP_NAME);
	must(set_network, SETUP_NETWORK);
}

static void
must(const char *(*set)(const char *), const char *word)
{
	const char	*errstr;

	if ((errstr = set(word)) != NULL)
		errx(1, "%s: %s", word, errstr);
}

static void
ask(void)
{
	answer("Address or name of the server", NULL, set_address);
	answer("Uplinks of the client, such as em1 em2", NULL, set_uplinks);
	answer("Its interface to the local network",
	    setup.lan[0] != '\0' ? setup.lan : NO_INTERFACE, set_lan);
	answer("Its system: openbsd, networkd or ifupdown",
	    system_word(setup.client), set_client);
	answer("System of the server: openbsd or linux",
	    system_word(setup.server), set_server);
}

/* Asks until the answer is good.  An empty one stands for the normal one. */
static void
answer(const char *question, const char *normal,
    const char *(*set)(const char *))
{
	const char	*errstr;
	char		 buf[ANSWER_SIZE], *word;
	size_t		 len;

	do {
		if (normal != NULL)
			fprintf(stderr, "%s [%s]: ", question, normal);
		else
			fprintf(stderr, "%s: ", question);
		if (fgets(buf, sizeof(buf), stdin) == NULL)
			errx(1, "no answer");
		word = buf + strspn(buf, BLANKS);
		len = strlen(word);
		while (len > 0 && strchr(BLANKS, word[len - 1]) != NULL)
			word[--len] = '\0';
		if (*word == '\0' && normal != NULL)
			errstr = set(normal);
		else if ((errstr = set(word)) != NULL)
			fprintf(stderr, "%s: %s\n", word, errstr);
	} while (errstr != NULL);
}

static const char *
set_address(const char *word)
{
	struct addr	 addr;

	setup.is_name = addr_pton(&addr, word) == -1;
	if (!setup.is_name && addr.family != 4)
		return ("not an IPv4 address or a host name");
	if (setup.is_name && !value_is_hostname(word))
		return ("not an IPv4 address or a host name");
	if (!setup.is_name && !is_host(&addr))
		return ("not the address of a host");
	strlcpy(setup.address, word, sizeof(setup.address));
	return (NULL);
}

/* One or several, separated by blanks. */
static const char *
set_uplinks(const char *words)
{
	struct uplink	 uplink;
	const char	*errstr;
	char		 buf[ANSWER_SIZE], *next = buf, *word;
	int		 before = setup.nuplinks;

	if (strlcpy(buf, words, sizeof(buf)) >= sizeof(buf))
		return ("too long");
	while ((word = strsep(&next, BLANKS)) != NULL) {
		if (*word == '\0')
			continue;
		errstr = set_uplink(&uplink, word);
		if (errstr == NULL && name_used(&uplink))
			errstr = "there is an uplink of this name already";
		if (errstr == NULL && rdomain_used(uplink.rdomain))
			errstr = "there is an uplink in this rdomain already";
		if (errstr == NULL && setup.nuplinks == TUNNEL_LINK_MAX)
			errstr = "too many uplinks";
		if (errstr != NULL) {
			setup.nuplinks = before;
			return (errstr);
		}
		setup.uplinks[setup.nuplinks++] = uplink;
	}
	return (setup.nuplinks == before ? "no interface" : NULL);
}

/* interface[,option=value]... */
static const char *
set_uplink(struct uplink *u, char *next)
{
	const char	*errstr, *value;
	char		*word;
	size_t		 i;

	memset(u, 0, sizeof(*u));
	word = strsep(&next, ",");
	if (!value_is_ifname(word))
		return ("does not begin with the name of an interface");
	strlcpy(u->ifname, word, sizeof(u->ifname));
	strlcpy(u->name, word, sizeof(u->name));
	while ((word = strsep(&next, ",")) != NULL) {
		value = strchr(word, '=');
		if (value != NULL)
			word[value++ - word] = '\0';
		for (i = 0; i < NOPTIONS; i++) {
			if (strcmp(word, uplink_options[i]) == 0)
				break;
		}
		if (i == NOPTIONS)
			return ("options are name, rdomain, address, gateway, "
			    "up, down and backup");
		if ((value == NULL) != (i == OPTION_BACKUP))
			return (value == NULL ? "an option lacks its value" :
			    "backup has no value");
		if ((errstr = set_option(u, i, value)) != NULL)
			return (errstr);
	}
	if ((u->address[0] == '\0') != (u->gateway[0] == '\0'))
		return ("address and gateway need each other");
	return (NULL);
}

static const char *
set_option(struct uplink *u, int option, const char *value)
{
	const char	*errstr;

	switch (option) {
	case OPTION_NAME:
		if (!value_is_name(value) || strlcpy(u->name, value,
		    sizeof(u->name)) >= sizeof(u->name))
			return ("not a name of a link");
		return (NULL);
	case OPTION_RDOMAIN:
		u->rdomain = strtonum(value, 1, SETUP_RDOMAIN_MAX, &errstr);
		return (errstr == NULL ? NULL : "rdomain is not 1 to 252");
	case OPTION_ADDRESS:
		return (set_prefix(u->address, value));
	case OPTION_GATEWAY:
		return (set_host(u->gateway, value));
	case OPTION_UP:
		return (set_rate(u->up, value));
	case OPTION_DOWN:
		return (set_rate(u->down, value));
	default:
		u->backup = 1;
		return (NULL);
	}
}

static const char *
set_rate(char *rate, const char *word)
{
	const char	*errstr;

	value_rate(word, &errstr);
	if (errstr == NULL &&
	    strlcpy(rate, word, SETUP_RATE_SIZE) >= SETUP_RATE_SIZE)
		errstr = "too long";
	return (errstr);
}

static const char *
set_host(char *host, const char *word)
{
	struct addr	 addr;

	if (addr_pton(&addr, word) == -1 || addr.family != 4 ||
	    !is_host(&addr) ||
	    strlcpy(host, word, SETUP_ADDR_SIZE) >= SETUP_ADDR_SIZE)
		return ("gateway is not an IPv4 address");
	return (NULL);
}

static const char *
set_prefix(char *address, const char *word)
{
	struct prefix	 prefix;

	if (strchr(word, '/') == NULL || strchr(word, '%') != NULL ||
	    value_prefix(&prefix, word) == -1 || prefix.addr.family != 4 ||
	    !is_host(&prefix.addr) ||
	    strlcpy(address, word, SETUP_ADDR_SIZE) >= SETUP_ADDR_SIZE)
		return ("address is not an IPv4 address with its length");
	return (NULL);
}

static int
is_host(const struct addr *addr)
{
	return (!addr_is_any(addr) && !addr_is_multicast(addr));
}

static const char *
set_lan(const char *word)
{
	if (strcmp(word, NO_INTERFACE) == 0)
		word = "";
	else if (!value_is_ifname(word))
		return ("not the name of an interface");
	strlcpy(setup.lan, word, sizeof(setup.lan));
	return (NULL);
}

static const char *
set_client(const char *word)
{
	return (set_system(&setup.client, word));
}

static const char *
set_server(const char *word)
{
	return (set_system(&setup.server, word));
}

static const char *
set_system(enum setup_system *system, const char *word)
{
	size_t	 i;

	for (i = 0; i < NSYSTEMS; i++) {
		if (strcmp(word, systems[i].word) == 0) {
			*system = systems[i].system;
			return (NULL);
		}
	}
	return ("not openbsd, linux, networkd or ifupdown");
}

static const char *
system_word(enum setup_system system)
{
	size_t	 i;

	for (i = 0; systems[i].system != system; i++)
		;
	return (systems[i].word);
}

static const char *
set_name(const char *word)
{
	if (!value_is_name(word) || strlcpy(setup.name, word,
	    sizeof(setup.name)) >= sizeof(setup.name))
		return ("not a name of a tunnel");
	return (NULL);
}

static const char *
set_network(const char *word)
{
	struct prefix	*p = &setup.network;

	if (strchr(word, '%') != NULL || value_prefix(p, word) == -1 ||
	    p->addr.family != 4 || p->len < 8 || p->len > SETUP_TUNNEL_LEN)
		return ("not an IPv4 network of /8 to /30");
	prefix_clear(p);
	return (NULL);
}

static const char *
set_port(const char *word)
{
	const char	*errstr;

	setup.port = strtonum(word, 1, 65535, &errstr);
	return (errstr == NULL ? NULL : "not a port number");
}

/* What follows from all arguments together. */
static void
complete(void)
{
	struct uplink	*u;
	int		 rdomain = 0;

	if (!setup.is_name)
		check_outside(setup.address);
	for (u = setup.uplinks; u < setup.uplinks + setup.nuplinks; u++) {
		if (strcmp(u->ifname, setup.lan) == 0)
			errx(1, "%s is an uplink and the local network",
			    u->ifname);
		if (u->address[0] != '\0')
			check_outside(u->address);
		if (setup.client == SYSTEM_IFUPDOWN && u->rdomain != 0 &&
		    u->address[0] == '\0')
			errx(1, "%s: ifupdown cannot use rdomain with DHCP",
			    u->ifname);
		if (setup.client != SYSTEM_OPENBSD || u->rdomain != 0)
			continue;
		while (rdomain_used(++rdomain))
			;
		u->rdomain = rdomain;
	}
}

/* What the links use must not be in the network of the tunnels. */
static void
check_outside(const char *word)
{
	struct prefix	 prefix;

	if (value_prefix(&prefix, word) == 0 &&
	    (prefix_covers(&setup.network, &prefix.addr) ||
	    prefix_covers(&prefix, &setup.network.addr)))
		errx(1, "%s: in the network of the tunnels, see -t", word);
}

static int
rdomain_used(int rdomain)
{
	int	 i;

	for (i = 0; i < setup.nuplinks; i++) {
		if (rdomain != 0 && setup.uplinks[i].rdomain == rdomain)
			return (1);
	}
	return (0);
}

static int
name_used(const struct uplink *uplink)
{
	int	 i;

	for (i = 0; i < setup.nuplinks; i++) {
		if (strcmp(setup.uplinks[i].name, uplink->name) == 0 ||
		    strcmp(setup.uplinks[i].ifname, uplink->ifname) == 0)
			return (1);
	}
	return (0);
}

/* The first tun(4) interface that no tunnel of the server has. */
static void
free_interface(void)
{
	size_t	 i = 0;
	int	 unit = 0;

	snprintf(setup.ifname, sizeof(setup.ifname), "tun0");
	while (i < ntunnels) {
		if (strcmp(tunnels[i++].ifname, setup.ifname) != 0)
			continue;
		snprintf(setup.ifname, sizeof(setup.ifname), "tun%d", ++unit);
		i = 0;
	}
}

/* The first part of the network that no tunnel of the server has. */
static void
free_network(void)
{
	struct prefix	*p = &setup.tunnel;
	uint64_t	 n, end;

	*p = setup.network;
	n = inet_of(p);
	end = n + (1ULL << (32 - p->len));
	p->len = SETUP_TUNNEL_LEN;
	while (overlaps(p)) {
		n += 1U << (32 - SETUP_TUNNEL_LEN);
		if (n >= end)
			errx(1, "no network of /%d is free for a tunnel, "
			    "see -t", SETUP_TUNNEL_LEN);
		p->addr.ip[0] = n >> 24;
		p->addr.ip[1] = n >> 16;
		p->addr.ip[2] = n >> 8;
		p->addr.ip[3] = n;
	}
}

static int
overlaps(const struct prefix *p)
{
	const struct address_conf	*a;
	size_t				 i;
	uint32_t			 n;

	for (i = 0; i < ntunnels; i++) {
		for (n = 0; n < tunnels[i].naddress; n++) {
			a = &tunnels[i].address[n];
			if (prefix_covers(p, &a->prefix.addr) ||
			    prefix_covers(p, &a->peer) ||
			    prefix_covers(&a->prefix, &p->addr))
				return (1);
		}
	}
	return (0);
}

static uint32_t
inet_of(const struct prefix *p)
{
	return ((uint32_t)p->addr.ip[0] << 24 | p->addr.ip[1] << 16 |
	    p->addr.ip[2] << 8 | p->addr.ip[3]);
}
