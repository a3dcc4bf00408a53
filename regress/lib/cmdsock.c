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
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmdsock.h"

#define CALL_TIMEOUT	5000	/* ms */

static void	set_path(struct sockaddr_un *, const char *);
static int	open_at(const struct sockaddr_un *);
static ssize_t	exchange(int, const struct sockaddr_un *, char *, size_t);
static int	split(char *, char **, int);

int
cmd_listen(const char *path)
{
	struct sockaddr_un	 sun;

	set_path(&sun, path);
	return (open_at(&sun));
}

void
cmd_serve(int fd, void (*command)(int, char **, char *, size_t))
{
	struct sockaddr_un	 from;
	socklen_t		 fromlen = sizeof(from);
	char			 line[CMD_MAX], answer[CMD_MAX];
	char			*words[CMD_WORDS];
	ssize_t			 n;

	n = recvfrom(fd, line, sizeof(line) - 1, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &fromlen);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			warn("command socket");
		return;
	}
	line[n] = '\0';
	answer[0] = '\0';
	command(split(line, words, CMD_WORDS), words, answer,
	    sizeof(answer));
	if (sendto(fd, answer, strlen(answer), MSG_DONTWAIT,
	    (struct sockaddr *)&from, fromlen) == -1)
		warn("command socket: answer");
}

int
cmd_call(const char *path, int argc, char **argv)
{
	struct sockaddr_un	 me, sun;
	char			 buf[CMD_MAX], mine[sizeof(me.sun_path) + 16];
	ssize_t			 n;
	int			 fd, i;

	buf[0] = '\0';
	for (i = 0; i < argc; i++) {
		strlcat(buf, argv[i], sizeof(buf));
		if (strlcat(buf, " ", sizeof(buf)) >= sizeof(buf))
			errx(1, "command too long");
	}
	set_path(&sun, path);
	snprintf(mine, sizeof(mine), "%s.%ld", path, (long)getpid());
	set_path(&me, mine);
	fd = open_at(&me);
	n = exchange(fd, &sun, buf, sizeof(buf));
	unlink(mine);
	if (n == -1)
		return (1);
	if (strncmp(buf, "error", 5) == 0) {
		warnx("%s", buf);
		return (1);
	}
	fputs(buf, stdout);
	return (0);
}

static ssize_t
exchange(int fd, const struct sockaddr_un *to, char *buf, size_t size)
{
	struct pollfd	 pfd;
	ssize_t		 n;

	if (sendto(fd, buf, strlen(buf), 0, (const struct sockaddr *)to,
	    sizeof(*to)) == -1) {
		warn("%s", to->sun_path);
		return (-1);
	}
	pfd.fd = fd;
	pfd.events = POLLIN;
	if (poll(&pfd, 1, CALL_TIMEOUT) != 1 ||
	    (n = recv(fd, buf, size - 1, 0)) == -1) {
		warnx("%s: no answer", to->sun_path);
		return (-1);
	}
	buf[n] = '\0';
	return (n);
}

static void
set_path(struct sockaddr_un *sun, const char *path)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	if (strlcpy(sun->sun_path, path, sizeof(sun->sun_path)) >=
	    sizeof(sun->sun_path))
		errx(1, "%s: path too long", path);
}

static int
open_at(const struct sockaddr_un *sun)
{
	int	 fd;

	if (unlink(sun->sun_path) == -1 && errno != ENOENT)
		err(1, "%s", sun->sun_path);
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		err(1, "socket");
	if (bind(fd, (const struct sockaddr *)sun, sizeof(*sun)) == -1)
		err(1, "%s", sun->sun_path);
	return (fd);
}

static int
split(char *line, char **words, int max)
{
	char	*word;
	int	 n = 0;

	while (n < max && (word = strsep(&line, " \t\n")) != NULL)
		if (*word != '\0')
			words[n++] = word;
	return (n);
}
