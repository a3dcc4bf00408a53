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
 * The program: its options, the connection to mlvpnd(8), requests and their
 * answers.  parser.c reads the command, output.c prints.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <imsg.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl_get.h"
#include "ctl_json.h"
#include "mlvpnctl.h"
#include "mlvpnd.h"

#define KEY_SIZE	32
#define KEY_STRLEN	sodium_base64_ENCODED_LEN(KEY_SIZE, \
			    sodium_base64_VARIANT_ORIGINAL)


static void		 usage(FILE *);
static int		 take_json(int, char *[]);
static const char	*default_socket(void);
static void		 keygen(int);
static int		 ctl_connect(const char *);
static int		 talk(int, const struct parse_result *);
static void		 request(struct imsgbuf *, const struct parse_result *);
static void		 compose(struct imsgbuf *, uint32_t, const void *,
			    size_t);
static int		 answers(struct imsgbuf *, const struct parse_result *);
static int		 answer(struct imsg *, int *);
static void		 check(int);
static void		 show_summary(struct imsg *);
static void		 show_listen(struct imsg *);
static void		 show_tunnel(struct imsg *);
static void		 show_link(struct imsg *);
static void		 show_filter(struct imsg *);
static void		 show_history(struct imsg *);
static void		 show_key(struct imsg *);
static void		 show_event(struct imsg *);
static void		 show_message(struct imsg *);
static int		 show_result(struct imsg *);
static void		 json_head(const struct parse_result *);

static const struct output	 json_output = {
	json_head, json_summary, json_listen, json_tunnel, json_link,
	json_filter, json_history, json_keypair, json_event, json_message,
	json_result, json_end
};
static const struct output	*output = &text_output;

static void
usage(FILE *f)
{
	fprintf(f, "usage: %s [-hjV] [-s socket] command [argument ...]\n",
	    getprogname());
}

int
main(int argc, char *argv[])
{
	struct parse_result	*res;
	const char		*sockname;
	int			 ch, fd, status;

	if (pledge("stdio rpath wpath cpath unix dns tty", NULL) == -1)
		err(1, "pledge");

	tzset();
	sockname = default_socket();
	/* "+": options after the command belong to the command */
	while ((ch = getopt(argc, argv, "+hjs:V")) != -1) {
		switch (ch) {
		case 'h':
			usage(stdout);
			show_commands();
			exit(0);
		case 'j':
			output = &json_output;
			break;
		case 's':
			sockname = optarg;
			break;
		case 'V':
			printf("%s %s\n", getprogname(), MLVPND_VERSION);
			exit(0);
		default:
			usage(stderr);
			exit(1);
		}
	}
	argc -= optind;
	argv += optind;
	argc = take_json(argc, argv);

	if ((res = parse(argc, argv)) == NULL)
		exit(1);
	if (res->action == CMD_KEYGEN || res->action == CMD_KEYGEN_PSK) {
		keygen(res->action == CMD_KEYGEN_PSK);
		exit(0);
	}
	if (res->action == CMD_IMPORT) {
		/* dns and rpath: filters may contain names of ports */
		if (pledge("stdio rpath dns", NULL) == -1)
			err(1, "pledge");
		status = import(res->file);
		if (fflush(stdout) == EOF || ferror(stdout))
			err(1, "stdout");
		return (status);
	}
	if (res->action == CMD_SETUP) {
		if (setup_arguments(res->argc, res->argv)) {
			output = &setup_output;
			if (talk(ctl_connect(sockname), res) != 0)
				exit(1);
		}
		setup_print();
		exit(0);
	}

	if (res->action == CMD_MONITOR) {
		output = &monitor_output;
		monitor_start();
		if (pledge("stdio unix tty", NULL) == -1)
			err(1, "pledge");
		do {
			talk(ctl_connect(sockname), res);
		} while (monitor_wait());
		exit(0);
	}

	fd = ctl_connect(sockname);
	if (pledge("stdio", NULL) == -1)
		err(1, "pledge");
	status = talk(fd, res);
	if (fflush(stdout) == EOF || ferror(stdout))
		err(1, "stdout");
	return (status);
}

/* Sends the request and prints the answers; returns the status. */
static int
talk(int fd, const struct parse_result *res)
{
	struct imsgbuf	 ibuf;
	int		 status;

	if (imsgbuf_init(&ibuf, fd) == -1)
		err(1, "imsgbuf_init");
	request(&ibuf, res);
	output->head(res);
	status = answers(&ibuf, res);
	output->tail();

	imsgbuf_clear(&ibuf);
	close(fd);
	return (status);
}

/* -j can follow the command as well.  Returns the number of other words. */
static int
take_json(int argc, char *argv[])
{
	int	 i, n = 0;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-j") == 0)
			output = &json_output;
		else
			argv[n++] = argv[i];
	}
	return (n);
}

/* The socket of the daemon in our routing table. */
static const char *
default_socket(void)
{
	static char	 name[sizeof(MLVPND_SOCKET) + sizeof(".255")];
	int		 rtable;

	if ((rtable = getrtable()) == 0)
		return (MLVPND_SOCKET);
	snprintf(name, sizeof(name), "%s.%d", MLVPND_SOCKET, rtable);
	return (name);
}

/*
 * Prints the secret to standard output, as the line of a key file, and the
 * public key for the other end to standard error.
 */
static void
keygen(int psk)
{
	uint8_t	 key[KEY_SIZE], pub[KEY_SIZE];
	char	 text[KEY_STRLEN];

	if (sodium_init() == -1)
		errx(1, "cannot initialise libsodium");
	if (pledge("stdio", NULL) == -1)
		err(1, "pledge");

	if (psk)
		randombytes_buf(key, sizeof(key));
	else
		crypto_box_keypair(pub, key);

	sodium_bin2base64(text, sizeof(text), key, sizeof(key),
	    sodium_base64_VARIANT_ORIGINAL);
	printf("%s\n", text);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	if (psk)
		return;

	sodium_bin2base64(text, sizeof(text), pub, sizeof(pub),
	    sodium_base64_VARIANT_ORIGINAL);
	fprintf(stderr, "peer key \"%s\"\n", text);
}

static int
ctl_connect(const char *sockname)
{
	struct sockaddr_un	 sun;
	int			 fd;

	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1)
		err(1, "socket");

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, sockname, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path))
		errx(1, "%s: socket name too long", sockname);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return (fd);

	switch (errno) {
	case ENOENT:
	case ECONNREFUSED:
		errx(1, "%s: mlvpnd is not running", sockname);
	case EACCES:
	case EPERM:
		errx(1, "%s: permission denied: not root and not in group %s",
		    sockname, MLVPND_USER);
	default:
		err(1, "connect: %s", sockname);
	}
}

static void
request(struct imsgbuf *ibuf, const struct parse_result *res)
{
	struct ctl_select	 sel;
	struct ctl_link_admin	 la;
	int			 verbose;

	memset(&sel, 0, sizeof(sel));
	strlcpy(sel.tunnel, res->tunnel, sizeof(sel.tunnel));
	strlcpy(sel.link, res->link, sizeof(sel.link));
	memset(&la, 0, sizeof(la));
	strlcpy(la.tunnel, res->tunnel, sizeof(la.tunnel));
	strlcpy(la.link, res->link, sizeof(la.link));
	verbose = res->action == CMD_LOG_VERBOSE;

	switch (res->action) {
	case CMD_SHOW:
		compose(ibuf, IMSG_CTL_SHOW_SUMMARY, NULL, 0);
		compose(ibuf, IMSG_CTL_SHOW_LINKS, &sel, sizeof(sel));
		break;
	case CMD_MONITOR:
		compose(ibuf, IMSG_CTL_SHOW_SUMMARY, NULL, 0);
		compose(ibuf, IMSG_CTL_SHOW_TUNNELS, &sel, sizeof(sel));
		compose(ibuf, IMSG_CTL_SHOW_LINKS, &sel, sizeof(sel));
		compose(ibuf, IMSG_CTL_SHOW_HISTORY, &sel, sizeof(sel));
		compose(ibuf, IMSG_CTL_SHOW_EVENTS, NULL, 0);
		break;
	case CMD_SHOW_SUMMARY:
		compose(ibuf, IMSG_CTL_SHOW_SUMMARY, NULL, 0);
		break;
	case CMD_SETUP:
		compose(ibuf, IMSG_CTL_SHOW_SUMMARY, NULL, 0);
		compose(ibuf, IMSG_CTL_SHOW_TUNNELS, &sel, sizeof(sel));
		break;
	case CMD_SHOW_TUNNELS:
		compose(ibuf, IMSG_CTL_SHOW_TUNNELS, &sel, sizeof(sel));
		break;
	case CMD_SHOW_LINKS:
		compose(ibuf, IMSG_CTL_SHOW_LINKS, &sel, sizeof(sel));
		break;
	case CMD_SHOW_FILTERS:
		compose(ibuf, IMSG_CTL_SHOW_FILTERS, &sel, sizeof(sel));
		break;
	case CMD_SHOW_HISTORY:
		compose(ibuf, IMSG_CTL_SHOW_HISTORY, &sel, sizeof(sel));
		break;
	case CMD_SHOW_KEYS:
		compose(ibuf, IMSG_CTL_SHOW_KEYS, &sel, sizeof(sel));
		break;
	case CMD_SHOW_EVENTS:
		compose(ibuf, IMSG_CTL_SHOW_EVENTS, NULL, 0);
		break;
	case CMD_LINK_UP:
		compose(ibuf, IMSG_CTL_LINK_UP, &la, sizeof(la));
		break;
	case CMD_LINK_DOWN:
		compose(ibuf, IMSG_CTL_LINK_DOWN, &la, sizeof(la));
		break;
	case CMD_LOG_BRIEF:
	case CMD_LOG_VERBOSE:
		compose(ibuf, IMSG_CTL_LOG_VERBOSE, &verbose,
		    sizeof(verbose));
		break;
	case CMD_RELOAD:
		compose(ibuf, IMSG_CTL_RELOAD, NULL, 0);
		break;
	default:
		errx(1, "%s: unknown action %d", __func__, res->action);
	}
	/* A daemon that refuses us may have sent the reason. */
	if (imsgbuf_flush(ibuf) == -1 && errno != EPIPE)
		err(1, "write error");
}

static void
compose(struct imsgbuf *ibuf, uint32_t type, const void *data, size_t len)
{
	if (imsg_compose(ibuf, type, 0, 0, -1, data, len) == -1)
		err(1, "imsg_compose");
}

/* Prints answers up to the last one of each request; returns the status. */
static int
answers(struct imsgbuf *ibuf, const struct parse_result *res)
{
	struct imsg	 imsg;
	ssize_t		 n;
	int		 status = 0, todo;

	todo = res->action == CMD_MONITOR ? 5 : res->action == CMD_SHOW ||
	    res->action == CMD_SETUP ? 2 : 1;
	while (todo > 0) {
		if ((n = imsg_get(ibuf, &imsg)) == -1)
			err(1, "imsg_get");
		if (n == 0) {
			if ((n = imsgbuf_read(ibuf)) == -1)
				err(1, "read error");
			if (n == 0)
				errx(1, "mlvpnd closed the connection");
			continue;
		}
		if (answer(&imsg, &status))
			todo--;
		imsg_free(&imsg);
	}
	return (status);
}

/* Returns 1 for the last answer to a request. */
static int
answer(struct imsg *imsg, int *status)
{
	switch (imsg_get_type(imsg)) {
	case IMSG_CTL_SUMMARY:
		show_summary(imsg);
		return (0);
	case IMSG_CTL_LISTEN:
		show_listen(imsg);
		return (0);
	case IMSG_CTL_TUNNEL:
		show_tunnel(imsg);
		return (0);
	case IMSG_CTL_LINK:
		if (output->link == NULL)
			break;
		show_link(imsg);
		return (0);
	case IMSG_CTL_FILTER:
		if (output->filter == NULL)
			break;
		show_filter(imsg);
		return (0);
	case IMSG_CTL_HISTORY:
		if (output->history == NULL)
			break;
		show_history(imsg);
		return (0);
	case IMSG_CTL_KEY:
		if (output->key == NULL)
			break;
		show_key(imsg);
		return (0);
	case IMSG_CTL_EVENT:
		if (output->event == NULL)
			break;
		show_event(imsg);
		return (0);
	case IMSG_CTL_MESSAGE:
		if (output->message == NULL)
			break;
		show_message(imsg);
		return (0);
	case IMSG_CTL_RESULT:
		if (show_result(imsg) != CTL_RES_OK)
			*status = 1;
		return (1);
	case IMSG_CTL_END:
		return (1);
	default:
		break;
	}
	errx(1, "unknown message from mlvpnd: different version?");
}

/* Exits if the message was not valid. */
static void
check(int error)
{
	if (error == -1)
		errx(1, "invalid message from mlvpnd: different version?");
}

static void
show_summary(struct imsg *imsg)
{
	struct ctl_summary	 cs;

	check(ctl_get_summary(imsg, &cs));
	output->summary(&cs);
}

static void
show_listen(struct imsg *imsg)
{
	struct ctl_listen	 cl;

	check(ctl_get_listen(imsg, &cl));
	output->listen(&cl);
}

static void
show_tunnel(struct imsg *imsg)
{
	struct ctl_tunnel	 ct;

	check(ctl_get_tunnel(imsg, &ct));
	output->tunnel(&ct);
}

static void
show_link(struct imsg *imsg)
{
	struct ctl_link	 cl;

	check(ctl_get_link(imsg, &cl));
	output->link(&cl);
}

static void
show_filter(struct imsg *imsg)
{
	struct ctl_match	 cm;

	check(ctl_get_filter(imsg, &cm));
	output->filter(&cm);
}

static void
show_history(struct imsg *imsg)
{
	struct ctl_history	 ch;

	check(ctl_get_history(imsg, &ch));
	output->history(&ch);
}

static void
show_key(struct imsg *imsg)
{
	struct ctl_key	 ck;

	check(ctl_get_key(imsg, &ck));
	output->key(&ck);
}

static void
show_event(struct imsg *imsg)
{
	struct ctl_event	 ce;

	check(ctl_get_event(imsg, &ce));
	output->event(&ce);
}

static void
show_message(struct imsg *imsg)
{
	char	*text;
	size_t	 len;

	if ((len = imsg_get_len(imsg)) == 0)
		return;
	if ((text = malloc(len)) == NULL)
		err(1, "malloc");
	check(imsg_get_data(imsg, text, len));
	ctl_clean(text, len);
	output->message(text);
	free(text);
}

static int
show_result(struct imsg *imsg)
{
	static const char	*texts[] = {
		[CTL_RES_OK] =		"request processed",
		[CTL_RES_FAIL] =	"request failed",
		[CTL_RES_NOSUCH] =	"no such tunnel or link",
		[CTL_RES_PARSE] =	"configuration not reloaded",
		[CTL_RES_PENDING] =	"reload already in progress",
		[CTL_RES_DENIED] =	"permission denied",
		[CTL_RES_BADCMD] =	"request not known to mlvpnd"
	};
	struct ctl_result	 res;
	const char		*text = "unknown result";

	check(ctl_get_result(imsg, &res));
	if (res.text[0] != '\0')
		text = res.text;
	else if (res.code >= 0 && res.code <= CTL_RES_BADCMD)
		text = texts[res.code];
	output->result(res.code, text);
	return (res.code);
}

/* Lists are there even when empty. */
static void
json_head(const struct parse_result *res)
{
	const char	*list = NULL;

	switch (res->action) {
	case CMD_SHOW_TUNNELS:
		list = "tunnels";
		break;
	case CMD_SHOW_LINKS:
		list = "links";
		break;
	case CMD_SHOW_FILTERS:
		list = "filters";
		break;
	case CMD_SHOW_HISTORY:
		list = "history";
		break;
	case CMD_SHOW_KEYS:
		list = "keys";
		break;
	case CMD_SHOW_EVENTS:
		list = "events";
		break;
	default:
		break;
	}
	json_begin(stdout, list);
}
