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
 * What mlvpnctl(8) asks for.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <imsg.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "core.h"
#include "engine_conf.h"
#include "engine_io.h"
#include "engine_parent.h"
#include "engine_show.h"
#include "engine_usage.h"
#include "log.h"
#include "mlvpnd.h"
#include "recent.h"
#include "watch.h"

#define SHOW_LINKS_MAX	(2 * TUNNEL_LINK_MAX)	/* paths of both ends */

static struct core	*core;
static uint64_t		 started;

static void	 show_summary(struct imsgbuf *);
static void	 show_listens(struct imsgbuf *);
static int	 is_selected(const struct engine_tunnel *,
		    const struct ctl_select *);
static int	 show_tunnels(struct imsgbuf *, const struct ctl_select *);
static void	 tunnel_conf_ctl(const struct tunnel_conf *,
		    struct ctl_tunnel *);
static const char	*secret_kind(const struct tunnel_conf *);
static int	 show_links(struct imsgbuf *, const struct ctl_select *);
static int	 show_filters(struct imsgbuf *, const struct ctl_select *);
static int	 show_history(struct imsgbuf *, const struct ctl_select *);
static int	 show_keys(struct imsgbuf *, const struct ctl_select *);
static void	 show_events(struct imsgbuf *);
static void	 key_base64(const uint8_t *, char *);
static int	 link_admin(const struct ctl_link_admin *, int);
static void	 nosuch(const char *, const char *, char *, size_t);
static void	 reload(uint32_t);
static void	 verbose(int);

const struct control_ops	 engine_control_ops = {
	show_summary, show_tunnels, show_links, show_filters, show_history,
	show_keys, show_events, link_admin, nosuch, reload, verbose
};

void
engine_show_init(struct core *c)
{
	core = c;
	started = engine_now();
}

static void
show_summary(struct imsgbuf *ibuf)
{
	struct ctl_summary	 cs;

	memset(&cs, 0, sizeof(cs));
	core_summary(core, &cs);
	strlcpy(cs.version, MLVPND_VERSION, sizeof(cs.version));
	cs.uptime = (engine_now() - started) / USEC;
	if (imsg_compose(ibuf, IMSG_CTL_SUMMARY, 0, 0, -1, &cs,
	    sizeof(cs)) == -1)
		log_warn("%s", __func__);
	show_listens(ibuf);
}

static void
show_listens(struct imsgbuf *ibuf)
{
	struct engine_listen	*l;
	struct ctl_listen	 cl;

	TAILQ_FOREACH(l, &engine_listens, entry) {
		memset(&cl, 0, sizeof(cl));
		cl.addr = l->conf.addr;
		cl.addr.port = l->conf.port;
		strlcpy(cl.ifname, l->conf.ifname, sizeof(cl.ifname));
		cl.rtable = l->conf.rtable;
		cl.error = l->conf.error;
		if (imsg_compose(ibuf, IMSG_CTL_LISTEN, 0, 0, -1, &cl,
		    sizeof(cl)) == -1)
			log_warn("%s", __func__);
	}
}

static int
is_selected(const struct engine_tunnel *t, const struct ctl_select *sel)
{
	return (t->tunnel != NULL && (sel->tunnel[0] == '\0' ||
	    strcmp(sel->tunnel, t->conf->name) == 0));
}

static int
show_tunnels(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct engine_tunnel	*t;
	struct ctl_tunnel	 ct;
	uint64_t		 now;
	int			 n = 0;

	now = engine_now();
	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!is_selected(t, sel))
			continue;
		memset(&ct, 0, sizeof(ct));
		tunnel_ctl(t->tunnel, &ct, now);
		tunnel_conf_ctl(t->conf, &ct);
		if (imsg_compose(ibuf, IMSG_CTL_TUNNEL, 0, 0, -1, &ct,
		    sizeof(ct)) == -1)
			log_warn("%s", __func__);
		n++;
	}
	return (n);
}

/* Settings that the core does not use. */
static void
tunnel_conf_ctl(const struct tunnel_conf *c, struct ctl_tunnel *ct)
{
	const struct route_conf	*r;
	struct ctl_route	*cr;

	strlcpy(ct->secret, secret_kind(c), sizeof(ct->secret));
	if (c->has_key)
		key_base64(c->peer_key, ct->peer_key);
	ct->naddress = c->naddress;
	memcpy(ct->address, c->address, sizeof(ct->address));
	TAILQ_FOREACH(r, &c->routes, entry) {
		if (ct->nroutes++ >= CTL_ROUTES)
			continue;
		cr = &ct->routes[ct->nroutes - 1];
		cr->prefix = r->prefix;
		cr->is_default = r->is_default;
	}
}

static const char *
secret_kind(const struct tunnel_conf *c)
{
	if (c->has_key)
		return (c->has_psk ? "key pair and psk" : "key pair");
	switch (c->secret_source) {
	case SECRET_PSK_INLINE:
	case SECRET_PSK_FILE:
		return ("psk");
	case SECRET_PHRASE:
		return ("secret");
	default:
		return ("none");
	}
}

const struct ctl_link *
engine_links(struct engine_tunnel *t, size_t *n)
{
	static struct ctl_link	 links[SHOW_LINKS_MAX];
	const struct link_usage	*usage;
	uint64_t		 now;
	size_t			 i;

	*n = 0;
	if (t->tunnel == NULL)
		return (links);
	now = engine_now();
	memset(links, 0, sizeof(links));
	*n = tunnel_ctl_links(t->tunnel, links, SHOW_LINKS_MAX, now);
	for (i = 0; i < *n; i++)
		engine_link_note(t->conf->id, &links[i]);
	watch_see(&t->watch, links, *n, now);
	for (i = 0; i < *n; i++) {
		if ((usage = engine_usage_find(t->conf->id,
		    links[i].name)) != NULL)
			links[i].usage = *usage;
	}
	return (links);
}

static int
show_links(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	const struct ctl_link	*links;
	struct engine_tunnel	*t;
	size_t			 i, nlinks;
	int			 n = 0;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!is_selected(t, sel))
			continue;
		links = engine_links(t, &nlinks);
		for (i = 0; i < nlinks; i++) {
			if (sel->link[0] != '\0' &&
			    strcmp(sel->link, links[i].name) != 0)
				continue;
			if (imsg_compose(ibuf, IMSG_CTL_LINK, 0, 0, -1,
			    &links[i], sizeof(links[i])) == -1)
				log_warn("%s", __func__);
			n++;
		}
	}
	return (n);
}

static int
show_filters(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	static struct ctl_match	 cm;
	struct engine_tunnel	*t;
	size_t			 i;
	int			 n = 0;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!is_selected(t, sel))
			continue;
		for (i = 0; tunnel_ctl_match(t->tunnel, i, &cm) == 0; i++) {
			if (imsg_compose(ibuf, IMSG_CTL_FILTER, 0, 0, -1, &cm,
			    sizeof(cm)) == -1)
				log_warn("%s", __func__);
		}
		n++;
	}
	return (n);
}

static int
show_history(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	static struct ctl_history ch;
	struct engine_tunnel	*t;
	size_t			 i;
	int			 n = 0;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!is_selected(t, sel))
			continue;
		if (sel->link[0] == '\0')
			n++;
		for (i = 0; watch_history(&t->watch, i, &ch,
		    engine_clock()) == 0; i++) {
			if (sel->link[0] != '\0' &&
			    strcmp(sel->link, ch.link) != 0)
				continue;
			if (imsg_compose(ibuf, IMSG_CTL_HISTORY, 0, 0, -1, &ch,
			    sizeof(ch)) == -1)
				log_warn("%s", __func__);
			n++;
		}
	}
	return (n);
}

static int
show_keys(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct engine_tunnel	*t;
	struct ctl_key		 ck;
	uint8_t			 pub[crypto_scalarmult_BYTES];
	int			 n = 0;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!is_selected(t, sel))
			continue;
		memset(&ck, 0, sizeof(ck));
		strlcpy(ck.tunnel, t->conf->name, sizeof(ck.tunnel));
		strlcpy(ck.secret, secret_kind(t->conf), sizeof(ck.secret));
		if (t->conf->has_key &&
		    crypto_scalarmult_base(pub, t->conf->key) == 0) {
			key_base64(pub, ck.own_key);
			key_base64(t->conf->peer_key, ck.peer_key);
		}
		if (imsg_compose(ibuf, IMSG_CTL_KEY, 0, 0, -1, &ck,
		    sizeof(ck)) == -1)
			log_warn("%s", __func__);
		n++;
	}
	return (n);
}

static void
key_base64(const uint8_t *key, char *text)
{
	sodium_bin2base64(text, CTL_KEY_SIZE, key, crypto_scalarmult_BYTES,
	    sodium_base64_VARIANT_ORIGINAL);
}

static void
show_events(struct imsgbuf *ibuf)
{
	struct ctl_event	 ce;
	size_t			 i;

	for (i = 0; recent_get(i, &ce, engine_clock()) == 0; i++) {
		if (imsg_compose(ibuf, IMSG_CTL_EVENT, 0, 0, -1, &ce,
		    sizeof(ce)) == -1)
			log_warn("%s", __func__);
	}
}

static int
link_admin(const struct ctl_link_admin *la, int up)
{
	struct engine_tunnel	*t;
	uint64_t		 now;

	t = engine_tunnel_byname(la->tunnel);
	if (t == NULL || t->tunnel == NULL)
		return (-1);
	now = engine_now();
	if (tunnel_link_admin(t->tunnel, la->link, up, now) == -1)
		return (-1);
	engine_flush(now);
	return (0);
}

static void
nosuch(const char *tunnel, const char *link, char *text, size_t size)
{
	const struct ctl_link	*links;
	struct engine_tunnel	*t;
	size_t			 i, n;

	t = engine_tunnel_byname(tunnel);
	if (t == NULL || t->tunnel == NULL) {
		snprintf(text, size, "no tunnel %s; tunnels:", tunnel);
		TAILQ_FOREACH(t, &engine_tunnels, entry)
			(void)words_add(t->conf->name, text, size);
		if (TAILQ_EMPTY(&engine_tunnels))
			(void)words_add("none", text, size);
		return;
	}
	snprintf(text, size, "no link %s in tunnel %s; links:", link, tunnel);
	links = engine_links(t, &n);
	for (i = 0; i < n; i++)
		(void)words_add(links[i].name, text, size);
	if (n == 0)
		(void)words_add("none", text, size);
}

int
words_add(const char *word, char *text, size_t size)
{
	static const char	 more[] = " ...";
	size_t			 len = strlen(text);

	if (len + 1 + strlen(word) + sizeof(more) <= size) {
		snprintf(text + len, size - len, " %s", word);
		return (1);
	}
	if (strcmp(text + len - strlen(more), more) != 0)
		strlcat(text, more, size);
	return (0);
}

static void
reload(uint32_t id)
{
	engine_compose_parent(IMSG_CTL_RELOAD, id, NULL, 0);
}

static void
verbose(int v)
{
	engine_compose_parent(IMSG_CTL_LOG_VERBOSE, 0, &v, sizeof(v));
	log_setverbose(v);
}
