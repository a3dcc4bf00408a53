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
 * The process that answers HTTP requests.  It asks the engine, which treats
 * it as a client of the control socket that can only look.  status_http.c has
 * the connections.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <event.h>
#include <imsg.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpnd.h"
#include "snapshot.h"
#include "status.h"
#include "status_http.h"

#define PARENT_FD	3
#define FRESH		1		/* seconds that answers are used */
#define PATIENCE	5		/* seconds for the engine to answer */

static void	 status_sig_handler(int, short, void *);
static void	 status_dispatch_parent(int, short, void *);
static void	 status_parent_imsg(struct imsg *);
static void	 status_recv_engine(struct imsg *);
static void	 status_dispatch_engine(int, short, void *);
static void	 status_engine_imsg(struct imsg *);
static const struct snapshot	*status_get(enum status_kind);
static void	 status_ask(enum status_kind);
static void	 status_wait(void);
static void	 status_late(int, short, void *);
static time_t	 status_clock(void);

static struct imsgev	 parent, engine;
static int		 has_engine;

static const struct {
	uint32_t	 request;
	int		 select;	/* it has a struct ctl_select */
} requests[STATUS_KINDS][5] = {
	[STATUS_NOW] = {
		{ IMSG_CTL_SHOW_SUMMARY, 0 },
		{ IMSG_CTL_SHOW_TUNNELS, 1 },
		{ IMSG_CTL_SHOW_LINKS, 1 },
		{ IMSG_CTL_SHOW_EVENTS, 0 }
	},
	[STATUS_HISTORY] = {
		{ IMSG_CTL_SHOW_HISTORY, 1 }
	}
};

/* One kind is asked for at a time. */
static struct {
	struct snapshot	 snapshot;
	int		 valid;
	int		 wanted;
	time_t		 time;		/* of the answers */
} kinds[STATUS_KINDS];
static enum status_kind	 asked;
static unsigned int	 pending;	/* answers to it, 0: none is asked */
static struct event	 ev_late;

__dead void
status(int debug, int verbose)
{
	struct event	 ev_sigint, ev_sigterm;
	struct passwd	*pw;

	log_init(debug, LOG_DAEMON);
	log_setverbose(verbose);

	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);

	setproctitle("%s", "status");
	log_procinit("status");

	confine_root(pw);
	confine_user(pw);
	confine_status();

	event_init();
	signal_set(&ev_sigint, SIGINT, status_sig_handler, NULL);
	signal_set(&ev_sigterm, SIGTERM, status_sig_handler, NULL);
	signal_add(&ev_sigint, NULL);
	signal_add(&ev_sigterm, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	evtimer_set(&ev_late, status_late, NULL);
	status_http_init(status_get);

	if (imsgbuf_init(&parent.ibuf, PARENT_FD) == -1)
		fatal("imsgbuf_init");
	imsgbuf_allow_fdpass(&parent.ibuf);
	parent.handler = status_dispatch_parent;
	log_started();
	if (imsg_compose_event(&parent, IMSG_STARTED, 0, 0, -1, NULL, 0) == -1)
		fatal("imsg_compose_event");

	event_dispatch();
	log_info("status exiting");
	exit(0);
}

static void
status_sig_handler(int sig, short event, void *bula)
{
	event_loopexit(NULL);
}

/*
 * The parent
 */

static void
status_dispatch_parent(int fd, short event, void *bula)
{
	struct imsg	 imsg;
	ssize_t		 n;

	if (((event & EV_READ) && imsgbuf_read(&parent.ibuf) != 1) ||
	    ((event & EV_WRITE) && imsgbuf_write(&parent.ibuf) == -1)) {
		event_del(&parent.ev);
		event_loopexit(NULL);
		return;
	}
	while ((n = imsg_get(&parent.ibuf, &imsg)) > 0) {
		status_parent_imsg(&imsg);
		imsg_free(&imsg);
	}
	if (n == -1)
		fatal("%s: imsg_get", __func__);
	imsg_event_add(&parent);
}

static void
status_parent_imsg(struct imsg *imsg)
{
	int	 verbose;

	switch (imsg_get_type(imsg)) {
	case IMSG_STATUS_ENGINE:
		status_recv_engine(imsg);
		break;
	case IMSG_STATUS_LISTEN:
		status_http_listen(imsg_get_fd(imsg));
		break;
	case IMSG_CTL_LOG_VERBOSE:
		if (imsg_get_data(imsg, &verbose, sizeof(verbose)) == -1)
			fatalx("invalid IMSG_CTL_LOG_VERBOSE");
		log_setverbose(verbose);
		break;
	default:
		log_debug("%s: %s not handled", __func__,
		    imsg_name(imsg_get_type(imsg)));
		break;
	}
}

/*
 * The engine
 */

static void
status_recv_engine(struct imsg *imsg)
{
	int	 fd;

	if ((fd = imsg_get_fd(imsg)) == -1 || has_engine)
		fatalx("invalid IMSG_STATUS_ENGINE");
	if (imsgbuf_init(&engine.ibuf, fd) == -1)
		fatal("imsgbuf_init");
	engine.handler = status_dispatch_engine;
	imsg_event_add(&engine);
	has_engine = 1;
}

/* The engine may be compromised: an invalid message is fatal. */
static void
status_dispatch_engine(int fd, short event, void *bula)
{
	struct imsg	 imsg;
	ssize_t		 n;

	if (((event & EV_READ) && imsgbuf_read(&engine.ibuf) != 1) ||
	    ((event & EV_WRITE) && imsgbuf_write(&engine.ibuf) == -1)) {
		/* the parent is about to end this process, too */
		event_del(&engine.ev);
		return;
	}
	while ((n = imsg_get(&engine.ibuf, &imsg)) > 0) {
		status_engine_imsg(&imsg);
		imsg_free(&imsg);
	}
	if (n == -1)
		fatal("%s: imsg_get", __func__);
	imsg_event_add(&engine);
}

static void
status_engine_imsg(struct imsg *imsg)
{
	int	 k;

	if (pending == 0)
		fatalx("%s from the engine, which was not asked",
		    imsg_name(imsg_get_type(imsg)));
	if (imsg_get_type(imsg) != IMSG_CTL_END) {
		if (snapshot_add(&kinds[asked].snapshot, imsg) == -1)
			fatalx("invalid %s from the engine",
			    imsg_name(imsg_get_type(imsg)));
		return;
	}
	if (--pending > 0)
		return;

	evtimer_del(&ev_late);
	kinds[asked].valid = 1;
	kinds[asked].time = status_clock();
	status_http_ready(asked, &kinds[asked].snapshot);
	for (k = 0; k < STATUS_KINDS; k++) {
		if (kinds[k].wanted) {
			status_ask(k);
			break;
		}
	}
}

/* What the engine says, if it was asked within the last second. */
static const struct snapshot *
status_get(enum status_kind kind)
{
	if (kinds[kind].valid && status_clock() - kinds[kind].time < FRESH)
		return (&kinds[kind].snapshot);
	if (pending == 0)
		status_ask(kind);
	else if (kind != asked)
		kinds[kind].wanted = 1;
	return (NULL);
}

static void
status_ask(enum status_kind kind)
{
	struct ctl_select	 all;
	int			 i;

	if (!has_engine)
		return;
	memset(&all, 0, sizeof(all));
	asked = kind;
	kinds[kind].wanted = kinds[kind].valid = 0;
	snapshot_clear(&kinds[kind].snapshot);
	for (i = 0; requests[kind][i].request != IMSG_NONE; i++) {
		if (imsg_compose_event(&engine, requests[kind][i].request, 0,
		    0, -1, &all, requests[kind][i].select ? sizeof(all) :
		    0) == -1)
			fatal("imsg_compose_event");
		pending++;
	}
	status_wait();
}

static void
status_wait(void)
{
	struct timeval	 tv = { PATIENCE, 0 };

	evtimer_add(&ev_late, &tv);
}

/* Who waits is told, and who comes later too; the answer may still come. */
static void
status_late(int fd, short event, void *bula)
{
	int	 k;

	for (k = 0; k < STATUS_KINDS; k++)
		status_http_ready(k, NULL);
	status_wait();
}

static time_t
status_clock(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec);
}
