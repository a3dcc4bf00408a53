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


#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "tunnel.h"
#include "wire.h"
#include "../test.h"

/* What this end makes of a protocol that asks for so little. */

static int	 up(struct bench *, int);
static void	 in_turn(struct bench *, int, int, uint64_t);

static int
up(struct bench *b, int link)
{
	return (bench_ctl(b, link).state == LINK_UP);
}

static void
test_layout(void)
{
	struct bench_dgram	*d;
	struct bench		*b;
	uint64_t		 seq;
	size_t			 i;

	b = bench_new(0, 1);
	bench_run(b, 0);
	d = bench_last(b, OLD_AUTH);
	CHECK_EQ(d->len, 46);
	CHECK_EQ(d->plainlen, 2);
	CHECK_MEM(d->plain, "AU", 2);
	CHECK_EQ(d->buf[2], 0x01);
	CHECK_EQ(d->buf[3], 0x04);
	bench_up(b);
	bench_input(b, 100);
	bench_input(b, 100);
	bench_run(b, 1100000);
	CHECK_EQ(bench_count(b, OLD_DATA), 2);
	d = bench_last(b, OLD_DATA);
	CHECK_EQ(d->len, 28 + 16 + 100);
	CHECK_EQ(d->buf[2], 0x31);
	CHECK_EQ(d[0].h.data_seq, d[-1].h.data_seq + 1);
	d = bench_last(b, OLD_KEEPALIVE);
	CHECK_EQ(d->len, 44);
	CHECK_EQ(d->buf[2], 0x21);
	seq = b->sent[0].h.seq;
	for (i = 0; i < b->nsent; i++) {
		d = &b->sent[i];
		CHECK_EQ(d->h.version, 1);
		CHECK_EQ(d->h.reorder, 1);
		CHECK_EQ(d->h.unused, 0);
		CHECK_EQ(d->h.len, d->len - 28);
		CHECK_EQ(d->h.seq, seq + i);
		CHECK_EQ(d->h.flow, b->sent[0].h.flow);
		if (d->h.type != OLD_DATA)
			CHECK_EQ(d->h.data_seq, 0);
	}
	bench_clear(b);
	core_stop(b->core);
	bench_run(b, 0);
	d = bench_last(b, OLD_DISCONNECT);
	CHECK_EQ(d->len, 44);
	CHECK_EQ(d->buf[2], 0x41);
	CHECK_EQ(d->buf[3], 0x04);
	bench_free(b);

	TEST("\tthe server's");
	b = bench_new(BENCH_SERVER, 1);
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	d = bench_last(b, OLD_AUTH_OK);
	CHECK_EQ(d->len, 46);
	CHECK_MEM(d->plain, "OK", 2);
	CHECK_EQ(d->buf[2], 0x11);
	CHECK(addr_equal(&d->ep.remote, &b->peer[0]));
	CHECK_EQ(bench_count(b, OLD_AUTH), 0);
	bench_free(b);
}

/* The pairs of flow and sequence under the one key. */
static void
test_nonces(void)
{
	struct bench	*b;
	uint64_t	 last[2] = { 0, 0 }, data = 0;
	int		 run, i;
	size_t		 n;

	b = bench_new(0, 2);
	for (run = 0; run < 20; run++) {
		bench_up(b);
		for (i = 0; i < 10; i++) {
			bench_input(b, 60);
			bench_run(b, 100);
		}
		bench_run(b, 1000);
		CHECK(bench_last(b, OLD_DATA)->h.data_seq > data);
		data = bench_last(b, OLD_DATA)->h.data_seq;
		for (n = 0; n < b->nsent; n++) {
			i = b->sent[n].ep.sock - 10;
			/* seconds since 1970 */
			CHECK_EQ(b->sent[n].h.seq >> 32,
			    (b->now + b->wall) / USEC);
			CHECK(b->sent[n].h.seq > last[i]);
			last[i] = b->sent[n].h.seq;
		}
		/* a tenth of a second later, another process */
		bench_clear(b);
		bench_run(b, 100000);
		bench_clear(b);
		for (i = 0; i < 2; i++) {
			b->old[i].flow += 0x100;
			b->old[i].seq = 0;
		}
		bench_restart(b, 1);
	}
	TEST("\twith a clock that goes back, within a process");
	bench_up(b);
	for (i = 0; i < 3; i++) {
		struct link_conf	 lc = bench_link_conf(b, 0);

		bench_clear(b);
		core_clock(b->core, b->now, b->now + b->wall - i * 1000 * USEC);
		CHECK_EQ(tunnel_unlink(b->tunnel, "dsl1", b->now), 0);
		CHECK_EQ(tunnel_link(b->tunnel, &lc, b->now), 0);
		bench_socket(b, 0);
		bench_run(b, 0);
		CHECK(bench_last(b, OLD_AUTH)->h.seq > last[0]);
		last[0] = bench_last(b, OLD_AUTH)->h.seq;
	}
	bench_free(b);
}

static void
test_length(void)
{
	struct ctl_summary	 cs;
	struct bench		*b;
	uint8_t			 buf[2048];
	size_t			 n;

	b = bench_new(BENCH_SERVER | BENCH_CLEAR, 1);
	bench_up(b);
	n = bench_packet(buf + 1000, 60, 17, 1);
	n = old_make(&b->old[0], OLD_DATA, buf + 1000, n, b->now, buf);
	bench_give(b, 0, NULL, buf, n - 1);
	bench_give(b, 0, NULL, buf, n + 1);
	buf[1]++;
	bench_give(b, 0, NULL, buf, n);
	buf[1]--;
	CHECK_EQ(b->packets, 0);
	core_summary(b->core, &cs);
	CHECK_EQ(cs.rx_malformed, 3);
	bench_give(b, 0, NULL, buf, n);
	CHECK_EQ(b->packets, 1);
	bench_free(b);
}

static void
test_own_flow(void)
{
	struct bench_dgram	 d;
	struct tunnel_conf	 conf;
	struct ctl_tunnel	 ct;
	struct link_conf	 lc;
	struct endpoint		 ep;
	struct tunnel		*t;
	struct bench		*b;
	int			 flags;

	for (flags = 0; flags <= BENCH_SERVER; flags += BENCH_SERVER) {
		TEST("\t%s", flags ? "a server" : "a client");
		b = bench_new(flags, 2);
		bench_up(b);
		bench_input(b, 100);
		bench_run(b, 1100000);
		d = *bench_last(b, OLD_KEEPALIVE);
		bench_give(b, 0, NULL, d.buf, d.len);
		bench_give(b, 1, NULL, d.buf, d.len);
		d = *bench_last(b, OLD_DATA);
		bench_give(b, 0, NULL, d.buf, d.len);
		bench_give(b, 1, NULL, d.buf, d.len);
		CHECK_EQ(bench_counters(b).rx_rejected, 4);
		CHECK_EQ(b->packets, 0);

		TEST("\tand one of a link that was");
		CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl1", 0, b->now), 0);
		CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl1", 1, b->now), 0);
		bench_run(b, 0);
		d = *bench_last(b, OLD_KEEPALIVE);
		bench_give(b, 0, NULL, d.buf, d.len);
		bench_give(b, 1, NULL, d.buf, d.len);
		CHECK_EQ(bench_counters(b).rx_rejected, 6);
		bench_free(b);
	}

	TEST("\ta client's AUTH is none for a server with the same secret");
	b = bench_new(0, 1);
	conf = b->conf;
	conf.id = 2;
	CHECK((t = tunnel_new(b->core, &conf, b->now)) != NULL);
	lc = bench_link_conf(b, 0);
	lc.nremote = 0;
	lc.listen = b->peer[0];
	CHECK_EQ(tunnel_link(t, &lc, b->now), 0);
	memset(&ep, 0, sizeof(ep));
	ep.sock = 50;
	CHECK_EQ(tunnel_socket(t, "dsl1", &ep, 1500, b->now), 0);
	bench_run(b, 0);
	d = *bench_last(b, OLD_AUTH);
	bench_give(b, 40, &b->peer[0], d.buf, d.len);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
	tunnel_ctl(t, &ct, b->now);
	CHECK_EQ(ct.rx_rejected, 1);
	bench_free(b);
}

static void
test_wrong_role(void)
{
	struct bench	*b;
	uint8_t		 buf[64];
	size_t		 n;

	TEST("\ta client takes no AUTH");
	b = bench_new(0, 1);
	bench_run(b, 0);
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	bench_from(b, 0, OLD_AUTH, "OK", 2);
	CHECK(!up(b, 0));
	TEST("\tnor AUTH that is called AUTH_OK");
	bench_from(b, 0, OLD_AUTH_OK, "AU", 2);
	bench_from(b, 0, OLD_AUTH_OK, NULL, 0);
	CHECK(!up(b, 0));
	CHECK_EQ(bench_counters(b).rx_rejected, 4);
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	CHECK(up(b, 0));
	bench_free(b);

	TEST("\ta server takes no AUTH_OK");
	b = bench_new(BENCH_SERVER, 1);
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	bench_from(b, 0, OLD_AUTH_OK, "AU", 2);
	TEST("\tnor AUTH_OK that is called AUTH");
	n = old_make(&b->old[0], OLD_AUTH_OK, "OK", 2, b->now, buf);
	buf[2] = OLD_AUTH << 4 | 1;
	bench_give(b, 0, NULL, buf, n);
	CHECK(!up(b, 0));
	CHECK_EQ(bench_counters(b).rx_rejected, 3);
	TEST("\tand nobody believes an AUTH_OK that was not asked for");
	bench_free(b);
	b = bench_new(0, 1);
	bench_up(b);
	bench_run(b, 6 * USEC);		/* silent: down, asks again */
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	b->old[0].flow++;
	b->old[0].seq = 0;
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	CHECK(up(b, 0));
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	bench_run(b, 500000);
	b->old[0].flow++;
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	CHECK_EQ(bench_counters(b).rx_rejected, 1);
	bench_free(b);
}

static void
test_replays(void)
{
	struct bench	*b;
	uint8_t		 buf[3][2048], ip[2048];
	size_t		 n[3], i;

	b = bench_new(BENCH_SERVER, 1);
	n[0] = old_make(&b->old[0], OLD_AUTH, "AU", 2, b->now, buf[0]);
	bench_give(b, 0, NULL, buf[0], n[0]);
	bench_clear(b);
	n[1] = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf[1]);
	n[2] = bench_packet(ip, 60, 17, 0);
	n[2] = old_make(&b->old[0], OLD_DATA, ip, n[2], b->now, buf[2]);
	/* disorder is no replay */
	bench_give(b, 0, NULL, buf[2], n[2]);
	bench_give(b, 0, NULL, buf[1], n[1]);
	CHECK_EQ(b->packets, 1);
	CHECK_EQ(bench_counters(b).rx_replayed, 0);
	for (i = 0; i < 3; i++)
		bench_give(b, 0, NULL, buf[i], n[i]);
	CHECK_EQ(bench_counters(b).rx_replayed, 3);
	CHECK_EQ(b->packets, 1);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
	TEST("\talso when it is too old to tell");
	b->old[0].seq += 5000;
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	b->old[0].seq -= 4000;
	bench_from(b, 0, OLD_DATA, ip, 60);
	CHECK_EQ(bench_counters(b).rx_replayed, 4);
	CHECK_EQ(b->packets, 1);
	bench_free(b);
}

static void
test_flows(void)
{
	struct bench	*b;
	uint8_t		 ip[64];

	bench_packet(ip, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	TEST("\tanother flow brings nothing");
	b->old[0].flow++;
	bench_from(b, 0, OLD_DATA, ip, 60);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	bench_from(b, 0, OLD_DISCONNECT, NULL, 0);
	CHECK_EQ(b->packets, 0);
	CHECK(up(b, 0));
	CHECK_EQ(bench_counters(b).rx_rejected, 3);
	TEST("\tnor calls while the first one speaks");
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
	CHECK_EQ(bench_counters(b).rx_rejected, 4);
	TEST("\tbut when that is silent");
	bench_run(b, 2600000);
	bench_clear(b);
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 1);
	CHECK(!up(b, 0));
	TEST("\tup by more than AUTH");
	bench_from(b, 0, OLD_DATA, ip, 60);
	CHECK(up(b, 0));
	CHECK_EQ(b->packets, 1);
	TEST("\tor has said good-bye");
	bench_from(b, 0, OLD_DISCONNECT, NULL, 0);
	bench_clear(b);
	b->old[0].flow++;
	b->old[0].seq = 0;
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 1);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	bench_free(b);
}

static void
test_retired(void)
{
	struct bench	*b;
	uint8_t		 buf[100][64];
	size_t		 n[100], i;

	b = bench_new(BENCH_SERVER, 1);
	TEST("\tclients come and go, each AUTH recorded");
	for (i = 0; i < 60; i++) {
		b->old[0].flow = 1000 + i;
		b->old[0].seq = 0;
		n[i] = old_make(&b->old[0], OLD_AUTH, "AU", 2, b->now, buf[i]);
		bench_give(b, 0, NULL, buf[i], n[i]);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		CHECK(up(b, 0));
		bench_run(b, 5 * USEC);
		CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	}
	TEST("\tnone of these calls again");
	bench_clear(b);
	for (i = 0; i < 60; i++)
		bench_give(b, 0, NULL, buf[i], n[i]);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
	CHECK_EQ(bench_counters(b).rx_replayed, 60);
	CHECK(!up(b, 0));
	TEST("\twhoever is alive can, with a new number");
	b->old[0].flow = 1000;
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	bench_free(b);
}

/* A recorded flow, of a time before this process, while the peer is silent. */
static void
test_displaced(void)
{
	struct old	 was;
	struct bench	*b;
	uint8_t		 ip[64];

	bench_packet(ip, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	bench_run(b, 2600000);
	was = b->old[0];
	was.flow += 99;
	was.seq = 0;
	{
		uint8_t	 buf[64];
		size_t	 n;

		n = old_make(&was, OLD_AUTH, "AU", 2, b->now, buf);
		bench_give(b, 0, NULL, buf, n);
		CHECK_EQ(bench_counters(b).rx_rejected, 0);
	}
	bench_clear(b);
	bench_from(b, 0, OLD_DATA, ip, 60);
	CHECK_EQ(b->packets, 1);
	CHECK(up(b, 0));
	bench_run(b, 600000);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	bench_clear(b);
	bench_input(b, 60);
	bench_run(b, 100);
	CHECK(addr_equal(&bench_last(b, OLD_DATA)->ep.remote, &b->peer[0]));
	CHECK_EQ(bench_counters(b).rx_rejected, 0);
	bench_free(b);
}

static void
test_addresses(void)
{
	struct bench	*b;
	struct addr	 other;
	uint8_t		 buf[2][64];
	size_t		 n[2];
	int		 flags;

	for (flags = 0; flags <= BENCH_SERVER; flags += BENCH_SERVER) {
		TEST("\t%s", flags ? "a server" : "a client");
		b = bench_new(flags, 1);
		bench_up(b);
		other = b->peer[0];
		other.port++;
		n[0] = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now,
		    buf[0]);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_run(b, 600000);
		TEST("\tnot to where old news come from");
		bench_give(b, 0, &other, buf[0], n[0]);
		bench_give(b, 0, &other, buf[0], n[0]);
		CHECK_EQ(bench_counters(b).rx_replayed, 1);
		CHECK_EQ(b->moves, 0);
		TEST("\tto where new ones do");
		n[1] = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now,
		    buf[1]);
		bench_give(b, 0, &other, buf[1], n[1]);
		CHECK_EQ(b->moves, 1);
		bench_clear(b);
		bench_input(b, 60);
		bench_run(b, 100);
		CHECK(addr_equal(&bench_last(b, OLD_DATA)->ep.remote,
		    &other));
		TEST("\tnot while the old one brings some too");
		bench_give(b, 0, &other, buf[1], old_make(&b->old[0],
		    OLD_KEEPALIVE, NULL, 0, b->now, buf[1]));
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		CHECK_EQ(b->moves, 1);
		bench_free(b);
	}
}

static void
test_clear_address(void)
{
	struct bench	*b;
	struct addr	 other;
	uint8_t		 ip[64], buf[128];
	size_t		 n;

	bench_packet(ip, 60, 17, 0);
	b = bench_new(BENCH_SERVER | BENCH_CLEAR, 1);
	bench_up(b);
	other = b->peer[0];
	other.ip[3]++;
	bench_run(b, 900000);
	n = old_make(&b->old[0], OLD_DATA, ip, 60, b->now, buf);
	bench_give(b, 0, &other, buf, n);
	CHECK_EQ(b->packets, 0);
	CHECK_EQ(b->moves, 0);
	CHECK_EQ(bench_counters(b).rx_rejected, 1);
	TEST("\tonce from the peer's");
	bench_give(b, 0, NULL, buf, n);
	bench_give(b, 0, NULL, buf, n);
	CHECK_EQ(b->packets, 1);
	CHECK_EQ(bench_counters(b).rx_replayed, 1);
	TEST("\tit is no sign of life");
	for (n = 0; n < 40; n++) {
		bench_from(b, 0, OLD_DATA, ip, 60);
		bench_run(b, 100000);
	}
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	bench_free(b);
}

static void
test_disconnect(void)
{
	struct bench	*b;
	uint8_t		 ip[64];

	bench_packet(ip, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 2);
	bench_up(b);
	TEST("\tnot used, and probed at once");
	bench_from(b, 0, OLD_DISCONNECT, NULL, 0);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_SUSPECT);
	CHECK_EQ(bench_ctl(b, 0).usable, 0);
	CHECK_EQ(b->downs, 0);
	CHECK(bench_count(b, OLD_KEEPALIVE) > 0);
	CHECK_EQ(bench_last(b, OLD_KEEPALIVE)->ep.sock, 10);
	TEST("\tnewer words of the peer take it back");
	bench_run(b, 1500000);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	CHECK_EQ(b->downs, 0);
	TEST("\tolder ones do not");
	b->old[0].seq++;
	bench_from(b, 0, OLD_DISCONNECT, NULL, 0);
	b->old[0].seq -= 2;
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_SUSPECT);
	TEST("\tdown after two seconds");
	bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	bench_run(b, 1990000);
	CHECK_EQ(b->downs, 0);
	bench_run(b, 20000);
	CHECK_EQ(b->downs, 1);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	CHECK(up(b, 1));
	bench_free(b);

	TEST("\ta client calls at once, as the server may have begun anew");
	b = bench_new(0, 2);
	bench_up(b);
	bench_run(b, 100000);
	bench_clear(b);
	bench_from(b, 0, OLD_DISCONNECT, NULL, 0);
	bench_run(b, 1000);
	CHECK_EQ(bench_count(b, OLD_AUTH), 1);
	b->old[0].flow++;
	b->old[0].seq = 0;
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	CHECK(up(b, 0));
	CHECK_EQ(b->downs, 0);
	bench_free(b);
}

static void
test_data_seq(void)
{
	struct bench	*b;
	uint8_t		 tcp[64], udp[64];
	int		 i;

	bench_packet(tcp, 60, 6, 0);
	bench_packet(udp, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 1);
	b->old[0].data_seq = 10000;
	bench_up(b);
	for (i = 0; i < 10; i++)
		bench_from(b, 0, OLD_DATA, tcp, 60);
	CHECK_EQ(b->packets, 10);
	TEST("\ta number far off delays nobody");
	b->old[0].data_seq += 1ULL << 40;
	bench_from(b, 0, OLD_DATA, tcp, 60);
	b->old[0].data_seq -= (1ULL << 40) + 1;
	CHECK_EQ(b->packets, 11);
	bench_from(b, 0, OLD_DATA, tcp, 60);
	CHECK_EQ(b->packets, 12);
	CHECK_EQ(bench_counters(b).rx_late, 0);
	b->old[0].data_seq = 3;
	bench_from(b, 0, OLD_DATA, tcp, 60);
	CHECK_EQ(b->packets, 13);
	TEST("\tmany of them are where it goes on");
	b->old[0].data_seq = 1ULL << 50;
	for (i = 0; i < 20; i++)
		bench_from(b, 0, OLD_DATA, tcp, 60);
	CHECK_EQ(b->packets, 33);
	bench_from(b, 0, OLD_DATA, udp, 60);
	CHECK_EQ(bench_counters(b).rx_late, 0);
	b->old[0].data_seq -= 5;
	bench_from(b, 0, OLD_DATA, tcp, 60);
	CHECK_EQ(bench_counters(b).rx_late, 1);
	CHECK_EQ(b->packets, 35);
	TEST("\ta new flow begins anew");
	bench_run(b, 4 * USEC);
	bench_clear(b);
	b->old[0].flow++;
	b->old[0].seq = b->old[0].data_seq = 0;
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	bench_from(b, 0, OLD_DATA, tcp, 60);
	b->old[0].data_seq++;
	bench_from(b, 0, OLD_DATA, tcp, 60);
	bench_run(b, 30000);
	CHECK_EQ(b->packets, 2);
	CHECK_EQ(bench_counters(b).rx_late, 1);
	bench_free(b);
}

static void
test_bsd_tail(void)
{
	struct bench	*b;
	uint8_t		 buf[1600];

	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	memset(buf, 0xdb, sizeof(buf));
	bench_packet(buf, 100, 17, 0);
	bench_from(b, 0, OLD_DATA, buf, 104);
	CHECK_EQ(b->packets, 1);
	CHECK_EQ(b->len, 100);
	CHECK_MEM(b->packet, buf, 100);
	TEST("\tof the largest packet");
	bench_packet(buf, 1444, 17, 0);
	memset(buf + 1444, 0xdb, 4);
	bench_from(b, 0, OLD_DATA, buf, 1448);
	CHECK_EQ(b->len, 1444);
	TEST("\ta packet that ends early is none");
	bench_from(b, 0, OLD_DATA, buf, 1443);
	bench_from(b, 0, OLD_DATA, NULL, 0);
	CHECK_EQ(b->packets, 2);
	CHECK_EQ(bench_counters(b).rx_malformed, 2);
	bench_free(b);
	TEST("\tframes are left alone");
	b = bench_new(BENCH_SERVER | BENCH_TAP, 1);
	bench_up(b);
	bench_from(b, 0, OLD_DATA, buf, 104);
	CHECK_EQ(b->len, 104);
	bench_from(b, 0, OLD_DATA, buf, 13);
	CHECK_EQ(b->packets, 1);
	CHECK_EQ(bench_counters(b).rx_malformed, 1);
	bench_free(b);
}

static void
test_keepalives(void)
{
	struct bench	*b;
	uint64_t	 last = 0;
	size_t		 i;
	int		 s;

	b = bench_new(0, 1);
	bench_up(b);
	for (s = 0; s < 1000; s++) {
		if (s % 100 == 0)
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_input(b, 60);
		bench_run(b, 10000);
	}
	CHECK_EQ(bench_count(b, OLD_DATA), 1000);
	CHECK(bench_count(b, OLD_KEEPALIVE) >= 9);
	CHECK(bench_count(b, OLD_KEEPALIVE) <= 40);
	for (i = 0; i < b->nsent; i++) {
		if (b->sent[i].h.type != OLD_KEEPALIVE)
			continue;
		CHECK(last == 0 || b->sent[i].time - last <= USEC + 20000);
		last = b->sent[i].time;
	}
	bench_free(b);
}

static void
test_dead(void)
{
	struct bench	*b;
	int		 i;

	b = bench_new(0, 2);
	bench_up(b);
	for (i = 0; i < 2; i++) {
		bench_run(b, USEC);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	}
	CHECK(up(b, 0) && up(b, 1));
	TEST("\tnot used after 2.5 s of silence");
	for (i = 0; i < 5; i++) {
		CHECK(up(b, 0));
		bench_run(b, 501000);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	}
	CHECK_EQ(bench_ctl(b, 0).state, LINK_SUSPECT);
	CHECK_EQ(bench_ctl(b, 1).state, LINK_UP);
	TEST("\tdown after 3.5 s, and called each second");
	bench_run(b, USEC);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	CHECK_EQ(b->downs, 1);
	bench_clear(b);
	bench_run(b, 1500000);
	CHECK(bench_count(b, OLD_AUTH) >= 1 && bench_count(b, OLD_AUTH) <= 3);
	TEST("\tup again by whatever the session says");
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	TEST("\ta peer that says little is given longer");
	for (i = 0; i < 6; i++) {
		bench_run(b, 2450000);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	}
	CHECK(up(b, 0));
	bench_run(b, 3200000);
	CHECK(up(b, 0));
	bench_run(b, 2400000);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	bench_free(b);

	TEST("\tone that is punctual is missed earlier, and not given up");
	b = bench_new(0, 2);
	bench_up(b);
	for (i = 0; i < 20; i++) {
		bench_run(b, USEC);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	}
	bench_run(b, 1200000);
	CHECK(up(b, 0));
	bench_run(b, 200000);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_SUSPECT);
	TEST("\tbut not the next time");
	bench_run(b, 600000);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	bench_run(b, 2 * USEC);
	CHECK(up(b, 0));
	bench_run(b, 600000);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_SUSPECT);
	bench_free(b);
}

/* A server hears its client call, which so does not hear the server. */
static void
test_called(void)
{
	struct bench	*b;
	int		 i;

	b = bench_new(BENCH_SERVER, 2);
	bench_up(b);
	bench_run(b, 100000);
	CHECK(up(b, 0) && up(b, 1));
	for (i = 0; i < 4; i++) {
		bench_clear(b);
		bench_from(b, 0, OLD_AUTH, "AU", 2);
		bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
		CHECK_EQ(bench_count(b, OLD_AUTH_OK), 1);
		CHECK_EQ(bench_ctl(b, 0).usable, 0);
		bench_run(b, USEC);
	}
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	CHECK(up(b, 1));
	TEST("\tup by what a client says that has been answered");
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	bench_free(b);
}

/* A client that has followed its server to where it is no more. */
static void
test_returns(void)
{
	struct bench	*b;
	struct addr	 other;
	uint8_t		 buf[64];

	b = bench_new(0, 1);
	bench_up(b);
	other = b->peer[0];
	other.ip[0]++;
	bench_run(b, 600000);
	bench_give(b, 0, &other, buf, old_make(&b->old[0], OLD_KEEPALIVE,
	    NULL, 0, b->now, buf));
	CHECK_EQ(b->moves, 1);
	bench_clear(b);
	bench_run(b, 6 * USEC);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DOWN);
	CHECK(addr_equal(&bench_last(b, OLD_AUTH)->ep.remote, &b->peer[0]));
	bench_from(b, 0, OLD_AUTH_OK, "OK", 2);
	CHECK(up(b, 0));
	bench_free(b);
}

/* n packets of the peer, over links 0 to last in turn. */
static void
in_turn(struct bench *b, int n, int last, uint64_t interval)
{
	uint8_t	 ip[64];
	int	 i;

	bench_packet(ip, 60, 17, 0);
	for (i = 0; i < n; i++) {
		bench_from(b, i % (last + 1), OLD_DATA, ip, 60);
		bench_run(b, interval);
	}
}

static void
test_passed_over(void)
{
	struct bench	*b;
	int		 i;

	b = bench_new(BENCH_SERVER, 4);
	bench_up(b);
	in_turn(b, 200, 3, 10000);
	CHECK_EQ(bench_counters(b).false_dead, 0);
	TEST("\ta link that misses its turns is not used");
	in_turn(b, 25, 2, 10000);
	CHECK(up(b, 3));
	in_turn(b, 30, 2, 10000);
	CHECK_EQ(bench_ctl(b, 3).state, LINK_SUSPECT);
	CHECK(up(b, 0) && up(b, 1) && up(b, 2));
	TEST("\tit is when it speaks, and the peer may have its reasons");
	for (i = 0; i < 10; i++) {
		bench_from(b, 3, OLD_KEEPALIVE, NULL, 0);
		CHECK(up(b, 3));
		in_turn(b, 100, 2, 10000);
		CHECK(up(b, 3));
	}
	CHECK_EQ(bench_counters(b).false_dead, 1);
	TEST("\tit is down when it does not");
	in_turn(b, 400, 3, 1000);
	in_turn(b, 400, 2, 10000);
	CHECK_EQ(bench_ctl(b, 3).state, LINK_DOWN);
	TEST("\tnothing is said by a silence of all, or of few packets");
	bench_from(b, 3, OLD_KEEPALIVE, NULL, 0);
	bench_clear(b);
	in_turn(b, 400, 3, 100);
	CHECK_EQ(bench_counters(b).false_dead, 1);
	for (i = 0; i < 10; i++) {
		in_turn(b, 4, 3, 200000);
		bench_run(b, USEC);
	}
	for (i = 0; i < 4; i++)
		CHECK(up(b, i));
	CHECK_EQ(bench_counters(b).false_dead, 1);
	bench_free(b);
}

/* The peer is heard and does not hear. */
static void
test_one_way(void)
{
	struct bench	*b;
	uint8_t		 buf[64];
	size_t		 i;

	b = bench_new(0, 1);
	bench_up(b);
	for (i = 0; i < 20; i++) {
		bench_run(b, 500000);
		if (b->nsent > 0)
			old_read(&b->old[0], bench_last(b, OLD_KEEPALIVE)->buf,
			    44, b->now);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	}
	CHECK(up(b, 0));
	CHECK(bench_ctl(b, 0).srtt != -1);
	b->old[0].stamped = 0;
	for (i = 0; i < 14; i++) {
		bench_run(b, 500000);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	}
	CHECK(!up(b, 0));
	TEST("\tan echo of something new brings it back");
	bench_clear(b);
	bench_run(b, 1100000);
	old_read(&b->old[0], b->sent[b->nsent - 1].buf,
	    b->sent[b->nsent - 1].len, b->now);
	bench_give(b, 0, NULL, buf, old_make(&b->old[0], OLD_KEEPALIVE, NULL,
	    0, b->now, buf));
	CHECK(up(b, 0));
	bench_free(b);
}

static void
test_sizes(void)
{
	static const struct {
		int		 clear, tap;
		const char	*addr;
		unsigned int	 mtu;
		size_t		 most;
	} want[] = {
		{ 0, 0, "198.51.100.1", 1428, 1444 },
		{ 0, 0, "2001:db8::1", 1408, 1444 },
		{ 1, 0, "198.51.100.1", 1444, 1444 },
		{ 1, 0, "2001:db8::1", 1424, 1444 },
		{ 0, 1, "198.51.100.1", 1414, 1456 },
		{ 1, 1, "198.51.100.1", 1430, 1472 },
	};
	struct bench	*b;
	size_t		 i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		TEST("\t%s%s, %s: mtu %u", want[i].clear ? "clear" :
		    "encrypted", want[i].tap ? " frames" : "", want[i].addr,
		    want[i].mtu);
		b = bench_new((want[i].clear ? BENCH_CLEAR : 0) |
		    (want[i].tap ? BENCH_TAP : 0) | BENCH_SERVER, 1);
		CHECK_EQ(addr_pton(&b->peer[0], want[i].addr), 0);
		b->peer[0].port = 4000;
		bench_up(b);
		CHECK_EQ(bench_counters(b).mtu, want[i].mtu);
		bench_input(b, want[i].most + 1);
		bench_run(b, 0);
		CHECK_EQ(bench_count(b, OLD_DATA), 0);
		CHECK_EQ(bench_counters(b).tx_dropped, 1);
		bench_input(b, want[i].most);
		bench_run(b, 0);
		CHECK_EQ(bench_count(b, OLD_DATA), 1);
		CHECK(bench_last(b, OLD_DATA)->len <= 1500);
		bench_free(b);
	}
}

static void
test_one_port(void)
{
	struct ctl_summary	 cs;
	struct bench		*b;
	uint8_t			 buf[64];
	int			 i;

	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	TEST("\tfirst bytes 0 to 5 are the legacy link's, no others");
	memset(buf, 0, sizeof(buf));
	for (i = 0; i < 256; i++) {
		buf[0] = i;
		buf[1] = 36;
		bench_give(b, 0, NULL, buf, sizeof(buf));
	}
	core_summary(b->core, &cs);
	CHECK_EQ(bench_counters(b).rx_rejected +
	    bench_counters(b).rx_replayed + bench_counters(b).rx_badtag, 1);
	CHECK_EQ(cs.rx_malformed + cs.rx_unknown + cs.rx_badmac1, 255);
	CHECK(up(b, 0));
	bench_free(b);
}

static void
test_first_disconnect(void)
{
	struct bench	*b;

	TEST("\ta client begins with DISCONNECT, then AUTH");
	b = bench_new(0, 2);
	bench_run(b, 0);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 2);
	CHECK_EQ(bench_count(b, OLD_AUTH), 2);
	CHECK_EQ(b->sent[0].h.type, OLD_DISCONNECT);
	bench_clear(b);
	TEST("\tonce");
	bench_run(b, 3 * USEC);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 0);
	CHECK(bench_count(b, OLD_AUTH) >= 6);
	bench_free(b);
}

static void
test_stranger(void)
{
	struct bench	*b;
	uint8_t		 ip[64], buf[128];
	struct addr	 other;
	size_t		 n;

	bench_packet(ip, 60, 17, 0);
	TEST("\ta new server tells a client that takes the link for up");
	b = bench_new(BENCH_SERVER, 1);
	bench_from(b, 0, OLD_DATA, ip, 60);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 1);
	CHECK(addr_equal(&bench_last(b, OLD_DISCONNECT)->ep.remote,
	    &b->peer[0]));
	CHECK_EQ(b->packets, 0);
	TEST("\tonce a second");
	for (n = 0; n < 20; n++)
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 1);
	bench_run(b, USEC);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 2);
	TEST("\tnot who has no key");
	bench_run(b, 2 * USEC);
	n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf);
	buf[30] ^= 1;
	bench_give(b, 0, NULL, buf, n);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 2);
	TEST("\tnor while another client is there");
	bench_up(b);
	other = b->peer[0];
	b->old[0].flow++;
	n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf);
	bench_give(b, 0, &other, buf, n);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 0);
	bench_free(b);
}

static void
test_life(void)
{
	struct bench	*b;
	uint8_t		 ip[64];
	int		 i;

	bench_packet(ip, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 1);
	bench_up(b);
	for (i = 0; i < 100; i++) {
		bench_run(b, 200000);
		bench_from(b, 0, OLD_DATA, ip, 60);
	}
	CHECK(up(b, 0));
	CHECK_EQ(b->downs, 0);
	CHECK_EQ(bench_counters(b).false_dead, 0);
	TEST("\ttypes that nobody knows do as well");
	for (i = 5; i < 64; i++) {
		bench_run(b, 200000);
		bench_from(b, 0, i, "??", 2);
	}
	CHECK(up(b, 0));
	CHECK_EQ(b->packets, 100);
	bench_free(b);
}

static void
test_times(void)
{
	struct bench	*b;
	int		 i;

	b = bench_new(0, 1);
	bench_run(b, 0);
	TEST("\tthe peer's stamp comes back, with the time it was held");
	bench_up(b);
	for (i = 0; i < 8; i++) {
		bench_run(b, 700000);
		bench_clear(b);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		bench_run(b, 123000);
		bench_input(b, 60);
		bench_run(b, 50000);
		CHECK_EQ(b->sent[0].h.echo != 0xffff, 1);
		old_read(&b->old[0], b->sent[0].buf, b->sent[0].len, b->now);
		/* from the sending to here */
		CHECK(b->old[0].rtt <= 174);
		if (b->nsent > 1)
			CHECK_EQ(b->sent[1].h.echo, 0xffff);
	}
	TEST("\tits echo is the round trip");
	bench_run(b, 300000);
	CHECK(bench_ctl(b, 0).srtt >= 0);
	CHECK(bench_ctl(b, 0).srtt < 1000000);
	TEST("\tan echo of more than five seconds is none");
	i = bench_ctl(b, 0).srtt;
	b->old[0].stamped = 1;
	b->old[0].stamp = (b->now / 1000 - 6000) & 0xffff;
	b->old[0].stamp_at = b->now;
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK_EQ(bench_ctl(b, 0).srtt, i);
	CHECK_EQ(bench_ctl(b, 0).loss_tx, UINT64_MAX);
	bench_free(b);
}

/* Stamps have 16 bits; what fits in 32 at first does not for ever. */
static void
test_wraps(void)
{
	struct bench_dgram	*d;
	struct bench		*b;
	uint8_t			 tcp[64];
	uint64_t		 seq;
	size_t			 n;
	int			 flags, i, l;

	for (flags = 0; flags <= BENCH_CLEAR; flags += BENCH_CLEAR) {
		b = bench_new(BENCH_SERVER | flags, 2);
		bench_up(b);
		TEST("\tthe stamp: each millisecond around its wrap");
		while (b->now / 1000 % 65536 < 65500 - 1000) {
			bench_run(b, USEC);
			for (l = 0; l < 2; l++)
				bench_from(b, l, OLD_KEEPALIVE, NULL, 0);
		}
		bench_run(b, (65500 - b->now / 1000 % 65536) * 1000);
		for (i = 0; i < 100; i++) {
			bench_clear(b);
			bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
			bench_run(b, 1000);
			bench_input(b, 60);
			bench_input(b, 60);
			bench_run(b, 0);
			for (n = 0; n < b->nsent; n++) {
				d = &b->sent[n];
				CHECK(d->h.stamp != 0xffff);
				old_read(&b->old[d->ep.sock - 10], d->buf,
				    d->len, b->now);
			}
			CHECK(b->old[0].rtt <= 2);
		}
		CHECK(b->old[0].nrtt >= 50);
		CHECK(bench_ctl(b, 0).srtt <= 2000);

		TEST("\tthe sequences, and the window over them");
		seq = (1ULL << 32) - 5000;
		for (l = 0; l < 2; l++)
			b->old[l].seq = seq;
		bench_clear(b);
		for (i = 0; i < 20000; i += 2) {
			for (l = 0; l < 2; l++) {
				n = i < 2 ? l : !l;
				b->old[l].data_seq = seq + i + n;
				bench_packet(tcp, 60, 6, i + n);
				bench_from(b, l, OLD_DATA, tcp, 60);
			}
			CHECK_EQ(b->packets, i + 2);
			CHECK_EQ(b->packet[43], (i + 1) & 0xff);
			if (i % 500 == 0)
				bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		}
		CHECK_EQ(bench_counters(b).rx_late, 0);
		CHECK_EQ(bench_counters(b).rx_given_up, 0);
		CHECK_EQ(bench_counters(b).rx_replayed, 0);
		bench_free(b);
	}
}

static void
test_ports(void)
{
	struct ctl_summary	 cs;
	struct bench		*b;
	uint8_t			 buf[64];
	size_t			 n;

	b = bench_new(BENCH_SERVER, 2);
	bench_up(b);
	TEST("\ta link is its socket");
	n = old_make(&b->old[0], OLD_KEEPALIVE, NULL, 0, b->now, buf);
	bench_give(b, 1, NULL, buf, n);
	CHECK_EQ(bench_counters(b).rx_rejected, 1);
	bench_give(b, 0, NULL, buf, n);
	CHECK_EQ(bench_counters(b).rx_rejected, 1);
	TEST("\tno link, no answer");
	bench_clear(b);
	bench_give(b, 3, &b->peer[0], buf, n);
	core_summary(b->core, &cs);
	CHECK_EQ(cs.rx_unknown, 1);
	CHECK_EQ(b->nsent, 0);
	TEST("\ta link that the operator took out does not listen");
	CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl1", 0, b->now), 0);
	bench_run(b, 0);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 1);
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	CHECK_EQ(bench_count(b, OLD_AUTH_OK), 0);
	CHECK_EQ(bench_ctl(b, 0).state, LINK_DISABLED);
	CHECK_EQ(tunnel_link_admin(b->tunnel, "dsl1", 1, b->now), 0);
	bench_from(b, 0, OLD_AUTH, "AU", 2);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	CHECK(up(b, 0));
	bench_free(b);
}

static void
test_rates(void)
{
	struct link_conf	 lc;
	struct bench		*b;
	size_t			 i;
	int			 n[2] = { 0, 0 };

	b = bench_new(0, 2);
	bench_up(b);
	TEST("\tnone configured: nothing waits, all links are equal");
	CHECK_EQ(bench_ctl(b, 0).rate, 0);
	for (i = 0; i < 400; i++)
		bench_input(b, 1400);
	bench_run(b, 0);
	CHECK_EQ(bench_count(b, OLD_DATA), 400);
	for (i = 0; i < b->nsent; i++)
		if (b->sent[i].h.type == OLD_DATA)
			n[b->sent[i].ep.sock - 10]++;
	CHECK(abs(n[0] - n[1]) <= 2);
	TEST("\tone configured: the other is like it");
	lc = bench_link_conf(b, 0);
	lc.up.rate = 4000000;
	CHECK_EQ(tunnel_link(b->tunnel, &lc, b->now), 0);
	CHECK_EQ(bench_ctl(b, 0).rate_conf, 4000000);
	CHECK_EQ(bench_ctl(b, 1).rate_conf, 4000000);
	TEST("\tand they are kept to");
	bench_run(b, USEC);
	bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
	bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	bench_clear(b);
	for (i = 0; i < 300; i++)
		bench_input(b, 1400);
	bench_run(b, 100000);
	CHECK(bench_count(b, OLD_DATA) > 60);
	CHECK(bench_count(b, OLD_DATA) < 75);
	bench_run(b, 2 * USEC);
	bench_free(b);
}

static void
test_order(void)
{
	struct bench	*b;
	uint8_t		 tcp[8][64], udp[64];
	int		 i;

	for (i = 0; i < 8; i++)
		bench_packet(tcp[i], 60, 6, i);
	bench_packet(udp, 60, 17, 0);
	b = bench_new(BENCH_SERVER, 2);
	bench_up(b);
	b->old[1].data_seq = 1;
	for (i = 0; i < 2; i++)
		bench_from(b, i, OLD_DATA, tcp[0], 60);
	bench_run(b, 300000);
	bench_clear(b);

#define SEND(link, seq, pkt)						\
	do {								\
		b->old[link].data_seq = seq;				\
		bench_from(b, link, OLD_DATA, pkt, 60);			\
	} while (0)
	TEST("\tTCP waits for what is missing");
	SEND(0, 2, tcp[0]);
	SEND(1, 3, tcp[1]);
	CHECK_EQ(b->packets, 2);
	SEND(0, 5, tcp[3]);
	CHECK_EQ(b->packets, 2);
	TEST("\tothers do not");
	SEND(0, 6, udp);
	CHECK_EQ(b->packets, 3);
	TEST("\tnor does a number that makes no sense, nor end the waiting");
	SEND(1, 1ULL << 44, tcp[0]);
	CHECK_EQ(b->packets, 4);
	SEND(1, 4, tcp[2]);
	CHECK_EQ(b->packets, 6);
	CHECK_EQ(b->packet[43], 3);
	SEND(0, 7, tcp[4]);
	CHECK_EQ(b->packets, 7);
	b->packets--;
	CHECK_EQ(bench_counters(b).rx_held, 1);
	TEST("\tnot when every link has brought something later");
	SEND(0, 9, tcp[5]);
	CHECK_EQ(b->packets, 6);
	SEND(1, 10, tcp[6]);
	CHECK_EQ(b->packets, 8);
	CHECK_EQ(b->packet[43], 6);
	CHECK_EQ(bench_counters(b).rx_given_up, 1);
	TEST("\tand not for long");
	SEND(0, 12, tcp[7]);
	CHECK_EQ(b->packets, 8);
	bench_run(b, 100000);
	CHECK_EQ(b->packets, 9);
	TEST("\twhat comes after that comes late");
	SEND(1, 11, tcp[7]);
	CHECK_EQ(b->packets, 10);
	CHECK_EQ(bench_counters(b).rx_late, 1);
	TEST("\t\"reorder no\"");
	b->conf.reorder = ANSWER_NO;
	CHECK_EQ(tunnel_reconf(b->tunnel, &b->conf, b->now), 0);
	SEND(0, 20, tcp[0]);
	CHECK_EQ(b->packets, 11);
#undef SEND
	bench_free(b);
}

/* 2.2 has version 0, no numbers of DATA and no reorder bit. */
static void
test_old_version(void)
{
	struct bench	*b;
	uint8_t		 tcp[64];
	int		 i;

	bench_packet(tcp, 60, 6, 0);
	b = bench_new(BENCH_SERVER, 1);
	b->old[0].version = b->old[0].reorder = 0;
	bench_up(b);
	for (i = 0; i < 20; i++) {
		b->old[0].data_seq = 0;
		bench_from(b, 0, OLD_DATA, tcp, 60);
	}
	CHECK_EQ(b->packets, 20);
	CHECK_EQ(bench_counters(b).rx_late, 0);
	TEST("\ta KEEPALIVE each three seconds keeps it up");
	for (i = 0; i < 5; i++) {
		bench_run(b, 3 * USEC);
		bench_from(b, 0, OLD_KEEPALIVE, NULL, 0);
		CHECK(up(b, 0));
	}
	CHECK_EQ(b->downs, 0);
	CHECK_EQ(bench_counters(b).false_dead, 0);
	bench_free(b);
}

static void
test_removed(void)
{
	struct bench	*b;

	b = bench_new(BENCH_SERVER, 2);
	bench_up(b);
	CHECK_EQ(tunnel_unlink(b->tunnel, "dsl1", b->now), 0);
	bench_run(b, 0);
	CHECK_EQ(bench_count(b, OLD_DISCONNECT), 1);
	CHECK(up(b, 0));		/* dsl2 */
	TEST("\tanother secret ends all sessions");
	mlvpn2_key(b->conf.psk, "another");
	CHECK_EQ(tunnel_reconf(b->tunnel, &b->conf, b->now), 0);
	CHECK(!up(b, 0));
	bench_clear(b);
	bench_from(b, 1, OLD_KEEPALIVE, NULL, 0);
	CHECK_EQ(bench_counters(b).rx_badtag, 1);
	CHECK_EQ(b->nsent, 0);
	TEST("\tanother protocol is another tunnel");
	b->conf.protocol = PROTO_V3;
	CHECK_EQ(tunnel_reconf(b->tunnel, &b->conf, b->now), -1);
	b->conf.protocol = PROTO_MLVPN2;
	bench_free(b);
}

const struct mlvpn2_tests rule_tests[] = {
	{ "layout", test_layout, "what is sent (2)" },
	{ "nonces", test_nonces, "no nonce twice (3)" },
	{ "length", test_length, "the length is the datagram's (4)" },
	{ "own-flow", test_own_flow, "nothing of one's own (4)" },
	{ "wrong-role", test_wrong_role, "AUTH to servers, AUTH_OK to clients "
	    "(4)" },
	{ "replays", test_replays, "each datagram once (4)" },
	{ "flows", test_flows, "one flow at a time (4)" },
	{ "retired", test_retired, "flows that were do not call (4)" },
	{ "displaced", test_displaced, "nor do they stay (4)" },
	{ "addresses", test_addresses, "addresses by news only (4)" },
	{ "clear-address", test_clear_address, "not by the clear (4)" },
	{ "disconnect", test_disconnect, "DISCONNECT is a hint (5)" },
	{ "data-seq", test_data_seq, "numbers of packets (6)" },
	{ "bsd-tail", test_bsd_tail, "BSD peers' four bytes (6)" },
	{ "keepalives", test_keepalives, "one a second, under load (9)" },
	{ "dead", test_dead, "silent links (9)" },
	{ "called", test_called, "AUTH of a client that is up (9)" },
	{ "returns", test_returns, "to the configured address" },
	{ "passed-over", test_passed_over, "links that miss their turns" },
	{ "one-way", test_one_way, "links that only hear (9)" },
	{ "sizes", test_sizes, "MTU and the largest packet (10)" },
	{ "one-port", test_one_port, "both protocols on a socket (11)" },
	{ "first-disconnect", test_first_disconnect, "a client begins (12)" },
	{ "stranger", test_stranger, "a server begins (12)" },
	{ "life", test_life, "what proves life (13)" },
	{ "times", test_times, "stamps and echoes" },
	{ "wraps", test_wraps, "numbers that begin anew" },
	{ "ports", test_ports, "links and sockets" },
	{ "rates", test_rates, "configured rates and none" },
	{ "order", test_order, "order at the receiver" },
	{ "old-version", test_old_version, "peers of 2.2" },
	{ "removed", test_removed, "links and secrets that change" },
	{ NULL, NULL, NULL }
};
