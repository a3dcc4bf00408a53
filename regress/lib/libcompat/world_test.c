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
 * What pledged processes do with the help of others, in a network and a file
 * system of their own: names looked up by DNS, syslog(3) after chroot(2).
 */

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "child.h"
#include "test.h"

static void	 own_world(void);
static void	 put(const char *, const char *);
static int	 serve(int, int (*)(void));
static void	 answer(int);
static int	 look_up(const char *, int, const char *);
static int	 do_dns(void);
static int	 do_hosts(void);
static int	 do_unknown(void);
static int	 do_syslog(void);

static int	 questions;

int
main(void)
{
	struct sockaddr_in	 sin;
	struct sockaddr_un	 sun;
	char			 buf[512];
	ssize_t			 n;
	int			 dns, log;

	own_world();
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons(53);
	CHECK((dns = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) != -1);
	CHECK(bind(dns, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, "/dev/log", sizeof(sun.sun_path));
	CHECK((log = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) != -1);
	CHECK(bind(log, (struct sockaddr *)&sun, sizeof(sun)) == 0);
	CHECK(chmod("/dev/log", 0666) == 0);

	TEST("a name by DNS");
	CHECK_EQ(serve(dns, do_dns), 0);
	CHECK(questions > 0);

	TEST("a name in hosts");
	questions = 0;
	CHECK_EQ(serve(dns, do_hosts), 0);
	CHECK_EQ(questions, 0);

	TEST("a name that does not exist");
	CHECK_EQ(serve(dns, do_unknown), 0);
	CHECK(questions > 0);

	TEST("syslog after chroot");
	CHECK_EQ(child_run(NULL, NULL, do_syslog), 0);
	CHECK((n = recv(log, buf, sizeof(buf) - 1, 0)) > 0);
	buf[n] = '\0';
	CHECK(strstr(buf, "from the chroot") != NULL);
	return (0);
}

static void
own_world(void)
{
	struct ifreq	 ifr;
	int		 fd;

	CHECK(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
		/* in a chroot that is no mount point others would see ours */
		CHECK(errno == EINVAL);
		printf("the root directory is no mount point\nSKIPPED\n");
		exit(0);
	}
	CHECK(mount("tmpfs", "/etc", "tmpfs", 0, NULL) == 0);
	CHECK(mount("tmpfs", "/dev", "tmpfs", 0, NULL) == 0);
	put("/etc/resolv.conf", "nameserver 127.0.0.1\n"
	    "options timeout:5 attempts:1\n");
	put("/etc/hosts", "192.0.2.7 gw.hosts.example\n");
	/* shared objects would do the first two */
	put("/etc/nsswitch.conf", "hosts: mymachines resolve files dns\n");

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "lo", sizeof(ifr.ifr_name));
	CHECK((fd = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	CHECK(ioctl(fd, SIOCGIFFLAGS, &ifr) == 0);
	ifr.ifr_flags |= IFF_UP;
	CHECK(ioctl(fd, SIOCSIFFLAGS, &ifr) == 0);
	close(fd);
}

static void
put(const char *path, const char *text)
{
	int	 fd;

	CHECK((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644)) != -1);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Answers questions until the child is done; returns as child_run(). */
static int
serve(int dns, int (*fn)(void))
{
	struct pollfd	 pfd[2];
	pid_t		 pid;
	int		 p[2], status;

	CHECK(pipe(p) == 0);
	fflush(NULL);
	CHECK((pid = fork()) != -1);
	if (pid == 0) {
		close(p[0]);
		if (setresuid(65534, 65534, 65534) == -1 ||
		    pledge("stdio dns", NULL) == -1)
			_exit(CHILD_CONFINE);
		_exit(fn());
	}
	close(p[1]);
	pfd[0].fd = dns;
	pfd[1].fd = p[0];
	pfd[0].events = pfd[1].events = POLLIN;
	do {
		CHECK(poll(pfd, 2, 30000) > 0);
		if (pfd[0].revents & POLLIN)
			answer(dns);
	} while ((pfd[1].revents & POLLHUP) == 0);
	close(p[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED);
}

/* gw.example.net is 192.0.2.1 and has no IPv6; the rest does not exist. */
static void
answer(int fd)
{
	static const unsigned char	 gw[] = "\2gw\7example\3net";
	static const unsigned char	 rr[] = {
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1
	};
	struct sockaddr_in		 sin;
	socklen_t			 len = sizeof(sin);
	unsigned char			 buf[512];
	ssize_t				 n;

	n = recvfrom(fd, buf, sizeof(buf) - sizeof(rr), 0,
	    (struct sockaddr *)&sin, &len);
	CHECK(n >= (ssize_t)(12 + sizeof(gw) + 4));
	questions++;
	buf[2] = 0x81;			/* a response */
	buf[3] = 0x80;
	memset(buf + 6, 0, 6);		/* without records */
	n = 12 + strlen((char *)buf + 12) + 1 + 4;
	if (memcmp(buf + 12, gw, sizeof(gw)) != 0)
		buf[3] |= 3;		/* no such name */
	else if (buf[12 + sizeof(gw) + 1] == 1) {
		buf[7] = 1;
		memcpy(buf + n, rr, sizeof(rr));
		n += sizeof(rr);
	}
	CHECK(sendto(fd, buf, n, 0, (struct sockaddr *)&sin, len) == n);
}

static int
look_up(const char *name, int error, const char *want)
{
	struct addrinfo		 hints, *res;
	struct sockaddr_in	 sin;
	int			 r;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	if ((r = getaddrinfo(name, NULL, &hints, &res)) != error)
		return (r == 0 ? EXDEV : -r);
	if (error != 0)
		return (0);
	memcpy(&sin, res->ai_addr, sizeof(sin));
	r = strcmp(inet_ntoa(sin.sin_addr), want) == 0 ? 0 : ERANGE;
	freeaddrinfo(res);
	return (r);
}

static int
do_dns(void)
{
	return (look_up("gw.example.net", 0, "192.0.2.1"));
}

static int
do_hosts(void)
{
	return (look_up("gw.hosts.example", 0, "192.0.2.7"));
}

static int
do_unknown(void)
{
	return (look_up("nosuch.example.net", EAI_NONAME, NULL));
}

static int
do_syslog(void)
{
	if (mkdir("/dev/empty", 0755) == -1)
		return (errno);
	openlog("world_test", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	if (chroot("/dev/empty") == -1 || chdir("/") == -1 ||
	    setresuid(65534, 65534, 65534) == -1 ||
	    pledge("stdio recvfd", NULL) == -1)
		return (errno);
	syslog(LOG_INFO, "%s", "from the chroot");
	return (0);
}
