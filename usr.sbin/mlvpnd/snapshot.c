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
 * Collects answers of the engine, and writes them as JSON.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include <imsg.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_get.h"
#include "ctl_json.h"
#include "mlvpnd.h"
#include "snapshot.h"

#define STEP	16	/* elements that an array grows by */

static void	*slot(void *, size_t *, size_t);

int
snapshot_add(struct snapshot *s, struct imsg *imsg)
{
	void	*p;

	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_SUMMARY:
		return (ctl_get_summary(imsg, &s->summary));
	case IMSG_CTL_LISTEN:
		p = slot(&s->listens, &s->nlistens, sizeof(*s->listens));
		return (p == NULL ? -1 : ctl_get_listen(imsg, p));
	case IMSG_CTL_TUNNEL:
		p = slot(&s->tunnels, &s->ntunnels, sizeof(*s->tunnels));
		return (p == NULL ? -1 : ctl_get_tunnel(imsg, p));
	case IMSG_CTL_LINK:
		p = slot(&s->links, &s->nlinks, sizeof(*s->links));
		return (p == NULL ? -1 : ctl_get_link(imsg, p));
	case IMSG_CTL_HISTORY:
		p = slot(&s->histories, &s->nhistories,
		    sizeof(*s->histories));
		return (p == NULL ? -1 : ctl_get_history(imsg, p));
	case IMSG_CTL_EVENT:
		p = slot(&s->events, &s->nevents, sizeof(*s->events));
		return (p == NULL ? -1 : ctl_get_event(imsg, p));
	default:
		return (-1);
	}
}

/* A new element of the array that arrayp points to; NULL without memory. */
static void *
slot(void *arrayp, size_t *n, size_t size)
{
	void	*array;

	memcpy(&array, arrayp, sizeof(array));
	if (*n % STEP == 0) {
		if ((array = reallocarray(array, *n + STEP, size)) == NULL)
			return (NULL);
		memcpy(arrayp, &array, sizeof(array));
	}
	return ((char *)array + (*n)++ * size);
}

void
snapshot_clear(struct snapshot *s)
{
	free(s->listens);
	free(s->tunnels);
	free(s->links);
	free(s->histories);
	free(s->events);
	memset(s, 0, sizeof(*s));
}

void
snapshot_status(const struct snapshot *s, FILE *f)
{
	size_t	 i;

	json_begin(f, NULL);
	json_summary(&s->summary);
	for (i = 0; i < s->nlistens; i++)
		json_listen(&s->listens[i]);
	json_list("tunnels");
	for (i = 0; i < s->ntunnels; i++)
		json_tunnel(&s->tunnels[i]);
	json_list("links");
	for (i = 0; i < s->nlinks; i++)
		json_link(&s->links[i]);
	json_list("events");
	for (i = 0; i < s->nevents; i++)
		json_event(&s->events[i]);
	json_end();
}

void
snapshot_history(const struct snapshot *s, FILE *f)
{
	size_t	 i;

	json_begin(f, "history");
	for (i = 0; i < s->nhistories; i++)
		json_history(&s->histories[i]);
	json_end();
}
