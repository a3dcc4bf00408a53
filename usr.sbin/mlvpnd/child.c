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
 * The child processes: starts them, has the channels to them, and ends the
 * daemon when one of them ends.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "imsgev.h"
#include "log.h"

struct child {
	const char	*name;
	char		*flag;		/* its option */
	int		(*receive)(struct imsg *);	/* -1: not valid */
	pid_t		 pid;
	struct imsgev	 iev;
	int		 lost;		/* closed its end of the channel */
};

static void	 child_run(struct child *, char *, int, int);
static int	 child_reap(struct child *);
static void	 child_dispatch(int, short, void *);
static void	 child_lost(struct child *);

static struct child	 engine = { .name = "engine", .flag = "-E" };
static struct child	 resolver = { .name = "resolver", .flag = "-R" };

void
child_start(char *argv0, int debug, int verbose,
    int (*engine_imsg)(struct imsg *), int (*resolver_imsg)(struct imsg *))
{
	engine.receive = engine_imsg;
	resolver.receive = resolver_imsg;
	child_run(&engine, argv0, debug, verbose);
	child_run(&resolver, argv0, debug, verbose);
	imsgbuf_allow_fdpass(&engine.iev.ibuf);
}

/*
 * Executes this program again, so that the child does not have the parent's
 * memory and has other addresses.
 */
static void
child_run(struct child *c, char *argv0, int debug, int verbose)
{
	char	*argv[5];
	int	 argc = 0, fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    PF_UNSPEC, fds) == -1)
		fatal("socketpair");

	switch (c->pid = fork()) {
	case -1:
		fatal("cannot fork");
	case 0:
		break;
	default:
		close(fds[1]);
		if (imsgbuf_init(&c->iev.ibuf, fds[0]) == -1)
			fatal("imsgbuf_init");
		c->iev.handler = child_dispatch;
		return;
	}

	if (fds[1] != 3) {
		if (dup2(fds[1], 3) == -1)
			fatal("dup2");
	} else if (fcntl(fds[1], F_SETFD, 0) == -1)
		fatal("fcntl");
	closefrom(4);

	argv[argc++] = argv0;
	argv[argc++] = c->flag;
	if (debug)
		argv[argc++] = "-d";
	if (verbose)
		argv[argc++] = "-v";
	argv[argc] = NULL;

	execvp(argv0, argv);
	fatal("cannot execute %s", argv0);
}

void
child_watch(void)
{
	imsg_event_add(&engine.iev);
	imsg_event_add(&resolver.iev);
}

void
child_ending(void)
{
	engine.lost = resolver.lost = 0;
}

int
child_stop(void)
{
	int	 ret = 0;

	imsgbuf_clear(&engine.iev.ibuf);
	close(engine.iev.ibuf.fd);
	imsgbuf_clear(&resolver.iev.ibuf);
	close(resolver.iev.ibuf.fd);

	log_debug("waiting for children to terminate");
	if (child_reap(&engine) == -1)
		ret = -1;
	if (child_reap(&resolver) == -1)
		ret = -1;
	return (ret);
}

/* Returns -1 when a child did not end as it should. */
static int
child_reap(struct child *c)
{
	int	 status;

	while (waitpid(c->pid, &status, 0) == -1) {
		if (errno == EINTR)
			continue;
		log_warn("waitpid: %s", c->name);
		return (-1);
	}
	if (WIFSIGNALED(status))
		log_warnx("%s terminated; signal %d (%s)", c->name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_warnx("%s terminated; exit status %d", c->name,
		    WEXITSTATUS(status));
	else if (c->lost)
		log_warnx("%s terminated", c->name);
	else
		return (0);
	return (-1);
}

void
compose_engine(uint16_t type, uint32_t peerid, int fd, const void *data,
    size_t len)
{
	if (imsg_compose_event(&engine.iev, type, peerid, 0, fd, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

void
compose_resolver(uint16_t type, uint32_t peerid, const void *data,
    size_t len)
{
	if (imsg_compose_event(&resolver.iev, type, peerid, 0, -1, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

static void
child_dispatch(int fd, short event, void *arg)
{
	struct child	*c;
	struct imsg	 imsg;
	ssize_t		 n;

	c = arg == &engine.iev ? &engine : &resolver;
	if (c->lost)
		return;

	if (event & EV_READ) {
		if ((n = imsgbuf_read(&c->iev.ibuf)) == -1)
			log_warn("%s: imsgbuf_read", c->name);
		if (n != 1) {
			child_lost(c);
			return;
		}
	}
	if (event & EV_WRITE) {
		if (imsgbuf_write(&c->iev.ibuf) == -1) {
			if (errno != EPIPE)
				log_warn("%s: imsgbuf_write", c->name);
			child_lost(c);
			return;
		}
	}

	while ((n = imsg_get(&c->iev.ibuf, &imsg)) > 0) {
		if (c->receive(&imsg) == -1) {
			log_warnx("%s: invalid %s", c->name,
			    imsg_name(imsg_get_type(&imsg)));
			imsg_free(&imsg);
			child_lost(c);
			return;
		}
		imsg_free(&imsg);
	}
	if (n == -1) {
		log_warn("%s: imsg_get", c->name);
		child_lost(c);
		return;
	}
	imsg_event_add(&c->iev);
}

/*
 * The daemon cannot run without one of its processes.  It exits a moment
 * later: if all processes got a signal, the parent's own is to be handled
 * first.
 */
static void
child_lost(struct child *c)
{
	struct timeval	 moment = { 0, 10000 };

	c->lost = 1;
	event_del(&c->iev.ev);
	event_loopexit(&moment);
}

