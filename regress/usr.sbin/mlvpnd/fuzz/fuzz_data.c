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

/* DATA: header, tag, numbers and window, under both AEADs. */

#include <sodium.h>

#include "fuzz.h"
#include "session.h"
#include "wire.h"

#define PATH	0x81
#define PKT_MAX	64

static struct hs_keys	 hk, unused;	/* nothing is sealed under unused */
static uint8_t		 aeads;

static void	read_raw(uint8_t, const uint8_t *, size_t);
static void	read_changed(uint8_t, const uint8_t *, size_t);
static void	read_numbers(uint8_t, const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t	 aead;

	if (aeads == 0) {
		if (sodium_init() == -1)
			abort();
		fuzz_fill(hk.tx, 32, 1);
		fuzz_fill(hk.rx, 32, 1);
		fuzz_fill(unused.rx, 32, 2);
		aeads = aead_available();
	}
	if (size < 1)
		return (0);
	aead = data[0] & 1 && aeads & 1 << AEAD_AES ? AEAD_AES : AEAD_CHACHA;
	switch (data[0] >> 1 & 3) {
	case 0:
		read_raw(aead, data + 1, size - 1);
		break;
	case 1:
		read_changed(aead, data + 1, size - 1);
		break;
	default:
		read_numbers(aead, data + 1, size - 1);
		break;
	}
	return (0);
}

static void
read_raw(uint8_t aead, const uint8_t *data, size_t len)
{
	struct lane	 lane, before;
	struct keys	 keys;
	uint8_t		*p, *plain, path;
	uint32_t	 index, low;
	uint64_t	 number;

	keys_init(&keys, &unused, aead, 1, 1, 1, 0);
	memset(&lane, 0, sizeof(lane));
	before = lane;
	p = fuzz_copy(data, len);
	plain = fuzz_copy(p, len);
	if (data_header(p, len, &path, &index, &low) == 0)
		FUZZ_CHECK(len >= DATA_MINLEN && (path & 0x40) == 0);
	FUZZ_CHECK(data_open(&keys, &lane, p, len, plain, &number) !=
	    DATA_OK);
	FUZZ_CHECK(memcmp(&lane, &before, sizeof(lane)) == 0);
	free(plain);
	free(p);
}

static void
read_changed(uint8_t aead, const uint8_t *data, size_t size)
{
	struct lane	 tx, rx, before;
	struct keys	 keys;
	uint8_t		 plain[PKT_MAX], buf[DATA_OVERHEAD + PKT_MAX];
	uint8_t		*p;
	uint64_t	 number;
	size_t		 len = DATA_INNERLEN;
	int		 changed;

	keys_init(&keys, &hk, aead, 1, 1, 1, 0);
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	fuzz_fill(plain, sizeof(plain), 5);
	if (size > 0)
		len += data[0] % (PKT_MAX - DATA_INNERLEN);
	len = data_seal(&keys, &tx, PATH, plain, len, buf, &number);
	before = rx;
	p = fuzz_copy(buf, len);
	changed = fuzz_change(p, len, len, data, size);
	FUZZ_CHECK((data_open(&keys, &rx, p, len, plain, &number) ==
	    DATA_OK) == !changed);
	if (changed)
		FUZZ_CHECK(memcmp(&rx, &before, sizeof(rx)) == 0);
	free(p);
}

/*
 * Good datagrams with numbers that the input picks: each two bytes are a
 * step, far ones for high values.  None may be taken twice, and none refused
 * that is new and within the window.
 */
static void
read_numbers(uint8_t aead, const uint8_t *data, size_t size)
{
	static uint64_t	 taken[128];
	struct lane	 tx, rx;
	struct keys	 keys;
	uint8_t		 plain[DATA_INNERLEN], out[DATA_MINLEN];
	uint64_t	 number, next = 0, high = 0;
	size_t		 i, n = 0;
	int		 seen, step;

	keys_init(&keys, &hk, aead, 1, 1, 1, 0);
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	memset(plain, 0, sizeof(plain));
	for (; size >= 2 && n < 128; data += 2, size -= 2) {
		step = (int16_t)get16(data);
		if (step > 0x7000)
			next = high + ((uint64_t)(step - 0x7000) << 18);
		else if (step >= 0)
			next = high + step;
		else
			next = high > (uint64_t)-step ? high + step : 0;
		tx.tx_next = next;
		data_seal(&keys, &tx, PATH, plain, sizeof(plain), out,
		    &number);
		for (seen = 0, i = 0; i < n; i++)
			if (taken[i] == next)
				seen = 1;
		switch (data_open(&keys, &rx, out, sizeof(out), plain,
		    &number)) {
		case DATA_OK:
			FUZZ_CHECK(!seen && number == next);
			FUZZ_CHECK(n == 0 || next + WINDOW_SIZE > high);
			taken[n++] = next;
			if (next > high)
				high = next;
			break;
		case DATA_REPLAYED:
			FUZZ_CHECK(seen || next + WINDOW_SIZE <= high);
			break;
		case DATA_BADTAG:
			FUZZ_CHECK(0);
		}
	}
}
