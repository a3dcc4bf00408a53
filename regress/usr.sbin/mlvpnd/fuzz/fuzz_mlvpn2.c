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
 * A core with a tunnel of protocol mlvpn2, as client or server, whose peers
 * say what the input tells: datagrams of any type and content under the right
 * key, changed ones, old ones, from anywhere, while time passes.
 */

#include <sys/param.h>

#include <sodium.h>

#include "bench.h"
#include "fuzz.h"
#include "tunnel.h"
#include "wire.h"

#define MAX_TIME	(30 * USEC)
#define NSTORED		8

static struct {
	int	 link;
	size_t	 len;
	uint8_t	 buf[2048];
} stored[NSTORED];
static size_t	 nstored;

static void	 step(struct bench *, struct fuzz_input *);
static void	 datagram(struct bench *, struct fuzz_input *);
static void	 operate(struct bench *, struct fuzz_input *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input	 in = { data, size };
	struct bench	*b;
	uint64_t	 start;
	uint8_t		 how;

	if (sodium_init() == -1)
		abort();
	nstored = 0;
	how = fuzz_get(&in);
	b = bench_new(how & 7, 1 + (how >> 3 & 1));
	b->conf.reorder = how & 0x10 ? ANSWER_NO : ANSWER_AUTO;
	if (how & 0x20)
		bench_up(b);
	for (start = b->now; in.len > 0 && b->now < start + MAX_TIME;)
		step(b, &in);
	/* all buffers are there again when the tunnel is gone */
	tunnel_free(b->tunnel);
	FUZZ_CHECK(core_pool(b->core)->nfree == core_pool(b->core)->npkts);
	core_free(b->core);
	free(b->sent);
	free(b);
	return (0);
}

static void
step(struct bench *b, struct fuzz_input *in)
{
	uint8_t	 what = fuzz_get(in);
	int	 link = what >> 7 & (b->nlinks - 1);

	if (b->nsent > BENCH_SENT / 2)
		bench_clear(b);
	switch (what & 7) {
	case 0:
		bench_run(b, fuzz_get(in) * 20000);
		break;
	case 1:
		bench_run(b, fuzz_get(in) * 100);
		break;
	case 2:
		if (core_pool(b->core)->nfree > 0)
			bench_input(b, 48 + fuzz_get(in) * 5);
		break;
	case 3:
		operate(b, in);
		break;
	case 4:
		/* the peer returns the last stamp that it got */
		if (b->nsent > 0)
			old_read(&b->old[link], b->sent[b->nsent - 1].buf,
			    b->sent[b->nsent - 1].len, b->now);
		break;
	default:
		datagram(b, in);
		break;
	}
}

static void
datagram(struct bench *b, struct fuzz_input *in)
{
	struct old	*o;
	struct addr	 from;
	uint8_t		 how = fuzz_get(in), buf[2048], plain[1600];
	size_t		 len, i;
	int		 link = how & (b->nlinks - 1), type;

	if ((how & 6) == 2 && nstored > 0) {
		/* an old one, here or there */
		i = fuzz_get(in) % nstored;
		bench_give(b, link, NULL, stored[i].buf, stored[i].len);
		return;
	}
	if ((how & 6) == 4) {
		len = fuzz_get(in);
		len = MIN(len, in->len);
		memcpy(buf, in->p, len);
		in->p += len;
		in->len -= len;
		bench_give(b, link, NULL, buf, len);
		return;
	}
	o = &b->old[link];
	type = fuzz_get(in) % 7;
	if (how & 8)
		o->flow += fuzz_get(in);
	if (how & 16)
		o->seq += (uint64_t)fuzz_get(in) << fuzz_get(in) % 64;
	if (how & 32)
		o->data_seq += (int8_t)fuzz_get(in) * 3;
	if (type == OLD_AUTH || type == OLD_AUTH_OK) {
		memcpy(plain, type == OLD_AUTH ? "AU" : "OK", 2);
		len = 2;
	} else if (type == OLD_DATA) {
		len = 48 + fuzz_get(in) * 5;
		bench_packet(plain, len, how & 64 ? 6 : 17, fuzz_get(in));
		if (how & 4) {
			plain[0] ^= fuzz_get(in);
			plain[3] ^= fuzz_get(in);
		}
	} else
		len = 0;
	len = old_make(o, type, plain, len, b->now, buf);
	i = nstored < NSTORED ? nstored++ : fuzz_get(in) % NSTORED;
	memcpy(stored[i].buf, buf, len);
	stored[i].len = len;
	from = b->peer[link];
	if (how & 128) {
		type = fuzz_get(in);
		from.port ^= type & 3;
		buf[type % MLVPN2_HDRLEN] ^= fuzz_get(in);
	}
	bench_give(b, link, &from, buf, len);
}

static void
operate(struct bench *b, struct fuzz_input *in)
{
	struct link_conf	 lc;
	uint8_t			 what = fuzz_get(in);
	int			 n = what & (b->nlinks - 1);
	char			 name[8];

	snprintf(name, sizeof(name), "dsl%d", n + 1);
	switch (what >> 4) {
	case 0:
		tunnel_link_admin(b->tunnel, name, 0, b->now);
		break;
	case 1:
		tunnel_link_admin(b->tunnel, name, 1, b->now);
		break;
	case 2:
		tunnel_socket(b->tunnel, name, NULL, 1500, b->now);
		break;
	case 3:
		bench_socket(b, n);
		break;
	case 4:
	case 5:
		lc = bench_link_conf(b, n);
		lc.up.rate = fuzz_get(in) * 10000ULL;
		lc.timeout = fuzz_get(in) * 100000ULL;
		lc.backup = what & 8;
		tunnel_link(b->tunnel, &lc, b->now);
		break;
	case 6:
		tunnel_unlink(b->tunnel, name, b->now);
		lc = bench_link_conf(b, n);
		tunnel_link(b->tunnel, &lc, b->now);
		bench_socket(b, n);
		break;
	case 7:
		bench_clear(b);
		bench_restart(b, what & 8);
		nstored = 0;
		break;
	case 8:
		/* another secret at this end, and then at the other */
		mlvpn2_key(b->conf.psk, what & 8 ? "another" : PASSWORD);
		tunnel_reconf(b->tunnel, &b->conf, b->now);
		break;
	case 9:
		old_key(b->old[n].key, what & 8 ? "another" : PASSWORD);
		break;
	default:
		break;
	}
	bench_run(b, 0);
}
