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
 * Prints a configuration so that parse.y can read it again.  Defaults are
 * printed as comments on request.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "defaults.h"
#include "handshake.h"
#include "log.h"
#include "printconf.h"

static void	 print_tunnel(const struct tunnel_conf *);
static void	 print_interface(const struct tunnel_conf *);
static void	 print_routes(const struct tunnel_conf *);
static void	 print_secret(const struct tunnel_conf *);
static void	 print_cipher(const struct tunnel_conf *);
static void	 print_allow(const struct tunnel_conf *);
static void	 print_reorder(const struct tunnel_conf *);
static void	 print_tos(const struct tunnel_conf *);
static void	 print_keepalive(const struct tunnel_conf *);
static void	 print_timeout(const struct tunnel_conf *);
static void	 print_link(const struct link_conf *,
		    const struct tunnel_conf *);
static void	 print_remote(const struct link_conf *);
static void	 print_bandwidth(const struct link_conf *, int);
static void	 print_rate_conf(const char *, const struct rate_conf *);
static void	 print_overhead(const struct link_conf *);
static void	 print_loss(const struct link_conf *, int);
static void	 print_latency(const struct link_conf *);
static void	 print_link_keepalive(const struct link_conf *,
		    const struct tunnel_conf *);
static void	 print_link_timeout(const struct link_conf *,
		    const struct tunnel_conf *);
static void	 print_quota(const struct quota_conf *);
static void	 print_listen(const struct addr *, uint16_t, int);
static void	 print_addr(const struct addr *);
static void	 print_prefix(const struct prefix *);
static void	 print_base64(const uint8_t *);
static void	 print_scaled(uint64_t, const char *);
static void	 print_time(uint64_t);
static void	 print_time_line(const char *, uint64_t);
static void	 print_default(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));

static int	 defaults;		/* print defaults too */

/* Prints secrets too: the user could read the file. */
void
print_config(const struct mlvpnd_conf *conf, int with_defaults)
{
	struct listen_conf	*listen;
	struct tunnel_conf	*tunnel;
	int			 n = 0;

	defaults = with_defaults;
	if (conf->restricted[0] != '\0') {
		printf("control restricted ");
		print_string(conf->restricted);
		printf("\n");
		n++;
	}
	if (conf->status.family != 0) {
		printf("status ");
		print_listen(&conf->status, conf->status.port,
		    conf->status_rtable);
		n++;
	}
	TAILQ_FOREACH(listen, &conf->listens, entry) {
		if (*listen->ifname != '\0') {
			printf("listen on ");
			print_string(listen->ifname);
			printf(" port %u", listen->port);
			if (listen->rtable != RTABLE_DEFAULT)
				printf(" rtable %d", listen->rtable);
			printf("\n");
		} else
			print_listen(&listen->addr, listen->port,
			    listen->rtable);
		n++;
	}
	TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
		if (n++ > 0)
			printf("\n");
		print_tunnel(tunnel);
	}
}

static void
print_listen(const struct addr *addr, uint16_t port, int rtable)
{
	printf("listen on ");
	print_addr(addr);
	printf(" port %u", port);
	if (rtable != RTABLE_DEFAULT)
		printf(" rtable %d", rtable);
	printf("\n");
}

static void
print_tunnel(const struct tunnel_conf *t)
{
	const struct link_conf	*link;
	const struct match_conf	*match;

	printf("tunnel ");
	print_string(t->name);
	printf(" {\n");
	if (*t->descr != '\0') {
		printf("\tdescription ");
		print_string(t->descr);
		printf("\n");
	} else
		print_default("\t# description \"" DEFAULT_DESCRIPTION "\"\n",
		    t->name);
	if (t->protocol == PROTO_MLVPN2)
		printf("\tprotocol mlvpn2\n");
	else
		print_default("\t# protocol mlvpn3\n");
	print_interface(t);
	print_routes(t);
	print_allow(t);
	print_secret(t);
	print_cipher(t);
	if (t->cleartext)
		printf("\tcleartext data\n");
	print_reorder(t);
	print_tos(t);
	if (t->latency_spread != 0)
		print_time_line("\tlatency spread ", t->latency_spread);
	else if (defaults)
		print_time_line("\t# latency spread ", DEFAULT_LATENCY_SPREAD);
	print_keepalive(t);
	print_timeout(t);
	if (*t->command != '\0') {
		printf("\tcommand ");
		print_string(t->command);
		printf("%s\n", t->compat ? " compat" : "");
	}
	TAILQ_FOREACH(link, &t->links, entry)
		print_link(link, t);
	TAILQ_FOREACH(match, &t->matches, entry) {
		printf("\t");
		print_match(match);
		printf("\n");
	}
	printf("}\n");
}

static void
print_interface(const struct tunnel_conf *t)
{
	const char	*layer = t->layer2 ? "tap" : "tun";
	int		 i;

	printf("\tinterface ");
	print_string(t->ifname);
	if (t->layer2 != (strncmp(t->ifname, "tap", 3) == 0))
		printf(" %s", layer);
	else
		print_default("\t# %s", layer);
	printf("\n");
	if (strcmp(t->group, DEFAULT_GROUP) != 0) {
		printf("\tgroup ");
		print_string(t->group);
		printf("\n");
	} else
		print_default("\t# group \"%s\"\n", DEFAULT_GROUP);
	if (t->rdomain != RTABLE_DEFAULT)
		printf("\trdomain %d\n", t->rdomain);
	if (t->persist)
		printf("\tpersist\n");
	if (*t->demote != '\0') {
		printf("\tdemote ");
		print_string(t->demote);
		printf("\n");
	}
	for (i = 0; i < t->naddress; i++) {
		printf("\taddress ");
		print_prefix(&t->address[i].prefix);
		if (t->address[i].peer.family != 0) {
			printf(" peer ");
			print_addr(&t->address[i].peer);
		}
		printf("\n");
	}
	if (t->mtu != 0)
		printf("\tmtu %u\n", t->mtu);
	else
		print_default("\t# mtu auto\t# %u at first\n", DEFAULT_MTU);
	if (t->max_mss == 1)
		printf("\tmax-mss no\n");
	else if (t->max_mss != 0)
		printf("\tmax-mss %u\n", t->max_mss);
	else
		print_default("\t# max-mss auto\n");
}

static void
print_routes(const struct tunnel_conf *t)
{
	const struct route_conf	*route;

	TAILQ_FOREACH(route, &t->routes, entry) {
		printf("\troute ");
		if (route->is_default)
			printf("default");
		else
			print_prefix(&route->prefix);
		if (route->label[0] != '\0') {
			printf(" label ");
			print_string(route->label);
		}
		if (route->priority != 0)
			printf(" priority %d", route->priority);
		printf("\n");
	}
}

static void
print_allow(const struct tunnel_conf *t)
{
	struct prefix	*list;
	size_t		 i, n;

	if (t->layer2)
		return;
	if ((n = conf_tunnel_sources(t, NULL, 0)) == 0) {
		if (t->allow_any)
			printf("\tallow from any\n");
		else
			print_default("\t# allow from any\n");
		return;
	}
	if (t->nallow == 0 && !defaults)
		return;
	if ((list = calloc(n, sizeof(*list))) == NULL)
		fatal("%s", __func__);
	(void)conf_tunnel_sources(t, list, n);
	printf("\t%sallow from {", t->nallow == 0 ? "# " : "");
	for (i = 0; i < n; i++) {
		printf(" ");
		print_prefix(&list[i]);
	}
	printf(" }\n");
	free(list);
}

static void
print_secret(const struct tunnel_conf *t)
{
	switch (t->secret_source) {
	case SECRET_PSK_INLINE:
		printf("\tpsk ");
		print_base64(t->psk);
		printf("\n");
		break;
	case SECRET_PSK_FILE:
		printf("\tpsk file ");
		print_string(t->psk_file);
		printf("\n");
		break;
	case SECRET_PHRASE:
		printf("\tsecret ");
		print_string(t->secret);
		if (*t->secret_id != '\0' &&
		    strcmp(t->secret_id, t->name) != 0) {
			printf(" id ");
			print_string(t->secret_id);
		} else if (t->protocol == PROTO_V3)
			print_default("\t# id \"%s\"", t->name);
		printf("\n");
		break;
	}
	if (t->has_key) {
		printf("\tkey file ");
		print_string(t->key_file);
		printf("\n\tpeer key ");
		print_base64(t->peer_key);
		printf("\n");
	}
}

static void
print_cipher(const struct tunnel_conf *t)
{
	if (t->protocol == PROTO_MLVPN2)
		return;
	if (t->aeads == 0) {
		print_default("\t# cipher { chacha20-poly1305 aes-256-gcm }\n");
		return;
	}
	printf("\tcipher {");
	if (t->aeads & 1 << AEAD_CHACHA)
		printf(" chacha20-poly1305");
	if (t->aeads & 1 << AEAD_AES)
		printf(" aes-256-gcm");
	printf(" }\n");
}

static void
print_reorder(const struct tunnel_conf *t)
{
	uint64_t	 time = t->protocol == PROTO_MLVPN2 ?
			    DEFAULT_MLVPN2_REORDER_TIME : DEFAULT_REORDER_TIME;

	if (t->reorder == ANSWER_NO)
		printf("\treorder no\n");
	else if (t->reorder_time != 0) {
		if (t->reorder == ANSWER_YES)
			printf("\treorder %u", t->reorder_max);
		else
			printf("\treorder auto");
		print_time_line(" max ", t->reorder_time);
	} else if (t->reorder == ANSWER_YES) {
		printf("\treorder %u", t->reorder_max);
		if (defaults)
			print_time_line("\t# max ", time);
		else
			printf("\n");
	} else if (defaults)
		print_time_line("\t# reorder auto max ", time);

	if (t->recover != ANSWER_AUTO)
		printf("\trecover %s\n",
		    t->recover == ANSWER_YES ? "yes" : "no");
	else if (t->protocol == PROTO_V3)
		print_default("\t# recover yes\n");
}

static void
print_tos(const struct tunnel_conf *t)
{
	switch (t->tos) {
	case ANSWER_YES:
		printf("\ttos copy\n");
		break;
	case ANSWER_AUTO:
		printf("\ttos 0x%02x\n", t->tos_value);
		break;
	default:
		print_default("\t# tos no\n");
		break;
	}
}

/* It has no effect with MLVPN 2.x. */
static void
print_keepalive(const struct tunnel_conf *t)
{
	if (t->keepalive != 0)
		print_time_line("\tkeepalive ", t->keepalive);
	else if (defaults && t->protocol == PROTO_V3) {
		printf("\t# keepalive ");
		print_time(DEFAULT_KEEPALIVE);
		print_time_line("\t# of a backup ", DEFAULT_KEEPALIVE_BACKUP);
	}
}

static void
print_timeout(const struct tunnel_conf *t)
{
	if (t->timeout != 0)
		print_time_line("\ttimeout ", t->timeout);
	else if (defaults)
		print_time_line("\t# timeout ", t->protocol == PROTO_MLVPN2 ?
		    DEFAULT_MLVPN2_TIMEOUT : DEFAULT_TIMEOUT);
}

static void
print_link(const struct link_conf *l, const struct tunnel_conf *t)
{
	static const struct addr	 both;

	printf("\tlink ");
	print_string(l->name);
	printf(" {\n");
	if (l->rtable != RTABLE_DEFAULT)
		printf("\t\trdomain %d\n", l->rtable);
	if (t->protocol == PROTO_MLVPN2 && l->listen.family != 0) {
		printf("\t\t");
		print_listen(l->listen_both ? &both : &l->listen,
		    l->listen.port, RTABLE_DEFAULT);
	}
	print_remote(l);
	print_bandwidth(l, t->protocol);
	print_overhead(l);
	if (l->backup != 0)
		printf("\t\tbackup %u%s\n", l->backup,
		    l->overflow ? " overflow" : "");
	print_loss(l, t->protocol);
	print_latency(l);
	print_link_keepalive(l, t);
	print_link_timeout(l, t);
	if (l->mtu != 0)
		printf("\t\tmtu %u\n", l->mtu);
	print_quota(&l->quota);
	printf("\t}\n");
}

static void
print_remote(const struct link_conf *l)
{
	int	 i;

	if (*l->ifname != '\0') {
		printf("\t\tinterface ");
		print_string(l->ifname);
		printf("\n");
	}
	if (l->local.family != 0 || *l->local_if != '\0') {
		printf("\t\tlocal ");
		if (*l->local_if != '\0')
			print_string(l->local_if);
		else
			print_addr(&l->local);
		if (l->local.port != 0)
			printf(" port %u", l->local.port);
		printf("\n");
	} else if (l->local.port != 0)
		printf("\t\tlocal port %u\n", l->local.port);

	if (l->nremote == 0)
		return;
	printf("\t\tremote %s", l->nremote > 1 ? "{ " : "");
	for (i = 0; i < l->nremote; i++) {
		print_string(l->remote[i]);
		printf(" ");
	}
	printf("%sport ", l->nremote > 1 ? "} " : "");
	if (l->nremote_port > 1)
		printf("{ ");
	for (i = 0; i < l->nremote_port; i++)
		printf("%s%u", i > 0 ? " " : "", l->remote_port[i]);
	printf("%s%s\n", l->nremote_port > 1 ? " }" : "",
	    l->family == 4 ? " inet" : l->family == 6 ? " inet6" : "");
}

static void
print_bandwidth(const struct link_conf *l, int protocol)
{
	static const struct rate_conf	 none;
	uint64_t			 start;
	int				 configured;

	configured = memcmp(&l->up, &none, sizeof(none)) != 0 ||
	    memcmp(&l->down, &none, sizeof(none)) != 0;
	if (!configured && (!defaults || protocol == PROTO_MLVPN2))
		return;
	printf("\t\t%sbandwidth", configured ? "" : "# ");
	print_rate_conf("up", &l->up);
	print_rate_conf("down", &l->down);
	if (defaults && protocol == PROTO_V3 && l->up.rate == 0) {
		start = DEFAULT_RATE;
		if (l->up.max != 0 && l->up.max < start)
			start = l->up.max;
		if (l->up.min > start)
			start = l->up.min;
		printf("\t# up starts at ");
		print_scaled(start, "");
	}
	printf("\n");
}

static void
print_rate_conf(const char *direction, const struct rate_conf *rc)
{
	printf(" %s ", direction);
	if (rc->rate != 0) {
		print_scaled(rc->rate, "");
		return;
	}
	printf("auto");
	if (rc->min != 0) {
		printf(" min ");
		print_scaled(rc->min, "");
	}
	if (rc->max != 0) {
		printf(" max ");
		print_scaled(rc->max, "");
	}
}

static void
print_overhead(const struct link_conf *l)
{
	if (l->overhead != 0 || l->atm)
		printf("\t\toverhead %u%s\n", l->overhead,
		    l->atm ? " atm" : "");
	else
		print_default("\t\t# overhead 0\n");
}

static void
print_loss(const struct link_conf *l, int protocol)
{
	int	 tolerance = l->loss_tolerance;

	if (tolerance == 0) {
		if (protocol == PROTO_V3)
			print_default("\t\t# loss tolerance %u%% "
			    "recover %u%%\n", DEFAULT_LOSS_TOLERANCE,
			    DEFAULT_LOSS_RECOVER(DEFAULT_LOSS_TOLERANCE));
		else
			print_default("\t\t# no loss tolerance\n");
		return;
	}
	printf("\t\tloss tolerance %u%%", tolerance);
	if (l->loss_recover != 0)
		printf(" recover %u%%", l->loss_recover);
	else if (DEFAULT_LOSS_RECOVER(tolerance) > 0)
		print_default("\t# recover %u%%",
		    DEFAULT_LOSS_RECOVER(tolerance));
	printf("\n");
}

static void
print_latency(const struct link_conf *l)
{
	if (l->latency_tolerance == 0) {
		print_default("\t\t# no latency tolerance\n");
		return;
	}
	printf("\t\tlatency tolerance ");
	print_time(l->latency_tolerance);
	if (l->latency_recover != 0)
		print_time_line(" recover ", l->latency_recover);
	else if (defaults)
		print_time_line("\t# recover ",
		    DEFAULT_LATENCY_RECOVER((uint64_t)l->latency_tolerance));
	else
		printf("\n");
}

static void
print_link_keepalive(const struct link_conf *l, const struct tunnel_conf *t)
{
	if (l->keepalive != 0)
		print_time_line("\t\tkeepalive ", l->keepalive);
	else if (defaults && t->protocol == PROTO_V3)
		print_time_line("\t\t# keepalive ", t->keepalive != 0 ?
		    t->keepalive : l->backup != 0 ? DEFAULT_KEEPALIVE_BACKUP :
		    DEFAULT_KEEPALIVE);
}

static void
print_link_timeout(const struct link_conf *l, const struct tunnel_conf *t)
{
	if (l->timeout != 0)
		print_time_line("\t\ttimeout ", l->timeout);
	else if (defaults)
		print_time_line("\t\t# timeout ", t->timeout != 0 ?
		    t->timeout : t->protocol == PROTO_MLVPN2 ?
		    DEFAULT_MLVPN2_TIMEOUT : DEFAULT_TIMEOUT);
}

static void
print_quota(const struct quota_conf *q)
{
	if (q->period == QUOTA_NONE)
		return;
	printf("\t\tquota ");
	print_scaled(q->bytes, "B");
	if (q->period == QUOTA_DAY)
		printf(" per day");
	else
		printf(" per month from day %u", q->day);
	switch (q->action) {
	case QUOTA_BACKUP:
		printf(" then backup %u", q->level);
		break;
	case QUOTA_DOWN:
		printf(" then down");
		break;
	case QUOTA_LIMIT:
		printf(" then limit ");
		print_scaled(q->limit, "");
		break;
	}
	printf("\n");
}

/* Family 0 is "*". */
static void
print_addr(const struct addr *addr)
{
	char	 buf[ADDR_STRLEN];

	printf("%s", addr->family == 0 ? "*" :
	    addr_ntop(addr, buf, sizeof(buf)));
}

static void
print_prefix(const struct prefix *prefix)
{
	print_addr(&prefix->addr);
	printf("/%u", prefix->len);
}

static void
print_base64(const uint8_t *key)
{
	char	 buf[sodium_base64_ENCODED_LEN(32,
		    sodium_base64_VARIANT_ORIGINAL)];

	print_string(sodium_bin2base64(buf, sizeof(buf), key, 32,
	    sodium_base64_VARIANT_ORIGINAL));
	sodium_memzero(buf, sizeof(buf));
}

/* In the largest unit without a fraction. */
static void
print_scaled(uint64_t v, const char *unit)
{
	static const char * const	 units[] = { "K", "M", "G" };
	size_t				 i;

	for (i = 0; i < 3 && v != 0 && v % 1000 == 0; i++) {
		v /= 1000;
		unit = units[i];
	}
	printf("%" PRIu64 "%s", v, unit);
}

static void
print_time(uint64_t v)
{
	if (v % 3600000000 == 0)
		printf("%" PRIu64 "h", v / 3600000000);
	else if (v % 60000000 == 0)
		printf("%" PRIu64 "m", v / 60000000);
	else if (v % 1000000 == 0)
		printf("%" PRIu64 "s", v / 1000000);
	else if (v % 1000 == 0)
		printf("%" PRIu64 "ms", v / 1000);
	else
		printf("%" PRIu64 ".%03" PRIu64 "ms", v / 1000, v % 1000);
}

static void
print_time_line(const char *before, uint64_t v)
{
	printf("%s", before);
	print_time(v);
	printf("\n");
}

static void
print_default(const char *fmt, ...)
{
	va_list	 ap;

	if (!defaults)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}
