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

#ifndef PARSE_H
#define PARSE_H

struct mlvpnd_conf;

#define PARSE_NOACTION	0x1	/* do not compute the psk of phrases */
#define PARSE_UNUSED	0x2	/* warn of macros that are not used */

/*
 * parse_options(): sets PARSE_*.
 * parse_config(): returns NULL after an error.  Every error is logged as
 *	"file:line: message", and passed to the function if that is not NULL.
 * cmdline_symset(): defines a macro by "name=value"; -1 if it is not of this
 *	form.
 */
void			 parse_options(int);
struct mlvpnd_conf	*parse_config(const char *, void (*)(const char *));
int			 cmdline_symset(char *);

#endif /* PARSE_H */
