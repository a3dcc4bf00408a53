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
 * What each process may still do: the promises and paths of pledge(2) and
 * unveil(2).
 */

#include <sys/types.h>

#include <errno.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"

#define PARENT_PROMISES							\
	"stdio rpath wpath cpath inet unix sendfd route wroute id"

void
confine_parent(const char *sockname, const char *flows, int commands)
{
	/* a later configuration may name other files */
	if (unveil("/", commands ? "rx" : "r") == -1)
		fatal("unveil /");
	if (unveil("/dev", "rw") == -1)
		fatal("unveil /dev");
	if (unveil(sockname, "rwc") == -1)
		fatal("unveil %s", sockname);
	if (unveil(flows, "rwc") == -1 && errno != ENOENT)
		fatal("unveil %s", flows);
	if (unveil(NULL, NULL) == -1)
		fatal("unveil");
	if (pledge(commands ? PARENT_PROMISES " proc exec" : PARENT_PROMISES,
	    NULL) == -1)
		fatal("pledge");
}

void
confine_engine(void)
{
	if (pledge("stdio unix recvfd", NULL) == -1)
		fatal("pledge");
}

void
confine_resolver(void)
{
	if (pledge("stdio dns", NULL) == -1)
		fatal("pledge");
}
