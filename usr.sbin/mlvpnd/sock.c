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
 * UDP sockets: opens them, and sends and receives datagrams in batches.  What
 * differs between systems is in sock_*.c.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

#define SOCK_RCVBUF	(4 * 1024 * 1024)	/* at most */
#define SOCK_RCVBUF_MIN	(32 * 1024)
#define SOCK_SNDBUF	(128 * 1024)
#define LISTEN_BACKLOG	16
#define SOCK_RETRY	8	/* pending errors before a datagram */

static int	sock_create(const struct sock_conf *, const char **);
static void	sock_buffers(int);
static int	sock_bind(int, const struct addr *, const char **);
static unsigned int
		sock_fill(const struct dgram *, unsigned int, unsigned int *);
static unsigned int
		sock_joined(const struct dgram *, unsigned int);
static int	sock_send_run(int, unsigned int *, const struct dgram *,
		    unsigned int);
static int	sock_run_refused(int);
static int	sock_soft_error(int);
static void	sock_control_read(struct msghdr *, struct dgram *);
static void	sock_control_write(struct msghdr *, const struct dgram *);

/* What the kernel needs for a message. */
struct slot {
	struct sockaddr_storage	 name;
	unsigned int		 n;	/* datagrams in it */
	union {
		struct cmsghdr	 hdr;
		uint8_t		 buf[SOCK_CONTROL];
	} control;
};

static struct slot	slots[BATCH_MAX];
static struct iovec	iovs[BATCH_MAX];
static struct mmsghdr	headers[BATCH_MAX];
static uint8_t		received[BATCH_MAX * PKT_SIZE];

int
sock_open(const struct sock_conf *conf, const char **what)
{
	int	 fd, saved_errno;

	if ((fd = sock_create(conf, what)) == -1)
		return (-1);
	sock_buffers(fd);
	if (sock_bind(fd, &conf->local, what) == -1 ||
	    (addr_is_any(&conf->local) &&
	    sock_wildcard(fd, conf->local.family, what) == -1)) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return (-1);
	}
	return (fd);
}

int
sock_check(const struct sock_conf *conf, const char **what)
{
	int	 fd;

	if ((fd = sock_create(conf, what)) == -1)
		return (-1);
	close(fd);
	return (0);
}

int
sock_listen(const struct sock_conf *conf, const char **what)
{
	int	 fd, saved_errno;

	*what = "socket";
	if ((fd = socket(conf->local.family == 6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) == -1)
		return (-1);
	if (sock_rtable(fd, conf->rtable, what) == -1)
		goto fail;
	*what = "set SO_REUSEADDR";
	if (sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) == -1 ||
	    sock_bind(fd, &conf->local, what) == -1)
		goto fail;
	*what = "listen";
	if (listen(fd, LISTEN_BACKLOG) == 0)
		return (fd);
 fail:
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return (-1);
}

uint32_t
sock_new_id(void)
{
	static uint32_t	 last;

	return (++last);
}

int
sock_route(const struct sock_conf *conf, const struct addr *remote,
    struct addr *local, uint16_t *mtu, const char **what)
{
	struct sockaddr_storage	 ss;
	struct sock_conf	 probe;
	socklen_t		 len;
	int			 fd, ret = -1, saved_errno;

	probe = *conf;
	probe.local.port = 0;
	if (probe.local.family == 0)
		probe.local.family = remote->family;
	*what = "local address";
	if (probe.local.family != remote->family) {
		errno = EAFNOSUPPORT;
		return (-1);
	}

	if ((fd = sock_create(&probe, what)) == -1)
		return (-1);
	if (!addr_is_any(&probe.local) &&
	    sock_bind(fd, &probe.local, what) == -1)
		goto done;
	*what = "route";
	len = addr_to_sa(remote, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) == -1)
		goto done;
	len = sizeof(ss);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		goto done;
	if (addr_from_sa(local, (struct sockaddr *)&ss) == -1) {
		errno = EAFNOSUPPORT;
		goto done;
	}
	local->port = 0;
	/* some systems reject with routes to the loopback interface */
	if (addr_is_loopback(local) && !addr_is_loopback(remote)) {
		errno = EHOSTUNREACH;
		goto done;
	}
	if (sock_mtu(fd, &probe, local, mtu) == -1)
		*mtu = 0;
	ret = 0;
 done:
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return (ret);
}

int
sock_recv(int fd, struct dgram *dgrams, unsigned int n)
{
	struct dgram	*d;
	struct msghdr	*mh;
	unsigned int	 i, nfilled = 0, nerrors = 0;
	int		 ngot;

	if (n > sizeof(received) / sock_msg_size)
		n = sizeof(received) / sock_msg_size;
	while (nfilled == 0) {
		memset(headers, 0, n * sizeof(headers[0]));
		for (i = 0; i < n; i++) {
			iovs[i].iov_base = received + i * sock_msg_size;
			iovs[i].iov_len = sock_msg_size;
			mh = &headers[i].msg_hdr;
			slots[i].name.ss_family = AF_UNSPEC;
			mh->msg_name = &slots[i].name;
			mh->msg_namelen = sizeof(slots[i].name);
			mh->msg_iov = &iovs[i];
			mh->msg_iovlen = 1;
			mh->msg_control = slots[i].control.buf;
			mh->msg_controllen = sizeof(slots[i].control.buf);
		}

		if ((ngot = recvmmsg(fd, headers, n, 0, NULL)) == -1) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == EWOULDBLOCK)
				return (0);
			if (sock_soft_error(errno) && nerrors++ < SOCK_RETRY)
				continue;
			return (-1);
		}
		if (ngot == 0)
			return (0);

		for (i = 0; i < (unsigned int)ngot; i++) {
			mh = &headers[i].msg_hdr;
			if (mh->msg_flags & MSG_TRUNC)
				continue;
			d = &dgrams[nfilled];
			if (addr_from_sa(&d->ep.remote, mh->msg_name) == -1)
				continue;
			d->buf = iovs[i].iov_base;
			d->len = headers[i].msg_len;
			d->run = 0;
			d->tos = 0;
			memset(&d->ep.local, 0, sizeof(d->ep.local));
			sock_control_read(mh, d);
			nfilled++;
		}
	}
	return (nfilled);
}

int
sock_send(int fd, unsigned int *alone, struct dgram *dgrams, unsigned int n)
{
	unsigned int	 nrun, nsent, done = 0;

	if (n > BATCH_MAX)
		n = BATCH_MAX;
	while (done < n) {
		nrun = sock_run(fd, dgrams + done, n - done);
		nsent = sock_send_run(fd, alone, dgrams + done, nrun);
		sock_run_end(fd, dgrams + done);
		done += nsent;
		if (nsent < nrun)
			break;
	}
	return (done);
}

static int
sock_send_run(int fd, unsigned int *alone, const struct dgram *dgrams,
    unsigned int n)
{
	unsigned int	 nmsgs = 0, i = 0, done = 0;
	int		 nsent;

	while (done < n) {
		if (i == nmsgs) {
			nmsgs = sock_fill(dgrams + done, n - done, alone);
			i = 0;
		}
		/* if fewer were sent, the next call returns the reason */
		nsent = sendmmsg(fd, headers + i, nmsgs - i, 0);
		if (nsent == -1) {
			if (errno == EINTR)
				continue;
			if (slots[i].n > 1 && sock_run_refused(errno)) {
				*alone = SOCK_ALONE;
				nmsgs = i;
				continue;
			}
			/* Linux: this IPv6 ep.local does not exist any more */
			if (errno == EINVAL &&
			    dgrams[done].ep.local.family != 0)
				errno = EADDRNOTAVAIL;
			break;
		}
		for (; nsent > 0; nsent--)
			done += slots[i++].n;
	}
	return (done);
}

/* Makes messages of n datagrams; returns how many. */
static unsigned int
sock_fill(const struct dgram *d, unsigned int n, unsigned int *alone)
{
	struct msghdr	*mh;
	unsigned int	 i, j, nmsgs = 0;

	memset(headers, 0, n * sizeof(headers[0]));
	for (i = 0; i < n; i += slots[nmsgs++].n) {
		slots[nmsgs].n = 1;
		if (*alone > 0)
			(*alone)--;
		else
			slots[nmsgs].n = sock_joined(d + i, n - i);
		for (j = i; j < i + slots[nmsgs].n; j++) {
			iovs[j].iov_base = d[j].buf;
			iovs[j].iov_len = d[j].len;
		}
		mh = &headers[nmsgs].msg_hdr;
		mh->msg_namelen = addr_to_sa(&d[i].ep.remote,
		    &slots[nmsgs].name);
		mh->msg_name = &slots[nmsgs].name;
		mh->msg_iov = &iovs[i];
		mh->msg_iovlen = slots[nmsgs].n;
		mh->msg_control = slots[nmsgs].control.buf;
		sock_control_write(mh, d + i);
		if (slots[nmsgs].n > 1)
			sock_control_write_run(mh, d[i].len);
		if (mh->msg_controllen == 0)
			mh->msg_control = NULL;
	}
	return (nmsgs);
}

/* How many of these datagrams can be one message: the last may be shorter. */
static unsigned int
sock_joined(const struct dgram *d, unsigned int n)
{
	size_t		 total = d[0].len;
	unsigned int	 i;

	for (i = 1; i < n && d[i - 1].len == d[0].len; i++) {
		total += d[i].len;
		if (d[i].len > d[0].len || d[i].len == 0 ||
		    d[i].tos != d[0].tos ||
		    !addr_equal(&d[i].ep.remote, &d[0].ep.remote) ||
		    !addr_equal(&d[i].ep.local, &d[0].ep.local) ||
		    !sock_may_join(i + 1, total))
			break;
	}
	return (i);
}

/* By the system, the device or for the path's MTU? */
static int
sock_run_refused(int error)
{
	switch (error) {
	case EINVAL:
	case EIO:
	case EMSGSIZE:
	case EOPNOTSUPP:
		return (1);
	default:
		return (0);
	}
}

static int
sock_create(const struct sock_conf *conf, const char **what)
{
	int	 fd, saved_errno;

	*what = "socket";
	fd = socket(conf->local.family == 6 ? AF_INET6 : AF_INET,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	if (sock_prepare(fd, conf, what) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return (-1);
	}
	return (fd);
}

/*
 * A large receive buffer holds what arrives while the process does not run.
 * The send buffer is small: packets should wait where they can still be sent
 * on another link.
 */
static void
sock_buffers(int fd)
{
	int	 size;

	for (size = SOCK_RCVBUF; size >= SOCK_RCVBUF_MIN; size /= 2)
		if (sock_rcvbuf(fd, size) == 0)
			break;
	for (size = SOCK_SNDBUF; size > PKT_SIZE; size /= 2)
		if (sock_set(fd, SOL_SOCKET, SO_SNDBUF, size) == 0)
			break;
}

static int
sock_bind(int fd, const struct addr *local, const char **what)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;

	*what = "bind";
	len = addr_to_sa(local, &ss);
	return (bind(fd, (struct sockaddr *)&ss, len));
}

/* An error of a datagram sent earlier is no reason to stop reading. */
static int
sock_soft_error(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case EMSGSIZE:
	case ENETDOWN:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EPROTO:
		return (1);
	default:
		return (0);
	}
}

static void
sock_control_read(struct msghdr *mh, struct dgram *d)
{
	struct cmsghdr		*cm;
	struct in6_pktinfo	 info;
	int			 tclass;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level == IPPROTO_IP)
			sock_control_read4(cm, d);
		else if (cm->cmsg_level == IPPROTO_UDP)
			sock_control_read_run(cm, d);
		else if (cm->cmsg_level == IPPROTO_IPV6 &&
		    cm->cmsg_type == IPV6_TCLASS) {
			memcpy(&tclass, CMSG_DATA(cm), sizeof(tclass));
			d->tos = tclass;
		} else if (cm->cmsg_level == IPPROTO_IPV6 &&
		    cm->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(cm), sizeof(info));
			d->ep.local.family = 6;
			memcpy(d->ep.local.ip, &info.ipi6_addr, 16);
			if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
				d->ep.local.scope = info.ipi6_ifindex;
		}
	}
}

static void
sock_control_write(struct msghdr *mh, const struct dgram *d)
{
	struct in6_pktinfo	 info;
	int			 tclass = d->tos;

	mh->msg_controllen = 0;
	if (d->ep.remote.family == 4) {
		sock_control_write4(mh, d);
		return;
	}
	if (tclass != 0)
		sock_control_add(mh, IPPROTO_IPV6, IPV6_TCLASS, &tclass,
		    sizeof(tclass));
	if (d->ep.local.family == 6) {
		memset(&info, 0, sizeof(info));
		memcpy(&info.ipi6_addr, d->ep.local.ip, 16);
		info.ipi6_ifindex = d->ep.local.scope;
		sock_control_add(mh, IPPROTO_IPV6, IPV6_PKTINFO, &info,
		    sizeof(info));
	}
}

int
sock_set(int fd, int level, int name, int value)
{
	return (setsockopt(fd, level, name, &value, sizeof(value)));
}

void
sock_control_add(struct msghdr *mh, int level, int type, const void *data,
    size_t len)
{
	struct cmsghdr	*cm;

	cm = (struct cmsghdr *)((uint8_t *)mh->msg_control +
	    mh->msg_controllen);
	memset(cm, 0, CMSG_SPACE(len));
	cm->cmsg_level = level;
	cm->cmsg_type = type;
	cm->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cm), data, len);
	mh->msg_controllen += CMSG_SPACE(len);
}
