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
 * Searches for the MTU of a path by probes (RFC 8899) and notices black
 * holes.
 */

#include <sys/param.h>

#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "dgram.h"
#include "pmtu.h"

/*
 * The MTU announced by both ends is used until a probe of this size is not
 * answered.  Then, and when full-sized datagrams vanish, BASE_PLPMTU is used,
 * and larger sizes once they are known to arrive.  The MTU of the interface
 * follows only the result of a search.  Where DF cannot be set, a probe
 * arrives in fragments of IP and shows only that the size arrives at all: the
 * size that the peer can send here unfragmented is then the limit in the
 * other direction too.
 */

/* RFC 8899, 5.1 */
#define BASE_PLPMTU	1280
#define MAX_PROBES	3
#define RAISE_TIMER	(600 * USEC)

#define RAISE_SOON	(10 * USEC)	/* after an empty search; doubled */
#define SEARCH_DELAY	(1 * USEC)	/* after a start, and a peer's search */
#define RESULTS		3		/* copies of an answer, at most */
#define BLACK_HOLE	4		/* full-size datagrams in a row */
#define STEP		32		/* of the halves above 1500 */

static const uint16_t	 ladder[] = {
	BASE_PLPMTU, 1400, 1420, 1440, 1452, 1460, 1472, 1480, 1492, PATH_MTU
};
#define SIZES	(sizeof(ladder) / sizeof(ladder[0]))

static int	 tell(struct pmtu *);
static void	 limit(struct pmtu *, const struct pmtu_path *);
static void	 use_mtu(struct pmtu *, uint16_t);
static void	 verify(struct pmtu *, uint64_t);
static void	 search(struct pmtu *, const struct pmtu_path *, uint64_t);
static void	 try(struct pmtu *, uint16_t, uint64_t);
static void	 probe_arrived(struct pmtu *, uint64_t);
static void	 failed(struct pmtu *, uint64_t);
static void	 search_on(struct pmtu *, uint64_t);
static void	 search_end(struct pmtu *, uint64_t);
static uint16_t	 next_size(const struct pmtu *);
static uint16_t	 size_below(uint16_t);

int
pmtu_start(struct pmtu *m, const struct pmtu_path *path, uint64_t now)
{
	memset(m, 0, sizeof(*m));
	m->mtu = PATH_MTU;
	m->result_packet = NEVER;
	m->next = now + SEARCH_DELAY;
	limit(m, path);
	m->settled = m->mtu;
	m->changed |= PMTU_CHANGED;
	return (tell(m));
}

int
pmtu_limits(struct pmtu *m, const struct pmtu_path *path, uint64_t now)
{
	uint16_t	 max = m->max;

	limit(m, path);
	if (m->max != max) {
		m->settled = MIN(m->settled, m->max);
		/* the first search is yet to come */
		if (m->pause != 0 || m->size != 0)
			verify(m, now);
		m->changed |= PMTU_CHANGED;
	}
	return (tell(m));
}

void
pmtu_verify(struct pmtu *m, uint64_t now)
{
	if (m->size == 0)
		verify(m, now);
}

static int
tell(struct pmtu *m)
{
	int	 changed = m->changed;

	m->changed = 0;
	return (changed);
}

/* The upper bound. */
static void
limit(struct pmtu *m, const struct pmtu_path *path)
{
	uint16_t	 max = PKT_SIZE;

	if (path->own == 0 && path->peer == 0)
		max = PATH_MTU;
	if (path->own != 0)
		max = MIN(max, path->own);
	if (path->peer != 0)
		max = MIN(max, path->peer);
	if (m->refused != 0)
		max = MIN(max, size_below(m->refused));
	if (!path->df && m->peer_df && m->toward != 0)
		max = MIN(max, m->toward);
	m->max = MAX(max, LINK_MTU_MIN);
	if (m->mtu > m->max)
		use_mtu(m, m->max);
}

static void
use_mtu(struct pmtu *m, uint16_t mtu)
{
	m->changed |= PMTU_CHANGED | (mtu < m->mtu ? PMTU_LESS : 0);
	m->mtu = mtu;
	m->measured = 0;
	m->vanished = 0;
}

/*
 * Searching.  What arrived is below m->high, what did not is not.
 */

/* Does the current MTU arrive? */
static void
verify(struct pmtu *m, uint64_t now)
{
	m->low = 0;
	m->high = m->max + 1;
	try(m, m->mtu, now);
}

/* Could it be more?  An interface that refused a size may have grown. */
static void
search(struct pmtu *m, const struct pmtu_path *path, uint64_t now)
{
	m->refused = 0;
	limit(m, path);
	m->low = m->mtu;
	m->high = m->max + 1;
	if (m->measured && next_size(m) != 0)
		try(m, next_size(m), now);
	else
		verify(m, now);
}

static void
try(struct pmtu *m, uint16_t size, uint64_t now)
{
	m->size = size;
	m->number = 0;
	m->tries = 0;
	m->next = now;
}

static void
probe_arrived(struct pmtu *m, uint64_t now)
{
	m->low = m->size;
	if (m->size > m->mtu)
		use_mtu(m, m->size);
	if (m->size == m->mtu)
		m->measured = 1;
	search_on(m, now);
}

static void
failed(struct pmtu *m, uint64_t now)
{
	m->high = m->size;
	if (m->size <= m->mtu) {
		m->low = 0;
		if (m->mtu > BASE_PLPMTU)
			use_mtu(m, BASE_PLPMTU);
	}
	search_on(m, now);
}

static void
search_on(struct pmtu *m, uint64_t now)
{
	uint16_t	 size = next_size(m);

	if (size != 0)
		try(m, size, now);
	else
		search_end(m, now);
}

/*
 * If even the smallest size is not answered, nothing has been learnt: all
 * probes were lost, or the peer does not know these frames.
 */
static void
search_end(struct pmtu *m, uint64_t now)
{
	m->size = 0;
	if (m->low == 0) {
		use_mtu(m, MIN(m->settled, m->max));
		m->pause = MAX(2 * m->pause, RAISE_SOON);
	} else
		m->pause = RAISE_TIMER;
	m->pause = MIN(m->pause, RAISE_TIMER);
	m->next = now + m->pause;
	m->settled = m->mtu;
	m->changed |= PMTU_CHANGED;
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

int
pmtu_timer(struct pmtu *m, const struct pmtu_path *path, uint64_t now)
{
	if (!path->answers) {
		m->tries = 0;
		return (0);
	}
	if (now < m->next)
		return (0);
	if (m->size == 0)
		search(m, path, now);
	else if (m->tries == MAX_PROBES)
		failed(m, now);
	return (tell(m));
}

uint64_t
pmtu_deadline(const struct pmtu *m, const struct pmtu_path *path)
{
	uint64_t	 when = NEVER;

	if (m->results > 0)
		when = m->result_next;
	if (path->answers)
		when = MIN(when, m->next);
	return (when);
}

int
pmtu_probe_due(const struct pmtu *m, uint64_t now)
{
	return (m->size != 0 && m->tries < MAX_PROBES && now >= m->next);
}

void
pmtu_probe(struct pmtu *m, uint16_t *numbers, uint64_t timeout, uint64_t now)
{
	if (m->number == 0 && (m->number = ++*numbers) == 0)
		m->number = ++*numbers;
	m->tries++;
	m->next = now + timeout;
}

int
pmtu_asks(const struct pmtu *m, uint16_t size, uint16_t number)
{
	return (m->size != 0 && m->tries > 0 && m->size == size &&
	    m->number == number);
}

int
pmtu_answer(struct pmtu *m, const struct pmtu_path *path, int df,
    uint64_t now)
{
	if (df != m->peer_df) {
		m->peer_df = df;
		limit(m, path);
		if (m->size > m->max) {
			verify(m, now);
			return (tell(m));
		}
	}
	probe_arrived(m, now);
	return (tell(m));
}

/*
 * The peer's search
 */

int
pmtu_probed(struct pmtu *m, const struct pmtu_path *path, uint16_t size,
    uint16_t number, uint64_t now)
{
	m->result_size = size;
	m->result_number = number;
	m->results = RESULTS;
	m->result_packet = NEVER;
	m->result_next = now;
	if (size == m->toward)
		return (0);
	m->toward = size;
	if (!path->df && m->peer_df) {
		limit(m, path);
		m->size = 0;
		m->next = now + SEARCH_DELAY;
	}
	return (tell(m));
}

int
pmtu_result_due(const struct pmtu *m, uint64_t now)
{
	return (m->results > 0 && now >= m->result_next);
}

void
pmtu_result_sent(struct pmtu *m, uint64_t packet, uint64_t timeout,
    uint64_t now)
{
	m->results--;
	m->result_packet = packet;
	m->result_next = now + timeout;
}

void
pmtu_result_came(struct pmtu *m)
{
	m->results = 0;
}

/*
 * What vanishes
 */

void
pmtu_sent(struct pmtu *m, uint16_t size, int came)
{
	if (size <= BASE_PLPMTU)
		return;
	if (came)
		m->vanished = 0;
	else if (size <= m->mtu)
		m->vanished++;
}

void
pmtu_black_hole(struct pmtu *m, uint64_t now)
{
	if (m->vanished < BLACK_HOLE || m->mtu <= BASE_PLPMTU ||
	    m->size != 0 || now < m->hole_next)
		return;
	m->vanished = 0;
	m->hole_next = now + SEARCH_DELAY;
	verify(m, now);
}

int
pmtu_refused(struct pmtu *m, const struct pmtu_path *path, size_t size,
    uint64_t now)
{
	/* one that was sent before another was refused */
	if (size > m->max || size <= LINK_MTU_MIN)
		return (0);
	m->refused = size;
	limit(m, path);
	verify(m, now);
	return (tell(m));
}
