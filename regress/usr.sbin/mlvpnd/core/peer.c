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


#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "wire.h"


static void	 peer_recv(void *, struct sim_dgram *);
static void	 recv_hello(struct peer *, struct sim_dgram *);
static void	 recv_reply(struct peer *, struct sim_dgram *);
static void	 recv_cookie(struct peer *, struct sim_dgram *);
static void	 recv_data(struct peer *, struct sim_dgram *);
static void	 recv_frames(struct peer *, struct sim_dgram *, uint8_t,
		    const uint8_t *, size_t);
static void	 recv_frame(struct peer *, const struct peer_frame *);
static void	 report(struct peer *, uint8_t, uint8_t, int);
static void	 new_keys(struct peer *, const struct hs_keys *, uint8_t, int);
static uint64_t	 random_id(struct peer *);

struct peer *
peer_new(struct sim *sim, const char *net, const struct addr *remote)
{
	struct peer	*p;

	/* its keys need more than calloc(3) gives on 32-bit machines */
	if ((p = aligned_alloc(_Alignof(struct peer), sizeof(*p))) == NULL)
		err(1, "aligned_alloc");
	memset(p, 0, sizeof(*p));
	p->sim = sim;
	p->host = sim_raw(sim, "peer", net, peer_recv, p);
	p->local = p->host->net;
	p->local.ip[3] = 10;
	p->local.port = 4000;
	p->remote = *remote;
	p->hello.own_id = random_id(p);
	p->hello.aeads = 1 << AEAD_CHACHA;
	p->hello.tunnel_mtu = 1420;
	p->reply.own_id = random_id(p);
	p->reply.aead = AEAD_CHACHA;
	p->reply.tunnel_mtu = 1420;
	p->seq = 1;
	p->mtu_flags = 1;
	p->mtu = 1500;
	return (p);
}

void
peer_free(struct peer *p)
{
	free(p);
}

void
peer_secret(struct peer *p, const uint8_t *psk, const uint8_t *key,
    const uint8_t *peer_key)
{
	hs_secret_init(&p->secret, psk, key, peer_key);
}

static uint64_t
random_id(struct peer *p)
{
	return (sim_random(p->sim) | 1);
}

void
peer_send(struct peer *p, const struct addr *src, const struct addr *dst,
    const void *buf, size_t len)
{
	p->tx_bytes += len;
	sim_send(p->sim, sim_dgram(buf, len, src, dst));
}

/*
 * Handshake, as initiator and as responder.
 */

void
peer_hello(struct peer *p)
{
	struct hello	 h = p->hello;
	uint8_t		 e[32];

	if (h.stamp == 0)
		h.stamp = 1767225600ULL * USEC + p->sim->now;
	sim_random_bytes(p->sim, e, sizeof(e));
	p->hello_len = hello_create(&p->hs, &p->secret,
	    (uint32_t)sim_random(p->sim), &h, e, p->hello_buf);
	p->replied = 0;
	peer_hello_again(p);
}

void
peer_hello_again(struct peer *p)
{
	if (p->has_cookie)
		hello_mac2(p->hello_buf, p->hello_len, p->cookie);
	peer_send(p, &p->local, &p->remote, p->hello_buf, p->hello_len);
}

static void
peer_recv(void *arg, struct sim_dgram *d)
{
	struct peer	*p = arg;

	p->rx_bytes += d->len;
	memcpy(p->last, d->data, d->len);
	p->last_len = d->len;
	p->last_src = d->src;
	switch (d->data[0]) {
	case MSG_HELLO:
		p->hellos++;
		recv_hello(p, d);
		break;
	case MSG_REPLY:
		p->replies++;
		recv_reply(p, d);
		break;
	case MSG_COOKIE:
		p->cookies++;
		recv_cookie(p, d);
		break;
	case MSG_DATA:
		p->datas++;
		recv_data(p, d);
		break;
	default:
		p->others++;
		break;
	}
}

static void
recv_hello(struct peer *p, struct sim_dgram *d)
{
	struct handshake	 hs;
	struct hs_keys		 hk;
	struct hello		 h;
	struct reply		 r = p->reply;
	uint8_t			 e[32], buf[REPLY_LEN];
	size_t			 len;

	if (p->mute & MUTE_REPLY || hello_valid(d->data, d->len) == -1 ||
	    hello_mac1_check(d->data, d->len, p->secret.mac1_own) == -1 ||
	    hello_open(&hs, &p->secret, d->data, d->len, &h) == -1)
		return;
	r.peer_id = h.own_id;
	sim_random_bytes(p->sim, e, sizeof(e));
	len = reply_create(&hs, &p->secret, (uint32_t)sim_random(p->sim), &r,
	    e, buf, &hk);
	p->hs = hs;
	p->remote = d->src;
	p->local = d->dst;
	new_keys(p, &hk, r.aead, 0);
	peer_send(p, &d->dst, &d->src, buf, len);
}

static void
recv_reply(struct peer *p, struct sim_dgram *d)
{
	struct handshake	 hs = p->hs;
	struct hs_keys		 hk;

	if (p->replied || reply_open(&hs, &p->secret, d->data, d->len,
	    &p->reply, &hk) == -1)
		return;
	p->hs = hs;
	new_keys(p, &hk, p->reply.aead, 1);
}

/* A new association unless both ends say that the old one goes on. */
static void
new_keys(struct peer *p, const struct hs_keys *hk, uint8_t aead, int initiator)
{
	if (!p->reply.continued) {
		memset(p->lane, 0, sizeof(p->lane));
		memset(p->path, 0, sizeof(p->path));
		p->has_old = p->has_keys = 0;
		p->seq = 1;
	}
	p->old = p->keys;
	p->has_old = p->has_keys;
	keys_init(&p->keys, hk, aead, initiator, p->hs.local_index,
	    p->hs.remote_index, p->sim->now);
	p->has_keys = 1;
	p->replied = 1;
}

static void
recv_cookie(struct peer *p, struct sim_dgram *d)
{
	if (cookie_open(&p->hs, &p->secret, d->data, d->len, p->cookie) == -1)
		return;
	p->has_cookie = 1;
	if (!(p->mute & MUTE_COOKIE))
		peer_hello_again(p);
}

/*
 * Data.
 */

static void
recv_data(struct peer *p, struct sim_dgram *d)
{
	struct keys	*k;
	uint64_t	 number;
	uint32_t	 index, low;
	uint8_t		 path, plain[PKT_SIZE];
	size_t		 len;

	if (data_header(d->data, d->len, &path, &index, &low) == -1)
		errx(1, "peer: the core sent a malformed DATA");
	if (p->has_keys && index == p->keys.local_index)
		k = &p->keys;
	else if (p->has_old && index == p->old.local_index)
		k = &p->old;
	else {
		p->unknown++;
		return;
	}
	switch (data_open(k, &p->lane[path], d->data, d->len, plain,
	    &number)) {
	case DATA_OK:
		break;
	case DATA_REPLAYED:
		p->replays++;
		return;
	case DATA_BADTAG:
		p->badtags++;
		return;
	}
	len = d->len - DATA_HDRLEN - DATA_TAGLEN;
	if (plain[0] >> 4 == K_CONTROL) {
		recv_frames(p, d, path, plain + DATA_INNERLEN,
		    len - DATA_INNERLEN);
		return;
	}
	p->packets++;
	p->packet_len = len;
	memcpy(p->packet, plain, len);
	if (!(p->mute & MUTE_REPORT))
		report(p, path, p->path[path].gen, 0);
}

static void
recv_frames(struct peer *p, struct sim_dgram *d, uint8_t path,
    const uint8_t *b, size_t len)
{
	struct peer_frame	*f;
	int			 answer = 0, news = 0;

	while (len > 0 && b[0] != 0) {
		if (len < 2 || (size_t)b[1] + 2 > len)
			errx(1, "peer: the core sent a cut frame");
		f = &p->log[p->nlog++ % PEER_LOG];
		f->time = p->sim->now;
		f->path = path;
		f->src = d->src;
		f->dst = d->dst;
		f->type = b[0];
		f->len = b[1];
		memcpy(f->body, b + 2, f->len);
		len -= f->len + 2u;
		b += f->len + 2u;
		answer |= f->type == F_PROBE;
		news |= f->type != F_REPORT;
		recv_frame(p, f);
	}
	if (news && !(p->mute & MUTE_REPORT))
		report(p, path, p->path[path].gen, answer);
}

static void
recv_frame(struct peer *p, const struct peer_frame *f)
{
	struct peer_path	*pp = &p->path[f->path];
	uint8_t			 ok[20], result[6];

	switch (f->type) {
	case F_PATH_OPEN:
		if (p->mute & MUTE_OK || f->len < 21)
			break;
		pp->open = 1;
		pp->gen = f->body[0];
		pp->local = f->dst;
		pp->remote = f->src;
		memset(ok, 0, sizeof(ok));
		ok[0] = pp->gen;
		memcpy(ok + 4, f->body + 12, 8);
		sim_random_bytes(p->sim, ok + 12, 8);
		peer_frame(p, f->path, F_PATH_OK, ok, sizeof(ok));
		break;
	case F_PATH_OK:
		if (p->mute & MUTE_RESPONSE || f->len != 20)
			break;
		pp->open = 1;
		peer_frame(p, f->path, F_RESPONSE, f->body + 12, 8);
		break;
	case F_MTU_PROBE:
		if (p->mute & MUTE_MTU || f->len != 4 ||
		    get16(f->body) > p->mtu)
			break;
		memcpy(result, f->body, 4);
		put16(result + 4, p->mtu_flags);
		peer_frame(p, f->path, F_MTU_RESULT, result, sizeof(result));
		break;
	case F_CHALLENGE:
		if (!(p->mute & MUTE_RESPONSE))
			peer_frame(p, f->path, F_RESPONSE, f->body, 8);
		break;
	default:
		break;
	}
}

static void
report(struct peer *p, uint8_t path, uint8_t gen, int answer)
{
	struct lane	*l = &p->lane[path];
	uint8_t		 b[28];

	memset(b, 0, sizeof(b));
	b[0] = path;
	b[1] = gen;
	b[2] = answer ? 1 : 0;
	put32(b + 4, (uint32_t)l->rx_highest);
	put32(b + 8, (uint32_t)p->sim->now);
	put32(b + 12, (uint32_t)p->sim->now);
	put32(b + 16, (uint32_t)l->rx_dgrams);
	put32(b + 20, (uint32_t)l->rx_bytes);
	put16(b + 26, 20);
	peer_frame(p, path, F_REPORT, b, sizeof(b));
}

void
peer_open(struct peer *p, uint8_t path, uint8_t gen, const char *name)
{
	struct peer_path	*pp = &p->path[path];
	uint8_t			 b[20 + 255];
	size_t			 len;

	if (pp->local.family == 0)
		pp->local = p->local;
	pp->remote = p->remote;
	pp->gen = gen;
	sim_random_bytes(p->sim, pp->token, sizeof(pp->token));
	memset(b, 0, 20);
	b[0] = gen;
	memcpy(b + 12, pp->token, sizeof(pp->token));
	len = strlen(name);
	memcpy(b + 20, name, len);
	peer_frame(p, path, F_PATH_OPEN, b, 20 + len);
}

void
peer_frame(struct peer *p, uint8_t path, uint8_t type, const void *body,
    size_t len)
{
	uint8_t	 b[2 + 255];

	b[0] = type;
	b[1] = (uint8_t)len;
	memcpy(b + 2, body, len);
	peer_data(p, path, K_CONTROL, p->seq, 0, b, len + 2);
}

void
peer_packet(struct peer *p, uint8_t path, uint64_t seq, uint64_t pred,
    const void *packet, size_t len)
{
	peer_data(p, path, K_PACKET, seq, pred, packet, len);
}

void
peer_data(struct peer *p, uint8_t path, uint8_t kind, uint64_t seq,
    uint64_t pred, const void *bytes, size_t len)
{
	struct peer_path	*pp = &p->path[path];
	uint8_t			 plain[PKT_SIZE], out[PKT_SIZE];
	uint64_t		 number;

	if (kind != K_CONTROL && seq >= p->seq)
		p->seq = seq + 1;
	put32(plain, (uint32_t)kind << 28 | (seq & 0xfffffff));
	put16(plain + 4, (uint16_t)(pred == 0 ? 0 : seq - pred));
	memcpy(plain + DATA_INNERLEN, bytes, len);
	len = data_seal(p->use_old ? &p->old : &p->keys, &p->lane[path], path, plain,
	    DATA_INNERLEN + len, out, &number);
	peer_send(p, pp->local.family == 0 ? &p->local : &pp->local,
	    pp->remote.family == 0 ? &p->remote : &pp->remote, out, len);
}

const struct peer_frame *
peer_find(const struct peer *p, uint8_t path, uint8_t type, size_t n)
{
	size_t	 i;

	for (i = 0; i < p->nlog && i < PEER_LOG; i++)
		if (p->log[i].path == path && p->log[i].type == type &&
		    n-- == 0)
			return (&p->log[i]);
	return (NULL);
}

size_t
peer_count(const struct peer *p, uint8_t path, uint8_t type, uint64_t since)
{
	size_t	 i, n = 0;

	for (i = 0; i < p->nlog && i < PEER_LOG; i++)
		if (p->log[i].path == path && p->log[i].type == type &&
		    p->log[i].time >= since)
			n++;
	return (n);
}
