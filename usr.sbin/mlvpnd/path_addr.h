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
 * Where the peer of a path is, and how sure that is: mlvpn(7), PATHS.  An
 * address that was not chosen by this end is challenged before much is sent
 * there, and so is another one that the peer's datagrams come from.
 */

#include <stddef.h>
#include <stdint.h>

#include "dgram.h"
#include "frame.h"

struct rnd;

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
	struct endpoint	 ep;		/* sock SOCK_NONE: cannot send */
	uint8_t		 accepted;	/* not chosen by this end */
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

void	 path_addr_chosen(struct path_addr *, const struct endpoint *,
	    const struct rnd *);
void	 path_addr_accepted(struct path_addr *, const struct dgram *,
	    const uint8_t *, int, const struct rnd *);
void	 path_addr_is(struct path_addr *, const struct endpoint *);
void	 path_addr_moved(struct path_addr *, const struct endpoint *);
void	 path_addr_unknown(struct path_addr *);
void	 path_addr_confirmed(struct path_addr *);
void	 path_addr_local(struct path_addr *, const struct addr *);
void	 path_addr_lost(struct path_addr *);
void	 path_addr_blocked(struct path_addr *, int);
int	 path_addr_ready(const struct path_addr *);
int	 path_addr_allow(struct path_addr *, size_t);
void	 path_addr_source(struct path_addr *, const struct dgram *, int,
	    int64_t, const struct rnd *, uint64_t);
void	 path_addr_challenged(struct path_addr *, const uint8_t *);
int	 path_addr_respond(struct path_addr *, uint8_t *);
int	 path_addr_challenge(struct path_addr *, size_t, struct endpoint *,
	    uint8_t *);
int	 path_addr_response(struct path_addr *, const struct endpoint *,
	    const uint8_t *, uint64_t);
int	 path_addr_timer(struct path_addr *, uint64_t);
uint64_t path_addr_deadline(const struct path_addr *);

/*
 * path_addr_chosen(ep): this end chose it, so it needs no proof.
 * path_addr_accepted(dg, token, validated): the datagram opened the path; the
 *	token is the peer's.
 * path_addr_is(ep): the peer is there, by other proof; path_addr_moved(ep):
 *	as sure as before.
 * path_addr_unknown(): who is at ep is to be found out;
 *	path_addr_confirmed(): it is the peer.
 * path_addr_local(addr): the address of this end that the peer sends to.
 * path_addr_lost(): there is no socket any more.
 * path_addr_blocked(yes): whether the socket takes datagrams.
 * path_addr_ready(): may a datagram be handed to the socket now?
 * path_addr_allow(bytes): may so much UDP payload be sent to ep?  If so it is
 *	counted: three times of what came from there until it is validated.
 * path_addr_source(dg, newest, rtt): an authentic datagram came from there;
 *	newest: none with a higher number has.
 * path_addr_challenged(token): the peer wants it back; path_addr_respond(
 *	token): 1, and the next one that it is to get.
 * path_addr_challenge(bytes, ep, token): the next CHALLENGE, in a datagram of
 *	so many bytes: 1, and where it goes to and with which token.
 * path_addr_response(ep, token): 1 if that validates the path's address.
 * path_addr_timer(): 1 if the peer's address has changed.
 */

#endif /* PATH_ADDR_H */
