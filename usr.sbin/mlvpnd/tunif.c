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
 * Tunnel interfaces with their addresses and routes: what the parent has set
 * in the kernel, and the changes from there to a new configuration.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <net/if.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "defaults.h"
#include "log.h"
#include "netif.h"
#include "notice.h"
#include "tunif.h"

struct tunif_address {
	TAILQ_ENTRY(tunif_address) entry;
	struct address_conf conf;
	int		 added;		/* by us, to be removed */
};

struct tunif_route {
	TAILQ_ENTRY(tunif_route) entry;
	struct prefix	 prefix;
	int		 priority;
	char		 label[ROUTE_LABEL_SIZE];
	int		 wanted;
	int		 added;
};

struct tunif {
	TAILQ_ENTRY(tunif) entry;
	struct netif	 nif;
	uint32_t	 id;		/* never used again */
	const struct tunnel_conf *conf;	/* last applied */
	char		 ifname[IFNAMSIZ];
	int		 layer2;
	int		 rdomain;
	int		 persist;	/* as it was made */
	int		 claimed;
	uint16_t	 mtu;		/* as set, 0 not yet */
	TAILQ_HEAD(, tunif_address) addresses;
	TAILQ_HEAD(, tunif_route) routes;
};

static void	 tunif_describe(struct tunif *, const struct tunnel_conf *);
static void	 tunif_mtu(struct tunif *, const struct tunnel_conf *,
		    uint16_t);
static void	 tunif_addresses(struct tunif *, const struct tunnel_conf *);
static int	 tunif_has(const struct tunnel_conf *,
		    const struct address_conf *);
static int	 tunif_addresses_differ(const struct tunif *,
		    const struct tunnel_conf *);
static void	 tunif_address_free(struct tunif *, struct tunif_address *,
		    int);
static int	 tunif_routes(struct tunif *, const struct tunnel_conf *, int);
static void	 tunif_route_want(struct tunif *, const struct prefix *,
		    const struct route_conf *);
static void	 tunif_route_free(struct tunif *, struct tunif_route *, int);
static void	 tunif_routes_free(struct tunif *, int);
static void	 tunif_release(struct tunif *, int);

static TAILQ_HEAD(, tunif)	 tunifs = TAILQ_HEAD_INITIALIZER(tunifs);
static uint32_t			 last_id;

/* Two halves, which are preferred to a default route. */
static const struct prefix	 halves[] = {
	{ { .family = 4 }, 1 },
	{ { .ip = { 0x80 }, .family = 4 }, 1 },
	{ { .family = 6 }, 1 },
	{ { .ip = { 0x80 }, .family = 6 }, 1 }
};
#define NHALVES		(sizeof(halves) / sizeof(halves[0]))

struct tunif *
tunif_claim(const struct tunnel_conf *tc)
{
	struct tunif	*tif;

	TAILQ_FOREACH(tif, &tunifs, entry) {
		if (!tif->claimed && tif->layer2 == tc->layer2 &&
		    netif_rtable(tif->rdomain) == netif_rtable(tc->rdomain) &&
		    strcmp(tif->ifname, tc->ifname) == 0) {
			tif->claimed = 1;
			return (tif);
		}
	}
	return (NULL);
}

void
tunif_sweep(void)
{
	struct tunif	*tif, *next;

	for (tif = TAILQ_FIRST(&tunifs); tif != NULL; tif = next) {
		next = TAILQ_NEXT(tif, entry);
		if (!tif->claimed)
			tunif_free(tif);
		else
			tif->claimed = 0;
	}
}

struct tunif *
tunif_open(const struct tunnel_conf *tc)
{
	struct tunif	*tif;

	if ((tif = calloc(1, sizeof(*tif))) == NULL)
		return (NULL);
	if (netif_open(&tif->nif, tc) == -1) {
		free(tif);
		return (NULL);
	}
	tif->id = ++last_id;
	strlcpy(tif->ifname, tc->ifname, sizeof(tif->ifname));
	tif->layer2 = tc->layer2;
	tif->rdomain = tc->rdomain;
	tif->persist = tc->persist;
	TAILQ_INIT(&tif->addresses);
	TAILQ_INIT(&tif->routes);
	TAILQ_INSERT_TAIL(&tunifs, tif, entry);
	return (tif);
}

int
tunif_apply(struct tunif *tif, const struct tunnel_conf *tc, uint16_t auto_mtu,
    int protected)
{
	int	 n;

	if (tif->conf != NULL && tif->conf->persist != tc->persist &&
	    tif->persist != tc->persist)
		notice("%s: persist: takes effect when %s is created again",
		    tc->name, tif->ifname);
	tunif_describe(tif, tc);
	tunif_mtu(tif, tc, auto_mtu);
	if (tunif_addresses_differ(tif, tc)) {
		/* a route may need an address that is removed next */
		tunif_routes_free(tif, 0);
		tunif_addresses(tif, tc);
	}
	n = tunif_routes(tif, tc, protected);
	tif->conf = tc;
	return (n);
}

int
tunif_restore(struct tunif *tif)
{
	struct tunif_address	*ta;
	struct tunif_route	*tr;
	int			 added, n = 0;

	TAILQ_FOREACH(ta, &tif->addresses, entry) {
		if (netif_address_add(&tif->nif, &ta->conf, &added) == 0 &&
		    added) {
			ta->added = 1;
			n++;
		}
	}
	TAILQ_FOREACH(tr, &tif->routes, entry) {
		if (netif_route_add(&tif->nif, tif->conf, &tr->prefix,
		    tr->priority, tr->label, &added) == 0 && added) {
			tr->added = 1;
			n++;
		}
	}
	return (n);
}

uint32_t
tunif_id(const struct tunif *tif)
{
	return (tif->id);
}

const char *
tunif_name(const struct tunif *tif)
{
	return (tif->nif.name);
}

uint16_t
tunif_current_mtu(const struct tunif *tif)
{
	return (tif->mtu);
}

int
tunif_dup(const struct tunif *tif)
{
	return (fcntl(tif->nif.fd, F_DUPFD_CLOEXEC, 0));
}

int
tunif_offload(const struct tunif *tif)
{
	return (tif->nif.offload);
}

int
tunif_vanished(const struct tunif *tif)
{
	return (if_nametoindex(tif->nif.name) != tif->nif.index);
}

void
tunif_free(struct tunif *tif)
{
	tunif_release(tif, 0);
}

void
tunif_stop(struct tunif *tif)
{
	tunif_release(tif, tif->persist);
}

static void
tunif_release(struct tunif *tif, int keep)
{
	struct tunif_address	*ta;

	tunif_routes_free(tif, keep);
	while ((ta = TAILQ_FIRST(&tif->addresses)) != NULL)
		tunif_address_free(tif, ta, keep);
	netif_close(&tif->nif);
	TAILQ_REMOVE(&tunifs, tif, entry);
	free(tif);
}

static void
tunif_describe(struct tunif *tif, const struct tunnel_conf *tc)
{
	const struct tunnel_conf	*old = tif->conf;
	char				 descr[DESCR_SIZE];

	if (old != NULL && strcmp(old->name, tc->name) == 0 &&
	    strcmp(old->descr, tc->descr) == 0 &&
	    strcmp(old->group, tc->group) == 0)
		return;
	if (tc->descr[0] != '\0')
		strlcpy(descr, tc->descr, sizeof(descr));
	else
		snprintf(descr, sizeof(descr), DEFAULT_DESCRIPTION, tc->name);
	if (netif_describe(&tif->nif, descr, tc->group) == -1)
		notice_failure("%s: %s: description and group", tc->name,
		    tif->ifname);
}

static void
tunif_mtu(struct tunif *tif, const struct tunnel_conf *tc, uint16_t auto_mtu)
{
	uint16_t	 mtu;

	if ((mtu = tc->mtu) == 0 && (mtu = auto_mtu) == 0)
		mtu = DEFAULT_MTU;
	if (mtu == tif->mtu)
		return;
	if (netif_mtu(&tif->nif, mtu) == -1) {
		notice_failure("%s: %s: mtu %u", tc->name, tif->ifname,
		    mtu);
		return;
	}
	tif->mtu = mtu;
}

static void
tunif_addresses(struct tunif *tif, const struct tunnel_conf *tc)
{
	struct tunif_address	*ta, *next;
	char			 buf[ADDR_STRLEN];
	int			 i;

	for (ta = TAILQ_FIRST(&tif->addresses); ta != NULL; ta = next) {
		next = TAILQ_NEXT(ta, entry);
		if (!tunif_has(tc, &ta->conf))
			tunif_address_free(tif, ta, 0);
	}

	for (i = 0; i < tc->naddress; i++) {
		TAILQ_FOREACH(ta, &tif->addresses, entry) {
			if (prefix_equal(&ta->conf.prefix,
			    &tc->address[i].prefix) &&
			    addr_equal(&ta->conf.peer, &tc->address[i].peer))
				break;
		}
		if (ta != NULL)
			continue;
		if ((ta = calloc(1, sizeof(*ta))) == NULL)
			fatal("%s", __func__);
		ta->conf = tc->address[i];
		if (netif_address_add(&tif->nif, &ta->conf, &ta->added) == -1) {
			notice_failure("%s: %s: address %s/%u", tc->name,
			    tif->ifname, addr_ntop(&ta->conf.prefix.addr, buf,
			    sizeof(buf)), ta->conf.prefix.len);
			free(ta);
			continue;
		}
		TAILQ_INSERT_TAIL(&tif->addresses, ta, entry);
	}
}

static int
tunif_has(const struct tunnel_conf *tc, const struct address_conf *ac)
{
	int	 i;

	for (i = 0; i < tc->naddress; i++) {
		if (prefix_equal(&tc->address[i].prefix, &ac->prefix) &&
		    addr_equal(&tc->address[i].peer, &ac->peer))
			return (1);
	}
	return (0);
}

static int
tunif_addresses_differ(const struct tunif *tif, const struct tunnel_conf *tc)
{
	const struct tunif_address	*ta;
	int				 n = 0;

	TAILQ_FOREACH(ta, &tif->addresses, entry) {
		if (!tunif_has(tc, &ta->conf))
			return (1);
		n++;
	}
	return (n != tc->naddress);
}

static void
tunif_address_free(struct tunif *tif, struct tunif_address *ta, int keep)
{
	char	 buf[ADDR_STRLEN];

	if (ta->added && !keep &&
	    netif_address_del(&tif->nif, &ta->conf) == -1)
		notice_failure("%s: cannot delete address %s", tif->ifname,
		    addr_ntop(&ta->conf.prefix.addr, buf, sizeof(buf)));
	TAILQ_REMOVE(&tif->addresses, ta, entry);
	free(ta);
}

static int
tunif_routes(struct tunif *tif, const struct tunnel_conf *tc, int protected)
{
	struct route_conf	*rc;
	struct tunif_route	*tr, *next;
	char			 buf[ADDR_STRLEN];
	size_t			 i;
	int			 j, n = 0;

	TAILQ_FOREACH(tr, &tif->routes, entry)
		tr->wanted = 0;
	TAILQ_FOREACH(rc, &tc->routes, entry) {
		if (!rc->is_default) {
			tunif_route_want(tif, &rc->prefix, rc);
			continue;
		}
		for (i = 0; protected && i < NHALVES; i++) {
			for (j = 0; j < tc->naddress; j++) {
				if (tc->address[j].prefix.addr.family ==
				    halves[i].addr.family)
					break;
			}
			if (j < tc->naddress)
				tunif_route_want(tif, &halves[i], rc);
		}
	}

	for (tr = TAILQ_FIRST(&tif->routes); tr != NULL; tr = next) {
		next = TAILQ_NEXT(tr, entry);
		if (!tr->wanted)
			tunif_route_free(tif, tr, 0);
	}

	for (tr = TAILQ_FIRST(&tif->routes); tr != NULL; tr = next) {
		next = TAILQ_NEXT(tr, entry);
		if (tr->added != -1)
			continue;
		if (netif_route_add(&tif->nif, tc, &tr->prefix, tr->priority,
		    tr->label, &tr->added) == -1) {
			notice_failure("%s: %s: route %s/%u", tc->name,
			    tif->ifname, addr_ntop(&tr->prefix.addr, buf,
			    sizeof(buf)), tr->prefix.len);
			TAILQ_REMOVE(&tif->routes, tr, entry);
			free(tr);
			continue;
		}
		n += tr->added;
	}
	return (n);
}

static void
tunif_route_want(struct tunif *tif, const struct prefix *prefix,
    const struct route_conf *rc)
{
	struct tunif_route	*tr;
	const char		*label;

	label = rc->label[0] != '\0' ? rc->label : ROUTE_LABEL;

	TAILQ_FOREACH(tr, &tif->routes, entry) {
		if (tr->priority == rc->priority &&
		    strcmp(tr->label, label) == 0 &&
		    prefix_equal(&tr->prefix, prefix)) {
			tr->wanted = 1;
			return;
		}
	}
	if ((tr = calloc(1, sizeof(*tr))) == NULL)
		fatal("%s", __func__);
	tr->prefix = *prefix;
	tr->priority = rc->priority;
	strlcpy(tr->label, label, sizeof(tr->label));
	tr->wanted = 1;
	tr->added = -1;
	TAILQ_INSERT_TAIL(&tif->routes, tr, entry);
}

static void
tunif_route_free(struct tunif *tif, struct tunif_route *tr, int keep)
{
	char	 buf[ADDR_STRLEN];

	if (tr->added == 1 && !keep && netif_route_del(&tif->nif, tif->conf,
	    &tr->prefix, tr->priority) == -1)
		notice_failure("%s: cannot delete route %s/%u", tif->ifname,
		    addr_ntop(&tr->prefix.addr, buf, sizeof(buf)),
		    tr->prefix.len);
	TAILQ_REMOVE(&tif->routes, tr, entry);
	free(tr);
}

static void
tunif_routes_free(struct tunif *tif, int keep)
{
	struct tunif_route	*tr;

	while ((tr = TAILQ_FIRST(&tif->routes)) != NULL)
		tunif_route_free(tif, tr, keep);
}
