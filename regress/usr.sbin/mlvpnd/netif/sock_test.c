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
 * UDP sockets over the loopback interface: arguments as in network_linux.sh.
 * sendmmsg() is one of our own, which counts and refuses.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"
#include "test.h"

#define TIMEOUT		5000	/* ms */

static int	 open_at(const char *, struct addr *);
static void	 dgrams_init(void);
static void	 fill(struct dgram *, unsigned int, const struct addr *);
static unsigned int
		 receive(int, unsigned int);
static void	 test_options(const char *);
static void	 test_batch(const char *);
static void	 test_wildcard(const char *, const char *);
static void	 test_run(const char *);
static void	 test_run_refused(const char *, int);
static void	 test_run_long(const char *, const char *);
static unsigned int
		 messages(unsigned int);
static void	 test_tos(const char *, int);
static void	 test_long(const char *);
static void	 test_send_error(const char *);
static void	 test_fragment(const char *, const char *, int);
static void	 test_refused(void);
static void	 test_open_errors(const char *);
static void	 test_route(int);

static int		 rtable;
static uint8_t		 bufs[2][BATCH_MAX][PKT_SIZE];
static uint8_t		 big[70000];
static struct dgram	 out[BATCH_MAX], in[BATCH_MAX];
static unsigned int	 alone;		/* of the sending socket */
static unsigned int	 nmessages;	/* that were sent */
static int		 refusal;	/* of several datagrams as one */

int
main(int argc, char *argv[])
{
	if (argc != 8)
		return (2);
	rtable = atoi(argv[3]);

	test_options("127.0.0.1");
	test_options("::1");
	test_batch("127.0.0.1");
	test_batch("::1");
	test_wildcard("0.0.0.0", "127.0.0.2");
	test_wildcard("::", "2001:db8:2::2");
	test_run("127.0.0.1");
	test_run("::1");
	sock_init();
	test_run("127.0.0.1");
	test_run("::1");
	test_run_refused("127.0.0.1", EIO);
	test_run_refused("127.0.0.1", EINVAL);
	test_run_refused("::1", EMSGSIZE);
	test_run_long("192.0.2.1", "192.0.2.99");
	test_run_long("2001:db8:1::1", "2001:db8:1::99");
	test_tos("127.0.0.1", 0);
	test_tos("::1", 1);
	test_long("127.0.0.1");
	test_long("::1");
	test_send_error("127.0.0.1");
	test_send_error("::1");
	test_fragment("192.0.2.1", "192.0.2.99", sock_can_dontfrag);
	test_fragment("2001:db8:1::1", "2001:db8:1::99", 1);
	test_refused();
	test_open_errors(argv[2]);
	test_route(atoi(argv[4]));
	return (0);
}

/* -1: the address is not there. */
static int
open_at(const char *host, struct addr *addr)
{
	struct sockaddr_storage	 ss;
	struct sock_conf	 conf;
	const char		*what;
	socklen_t		 len = sizeof(ss);
	int			 fd;

	memset(&conf, 0, sizeof(conf));
	CHECK(addr_pton(&conf.local, host) == 0);
	conf.rtable = rtable;
	if ((fd = sock_open(&conf, &what)) == -1) {
		if (errno == EADDRNOTAVAIL)
			return (-1);
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(1);
	}
	CHECK(getsockname(fd, (struct sockaddr *)&ss, &len) == 0);
	CHECK(addr_from_sa(addr, (struct sockaddr *)&ss) == 0);
	CHECK(addr->port != 0);
	dgrams_init();
	alone = 0;
	return (fd);
}

static void
dgrams_init(void)
{
	unsigned int	 i;

	memset(out, 0, sizeof(out));
	memset(in, 0xee, sizeof(in));
	for (i = 0; i < BATCH_MAX; i++) {
		out[i].buf = bufs[0][i];
		in[i].buf = bufs[1][i];
	}
}

/* A datagram that tells its number. */
static void
fill(struct dgram *d, unsigned int i, const struct addr *remote)
{
	d->ep.remote = *remote;
	d->len = 1 + i * 23;
	memset(d->buf, i, d->len);
}

/* Waits until that many have come; they are in in[]. */
static unsigned int
receive(int fd, unsigned int want)
{
	struct dgram	 got[BATCH_MAX];
	struct pollfd	 pfd;
	unsigned int	 ngot = 0;
	uint8_t		*buf;
	int		 i, n;

	pfd.fd = fd;
	pfd.events = POLLIN;
	while (ngot < want) {
		if (poll(&pfd, 1, TIMEOUT) == 0)
			break;
		memset(got, 0xee, sizeof(got));
		n = sock_recv(fd, got, BATCH_MAX);
		CHECK(n >= 0);
		for (i = 0; i < n; i++)
			do {
				CHECK(ngot < BATCH_MAX);
				buf = bufs[1][ngot];
				if (!dgram_take(&got[i], &in[ngot]))
					continue;
				memcpy(buf, in[ngot].buf, in[ngot].len);
				in[ngot++].buf = buf;
			} while (got[i].len > 0);
	}
	return (ngot);
}

int
sendmmsg(int fd, struct mmsghdr *m, unsigned int n, int flags)
{
	unsigned int	 i;
	ssize_t		 sent;

	for (i = 0; i < n; i++) {
		errno = refusal;
		if (refusal != 0 && m[i].msg_hdr.msg_iovlen > 1)
			break;
		if ((sent = sendmsg(fd, &m[i].msg_hdr, flags)) == -1)
			break;
		m[i].msg_len = sent;
		nmessages++;
	}
	return (i > 0 ? (int)i : -1);
}

/* Counted since the last call; so many datagrams are one if the system can. */
static unsigned int
messages(unsigned int n)
{
	unsigned int	 sent = nmessages;

	nmessages = 0;
	return (sock_may_join(2, 2) ? sent : n);
}

static void
test_options(const char *host)
{
	struct addr	 addr;
	socklen_t	 len;
	int		 fd, val;

	TEST("%s: not blocking, closed by exec, large receive buffer", host);
	CHECK((fd = open_at(host, &addr)) != -1);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	len = sizeof(val);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &val, &len) == 0);
	CHECK(val >= 128 * 1024);
	len = sizeof(val);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &val, &len) == 0);
	CHECK(val >= PKT_SIZE);
	CHECK_EQ(sock_recv(fd, in, BATCH_MAX), 0);
	close(fd);
}

static void
test_batch(const char *host)
{
	struct addr	 from, to;
	unsigned int	 i, j;
	int		 a, b;

	TEST("%s: %d datagrams at once", host, BATCH_MAX);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	for (i = 0; i < BATCH_MAX; i++)
		fill(&out[i], i, &to);
	CHECK_EQ(sock_send(a, &alone, out, BATCH_MAX), BATCH_MAX);
	CHECK_EQ(receive(b, BATCH_MAX), BATCH_MAX);
	for (i = 0; i < BATCH_MAX; i++) {
		CHECK_EQ(in[i].len, 1 + i * 23);
		for (j = 0; j < in[i].len; j++)
			CHECK_EQ(in[i].buf[j], i);
		CHECK(addr_equal(&in[i].ep.remote, &from));
		CHECK_EQ(in[i].ep.local.family, 0);
		CHECK_EQ(in[i].ep.sock, 0xeeeeeeee);
	}

	TEST("%s: nothing left", host);
	CHECK_EQ(sock_recv(b, in, BATCH_MAX), 0);
	close(a);
	close(b);
}

static void
test_run(const char *host)
{
	struct addr	 from, to, other;
	unsigned int	 i, j;
	int		 a, b, c;

	TEST("%s: equal datagrams in a row, %s", host, sock_may_join(2, 2) ?
	    "sent as one" : "one by one");
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	CHECK((c = open_at(host, &other)) != -1);
	for (i = 0; i < 40; i++) {
		fill(&out[i], i, &to);
		out[i].len = i < 39 ? 1400 : 3;
		memset(out[i].buf, i, out[i].len);
	}
	(void)messages(0);
	CHECK_EQ(sock_send(a, &alone, out, 40), 40);
	CHECK_EQ(messages(1), 1);
	CHECK_EQ(receive(b, 40), 40);
	for (i = 0; i < 40; i++) {
		CHECK_EQ(in[i].len, out[i].len);
		CHECK_MEM(in[i].buf, out[i].buf, in[i].len);
		CHECK(addr_equal(&in[i].ep.remote, &from));
	}

	TEST("%s: what differs is not put together", host);
	for (i = 0; i < 8; i++) {
		fill(&out[i], i, i == 3 ? &other : &to);
		out[i].len = i < 6 ? 100 : 101;
		out[i].tos = i == 5 ? 0x28 : 0;
		for (j = 0; j < out[i].len; j++)
			out[i].buf[j] = i * 3 + j;
	}
	CHECK_EQ(sock_send(a, &alone, out, 8), 8);
	/* 0 1 2, 3, 4, 5, 6 7 */
	CHECK_EQ(messages(5), 5);
	CHECK_EQ(receive(c, 1), 1);
	CHECK_MEM(in[0].buf, out[3].buf, 100);
	CHECK_EQ(receive(b, 7), 7);
	for (i = 0, j = 0; i < 8; i++) {
		if (i == 3)
			continue;
		CHECK_EQ(in[j].len, out[i].len);
		CHECK_MEM(in[j++].buf, out[i].buf, out[i].len);
	}

	TEST("%s: nor more than a packet can be", host);
	for (i = 0; i < BATCH_MAX; i++) {
		fill(&out[i], i, &to);
		out[i].len = 1472;
		out[i].tos = 0;
		memset(out[i].buf, i, out[i].len);
	}
	CHECK_EQ(sock_send(a, &alone, out, BATCH_MAX), BATCH_MAX);
	CHECK_EQ(messages(2), 2);
	CHECK_EQ(receive(b, BATCH_MAX), BATCH_MAX);
	for (i = 0; i < BATCH_MAX; i++)
		CHECK_MEM(in[i].buf, out[i].buf, out[i].len);
	CHECK_EQ(sock_recv(b, in, BATCH_MAX), 0);
	close(a);
	close(b);
	close(c);
}

/* The datagrams of a run that is refused go one by one, and those after it,
 * for a while. */
static void
test_run_refused(const char *host, int error)
{
	struct addr	 from, to;
	unsigned int	 i, total;
	int		 a, b;

	TEST("%s: datagrams in a row are refused: %s", host, strerror(error));
	if (!sock_may_join(2, 2)) {
		TEST("\tnot put together here: left out");
		return;
	}
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	for (i = 0; i < 20; i++) {
		fill(&out[i], i, &to);
		/* the second run is refused, the first was not */
		out[i].len = i < 10 ? 200 : 300;
	}
	(void)messages(0);
	refusal = error;
	CHECK_EQ(sock_send(a, &alone, out, 20), 20);
	refusal = 0;
	CHECK_EQ(messages(20), 20);
	CHECK_EQ(receive(b, 20), 20);
	for (i = 0; i < 20; i++) {
		CHECK_EQ(in[i].len, out[i].len);
		CHECK_EQ(in[i].buf[0], i);
	}

	TEST("%s: and later not any more", host);
	for (total = 20; total < SOCK_ALONE; total += 20) {
		CHECK_EQ(sock_send(a, &alone, out, 20), 20);
		CHECK_EQ(messages(20), 20);
		CHECK_EQ(receive(b, 20), 20);
	}
	CHECK_EQ(alone, 0);
	CHECK_EQ(sock_send(a, &alone, out, 20), 20);
	CHECK_EQ(messages(2), 2);
	CHECK_EQ(receive(b, 20), 20);
	close(a);
	close(b);
}

/* Which of them is too long the caller learns all the same. */
static void
test_run_long(const char *host, const char *dest)
{
	struct addr	 from, to;
	unsigned int	 i;
	int		 a;

	if (!sock_may_join(2, 2))
		return;
	TEST("%s: datagrams in a row, too long for the link", host);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK(addr_pton(&to, dest) == 0);
	to.port = 5080;
	for (i = 0; i < 10; i++) {
		fill(&out[i], i, &to);
		out[i].len = i < 4 ? 1400 : 1480;
	}
	errno = 0;
	CHECK_EQ(sock_send(a, &alone, out, 10), 4);
	CHECK_EQ(errno, EMSGSIZE);
	CHECK(alone > 0);
	errno = 0;
	CHECK_EQ(sock_send(a, &alone, out + 4, 6), 0);
	CHECK_EQ(errno, EMSGSIZE);
	close(a);
}

static void
test_wildcard(const char *any, const char *host)
{
	struct addr	 client, server, addr;
	int		 a, b;

	TEST("%s: an answer comes from %s, where the question went", any,
	    host);
	CHECK((b = open_at(any, &server)) != -1);
	CHECK(addr_pton(&addr, host) == 0);
	if ((a = open_at(host, &client)) == -1) {
		TEST("\tno address %s: left out", host);
		close(b);
		return;
	}
	close(a);
	CHECK((a = open_at(server.family == 4 ? "127.0.0.1" : "::1",
	    &client)) != -1);
	addr.port = server.port;
	fill(&out[0], 7, &addr);
	CHECK_EQ(sock_send(a, &alone, out, 1), 1);
	CHECK_EQ(receive(b, 1), 1);
	CHECK_EQ(in[0].ep.local.family, addr.family);
	CHECK_MEM(in[0].ep.local.ip, addr.ip, sizeof(addr.ip));
	CHECK_EQ(in[0].ep.local.port, 0);

	out[0].ep = in[0].ep;
	fill(&out[0], 9, &in[0].ep.remote);
	CHECK_EQ(sock_send(b, &alone, out, 1), 1);
	CHECK_EQ(receive(a, 1), 1);
	CHECK_EQ(in[0].len, 1 + 9 * 23);
	CHECK(addr_equal(&in[0].ep.remote, &addr));

	TEST("%s: but not from an address that has gone", any);
	CHECK(addr_pton(&out[0].ep.local, server.family == 4 ?
	    "198.51.100.1" : "2001:db8:51::1") == 0);
	CHECK_EQ(sock_send(b, &alone, out, 1), 0);
	CHECK(errno == EADDRNOTAVAIL || errno == ENETUNREACH);
	close(a);
	close(b);
}

static void
test_tos(const char *host, int told)
{
	static const uint8_t	 tos[] = { 0, 0xb8, 0xb8, 0x02, 0, 0, 0x28 };
	struct addr		 from, to;
	unsigned int		 i, n = sizeof(tos);
	int			 a, b;

	TEST("%s: each datagram has its tos", host);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	for (i = 0; i < n; i++) {
		fill(&out[i], i, &to);
		out[i].tos = tos[i];
	}
	CHECK_EQ(sock_send(a, &alone, out, n), n);
	CHECK_EQ(receive(b, n), n);
	for (i = 0; i < n; i++)
		if (in[i].tos != 0)
			told = 1;
	if (!told)
		TEST("\tthe system does not tell: left out");
	for (i = 0; i < n; i++) {
		CHECK_EQ(in[i].len, 1 + i * 23);
		if (told)
			CHECK_EQ(in[i].tos, tos[i]);
	}

	TEST("%s: and leaves the socket without", host);
	out[0].tos = 0;
	CHECK_EQ(sock_send(a, &alone, out, 1), 1);
	CHECK_EQ(receive(b, 1), 1);
	CHECK_EQ(in[0].tos, 0);
	close(a);
	close(b);
}

static void
test_long(const char *host)
{
	struct addr	 from, to;
	int		 a, b;

	TEST("%s: a datagram longer than the buffer is dropped", host);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	fill(&out[0], 1, &to);
	fill(&out[1], 2, &to);
	out[1].buf = big;
	out[1].len = PKT_SIZE + 1;
	fill(&out[2], 3, &to);
	fill(&out[3], 4, &to);
	out[3].len = PKT_SIZE;
	CHECK_EQ(sock_send(a, &alone, out, 4), 4);
	CHECK_EQ(receive(b, 3), 3);
	CHECK_EQ(in[0].len, 1 + 1 * 23);
	CHECK_EQ(in[1].len, 1 + 3 * 23);
	CHECK_EQ(in[2].len, PKT_SIZE);
	CHECK_EQ(in[0].buf[0], 1);
	CHECK_EQ(in[1].buf[0], 3);

	TEST("%s: one after the other, that is no empty socket", host);
	CHECK_EQ(sock_send(a, &alone, out + 1, 1), 1);
	CHECK_EQ(sock_send(a, &alone, out + 2, 1), 1);
	CHECK_EQ(receive(b, 1), 1);
	CHECK_EQ(in[0].len, 1 + 3 * 23);
	close(a);
	close(b);
}

static void
test_send_error(const char *host)
{
	struct addr	 from, to;
	int		 a, b;

	TEST("%s: what cannot be sent is told with its reason", host);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK((b = open_at(host, &to)) != -1);
	fill(&out[0], 1, &to);
	fill(&out[1], 2, &to);
	out[1].buf = big;
	out[1].len = sizeof(big);
	fill(&out[2], 3, &to);
	errno = 0;
	CHECK_EQ(sock_send(a, &alone, out, 3), 1);
	CHECK_EQ(errno, EMSGSIZE);
	CHECK_EQ(sock_send(a, &alone, out + 2, 1), 1);
	CHECK_EQ(receive(b, 2), 2);
	CHECK_EQ(in[1].len, 1 + 3 * 23);
	close(a);
	close(b);
}

static void
test_fragment(const char *host, const char *dest, int must)
{
	struct addr	 from, to;
	int		 a, nsent;

	TEST("%s: a datagram longer than the MTU is not fragmented", host);
	CHECK((a = open_at(host, &from)) != -1);
	CHECK(addr_pton(&to, dest) == 0);
	to.port = 5080;
	fill(&out[0], 1, &to);
	out[0].len = 1472;
	if (to.family == 6)
		out[0].len = 1452;
	CHECK_EQ(sock_send(a, &alone, out, 1), 1);
	out[0].len++;
	errno = 0;
	nsent = sock_send(a, &alone, out, 1);
	if (must) {
		CHECK_EQ(nsent, 0);
		CHECK_EQ(errno, EMSGSIZE);
	} else {
		TEST("\tbut the system cannot help it");
		CHECK_EQ(nsent, 1);
	}
	close(a);
}

static void
test_refused(void)
{
	struct sockaddr_storage	 ss;
	struct addr		 from, to;
	struct pollfd		 pfd;
	socklen_t		 len;
	int			 a, b;

	TEST("a refused datagram does not stop reading");
	CHECK((a = open_at("127.0.0.1", &from)) != -1);
	CHECK((b = open_at("127.0.0.1", &to)) != -1);
	len = addr_to_sa(&to, &ss);
	CHECK(connect(a, (struct sockaddr *)&ss, len) == 0);
	close(b);
	CHECK(send(a, "x", 1, 0) == 1);
	pfd.fd = a;
	pfd.events = POLLIN;
	CHECK(poll(&pfd, 1, TIMEOUT) == 1);
	CHECK_EQ(sock_recv(a, in, BATCH_MAX), 0);
	close(a);
}

static void
test_open_errors(const char *uplink)
{
	struct sock_conf	 conf;
	struct sockaddr_storage	 ss;
	struct addr		 from, to, bound;
	const char		*what = NULL;
	socklen_t		 len = sizeof(ss);
	int			 fd, a, b;

	TEST("no such address, a taken port");
	memset(&conf, 0, sizeof(conf));
	conf.rtable = rtable;
	CHECK(addr_pton(&conf.local, "198.51.100.1") == 0);
	CHECK_EQ(sock_open(&conf, &what), -1);
	CHECK_EQ(errno, EADDRNOTAVAIL);
	CHECK(strcmp(what, "bind") == 0);
	CHECK((fd = open_at("127.0.0.1", &conf.local)) != -1);
	CHECK_EQ(sock_open(&conf, &what), -1);
	CHECK_EQ(errno, EADDRINUSE);
	close(fd);

	TEST("binding to a device%s", sock_can_bind_device ? "" : " cannot");
	memset(&conf.local, 0, sizeof(conf.local));
	conf.local.family = 4;
	strlcpy(conf.ifname, uplink, sizeof(conf.ifname));
	fd = sock_open(&conf, &what);
	if (!sock_can_bind_device) {
		CHECK_EQ(fd, -1);
		CHECK_EQ(errno, EOPNOTSUPP);
		return;
	}
	CHECK(fd != -1);
	CHECK((a = open_at("127.0.0.1", &to)) != -1);
	CHECK((b = open_at("127.0.0.1", &from)) != -1);
	fill(&out[1], 1, &to);
	CHECK(getsockname(fd, (struct sockaddr *)&ss, &len) == 0);
	CHECK(addr_from_sa(&bound, (struct sockaddr *)&ss) == 0);
	to.port = bound.port;
	fill(&out[0], 1, &to);
	CHECK_EQ(sock_send(b, &alone, out, 2), 2);
	CHECK_EQ(receive(a, 1), 1);
	CHECK_EQ(sock_recv(fd, in, BATCH_MAX), 0);
	close(fd);
	close(a);
	close(b);
	strlcpy(conf.ifname, "nosuchif0", sizeof(conf.ifname));
	CHECK_EQ(sock_open(&conf, &what), -1);
	CHECK_EQ(errno, ENODEV);
}

static void
test_route(int other)
{
	struct sock_conf	 conf;
	struct addr		 local, remote, want;
	const char		*what;
	uint16_t		 mtu;

	TEST("local address and MTU of a way");
	memset(&conf, 0, sizeof(conf));
	conf.rtable = rtable;
	CHECK(addr_pton(&remote, "203.0.113.9") == 0);
	CHECK(addr_pton(&want, "192.0.2.1") == 0);
	remote.port = 5080;
	CHECK_EQ(sock_route(&conf, &remote, &local, &mtu, &what), 0);
	CHECK(addr_equal(&local, &want));
	CHECK_EQ(mtu, 1500);
	CHECK(addr_pton(&remote, "2001:db8:9::9") == 0);
	CHECK(addr_pton(&want, "2001:db8:1::1") == 0);
	remote.port = 5080;
	CHECK_EQ(sock_route(&conf, &remote, &local, &mtu, &what), 0);
	CHECK(addr_equal(&local, &want));
	CHECK_EQ(mtu, 1500);

	if (other == -1) {
		TEST("\tno second routing table: left out");
		return;
	}
	TEST("by another routing table");
	conf.rtable = other;
	CHECK(addr_pton(&remote, "203.0.113.9") == 0);
	CHECK(addr_pton(&want, "192.0.2.2") == 0);
	remote.port = 5080;
	CHECK_EQ(sock_route(&conf, &remote, &local, &mtu, &what), 0);
	CHECK(addr_equal(&local, &want));

	TEST("by an interface that is not there");
	strlcpy(conf.ifname, "nothere0", sizeof(conf.ifname));
	CHECK_EQ(sock_route(&conf, &remote, &local, &mtu, &what), -1);
	CHECK(strcmp(what, "bind to interface") == 0);
	CHECK(!sock_can_bind_device || errno == ENODEV);
}
