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

/* TCP segments: what is joined comes out the same when divided again. */

#include "fuzz.h"
#include "segments.h"

#define ACK	0x10
#define PSH	0x08

static void	 cut_raw(const uint8_t *, size_t);
static void	read_raw(const uint8_t *, size_t, size_t);
static void	read_changed(uint8_t, const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return (0);
	if (data[0] & 64)
		cut_raw(data + 1, size - 1);
	else if (data[0] & 1)
		read_raw(data + 2, size - 2, data[1]);
	else
		read_changed(data[0], data + 1, size - 1);
	return (0);
}

/* What a device gives, with what it says about it. */
static void
cut_raw(const uint8_t *data, size_t size)
{
	struct offload_todo	 todo;
	struct offload_cut	 c;
	uint8_t			 out[1024], *p;
	size_t			 n, hlen, total = 0;

	if (size < 6)
		return;
	memset(&todo, 0, sizeof(todo));
	todo.cut = data[0] & 3 ? data[0] & 1 ? 6 : 17 : data[0];
	todo.sum = (data[0] & 4) != 0;
	todo.mss = data[1];
	todo.sum_start = data[2] | data[3] << 8;
	todo.sum_offset = data[4];
	data += 5;
	size -= 5;
	p = fuzz_copy(data, size);
	if (offload_cut(&c, &todo, p, size) == 0) {
		hlen = c.hlen;
		while ((n = offload_next(&c, out, sizeof(out))) > 0) {
			FUZZ_CHECK(n >= hlen && n <= sizeof(out));
			FUZZ_CHECK(memcmp(out + hlen, p + hlen + total,
			    n - hlen) == 0);
			total += n - hlen;
		}
		FUZZ_CHECK(total == size - hlen || hlen + c.mss > sizeof(out));
	}
	free(p);
}

/* Two packets, the first of so many bytes. */
static void
read_raw(const uint8_t *data, size_t size, size_t len)
{
	struct offload	 o;
	uint8_t		*a, *b;

	if (len > size)
		len = size;
	a = fuzz_copy(data, len);
	b = fuzz_copy(data + len, size - len);
	(void)offload_verify(a, len);
	if (offload_begin(&o, a, len)) {
		FUZZ_CHECK(o.hlen < len && o.hlen + o.mss == len);
		if (offload_join(&o, a, b, size - len))
			FUZZ_CHECK(o.len == size - o.hlen && o.nsegs == 2);
		offload_finish(&o, a);
	}
	free(a);
	free(b);
}

/* The second of two segments, changed. */
static void
read_changed(uint8_t kind, const uint8_t *data, size_t size)
{
	struct segment	 s;
	struct offload	 o;
	uint8_t		 a[512], b[512], whole[512], again[512];
	size_t		 alen, blen;

	memset(&s, 0, sizeof(s));
	s.family = kind & 2 ? 6 : 4;
	s.kind = (kind & 4 ? STAMPS : 0) | (kind & 8 ? NODF : 0);
	s.seq = kind & 16 ? 1 : 0xffffffff;
	s.flags = ACK;
	s.payload = 100;
	alen = segment_make(a, &s);
	s.seq += s.payload;
	s.id++;
	s.payload = kind & 32 ? 100 : 10;
	blen = segment_make(b, &s);
	fuzz_change(b, blen, blen, data, size);

	FUZZ_CHECK(offload_begin(&o, a, alen));
	if (!offload_join(&o, a, b, blen))
		return;
	memcpy(whole, a, alen);
	memcpy(whole + alen, b + o.hlen, blen - o.hlen);
	offload_finish(&o, whole);

	FUZZ_CHECK(segment_divide(again, whole, &o, 0) == alen);
	FUZZ_CHECK(memcmp(again, a, alen) == 0);
	FUZZ_CHECK(segment_divide(again, whole, &o, 1) == blen);
	/* what may differ */
	if (s.family == 4 && (s.kind & NODF) == 0)
		put16(b + 4, get16(a + 4) + 1);
	if (s.kind & STAMPS)
		memcpy(b + o.l4 + 24, a + o.l4 + 24, 8);
	segment_sums(b, blen);
	FUZZ_CHECK(memcmp(again, b, blen) == 0);
}
