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
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "test.h"

#define DIR_TEMPLATE	"/tmp/pledge_test.XXXXXXXXXX"

static int	 promise(const void *);
static void	 allowed(const char *, const char *, int (*)(void));
static void	 killed(const char *, const char *, int (*)(void));
static void	 reports(const char *, const char *, int (*)(void), int);

static int	 do_nothing(void);
static int	 do_stdio(void);
static int	 do_libevent(void);
static void	 on_timer(int, short, void *);
static int	 do_abort(void);
static int	 do_unix(void);
static int	 do_inet(void);
static int	 do_inet6(void);
static int	 do_packet(void);
static int	 do_sendto(void);
static int	 do_mark(void);
static int	 do_tos(void);
static int	 do_accept(void);
static int	 do_listen(void);
static int	 do_getaddrinfo(void);
static int	 do_ifaddr(void);
static int	 do_ifup(void);
static int	 do_read(void);
static int	 do_read_dns(void);
static int	 do_stat(void);
static int	 do_write(void);
static int	 do_truncate(void);
static int	 do_create(void);
static int	 do_unlink(void);
static int	 do_fork(void);
static int	 do_exec(void);
static int	 do_setuid(void);
static int	 do_chroot(void);
static int	 do_mmap_exec(void);
static int	 do_kill_parent(void);
static int	 do_ptrace(void);
static int	 do_less(void);
static int	 do_more(void);
static int	 do_syslog(void);

static char	 dir[sizeof(DIR_TEMPLATE)] = DIR_TEMPLATE;
static char	 file[64], newfile[64], sock[64];
static int	 listener = -1;

int
main(void)
{
	struct sockaddr_un	 sun;
	int			 fd;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(newfile, sizeof(newfile), "%s/newfile", dir);
	snprintf(sock, sizeof(sock), "%s/sock", dir);
	CHECK((fd = open(file, O_WRONLY | O_CREAT, 0600)) != -1);
	close(fd);

	TEST("what is not known or not held");
	CHECK(child_run(promise, "stdio nonsense", do_nothing) ==
	    CHILD_CONFINE);
	allowed("stdio rpath", "give up a promise", do_less);
	allowed("stdio", "take a promise back", do_more);

	TEST("stdio");
	allowed("stdio", "stdio", do_stdio);
	allowed("stdio", "libevent", do_libevent);
	killed("stdio", "abort(3)", do_abort);
	allowed("stdio", "IP_TOS", do_tos);
	killed("", "anything without stdio", do_stdio);
	killed("stdio", "execute memory", do_mmap_exec);
	killed("stdio", "fork", do_fork);
	killed("stdio", "kill the parent", do_kill_parent);
	killed("stdio", "ptrace", do_ptrace);

	TEST("files");
	killed("stdio", "read", do_read);
	killed("stdio", "stat", do_stat);
	allowed("stdio rpath", "read", do_read);
	allowed("stdio rpath", "stat", do_stat);
	killed("stdio rpath", "write", do_write);
	killed("stdio rpath", "truncate", do_truncate);
	allowed("stdio rpath wpath", "write", do_write);
	killed("stdio rpath wpath", "create", do_create);
	killed("stdio rpath wpath", "unlink", do_unlink);
	allowed("stdio rpath wpath cpath", "create", do_create);
	allowed("stdio cpath", "unlink", do_unlink);

	TEST("sockets");
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/listener", dir);
	CHECK((listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK,
	    0)) != -1);
	CHECK(bind(listener, (struct sockaddr *)&sun, sizeof(sun)) == 0);
	CHECK(listen(listener, 5) == 0);
	CHECK(unlink(sun.sun_path) == 0);
	reports("stdio", "unix", do_unix, EACCES);
	reports("stdio dns", "unix", do_unix, EACCES);
	allowed("stdio", "accept", do_accept);
	killed("stdio", "listen", do_listen);
	allowed("stdio unix cpath", "unix", do_unix);
	killed("stdio unix", "inet", do_inet);
	killed("stdio unix", "inet6", do_inet6);
	allowed("stdio inet", "inet", do_inet);
	allowed("stdio inet", "inet6", do_inet6);
	killed("stdio inet unix wroute", "packet", do_packet);
	killed("stdio", "sendto", do_sendto);
	allowed("stdio inet", "sendto", do_sendto);
	killed("stdio inet", "SO_MARK", do_mark);
	killed("stdio inet", "getaddrinfo reads files", do_read);

	TEST("names");
	allowed("stdio dns", "getaddrinfo", do_getaddrinfo);
	killed("stdio", "getaddrinfo", do_getaddrinfo);
	killed("stdio dns", "write", do_write);
	killed("stdio dns", "execute memory", do_mmap_exec);
	reports("stdio dns", "a file elsewhere", do_read_dns, EACCES);

	TEST("interfaces");
	allowed("stdio inet route", "SIOCGIFFLAGS", do_ifaddr);
	killed("stdio inet route", "SIOCSIFFLAGS", do_ifup);

	TEST("processes and ids");
	allowed("stdio proc", "fork", do_fork);
	killed("stdio proc", "exec", do_exec);
	allowed("stdio proc exec", "exec", do_exec);
	killed("stdio proc", "setuid", do_setuid);
	allowed("stdio id", "setuid", do_setuid);
	killed("stdio rpath wpath cpath id proc", "chroot", do_chroot);

	TEST("error");
	reports("stdio error", "stat", do_stat, ENOSYS);
	reports("stdio error", "inet", do_inet, ENOSYS);

	TEST("syslog");
	allowed("stdio unix", "syslog", do_syslog);
	allowed("stdio dns", "syslog", do_syslog);

	CHECK(unlink(file) == 0);
	CHECK(rmdir(dir) == 0);
	return (0);
}

static int
promise(const void *promises)
{
	return (pledge(promises, NULL));
}

static void
allowed(const char *promises, const char *what, int (*fn)(void))
{
	reports(promises, what, fn, 0);
}

static void
killed(const char *promises, const char *what, int (*fn)(void))
{
	reports(promises, what, fn, CHILD_KILLED);
}

static void
reports(const char *promises, const char *what, int (*fn)(void), int want)
{
	int	 got;

	if ((got = child_run(promise, promises, fn)) == want)
		return;
	fprintf(stderr, "\"%s\": %s: %d, not %d\n", promises, what, got, want);
	exit(1);
}

static int
do_nothing(void)
{
	return (0);
}

static int
do_stdio(void)
{
	struct timespec	 ts;
	struct stat	 st;
	struct pollfd	 pfd;
	char		 c = 'x';
	int		 p[2], sv[2];
	void		*m;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1 ||
	    time(NULL) == -1 || pipe(p) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1 ||
	    write(p[1], &c, 1) != 1 || fstat(p[0], &st) == -1)
		return (errno);
	pfd.fd = p[0];
	pfd.events = POLLIN;
	if (poll(&pfd, 1, 0) != 1 || read(p[0], &c, 1) != 1 ||
	    dup2(p[0], p[1]) == -1)
		return (errno);
	if (send(sv[0], &c, 1, 0) != 1 || recv(sv[1], &c, 1, 0) != 1)
		return (errno);
	if (fcntl(sv[0], F_SETFL, O_NONBLOCK) == -1)
		return (errno);
	/* large ones are mapped and unmapped */
	if ((m = calloc(1, 8 << 20)) == NULL ||
	    (m = realloc(m, 16 << 20)) == NULL)
		return (errno);
	free(m);
	if (arc4random() == 0 && arc4random() == 0)
		return (ERANGE);
	printf("%s", "");
	fflush(stdout);
	if (getpid() == 0 || getuid() != getuid())
		return (ERANGE);
	return (0);
}

static int
do_libevent(void)
{
	struct timeval	 tv = { 0, 1000 };
	struct event	 ev, sig;
	int		 fired = 0;

	event_init();
	signal_set(&sig, SIGTERM, on_timer, &fired);
	signal_add(&sig, NULL);
	evtimer_set(&ev, on_timer, &fired);
	evtimer_add(&ev, &tv);
	event_dispatch();
	if (fired != 1)
		return (ERANGE);
	raise(SIGTERM);
	event_dispatch();
	return (fired == 2 ? 0 : ERANGE);
}

static void
on_timer(int fd, short event, void *arg)
{
	++*(int *)arg;
	event_loopexit(NULL);
}

static int
do_abort(void)
{
	abort();
}

static int
do_unix(void)
{
	struct sockaddr_un	 sun;
	int			 fd, c, a;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, sock, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 5) == -1 ||
	    (c = socket(AF_UNIX, SOCK_STREAM, 0)) == -1 ||
	    connect(c, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    (a = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return (errno);
	return (unlink(sock) == -1 ? errno : 0);
}

static int
do_inet(void)
{
	struct sockaddr_in	 sin;
	int			 fd, on = 1;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return (errno);
	return (0);
}

/* The address family may be missing on the machine. */
static int
do_inet6(void)
{
	if (socket(AF_INET6, SOCK_DGRAM, 0) == -1 && errno != EAFNOSUPPORT)
		return (errno);
	return (0);
}

static int
do_packet(void)
{
	return (socket(AF_PACKET, SOCK_RAW, 0) == -1 ? errno : 0);
}

static int
do_sendto(void)
{
	struct sockaddr_un	 sun;
	int			 sv[2];

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == -1)
		return (errno);
	/* that it gets as far as being refused is enough */
	sendto(sv[0], "x", 1, 0, (struct sockaddr *)&sun, sizeof(sun));
	return (0);
}

static int
do_mark(void)
{
	int	 sv[2], mark = 1;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == -1)
		return (errno);
	setsockopt(sv[0], SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	return (0);
}

static int
do_tos(void)
{
	int	 sv[2], tos = 0x10;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == -1)
		return (errno);
	setsockopt(sv[0], IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	return (0);
}

static int
do_getaddrinfo(void)
{
	struct addrinfo	 hints, *res;
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_family = AF_INET;
	/* that there is such a name is not the question */
	if ((error = getaddrinfo("localhost", NULL, &hints, &res)) == 0)
		freeaddrinfo(res);
	return (error == EAI_SYSTEM ? errno : 0);
}

static int
do_ifaddr(void)
{
	struct ifreq	 ifr;
	int		 fd;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "lo", sizeof(ifr.ifr_name));
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    ioctl(fd, SIOCGIFFLAGS, &ifr) == -1)
		return (errno);
	return (0);
}

static int
do_ifup(void)
{
	struct ifreq	 ifr;
	int		 fd;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "nosuch0", sizeof(ifr.ifr_name));
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    ioctl(fd, SIOCSIFFLAGS, &ifr) == -1)
		return (errno);
	return (0);
}

static int
do_read(void)
{
	return (open(file, O_RDONLY) == -1 ? errno : 0);
}

static int
do_read_dns(void)
{
	if (open("/etc/hosts", O_RDONLY) == -1)
		return (EXDEV);
	return (do_read());
}

static int
do_stat(void)
{
	struct stat	 st;

	return (stat(file, &st) == -1 ? errno : 0);
}

static int
do_write(void)
{
	return (open(file, O_RDWR) == -1 ? errno : 0);
}

static int
do_truncate(void)
{
	return (open(file, O_RDONLY | O_TRUNC) == -1 ? errno : 0);
}

static int
do_create(void)
{
	return (open(newfile, O_WRONLY | O_CREAT | O_EXCL, 0600) == -1 ?
	    errno : 0);
}

static int
do_unlink(void)
{
	return (unlink(newfile) == -1 ? errno : 0);
}

static int
do_fork(void)
{
	pid_t	 pid;
	int	 status;

	if ((pid = fork()) == -1)
		return (errno);
	if (pid == 0)
		_exit(0);
	return (waitpid(pid, &status, 0) == pid ? status : errno);
}

static int
do_exec(void)
{
	execl("/bin/sh", "sh", "-c", "test -r /etc/passwd && exit 0",
	    (char *)NULL);
	return (errno);
}

static int
do_setuid(void)
{
	return (setresuid(getuid(), getuid(), getuid()) == -1 ? errno : 0);
}

static int
do_chroot(void)
{
	return (chroot("/") == -1 ? errno : 0);
}

static int
do_mmap_exec(void)
{
	return (mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_ANON | MAP_PRIVATE, -1, 0) == MAP_FAILED ? errno : 0);
}

static int
do_kill_parent(void)
{
	return (kill(getppid(), 0) == -1 ? errno : 0);
}

static int
do_ptrace(void)
{
	/* the number is of the platform, the call of none of the promises */
	return (syscall(SYS_ptrace, 0, 0, 0, 0) == -1 ? errno : 0);
}

static int
do_less(void)
{
	if (pledge(NULL, NULL) == -1 || pledge("stdio rpath", NULL) == -1)
		return (errno);
	if (do_read() != 0)
		return (EXDEV);
	return (pledge("stdio", NULL) == -1 ? errno : 0);
}

static int
do_more(void)
{
	if (pledge("stdio rpath", NULL) != -1)
		return (EXDEV);
	return (errno == EPERM ? 0 : errno);
}

/* With or without a server: both the old and a new connection. */
/* Nobody connects. */
static int
do_accept(void)
{
	return (accept4(listener, NULL, NULL, SOCK_CLOEXEC) == -1 &&
	    errno == EAGAIN ? 0 : EINVAL);
}

static int
do_listen(void)
{
	return (listen(listener, 5) == -1 ? errno : 0);
}

static int
do_syslog(void)
{
	openlog("pledge_test", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	syslog(LOG_DEBUG, "%s", "pledge_test: regress");
	return (0);
}
