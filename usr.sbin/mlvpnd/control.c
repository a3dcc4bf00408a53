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
 * The control socket in the engine: accepts mlvpnctl(8), limits what clients
 * can queue, and calls the functions that answer their requests.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <imsg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpnd.h"

#define CONTROL_CLIENTS		32	/* at a time; more have to wait */
#define CONTROL_TIMEOUT		30	/* seconds of silence */

/* A socket that is listened on. */
struct ctl_socket {
	TAILQ_ENTRY(ctl_socket)	 entry;
	struct event		 ev;
	struct event		 ev_pause;
	int			 fd;
	int			 restricted;	/* its clients only look */
	unsigned int		 clients;
};

struct ctl_conn {
	TAILQ_ENTRY(ctl_conn)	 entry;
	struct imsgev		 iev;
	struct ctl_socket	*socket;	/* NULL: the status process */
	uint32_t		 id;		/* peerid towards the parent */
	int			 waiting;	/* for the parent's result */
};

static TAILQ_HEAD(, ctl_conn)	 ctl_conns =
				    TAILQ_HEAD_INITIALIZER(ctl_conns);

static TAILQ_HEAD(, ctl_socket)	 ctl_sockets =
				    TAILQ_HEAD_INITIALIZER(ctl_sockets);

static struct {
	const struct control_ops *ops;
	uid_t			 refuse;
	struct log_limit	 refused;
	uint32_t		 last_id;
} control_state;

static void		 control_accept(int, short, void *);
static int		 control_open(int, struct ctl_socket *);
static void		 control_resume(int, short, void *);
static struct ctl_conn	*control_connbyid(uint32_t);
static uint32_t		 control_new_id(void);
static void		 control_close(struct ctl_conn *);
static void		 control_event_add(struct ctl_conn *);
static void		 control_dispatch_imsg(int, short, void *);
static int		 control_request(struct ctl_conn *, struct imsg *);
static int		 control_show(struct ctl_conn *, struct imsg *,
			    int (*)(struct imsgbuf *,
			    const struct ctl_select *));
static int		 control_link(struct ctl_conn *, struct imsg *);
static int		 control_verbose(struct ctl_conn *, struct imsg *);
static int		 control_nosuch(struct ctl_conn *, const char *,
			    const char *);
static int		 control_result(struct ctl_conn *, int, const char *);
static int		 control_end(struct ctl_conn *);

void
control_init(uid_t refuse, const struct control_ops *ops)
{
	control_state.refuse = refuse;
	control_state.ops = ops;
}

void
control_listen(int fd, int restricted)
{
	struct ctl_socket	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("%s", __func__);
	s->fd = fd;
	s->restricted = restricted;
	event_set(&s->ev, fd, EV_READ | EV_PERSIST, control_accept, s);
	evtimer_set(&s->ev_pause, control_resume, s);
	event_add(&s->ev, NULL);
	TAILQ_INSERT_TAIL(&ctl_sockets, s, entry);
}

void
control_shutdown(void)
{
	struct ctl_conn		*c;
	struct ctl_socket	*s;

	while ((c = TAILQ_FIRST(&ctl_conns)) != NULL)
		control_close(c);
	while ((s = TAILQ_FIRST(&ctl_sockets)) != NULL) {
		TAILQ_REMOVE(&ctl_sockets, s, entry);
		event_del(&s->ev);
		evtimer_del(&s->ev_pause);
		close(s->fd);
		free(s);
	}
}

static void
control_accept(int listenfd, short event, void *arg)
{
	struct ctl_socket	*s = arg;
	struct timeval		 pause = { 1, 0 };
	uid_t			 uid;
	gid_t			 gid;
	int			 fd;

	if ((fd = accept4(listenfd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) == -1) {
		/*
		 * Without a free descriptor the socket stays readable:
		 * ignore it for a while.
		 */
		if (errno == ENFILE || errno == EMFILE) {
			event_del(&s->ev);
			evtimer_add(&s->ev_pause, &pause);
		} else if (errno != EWOULDBLOCK && errno != EINTR &&
		    errno != ECONNABORTED)
			log_warn("control socket: accept");
		return;
	}

	if (getpeereid(fd, &uid, &gid) == -1 ||
	    uid == control_state.refuse) {
		log_limited(&control_state.refused, "control socket: a "
		    "process of our own user was refused");
		close(fd);
		return;
	}
	if (control_open(fd, s) == 0 && ++s->clients >= CONTROL_CLIENTS)
		event_del(&s->ev);
}

void
control_status(int fd)
{
	(void)control_open(fd, NULL);
}

static int
control_open(int fd, struct ctl_socket *s)
{
	struct ctl_conn	*c;

	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    imsgbuf_init(&c->iev.ibuf, fd) == -1) {
		log_warn("%s", __func__);
		close(fd);
		free(c);
		return (-1);
	}
	c->socket = s;
	c->id = control_new_id();
	c->iev.handler = control_dispatch_imsg;
	event_set(&c->iev.ev, fd, EV_READ, c->iev.handler, c);
	TAILQ_INSERT_TAIL(&ctl_conns, c, entry);
	control_event_add(c);
	return (0);
}

static void
control_resume(int fd, short event, void *arg)
{
	struct ctl_socket	*s = arg;

	if (s->clients < CONTROL_CLIENTS)
		event_add(&s->ev, NULL);
}

static struct ctl_conn *
control_connbyid(uint32_t id)
{
	struct ctl_conn	*c;

	TAILQ_FOREACH(c, &ctl_conns, entry) {
		if (c->id == id)
			break;
	}
	return (c);
}

/* 0 is what messages carry that belong to no client. */
static uint32_t
control_new_id(void)
{
	do {
		control_state.last_id++;
	} while (control_state.last_id == 0 ||
	    control_connbyid(control_state.last_id) != NULL);
	return (control_state.last_id);
}

static void
control_close(struct ctl_conn *c)
{
	struct ctl_socket	*s = c->socket;

	TAILQ_REMOVE(&ctl_conns, c, entry);
	event_del(&c->iev.ev);
	imsgbuf_clear(&c->iev.ibuf);
	close(c->iev.ibuf.fd);
	free(c);

	if (s == NULL)
		return;
	s->clients--;
	evtimer_del(&s->ev_pause);
	event_add(&s->ev, NULL);
}

/*
 * A client that does not read its answers is not listened to either.  This
 * limits what is queued for it to the answers to one request.
 */
static void
control_event_add(struct ctl_conn *c)
{
	struct timeval	 silence = { CONTROL_TIMEOUT, 0 };

	c->iev.events = EV_READ;
	if (imsgbuf_queuelen(&c->iev.ibuf) > 0)
		c->iev.events = EV_WRITE;
	event_del(&c->iev.ev);
	event_set(&c->iev.ev, c->iev.ibuf.fd, c->iev.events, c->iev.handler,
	    c);
	event_add(&c->iev.ev, c->socket == NULL ||
	    (c->waiting && c->iev.events == EV_READ) ? NULL : &silence);
}

static void
control_dispatch_imsg(int fd, short event, void *arg)
{
	struct ctl_conn	*c = arg;
	struct imsg	 imsg;
	ssize_t		 n;
	int		 rv;

	if (event & EV_TIMEOUT) {
		log_debug("control client %u: too slow", c->id);
		goto drop;
	}
	if (event & EV_READ) {
		if (imsgbuf_read(&c->iev.ibuf) != 1)
			goto drop;
		/* Nothing is read until the result was sent. */
		if (c->waiting)
			goto drop;
	}
	if (event & EV_WRITE) {
		if (imsgbuf_write(&c->iev.ibuf) == -1)
			goto drop;
	}

	while (!c->waiting && imsgbuf_queuelen(&c->iev.ibuf) == 0) {
		if ((n = imsg_get(&c->iev.ibuf, &imsg)) == -1)
			goto drop;
		if (n == 0)
			break;
		rv = control_request(c, &imsg);
		imsg_free(&imsg);
		if (rv == -1 || imsgbuf_write(&c->iev.ibuf) == -1)
			goto drop;
	}
	control_event_add(c);
	return;
 drop:
	control_close(c);
}

/* Returns -1 if the client is to be dropped. */
static int
control_request(struct ctl_conn *c, struct imsg *imsg)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_SHOW_SUMMARY:
		control_state.ops->summary(&c->iev.ibuf);
		return (control_end(c));
	case IMSG_CTL_SHOW_TUNNELS:
		return (control_show(c, imsg, control_state.ops->tunnels));
	case IMSG_CTL_SHOW_LINKS:
		return (control_show(c, imsg, control_state.ops->links));
	case IMSG_CTL_SHOW_FILTERS:
		return (control_show(c, imsg, control_state.ops->filters));
	case IMSG_CTL_SHOW_HISTORY:
		return (control_show(c, imsg, control_state.ops->history));
	case IMSG_CTL_SHOW_KEYS:
		return (control_show(c, imsg, control_state.ops->keys));
	case IMSG_CTL_SHOW_EVENTS:
		control_state.ops->events(&c->iev.ibuf);
		return (control_end(c));
	default:
		break;
	}
	if (c->socket == NULL || c->socket->restricted)
		return (control_result(c, CTL_RES_DENIED, ""));

	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_LINK_UP:
	case IMSG_CTL_LINK_DOWN:
		return (control_link(c, imsg));
	case IMSG_CTL_LOG_VERBOSE:
		return (control_verbose(c, imsg));
	case IMSG_CTL_RELOAD:
		c->waiting = 1;
		control_state.ops->reload(c->id);
		return (0);
	default:
		log_debug("control client %u: unknown request %u", c->id,
		    imsg_get_type(imsg));
		return (control_result(c, CTL_RES_BADCMD, ""));
	}
}

static int
control_show(struct ctl_conn *c, struct imsg *imsg,
    int (*show)(struct imsgbuf *, const struct ctl_select *))
{
	struct ctl_select	 sel;

	if (imsg_get_data(imsg, &sel, sizeof(sel)) == -1 ||
	    memchr(sel.tunnel, '\0', sizeof(sel.tunnel)) == NULL ||
	    memchr(sel.link, '\0', sizeof(sel.link)) == NULL)
		return (-1);

	if (show(&c->iev.ibuf, &sel) == 0 &&
	    (sel.tunnel[0] != '\0' || sel.link[0] != '\0'))
		return (control_nosuch(c, sel.tunnel, sel.link));
	return (control_end(c));
}

static int
control_link(struct ctl_conn *c, struct imsg *imsg)
{
	struct ctl_link_admin	 la;
	int			 up;

	if (imsg_get_data(imsg, &la, sizeof(la)) == -1 ||
	    memchr(la.tunnel, '\0', sizeof(la.tunnel)) == NULL ||
	    memchr(la.link, '\0', sizeof(la.link)) == NULL)
		return (-1);

	up = imsg_get_type(imsg) == IMSG_CTL_LINK_UP;
	if (control_state.ops->link_admin(&la, up) == -1)
		return (control_nosuch(c, la.tunnel, la.link));
	return (control_result(c, CTL_RES_OK, ""));
}

static int
control_verbose(struct ctl_conn *c, struct imsg *imsg)
{
	int	 verbose;

	if (imsg_get_data(imsg, &verbose, sizeof(verbose)) == -1)
		return (-1);

	verbose = verbose != 0;
	control_state.ops->verbose(verbose);
	return (control_result(c, CTL_RES_OK, ""));
}

static int
control_nosuch(struct ctl_conn *c, const char *tunnel, const char *link)
{
	char	 text[sizeof(((struct ctl_result *)NULL)->text)];

	control_state.ops->nosuch(tunnel, link, text, sizeof(text));
	return (control_result(c, CTL_RES_NOSUCH, text));
}

static int
control_result(struct ctl_conn *c, int code, const char *text)
{
	struct ctl_result	 res;

	memset(&res, 0, sizeof(res));
	res.code = code;
	strlcpy(res.text, text, sizeof(res.text));
	if (imsg_compose(&c->iev.ibuf, IMSG_CTL_RESULT, 0, 0, -1, &res,
	    sizeof(res)) == -1)
		return (-1);
	return (0);
}

static int
control_end(struct ctl_conn *c)
{
	if (imsg_compose(&c->iev.ibuf, IMSG_CTL_END, 0, 0, -1, NULL, 0) == -1)
		return (-1);
	return (0);
}

void
control_imsg_relay(struct imsg *imsg)
{
	struct ctl_conn	*c;

	if ((c = control_connbyid(imsg_get_id(imsg))) == NULL || !c->waiting)
		return;
	if (imsg_get_type(imsg) == IMSG_CTL_RESULT)
		c->waiting = 0;
	if (imsg_forward(&c->iev.ibuf, imsg) == -1) {
		log_warn("%s", __func__);
		control_close(c);
		return;
	}
	control_event_add(c);
}
