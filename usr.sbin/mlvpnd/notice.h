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
 * What is to be known of a configuration beyond its errors: it goes to the
 * log and, during a reload that a client of the control socket asked for, to
 * this client.
 *
 * notice_begin(): the client from now on, by the id of its request.
 * notice_end(): none any more.  Returns whether notice_failure() was called
 *	meanwhile.
 * notice_client(): a line for the client alone, which is in the log already.
 * notice(): a line for both.
 * notice_failure(): what the configuration asks for and the system refuses,
 *	with the text of errno, which stays as it is.
 */
void	 notice_begin(uint32_t);
int	 notice_end(void);
void	 notice_client(const char *);
void	 notice(const char *, ...)
	    __attribute__((__format__ (printf, 1, 2)));
void	 notice_failure(const char *, ...)
	    __attribute__((__format__ (printf, 1, 2)));

#endif /* NOTICE_H */
