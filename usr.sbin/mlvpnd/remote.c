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
 * The remote hosts of a link, by address or by name, and the resolver's
 * answers.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <event.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "log.h"
#include "remote.h"
#include "timer.h"

#define LOOKUP_RETRY_MIN	1	/* seconds, doubled each time */
#define LOOKUP_RETRY_MAX	60
#define AGAIN		300		/* seconds, a tenth more or less */

struct remote {
	struct remotes	*link;
	char		 host[HOST_SIZE];
	struct event	 ev;		/* to look it up (again) */
	uint32_t	 request;	/* under way, 0 none */
	int		 literal;
	int		 failed;	/* and logged */
	unsigned int	 backoff;
	size_t		 naddr;
	struct addr	 addr[RESOLVE_MAX];
};

/* Those of a link. */
struct remotes {
	char		 tunnel_name[TUNNEL_NAME_SIZE];
	char		 link_name[LINK_NAME_SIZE];
	uint8_t		 family;	/* 0 either */
	int		 nport;
	uint16_t	 port[REMOTE_PORT_MAX];
	struct remote	 remote[REMOTE_MAX];
	int		 n;
	void		(*found)(void *);
	void		*arg;
};

static void	 remotes_clear(struct remotes *);
static void	 remote_lookup(struct remote *);
static void	 remote_timer(int, short, void *);
static void	 remote_resolved(struct remote *, const struct addr *, size_t);
static int	 addr_usable(const struct addr *, uint8_t);

static uint32_t	 last_request;

struct remotes *
remotes_new(void (*found)(void *), void *arg)
{
	struct remotes	*rs;

	if ((rs = calloc(1, sizeof(*rs))) == NULL)
		fatal("%s", __func__);
	rs->found = found;
	rs->arg = arg;
	return (rs);
}

void
remotes_free(struct remotes *rs)
{
	remotes_clear(rs);
	free(rs);
}

void
remotes_set(struct remotes *rs, const char *tunnel, const struct link_conf *lc)
{
	struct remote	*r;
	int		 i;

	remotes_clear(rs);
	strlcpy(rs->tunnel_name, tunnel, sizeof(rs->tunnel_name));
	strlcpy(rs->link_name, lc->name, sizeof(rs->link_name));
	rs->family = lc->family;
	rs->nport = lc->nremote_port;
	memcpy(rs->port, lc->remote_port, sizeof(rs->port));
	for (i = 0; i < lc->nremote; i++) {
		r = &rs->remote[rs->n++];
		memset(r, 0, sizeof(*r));
		r->link = rs;
		strlcpy(r->host, lc->remote[i], sizeof(r->host));
		evtimer_set(&r->ev, remote_timer, r);
		if (addr_pton(&r->addr[0], r->host) == 0) {
			r->literal = 1;
			r->naddr = 1;
		} else
			remote_lookup(r);
	}
}

static void
remotes_clear(struct remotes *rs)
{
	int	 i;

	for (i = 0; i < rs->n; i++)
		evtimer_del(&rs->remote[i].ev);
	rs->n = 0;
}

int
remotes_differ(const struct link_conf *a, const struct link_conf *b)
{
	int	 i;

	if (a->nremote != b->nremote || a->family != b->family ||
	    a->nremote_port != b->nremote_port)
		return (1);
	for (i = 0; i < a->nremote_port; i++) {
		if (a->remote_port[i] != b->remote_port[i])
			return (1);
	}
	for (i = 0; i < a->nremote; i++) {
		if (strcmp(a->remote[i], b->remote[i]) != 0)
			return (1);
	}
	return (0);
}

size_t
remotes_addr(const struct remotes *rs, struct addr *addr)
{
	size_t	 j, n = 0;
	int	 i, port;

	for (port = 0; port < rs->nport; port++) {
		for (i = 0; i < rs->n; i++) {
			for (j = 0; j < rs->remote[i].naddr; j++) {
				addr[n] = rs->remote[i].addr[j];
				addr[n++].port = rs->port[port];
			}
		}
	}
	return (n);
}

int
remotes_pending(const struct remotes *rs)
{
	int	 i;

	for (i = 0; i < rs->n; i++) {
		if (rs->remote[i].naddr == 0 && !rs->remote[i].failed)
			return (1);
	}
	return (0);
}

void
remotes_refresh(struct remotes *rs)
{
	int	 i;

	for (i = 0; i < rs->n; i++) {
		if (!rs->remote[i].literal && !rs->remote[i].failed)
			remote_lookup(&rs->remote[i]);
	}
}

void
remotes_retry(struct remotes *rs)
{
	int	 i;

	for (i = 0; i < rs->n; i++) {
		if (rs->remote[i].failed) {
			rs->remote[i].backoff = 0;
			remote_lookup(&rs->remote[i]);
		}
	}
}

int
remotes_resolved(struct remotes *rs, uint32_t request, const struct addr *addr,
    size_t n)
{
	int	 i;

	for (i = 0; i < rs->n; i++) {
		if (rs->remote[i].request == request && request != 0) {
			remote_resolved(&rs->remote[i], addr, n);
			return (1);
		}
	}
	return (0);
}

static void
remote_lookup(struct remote *r)
{
	struct imsg_resolve	 ir;

	if (r->request != 0)
		return;
	evtimer_del(&r->ev);
	if (++last_request == 0)
		last_request = 1;
	r->request = last_request;
	memset(&ir, 0, sizeof(ir));
	strlcpy(ir.host, r->host, sizeof(ir.host));
	ir.family = r->link->family;
	compose_resolver(IMSG_RESOLVE, r->request, &ir, sizeof(ir));
}

static void
remote_timer(int fd, short event, void *arg)
{
	remote_lookup(arg);
}

/* The old addresses are used until there are new ones. */
static void
remote_resolved(struct remote *r, const struct addr *addr, size_t n)
{
	struct remotes	*rs = r->link;
	size_t		 i, naddr = 0;

	r->request = 0;
	for (i = 0; i < n && naddr < RESOLVE_MAX; i++) {
		if (!addr_usable(&addr[i], rs->family))
			continue;
		r->addr[naddr] = addr[i];
		r->addr[naddr].pad = 0;
		naddr++;
	}

	if (naddr == 0) {
		if (!r->failed)
			log_warnx("%s: link %s: cannot resolve %s",
			    rs->tunnel_name, rs->link_name, r->host);
		r->failed = 1;
		r->backoff = timer_backoff(r->backoff, LOOKUP_RETRY_MIN,
		    LOOKUP_RETRY_MAX);
		timer_set(&r->ev, r->backoff * 1000);
		return;
	}
	r->naddr = naddr;
	r->failed = 0;
	r->backoff = 0;
	timer_set(&r->ev, AGAIN * 900 + arc4random_uniform(AGAIN * 200));
	rs->found(rs->arg);
}

/* The answers of the resolver are not trusted. */
static int
addr_usable(const struct addr *addr, uint8_t family)
{
	static const uint8_t	 mapped[12] = { [10] = 0xff, 0xff };

	if (family != 0 && addr->family != family)
		return (0);
	switch (addr->family) {
	case 4:
		return (addr->ip[0] != 0 && !addr_is_multicast(addr));
	case 6:
		return (!addr_is_any(addr) && !addr_is_multicast(addr) &&
		    memcmp(addr->ip, mapped, sizeof(mapped)) != 0);
	default:
		return (0);
	}
}
