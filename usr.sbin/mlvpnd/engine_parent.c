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
 * The channel to the parent.
 */

#include <sys/types.h>

#include <errno.h>
#include <event.h>
#include <imsg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine_parent.h"
#include "imsgev.h"
#include "log.h"

#define PARENT_FD	3

static struct imsgev	*iev_parent;
static void		(*parent_imsg)(struct imsg *);

static void	 engine_dispatch_parent(int, short, void *);

void
engine_parent_open(void (*imsg)(struct imsg *))
{
	parent_imsg = imsg;
	if ((iev_parent = calloc(1, sizeof(*iev_parent))) == NULL)
		fatal("%s", __func__);
	if (imsgbuf_init(&iev_parent->ibuf, PARENT_FD) == -1)
		fatal("imsgbuf_init");
	imsgbuf_allow_fdpass(&iev_parent->ibuf);
	iev_parent->handler = engine_dispatch_parent;
	imsg_event_add(iev_parent);
}

void
engine_parent_close(void)
{
	imsgbuf_clear(&iev_parent->ibuf);
	close(iev_parent->ibuf.fd);
	free(iev_parent);
}

static void
engine_dispatch_parent(int fd, short event, void *bula)
{
	struct imsgev	*iev = bula;
	struct imsg	 imsg;
	ssize_t		 n;
	int		 shut = 0;

	if (event & EV_READ) {
		/* a parent that has exited may not have read our messages */
		if ((n = imsgbuf_read(&iev->ibuf)) == -1 &&
		    errno != ECONNRESET)
			fatal("imsgbuf_read error");
		if (n != 1)
			shut = 1;
	}
	if (event & EV_WRITE) {
		if (imsgbuf_write(&iev->ibuf) == -1) {
			if (errno != EPIPE)
				fatal("imsgbuf_write");
			shut = 1;
		}
	}

	for (;;) {
		if ((n = imsg_get(&iev->ibuf, &imsg)) == -1)
			fatal("%s: imsg_get error", __func__);
		if (n == 0)
			break;
		parent_imsg(&imsg);
		imsg_free(&imsg);
	}
	if (!shut)
		imsg_event_add(iev);
	else {
		event_del(&iev->ev);
		event_loopexit(NULL);
	}
}

void
engine_compose_parent(uint32_t type, uint32_t peerid, const void *data,
    size_t len)
{
	if (imsg_compose_event(iev_parent, type, peerid, 0, -1, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

void
engine_get_data(struct imsg *imsg, void *data, size_t len)
{
	if (imsg_get_data(imsg, data, len) == -1)
		fatalx("invalid %s", imsg_name(imsg_get_type(imsg)));
}

void
engine_check_string(const char *s, size_t size, const char *where)
{
	if (memchr(s, '\0', size) == NULL)
		fatalx("%s: string not terminated", where);
}
