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
 * Tells those who wait for the daemon that it has started.  Until then it can
 * fail, and they are told by its exit.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "start.h"

static void	 start_manager(const char *);
static void	 start_background(void);
static __dead void
		 start_wait(int);

static int	 manager = -1;		/* socket of systemd(1) */
static int	 waiter = -1;		/* pipe to the first process */

void
start_begin(int background)
{
	const char	*path;

	if ((path = getenv("NOTIFY_SOCKET")) != NULL) {
		start_manager(path);
		unsetenv("NOTIFY_SOCKET");
	}
	if (background)
		start_background();
}

void
start_done(void)
{
	static const char	 ready[] = "READY=1";

	if (manager != -1) {
		if (send(manager, ready, strlen(ready), 0) == -1)
			log_warn("NOTIFY_SOCKET");
		close(manager);
		manager = -1;
	}
	log_started();
	if (waiter != -1) {
		if (write(waiter, "", 1) == -1 && errno != EPIPE)
			log_warn("pipe");
		close(waiter);
		waiter = -1;
	}
}

/* See sd_notify(3).  "@" stands for the NUL of an abstract address. */
static void
start_manager(const char *path)
{
	struct sockaddr_un	 sun;
	size_t			 len = strlen(path);

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (len >= sizeof(sun.sun_path)) {
		log_warnx("NOTIFY_SOCKET: name too long");
		return;
	}
	memcpy(sun.sun_path, path, len);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';
	if ((manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(manager, (struct sockaddr *)&sun,
	    offsetof(struct sockaddr_un, sun_path) + len) == -1)
		log_warn("NOTIFY_SOCKET");
}

static void
start_background(void)
{
	int	 fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		fatal("pipe");
	switch (fork()) {
	case -1:
		fatal("fork");
	case 0:
		close(fds[0]);
		waiter = fds[1];
		if (setsid() == -1)
			fatal("setsid");
		break;
	default:
		close(fds[1]);
		start_wait(fds[0]);
	}
}

static __dead void
start_wait(int fd)
{
	ssize_t	 n;
	char	 c;

	while ((n = read(fd, &c, 1)) == -1 && errno == EINTR)
		continue;
	_exit(n == 1 ? 0 : 1);
}
