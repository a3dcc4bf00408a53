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
 * For each process: what it is there for works after it was confined, and a
 * system call and a path that it has no business with are refused.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "child.h"
#include "confine.h"
#include "log.h"
#include "test.h"

#define DIR_TEMPLATE	"/tmp/confine_test.XXXXXXXXXX"
#define PATIENCE	20000		/* ms */

static void	 make(char *, size_t, const char *);
static int	 parent(const void *);
static int	 runner(const void *);
static int	 engine(const void *);
static int	 status(const void *);
static int	 resolver(const void *);
static int	 hide_all(const void *);
static void	 allowed(int (*)(const void *), const char *, int (*)(void));
static void	 killed(int (*)(const void *), const char *, int (*)(void));
static void	 refused(int (*)(const void *), const char *, int (*)(void));
static void	 hidden(int (*)(const void *), const char *, int (*)(void));
static int	 run(int (*)(const void *), int (*)(void));

static int	 do_read(void);
static int	 do_write(void);
static int	 do_create(void);
static int	 do_usage(void);
static int	 do_unlink(void);
static int	 do_unlink_socket(void);
static int	 do_device(void);
static int	 do_bind(void);
static int	 do_listen(void);
static int	 do_connect(void);
static int	 do_abstract(void);
static int	 connect_to(const char *);
static int	 do_pass(void);
static int	 do_receive(void);
static int	 do_socket(void);
static int	 do_send(void);
static int	 do_events(void);
static void	 on_event(int, short, void *);
static int	 do_accept(void);
static int	 do_log(void);
static int	 do_lookup(void);
static int	 do_fork(void);
static int	 do_exec(void);
static int	 do_kill(void);
static int	 do_chroot(void);

static char	 dir[sizeof(DIR_TEMPLATE)] = DIR_TEMPLATE;
static char	 rundir[64], usage[64], control[64], file[64], newfile[64];
static int	 can_hide;	/* the kernel can hide paths */
static int	 udp = -1;	/* sends to itself */
static int	 listener = -1;
static int	 channel[2], with_fd[2];

int
main(void)
{
	struct sockaddr_in	 sin;
	struct sockaddr_un	 sun;
	struct imsgbuf		 ibuf;
	socklen_t		 len;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(rundir, sizeof(rundir), "%s/run", dir);
	CHECK(mkdir(rundir, 0700) == 0);
	snprintf(usage, sizeof(usage), "%s/usage", dir);
	CHECK(mkdir(usage, 0700) == 0);
	make(file, sizeof(file), "file");
	snprintf(newfile, sizeof(newfile), "%s/newfile", dir);
	snprintf(control, sizeof(control), "%s/run/sock", dir);

	/* what is opened before, or handed to a process */
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	len = sizeof(sin);
	CHECK((udp = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	CHECK(bind(udp, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	CHECK(getsockname(udp, (struct sockaddr *)&sin, &len) == 0);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, control, sizeof(sun.sun_path));
	CHECK((listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK,
	    0)) != -1);
	CHECK(bind(listener, (struct sockaddr *)&sun, sizeof(sun)) == 0);
	CHECK(listen(listener, 5) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, with_fd) == 0);
	CHECK(imsgbuf_init(&ibuf, with_fd[0]) == 0);
	imsgbuf_allow_fdpass(&ibuf);
	CHECK(imsg_compose(&ibuf, 1, 0, 0, dup(udp), NULL, 0) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	imsgbuf_clear(&ibuf);

	can_hide = run(hide_all, do_read) != 0;
	if (!can_hide)
		TEST("this kernel cannot hide paths");

	TEST("nothing of this is refused before");
	CHECK_EQ(run(NULL, do_read), 0);
	CHECK_EQ(run(NULL, do_write), 0);
	CHECK_EQ(run(NULL, do_fork), 0);
	CHECK_EQ(run(NULL, do_exec), 0);
	CHECK_EQ(run(NULL, do_kill), 0);
	CHECK_EQ(run(NULL, do_socket), 0);
	CHECK_EQ(run(NULL, do_listen), 0);
	CHECK_EQ(run(NULL, do_create), 0);
	CHECK_EQ(run(NULL, do_unlink), 0);
	CHECK_EQ(run(NULL, do_connect), 0);
	CHECK(close(accept(listener, NULL, NULL)) == 0);

	TEST("parent");
	allowed(parent, "read a configuration", do_read);
	allowed(parent, "open a device", do_device);
	allowed(parent, "bind a socket", do_bind);
	allowed(parent, "pass a descriptor", do_pass);
	allowed(parent, "write the usage of links", do_usage);
	allowed(parent, "events", do_events);
	allowed(parent, "log", do_log);
	hidden(parent, "write a file", do_write);
	hidden(parent, "create a file", do_create);
	hidden(parent, "remove a file", do_unlink);
	killed(parent, "fork", do_fork);
	killed(parent, "exec", do_exec);
	killed(parent, "kill", do_kill);
	killed(parent, "chroot", do_chroot);

	TEST("runner");
	allowed(runner, "fork", do_fork);
	allowed(runner, "exec", do_exec);
	allowed(runner, "kill", do_kill);
	allowed(runner, "look at a command", do_read);
	allowed(runner, "log", do_log);

	TEST("engine");
	allowed(engine, "receive a descriptor", do_receive);
	allowed(engine, "send to an address", do_send);
	allowed(engine, "accept a client", do_accept);
	allowed(engine, "events", do_events);
	allowed(engine, "log", do_log);
	killed(engine, "open an internet socket", do_socket);
	refused(engine, "connect to the control socket", do_connect);
	if (confine_accept[0] == '\0') {
		killed(engine, "listen", do_listen);
		refused(engine, "connect to an abstract address", do_abstract);
	}
	killed(engine, "read a file", do_read);
	killed(engine, "write a file", do_write);
	killed(engine, "remove a file", do_unlink);
	killed(engine, "fork", do_fork);
	killed(engine, "exec", do_exec);
	killed(engine, "kill", do_kill);

	TEST("status");
	allowed(status, "events", do_events);
	allowed(status, "log", do_log);
	refused(status, "connect to the control socket", do_connect);
	if (confine_accept_inet[0] == '\0') {
		killed(status, "open an internet socket", do_socket);
		killed(status, "listen", do_listen);
		refused(status, "connect to an abstract address", do_abstract);
	}
	killed(status, "read a file", do_read);
	killed(status, "write a file", do_write);
	killed(status, "remove a file", do_unlink);
	killed(status, "fork", do_fork);
	killed(status, "exec", do_exec);
	killed(status, "kill", do_kill);

	TEST("resolver");
	allowed(resolver, "look up a name", do_lookup);
	allowed(resolver, "log", do_log);
	hidden(resolver, "read a file", do_read);
	killed(resolver, "write a file", do_write);
	killed(resolver, "remove a file", do_unlink);
	killed(resolver, "listen", do_listen);
	refused(resolver, "connect to the control socket", do_connect);
	if (confine_accept[0] == '\0')
		refused(resolver, "connect to an abstract address",
		    do_abstract);
	killed(resolver, "fork", do_fork);
	killed(resolver, "exec", do_exec);
	killed(resolver, "kill", do_kill);

	TEST("parent removes the control socket");
	allowed(parent, "remove the control socket", do_unlink_socket);

	CHECK(unlink(file) == 0);
	CHECK(rmdir(rundir) == 0);
	CHECK(rmdir(usage) == 0);
	CHECK(rmdir(dir) == 0);
	return (0);
}

static void
make(char *path, size_t len, const char *name)
{
	int	 fd;

	snprintf(path, len, "%s/%s", dir, name);
	CHECK((fd = open(path, O_WRONLY | O_CREAT, 0600)) != -1);
	close(fd);
}

static int
parent(const void *arg)
{
	log_init(0, LOG_DAEMON);
	confine_parent(control, "", control, usage);
	return (0);
}

static int
runner(const void *arg)
{
	log_init(0, LOG_DAEMON);
	confine_runner();
	return (0);
}

static int
engine(const void *arg)
{
	log_init(0, LOG_DAEMON);
	confine_engine();
	return (0);
}

static int
status(const void *arg)
{
	log_init(0, LOG_DAEMON);
	confine_status();
	return (0);
}

static int
resolver(const void *arg)
{
	log_init(0, LOG_DAEMON);
	confine_resolver();
	return (0);
}

static int
hide_all(const void *arg)
{
	return (unveil("/", "") == -1 || unveil(NULL, NULL) == -1);
}

static void
allowed(int (*confine)(const void *), const char *what, int (*fn)(void))
{
	int	 r;

	if ((r = run(confine, fn)) == 0)
		return;
	fprintf(stderr, "%s: %d\n", what, r);
	exit(1);
}

static void
killed(int (*confine)(const void *), const char *what, int (*fn)(void))
{
	int	 r;

	if ((r = run(confine, fn)) == CHILD_KILLED)
		return;
	fprintf(stderr, "%s: not killed: %d\n", what, r);
	exit(1);
}

/* unveil(2) and Landlock differ in the error; "dns" kills on OpenBSD. */
static void
hidden(int (*confine)(const void *), const char *what, int (*fn)(void))
{
	int	 r;

	r = run(confine, fn);
	if (!can_hide || r == ENOENT || r == EACCES || r == CHILD_KILLED)
		return;
	fprintf(stderr, "%s: not refused: %d\n", what, r);
	exit(1);
}

/* Whatever can be hidden; killed, or an error. */
static void
refused(int (*confine)(const void *), const char *what, int (*fn)(void))
{
	int	 r;

	r = run(confine, fn);
	if (r == ENOENT || r == EACCES || r == CHILD_KILLED)
		return;
	fprintf(stderr, "%s: not refused: %d\n", what, r);
	exit(1);
}

static int
run(int (*confine)(const void *), int (*fn)(void))
{
	return (child_run(confine, NULL, fn));
}

static int
do_read(void)
{
	return (open(file, O_RDONLY) == -1 ? errno : 0);
}

static int
do_write(void)
{
	return (open(file, O_WRONLY) == -1 ? errno : 0);
}

static int
do_create(void)
{
	return (open(newfile, O_RDWR | O_CREAT | O_EXCL, 0600) == -1 ?
	    errno : 0);
}

/* Written under another name, so that it is never seen half. */
static int
do_usage(void)
{
	char	 from[128], to[128];
	int	 error = 0, fd;

	snprintf(from, sizeof(from), "%s/new", usage);
	snprintf(to, sizeof(to), "%s/file", usage);
	if ((fd = open(from, O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1 ||
	    fsync(fd) == -1 || rename(from, to) == -1 || unlink(to) == -1)
		error = errno;
	if (fd != -1)
		close(fd);
	return (error);
}

/* The file that there is: newfile where it could be created. */
static int
do_unlink(void)
{
	return (unlink(access(newfile, F_OK) == 0 ? newfile : file) == -1 ?
	    errno : 0);
}

static int
do_unlink_socket(void)
{
	return (unlink(control) == -1 ? errno : 0);
}

static int
do_device(void)
{
	char	 path[64];

	/* the driver may be missing */
	snprintf(path, sizeof(path), "%s/%s", confine_devices,
	    strcmp(confine_devices, "/dev") == 0 ? "null" : "tun");
	if (open(path, O_RDWR) == -1 && errno != ENOENT && errno != ENODEV)
		return (errno);
	return (0);
}

static int
do_bind(void)
{
	struct sockaddr_in	 sin;
	int			 fd, size = 65536;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == -1 ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return (errno);
	return (0);
}

static int
do_listen(void)
{
	return (listen(listener, 5) == -1 ? errno : 0);
}

static int
do_connect(void)
{
	return (connect_to(control));
}

/* There is nobody, but EACCES comes first. */
static int
do_abstract(void)
{
	return (connect_to(""));
}

static int
connect_to(const char *path)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return (errno);
	return (0);
}

static int
do_pass(void)
{
	struct imsgbuf	 ibuf;

	if (imsgbuf_init(&ibuf, channel[0]) == -1)
		return (errno);
	imsgbuf_allow_fdpass(&ibuf);
	if (imsg_compose(&ibuf, 1, 0, 0, dup(udp), NULL, 0) == -1 ||
	    imsgbuf_flush(&ibuf) == -1)
		return (errno);
	return (0);
}

static int
do_receive(void)
{
	struct imsgbuf	 ibuf;
	struct imsg	 imsg;

	if (imsgbuf_init(&ibuf, with_fd[1]) == -1)
		return (errno);
	imsgbuf_allow_fdpass(&ibuf);
	if (imsgbuf_read(&ibuf) != 1 || imsg_get(&ibuf, &imsg) <= 0)
		return (errno);
	return (imsg_get_fd(&imsg) == -1 ? EBADF : 0);
}

static int
do_socket(void)
{
	return (socket(AF_INET, SOCK_DGRAM, 0) == -1 ? errno : 0);
}

/* In batches, with an address, as packets go out. */
static int
do_send(void)
{
	struct sockaddr_in	 sin;
	struct mmsghdr		 mm[2];
	struct iovec		 iov;
	struct pollfd		 pfd;
	socklen_t		 len = sizeof(sin);
	char			 buf[2] = "x";
	int			 i, tos = 0x10;

	if (getsockname(udp, (struct sockaddr *)&sin, &len) == -1 ||
	    setsockopt(udp, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)) == -1)
		return (errno);
	iov.iov_base = buf;
	iov.iov_len = 1;
	memset(mm, 0, sizeof(mm));
	for (i = 0; i < 2; i++) {
		mm[i].msg_hdr.msg_name = &sin;
		mm[i].msg_hdr.msg_namelen = len;
		mm[i].msg_hdr.msg_iov = &iov;
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	if (sendmmsg(udp, mm, 2, 0) != 2)
		return (errno);
	/* the loopback interface may take a moment */
	pfd.fd = udp;
	pfd.events = POLLIN;
	if (poll(&pfd, 1, PATIENCE) != 1)
		return (ETIMEDOUT);
	if (recvmmsg(udp, mm, 2, MSG_DONTWAIT, NULL) < 1)
		return (errno);
	return (0);
}

static int
do_events(void)
{
	struct timeval	 tv = { 0, 1000 };
	struct event	 timer, sig, fd;
	int		 p[2], n = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) == -1)
		return (errno);
	event_init();
	signal_set(&sig, SIGTERM, on_event, &n);
	signal_add(&sig, NULL);
	event_set(&fd, p[0], EV_READ, on_event, &n);
	event_add(&fd, NULL);
	evtimer_set(&timer, on_event, &n);
	evtimer_add(&timer, &tv);
	if (write(p[1], "x", 1) != 1)
		return (errno);
	while (n < 2)
		event_loop(EVLOOP_ONCE);
	return (0);
}

static void
on_event(int fd, short event, void *arg)
{
	++*(int *)arg;
}

static int
do_accept(void)
{
	uid_t	 uid;
	gid_t	 gid;

	if (accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) !=
	    -1 || errno != EAGAIN)
		return (EXDEV);
	if (getpeereid(channel[0], &uid, &gid) == -1)
		return (errno);
	return (uid == geteuid() ? 0 : EXDEV);
}

static int
do_log(void)
{
	log_setverbose(1);
	log_debug("confine_test: %s", "regress");
	return (0);
}

static int
do_lookup(void)
{
	struct addrinfo	 hints, *res;
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	/* that there is such a name is not the question */
	if ((error = getaddrinfo("localhost", NULL, &hints, &res)) == 0)
		freeaddrinfo(res);
	return (error == EAI_SYSTEM ? errno : 0);
}

static int
do_fork(void)
{
	pid_t	 pid;

	if ((pid = fork()) == -1)
		return (errno);
	if (pid == 0)
		_exit(0);
	return (waitpid(pid, NULL, 0) == -1 ? errno : 0);
}

static int
do_exec(void)
{
	execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
	return (errno);
}

static int
do_kill(void)
{
	return (kill(getppid(), 0) == -1 ? errno : 0);
}

static int
do_chroot(void)
{
	return (chroot("/") == -1 ? errno : 0);
}
