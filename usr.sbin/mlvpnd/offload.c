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
 * Tells which TCP segments can be one packet, joins them and splits them
 * again.
 */

#include <sys/types.h>

#include <netinet/in.h>

#include <stdint.h>
#include <string.h>

#include "offload.h"
#include "wire.h"

/*
 * Joined segments must be the same after they were split again: only the
 * lengths, the identification of IPv4, the sequence, the checksums and the
 * timestamps may differ.  The joined packet has the timestamp of its first
 * segment, which an acknowledgement of all segments would also echo (RFC
 * 7323, 4.3).  It has PSH if any segment had it, so that nothing is left
 * waiting.  PSH does not end the packet, because senders set it on the last
 * segment of each burst.
 */

#define IP4_HLEN	20
#define IP4_DF		0x4000
#define IP4_FRAGMENT	0xbfff		/* all but DF of these 16 bits */
#define IP6_HLEN	40

#define TCP_HLEN	20
#define TCP_ACK		0x10
#define TCP_STAMPS	0x0101080a	/* no-op, no-op, kind 8, length 10 */
#define TCP_STAMPS_LEN	12

static int	 ip_parse(struct offload *, const uint8_t *, size_t);
static int	 ip_joins(const struct offload *, const uint8_t *,
		    const uint8_t *);
static int	 tcp_parse(struct offload *, const uint8_t *);
static int	 tcp_joins(const struct offload *, const struct offload *,
		    const uint8_t *, const uint8_t *);
static int	 has_stamps(const struct offload *, const uint8_t *);
static uint64_t	 pseudo_sum(const struct offload *, const uint8_t *, size_t);
static uint64_t	 sum_add(uint64_t, const uint8_t *, size_t);
static uint16_t	 sum_fold(uint64_t);

int
offload_begin(struct offload *o, const uint8_t *p, size_t len)
{
	memset(o, 0, sizeof(*o));
	if (!ip_parse(o, p, len) || !tcp_parse(o, p))
		return (0);
	o->nsegs = 1;
	return (1);
}

int
offload_join(struct offload *o, const uint8_t *first, const uint8_t *p,
    size_t len)
{
	struct offload	 s;

	if (o->full || o->nsegs == OFFLOAD_SEGS || !offload_begin(&s, p, len) ||
	    s.family != o->family || s.hlen != o->hlen || s.mss > o->mss ||
	    o->len + s.mss > OFFLOAD_MAX ||
	    !ip_joins(o, first, p) || !tcp_joins(o, &s, first, p))
		return (0);
	o->nsegs++;
	o->len += s.mss;
	o->next = s.next;
	o->flags |= s.flags;
	memcpy(o->stamps, s.stamps, sizeof(o->stamps));
	o->full = s.mss < o->mss;
	return (1);
}

static int
ip_parse(struct offload *o, const uint8_t *p, size_t len)
{
	if (len >= IP4_HLEN + TCP_HLEN && p[0] == 0x45) {
		if (get16(p + 2) != len || p[9] != IPPROTO_TCP ||
		    (get16(p + 6) & IP4_FRAGMENT) != 0)
			return (0);
		o->family = 4;
		o->tcp = IP4_HLEN;
	} else if (len >= IP6_HLEN + TCP_HLEN && p[0] >> 4 == 6) {
		if ((size_t)get16(p + 4) + IP6_HLEN != len ||
		    p[6] != IPPROTO_TCP)
			return (0);
		o->family = 6;
		o->tcp = IP6_HLEN;
	} else
		return (0);
	o->len = len;
	return (len <= OFFLOAD_MAX);
}

/* Without DF, identifications must count up, as after splitting. */
static int
ip_joins(const struct offload *o, const uint8_t *first, const uint8_t *p)
{
	uint16_t	 id;

	if (o->family == 6)
		return (memcmp(p, first, 4) == 0 &&
		    memcmp(p + 6, first + 6, 34) == 0);
	id = get16(first + 4) + o->nsegs;
	return (p[1] == first[1] && memcmp(p + 6, first + 6, 4) == 0 &&
	    memcmp(p + 12, first + 12, 8) == 0 &&
	    ((get16(p + 6) & IP4_DF) != 0 || get16(p + 4) == id));
}

static int
tcp_parse(struct offload *o, const uint8_t *p)
{
	const uint8_t	*tcp = p + o->tcp;
	size_t		 hlen = o->tcp + (tcp[12] >> 4) * 4;

	if (hlen < (size_t)o->tcp + TCP_HLEN || hlen >= o->len ||
	    (tcp[12] & 0x0f) != 0 || (tcp[13] & ~OFFLOAD_PSH) != TCP_ACK)
		return (0);
	o->hlen = hlen;
	o->mss = o->len - hlen;
	o->flags = tcp[13];
	o->next = get32(tcp + 4) + o->mss;
	if (has_stamps(o, p)) {
		o->stamps[0] = get32(tcp + TCP_HLEN + 4);
		o->stamps[1] = get32(tcp + TCP_HLEN + 8);
	}
	return (1);
}

static int
tcp_joins(const struct offload *o, const struct offload *s,
    const uint8_t *first, const uint8_t *p)
{
	const uint8_t	*a = first + o->tcp, *b = p + o->tcp;
	int		 i;

	/* ports, acknowledgement, window, urgent pointer */
	if (get32(b + 4) != o->next || memcmp(a, b, 4) != 0 ||
	    memcmp(a + 8, b + 8, 4) != 0 || memcmp(a + 14, b + 14, 2) != 0 ||
	    memcmp(a + 18, b + 18, 2) != 0)
		return (0);
	if (!has_stamps(o, first) || !has_stamps(s, p))
		return (memcmp(a + TCP_HLEN, b + TCP_HLEN,
		    o->hlen - o->tcp - TCP_HLEN) == 0);
	for (i = 0; i < 2; i++)
		if ((int32_t)(s->stamps[i] - o->stamps[i]) < 0)
			return (0);
	return (1);
}

/* Only the usual form of the option. */
static int
has_stamps(const struct offload *o, const uint8_t *p)
{
	return (o->hlen == o->tcp + TCP_HLEN + TCP_STAMPS_LEN &&
	    get32(p + o->tcp + TCP_HLEN) == TCP_STAMPS);
}

int
offload_verify(const uint8_t *p, size_t len)
{
	struct offload	 o;

	memset(&o, 0, sizeof(o));
	if (!ip_parse(&o, p, len))
		return (0);
	if (o.family == 4 && sum_fold(sum_add(0, p, IP4_HLEN)) != 0xffff)
		return (0);
	return (sum_fold(sum_add(pseudo_sum(&o, p, len), p + o.tcp,
	    len - o.tcp)) == 0xffff);
}

void
offload_finish(const struct offload *o, uint8_t *p)
{
	uint16_t	 sum;

	if (o->family == 4) {
		put16(p + 2, o->len);
		memset(p + 10, 0, 2);
		sum = ~sum_fold(sum_add(0, p, IP4_HLEN));
		memcpy(p + 10, &sum, sizeof(sum));
	} else
		put16(p + 4, o->len - IP6_HLEN);
	p[o->tcp + 13] = o->flags;
	sum = sum_fold(pseudo_sum(o, p, o->len));
	memcpy(p + o->tcp + 16, &sum, sizeof(sum));
}

/*
 * RFC 1071: the sum does not depend on the byte order as long as all words
 * have the same one, here that of the machine.
 */

static uint64_t
pseudo_sum(const struct offload *o, const uint8_t *p, size_t len)
{
	uint8_t	 rest[4] = { 0, IPPROTO_TCP };
	size_t	 addr = o->family == 4 ? 12 : 8;

	put16(rest + 2, len - o->tcp);
	return (sum_add(sum_add(0, rest, sizeof(rest)), p + addr,
	    o->tcp - addr));
}

static uint64_t
sum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t	 w;
	uint8_t		 rest[8] = { 0 };

	for (; len >= sizeof(w); p += sizeof(w), len -= sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		sum += w;
		sum += sum < w;
	}
	if (len > 0) {
		memcpy(rest, p, len);
		memcpy(&w, rest, sizeof(w));
		sum += w;
		sum += sum < w;
	}
	return (sum);
}

static uint16_t
sum_fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (sum);
}
