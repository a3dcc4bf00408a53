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

#ifndef FRAME_H
#define FRAME_H

/*
 * The plaintext of a DATA datagram (mlvpn(7), DATA and CONTROL FRAMES): the
 * inner header, and control frames to and from bytes.
 */

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "session.h"

#define PATH_SLOTS		64	/* an end opens at most */
#define PATH_IDS		192	/* 0..63 and 128..191 */
#define PATH_ID_B		0x80	/* opened by the B end */
#define PATH_ID_RESERVED	0x40

#define SEQ_BITS		28
#define TOKEN_LEN		8

/* Kinds of the inner header. */
#define KIND_CONTROL		0
#define KIND_PACKET		1
#define KIND_FRAGMENT		2
#define KIND_COPY		8	/* flag on the two above */

enum frame_type {
	FRAME_PADDING		= 0,
	FRAME_PATH_OPEN		= 1,
	FRAME_PATH_OK		= 2,
	FRAME_CHALLENGE		= 3,
	FRAME_RESPONSE		= 4,
	FRAME_PATH_STATUS	= 5,
	FRAME_PATH_CLOSE	= 6,
	FRAME_REPORT		= 7,
	FRAME_PROBE		= 8,
	FRAME_MTU_PROBE		= 9,
	FRAME_MTU_RESULT	= 10,
	FRAME_CLOSE		= 11
};

#define PATH_FLAG_BACKUP	0x01
#define PATH_FLAG_DISABLED	0x04	/* PATH_STATUS: do not use */
#define PATH_FLAG_OVERFLOW	0x08	/* a backup that others run over into */
#define PATH_FLAG_LEVEL_SHIFT	4	/* backup level, 0 means 1 */
#define PATH_FLAG_LEVEL_MAX	7

#define REPORT_ANSWER		0x01	/* answers a PROBE */
#define REPORT_NOTHING		0x02	/* I get nothing here */
#define REPORT_GAPS_MAX		15
#define REPORT_REORDERED	3	/* numbers that may yet come */

#define PROBE_SUSPECT		0x0001

#define MTU_RESULT_DF		0x0001	/* what I send on this path has DF */

#define CLOSE_STOP		0
#define CLOSE_LINK_DOWN		1
#define CLOSE_LIMIT		2
#define CLOSE_CONFIGURATION	3

struct gap {
	uint16_t	 distance;	/* from the highest to the last lost */
	uint16_t	 length;
};

struct frame {
	enum frame_type	 type;
	union {
		struct {
			uint8_t		 gen;
			uint8_t		 flags;
			uint16_t	 mtu;
			uint32_t	 up;	/* kbit/s, opener to peer */
			uint32_t	 down;
			uint8_t		 token[TOKEN_LEN];
			char		 name[LINK_NAME_SIZE];
		} open;
		struct {
			uint8_t		 gen;
			uint8_t		 flags;
			uint16_t	 mtu;
			uint8_t		 token[TOKEN_LEN];
			uint8_t		 own[TOKEN_LEN];
		} ok;
		uint8_t	 token[TOKEN_LEN];	/* CHALLENGE, RESPONSE */
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 flags;
			uint32_t	 up;
			uint32_t	 down;
		} status;
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 reason;
		} close;			/* CLOSE: reason alone */
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 flags;
			uint8_t		 ngaps;
			uint32_t	 highest;
			uint32_t	 arrival;	/* us, sender's clock */
			uint32_t	 time;
			uint32_t	 dgrams;
			uint32_t	 bytes;
			uint16_t	 ce;
			uint16_t	 interval;	/* ms */
			struct gap	 gap[REPORT_GAPS_MAX];
		} report;
		struct {
			uint32_t	 time;
			uint16_t	 number;
			uint16_t	 flags;
		} probe;
		struct {
			uint16_t	 size;
			uint16_t	 number;
			uint16_t	 flags;		/* MTU_RESULT */
		} mtu;
	} u;
};

#define FRAME_MAX	(2 + 28 + 4 * REPORT_GAPS_MAX)

/* Bytes written, 0 if there is no room. */
size_t	 frame_put(const struct frame *, uint8_t *, size_t);
/*
 * Takes the next known frame off *buf; 1, 0 at the end, -1 when a frame is
 * malformed (the rest is not to be read).
 */
int	 frame_get(struct frame *, const uint8_t **, size_t *);
int	 frame_name_valid(const char *);
/* Did the number arrive, by a REPORT whose highest is highest? */
int	 report_has(const struct frame *, uint64_t highest, uint64_t number);
/* The inner header, DATA_INNERLEN bytes. */
void	 inner_put(uint8_t *, uint8_t, uint64_t, uint16_t);

#endif /* FRAME_H */
