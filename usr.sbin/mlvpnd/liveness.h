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

#ifndef LIVENESS_H
#define LIVENESS_H

/*
 * Does a path answer, and well enough: suspicion, probes, quality.
 */

#include <stdint.h>

struct liveness {
	uint8_t		 quality;	/* LINK_UP, LINK_LOSSY, LINK_SLOW */
	uint64_t	 quality_at;	/* since when another one shows */
	uint64_t	 suspect_since;
	uint64_t	 suspect_number; /* numbers from here on clear it */
	unsigned int	 answers;	/* since suspicion */
	unsigned int	 patience;	/* after false alarms */
	unsigned int	 flaps;		/* suspicions lately */
	uint64_t	 forget_at;	/* one of these, 0 none */
	uint64_t	 probe_next;
	uint16_t	 probe_number;
	uint64_t	 probe_tx;
	uint64_t	 stale_at;	/* next CORE_LINK_STALE */
};

#endif /* LIVENESS_H */
