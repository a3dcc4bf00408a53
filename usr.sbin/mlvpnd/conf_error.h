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

#ifndef CONF_ERROR_H
#define CONF_ERROR_H

/*
 * Errors in a configuration.  parse.y reports them for the current line,
 * conf_check.c for objects that were read before.  So this file knows where
 * each object began, which statements it had, and whether it was read
 * completely.
 */

#include <stdarg.h>

#define ERRORS_MAX	200		/* reading stops then */

/* The statements of an object, valid or not. */
#define HAD_INTERFACE	0x01
#define HAD_SECRET	0x02
#define HAD_KEY		0x04
#define HAD_PEER_KEY	0x08
#define HAD_ADDRESS	0x10
#define HAD_REMOTE	0x20
#define HAD_LISTEN	0x40

/*
 * conf_error_begin(): starts a run.  Each message is logged and then passed
 *	to the function, unless that is NULL.
 * conf_error_end(): forgets all objects.  File names passed before must exist
 *	until then.
 * conf_errors(): the number of errors, without warnings.
 * conf_verror(): an error in a line of a file.
 * conf_error_file(): an error of a whole file.
 * conf_error(), conf_warn(): in the line where an object began.
 */
void	 conf_error_begin(void (*)(const char *));
void	 conf_error_end(void);
int	 conf_errors(void);
void	 conf_verror(const char *, int, const char *, va_list)
	    __attribute__((__format__ (printf, 3, 0)));
void	 conf_error_file(const char *, const char *);
void	 conf_error(const void *, const char *, ...)
	    __attribute__((__format__ (printf, 2, 3)));
void	 conf_warn(const void *, const char *, ...)
	    __attribute__((__format__ (printf, 2, 3)));

/*
 * origin_damage(): a statement of the object had an error, so that no
 *	statement is reported as missing.
 * origin_lacks(): does it certainly have none of these statements?
 */
void	 origin_add(const void *, const char *, int);
int	 origin_line(const void *);
void	 origin_had(const void *, int);
int	 origin_lacks(const void *, int);
void	 origin_damage(const void *);
int	 origin_intact(const void *);

#endif /* CONF_ERROR_H */
