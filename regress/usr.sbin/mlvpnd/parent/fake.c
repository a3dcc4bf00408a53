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
 * Stands in for the children of an mlvpnd:
 *
 *	fake program argument ...
 *		runs the program so that it takes this one for itself when
 *		it starts its children
 *	fake -E ..., fake -R ...
 *		as the parent starts them
 *
 * Files are in the directory that FAKE_DIR names.  The engine prints each
 * message it is sent and takes commands, one a line, from the FIFO
 * engine.fifo:
 *
 *	send TYPE LENGTH BYTE	a message filled with that byte, decimal
 *	stale TUNNEL LINK
 *	mtu TUNNEL MTU
 *	reload ID
 *
 * The resolver answers with the line of the file hosts that begins with the
 * name, and nothing if there is none.  The words after it are addresses, or
 * "byte" for one byte more than an address has.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <err.h>
#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <imsg.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "imsgev.h"
#include "mlvpnd.h"

#define PARENT_FD	3
#define LINE_SIZE	512
#define ANSWER_MAX	16

static __dead void	 launch(char *, char *[]);
static __dead void	 serve(void (*)(struct imsg *), int);
static FILE		*open_file(const char *, const char *);
static void		 engine_imsg(struct imsg *);
static void		 engine_socket(struct imsg *);
static void		 engine_tunnel(struct imsg *);
static void		 engine_link(struct imsg *);
static const char	*has_fd(struct imsg *);
static void		 engine_command(char *);
static uint32_t		 type_number(const char *);
static void		 resolver_imsg(struct imsg *);
static size_t		 resolver_answer(char *, uint8_t *);
static void		 quiet_imsg(struct imsg *);
static void		 compose(uint32_t, uint32_t, const void *, size_t);

static struct imsgbuf	 ibuf;

int
main(int argc, char *argv[])
{
	FILE	*fp;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		errx(1, "no program");
	if (strcmp(argv[1], "-E") == 0) {
		/* for writing too, so that there is no end of file */
		fp = open_file("engine.fifo", "r+");
		serve(engine_imsg, fileno(fp));
	}
	if (strcmp(argv[1], "-R") == 0)
		serve(resolver_imsg, -1);
	if (strcmp(argv[1], "-S") == 0 || strcmp(argv[1], "-X") == 0)
		serve(quiet_imsg, -1);
	launch(argv[0], argv + 1);
}

static __dead void
launch(char *self, char *argv[])
{
	const char	*program = argv[0];

	argv[0] = self;
	execv(program, argv);
	err(1, "%s", program);
}

/* Until the parent closes its end. */
static __dead void
serve(void (*receive)(struct imsg *), int commands)
{
	struct pollfd	 pfd[2];
	struct imsg	 imsg;
	char		 line[LINE_SIZE], *p;
	size_t		 len = 0;
	ssize_t		 n;

	if (imsgbuf_init(&ibuf, PARENT_FD) == -1)
		err(1, "imsgbuf_init");
	imsgbuf_allow_fdpass(&ibuf);
	compose(IMSG_STARTED, 0, NULL, 0);

	for (;;) {
		pfd[0].fd = PARENT_FD;
		pfd[0].events = POLLIN;
		pfd[1].fd = commands;
		pfd[1].events = POLLIN;
		if (poll(pfd, 2, -1) == -1)
			err(1, "poll");
		if (pfd[0].revents != 0) {
			if (imsgbuf_read(&ibuf) != 1)
				exit(0);
			while ((n = imsg_get(&ibuf, &imsg)) > 0) {
				receive(&imsg);
				imsg_free(&imsg);
			}
			if (n == -1)
				err(1, "imsg_get");
		}
		if (commands == -1 || pfd[1].revents == 0)
			continue;
		if ((n = read(commands, line + len,
		    sizeof(line) - 1 - len)) == -1)
			err(1, "read");
		len += n;
		line[len] = '\0';
		while ((p = strchr(line, '\n')) != NULL) {
			*p++ = '\0';
			engine_command(line);
			len -= p - line;
			memmove(line, p, len + 1);
		}
	}
}

static FILE *
open_file(const char *name, const char *mode)
{
	const char	*dir;
	char		 path[1024];
	FILE		*fp;

	if ((dir = getenv("FAKE_DIR")) == NULL)
		errx(1, "no FAKE_DIR");
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((fp = fopen(path, mode)) == NULL)
		err(1, "%s", path);
	return (fp);
}

static void
engine_imsg(struct imsg *imsg)
{
	struct ctl_result	 res;
	struct listen_conf	 lc;
	char			 text[1024], addr[ADDR_STRLEN];

	switch (imsg_get_type(imsg)) {
	case IMSG_RECONF_LISTEN:
		if (imsg_get_data(imsg, &lc, sizeof(lc)) == -1)
			err(1, "IMSG_RECONF_LISTEN");
		printf("listen %u %s port %u fd %s\n", lc.id,
		    addr_ntop(&lc.addr, addr, sizeof(addr)), lc.port,
		    has_fd(imsg));
		break;
	case IMSG_RECONF_TUNNEL:
		engine_tunnel(imsg);
		break;
	case IMSG_RECONF_LINK:
		engine_link(imsg);
		break;
	case IMSG_LINK_SOCKET:
	case IMSG_LINK_NOSOCKET:
		engine_socket(imsg);
		break;
	case IMSG_CTL_MESSAGE:
		memset(text, 0, sizeof(text));
		if (imsg_get_len(imsg) >= sizeof(text) ||
		    imsg_get_data(imsg, text, imsg_get_len(imsg)) == -1)
			err(1, "IMSG_CTL_MESSAGE");
		printf("message %u %s\n", imsg_get_id(imsg), text);
		break;
	case IMSG_CTL_RESULT:
		if (imsg_get_data(imsg, &res, sizeof(res)) == -1)
			err(1, "IMSG_CTL_RESULT");
		printf("result %u %d %s\n", imsg_get_id(imsg), res.code,
		    res.text);
		break;
	default:
		printf("%s\n", imsg_name(imsg_get_type(imsg)));
		break;
	}
}

static void
engine_tunnel(struct imsg *imsg)
{
	static const char	 zero[SECRET_SIZE];
	struct tunnel_conf	 tc;

	if (imsg_get_data(imsg, &tc, sizeof(tc)) == -1)
		err(1, "IMSG_RECONF_TUNNEL");
	printf("tunnel %u %s psk %s phrase %s fd %s\n", tc.id, tc.name,
	    memcmp(tc.psk, zero, sizeof(tc.psk)) == 0 ? "no" : "yes",
	    memcmp(tc.secret, zero, sizeof(tc.secret)) == 0 ? "no" : "yes",
	    has_fd(imsg));
}

static void
engine_link(struct imsg *imsg)
{
	struct link_conf	 lc;

	if (imsg_get_data(imsg, &lc, sizeof(lc)) == -1)
		err(1, "IMSG_RECONF_LINK");
	printf("link %s up %llu\n", lc.name, (unsigned long long)lc.up.rate);
}

static void
engine_socket(struct imsg *imsg)
{
	struct imsg_link_socket	 ls;
	char			 local[ADDR_STRLEN], remote[ADDR_STRLEN];

	if (imsg_get_data(imsg, &ls, sizeof(ls)) == -1)
		err(1, "IMSG_LINK_SOCKET");
	if (imsg_get_type(imsg) == IMSG_LINK_NOSOCKET) {
		printf("nosocket %s\n", ls.link);
		return;
	}
	printf("socket %s %u from %s to %s mtu %u fd %s\n", ls.link, ls.sock,
	    addr_ntop(&ls.local, local, sizeof(local)),
	    addr_ntop_port(&ls.remote, remote, sizeof(remote)), ls.mtu,
	    has_fd(imsg));
}

/* Did a descriptor come along?  It is closed. */
static const char *
has_fd(struct imsg *imsg)
{
	int	 fd;

	if ((fd = imsg_get_fd(imsg)) == -1)
		return ("no");
	close(fd);
	return ("yes");
}

static void
engine_command(char *line)
{
	struct imsg_tunnel_mtu	 im;
	struct imsg_link	 il;
	char			 buf[LINE_SIZE], *word[4];
	int			 n;

	for (n = 0; n < 4 && (word[n] = strsep(&line, " ")) != NULL;)
		n++;
	if (n == 4 && strcmp(word[0], "send") == 0) {
		memset(buf, atoi(word[3]), sizeof(buf));
		compose(type_number(word[1]), 0, buf, atoi(word[2]));
	} else if (n == 3 && strcmp(word[0], "stale") == 0) {
		memset(&il, 0, sizeof(il));
		il.tunnel = atoi(word[1]);
		strlcpy(il.link, word[2], sizeof(il.link));
		compose(IMSG_LINK_STALE, 0, &il, sizeof(il));
	} else if (n == 3 && strcmp(word[0], "mtu") == 0) {
		memset(&im, 0, sizeof(im));
		im.tunnel = atoi(word[1]);
		im.mtu = atoi(word[2]);
		compose(IMSG_TUNNEL_MTU, 0, &im, sizeof(im));
	} else if (n == 2 && strcmp(word[0], "reload") == 0)
		compose(IMSG_CTL_RELOAD, atoi(word[1]), NULL, 0);
	else
		errx(1, "unknown command");
}

static uint32_t
type_number(const char *name)
{
	uint32_t	 type;

	for (type = 0; type <= IMSG_RESOLVED; type++) {
		if (strcmp(imsg_name(type), name) == 0)
			return (type);
	}
	errx(1, "unknown message %s", name);
}

static void
resolver_imsg(struct imsg *imsg)
{
	struct imsg_resolve	 ir;
	uint8_t			 answer[ANSWER_MAX * sizeof(struct addr)];
	char			 line[LINE_SIZE];
	size_t			 hostlen, len = 0;
	FILE			*fp;

	if (imsg_get_type(imsg) != IMSG_RESOLVE)
		return;
	if (imsg_get_data(imsg, &ir, sizeof(ir)) == -1)
		err(1, "IMSG_RESOLVE");
	hostlen = strlen(ir.host);
	fp = open_file("hosts", "r");
	while (fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, ir.host, hostlen) == 0 &&
		    line[hostlen] == ' ')
			len = resolver_answer(line + hostlen + 1, answer);
	}
	fclose(fp);
	compose(IMSG_RESOLVED, imsg_get_id(imsg), answer, len);
}

static size_t
resolver_answer(char *line, uint8_t *answer)
{
	struct addr	 addr;
	char		*word;
	size_t		 len = 0;
	int		 n = 0;

	while (n++ < ANSWER_MAX && (word = strsep(&line, " ")) != NULL) {
		if (strcmp(word, "byte") == 0) {
			answer[len++] = 0;
			continue;
		}
		if (addr_pton(&addr, word) == -1)
			errx(1, "hosts: %s", word);
		addr.port = 9;
		memcpy(answer + len, &addr, sizeof(addr));
		len += sizeof(addr);
	}
	return (len);
}

/* Serves and runs nothing, and kills nobody. */
static void
quiet_imsg(struct imsg *imsg)
{
}

static void
compose(uint32_t type, uint32_t id, const void *data, size_t len)
{
	if (imsg_compose(&ibuf, type, id, 0, -1, data, len) == -1 ||
	    imsgbuf_flush(&ibuf) == -1)
		err(1, "imsg_compose");
}
