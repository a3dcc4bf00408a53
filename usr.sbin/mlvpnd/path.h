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

#ifndef PATH_H
#define PATH_H

/*
 * A path: one link of a tunnel as both ends see it (mlvpn(7), PATHS).
 */

#include <stddef.h>
#include <stdint.h>

#include "account.h"
#include "clock.h"
#include "delay.h"
#include "feedback.h"
#include "flight.h"
#include "frame.h"
#include "hint.h"
#include "link.h"
#include "liveness.h"
#include "loss.h"
#include "notify.h"
#include "pacer.h"
#include "path_addr.h"
#include "path_msg.h"
#include "path_state.h"
#include "pmtu.h"
#include "queue.h"
#include "rate.h"
#include "receipt.h"
#include "resend.h"
#include "session.h"
#include "shared.h"

struct path;
struct path_ops;
struct tunnel;

#define IN_PLAY		250000		/* us since a path carried data */
#define OVERHEAD_IP4	28		/* IP and UDP headers */
#define OVERHEAD_IP6	48
#define PATH_OVERHEAD	(DATA_OVERHEAD + OVERHEAD_IP4)

/* What both ends say of the link. */
struct path_terms {
	uint8_t		 backup;	/* level */
	uint8_t		 overflow;	/* see overflow() in sched.c */
	uint16_t	 mtu_own;	/* announced, 0 unknown */
	uint16_t	 mtu_peer;
	uint64_t	 rate_conf;	/* bit/s we may send, 0 automatic */
	uint64_t	 rate_peer;	/* bit/s announced toward us */
	uint64_t	 announced;	/* by the peer, for our sending */
};

/* What the paths of a tunnel have in common. */
struct paths {
	struct tunnel	*tunnel;	/* whose they are */
	const struct path_ops *ops;	/* of its protocol */
	void		*proto;		/* the operations' own */
	const struct tunnel_conf *conf;
	struct shared	*shared;
	struct share	*share;		/* of packets */
	struct notify	*notify;
	const struct links *links;

	struct path	*id[PATH_IDS];
	struct path	*list[PATH_IDS];	/* the same, without holes */
	int		 n;
	int		 changed;	/* see paths_changed() */

	/* of the association */
	int		 a_end;
	struct keys	*keys;		/* to send under */
	struct lane	*lane[PATH_IDS];
	uint8_t		 gen[PATH_SLOTS];	/* of the paths we open */
	struct closing	 closing[CLOSING_MAX];
	int		 nclosing;
	uint64_t	 next_seq;	/* of the next packet committed */
	struct resend	 resend;

	uint64_t	 last_tx;	/* of a packet */
	uint16_t	 mtu_number;	/* of the last probe */
	struct ratelimit open_limit;	/* of paths that the peer opens */
	uint64_t	 rx_malformed, false_dead;
};

struct path {
	struct paths	*paths;
	const struct path_ops *ops;
	void		*proto;		/* the operations' own */
	struct link	*link;		/* as configured here, or NULL */
	struct lane	*lane;		/* of packet numbers */
	char		 name[LINK_NAME_SIZE];
	uint8_t		 id;
	uint8_t		 gen;
	uint8_t		 opener;	/* this end opened it */
	uint64_t	 order_seq;	/* all in order up to here has come */

	struct path_terms terms;
	struct path_state st;
	struct path_addr addr;
	struct path_msg	 msg;
	struct liveness	 live;
	struct delay	 delay;
	struct loss	 tx_loss;	/* as the peer reports it */
	struct loss	 rx_loss;
	struct flight	 flight;
	struct history	 history;	/* of flight */
	struct feedback	 feedback;
	struct receipt	 receipt;
	struct pmtu	 pmtu;
	struct rate	 rate;
	struct hint	 hint;
	struct path_queue q;
	struct pacer	 pacer;
	struct account	 acct;
};

/*
 * What a protocol does with its paths: path_native.c, mlvpn2.c.
 *
 * open(paths, link): a path of a link that has a socket; NULL without a free
 *	slot or memory.  reopen(): the link has another socket or address.
 * free(): it ends; remove(reason): the link goes away, and the peer is to hear
 *	of it.  stop(): the process ends.
 * changed(): the link has other settings; tell(): what this end says of the
 *	path has changed.
 * suspect(): it is suspect now.  too_long(dg): the system refused a datagram
 *	of that size.
 * timer(): may end the path.  compose(dg): a datagram of control, send(pkt,
 *	dg): of a packet; 0 if there is none.
 * permits(): are there numbers for packets?
 * room(): bytes of packet that a datagram has room for; mtu(): of the
 *	interface, for this path.
 * ctl(): adds to what mlvpnctl(8) shows.
 * reports: the peer tells what it gets.
 */
struct path_ops {
	struct path	*(*open)(struct paths *, struct link *, uint64_t);
	void		 (*reopen)(struct path *, uint64_t);
	void		 (*free)(struct path *);
	void		 (*remove)(struct path *, uint8_t, uint64_t);
	void		 (*stop)(struct path *);
	void		 (*changed)(struct path *, uint64_t);
	void		 (*tell)(struct path *, uint64_t);
	void		 (*suspect)(struct path *, uint64_t);
	void		 (*too_long)(struct path *, const struct dgram *,
			    uint64_t);
	void		 (*timer)(struct path *, uint64_t);
	uint64_t	 (*deadline)(const struct path *, uint64_t);
	int		 (*compose)(struct path *, struct dgram *, uint64_t);
	int		 (*send)(struct path *, struct pkt *, struct dgram *,
			    uint64_t);
	int		 (*permits)(const struct path *);
	size_t		 (*room)(const struct path *);
	uint16_t	 (*mtu)(const struct path *);
	void		 (*ctl)(const struct path *, struct ctl_link *);
	int		 reports;
};

/*
 * Times are microseconds, rates bits per second.
 */

/* All paths of a tunnel */
void		 paths_init(struct paths *, const struct path_ops *,
		    const struct tunnel_conf *, struct shared *,
		    struct share *, struct notify *, const struct links *);
void		 paths_free(struct paths *);
void		 paths_begin(struct paths *, int);
void		 paths_end(struct paths *, uint64_t);
void		 paths_keys(struct paths *, struct keys *);
struct lane	*paths_lane(struct paths *, uint8_t);
void		 paths_set_lane(struct paths *, uint8_t, struct lane *);
uint64_t	 paths_sequence(struct paths *);
struct path	*paths_quickest(struct paths *);
int		 paths_silent(struct paths *, uint64_t);
uint64_t	 paths_hold_time(struct paths *);

/*
 * paths_free(): the tunnel goes.
 * paths_begin(end): an association, of which this is end A (1) or B (0).
 * paths_end(now): it is over; all paths go, without a word to the peer.
 * paths_keys(keys): to send under from now on; NULL: there are none.
 * paths_lane(id): the packet numbers of a path, which outlive it; NULL
 *	without memory.  paths_set_lane(id, lane): others under other keys,
 *	taken over.
 * paths_sequence(): the next one, for a packet that is committed now.
 * paths_quickest(): the usable path of the least round-trip time; NULL if none
 *	is known.
 * paths_silent(now): 1 if all have been silent for so long that the peer may
 *	have forgotten this end.
 * paths_hold_time(): how long the receiver may hold a packet (reorder.h).
 */

/* Coming and going */
struct path	*path_alloc(struct paths *, uint8_t, struct lane *);
void		 path_free(struct path *);
void		 path_of_link(struct path *, struct link *, void *,
		    uint64_t);
void		 path_link(struct path *, struct link *, uint64_t);
void		 path_gone(struct path *, enum reason, uint64_t);
void		 path_remove(struct path *, uint8_t, uint64_t);
void		 path_disable(struct path *, int, uint64_t);
void		 path_lost(struct path *, uint64_t);
void		 path_rescue(struct path *, uint64_t);

/*
 * path_alloc(id, lane): NULL without memory.  lane is NULL where the protocol
 *	has numbers of its own.
 * path_free(): nobody is told.
 * path_of_link(link, proto, now): this end opens it for that link; proto is
 *	the operations' own.
 * path_link(link, now): the link of its name is configured now, is configured
 *	another way, or is configured no more (NULL).
 * path_gone(reason, now): it ends, by whichever end; frees it.
 * path_remove(CLOSE_*, now): this end's link goes away; frees it.
 * path_disable(disabled, now): the operator takes a path that the peer has
 *	opened out of use, or back.
 * path_lost(now): its link has no socket at present.
 * path_rescue(now): what the peer has not reported, and what waits for the
 *	path, goes to other paths.
 */

/* What both ends say of the link */
void		 path_rates(struct path *);
void		 path_rates_fixed(struct path *, uint64_t, uint64_t);
void		 path_announced(struct path *, uint64_t, uint64_t);
void		 path_backup(struct path *, uint8_t, int);
void		 path_own_mtu(struct path *);
void		 path_peer_mtu(struct path *, uint16_t);

/*
 * path_rates(): begins with the rate that both ends agree on: the smaller of
 *	what is configured and announced.
 * path_rates_fixed(own, peer): both are configured here.
 * path_announced(own, peer): by the peer: what this end is to send, 0 no
 *	limit, and what the peer sends, 0 unknown.
 * path_backup(level, overflow): 0 is no backup.
 * path_own_mtu(): of the link as it is configured now, or of its interface.
 * path_peer_mtu(bytes): announced by the peer, 0 unknown.
 */

/* Does it answer, and well enough */
void		 path_suspect(struct path *, enum reason, uint64_t);
void		 path_answered(struct path *, uint64_t, uint64_t);
void		 path_false_alarm(struct path *);
void		 path_forgive(struct path *);
void		 path_send_error(struct path *, const struct dgram *, int,
		    uint64_t);
void		 path_judge(struct path *, uint64_t);
int		 path_doubtful(const struct path *, uint64_t);
uint64_t	 path_doubtful_at(const struct path *);
uint64_t	 path_dead_time(const struct path *);
int		 path_usable(const struct path *);

/*
 * path_suspect(reason, now): no new packets until it answers again.
 * path_answered(number, now): a report had this highest number, a newer one
 *	than those before.
 * path_false_alarm(): it was suspected, and is well.
 * path_forgive(): what was sent and not reported no longer counts against it.
 * path_send_error(dg, errno, now): the system did not send dg.
 * path_judge(now): notices that it is lossy or slow, or no more.
 * path_doubtful(now): it was so last, which packets do not tell any more.
 * path_doubtful_at(): from when on, NEVER if it is well.
 * path_dead_time(): how long what calls for a report may stay unreported.
 * path_usable(): 1 if it carries packets and nothing speaks against it
 *	(path_state.h has the other grades).
 */

/* Datagrams */
int		 path_carries(const struct path *, const struct pkt *);
size_t		 path_room(const struct path *, uint16_t);
size_t		 ip_overhead(const struct endpoint *);
size_t		 path_line_bytes(const struct path *, size_t);
uint64_t	 path_time(const struct path *, size_t);
void		 path_refit(struct path *);
void		 path_put_mark(const struct path *, uint8_t *);
void		 path_rx(struct path *, const struct dgram *, uint64_t);
void		 path_packet_sent(struct path *, uint64_t);
void		 path_tx(struct path *, const struct dgram *, uint64_t);
int		 path_seal(struct path *, const struct endpoint *,
		    const uint8_t *, size_t, int, struct dgram *, uint64_t);
int		 path_seal_probe(struct path *, const uint8_t *, size_t,
		    struct dgram *, uint64_t);

/*
 * path_carries(pkt): 1 if it is short enough.
 * path_room(mtu): bytes of packet in a datagram, where IP packets may have mtu
 *	bytes.
 * ip_overhead(ep): bytes of the IP and UDP headers to there.
 * path_line_bytes(bytes): of an IP packet, as the line counts it ("overhead").
 * path_time(bytes): that an IP packet occupies the link.
 * path_refit(): packets that have become too long for it go elsewhere.
 * path_put_mark(buf): the first DATA_INNERLEN bytes of a control datagram.
 * path_rx(dg, now): it came, and is authentic.
 * path_packet_sent(now): a packet of the tunnel goes out on the path.
 * path_tx(dg, now): a datagram goes out.
 * path_seal(ep, plain, len, eliciting, dg, now): encrypts for ep into dg, and
 *	counts it as sent; eliciting: it calls for a report.  0 if nothing can
 *	be sent there.
 * path_seal_probe(): the same; its loss is no loss (RFC 8899).
 */

void		 path_ctl(const struct path *, struct ctl_link *, uint64_t);

#endif /* PATH_H */
