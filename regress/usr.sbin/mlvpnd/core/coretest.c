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
 * The protocol's promises, kept by the core as a whole: cores against each
 * other, or against a peer made by hand, over links on which every datagram
 * can be lost, held, changed, repeated or sent from elsewhere.
 */

#include <err.h>
#include <string.h>

#include "coretest.h"

static const struct coretest	*groups[] = {
	hello_tests, keys_tests, restart_tests, address_tests, path_tests,
	order_tests, fragment_tests, mtu_tests, hostile_tests
};

static enum sim_verdict	 tap_filter(void *, struct sim_dgram *);
static void	 rig_packet(void *, int, struct pkt *);

int
main(int argc, char *argv[])
{
	const struct coretest	*t;
	size_t			 g;
	int			 ran = 0;

	if (sodium_init() == -1)
		errx(1, "sodium_init");
	for (g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		for (t = groups[g]; t->name != NULL; t++) {
			if (argc > 1 && strcmp(argv[1], "-l") == 0) {
				printf("%s\n", t->name);
				ran = 1;
				continue;
			}
			if (argc > 1 && strcmp(argv[1], t->name) != 0)
				continue;
			TEST("%s: %s", t->name, t->what);
			t->fn();
			ran = 1;
		}
	}
	if (!ran)
		errx(1, "no such test");
	return (0);
}

struct pair *
small_pair(uint64_t seed, int nlinks, int keys)
{
	struct pair	*p;

	p = keys ? pair_new_keys(seed, SMALL_POOL) :
	    pair_new(seed, SMALL_POOL);
	while (nlinks-- > 0)
		pair_link(p, 0, 10 * MSEC);
	return (p);
}

void
tap_init(struct tap *t, struct pair *p)
{
	memset(t, 0, sizeof(*t));
	t->pair = p;
	p->sim->filter = tap_filter;
	p->sim->filter_arg = t;
}

void
tap_keep(struct tap *t, int type, int from, int steal)
{
	tap_clear(t);
	t->match = type;
	t->from = from;
	t->steal = steal;
}

void
tap_clear(struct tap *t)
{
	while (t->nkept > 0)
		sim_dgram_free(t->kept[--t->nkept]);
	t->match = 0;
}

static enum sim_verdict
tap_filter(void *arg, struct sim_dgram *d)
{
	struct tap	*t = arg;
	int		 from, type = d->data[0] & 0xf;

	from = d->from == t->pair->a ? FROM_A :
	    d->from == t->pair->b ? FROM_B : 0;
	t->count[from][type]++;
	if (t->match == d->data[0] && from == t->from) {
		if (t->nkept < sizeof(t->kept) / sizeof(t->kept[0]))
			t->kept[t->nkept++] = sim_dgram_copy(d);
		if (t->steal)
			return (SIM_DROP);
	}
	if (t->fn != NULL)
		return (t->fn(t, d, from));
	return (SIM_PASS);
}

void
replay(struct pair *p, const struct sim_dgram *d)
{
	inject(p, d, d->data, d->len);
}

void
inject(struct pair *p, const struct sim_dgram *d, const uint8_t *data,
    size_t len)
{
	sim_deliver(p->sim, sim_dgram(data, len, &d->src, &d->dst));
	sim_run(p->sim, p->sim->now);
}

int
tunnels_up(void *arg)
{
	struct pair		*p = arg;
	struct ctl_tunnel	 a, b;

	pair_tunnel(p->a, 0, &a);
	pair_tunnel(p->b, 0, &b);
	return (a.state == TUNNEL_UP && b.state == TUNNEL_UP);
}

static int
flows_passed(void *arg)
{
	struct sim_flow	**f = arg;

	return (f[0]->received > 0 && f[1]->received > 0);
}

int
both_can_talk(struct pair *p, uint64_t time)
{
	struct sim_flow	*f[2];
	uint64_t	 until = p->sim->now + time;
	int		 ok;

	f[0] = sim_udp(p->a, p->b, 80000, 100, p->sim->now, until);
	f[1] = sim_udp(p->b, p->a, 80000, 100, p->sim->now, until);
	ok = sim_until(p->sim, until, flows_passed, f);
	sim_flow_stop(f[0]);
	sim_flow_stop(f[1]);
	return (ok);
}

void
rig_start(struct rig *r, uint64_t seed)
{
	struct addr	 server;
	struct ctl_link	 cl;
	uint8_t		 psk[32];

	memset(r, 0, sizeof(*r));
	r->sim = sim_new(seed);
	r->sim->npkts = SMALL_POOL;
	sim_random_bytes(r->sim, psk, sizeof(psk));
	r->b = sim_host(r->sim, "server");
	r->b->packet = rig_packet;
	r->b->packet_arg = r;
	server = sim_listen(r->b, "192.0.2.1");
	CHECK_EQ(sim_tunnel(r->b, sim_tunnel_conf("t", psk)), 0);
	r->peer = peer_new(r->sim, "203.0.113.0", &server);
	peer_secret(r->peer, psk, NULL, NULL);
	peer_hello(r->peer);
	rig_pass(r, 50 * MSEC);
	CHECK_EQ(r->peer->replies, 1);
	peer_open(r->peer, 63, 1, "base");
	rig_pass(r, 50 * MSEC);
	CHECK_EQ(pair_path(r->b, "base", &cl), 0);
}

void
rig_free(struct rig *r)
{
	sim_free(r->sim);
	peer_free(r->peer);
}

static void
rig_packet(void *arg, int t, struct pkt *p)
{
	struct rig	*r = arg;

	r->tag[r->packets++ % RIG_TAGS] = PKT_DATA(p)[RIG_TAG];
	r->lastlen = p->len;
	memcpy(r->last, PKT_DATA(p), p->len);
}

void
rig_pass(struct rig *r, uint64_t time)
{
	sim_run(r->sim, r->sim->now + time);
}
