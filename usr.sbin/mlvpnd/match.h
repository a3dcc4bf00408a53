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
 * The "match" rules of a tunnel, and what they want for a packet.
 */

#include <stddef.h>
#include <stdint.h>

#include "core.h"

struct path;

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

/* The paths that a rule's packet may take now. */
struct pin {
	const struct match_conf	*conf;
	int		 level;		/* for path_fits() */
	int		 first;		/* of the links, -1 all */
	int		 backup;	/* level of the others */
	int		 distant;	/* those too slow for bulk as well */
};

void	 match_free(struct tunnel *);
void	 match_packet(struct tunnel *, struct pkt *, int);
int	 match_bound(struct tunnel *, struct pkt *);
int	 match_pin(struct tunnel *, const struct pkt *, int, struct pin *);
int	 match_allows(const struct pin *, const struct path *);
int	 match_permits(const struct pin *, const struct path *);
void	 match_dropped(struct tunnel *, const struct pkt *);

#endif /* MATCH_H */
