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
 * UDP echo at a fixed pace: how many come back, how fast, and the longest
 * time without one.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

#define SIZE_LEAST	16
#define SIZE_MOST	65000

struct probe {
	uint64_t	 number;
	int64_t		 sent;		/* us */
};

struct result {
	uint64_t	 sent;
	uint64_t	 received;
	uint64_t	 twice;
	int64_t		 start;
	int64_t		 end;		/* of the last one sent */
	int64_t		 last;		/* answer */
	int64_t		 gap;
	int64_t		*rtt;		/* by number, -1 for no answer */
};

static volatile sig_atomic_t	 stopped;
static int64_t			 shown_gap = -1;

static __dead void	 usage(void);
static __dead void	 echo(const char *, const char *);
static void		 ping(int, struct result *, uint64_t, int64_t,
			    int64_t, size_t);
static void		 send_probe(int, struct result *, size_t);
static void		 receive(int, struct result *);
static void		 note_gap(struct result *, int64_t);
static void		 print(const struct result *);
static int		 compare(const void *, const void *);
static void		 stop(int);

int
main(int argc, char *argv[])
{
	struct result	 res;
	const char	*local = NULL;
	int64_t		 interval = 10000, wait = 5000000;
	uint64_t	 count = 500;
	size_t		 size = 64;
	int		 ch, fd, listening = 0, tos = -1;

	while ((ch = getopt(argc, argv, "a:c:g:i:ls:T:w:")) != -1) {
		switch (ch) {
		case 'a':
			local = optarg;
			break;
		case 'c':
			count = net_number("count", optarg, 1, 1e7);
			break;
		case 'g':
			shown_gap = 1000 * net_number("gap", optarg, 1, 1e7);
			break;
		case 'i':
			interval = 1000 * net_number("interval", optarg, 0.1,
			    1e6);
			break;
		case 'l':
			listening = 1;
			break;
		case 's':
			size = net_number("size", optarg, SIZE_LEAST,
			    SIZE_MOST);
			break;
		case 'T':
			tos = net_number("tos", optarg, 0, 255);
			break;
		case 'w':
			wait = 1000 * net_number("wait", optarg, 0, 1e6);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (listening) {
		if (argc != 1)
			usage();
		echo(local, argv[0]);
	}
	if (argc != 2)
		usage();

	fd = net_connect(SOCK_DGRAM, argv[0], argv[1], NULL);
	if (tos != -1 && setsockopt(fd, IPPROTO_IP, IP_TOS, &tos,
	    sizeof(tos)) == -1)
		err(1, "IP_TOS");
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(&res, 0, sizeof(res));
	ping(fd, &res, count, interval, wait, size);
	print(&res);
	return (res.received == 0);
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: udpping -l [-a address] port\n"
	    "       udpping [-c count] [-g show-gaps-ms] [-i interval-ms] "
	    "[-s bytes]\n"
	    "               [-T tos] [-w wait-ms] address port\n");
	exit(1);
}

static __dead void
echo(const char *local, const char *port)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	static char		 buf[SIZE_MOST];
	ssize_t			 n;
	int			 fd;

	fd = net_bind(SOCK_DGRAM, local, port);
	for (;;) {
		len = sizeof(ss);
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ss,
		    &len);
		if (n != -1)
			(void)sendto(fd, buf, n, 0, (struct sockaddr *)&ss,
			    len);
	}
}

static void
ping(int fd, struct result *res, uint64_t count, int64_t interval,
    int64_t wait, size_t size)
{
	struct pollfd	 pfd;
	int64_t		 now, next;
	uint64_t	 i;

	if ((res->rtt = calloc(count, sizeof(*res->rtt))) == NULL)
		err(1, NULL);
	for (i = 0; i < count; i++)
		res->rtt[i] = -1;
	pfd.fd = fd;
	pfd.events = POLLIN;
	now = res->start = res->last = next = now_us();
	for (;;) {
		while (now >= next && res->sent < count && !stopped) {
			send_probe(fd, res, size);
			next += interval;
		}
		if (res->sent == count || stopped) {
			if (res->received == res->sent ||
			    now >= res->end + wait)
				break;
			next = res->end + wait;
		}
		if (poll(&pfd, 1, (next - now + 999) / 1000) > 0)
			receive(fd, res);
		now = now_us();
	}
	if (res->end > res->last)
		note_gap(res, res->end);
}

static void
send_probe(int fd, struct result *res, size_t size)
{
	static char	 buf[SIZE_MOST];
	struct probe	 p;

	p.number = res->sent++;
	p.sent = res->end = now_us();
	memcpy(buf, &p, sizeof(p));
	/* one that the system refuses is a lost one */
	(void)send(fd, buf, size, 0);
}

static void
receive(int fd, struct result *res)
{
	static char	 buf[SIZE_MOST];
	struct probe	 p;
	int64_t		 now;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= (ssize_t)sizeof(p)) {
		now = now_us();
		memcpy(&p, buf, sizeof(p));
		if (p.number >= res->sent)
			continue;
		if (res->rtt[p.number] != -1) {
			res->twice++;
			continue;
		}
		res->rtt[p.number] = now - p.sent;
		res->received++;
		note_gap(res, now);
		res->last = now;
	}
}

static void
note_gap(struct result *res, int64_t now)
{
	int64_t	 gap = now - res->last;

	if (shown_gap != -1 && gap >= shown_gap)
		printf("%.2f s: nothing for %.0f ms\n",
		    (now - res->start) / 1e6, gap / 1e3);
	if (gap > res->gap)
		res->gap = gap;
}

static void
print(const struct result *res)
{
	static const double	 share[] = { 0, 0.5, 0.95, 0.99, 1 };
	static const char	*name[] = { "min", "median", "95%", "99%",
				    "max" };
	int64_t			*rtt;
	uint64_t		 i, n = 0;

	if ((rtt = calloc(res->sent + 1, sizeof(*rtt))) == NULL)
		err(1, NULL);
	for (i = 0; i < res->sent; i++)
		if (res->rtt[i] != -1)
			rtt[n++] = res->rtt[i];
	qsort(rtt, n, sizeof(*rtt), compare);
	printf("sent %llu received %llu twice %llu loss %.2f %% gap %.1f ms",
	    (unsigned long long)res->sent, (unsigned long long)n,
	    (unsigned long long)res->twice,
	    100.0 * (res->sent - n) / res->sent, res->gap / 1e3);
	if (n > 0) {
		printf(" rtt");
		for (i = 0; i < sizeof(share) / sizeof(share[0]); i++)
			printf(" %s %.2f", name[i],
			    rtt[(uint64_t)((n - 1) * share[i])] / 1e3);
		printf(" ms");
	}
	printf("\n");
	free(rtt);
}

static int
compare(const void *a, const void *b)
{
	int64_t	 x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y ? -1 : x > y);
}

static void
stop(int sig)
{
	stopped = 1;
}
