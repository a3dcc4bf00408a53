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
 * unveil(2) on Landlock, see landlock(7).  Paths are collected and take
 * effect with unveil(NULL, NULL), or with a pledge(2) without "unveil".
 *
 * What is different: a path that is not unveiled gives EACCES instead of
 * ENOENT.  Files can be seen (stat(2)) and sockets connected to everywhere,
 * those with an abstract address only within the process itself.
 * A file that may be created or that does not exist yet is known by its
 * directory only, so all files of that directory get its permissions.
 * A kernel without Landlock restricts nothing.  Neither does this file
 * once "x" was given: unlike on OpenBSD, the program that is executed would
 * inherit the restrictions.
 */

#include <sys/types.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/landlock.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE	(1ULL << 14)
#endif

/* struct landlock_ruleset_attr, of which older headers have a part */
struct ruleset_attr {
	uint64_t	 handled_access_fs;
	uint64_t	 handled_access_net;
	uint64_t	 scoped;
};

#define SCOPE_ABI	6		/* has scoped */
#define SCOPE_ABSTRACT	0x1		/* AF_UNIX, and 0x2 are signals */

#define RIGHTS_READ							\
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_WRITE							\
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define RIGHTS_CREATE							\
	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |	\
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)
#define RIGHTS_FILE							\
	(LANDLOCK_ACCESS_FS_EXECUTE | RIGHTS_WRITE |			\
	LANDLOCK_ACCESS_FS_READ_FILE)
#define RIGHTS_ALL							\
	(LANDLOCK_ACCESS_FS_EXECUTE | RIGHTS_READ | RIGHTS_WRITE |	\
	RIGHTS_CREATE)

static int	 unveil_parse(const char *);
static int	 unveil_directory(const char *, int);
static int	 unveil_rule(int, int);
static uint64_t	 unveil_rights(int);
static int	 unveil_abi(void);
static int	 unveil_start(void);

static int	 ruleset = -1;
static int	 abi = -1;		/* 0: no Landlock */
static uint64_t	 handled;		/* rights this kernel knows */
static int	 used, locked, executes;

int
unveil(const char *path, const char *permissions)
{
	int	 p;

	if (locked) {
		errno = EPERM;
		return (-1);
	}
	if (path == NULL && permissions == NULL)
		return (unveil_lock());
	if (path == NULL || permissions == NULL ||
	    (p = unveil_parse(permissions)) == -1) {
		errno = EINVAL;
		return (-1);
	}
	return (unveil_add(path, p));
}

/* p: UNVEIL_*; 0 hides all that is not unveiled otherwise. */
int
unveil_add(const char *path, int p)
{
	struct stat	 st;
	int		 fd, r;

	used = 1;
	if (p & UNVEIL_EXEC)
		executes = 1;
	if (unveil_start() == -1)
		return (-1);
	if (abi == 0 || p == 0)
		return (0);
	if ((fd = open(path, O_PATH | O_CLOEXEC)) == -1) {
		if (errno != ENOENT)
			return (-1);
		return (unveil_directory(path, p));
	}
	if (fstat(fd, &st) == -1) {
		close(fd);
		return (-1);
	}
	if (!S_ISDIR(st.st_mode) && (p & UNVEIL_CREATE) &&
	    unveil_directory(path, UNVEIL_CREATE) == -1) {
		close(fd);
		return (-1);
	}
	r = unveil_rule(fd, S_ISDIR(st.st_mode) ? p : p & ~UNVEIL_CREATE);
	close(fd);
	return (r);
}

int
unveil_lock(void)
{
	int	 r;

	locked = 1;
	if (ruleset == -1)
		return (0);
	if (executes)
		r = 0;
	else if ((r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) != -1)
		r = syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	ruleset = -1;
	return (r);
}

/* There are paths that wait for unveil_lock(). */
int
unveil_used(void)
{
	return (used && !locked);
}

static int
unveil_parse(const char *permissions)
{
	int	 p = 0;

	for (; *permissions != '\0'; permissions++)
		switch (*permissions) {
		case 'r':
			p |= UNVEIL_READ;
			break;
		case 'w':
			p |= UNVEIL_WRITE;
			break;
		case 'x':
			p |= UNVEIL_EXEC;
			break;
		case 'c':
			p |= UNVEIL_CREATE;
			break;
		default:
			return (-1);
		}
	return (p);
}

static int
unveil_directory(const char *path, int p)
{
	char	 buf[PATH_MAX];
	int	 fd, r;

	if (strlcpy(buf, path, sizeof(buf)) >= sizeof(buf)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	fd = open(dirname(buf), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	r = unveil_rule(fd, p);
	close(fd);
	return (r);
}

static int
unveil_rule(int fd, int p)
{
	struct landlock_path_beneath_attr	 rule;
	struct stat				 st;

	if (fstat(fd, &st) == -1)
		return (-1);
	memset(&rule, 0, sizeof(rule));
	rule.parent_fd = fd;
	rule.allowed_access = unveil_rights(p) & handled;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= RIGHTS_FILE;
	if (rule.allowed_access == 0)
		return (0);
	return (syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

static uint64_t
unveil_rights(int p)
{
	uint64_t	 rights = 0;

	if (p & UNVEIL_READ)
		rights |= RIGHTS_READ;
	if (p & UNVEIL_WRITE)
		rights |= RIGHTS_WRITE;
	if (p & UNVEIL_EXEC)
		rights |= LANDLOCK_ACCESS_FS_EXECUTE;
	if (p & UNVEIL_CREATE)
		rights |= RIGHTS_CREATE;
	return (rights);
}

/* Version of the interface, 0 if there is none. */
static int
unveil_abi(void)
{
	long	 v;

	v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	return (v < 1 ? 0 : v);
}

static int
unveil_start(void)
{
	struct ruleset_attr	 attr;
	size_t			 size = sizeof(attr.handled_access_fs);

	if (abi == -1)
		abi = unveil_abi();
	if (abi == 0 || ruleset != -1)
		return (0);
	handled = RIGHTS_ALL;
	if (abi < 2)
		handled &= ~LANDLOCK_ACCESS_FS_REFER;
	if (abi < 3)
		handled &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
	memset(&attr, 0, sizeof(attr));
	attr.handled_access_fs = handled;
	if (abi >= SCOPE_ABI) {
		attr.scoped = SCOPE_ABSTRACT;
		size = sizeof(attr);
	}
	/* close on exec by itself */
	ruleset = syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	return (ruleset == -1 ? -1 : 0);
}
