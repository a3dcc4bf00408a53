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
 * Owns the association of a tunnel: when a handshake begins, what becomes of
 * each that arrives, and under which keys the tunnel sends and receives.
 */

#include <sys/param.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "assoc.h"
#include "wire.h"

/*
 * The association of a tunnel: who the peer is and under which keys.
 *
 * Keys live in up to three sets: cur sends and receives, prev is the one
 * before and only receives, next was offered to the peer in a REPLY and
 * becomes cur with the first authentic datagram under it.  Until then an
 * offer has no effect, so that a forged or replayed HELLO has none.
 */

#define HELLO_FIRST_RETRY	(1 * USEC)
#define HELLO_MAX_RETRY		(5 * USEC)
#define HELLO_PASSIVE_TRIES	3	/* without a configured remote */
#define HELLO_PASSIVE_PAUSE	(30 * USEC)
#define HELLO_REFUSED		(60 * USEC)
#define UNANSWERED_AFTER	(5 * USEC)	/* somebody is told */
#define UNANSWERED_AGAIN	(3600 * USEC)
#define RIVALS_AGAIN		(3600 * USEC)
#define HELLO_REPLIES_MAX	20	/* REPLYs read for one try */
#define RECENT_LIFETIME		(5 * USEC)
#define RECENT_ANSWERS		8
#define RECENT_REMEMBERED	(180 * USEC)
#define CROSSING_WAIT		700000	/* less than until the other's second
					   try, which must not be dropped */
#define CONFIRM_TIMEOUT		(2 * USEC)
#define CONFIRM_INTERVAL	250000
#define REKEY_JITTER		(5 * USEC)
#define NEW_INTERVAL		(1 * USEC)	/* of associations */
#define NEW_BURST		32
#define CLOSED_PAUSE		(1 * USEC)

static void	 assoc_forget(struct assoc *, uint64_t);
static struct keyset *keyset_alloc(struct assoc *);
static void	 keyset_free(struct keyset *);
static void	 assoc_start(struct assoc *, uint64_t);
static void	 attempt_try(struct assoc *, uint64_t);
static void	 attempt_unanswered(struct assoc *, uint64_t);
static void	 attempt_end(struct assoc *);
static void	 attempt_targets(struct assoc *);
static void	 target_add(struct attempt *, const struct hello_target *,
		    size_t, const struct endpoint *);
static int	 hello_acceptable(struct assoc *, const struct hello *,
		    uint8_t *, uint64_t);
static int	 hello_crosses(struct assoc *, const struct hello *, uint64_t);
static uint8_t	 aeads_allowed(const struct assoc *);
static uint8_t	 aead_choose(const struct assoc *, const struct hello *);
static void	 assoc_begin(struct assoc *, int, uint64_t, uint64_t,
		    uint64_t);
static void	 assoc_rekey_at(struct assoc *, uint64_t);
static void	 assoc_ousted(struct assoc *, uint64_t, const struct addr *,
		    uint64_t);
static int	 offer_confirm(struct assoc *, const struct dgram *, uint64_t);
static struct keyset *keyset_find(struct assoc *, uint32_t);
static int	 is_own_id(const struct assoc *, uint64_t);
static uint64_t	 random_id(const struct rnd *);
static int	 assoc_wanted(struct assoc *);

int
assoc_init(struct assoc *as, struct paths *ps,
    const struct hs_secret *secret)
{
	as->tunnel = ps->tunnel;
	as->conf = ps->conf;
	as->secret = secret;
	as->shared = ps->shared;
	as->notify = ps->notify;
	as->links = ps->links;
	as->paths = ps;
	as->own_id = random_id(&as->shared->rnd);
	if ((as->spare = calloc(1, sizeof(*as->spare))) == NULL)
		return (-1);
	return (0);
}

/* Frees everything; the tunnel goes away. */
void
assoc_clear(struct assoc *as)
{
	size_t		 i;

	for (i = 0; i < 3; i++)
		keyset_free(&as->set[i]);
	for (i = 0; i < HELLO_RECENT; i++)
		seen_del(&as->recent[i]);
	free(as->spare);
	attempt_end(as);
	sodium_memzero(as, sizeof(*as));
}

/* The association is over; the next one starts from nothing. */
static void
assoc_forget(struct assoc *as, uint64_t now)
{
	if (as->cur != NULL)
		keyset_free(as->cur);
	if (as->prev != NULL)
		keyset_free(as->prev);
	if (as->next != NULL)
		keyset_free(as->next);
	as->cur = as->prev = as->next = NULL;
	paths_end(as->paths, now);
	as->exists = 0;
	as->own_id = random_id(&as->shared->rnd);
	as->peer_id = 0;
	as->unconfirmed = 0;
}

int
assoc_closed(struct assoc *as, uint64_t now)
{
	notify_notice(as->notify, REASON_CLOSED, now);
	as->hello_after = now + CLOSED_PAUSE;
	assoc_forget(as, now);
	return (ASSOC_OVER);
}

int
assoc_restart(struct assoc *as, uint64_t now)
{
	size_t		 i;

	attempt_end(as);
	assoc_forget(as, now);
	for (i = 0; i < HELLO_RECENT; i++)
		seen_del(&as->recent[i]);
	as->max_stamp = 0;
	as->hello_after = 0;
	return (ASSOC_OVER);
}

/* Are there keys?  Legacy links look after themselves. */
int
assoc_can_send(const struct assoc *as)
{
	return (as->cur != NULL || as->conf->protocol == PROTO_MLVPN2);
}

static struct keyset *
keyset_alloc(struct assoc *as)
{
	int	 i;

	for (i = 0; i < 3; i++)
		if (!as->set[i].used) {
			as->set[i].used = 1;
			as->set[i].expires = NEVER;
			return (&as->set[i]);
		}
	abort();		/* cur, prev and next are all there are */
}

static void
keyset_free(struct keyset *ks)
{
	rxindex_del(&ks->rx);
	keys_wipe(&ks->k);
	ks->used = 0;
}

static struct keyset *
keyset_find(struct assoc *as, uint32_t index)
{
	int	 i;

	for (i = 0; i < 3; i++)
		if (as->set[i].used && as->set[i].rx.index == index)
			return (&as->set[i]);
	return (NULL);
}

static int
is_own_id(const struct assoc *as, uint64_t id)
{
	return (id == as->own_id ||
	    (as->attempt.active && id == as->attempt.own_id) ||
	    (as->next != NULL && id == as->offer.own_id));
}

static uint64_t
random_id(const struct rnd *rnd)
{
	uint64_t	 id;

	do {
		rnd_bytes(rnd, &id, sizeof(id));
	} while (id == 0);
	return (id);
}

/*
 * Initiator
 */

/* Begins a handshake unless one is under way. */
static void
assoc_start(struct assoc *as, uint64_t now)
{
	struct attempt	*at = &as->attempt;

	if (at->active || now < as->hello_after)
		return;
	at->active = 1;
	at->began = now;
	at->tell_at = now + UNANSWERED_AFTER;
	at->tries = 0;
	attempt_try(as, now);
}

/* Each try has its own ephemeral key, index and stamp; only the newest is
 * valid. */
static void
attempt_try(struct assoc *as, uint64_t now)
{
	struct attempt	*at = &as->attempt;
	struct hello	 p1;
	uint8_t		 e[32];
	uint64_t	 wait;
	size_t		 i;

	if (at->tries >= HELLO_PASSIVE_TRIES && !links_call(as->links)) {
		as->hello_after = now + HELLO_PASSIVE_PAUSE;
		attempt_end(as);
		return;
	}
	if (at->tries > 0 && as->cur == NULL)
		attempt_unanswered(as, now);
	attempt_targets(as);
	wait = HELLO_FIRST_RETRY << (at->tries < 3 ? at->tries : 3);
	if (wait > HELLO_MAX_RETRY)
		wait = HELLO_MAX_RETRY;
	at->next = now + wait * 4 / 5 +
	    rnd_uniform(&as->shared->rnd, wait * 2 / 5);
	if (at->ntargets == 0)
		return;
	at->tries++;
	at->replies = 0;
	at->own_id = as->own_id;

	memset(&p1, 0, sizeof(p1));
	p1.stamp = stamp_next(&as->shared->stamps, now);
	p1.own_id = at->own_id;
	p1.peer_id = as->exists ? as->peer_id : 0;
	p1.aeads = aeads_allowed(as);
	p1.aeads_fast = aead_fast() & p1.aeads;
	p1.layer2 = as->conf->layer2;
	p1.tunnel_mtu = as->conf->mtu;

	rxindex_del(&at->rx);
	rnd_bytes(&as->shared->rnd, e, sizeof(e));
	at->len = hello_create(&at->hs, as->secret,
	    rxindex_add(&as->shared->index, &at->rx, as->tunnel,
	    &as->shared->rnd), &p1, e, at->buf);
	sodium_memzero(e, sizeof(e));
	for (i = 0; i < at->ntargets; i++) {
		at->target[i].pending = at->len > 0;
		at->target[i].answered = 0;
	}
}

/* As for a path that is down: another address, port or look-up may help. */
static void
attempt_unanswered(struct assoc *as, uint64_t now)
{
	struct attempt	*at = &as->attempt;
	struct link	*l;
	int		 tell;

	tell = now >= at->tell_at;
	if (tell)
		at->tell_at = now + UNANSWERED_AGAIN;
	TAILQ_FOREACH(l, as->links, entry) {
		if (!link_ready(l))
			continue;
		notify_link(as->notify, CORE_LINK_STALE, l->conf.name,
		    &l->ep.remote, REASON_NO_HANDSHAKE);
		if (tell)
			notify_link(as->notify, CORE_NOTICE, l->conf.name,
			    &l->ep.remote, REASON_NO_HANDSHAKE);
	}
}

static void
attempt_end(struct assoc *as)
{
	struct attempt	*at = &as->attempt;

	rxindex_del(&at->rx);
	sodium_memzero(&at->hs, sizeof(at->hs));
	at->active = 0;
	at->ntargets = 0;
}

/*
 * All links that have a socket, then the addresses the peer was seen at.  Of
 * more links than one try has room for, the next try takes the next ones.
 */
static void
attempt_targets(struct assoc *as)
{
	struct attempt		*at = &as->attempt;
	struct hello_target	 old[HELLO_TARGETS];
	struct link		*l;
	struct path		*p;
	size_t			 nold = at->ntargets, n = 0, skip = 0;
	int			 i;

	memcpy(old, at->target, sizeof(old));
	at->ntargets = 0;
	TAILQ_FOREACH(l, as->links, entry)
		n += link_ready(l);
	if (n > HELLO_TARGETS)
		skip = at->tries * HELLO_TARGETS % n;
	n = 0;
	TAILQ_FOREACH(l, as->links, entry)
		if (link_ready(l) && n++ >= skip)
			target_add(at, old, nold, &l->ep);
	TAILQ_FOREACH(l, as->links, entry)
		if (link_ready(l))
			target_add(at, old, nold, &l->ep);
	for (i = 0; i < as->paths->n; i++) {
		p = as->paths->list[i];
		if (p->addr.ep.sock == SOCK_NONE)
			continue;
		if (p->opener && p->link != NULL && !link_enabled(p->link))
			continue;
		target_add(at, old, nold, &p->addr.ep);
	}
}

/* A cookie that an address gave is kept for the next try. */
static void
target_add(struct attempt *at, const struct hello_target *old, size_t nold,
    const struct endpoint *ep)
{
	struct hello_target	*ht;
	size_t			 i;

	for (i = 0; i < at->ntargets; i++)
		if (endpoint_equal(&at->target[i].ep, ep))
			return;
	if (at->ntargets == HELLO_TARGETS)
		return;
	ht = &at->target[at->ntargets++];
	memset(ht, 0, sizeof(*ht));
	ht->ep = *ep;
	ht->cookie_at = NEVER;
	for (i = 0; i < nold; i++)
		if (endpoint_equal(&old[i].ep, ep)) {
			memcpy(ht->cookie, old[i].cookie, sizeof(ht->cookie));
			ht->cookie_at = old[i].cookie_at;
		}
}

/* A link got its socket: it joins the handshake under way. */
void
assoc_link_ready(struct assoc *as, const struct link *l, uint64_t now)
{
	struct attempt	*at = &as->attempt;
	size_t		 n = at->ntargets;

	if (!at->active)
		return;
	if (at->tries == 0 || n == 0) {
		at->next = now;
		return;
	}
	target_add(at, NULL, 0, &l->ep);
	if (at->ntargets > n)
		at->target[n].pending = 1;
}

/* One HELLO, to one of the targets that wait for it. */
int
assoc_transmit(struct assoc *as, struct dgram *dg, uint64_t now)
{
	struct attempt		*at = &as->attempt;
	struct hello_target	*ht;
	size_t			 i;

	if (!at->active || as->shared->stopping)
		return (0);
	for (i = 0; i < at->ntargets; i++) {
		ht = &at->target[i];
		if (!ht->pending)
			continue;
		ht->pending = 0;
		dg->ep = ht->ep;
		dg->len = at->len;
		memcpy(dg->buf, at->buf, at->len);
		if (ht->cookie_at != NEVER &&
		    now - ht->cookie_at < 120 * USEC)
			hello_mac2(dg->buf, dg->len, ht->cookie);
		return (1);
	}
	return (0);
}

/* One COOKIE for each link is answered, by the same HELLO with mac2. */
void
assoc_cookie(struct assoc *as, const struct dgram *dg, uint64_t now)
{
	struct attempt		*at = &as->attempt;
	struct hello_target	*ht;
	uint8_t			 cookie[MAC_LEN];
	size_t			 i;

	if (!at->active || get32(dg->buf + COOKIE_RECEIVER) != at->rx.index ||
	    cookie_open(&at->hs, as->secret, dg->buf, dg->len, cookie) == -1) {
		as->rx_badtag++;
		return;
	}
	for (i = 0; i < at->ntargets; i++) {
		ht = &at->target[i];
		if (ht->answered || !endpoint_equal(&ht->ep, &dg->ep))
			continue;
		memcpy(ht->cookie, cookie, sizeof(ht->cookie));
		ht->cookie_at = now;
		ht->answered = 1;
		ht->pending = 1;
	}
}

int
assoc_reply(struct assoc *as, const struct dgram *dg, uint64_t now)
{
	struct attempt	*at = &as->attempt;
	struct handshake hs;
	struct hs_keys	 hk;
	struct reply	 p2;
	struct keyset	*ks;
	int		 what = 0;

	if (!at->active || get32(dg->buf + REPLY_RECEIVER) != at->rx.index) {
		as->rx_rejected++;
		return (0);
	}
	if (!reply_valid(&at->hs, as->secret, dg->buf, dg->len)) {
		as->rx_badtag++;
		return (0);
	}
	if (++at->replies > HELLO_REPLIES_MAX) {
		as->rx_rejected++;
		return (0);
	}
	hs = at->hs;		/* a forged REPLY must not spoil the true one */
	if (reply_open(&hs, as->secret, dg->buf, dg->len, &p2, &hk) == -1) {
		as->rx_badtag++;
		goto done;
	}
	if (p2.peer_id != at->own_id || is_own_id(as, p2.own_id) ||
	    (p2.continued && (!as->exists || p2.own_id != as->peer_id))) {
		as->rx_rejected++;
		goto done;
	}
	if (p2.aead > AEAD_AES || (aeads_allowed(as) & (1 << p2.aead)) == 0 ||
	    p2.features != 0 || p2.layer2 != as->conf->layer2) {
		notify_notice(as->notify, p2.layer2 != as->conf->layer2 ?
		    REASON_LAYER :
		    REASON_WRONG_CIPHER, now);
		as->hello_after = now + HELLO_REFUSED;
		attempt_end(as);
		goto done;
	}

	if (!p2.continued) {
		assoc_forget(as, now);
		what |= ASSOC_OVER;
		assoc_begin(as, 1, at->own_id, p2.own_id, now);
	}
	as->peer_mtu = p2.tunnel_mtu;
	if (as->prev != NULL)
		keyset_free(as->prev);
	as->prev = as->cur;
	as->cur = ks = keyset_alloc(as);
	/* the handshake's index becomes that of the keys */
	rxindex_move(&as->shared->index, &at->rx, &ks->rx);
	keys_init(&ks->k, &hk, p2.aead, 1, ks->rx.index, hs.remote_index, now);
	attempt_end(as);
	as->unconfirmed = 1;
	as->confirm_by = now + CONFIRM_TIMEOUT;
	as->confirm_next = now + CONFIRM_INTERVAL;
	as->handshakes++;
	assoc_rekey_at(as, now);
	what |= ASSOC_KEYS;
 done:
	sodium_memzero(&hs, sizeof(hs));
	sodium_memzero(&hk, sizeof(hk));
	return (what);
}

/*
 * Responder
 */

/* What was answered to the HELLO with this mac1, NULL if it is a new one. */
struct seen_hello *
assoc_recent(const struct seen *seen, const uint8_t *mac1, uint64_t now)
{
	struct seen_hello	*r;

	if ((r = seen_find(seen, mac1)) == NULL)
		return (NULL);
	if (now - r->time > RECENT_REMEMBERED) {
		seen_del(r);
		return (NULL);
	}
	if (now - r->time > RECENT_LIFETIME)
		r->answers = 0;
	if (r->answers == 0)
		r->assoc->rx_rejected++;
	return (r);
}

/*
 * An authentic HELLO, new or with a valid cookie.  The answer offers new
 * keys and changes nothing else.
 */
int
assoc_hello(struct assoc *as, const struct dgram *dg, struct handshake *hs,
    const struct hello *p1, int cookie, uint64_t now)
{
	struct keyset	*ks;
	struct seen_hello	*r;
	struct raw	*raw;
	struct hs_keys	 hk;
	struct reply	 p2;
	uint8_t		 aead, e[32];
	int		 continued;

	if (!hello_acceptable(as, p1, &aead, now) ||
	    !hello_crosses(as, p1, now)) {
		as->rx_rejected++;
		return (1);
	}
	continued = as->exists && p1->own_id == as->peer_id &&
	    p1->peer_id == as->own_id;
	if (!continued && !ratelimit_allow(&as->new_limit[cookie != 0],
	    NEW_INTERVAL, NEW_BURST, now))
		return (cookie);
	if ((raw = rawq_add(&as->shared->rawq)) == NULL)
		return (1);

	if (as->next != NULL)
		keyset_free(as->next);
	as->next = NULL;
	ks = keyset_alloc(as);
	memset(&as->offer, 0, sizeof(as->offer));
	as->offer.continued = continued;
	as->offer.own_id = as->offer.continued ? as->own_id :
	    random_id(&as->shared->rnd);
	as->offer.peer_id = p1->own_id;
	as->offer.stamp = p1->stamp;
	as->offer.set_stamp = cookie;
	as->offer.peer_mtu = p1->tunnel_mtu;
	as->next = ks;
	if (p1->stamp > as->max_stamp)
		as->max_stamp = p1->stamp;

	memset(&p2, 0, sizeof(p2));
	p2.own_id = as->offer.own_id;
	p2.peer_id = p1->own_id;
	p2.aead = aead;
	p2.continued = as->offer.continued;
	p2.layer2 = as->conf->layer2;
	p2.tunnel_mtu = as->conf->mtu;

	rnd_bytes(&as->shared->rnd, e, sizeof(e));
	raw->ep = dg->ep;
	raw->len = reply_create(hs, as->secret,
	    rxindex_add(&as->shared->index, &ks->rx, as->tunnel,
	    &as->shared->rnd), &p2, e, raw->buf, &hk);
	sodium_memzero(e, sizeof(e));
	if (raw->len == 0) {
		/* a key of small order: nothing was offered */
		rawq_undo(&as->shared->rawq);
		keyset_free(ks);
		as->next = NULL;
		as->rx_rejected++;
		return (1);
	}
	keys_init(&ks->k, &hk, aead, 0, ks->rx.index, hs->remote_index, now);

	r = &as->recent[as->recent_next++ % HELLO_RECENT];
	seen_del(r);
	seen_add(&as->shared->seen, r, as, hs->mac1);
	r->time = now;
	r->ep = dg->ep;
	r->several = 0;
	r->answers = RECENT_ANSWERS;
	r->len = raw->len;
	memcpy(r->reply, raw->buf, raw->len);
	as->offer.hello = r;
	sodium_memzero(&hk, sizeof(hk));
	return (1);
}

int
assoc_is_news(struct assoc *as, uint64_t stamp)
{
	if (stamp > as->max_stamp)
		return (1);
	as->rx_rejected++;
	return (0);
}

static int
hello_acceptable(struct assoc *as, const struct hello *p1, uint8_t *aead,
    uint64_t now)
{
	if (is_own_id(as, p1->own_id))
		return (0);		/* our own, reflected */
	if (p1->layer2 != as->conf->layer2) {
		notify_notice(as->notify, REASON_LAYER, now);
		return (0);
	}
	if ((*aead = aead_choose(as, p1)) == 0) {
		notify_notice(as->notify, REASON_NO_CIPHER, now);
		return (0);
	}
	return (1);
}

/*
 * Both ends may begin at once.  The greater id wins: that end lets the
 * other's HELLO go while its own first try may still be answered; the other
 * end answers and gives its own up.
 */
static int
hello_crosses(struct assoc *as, const struct hello *p1, uint64_t now)
{
	struct attempt	*at = &as->attempt;

	if (!at->active || at->tries == 0)
		return (1);
	if (at->own_id > p1->own_id)
		return (now - at->began >= CROSSING_WAIT);
	attempt_end(as);
	return (1);
}

static uint8_t
aeads_allowed(const struct assoc *as)
{
	uint8_t	 aeads = aead_available();

	if (as->conf->aeads != 0)
		aeads &= as->conf->aeads;
	return (aeads);
}

static uint8_t
aead_choose(const struct assoc *as, const struct hello *p1)
{
	uint8_t	 both = aeads_allowed(as) & p1->aeads;

	if (both & aead_fast() & p1->aeads_fast & (1 << AEAD_AES))
		return (AEAD_AES);
	if (both & (1 << AEAD_CHACHA))
		return (AEAD_CHACHA);
	if (both & (1 << AEAD_AES))
		return (AEAD_AES);
	return (0);
}

/*
 * Another peer takes over the association.  A peer that was restarted has a
 * new id: one that comes back has been alive all the time, and so is the
 * other.
 */
static void
assoc_ousted(struct assoc *as, uint64_t peer_id, const struct addr *addr,
    uint64_t now)
{
	if (!as->exists || as->peer_id == peer_id)
		return;
	if (as->ousted_id == peer_id && now >= as->rivals_tell) {
		as->rivals_tell = now + RIVALS_AGAIN;
		notify_link(as->notify, CORE_NOTICE, "", addr, REASON_RIVALS);
	}
	as->ousted_id = as->peer_id;
}

/* The first authentic datagram under offered keys. */
static int
offer_confirm(struct assoc *as, const struct dgram *dg, uint64_t now)
{
	struct keyset	*ks = as->next;
	struct offer	 offer = as->offer;
	int		 what = ASSOC_KEYS;

	as->next = NULL;
	if (!offer.continued) {
		attempt_end(as);		/* of the association before */
		assoc_ousted(as, offer.peer_id, &dg->ep.remote, now);
		assoc_forget(as, now);
		what |= ASSOC_OVER;
		assoc_begin(as, 0, offer.own_id, offer.peer_id, now);
	} else {
		if (as->prev != NULL)
			keyset_free(as->prev);
		as->prev = as->cur;
	}
	as->cur = ks;
	as->unconfirmed = 0;
	as->peer_mtu = offer.peer_mtu;
	if (offer.set_stamp)
		as->max_stamp = offer.stamp;
	/* it came from where the REPLY went, and nowhere else: that address is
	 * the peer's */
	as->confirmed = endpoint_equal(&dg->ep, &offer.hello->ep) &&
	    !offer.hello->several;
	as->handshakes++;
	assoc_rekey_at(as, now);
	return (what);
}

/*
 * Both
 */

static void
assoc_begin(struct assoc *as, int a_end, uint64_t own_id, uint64_t peer_id,
    uint64_t now)
{
	as->exists = 1;
	paths_begin(as->paths, a_end);
	as->own_id = own_id;
	as->peer_id = peer_id;
	as->since = now;
}

static void
assoc_rekey_at(struct assoc *as, uint64_t now)
{
	const struct session_limits	*lim = &as->shared->limits;

	as->rekey_at = now + (as->cur->k.initiator ? lim->soft_time +
	    rnd_uniform(&as->shared->rnd, REKEY_JITTER) : lim->soft_time_peer);
}

int
assoc_open(struct assoc *as, const struct dgram *dg, uint8_t id,
    uint32_t index, struct pkt *p, uint64_t *number, uint64_t now)
{
	struct keyset	*ks;
	struct lane	*lane;
	int		 fresh;		/* the lane of an offered association */
	int		 what = ASSOC_OPENED;

	as->confirmed = 0;
	if ((ks = keyset_find(as, index)) == NULL ||
	    !keys_usable(&ks->k, &as->shared->limits, now)) {
		as->rx_badtag++;
		return (0);
	}
	fresh = ks == as->next && !as->offer.continued;
	lane = fresh || as->paths->lane[id] == NULL ? as->spare :
	    as->paths->lane[id];
	if (lane == NULL && (lane = as->spare = calloc(1,
	    sizeof(*lane))) == NULL)
		return (0);

	switch (data_open(&ks->k, lane, dg->buf, dg->len,
	    PKT_DATA(p) - DATA_INNERLEN, number)) {
	case DATA_OK:
		break;
	case DATA_REPLAYED:
		as->rx_replayed++;
		return (0);
	case DATA_BADTAG:
		as->rx_badtag++;
		return (0);
	}
	p->len = dg->len - DATA_OVERHEAD;

	if (ks == as->next)
		what |= offer_confirm(as, dg, now);
	if (lane == as->spare) {
		if (as->paths->lane[id] == NULL) {
			paths_set_lane(as->paths, id, lane);
			as->spare = NULL;
		} else
			memset(lane, 0, sizeof(*lane));
	}
	if (ks == as->cur) {
		as->unconfirmed = 0;
		if (as->prev != NULL && as->prev->expires == NEVER)
			as->prev->expires = now + as->shared->limits.old_time;
	} else
		ks->expires = NEVER;	/* the peer may well stay with them */
	return (what);
}

/* Should there be keys at all? */
static int
assoc_wanted(struct assoc *as)
{
	struct link	*l;

	if (!links_call(as->links))
		return (0);
	TAILQ_FOREACH(l, as->links, entry)
		if (link_ready(l))
			return (1);
	return (0);
}

int
assoc_timer(struct assoc *as, uint64_t now)
{
	struct attempt			*at = &as->attempt;
	const struct session_limits	*lim = &as->shared->limits;
	int				 i, what = 0;

	if (as->shared->stopping || as->conf->protocol != PROTO_V3)
		return (0);
	if (as->prev != NULL && (now >= as->prev->expires ||
	    !keys_usable(&as->prev->k, lim, now))) {
		keyset_free(as->prev);
		as->prev = NULL;
	}
	if (as->next != NULL && !keys_usable(&as->next->k, lim, now)) {
		keyset_free(as->next);
		as->next = NULL;
	}
	if (as->cur != NULL && !keys_usable(&as->cur->k, lim, now)) {
		keyset_free(as->cur);
		as->cur = NULL;
		what |= ASSOC_EXPIRED;
	}

	if (as->unconfirmed && now >= as->confirm_by) {
		as->unconfirmed = 0;
		assoc_start(as, now);
	} else if (as->unconfirmed && now >= as->confirm_next) {
		as->confirm_next = now + CONFIRM_INTERVAL;
		for (i = 0; i < as->paths->n; i++)
			path_want(as->paths->list[i], PEND_PROBE);
	}

	if (at->active && now >= at->next)
		attempt_try(as, now);
	else if (as->cur == NULL && assoc_wanted(as))
		assoc_start(as, now);
	else if (as->cur != NULL && (now >= as->rekey_at ||
	    keys_worn(&as->cur->k, lim) || paths_silent(as->paths, now)))
		assoc_start(as, now);
	return (what);
}

uint64_t
assoc_deadline(struct assoc *as, uint64_t now)
{
	const struct session_limits	*lim = &as->shared->limits;
	uint64_t			 when = NEVER;
	size_t				 i;

	if (as->conf->protocol != PROTO_V3)
		return (NEVER);
	if (as->attempt.active) {
		when = MIN(when, as->attempt.next);
		for (i = 0; i < as->attempt.ntargets; i++)
			if (as->attempt.target[i].pending)
				return (now);
	}
	if (as->prev != NULL) {
		when = MIN(when, as->prev->expires);
		when = MIN(when, as->prev->k.created + lim->hard_time);
	}
	if (as->next != NULL)
		when = MIN(when, as->next->k.created + lim->hard_time);
	if (as->cur != NULL) {
		when = MIN(when, as->cur->k.created + lim->hard_time);
		if (!as->attempt.active)
			when = MIN(when, MAX(as->rekey_at, as->hello_after));
	}
	if (as->cur == NULL && !as->attempt.active && assoc_wanted(as))
		when = MIN(when, MAX(now, as->hello_after));
	if (as->unconfirmed)
		when = MIN(when, MIN(as->confirm_by, as->confirm_next));
	return (when);
}
