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
 * The process that runs programs for the parent, and ends children that do
 * not end themselves.  All requests come from the parent.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <event.h>
#include <imsg.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "confine.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpnd.h"
#include "run.h"
#include "runner.h"

#define PARENT_FD	3

static void	 runner_dispatch(int, short, void *);
static void	 runner_imsg(struct imsg *);
static void	 runner_kill(struct imsg *);
static void	 runner_done(uint32_t);
static void	 runner_compose(uint16_t, uint32_t);

static struct imsgev	 iev;

__dead void
runner(int debug, int verbose)
{
	log_init(debug, LOG_DAEMON);
	log_setverbose(verbose);
	setproctitle("%s", "runner");
	log_procinit("runner");

	confine_runner();

	event_init();
	/* the parent knows when it is time, by closing the channel */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	if (imsgbuf_init(&iev.ibuf, PARENT_FD) == -1 ||
	    imsgbuf_set_maxsize(&iev.ibuf, RUN_SIZE) == -1)
		fatal("imsgbuf_init");
	iev.handler = runner_dispatch;
	run_init(runner_done, RUN_TIME, RUN_GRACE);
	log_started();
	runner_compose(IMSG_STARTED, 0);

	event_dispatch();
	run_stop();
	log_info("runner exiting");
	exit(0);
}

static void
runner_dispatch(int fd, short event, void *bula)
{
	struct imsg	 imsg;
	ssize_t		 n;
	int		 shut = 0;

	if ((event & EV_READ) && imsgbuf_read(&iev.ibuf) != 1)
		shut = 1;
	if ((event & EV_WRITE) && imsgbuf_write(&iev.ibuf) == -1)
		shut = 1;

	while ((n = imsg_get(&iev.ibuf, &imsg)) > 0) {
		runner_imsg(&imsg);
		imsg_free(&imsg);
	}
	if (n == -1)
		fatal("%s: imsg_get", __func__);
	if (!shut)
		imsg_event_add(&iev);
	else {
		event_del(&iev.ev);
		event_loopexit(NULL);
	}
}

static void
runner_imsg(struct imsg *imsg)
{
	static char	 buf[RUN_SIZE];
	size_t		 len = imsg_get_len(imsg);
	int		 verbose;

	switch (imsg_get_type(imsg)) {
	case IMSG_RUN:
		if (len > sizeof(buf) || imsg_get_data(imsg, buf, len) == -1 ||
		    run_start(imsg_get_id(imsg), buf, len) == -1)
			fatalx("invalid IMSG_RUN");
		break;
	case IMSG_KILL:
		runner_kill(imsg);
		break;
	case IMSG_CTL_LOG_VERBOSE:
		if (imsg_get_data(imsg, &verbose, sizeof(verbose)) == -1)
			fatalx("invalid IMSG_CTL_LOG_VERBOSE");
		log_setverbose(verbose);
		break;
	default:
		fatalx("%s: %s not handled", __func__,
		    imsg_name(imsg_get_type(imsg)));
	}
}

static void
runner_kill(struct imsg *imsg)
{
	pid_t	 pid;

	if (imsg_get_data(imsg, &pid, sizeof(pid)) == -1 || pid <= 1)
		fatalx("invalid IMSG_KILL");
	if (kill(pid, SIGKILL) == -1 && errno != ESRCH)
		log_warn("kill");
}

static void
runner_done(uint32_t id)
{
	runner_compose(IMSG_RUN_DONE, id);
}

static void
runner_compose(uint16_t type, uint32_t id)
{
	if (imsg_compose_event(&iev, type, id, 0, -1, NULL, 0) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}
