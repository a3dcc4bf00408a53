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
 * Looks at the links of all tunnels at regular intervals (watch.h).
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event.h>

#include "clock.h"
#include "engine_conf.h"
#include "engine_show.h"
#include "engine_watch.h"
#include "log.h"

#define WATCH_INTERVAL	1		/* seconds */
#define SUMMARY_INTERVAL (3600 * USEC)
#define SUMMARY_SIZE	1024

static struct event	 ev_watch;
static uint64_t		 summary_at;

static void	 engine_watch_timer(int, short, void *);
static void	 engine_summaries(uint64_t);

void
engine_watch_init(void)
{
	summary_at = engine_clock() + SUMMARY_INTERVAL;
	evtimer_set(&ev_watch, engine_watch_timer, NULL);
	engine_watch_timer(-1, EV_TIMEOUT, NULL);
}

static void
engine_watch_timer(int fd, short event, void *bula)
{
	struct timeval		 tv = { WATCH_INTERVAL, 0 };
	struct engine_tunnel	*t;
	size_t			 n;

	TAILQ_FOREACH(t, &engine_tunnels, entry)
		(void)engine_links(t, &n);
	if (engine_clock() >= summary_at) {
		engine_summaries(engine_clock());
		summary_at += SUMMARY_INTERVAL;
	}
	evtimer_add(&ev_watch, &tv);
}

static void
engine_summaries(uint64_t now)
{
	struct engine_tunnel	*t;
	char			 line[SUMMARY_SIZE];

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (watch_summary(&t->watch, line, sizeof(line), now))
			log_info("%s: last hour: %s", t->conf->name, line);
	}
}
