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
 * A box between one UDP client and its server, as a NAT router is one: it
 * passes datagrams both ways, changes its own port when told, and sends
 * what nobody asked for: copies, cut or damaged ones, random bytes.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmdsock.h"
#include "net.h"

#define DGRAM_MAX	2048
#define HISTORY		512	/* datagrams remembered each way */
#define PASS_MAX	64	/* at once from one side */
#define BURST		16	/* injected at once, then a millisecond */

enum way {
	UP,			/* to the server */
	DOWN,
	WAYS
};

enum mischief {
	REPLAY,
	TRUNCATE,
	FLIP,
	RANDOM
};

struct dgram {
	size_t	 len;
	uint8_t	 data[DGRAM_MAX];
};

static struct dgram		 history[WAYS][HISTORY];
static size_t			 seen[WAYS];
static uint64_t			 injected[WAYS];

static int			 down_fd;	/* bound, for the client */
static int			 up_fd = -1;	/* connected to the server */
static struct sockaddr_storage	 client;
static socklen_t		 clientlen;
static const char		*remote_host, *remote_port;
static uint64_t			 seed = 1;
static const char		*stop_path;

static __dead void	 usage(void);
static __dead void	 run(int);
static void		 relay_up(void);
static void		 relay_down(void);
static void		 remember(enum way, const void *, size_t);
static void		 deliver(int, enum way, const void *, size_t);
static void		 rebind(void);
static void		 command(int, char **, char *, size_t);
static int		 inject(int, enum way, enum mischief, size_t);
static size_t		 spoil(struct dgram *, enum mischief);
static uint64_t		 draw(uint64_t);
static void		 stop(int);

int
main(int argc, char *argv[])
{
	const char	*path = NULL, *local = NULL;
	int		 ch, called = 0;

	while ((ch = getopt(argc, argv, "+a:c:S:s:")) != -1) {
		switch (ch) {
		case 'a':
			local = optarg;
			break;
		case 'c':
			called = 1;
			path = optarg;
			break;
		case 'S':
			path = optarg;
			break;
		case 's':
			seed = net_number("seed", optarg, 0, 1e15);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (path == NULL)
		usage();
	if (called)
		return (cmd_call(path, argc, argv));
	if (argc != 3)
		usage();

	remote_host = argv[1];
	remote_port = argv[2];
	down_fd = net_bind(SOCK_DGRAM, local, argv[0]);
	rebind();
	stop_path = path;
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	run(cmd_listen(path));
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: udprelay [-a address] [-s seed] -S socket port "
	    "remote-address remote-port\n"
	    "       udprelay -c socket command\n"
	    "commands: rebind\n"
	    "          up|down replay|truncate|flip|random N [elsewhere]\n"
	    "          show\n");
	exit(1);
}

static __dead void
run(int fd)
{
	struct pollfd	 pfd[3];

	for (;;) {
		pfd[0].fd = down_fd;
		pfd[1].fd = up_fd;
		pfd[2].fd = fd;
		pfd[0].events = pfd[1].events = pfd[2].events = POLLIN;
		if (poll(pfd, 3, -1) == -1) {
			if (errno == EINTR)
				continue;
			err(1, "poll");
		}
		if (pfd[0].revents != 0)
			relay_up();
		if (pfd[1].revents != 0)
			relay_down();
		if (pfd[2].revents != 0)
			cmd_serve(fd, command);
	}
}

static void
relay_up(void)
{
	uint8_t		 buf[DGRAM_MAX];
	socklen_t	 len;
	ssize_t		 n;
	int		 i;

	for (i = 0; i < PASS_MAX; i++) {
		len = sizeof(client);
		n = recvfrom(down_fd, buf, sizeof(buf), MSG_DONTWAIT,
		    (struct sockaddr *)&client, &len);
		if (n == -1)
			return;
		clientlen = len;
		remember(UP, buf, n);
		deliver(up_fd, UP, buf, n);
	}
}

static void
relay_down(void)
{
	uint8_t	 buf[DGRAM_MAX];
	ssize_t	 n;
	int	 i;

	for (i = 0; i < PASS_MAX; i++) {
		n = recv(up_fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == -1)
			return;
		remember(DOWN, buf, n);
		deliver(down_fd, DOWN, buf, n);
	}
}

static void
remember(enum way way, const void *data, size_t len)
{
	struct dgram	*d = &history[way][seen[way]++ % HISTORY];

	d->len = len;
	memcpy(d->data, data, len);
}

/* What the system will not send is lost, as on any box. */
static void
deliver(int fd, enum way way, const void *data, size_t len)
{
	if (way == UP)
		(void)send(fd, data, len, 0);
	else if (clientlen != 0)
		(void)sendto(fd, data, len, 0, (struct sockaddr *)&client,
		    clientlen);
}

/* The server sees another port from now on. */
static void
rebind(void)
{
	int	 fd;

	fd = net_connect(SOCK_DGRAM, remote_host, remote_port, NULL);
	if (up_fd != -1)
		close(up_fd);
	up_fd = fd;
}

static void
command(int argc, char **argv, char *answer, size_t size)
{
	static const char	*names[] = { "replay", "truncate", "flip",
				    "random" };
	enum way		 way;
	size_t			 i, n;
	int			 fd;

	if (argc == 1 && strcmp(argv[0], "rebind") == 0) {
		rebind();
		return;
	}
	if (argc == 1 && strcmp(argv[0], "show") == 0) {
		snprintf(answer, size, "up %zu injected %llu\n"
		    "down %zu injected %llu\n", seen[UP],
		    (unsigned long long)injected[UP], seen[DOWN],
		    (unsigned long long)injected[DOWN]);
		return;
	}
	snprintf(answer, size, "error: not a command");
	if (argc < 3)
		return;
	if (strcmp(argv[0], "up") == 0)
		way = UP;
	else if (strcmp(argv[0], "down") == 0)
		way = DOWN;
	else
		return;
	n = strtoul(argv[2], NULL, 10);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(argv[1], names[i]) == 0)
			break;
	if (i == sizeof(names) / sizeof(names[0]))
		return;
	fd = way == UP ? up_fd : down_fd;
	if (argc == 4 && way == UP && strcmp(argv[3], "elsewhere") == 0)
		fd = net_connect(SOCK_DGRAM, remote_host, remote_port, NULL);
	else if (argc != 3)
		return;
	if (inject(fd, way, i, n) == -1)
		snprintf(answer, size, "error: nothing seen that way yet");
	else
		answer[0] = '\0';
	if (fd != up_fd && fd != down_fd)
		close(fd);
}

static int
inject(int fd, enum way way, enum mischief what, size_t n)
{
	struct dgram	 d;
	size_t		 i, have;

	have = seen[way] < HISTORY ? seen[way] : HISTORY;
	if (have == 0 && what != RANDOM)
		return (-1);
	for (i = 0; i < n; i++) {
		if (what != RANDOM)
			d = history[way][i % have];
		d.len = spoil(&d, what);
		deliver(fd, way, d.data, d.len);
		injected[way]++;
		/* a full socket buffer would lose what should be judged */
		if (i % BURST == BURST - 1)
			usleep(1000);
	}
	return (0);
}

/* Returns the new length. */
static size_t
spoil(struct dgram *d, enum mischief what)
{
	size_t	 i, len;

	switch (what) {
	case REPLAY:
		break;
	case TRUNCATE:
		return (draw(d->len));
	case FLIP:
		if (d->len > 0)
			d->data[draw(d->len)] ^= 1 << draw(8);
		break;
	case RANDOM:
		len = draw(1500);
		for (i = 0; i < len; i++)
			d->data[i] = draw(256);
		/* half of them of a known type */
		if (draw(2) == 0)
			d->data[0] = 0x31 + draw(4);
		return (len);
	}
	return (d->len);
}

/* 0 <= n < below, by splitmix64; 0 if below is 0. */
static uint64_t
draw(uint64_t below)
{
	uint64_t	 z;

	z = seed += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return (below == 0 ? 0 : z % below);
}

static void
stop(int sig)
{
	unlink(stop_path);
	_exit(0);
}
