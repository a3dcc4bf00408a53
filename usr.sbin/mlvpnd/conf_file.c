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
 * Configurations, and the files of secrets and programs that they name: are
 * their owners and modes safe?
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_file.h"

#define SECRET_FILE_MAX	4096

static int	 secret_decode(char *, uint8_t *);
static int	 directories_check(const char *, char *, size_t);

int
conf_secret_read(const char *path, uint8_t *key, char *errbuf, size_t size)
{
	struct stat	 st;
	char		 buf[SECRET_FILE_MAX];
	ssize_t		 n;
	int		 fd, ret = -1;

	if ((fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		return (-1);
	}
	if (fstat(fd, &st) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		goto done;
	}
	if (!S_ISREG(st.st_mode)) {
		strlcpy(errbuf, "not a regular file", size);
		goto done;
	}
	if (conf_secret_check(&st, errbuf, size) == -1)
		goto done;
	if ((n = read(fd, buf, sizeof(buf) - 1)) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		goto done;
	}
	buf[n] = '\0';
	if (secret_decode(buf, key) == -1) {
		strlcpy(errbuf, "not a key of 32 bytes in base64", size);
		goto done;
	}
	ret = 0;
done:
	explicit_bzero(buf, sizeof(buf));
	close(fd);
	return (ret);
}

int
conf_secret_check(const struct stat *st, char *errbuf, size_t size)
{
	if (conf_write_check(st, errbuf, size) == -1)
		return (-1);
	if (st->st_mode & (S_IXGRP | S_IRWXO)) {
		snprintf(errbuf, size, "mode %04o lets others read it",
		    (unsigned int)(st->st_mode & 07777));
		return (-1);
	}
	return (0);
}

int
conf_write_check(const struct stat *st, char *errbuf, size_t size)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		strlcpy(errbuf, "owner is neither root nor the current user",
		    size);
		return (-1);
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(errbuf, size, "mode %04o lets %s write to it",
		    (unsigned int)(st->st_mode & 07777),
		    st->st_mode & S_IWOTH ? "others" : "the group");
		return (-1);
	}
	return (0);
}

/* Empty lines and lines beginning with "#" are ignored. */
static int
secret_decode(char *buf, uint8_t *key)
{
	char	*line;
	size_t	 len;
	int	 found = 0;

	while ((line = strsep(&buf, "\n")) != NULL) {
		if (*line == '\0' || *line == '#')
			continue;
		if (found++ || sodium_base642bin(key, 32, line, strlen(line),
		    " \t\r", &len, NULL, sodium_base64_VARIANT_ORIGINAL) ==
		    -1 || len != 32)
			return (-1);
	}
	return (found ? 0 : -1);
}

int
conf_command_check(const char *name, char *path, char *errbuf, size_t size)
{
	struct stat	 st;

	if (realpath(name, path) == NULL || stat(path, &st) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		return (-1);
	}
	if (!S_ISREG(st.st_mode)) {
		strlcpy(errbuf, "not a regular file", size);
		return (-1);
	}
	if (conf_write_check(&st, errbuf, size) == -1)
		return (-1);
	if (!(st.st_mode & S_IXUSR)) {
		strlcpy(errbuf, "not executable", size);
		return (-1);
	}
	return (directories_check(path, errbuf, size));
}

/*
 * All directories of an absolute path.  In one with the sticky bit nobody can
 * rename or remove what belongs to root.
 */
static int
directories_check(const char *path, char *errbuf, size_t size)
{
	struct stat	 st;
	char		 dir[PATH_MAX], why[128], *slash;

	strlcpy(dir, path, sizeof(dir));
	while ((slash = strrchr(dir, '/')) != NULL) {
		slash[slash == dir] = '\0';
		if (stat(dir, &st) == -1) {
			snprintf(errbuf, size, "%s: %s", dir, strerror(errno));
			return (-1);
		}
		if (st.st_mode & S_ISVTX)
			st.st_mode &= ~(S_IWGRP | S_IWOTH);
		if (conf_write_check(&st, why, sizeof(why)) == -1) {
			snprintf(errbuf, size, "%s: %s", dir, why);
			return (-1);
		}
		if (slash == dir)
			break;
	}
	return (0);
}
