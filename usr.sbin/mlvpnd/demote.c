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
 * The carp(4) demotion of the interface groups of tunnels.
 */

#include <sys/types.h>
#include <sys/time.h>

#include <event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "conf.h"
#include "demote.h"
#include "log.h"
#include "mlvpnd.h"
#include "run.h"
#include "timer.h"

#define IFCONFIG	"/sbin/ifconfig"
#define REQUEST_ID	UINT32_MAX	/* not one of a command */
#define UP_DELAY	10000		/* ms; a tunnel may go down again */

struct demote {
	char		 group[GROUP_SIZE];	/* empty: none */
	int		 up;
	int		 raised;	/* by us */
	struct event	 ev;		/* to lower it */
};

static void	 demote_set(struct demote *, int);
static void	 demote_lower(int, short, void *);

static unsigned int	 pending;

struct demote *
demote_new(void)
{
	struct demote	*d;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		fatal("%s", __func__);
	evtimer_set(&d->ev, demote_lower, d);
	return (d);
}

void
demote_conf(struct demote *d, const struct tunnel_conf *tc)
{
	if (strcmp(d->group, tc->demote) == 0)
		return;
	evtimer_del(&d->ev);
	demote_set(d, 0);
	strlcpy(d->group, tc->demote, sizeof(d->group));
	demote_set(d, !d->up);
}

void
demote_tunnel(struct demote *d, int up)
{
	d->up = up;
	evtimer_del(&d->ev);
	if (!up)
		demote_set(d, 1);
	else if (d->raised)
		timer_set(&d->ev, UP_DELAY);
}

void
demote_free(struct demote *d)
{
	evtimer_del(&d->ev);
	demote_set(d, 0);
	free(d);
}

int
demote_done(uint32_t id)
{
	if (id != REQUEST_ID || pending == 0)
		return (0);
	pending--;
	return (1);
}

void
demote_stop(unsigned int max)
{
	unsigned int	 start = timer_now(), elapsed;

	while (pending > 0 && (elapsed = timer_now() - start) < max) {
		if (child_wait_runner(max - elapsed) == -1)
			break;
	}
}

static void
demote_lower(int fd, short event, void *arg)
{
	demote_set(arg, 0);
}

static void
demote_set(struct demote *d, int raised)
{
	const char	*env[] = { NULL };
	const char	*argv[] = {
		IFCONFIG, "-g", d->group, raised ? "carpdemote" : "-carpdemote",
		NULL
	};
	char		 text[GROUP_SIZE + sizeof("demote ")];
	void		*buf;
	size_t		 len;

	if (d->group[0] == '\0' || d->raised == raised)
		return;
	d->raised = raised;
	snprintf(text, sizeof(text), "demote %s", d->group);
	buf = run_request(text, argv, env, &len);
	pending++;
	compose_runner(IMSG_RUN, REQUEST_ID, buf, len);
	free(buf);
}
