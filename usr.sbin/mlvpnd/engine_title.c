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
 * The process title.  It is set shortly after a change, because the core must
 * not be asked while it reports an event.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "engine_conf.h"
#include "engine_io.h"
#include "engine_show.h"
#include "engine_title.h"

#define TITLE_DELAY	100000		/* us */
#define TITLE_MAX	512

static struct event	 ev_title;

static void	 engine_title_set(int, short, void *);
static char	 link_sign(const struct ctl_link *);

void
engine_title_init(void)
{
	evtimer_set(&ev_title, engine_title_set, NULL);
	setproctitle("%s", "engine");
}

void
engine_title_changed(void)
{
	struct timeval	 tv = { 0, TITLE_DELAY };

	if (!evtimer_pending(&ev_title, NULL))
		evtimer_add(&ev_title, &tv);
}

static void
engine_title_set(int fd, short event, void *bula)
{
	const struct ctl_link	*links;
	struct engine_tunnel	*t;
	char			 title[TITLE_MAX], word[LINK_NAME_SIZE + 3];
	size_t			 i, n;

	strlcpy(title, "engine", sizeof(title));
	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		strlcat(title, " ", sizeof(title));
		strlcat(title, t->conf->name, sizeof(title));
		links = engine_links(t, &n);
		for (i = 0; i < n; i++) {
			snprintf(word, sizeof(word), " %c%s",
			    link_sign(&links[i]), links[i].name);
			strlcat(title, word, sizeof(title));
		}
	}
	setproctitle("%s", title);
}

/* As MLVPN had them. */
static char
link_sign(const struct ctl_link *l)
{
	switch (l->state) {
	case LINK_UP:
		return ('@');
	case LINK_LOSSY:
	case LINK_SLOW:
	case LINK_STANDBY:
		return ('~');
	default:
		return ('!');
	}
}
