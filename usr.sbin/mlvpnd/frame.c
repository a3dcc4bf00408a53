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
 * Encodes and decodes control frames: type, length of the body, body
 * (mlvpn(7), CONTROL FRAMES).
 */

#include <sys/types.h>

#include <string.h>

#include "frame.h"
#include "wire.h"

#define OPEN_FIXED	20	/* PATH_OPEN without the name */
#define REPORT_FIXED	28

/* Length of each body; for PATH_OPEN and REPORT the least. */
static const uint8_t body_len[] = {
	[FRAME_PATH_OPEN] = OPEN_FIXED + 1,
	[FRAME_PATH_OK] = 20,
	[FRAME_CHALLENGE] = TOKEN_LEN,
	[FRAME_RESPONSE] = TOKEN_LEN,
	[FRAME_PATH_STATUS] = 12,
	[FRAME_PATH_CLOSE] = 3,
	[FRAME_REPORT] = REPORT_FIXED,
	[FRAME_PROBE] = 8,
	[FRAME_MTU_PROBE] = 4,
	[FRAME_MTU_RESULT] = 6,
	[FRAME_CLOSE] = 1
};

static size_t	 body_put(const struct frame *, uint8_t *);
static int	 body_get(struct frame *, const uint8_t *, size_t);

size_t
frame_put(const struct frame *f, uint8_t *buf, size_t room)
{
	uint8_t	 frame[FRAME_MAX];
	size_t	 len;

	len = body_put(f, frame + 2);
	frame[0] = f->type;
	frame[1] = len;
	if (len + 2 > room)
		return (0);
	memcpy(buf, frame, len + 2);
	return (len + 2);
}

int
frame_get(struct frame *f, const uint8_t **buf, size_t *left)
{
	const uint8_t	*body;
	size_t		 len;
	uint8_t		 type;

	while (*left > 0) {
		type = (*buf)[0];
		if (type == FRAME_PADDING)
			return (0);
		if (*left < 2 || (size_t)(*buf)[1] + 2 > *left)
			return (-1);
		body = *buf + 2;
		len = (*buf)[1];
		*buf += len + 2;
		*left -= len + 2;
		if (type >= sizeof(body_len) / sizeof(body_len[0]))
			continue;
		memset(f, 0, sizeof(*f));
		f->type = type;
		if (body_get(f, body, len) == -1)
			return (-1);
		return (1);
	}
	return (0);
}

/* A link's name as it may appear on the wire, in logs and in rules. */
int
frame_name_valid(const char *name)
{
	const char	*allowed = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t		 len = strlen(name);

	return (len > 0 && len < LINK_NAME_SIZE &&
	    strspn(name, allowed) == len);
}

static size_t
body_put(const struct frame *f, uint8_t *p)
{
	size_t	 len = body_len[f->type];
	int	 i;

	switch (f->type) {
	case FRAME_PATH_OPEN:
		p[0] = f->u.open.gen;
		p[1] = f->u.open.flags;
		put16(p + 2, f->u.open.mtu);
		put32(p + 4, f->u.open.up);
		put32(p + 8, f->u.open.down);
		memcpy(p + 12, f->u.open.token, TOKEN_LEN);
		len = strlen(f->u.open.name);
		memcpy(p + OPEN_FIXED, f->u.open.name, len);
		len += OPEN_FIXED;
		break;
	case FRAME_PATH_OK:
		p[0] = f->u.ok.gen;
		p[1] = f->u.ok.flags;
		put16(p + 2, f->u.ok.mtu);
		memcpy(p + 4, f->u.ok.token, TOKEN_LEN);
		memcpy(p + 12, f->u.ok.own, TOKEN_LEN);
		break;
	case FRAME_CHALLENGE:
	case FRAME_RESPONSE:
		memcpy(p, f->u.token, TOKEN_LEN);
		break;
	case FRAME_PATH_STATUS:
		p[0] = f->u.status.path;
		p[1] = f->u.status.gen;
		p[2] = f->u.status.flags;
		p[3] = 0;
		put32(p + 4, f->u.status.up);
		put32(p + 8, f->u.status.down);
		break;
	case FRAME_PATH_CLOSE:
		p[0] = f->u.close.path;
		p[1] = f->u.close.gen;
		p[2] = f->u.close.reason;
		break;
	case FRAME_REPORT:
		p[0] = f->u.report.path;
		p[1] = f->u.report.gen;
		p[2] = f->u.report.flags;
		p[3] = f->u.report.ngaps;
		put32(p + 4, f->u.report.highest);
		put32(p + 8, f->u.report.arrival);
		put32(p + 12, f->u.report.time);
		put32(p + 16, f->u.report.dgrams);
		put32(p + 20, f->u.report.bytes);
		put16(p + 24, f->u.report.ce);
		put16(p + 26, f->u.report.interval);
		for (i = 0; i < f->u.report.ngaps; i++) {
			put16(p + len, f->u.report.gap[i].distance);
			put16(p + len + 2, f->u.report.gap[i].length);
			len += 4;
		}
		break;
	case FRAME_PROBE:
		put32(p, f->u.probe.time);
		put16(p + 4, f->u.probe.number);
		put16(p + 6, f->u.probe.flags);
		break;
	case FRAME_MTU_PROBE:
	case FRAME_MTU_RESULT:
		put16(p, f->u.mtu.size);
		put16(p + 2, f->u.mtu.number);
		if (f->type == FRAME_MTU_RESULT)
			put16(p + 4, f->u.mtu.flags);
		break;
	case FRAME_CLOSE:
		p[0] = f->u.close.reason;
		break;
	case FRAME_PADDING:
		break;
	}
	return (len);
}

static int
body_get(struct frame *f, const uint8_t *p, size_t len)
{
	size_t	 least = body_len[f->type];
	int	 i;

	if (f->type != FRAME_PATH_OPEN && f->type != FRAME_REPORT &&
	    len != least)
		return (-1);
	if (len < least)
		return (-1);

	switch (f->type) {
	case FRAME_PATH_OPEN:
		f->u.open.gen = p[0];
		f->u.open.flags = p[1];
		f->u.open.mtu = get16(p + 2);
		f->u.open.up = get32(p + 4);
		f->u.open.down = get32(p + 8);
		memcpy(f->u.open.token, p + 12, TOKEN_LEN);
		len -= OPEN_FIXED;
		/* a name too long or with a NUL fails frame_name_valid() */
		if (len < LINK_NAME_SIZE && memchr(p + OPEN_FIXED, '\0',
		    len) == NULL)
			memcpy(f->u.open.name, p + OPEN_FIXED, len);
		break;
	case FRAME_PATH_OK:
		f->u.ok.gen = p[0];
		f->u.ok.flags = p[1];
		f->u.ok.mtu = get16(p + 2);
		memcpy(f->u.ok.token, p + 4, TOKEN_LEN);
		memcpy(f->u.ok.own, p + 12, TOKEN_LEN);
		break;
	case FRAME_CHALLENGE:
	case FRAME_RESPONSE:
		memcpy(f->u.token, p, TOKEN_LEN);
		break;
	case FRAME_PATH_STATUS:
		f->u.status.path = p[0];
		f->u.status.gen = p[1];
		f->u.status.flags = p[2];
		f->u.status.up = get32(p + 4);
		f->u.status.down = get32(p + 8);
		break;
	case FRAME_PATH_CLOSE:
		f->u.close.path = p[0];
		f->u.close.gen = p[1];
		f->u.close.reason = p[2];
		break;
	case FRAME_REPORT:
		f->u.report.path = p[0];
		f->u.report.gen = p[1];
		f->u.report.flags = p[2];
		f->u.report.ngaps = p[3];
		f->u.report.highest = get32(p + 4);
		f->u.report.arrival = get32(p + 8);
		f->u.report.time = get32(p + 12);
		f->u.report.dgrams = get32(p + 16);
		f->u.report.bytes = get32(p + 20);
		f->u.report.ce = get16(p + 24);
		f->u.report.interval = get16(p + 26);
		if (f->u.report.ngaps > REPORT_GAPS_MAX ||
		    len != REPORT_FIXED + 4u * f->u.report.ngaps)
			return (-1);
		for (i = 0; i < f->u.report.ngaps; i++) {
			p += 4;
			f->u.report.gap[i].distance = get16(p + 24);
			f->u.report.gap[i].length = get16(p + 26);
		}
		break;
	case FRAME_PROBE:
		f->u.probe.time = get32(p);
		f->u.probe.number = get16(p + 4);
		f->u.probe.flags = get16(p + 6);
		break;
	case FRAME_MTU_PROBE:
	case FRAME_MTU_RESULT:
		f->u.mtu.size = get16(p);
		f->u.mtu.number = get16(p + 2);
		if (f->type == FRAME_MTU_RESULT)
			f->u.mtu.flags = get16(p + 4);
		break;
	case FRAME_CLOSE:
		f->u.close.reason = p[0];
		break;
	case FRAME_PADDING:
		return (-1);
	}
	return (0);
}

/* Kind, sequence and predecessor before a packet: mlvpn(7), DATA. */
void
inner_put(uint8_t *p, uint8_t kind, uint64_t seq, uint16_t pred)
{
	put32(p, (uint32_t)kind << SEQ_BITS |
	    (uint32_t)(seq & ((1U << SEQ_BITS) - 1)));
	put16(p + 4, pred);
}

int
report_has(const struct frame *f, uint64_t highest, uint64_t number)
{
	uint64_t	 d = highest - number;
	int		 i;

	for (i = 0; i < f->u.report.ngaps; i++)
		if (d >= f->u.report.gap[i].distance &&
		    d < (uint64_t)f->u.report.gap[i].distance +
		    f->u.report.gap[i].length)
			return (0);
	return (number <= highest);
}
