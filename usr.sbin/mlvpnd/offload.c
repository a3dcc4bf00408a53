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
 * Tells which packets can be one, joins them, and cuts what the system has
 * joined.
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
#define TCP_SUM		16		/* where the checksum is */
#define TCP_FIN		0x01
#define TCP_ACK		0x10
#define TCP_CWR		0x80
#define TCP_STAMPS	0x0101080a	/* no-op, no-op, kind 8, length 10 */
#define TCP_STAMPS_LEN	12

#define UDP_HLEN	8
#define UDP_SUM		6

static int	 ip_parse(struct offload *, const uint8_t *, size_t);
static int	 ip_joins(const struct offload *, const uint8_t *,
		    const uint8_t *);
static int	 tcp_parse(struct offload *, const uint8_t *);
static int	 tcp_joins(const struct offload *, const struct offload *,
		    const uint8_t *, const uint8_t *);
static int	 udp_parse(struct offload *, const uint8_t *);
static int	 has_stamps(const struct offload *, const uint8_t *);
static int	 cut_parse(struct offload_cut *, const struct offload_todo *);
static void	 cut_headers(const struct offload_cut *, uint8_t *, size_t);
static size_t	 sum_place(uint8_t);
static void	 ip4_sum(uint8_t *, size_t);
static uint64_t	 pseudo_sum(const struct offload *, const uint8_t *, size_t);
static uint64_t	 sum_add(uint64_t, const uint8_t *, size_t);
static inline uint64_t
		 sum_word(uint64_t, const uint8_t *);
static inline uint64_t
		 sum_carry(uint64_t, uint64_t);
static uint16_t	 sum_fold(uint64_t);
static void	 sum_put(uint8_t *, uint64_t, int);

/*
 * Joining
 */

int
offload_begin(struct offload *o, const uint8_t *p, size_t len)
{
	memset(o, 0, sizeof(*o));
	if (!ip_parse(o, p, len) ||
	    !(o->proto == IPPROTO_TCP ? tcp_parse(o, p) : udp_parse(o, p)))
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
	    s.family != o->family || s.proto != o->proto ||
	    s.hlen != o->hlen || s.mss > o->mss ||
	    o->len + s.mss > OFFLOAD_MAX || !ip_joins(o, first, p) ||
	    (o->proto == IPPROTO_TCP ? !tcp_joins(o, &s, first, p) :
	    memcmp(first + o->l4, p + o->l4, 4) != 0))
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
	if (len >= IP4_HLEN && p[0] == 0x45) {
		if (get16(p + 2) != len || (get16(p + 6) & IP4_FRAGMENT) != 0)
			return (0);
		o->family = 4;
		o->proto = p[9];
		o->l4 = IP4_HLEN;
	} else if (len >= IP6_HLEN && p[0] >> 4 == 6) {
		if ((size_t)get16(p + 4) + IP6_HLEN != len)
			return (0);
		o->family = 6;
		o->proto = p[6];
		o->l4 = IP6_HLEN;
	} else
		return (0);
	o->len = len;
	if (len > OFFLOAD_MAX)
		return (0);
	switch (o->proto) {
	case IPPROTO_TCP:
		return (len >= (size_t)o->l4 + TCP_HLEN);
	case IPPROTO_UDP:
		return (len >= (size_t)o->l4 + UDP_HLEN);
	default:
		return (0);
	}
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
	const uint8_t	*tcp = p + o->l4;
	size_t		 hlen = o->l4 + (tcp[12] >> 4) * 4;

	if (hlen < (size_t)o->l4 + TCP_HLEN || hlen >= o->len ||
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
	const uint8_t	*a = first + o->l4, *b = p + o->l4;
	int		 i;

	/* ports, acknowledgement, window, urgent pointer */
	if (get32(b + 4) != o->next || memcmp(a, b, 4) != 0 ||
	    memcmp(a + 8, b + 8, 4) != 0 || memcmp(a + 14, b + 14, 2) != 0 ||
	    memcmp(a + 18, b + 18, 2) != 0)
		return (0);
	if (!has_stamps(o, first) || !has_stamps(s, p))
		return (memcmp(a + TCP_HLEN, b + TCP_HLEN,
		    o->hlen - o->l4 - TCP_HLEN) == 0);
	for (i = 0; i < 2; i++)
		if ((int32_t)(s->stamps[i] - o->stamps[i]) < 0)
			return (0);
	return (1);
}

/* Only the usual form of the option. */
static int
has_stamps(const struct offload *o, const uint8_t *p)
{
	return (o->hlen == o->l4 + TCP_HLEN + TCP_STAMPS_LEN &&
	    get32(p + o->l4 + TCP_HLEN) == TCP_STAMPS);
}

static int
udp_parse(struct offload *o, const uint8_t *p)
{
	o->hlen = o->l4 + UDP_HLEN;
	o->mss = o->len - o->hlen;
	return (o->mss > 0 && get16(p + o->l4 + 4) == o->len - o->l4);
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
	/* UDP without a checksum */
	if (get16(p + o.l4 + sum_place(o.proto)) == 0 &&
	    o.proto == IPPROTO_UDP)
		return (0);
	return (sum_fold(sum_add(pseudo_sum(&o, p, len), p + o.l4,
	    len - o.l4)) == 0xffff);
}

void
offload_finish(const struct offload *o, uint8_t *p)
{
	uint16_t	 sum;

	if (o->family == 4) {
		put16(p + 2, o->len);
		ip4_sum(p, IP4_HLEN);
	} else
		put16(p + 4, o->len - IP6_HLEN);
	if (o->proto == IPPROTO_TCP)
		p[o->l4 + 13] = o->flags;
	else
		put16(p + o->l4 + 4, o->len - o->l4);
	sum = sum_fold(pseudo_sum(o, p, o->len));
	memcpy(p + o->l4 + sum_place(o->proto), &sum, sizeof(sum));
}

/*
 * Cutting
 */

int
offload_cut(struct offload_cut *c, const struct offload_todo *todo,
    uint8_t *p, size_t len)
{
	memset(c, 0, sizeof(*c));
	c->p = p;
	c->len = c->mss = len;
	if (todo->sum && (size_t)todo->sum_start + todo->sum_offset + 2 > len)
		return (-1);
	if (todo->cut != 0)
		return (cut_parse(c, todo));
	if (todo->sum)
		sum_put(p + todo->sum_start + todo->sum_offset, sum_add(0,
		    p + todo->sum_start, len - todo->sum_start), 1);
	return (0);
}

/*
 * The pseudo header's sum comes from the system: the last destination may
 * stand in an extension header of IPv6.
 */
static int
cut_parse(struct offload_cut *c, const struct offload_todo *todo)
{
	const uint8_t	*p = c->p;
	uint8_t		 rest[2];
	uint16_t	 sum;

	c->proto = todo->cut;
	c->l4 = todo->sum_start;
	if ((c->proto != IPPROTO_TCP && c->proto != IPPROTO_UDP) ||
	    !todo->sum || todo->mss == 0 || c->len > OFFLOAD_MAX ||
	    c->l4 < IP4_HLEN || todo->sum_offset != sum_place(c->proto) ||
	    (p[0] >> 4 == 4 ? c->l4 != (size_t)(p[0] & 0x0f) * 4 :
	    p[0] >> 4 != 6 || c->l4 < IP6_HLEN))
		return (-1);
	c->hlen = c->l4 + UDP_HLEN;
	if (c->proto == IPPROTO_TCP) {
		if (c->l4 + TCP_HLEN > c->len || p[c->l4 + 12] >> 4 < 5)
			return (-1);
		c->hlen = c->l4 + (p[c->l4 + 12] >> 4) * 4;
	}
	if (c->hlen > c->len)
		return (-1);
	c->pos = c->hlen;
	c->mss = todo->mss;
	memcpy(&sum, p + c->l4 + todo->sum_offset, sizeof(sum));
	put16(rest, todo->lacks_len ? 0 : ~(c->len - c->l4));
	c->sum = sum_add(sum, rest, sizeof(rest));
	return (0);
}

size_t
offload_next(struct offload_cut *c, uint8_t *out, size_t room)
{
	size_t	 n = c->len - c->pos;

	if ((n == 0 && c->nsegs > 0) || c->hlen + c->mss > room)
		return (0);
	if (n > c->mss)
		n = c->mss;
	memcpy(out, c->p, c->hlen);
	memcpy(out + c->hlen, c->p + c->pos, n);
	if (c->hlen > 0)
		cut_headers(c, out, n);
	c->pos += n;
	c->nsegs++;
	return (c->hlen + n);
}

/* Of the packet at p with n bytes of payload. */
static void
cut_headers(const struct offload_cut *c, uint8_t *p, size_t n)
{
	uint8_t	*l4 = p + c->l4, rest[2];
	size_t	 len = c->hlen + n;

	if (p[0] >> 4 == 4) {
		put16(p + 2, len);
		put16(p + 4, get16(p + 4) + c->nsegs);
		ip4_sum(p, c->l4);
	} else
		put16(p + 4, len - IP6_HLEN);
	if (c->proto == IPPROTO_TCP) {
		put32(l4 + 4, get32(l4 + 4) + c->pos - c->hlen);
		if (c->nsegs > 0)
			l4[13] &= ~TCP_CWR;
		if (c->pos + n < c->len)
			l4[13] &= ~(TCP_FIN | OFFLOAD_PSH);
	} else
		put16(l4 + 4, len - c->l4);
	memset(l4 + sum_place(c->proto), 0, 2);
	put16(rest, len - c->l4);
	sum_put(l4 + sum_place(c->proto), sum_add(sum_add(c->sum, rest,
	    sizeof(rest)), l4, len - c->l4), c->proto == IPPROTO_UDP);
}

/*
 * Checksums
 */

static size_t
sum_place(uint8_t proto)
{
	return (proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);
}

static void
ip4_sum(uint8_t *p, size_t hlen)
{
	uint16_t	 sum;

	memset(p + 10, 0, 2);
	sum = ~sum_fold(sum_add(0, p, hlen));
	memcpy(p + 10, &sum, sizeof(sum));
}

/*
 * RFC 1071: the sum does not depend on the byte order as long as all words
 * have the same one, here that of the machine.
 */

static uint64_t
pseudo_sum(const struct offload *o, const uint8_t *p, size_t len)
{
	uint8_t	 rest[4] = { 0, o->proto };
	size_t	 addr = o->family == 4 ? 12 : 8;

	put16(rest + 2, len - o->l4);
	return (sum_add(sum_add(0, rest, sizeof(rest)), p + addr,
	    o->l4 - addr));
}

/* In four parts, which the processor adds at once. */
static uint64_t
sum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t	 s[3] = { 0 };
	uint8_t		 rest[8] = { 0 };

	for (; len >= 32; p += 32, len -= 32) {
		sum = sum_word(sum, p);
		s[0] = sum_word(s[0], p + 8);
		s[1] = sum_word(s[1], p + 16);
		s[2] = sum_word(s[2], p + 24);
	}
	sum = sum_carry(sum_carry(sum, s[0]), sum_carry(s[1], s[2]));
	for (; len >= 8; p += 8, len -= 8)
		sum = sum_word(sum, p);
	memcpy(rest, p, len);
	return (sum_word(sum, rest));
}

static inline uint64_t
sum_word(uint64_t sum, const uint8_t *p)
{
	uint64_t	 w;

	memcpy(&w, p, sizeof(w));
	return (sum_carry(sum, w));
}

static inline uint64_t
sum_carry(uint64_t a, uint64_t b)
{
	a += b;
	return (a + (a < b));
}

static uint16_t
sum_fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (sum);
}

/* A UDP checksum of 0 would say that there is none. */
static void
sum_put(uint8_t *p, uint64_t sum, int udp)
{
	uint16_t	 s = ~sum_fold(sum);

	if (udp && s == 0)
		s = 0xffff;
	memcpy(p, &s, sizeof(s));
}
