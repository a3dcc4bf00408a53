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
 * As fast as this can simply be: reads and writes packets of many segments on
 * the tun device, sends and receives many datagrams with one system call, and
 * encrypts each with AES-256-GCM.  No order, no replay window, no handshake: the key
 * is zero and datagrams carry their number.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <linux/virtio_net.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "forward.h"
#include "offload.h"

#define ROOM		65536
#define SIZE		2048		/* of a packet's buffer */
#define RUN_MAX		44		/* datagrams of 1500 bytes in 64K */
#define TURN		16
#define NUMBER		8		/* bytes before the ciphertext */
#define TAG		crypto_aead_aes256gcm_ABYTES
#define HEADER		sizeof(struct virtio_net_hdr)

/* Packets that are written as one. */
struct run {
	uint8_t		*pkt[OFFLOAD_SEGS];
	size_t		 len[OFFLOAD_SEGS];
	size_t		 n;
	int		 open;
	struct offload	 offload;
};

static crypto_aead_aes256gcm_state aes;
static int		 tun, sock;
static uint8_t		 in[HEADER + ROOM];

static int	 from_tun(void);
static size_t	 seal(uint8_t *, const uint8_t *, size_t);
static void	 send_run(struct iovec *, size_t);
static int	 from_sock(void);
static int	 receive(size_t *, size_t *);
static int	 add(struct run *, uint8_t *, size_t);
static void	 write_run(struct run *);

int
main(int argc, char *argv[])
{
	static const uint8_t	 key[crypto_aead_aes256gcm_KEYBYTES];
	struct pollfd		 pfd[2];
	int			 i, on = 1;

	if (sodium_init() == -1 || !crypto_aead_aes256gcm_is_available())
		errx(1, "no AES-256-GCM");
	crypto_aead_aes256gcm_beforenm(&aes, key);
	forward_open(argc, argv, 1, &tun, &sock);
	if (setsockopt(sock, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) == -1)
		err(1, "UDP_GRO");
	pfd[0].fd = tun;
	pfd[1].fd = sock;
	pfd[0].events = pfd[1].events = POLLIN;
	for (;;) {
		if (poll(pfd, 2, -1) == -1)
			err(1, "poll");
		for (i = 0; pfd[0].revents && i < TURN && from_tun(); i++)
			;
		for (i = 0; pfd[1].revents && i < TURN && from_sock(); i++)
			;
	}
}

/* What was read once, in as few messages as it can be. */
static int
from_tun(void)
{
	static uint8_t		 out[RUN_MAX][SIZE];
	static uint8_t		 pkt[SIZE];
	struct iovec		 iov[RUN_MAX];
	struct virtio_net_hdr	 hdr;
	struct offload_todo	 todo;
	struct offload_cut	 cut;
	ssize_t			 n;
	size_t			 len, i = 0;

	if ((n = read(tun, in, sizeof(in))) == -1) {
		if (errno != EAGAIN)
			err(1, "read");
		return (0);
	}
	memcpy(&hdr, in, HEADER);
	memset(&todo, 0, sizeof(todo));
	todo.cut = hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE ? IPPROTO_TCP : 0;
	todo.mss = hdr.gso_size;
	todo.sum = (hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
	todo.sum_start = hdr.csum_start;
	todo.sum_offset = hdr.csum_offset;
	if (offload_cut(&cut, &todo, in + HEADER, n - HEADER) == -1)
		return (1);
	while ((len = offload_next(&cut, pkt, sizeof(pkt) - NUMBER - TAG)) >
	    0) {
		iov[i].iov_base = out[i];
		iov[i].iov_len = seal(out[i], pkt, len);
		if (++i == RUN_MAX) {
			send_run(iov, i);
			i = 0;
		}
	}
	if (i > 0)
		send_run(iov, i);
	return (1);
}

static size_t
seal(uint8_t *out, const uint8_t *p, size_t len)
{
	static uint64_t	 number;
	uint8_t		 nonce[crypto_aead_aes256gcm_NPUBBYTES] = { 0 };

	memcpy(out, &number, NUMBER);
	memcpy(nonce, &number, NUMBER);
	number++;
	(void)crypto_aead_aes256gcm_encrypt_afternm(out + NUMBER, NULL, p,
	    len, out, NUMBER, NULL, nonce, &aes);
	return (len + NUMBER + TAG);
}

static void
send_run(struct iovec *iov, size_t n)
{
	struct msghdr	 mh;
	struct cmsghdr	*cm;
	uint16_t	 size = iov[0].iov_len;
	union {
		struct cmsghdr	 hdr;
		uint8_t		 buf[CMSG_SPACE(sizeof(size))];
	} control;

	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = iov;
	mh.msg_iovlen = n;
	if (n > 1) {
		mh.msg_control = control.buf;
		mh.msg_controllen = sizeof(control.buf);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = IPPROTO_UDP;
		cm->cmsg_type = UDP_SEGMENT;
		cm->cmsg_len = CMSG_LEN(sizeof(size));
		memcpy(CMSG_DATA(cm), &size, sizeof(size));
	}
	/* what is not taken is lost */
	(void)sendmsg(sock, &mh, 0);
}

/* One message, whose datagrams are written as one packet if they fit. */
static int
from_sock(void)
{
	static struct run	 run;
	static uint8_t		 bufs[OFFLOAD_SEGS + 1][SIZE];
	uint8_t			 nonce[crypto_aead_aes256gcm_NPUBBYTES] = { 0 };
	uint8_t			*p = in, *pkt;
	size_t			 n, size, len, i = 0;

	if (!receive(&n, &size))
		return (0);
	for (; n > 0; p += len, n -= len) {
		len = size < n ? size : n;
		if (len < NUMBER + TAG || len > SIZE)
			break;
		pkt = bufs[i++ % (OFFLOAD_SEGS + 1)];
		memcpy(nonce, p, NUMBER);
		if (crypto_aead_aes256gcm_decrypt_afternm(pkt, NULL, NULL,
		    p + NUMBER, len - NUMBER, p, NUMBER, nonce, &aes) == -1)
			break;
		if (!add(&run, pkt, len - NUMBER - TAG)) {
			write_run(&run);
			(void)add(&run, pkt, len - NUMBER - TAG);
		}
	}
	write_run(&run);
	return (1);
}

static int
receive(size_t *len, size_t *size)
{
	struct iovec	 iov = { in, ROOM };
	struct msghdr	 mh;
	struct cmsghdr	*cm;
	union {
		struct cmsghdr	 hdr;
		uint8_t		 buf[64];
	} control;
	ssize_t		 n;
	int		 each;

	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = control.buf;
	mh.msg_controllen = sizeof(control.buf);
	if ((n = recvmsg(sock, &mh, 0)) == -1) {
		if (errno != EAGAIN && errno != ECONNREFUSED)
			err(1, "recvmsg");
		return (0);
	}
	*len = *size = n;
	for (cm = CMSG_FIRSTHDR(&mh); cm != NULL; cm = CMSG_NXTHDR(&mh, cm))
		if (cm->cmsg_level == IPPROTO_UDP &&
		    cm->cmsg_type == UDP_GRO) {
			memcpy(&each, CMSG_DATA(cm), sizeof(each));
			*size = each;
		}
	return (1);
}

static int
add(struct run *run, uint8_t *p, size_t len)
{
	if (run->n == 0)
		run->open = offload_begin(&run->offload, p, len) &&
		    run->offload.proto == IPPROTO_TCP;
	else if (!run->open || !offload_join(&run->offload, run->pkt[0], p,
	    len))
		return (0);
	run->pkt[run->n] = p;
	run->len[run->n++] = len;
	return (1);
}

static void
write_run(struct run *run)
{
	const struct offload	*o = &run->offload;
	struct virtio_net_hdr	 hdr;
	struct iovec		 iov[OFFLOAD_SEGS + 1];
	size_t			 i;

	if (run->n == 0)
		return;
	memset(&hdr, 0, sizeof(hdr));
	if (run->n > 1) {
		offload_finish(o, run->pkt[0]);
		hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr.gso_type = o->family == 4 ? VIRTIO_NET_HDR_GSO_TCPV4 :
		    VIRTIO_NET_HDR_GSO_TCPV6;
		hdr.hdr_len = o->hlen;
		hdr.gso_size = o->mss;
		hdr.csum_start = o->l4;
		hdr.csum_offset = offsetof(struct tcphdr, th_sum);
	}
	iov[0].iov_base = &hdr;
	iov[0].iov_len = HEADER;
	iov[1].iov_base = run->pkt[0];
	iov[1].iov_len = run->len[0];
	for (i = 1; i < run->n; i++) {
		iov[i + 1].iov_base = run->pkt[i] + o->hlen;
		iov[i + 1].iov_len = run->len[i] - o->hlen;
	}
	if (writev(tun, iov, run->n + 1) == -1 && errno == EBADF)
		err(1, "writev");
	run->n = 0;
}
