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
 * Two cores with a live association.  The input tells what happens to them:
 * datagrams of any content sealed with the keys of either, packets to carry,
 * loss, disorder, other addresses, time, commands of the operator.  Nothing
 * may be read or written that must not, no nonce used twice, no buffer lost,
 * and a core must not ask to be called again and again for nothing.
 */

#include <errno.h>
#include <sodium.h>

#include "fuzz.h"
#include "offload.h"
#include "tunnel.h"
#include "wire.h"

#define NPKTS		32
#define NLINKS		3
#define NSTORED		16
#define ROUNDS		64		/* of exchange at one time */
#define DELAY		5000		/* us, of every link */
#define QUEUE		256
#define START		(1000 * USEC)
#define MAX_TIME	(6 * USEC)
#define SHORT		16		/* bytes of input */
#define LONG		256

/* What is left of the input.  A short one stands for a long random one. */
struct input {
	const uint8_t	*p;
	size_t		 len;
	uint64_t	 random;	/* 0: no */
};

/* A datagram under way, or kept. */
struct inbox {
	struct endpoint	 from;		/* as its receiver sees it */
	int		 to;		/* which end */
	uint64_t	 when;
	size_t		 len;
	uint8_t		 buf[PKT_SIZE];
};

struct end {
	struct core	*core;
	struct tunnel	*t;
	uint64_t	 second;	/* that events are counted of */
	unsigned int	 events;
};

/* Last number sealed under the keys of an index, on a path. */
struct used {
	uint32_t	 index;
	uint8_t		 path;
	uint32_t	 number;
};

static struct end	 end[2];
static uint64_t		 now;
static uint64_t		 seed;
static struct inbox	 queue[QUEUE];
static size_t		 qhead, nqueue;		/* in order: all fly as long */
static struct inbox	 stored[NSTORED];
static size_t		 nstored;
static struct used	 used[4096];
static size_t		 nused;
static uint16_t		 port[NLINKS];		/* of the client, outside */
static unsigned int	 damage;		/* so many on their way */
static uint8_t		 damage_at, damage_by;
static unsigned int	 lossy;			/* bits: link, direction */
static uint8_t		 bufs[BATCH_MAX][PKT_SIZE];

static void	 begin(void);
static void	 start(int);
static void	 finish(void);
static void	 stop(int);
static void	 step(struct input *);
static void	 forge(struct input *, int);
static size_t	 forge_frames(struct input *, int, uint8_t *, size_t);
static size_t	 forge_frame(struct input *, int, uint8_t *);
static void	 seal(int, uint8_t, uint8_t *, size_t, struct input *);
static void	 flood(struct input *);
static void	 packets(struct input *, int);
static void	 operate(struct input *, int);
static void	 pass(uint64_t);
static void	 exchange(void);
static int	 transmit(int);
static int	 arrive(void);
static void	 output(int);
static void	 fly(int, const struct endpoint *, const uint8_t *, size_t);
static void	 check_number(const uint8_t *);
static void	 set_link(int, int);
static struct endpoint address(int, int);
static uint8_t	 get(struct input *);
static uint16_t	 get2(struct input *);
static uint32_t	 get4(struct input *);
static void	 fill(void *, void *, size_t);
static void	 event(void *, const struct core_event *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input	 in = { data, size, 0 };
	unsigned int	 i;

	if (sodium_init() == -1)
		abort();
	if (size <= SHORT) {
		in.len = LONG;
		for (in.random = 1, i = 0; i < size; i++)
			in.random = in.random * 257 + data[i];
	}
	begin();
	while (in.len > 0 && now < START + MAX_TIME)
		step(&in);
	finish();
	return (0);
}

static void
begin(void)
{
	int	 i;

	now = START;
	seed = 1;
	qhead = nqueue = nstored = nused = 0;
	lossy = 0;
	damage = 0;
	for (i = 0; i < NLINKS; i++)
		port[i] = (uint16_t)(4000 + i);
	for (i = 0; i < 2; i++)
		start(i);
	pass(USEC / 4);
	FUZZ_CHECK(end[0].t->as.cur != NULL && end[1].t->as.cur != NULL);
	FUZZ_CHECK(end[0].t->paths.n == NLINKS && end[1].t->paths.n == NLINKS);
}

/* The client, 0, has the links. */
static void
start(int e)
{
	struct core_ops		 ops = { fill, event, &end[e], 1 };
	struct tunnel_conf	 tc;
	struct link_conf	 lc;
	int			 j;

	memset(&tc, 0, sizeof(tc));
	TAILQ_INIT(&tc.routes);
	TAILQ_INIT(&tc.links);
	TAILQ_INIT(&tc.matches);
	tc.id = 1;
	tc.rdomain = -1;
	tc.offload = OFFLOAD_TCP;
	tc.has_psk = 1;
	fuzz_fill(tc.psk, sizeof(tc.psk), 1);
	end[e].events = 0;
	end[e].core = core_new(&ops, NPKTS);
	FUZZ_CHECK(end[e].core != NULL);
	core_clock(end[e].core, now, 1700000000 * USEC + now);
	end[e].t = tunnel_new(end[e].core, &tc, now);
	FUZZ_CHECK(end[e].t != NULL);
	for (j = 0; j < NLINKS && e == 0; j++) {
		memset(&lc, 0, sizeof(lc));
		snprintf(lc.name, sizeof(lc.name), "l%d", j);
		lc.nremote = 1;
		lc.backup = j == 2;
		FUZZ_CHECK(tunnel_link(end[0].t, &lc, now) == 0);
		set_link(j, 1);
	}
}

/* All buffers are there again when the tunnels are gone. */
static void
finish(void)
{
	int	 i;

	for (i = 0; i < 2; i++)
		stop(i);
}

static void
stop(int e)
{
	tunnel_free(end[e].t);
	FUZZ_CHECK(core_pool(end[e].core)->nfree == NPKTS);
	core_free(end[e].core);
}

static void
step(struct input *in)
{
	uint8_t	 what = get(in);
	int	 who = what >> 7;

	switch (what & 15) {
	case 0:
		pass(get2(in));
		break;
	case 1:
		pass(get(in) * 20000);
		break;
	case 2:
	case 3:
		packets(in, who);
		break;
	case 4:
		lossy = get(in) & 63;
		break;
	case 5:
		operate(in, who);
		break;
	case 6:
		/* one that has forgotten everything, and the next datagrams
		 * changed on their way */
		stop(who);
		start(who);
		damage = get(in) & 7;
		damage_at = get(in);
		damage_by = get(in);
		break;
	case 7:
		flood(in);
		break;
	default:
		forge(in, who);
		break;
	}
	exchange();
}

/*
 * Forging.
 */

/* A datagram with right keys, from one end to the other. */
static void
forge(struct input *in, int who)
{
	struct tunnel	*t = end[who].t, *peer = end[!who].t;
	uint8_t		 plain[PKT_SIZE], kind, how;
	uint32_t	 seq;
	size_t		 len, i;

	how = get(in);
	if ((how & 15) == 15 && nstored > 0) {
		/* an old one, from wherever */
		i = get(in) % nstored;
		fly(stored[i].to, &stored[i].from, stored[i].buf,
		    stored[i].len);
		return;
	}
	if (t->as.cur == NULL)
		return;
	kind = how & 1 ? KIND_CONTROL : how >> 4;
	seq = (uint32_t)(how & 2 ? peer->deliver.reorder.highest :
	    t->paths.next_seq);
	seq += how & 4 ? get4(in) : (uint32_t)(int8_t)get(in);
	put32(plain, (uint32_t)kind << SEQ_BITS | (seq & 0xfffffff));
	put16(plain + 4, how & 8 ? get2(in) : get(in) & 15);
	if (kind == KIND_CONTROL)
		len = forge_frames(in, who, plain + DATA_INNERLEN,
		    1400);
	else {
		len = get(in) + (how & 8 ? PKT_ROOM - 256 : 0);
		memset(plain + DATA_INNERLEN, 0x45, len);
		for (i = 0; i < len && i < 64 && in->len > 0 && how & 64; i++)
			plain[DATA_INNERLEN + i] = get(in);
		/* a piece of a packet that could be one */
		if ((kind & ~KIND_COPY) == KIND_FRAGMENT && how & 4) {
			plain[DATA_INNERLEN] = get(in);
			if (plain[DATA_INNERLEN] >> 4 > 0)
				put16(plain + 4, 1);
		}
	}
	seal(who, get(in), plain, DATA_INNERLEN + len, in);
}

static size_t
forge_frames(struct input *in, int who, uint8_t *buf, size_t room)
{
	size_t	 n, len = 0;

	for (n = get(in) % 8; n > 0 && room - len >= 512; n--)
		len += forge_frame(in, who, buf + len);
	/* or bytes of any kind */
	for (n = get(in) % 32; n > 16 && room - len > 0; n--)
		buf[len++] = get(in);
	return (len);
}

/* One that makes sense, more or less. */
static size_t
forge_frame(struct input *in, int who, uint8_t *buf)
{
	const struct tunnel	*t = end[who].t, *peer = end[!who].t;
	const struct path	*p = NULL;
	struct frame		 f;
	uint8_t			 id;
	int			 i;

	memset(&f, 0, sizeof(f));
	f.type = get(in) % 12;
	id = get(in);
	if (id & 32 && t->paths.n > 0) {
		p = t->paths.list[id % t->paths.n];
		id = p->id;
	}
	switch (f.type) {
	case FRAME_PATH_OPEN:
		f.u.open.gen = get(in);
		if (p != NULL)
			f.u.open.gen = p->gen + f.u.open.gen % 4;
		f.u.open.flags = get(in);
		f.u.open.mtu = get2(in);
		f.u.open.up = get4(in);
		f.u.open.down = get4(in);
		f.u.open.name[0] = 'l';
		f.u.open.name[1] = get(in) % 64 + '0';
		break;
	case FRAME_PATH_OK:
		f.u.ok.gen = p != NULL ? p->gen : get(in);
		f.u.ok.mtu = get2(in);
		if (peer->paths.n > 0)
			memcpy(f.u.ok.token, peer->paths.list[get(in) %
			    peer->paths.n]->addr.token, TOKEN_LEN);
		break;
	case FRAME_CHALLENGE:
		break;
	case FRAME_RESPONSE:
		if (peer->paths.n > 0) {
			p = peer->paths.list[id % peer->paths.n];
			memcpy(f.u.token, id & 64 ? p->addr.cand.token_new :
			    p->addr.token, TOKEN_LEN);
		}
		break;
	case FRAME_PATH_STATUS:
	case FRAME_PATH_CLOSE:
		f.u.status.path = id;
		f.u.status.gen = p != NULL ? p->gen : get(in);
		f.u.status.flags = get(in);
		if (f.type == FRAME_PATH_STATUS) {
			f.u.status.up = get4(in);
			f.u.status.down = get4(in);
		}
		break;
	case FRAME_REPORT:
		f.u.report.path = id;
		f.u.report.gen = p != NULL ? p->gen : get(in);
		f.u.report.flags = get(in);
		f.u.report.ngaps = get(in) % (REPORT_GAPS_MAX + 1);
		f.u.report.highest = p != NULL &&
		    peer->paths.lane[id] != NULL ?
		    (uint32_t)peer->paths.lane[id]->tx_next - get(in) :
		    get4(in);
		f.u.report.arrival = (uint32_t)now + (uint32_t)(int32_t)
		    (int16_t)get2(in) * 16;
		f.u.report.time = get(in) & 1 ? get4(in) : (uint32_t)now;
		f.u.report.dgrams = get4(in);
		f.u.report.bytes = get4(in);
		f.u.report.interval = get2(in);
		for (i = 0; i < f.u.report.ngaps; i++) {
			f.u.report.gap[i].distance = get2(in);
			f.u.report.gap[i].length = get2(in);
		}
		break;
	case FRAME_PROBE:
		f.u.probe.flags = get(in);
		break;
	case FRAME_MTU_PROBE:
	case FRAME_MTU_RESULT:
		f.u.mtu.size = get2(in);
		f.u.mtu.number = get2(in);
		f.u.mtu.flags = get(in);
		/* or what was asked for */
		if (p != NULL && id & 64) {
			p = peer->paths.id[p->id];
			f.u.mtu.size = p != NULL ? p->pmtu.size : 1280;
			f.u.mtu.number = peer->paths.mtu_number;
		}
		break;
	case FRAME_CLOSE:
		/* not too often, or nothing else is tried */
		if (get(in) > 8)
			f.type = FRAME_PADDING;
		break;
	default:
		break;
	}
	if (f.type == FRAME_PADDING)
		return (0);
	return (frame_put(&f, buf, FRAME_MAX));
}

/* On a path that is open, or any; from its address, or another one. */
static void
seal(int who, uint8_t how, uint8_t *plain, size_t len, struct input *in)
{
	struct tunnel	*t = end[who].t;
	struct lane	*lane;
	struct endpoint	 from;
	uint64_t	 number;
	uint8_t		 id, out[PKT_SIZE];
	int		 link = how % NLINKS;

	if (how & 64 || t->paths.n == 0)
		id = get(in) & ~PATH_ID_RESERVED;
	else
		id = t->paths.list[how % t->paths.n]->id;
	if ((lane = paths_lane(&t->paths, id)) == NULL)
		return;
	from = address(!who, link);
	if (how & 128)
		from.remote.port ^= get(in);
	if (DATA_HDRLEN + len + DATA_TAGLEN > sizeof(out))
		return;
	len = data_seal(&t->as.cur->k, lane, id, plain, len, out, &number);
	if (len > 0) {
		check_number(out);
		fly(!who, &from, out, len);
	}
}

/* What was a HELLO or a COOKIE, again and again, from one address or many. */
static void
flood(struct input *in)
{
	struct endpoint	 from;
	uint8_t		 how = get(in), n = get(in) % QUEUE;
	size_t		 i;

	for (i = 0; i < nstored && stored[i].buf[0] != (how & 4 ? MSG_COOKIE :
	    MSG_HELLO); i++)
		continue;
	if (i == nstored)
		return;
	if (how & 1 && stored[i].len > 0)
		stored[i].buf[get(in) % stored[i].len] ^= get(in);
	for (from = stored[i].from; n > 0; n--) {
		if (how & 2)
			from.remote.port++;
		fly(stored[i].to, &from, stored[i].buf, stored[i].len);
	}
}

/*
 * What honest users do.
 */

static void
packets(struct input *in, int who)
{
	struct end	*e = &end[who];
	struct pkt	*p[BATCH_MAX];
	uint8_t		*d;
	size_t		 n, i = 0, j, size = get(in);

	n = get(in);
	size = size * (n & 64 ? 35 : 6) + 40;
	for (n %= BATCH_MAX; i < n; i++) {
		if ((p[i] = pkt_get(core_pool(e->core))) == NULL)
			break;
		d = PKT_DATA(p[i]);
		memset(d, 0, size);
		d[0] = 0x45;
		d[1] = n & 16 ? 0xb8 : 0;
		put16(d + 2, (uint16_t)size);
		d[9] = n & 1 ? 6 : 17;
		d[32] = 0x50;
		d[33] = n & 8 ? 2 : 0x10;
		d[20] = n & 6;
		if (n & 32)
			for (j = 0; j < 60 && j < size && in->len > 0; j++)
				d[j] ^= get(in);
		p[i]->len = (uint16_t)size;
	}
	tunnel_input(e->t, p, i, now);
}

static void
operate(struct input *in, int who)
{
	struct end	*e = &end[who];
	struct dgram	 dg;
	uint8_t		 what = get(in);
	char		 name[3] = { 'l', '0' + what % NLINKS, '\0' };
	int		 link = what % NLINKS;
	uint32_t	 sock = who ? 1 : 1 + link;

	switch (what >> 3 & 15) {
	case 0:
		(void)tunnel_link_admin(e->t, name, 0, now);
		break;
	case 1:
	case 2:
		(void)tunnel_link_admin(e->t, name, 1, now);
		break;
	case 3:
		core_sock_blocked(e->core, sock, 1);
		break;
	case 4:
	case 5:
		core_sock_blocked(e->core, sock, 0);
		break;
	case 6:
		memset(&dg, 0, sizeof(dg));
		dg.ep = address(who, link);
		dg.tunnel = e->t;
		dg.len = get(in) * 8;
		core_send_error(e->core, &dg, what & 128 ? EHOSTUNREACH :
		    dg.len > 0 ? EMSGSIZE : ENOBUFS, now);
		break;
	case 7:
	case 8:
		/* a translator forgets */
		port[link] += 16;
		break;
	case 9:
		set_link(link, 0);
		break;
	case 10:
	case 11:
		set_link(link, 1);
		break;
	case 12:
		core_clock(e->core, now, get4(in) * USEC);
		break;
	case 13:
		/* the keys grow old */
		if (e->t->as.cur != NULL)
			e->t->as.rekey_at = now;
		break;
	default:
		break;
	}
}

/*
 * The network: links of 5 ms that lose what they are told to.
 */

static void
pass(uint64_t time)
{
	uint64_t	 until = now + time, next, d;
	int		 e;

	for (;;) {
		exchange();
		next = until;
		if (nqueue > 0 && queue[qhead].when < next)
			next = queue[qhead].when;
		for (e = 0; e < 2; e++) {
			d = core_deadline(end[e].core, now);
			FUZZ_CHECK(d > now);
			if (d < next)
				next = d;
		}
		if (now >= until)
			break;
		now = next > now ? next : now + 1;
	}
}

/* All that is to be done now. */
static void
exchange(void)
{
	int	 rounds, busy, e;

	for (rounds = 0; rounds < ROUNDS; rounds++) {
		busy = arrive();
		for (e = 0; e < 2; e++) {
			busy |= transmit(e);
			output(e);
			busy |= core_deadline(end[e].core, now) <= now;
		}
		if (!busy)
			return;
	}
	/* it stood still */
	FUZZ_CHECK(rounds < ROUNDS);
}

static int
transmit(int e)
{
	struct dgram	 dg[BATCH_MAX];
	struct endpoint	 from;
	size_t		 i, n, total = 0;
	int		 link;

	do {
		memset(dg, 0, sizeof(dg));
		for (i = 0; i < BATCH_MAX; i++)
			dg[i].buf = bufs[i];
		n = core_transmit(end[e].core, dg, BATCH_MAX, now);
		for (i = 0; i < n; i++) {
			FUZZ_CHECK(dg[i].len > 0 && dg[i].len <= PKT_SIZE);
			FUZZ_CHECK(dg[i].ep.sock != SOCK_NONE);
			if (dg[i].buf[0] == MSG_DATA)
				check_number(dg[i].buf);
			if (e == 0)
				link = (int)dg[i].ep.sock - 1;
			else
				for (link = 0; link < NLINKS; link++)
					if (dg[i].ep.remote.port == port[link])
						break;
			/* a forger's address: nobody is there */
			if (link >= NLINKS ||
			    lossy & 1U << (link + e * NLINKS))
				continue;
			from = address(!e, link);
			fly(!e, &from, dg[i].buf, dg[i].len);
		}
		total += n;
	} while (n == BATCH_MAX && total < 4096);
	FUZZ_CHECK(total < 4096);
	return (total > 0);
}

static void
fly(int to, const struct endpoint *from, const uint8_t *buf, size_t len)
{
	struct inbox	*f[2];
	int		 i;

	if (nqueue == QUEUE)
		return;
	f[0] = &queue[(qhead + nqueue++) % QUEUE];
	f[1] = &stored[nstored < NSTORED ? nstored++ : len % NSTORED];
	for (i = 0; i < 2; i++) {
		f[i]->from = *from;
		f[i]->to = to;
		f[i]->when = now + DELAY;
		f[i]->len = len;
		memmove(f[i]->buf, buf, len);
	}
	if (damage > 0 && len > 0) {
		damage--;
		f[0]->buf[damage_at % len] ^= damage_by;
	}
}

static int
arrive(void)
{
	struct dgram	 dg;
	struct inbox	*f;
	int		 any = 0;

	while (nqueue > 0 && (f = &queue[qhead])->when <= now) {
		memset(&dg, 0, sizeof(dg));
		dg.ep = f->from;
		dg.len = f->len;
		dg.buf = fuzz_copy(f->buf, f->len);
		core_receive(end[f->to].core, &dg, 1, now);
		free(dg.buf);
		qhead = (qhead + 1) % QUEUE;
		nqueue--;
		any = 1;
	}
	return (any);
}

static void
output(int e)
{
	struct pkt	*p[BATCH_MAX];
	size_t		 i, n;

	while ((n = tunnel_output(end[e].t, p, BATCH_MAX, now)) > 0)
		for (i = 0; i < n; i++) {
			FUZZ_CHECK(p[i]->refs == 1);
			FUZZ_CHECK(p[i]->len <= PKT_ROOM);
			pkt_put(core_pool(end[e].core), p[i]);
		}
}

/* Numbers rise under each key and on each path. */
static void
check_number(const uint8_t *buf)
{
	uint32_t	 index = get32(buf + 2), number = get32(buf + 6);
	size_t		 i;

	for (i = 0; i < nused; i++) {
		if (used[i].index != index || used[i].path != buf[1])
			continue;
		FUZZ_CHECK(number > used[i].number);
		used[i].number = number;
		return;
	}
	if (nused < sizeof(used) / sizeof(used[0])) {
		used[nused].index = index;
		used[nused].path = buf[1];
		used[nused++].number = number;
	}
}

static void
set_link(int link, int on)
{
	struct endpoint	 ep = address(0, link);
	char		 name[3] = { 'l', '0' + link, '\0' };

	(void)tunnel_socket(end[0].t, name, on ? &ep : NULL, 1500, now);
}

/* Where end sees the other on a link. */
static struct endpoint
address(int e, int link)
{
	struct endpoint	 ep;

	memset(&ep, 0, sizeof(ep));
	ep.sock = e ? 1 : 1 + link;
	ep.remote.family = 4;
	ep.remote.ip[0] = 192;
	ep.remote.ip[2] = 2;
	ep.remote.ip[3] = e ? 10 + link : 1;
	ep.remote.port = e ? port[link] : 5080;
	return (ep);
}

/*
 * Input and what the cores call.
 */

static uint8_t
get(struct input *in)
{
	if (in->len == 0)
		return (0);
	in->len--;
	if (in->random == 0)
		return (*in->p++);
	in->random = in->random * 6364136223846793005ULL +
	    1442695040888963407ULL;
	return ((uint8_t)(in->random >> 33));
}

static uint16_t
get2(struct input *in)
{
	uint16_t	 hi = get(in);

	return ((uint16_t)(hi << 8 | get(in)));
}

static uint32_t
get4(struct input *in)
{
	uint32_t	 hi = get2(in);

	return (hi << 16 | get2(in));
}

static void
fill(void *arg, void *buf, size_t len)
{
	uint8_t	*p = buf;

	while (len-- > 0) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (uint8_t)(seed >> 33);
	}
}

static void
event(void *arg, const struct core_event *ev)
{
	struct end	*e = arg;

	FUZZ_CHECK(strlen(ev->link) < LINK_NAME_SIZE);
	if (now / USEC != e->second) {
		e->second = now / USEC;
		e->events = 0;
	}
	e->events++;
}
