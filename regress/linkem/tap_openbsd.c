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
#include <sys/resource.h>
#include <sys/socket.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

/* The interface is made in the routing table of the process that opens it. */
int
tap_open(const char *host, const char *ifname)
{
	const char	*errstr;
	char		 path[64];
	int		 fd, here, there;

	there = strtonum(host, 0, RT_TABLEID_MAX, &errstr);
	if (errstr != NULL)
		errx(1, "routing domain %s: %s", host, errstr);
	snprintf(path, sizeof(path), "/dev/%s", ifname);
	here = getrtable();
	if (setrtable(there) == -1)
		err(1, "routing domain %d", there);
	if ((fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		err(1, "%s", path);
	if (setrtable(here) == -1)
		err(1, "routing domain %d", here);
	return (fd);
}

void
tap_realtime(void)
{
	if (setpriority(PRIO_PROCESS, 0, -20) == -1)
		warn("priority");
}
