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

#ifndef SNAPSHOT_H
#define SNAPSHOT_H

/*
 * What the engine has answered to one request after the other, and the pages
 * that are made of it.
 */

#include <stddef.h>
#include <stdio.h>

#include "ctl.h"

struct imsg;

struct snapshot {
	struct ctl_summary	 summary;
	struct ctl_listen	*listens;
	struct ctl_tunnel	*tunnels;
	struct ctl_link		*links;
	struct ctl_history	*histories;
	struct ctl_event	*events;
	size_t			 nlistens, ntunnels, nlinks, nhistories;
	size_t			 nevents;
};

/*
 * snapshot_add(imsg): returns -1 if the message is not valid or there is no
 *	memory.
 * snapshot_clear(): forgets everything.
 * snapshot_status(), snapshot_history(): JSON, see mlvpnctl(8).
 * snapshot_metrics(): OpenMetrics 1.0, or the text format of Prometheus; see
 *	mlvpnd(8).
 */
int	 snapshot_add(struct snapshot *, struct imsg *);
void	 snapshot_clear(struct snapshot *);
void	 snapshot_status(const struct snapshot *, FILE *);
void	 snapshot_history(const struct snapshot *, FILE *);
void	 snapshot_metrics(const struct snapshot *, FILE *, int openmetrics);

#endif /* SNAPSHOT_H */
