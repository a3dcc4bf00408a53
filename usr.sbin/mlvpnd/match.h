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


#ifndef MATCH_H
#define MATCH_H

/*
 * The "match" rules of a tunnel: owns them and their counters.  The actions
 * of all matching rules are combined.  The last one wins where they exclude
 * each other.  No rule is evaluated after one with "quick".
 */

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "ctl.h"
#include "pkt.h"

struct match {
	struct match_conf conf;
	struct bpf_insn	*insns;
	unsigned int	 ninsns;
	uint64_t	 packets, bytes, dropped;
};

struct matches {
	struct match	*rules;
	size_t		 n;
	uint32_t	 gen;		/* changes with them */
};

int	 match_set(struct matches *, const struct match_rule *, size_t);
void	 match_free(struct matches *);
void	 match_packet(struct matches *, struct pkt *, int);
const struct match_conf *match_bound(struct matches *, struct pkt *);
void	 match_dropped(struct matches *, const struct pkt *);
int	 match_link(const struct match_conf *, const char *);
int	 match_ctl(const struct matches *, size_t, struct ctl_match *);

/*
 * match_set(rules, n): copies these in place of all others, or none: -1 with
 *	errno EINVAL for a program that must not be run, E2BIG for too many
 *	rules, ENOMEM.  Rules that were there already go on counting.
 * match_packet(p, first): finds out what the rules want for the packet, and
 *	keeps that with it; first: it is to be counted.
 * match_bound(p): the rule that binds the packet to some of the links, NULL
 *	none.  If the rules have changed, what they want is found out anew.
 * match_dropped(p): the bound packet had no link to go by.
 * match_link(conf, name): where in the rule's list of links the name is,
 *	-1: it is not.
 * match_ctl(i, c): for people, rule number i, counted from 0; but for the
 *	tunnel's name.  -1 if there is none.
 */

#endif /* MATCH_H */
