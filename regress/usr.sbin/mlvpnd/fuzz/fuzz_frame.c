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

/* Control frames: what is read can be written, and reads the same again. */

#include "fuzz.h"
#include "frame.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame	 f, again;
	uint8_t		 buf[FRAME_MAX], *copy;
	const uint8_t	*p, *q;
	size_t		 left, len;

	copy = fuzz_copy(data, size);
	p = copy;
	left = size;
	while (frame_get(&f, &p, &left) == 1) {
		FUZZ_CHECK(p + left == copy + size);
		if (f.type == FRAME_PATH_OPEN &&
		    !frame_name_valid(f.u.open.name))
			continue;
		len = frame_put(&f, buf, sizeof(buf));
		FUZZ_CHECK(len >= 2 && len <= sizeof(buf));
		q = buf;
		FUZZ_CHECK(frame_get(&again, &q, &len) == 1 && len == 0);
		FUZZ_CHECK(memcmp(&f, &again, sizeof(f)) == 0);
	}
	FUZZ_CHECK(p + left == copy + size);
	free(copy);
	return (0);
}
