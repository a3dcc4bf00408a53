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

#ifndef ENGINE_IO_H
#define ENGINE_IO_H

/*
 * The devices and sockets of the engine.  What they receive is passed to the
 * core, and what the core has ready is sent.  The core is called again at its
 * deadline.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <event.h>
#include <stdint.h>

#include "conf.h"
#include "dgram.h"

struct core;
struct tunnel;

/* A tunnel's device. */
struct engine_tun {
	TAILQ_ENTRY(engine_tun)	 entry;
	int			 fd;		/* or -1 */
	struct event		 ev;
	const struct tunnel_conf *conf;
	struct tunnel		*tunnel;	/* NULL: it does not run */
};

/* A socket: one that listens for all tunnels, or that of a link. */
struct engine_sock {
	TAILQ_ENTRY(engine_sock) entry;
	uint32_t		 id;
	int			 fd;
	struct event		 ev;
	struct event		 ev_write;
	int			 listening;
	uint32_t		 known;		/* to the core by this id */
	uint8_t			 family;	/* what it sends, 0 any */
	/* a link's */
	uint32_t		 tunnel;
	char			 link[LINK_NAME_SIZE];
	struct endpoint		 ep;
	uint16_t		 mtu;
};
TAILQ_HEAD(engine_socks, engine_sock);

/*
 * engine_clock(): the time of the core, in microseconds.
 * engine_now(): the same, and the core is told the time of day.  Not for what
 *	the core calls.
 * engine_flush(now): sends everything the core has ready, and sets the timer
 *	for its next deadline.
 * engine_transmit(now): sends one batch of datagrams.  Returns how many.
 * engine_tun_set(tun, conf, tunnel): sets the tunnel that uses the device.
 * engine_tun_setfd(tun, fd): takes over fd; -1 closes the device.
 * engine_sock_new(list, id): a socket without a descriptor, which the caller
 *	sets before it watches the socket.
 */
void	 engine_io_init(struct core *);
void	 engine_io_free(void);
uint64_t engine_clock(void);
uint64_t engine_now(void);
void	 engine_flush(uint64_t);
size_t	 engine_transmit(uint64_t);

void	 engine_tun_init(struct engine_tun *);
void	 engine_tun_set(struct engine_tun *, const struct tunnel_conf *,
	    struct tunnel *);
void	 engine_tun_setfd(struct engine_tun *, int);
void	 engine_tun_free(struct engine_tun *);

extern struct engine_socks	 engine_socks;	/* in use */
struct engine_sock *engine_sock_new(struct engine_socks *, uint32_t);
struct engine_sock *engine_sock_find(struct engine_socks *, uint32_t);
struct engine_sock *engine_sock_bylink(uint32_t, const char *);
void	 engine_sock_watch(struct engine_sock *);
void	 engine_sock_free(struct engine_socks *, struct engine_sock *);

#endif /* ENGINE_IO_H */
