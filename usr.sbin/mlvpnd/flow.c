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
 * Finds the flow of a packet by its headers, whether its order matters, and how
 * urgent it is.
 */

#include <sys/types.h>

#include <sodium.h>
#include <string.h>

#include "clock.h"
#include "flow.h"
#include "wire.h"

#define IPPROTO_NR_ICMP		1
#define IPPROTO_NR_TCP		6
#define IPPROTO_NR_UDP		17
#define IPPROTO_NR_DCCP		33
#define IPPROTO_NR_ESP		50
#define IPPROTO_NR_AH		51
#define IPPROTO_NR_ICMP6	58
#define IPPROTO_NR_SCTP		132
#define IPPROTO_NR_UDPLITE	136

#define IPV6_EXT_MAX		8
#define VLAN_MAX		2

#define ETHER_IP		0x0800
#define ETHER_VLAN		0x8100
#define ETHER_QINQ		0x88a8
#define ETHER_IPV6		0x86dd

#define TCP_FIN			0x01
#define TCP_SYN			0x02

#define TOS_LOWDELAY		0x10

#define FLOW_IDLE		(1 * USEC)
#define SPARSE_WINDOW		10000	/* us */
#define BULK_WINDOW		50000	/* us in which a flow is measured */
#define BULK_PACKETS		16

/* Addresses 32, VLAN ids 4, ports or SPI 4, protocol 1, or MACs 12 and more. */
struct key {
	uint8_t	 buf[48];
	size_t	 len;
};

static void	 key_add(struct key *, const void *, size_t);
static void	 classify_ether(const uint8_t *, size_t, struct key *,
		    struct flow_info *);
static void	 classify_ip(const uint8_t *, size_t, struct key *,
		    struct flow_info *);
static void	 classify_ip4(const uint8_t *, size_t, struct key *,
		    struct flow_info *);
static void	 classify_ip6(const uint8_t *, size_t, struct key *,
		    struct flow_info *);
static void	 classify_transport(uint8_t, const uint8_t *, size_t,
		    struct key *, struct flow_info *);
static int	 tos_priority(uint8_t);

void
flow_classify(const uint8_t *p, size_t len, int layer2,
    const uint8_t hashkey[FLOW_KEYLEN], struct flow_info *fi)
{
	struct key	 key;
	uint8_t		 hash[crypto_shorthash_BYTES];

	memset(fi, 0, sizeof(*fi));
	key.len = 0;
	if (layer2)
		classify_ether(p, len, &key, fi);
	else
		classify_ip(p, len, &key, fi);
	if (key.len == 0)
		return;
	crypto_shorthash(hash, key.buf, key.len, hashkey);
	memcpy(&fi->hash, hash, sizeof(fi->hash));
	if (fi->tos != 0 && tos_priority(fi->tos))
		fi->cls = CLASS_PRIORITY;
}

int
flow_is_tcp(const uint8_t *p, size_t len)
{
	return ((len >= 20 && p[0] >> 4 == 4 && p[9] == IPPROTO_NR_TCP) ||
	    (len >= 40 && p[0] >> 4 == 6 && p[6] == IPPROTO_NR_TCP));
}

static void
key_add(struct key *key, const void *p, size_t len)
{
	if (len > sizeof(key->buf) - key->len)
		len = sizeof(key->buf) - key->len;
	memcpy(key->buf + key->len, p, len);
	key->len += len;
}

static void
classify_ether(const uint8_t *p, size_t len, struct key *key,
    struct flow_info *fi)
{
	const uint8_t	*macs = p;
	uint16_t	 type;
	int		 i;

	if (len < 14)
		return;
	type = get16(p + 12);
	p += 14;
	len -= 14;
	for (i = 0; i < VLAN_MAX && (type == ETHER_VLAN ||
	    type == ETHER_QINQ) && len >= 4; i++) {
		key_add(key, p, 2);
		type = get16(p + 2);
		p += 4;
		len -= 4;
	}
	if (type == ETHER_IP || type == ETHER_IPV6) {
		classify_ip(p, len, key, fi);
		return;
	}
	key_add(key, macs, 12);
	key_add(key, &type, sizeof(type));
	fi->order = ORDER_NONE;
}

static void
classify_ip(const uint8_t *p, size_t len, struct key *key,
    struct flow_info *fi)
{
	if (len < 1)
		return;
	if (p[0] >> 4 == 4)
		classify_ip4(p, len, key, fi);
	else if (p[0] >> 4 == 6)
		classify_ip6(p, len, key, fi);
}

static void
classify_ip4(const uint8_t *p, size_t len, struct key *key,
    struct flow_info *fi)
{
	size_t	 hlen, total;

	if (len < 20)
		return;
	hlen = (p[0] & 0x0f) * 4;
	total = get16(p + 2);
	if (hlen < 20 || total < hlen || total > len)
		return;
	fi->tos = p[1];
	key_add(key, p + 12, 8);
	key_add(key, p + 9, 1);
	if ((get16(p + 6) & 0x3fff) != 0) {
		fi->order = ORDER_NONE;		/* a fragment */
		return;
	}
	classify_transport(p[9], p + hlen, total - hlen, key, fi);
}

static void
classify_ip6(const uint8_t *p, size_t len, struct key *key,
    struct flow_info *fi)
{
	const uint8_t	*addrs = p + 8;
	size_t		 hlen;
	uint8_t		 next;
	int		 i;

	if (len < 40 || (size_t)get16(p + 4) + 40 > len)
		return;
	fi->tos = (get16(p) >> 4) & 0xff;
	key_add(key, addrs, 32);
	next = p[6];
	len = get16(p + 4);
	p += 40;
	for (i = 0; i < IPV6_EXT_MAX; i++) {
		if (next == 44) {
			fi->order = ORDER_NONE;	/* a fragment */
			if (len >= 1)
				key_add(key, p, 1);
			return;
		}
		/* hop-by-hop, routing, destination options, mobility */
		if (next != 0 && next != 43 && next != 60 && next != 135)
			break;
		if (len < 8)
			return;
		hlen = ((size_t)p[1] + 1) * 8;
		if (hlen > len)
			return;
		next = p[0];
		p += hlen;
		len -= hlen;
	}
	key_add(key, &next, 1);
	classify_transport(next, p, len, key, fi);
}

static void
classify_transport(uint8_t proto, const uint8_t *p, size_t len,
    struct key *key, struct flow_info *fi)
{
	size_t	 hlen;

	switch (proto) {
	case IPPROTO_NR_TCP:
		if (len < 20)
			return;
		key_add(key, p, 4);
		hlen = (p[12] >> 4) * 4;
		/* a pure acknowledgement may come late or early */
		if (hlen < len || (p[13] & (TCP_SYN | TCP_FIN)) != 0)
			fi->order = ORDER_ALWAYS;
		break;
	case IPPROTO_NR_SCTP:
	case IPPROTO_NR_DCCP:
		if (len < 4)
			return;
		key_add(key, p, 4);
		fi->order = ORDER_ALWAYS;
		break;
	case IPPROTO_NR_UDP:
	case IPPROTO_NR_UDPLITE:
		if (len < 4)
			return;
		key_add(key, p, 4);
		fi->order = ORDER_BULK;
		break;
	case IPPROTO_NR_ESP:
		if (len < 4)
			return;
		key_add(key, p, 4);
		fi->order = ORDER_BULK;
		break;
	case IPPROTO_NR_AH:
		if (len < 8)
			return;
		key_add(key, p + 4, 4);
		fi->order = ORDER_BULK;
		break;
	case IPPROTO_NR_ICMP:
	case IPPROTO_NR_ICMP6:
		if (len >= 6)
			key_add(key, p + 4, 2);
		fi->cls = CLASS_PRIORITY;
		break;
	default:
		fi->order = ORDER_BULK;
		break;
	}
}

/* IPTOS_LOWDELAY, or DSCP EF, CS5 to CS7, AF4x. */
static int
tos_priority(uint8_t tos)
{
	uint8_t	 dscp = tos >> 2;

	if ((tos & 0xfc) == TOS_LOWDELAY)
		return (1);
	return (dscp == 46 || dscp == 40 || dscp == 48 || dscp == 56 ||
	    dscp == 34 || dscp == 36 || dscp == 38);
}

void
flows_init(struct flows *fs)
{
	memset(fs, 0, sizeof(*fs));
}

int
flow_is_sparse(struct flows *fs, uint32_t hash, uint64_t now)
{
	struct flow	*f = &fs->flow[hash % FLOW_TABLE];
	int		 sparse;

	if (f->hash != hash || now - f->last_time > FLOW_IDLE) {
		memset(f, 0, sizeof(*f));
		f->hash = hash;
		f->window = now;
	}
	sparse = f->before_time == 0 || now - f->before_time > SPARSE_WINDOW;
	f->before_time = f->last_time;
	f->last_time = now;
	return (sparse);
}

/*
 * Each fragment follows the one before; all of them are wanted, whatever the
 * order of packets.
 */
void
flow_order(struct flows *fs, struct pkt **frags, size_t n, uint64_t now)
{
	struct pkt	*p = frags[0];
	struct flow	*f = &fs->flow[p->flow % FLOW_TABLE];
	size_t		 i;

	if (now - f->window > BULK_WINDOW) {
		f->bulk = f->count > BULK_PACKETS;
		f->window = now;
		f->count = 0;
	}
	f->count++;
	p->pred = 0;
	if ((p->order == ORDER_BULK && !f->bulk && f->count <= BULK_PACKETS) ||
	    f->hash != p->flow)
		p->order = ORDER_NONE;
	if (p->order != ORDER_NONE) {
		if (f->last_seq != 0 && p->seq - f->last_seq <= UINT16_MAX)
			p->pred = p->seq - f->last_seq;
		f->last_seq = frags[n - 1]->seq;
	}
	if (n == 1)
		return;
	p->order = ORDER_ALWAYS;
	for (i = 1; i < n; i++) {
		frags[i]->pred = 1;
		frags[i]->order = ORDER_ALWAYS;
	}
}
