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

#ifndef STATUS_H
#define STATUS_H

/*
 * The process that answers HTTP requests about the state of the daemon.
 */

#include <sys/cdefs.h>

struct snapshot;

/* What a page is made of. */
enum status_kind {
	STATUS_NOW,			/* summary, tunnels, links, events */
	STATUS_HISTORY,
	STATUS_KINDS
};

__dead void	 status(int debug, int verbose);

/*
 * For status_http.c: what the engine says, if it was asked within the last
 * second.  Otherwise NULL, and status_http_ready() is called later.
 */
const struct snapshot	*status_get(enum status_kind);

#endif /* STATUS_H */
