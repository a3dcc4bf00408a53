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
 * Starts the other processes, has the channels to them, and ends the
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
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpnd.h"
#include "runner.h"
#include "timer.h"

#define QUEUE_MAX	(64 * 1024 * 1024)	/* bytes for one child */
#define EXIT_TIME	1500			/* ms to exit by itself */
#define KILL_TIME	500			/* ms after SIGKILL */
#define POLL_TIME	10			/* ms */

struct child {
	const char	*name;
	char		*flag;		/* its option */
	int		 passes;	/* descriptors are passed to it */
	uint32_t	 maxsize;	/* of its messages, 0 the default */
	int		(*receive)(struct imsg *);	/* -1: not valid */
	pid_t		 pid;		/* 0: does not run */
	struct imsgev	 iev;
	size_t		 queued;	/* bytes since its queue was empty */
	int		 started;	/* is set up */
	int		 lost;		/* closed its end of the channel */
};

static void	 child_close(struct child *);
static void	 child_wait(struct child *, unsigned int);
static void	 child_ended(struct child *, int);
static int	 child_failed(const struct child *);
static void	 child_compose(struct child *, uint16_t, uint32_t, int,
		    const void *, size_t);
static void	 child_dispatch(int, short, void *);
static int	 child_transfer(struct child *, int, int);
static int	 child_receive(struct child *);
static void	 child_is_started(struct child *);
static void	 child_lost(struct child *);

static struct child	 children[CHILD_COUNT] = {
	[CHILD_ENGINE] = { .name = "engine", .flag = "-E", .passes = 1 },
	[CHILD_RESOLVER] = { .name = "resolver", .flag = "-R" },
	[CHILD_STATUS] = { .name = "status", .flag = "-S", .passes = 1 },
	[CHILD_RUNNER] = { .name = "runner", .flag = "-X",
	    .maxsize = RUN_SIZE }
};
static void		(*all_started)(void);

/*
 * Executes this program again, so that the child does not have the parent's
 * memory and has other addresses.
 */
void
child_start(enum child_id id, char *argv0, int debug, int verbose,
    int (*receive)(struct imsg *))
{
	struct child	*c = &children[id];
	char		*argv[5];
	int		 argc = 0, fds[2];

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
		if (c->passes)
			imsgbuf_allow_fdpass(&c->iev.ibuf);
		if (c->maxsize != 0)
			imsgbuf_set_maxsize(&c->iev.ibuf, c->maxsize);
		c->iev.handler = child_dispatch;
		c->receive = receive;
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
child_watch(void (*started)(void))
{
	struct child	*c;

	all_started = started;
	for (c = children; c < &children[CHILD_COUNT]; c++)
		imsg_event_add(&c->iev);
}

void
child_ending(void)
{
	struct child	*c;

	for (c = children; c < &children[CHILD_COUNT]; c++)
		c->lost = 0;
}

int
child_stop(void)
{
	struct child	*c, *runner = &children[CHILD_RUNNER];
	unsigned int	 end = timer_now() + EXIT_TIME;
	int		 ret = 0;

	log_debug("waiting for children to terminate");
	for (c = children; c < runner; c++)
		child_close(c);
	for (c = children; c < runner; c++)
		child_wait(c, end);

	/* the parent has no leave to send signals */
	for (c = children; c < runner; c++) {
		if (c->pid == 0)
			continue;
		log_warnx("%s does not exit, killing it", c->name);
		compose_runner(IMSG_KILL, 0, &c->pid, sizeof(c->pid));
		(void)child_wait_runner(0);
	}
	end += KILL_TIME;
	for (c = children; c < runner; c++) {
		child_wait(c, end);
		if (child_failed(c))
			ret = -1;
	}
	return (ret);
}

int
child_stop_runner(void)
{
	struct child	*c = &children[CHILD_RUNNER];

	child_close(c);
	child_wait(c, timer_now() + RUN_GRACE + KILL_TIME);
	return (child_failed(c) ? -1 : 0);
}

static void
child_close(struct child *c)
{
	imsgbuf_clear(&c->iev.ibuf);
	close(c->iev.ibuf.fd);
}

/* Until it has ended, or until that time. */
static void
child_wait(struct child *c, unsigned int end)
{
	int	 status;

	while (c->pid != 0) {
		switch (waitpid(c->pid, &status, WNOHANG)) {
		case 0:
			if ((int)(end - timer_now()) <= 0)
				return;
			poll(NULL, 0, POLL_TIME);
			break;
		case -1:
			if (errno != EINTR)
				fatal("waitpid: %s", c->name);
			break;
		default:
			child_ended(c, status);
			break;
		}
	}
}

static void
child_ended(struct child *c, int status)
{
	c->pid = 0;
	if (WIFSIGNALED(status))
		log_warnx("%s terminated; signal %d (%s)", c->name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_warnx("%s terminated; exit status %d", c->name,
		    WEXITSTATUS(status));
	else if (c->lost)
		log_warnx("%s terminated", c->name);
	else
		return;
	c->lost = 1;
}

static int
child_failed(const struct child *c)
{
	if (c->pid != 0)
		log_warnx("%s does not exit", c->name);
	return (c->pid != 0 || c->lost);
}

int
child_wait_runner(unsigned int ms)
{
	struct child	*c = &children[CHILD_RUNNER];
	struct pollfd	 pfd;

	if (c->lost)
		return (-1);
	pfd.fd = c->iev.ibuf.fd;
	pfd.events = POLLIN;
	if (imsgbuf_queuelen(&c->iev.ibuf) > 0)
		pfd.events |= POLLOUT;
	if (poll(&pfd, 1, ms) <= 0)
		return (0);
	if (child_transfer(c, pfd.revents & ~POLLOUT,
	    pfd.revents & POLLOUT) == -1) {
		c->lost = 1;
		return (-1);
	}
	return (0);
}

void
compose_engine(uint16_t type, uint32_t peerid, int fd, const void *data,
    size_t len)
{
	child_compose(&children[CHILD_ENGINE], type, peerid, fd, data, len);
}

void
compose_resolver(uint16_t type, uint32_t peerid, const void *data,
    size_t len)
{
	child_compose(&children[CHILD_RESOLVER], type, peerid, -1, data, len);
}

void
compose_status(uint16_t type, int fd, const void *data, size_t len)
{
	child_compose(&children[CHILD_STATUS], type, 0, fd, data, len);
}

void
compose_runner(uint16_t type, uint32_t peerid, const void *data, size_t len)
{
	child_compose(&children[CHILD_RUNNER], type, peerid, -1, data, len);
}

static void
child_compose(struct child *c, uint16_t type, uint32_t peerid, int fd,
    const void *data, size_t len)
{
	if (imsgbuf_queuelen(&c->iev.ibuf) == 0)
		c->queued = 0;
	c->queued += len;
	if (c->queued > QUEUE_MAX) {
		if (!c->lost) {
			log_warnx("%s does not read its messages", c->name);
			child_lost(c);
		}
		if (fd != -1)
			close(fd);
		return;
	}
	if (imsg_compose_event(&c->iev, type, peerid, 0, fd, data, len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

static void
child_dispatch(int fd, short event, void *arg)
{
	struct child	*c;

	for (c = children; &c->iev != arg; c++)
		continue;
	if (c->lost)
		return;
	if (child_transfer(c, event & EV_READ, event & EV_WRITE) == -1)
		child_lost(c);
	else
		imsg_event_add(&c->iev);
}

/* Returns -1 when the child is gone or talks nonsense. */
static int
child_transfer(struct child *c, int readable, int writable)
{
	ssize_t	 n;

	if (readable) {
		if ((n = imsgbuf_read(&c->iev.ibuf)) == -1)
			log_warn("%s: imsgbuf_read", c->name);
		if (n != 1)
			return (-1);
	}
	if (writable && imsgbuf_write(&c->iev.ibuf) == -1) {
		if (errno != EPIPE)
			log_warn("%s: imsgbuf_write", c->name);
		return (-1);
	}
	return (child_receive(c));
}

static int
child_receive(struct child *c)
{
	struct imsg	 imsg;
	ssize_t		 n;
	int		 ret;

	while ((n = imsg_get(&c->iev.ibuf, &imsg)) > 0) {
		if (imsg_get_type(&imsg) == IMSG_STARTED && !c->started) {
			child_is_started(c);
			ret = 0;
		} else if ((ret = c->receive(&imsg)) == -1)
			log_warnx("%s: invalid %s", c->name,
			    imsg_name(imsg_get_type(&imsg)));
		imsg_free(&imsg);
		if (ret == -1)
			return (-1);
	}
	if (n == -1)
		log_warn("%s: imsg_get", c->name);
	return (n);
}

static void
child_is_started(struct child *c)
{
	c->started = 1;
	for (c = children; c < &children[CHILD_COUNT]; c++) {
		if (!c->started)
			return;
	}
	all_started();
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
