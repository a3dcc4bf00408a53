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
 * The process that resolves host names, one after the other.  It keeps no
 * state.  The parent does not trust its answers.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <imsg.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "confine.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpnd.h"
#include "resolver.h"

#define PARENT_FD	3
#define WATCH_INTERVAL	200000		/* us */

static void	 resolver_sighdlr(int);
static void	 resolver_alarm(int);
static void	 resolver_watch(int);
static int	 resolver_dispatch(void);
static void	 resolver_lookup(struct imsg *);
static size_t	 resolver_ask(const struct imsg_resolve *, struct addr *);

static struct imsgbuf	 ibuf;

__dead void
resolver(int debug, int verbose)
{
	struct sigaction	 sa;
	struct passwd		*pw;
	struct pollfd		 pfd;

	log_init(debug, LOG_DAEMON);
	log_setverbose(verbose);

	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);
	if (chdir("/") == -1)
		fatal("chdir");

	setproctitle("%s", "resolver");
	log_procinit("resolver");

	confine_user(pw);
	confine_resolver();

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	sa.sa_handler = resolver_alarm;
	if (sigaction(SIGALRM, &sa, NULL) == -1)
		fatal("sigaction");
	sa.sa_handler = resolver_sighdlr;
	if (sigaction(SIGINT, &sa, NULL) == -1 ||
	    sigaction(SIGTERM, &sa, NULL) == -1)
		fatal("sigaction");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	if (imsgbuf_init(&ibuf, PARENT_FD) == -1)
		fatal("imsgbuf_init");
	log_started();
	if (imsg_compose(&ibuf, IMSG_STARTED, 0, 0, -1, NULL, 0) == -1)
		fatal("imsg_compose");

	for (;;) {
		pfd.fd = PARENT_FD;
		pfd.events = POLLIN;
		if (imsgbuf_queuelen(&ibuf) > 0)
			pfd.events |= POLLOUT;
		if (poll(&pfd, 1, -1) == -1) {
			if (errno == EINTR)
				continue;
			fatal("poll");
		}
		if ((pfd.revents & POLLOUT) && imsgbuf_write(&ibuf) == -1)
			break;
		if ((pfd.revents & (POLLIN | POLLHUP | POLLERR)) &&
		    resolver_dispatch() == -1)
			break;
	}

	imsgbuf_clear(&ibuf);
	log_info("resolver exiting");
	exit(0);
}

static void
resolver_sighdlr(int sig)
{
	_exit(0);
}

/*
 * A lookup can take a minute.  If the parent exits meanwhile, nobody needs
 * the result, and the parent waits for this process.
 */
static void
resolver_alarm(int sig)
{
	struct pollfd	 pfd = { .fd = PARENT_FD };
	int		 saved_errno = errno;

	if (poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR)))
		_exit(0);
	errno = saved_errno;
}

static void
resolver_watch(int on)
{
	struct itimerval	 it;

	memset(&it, 0, sizeof(it));
	if (on) {
		it.it_interval.tv_usec = WATCH_INTERVAL;
		it.it_value = it.it_interval;
	}
	if (setitimer(ITIMER_REAL, &it, NULL) == -1)
		fatal("setitimer");
}

/* Returns -1 when the parent has gone. */
static int
resolver_dispatch(void)
{
	struct imsg	 imsg;
	ssize_t		 n;
	int		 verbose;

	if (imsgbuf_read(&ibuf) != 1)
		return (-1);
	for (;;) {
		if ((n = imsg_get(&ibuf, &imsg)) == -1)
			fatal("%s: imsg_get", __func__);
		if (n == 0)
			return (0);

		switch (imsg_get_type(&imsg)) {
		case IMSG_RESOLVE:
			resolver_lookup(&imsg);
			break;
		case IMSG_CTL_LOG_VERBOSE:
			if (imsg_get_data(&imsg, &verbose,
			    sizeof(verbose)) == -1)
				fatalx("invalid IMSG_CTL_LOG_VERBOSE");
			log_setverbose(verbose);
			break;
		default:
			log_debug("%s: %s not handled", __func__,
			    imsg_name(imsg_get_type(&imsg)));
			break;
		}
		imsg_free(&imsg);
	}
}

/* The answer has the id of the request; it is empty after an error. */
static void
resolver_lookup(struct imsg *imsg)
{
	struct imsg_resolve	 ir;
	struct addr		 addr[RESOLVE_MAX];
	size_t			 n;

	if (imsg_get_data(imsg, &ir, sizeof(ir)) == -1 ||
	    memchr(ir.host, '\0', sizeof(ir.host)) == NULL)
		fatalx("invalid IMSG_RESOLVE");

	memset(addr, 0, sizeof(addr));
	resolver_watch(1);
	n = resolver_ask(&ir, addr);
	resolver_watch(0);

	if (imsg_compose(&ibuf, IMSG_RESOLVED, imsg_get_id(imsg), 0, -1, addr,
	    n * sizeof(addr[0])) == -1)
		fatal("imsg_compose");
}

/*
 * Resolves a name, to as many addresses as fit.  Links have their own routing
 * tables, so it does not matter which addresses this process could reach (no
 * AI_ADDRCONFIG).
 */
static size_t
resolver_ask(const struct imsg_resolve *ir, struct addr *addr)
{
	struct addrinfo	 hints, *res, *res0;
	size_t		 n = 0;
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	switch (ir->family) {
	case 4:
		hints.ai_family = AF_INET;
		break;
	case 6:
		hints.ai_family = AF_INET6;
		break;
	default:
		hints.ai_family = AF_UNSPEC;
		break;
	}

	if ((error = getaddrinfo(ir->host, NULL, &hints, &res0)) != 0) {
		log_debug("%s: %s", ir->host, gai_strerror(error));
		return (0);
	}
	for (res = res0; res != NULL && n < RESOLVE_MAX; res = res->ai_next) {
		if (addr_from_sa(&addr[n], res->ai_addr) == 0)
			n++;
	}
	freeaddrinfo(res0);
	return (n);
}
