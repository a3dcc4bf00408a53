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

#ifndef PATH_STATE_H
#define PATH_STATE_H

/*
 * The state of a path, and what follows from it: how good it is for packets,
 * and what mlvpnctl(8) shows.
 */

#include <stdint.h>

#include "ctl.h"
#include "notify.h"
#include "reason.h"

struct path;
struct paths;

/* States, bits so that the table of transitions can name several. */
#define PATH_NEW	0x01		/* nothing has happened yet */
#define PATH_OPENING	0x02		/* the ends do not know it yet */
#define PATH_UP		0x04
#define PATH_SUSPECT	0x08		/* no answer for a moment */
#define PATH_DOWN	0x10		/* none for long, or refused */
#define PATH_ANY	0x1f

enum path_event {
	PATH_EVT_OPEN,			/* either end opens it, perhaps anew */
	PATH_EVT_CONFIRM,		/* the other end is there */
	PATH_EVT_UNANSWERED,		/* it did not say so in time */
	PATH_EVT_SUSPECT,		/* something says that it is dead */
	PATH_EVT_ANSWER,		/* answers, often enough */
	PATH_EVT_SILENT,		/* still none */
	PATH_EVT_REFUSE			/* the other end does not want it */
};

struct path_state {
	int		 state;		/* PATH_* */
	enum reason	 reason;	/* of the state */
	uint64_t	 since;		/* of the state */
	uint8_t		 was_up;
	uint8_t		 disabled;	/* by the operator, the peer's path */
	uint8_t		 peer_disabled;
};

/* How good a path is for packets, the best last. */
enum path_grade {
	GRADE_NONE,			/* carries none */
	GRADE_SUSPECT,			/* may carry them again soon */
	GRADE_POOR,			/* loses or delays too much */
	GRADE_GOOD
};

void		 paths_changed(struct paths *);
int		 paths_have_changed(struct paths *);
void		 path_state_init(struct path_state *);
int		 path_event(struct path *, enum path_event, enum reason,
		    uint64_t);
void		 path_notify(const struct path *, enum core_event_type,
		    enum reason);
void		 path_state_disabled(struct path_state *, int);
void		 path_state_peer_disabled(struct path_state *, int);
enum path_grade	 path_grade(const struct path *);
enum link_state	 path_link_state(const struct path *);
enum reason	 path_link_reason(const struct path *);

/*
 * paths_changed(): whether the tunnel is usable, or how long its packets may
 *	be, may be another now; paths_have_changed(): 1 once after that.
 * path_event(event, reason, now): 1 if the state is another one now.
 * path_notify(type, reason): tells the core's user.
 * path_state_disabled(), path_state_peer_disabled(): whether the operator of
 *	this end, or the peer, has taken the path out of use.
 */

#endif /* PATH_STATE_H */
