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
 * Says something to a server and prints its answer:
 *
 *	tcptalk [-n count] address port
 *
 * Sends standard input, and writes what comes until the server closes the
 * connection to standard output.  Exits with 1 if there is no connection or
 * it is reset.
 *
 * With -n, opens that many connections on which it says nothing, prints a
 * line, and keeps them until it is ended.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int	 dial(const char *, const char *);

int
main(int argc, char *argv[])
{
	char	 buf[65536];
	size_t	 n;
	ssize_t	 len;
	int	 ch, count = 0, fd;

	while ((ch = getopt(argc, argv, "n:")) != -1) {
		switch (ch) {
		case 'n':
			count = atoi(optarg);
			break;
		default:
			errx(1, "unknown option");
		}
	}
	argc -= optind;
	argv += optind;
	if (argc != 2)
		errx(1, "arguments");

	if (count > 0) {
		while (count-- > 0)
			(void)dial(argv[0], argv[1]);
		printf("connected\n");
		fflush(stdout);
		for (;;)
			pause();
	}

	fd = dial(argv[0], argv[1]);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0) {
		if (send(fd, buf, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
	}
	while ((len = recv(fd, buf, sizeof(buf), 0)) > 0)
		fwrite(buf, 1, len, stdout);
	if (len == -1)
		err(1, "recv");
	return (0);
}

static int
dial(const char *host, const char *port)
{
	struct addrinfo	 hints, *res;
	int		 error, fd;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST;
	if ((error = getaddrinfo(host, port, &hints, &res)) != 0)
		errx(1, "%s: %s", host, gai_strerror(error));
	if ((fd = socket(res->ai_family, res->ai_socktype, 0)) == -1)
		err(1, "socket");
	if (connect(fd, res->ai_addr, res->ai_addrlen) == -1)
		err(1, "connect");
	freeaddrinfo(res);
	return (fd);
}
