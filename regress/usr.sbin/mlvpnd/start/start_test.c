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
 * Who waits for the daemon hears of its start, and of the reason if there is
 * none.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "start.h"
#include "test.h"

static int	 run(void (*)(void), char *, size_t);
static void	 succeed(void);
static void	 fail(void);
static void	 die(void);
static void	 foreground(void);
static void	 late(void);
static void	 journal(void);
static int	 open_manager(char *);

int
main(void)
{
	char	 out[1024], sock[64];
	ssize_t	 n;
	int	 fd;

	TEST("a start in the background");
	CHECK_EQ(run(succeed, out, sizeof(out)), 0);
	CHECK(strcmp(out, "an error\n") == 0);
	TEST("that fails");
	CHECK_EQ(run(fail, out, sizeof(out)), 1);
	CHECK(strcmp(out, "fatal in start: no luck\n") == 0);
	TEST("or dies");
	CHECK_EQ(run(die, out, sizeof(out)), 1);
	TEST("later failures have another status");
	CHECK_EQ(run(late, out, sizeof(out)), 2);

	TEST("systemd is told");
	fd = open_manager(sock);
	CHECK(setenv("NOTIFY_SOCKET", sock, 1) == 0);
	CHECK_EQ(run(foreground, out, sizeof(out)), 0);
	CHECK((n = recv(fd, out, sizeof(out), MSG_DONTWAIT)) == 7);
	CHECK(memcmp(out, "READY=1", n) == 0);
	TEST("only once it has started");
	CHECK_EQ(run(fail, out, sizeof(out)), 1);
	CHECK(recv(fd, out, sizeof(out), MSG_DONTWAIT) == -1);
	CHECK(unlink(sock) == 0);
	TEST("unless there is nobody");
	CHECK_EQ(run(foreground, out, sizeof(out)), 0);
	CHECK(strncmp(out, "NOTIFY_SOCKET: ", 15) == 0);
	CHECK(unsetenv("NOTIFY_SOCKET") == 0);

	TEST("the journal gets priorities");
	CHECK_EQ(run(journal, out, sizeof(out)), 0);
	CHECK(strcmp(out, "<3>an error\n<6>a word\n") == 0);
	return (0);
}

/* Returns the exit status, and what was said on standard error. */
static int
run(void (*fn)(void), char *out, size_t size)
{
	size_t	 len = 0;
	ssize_t	 n;
	pid_t	 pid;
	int	 fds[2], status;

	CHECK(pipe(fds) == 0);
	CHECK((pid = fork()) != -1);
	if (pid == 0) {
		CHECK(dup2(fds[1], STDERR_FILENO) != -1);
		close(fds[0]);
		close(fds[1]);
		log_procinit("start");
		fn();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], out + len, size - 1 - len)) > 0)
		len += n;
	out[len] = '\0';
	close(fds[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return (WEXITSTATUS(status));
}

static void
succeed(void)
{
	log_init(0, LOG_DAEMON);
	start_begin(1);
	log_warnx("an error");
	log_info("a word");
	start_done();
	log_warnx("nobody is at the terminal any more");
}

static void
fail(void)
{
	log_init(0, LOG_DAEMON);
	log_procinit("start");
	start_begin(1);
	fatalx("no luck");
}

static void
die(void)
{
	log_init(0, LOG_DAEMON);
	start_begin(1);
	_exit(0);
}

static void
foreground(void)
{
	log_init(1, LOG_DAEMON);
	start_begin(0);
	CHECK(getenv("NOTIFY_SOCKET") == NULL);
	start_done();
}

static void
late(void)
{
	log_init(1, LOG_DAEMON);
	start_begin(0);
	start_done();
	fatalx("out of luck");
}

static void
journal(void)
{
	struct stat	 st;
	char		 stream[64];

	CHECK(fstat(STDERR_FILENO, &st) == 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	CHECK(setenv("JOURNAL_STREAM", stream, 1) == 0);
	log_init(1, LOG_DAEMON);
	log_warnx("an error");
	log_info("a word");
}

static int
open_manager(char *path)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(path, 64, "/tmp/start_test.%d", getpid());
	strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	(void)unlink(path);
	CHECK((fd = socket(AF_UNIX, SOCK_DGRAM, 0)) != -1);
	CHECK(bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0);
	return (fd);
}
