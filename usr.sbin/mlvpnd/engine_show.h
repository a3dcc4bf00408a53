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

#ifndef ENGINE_SHOW_H
#define ENGINE_SHOW_H

/*
 * The answers to mlvpnctl(8)'s requests, and what the process title has in
 * common with them.
 */

#include <stddef.h>

struct control_ops;
struct core;
struct ctl_link;
struct engine_tunnel;

extern const struct control_ops	 engine_control_ops;

/*
 * engine_links(t, &n): all links of a tunnel, until the next call.
 * words_add(word, text, size): appends a blank and a word to the text, which
 *	is not empty.  If it does not fit, appends " ..." and returns 0.
 */
void	 engine_show_init(struct core *);
const struct ctl_link *
	 engine_links(struct engine_tunnel *, size_t *);
int	 words_add(const char *, char *, size_t);

#endif /* ENGINE_SHOW_H */
