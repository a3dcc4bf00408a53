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

/* The queues of a tunnel and of a path, with nothing else of the daemon. */

#include <sys/types.h>

#include "clock.h"
#include "conf.h"
#include "flow.h"
#include "queue.h"
#include "test.h"
#include "wire.h"

#define NPKTS		8192
#define MSEC		1000
#define MBIT		1000000ULL
#define SOJOURN		(50 * MSEC)	/* where CoDel is to drop */

static void	 test_turns(void);
static void	 test_lists(void);
static void	 test_priority(void);
static void	 test_limits(void);
static void	 test_memory(void);
static void	 test_codel(void);
static void	 test_codel_off(void);
static void	 test_ecn(void);
static void	 test_age(void);
static void	 test_defer(void);
static void	 test_path_queue(void);
static void	 fresh(void);
static void	 finish(void);
static struct pkt *packet(uint32_t, size_t);
static void	 enqueue(uint32_t, size_t);
static uint32_t	 next(struct fqs *);
static size_t	 drops(uint64_t, uint64_t, uint64_t *, size_t);
static uint16_t	 sum(const uint8_t *, size_t);
static void	 drop(struct pkt *);

static struct pool	 pool;
static struct share	 share;
static struct tq	 tq;
static struct codel	 codel;
static uint64_t		 now;

int
main(void)
{
	test_turns();
	test_lists();
	test_priority();
	test_limits();
	test_memory();
	test_codel();
	test_codel_off();
	test_ecn();
	test_age();
	test_defer();
	test_path_queue();
	return (0);
}

static void
test_turns(void)
{
	size_t		 bytes[3] = { 0 };
	struct fq	*fq;
	struct pkt	*p;
	int		 i;

	TEST("flows have equal shares, whatever the size of their packets");
	fresh();
	for (i = 0; i < 1000; i++) {
		enqueue(0, 1500);
		enqueue(1, 300);
		enqueue(2, 40);
	}
	CHECK_EQ(tq.npkts, 3000);
	CHECK_EQ(tq.bytes, 1000 * 1840);
	for (i = 0; i < 500; i++) {
		CHECK((fq = tq_first(&tq.active)) != NULL);
		CHECK((p = tq_dequeue(&tq, fq, &codel, now)) != NULL);
		bytes[p->flow] += p->len;
		drop(p);
	}
	CHECK(bytes[0] >= bytes[2] && bytes[0] - bytes[2] <= 2 * 1514);
	CHECK(bytes[1] + 1514 >= bytes[2] && bytes[1] <= bytes[2] + 1514);

	TEST("a flow that comes is not behind the others");
	enqueue(3, 100);
	for (i = 0; (fq = tq_first(&tq.active)) != NULL; i++) {
		CHECK((p = tq_dequeue(&tq, fq, &codel, now)) != NULL);
		if (p->flow == 3)
			break;
		drop(p);
	}
	CHECK(fq != NULL && i <= 2 * (1514 / 40 + 1));
	drop(p);

	TEST("each flow in its order, to the last");
	tq_clear(&tq);
	for (i = 0; i < 100; i++)
		enqueue(i % 5, 100 + i);
	for (i = 0; i < 100; i++) {
		fq = tq_first(&tq.active);
		CHECK((p = tq_dequeue(&tq, fq, &codel, now)) != NULL);
		CHECK_EQ((p->len - 100) % 5, p->flow);
		bytes[0] = p->flow == 0 ? p->len : bytes[0];
		drop(p);
	}
	CHECK_EQ(bytes[0], 195);
	CHECK(tq_first(&tq.active) == NULL);
	CHECK_EQ(tq.npkts, 0);
	CHECK_EQ(tq.dropped, 0);
	finish();
}

/* Priority, bulk, and what rules bind to links. */
static void
test_lists(void)
{
	struct pkt	*p;

	TEST("each class has its list");
	fresh();
	p = packet(1, 100);
	p->cls = CLASS_PRIORITY;
	tq_enqueue(&tq, p, now);
	CHECK(!tq_has_flow(&tq, p));
	p = packet(1, 100);
	p->cls = CLASS_SPARSE;
	tq_enqueue(&tq, p, now);
	CHECK_EQ(tq.npkts, 2);
	CHECK_EQ(tq.bytes, 0);
	CHECK(tq_first(&tq.active) == NULL);
	p = packet(1, 100);
	p->match = MATCH_BULK;
	tq_enqueue(&tq, p, now);
	CHECK(tq_has_flow(&tq, p));
	CHECK(tq_first(&tq.active) == NULL);
	CHECK(tq_first(&tq.bulk) != NULL);
	CHECK_EQ(tq.nbound, 0);
	p = packet(1, 100);
	CHECK(!tq_has_flow(&tq, p));
	p->rule = 1;
	CHECK(!tq_has_flow(&tq, p));
	tq_enqueue(&tq, p, now);
	CHECK(tq_has_flow(&tq, p));
	CHECK_EQ(tq.nbound, 1);
	enqueue(1, 100);
	CHECK_EQ(share.held[SHARE_INPUT], 5);

	TEST("and gives them back");
	p = TAILQ_FIRST(&tq.prio);
	CHECK_EQ(p->cls, CLASS_PRIORITY);
	tq_remove(&tq, p);
	drop(p);
	p = TAILQ_FIRST(&tq.prio);
	CHECK_EQ(p->cls, CLASS_SPARSE);
	tq_remove(&tq, p);
	drop(p);
	p = tq_dequeue(&tq, tq_first(&tq.active), &codel, now);
	CHECK_EQ(p->rule, 1);
	drop(p);
	CHECK_EQ(tq.nbound, 0);
	CHECK_EQ(tq.npkts, 2);
	CHECK_EQ(share.held[SHARE_INPUT], 2);
	finish();
}

static void
test_priority(void)
{
	uint64_t	 end;
	int		 n;

	TEST("priority has half of the rate");
	fresh();
	end = now + 10 * USEC;
	for (n = 0; now < end; now += MSEC)
		n += tq_may_priority(&tq, 1000, 8 * MBIT, now);
	CHECK(n >= 5000 && n <= 5000 + 50);

	TEST("and what it did not use for 100 ms");
	now += 10 * USEC;
	for (n = 0; tq_may_priority(&tq, 1000, 8 * MBIT, now); n++)
		continue;
	CHECK_EQ(n, 50);

	TEST("at least two packets, however slow");
	now += 60 * USEC;
	for (n = 0; tq_may_priority(&tq, 1000, 64000, now); n++)
		continue;
	CHECK_EQ(n, 4);

	TEST("all, where the rate is unknown");
	for (n = 0; n < 1000; n++)
		CHECK(tq_may_priority(&tq, 1500, 0, now));
	finish();
}

static void
test_limits(void)
{
	struct pkt	*p;
	int		 i;

	TEST("4096 packets: the longest flow loses");
	fresh();
	for (i = 0; i < TQ_MAX_PKTS; i++)
		enqueue(i % 8 == 0 ? 1 : 2, 100);
	CHECK_EQ(tq.dropped, 0);
	for (i = 0; i < 100; i++)
		enqueue(1, 100);
	CHECK_EQ(tq.dropped, 100);
	CHECK_EQ(tq.npkts, TQ_MAX_PKTS);
	CHECK_EQ(tq.fq[1].bytes, 100 * (TQ_MAX_PKTS / 8 + 100));
	tq_clear(&tq);
	CHECK_EQ(tq.npkts, 0);
	CHECK_EQ(tq.bytes, 0);

	TEST("4 MB");
	for (i = 0; tq.dropped == 100; i++)
		enqueue(i % 3, 4096);
	CHECK_EQ(i, TQ_MAX_BYTES / 4096 + 1);
	CHECK_EQ(tq.bytes, TQ_MAX_BYTES);

	TEST("nothing but priority: its first");
	tq_clear(&tq);
	for (i = 0; i <= TQ_MAX_PKTS; i++) {
		p = packet(i, 100);
		p->cls = CLASS_PRIORITY;
		tq_enqueue(&tq, p, now);
	}
	CHECK_EQ(tq.dropped, 102);
	CHECK_EQ(tq.npkts, TQ_MAX_PKTS);
	CHECK_EQ(TAILQ_FIRST(&tq.prio)->flow, 1);
	finish();
}

static void
test_memory(void)
{
	static struct pkt	*taken[NPKTS];
	size_t			 n = 0;

	TEST("few buffers: each that comes costs one");
	fresh();
	enqueue(1, 100);
	enqueue(1, 200);
	while (pool.nfree > NPKTS / POOL_RESERVE / 4)
		taken[n++] = pkt_get(&pool);
	enqueue(2, 100);
	CHECK_EQ(tq.npkts, 2);
	CHECK_EQ(tq.dropped, 1);
	CHECK_EQ(tq.fq[1].bytes, 200);
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	finish();
}

static void
test_codel(void)
{
	uint64_t	 at[64];
	size_t		 n, i;

	TEST("the first drop an interval after the target is passed");
	fresh();
	n = drops(SOJOURN, 2 * USEC, at, 64);
	CHECK_EQ(at[0], 100 * MSEC);

	TEST("then more and more often, by the square root");
	CHECK_EQ(at[1] - at[0], 100 * MSEC);
	CHECK_EQ(at[2] - at[1], 73 * MSEC);		/* 100 / sqrt(2) */
	for (i = 2; i < n; i++)
		CHECK(at[i] - at[i - 1] <= at[i - 1] - at[i - 2] + MSEC);
	CHECK(n >= 25 && n <= 40);
	CHECK_EQ(tq.dropped, n);

	TEST("a longer interval, a higher target");
	tq_clear(&tq);
	codel.interval = 300 * MSEC;
	now += 10 * USEC;
	n = drops(SOJOURN, USEC, at, 64);
	CHECK_EQ(at[0], 300 * MSEC);
	tq_clear(&tq);
	codel.target = SOJOURN + 1;
	CHECK_EQ(drops(SOJOURN, USEC, at, 64), 0);
	finish();
}

static void
test_codel_off(void)
{
	uint64_t	 at[64];

	TEST("below the target nothing is dropped");
	fresh();
	CHECK_EQ(drops(CODEL_TARGET - MSEC, 5 * USEC, at, 64), 0);

	TEST("nor the last packet of a flow");
	tq_clear(&tq);
	codel.target = 0;
	codel.interval = 1;
	while (now < 1010 * USEC) {
		enqueue(1, 1500);
		now += 100 * MSEC;
		CHECK_EQ(next(&tq.active), 1);
	}
	CHECK_EQ(tq.dropped, 0);
	finish();
}

static void
test_ecn(void)
{
	struct pkt	*p;
	uint64_t	 at[64];
	int		 family, ecn;

	TEST("marked instead, where the sender understands it");
	for (family = 4; family <= 6; family += 2)
		for (ecn = 0; ecn < 4; ecn++) {
			printf("\tIPv%d, %d\n", family, ecn);
			fresh();
			codel.ecn = 1;
			(void)drops(SOJOURN, 95 * MSEC, at, 64);
			tq_clear(&tq);
			now += 10 * MSEC;
			/* the drop is due */
			p = packet(1, 1000);
			p->tos = 0xb8 | ecn;
			if (family == 4) {
				PKT_DATA(p)[0] = 0x45;
				PKT_DATA(p)[1] = p->tos;
				put16(PKT_DATA(p) + 10, 0);
				put16(PKT_DATA(p) + 10, sum(PKT_DATA(p), 20));
			} else {
				PKT_DATA(p)[0] = 0x60 | p->tos >> 4;
				PKT_DATA(p)[1] = p->tos << 4 | 5;
			}
			tq_enqueue(&tq, p, now - SOJOURN);
			enqueue(1, 1000);
			enqueue(1, 1000);
			p = tq_dequeue(&tq, &tq.fq[1], &codel, now);
			CHECK_EQ(tq.dropped, ecn == 0);
			if (ecn != 0 && family == 4) {
				CHECK_EQ(PKT_DATA(p)[1], 0xbb);
				CHECK_EQ(sum(PKT_DATA(p), 20), 0);
			} else if (ecn != 0) {
				CHECK_EQ(PKT_DATA(p)[0], 0x6b);
				CHECK_EQ(PKT_DATA(p)[1], 0xb5);
			}
			drop(p);
			finish();
		}

	TEST("not in frames");
	fresh();
	(void)drops(SOJOURN, 95 * MSEC, at, 64);
	tq_clear(&tq);
	now += 10 * MSEC;
	p = packet(1, 1000);
	p->tos = 1;
	tq_enqueue(&tq, p, now - SOJOURN);
	enqueue(1, 1000);
	enqueue(1, 1000);
	drop(tq_dequeue(&tq, &tq.fq[1], &codel, now));
	CHECK_EQ(tq.dropped, 1);
	finish();
}

static void
test_age(void)
{
	struct pkt	*p;
	int		 i;

	TEST("what is older than 250 ms is not sent");
	fresh();
	for (i = 0; i < 5; i++)
		enqueue(1, 100);
	now += TQ_MAX_AGE;
	enqueue(1, 200);
	now++;
	p = tq_dequeue(&tq, tq_first(&tq.active), &codel, now);
	CHECK(p != NULL && p->len == 200);
	drop(p);
	CHECK_EQ(tq.dropped, 5);
	CHECK(tq_dequeue(&tq, &tq.fq[1], &codel, now) == NULL);

	TEST("nor kept without a path");
	for (i = 0; i < 4; i++) {
		p = packet(1, 100);
		p->cls = i % 2 == 0 ? CLASS_PRIORITY : CLASS_NORMAL;
		p->match = i == 3 ? MATCH_BULK : 0;
		tq_enqueue(&tq, p, now + i);
	}
	tq_expire(&tq, now + TQ_MAX_AGE);
	CHECK_EQ(tq.npkts, 4);
	tq_expire(&tq, now + TQ_MAX_AGE + 2);
	CHECK_EQ(tq.npkts, 2);
	tq_expire(&tq, now + TQ_MAX_AGE + 4);
	CHECK_EQ(tq.npkts, 0);
	CHECK_EQ(tq.dropped, 9);

	TEST("since when it has packets");
	enqueue(1, 100);
	CHECK_EQ(tq.waiting, now);
	now += 10;
	enqueue(1, 100);
	CHECK_EQ(tq.waiting, now - 10);
	CHECK_EQ(next(&tq.active), 1);
	CHECK_EQ(next(&tq.active), 1);
	enqueue(1, 100);
	CHECK_EQ(tq.waiting, now);
	finish();
}

static void
test_defer(void)
{
	struct fqs	 others = TAILQ_HEAD_INITIALIZER(others);
	uint32_t	 i;

	TEST("flows that are put off come first again, in their order");
	fresh();
	for (i = 0; i < 6; i++)
		enqueue(i, 100);
	tq_defer(&tq.active, &others, tq_first(&tq.active));
	CHECK_EQ(next(&tq.active), 1);
	tq_defer(&tq.active, &others, tq_first(&tq.active));
	tq_defer(&tq.active, &others, tq_first(&tq.active));
	tq_restore(&tq.active, &others);
	CHECK(TAILQ_EMPTY(&others));
	CHECK_EQ(next(&tq.active), 0);
	CHECK_EQ(next(&tq.active), 2);
	CHECK_EQ(next(&tq.active), 3);
	CHECK_EQ(next(&tq.active), 4);
	CHECK_EQ(next(&tq.active), 5);
	CHECK(tq_first(&tq.active) == NULL);
	finish();
}

static void
test_path_queue(void)
{
	struct path_queue	 q;
	struct pkt		*p;
	int			 i;

	TEST("a path's: priority, what is sent again, the rest");
	fresh();
	pq_init(&q, &share, 60);
	CHECK(pq_first(&q) == NULL);
	for (i = 0; i < 6; i++)
		pq_enqueue(&q, packet(i, 100 * i), PQ_NORMAL - i % 3);
	CHECK_EQ(q.backlog, 1500 + 6 * 60);
	CHECK_EQ(q.prio_backlog, 1200 + 4 * 60);
	CHECK_EQ(share.held[SHARE_SENT], 6);
	for (i = 0; i < 6; i++) {
		CHECK((p = pq_first(&q)) != NULL);
		CHECK_EQ(p->flow, i < 2 ? 2 + 3 * i : i < 4 ? 1 + 3 * (i - 2) :
		    3 * (i - 4));
		pq_dequeue(&q, p);
		drop(p);
	}
	CHECK_EQ(q.backlog + q.prio_backlog, 0);
	pq_enqueue(&q, packet(1, 100), PQ_NORMAL);
	pq_enqueue(&q, packet(1, 100), PQ_RESEND);
	pq_clear(&q);
	CHECK_EQ(q.backlog + q.prio_backlog, 0);
	CHECK_EQ(share.held[SHARE_SENT], 0);
	finish();
}

static void
fresh(void)
{
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	share_init(&share, &pool);
	memset(&tq, 0, sizeof(tq));
	tq_init(&tq, &share);
	codel.target = CODEL_TARGET;
	codel.interval = CODEL_INTERVAL;
	codel.ecn = 0;
	now = 1000 * USEC;
}

/* Nothing is left over. */
static void
finish(void)
{
	tq_clear(&tq);
	CHECK_EQ(tq.npkts, 0);
	CHECK_EQ(tq.bytes, 0);
	CHECK_EQ(tq.nbound, 0);
	CHECK_EQ(share.held[SHARE_INPUT], 0);
	CHECK_EQ(pool.nfree, NPKTS);
	share_free(&share);
	pool_free(&pool);
}

static struct pkt *
packet(uint32_t flow, size_t len)
{
	struct pkt	*p;

	CHECK((p = pkt_get(&pool)) != NULL);
	memset(PKT_DATA(p), 0, 40);
	p->flow = flow;
	p->len = len;
	return (p);
}

static void
enqueue(uint32_t flow, size_t len)
{
	tq_enqueue(&tq, packet(flow, len), now);
}

/* The flow of the next packet. */
static uint32_t
next(struct fqs *list)
{
	struct fq	*fq;
	struct pkt	*p;
	uint32_t	 flow;

	CHECK((fq = tq_first(list)) != NULL);
	CHECK((p = tq_dequeue(&tq, fq, &codel, now)) != NULL);
	flow = p->flow;
	drop(p);
	return (flow);
}

/*
 * A flow that sends 1000 bytes each millisecond and is served as often, so
 * much later, for so long.  Returns when packets were dropped.
 */
static size_t
drops(uint64_t sojourn, uint64_t time, uint64_t *at, size_t max)
{
	uint64_t	 begin = now, before = tq.dropped;
	struct pkt	*p;
	size_t		 n = 0;

	for (; now <= begin + sojourn + time; now += MSEC) {
		enqueue(1, 1000);
		if (now < begin + sojourn)
			continue;
		if ((p = tq_dequeue(&tq, &tq.fq[1], &codel, now)) != NULL)
			drop(p);
		for (; before < tq.dropped && n < max; before++)
			at[n++] = now - begin - sojourn;
	}
	return (n);
}

/* The Internet checksum, RFC 1071. */
static uint16_t
sum(const uint8_t *d, size_t len)
{
	uint32_t	 s = 0;

	for (; len > 1; d += 2, len -= 2)
		s += get16(d);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return (~s & 0xffff);
}

static void
drop(struct pkt *p)
{
	CHECK(p != NULL);
	CHECK_EQ(p->refs, 1);
	pkt_put(&pool, p);
}
