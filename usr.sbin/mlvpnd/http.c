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
 * Parses requests of HTTP.  Nothing is said of a body: the connection is
 * closed after the answer.
 */

#include <string.h>
#include <strings.h>

#include "http.h"

/* A part of the buffer. */
struct text {
	const char	*s;
	size_t		 len;
};

static int	 take_line(struct text *, struct text *);
static int	 request_line(struct text, struct http_request *, int *);
static int	 take_word(struct text *, struct text *);
static int	 is_word(struct text, const char *);
static int	 is_token(struct text);
static int	 is_version(struct text);
static int	 take_path(struct text, struct http_request *);
static int	 field_line(struct text, struct http_request *, int *);
static int	 contains(struct text, const char *);

int
http_parse(const char *buf, size_t len, struct http_request *req)
{
	struct text	 rest = { buf, len }, line;
	int		 blank = 0, hosts = 0, minor, status;

	memset(req, 0, sizeof(*req));

	/* an empty line may precede the request (RFC 9112, 2.2) */
	do {
		if (!take_line(&rest, &line))
			return (len >= HTTP_REQUEST_MAX ? 431 : 0);
	} while (line.len == 0 && blank++ == 0);
	if ((status = request_line(line, req, &minor)) != 200)
		return (status);

	for (;;) {
		if (!take_line(&rest, &line))
			return (len >= HTTP_REQUEST_MAX ? 431 : 0);
		if (line.len == 0)
			break;
		if (!field_line(line, req, &hosts))
			return (400);
	}
	/* RFC 9112, 3.2 */
	return (hosts > 1 || (minor > 0 && hosts == 0) ? 400 : 200);
}

/* Without its end, which is LF, or CR and LF. */
static int
take_line(struct text *rest, struct text *line)
{
	const char	*end;

	if ((end = memchr(rest->s, '\n', rest->len)) == NULL)
		return (0);
	line->s = rest->s;
	line->len = end - rest->s;
	rest->s += line->len + 1;
	rest->len -= line->len + 1;
	if (line->len > 0 && line->s[line->len - 1] == '\r')
		line->len--;
	return (1);
}

static int
request_line(struct text line, struct http_request *req, int *minor)
{
	struct text	 method, target;
	int		 status;

	if (!take_word(&line, &method) || !take_word(&line, &target) ||
	    !is_token(method) || !is_version(line))
		return (400);
	req->head = is_word(method, "HEAD");
	if (line.s[5] != '1')
		return (505);
	*minor = line.s[7] - '0';
	if ((status = take_path(target, req)) != 200)
		return (status);
	return (req->head || is_word(method, "GET") ? 200 : 405);
}

/* Up to the next blank, which is taken too. */
static int
take_word(struct text *line, struct text *word)
{
	const char	*end;

	if ((end = memchr(line->s, ' ', line->len)) == NULL)
		return (0);
	word->s = line->s;
	word->len = end - line->s;
	line->s += word->len + 1;
	line->len -= word->len + 1;
	return (1);
}

static int
is_word(struct text t, const char *word)
{
	return (t.len == strlen(word) && memcmp(t.s, word, t.len) == 0);
}

/* RFC 9110, 5.6.2 */
static int
is_token(struct text t)
{
	static const char	 chars[] = "!#$%&'*+-.^_`|~0123456789"
				    "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t			 i;

	for (i = 0; i < t.len; i++) {
		if (memchr(chars, t.s[i], sizeof(chars) - 1) == NULL)
			return (0);
	}
	return (t.len > 0);
}

static int
is_version(struct text t)
{
	return (t.len == 8 && memcmp(t.s, "HTTP/", 5) == 0 && t.s[5] >= '0' &&
	    t.s[5] <= '9' && t.s[6] == '.' && t.s[7] >= '0' && t.s[7] <= '9');
}

static int
take_path(struct text t, struct http_request *req)
{
	size_t	 i;

	if (t.len == 0 || t.s[0] != '/')
		return (400);
	for (i = 0; i < t.len; i++) {
		if (t.s[i] <= ' ' || t.s[i] > '~')
			return (400);
	}
	for (i = 0; i < t.len && t.s[i] != '?'; i++) {
		if (i >= sizeof(req->path) - 1)
			return (414);
		req->path[i] = t.s[i];
	}
	return (200);
}

static int
field_line(struct text line, struct http_request *req, int *hosts)
{
	struct text	 name = line, value;
	const char	*colon;
	size_t		 i;

	if ((colon = memchr(line.s, ':', line.len)) == NULL)
		return (0);
	name.len = colon - line.s;
	if (!is_token(name))
		return (0);
	for (i = name.len; i < line.len; i++) {
		if (((unsigned char)line.s[i] < ' ' && line.s[i] != '\t') ||
		    line.s[i] == 0x7f)
			return (0);
	}
	value.s = colon + 1;
	value.len = line.len - name.len - 1;
	if (name.len == 4 && strncasecmp(name.s, "host", 4) == 0)
		(*hosts)++;
	if (name.len == 6 && strncasecmp(name.s, "accept", 6) == 0)
		req->plain = contains(value, "text/plain") &&
		    !contains(value, "application/openmetrics-text");
	return (1);
}

static int
contains(struct text t, const char *word)
{
	return (memmem(t.s, t.len, word, strlen(word)) != NULL);
}

const char *
http_reason(int status)
{
	switch (status) {
	case 200:
		return ("OK");
	case 400:
		return ("Bad Request");
	case 404:
		return ("Not Found");
	case 405:
		return ("Method Not Allowed");
	case 408:
		return ("Request Timeout");
	case 414:
		return ("URI Too Long");
	case 431:
		return ("Request Header Fields Too Large");
	case 503:
		return ("Service Unavailable");
	case 505:
		return ("HTTP Version Not Supported");
	default:
		return ("Error");
	}
}
