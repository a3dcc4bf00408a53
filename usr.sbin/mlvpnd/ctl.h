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

#ifndef CTL_H
#define CTL_H

/*
 * Messages from the engine to mlvpnctl, one struct each.  Rates are bit/s,
 * times microseconds unless stated otherwise, sizes bytes; -1 means not
 * known.
 */

#include <sys/types.h>

#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "reason.h"

/* Results of a command, in struct ctl_result. */
#define CTL_RES_OK		0
#define CTL_RES_FAIL		1
#define CTL_RES_NOSUCH		2	/* no tunnel or link of that name */
#define CTL_RES_PARSE		3	/* errors in the configuration */
#define CTL_RES_PENDING		4	/* a reload is already under way */
#define CTL_RES_DENIED		5
#define CTL_RES_BADCMD		6

struct ctl_result {
	int32_t		 code;			/* CTL_RES_* */
	char		 text[256];		/* may be empty */
};

/* IMSG_CTL_SHOW_LINKS, _TUNNELS, _FILTERS: what to show; empty means all. */
struct ctl_select {
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 link[LINK_NAME_SIZE];
};

/* IMSG_CTL_LINK_UP, _DOWN */
struct ctl_link_admin {
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 link[LINK_NAME_SIZE];
};

struct ctl_summary {
	char		 version[32];
	int64_t		 uptime;		/* seconds */
	uint32_t	 tunnels;
	uint32_t	 tunnels_up;
	uint32_t	 links;
	uint32_t	 links_up;
	uint64_t	 rx_unknown;		/* datagrams of no tunnel */
	uint64_t	 rx_malformed;
	uint64_t	 rx_badmac1;
	uint64_t	 rx_hello_limited;
	uint64_t	 cookies_sent;
	uint32_t	 pkts_total;		/* packet pool */
	uint32_t	 pkts_used;
};

/* After the summary: an address to listen on. */
struct ctl_listen {
	struct addr	 addr;			/* with the port; only family
						   and port if not known */
	char		 ifname[IFNAMSIZ];	/* of the address, or "" */
	int32_t		 rtable;
	int32_t		 error;			/* errno, 0: it is open */
};

enum tunnel_state {
	TUNNEL_DOWN,			/* no association */
	TUNNEL_HANDSHAKE,
	TUNNEL_UP
};

#define CTL_SECRET_SIZE		24
#define CTL_KEY_SIZE		45	/* of 32 bytes in base64, and NUL */
#define CTL_ROUTES		32	/* so many are shown */

struct ctl_route {
	struct prefix	 prefix;
	uint8_t		 is_default;		/* of both families */
};

struct ctl_tunnel {
	char		 name[TUNNEL_NAME_SIZE];
	char		 descr[DESCR_SIZE];
	char		 ifname[IFNAMSIZ];
	char		 cipher[24];		/* empty before the handshake */
	uint8_t		 state;			/* enum tunnel_state */
	uint8_t		 protocol;		/* enum protocol */
	uint8_t		 layer2;
	uint16_t	 mtu;
	char		 secret[CTL_SECRET_SIZE];	/* its kind */
	char		 peer_key[CTL_KEY_SIZE];	/* empty without */
	uint32_t	 naddress;
	struct address_conf address[TUNNEL_ADDR_MAX];
	uint32_t	 nroutes;		/* some may not be shown */
	struct ctl_route routes[CTL_ROUTES];
	int64_t		 up_since;		/* seconds ago */
	int64_t		 rekeyed;		/* seconds ago */
	uint32_t	 links;
	uint32_t	 links_up;
	uint64_t	 tx_packets;		/* from the interface, sent */
	uint64_t	 tx_bytes;
	uint64_t	 rx_packets;		/* written to the interface */
	uint64_t	 rx_bytes;
	uint64_t	 tx_dropped;		/* no usable link, queue full */
	uint64_t	 rx_duplicate;		/* same sequence again */
	uint64_t	 rx_replayed;		/* same packet number again */
	uint64_t	 rx_badtag;		/* failed authentication */
	uint64_t	 rx_malformed;		/* authentic but wrong */
	uint64_t	 rx_refused;		/* not in "allow from" */
	uint64_t	 handshakes;
	uint64_t	 rx_rejected;		/* HELLOs refused or replayed */
	uint64_t	 rx_held;		/* packets held for order */
	uint64_t	 rx_given_up;		/* gaps given up */
	uint64_t	 rx_late;		/* after being given up */
	uint64_t	 tx_resent;
	uint64_t	 false_dead;		/* suspicions that were wrong */
	uint64_t	 tx_cut;		/* packets sent in fragments */
	uint64_t	 rx_joined;		/* and received in fragments */
	uint64_t	 rx_incomplete;		/* fragments dropped */
};

enum link_state {
	LINK_DISABLED,			/* by the operator */
	LINK_NOADDR,			/* name not resolved, no socket */
	LINK_OPENING,			/* no answer yet */
	LINK_UP,
	LINK_SUSPECT,
	LINK_DOWN,
	LINK_LOSSY,
	LINK_SLOW,
	LINK_STANDBY,			/* a backup that is not needed */
	LINK_ABSENT			/* in a sample: no such link */
};

/* What a link has carried both ways, bytes. */
struct link_usage {
	uint8_t		 known;
	uint64_t	 start;			/* since the start */
	uint64_t	 today;
	uint64_t	 month;
	uint64_t	 quota;			/* 0 none */
	uint64_t	 used;			/* of it */
	int64_t		 renewed;		/* time(3) */
};

struct ctl_link {
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 name[LINK_NAME_SIZE];
	uint8_t		 reason;		/* enum reason, of the state */
	char		 shares[LINK_NAME_SIZE];	/* a link with the same
						   line, or empty */
	struct addr	 local;
	struct addr	 remote;
	int32_t		 rtable;
	uint8_t		 state;			/* enum link_state */
	uint8_t		 opener;		/* 1: opened by this end */
	uint8_t		 id;			/* path id on the wire */
	uint8_t		 backup;		/* level, 0 no */
	uint8_t		 overflow;		/* used when others are full */
	uint8_t		 usable;		/* carries data now */
	int64_t		 since;			/* seconds in this state */
	int64_t		 srtt;
	int64_t		 rttvar;
	int64_t		 owd_diff;		/* sending, against the best */
	int64_t		 queueing;		/* delay in the link's queue */
	int32_t		 loss_tx;		/* 1/100 percent */
	int32_t		 loss_rx;
	uint64_t	 rate_conf;		/* sending, 0 automatic */
	uint64_t	 rate;			/* sending, in force */
	uint64_t	 rate_measured;		/* as the peer reports it */
	uint64_t	 rate_peer;		/* receiving, announced */
	uint64_t	 tx_rate;		/* over the last second */
	uint64_t	 rx_rate;
	uint64_t	 tx_packets;
	uint64_t	 tx_bytes;		/* IP packets of the link */
	uint64_t	 rx_packets;
	uint64_t	 rx_bytes;
	uint64_t	 tx_errors;
	uint64_t	 resent;
	uint16_t	 mtu;			/* in force, 0 unknown */
	uint8_t		 mtu_measured;		/* one has arrived */
	uint8_t		 hint;			/* enum link_hint */
	uint64_t	 hint_rate;		/* delivered, of HINT_LESS */
	struct link_usage usage;
};

/* What a link was like for HISTORY_INTERVAL. */
#define HISTORY_INTERVAL	5	/* seconds */
#define HISTORY_SAMPLES		120	/* ten minutes */

struct ctl_sample {
	uint64_t	 tx_rate;		/* bit/s, mean */
	uint64_t	 rx_rate;
	int32_t		 srtt;			/* these at its end, as in */
	int32_t		 loss_tx;		/* struct ctl_link */
	int32_t		 loss_rx;
	uint8_t		 state;			/* enum link_state */
};

struct ctl_history {
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 link[LINK_NAME_SIZE];
	uint8_t		 opener;		/* as in struct ctl_link */
	int64_t		 age;			/* seconds since the last one */
	uint32_t	 n;
	struct ctl_sample samples[HISTORY_SAMPLES];	/* oldest first */
};

/* A line that was logged about a tunnel or link. */
#define CTL_EVENT_SIZE		160

struct ctl_event {
	int64_t		 age;			/* seconds */
	char		 text[CTL_EVENT_SIZE];
};

struct ctl_key {
	char		 tunnel[TUNNEL_NAME_SIZE];
	char		 secret[CTL_SECRET_SIZE];	/* its kind */
	char		 own_key[CTL_KEY_SIZE];		/* public; or empty */
	char		 peer_key[CTL_KEY_SIZE];
};

struct ctl_match {
	char		 tunnel[TUNNEL_NAME_SIZE];
	struct match_conf conf;
	uint64_t	 packets;		/* the expression was true */
	uint64_t	 bytes;
	uint64_t	 dropped;		/* no permitted link */
};

#endif /* CTL_H */
