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
 * Splits packets that fit no path into fragments, and joins those that come.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "fragment.h"
#include "frame.h"

/*
 * Fragments of a packet can be sent on any path, on several at once, and
 * again on another one.  The receiver restores their order before they get
 * here.  The others are appended to the buffer of the first one.
 */

#define INDEX(f)	((f) >> 4)
#define COUNT(f)	(((f) & 0xf) + 1U)

#define SETS_MAX	64		/* packets that are being joined */
#define SET_AGE		(1 * USEC)	/* twice what one is held */

static void	 set_drop(struct fragments *, struct pkt *);
static struct pkt *set_find(struct fragments *, const struct pkt *);
static void	 set_remove(struct fragments *, struct pkt *);

void
fragment_init(struct fragments *fs, struct share *share)
{
	memset(fs, 0, sizeof(*fs));
	fs->share = share;
	TAILQ_INIT(&fs->sets);
}

void
fragment_clear(struct fragments *fs)
{
	while (!TAILQ_EMPTY(&fs->sets))
		set_drop(fs, TAILQ_FIRST(&fs->sets));
}

size_t
fragment_cut(struct fragments *fs, struct pkt *p, size_t room,
    struct pkt **frags)
{
	size_t	 n, i, size;

	frags[0] = p;
	if (p->len <= room)
		return (1);
	if ((n = howmany(p->len, room - FRAGMENT_HDRLEN)) > FRAGMENT_MAX)
		return (0);
	size = howmany(p->len, n);
	for (i = 1; i < n; i++) {
		if (share_short(fs->share) ||
		    (frags[i] = pkt_get(fs->share->pool)) == NULL) {
			while (--i > 0)
				pkt_put(fs->share->pool, frags[i]);
			return (0);
		}
		memcpy(frags[i], p, offsetof(struct pkt, buf));
		frags[i]->len = MIN(size, p->len - i * size);
		frags[i]->frag = i << 4 | (n - 1);
		memcpy(PKT_DATA(frags[i]), PKT_DATA(p) + i * size,
		    frags[i]->len);
	}
	p->len = size;
	p->frag = n - 1;
	fs->count.cut++;
	return (n);
}

size_t
fragment_size(const struct pkt *p)
{
	return (p->len + (p->frag != 0 ? FRAGMENT_HDRLEN : 0));
}

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

int
fragment_parse(struct pkt *p)
{
	uint8_t	 frag;

	if (p->len <= FRAGMENT_HDRLEN)
		return (-1);
	frag = PKT_DATA(p)[0];
	if (INDEX(frag) >= COUNT(frag) || (INDEX(frag) > 0 && p->pred != 1))
		return (-1);
	p->frag = frag;
	p->len -= FRAGMENT_HDRLEN;
	memmove(PKT_DATA(p), PKT_DATA(p) + FRAGMENT_HDRLEN, p->len);
	return (0);
}

struct pkt *
fragment_join(struct fragments *fs, struct pkt *p, size_t max)
{
	struct pkt	*set;

	if (INDEX(p->frag) == 0) {
		if (fs->n == SETS_MAX || (fs->n > 0 && share_short(fs->share)))
			set_drop(fs, TAILQ_FIRST(&fs->sets));
		TAILQ_INSERT_TAIL(&fs->sets, p, entry);
		fs->n++;
		share_hold(fs->share, SHARE_RECEIVED);
		return (NULL);
	}
	if ((set = set_find(fs, p)) == NULL) {
		fs->count.incomplete++;
		pkt_put(fs->share->pool, p);
		return (NULL);
	}
	if (p->frag != set->frag + (1 << 4) ||
	    (size_t)set->len + p->len > MIN(max, PKT_ROOM)) {
		fs->count.incomplete++;
		pkt_put(fs->share->pool, p);
		set_drop(fs, set);
		return (NULL);
	}
	memcpy(PKT_DATA(set) + set->len, PKT_DATA(p), p->len);
	set->len += p->len;
	set->seq = p->seq;
	set->frag = p->frag;
	pkt_put(fs->share->pool, p);
	if (INDEX(set->frag) < COUNT(set->frag) - 1)
		return (NULL);
	set_remove(fs, set);
	set->frag = 0;
	fs->count.joined++;
	return (set);
}

/* The packet this fragment continues; it has the sequence of the last one. */
static struct pkt *
set_find(struct fragments *fs, const struct pkt *p)
{
	struct pkt	*set;

	TAILQ_FOREACH_REVERSE(set, &fs->sets, pktq, entry)
		if (set->seq + 1 == p->seq)
			break;
	return (set);
}

static void
set_drop(struct fragments *fs, struct pkt *set)
{
	fs->count.incomplete += INDEX(set->frag) + 1;
	set_remove(fs, set);
	pkt_put(fs->share->pool, set);
}

static void
set_remove(struct fragments *fs, struct pkt *set)
{
	TAILQ_REMOVE(&fs->sets, set, entry);
	fs->n--;
	share_release(fs->share, SHARE_RECEIVED);
}

void
fragment_timer(struct fragments *fs, uint64_t now)
{
	while (now >= fragment_deadline(fs))
		set_drop(fs, TAILQ_FIRST(&fs->sets));
}

uint64_t
fragment_deadline(const struct fragments *fs)
{
	const struct pkt	*first = TAILQ_FIRST(&fs->sets);

	return (first != NULL ? first->time + SET_AGE : NEVER);
}
