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

#ifndef CONF_H
#define CONF_H

/*
 * The configuration as parse.y builds it, as the parent sends it to the
 * engine (one struct per message, without list entries), and as the core uses
 * it.  Rates are bit/s, times microseconds, sizes bytes.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <net/if.h>

#include <limits.h>
#include <stdint.h>

#include "addr.h"

#define TUNNEL_NAME_SIZE	32
#define LINK_NAME_SIZE		32	/* 1..31 bytes on the wire */
#define HOST_SIZE		256
#define DESCR_SIZE		64
#define GROUP_SIZE		16
#define CONTROL_SIZE		104	/* of sun_path, the least */
#define ROUTE_LABEL_SIZE	32	/* RTLABEL_LEN of OpenBSD */
#define SECRET_SIZE		256
#define REMOTE_MAX		4
#define REMOTE_PORT_MAX		4
#define MATCH_LINKS_MAX		16
#define MATCH_EXPR_SIZE		512
#define MATCH_MAX		1000	/* rules of a tunnel */
#define MATCH_INSNS_MAX		512	/* instructions, BPF_MAXINSNS */
#define TUNNEL_ADDR_MAX		8
#define TUNNEL_ALLOW_MAX	32
#define TUNNEL_LINK_MAX		64	/* paths an end can open */
#define TUNNEL_MTU_MIN		576
#define TUNNEL_MTU_MAX		9000
#define IP6_MTU_MIN		1280	/* RFC 8200 */

enum protocol {
	PROTO_V3,
	PROTO_MLVPN2
};

/* The statement that set the secret, to print it again. */
enum secret_source {
	SECRET_NONE,
	SECRET_PSK_INLINE,
	SECRET_PSK_FILE,
	SECRET_PHRASE
};

enum answer {
	ANSWER_AUTO,
	ANSWER_NO,
	ANSWER_YES
};

/* The bandwidth of a link in one direction. */
struct rate_conf {
	uint64_t	 rate;		/* 0: automatic */
	uint64_t	 min;		/* bounds of automatic, 0 none */
	uint64_t	 max;
};

enum quota_period {
	QUOTA_NONE,
	QUOTA_DAY,
	QUOTA_MONTH
};

enum quota_action {
	QUOTA_BACKUP,
	QUOTA_DOWN,
	QUOTA_LIMIT
};

struct quota_conf {
	uint64_t	 bytes;
	uint64_t	 limit;		/* QUOTA_LIMIT: bit/s */
	uint8_t		 period;	/* enum quota_period */
	uint8_t		 day;		/* QUOTA_MONTH: 1..31 */
	uint8_t		 action;	/* enum quota_action */
	uint8_t		 level;		/* QUOTA_BACKUP: 1..7 */
};

struct listen_conf {
	TAILQ_ENTRY(listen_conf) entry;
	uint32_t	 id;		/* the parent's, names the socket */
	uint32_t	 twin;		/* the one of IPv4 that this one of
					   IPv6 is one with, 0 none */
	struct addr	 addr;		/* an all-zero address is a wildcard;
					   family 0 without ifname: "*", the
					   wildcards of both families */
	char		 ifname[IFNAMSIZ]; /* or: an interface or group name,
					      as in "egress" */
	uint16_t	 port;
	int		 rtable;
	int		 error;		/* for the engine: why it is not open */
};

struct link_conf {
	TAILQ_ENTRY(link_conf) entry;
	char		 name[LINK_NAME_SIZE];
	int		 lineno;	/* for messages about the whole file */

	/* where it goes: none of these in a server's override of a link */
	int		 nremote;
	char		 remote[REMOTE_MAX][HOST_SIZE];	/* name or literal */
	int		 nremote_port;
	uint16_t	 remote_port[REMOTE_PORT_MAX];
	uint8_t		 family;	/* 0 either, 4 inet, 6 inet6 */
	struct addr	 local;		/* family 0: any; port 0: any */
	char		 local_if[IFNAMSIZ];	/* or an interface's address */
	char		 ifname[IFNAMSIZ];	/* bind to device (Linux) */
	int		 rtable;
	struct addr	 listen;	/* mlvpn2 server: family 0 none */
	uint8_t		 listen_both;	/* "*": that of IPv6, too */

	struct rate_conf up;		/* what this end sends */
	struct rate_conf down;
	uint16_t	 overhead;	/* bytes a packet, below IP */
	uint8_t		 atm;		/* cells of 48 in 53 */
	uint8_t		 backup;	/* 0 no, 1..7 level */
	uint8_t		 overflow;
	uint8_t		 loss_tolerance;	/* percent, 0 default */
	uint8_t		 loss_recover;
	uint32_t	 latency_tolerance;	/* us, 0 off */
	uint32_t	 latency_recover;
	uint32_t	 keepalive;	/* us, 0 default */
	uint32_t	 timeout;	/* us, caps T_dead, 0 default */
	uint16_t	 mtu;		/* of the link, 0 unknown */
	struct quota_conf quota;
	uint8_t		 off;		/* the parent's: quota used up */
};

#define MATCH_LINKS	0x0001		/* link { } */
#define MATCH_NOT	0x0002		/* not link { } */
#define MATCH_ONLY	0x0004
#define MATCH_DUPLICATE	0x0008		/* on links[], all if nlinks is 0 */
#define MATCH_PRIORITY	0x0010
#define MATCH_BULK	0x0020
#define MATCH_ORDER	0x0040		/* order yes */
#define MATCH_NOORDER	0x0080		/* order no */
#define MATCH_DSCP	0x0100
#define MATCH_QUICK	0x0200

struct match_conf {
	TAILQ_ENTRY(match_conf) entry;
	char		 expr[MATCH_EXPR_SIZE];
	uint32_t	 flags;		/* MATCH_* */
	uint8_t		 dscp;		/* 0..63 */
	uint8_t		 nlinks;
	char		 links[MATCH_LINKS_MAX][LINK_NAME_SIZE];
	int		 lineno;
};

/* A rule with its program. */
struct match_rule {
	const struct match_conf	*conf;
	const struct bpf_insn	*insns;
	unsigned int		 ninsns;
};

struct address_conf {
	struct prefix	 prefix;
	struct addr	 peer;		/* family 0: none */
};

struct route_conf {
	TAILQ_ENTRY(route_conf) entry;
	struct prefix	 prefix;	/* "route default": both families that
					   the tunnel has addresses of */
	uint8_t		 is_default;
	int		 priority;	/* 0 the system's choice */
	char		 label[ROUTE_LABEL_SIZE];	/* empty: ROUTE_LABEL */
};

struct tunnel_conf {
	TAILQ_ENTRY(tunnel_conf) entry;
	uint32_t	 id;		/* the parent's; kept over a reload */
	char		 name[TUNNEL_NAME_SIZE];
	char		 descr[DESCR_SIZE];
	int		 lineno;
	uint8_t		 protocol;	/* enum protocol */
	uint8_t		 layer2;	/* tap instead of tun */
	uint8_t		 offload;	/* OFFLOAD_*, of the interface; the
					   parent's */
	uint8_t		 persist;	/* leave the interface at exit */
	char		 ifname[IFNAMSIZ];
	char		 group[GROUP_SIZE];
	char		 demote[GROUP_SIZE];	/* while down, empty: none */
	int		 rdomain;	/* of the interface, -1: the daemon's */
	int		 naddress;
	struct address_conf address[TUNNEL_ADDR_MAX];
	uint8_t		 allow_any;	/* "allow from any" */
	int		 nallow;	/* 0: see conf_tunnel_sources() */
	struct prefix	 allow[TUNNEL_ALLOW_MAX];
	uint16_t	 mtu;		/* 0: auto */
	uint16_t	 max_mss;	/* 0: auto, 1: no */

	uint8_t		 has_psk;
	uint8_t		 has_key;	/* key and peer_key are set */
	uint8_t		 secret_source;	/* enum secret_source */
	uint8_t		 psk[32];
	uint8_t		 key[32];	/* Curve25519, private */
	uint8_t		 peer_key[32];	/* Curve25519, public */
	char		 secret_id[TUNNEL_NAME_SIZE];	/* salt of a phrase */
	char		 secret[SECRET_SIZE];	/* PHRASE; in the parent only */
	char		 psk_file[PATH_MAX];
	char		 key_file[PATH_MAX];

	uint8_t		 aeads;		/* "cipher": allowed, bit n = id n,
					   0 all */
	uint8_t		 reorder;	/* enum answer; YES: reorder_max */
	uint8_t		 recover;	/* 0 default (yes), enum answer */
	uint8_t		 tos;		/* enum answer: NO, YES copy, AUTO
					   means tos_value */
	uint8_t		 tos_value;
	uint8_t		 cleartext;	/* mlvpn2: "cleartext data" */
	uint8_t		 compat;	/* "command ... compat" */
	uint32_t	 reorder_max;	/* packets */
	uint32_t	 reorder_time;	/* us, 0 default */
	uint32_t	 latency_spread;	/* us, 0 default */
	uint32_t	 keepalive;	/* us, default of the links */
	uint32_t	 timeout;	/* us, default of the links */
	char		 command[PATH_MAX];

	TAILQ_HEAD(, route_conf) routes;
	TAILQ_HEAD(, link_conf) links;
	TAILQ_HEAD(, match_conf) matches;
};

struct mlvpnd_conf {
	TAILQ_HEAD(, listen_conf) listens;
	TAILQ_HEAD(, tunnel_conf) tunnels;
	struct addr	 status;	/* family 0: none */
	int		 status_rtable;
	char		 restricted[CONTROL_SIZE]; /* socket, or empty */
};

/*
 * conf.c
 *
 * conf_*_new(): return an object with default settings, NULL without memory.
 * conf_tunnel_initiates(): does this end open the links?
 * conf_tunnel_routes(): do the routes of the tunnel cover the address?
 * conf_tunnel_sources(prefixes, max): what packets of the peer may come from:
 *	sets at most max and returns how many there are, 0 for all addresses.
 */
struct mlvpnd_conf	*conf_new(void);
void			 conf_free(struct mlvpnd_conf *);
struct tunnel_conf	*conf_tunnel_new(void);
void			 conf_tunnel_free(struct tunnel_conf *);
struct tunnel_conf	*conf_tunnel_find(const struct mlvpnd_conf *,
			    const char *);
struct link_conf	*conf_link_new(void);
struct link_conf	*conf_link_find(const struct tunnel_conf *,
			    const char *);
int			 conf_tunnel_initiates(const struct tunnel_conf *);
int			 conf_tunnel_routes(const struct tunnel_conf *,
			    const struct addr *);
size_t			 conf_tunnel_sources(const struct tunnel_conf *,
			    struct prefix *, size_t);

struct bpf_insn;

/*
 * bpf.c: programs of bpf(4).  match_valid(): is the program safe to run?
 * match_run(): does the packet match?
 */
int			 match_valid(const struct bpf_insn *, unsigned int);
int			 match_run(struct bpf_insn *, unsigned int,
			    const void *, size_t);

#endif /* CONF_H */
