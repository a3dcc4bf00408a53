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
 * Plays the daemon for one run of mlvpnctl:
 *
 *	ctlserver [-ku] scenario socket command [argument ...]
 *
 * listens on the socket, runs the command, serves one connection and exits
 * with the command's status.  With -k the socket is left there, with -u the
 * command runs as a user who may not connect.  Scenarios:
 *
 *	normal		two tunnels with links in many states
 *	few		its links with short names
 *	empty		a daemon without tunnels
 *	echo		prints each request and says it is done
 *	older		a daemon that does not say which tunnels there are
 *	hostile		strings without end, with escapes, that are not UTF-8
 *	reload		the new configuration has errors
 *	busy		a reload is under way
 *	short		an answer of a wrong length
 *	unknown		an answer of an unknown type
 *	close		the connection ends without an answer
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <imsg.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "ctl.h"
#include "mlvpnd.h"

#define NOBODY	32767

static const char	*scenario;

static int	 listen_on(const char *);
static void	 run(int, char *[]);
static void	 serve(int);
static int	 request(struct imsgbuf *, struct imsg *);
static void	 echo(struct imsg *);
static void	 show_summary(struct imsgbuf *);
static void	 show_listen(struct imsgbuf *, const char *, const char *,
		    int32_t, int32_t);
static int	 show_tunnels(struct imsgbuf *, const struct ctl_select *);
static int	 show_links(struct imsgbuf *, const struct ctl_select *);
static int	 show_filters(struct imsgbuf *, const struct ctl_select *);
static int	 show_history(struct imsgbuf *, const struct ctl_select *);
static int	 show_keys(struct imsgbuf *, const struct ctl_select *);
static void	 show_events(struct imsgbuf *);
static const char *word(uint32_t);
static void	 hostile(struct imsgbuf *);
static void	 link_init(struct ctl_link *, const char *, const char *, int);
static void	 send_result(struct imsgbuf *, int, const char *);
static void	 compose(struct imsgbuf *, uint32_t, const void *, size_t);
static int	 is(const char *);

int
main(int argc, char *argv[])
{
	struct pollfd	 pfd;
	pid_t		 child;
	int		 ch, conn, fd, keep = 0, status, unprivileged = 0;

	while ((ch = getopt(argc, argv, "+ku")) != -1) {
		switch (ch) {
		case 'k':
			keep = 1;
			break;
		case 'u':
			unprivileged = 1;
			break;
		default:
			errx(2, "unknown option");
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 3)
		errx(2, "arguments");
	scenario = argv[0];

	signal(SIGPIPE, SIG_IGN);

	fd = listen_on(argv[1]);
	if ((child = fork()) == -1)
		err(2, "fork");
	if (child == 0) {
		close(fd);
		run(unprivileged, argv + 2);
	}

	while (waitpid(child, &status, WNOHANG) == 0) {
		pfd.fd = fd;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, 50) < 1)
			continue;
		if ((conn = accept(fd, NULL, NULL)) == -1)
			continue;
		serve(conn);
		close(conn);
		if (waitpid(child, &status, 0) == -1)
			err(2, "waitpid");
		break;
	}
	if (!keep)
		unlink(argv[1]);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 99);
}

static int
listen_on(const char *path)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path))
		errx(2, "%s: too long", path);
	unlink(path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chmod(path, 0600) == -1 || listen(fd, 1) == -1)
		err(2, "%s", path);
	return (fd);
}

static void
run(int unprivileged, char *argv[])
{
	gid_t	 gid = NOBODY;

	if (unprivileged && (setgroups(1, &gid) == -1 || setgid(NOBODY) == -1 ||
	    setuid(NOBODY) == -1))
		err(2, "setuid");
	execv(argv[0], argv);
	err(2, "%s", argv[0]);
}

static void
serve(int fd)
{
	struct imsgbuf	 ibuf;
	struct imsg	 imsg;
	int		 n;

	if (is("close"))
		return;
	if (imsgbuf_init(&ibuf, fd) == -1)
		err(2, "imsgbuf_init");
	for (;;) {
		if ((n = imsg_get(&ibuf, &imsg)) == -1)
			err(2, "imsg_get");
		if (n > 0) {
			n = request(&ibuf, &imsg);
			imsg_free(&imsg);
			if (imsgbuf_flush(&ibuf) == -1 || n == -1)
				break;
			continue;
		}
		if (imsgbuf_read(&ibuf) != 1)
			break;
	}
	imsgbuf_clear(&ibuf);
}

static int
request(struct imsgbuf *ibuf, struct imsg *imsg)
{
	struct ctl_select	 sel;
	char			 junk[8] = "junk";
	int			 n;

	if (is("echo")) {
		echo(imsg);
		send_result(ibuf, CTL_RES_OK, "done");
		return (0);
	}
	if (is("short")) {
		compose(ibuf, IMSG_CTL_SUMMARY, junk, sizeof(junk));
		return (0);
	}
	if (is("unknown")) {
		compose(ibuf, 4711, junk, sizeof(junk));
		return (0);
	}

	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_SHOW_SUMMARY:
		show_summary(ibuf);
		break;
	case IMSG_CTL_SHOW_TUNNELS:
	case IMSG_CTL_SHOW_LINKS:
	case IMSG_CTL_SHOW_FILTERS:
	case IMSG_CTL_SHOW_HISTORY:
	case IMSG_CTL_SHOW_KEYS:
		if (imsg_get_data(imsg, &sel, sizeof(sel)) == -1)
			errx(2, "request of a wrong length");
		if (imsg_get_type(imsg) == IMSG_CTL_SHOW_FILTERS)
			n = show_filters(ibuf, &sel);
		else if (imsg_get_type(imsg) == IMSG_CTL_SHOW_HISTORY)
			n = show_history(ibuf, &sel);
		else if (imsg_get_type(imsg) == IMSG_CTL_SHOW_KEYS)
			n = show_keys(ibuf, &sel);
		else if (imsg_get_type(imsg) == IMSG_CTL_SHOW_LINKS)
			n = show_links(ibuf, &sel);
		else
			n = show_tunnels(ibuf, &sel);
		if (n == 0 && sel.tunnel[0] != '\0') {
			send_result(ibuf, CTL_RES_NOSUCH, is("older") ? "" :
			    "no tunnel away; tunnels: home branch-office");
			return (0);
		}
		break;
	case IMSG_CTL_SHOW_EVENTS:
		show_events(ibuf);
		break;
	case IMSG_CTL_RELOAD:
		if (is("reload")) {
			const char m1[] = "/etc/mlvpnd.conf:3: syntax error";
			const char m2[] = "/etc/mlvpnd.conf:7: duplicate link "
			    "\"dsl1\"";

			compose(ibuf, IMSG_CTL_MESSAGE, m1, sizeof(m1));
			compose(ibuf, IMSG_CTL_MESSAGE, m2, sizeof(m2));
			send_result(ibuf, CTL_RES_PARSE, "");
		} else if (is("busy"))
			send_result(ibuf, CTL_RES_PENDING, "");
		else
			send_result(ibuf, CTL_RES_OK, "");
		return (0);
	default:
		send_result(ibuf, CTL_RES_BADCMD, "");
		return (0);
	}
	compose(ibuf, IMSG_CTL_END, NULL, 0);
	return (0);
}

static void
echo(struct imsg *imsg)
{
	struct ctl_select	 sel;
	struct ctl_link_admin	 la;
	int			 verbose;

	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_SHOW_SUMMARY:
		printf("SHOW_SUMMARY\n");
		break;
	case IMSG_CTL_SHOW_TUNNELS:
	case IMSG_CTL_SHOW_LINKS:
	case IMSG_CTL_SHOW_FILTERS:
	case IMSG_CTL_SHOW_HISTORY:
	case IMSG_CTL_SHOW_KEYS:
		if (imsg_get_data(imsg, &sel, sizeof(sel)) == -1)
			errx(2, "request of a wrong length");
		printf("SHOW_%s [%s] [%s]\n", word(imsg_get_type(imsg)),
		    sel.tunnel, sel.link);
		break;
	case IMSG_CTL_SHOW_EVENTS:
		printf("SHOW_EVENTS\n");
		break;
	case IMSG_CTL_LINK_UP:
	case IMSG_CTL_LINK_DOWN:
		if (imsg_get_data(imsg, &la, sizeof(la)) == -1)
			errx(2, "request of a wrong length");
		printf("LINK_%s [%s] [%s]\n", imsg_get_type(imsg) ==
		    IMSG_CTL_LINK_UP ? "UP" : "DOWN", la.tunnel, la.link);
		break;
	case IMSG_CTL_LOG_VERBOSE:
		if (imsg_get_data(imsg, &verbose, sizeof(verbose)) == -1)
			errx(2, "request of a wrong length");
		printf("LOG_VERBOSE %d\n", verbose);
		break;
	case IMSG_CTL_RELOAD:
		printf("RELOAD %zu\n", imsg_get_len(imsg));
		break;
	default:
		printf("%u\n", imsg_get_type(imsg));
		break;
	}
	fflush(stdout);
}

static const char *
word(uint32_t type)
{
	switch (type) {
	case IMSG_CTL_SHOW_LINKS:
		return ("LINKS");
	case IMSG_CTL_SHOW_FILTERS:
		return ("FILTERS");
	case IMSG_CTL_SHOW_HISTORY:
		return ("HISTORY");
	case IMSG_CTL_SHOW_KEYS:
		return ("KEYS");
	default:
		return ("TUNNELS");
	}
}

static void
show_summary(struct imsgbuf *ibuf)
{
	struct ctl_summary	 cs;

	memset(&cs, 0, sizeof(cs));
	strlcpy(cs.version, "3.0", sizeof(cs.version));
	cs.uptime = 93784;			/* 1 day 2:03:04 */
	cs.pkts_total = 4096;
	if (is("normal")) {
		cs.tunnels = 2;
		cs.tunnels_up = 1;
		cs.links = 5;
		cs.links_up = 2;
		cs.rx_unknown = 17;
		cs.rx_malformed = 3;
		cs.rx_badmac1 = 2;
		cs.rx_hello_limited = 1;
		cs.cookies_sent = 18446744073709551615ULL;
		cs.pkts_used = 12;
	}
	compose(ibuf, IMSG_CTL_SUMMARY, &cs, sizeof(cs));
	if (is("normal")) {
		show_listen(ibuf, "0.0.0.0", "", RTABLE_DEFAULT, 0);
		show_listen(ibuf, "2001:db8::1", "em0", 1, 0);
		show_listen(ibuf, "192.0.2.1", "", RTABLE_DEFAULT, EADDRINUSE);
		show_listen(ibuf, "::", "em1", 2, ENOENT);
	} else if (is("hostile"))
		show_listen(ibuf, "::", "\033[2J\233\302\233\303\251",
		    INT32_MIN, INT32_MIN);
}

static void
show_listen(struct imsgbuf *ibuf, const char *addr, const char *ifname,
    int32_t rtable, int32_t error)
{
	struct ctl_listen	 cl;

	memset(&cl, 0, sizeof(cl));
	addr_pton(&cl.addr, addr);
	cl.addr.port = 5080;
	strlcpy(cl.ifname, ifname, sizeof(cl.ifname));
	cl.rtable = rtable;
	cl.error = error;
	compose(ibuf, IMSG_CTL_LISTEN, &cl, sizeof(cl));
}

static int
show_tunnels(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_tunnel	 ct;
	int			 i, n = 0;

	if (is("hostile")) {
		memset(&ct, 'A', sizeof(ct));
		compose(ibuf, IMSG_CTL_TUNNEL, &ct, sizeof(ct));
		return (1);
	}
	if (!is("normal"))
		return (0);
	memset(&ct, 0, sizeof(ct));
	strlcpy(ct.name, "home", sizeof(ct.name));
	strlcpy(ct.descr, "the house", sizeof(ct.descr));
	strlcpy(ct.ifname, "tun0", sizeof(ct.ifname));
	strlcpy(ct.cipher, "AES-256-GCM", sizeof(ct.cipher));
	ct.state = TUNNEL_UP;
	ct.protocol = PROTO_V3;
	ct.mtu = 1420;
	ct.up_since = 3723;
	ct.rekeyed = 59;
	ct.links = 3;
	ct.links_up = 2;
	ct.tx_packets = 1234;
	ct.tx_bytes = 1234567;
	ct.rx_packets = 999;
	ct.rx_bytes = 98765432109ULL;
	ct.tx_dropped = 1;
	ct.rx_duplicate = 2;
	ct.rx_replayed = 3;
	ct.rx_badtag = 4;
	ct.rx_malformed = 5;
	ct.rx_refused = 16;
	ct.handshakes = 6;
	ct.rx_rejected = 7;
	ct.rx_held = 8;
	ct.rx_given_up = 9;
	ct.rx_late = 10;
	ct.tx_resent = 11;
	ct.false_dead = 12;
	ct.tx_cut = 13;
	ct.rx_joined = 14;
	ct.rx_incomplete = 15;
	strlcpy(ct.secret, "key pair", sizeof(ct.secret));
	strlcpy(ct.peer_key, "dPhsPkovJx1ZXXoX5Ldbg7ITDH/+gs7OXBJFPn4SJl4=",
	    sizeof(ct.peer_key));
	ct.naddress = 2;
	addr_pton(&ct.address[0].prefix.addr, "10.44.43.1");
	ct.address[0].prefix.len = 30;
	addr_pton(&ct.address[0].peer, "10.44.43.2");
	addr_pton(&ct.address[1].prefix.addr, "2001:db8:44::1");
	ct.address[1].prefix.len = 64;
	ct.nroutes = CTL_ROUTES + 3;
	ct.routes[0].is_default = 1;
	for (i = 1; i < CTL_ROUTES; i++) {
		addr_pton(&ct.routes[i].prefix.addr, "192.168.1.0");
		ct.routes[i].prefix.len = 24;
	}
	if (sel->tunnel[0] == '\0' || strcmp(sel->tunnel, ct.name) == 0) {
		compose(ibuf, IMSG_CTL_TUNNEL, &ct, sizeof(ct));
		n++;
	}
	memset(&ct, 0, sizeof(ct));
	strlcpy(ct.name, "branch-office", sizeof(ct.name));
	strlcpy(ct.ifname, "tap1", sizeof(ct.ifname));
	strlcpy(ct.secret, "secret", sizeof(ct.secret));
	ct.state = TUNNEL_HANDSHAKE;
	ct.protocol = PROTO_MLVPN2;
	ct.layer2 = 1;
	ct.mtu = 1400;
	ct.up_since = -1;
	ct.rekeyed = -1;
	ct.links = 2;
	if (sel->tunnel[0] == '\0' || strcmp(sel->tunnel, ct.name) == 0) {
		compose(ibuf, IMSG_CTL_TUNNEL, &ct, sizeof(ct));
		n++;
	}
	return (n);
}

static int
show_links(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_link	 links[5], *l = links;
	size_t		 i;
	int		 n = 0;

	if (is("hostile")) {
		hostile(ibuf);
		return (1);
	}
	if (!is("normal") && !is("few"))
		return (0);

	link_init(l, "home", "dsl1", LINK_UP);
	addr_pton(&l->local, "192.0.2.10");
	l->local.port = 40001;
	addr_pton(&l->remote, "198.51.100.1");
	l->remote.port = 5080;
	l->rtable = 1;
	l->usable = 1;
	l->since = 62;
	l->srtt = 12345;
	l->rttvar = 999;
	l->owd_diff = 0;
	l->queueing = 99951;
	l->loss_tx = 0;
	l->loss_rx = 1234;
	l->rate_conf = l->rate = 20000000;
	l->rate_measured = 18234567;
	l->rate_peer = 11000000;
	l->hint = HINT_LESS;
	strlcpy(l->shares, "dsl2", sizeof(l->shares));
	l->hint_rate = 18234567;
	l->tx_rate = 18249999;
	l->rx_rate = 999;
	l->tx_packets = 1500;
	l->tx_bytes = 1234567890;
	l->rx_packets = 1;
	l->rx_bytes = 40;
	l->tx_errors = 3;
	l->resent = 2;
	l->mtu = 1500;
	l->mtu_measured = 1;
	l->usage.known = 1;

	link_init(++l, "home", "dsl2", LINK_DOWN);
	l->reason = REASON_NO_REPORTS;
	addr_pton(&l->remote, "2001:db8:1:2:3:4:5:6");
	l->remote.port = 5080;
	l->id = 1;
	l->since = 5;
	l->loss_tx = 10000;
	l->loss_rx = -1;
	l->rate_conf = 2000000;
	l->rate = 1970000;
	l->usage.known = 1;
	l->usage.used = l->usage.quota = 1000000000;
	l->usage.renewed = 1798761600;

	link_init(++l, "home", "lte", LINK_STANDBY);
	addr_pton(&l->local, "2001:db8::12");
	addr_pton(&l->remote, "198.51.100.1");
	l->remote.port = 5080;
	l->backup = 1;
	l->id = 2;
	l->since = 694861;			/* 1w1d1h */
	l->srtt = 1234567;
	l->usage.known = 1;
	l->usage.start = 999;
	l->usage.today = 2500000000;
	l->usage.month = 70000000000;
	l->usage.quota = 50000000000;
	l->usage.used = 41250000000;
	l->usage.renewed = 1798761600;		/* 2027-01-01 */

	link_init(++l, "branch-office", "a", LINK_NOADDR);
	l->reason = REASON_NO_ADDRESS;
	l->since = 86400;

	link_init(++l, "branch-office", "a-long-link-name", LINK_DISABLED);
	l->opener = 0;
	l->since = -1;
	l->loss_tx = 994;
	l->loss_rx = 995;
	addr_pton(&l->local, "192.0.2.10");
	addr_pton(&l->remote, "203.0.113.77");
	l->remote.port = 57429;

	for (i = 0; i < (is("few") ? 3 : 5); i++) {
		if (sel->tunnel[0] != '\0' &&
		    strcmp(sel->tunnel, links[i].tunnel) != 0)
			continue;
		if (sel->link[0] != '\0' &&
		    strcmp(sel->link, links[i].name) != 0)
			continue;
		compose(ibuf, IMSG_CTL_LINK, &links[i], sizeof(links[i]));
		n++;
	}
	return (n);
}

static int
show_filters(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_match	 cm;

	memset(&cm, 0, sizeof(cm));
	if (is("hostile")) {
		memset(cm.tunnel, 'A', sizeof(cm.tunnel));
		memset(cm.conf.expr, '\033', sizeof(cm.conf.expr));
		memset(cm.conf.links, '"', sizeof(cm.conf.links));
		cm.conf.nlinks = MATCH_LINKS_MAX;
		compose(ibuf, IMSG_CTL_FILTER, &cm, sizeof(cm));
		cm.conf.nlinks++;
		compose(ibuf, IMSG_CTL_FILTER, &cm, sizeof(cm));
		return (1);
	}
	if (!is("normal"))
		return (0);
	if (sel->tunnel[0] != '\0' && strcmp(sel->tunnel, "home") != 0)
		return (0);
	strlcpy(cm.tunnel, "home", sizeof(cm.tunnel));
	strlcpy(cm.conf.expr, "udp port 5060", sizeof(cm.conf.expr));
	strlcpy(cm.conf.links[0], "dsl1", sizeof(cm.conf.links[0]));
	strlcpy(cm.conf.links[1], "dsl2", sizeof(cm.conf.links[1]));
	cm.conf.nlinks = 2;
	cm.conf.flags = MATCH_LINKS | MATCH_ONLY | MATCH_QUICK |
	    MATCH_PRIORITY | MATCH_NOORDER | MATCH_DSCP;
	cm.conf.dscp = 46;
	cm.packets = 1234;
	cm.bytes = 1234567;
	cm.dropped = 5;
	compose(ibuf, IMSG_CTL_FILTER, &cm, sizeof(cm));
	cm.conf.flags = MATCH_NOT | MATCH_DUPLICATE | MATCH_BULK |
	    MATCH_ORDER;
	cm.conf.nlinks = 1;
	cm.packets = cm.bytes = cm.dropped = 0;
	compose(ibuf, IMSG_CTL_FILTER, &cm, sizeof(cm));
	return (1);
}

/* Three minutes and a bit, in which the link was away, then slow. */
static int
show_history(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_history	 ch;
	uint32_t		 i;

	memset(&ch, 0, sizeof(ch));
	if (is("hostile")) {
		memset(&ch, 'A', sizeof(ch));
		compose(ibuf, IMSG_CTL_HISTORY, &ch, sizeof(ch));
		return (1);
	}
	if (!is("normal") ||
	    (sel->tunnel[0] != '\0' && strcmp(sel->tunnel, "home") != 0))
		return (0);
	strlcpy(ch.tunnel, "home", sizeof(ch.tunnel));
	strlcpy(ch.link, "dsl1", sizeof(ch.link));
	ch.age = 3;
	ch.n = sel->link[0] != '\0' ? 3 : 37;
	for (i = 0; i < ch.n; i++) {
		ch.samples[i].state = i == 1 ? LINK_ABSENT : i == 27 ?
		    LINK_SLOW : LINK_UP;
		ch.samples[i].tx_rate = i == 1 ? 0 : 1000000;
		ch.samples[i].rx_rate = 16000000;
		ch.samples[i].srtt = i == 1 ? -1 : i == 27 ? 400000 : 20000;
		ch.samples[i].loss_tx = i == 30 ? 500 : -1;
		ch.samples[i].loss_rx = i == 1 ? -1 : 0;
	}
	compose(ibuf, IMSG_CTL_HISTORY, &ch, sizeof(ch));
	return (1);
}

static int
show_keys(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct ctl_key	 ck;

	memset(&ck, 0, sizeof(ck));
	if (is("hostile")) {
		memset(&ck, '\033', sizeof(ck));
		compose(ibuf, IMSG_CTL_KEY, &ck, sizeof(ck));
		return (1);
	}
	if (!is("normal"))
		return (0);
	strlcpy(ck.tunnel, "home", sizeof(ck.tunnel));
	strlcpy(ck.secret, "key pair", sizeof(ck.secret));
	strlcpy(ck.own_key, "L3yHbdAzmBFVnbfWR9a8SmmRVQEvBzNDHbIRTkgBdQ8=",
	    sizeof(ck.own_key));
	strlcpy(ck.peer_key, "dPhsPkovJx1ZXXoX5Ldbg7ITDH/+gs7OXBJFPn4SJl4=",
	    sizeof(ck.peer_key));
	if (sel->tunnel[0] == '\0' || strcmp(sel->tunnel, ck.tunnel) == 0)
		compose(ibuf, IMSG_CTL_KEY, &ck, sizeof(ck));
	memset(&ck, 0, sizeof(ck));
	strlcpy(ck.tunnel, "branch-office", sizeof(ck.tunnel));
	strlcpy(ck.secret, "secret", sizeof(ck.secret));
	if (sel->tunnel[0] == '\0')
		compose(ibuf, IMSG_CTL_KEY, &ck, sizeof(ck));
	return (sel->tunnel[0] == '\0' || strcmp(sel->tunnel, "home") == 0);
}

static void
show_events(struct imsgbuf *ibuf)
{
	struct ctl_event	 ce;

	memset(&ce, 0, sizeof(ce));
	if (is("hostile")) {
		memset(ce.text, '\033', sizeof(ce.text));
		compose(ibuf, IMSG_CTL_EVENT, &ce, sizeof(ce));
	}
	if (!is("normal"))
		return;
	ce.age = 5;
	strlcpy(ce.text, "home: link dsl2 down: no reports from peer",
	    sizeof(ce.text));
	compose(ibuf, IMSG_CTL_EVENT, &ce, sizeof(ce));
	ce.age = 93784;
	strlcpy(ce.text, "home: up", sizeof(ce.text));
	compose(ibuf, IMSG_CTL_EVENT, &ce, sizeof(ce));
}

static void
hostile(struct imsgbuf *ibuf)
{
	struct ctl_link	 cl;

	link_init(&cl, "", "", 200);
	memset(cl.tunnel, 'A', sizeof(cl.tunnel));
	strlcpy(cl.name, "\033[2Jx\"\\\n\177", sizeof(cl.name));
	cl.reason = cl.hint = 255;
	cl.rtable = INT32_MIN;
	cl.since = INT64_MAX;
	cl.srtt = INT64_MAX;
	cl.loss_tx = INT32_MAX;
	cl.loss_rx = INT32_MIN;
	cl.tx_rate = UINT64_MAX;
	cl.remote.family = 99;
	compose(ibuf, IMSG_CTL_LINK, &cl, sizeof(cl));

	link_init(&cl, "", "", 200);
	strlcpy(cl.name, "\303\274 \303( \377 \355\240\200 \300\257 "
	    "\364\220\200\200 \342\202", sizeof(cl.name));
	compose(ibuf, IMSG_CTL_LINK, &cl, sizeof(cl));
}

static void
link_init(struct ctl_link *l, const char *tunnel, const char *name, int state)
{
	memset(l, 0, sizeof(*l));
	strlcpy(l->tunnel, tunnel, sizeof(l->tunnel));
	strlcpy(l->name, name, sizeof(l->name));
	l->state = state;
	l->opener = 1;
	l->rtable = RTABLE_DEFAULT;
	l->srtt = l->rttvar = l->owd_diff = l->queueing = -1;
	l->loss_tx = l->loss_rx = -1;
}

static void
send_result(struct imsgbuf *ibuf, int code, const char *text)
{
	struct ctl_result	 res;

	memset(&res, 0, sizeof(res));
	res.code = code;
	strlcpy(res.text, text, sizeof(res.text));
	compose(ibuf, IMSG_CTL_RESULT, &res, sizeof(res));
}

static void
compose(struct imsgbuf *ibuf, uint32_t type, const void *data, size_t len)
{
	if (imsg_compose(ibuf, type, 0, 0, -1, data, len) == -1)
		err(2, "imsg_compose");
}

static int
is(const char *name)
{
	return (strcmp(scenario, name) == 0);
}
