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

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "handshake.h"

#define SECRET_FILE_MAX	4096

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

static int		 secret_decode(char *, uint8_t *);
static int		 phrase_is(const struct phrase *,
			    const struct tunnel_conf *);
static int		 feature_used(const struct feature *,
			    const struct tunnel_conf *);
static int		 uses_quota(const struct link_conf *);

static LIST_HEAD(, phrase)	 phrases = LIST_HEAD_INITIALIZER(phrases);

static const struct feature features[] = {
	{ "quota",		NULL,		uses_quota }
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
uses_quota(const struct link_conf *link)
{
	return (link->quota.period != QUOTA_NONE);
}
