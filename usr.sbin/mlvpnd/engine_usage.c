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
 * Counts the bytes of links for the parent.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event.h>
#include <imsg.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "engine_conf.h"
#include "engine_parent.h"
#include "engine_usage.h"
#include "log.h"
#include "mlvpnd.h"

#define COUNT_INTERVAL	2		/* seconds */
#define FORGET_AFTER	30		/* intervals without a word of it */

struct engine_usage {
	TAILQ_ENTRY(engine_usage) entry;
	struct imsg_link_usage	 iu;
	int			 age;		/* intervals */
};

static void			 engine_usage_timer(int, short, void *);
static void			 engine_usage_count(void);
static void			 engine_usage_forget(void);
static struct engine_usage	*usage_lookup(uint32_t, const char *);

static TAILQ_HEAD(, engine_usage) usages = TAILQ_HEAD_INITIALIZER(usages);
static struct event		 ev_usage;

void
engine_usage_init(void)
{
	struct timeval	 tv = { COUNT_INTERVAL, 0 };

	evtimer_set(&ev_usage, engine_usage_timer, NULL);
	evtimer_add(&ev_usage, &tv);
}

void
engine_usage_free(void)
{
	struct engine_usage	*eu;

	evtimer_del(&ev_usage);
	while ((eu = TAILQ_FIRST(&usages)) != NULL) {
		TAILQ_REMOVE(&usages, eu, entry);
		free(eu);
	}
}

static void
engine_usage_timer(int fd, short event, void *bula)
{
	struct timeval	 tv = { COUNT_INTERVAL, 0 };

	engine_usage_count();
	engine_usage_forget();
	evtimer_add(&ev_usage, &tv);
}

static void
engine_usage_count(void)
{
	struct imsg_link_bytes	 ib;
	struct engine_tunnel	*t;
	struct link_conf	*l;

	TAILQ_FOREACH(t, &engine_tunnels, entry) {
		if (t->tunnel == NULL)
			continue;
		TAILQ_FOREACH(l, &t->conf->links, entry) {
			memset(&ib, 0, sizeof(ib));
			ib.bytes = tunnel_link_bytes(t->tunnel, l->name);
			if (ib.bytes == 0)
				continue;
			ib.tunnel = t->conf->id;
			strlcpy(ib.link, l->name, sizeof(ib.link));
			engine_compose_parent(IMSG_LINK_BYTES, 0, &ib,
			    sizeof(ib));
		}
	}
}

/* Links that are no longer configured. */
static void
engine_usage_forget(void)
{
	struct engine_usage	*eu, *next;

	for (eu = TAILQ_FIRST(&usages); eu != NULL; eu = next) {
		next = TAILQ_NEXT(eu, entry);
		if (++eu->age <= FORGET_AFTER)
			continue;
		TAILQ_REMOVE(&usages, eu, entry);
		free(eu);
	}
}

void
engine_usage_recv(struct imsg *imsg)
{
	struct imsg_link_usage	 iu;
	struct engine_usage	*eu;

	engine_get_data(imsg, &iu, sizeof(iu));
	engine_check_string(iu.link, sizeof(iu.link), __func__);
	if ((eu = usage_lookup(iu.tunnel, iu.link)) == NULL) {
		if ((eu = calloc(1, sizeof(*eu))) == NULL)
			fatal("%s", __func__);
		TAILQ_INSERT_TAIL(&usages, eu, entry);
	}
	eu->iu = iu;
	eu->age = 0;
}

const struct link_usage *
engine_usage_find(uint32_t tunnel, const char *link)
{
	struct engine_usage	*eu = usage_lookup(tunnel, link);

	return (eu != NULL ? &eu->iu.usage : NULL);
}

static struct engine_usage *
usage_lookup(uint32_t tunnel, const char *link)
{
	struct engine_usage	*eu;

	TAILQ_FOREACH(eu, &usages, entry) {
		if (eu->iu.tunnel == tunnel && strcmp(eu->iu.link, link) == 0)
			break;
	}
	return (eu);
}
