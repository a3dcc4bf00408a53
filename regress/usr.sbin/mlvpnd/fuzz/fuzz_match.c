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
 * Programs of bpf(4) and packets: what is taken for safe runs, and no rule,
 * whatever it says, touches more than the packet.
 */

#include <sys/param.h>
#include <sys/queue.h>

#include <pcap.h>

#include "core.h"
#include "fuzz.h"
#include "match.h"

#define RULE	5		/* bytes of input, without its program */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct matches		 m;
	struct match_rule	 rule[4];
	struct match_conf	 conf[4];
	struct ctl_match	 ctl;
	struct bpf_insn		 insns[4][MATCH_INSNS_MAX];
	struct pool		 pool;
	struct pkt		*p;
	size_t			 n, i, k;

	memset(&m, 0, sizeof(m));
	memset(conf, 0, sizeof(conf));
	memset(insns, 0, sizeof(insns));
	for (n = 0; n < 4 && size >= RULE && (data[0] & 0x80) == 0; n++) {
		conf[n].flags = data[0] << 1 | data[1] << 8;
		conf[n].dscp = data[1] & 63;
		conf[n].nlinks = data[2] >> 6;
		for (i = 0; i < conf[n].nlinks; i++)
			snprintf(conf[n].links[i], sizeof(conf[n].links[i]),
			    "l%u", data[2] >> i & 3);
		snprintf(conf[n].expr, sizeof(conf[n].expr), "%zu", n);
		k = data[3] % 32;
		data += RULE - 1;
		size -= RULE - 1;
		for (i = 0; i < k && size >= 6; i++) {
			insns[n][i].code = data[0] | (data[1] & 1) << 8;
			insns[n][i].jt = data[2] & 15;
			insns[n][i].jf = data[3] & 15;
			insns[n][i].k = (uint32_t)data[4] <<
			    (data[1] >> 4) * 2 | data[5];
			data += 6;
			size -= 6;
		}
		rule[n].conf = &conf[n];
		rule[n].insns = insns[n];
		rule[n].ninsns = i;
		if (!match_valid(insns[n], i)) {
			/* like most; one that ends is better than none */
			if (i == 0)
				i = rule[n].ninsns = 1;
			insns[n][i - 1].code = BPF_RET | BPF_K;
			insns[n][i - 1].k = 1;
		}
	}
	if (match_set(&m, rule, n) == -1)
		return (0);
	FUZZ_CHECK(pool_init(&pool, 1) == 0);
	FUZZ_CHECK((p = pkt_get(&pool)) != NULL);
	p->len = MIN(size, PKT_ROOM);
	memcpy(PKT_DATA(p), data, p->len);
	match_packet(&m, p, 1);
	if (n > 1)
		FUZZ_CHECK(match_set(&m, rule, n - 1) == 0);
	if (match_bound(&m, p) != NULL) {
		(void)match_link(match_bound(&m, p), "l1");
		match_dropped(&m, p);
	}
	for (i = 0; match_ctl(&m, i, &ctl) == 0; i++)
		FUZZ_CHECK(i < 4);
	pkt_put(&pool, p);
	pool_free(&pool);
	match_free(&m);
	return (0);
}
