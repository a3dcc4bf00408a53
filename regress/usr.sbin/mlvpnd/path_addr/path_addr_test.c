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
 * The address of a path's peer, with nothing else of the daemon.
 */

#include <sys/types.h>

#include "clock.h"
#include "path_addr.h"
#include "rnd.h"
#include "test.h"

#define MSEC		1000
#define RTT		(50 * MSEC)
#define CHALLENGE	64		/* bytes of its datagram */

static void	 test_chosen(void);
static void	 test_accepted(void);
static void	 test_amplification(void);
static void	 test_validated(void);
static void	 test_moved(void);
static void	 test_still_there(void);
static void	 test_nobody(void);
static void	 test_attempts(void);
static void	 test_challenge_limit(void);
static void	 test_responses(void);
static void	 fresh(void);
static void	 accept_path(void);
static void	 come(uint8_t, size_t, int);
static int	 challenge(uint8_t, uint8_t *);
static int	 response(uint8_t, const uint8_t *);
static int	 until(uint64_t);
static struct endpoint at(uint8_t);
static void	 fill(void *, void *, size_t);

static struct path_addr	 a;
static uint64_t		 now;
static uint8_t		 next_byte;
static const uint8_t	 peer_token[TOKEN_LEN] = { 1, 2, 3 };
static const struct rnd	 rnd = { fill, NULL };

int
main(void)
{
	test_chosen();
	test_accepted();
	test_amplification();
	test_validated();
	test_moved();
	test_still_there();
	test_nobody();
	test_attempts();
	test_challenge_limit();
	test_responses();
	return (0);
}

static void
test_chosen(void)
{
	struct endpoint	 ep = at(1);

	TEST("an address of this end's choice needs no proof");
	fresh();
	CHECK(endpoint_equal(&a.ep, &ep));
	CHECK(a.validated && !a.accepted);
	CHECK_EQ(path_addr_allow(&a, 1000000), 1);
	CHECK_EQ(path_addr_deadline(&a), NEVER);

	TEST("without a socket, or with one that is full, nothing goes out");
	CHECK_EQ(path_addr_ready(&a), 1);
	path_addr_blocked(&a, 1);
	CHECK_EQ(path_addr_ready(&a), 0);
	path_addr_blocked(&a, 0);
	CHECK_EQ(path_addr_ready(&a), 1);
	path_addr_lost(&a);
	CHECK_EQ(path_addr_ready(&a), 0);
	path_addr_is(&a, &ep);
	CHECK_EQ(path_addr_ready(&a), 1);
}

static void
test_accepted(void)
{
	TEST("the address that a path was opened from is not proven");
	fresh();
	accept_path();
	CHECK(!a.validated && a.accepted);
	CHECK_MEM(a.token_peer, peer_token, TOKEN_LEN);
}

static void
test_amplification(void)
{
	TEST("three times of what came is sent there, and no more");
	fresh();
	accept_path();
	CHECK_EQ(path_addr_allow(&a, 200), 1);
	CHECK_EQ(path_addr_allow(&a, 101), 0);
	CHECK_EQ(path_addr_allow(&a, 100), 1);
	CHECK_EQ(path_addr_allow(&a, 1), 0);
	come(1, 10, 1);
	CHECK_EQ(path_addr_allow(&a, 31), 0);
	CHECK_EQ(path_addr_allow(&a, 30), 1);
	come(2, 1000, 0);
	CHECK_EQ(path_addr_allow(&a, 1), 0);
}

static void
test_validated(void)
{
	uint8_t	 wrong[TOKEN_LEN];

	TEST("the token comes back, from there: proven");
	fresh();
	accept_path();
	memcpy(wrong, a.token, sizeof(wrong));
	wrong[0] ^= 1;
	CHECK_EQ(response(1, wrong), 0);
	CHECK_EQ(response(2, a.token), 0);
	CHECK(!a.validated);
	CHECK_EQ(response(1, a.token), 1);
	CHECK(a.validated);
	CHECK_EQ(response(1, a.token), 0);
	CHECK_EQ(path_addr_allow(&a, 1000000), 1);

	TEST("until it is in doubt");
	path_addr_unknown(&a);
	CHECK_EQ(path_addr_allow(&a, 1000000), 0);
	path_addr_confirmed(&a);
	CHECK_EQ(path_addr_allow(&a, 1000000), 1);
}

static void
test_moved(void)
{
	struct endpoint	 old = at(1), new = at(2);
	uint8_t		 token[TOKEN_LEN];

	TEST("the peer moves: only the new address answers");
	fresh();
	come(2, 100, 1);
	CHECK_EQ(path_addr_deadline(&a), now);
	CHECK_EQ(until(0), 0);
	CHECK_EQ(challenge(2, token), 1);
	CHECK_EQ(response(1, token), 0);
	CHECK(!a.cand.answered);
	CHECK_EQ(response(2, token), 0);
	CHECK(a.cand.answered);
	CHECK_EQ(challenge(1, token), 1);
	CHECK(endpoint_equal(&a.ep, &old));
	CHECK_EQ(until(300 * MSEC - 1), 0);
	CHECK(endpoint_equal(&a.ep, &old));
	CHECK_EQ(until(1), 1);
	CHECK(endpoint_equal(&a.ep, &new));
	CHECK(a.validated);
	CHECK_EQ(path_addr_deadline(&a), NEVER);

	TEST("a second passes before the next change");
	come(3, 100, 1);
	CHECK(!a.cand.active);
	now += USEC;
	come(3, 100, 1);
	CHECK(a.cand.active);
}

static void
test_still_there(void)
{
	struct endpoint	 old = at(1);
	uint8_t		 token[TOKEN_LEN];

	TEST("the old address answers: datagrams were sent on by another");
	fresh();
	come(2, 100, 1);
	CHECK_EQ(until(0), 0);
	CHECK_EQ(challenge(2, token), 1);
	CHECK_EQ(response(2, token), 0);
	CHECK_EQ(challenge(1, token), 1);
	CHECK_EQ(response(1, token), 0);
	CHECK(!a.cand.active);
	CHECK_EQ(until(USEC), 0);
	CHECK(endpoint_equal(&a.ep, &old));

	TEST("and none of its like is looked at for ten seconds");
	now += 8 * USEC;
	come(2, 100, 1);
	CHECK(!a.cand.active);
	now += USEC;
	come(2, 100, 1);
	CHECK(a.cand.active);
}

static void
test_nobody(void)
{
	struct endpoint	 old = at(1);

	TEST("nobody answers: all stays as it was");
	fresh();
	come(2, 100, 1);
	CHECK_EQ(until(300 * MSEC), 0);
	CHECK(!a.cand.active);
	CHECK(endpoint_equal(&a.ep, &old));

	TEST("an old datagram says nothing of a new address");
	now += 20 * USEC;
	come(2, 100, 0);
	CHECK(!a.cand.active);
}

static void
test_attempts(void)
{
	uint8_t		 token[TOKEN_LEN];
	unsigned int	 n = 0;
	uint64_t	 start;

	TEST("five challenges, 100 ms apart, while three round trips last");
	fresh();
	path_addr_source(&a, &(struct dgram){ .ep = at(2), .len = 1000 }, 1,
	    300 * MSEC, &rnd, now);
	start = now;
	CHECK_EQ(path_addr_deadline(&a), now);
	for (; now < start + 900 * MSEC; now += MSEC) {
		CHECK_EQ(until(0), 0);
		if (challenge(2, token)) {
			CHECK_EQ(now, start + n * 100 * MSEC);
			CHECK_EQ(challenge(1, token), 1);
			n++;
		}
	}
	CHECK_EQ(n, 5);
	CHECK_EQ(path_addr_deadline(&a), start + 900 * MSEC);
	CHECK_EQ(until(0), 0);
	CHECK(!a.cand.active);
}

static void
test_challenge_limit(void)
{
	uint8_t	 token[TOKEN_LEN];

	TEST("challenges are three times of what came from there, at most");
	fresh();
	come(2, CHALLENGE / 3, 1);
	CHECK_EQ(until(0), 0);
	CHECK_EQ(challenge(2, token), 0);
	CHECK_EQ(challenge(1, token), 1);
	come(2, 1, 1);
	CHECK_EQ(until(100 * MSEC), 0);
	CHECK_EQ(challenge(2, token), 1);
}

static void
test_responses(void)
{
	uint8_t		 token[TOKEN_LEN] = { 0 }, got[TOKEN_LEN];
	unsigned int	 i;

	TEST("four challenges of the peer wait for an answer, at most");
	fresh();
	CHECK_EQ(path_addr_respond(&a, got), 0);
	for (i = 1; i <= 6; i++) {
		token[0] = i;
		path_addr_challenged(&a, token);
	}
	for (i = 4; i >= 1; i--) {
		token[0] = i;
		CHECK_EQ(path_addr_respond(&a, got), 1);
		CHECK_MEM(got, token, TOKEN_LEN);
	}
	CHECK_EQ(path_addr_respond(&a, got), 0);
}

/* A path that this end has opened to address 1. */
static void
fresh(void)
{
	struct endpoint	 ep = at(1);

	now = 100 * USEC;
	memset(&a, 0, sizeof(a));
	path_addr_chosen(&a, &ep, &rnd);
}

/* It was opened by the peer, from address 1, by 100 bytes. */
static void
accept_path(void)
{
	struct dgram	 dg = { .ep = at(1), .len = 100 };

	path_addr_accepted(&a, &dg, peer_token, 0, &rnd);
}

static void
come(uint8_t from, size_t len, int newest)
{
	struct dgram	 dg = { .ep = at(from), .len = len };

	path_addr_source(&a, &dg, newest, RTT, &rnd, now);
}

/* Is a challenge due, to that address? */
static int
challenge(uint8_t to, uint8_t *token)
{
	struct endpoint	 ep, want = at(to);

	if (!path_addr_challenge(&a, CHALLENGE, &ep, token))
		return (0);
	CHECK(endpoint_equal(&ep, &want));
	return (1);
}

static int
response(uint8_t from, const uint8_t *token)
{
	struct endpoint	 ep = at(from);

	return (path_addr_response(&a, &ep, token, now));
}

static int
until(uint64_t us)
{
	now += us;
	return (path_addr_timer(&a, now));
}

static struct endpoint
at(uint8_t host)
{
	struct endpoint	 ep;

	memset(&ep, 0, sizeof(ep));
	ep.sock = 1;
	ep.remote.family = 4;
	ep.remote.ip[0] = 192;
	ep.remote.ip[2] = 2;
	ep.remote.ip[3] = host;
	ep.remote.port = 5080;
	return (ep);
}

/* Every token is another one. */
static void
fill(void *arg, void *buf, size_t len)
{
	memset(buf, ++next_byte, len);
}
