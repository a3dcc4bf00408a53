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
 * The process title.  It is composed once a second and set if it differs:
 * states change without an event too, such as that of a backup that is not
 * needed any more.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "engine_conf.h"
#include "engine_show.h"
#include "engine_title.h"

#define TITLE_INTERVAL	1		/* seconds */
#define TITLE_SIZE	512

static struct event	 ev_title;

static void	 engine_title_timer(int, short, void *);
static void	 engine_title_compose(char *, size_t);
static char	 link_sign(const struct ctl_link *);

void
engine_title_init(void)
{
	evtimer_set(&ev_title, engine_title_timer, NULL);
	engine_title_timer(-1, EV_TIMEOUT, NULL);
}

static void
engine_title_timer(int fd, short event, void *bula)
{
	static char	 last[TITLE_SIZE];
	struct timeval	 tv = { TITLE_INTERVAL, 0 };
	char		 title[TITLE_SIZE];

	engine_title_compose(title, sizeof(title));
	if (strcmp(title, last) != 0) {
		setproctitle("%s", title);
		strlcpy(last, title, sizeof(last));
	}
	evtimer_add(&ev_title, &tv);
}

/* Tunnels that do not fit are not asked either. */
static void
engine_title_compose(char *title, size_t size)
{
	const struct ctl_link	*links;
	struct engine_tunnel	*t;
	char			 word[1 + LINK_NAME_SIZE];
	size_t			 i, n;

	strlcpy(title, "engine", size);
	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (!words_add(t->conf->name, title, size))
			return;
		links = engine_links(t, &n);
		for (i = 0; i < n; i++) {
			snprintf(word, sizeof(word), "%c%s",
			    link_sign(&links[i]), links[i].name);
			if (!words_add(word, title, size))
				return;
		}
	}
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
