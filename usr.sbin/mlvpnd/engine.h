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


#ifndef ENGINE_H
#define ENGINE_H

#include <sys/types.h>

#include <imsg.h>
#include <stdint.h>

#include "ctl.h"

/* The process that moves packets.  Does not return. */
__dead void	 engine(int debug, int verbose);

/*
 * What control.c asks of the engine.  Those that list return how many
 * entries, with engine_show_filters() how many tunnels, matched the
 * selection; each entry is queued to the client as one message.
 * engine_link_admin() gives -1 when there is no such tunnel or link.
 */
void	 engine_show_summary(struct imsgbuf *);
int	 engine_show_tunnels(struct imsgbuf *, const struct ctl_select *);
int	 engine_show_links(struct imsgbuf *, const struct ctl_select *);
int	 engine_show_filters(struct imsgbuf *, const struct ctl_select *);
int	 engine_link_admin(const struct ctl_link_admin *, int);
void	 engine_imsg_compose_main(uint32_t, uint32_t, const void *, size_t);

#endif /* ENGINE_H */
