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
#include <sys/time.h>
#include <sys/un.h>

#include <err.h>
#include <event.h>
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
#include "control_sock.h"
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

static __dead void	 usage(void);
static void		 file_names(const char *);
static const char	*socket_name(void);
static __dead void	 main_check(const struct mlvpnd_conf *, int);
static __dead void	 main_start(struct mlvpnd_conf *, char *, int, int);
static void		 main_limits(void);
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
static char		 sockfile[sizeof(((struct sockaddr_un *)0)->sun_path)];
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
	struct mlvpnd_conf	*conf;
	char			*argv0;
	int			 ch;
	int			 debug = 0, noaction = 0, verbose = 0;
	int			 process = 0;

	if ((argv0 = argv[0]) == NULL)
		argv0 = "mlvpnd";
	file_names(NULL);

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
			file_names(optarg);
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
	if (noaction)
		main_check(conf, verbose);
	main_start(conf, argv0, debug, verbose > 0);
}

static __dead void
main_check(const struct mlvpnd_conf *conf, int verbose)
{
	if (conf_system_check(conf) == -1)
		exit(1);
	if (verbose > 0)
		print_config(conf, verbose > 1);
	else
		fprintf(stderr, "configuration OK\n");
	exit(0);
}

static __dead void
main_start(struct mlvpnd_conf *conf, char *argv0, int debug, int verbose)
{
	struct event	 ev_sigint, ev_sigterm, ev_sighup, ev_watch;
	struct passwd	*pw;
	char		 restricted[CONTROL_SIZE];
	int		 watch_fd;

	if (geteuid() != 0)
		fatalx("need root privileges");
	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);
	strlcpy(restricted, conf->restricted, sizeof(restricted));
	control_sock_check(sockfile, restricted);

	log_setverbose(verbose);
	start_begin(!debug);

	main_limits();
	child_start(CHILD_ENGINE, argv0, debug, verbose, main_engine_imsg);
	child_start(CHILD_RESOLVER, argv0, debug, verbose, main_resolver_imsg);
	child_start(CHILD_STATUS, argv0, debug, verbose, main_status_imsg);
	child_start(CHILD_RUNNER, argv0, debug, verbose, main_runner_imsg);
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

	control_sock_open(pw->pw_gid);
	status_sock_start();

	quota_start(usagedir, socket_name(), reconf_quota);
	if (reconf_start(conf, flowsfile) == -1)
		main_shutdown(log_exit_status());

	confine_parent(sockfile, restricted, flowsfile, usagedir);
	netif_pledged(main_program);

	event_dispatch();
	main_shutdown(log_exit_status());
}

/* All tunnels and links need descriptors, and keys are in memory. */
static void
main_limits(void)
{
	struct rlimit	 rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("setrlimit");
	rl.rlim_cur = rl.rlim_max = 0;
	if (setrlimit(RLIMIT_CORE, &rl) == -1)
		fatal("setrlimit");
}

/*
 * They follow from the control socket.  NULL: the default, which depends on
 * the routing table.
 */
static void
file_names(const char *path)
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

	len = snprintf(sockfile, sizeof(sockfile), "%s%s",
	    path != NULL ? path : MLVPND_SOCKET, path != NULL ? "" : table);
	if (len < 0 || (size_t)len >= sizeof(sockfile))
		errx(1, "%s: socket name too long", path);

	/* beside the socket, unless it goes away on a reboot */
	if (strncmp(sockfile, "/run/", 5) == 0 ||
	    strncmp(sockfile, _PATH_VARRUN, strlen(_PATH_VARRUN)) == 0)
		strlcpy(usagedir, USAGE_DIR, sizeof(usagedir));
	else
		snprintf(usagedir, sizeof(usagedir), "%s.db", sockfile);
}

static const char *
socket_name(void)
{
	const char	*slash = strrchr(sockfile, '/');

	return (slash != NULL ? slash + 1 : sockfile);
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
	control_sock_close();
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
