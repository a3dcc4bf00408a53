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


/* Keys: rekeying, limits, packet numbers, replays. */

#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "wire.h"

#define PAYLOAD		100

/* A server with a session to a hand-made peer, and what comes out of it. */
struct meeting {
	struct sim	*sim;
	struct sim_host	*b;
	struct peer	*peer;
	uint8_t		 psk[32];
	uint64_t	 packets;
	uint64_t	 seq;
};

static void	 meeting_start(struct meeting *, uint64_t);
static void	 meeting_free(struct meeting *);
static void	 meeting_packet(void *, int, struct pkt *);
static int	 meeting_send(struct meeting *);
static void	 rekey(struct meeting *);

static void
meeting_start(struct meeting *r, uint64_t seed)
{
	struct addr	 server;

	memset(r, 0, sizeof(*r));
	r->sim = sim_new(seed);
	r->sim->npkts = SMALL_POOL;
	sim_random_bytes(r->sim, r->psk, sizeof(r->psk));
	r->b = sim_host(r->sim, "server");
	r->b->packet = meeting_packet;
	r->b->packet_arg = r;
	server = sim_listen(r->b, "192.0.2.1");
	CHECK_EQ(sim_tunnel(r->b, sim_tunnel_conf("t", r->psk)), 0);
	r->peer = peer_new(r->sim, "203.0.113.0", &server);
	peer_secret(r->peer, r->psk, NULL, NULL);
	peer_hello(r->peer);
	sim_run(r->sim, r->sim->now + 50 * MSEC);
	CHECK_EQ(r->peer->replies, 1);
	peer_open(r->peer, 0, 1, "x");
	sim_run(r->sim, r->sim->now + 50 * MSEC);
	CHECK(peer_find(r->peer, 0, F_PATH_OK, 0) != NULL);
}

static void
meeting_free(struct meeting *r)
{
	sim_free(r->sim);
	peer_free(r->peer);
}

static void
meeting_packet(void *arg, int t, struct pkt *p)
{
	struct meeting	*r = arg;

	CHECK_EQ(p->len, PAYLOAD);
	r->packets++;
}

/* One packet to the server; true if it came out. */
static int
meeting_send(struct meeting *r)
{
	uint8_t		 buf[PAYLOAD];
	uint64_t	 before = r->packets;

	memset(buf, 0x45, sizeof(buf));
	peer_packet(r->peer, 0, ++r->seq, 0, buf, sizeof(buf));
	sim_run(r->sim, r->sim->now + 20 * MSEC);
	CHECK(r->packets - before <= 1);
	return (r->packets > before);
}

static void
rekey(struct meeting *r)
{
	r->peer->hello.peer_id = r->peer->reply.own_id;
	peer_hello(r->peer);
	sim_run(r->sim, r->sim->now + 50 * MSEC);
	CHECK_EQ(r->peer->reply.continued, 1);
}

/*
 * Rekeying.
 */

static enum sim_verdict
numbers_rise(struct tap *t, struct sim_dgram *d, int from)
{
	static uint32_t	 next[3][256];
	static uint32_t	 index[3];
	uint32_t	 low;

	if (t->arg == 0) {
		memset(next, 0, sizeof(next));
		memset(index, 0, sizeof(index));
		t->arg = 1;
	}
	if (d->data[0] != MSG_DATA)
		return (SIM_PASS);
	low = get32(d->data + 6);
	if (index[from] != get32(d->data + 2)) {
		index[from] = get32(d->data + 2);
		t->arg2++;
	}
	CHECK(low >= next[from][d->data[1]]);
	next[from][d->data[1]] = low + 1;
	return (SIM_PASS);
}

static void
rekey_load(void)
{
	struct ctl_tunnel	 ct;
	struct sim_flow		*f[2];
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 now;
	int			 i;

	p = small_pair(100, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	tap.fn = numbers_rise;
	now = p->sim->now;
	f[0] = sim_udp(p->a, p->b, 400000, 500, now, now + 400 * USEC);
	f[1] = sim_udp(p->b, p->a, 400000, 500, now, now + 400 * USEC);
	pair_run(p, 401 * USEC);
	for (i = 0; i < 2; i++) {
		CHECK(f[i]->sent > 39000);
		CHECK_EQ(f[i]->received, f[i]->sent);
		CHECK_EQ(f[i]->doubles + f[i]->corrupt, 0);
		CHECK_EQ(f[i]->disordered, 0);
		pair_tunnel(i == 0 ? p->a : p->b, 0, &ct);
		CHECK_EQ(ct.handshakes, 4);
		CHECK_EQ(ct.rx_badtag + ct.rx_replayed + ct.rx_malformed, 0);
	}
	/* both ends' keys of each handshake were used */
	CHECK_EQ(tap.arg2, 2 * 4);
	pair_free(p);
}

static void
old_keys(void)
{
	struct meeting	 r;
	int		 i;

	meeting_start(&r, 101);
	sim_run(r.sim, r.sim->now + PROBED);
	CHECK(meeting_send(&r));
	rekey(&r);
	TEST("\tbefore the new ones are used the old ones are the keys");
	r.peer->use_old = 1;
	sim_run(r.sim, r.sim->now + 15 * USEC);
	CHECK(meeting_send(&r));
	r.peer->use_old = 0;
	CHECK(meeting_send(&r));
	TEST("\tthen for 10 s more");
	for (i = 0; i < 9; i++) {
		sim_run(r.sim, r.sim->now + USEC);
		CHECK(meeting_send(&r));
	}
	r.peer->use_old = 1;
	CHECK(meeting_send(&r));
	r.peer->use_old = 0;
	CHECK(meeting_send(&r));
	sim_run(r.sim, r.sim->now + 10100 * MSEC);
	r.peer->use_old = 1;
	CHECK(!meeting_send(&r));
	r.peer->use_old = 0;
	CHECK(meeting_send(&r));
	meeting_free(&r);
}

/* An association that the other end does not know is a new one. */
static void
continued(void)
{
	struct ctl_tunnel	 ct;
	struct meeting		 r;
	uint64_t		 id;

	meeting_start(&r, 102);
	CHECK_EQ(r.peer->reply.continued, 0);
	id = r.peer->reply.own_id;
	rekey(&r);
	CHECK(meeting_send(&r));
	CHECK_EQ(r.peer->reply.own_id, id);
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.handshakes, 2);
	CHECK_EQ(ct.links_up, 1);

	TEST("\tanother id of either end");
	r.peer->hello.peer_id = id ^ 1;
	peer_hello(r.peer);
	sim_run(r.sim, r.sim->now + 50 * MSEC);
	CHECK_EQ(r.peer->reply.continued, 0);
	CHECK(r.peer->reply.own_id != id);
	id = r.peer->reply.own_id;
	/* not confirmed: the session goes on */
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.handshakes, 2);
	CHECK_EQ(ct.links_up, 1);
	CHECK(meeting_send(&r));
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.handshakes, 3);
	CHECK_EQ(ct.links_up, 0);
	r.peer->hello.own_id ^= 1;
	r.peer->hello.peer_id = id;
	peer_hello(r.peer);
	sim_run(r.sim, r.sim->now + 50 * MSEC);
	CHECK_EQ(r.peer->reply.continued, 0);
	meeting_free(&r);
}

/*
 * Limits.
 */

struct hellos {
	uint64_t	 first[3];	/* time, by sender */
	uint64_t	 data_last[3];
};
static struct hellos	 seen;

/* arg: bit 0 loses the client's HELLOs, bit 1 the server's */
static enum sim_verdict
watch_hellos(struct tap *t, struct sim_dgram *d, int from)
{
	if (d->data[0] == MSG_DATA)
		seen.data_last[from] = d->sent;
	if (d->data[0] != MSG_HELLO)
		return (SIM_PASS);
	if (seen.first[from] == 0)
		seen.first[from] = d->sent;
	return (t->arg & (uint64_t)from ? SIM_DROP : SIM_PASS);
}

static void
time_limits(void)
{
	struct ctl_tunnel	 ct;
	struct sim_flow		*f[2];
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 now;
	size_t			 i;

	TEST("\tsoft: who began is to begin again");
	p = small_pair(110, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	memset(&seen, 0, sizeof(seen));
	tap.fn = watch_hellos;
	pair_run(p, 130 * USEC);
	CHECK(seen.first[FROM_A] > 119 * USEC);
	CHECK(seen.first[FROM_A] < 126 * USEC);
	CHECK_EQ(seen.first[FROM_B], 0);
	pair_free(p);

	TEST("\tand if its HELLOs are lost, the other end is");
	p = small_pair(111, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	memset(&seen, 0, sizeof(seen));
	tap.fn = watch_hellos;
	tap.arg = FROM_A;
	now = p->sim->now;
	f[0] = sim_udp(p->a, p->b, 80000, 100, now, now + 300 * USEC);
	f[1] = sim_udp(p->b, p->a, 80000, 100, now, now + 300 * USEC);
	pair_run(p, 140 * USEC);
	CHECK(seen.first[FROM_A] < 126 * USEC);
	CHECK(seen.first[FROM_B] > 134 * USEC);
	CHECK(seen.first[FROM_B] < 137 * USEC);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.handshakes, 2);
	pair_run(p, 161 * USEC);
	CHECK_EQ(f[0]->received, f[0]->sent);
	CHECK_EQ(f[1]->received, f[1]->sent);
	pair_free(p);

	TEST("\thard: nothing is sent or taken");
	p = small_pair(112, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	memset(&seen, 0, sizeof(seen));
	tap.fn = watch_hellos;
	tap.arg = FROM_A | FROM_B;
	now = p->sim->now;
	f[0] = sim_udp(p->a, p->b, 80000, 100, now, now + 220 * USEC);
	f[1] = sim_udp(p->b, p->a, 80000, 100, now, now + 220 * USEC);
	pair_run(p, 170 * USEC);
	tap_keep(&tap, MSG_DATA, FROM_A, 1);
	pair_run(p, 200 * MSEC);
	CHECK(tap.nkept > 5);
	tap.steal = 0;
	tap.match = 0;
	pair_run(p, 40 * USEC);
	/* from the handshake on, which took a round trip */
	CHECK(seen.data_last[FROM_A] <= 180 * USEC + 25 * MSEC);
	CHECK(seen.data_last[FROM_B] <= 180 * USEC + 25 * MSEC);
	CHECK(seen.data_last[FROM_A] > 179 * USEC);
	CHECK(seen.data_last[FROM_B] > 179 * USEC);
	pair_tunnel(p->b, 0, &ct);
	CHECK(ct.state != TUNNEL_UP);
	now = ct.rx_packets;
	for (i = 0; i < tap.nkept; i++)
		replay(p, tap.kept[i]);
	tap_clear(&tap);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.rx_packets, now);
	TEST("\tand with HELLOs through, all is well again");
	tap.arg = 0;
	pair_run(p, 15 * USEC);
	CHECK(pair_is_up(p));
	pair_exchange(p);
	pair_free(p);
}

/* Datagrams under the keys of one receiver index, by sender. */
static struct {
	uint32_t	 index[3];
	uint64_t	 count[3];
	uint64_t	 most[3];
	uint64_t	 bytes[3];
	int		 deaf;
	uint64_t	 hellos[3];
} amount;

static enum sim_verdict
watch_amount(struct tap *t, struct sim_dgram *d, int from)
{
	if (d->data[0] == MSG_HELLO) {
		amount.hellos[from]++;
		return (amount.deaf ? SIM_DROP : SIM_PASS);
	}
	if (d->data[0] != MSG_DATA)
		return (SIM_PASS);
	if (get32(d->data + 2) != amount.index[from]) {
		amount.index[from] = get32(d->data + 2);
		amount.count[from] = amount.bytes[from] = 0;
	}
	amount.bytes[from] += d->len;
	if (++amount.count[from] > amount.most[from])
		amount.most[from] = amount.count[from];
	return (SIM_PASS);
}

/* The limits of amount are those of AES-GCM. */
static void
amount_limits(void)
{
	struct session_limits	 lim = session_limits_default;
	struct ctl_tunnel	 ct[2];
	struct sim_flow		*f;
	struct pair		*p;
	struct tap		 tap;
	uint64_t		 now;
	int			 way, bytes;

	if ((aead_fast() & 1 << AEAD_AES) == 0) {
		TEST("\tskipped: no AES-256-GCM on this machine");
		return;
	}
	for (way = 0; way < 2; way++) {
		for (bytes = 0; bytes < 2; bytes++) {
			TEST("\tsoft, %s, %s", bytes ? "bytes" : "datagrams",
			    way ? "the server sends" : "the client sends");
			lim = session_limits_default;
			if (bytes)
				lim.soft_bytes = 1000000;
			else
				lim.soft_dgrams = 2000;
			p = small_pair(120, 2, 0);
			core_set_limits(p->a->core, &lim);
			core_set_limits(p->b->core, &lim);
			pair_up(p);
			tap_init(&tap, p);
			memset(&amount, 0, sizeof(amount));
			tap.fn = watch_amount;
			now = p->sim->now;
			f = sim_udp(way ? p->b : p->a, way ? p->a : p->b,
			    4000000, 500, now, now + 8 * USEC);
			pair_run(p, 9 * USEC);
			CHECK_EQ(f->received, f->sent);
			pair_tunnel(p->a, 0, &ct[0]);
			pair_tunnel(p->b, 0, &ct[1]);
			CHECK(ct[0].handshakes >= 4);
			CHECK_EQ(ct[0].handshakes, ct[1].handshakes);
			/* 8000 packets; who passed the limit begins */
			CHECK(amount.hellos[way ? FROM_B : FROM_A] >= 3);
			CHECK_EQ(amount.hellos[way ? FROM_A : FROM_B], 0);
			CHECK(amount.most[way ? FROM_B : FROM_A] < 2200);
			pair_free(p);
		}
	}

	TEST("\thard: not one datagram more");
	for (bytes = 0; bytes < 2; bytes++) {
		lim = session_limits_default;
		if (bytes)
			lim.hard_bytes = 1500000;
		else
			lim.hard_dgrams = 3000;
		p = small_pair(121, 2, 0);
		core_set_limits(p->a->core, &lim);
		core_set_limits(p->b->core, &lim);
		pair_up(p);
		tap_init(&tap, p);
		memset(&amount, 0, sizeof(amount));
		tap.fn = watch_amount;
		amount.deaf = 1;
		now = p->sim->now;
		f = sim_udp(p->a, p->b, 4000000, 500, now, now + 8 * USEC);
		pair_run(p, 9 * USEC);
		/*
		 * A batch that is being sealed is finished; those before the
		 * tap are not counted.
		 */
		CHECK(amount.most[FROM_A] <= 3000 + BATCH_MAX || bytes);
		CHECK(amount.bytes[FROM_A] <= 1500000 + BATCH_MAX * 1500 ||
		    !bytes);
		CHECK(amount.most[FROM_A] > 2700);
		CHECK(f->received < f->sent / 2);
		CHECK(f->received > 2500);
		amount.deaf = 0;
		pair_run(p, 10 * USEC);
		CHECK(pair_is_up(p));
		pair_exchange(p);
		pair_free(p);
	}
}

/* Too many forgeries under one index end its keys. */
static void
forgeries(void)
{
	struct session_limits	 lim = session_limits_default;
	struct ctl_tunnel	 ct;
	struct pair		*p;
	struct tap		 tap;
	uint8_t			 buf[PKT_SIZE];
	int			 i;

	lim.hard_badtags = 1000;
	p = small_pair(122, 1, 0);
	core_set_limits(p->b->core, &lim);
	pair_up(p);
	tap_init(&tap, p);
	pair_run(p, USEC);
	tap_keep(&tap, MSG_DATA, FROM_A, 0);
	pair_run(p, 3 * USEC);
	CHECK(tap.nkept > 0);
	memcpy(buf, tap.kept[0]->data, tap.kept[0]->len);
	put32(buf + 6, get32(buf + 6) + 1000);
	for (i = 0; i < 999; i++)
		inject(p, tap.kept[0], buf, tap.kept[0]->len);
	pair_exchange(p);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.handshakes, 1);
	for (i = 0; i < 2; i++)
		inject(p, tap.kept[0], buf, tap.kept[0]->len);
	tap_clear(&tap);
	pair_run(p, 8 * USEC);
	pair_exchange(p);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.handshakes, 2);
	pair_free(p);
}

/*
 * Packet numbers.
 */

static void
numbers(void)
{
	struct meeting	 r;
	struct lane	*l;
	uint64_t	 n, step;

	meeting_start(&r, 130);
	r.peer->mute = MUTE_REPORT;	/* these take numbers too */
	l = &r.peer->lane[0];
	TEST("\t0 was the first; across 2^32 and beyond");
	CHECK(l->tx_next > 0);
	step = (1ULL << 30) - 1;
	while (l->tx_next < (1ULL << 34)) {
		n = l->tx_next;
		if (((n + 5) ^ n) >> 32 != 0) {
			CHECK(meeting_send(&r));
			continue;
		}
		if (((n + step) ^ n) >> 32 != 0)
			l->tx_next = (((n >> 32) + 1) << 32) - 5;
		else
			l->tx_next += step;
		CHECK(meeting_send(&r));
	}

	TEST("\tthe window's edges");
	l->tx_next += WINDOW_SIZE;
	n = l->tx_next;
	CHECK(meeting_send(&r));
	l->tx_next = n - WINDOW_SIZE + 1;
	CHECK(meeting_send(&r));
	l->tx_next = n - WINDOW_SIZE;
	CHECK(!meeting_send(&r));
	l->tx_next = n - WINDOW_SIZE - 1;
	CHECK(!meeting_send(&r));
	l->tx_next = n - 1;
	CHECK(meeting_send(&r));

	TEST("\tseen already");
	l->tx_next = n;
	CHECK(!meeting_send(&r));
	l->tx_next = n - 1;
	CHECK(!meeting_send(&r));
	l->tx_next = n - WINDOW_SIZE + 1;
	CHECK(!meeting_send(&r));
	l->tx_next = n + 1;
	CHECK(meeting_send(&r));

	TEST("\tacross a rekey, old keys and new");
	n = l->tx_next;
	CHECK(meeting_send(&r));
	rekey(&r);
	CHECK(meeting_send(&r));
	l->tx_next = n;
	CHECK(!meeting_send(&r));		/* the number again, new keys */
	r.peer->use_old = 1;
	l->tx_next = n;
	CHECK(!meeting_send(&r));		/* the same datagram again */
	l->tx_next = n + 2;
	CHECK(meeting_send(&r));
	meeting_free(&r);
}

/* Handshakes that crossed may leave the peer with what are old keys here. */
static void
crossed_keys(void)
{
	struct meeting	 r;
	int		 i;

	TEST("\told keys are kept as long as something comes under them");
	meeting_start(&r, 132);
	rekey(&r);
	for (i = 0; i < 10; i++) {
		r.peer->use_old = 0;
		CHECK(meeting_send(&r));
		sim_run(r.sim, r.sim->now + 4 * USEC);
		r.peer->use_old = 1;
		CHECK(meeting_send(&r));
		sim_run(r.sim, r.sim->now + 4 * USEC);
	}
	TEST("\tand ten seconds longer");
	r.peer->use_old = 0;
	CHECK(meeting_send(&r));
	sim_run(r.sim, r.sim->now + 11 * USEC);
	r.peer->use_old = 1;
	CHECK(!meeting_send(&r));
	r.peer->use_old = 0;
	CHECK(meeting_send(&r));
	meeting_free(&r);
}

/* The first number of a lane may be any; the window begins there. */
static void
first_number(void)
{
	struct meeting	 r;
	struct lane	*l;

	meeting_start(&r, 131);
	sim_run(r.sim, r.sim->now + PROBED);
	r.peer->path[7].local = r.peer->local;
	l = &r.peer->lane[0];
	l->tx_next = 1ULL << 31;
	CHECK(meeting_send(&r));
	l->tx_next = 5;
	CHECK(!meeting_send(&r));
	l->tx_next = (1ULL << 31) + 1;
	CHECK(meeting_send(&r));
	meeting_free(&r);
}

/* A pair's datagrams, each repeated: within the window, and late. */
static void
replays(void)
{
	struct sim_flow	*f[2];
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 now;
	size_t		 i;

	p = small_pair(132, 2, 0);
	pair_up(p);
	tap_init(&tap, p);
	tap_keep(&tap, MSG_DATA, FROM_A, 0);
	now = p->sim->now;
	f[0] = sim_udp(p->a, p->b, 400000, 500, now, now + 160 * USEC);
	f[1] = sim_udp(p->b, p->a, 400000, 500, now, now + 160 * USEC);
	pair_run(p, 3 * USEC);
	CHECK_EQ(tap.nkept, sizeof(tap.kept) / sizeof(tap.kept[0]));
	for (i = 0; i < tap.nkept; i++)
		replay(p, tap.kept[i]);
	/* below the window, before and after a rekey */
	pair_run(p, 100 * USEC);
	for (i = 0; i < tap.nkept; i++)
		replay(p, tap.kept[i]);
	pair_run(p, 58 * USEC);
	for (i = 0; i < tap.nkept; i++)
		replay(p, tap.kept[i]);
	tap_clear(&tap);
	CHECK(f[0]->received > 15000);
	CHECK_EQ(f[0]->doubles + f[1]->doubles, 0);
	pair_run(p, USEC);
	CHECK_EQ(f[0]->received, f[0]->sent);
	CHECK_EQ(f[1]->received, f[1]->sent);
	pair_free(p);
}

const struct coretest keys_tests[] = {
	{ "rekey-load", rekey_load, "new keys under load, nothing lost" },
	{ "old-keys", old_keys, "old keys are taken for 10 s" },
	{ "crossed-keys", crossed_keys,
	    "and as long as the peer stays with them" },
	{ "continued", continued, "associations go on or begin" },
	{ "time-limits", time_limits, "age of keys: soft and hard limit" },
	{ "amount-limits", amount_limits, "use of keys: soft and hard limit" },
	{ "forgeries", forgeries, "too many failed tags" },
	{ "numbers", numbers, "packet numbers, the window's edges, replays" },
	{ "first-number", first_number, "a lane that begins high" },
	{ "replays", replays, "every datagram again" },
	{ NULL, NULL, NULL }
};
