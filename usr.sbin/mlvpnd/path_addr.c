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
 * The addresses of a path: validates new ones by challenges, and limits what
 * is sent to those that are not validated.
 */

#include <sys/param.h>

#include <string.h>

#include "clock.h"
#include "path_addr.h"
#include "rnd.h"

#define AMPLIFICATION		3	/* of what an address sent */
#define CHALLENGE_WAIT		(300 * 1000)
#define CHALLENGE_RETRY		(100 * 1000)
#define CHALLENGE_MAX		5
#define CANDIDATE_REFUSED	(10 * USEC)
#define CANDIDATE_PAUSE		(1 * USEC)

static void	 candidate_begin(struct path_addr *, const struct dgram *,
		    int64_t, const struct rnd *, uint64_t);

void
path_addr_chosen(struct path_addr *a, const struct endpoint *ep,
    const struct rnd *rnd)
{
	path_addr_is(a, ep);
	a->accepted = 0;
	a->cand.active = 0;
	rnd_bytes(rnd, a->token, sizeof(a->token));
}

void
path_addr_accepted(struct path_addr *a, const struct dgram *dg,
    const uint8_t *token, int validated, const struct rnd *rnd)
{
	path_addr_chosen(a, &dg->ep, rnd);
	memcpy(a->token_peer, token, sizeof(a->token_peer));
	a->accepted = 1;
	a->validated = validated;
	a->unval_rx = dg->len;
	a->unval_tx = 0;
}

void
path_addr_is(struct path_addr *a, const struct endpoint *ep)
{
	path_addr_moved(a, ep);
	path_addr_confirmed(a);
}

void
path_addr_moved(struct path_addr *a, const struct endpoint *ep)
{
	a->ep = *ep;
	a->blocked = 0;
}

void
path_addr_unknown(struct path_addr *a)
{
	a->validated = 0;
}

void
path_addr_confirmed(struct path_addr *a)
{
	a->validated = 1;
}

void
path_addr_local(struct path_addr *a, const struct addr *local)
{
	a->ep.local = *local;
}

void
path_addr_lost(struct path_addr *a)
{
	a->ep.sock = SOCK_NONE;
}

void
path_addr_blocked(struct path_addr *a, int blocked)
{
	a->blocked = blocked;
}

int
path_addr_ready(const struct path_addr *a)
{
	return (a->ep.sock != SOCK_NONE && !a->blocked);
}

int
path_addr_allow(struct path_addr *a, size_t bytes)
{
	if (a->validated)
		return (1);
	if (a->unval_tx + bytes > AMPLIFICATION * a->unval_rx)
		return (0);
	a->unval_tx += bytes;
	return (1);
}

void
path_addr_source(struct path_addr *a, const struct dgram *dg, int newest,
    int64_t rtt, const struct rnd *rnd, uint64_t now)
{
	if (endpoint_equal(&dg->ep, &a->ep)) {
		if (a->accepted)
			a->ep.local = dg->ep.local;
		if (!a->validated)
			a->unval_rx += dg->len;
	} else if (a->cand.active && endpoint_equal(&dg->ep, &a->cand.ep))
		a->cand.rx_bytes += dg->len;
	else if (newest)
		candidate_begin(a, dg, rtt, rnd, now);
}

static void
candidate_begin(struct path_addr *a, const struct dgram *dg, int64_t rtt,
    const struct rnd *rnd, uint64_t now)
{
	struct candidate	*c = &a->cand;

	if (c->active || now < a->ignore_until)
		return;
	memset(c, 0, sizeof(*c));
	c->active = 1;
	c->ep = dg->ep;
	rnd_bytes(rnd, c->token_new, sizeof(c->token_new));
	rnd_bytes(rnd, c->token_old, sizeof(c->token_old));
	c->deadline = now + MAX(CHALLENGE_WAIT, rtt * 3);
	c->next = now;
	c->rx_bytes = dg->len;
}

void
path_addr_challenged(struct path_addr *a, const uint8_t *token)
{
	if (a->nresponse < RESPONSE_MAX)
		memcpy(a->response[a->nresponse++], token, TOKEN_LEN);
}

int
path_addr_respond(struct path_addr *a, uint8_t *token)
{
	if (a->nresponse == 0)
		return (0);
	memcpy(token, a->response[--a->nresponse], TOKEN_LEN);
	return (1);
}

int
path_addr_challenge(struct path_addr *a, size_t bytes, struct endpoint *ep,
    uint8_t *token)
{
	struct candidate	*c = &a->cand;

	if (!c->active)
		return (0);
	if (c->send_new) {
		c->send_new = 0;
		if (c->tx_bytes + bytes > AMPLIFICATION * c->rx_bytes)
			return (0);
		c->tx_bytes += bytes;
		*ep = c->ep;
		memcpy(token, c->token_new, TOKEN_LEN);
		return (1);
	}
	if (c->send_old) {
		c->send_old = 0;
		*ep = a->ep;
		memcpy(token, c->token_old, TOKEN_LEN);
		return (path_addr_allow(a, bytes));
	}
	return (0);
}

/* A response counts only from the address that was challenged. */
int
path_addr_response(struct path_addr *a, const struct endpoint *ep,
    const uint8_t *token, uint64_t now)
{
	struct candidate	*c = &a->cand;

	if (!a->validated && endpoint_equal(ep, &a->ep) &&
	    memcmp(token, a->token, TOKEN_LEN) == 0) {
		path_addr_confirmed(a);
		return (1);
	}
	if (!c->active)
		return (0);
	if (endpoint_equal(ep, &c->ep) &&
	    memcmp(token, c->token_new, TOKEN_LEN) == 0)
		c->answered = 1;
	else if (endpoint_equal(ep, &a->ep) &&
	    memcmp(token, c->token_old, TOKEN_LEN) == 0) {
		c->active = 0;
		a->ignore_until = now + CANDIDATE_REFUSED;
	}
	return (0);
}

int
path_addr_timer(struct path_addr *a, uint64_t now)
{
	struct candidate	*c = &a->cand;

	if (!c->active)
		return (0);
	if (now < c->deadline) {
		if (now >= c->next && c->challenges < CHALLENGE_MAX) {
			c->challenges++;
			c->next = now + CHALLENGE_RETRY;
			c->send_new = c->send_old = 1;
		}
		return (0);
	}
	c->active = 0;
	a->ignore_until = now + CANDIDATE_PAUSE;
	if (!c->answered)
		return (0);
	path_addr_is(a, &c->ep);
	return (1);
}

uint64_t
path_addr_deadline(const struct path_addr *a)
{
	const struct candidate	*c = &a->cand;

	if (!c->active)
		return (NEVER);
	return (MIN(c->deadline, c->challenges < CHALLENGE_MAX ? c->next :
	    NEVER));
}
