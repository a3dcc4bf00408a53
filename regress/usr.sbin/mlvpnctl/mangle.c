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
 * Changes some bytes, words and lines between standard input and output, the
 * same ones for the same seed.
 */

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE	65536

static uint32_t	 next(uint32_t);
static void	 damage(void);

static char	 buf[SIZE];
static size_t	 len;
static uint64_t	 seed;

int
main(int argc, char *argv[])
{
	int	 n;

	if (argc != 2)
		errx(1, "usage: mangle seed < file");
	seed = atoi(argv[1]);
	if ((len = fread(buf, 1, sizeof(buf) / 2, stdin)) == 0)
		errx(1, "nothing to read");
	for (n = 1 + next(6); n > 0 && len > 0; n--)
		damage();
	fwrite(buf, 1, len, stdout);
	return (0);
}

static uint32_t
next(uint32_t bound)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return ((seed >> 33) % bound);
}

static void
damage(void)
{
	static const char * const	 words[] = {
		"\"", "=", "[", "]", "#", "\n", "\\", "\r", "\t", " ", "0",
		"-1", "99999999999999999999", "/0", "/129", "\"\n", "default",
		"[general]\n", "[filters]\n", "a = ", "{", "}", "$", "%eth0",
		"224.0.0.1", "::", "link", "\033[2J"
	};
	const char	*word;
	size_t		 at = next(len), from, n;

	switch (next(5)) {
	case 0:
		buf[at] = next(256);
		return;
	case 1:
		len = at;
		return;
	case 2:
		n = next(20);
		if (n > len - at)
			n = len - at;
		memmove(buf + at, buf + at + n, len - at - n);
		len -= n;
		return;
	case 3:
		word = words[next(sizeof(words) / sizeof(words[0]))];
		n = strlen(word);
		if (len + n > sizeof(buf))
			return;
		memmove(buf + at + n, buf + at, len - at);
		memcpy(buf + at, word, n);
		len += n;
		return;
	default:
		/* a piece of the file once more */
		from = next(len);
		n = next(200);
		if (n > len - from)
			n = len - from;
		if (len + n > sizeof(buf))
			return;
		memmove(buf + at + n, buf + at, len - at);
		if (from >= at)
			from += n;
		memmove(buf + at, buf + from, n);
		len += n;
		return;
	}
}
