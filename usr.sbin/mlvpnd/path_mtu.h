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

#ifndef PATH_MTU_H
#define PATH_MTU_H

/*
 * The MTU of a path (mlvpn(7), MTU): what there is to tell pmtu.c, and
 * what becomes of its results.
 */

#include <stddef.h>
#include <stdint.h>

struct dgram;
struct frame;
struct path;
struct paths;

void	 path_mtu_start(struct path *, uint64_t);
void	 path_mtu_limits(struct path *, uint64_t);
void	 path_mtu_timer(struct path *, uint64_t);
uint64_t path_mtu_deadline(const struct path *);
int	 path_mtu_compose(struct path *, struct dgram *, uint64_t);
void	 path_mtu_probed(struct path *, const struct frame *,
	    const struct dgram *, uint64_t);
size_t	 path_mtu_put_result(struct path *, uint8_t *, size_t, uint64_t);
void	 path_mtu_result(struct paths *, const struct frame *, uint64_t);
unsigned int
	 path_mtu_report(struct path *, const struct frame *, uint64_t,
	    uint64_t, uint64_t);
void	 path_mtu_refused(struct path *, const struct dgram *, uint64_t);

/*
 * path_mtu_start(now): the path begins, or has another address.
 * path_mtu_limits(now): what either end says of its MTU has changed.
 * path_mtu_deadline(): when path_mtu_timer() has something to do, us.
 * path_mtu_compose(dg, now): MTU_PROBE; 0 if none is due.
 * path_mtu_probed(f, dg, now): MTU_PROBE came in dg.
 * path_mtu_put_result(buf, room, now): writes MTU_RESULT.  Returns its length,
 *	0 if there is no room.
 * path_mtu_result(f, now): MTU_RESULT came, on any path.
 * path_mtu_report(f, first, highest, now): a report; the numbers from first to
 *	highest are news.  Returns how many of them are probes that were lost,
 *	which count for no loss.
 * path_mtu_refused(dg, now): the system refused dg as too long.
 */

#endif /* PATH_MTU_H */
