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
 * What the engine answers mlvpnctl(8), which prints it as text, as JSON, or
 * makes a configuration of it.
 */

#include <sys/socket.h>

#define main	mlvpnctl_main
#include "mlvpnctl.c"
#undef main

#include "fuzz_exit.h"
#include "fuzz_imsg.h"

static struct imsgbuf	 from;		/* the engine */

static void	 run(void *);
static void	 make(struct fuzz_message *);
static void	 strings(struct fuzz_message *);

int	 LLVMFuzzerInitialize(int *, char ***);
int	 mlvpnctl_main(int, char *[]);

static const struct fuzz_good	 from_engine[] = {
	{ IMSG_CTL_SUMMARY,	sizeof(struct ctl_summary) },
	{ IMSG_CTL_LISTEN,	sizeof(struct ctl_listen) },
	{ IMSG_CTL_TUNNEL,	sizeof(struct ctl_tunnel) },
	{ IMSG_CTL_LINK,	sizeof(struct ctl_link) },
	{ IMSG_CTL_FILTER,	sizeof(struct ctl_match) },
	{ IMSG_CTL_HISTORY,	sizeof(struct ctl_history) },
	{ IMSG_CTL_KEY,		sizeof(struct ctl_key) },
	{ IMSG_CTL_EVENT,	sizeof(struct ctl_event) },
	{ IMSG_CTL_MESSAGE,	16 },
	{ IMSG_CTL_RESULT,	sizeof(struct ctl_result) },
	{ IMSG_CTL_END,		0 }
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (freopen("/dev/null", "w", stdout) == NULL || sodium_init() == -1)
		abort();
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input	 in = { data, size };

	from.fd = -1;
	(void)fuzz_ends(run, &in);
	if (from.fd != -1) {
		imsgbuf_clear(&from);
		close(from.fd);
	}
	return (0);
}

/* Several requests' answers, each at once and then the end of the stream. */
static void
run(void *arg)
{
	static struct fuzz_message	 m;
	static const int		 actions[] = {
		CMD_SHOW, CMD_SHOW_TUNNELS, CMD_SHOW_FILTERS, CMD_SHOW_HISTORY,
		CMD_SHOW_KEYS, CMD_SHOW_EVENTS, CMD_RELOAD, CMD_SHOW_SUMMARY
	};
	struct fuzz_input	*in = arg;
	struct parse_result	 res;
	struct imsgbuf		 ibuf;
	uint8_t			 how = fuzz_get(in);
	int			 sv[2], size = 1024 * 1024;

	memset(&res, 0, sizeof(res));
	res.action = actions[how & 7];
	output = how & 8 ? &json_output : how & 16 ? &setup_output :
	    &text_output;
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    sv) == 0);
	(void)setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	FUZZ_CHECK(imsgbuf_init(&ibuf, sv[0]) == 0);
	while (in->len > 0) {
		fuzz_message(in, from_engine, sizeof(from_engine) /
		    sizeof(from_engine[0]), make, &m);
		if (imsg_compose(&ibuf, m.type, 0, 0, -1, m.buf, m.len) == -1)
			break;
	}
	(void)imsgbuf_flush(&ibuf);
	imsgbuf_clear(&ibuf);
	close(sv[0]);
	FUZZ_CHECK(imsgbuf_init(&from, sv[1]) == 0);
	output->head(&res);
	for (how = 0; how < 8; how++)
		answers(&from, &res);
	output->tail();
}

/* Numbers that are small, and strings that end. */
static void
make(struct fuzz_message *m)
{
	struct ctl_summary	*cs = (struct ctl_summary *)m->buf;
	struct ctl_tunnel	*ct = (struct ctl_tunnel *)m->buf;
	struct ctl_link		*cl = (struct ctl_link *)m->buf;
	struct ctl_match	*cm = (struct ctl_match *)m->buf;
	struct ctl_history	*ch = (struct ctl_history *)m->buf;

	strings(m);
	switch (m->type) {
	case IMSG_CTL_SUMMARY:
		strlcpy(cs->version, "3.0", sizeof(cs->version));
		break;
	case IMSG_CTL_TUNNEL:
		strlcpy(ct->name, "home", sizeof(ct->name));
		ct->naddress = m->how & 3;
		break;
	case IMSG_CTL_LINK:
		strlcpy(cl->tunnel, "home", sizeof(cl->tunnel));
		strlcpy(cl->name, "dsl1", sizeof(cl->name));
		cl->state = m->how & 15;
		break;
	case IMSG_CTL_FILTER:
		strlcpy(cm->conf.expr, "udp", sizeof(cm->conf.expr));
		cm->conf.nlinks = m->how & 3;
		cm->conf.flags = m->how * 41;
		break;
	case IMSG_CTL_HISTORY:
		strlcpy(ch->tunnel, "home", sizeof(ch->tunnel));
		ch->n = m->how;
		break;
	case IMSG_CTL_MESSAGE:
		strlcpy((char *)m->buf, "line 1: syntax", 16);
		break;
	default:
		break;
	}
}

/* The rest of any: bytes that are letters, numbers and zeros. */
static void
strings(struct fuzz_message *m)
{
	size_t	 i;

	if ((m->how & 4) == 0)
		return;
	for (i = 0; i < m->len; i++)
		if (i % 8 < (m->how & 3))
			m->buf[i] = 'a' + i % 16;
}
