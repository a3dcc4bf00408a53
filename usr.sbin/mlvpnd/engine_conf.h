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

#ifndef ENGINE_CONF_H
#define ENGINE_CONF_H

/*
 * The configuration in the engine: receives it from the parent, and merges a
 * new one into the one in force.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdint.h>

#include "conf.h"
#include "engine_event.h"
#include "engine_io.h"
#include "engine_match.h"
#include "watch.h"

struct core;
struct ctl_link;
struct imsg;

/* A tunnel of the configuration, with what runs it. */
struct engine_tunnel {
	TAILQ_ENTRY(engine_tunnel) entry;
	struct tunnel_conf	*conf;
	struct engine_matches	 matches;
	struct tunnel		*tunnel;	/* NULL: could not be made */
	struct engine_tun	 tun;
	int			 newfd;		/* that came with a message */
	struct event_limit	 events;	/* for engine_event() */
	struct watch		 watch;
};
TAILQ_HEAD(engine_tunnels, engine_tunnel);

/* A listening socket, or why it is not open (conf.error). */
struct engine_listen {
	TAILQ_ENTRY(engine_listen) entry;
	struct listen_conf	 conf;
	int			 newfd;		/* that came with a message */
};
TAILQ_HEAD(engine_listens, engine_listen);

/* In force, in order. */
extern struct engine_tunnels	 engine_tunnels;
extern struct engine_listens	 engine_listens;

/*
 * engine_conf_imsg(): returns 0 if the message is not about the
 *	configuration.
 * engine_tunnel_byid(), engine_tunnel_byname(): NULL if there is none.
 * engine_link_note(tunnel, link): adds what the parent has said of the link.
 */
void	 engine_conf_init(struct core *);
int	 engine_conf_imsg(struct imsg *);
void	 engine_conf_free(void);
struct engine_tunnel *engine_tunnel_byid(uint32_t);
struct engine_tunnel *engine_tunnel_byname(const char *);
void	 engine_link_note(uint32_t, struct ctl_link *);

#endif /* ENGINE_CONF_H */
