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


/* Paths: opening, generations, slots, names, closing, frames of no sense. */

#include <stdlib.h>
#include <string.h>

#include "coretest.h"
#include "tunnel.h"
#include "wire.h"

static int	 path_is(struct rig *, const char *, struct ctl_link *);
static uint32_t	 nlinks(struct rig *);

static int
path_is(struct rig *r, const char *name, struct ctl_link *cl)
{
	return (pair_path(r->b, name, cl) == 0);
}

static uint32_t
nlinks(struct rig *r)
{
	struct ctl_tunnel	 ct;

	pair_tunnel(r->b, 0, &ct);
	return (ct.links);
}

/*
 * Opening.
 */

static void
opened(void)
{
	const struct peer_frame	*ok;
	struct ctl_link		 cl;
	struct rig		 r;

	rig_start(&r, 400);
	peer_open(r.peer, 3, 9, "dsl-3.home_A");
	rig_pass(&r, 50 * MSEC);
	CHECK(path_is(&r, "dsl-3.home_A", &cl));
	CHECK_EQ(cl.id, 3);
	CHECK_EQ(cl.opener, 0);
	CHECK_EQ(cl.state, LINK_UP);
	CHECK_EQ(cl.usable, 1);
	CHECK(addr_equal(&cl.remote, &r.peer->local));
	ok = peer_find(r.peer, 3, F_PATH_OK, 0);
	CHECK(ok != NULL);
	CHECK_EQ(ok->len, 20);
	CHECK_EQ(ok->body[0], 9);
	CHECK_MEM(ok->body + 4, r.peer->path[3].token, 8);

	TEST("\ttwice: one path, an answer each");
	r.peer->mute = MUTE_RESPONSE;
	peer_open(r.peer, 4, 1, "twice");
	/* the same again: the last datagram, sealed anew */
	{
		uint8_t	 b[20 + 5];

		memset(b, 0, sizeof(b));
		b[0] = 1;
		memcpy(b + 12, r.peer->path[4].token, 8);
		memcpy(b + 20, "twice", 5);
		rig_pass(&r, 50 * MSEC);
		CHECK_EQ(peer_count(r.peer, 4, F_PATH_OK, 0), 1);
		peer_frame(r.peer, 4, F_PATH_OPEN, b, sizeof(b));
		rig_pass(&r, 50 * MSEC);
		CHECK_EQ(peer_count(r.peer, 4, F_PATH_OK, 0), 2);
	}
	CHECK_EQ(nlinks(&r), 3);
	CHECK(path_is(&r, "twice", &cl));
	CHECK_EQ(cl.usable, 0);
	ok = peer_find(r.peer, 4, F_PATH_OK, 1);
	peer_frame(r.peer, 4, F_RESPONSE, ok->body + 12, 8);
	rig_pass(&r, 50 * MSEC);
	CHECK(path_is(&r, "twice", &cl));
	CHECK_EQ(cl.usable, 1);

	TEST("\ta slot of the other end's");
	peer_open(r.peer, 0x80 | 5, 1, "notours");
	rig_pass(&r, 50 * MSEC);
	CHECK(!path_is(&r, "notours", &cl));
	CHECK_EQ(nlinks(&r), 3);
	rig_free(&r);
}

static enum sim_verdict
lose_some(struct tap *t, struct sim_dgram *d, int from)
{
	if (from != (int)t->arg2 || d->dir == NULL ||
	    d->dir->link->index != 1 || t->arg == 0)
		return (SIM_PASS);
	t->arg--;
	return (SIM_DROP);
}

/* PATH_OPEN goes again after 100, 200, 400 ms, then each second. */
static void
open_lost(void)
{
	static const uint64_t	 within[] = {
		60, 170, 370, 780, 1790, 2800
	};
	struct pair	*p;
	struct tap	 tap;
	uint64_t	 n, from;

	for (from = FROM_A; from <= FROM_B; from++) {
		for (n = 0; n < sizeof(within) / sizeof(within[0]); n++) {
			p = small_pair(410, 1, 0);
			pair_up(p);
			tap_init(&tap, p);
			tap.fn = lose_some;
			tap.arg = n;
			tap.arg2 = from;
			pair_link(p, 0, 10 * MSEC);
			CHECK(sim_until(p->sim, p->sim->now +
			    within[n] * MSEC, pair_is_up, p));
			CHECK_EQ(tap.arg, 0);
			pair_exchange(p);
			pair_free(p);
		}
	}
}

static void
generations(void)
{
	struct ctl_link	 cl;
	struct addr	 home, other;
	struct rig	 r;
	int		 i;

	rig_start(&r, 420);
	home = r.peer->local;
	other = home;
	other.ip[3] = 77;
	peer_open(r.peer, 0, 5, "x");
	rig_pass(&r, 50 * MSEC);
	CHECK(path_is(&r, "x", &cl));
	CHECK(addr_equal(&cl.remote, &home));

	TEST("\ta late one, from elsewhere");
	r.peer->path[0].local = other;
	peer_open(r.peer, 0, 4, "late");
	rig_pass(&r, 2 * USEC);
	CHECK(!path_is(&r, "late", &cl));
	CHECK_EQ(peer_count(r.peer, 0, F_PATH_OK, 0), 1);

	TEST("\tthe same with another token");
	peer_open(r.peer, 0, 5, "again");
	rig_pass(&r, 50 * MSEC);
	CHECK(!path_is(&r, "again", &cl));

	TEST("\ta higher one moves the path at once");
	peer_open(r.peer, 0, 6, "y");
	rig_pass(&r, 50 * MSEC);
	CHECK(!path_is(&r, "x", &cl));
	CHECK(path_is(&r, "y", &cl));
	CHECK(addr_equal(&cl.remote, &other));
	CHECK_EQ(cl.usable, 1);
	CHECK_EQ(nlinks(&r), 2);

	TEST("\taround from 255 to 0");
	for (i = 6 + 100; i != 6 + 300; i += 100) {
		peer_open(r.peer, 0, (uint8_t)i, "z");
		rig_pass(&r, 50 * MSEC);
		CHECK(path_is(&r, "z", &cl));
		CHECK_EQ(peer_count(r.peer, 0, F_PATH_OK, 0), 2 +
		    (size_t)(i - 6) / 100);
	}
	peer_open(r.peer, 0, 50, "z");		/* 206 + 100 - 256 */
	rig_pass(&r, 50 * MSEC);
	CHECK_EQ(peer_count(r.peer, 0, F_PATH_OK, 0), 5);
	peer_open(r.peer, 0, 206, "old");
	rig_pass(&r, 50 * MSEC);
	CHECK(!path_is(&r, "old", &cl));
	rig_free(&r);
}

static void
many_paths(void)
{
	struct ctl_tunnel	 ct;
	struct ctl_link		 cl;
	struct pair		*p;
	struct sim_dirconf	 dir;
	struct link_conf	 lc;
	struct rig		 r;
	char			 name[LINK_NAME_SIZE];
	int			 i;

	TEST("\tby a peer: 64, and an id that there is not");
	rig_start(&r, 430);
	for (i = 0; i < 63; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		peer_open(r.peer, (uint8_t)i, 1, name);
	}
	rig_pass(&r, 200 * MSEC);
	CHECK_EQ(nlinks(&r), 64);
	for (i = 0; i < 63; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		CHECK(path_is(&r, name, &cl));
		CHECK_EQ(cl.usable, 1);
	}
	peer_open(r.peer, 64, 1, "l64");
	peer_open(r.peer, 127, 1, "l127");
	peer_open(r.peer, 255, 1, "l255");
	rig_pass(&r, 200 * MSEC);
	CHECK_EQ(nlinks(&r), 64);
	rig_free(&r);

	TEST("\tby a core: 64 links, and one too many");
	p = small_pair(431, 0, 0);
	memset(&dir, 0, sizeof(dir));
	dir.delay = 10 * MSEC;
	for (i = 0; i < 65; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		lc = sim_link_conf(name, 0, 0);
		sim_link(p->a, &lc, &p->server, &dir, &dir);
	}
	pair_run(p, 5 * USEC);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.links, 64);
	CHECK_EQ(ct.links_up, 64);
	pair_tunnel(p->a, 0, &ct);
	CHECK_EQ(ct.links_up, 64);
	pair_exchange(p);
	pair_free(p);
}

static void
names(void)
{
	static const struct {
		const char	*name;
		size_t		 len;
		int		 good;
	} cases[] = {
		{ "a", 1, 1 },
		{ "A-Za-z0-9._-", 12, 1 },
		{ "1234567890123456789012345678901", 31, 1 },
		{ "12345678901234567890123456789012", 32, 0 },
		{ "", 0, 0 },
		{ "a b", 3, 0 },
		{ "a\nb", 3, 0 },
		{ "\033[2J", 4, 0 },
		{ "a\0b", 3, 0 },
		{ "\0", 1, 0 },
		{ "\xc3\xa4", 2, 0 },
		{ "a/b", 3, 0 },
		{ "%s%n", 4, 0 },
		{ "a\"b", 3, 0 }
	};
	const struct peer_frame	*f;
	struct ctl_tunnel	 ct;
	struct rig		 r;
	uint8_t			 b[20 + 64];
	size_t			 i, good = 1, n, j;

	rig_start(&r, 440);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(b, 0, sizeof(b));
		b[0] = 7;
		b[12] = 1;
		r.peer->path[i].gen = 7;
		memcpy(b + 20, cases[i].name, cases[i].len);
		peer_frame(r.peer, (uint8_t)i, F_PATH_OPEN, b,
		    20 + cases[i].len);
		rig_pass(&r, 100 * MSEC);
		good += (size_t)cases[i].good;
		CHECK_EQ(nlinks(&r), good);
		/* the refusal may take any path that is usable */
		for (n = j = 0; j < r.peer->nlog; j++) {
			f = &r.peer->log[j];
			n += f->type == F_PATH_CLOSE && f->len == 3 &&
			    f->body[0] == i && f->body[1] == 7;
		}
		/* a PATH_OPEN without a name is not a PATH_OPEN */
		if (cases[i].len > 0)
			CHECK_EQ(n > 0, !cases[i].good);
		r.peer->nlog = 0;
	}
	pair_tunnel(r.b, 0, &ct);
	CHECK(ct.rx_malformed > 0);
	CHECK_EQ(ct.links_up, good);
	rig_free(&r);
}

static void
removed(void)
{
	struct ctl_link	 cl;
	struct pair	*p;
	struct tap	 tap;
	int		 i;

	p = small_pair(450, 2, 0);
	pair_up(p);
	sim_udp(p->a, p->b, MBIT, 500, p->sim->now, NEVER);
	sim_udp(p->b, p->a, MBIT, 500, p->sim->now, NEVER);
	tap_init(&tap, p);
	for (i = 0; i < 600; i++) {
		sim_link_remove(p->link[1]);
		pair_run(p, 40 * MSEC);
		CHECK_EQ(pair_path(p->a, "dsl2", &cl), -1);
		CHECK_EQ(pair_path(p->b, "dsl2", &cl), -1);
		sim_link_add(p->link[1]);
		CHECK(sim_until(p->sim, p->sim->now + 100 * MSEC, pair_is_up,
		    p));
		pair_path(p->b, "dsl2", &cl);
		CHECK_EQ(cl.id, 1);
	}
	pair_exchange(p);

	TEST("\tthe word of it lost, time and again");
	tap.fn = lose_some;
	for (i = 1; i < 4; i++) {
		/* on the other link, the one it goes by */
		p->link[0]->index = 1;
		p->link[1]->index = 0;
		tap.arg = (uint64_t)i;
		tap.arg2 = FROM_A;
		sim_link_remove(p->link[1]);
		pair_run(p, 2 * USEC);
		CHECK_EQ(pair_path(p->b, "dsl2", &cl), -1);
		sim_link_add(p->link[1]);
		pair_run(p, USEC);
		CHECK(pair_is_up(p));
	}
	p->link[0]->index = 0;
	p->link[1]->index = 1;
	pair_exchange(p);
	pair_free(p);
}

/* Word of all of them comes to the peer. */
static void
removed_at_once(void)
{
	struct sim_link		*l[20];
	struct ctl_tunnel	 ct;
	struct pair		*p;
	struct sim_dirconf	 dir;
	struct link_conf	 lc;
	char			 name[LINK_NAME_SIZE];
	int			 i;

	p = small_pair(452, 1, 0);
	memset(&dir, 0, sizeof(dir));
	dir.delay = 10 * MSEC;
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		lc = sim_link_conf(name, 0, 0);
		l[i] = sim_link(p->a, &lc, &p->server, &dir, &dir);
	}
	pair_run(p, 2 * USEC);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.links_up, 21);
	for (i = 0; i < 20; i++)
		sim_link_remove(l[i]);
	pair_run(p, USEC);
	pair_tunnel(p->b, 0, &ct);
	CHECK_EQ(ct.links, 1);
	CHECK_EQ(ct.links_up, 1);
	pair_exchange(p);
	pair_free(p);
}

/* What was to be said about a path is not said of another association's. */
static void
put_back(void)
{
	struct pair	*p;

	p = small_pair(453, 2, 0);
	pair_up(p);
	sim_host_kill(p->b);
	pair_run(p, 100 * MSEC);
	sim_link_remove(p->link[1]);
	pair_run(p, 100 * MSEC);
	sim_link_add(p->link[1]);
	sim_host_start(p->b);
	CHECK(sim_until(p->sim, p->sim->now + 10 * USEC, pair_is_up, p));
	pair_run(p, USEC);
	CHECK(pair_is_up(p));
	pair_exchange(p);
	pair_free(p);
}

static enum sim_verdict
lose_later(struct tap *t, struct sim_dgram *d, int from)
{
	if (from != FROM_A || d->dir->link->index != 1 || t->arg++ == 0)
		return (SIM_PASS);
	return (SIM_DROP);
}

/* PATH_OPEN came, RESPONSE never: the peer gives up, this end must not. */
static void
given_up(void)
{
	struct ctl_link	 cl;
	struct pair	*p;
	struct tap	 tap;

	p = small_pair(454, 1, 0);
	pair_up(p);
	tap_init(&tap, p);
	tap.fn = lose_later;
	pair_link(p, 0, 10 * MSEC);
	pair_run(p, 6 * USEC);
	CHECK_EQ(pair_path(p->a, "dsl2", &cl), 0);
	CHECK_EQ(cl.state, LINK_DOWN);
	CHECK_EQ(pair_path(p->b, "dsl2", &cl), -1);
	tap.fn = NULL;
	CHECK(sim_until(p->sim, p->sim->now + 3 * USEC, pair_is_up, p));
	pair_exchange(p);
	pair_free(p);
}

/* By the operator: the peer takes it out of use, and in again. */
static void
disabled(void)
{
	struct ctl_link	 cl;
	struct pair	*p;
	uint64_t	 sent;

	p = small_pair(451, 2, 0);
	pair_up(p);
	CHECK_EQ(tunnel_link_admin(p->a->tunnel[0], "dsl2", 0,
	    sim_host_now(p->a)), 0);
	sim_host_wake(p->a);
	pair_run(p, 200 * MSEC);
	CHECK_EQ(pair_path(p->a, "dsl2", &cl), 0);
	CHECK_EQ(cl.state, LINK_DISABLED);
	CHECK(pair_path(p->b, "dsl2", &cl) == -1 || !cl.usable);
	sent = p->link[1]->up.sent;
	pair_exchange(p);
	CHECK_EQ(p->link[1]->up.sent, sent);
	CHECK_EQ(tunnel_link_admin(p->a->tunnel[0], "dsl2", 1,
	    sim_host_now(p->a)), 0);
	sim_host_wake(p->a);
	CHECK(sim_until(p->sim, p->sim->now + USEC, pair_is_up, p));
	pair_exchange(p);
	CHECK(p->link[1]->up.sent > sent);
	CHECK_EQ(tunnel_link_admin(p->a->tunnel[0], "nosuch", 1,
	    sim_host_now(p->a)), -1);
	pair_free(p);
}

/* Data on an id that was not opened: delivered, nothing learnt. */
static void
unopened(void)
{
	struct ctl_tunnel	 ct;
	struct addr		 other;
	struct rig		 r;
	uint8_t			 packet[60];
	uint64_t		 datas;

	rig_start(&r, 460);
	other = r.peer->local;
	other.ip[3] = 99;
	memset(packet, 0x45, sizeof(packet));
	rig_pass(&r, 500 * MSEC);
	datas = r.peer->datas;
	r.peer->path[9].local = other;
	peer_packet(r.peer, 9, 1, 0, packet, sizeof(packet));
	rig_pass(&r, 200 * MSEC);
	CHECK_EQ(r.packets, 1);
	CHECK_EQ(r.peer->datas, datas);
	CHECK_EQ(nlinks(&r), 1);
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.rx_malformed, 0);
	rig_free(&r);
}

/* Authentic and odd: counted at most, and the session goes on. */
static void
odd_frames(void)
{
	struct ctl_tunnel	 ct;
	struct rig		 r;
	uint8_t			 b[300], packet[60];
	uint64_t		 malformed, answers;
	size_t			 i, len;

	rig_start(&r, 470);
	memset(packet, 0x45, sizeof(packet));

	TEST("\tan unknown frame is skipped, what follows is read");
	memset(b, 0, sizeof(b));
	b[0] = 0x77;
	b[1] = 10;
	b[12] = F_PROBE;
	b[13] = 8;
	answers = peer_count(r.peer, 63, F_REPORT, 0);
	peer_data(r.peer, 63, K_CONTROL, r.peer->seq, 0, b, 22);
	rig_pass(&r, 20 * MSEC);
	CHECK(peer_count(r.peer, 63, F_REPORT, 0) > answers);

	TEST("\tpadding ends a datagram");
	memset(b, 0, sizeof(b));
	b[20] = F_PATH_CLOSE;
	b[21] = 3;
	b[22] = 63;
	b[23] = 1;
	peer_data(r.peer, 63, K_CONTROL, r.peer->seq, 0, b, 25);
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(nlinks(&r), 1);

	TEST("\ta length beyond the end");
	pair_tunnel(r.b, 0, &ct);
	malformed = ct.rx_malformed;
	b[0] = F_PROBE;
	b[1] = 200;
	peer_data(r.peer, 63, K_CONTROL, r.peer->seq, 0, b, 20);
	rig_pass(&r, 20 * MSEC);
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.rx_malformed, malformed + 1);

	TEST("\tevery type with every length, of zeros and of ones");
	for (i = 1; i < 32; i++) {
		for (len = 0; len < 80; len++) {
			if (i == F_CLOSE && len == 1)
				continue;
			memset(b, 0, sizeof(b));
			peer_frame(r.peer, 63, (uint8_t)i, b, len);
			memset(b, 0xff, sizeof(b));
			peer_frame(r.peer, 63, (uint8_t)i, b, len);
			rig_pass(&r, MSEC);
		}
	}
	rig_pass(&r, 200 * MSEC);
	r.packets = 0;
	peer_packet(r.peer, 63, r.peer->seq, 0, packet, sizeof(packet));
	rig_pass(&r, 200 * MSEC);
	CHECK_EQ(r.packets, 1);

	TEST("\trandom frames");
	for (i = 0; i < 5000; i++) {
		len = sim_random(r.sim) % 100;
		sim_random_bytes(r.sim, b, sizeof(b));
		b[0] = sim_random(r.sim) % 11;	/* not CLOSE */
		b[1] = (uint8_t)len;
		b[2 + len] = 0;
		peer_data(r.peer, 63, K_CONTROL, r.peer->seq, 0, b, len + 3);
		if (i % 50 == 0)
			rig_pass(&r, MSEC);
	}
	rig_pass(&r, 2 * USEC);
	r.packets = 0;
	peer_packet(r.peer, 63, r.peer->seq, 0, packet, sizeof(packet));
	rig_pass(&r, 200 * MSEC);
	CHECK_EQ(r.packets, 1);

	TEST("\treserved kinds are counted, not delivered");
	for (i = 0; i < 16; i++) {
		if (i == 0 || i == 1 || i == 2 || i == 9 || i == 10)
			continue;
		r.packets = 0;
		pair_tunnel(r.b, 0, &ct);
		malformed = ct.rx_malformed;
		peer_data(r.peer, 63, (uint8_t)i, r.peer->seq, 0, packet,
		    sizeof(packet));
		rig_pass(&r, 20 * MSEC);
		CHECK_EQ(r.packets, 0);
		pair_tunnel(r.b, 0, &ct);
		CHECK_EQ(ct.rx_malformed, malformed + 1);
	}
	rig_free(&r);
}

/* What the receiver makes of data sequences. */
static void
sequences(void)
{
	struct ctl_tunnel	 ct;
	struct rig		 r;
	uint8_t			 packet[60];
	uint64_t		 seq;
	int			 i;

	rig_start(&r, 480);
	memset(packet, 0x45, sizeof(packet));
	seq = r.peer->seq;
	for (i = 0; i < 3; i++)
		peer_packet(r.peer, 63, seq, 0, packet, sizeof(packet));
	peer_data(r.peer, 63, K_PACKET | K_COPY, seq, 0, packet,
	    sizeof(packet));
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 1);
	pair_tunnel(r.b, 0, &ct);
	CHECK_EQ(ct.rx_duplicate, 3);

	TEST("\ta copy that is the first to come");
	peer_data(r.peer, 63, K_PACKET | K_COPY, seq + 1, 0, packet,
	    sizeof(packet));
	peer_packet(r.peer, 63, seq + 1, 0, packet, sizeof(packet));
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 2);

	TEST("\tacross 2^28, twice");
	for (i = 0; i < 2 * 1024 + 64; i++) {
		seq += 1 << 18;
		r.packets = 0;
		peer_packet(r.peer, 63, seq, 0, packet, sizeof(packet));
		peer_packet(r.peer, 63, seq, 0, packet, sizeof(packet));
		peer_packet(r.peer, 63, seq - 1, 0, packet, sizeof(packet));
		sim_run(r.sim, r.sim->now + 6 * MSEC);
		CHECK_EQ(r.packets, 2);
	}
	rig_free(&r);
}

/* Whether the peer reports what it is asked or does not. */
static void
probed(void)
{
	struct rig	 r;
	uint64_t	 at;
	int		 mute;

	for (mute = 0; mute < 2; mute++) {
		rig_start(&r, 490);
		at = r.sim->now;
		peer_open(r.peer, 62, 1, "new");
		r.peer->mute = mute ? MUTE_REPORT : 0;
		rig_pass(&r, PROBED);
		CHECK_EQ(peer_count(r.peer, 62, F_PROBE, at), 8);
		r.peer->mute = 0;
		at = r.sim->now;
		rig_pass(&r, USEC);
		/* but for what is sent when no reports come */
		CHECK(peer_count(r.peer, 62, F_PROBE, at) <= (mute ? 3 : 0));
		rig_free(&r);
	}
}

/*
 * A path that says that all it has to carry is later makes a loss on another
 * one certain, however far the other one is behind.
 */
static void
mark(void)
{
	struct rig	 r;
	uint8_t		 packet[60];
	uint64_t	 seq;

	rig_start(&r, 481);
	r.b->tunnel[0]->conf.recover = ANSWER_NO;
	peer_open(r.peer, 62, 1, "slow");
	rig_pass(&r, PROBED);
	memset(packet, 0x45, sizeof(packet));
	seq = r.peer->seq;
	peer_packet(r.peer, 62, seq, 0, packet, sizeof(packet));
	peer_packet(r.peer, 62, seq + 2, seq + 1, packet, sizeof(packet));
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 1);
	peer_data(r.peer, 63, K_CONTROL, seq + 1, 0, "", 0);
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 1);
	peer_data(r.peer, 63, K_CONTROL, seq + 100, 0, "", 0);
	rig_pass(&r, 20 * MSEC);
	CHECK_EQ(r.packets, 2);
	rig_free(&r);
}

const struct coretest path_tests[] = {
	{ "opened", opened, "PATH_OPEN, once and twice" },
	{ "open-lost", open_lost, "PATH_OPEN and what follows lost" },
	{ "generations", generations, "late, same and higher generations" },
	{ "many-paths", many_paths, "64 paths and one more" },
	{ "names", names, "names of links on the wire" },
	{ "removed", removed, "a link removed and added, 600 times" },
	{ "removed-at-once", removed_at_once, "20 links removed at once" },
	{ "put-back", put_back, "a link removed and added while all is down" },
	{ "given-up", given_up, "a path that the peer has given up" },
	{ "disabled", disabled, "a link taken down by the operator" },
	{ "unopened", unopened, "data on a path that was not opened" },
	{ "odd-frames", odd_frames, "frames of no sense from the peer" },
	{ "sequences", sequences, "data sequences: doubles, copies, wrap" },
	{ "probed", probed, "the delay of a new path is found out, once" },
	{ "mark", mark, "a mark beyond all that came" },
	{ NULL, NULL, NULL }
};
