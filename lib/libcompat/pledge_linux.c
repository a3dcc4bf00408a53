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
 * pledge(2) on seccomp(2): each promise is a list of system calls.
 *
 * What is different: a violation ends the process with SIGSYS instead of
 * SIGABRT.  A socket's address cannot be looked at, nor descriptors that are
 * passed, so that "sendfd" and "recvfd" say nothing.  With "unix", a process
 * can connect to all that listen, also at abstract addresses; who only accepts
 * needs no more than "stdio".  Without "unix", socket(2) returns EACCES for
 * AF_UNIX, as syslog(3) tries to connect again.  A kernel without filters
 * restricts nothing.  "dns" limits files to
 * those that names are looked up in, by directory, and makes getaddrinfo(3)
 * use hosts(5) and DNS only, as other sources are shared objects.  With
 * "exec" nothing is limited: unlike on OpenBSD, the program that is executed
 * would inherit the limits.
 */

#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"

#define PLEDGE_STDIO	0x0001
#define PLEDGE_RPATH	0x0002
#define PLEDGE_WPATH	0x0004
#define PLEDGE_CPATH	0x0008
#define PLEDGE_UNIX	0x0010
#define PLEDGE_INET	0x0020
#define PLEDGE_DNS	0x0040
#define PLEDGE_SENDFD	0x0080
#define PLEDGE_RECVFD	0x0100
#define PLEDGE_PROC	0x0200
#define PLEDGE_EXEC	0x0400
#define PLEDGE_ID	0x0800
#define PLEDGE_GETPW	0x1000
#define PLEDGE_ROUTE	0x2000
#define PLEDGE_WROUTE	0x4000
#define PLEDGE_TTY	0x8000
#define PLEDGE_UNVEIL	0x10000
#define PLEDGE_ERROR	0x20000

#define PLEDGE_SOCKET	(PLEDGE_UNIX | PLEDGE_INET | PLEDGE_DNS)
#define PLEDGE_ADDR	(PLEDGE_SOCKET | PLEDGE_ROUTE | PLEDGE_WROUTE)
#define PLEDGE_READ	(PLEDGE_RPATH | PLEDGE_DNS | PLEDGE_GETPW)
#define PLEDGE_LOOK	(PLEDGE_READ | PLEDGE_WPATH | PLEDGE_CPATH)

static const struct {
	const char	*name;
	int		 promise;
} promises[] = {
	{ "cpath",	PLEDGE_CPATH },
	{ "dns",	PLEDGE_DNS },
	{ "error",	PLEDGE_ERROR },
	{ "exec",	PLEDGE_EXEC },
	{ "getpw",	PLEDGE_GETPW },
	{ "id",		PLEDGE_ID },
	{ "inet",	PLEDGE_INET },
	{ "proc",	PLEDGE_PROC },
	{ "recvfd",	PLEDGE_RECVFD },
	{ "route",	PLEDGE_ROUTE },
	{ "rpath",	PLEDGE_RPATH },
	{ "sendfd",	PLEDGE_SENDFD },
	{ "stdio",	PLEDGE_STDIO },
	{ "tty",	PLEDGE_TTY },
	{ "unix",	PLEDGE_UNIX },
	{ "unveil",	PLEDGE_UNVEIL },
	{ "wpath",	PLEDGE_WPATH },
	{ "wroute",	PLEDGE_WROUTE }
};

/* Whatever the arguments; any one of the promises will do. */
static const struct {
	int	 promise;
	int	 call;
} calls[] = {
	/* a process that made no promise can still end, or promise less */
	{ ~0,		SCMP_SYS(exit) },
	{ ~0,		SCMP_SYS(exit_group) },
	{ ~0,		SCMP_SYS(rt_sigreturn) },
	{ ~0,		SCMP_SYS(seccomp) },

	{ PLEDGE_STDIO,	SCMP_SYS(accept) },
	{ PLEDGE_STDIO,	SCMP_SYS(accept4) },
	{ PLEDGE_STDIO,	SCMP_SYS(brk) },
	{ PLEDGE_STDIO,	SCMP_SYS(clock_getres) },
	{ PLEDGE_STDIO,	SCMP_SYS(clock_gettime) },
	{ PLEDGE_STDIO,	SCMP_SYS(clock_nanosleep) },
	{ PLEDGE_STDIO,	SCMP_SYS(close) },
	{ PLEDGE_STDIO,	SCMP_SYS(close_range) },
	{ PLEDGE_STDIO,	SCMP_SYS(dup) },
	{ PLEDGE_STDIO,	SCMP_SYS(dup3) },
	{ PLEDGE_STDIO,	SCMP_SYS(epoll_create1) },
	{ PLEDGE_STDIO,	SCMP_SYS(epoll_ctl) },
	{ PLEDGE_STDIO,	SCMP_SYS(epoll_pwait) },
	{ PLEDGE_STDIO,	SCMP_SYS(eventfd2) },
	{ PLEDGE_STDIO,	SCMP_SYS(fcntl) },
	{ PLEDGE_STDIO,	SCMP_SYS(fdatasync) },
	{ PLEDGE_STDIO,	SCMP_SYS(fstat) },
	{ PLEDGE_STDIO,	SCMP_SYS(fsync) },
	{ PLEDGE_STDIO,	SCMP_SYS(ftruncate) },
	{ PLEDGE_STDIO,	SCMP_SYS(futex) },
	{ PLEDGE_STDIO,	SCMP_SYS(getcwd) },
	{ PLEDGE_STDIO,	SCMP_SYS(getegid) },
	{ PLEDGE_STDIO,	SCMP_SYS(geteuid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getgid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getgroups) },
	{ PLEDGE_STDIO,	SCMP_SYS(getitimer) },
	{ PLEDGE_STDIO,	SCMP_SYS(getpeername) },
	{ PLEDGE_STDIO,	SCMP_SYS(getpgid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getpid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getppid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getrandom) },
	{ PLEDGE_STDIO,	SCMP_SYS(getresgid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getresuid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getrusage) },
	{ PLEDGE_STDIO,	SCMP_SYS(getsid) },
	{ PLEDGE_STDIO,	SCMP_SYS(getsockname) },
	{ PLEDGE_STDIO,	SCMP_SYS(gettid) },
	{ PLEDGE_STDIO,	SCMP_SYS(gettimeofday) },
	{ PLEDGE_STDIO,	SCMP_SYS(getuid) },
	{ PLEDGE_STDIO,	SCMP_SYS(lseek) },
	{ PLEDGE_STDIO,	SCMP_SYS(madvise) },
	{ PLEDGE_STDIO,	SCMP_SYS(membarrier) },
	{ PLEDGE_STDIO,	SCMP_SYS(mremap) },
	{ PLEDGE_STDIO,	SCMP_SYS(munmap) },
	{ PLEDGE_STDIO,	SCMP_SYS(nanosleep) },
	{ PLEDGE_STDIO,	SCMP_SYS(pipe2) },
	{ PLEDGE_STDIO,	SCMP_SYS(ppoll) },
	{ PLEDGE_STDIO,	SCMP_SYS(pread64) },
	{ PLEDGE_STDIO,	SCMP_SYS(preadv) },
	{ PLEDGE_STDIO,	SCMP_SYS(pselect6) },
	{ PLEDGE_STDIO,	SCMP_SYS(pwrite64) },
	{ PLEDGE_STDIO,	SCMP_SYS(pwritev) },
	{ PLEDGE_STDIO,	SCMP_SYS(read) },
	{ PLEDGE_STDIO,	SCMP_SYS(readv) },
	{ PLEDGE_STDIO,	SCMP_SYS(recvfrom) },
	{ PLEDGE_STDIO,	SCMP_SYS(recvmmsg) },
	{ PLEDGE_STDIO,	SCMP_SYS(recvmsg) },
	{ PLEDGE_STDIO,	SCMP_SYS(restart_syscall) },
	{ PLEDGE_STDIO,	SCMP_SYS(rseq) },
	{ PLEDGE_STDIO,	SCMP_SYS(rt_sigaction) },
	{ PLEDGE_STDIO,	SCMP_SYS(rt_sigpending) },
	{ PLEDGE_STDIO,	SCMP_SYS(rt_sigprocmask) },
	{ PLEDGE_STDIO,	SCMP_SYS(rt_sigsuspend) },
	{ PLEDGE_STDIO,	SCMP_SYS(rt_sigtimedwait) },
	{ PLEDGE_STDIO,	SCMP_SYS(sched_getaffinity) },
	{ PLEDGE_STDIO,	SCMP_SYS(sched_yield) },
	{ PLEDGE_STDIO,	SCMP_SYS(sendmmsg) },
	{ PLEDGE_STDIO,	SCMP_SYS(sendmsg) },
	{ PLEDGE_STDIO,	SCMP_SYS(set_robust_list) },
	{ PLEDGE_STDIO,	SCMP_SYS(setitimer) },
	{ PLEDGE_STDIO,	SCMP_SYS(shutdown) },
	{ PLEDGE_STDIO,	SCMP_SYS(sigaltstack) },
	{ PLEDGE_STDIO,	SCMP_SYS(socketpair) },
	{ PLEDGE_STDIO,	SCMP_SYS(sysinfo) },
	{ PLEDGE_STDIO,	SCMP_SYS(times) },
	{ PLEDGE_STDIO,	SCMP_SYS(umask) },
	{ PLEDGE_STDIO,	SCMP_SYS(uname) },
	{ PLEDGE_STDIO,	SCMP_SYS(wait4) },
	{ PLEDGE_STDIO,	SCMP_SYS(write) },
	{ PLEDGE_STDIO,	SCMP_SYS(writev) },
	/* older forms, which not every machine has */
	{ PLEDGE_STDIO,	SCMP_SYS(dup2) },
	{ PLEDGE_STDIO,	SCMP_SYS(epoll_wait) },
	{ PLEDGE_STDIO,	SCMP_SYS(getpgrp) },
	{ PLEDGE_STDIO,	SCMP_SYS(getrlimit) },
	{ PLEDGE_STDIO,	SCMP_SYS(pipe) },
	{ PLEDGE_STDIO,	SCMP_SYS(poll) },
	{ PLEDGE_STDIO,	SCMP_SYS(select) },
	{ PLEDGE_STDIO,	SCMP_SYS(time) },
	{ PLEDGE_LOOK,	SCMP_SYS(access) },
	{ PLEDGE_LOOK,	SCMP_SYS(lstat) },
	{ PLEDGE_LOOK,	SCMP_SYS(stat) },
	{ PLEDGE_READ,	SCMP_SYS(readlink) },
	{ PLEDGE_CPATH,	SCMP_SYS(link) },
	{ PLEDGE_CPATH,	SCMP_SYS(mkdir) },
	{ PLEDGE_CPATH,	SCMP_SYS(rename) },
	{ PLEDGE_CPATH,	SCMP_SYS(rmdir) },
	{ PLEDGE_CPATH,	SCMP_SYS(symlink) },
	{ PLEDGE_CPATH,	SCMP_SYS(unlink) },
	{ PLEDGE_PROC,	SCMP_SYS(fork) },
	{ PLEDGE_PROC,	SCMP_SYS(vfork) },

	{ PLEDGE_LOOK,	SCMP_SYS(faccessat) },
	{ PLEDGE_LOOK,	SCMP_SYS(faccessat2) },
	{ PLEDGE_LOOK,	SCMP_SYS(newfstatat) },
	{ PLEDGE_LOOK,	SCMP_SYS(statx) },
	{ PLEDGE_READ,	SCMP_SYS(getdents64) },
	{ PLEDGE_READ,	SCMP_SYS(readlinkat) },
	{ PLEDGE_RPATH,	SCMP_SYS(chdir) },
	{ PLEDGE_RPATH,	SCMP_SYS(fchdir) },
	{ PLEDGE_RPATH,	SCMP_SYS(fstatfs) },
	{ PLEDGE_RPATH,	SCMP_SYS(statfs) },
	{ PLEDGE_CPATH,	SCMP_SYS(linkat) },
	{ PLEDGE_CPATH,	SCMP_SYS(mkdirat) },
	{ PLEDGE_CPATH,	SCMP_SYS(renameat) },
	{ PLEDGE_CPATH,	SCMP_SYS(renameat2) },
	{ PLEDGE_CPATH,	SCMP_SYS(symlinkat) },
	{ PLEDGE_CPATH,	SCMP_SYS(unlinkat) },

	{ PLEDGE_ADDR,	SCMP_SYS(bind) },
	{ PLEDGE_ADDR,	SCMP_SYS(getsockopt) },
	{ PLEDGE_ADDR,	SCMP_SYS(sendto) },
	{ PLEDGE_ADDR | PLEDGE_GETPW, SCMP_SYS(connect) },
	{ PLEDGE_UNIX | PLEDGE_INET, SCMP_SYS(listen) },

	{ PLEDGE_PROC,	SCMP_SYS(clone) },
	{ PLEDGE_PROC,	SCMP_SYS(clone3) },
	{ PLEDGE_PROC,	SCMP_SYS(kill) },
	{ PLEDGE_PROC,	SCMP_SYS(setpgid) },
	{ PLEDGE_PROC,	SCMP_SYS(setsid) },
	{ PLEDGE_PROC,	SCMP_SYS(tgkill) },
	{ PLEDGE_PROC,	SCMP_SYS(waitid) },
	{ PLEDGE_PROC | PLEDGE_ID, SCMP_SYS(getpriority) },
	{ PLEDGE_PROC | PLEDGE_ID, SCMP_SYS(prlimit64) },
	{ PLEDGE_PROC | PLEDGE_ID, SCMP_SYS(setpriority) },
	{ PLEDGE_PROC | PLEDGE_ID, SCMP_SYS(setrlimit) },

	{ PLEDGE_ID,	SCMP_SYS(setgid) },
	{ PLEDGE_ID,	SCMP_SYS(setgroups) },
	{ PLEDGE_ID,	SCMP_SYS(setregid) },
	{ PLEDGE_ID,	SCMP_SYS(setresgid) },
	{ PLEDGE_ID,	SCMP_SYS(setresuid) },
	{ PLEDGE_ID,	SCMP_SYS(setreuid) },
	{ PLEDGE_ID,	SCMP_SYS(setuid) },

	{ PLEDGE_UNVEIL, SCMP_SYS(landlock_add_rule) },
	{ PLEDGE_UNVEIL, SCMP_SYS(landlock_create_ruleset) },
	{ PLEDGE_UNVEIL, SCMP_SYS(landlock_restrict_self) }
};

/* With argument arg, of its bits in mask, equal to value. */
static const struct {
	int		 promise;
	int		 call;
	unsigned int	 arg;
	uint64_t	 mask;
	uint64_t	 value;
} calls_arg[] = {
	{ ~0, SCMP_SYS(prctl), 0, UINT_MAX, PR_SET_NO_NEW_PRIVS },
	{ PLEDGE_STDIO, SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
	{ PLEDGE_STDIO, SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	{ PLEDGE_STDIO, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH },
	{ PLEDGE_STDIO, SCMP_SYS(sendto), 4, UINT64_MAX, 0 },
	{ PLEDGE_STDIO, SCMP_SYS(getsockopt), 2, UINT_MAX, SO_PEERCRED },
	{ PLEDGE_STDIO, SCMP_SYS(ioctl), 1, UINT_MAX, FIOCLEX },
	{ PLEDGE_STDIO, SCMP_SYS(ioctl), 1, UINT_MAX, FIONBIO },
	{ PLEDGE_STDIO, SCMP_SYS(ioctl), 1, UINT_MAX, FIONCLEX },
	{ PLEDGE_STDIO, SCMP_SYS(ioctl), 1, UINT_MAX, FIONREAD },
	/* isatty(3), also of stdio's own accord */
	{ PLEDGE_STDIO, SCMP_SYS(ioctl), 1, UINT_MAX, TCGETS },
	{ PLEDGE_TTY, SCMP_SYS(ioctl), 1, UINT_MAX, TCSETS },
	{ PLEDGE_TTY, SCMP_SYS(ioctl), 1, UINT_MAX, TCSETSF },
	{ PLEDGE_TTY, SCMP_SYS(ioctl), 1, UINT_MAX, TCSETSW },
	{ PLEDGE_TTY, SCMP_SYS(ioctl), 1, UINT_MAX, TIOCGPGRP },
	{ PLEDGE_TTY, SCMP_SYS(ioctl), 1, UINT_MAX, TIOCGWINSZ },

	{ PLEDGE_UNIX | PLEDGE_GETPW, SCMP_SYS(socket), 0, UINT_MAX, AF_UNIX },
	{ PLEDGE_INET | PLEDGE_DNS, SCMP_SYS(socket), 0, UINT_MAX, AF_INET },
	{ PLEDGE_INET | PLEDGE_DNS, SCMP_SYS(socket), 0, UINT_MAX, AF_INET6 },
	/* getaddrinfo(3) and getifaddrs(3) ask for the own addresses */
	{ PLEDGE_INET | PLEDGE_DNS | PLEDGE_ROUTE | PLEDGE_WROUTE,
	    SCMP_SYS(socket), 0, UINT_MAX, AF_NETLINK },

	{ PLEDGE_INET | PLEDGE_ROUTE, SCMP_SYS(ioctl), 1, UINT_MAX,
	    SIOCGIFADDR },
	{ PLEDGE_INET | PLEDGE_ROUTE, SCMP_SYS(ioctl), 1, UINT_MAX,
	    SIOCGIFFLAGS },
	{ PLEDGE_INET | PLEDGE_ROUTE, SCMP_SYS(ioctl), 1, UINT_MAX,
	    SIOCGIFINDEX },
	{ PLEDGE_INET | PLEDGE_ROUTE, SCMP_SYS(ioctl), 1, UINT_MAX,
	    SIOCGIFMTU },
	{ PLEDGE_INET | PLEDGE_ROUTE, SCMP_SYS(ioctl), 1, UINT_MAX,
	    SIOCGIFNAME },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCADDRT },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCDELRT },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCSIFADDR },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCSIFDSTADDR },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCSIFFLAGS },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCSIFMTU },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, SIOCSIFNETMASK },
	/* a device is opened by its interface */
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNGETFEATURES },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNGETIFF },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNSETIFF },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNSETOFFLOAD },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNSETPERSIST },
	{ PLEDGE_WROUTE, SCMP_SYS(ioctl), 1, UINT_MAX, TUNSETVNETHDRSZ }
};

/* Options of sockets; name -1: all of the level. */
static const struct {
	int	 promise;
	int	 level;
	int	 name;
} options[] = {
	{ PLEDGE_STDIO,	SOL_SOCKET,	SO_ERROR },
	{ PLEDGE_STDIO,	SOL_SOCKET,	SO_RCVBUF },
	{ PLEDGE_STDIO,	IPPROTO_IP,	IP_TOS },
	{ PLEDGE_STDIO,	IPPROTO_IPV6,	IPV6_TCLASS },
	{ PLEDGE_STDIO,	IPPROTO_TCP,	TCP_NODELAY },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_BROADCAST },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_KEEPALIVE },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_LINGER },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_RCVTIMEO },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_REUSEADDR },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_REUSEPORT },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_RXQ_OVFL },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_SNDBUF },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_SNDTIMEO },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_TIMESTAMP },
	{ PLEDGE_ADDR,	SOL_SOCKET,	SO_TIMESTAMPNS },
	{ PLEDGE_WROUTE, SOL_SOCKET,	SO_BINDTODEVICE },
	{ PLEDGE_WROUTE, SOL_SOCKET,	SO_MARK },
	{ PLEDGE_WROUTE, SOL_SOCKET,	SO_RCVBUFFORCE },
	{ PLEDGE_WROUTE, SOL_SOCKET,	SO_SNDBUFFORCE },
	{ PLEDGE_INET | PLEDGE_DNS, IPPROTO_IP,	-1 },
	{ PLEDGE_INET | PLEDGE_DNS, IPPROTO_IPV6, -1 },
	{ PLEDGE_INET,	IPPROTO_TCP,	-1 },
	{ PLEDGE_INET,	IPPROTO_UDP,	-1 },
	{ PLEDGE_ADDR,	SOL_NETLINK,	-1 }
};

static int	 pledge_parse(const char *);
static int	 pledge_dns(int);
static int	 pledge_filter(int);
static int	 pledge_calls(scmp_filter_ctx, int);
static int	 pledge_options(scmp_filter_ctx, int);
static int	 pledge_open(scmp_filter_ctx, int);
static int	 pledge_unix(scmp_filter_ctx, int);
static int	 pledge_self(scmp_filter_ctx);

static int	 pledged = -1;		/* PLEDGE_*, -1: everything */
static int	 filters;		/* the kernel has them */

/* execpromises have no meaning here, see above. */
int
pledge(const char *request, const char *execpromises)
{
	int	 new;

	if (request == NULL)
		return (0);
	if ((new = pledge_parse(request)) == -1) {
		errno = EINVAL;
		return (-1);
	}
	if (new & ~pledged) {
		errno = EPERM;
		return (-1);
	}
	if (new == pledged)
		return (0);
	/* reads a file, for which OpenBSD makes an exception */
	tzset();
	if ((new & PLEDGE_UNVEIL) == 0 && unveil_used() &&
	    unveil_lock() == -1)
		return (-1);
	if ((new & PLEDGE_DNS) && pledge_dns(new) == -1)
		return (-1);
	if ((new & PLEDGE_EXEC) == 0 && pledge_filter(new) == -1)
		return (-1);
	pledged = new;
	return (0);
}

static int
pledge_parse(const char *request)
{
	char	 buf[256];
	char	*p, *last;
	size_t	 i;
	int	 new = 0;

	if (strlcpy(buf, request, sizeof(buf)) >= sizeof(buf))
		return (-1);
	for (p = strtok_r(buf, " ", &last); p != NULL;
	    p = strtok_r(NULL, " ", &last)) {
		for (i = 0; i < nitems(promises); i++)
			if (strcmp(promises[i].name, p) == 0)
				break;
		if (i == nitems(promises))
			return (-1);
		new |= promises[i].promise;
	}
	return (new);
}

/* Only glibc has it: musl knows no other sources than these. */
int	 __nss_configure_lookup(const char *, const char *)
	    __attribute__((__weak__));

/* Names are looked up without shared objects, see nss(5). */
static int
pledge_nss(void)
{
	if (__nss_configure_lookup == NULL)
		return (0);
	if (__nss_configure_lookup("hosts", "files dns") == -1 ||
	    __nss_configure_lookup("protocols", "files") == -1 ||
	    __nss_configure_lookup("services", "files") == -1)
		return (-1);
	return (0);
}

/* Nothing is read but the directories of the files that say how to look up. */
static int
pledge_dns(int new)
{
	char	 path[PATH_MAX];

	if (pledge_nss() == -1)
		return (-1);
	if (new & (PLEDGE_RPATH | PLEDGE_WPATH | PLEDGE_CPATH | PLEDGE_UNVEIL))
		return (0);
	if (unveil_add("/etc", UNVEIL_READ) == -1)
		return (-1);
	/* a link to where it is generated, and replaced by rename(2) there */
	if (realpath("/etc/resolv.conf", path) != NULL &&
	    unveil_add(dirname(path), UNVEIL_READ) == -1)
		return (-1);
	return (unveil_lock());
}

static int
pledge_filter(int new)
{
	scmp_filter_ctx	 ctx;
	int		 r;

	/* a kernel that has filters looks for one at this address */
	if (pledged == -1)
		filters = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0,
		    0) == -1 && errno == EFAULT;
	if (!filters)
		return (0);
	ctx = seccomp_init(new & PLEDGE_ERROR ? SCMP_ACT_ERRNO(ENOSYS) :
	    SCMP_ACT_KILL_PROCESS);
	if (ctx == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	/* a search tree instead of a list */
	if ((r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2)) == 0 &&
	    (r = pledge_calls(ctx, new)) == 0 &&
	    (r = pledge_options(ctx, new)) == 0 &&
	    (r = pledge_open(ctx, new)) == 0 &&
	    (r = pledge_unix(ctx, new)) == 0 &&
	    (r = pledge_self(ctx)) == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r < 0) {
		errno = -r;
		return (-1);
	}
	return (0);
}

/* Functions below return as seccomp_rule_add(3): 0 or -errno. */
static int
pledge_calls(scmp_filter_ctx ctx, int new)
{
	size_t	 i;
	int	 j, r;

	for (i = 0; i < nitems(calls); i++) {
		if (calls[i].promise != ~0 && (new & calls[i].promise) == 0)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i].call, 0);
		if (r < 0)
			return (r);
	}
	for (i = 0; i < nitems(calls_arg); i++) {
		if (calls_arg[i].promise != ~0 &&
		    (new & calls_arg[i].promise) == 0)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls_arg[i].call, 1,
		    SCMP_CMP64(calls_arg[i].arg, SCMP_CMP_MASKED_EQ,
		    calls_arg[i].mask, calls_arg[i].value));
		if (r < 0)
			return (r);
	}
	for (j = 0; j < pledge_nruntime; j++) {
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, pledge_runtime[j],
		    0);
		if (r < 0)
			return (r);
	}
	return (0);
}

static int
pledge_options(scmp_filter_ctx ctx, int new)
{
	size_t	 i;
	int	 r;

	for (i = 0; i < nitems(options); i++) {
		if ((new & options[i].promise) == 0)
			continue;
		if (options[i].name == -1)
			r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			    SCMP_SYS(setsockopt), 1,
			    SCMP_A1(SCMP_CMP_MASKED_EQ, UINT_MAX,
			    options[i].level));
		else
			r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			    SCMP_SYS(setsockopt), 2,
			    SCMP_A1(SCMP_CMP_MASKED_EQ, UINT_MAX,
			    options[i].level),
			    SCMP_A2(SCMP_CMP_MASKED_EQ, UINT_MAX,
			    options[i].name));
		if (r < 0)
			return (r);
	}
	return (0);
}

static int
pledge_open(scmp_filter_ctx ctx, int new)
{
	static const struct {
		int	 promise;	/* all of them */
		int	 mask;
		int	 flags;
	} opens[] = {
		{ PLEDGE_RPATH,	O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
		{ PLEDGE_DNS,	O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
		{ PLEDGE_GETPW,	O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
		{ PLEDGE_UNVEIL, O_PATH, O_PATH },
		{ PLEDGE_WPATH,	O_ACCMODE | O_CREAT, O_WRONLY },
		{ PLEDGE_RPATH | PLEDGE_WPATH, O_ACCMODE | O_CREAT, O_RDWR },
		{ PLEDGE_WPATH | PLEDGE_CPATH, O_ACCMODE | O_CREAT,
		    O_WRONLY | O_CREAT },
		{ PLEDGE_RPATH | PLEDGE_WPATH | PLEDGE_CPATH,
		    O_ACCMODE | O_CREAT, O_RDWR | O_CREAT }
	};
	size_t	 i;
	int	 r;

	for (i = 0; i < nitems(opens); i++) {
		if ((new & opens[i].promise) != opens[i].promise)
			continue;
		if ((r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open),
		    1, SCMP_A1(SCMP_CMP_MASKED_EQ, opens[i].mask,
		    opens[i].flags))) < 0 ||
		    (r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
		    SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ,
		    opens[i].mask, opens[i].flags))) < 0)
			return (r);
	}
	return (0);
}

static int
pledge_unix(scmp_filter_ctx ctx, int new)
{
	if (new & (PLEDGE_UNIX | PLEDGE_GETPW))
		return (0);
	return (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES),
	    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, UINT_MAX,
	    AF_UNIX)));
}

/* abort(3), and getrlimit(2), which is prlimit(2) without a new limit. */
static int
pledge_self(scmp_filter_ctx ctx)
{
	int	 r;

	if ((r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, UINT_MAX, getpid()))) < 0 ||
	    (r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, UINT_MAX, getpid()))) < 0)
		return (r);
	return (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, UINT_MAX, 0),
	    SCMP_A2(SCMP_CMP_MASKED_EQ, UINT64_MAX, 0)));
}
