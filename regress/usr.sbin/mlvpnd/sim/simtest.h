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

#ifndef SIMTEST_H
#define SIMTEST_H

/* What the scenarios have in common. */

#include "pair.h"
#include "../test.h"

#define TUNNEL_MTU	1420
#define ETHER		14

/* What headers leave of the Ethernet rate, at TUNNEL_MTU. */
#define SHARE_MAX	(1368.0 / 1494.0)

struct simtest {
	const char	*name;
	void		(*fn)(void);
	const char	*what;
};

extern const struct simtest	 auto_tests[];
extern const struct simtest	 load_tests[];
extern const struct simtest	 quality_tests[];
extern const struct simtest	 vary_tests[];
extern const struct simtest	 transfers_tests[];
extern const struct simtest	 comeback_tests[];

int		 explore(int, char *[]);

struct sim_dirconf dir(uint64_t, uint64_t);
struct pair	*two_links(uint64_t, const struct sim_dirconf *,
		    const struct sim_dirconf *);
struct sim_link	*add_link(struct pair *, const struct link_conf *,
		    const struct sim_dirconf *, const struct sim_dirconf *);
double		 share(struct pair *, struct sim_flow *, uint64_t, uint64_t);
double		 total(struct pair *, struct sim_flow **, int, uint64_t,
		    uint64_t);
void		 settled(struct pair *);
void		 show(struct sim_flow *);

/*
 * dir(Mbit/s, ms): a direction of a link.
 * two_links(seed, one, two): both directions alike, configured so; two may
 *	be NULL.
 * add_link(conf, up, down): as it is configured here.
 * share(flow, from, to): of the links' rates as they are now, in the flow's
 *	own time.
 * total(flows, n, from, to): of all these together, in the simulation's time.
 * settled(): at the end of a scenario: nothing is left behind.
 */

#endif /* SIMTEST_H */
