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
 * The process that passes the packets: descriptors, events and messages
 * around the core, which decides.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <errno.h>
#include <event.h>
#include <grp.h>
#include <imsg.h>
#include <pcap.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "control.h"
#include "core.h"
#include "engine.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "mlvpnd.h"
#include "netif.h"
#include "offload.h"
#include "sock.h"

#define ENGINE_ROOT	"/var/empty"	/* for a user without a home */
#define ENGINE_PKTS	4096		/* in the core's pool */
#define FLUSH_ROUNDS	16		/* batches sent before others' turn */
#define STOP_ROUNDS	64		/* batches sent at the end */
#define SLEEP_MAX	(3600 * USEC)
#define LOG_INTERVAL	(10 * USEC)	/* between lines of one kind */
#define EVENTS_INTERVAL	(1 * USEC)	/* between those of a tunnel */
#define EVENTS_BURST	(2 * TUNNEL_LINK_MAX)
#define SHOW_LINKS_MAX	(2 * TUNNEL_LINK_MAX)	/* paths of both ends */

/* A rule with its program, which comes after it. */
struct engine_match {
	TAILQ_ENTRY(engine_match) entry;
	struct match_conf	 conf;
	struct bpf_insn		*insns;
	unsigned int		 ninsns;
};
TAILQ_HEAD(engine_matches, engine_match);

/* A tunnel of the configuration, with what runs it. */
struct engine_tunnel {
	TAILQ_ENTRY(engine_tunnel) entry;
	struct tunnel_conf	*conf;
	struct engine_matches	 matches;
	unsigned int		 nmatches;
	struct tunnel		*tunnel;	/* NULL: could not be made */
	int			 fd;		/* of the interface, or -1 */
	int			 newfd;		/* that came with a message */
	struct event		 ev;
	uint64_t		 event_next;	/* the log is not a peer's */
	unsigned int		 events_held;
};
TAILQ_HEAD(engine_tunnels, engine_tunnel);

/* A socket: one that listens for all tunnels, or that of a link. */
struct engine_sock {
	TAILQ_ENTRY(engine_sock) entry;
	uint32_t		 id;
	int			 fd;
	struct event		 ev;
	struct event		 ev_write;
	int			 listening;
	/* a link's */
	uint32_t		 tunnel;
	char			 link[LINK_NAME_SIZE];
	struct endpoint		 ep;
	uint16_t		 mtu;
};
TAILQ_HEAD(engine_socks, engine_sock);

/* A configuration while it comes in. */
struct engine_conf {
	struct engine_tunnels	 tunnels;
	struct engine_socks	 listens;	/* fd -1: the one we have */
};

/* Packets that are written as one. */
struct engine_run {
	struct pkt		*pkts[OFFLOAD_SEGS];
	size_t			 n;
	int			 open;		/* others may follow */
	struct offload		 offload;
};

struct log_limit {
	uint64_t		 last;
	unsigned int		 held;
};

static struct core		*core;
static struct imsgev		*iev_main;
static struct engine_conf	*nconf;
static struct event		 ev_deadline;
static uint64_t			 started;
static struct engine_tunnels	 tunnels = TAILQ_HEAD_INITIALIZER(tunnels);
static struct engine_socks	 socks = TAILQ_HEAD_INITIALIZER(socks);

static struct dgram		 rx_dgrams[BATCH_MAX];
static struct dgram		 tx_dgrams[BATCH_MAX];
static uint8_t			 rx_bufs[BATCH_MAX][PKT_SIZE];
static uint8_t			 tx_bufs[BATCH_MAX][PKT_SIZE];

static void	 engine_init(void);
static void	 engine_chroot(const struct passwd *);
static void	 engine_sig_handler(int, short, void *);
static __dead void engine_shutdown(void);

static void	 engine_dispatch_main(int, short, void *);
static void	 engine_main_imsg(struct imsg *);
static void	 engine_recv_control(struct imsg *);
static void	 engine_recv_flows(struct imsg *);
static void	 engine_recv_conf(struct imsg *);
static void	 engine_recv_listen(struct imsg *);
static void	 engine_recv_tunnel(struct imsg *);
static void	 engine_recv_link(struct imsg *);
static void	 engine_recv_match(struct imsg *);
static void	 engine_recv_bpf(struct imsg *);
static void	 engine_recv_end(struct imsg *);
static void	 engine_recv_socket(struct imsg *);
static void	 engine_recv_nosocket(struct imsg *);
static void	 engine_get_data(struct imsg *, void *, size_t);
static void	 engine_check_string(const char *, size_t, const char *);

static void	 engine_merge(struct engine_conf *, uint64_t);
static void	 engine_merge_listens(struct engine_conf *);
static void	 engine_merge_tunnel(struct engine_tunnel *,
		    struct engine_tunnel *, uint64_t);
static void	 engine_merge_links(struct engine_tunnel *,
		    struct tunnel_conf *, uint64_t);
static void	 engine_merge_matches(struct engine_tunnel *,
		    struct engine_tunnel *);
static int	 engine_matches_differ(const struct engine_tunnel *,
		    const struct engine_tunnel *);
static void	 engine_matches_install(struct engine_tunnel *);
static void	 engine_matches_free(struct engine_tunnel *);
static void	 engine_drop_strays(void);

static struct engine_tunnel *engine_tunnel_find(struct engine_tunnels *,
		    uint32_t);
static struct engine_tunnel *engine_tunnel_byname(const char *);
static void	 engine_tunnel_start(struct engine_tunnel *, uint64_t);
static void	 engine_tunnel_free(struct engine_tunnel *);
static void	 engine_tunnel_setfd(struct engine_tunnel *, int);
static int	 engine_tunnel_differs(const struct tunnel_conf *,
		    const struct tunnel_conf *);
static void	 engine_link_start(struct engine_tunnel *,
		    const struct link_conf *, uint64_t);
static int	 engine_link_differs(const struct link_conf *,
		    const struct link_conf *);
static struct engine_sock *engine_sock_new(struct engine_socks *, uint32_t);
static struct engine_sock *engine_sock_find(struct engine_socks *, uint32_t);
static struct engine_sock *engine_sock_bylink(uint32_t, const char *);
static void	 engine_sock_watch(struct engine_sock *);
static void	 engine_sock_free(struct engine_socks *, struct engine_sock *);

static void	 engine_tun_readable(int, short, void *);
static ssize_t	 engine_tun_read(struct engine_tunnel *, uint8_t *);
static int	 engine_tun_flags(const struct engine_tunnel *);
static void	 engine_tun_discard(struct engine_tunnel *);
static void	 engine_tun_error(struct engine_tunnel *);
static void	 engine_sock_readable(int, short, void *);
static void	 engine_sock_writable(int, short, void *);
static void	 engine_deadline(int, short, void *);
static void	 engine_flush(uint64_t);
static size_t	 engine_transmit(uint64_t);
static void	 engine_send(struct dgram *, size_t, uint64_t);
static void	 engine_send_full(struct engine_sock *, int, struct dgram *,
		    size_t, uint64_t);
static void	 engine_deliver(struct engine_tunnel *, uint64_t);
static int	 engine_run_add(struct engine_tunnel *, struct engine_run *,
		    struct pkt *);
static void	 engine_run_write(struct engine_tunnel *,
		    struct engine_run *);
static ssize_t	 engine_tun_write(struct engine_tunnel *, struct engine_run *);

static int	 engine_selected(const struct engine_tunnel *,
		    const struct ctl_select *);

static void	 engine_random(void *, void *, size_t);
static void	 engine_event(void *, const struct core_event *);
static int	 engine_event_allowed(const struct core_event *);
static void	 engine_event_log(const struct core_event *);

static uint64_t	 engine_now(void);
static uint64_t	 clock_usec(clockid_t);
static void	 log_limited(struct log_limit *, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));

__dead void
engine(int debug, int verbose)
{
	struct event	 ev_sigint, ev_sigterm;
	struct passwd	*pw;

	log_init(debug, LOG_DAEMON);
	log_setverbose(verbose);

	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);

	setproctitle("%s", "engine");
	log_procinit("engine");

	if (sodium_init() == -1)
		fatalx("cannot initialise libsodium");
	engine_chroot(pw);
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		fatal("can't drop privileges");
	confine_engine();

	event_init();
	signal_set(&ev_sigint, SIGINT, engine_sig_handler, NULL);
	signal_set(&ev_sigterm, SIGTERM, engine_sig_handler, NULL);
	signal_add(&ev_sigint, NULL);
	signal_add(&ev_sigterm, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	engine_init();
	event_dispatch();
	engine_shutdown();
}

static void
engine_init(void)
{
	struct core_ops	 ops = { engine_random, engine_event, NULL, 0 };
	int		 i;

	for (i = 0; i < BATCH_MAX; i++) {
		rx_dgrams[i].buf = rx_bufs[i];
		tx_dgrams[i].buf = tx_bufs[i];
	}
	ops.dontfrag = sock_can_dontfrag;
	if ((core = core_new(&ops, ENGINE_PKTS)) == NULL)
		fatal("core_new");
	started = engine_now();
	evtimer_set(&ev_deadline, engine_deadline, NULL);

	if ((iev_main = calloc(1, sizeof(*iev_main))) == NULL)
		fatal("%s", __func__);
	if (imsgbuf_init(&iev_main->ibuf, 3) == -1)
		fatal("imsgbuf_init");
	imsgbuf_allow_fdpass(&iev_main->ibuf);
	iev_main->handler = engine_dispatch_main;
	imsg_event_add(iev_main);
}

static void
engine_chroot(const struct passwd *pw)
{
	struct stat	 sb;
	const char	*dir = pw->pw_dir;

	if (stat(dir, &sb) == -1) {
		if (errno != ENOENT)
			fatal("%s", dir);
		dir = ENGINE_ROOT;
		if (stat(dir, &sb) == -1)
			fatal("%s", dir);
	}
	if (!S_ISDIR(sb.st_mode) || sb.st_uid != 0 ||
	    (sb.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fatalx("%s: not a directory that only root can write to", dir);
	if (chroot(dir) == -1)
		fatal("chroot %s", dir);
	if (chdir("/") == -1)
		fatal("chdir");
}

static void
engine_sig_handler(int sig, short event, void *bula)
{
	event_loopexit(NULL);
}

/* The peers are told, so that they need not find out. */
static __dead void
engine_shutdown(void)
{
	struct engine_tunnel	*t;
	struct engine_sock	*s;
	uint64_t		 now;
	int			 i;

	now = engine_now();
	core_stop(core, now);
	for (i = 0; i < STOP_ROUNDS; i++) {
		if (engine_transmit(now) < BATCH_MAX)
			break;
	}

	mlvpn2_file_close(core);
	control_shutdown();
	imsgbuf_clear(&iev_main->ibuf);
	close(iev_main->ibuf.fd);
	free(iev_main);

	while ((t = TAILQ_FIRST(&tunnels)) != NULL) {
		TAILQ_REMOVE(&tunnels, t, entry);
		engine_tunnel_free(t);
	}
	while ((s = TAILQ_FIRST(&socks)) != NULL)
		engine_sock_free(&socks, s);
	core_free(core);

	log_info("engine exiting");
	exit(0);
}

/*
 * The parent's messages.  What it sends is checked all the same: a mistake
 * must show where it is made.
 */

static void
engine_dispatch_main(int fd, short event, void *bula)
{
	struct imsgev	*iev = bula;
	struct imsg	 imsg;
	ssize_t		 n;
	int		 shut = 0;

	if (event & EV_READ) {
		/* a parent that goes may leave messages of ours unread */
		if ((n = imsgbuf_read(&iev->ibuf)) == -1 &&
		    errno != ECONNRESET)
			fatal("imsgbuf_read error");
		if (n != 1)
			shut = 1;
	}
	if (event & EV_WRITE) {
		if (imsgbuf_write(&iev->ibuf) == -1) {
			if (errno != EPIPE)
				fatal("imsgbuf_write");
			shut = 1;
		}
	}

	for (;;) {
		if ((n = imsg_get(&iev->ibuf, &imsg)) == -1)
			fatal("%s: imsg_get error", __func__);
		if (n == 0)
			break;
		engine_main_imsg(&imsg);
		imsg_free(&imsg);
	}
	if (!shut)
		imsg_event_add(iev);
	else {
		event_del(&iev->ev);
		event_loopexit(NULL);
	}
}

static void
engine_main_imsg(struct imsg *imsg)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_CONTROLFD:
		engine_recv_control(imsg);
		break;
	case IMSG_FLOWS:
		engine_recv_flows(imsg);
		break;
	case IMSG_CTL_MESSAGE:
	case IMSG_CTL_RESULT:
		control_imsg_relay(imsg);
		break;
	case IMSG_RECONF_CONF:
		engine_recv_conf(imsg);
		break;
	case IMSG_RECONF_LISTEN:
		engine_recv_listen(imsg);
		break;
	case IMSG_RECONF_TUNNEL:
		engine_recv_tunnel(imsg);
		break;
	case IMSG_RECONF_LINK:
		engine_recv_link(imsg);
		break;
	case IMSG_RECONF_MATCH:
		engine_recv_match(imsg);
		break;
	case IMSG_RECONF_BPF:
		engine_recv_bpf(imsg);
		break;
	case IMSG_RECONF_END:
		engine_recv_end(imsg);
		break;
	case IMSG_LINK_SOCKET:
		engine_recv_socket(imsg);
		break;
	case IMSG_LINK_NOSOCKET:
		engine_recv_nosocket(imsg);
		break;
	default:
		log_debug("%s: %s not handled", __func__,
		    imsg_name(imsg_get_type(imsg)));
		break;
	}
}

static void
engine_recv_control(struct imsg *imsg)
{
	int	 fd;

	if ((fd = imsg_get_fd(imsg)) == -1)
		fatalx("%s: no descriptor came along", __func__);
	control_listen(fd);
}

static void
engine_recv_flows(struct imsg *imsg)
{
	int	 fd;

	if ((fd = imsg_get_fd(imsg)) == -1)
		fatalx("%s: no descriptor came along", __func__);
	mlvpn2_file_open(fd);
}

static void
engine_recv_conf(struct imsg *imsg)
{
	if (nconf != NULL)
		fatalx("%s: a configuration is coming in already", __func__);
	if ((nconf = calloc(1, sizeof(*nconf))) == NULL)
		fatal("%s", __func__);
	TAILQ_INIT(&nconf->tunnels);
	TAILQ_INIT(&nconf->listens);
}

static void
engine_recv_listen(struct imsg *imsg)
{
	struct listen_conf	 lc;
	struct engine_sock	*s;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	engine_get_data(imsg, &lc, sizeof(lc));
	s = engine_sock_new(&nconf->listens, lc.id);
	s->fd = imsg_get_fd(imsg);
	s->listening = 1;
}

static void
engine_recv_tunnel(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct tunnel_conf	*c;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	if ((t = calloc(1, sizeof(*t))) == NULL ||
	    (t->conf = c = conf_tunnel_new()) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, c, sizeof(*c));
	TAILQ_INIT(&c->routes);
	TAILQ_INIT(&c->links);
	TAILQ_INIT(&c->matches);
	c->lineno = 0;
	engine_check_string(c->name, sizeof(c->name), __func__);
	engine_check_string(c->descr, sizeof(c->descr), __func__);
	engine_check_string(c->ifname, sizeof(c->ifname), __func__);
	if (engine_tunnel_find(&nconf->tunnels, c->id) != NULL)
		fatalx("%s: id %u twice", __func__, c->id);
	TAILQ_INIT(&t->matches);
	t->fd = -1;
	t->newfd = imsg_get_fd(imsg);
	TAILQ_INSERT_TAIL(&nconf->tunnels, t, entry);
}

/* Belongs to the tunnel that came last. */
static void
engine_recv_link(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct link_conf	*l;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s: outside of a tunnel", __func__);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, l, sizeof(*l));
	l->lineno = 0;
	engine_check_string(l->name, sizeof(l->name), __func__);
	TAILQ_INSERT_TAIL(&t->conf->links, l, entry);
}

/* The same. */
static void
engine_recv_match(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct engine_match	*m;
	int			 i;

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL)
		fatalx("%s: outside of a tunnel", __func__);
	if (++t->nmatches > MATCH_MAX)
		fatalx("%s: too many rules", __func__);
	if ((m = calloc(1, sizeof(*m))) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, &m->conf, sizeof(m->conf));
	memset(&m->conf.entry, 0, sizeof(m->conf.entry));
	m->conf.lineno = 0;
	engine_check_string(m->conf.expr, sizeof(m->conf.expr), __func__);
	if (m->conf.nlinks > MATCH_LINKS_MAX)
		fatalx("%s: too many links", __func__);
	for (i = 0; i < m->conf.nlinks; i++)
		engine_check_string(m->conf.links[i],
		    sizeof(m->conf.links[i]), __func__);
	TAILQ_INSERT_TAIL(&t->matches, m, entry);
}

/* Belongs to the rule that came last. */
static void
engine_recv_bpf(struct imsg *imsg)
{
	struct engine_tunnel	*t;
	struct engine_match	*m;
	size_t			 len = imsg_get_len(imsg);

	if (nconf == NULL || (t = TAILQ_LAST(&nconf->tunnels,
	    engine_tunnels)) == NULL || (m = TAILQ_LAST(&t->matches,
	    engine_matches)) == NULL || m->insns != NULL)
		fatalx("%s: outside of a rule", __func__);
	if (len == 0 || len % sizeof(*m->insns) != 0)
		fatalx("invalid %s", imsg_name(imsg_get_type(imsg)));
	if ((m->insns = malloc(len)) == NULL)
		fatal("%s", __func__);
	engine_get_data(imsg, m->insns, len);
	m->ninsns = len / sizeof(*m->insns);
	if (!match_valid(m->insns, m->ninsns))
		fatalx("%s: a program that must not be run", __func__);
}

static void
engine_recv_end(struct imsg *imsg)
{
	uint64_t	 now;

	if (nconf == NULL)
		fatalx("%s: outside of a configuration", __func__);
	now = engine_now();
	engine_merge(nconf, now);
	free(nconf);
	nconf = NULL;
	engine_flush(now);
}

/*
 * A link's socket, or for one that we have another remote address, or that
 * the link is to use a listening one.  The old socket goes once the core uses
 * the new one.
 */
static void
engine_recv_socket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	struct engine_tunnel	*t;
	struct engine_sock	*old, *s;
	struct endpoint		 ep;
	uint64_t		 now;
	int			 fd;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);
	fd = imsg_get_fd(imsg);

	memset(&ep, 0, sizeof(ep));
	ep.sock = ls.sock;
	ep.remote = ls.remote;
	ep.local = ls.local;

	old = engine_sock_bylink(ls.tunnel, ls.link);
	if (fd == -1) {
		if ((s = engine_sock_find(&socks, ls.sock)) == NULL ||
		    (s != old && !s->listening)) {
			log_warnx("link %s: its socket did not arrive",
			    ls.link);
			return;
		}
		if (s == old)
			old = NULL;
	} else {
		if (engine_sock_find(&socks, ls.sock) != NULL)
			fatalx("%s: socket %u twice", __func__, ls.sock);
		s = engine_sock_new(&socks, ls.sock);
		s->fd = fd;
		s->tunnel = ls.tunnel;
		strlcpy(s->link, ls.link, sizeof(s->link));
		engine_sock_watch(s);
	}
	s->ep = ep;
	s->mtu = ls.mtu;

	now = engine_now();
	t = engine_tunnel_find(&tunnels, ls.tunnel);
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, &ep, ls.mtu, now);
	if (old != NULL)
		engine_sock_free(&socks, old);
	engine_flush(now);
}

static void
engine_recv_nosocket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	struct engine_tunnel	*t;
	struct engine_sock	*s;
	uint64_t		 now;

	engine_get_data(imsg, &ls, sizeof(ls));
	engine_check_string(ls.link, sizeof(ls.link), __func__);

	now = engine_now();
	t = engine_tunnel_find(&tunnels, ls.tunnel);
	if (t != NULL && t->tunnel != NULL)
		(void)tunnel_socket(t->tunnel, ls.link, NULL, 0, now);
	if ((s = engine_sock_bylink(ls.tunnel, ls.link)) != NULL)
		engine_sock_free(&socks, s);
	engine_flush(now);
}

static void
engine_get_data(struct imsg *imsg, void *data, size_t len)
{
	if (imsg_get_data(imsg, data, len) == -1)
		fatalx("invalid %s", imsg_name(imsg_get_type(imsg)));
}

static void
engine_check_string(const char *s, size_t size, const char *where)
{
	if (memchr(s, '\0', size) == NULL)
		fatalx("%s: string without end", where);
}

void
engine_imsg_compose_main(uint32_t type, uint32_t peerid, const void *data,
    size_t len)
{
	if (imsg_compose_event(iev_main, type, peerid, 0, -1, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

/*
 * A new configuration is compared with the running one; what did not change
 * is not touched.  Tunnels that go make room before others take over their
 * secrets.
 */
static void
engine_merge(struct engine_conf *nc, uint64_t now)
{
	struct engine_tunnel	*n, *t, *next;

	engine_merge_listens(nc);

	for (t = TAILQ_FIRST(&tunnels); t != NULL; t = next) {
		next = TAILQ_NEXT(t, entry);
		if (engine_tunnel_find(&nc->tunnels, t->conf->id) == NULL) {
			TAILQ_REMOVE(&tunnels, t, entry);
			engine_tunnel_free(t);
		}
	}
	while ((n = TAILQ_FIRST(&nc->tunnels)) != NULL) {
		TAILQ_REMOVE(&nc->tunnels, n, entry);
		if ((t = engine_tunnel_find(&tunnels, n->conf->id)) != NULL) {
			/* moved, for the order of the new configuration */
			TAILQ_REMOVE(&tunnels, t, entry);
			engine_merge_tunnel(t, n, now);
		} else {
			t = n;
			engine_tunnel_setfd(t, t->newfd);
		}
		TAILQ_INSERT_TAIL(&tunnels, t, entry);
	}
	TAILQ_FOREACH(t, &tunnels, entry) {
		if (t->tunnel == NULL)
			engine_tunnel_start(t, now);
	}
	/* the last words of links that go */
	(void)engine_transmit(now);
	engine_drop_strays();
}

static void
engine_merge_listens(struct engine_conf *nc)
{
	struct engine_sock	*n, *s, *next;

	for (s = TAILQ_FIRST(&socks); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->listening &&
		    engine_sock_find(&nc->listens, s->id) == NULL)
			s->listening = 0;	/* a stray from now on */
	}
	while ((n = TAILQ_FIRST(&nc->listens)) != NULL) {
		TAILQ_REMOVE(&nc->listens, n, entry);
		s = engine_sock_find(&socks, n->id);
		if (s != NULL || n->fd == -1) {
			if (s == NULL)
				log_warnx("a listening socket did not arrive");
			if (n->fd != -1)
				close(n->fd);
			free(n);
			continue;
		}
		TAILQ_INSERT_TAIL(&socks, n, entry);
		engine_sock_watch(n);
	}
}

/* Takes over and frees n. */
static void
engine_merge_tunnel(struct engine_tunnel *t, struct engine_tunnel *n,
    uint64_t now)
{
	struct tunnel_conf	*old = t->conf;

	if (n->newfd != -1)
		engine_tunnel_setfd(t, n->newfd);
	if (t->tunnel != NULL && engine_tunnel_differs(old, n->conf) &&
	    tunnel_reconf(t->tunnel, n->conf, now) == -1) {
		tunnel_free(t->tunnel);
		t->tunnel = NULL;
	}
	if (t->tunnel != NULL)
		engine_merge_links(t, n->conf, now);
	engine_merge_matches(t, n);
	t->conf = n->conf;
	conf_tunnel_free(old);
	free(n);
}

static void
engine_merge_links(struct engine_tunnel *t, struct tunnel_conf *new,
    uint64_t now)
{
	struct link_conf	*l, *old;

	TAILQ_FOREACH(l, &t->conf->links, entry) {
		if (conf_link_find(new, l->name) == NULL)
			(void)tunnel_unlink(t->tunnel, l->name, now);
	}
	TAILQ_FOREACH(l, &new->links, entry) {
		if ((old = conf_link_find(t->conf, l->name)) == NULL)
			engine_link_start(t, l, now);
		else if (engine_link_differs(old, l))
			(void)tunnel_link(t->tunnel, l, now);
	}
}

/* Leaves n without rules. */
static void
engine_merge_matches(struct engine_tunnel *t, struct engine_tunnel *n)
{
	struct engine_match	*m;
	int			 differ = engine_matches_differ(t, n);

	engine_matches_free(t);
	while ((m = TAILQ_FIRST(&n->matches)) != NULL) {
		TAILQ_REMOVE(&n->matches, m, entry);
		TAILQ_INSERT_TAIL(&t->matches, m, entry);
	}
	t->nmatches = n->nmatches;
	if (differ && t->tunnel != NULL)
		engine_matches_install(t);
}

static int
engine_matches_differ(const struct engine_tunnel *a,
    const struct engine_tunnel *b)
{
	const struct engine_match	*ma = TAILQ_FIRST(&a->matches);
	const struct engine_match	*mb = TAILQ_FIRST(&b->matches);

	while (ma != NULL && mb != NULL) {
		if (ma->ninsns != mb->ninsns || memcmp(ma->insns, mb->insns,
		    ma->ninsns * sizeof(*ma->insns)) != 0 ||
		    memcmp(&ma->conf, &mb->conf, sizeof(ma->conf)) != 0)
			return (1);
		ma = TAILQ_NEXT(ma, entry);
		mb = TAILQ_NEXT(mb, entry);
	}
	return (ma != NULL || mb != NULL);
}

static void
engine_matches_install(struct engine_tunnel *t)
{
	struct engine_match	*m;
	struct match_rule	*rules;
	size_t			 n = 0;

	if ((rules = calloc(t->nmatches + 1, sizeof(*rules))) == NULL)
		fatal("%s", __func__);
	TAILQ_FOREACH(m, &t->matches, entry) {
		rules[n].conf = &m->conf;
		rules[n].insns = m->insns;
		rules[n++].ninsns = m->ninsns;
	}
	if (tunnel_matches(t->tunnel, rules, n) == -1)
		fatal("%s: %s", __func__, t->conf->name);
	free(rules);
}

static void
engine_matches_free(struct engine_tunnel *t)
{
	struct engine_match	*m;

	while ((m = TAILQ_FIRST(&t->matches)) != NULL) {
		TAILQ_REMOVE(&t->matches, m, entry);
		free(m->insns);
		free(m);
	}
	t->nmatches = 0;
}

/* Sockets of links that are no more. */
static void
engine_drop_strays(void)
{
	struct engine_tunnel	*t;
	struct engine_sock	*s, *next;

	for (s = TAILQ_FIRST(&socks); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->listening)
			continue;
		t = engine_tunnel_find(&tunnels, s->tunnel);
		if (t == NULL || conf_link_find(t->conf, s->link) == NULL)
			engine_sock_free(&socks, s);
	}
}

static struct engine_tunnel *
engine_tunnel_find(struct engine_tunnels *list, uint32_t id)
{
	struct engine_tunnel	*t;

	TAILQ_FOREACH(t, list, entry) {
		if (t->conf->id == id)
			break;
	}
	return (t);
}

static struct engine_tunnel *
engine_tunnel_byname(const char *name)
{
	struct engine_tunnel	*t;

	TAILQ_FOREACH(t, &tunnels, entry) {
		if (strcmp(t->conf->name, name) == 0)
			break;
	}
	return (t);
}

static void
engine_tunnel_start(struct engine_tunnel *t, uint64_t now)
{
	struct link_conf	*l;

	if ((t->tunnel = tunnel_new(core, t->conf, now)) == NULL) {
		if (errno == EEXIST)
			log_warnx("%s: another tunnel has the same secret",
			    t->conf->name);
		else
			log_warn("%s", t->conf->name);
		return;
	}
	mlvpn2_file_load(t->tunnel);
	TAILQ_FOREACH(l, &t->conf->links, entry)
		engine_link_start(t, l, now);
	engine_matches_install(t);
}

static void
engine_tunnel_free(struct engine_tunnel *t)
{
	engine_tunnel_setfd(t, -1);
	if (t->tunnel != NULL)
		tunnel_free(t->tunnel);
	engine_matches_free(t);
	conf_tunnel_free(t->conf);
	free(t);
}

/* Takes over fd; -1 leaves the tunnel without an interface. */
static void
engine_tunnel_setfd(struct engine_tunnel *t, int fd)
{
	if (t->fd != -1) {
		event_del(&t->ev);
		close(t->fd);
	}
	if ((t->fd = fd) == -1)
		return;
	event_set(&t->ev, fd, EV_READ | EV_PERSIST, engine_tun_readable, t);
	event_add(&t->ev, NULL);
}

/* The structs came as messages: apart from pointers they compare as bytes. */
static int
engine_tunnel_differs(const struct tunnel_conf *a,
    const struct tunnel_conf *b)
{
	const size_t	 start = offsetof(struct tunnel_conf, id);
	const size_t	 end = offsetof(struct tunnel_conf, routes);

	return (sodium_memcmp((const char *)a + start,
	    (const char *)b + start, end - start) != 0);
}

static void
engine_link_start(struct engine_tunnel *t, const struct link_conf *l,
    uint64_t now)
{
	struct engine_sock	*s;

	if (tunnel_link(t->tunnel, l, now) == -1) {
		log_warnx("%s: link %s cannot be added", t->conf->name,
		    l->name);
		return;
	}
	if ((s = engine_sock_bylink(t->conf->id, l->name)) != NULL)
		(void)tunnel_socket(t->tunnel, l->name, &s->ep, s->mtu, now);
}

static int
engine_link_differs(const struct link_conf *a, const struct link_conf *b)
{
	const size_t	 start = offsetof(struct link_conf, name);

	return (memcmp((const char *)a + start, (const char *)b + start,
	    sizeof(*a) - start) != 0);
}

static struct engine_sock *
engine_sock_new(struct engine_socks *list, uint32_t id)
{
	struct engine_sock	*s;

	if (id == SOCK_NONE)
		fatalx("%s: socket without an id", __func__);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("%s", __func__);
	s->id = id;
	s->fd = -1;
	TAILQ_INSERT_TAIL(list, s, entry);
	return (s);
}

static struct engine_sock *
engine_sock_find(struct engine_socks *list, uint32_t id)
{
	struct engine_sock	*s;

	TAILQ_FOREACH(s, list, entry) {
		if (s->id == id)
			break;
	}
	return (s);
}

static struct engine_sock *
engine_sock_bylink(uint32_t tunnel, const char *link)
{
	struct engine_sock	*s;

	TAILQ_FOREACH(s, &socks, entry) {
		if (!s->listening && s->tunnel == tunnel &&
		    strcmp(s->link, link) == 0)
			break;
	}
	return (s);
}

static void
engine_sock_watch(struct engine_sock *s)
{
	event_set(&s->ev, s->fd, EV_READ | EV_PERSIST, engine_sock_readable,
	    s);
	event_set(&s->ev_write, s->fd, EV_WRITE, engine_sock_writable, s);
	event_add(&s->ev, NULL);
}

static void
engine_sock_free(struct engine_socks *list, struct engine_sock *s)
{
	TAILQ_REMOVE(list, s, entry);
	event_del(&s->ev);
	event_del(&s->ev_write);
	close(s->fd);
	free(s);
}

/*
 * Packets.  A callback takes one batch at most, so that each descriptor has
 * its turn.
 */

static void
engine_tun_readable(int fd, short event, void *arg)
{
	struct engine_tunnel	*t = arg;
	struct pkt		*pkts[BATCH_MAX], *p;
	uint64_t		 now;
	size_t			 n = 0;
	ssize_t			 len = 0;

	now = engine_now();
	if (t->tunnel == NULL) {
		engine_tun_discard(t);
		return;
	}
	while (n < BATCH_MAX && (p = pkt_get(core_pool(core))) != NULL) {
		if ((len = engine_tun_read(t, PKT_DATA(p))) == -1) {
			pkt_put(core_pool(core), p);
			break;
		}
		p->len = len;
		pkts[n++] = p;
	}
	if (len == -1)
		engine_tun_error(t);
	if (n > 0)
		tunnel_input(t->tunnel, pkts, n, now);
	else if (len != -1)
		engine_tun_discard(t);
	engine_flush(now);
}

/* Into PKT_ROOM bytes.  An interface that has ended is an error too. */
static ssize_t
engine_tun_read(struct engine_tunnel *t, uint8_t *buf)
{
	ssize_t	 n;

	if ((n = tun_read(t->fd, engine_tun_flags(t), buf, PKT_ROOM)) == 0) {
		errno = EIO;
		n = -1;
	}
	return (n);
}

static int
engine_tun_flags(const struct engine_tunnel *t)
{
	return ((t->conf->layer2 ? TUNF_LAYER2 : 0) |
	    (t->conf->offload ? TUNF_OFFLOAD : 0));
}

/* Without a buffer for it a packet is lost, or the loop would spin on it. */
static void
engine_tun_discard(struct engine_tunnel *t)
{
	static struct log_limit	 limit;
	static uint8_t		 buf[PKT_SIZE];
	int			 i;

	for (i = 0; i < BATCH_MAX; i++) {
		if (engine_tun_read(t, buf + PKT_HEADROOM) == -1) {
			engine_tun_error(t);
			break;
		}
	}
	log_limited(&limit, "%s: packets discarded, %s", t->conf->name,
	    t->tunnel == NULL ? "the tunnel does not run" :
	    "no buffers are free");
}

/* Nothing to read, a passing trouble, or an interface that is no more. */
static void
engine_tun_error(struct engine_tunnel *t)
{
	static struct log_limit	 limit;

	switch (errno) {
	case EAGAIN:
	case EINTR:
		break;
	case EHOSTDOWN:
	case EMSGSIZE:
	case ENOBUFS:
	case ENOMEM:
		log_limited(&limit, "%s: reading from %s: %s", t->conf->name,
		    t->conf->ifname, strerror(errno));
		break;
	default:
		log_warn("%s: interface %s is gone", t->conf->name,
		    t->conf->ifname);
		engine_tunnel_setfd(t, -1);
		break;
	}
}

static void
engine_sock_readable(int fd, short event, void *arg)
{
	static struct log_limit	 limit;
	struct engine_sock	*s = arg;
	uint64_t		 now;
	int			 i, n;

	if ((n = sock_recv(fd, rx_dgrams, BATCH_MAX)) == -1) {
		log_limited(&limit, "receiving: %s", strerror(errno));
		return;
	}
	now = engine_now();
	for (i = 0; i < n; i++)
		rx_dgrams[i].ep.sock = s->id;
	core_receive(core, rx_dgrams, n, now);
	engine_flush(now);
}

static void
engine_sock_writable(int fd, short event, void *arg)
{
	struct engine_sock	*s = arg;

	core_sock_blocked(core, s->id, 0);
	engine_flush(engine_now());
}

static void
engine_deadline(int fd, short event, void *bula)
{
	engine_flush(engine_now());
}

/*
 * Takes out what the core has ready and sleeps until the core wants to be
 * asked again.
 */
static void
engine_flush(uint64_t now)
{
	struct engine_tunnel	*t;
	struct timeval		 tv;
	uint64_t		 deadline, wait;
	size_t			 n;
	int			 rounds = 0;

	do {
		n = engine_transmit(now);
	} while (n == BATCH_MAX && ++rounds < FLUSH_ROUNDS);

	TAILQ_FOREACH(t, &tunnels, entry) {
		if (t->tunnel != NULL)
			engine_deliver(t, now);
	}

	now = engine_now();
	mlvpn2_file_timer(core, now);
	deadline = n == BATCH_MAX ? now : core_deadline(core, now);
	if (deadline == NEVER) {
		evtimer_del(&ev_deadline);
		return;
	}
	wait = deadline > now ? deadline - now : 0;
	if (wait > SLEEP_MAX)
		wait = SLEEP_MAX;
	tv.tv_sec = wait / USEC;
	tv.tv_usec = wait % USEC;
	evtimer_add(&ev_deadline, &tv);
}

/* One batch.  Returns how many datagrams the core gave. */
static size_t
engine_transmit(uint64_t now)
{
	struct dgram	*d = tx_dgrams;
	size_t		 i, n, total;

	total = core_transmit(core, d, BATCH_MAX, now);
	for (i = 0; i < total; i += n) {
		for (n = 1; i + n < total; n++) {
			if (d[i + n].ep.sock != d[i].ep.sock)
				break;
		}
		engine_send(&d[i], n, now);
	}
	return (total);
}

/* Sends datagrams of one socket. */
static void
engine_send(struct dgram *d, size_t n, uint64_t now)
{
	static struct log_limit	 limit;
	struct engine_sock	*s;
	size_t			 sent;
	int			 error;

	s = engine_sock_find(&socks, d->ep.sock);
	while (n > 0) {
		sent = 0;
		error = ENETDOWN;
		if (s != NULL) {
			sent = sock_send(s->fd, d, n);
			error = errno;
		}
		d += sent;
		n -= sent;
		if (n == 0)
			break;
		if (error == EAGAIN || error == ENOBUFS) {
			engine_send_full(s, error, d, n, now);
			break;
		}
		/* one that is too long tells the path's MTU */
		if (s != NULL && error != EMSGSIZE)
			log_limited(&limit, "sending: %s", strerror(error));
		core_send_error(core, d, error, now);
		d++;
		n--;
	}
}

/*
 * None of the n has room.  When a socket is full one is told when to go on;
 * when an interface is, as with ENOBUFS, only time helps.
 */
static void
engine_send_full(struct engine_sock *s, int error, struct dgram *d, size_t n,
    uint64_t now)
{
	for (; n > 0; d++, n--)
		core_send_error(core, d, error, now);
	if (error == EAGAIN) {
		core_sock_blocked(core, s->id, 1);
		event_add(&s->ev_write, NULL);
	}
}

/* Packets for the interface. */
static void
engine_deliver(struct engine_tunnel *t, uint64_t now)
{
	static struct engine_run run;
	struct pkt		*pkts[BATCH_MAX];
	size_t			 i, n;

	while ((n = tunnel_output(t->tunnel, pkts, BATCH_MAX, now)) > 0) {
		for (i = 0; i < n; i++) {
			if (!engine_run_add(t, &run, pkts[i])) {
				engine_run_write(t, &run);
				(void)engine_run_add(t, &run, pkts[i]);
			}
		}
	}
	engine_run_write(t, &run);
}

/*
 * The system trusts the checksums of what comes as one: a packet whose own
 * are wrong goes alone, for the system to see.
 */
static int
engine_run_add(struct engine_tunnel *t, struct engine_run *run, struct pkt *p)
{
	struct pkt	*first = run->pkts[0];
	struct offload	 o = run->offload;

	if (run->n == 0) {
		run->open = t->conf->offload && offload_begin(&run->offload,
		    PKT_DATA(p), p->len);
	} else {
		if (!run->open || !offload_join(&o, PKT_DATA(first),
		    PKT_DATA(p), p->len) ||
		    !offload_verify(PKT_DATA(p), p->len) || (run->n == 1 &&
		    !offload_verify(PKT_DATA(first), first->len)))
			return (0);
		run->offload = o;
	}
	run->pkts[run->n++] = p;
	return (1);
}

static void
engine_run_write(struct engine_tunnel *t, struct engine_run *run)
{
	static struct log_limit	 limit;
	size_t			 i;

	if (run->n == 0)
		return;
	if (t->fd != -1 && engine_tun_write(t, run) == -1 && errno != EAGAIN)
		log_limited(&limit, "%s: writing to %s: %s", t->conf->name,
		    t->conf->ifname, strerror(errno));
	for (i = 0; i < run->n; i++)
		pkt_put(core_pool(core), run->pkts[i]);
	run->n = 0;
}

static ssize_t
engine_tun_write(struct engine_tunnel *t, struct engine_run *run)
{
	struct iovec	 iov[OFFLOAD_SEGS];
	struct pkt	*p = run->pkts[0];
	size_t		 i;

	if (run->n == 1)
		return (tun_write(t->fd, engine_tun_flags(t), PKT_DATA(p),
		    p->len));
	offload_finish(&run->offload, PKT_DATA(p));
	iov[0].iov_base = PKT_DATA(p);
	iov[0].iov_len = p->len;
	for (i = 1; i < run->n; i++) {
		p = run->pkts[i];
		iov[i].iov_base = PKT_DATA(p) + run->offload.hlen;
		iov[i].iov_len = p->len - run->offload.hlen;
	}
	return (tun_write_tcp(t->fd, &run->offload, iov, run->n));
}

/*
 * What the core calls.
 */

static void
engine_random(void *bula, void *buf, size_t len)
{
	arc4random_buf(buf, len);
}

static void
engine_event(void *bula, const struct core_event *e)
{
	struct imsg_link	 il;
	struct imsg_tunnel_mtu	 im;
	struct imsg_event	 ie;

	if (engine_event_allowed(e))
		engine_event_log(e);

	switch (e->type) {
	case CORE_LINK_STALE:
		memset(&il, 0, sizeof(il));
		il.tunnel = e->tunnel;
		strlcpy(il.link, e->link, sizeof(il.link));
		engine_imsg_compose_main(IMSG_LINK_STALE, 0, &il, sizeof(il));
		break;
	case CORE_TUNNEL_MTU:
		memset(&im, 0, sizeof(im));
		im.tunnel = e->tunnel;
		im.mtu = e->mtu;
		engine_imsg_compose_main(IMSG_TUNNEL_MTU, 0, &im, sizeof(im));
		break;
	case CORE_NOTICE:
		break;
	case CORE_LINK_UP:
		mlvpn2_file_changed();
		/* FALLTHROUGH */
	default:
		memset(&ie, 0, sizeof(ie));
		ie.tunnel = e->tunnel;
		ie.type = e->type;
		strlcpy(ie.link, e->link, sizeof(ie.link));
		if (e->reason != NULL)
			strlcpy(ie.reason, e->reason, sizeof(ie.reason));
		engine_imsg_compose_main(IMSG_EVENT, 0, &ie, sizeof(ie));
		break;
	}
}

/* Whoever has a secret can make links come and go as fast as it likes. */
static int
engine_event_allowed(const struct core_event *e)
{
	struct engine_tunnel	*t;
	uint64_t		 now;

	if ((t = engine_tunnel_find(&tunnels, e->tunnel)) == NULL)
		return (1);
	now = clock_usec(CLOCK_BOOTTIME);
	if (t->event_next < now)
		t->event_next = now;
	if (t->event_next - now > EVENTS_BURST * EVENTS_INTERVAL) {
		t->events_held++;
		return (0);
	}
	t->event_next += EVENTS_INTERVAL;
	if (t->events_held > 0)
		log_info("%s: %u events were not logged", t->conf->name,
		    t->events_held);
	t->events_held = 0;
	return (1);
}

static void
engine_event_log(const struct core_event *e)
{
	char		 addr[ADDR_STRLEN];
	const char	*reason = "", *colon = "";

	if (e->reason != NULL && e->reason[0] != '\0') {
		reason = e->reason;
		colon = ": ";
	}
	addr_ntop_port(&e->addr, addr, sizeof(addr));

	switch (e->type) {
	case CORE_TUNNEL_UP:
		log_info("%s: up%s%s", e->tunnel_name, colon, reason);
		break;
	case CORE_TUNNEL_DOWN:
		log_info("%s: down%s%s", e->tunnel_name, colon, reason);
		break;
	case CORE_LINK_UP:
		log_info("%s: link %s up, peer %s%s%s", e->tunnel_name,
		    e->link, addr, colon, reason);
		break;
	case CORE_LINK_DOWN:
		log_info("%s: link %s down%s%s", e->tunnel_name, e->link,
		    colon, reason);
		break;
	case CORE_LINK_QUALITY:
		log_info("%s: link %s%s%s", e->tunnel_name, e->link, colon,
		    reason);
		break;
	case CORE_LINK_MOVED:
		log_info("%s: link %s: the peer's address is now %s",
		    e->tunnel_name, e->link, addr);
		break;
	case CORE_LINK_STALE:
		log_debug("%s: link %s: stale%s%s", e->tunnel_name, e->link,
		    colon, reason);
		break;
	case CORE_TUNNEL_MTU:
		log_info("%s: mtu %u", e->tunnel_name, e->mtu);
		break;
	case CORE_NOTICE:
		if (e->link[0] != '\0')
			log_info("%s: link %s: %s", e->tunnel_name, e->link,
			    reason);
		else
			log_info("%s: %s", e->tunnel_name, reason);
		break;
	}
}

/*
 * What control.c calls.
 */

void
engine_show_summary(struct imsgbuf *ibuf)
{
	struct ctl_summary	 cs;

	memset(&cs, 0, sizeof(cs));
	core_summary(core, &cs);
	strlcpy(cs.version, MLVPND_VERSION, sizeof(cs.version));
	cs.uptime = (engine_now() - started) / USEC;
	if (imsg_compose(ibuf, IMSG_CTL_SUMMARY, 0, 0, -1, &cs,
	    sizeof(cs)) == -1)
		log_warn("%s", __func__);
}

static int
engine_selected(const struct engine_tunnel *t, const struct ctl_select *sel)
{
	return (t->tunnel != NULL && (sel->tunnel[0] == '\0' ||
	    strcmp(sel->tunnel, t->conf->name) == 0));
}

int
engine_show_tunnels(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	struct engine_tunnel	*t;
	struct ctl_tunnel	 ct;
	uint64_t		 now;
	int			 n = 0;

	now = engine_now();
	TAILQ_FOREACH(t, &tunnels, entry) {
		if (!engine_selected(t, sel))
			continue;
		memset(&ct, 0, sizeof(ct));
		tunnel_ctl(t->tunnel, &ct, now);
		if (imsg_compose(ibuf, IMSG_CTL_TUNNEL, 0, 0, -1, &ct,
		    sizeof(ct)) == -1)
			log_warn("%s", __func__);
		n++;
	}
	return (n);
}

int
engine_show_links(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	static struct ctl_link	 links[SHOW_LINKS_MAX];
	struct engine_tunnel	*t;
	uint64_t		 now;
	size_t			 i, nlinks;
	int			 n = 0;

	now = engine_now();
	TAILQ_FOREACH(t, &tunnels, entry) {
		if (!engine_selected(t, sel))
			continue;
		memset(links, 0, sizeof(links));
		nlinks = tunnel_ctl_links(t->tunnel, links, SHOW_LINKS_MAX,
		    now);
		for (i = 0; i < nlinks; i++) {
			if (sel->link[0] != '\0' &&
			    strcmp(sel->link, links[i].name) != 0)
				continue;
			if (imsg_compose(ibuf, IMSG_CTL_LINK, 0, 0, -1,
			    &links[i], sizeof(links[i])) == -1)
				log_warn("%s", __func__);
			n++;
		}
	}
	return (n);
}

int
engine_show_filters(struct imsgbuf *ibuf, const struct ctl_select *sel)
{
	static struct ctl_match	 cm;
	struct engine_tunnel	*t;
	size_t			 i;
	int			 n = 0;

	TAILQ_FOREACH(t, &tunnels, entry) {
		if (!engine_selected(t, sel))
			continue;
		for (i = 0; tunnel_ctl_match(t->tunnel, i, &cm) == 0; i++) {
			if (imsg_compose(ibuf, IMSG_CTL_FILTER, 0, 0, -1, &cm,
			    sizeof(cm)) == -1)
				log_warn("%s", __func__);
		}
		n++;
	}
	return (n);
}

int
engine_link_admin(const struct ctl_link_admin *la, int up)
{
	struct engine_tunnel	*t;
	uint64_t		 now;

	t = engine_tunnel_byname(la->tunnel);
	if (t == NULL || t->tunnel == NULL)
		return (-1);
	now = engine_now();
	if (tunnel_link_admin(t->tunnel, la->link, up, now) == -1)
		return (-1);
	engine_flush(now);
	return (0);
}

/* The core learns about the wall clock on the way, once a second. */
static uint64_t
engine_now(void)
{
	static uint64_t	 told;
	uint64_t	 now;

	now = clock_usec(CLOCK_BOOTTIME);
	if (told == 0 || now - told >= USEC) {
		core_clock(core, now, clock_usec(CLOCK_REALTIME));
		told = now;
	}
	return (now);
}

static uint64_t
clock_usec(clockid_t id)
{
	struct timespec	 ts;

	if (clock_gettime(id, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec * USEC + ts.tv_nsec / 1000);
}

/* For what can happen with each packet: a line now and then. */
static void
log_limited(struct log_limit *l, const char *fmt, ...)
{
	char		 msg[256];
	va_list		 ap;
	uint64_t	 now;

	now = clock_usec(CLOCK_BOOTTIME);
	if (l->last != 0 && now - l->last < LOG_INTERVAL) {
		l->held++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (l->held > 0)
		log_warnx("%s (and %u times more since the last line)", msg,
		    l->held);
	else
		log_warnx("%s", msg);
	l->last = now;
	l->held = 0;
}
