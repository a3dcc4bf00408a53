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

#ifndef HTTP_H
#define HTTP_H

/*
 * The requests of HTTP/1.1 (RFC 9110, RFC 9112), as far as a server needs to
 * read them that only has pages to be looked at.
 */

#include <stddef.h>

#define HTTP_REQUEST_MAX	4096	/* bytes, with all headers */
#define HTTP_PATH_SIZE		64

struct http_request {
	char	 path[HTTP_PATH_SIZE];	/* without the query */
	int	 head;			/* HEAD: the answer has no body */
	int	 plain;			/* text/plain is accepted, and
					   OpenMetrics is not */
};

/*
 * http_parse(buf, len, request): reads what has come so far.  Returns 0 if the
 *	end of the request has not come, 200 if it is one to be answered, and
 *	the status of the answer (400 and above) if it is not.
 * http_reason(status): its words.
 */
int		 http_parse(const char *, size_t, struct http_request *);
const char	*http_reason(int);

#endif /* HTTP_H */
