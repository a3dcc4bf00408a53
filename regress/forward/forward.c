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
#include <sys/socket.h>
#include <netinet/in.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "forward.h"
#include "net.h"

#define SOCKBUF		(4 * 1024 * 1024)

static int	 open_tun(const char *, int);
static void	 address(struct sockaddr_in *, const char *, const char *);

void
forward_open(int argc, char *argv[], int large, int *tun, int *sock)
{
	struct sockaddr_in	 local, remote;
	int			 size = SOCKBUF;

	if (argc != 6)
		errx(1, "usage: %s device address port remote-address port",
		    argv[0]);
	*tun = open_tun(argv[1], large);
	address(&local, argv[2], argv[3]);
	address(&remote, argv[4], argv[5]);
	if ((*sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) == -1)
		err(1, "socket");
	if (setsockopt(*sock, SOL_SOCKET, SO_RCVBUFFORCE, &size,
	    sizeof(size)) == -1)
		err(1, "SO_RCVBUFFORCE");
	if (bind(*sock, (struct sockaddr *)&local, sizeof(local)) == -1)
		err(1, "bind %s", argv[2]);
	if (connect(*sock, (struct sockaddr *)&remote, sizeof(remote)) == -1)
		err(1, "connect %s", argv[4]);
}

static int
open_tun(const char *name, int large)
{
	struct ifreq	 ifr;
	int		 fd, size = sizeof(struct virtio_net_hdr);

	if ((fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK)) == -1)
		err(1, "/dev/net/tun");
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_TUN | IFF_NO_PI | (large ? IFF_VNET_HDR : 0);
	strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	if (ioctl(fd, TUNSETIFF, &ifr) == -1)
		err(1, "%s", name);
	if (large && (ioctl(fd, TUNSETVNETHDRSZ, &size) == -1 ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 |
	    TUN_F_TSO6) == -1))
		err(1, "%s: offload", name);
	return (fd);
}

static void
address(struct sockaddr_in *sin, const char *host, const char *port)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_port = htons(net_number("port", port, 1, 65535));
	if (inet_pton(AF_INET, host, &sin->sin_addr) != 1)
		errx(1, "%s: no address", host);
}
