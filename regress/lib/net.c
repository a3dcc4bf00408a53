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


#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net.h"

#define CONNECT_TIMEOUT	10000	/* ms */

static struct addrinfo	*resolve(int, const char *, const char *, int);
static void		 finish_connect(int, const char *);

int64_t
now_us(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return (ts.tv_sec * 1000000LL + ts.tv_nsec / 1000);
}

int
net_bind(int type, const char *host, const char *port)
{
	struct addrinfo	*ai;
	int		 fd, on = 1;

	ai = resolve(type, host, port, AI_PASSIVE);
	if ((fd = socket(ai->ai_family, type | SOCK_CLOEXEC, 0)) == -1)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		err(1, "SO_REUSEADDR");
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1)
		err(1, "bind %s port %s", host == NULL ? "*" : host, port);
	if (type == SOCK_STREAM && listen(fd, 8) == -1)
		err(1, "listen");
	freeaddrinfo(ai);
	return (fd);
}

__dead void
net_serve(const char *host, const char *port, void (*serve)(int))
{
	int	 lfd, fd;

	lfd = net_bind(SOCK_STREAM, host, port);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if ((fd = accept(lfd, NULL, NULL)) == -1) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			err(1, "accept");
		}
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			close(lfd);
			serve(fd);
			_exit(0);
		default:
			close(fd);
		}
	}
}

int
net_connect(int type, const char *host, const char *port, const char *cc)
{
	struct addrinfo	*ai;
	int		 fd;

	ai = resolve(type, host, port, 0);
	if ((fd = socket(ai->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1)
		err(1, "socket");
	if (type == SOCK_STREAM)
		net_congestion(fd, cc);
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == -1) {
		if (errno != EINPROGRESS)
			err(1, "connect %s", host);
		finish_connect(fd, host);
	}
	freeaddrinfo(ai);
	return (fd);
}

double
net_number(const char *what, const char *s, double min, double max)
{
	char	*end;
	double	 v;

	v = strtod(s, &end);
	if (end == s || *end != '\0' || !(v >= min && v <= max))
		errx(1, "%s: wrong %s", s, what);
	return (v);
}

/* Host and port are numbers: a tool in a test asks no name server. */
static struct addrinfo *
resolve(int type, const char *host, const char *port, int flags)
{
	struct addrinfo	 hints, *ai;
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = type;
	hints.ai_family = host == NULL ? AF_INET : AF_UNSPEC;
	hints.ai_flags = flags | AI_NUMERICHOST | AI_NUMERICSERV;
	if ((error = getaddrinfo(host, port, &hints, &ai)) != 0)
		errx(1, "%s port %s: %s", host == NULL ? "*" : host, port,
		    gai_strerror(error));
	return (ai);
}

static void
finish_connect(int fd, const char *host)
{
	struct pollfd	 pfd;
	socklen_t	 len = sizeof(int);
	int		 error;

	pfd.fd = fd;
	pfd.events = POLLOUT;
	if (poll(&pfd, 1, CONNECT_TIMEOUT) != 1)
		errx(1, "connect %s: timed out", host);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		err(1, "SO_ERROR");
	if (error != 0)
		errc(1, error, "connect %s", host);
}
