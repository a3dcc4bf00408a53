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
 * Commands of tunnels: what they are told, in which order, and what becomes
 * of those that take too long.  The command writes down how it is called and
 * then does what the file "do" says.
 */

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "conf.h"
#include "core.h"
#include "log.h"
#include "mlvpnd.h"
#include "run.h"
#include "script.h"
#include "test.h"
#include "timer.h"

#define DIR_TEMPLATE	"/tmp/script_test.XXXXXXXXXX"
#define MAX		10000		/* ms for a command, and at the end */
#define GRACE		200
#define PATIENCE	20000

#define COMMAND								\
	"#!/bin/sh\n"							\
	"cd %s || exit 1\n"						\
	"env >env.$$ && mv env.$$ env\n"				\
	"echo \"$*\" >>said\n"						\
	". ./do\n"

static void	 cleanup(void);
static void	 setup(void);
static void	 restore(void *);
static void	 make_command(mode_t);
static void	 command_does(const char *);
static struct tunnel_conf *make_tunnel(const char *, int);
static void	 add_route(struct tunnel_conf *, const char *, int);
static void	 prefix(struct prefix *, const char *, int);
static void	 start(void);
static void	 stop(void);
static void	 ended(uint32_t);
static void	 deliver(int, short, void *);
static void	 link_up(struct script *, const char *);
static void	 link_down(struct script *, const char *);
static void	 expire(unsigned int);
static void	 await_hanging(void);
static void	 check_said(const char *);
static void	 drain(void);
static void	 check_env(const char *);
static int	 count(const char *);
static void	 read_file(const char *, char *, size_t);
static void	 path(char *, size_t, const char *);
static unsigned int now(void);

static void	 test_native(void);
static void	 test_compat(void);
static void	 test_interface(void);
static void	 test_slow(void);
static void	 test_flapping(void);
static void	 test_hang(void);
static void	 test_unsafe(void);
static void	 test_names(void);
static void	 test_conf(void);
static void	 test_free(void);
static void	 test_stop(void);

static char	 dir[sizeof(DIR_TEMPLATE)] = DIR_TEMPLATE;
static struct event *timer;		/* that was set last */
static unsigned int timer_ms;
static char	 said[65536], env[65536];
static int	 restored;
static int	 running;		/* commands */
static TAILQ_HEAD(, tunnel_conf) tunnels = TAILQ_HEAD_INITIALIZER(tunnels);

int
main(void)
{
	log_init(1, LOG_DAEMON);
	setup();
	CHECK(atexit(cleanup) == 0);
	event_init();

	test_native();
	test_compat();
	test_interface();
	test_slow();
	test_flapping();
	test_hang();
	test_unsafe();
	test_names();
	test_conf();
	test_free();
	test_stop();
	return (0);
}

static void
cleanup(void)
{
	setup();
	(void)rmdir(dir);
}

/* of timer.c; none runs off by itself, however slow the machine is */
void
timer_set(struct event *ev, unsigned int ms)
{
	timer = ev;
	timer_ms = ms;
}

unsigned int
timer_now(void)
{
	return (now());
}

static void
restore(void *bula)
{
	restored++;
}

/* The directory is empty, and there are no tunnels. */
static void
setup(void)
{
	struct tunnel_conf		*tc;
	struct route_conf		*rc;
	static const char * const	 names[] = {
		"command", "other", "said", "env", "do", "hangs"
	};
	char				 name[128];
	size_t				 i;

	if (strcmp(dir, DIR_TEMPLATE) == 0)
		CHECK(mkdtemp(dir) != NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path(name, sizeof(name), names[i]);
		(void)unlink(name);
	}
	while ((tc = TAILQ_FIRST(&tunnels)) != NULL) {
		TAILQ_REMOVE(&tunnels, tc, entry);
		while ((rc = TAILQ_FIRST(&tc->routes)) != NULL) {
			TAILQ_REMOVE(&tc->routes, rc, entry);
			free(rc);
		}
		free(tc);
	}
}

static void
make_command(mode_t mode)
{
	char	 name[128];
	FILE	*fp;

	path(name, sizeof(name), "command");
	(void)unlink(name);
	CHECK((fp = fopen(name, "w")) != NULL);
	fprintf(fp, COMMAND, dir);
	CHECK(fclose(fp) == 0);
	CHECK(chmod(name, mode) == 0);
}

static void
command_does(const char *text)
{
	char	 name[128];
	FILE	*fp;

	path(name, sizeof(name), "do");
	CHECK((fp = fopen(name, "w")) != NULL);
	fprintf(fp, "%s\n", text);
	CHECK(fclose(fp) == 0);
}

static struct tunnel_conf *
make_tunnel(const char *name, int compat)
{
	struct tunnel_conf	*tc;

	CHECK((tc = calloc(1, sizeof(*tc))) != NULL);
	TAILQ_INIT(&tc->routes);
	TAILQ_INIT(&tc->links);
	TAILQ_INIT(&tc->matches);
	TAILQ_INSERT_TAIL(&tunnels, tc, entry);
	strlcpy(tc->name, name, sizeof(tc->name));
	path(tc->command, sizeof(tc->command), "command");
	tc->compat = compat;
	prefix(&tc->address[0].prefix, "10.44.43.1", 30);
	CHECK(addr_pton(&tc->address[0].peer, "10.44.43.2") == 0);
	prefix(&tc->address[1].prefix, "2001:db8:44::1", 64);
	prefix(&tc->address[2].prefix, "10.44.44.1", 24);
	tc->naddress = 3;
	add_route(tc, "198.18.0.0", 15);
	add_route(tc, "2001:db8:1::", 48);
	add_route(tc, NULL, 0);
	return (tc);
}

/* NULL: default */
static void
add_route(struct tunnel_conf *tc, const char *addr, int len)
{
	struct route_conf	*rc;

	CHECK((rc = calloc(1, sizeof(*rc))) != NULL);
	if (addr != NULL)
		prefix(&rc->prefix, addr, len);
	else
		rc->is_default = 1;
	TAILQ_INSERT_TAIL(&tc->routes, rc, entry);
}

static void
prefix(struct prefix *p, const char *addr, int len)
{
	CHECK(addr_pton(&p->addr, addr) == 0);
	p->len = len;
}

/* With a command that does nothing but write down. */
static void
start(void)
{
	setup();
	CHECK(chmod(dir, 0700) == 0);
	make_command(0700);
	command_does(":");
	run_init(ended, MAX, GRACE);
}

static void
stop(void)
{
	script_stop(MAX);
	run_stop();
	running = 0;
}

/* of child.c: the runner is in this process, and answers later */
void
compose_runner(uint16_t type, uint32_t id, const void *data, size_t len)
{
	CHECK_EQ(type, IMSG_RUN);
	running++;
	CHECK(run_start(id, data, len) == 0);
}

int
child_wait_runner(unsigned int ms)
{
	CHECK(event_loop(EVLOOP_ONCE | EVLOOP_NONBLOCK) != -1);
	poll(NULL, 0, 1);
	return (0);
}

static void
ended(uint32_t id)
{
	struct timeval	 soon = { 0, 0 };

	CHECK(event_once(-1, EV_TIMEOUT, deliver, (void *)(uintptr_t)id,
	    &soon) == 0);
}

static void
deliver(int fd, short event, void *id)
{
	running--;
	script_done((uintptr_t)id);
}

static void
link_up(struct script *s, const char *name)
{
	script_event(s, CORE_LINK_UP, name, "");
}

static void
link_down(struct script *s, const char *name)
{
	script_event(s, CORE_LINK_DOWN, name, "no answer");
}

/* Has the timer of so many milliseconds run off. */
static void
expire(unsigned int ms)
{
	CHECK_EQ(timer_ms, ms);
	event_active(timer, EV_TIMEOUT, 1);
	CHECK(event_loop(EVLOOP_ONCE) != -1);
}

/* Awaits a command that is about to hang. */
static void
await_hanging(void)
{
	unsigned int	 begin = now();
	char		 name[128];

	path(name, sizeof(name), "hangs");
	while (access(name, F_OK) == -1 && now() - begin < PATIENCE)
		poll(NULL, 0, 1);
	CHECK(access(name, F_OK) == 0);
}

/* Awaits these lines, and sees that they are all. */
static void
check_said(const char *want)
{
	unsigned int	 begin = now();

	do {
		CHECK(event_loop(EVLOOP_ONCE | EVLOOP_NONBLOCK) != -1);
		read_file("said", said, sizeof(said));
		poll(NULL, 0, 1);
	} while (strlen(said) < strlen(want) && now() - begin < PATIENCE);
	if (strcmp(said, want) != 0)
		fprintf(stderr, "got:\n%swant:\n%s", said, want);
	CHECK(strcmp(said, want) == 0);
}

/* Until no command runs. */
static void
drain(void)
{
	while (running > 0)
		(void)child_wait_runner(0);
}

/* Lines of the environment of the last run. */
static void
check_env(const char *want)
{
	char	 line[512];
	size_t	 len;

	read_file("env", env, sizeof(env));
	for (; *want != '\0'; want += len + 1) {
		len = strcspn(want, "\n");
		CHECK(snprintf(line, sizeof(line), "\n%.*s\n", (int)len,
		    want) < (int)sizeof(line));
		if (strstr(env, line) == NULL)
			fprintf(stderr, "no%sin%s", line, env);
		CHECK(strstr(env, line) != NULL);
	}
}

/* How often is this in what was said? */
static int
count(const char *what)
{
	const char	*p;
	int		 n = 0;

	read_file("said", said, sizeof(said));
	for (p = said; (p = strstr(p, what)) != NULL; p++)
		n++;
	return (n);
}

/* After an empty line, so that each has an end before it; not of "said". */
static void
read_file(const char *file, char *buf, size_t size)
{
	char	 name[128];
	ssize_t	 n = 0;
	size_t	 off;
	int	 fd;

	off = strcmp(file, "said") != 0;
	buf[0] = '\n';
	path(name, sizeof(name), file);
	if ((fd = open(name, O_RDONLY)) != -1) {
		CHECK((n = read(fd, buf + off, size - off - 1)) != -1);
		close(fd);
	}
	buf[off + n] = '\0';
}

static void
path(char *buf, size_t size, const char *file)
{
	snprintf(buf, size, "%s/%s", dir, file);
}

static unsigned int
now(void)
{
	struct timespec	 ts;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

static void
test_native(void)
{
	struct script	*s;

	TEST("arguments and environment");
	start();
	CHECK(setenv("SECRET", "of ours", 1) == 0);
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	check_said("home attach\n");
	check_env("MLVPND_TUNNEL=home\nMLVPND_EVENT=attach\nMLVPND_LINK=\n"
	    "MLVPND_INTERFACE=tun7\nMLVPND_MTU=1420\nMLVPND_LINKS_UP=\n"
	    "MLVPND_ADDRESSES=10.44.43.1/30 2001:db8:44::1/64 10.44.44.1/24\n"
	    "MLVPND_PEERS=10.44.43.2\n"
	    "MLVPND_ROUTES=198.18.0.0/15 2001:db8:1::/48 default\n");
	CHECK(strstr(env, "SECRET") == NULL);

	script_interface(s, "tun7", 1400);
	link_up(s, "dsl1");
	check_said("home attach\nhome link-up dsl1\nhome up\n");
	check_env("MLVPND_MTU=1400\nMLVPND_LINKS_UP=dsl1\n");
	link_up(s, "dsl2");
	link_up(s, "dsl2");
	script_event(s, CORE_LINK_QUALITY, "dsl1", "lossy");
	script_event(s, CORE_TUNNEL_DOWN, "", "");
	link_down(s, "dsl1");
	link_down(s, "dsl1");
	link_down(s, "dsl9");
	link_down(s, "dsl2");
	check_said("home attach\nhome link-up dsl1\nhome up\n"
	    "home link-up dsl2\nhome link-down dsl1\nhome link-down dsl2\n"
	    "home down\n");
	stop();
	CHECK_EQ(count("\n"), 8);
	CHECK_EQ(count("home down\nhome detach\n"), 1);
}

static void
test_compat(void)
{
	struct script		*s;
	struct tunnel_conf	*tc;

	TEST("those of MLVPN 2.x");
	start();
	restored = 0;
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 1));
	script_interface(s, "tun7", 1428);
	link_up(s, "dsl1");
	link_up(s, "dsl2");
	link_down(s, "dsl1");
	check_said("tun7 rtun_up dsl1\ntun7 tuntap_up\ntun7 rtun_up dsl2\n"
	    "tun7 rtun_down dsl1\n");
	check_env("DEVICE=tun7\nMTU=1428\nIP4=10.44.43.1/30\n"
	    "IP4_GATEWAY=10.44.43.2\nIP6=2001:db8:44::1/64\nIP6_GATEWAY=\n"
	    "IP4_ROUTES=198.18.0.0/15 default\n"
	    "IP6_ROUTES=2001:db8:1::/48 default\n");
	CHECK(strstr(env, "MLVPND") == NULL);
	CHECK_EQ(restored, 1);
	stop();
	CHECK_EQ(count("dsl1\ntun7 rtun_down dsl2\ntun7 tuntap_down\n"), 1);
	CHECK_EQ(count("\n"), 6);

	TEST("an address without the length of its prefix");
	start();
	s = script_new(restore, NULL);
	tc = make_tunnel("home", 1);
	tc->address[0].prefix.len = 32;
	script_conf(s, tc);
	script_interface(s, "tun7", 1428);
	link_up(s, "a");
	check_said("tun7 rtun_up a\ntun7 tuntap_up\n");
	check_env("IP4=10.44.43.1\nIP4_GATEWAY=10.44.43.2\n");
	stop();

	TEST("without addresses");
	start();
	s = script_new(restore, NULL);
	tc = make_tunnel("home", 1);
	tc->naddress = 0;
	script_conf(s, tc);
	script_interface(s, "tap7", 1428);
	link_up(s, "a");
	check_said("tap7 rtun_up a\ntap7 tuntap_up\n");
	check_env("IP4=\nIP6=\nIP4_GATEWAY=\nIP6_GATEWAY=\n"
	    "IP4_ROUTES=198.18.0.0/15\nIP6_ROUTES=2001:db8:1::/48\n");
	stop();
}

static void
test_interface(void)
{
	struct script	*s;

	TEST("an interface that goes and comes");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	link_up(s, "a");
	check_said("");
	script_interface(s, "tun7", 1420);
	check_said("home attach\nhome link-up a\nhome up\n");
	script_interface(s, NULL, 0);
	check_said("home attach\nhome link-up a\nhome up\n"
	    "home down\nhome detach\n");
	check_env("MLVPND_INTERFACE=tun7\n");
	script_interface(s, "tun8", 1420);
	check_said("home attach\nhome link-up a\nhome up\n"
	    "home down\nhome detach\nhome attach\nhome up\n");
	check_env("MLVPND_INTERFACE=tun8\n");
	stop();
}

static void
test_slow(void)
{
	struct script	*a, *b;
	char		 name[128];
	int		 i;

	TEST("one at a time, and others do not wait for it");
	start();
	/* the first waits for the second to have begun */
	command_does("case $1 in\n"
	    "a) until grep -q '^b attach' said; do sleep 0.01; done\n"
	    "esac\n"
	    "echo end of $1 $2 >>said");
	a = script_new(restore, NULL);
	script_conf(a, make_tunnel("a", 0));
	script_interface(a, "tun7", 1420);
	check_said("a attach\n");
	link_up(a, "x");
	b = script_new(restore, NULL);
	script_conf(b, make_tunnel("b", 0));
	script_interface(b, "tun8", 1420);
	while (count("end of a up") == 0 || count("end of b") == 0)
		CHECK(event_loop(EVLOOP_ONCE) != -1);
	CHECK_EQ(count("end of a attach\na link-up x\nend of a link-up\n"
	    "a up\n") + count("end of b attach\nend of a attach\n") +
	    count("end of a attach\nend of b attach\n") > 0, 1);
	CHECK(strstr(said, "a link-up") > strstr(said, "end of a attach"));
	CHECK(strstr(said, "a up") > strstr(said, "end of a link-up"));
	stop();

	TEST("what happens meanwhile too often is summed up");
	start();
	path(name, sizeof(name), "other");
	command_does("while [ ! -e other ]; do sleep 0.01; done");
	a = script_new(restore, NULL);
	script_conf(a, make_tunnel("a", 0));
	script_interface(a, "tun7", 1420);
	for (i = 0; i < 1000; i++) {
		link_up(a, "x");
		link_up(a, "y");
		link_down(a, "x");
	}
	CHECK(close(open(name, O_WRONLY | O_CREAT, 0600)) == 0);
	do
		CHECK(event_loop(EVLOOP_ONCE) != -1);
	while (count("\n") < 16);
	stop();
	CHECK(count("\n") < 30);
	CHECK_EQ(count("a link-up x"), count("a link-down x"));
	CHECK_EQ(count("a link-up y"), 1);
	CHECK_EQ(count("a link-down y\n"), 1);
	CHECK_EQ(count("a down\na detach\n"), 1);
}

static void
test_flapping(void)
{
	struct script	*s;
	unsigned int	 begin;
	int		 i, n;

	TEST("links that flap run it once a second, and the end is told");
	start();
	begin = now();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("a", 0));
	script_interface(s, "tun7", 1420);
	for (i = 0; i < 100; i++) {
		link_up(s, "x");
		drain();
		link_down(s, "x");
		drain();
	}
	n = count("\n");
	CHECK(n >= 16 && n <= 16 + (int)(now() - begin) / 1000);
	link_up(s, "y");
	drain();
	do {
		poll(NULL, 0, 10);
		expire(1000);
		drain();
	} while (count("a link-up y") == 0 && now() - begin < PATIENCE);
	CHECK_EQ(count("a link-up y"), 1);
	stop();
	CHECK_EQ(count("a link-up x"), count("a link-down x"));
	CHECK_EQ(count("a link-down y\n"), 1);
	CHECK_EQ(count("a down\na detach\n"), 1);
}

static void
test_hang(void)
{
	struct script	*s;

	TEST("one that does not end is ended, with what it started");
	start();
	command_does("[ \"$2\" != attach ] || "
	    "{ : >hangs; sleep 100 | sleep 100; }");
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	await_hanging();
	expire(MAX);
	check_said("home attach\nhome link-up a\nhome up\n");
	stop();

	TEST("also one that does not want to");
	start();
	command_does("[ \"$2\" != attach ] || "
	    "{ trap '' TERM; : >hangs; while :; do sleep 100; done; }");
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	await_hanging();
	expire(MAX);
	expire(GRACE);
	check_said("home attach\nhome link-up a\nhome up\n");
	stop();

	TEST("one that fails does not matter");
	start();
	command_does("exit 3");
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	check_said("home attach\nhome link-up a\nhome up\n");
	stop();
}

static void
test_unsafe(void)
{
	static const mode_t	 modes[] = { 0720, 0702, 0777, 0600 };
	struct script		*s;
	size_t			 i;

	TEST("directory that others can write: not run any more");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	check_said("home attach\n");
	drain();
	CHECK(chmod(dir, 0777) == 0);
	link_up(s, "a");
	drain();
	check_said("home attach\n");
	TEST("unless they cannot rename what is in it");
	CHECK(chmod(dir, 01777) == 0);
	link_up(s, "b");
	check_said("home attach\nhome link-up b\n");
	drain();
	if (geteuid() == 0) {
		TEST("a directory of somebody else");
		CHECK(chown(dir, 65534, 65534) == 0);
		link_up(s, "c");
		drain();
		check_said("home attach\nhome link-up b\n");
		CHECK(chown(dir, 0, 0) == 0);
	}
	stop();

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		TEST("mode %04o: not run any more", (unsigned int)modes[i]);
		start();
		s = script_new(restore, NULL);
		script_conf(s, make_tunnel("home", 0));
		script_interface(s, "tun7", 1420);
		check_said("home attach\n");
		drain();
		make_command(modes[i]);
		link_up(s, "a");
		drain();
		check_said("home attach\n");
		make_command(0700);
		link_up(s, "b");
		check_said("home attach\nhome link-up b\n");
		stop();
	}
}

static void
test_names(void)
{
	static const char * const	 names[] = {
		"", "-a", ".", "a b", "a\nb", "$(reboot)", "a;b", "../a",
		"12345678901234567890123456789012"
	};
	struct script			*s;
	char				 name[16];
	size_t				 i;

	TEST("names that no link has");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		link_up(s, names[i]);
	link_up(s, "1a.b_c-d");
	check_said("home attach\nhome link-up 1a.b_c-d\nhome up\n");
	stop();

	TEST("more links than there can be");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		link_up(s, name);
	}
	stop();
}

static void
test_conf(void)
{
	struct script		*s;
	struct tunnel_conf	*tc;

	TEST("a command that comes later is told all");
	start();
	s = script_new(restore, NULL);
	tc = make_tunnel("home", 0);
	tc->command[0] = '\0';
	script_conf(s, tc);
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	link_up(s, "b");
	link_down(s, "a");
	check_said("");
	script_conf(s, make_tunnel("home", 0));
	check_said("home attach\nhome link-up b\nhome up\n");
	TEST("the same again is told nothing, another form all");
	script_conf(s, make_tunnel("home", 0));
	script_conf(s, make_tunnel("home", 1));
	check_said("home attach\nhome link-up b\nhome up\n"
	    "tun7 rtun_up b\ntun7 tuntap_up\n");
	TEST("none any more");
	script_conf(s, tc);
	link_up(s, "c");
	stop();
	CHECK_EQ(count("\n"), 5);
}

static void
test_free(void)
{
	struct script	*s;

	TEST("a tunnel that is no more");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	link_up(s, "b");
	script_free(s);
	check_said("home attach\nhome link-up a\nhome up\nhome link-up b\n"
	    "home link-down a\nhome link-down b\nhome down\nhome detach\n");
	check_env("MLVPND_INTERFACE=tun7\n"
	    "MLVPND_ADDRESSES=10.44.43.1/30 2001:db8:44::1/64 10.44.44.1/24\n");
	stop();

	TEST("the engine has lost it");
	start();
	s = script_new(restore, NULL);
	script_conf(s, make_tunnel("home", 0));
	script_interface(s, "tun7", 1420);
	link_up(s, "a");
	script_down(s);
	check_said("home attach\nhome link-up a\nhome up\nhome link-down a\n"
	    "home down\n");
	stop();
}

static void
test_stop(void)
{
	struct script	*a, *b;
	unsigned int	 begin;

	TEST("the end does not wait for ever");
	start();
	command_does("trap '' TERM; while [ $1 = a ]; do sleep 100; done");
	a = script_new(restore, NULL);
	script_conf(a, make_tunnel("a", 0));
	script_interface(a, "tun7", 1420);
	check_said("a attach\n");
	b = script_new(restore, NULL);
	script_conf(b, make_tunnel("b", 0));
	script_interface(b, "tun8", 1420);
	link_up(b, "x");
	check_said("a attach\nb attach\nb link-up x\nb up\n");
	begin = now();
	stop();
	CHECK(now() - begin >= MAX + GRACE);
	CHECK(now() - begin < MAX + 2 * GRACE + PATIENCE);
	CHECK_EQ(count("a "), 1);
	CHECK_EQ(count("b attach\n"), 1);
	CHECK_EQ(count("b link-down x\n"), 1);
	CHECK_EQ(count("b detach\n"), 1);
}
