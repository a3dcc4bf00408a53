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
 * What the cores take to carry a transfer: two of them in memory, joined by
 * equal links whose datagrams are handed on without a copy, in virtual time.
 * Linked with the daemon's scheduler it is the one program, with round_robin.c
 * the other.  Prints the microseconds of processor time per gigabit that came
 * out, of both ends together.
 */

#include <sys/types.h>
#include <sys/resource.h>

#include <err.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define LINKS_MAX	8
#define RATE		1000000000ULL	/* bit/s of each link */
#define LOAD		95		/* percent of that is sent */
#define DELAY		5000		/* us */
#define TICK		100		/* us */
#define FLOWS		16
#define PACKET		1400		/* bytes */
#define POOL		16384
#define FLIGHT		65536		/* datagrams, power of two */
#define WARM_UP		200000

/* A datagram on a link. */
struct flight {
	uint64_t	 arrival;
	struct dgram	 dg;
};

struct end {
	struct core	*core;
	struct tunnel	*tunnel;
	struct flight	*flight;	/* what it has sent */
	size_t		 head, tail;
	uint64_t	 packets;	/* that came out */
};

static void	 end_new(struct end *);
static void	 add_links(struct end *, int);
static void	 random_bytes(void *, void *, size_t);
static void	 no_event(void *, const struct core_event *);
static void	 step(void);
static void	 arrive(struct end *, struct end *);
static void	 leave(struct end *);
static void	 offer(struct end *, int);
static struct pkt *packet(struct end *, uint32_t);
static uint64_t	 cpu_time(void);

static struct end	 ends[2];	/* client, server */
static uint64_t		 now = USEC;
static uint64_t		 owed;		/* bits to be sent, times TICK */

int
main(int argc, char *argv[])
{
	uint64_t	 begin, end, before;
	int		 nlinks, ms;

	if (argc != 3 || (nlinks = atoi(argv[1])) < 1 || nlinks > LINKS_MAX ||
	    (ms = atoi(argv[2])) < 1)
		errx(1, "usage: %s links milliseconds", argv[0]);
	if (sodium_init() == -1)
		errx(1, "sodium_init");
	end_new(&ends[0]);
	end_new(&ends[1]);
	add_links(&ends[0], nlinks);
	for (end = now + WARM_UP; now < end; step())
		continue;
	for (end = now + WARM_UP; now < end; step())
		offer(&ends[0], nlinks);

	before = ends[1].packets;
	begin = cpu_time();
	for (end = now + ms * 1000; now < end; step())
		offer(&ends[0], nlinks);
	begin = cpu_time() - begin;
	if (ends[1].packets - before < ms * nlinks *
	    (RATE / 1000 / 100 * (LOAD - 15) / 8 / PACKET))
		errx(1, "only %llu packets came out",
		    (unsigned long long)(ends[1].packets - before));
	printf("%.0f\n", begin * 1e9 / ((ends[1].packets - before) * PACKET *
	    8.0));
	return (0);
}

static void
end_new(struct end *e)
{
	static const struct core_ops	 ops = { random_bytes, no_event, NULL,
	    0 };
	struct tunnel_conf		 conf;
	size_t				 i;

	memset(&conf, 0, sizeof(conf));
	conf.id = 1;
	strlcpy(conf.name, "home", sizeof(conf.name));
	conf.protocol = PROTO_V3;
	conf.has_psk = 1;
	memset(conf.psk, 7, sizeof(conf.psk));
	if ((e->core = core_new(&ops, POOL)) == NULL ||
	    (e->flight = calloc(FLIGHT, sizeof(*e->flight))) == NULL)
		err(1, NULL);
	for (i = 0; i < FLIGHT; i++)
		if ((e->flight[i].dg.buf = malloc(PKT_SIZE)) == NULL)
			err(1, NULL);
	core_clock(e->core, now, now + 1700000000 * USEC);
	if ((e->tunnel = tunnel_new(e->core, &conf, now)) == NULL)
		err(1, "tunnel_new");
}

/* Link n has socket n + 1 at the client; the server has one, 1. */
static void
add_links(struct end *e, int nlinks)
{
	struct link_conf	 lc;
	struct endpoint		 ep;
	int			 i;

	for (i = 0; i < nlinks; i++) {
		memset(&lc, 0, sizeof(lc));
		snprintf(lc.name, sizeof(lc.name), "dsl%d", i + 1);
		lc.rtable = RTABLE_DEFAULT;
		lc.nremote = 1;
		lc.up.rate = lc.down.rate = RATE;
		memset(&ep, 0, sizeof(ep));
		ep.sock = i + 1;
		if (addr_pton(&ep.remote, "192.0.2.1") == -1)
			errx(1, "addr_pton");
		ep.remote.port = 5080;
		if (tunnel_link(e->tunnel, &lc, now) == -1 ||
		    tunnel_socket(e->tunnel, lc.name, &ep, 1500, now) == -1)
			errx(1, "%s", lc.name);
	}
}

static void
random_bytes(void *arg, void *buf, size_t len)
{
	randombytes_buf(buf, len);
}

static void
no_event(void *arg, const struct core_event *ev)
{
}

static void
step(void)
{
	now += TICK;
	arrive(&ends[0], &ends[1]);
	arrive(&ends[1], &ends[0]);
	leave(&ends[0]);
	leave(&ends[1]);
}

static void
arrive(struct end *from, struct end *to)
{
	struct dgram	 dg[BATCH_MAX];
	struct pkt	*p[BATCH_MAX];
	struct flight	*f;
	size_t		 i, n, from_head;

	do {
		from_head = from->head;
		for (n = 0; n < BATCH_MAX && from->head != from->tail; n++) {
			f = &from->flight[from->head % FLIGHT];
			if (f->arrival > now)
				break;
			dg[n] = f->dg;
			/* what the client has sent comes from a port for each
			 * link, what the server has sent goes there */
			if (from == &ends[0]) {
				dg[n].ep.remote.port = 40000 + f->dg.ep.sock;
				dg[n].ep.sock = 1;
			} else {
				dg[n].ep.sock = f->dg.ep.remote.port - 40000;
				dg[n].ep.remote.port = 5080;
			}
			from->head++;
		}
		core_receive(to->core, dg, n, now);
	} while (from->head != from_head);

	do {
		n = tunnel_output(to->tunnel, p, BATCH_MAX, now);
		for (i = 0; i < n; i++)
			pkt_put(core_pool(to->core), p[i]);
		to->packets += n;
	} while (n == BATCH_MAX);
}

static void
leave(struct end *e)
{
	struct dgram	 dg[BATCH_MAX];
	size_t		 i, n, most;

	do {
		most = FLIGHT - (e->tail - e->head);
		if (most > BATCH_MAX)
			most = BATCH_MAX;
		for (i = 0; i < most; i++)
			dg[i] = e->flight[(e->tail + i) % FLIGHT].dg;
		n = core_transmit(e->core, dg, most, now);
		for (i = 0; i < n; i++, e->tail++) {
			e->flight[e->tail % FLIGHT].arrival = now + DELAY;
			e->flight[e->tail % FLIGHT].dg = dg[i];
		}
	} while (n == BATCH_MAX);
}

static void
offer(struct end *e, int nlinks)
{
	static uint32_t	 number;
	struct pkt	*p;

	owed += nlinks * RATE / 100 * LOAD / USEC * TICK;
	for (; owed >= PACKET * 8; owed -= PACKET * 8)
		if ((p = packet(e, number++)) != NULL)
			tunnel_input(e->tunnel, &p, 1, now);
}

/* Of a bulk TCP flow. */
static struct pkt *
packet(struct end *e, uint32_t n)
{
	static const uint8_t	 header[40] = {
		0x45, 0, PACKET >> 8, PACKET & 0xff, 0, 0, 0x40, 0, 64, 6, 0,
		0, 10, 0, 0, 1, 10, 0, 0, 2, 0x80, 0, 0, 80, [32] = 0x50, 0x10,
		0xff, 0xff
	};
	struct pkt		*p;

	if ((p = pkt_get(core_pool(e->core))) == NULL)
		return (NULL);
	memcpy(PKT_DATA(p), header, sizeof(header));
	PKT_DATA(p)[21] = n % FLOWS;
	p->len = PACKET;
	return (p);
}

/* Microseconds. */
static uint64_t
cpu_time(void)
{
	struct rusage	 ru;

	if (getrusage(RUSAGE_SELF, &ru) == -1)
		err(1, "getrusage");
	return ((ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * USEC +
	    ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
}
