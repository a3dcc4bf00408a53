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
 * When the demotion of a group is raised and lowered: what the runner is asked
 * to run.
 */

#include <sys/types.h>

#include <event.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "conf.h"
#include "demote.h"
#include "log.h"
#include "mlvpnd.h"
#include "run.h"
#include "test.h"
#include "timer.h"

static void	 conf(struct demote *, const char *);
static int	 asked(const char *, const char *);
static int	 level(const char *);

/* The last request, and the levels of two groups. */
static char		 group[GROUP_SIZE], how[16];
static uint32_t		 request;
static unsigned int	 requests, waits;
static int		 level_a, level_b;

static struct event	*timer;		/* that was set */
static unsigned int	 delay;

int
main(void)
{
	struct demote	*d, *e;

	event_init();

	TEST("a tunnel without a group");
	d = demote_new();
	conf(d, "");
	demote_tunnel(d, 1);
	demote_tunnel(d, 0);
	CHECK_EQ(requests, 0);

	TEST("one that is down when it gets one");
	conf(d, "a");
	CHECK(asked("a", "carpdemote"));
	TEST("the same group again");
	conf(d, "a");
	CHECK_EQ(requests, 1);

	TEST("up: not at once");
	demote_tunnel(d, 1);
	CHECK_EQ(requests, 1);
	CHECK_EQ(delay, 10000);
	TEST("down before that: nothing");
	demote_tunnel(d, 0);
	CHECK(!evtimer_pending(timer, NULL));
	CHECK_EQ(requests, 1);
	TEST("up for long enough");
	demote_tunnel(d, 1);
	event_active(timer, EV_TIMEOUT, 1);
	event_loop(EVLOOP_NONBLOCK);
	CHECK(asked("a", "-carpdemote"));
	CHECK_EQ(level("a"), 0);
	TEST("down: at once");
	demote_tunnel(d, 0);
	CHECK(asked("a", "carpdemote"));

	TEST("another group");
	conf(d, "b");
	CHECK_EQ(level("a"), 0);
	CHECK_EQ(level("b"), 1);
	TEST("two tunnels count as two");
	e = demote_new();
	conf(e, "b");
	CHECK_EQ(level("b"), 2);
	TEST("a tunnel that was removed counts no more");
	demote_free(e);
	CHECK_EQ(level("b"), 1);

	TEST("a request of a command is none of ours");
	CHECK_EQ(demote_done(1), 0);
	CHECK_EQ(demote_done(request), 1);
	TEST("at the end, all are waited for");
	demote_free(d);
	CHECK_EQ(level("b"), 0);
	demote_stop(1000);
	CHECK_EQ(waits, requests - 1);
	CHECK_EQ(demote_done(request), 0);
	return (0);
}

static void
conf(struct demote *d, const char *name)
{
	static struct tunnel_conf	 tc;

	memset(&tc, 0, sizeof(tc));
	strlcpy(tc.demote, name, sizeof(tc.demote));
	demote_conf(d, &tc);
}

static int
asked(const char *name, const char *what)
{
	return (strcmp(group, name) == 0 && strcmp(how, what) == 0);
}

static int
level(const char *name)
{
	return (strcmp(name, "a") == 0 ? level_a : level_b);
}

void *
run_request(const char *text, const char *const *argv, const char *const *env,
    size_t *len)
{
	CHECK(strcmp(argv[0], "/sbin/ifconfig") == 0);
	CHECK(strcmp(argv[1], "-g") == 0);
	CHECK(argv[4] == NULL && env[0] == NULL);
	strlcpy(group, argv[2], sizeof(group));
	strlcpy(how, argv[3], sizeof(how));
	*(strcmp(group, "a") == 0 ? &level_a : &level_b) +=
	    how[0] == '-' ? -1 : 1;
	*len = strlen(text) + 1;
	return (strdup(text));
}

void
compose_runner(uint16_t type, uint32_t id, const void *data, size_t len)
{
	CHECK_EQ(type, IMSG_RUN);
	CHECK_EQ(strlen(data) + 1, len);
	request = id;
	requests++;
}

int
child_wait_runner(unsigned int max)
{
	CHECK(max <= 1000);
	waits++;
	return (demote_done(request) ? 0 : -1);
}

void
timer_set(struct event *ev, unsigned int ms)
{
	struct timeval	 tv = { 3600, 0 };

	timer = ev;
	delay = ms;
	evtimer_add(ev, &tv);
}

unsigned int
timer_now(void)
{
	return (0);
}

void
fatal(const char *fmt, ...)
{
	abort();
}

void
fatalx(const char *fmt, ...)
{
	abort();
}
