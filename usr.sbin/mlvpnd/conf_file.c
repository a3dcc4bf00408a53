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
 * Files of secrets and programs that a configuration names: are their owners
 * and modes safe?
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf_file.h"

#define SECRET_FILE_MAX	4096

static int	 secret_decode(char *, uint8_t *);

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

/* Is the file safe enough for a secret?  -1 with a message if not. */
int
conf_secret_check(const struct stat *st, char *errbuf, size_t size)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		strlcpy(errbuf, "owner is neither root nor the current user",
		    size);
		return (-1);
	}
	if (st->st_mode & (S_IWGRP | S_IXGRP)) {
		snprintf(errbuf, size, "mode %04o lets the group write to it",
		    (unsigned int)(st->st_mode & 07777));
		return (-1);
	}
	if (st->st_mode & S_IRWXO) {
		snprintf(errbuf, size, "mode %04o lets others read it",
		    (unsigned int)(st->st_mode & 07777));
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

/* A program that root will run: nobody else may change it. */
int
conf_command_check(const char *path, char *errbuf, size_t size)
{
	struct stat	 st;

	if (stat(path, &st) == -1) {
		strlcpy(errbuf, strerror(errno), size);
		return (-1);
	}
	if (!S_ISREG(st.st_mode)) {
		strlcpy(errbuf, "not a regular file", size);
		return (-1);
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		strlcpy(errbuf, "owner is neither root nor the current user",
		    size);
		return (-1);
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(errbuf, size, "mode %04o lets others write to it",
		    (unsigned int)(st.st_mode & 07777));
		return (-1);
	}
	if (!(st.st_mode & S_IXUSR)) {
		strlcpy(errbuf, "not executable", size);
		return (-1);
	}
	return (0);
}
