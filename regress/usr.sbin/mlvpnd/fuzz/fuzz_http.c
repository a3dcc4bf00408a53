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

/*
 * Requests of HTTP: the answer does not change when more follows the end of a
 * request, and what comes in pieces is what comes at once.
 */

#include "fuzz.h"
#include "http.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request	 req, part;
	char			*copy;
	size_t			 len, i;
	int			 status, before = 0;

	if (size > HTTP_REQUEST_MAX)
		size = HTTP_REQUEST_MAX;
	for (len = 0; len <= size && before == 0; len++) {
		copy = (char *)fuzz_copy(data, len);
		before = http_parse(copy, len, &part);
		free(copy);
	}
	copy = (char *)fuzz_copy(data, size);
	status = http_parse(copy, size, &req);
	free(copy);

	FUZZ_CHECK(status == before);
	FUZZ_CHECK(status == 0 || status == 200 ||
	    (status >= 400 && status <= 505));
	if (status != 200)
		return (0);
	FUZZ_CHECK(memcmp(&req, &part, sizeof(req)) == 0);
	FUZZ_CHECK(req.path[0] == '/' &&
	    memchr(req.path, '\0', sizeof(req.path)) != NULL);
	for (i = 0; req.path[i] != '\0'; i++)
		FUZZ_CHECK(req.path[i] > ' ' && req.path[i] <= '~');
	return (0);
}
