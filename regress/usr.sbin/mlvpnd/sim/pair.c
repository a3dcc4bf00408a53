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


#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "../test.h"

struct pair *
pair_new_conf(struct sim *sim, struct tunnel_conf *a, struct tunnel_conf *b)
{
	struct pair	*p;

	p = sim_calloc(1, sizeof(*p));
	p->sim = sim;
	p->a = sim_host(sim, "client");
	p->b = sim_host(sim, "server");
	p->server = sim_listen(p->b, "192.0.2.1");
	memcpy(p->psk, b->psk, sizeof(p->psk));
	CHECK_EQ(sim_tunnel(p->a, a), 0);
	CHECK_EQ(sim_tunnel(p->b, b), 0);
	return (p);
}

struct pair *
pair_new(uint64_t seed, size_t npkts)
{
	struct sim	*sim;
	uint8_t		 psk[32];

	sim = sim_new(seed);
	sim->npkts = npkts;
	sim_random_bytes(sim, psk, sizeof(psk));
	return (pair_new_conf(sim, sim_tunnel_conf("home", psk),
	    sim_tunnel_conf("home", psk)));
}

struct pair *
pair_new_keys(uint64_t seed, size_t npkts)
{
	struct sim		*sim;
	struct tunnel_conf	*a, *b;

	sim = sim_new(seed);
	sim->npkts = npkts;
	a = sim_tunnel_conf("home", NULL);
	b = sim_tunnel_conf("home", NULL);
	sim_random_bytes(sim, a->key, sizeof(a->key));
	sim_random_bytes(sim, b->key, sizeof(b->key));
	crypto_scalarmult_base(b->peer_key, a->key);
	crypto_scalarmult_base(a->peer_key, b->key);
	a->has_key = b->has_key = 1;
	return (pair_new_conf(sim, a, b));
}

void
pair_free(struct pair *p)
{
	sim_free(p->sim);
	free(p);
}

struct sim_link *
pair_link_dirs(struct pair *p, const struct sim_dirconf *up,
    const struct sim_dirconf *down)
{
	struct link_conf	 lc;
	char			 name[LINK_NAME_SIZE];

	if (p->nlinks == PAIR_LINKS)
		errx(1, "too many links");
	snprintf(name, sizeof(name), "dsl%d", p->nlinks + 1);
	lc = sim_link_conf(name, up->rate, down->rate);
	lc.overhead = up->overhead;
	p->link[p->nlinks] = sim_link(p->a, &lc, &p->server, up, down);
	return (p->link[p->nlinks++]);
}

struct sim_link *
pair_link(struct pair *p, uint64_t rate, uint64_t delay)
{
	struct sim_dirconf	 dir;

	memset(&dir, 0, sizeof(dir));
	dir.rate = rate;
	dir.delay = delay;
	return (pair_link_dirs(p, &dir, &dir));
}

void
pair_run(struct pair *p, uint64_t time)
{
	sim_run(p->sim, p->sim->now + time);
}

void
pair_tunnel(struct sim_host *h, int t, struct ctl_tunnel *ct)
{
	memset(ct, 0, sizeof(*ct));
	tunnel_ctl(h->tunnel[t], ct, sim_host_now(h));
}

int
pair_path(struct sim_host *h, const char *name, struct ctl_link *out)
{
	struct ctl_link	 cl[2 * TUNNEL_LINK_MAX];
	size_t		 i, n;

	if (h->core == NULL)
		return (-1);
	memset(cl, 0, sizeof(cl));
	n = tunnel_ctl_links(h->tunnel[0], cl, sizeof(cl) / sizeof(cl[0]),
	    sim_host_now(h));
	for (i = 0; i < n; i++)
		if (strcmp(cl[i].name, name) == 0) {
			*out = cl[i];
			return (0);
		}
	return (-1);
}

static int
is_up(const struct ctl_link *c)
{
	return (c->state == LINK_UP || c->state == LINK_STANDBY);
}

int
pair_is_up(void *arg)
{
	struct pair	*p = arg;
	struct ctl_link	 a, b;
	int		 i;

	for (i = 0; i < p->nlinks; i++) {
		if (p->link[i]->removed)
			continue;
		if (pair_path(p->a, p->link[i]->conf.name, &a) == -1 ||
		    pair_path(p->b, p->link[i]->conf.name, &b) == -1 ||
		    !is_up(&a) || !is_up(&b))
			return (0);
	}
	return (1);
}

void
pair_up(struct pair *p)
{
	CHECK(sim_until(p->sim, p->sim->now + 5 * USEC, pair_is_up, p));
}

void
pair_exchange(struct pair *p)
{
	struct sim_flow	*up, *down;
	uint64_t	 now = p->sim->now;

	up = sim_udp(p->a, p->b, 400000, 500, now, now + USEC);
	down = sim_udp(p->b, p->a, 400000, 500, now, now + USEC);
	pair_run(p, 2 * USEC);
	CHECK(up->sent > 90);
	CHECK_EQ(up->received, up->sent);
	CHECK_EQ(up->doubles + up->corrupt, 0);
	CHECK_EQ(down->received, down->sent);
	CHECK_EQ(down->doubles + down->corrupt, 0);
}

void
pair_state(struct pair *p, struct pair_state *st)
{
	struct sim_host		*h;
	struct ctl_tunnel	 ct;
	struct ctl_link		 cl[PAIR_LINKS];
	size_t			 i;
	int			 e;

	memset(st, 0, sizeof(*st));
	for (e = 0; e < 2; e++) {
		h = e == 0 ? p->a : p->b;
		pair_tunnel(h, 0, &ct);
		st->up[e] = ct.state == TUNNEL_UP;
		st->handshakes[e] = ct.handshakes;
		st->rx_packets[e] = ct.rx_packets;
		memset(cl, 0, sizeof(cl));
		st->nlinks[e] = tunnel_ctl_links(h->tunnel[0], cl, PAIR_LINKS,
		    sim_host_now(h));
		for (i = 0; i < st->nlinks[e]; i++) {
			st->remote[e][i] = cl[i].remote;
			st->usable[e][i] = cl[i].usable;
		}
		st->nevents[e] = h->nevents;
	}
}

void
pair_unchanged(struct pair *p, const struct pair_state *st)
{
	struct pair_state	 now;

	pair_state(p, &now);
	CHECK_MEM(&now, st, sizeof(now));
}
