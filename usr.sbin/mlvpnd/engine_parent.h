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

#ifndef ENGINE_PARENT_H
#define ENGINE_PARENT_H

/*
 * The engine's channel to the parent.
 */

#include <sys/types.h>

#include <stdint.h>

struct imsg;

/*
 * engine_parent_open(imsg): calls imsg for each message.  The event loop ends
 *	when the parent exits.
 * engine_compose_parent(type, peerid, data, len): fatal if the message cannot
 *	be queued.
 *
 * The parent is trusted, but its messages are checked so that mistakes show up
 * where they are made:
 *
 * engine_get_data(imsg, data, len): fatal if the message has another length.
 * engine_check_string(s, size, where): fatal if it is not terminated.
 */
void	 engine_parent_open(void (*)(struct imsg *));
void	 engine_parent_close(void);
void	 engine_compose_parent(uint32_t, uint32_t, const void *, size_t);
void	 engine_get_data(struct imsg *, void *, size_t);
void	 engine_check_string(const char *, size_t, const char *);

#endif /* ENGINE_PARENT_H */
