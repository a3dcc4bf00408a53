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

#ifndef TURN_H
#define TURN_H

/*
 * Whose turn it is: the tunnels that have something to do, by turns, and all
 * others by the time at which they will have.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#define TURN_QUANTUM	24000		/* bytes of a turn */
#define TURN_DGRAM	500		/* that each datagram counts more */

struct tunnel;

enum turn_state {
	TURN_IDLE,			/* until its time comes */
	TURN_READY,			/* has something to do */
	TURN_SERVED			/* had; its time is to be found out */
};

/* Part of a tunnel. */
struct turn {
	TAILQ_ENTRY(turn) entry;	/* unless idle */
	TAILQ_ENTRY(turn) output;
	TAILQ_ENTRY(turn) blocked;
	struct tunnel	*tunnel;
	enum turn_state	 state;
	int		 has_output;
	int		 is_blocked;
	int64_t		 deficit;	/* bytes it may still send */
	uint64_t	 when;		/* its time, NEVER */
	size_t		 slot;		/* in the heap */
};
TAILQ_HEAD(turnq, turn);

struct turns {
	struct turnq	 ready;
	struct turnq	 served;
	struct turnq	 output;	/* may have packets for the interface */
	struct turnq	 blocked;	/* wait for a socket that is full */
	struct turn	**heap;		/* all, by time */
	size_t		 n;
	size_t		 max;
};

void		 turns_init(struct turns *);
void		 turns_free(struct turns *);
int		 turn_add(struct turns *, struct turn *, struct tunnel *);
void		 turn_del(struct turns *, struct turn *);
void		 turn_ready(struct turns *, struct turn *);
void		 turn_stale(struct turns *, struct turn *);
void		 turns_due(struct turns *, uint64_t);
struct turn	*turns_next(struct turns *);
int		 turn_may_send(struct turns *, struct turn *);
void		 turn_sent(struct turn *, size_t);
void		 turn_over(struct turns *, struct turn *, int);
void		 turn_block(struct turns *, struct turn *);
void		 turns_unblock(struct turns *);
struct tunnel	*turns_output(struct turns *);
void		 turn_until(struct turns *, struct turn *, uint64_t);
uint64_t	 turns_deadline(const struct turns *);

/*
 * turn_add(tunnel): it is ready; -1 without memory.
 * turn_ready(): something came for it.
 * turn_stale(): its time may have changed.
 * turns_due(now): those whose time has come are ready; so are those that were
 *	served, if none has waited, until their time is found out.
 * turns_next(): the one whose turn it is, NULL: none is ready.
 * turn_may_send(): 0 when others have waited long enough.
 * turn_sent(bytes): a datagram.
 * turn_over(more): the next one's turn.  more: it has not finished.
 * turn_block(): it may wait for a socket; turns_unblock(): they are ready.
 * turns_output(): one that was ready or served since it was last returned,
 *	NULL none.
 * turn_until(when): its time, once it was served.  turns_deadline(): the
 *	earliest of all.
 */

#endif /* TURN_H */
