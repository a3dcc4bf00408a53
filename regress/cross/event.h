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


#ifndef EVENT_H
#define EVENT_H

/*
 * The part of libevent 1.4, which OpenBSD has, that newer versions have
 * too.  For compiling only; nothing is known of the structs but their use.
 */

#include <sys/types.h>
#include <sys/time.h>

#include <stdarg.h>
#include <stdint.h>

#define EV_TIMEOUT	0x01
#define EV_READ		0x02
#define EV_WRITE	0x04
#define EV_SIGNAL	0x08
#define EV_PERSIST	0x10

#define EVLOOP_ONCE	0x01
#define EVLOOP_NONBLOCK	0x02

#define EVBUFFER_READ		0x01
#define EVBUFFER_WRITE		0x02
#define EVBUFFER_EOF		0x10
#define EVBUFFER_ERROR		0x20
#define EVBUFFER_TIMEOUT	0x40

struct event_base;

struct event {
	void	*opaque[16];
};

struct evbuffer {
	u_char	*opaque_buffer;
	size_t	 opaque_off;
};

struct bufferevent {
	struct evbuffer	*input;
	struct evbuffer	*output;
};

typedef void (*evbuffercb)(struct bufferevent *, void *);
typedef void (*everrorcb)(struct bufferevent *, short, void *);

#define EVBUFFER_LENGTH(x)	(x)->opaque_off
#define EVBUFFER_DATA(x)	(x)->opaque_buffer
#define EVBUFFER_INPUT(x)	(x)->input
#define EVBUFFER_OUTPUT(x)	(x)->output

struct event_base *event_init(void);
int event_dispatch(void);
int event_loop(int);
int event_loopexit(const struct timeval *);
int event_loopbreak(void);
void event_set(struct event *, int, short, void (*)(int, short, void *), void *);
int event_add(struct event *, const struct timeval *);
int event_del(struct event *);
void event_active(struct event *, int, short);
int event_pending(struct event *, short, struct timeval *);
int event_initialized(struct event *);
int event_once(int, short, void (*)(int, short, void *), void *, const struct timeval *);
int opaque_event_fd(const struct event *);
struct bufferevent *bufferevent_new(int, evbuffercb, evbuffercb, everrorcb, void *);
void bufferevent_free(struct bufferevent *);
int bufferevent_write(struct bufferevent *, const void *, size_t);
int bufferevent_write_buffer(struct bufferevent *, struct evbuffer *);
size_t bufferevent_read(struct bufferevent *, void *, size_t);
int bufferevent_enable(struct bufferevent *, short);
int bufferevent_disable(struct bufferevent *, short);
void bufferevent_settimeout(struct bufferevent *, int, int);
void bufferevent_setwatermark(struct bufferevent *, short, size_t, size_t);
struct evbuffer *evbuffer_new(void);
void evbuffer_free(struct evbuffer *);
int evbuffer_add(struct evbuffer *, const void *, size_t);
int evbuffer_remove(struct evbuffer *, void *, size_t);
char *evbuffer_readline(struct evbuffer *);
int evbuffer_add_buffer(struct evbuffer *, struct evbuffer *);
int evbuffer_add_printf(struct evbuffer *, const char *, ...);
int evbuffer_add_vprintf(struct evbuffer *, const char *, va_list);
void evbuffer_drain(struct evbuffer *, size_t);
int evbuffer_write(struct evbuffer *, int);
int evbuffer_read(struct evbuffer *, int, int);
u_char *evbuffer_find(struct evbuffer *, const u_char *, size_t);

#define EVENT_FD(ev)			opaque_event_fd(ev)
#define evtimer_add(ev, tv)		event_add(ev, tv)
#define evtimer_set(ev, cb, arg)	event_set(ev, -1, 0, cb, arg)
#define evtimer_del(ev)			event_del(ev)
#define evtimer_pending(ev, tv)		event_pending(ev, EV_TIMEOUT, tv)
#define evtimer_initialized(ev)		event_initialized(ev)
#define signal_add(ev, tv)		event_add(ev, tv)
#define signal_set(ev, x, cb, arg)					\
	event_set(ev, x, EV_SIGNAL | EV_PERSIST, cb, arg)
#define signal_del(ev)			event_del(ev)
#define signal_pending(ev, tv)		event_pending(ev, EV_SIGNAL, tv)
#define signal_initialized(ev)		event_initialized(ev)

#endif /* EVENT_H */
