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
 * Serves HTTP.  A connection is for one request.  Clients are strangers: their
 * number, the size of a request and the time it takes are limited.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "log.h"
#include "snapshot.h"
#include "status_http.h"
#include "status_page.h"

#define CONNS_MAX	32
#define REQUEST_TIME	10		/* seconds for a request to come */
#define ANSWER_TIME	60		/* and for the answer to go out */
#define DRAIN_TIME	2		/* and for the client to close */

#define TYPE_TEXT	"text/plain; charset=utf-8"
#define TYPE_HTML	"text/html; charset=utf-8"
#define TYPE_JSON	"application/json"
#define TYPE_METRICS	"application/openmetrics-text; version=1.0.0; " \
			"charset=utf-8"
#define TYPE_PROMETHEUS	"text/plain; version=0.0.4; charset=utf-8"

/* The page has its style and script in itself, and asks only its server. */
#define PAGE_POLICY	"default-src 'none'; style-src 'unsafe-inline'; "   \
			"script-src 'unsafe-inline'; connect-src 'self'; "  \
			"img-src data:; base-uri 'none'; form-action 'none'; " \
			"frame-ancestors 'none'"

enum conn_state {
	CONN_READ,
	CONN_WAIT,			/* for the engine */
	CONN_WRITE,
	CONN_DRAIN			/* what the client still sends */
};

struct conn {
	TAILQ_ENTRY(conn)	 entry;
	enum conn_state		 state;
	int			 fd;
	struct event		 ev;
	struct event		 ev_time;
	char			 in[HTTP_REQUEST_MAX];
	size_t			 inlen;
	struct http_request	 request;
	const struct page	*page;		/* that was asked for */
	char			*out;
	size_t			 outlen, outpos;
};

struct page {
	const char	*path;
	int		 kind;		/* enum status_kind, or -1 */
	void		(*answer)(struct conn *, const struct snapshot *);
};

static void	 http_accept(int, short, void *);
static void	 http_resume(int, short, void *);
static void	 conn_new(int);
static void	 conn_close(struct conn *);
static int	 conn_evict(void);
static void	 conn_timeout(int, short, void *);
static void	 conn_wait(struct conn *, enum conn_state, short, int);
static void	 conn_event(int, short, void *);
static void	 conn_read(struct conn *);
static void	 conn_request(struct conn *);
static void	 conn_write(struct conn *);
static void	 conn_drain(struct conn *);

static void	 answer_page(struct conn *, const struct snapshot *);
static void	 answer_status(struct conn *, const struct snapshot *);
static void	 answer_history(struct conn *, const struct snapshot *);
static void	 answer_metrics(struct conn *, const struct snapshot *);
static void	 answer_health(struct conn *, const struct snapshot *);
static void	 answer_error(struct conn *, int);
static void	 answer_from(struct conn *, const char *,
		    void (*)(const struct snapshot *, FILE *, int),
		    const struct snapshot *, int);
static void	 write_status(const struct snapshot *, FILE *, int);
static void	 write_history(const struct snapshot *, FILE *, int);
static void	 answer(struct conn *, int, const char *, const char *, size_t);

static const struct page	 pages[] = {
	{ "/",		-1,		answer_page },
	{ "/status",	STATUS_NOW,	answer_status },
	{ "/history",	STATUS_HISTORY,	answer_history },
	{ "/metrics",	STATUS_NOW,	answer_metrics },
	{ "/healthz",	STATUS_NOW,	answer_health }
};

static TAILQ_HEAD(, conn)	 conns = TAILQ_HEAD_INITIALIZER(conns);
static unsigned int		 nconns;
static int			 listenfd = -1;
static const struct snapshot	*(*status_get)(enum status_kind);
static struct event		 ev_listen, ev_pause;

void
status_http_init(const struct snapshot *(*get)(enum status_kind))
{
	status_get = get;
}

void
status_http_listen(int fd)
{
	if (listenfd != -1) {
		event_del(&ev_listen);
		evtimer_del(&ev_pause);
		close(listenfd);
	}
	if ((listenfd = fd) == -1)
		return;
	event_set(&ev_listen, fd, EV_READ | EV_PERSIST, http_accept, NULL);
	evtimer_set(&ev_pause, http_resume, NULL);
	event_add(&ev_listen, NULL);
}

static void
http_accept(int lfd, short event, void *bula)
{
	struct timeval	 pause = { 1, 0 };
	int		 fd;

	if ((fd = accept4(lfd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) == -1) {
		if (errno == ENFILE || errno == EMFILE) {
			event_del(&ev_listen);
			evtimer_add(&ev_pause, &pause);
		} else if (errno != EWOULDBLOCK && errno != EINTR &&
		    errno != ECONNABORTED)
			log_debug("status: accept: %s", strerror(errno));
		return;
	}
	if (nconns >= CONNS_MAX && !conn_evict()) {
		close(fd);
		return;
	}
	conn_new(fd);
}

static void
http_resume(int fd, short event, void *bula)
{
	event_add(&ev_listen, NULL);
}

/*
 * Connections
 */

static void
conn_new(int fd)
{
	struct conn	*c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		log_warn("%s", __func__);
		close(fd);
		return;
	}
	c->fd = fd;
	evtimer_set(&c->ev_time, conn_timeout, c);
	event_set(&c->ev, fd, EV_READ, conn_event, c);
	TAILQ_INSERT_TAIL(&conns, c, entry);
	nconns++;
	conn_wait(c, CONN_READ, EV_READ, REQUEST_TIME);
}

static void
conn_close(struct conn *c)
{
	TAILQ_REMOVE(&conns, c, entry);
	nconns--;
	event_del(&c->ev);
	evtimer_del(&c->ev_time);
	close(c->fd);
	free(c->out);
	free(c);
}

/* Makes room: the oldest one without a request, or with an answer, goes. */
static int
conn_evict(void)
{
	struct conn	*c;

	TAILQ_FOREACH(c, &conns, entry) {
		if (c->state == CONN_READ || c->state == CONN_DRAIN) {
			conn_close(c);
			return (1);
		}
	}
	return (0);
}

static void
conn_timeout(int fd, short event, void *arg)
{
	struct conn	*c = arg;

	if (c->state == CONN_READ && c->inlen > 0)
		answer_error(c, 408);
	else
		conn_close(c);
}

/* In this state for at most so many seconds; events 0: for the engine. */
static void
conn_wait(struct conn *c, enum conn_state state, short events, int seconds)
{
	struct timeval	 tv = { 0, 0 };

	tv.tv_sec = seconds;
	c->state = state;
	event_del(&c->ev);
	if (events != 0) {
		event_set(&c->ev, c->fd, events | EV_PERSIST, conn_event, c);
		event_add(&c->ev, NULL);
	}
	evtimer_del(&c->ev_time);
	evtimer_add(&c->ev_time, &tv);
}

static void
conn_event(int fd, short event, void *arg)
{
	struct conn	*c = arg;

	switch (c->state) {
	case CONN_READ:
		conn_read(c);
		break;
	case CONN_WRITE:
		conn_write(c);
		break;
	case CONN_DRAIN:
		conn_drain(c);
		break;
	case CONN_WAIT:
		break;
	}
}

static void
conn_read(struct conn *c)
{
	ssize_t	 n;
	int	 status;

	n = recv(c->fd, c->in + c->inlen, sizeof(c->in) - c->inlen, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	c->inlen += n;
	if ((status = http_parse(c->in, c->inlen, &c->request)) == 0)
		return;
	if (status == 200)
		conn_request(c);
	else
		answer_error(c, status);
}

static void
conn_request(struct conn *c)
{
	const struct snapshot	*s = NULL;
	size_t			 i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(c->request.path, pages[i].path) != 0)
			continue;
		c->page = &pages[i];
		if (c->page->kind == -1 ||
		    (s = status_get(c->page->kind)) != NULL)
			c->page->answer(c, s);
		else
			conn_wait(c, CONN_WAIT, 0, ANSWER_TIME);
		return;
	}
	answer_error(c, 404);
}

void
status_http_ready(enum status_kind kind, const struct snapshot *s)
{
	struct conn	*c, *next;

	for (c = TAILQ_FIRST(&conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->state != CONN_WAIT || c->page->kind != (int)kind)
			continue;
		if (s != NULL)
			c->page->answer(c, s);
		else
			answer_error(c, 503);
	}
}

static void
conn_write(struct conn *c)
{
	ssize_t	 n;

	n = send(c->fd, c->out + c->outpos, c->outlen - c->outpos, 0);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			conn_close(c);
		return;
	}
	if ((c->outpos += n) < c->outlen)
		return;
	/* closing with something unread would reset the connection */
	if (shutdown(c->fd, SHUT_WR) == -1)
		conn_close(c);
	else
		conn_wait(c, CONN_DRAIN, EV_READ, DRAIN_TIME);
}

static void
conn_drain(struct conn *c)
{
	ssize_t	 n;

	n = recv(c->fd, c->in, sizeof(c->in), 0);
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		conn_close(c);
}

/*
 * Answers
 */

static void
answer_page(struct conn *c, const struct snapshot *s)
{
	answer(c, 200, TYPE_HTML, status_page, strlen(status_page));
}

static void
answer_status(struct conn *c, const struct snapshot *s)
{
	answer_from(c, TYPE_JSON, write_status, s, 0);
}

static void
answer_history(struct conn *c, const struct snapshot *s)
{
	answer_from(c, TYPE_JSON, write_history, s, 0);
}

static void
answer_metrics(struct conn *c, const struct snapshot *s)
{
	int	 openmetrics = !c->request.plain;

	answer_from(c, openmetrics ? TYPE_METRICS : TYPE_PROMETHEUS,
	    snapshot_metrics, s, openmetrics);
}

static void
answer_health(struct conn *c, const struct snapshot *s)
{
	answer(c, 200, TYPE_TEXT, "ok\n", 3);
}

static void
answer_error(struct conn *c, int status)
{
	char	 text[64];
	int	 len;

	len = snprintf(text, sizeof(text), "%d %s\n", status,
	    http_reason(status));
	answer(c, status, TYPE_TEXT, text, len);
}

static void
write_status(const struct snapshot *s, FILE *f, int bula)
{
	snapshot_status(s, f);
}

static void
write_history(const struct snapshot *s, FILE *f, int bula)
{
	snapshot_history(s, f);
}

/* What the function writes. */
static void
answer_from(struct conn *c, const char *type,
    void (*writer)(const struct snapshot *, FILE *, int),
    const struct snapshot *s, int flag)
{
	FILE	*f;
	char	*text = NULL;
	size_t	 len = 0;

	if ((f = open_memstream(&text, &len)) == NULL) {
		log_warn("%s", __func__);
		conn_close(c);
		return;
	}
	writer(s, f, flag);
	if (fclose(f) == EOF) {
		log_warn("%s", __func__);
		conn_close(c);
	} else
		answer(c, 200, type, text, len);
	free(text);
}

static void
answer(struct conn *c, int status, const char *type, const char *body,
    size_t len)
{
	char		 head[1024], date[64];
	time_t		 now = time(NULL);
	struct tm	 tm;
	size_t		 headlen;

	if (gmtime_r(&now, &tm) == NULL || strftime(date, sizeof(date),
	    "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		fatalx("%s: date", __func__);
	headlen = snprintf(head, sizeof(head),
	    "HTTP/1.1 %d %s\r\n"
	    "Date: %s\r\n"
	    "Server: mlvpnd\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Security-Policy: %s\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "%s"
	    "Connection: close\r\n"
	    "\r\n",
	    status, http_reason(status), date, type, len, PAGE_POLICY,
	    status == 405 ? "Allow: GET, HEAD\r\n" : "");
	if (c->request.head)
		len = 0;
	if ((c->out = malloc(headlen + len)) == NULL) {
		log_warn("%s", __func__);
		conn_close(c);
		return;
	}
	memcpy(c->out, head, headlen);
	memcpy(c->out + headlen, body, len);
	c->outlen = headlen + len;
	conn_wait(c, CONN_WRITE, EV_WRITE, ANSWER_TIME);
}
