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

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "handshake.h"

#define SECRET_FILE_MAX	4096
#define BPF_PROGRAM_MAX	512

/* A phrase that was stretched already. */
struct phrase {
	LIST_ENTRY(phrase) entry;
	char		 text[SECRET_SIZE];
	char		 id[TUNNEL_NAME_SIZE];
	uint8_t		 psk[32];
};

/* What can be configured and has no effect yet, by the names of keywords. */
struct feature {
	const char	*name;
	int		(*tunnel)(const struct tunnel_conf *);
	int		(*link)(const struct link_conf *);
};

static const char	*match_name(const char *);
static int		 match_word_cmp(const void *, const void *);
static int		 match_word_ok(const char *, int *);
static int		 secret_decode(char *, uint8_t *);
static int		 phrase_is(const struct phrase *,
			    const struct tunnel_conf *);
static int		 feature_used(const struct feature *,
			    const struct tunnel_conf *);
static int		 uses_mlvpn2(const struct tunnel_conf *);
static int		 uses_command(const struct tunnel_conf *);
static int		 uses_match(const struct tunnel_conf *);
static int		 uses_overflow(const struct link_conf *);
static int		 uses_quota(const struct link_conf *);

static LIST_HEAD(, phrase)	 phrases = LIST_HEAD_INITIALIZER(phrases);

static const struct feature features[] = {
	{ "protocol mlvpn2",	uses_mlvpn2,	NULL },
	{ "command",		uses_command,	NULL },
	{ "backup overflow",	NULL,		uses_overflow },
	{ "quota",		NULL,		uses_quota },
	{ "match",		uses_match,	NULL }
};

#define NFEATURES	(sizeof(features) / sizeof(features[0]))

struct mlvpnd_conf *
conf_new(void)
{
	struct mlvpnd_conf	*conf;

	if ((conf = calloc(1, sizeof(*conf))) == NULL)
		return (NULL);
	TAILQ_INIT(&conf->listens);
	TAILQ_INIT(&conf->tunnels);
	conf->status_rtable = RTABLE_DEFAULT;
	return (conf);
}

void
conf_free(struct mlvpnd_conf *conf)
{
	struct listen_conf	*listen;
	struct tunnel_conf	*tunnel;

	if (conf == NULL)
		return;
	while ((listen = TAILQ_FIRST(&conf->listens)) != NULL) {
		TAILQ_REMOVE(&conf->listens, listen, entry);
		free(listen);
	}
	while ((tunnel = TAILQ_FIRST(&conf->tunnels)) != NULL) {
		TAILQ_REMOVE(&conf->tunnels, tunnel, entry);
		conf_tunnel_free(tunnel);
	}
	free(conf);
}

/* A tunnel with the defaults of mlvpnd.conf(5); NULL without memory. */
struct tunnel_conf *
conf_tunnel_new(void)
{
	struct tunnel_conf	*tunnel;

	if ((tunnel = calloc(1, sizeof(*tunnel))) == NULL)
		return (NULL);
	TAILQ_INIT(&tunnel->routes);
	TAILQ_INIT(&tunnel->links);
	TAILQ_INIT(&tunnel->matches);
	strlcpy(tunnel->group, GROUP_DEFAULT, sizeof(tunnel->group));
	tunnel->rdomain = RTABLE_DEFAULT;
	tunnel->tos = ANSWER_NO;
	return (tunnel);
}

void
conf_tunnel_free(struct tunnel_conf *tunnel)
{
	struct route_conf	*route;
	struct link_conf	*link;
	struct match_conf	*match;

	if (tunnel == NULL)
		return;
	while ((route = TAILQ_FIRST(&tunnel->routes)) != NULL) {
		TAILQ_REMOVE(&tunnel->routes, route, entry);
		free(route);
	}
	while ((link = TAILQ_FIRST(&tunnel->links)) != NULL) {
		TAILQ_REMOVE(&tunnel->links, link, entry);
		free(link);
	}
	while ((match = TAILQ_FIRST(&tunnel->matches)) != NULL) {
		TAILQ_REMOVE(&tunnel->matches, match, entry);
		free(match);
	}
	freezero(tunnel, sizeof(*tunnel));
}

struct tunnel_conf *
conf_tunnel_find(struct mlvpnd_conf *conf, const char *name)
{
	struct tunnel_conf	*tunnel;

	TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
		if (strcmp(tunnel->name, name) == 0)
			return (tunnel);
	}
	return (NULL);
}

struct link_conf *
conf_link_new(void)
{
	struct link_conf	*link;

	if ((link = calloc(1, sizeof(*link))) == NULL)
		return (NULL);
	link->rtable = RTABLE_DEFAULT;
	return (link);
}

struct link_conf *
conf_link_find(struct tunnel_conf *tunnel, const char *name)
{
	struct link_conf	*link;

	TAILQ_FOREACH(link, &tunnel->links, entry) {
		if (strcmp(link->name, name) == 0)
			return (link);
	}
	return (NULL);
}

/* Does this end open paths, as it knows where the peer is? */
int
conf_tunnel_initiates(const struct tunnel_conf *tunnel)
{
	struct link_conf	*link;

	TAILQ_FOREACH(link, &tunnel->links, entry) {
		if (link->nremote > 0)
			return (1);
	}
	return (0);
}

struct bpf_insn *
conf_match_compile(const struct tunnel_conf *tunnel, const char *expr,
    unsigned int *n, char *errbuf, size_t size)
{
	struct bpf_program	 prog;
	struct bpf_insn		*insns = NULL;
	pcap_t			*pcap;
	const char		*name;

	if (*expr == '\0') {
		strlcpy(errbuf, "empty expression", size);
		return (NULL);
	}
	if ((name = match_name(expr)) != NULL) {
		snprintf(errbuf, size, "unknown word \"%.*s\", and names of "
		    "hosts are not looked up",
		    (int)strcspn(name, " \t()[]!&|<>=+/*"), name);
		return (NULL);
	}
	if ((pcap = pcap_open_dead(tunnel->layer2 ? DLT_EN10MB : DLT_RAW,
	    UINT16_MAX)) == NULL) {
		strlcpy(errbuf, strerror(ENOMEM), size);
		return (NULL);
	}
	if (pcap_compile(pcap, &prog, expr, 1, PCAP_NETMASK_UNKNOWN) == -1) {
		strlcpy(errbuf, pcap_geterr(pcap), size);
		pcap_close(pcap);
		return (NULL);
	}
	if (prog.bf_len > BPF_PROGRAM_MAX)
		strlcpy(errbuf, "expression too complex", size);
	else if ((insns = calloc(prog.bf_len, sizeof(*insns))) == NULL)
		strlcpy(errbuf, strerror(ENOMEM), size);
	else {
		memcpy(insns, prog.bf_insns, prog.bf_len * sizeof(*insns));
		*n = prog.bf_len;
	}
	pcap_freecode(&prog);
	pcap_close(pcap);
	return (insns);
}

/*
 * Returns the first word that pcap_compile(3) would ask a name server for,
 * which a daemon that is reading its configuration must not wait for.
 */
static const char *
match_name(const char *expr)
{
	const char	*p = expr;
	char		 word[64];
	size_t		 len;
	int		 service = 0;

	while (*p != '\0') {
		if (!isalnum((unsigned char)*p)) {
			p++;
			continue;
		}
		for (len = 1; p[len] != '\0' && (isalnum((unsigned char)p[len])
		    || strchr(".:_-\\", p[len]) != NULL); len++)
			;
		if (isalpha((unsigned char)*p) && memchr(p, ':', len) == NULL) {
			if (len >= sizeof(word))
				return (p);
			memcpy(word, p, len);
			word[len] = '\0';
			if (!match_word_ok(word, &service))
				return (p);
		}
		p += len;
	}
	return (NULL);
}

/*
 * Words of pcap-filter(7) that make sense without an interface to capture
 * from.  *service: what else comes is a port's or protocol's name, for which
 * there are files.
 */
static int
match_word_ok(const char *word, int *service)
{
	/* This has to be sorted always. */
	static const char * const words[] = {
		"ah", "and", "arp", "broadcast", "carp", "dst", "esp",
		"ether", "greater", "host", "icmp", "icmp6", "igmp", "ip",
		"ip6", "len", "less", "link", "mask", "multicast", "net",
		"not", "or", "pim", "port", "portrange", "proto",
		"protochain", "rarp", "sctp", "src", "tcp", "udp", "vlan",
		"vrrp"
	};

	if (bsearch(word, words, sizeof(words) / sizeof(words[0]),
	    sizeof(words[0]), match_word_cmp) != NULL) {
		if (strncmp(word, "port", 4) == 0 ||
		    strncmp(word, "proto", 5) == 0)
			*service = 1;
		else if (strcmp(word, "and") != 0 && strcmp(word, "or") != 0 &&
		    strcmp(word, "not") != 0)
			*service = 0;
		return (1);
	}
	if (strcmp(word, "tcpflags") == 0 || strcmp(word, "icmptype") == 0 ||
	    strcmp(word, "icmpcode") == 0 || strcmp(word, "icmp6type") == 0 ||
	    strcmp(word, "icmp6code") == 0 || strncmp(word, "tcp-", 4) == 0 ||
	    strncmp(word, "icmp-", 5) == 0 || strncmp(word, "icmp6-", 6) == 0)
		return (1);
	return (*service);
}

static int
match_word_cmp(const void *word, const void *entry)
{
	return (strcmp(word, *(const char * const *)entry));
}

int
conf_secret_read(const char *path, uint8_t *key, char *errbuf, size_t size)
{
	struct stat	 st;
	char		 buf[SECRET_FILE_MAX];
	ssize_t		 n;
	int		 fd, ret = -1;

	if ((fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		return (-1);
	}
	if (fstat(fd, &st) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		goto done;
	}
	if (!S_ISREG(st.st_mode)) {
		strlcpy(errbuf, "not a regular file", size);
		goto done;
	}
	if (conf_secret_check(&st, errbuf, size) == -1)
		goto done;
	if ((n = read(fd, buf, sizeof(buf) - 1)) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		goto done;
	}
	buf[n] = '\0';
	if (secret_decode(buf, key) == -1) {
		strlcpy(errbuf, "not one line of 32 bytes in base64", size);
		goto done;
	}
	ret = 0;
done:
	explicit_bzero(buf, sizeof(buf));
	close(fd);
	return (ret);
}

/* Is the file safe enough for a secret?  -1 with a message if not. */
int
conf_secret_check(const struct stat *st, char *errbuf, size_t size)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		strlcpy(errbuf, "owner is neither root nor the current user",
		    size);
		return (-1);
	}
	if (st->st_mode & (S_IWGRP | S_IXGRP)) {
		snprintf(errbuf, size, "mode %04o lets the group write it",
		    (unsigned int)(st->st_mode & 07777));
		return (-1);
	}
	if (st->st_mode & S_IRWXO) {
		snprintf(errbuf, size, "mode %04o lets others read it",
		    (unsigned int)(st->st_mode & 07777));
		return (-1);
	}
	return (0);
}

/* Empty lines and those that begin with '#' do not count. */
static int
secret_decode(char *buf, uint8_t *key)
{
	char	*line;
	size_t	 len;
	int	 found = 0;

	while ((line = strsep(&buf, "\n")) != NULL) {
		if (*line == '\0' || *line == '#')
			continue;
		if (found++ || sodium_base642bin(key, 32, line, strlen(line),
		    " \t\r", &len, NULL, sodium_base64_VARIANT_ORIGINAL) ==
		    -1 || len != 32)
			return (-1);
	}
	return (found ? 0 : -1);
}

int
conf_phrase_psk(struct tunnel_conf *tunnel)
{
	struct phrase	*p;

	LIST_FOREACH(p, &phrases, entry) {
		if (phrase_is(p, tunnel))
			break;
	}
	if (p == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return (-1);
		if (phrase_psk(p->psk, tunnel->secret,
		    tunnel->secret_id) == -1) {
			freezero(p, sizeof(*p));
			return (-1);
		}
		strlcpy(p->text, tunnel->secret, sizeof(p->text));
		strlcpy(p->id, tunnel->secret_id, sizeof(p->id));
		LIST_INSERT_HEAD(&phrases, p, entry);
	}
	memcpy(tunnel->psk, p->psk, sizeof(tunnel->psk));
	return (0);
}

void
conf_phrase_keep(const struct mlvpnd_conf *conf)
{
	struct tunnel_conf	*tunnel;
	struct phrase		*p, *next;

	for (p = LIST_FIRST(&phrases); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
			if (phrase_is(p, tunnel))
				break;
		}
		if (tunnel != NULL)
			continue;
		LIST_REMOVE(p, entry);
		freezero(p, sizeof(*p));
	}
}

static int
phrase_is(const struct phrase *p, const struct tunnel_conf *tunnel)
{
	return (tunnel->secret_source == SECRET_PHRASE &&
	    strcmp(p->text, tunnel->secret) == 0 &&
	    strcmp(p->id, tunnel->secret_id) == 0);
}

void
conf_inactive(const struct mlvpnd_conf *conf, void (*report)(const char *))
{
	struct tunnel_conf	*tunnel;
	char			 line[512];
	size_t			 i;
	int			 n;

	if (conf->status.family != 0)
		report("not active yet: status");

	TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
		for (i = 0, n = 0; i < NFEATURES; i++) {
			if (!feature_used(&features[i], tunnel))
				continue;
			if (n++ == 0)
				snprintf(line, sizeof(line),
				    "%s: not active yet: ", tunnel->name);
			else
				strlcat(line, ", ", sizeof(line));
			strlcat(line, features[i].name, sizeof(line));
		}
		if (n > 0)
			report(line);
	}
}

static int
feature_used(const struct feature *f, const struct tunnel_conf *tunnel)
{
	struct link_conf	*link;

	if (f->tunnel != NULL)
		return (f->tunnel(tunnel));
	TAILQ_FOREACH(link, &tunnel->links, entry) {
		if (f->link(link))
			return (1);
	}
	return (0);
}

static int
uses_mlvpn2(const struct tunnel_conf *tunnel)
{
	return (tunnel->protocol == PROTO_MLVPN2);
}

static int
uses_command(const struct tunnel_conf *tunnel)
{
	return (*tunnel->command != '\0');
}

static int
uses_match(const struct tunnel_conf *tunnel)
{
	return (!TAILQ_EMPTY(&tunnel->matches));
}

static int
uses_overflow(const struct link_conf *link)
{
	return (link->overflow);
}

static int
uses_quota(const struct link_conf *link)
{
	return (link->quota.period != QUOTA_NONE);
}
