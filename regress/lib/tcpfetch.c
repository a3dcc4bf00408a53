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
 * Short TCP transfers: how long each takes, from the connection's first packet
 * to its last byte.  The client asks for so many bytes on a new connection,
 * several at a time if wished.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

#define COUNT_MAX	100000
#define PARALLEL_MAX	100

static __dead void	 usage(void);
static void		 serve(int);
static void		 fetch_all(const char *, const char *, uint32_t, int,
			    int);
static int64_t		 fetch(const char *, const char *, uint32_t);
static int		 compare(const void *, const void *);

int
main(int argc, char *argv[])
{
	uint32_t	 size = 30000;
	int		 ch, listening = 0, count = 100, parallel = 1;

	while ((ch = getopt(argc, argv, "j:ln:s:")) != -1) {
		switch (ch) {
		case 'j':
			parallel = net_number("transfers at a time", optarg, 1,
			    PARALLEL_MAX);
			break;
		case 'l':
			listening = 1;
			break;
		case 'n':
			count = net_number("transfers", optarg, 1, COUNT_MAX);
			break;
		case 's':
			size = net_number("bytes", optarg, 1, 1e9);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	signal(SIGPIPE, SIG_IGN);
	if (listening) {
		if (argc != 1)
			usage();
		net_serve(NULL, argv[0], serve);
	}
	if (argc != 2)
		usage();
	fetch_all(argv[0], argv[1], size, count, parallel);
	return (0);
}

static __dead void
usage(void)
{
	fprintf(stderr, "usage: tcpfetch -l port\n"
	    "       tcpfetch [-j parallel] [-n transfers] [-s bytes] "
	    "address port\n");
	exit(1);
}

static void
serve(int fd)
{
	static char	 buf[65536];
	uint32_t	 left;
	ssize_t		 n;

	if (recv(fd, &left, sizeof(left), MSG_WAITALL) != sizeof(left))
		return;
	for (left = ntohl(left); left > 0; left -= n) {
		n = write(fd, buf, left < sizeof(buf) ? left : sizeof(buf));
		if (n == -1)
			return;
	}
}

/* Each child has its share of the transfers and writes their times. */
static void
fetch_all(const char *host, const char *port, uint32_t size, int count,
    int parallel)
{
	int64_t	*times, sum = 0;
	int	 fds[2], i, j, status, failed = 0;

	if ((times = calloc(count, sizeof(*times))) == NULL ||
	    pipe(fds) == -1)
		err(1, NULL);
	for (j = 0; j < parallel; j++) {
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			for (i = j; i < count; i += parallel) {
				times[0] = fetch(host, port, size);
				if (write(fds[1], times, sizeof(*times)) !=
				    sizeof(*times))
					err(1, "write");
			}
			_exit(0);
		}
	}
	close(fds[1]);
	for (i = 0; i < count; i++) {
		if (read(fds[0], &times[i], sizeof(*times)) != sizeof(*times))
			break;
		sum += times[i];
	}
	while (wait(&status) != -1)
		failed |= status;
	if (i < count || failed)
		errx(1, "only %d of %d transfers", i, count);
	qsort(times, count, sizeof(*times), compare);
	printf("transfers %d mean %.1f median %.1f 95%% %.1f max %.1f ms\n",
	    count, sum / 1e3 / count, times[count / 2] / 1e3,
	    times[count * 95 / 100] / 1e3, times[count - 1] / 1e3);
}

/* Returns its time in us. */
static int64_t
fetch(const char *host, const char *port, uint32_t size)
{
	static char	 buf[65536];
	uint32_t	 got = 0, order = htonl(size);
	int64_t		 start = now_us();
	ssize_t		 n;
	int		 fd, flags;

	fd = net_connect(SOCK_STREAM, host, port, NULL);
	if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		err(1, "fcntl");
	if (write(fd, &order, sizeof(order)) != sizeof(order))
		err(1, "write");
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		got += n;
	if (n == -1 || got != size)
		errx(1, "%u of %u bytes came", got, size);
	close(fd);
	return (now_us() - start);
}

static int
compare(const void *a, const void *b)
{
	int64_t	 x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y ? -1 : x > y);
}
