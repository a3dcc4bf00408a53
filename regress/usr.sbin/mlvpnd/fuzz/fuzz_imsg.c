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

#include <sys/param.h>

#include "fuzz_imsg.h"

void
fuzz_message(struct fuzz_input *in, const struct fuzz_good *good, size_t ngood,
    void (*make)(struct fuzz_message *), struct fuzz_message *m)
{
	size_t	 n;

	memset(m, 0, sizeof(*m));
	m->how = fuzz_get(in);
	m->type = fuzz_get(in);
	m->len = fuzz_get(in);
	if (m->type < 0xf0) {
		good += m->type % ngood;
		m->type = good->type;
		m->len = good->size;
		FUZZ_CHECK(m->len <= sizeof(m->buf));
		make(m);
	}
	if (m->how & 0x80) {
		n = fuzz_get(in);
		m->len = MIN(m->len + n, sizeof(m->buf));
	}
	if (m->how & 0x40) {
		n = fuzz_get(in);
		m->len -= MIN(m->len, n);
	}
	if (m->how & 0x20 && m->len > 0) {
		n = fuzz_get(in) % 64;
		n = MIN(n, in->len);
		(void)fuzz_change(m->buf, m->len, 0, in->p, n);
		in->p += n;
		in->len -= n;
	}
}
