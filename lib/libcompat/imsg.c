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
#include <sys/uio.h>

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <imsg.h>

#define IMSG_FD_MARK	0x80000000U	/* in len: a descriptor comes along */
#define IMSGBUF_FDPASS	0x1
#define WRITE_IOV	64		/* messages of one system call */
#define PENDING_FDS	4		/* came before their header was whole */

TAILQ_HEAD(ibufs, ibuf);

struct msgbuf {
	struct ibufs	 out;
	struct ibufs	 in;		/* whole messages */
	uint32_t	 nout;
	struct ibuf	*part;		/* header is there, data is to come */
	unsigned char	 hdr[IMSG_HEADER_SIZE];
	size_t		 hdrlen;	/* of a header that is not yet whole */
	int		 fds[PENDING_FDS];
	int		 nfds;
	unsigned char	 rbuf[IBUF_READ_SIZE];
};

union fdmsg {
	struct cmsghdr	 hdr;
	char		 buf[CMSG_SPACE(sizeof(int))];
};

static ssize_t		 imsg_receive(struct imsgbuf *);
static void		 imsg_receive_fds(struct msgbuf *, struct msghdr *);
static int		 imsg_parse(struct imsgbuf *, const unsigned char *,
			    size_t);
static struct ibuf	*imsg_begin(struct imsgbuf *);
static ssize_t		 imsg_send(struct imsgbuf *);
static void		 imsg_sent(struct msgbuf *, size_t);
static void		 ibufs_clear(struct ibufs *);

int
imsgbuf_init(struct imsgbuf *imsgbuf, int fd)
{
	struct msgbuf	*w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (-1);
	TAILQ_INIT(&w->out);
	TAILQ_INIT(&w->in);
	imsgbuf->w = w;
	imsgbuf->pid = getpid();
	imsgbuf->maxsize = MAX_IMSGSIZE;
	imsgbuf->fd = fd;
	imsgbuf->flags = 0;
	return (0);
}

void
imsgbuf_allow_fdpass(struct imsgbuf *imsgbuf)
{
	imsgbuf->flags |= IMSGBUF_FDPASS;
}

/* max: bytes of data in a message. */
int
imsgbuf_set_maxsize(struct imsgbuf *imsgbuf, uint32_t max)
{
	if (max == 0 || max > INT32_MAX - IMSG_HEADER_SIZE) {
		errno = EINVAL;
		return (-1);
	}
	imsgbuf->maxsize = max + IMSG_HEADER_SIZE;
	return (0);
}

/*
 * 1: read, or nothing there to be read; 0: closed by the peer; -1: error,
 * ERANGE for a message whose length cannot be.
 */
int
imsgbuf_read(struct imsgbuf *imsgbuf)
{
	ssize_t	 n;

	do {
		n = imsg_receive(imsgbuf);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return (errno == EAGAIN ? 1 : -1);
	if (n == 0)
		return (0);
	return (imsg_parse(imsgbuf, imsgbuf->w->rbuf, n));
}

/* 0: as much as could be was written; -1: error, EPIPE when closed. */
int
imsgbuf_write(struct imsgbuf *imsgbuf)
{
	struct msgbuf	*w = imsgbuf->w;
	ssize_t		 n;

	while (!TAILQ_EMPTY(&w->out)) {
		if ((n = imsg_send(imsgbuf)) == -1) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == ENOBUFS)
				return (0);
			return (-1);
		}
		imsg_sent(w, n);
	}
	return (0);
}

/* Writes everything, waiting in a loop for a non-blocking descriptor. */
int
imsgbuf_flush(struct imsgbuf *imsgbuf)
{
	while (imsgbuf_queuelen(imsgbuf) > 0)
		if (imsgbuf_write(imsgbuf) == -1)
			return (-1);
	return (0);
}

/* The descriptor stays open. */
void
imsgbuf_clear(struct imsgbuf *imsgbuf)
{
	struct msgbuf	*w = imsgbuf->w;

	if (w == NULL)
		return;
	ibufs_clear(&w->out);
	ibufs_clear(&w->in);
	ibuf_free(w->part);
	while (w->nfds > 0)
		close(w->fds[--w->nfds]);
	freezero(w, sizeof(*w));
	imsgbuf->w = NULL;
}

/* Messages that wait to be written. */
uint32_t
imsgbuf_queuelen(struct imsgbuf *imsgbuf)
{
	return (imsgbuf->w->nout);
}

/* 1: imsg is the next message, for imsg_free() later; 0: none. */
int
imsgbuf_get(struct imsgbuf *imsgbuf, struct imsg *imsg)
{
	struct ibuf	*buf;

	if ((buf = TAILQ_FIRST(&imsgbuf->w->in)) == NULL)
		return (0);
	TAILQ_REMOVE(&imsgbuf->w->in, buf, entry);
	if (ibuf_get(buf, &imsg->hdr, sizeof(imsg->hdr)) == -1) {
		ibuf_free(buf);
		return (-1);
	}
	imsg->hdr.len &= ~IMSG_FD_MARK;
	imsg->data = ibuf_size(buf) > 0 ? ibuf_data(buf) : NULL;
	imsg->buf = buf;
	return (1);
}

/* As imsgbuf_get(), but returns the length with the header. */
ssize_t
imsg_get(struct imsgbuf *imsgbuf, struct imsg *imsg)
{
	int	 n;

	if ((n = imsgbuf_get(imsgbuf, imsg)) != 1)
		return (n);
	return (imsg_get_len(imsg) + IMSG_HEADER_SIZE);
}

/* All data that was not read yet. */
int
imsg_get_ibuf(struct imsg *imsg, struct ibuf *buf)
{
	if (ibuf_size(imsg->buf) == 0) {
		errno = EBADMSG;
		return (-1);
	}
	return (ibuf_get_ibuf(imsg->buf, ibuf_size(imsg->buf), buf));
}

/* The data, if it is exactly len bytes. */
int
imsg_get_data(struct imsg *imsg, void *data, size_t len)
{
	if (len == 0) {
		errno = EINVAL;
		return (-1);
	}
	if (ibuf_size(imsg->buf) != len) {
		errno = EBADMSG;
		return (-1);
	}
	return (ibuf_get(imsg->buf, data, len));
}

/* The next len bytes of the data. */
int
imsg_get_buf(struct imsg *imsg, void *data, size_t len)
{
	return (ibuf_get(imsg->buf, data, len));
}

int
imsg_get_strbuf(struct imsg *imsg, char *str, size_t len)
{
	return (ibuf_get_strbuf(imsg->buf, str, len));
}

/* The descriptor is the caller's from now on; -1: there is none. */
int
imsg_get_fd(struct imsg *imsg)
{
	return (ibuf_fd_get(imsg->buf));
}

uint32_t
imsg_get_id(struct imsg *imsg)
{
	return (imsg->hdr.peerid);
}

size_t
imsg_get_len(struct imsg *imsg)
{
	return (ibuf_size(imsg->buf));
}

pid_t
imsg_get_pid(struct imsg *imsg)
{
	return (imsg->hdr.pid);
}

uint32_t
imsg_get_type(struct imsg *imsg)
{
	return (imsg->hdr.type);
}

/* Queues a copy without the descriptor. */
int
imsg_forward(struct imsgbuf *imsgbuf, struct imsg *imsg)
{
	struct ibuf	*buf;
	struct ibuf	 data;

	ibuf_from_ibuf(&data, imsg->buf);
	ibuf_rewind(imsg->buf);
	if (ibuf_skip(imsg->buf, IMSG_HEADER_SIZE) == -1)
		return (-1);
	buf = imsg_create(imsgbuf, imsg->hdr.type, imsg->hdr.peerid,
	    imsg->hdr.pid, ibuf_size(imsg->buf));
	if (buf != NULL && ibuf_add_ibuf(buf, imsg->buf) == -1) {
		ibuf_free(buf);
		buf = NULL;
	}
	/* as far as it was read before */
	if (ibuf_skip(imsg->buf, ibuf_size(imsg->buf) - ibuf_size(&data)) ==
	    -1 || buf == NULL)
		return (-1);
	imsg_close(imsgbuf, buf);
	return (1);
}

/* pid 0: the own; fd -1: none, else it is closed when it was sent. */
int
imsg_compose(struct imsgbuf *imsgbuf, uint32_t type, uint32_t id, pid_t pid,
    int fd, const void *data, size_t len)
{
	struct iovec	 iov;

	/* iov_base is only read from */
	iov.iov_base = (void *)(uintptr_t)data;
	iov.iov_len = len;
	return (imsg_composev(imsgbuf, type, id, pid, fd, &iov, 1));
}

int
imsg_composev(struct imsgbuf *imsgbuf, uint32_t type, uint32_t id, pid_t pid,
    int fd, const struct iovec *iov, int iovcnt)
{
	struct ibuf	*buf;
	size_t		 len = 0;
	int		 i;

	for (i = 0; i < iovcnt; i++) {
		if (iov[i].iov_len > imsgbuf->maxsize - len) {
			errno = ERANGE;
			return (-1);
		}
		len += iov[i].iov_len;
	}
	if ((buf = imsg_create(imsgbuf, type, id, pid, len)) == NULL)
		return (-1);
	for (i = 0; i < iovcnt; i++)
		if (imsg_add(buf, iov[i].iov_base, iov[i].iov_len) == -1)
			return (-1);
	ibuf_fd_set(buf, fd);
	imsg_close(imsgbuf, buf);
	return (1);
}

/* buf is used up also on an error. */
int
imsg_compose_ibuf(struct imsgbuf *imsgbuf, uint32_t type, uint32_t id,
    pid_t pid, struct ibuf *buf)
{
	struct ibuf	*msg;

	msg = imsg_create(imsgbuf, type, id, pid, ibuf_size(buf));
	if (msg == NULL || imsg_add(msg, ibuf_data(buf), ibuf_size(buf)) ==
	    -1) {
		ibuf_free(buf);
		return (-1);
	}
	ibuf_fd_set(msg, ibuf_fd_get(buf));
	ibuf_free(buf);
	imsg_close(imsgbuf, msg);
	return (1);
}

/* A message of len bytes of data or more. */
struct ibuf *
imsg_create(struct imsgbuf *imsgbuf, uint32_t type, uint32_t id, pid_t pid,
    size_t len)
{
	struct imsg_hdr	 hdr;
	struct ibuf	*buf;

	if (len > imsgbuf->maxsize - IMSG_HEADER_SIZE) {
		errno = ERANGE;
		return (NULL);
	}
	buf = ibuf_dynamic(len + IMSG_HEADER_SIZE, imsgbuf->maxsize);
	if (buf == NULL)
		return (NULL);
	hdr.type = type;
	hdr.len = 0;
	hdr.peerid = id;
	hdr.pid = pid != 0 ? pid : imsgbuf->pid;
	if (imsg_add(buf, &hdr, sizeof(hdr)) == -1)
		return (NULL);
	return (buf);
}

/* Frees buf on an error; returns len else. */
int
imsg_add(struct ibuf *buf, const void *data, size_t len)
{
	if (ibuf_add(buf, data, len) == -1) {
		ibuf_free(buf);
		return (-1);
	}
	return (len);
}

/* Queues a message that is complete. */
void
imsg_close(struct imsgbuf *imsgbuf, struct ibuf *buf)
{
	struct imsg_hdr	 hdr;

	memcpy(&hdr, ibuf_data(buf), sizeof(hdr));
	hdr.len = ibuf_size(buf);
	if (ibuf_fd_avail(buf))
		hdr.len |= IMSG_FD_MARK;
	memcpy(ibuf_data(buf), &hdr, sizeof(hdr));
	TAILQ_INSERT_TAIL(&imsgbuf->w->out, buf, entry);
	imsgbuf->w->nout++;
}

void
imsg_free(struct imsg *imsg)
{
	ibuf_free(imsg->buf);
	imsg->buf = NULL;
	imsg->data = NULL;
}

/* As read(2), into rbuf. */
static ssize_t
imsg_receive(struct imsgbuf *imsgbuf)
{
	union fdmsg	 cmsg;
	struct msgbuf	*w = imsgbuf->w;
	struct msghdr	 msg;
	struct iovec	 iov;
	ssize_t		 n;

	if ((imsgbuf->flags & IMSGBUF_FDPASS) == 0)
		return (read(imsgbuf->fd, w->rbuf, sizeof(w->rbuf)));

	memset(&msg, 0, sizeof(msg));
	memset(&cmsg, 0, sizeof(cmsg));
	iov.iov_base = w->rbuf;
	iov.iov_len = sizeof(w->rbuf);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = &cmsg.buf;
	msg.msg_controllen = sizeof(cmsg.buf);
	if ((n = recvmsg(imsgbuf->fd, &msg, MSG_CMSG_CLOEXEC)) != -1)
		imsg_receive_fds(w, &msg);
	return (n);
}

static void
imsg_receive_fds(struct msgbuf *w, struct msghdr *msg)
{
	struct cmsghdr	*cmsg;
	size_t		 off;
	int		 fd;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (off = 0; CMSG_LEN(off + sizeof(fd)) <= cmsg->cmsg_len;
		    off += sizeof(fd)) {
			memcpy(&fd, CMSG_DATA(cmsg) + off, sizeof(fd));
			if (off == 0 && w->nfds < PENDING_FDS)
				w->fds[w->nfds++] = fd;
			else
				close(fd);
		}
	}
}

/* Cuts what was read into messages; as imsgbuf_read(). */
static int
imsg_parse(struct imsgbuf *imsgbuf, const unsigned char *data, size_t len)
{
	struct msgbuf	*w = imsgbuf->w;
	struct ibuf	*buf;
	size_t		 n;

	while (len > 0) {
		if (w->part == NULL) {
			n = IMSG_HEADER_SIZE - w->hdrlen;
			if (n > len)
				n = len;
			memcpy(w->hdr + w->hdrlen, data, n);
			w->hdrlen += n;
			data += n;
			len -= n;
			if (w->hdrlen < IMSG_HEADER_SIZE)
				break;
			/* on an error hdrlen stays, and so does the error */
			if ((w->part = imsg_begin(imsgbuf)) == NULL)
				return (-1);
			w->hdrlen = 0;
		}
		buf = w->part;
		n = ibuf_left(buf);
		if (n > len)
			n = len;
		if (ibuf_add(buf, data, n) == -1)
			return (-1);
		data += n;
		len -= n;
		if (ibuf_left(buf) == 0) {
			TAILQ_INSERT_TAIL(&w->in, buf, entry);
			w->part = NULL;
		}
	}
	return (1);
}

/* A message of the header that has come; what follows fills it. */
static struct ibuf *
imsg_begin(struct imsgbuf *imsgbuf)
{
	struct msgbuf	*w = imsgbuf->w;
	struct imsg_hdr	 hdr;
	struct ibuf	*buf;
	size_t		 len;

	memcpy(&hdr, w->hdr, sizeof(hdr));
	len = hdr.len & ~IMSG_FD_MARK;
	if (len < IMSG_HEADER_SIZE || len > imsgbuf->maxsize) {
		errno = ERANGE;
		return (NULL);
	}
	if ((buf = ibuf_open(len)) == NULL)
		return (NULL);
	if (ibuf_add(buf, &hdr, sizeof(hdr)) == -1) {
		ibuf_free(buf);
		return (NULL);
	}
	if ((hdr.len & IMSG_FD_MARK) && w->nfds > 0) {
		ibuf_fd_set(buf, w->fds[0]);
		w->nfds--;
		memmove(&w->fds[0], &w->fds[1], w->nfds * sizeof(w->fds[0]));
	}
	return (buf);
}

/* As write(2), of the messages up to the next that has a descriptor. */
static ssize_t
imsg_send(struct imsgbuf *imsgbuf)
{
	union fdmsg	 cmsg;
	struct iovec	 iov[WRITE_IOV];
	struct msghdr	 msg;
	struct ibuf	*buf, *first = TAILQ_FIRST(&imsgbuf->w->out);
	ssize_t		 n;
	int		 fd, iovcnt = 0;

	TAILQ_FOREACH(buf, &imsgbuf->w->out, entry) {
		if (iovcnt == WRITE_IOV || (buf != first &&
		    ibuf_fd_avail(buf)))
			break;
		iov[iovcnt].iov_base = ibuf_data(buf);
		iov[iovcnt].iov_len = ibuf_size(buf);
		iovcnt++;
	}
	if (!ibuf_fd_avail(first))
		return (writev(imsgbuf->fd, iov, iovcnt));
	if ((imsgbuf->flags & IMSGBUF_FDPASS) == 0) {
		errno = EINVAL;
		return (-1);
	}

	memset(&msg, 0, sizeof(msg));
	memset(&cmsg, 0, sizeof(cmsg));
	msg.msg_iov = iov;
	msg.msg_iovlen = iovcnt;
	msg.msg_control = &cmsg.buf;
	msg.msg_controllen = sizeof(cmsg.buf);
	cmsg.hdr.cmsg_len = CMSG_LEN(sizeof(fd));
	cmsg.hdr.cmsg_level = SOL_SOCKET;
	cmsg.hdr.cmsg_type = SCM_RIGHTS;
	fd = first->fd;
	memcpy(CMSG_DATA(&cmsg.hdr), &fd, sizeof(fd));
	if ((n = sendmsg(imsgbuf->fd, &msg, 0)) > 0)
		close(ibuf_fd_get(first));
	return (n);
}

/* Takes n bytes off the queue. */
static void
imsg_sent(struct msgbuf *w, size_t n)
{
	struct ibuf	*buf;
	size_t		 len;

	while ((buf = TAILQ_FIRST(&w->out)) != NULL && n > 0) {
		len = ibuf_size(buf);
		if (len > n)
			len = n;
		if (ibuf_skip(buf, len) == -1)
			return;
		n -= len;
		if (ibuf_size(buf) > 0)
			return;
		TAILQ_REMOVE(&w->out, buf, entry);
		w->nout--;
		ibuf_free(buf);
	}
}

static void
ibufs_clear(struct ibufs *ibufs)
{
	struct ibuf	*buf;

	while ((buf = TAILQ_FIRST(ibufs)) != NULL) {
		TAILQ_REMOVE(ibufs, buf, entry);
		ibuf_free(buf);
	}
}
