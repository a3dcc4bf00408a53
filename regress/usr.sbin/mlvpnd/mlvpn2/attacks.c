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


#include <string.h>

#include "bench.h"
#include "tunnel.h"
#include "../test.h"

/*
 * What works against MLVPN 2.x itself.  Here it may move counters, and
 * nothing else.
 */

#define RECORD_MAX	64

struct state {
	uint8_t		 state[BENCH_LINKS];
	uint8_t		 usable[BENCH_LINKS];
	struct addr	 remote[BENCH_LINKS];
	unsigned int	 ups, downs, moves;
	uint64_t	 packets;
	uint64_t	 handshakes;
};

static struct {
	int	 link;
	size_t	 len;
	uint8_t	 buf[2048];
} record[RECORD_MAX];
static size_t	 nrecord;

static void	 state_get(struct bench *, struct state *);
static void	 unchanged(struct bench *, const struct state *);
static void	 say(struct bench *, int, int, const void *, size_t);
static void	 session(struct bench *);

static void
state_get(struct bench *b, struct state *s)
{
	struct ctl_link	 cl;
	int		 i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < b->nlinks; i++) {
		cl = bench_ctl(b, i);
		s->state[i] = cl.state;
		s->usable[i] = cl.usable;
		s->remote[i] = cl.remote;
	}
	s->ups = b->ups;
	s->downs = b->downs;
	s->moves = b->moves;
	s->packets = b->packets;
	s->handshakes = bench_counters(b).handshakes;
}

static void
unchanged(struct bench *b, const struct state *want)
{
	struct state	 s;

	state_get(b, &s);
	CHECK_MEM(&s, want, sizeof(s));
}

/* As bench_from(), recorded. */
static void
say(struct bench *b, int link, int type, const void *plain, size_t len)
{
	CHECK(nrecord < RECORD_MAX);
	record[nrecord].link = link;
	record[nrecord].len = old_make(&b->old[link], type, plain, len,
	    b->now, record[nrecord].buf);
	bench_give(b, link, NULL, record[nrecord].buf, record[nrecord].len);
	nrecord++;
}

/* Two links come up and carry packets for two seconds. */
static void
session(struct bench *b)
{
	uint8_t	 ip[64];
	int	 i, s;

	nrecord = 0;
	bench_run(b, 0);
	for (i = 0; i < 2; i++) {
		say(b, i, b->flags & BENCH_SERVER ? OLD_AUTH : OLD_AUTH_OK,
		    b->flags & BENCH_SERVER ? "AU" : "OK", 2);
		say(b, i, OLD_KEEPALIVE, NULL, 0);
	}
	for (s = 0; s < 4; s++) {
		bench_packet(ip, 60, 6, s);
		for (i = 0; i < 2; i++) {
			b->old[i].data_seq = 2 * s + i;
			say(b, i, OLD_DATA, ip, 60);
			say(b, i, OLD_KEEPALIVE, NULL, 0);
		}
		bench_run(b, 500000);
	}
	bench_clear(b);
}

static void
test_replay(void)
{
	struct state	 s;
	struct bench	*b;
	struct addr	 other;
	size_t		 i;
	int		 flags, times;

	for (flags = 0; flags <= BENCH_SERVER; flags += BENCH_SERVER) {
		b = bench_new(flags, 2);
		session(b);
		state_get(b, &s);
		other = b->peer[0];
		other.ip[0]++;
		for (times = 0; times < 3; times++)
			for (i = 0; i < nrecord; i++) {
				bench_give(b, record[i].link, NULL,
				    record[i].buf, record[i].len);
				bench_give(b, record[i].link, &other,
				    record[i].buf, record[i].len);
			}
		unchanged(b, &s);
		CHECK_EQ(bench_counters(b).rx_replayed, nrecord * 6);
		CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
		bench_free(b);
	}
}

/* What one link has brought, given to another that is down, or was made
 * anew. */
static void
test_elsewhere(void)
{
	struct link_conf lc;
	struct state	 s;
	struct bench	*b;
	struct addr	 other;
	size_t		 i;
	int		 flags, round;

	for (flags = 0; flags <= BENCH_SERVER; flags += BENCH_SERVER) {
		b = bench_new(flags, 2);
		session(b);
		other = b->peer[1];
		other.ip[0]++;
		for (i = 0; i < 8; i++) {
			bench_run(b, 500000);
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		}
		CHECK_EQ(bench_ctl(b, 0).state, LINK_UP);
		CHECK_EQ(bench_ctl(b, 1).state, LINK_DOWN);
		for (round = 0; round < 3; round++) {
			state_get(b, &s);
			for (i = 0; i < nrecord; i++) {
				bench_give(b, 0, &other, record[i].buf,
				    record[i].len);
				bench_give(b, 1, &other, record[i].buf,
				    record[i].len);
			}
			unchanged(b, &s);
			if (round == 2)
				break;
			/* taken out and put in again, by the operator and by
			 * the configuration */
			if (round == 0) {
				CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl2",
				    0, b->now), 0);
				CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl2",
				    1, b->now), 0);
			} else {
				lc = bench_link_conf(b, 1);
				CHECK_EQ(tunnel_unlink(b->tunnel, "dsl2",
				    b->now), 0);
				CHECK_EQ(tunnel_link(b->tunnel, &lc, b->now),
				    0);
				bench_socket(b, 1);
			}
			bench_run(b, 1000);
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		}
		TEST("\tthe peer itself may have changed links");
		b->old[1] = b->old[0];
		bench_from(b, 1, flags ? OLD_AUTH : OLD_AUTH_OK,
		    flags ? "AU" : "OK", 2);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
		CHECK_EQ(bench_ctl(b, 1).state, LINK_UP);
		bench_free(b);
	}
}

static void
test_hijack(void)
{
	struct bench	*b;
	struct addr	 other;
	size_t		 i, n;

	b = bench_new(BENCH_SERVER, 2);
	session(b);
	other = b->peer[0];
	other.ip[0]++;
	/* the peer is silent for a while, nearly given up */
	bench_run(b, 1500000);
	for (i = 0; i < nrecord; i++)
		bench_give(b, record[i].link, &other, record[i].buf,
		    record[i].len);
	for (i = 0; i < 20; i++)
		bench_input(b, 1000);
	bench_run(b, 100000);
	CHECK_EQ(bench_count(b, OLD_DATA), 20);
	for (n = 0; n < b->nsent; n++)
		CHECK(!addr_equal(&b->sent[n].ep.remote, &other));
	bench_free(b);
}

/* Each bit of the header of something new, which then is lost. */
static void
test_header(void)
{
	struct bench	*b;
	struct state	 s;
	uint8_t		 buf[64];
	size_t		 i, n;
	int		 bit;

	b = bench_new(BENCH_SERVER, 2);
	session(b);
	b->packets = 0;
	state_get(b, &s);
	for (i = 0; i < MLVPN2_HDRLEN; i++)
		for (bit = 0; bit < 8; bit++) {
			n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0,
			    b->now, buf);
			buf[i] ^= 1 << bit;
			bench_give(b, 0, NULL, buf, n);
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
			bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
			bench_run(b, 100000);
		}
	CHECK_EQ(b->packets, 0);
	unchanged(b, &s);

	TEST("\ta KEEPALIVE made a DISCONNECT: no packet is lost");
	n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf);
	buf[2] ^= 0x60;
	bench_give(b, 0, NULL, buf, n);
	bench_clear(b);
	for (i = 0; i < 10; i++)
		bench_input(b, 500);
	bench_run(b, 1000);
	CHECK_EQ(bench_count(b, OLD_DATA), 10);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	unchanged(b, &s);
	bench_free(b);

	TEST("\tnor on a single link");
	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf);
	buf[2] ^= 0x60;
	bench_give(b, 0, NULL, buf, n);
	for (i = 0; i < 10; i++)
		bench_input(b, 500);
	bench_run(b, 1000);
	CHECK_EQ(bench_count(b, OLD_DATA), 10);
	CHECK_EQ(b->downs, 0);
	bench_free(b);
}

/* The same ciphertext with another number of the packet. */
static void
test_forged_data_seq(void)
{
	struct bench	*b;
	uint8_t		 ip[64], buf[128];
	size_t		 i, n, m;

	b = bench_new(BENCH_SERVER, 2);
	session(b);
	b->old[0].data_seq = 8;
	for (i = 0; i < 300; i++) {
		bench_packet(ip, 60, 6, i);
		n = old_make(&b->old[0], OLD_DATA, ip, 60, b->now, buf);
		if (i % 10 == 5) {
			for (m = 20; m < 28; m++)
				buf[m] ^= i * 7 * m;
		}
		bench_give(b, 0, NULL, buf, n);
		bench_run(b, 1000);
	}
	bench_run(b, 101000);
	CHECK_EQ(b->packets, 300);
	TEST("\tas the others come, in time and in order");
	bench_clear(b);
	for (i = 0; i < 10; i++) {
		bench_packet(ip, 60, 6, i);
		bench_from(b, 0, OLD_DATA, ip, 60);
		CHECK_EQ(b->packets, i + 1);
		CHECK_EQ(b->packet[43], i);
	}
	bench_free(b);
}

/* An echo service without the key in place of a server. */
static void
test_echo(void)
{
	struct bench	*b;
	size_t		 i, n;
	int		 s;

	b = bench_new(0, 2);
	for (s = 0; s < 50; s++) {
		bench_run(b, 100000);
		n = b->nsent;
		for (i = 0; i < n; i++) {
			bench_give(b, 0, NULL, b->sent[i].buf, b->sent[i].len);
			bench_give(b, 1, NULL, b->sent[i].buf, b->sent[i].len);
			b->sent[i].buf[2] = 0x11;	/* AUTH_OK */
			bench_give(b, 0, NULL, b->sent[i].buf, b->sent[i].len);
		}
		CHECK(n == b->nsent);
		bench_clear(b);
	}
	CHECK_EQ(b->ups, 0);
	CHECK(bench_ctl(b, 0).state != LINK_UP);
	bench_free(b);
}

/* Whoever knows address and port only. */
static void
test_clear(void)
{
	struct bench	*b;
	struct old	 forger;
	struct addr	 other;
	struct state	 s;
	uint8_t		 ip[64], buf[128];
	size_t		 n;
	int		 i;

	b = bench_new(BENCH_SERVER | BENCH_CLEAR, 2);
	session(b);
	state_get(b, &s);
	memset(&forger, 0, sizeof(forger));
	forger.clear = forger.version = forger.reorder = 1;
	bench_packet(ip, 60, 6, 1);
	other = b->peer[0];
	other.ip[0]++;
	for (i = 0; i < 1000; i++) {
		forger.flow = i * 7919;
		forger.seq = forger.data_seq = (uint64_t)i << 33;
		n = old_make(&forger, OLD_DATA, ip, 60, b->now, buf);
		bench_give(b, 0, &other, buf, n);
		bench_give(b, 0, NULL, buf, n);
	}
	unchanged(b, &s);
	CHECK_EQ(bench_counters(b).rx_rejected, 2000);
	TEST("\twho knows the flow: no address, and no effect on the others");
	forger.flow = b->old[0].flow;
	for (i = 0; i < 100; i++) {
		forger.seq = forger.data_seq = ((uint64_t)i << 33) + 77;
		n = old_make(&forger, OLD_DATA, ip, 60, b->now, buf);
		bench_give(b, 0, &other, buf, n);
		bench_give(b, 0, NULL, buf, n);
	}
	bench_run(b, 100000);
	bench_clear(b);
	for (i = 0; i < 50; i++) {
		bench_from(b, 0, OLD_DATA, ip, 60);
		if (i % 10 == 0)
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	}
	bench_run(b, 100000);
	CHECK_EQ(b->packets, 50);
	CHECK_EQ(b->moves, 0);
	CHECK_EQ(b->downs, 0);
	bench_free(b);
}

/* All of a session of an earlier run, to a process that remembers it. */
static void
test_restart(void)
{
	struct bench	*b;
	struct state	 s;
	struct addr	 other;
	size_t		 i;
	int		 flags, times;

	for (flags = 0; flags <= BENCH_SERVER; flags += BENCH_SERVER) {
		TEST("\t%s", flags ? "a server" : "a client");
		b = bench_new(flags, 2);
		session(b);
		other = b->peer[0];
		other.ip[0]++;
		for (times = 0; times < 3; times++) {
			bench_restart(b, 1);
			bench_run(b, 100000);
			state_get(b, &s);
			for (i = 0; i < nrecord; i++) {
				bench_give(b, 0, &other, record[i].buf,
				    record[i].len);
				bench_give(b, 1, NULL, record[i].buf,
				    record[i].len);
			}
			unchanged(b, &s);
			CHECK_EQ(bench_counters(b).rx_replayed, nrecord * 2);
		}
		TEST("\tthe peer goes on, or begins anew");
		b->old[1].flow++;
		b->old[1].seq = 0;
		for (i = 0; i < 2; i++) {
			bench_from(b, i, flags ? OLD_AUTH : OLD_AUTH_OK,
			    flags ? "AU" : "OK", 2);
			bench_from(b, i, OLD_KEEPALIVE, NULL, 0);
			CHECK_EQ(bench_ctl(b, i).state, LINK_UP);
		}
		bench_free(b);
	}
	TEST("\tas many flows as can be, and those of another secret");
	b = bench_new(BENCH_SERVER, 2);
	for (i = 0; i < 300; i++) {
		nrecord = 0;
		b->old[0].flow = 5000 + i;
		b->old[0].seq = 0;
		say(b, 0, OLD_AUTH, "AU", 2);
		bench_run(b, 100000);
	}
	bench_restart(b, 1);
	bench_give(b, 0, NULL, record[0].buf, record[0].len);
	CHECK_EQ(bench_counters(b).rx_replayed, 1);
	mlvpn2_key(b->conf.psk, "another");
	old_key(b->old[0].key, "another");
	bench_restart(b, 1);
	b->old[0].seq = 0;
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	CHECK_EQ(bench_counters(b).rx_replayed, 0);
	bench_free(b);
}

/* A session of an earlier run, replayed to a process that has not seen it. */
static void
test_recorded(void)
{
	struct ctl_link	 cl;
	struct bench	*b;
	struct addr	 other;
	size_t		 i;

	b = bench_new(BENCH_SERVER, 2);
	session(b);
	b->ups = 0;
	bench_restart(b, 0);
	other = b->peer[0];
	other.ip[0]++;
	TEST("\tno AUTH brings a link up");
	for (i = 0; i < nrecord; i++)
		if (record[i].buf[2] >> 4 == OLD_AUTH)
			bench_give(b, record[i].link, &other, record[i].buf,
			    record[i].len);
	bench_run(b, 100000);
	CHECK_EQ(b->ups, 0);
	CHECK_EQ(bench_ctl(b, 0).usable, 0);
	TEST("\tnor does it keep the true peer out");
	bench_clear(b);
	for (i = 0; i < 2; i++) {
		b->old[i].flow += 77;
		b->old[i].seq = 0;
		bench_from(b, i, OLD_AUTH, "AU", 2);
		bench_from(b, i, OLD_KEEPALIVE, NULL, 0);
		CHECK_EQ(bench_ctl(b, i).state, LINK_UP);
		cl = bench_ctl(b, i);
		CHECK(addr_equal(&cl.remote, &b->peer[i]));
	}
	TEST("\tnor drive it out");
	bench_clear(b);
	for (i = 0; i < nrecord; i++)
		bench_give(b, record[i].link, &other, record[i].buf,
		    record[i].len);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_UP);
	CHECK_EQ(bench_ctl(b, 1).state, LINK_UP);
	CHECK_EQ(b->packets, 0);
	CHECK_EQ(b->moves, 0);
	CHECK_EQ(b->downs, 0);
	bench_free(b);
}

static void
test_garbage(void)
{
	struct bench	*b;
	struct state	 s;
	uint8_t		 buf[1600];
	uint32_t	 r = 1;
	size_t		 len, j;
	int		 flags, i;

	for (flags = 0; flags < 8; flags++) {
		b = bench_new(flags & 3 ? flags : flags | BENCH_TAP, 2);
		session(b);
		state_get(b, &s);
		for (i = 0; i < 20000; i++) {
			r = r * 1103515245 + 12345;
			if (i % 2 == 0) {
				j = (r >> 8) % nrecord;
				len = record[j].len;
				memcpy(buf, record[j].buf, len);
				buf[(r >> 16) % len] ^= 1 << (i % 8);
			} else {
				len = (r >> 8) % sizeof(buf);
				for (j = 0; j < len; j++) {
					r = r * 1103515245 + 12345;
					buf[j] = r >> 16;
				}
				if (len >= 28) {
					buf[0] = (len - 28) >> 8;
					buf[1] = (len - 28) & 0xff;
				}
			}
			bench_give(b, i % 2, NULL, buf, len);
		}
		if (!(flags & BENCH_CLEAR))
			unchanged(b, &s);
		CHECK_EQ(b->downs, 0);
		CHECK_EQ(b->moves, 0);
		bench_free(b);
	}
}

const struct mlvpn2_tests attack_tests[] = {
	{ "attack-replay", test_replay, "datagrams replayed (1)" },
	{ "attack-elsewhere", test_elsewhere, "on another link (1, 2)" },
	{ "attack-hijack", test_hijack, "from elsewhere (2)" },
	{ "attack-header", test_header, "headers changed (3, 5)" },
	{ "attack-data-seq", test_forged_data_seq, "packets' numbers (4)" },
	{ "attack-echo", test_echo, "reflection (6)" },
	{ "attack-clear", test_clear, "packets in the clear (7, 8, 13)" },
	{ "attack-restart", test_restart, "an earlier run's (1, 2, 12)" },
	{ "attack-recorded", test_recorded, "one that nobody remembers (1, 12)" },
	{ "attack-garbage", test_garbage, "random and damaged datagrams" },
	{ NULL, NULL, NULL }
};
