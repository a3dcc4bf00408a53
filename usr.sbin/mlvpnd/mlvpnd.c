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
 * The parent: starts the others and the control socket, and listens to what
 * they say.  What it does with a configuration is in reconf.c.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "confine.h"
#include "core.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "parent.h"
#include "parse.h"
#include "printconf.h"

/* A child process. */
struct child {
	const char	*name;
	char		*flag;		/* its option */
	int		(*receive)(struct imsg *);
	pid_t		 pid;
	struct imsgev	 iev;
	int		 lost;		/* closed its end of the channel */
};

static __dead void	 usage(void);
static void		 start_child(struct child *, char *, int);
static void		 control_path(const char *);
static void		 control_check(void);
static int		 control_open(gid_t);
static __dead void	 main_shutdown(int);
static int		 main_reap(struct child *);
static void		 main_sig_handler(int, short, void *);
static void		 main_netchange(int, short, void *);
static void		 main_dispatch(int, short, void *);
static void		 main_lost(struct child *);
static int		 main_engine_imsg(struct imsg *);
static int		 main_recv_verbose(struct imsg *);
static int		 main_recv_stale(struct imsg *);
static int		 main_recv_mtu(struct imsg *);
static int		 main_recv_event(struct imsg *);
static int		 main_resolver_imsg(struct imsg *);
static int		 is_text(const char *, size_t);

uint32_t		 cmd_opts;

static struct child	 engine_child = {
	.name = "engine",
	.flag = "-E",
	.receive = main_engine_imsg
};
static struct child	 resolver_child = {
	.name = "resolver",
	.flag = "-R",
	.receive = main_resolver_imsg
};
static const char	*conffile = MLVPND_CONF_FILE;
static struct sockaddr_un csock = { .sun_family = AF_UNIX };
static char		 flowsfile[PATH_MAX];

static __dead void
usage(void)
{
	fprintf(stderr, "usage: %s [-dnv] [-D macro=value] [-f file] "
	    "[-s socket]\n", getprogname());
	exit(1);
}

int
main(int argc, char *argv[])
{
	struct event		 ev_sigint, ev_sigterm, ev_sighup, ev_watch;
	struct mlvpnd_conf	*conf;
	struct passwd		*pw;
	struct rlimit		 rl;
	char			*argv0;
	int			 ch, control_fd, watch_fd;
	int			 debug = 0, is_engine = 0, is_resolver = 0;

	log_init(1, LOG_DAEMON);	/* to stderr until daemonized */
	log_setverbose(1);

	if ((argv0 = argv[0]) == NULL)
		argv0 = "mlvpnd";
	control_path(NULL);

	while ((ch = getopt(argc, argv, "D:dEf:nRs:v")) != -1) {
		switch (ch) {
		case 'D':
			if (cmdline_symset(optarg) == -1)
				warnx("could not parse macro definition %s",
				    optarg);
			break;
		case 'd':
			debug = 1;
			break;
		case 'E':
			is_engine = 1;
			break;
		case 'f':
			conffile = optarg;
			break;
		case 'n':
			cmd_opts |= OPT_NOACTION;
			break;
		case 'R':
			is_resolver = 1;
			break;
		case 's':
			control_path(optarg);
			break;
		case 'v':
			if (cmd_opts & OPT_VERBOSE)
				cmd_opts |= OPT_VERBOSE2;
			cmd_opts |= OPT_VERBOSE;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	if (argc > 0 || (is_engine && is_resolver))
		usage();

	if (is_engine)
		engine(debug, (cmd_opts & OPT_VERBOSE) != 0);
	if (is_resolver)
		resolver(debug, (cmd_opts & OPT_VERBOSE) != 0);

	if ((conf = parse_config(conffile, NULL)) == NULL)
		exit(1);
	if (cmd_opts & OPT_NOACTION) {
		if (cmd_opts & OPT_VERBOSE)
			print_config(conf);
		else
			fprintf(stderr, "configuration OK\n");
		exit(0);
	}

	if (geteuid() != 0)
		errx(1, "need root privileges");
	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		errx(1, "unknown user %s", MLVPND_USER);
	control_check();

	log_init(debug, LOG_DAEMON);
	log_setverbose((cmd_opts & OPT_VERBOSE) != 0);
	if (!debug && daemon(1, 0) == -1)
		err(1, "daemon");

	/* each tunnel and link takes a descriptor, here and in the engine */
	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("setrlimit");

	start_child(&engine_child, argv0, debug);
	start_child(&resolver_child, argv0, debug);
	log_procinit("parent");

	event_init();
	signal_set(&ev_sigint, SIGINT, main_sig_handler, NULL);
	signal_set(&ev_sigterm, SIGTERM, main_sig_handler, NULL);
	signal_set(&ev_sighup, SIGHUP, main_sig_handler, NULL);
	signal_add(&ev_sigint, NULL);
	signal_add(&ev_sigterm, NULL);
	signal_add(&ev_sighup, NULL);
	signal(SIGPIPE, SIG_IGN);

	imsgbuf_allow_fdpass(&engine_child.iev.ibuf);
	imsg_event_add(&engine_child.iev);
	imsg_event_add(&resolver_child.iev);

	if (netif_init() == -1)
		fatal("cannot open the sockets for interfaces and routes");
	if ((watch_fd = netif_watch()) == -1)
		fatal("cannot watch the system's routes");
	event_set(&ev_watch, watch_fd, EV_READ | EV_PERSIST, main_netchange,
	    NULL);
	event_add(&ev_watch, NULL);

	if ((control_fd = control_open(pw->pw_gid)) == -1)
		fatalx("control socket setup failed");
	main_compose_engine(IMSG_CONTROLFD, 0, control_fd, NULL, 0);

	if (reconf_start(conf) == -1)
		main_shutdown(1);

	confine_parent(csock.sun_path, flowsfile, script_permitted());
	netif_pledged();

	event_dispatch();
	main_shutdown(0);
}

/*
 * Runs this program anew: nothing that the parent has read or will read is
 * in the child's memory, and its addresses are other ones.
 */
static void
start_child(struct child *c, char *argv0, int debug)
{
	char	*argv[6];
	int	 argc = 0, fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    PF_UNSPEC, fds) == -1)
		fatal("socketpair");

	switch (c->pid = fork()) {
	case -1:
		fatal("cannot fork");
	case 0:
		break;
	default:
		close(fds[1]);
		if (imsgbuf_init(&c->iev.ibuf, fds[0]) == -1)
			fatal("imsgbuf_init");
		c->iev.handler = main_dispatch;
		return;
	}

	if (fds[1] != 3) {
		if (dup2(fds[1], 3) == -1)
			fatal("dup2");
	} else if (fcntl(fds[1], F_SETFD, 0) == -1)
		fatal("fcntl");
	closefrom(4);

	argv[argc++] = argv0;
	argv[argc++] = c->flag;
	if (debug)
		argv[argc++] = "-d";
	if (cmd_opts & OPT_VERBOSE)
		argv[argc++] = "-v";
	if (cmd_opts & OPT_VERBOSE2)
		argv[argc++] = "-v";
	argv[argc] = NULL;

	execvp(argv0, argv);
	fatal("cannot run %s again", argv0);
}

/* NULL: the default, one for each routing table that a daemon runs in. */
static void
control_path(const char *path)
{
	const char	*flows = MLVPND_FLOWS;
	char		 table[16] = "";
	int		 len, rtable;

	if (path != NULL) {
		flows = path;
		strlcpy(table, ".flows", sizeof(table));
	} else if ((rtable = getrtable()) != 0)
		snprintf(table, sizeof(table), ".%d", rtable);
	snprintf(flowsfile, sizeof(flowsfile), "%s%s", flows, table);

	len = snprintf(csock.sun_path, sizeof(csock.sun_path), "%s%s",
	    path != NULL ? path : MLVPND_SOCKET, path != NULL ? "" : table);
	if (len < 0 || (size_t)len >= sizeof(csock.sun_path))
		errx(1, "%s: name too long for a socket", path);
}

/* Once there is a tunnel for it; without the file the engine does as well. */
void
main_open_flows(void)
{
	static int	 done;
	struct stat	 st;
	int		 fd;

	if (done)
		return;
	if ((fd = open(flowsfile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600)) == -1 || fstat(fd, &st) == -1) {
		log_warn("%s", flowsfile);
		if (fd != -1)
			close(fd);
		return;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_nlink != 1) {
		log_warnx("%s: not a file of root", flowsfile);
		close(fd);
		return;
	}
	main_compose_engine(IMSG_FLOWS, 0, fd, NULL, 0);
	done = 1;
}

/* Ends the program if a daemon serves the socket. */
static void
control_check(void)
{
	int	 fd;

	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&csock, sizeof(csock)) == 0)
		errx(1, "%s: another mlvpnd is running", csock.sun_path);
	close(fd);
}

/* A socket for root and the daemon's group. */
static int
control_open(gid_t gid)
{
	struct stat	 st;
	mode_t		 old_umask;
	int		 fd, ret;

	if (lstat(csock.sun_path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		log_warnx("%s: exists and is not a socket", csock.sun_path);
		return (-1);
	}
	if (unlink(csock.sun_path) == -1 && errno != ENOENT) {
		log_warn("unlink %s", csock.sun_path);
		return (-1);
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1) {
		log_warn("socket");
		return (-1);
	}

	old_umask = umask(S_IXUSR | S_IXGRP | S_IRWXO);
	ret = bind(fd, (struct sockaddr *)&csock, sizeof(csock));
	umask(old_umask);
	if (ret == -1) {
		log_warn("bind %s", csock.sun_path);
		close(fd);
		return (-1);
	}
	if (lchown(csock.sun_path, 0, gid) == -1) {
		log_warn("chown %s", csock.sun_path);
		unlink(csock.sun_path);
		close(fd);
		return (-1);
	}
	return (fd);
}

/*
 * The children end when their channels are closed; the engine takes leave
 * of its peers, for which it needs the routes.
 */
static __dead void
main_shutdown(int status)
{
	imsgbuf_clear(&engine_child.iev.ibuf);
	close(engine_child.iev.ibuf.fd);
	imsgbuf_clear(&resolver_child.iev.ibuf);
	close(resolver_child.iev.ibuf.fd);

	log_debug("waiting for children to terminate");
	if (main_reap(&engine_child) == -1)
		status = 1;
	if (main_reap(&resolver_child) == -1)
		status = 1;

	reconf_stop();
	if (unlink(csock.sun_path) == -1 && errno != ENOENT)
		log_warn("unlink %s", csock.sun_path);
	log_info("terminating");
	exit(status);
}

/* Returns -1 when a child did not end as it should. */
static int
main_reap(struct child *c)
{
	int	 status;

	while (waitpid(c->pid, &status, 0) == -1) {
		if (errno == EINTR)
			continue;
		log_warn("wait for the %s", c->name);
		return (-1);
	}
	if (WIFSIGNALED(status))
		log_warnx("%s terminated; signal %d (%s)", c->name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_warnx("%s terminated; exit status %d", c->name,
		    WEXITSTATUS(status));
	else if (c->lost)
		log_warnx("%s terminated", c->name);
	else
		return (0);
	return (-1);
}

static void
main_sig_handler(int sig, short event, void *bula)
{
	switch (sig) {
	case SIGINT:
	case SIGTERM:
		/* on a terminal the children get it too, and may be faster */
		engine_child.lost = resolver_child.lost = 0;
		main_shutdown(0);
	case SIGHUP:
		reconf_reload(conffile);
		break;
	default:
		fatalx("unexpected signal");
	}
}

static void
main_netchange(int fd, short event, void *bula)
{
	if (netif_watch_read(fd))
		reconf_netchange();
}

void
main_compose_engine(uint16_t type, uint32_t peerid, int fd, const void *data,
    size_t len)
{
	if (imsg_compose_event(&engine_child.iev, type, peerid, 0, fd, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

void
main_compose_resolver(uint16_t type, uint32_t peerid, const void *data,
    size_t len)
{
	if (imsg_compose_event(&resolver_child.iev, type, peerid, 0, -1, data,
	    len) == -1)
		fatal("%s: %s", __func__, imsg_name(type));
}

/* Has a timer run off in so many milliseconds. */
void
timer_set(struct event *ev, unsigned int ms)
{
	struct timeval	 tv;

	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	evtimer_add(ev, &tv);
}

/*
 * What the children say.  They run as another user because they may have
 * been taken over: no message is taken on trust, and a malformed one ends
 * the daemon.
 */

static void
main_dispatch(int fd, short event, void *arg)
{
	struct child	*c;
	struct imsg	 imsg;
	ssize_t		 n;

	c = arg == &engine_child.iev ? &engine_child : &resolver_child;
	if (c->lost)
		return;

	if (event & EV_READ) {
		if ((n = imsgbuf_read(&c->iev.ibuf)) == -1)
			log_warn("%s: imsgbuf_read", c->name);
		if (n != 1) {
			main_lost(c);
			return;
		}
	}
	if (event & EV_WRITE) {
		if (imsgbuf_write(&c->iev.ibuf) == -1) {
			if (errno != EPIPE)
				log_warn("%s: imsgbuf_write", c->name);
			main_lost(c);
			return;
		}
	}

	while ((n = imsg_get(&c->iev.ibuf, &imsg)) > 0) {
		if (c->receive(&imsg) == -1) {
			log_warnx("%s: invalid %s", c->name,
			    imsg_name(imsg_get_type(&imsg)));
			imsg_free(&imsg);
			main_lost(c);
			return;
		}
		imsg_free(&imsg);
	}
	if (n == -1) {
		log_warn("%s: imsg_get", c->name);
		main_lost(c);
		return;
	}
	imsg_event_add(&c->iev);
}

/*
 * Without one of its processes the daemon ends, a moment later: if it was a
 * signal to all of them, the parent's is to be seen first.
 */
static void
main_lost(struct child *c)
{
	struct timeval	 moment = { 0, 10000 };

	c->lost = 1;
	event_del(&c->iev.ev);
	event_loopexit(&moment);
}

static int
main_engine_imsg(struct imsg *imsg)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_RELOAD:
		if (imsg_get_len(imsg) != 0 || imsg_get_id(imsg) == 0)
			return (-1);
		reconf_reload_ctl(conffile, imsg_get_id(imsg));
		return (0);
	case IMSG_CTL_LOG_VERBOSE:
		return (main_recv_verbose(imsg));
	case IMSG_LINK_STALE:
		return (main_recv_stale(imsg));
	case IMSG_TUNNEL_MTU:
		return (main_recv_mtu(imsg));
	case IMSG_EVENT:
		return (main_recv_event(imsg));
	default:
		return (-1);
	}
}

static int
main_recv_verbose(struct imsg *imsg)
{
	int	 verbose;

	if (imsg_get_data(imsg, &verbose, sizeof(verbose)) == -1)
		return (-1);
	verbose = verbose != 0;
	log_setverbose(verbose);
	main_compose_resolver(IMSG_CTL_LOG_VERBOSE, 0, &verbose,
	    sizeof(verbose));
	return (0);
}

static int
main_recv_stale(struct imsg *imsg)
{
	struct imsg_link	 il;

	if (imsg_get_data(imsg, &il, sizeof(il)) == -1 ||
	    !is_text(il.link, sizeof(il.link)))
		return (-1);
	reconf_stale(il.tunnel, il.link);
	return (0);
}

static int
main_recv_mtu(struct imsg *imsg)
{
	struct imsg_tunnel_mtu	 im;

	if (imsg_get_data(imsg, &im, sizeof(im)) == -1)
		return (-1);
	reconf_mtu(im.tunnel, im.mtu);
	return (0);
}

/* The engine has put it in the log already. */
static int
main_recv_event(struct imsg *imsg)
{
	struct imsg_event	 ie;

	if (imsg_get_data(imsg, &ie, sizeof(ie)) == -1 ||
	    !is_text(ie.link, sizeof(ie.link)) ||
	    !is_text(ie.reason, sizeof(ie.reason)))
		return (-1);
	reconf_event(ie.tunnel, ie.type, ie.link, ie.reason);
	return (0);
}

static int
main_resolver_imsg(struct imsg *imsg)
{
	struct addr	 addr[RESOLVE_MAX];
	size_t		 len;

	if (imsg_get_type(imsg) != IMSG_RESOLVED)
		return (-1);
	len = imsg_get_len(imsg);
	if (len % sizeof(addr[0]) != 0 || len > sizeof(addr) ||
	    (len != 0 && imsg_get_data(imsg, addr, len) == -1))
		return (-1);
	reconf_resolved(imsg_get_id(imsg), addr, len / sizeof(addr[0]));
	return (0);
}

/* A string that ends within its field and is fit for the log. */
static int
is_text(const char *s, size_t size)
{
	size_t	 i;

	for (i = 0; i < size; i++) {
		if (s[i] == '\0')
			return (1);
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return (0);
	}
	return (0);
}
