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

struct core;
struct tunnel;
struct tunnel_conf;

/* A tunnel's device. */
struct engine_tun {
	int			 fd;		/* or -1 */
	struct event		 ev;
	const struct tunnel_conf *conf;
	struct tunnel		*tunnel;	/* NULL: it does not run */
};

/*
 * engine_clock(): the time of the core, in microseconds.
 * engine_now(): the same, and the core is told the time of day.  Not for what
 *	the core calls.
 * engine_flush(now): sends everything the core has ready, and sets the timer
 *	for its next deadline.
 * engine_transmit(now): sends one batch of datagrams.  Returns how many.
 * engine_tun_set(tun, conf, tunnel): sets the tunnel that uses the device.
 * engine_tun_setfd(tun, fd): takes over fd; -1 closes the device.
 * engine_sock_open(id, fd, family, user): takes over fd.  The id is unique.
 *	The socket sends to addresses of this family only, unless it is 0.
 *	user is for the log, such as "home: link dsl1".
 * engine_sock_isopen(id): is there a socket with this id?
 * engine_sock_close(id): nothing happens if there is none.
 * engine_sock_twin(id, twin): the core knows this socket, too, by the id of
 *	its twin of the other address family; SOCK_NONE: it has none.
 */
void	 engine_io_init(struct core *);
void	 engine_io_free(void);
uint64_t engine_clock(void);
uint64_t engine_now(void);
void	 engine_flush(uint64_t);
#define SOCK_USER_SIZE	(TUNNEL_NAME_SIZE + LINK_NAME_SIZE + 16)

size_t	 engine_transmit(uint64_t);

void	 engine_tun_init(struct engine_tun *);
void	 engine_tun_set(struct engine_tun *, const struct tunnel_conf *,
	    struct tunnel *);
void	 engine_tun_setfd(struct engine_tun *, int);
void	 engine_tun_free(struct engine_tun *);

void	 engine_sock_open(uint32_t, int, uint8_t, const char *);
int	 engine_sock_isopen(uint32_t);
void	 engine_sock_close(uint32_t);
void	 engine_sock_twin(uint32_t, uint32_t);

#endif /* ENGINE_IO_H */
