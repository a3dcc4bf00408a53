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
 * Logging: to syslogd(8), and errors also to stderr until the daemon has
 * started; without daemonizing, all to stderr.
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LIMIT_INTERVAL	10	/* seconds between lines of one kind */

static int		 log_to_journal(void);
static __dead void	 vfatal(const char *, const char *, va_list)
			    __attribute__((__format__ (printf, 2, 0)));
static void		 vlog_errno(int, int, const char *, va_list)
			    __attribute__((__format__ (printf, 3, 0)));

static int		 debug;
static int		 verbose;
static int		 journal;	/* stderr is that of systemd(1) */
static int		 started;
static int		 null_fd = -1;
static const char	*procname = "";

/*
 * n_debug: log to standard error instead of syslog(3).  The connection to
 * syslogd(8) is opened now, because it is not possible after chroot(2).  So is
 * what log_started() needs.
 */
void
log_init(int n_debug, int facility)
{
	debug = n_debug;
	if (debug)
		journal = log_to_journal();
	else {
		openlog(getprogname(), LOG_PID | LOG_NDELAY, facility);
		if (null_fd == -1)
			null_fd = open(_PATH_DEVNULL, O_RDWR | O_CLOEXEC);
	}
	log_procinit(getprogname());
	tzset();
}

/* Nobody waits for this process at a terminal any more. */
void
log_started(void)
{
	int	 fd;

	started = 1;
	if (null_fd == -1)
		return;
	for (fd = 0; fd <= STDERR_FILENO; fd++)
		(void)dup2(null_fd, fd);
	close(null_fd);
	null_fd = -1;
}

int
log_exit_status(void)
{
	return (started ? 2 : 1);
}

/* Then lines can begin with their priority, see systemd.exec(5). */
static int
log_to_journal(void)
{
	struct stat	 st;
	const char	*stream;
	char		 buf[64];

	if ((stream = getenv("JOURNAL_STREAM")) == NULL ||
	    fstat(STDERR_FILENO, &st) == -1)
		return (0);
	snprintf(buf, sizeof(buf), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	return (strcmp(stream, buf) == 0);
}

/* The string is kept, not copied. */
void
log_procinit(const char *name)
{
	if (name != NULL)
		procname = name;
}

void
log_setverbose(int v)
{
	verbose = v;
}

int
log_getverbose(void)
{
	return (verbose);
}

void
logit(int pri, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vlog(pri, fmt, ap);
	va_end(ap);
}

void
vlog(int pri, const char *fmt, va_list ap)
{
	char	 msg[1024];
	int	 saved_errno = errno;

	vsnprintf(msg, sizeof(msg), fmt, ap);
	if (!debug)
		syslog(pri, "%s", msg);
	if (debug || (!started && pri <= LOG_ERR)) {
		/* one write, so that lines of several processes do not mix */
		if (journal)
			fprintf(stderr, "<%d>%s\n", pri, msg);
		else
			fprintf(stderr, "%s\n", msg);
		fflush(stderr);
	}
	errno = saved_errno;
}

void
log_warn(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vlog_errno(LOG_ERR, errno, fmt, ap);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vlog(LOG_ERR, fmt, ap);
	va_end(ap);
}

/* For errors that can happen with each packet. */
void
log_limited(struct log_limit *l, const char *emsg, ...)
{
	struct timespec	 now;
	va_list		 ap;
	char		 msg[256];

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1 ||
	    (l->last != 0 && now.tv_sec - l->last < LIMIT_INTERVAL)) {
		l->held++;
		return;
	}
	va_start(ap, emsg);
	vsnprintf(msg, sizeof(msg), emsg, ap);
	va_end(ap);
	if (l->held > 0)
		log_warnx("%s (%u similar messages suppressed)", msg,
		    l->held);
	else
		log_warnx("%s", msg);
	l->last = now.tv_sec;
	l->held = 0;
}

void
log_info(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vlog(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list	 ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	vlog(LOG_DEBUG, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	char	 why[128];
	va_list	 ap;

	strlcpy(why, strerror(errno), sizeof(why));
	va_start(ap, fmt);
	vfatal(why, fmt, ap);
}

void
fatalx(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vfatal(NULL, fmt, ap);
}

static void
vfatal(const char *why, const char *fmt, va_list ap)
{
	char	 msg[1024];

	vsnprintf(msg, sizeof(msg), fmt, ap);
	logit(LOG_CRIT, "fatal in %s: %s%s%s", procname, msg,
	    why != NULL ? ": " : "", why != NULL ? why : "");
	exit(log_exit_status());
}

static void
vlog_errno(int pri, int error, const char *fmt, va_list ap)
{
	char	 msg[1024];

	vsnprintf(msg, sizeof(msg), fmt, ap);
	logit(pri, "%s: %s", msg, strerror(error));
	errno = error;
}
