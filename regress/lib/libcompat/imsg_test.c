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
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <imsg.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void	 pair(struct imsgbuf *, struct imsgbuf *, int);
static void	 unpair(struct imsgbuf *, struct imsgbuf *);
static void	 transfer(struct imsgbuf *, struct imsgbuf *);
static void	 receive(struct imsgbuf *, struct imsg *, uint32_t);
static void	 none(struct imsgbuf *);
static int	 same_file(int, int);
static void	 messages(void);
static void	 getters(void);
static void	 partial(void);
static void	 many(void);
static void	 full(void);
static void	 limits(void);
static void	 hostile(const void *, size_t, const char *);
static void	 descriptors(void);
static void	 descriptor_order(void);
static void	 descriptors_refused(void);
static void	 forward(void);
static void	 closed(void);
static void	 buffers(void);
static void	 readers(void);

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	messages();
	getters();
	partial();
	many();
	full();
	limits();
	descriptors();
	descriptor_order();
	descriptors_refused();
	forward();
	closed();
	buffers();
	readers();
	return (0);
}

static void
pair(struct imsgbuf *a, struct imsgbuf *b, int fdpass)
{
	int	 sv[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, sv) == 0);
	CHECK(imsgbuf_init(a, sv[0]) == 0);
	CHECK(imsgbuf_init(b, sv[1]) == 0);
	if (fdpass) {
		imsgbuf_allow_fdpass(a);
		imsgbuf_allow_fdpass(b);
	}
}

static void
unpair(struct imsgbuf *a, struct imsgbuf *b)
{
	imsgbuf_clear(a);
	imsgbuf_clear(b);
	close(a->fd);
	close(b->fd);
}

static void
transfer(struct imsgbuf *from, struct imsgbuf *to)
{
	CHECK(imsgbuf_flush(from) == 0);
	CHECK_EQ(imsgbuf_queuelen(from), 0);
	CHECK(imsgbuf_read(to) == 1);
}

static void
receive(struct imsgbuf *ibuf, struct imsg *imsg, uint32_t type)
{
	CHECK(imsgbuf_get(ibuf, imsg) == 1);
	CHECK_EQ(imsg_get_type(imsg), type);
}

static void
none(struct imsgbuf *ibuf)
{
	struct imsg	 imsg;

	CHECK(imsg_get(ibuf, &imsg) == 0);
}

static int
same_file(int a, int b)
{
	struct stat	 sa, sb;

	CHECK(fstat(a, &sa) == 0 && fstat(b, &sb) == 0);
	return (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

static void
messages(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	struct iovec	 iov[2];
	char		 buf[16];

	TEST("messages arrive whole and in order");
	pair(&a, &b, 0);
	CHECK(imsg_compose(&a, 1, 17, 4711, -1, "hello", 6) == 1);
	CHECK(imsg_compose(&a, 2, 0, 0, -1, NULL, 0) == 1);
	iov[0].iov_base = "one";
	iov[0].iov_len = 3;
	iov[1].iov_base = "two";
	iov[1].iov_len = 4;
	CHECK(imsg_composev(&a, 3, 1, 0, -1, iov, 2) == 1);
	CHECK_EQ(imsgbuf_queuelen(&a), 3);
	transfer(&a, &b);

	CHECK_EQ(imsg_get(&b, &imsg), IMSG_HEADER_SIZE + 6);
	CHECK_EQ(imsg_get_type(&imsg), 1);
	CHECK_EQ(imsg_get_id(&imsg), 17);
	CHECK_EQ(imsg_get_pid(&imsg), 4711);
	CHECK_EQ(imsg_get_len(&imsg), 6);
	CHECK(imsg_get_fd(&imsg) == -1);
	CHECK(imsg_get_data(&imsg, buf, 6) == 0);
	CHECK(strcmp(buf, "hello") == 0);
	imsg_free(&imsg);

	receive(&b, &imsg, 2);
	CHECK_EQ(imsg_get_len(&imsg), 0);
	CHECK_EQ(imsg_get_pid(&imsg), getpid());
	imsg_free(&imsg);

	receive(&b, &imsg, 3);
	CHECK(imsg_get_data(&imsg, buf, 7) == 0);
	CHECK(strcmp(buf, "onetwo") == 0);
	imsg_free(&imsg);
	none(&b);

	TEST("nothing to be read is no error");
	CHECK(imsgbuf_read(&b) == 1);
	none(&b);
	unpair(&a, &b);
}

static void
getters(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	struct ibuf	 rest;
	char		 buf[64], name[8] = "name";

	TEST("data of a wrong length is refused");
	pair(&a, &b, 0);
	CHECK(imsg_compose(&a, 1, 0, 0, -1, "12345678", 8) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 1);
	CHECK(imsg_get_data(&imsg, buf, 7) == -1);
	CHECK_EQ(errno, EBADMSG);
	CHECK(imsg_get_data(&imsg, buf, 9) == -1);
	CHECK_EQ(errno, EBADMSG);
	CHECK(imsg_get_data(&imsg, buf, 0) == -1);
	CHECK_EQ(errno, EINVAL);
	CHECK(imsg_get_buf(&imsg, buf, 9) == -1);
	CHECK_EQ(errno, EBADMSG);

	TEST("data is read piece by piece");
	CHECK(imsg_get_buf(&imsg, buf, 3) == 0);
	CHECK_MEM(buf, "123", 3);
	CHECK_EQ(imsg_get_len(&imsg), 5);
	CHECK(imsg_get_ibuf(&imsg, &rest) == 0);
	CHECK_EQ(ibuf_size(&rest), 5);
	CHECK_MEM(ibuf_data(&rest), "45678", 5);
	CHECK(imsg_get_ibuf(&imsg, &rest) == -1);
	CHECK_EQ(errno, EBADMSG);
	imsg_free(&imsg);

	TEST("strings end");
	CHECK(imsg_compose(&a, 2, 0, 0, -1, name, sizeof(name)) == 1);
	memset(name, 'x', sizeof(name));
	CHECK(imsg_compose(&a, 2, 0, 0, -1, name, sizeof(name)) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 2);
	CHECK(imsg_get_strbuf(&imsg, buf, sizeof(name)) == 0);
	CHECK(strcmp(buf, "name") == 0);
	imsg_free(&imsg);
	receive(&b, &imsg, 2);
	CHECK(imsg_get_strbuf(&imsg, buf, sizeof(name)) == -1);
	CHECK_EQ(errno, EOVERFLOW);
	imsg_free(&imsg);
	unpair(&a, &b);
}

/* A byte in a read: every cut of header and data. */
static void
partial(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	unsigned char	 wire[64];
	char		 buf[8];
	ssize_t		 i, n;

	TEST("messages that come byte by byte");
	pair(&a, &b, 0);
	CHECK(imsg_compose(&a, 5, 1, 0, -1, "abc", 4) == 1);
	CHECK(imsg_compose(&a, 6, 2, 0, -1, NULL, 0) == 1);
	CHECK(imsgbuf_flush(&a) == 0);
	n = read(b.fd, wire, sizeof(wire));
	CHECK_EQ(n, 2 * IMSG_HEADER_SIZE + 4);
	for (i = 0; i < n; i++) {
		CHECK(write(a.fd, wire + i, 1) == 1);
		CHECK(imsgbuf_read(&b) == 1);
		if (i == (ssize_t)IMSG_HEADER_SIZE + 3) {
			receive(&b, &imsg, 5);
			CHECK(imsg_get_data(&imsg, buf, 4) == 0);
			CHECK(strcmp(buf, "abc") == 0);
			imsg_free(&imsg);
		}
		if (i < n - 1)
			none(&b);
	}
	receive(&b, &imsg, 6);
	CHECK_EQ(imsg_get_len(&imsg), 0);
	imsg_free(&imsg);

	TEST("a message that never gets whole is freed");
	CHECK(write(a.fd, wire, IMSG_HEADER_SIZE + 1) ==
	    (ssize_t)IMSG_HEADER_SIZE + 1);
	CHECK(imsgbuf_read(&b) == 1);
	none(&b);
	unpair(&a, &b);
}

/* More than a socket holds, more than the vector of one write. */
static void
many(void)
{
	static unsigned char	 data[3000], got[sizeof(data)];
	struct imsgbuf		 a, b;
	struct imsg		 imsg;
	uint32_t		 i, n = 0;

	TEST("1000 messages through a full socket");
	pair(&a, &b, 0);
	for (i = 0; i < 1000; i++) {
		memset(data, i, sizeof(data));
		CHECK(imsg_compose(&a, 9, i, 0, -1, data, i * 3 + 1) == 1);
	}
	CHECK(imsgbuf_write(&a) == 0);
	CHECK(imsgbuf_queuelen(&a) > 0);
	while (n < 1000) {
		CHECK(imsgbuf_write(&a) == 0);
		CHECK(imsgbuf_read(&b) == 1);
		while (imsg_get(&b, &imsg) > 0) {
			CHECK_EQ(imsg_get_id(&imsg), n);
			memset(data, n, sizeof(data));
			CHECK(imsg_get_data(&imsg, got, n * 3 + 1) == 0);
			CHECK_MEM(got, data, n * 3 + 1);
			imsg_free(&imsg);
			n++;
		}
	}
	CHECK_EQ(imsgbuf_queuelen(&a), 0);
	none(&b);
	unpair(&a, &b);
}

static void
full(void)
{
	static unsigned char	 data[MAX_IMSGSIZE];
	struct imsgbuf		 a, b;
	struct imsg		 imsg;
	struct ibuf		*buf;

	TEST("the largest message, and one larger");
	pair(&a, &b, 0);
	memset(data, 0xa5, sizeof(data));
	CHECK(imsg_compose(&a, 1, 0, 0, -1, data, MAX_IMSGSIZE -
	    IMSG_HEADER_SIZE) == 1);
	CHECK(imsg_compose(&a, 1, 0, 0, -1, data, MAX_IMSGSIZE -
	    IMSG_HEADER_SIZE + 1) == -1);
	CHECK_EQ(errno, ERANGE);
	CHECK(imsg_create(&a, 1, 0, 0, SIZE_MAX) == NULL);
	CHECK_EQ(errno, ERANGE);
	transfer(&a, &b);
	CHECK_EQ(imsg_get(&b, &imsg), MAX_IMSGSIZE);
	imsg_free(&imsg);

	TEST("a message that is built grows up to the largest");
	CHECK((buf = imsg_create(&a, 2, 0, 0, 0)) != NULL);
	CHECK(imsg_add(buf, data, 100) == 100);
	CHECK(ibuf_add(buf, data, MAX_IMSGSIZE) == -1);
	CHECK_EQ(errno, ERANGE);
	imsg_close(&a, buf);
	CHECK((buf = ibuf_dynamic(0, 50000)) != NULL);
	CHECK(ibuf_add(buf, "x", 1) == 0);
	CHECK(imsg_compose_ibuf(&a, 3, 0, 0, buf) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 2);
	CHECK_EQ(imsg_get_len(&imsg), 100);
	imsg_free(&imsg);
	receive(&b, &imsg, 3);
	CHECK_EQ(imsg_get_len(&imsg), 1);
	imsg_free(&imsg);

	TEST("a larger limit");
	CHECK(imsgbuf_set_maxsize(&a, 65536) == 0);
	CHECK(imsgbuf_set_maxsize(&b, 65536) == 0);
	CHECK((buf = imsg_create(&a, 4, 0, 0, 65536)) != NULL);
	CHECK(ibuf_add_zero(buf, 65536) == 0);
	imsg_close(&a, buf);
	while (imsgbuf_queuelen(&a) > 0) {
		CHECK(imsgbuf_write(&a) == 0);
		CHECK(imsgbuf_read(&b) == 1);
	}
	while (imsg_get(&b, &imsg) == 0)
		CHECK(imsgbuf_read(&b) == 1);
	CHECK_EQ(imsg_get_len(&imsg), 65536);
	imsg_free(&imsg);
	CHECK(imsgbuf_set_maxsize(&a, UINT32_MAX) == -1);
	unpair(&a, &b);
}

static void
limits(void)
{
	struct imsg_hdr	 hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.len = MAX_IMSGSIZE + 1;
	hostile(&hdr, sizeof(hdr), "a length that is too large");
	hdr.len = IMSG_HEADER_SIZE - 1;
	hostile(&hdr, sizeof(hdr), "a length shorter than the header");
	hdr.len = 0;
	hostile(&hdr, sizeof(hdr), "a length of 0");
	hdr.len = 0xffffffff;
	hostile(&hdr, sizeof(hdr), "a length of all bits");
}

static void
hostile(const void *data, size_t len, const char *what)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	int		 i, r;

	TEST("%s ends the channel", what);
	pair(&a, &b, 1);
	CHECK(imsg_compose(&a, 1, 0, 0, -1, NULL, 0) == 1);
	CHECK(imsgbuf_flush(&a) == 0);
	CHECK(write(a.fd, data, len) == (ssize_t)len);
	CHECK(write(a.fd, data, len) == (ssize_t)len);
	/* reported by the one or the other, and again */
	for (i = 0; i < 2; i++) {
		CHECK(write(a.fd, data, len) == (ssize_t)len);
		errno = 0;
		if ((r = imsgbuf_read(&b)) != -1)
			while ((r = imsg_get(&b, &imsg)) > 0)
				imsg_free(&imsg);
		CHECK(r == -1);
		CHECK_EQ(errno, ERANGE);
	}
	unpair(&a, &b);
}

static void
descriptors(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	char		 c;
	int		 p[2], fd, sent;

	TEST("a descriptor is passed, and closed here");
	pair(&a, &b, 1);
	CHECK(pipe(p) == 0);
	CHECK(imsg_compose(&a, 1, 0, 0, -1, "x", 1) == 1);
	CHECK((sent = dup(p[0])) != -1);
	CHECK(imsg_compose(&a, 2, 0, 0, sent, "y", 1) == 1);
	CHECK(imsg_compose(&a, 3, 0, 0, -1, "z", 1) == 1);
	CHECK(imsgbuf_flush(&a) == 0);
	CHECK(fcntl(sent, F_GETFD) == -1);
	/* it ends a read */
	CHECK(imsgbuf_read(&b) == 1);
	CHECK(imsgbuf_read(&b) == 1);

	receive(&b, &imsg, 1);
	CHECK(imsg_get_fd(&imsg) == -1);
	imsg_free(&imsg);
	receive(&b, &imsg, 2);
	CHECK((fd = imsg_get_fd(&imsg)) != -1);
	CHECK(imsg_get_fd(&imsg) == -1);
	imsg_free(&imsg);
	CHECK(same_file(fd, p[0]));
	CHECK(write(p[1], "q", 1) == 1);
	CHECK(read(fd, &c, 1) == 1 && c == 'q');
	close(fd);
	receive(&b, &imsg, 3);
	CHECK(imsg_get_fd(&imsg) == -1);
	imsg_free(&imsg);

	TEST("a descriptor that nobody took is closed");
	CHECK((sent = dup(p[1])) != -1);
	CHECK(imsg_compose(&a, 4, 0, 0, sent, NULL, 0) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 4);
	imsg_free(&imsg);
	close(p[1]);
	CHECK(read(p[0], &c, 1) == 0);
	close(p[0]);

	TEST("also one that was not sent, or not fetched");
	CHECK(pipe(p) == 0);
	CHECK((sent = dup(p[1])) != -1);
	CHECK(imsg_compose(&a, 5, 0, 0, sent, NULL, 0) == 1);
	transfer(&a, &b);
	CHECK(imsg_compose(&a, 6, 0, 0, p[1], NULL, 0) == 1);
	unpair(&a, &b);
	CHECK(read(p[0], &c, 1) == 0);
	close(p[0]);
}

/* Each message has the descriptor that it was sent with. */
static void
descriptor_order(void)
{
	static unsigned char	 data[5000];
	struct imsgbuf		 a, b;
	struct imsg		 imsg;
	int			 p[20][2], fd, i, n = 0;

	TEST("20 descriptors among messages of all sizes");
	pair(&a, &b, 1);
	for (i = 0; i < 20; i++) {
		CHECK(pipe(p[i]) == 0);
		CHECK(imsg_compose(&a, 1, i, 0, -1, data, i * 249) == 1);
		CHECK(imsg_compose(&a, 2, i, 0, dup(p[i][0]), data,
		    (20 - i) * 249) == 1);
		CHECK(imsg_compose(&a, 1, i, 0, -1, data, 7) == 1);
	}
	while (n < 60) {
		CHECK(imsgbuf_write(&a) == 0);
		CHECK(imsgbuf_read(&b) == 1);
		while (imsgbuf_get(&b, &imsg) == 1) {
			fd = imsg_get_fd(&imsg);
			if (imsg_get_type(&imsg) == 1)
				CHECK(fd == -1);
			else {
				CHECK(same_file(fd, p[n / 3][0]));
				close(fd);
			}
			CHECK_EQ(imsg_get_id(&imsg), n / 3);
			imsg_free(&imsg);
			n++;
		}
	}
	for (i = 0; i < 20; i++) {
		close(p[i][0]);
		close(p[i][1]);
	}
	unpair(&a, &b);
}

static void
descriptors_refused(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	char		 c;
	int		 p[2], sent;

	TEST("a channel that passes no descriptors");
	CHECK(pipe(p) == 0);
	pair(&a, &b, 0);
	CHECK((sent = dup(p[1])) != -1);
	CHECK(imsg_compose(&a, 1, 0, 0, sent, NULL, 0) == 1);
	CHECK(imsgbuf_write(&a) == -1);
	unpair(&a, &b);

	TEST("a descriptor that is not wanted is closed");
	pair(&a, &b, 0);
	imsgbuf_allow_fdpass(&a);
	CHECK(imsg_compose(&a, 1, 0, 0, p[1], NULL, 0) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 1);
	CHECK(imsg_get_fd(&imsg) == -1);
	imsg_free(&imsg);
	CHECK(read(p[0], &c, 1) == 0);
	close(p[0]);
	unpair(&a, &b);
}

static void
forward(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;
	char		 buf[8];
	int		 i;

	TEST("a message is forwarded whole, without its descriptor");
	pair(&a, &b, 1);
	CHECK(imsg_compose(&a, 1, 7, 99, dup(a.fd), "payload", 8) == 1);
	transfer(&a, &b);
	receive(&b, &imsg, 1);
	CHECK(imsg_get_buf(&imsg, buf, 3) == 0);
	CHECK(imsg_forward(&b, &imsg) == 1);
	CHECK(imsg_forward(&b, &imsg) == 1);
	CHECK_EQ(imsg_get_len(&imsg), 5);
	imsg_free(&imsg);
	CHECK(imsg_compose(&b, 2, 0, 0, -1, NULL, 0) == 1);
	transfer(&b, &a);
	for (i = 0; i < 2; i++) {
		receive(&a, &imsg, 1);
		CHECK_EQ(imsg_get_id(&imsg), 7);
		CHECK_EQ(imsg_get_pid(&imsg), 99);
		CHECK(imsg_get_fd(&imsg) == -1);
		CHECK(imsg_get_data(&imsg, buf, 8) == 0);
		CHECK(strcmp(buf, "payload") == 0);
		imsg_free(&imsg);
	}

	TEST("also one without data");
	receive(&a, &imsg, 2);
	CHECK(imsg_forward(&a, &imsg) == 1);
	imsg_free(&imsg);
	transfer(&a, &b);
	receive(&b, &imsg, 2);
	CHECK_EQ(imsg_get_len(&imsg), 0);
	imsg_free(&imsg);
	unpair(&a, &b);
}

static void
closed(void)
{
	struct imsgbuf	 a, b;
	struct imsg	 imsg;

	TEST("what came before the peer closed is read");
	pair(&a, &b, 0);
	CHECK(imsg_compose(&a, 1, 0, 0, -1, NULL, 0) == 1);
	CHECK(imsgbuf_flush(&a) == 0);
	imsgbuf_clear(&a);
	close(a.fd);
	CHECK(imsgbuf_read(&b) == 1);
	receive(&b, &imsg, 1);
	imsg_free(&imsg);
	CHECK(imsgbuf_read(&b) == 0);

	TEST("writing to a closed peer is EPIPE");
	CHECK(imsg_compose(&b, 1, 0, 0, -1, NULL, 0) == 1);
	CHECK(imsgbuf_write(&b) == -1);
	CHECK_EQ(errno, EPIPE);
	CHECK(imsgbuf_flush(&b) == -1);
	CHECK_EQ(errno, EPIPE);
	imsgbuf_clear(&b);
	close(b.fd);
}

static void
buffers(void)
{
	struct ibuf	*buf, *other;

	TEST("buffers have bounds");
	CHECK(ibuf_open(0) == NULL);
	CHECK(ibuf_dynamic(2, 1) == NULL);
	CHECK((buf = ibuf_open(8)) != NULL);
	CHECK_EQ(ibuf_size(buf), 0);
	CHECK_EQ(ibuf_left(buf), 8);
	CHECK(ibuf_add_n8(buf, 0x01) == 0);
	CHECK(ibuf_add_n16(buf, 0x0203) == 0);
	CHECK(ibuf_add_n32(buf, 0x04050607) == 0);
	CHECK(ibuf_add_n16(buf, 0) == -1);
	CHECK_EQ(errno, ERANGE);
	CHECK(ibuf_reserve(buf, SIZE_MAX) == NULL);
	CHECK_EQ(errno, ERANGE);
	CHECK(ibuf_add_n8(buf, 0x08) == 0);
	CHECK_EQ(ibuf_left(buf), 0);
	CHECK_HEX(ibuf_data(buf), 8, "0102030405060708");

	TEST("numbers that do not fit");
	CHECK((other = ibuf_dynamic(0, 100)) != NULL);
	CHECK(ibuf_add_n8(other, 256) == -1);
	CHECK_EQ(errno, EINVAL);
	CHECK(ibuf_add_n16(other, 65536) == -1);
	CHECK(ibuf_add_n32(other, 1ULL << 32) == -1);
	CHECK(ibuf_add_h16(other, 65536) == -1);
	CHECK(ibuf_add_h32(other, 1ULL << 32) == -1);
	CHECK_EQ(ibuf_size(other), 0);

	TEST("seek, set, truncate");
	CHECK(ibuf_seek(buf, 8, 0) != NULL);
	CHECK(ibuf_seek(buf, 8, 1) == NULL);
	CHECK(ibuf_seek(buf, 1, SIZE_MAX) == NULL);
	CHECK_EQ(errno, ERANGE);
	CHECK(ibuf_set(buf, 6, "zz", 2) == 0);
	CHECK(ibuf_set(buf, 7, "zz", 2) == -1);
	CHECK(ibuf_truncate(buf, 3) == 0);
	CHECK_EQ(ibuf_size(buf), 3);
	/* nothing of before shines through */
	CHECK(ibuf_truncate(buf, 8) == 0);
	CHECK_HEX(ibuf_data(buf), 8, "0102030000000000");
	CHECK(ibuf_truncate(buf, 9) == -1);

	TEST("string fields");
	CHECK(ibuf_add_strbuf(other, "abcd", 4) == -1);
	CHECK_EQ(errno, EOVERFLOW);
	CHECK(ibuf_add_strbuf(other, "abc", 5) == 0);
	CHECK_HEX(ibuf_data(other), 5, "6162630000");
	CHECK(ibuf_add_ibuf(other, buf) == 0);
	CHECK_EQ(ibuf_size(other), 13);
	ibuf_free(buf);
	ibuf_free(other);
	ibuf_free(NULL);
}

static void
readers(void)
{
	unsigned char	 data[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		'n', 'o', 'e', 'n', 'd'
	};
	struct ibuf	 buf, part;
	char		 str[5];
	char		*s;
	uint64_t	 n64;
	uint32_t	 n32;
	uint16_t	 n16;
	uint8_t		 n8;

	TEST("numbers in network order");
	ibuf_from_buffer(&buf, data, sizeof(data));
	CHECK(ibuf_get_n8(&buf, &n8) == 0 && n8 == 1);
	CHECK(ibuf_get_n16(&buf, &n16) == 0 && n16 == 0x0203);
	CHECK(ibuf_get_n32(&buf, &n32) == 0 && n32 == 0x04050607);
	CHECK(ibuf_get_n64(&buf, &n64) == 0 && n64 == 0x08090a0b0c0d0e0fULL);
	CHECK_EQ(ibuf_size(&buf), 5);

	TEST("reading past the end");
	CHECK(ibuf_get_n64(&buf, &n64) == -1);
	CHECK_EQ(errno, EBADMSG);
	CHECK(ibuf_skip(&buf, 6) == -1);
	CHECK(ibuf_get_ibuf(&buf, 6, &part) == -1);
	CHECK(ibuf_get_string(&buf, 6) == NULL);
	CHECK(ibuf_get(&buf, str, SIZE_MAX) == -1);
	CHECK_EQ(ibuf_size(&buf), 5);

	TEST("strings");
	CHECK((s = ibuf_get_string(&buf, 5)) != NULL);
	CHECK(strcmp(s, "noend") == 0);
	free(s);
	ibuf_rewind(&buf);
	CHECK(ibuf_skip(&buf, 15) == 0);
	CHECK(ibuf_get_strbuf(&buf, str, sizeof(str)) == -1);
	CHECK_EQ(errno, EOVERFLOW);
	CHECK(strcmp(str, "noen") == 0);

	TEST("memory of someone else is not written");
	ibuf_from_buffer(&buf, data, 4);
	CHECK(ibuf_add(&buf, "x", 1) == -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(ibuf_left(&buf), 0);
	CHECK(ibuf_truncate(&buf, 5) == -1);
	CHECK(ibuf_get_ibuf(&buf, 3, &part) == 0);
	CHECK_EQ(ibuf_size(&buf), 1);
	CHECK_EQ(ibuf_size(&part), 3);
}
