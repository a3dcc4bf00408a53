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
 * What the kernel answers, and tells by itself, by netlink(7).  Messages are
 * built by the input: any type, the fixed part, attributes of any length.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>

#include "fuzz.h"

static ssize_t	 fuzz_recvfrom(int, void *, size_t, int, struct sockaddr *,
		    socklen_t *);
static ssize_t	 fuzz_sendto(int, const void *, size_t, int,
		    const struct sockaddr *, socklen_t);

#define recvfrom	fuzz_recvfrom
#define sendto		fuzz_sendto
#include "netif_linux.c"

#define RECEIVED	16		/* datagrams at most */

static size_t	 build(uint8_t *, size_t);
static uint16_t	 build_type(uint8_t);

static struct fuzz_input in;
static unsigned int	 received;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netif		 nif;
	struct tunnel_conf	 tc;
	struct address_conf	 ac;
	struct prefix		 p;
	struct sock_conf	 sc;
	struct way		 way;
	struct addr		 a, none;
	char			 ifname[IFNAMSIZ];
	int			 added;

	in.p = data;
	in.len = size;
	received = 0;
	memset(&nif, 0, sizeof(nif));
	memset(&tc, 0, sizeof(tc));
	memset(&ac, 0, sizeof(ac));
	memset(&sc, 0, sizeof(sc));
	memset(&none, 0, sizeof(none));
	sc.rtable = RTABLE_DEFAULT;
	nif.index = 2;
	nif.rdomain = RT_TABLE_MAIN;
	strlcpy(nif.name, "tun2", sizeof(nif.name));
	netif_own_add(nif.index);
	tc.naddress = 1;
	addr_pton(&tc.address[0].prefix.addr, "10.0.0.1");
	tc.address[0].prefix.len = 24;
	ac = tc.address[0];
	addr_pton(&a, fuzz_get(&in) & 1 ? "192.0.2.1" : "2001:db8::1");
	p.addr = a;
	p.len = a.family == 4 ? 24 : 64;

	while (in.len > 0)
		switch (fuzz_get(&in) % 8) {
		case 0:
			(void)netif_watch_read(-1);
			break;
		case 1:
			(void)netif_mtu(&nif, 1400);
			break;
		case 2:
			(void)netif_address_add(&nif, &ac, &added);
			break;
		case 3:
			(void)netif_address_del(&nif, &ac);
			break;
		case 4:
			(void)netif_route_add(&nif, &tc, &p, 0, ROUTE_LABEL,
			    &added);
			break;
		case 5:
			(void)netif_route_del(&nif, &tc, &p, 0);
			break;
		case 6:
			if (netif_way(&sc, &none, &a, &way) == 0)
				(void)netif_hears(&way, &a, &a);
			break;
		default:
			(void)netif_outside(&sc, &a, ifname);
			break;
		}
	netif_own_del(nif.index);
	return (0);
}

static ssize_t
fuzz_sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *sa, socklen_t salen)
{
	return (len);
}

static ssize_t
fuzz_recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *sa,
    socklen_t *salen)
{
	struct sockaddr_nl	*snl = (struct sockaddr_nl *)sa;
	size_t			 n, len = 0;

	if (in.len == 0 || received++ == RECEIVED) {
		received = 0;
		errno = EAGAIN;
		return (-1);
	}
	memset(buf, 0xdb, size);
	if (snl != NULL) {
		memset(snl, 0, sizeof(*snl));
		snl->nl_family = AF_NETLINK;
		snl->nl_pid = fuzz_get(&in) == 0xff;
		*salen = sizeof(*snl);
	}
	for (n = fuzz_get(&in) % 4; n > 0 && size - len > 4096; n--)
		len += build((uint8_t *)buf + len, size - len);
	return (len);
}

/* A message of at most 2 KB. */
static size_t
build(uint8_t *buf, size_t size)
{
	struct nlmsghdr	*h = (struct nlmsghdr *)buf;
	struct rtattr	*rta;
	uint8_t		*body = NLMSG_DATA(h), how = fuzz_get(&in);
	size_t		 i, n, len;

	memset(buf, 0, 2048);
	h->nlmsg_type = build_type(how);
	h->nlmsg_seq = how & 0x80 ? fuzz_get(&in) : nl_seq;
	h->nlmsg_flags = how & 0x40 ? NLM_F_MULTI : 0;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		len = sizeof(struct nlmsgerr);
		break;
	case NLMSG_DONE:
		len = 4;
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		len = sizeof(struct ifinfomsg);
		break;
	default:
		len = sizeof(struct rtmsg);
		break;
	}
	for (i = 0; i < len; i++)
		body[i] = fuzz_get(&in);
	for (n = fuzz_get(&in) % 8; n > 0; n--) {
		len = NLMSG_ALIGN(len);
		rta = (struct rtattr *)(body + len);
		rta->rta_type = fuzz_get(&in) % 32;
		i = fuzz_get(&in);
		rta->rta_len = RTA_LENGTH(i & 31) + (i & 0x80 ? i : 0);
		len += RTA_LENGTH(i & 31);
		for (i &= 31; i > 0; i--)
			((uint8_t *)RTA_DATA(rta))[i - 1] = fuzz_get(&in);
	}
	h->nlmsg_len = NLMSG_LENGTH(len);
	/* or it says something else */
	if (how & 0x20)
		h->nlmsg_len = fuzz_get(&in) * 16;
	return (NLMSG_ALIGN(NLMSG_LENGTH(len)));
}

static uint16_t
build_type(uint8_t how)
{
	static const uint16_t	 types[] = {
		NLMSG_ERROR, NLMSG_DONE, RTM_NEWROUTE, RTM_DELROUTE,
		RTM_NEWADDR, RTM_DELADDR, RTM_NEWLINK, RTM_DELLINK,
		NLMSG_NOOP, RTM_NEWROUTE, NLMSG_ERROR, RTM_NEWROUTE
	};

	return (types[how % 32 % (sizeof(types) / sizeof(types[0]))]);
}
