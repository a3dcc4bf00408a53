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

#include <sys/param.h>

#include <string.h>

#include "tunnel.h"

/*
 * How long the IP packets may be that a path carries (mlvpn(7), MTU).  What
 * both ends' links announce is taken for true until a probe of that size is
 * not answered; then, and when full-size datagrams vanish, 1280 is in force
 * at once, and larger sizes as soon as they are known to arrive.  The MTU of
 * the interface follows only what a search has ended with.
 *
 * Where DF cannot be set a probe arrives in fragments of IP, and shows only
 * that the size arrives at all: what the peer can send here in one piece is
 * then the limit in the other direction too.
 */

#define SAFE		1280
#define TRIES		3
#define RESULTS		3		/* copies of an answer, at most */
#define SEARCH_AGAIN	(600 * USEC)
#define SEARCH_SOON	(10 * USEC)	/* nothing was found; doubled */
#define QUIET		(1 * USEC)	/* after a start, and a peer's search */
#define VANISHED	4		/* full-size datagrams in a row */
#define STEP		32		/* of the halves above 1500 */

static const uint16_t	 ladder[] = {
	1280, 1400, 1420, 1440, 1452, 1460, 1472, 1480, 1492, PATH_MTU
};
#define SIZES	(sizeof(ladder) / sizeof(ladder[0]))

static int	 sets_df(const struct path *);
static int	 answers(const struct path *);
static void	 limit(struct path *, uint64_t);
static void	 set_mtu(struct path *, uint16_t, uint64_t);
static void	 verify(struct path *, uint64_t);
static void	 search(struct path *, uint64_t);
static void	 try(struct path *, uint16_t, uint64_t);
static void	 arrived(struct path *, uint64_t);
static void	 failed(struct path *, uint64_t);
static void	 search_end(struct path *, uint64_t);
static uint16_t	 next_size(const struct pmtu *);
static uint16_t	 size_below(uint16_t);

/* Of a path that is opened, by whichever end, or goes another way now. */
void
pmtu_start(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	memset(m, 0, sizeof(*m));
	m->mtu = PATH_MTU;
	m->result_packet = NEVER;
	m->next = now + QUIET;
	limit(p, now);
	m->settled = m->mtu;
	tunnel_update(p->tunnel, now);
}

/* What the ends say of the link may have changed. */
void
pmtu_limits(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	uint16_t	 max = m->max;

	limit(p, now);
	if (m->max == max)
		return;
	m->settled = MIN(m->settled, m->max);
	/* the first search is yet to come */
	if (m->pause != 0 || m->size != 0)
		verify(p, now);
	tunnel_update(p->tunnel, now);
}

/* It was down, and may go another way now. */
void
pmtu_verify(struct path *p, uint64_t now)
{
	if (p->pmtu.size == 0)
		verify(p, now);
}

/* Does nothing between here and the peer cut what this end sends? */
static int
sets_df(const struct path *p)
{
	return (p->addr.ep.remote.family == 6 || p->tunnel->core->ops.dontfrag);
}

/* What is lost at other times says nothing about sizes; and how long an answer
 * takes must be known. */
static int
answers(const struct path *p)
{
	return (p->st.state == PATH_UP && p->delay.srtt != -1);
}

/* The most that could be. */
static void
limit(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	uint16_t	 max = PKT_SIZE;

	if (p->terms.mtu_own == 0 && p->terms.mtu_peer == 0)
		max = PATH_MTU;
	if (p->terms.mtu_own != 0)
		max = MIN(max, p->terms.mtu_own);
	if (p->terms.mtu_peer != 0)
		max = MIN(max, p->terms.mtu_peer);
	if (m->refused != 0)
		max = MIN(max, size_below(m->refused));
	if (!sets_df(p) && m->peer_df && m->toward != 0)
		max = MIN(max, m->toward);
	m->max = MAX(max, LINK_MTU_MIN);
	if (m->mtu > m->max)
		set_mtu(p, m->max, now);
}

static void
set_mtu(struct path *p, uint16_t mtu, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	int		 less = mtu < m->mtu;

	m->mtu = mtu;
	m->measured = 0;
	m->vanished = 0;
	tunnel_update(p->tunnel, now);
	if (less)
		sched_refit(p);
}

/*
 * Searching.  What arrived is below m->high, what did not is not.
 */

/* Does what is in force arrive? */
static void
verify(struct path *p, uint64_t now)
{
	p->pmtu.low = 0;
	p->pmtu.high = p->pmtu.max + 1;
	try(p, p->pmtu.mtu, now);
}

/* Could it be more?  An interface that refused a size may have grown. */
static void
search(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	m->refused = 0;
	limit(p, now);
	m->low = m->mtu;
	m->high = m->max + 1;
	if (m->measured && next_size(m) != 0)
		try(p, next_size(m), now);
	else
		verify(p, now);
}

static void
try(struct path *p, uint16_t size, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	m->size = size;
	m->number = ++p->tunnel->mtu_number;
	m->tries = 0;
	m->next = now;
}

static void
arrived(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	m->low = m->size;
	if (m->size > m->mtu)
		set_mtu(p, m->size, now);
	if (m->size == m->mtu)
		m->measured = 1;
	if (next_size(m) != 0)
		try(p, next_size(m), now);
	else
		search_end(p, now);
}

static void
failed(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	m->high = m->size;
	if (m->size <= m->mtu) {
		m->low = 0;
		if (m->mtu > SAFE)
			set_mtu(p, SAFE, now);
	}
	if (next_size(m) != 0)
		try(p, next_size(m), now);
	else
		search_end(p, now);
}

/* When not even what is sure to arrive is answered, that says nothing: all was
 * lost, or the peer does not know these frames. */
static void
search_end(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	m->size = 0;
	if (m->low == 0) {
		set_mtu(p, MIN(m->settled, m->max), now);
		m->pause = MAX(2 * m->pause, SEARCH_SOON);
	} else
		m->pause = SEARCH_AGAIN;
	m->pause = MIN(m->pause, SEARCH_AGAIN);
	m->next = now + m->pause;
	m->settled = m->mtu;
	tunnel_update(p->tunnel, now);
}

/* The next size worth trying, 0 if there is none. */
static uint16_t
next_size(const struct pmtu *m)
{
	size_t	 i;

	for (i = 0; i < SIZES; i++)
		if (ladder[i] > m->low && ladder[i] < m->high)
			return (ladder[i]);
	if (m->max > m->low && m->max < m->high)
		return (m->max);
	if (m->low >= PATH_MTU && m->high - m->low > STEP)
		return ((m->low + m->high) / 2);
	return (0);
}

static uint16_t
size_below(uint16_t size)
{
	size_t	 i;

	for (i = SIZES; i-- > 0;)
		if (ladder[i] < size)
			return (ladder[i]);
	return (LINK_MTU_MIN);
}

void
pmtu_timer(struct path *p, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	if (m->results > 0 && now >= m->result_next)
		path_want(p, PEND_MTU);
	if (!answers(p))
		m->tries = 0;
	if (!answers(p) || now < m->next)
		return;
	if (m->size == 0)
		search(p, now);
	else if (m->tries == TRIES)
		failed(p, now);
}

uint64_t
pmtu_deadline(const struct path *p)
{
	const struct pmtu	*m = &p->pmtu;
	uint64_t		 when = NEVER;

	if (m->results > 0)
		when = m->result_next;
	if (answers(p))
		when = MIN(when, m->next);
	return (when);
}

/* A probe, if one is due.  It may well be lost, which must not make the path
 * a dead or a lossy one. */
int
pmtu_compose(struct path *p, struct dgram *dg, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	struct frame	 f;
	uint8_t		 plain[PKT_SIZE];
	size_t		 len;

	if (!answers(p) || m->size == 0 || m->tries == TRIES || now < m->next)
		return (0);
	m->tries++;
	m->next = now + path_dead_time(p);
	len = DATA_INNERLEN + path_room(p, m->size);
	memset(plain, 0, len);
	tunnel_mark(p, plain);
	f.type = FRAME_MTU_PROBE;
	f.u.mtu.size = m->size;
	f.u.mtu.number = m->number;
	frame_put(&f, plain + DATA_INNERLEN, len - DATA_INNERLEN);
	return (path_seal_probe(p, plain, len, dg, now));
}

/*
 * Frames
 */

/* What is between may have made IPv6 of IPv4, or the reverse. */
void
pmtu_probed(struct path *p, const struct frame *f, const struct dgram *dg,
    uint64_t now)
{
	struct pmtu	*m = &p->pmtu;

	if (f->u.mtu.size != dg->len + OVERHEAD_IP4 &&
	    f->u.mtu.size != dg->len + OVERHEAD_IP6)
		return;
	m->result_size = f->u.mtu.size;
	m->result_number = f->u.mtu.number;
	m->results = RESULTS;
	m->result_packet = NEVER;
	m->result_next = now;
	if (f->u.mtu.size == m->toward)
		return;
	m->toward = f->u.mtu.size;
	if (!sets_df(p) && m->peer_df) {
		limit(p, now);
		m->size = 0;
		m->next = now + QUIET;
	}
}

size_t
pmtu_put_result(struct path *p, uint8_t *buf, size_t room, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	struct frame	 f;

	f.type = FRAME_MTU_RESULT;
	f.u.mtu.size = m->result_size;
	f.u.mtu.number = m->result_number;
	f.u.mtu.flags = sets_df(p) ? MTU_RESULT_DF : 0;
	m->results--;
	m->result_packet = p->tunnel->as.lane[p->id]->tx_next;
	m->result_next = now + path_dead_time(p);
	return (frame_put(&f, buf, room));
}

/* An answer, which may come on any path. */
void
pmtu_result(struct tunnel *t, const struct frame *f, uint64_t now)
{
	struct path	*p;
	int		 i, df = (f->u.mtu.flags & MTU_RESULT_DF) != 0;

	for (i = 0; i < t->npaths; i++) {
		p = t->paths[i];
		if (p->pmtu.size == 0 || p->pmtu.size != f->u.mtu.size ||
		    p->pmtu.number != f->u.mtu.number || p->pmtu.tries == 0)
			continue;
		if (df != p->pmtu.peer_df) {
			p->pmtu.peer_df = df;
			limit(p, now);
			if (p->pmtu.size > p->pmtu.max) {
				verify(p, now);
				return;
			}
		}
		arrived(p, now);
		return;
	}
}

/*
 * What vanishes
 */

/*
 * A report with numbers up to highest; those from first are news, and no peer
 * makes us look at one twice.
 * Returns how many of them are probes that did not arrive: no losses.
 */
unsigned int
pmtu_report(struct path *p, const struct frame *f, uint64_t first,
    uint64_t highest, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	struct sent	*s;
	uint64_t	 n;
	unsigned int	 probes = 0;

	if (m->results > 0 && m->result_packet != NEVER &&
	    report_has(f, highest, m->result_packet))
		m->results = 0;
	if (highest >= SENT_RING && first < highest - SENT_RING + 1)
		first = highest - SENT_RING + 1;
	for (n = first; n <= highest; n++) {
		if ((s = flight_sent(&p->flight, n)) == NULL)
			continue;
		if (report_has(f, highest, n)) {
			if (s->bytes > SAFE && !s->probe)
				m->vanished = 0;
		} else if (s->probe)
			probes++;
		else if (s->bytes > SAFE && s->bytes <= m->mtu)
			m->vanished++;
	}
	if (m->vanished >= VANISHED && m->mtu > SAFE && m->size == 0 &&
	    now >= m->hole_next) {
		m->vanished = 0;
		m->hole_next = now + QUIET;
		verify(p, now);
	}
	return (probes);
}

/* The system refused a datagram: its interface carries less than was known. */
void
pmtu_refused(struct path *p, const struct dgram *dg, uint64_t now)
{
	struct pmtu	*m = &p->pmtu;
	size_t		 size = dg->len + ip_overhead(&dg->ep);

	/* one that was on its way when another was refused */
	if (size > m->max || size <= LINK_MTU_MIN)
		return;
	m->refused = size;
	limit(p, now);
	verify(p, now);
}
