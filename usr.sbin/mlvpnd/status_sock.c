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
 * Opens what the status process cannot open for itself.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "conf.h"
#include "log.h"
#include "mlvpnd.h"
#include "notice.h"
#include "sock.h"
#include "status_sock.h"
#include "timer.h"

#define RETRY_MIN	500		/* ms, doubled each time */
#define RETRY_MAX	60000

static void	 status_sock_try(int, short, void *);

static struct sock_conf	 conf;		/* local.family 0: none */
static int		 is_open;
static int		 closing;	/* the process may still have one */
static int		 complained;	/* errno that was told */
static struct event	 ev_retry;
static unsigned int	 retry;		/* ms */

void
status_sock_start(void)
{
	int	 fds[2];

	evtimer_set(&ev_retry, status_sock_try, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    PF_UNSPEC, fds) == -1)
		fatal("socketpair");
	compose_engine(IMSG_STATUSFD, 0, fds[0], NULL, 0);
	compose_status(IMSG_STATUS_ENGINE, fds[1], NULL, 0);
}

void
status_sock_reconf(const struct mlvpnd_conf *new)
{
	if (addr_equal(&conf.local, &new->status) &&
	    conf.rtable == new->status_rtable)
		return;
	evtimer_del(&ev_retry);
	if (is_open)
		compose_status(IMSG_STATUS_LISTEN, -1, NULL, 0);
	closing = is_open;
	is_open = complained = 0;
	retry = RETRY_MIN;
	conf.local = new->status;
	conf.rtable = new->status_rtable;
	if (conf.local.family != 0)
		status_sock_try(-1, EV_TIMEOUT, NULL);
}

/* An error is told once, and not if the next attempt may do. */
static void
status_sock_try(int bula, short event, void *arg)
{
	const char	*what;
	char		 addr[ADDR_STRLEN];
	int		 fd;

	if ((fd = sock_listen(&conf, &what)) != -1) {
		if (complained != 0)
			log_info("status: listening on %s",
			    addr_ntop_port(&conf.local, addr, sizeof(addr)));
		compose_status(IMSG_STATUS_LISTEN, fd, NULL, 0);
		is_open = 1;
		return;
	}
	if (errno != complained && !(closing && errno == EADDRINUSE)) {
		complained = errno;
		notice_failure("status listen on %s: %s",
		    addr_ntop_port(&conf.local, addr, sizeof(addr)), what);
	}
	closing = 0;
	timer_set(&ev_retry, retry);
	if ((retry *= 2) > RETRY_MAX)
		retry = RETRY_MAX;
}
