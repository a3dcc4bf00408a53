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
#include "wire.h"

/*
 * Packets longer than a path carries (mlvpn(7), Fragments).  They are cut so
 * that every path in use carries each piece: a piece can then go over
 * whichever path, over several at once, and be sent again over another one.
 * Pieces are packets of their own to all that is between here and there; at
 * the receiver each waits for the one before it as packets of a flow do, so
 * that they come here in order.  The first one's buffer is what the others
 * are joined to.
 */

#define INDEX(f)	((f) >> 4)
#define COUNT(f)	(((f) & 0xf) + 1U)

#define SETS_MAX	64		/* packets that are being joined */
#define SET_AGE		(1 * USEC)	/* twice what a piece is held */

static void	 set_drop(struct tunnel *, struct pkt *);
static struct pkt *set_find(struct tunnel *, const struct pkt *);
static size_t	 joined_max(const struct tunnel *);

void
fragment_init(struct tunnel *t)
{
	TAILQ_INIT(&t->fragments.sets);
}

/* The tunnel goes away, or another association begins. */
void
fragment_clear(struct tunnel *t)
{
	while (!TAILQ_EMPTY(&t->fragments.sets))
		set_drop(t, TAILQ_FIRST(&t->fragments.sets));
}

/*
 * The pieces of a packet, FRAGMENT_MAX at most: p itself, and others out of
 * the pool if it is too long.  Returns how many; 0, and p is as it was, if
 * that is too many or there are no buffers.
 */
size_t
fragment_cut(struct tunnel *t, struct pkt *p, struct pkt **piece)
{
	size_t	 n, i, size, room = t->room - FRAGMENT_HDRLEN;

	piece[0] = p;
	if (p->len <= t->room || t->conf.protocol == PROTO_MLVPN2)
		return (1);
	if ((n = howmany(p->len, room)) > FRAGMENT_MAX)
		return (0);
	size = howmany(p->len, n);
	for (i = 1; i < n; i++) {
		if (share_short(&t->share) || (piece[i] =
		    pkt_get(&t->core->pool)) == NULL) {
			while (--i > 0)
				pkt_put(&t->core->pool, piece[i]);
			return (0);
		}
		memcpy(piece[i], p, offsetof(struct pkt, buf));
		piece[i]->len = MIN(size, p->len - i * size);
		piece[i]->frag = i << 4 | (n - 1);
		memcpy(PKT_DATA(piece[i]), PKT_DATA(p) + i * size,
		    piece[i]->len);
	}
	p->len = size;
	p->frag = n - 1;
	t->tx_cut++;
	return (n);
}

/* Bytes of a packet, or of a piece with its header. */
size_t
fragment_size(const struct pkt *p)
{
	return (p->len + (p->frag != 0 ? FRAGMENT_HDRLEN : 0));
}

/* Writes what is before the data in a datagram, and returns where that
 * begins. */
uint8_t *
fragment_head(struct pkt *p)
{
	uint8_t	*head = PKT_DATA(p), kind = KIND_PACKET;

	if (p->frag != 0) {
		kind = KIND_FRAGMENT;
		*--head = 0;
		*--head = p->frag;
	}
	head -= DATA_INNERLEN;
	inner_put(head, kind | (p->copy ? KIND_COPY : 0), p->seq, p->pred);
	return (head);
}

/*
 * A piece came, its header before its data.  Returns -1 if it is none that
 * could be; one that is the whole packet is no piece any more.
 */
int
fragment_parse(struct pkt *p, uint16_t distance)
{
	uint8_t	 frag;

	if (p->len <= FRAGMENT_HDRLEN)
		return (-1);
	frag = PKT_DATA(p)[0];
	if (INDEX(frag) >= COUNT(frag) || (INDEX(frag) > 0 && distance != 1))
		return (-1);
	p->frag = frag;
	p->len -= FRAGMENT_HDRLEN;
	memmove(PKT_DATA(p), PKT_DATA(p) + FRAGMENT_HDRLEN, p->len);
	return (0);
}

/* Does the piece follow another one of the same packet? */
int
fragment_follows(const struct pkt *p)
{
	return (INDEX(p->frag) > 0);
}

/*
 * The next piece in order.  Takes over p; returns the packet if it is the
 * last one and none is missing, else NULL.
 */
struct pkt *
fragment_join(struct tunnel *t, struct pkt *p)
{
	struct fragments	*fs = &t->fragments;
	struct pkt		*set;

	if (INDEX(p->frag) == 0) {
		if (fs->n == SETS_MAX || (fs->n > 0 &&
		    share_short(&t->share)))
			set_drop(t, TAILQ_FIRST(&fs->sets));
		TAILQ_INSERT_TAIL(&fs->sets, p, entry);
		fs->n++;
		share_hold(&t->share, SHARE_RECEIVED);
		return (NULL);
	}
	if ((set = set_find(t, p)) == NULL) {
		t->rx_incomplete++;
		pkt_put(&t->core->pool, p);
		return (NULL);
	}
	if (p->frag != set->frag + (1 << 4) ||
	    set->len + p->len > joined_max(t)) {
		t->rx_incomplete++;
		pkt_put(&t->core->pool, p);
		set_drop(t, set);
		return (NULL);
	}
	memcpy(PKT_DATA(set) + set->len, PKT_DATA(p), p->len);
	set->len += p->len;
	set->seq = p->seq;
	set->frag = p->frag;
	pkt_put(&t->core->pool, p);
	if (INDEX(set->frag) < COUNT(set->frag) - 1)
		return (NULL);
	TAILQ_REMOVE(&fs->sets, set, entry);
	fs->n--;
	share_release(&t->share, SHARE_RECEIVED);
	set->frag = 0;
	t->rx_joined++;
	return (set);
}

/* Whose next piece this is; what is being joined has the last one's
 * sequence. */
static struct pkt *
set_find(struct tunnel *t, const struct pkt *p)
{
	struct pkt	*set;

	TAILQ_FOREACH_REVERSE(set, &t->fragments.sets, pktq, entry)
		if (set->seq + 1 == p->seq)
			break;
	return (set);
}

static void
set_drop(struct tunnel *t, struct pkt *set)
{
	t->rx_incomplete += INDEX(set->frag) + 1;
	TAILQ_REMOVE(&t->fragments.sets, set, entry);
	t->fragments.n--;
	share_release(&t->share, SHARE_RECEIVED);
	pkt_put(&t->core->pool, set);
}

/*
 * The longest result: an Ethernet header and two VLAN tags more than the MTU
 * of the tunnel at either end.  Where that is found out, it may be another at
 * the other end, but hardly more than links of Ethernet carry.
 */
static size_t
joined_max(const struct tunnel *t)
{
	uint16_t	 mtu = t->as.peer_mtu != 0 ? t->as.peer_mtu : PATH_MTU;

	return (MIN(MAX(mtu, t->mtu) + 22U, PKT_ROOM));
}

/* Nothing more comes for what has waited too long. */
void
fragment_timer(struct tunnel *t, uint64_t now)
{
	while (now >= fragment_deadline(t))
		set_drop(t, TAILQ_FIRST(&t->fragments.sets));
}

uint64_t
fragment_deadline(const struct tunnel *t)
{
	const struct pkt	*first = TAILQ_FIRST(&t->fragments.sets);

	return (first != NULL ? first->time + SET_AGE : NEVER);
}
