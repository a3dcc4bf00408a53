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
 * Which requests are answered, and how the others are refused.
 */

#include "http.h"
#include "test.h"

#define END	"\r\n\r\n"
#define HOST	"\r\nHost: a" END

static struct http_request	 req;

static int	 parse(const char *);
static void	 test_good(void);
static void	 test_bad(void);
static void	 test_pieces(void);
static void	 test_long(void);

int
main(void)
{
	test_good();
	test_bad();
	test_pieces();
	test_long();
	return (0);
}

static int
parse(const char *text)
{
	return (http_parse(text, strlen(text), &req));
}

static void
test_good(void)
{
	TEST("what is answered");
	CHECK_EQ(parse("GET / HTTP/1.1" HOST), 200);
	CHECK(strcmp(req.path, "/") == 0 && !req.head && !req.plain);
	CHECK_EQ(parse("HEAD /status?a=b HTTP/1.1" HOST), 200);
	CHECK(strcmp(req.path, "/status") == 0 && req.head);
	CHECK_EQ(parse("GET / HTTP/1.0" END), 200);
	CHECK_EQ(parse("GET / HTTP/1.9" HOST), 200);
	CHECK_EQ(parse("\r\nGET / HTTP/1.1" HOST), 200);
	CHECK_EQ(parse("GET / HTTP/1.1\nhOST:a\n\n"), 200);
	CHECK_EQ(parse("GET / HTTP/1.1\r\nhost:\r\nA: \x80\tb" END), 200);
	CHECK_EQ(parse("GET / HTTP/1.1" HOST "and more"), 200);

	TEST("which metrics are accepted");
	CHECK_EQ(parse("GET / HTTP/1.1\r\nAccept: text/plain" HOST), 200);
	CHECK(req.plain);
	CHECK_EQ(parse("GET / HTTP/1.1\r\nAccept: "
	    "application/openmetrics-text;version=1.0.0,text/plain" HOST), 200);
	CHECK(!req.plain);
	CHECK_EQ(parse("GET / HTTP/1.1\r\nAccept: */*" HOST), 200);
	CHECK(!req.plain);
}

static void
test_bad(void)
{
	static const char * const	 bad[] = {
		"GET" END, "GET /" END, "GET  / HTTP/1.1" HOST,
		"GET /  HTTP/1.1" HOST, " GET / HTTP/1.1" HOST,
		"GET / HTTP/1.1 " HOST, "GET / HTTP/11" HOST,
		"GET / HTTP/1.x" HOST, "GET / http/1.1" HOST,
		"GET x HTTP/1.1" HOST, "GET http://a/ HTTP/1.1" HOST,
		"G(T / HTTP/1.1" HOST, "GET /\x01 HTTP/1.1" HOST,
		"GET /\xff HTTP/1.1" HOST, "\r\n\r\nGET / HTTP/1.1" HOST,
		"GET / HTTP/1.1" END, "GET / HTTP/1.1\r\nHost: a" HOST,
		"GET / HTTP/1.1\r\nA b: c" HOST, "GET / HTTP/1.1\r\nA" HOST,
		"GET / HTTP/1.1\r\nA : b" HOST, "GET / HTTP/1.1\r\n: b" HOST,
		"GET / HTTP/1.1\r\n b: c" HOST,
		"GET / HTTP/1.1\r\nA: b\x01" HOST,
		"GET / HTTP/1.1\r\nA: b\rc: d" HOST
	};
	size_t				 i;

	TEST("what is no request");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]) != 400)
			printf("%s\n", bad[i]);
		CHECK_EQ(parse(bad[i]), 400);
	}
	CHECK_EQ(http_parse("GET / HTTP/1.1\r\nA: \0" HOST, 32, &req), 400);

	TEST("and what is another one");
	CHECK_EQ(parse("POST / HTTP/1.1" HOST), 405);
	CHECK_EQ(parse("get / HTTP/1.1" HOST), 405);
	CHECK_EQ(parse("GET / HTTP/2.0" HOST), 505);
}

static void
test_pieces(void)
{
	static const char	 text[] = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
	size_t			 i;

	TEST("in pieces");
	for (i = 0; i < sizeof(text) - 1; i++)
		CHECK_EQ(http_parse(text, i, &req), 0);
	CHECK_EQ(http_parse(text, i, &req), 200);
	CHECK(strcmp(req.path, "/a") == 0);
}

static void
test_long(void)
{
	char	 buf[HTTP_REQUEST_MAX];

	TEST("too long");
	memset(buf, 'a', sizeof(buf));
	CHECK_EQ(http_parse(buf, sizeof(buf) - 1, &req), 0);
	CHECK_EQ(http_parse(buf, sizeof(buf), &req), 431);
	memcpy(buf, "GET / HTTP/1.1\r\nHost: ", 22);
	CHECK_EQ(http_parse(buf, sizeof(buf) - 1, &req), 0);
	CHECK_EQ(http_parse(buf, sizeof(buf), &req), 431);
	memset(buf, 'a', sizeof(buf));
	memcpy(buf, "GET /", 5);
	memcpy(buf + 5 + HTTP_PATH_SIZE, " HTTP/1.1" HOST, 22);
	CHECK_EQ(http_parse(buf, sizeof(buf), &req), 414);
}
