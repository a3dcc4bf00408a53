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

/* What is sent again, with nothing else of the daemon. */

#include <sys/types.h>

#include <stdarg.h>

#include "clock.h"
#include "flow.h"
#include "resend.h"
#include "test.h"

#define NPKTS		4096
#define LEN		1000
#define HOLD		300000		/* us */
#define FIRST		100		/* number of the first datagram */

static void	 test_reported(void);
static void	 test_lost(void);
static void	 test_reordered(void);
static void	 test_not_worth(void);
static void	 test_budget(void);
static void	 test_rescue(void);
static void	 test_extra(void);
static void	 test_tries(void);
static void	 test_memory(void);
static void	 test_ring(void);
static void	 test_timer(void);
static void	 test_expire(void);
static void	 fresh(void);
static void	 finish(void);
static struct pkt *transmit(uint8_t, uint8_t);
static void	 send_many(int);
static void	 report(uint64_t, int, ...);
static size_t	 queued(void);
static void	 take_all(void);

static struct pool	 pool;
static struct share	 share;
static struct resend	 rs;
static struct flight	 flight;
static struct history	 history;
static uint64_t		 next, now;

int
main(void)
{
	test_reported();
	test_lost();
	test_reordered();
	test_not_worth();
	test_budget();
	test_rescue();
	test_extra();
	test_tries();
	test_memory();
	test_ring();
	test_timer();
	test_expire();
	return (0);
}

static void
test_reported(void)
{
	TEST("what came is let go");
	fresh();
	send_many(10);
	CHECK_EQ(pool.nfree, NPKTS - 10);
	CHECK_EQ(share.held[SHARE_SENT], 10);
	report(FIRST + 4, 0);
	/* but the last three, of which a report may say nothing */
	CHECK_EQ(share.held[SHARE_SENT], 5 + 2);
	report(FIRST + 9, 0);
	CHECK_EQ(share.held[SHARE_SENT], 2);
	send_many(3);
	report(FIRST + 12, 0);
	CHECK_EQ(share.held[SHARE_SENT], 2);
	CHECK_EQ(queued(), 0);

	TEST("once");
	report(FIRST + 12, 0);
	report(FIRST + 5, 1, 5, 5);
	CHECK_EQ(queued(), 0);
	finish();
}

/* gaps: distance from the highest to the last lost, and length */
static void
test_lost(void)
{
	struct pkt	*p;

	TEST("what was lost is sent again, in its order, out of that of a path");
	fresh();
	send_many(50);
	report(FIRST + 40, 2, 5, 2, 20, 1);
	CHECK_EQ(queued(), 3);
	p = TAILQ_FIRST(&rs.queue);
	CHECK_EQ(p->seq, FIRST + 20);
	CHECK_EQ(p->copy, 1);
	CHECK_EQ(p->queued, 1);
	CHECK_EQ(p->tries, 1);
	CHECK_EQ(p->refs, 1);
	resend_remove(&rs, p);
	CHECK_EQ(p->queued, 0);
	pkt_put(&pool, p);
	CHECK_EQ(TAILQ_FIRST(&rs.queue)->seq, FIRST + 34);
	CHECK_EQ(queued(), 2);

	TEST("and not again when the next report says the same");
	report(FIRST + 41, 2, 6, 2, 21, 1);
	CHECK_EQ(queued(), 2);
	take_all();
	finish();
}

static void
test_reordered(void)
{
	TEST("of the newest numbers a later report tells");
	fresh();
	send_many(40);
	report(FIRST + 30, 0);
	CHECK_EQ(queued(), 0);
	report(FIRST + 32, 1, 3, 1);		/* FIRST + 29 */
	CHECK_EQ(queued(), 1);
	CHECK_EQ(TAILQ_FIRST(&rs.queue)->seq, FIRST + 29);
	take_all();
	finish();
}

static void
test_not_worth(void)
{
	int	 i;

	TEST("what has no order");
	fresh();
	send_many(30);
	(void)transmit(ORDER_NONE, 0);
	send_many(5);
	report(next - 1, 1, 5, 1);
	CHECK_EQ(queued(), 0);

	TEST("what nobody waits for any more");
	send_many(1);
	now += HOLD + 1;
	send_many(5);
	report(next - 1, 1, 5, 1);
	CHECK_EQ(queued(), 0);
	send_many(1);
	now += HOLD;
	send_many(5);
	report(next - 1, 1, 5, 1);
	CHECK_EQ(queued(), 1);
	take_all();

	TEST("what was lost three times");
	send_many(50);
	for (i = 0; i < 5; i++) {
		(void)transmit(ORDER_ALWAYS, i);
		send_many(5);
		report(next - 1, 1, 5, 1);
		CHECK_EQ(queued(), i < 3 ? 1 : 0);
		take_all();
	}
	finish();
}

static void
test_budget(void)
{
	int	 i, n = 0;

	TEST("a tenth of what is sent");
	fresh();
	for (i = 0; i < 100; i++) {
		send_many(10);
		report(next - 1, 1, 3, 7);
		n += queued();
		take_all();
	}
	CHECK_EQ(n, 100);

	TEST("saved up to 256 KB");
	for (i = 0; i < 400; i++) {
		send_many(10);
		report(next - 1, 0);
	}
	CHECK_EQ(rs.budget, 256 * 1024);
	send_many(500);
	report(next - 1, 1, 3, 490);
	CHECK_EQ(queued(), 262);
	take_all();
	finish();
}

static void
test_rescue(void)
{
	TEST("a path that died: all that was not reported, whatever it costs");
	fresh();
	send_many(20);
	report(FIRST + 9, 0);
	history_rescue(&history, next, HOLD, now);
	CHECK_EQ(queued(), 10 + 2);
	CHECK_EQ(share.held[SHARE_SENT], 10 + 2);
	take_all();
	history_rescue(&history, next, HOLD, now);
	CHECK_EQ(queued(), 0);

	TEST("even late, but for what has no order");
	(void)transmit(ORDER_ALWAYS, 0);
	(void)transmit(ORDER_NONE, 0);
	now += HOLD;
	history_rescue(&history, next, HOLD, now);
	CHECK_EQ(queued(), 2);
	take_all();
	(void)transmit(ORDER_ALWAYS, 0);
	(void)transmit(ORDER_NONE, 0);
	now += HOLD + 1;
	history_rescue(&history, next, HOLD, now);
	CHECK_EQ(queued(), 1);
	take_all();
	(void)transmit(ORDER_ALWAYS, 0);
	now += 2 * USEC + 1;
	history_rescue(&history, next, HOLD, now);
	CHECK_EQ(queued(), 0);
	finish();
}

static void
test_extra(void)
{
	struct pkt	*p;

	TEST("copies of what another path has are not kept");
	fresh();
	CHECK((p = pkt_get(&pool)) != NULL);
	p->extra = 1;
	history_add(&history, next, p);
	CHECK_EQ(p->refs, 1);
	resend_add(&rs, p);
	CHECK_EQ(queued(), 0);
	pkt_put(&pool, p);

	TEST("a packet waits once, though it was lost on two paths");
	CHECK((p = pkt_get(&pool)) != NULL);
	resend_add(&rs, p);
	resend_add(&rs, p);
	CHECK_EQ(queued(), 1);
	CHECK_EQ(p->refs, 2);
	CHECK_EQ(share.held[SHARE_SENT], 1);
	pkt_put(&pool, p);
	take_all();
	finish();
}

static void
test_tries(void)
{
	struct pkt	*p;
	int		 i;

	TEST("eight times, and no more");
	fresh();
	CHECK((p = pkt_get(&pool)) != NULL);
	for (i = 0; i < 10; i++) {
		resend_add(&rs, p);
		CHECK_EQ(queued(), i < 8);
		take_all();
	}
	pkt_put(&pool, p);
	finish();
}

static void
test_memory(void)
{
	static struct pkt	*taken[NPKTS];
	size_t			 n = 0;

	TEST("half of the buffers are for what is sent for the first time");
	fresh();
	pool.nshares = 2;
	while (pool.nfree >= NPKTS / 2)
		taken[n++] = pkt_get(&pool);
	send_many(NPKTS / 4);
	CHECK_EQ(share.held[SHARE_SENT], NPKTS / 4 / 2);
	pool.nshares = 1;
	while (n > 0)
		pkt_put(&pool, taken[--n]);
	finish();
}

/* Numbers whose place another one has are forgotten. */
static void
test_ring(void)
{
	struct pkt	*p;
	int		 i;

	TEST("16384 datagrams are remembered");
	fresh();
	p = transmit(ORDER_ALWAYS, 0);
	for (i = 1; i < SENT_RING; i++)
		flight_add(&flight, next++, LEN, 1, now);
	CHECK_EQ(p->refs, 1);
	CHECK_EQ(pool.nfree, NPKTS - 1);
	history_drop(&history, next);
	flight_add(&flight, next++, LEN, 1, now);
	CHECK_EQ(pool.nfree, NPKTS);
	report(next - 1, 1, SENT_RING, 1);
	CHECK_EQ(queued(), 0);
	finish();
}

static void
test_timer(void)
{
	uint64_t	 last;

	TEST("no report for long: what the last one left open is let go");
	fresh();
	send_many(10);
	report(FIRST + 5, 0);
	last = now;
	history_timer(&history, last, now + USEC - 1);
	CHECK_EQ(share.held[SHARE_SENT], 4 + 2);
	history_timer(&history, last, now + USEC);
	CHECK_EQ(share.held[SHARE_SENT], 4);
	CHECK_EQ(queued(), 0);
	finish();
}

static void
test_expire(void)
{
	struct pkt	*p;
	int		 i;

	TEST("without a path nothing waits for ever");
	fresh();
	for (i = 0; i < 10; i++) {
		CHECK((p = pkt_get(&pool)) != NULL);
		p->time = now + 100 * (i % 5);
		resend_add(&rs, p);
		pkt_put(&pool, p);
	}
	now += 1000;
	resend_expire(&rs, 1000, now);
	CHECK_EQ(queued(), 10);
	resend_expire(&rs, 1000, now + 1);
	CHECK_EQ(queued(), 8);
	resend_expire(&rs, 1000, now + 350);
	CHECK_EQ(queued(), 2);
	CHECK_EQ(pool.nfree, NPKTS - 2);
	finish();
}

static void
fresh(void)
{
	CHECK_EQ(pool_init(&pool, NPKTS), 0);
	share_init(&share, &pool);
	resend_init(&rs, &share);
	next = FIRST;
	CHECK_EQ(flight_init(&flight, next), 0);
	history_init(&history, &flight, &rs, next);
	now = 1000 * USEC;
}

/* Nothing is left over. */
static void
finish(void)
{
	history_clear(&history);
	resend_clear(&rs);
	CHECK_EQ(share.held[SHARE_SENT], 0);
	CHECK_EQ(pool.nfree, NPKTS);
	flight_free(&flight);
	share_free(&share);
	pool_free(&pool);
}

/* A packet, as the next datagram; its sequence is that number. */
static struct pkt *
transmit(uint8_t order, uint8_t tries)
{
	struct pkt	*p;

	CHECK((p = pkt_get(&pool)) != NULL);
	p->len = LEN;
	p->seq = next;
	p->order = order;
	p->tries = tries;
	history_drop(&history, next);
	flight_add(&flight, next, LEN + 60, 1, now);
	history_add(&history, next, p);
	next++;
	pkt_put(&pool, p);
	return (p);
}

static void
send_many(int n)
{
	while (n-- > 0)
		(void)transmit(ORDER_ALWAYS, 0);
}

/* Gaps follow: distance and length. */
static void
report(uint64_t highest, int ngaps, ...)
{
	struct frame	 f;
	va_list		 ap;
	int		 i;

	memset(&f, 0, sizeof(f));
	f.type = FRAME_REPORT;
	f.u.report.ngaps = ngaps;
	va_start(ap, ngaps);
	for (i = 0; i < ngaps; i++) {
		f.u.report.gap[i].distance = va_arg(ap, int);
		f.u.report.gap[i].length = va_arg(ap, int);
	}
	va_end(ap);
	flight_report(&flight, highest, now);
	history_report(&history, &f, highest, HOLD, now);
}

static size_t
queued(void)
{
	struct pkt	*p;
	size_t		 n = 0;

	TAILQ_FOREACH(p, &rs.queue, entry)
		n++;
	return (n);
}

/* They are sent, and come. */
static void
take_all(void)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&rs.queue)) != NULL) {
		resend_remove(&rs, p);
		pkt_put(&pool, p);
	}
}
