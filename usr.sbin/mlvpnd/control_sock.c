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
 * Opens the control sockets.  Nobody else's is taken over.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event.h>
#include <imsg.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "control_sock.h"
#include "log.h"
#include "mlvpnd.h"

#define BACKLOG		5

/* root and the daemon's group; everybody */
#define CONTROL_UMASK	 (S_IXUSR | S_IXGRP | S_IRWXO)
#define RESTRICTED_UMASK (S_IXUSR | S_IXGRP | S_IXOTH)

static void	 sock_check(struct sockaddr_un *, const char *);
static int	 sock_open(const struct sockaddr_un *, gid_t, mode_t);
static void	 sock_close(const struct sockaddr_un *);

static struct sockaddr_un	 control = { .sun_family = AF_UNIX };
static struct sockaddr_un	 restricted = { .sun_family = AF_UNIX };

void
control_sock_check(const char *path, const char *restricted_path)
{
	sock_check(&control, path);
	if (strcmp(restricted_path, path) == 0)
		fatalx("control restricted: %s is the control socket", path);
	if (restricted_path[0] != '\0')
		sock_check(&restricted, restricted_path);
}

static void
sock_check(struct sockaddr_un *sun, const char *path)
{
	int	 fd;

	strlcpy(sun->sun_path, path, sizeof(sun->sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		fatal("socket");
	if (connect(fd, (struct sockaddr *)sun, sizeof(*sun)) == 0)
		fatalx("%s: another mlvpnd is running", path);
	close(fd);
}

void
control_sock_open(gid_t gid)
{
	int	 fd;

	if ((fd = sock_open(&control, gid, CONTROL_UMASK)) == -1)
		fatalx("control socket setup failed");
	compose_engine(IMSG_CONTROLFD, 0, fd, NULL, 0);
	if (restricted.sun_path[0] == '\0')
		return;
	if ((fd = sock_open(&restricted, gid, RESTRICTED_UMASK)) == -1)
		fatalx("restricted control socket setup failed");
	compose_engine(IMSG_CONTROLFD_RESTRICTED, 0, fd, NULL, 0);
}

static int
sock_open(const struct sockaddr_un *sun, gid_t gid, mode_t mask)
{
	struct stat	 st;
	mode_t		 old_umask;
	int		 fd, ret;

	if (lstat(sun->sun_path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		log_warnx("%s: exists and is not a socket", sun->sun_path);
		return (-1);
	}
	if (unlink(sun->sun_path) == -1 && errno != ENOENT) {
		log_warn("unlink %s", sun->sun_path);
		return (-1);
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1) {
		log_warn("socket");
		return (-1);
	}

	old_umask = umask(mask);
	ret = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	umask(old_umask);
	if (ret == -1) {
		log_warn("bind %s", sun->sun_path);
		close(fd);
		return (-1);
	}
	/* the engine accepts, when it can */
	if (lchown(sun->sun_path, 0, gid) == -1 || listen(fd, BACKLOG) == -1) {
		log_warn("%s", sun->sun_path);
		unlink(sun->sun_path);
		close(fd);
		return (-1);
	}
	return (fd);
}

void
control_sock_close(void)
{
	sock_close(&control);
	if (restricted.sun_path[0] != '\0')
		sock_close(&restricted);
}

static void
sock_close(const struct sockaddr_un *sun)
{
	if (unlink(sun->sun_path) == -1 && errno != ENOENT)
		log_warn("unlink %s", sun->sun_path);
}
