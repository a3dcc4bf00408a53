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
 * Owns the state of a path, the table of its transitions, and what follows
 * from it: how good the path is for packets, and what mlvpnctl(8) shows.
 */

#include <string.h>

#include "path.h"

/*
 * The state of a path is the one member "state", which changes by the table
 * below and by nothing else.  Whether the path carries packets depends on more
 * that is not its to say, and path_grade() alone puts it together:
 *
 *	quality			liveness.c	lossy or slow links are poor
 *	disabled		here		by the operator of this end
 *	peer_disabled		here		by the peer's PATH_STATUS
 *	validated, sock		path_addr.c	the peer is known to be there,
 *						and there is a socket
 *	numbers left		ops->permits	of what may be unreported
 *
 * What is for a moment only, and no property of the path, is asked where a
 * packet is to go out: "blocked", the socket's buffer (path_addr.c).  Which of
 * the good paths is wanted is the scheduler's: "level" and "distant" (pacer,
 * sched.c).
 */

static void	 announce(struct path *, enum path_event, int);
static const char *state_name(int);
static void	 act_up(struct path *, uint64_t);
static void	 act_suspect(struct path *, uint64_t);
static void	 act_down(struct path *, uint64_t);

static const struct {
	int		 states;
	enum path_event	 event;
	void		(*action)(struct path *, uint64_t);
	int		 next;
} path_fsm_tbl[] = {
    /* states			event that happened	action		next */
    {PATH_ANY & ~PATH_OPENING,	PATH_EVT_OPEN,		NULL,
							PATH_OPENING},
    {PATH_ANY & ~PATH_UP,	PATH_EVT_CONFIRM,	act_up,	PATH_UP},
    {PATH_OPENING,		PATH_EVT_UNANSWERED,	act_down, PATH_DOWN},
    {PATH_UP,			PATH_EVT_SUSPECT,	act_suspect,
							PATH_SUSPECT},
    {PATH_SUSPECT | PATH_DOWN,	PATH_EVT_ANSWER,	act_up,	PATH_UP},
    {PATH_SUSPECT,		PATH_EVT_SILENT,	act_down, PATH_DOWN},
    {PATH_ANY & ~PATH_DOWN,	PATH_EVT_REFUSE,	act_down, PATH_DOWN}
};
#define TRANSITIONS	(sizeof(path_fsm_tbl) / sizeof(path_fsm_tbl[0]))

static const char * const	 path_event_names[] = {
	"OPEN",
	"CONFIRM",
	"UNANSWERED",
	"SUSPECT",
	"ANSWER",
	"SILENT",
	"REFUSE"
};

void
path_state_init(struct path_state *st)
{
	st->state = PATH_NEW;
}

void
paths_changed(struct paths *ps)
{
	ps->changed = 1;
}

int
paths_have_changed(struct paths *ps)
{
	int	 changed = ps->changed;

	ps->changed = 0;
	return (changed);
}

int
path_event(struct path *p, enum path_event event, enum reason reason,
    uint64_t now)
{
	struct path_state	*st = &p->st;
	size_t			 i;
	int			 from = st->state;

	for (i = 0; i < TRANSITIONS; i++)
		if ((path_fsm_tbl[i].states & st->state) != 0 &&
		    path_fsm_tbl[i].event == event)
			break;
	if (i == TRANSITIONS)
		return (0);
	st->state = path_fsm_tbl[i].next;
	st->since = now;
	st->reason = reason;
	announce(p, event, from);
	if (path_fsm_tbl[i].action != NULL)
		path_fsm_tbl[i].action(p, now);
	paths_changed(p->paths);
	return (1);
}

void
path_notify(const struct path *p, enum core_event_type type,
    enum reason reason)
{
	notify_link(p->paths->notify, type, p->name, &p->addr.ep.remote,
	    reason);
}

/* For the log. */
static void
announce(struct path *p, enum path_event event, int from)
{
	struct path_change	 change;

	change.event = path_event_names[event];
	change.from = state_name(from);
	change.to = state_name(p->st.state);
	notify_change(p->paths->notify, p->name, &change, p->st.reason);
}

static const char *
state_name(int state)
{
	switch (state) {
	case PATH_NEW:
		return ("NEW");
	case PATH_OPENING:
		return ("OPENING");
	case PATH_UP:
		return ("UP");
	case PATH_SUSPECT:
		return ("SUSPECT");
	case PATH_DOWN:
		return ("DOWN");
	default:
		return ("UNKNOWN");
	}
}

static void
act_up(struct path *p, uint64_t now)
{
	loss_renew(&p->tx_loss);
	loss_renew(&p->rx_loss);
	if (p->st.was_up)
		return;
	p->st.was_up = 1;
	path_notify(p, CORE_LINK_UP, p->st.reason);
}

/* No new data goes there, and what is not known to have come goes elsewhere. */
static void
act_suspect(struct path *p, uint64_t now)
{
	p->ops->suspect(p, now);
}

static void
act_down(struct path *p, uint64_t now)
{
	path_notify(p, CORE_LINK_DOWN, p->st.reason);
	p->st.was_up = 0;
}

void
path_state_disabled(struct path_state *st, int disabled)
{
	st->disabled = disabled;
}

void
path_state_peer_disabled(struct path_state *st, int disabled)
{
	st->peer_disabled = disabled;
}

enum path_grade
path_grade(const struct path *p)
{
	if (!p->addr.validated || p->addr.ep.sock == SOCK_NONE ||
	    p->st.disabled || p->st.peer_disabled || !p->ops->permits(p))
		return (GRADE_NONE);
	switch (p->st.state) {
	case PATH_UP:
		return (p->live.quality == QUALITY_GOOD ? GRADE_GOOD :
		    GRADE_POOR);
	case PATH_SUSPECT:
		return (GRADE_SUSPECT);
	default:
		return (GRADE_NONE);
	}
}

/* As mlvpnctl(8) shows it; its words are in mlvpnctl/output.c. */
enum link_state
path_link_state(const struct path *p)
{
	if (p->st.disabled || p->st.peer_disabled)
		return (LINK_DISABLED);
	if (p->addr.ep.sock == SOCK_NONE)
		return (LINK_NOADDR);
	switch (p->st.state) {
	case PATH_UP:
		return (p->live.quality == QUALITY_LOSSY ? LINK_LOSSY :
		    p->live.quality == QUALITY_SLOW ? LINK_SLOW : LINK_UP);
	case PATH_SUSPECT:
		return (LINK_SUSPECT);
	case PATH_DOWN:
		return (LINK_DOWN);
	default:
		return (LINK_OPENING);
	}
}

/* Of that state. */
enum reason
path_link_reason(const struct path *p)
{
	switch (path_link_state(p)) {
	case LINK_DISABLED:
		return (p->st.disabled ? REASON_OPERATOR : REASON_CLOSED);
	case LINK_NOADDR:
		return (REASON_NO_SOCKET);
	default:
		return (p->st.reason);
	}
}
