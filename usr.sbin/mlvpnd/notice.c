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
 * Messages about a configuration other than errors, for the log and for the
 * client that has asked for the reload.
 */

#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "log.h"
#include "mlvpnd.h"
#include "notice.h"

static uint32_t	 client;		/* id of the request, 0 none */
static int	 failed;

void
notice_begin(uint32_t peerid)
{
	client = peerid;
	failed = 0;
}

int
notice_end(void)
{
	client = 0;
	return (failed);
}

void
notice_client(const char *msg)
{
	if (client != 0)
		compose_engine(IMSG_CTL_MESSAGE, client, -1, msg,
		    strlen(msg) + 1);
}

void
notice(const char *fmt, ...)
{
	char	 msg[512];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	log_warnx("%s", msg);
	notice_client(msg);
}

void
notice_failure(const char *fmt, ...)
{
	char	 what[512], msg[768];
	va_list	 ap;
	int	 saved_errno = errno;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(msg, sizeof(msg), "%s: %s", what, strerror(saved_errno));
	log_warnx("%s", msg);
	notice_client(msg);
	failed = 1;
	errno = saved_errno;
}
