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

#ifndef RECENT_H
#define RECENT_H

/*
 * The last lines that were logged about tunnels and links, for mlvpnctl(8).
 */

#include <stddef.h>
#include <stdint.h>

#include "ctl.h"

#define RECENT_MAX	64

/*
 * recent_add(line, now): the oldest one gives way.
 * recent_get(i, event, now): the newest one is the first.  Returns -1 if there
 *	are not that many.
 */
void	 recent_add(const char *, uint64_t);
int	 recent_get(size_t, struct ctl_event *, uint64_t);

#endif /* RECENT_H */
