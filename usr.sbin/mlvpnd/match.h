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
 * match_set(rules, n): replaces all rules.  On an error nothing changes, and
 *	it returns -1 with errno EINVAL (unsafe program), E2BIG (too many
 *	rules) or ENOMEM.  Rules that have not changed keep their counters.
 * match_packet(p, first): evaluates the rules and stores the result in the
 *	packet; first: count it.
 * match_bound(p): returns the rule that names links for the packet, or NULL.
 *	If the rules have changed, they are evaluated again.
 * match_dropped(p): counts a packet that was dropped because no link was
 *	permitted.
 * match_link(conf, name): the index of the name in the links of the rule, or
 *	-1.
 * match_ctl(i, c): fills in rule number i, counted from 0, without the name
 *	of the tunnel.  Returns -1 if there is none.
 */

#endif /* MATCH_H */
