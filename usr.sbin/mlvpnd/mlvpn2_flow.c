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
 * Remembers the flows that a peer of MLVPN 2.x has used, and how far they came,
 * so that a recorded datagram is not taken again.
 */

#include <sys/param.h>

#include "mlvpn2_flow.h"

const struct mlvpn2_run *
mlvpn2_flow_find(const struct mlvpn2_flows *mf, uint32_t flow)
{
	size_t	 i;

	for (i = 0; i < MIN(mf->n, MLVPN2_FLOWS); i++)
		if (mf->run[i].flow == flow)
			return (&mf->run[i]);
	return (NULL);
}

void
mlvpn2_flow_add(struct mlvpn2_flows *mf, uint32_t flow, uint64_t highest)
{
	struct mlvpn2_run	*run;
	size_t			 i;

	for (i = 0; i < MIN(mf->n, MLVPN2_FLOWS); i++) {
		run = &mf->run[i];
		if (run->flow != flow)
			continue;
		run->highest = MAX(run->highest, highest);
		return;
	}
	run = &mf->run[mf->n++ % MLVPN2_FLOWS];
	run->flow = flow;
	run->highest = highest;
}

const struct mlvpn2_run *
mlvpn2_flow_get(const struct mlvpn2_flows *mf, size_t i)
{
	size_t	 n = MIN(mf->n, MLVPN2_FLOWS);

	return (i < n ? &mf->run[(mf->n - n + i) % MLVPN2_FLOWS] : NULL);
}
