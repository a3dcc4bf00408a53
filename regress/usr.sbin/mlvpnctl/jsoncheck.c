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
 * Exits with 0 if standard input is one JSON text (RFC 8259) and nothing
 * else.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char		 buf[65536];
static const char	*p = buf;

static void	 value(int);
static void	 members(int, char);
static void	 string(void);
static void	 utf8(void);
static void	 number(void);
static void	 digits(void);
static void	 blank(void);
static void	 literal(const char *);
static void	 expect(char);
static __dead void bad(const char *);

int
main(void)
{
	size_t	 n;

	n = fread(buf, 1, sizeof(buf) - 1, stdin);
	if (strlen(buf) != n)
		errx(1, "NUL in the text");
	value(0);
	if (*p != '\0')
		bad("something after the end");
	return (0);
}

static void
value(int depth)
{
	if (depth > 20)
		bad("too deep");
	blank();
	switch (*p) {
	case '{':
		members(depth, '}');
		break;
	case '[':
		members(depth, ']');
		break;
	case '"':
		string();
		break;
	case 't':
		literal("true");
		break;
	case 'f':
		literal("false");
		break;
	case 'n':
		literal("null");
		break;
	default:
		number();
		break;
	}
	blank();
}

static void
members(int depth, char end)
{
	p++;
	blank();
	if (*p == end) {
		p++;
		return;
	}
	for (;;) {
		if (end == '}') {
			blank();
			string();
			blank();
			expect(':');
		}
		value(depth + 1);
		if (*p == end)
			break;
		expect(',');
	}
	p++;
}

static void
string(void)
{
	expect('"');
	while (*p != '"') {
		if ((unsigned char)*p < ' ')
			bad("control character");
		if (*p == '\\') {
			p++;
			if (*p == 'u') {
				if (strspn(p + 1,
				    "0123456789abcdefABCDEF") < 4)
					bad("\\u");
				p += 4;
			} else if (*p == '\0' ||
			    strchr("\"\\/bfnrt", *p) == NULL)
				bad("escape");
			p++;
		} else
			utf8();
	}
	p++;
}

/* RFC 3629, section 4, row by row. */
static void
utf8(void)
{
	const unsigned char	*s = (const unsigned char *)p;
	unsigned char		 lo = 0x80, hi = 0xbf;
	int			 i, n;

	if (s[0] < 0x80)
		n = 0;
	else if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 1;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 2;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 3;
	else
		bad("UTF-8");
	if (s[0] == 0xe0)
		lo = 0xa0;
	if (s[0] == 0xed)
		hi = 0x9f;
	if (s[0] == 0xf0)
		lo = 0x90;
	if (s[0] == 0xf4)
		hi = 0x8f;
	for (i = 1; i <= n; i++) {
		if (s[i] < lo || s[i] > hi)
			bad("UTF-8");
		lo = 0x80;
		hi = 0xbf;
	}
	p += n + 1;
}

static void
number(void)
{
	if (*p == '-')
		p++;
	if (*p == '0')
		p++;
	else
		digits();
	if (*p == '.') {
		p++;
		digits();
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		digits();
	}
}

static void
digits(void)
{
	size_t	 n;

	if ((n = strspn(p, "0123456789")) == 0)
		bad("number");
	p += n;
}

static void
blank(void)
{
	p += strspn(p, " \t\r\n");
}

static void
literal(const char *word)
{
	if (strncmp(p, word, strlen(word)) != 0)
		bad("word");
	p += strlen(word);
}

static void
expect(char c)
{
	if (*p != c)
		bad("other character expected");
	p++;
}

static __dead void
bad(const char *what)
{
	errx(1, "%s at byte %zu: %.20s", what, (size_t)(p - buf), p);
}
