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

#include "clock.h"
#include "fragment.h"
#include "frame.h"
#include "fuzz.h"
#include "reorder.h"
#include "wire.h"

#define NPKTS		128
#define NPIECES		64		/* under way */
#define NMADE		256		/* packets, then the numbers repeat */
#define HEAD		22		/* number, length, rest of it */
#define LEN_MAX		9022
#define ROOM_MIN	464

/* The plaintext of a datagram. */
struct piece {
	size_t	 len;
	uint8_t	 buf[2048];
};

static struct pool	 pool;
static struct share	 share;
static struct fragments	 fragments;
static struct reorder	 reorder;
static struct reorder_conf conf;
static struct pktq	 out;
static struct piece	 pieces[NPIECES];
static size_t		 npieces, made;
static uint8_t		 came[NMADE];
static int		 tainted;
static uint64_t		 now, next_seq, passed;

static void	 make(size_t, size_t);
static void	 arrive(size_t, uint8_t, uint8_t);
static void	 timers(void);
static void	 output(void);
static void	 check(struct pkt *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	now = 1000 * USEC;
	npieces = made = 0;
	next_seq = 1;
	passed = 0;
	tainted = 0;
	memset(came, 0, sizeof(came));
	conf.unordered = size % 2;
	conf.max = SIZE_MAX;
	TAILQ_INIT(&out);
	FUZZ_CHECK(pool_init(&pool, NPKTS) == 0);
	share_init(&share, &pool);
	fragment_init(&fragments, &share);
	memset(&reorder, 0, sizeof(reorder));
	reorder_init(&reorder, &share, 0x9e3779b97f4a7c15);
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
		timers();
		output();
	}
	/* nothing waits for ever */
	now += USEC;
	timers();
	output();
	now += USEC;
	timers();
	output();
	FUZZ_CHECK(pool.nfree == NPKTS);
	FUZZ_CHECK(share.held[SHARE_RECEIVED] == 0);
	reorder_free(&reorder);
	share_free(&share);
	pool_free(&pool);
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

	if ((p = pkt_get(&pool)) == NULL)
		return;
	p->len = (uint16_t)(len < HEAD ? HEAD : len);
	for (i = 0; i < p->len; i++)
		PKT_DATA(p)[i] = (uint8_t)(made + i + i / 256);
	put16(PKT_DATA(p) + 1, (uint16_t)made);
	put16(PKT_DATA(p) + 3, p->len);
	if (room < ROOM_MIN)
		room = ROOM_MIN;
	left = p->len;
	n = fragment_cut(&fragments, p, room, piece);
	if (n == 0 || n > NPIECES - npieces) {
		FUZZ_CHECK(n > 0 || left > 16 * (room - 2) ||
		    share_short(&share));
		for (i = 0; i < (n == 0 ? 1 : n); i++)
			pkt_put(&pool, piece[i]);
		return;
	}
	for (i = 0; i < n; i++) {
		FUZZ_CHECK(piece[i]->len > 0 && piece[i]->len <= left);
		FUZZ_CHECK(fragment_size(piece[i]) <= room);
		left -= piece[i]->len;
		piece[i]->seq = next_seq++;
		piece[i]->pred = i > 0;
		q = &pieces[npieces++];
		head = fragment_head(piece[i]);
		q->len = DATA_INNERLEN + fragment_size(piece[i]);
		memcpy(q->buf, head, q->len);
		pkt_put(&pool, piece[i]);
	}
	FUZZ_CHECK(left == 0);
	made++;
}

/* One of those under way, which may go on to come again. */
static void
arrive(size_t which, uint8_t mask, uint8_t at)
{
	struct piece	*q;
	struct pkt	*p;
	uint8_t		*inner, kind;

	if (npieces == 0 || (p = pkt_get(&pool)) == NULL)
		return;
	q = &pieces[which % npieces];
	inner = PKT_DATA(p) - DATA_INNERLEN;
	p->len = (uint16_t)(q->len - DATA_INNERLEN);
	memcpy(inner, q->buf, q->len);
	if (mask != 0) {
		tainted = 1;
		inner[at % 9] ^= mask;
	} else if (which & 128)
		*q = pieces[--npieces];
	kind = inner[0] >> 4;
	p->time = now;
	p->seq = get32(inner) & ((1U << SEQ_BITS) - 1);
	p->pred = get16(inner + 4);
	p->copy = (kind & KIND_COPY) != 0;
	if ((kind & ~KIND_COPY) == KIND_FRAGMENT && fragment_parse(p) == -1) {
		FUZZ_CHECK(tainted);
		pkt_put(&pool, p);
		return;
	}
	reorder_input(&reorder, &conf, &passed, p, &out, now);
}

static void
timers(void)
{
	struct reorder_paths	 paths = { passed, 10000, 500000 };

	reorder_timer(&reorder, &paths, &out, now);
	fragment_timer(&fragments, now);
}

static void
output(void)
{
	struct pkt	*p;

	while ((p = TAILQ_FIRST(&out)) != NULL) {
		TAILQ_REMOVE(&out, p, entry);
		if (p->frag != 0 &&
		    (p = fragment_join(&fragments, p, LEN_MAX)) == NULL)
			continue;
		check(p);
		pkt_put(&pool, p);
	}
}

static void
check(struct pkt *p)
{
	uint8_t		*d = PKT_DATA(p);
	size_t		 number = get16(d + 1), i;

	FUZZ_CHECK(p->refs == 1 && p->frag == 0);
	FUZZ_CHECK(p->len <= LEN_MAX || tainted);
	if (tainted)
		return;
	for (i = 5; i < p->len; i++)
		FUZZ_CHECK(d[i] == (uint8_t)(number + i + i / 256));
	FUZZ_CHECK(number < made);
	FUZZ_CHECK(get16(d + 3) == p->len);
	FUZZ_CHECK(number >= NMADE || came[number]++ == 0);
}
