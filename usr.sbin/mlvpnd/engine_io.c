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
 * Devices and sockets.  A callback handles at most one batch, so that every
 * descriptor gets its turn.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <netinet/in.h>

#include <errno.h>
#include <event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core.h"
#include "engine_io.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "netif.h"
#include "offload.h"
#include "sock.h"

#define FLUSH_ROUNDS	16		/* batches in a row */
#define TUN_ROOM	(OFFLOAD_MAX + 1)	/* of what a device gives */
#define SLEEP_MAX	(3600 * USEC)

/* A socket: one that listens for all tunnels, or that of a link. */
struct engine_sock {
	TAILQ_ENTRY(engine_sock) entry;
	uint32_t		 id;
	uint32_t		 known;		/* to the core by this id */
	int			 fd;
	uint8_t			 family;	/* what it sends, 0 any */
	unsigned int		 alone;		/* sock_send() */
	char			 user[SOCK_USER_SIZE];	/* for the log */
	struct log_limit	 limit;		/* of errors of sending */
	struct event		 ev;
	struct event		 ev_write;
};

/* Packets that are written as one. */
struct engine_run {
	struct pkt		*pkts[OFFLOAD_SEGS];
	size_t			 n;
	int			 open;		/* others may follow */
	struct offload		 offload;
};

static struct core		*core;
static struct event		 ev_deadline;
static TAILQ_HEAD(, engine_sock) socks = TAILQ_HEAD_INITIALIZER(socks);

static struct dgram		 rx_dgrams[BATCH_MAX];
static struct dgram		 tx_dgrams[BATCH_MAX];
static uint8_t			 tx_bufs[BATCH_MAX][PKT_SIZE];
static uint8_t			 tun_buf[PKT_HEADROOM + TUN_ROOM];

static uint64_t	 clock_usec(clockid_t);
static void	 engine_deadline(int, short, void *);
static void	 engine_tun_readable(int, short, void *);
static ssize_t	 engine_tun_read(struct engine_tun *, struct offload_todo *);
static size_t	 engine_tun_input(struct engine_tun *,
		    const struct offload_todo *, size_t, uint64_t);
static int	 engine_tun_flags(const struct engine_tun *);
static void	 engine_tun_discard(struct engine_tun *);
static void	 engine_tun_error(struct engine_tun *);
static void	 engine_deliver(struct engine_tun *, uint64_t);
static int	 engine_run_add(struct engine_tun *, struct engine_run *,
		    struct pkt *);
static void	 engine_run_write(struct engine_tun *, struct engine_run *);
static ssize_t	 engine_tun_write(struct engine_tun *, struct engine_run *);
static struct engine_sock *engine_sock_find(uint32_t);
static struct engine_sock *engine_sock_for(const struct endpoint *);
static void	 engine_sock_free(struct engine_sock *);
static void	 engine_sock_readable(int, short, void *);
static void	 engine_sock_writable(int, short, void *);
static void	 engine_send(struct dgram *, size_t, uint64_t);
static void	 engine_send_failed(struct engine_sock *,
		    const struct dgram *, int);
static void	 engine_send_full(struct engine_sock *, int, struct dgram *,
		    size_t, uint64_t);

void
engine_io_init(struct core *c)
{
	int	 i;

	core = c;
	for (i = 0; i < BATCH_MAX; i++)
		tx_dgrams[i].buf = tx_bufs[i];
	evtimer_set(&ev_deadline, engine_deadline, NULL);
}

/* The devices are their tunnels'. */
void
engine_io_free(void)
{
	struct engine_sock	*s;

	while ((s = TAILQ_FIRST(&socks)) != NULL)
		engine_sock_free(s);
}

uint64_t
engine_now(void)
{
	static uint64_t	 told;
	uint64_t	 now;

	now = engine_clock();
	if (told == 0 || now - told >= USEC) {
		core_clock(core, now, clock_usec(CLOCK_REALTIME));
		told = now;
	}
	return (now);
}

uint64_t
engine_clock(void)
{
	return (clock_usec(CLOCK_BOOTTIME));
}

static uint64_t
clock_usec(clockid_t id)
{
	struct timespec	 ts;

	if (clock_gettime(id, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec * USEC + ts.tv_nsec / 1000);
}

/*
 * When the core is called
 */

static void
engine_deadline(int fd, short event, void *bula)
{
	engine_flush(engine_now());
}

void
engine_flush(uint64_t now)
{
	struct engine_tun	*t;
	struct tunnel		*tunnel;
	struct timeval		 tv;
	uint64_t		 deadline, wait;
	size_t			 n;
	int			 rounds = 0;

	do {
		n = engine_transmit(now);
	} while (n == BATCH_MAX && ++rounds < FLUSH_ROUNDS);

	while ((tunnel = core_output(core)) != NULL) {
		if ((t = tunnel_user(tunnel)) != NULL)
			engine_deliver(t, now);
	}

	now = engine_now();
	mlvpn2_file_timer(core, now);
	deadline = n == BATCH_MAX ? now : core_deadline(core, now);
	if (deadline == NEVER) {
		evtimer_del(&ev_deadline);
		return;
	}
	wait = deadline > now ? deadline - now : 0;
	if (wait > SLEEP_MAX)
		wait = SLEEP_MAX;
	tv.tv_sec = wait / USEC;
	tv.tv_usec = wait % USEC;
	evtimer_add(&ev_deadline, &tv);
}

/* One batch.  Returns how many datagrams the core gave. */
size_t
engine_transmit(uint64_t now)
{
	struct dgram	*d = tx_dgrams;
	size_t		 i, n, total;

	total = core_transmit(core, d, BATCH_MAX, now);
	for (i = 0; i < total; i += n) {
		for (n = 1; i + n < total; n++) {
			if (d[i + n].ep.sock != d[i].ep.sock ||
			    d[i + n].ep.remote.family != d[i].ep.remote.family)
				break;
		}
		engine_send(&d[i], n, now);
	}
	return (total);
}

/*
 * Devices
 */

void
engine_tun_init(struct engine_tun *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = -1;
}

void
engine_tun_set(struct engine_tun *t, const struct tunnel_conf *conf,
    struct tunnel *tunnel)
{
	t->conf = conf;
	t->tunnel = tunnel;
	if (tunnel != NULL)
		tunnel_set_user(tunnel, t);
}

/* Takes over fd; -1 leaves none. */
void
engine_tun_setfd(struct engine_tun *t, int fd)
{
	if (t->fd != -1) {
		event_del(&t->ev);
		close(t->fd);
	}
	if ((t->fd = fd) == -1)
		return;
	event_set(&t->ev, fd, EV_READ | EV_PERSIST, engine_tun_readable, t);
	event_add(&t->ev, NULL);
}

void
engine_tun_free(struct engine_tun *t)
{
	engine_tun_setfd(t, -1);
}

static void
engine_tun_readable(int fd, short event, void *arg)
{
	struct engine_tun	*t = arg;
	struct offload_todo	 todo;
	uint64_t		 now;
	size_t			 n = 0;
	ssize_t			 len;

	now = engine_now();
	if (t->tunnel == NULL) {
		engine_tun_discard(t);
		return;
	}
	while (n < BATCH_MAX) {
		if ((len = engine_tun_read(t, &todo)) == -1) {
			engine_tun_error(t);
			break;
		}
		n += engine_tun_input(t, &todo, len, now);
	}
	engine_flush(now);
}

/* Reads into tun_buf.  A destroyed interface is an error too. */
static ssize_t
engine_tun_read(struct engine_tun *t, struct offload_todo *todo)
{
	ssize_t	 n;

	if ((n = tun_read(t->fd, engine_tun_flags(t), tun_buf + PKT_HEADROOM,
	    TUN_ROOM, todo)) == 0) {
		errno = EIO;
		n = -1;
	}
	return (n);
}

/* The packets of what was read; returns their number, 1 if none is left. */
static size_t
engine_tun_input(struct engine_tun *t, const struct offload_todo *todo,
    size_t len, uint64_t now)
{
	static struct log_limit	 limit;
	struct offload_cut	 cut;
	struct pkt		*p;
	size_t			 n = 0;

	if (offload_cut(&cut, todo, tun_buf + PKT_HEADROOM, len) == -1) {
		log_limited(&limit, "%s: packet of %s dropped: malformed",
		    t->conf->name, t->conf->ifname);
		return (1);
	}
	while ((p = pkt_get(core_pool(core))) != NULL) {
		if ((p->len = offload_next(&cut, PKT_DATA(p), PKT_ROOM)) == 0) {
			pkt_put(core_pool(core), p);
			break;
		}
		tunnel_input(t->tunnel, &p, 1, now);
		n++;
	}
	if (p == NULL && cut.pos < cut.len)
		log_limited(&limit, "%s: packets dropped: no free buffers",
		    t->conf->name);
	return (n > 0 ? n : 1);
}

static int
engine_tun_flags(const struct engine_tun *t)
{
	return ((t->conf->layer2 ? TUNF_LAYER2 : 0) | t->conf->offload);
}

/* Nobody wants the packets, but the loop would spin. */
static void
engine_tun_discard(struct engine_tun *t)
{
	static struct log_limit	 limit;
	struct offload_todo	 todo;
	int			 i;

	for (i = 0; i < BATCH_MAX; i++) {
		if (engine_tun_read(t, &todo) == -1) {
			engine_tun_error(t);
			break;
		}
	}
	log_limited(&limit, "%s: packets dropped: tunnel not running",
	    t->conf->name);
}

/* Nothing to read, a temporary error, or a destroyed interface. */
static void
engine_tun_error(struct engine_tun *t)
{
	static struct log_limit	 limit;

	switch (errno) {
	case EAGAIN:
	case EINTR:
		break;
	case EHOSTDOWN:
	case EMSGSIZE:
	case ENOBUFS:
	case ENOMEM:
		log_limited(&limit, "%s: read from %s: %s", t->conf->name,
		    t->conf->ifname, strerror(errno));
		break;
	default:
		log_warn("%s: interface %s is gone", t->conf->name,
		    t->conf->ifname);
		engine_tun_setfd(t, -1);
		break;
	}
}

/* Packets for the interface. */
static void
engine_deliver(struct engine_tun *t, uint64_t now)
{
	static struct engine_run run;
	struct pkt		*pkts[BATCH_MAX];
	size_t			 i, n;

	while ((n = tunnel_output(t->tunnel, pkts, BATCH_MAX, now)) > 0) {
		for (i = 0; i < n; i++) {
			if (!engine_run_add(t, &run, pkts[i])) {
				engine_run_write(t, &run);
				(void)engine_run_add(t, &run, pkts[i]);
			}
		}
	}
	engine_run_write(t, &run);
}

/*
 * The system does not verify the checksums of joined packets.  A packet with
 * a wrong one is written alone, so that the system sees it.
 */
static int
engine_run_add(struct engine_tun *t, struct engine_run *run, struct pkt *p)
{
	struct pkt	*first = run->pkts[0];
	struct offload	 o = run->offload;

	if (run->n == 0) {
		run->open = t->conf->offload != 0 &&
		    offload_begin(&run->offload, PKT_DATA(p), p->len) &&
		    (t->conf->offload & (run->offload.proto == IPPROTO_UDP ?
		    OFFLOAD_UDP : OFFLOAD_TCP)) != 0;
	} else {
		if (!run->open || !offload_join(&o, PKT_DATA(first),
		    PKT_DATA(p), p->len) ||
		    !offload_verify(PKT_DATA(p), p->len) || (run->n == 1 &&
		    !offload_verify(PKT_DATA(first), first->len)))
			return (0);
		run->offload = o;
	}
	run->pkts[run->n++] = p;
	return (1);
}

static void
engine_run_write(struct engine_tun *t, struct engine_run *run)
{
	static struct log_limit	 limit;
	size_t			 i;

	if (run->n == 0)
		return;
	if (t->fd != -1 && engine_tun_write(t, run) == -1 && errno != EAGAIN)
		log_limited(&limit, "%s: write to %s: %s", t->conf->name,
		    t->conf->ifname, strerror(errno));
	for (i = 0; i < run->n; i++)
		pkt_put(core_pool(core), run->pkts[i]);
	run->n = 0;
}

static ssize_t
engine_tun_write(struct engine_tun *t, struct engine_run *run)
{
	struct iovec	 iov[OFFLOAD_SEGS];
	struct pkt	*p = run->pkts[0];
	size_t		 i;

	if (run->n == 1)
		return (tun_write(t->fd, engine_tun_flags(t), PKT_DATA(p),
		    p->len));
	offload_finish(&run->offload, PKT_DATA(p));
	iov[0].iov_base = PKT_DATA(p);
	iov[0].iov_len = p->len;
	for (i = 1; i < run->n; i++) {
		p = run->pkts[i];
		iov[i].iov_base = PKT_DATA(p) + run->offload.hlen;
		iov[i].iov_len = p->len - run->offload.hlen;
	}
	return (tun_write_joined(t->fd, &run->offload, iov, run->n));
}

/*
 * Sockets
 */

void
engine_sock_open(uint32_t id, int fd, uint8_t family, const char *user)
{
	struct engine_sock	*s;

	if (id == SOCK_NONE || engine_sock_find(id) != NULL)
		fatalx("%s: invalid or duplicate id %u", __func__, id);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("%s", __func__);
	s->id = s->known = id;
	s->fd = fd;
	s->family = family;
	strlcpy(s->user, user, sizeof(s->user));
	event_set(&s->ev, fd, EV_READ | EV_PERSIST, engine_sock_readable, s);
	event_set(&s->ev_write, fd, EV_WRITE, engine_sock_writable, s);
	event_add(&s->ev, NULL);
	TAILQ_INSERT_TAIL(&socks, s, entry);
}

int
engine_sock_isopen(uint32_t id)
{
	return (engine_sock_find(id) != NULL);
}

void
engine_sock_close(uint32_t id)
{
	struct engine_sock	*s;

	if ((s = engine_sock_find(id)) != NULL)
		engine_sock_free(s);
}

void
engine_sock_twin(uint32_t id, uint32_t twin)
{
	struct engine_sock	*s;

	if ((s = engine_sock_find(id)) != NULL)
		s->known = twin != SOCK_NONE ? twin : id;
}

static struct engine_sock *
engine_sock_find(uint32_t id)
{
	struct engine_sock	*s;

	TAILQ_FOREACH(s, &socks, entry) {
		if (s->id == id)
			break;
	}
	return (s);
}

/* The socket the core has named: twins have one for each family. */
static struct engine_sock *
engine_sock_for(const struct endpoint *ep)
{
	struct engine_sock	*s;

	TAILQ_FOREACH(s, &socks, entry) {
		if ((s->known == ep->sock || s->id == ep->sock) &&
		    (s->family == 0 || s->family == ep->remote.family))
			break;
	}
	return (s);
}

static void
engine_sock_free(struct engine_sock *s)
{
	TAILQ_REMOVE(&socks, s, entry);
	event_del(&s->ev);
	event_del(&s->ev_write);
	close(s->fd);
	free(s);
}

static void
engine_sock_readable(int fd, short event, void *arg)
{
	static struct log_limit	 limit;
	struct engine_sock	*s = arg;
	struct dgram		 dg;
	uint64_t		 now;
	int			 i, n;

	if ((n = sock_recv(fd, rx_dgrams, BATCH_MAX)) == -1) {
		log_limited(&limit, "%s: receive: %s", s->user,
		    strerror(errno));
		return;
	}
	now = engine_now();
	for (i = 0; i < n; i++) {
		rx_dgrams[i].ep.sock = s->known;
		do {
			if (dgram_take(&rx_dgrams[i], &dg))
				core_receive(core, &dg, 1, now);
		} while (rx_dgrams[i].len > 0);
	}
	engine_flush(now);
}

static void
engine_sock_writable(int fd, short event, void *arg)
{
	struct engine_sock	*s = arg;

	core_sock_blocked(core, s->known, 0);
	engine_flush(engine_now());
}

/* Sends datagrams of one socket. */
static void
engine_send(struct dgram *d, size_t n, uint64_t now)
{
	struct engine_sock	*s;
	size_t			 sent;
	int			 error;

	s = engine_sock_for(&d->ep);
	while (n > 0) {
		sent = 0;
		error = ENETDOWN;
		if (s != NULL) {
			sent = sock_send(s->fd, &s->alone, d, n);
			error = errno;
		}
		d += sent;
		n -= sent;
		if (n == 0)
			break;
		if (error == EAGAIN || error == ENOBUFS) {
			engine_send_full(s, error, d, n, now);
			break;
		}
		/* a datagram that is too long tells the MTU */
		if (s != NULL && error != EMSGSIZE)
			engine_send_failed(s, d, error);
		core_send_error(core, d, error, now);
		d++;
		n--;
	}
}

static void
engine_send_failed(struct engine_sock *s, const struct dgram *d, int error)
{
	char	 buf[ADDR_STRLEN];

	addr_ntop_port(&d->ep.remote, buf, sizeof(buf));
	log_limited(&s->limit, "%s: send to %s: %s", s->user, buf,
	    strerror(error));
}

/*
 * None of the n datagrams could be sent.  If a socket is full, the event loop
 * tells when it is writable; if an interface is full (ENOBUFS), only time
 * helps.
 */
static void
engine_send_full(struct engine_sock *s, int error, struct dgram *d, size_t n,
    uint64_t now)
{
	for (; n > 0; d++, n--)
		core_send_error(core, d, error, now);
	if (error == EAGAIN) {
		core_sock_blocked(core, s->known, 1);
		event_add(&s->ev_write, NULL);
	}
}
