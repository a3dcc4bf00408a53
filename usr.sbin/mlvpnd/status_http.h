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

#ifndef STATUS_HTTP_H
#define STATUS_HTTP_H

/*
 * The connections of the status process.
 */

struct snapshot;

/* What a page is made of. */
enum status_kind {
	STATUS_NOW,			/* summary, tunnels, links, events */
	STATUS_HISTORY,
	STATUS_KINDS
};

/*
 * status_http_init(get): the function returns what the engine says.  If that
 *	is not known it returns NULL, and status_http_ready() is called later.
 * status_http_listen(fd): accepts connections on this socket from now on, and
 *	not on the one before; -1: on none.
 * status_http_ready(kind, snapshot): answers those who wait for it; NULL: that
 *	it cannot be had.
 */
void	 status_http_init(const struct snapshot *(*)(enum status_kind));
void	 status_http_listen(int);
void	 status_http_ready(enum status_kind, const struct snapshot *);

#endif /* STATUS_HTTP_H */
