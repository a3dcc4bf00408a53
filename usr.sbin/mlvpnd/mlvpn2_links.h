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

#ifndef MLVPN2_LINKS_H
#define MLVPN2_LINKS_H

/*
 * The links of all tunnels to peers of MLVPN 2.x, which are found by their
 * sockets, and the flows that were theirs.  mlvpn2.c owns them.
 */

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "mlvpn2_flow.h"

#define MLVPN2_SOCKETS		256	/* buckets */

struct mlvpn2;

struct mlvpn2_links {
	LIST_HEAD(, mlvpn2) socket[MLVPN2_SOCKETS];
	uint32_t	 own[MLVPN2_FLOWS];	/* flows once ours */
	size_t		 nown;
};

#endif /* MLVPN2_LINKS_H */
