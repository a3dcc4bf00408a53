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
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/landlock.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "test.h"

#define DIR_TEMPLATE	"/tmp/unveil_test.XXXXXXXXXX"

struct path {
	const char	*path;
	const char	*permissions;
};

static void	 make(char *, size_t, const char *);
static int	 unveil_all(const void *);
static int	 unveil_pledge(const void *);
static void	 expect(const struct path *, const char *, int (*)(void), int);
static int	 open_errno(const char *, int);

static int	 do_nothing(void);
static int	 do_late(void);
static int	 do_read_a(void);
static int	 do_read_b(void);
static int	 do_read_sub(void);
static int	 do_list(void);
static int	 do_write_a(void);
static int	 do_truncate_a(void);
static int	 do_create(void);
static int	 do_unlink_c(void);
static int	 do_read_d(void);
static int	 do_exec(void);

static char	 dir[sizeof(DIR_TEMPLATE)] = DIR_TEMPLATE;
static char	 file_a[64], file_b[64], file_c[64], file_d[64];
static char	 sub[64], file_sub[64];

int
main(void)
{
	struct path	 none[] = { { "/", "" }, { NULL, NULL } };
	struct path	 a[] = { { file_a, "r" }, { NULL, NULL } };
	struct path	 a_rw[] = { { file_a, "rw" }, { NULL, NULL } };
	struct path	 tree[] = { { sub, "r" }, { NULL, NULL } };
	struct path	 c[] = { { "/", "r" }, { file_c, "rwc" },
			    { NULL, NULL } };
	struct path	 d[] = { { file_d, "rwc" }, { NULL, NULL } };
	struct path	 x[] = { { "/", "rx" }, { NULL, NULL } };
	struct path	 bad[] = { { "/", "rz" }, { NULL, NULL } };
	struct path	 missing[] = { { "/nosuch/nosuch", "r" },
			    { NULL, NULL } };

	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) < 1) {
		TEST("no Landlock: unveil restricts nothing, nor fails");
		CHECK(child_run(unveil_all, a, do_nothing) == 0);
		return (0);
	}

	CHECK(mkdtemp(dir) != NULL);
	make(file_a, sizeof(file_a), "a");
	make(file_b, sizeof(file_b), "b");
	make(file_c, sizeof(file_c), "c");
	make(file_d, sizeof(file_d), "d");
	CHECK(unlink(file_d) == 0);
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	CHECK(mkdir(sub, 0700) == 0);
	make(file_sub, sizeof(file_sub), "sub/file");

	TEST("wrong arguments");
	CHECK(child_run(unveil_all, bad, do_nothing) == CHILD_CONFINE);
	CHECK(child_run(unveil_all, missing, do_nothing) == CHILD_CONFINE);
	expect(a, "unveil after the lock", do_late, 0);

	TEST("nothing");
	expect(none, "read", do_read_a, EACCES);

	TEST("a file");
	expect(a, "read", do_read_a, 0);
	expect(a, "write", do_write_a, EACCES);
	expect(a, "read another", do_read_b, EACCES);
	expect(a, "list", do_list, EACCES);
	expect(a_rw, "write", do_write_a, 0);
	expect(a_rw, "truncate", do_truncate_a, 0);

	TEST("a directory");
	expect(tree, "read in it", do_read_sub, 0);
	expect(tree, "read beside it", do_read_a, EACCES);
	expect(tree, "create", do_create, EACCES);

	TEST("a file that may be created and removed");
	expect(c, "write another", do_write_a, EACCES);
	expect(c, "unlink", do_unlink_c, 0);
	expect(d, "create what does not exist", do_create, 0);
	expect(d, "read it", do_read_d, 0);

	TEST("execution");
	expect(a, "exec", do_exec, EACCES);
	expect(x, "exec", do_exec, 0);

	TEST("pledge without unveil locks");
	CHECK_EQ(child_run(unveil_pledge, a, do_read_a), 0);
	CHECK_EQ(child_run(unveil_pledge, a, do_read_b), EACCES);
	CHECK_EQ(child_run(unveil_pledge, a, do_late), 0);

	unlink(file_a);
	unlink(file_b);
	unlink(file_c);
	unlink(file_d);
	unlink(file_sub);
	CHECK(rmdir(sub) == 0);
	CHECK(rmdir(dir) == 0);
	return (0);
}

static void
make(char *path, size_t len, const char *name)
{
	int	 fd;

	snprintf(path, len, "%s/%s", dir, name);
	CHECK((fd = open(path, O_WRONLY | O_CREAT, 0700)) != -1);
	close(fd);
}

static int
unveil_all(const void *arg)
{
	const struct path	*p;

	for (p = arg; p->path != NULL; p++)
		if (unveil(p->path, p->permissions) == -1)
			return (-1);
	return (unveil(NULL, NULL));
}

static int
unveil_pledge(const void *arg)
{
	const struct path	*p = arg;

	if (pledge("stdio rpath unveil", NULL) == -1 ||
	    unveil(p->path, p->permissions) == -1)
		return (-1);
	return (pledge("stdio rpath", NULL));
}

static void
expect(const struct path *paths, const char *what, int (*fn)(void), int want)
{
	int	 got;

	if ((got = child_run(unveil_all, paths, fn)) == want)
		return;
	fprintf(stderr, "%s \"%s\": %s: %d, not %d\n", paths->path,
	    paths->permissions, what, got, want);
	exit(1);
}

static int
open_errno(const char *path, int flags)
{
	return (open(path, flags, 0600) == -1 ? errno : 0);
}

static int
do_nothing(void)
{
	return (0);
}

static int
do_late(void)
{
	if (unveil(file_b, "r") != -1)
		return (EXDEV);
	return (errno == EPERM ? 0 : errno);
}

static int
do_read_a(void)
{
	return (open_errno(file_a, O_RDONLY));
}

static int
do_read_b(void)
{
	return (open_errno(file_b, O_RDONLY));
}

static int
do_read_sub(void)
{
	return (open_errno(file_sub, O_RDONLY));
}

static int
do_list(void)
{
	return (open_errno(dir, O_RDONLY | O_DIRECTORY));
}

static int
do_write_a(void)
{
	return (open_errno(file_a, O_WRONLY));
}

static int
do_truncate_a(void)
{
	return (open_errno(file_a, O_WRONLY | O_TRUNC));
}

static int
do_create(void)
{
	return (open_errno(file_d, O_WRONLY | O_CREAT | O_EXCL));
}

static int
do_unlink_c(void)
{
	return (unlink(file_c) == -1 ? errno : 0);
}

static int
do_read_d(void)
{
	return (open_errno(file_d, O_RDONLY));
}

static int
do_exec(void)
{
	execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
	return (errno);
}
