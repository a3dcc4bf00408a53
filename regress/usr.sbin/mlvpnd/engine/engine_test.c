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
 * Two engines, each with this program as its parent, joined by UDP over
 * loopback.  Their tunnel interfaces are socket pairs.  Nothing here waits
 * for time to pass, only for what has to happen, and for that at most
 * PATIENCE.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <imsg.h>
#include <poll.h>
#include <pcap.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core.h"
#include "engine.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "segments.h"
#include "sock.h"
#include "test.h"

#define PATIENCE	20000		/* ms */
#define TUNNEL_ID	7
#define OTHER_ID	8

/* An engine and what its parent holds. */
struct peer {
	const char	*name;
	pid_t		 pid;
	struct imsgbuf	 ibuf;
	int		 tun;		/* our end */
	char		 ctl[64];
};

static char	 dir[] = "/tmp/engine_test.XXXXXX";
static struct peer a = { .name = "a", .tun = -1 };
static struct peer b = { .name = "b", .tun = -1 };
static uint32_t	 next_sock = 1;

static void	 cleanup(void);
static void	 peer_start(struct peer *);
static void	 peer_stop(struct peer *);
static void	 peer_dies(struct peer *);
static void	 peer_send(struct peer *, uint32_t, int, const void *, size_t);
static void	 peer_flush(struct peer *);
static int	 peer_recv(struct peer *, struct imsg *, int);
static void	 await_event(struct peer *, int, const char *);
static void	 await_remote(struct peer *, const char *,
		    const struct addr *);
static void	 await_up(struct peer *, const char *);
static void	 await_title(struct peer *, const char *);
static void	 no_message(struct peer *);
static int	 tun_pair(struct peer *);
static void	 tunnel_conf(struct tunnel_conf *, uint32_t, const char *, int);
static void	 link_conf(struct link_conf *, const char *);
static void	 listen_conf(struct listen_conf *, uint32_t);
static void	 conf_server(struct peer *, int, uint32_t, int, int);
static void	 conf_client(struct peer *, int, int, const char *[]);
static void	 conf_rules(struct peer *, const struct match_conf *, int);
static int	 udp_socket(struct addr *);
static int	 port_free(const struct addr *);
static void	 link_socket(struct peer *, const char *, uint32_t, int,
		    const struct addr *, const struct addr *);
static size_t	 packet(uint8_t *, uint32_t);
static void	 packet_send(struct peer *, uint32_t);
static void	 tun_send(struct peer *, uint8_t *, size_t);
static int	 packet_recv(struct peer *, uint32_t *, int);
static void	 pass(struct peer *, struct peer *);
static int	 ctl_open(struct peer *, struct imsgbuf *);
static int	 ctl_next(struct imsgbuf *, struct imsg *);
static void	 ctl_summary(struct peer *, struct ctl_summary *);
static int	 ctl_listens(struct peer *, struct ctl_listen *, int);
static void	 ctl_tunnel(struct peer *, struct ctl_tunnel *);
static int	 ctl_links(struct peer *, struct ctl_link *, int);
static void	 ctl_link(struct peer *, const char *, struct ctl_link *);
static int	 ctl_filters(struct peer *, struct ctl_match *, int);
static uint32_t	 ctl_link_admin(struct peer *, uint32_t, const char *);
static int64_t	 now_ms(void);

static struct addr	 server, local1, local2;
static uint32_t		 listen_id, sock1, sock2;
static uint64_t		 rate = 100000000;

static void	 test_start(void);
static void	 test_traffic(void);
static void	 test_segments(void);
static void	 test_large(void);
static void	 test_reload_same(void);
static void	 test_listen_failed(void);
static void	 test_second_link(void);
static void	 test_replace_socket(void);
static void	 test_new_remote(void);
static void	 test_admin(void);
static void	 test_garbage(void);
static void	 test_remove_link(void);
static void	 test_swap_secrets(void);
static void	 test_rules(void);
static void	 test_bad_rules(void);
static void	 test_interface_gone(void);
static void	 test_log(void);
static void	 test_stop(void);

int
main(void)
{
	log_init(1, 0);
	signal(SIGPIPE, SIG_IGN);
	if (getpwnam(MLVPND_USER) == NULL)
		errx(1, "no user %s", MLVPND_USER);
	if (mkdtemp(dir) == NULL)
		err(1, "mkdtemp");
	atexit(cleanup);

	peer_start(&a);
	peer_start(&b);
	test_start();
	test_traffic();
	test_segments();
	test_large();
	test_reload_same();
	test_listen_failed();
	test_second_link();
	test_replace_socket();
	test_new_remote();
	test_admin();
	test_garbage();
	test_remove_link();
	test_swap_secrets();
	test_rules();
	test_bad_rules();
	test_log();
	test_interface_gone();
	test_stop();
	return (0);
}

static void
cleanup(void)
{
	if (dir[0] == '\0')		/* a child */
		return;
	if (a.pid > 0)
		kill(a.pid, SIGKILL);
	if (b.pid > 0)
		kill(b.pid, SIGKILL);
	unlink(a.ctl);
	unlink(b.ctl);
	rmdir(dir);
}

static void
test_start(void)
{
	const char	*links[] = { "one", NULL };
	int		 fd;

	TEST("two engines find each other");
	fd = udp_socket(&server);
	listen_id = next_sock++;
	conf_server(&a, fd, listen_id, tun_pair(&a), 0);
	conf_client(&b, tun_pair(&b), 0, links);
	fd = udp_socket(&local1);
	sock1 = next_sock++;
	link_socket(&b, "one", sock1, fd, &local1, &server);

	await_event(&b, CORE_LINK_UP, "one");
	await_event(&b, CORE_TUNNEL_UP, "");
	await_event(&a, CORE_TUNNEL_UP, "");

	TEST("the process title shows the link");
	await_title(&a, ": engine home @one");
	await_title(&b, ": engine home @one");
}

static void
test_traffic(void)
{
	struct ctl_tunnel	 ct;
	uint32_t		 i, n, got[256];

	TEST("a packet each way");
	pass(&b, &a);
	pass(&a, &b);

	TEST("200 packets, each once");
	memset(got, 0, sizeof(got));
	for (i = 0; i < 200; i++)
		packet_send(&b, i);
	for (i = 0; i < 200; i++) {
		CHECK(packet_recv(&a, &n, PATIENCE));
		CHECK(n < 200);
		got[n]++;
	}
	for (i = 0; i < 200; i++)
		CHECK_EQ(got[i], 1);
	ctl_tunnel(&a, &ct);
	CHECK_EQ(ct.state, TUNNEL_UP);
	CHECK_EQ(ct.rx_packets, 201);
	CHECK_EQ(ct.tx_packets, 1);
	ctl_tunnel(&b, &ct);
	CHECK_EQ(ct.tx_packets, 201);
}

/* All come in order, some together, but not the one that was damaged. */
static void
test_segments(void)
{
	static uint8_t	 buf[PKT_HEADROOM + 65536];
	struct segment	 s = { 4, STAMPS, 0, 1, 1, 0x10, 1000 };
	const uint32_t	 n = 64, bad = 40;
	struct pollfd	 pfd = { .fd = b.tun, .events = POLLIN };
	struct offload_todo todo;
	uint8_t		*p = buf + PKT_HEADROOM;
	uint32_t	 i, got = 0;
	size_t		 hlen = 52;
	ssize_t		 len;
	int		 pieces = 0;

	TEST("TCP segments, written as few");
	for (i = 0; i < n; i++) {
		len = segment_make(p, &s);
		if (i == bad)
			p[hlen]++;
		tun_send(&a, p, len);
		s.seq += s.payload;
		s.id++;
	}
	while (got < n * s.payload) {
		CHECK(poll(&pfd, 1, PATIENCE) == 1);
		len = tun_read(b.tun, OFFLOAD_TCP, p, 65536, &todo);
		CHECK(len > (ssize_t)hlen);
		CHECK_EQ(get16(p + 2), len);
		CHECK_EQ(get32(p + 24), got);
		CHECK(got == bad * s.payload || got / s.payload > bad ||
		    got + len - hlen <= bad * s.payload);
		if (got == bad * s.payload) {
			CHECK_EQ(len, hlen + s.payload);
			CHECK(!offload_verify(p, len));
		}
		got += len - hlen;
		pieces++;
	}
	CHECK_EQ(got, n * s.payload);
	CHECK(pieces < (int)n);
}

/* A packet of many segments, as the system gives it, crosses as packets that
 * each path has room for, and comes out whole. */
static void
test_large(void)
{
	static uint8_t	 bufs[30][PKT_HEADROOM + 1200];
	static uint8_t	 buf[PKT_HEADROOM + 65536];
	struct segment	 s = { 4, STAMPS, 0, 1, 1, 0x10, 1100 };
	struct pollfd	 pfd = { .fd = b.tun, .events = POLLIN };
	struct offload	 o;
	struct offload_todo todo;
	struct iovec	 iov[30];
	uint8_t		*p = buf + PKT_HEADROOM;
	size_t		 i, got = 0, all = 0;
	ssize_t		 len;

	TEST("a packet of many segments is cut");
	for (i = 0; i < 30; i++) {
		iov[i].iov_base = bufs[i] + PKT_HEADROOM;
		s.payload = i < 29 ? 1100 : 17;
		iov[i].iov_len = segment_make(iov[i].iov_base, &s);
		if (i == 0)
			CHECK(offload_begin(&o, iov[0].iov_base,
			    iov[0].iov_len));
		else {
			CHECK(offload_join(&o, iov[0].iov_base,
			    iov[i].iov_base, iov[i].iov_len));
			iov[i].iov_base = (uint8_t *)iov[i].iov_base + o.hlen;
			iov[i].iov_len -= o.hlen;
		}
		s.seq += s.payload;
		s.id++;
		all += s.payload;
	}
	offload_finish(&o, iov[0].iov_base);
	CHECK(tun_write_joined(a.tun, &o, iov, 30) > 0);
	while (got < all) {
		CHECK(poll(&pfd, 1, PATIENCE) == 1);
		len = tun_read(b.tun, OFFLOAD_TCP, p, 65536, &todo);
		CHECK(len > o.hlen);
		CHECK_EQ(get32(p + 24), got);
		if (todo.cut == 0)
			CHECK(offload_verify(p, len));
		for (i = o.hlen; i < (size_t)len; i++, got++)
			CHECK_EQ(p[i], (uint8_t)(got ^ got >> 8 ^ got >> 16));
	}
	CHECK_EQ(got, all);
}

static void
test_reload_same(void)
{
	const char	*links[] = { "one", NULL };
	struct ctl_link	 cl;

	TEST("the same configuration again disturbs nothing");
	no_message(&a);
	no_message(&b);
	conf_server(&a, -1, listen_id, -1, 0);
	conf_client(&b, -1, 0, links);
	ctl_link(&b, "one", &cl);
	CHECK_EQ(cl.state, LINK_UP);
	pass(&b, &a);
	pass(&a, &b);
	no_message(&a);
	no_message(&b);

	TEST("another bandwidth does not stop a link");
	rate = 50000000;
	conf_client(&b, -1, 0, links);
	ctl_link(&b, "one", &cl);
	CHECK_EQ(cl.state, LINK_UP);
	CHECK_EQ(cl.rate_conf, 50000000);
	pass(&b, &a);
	pass(&a, &b);
	no_message(&a);
	no_message(&b);
}

static void
test_listen_failed(void)
{
	struct ctl_listen	 cl[3];
	struct listen_conf	 lc;
	struct tunnel_conf	 tc;
	struct peer		 c = { .name = "c", .tun = -1 };

	TEST("the address that an engine listens on");
	CHECK_EQ(ctl_listens(&b, cl, 3), 0);
	CHECK_EQ(ctl_listens(&a, cl, 3), 1);
	CHECK(addr_equal(&cl[0].addr, &server));
	CHECK_EQ(cl[0].error, 0);

	TEST("one that could not be opened, beside it");
	listen_conf(&lc, listen_id);
	tunnel_conf(&tc, TUNNEL_ID, "home", 0);
	peer_send(&a, IMSG_RECONF_CONF, -1, NULL, 0);
	peer_send(&a, IMSG_RECONF_LISTEN, -1, &lc, sizeof(lc));
	lc.id = SOCK_NONE;
	lc.error = EADDRINUSE;
	strlcpy(lc.ifname, "egress", sizeof(lc.ifname));
	peer_send(&a, IMSG_RECONF_LISTEN, -1, &lc, sizeof(lc));
	peer_send(&a, IMSG_RECONF_TUNNEL, -1, &tc, sizeof(tc));
	peer_send(&a, IMSG_RECONF_END, -1, NULL, 0);
	peer_flush(&a);
	while (ctl_listens(&a, cl, 3) != 2)
		continue;
	CHECK_EQ(cl[0].error, 0);
	CHECK_EQ(cl[1].error, EADDRINUSE);
	CHECK(strcmp(cl[1].ifname, "egress") == 0);
	pass(&b, &a);
	pass(&a, &b);

	TEST("and not any more");
	conf_server(&a, -1, listen_id, -1, 0);
	while (ctl_listens(&a, cl, 3) != 1)
		continue;
	pass(&b, &a);
	no_message(&a);

	TEST("refused: one without an id and without an error");
	peer_start(&c);
	listen_conf(&lc, SOCK_NONE);
	peer_send(&c, IMSG_RECONF_CONF, -1, NULL, 0);
	peer_send(&c, IMSG_RECONF_LISTEN, -1, &lc, sizeof(lc));
	peer_flush(&c);
	peer_dies(&c);
}

static void
test_second_link(void)
{
	const char	*links[] = { "two", "one", NULL };
	struct ctl_link	 cl[4];
	int		 fd;

	TEST("a link is added, the other stays");
	conf_client(&b, -1, 0, links);
	fd = udp_socket(&local2);
	sock2 = next_sock++;
	link_socket(&b, "two", sock2, fd, &local2, &server);
	await_event(&b, CORE_LINK_UP, "two");
	await_event(&a, CORE_LINK_UP, "two");
	CHECK_EQ(ctl_links(&b, cl, 4), 2);
	CHECK_EQ(ctl_links(&a, cl, 4), 2);
	pass(&b, &a);
}

static void
test_replace_socket(void)
{
	struct addr	 new;
	int		 fd;

	TEST("a link's socket is replaced, the old one is closed");
	CHECK(!port_free(&local2));
	fd = udp_socket(&new);
	sock2 = next_sock++;
	link_socket(&b, "two", sock2, fd, &new, &server);
	await_remote(&a, "two", &new);
	CHECK(port_free(&local2));
	local2 = new;
	pass(&b, &a);
	pass(&a, &b);
}

static void
test_new_remote(void)
{
	struct addr	 nowhere;
	int		 fd;

	TEST("another remote for the same socket, and back");
	fd = udp_socket(&nowhere);
	link_socket(&b, "two", sock2, -1, &local2, &nowhere);
	await_remote(&b, "two", &nowhere);
	pass(&b, &a);
	pass(&a, &b);
	link_socket(&b, "two", sock2, -1, &local2, &server);
	await_remote(&b, "two", &server);
	await_up(&b, "two");
	close(fd);

	TEST("a socket that did not arrive");
	link_socket(&b, "two", next_sock++, -1, &local2, &server);
	pass(&b, &a);
}

static void
test_admin(void)
{
	struct ctl_link	 cl[4];

	TEST("a link is switched off and on");
	CHECK_EQ(ctl_link_admin(&b, IMSG_CTL_LINK_DOWN, "one"), CTL_RES_OK);
	await_event(&b, CORE_LINK_DOWN, "one");
	await_title(&b, ": engine home !one @two");
	pass(&b, &a);
	CHECK_EQ(ctl_links(&b, cl, 4), 2);
	CHECK_EQ(ctl_link_admin(&b, IMSG_CTL_LINK_UP, "one"), CTL_RES_OK);
	await_event(&b, CORE_LINK_UP, "one");
	await_title(&b, ": engine home @one @two");
	CHECK_EQ(ctl_link_admin(&b, IMSG_CTL_LINK_UP, "no"), CTL_RES_NOSUCH);
}

static void
test_garbage(void)
{
	struct ctl_summary	 before, after;
	struct sockaddr_storage	 ss;
	uint8_t			 buf[1500];
	uint32_t		 x = 1;
	socklen_t		 sslen;
	struct addr		 from;
	size_t			 i, j, len;
	int			 fd;

	TEST("garbage to the listening socket is counted");
	ctl_summary(&a, &before);
	sslen = addr_to_sa(&server, &ss);
	fd = udp_socket(&from);
	for (i = 0; i < 300; i++) {
		for (j = 0; j < sizeof(buf); j++) {
			x = x * 1664525 + 1013904223;
			buf[j] = x >> 24;
		}
		buf[0] = i % 2 ? 0x30 | i % 6 : buf[0];
		len = i * 5;
		if (sendto(fd, buf, len, 0, (struct sockaddr *)&ss,
		    sslen) == -1)
			err(1, "sendto");
		pass(&b, &a);	/* keeps its queue short */
	}
	close(fd);
	do {
		ctl_summary(&a, &after);
	} while (after.rx_unknown + after.rx_malformed + after.rx_badmac1 <
	    before.rx_unknown + before.rx_malformed + before.rx_badmac1 + 200);
	CHECK_EQ(after.links_up, before.links_up);
	pass(&a, &b);
}

static void
test_remove_link(void)
{
	const char	*links[] = { "one", NULL };
	struct ctl_link	 cl[4];

	TEST("a link is removed and its socket closed");
	CHECK(!port_free(&local2));
	conf_client(&b, -1, 0, links);
	CHECK_EQ(ctl_links(&b, cl, 4), 1);
	CHECK(strcmp(cl[0].name, "one") == 0);
	CHECK(port_free(&local2));
	CHECK(!port_free(&local1));
	pass(&b, &a);
	pass(&a, &b);
}

/* A second tunnel takes over the secret of the first and the reverse. */
static void
test_swap_secrets(void)
{
	struct ctl_summary	 cs;
	struct tunnel_conf	 tc;
	int			 swapped;

	TEST("two tunnels swap their secrets");
	for (swapped = 0; swapped < 2; swapped++) {
		peer_send(&a, IMSG_RECONF_CONF, -1, NULL, 0);
		tunnel_conf(&tc, TUNNEL_ID, "home", swapped);
		peer_send(&a, IMSG_RECONF_TUNNEL, -1, &tc, sizeof(tc));
		tunnel_conf(&tc, OTHER_ID, "away", !swapped);
		peer_send(&a, IMSG_RECONF_TUNNEL, -1, &tc, sizeof(tc));
		peer_send(&a, IMSG_RECONF_END, -1, NULL, 0);
		peer_flush(&a);
		ctl_summary(&a, &cs);
		CHECK_EQ(cs.tunnels, 2);
	}
	await_title(&a, " away");

	TEST("and all is as it was before");
	conf_server(&a, udp_socket(&server), listen_id = next_sock++, -1, 0);
	link_socket(&b, "one", sock1, -1, &local1, &server);
	await_event(&a, CORE_TUNNEL_UP, "");
	pass(&b, &a);
	pass(&a, &b);
}

/* Rules come with their programs, which are always true here. */
static void
test_rules(void)
{
	struct match_conf	 mc[2];
	struct ctl_match	 cm[3];

	TEST("rules are counted");
	memset(mc, 0, sizeof(mc));
	strlcpy(mc[0].expr, "first", sizeof(mc[0].expr));
	mc[0].flags = MATCH_PRIORITY;
	strlcpy(mc[1].expr, "second", sizeof(mc[1].expr));
	mc[1].flags = MATCH_LINKS | MATCH_ONLY;
	mc[1].nlinks = 1;
	strlcpy(mc[1].links[0], "one", sizeof(mc[1].links[0]));
	conf_rules(&b, mc, 1);
	CHECK_EQ(ctl_filters(&b, cm, 3), 1);
	CHECK(strcmp(cm[0].tunnel, "home") == 0);
	CHECK(strcmp(cm[0].conf.expr, "first") == 0);
	CHECK_EQ(cm[0].conf.flags, MATCH_PRIORITY);
	CHECK_EQ(cm[0].packets, 0);
	pass(&b, &a);
	CHECK_EQ(ctl_filters(&b, cm, 3), 1);
	CHECK_EQ(cm[0].packets, 1);

	TEST("the same again, and one more: counting goes on");
	conf_rules(&b, mc, 1);
	conf_rules(&b, mc, 2);
	pass(&b, &a);
	CHECK_EQ(ctl_filters(&b, cm, 3), 2);
	CHECK_EQ(cm[0].packets, 2);
	CHECK_EQ(cm[1].packets, 1);
	CHECK_EQ(cm[1].dropped, 0);

	TEST("a link that is not there");
	strlcpy(mc[1].links[0], "two", sizeof(mc[1].links[0]));
	conf_rules(&b, mc, 2);
	packet_send(&b, 1);
	do {
		CHECK_EQ(ctl_filters(&b, cm, 3), 2);
	} while (cm[1].dropped == 0);
	CHECK_EQ(cm[1].packets, 1);

	TEST("no rules");
	conf_rules(&b, mc, 0);
	CHECK_EQ(ctl_filters(&b, cm, 3), 0);
	pass(&b, &a);
}

/* An engine that is told nonsense ends, and runs none of it. */
static void
test_bad_rules(void)
{
	static const struct bpf_insn	 good[] = {
		{ BPF_RET | BPF_K, 0, 0, 1 }
	};
	static const struct bpf_insn	 loop[] = {
		{ BPF_JMP | BPF_JA, 0, 0, 0xffffffff },
		{ BPF_RET | BPF_K, 0, 0, 1 }
	};
	static const char * const	 what[] = {
		"a rule outside of a tunnel", "a program outside of a rule",
		"a program that loops", "half an instruction",
		"an empty program", "two programs", "no program",
		"an expression without end", "more links than there may be",
		"a link's name without end", "a rule that is too short"
	};
	struct match_conf		 mc;
	struct tunnel_conf		 tc;
	struct peer			 c = { .name = "c", .tun = -1 };
	size_t				 i;

	for (i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		TEST("refused: %s", what[i]);
		peer_start(&c);
		memset(&mc, 0, sizeof(mc));
		mc.flags = MATCH_LINKS;
		mc.nlinks = 1;
		if (i == 7)
			memset(mc.expr, 'x', sizeof(mc.expr));
		else if (i == 8)
			mc.nlinks = MATCH_LINKS_MAX + 1;
		else if (i == 9)
			memset(mc.links, 'x', sizeof(mc.links));
		tunnel_conf(&tc, TUNNEL_ID, "home", 0);
		peer_send(&c, IMSG_RECONF_CONF, -1, NULL, 0);
		if (i != 0)
			peer_send(&c, IMSG_RECONF_TUNNEL, -1, &tc, sizeof(tc));
		if (i != 1)
			peer_send(&c, IMSG_RECONF_MATCH, -1, &mc,
			    sizeof(mc) - (i == 10));
		if (i == 2)
			peer_send(&c, IMSG_RECONF_BPF, -1, loop, sizeof(loop));
		else if (i != 6)
			peer_send(&c, IMSG_RECONF_BPF, -1, good, i == 4 ? 0 :
			    sizeof(good) - (i == 3));
		if (i == 5)
			peer_send(&c, IMSG_RECONF_BPF, -1, good, sizeof(good));
		peer_send(&c, IMSG_RECONF_END, -1, NULL, 0);
		peer_flush(&c);
		peer_dies(&c);
	}
}

static void
test_log(void)
{
	struct ctl_result	 res;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd, verbose = 1;

	TEST("log verbose goes to the parent, reload there and back");
	fd = ctl_open(&a, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_LOG_VERBOSE, 0, 0, -1, &verbose,
	    sizeof(verbose)) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	CHECK(ctl_next(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_RESULT);
	imsg_free(&imsg);
	do {
		CHECK(peer_recv(&a, &imsg, PATIENCE));
		imsg_free(&imsg);
	} while (imsg_get_type(&imsg) != IMSG_CTL_LOG_VERBOSE);

	CHECK(imsg_compose(&ibuf, IMSG_CTL_RELOAD, 0, 0, -1, NULL, 0) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	do {
		CHECK(peer_recv(&a, &imsg, PATIENCE));
		imsg_free(&imsg);
	} while (imsg_get_type(&imsg) != IMSG_CTL_RELOAD);
	memset(&res, 0, sizeof(res));
	res.code = CTL_RES_PARSE;
	CHECK(imsg_compose(&a.ibuf, IMSG_CTL_RESULT, imsg_get_id(&imsg), 0,
	    -1, &res, sizeof(res)) == 1);
	peer_flush(&a);
	CHECK(ctl_next(&ibuf, &imsg));
	CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_RESULT);
	CHECK(imsg_get_data(&imsg, &res, sizeof(res)) == 0);
	CHECK_EQ(res.code, CTL_RES_PARSE);
	imsg_free(&imsg);
	imsgbuf_clear(&ibuf);
	close(fd);
}

static void
test_interface_gone(void)
{
	struct ctl_tunnel	 ct;
	const char		*links[] = { "one", NULL };
	uint32_t		 i;

	TEST("an interface that is destroyed does not end the engine");
	close(b.tun);
	b.tun = -1;
	for (i = 0; i < 100; i++)
		packet_send(&a, i);
	do {
		ctl_tunnel(&b, &ct);
	} while (ct.rx_packets < 100);
	CHECK_EQ(ct.state, TUNNEL_UP);

	TEST("a new one takes its place");
	conf_client(&b, tun_pair(&b), 0, links);
	pass(&b, &a);
	pass(&a, &b);
}

static void
test_stop(void)
{
	int64_t	 start;

	TEST("an engine that loses its parent says so to the other");
	no_message(&a);
	start = now_ms();
	peer_stop(&b);
	await_event(&a, CORE_TUNNEL_DOWN, "");
	/* to find out without being told takes longer */
	CHECK(now_ms() - start < 2000);

	TEST("an engine ends at SIGTERM");
	kill(a.pid, SIGTERM);
	peer_stop(&a);
}

static void
peer_start(struct peer *p)
{
	struct sockaddr_un	 sun;
	int			 fd, sp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	    sp) == -1)
		err(1, "socketpair");
	fflush(NULL);
	if ((p->pid = fork()) == -1)
		err(1, "fork");
	if (p->pid == 0) {
		dir[0] = '\0';
		close(sp[0]);
		if (sp[1] != 3) {
			if (dup2(sp[1], 3) == -1)
				err(1, "dup2");
		} else if (fcntl(3, F_SETFD, 0) == -1)
			err(1, "fcntl");
		closefrom(4);
		engine(1, 0);
	}
	close(sp[1]);
	if (imsgbuf_init(&p->ibuf, sp[0]) == -1)
		err(1, "imsgbuf_init");
	imsgbuf_allow_fdpass(&p->ibuf);

	snprintf(p->ctl, sizeof(p->ctl), "%s/%s", dir, p->name);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, p->ctl, sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 5) == -1)
		err(1, "%s", p->ctl);
	peer_send(p, IMSG_CONTROLFD, fd, NULL, 0);
	peer_flush(p);
}

/* Closes the channel and waits for the engine's end. */
static void
peer_stop(struct peer *p)
{
	int	 status;

	close(p->ibuf.fd);
	imsgbuf_clear(&p->ibuf);
	if (waitpid(p->pid, &status, 0) == -1)
		err(1, "waitpid");
	p->pid = 0;
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
	close(p->tun);
}

/* By itself, because of what it was told. */
static void
peer_dies(struct peer *p)
{
	int	 status;

	if (waitpid(p->pid, &status, 0) == -1)
		err(1, "waitpid");
	p->pid = 0;
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 2);
	close(p->ibuf.fd);
	imsgbuf_clear(&p->ibuf);
	unlink(p->ctl);
}

static void
peer_send(struct peer *p, uint32_t type, int fd, const void *data, size_t len)
{
	if (imsg_compose(&p->ibuf, type, 0, 0, fd, data, len) == -1)
		err(1, "imsg_compose");
}

static void
peer_flush(struct peer *p)
{
	if (imsgbuf_flush(&p->ibuf) == -1)
		err(1, "imsgbuf_flush");
}

/* Returns 0 if nothing comes for so many milliseconds. */
static int
peer_recv(struct peer *p, struct imsg *imsg, int ms)
{
	struct pollfd	 pfd;
	ssize_t		 n;

	for (;;) {
		if ((n = imsg_get(&p->ibuf, imsg)) == -1)
			err(1, "imsg_get");
		if (n > 0)
			return (1);
		pfd.fd = p->ibuf.fd;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, ms) != 1)
			return (0);
		if ((n = imsgbuf_read(&p->ibuf)) == -1)
			err(1, "imsgbuf_read");
		if (n == 0)
			errx(1, "engine %s has gone", p->name);
	}
}

static void
await_event(struct peer *p, int type, const char *link)
{
	struct imsg_event	 ie;
	struct imsg		 imsg;
	int64_t			 end = now_ms() + PATIENCE;
	int			 found = 0;

	while (!found) {
		if (now_ms() > end || !peer_recv(p, &imsg, PATIENCE))
			errx(1, "engine %s: event %d of link '%s' did not come",
			    p->name, type, link);
		if (imsg_get_type(&imsg) == IMSG_EVENT) {
			CHECK(imsg_get_data(&imsg, &ie, sizeof(ie)) == 0);
			found = ie.type == type && ie.tunnel == TUNNEL_ID &&
			    strcmp(ie.link, link) == 0;
		}
		imsg_free(&imsg);
	}
}

/* Until the link's remote address is this one. */
static void
await_remote(struct peer *p, const char *link, const struct addr *addr)
{
	struct ctl_link	 cl;
	int64_t		 end = now_ms() + PATIENCE;

	do {
		if (now_ms() > end)
			errx(1, "engine %s: link '%s' did not move", p->name,
			    link);
		ctl_link(p, link, &cl);
	} while (!addr_equal(&cl.remote, addr));
}

static void
await_up(struct peer *p, const char *link)
{
	struct ctl_link	 cl;
	int64_t		 end = now_ms() + PATIENCE;

	do {
		if (now_ms() > end)
			errx(1, "engine %s: link '%s' did not come up",
			    p->name, link);
		ctl_link(p, link, &cl);
	} while (cl.state != LINK_UP);
}

/* Until ps(1) shows the engine with this in its title. */
static void
await_title(struct peer *p, const char *title)
{
	char	 cmd[64], line[1024];
	FILE	*f;
	int64_t	 end = now_ms() + PATIENCE;

	snprintf(cmd, sizeof(cmd), "ps -ww -o args= -p %d", (int)p->pid);
	do {
		if ((f = popen(cmd, "r")) == NULL)
			err(1, "popen");
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
		pclose(f);
		if (now_ms() > end)
			errx(1, "engine %s: no '%s' in its title: %s",
			    p->name, title, line);
	} while (strstr(line, title) == NULL);
}

/* Takes what is there of messages that may come at any time; no events. */
static void
no_message(struct peer *p)
{
	struct imsg_event	 ie;
	struct imsg		 imsg;

	while (peer_recv(p, &imsg, 0)) {
		if (imsg_get_type(&imsg) == IMSG_EVENT) {
			CHECK(imsg_get_data(&imsg, &ie, sizeof(ie)) == 0);
			if (ie.type == CORE_LINK_DOWN ||
			    ie.type == CORE_TUNNEL_DOWN)
				errx(1, "engine %s: link '%s': %s", p->name,
				    ie.link,
				    reason_words(ie.reason));
		}
		imsg_free(&imsg);
	}
}

/* Sequenced packets, so that a closed end shows as it does with a device. */
static int
tun_pair(struct peer *p)
{
	int	 sp[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, sp) == -1)
		err(1, "socketpair");
	p->tun = sp[0];
	return (sp[1]);
}

static void
tunnel_conf(struct tunnel_conf *tc, uint32_t id, const char *name, int psk)
{
	memset(tc, 0, sizeof(*tc));
	tc->id = id;
	strlcpy(tc->name, name, sizeof(tc->name));
	strlcpy(tc->ifname, "tun0", sizeof(tc->ifname));
	tc->rdomain = RTABLE_DEFAULT;
	tc->mtu = 1400;
	tc->offload = OFFLOAD_TCP;
	tc->has_psk = 1;
	memset(tc->psk, 0x42 + psk, sizeof(tc->psk));
}

static void
link_conf(struct link_conf *lc, const char *name)
{
	memset(lc, 0, sizeof(*lc));
	strlcpy(lc->name, name, sizeof(lc->name));
	lc->nremote = 1;
	strlcpy(lc->remote[0], "127.0.0.1", sizeof(lc->remote[0]));
	lc->nremote_port = 1;
	lc->remote_port[0] = 5080;
	lc->rtable = RTABLE_DEFAULT;
	lc->up.rate = lc->down.rate = rate;
}

static void
listen_conf(struct listen_conf *lc, uint32_t id)
{
	memset(lc, 0, sizeof(*lc));
	lc->id = id;
	lc->addr = server;
	lc->port = server.port;
	lc->rtable = RTABLE_DEFAULT;
}

static void
conf_server(struct peer *p, int fd, uint32_t id, int tun, int psk)
{
	struct listen_conf	 lc;
	struct tunnel_conf	 tc;

	listen_conf(&lc, id);
	tunnel_conf(&tc, TUNNEL_ID, "home", psk);
	peer_send(p, IMSG_RECONF_CONF, -1, NULL, 0);
	peer_send(p, IMSG_RECONF_LISTEN, fd, &lc, sizeof(lc));
	peer_send(p, IMSG_RECONF_TUNNEL, tun, &tc, sizeof(tc));
	peer_send(p, IMSG_RECONF_END, -1, NULL, 0);
	peer_flush(p);
}

static void
conf_client(struct peer *p, int tun, int psk, const char *links[])
{
	struct tunnel_conf	 tc;
	struct link_conf	 lc;

	tunnel_conf(&tc, TUNNEL_ID, "home", psk);
	peer_send(p, IMSG_RECONF_CONF, -1, NULL, 0);
	peer_send(p, IMSG_RECONF_TUNNEL, tun, &tc, sizeof(tc));
	for (; *links != NULL; links++) {
		link_conf(&lc, *links);
		peer_send(p, IMSG_RECONF_LINK, -1, &lc, sizeof(lc));
	}
	peer_send(p, IMSG_RECONF_END, -1, NULL, 0);
	peer_flush(p);
}

/* The client with its link and these rules; waits until it has so many. */
static void
conf_rules(struct peer *p, const struct match_conf *mc, int n)
{
	static const struct bpf_insn	 yes = { BPF_RET | BPF_K, 0, 0, 1 };
	struct ctl_match		 cm[3];
	struct tunnel_conf		 tc;
	struct link_conf		 lc;
	int64_t				 end = now_ms() + PATIENCE;
	int				 i;

	tunnel_conf(&tc, TUNNEL_ID, "home", 0);
	link_conf(&lc, "one");
	peer_send(p, IMSG_RECONF_CONF, -1, NULL, 0);
	peer_send(p, IMSG_RECONF_TUNNEL, -1, &tc, sizeof(tc));
	peer_send(p, IMSG_RECONF_LINK, -1, &lc, sizeof(lc));
	for (i = 0; i < n; i++) {
		peer_send(p, IMSG_RECONF_MATCH, -1, &mc[i], sizeof(mc[i]));
		peer_send(p, IMSG_RECONF_BPF, -1, &yes, sizeof(yes));
	}
	peer_send(p, IMSG_RECONF_END, -1, NULL, 0);
	peer_flush(p);
	while (ctl_filters(p, cm, 3) != n)
		if (now_ms() > end)
			errx(1, "engine %s: no %d rules", p->name, n);
}

/* On any port of loopback. */
static int
udp_socket(struct addr *bound)
{
	struct sockaddr_storage	 ss;
	struct sock_conf	 sc;
	const char		*what;
	socklen_t		 len = sizeof(ss);
	int			 fd;

	memset(&sc, 0, sizeof(sc));
	addr_pton(&sc.local, "127.0.0.1");
	sc.rtable = RTABLE_DEFAULT;
	if ((fd = sock_open(&sc, &what)) == -1)
		err(1, "%s", what);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		err(1, "getsockname");
	CHECK(addr_from_sa(bound, (struct sockaddr *)&ss) == 0);
	return (fd);
}

/* Has nobody the socket any more? */
static int
port_free(const struct addr *addr)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd, ret;

	len = addr_to_sa(addr, &ss);
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		err(1, "socket");
	ret = bind(fd, (struct sockaddr *)&ss, len) == 0;
	if (!ret && errno != EADDRINUSE)
		err(1, "bind");
	close(fd);
	return (ret);
}

static void
link_socket(struct peer *p, const char *link, uint32_t id, int fd,
    const struct addr *local, const struct addr *remote)
{
	struct imsg_link_socket	 ls;

	memset(&ls, 0, sizeof(ls));
	ls.tunnel = TUNNEL_ID;
	strlcpy(ls.link, link, sizeof(ls.link));
	ls.sock = id;
	ls.local = *local;
	ls.remote = *remote;
	ls.mtu = 1500;
	peer_send(p, IMSG_LINK_SOCKET, fd, &ls, sizeof(ls));
	peer_flush(p);
}

/* UDP from 192.0.2.1 to 192.0.2.2, documentation addresses, with a number. */
static size_t
packet(uint8_t *buf, uint32_t n)
{
	static const uint8_t	 header[] = {
		0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 2,
		0x10, 0, 0x20, 0, 0, 20, 0, 0
	};

	memset(buf, 0, 40);
	memcpy(buf, header, sizeof(header));
	memcpy(buf + sizeof(header), &n, sizeof(n));
	return (40);
}

static void
packet_send(struct peer *p, uint32_t n)
{
	uint8_t	 buf[PKT_SIZE];
	size_t	 len;

	len = packet(buf + PKT_HEADROOM, n);
	tun_send(p, buf + PKT_HEADROOM, len);
}

static void
tun_send(struct peer *p, uint8_t *buf, size_t len)
{
	while (tun_write(p->tun, OFFLOAD_TCP, buf, len) == -1) {
		struct pollfd	 pfd = { .fd = p->tun, .events = POLLOUT };

		if (errno != EAGAIN || poll(&pfd, 1, PATIENCE) != 1)
			err(1, "tun_write");
	}
}

static int
packet_recv(struct peer *p, uint32_t *n, int ms)
{
	struct pollfd	 pfd = { .fd = p->tun, .events = POLLIN };
	struct offload_todo todo;
	uint8_t		 buf[PKT_SIZE], want[40];
	ssize_t		 len;

	if (poll(&pfd, 1, ms) != 1)
		return (0);
	len = tun_read(p->tun, OFFLOAD_TCP, buf + PKT_HEADROOM, PKT_ROOM,
	    &todo);
	CHECK_EQ(len, sizeof(want));
	memcpy(n, buf + PKT_HEADROOM + 28, sizeof(*n));
	packet(want, *n);
	CHECK_MEM(buf + PKT_HEADROOM, want, sizeof(want));
	return (1);
}

/* One packet from here to there. */
static void
pass(struct peer *from, struct peer *to)
{
	static uint32_t	 count = 100000;
	uint32_t	 n;

	packet_send(from, ++count);
	do {
		if (!packet_recv(to, &n, PATIENCE))
			errx(1, "no packet from %s to %s", from->name,
			    to->name);
	} while (n != count);
}

static int
ctl_open(struct peer *p, struct imsgbuf *ibuf)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, p->ctl, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1)
		err(1, "socket");
	/* the engine may not yet listen */
	while (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		if (errno != ECONNREFUSED)
			err(1, "%s", p->ctl);
	}
	if (imsgbuf_init(ibuf, fd) == -1)
		err(1, "imsgbuf_init");
	return (fd);
}

/* Returns 0 at the end of an answer. */
static int
ctl_next(struct imsgbuf *ibuf, struct imsg *imsg)
{
	ssize_t	 n;

	while ((n = imsg_get(ibuf, imsg)) == 0)
		CHECK(imsgbuf_read(ibuf) == 1);
	CHECK(n != -1);
	if (imsg_get_type(imsg) != IMSG_CTL_END)
		return (1);
	imsg_free(imsg);
	return (0);
}

static void
ctl_summary(struct peer *p, struct ctl_summary *cs)
{
	struct imsgbuf	 ibuf;
	struct imsg	 imsg;
	int		 fd;

	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_SHOW_SUMMARY, 0, 0, -1, NULL,
	    0) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	CHECK(ctl_next(&ibuf, &imsg));
	CHECK(imsg_get_data(&imsg, cs, sizeof(*cs)) == 0);
	imsg_free(&imsg);
	while (ctl_next(&ibuf, &imsg)) {
		CHECK_EQ(imsg_get_type(&imsg), IMSG_CTL_LISTEN);
		imsg_free(&imsg);
	}
	imsgbuf_clear(&ibuf);
	close(fd);
}

/* They follow the summary. */
static int
ctl_listens(struct peer *p, struct ctl_listen *cl, int max)
{
	struct imsgbuf	 ibuf;
	struct imsg	 imsg;
	int		 fd, n = 0;

	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_SHOW_SUMMARY, 0, 0, -1, NULL,
	    0) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	CHECK(ctl_next(&ibuf, &imsg));
	imsg_free(&imsg);
	while (ctl_next(&ibuf, &imsg)) {
		CHECK(n < max);
		CHECK(imsg_get_data(&imsg, &cl[n++], sizeof(*cl)) == 0);
		imsg_free(&imsg);
	}
	imsgbuf_clear(&ibuf);
	close(fd);
	return (n);
}

static void
ctl_tunnel(struct peer *p, struct ctl_tunnel *ct)
{
	struct ctl_select	 sel;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd;

	memset(&sel, 0, sizeof(sel));
	strlcpy(sel.tunnel, "home", sizeof(sel.tunnel));
	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_SHOW_TUNNELS, 0, 0, -1, &sel,
	    sizeof(sel)) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	CHECK(ctl_next(&ibuf, &imsg));
	CHECK(imsg_get_data(&imsg, ct, sizeof(*ct)) == 0);
	imsg_free(&imsg);
	CHECK(!ctl_next(&ibuf, &imsg));
	imsgbuf_clear(&ibuf);
	close(fd);
}

static int
ctl_links(struct peer *p, struct ctl_link *cl, int max)
{
	struct ctl_select	 sel;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd, n = 0;

	memset(&sel, 0, sizeof(sel));
	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_SHOW_LINKS, 0, 0, -1, &sel,
	    sizeof(sel)) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	while (ctl_next(&ibuf, &imsg)) {
		CHECK(n < max);
		CHECK(imsg_get_data(&imsg, &cl[n++], sizeof(*cl)) == 0);
		imsg_free(&imsg);
	}
	imsgbuf_clear(&ibuf);
	close(fd);
	return (n);
}

static int
ctl_filters(struct peer *p, struct ctl_match *cm, int max)
{
	struct ctl_select	 sel;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd, n = 0;

	memset(&sel, 0, sizeof(sel));
	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, IMSG_CTL_SHOW_FILTERS, 0, 0, -1, &sel,
	    sizeof(sel)) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	while (ctl_next(&ibuf, &imsg)) {
		CHECK(n < max);
		CHECK(imsg_get_data(&imsg, &cm[n++], sizeof(*cm)) == 0);
		imsg_free(&imsg);
	}
	imsgbuf_clear(&ibuf);
	close(fd);
	return (n);
}

static void
ctl_link(struct peer *p, const char *link, struct ctl_link *found)
{
	struct ctl_link	 cl[4];
	int		 i, n;

	n = ctl_links(p, cl, 4);
	for (i = 0; i < n && strcmp(cl[i].name, link) != 0; i++)
		;
	if (i == n)
		errx(1, "engine %s: there is no link '%s'", p->name, link);
	*found = cl[i];
}

static uint32_t
ctl_link_admin(struct peer *p, uint32_t type, const char *link)
{
	struct ctl_link_admin	 la;
	struct ctl_result	 res;
	struct imsgbuf		 ibuf;
	struct imsg		 imsg;
	int			 fd;

	memset(&la, 0, sizeof(la));
	strlcpy(la.tunnel, "home", sizeof(la.tunnel));
	strlcpy(la.link, link, sizeof(la.link));
	fd = ctl_open(p, &ibuf);
	CHECK(imsg_compose(&ibuf, type, 0, 0, -1, &la, sizeof(la)) == 1);
	CHECK(imsgbuf_flush(&ibuf) == 0);
	CHECK(ctl_next(&ibuf, &imsg));
	CHECK(imsg_get_data(&imsg, &res, sizeof(res)) == 0);
	imsg_free(&imsg);
	imsgbuf_clear(&ibuf);
	close(fd);
	return (res.code);
}

static int64_t
now_ms(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return (ts.tv_sec * 1000LL + ts.tv_nsec / 1000000);
}
