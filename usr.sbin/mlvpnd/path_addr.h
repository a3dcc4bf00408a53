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

#ifndef PATH_ADDR_H
#define PATH_ADDR_H

/*
 * Where the peer of a path is, and how sure that is.
 */

#include <stdint.h>

#include "core.h"
#include "frame.h"

#define RESPONSE_MAX	4		/* challenges waiting for an answer */

/* A change of the peer's address that is being checked. */
struct candidate {
	int		 active;
	struct endpoint	 ep;
	uint8_t		 token_new[TOKEN_LEN];
	uint8_t		 token_old[TOKEN_LEN];
	int		 answered;	/* from the new address */
	uint64_t	 deadline;
	uint64_t	 next;		/* time of the next challenge */
	int		 challenges;
	int		 send_new;	/* a challenge is to go out */
	int		 send_old;
	uint64_t	 rx_bytes;	/* from there, for the limit of three */
	uint64_t	 tx_bytes;
};

struct path_addr {
	struct endpoint	 ep;
	uint8_t		 validated;	/* the peer answers at ep */
	uint8_t		 blocked;	/* its socket takes no more */
	uint8_t		 token[TOKEN_LEN];	/* ours */
	uint8_t		 token_peer[TOKEN_LEN];
	uint8_t		 response[RESPONSE_MAX][TOKEN_LEN];
	unsigned int	 nresponse;
	uint64_t	 unval_rx;	/* bytes before validation */
	uint64_t	 unval_tx;
	struct candidate cand;
	uint64_t	 ignore_until;	/* no new candidate */
};

#endif /* PATH_ADDR_H */
