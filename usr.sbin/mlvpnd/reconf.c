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
 * Changes from the configuration in force to a new one, in the kernel and in
 * the engine.  What has not changed is not touched.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bypass.h"
#include "child.h"
#include "conf.h"
#include "conf_match.h"
#include "core.h"
#include "demote.h"
#include "listener.h"
#include "log.h"
#include "mlvpn2_wire.h"
#include "mlvpnd.h"
#include "netif.h"
#include "notice.h"
#include "parse.h"
#include "quota.h"
#include "reconf.h"
#include "script.h"
#include "status_sock.h"
#include "timer.h"
#include "tunif.h"
#include "uplink.h"

#define RETRY_MIN	100		/* ms, doubled each time */
#define RETRY_MAX	30000
#define SETTLE_TIME	200		/* ms, changes come in groups */
#define RESTORE_PAUSE	5000		/* ms, between two of an interface */
#define COMMAND_TIME	10000		/* ms, for all at the daemon's end */

/*
 * The engine must close the old device of a tunnel before the parent can open
 * the one of the same name.
 */
enum release {
	RELEASE_NO,
	RELEASE,
	RELEASE_WAIT
};

/* A tunnel of the configuration. */
struct ptunnel {
	TAILQ_ENTRY(ptunnel)	 entry;
	struct tunnel_conf	*conf;		/* in the one in force */
	struct tunnel_conf	*nconf;		/* and in that to come */
	uint32_t		 id;
	struct tunif		*tunif;		/* NULL: could not be opened */
	uint32_t		 sent;		/* id of the one the engine has,
						   0: it lacks the tunnel */
	enum release		 release;	/* of the engine's device */
	int			 error;		/* of opening, logged */
	uint16_t		 auto_mtu;	/* the engine's, 0 not yet */
	unsigned int		 restored;	/* when it was, ms, 0 never */
	struct script		*script;	/* its command */
	struct demote		*demote;
	struct uplinks		*uplinks;	/* its links */
};

static int		 reconf_read(const char *);
static void		 reconf_notes(const struct mlvpnd_conf *);
static void		 reconf_apply(struct mlvpnd_conf *);
static void		 reconf_tunnel(struct ptunnel *);
static int		 reconf_open(int *);
static void		 reconf_send(void);
static void		 reconf_send_tunnel(struct ptunnel *);
static void		 reconf_send_match(const struct tunnel_conf *,
			    const struct match_conf *);
static void		 reconf_open_flows(void);
static void		 reconf_schedule(int);
static void		 reconf_retry(int, short, void *);
static void		 reconf_settled(int, short, void *);
static struct ptunnel	*ptunnel_find(uint32_t);
static struct ptunnel	*ptunnel_byname(const char *);
static struct ptunnel	*ptunnel_new(void);
static int		 ptunnel_check(struct ptunnel *);
static void		 ptunnel_restore(void *);
static void		 ptunnel_protected(void *);
static void		 ptunnel_apply(struct ptunnel *, struct tunnel_conf *);

static struct mlvpnd_conf	*conf;
static TAILQ_HEAD(, ptunnel)	 ptunnels = TAILQ_HEAD_INITIALIZER(ptunnels);
static uint32_t			 last_tunnel;
static struct event		 ev_retry;
static struct event		 ev_settled;
static unsigned int		 retry;		/* ms */
static const char		*flowsfile;

int
reconf_start(struct mlvpnd_conf *new, const char *flows)
{
	struct ptunnel	*pt;

	flowsfile = flows;
	evtimer_set(&ev_retry, reconf_retry, NULL);
	evtimer_set(&ev_settled, reconf_settled, NULL);
	reconf_notes(new);
	reconf_apply(new);
	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->tunif == NULL)
			return (-1);
	}
	return (listener_broken() ? -1 : 0);
}

void
reconf_reload(const char *file)
{
	if (reconf_read(file) == -1)
		log_warnx("configuration reload failed");
	else
		log_info("configuration reloaded");
}

void
reconf_reload_ctl(const char *file, uint32_t peerid)
{
	struct ctl_result	 res;

	memset(&res, 0, sizeof(res));
	notice_begin(peerid);
	if (reconf_read(file) == -1) {
		log_warnx("configuration reload failed");
		res.code = CTL_RES_PARSE;
		strlcpy(res.text, "nothing changed", sizeof(res.text));
	} else
		log_info("configuration reloaded");
	if (notice_end() && res.code == CTL_RES_OK) {
		res.code = CTL_RES_FAIL;
		strlcpy(res.text, "reloaded with errors",
		    sizeof(res.text));
	}
	compose_engine(IMSG_CTL_RESULT, peerid, -1, &res, sizeof(res));
}

void
reconf_stop(void)
{
	struct ptunnel	*pt;
	int		 keep;

	evtimer_del(&ev_retry);
	evtimer_del(&ev_settled);
	TAILQ_FOREACH(pt, &ptunnels, entry)
		demote_free(pt->demote);
	script_stop(COMMAND_TIME);
	demote_stop(COMMAND_TIME);
	while ((pt = TAILQ_FIRST(&ptunnels)) != NULL) {
		TAILQ_REMOVE(&ptunnels, pt, entry);
		keep = pt->conf->persist;
		if (pt->tunif != NULL)
			tunif_stop(pt->tunif);
		uplinks_free(pt->uplinks, keep);
		free(pt);
	}
	listener_stop();
	conf_free(conf);
	conf = NULL;
}

void
reconf_netchange(void)
{
	if (!evtimer_pending(&ev_settled, NULL))
		timer_set(&ev_settled, SETTLE_TIME);
}

/* A link has other settings now. */
void
reconf_quota(void)
{
	reconf_send();
}

void
reconf_mtu(uint32_t id, uint16_t mtu)
{
	struct ptunnel	*pt;

	if ((pt = ptunnel_find(id)) == NULL)
		return;
	if (mtu < TUNNEL_MTU_MIN || mtu > TUNNEL_MTU_MAX) {
		log_warnx("%s: invalid mtu %u from engine",
		    pt->conf->name, mtu);
		return;
	}
	pt->auto_mtu = mtu;
	ptunnel_apply(pt, pt->conf);
}

void
reconf_stale(uint32_t id, const char *link)
{
	struct ptunnel	*pt;

	if ((pt = ptunnel_find(id)) != NULL)
		uplinks_stale(pt->uplinks, link);
}

void
reconf_anew(uint32_t id, const char *link)
{
	struct ptunnel	*pt;

	if ((pt = ptunnel_find(id)) != NULL)
		uplinks_anew(pt->uplinks, link);
}

void
reconf_event(uint32_t id, int type, const char *link, const char *reason)
{
	struct ptunnel	*pt;

	if ((pt = ptunnel_find(id)) == NULL)
		return;
	script_event(pt->script, type, link, reason);
	if (type == CORE_TUNNEL_UP || type == CORE_TUNNEL_DOWN)
		demote_tunnel(pt->demote, type == CORE_TUNNEL_UP);
}

void
reconf_resolved(uint32_t request, const struct addr *addr, size_t n)
{
	struct ptunnel	*pt;

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (uplinks_resolved(pt->uplinks, request, addr, n))
			return;
	}
}

static int
reconf_read(const char *file)
{
	struct mlvpnd_conf	*new;

	if ((new = parse_config(file, notice_client)) == NULL)
		return (-1);
	reconf_notes(new);
	reconf_apply(new);
	return (0);
}

static void
reconf_notes(const struct mlvpnd_conf *new)
{
	struct tunnel_conf	*tc;

	if (conf != NULL && strcmp(conf->restricted, new->restricted) != 0)
		notice("control restricted: takes effect at the next start");
	TAILQ_FOREACH(tc, &new->tunnels, entry) {
		if (tc->protocol != PROTO_MLVPN2)
			continue;
		notice("%s: protocol mlvpn2 is weak: whoever knows the secret "
		    "can read all recorded traffic", tc->name);
		if (tc->cleartext)
			notice("%s: cleartext data: anyone on the path can "
			    "read, change and insert packets", tc->name);
	}
}

/*
 * Tunnels are matched by name, and interfaces by name too: a tunnel that was
 * renamed keeps its interface.
 */
static void
reconf_apply(struct mlvpnd_conf *new)
{
	struct ptunnel		*pt, *next;
	struct tunnel_conf	*tc;
	int			 missing = 0;

	listener_reconf(new);
	status_sock_reconf(new);

	TAILQ_FOREACH(tc, &new->tunnels, entry) {
		if ((pt = ptunnel_byname(tc->name)) == NULL)
			pt = ptunnel_new();
		else
			TAILQ_REMOVE(&ptunnels, pt, entry);
		TAILQ_INSERT_TAIL(&ptunnels, pt, entry);
		tc->id = pt->id;
		pt->nconf = tc;
	}

	for (pt = TAILQ_FIRST(&ptunnels); pt != NULL; pt = next) {
		next = TAILQ_NEXT(pt, entry);
		if (pt->nconf == NULL) {
			TAILQ_REMOVE(&ptunnels, pt, entry);
			script_free(pt->script);
			demote_free(pt->demote);
			uplinks_free(pt->uplinks, 0);
			free(pt);
			continue;
		}
		if (pt->tunif != NULL && (pt->tunif =
		    tunif_claim(pt->nconf)) == NULL)
			pt->release = strcmp(pt->conf->ifname,
			    pt->nconf->ifname) == 0 ? RELEASE_WAIT : RELEASE;
		else if (pt->tunif == NULL)
			pt->tunif = tunif_claim(pt->nconf);
	}
	tunif_sweep();

	/* links must be outside before the routes of any tunnel are there */
	TAILQ_FOREACH(pt, &ptunnels, entry)
		uplinks_reconf(pt->uplinks, pt->nconf);
	TAILQ_FOREACH(pt, &ptunnels, entry)
		uplinks_protect(pt->uplinks);
	TAILQ_FOREACH(pt, &ptunnels, entry)
		reconf_tunnel(pt);
	TAILQ_FOREACH(pt, &ptunnels, entry)
		uplinks_unprotect(pt->uplinks);
	conf_free(conf);
	conf = new;
	quota_conf(conf);

	retry = 0;
	(void)reconf_open(&missing);
	reconf_send();
	reconf_schedule(missing);
}

static void
reconf_tunnel(struct ptunnel *pt)
{
	ptunnel_apply(pt, pt->nconf);
	pt->conf = pt->nconf;
	pt->nconf = NULL;
	pt->error = 0;
	script_conf(pt->script, pt->conf);
	demote_conf(pt->demote, pt->conf);
}

/*
 * Opens all interfaces and listening sockets that are not open.  Returns
 * whether the engine has to hear of something, and sets *missing if some could
 * not be opened.
 */
static int
reconf_open(int *missing)
{
	struct ptunnel	*pt;
	int		 opened = 0;

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->tunif != NULL)
			continue;
		if (pt->release == RELEASE_WAIT) {
			*missing = 1;
			continue;
		}
		if ((pt->tunif = tunif_open(pt->conf)) == NULL) {
			*missing = 1;
			if (errno != pt->error) {
				pt->error = errno;
				notice_failure("%s: interface %s: %s",
				    pt->conf->name, pt->conf->ifname,
				    netif_device(pt->conf->ifname));
			}
			continue;
		}
		pt->error = 0;
		ptunnel_apply(pt, pt->conf);
		opened++;
	}
	return (opened + listener_open(missing));
}

/*
 * Sends the whole configuration to the engine, with the descriptors that it
 * does not have.  A tunnel is sent once its interface exists.  It is left out
 * if the engine must close a device that otherwise could not be opened again.
 */
static void
reconf_send(void)
{
	struct ptunnel	*pt;

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->conf->protocol == PROTO_MLVPN2)
			reconf_open_flows();
	}
	compose_engine(IMSG_RECONF_CONF, 0, -1, NULL, 0);
	listener_send();
	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->tunif == NULL && pt->release != RELEASE_NO &&
		    pt->sent != 0) {
			pt->sent = 0;
			uplinks_reset(pt->uplinks);
			script_down(pt->script);
			demote_tunnel(pt->demote, 0);
		}
		pt->release = RELEASE_NO;
		if (pt->tunif != NULL || pt->sent != 0)
			reconf_send_tunnel(pt);
	}
	compose_engine(IMSG_RECONF_END, 0, -1, NULL, 0);

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->sent != 0)
			uplinks_start(pt->uplinks);
	}
}

/*
 * The engine gets no pointers, and no passphrases, which it does not need.
 */
static void
reconf_send_tunnel(struct ptunnel *pt)
{
	static struct tunnel_conf	 tc;
	static struct route_conf	 rc;
	static struct link_conf		 lc;
	struct route_conf		*route;
	struct link_conf		*link;
	struct match_conf		*match;
	int				 fd = -1;

	if (pt->tunif != NULL && pt->sent != tunif_id(pt->tunif)) {
		if ((fd = tunif_dup(pt->tunif)) == -1)
			fatal("%s: dup", __func__);
		pt->sent = tunif_id(pt->tunif);
	}

	memcpy(&tc, pt->conf, sizeof(tc));
	memset(&tc.entry, 0, sizeof(tc.entry));
	memset(&tc.routes, 0, sizeof(tc.routes));
	memset(&tc.links, 0, sizeof(tc.links));
	memset(&tc.matches, 0, sizeof(tc.matches));
	if (tc.protocol == PROTO_MLVPN2) {
		mlvpn2_key(tc.psk, tc.secret);
		tc.has_psk = 1;
	}
	explicit_bzero(tc.secret, sizeof(tc.secret));
	memset(tc.psk_file, 0, sizeof(tc.psk_file));
	memset(tc.key_file, 0, sizeof(tc.key_file));
	tc.lineno = 0;
	tc.offload = pt->tunif != NULL ? tunif_offload(pt->tunif) : 0;
	compose_engine(IMSG_RECONF_TUNNEL, 0, fd, &tc, sizeof(tc));
	explicit_bzero(&tc, sizeof(tc));

	TAILQ_FOREACH(route, &pt->conf->routes, entry) {
		memcpy(&rc, route, sizeof(rc));
		memset(&rc.entry, 0, sizeof(rc.entry));
		compose_engine(IMSG_RECONF_ROUTE, 0, -1, &rc, sizeof(rc));
	}
	TAILQ_FOREACH(link, &pt->conf->links, entry) {
		memcpy(&lc, link, sizeof(lc));
		memset(&lc.entry, 0, sizeof(lc.entry));
		lc.lineno = 0;
		quota_apply(pt->conf->name, &lc);
		compose_engine(IMSG_RECONF_LINK, 0, -1, &lc, sizeof(lc));
	}
	TAILQ_FOREACH(match, &pt->conf->matches, entry)
		reconf_send_match(pt->conf, match);
}

/* The rule, followed by its compiled expression. */
static void
reconf_send_match(const struct tunnel_conf *tc, const struct match_conf *match)
{
	static struct match_conf	 mc;
	struct bpf_insn			*insns;
	char				 errbuf[256];
	unsigned int			 n;

	if ((insns = conf_match_compile(tc, match->expr, &n, errbuf,
	    sizeof(errbuf))) == NULL)
		fatalx("%s: match \"%s\": %s", tc->name, match->expr, errbuf);
	memcpy(&mc, match, sizeof(mc));
	memset(&mc.entry, 0, sizeof(mc.entry));
	mc.lineno = 0;
	compose_engine(IMSG_RECONF_MATCH, 0, -1, &mc, sizeof(mc));
	compose_engine(IMSG_RECONF_BPF, 0, -1, insns,
	    n * sizeof(*insns));
	free(insns);
}

/*
 * Only if a tunnel needs it.  The engine can run without the file.
 */
static void
reconf_open_flows(void)
{
	static int	 done;
	struct stat	 st;
	int		 fd;

	if (done)
		return;
	if ((fd = open(flowsfile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600)) == -1 || fstat(fd, &st) == -1) {
		log_warn("%s", flowsfile);
		if (fd != -1)
			close(fd);
		return;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_nlink != 1) {
		log_warnx("%s: not a regular file owned by root", flowsfile);
		close(fd);
		return;
	}
	compose_engine(IMSG_FLOWS, 0, fd, NULL, 0);
	done = 1;
}

static void
reconf_schedule(int missing)
{
	evtimer_del(&ev_retry);
	if (!missing) {
		retry = 0;
		return;
	}
	retry = timer_backoff(retry, RETRY_MIN, RETRY_MAX);
	timer_set(&ev_retry, retry);
}

static void
reconf_retry(int fd, short event, void *bula)
{
	int	 missing = 0;

	if (reconf_open(&missing) > 0)
		reconf_send();
	reconf_schedule(missing);
}

static void
reconf_settled(int fd, short event, void *bula)
{
	struct ptunnel	*pt;
	int		 missing = 0, again = 0;

	bypass_refresh();
	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->tunif == NULL)
			continue;
		if (!tunif_vanished(pt->tunif)) {
			again |= !ptunnel_check(pt);
			continue;
		}
		log_debug("%s: interface %s is gone", pt->conf->name,
		    pt->conf->ifname);
		tunif_free(pt->tunif);
		pt->tunif = NULL;
		ptunnel_apply(pt, pt->conf);
		missing = 1;
	}
	if (listener_netchange() > 0)
		reconf_send();
	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->sent != 0)
			uplinks_netchange(pt->uplinks);
	}
	if (missing) {
		retry = 0;
		reconf_schedule(1);
	}
	if (again)
		timer_set(&ev_settled, RESTORE_PAUSE);
}

static struct ptunnel *
ptunnel_find(uint32_t id)
{
	struct ptunnel	*pt;

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->id == id)
			break;
	}
	return (pt);
}

static struct ptunnel *
ptunnel_byname(const char *name)
{
	struct ptunnel	*pt;

	TAILQ_FOREACH(pt, &ptunnels, entry) {
		if (pt->conf != NULL && strcmp(pt->conf->name, name) == 0)
			break;
	}
	return (pt);
}

static struct ptunnel *
ptunnel_new(void)
{
	struct ptunnel	*pt;

	if ((pt = calloc(1, sizeof(*pt))) == NULL)
		fatal("%s", __func__);
	pt->id = ++last_tunnel;
	pt->uplinks = uplinks_new(pt->id, ptunnel_protected, pt);
	pt->script = script_new(ptunnel_restore, pt);
	pt->demote = demote_new();
	return (pt);
}

/*
 * Others may have flushed addresses or routes, or taken the interface down and
 * up again.  Returns 0 when it is too early to look: there may be somebody who
 * insists.
 */
static int
ptunnel_check(struct ptunnel *pt)
{
	int	 n;

	if (pt->restored != 0 && timer_now() - pt->restored < RESTORE_PAUSE)
		return (0);
	pt->restored = 0;
	if ((n = tunif_restore(pt->tunif)) > 0) {
		log_warnx("%s: %s had lost %d of its addresses and routes",
		    pt->conf->name, pt->conf->ifname, n);
		pt->restored = timer_now();
	}
	return (1);
}

/* The interface may have been taken down and up again. */
static void
ptunnel_restore(void *arg)
{
	struct ptunnel	*pt = arg;

	if (pt->tunif != NULL)
		(void)tunif_restore(pt->tunif);
}

/* Routes may be waiting for this. */
static void
ptunnel_protected(void *arg)
{
	struct ptunnel	*pt = arg;

	ptunnel_apply(pt, pt->nconf != NULL ? pt->nconf : pt->conf);
}

/* Its new routes can lead links into the tunnel. */
static void
ptunnel_apply(struct ptunnel *pt, struct tunnel_conf *tc)
{
	if (pt->tunif == NULL) {
		script_interface(pt->script, NULL, 0);
		return;
	}
	if (tunif_apply(pt->tunif, tc, pt->auto_mtu,
	    uplinks_protected(pt->uplinks)) > 0)
		reconf_netchange();
	script_interface(pt->script, tunif_name(pt->tunif),
	    tunif_current_mtu(pt->tunif));
}
