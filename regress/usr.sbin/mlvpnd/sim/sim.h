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


#ifndef SIM_H
#define SIM_H

/*
 * A deterministic simulator: cores against each other over virtual links in
 * virtual time, everything random out of one seed.  Times are microseconds
 * of the simulation, which begins at 0; each host has a clock of its own
 * that is somewhere else.  Rates are bit/s.  A link's rate counts IP packets
 * plus struct sim_dirconf's overhead.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>
#include <sodium.h>

#include "core.h"
#include "trace.h"

#define MSEC		1000ULL		/* in microseconds */
#define MBIT		1000000ULL

#define SIM_HOSTS	8
#define SIM_SOCKS	128		/* of a host */
#define SIM_TUNNELS	256		/* of a host */
#define SIM_EVENTS	256		/* of a host's log, kept */
#define SIM_BUCKET	(10 * MSEC)	/* resolution of goodput over time */

#define SIM_PORT	5080		/* where hosts listen */

struct sim;
struct sim_host;
struct sim_link;
struct sim_flow;

/* One direction of a link; all zeros is a perfect link. */
struct sim_dirconf {
	uint64_t	 rate;		/* 0: infinite */
	uint64_t	 delay;
	uint64_t	 jitter;	/* 0..jitter more, uniform */
	int		 disorder;	/* jitter may reorder */
	uint32_t	 loss;		/* millionths */
	uint32_t	 burst;		/* mean datagrams lost in a row, 0: 1 */
	uint64_t	 queue;		/* drop tail, as time; 0: 50 ms */
	uint64_t	 queue_bytes;	/* instead, if not 0 */
	uint64_t	 police;	/* bytes: no queue, but a bucket of so
					   much that fills at the rate, 0 no */
	uint16_t	 overhead;	/* bytes a datagram has below IP */
	uint16_t	 mtu;		/* longer IP packets are lost, or cut
					   if they may be; 0: any passes */
	int		 nofrags;	/* those that were cut are lost too */
};

/* A datagram under way. */
struct sim_dgram {
	TAILQ_ENTRY(sim_dgram) entry;
	struct sim_dir	*dir;		/* NULL: over no link */
	struct sim_host	*from;		/* NULL: forged */
	uint64_t	 sent;
	struct addr	 src;		/* as the receiver sees it */
	struct addr	 dst;
	struct addr	 local;		/* set on arrival */
	uint32_t	 sock;		/* set on arrival */
	uint8_t		 tos;
	size_t		 len;
	uint8_t		 data[];
};
TAILQ_HEAD(sim_dgramq, sim_dgram);

struct sim_dir {
	struct sim_link	*link;
	int		 up;		/* from the link's near to its far end */
	struct sim_dirconf conf;
	int		 cut;		/* loses everything */
	const struct trace *trace;	/* the rate, NULL: as configured */
	uint64_t	 trace_start;

	struct sim_dgramq queue;
	uint64_t	 backlog;	/* bytes in the queue */
	int		 busy;
	uint64_t	 frac;		/* of a microsecond: by rate, in ns
					   when a trace is played */
	int		 bad;		/* within a burst of losses */
	uint64_t	 last;		/* arrival of the last one */
	double		 bucket;	/* bytes that the policer lets pass */
	uint64_t	 bucket_at;
	uint64_t	 longest;	/* wait for the wire, to be set to 0 */

	uint64_t	 sent;		/* datagrams given to the link */
	uint64_t	 sent_bytes;	/* on the wire */
	uint64_t	 delivered;
	uint64_t	 lost;		/* at random */
	uint64_t	 bursts;
	uint64_t	 overflowed;	/* drop tail */
	uint64_t	 policed;
	uint64_t	 lost_cut;
	uint64_t	 lost_long;
};

/*
 * A link belongs to one socket of its near host.  Its far end is any socket
 * that listens.  The near address is seen through a translator (NAT).
 */
struct sim_link {
	struct sim	*sim;
	int		 index;
	struct sim_host	*near;
	int		 tunnel;	/* of the near host */
	struct link_conf conf;
	uint32_t	 sock;		/* of the near host */
	struct addr	 local;		/* near address, inside */
	struct addr	 public;	/* the same, outside */
	struct addr	 remote;	/* what the near end is to send to */
	struct addr	 talked;	/* what it sent to last */
	uint16_t	 mtu;		/* told to the core */
	uint16_t	 egress;	/* longer ones are refused, 0 none */
	int		 removed;
	uint64_t	 stray;		/* to or from a wrong address */
	struct sim_dir	 up;
	struct sim_dir	 down;
};

struct sim_event {
	uint64_t	 time;
	enum core_event_type type;
	uint32_t	 tunnel;
	char		 link[LINK_NAME_SIZE];
	enum reason	 reason;
};

struct sim_sock {
	uint32_t	 id;
	struct addr	 addr;
	struct sim_link	*link;		/* NULL: it listens */
};

struct sim_host {
	struct sim	*sim;
	char		 name[16];
	struct core	*core;		/* NULL: not running */
	const struct session_limits *limits;	/* NULL: as they are */
	struct core_ops	 ops;
	uint64_t	 clock;		/* ours = simulation's + clock */
	int64_t		 wall;		/* us since 1970 at time 0 */
	uint64_t	 tick;		/* timers' granularity */

	int		 ntunnels;
	struct tunnel_conf *conf[SIM_TUNNELS];
	struct tunnel	*tunnel[SIM_TUNNELS];

	uint32_t	 lastsock;
	int		 nsocks;
	struct sim_sock	 socks[SIM_SOCKS];

	/* a host without core: all addresses of these 24 bits are its own */
	struct addr	 net;
	void		(*recv)(void *, struct sim_dgram *);
	void		*recv_arg;

	/* takes packets in place of the flows */
	void		(*packet)(void *, int, struct pkt *);
	void		*packet_arg;

	int		 dirty;
	uint64_t	 wake;		/* NEVER: no timer set */
	unsigned int	 spins;		/* deadlines that led to nothing */
	struct sim_dgramq rxq;
	size_t		 nin;
	int		 in_tunnel;
	struct pkt	*in[BATCH_MAX];

	uint64_t	 nobuf;		/* inner packets lost: no buffer */
	uint64_t	 stray;		/* inner packets of no flow */
	uint64_t	 tx_dgrams;
	uint64_t	 rx_dgrams;
	uint64_t	 unroutable;
	int		 nevents;
	struct sim_event events[SIM_EVENTS];
};

enum sim_flow_type {
	SIM_UDP,
	SIM_PING,
	SIM_ECHO,			/* as ping, but UDP */
	SIM_TCP
};

struct sim_flow {
	struct sim	*sim;
	int		 id;
	enum sim_flow_type type;
	struct sim_host	*host[2];	/* from, to */
	int		 tunnel[2];
	int		 running;
	uint8_t		 tos;
	size_t		 size;		/* of the inner IP packet */
	uint64_t	 interval;
	uint64_t	 limit;		/* TCP: bytes to carry, 0 no end */
	uint64_t	 start;
	uint64_t	 stop;
	uint64_t	 finished;	/* TCP: all was acknowledged, 0 no */
	struct tcp	*tcp;

	/* what became of it */
	uint64_t	 sent;		/* packets; TCP: with repetitions */
	uint64_t	 received;	/* different ones */
	uint64_t	 bytes;		/* payload, TCP: in order */
	uint64_t	 doubles;
	uint64_t	 disordered;	/* came after a later one */
	uint64_t	 corrupt;
	uint64_t	 highest;
	uint64_t	 gap;		/* longest without arrival */
	uint64_t	 gap_at;	/* when that began */
	uint64_t	 last;		/* arrival */
	uint64_t	 retransmits;	/* TCP */
	uint64_t	 timeouts;	/* TCP */
	uint64_t	 undone;	/* TCP: reductions found spurious */
	uint8_t		*seen;
	size_t		 seenlen;
	uint32_t	*lat;		/* one-way; ping: round trip */
	size_t		 nlat;
	size_t		 latsize;
	uint64_t	*bucket;	/* the first is that of start */
	size_t		 nbuckets;
};

enum sim_verdict {
	SIM_PASS,
	SIM_DROP,
	SIM_TAKE			/* the filter keeps it */
};

struct sim_item;

/* Last packet number of one path under one key. */
struct sim_number {
	struct sim_host	*host;		/* that sends */
	uint32_t	 index;
	uint8_t		 path;
	uint32_t	 low;
};

struct sim {
	uint64_t	 now;
	uint64_t	 rng;
	uint64_t	 order;
	struct sim_item	*heap;
	size_t		 nheap;
	size_t		 heapsize;

	int		 nhosts;
	struct sim_host	*hosts[SIM_HOSTS];
	size_t		 npkts;		/* pool of cores to come */
	uint16_t	 lastport;
	int		 nlinks;
	struct sim_link	*links[SIM_SOCKS];
	int		 nflows;
	int		 flowsize;
	struct sim_flow	**flows;
	uint64_t	 direct_delay;	/* of what goes over no link */

	/* sees each datagram as it is sent, and may change it */
	enum sim_verdict (*filter)(void *, struct sim_dgram *);
	void		*filter_arg;
	/* sees each as it arrives */
	void		(*arrived)(void *, const struct sim_dgram *);
	void		*arrived_arg;

	struct sim_number *numbers;	/* hash table */
	size_t		 nnumbers;
	size_t		 numbersize;

	int		 digesting;
	crypto_generichash_state digest;
	uint8_t		 txbuf[BATCH_MAX][PKT_SIZE];
};

/*
 * Granularity of the hosts' timers, 0: they are punctual.  As on OpenBSD they
 * come one to two of these late, and what a socket or an interface has to tell
 * comes at once.  The inner TCP's timers stay punctual: it runs on other
 * machines, behind the hosts, and what it does is not to be judged.
 */
extern uint64_t	 sim_tick;

/* sim.c */
struct sim	*sim_new(uint64_t);
void		 sim_free(struct sim *);
uint64_t	 sim_random(struct sim *);
void		 sim_random_bytes(struct sim *, void *, size_t);
void		 sim_at(struct sim *, uint64_t,
		    void (*)(struct sim *, void *), void *);
void		 sim_run(struct sim *, uint64_t);
int		 sim_until(struct sim *, uint64_t, int (*)(void *), void *);
void		 sim_digest(struct sim *, uint8_t [32]);

struct sim_host	*sim_host(struct sim *, const char *);
struct sim_host	*sim_raw(struct sim *, const char *, const char *,
		    void (*)(void *, struct sim_dgram *), void *);
uint64_t	 sim_host_now(struct sim_host *);
void		 sim_host_start(struct sim_host *);
void		 sim_host_kill(struct sim_host *);
void		 sim_host_wake(struct sim_host *);
void		 sim_host_clock(struct sim_host *);
struct addr	 sim_listen(struct sim_host *, const char *);
struct tunnel_conf *sim_tunnel_conf(const char *, const uint8_t [32]);
int		 sim_tunnel(struct sim_host *, struct tunnel_conf *);
int		 sim_events(struct sim_host *, enum core_event_type,
		    const char *);

struct sim_link	*sim_link(struct sim_host *, const struct link_conf *,
		    const struct addr *, const struct sim_dirconf *,
		    const struct sim_dirconf *);
void		 sim_link_set(struct sim_link *, const struct sim_dirconf *,
		    const struct sim_dirconf *);
void		 sim_link_play(struct sim_link *, const struct trace *);
void		 sim_link_cut(struct sim_link *, int, int);
void		 sim_link_rebind(struct sim_link *);
void		 sim_link_reopen(struct sim_link *);
void		 sim_link_remove(struct sim_link *);
void		 sim_link_add(struct sim_link *);
struct link_conf sim_link_conf(const char *, uint64_t, uint64_t);

struct sim_dgram *sim_dgram(const void *, size_t, const struct addr *,
		    const struct addr *);
struct sim_dgram *sim_dgram_copy(const struct sim_dgram *);
void		 sim_dgram_free(struct sim_dgram *);
void		 sim_send(struct sim *, struct sim_dgram *);
void		 sim_deliver(struct sim *, struct sim_dgram *);
void		 sim_deliver_at(struct sim *, uint64_t, struct sim_dgram *);
struct addr	 sim_addr(const char *, uint16_t);

/* traffic.c */
struct sim_flow	*sim_udp(struct sim_host *, struct sim_host *, uint64_t,
		    size_t, uint64_t, uint64_t);
struct sim_flow	*sim_ping(struct sim_host *, struct sim_host *, uint64_t,
		    uint64_t, uint64_t);
struct sim_flow	*sim_echo(struct sim_host *, struct sim_host *, uint64_t,
		    size_t, uint64_t, uint64_t);
struct sim_flow	*sim_tcp(struct sim_host *, struct sim_host *, size_t,
		    uint64_t, uint64_t, uint64_t);
void		 sim_flow_stop(struct sim_flow *);
uint64_t	 sim_flow_rate(const struct sim_flow *, uint64_t, uint64_t);
uint64_t	 sim_flow_latency(struct sim_flow *, int);
uint64_t	 sim_flow_gap(struct sim_flow *);
void		 sim_flow_print(struct sim_flow *);
void		 sim_flow_free(struct sim_flow *);
void		 sim_flow_input(struct sim_host *, int, struct pkt *, int);
void		 flow_arrived(struct sim_flow *, size_t);
struct pkt	*flow_packet(struct sim_flow *, int, int, size_t);
void		 flow_send(struct sim_flow *, int, struct pkt *);

/* tcp.c */
struct tcp	*tcp_new(struct sim_flow *);
void		 tcp_free(struct tcp *);
void		 tcp_hystart(struct sim_flow *, int);
void		 tcp_start(struct sim *, void *);
void		 tcp_input(struct sim_flow *, int, const uint8_t *, size_t,
		    int);
void		 tcp_print(const struct sim_flow *);

/* in sim.c, for the other two */
void		*sim_calloc(size_t, size_t);
void		*sim_realloc(void *, size_t, size_t);
void		 sim_input(struct sim_host *, int, struct pkt *);

/*
 * sim_new(seed).
 * sim_at(time, fn, arg): calls fn then; a time that is past means now.
 * sim_run(time): until the simulation's clock shows time.
 * sim_until(time, fn, arg): until fn is true, looked at after each event,
 *	or time; returns the last answer of fn.
 * sim_digest(out): of all datagrams sent, with times and addresses; set
 *	sim->digesting before the first one.
 * sim_raw(name, net, recv, arg): a host without a core for the /24 net.
 * sim_host_kill(): the process dies, says nothing, forgets everything;
 *	sim_host_start(): runs again with its tunnels and links, which get new
 *	sockets, so new ports.
 * sim_host_wake(): call after having called into host->core.
 * sim_listen(address): returns it with SIM_PORT.
 * sim_tunnel(conf): takes it over and returns its number in the host, or -1
 *	with errno as of tunnel_new().
 * sim_link_cut(link, up, down): 1 cuts, 0 heals.
 * sim_link_rebind(): the translator forgets the link: new public port.
 * sim_link_reopen(): the host opens a new socket and tells the core.
 * sim_send(): from a forger or a host without core, dgram->src and dst set;
 *	goes over the link that dst belongs to, or over none.
 * sim_deliver(): to where dst says, now, whatever the link is like; for what
 *	a filter took, and for replays; sim_deliver_at(time): then.
 * sim_udp(from, to, bit/s of IP packets, IP packet's size, start, stop).
 * sim_ping(from, to, interval, start, stop).
 * sim_echo(from, to, interval, IP packet's size, start, stop).
 * sim_tcp(from, to, MTU, payload bytes or 0, start, stop).
 * sim_flow_rate(flow, from, to): mean payload bit/s that arrived.
 * sim_flow_latency(flow, n): in thousandths, 500 is the median.
 */

#endif /* SIM_H */
