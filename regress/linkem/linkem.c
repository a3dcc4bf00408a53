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
#include <sys/queue.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmdsock.h"
#include "link.h"
#include "tap.h"
#include "trace.h"

#define NSEC		1000000000LL
#define FRAME_MAX	65550
#define READ_MAX	64	/* frames at once from one end */
#define SLACK		20000	/* ns: what is due so soon goes now */

/*
 * An Ethernet link between two hosts.  End 0 is a, end 1 is b; way[0] leads
 * from a to b, way[1] back.
 */
static int		 tap[2];
static struct link	*way[2];
static struct trace	 trace;		/* no points: none is played */
static int64_t		 trace_start;
static int64_t		 trace_next;	/* its next change */
static const char	*stop_path;	/* of the command socket */

static __dead void	 usage(void);
static __dead void	 run(int);
static int64_t		 play(int64_t);
static int64_t		 pass(int64_t);
static void		 take(int, int64_t);
static int64_t		 now_ns(void);
static void		 command(int, char **, char *, size_t);
static int		 set(int, int, char **, char *, size_t);
static int		 set_trace(int64_t, int, char **, char *, size_t);
static int		 set_word(struct link *, int64_t, int, char **);
static void		 show(char *, size_t);
static int		 get_time(const char *, int64_t *);
static int		 get_rate(const char *, uint64_t *);
static int		 get_bytes(const char *, size_t *);
static int		 get_share(const char *, double *);
static int		 get_mtu(const char *, size_t *);
static int		 open_end(char *);
static void		 stop(int);

int
main(int argc, char *argv[])
{
	const char	*path = NULL, *errstr;
	char		 answer[CMD_MAX];
	uint64_t	 seed = 1;
	int		 ch, client = 0, fd;

	while ((ch = getopt(argc, argv, "+c:S:s:")) != -1) {
		switch (ch) {
		case 'c':
			client = 1;
			path = optarg;
			break;
		case 'S':
			path = optarg;
			break;
		case 's':
			seed = strtonum(optarg, 0, INT64_MAX, &errstr);
			if (errstr != NULL)
				errx(1, "seed %s: %s", optarg, errstr);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (path == NULL)
		usage();
	if (client)
		return (cmd_call(path, argc, argv));
	if (argc < 2)
		usage();

	tap[0] = open_end(argv[0]);
	tap[1] = open_end(argv[1]);
	way[0] = link_new(2 * seed);
	way[1] = link_new(2 * seed + 1);
	answer[0] = '\0';
	if (argc > 2)
		command(argc - 2, argv + 2, answer, sizeof(answer));
	if (answer[0] != '\0')
		errx(1, "%s", answer);
	tap_realtime();
	stop_path = path;
	fd = cmd_listen(path);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	run(fd);
}

static __dead void
usage(void)
{
	fprintf(stderr,
	    "usage: linkem [-s seed] -S socket host:if host:if [word ...]\n"
	    "       linkem -c socket word ...\n"
	    "words: [a|b|both] rate R|no queue T|B delay T jitter T "
	    "[reorder|order]\n"
	    "       police R|no B loss N%% burst N%% FRAMES mtu N|no down up\n"
	    "       outage T trace file T show\n"
	    "a: what end a sends; R as 20M, T as 10ms, B as 30000B\n"
	    "trace: lines \"seconds,rate of b,rate of a\", played from T on\n");
	exit(1);
}

static __dead void
run(int fd)
{
	struct pollfd	 pfd[3];
	struct timespec	 ts, *timeout;
	int64_t		 next, wait;

	pfd[0].fd = tap[0];
	pfd[1].fd = tap[1];
	pfd[2].fd = fd;
	pfd[0].events = pfd[1].events = pfd[2].events = POLLIN;
	for (;;) {
		next = play(now_ns());
		wait = pass(now_ns());
		if (wait < next)
			next = wait;
		timeout = NULL;
		if (next != LINK_NEVER) {
			wait = next - now_ns();
			if (wait < 0)
				wait = 0;
			ts.tv_sec = wait / NSEC;
			ts.tv_nsec = wait % NSEC;
			timeout = &ts;
		}
		if (ppoll(pfd, 3, timeout, NULL) == -1) {
			if (errno == EINTR)
				continue;
			err(1, "ppoll");
		}
		if (pfd[0].revents != 0)
			take(0, now_ns());
		if (pfd[1].revents != 0)
			take(1, now_ns());
		if (pfd[2].revents != 0) {
			pass(now_ns());
			cmd_serve(fd, command);
		}
	}
}

/* The rates of this moment.  Returns when they change. */
static int64_t
play(int64_t now)
{
	int	 i;

	if (trace.n == 0)
		return (LINK_NEVER);
	if (now < trace_next)
		return (trace_next);
	for (i = 0; i < 2; i++)
		link_rate(way[i], now, trace_rate(&trace, i == 0 ? TRACE_UP :
		    TRACE_DOWN, now - trace_start, &trace_next));
	if (trace_next != LINK_NEVER)
		trace_next += trace_start;
	return (trace_next);
}

/* Delivers what is due.  Returns when something will be. */
static int64_t
pass(int64_t now)
{
	struct frame	*f;
	int64_t		 next = LINK_NEVER, t;
	int		 i;

	for (i = 0; i < 2; i++) {
		while ((f = link_output(way[i], now + SLACK)) != NULL) {
			/* an interface that is down loses it, as a wire */
			if (write(tap[!i], f->data, f->len) == -1 &&
			    errno != EIO && errno != ENOBUFS &&
			    errno != EAGAIN && errno != EHOSTDOWN)
				err(1, "tap %c: write", 'a' + !i);
			free(f);
		}
		if ((t = link_next(way[i])) < next)
			next = t;
	}
	return (next == LINK_NEVER ? next : next - SLACK);
}

static void
take(int end, int64_t now)
{
	static uint8_t	 frame[FRAME_MAX];
	ssize_t		 n;
	int		 i;

	for (i = 0; i < READ_MAX; i++) {
		n = read(tap[end], frame, sizeof(frame));
		if (n == -1) {
			if (errno == EAGAIN || errno == EINTR)
				return;
			err(1, "tap %c: read", 'a' + end);
		}
		link_input(way[end], now, frame, n);
	}
}

static int64_t
now_ns(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return (ts.tv_sec * NSEC + ts.tv_nsec);
}

/* a ... b ... both ...: the words after it are about that way. */
static void
command(int argc, char **argv, char *answer, size_t size)
{
	int	 ways = 3, n;

	while (argc > 0) {
		n = 1;
		if (strcmp(argv[0], "a") == 0)
			ways = 1;
		else if (strcmp(argv[0], "b") == 0)
			ways = 2;
		else if (strcmp(argv[0], "both") == 0)
			ways = 3;
		else if (strcmp(argv[0], "show") == 0)
			show(answer, size);
		else if (strcmp(argv[0], "trace") == 0)
			n = set_trace(now_ns(), argc, argv, answer, size);
		else
			n = set(ways, argc, argv, answer, size);
		if (n == -1)
			return;
		argc -= n;
		argv += n;
	}
}

static int
set(int ways, int argc, char **argv, char *answer, size_t size)
{
	int64_t	 now = now_ns();
	int	 i, n = -1;

	for (i = 0; i < 2; i++) {
		if ((ways & 1 << i) == 0)
			continue;
		if ((n = set_word(way[i], now, argc, argv)) == -1) {
			snprintf(answer, size, "error: %s %s", argv[0],
			    argc > 1 ? argv[1] : "");
			return (-1);
		}
	}
	return (n);
}

/* Both ways play the file from a time in it on. */
static int
set_trace(int64_t now, int argc, char **argv, char *answer, size_t size)
{
	struct trace	 t;
	int64_t		 from;
	unsigned int	 line = 0;

	if (argc < 3 || get_time(argv[2], &from) == -1 ||
	    trace_read(&t, argv[1], &line) == -1) {
		snprintf(answer, size, "error: trace %s:%u",
		    argc > 1 ? argv[1] : "", line);
		return (-1);
	}
	trace_free(&trace);
	trace = t;
	trace_start = now - from;
	trace_next = now;
	return (3);
}

/* One setting.  Returns how many words it took, or -1. */
static int
set_word(struct link *l, int64_t now, int argc, char **argv)
{
	struct link_settings	*s = link_settings(l);
	const char		*w = argv[0], *arg;
	uint64_t		 rate;
	int64_t			 t;

	if (strcmp(w, "down") == 0) {
		link_cut(l, LINK_NEVER);
		return (1);
	}
	if (strcmp(w, "up") == 0) {
		link_cut(l, 0);
		return (1);
	}
	if (strcmp(w, "reorder") == 0 || strcmp(w, "order") == 0) {
		s->reorder = *w == 'r';
		return (1);
	}
	if (argc < 2)
		return (-1);
	arg = argv[1];
	if (strcmp(w, "rate") == 0) {
		if (get_rate(arg, &rate) == -1)
			return (-1);
		trace_free(&trace);
		link_rate(l, now, rate);
		return (2);
	}
	if (strcmp(w, "queue") == 0) {
		if (get_bytes(arg, &s->queue_bytes) == 0)
			return (2);
		s->queue_bytes = 0;
		return (get_time(arg, &s->queue) == -1 ? -1 : 2);
	}
	if (strcmp(w, "police") == 0 && argc > 2)
		return (get_rate(arg, &s->police) == -1 ||
		    get_bytes(argv[2], &s->police_burst) == -1 ? -1 : 3);
	if (strcmp(w, "delay") == 0)
		return (get_time(arg, &s->delay) == -1 ? -1 : 2);
	if (strcmp(w, "jitter") == 0)
		return (get_time(arg, &s->jitter) == -1 ? -1 : 2);
	if (strcmp(w, "loss") == 0)
		return (get_share(arg, &s->loss) == -1 ? -1 : 2);
	if (strcmp(w, "mtu") == 0)
		return (get_mtu(arg, &s->mtu) == -1 ? -1 : 2);
	if (strcmp(w, "outage") == 0) {
		if (get_time(arg, &t) == -1)
			return (-1);
		link_cut(l, now + t);
		return (2);
	}
	if (strcmp(w, "burst") == 0 && argc > 2) {
		s->burstlen = strtod(argv[2], NULL);
		if (s->burstlen < 1 || get_share(arg, &s->burst) == -1)
			return (-1);
		return (3);
	}
	return (-1);
}

static void
show(char *answer, size_t size)
{
	struct link_stats	 st;
	size_t			 used;
	int			 i;

	for (i = 0; i < 2; i++) {
		link_stats(way[i], &st);
		used = strlen(answer);
		snprintf(answer + used, size - used,
		    "%c in %" PRIu64 " bytes %" PRIu64 " out %" PRIu64
		    " bytes %" PRIu64 " full %" PRIu64 " lost %" PRIu64
		    " cut %" PRIu64 " toolong %" PRIu64 " policed %" PRIu64
		    " queued %" PRIu64 "\n", 'a' + i, st.in, st.in_bytes,
		    st.out, st.out_bytes, st.full, st.lost, st.cut,
		    st.toolong, st.policed, st.queued);
	}
}

/* 10ms, 2s, 300us: nanoseconds. */
static int
get_time(const char *s, int64_t *t)
{
	static const struct {
		const char	*unit;
		double		 ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }
	};
	char	*end;
	double	 v;
	size_t	 i;

	v = strtod(s, &end);
	if (end == s || !(v >= 0 && v < 1e6))
		return (-1);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			*t = (int64_t)(v * units[i].ns);
			return (0);
		}
	return (-1);
}

/* 20M, 800K, 1.5G, no: bit/s. */
static int
get_rate(const char *s, uint64_t *rate)
{
	char	*end;
	double	 v;

	if (strcmp(s, "no") == 0) {
		*rate = 0;
		return (0);
	}
	v = strtod(s, &end);
	switch (*end) {
	case 'G':
		v *= 1e9;
		break;
	case 'M':
		v *= 1e6;
		break;
	case 'K':
		v *= 1e3;
		break;
	default:
		return (-1);
	}
	if (end[1] != '\0' || !(v >= 1000 && v <= 1e11))
		return (-1);
	*rate = (uint64_t)v;
	return (0);
}

/* 30000B */
static int
get_bytes(const char *s, size_t *bytes)
{
	char	*end;
	double	 v;

	v = strtod(s, &end);
	if (end == s || strcmp(end, "B") != 0 || !(v >= 1 && v < 1e9))
		return (-1);
	*bytes = (size_t)v;
	return (0);
}

static int
get_share(const char *s, double *share)
{
	char	*end;
	double	 v;

	v = strtod(s, &end);
	if (end == s || strcmp(end, "%") != 0 || !(v >= 0 && v <= 100))
		return (-1);
	*share = v / 100;
	return (0);
}

/* 1400, no: bytes of an IP packet. */
static int
get_mtu(const char *s, size_t *mtu)
{
	const char	*errstr;

	if (strcmp(s, "no") == 0) {
		*mtu = 0;
		return (0);
	}
	*mtu = strtonum(s, 68, 65535, &errstr);
	return (errstr == NULL ? 0 : -1);
}

static int
open_end(char *end)
{
	char	*ifname = end;

	strsep(&ifname, ":");
	if (ifname == NULL)
		usage();
	return (tap_open(end, ifname));
}

static void
stop(int sig)
{
	unlink(stop_path);
	_exit(0);
}
