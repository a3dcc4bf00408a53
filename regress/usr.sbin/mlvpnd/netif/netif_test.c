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
 * Interfaces, addresses, routes: arguments as in network_linux.sh.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "log.h"
#include "netif.h"
#include "netif_test.h"
#include "segments.h"
#include "sock.h"
#include "test.h"

#define TIMEOUT		5000	/* ms */
#define FRAMES		64	/* that others may send by a new interface */

static void	 test_open(struct netif *);
static void	 test_open_errors(const struct netif *);
static void	 test_mtu(const struct netif *);
static void	 test_describe(const struct netif *);
static void	 test_addresses(const struct netif *);
static void	 test_packets(const struct netif *, const char *, const char *);
static void	 test_segments(const struct netif *, const char *, const char *,
		    int);
static void	 test_large(const struct netif *, const char *, const char *);
static int	 is_reset(const struct offload *, const uint8_t *, ssize_t);
static void	 test_routes(const struct netif *, const char *, const char *,
		    const char *);
static void	 test_watch(const struct netif *, int);
static void	 test_remove(struct netif *);
static void	 test_present(void);
static void	 test_tap(void);

static void	 tunnel_init(const char *, int);
static void	 addresses_add(const struct netif *);
static void	 route_again(const struct netif *, const char *);
static void	 to_prefix(struct prefix *, const char *);
static int	 udp_open(const char *, struct addr *);
static int	 tun_flags(const struct netif *);
static ssize_t	 packet_read(const struct netif *, uint8_t *, size_t);
static ssize_t	 packet_wait(const struct netif *, uint8_t *, size_t);
static void	 packet_reverse(uint8_t *);
static char	*routes(void);

static const char		*script, *uplink, *tun, *tap, *present;
int				 rtable;
static struct tunnel_conf	 tunnel;
static unsigned int		 alone;		/* for sock_send() */

int
main(int argc, char *argv[])
{
	struct netif	 netif;
	char		*before, *after;
	int		 watch;

	if (argc != 8)
		return (2);
	script = argv[1];
	uplink = argv[2];
	rtable = atoi(argv[3]);
	tun = argv[5];
	tap = argv[6];
	present = argv[7];

	log_init(1, 0);
	CHECK(netif_init() == 0);
	CHECK((watch = netif_watch()) != -1);
	before = routes();

	tunnel_init(tun, 0);
	test_open(&netif);
	test_open_errors(&netif);
	test_mtu(&netif);
	test_describe(&netif);
	test_addresses(&netif);
	test_packets(&netif, "10.44.43.1", "10.44.43.2");
	test_packets(&netif, "2001:db8:44::1", "2001:db8:44::2");
	test_segments(&netif, "10.44.43.1", "10.44.43.2", 4);
	test_segments(&netif, "2001:db8:44::1", "2001:db8:44::2", 6);
	sock_init();
	test_large(&netif, "10.44.43.1", "10.44.43.2");
	test_large(&netif, "2001:db8:44::1", "2001:db8:44::2");
	test_routes(&netif, "10.66.0.0/16", "10.66.1.1", "10.44.43.1");
	test_routes(&netif, "2001:db8:66::/48", "2001:db8:66::1",
	    "2001:db8:44::1");
	test_outside(&netif);
	test_watch(&netif, watch);
	test_remove(&netif);
	test_present();
	test_tap();

	TEST("nothing is left behind");
	after = routes();
	if (strcmp(before, after) != 0)
		fprintf(stderr, "before:\n%safter:\n%s", before, after);
	CHECK(strcmp(before, after) == 0);
	free(before);
	free(after);
	return (0);
}

static void
test_open(struct netif *netif)
{
	TEST("a new interface");
	CHECK(if_nametoindex(tun) == 0);
	CHECK(netif_open(netif, &tunnel) == 0);
	CHECK(strcmp(netif->name, tun) == 0);
	CHECK(netif->index != 0 && netif->index == if_nametoindex(tun));
	CHECK_EQ(netif->existed, 0);
	CHECK_EQ(netif->layer2, 0);
}

static void
test_open_errors(const struct netif *netif)
{
	struct tunnel_conf	 conf = tunnel;
	struct netif		 second;

	TEST("and no second user");
	CHECK_EQ(netif_open(&second, &conf), -1);
	CHECK_EQ(errno, EBUSY);
	TEST("nor with the other layer");
	conf.layer2 = 1;
	CHECK_EQ(netif_open(&second, &conf), -1);
	CHECK(errno == EINVAL || errno == EBUSY);
	CHECK(netif_own(netif->index));
}

static void
test_mtu(const struct netif *netif)
{
	TEST("MTU");
	CHECK(netif_mtu(netif, 1420) == 0);
	CHECK(ask("mtu %s 1420", tun) == 0);
	CHECK(netif_mtu(netif, 1280) == 0);
	CHECK(ask("mtu %s 1280", tun) == 0);
}

static void
test_describe(const struct netif *netif)
{
	TEST("description and group");
	CHECK(netif_describe(netif, "mlvpnd: test", "mlvpn") == 0);
	CHECK(ask("descr %s 'mlvpnd: test'", tun) == 0);
	CHECK(netif_describe(netif, "", "") == 0);
}

static void
test_addresses(const struct netif *netif)
{
	struct addr	 a, b;
	int		 i, added;

	TEST("addresses of both families, at once usable");
	CHECK_EQ(netif_ifaddr(tun, 4, &a), -1);
	CHECK_EQ(errno, ENOENT);
	addresses_add(netif);
	CHECK(netif_ifaddr(tun, 4, &a) == 0);
	to_addr(&b, "10.44.43.1");
	CHECK(addr_equal(&a, &b));
	CHECK(netif_ifaddr(tun, 6, &a) == 0);
	to_addr(&b, "2001:db8:44::1");
	CHECK(addr_equal(&a, &b));
	CHECK(ask("usable 2001:db8:44::1") == 0);

	TEST("the way to their networks");
	CHECK(leaves_from("10.44.43.2", "10.44.43.1"));
	CHECK(leaves_from("10.45.0.77", "10.45.0.1"));
	CHECK(leaves_from("10.46.9.9", "10.46.0.1"));
	CHECK(leaves_from("2001:db8:44::2", "2001:db8:44::1"));
	CHECK(leaves_from("10.44.43.7", "192.0.2.1"));

	TEST("a second time they are there already");
	for (i = 0; i < tunnel.naddress; i++) {
		CHECK(netif_address_add(netif, &tunnel.address[i],
		    &added) == 0);
		CHECK_EQ(added, 0);
	}

	TEST("those of an interface that is not there");
	CHECK_EQ(netif_ifaddr("nosuchif0", 4, &a), -1);
	CHECK_EQ(errno, ENOENT);
	TEST("the interface with the default route");
	CHECK(rtable != -1 || (netif_ifaddr("egress", 4, &a) == 0 &&
	    netif_ifaddr(uplink, 4, &b) == 0 && addr_equal(&a, &b)));
}

/* Out by the interface, and the answer in by it. */
static void
test_packets(const struct netif *netif, const char *own, const char *peer)
{
	static uint8_t	 data[PKT_SIZE];
	struct addr	 addr, remote;
	struct dgram	 d;
	struct pollfd	 pfd;
	uint8_t		 buf[PKT_SIZE], *pkt = buf + PKT_HEADROOM;
	ssize_t		 n;
	size_t		 hlen;
	int		 fd, tries = 0;

	TEST("%s: a packet goes out", own);
	CHECK((fd = udp_open(own, &addr)) != -1);
	hlen = addr.family == 4 ? 20 : 40;
	to_addr(&remote, peer);
	remote.port = 5080;
	memset(&d, 0, sizeof(d));
	d.ep.remote = remote;
	d.buf = data;
	d.len = 200;
	memset(data, 'x', d.len);
	CHECK_EQ(sock_send(fd, &alone, &d, 1), 1);
	do {
		CHECK((n = packet_wait(netif, pkt, PKT_ROOM)) > 0);
	} while (pkt[0] >> 4 != addr.family || n != (ssize_t)hlen + 8 + 200);
	CHECK_MEM(pkt + hlen + 8, data, 200);
	CHECK(offload_verify(pkt, n));

	TEST("%s: the answer comes in", own);
	packet_reverse(pkt);
	pfd.fd = fd;
	pfd.events = POLLIN;
	/* a system may take some time to accept what is for a new address */
	do {
		CHECK(tries++ < TIMEOUT / 100);
		CHECK_EQ(tun_write(netif->fd, tun_flags(netif), pkt, n), n);
	} while (poll(&pfd, 1, 100) != 1);
	CHECK_EQ(sock_recv(fd, &d, 1), 1);
	CHECK_EQ(d.len, 200);
	CHECK(addr_equal(&d.ep.remote, &remote));

	TEST("%s: what is no packet does not", own);
	pkt[0] = 0x70;
	CHECK_EQ(tun_write(netif->fd, tun_flags(netif), pkt, n), -1);
	CHECK_EQ(errno, EINVAL);

	TEST("%s: and then it is empty", own);
	while ((n = packet_read(netif, pkt, PKT_ROOM)) > 0)
		CHECK(pkt[0] >> 4 == 4 || pkt[0] >> 4 == 6);
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, EAGAIN);
	close(fd);
}

/* Segments written as one come in as one: a single answer, to all of them. */
static void
test_segments(const struct netif *netif, const char *own, const char *peer,
    int family)
{
	struct segment	 s = { family, STAMPS, 1, 1, 1, 0x10, 1000 };
	struct offload	 o;
	struct iovec	 iov[4];
	struct addr	 a;
	uint8_t		 buf[4][PKT_SIZE], answer[PKT_SIZE], *p;
	size_t		 i, len, total = 0, addrs = family == 4 ? 12 : 8;
	ssize_t		 n;
	int		 resets = 0;

	TEST("%s: TCP segments written as one", own);
	if (!netif->offload) {
		printf("\tnot here\n");
		return;
	}
	for (i = 0; i < 4; i++) {
		p = buf[i] + PKT_HEADROOM;
		if (i == 3)
			s.payload = 700;
		len = segment_make(p, &s);
		to_addr(&a, peer);
		memcpy(p + addrs, a.ip, family == 4 ? 4 : 16);
		to_addr(&a, own);
		memcpy(p + addrs + (family == 4 ? 4 : 16), a.ip,
		    family == 4 ? 4 : 16);
		segment_sums(p, len);
		iov[i].iov_base = p;
		iov[i].iov_len = len;
		if (i == 0)
			CHECK(offload_begin(&o, p, len));
		else {
			CHECK(offload_join(&o, buf[0] + PKT_HEADROOM, p, len));
			iov[i].iov_base = p + o.hlen;
			iov[i].iov_len = len - o.hlen;
		}
		total += iov[i].iov_len;
		s.seq += s.payload;
		s.id++;
	}
	offload_finish(&o, buf[0] + PKT_HEADROOM);
	CHECK_EQ(tun_write_joined(netif->fd, &o, iov, 4), total);

	/* nobody listens: a reset, which repeats our acknowledgement */
	p = answer + PKT_HEADROOM;
	while (resets == 0) {
		CHECK((n = packet_wait(netif, p, PKT_ROOM)) > 0);
		resets += is_reset(&o, p, n);
	}
	CHECK_EQ(get32(p + o.l4 + 4), 0x01020304);
	while ((n = packet_read(netif, p, PKT_ROOM)) > 0)
		resets += is_reset(&o, p, n);
	CHECK_EQ(resets, 1);
}

/*
 * Datagrams that leave the sender as one reach us as one, if the device can,
 * and are cut; what was cut goes back, as one again, and comes in as it left.
 */
static void
test_large(const struct netif *netif, const char *own, const char *peer)
{
	struct dgram		 d[6], back;
	struct addr		 addr, remote;
	struct pollfd		 pfd;
	struct offload_todo	 todo;
	struct offload_cut	 cut;
	struct offload		 o;
	struct iovec		 iov[6];
	static uint8_t		 data[6][1000], all[PKT_HEADROOM + 65536];
	static uint8_t		 pkt[6][PKT_SIZE];
	size_t			 hlen, len, total = 0;
	ssize_t			 n;
	int			 fd, i, got = 0;

	TEST("%s: UDP datagrams as one packet", own);
	if ((netif->offload & OFFLOAD_UDP) == 0) {
		printf("\tnot here\n");
		return;
	}
	CHECK((fd = udp_open(own, &addr)) != -1);
	hlen = (addr.family == 4 ? 20 : 40) + 8;
	to_addr(&remote, peer);
	remote.port = 5081;
	memset(d, 0, sizeof(d));
	for (i = 0; i < 6; i++) {
		d[i].ep.remote = remote;
		d[i].buf = data[i];
		d[i].len = i < 5 ? 1000 : 77;
		memset(data[i], 'a' + i, d[i].len);
	}
	alone = 0;
	CHECK_EQ(sock_send(fd, &alone, d, 6), 6);
	CHECK_EQ(alone, 0);
	while (got < 6) {
		pfd.fd = netif->fd;
		pfd.events = POLLIN;
		CHECK(poll(&pfd, 1, TIMEOUT) == 1);
		n = tun_read(netif->fd, tun_flags(netif), all + PKT_HEADROOM,
		    65536, &todo);
		CHECK(n > 0);
		CHECK_EQ(offload_cut(&cut, &todo, all + PKT_HEADROOM, n), 0);
		while ((len = offload_next(&cut, pkt[got] + PKT_HEADROOM,
		    PKT_ROOM)) > 0) {
			if (len != hlen + d[got].len)
				continue;
			CHECK_EQ(todo.cut, IPPROTO_UDP);
			CHECK_MEM(pkt[got] + PKT_HEADROOM + hlen, data[got],
			    d[got].len);
			CHECK(offload_verify(pkt[got] + PKT_HEADROOM, len));
			packet_reverse(pkt[got] + PKT_HEADROOM);
			iov[got].iov_base = pkt[got] + PKT_HEADROOM;
			iov[got].iov_len = len;
			got++;
		}
	}

	TEST("%s: and back", own);
	for (i = 0; i < 6; i++) {
		if (i == 0)
			CHECK(offload_begin(&o, iov[0].iov_base,
			    iov[0].iov_len));
		else {
			CHECK(offload_join(&o, iov[0].iov_base,
			    iov[i].iov_base, iov[i].iov_len));
			iov[i].iov_base = (uint8_t *)iov[i].iov_base + hlen;
			iov[i].iov_len -= hlen;
		}
		total += iov[i].iov_len;
	}
	offload_finish(&o, iov[0].iov_base);
	CHECK_EQ(tun_write_joined(netif->fd, &o, iov, 6), total);
	for (i = 0; i < 6; ) {
		pfd.fd = fd;
		CHECK(poll(&pfd, 1, TIMEOUT) == 1);
		CHECK_EQ(sock_recv(fd, d, 1), 1);
		do {
			CHECK(dgram_take(&d[0], &back));
			CHECK_EQ(back.len, i < 5 ? 1000 : 77);
			CHECK_MEM(back.buf, data[i], back.len);
			CHECK(addr_equal(&back.ep.remote, &remote));
			i++;
		} while (d[0].len > 0);
	}
	close(fd);
}

static int
is_reset(const struct offload *o, const uint8_t *p, ssize_t len)
{
	return (len >= o->l4 + 20 && p[0] >> 4 == o->family &&
	    p[o->family == 4 ? 9 : 6] == 6 && (p[o->l4 + 13] & 0x04) != 0);
}

static void
test_routes(const struct netif *netif, const char *dst, const char *host,
    const char *own)
{
	TEST("%s: a route", dst);
	CHECK(!leaves_from(host, own));
	route(netif, dst, 0, 1);
	CHECK(leaves_from(host, own));
	TEST("%s: a second time it is there already", dst);
	route_again(netif, dst);
	TEST("%s: with another priority it is another one", dst);
	route(netif, dst, 20, 1);
	unroute(netif, dst, 0);
	CHECK(leaves_from(host, own));
	unroute(netif, dst, 20);
	CHECK(!leaves_from(host, own));
	TEST("%s: taking away what is gone", dst);
	unroute(netif, dst, 20);
}

static void
test_watch(const struct netif *netif, int fd)
{
	struct pollfd	 pfd;
	int		 added;

	TEST("changes so far are seen");
	CHECK_EQ(netif_watch_read(fd), 1);
	CHECK_EQ(netif_watch_read(fd), 0);

	TEST("what we add is not");
	route(netif, "10.66.0.0/16", 0, 1);
	/* the kernel has told of them by now */
	CHECK_EQ(netif_watch_read(fd), 0);
	TEST("what our interface loses is");
	unroute(netif, "10.66.0.0/16", 0);
	CHECK_EQ(netif_watch_read(fd), 1);
	CHECK(netif_address_del(netif, &tunnel.address[0]) == 0);
	CHECK_EQ(netif_watch_read(fd), 1);
	CHECK(netif_address_add(netif, &tunnel.address[0], &added) == 0);
	CHECK_EQ(netif_watch_read(fd), 0);
	TEST("and so is a change of it");
	CHECK(netif_mtu(netif, 1400) == 0);
	CHECK_EQ(netif_watch_read(fd), 1);

	TEST("a new address is");
	CHECK(ask("address 192.0.2.77/24") == 0);
	pfd.fd = fd;
	pfd.events = POLLIN;
	CHECK(poll(&pfd, 1, TIMEOUT) == 1);
	CHECK_EQ(netif_watch_read(fd), 1);
	CHECK(ask("noaddress 192.0.2.77/24") == 0);
	CHECK_EQ(netif_watch_read(fd), 1);
}

static void
test_remove(struct netif *netif)
{
	struct addr	 addr;
	int		 i;

	TEST("addresses are taken away");
	for (i = 0; i < tunnel.naddress; i++)
		CHECK(netif_address_del(netif, &tunnel.address[i]) == 0);
	CHECK_EQ(netif_ifaddr(tun, 4, &addr), -1);
	for (i = 0; i < tunnel.naddress; i++)
		CHECK(netif_address_del(netif, &tunnel.address[i]) == 0);
	TEST("the interface goes with its descriptor");
	netif_close(netif);
	CHECK(if_nametoindex(tun) == 0);
	CHECK(!netif_own(netif->index));
}

static void
test_present(void)
{
	struct address_conf	 conf;
	struct netif		 netif;
	struct addr		 addr;
	int			 added;

	TEST("an interface that is there already stays");
	tunnel_init(present, 0);
	CHECK(netif_open(&netif, &tunnel) == 0);
	CHECK_EQ(netif.existed, 1);
	memset(&conf, 0, sizeof(conf));
	to_prefix(&conf.prefix, "10.9.9.1/24");
	CHECK(netif_address_add(&netif, &conf, &added) == 0);
	CHECK_EQ(added, 0);
	netif_close(&netif);
	CHECK(if_nametoindex(present) != 0);
	CHECK(netif_ifaddr(present, 4, &addr) == 0);
}

static void
test_tap(void)
{
	struct netif	 netif;
	struct addr	 addr;
	struct dgram	 d;
	uint8_t		 buf[PKT_SIZE], *pkt = buf + PKT_HEADROOM;
	ssize_t		 n;
	int		 fd, i;

	TEST("a tap has frames");
	tunnel_init(tap, 1);
	CHECK(netif_open(&netif, &tunnel) == 0);
	CHECK_EQ(netif.layer2, 1);
	addresses_add(&netif);
	CHECK((fd = udp_open("10.44.43.1", &addr)) != -1);
	memset(&d, 0, sizeof(d));
	to_addr(&d.ep.remote, "10.44.43.2");
	d.ep.remote.port = 5080;
	d.buf = buf;
	d.len = 10;
	CHECK_EQ(sock_send(fd, &alone, &d, 1), 1);
	for (i = 0; i < FRAMES; i++) {
		CHECK((n = packet_wait(&netif, pkt, PKT_ROOM)) >= 14);
		/* ARP, which may tell of 10.44.43.1, asks for 10.44.43.2 */
		if (n >= 42 && pkt[12] == 0x08 && pkt[13] == 0x06 &&
		    pkt[41] == 2)
			break;
	}
	CHECK(i < FRAMES);
	CHECK_HEX(pkt + 38, 4, "0a2c2b02");
	CHECK_EQ(tun_write(netif.fd, tun_flags(&netif), pkt, n), n);
	close(fd);

	TEST("routes by a tap go by the peer");
	route(&netif, "10.66.0.0/16", 0, 1);
	CHECK(leaves_from("10.66.1.1", "10.44.43.1"));
	CHECK(ask("via 10.66.1.1 10.44.43.2") == 0);
	unroute(&netif, "10.66.0.0/16", 0);
	netif_close(&netif);
	CHECK(if_nametoindex(tap) == 0);
}

static void
tunnel_init(const char *ifname, int layer2)
{
	memset(&tunnel, 0, sizeof(tunnel));
	strlcpy(tunnel.ifname, ifname, sizeof(tunnel.ifname));
	tunnel.layer2 = layer2;
	tunnel.rdomain = rtable;
	tunnel.naddress = 4;
	to_prefix(&tunnel.address[0].prefix, "10.44.43.1/30");
	to_addr(&tunnel.address[0].peer, "10.44.43.2");
	to_prefix(&tunnel.address[1].prefix, "2001:db8:44::1/64");
	to_prefix(&tunnel.address[2].prefix, "10.45.0.1/24");
	to_prefix(&tunnel.address[3].prefix, "10.46.0.1/32");
	to_addr(&tunnel.address[3].peer, "10.46.9.9");
	if (layer2)
		tunnel.naddress = 2;
}

static void
addresses_add(const struct netif *netif)
{
	int	 i, added;

	for (i = 0; i < tunnel.naddress; i++) {
		CHECK(netif_address_add(netif, &tunnel.address[i],
		    &added) == 0);
		CHECK_EQ(added, 1);
	}
}

void
route(const struct netif *netif, const char *dst, int priority, int want)
{
	struct prefix	 prefix;
	int		 added;

	to_prefix(&prefix, dst);
	CHECK(netif_route_add(netif, &tunnel, &prefix, priority, ROUTE_LABEL,
	    &added) == 0);
	CHECK_EQ(added, want);
}

/* OpenBSD takes it for ours, by its label, and Linux does not. */
static void
route_again(const struct netif *netif, const char *dst)
{
	struct prefix	 prefix;
	int		 added;

	to_prefix(&prefix, dst);
	CHECK(netif_route_add(netif, &tunnel, &prefix, 0, ROUTE_LABEL,
	    &added) == 0);
}

void
unroute(const struct netif *netif, const char *dst, int priority)
{
	struct prefix	 prefix;

	to_prefix(&prefix, dst);
	CHECK(netif_route_del(netif, &tunnel, &prefix, priority) == 0);
}

/* Would a datagram to the host have that source address? */
int
leaves_from(const char *host, const char *source)
{
	struct sock_conf conf;
	struct addr	 remote, local, want;
	const char	*what;
	uint16_t	 mtu;

	to_addr(&remote, host);
	to_addr(&want, source);
	remote.port = 5080;
	memset(&conf, 0, sizeof(conf));
	conf.rtable = rtable;
	return (sock_route(&conf, &remote, &local, &mtu, &what) == 0 &&
	    addr_equal(&local, &want));
}

void
to_addr(struct addr *addr, const char *str)
{
	CHECK(addr_pton(addr, str) == 0);
}

static void
to_prefix(struct prefix *prefix, const char *str)
{
	char	*host, *slash;

	CHECK((host = strdup(str)) != NULL);
	CHECK((slash = strchr(host, '/')) != NULL);
	*slash = '\0';
	memset(prefix, 0, sizeof(*prefix));
	to_addr(&prefix->addr, host);
	prefix->len = atoi(slash + 1);
	free(host);
}

static int
udp_open(const char *host, struct addr *addr)
{
	struct sock_conf conf;
	const char	*what;

	memset(&conf, 0, sizeof(conf));
	to_addr(&conf.local, host);
	conf.rtable = rtable;
	*addr = conf.local;
	return (sock_open(&conf, &what));
}

static int
tun_flags(const struct netif *netif)
{
	return ((netif->layer2 ? TUNF_LAYER2 : 0) | netif->offload);
}

static ssize_t
packet_wait(const struct netif *netif, uint8_t *buf, size_t len)
{
	struct pollfd	 pfd;

	pfd.fd = netif->fd;
	pfd.events = POLLIN;
	CHECK(poll(&pfd, 1, TIMEOUT) == 1);
	return (packet_read(netif, buf, len));
}

/* The first packet of what is read, with its checksum. */
static ssize_t
packet_read(const struct netif *netif, uint8_t *buf, size_t len)
{
	struct offload_todo	 todo;
	struct offload_cut	 cut;
	uint8_t			 all[PKT_HEADROOM + PKT_ROOM];
	ssize_t			 n;

	n = tun_read(netif->fd, tun_flags(netif), all + PKT_HEADROOM,
	    PKT_ROOM, &todo);
	if (n == -1)
		return (-1);
	CHECK_EQ(offload_cut(&cut, &todo, all + PKT_HEADROOM, n), 0);
	return (offload_next(&cut, buf, len));
}

/* Sends a UDP packet back; no checksum changes by that. */
static void
packet_reverse(uint8_t *pkt)
{
	uint8_t	 tmp[16];
	size_t	 len, off, hlen;

	if (pkt[0] >> 4 == 4) {
		len = 4;
		off = 12;
		hlen = 20;
	} else {
		len = 16;
		off = 8;
		hlen = 40;
	}
	memcpy(tmp, pkt + off, len);
	memcpy(pkt + off, pkt + off + len, len);
	memcpy(pkt + off + len, tmp, len);
	memcpy(tmp, pkt + hlen, 2);
	memcpy(pkt + hlen, pkt + hlen + 2, 2);
	memcpy(pkt + hlen + 2, tmp, 2);
}

static char *
routes(void)
{
	FILE	*fp;
	char	 cmd[512], *out = NULL;
	size_t	 len = 0, size = 0;
	ssize_t	 n;
	char	*line = NULL;

	snprintf(cmd, sizeof(cmd), "sh '%s' routes", script);
	CHECK((fp = popen(cmd, "r")) != NULL);
	CHECK((out = strdup("")) != NULL);
	while ((n = getline(&line, &size, fp)) != -1) {
		CHECK((out = realloc(out, len + n + 1)) != NULL);
		memcpy(out + len, line, n + 1);
		len += n;
	}
	free(line);
	CHECK(pclose(fp) == 0);
	return (out);
}

int
ask(const char *fmt, ...)
{
	va_list	 ap;
	char	 words[256], cmd[512];

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	snprintf(cmd, sizeof(cmd), "sh '%s' %s", script, words);
	return (system(cmd));
}
