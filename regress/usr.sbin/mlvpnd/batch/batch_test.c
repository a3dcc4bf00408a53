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

#include <sodium.h>
#include <string.h>

#include "batch.h"
#include "clock.h"
#include "segments.h"
#include "test.h"

#define MSS		1388
#define ACK		0x10
#define FIN		0x01
#define PSH		0x08
#define START		1000000
#define HOLD		4000
#define NPKTS		256

static void	 test_slow(void);
static void	 test_bulk(void);
static void	 test_full(void);
static void	 test_end(void);
static void	 test_gap(void);
static void	 test_others(void);
static void	 test_memory(void);
static void	 test_off(void);
static void	 fresh(void);
static void	 warm(struct segment *);
static void	 deliver(struct segment *, int, size_t);
static size_t	 output(uint64_t);

static struct pool	 pool;
static struct batches	 batches;
static uint64_t		 now;
static struct pkt	*out[2 * NPKTS];

int
main(void)
{
	CHECK(sodium_init() != -1);
	test_slow();
	test_bulk();
	test_full();
	test_end();
	test_gap();
	test_others();
	test_memory();
	test_off();
	return (0);
}

static void
test_slow(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };
	int		 i;

	TEST("seven packets in 8 ms, or eight in 9: each goes at once");
	fresh();
	for (i = 0; i < 100; i++) {
		deliver(&s, ACK, MSS);
		CHECK_EQ(output(now), 1);
		now += 9000 / 8;
	}
	CHECK_EQ(batch_deadline(&batches), NEVER);
}

static void
test_bulk(void)
{
	struct segment	 s = { 6, STAMPS, 0xfffff000, 1, 1, ACK, MSS };
	uint64_t	 begin;
	uint32_t	 first;
	int		 i;

	TEST("a bulk flow: in one piece, 4 ms after the first of it");
	fresh();
	warm(&s);
	begin = now;
	first = s.seq;
	for (i = 0; i < 10; i++) {
		deliver(&s, i % 3 == 0 ? ACK | PSH : ACK, MSS);
		CHECK_EQ(output(now), 0);
		CHECK_EQ(batch_deadline(&batches), begin + HOLD);
		now += 300;
	}
	CHECK_EQ(output(begin + HOLD - 1), 0);
	CHECK_EQ(output(begin + HOLD), 10);
	for (i = 0; i < 10; i++)
		CHECK_EQ(get32(PKT_DATA(out[i]) + 44), first + i * MSS);
	CHECK_EQ(batch_deadline(&batches), NEVER);

	TEST("a pause: the next packets go at once");
	now += 50000;
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 1);
}

static void
test_full(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };
	size_t		 i, most = (65535 - 52) / MSS;

	TEST("64 KB: at once");
	fresh();
	warm(&s);
	for (i = 0; i < most; i++)
		deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 0);
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), most);
	CHECK_EQ(output(now + HOLD), 1);
}

static void
test_end(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };

	TEST("the end of what was written: at once");
	fresh();
	warm(&s);
	deliver(&s, ACK, MSS);
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 0);
	deliver(&s, ACK | PSH, 100);
	CHECK_EQ(output(now), 3);
	deliver(&s, ACK | PSH, 100);
	CHECK_EQ(output(now), 1);

	TEST("the end of the flow");
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 0);
	deliver(&s, ACK | FIN, 10);
	CHECK_EQ(output(now), 2);
	CHECK_EQ(PKT_DATA(out[1])[33], ACK | FIN);
}

static void
test_gap(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };

	TEST("a gap: what came before it at once");
	fresh();
	warm(&s);
	deliver(&s, ACK, MSS);
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 0);
	s.seq += MSS;
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 2);
	CHECK_EQ(output(now + HOLD), 1);
}

static void
test_others(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };
	struct segment	 o = { 6, STAMPS, 1, 1, 1, ACK, MSS };
	struct pkt	*p;
	int		 i;

	TEST("other flows have nothing to do with it");
	fresh();
	warm(&s);
	deliver(&s, ACK, MSS);
	deliver(&o, ACK, MSS);
	CHECK_EQ(output(now), 1);
	CHECK_EQ(PKT_DATA(out[0])[0] >> 4, 6);
	p = pkt_get(&pool);
	p->len = segment_make(PKT_DATA(p), &s);
	PKT_DATA(p)[9] = 17;
	batch_add(&batches, p, now);
	CHECK_EQ(output(now), 1);
	CHECK_EQ(PKT_DATA(out[0])[9], 17);
	CHECK_EQ(output(now + HOLD), 1);

	TEST("two bulk flows: each in one piece");
	now += 50000;
	warm(&s);
	warm(&o);
	for (i = 0; i < 20; i++)
		deliver(i % 2 == 0 ? &s : &o, ACK, MSS);
	CHECK_EQ(output(now), 0);
	CHECK_EQ(output(now + HOLD), 20);
	for (i = 0; i < 20; i++)
		CHECK_EQ(PKT_DATA(out[i])[0] >> 4, i < 10 ? 4 : 6);

	TEST("nor has the priority class");
	for (i = 0; i < 20; i++) {
		p = pkt_get(&pool);
		p->len = segment_make(PKT_DATA(p), &s);
		PKT_DATA(p)[1] = 0xb8;
		segment_sums(PKT_DATA(p), p->len);
		s.seq += MSS;
		batch_add(&batches, p, now);
		CHECK_EQ(output(now), 1);
	}
}

static void
test_memory(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };
	struct pkt	*taken[NPKTS];
	size_t		 n = 0;

	TEST("few buffers: nothing is kept");
	fresh();
	warm(&s);
	while (pool.nfree > NPKTS / POOL_RESERVE)
		taken[n++] = pkt_get(&pool);
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 1);
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	deliver(&s, ACK, MSS);
	CHECK_EQ(output(now), 0);

	TEST("all that is kept is let go in the end");
	batch_clear(&batches);
	CHECK_EQ(pool.nfree, NPKTS);
}

static void
test_off(void)
{
	struct segment	 s = { 4, STAMPS, 1, 1, 1, ACK, MSS };
	struct pkt	*p;
	int		 i;

	TEST("what goes to an interface that takes single packets only");
	fresh();
	for (i = 0; i < 100; i++) {
		CHECK((p = pkt_get(&pool)) != NULL);
		p->len = segment_make(PKT_DATA(p), &s);
		s.seq += MSS;
		batch_pass(&batches, p);
		CHECK_EQ(output(now), 1);
	}
}

static void
fresh(void)
{
	static const uint8_t	 key[16] = { 1 };

	if (pool.pkts != NULL) {
		batch_clear(&batches);
		CHECK_EQ(pool.nfree, NPKTS);
		pool_free(&pool);
	}
	now = START;
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	memset(&batches, 0, sizeof(batches));
	batch_init(&batches, &pool, key);
}

/* So much of the flow that it counts as bulk. */
static void
warm(struct segment *s)
{
	int	 i;

	for (i = 0; i < BULK_PKTS; i++)
		deliver(s, ACK, MSS);
	CHECK_EQ(output(now), BULK_PKTS);
}

/* The flow's next segment comes out of the tunnel. */
static void
deliver(struct segment *s, int flags, size_t payload)
{
	struct pkt	*p;

	s->flags = flags;
	s->payload = payload;
	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = segment_make(PKT_DATA(p), s);
	s->seq += payload;
	s->id++;
	batch_add(&batches, p, now);
}

/* The packets stay readable, though they have been given back. */
static size_t
output(uint64_t when)
{
	size_t	 i, n = 0;

	batch_timer(&batches, when);
	while ((out[n] = batch_next(&batches)) != NULL)
		n++;
	for (i = 0; i < n; i++)
		pkt_put(&pool, out[i]);
	return (n);
}
