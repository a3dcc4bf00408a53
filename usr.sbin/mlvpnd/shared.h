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

#ifndef SHARED_H
#define SHARED_H

/*
 * What the tunnels of a core share.  core.c owns it; each part is changed by
 * its own file.
 */

#include <stdint.h>

#include "admit.h"
#include "mlvpn2_links.h"
#include "notify.h"
#include "pkt.h"
#include "rawq.h"
#include "rnd.h"
#include "rxindex.h"
#include "seen.h"
#include "session.h"
#include "socktab.h"
#include "stamp.h"
#include "turn.h"

struct core;

struct shared {
	struct core	*core;		/* whose it is */
	struct core_ops	 ops;
	struct rnd	 rnd;
	struct pool	 pool;
	struct rxindex	 index;
	struct socktab	 socks;
	struct turns	 turns;
	struct admit	 admit;
	struct seen	 seen;
	struct rawq	 rawq;
	struct stamps	 stamps;
	struct mlvpn2_links mlvpn2;
	struct session_limits limits;
	uint64_t	 tick;		/* how late timers come, us */
	int		 stopping;
};

#endif /* SHARED_H */
