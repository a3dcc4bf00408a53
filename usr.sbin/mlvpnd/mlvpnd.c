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
 * The parent process: starts the other processes, opens the control socket
 * and handles the messages of the other processes.  reconf.c applies
 * configurations.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <limits.h>
#include <paths.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "child.h"
#include "conf.h"
#include "conf_system.h"
#include "confine.h"
#include "demote.h"
#include "engine.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "parse.h"
#include "printconf.h"
#include "quota.h"
#include "reconf.h"
#include "resolver.h"
#include "run.h"
#include "runner.h"
#include "script.h"
#include "start.h"
#include "status.h"
#include "status_sock.h"

#define CONF_FILE	"/etc/mlvpnd.conf"
#define FLOWS_FILE	_PATH_VARDB "mlvpnd.flows"
#define USAGE_DIR	_PATH_VARDB "mlvpnd"
#define CONTROL_BACKLOG	5

/* root and the daemon's group; everybody */
#define CONTROL_UMASK	 (S_IXUSR | S_IXGRP | S_IRWXO)
#define RESTRICTED_UMASK (S_IXUSR | S_IXGRP | S_IXOTH)

static __dead void	 usage(void);
static void		 control_path(const char *);
static void		 usage_path(void);
static const char	*socket_name(void);
static void		 control_check(const struct sockaddr_un *);
static void		 restricted_path(const char *);
static int		 control_open(const struct sockaddr_un *, gid_t,
			    mode_t);
static void		 main_started(void);
static __dead void	 main_shutdown(int);
static void		 main_sig_handler(int, short, void *);
static void		 main_netchange(int, short, void *);
static int		 main_engine_imsg(struct imsg *);
static int		 main_recv_verbose(struct imsg *);
static int		 main_recv_link(struct imsg *,
			    void (*)(uint32_t, const char *));
static int		 main_recv_mtu(struct imsg *);
static int		 main_recv_event(struct imsg *);
static int		 main_recv_bytes(struct imsg *);
static int		 main_resolver_imsg(struct imsg *);
static int		 main_status_imsg(struct imsg *);
static int		 main_runner_imsg(struct imsg *);
static void		 main_program(const char *, const char *const *);
static int		 is_text(const char *, size_t);

static const char	*conffile = CONF_FILE;
static struct sockaddr_un csock = { .sun_family = AF_UNIX };
static struct sockaddr_un rsock = { .sun_family = AF_UNIX };	/* restricted */
static char		 flowsfile[PATH_MAX];
static char		 usagedir[PATH_MAX];

static __dead void
usage(void)
{
	fprintf(stderr, "usage: %s [-dnVv] [-D macro=value] [-f file] "
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
	int			 debug = 0, noaction = 0, verbose = 0;
	int			 process = 0;

	if ((argv0 = argv[0]) == NULL)
		argv0 = "mlvpnd";
	control_path(NULL);

	while ((ch = getopt(argc, argv, "D:dEf:nRSs:VvX")) != -1) {
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
		case 'R':
		case 'S':
		case 'X':
			process = ch;
			break;
		case 'f':
			conffile = optarg;
			break;
		case 'n':
			noaction = 1;
			break;
		case 's':
			control_path(optarg);
			break;
		case 'V':
			printf("mlvpnd %s\n", MLVPND_VERSION);
			exit(0);
		case 'v':
			verbose++;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	if (argc > 0)
		usage();

	switch (process) {
	case 'E':
		engine(debug, verbose > 0);
	case 'R':
		resolver(debug, verbose > 0);
	case 'S':
		status(debug, verbose > 0);
	case 'X':
		runner(debug, verbose > 0);
	}

	log_init(debug || noaction, LOG_DAEMON);
	log_setverbose(1);
	parse_options((noaction ? PARSE_NOACTION : 0) |
	    (verbose > 1 ? PARSE_UNUSED : 0));
	if ((conf = parse_config(conffile, NULL)) == NULL)
		exit(1);
	if (noaction) {
		if (conf_system_check(conf) == -1)
			exit(1);
		if (verbose > 0)
			print_config(conf, verbose > 1);
		else
			fprintf(stderr, "configuration OK\n");
		exit(0);
	}

	if (geteuid() != 0)
		fatalx("need root privileges");
	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);
	control_check(&csock);
	if (conf->restricted[0] != '\0') {
		restricted_path(conf->restricted);
		control_check(&rsock);
	}

	log_setverbose(verbose > 0);
	start_begin(!debug);

	/* each tunnel and link needs a descriptor, in the engine too */
	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("setrlimit");
	/* there are keys in memory */
	rl.rlim_cur = rl.rlim_max = 0;
	if (setrlimit(RLIMIT_CORE, &rl) == -1)
		fatal("setrlimit");

	child_start(CHILD_ENGINE, argv0, debug, verbose > 0, main_engine_imsg);
	child_start(CHILD_RESOLVER, argv0, debug, verbose > 0,
	    main_resolver_imsg);
	child_start(CHILD_STATUS, argv0, debug, verbose > 0,
	    main_status_imsg);
	child_start(CHILD_RUNNER, argv0, debug, verbose > 0, main_runner_imsg);
	log_procinit("parent");

	event_init();
	signal_set(&ev_sigint, SIGINT, main_sig_handler, NULL);
	signal_set(&ev_sigterm, SIGTERM, main_sig_handler, NULL);
	signal_set(&ev_sighup, SIGHUP, main_sig_handler, NULL);
	signal_add(&ev_sigint, NULL);
	signal_add(&ev_sigterm, NULL);
	signal_add(&ev_sighup, NULL);
	signal(SIGPIPE, SIG_IGN);

	child_watch(main_started);

	if (netif_init() == -1)
		fatal("cannot open interface and routing sockets");
	if ((watch_fd = netif_watch()) == -1)
		fatal("cannot monitor routes");
	event_set(&ev_watch, watch_fd, EV_READ | EV_PERSIST, main_netchange,
	    NULL);
	event_add(&ev_watch, NULL);

	if ((control_fd = control_open(&csock, pw->pw_gid, CONTROL_UMASK)) ==
	    -1)
		fatalx("control socket setup failed");
	compose_engine(IMSG_CONTROLFD, 0, control_fd, NULL, 0);
	if (rsock.sun_path[0] != '\0') {
		if ((control_fd = control_open(&rsock, pw->pw_gid,
		    RESTRICTED_UMASK)) == -1)
			fatalx("restricted control socket setup failed");
		compose_engine(IMSG_CONTROLFD_RESTRICTED, 0, control_fd, NULL,
		    0);
	}
	status_sock_start();

	quota_start(usagedir, socket_name(), reconf_quota);
	if (reconf_start(conf, flowsfile) == -1)
		main_shutdown(log_exit_status());

	confine_parent(csock.sun_path, rsock.sun_path, flowsfile, usagedir);
	netif_pledged(main_program);

	event_dispatch();
	main_shutdown(log_exit_status());
}

/* NULL: the default, which depends on the routing table. */
static void
control_path(const char *path)
{
	const char	*flows = FLOWS_FILE;
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
		errx(1, "%s: socket name too long", path);
	usage_path();
}

/* Beside the socket, unless it goes away on a reboot. */
static void
usage_path(void)
{
	if (strncmp(csock.sun_path, "/run/", 5) == 0 ||
	    strncmp(csock.sun_path, _PATH_VARRUN, strlen(_PATH_VARRUN)) == 0)
		strlcpy(usagedir, USAGE_DIR, sizeof(usagedir));
	else
		snprintf(usagedir, sizeof(usagedir), "%s.db", csock.sun_path);
}

static const char *
socket_name(void)
{
	const char	*slash = strrchr(csock.sun_path, '/');

	return (slash != NULL ? slash + 1 : csock.sun_path);
}

/* Exit if another daemon uses the socket. */
static void
control_check(const struct sockaddr_un *sun)
{
	int	 fd;

	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		fatal("socket");
	if (connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0)
		fatalx("%s: another mlvpnd is running", sun->sun_path);
	close(fd);
}

static void
restricted_path(const char *path)
{
	if (strcmp(path, csock.sun_path) == 0)
		fatalx("control restricted: %s is the control socket", path);
	strlcpy(rsock.sun_path, path, sizeof(rsock.sun_path));
}

static int
control_open(const struct sockaddr_un *sun, gid_t gid, mode_t mask)
{
	struct stat	 st;
	mode_t		 old_umask;
	int		 fd, ret;

	if (lstat(sun->sun_path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		log_warnx("%s: exists and is not a socket", sun->sun_path);
		return (-1);
	}
	if (unlink(sun->sun_path) == -1 && errno != ENOENT) {
		log_warn("unlink %s", sun->sun_path);
		return (-1);
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1) {
		log_warn("socket");
		return (-1);
	}

	old_umask = umask(mask);
	ret = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	umask(old_umask);
	if (ret == -1) {
		log_warn("bind %s", sun->sun_path);
		close(fd);
		return (-1);
	}
	/* the engine accepts, when it can */
	if (lchown(sun->sun_path, 0, gid) == -1 ||
	    listen(fd, CONTROL_BACKLOG) == -1) {
		log_warn("%s", sun->sun_path);
		unlink(sun->sun_path);
		close(fd);
		return (-1);
	}
	return (fd);
}

/* All processes are set up. */
static void
main_started(void)
{
	start_done();
	log_info("mlvpnd %s started", MLVPND_VERSION);
}

/* The engine must tell its peers before the routes are removed. */
static __dead void
main_shutdown(int status)
{
	if (child_stop() == -1)
		status = log_exit_status();
	quota_stop();
	reconf_stop();
	if (child_stop_runner() == -1)
		status = log_exit_status();
	if (unlink(csock.sun_path) == -1 && errno != ENOENT)
		log_warn("unlink %s", csock.sun_path);
	if (rsock.sun_path[0] != '\0' && unlink(rsock.sun_path) == -1 &&
	    errno != ENOENT)
		log_warn("unlink %s", rsock.sun_path);
	log_info("terminating");
	exit(status);
}

static void
main_sig_handler(int sig, short event, void *bula)
{
	switch (sig) {
	case SIGINT:
	case SIGTERM:
		/* on a terminal, the children get it too and may be faster */
		child_ending();
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

/*
 * Messages from the children.  The children are unprivileged and may be
 * compromised: every message is checked, and an invalid one is fatal.
 */

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
		return (main_recv_link(imsg, reconf_stale));
	case IMSG_LINK_ANEW:
		return (main_recv_link(imsg, reconf_anew));
	case IMSG_TUNNEL_MTU:
		return (main_recv_mtu(imsg));
	case IMSG_EVENT:
		return (main_recv_event(imsg));
	case IMSG_LINK_BYTES:
		return (main_recv_bytes(imsg));
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
	compose_resolver(IMSG_CTL_LOG_VERBOSE, 0, &verbose, sizeof(verbose));
	compose_status(IMSG_CTL_LOG_VERBOSE, -1, &verbose, sizeof(verbose));
	compose_runner(IMSG_CTL_LOG_VERBOSE, 0, &verbose, sizeof(verbose));
	return (0);
}

static int
main_recv_link(struct imsg *imsg, void (*reconf)(uint32_t, const char *))
{
	struct imsg_link	 il;

	if (imsg_get_data(imsg, &il, sizeof(il)) == -1 ||
	    !is_text(il.link, sizeof(il.link)))
		return (-1);
	reconf(il.tunnel, il.link);
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

/* The engine has already logged it. */
static int
main_recv_event(struct imsg *imsg)
{
	struct imsg_event	 ie;

	if (imsg_get_data(imsg, &ie, sizeof(ie)) == -1 ||
	    !is_text(ie.link, sizeof(ie.link)) ||
	    ie.reason >= REASON_MAX)
		return (-1);
	reconf_event(ie.tunnel, ie.type, ie.link,
	    reason_words(ie.reason));
	return (0);
}

static int
main_recv_bytes(struct imsg *imsg)
{
	struct imsg_link_bytes	 ib;

	if (imsg_get_data(imsg, &ib, sizeof(ib)) == -1 ||
	    !is_text(ib.link, sizeof(ib.link)))
		return (-1);
	quota_count(ib.tunnel, ib.link, ib.bytes);
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

/* It has nothing to say. */
static int
main_status_imsg(struct imsg *imsg)
{
	return (-1);
}

static int
main_runner_imsg(struct imsg *imsg)
{
	if (imsg_get_type(imsg) != IMSG_RUN_DONE || imsg_get_len(imsg) != 0)
		return (-1);
	if (!demote_done(imsg_get_id(imsg)))
		script_done(imsg_get_id(imsg));
	return (0);
}

/* For a change of the system that pledge(2) does not permit. */
static void
main_program(const char *text, const char *const *argv)
{
	const char	*env[] = { NULL };
	void		*buf;
	size_t		 len;

	buf = run_request(text, argv, env, &len);
	compose_runner(IMSG_RUN, 0, buf, len);
	free(buf);
}

/* A terminated string of printable characters. */
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
