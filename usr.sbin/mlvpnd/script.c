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
 * The commands of tunnels.  Each is run for one event at a time, in order,
 * for everything that has changed since the last run.  A slow command delays
 * nobody, and is only told the result if links flap meanwhile.
 */

#include <sys/param.h>
#include <sys/queue.h>
#include <net/if.h>

#include <event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "conf.h"
#include "conf_value.h"
#include "core.h"
#include "log.h"
#include "mlvpnd.h"
#include "run.h"
#include "script.h"
#include "timer.h"

#define JOBS_MAX	16		/* waiting, of a tunnel */
#define JOB_INTERVAL	1000		/* ms between two of a tunnel */
#define JOB_BURST	16		/* before that */
#define LINKS_MAX	256		/* up at a time; paths have one byte */
#define LIST_SIZE	32768

#define COMMAND_PATH	"/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:" \
			"/usr/local/sbin"

enum script_event {
	ATTACH,
	DETACH,
	UP,
	DOWN,
	LINK_IS_UP,
	LINK_IS_DOWN
};

static const struct {
	const char	*name;
	const char	*compat;	/* MLVPN's, NULL if it has none */
} events[] = {
	[ATTACH] =		{ "attach",	NULL },
	[DETACH] =		{ "detach",	NULL },
	[UP] =			{ "up",		"tuntap_up" },
	[DOWN] =		{ "down",	"tuntap_down" },
	[LINK_IS_UP] =		{ "link-up",	"rtun_up" },
	[LINK_IS_DOWN] =	{ "link-down",	"rtun_down" }
};

/* A program to be run. */
struct job {
	TAILQ_ENTRY(job) entry;
	int		 event;		/* enum script_event */
	char		*argv[RUN_ARGS_MAX + 1];
	char		*env[RUN_ENV_MAX + 1];
	int		 argc;
	int		 envc;
};

struct script_link {
	TAILQ_ENTRY(script_link) entry;
	char		 name[LINK_NAME_SIZE];
	char		 reason[64];
	int		 up;
	int		 told;
};

struct script {
	TAILQ_ENTRY(script) entry;
	uint32_t	 id;
	const struct tunnel_conf *conf;	/* NULL: the tunnel is gone */
	void		(*restore)(void *);
	void		*arg;
	char		 name[TUNNEL_NAME_SIZE];
	char		 command[PATH_MAX];	/* empty: none to be told */
	int		 compat;

	/* as it is */
	char		 ifname[IFNAMSIZ];	/* empty: no interface */
	uint16_t	 mtu;
	TAILQ_HEAD(, script_link) links;
	int		 nlinks;
	int		 refused;	/* a link, which was logged */

	/* as was told */
	char		 told_ifname[IFNAMSIZ];
	int		 told_up;

	TAILQ_HEAD(jobhead, job) jobs;	/* the first one runs */
	int		 njobs;
	int		 running;
	unsigned int	 burst;		/* of the last jobs */
	unsigned int	 burst_at;	/* timer_now() */
	struct event	 ev_later;
};

static void	 script_sync(struct script *, int);
static int	 script_may_tell(struct script *);
static void	 script_later(int, short, void *);
static void	 script_prune(struct script *);
static void	 script_forget(struct script *);
static void	 script_all_down(struct script *);
static int	 script_tell(struct script *, enum script_event, const char *,
		    const char *, int);
static struct job *job_new(const struct script *, enum script_event,
		    const char *, const char *);
static void	 job_native(struct job *, const struct script *,
		    enum script_event, const char *, const char *);
static void	 job_compat(struct job *, const struct script *,
		    enum script_event, const char *);
static void	 job_arg(struct job *, const char *);
static void	 job_env(struct job *, const char *, const char *);
static void	 job_free(struct job *);
static const char *list_addresses(const struct tunnel_conf *, int, int);
static const char *list_routes(const struct tunnel_conf *, int);
static const char *list_links(const struct script *);
static void	 list_begin(void);
static void	 list_add(const char *);
static void	 list_prefix(const struct prefix *);
static const char *first(const struct tunnel_conf *, int, int);
static void	 script_next(struct script *);
static void	 job_run(const struct job *, const struct script *);
static struct script_link *script_link_find(struct script *, const char *);
static void	 script_link_free(struct script *, struct script_link *);

static TAILQ_HEAD(, script)	 scripts = TAILQ_HEAD_INITIALIZER(scripts);
static uint32_t			 last_id;
static char			 list[LIST_SIZE];

struct script *
script_new(void (*restore)(void *), void *arg)
{
	struct script	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("%s", __func__);
	s->id = ++last_id;
	s->restore = restore;
	s->arg = arg;
	TAILQ_INIT(&s->links);
	TAILQ_INIT(&s->jobs);
	s->burst_at = timer_now();
	evtimer_set(&s->ev_later, script_later, s);
	TAILQ_INSERT_TAIL(&scripts, s, entry);
	return (s);
}

void
script_conf(struct script *s, const struct tunnel_conf *tc)
{
	s->conf = tc;
	strlcpy(s->name, tc->name, sizeof(s->name));
	if (strcmp(s->command, tc->command) == 0 && s->compat == tc->compat)
		return;
	strlcpy(s->command, tc->command, sizeof(s->command));
	s->compat = tc->compat;
	script_forget(s);
	script_sync(s, 0);
}

void
script_interface(struct script *s, const char *ifname, uint16_t mtu)
{
	strlcpy(s->ifname, ifname != NULL ? ifname : "", sizeof(s->ifname));
	s->mtu = mtu;
	script_sync(s, 0);
}

void
script_event(struct script *s, int type, const char *link, const char *reason)
{
	struct script_link	*l;

	if ((type != CORE_LINK_UP && type != CORE_LINK_DOWN) ||
	    (l = script_link_find(s, link)) == NULL)
		return;
	l->up = type == CORE_LINK_UP;
	strlcpy(l->reason, reason, sizeof(l->reason));
	script_sync(s, 0);
}

void
script_down(struct script *s)
{
	script_all_down(s);
	script_sync(s, 0);
}

void
script_free(struct script *s)
{
	script_all_down(s);
	script_sync(s, 1);
	s->ifname[0] = '\0';
	script_sync(s, 1);
	s->conf = NULL;
	script_next(s);
}

void
script_done(uint32_t id)
{
	struct script	*s;
	struct job	*j;

	TAILQ_FOREACH(s, &scripts, entry) {
		if (s->id == id && s->running)
			break;
	}
	if (s == NULL)
		return;
	s->running = 0;
	j = TAILQ_FIRST(&s->jobs);
	if (j->event == UP && s->compat && s->conf != NULL)
		s->restore(s->arg);
	TAILQ_REMOVE(&s->jobs, j, entry);
	s->njobs--;
	job_free(j);
	if (s->conf != NULL)
		script_sync(s, 0);
	script_next(s);
}

void
script_stop(unsigned int max)
{
	struct script	*s, *next;
	struct job	*j;
	unsigned int	 start = timer_now(), elapsed;

	for (s = TAILQ_FIRST(&scripts); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->conf != NULL)
			script_free(s);
	}
	while (!TAILQ_EMPTY(&scripts) &&
	    (elapsed = timer_now() - start) < max) {
		if (child_wait_runner(max - elapsed) == -1)
			break;
	}
	TAILQ_FOREACH(s, &scripts, entry) {
		TAILQ_FOREACH(j, &s->jobs, entry)
			log_warnx("%s: command %s %s: out of time", s->name,
			    j->argv[2],
			    j == TAILQ_FIRST(&s->jobs) ? "ended" : "not run");
	}
}

/* Queues what has changed; with force, even if the queue is full. */
static void
script_sync(struct script *s, int force)
{
	struct script_link	*l;
	int			 up = 0;

	if (s->command[0] == '\0') {
		script_prune(s);
		return;
	}

	if (s->told_ifname[0] != '\0' &&
	    strcmp(s->told_ifname, s->ifname) != 0) {
		if (s->told_up && script_tell(s, DOWN, "", "", force) == -1)
			return;
		s->told_up = 0;
		if (script_tell(s, DETACH, "", "", force) == -1)
			return;
		s->told_ifname[0] = '\0';
	}
	if (s->told_ifname[0] == '\0') {
		if (s->ifname[0] == '\0')
			return;
		strlcpy(s->told_ifname, s->ifname, sizeof(s->told_ifname));
		if (script_tell(s, ATTACH, "", "", force) == -1) {
			s->told_ifname[0] = '\0';
			return;
		}
	}
	TAILQ_FOREACH(l, &s->links, entry) {
		up |= l->up;
		if (l->up == l->told)
			continue;
		if (script_tell(s, l->up ? LINK_IS_UP : LINK_IS_DOWN, l->name,
		    l->reason, force) == -1)
			return;
		l->told = l->up;
	}
	script_prune(s);
	if (up != s->told_up &&
	    script_tell(s, up ? UP : DOWN, "", "", force) == 0)
		s->told_up = up;
}

static void
script_later(int fd, short event, void *arg)
{
	struct script	*s = arg;

	if (s->conf != NULL)
		script_sync(s, 0);
}

/* Links that are down are not remembered. */
static void
script_prune(struct script *s)
{
	struct script_link	*l, *next;

	for (l = TAILQ_FIRST(&s->links); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (!l->up && !l->told)
			script_link_free(s, l);
	}
}

static void
script_forget(struct script *s)
{
	struct script_link	*l;

	s->told_ifname[0] = '\0';
	s->told_up = 0;
	TAILQ_FOREACH(l, &s->links, entry)
		l->told = 0;
}

static void
script_all_down(struct script *s)
{
	struct script_link	*l;

	TAILQ_FOREACH(l, &s->links, entry) {
		l->up = 0;
		l->reason[0] = '\0';
	}
}

/* Returns -1 if it has to wait; script_sync() is called again then. */
static int
script_tell(struct script *s, enum script_event event, const char *link,
    const char *reason, int force)
{
	struct job	*j;

	if (s->compat && events[event].compat == NULL)
		return (0);
	if (!force && (s->njobs >= JOBS_MAX || !script_may_tell(s)))
		return (-1);
	j = job_new(s, event, link, reason);
	TAILQ_INSERT_TAIL(&s->jobs, j, entry);
	s->njobs++;
	script_next(s);
	return (0);
}

/* Who opens and closes links does not keep root busy. */
static int
script_may_tell(struct script *s)
{
	unsigned int	 n = (timer_now() - s->burst_at) / JOB_INTERVAL;

	s->burst -= MIN(s->burst, n);
	s->burst_at += n * JOB_INTERVAL;
	if (s->burst < JOB_BURST) {
		s->burst++;
		return (1);
	}
	if (!evtimer_pending(&s->ev_later, NULL))
		timer_set(&s->ev_later, JOB_INTERVAL);
	return (0);
}

static struct job *
job_new(const struct script *s, enum script_event event, const char *link,
    const char *reason)
{
	struct job	*j;

	if ((j = calloc(1, sizeof(*j))) == NULL)
		fatal("%s", __func__);
	j->event = event;
	job_arg(j, s->command);
	job_env(j, "PATH", COMMAND_PATH);
	if (s->compat)
		job_compat(j, s, event, link);
	else
		job_native(j, s, event, link, reason);
	return (j);
}

static void
job_native(struct job *j, const struct script *s, enum script_event event,
    const char *link, const char *reason)
{
	char	 mtu[8];

	job_arg(j, s->name);
	job_arg(j, events[event].name);
	if (*link != '\0')
		job_arg(j, link);

	snprintf(mtu, sizeof(mtu), "%u", s->mtu);
	job_env(j, "MLVPND_TUNNEL", s->name);
	job_env(j, "MLVPND_EVENT", events[event].name);
	job_env(j, "MLVPND_LINK", link);
	job_env(j, "MLVPND_REASON", reason);
	job_env(j, "MLVPND_INTERFACE", s->told_ifname);
	job_env(j, "MLVPND_MTU", mtu);
	job_env(j, "MLVPND_ADDRESSES", list_addresses(s->conf, 0, 0));
	job_env(j, "MLVPND_PEERS", list_addresses(s->conf, 0, 1));
	job_env(j, "MLVPND_ROUTES", list_routes(s->conf, 0));
	job_env(j, "MLVPND_LINKS_UP", list_links(s));
}

/* As MLVPN 2.x has it. */
static void
job_compat(struct job *j, const struct script *s, enum script_event event,
    const char *link)
{
	char	 mtu[8];

	job_arg(j, s->told_ifname);
	job_arg(j, events[event].compat);
	if (*link != '\0')
		job_arg(j, link);

	snprintf(mtu, sizeof(mtu), "%u", s->mtu);
	job_env(j, "DEVICE", s->told_ifname);
	job_env(j, "MTU", mtu);
	job_env(j, "IP4", first(s->conf, 4, 0));
	job_env(j, "IP6", first(s->conf, 6, 0));
	job_env(j, "IP4_GATEWAY", first(s->conf, 4, 1));
	job_env(j, "IP6_GATEWAY", first(s->conf, 6, 1));
	job_env(j, "IP4_ROUTES", list_routes(s->conf, 4));
	job_env(j, "IP6_ROUTES", list_routes(s->conf, 6));
}

static void
job_arg(struct job *j, const char *arg)
{
	if (j->argc == RUN_ARGS_MAX)
		fatalx("%s", __func__);
	if ((j->argv[j->argc++] = strdup(arg)) == NULL)
		fatal("%s", __func__);
}

static void
job_env(struct job *j, const char *name, const char *value)
{
	if (j->envc == RUN_ENV_MAX)
		fatalx("%s", __func__);
	if (asprintf(&j->env[j->envc++], "%s=%s", name, value) == -1)
		fatal("%s", __func__);
}

static void
job_free(struct job *j)
{
	int	 i;

	for (i = 0; i < j->argc; i++)
		free(j->argv[i]);
	for (i = 0; i < j->envc; i++)
		free(j->env[i]);
	free(j);
}

/* Those of a family, 0 for both, or the peers'. */
static const char *
list_addresses(const struct tunnel_conf *tc, int family, int peers)
{
	const struct address_conf	*a;
	char				 buf[ADDR_STRLEN];
	int				 i;

	list_begin();
	for (i = 0; i < tc->naddress; i++) {
		a = &tc->address[i];
		if (family != 0 && a->prefix.addr.family != family)
			continue;
		if (!peers)
			list_prefix(&a->prefix);
		else if (a->peer.family != 0)
			list_add(addr_ntop(&a->peer, buf, sizeof(buf)));
	}
	return (list);
}

static const char *
list_routes(const struct tunnel_conf *tc, int family)
{
	const struct route_conf	*rc;

	list_begin();
	TAILQ_FOREACH(rc, &tc->routes, entry) {
		if (rc->is_default) {
			if (family == 0 || *first(tc, family, 0) != '\0')
				list_add("default");
		} else if (family == 0 || rc->prefix.addr.family == family)
			list_prefix(&rc->prefix);
	}
	return (list);
}

static const char *
list_links(const struct script *s)
{
	const struct script_link	*l;

	list_begin();
	TAILQ_FOREACH(l, &s->links, entry) {
		if (l->up)
			list_add(l->name);
	}
	return (list);
}

static void
list_begin(void)
{
	list[0] = '\0';
}

/* What does not fit is left out. */
static void
list_add(const char *word)
{
	size_t	 len = strlen(list);

	if (len + 1 + strlen(word) >= sizeof(list))
		return;
	snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? " " : "",
	    word);
}

static void
list_prefix(const struct prefix *prefix)
{
	char	 addr[ADDR_STRLEN], buf[ADDR_STRLEN + 8];

	snprintf(buf, sizeof(buf), "%s/%u", addr_ntop(&prefix->addr, addr,
	    sizeof(addr)), prefix->len);
	list_add(buf);
}

/* The tunnel's first address of the family, or the peer of that. */
static const char *
first(const struct tunnel_conf *tc, int family, int peer)
{
	static char			 buf[ADDR_STRLEN + 8];
	const struct address_conf	*a;
	char				 addr[ADDR_STRLEN];
	int				 i;

	buf[0] = '\0';
	for (i = 0; i < tc->naddress; i++) {
		a = &tc->address[i];
		if (a->prefix.addr.family != family)
			continue;
		if (!peer && a->prefix.len == (family == 4 ? 32 : 128))
			addr_ntop(&a->prefix.addr, buf, sizeof(buf));
		else if (!peer)
			snprintf(buf, sizeof(buf), "%s/%u",
			    addr_ntop(&a->prefix.addr, addr, sizeof(addr)),
			    a->prefix.len);
		else if (a->peer.family != 0)
			addr_ntop(&a->peer, buf, sizeof(buf));
		break;
	}
	return (buf);
}

/* Runs the first job unless it runs already.  May free s. */
static void
script_next(struct script *s)
{
	struct job	*j;

	if (s->running)
		return;
	if ((j = TAILQ_FIRST(&s->jobs)) != NULL) {
		s->running = 1;
		job_run(j, s);
		return;
	}
	if (s->conf != NULL)
		return;

	while (!TAILQ_EMPTY(&s->links))
		script_link_free(s, TAILQ_FIRST(&s->links));
	evtimer_del(&s->ev_later);
	TAILQ_REMOVE(&scripts, s, entry);
	free(s);
}

static void
job_run(const struct job *j, const struct script *s)
{
	char	 text[TUNNEL_NAME_SIZE + 32];
	void	*buf;
	size_t	 len;

	snprintf(text, sizeof(text), "%s: command %s", s->name, j->argv[2]);
	log_debug("%s %s", text, j->argc > 3 ? j->argv[3] : "");
	buf = run_request(text, (const char *const *)j->argv,
	    (const char *const *)j->env, &len);
	compose_runner(IMSG_RUN, s->id, buf, len);
	free(buf);
}

/* NULL for an invalid name; the engine is not trusted. */
static struct script_link *
script_link_find(struct script *s, const char *name)
{
	struct script_link	*l;

	TAILQ_FOREACH(l, &s->links, entry) {
		if (strcmp(l->name, name) == 0)
			return (l);
	}
	if (!value_is_name(name) || strlen(name) >= sizeof(l->name) ||
	    s->nlinks == LINKS_MAX) {
		if (!s->refused)
			log_warnx("%s: command not run for link %s", s->name,
			    name);
		s->refused = 1;
		return (NULL);
	}
	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	strlcpy(l->name, name, sizeof(l->name));
	TAILQ_INSERT_TAIL(&s->links, l, entry);
	s->nlinks++;
	return (l);
}

static void
script_link_free(struct script *s, struct script_link *l)
{
	TAILQ_REMOVE(&s->links, l, entry);
	s->nlinks--;
	free(l);
}
