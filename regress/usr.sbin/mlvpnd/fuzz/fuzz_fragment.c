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
 * Packets are cut, and their pieces arrive as the input tells: in which
 * order, how often, changed, or never.  What comes out must be what went in,
 * each at most once, unless a piece was changed; and nothing may stay.
 */

#include <sodium.h>

#include "fuzz.h"
#include "tunnel.h"
#include "wire.h"

#define NPKTS		128
#define NPIECES		64		/* under way */
#define NMADE		256		/* packets, then the numbers repeat */
#define HEAD		22		/* number, length, rest of it */

/* The plaintext of a datagram. */
struct piece {
	size_t	 len;
	uint8_t	 buf[2048];
};

static struct core	*core;
static struct tunnel	*t;
static struct piece	 pieces[NPIECES];
static size_t		 npieces, made;
static uint8_t		 came[NMADE];
static int		 tainted;
static uint64_t		 now;

static void	 make(size_t, size_t);
static void	 arrive(size_t, uint8_t, uint8_t);
static void	 output(void);
static void	 fill(void *, void *, size_t);
static void	 event(void *, const struct core_event *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct core_ops		 ops = { .random = fill, .event = event };
	struct tunnel_conf	 tc;

	if (sodium_init() == -1)
		abort();
	now = 1000 * USEC;
	npieces = made = 0;
	tainted = 0;
	memset(came, 0, sizeof(came));
	memset(&tc, 0, sizeof(tc));
	tc.id = 1;
	tc.mtu = TUNNEL_MTU_MAX;
	tc.has_psk = 1;
	tc.reorder = size % 2 ? ANSWER_NO : ANSWER_AUTO;
	FUZZ_CHECK((core = core_new(&ops, NPKTS)) != NULL);
	FUZZ_CHECK((t = tunnel_new(core, &tc, now)) != NULL);
	for (; size >= 3; data += 3, size -= 3) {
		switch (data[0] & 7) {
		case 0:
		case 1:
			make(data[1] * 36U, data[2] * 6U);
			break;
		case 2:
			now += data[1] * 10000U;
			break;
		default:
			arrive(data[1], data[0] & 8 ? data[2] : 0,
			    data[0] >> 4);
			break;
		}
		deliver_timer(t, now);
		fragment_timer(t, now);
		output();
	}
	/* nothing waits for ever */
	now += USEC;
	deliver_timer(t, now);
	now += USEC;
	fragment_timer(t, now);
	output();
	FUZZ_CHECK(core->pool.nfree == NPKTS);
	tunnel_free(t);
	core_free(core);
	return (0);
}

/* A packet, cut for a path of so much room. */
static void
make(size_t len, size_t room)
{
	struct pkt	*p, *piece[FRAGMENT_MAX];
	struct piece	*q;
	uint8_t		*head;
	size_t		 i, n, left;

	if ((p = pkt_get(core_pool(core))) == NULL)
		return;
	p->len = (uint16_t)(len < HEAD ? HEAD : len);
	for (i = 0; i < p->len; i++)
		PKT_DATA(p)[i] = (uint8_t)(made + i + i / 256);
	PKT_DATA(p)[0] = 0x45;
	put16(PKT_DATA(p) + 1, (uint16_t)made);
	put16(PKT_DATA(p) + 3, p->len);
	t->room = room < 464 ? 464 : room;
	left = p->len;
	n = fragment_cut(t, p, piece);
	if (n == 0 || n > NPIECES - npieces) {
		FUZZ_CHECK(n > 0 || left > 16 * (t->room - 2) ||
		    share_short(&t->share));
		for (i = 0; i < (n == 0 ? 1 : n); i++)
			pkt_put(core_pool(core), piece[i]);
		return;
	}
	for (i = 0; i < n; i++) {
		FUZZ_CHECK(piece[i]->len > 0 && piece[i]->len <= left);
		FUZZ_CHECK(fragment_size(piece[i]) <= t->room);
		left -= piece[i]->len;
		piece[i]->seq = t->sched.next_seq++;
		piece[i]->pred = i > 0;
		q = &pieces[npieces++];
		head = fragment_head(piece[i]);
		q->len = DATA_INNERLEN + fragment_size(piece[i]);
		memcpy(q->buf, head, q->len);
		pkt_put(core_pool(core), piece[i]);
	}
	FUZZ_CHECK(left == 0);
	made++;
}

/* One of those under way, which may go on to come again. */
static void
arrive(size_t which, uint8_t mask, uint8_t at)
{
	struct dgram	 dg;
	struct piece	*q;
	struct pkt	*p;

	if (npieces == 0 || (p = pkt_get(core_pool(core))) == NULL)
		return;
	q = &pieces[which % npieces];
	p->len = (uint16_t)(q->len - DATA_INNERLEN);
	memcpy(PKT_DATA(p) - DATA_INNERLEN, q->buf, q->len);
	if (mask != 0) {
		tainted = 1;
		(PKT_DATA(p) - DATA_INNERLEN)[at % 9] ^= mask;
		/* control frames are for others */
		if ((PKT_DATA(p) - DATA_INNERLEN)[0] >> 4 == KIND_CONTROL)
			*(PKT_DATA(p) - DATA_INNERLEN) |= KIND_PACKET << 4;
	} else if (which & 128)
		*q = pieces[--npieces];
	memset(&dg, 0, sizeof(dg));
	tunnel_data(t, 0, &dg, p, 0, now);
}

static void
output(void)
{
	struct pkt	*p[BATCH_MAX];
	uint8_t		*d;
	size_t		 i, j, n, number;

	while ((n = tunnel_output(t, p, BATCH_MAX, now)) > 0)
		for (i = 0; i < n; i++) {
			FUZZ_CHECK(p[i]->refs == 1 && p[i]->frag == 0);
			FUZZ_CHECK(p[i]->len <= TUNNEL_MTU_MAX + 22 ||
			    tainted);
			d = PKT_DATA(p[i]);
			number = get16(d + 1);
			for (j = 5; j < p[i]->len && !tainted; j++)
				FUZZ_CHECK(d[j] == (uint8_t)(number + j +
				    j / 256));
			if (!tainted) {
				FUZZ_CHECK(number < made);
				FUZZ_CHECK(get16(d + 3) == p[i]->len);
				FUZZ_CHECK(number >= NMADE ||
				    came[number]++ == 0);
			}
			pkt_put(core_pool(core), p[i]);
		}
}

static void
fill(void *arg, void *buf, size_t len)
{
	memset(buf, 7, len);
}

static void
event(void *arg, const struct core_event *ev)
{
}
