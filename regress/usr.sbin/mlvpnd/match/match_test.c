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
 * What rules decide about a packet, and which programs are refused.
 */

#include <sys/types.h>

#include <err.h>
#include <errno.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "conf_match.h"
#include "match.h"
#include "test.h"

#define RULES_MAX	8
#define LEN		64

struct rule {
	const char	*expr;
	uint32_t	 flags;
	uint8_t		 dscp;
	const char	*links[2];
};

static struct pool		 pool;
static struct matches		 matches;
static struct tunnel_conf	 conf;		/* layer2 */

static void	 rules(const struct rule *, size_t);
static int	 set(const struct rule *, size_t);
static struct pkt *packet(uint8_t, uint16_t);
static uint32_t	 decide(uint8_t, uint16_t);
static void	 random_bytes(void *, void *, size_t);
static void	 test_add_up(void);
static void	 test_last_wins(void);
static void	 test_quick(void);
static void	 test_counters(void);
static void	 test_atomic(void);
static void	 test_ether(void);
static void	 test_compiled(void);
static void	 test_hostile(void);
static void	 test_opcodes(void);
static void	 test_random(void);

int
main(void)
{
	CHECK_EQ(pool_init(&pool, 64), 0);
	test_add_up();
	test_last_wins();
	test_quick();
	test_counters();
	test_atomic();
	test_ether();
	test_compiled();
	test_hostile();
	test_opcodes();
	test_random();

	match_free(&matches);
	CHECK_EQ(pool.nfree, 64);
	pool_free(&pool);
	return (0);
}

/* Always the same. */
static void
random_bytes(void *bula, void *buf, size_t len)
{
	static uint64_t	 state = 88172645463325252ULL;
	uint8_t		*p = buf;

	while (len-- > 0) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*p++ = (uint8_t)(state >> 24);
	}
}

static void
rules(const struct rule *r, size_t n)
{
	CHECK_EQ(set(r, n), 0);
}

static int
set(const struct rule *r, size_t n)
{
	static struct match_conf	 mc[RULES_MAX];
	struct match_rule		 mr[RULES_MAX];
	struct bpf_insn			*insns[RULES_MAX];
	char				 errbuf[256];
	size_t				 i;
	int				 j, ret;

	CHECK(n <= RULES_MAX);
	memset(mc, 0, sizeof(mc));
	memset(mr, 0, sizeof(mr));
	for (i = 0; i < n; i++) {
		strlcpy(mc[i].expr, r[i].expr, sizeof(mc[i].expr));
		mc[i].flags = r[i].flags;
		mc[i].dscp = r[i].dscp;
		for (j = 0; j < 2 && r[i].links[j] != NULL; j++)
			strlcpy(mc[i].links[mc[i].nlinks++], r[i].links[j],
			    LINK_NAME_SIZE);
		insns[i] = conf_match_compile(&conf, mc[i].expr,
		    &mr[i].ninsns, errbuf, sizeof(errbuf));
		if (insns[i] == NULL)
			errx(1, "%s: %s", mc[i].expr, errbuf);
		mr[i].conf = &mc[i];
		mr[i].insns = insns[i];
	}
	ret = match_set(&matches, mr, n);
	for (i = 0; i < n; i++)
		free(insns[i]);
	return (ret);
}

/* From 10.0.0.1 to 10.0.0.2, to the port. */
static struct pkt *
packet(uint8_t proto, uint16_t port)
{
	struct pkt	*p;
	uint8_t		*d;

	if ((p = pkt_get(&pool)) == NULL)
		errx(1, "pkt_get");
	d = PKT_DATA(p);
	memset(d, 0, LEN + 14);
	p->len = LEN;
	if (conf.layer2) {
		memset(d, 0x02, 12);
		d[12] = 0x08;
		d += 14;
		p->len += 14;
	}
	d[0] = 0x45;
	d[3] = LEN;
	d[8] = 64;
	d[9] = proto;
	d[12] = d[16] = 10;
	d[15] = 1;
	d[19] = 2;
	d[20] = 0x12;
	d[22] = port >> 8;
	d[23] = port & 0xff;
	d[32] = 0x50;
	return (p);
}

/* MATCH_* for the packet, above them the number of the rule that names the
 * links and the code point. */
static uint32_t
decide(uint8_t proto, uint16_t port)
{
	struct pkt	*p = packet(proto, port);
	uint32_t	 res;

	match_packet(&matches, p, 1);
	CHECK_EQ(p->match_gen, matches.gen);
	CHECK((match_bound(&matches, p) != NULL) == (p->rule != 0));
	res = p->match | p->rule << 16 | (uint32_t)p->dscp << 24;
	pkt_put(&pool, p);
	return (res);
}

#define RULE(n)	((n) << 16)
#define DSCP(n)	((uint32_t)(n) << 24 | MATCH_DSCP)
#define UDP	17
#define TCP	6

static void
test_add_up(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_PRIORITY, 0, { NULL } },
		{ "udp port 5060", MATCH_LINKS, 0, { "dsl1", "dsl2" } },
		{ "ip", MATCH_DUPLICATE, 0, { NULL } },
		{ "dst port 5060", MATCH_DSCP | MATCH_ORDER, 46, { NULL } }
	};

	TEST("rules add up");
	CHECK_EQ(decide(UDP, 5060), 0);
	rules(r, 4);
	CHECK_EQ(decide(UDP, 53), MATCH_PRIORITY | MATCH_DUPLICATE);
	CHECK_EQ(decide(TCP, 53), MATCH_DUPLICATE);
	CHECK_EQ(decide(UDP, 5060), MATCH_PRIORITY | MATCH_DUPLICATE |
	    MATCH_ORDER | DSCP(46) | RULE(2));
	CHECK_EQ(decide(TCP, 5060), MATCH_DUPLICATE | MATCH_ORDER | DSCP(46));
	rules(NULL, 0);
	CHECK_EQ(decide(UDP, 5060), 0);
}

static void
test_last_wins(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_PRIORITY | MATCH_NOORDER | MATCH_DSCP |
		    MATCH_LINKS | MATCH_ONLY, 46, { "dsl1" } },
		{ "port 1", MATCH_BULK, 0, { NULL } },
		{ "port 2", MATCH_ORDER, 0, { NULL } },
		{ "port 3", MATCH_DSCP, 0, { NULL } },
		{ "port 4", MATCH_NOT, 0, { "dsl2" } },
		{ "dst port 1 or dst port 2", MATCH_PRIORITY, 0, { NULL } }
	};
	const uint32_t			 prio = MATCH_PRIORITY;
	const uint32_t			 no = MATCH_NOORDER;

	TEST("the last one wins");
	rules(r, 5);
	CHECK_EQ(decide(UDP, 9), prio | no | DSCP(46) | RULE(1));
	CHECK_EQ(decide(UDP, 1), MATCH_BULK | no | DSCP(46) | RULE(1));
	CHECK_EQ(decide(UDP, 2), prio | MATCH_ORDER | DSCP(46) | RULE(1));
	CHECK_EQ(decide(UDP, 3), prio | no | DSCP(0) | RULE(1));
	CHECK_EQ(decide(UDP, 4), prio | no | DSCP(46) | RULE(5));
	rules(r, 6);
	CHECK_EQ(decide(UDP, 1), prio | no | DSCP(46) | RULE(1));
}

static void
test_quick(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_PRIORITY, 0, { NULL } },
		{ "port 1", MATCH_ORDER | MATCH_QUICK, 0, { NULL } },
		{ "udp", MATCH_BULK, 0, { NULL } }
	};

	TEST("quick stops");
	rules(r, 3);
	CHECK_EQ(decide(UDP, 1), MATCH_PRIORITY | MATCH_ORDER);
	CHECK_EQ(decide(UDP, 2), MATCH_BULK);
	CHECK_EQ(decide(TCP, 2), 0);
}

static void
test_counters(void)
{
	static const struct rule	 r[] = {
		{ "udp", MATCH_PRIORITY, 0, { NULL } },
		{ "port 1", MATCH_LINKS, 0, { "dsl1" } },
		{ "tcp", MATCH_BULK, 0, { NULL } }
	};
	struct rule			 other[3];
	struct ctl_match		 cm;
	struct pkt			*p;
	int				 i;

	TEST("counters");
	rules(NULL, 0);
	rules(r, 3);
	for (i = 0; i < 5; i++)
		(void)decide(UDP, 1);
	(void)decide(UDP, 2);
	p = packet(UDP, 1);
	match_packet(&matches, p, 1);
	match_dropped(&matches, p);
	CHECK_EQ(match_ctl(&matches, 0, &cm), 0);
	CHECK_EQ(strcmp(cm.conf.expr, "udp"), 0);
	CHECK_EQ(cm.packets, 7);
	CHECK_EQ(cm.bytes, 7 * LEN);
	CHECK_EQ(cm.dropped, 0);
	CHECK_EQ(match_ctl(&matches, 1, &cm), 0);
	CHECK_EQ(cm.packets, 6);
	CHECK_EQ(cm.dropped, 1);
	CHECK_EQ(match_ctl(&matches, 2, &cm), 0);
	CHECK_EQ(cm.packets, 0);
	CHECK_EQ(match_ctl(&matches, 3, &cm), (uint64_t)-1);

	TEST("rules that stay go on counting, others begin");
	other[0] = r[2];
	other[1] = r[1];
	other[2] = r[0];
	other[2].flags = MATCH_BULK;
	rules(other, 3);
	CHECK_EQ(match_ctl(&matches, 1, &cm), 0);
	CHECK_EQ(cm.packets, 6);
	CHECK_EQ(cm.dropped, 1);
	CHECK_EQ(match_ctl(&matches, 2, &cm), 0);
	CHECK_EQ(cm.packets, 0);

	TEST("a packet that waits learns of new rules, and is not counted");
	CHECK_EQ(p->rule, 2);
	rules(r, 1);
	CHECK(match_bound(&matches, p) == NULL);
	CHECK_EQ(p->match, MATCH_PRIORITY);
	rules(other, 2);
	CHECK(match_bound(&matches, p) != NULL);
	CHECK_EQ(match_ctl(&matches, 1, &cm), 0);
	CHECK_EQ(cm.packets, 0);
	rules(NULL, 0);
	CHECK(match_bound(&matches, p) == NULL);
	CHECK_EQ(p->match, 0);
	pkt_put(&pool, p);
}

static void
test_atomic(void)
{
	static const struct rule	 r = { "udp", MATCH_BULK, 0, { NULL } };
	static struct match_conf	 mc;
	static struct match_rule	 many[MATCH_MAX + 1];
	struct bpf_insn			 good = { BPF_RET | BPF_K, 0, 0, 1 };
	struct bpf_insn			 bad = { BPF_JMP | BPF_JA, 0, 0, 0 };
	struct match_rule		 mr[2];
	size_t				 i;

	TEST("a bad rule changes nothing");
	rules(&r, 1);
	mr[0].conf = mr[1].conf = &mc;
	mr[0].ninsns = mr[1].ninsns = 1;
	mr[0].insns = &good;
	mr[1].insns = &bad;
	CHECK_EQ(match_set(&matches, mr, 2), (uint64_t)-1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(decide(UDP, 1), MATCH_BULK);
	CHECK_EQ(decide(TCP, 1), 0);

	TEST("as many as there may be");
	for (i = 0; i < MATCH_MAX + 1; i++)
		many[i] = mr[0];
	mc.flags = MATCH_ORDER;
	CHECK_EQ(match_set(&matches, many, MATCH_MAX + 1), (uint64_t)-1);
	CHECK_EQ(errno, E2BIG);
	CHECK_EQ(decide(UDP, 1), MATCH_BULK);
	CHECK_EQ(match_set(&matches, many, MATCH_MAX), 0);
	CHECK_EQ(decide(UDP, 1), MATCH_ORDER);
}

static void
test_ether(void)
{
	static const struct rule	 r[] = {
		{ "udp port 5060", MATCH_PRIORITY, 0, { NULL } },
		{ "arp", MATCH_BULK, 0, { NULL } },
		{ "ether host 02:02:02:02:02:02", MATCH_ORDER, 0, { NULL } }
	};

	TEST("frames");
	conf.layer2 = 1;
	rules(r, 3);
	CHECK_EQ(decide(UDP, 5060), MATCH_PRIORITY | MATCH_ORDER);
	CHECK_EQ(decide(UDP, 5061), MATCH_ORDER);
	rules(NULL, 0);
	conf.layer2 = 0;
}

/* What the compiler makes of what people write may be run. */
static void
test_compiled(void)
{
	static const char * const	 exprs[] = {
		"udp port 5060", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
		"ip6 and tcp dst port 8000", "icmp or icmp6",
		"net 192.0.2.0/24 and not host 192.0.2.1",
		"ip[1] & 0xfc >> 2 = 46", "greater 1000", "less 100",
		"(ip[2:2] - ((ip[0] & 0xf) << 2)) != 0", "ip proto 50",
		"tcp port 22 or tcp port 23 or udp port 53",
		"ip6 net 2001:db8::/32", "ip6 proto 17", "ip[8] / 2 > 31",
		"ip[0] * 3 = 1 or -ip[1] = 5 or ip[2] | ip[3] = 9"
	};
	char				 errbuf[256];
	struct bpf_insn			*insns;
	unsigned int			 n;
	size_t				 i;

	TEST("expressions");
	for (i = 0; i < sizeof(exprs) / sizeof(exprs[0]); i++) {
		printf("\t%s\n", exprs[i]);
		insns = conf_match_compile(&conf, exprs[i], &n, errbuf,
		    sizeof(errbuf));
		if (insns == NULL)
			errx(1, "%s", errbuf);
		CHECK(match_valid(insns, n));
		CHECK(!match_valid(insns, n - 1) || n == 1 ||
		    BPF_CLASS(insns[n - 2].code) == BPF_RET);
		free(insns);
	}
	insns = conf_match_compile(&conf, "ip protochain 6", &n, errbuf,
	    sizeof(errbuf));
	CHECK(insns != NULL);
	CHECK(!match_valid(insns, n));
	free(insns);
}

#define RET	{ BPF_RET | BPF_K, 0, 0, 1 }
#define LOAD	{ BPF_LD | BPF_B | BPF_ABS, 0, 0, 0 }

static void
test_hostile(void)
{
	static struct {
		const char	*what;
		int		 valid;
		unsigned int	 n;
		struct bpf_insn	 insns[4];
	} progs[] = {
		{ "one return", 1, 1, { RET } },
		{ "nothing", 0, 0, { RET } },
		{ "no end", 0, 1, { LOAD } },
		{ "no end after a return", 0, 2, { RET, LOAD } },
		{ "a jump at the end", 0, 2, { RET,
		    { BPF_JMP | BPF_JA, 0, 0, 0 } } },
		{ "a jump to the next", 1, 2, {
		    { BPF_JMP | BPF_JA, 0, 0, 0 }, RET } },
		{ "a jump behind the end", 0, 2, {
		    { BPF_JMP | BPF_JA, 0, 0, 1 }, RET } },
		{ "a jump back", 0, 3, { LOAD,
		    { BPF_JMP | BPF_JA, 0, 0, 0xfffffffe }, RET } },
		{ "a jump to itself", 0, 2, {
		    { BPF_JMP | BPF_JA, 0, 0, 0xffffffff }, RET } },
		{ "a jump far away", 0, 2, {
		    { BPF_JMP | BPF_JA, 0, 0, 0x7fffffff }, RET } },
		{ "both ways to the last", 1, 3, {
		    { BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 4 }, RET, RET } },
		{ "true behind the end", 0, 3, {
		    { BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 4 }, RET, RET } },
		{ "false behind the end", 0, 3, {
		    { BPF_JMP | BPF_JSET | BPF_X, 0, 2, 4 }, RET, RET } },
		{ "255 behind the end", 0, 2, {
		    { BPF_JMP | BPF_JGT | BPF_K, 255, 255, 4 }, RET } },
		{ "the last memory", 1, 2, { { BPF_ST, 0, 0, 15 }, RET } },
		{ "memory behind the last", 0, 2, { { BPF_ST, 0, 0, 16 },
		    RET } },
		{ "memory far away", 0, 2, { { BPF_STX, 0, 0, 0xffffffff },
		    RET } },
		{ "reading behind the last memory", 0, 2, {
		    { BPF_LD | BPF_MEM, 0, 0, 16 }, RET } },
		{ "the same with the index", 0, 2, {
		    { BPF_LDX | BPF_MEM, 0, 0, 16 }, RET } },
		{ "a division by 0", 0, 2, {
		    { BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0 }, RET } },
		{ "a division by the index", 1, 2, {
		    { BPF_ALU | BPF_DIV | BPF_X, 0, 0, 0 }, RET } },
		{ "a shift by 31", 1, 2, {
		    { BPF_ALU | BPF_LSH | BPF_K, 0, 0, 31 }, RET } },
		{ "a shift by 32", 0, 2, {
		    { BPF_ALU | BPF_RSH | BPF_K, 0, 0, 32 }, RET } },
		{ "a remainder", 0, 2, {
		    { BPF_ALU | 0x90 | BPF_K, 0, 0, 3 }, RET } },
		{ "an exclusive or", 0, 2, {
		    { BPF_ALU | 0xa0 | BPF_K, 0, 0, 3 }, RET } },
		{ "no instruction", 0, 2, { { 0xffff, 0, 0, 0 }, RET } },
		{ "a load far away", 1, 2, {
		    { BPF_LD | BPF_W | BPF_ABS, 0, 0, 0xffffffff }, RET } },
		{ "a load where Linux has other things", 1, 2, {
		    { BPF_LD | BPF_W | BPF_ABS, 0, 0, 0xfffff000 }, RET } }
	};
	struct bpf_insn	 insns[MATCH_INSNS_MAX + 1];
	uint8_t		 data[LEN] = { 0 };
	size_t		 i;

	TEST("hostile programs");
	for (i = 0; i < sizeof(progs) / sizeof(progs[0]); i++) {
		printf("\t%s\n", progs[i].what);
		CHECK_EQ(match_valid(progs[i].insns, progs[i].n),
		    progs[i].valid);
		if (progs[i].valid)
			(void)match_run(progs[i].insns, progs[i].n, data, LEN);
	}
	for (i = 0; i < MATCH_INSNS_MAX + 1; i++) {
		insns[i].code = BPF_RET | BPF_K;
		insns[i].jt = insns[i].jf = 0;
		insns[i].k = 1;
	}
	CHECK(match_valid(insns, MATCH_INSNS_MAX));
	CHECK(!match_valid(insns, MATCH_INSNS_MAX + 1));
}

/* No opcode that is let through ends the process. */
static void
test_opcodes(void)
{
	static const uint32_t	 values[] = { 0, 1, 15, 16, 31, 32, 0x7fffffff,
				    0x80000000, 0xfffff000, 0xffffffff };
	struct bpf_insn		 insns[2] = { RET, RET };
	uint8_t			 data[LEN] = { 0 };
	unsigned int		 code, valid = 0;
	size_t			 i;

	TEST("all opcodes");
	for (code = 0; code <= 0xffff; code++) {
		insns[0].code = code;
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			insns[0].k = values[i];
			if (!match_valid(insns, 2))
				continue;
			(void)match_run(insns, 2, data, LEN);
			(void)match_run(insns, 2, data, 0);
			valid++;
		}
	}
	printf("\t%u of them taken\n", valid);
	CHECK_EQ(valid, 402);
}

/* Programs at random, of instructions that are likely to pass. */
static void
test_random(void)
{
	static const uint16_t	 codes[] = {
		BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_B | BPF_IND, BPF_LD | BPF_W | BPF_IND,
		BPF_LDX | BPF_MSH | BPF_B, BPF_LD | BPF_MEM, BPF_STX, BPF_ST,
		BPF_LDX | BPF_MEM, BPF_JMP | BPF_JA, BPF_JMP | BPF_JEQ | BPF_X,
		BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_SUB | BPF_K,
		BPF_ALU | BPF_MUL | BPF_X, BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_NEG, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM, BPF_LD | BPF_W | BPF_LEN
	};
	struct bpf_insn		 insns[16];
	uint8_t			*data, len;
	unsigned int		 i, j, ran = 0;

	TEST("programs at random");
	for (i = 0; i < 500000; i++) {
		random_bytes(NULL, insns, sizeof(insns));
		for (j = 0; j < 16; j++) {
			insns[j].code = codes[insns[j].code %
			    (sizeof(codes) / sizeof(codes[0]))];
			insns[j].jt %= 8;
			insns[j].jf %= 8;
			if (insns[j].k & 0x40000000)
				insns[j].k %= 20;
		}
		insns[15].code = BPF_RET | BPF_A;
		if (!match_valid(insns, 16))
			continue;
		/* of its own, so that a sanitizer sees its end */
		random_bytes(NULL, &len, 1);
		if ((data = malloc(len)) == NULL)
			err(1, NULL);
		random_bytes(NULL, data, len);
		(void)match_run(insns, 16, data, len);
		free(data);
		ran++;
	}
	printf("\t%u ran\n", ran);
	CHECK(ran > 1000);
}
