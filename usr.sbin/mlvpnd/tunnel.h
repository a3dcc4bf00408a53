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

#ifndef TUNNEL_H
#define TUNNEL_H

/*
 * Inside the core.  One file owns each struct:
 *
 *	core.c		the sockets' side: pool, demultiplexing, cookies
 *	assoc.c		association and handshakes of a tunnel
 *	path.c		a path: opening, addresses, liveness
 *	pmtu.c		how long a datagram on it may be
 *	report.c	what receivers report, what senders learn from it
 *	rate.c		the rate a path is paced at
 *	hint.c		what is said of a rate that seems wrong
 *	resend.c	what was sent and may have to be sent again
 *	frame.c		control frames to and from bytes
 *	flow.c		which flow a packet belongs to, who needs order
 *	match.c		what the rules want for a packet
 *	mss.c		what a TCP SYN may announce
 *	queue.c		the tunnel's queue
 *	sched.c		choice of a path, pacing
 *	fragment.c	packets too long for a path: cutting, joining
 *	reorder.c	doubles and order at the receiver
 *	mlvpn2.c	links to MLVPN 2.x peers; its bytes in mlvpn2_wire.c,
 *			order at the receiver in mlvpn2_order.c
 *	batch.c		what the receiver hands over at once
 *	tunnel.c	the above joined
 */

#include "core.h"
#include "handshake.h"
#include "mlvpn2.h"
#include "offload.h"
#include "session.h"

#define PATH_SLOTS		64	/* an end opens at most */
#define PATH_IDS		192	/* 0..63 and 128..191 */
#define PATH_ID_B		0x80	/* opened by the B end */
#define PATH_ID_RESERVED	0x40

#define SENT_RING		16384	/* datagrams a path remembers */
#define HELLO_TARGETS		8	/* links that get a copy of a HELLO */
#define HELLO_RECENT		8	/* HELLOs a responder remembers */
#define SEQ_BITS		28
#define SEQ_WINDOW		(1U << 18)
#define TOKEN_LEN		8
#define POOL_RESERVE		4	/* one in so many buffers is to receive
					   with: see pool_short() */

/* Kinds of the inner header. */
#define KIND_CONTROL		0
#define KIND_PACKET		1
#define KIND_FRAGMENT		2
#define KIND_COPY		8	/* flag on the two above */

/* --- frame.c: control frames ------------------------------------------- */

enum frame_type {
	FRAME_PADDING		= 0,
	FRAME_PATH_OPEN		= 1,
	FRAME_PATH_OK		= 2,
	FRAME_CHALLENGE		= 3,
	FRAME_RESPONSE		= 4,
	FRAME_PATH_STATUS	= 5,
	FRAME_PATH_CLOSE	= 6,
	FRAME_REPORT		= 7,
	FRAME_PROBE		= 8,
	FRAME_MTU_PROBE		= 9,
	FRAME_MTU_RESULT	= 10,
	FRAME_CLOSE		= 11
};

#define PATH_FLAG_BACKUP	0x01
#define PATH_FLAG_METERED	0x02
#define PATH_FLAG_DISABLED	0x04	/* PATH_STATUS: do not use */
#define PATH_FLAG_OVERFLOW	0x08	/* a backup that others run over into */
#define PATH_FLAG_LEVEL_SHIFT	4	/* backup level, 0 means 1 */
#define PATH_FLAG_LEVEL_MAX	7

#define REPORT_ANSWER		0x01	/* answers a PROBE */
#define REPORT_NOTHING		0x02	/* I get nothing here */
#define REPORT_GAPS_MAX		15
#define REPORT_REORDERED	3	/* numbers that may yet come */

#define PROBE_SUSPECT		0x0001

#define MTU_RESULT_DF		0x0001	/* what I send on this path has DF */

#define CLOSE_STOP		0
#define CLOSE_LINK_DOWN		1
#define CLOSE_LIMIT		2
#define CLOSE_CONFIGURATION	3

struct gap {
	uint16_t	 distance;	/* from the highest to the last lost */
	uint16_t	 length;
};

struct frame {
	enum frame_type	 type;
	union {
		struct {
			uint8_t		 gen;
			uint8_t		 flags;
			uint16_t	 mtu;
			uint32_t	 up;	/* kbit/s, opener to peer */
			uint32_t	 down;
			uint8_t		 token[TOKEN_LEN];
			char		 name[LINK_NAME_SIZE];
		} open;
		struct {
			uint8_t		 gen;
			uint8_t		 flags;
			uint16_t	 mtu;
			uint8_t		 token[TOKEN_LEN];
			uint8_t		 own[TOKEN_LEN];
		} ok;
		uint8_t	 token[TOKEN_LEN];	/* CHALLENGE, RESPONSE */
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 flags;
			uint32_t	 up;
			uint32_t	 down;
		} status;
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 reason;
		} close;			/* CLOSE: reason alone */
		struct {
			uint8_t		 path;
			uint8_t		 gen;
			uint8_t		 flags;
			uint8_t		 ngaps;
			uint32_t	 highest;
			uint32_t	 arrival;	/* us, sender's clock */
			uint32_t	 time;
			uint32_t	 dgrams;
			uint32_t	 bytes;
			uint16_t	 ce;
			uint16_t	 interval;	/* ms */
			struct gap	 gap[REPORT_GAPS_MAX];
		} report;
		struct {
			uint32_t	 time;
			uint16_t	 number;
			uint16_t	 flags;
		} probe;
		struct {
			uint16_t	 size;
			uint16_t	 number;
			uint16_t	 flags;		/* MTU_RESULT */
		} mtu;
	} u;
};

#define FRAME_MAX	(2 + 28 + 4 * REPORT_GAPS_MAX)

/* Bytes written, 0 if there is no room. */
size_t	 frame_put(const struct frame *, uint8_t *, size_t);
/*
 * Takes the next known frame off *buf; 1, 0 at the end, -1 when a frame is
 * malformed (the rest is not to be read).
 */
int	 frame_get(struct frame *, const uint8_t **, size_t *);
int	 frame_name_valid(const char *);

/* --- flow.c ------------------------------------------------------------- */

#define FLOW_TABLE	4096

enum flow_order {
	ORDER_NONE,		/* order does not matter */
	ORDER_ALWAYS,
	ORDER_BULK		/* only while the flow is heavy */
};

#define CLASS_NORMAL	0
#define CLASS_PRIORITY	1
#define CLASS_SPARSE	2

struct flow {
	uint32_t	 hash;
	uint16_t	 count;		/* packets since window */
	uint16_t	 bulk;		/* heavy in the last window */
	uint64_t	 last_seq;	/* of the last ordered packet */
	uint64_t	 last_time;	/* of the last two packets */
	uint64_t	 before_time;
	uint64_t	 window;
};

struct flow_info {
	uint32_t	 hash;
	enum flow_order	 order;
	uint8_t		 cls;
	uint8_t		 tos;
};

void	 flow_classify(const uint8_t *, size_t, int, const uint8_t[16],
	    struct flow_info *);
int	 flow_is_tcp(const uint8_t *, size_t);

/* --- match.c ------------------------------------------------------------- */

struct match {
	struct match_conf conf;
	struct bpf_insn	*insns;
	unsigned int	 ninsns;
	uint64_t	 packets, bytes, dropped;
};

struct matches {
	struct match	*rules;
	size_t		 n;
	uint32_t	 gen;		/* changes with them */
};

/* The paths that a rule's packet may take now. */
struct pin {
	const struct match_conf	*conf;
	int		 level;		/* for path_fits() */
	int		 first;		/* of the links, -1 all */
	int		 backup;	/* level of the others */
	int		 remote;	/* those too slow for bulk as well */
};

struct path;

void	 match_free(struct tunnel *);
void	 match_packet(struct tunnel *, struct pkt *, int);
int	 match_bound(struct tunnel *, struct pkt *);
int	 match_pin(struct tunnel *, const struct pkt *, int, struct pin *);
int	 match_allows(const struct pin *, const struct path *);
int	 match_permits(const struct pin *, const struct path *);
void	 match_dropped(struct tunnel *, const struct pkt *);

/* --- mss.c --------------------------------------------------------------- */

void	 mss_clamp(uint8_t *, size_t, uint16_t, uint16_t);

/* --- path.c ------------------------------------------------------------- */

/* A link of the configuration; it has a path while there are keys. */
struct link {
	TAILQ_ENTRY(link) entry;
	struct link_conf conf;
	struct endpoint	 ep;		/* sock SOCK_NONE: no socket */
	uint16_t	 mtu;		/* of the outgoing interface */
	int		 disabled;	/* by the operator */
	struct path	*path;		/* opened by this end */
	uint64_t	 since;		/* of having no path */
};
TAILQ_HEAD(links, link);

#define RESPONSE_MAX	4		/* challenges waiting for an answer */

struct sent {
	uint64_t	 number;
	uint64_t	 time;
	uint64_t	 total;		/* bytes on the path, with it */
	uint16_t	 bytes;
	uint8_t		 used;
	uint8_t		 probe;		/* for the MTU */
	struct pkt	*pkt;		/* kept until it is reported */
};

/* What the next control datagram of a path must carry. */
#define PEND_OPEN	0x0001
#define PEND_OK		0x0002
#define PEND_REPORT	0x0008
#define PEND_PROBE	0x0010
#define PEND_STATUS	0x0020
#define PEND_CLOSING	0x0040		/* other paths */
#define PEND_CLOSE	0x0080		/* the association's end */
#define PEND_SYNC	0x0100		/* nothing but the mark */
#define PEND_MTU	0x0200		/* MTU_RESULT */

/* A change of the peer's address that is being checked. */
struct candidate {
	int		 active;
	struct endpoint	 ep;
	uint8_t		 token_new[TOKEN_LEN];
	uint8_t		 token_old[TOKEN_LEN];
	int		 answered;	/* from the new address */
	uint64_t	 deadline;
	uint64_t	 next;		/* time of the next challenge */
	int		 challenges;
	int		 send_new;	/* a challenge is to go out */
	int		 send_old;
	uint64_t	 rx_bytes;	/* from there, for the limit of three */
	uint64_t	 tx_bytes;
};

#define PQ_PRIORITY	0		/* the queues of a path */
#define PQ_RESEND	1
#define PQ_NORMAL	2
#define PQ_MAX		3

#define PATH_MTU	1500
#define IN_PLAY		250000		/* us since a path carried data */
#define LINK_MTU_MIN	576
#define OVERHEAD_IP4	28		/* IP and UDP headers */
#define OVERHEAD_IP6	48
#define PATH_OVERHEAD	(DATA_OVERHEAD + OVERHEAD_IP4)

#define RATE_OWDS	10
#define RATE_DRS	8

/* What a report tells, since the one before. */
struct rate_sample {
	int64_t		 owd;		/* us, the clocks' offset in it */
	uint32_t	 rx_dgrams;	/* that came */
	uint32_t	 rx_bytes;	/* in these, UDP payload */
	uint32_t	 rx_us;		/* in so much of the peer's time */
	uint64_t	 tx_bytes;	/* that had been sent */
	uint64_t	 tx_us;
};

struct rate {
	uint64_t	 bps;		/* bit/s in force */
	uint64_t	 cap;		/* delivered when a queue showed */
	uint64_t	 delivered;
	int64_t		 queueing;	/* us */
	int		 starting;
	int		 draining;
	unsigned int	 step;		/* thousandths */
	uint64_t	 saturated_at;
	uint64_t	 grown_at;
	uint64_t	 drain_since;
	uint64_t	 drained_at;
	uint64_t	 wait_until;
	int64_t		 owd[RATE_OWDS];
	unsigned int	 nowd;
	int64_t		 change;	/* of owd from report to report */
	unsigned int	 nchange;
	unsigned int	 steady;	/* reports that count for it */
	int64_t		 jitter;	/* its peak */
	int64_t		 base[2];	/* least of this window, the last */
	uint64_t	 base_at;
	uint64_t	 base_seen;	/* a delay near it */
	int		 probing;	/* for it */
	uint64_t	 restore;	/* rate after that */
	struct rate_sample sample[RATE_DRS];
	unsigned int	 nsamples;
	uint64_t	 best[2];	/* delivery of this window, the last */
	uint64_t	 best_at;
};

#define HINT_SLOTS	13		/* a minute, and the present one */

/* What a path did in a part of the last minute. */
struct hint_slot {
	uint64_t	 number;	/* in all time */
	uint64_t	 full;		/* us */
	uint64_t	 drained;	/* of these, for a queue */
	uint64_t	 rx_bytes;	/* that came meanwhile, as "overhead"
					   counts them */
	uint64_t	 rx_us;
};

struct hint {
	struct hint_slot slot[HINT_SLOTS];
	uint64_t	 rate_conf;	/* that these are about */
	uint64_t	 seen;		/* the last report */
	uint64_t	 logged_at;	/* 0 never */
};

struct rate_meter {
	uint64_t	 start;
	uint64_t	 bytes;
	uint64_t	 rate;		/* bit/s over the last full second */
};

/* How long the IP packets of a path may be. */
struct pmtu {
	uint16_t	 mtu;		/* in force */
	uint16_t	 settled;	/* by the last search */
	uint16_t	 max;		/* that it could be */
	uint16_t	 refused;	/* by the system, 0 nothing */
	uint8_t		 measured;	/* the peer got one of that size */
	uint16_t	 vanished;	/* long datagrams, in a row */
	uint64_t	 hole_next;	/* they count again */

	/* searching */
	uint16_t	 low;		/* arrived, 0 nothing did */
	uint16_t	 high;		/* did not */
	uint16_t	 size;		/* being tried, 0 no search */
	uint16_t	 number;	/* of the probe */
	unsigned int	 tries;
	uint64_t	 next;		/* try, or search */
	uint64_t	 pause;		/* before the next search */

	/* the peer's search */
	uint16_t	 toward;	/* size of the last probe that came */
	uint8_t		 peer_df;	/* it sets DF */
	uint8_t		 results;	/* times the answer may yet be sent */
	uint16_t	 result_size;
	uint16_t	 result_number;
	uint64_t	 result_packet;	/* number it went out as last */
	uint64_t	 result_next;
};

struct path {
	struct tunnel	*tunnel;
	struct link	*link;		/* as configured here, or NULL */
	char		 name[LINK_NAME_SIZE];
	char		 reason[64];
	uint8_t		 id;
	uint8_t		 gen;
	uint8_t		 opener;	/* this end opened it */
	uint8_t		 state;		/* enum link_state */
	uint8_t		 quality;	/* LINK_UP, LINK_LOSSY, LINK_SLOW */
	uint8_t		 backup;	/* level */
	uint8_t		 overflow;	/* see overflow() in sched.c */
	uint8_t		 level;		/* in force: backup, or of those that
					   run over into it */
	uint8_t		 disabled;	/* by the operator, the peer's path */
	uint8_t		 peer_disabled;
	uint8_t		 validated;	/* the peer answers at ep */
	uint8_t		 was_up;
	uint8_t		 unpaced;	/* sends at once */
	struct mlvpn2	*m2;		/* NULL: the native protocol */
	uint64_t	 since;		/* of the state */
	uint64_t	 quality_at;	/* since when another one shows */
	struct endpoint	 ep;
	uint16_t	 mtu_own;	/* announced, 0 unknown */
	uint16_t	 mtu_peer;
	struct pmtu	 pmtu;
	uint64_t	 rate_conf;	/* bit/s we may send, 0 automatic */
	uint64_t	 rate_peer;	/* bit/s announced toward us */
	uint64_t	 announced;	/* by the peer, for our sending */

	/* opening, and the answer to the peer's opening */
	uint8_t		 token[TOKEN_LEN];	/* ours */
	uint8_t		 token_peer[TOKEN_LEN];
	uint8_t		 response[RESPONSE_MAX][TOKEN_LEN];
	unsigned int	 nresponse;
	uint64_t	 open_next;
	unsigned int	 open_tries;
	uint64_t	 unval_rx;	/* bytes before validation */
	uint64_t	 unval_tx;
	struct candidate cand;
	uint64_t	 ignore_until;	/* no new candidate */
	unsigned int	 pending;	/* PEND_* */
	unsigned int	 closes;	/* copies of CLOSE to send */
	uint64_t	 stale_at;	/* next CORE_LINK_STALE */
	int		 status;	/* PATH_STATUS to be repeated */
	uint64_t	 status_number;
	uint64_t	 status_next;
	uint64_t	 status_allow;	/* see core_allow() */

	/* sending: what the peer's reports tell */
	struct sent	*ring;
	uint64_t	 reported;	/* highest reported, +1; 0 none */
	uint64_t	 eliciting;	/* highest that wants a report, +1 */
	uint64_t	 out_since;	/* oldest of these not reported */
	uint64_t	 report_rx;	/* when the last report came */
	uint32_t	 report_time;	/* the peer's clock in it */
	uint32_t	 report_arrival;
	uint32_t	 report_dgrams;
	uint32_t	 report_bytes;
	uint64_t	 report_number;
	uint64_t	 report_total;	/* struct sent of it */
	uint64_t	 report_sent;
	uint16_t	 peer_interval;	/* ms */
	int64_t		 srtt;		/* us, -1 no sample */
	int64_t		 rttvar;
	int64_t		 owd;		/* smoothed, the clocks' offset in it */
	int		 owd_valid;
	int64_t		 owd_base;	/* least lately */
	int64_t		 owd_least;	/* of this window */
	int64_t		 owd_last;	/* of the one before */
	uint64_t	 owd_at;
	uint64_t	 owd_aged;	/* owd is as of then */
	uint64_t	 loss_sent;	/* of the window being counted */
	uint64_t	 loss_got;
	uint64_t	 loss_at;
	int		 loss_tx;	/* 1/100 percent, -1 unknown */
	uint64_t	 suspect_since;
	uint64_t	 suspect_number; /* numbers from here on clear it */
	unsigned int	 answers;	/* since suspicion */
	unsigned int	 patience;	/* after false alarms */
	unsigned int	 flaps;		/* suspicions lately */
	uint64_t	 forget_at;	/* one of these, 0 none */
	unsigned int	 probes;
	uint64_t	 probe_next;
	uint16_t	 probe_number;
	uint64_t	 probe_tx;
	uint64_t	 last_eliciting_tx;

	/* receiving: what our reports tell */
	uint64_t	 last_rx;
	uint64_t	 rx_highest;
	uint64_t	 rx_highest_at;
	uint64_t	 rx_floor;	/* highest before the path was opened */
	uint64_t	 reordered_at;	/* by the link, last */
	uint64_t	 gap_until;	/* above the last gap seen */
	uint64_t	 order_seq;	/* all in order up to here has come */
	uint64_t	 report_due;	/* NEVER: nothing to tell */
	uint64_t	 report_tx;	/* when the last one left */
	int		 report_news;	/* since any report about this path */
	int		 report_answer;	/* the next one answers a PROBE */
	uint64_t	 rx_loss_number;
	uint64_t	 rx_loss_dgrams;
	uint64_t	 rx_loss_at;
	int		 loss_rx;

	/* sending */
	struct pktq	 queue[PQ_MAX];
	size_t		 backlog;	/* bytes in these, with overhead */
	size_t		 prio_backlog;	/* of them not normal */
	struct rate	 rate;
	struct hint	 hint;
	uint64_t	 due;		/* when the link is free again */
	uint64_t	 history;	/* least number that may be kept */
	uint64_t	 last_tx;
	uint64_t	 last_data_tx;
	int		 remote;	/* too slow to carry bulk */
	int		 blocked;	/* its socket takes no more */

	uint64_t	 tx_packets, tx_bytes, rx_packets, rx_bytes;
	uint64_t	 tx_errors, resent;
	struct rate_meter tx_meter, rx_meter;
};

struct path	*path_alloc(struct tunnel *, uint8_t);
struct path	*path_open(struct tunnel *, struct link *, uint64_t);
void		 path_state(struct path *, enum link_state, const char *,
		    uint64_t);
void		 path_count_rx(struct path *, const struct dgram *, uint64_t);
void		 path_count_tx(struct path *, const struct dgram *, uint64_t);
void		 path_reopen(struct path *, uint64_t);
void		 path_free(struct path *);
void		 path_backup(struct path *, uint8_t, int);
void		 path_close(struct path *, uint64_t);
void		 path_gone(struct path *, const char *, uint64_t);
struct path	*path_quickest(struct tunnel *);
struct sent	*path_sent(const struct path *, uint64_t);
void		 path_frames(struct tunnel *, uint8_t, const struct dgram *,
		    const uint8_t *, size_t, uint64_t);
void		 path_received(struct path *, const struct dgram *, uint64_t,
		    uint64_t);
void		 path_timer(struct path *, uint64_t);
uint64_t	 path_deadline(const struct path *, uint64_t);
int		 path_compose(struct path *, struct dgram *, uint64_t);
void		 path_suspect(struct path *, const char *, uint64_t);
void		 path_disable(struct path *, int, uint64_t);
void		 path_link_changed(struct path *, uint64_t);
int		 path_usable(const struct path *);
int		 paths_silent(struct tunnel *, uint64_t);
void		 path_remove(struct path *, uint8_t, uint64_t);
int		 path_send(struct path *, struct pkt *, struct dgram *,
		    uint64_t);
void		 path_reported(struct path *, uint64_t, uint64_t);
int		 path_alive(const struct path *);
int		 path_permitted(const struct path *);
int		 path_seal_probe(struct path *, const uint8_t *, size_t,
		    struct dgram *, uint64_t);
size_t		 path_room(const struct path *, uint16_t);
size_t		 ip_overhead(const struct endpoint *);
int		 path_carries(const struct path *, const struct pkt *);
uint64_t	 path_dead_time(const struct path *);
void		 path_ctl(const struct path *, struct ctl_link *, uint64_t);
uint64_t	 meter_rate(const struct rate_meter *, uint64_t);

/* A path this end has closed and the peer must hear of. */
struct closing {
	uint8_t		 id;
	uint8_t		 gen;
	uint8_t		 reason;
	uint8_t		 via;		/* path the last copy went by */
	uint64_t	 number;	/* and its packet number */
	uint64_t	 next;
	unsigned int	 tries;
};

#define CLOSING_MAX	PATH_SLOTS

/* --- pmtu.c -------------------------------------------------------------- */

void	 pmtu_start(struct path *, uint64_t);
void	 pmtu_limits(struct path *, uint64_t);
void	 pmtu_verify(struct path *, uint64_t);
void	 pmtu_timer(struct path *, uint64_t);
uint64_t pmtu_deadline(const struct path *);
int	 pmtu_compose(struct path *, struct dgram *, uint64_t);
void	 pmtu_probed(struct path *, const struct frame *, const struct dgram *,
	    uint64_t);
size_t	 pmtu_put_result(struct path *, uint8_t *, size_t, uint64_t);
void	 pmtu_result(struct tunnel *, const struct frame *, uint64_t);
unsigned int
	 pmtu_report(struct path *, const struct frame *, uint64_t, uint64_t,
	    uint64_t);
void	 pmtu_refused(struct path *, const struct dgram *, uint64_t);

/* --- report.c ------------------------------------------------------------ */

void	 report_want(struct path *, uint64_t);
void	 report_want_gap(struct path *, uint64_t);
void	 report_fill(const struct path *, struct frame *, uint64_t);
void	 report_count_loss(struct path *, uint64_t, uint64_t, uint64_t);
void	 rtt_sample(struct path *, int64_t);
void	 owd_sample(struct path *, int64_t, uint64_t);
void	 report_read(struct tunnel *, uint8_t, const struct frame *, uint64_t);
int	 report_has(const struct frame *, uint64_t, uint64_t);

/* --- rate.c --------------------------------------------------------------- */

void	 rate_init(struct path *);
void	 rate_resume(struct path *);
void	 rate_saturated(struct path *, uint64_t);
void	 rate_report(struct path *, const struct rate_sample *, uint64_t);

/* --- hint.c --------------------------------------------------------------- */

void	 hint_report(struct path *, const struct rate_sample *, uint64_t);
void	 hint_text(const struct path *, char *, size_t, uint64_t);

/* --- resend.c ------------------------------------------------------------- */

void	 history_add(struct path *, struct sent *, struct pkt *);
void	 history_clear(struct path *);
void	 history_drop(struct path *, struct sent *);
void	 history_report(struct path *, const struct frame *, uint64_t,
	    uint64_t);
void	 history_timer(struct path *, uint64_t);
void	 history_rescue(struct path *, uint64_t);
void	 resend(struct tunnel *, struct pkt *);

/* --- assoc.c ------------------------------------------------------------ */

/* An entry of the table that finds a tunnel by receiver index. */
struct receiver {
	LIST_ENTRY(receiver) entry;
	uint32_t	 index;
	struct tunnel	*tunnel;
};

struct keyset {
	struct keys	 k;
	struct receiver	 rx;
	int		 used;
	uint64_t	 expires;	/* of old keys, NEVER */
};

/* A HELLO that was answered. */
struct recent {
	uint8_t		 mac1[MAC_LEN];
	uint64_t	 time;		/* NEVER: unused */
	struct endpoint	 ep;		/* where it came from first */
	int		 several;	/* and from elsewhere */
	int		 answers;
	size_t		 len;
	uint8_t		 reply[REPLY_LEN];
};

/* An association that a REPLY of ours has offered. */
struct offer {
	int		 continued;
	uint64_t	 own_id;
	uint64_t	 peer_id;
	uint64_t	 stamp;
	int		 set_stamp;	/* even downwards, once confirmed */
	uint16_t	 peer_mtu;
	const struct recent *hello;	/* what was answered */
};

struct hello_target {
	struct endpoint	 ep;
	uint8_t		 cookie[MAC_LEN];
	uint64_t	 cookie_at;	/* NEVER: none */
	int		 pending;	/* HELLO is to be sent */
	int		 answered;	/* a COOKIE for this HELLO */
};

/* A handshake this end began. */
struct attempt {
	int		 active;
	struct handshake hs;
	struct receiver	 rx;
	uint64_t	 own_id;
	uint64_t	 began;		/* the first of these tries */
	uint64_t	 next;		/* time of the next try */
	unsigned int	 tries;
	unsigned int	 replies;	/* read for this try */
	size_t		 len;
	uint8_t		 buf[HELLO_MAX_LEN];
	struct hello_target target[HELLO_TARGETS];
	size_t		 ntargets;
};

struct assoc {
	int		 exists;
	int		 a_end;
	uint64_t	 own_id;
	uint64_t	 peer_id;
	uint64_t	 since;
	struct keyset	 set[3];
	struct keyset	*cur;		/* sends, NULL none */
	struct keyset	*prev;		/* old, receives only */
	struct keyset	*next;		/* offered, not confirmed */
	struct offer	 offer;
	struct attempt	 attempt;
	struct recent	 recent[HELLO_RECENT];
	size_t		 recent_next;
	uint64_t	 max_stamp;	/* of the peer's HELLOs */
	uint16_t	 peer_mtu;	/* of its tunnel, 0 automatic */
	uint64_t	 hello_after;	/* none before: the peer refuses us */
	int		 unconfirmed;	/* as initiator: nothing came yet */
	uint64_t	 confirm_by;
	uint64_t	 confirm_next;
	uint64_t	 rekey_at;
	struct lane	*lane[PATH_IDS];
	struct lane	*spare;
	uint8_t		 gen[PATH_SLOTS];	/* of the paths we open */
	int		 confirmed;	/* the datagram being read has shown
					   that its source got our REPLY */
};

int	 assoc_init(struct tunnel *);
void	 assoc_clear(struct tunnel *);
void	 assoc_forget(struct tunnel *, uint64_t);
void	 assoc_restart(struct tunnel *, uint64_t);
void	 assoc_link_ready(struct tunnel *, const struct link *, uint64_t);
void	 assoc_hello(struct tunnel *, const struct dgram *,
	    struct handshake *, const struct hello *, int, uint64_t);
void	 assoc_reply(struct tunnel *, const struct dgram *, uint64_t);
void	 assoc_cookie(struct tunnel *, const struct dgram *, uint64_t);
void	 assoc_data(struct tunnel *, const struct dgram *, uint8_t, uint32_t,
	    uint64_t);
void	 assoc_timer(struct tunnel *, uint64_t);
uint64_t assoc_deadline(struct tunnel *, uint64_t);
int	 assoc_transmit(struct tunnel *, struct dgram *, uint64_t);
struct recent *assoc_recent(struct tunnel *, const uint8_t *, uint64_t);
int	 assoc_can_send(const struct tunnel *);
struct lane *assoc_lane(struct tunnel *, uint8_t);

/* --- queue.c ------------------------------------------------------------ */

#define TQ_MAX_BYTES	(4U << 20)
#define TQ_MAX_PKTS	4096
#define TQ_MAX_AGE	250000		/* us */
#define FQ_FLOWS	1024
#define FQ_RULED	64		/* each, of those that rules bind to
					   links, and of "bulk" */

/* Packets of one flow that wait. */
struct fq {
	TAILQ_ENTRY(fq)	 entry;
	struct pktq	 queue;
	size_t		 bytes;
	int		 active;
	int		 deficit;
	int		 dropping;	/* CoDel */
	uint32_t	 count;
	uint64_t	 above_since;
	uint64_t	 drop_next;
};

TAILQ_HEAD(fqs, fq);

struct tq {
	struct pktq	 prio;		/* priority and sparse */
	struct fqs	 active;
	struct fqs	 bulk;		/* after all others */
	struct fq	 fq[FQ_FLOWS + 2 * FQ_RULED];
	unsigned int	 nbound;	/* active ones bound to links */
	size_t		 npkts;
	size_t		 bytes;		/* without prio */
	uint64_t	 prio_due;	/* when their share is free again */
	uint64_t	 waiting;	/* since when it has packets */
};

void	 tq_init(struct tq *);
void	 tq_clear(struct tunnel *);
void	 tq_enqueue(struct tunnel *, struct pkt *, uint64_t);
void	 tq_remove(struct tunnel *, struct pkt *);
struct fq	*tq_first(struct fqs *);
struct pkt	*tq_dequeue(struct tunnel *, struct fq *, uint64_t);
void	 tq_drop(struct tunnel *, struct fq *);
void	 tq_expire(struct tunnel *, uint64_t);

/* --- sched.c ------------------------------------------------------------ */

#define LEVEL_NONE	(-1)		/* see choose_level() */
#define LEVEL_POOR	(-2)
#define LEVEL_SUSPECT	(-3)

struct sched {
	struct pktq	 resend;
	uint64_t	 next_seq;	/* of the next packet committed */
	uint64_t	 rate;		/* bit/s of all paths together */
	uint64_t	 two_mtu;	/* us of them */
	uint64_t	 slowest;	/* round trip of a path in use, us */
	uint64_t	 bulk_due;
	uint64_t	 wake;
	uint8_t		 overflow;	/* level that is run over into */
	uint64_t	 overflow_at;	/* when it was needed */
	struct flow	 flows[FLOW_TABLE];
};

void	 sched_init(struct sched *);
void	 sched_clear(struct tunnel *);
void	 sched_reset(struct tunnel *);
void	 sched_pump(struct tunnel *, uint64_t);
void	 sched_spread(struct tunnel *, uint64_t);
int	 sched_transmit(struct tunnel *, struct dgram *, uint64_t);
void	 sched_charge(struct path *, size_t, uint64_t);
size_t	 sched_line_bytes(const struct path *, size_t);
uint64_t sched_mark(const struct path *);
uint64_t sched_deadline(struct tunnel *, uint64_t);
void	 sched_refit(struct path *);
int	 path_fits(const struct path *, int);
void	 path_dequeue(struct path *, struct pkt *);

/* --- fragment.c ---------------------------------------------------------- */

#define FRAGMENT_HDRLEN	2
#define FRAGMENT_MAX	16		/* pieces of a packet */

struct fragments {
	struct pktq	 sets;		/* being joined, oldest first */
	size_t		 n;
};

void	 fragment_init(struct tunnel *);
void	 fragment_clear(struct tunnel *);
size_t	 fragment_cut(struct tunnel *, struct pkt *, struct pkt **);
size_t	 fragment_size(const struct pkt *);
uint8_t	*fragment_head(struct pkt *);
int	 fragment_parse(struct pkt *, uint16_t);
int	 fragment_follows(const struct pkt *);
struct pkt *fragment_join(struct tunnel *, struct pkt *);
void	 fragment_timer(struct tunnel *, uint64_t);
uint64_t fragment_deadline(const struct tunnel *);

/* --- reorder.c ---------------------------------------------------------- */

#define HOLD_BUCKETS	1024

struct reorder {
	int		 any;
	uint64_t	 highest;	/* sequence */
	uint64_t	 first;		/* nothing below is waited for */
	uint64_t	*seen;		/* SEQ_WINDOW bits: arrived */
	uint64_t	*done;		/* delivered or passed over */
	struct pktq	 held[HOLD_BUCKETS];	/* by predecessor, mixed */
	uint64_t	 mix;
	struct pktq	 heads;		/* by sequence */
	size_t		 npkts;
	size_t		 bytes;
	uint64_t	 wake;
};

int	 reorder_init(struct tunnel *);
void	 reorder_free(struct tunnel *);
void	 reorder_reset(struct tunnel *);
void	 reorder_input(struct tunnel *, struct path *, struct pkt *, uint32_t,
	    uint16_t, int, uint64_t);
void	 reorder_mark(struct tunnel *, struct path *, uint32_t);
void	 reorder_timer(struct tunnel *, uint64_t);
uint64_t reorder_deadline(const struct tunnel *);
uint64_t hold_max(struct tunnel *);

/* --- mlvpn2.c, mlvpn2_order.c -------------------------------------------- */

#define MLVPN2_RETIRED		256	/* flows remembered */
#define MLVPN2_ORDER_WINDOW	4096	/* packets, power of two */

/* A flow of the peer that another one has followed. */
struct mlvpn2_run {
	uint32_t	 flow;
	uint64_t	 highest;	/* sequence that came */
};

/* A link as MLVPN 2.x has it: part of its path. */
struct mlvpn2 {
	LIST_ENTRY(mlvpn2) entry;	/* in the core's table */
	struct path	*path;
	uint32_t	 sock;		/* that it is found by */
	struct addr	 configured;	/* remote */
	int		 served;	/* the peer calls */

	/* sending */
	uint32_t	 flow;
	uint64_t	 seq;		/* next */
	uint64_t	 auth_next;	/* NEVER: not to be sent */
	uint64_t	 auth_tx;	/* NEVER: none yet */
	uint64_t	 hint_tx;
	uint64_t	 keepalive_next;
	uint64_t	 keepalive_tx;
	int		 stamped;	/* the peer's stamp is to go back */
	uint16_t	 stamp;
	uint64_t	 stamp_at;

	/* the peer's session */
	int		 exists;
	int		 confirmed;	/* more came than what began it */
	int		 counted;	/* as a handshake */
	uint32_t	 peer;		/* its flow */
	uint8_t		 version;
	struct mlvpn2_window window;
	uint64_t	 clear_seen[MLVPN2_WINDOW];	/* sequence + 1 */
	uint64_t	 received;
	uint64_t	 heard;		/* last authentic datagram */
	uint64_t	 there;		/* last one from its address */
	uint64_t	 last_gap;	/* NEVER: none */
	uint64_t	 slow_until;	/* it says little */
	int		 leaving;	/* sent DISCONNECT, or seems to */
	uint64_t	 leave_seq;
	uint64_t	 down_at;	/* unless the suspicion was wrong */
	int		 has_echo;	/* returns our stamps */
	int		 want_echo;	/* needed to be up again */
	uint64_t	 echo_at;
	uint64_t	 echo_sent;	/* when that stamp had left */
	uint64_t	 owd_at;	/* last sample of the delay */
	int64_t		 delay;		/* least of it since delay_at */
	unsigned int	 ndelays;
	uint64_t	 delay_at;
	int		 draining;	/* the modem's queue */
	uint64_t	 drained_at;	/* began, or ended */
	uint64_t	 restore;	/* rate after that */
	uint64_t	 share;		/* eighths of the peer's packets for
					   one that comes here, 0 unknown */
	uint64_t	 share_at;	/* their number at the last one */
	unsigned int	 turns;		/* since it changed */

	/* order */
	uint64_t	 order_seq;	/* last of what order matters for */
	uint64_t	 order_at;	/* 0: none */
};

struct mlvpn2_order {
	int		 any;
	uint64_t	 next;		/* all before have been passed */
	/* from there on */
	uint64_t	 done[MLVPN2_ORDER_WINDOW / 64];
	struct pktq	 held;		/* sorted */
	size_t		 npkts;
	unsigned int	 strange;	/* numbers out of the window */
	uint64_t	 wake;
};

/* Of a tunnel. */
struct mlvpn2_tunnel {
	uint64_t	 data_seq;	/* of the first packet sent, less 1 */
	int64_t		 owd;		/* ms, for unwrapping */
	uint64_t	 received;	/* packets, authentic ones */
	struct mlvpn2_order order;
	struct mlvpn2_run retired[MLVPN2_RETIRED];
	size_t		 nretired;
};

void	 mlvpn2_init(struct tunnel *, uint64_t);
void	 mlvpn2_restart(struct tunnel *, uint64_t);
void	 mlvpn2_rates(struct tunnel *);
size_t	 mlvpn2_flows(const struct tunnel *, struct peer_flow *, size_t);
size_t	 mlvpn2_overhead(const struct tunnel *);
int	 mlvpn2_fits(const struct tunnel *, size_t);
void	 mlvpn2_receive(struct core *, const struct dgram *, uint64_t);
struct path *mlvpn2_link_open(struct tunnel *, struct link *, uint64_t);
void	 mlvpn2_link_reopen(struct path *, uint64_t);
void	 mlvpn2_link_free(struct path *);
void	 mlvpn2_link_remove(struct path *, uint64_t);
void	 mlvpn2_link_suspect(struct path *, uint64_t);
void	 mlvpn2_link_timer(struct path *, uint64_t);
uint64_t mlvpn2_link_deadline(const struct path *, uint64_t);
int	 mlvpn2_link_compose(struct path *, struct dgram *, uint64_t);
int	 mlvpn2_link_send(struct path *, struct pkt *, struct dgram *,
	    uint64_t);
void	 mlvpn2_link_ctl(const struct path *, struct ctl_link *);
void	 mlvpn2_order_init(struct mlvpn2_order *);
void	 mlvpn2_order_free(struct tunnel *);
void	 mlvpn2_order_reset(struct tunnel *);
void	 mlvpn2_order_input(struct tunnel *, struct mlvpn2 *, struct pkt *,
	    uint64_t, uint64_t);
void	 mlvpn2_order_timer(struct tunnel *, uint64_t);
/* --- batch.c ------------------------------------------------------------ */

#define BATCH_FLOWS	256		/* that can be told apart */
#define BULK_PKTS	8

struct batch {
	TAILQ_ENTRY(batch) entry;
	struct pktq	 pkts;
	struct offload	 offload;	/* what they make together */
	uint64_t	 deadline;
	uint32_t	 hash;		/* of the flow */
	uint16_t	 mss;		/* of the last batch */
	unsigned int	 ntimes;
	uint64_t	 times[BULK_PKTS];	/* its last packets came */
};

struct batches {
	struct batch	 batch[BATCH_FLOWS];
	TAILQ_HEAD(, batch) open;	/* oldest first */
	struct pktq	 ready;		/* for the interface */
};

void	 batch_init(struct tunnel *);
void	 batch_clear(struct tunnel *);
void	 batch_add(struct tunnel *, struct pkt *, uint64_t);
void	 batch_timer(struct tunnel *, uint64_t);
uint64_t batch_deadline(const struct tunnel *);

/* --- tunnel.c ----------------------------------------------------------- */

struct tunnel {
	TAILQ_ENTRY(tunnel) entry;
	struct core	*core;
	struct tunnel_conf conf;	/* without its lists */
	struct hs_secret secret;
	struct links	 links;
	struct assoc	 as;
	struct path	*path[PATH_IDS];
	struct path	*paths[PATH_IDS];	/* the same, without holes */
	int		 npaths;
	int		 level;		/* of backups in use */
	size_t		 resend_budget;	/* bytes */
	size_t		 nkept;		/* packets in queues of paths, and
					   sent but not reported */
	uint64_t	 last_tx;	/* of a packet */
	uint64_t	 spread_at;
	struct tq	 tq;
	struct sched	 sched;
	struct matches	 matches;
	struct reorder	 reorder;
	struct fragments fragments;
	struct mlvpn2_tunnel m2;
	struct pktq	 out;		/* in order, for the batches */
	struct batches	 batches;
	uint8_t		 flow_key[16];
	int		 initiates;	/* a link has a remote */
	int		 up;		/* has a usable path */
	uint64_t	 up_since;
	uint64_t	 notice_at;
	uint16_t	 mtu_number;	/* of the last probe */
	uint16_t	 mtu;		/* in force, 0 not known yet */
	uint64_t	 mtu_at;	/* when it could not be higher */
	size_t		 room;		/* of a packet on any path in use */
	struct closing	 closing[CLOSING_MAX];
	int		 nclosing;
	uint64_t	 open_allow;	/* see core_allow() */
	uint64_t	 new_allow;
	uint64_t	 tx_packets, tx_bytes, rx_packets, rx_bytes;
	uint64_t	 tx_dropped, rx_duplicate, rx_replayed, rx_badtag;
	uint64_t	 rx_malformed, handshakes, rx_rejected;
	uint64_t	 rx_held, rx_given_up, rx_late, tx_resent, false_dead;
	uint64_t	 tx_cut, rx_joined, rx_incomplete;
};
TAILQ_HEAD(tunnels, tunnel);

struct link	*link_find(struct tunnel *, const char *);
void		 tunnel_keys_changed(struct tunnel *, uint64_t);
void		 tunnel_update(struct tunnel *, uint64_t);
void		 tunnel_data(struct tunnel *, uint8_t, const struct dgram *,
		    struct pkt *, uint64_t, uint64_t);
void		 tunnel_deliver(struct tunnel *, struct pkt *);
void		 tunnel_mark(const struct path *, uint8_t *);
void		 inner_put(uint8_t *, uint8_t, uint64_t, uint16_t);
void		 tunnel_event(struct tunnel *, enum core_event_type,
		    const struct path *, const char *);
void		 tunnel_notice(struct tunnel *, uint64_t, const char *);
struct tunnel	*tunnel_of_socket(struct core *, uint32_t);
void		 tunnel_timer(struct tunnel *, uint64_t);
uint64_t	 tunnel_deadline(struct tunnel *, uint64_t);

/* --- core.c ------------------------------------------------------------- */

#define INDEX_BUCKETS	256
#define RAW_MAX		64		/* answers waiting to be sent */
#define SOURCE_BUCKETS	256

struct raw {
	struct endpoint	 ep;
	size_t		 len;
	uint8_t		 buf[REPLY_LEN];	/* REPLY or COOKIE */
};

struct source {				/* HELLOs of some addresses */
	uint64_t	 second;
	unsigned int	 count;
};

struct core {
	struct core_ops	 ops;
	struct tunnels	 tunnels;
	struct tunnel	*first;		/* next to send, for fairness */
	LIST_HEAD(, receiver) index[INDEX_BUCKETS];
	LIST_HEAD(, mlvpn2) mlvpn2[INDEX_BUCKETS];	/* by socket */
	uint32_t	 oldflow[MLVPN2_RETIRED];	/* once ours */
	size_t		 noldflows;
	struct pkt	*pool;
	struct pktq	 free;
	size_t		 npkts;
	size_t		 nfree;
	size_t		 ntunnels;
	uint64_t	 wall_offset;	/* wall clock = now + this */
	uint64_t	 last_stamp;
	int		 stopping;
	struct session_limits limits;
	uint64_t	 promised;	/* last answer of core_deadline() */
	uint64_t	 tick;		/* how late timers come, us */

	struct raw	 raw[RAW_MAX];
	size_t		 raw_head, nraw;

	/* HELLO load */
	uint64_t	 hello_second;
	unsigned int	 hello_all;
	unsigned int	 hello_mac1;
	uint64_t	 load_until;
	uint8_t		 cookie_secret[2][32];	/* present, last */
	uint64_t	 cookie_at;	/* when the present one was made */
	struct source	 source[SOURCE_BUCKETS];
	uint8_t		 source_key[crypto_shorthash_KEYBYTES];

	uint64_t	 rx_unknown, rx_malformed, rx_badmac1;
	uint64_t	 rx_hello_limited, cookies_sent;
};

uint32_t	 index_add(struct core *, struct receiver *, struct tunnel *);
void		 index_del(struct receiver *);
void		 index_move(struct core *, struct receiver *,
		    struct receiver *);
uint64_t	 core_stamp(struct core *, uint64_t);
void		 core_random(struct core *, void *, size_t);
uint64_t	 core_uniform(struct core *, uint64_t);
int		 core_allow(uint64_t *, uint64_t, unsigned int, uint64_t);
int		 pool_short(const struct tunnel *);
struct raw	*core_raw(struct core *);
void		 core_raw_undo(struct core *);

#endif /* TUNNEL_H */
