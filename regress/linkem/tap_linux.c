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


#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static void	enter(int, const char *);

int
tap_open(const char *host, const char *ifname)
{
	struct ifreq	 ifr;
	char		 path[256];
	int		 fd, here, there;

	if (snprintf(path, sizeof(path), "/var/run/netns/%s", host) >=
	    (int)sizeof(path))
		errx(1, "%s: name too long", host);
	if ((here = open("/proc/self/ns/net", O_RDONLY)) == -1)
		err(1, "/proc/self/ns/net");
	if ((there = open(path, O_RDONLY)) == -1)
		err(1, "%s", path);
	enter(there, host);
	if ((fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		err(1, "/dev/net/tun");
	enter(here, "own network namespace");
	close(there);
	close(here);

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (strlcpy(ifr.ifr_name, ifname, sizeof(ifr.ifr_name)) >=
	    sizeof(ifr.ifr_name))
		errx(1, "%s: name too long", ifname);
	if (ioctl(fd, TUNSETIFF, &ifr) == -1)
		err(1, "%s", ifname);
	return (fd);
}

void
tap_realtime(void)
{
	struct sched_param	 sp;

	memset(&sp, 0, sizeof(sp));
	sp.sched_priority = 1;
	if (sched_setscheduler(0, SCHED_FIFO, &sp) == -1)
		warn("no real-time scheduling");
	if (prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) == -1)
		warn("timer slack");
}

static void
enter(int fd, const char *what)
{
	if (setns(fd, CLONE_NEWNET) == -1)
		err(1, "%s", what);
}
