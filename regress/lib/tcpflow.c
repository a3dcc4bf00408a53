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
 * One TCP stream, measured where it is received.  The client says in which
 * direction, how long and how often to report; a server that receives sends
 * its samples back on the same connection, so that the client prints all.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

#define BUFFER		262144
#define GRACE		10000000	/* us to wait for the last sample */

struct order {
	uint32_t	 reverse;	/* the server sends */
	uint32_t	 interval;	/* us between samples */
	uint64_t	 duration;	/* us */
	char		 cc[16];
};

struct sample {
	uint64_t	 time;		/* us since the start */
	uint64_t	 bytes;		/* received until then */
	uint64_t	 gap;		/* us, longest without a byte */
	uint64_t	 last;
};

/* How the client prints. */
static double		 ref_rate;	/* bit/s that are a share of 1, or 0 */
static uint64_t		 skip;		/* us left out of the result */
static int		 quiet;
static struct sample	 before, skipped;

static char		 buffer[BUFFER];

static __dead void	 usage(void);
static void		 serve(int);
static void		 receive(int, const struct order *,
			    void (*)(int, const struct sample *));
static void		 send_sample(int, const struct sample *);
static void		 drain(int);
static void		 print_sample(int, const struct sample *);
static void		 send_all(int, const struct order *);
static int		 read_samples(int);
static void		 full_read(int, void *, size_t);
static void		 print_rate(const char *, uint64_t, uint64_t);
static void		 set_blocking(int);

int
main(int argc, char *argv[])
{
	struct order	 o;
	const char	*local = NULL, *cc = "cubic";
	int		 ch, listening = 0, fd;

	memset(&o, 0, sizeof(o));
	o.duration = 10000000;
	o.interval = 1000000;
	while ((ch = getopt(argc, argv, "a:b:C:i:lo:qRt:")) != -1) {
		switch (ch) {
		case 'a':
			local = optarg;
			break;
		case 'b':
			ref_rate = 1e6 * net_number("rate", optarg, 0.001, 1e6);
			break;
		case 'C':
			cc = optarg;
			break;
		case 'i':
			o.interval = 1e6 * net_number("interval", optarg,
			    0.01, 3600);
			break;
		case 'l':
			listening = 1;
			break;
		case 'o':
			skip = 1e6 * net_number("time", optarg, 0, 3600);
			break;
		case 'q':
			quiet = 1;
			break;
		case 'R':
			o.reverse = 1;
			break;
		case 't':
			o.duration = 1e6 * net_number("time", optarg, 0.1,
			    3600);
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
		net_serve(local, argv[0], serve);
	}
	if (argc != 2)
		usage();

	strlcpy(o.cc, cc, sizeof(o.cc));
	fd = net_connect(SOCK_STREAM, argv[0], argv[1], cc);
	if (write(fd, &o, sizeof(o)) != sizeof(o))
		err(1, "write");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (o.reverse)
		receive(fd, &o, print_sample);
	else
		send_all(fd, &o);
	return (0);
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: tcpflow -l [-a address] port\n"
	    "       tcpflow [-qR] [-b Mbit/s] [-C congestion-control] "
	    "[-i interval]\n"
	    "               [-o skip] [-t seconds] address port\n");
	exit(1);
}

static void
serve(int fd)
{
	struct order	 o;

	full_read(fd, &o, sizeof(o));
	o.cc[sizeof(o.cc) - 1] = '\0';
	if (!o.reverse) {
		receive(fd, &o, send_sample);
		drain(fd);
		return;
	}
	net_congestion(fd, o.cc[0] == '\0' ? NULL : o.cc);
	set_blocking(fd);
	while (write(fd, buffer, sizeof(buffer)) != -1)
		;
}

static void
receive(int fd, const struct order *o,
    void (*report)(int, const struct sample *))
{
	struct sample	 s;
	struct pollfd	 pfd;
	int64_t		 start, now, heard, next;
	ssize_t		 n = 1;

	memset(&s, 0, sizeof(s));
	pfd.fd = fd;
	pfd.events = POLLIN;
	start = heard = now = now_us();
	next = start + o->interval;
	while (!s.last) {
		if (now < next && n != 0 && poll(&pfd, 1,
		    (next - now + 999) / 1000) == 1) {
			n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
			if (n == -1 && errno != EAGAIN)
				err(1, "read");
		} else if (n != 0)
			n = -1;
		now = now_us();
		if ((uint64_t)(now - heard) > s.gap)
			s.gap = now - heard;
		if (n > 0) {
			heard = now;
			s.bytes += n;
		}
		if (now < next && n != 0)
			continue;
		s.time = now - start;
		s.last = s.time >= o->duration || n == 0;
		report(fd, &s);
		s.gap = 0;
		next += o->interval;
	}
}

static void
send_sample(int fd, const struct sample *s)
{
	set_blocking(fd);
	if (write(fd, s, sizeof(*s)) != sizeof(*s))
		err(1, "write");
}

/* To close at once would reset the connection and lose the last sample. */
static void
drain(int fd)
{
	struct pollfd	 pfd;
	int64_t		 end = now_us() + GRACE;

	pfd.fd = fd;
	pfd.events = POLLIN;
	while (now_us() < end && poll(&pfd, 1, 1000) != -1)
		if (pfd.revents != 0 && read(fd, buffer, sizeof(buffer)) <= 0)
			return;
}

static void
print_sample(int fd, const struct sample *s)
{
	static uint64_t	 gap;
	char		 what[32];

	if (s->time <= skip)
		skipped = *s;
	else if (s->gap > gap)
		gap = s->gap;
	if (!quiet) {
		snprintf(what, sizeof(what), "%6.1f s", s->time / 1e6);
		print_rate(what, s->bytes - before.bytes,
		    s->time - before.time);
		printf("\n");
	}
	before = *s;
	if (!s->last)
		return;
	print_rate("goodput", s->bytes - skipped.bytes,
	    s->time - skipped.time);
	printf("  longest gap %.0f ms\n", gap / 1e3);
}

static void
print_rate(const char *what, uint64_t bytes, uint64_t time)
{
	double	 rate;

	rate = time == 0 ? 0 : bytes * 8e6 / time;
	printf("%s %8.2f Mbit/s", what, rate / 1e6);
	if (ref_rate > 0)
		printf("  share %.3f", rate / ref_rate);
}

/* Sends until the receiver's last sample is here. */
static void
send_all(int fd, const struct order *o)
{
	struct pollfd	 pfd;
	int64_t		 end;

	end = now_us() + o->duration + GRACE;
	pfd.fd = fd;
	pfd.events = POLLIN | POLLOUT;
	for (;;) {
		if (poll(&pfd, 1, 1000) == -1)
			err(1, "poll");
		if (pfd.revents & (POLLIN | POLLHUP | POLLERR) &&
		    read_samples(fd))
			return;
		if (pfd.revents & POLLOUT && write(fd, buffer,
		    sizeof(buffer)) == -1 && errno != EAGAIN &&
		    errno != EPIPE && errno != ECONNRESET)
			err(1, "write");
		if (now_us() > end)
			errx(1, "no report from the other end");
	}
}

/* Returns 1 after the last one. */
static int
read_samples(int fd)
{
	static struct sample	 s;
	static size_t		 have;
	ssize_t			 n;

	n = read(fd, (char *)&s + have, sizeof(s) - have);
	if (n == -1) {
		if (errno == EAGAIN)
			return (0);
		err(1, "read");
	}
	if (n == 0)
		errx(1, "closed by the other end");
	have += n;
	if (have < sizeof(s))
		return (0);
	have = 0;
	print_sample(fd, &s);
	return (s.last != 0);
}

static void
full_read(int fd, void *buf, size_t len)
{
	char	*p = buf;
	ssize_t	 n;

	while (len > 0) {
		if ((n = read(fd, p, len)) == -1)
			err(1, "read");
		if (n == 0)
			errx(1, "closed by the other end");
		p += n;
		len -= n;
	}
}

static void
set_blocking(int fd)
{
	int	 flags;

	if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		err(1, "fcntl");
}
