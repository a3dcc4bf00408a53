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
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offload.h"
#include "session.h"
#include "sim.h"
#include "wire.h"

#define DEFAULT_QUEUE	(50 * MSEC)
#define MAX_SPINS	10000

struct sim_item {
	uint64_t	 time;
	uint64_t	 order;
	void		(*fn)(struct sim *, void *);
	void		*arg;
};

static int		 item_before(const struct sim_item *,
			    const struct sim_item *);
static struct sim_item	 heap_pop(struct sim *);
static void		 step(struct sim *);
static void		 settle(struct sim *);
static void		 host_random(void *, void *, size_t);
static void		 host_event(void *, const struct core_event *);
static void		 host_timer(struct sim *, void *);
static void		 host_second(struct sim *, void *);
static void		 host_pump(struct sim_host *);
static int		 host_receive(struct sim_host *);
static int		 host_output(struct sim_host *);
static int		 run_joins(struct offload *, struct pkt **,
			    struct pkt *, const struct pkt *);
static int		 host_transmit(struct sim_host *);
static void		 host_sleep(struct sim_host *);
static void		 host_flush(struct sim_host *);
static void		 host_forget(struct sim_host *);
static void		 host_sent(struct sim_host *, const struct dgram *);
static int		 host_refuses(struct sim_host *, const struct dgram *);
static void		 number_check(struct sim_host *, const struct dgram *);
static struct sim_number *number_find(struct sim *, const struct sim_number *);
static struct sim_sock	*sock_find(struct sim_host *, uint32_t);
static uint32_t		 sock_add(struct sim_host *, const struct addr *,
			    struct sim_link *);
static void		 sock_remove(struct sim_host *, uint32_t);
static struct sim_link	*link_by_public(struct sim *, const struct addr *);
static void		 link_socket(struct sim_link *);
static void		 link_public(struct sim_link *);
static void		 dgram_go(struct sim *, struct sim_dgram *);
static void		 dgram_arrive(struct sim *, void *);
static void		 dir_init(struct sim_link *, struct sim_dir *, int,
			    const struct sim_dirconf *);
static void		 dir_enqueue(struct sim_dir *, struct sim_dgram *);
static int		 dir_full(const struct sim_dir *, uint64_t);
static int		 dir_exceeds(struct sim_dir *, uint64_t);
static uint64_t	 dir_rate(struct sim_dir *);
static double		 dir_bits(const struct sim_dir *, uint64_t);
static uint64_t	 dir_work(struct sim_dir *, uint64_t);
static void		 dir_serve(struct sim_dir *);
static void		 dir_served(struct sim *, void *);
static void		 dir_depart(struct sim_dir *, struct sim_dgram *);
static int		 dir_loses(struct sim_dir *);
static int		 dir_too_long(const struct sim_dir *,
			    const struct sim_dgram *);

void *
sim_calloc(size_t n, size_t size)
{
	void	*p;

	if ((p = calloc(n, size)) == NULL)
		err(1, "calloc");
	return (p);
}

void *
sim_realloc(void *old, size_t n, size_t size)
{
	void	*p;

	if ((p = reallocarray(old, n, size)) == NULL)
		err(1, "reallocarray");
	return (p);
}

struct addr
sim_addr(const char *s, uint16_t port)
{
	struct addr	 a;

	if (addr_pton(&a, s) == -1)
		errx(1, "%s: not an address", s);
	a.port = port;
	return (a);
}

/*
 * The world: clock, events, chance.
 */

uint64_t	 sim_tick;

struct sim *
sim_new(uint64_t seed)
{
	struct sim	*sim;

	if (sodium_init() == -1)
		errx(1, "sodium_init");
	sim = sim_calloc(1, sizeof(*sim));
	sim->rng = seed;
	sim->direct_delay = 5 * MSEC;
	sim->lastport = 40000;
	sim->npkts = 4096;
	if (crypto_generichash_init(&sim->digest, NULL, 0, 32) == -1)
		errx(1, "crypto_generichash_init");
	return (sim);
}

void
sim_free(struct sim *sim)
{
	struct sim_dgram	*d;
	struct sim_link		*l;
	int			 i, j;

	for (i = 0; i < sim->nflows; i++)
		sim_flow_free(sim->flows[i]);
	free(sim->flows);
	for (i = 0; i < sim->nhosts; i++) {
		if (sim->hosts[i]->core != NULL)
			sim_host_kill(sim->hosts[i]);
		for (j = 0; j < sim->hosts[i]->ntunnels; j++)
			free(sim->hosts[i]->conf[j]);
		while ((d = TAILQ_FIRST(&sim->hosts[i]->rxq)) != NULL) {
			TAILQ_REMOVE(&sim->hosts[i]->rxq, d, entry);
			sim_dgram_free(d);
		}
		free(sim->hosts[i]);
	}
	for (i = 0; i < sim->nlinks; i++) {
		l = sim->links[i];
		while ((d = TAILQ_FIRST(&l->up.queue)) != NULL) {
			TAILQ_REMOVE(&l->up.queue, d, entry);
			sim_dgram_free(d);
		}
		while ((d = TAILQ_FIRST(&l->down.queue)) != NULL) {
			TAILQ_REMOVE(&l->down.queue, d, entry);
			sim_dgram_free(d);
		}
		free(l);
	}
	while (sim->nheap > 0) {
		if (sim->heap[0].fn == dgram_arrive)
			sim_dgram_free(sim->heap[0].arg);
		heap_pop(sim);
	}
	free(sim->heap);
	free(sim->numbers);
	free(sim);
}

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014 */
uint64_t
sim_random(struct sim *sim)
{
	uint64_t	 z;

	z = (sim->rng += 0x9e3779b97f4a7c15ULL);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31));
}

void
sim_random_bytes(struct sim *sim, void *buf, size_t len)
{
	uint8_t		*p = buf;
	uint64_t	 r = 0;
	size_t		 i;

	for (i = 0; i < len; i++) {
		if (i % 8 == 0)
			r = sim_random(sim);
		p[i] = r >> (i % 8 * 8) & 0xff;
	}
}

static int
item_before(const struct sim_item *a, const struct sim_item *b)
{
	if (a->time != b->time)
		return (a->time < b->time);
	return (a->order < b->order);
}

void
sim_at(struct sim *sim, uint64_t time, void (*fn)(struct sim *, void *),
    void *arg)
{
	struct sim_item	 it;
	size_t		 i, up;

	if (sim->nheap == sim->heapsize) {
		sim->heapsize = sim->heapsize == 0 ? 256 : 2 * sim->heapsize;
		sim->heap = sim_realloc(sim->heap, sim->heapsize, sizeof(it));
	}
	it.time = time > sim->now ? time : sim->now;
	it.order = sim->order++;
	it.fn = fn;
	it.arg = arg;
	for (i = sim->nheap++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!item_before(&it, &sim->heap[up]))
			break;
		sim->heap[i] = sim->heap[up];
	}
	sim->heap[i] = it;
}

static struct sim_item
heap_pop(struct sim *sim)
{
	struct sim_item	 top, last;
	size_t		 i, down;

	top = sim->heap[0];
	last = sim->heap[--sim->nheap];
	for (i = 0; (down = 2 * i + 1) < sim->nheap; i = down) {
		if (down + 1 < sim->nheap &&
		    item_before(&sim->heap[down + 1], &sim->heap[down]))
			down++;
		if (!item_before(&sim->heap[down], &last))
			break;
		sim->heap[i] = sim->heap[down];
	}
	sim->heap[i] = last;
	return (top);
}

/* Lets hosts work until all that can happen at this moment has happened. */
static void
settle(struct sim *sim)
{
	int	 again, i;

	do {
		again = 0;
		for (i = 0; i < sim->nhosts; i++) {
			if (!sim->hosts[i]->dirty)
				continue;
			sim->hosts[i]->dirty = 0;
			host_pump(sim->hosts[i]);
			again = 1;
		}
	} while (again);
}

static void
step(struct sim *sim)
{
	struct sim_item	 it;

	it = heap_pop(sim);
	sim->now = it.time;
	it.fn(sim, it.arg);
	settle(sim);
}

void
sim_run(struct sim *sim, uint64_t until)
{
	settle(sim);
	while (sim->nheap > 0 && sim->heap[0].time <= until)
		step(sim);
	if (sim->now < until)
		sim->now = until;
}

int
sim_until(struct sim *sim, uint64_t until, int (*cond)(void *), void *arg)
{
	settle(sim);
	while (!cond(arg)) {
		if (sim->nheap == 0 || sim->heap[0].time > until) {
			if (sim->now < until)
				sim->now = until;
			return (cond(arg));
		}
		step(sim);
	}
	return (1);
}

void
sim_digest(struct sim *sim, uint8_t out[32])
{
	crypto_generichash_state	 copy = sim->digest;

	crypto_generichash_final(&copy, out, 32);
}

/*
 * Hosts.
 */

static void
host_random(void *arg, void *buf, size_t len)
{
	struct sim_host	*h = arg;

	sim_random_bytes(h->sim, buf, len);
}

static void
host_event(void *arg, const struct core_event *ev)
{
	struct sim_host		*h = arg;
	struct sim_event	*e;

	if (ev->type == CORE_LINK_STATE)
		return;
	e = &h->events[h->nevents++ % SIM_EVENTS];
	e->time = h->sim->now;
	e->type = ev->type;
	e->tunnel = ev->tunnel;
	snprintf(e->link, sizeof(e->link), "%s",
	    ev->link == NULL ? "" : ev->link);
	e->reason = ev->reason;
}

/* How many events of a type, of one link unless link is NULL, are known. */
int
sim_events(struct sim_host *h, enum core_event_type type, const char *link)
{
	int	 i, n = 0;

	for (i = 0; i < h->nevents && i < SIM_EVENTS; i++)
		if (h->events[i].type == type &&
		    (link == NULL || strcmp(link, h->events[i].link) == 0))
			n++;
	return (n);
}

static struct sim_host *
host_add(struct sim *sim, const char *name)
{
	struct sim_host	*h;

	if (sim->nhosts == SIM_HOSTS)
		errx(1, "too many hosts");
	h = sim_calloc(1, sizeof(*h));
	h->sim = sim;
	snprintf(h->name, sizeof(h->name), "%s", name);
	TAILQ_INIT(&h->rxq);
	h->wake = NEVER;
	sim->hosts[sim->nhosts++] = h;
	return (h);
}

struct sim_host *
sim_host(struct sim *sim, const char *name)
{
	struct sim_host	*h;

	h = host_add(sim, name);
	h->ops.random = host_random;
	h->ops.event = host_event;
	h->ops.arg = h;
	h->ops.dontfrag = 1;
	/*
	 * Clocks differ, and the 32 bits of them that go over the wire wrap
	 * within the first minute.
	 */
	h->clock = (1ULL << 32) * (unsigned int)sim->nhosts -
	    10 * USEC * (unsigned int)sim->nhosts;
	h->wall = 1767225600LL * 1000000 + 3000000LL * sim->nhosts;
	sim_host_start(h);
	sim_at(sim, sim->now + USEC, host_second, h);
	return (h);
}

struct sim_host *
sim_raw(struct sim *sim, const char *name, const char *net,
    void (*recv)(void *, struct sim_dgram *), void *arg)
{
	struct sim_host	*h;

	h = host_add(sim, name);
	h->net = sim_addr(net, 0);
	h->recv = recv;
	h->recv_arg = arg;
	return (h);
}

uint64_t
sim_host_now(struct sim_host *h)
{
	return (h->sim->now + h->clock);
}

void
sim_host_start(struct sim_host *h)
{
	int	 i;

	if (h->core != NULL)
		errx(1, "%s is running", h->name);
	if ((h->core = core_new(&h->ops, h->sim->npkts)) == NULL)
		errx(1, "core_new");
	if (h->limits != NULL)
		core_set_limits(h->core, h->limits);
	sim_host_clock(h);
	for (i = 0; i < h->ntunnels; i++) {
		h->tunnel[i] = tunnel_new(h->core, h->conf[i],
		    sim_host_now(h));
		if (h->tunnel[i] == NULL)
			err(1, "tunnel_new");
	}
	for (i = 0; i < h->sim->nlinks; i++)
		if (h->sim->links[i]->near == h && !h->sim->links[i]->removed)
			sim_link_add(h->sim->links[i]);
	h->dirty = 1;
}

void
sim_host_kill(struct sim_host *h)
{
	int	 i;

	while (h->nin > 0)
		pkt_put(core_pool(h->core), h->in[--h->nin]);
	for (i = 0; i < h->ntunnels; i++) {
		tunnel_free(h->tunnel[i]);
		h->tunnel[i] = NULL;
	}
	core_free(h->core);
	h->core = NULL;
	for (i = 0; i < h->sim->nlinks; i++) {
		if (h->sim->links[i]->near != h)
			continue;
		sock_remove(h, h->sim->links[i]->sock);
		memset(&h->sim->links[i]->talked, 0, sizeof(struct addr));
	}
	host_forget(h);
}

/* What waited to be read from the sockets. */
static void
host_forget(struct sim_host *h)
{
	struct sim_dgram	*d;

	while ((d = TAILQ_FIRST(&h->rxq)) != NULL) {
		TAILQ_REMOVE(&h->rxq, d, entry);
		sim_dgram_free(d);
	}
	h->wake = NEVER;
}

void
sim_host_wake(struct sim_host *h)
{
	h->dirty = 1;
}

/* Tells the core the wall clock, as host->wall has it. */
void
sim_host_clock(struct sim_host *h)
{
	if (h->core == NULL)
		return;
	core_clock(h->core, sim_host_now(h),
	    (uint64_t)(h->wall + (int64_t)h->sim->now));
	h->dirty = 1;
}

struct addr
sim_listen(struct sim_host *h, const char *address)
{
	struct addr	 a;

	a = sim_addr(address, SIM_PORT);
	sock_add(h, &a, NULL);
	return (a);
}

struct tunnel_conf *
sim_tunnel_conf(const char *name, const uint8_t psk[32])
{
	struct tunnel_conf	*tc;

	tc = sim_calloc(1, sizeof(*tc));
	TAILQ_INIT(&tc->routes);
	TAILQ_INIT(&tc->links);
	TAILQ_INIT(&tc->matches);
	snprintf(tc->name, sizeof(tc->name), "%s", name);
	snprintf(tc->ifname, sizeof(tc->ifname), "tun0");
	tc->rdomain = -1;
	tc->mtu = 1420;
	tc->offload = OFFLOAD_TCP;
	if (psk != NULL) {
		tc->has_psk = 1;
		tc->secret_source = SECRET_PSK_INLINE;
		memcpy(tc->psk, psk, sizeof(tc->psk));
	}
	return (tc);
}

int
sim_tunnel(struct sim_host *h, struct tunnel_conf *tc)
{
	struct tunnel	*t;

	if (h->ntunnels == SIM_TUNNELS)
		errx(1, "too many tunnels");
	tc->id = (uint32_t)h->ntunnels + 1;
	if ((t = tunnel_new(h->core, tc, sim_host_now(h))) == NULL) {
		free(tc);
		return (-1);
	}
	h->conf[h->ntunnels] = tc;
	h->tunnel[h->ntunnels] = t;
	h->dirty = 1;
	return (h->ntunnels++);
}

static void
host_timer(struct sim *sim, void *arg)
{
	struct sim_host	*h = arg;

	/* a timer that has been set anew since leaves this one behind */
	if (h->wake != sim->now || h->core == NULL)
		return;
	h->wake = NEVER;
	h->dirty = 1;
}

static void
host_second(struct sim *sim, void *arg)
{
	sim_host_clock(arg);
	sim_at(sim, sim->now + USEC, host_second, arg);
}

static void
host_pump(struct sim_host *h)
{
	int	 worked;

	if (h->core == NULL) {
		host_forget(h);
		return;
	}
	host_flush(h);
	worked = host_receive(h);
	worked |= host_transmit(h);
	worked |= host_output(h);
	if (worked)
		h->spins = 0;
	host_sleep(h);
}

static int
host_receive(struct sim_host *h)
{
	struct sim_dgram	*sd[BATCH_MAX];
	struct dgram		 dg[BATCH_MAX];
	size_t			 i, n;
	int			 worked = 0;

	while (!TAILQ_EMPTY(&h->rxq)) {
		memset(dg, 0, sizeof(dg));
		for (n = 0; n < BATCH_MAX && !TAILQ_EMPTY(&h->rxq); n++) {
			sd[n] = TAILQ_FIRST(&h->rxq);
			TAILQ_REMOVE(&h->rxq, sd[n], entry);
			dg[n].ep.sock = sd[n]->sock;
			dg[n].ep.remote = sd[n]->src;
			dg[n].ep.local = sd[n]->local;
			dg[n].buf = sd[n]->data;
			dg[n].len = sd[n]->len;
			dg[n].tos = sd[n]->tos;
		}
		h->rx_dgrams += n;
		core_receive(h->core, dg, n, sim_host_now(h));
		for (i = 0; i < n; i++)
			sim_dgram_free(sd[i]);
		worked = 1;
	}
	return (worked);
}

static int
host_output(struct sim_host *h)
{
	struct pkt	*p[BATCH_MAX], *first;
	struct offload	 run;
	size_t		 i, n;
	int		 more, t, worked = 0;

	for (t = 0; t < h->ntunnels; t++) {
		while ((n = tunnel_output(h->tunnel[t], p, BATCH_MAX,
		    sim_host_now(h))) > 0) {
			first = NULL;
			for (i = 0; i < n; i++) {
				more = i + 1 < n && h->conf[t]->offload &&
				    run_joins(&run, &first, p[i], p[i + 1]);
				if (h->packet != NULL)
					h->packet(h->packet_arg, t, p[i]);
				else
					sim_flow_input(h, t, p[i], more);
			}
			for (i = 0; i < n; i++)
				pkt_put(core_pool(h->core), p[i]);
			worked = 1;
		}
	}
	return (worked);
}

/* The host gets p and next as one packet, of which *first is the first. */
static int
run_joins(struct offload *run, struct pkt **first, struct pkt *p,
    const struct pkt *next)
{
	if (*first == NULL) {
		if (!offload_begin(run, PKT_DATA(p), p->len) ||
		    run->proto != IPPROTO_TCP)
			return (0);
		*first = p;
	}
	if (offload_join(run, PKT_DATA(*first), PKT_DATA(next), next->len))
		return (1);
	*first = NULL;
	return (0);
}

static int
host_transmit(struct sim_host *h)
{
	struct dgram	 dg[BATCH_MAX];
	size_t		 i, n;
	int		 worked = 0;

	do {
		memset(dg, 0, sizeof(dg));
		for (i = 0; i < BATCH_MAX; i++)
			dg[i].buf = h->sim->txbuf[i];
		n = core_transmit(h->core, dg, BATCH_MAX, sim_host_now(h));
		for (i = 0; i < n; i++) {
			if (host_refuses(h, &dg[i]))
				core_send_error(h->core, &dg[i], EMSGSIZE,
				    sim_host_now(h));
			else
				host_sent(h, &dg[i]);
		}
		h->tx_dgrams += n;
		if (n > 0)
			worked = 1;
	} while (n == BATCH_MAX);
	return (worked);
}

static void
host_sleep(struct sim_host *h)
{
	uint64_t	 deadline, wake;

	deadline = core_deadline(h->core, sim_host_now(h));
	if (deadline == NEVER)
		return;
	if (deadline <= sim_host_now(h)) {
		if (++h->spins > MAX_SPINS)
			errx(1, "%s: core_deadline stands still at %llu us",
			    h->name, (unsigned long long)h->sim->now);
		deadline = sim_host_now(h) + 1;
	}
	wake = deadline - h->clock;
	if (h->tick > 1)
		wake = (wake + h->tick - 1) / h->tick * h->tick;
	if (sim_tick > 0)
		wake = (wake + sim_tick - 1) / sim_tick * sim_tick + sim_tick;
	if (wake < h->wake || h->wake <= h->sim->now) {
		h->wake = wake;
		sim_at(h->sim, wake, host_timer, h);
	}
}

/* An inner packet from a flow; it waits to go in with others. */
void
sim_input(struct sim_host *h, int t, struct pkt *p)
{
	if (h->nin == BATCH_MAX || (h->nin > 0 && h->in_tunnel != t))
		host_flush(h);
	h->in_tunnel = t;
	h->in[h->nin++] = p;
	h->dirty = 1;
}

static void
host_flush(struct sim_host *h)
{
	if (h->nin == 0)
		return;
	tunnel_input(h->tunnel[h->in_tunnel], h->in, h->nin,
	    sim_host_now(h));
	h->nin = 0;
}

/* Is it too long for the interface it would leave by? */
static int
host_refuses(struct sim_host *h, const struct dgram *dg)
{
	const struct sim_sock	*s = sock_find(h, dg->ep.sock);

	return (s != NULL && s->link != NULL && s->link->egress != 0 &&
	    dg->len + (dg->ep.remote.family == 6 ? 48 : 28) >
	    s->link->egress);
}

static void
host_sent(struct sim_host *h, const struct dgram *dg)
{
	struct sim_dgram	*d;
	struct sim_sock		*s;
	struct sim_link		*l;
	struct addr		 src;

	if ((s = sock_find(h, dg->ep.sock)) == NULL || dg->len == 0 ||
	    dg->len > PKT_SIZE || dg->ep.remote.family == 0) {
		h->unroutable++;
		return;
	}
	number_check(h, dg);
	src = s->addr;
	if (s->link == NULL && dg->ep.local.family != 0) {
		src = dg->ep.local;
		src.port = s->addr.port;
	}
	d = sim_dgram(dg->buf, dg->len, &src, &dg->ep.remote);
	d->from = h;
	d->tos = dg->tos;
	if (s->link != NULL) {
		d->src = s->link->public;
		s->link->talked = d->dst;
		d->dir = &s->link->up;
	} else if ((l = link_by_public(h->sim, &d->dst)) != NULL)
		d->dir = &l->down;
	dgram_go(h->sim, d);
}

/*
 * Under one key and on one path numbers rise, so that no nonce is used
 * twice.  The receiver index names the keys.
 */
static void
number_check(struct sim_host *h, const struct dgram *dg)
{
	struct sim_number	*n, key;
	uint32_t		 low;

	memset(&key, 0, sizeof(key));
	key.host = h;
	if (dg->len < DATA_MINLEN || dg->buf[0] != MSG_DATA ||
	    data_header(dg->buf, dg->len, &key.path, &key.index, &low) == -1)
		return;
	n = number_find(h->sim, &key);
	if (n->host != NULL && low <= n->low)
		errx(1, "%s: packet number %u of path %u, index %08x after "
		    "%u at %llu us", h->name, low, n->path, n->index, n->low,
		    (unsigned long long)h->sim->now);
	if (n->host == NULL)
		h->sim->nnumbers++;
	*n = key;
	n->low = low;
}

/* Its place in the table, empty or not. */
static struct sim_number *
number_find(struct sim *sim, const struct sim_number *key)
{
	struct sim_number	*old = sim->numbers, *n;
	size_t			 oldsize = sim->numbersize, i;

	if (2 * sim->nnumbers >= sim->numbersize) {
		sim->numbersize = oldsize == 0 ? 256 : 2 * oldsize;
		sim->numbers = sim_calloc(sim->numbersize, sizeof(*n));
		for (i = 0; i < oldsize; i++)
			if (old[i].host != NULL)
				*number_find(sim, &old[i]) = old[i];
		free(old);
	}
	for (i = key->index ^ key->path; ; i++) {
		n = &sim->numbers[i % sim->numbersize];
		if (n->host == NULL || (n->host == key->host &&
		    n->index == key->index && n->path == key->path))
			return (n);
	}
}

static struct sim_sock *
sock_find(struct sim_host *h, uint32_t id)
{
	int	 i;

	for (i = 0; i < h->nsocks; i++)
		if (h->socks[i].id == id)
			return (&h->socks[i]);
	return (NULL);
}

static uint32_t
sock_add(struct sim_host *h, const struct addr *a, struct sim_link *l)
{
	struct sim_sock	*s;

	if (h->nsocks == SIM_SOCKS)
		errx(1, "too many sockets");
	s = &h->socks[h->nsocks++];
	s->id = ++h->lastsock;
	s->addr = *a;
	s->link = l;
	return (s->id);
}

static void
sock_remove(struct sim_host *h, uint32_t id)
{
	struct sim_sock	*s;

	if ((s = sock_find(h, id)) == NULL)
		return;
	*s = h->socks[--h->nsocks];
}

/*
 * Links.
 */

struct link_conf
sim_link_conf(const char *name, uint64_t up, uint64_t down)
{
	struct link_conf	 lc;

	memset(&lc, 0, sizeof(lc));
	snprintf(lc.name, sizeof(lc.name), "%s", name);
	lc.rtable = RTABLE_DEFAULT;
	lc.up.rate = up;
	lc.down.rate = down;
	return (lc);
}

struct sim_link *
sim_link(struct sim_host *near, const struct link_conf *lc,
    const struct addr *remote, const struct sim_dirconf *up,
    const struct sim_dirconf *down)
{
	struct sim	*sim = near->sim;
	struct sim_link	*l;

	if (sim->nlinks == SIM_SOCKS)
		errx(1, "too many links");
	l = sim_calloc(1, sizeof(*l));
	l->sim = sim;
	l->index = sim->nlinks;
	l->near = near;
	l->conf = *lc;
	l->remote = *remote;
	l->mtu = 1500;
	l->removed = 1;
	l->conf.nremote = 1;
	addr_ntop(remote, l->conf.remote[0], sizeof(l->conf.remote[0]));
	l->conf.nremote_port = 1;
	l->conf.remote_port[0] = remote->port;
	dir_init(l, &l->up, 1, up);
	dir_init(l, &l->down, 0, down);
	sim->links[sim->nlinks++] = l;
	sim_link_add(l);
	return (l);
}

/* Configures the link in its host; also again after sim_link_remove(). */
void
sim_link_add(struct sim_link *l)
{
	struct sim_host	*h = l->near;

	l->removed = 0;
	if (tunnel_link(h->tunnel[l->tunnel], &l->conf, sim_host_now(h)) == -1)
		errx(1, "tunnel_link %s", l->conf.name);
	link_socket(l);
}

void
sim_link_remove(struct sim_link *l)
{
	struct sim_host	*h = l->near;

	l->removed = 1;
	if (tunnel_unlink(h->tunnel[l->tunnel], l->conf.name,
	    sim_host_now(h)) == -1)
		errx(1, "tunnel_unlink %s", l->conf.name);
	sock_remove(h, l->sock);
	h->dirty = 1;
}

void
sim_link_set(struct sim_link *l, const struct sim_dirconf *up,
    const struct sim_dirconf *down)
{
	if (up != NULL)
		l->up.conf = *up;
	if (down != NULL)
		l->down.conf = *down;
}

/* Both directions follow the trace, which begins now and is the caller's. */
void
sim_link_play(struct sim_link *l, const struct trace *t)
{
	l->up.trace = l->down.trace = t;
	l->up.trace_start = l->down.trace_start = l->sim->now;
	l->up.frac = l->down.frac = 0;
}

void
sim_link_cut(struct sim_link *l, int up, int down)
{
	l->up.cut = up;
	l->down.cut = down;
}

void
sim_link_rebind(struct sim_link *l)
{
	link_public(l);
	memset(&l->talked, 0, sizeof(l->talked));
}

void
sim_link_reopen(struct sim_link *l)
{
	sock_remove(l->near, l->sock);
	link_socket(l);
}

/* A new socket with a new port for the link, told to the core. */
static void
link_socket(struct sim_link *l)
{
	struct sim_host	*h = l->near;
	struct endpoint	 ep;
	char		 s[32];

	snprintf(s, sizeof(s), l->remote.family == 6 ? "fd00:%x::2" :
	    "10.99.%d.2", l->index);
	l->local = sim_addr(s, ++l->sim->lastport);
	l->sock = sock_add(h, &l->local, l);
	memset(&l->talked, 0, sizeof(l->talked));
	link_public(l);
	memset(&ep, 0, sizeof(ep));
	ep.sock = l->sock;
	ep.remote = l->remote;
	ep.local = l->local;
	if (tunnel_socket(h->tunnel[l->tunnel], l->conf.name, &ep, l->mtu,
	    sim_host_now(h)) == -1)
		errx(1, "tunnel_socket %s", l->conf.name);
	h->dirty = 1;
}

static void
link_public(struct sim_link *l)
{
	char	 s[32];

	snprintf(s, sizeof(s), l->remote.family == 6 ? "2001:db8:%x::1" :
	    "198.51.100.%d", l->index + 1);
	l->public = sim_addr(s, ++l->sim->lastport);
}

static struct sim_link *
link_by_public(struct sim *sim, const struct addr *a)
{
	int	 i;

	for (i = 0; i < sim->nlinks; i++)
		if (addr_equal(&sim->links[i]->public, a))
			return (sim->links[i]);
	return (NULL);
}

/*
 * Datagrams.
 */

struct sim_dgram *
sim_dgram(const void *data, size_t len, const struct addr *src,
    const struct addr *dst)
{
	struct sim_dgram	*d;

	/* of exactly this size, so that a sanitizer sees a byte beyond */
	d = sim_calloc(1, sizeof(*d) + len);
	d->src = *src;
	d->dst = *dst;
	d->len = len;
	memcpy(d->data, data, len);
	return (d);
}

struct sim_dgram *
sim_dgram_copy(const struct sim_dgram *o)
{
	struct sim_dgram	*d;

	d = sim_dgram(o->data, o->len, &o->src, &o->dst);
	d->from = o->from;
	d->dir = o->dir;
	d->sent = o->sent;
	d->tos = o->tos;
	return (d);
}

void
sim_dgram_free(struct sim_dgram *d)
{
	free(d);
}

void
sim_send(struct sim *sim, struct sim_dgram *d)
{
	struct sim_link	*l;

	if ((l = link_by_public(sim, &d->dst)) != NULL)
		d->dir = &l->down;
	dgram_go(sim, d);
}

void
sim_deliver(struct sim *sim, struct sim_dgram *d)
{
	d->dir = NULL;
	dgram_arrive(sim, d);
}

void
sim_deliver_at(struct sim *sim, uint64_t time, struct sim_dgram *d)
{
	d->dir = NULL;
	sim_at(sim, time, dgram_arrive, d);
}

static void
dgram_go(struct sim *sim, struct sim_dgram *d)
{
	uint8_t	 head[24];

	d->sent = sim->now;
	if (sim->digesting) {
		memset(head, 0, sizeof(head));
		put64(head, sim->now);
		memcpy(head + 8, d->src.ip, 4);
		memcpy(head + 12, d->dst.ip, 4);
		put16(head + 16, d->src.port);
		put16(head + 18, d->dst.port);
		put32(head + 20, (uint32_t)d->len);
		crypto_generichash_update(&sim->digest, head, sizeof(head));
		crypto_generichash_update(&sim->digest, d->data, d->len);
	}
	if (sim->filter != NULL) {
		switch (sim->filter(sim->filter_arg, d)) {
		case SIM_PASS:
			break;
		case SIM_DROP:
			sim_dgram_free(d);
			return;
		case SIM_TAKE:
			return;
		}
	}
	if (d->dir != NULL)
		dir_enqueue(d->dir, d);
	else
		sim_at(sim, sim->now + sim->direct_delay, dgram_arrive, d);
}

static void
dgram_arrive(struct sim *sim, void *arg)
{
	struct sim_dgram	*d = arg;
	struct sim_link		*l;
	struct sim_host		*h;
	int			 i, j;

	if (d->dir != NULL)
		d->dir->delivered++;
	if (sim->arrived != NULL)
		sim->arrived(sim->arrived_arg, d);
	if ((l = link_by_public(sim, &d->dst)) != NULL) {
		/* the translator lets in who was talked to */
		if (d->dir != NULL && !addr_equal(&d->src, &l->talked)) {
			l->stray++;
			sim_dgram_free(d);
			return;
		}
		d->sock = l->sock;
		d->local = l->local;
		TAILQ_INSERT_TAIL(&l->near->rxq, d, entry);
		l->near->dirty = 1;
		return;
	}
	for (i = 0; i < sim->nhosts; i++) {
		h = sim->hosts[i];
		if (h->recv != NULL && d->dst.family == 4 &&
		    memcmp(h->net.ip, d->dst.ip, 3) == 0) {
			h->recv(h->recv_arg, d);
			sim_dgram_free(d);
			return;
		}
		for (j = 0; j < h->nsocks; j++) {
			if (h->socks[j].link != NULL ||
			    !addr_equal(&h->socks[j].addr, &d->dst))
				continue;
			d->sock = h->socks[j].id;
			d->local = d->dst;
			TAILQ_INSERT_TAIL(&h->rxq, d, entry);
			h->dirty = 1;
			return;
		}
	}
	if (d->dir != NULL)
		d->dir->link->stray++;
	sim_dgram_free(d);
}

/*
 * One direction of a link: a queue, a wire, and chance.
 */

static void
dir_init(struct sim_link *l, struct sim_dir *dir, int up,
    const struct sim_dirconf *conf)
{
	dir->link = l;
	dir->up = up;
	if (conf != NULL)
		dir->conf = *conf;
	TAILQ_INIT(&dir->queue);
}

/* Bytes on the wire: UDP and IP headers, and what is below. */
static uint64_t
dir_bytes(const struct sim_dir *dir, const struct sim_dgram *d)
{
	return (d->len + (d->dst.family == 6 ? 48 : 28) + dir->conf.overhead);
}

static void
dir_enqueue(struct sim_dir *dir, struct sim_dgram *d)
{
	uint64_t	 bytes;

	bytes = dir_bytes(dir, d);
	dir->sent++;
	dir->sent_bytes += bytes;
	if (dir->cut) {
		dir->lost_cut++;
		sim_dgram_free(d);
		return;
	}
	if (dir_too_long(dir, d)) {
		dir->lost_long++;
		sim_dgram_free(d);
		return;
	}
	if (dir_rate(dir) == 0) {
		dir_depart(dir, d);
		return;
	}
	if (dir->conf.police != 0) {
		if (dir_exceeds(dir, bytes)) {
			dir->policed++;
			sim_dgram_free(d);
		} else
			dir_depart(dir, d);
		return;
	}
	if (dir_full(dir, bytes)) {
		dir->overflowed++;
		sim_dgram_free(d);
		return;
	}
	TAILQ_INSERT_TAIL(&dir->queue, d, entry);
	dir->backlog += bytes;
	if (!dir->busy)
		dir_serve(dir);
}

static int
dir_full(const struct sim_dir *dir, uint64_t bytes)
{
	uint64_t	 room;

	if (dir->conf.queue_bytes != 0)
		return (dir->backlog + bytes > dir->conf.queue_bytes);
	room = dir->conf.queue != 0 ? dir->conf.queue : DEFAULT_QUEUE;
	return (dir->backlog * 8 * USEC / dir->conf.rate > room);
}

/* A token bucket (RFC 2697, with one rate). */
static int
dir_exceeds(struct sim_dir *dir, uint64_t bytes)
{
	dir->bucket += dir_bits(dir, dir->bucket_at) / 8;
	dir->bucket_at = dir->link->sim->now;
	if (dir->bucket > (double)dir->conf.police)
		dir->bucket = (double)dir->conf.police;
	if (dir->bucket < (double)bytes)
		return (1);
	dir->bucket -= (double)bytes;
	return (0);
}

static void
dir_serve(struct sim_dir *dir)
{
	uint64_t	 work;

	work = dir_work(dir, dir_bytes(dir, TAILQ_FIRST(&dir->queue)));
	dir->busy = 1;
	sim_at(dir->link->sim, dir->link->sim->now + work, dir_served, dir);
}

/* The rate now; conf.rate follows a trace. */
static uint64_t
dir_rate(struct sim_dir *dir)
{
	int64_t	 next;

	if (dir->trace != NULL)
		dir->conf.rate = trace_rate(dir->trace, dir->up ? TRACE_UP :
		    TRACE_DOWN, (int64_t)(dir->link->sim->now -
		    dir->trace_start) * 1000, &next);
	return (dir->conf.rate);
}

/* What it could carry since then. */
static double
dir_bits(const struct sim_dir *dir, uint64_t from)
{
	uint64_t	 now = dir->link->sim->now;

	if (dir->trace == NULL)
		return ((double)dir->conf.rate * (double)(now - from) / USEC);
	if (from < dir->trace_start)
		from = dir->trace_start;
	return (trace_bits(dir->trace, dir->up ? TRACE_UP : TRACE_DOWN,
	    (int64_t)(from - dir->trace_start) * 1000,
	    (int64_t)(now - dir->trace_start) * 1000));
}

/* How long so many bytes take from now on, in microseconds. */
static uint64_t
dir_work(struct sim_dir *dir, uint64_t bytes)
{
	const int	 way = dir->up ? TRACE_UP : TRACE_DOWN;
	uint64_t	 work, rate;
	int64_t		 start, at, next;
	double		 left = (double)bytes * 8;

	if (dir->trace == NULL) {
		if (dir->conf.rate == 0)
			return (0);
		work = bytes * 8 * USEC + dir->frac;
		dir->frac = work % dir->conf.rate;
		return (work / dir->conf.rate);
	}
	start = (int64_t)(dir->link->sim->now - dir->trace_start) * 1000;
	for (at = start + (int64_t)dir->frac;; at = next) {
		rate = trace_rate(dir->trace, way, at, &next);
		if (next == INT64_MAX ||
		    left <= (double)rate * (double)(next - at) / 1e9)
			break;
		left -= (double)rate * (double)(next - at) / 1e9;
	}
	work = (uint64_t)(at - start + (int64_t)(left * 1e9 / (double)rate));
	dir->frac = work % 1000;
	return (work / 1000);
}

static void
dir_served(struct sim *sim, void *arg)
{
	struct sim_dir		*dir = arg;
	struct sim_dgram	*d;

	d = TAILQ_FIRST(&dir->queue);
	TAILQ_REMOVE(&dir->queue, d, entry);
	dir->backlog -= dir_bytes(dir, d);
	dir->busy = 0;
	if (sim->now - d->sent > dir->longest)
		dir->longest = sim->now - d->sent;
	dir_depart(dir, d);
	if (!TAILQ_EMPTY(&dir->queue))
		dir_serve(dir);
}

static void
dir_depart(struct sim_dir *dir, struct sim_dgram *d)
{
	struct sim	*sim = dir->link->sim;
	uint64_t	 at;

	if (dir->cut || dir_loses(dir)) {
		if (dir->cut)
			dir->lost_cut++;
		else
			dir->lost++;
		sim_dgram_free(d);
		return;
	}
	at = sim->now + dir->conf.delay;
	if (dir->conf.jitter != 0)
		at += sim_random(sim) % (dir->conf.jitter + 1);
	if (!dir->conf.disorder && at < dir->last)
		at = dir->last;
	dir->last = at;
	sim_at(sim, at, dgram_arrive, d);
}

/* Without a word: who sent it has to find out.  IPv6 is never cut on its
 * way, and IPv4 is not where the sender set DF. */
static int
dir_too_long(const struct sim_dir *dir, const struct sim_dgram *d)
{
	size_t	 len = d->len + (d->dst.family == 6 ? 48 : 28);

	return (dir->conf.mtu != 0 && len > dir->conf.mtu &&
	    (d->dst.family == 6 || dir->conf.nofrags ||
	    (d->from != NULL && d->from->ops.dontfrag)));
}

/* Gilbert's model: in the bad state everything is lost. */
static int
dir_loses(struct sim_dir *dir)
{
	uint64_t	 r, enter;

	if (dir->conf.loss == 0)
		return (0);
	r = sim_random(dir->link->sim) % 1000000;
	if (dir->conf.burst <= 1)
		return (r < dir->conf.loss);
	if (dir->bad)
		dir->bad = r >= 1000000 / dir->conf.burst;
	else {
		enter = (uint64_t)dir->conf.loss * 1000000 /
		    (1000000 - dir->conf.loss) / dir->conf.burst;
		dir->bad = r < enter;
		dir->bursts += dir->bad;
	}
	return (dir->bad);
}
