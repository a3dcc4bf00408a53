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
 * unveil(2).  What differs between systems is in confine_*.c.
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"

#define EMPTY_DIR	"/var/empty"	/* without a home directory */

static void	 confine_paths(const char *);

void
confine_root(const struct passwd *pw)
{
	struct stat	 sb;
	const char	*dir = pw->pw_dir;

	if (stat(dir, &sb) == -1) {
		if (errno != ENOENT)
			fatal("%s", dir);
		dir = EMPTY_DIR;
		if (stat(dir, &sb) == -1)
			fatal("%s", dir);
	}
	if (!S_ISDIR(sb.st_mode) || sb.st_uid != 0 ||
	    (sb.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fatalx("%s: not a directory writable only by root", dir);
	if (chroot(dir) == -1)
		fatal("chroot %s", dir);
	if (chdir("/") == -1)
		fatal("chdir");
}

void
confine_user(const struct passwd *pw)
{
	confine_capabilities(0);
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		fatal("can't drop privileges");
	confine_memory();
}

void
confine_parent(const char *sockname, const char *restricted,
    const char *flows, const char *usage)
{
	confine_report();
	confine_capabilities(1);
	confine_memory();
	if (unveil(confine_devices, "rw") == -1)
		fatal("unveil %s", confine_devices);
	if (unveil(sockname, "rwc") == -1)
		fatal("unveil %s", sockname);
	if (restricted[0] != '\0' && unveil(restricted, "rwc") == -1)
		fatal("unveil %s", restricted);
	if (unveil(flows, "rwc") == -1 && errno != ENOENT)
		fatal("unveil %s", flows);
	if (unveil(usage, "rwc") == -1 && errno != ENOENT)
		fatal("unveil %s", usage);
	/* a later configuration may name other files */
	confine_paths("r");
	if (pledge("stdio rpath wpath cpath inet unix sendfd route wroute id",
	    NULL) == -1)
		fatal("pledge");
}

void
confine_engine(void)
{
	char	 promises[64];

	confine_paths("");
	snprintf(promises, sizeof(promises), "stdio recvfd %s",
	    confine_accept);
	if (pledge(promises, NULL) == -1)
		fatal("pledge");
}

void
confine_resolver(void)
{
	if (pledge("stdio dns", NULL) == -1)
		fatal("pledge");
}

void
confine_status(void)
{
	char	 promises[64];

	confine_paths("");
	snprintf(promises, sizeof(promises), "stdio recvfd %s",
	    confine_accept_inet);
	if (pledge(promises, NULL) == -1)
		fatal("pledge");
}

void
confine_runner(void)
{
	confine_paths("rx");
	if (pledge("stdio rpath proc exec", NULL) == -1)
		fatal("pledge");
}

/* Of all files that were not unveiled before. */
static void
confine_paths(const char *permissions)
{
	if (unveil("/", permissions) == -1 || unveil(NULL, NULL) == -1)
		fatal("unveil /");
}
