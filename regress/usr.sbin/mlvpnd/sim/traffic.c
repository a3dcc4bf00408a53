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
 * Inner traffic: datagrams at a constant rate, pings, and the common part of
 * all flows.  Packets have proper IPv4 headers, so that the core can tell
 * flows apart; a flow's number is in its ports or its ICMP identifier.  In a
 * tunnel of layer 2 they are in Ethernet frames.
 */

#include <sys/types.h>
#include <netinet/in.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "wire.h"

#define ETHERLEN	14
#define IPLEN		20
#define UDPLEN		8
#define STAMPLEN	16		/* number and time of sending */
#define MINLEN		(IPLEN + UDPLEN + STAMPLEN)
#define FIRST_PORT	10000
#define SERVER_PORT	5001
#define FLOW_MAX	50000

#define ECHO_REPLY	0
#define ECHO_REQUEST	8

static const uint8_t	 ether[ETHERLEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1,
			    8, 0 };

static struct sim_flow	*flow_new(enum sim_flow_type, struct sim_host *,
			    struct sim_host *, size_t, uint64_t, uint64_t);
static void		 flow_tick(struct sim *, void *);
static void		 stamp_send(struct sim_flow *);
static void		 stamp_input(struct sim_flow *, const uint8_t *,
			    size_t);
static void		 echo(struct sim_flow *, const uint8_t *, size_t);
static uint8_t		 filling(uint64_t, size_t);
static int		 seen_before(struct sim_flow *, uint64_t);
static uint16_t		 checksum(const uint8_t *, size_t);

static struct sim_flow *
flow_new(enum sim_flow_type type, struct sim_host *from, struct sim_host *to,
    size_t size, uint64_t start, uint64_t stop)
{
	struct sim	*sim = from->sim;
	struct sim_flow	*f;

	if (sim->nflows == FLOW_MAX)
		errx(1, "too many flows");
	f = sim_calloc(1, sizeof(*f));
	f->sim = sim;
	f->id = sim->nflows;
	f->type = type;
	f->host[0] = from;
	f->host[1] = to;
	f->size = size;
	f->running = 1;
	f->start = start > sim->now ? start : sim->now;
	f->stop = stop;
	f->last = f->start;
	if (sim->nflows == sim->flowsize) {
		sim->flowsize = sim->flowsize == 0 ? 64 : 2 * sim->flowsize;
		sim->flows = sim_realloc(sim->flows, (size_t)sim->flowsize,
		    sizeof(*sim->flows));
	}
	sim->flows[sim->nflows++] = f;
	return (f);
}

struct sim_flow *
sim_udp(struct sim_host *from, struct sim_host *to, uint64_t rate,
    size_t size, uint64_t start, uint64_t stop)
{
	struct sim_flow	*f;

	if (size < MINLEN)
		errx(1, "packet too small");
	f = flow_new(SIM_UDP, from, to, size, start, stop);
	f->interval = size * 8 * USEC / rate;
	sim_at(f->sim, f->start, flow_tick, f);
	return (f);
}

struct sim_flow *
sim_ping(struct sim_host *from, struct sim_host *to, uint64_t interval,
    uint64_t start, uint64_t stop)
{
	struct sim_flow	*f;

	f = flow_new(SIM_PING, from, to, 84, start, stop);
	f->interval = interval;
	sim_at(f->sim, f->start, flow_tick, f);
	return (f);
}

struct sim_flow *
sim_echo(struct sim_host *from, struct sim_host *to, uint64_t interval,
    size_t size, uint64_t start, uint64_t stop)
{
	struct sim_flow	*f;

	if (size < MINLEN)
		errx(1, "packet too small");
	f = flow_new(SIM_ECHO, from, to, size, start, stop);
	f->interval = interval;
	sim_at(f->sim, f->start, flow_tick, f);
	return (f);
}

struct sim_flow *
sim_tcp(struct sim_host *from, struct sim_host *to, size_t mtu,
    uint64_t limit, uint64_t start, uint64_t stop)
{
	struct sim_flow	*f;

	f = flow_new(SIM_TCP, from, to, mtu, start, stop);
	f->limit = limit;
	f->tcp = tcp_new(f);
	sim_at(f->sim, f->start, tcp_start, f);
	return (f);
}

void
sim_flow_stop(struct sim_flow *f)
{
	f->running = 0;
	if (f->stop > f->sim->now)
		f->stop = f->sim->now;
}

void
sim_flow_free(struct sim_flow *f)
{
	tcp_free(f->tcp);
	free(f->seen);
	free(f->lat);
	free(f->bucket);
	free(f);
}

static void
flow_tick(struct sim *sim, void *arg)
{
	struct sim_flow	*f = arg;

	if (!f->running || sim->now >= f->stop)
		return;
	stamp_send(f);
	sim_at(sim, sim->now + f->interval, flow_tick, f);
}

/*
 * A packet of the flow with room for len bytes of payload after the ports
 * or the ICMP header; back: from the flow's destination.  NULL if the host
 * does not run or has no buffer.
 */
struct pkt *
flow_packet(struct sim_flow *f, int back, int proto, size_t len)
{
	struct sim_host	*h = f->host[back];
	struct pkt	*p;
	uint8_t		*ip;

	if (h->core == NULL)
		return (NULL);
	if ((p = pkt_get(core_pool(h->core))) == NULL) {
		h->nobuf++;
		return (NULL);
	}
	p->len = (uint16_t)len;
	ip = PKT_DATA(p);
	memset(ip, 0, IPLEN + UDPLEN);
	ip[0] = 0x45;
	ip[1] = f->tos;
	put16(ip + 2, (uint16_t)len);
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = (uint8_t)proto;
	put32(ip + 12, 0x0a010001 + (back ? 1 : 0));
	put32(ip + 16, 0x0a010001 + (back ? 0 : 1));
	put16(ip + 10, checksum(ip, IPLEN));
	if (proto == IPPROTO_ICMP) {
		ip[IPLEN] = back ? ECHO_REPLY : ECHO_REQUEST;
		put16(ip + IPLEN + 4, (uint16_t)f->id);
	} else {
		put16(ip + IPLEN + (back ? 2 : 0),
		    (uint16_t)(FIRST_PORT + f->id));
		put16(ip + IPLEN + (back ? 0 : 2), SERVER_PORT);
	}
	return (p);
}

void
flow_send(struct sim_flow *f, int back, struct pkt *p)
{
	struct sim_host	*h = f->host[back];
	int		 t = f->tunnel[back];

	if (h->conf[t]->layer2) {
		memmove(PKT_DATA(p) + ETHERLEN, PKT_DATA(p), p->len);
		memcpy(PKT_DATA(p), ether, ETHERLEN);
		p->len += ETHERLEN;
	}
	sim_input(h, t, p);
}

/* It shows at the other end whether the packet is whole. */
static uint8_t
filling(uint64_t n, size_t i)
{
	return ((uint8_t)(n + i + i / 256));
}

static void
stamp_send(struct sim_flow *f)
{
	struct pkt	*p;
	uint8_t		*u;
	size_t		 i;
	int		 proto;

	f->sent++;
	proto = f->type == SIM_PING ? IPPROTO_ICMP : IPPROTO_UDP;
	if ((p = flow_packet(f, 0, proto, f->size)) == NULL)
		return;
	u = PKT_DATA(p) + IPLEN;
	put64(u + UDPLEN, f->sent);
	put64(u + UDPLEN + 8, f->sim->now);
	for (i = MINLEN; i < f->size; i++)
		u[i - IPLEN] = filling(f->sent, i);
	if (proto == IPPROTO_UDP)
		put16(u + 4, (uint16_t)(f->size - IPLEN));
	else
		put16(u + 6, (uint16_t)f->sent);
	if (proto == IPPROTO_ICMP)
		put16(u + 2, checksum(u, f->size - IPLEN));
	flow_send(f, 0, p);
}

/* A packet came out of tunnel t of h. */
void
sim_flow_input(struct sim_host *h, int t, struct pkt *p, int more)
{
	struct sim_flow	*f;
	const uint8_t	*ip = PKT_DATA(p), *u;
	size_t		 len = p->len;
	int		 id, back;

	if (h->conf[t]->layer2) {
		if (len < ETHERLEN || memcmp(ip, ether, ETHERLEN) != 0)
			goto stray;
		ip += ETHERLEN;
		len -= ETHERLEN;
	}
	u = ip + IPLEN;
	if (len < IPLEN + UDPLEN || ip[0] != 0x45)
		goto stray;
	if (ip[9] == IPPROTO_ICMP) {
		back = u[0] == ECHO_REPLY;
		id = u[4] << 8 | u[5];
	} else {
		back = (u[0] << 8 | u[1]) == SERVER_PORT;
		id = (back ? u[2] << 8 | u[3] : u[0] << 8 | u[1]) - FIRST_PORT;
	}
	if (id < 0 || id >= h->sim->nflows)
		goto stray;
	f = h->sim->flows[id];
	if (f->host[!back] != h || f->tunnel[!back] != t)
		goto stray;
	switch (f->type) {
	case SIM_UDP:
		stamp_input(f, ip, len);
		break;
	case SIM_PING:
	case SIM_ECHO:
		if (back)
			stamp_input(f, ip, len);
		else
			echo(f, ip, len);
		break;
	case SIM_TCP:
		tcp_input(f, back, ip, len, more);
		break;
	}
	return;
stray:
	h->stray++;
}

static void
stamp_input(struct sim_flow *f, const uint8_t *ip, size_t len)
{
	uint64_t	 n, sent;
	size_t		 i;

	n = get64(ip + IPLEN + UDPLEN);
	sent = get64(ip + IPLEN + UDPLEN + 8);
	if (len != f->size || n == 0 || n > f->sent || sent > f->sim->now) {
		f->corrupt++;
		return;
	}
	for (i = MINLEN; i < len; i++) {
		if (ip[i] != filling(n, i)) {
			f->corrupt++;
			return;
		}
	}
	if (seen_before(f, n)) {
		f->doubles++;
		return;
	}
	f->received++;
	if (n < f->highest)
		f->disordered++;
	else
		f->highest = n;
	if (f->nlat == f->latsize) {
		f->latsize = f->latsize == 0 ? 1024 : 2 * f->latsize;
		f->lat = sim_realloc(f->lat, f->latsize, sizeof(*f->lat));
	}
	f->lat[f->nlat++] = (uint32_t)(f->sim->now - sent);
	flow_arrived(f, len - IPLEN - UDPLEN);
}

static void
echo(struct sim_flow *f, const uint8_t *ip, size_t len)
{
	struct pkt	*p;
	uint8_t		*u;
	int		 proto;

	if (len != f->size) {
		f->corrupt++;
		return;
	}
	proto = f->type == SIM_PING ? IPPROTO_ICMP : IPPROTO_UDP;
	if ((p = flow_packet(f, 1, proto, len)) == NULL)
		return;
	u = PKT_DATA(p) + IPLEN;
	memcpy(u + 4, ip + IPLEN + 4, len - IPLEN - 4);
	if (proto == IPPROTO_ICMP)
		put16(u + 2, checksum(u, len - IPLEN));
	flow_send(f, 1, p);
}

static int
seen_before(struct sim_flow *f, uint64_t n)
{
	size_t	 len;

	if (n / 8 >= f->seenlen) {
		len = 2 * (n / 8 + 64);
		f->seen = sim_realloc(f->seen, len, 1);
		memset(f->seen + f->seenlen, 0, len - f->seenlen);
		f->seenlen = len;
	}
	if (f->seen[n / 8] & 1 << n % 8)
		return (1);
	f->seen[n / 8] |= (uint8_t)(1 << n % 8);
	return (0);
}

/* Payload has arrived, new and in order as far as the flow cares. */
void
flow_arrived(struct sim_flow *f, size_t bytes)
{
	uint64_t	 now = f->sim->now;
	size_t		 b, n;

	f->bytes += bytes;
	if (now - f->last > f->gap) {
		f->gap = now - f->last;
		f->gap_at = f->last;
	}
	f->last = now;
	b = now / SIM_BUCKET - f->start / SIM_BUCKET;
	if (b >= f->nbuckets) {
		n = 2 * (b + 64);
		f->bucket = sim_realloc(f->bucket, n, sizeof(*f->bucket));
		memset(f->bucket + f->nbuckets, 0,
		    (n - f->nbuckets) * sizeof(*f->bucket));
		f->nbuckets = n;
	}
	f->bucket[b] += bytes;
}

uint64_t
sim_flow_rate(const struct sim_flow *f, uint64_t from, uint64_t to)
{
	const uint64_t	 first = f->start / SIM_BUCKET;
	uint64_t	 sum = 0, b;

	for (b = from / SIM_BUCKET; b < to / SIM_BUCKET; b++)
		if (b >= first && b - first < f->nbuckets)
			sum += f->bucket[b - first];
	return (sum * 8 * USEC / (to - from));
}

/* The longest time without arrival between start and stop. */
uint64_t
sim_flow_gap(struct sim_flow *f)
{
	uint64_t	 end;

	end = f->stop < f->sim->now ? f->stop : f->sim->now;
	if (f->finished == 0 && end > f->last && end - f->last > f->gap) {
		f->gap = end - f->last;
		f->gap_at = f->last;
	}
	return (f->gap);
}

static int
lat_cmp(const void *a, const void *b)
{
	const uint32_t	*x = a, *y = b;

	return (*x < *y ? -1 : *x > *y);
}

uint64_t
sim_flow_latency(struct sim_flow *f, int thousandths)
{
	if (f->nlat == 0)
		return (NEVER);
	qsort(f->lat, f->nlat, sizeof(*f->lat), lat_cmp);
	return (f->lat[(f->nlat - 1) * (size_t)thousandths / 1000]);
}

void
sim_flow_print(struct sim_flow *f)
{
	const char	*names[] = { "udp", "ping", "echo", "tcp" };
	uint64_t	 end;

	end = f->stop < f->sim->now ? f->stop : f->sim->now;
	if (f->finished != 0)
		end = f->finished;
	printf("\t%s %d: %llu sent, %llu received, %.3f Mbit/s, "
	    "longest gap %.1f ms at %.3f s\n", names[f->type], f->id,
	    (unsigned long long)f->sent, (unsigned long long)f->received,
	    end > f->start ? (double)f->bytes * 8 / (double)(end - f->start) :
	    0.0, (double)sim_flow_gap(f) / 1000,
	    (double)f->gap_at / 1000000);
	if (f->type == SIM_TCP) {
		tcp_print(f);
		return;
	}
	printf("\t  %llu out of order, %llu doubles, %llu corrupt",
	    (unsigned long long)f->disordered,
	    (unsigned long long)f->doubles, (unsigned long long)f->corrupt);
	if (f->nlat != 0)
		printf("; %s 1/50/99/100 %%: %.1f %.1f %.1f %.1f ms",
		    f->type != SIM_UDP ? "round trip" : "one way",
		    (double)sim_flow_latency(f, 10) / 1000,
		    (double)sim_flow_latency(f, 500) / 1000,
		    (double)sim_flow_latency(f, 990) / 1000,
		    (double)sim_flow_latency(f, 1000) / 1000);
	printf("\n");
}

/* RFC 1071 */
static uint16_t
checksum(const uint8_t *p, size_t len)
{
	uint32_t	 sum = 0;
	size_t		 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (~sum & 0xffff);
}
