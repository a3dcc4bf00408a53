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
 * Which HELLOs are let in.
 */

#include <sys/param.h>

#include <string.h>

#include "admit.h"
#include "clock.h"
#include "rnd.h"

/*
 * Costs rise with each step, and so does what the sender has shown: the form,
 * mac1 (knows the secret or the public key), under load a cookie (is at its
 * address).  HELLOs wait until the packets that came with them were handled,
 * and there is so much work for them in a round and in a second.  Of more
 * HELLOs than can wait, chance decides which do.
 */

#define MAC_TIME	5		/* us, 200000 a second */
#define MAC_TIME_PEER	10
#define MAC_BURST	10000		/* us */
#define ROUND_MACS	256
#define ROUND_HANDSHAKES 4
#define HANDSHAKE_INTERVAL (USEC / 400)
#define HANDSHAKE_INTERVAL_PEER (USEC / 200)
#define HANDSHAKE_BURST	64
#define HELLO_MAC1_RATE	100		/* a second; more is load */
#define HELLO_ALL_RATE	2000
#define HELLO_SOURCE_RATE 20		/* under load, with a valid cookie */
#define SAME_ADDRESS	16		/* tunnels tried for an address */
#define COOKIE_LIFETIME	(120 * USEC)

static size_t	 bucket(const struct admit *, const void *, size_t);
static size_t	 bucket_addr(const struct admit *, const struct addr *);
static size_t	 network_len(const struct addr *);
static int	 same_network(const struct addr *, const struct addr *);
static struct known *known_find(const struct admit *, const struct addr *);
static void	 queue_put(struct admit *, struct admit_queue *,
		    const struct admit_hello *);
static int	 has_time(const struct admit *, enum admit_class, uint64_t);
static enum admit_result find_peer(struct admit *, const struct admit_hello *,
		    struct admit_found *, uint64_t);
static enum admit_result find_any(struct admit *, const struct admit_hello *,
		    struct admit_found *, uint64_t);
static int	 try_mac1(struct admit *, const struct admit_hello *,
		    const struct admitted *);
static int	 source_allowed(struct admit *, const struct addr *, uint64_t);
static void	 cookie_rotate(struct admit *, uint64_t);

void
admit_init(struct admit *a, const struct rnd *rnd)
{
	size_t	 i;

	memset(a, 0, sizeof(*a));
	a->rnd = rnd;
	TAILQ_INIT(&a->all);
	TAILQ_INIT(&a->distinct[NOISE_NNPSK0]);
	TAILQ_INIT(&a->distinct[NOISE_IKPSK2]);
	for (i = 0; i < ADMIT_BUCKETS; i++) {
		LIST_INIT(&a->peer[i]);
		LIST_INIT(&a->known[i]);
	}
	rnd_bytes(rnd, a->cookie_secret, sizeof(a->cookie_secret));
	rnd_bytes(rnd, a->hash_key, sizeof(a->hash_key));
}

/*
 * Tunnels
 */

void
admit_add(struct admit *a, struct admitted *ad, struct tunnel *t,
    const struct hs_secret *secret)
{
	const struct admitted	*o;

	ad->tunnel = t;
	ad->secret = secret;
	TAILQ_FOREACH(o, &a->distinct[secret->pattern], distinct)
		if (sodium_memcmp(o->secret->mac1_own, secret->mac1_own,
		    sizeof(secret->mac1_own)) == 0)
			break;
	ad->is_distinct = o == NULL;
	if (ad->is_distinct) {
		TAILQ_INSERT_TAIL(&a->distinct[secret->pattern], ad, distinct);
		a->ndistinct[secret->pattern]++;
	}
	TAILQ_INSERT_TAIL(&a->all, ad, all);
	LIST_INSERT_HEAD(&a->peer[bucket(a, secret->rs, sizeof(secret->rs))],
	    ad, peer);
}

void
admit_del(struct admit *a, struct admitted *ad)
{
	struct admitted	*o;
	int		 pattern;
	size_t		 i, j;

	if (ad->tunnel == NULL)
		return;
	for (i = 0; i < ADMIT_CLASSES; i++)
		for (j = 0; j < ADMIT_QUEUE; j++)
			if (a->queue[i].hello[j].only == ad)
				a->queue[i].hello[j].len = 0;
	for (i = 0; i < ADMIT_KNOWN; i++)
		if (ad->known[i].addr.family != 0) {
			LIST_REMOVE(&ad->known[i], entry);
			ad->known[i].addr.family = 0;
		}
	LIST_REMOVE(ad, peer);
	TAILQ_REMOVE(&a->all, ad, all);
	ad->tunnel = NULL;
	if (!ad->is_distinct)
		return;
	pattern = ad->secret->pattern;
	TAILQ_REMOVE(&a->distinct[pattern], ad, distinct);
	a->ndistinct[pattern]--;
	TAILQ_FOREACH(o, &a->all, all)
		if (o->secret->pattern == pattern &&
		    sodium_memcmp(o->secret->mac1_own, ad->secret->mac1_own,
		    sizeof(o->secret->mac1_own)) == 0)
			break;
	if (o == NULL)
		return;
	o->is_distinct = 1;
	TAILQ_INSERT_TAIL(&a->distinct[pattern], o, distinct);
	a->ndistinct[pattern]++;
}

void
admit_know(struct admit *a, struct admitted *ad, const struct addr *addr)
{
	struct known	*k;
	size_t		 i;

	if (ad->tunnel == NULL)
		return;
	for (i = 0; i < ADMIT_KNOWN; i++)
		if (same_network(&ad->known[i].addr, addr))
			return;
	k = &ad->known[ad->next_known++ % ADMIT_KNOWN];
	if (k->addr.family != 0)
		LIST_REMOVE(k, entry);
	memset(k, 0, sizeof(*k));
	k->addr = *addr;
	k->admitted = ad;
	LIST_INSERT_HEAD(&a->known[bucket_addr(a, addr)], k, entry);
}

struct tunnel *
admit_peer(const struct admit *a, const struct admit_found *f,
    const uint8_t rs[32])
{
	const struct hs_secret	*own = f->owner->secret;
	const struct admitted	*ad;

	LIST_FOREACH(ad, &a->peer[bucket(a, rs, 32)], peer)
		if (ad->secret->pattern == NOISE_IKPSK2 &&
		    (f->only == NULL || ad == f->only) &&
		    sodium_memcmp(ad->secret->spub, own->spub,
		    sizeof(own->spub)) == 0 &&
		    sodium_memcmp(ad->secret->rs, rs,
		    sizeof(ad->secret->rs)) == 0)
			return (ad->tunnel);
	return (NULL);
}

/* Nobody outside knows what shares a bucket. */
static size_t
bucket(const struct admit *a, const void *p, size_t len)
{
	uint8_t	 hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, p, len, a->hash_key);
	return ((hash[0] | hash[1] << 8) % ADMIT_BUCKETS);
}

static size_t
bucket_addr(const struct admit *a, const struct addr *addr)
{
	return (bucket(a, addr->ip, network_len(addr)));
}

/* An IPv4 address, or an IPv6 network of /64, whose hosts choose addresses. */
static size_t
network_len(const struct addr *addr)
{
	return (addr->family == 6 ? 8 : 4);
}

static int
same_network(const struct addr *a, const struct addr *b)
{
	return (a->family == b->family && a->family != 0 &&
	    memcmp(a->ip, b->ip, network_len(a)) == 0);
}

/*
 * HELLOs that wait
 */

void
admit_put(struct admit *a, const struct dgram *dg, int pattern,
    const struct admitted *only, uint64_t now)
{
	struct admit_hello	 h;
	enum admit_class	 class;

	if (now / USEC != a->hello_second) {
		a->hello_second = now / USEC;
		a->hello_all = a->hello_mac1 = 0;
	}
	if (++a->hello_all > HELLO_ALL_RATE)
		a->load_until = now + USEC;

	h.ep = dg->ep;
	h.only = only;
	h.pattern = pattern;
	h.len = dg->len;
	memcpy(h.buf, dg->buf, dg->len);
	class = known_find(a, &dg->ep.remote) != NULL ? ADMIT_PEER :
	    ADMIT_STRANGER;
	queue_put(a, &a->queue[class], &h);
}

static struct known *
known_find(const struct admit *a, const struct addr *addr)
{
	struct known	*k;

	LIST_FOREACH(k, &a->known[bucket_addr(a, addr)], entry)
		if (same_network(&k->addr, addr))
			return (k);
	return (NULL);
}

static void
queue_put(struct admit *a, struct admit_queue *q, const struct admit_hello *h)
{
	size_t	 i = q->n;

	if (q->n < ADMIT_QUEUE)
		q->n++;
	else {
		i = rnd_uniform(a->rnd, ADMIT_QUEUE);
		a->limited++;
	}
	q->hello[(q->head + i) % ADMIT_QUEUE] = *h;
}

void
admit_round(struct admit *a)
{
	a->round_macs = a->round_handshakes = 0;
}

enum admit_result
admit_next(struct admit *a, struct admit_found *f, uint64_t now)
{
	struct admit_queue	*q;
	struct admit_hello	*h;
	enum admit_class	 class;

	for (;;) {
		class = has_time(a, ADMIT_PEER, now) ? ADMIT_PEER :
		    ADMIT_STRANGER;
		if (!has_time(a, class, now))
			return (ADMIT_NONE);
		q = &a->queue[class];
		h = &q->hello[q->head++ % ADMIT_QUEUE];
		q->n--;
		if (h->len == 0)
			continue;
		memset(f, 0, sizeof(*f));
		f->dg.ep = h->ep;
		f->dg.buf = h->buf;
		f->dg.len = h->len;
		f->only = h->only;
		if (class == ADMIT_STRANGER)
			return (find_any(a, h, f, now));
		if (find_peer(a, h, f, now) == ADMIT_FOUND)
			return (ADMIT_FOUND);
		/* a stranger may use that address as well */
		queue_put(a, &a->queue[ADMIT_STRANGER], h);
	}
}

/* Is there one, and time for it? */
static int
has_time(const struct admit *a, enum admit_class class, uint64_t now)
{
	const struct admit_queue	*q = &a->queue[class];

	return (q->n > 0 && a->round_macs < ROUND_MACS &&
	    a->round_handshakes < ROUND_HANDSHAKES &&
	    ratelimit_left(&q->macs, MAC_BURST, now));
}

uint64_t
admit_deadline(const struct admit *a, uint64_t now)
{
	const struct admit_queue	*q;
	uint64_t			 when = NEVER;

	for (q = a->queue; q < &a->queue[ADMIT_CLASSES]; q++)
		if (q->n > 0)
			when = MIN(when, q->macs.due < now + MAC_BURST ? now :
			    q->macs.due - MAC_BURST + 1);
	return (when);
}

static enum admit_result
find_peer(struct admit *a, const struct admit_hello *h,
    struct admit_found *f, uint64_t now)
{
	const struct admitted	*ad;
	struct known		*k;
	int			 n = 0;

	LIST_FOREACH(k, &a->known[bucket_addr(a, &h->ep.remote)], entry) {
		ad = k->admitted;
		if (!same_network(&k->addr, &h->ep.remote) ||
		    ad->secret->pattern != h->pattern ||
		    (h->only != NULL && ad != h->only))
			continue;
		ratelimit_take(&a->queue[ADMIT_PEER].macs, MAC_TIME_PEER, now);
		if (try_mac1(a, h, ad)) {
			f->owner = ad;
			f->known = k;
			return (ADMIT_FOUND);
		}
		if (++n == SAME_ADDRESS)
			break;
	}
	return (ADMIT_WRONG);
}

static enum admit_result
find_any(struct admit *a, const struct admit_hello *h,
    struct admit_found *f, uint64_t now)
{
	struct ratelimit	*macs = &a->queue[ADMIT_STRANGER].macs;
	const struct admitted	*ad;

	if ((ad = h->only) != NULL) {
		ratelimit_take(macs, MAC_TIME, now);
		if (ad->secret->pattern != h->pattern || !try_mac1(a, h, ad))
			ad = NULL;
	} else
		TAILQ_FOREACH(ad, &a->distinct[h->pattern], distinct) {
			ratelimit_take(macs, MAC_TIME, now);
			if (try_mac1(a, h, ad))
				break;
		}
	f->owner = ad;
	return (ad != NULL ? ADMIT_FOUND : ADMIT_WRONG);
}

static int
try_mac1(struct admit *a, const struct admit_hello *h,
    const struct admitted *ad)
{
	a->macs++;
	a->round_macs++;
	return (hello_mac1_check(h->buf, h->len, ad->secret->mac1_own) == 0);
}

/*
 * Load
 */

int
admit_loaded(struct admit *a, uint64_t now)
{
	if (++a->hello_mac1 > HELLO_MAC1_RATE)
		a->load_until = now + USEC;
	return (now < a->load_until);
}

int
admit_handshake(struct admit *a, const struct admit_found *f, int loaded,
    uint64_t now)
{
	int	 ok;

	if (f->known != NULL)
		ok = ratelimit_allow(&f->known->limit,
		    USEC / HELLO_SOURCE_RATE, HELLO_SOURCE_RATE, now) &&
		    ratelimit_allow(&a->queue[ADMIT_PEER].handshakes,
		    HANDSHAKE_INTERVAL_PEER, HANDSHAKE_BURST, now);
	else
		ok = (!loaded || source_allowed(a, &f->dg.ep.remote, now)) &&
		    ratelimit_allow(&a->queue[ADMIT_STRANGER].handshakes,
		    HANDSHAKE_INTERVAL, HANDSHAKE_BURST, now);
	if (ok)
		a->round_handshakes++;
	else
		a->limited++;
	return (ok);
}

/* Addresses that share a place share what is allowed. */
static int
source_allowed(struct admit *a, const struct addr *remote, uint64_t now)
{
	struct source	*s = &a->source[bucket_addr(a, remote) %
			    ADMIT_SOURCES];

	if (s->second != now / USEC) {
		s->second = now / USEC;
		s->count = 0;
	}
	return (++s->count <= HELLO_SOURCE_RATE);
}

/*
 * Cookies
 */

static void
cookie_rotate(struct admit *a, uint64_t now)
{
	if (now - a->cookie_at < COOKIE_LIFETIME)
		return;
	if (now - a->cookie_at < 2 * COOKIE_LIFETIME)
		memcpy(a->cookie_secret[1], a->cookie_secret[0],
		    sizeof(a->cookie_secret[1]));
	else
		rnd_bytes(a->rnd, a->cookie_secret[1],
		    sizeof(a->cookie_secret[1]));
	rnd_bytes(a->rnd, a->cookie_secret[0], sizeof(a->cookie_secret[0]));
	a->cookie_at = now;
}

int
admit_cookie_valid(struct admit *a, const struct dgram *dg, uint64_t now)
{
	uint8_t	 cookie[MAC_LEN];
	int	 i;

	if (sodium_is_zero(dg->buf + dg->len - MAC_LEN, MAC_LEN))
		return (0);
	cookie_rotate(a, now);
	for (i = 0; i < 2; i++) {
		cookie_make(cookie, a->cookie_secret[i], &dg->ep.remote,
		    &dg->ep.local, dg->ep.sock);
		if (hello_mac2_check(dg->buf, dg->len, cookie) == 0)
			return (1);
	}
	return (0);
}

size_t
admit_cookie(struct admit *a, const struct dgram *dg, const uint8_t key[32],
    uint8_t *buf, uint64_t now)
{
	uint8_t	 cookie[MAC_LEN], nonce[24];

	cookie_rotate(a, now);
	cookie_make(cookie, a->cookie_secret[0], &dg->ep.remote,
	    &dg->ep.local, dg->ep.sock);
	rnd_bytes(a->rnd, nonce, sizeof(nonce));
	return (cookie_create(dg->buf, dg->len, key, cookie, nonce, buf));
}
