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
 * The process that handles the packets.  It connects the core, which makes
 * all decisions, with the parent, the control socket, devices and sockets.
 */

#include <sys/types.h>

#include <errno.h>
#include <event.h>
#include <imsg.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "confine.h"
#include "control.h"
#include "core.h"
#include "engine.h"
#include "engine_conf.h"
#include "engine_event.h"
#include "engine_io.h"
#include "engine_parent.h"
#include "engine_show.h"
#include "engine_title.h"
#include "engine_usage.h"
#include "engine_watch.h"
#include "imsgev.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "mlvpnd.h"
#include "sock.h"

#define ENGINE_PKTS	4096		/* in the core's pool */
#define STOP_ROUNDS	64		/* batches sent at the end */

static struct core	*core;

static void	 engine_init(void);
static void	 engine_sig_handler(int, short, void *);
static __dead void engine_shutdown(void);
static void	 engine_imsg(struct imsg *);
static int	 engine_recv_fd(struct imsg *);
static void	 engine_random(void *, void *, size_t);
static void	 engine_core_event(void *, const struct core_event *);

__dead void
engine(int debug, int verbose)
{
	struct event	 ev_sigint, ev_sigterm;
	struct passwd	*pw;

	log_init(debug, LOG_DAEMON);
	log_setverbose(verbose);

	if ((pw = getpwnam(MLVPND_USER)) == NULL)
		fatalx("unknown user %s", MLVPND_USER);

	log_procinit("engine");

	if (sodium_init() == -1)
		fatalx("cannot initialise libsodium");
	confine_root(pw);
	confine_user(pw);
	sock_init();
	confine_engine();

	event_init();
	signal_set(&ev_sigint, SIGINT, engine_sig_handler, NULL);
	signal_set(&ev_sigterm, SIGTERM, engine_sig_handler, NULL);
	signal_add(&ev_sigint, NULL);
	signal_add(&ev_sigterm, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	engine_init();
	log_started();
	engine_compose_parent(IMSG_STARTED, 0, NULL, 0);
	event_dispatch();
	engine_shutdown();
}

static void
engine_init(void)
{
	struct core_ops	 ops = { engine_random, engine_core_event, NULL, 0 };

	ops.dontfrag = sock_can_dontfrag;
	if ((core = core_new(&ops, ENGINE_PKTS)) == NULL)
		fatal("core_new");
	engine_io_init(core);
	engine_conf_init(core);
	engine_show_init(core);
	control_init(getuid(), &engine_control_ops);
	engine_title_init();
	engine_usage_init();
	engine_watch_init();
	engine_parent_open(engine_imsg);
}

static void
engine_sig_handler(int sig, short event, void *bula)
{
	event_loopexit(NULL);
}

/* Tells the peers, so that they need not time out. */
static __dead void
engine_shutdown(void)
{
	uint64_t	 now;
	int		 i;

	now = engine_now();
	core_stop(core);
	for (i = 0; i < STOP_ROUNDS; i++) {
		if (engine_transmit(now) < BATCH_MAX)
			break;
	}

	mlvpn2_file_close(core);
	control_shutdown();
	engine_usage_free();
	engine_parent_close();
	engine_conf_free();
	engine_io_free();
	core_free(core);

	log_info("engine exiting");
	exit(0);
}

/* A message from the parent. */
static void
engine_imsg(struct imsg *imsg)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_CONTROLFD:
		control_listen(engine_recv_fd(imsg), 0);
		break;
	case IMSG_CONTROLFD_RESTRICTED:
		control_listen(engine_recv_fd(imsg), 1);
		break;
	case IMSG_STATUSFD:
		control_status(engine_recv_fd(imsg));
		break;
	case IMSG_FLOWS:
		mlvpn2_file_open(engine_recv_fd(imsg));
		break;
	case IMSG_LINK_USAGE:
		engine_usage_recv(imsg);
		break;
	case IMSG_CTL_MESSAGE:
	case IMSG_CTL_RESULT:
		control_imsg_relay(imsg);
		break;
	default:
		if (!engine_conf_imsg(imsg))
			log_debug("%s: %s not handled", __func__,
			    imsg_name(imsg_get_type(imsg)));
		break;
	}
}

static int
engine_recv_fd(struct imsg *imsg)
{
	int	 fd;

	if ((fd = imsg_get_fd(imsg)) == -1)
		fatalx("no descriptor in %s", imsg_name(imsg_get_type(imsg)));
	return (fd);
}

static void
engine_random(void *bula, void *buf, size_t len)
{
	arc4random_buf(buf, len);
}

static void
engine_core_event(void *bula, const struct core_event *e)
{
	struct engine_tunnel	*t;

	t = engine_tunnel_byid(e->tunnel);
	engine_event(e, t != NULL ? &t->events : NULL);
}
