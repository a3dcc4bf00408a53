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

#ifndef PATH_MSG_H
#define PATH_MSG_H

/*
 * The control frames of a path: what is to be said.
 */

#include <stdint.h>

/* What the next control datagram of a path must carry. */
#define PEND_OPEN	0x0001
#define PEND_OK		0x0002
#define PEND_REPORT	0x0008
#define PEND_PROBE	0x0010
#define PEND_STATUS	0x0020
#define PEND_CLOSING	0x0040		/* other paths */
#define PEND_CLOSE	0x0080		/* the association's end */
#define PEND_SYNC	0x0100		/* nothing but the mark */
#define PEND_MTU	0x0200		/* MTU_RESULT */

struct path_msg {
	unsigned int	 pending;	/* PEND_* */
	uint64_t	 open_next;
	unsigned int	 open_tries;
	unsigned int	 closes;	/* copies of CLOSE to send */
	int		 status;	/* PATH_STATUS to be repeated */
	uint64_t	 status_number;
	uint64_t	 status_next;
	uint64_t	 status_allow;	/* see core_allow() */
};

#endif /* PATH_MSG_H */
