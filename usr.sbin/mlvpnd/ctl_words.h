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

#ifndef CTL_WORDS_H
#define CTL_WORDS_H

/*
 * Words for what control messages contain, for people and for JSON.
 */

#include <stddef.h>

#include "ctl.h"

const char	*tunnel_state(const struct ctl_tunnel *);
const char	*link_state(unsigned int);	/* enum link_state */
const char	*listen_error(const struct ctl_listen *);	/* or NULL */

/* These write into a buffer of ADDR_STRLEN bytes, and return it. */
const char	*fmt_addr(const struct addr *, char *);
const char	*fmt_prefix(const struct prefix *, char *);
const char	*fmt_route(const struct ctl_route *, char *);

/* Of the sequence that the string begins with; 0 if that is not UTF-8. */
size_t		 utf8_len(const char *);

#endif /* CTL_WORDS_H */
