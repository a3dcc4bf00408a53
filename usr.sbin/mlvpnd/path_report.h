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

#ifndef PATH_REPORT_H
#define PATH_REPORT_H

/*
 * The reports of a path (mlvpn(7), FEEDBACK).
 */

#include <stdint.h>

struct frame;
struct path;
struct paths;

void		 path_report_want(struct path *, uint64_t);
void		 path_report_want_gap(struct path *, uint64_t);
void		 path_report_fill(const struct path *, struct frame *,
		    uint64_t);
struct path	*path_report_read(struct paths *, uint8_t,
		    const struct frame *, uint64_t *, uint64_t);

/*
 * path_report_want(now): something came that calls for a report.
 * path_report_want_gap(now): a gap showed; the sender hears of it soon, by the
 *	quickest path.
 * path_report_fill(f, now): REPORT of what came on the path.
 * path_report_read(via, f, &highest, now): REPORT came on path via, and may be
 *	of any.  Returns the path it is of, with the highest number reported;
 *	NULL if it is old or tells nothing.
 */

#endif /* PATH_REPORT_H */
