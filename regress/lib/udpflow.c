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
 * UDP datagrams of one size at one rate, counted where they arrive.  The most
 * that gets through with little loss is found by trying rates.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

#define SIZE_LEAST	32
#define SIZE_MOST	65000
#define SETTLE		100000		/* us until the last ones are there */
#define ANSWER_WAIT	200		/* ms */
#define ASKS		25
#define STEP_FIRST	1.6		/* of the rate, from try to try */
#define STEP_LAST	1.03
#define RATE_FIRST	50e6		/* bit/s */
#define RCVBUF		(1024 * 1024)

/* What a datagram begins with. */
struct load {
	uint32_t	 run;		/* of the sender */
	uint32_t	 ask;		/* how many have come? */
	uint64_t	 count;		/* the answer */
	uint64_t	 time;		/* us from its first to its last */
};

struct result {
	uint64_t	 sent;
	uint64_t	 received;
	double		 offered;	/* bit/s that left */
	double		 rate;		/* that arrived */
};

static __dead void	 usage(void);
static __dead void	 server(const char *, const char *);
static void		 run(int, size_t, double, int64_t, struct result *);
static void		 ask(int, struct load *);
static double		 loss(const struct result *);
static void		 search(int, size_t, double, int64_t,
			    struct result *);

int
main(int argc, char *argv[])
{
	struct result	 r;
	const char	*local = NULL;
	double		 rate = 10e6, most = -1;
	int64_t		 duration = 1000000;
	size_t		 size = 1000;
	int		 ch, fd, listening = 0;

	while ((ch = getopt(argc, argv, "a:b:lm:s:t:")) != -1) {
		switch (ch) {
		case 'a':
			local = optarg;
			break;
		case 'b':
			rate = 1e6 * net_number("rate", optarg, 0.001, 1e6);
			break;
		case 'l':
			listening = 1;
			break;
		case 'm':
			most = net_number("loss", optarg, 0, 100) / 100;
			break;
		case 's':
			size = net_number("size", optarg, SIZE_LEAST,
			    SIZE_MOST);
			break;
		case 't':
			duration = 1e6 * net_number("time", optarg, 0.05,
			    3600);
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
		server(local, argv[0]);
	}
	if (argc != 2)
		usage();

	fd = net_connect(SOCK_DGRAM, argv[0], argv[1], NULL);
	if (most >= 0)
		search(fd, size, most, duration, &r);
	else
		run(fd, size, rate, duration, &r);
	printf("offered %.2f received %.2f Mbit/s datagrams %.0f 1/s "
	    "loss %.2f %%\n", r.offered / 1e6, r.rate / 1e6,
	    r.rate / 8 / size, 100 * loss(&r));
	return (r.received == 0);
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: udpflow -l [-a address] port\n"
	    "       udpflow [-b Mbit/s | -m most-loss-%%] [-s bytes] "
	    "[-t seconds]\n"
	    "               address port\n");
	exit(1);
}

static __dead void
server(const char *local, const char *port)
{
	struct sockaddr_storage	 ss;
	struct load		 now, l;
	socklen_t		 len;
	static char		 buf[SIZE_MOST];
	int64_t			 first = 0, last = 0;
	ssize_t			 n;
	int			 fd, size = RCVBUF;

	fd = net_bind(SOCK_DGRAM, local, port);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	memset(&now, 0, sizeof(now));
	for (;;) {
		len = sizeof(ss);
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ss,
		    &len);
		if (n < (ssize_t)sizeof(l))
			continue;
		memcpy(&l, buf, sizeof(l));
		if (l.run != now.run) {
			memset(&now, 0, sizeof(now));
			now.run = l.run;
		}
		if (l.ask) {
			now.time = last - first;
			(void)sendto(fd, &now, sizeof(now), 0,
			    (struct sockaddr *)&ss, len);
			continue;
		}
		last = now_us();
		if (now.count++ == 0)
			first = last;
	}
}

/* In bursts of what is due, as timers have it. */
static void
run(int fd, size_t size, double rate, int64_t duration, struct result *r)
{
	static char	 buf[SIZE_MOST];
	static uint32_t	 number;
	struct load	 l;
	int64_t		 start, now;
	uint64_t	 due;

	memset(r, 0, sizeof(*r));
	memset(&l, 0, sizeof(l));
	l.run = (uint32_t)getpid() << 8 | ++number % 256;
	memcpy(buf, &l, sizeof(l));
	start = now = now_us();
	while (now - start < duration) {
		due = rate / 8e6 / size * (now - start) + 1;
		while (r->sent < due && now - start < duration) {
			if (send(fd, buf, size, 0) == -1)
				break;
			if (++r->sent % 32 == 0)
				now = now_us();
		}
		if (r->sent >= due)
			usleep(200);
		now = now_us();
	}
	r->offered = r->sent * size * 8e6 / (now - start);
	usleep(SETTLE);
	ask(fd, &l);
	r->received = l.count;
	if (l.time > 0)
		r->rate = l.count * size * 8e6 / l.time;
}

static void
ask(int fd, struct load *l)
{
	struct load	 answer;
	struct pollfd	 pfd;
	int		 i;

	pfd.fd = fd;
	pfd.events = POLLIN;
	l->ask = 1;
	for (i = 0; i < ASKS; i++) {
		(void)send(fd, l, sizeof(*l), 0);
		while (poll(&pfd, 1, ANSWER_WAIT) == 1) {
			if (recv(fd, &answer, sizeof(answer), MSG_DONTWAIT) !=
			    sizeof(answer) || answer.run != l->run)
				continue;
			*l = answer;
			return;
		}
	}
	errx(1, "no answer from the other end");
}

static double
loss(const struct result *r)
{
	return (r->sent == 0 ? 0 : 1 - (double)r->received / r->sent);
}

/* Up in large steps until too much is lost, then in smaller ones. */
static void
search(int fd, size_t size, double most, int64_t duration, struct result *best)
{
	struct result	 r;
	double		 rate = RATE_FIRST, step = STEP_FIRST;
	int		 ok, again;

	memset(best, 0, sizeof(*best));
	while (step > STEP_LAST) {
		/* the machine may have been busy */
		ok = 0;
		for (again = 0; again < 2 && !ok; again++) {
			run(fd, size, rate, duration, &r);
			ok = loss(&r) <= most;
		}
		if (ok && r.rate > best->rate)
			*best = r;
		/* no more than that can be sent */
		if (ok && r.offered > rate * 0.95) {
			rate *= step;
			continue;
		}
		rate /= step;
		step = 1 + (step - 1) / 2;
		rate *= step;
	}
}
