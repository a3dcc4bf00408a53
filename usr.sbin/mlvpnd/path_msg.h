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

#ifndef PATH_MSG_H
#define PATH_MSG_H

/*
 * The control frames of a path (mlvpn(7), CONTROL FRAMES): what is to be
 * said, and what each one that arrives does.
 */

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "ratelimit.h"

struct dgram;
struct path;
struct paths;

#define ACCEPT_RETRY	(250 * 1000)	/* us, until PATH_OK is sent again */
#define CLOSING_MAX	PATH_SLOTS

/* What the next control datagram of a path must carry. */
#define PEND_OPEN	0x0001
#define PEND_OK		0x0002
#define PEND_REPORT	0x0008
#define PEND_PROBE	0x0010
#define PEND_STATUS	0x0020
#define PEND_RESPONSE	0x0040
#define PEND_CLOSING	0x0080		/* other paths */
#define PEND_SYNC	0x0100		/* nothing but the mark */
#define PEND_MTU	0x0200		/* MTU_RESULT */

struct path_msg {
	unsigned int	 pending;	/* PEND_* */
	uint64_t	 open_next;	/* PATH_OPEN or PATH_OK; NEVER: it was
					   answered */
	unsigned int	 open_tries;
	int		 closed;	/* CLOSE, and nothing else any more */
	unsigned int	 closes;	/* copies of it to send */
	int		 status;	/* PATH_STATUS to be repeated */
	uint64_t	 status_number;
	uint64_t	 status_next;
	struct ratelimit status_limit;	/* of the peer's */
};

/* A path this end has closed and the peer must hear of. */
struct closing {
	uint8_t		 id;
	uint8_t		 gen;
	uint8_t		 reason;
	uint8_t		 via;		/* path the last copy went by */
	uint64_t	 number;	/* and its packet number */
	uint64_t	 next;
	unsigned int	 tries;
};

void	 path_want(struct path *, unsigned int);
void	 path_want_open(struct path *, uint64_t);
void	 path_again_open(struct path *, uint64_t, uint64_t);
void	 path_want_status(struct path *, uint64_t);
void	 path_want_close(struct path *);
void	 path_closing(struct paths *, uint8_t, uint8_t, uint8_t, uint64_t);
uint64_t path_closing_deadline(const struct paths *);
int	 path_compose(struct path *, struct dgram *, uint64_t);
int	 path_frames(struct paths *, uint8_t, const struct dgram *,
	    const uint8_t *, size_t, int, uint64_t);

/*
 * path_want(PEND_*): goes into the next control datagram of the path.
 * path_want_open(when): PATH_OPEN, or PATH_OK of the acceptor, from then on;
 *	path_again_open(pause, now): once more.
 * path_want_status(now): PATH_STATUS, until it has arrived.
 * path_want_close(): CLOSE, twice, and nothing else any more.
 * path_closing(id, generation, CLOSE_*): PATH_CLOSE for that path, over any
 *	usable one until it has arrived.
 * path_compose(dg): a control datagram; 0 if there is nothing to be said.
 * path_frames(id, dg, frames, len, proved): they came on that path, which may
 *	not be open; proved: the source of dg needs no challenge.
 *	Returns 1 when the peer has ended the association.
 */

#endif /* PATH_MSG_H */
