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

#ifndef NOTICE_H
#define NOTICE_H

#include <stdint.h>

/*
 * Messages about a configuration other than errors.  They are logged, and
 * sent to the client of the control socket that has asked for the reload.
 *
 * notice_begin(): sets the client, by the id of its request.
 * notice_end(): there is no client any more.  Returns whether
 *	notice_failure() was called.
 * notice_client(): a line for the client only, which was already logged.
 * notice(): a line for both.
 * notice_failure(): the system refuses a setting; adds the text of errno,
 *	which does not change.
 */
void	 notice_begin(uint32_t);
int	 notice_end(void);
void	 notice_client(const char *);
void	 notice(const char *, ...)
	    __attribute__((__format__ (printf, 1, 2)));
void	 notice_failure(const char *, ...)
	    __attribute__((__format__ (printf, 1, 2)));

#endif /* NOTICE_H */
