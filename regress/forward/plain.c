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
 * The least that a tunnel can be: packets of a tun device to a UDP socket and
 * back, one for each system call, without cryptography.  What regress/bench/speed
 * compares with.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "forward.h"

#define SIZE		9216
#define TURN		64		/* packets of one side in a row */

static void	 forward(int, int);

int
main(int argc, char *argv[])
{
	struct pollfd	 pfd[2];

	forward_open(argc, argv, 0, &pfd[0].fd, &pfd[1].fd);
	pfd[0].events = pfd[1].events = POLLIN;
	for (;;) {
		if (poll(pfd, 2, -1) == -1)
			err(1, "poll");
		if (pfd[0].revents)
			forward(pfd[0].fd, pfd[1].fd);
		if (pfd[1].revents)
			forward(pfd[1].fd, pfd[0].fd);
	}
}

static void
forward(int from, int to)
{
	static uint8_t	 buf[SIZE];
	ssize_t		 n;
	int		 i;

	for (i = 0; i < TURN; i++) {
		if ((n = read(from, buf, sizeof(buf))) == -1) {
			if (errno == EAGAIN || errno == ECONNREFUSED)
				return;
			err(1, "read");
		}
		/* what is not taken is lost */
		if (write(to, buf, n) == -1)
			continue;
	}
}
