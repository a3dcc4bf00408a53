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
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wire.h"
#include "../test.h"

#define SOCK(n)	((uint32_t)(n) + 10)

static void	 bench_random(void *, void *, size_t);
static void	 bench_event(void *, const struct core_event *);
static void	 bench_start(struct bench *);
static void	 bench_flush(struct bench *);
static struct addr bench_addr(const char *, int, uint16_t);

static struct addr
bench_addr(const char *net, int n, uint16_t port)
{
	struct addr	 a;
	char		 buf[32];

	snprintf(buf, sizeof(buf), "%s.%d", net, n + 1);
	CHECK_EQ(addr_pton(&a, buf), 0);
	a.port = port + n;
	return (a);
}

struct bench *
bench_new(int flags, int nlinks)
{
	struct bench	*b;
	struct old	*o;
	int		 i;

	if ((b = calloc(1, sizeof(*b))) == NULL ||
	    (b->sent = calloc(BENCH_SENT, sizeof(*b->sent))) == NULL)
		err(1, NULL);
	b->flags = flags;
	b->nlinks = nlinks;
	b->now = 1000 * USEC;
	b->wall = 1700000000 * USEC;
	b->conf.id = 1;
	strlcpy(b->conf.name, "home", sizeof(b->conf.name));
	b->conf.protocol = PROTO_MLVPN2;
	b->conf.cleartext = (flags & BENCH_CLEAR) != 0;
	b->conf.layer2 = (flags & BENCH_TAP) != 0;
	b->conf.max_mss = 1;
	b->conf.has_psk = 1;
	mlvpn2_key(b->conf.psk, PASSWORD);
	for (i = 0; i < nlinks; i++) {
		b->peer[i] = flags & BENCH_SERVER ?
		    bench_addr("198.51.100", i, 40001) :
		    bench_addr("192.0.2", i, 5081);
		o = &b->old[i];
		old_key(o->key, PASSWORD);
		o->clear = b->conf.cleartext;
		o->server = !(flags & BENCH_SERVER);
		o->version = o->reorder = 1;
		o->flow = 0x01010101 * (i + 1);
		o->timeout = 60 * USEC;
	}
	bench_start(b);
	return (b);
}

static void
bench_start(struct bench *b)
{
	struct core_ops		 ops = { bench_random, bench_event, b, 1 };
	struct link_conf	 lc;
	int			 i;

	b->core = core_new(&ops, 2048);
	CHECK(b->core != NULL);
	core_clock(b->core, b->now, b->now + b->wall);
	b->tunnel = tunnel_new(b->core, &b->conf, b->now);
	CHECK(b->tunnel != NULL);
	for (i = 0; i < b->nlinks; i++) {
		lc = bench_link_conf(b, i);
		CHECK_EQ(tunnel_link(b->tunnel, &lc, b->now), 0);
		bench_socket(b, i);
	}
}

/* The process dies and another one runs, which has read what that had
 * written if it is to remember. */
void
bench_restart(struct bench *b, int remember)
{
	struct peer_flow	 flows[1024];
	size_t			 n;

	n = core_flows(b->core, flows, 1024);
	core_free(b->core);
	bench_start(b);
	if (remember)
		tunnel_flows(b->tunnel, flows, n);
}

void
bench_free(struct bench *b)
{
	struct ctl_summary	 cs;

	bench_run(b, 200000);
	core_summary(b->core, &cs);
	CHECK_EQ(cs.pkts_used, 0);
	core_free(b->core);
	free(b->sent);
	free(b);
}

struct link_conf
bench_link_conf(struct bench *b, int n)
{
	struct link_conf	 lc;

	memset(&lc, 0, sizeof(lc));
	snprintf(lc.name, sizeof(lc.name), "dsl%d", n + 1);
	lc.rtable = RTABLE_DEFAULT;
	if (b->flags & BENCH_SERVER)
		lc.listen = bench_addr("192.0.2", n, 5081);
	else
		lc.nremote = 1;
	return (lc);
}

void
bench_socket(struct bench *b, int n)
{
	struct endpoint	 ep;
	char		 name[16];

	memset(&ep, 0, sizeof(ep));
	ep.sock = SOCK(n);
	if (!(b->flags & BENCH_SERVER))
		ep.remote = b->peer[n];
	snprintf(name, sizeof(name), "dsl%d", n + 1);
	CHECK_EQ(tunnel_socket(b->tunnel, name, &ep, 1500, b->now), 0);
}

static void
bench_random(void *arg, void *buf, size_t len)
{
	struct bench	*b = arg;
	uint8_t		*p = buf;

	while (len-- > 0) {
		b->rng = b->rng * 6364136223846793005ULL +
		    1442695040888963407ULL;
		*p++ = b->rng >> 56;
	}
}

static void
bench_event(void *arg, const struct core_event *ev)
{
	struct bench	*b = arg;

	switch (ev->type) {
	case CORE_LINK_UP:
		b->ups++;
		break;
	case CORE_LINK_DOWN:
		b->downs++;
		break;
	case CORE_LINK_MOVED:
		b->moves++;
		break;
	default:
		break;
	}
}

void
bench_clear(struct bench *b)
{
	b->nsent = 0;
	b->packets = 0;
}

/* All that the core has for the links and for the interface. */
static void
bench_flush(struct bench *b)
{
	static uint8_t		 buf[PKT_SIZE];
	struct bench_dgram	*bd;
	struct dgram		 dg;
	struct pkt		*p;

	for (;;) {
		memset(&dg, 0, sizeof(dg));
		dg.buf = buf;
		if (core_transmit(b->core, &dg, 1, b->now) == 0)
			break;
		CHECK(dg.len <= MLVPN2_DGRAM_MAX);
		if (b->nsent == BENCH_SENT)
			errx(1, "too much was sent");
		bd = &b->sent[b->nsent++];
		bd->time = b->now;
		bd->ep = dg.ep;
		bd->len = dg.len;
		memcpy(bd->buf, dg.buf, dg.len);
		bd->plainlen = old_parse(b->conf.psk, b->conf.cleartext,
		    dg.buf, dg.len, &bd->h, bd->plain);
		CHECK(bd->plainlen != -1);
	}
	while (tunnel_output(b->tunnel, &p, 1, b->now) == 1) {
		b->packets++;
		b->len = p->len;
		CHECK(p->len <= sizeof(b->packet));
		memcpy(b->packet, PKT_DATA(p), p->len);
		pkt_put(core_pool(b->core), p);
	}
}

void
bench_run(struct bench *b, uint64_t time)
{
	uint64_t	 until = b->now + time, next;
	unsigned int	 spins = 0;

	for (;;) {
		bench_flush(b);
		next = core_deadline(b->core, b->now);
		if (next <= b->now) {
			CHECK(++spins < 100);
			continue;
		}
		spins = 0;
		if (next > until)
			break;
		b->now = next;
		core_clock(b->core, b->now, b->now + b->wall);
	}
	b->now = until;
}

void
bench_give(struct bench *b, int link, const struct addr *src,
    const uint8_t *buf, size_t len)
{
	static uint8_t	 room[PKT_SIZE];
	struct dgram	 dg;

	memset(&dg, 0, sizeof(dg));
	dg.buf = room;
	dg.len = len;
	memcpy(room, buf, len);
	dg.ep.sock = SOCK(link);
	dg.ep.remote = src != NULL ? *src : b->peer[link];
	core_receive(b->core, &dg, 1, b->now);
	bench_run(b, 0);
}

void
bench_from(struct bench *b, int link, int type, const void *plain, size_t len)
{
	uint8_t	 buf[2048];
	size_t	 n;

	n = old_make(&b->old[link], type, plain, len, b->now, buf);
	bench_give(b, link, NULL, buf, n);
}

void
bench_up(struct bench *b)
{
	int	 i;

	bench_run(b, 0);
	for (i = 0; i < b->nlinks; i++) {
		if (b->flags & BENCH_SERVER)
			bench_from(b, i, OLD_AUTH, "AU", 2);
		else
			bench_from(b, i, OLD_AUTH_OK, "OK", 2);
		bench_from(b, i, OLD_KEEPALIVE, NULL, 0);
		CHECK_EQ(bench_ctl(b, i).state, LINK_UP);
		CHECK_EQ(bench_ctl(b, i).usable, 1);
	}
	bench_clear(b);
}

/* A packet of that length comes from the interface. */
void
bench_input(struct bench *b, size_t len)
{
	struct pkt	*p;

	CHECK((p = pkt_get(core_pool(b->core))) != NULL);
	p->len = bench_packet(PKT_DATA(p), len, 17, 0);
	tunnel_input(b->tunnel, &p, 1, b->now);
}

unsigned int
bench_count(struct bench *b, int type)
{
	unsigned int	 n = 0;
	size_t		 i;

	for (i = 0; i < b->nsent; i++)
		n += b->sent[i].h.type == (unsigned int)type;
	return (n);
}

struct bench_dgram *
bench_last(struct bench *b, int type)
{
	size_t	 i;

	for (i = b->nsent; i > 0; i--)
		if (b->sent[i - 1].h.type == (unsigned int)type)
			return (&b->sent[i - 1]);
	errx(1, "none of type %d was sent", type);
}

struct ctl_link
bench_ctl(struct bench *b, int link)
{
	struct ctl_link	 cl[BENCH_LINKS];
	size_t		 n;

	memset(cl, 0, sizeof(cl));
	n = tunnel_ctl_links(b->tunnel, cl, BENCH_LINKS, b->now);
	CHECK((size_t)link < n);
	return (cl[link]);
}

struct ctl_tunnel
bench_counters(struct bench *b)
{
	struct ctl_tunnel	 ct;

	memset(&ct, 0, sizeof(ct));
	tunnel_ctl(b->tunnel, &ct, b->now);
	return (ct);
}

size_t
bench_packet(uint8_t *buf, size_t len, int protocol, uint32_t number)
{
	CHECK(len >= 48);
	memset(buf, 0, len);
	buf[0] = 0x45;
	put16(buf + 2, len);
	buf[8] = 64;
	buf[9] = protocol;
	put32(buf + 12, 0x0a2c2b01);
	put32(buf + 16, 0x0a2c2b02);
	put16(buf + 20, 1234);
	put16(buf + 22, 80);
	buf[32] = 5 << 4;		/* TCP header length */
	buf[33] = 0x10;
	put32(buf + 40, number);
	return (len);
}
