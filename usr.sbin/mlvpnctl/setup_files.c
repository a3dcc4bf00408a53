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
 * The files of a first configuration, on standard output or in a directory.
 * The key is made here and wiped with everything that has held it.
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mlvpnctl.h"
#include "setup.h"

#define METRIC		101		/* of the first uplink */
#define METRIC_NONE	9999		/* of the unreachable route */

#define OPENBSD		(1 << SYSTEM_OPENBSD)
#define NETWORKD	(1 << SYSTEM_NETWORKD)
#define IFUPDOWN	(1 << SYSTEM_IFUPDOWN)
#define LINUX		(NETWORKD | IFUPDOWN)
#define ANY		(OPENBSD | LINUX)

enum end {
	CLIENT,
	SERVER
};

struct file {
	enum end	 end;
	int		 systems;
	mode_t		 mode;
	const char	*path;		/* %s: interface or name */
	int		(*needed)(const struct setup *);	/* NULL: yes */
	void		(*print)(FILE *, const struct setup *,
			    const struct uplink *);
	int		 each;		/* one for each uplink */
};

static int	 has_lan(const struct setup *);
static int	 has_mark(const struct setup *);
static int	 is_first(const struct setup *);
static int	 is_more(const struct setup *);
static void	 client_conf(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_hostname(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_pf(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_resolv(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_network(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_lo(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_interfaces(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_sysctl(FILE *, const struct setup *,
		    const struct uplink *);
static void	 client_nft(FILE *, const struct setup *,
		    const struct uplink *);
static void	 server_conf(FILE *, const struct setup *,
		    const struct uplink *);
static void	 more_conf(FILE *, const struct setup *,
		    const struct uplink *);
static void	 server_tunnel(FILE *, const struct setup *);
static void	 server_pf(FILE *, const struct setup *,
		    const struct uplink *);
static void	 server_nft(FILE *, const struct setup *,
		    const struct uplink *);
static void	 forward_openbsd(FILE *, const struct setup *,
		    const struct uplink *);
static void	 forward_linux(FILE *, const struct setup *,
		    const struct uplink *);

static void	 make_key(void);
static void	 make_file(const struct file *, const struct setup *,
		    const struct uplink *);
static FILE	*create(const char *, const struct file *, const char *);
static void	 make_directory(const char *);
static const char *host(const struct setup *, int);
static int	 metric(const struct setup *, const struct uplink *);

static const struct file	files[] = {
	{ CLIENT, ANY, 0600, "/etc/mlvpnd.conf", NULL, client_conf, 0 },
	{ CLIENT, OPENBSD, 0640, "/etc/hostname.%s", NULL, client_hostname, 1 },
	{ CLIENT, OPENBSD, 0644, "/etc/sysctl.conf", has_lan, forward_openbsd,
	    0 },
	{ CLIENT, OPENBSD, 0600, "/etc/pf.conf", NULL, client_pf, 0 },
	{ CLIENT, OPENBSD, 0644, "/etc/resolv.conf", NULL, client_resolv, 0 },
	{ CLIENT, NETWORKD, 0644, "/etc/systemd/network/%s.network", NULL,
	    client_network, 1 },
	{ CLIENT, NETWORKD, 0644, "/etc/systemd/network/lo.network", has_mark,
	    client_lo, 0 },
	{ CLIENT, IFUPDOWN, 0644, "/etc/network/interfaces.d/mlvpnd", NULL,
	    client_interfaces, 0 },
	{ CLIENT, LINUX, 0644, "/etc/sysctl.d/mlvpnd.conf", NULL,
	    client_sysctl, 0 },
	{ CLIENT, LINUX, 0644, "/etc/nftables.conf", has_lan, client_nft, 0 },
	{ SERVER, ANY, 0600, "/etc/mlvpnd.conf", is_first, server_conf, 0 },
	{ SERVER, ANY, 0600, "/etc/mlvpnd/%s.conf", is_more, more_conf, 0 },
	{ SERVER, OPENBSD, 0644, "/etc/sysctl.conf", is_first,
	    forward_openbsd, 0 },
	{ SERVER, OPENBSD, 0600, "/etc/pf.conf", is_first, server_pf, 0 },
	{ SERVER, LINUX, 0644, "/etc/sysctl.d/mlvpnd.conf", is_first,
	    forward_linux, 0 },
	{ SERVER, LINUX, 0644, "/etc/nftables.conf", is_first, server_nft, 0 }
};

#define NFILES		(sizeof(files) / sizeof(files[0]))
#define KEY_SIZE	32

static char	 key[sodium_base64_ENCODED_LEN(KEY_SIZE,
		    sodium_base64_VARIANT_ORIGINAL)];
static char	 buffer[BUFSIZ];

void
setup_files(const struct setup *s)
{
	const struct file	*f;
	int			 i;

	make_key();
	if (s->directory != NULL) {
		/* files with the modes above in a directory that is closed */
		umask(0);
		if (mkdir(s->directory, 0700) == -1)
			err(1, "%s", s->directory);
	}
	for (f = files; f < files + NFILES; f++) {
		if (!(f->systems & 1 << (f->end == CLIENT ? s->client :
		    s->server)) || (f->needed != NULL && !f->needed(s)))
			continue;
		for (i = 0; i < (f->each ? s->nuplinks : 1); i++)
			make_file(f, s, &s->uplinks[i]);
	}
	sodium_memzero(key, sizeof(key));
}

static void
make_key(void)
{
	uint8_t	 raw[KEY_SIZE];

	if (sodium_init() == -1)
		errx(1, "cannot initialise libsodium");
	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(key, sizeof(key), raw, sizeof(raw),
	    sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(raw, sizeof(raw));
}

static void
make_file(const struct file *f, const struct setup *s, const struct uplink *u)
{
	FILE	*stream = stdout;
	char	 path[PATH_MAX];

	snprintf(path, sizeof(path), f->path, f->each ? u->ifname : s->name);
	if (s->directory != NULL)
		stream = create(s->directory, f, path);
	/* so that the key can be wiped from there */
	setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
	if (s->directory == NULL)
		printf("# %s: %s\n", f->end == CLIENT ? "client" : "server",
		    path);
	f->print(stream, s, u);
	if (s->directory == NULL)
		printf("\n");
	if (ferror(stream) || fflush(stream) == EOF)
		err(1, "%s", s->directory == NULL ? "stdout" : path);
	if (stream != stdout && fclose(stream) == EOF)
		err(1, "%s", path);
	sodium_memzero(buffer, sizeof(buffer));
}

static FILE *
create(const char *directory, const struct file *f, const char *path)
{
	FILE	*stream;
	char	 name[PATH_MAX], *slash;
	size_t	 start;
	int	 fd, n;

	n = snprintf(name, sizeof(name), "%s/%s%s", directory,
	    f->end == CLIENT ? "client" : "server", path);
	if (n < 0 || (size_t)n >= sizeof(name))
		errx(1, "%s: name too long", directory);
	start = strlen(directory) + 1;
	for (slash = strchr(name + start, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		make_directory(name);
		*slash = '/';
	}
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    f->mode);
	if (fd == -1 || (stream = fdopen(fd, "w")) == NULL)
		err(1, "%s", name);
	return (stream);
}

static void
make_directory(const char *name)
{
	if (mkdir(name, 0755) == -1 && errno != EEXIST)
		err(1, "%s", name);
}

/* The nth address of the tunnel: 1 is the client's, 2 the server's. */
static const char *
host(const struct setup *s, int n)
{
	static char	 buf[2][ADDR_STRLEN];
	struct addr	 addr = s->tunnel.addr;

	addr.ip[3] += n;
	return (addr_ntop(&addr, buf[n - 1], sizeof(buf[0])));
}

static int
metric(const struct setup *s, const struct uplink *u)
{
	return (METRIC + (int)(u - s->uplinks));
}

static int
has_lan(const struct setup *s)
{
	return (s->lan[0] != '\0');
}

/* Linux: does a link have a mark and a table? */
static int
has_mark(const struct setup *s)
{
	int	 i;

	for (i = 0; i < s->nuplinks; i++) {
		if (s->uplinks[i].rdomain != 0)
			return (1);
	}
	return (0);
}

static int
is_first(const struct setup *s)
{
	return (!s->add);
}

static int
is_more(const struct setup *s)
{
	return (s->add);
}

static void
client_conf(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "tunnel \"%s\" {\n", s->name);
	fprintf(f, "\tinterface tun0\n");
	fprintf(f, "\taddress %s/%d peer %s\n", host(s, 1), s->tunnel.len,
	    host(s, 2));
	fprintf(f, "\troute default\n");
	fprintf(f, "\tpsk \"%s\"\n", key);
	for (u = s->uplinks; u < s->uplinks + s->nuplinks; u++) {
		fprintf(f, "\n\tlink \"%s\" {\n", u->name);
		if (u->rdomain != 0)
			fprintf(f, "\t\trdomain %d\n", u->rdomain);
		else
			fprintf(f, "\t\tinterface \"%s\"\n", u->ifname);
		fprintf(f, s->is_name ? "\t\tremote \"%s\" port %d inet\n" :
		    "\t\tremote %s port %d\n", s->address, s->port);
		if (u->up[0] != '\0' || u->down[0] != '\0')
			fprintf(f, "\t\tbandwidth%s%s%s%s\n",
			    u->up[0] != '\0' ? " up " : "", u->up,
			    u->down[0] != '\0' ? " down " : "", u->down);
		if (u->backup)
			fprintf(f, "\t\tbackup\n");
		fprintf(f, "\t}\n");
	}
	fprintf(f, "}\n");
}

static void
client_hostname(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "rdomain %d\n", u->rdomain);
	if (u->address[0] == '\0') {
		fprintf(f, "inet autoconf\n");
		return;
	}
	fprintf(f, "inet %s\n", u->address);
	fprintf(f, "!route -T %d add default %s\n", u->rdomain, u->gateway);
}

static void
client_pf(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "set skip on lo\n");
	fprintf(f, "block return\n");
	if (has_lan(s))
		fprintf(f, "match out on mlvpn from %s:network "
		    "nat-to (mlvpn)\n", s->lan);
	fprintf(f, "pass out proto udp to port bootps\n");
	for (u = s->uplinks; u < s->uplinks + s->nuplinks; u++)
		fprintf(f, "pass out on rdomain %d proto udp to %s port %d\n",
		    u->rdomain, s->is_name ? "any" : s->address, s->port);
	if (has_lan(s))
		fprintf(f, "pass on { %s mlvpn }\n", s->lan);
	else
		fprintf(f, "pass on mlvpn\n");
}

/* resolvd(8) knows none if all uplinks are in routing domains of their own. */
static void
client_resolv(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "nameserver 9.9.9.9\n");
}

static void
client_network(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "[Match]\nName=%s\n\n[Network]\n", u->ifname);
	if (u->address[0] == '\0') {
		fprintf(f, "DHCP=ipv4\n\n[DHCPv4]\n");
		if (u->rdomain != 0)
			fprintf(f, "RouteTable=%d\n", u->rdomain);
		else
			fprintf(f, "RouteMetric=%d\n", metric(s, u));
		return;
	}
	fprintf(f, "Address=%s\n\n[Route]\nGateway=%s\n", u->address,
	    u->gateway);
	if (u->rdomain != 0)
		fprintf(f, "Table=%d\n", u->rdomain);
	else
		fprintf(f, "Metric=%d\n", metric(s, u));
}

static void
client_lo(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "[Match]\nName=lo\n");
	for (u = s->uplinks; u < s->uplinks + s->nuplinks; u++) {
		if (u->rdomain == 0)
			continue;
		fprintf(f, "\n[RoutingPolicyRule]\nFirewallMark=%d\n"
		    "Table=%d\n", u->rdomain, u->rdomain);
		fprintf(f, "\n[Route]\nType=unreachable\n"
		    "Destination=0.0.0.0/0\nMetric=%d\nTable=%d\n",
		    METRIC_NONE, u->rdomain);
	}
}

static void
client_interfaces(FILE *f, const struct setup *s, const struct uplink *u)
{
	const struct uplink	*end = s->uplinks + s->nuplinks;

	if (has_mark(s))
		fprintf(f, "auto lo\niface lo inet loopback\n");
	for (u = s->uplinks; u < end; u++) {
		if (u->rdomain == 0)
			continue;
		fprintf(f, "\tup ip rule add fwmark %d table %d\n",
		    u->rdomain, u->rdomain);
		fprintf(f, "\tup ip route add unreachable default metric %d "
		    "table %d\n", METRIC_NONE, u->rdomain);
	}
	for (u = s->uplinks; u < end; u++) {
		if (u != s->uplinks || has_mark(s))
			fprintf(f, "\n");
		fprintf(f, "auto %s\n", u->ifname);
		fprintf(f, "iface %s inet %s\n", u->ifname,
		    u->address[0] != '\0' ? "static" : "dhcp");
		if (u->address[0] != '\0')
			fprintf(f, "\taddress %s\n", u->address);
		if (u->rdomain != 0) {
			fprintf(f, "\tup ip route add default via %s dev %s "
			    "table %d\n", u->gateway, u->ifname, u->rdomain);
			continue;
		}
		if (u->address[0] != '\0')
			fprintf(f, "\tgateway %s\n", u->gateway);
		fprintf(f, "\tmetric %d\n", metric(s, u));
	}
}

static void
client_sysctl(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "net.ipv4.conf.all.rp_filter = 2\n");
	if (has_lan(s))
		forward_linux(f, s, u);
}

static void
client_nft(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "table ip mlvpn {\n");
	fprintf(f, "\tchain post {\n");
	fprintf(f, "\t\ttype nat hook postrouting priority srcnat;\n");
	fprintf(f, "\t\toifname \"tun0\" masquerade\n");
	fprintf(f, "\t}\n");
	fprintf(f, "}\n");
}

static void
server_conf(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "listen on * port %d\n\n", s->port);
	server_tunnel(f, s);
}

static void
more_conf(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "# in mlvpnd.conf: include \"/etc/mlvpnd/%s.conf\"\n",
	    s->name);
	server_tunnel(f, s);
}

static void
server_tunnel(FILE *f, const struct setup *s)
{
	fprintf(f, "tunnel \"%s\" {\n", s->name);
	fprintf(f, "\tinterface %s\n", s->ifname);
	fprintf(f, "\taddress %s/%d peer %s\n", host(s, 2), s->tunnel.len,
	    host(s, 1));
	fprintf(f, "\tpsk \"%s\"\n", key);
	fprintf(f, "}\n");
}

static void
server_pf(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "set skip on lo\n");
	fprintf(f, "block return\n");
	fprintf(f, "match out on egress from (mlvpn:network) "
	    "nat-to (egress)\n");
	fprintf(f, "pass in on egress proto udp to (egress) port %d\n",
	    s->port);
	fprintf(f, "pass in on egress proto tcp to (egress) port ssh\n");
	fprintf(f, "pass on mlvpn\n");
	fprintf(f, "pass out\n");
}

static void
server_nft(FILE *f, const struct setup *s, const struct uplink *u)
{
	char	 buf[ADDR_STRLEN];

	fprintf(f, "table ip mlvpn {\n");
	fprintf(f, "\tchain post {\n");
	fprintf(f, "\t\ttype nat hook postrouting priority srcnat;\n");
	fprintf(f, "\t\tip saddr %s/%d oifname != \"tun*\" masquerade\n",
	    addr_ntop(&s->network.addr, buf, sizeof(buf)), s->network.len);
	fprintf(f, "\t}\n");
	fprintf(f, "}\n");
}

static void
forward_openbsd(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "net.inet.ip.forwarding=1\n");
}

static void
forward_linux(FILE *f, const struct setup *s, const struct uplink *u)
{
	fprintf(f, "net.ipv4.ip_forward = 1\n");
}
