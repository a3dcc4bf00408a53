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
 * The engine's two channels: what the parent sends, descriptors too, and what
 * clients of the control socket ask.  Messages are made by the input, some
 * from good ones; a message that ends the engine ends the input.
 */

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <pcap.h>

#include "engine.c"
#include "fuzz_exit.h"
#include "fuzz_imsg.h"

#define PARENT_FD	3		/* as engine_parent.c has it */

static struct imsgbuf	 parent;	/* the other end of its channel */
static struct imsgbuf	 client;
static struct event_base *base;

/* Devices that nobody frees when the engine ends in the midst of a reload. */
static struct engine_tun *tuns[64];
static size_t		 ntuns;
static char		 sockname[] = "/tmp/fuzz_engine.XXXXXX";

static const struct fuzz_good	 from_parent[] = {
	{ IMSG_RECONF_CONF,	0 },
	{ IMSG_RECONF_LISTEN,	sizeof(struct listen_conf) },
	{ IMSG_RECONF_TUNNEL,	sizeof(struct tunnel_conf) },
	{ IMSG_RECONF_ROUTE,	sizeof(struct route_conf) },
	{ IMSG_RECONF_LINK,	sizeof(struct link_conf) },
	{ IMSG_RECONF_MATCH,	sizeof(struct match_conf) },
	{ IMSG_RECONF_BPF,	2 * sizeof(struct bpf_insn) },
	{ IMSG_RECONF_END,	0 },
	{ IMSG_LINK_SOCKET,	sizeof(struct imsg_link_socket) },
	{ IMSG_LINK_NOSOCKET,	sizeof(struct imsg_link_socket) },
	{ IMSG_CTL_MESSAGE,	16 },
	{ IMSG_CTL_RESULT,	sizeof(struct ctl_result) },
	{ IMSG_FLOWS,		0 },
	{ IMSG_CONTROLFD,	0 }
};

static const struct fuzz_good	 from_client[] = {
	{ IMSG_CTL_SHOW_SUMMARY, 0 },
	{ IMSG_CTL_SHOW_TUNNELS, sizeof(struct ctl_select) },
	{ IMSG_CTL_SHOW_LINKS,	sizeof(struct ctl_select) },
	{ IMSG_CTL_SHOW_FILTERS, sizeof(struct ctl_select) },
	{ IMSG_CTL_SHOW_HISTORY, sizeof(struct ctl_select) },
	{ IMSG_CTL_SHOW_KEYS,	sizeof(struct ctl_select) },
	{ IMSG_CTL_SHOW_EVENTS,	0 },
	{ IMSG_CTL_LINK_UP,	sizeof(struct ctl_link_admin) },
	{ IMSG_CTL_LINK_DOWN,	sizeof(struct ctl_link_admin) },
	{ IMSG_CTL_LOG_VERBOSE,	sizeof(int) },
	{ IMSG_CTL_RELOAD,	0 }
};

static void	 hold_place(void);
static void	 begin(void);
static void	 end(void);
static void	 run(void *);
static void	 finish(void *);
static void	 say(struct imsgbuf *, const struct fuzz_good *, size_t,
		    struct fuzz_input *);
static void	 make(struct fuzz_message *);
static void	 hear(struct imsgbuf *);
static int	 descriptor(uint32_t);
static void	 connect_client(void);

int	 __wrap_getpeereid(int, uid_t *, gid_t *);
void	 __real_engine_tun_init(struct engine_tun *);
void	 __wrap_engine_tun_init(struct engine_tun *);
void	 __real_engine_tun_free(struct engine_tun *);
void	 __wrap_engine_tun_free(struct engine_tun *);
int	 LLVMFuzzerInitialize(int *, char ***);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int	 fd;

	log_init(1, LOG_DAEMON);
	if (sodium_init() == -1 || (fd = mkstemp(sockname)) == -1)
		abort();
	close(fd);
	signal(SIGPIPE, SIG_IGN);
	hold_place();
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input	 in = { data, size };

	begin();
	(void)fuzz_ends(run, &in);
	end();
	return (0);
}

/* Nothing else may get the descriptor of the parent's channel. */
static void
hold_place(void)
{
	int	 fd;

	while ((fd = open("/dev/null", O_RDWR)) < PARENT_FD)
		FUZZ_CHECK(fd != -1);
	if (fd != PARENT_FD)
		close(fd);
}

static void
begin(void)
{
	int	 sv[2];

	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    sv) == 0);
	FUZZ_CHECK(dup2(sv[0], PARENT_FD) == PARENT_FD);
	close(sv[0]);
	FUZZ_CHECK(imsgbuf_init(&parent, sv[1]) == 0);
	imsgbuf_allow_fdpass(&parent);
	client.fd = -1;
	base = event_init();
	engine_init();
}

/* The engine's own user is refused. */
int
__wrap_getpeereid(int fd, uid_t *uid, gid_t *gid)
{
	*uid = getuid() + 1;
	*gid = getgid();
	return (0);
}

void
__wrap_engine_tun_init(struct engine_tun *tun)
{
	FUZZ_CHECK(ntuns < sizeof(tuns) / sizeof(tuns[0]));
	tuns[ntuns++] = tun;
	__real_engine_tun_init(tun);
}

void
__wrap_engine_tun_free(struct engine_tun *tun)
{
	size_t	 i;

	for (i = 0; i < ntuns && tuns[i] != tun; i++)
		continue;
	FUZZ_CHECK(i < ntuns);
	tuns[i] = tuns[--ntuns];
	__real_engine_tun_free(tun);
}

/* What was begun is completed, so that it can be freed. */
static void
finish(void *arg)
{
	struct imsgbuf	*ibuf = arg;
	struct imsg	 imsg;
	int		 sv[2];

	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
	FUZZ_CHECK(imsgbuf_init(ibuf, sv[0]) == 0);
	imsg_compose(ibuf, IMSG_RECONF_END, 0, 0, -1, NULL, 0);
	FUZZ_CHECK(imsgbuf_flush(ibuf) == 0);
	imsgbuf_clear(ibuf);
	close(sv[0]);
	FUZZ_CHECK(imsgbuf_init(ibuf, sv[1]) == 0);
	FUZZ_CHECK(imsgbuf_read(ibuf) == 1);
	FUZZ_CHECK(imsg_get(ibuf, &imsg) > 0);
	engine_imsg(&imsg);
	imsg_free(&imsg);
}

static void
end(void)
{
	struct imsgbuf	 ibuf;

	(void)fuzz_ends(finish, &ibuf);
	imsgbuf_clear(&ibuf);
	close(ibuf.fd);
	core_stop(core);
	engine_flush(engine_now());
	mlvpn2_file_close(core);
	control_shutdown();
	engine_conf_free();
	while (ntuns > 0)
		__wrap_engine_tun_free(tuns[ntuns - 1]);
	engine_io_free();
	core_free(core);
	event_base_free(base);
	engine_parent_close();
	hold_place();
	imsgbuf_clear(&parent);
	close(parent.fd);
	if (client.fd != -1) {
		imsgbuf_clear(&client);
		close(client.fd);
	}
	unlink(sockname);
}

static void
run(void *arg)
{
	struct fuzz_input	*in = arg;
	uint8_t		 what;

	while (in->len > 0) {
		what = fuzz_get(in);
		if (what & 0x80 && client.fd != -1)
			say(&client, from_client,
			    sizeof(from_client) / sizeof(from_client[0]), in);
		else if (what & 0x40 && client.fd == -1)
			connect_client();
		else
			say(&parent, from_parent,
			    sizeof(from_parent) / sizeof(from_parent[0]), in);
		event_loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
		hear(&parent);
		if (client.fd != -1)
			hear(&client);
	}
}

static void
say(struct imsgbuf *ibuf, const struct fuzz_good *good, size_t n,
    struct fuzz_input *in)
{
	static struct fuzz_message	 m;
	int				 fd = -1;

	fuzz_message(in, good, n, make, &m);
	if (ibuf == &parent && (m.how & 0x10 || m.type == IMSG_CONTROLFD ||
	    m.type == IMSG_FLOWS))
		fd = descriptor(m.type);
	if (imsg_compose(ibuf, m.type, m.how & 7, 0, fd, m.buf, m.len) == -1) {
		if (fd != -1)
			close(fd);
		return;
	}
	(void)imsgbuf_write(ibuf);
}

/* A message that is all right. */
static void
make(struct fuzz_message *m)
{
	uint8_t			*buf = m->buf, how = m->how;
	struct tunnel_conf	*tc = (struct tunnel_conf *)buf;
	struct link_conf	*lc = (struct link_conf *)buf;
	struct listen_conf	*ls = (struct listen_conf *)buf;
	struct match_conf	*mc = (struct match_conf *)buf;
	struct imsg_link_socket	*sock = (struct imsg_link_socket *)buf;
	struct ctl_select	*sel = (struct ctl_select *)buf;
	struct bpf_insn		*insn = (struct bpf_insn *)buf;

	switch (m->type) {
	case IMSG_RECONF_LISTEN:
		ls->id = 1 + (how & 3);
		ls->addr.family = 4;
		break;
	case IMSG_RECONF_TUNNEL:
		tc->id = how & 1;
		snprintf(tc->name, sizeof(tc->name), "t%d", how & 1);
		tc->protocol = how & 4 ? PROTO_MLVPN2 : PROTO_V3;
		tc->rdomain = -1;
		tc->has_psk = 1;
		fuzz_fill(tc->psk, sizeof(tc->psk), how & 3);
		break;
	case IMSG_RECONF_LINK:
		snprintf(lc->name, sizeof(lc->name), "l%d", how & 1);
		lc->nremote = how >> 1 & 1;
		break;
	case IMSG_RECONF_MATCH:
		strlcpy(mc->expr, "udp", sizeof(mc->expr));
		mc->nlinks = how & 3;
		break;
	case IMSG_RECONF_BPF:
		insn[0].code = insn[1].code = BPF_RET | BPF_K;
		break;
	case IMSG_LINK_SOCKET:
	case IMSG_LINK_NOSOCKET:
		sock->tunnel = how & 1;
		snprintf(sock->link, sizeof(sock->link), "l%d", how >> 1 & 1);
		sock->sock = 1 + (how >> 1 & 7);
		sock->remote.family = 4;
		sock->remote.ip[0] = 127;
		sock->remote.port = 9;
		break;
	case IMSG_CTL_MESSAGE:
		strlcpy((char *)buf, "an error", 16);
		break;
	case IMSG_CTL_SHOW_TUNNELS:
	case IMSG_CTL_SHOW_LINKS:
	case IMSG_CTL_SHOW_FILTERS:
	case IMSG_CTL_SHOW_HISTORY:
	case IMSG_CTL_SHOW_KEYS:
	case IMSG_CTL_LINK_UP:
	case IMSG_CTL_LINK_DOWN:
		/* the same beginning as struct ctl_link_admin */
		if (how & 1)
			strlcpy(sel->tunnel, how & 2 ? "t0" : "t1",
			    sizeof(sel->tunnel));
		if (how & 4)
			strlcpy(sel->link, how & 2 ? "l0" : "l1",
			    sizeof(sel->link));
		break;
	default:
		break;
	}
}

/* What comes the other way. */
static void
hear(struct imsgbuf *ibuf)
{
	struct imsg	 imsg;

	if (imsgbuf_read(ibuf) != 1)
		return;
	while (imsg_get(ibuf, &imsg) > 0)
		imsg_free(&imsg);
}

static int
descriptor(uint32_t type)
{
	struct sockaddr_un	 sun;
	int			 fd;

	switch (type) {
	case IMSG_CONTROLFD:
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		memset(&sun, 0, sizeof(sun));
		sun.sun_family = AF_UNIX;
		strlcpy(sun.sun_path, sockname, sizeof(sun.sun_path));
		unlink(sockname);
		(void)bind(fd, (struct sockaddr *)&sun, sizeof(sun));
		(void)listen(fd, 5);
		return (fd);
	case IMSG_FLOWS:
		return (open("/dev/zero", O_RDONLY));
	case IMSG_RECONF_TUNNEL:
		return (open("/dev/null", O_RDWR));
	default:
		return (socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	}
}

static void
connect_client(void)
{
	struct sockaddr_un	 sun;
	int			 fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, sockname, sizeof(sun.sun_path));
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return;
	}
	FUZZ_CHECK(imsgbuf_init(&client, fd) == 0);
}
