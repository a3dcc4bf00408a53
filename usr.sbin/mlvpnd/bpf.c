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
 * Programs of bpf(4) for match rules: checks that one is safe to run, and runs
 * it on a packet.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <pcap.h>
#include <string.h>

#include "conf.h"

static int	 insn_valid(const struct bpf_insn *, unsigned int);

/*
 * May the program be run?  It ends, stays within itself and its memory, and
 * has no instruction but those that all systems know: some abort at others.
 * Loads are checked when they are made.
 */
int
match_valid(const struct bpf_insn *insns, unsigned int n)
{
	unsigned int	 i;

	if (n == 0 || n > MATCH_INSNS_MAX)
		return (0);
	for (i = 0; i < n; i++)
		if (!insn_valid(&insns[i], n - i - 1))
			return (0);
	return (BPF_CLASS(insns[n - 1].code) == BPF_RET);
}

/* Of a program that is valid: does it want the packet? */
int
match_run(struct bpf_insn *insns, unsigned int n, const void *pkt, size_t len)
{
	struct bpf_program	 prog;
	struct pcap_pkthdr	 hdr;

	prog.bf_len = n;
	prog.bf_insns = insns;
	memset(&hdr, 0, sizeof(hdr));
	hdr.len = hdr.caplen = len;
	return (pcap_offline_filter(&prog, &hdr, pkt) != 0);
}

/* left: how many instructions follow */
static int
insn_valid(const struct bpf_insn *in, unsigned int left)
{
	switch (in->code) {
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_MSH | BPF_B:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
		return (1);
	case BPF_ALU | BPF_DIV | BPF_K:
		return (in->k != 0);
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return (in->k < 32);
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return (in->k < BPF_MEMWORDS);
	case BPF_JMP | BPF_JA:
		return (in->k < left);
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return (in->jt < left && in->jf < left);
	default:
		return (0);
	}
}
