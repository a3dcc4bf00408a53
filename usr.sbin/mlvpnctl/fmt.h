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

#ifndef FMT_H
#define FMT_H

/*
 * Numbers for people.  The functions write into a buffer of FMT_SIZE bytes,
 * LOSS_SIZE for fmt_loss(), and return it.  What is not known is "-".
 */

#include <stdint.h>

#define FMT_SIZE	24
#define LOSS_SIZE	(2 * FMT_SIZE)

const char	*fmt_age(int64_t, char *);
const char	*fmt_msec(int64_t, char *);
const char	*fmt_scale(uint64_t, char *);
const char	*fmt_percent(int32_t, char *);
const char	*fmt_loss(int32_t, int32_t, char *);

#endif /* FMT_H */
