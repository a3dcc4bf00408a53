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
 * Requests to run programs, and the programs that run, in the process of
 * runner.c.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_file.h"
#include "log.h"
#include "run.h"
#include "timer.h"

#define POLL_TIME	10		/* ms */

struct run {
	TAILQ_ENTRY(run) entry;
	uint32_t	 id;
	char		*text;		/* for the log */
	pid_t		 pid;
	struct event	 ev_timeout;
	int		 signals;	/* sent to it */
};

/* A request with its strings. */
struct program {
	char		*text;
	char		*argv[RUN_ARGS_MAX + 1];
	char		*env[RUN_ENV_MAX + 1];
};

static int	 program_parse(struct program *, char *, size_t);
static int	 program_strings(char **, size_t, char **, char *);
static void	 program_run(uint32_t, const struct program *);
static __dead void
		 program_exec(const char *, const struct program *);
static void	 run_timeout(int, short, void *);
static void	 run_signal(struct run *, int);
static void	 run_sigchld(int, short, void *);
static int	 run_reap(struct run *);

static TAILQ_HEAD(, run) runs = TAILQ_HEAD_INITIALIZER(runs);
static struct event	 ev_sigchld;
static void		(*run_done)(uint32_t);
static unsigned int	 time_max, time_grace;	/* ms */

void *
run_request(const char *text, const char *const *argv,
    const char *const *env, size_t *len)
{
	struct run_header	 req = { 0, 0 };
	char			*buf, *p;
	uint32_t		 i;

	*len = sizeof(req) + strlen(text) + 1;
	for (; argv[req.argc] != NULL; req.argc++)
		*len += strlen(argv[req.argc]) + 1;
	for (; env[req.envc] != NULL; req.envc++)
		*len += strlen(env[req.envc]) + 1;
	if ((buf = malloc(*len)) == NULL)
		fatal("%s", __func__);
	memcpy(buf, &req, sizeof(req));
	p = stpcpy(buf + sizeof(req), text) + 1;
	for (i = 0; i < req.argc; i++)
		p = stpcpy(p, argv[i]) + 1;
	for (i = 0; i < req.envc; i++)
		p = stpcpy(p, env[i]) + 1;
	return (buf);
}

void
run_init(void (*done)(uint32_t), unsigned int max, unsigned int grace)
{
	run_done = done;
	time_max = max;
	time_grace = grace;
	signal_set(&ev_sigchld, SIGCHLD, run_sigchld, NULL);
	signal_add(&ev_sigchld, NULL);
}

int
run_start(uint32_t id, const void *data, size_t len)
{
	struct program	 p;
	char		*buf;
	int		 ret;

	if ((buf = malloc(len + 1)) == NULL)
		fatal("%s", __func__);
	memcpy(buf, data, len);
	buf[len] = '\0';
	if ((ret = program_parse(&p, buf, len)) == 0)
		program_run(id, &p);
	free(buf);
	return (ret);
}

void
run_stop(void)
{
	static const int	 signals[] = { SIGTERM, SIGKILL };
	struct run		*r, *next;
	unsigned int		 start;
	int			 i;

	signal_del(&ev_sigchld);
	for (i = 0; i < 2; i++) {
		TAILQ_FOREACH(r, &runs, entry)
			run_signal(r, signals[i]);
		start = timer_now();
		while (!TAILQ_EMPTY(&runs) &&
		    timer_now() - start < time_grace) {
			for (r = TAILQ_FIRST(&runs); r != NULL; r = next) {
				next = TAILQ_NEXT(r, entry);
				(void)run_reap(r);
			}
			poll(NULL, 0, POLL_TIME);
		}
	}
}

static int
program_parse(struct program *p, char *buf, size_t len)
{
	struct run_header	 req;
	char			*end = buf + len;

	if (len < sizeof(req))
		return (-1);
	memcpy(&req, buf, sizeof(req));
	buf += sizeof(req);
	memset(p, 0, sizeof(*p));
	if (req.argc < 1 || req.argc > RUN_ARGS_MAX ||
	    req.envc > RUN_ENV_MAX ||
	    program_strings(&p->text, 1, &buf, end) == -1 ||
	    program_strings(p->argv, req.argc, &buf, end) == -1 ||
	    program_strings(p->env, req.envc, &buf, end) == -1 || buf != end)
		return (-1);
	return (0);
}

/* There is a NUL at the end. */
static int
program_strings(char **strings, size_t n, char **buf, char *end)
{
	while (n-- > 0) {
		if (*buf >= end)
			return (-1);
		*strings++ = *buf;
		*buf += strlen(*buf) + 1;
	}
	return (*buf > end ? -1 : 0);
}

static void
program_run(uint32_t id, const struct program *p)
{
	static struct log_limit	 limit;
	struct run		*r;
	sigset_t		 all, old;
	pid_t			 pid;
	char			 path[PATH_MAX], why[PATH_MAX + 128];

	if (conf_command_check(p->argv[0], path, why, sizeof(why)) == -1) {
		log_limited(&limit, "%s not run: %s: %s", p->text, p->argv[0],
		    why);
		run_done(id);
		return;
	}

	/* no handler of ours may run in the child */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if ((pid = fork()) == 0)
		program_exec(path, p);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid == -1) {
		log_warn("%s: fork", p->text);
		run_done(id);
		return;
	}

	if ((r = calloc(1, sizeof(*r))) == NULL ||
	    (r->text = strdup(p->text)) == NULL)
		fatal("%s", __func__);
	r->id = id;
	r->pid = pid;
	evtimer_set(&r->ev_timeout, run_timeout, r);
	timer_set(&r->ev_timeout, time_max);
	TAILQ_INSERT_TAIL(&runs, r, entry);
}

/* In a process group, so that all its processes can be killed. */
static __dead void
program_exec(const char *path, const struct program *p)
{
	sigset_t	 none;
	int		 fd, sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)setsid();
	if (chdir("/") == -1 || (fd = open("/dev/null", O_RDWR)) == -1 ||
	    dup2(fd, STDIN_FILENO) == -1)
		_exit(127);
	closefrom(STDERR_FILENO + 1);
	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(path, p->argv, p->env);
	_exit(127);
}

static void
run_timeout(int fd, short event, void *arg)
{
	struct run	*r = arg;

	if (r->signals++ > 0)
		run_signal(r, SIGKILL);
	else {
		run_signal(r, SIGTERM);
		timer_set(&r->ev_timeout, time_grace);
	}
}

static void
run_signal(struct run *r, int sig)
{
	log_warnx("%s has not ended, sending signal %d", r->text, sig);
	(void)kill(-r->pid, sig);
}

static void
run_sigchld(int sig, short event, void *bula)
{
	struct run	*r, *next;
	uint32_t	 id;

	for (r = TAILQ_FIRST(&runs); r != NULL; r = next) {
		next = TAILQ_NEXT(r, entry);
		id = r->id;
		if (run_reap(r))
			run_done(id);
	}
}

/* Returns 1 if it has ended. */
static int
run_reap(struct run *r)
{
	static struct log_limit	 limit;
	int			 status;

	if (waitpid(r->pid, &status, WNOHANG) != r->pid)
		return (0);
	if (WIFSIGNALED(status))
		log_limited(&limit, "%s: signal %d", r->text, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_limited(&limit, "%s: exit status %d", r->text,
		    WEXITSTATUS(status));
	evtimer_del(&r->ev_timeout);
	TAILQ_REMOVE(&runs, r, entry);
	free(r->text);
	free(r);
	return (1);
}
