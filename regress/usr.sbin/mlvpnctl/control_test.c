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
 * The control socket's side of the engine against clients that do as they
 * should and against clients that do not.  Clients and event loop run in one
 * process: after each step of a client the loop turns until nothing is left
 * to do, so that nothing depends on time.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "mlvpnd.h"
#include "test.h"

#define CLIENTS		32		/* CONTROL_CLIENTS of control.c */

static char		 dir[] = "/tmp/control_test.XXXXXX";
static char		 sockname[sizeof(dir) + 2];

/* what the engine was asked */
static unsigned int	 nrequests, nreload, nverbose;
static uint32_t		 reload_id;
static int		 show_links_n;
static char		 result_text[256];

static void	 serve(uid_t, int);
static void	 cleanup(void);
static int	 client(void);
static void	 client_imsg(int, struct imsgbuf *);
static void	 send_bytes(int, const void *, size_t);
static void	 send_hdr(int, uint32_t, uint32_t, const void *, size_t);
static int	 recv_imsg(struct imsgbuf *, struct imsg *);
static uint32_t	 recv_result(struct imsgbuf *);
static int	 closed(int);
static int	 silent(int);
static void	 turn(void);
static void	 answer(uint32_t, uint32_t, const void *, size_t);
static void	 check_alive(void);

static void	 engine_show_summary(struct imsgbuf *);
static int	 engine_show_tunnels(struct imsgbuf *,
		    const struct ctl_select *);
static int	 engine_show_links(struct imsgbuf *,
		    const struct ctl_select *);
static int	 engine_show_filters(struct imsgbuf *,
		    const struct ctl_select *);
static int	 engine_show_some(struct imsgbuf *,
		    const struct ctl_select *);
static void	 engine_show_events(struct imsgbuf *);
static int	 engine_link_admin(const struct ctl_link_admin *, int);
static void	 engine_nosuch(const char *, const char *, char *, size_t);
static void	 engine_reload(uint32_t);
static void	 engine_verbose(int);

static const struct control_ops	 ops = {
	engine_show_summary, engine_show_tunnels, engine_show_links,
	engine_show_filters, engine_show_some, engine_show_some,
	engine_show_events, engine_link_admin, engine_nosuch, engine_reload,
	engine_verbose
};

static void	 test_refused(void);
static void	 test_restricted(void);
static void	 only_shows(int);
static void	 test_requests(void);
static void	 test_selection(void);
static void	 test_reload(void);
static void	 test_reload_gone(void);
static void	 test_reload_impatient(void);
static void	 test_lengths(void);
static void	 test_strings(void);
static void	 test_half(void);
static void	 test_random(void);
static void	 test_descriptor(void);
static void	 test_slow(void);
static void	 test_many(void);
static void	 test_no_descriptors(void);

int
main(void)
{
	log_init(1, 0);
	signal(SIGPIPE, SIG_IGN);
	event_init();

	if (mkdtemp(dir) == NULL)
		err(1, "mkdtemp");
	atexit(cleanup);
	snprintf(sockname, sizeof(sockname), "%s/s", dir);

	test_refused();
	test_restricted();
	serve(getuid() + 1, 0);
	test_requests();
	test_selection();
	test_reload();
	test_reload_gone();
	test_reload_impatient();
	test_lengths();
	test_strings();
	test_half();
	test_random();
	test_descriptor();
	test_slow();
	test_many();
	test_no_descriptors();
	check_alive();

	control_shutdown();
	return (0);
}

/* A control socket that refuses processes of this user, or only shows. */
static void
serve(uid_t refuse, int restricted)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, sockname, sizeof(sun.sun_path));
	(void)unlink(sockname);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, CLIENTS) == -1)
		err(1, "%s", sockname);
	control_init(refuse, &ops);
	control_listen(fd, restricted);
}

static void
cleanup(void)
{
	unlink(sockname);
	rmdir(dir);
}

static void
test_refused(void)
{
	int	 fd;

	TEST("processes of the daemon's own user are refused");
	serve(getuid(), 0);
	fd = client();
	nreload = 0;
	send_hdr(fd, IMSG_CTL_RELOAD, 0, NULL, 0);
	turn();
	CHECK(closed(fd));
	CHECK_EQ(nreload, 0);
	close(fd);
	control_shutdown();
}

static void
test_restricted(void)
{
	int	 fds[2];

	TEST("a restricted socket only shows");
	serve(getuid() + 1, 1);
	only_shows(client());

	TEST("and so does the channel of the status process");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, PF_UNSPEC,
	    fds) == -1)
		err(1, "socketpair");
	control_status(fds[0]);
	only_shows(fds[1]);
	control_shutdown();
}

static void
only_shows(int fd)
{
	static const uint32_t	 denied[] = {
		IMSG_CTL_LINK_UP, IMSG_CTL_LINK_DOWN, IMSG_CTL_LOG_VERBOSE,
		IMSG_CTL_RELOAD, IMSG_RECONF_CONF, 0xffffffff
	};
	struct ctl_link_admin	 la;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	size_t			 i;

	client_imsg(fd, &ibuf);
	memset(&la, 0, sizeof(la));
	nrequests = nreload = nverbose = 0;
	for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		send_hdr(fd, denied[i], 0, &la, sizeof(la));
		CHECK_EQ(recv_result(&ibuf), CTL_RES_DENIED);
	}
	CHECK_EQ(nrequests + nreload + nverbose, 0);
	send_hdr(fd, IMSG_CTL_SHOW_SUMMARY, 0, NULL, 0);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_SUMMARY);
	imsg_free(&imsg);
	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

static void
test_requests(void)
{
	struct ctl_select	 sel;
	struct ctl_link_admin	 la;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd, verbose = 1;

	TEST("each request has its answer");
	fd = client();
	client_imsg(fd, &ibuf);
	memset(&sel, 0, sizeof(sel));
	memset(&la, 0, sizeof(la));

	send_hdr(fd, IMSG_CTL_SHOW_SUMMARY, 0, NULL, 0);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_SUMMARY);
	CHECK_EQ(imsg_get_len(&imsg), sizeof(struct ctl_summary));
	imsg_free(&imsg);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_END);
	imsg_free(&imsg);

	/* two at once */
	show_links_n = 0;
	send_hdr(fd, IMSG_CTL_SHOW_TUNNELS, 0, &sel, sizeof(sel));
	send_hdr(fd, IMSG_CTL_SHOW_LINKS, 0, &sel, sizeof(sel));
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_TUNNEL);
	imsg_free(&imsg);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_END);
	imsg_free(&imsg);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_END);
	imsg_free(&imsg);

	nverbose = 0;
	send_hdr(fd, IMSG_CTL_LOG_VERBOSE, 0, &verbose, sizeof(verbose));
	CHECK_EQ(recv_result(&ibuf), CTL_RES_OK);
	CHECK_EQ(nverbose, 1);
	CHECK_EQ(log_getverbose(), 1);
	verbose = 0;
	send_hdr(fd, IMSG_CTL_LOG_VERBOSE, 0, &verbose, sizeof(verbose));
	CHECK_EQ(recv_result(&ibuf), CTL_RES_OK);
	CHECK_EQ(log_getverbose(), 0);

	strlcpy(la.tunnel, "home", sizeof(la.tunnel));
	strlcpy(la.link, "dsl1", sizeof(la.link));
	send_hdr(fd, IMSG_CTL_LINK_DOWN, 0, &la, sizeof(la));
	CHECK_EQ(recv_result(&ibuf), CTL_RES_OK);
	strlcpy(la.link, "dsl9", sizeof(la.link));
	send_hdr(fd, IMSG_CTL_LINK_UP, 0, &la, sizeof(la));
	CHECK_EQ(recv_result(&ibuf), CTL_RES_NOSUCH);
	CHECK(strcmp(result_text, "nothing called home dsl9") == 0);

	/* what only processes of the daemon say to each other */
	send_hdr(fd, IMSG_RECONF_CONF, 0, NULL, 0);
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);
	send_hdr(fd, IMSG_CTL_RESULT, 0, NULL, 0);
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);
	send_hdr(fd, 0xffffffff, 0, "x", 1);
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);

	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

static void
test_selection(void)
{
	struct ctl_select	 sel;
	struct imsgbuf		 ibuf;
	int			 fd;

	TEST("a selection that matches nothing");
	fd = client();
	client_imsg(fd, &ibuf);
	memset(&sel, 0, sizeof(sel));
	strlcpy(sel.tunnel, "away", sizeof(sel.tunnel));
	show_links_n = 0;
	send_hdr(fd, IMSG_CTL_SHOW_LINKS, 0, &sel, sizeof(sel));
	CHECK_EQ(recv_result(&ibuf), CTL_RES_NOSUCH);
	CHECK(strcmp(result_text, "nothing called away ") == 0);
	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

static void
test_reload(void)
{
	struct ctl_result	 res;
	struct imsgbuf		 ibuf[2];
	struct imsg		 imsg;
	uint32_t		 id[2];
	int			 fd[2], i;

	TEST("two reloads: each client gets its own answer");
	for (i = 0; i < 2; i++) {
		fd[i] = client();
		client_imsg(fd[i], &ibuf[i]);
		/* the pid and the peerid are nobody's business */
		send_hdr(fd[i], IMSG_CTL_RELOAD, 4711, NULL, 0);
		turn();
		id[i] = reload_id;
		CHECK(id[i] != 0 && id[i] != 4711);
	}
	CHECK_EQ(nreload, 2);
	CHECK(id[0] != id[1]);

	memset(&res, 0, sizeof(res));
	res.code = CTL_RES_PENDING;
	answer(IMSG_CTL_RESULT, id[1], &res, sizeof(res));
	answer(IMSG_CTL_MESSAGE, id[0], "file:1: wrong", 14);
	res.code = CTL_RES_PARSE;
	answer(IMSG_CTL_RESULT, id[0], &res, sizeof(res));

	CHECK(recv_imsg(&ibuf[0], &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_MESSAGE);
	CHECK_EQ(imsg_get_len(&imsg), 14);
	imsg_free(&imsg);
	CHECK_EQ(recv_result(&ibuf[0]), CTL_RES_PARSE);
	CHECK_EQ(recv_result(&ibuf[1]), CTL_RES_PENDING);

	/* a second result is for nobody */
	answer(IMSG_CTL_RESULT, id[0], &res, sizeof(res));
	send_hdr(fd[0], 0xffff, 0, NULL, 0);
	CHECK_EQ(recv_result(&ibuf[0]), CTL_RES_BADCMD);

	for (i = 0; i < 2; i++) {
		imsgbuf_clear(&ibuf[i]);
		close(fd[i]);
	}
	turn();
}

static void
test_reload_gone(void)
{
	struct ctl_result	 res;
	uint32_t		 id;
	int			 fd;

	TEST("a client that has gone when the reload is done");
	fd = client();
	send_hdr(fd, IMSG_CTL_RELOAD, 0, NULL, 0);
	turn();
	id = reload_id;
	close(fd);
	turn();
	memset(&res, 0, sizeof(res));
	answer(IMSG_CTL_RESULT, id, &res, sizeof(res));
	answer(IMSG_CTL_RESULT, 0, &res, sizeof(res));
	check_alive();
}

static void
test_reload_impatient(void)
{
	int	 fd;

	TEST("a client that goes on talking while it has to wait");
	fd = client();
	nreload = 0;
	send_hdr(fd, IMSG_CTL_RELOAD, 0, NULL, 0);
	turn();
	CHECK_EQ(nreload, 1);
	send_hdr(fd, IMSG_CTL_RELOAD, 0, NULL, 0);
	turn();
	CHECK_EQ(nreload, 1);
	CHECK(closed(fd));
	close(fd);
	check_alive();
}

static void
test_lengths(void)
{
	static const struct {
		uint32_t	 type;
		size_t		 len;
	} wrong[] = {
		{ IMSG_CTL_LOG_VERBOSE, 0 },
		{ IMSG_CTL_LOG_VERBOSE, sizeof(int) - 1 },
		{ IMSG_CTL_LOG_VERBOSE, sizeof(int) + 1 },
		{ IMSG_CTL_SHOW_TUNNELS, 0 },
		{ IMSG_CTL_SHOW_TUNNELS, sizeof(struct ctl_select) - 1 },
		{ IMSG_CTL_SHOW_LINKS, sizeof(struct ctl_select) + 1 },
		{ IMSG_CTL_SHOW_FILTERS, sizeof(struct ctl_select) - 1 },
		{ IMSG_CTL_SHOW_HISTORY, 0 },
		{ IMSG_CTL_SHOW_KEYS, sizeof(struct ctl_select) + 1 },
		{ IMSG_CTL_LINK_UP, sizeof(struct ctl_link_admin) - 1 },
		{ IMSG_CTL_LINK_DOWN, 0 },
	};
	static const uint32_t	 hdrlens[] = {
		0, 1, IMSG_HEADER_SIZE - 1, MAX_IMSGSIZE + 1, 0x7fffffff,
		0x80000000, 0xffffffff
	};
	static const char	 zero[1024];
	struct imsg_hdr		 hdr;
	unsigned int		 before;
	size_t			 i;
	int			 fd;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		TEST("request %u with %zu bytes", wrong[i].type,
		    wrong[i].len);
		before = nrequests;
		fd = client();
		send_hdr(fd, wrong[i].type, 0, zero, wrong[i].len);
		turn();
		CHECK(closed(fd));
		CHECK_EQ(nrequests, before);
		close(fd);
		check_alive();
	}
	for (i = 0; i < sizeof(hdrlens) / sizeof(hdrlens[0]); i++) {
		TEST("header with length %u", hdrlens[i]);
		memset(&hdr, 0, sizeof(hdr));
		hdr.type = IMSG_CTL_SHOW_SUMMARY;
		hdr.len = hdrlens[i];
		fd = client();
		send_bytes(fd, &hdr, sizeof(hdr));
		turn();
		CHECK(closed(fd));
		close(fd);
		check_alive();
	}
}

static void
test_strings(void)
{
	struct ctl_select	 sel;
	unsigned int		 before;
	int			 fd;

	TEST("names without an end");
	before = nrequests;
	memset(&sel, 0, sizeof(sel));
	memset(sel.tunnel, 'x', sizeof(sel.tunnel));
	fd = client();
	send_hdr(fd, IMSG_CTL_SHOW_LINKS, 0, &sel, sizeof(sel));
	turn();
	CHECK(closed(fd));
	close(fd);

	memset(&sel, 0, sizeof(sel));
	memset(sel.link, 'x', sizeof(sel.link));
	fd = client();
	send_hdr(fd, IMSG_CTL_LINK_DOWN, 0, &sel, sizeof(sel));
	turn();
	CHECK(closed(fd));
	close(fd);
	CHECK_EQ(nrequests, before);
	check_alive();
}

static void
test_half(void)
{
	struct imsgbuf	 ibuf;
	struct imsg_hdr	 hdr;
	const char	*p = (const char *)&hdr;
	size_t		 i;
	int		 fd;

	TEST("a message that comes in single bytes, and one that never ends");
	memset(&hdr, 0, sizeof(hdr));
	hdr.type = 0xffff;
	hdr.len = sizeof(hdr);
	fd = client();
	client_imsg(fd, &ibuf);
	for (i = 0; i < sizeof(hdr); i++) {
		send_bytes(fd, p + i, 1);
		turn();
	}
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);

	send_bytes(fd, p, sizeof(hdr) / 2);
	turn();
	check_alive();
	CHECK(silent(fd));
	imsgbuf_clear(&ibuf);
	close(fd);
	check_alive();
}

static void
test_random(void)
{
	uint8_t		 buf[4096];
	uint32_t	 x = 1;
	size_t		 i, len;
	int		 fd, round;

	TEST("junk");
	for (round = 0; round < 500; round++) {
		for (i = 0; i < sizeof(buf); i++) {
			x = x * 1664525 + 1013904223;
			buf[i] = x >> 24;
		}
		len = x % sizeof(buf);
		/* now and then a length that passes */
		if (round % 2 == 0 && len > 16) {
			memset(buf, 0, 8);
			buf[0] = round % 32;
			buf[4] = 16 + round % 100;
		}
		fd = client();
		send_bytes(fd, buf, len);
		turn();
		close(fd);
		turn();
	}
	check_alive();
}

static void
test_descriptor(void)
{
	struct msghdr	 msg;
	struct iovec	 iov;
	struct imsg_hdr	 hdr;
	union {
		struct cmsghdr	 hdr;
		char		 buf[CMSG_SPACE(sizeof(int))];
	} cmsg;
	struct imsgbuf	 ibuf;
	int		 before, fd, free_fd;

	TEST("a descriptor that nobody wants is not kept");
	fd = client();
	client_imsg(fd, &ibuf);
	turn();
	if ((free_fd = dup(0)) == -1)
		err(1, "dup");
	before = free_fd;
	close(free_fd);

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = 0xffff;
	hdr.len = sizeof(hdr) | 0x80000000U;
	memset(&cmsg, 0, sizeof(cmsg));
	memset(&msg, 0, sizeof(msg));
	iov.iov_base = &hdr;
	iov.iov_len = sizeof(hdr);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = &cmsg.buf;
	msg.msg_controllen = sizeof(cmsg.buf);
	cmsg.hdr.cmsg_len = CMSG_LEN(sizeof(int));
	cmsg.hdr.cmsg_level = SOL_SOCKET;
	cmsg.hdr.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&cmsg.hdr), &fd, sizeof(fd));
	if (sendmsg(fd, &msg, 0) == -1)
		err(1, "sendmsg");
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);

	if ((free_fd = dup(0)) == -1)
		err(1, "dup");
	CHECK_EQ(free_fd, before);
	close(free_fd);
	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

static void
test_slow(void)
{
	struct ctl_select	 sel;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	unsigned int		 before, i;
	int			 fd, n = 0;

	TEST("a client that asks and does not read is not answered further");
	memset(&sel, 0, sizeof(sel));
	show_links_n = 10000;		/* more than a socket takes */
	before = nrequests;
	fd = client();
	client_imsg(fd, &ibuf);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		err(1, "fcntl");
	for (i = 0; i < 100; i++)
		send_hdr(fd, IMSG_CTL_SHOW_LINKS, 0, &sel, sizeof(sel));
	turn();
	CHECK_EQ(nrequests, before + 1);
	check_alive();

	/* once it reads it gets everything */
	while (n < 100) {
		while (!recv_imsg(&ibuf, &imsg))
			turn();
		if (imsg_get_type(&imsg) == IMSG_CTL_END)
			n++;
		imsg_free(&imsg);
	}
	show_links_n = 0;
	imsgbuf_clear(&ibuf);
	close(fd);
	check_alive();
}

static void
test_many(void)
{
	struct imsgbuf	 ibuf;
	int		 fds[CLIENTS], i, late;

	TEST("more clients than are served at a time");
	for (i = 0; i < CLIENTS; i++) {
		fds[i] = client();
		turn();
	}
	late = client();
	client_imsg(late, &ibuf);
	send_hdr(late, 0xffff, 0, NULL, 0);
	turn();
	CHECK(silent(late));

	close(fds[7]);
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);
	for (i = 0; i < CLIENTS; i++) {
		if (i != 7)
			close(fds[i]);
	}
	imsgbuf_clear(&ibuf);
	close(late);
	turn();
	check_alive();
}

static void
test_no_descriptors(void)
{
	struct imsgbuf	 ibuf;
	struct rlimit	 old, rl;
	int		 fd, other;

	TEST("no descriptors left: accepting goes on when one is free");
	other = client();
	turn();
	fd = client();
	client_imsg(fd, &ibuf);
	if (getrlimit(RLIMIT_NOFILE, &old) == -1)
		err(1, "getrlimit");
	rl = old;
	rl.rlim_cur = fd + 1;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		err(1, "setrlimit");
	send_hdr(fd, 0xffff, 0, NULL, 0);
	turn();
	CHECK(silent(fd));

	close(other);
	CHECK_EQ(recv_result(&ibuf), CTL_RES_BADCMD);
	if (setrlimit(RLIMIT_NOFILE, &old) == -1)
		err(1, "setrlimit");
	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

/* A decent client is served. */
static void
check_alive(void)
{
	struct imsgbuf	 ibuf;
	struct imsg	 imsg;
	int		 fd;

	fd = client();
	client_imsg(fd, &ibuf);
	send_hdr(fd, IMSG_CTL_SHOW_SUMMARY, 0, NULL, 0);
	CHECK(recv_imsg(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_SUMMARY);
	imsg_free(&imsg);
	imsgbuf_clear(&ibuf);
	close(fd);
	turn();
}

static int
client(void)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, sockname, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", sockname);
	return (fd);
}

static void
client_imsg(int fd, struct imsgbuf *ibuf)
{
	if (imsgbuf_init(ibuf, fd) == -1)
		err(1, "imsgbuf_init");
}

/* A client that was cut off meanwhile gets EPIPE. */
static void
send_bytes(int fd, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	while (len > 0) {
		if ((n = write(fd, p, len)) == -1) {
			if (errno == EPIPE || errno == ECONNRESET)
				return;
			if (errno != EAGAIN)
				err(1, "write");
			turn();
			continue;
		}
		p += n;
		len -= n;
	}
}

static void
send_hdr(int fd, uint32_t type, uint32_t peerid, const void *data,
    size_t len)
{
	struct imsg_hdr	 hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	hdr.len = sizeof(hdr) + len;
	hdr.peerid = peerid;
	hdr.pid = peerid;
	send_bytes(fd, &hdr, sizeof(hdr));
	if (len > 0)
		send_bytes(fd, data, len);
}

static int
recv_imsg(struct imsgbuf *ibuf, struct imsg *imsg)
{
	ssize_t	 n;

	if ((n = imsg_get(ibuf, imsg)) == -1)
		err(1, "imsg_get");
	if (n > 0)
		return (1);
	turn();
	if (imsgbuf_read(ibuf) != 1)
		errx(1, "cut off");
	if ((n = imsg_get(ibuf, imsg)) == -1)
		err(1, "imsg_get");
	return (n > 0);
}

static uint32_t
recv_result(struct imsgbuf *ibuf)
{
	struct ctl_result	 res;
	struct imsg		 imsg;

	CHECK(recv_imsg(ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_RESULT);
	CHECK(imsg_get_data(&imsg, &res, sizeof(res)) == 0);
	imsg_free(&imsg);
	strlcpy(result_text, res.text, sizeof(result_text));
	return (res.code);
}

static int
closed(int fd)
{
	char	 c;
	ssize_t	 n;

	while ((n = recv(fd, &c, 1, 0)) > 0)
		;
	return (n == 0 || errno == ECONNRESET);
}

/* Neither closed nor answered. */
static int
silent(int fd)
{
	char	 c;

	return (recv(fd, &c, 1, MSG_PEEK) == -1 && errno == EAGAIN);
}

static void
turn(void)
{
	int	 i;

	/* an accept, its read, its write, and a look around */
	for (i = 0; i < 8; i++)
		event_loop(EVLOOP_NONBLOCK);
}

/* From the parent. */
static void
answer(uint32_t type, uint32_t peerid, const void *data, size_t len)
{
	struct imsgbuf	 in, out;
	struct imsg	 imsg;
	int		 sp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sp) == -1 ||
	    imsgbuf_init(&out, sp[0]) == -1 || imsgbuf_init(&in, sp[1]) == -1 ||
	    imsg_compose(&out, type, peerid, 0, -1, data, len) == -1 ||
	    imsgbuf_flush(&out) == -1 || imsgbuf_read(&in) != 1 ||
	    imsg_get(&in, &imsg) <= 0)
		err(1, "%s", __func__);
	control_imsg_relay(&imsg);
	imsg_free(&imsg);
	imsgbuf_clear(&in);
	imsgbuf_clear(&out);
	close(sp[0]);
	close(sp[1]);
	turn();
}

/*
 * The engine.
 */

static void
engine_show_summary(struct imsgbuf *ibuf)
{
	struct ctl_summary	 cs;

	nrequests++;
	memset(&cs, 0, sizeof(cs));
	CHECK(imsg_compose(ibuf, IMSG_CTL_SUMMARY, 0, 0, -1, &cs,
	    sizeof(cs)) != -1);
}

static int
engine_show_tunnels(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_tunnel	 ct;

	nrequests++;
	memset(&ct, 0, sizeof(ct));
	CHECK(imsg_compose(ibuf, IMSG_CTL_TUNNEL, 0, 0, -1, &ct,
	    sizeof(ct)) != -1);
	return (1);
}

static int
engine_show_links(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_link	 cl;
	int		 i;

	nrequests++;
	memset(&cl, 0, sizeof(cl));
	for (i = 0; i < show_links_n; i++)
		CHECK(imsg_compose(ibuf, IMSG_CTL_LINK, 0, 0, -1, &cl,
		    sizeof(cl)) != -1);
	return (show_links_n);
}

static int
engine_show_filters(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	nrequests++;
	return (1);
}

static int
engine_show_some(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	nrequests++;
	return (1);
}

static void
engine_show_events(struct imsgbuf *ibuf)
{
	nrequests++;
}

static int
engine_link_admin(const struct ctl_link_admin *la, int up)
{
	nrequests++;
	return (strcmp(la->link, "dsl1") == 0 ? 0 : -1);
}

static void
engine_nosuch(const char *tunnel, const char *link, char *text, size_t size)
{
	snprintf(text, size, "nothing called %s %s", tunnel, link);
}

static void
engine_reload(uint32_t id)
{
	nrequests++;
	nreload++;
	reload_id = id;
}

static void
engine_verbose(int verbose)
{
	nrequests++;
	nverbose++;
	log_setverbose(verbose);
}
