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

#ifndef REASON_H
#define REASON_H

/*
 * Reasons for states and events.  The core and control messages have the
 * number; it is printed as words for users and as a token for programs.
 */

#include <stdint.h>

enum reason {
	REASON_NONE,
	REASON_OPENING,			/* a path, no answer yet */
	REASON_WAITING,			/* for the peer to call */
	REASON_NO_HANDSHAKE,		/* no keys */
	REASON_NO_ANSWER,		/* to PATH_OPEN or PATH_OK */
	REASON_NO_REPORTS,		/* of what was sent */
	REASON_SILENT,			/* nothing comes */
	REASON_UNHEARD,
	REASON_ANSWERS,
	REASON_CALLED,			/* by the peer */
	REASON_CLOSED,
	REASON_REFUSED,
	REASON_OPERATOR,
	REASON_QUOTA,			/* used up */
	REASON_REMOVED,			/* from the configuration */
	REASON_ASSOCIATION,
	REASON_NO_ADDRESS,
	REASON_NO_SOCKET,
	REASON_NET_UNREACHABLE,		/* errors of sending */
	REASON_HOST_UNREACHABLE,
	REASON_NET_DOWN,
	REASON_HOST_DOWN,
	REASON_ADDRESS_GONE,
	REASON_DENIED,			/* by a firewall */
	REASON_TUNNEL,			/* the way leads through one */
	REASON_NO_FAMILY,		/* no address of the peer's family */
	REASON_RP_FILTER,		/* drops the answers */
	REASON_LOSS,
	REASON_DELAY,
	REASON_GOOD,
	REASON_MOVED,
	REASON_BANDWIDTH,
	REASON_LAYER,
	REASON_NO_CIPHER,
	REASON_WRONG_CIPHER,
	REASON_NO_KEY,			/* of a HELLO */
	REASON_RIVALS,			/* two peers take turns */
	REASON_MAX
};

/* Why something cannot be sent; REASON_NONE for other errors. */
enum reason	 reason_of_errno(int);
/* "" for REASON_NONE; "unknown" for an invalid number. */
const char	*reason_words(unsigned int);
/* A token that does not change; NULL for REASON_NONE. */
const char	*reason_token(unsigned int);

/* Hints about a configured bandwidth. */
enum link_hint {
	HINT_NONE,
	HINT_LESS,			/* the link delivers less */
	HINT_FULL,			/* it was always full, without a
					   queue: there may be more */
	HINT_MAX
};

#define HINT_STRLEN	64

/* The rates are bit/s; returns buf, of HINT_STRLEN bytes. */
const char	*hint_words(unsigned int, uint64_t configured,
		    uint64_t delivered, char *buf);
const char	*hint_token(unsigned int);

#endif /* REASON_H */
