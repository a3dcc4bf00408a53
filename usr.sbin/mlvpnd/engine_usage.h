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

#ifndef ENGINE_USAGE_H
#define ENGINE_USAGE_H

/*
 * What links carry: the engine tells the parent the bytes, which keeps the
 * books, and has its figures for mlvpnctl(8).
 */

#include <sys/types.h>

#include <stdint.h>

struct imsg;
struct link_usage;

/*
 * engine_usage_recv(): IMSG_LINK_USAGE of the parent.
 * engine_usage_find(tunnel, link): its figures, NULL if there are none.
 */
void			 engine_usage_init(void);
void			 engine_usage_free(void);
void			 engine_usage_recv(struct imsg *);
const struct link_usage	*engine_usage_find(uint32_t, const char *);

#endif /* ENGINE_USAGE_H */
