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
 * Writes answers of the engine as OpenMetrics 1.0, or in the text format 0.0.4
 * of Prometheus, which differs little: one table for the daemon, one for
 * tunnels, one for links.
 */

#include <sys/types.h>

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "ctl_words.h"
#include "snapshot.h"

enum kind {
	U16,
	U32,
	U64,
	BITS,			/* uint64_t, shown as bytes */
	FLAG,			/* uint8_t, 0 or 1 */
	SECONDS,		/* int64_t, -1 unknown */
	MICROSECONDS,		/* int64_t, -1 unknown */
	PERCENT			/* int32_t, hundredths, -1 unknown */
};

/* A member of a struct; those of 0 are left out where 0 says unknown. */
struct metric {
	const char	*name;		/* with the unit, without _total */
	const char	*unit;		/* "" if there is none */
	const char	*help;
	enum kind	 kind;
	size_t		 offset;
	int		 counter;
	int		 known;		/* 0 says unknown */
};

#define SUMMARY(m)	offsetof(struct ctl_summary, m)
#define TUNNEL(m)	offsetof(struct ctl_tunnel, m)
#define LINK(m)		offsetof(struct ctl_link, m)

static const struct metric	 daemon_metrics[] = {
	{ "uptime_seconds", "seconds", "Time since the daemon was started.",
	    SECONDS, SUMMARY(uptime), 0, 0 },
	{ "tunnels", "", "Tunnels that are configured.", U32,
	    SUMMARY(tunnels), 0, 0 },
	{ "tunnels_up", "", "Tunnels that are up.", U32, SUMMARY(tunnels_up),
	    0, 0 },
	{ "links", "", "Links of all tunnels.", U32, SUMMARY(links), 0, 0 },
	{ "links_up", "", "Links that are up.", U32, SUMMARY(links_up), 0, 0 },
	{ "unknown_datagrams", "", "Datagrams received that belong to no "
	    "tunnel.", U64, SUMMARY(rx_unknown), 1, 0 },
	{ "malformed_datagrams", "", "Datagrams received that are none of the "
	    "protocol.", U64, SUMMARY(rx_malformed), 1, 0 },
	{ "wrong_key_handshakes", "", "Handshakes under another key.", U64,
	    SUMMARY(rx_badmac1), 1, 0 },
	{ "limited_handshakes", "", "Handshakes over the limit of the rate.",
	    U64, SUMMARY(rx_hello_limited), 1, 0 },
	{ "cookies", "", "Cookies sent under load.", U64,
	    SUMMARY(cookies_sent), 1, 0 },
	{ "buffers", "", "Packet buffers.", U32, SUMMARY(pkts_total), 0, 0 },
	{ "buffers_used", "", "Packet buffers in use.", U32,
	    SUMMARY(pkts_used), 0, 0 }
};

static const struct metric	 tunnel_metrics[] = {
	{ "tunnel_up_seconds", "seconds", "Time since the tunnel is up.",
	    SECONDS, TUNNEL(up_since), 0, 0 },
	{ "tunnel_keys_age_seconds", "seconds", "Age of the keys in use.",
	    SECONDS, TUNNEL(rekeyed), 0, 0 },
	{ "tunnel_mtu_bytes", "bytes", "MTU of the interface.", U16,
	    TUNNEL(mtu), 0, 1 },
	{ "tunnel_links", "", "Links of the tunnel.", U32, TUNNEL(links), 0,
	    0 },
	{ "tunnel_links_up", "", "Links of the tunnel that are up.", U32,
	    TUNNEL(links_up), 0, 0 },
	{ "tunnel_sent_packets", "", "Packets sent.", U64, TUNNEL(tx_packets),
	    1, 0 },
	{ "tunnel_sent_bytes", "bytes", "Bytes of packets sent.", U64,
	    TUNNEL(tx_bytes), 1, 0 },
	{ "tunnel_received_packets", "", "Packets received.", U64,
	    TUNNEL(rx_packets), 1, 0 },
	{ "tunnel_received_bytes", "bytes", "Bytes of packets received.", U64,
	    TUNNEL(rx_bytes), 1, 0 },
	{ "tunnel_dropped_packets", "", "Packets not sent: no usable link, or "
	    "queue full.", U64, TUNNEL(tx_dropped), 1, 0 },
	{ "tunnel_resent_packets", "", "Packets sent again.", U64,
	    TUNNEL(tx_resent), 1, 0 },
	{ "tunnel_duplicate_packets", "", "Packets received more than once.",
	    U64, TUNNEL(rx_duplicate), 1, 0 },
	{ "tunnel_held_packets", "", "Packets held for their order.", U64,
	    TUNNEL(rx_held), 1, 0 },
	{ "tunnel_given_up_packets", "", "Packets no longer waited for.", U64,
	    TUNNEL(rx_given_up), 1, 0 },
	{ "tunnel_late_packets", "", "Packets received after that.", U64,
	    TUNNEL(rx_late), 1, 0 },
	{ "tunnel_forged_datagrams", "", "Datagrams that failed "
	    "authentication.", U64, TUNNEL(rx_badtag), 1, 0 },
	{ "tunnel_replayed_datagrams", "", "Datagrams received more than "
	    "once.", U64, TUNNEL(rx_replayed), 1, 0 },
	{ "tunnel_malformed_datagrams", "", "Authentic datagrams with a wrong "
	    "content.", U64, TUNNEL(rx_malformed), 1, 0 },
	{ "tunnel_refused_packets", "", "Packets with a source address that is "
	    "not in allow from.", U64, TUNNEL(rx_refused), 1, 0 },
	{ "tunnel_handshakes", "", "Handshakes done.", U64,
	    TUNNEL(handshakes), 1, 0 },
	{ "tunnel_rejected_handshakes", "", "Handshakes refused or replayed.",
	    U64, TUNNEL(rx_rejected), 1, 0 },
	{ "tunnel_fragmented_packets", "", "Packets sent in fragments.", U64,
	    TUNNEL(tx_cut), 1, 0 },
	{ "tunnel_false_suspicions", "", "Links suspected falsely.", U64,
	    TUNNEL(false_dead), 1, 0 }
};

static const struct metric	 link_metrics[] = {
	{ "link_usable", "", "Whether the link carries packets now.", FLAG,
	    LINK(usable), 0, 0 },
	{ "link_state_seconds", "seconds", "Time in the present state.",
	    SECONDS, LINK(since), 0, 0 },
	{ "link_rtt_seconds", "seconds", "Smoothed round trip time.",
	    MICROSECONDS, LINK(srtt), 0, 0 },
	{ "link_queueing_seconds", "seconds", "Delay in the queue of the "
	    "link.", MICROSECONDS, LINK(queueing), 0, 0 },
	{ "link_sent_loss_ratio", "ratio", "Loss of datagrams sent, now.",
	    PERCENT, LINK(loss_tx), 0, 0 },
	{ "link_received_loss_ratio", "ratio", "Loss of datagrams received, "
	    "now.", PERCENT, LINK(loss_rx), 0, 0 },
	{ "link_bandwidth_bytes_per_second", "bytes_per_second", "Bandwidth "
	    "to send, in force.", BITS, LINK(rate), 0, 1 },
	{ "link_delivered_bytes_per_second", "bytes_per_second", "Rate that "
	    "the peer has received at.", BITS, LINK(rate_measured), 0, 1 },
	{ "link_mtu_bytes", "bytes", "Largest IP packet.", U16, LINK(mtu), 0,
	    1 },
	{ "link_quota_bytes", "bytes", "Quota of the link.", U64,
	    LINK(usage.quota), 0, 1 },
	{ "link_quota_used_bytes", "bytes", "Used of the quota.", U64,
	    LINK(usage.used), 0, 1 },
	{ "link_sent_packets", "", "Datagrams sent.", U64, LINK(tx_packets),
	    1, 0 },
	{ "link_sent_bytes", "bytes", "Bytes sent, with IP and UDP headers.",
	    U64, LINK(tx_bytes), 1, 0 },
	{ "link_received_packets", "", "Datagrams received.", U64,
	    LINK(rx_packets), 1, 0 },
	{ "link_received_bytes", "bytes", "Bytes received, with IP and UDP "
	    "headers.", U64, LINK(rx_bytes), 1, 0 },
	{ "link_send_errors", "", "Datagrams that the system did not send.",
	    U64, LINK(tx_errors), 1, 0 },
	{ "link_resent_packets", "", "Packets sent again.", U64,
	    LINK(resent), 1, 0 }
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static void	 daemon_info(FILE *, const struct snapshot *);
static void	 family(FILE *, const struct metric *, int);
static void	 sample(FILE *, const struct metric *, const void *,
		    const struct ctl_tunnel *, const struct ctl_link *);
static void	 states(FILE *, const struct snapshot *);
static void	 link_labels(FILE *, const struct ctl_link *);
static void	 label(FILE *, const char *, const char *);
static uint64_t	 unsigned_of(const struct metric *, const void *);

void
snapshot_metrics(const struct snapshot *s, FILE *f, int openmetrics)
{
	size_t	 i, m;

	daemon_info(f, s);
	for (m = 0; m < COUNT(daemon_metrics); m++) {
		family(f, &daemon_metrics[m], openmetrics);
		sample(f, &daemon_metrics[m], &s->summary, NULL, NULL);
	}
	for (m = 0; m < COUNT(tunnel_metrics); m++) {
		family(f, &tunnel_metrics[m], openmetrics);
		for (i = 0; i < s->ntunnels; i++)
			sample(f, &tunnel_metrics[m], &s->tunnels[i],
			    &s->tunnels[i], NULL);
	}
	states(f, s);
	for (m = 0; m < COUNT(link_metrics); m++) {
		family(f, &link_metrics[m], openmetrics);
		for (i = 0; i < s->nlinks; i++)
			sample(f, &link_metrics[m], &s->links[i], NULL,
			    &s->links[i]);
	}
	if (openmetrics)
		fprintf(f, "# EOF\n");
}

static void
daemon_info(FILE *f, const struct snapshot *s)
{
	fprintf(f, "# TYPE mlvpnd_build_info gauge\n"
	    "# HELP mlvpnd_build_info The version, always 1.\n"
	    "mlvpnd_build_info{");
	label(f, "version", s->summary.version);
	fprintf(f, "} 1\n");
}

/* The name of a counter is without "_total" here, or with. */
static void
family(FILE *f, const struct metric *m, int openmetrics)
{
	const char	*total = m->counter && !openmetrics ? "_total" : "";

	fprintf(f, "# TYPE mlvpnd_%s%s %s\n", m->name, total, m->counter ?
	    "counter" : "gauge");
	if (openmetrics && m->unit[0] != '\0')
		fprintf(f, "# UNIT mlvpnd_%s %s\n", m->name, m->unit);
	fprintf(f, "# HELP mlvpnd_%s%s %s\n", m->name, total, m->help);
}

/* No sample if the value is not known. */
static void
sample(FILE *f, const struct metric *m, const void *obj,
    const struct ctl_tunnel *t, const struct ctl_link *l)
{
	const char	*p = (const char *)obj + m->offset;
	int64_t		 n = 0;

	switch (m->kind) {
	case SECONDS:
	case MICROSECONDS:
		n = *(const int64_t *)(const void *)p;
		break;
	case PERCENT:
		n = *(const int32_t *)(const void *)p;
		break;
	default:
		if (m->known && unsigned_of(m, p) == 0)
			return;
		break;
	}
	if (n < 0)
		return;

	fprintf(f, "mlvpnd_%s%s", m->name, m->counter ? "_total" : "");
	if (t != NULL || l != NULL)
		fprintf(f, "{");
	if (t != NULL)
		label(f, "tunnel", t->name);
	if (l != NULL)
		link_labels(f, l);
	if (t != NULL || l != NULL)
		fprintf(f, "}");
	switch (m->kind) {
	case SECONDS:
		fprintf(f, " %" PRId64 "\n", n);
		break;
	case MICROSECONDS:
		fprintf(f, " %" PRId64 ".%06d\n", n / 1000000,
		    (int)(n % 1000000));
		break;
	case PERCENT:
		fprintf(f, " %.4f\n", n / 10000.0);
		break;
	default:
		fprintf(f, " %" PRIu64 "\n", unsigned_of(m, p));
		break;
	}
}

static uint64_t
unsigned_of(const struct metric *m, const void *p)
{
	switch (m->kind) {
	case BITS:
		return (*(const uint64_t *)p / 8);
	case FLAG:
		return (*(const uint8_t *)p != 0);
	case U16:
		return (*(const uint16_t *)p);
	case U32:
		return (*(const uint32_t *)p);
	default:
		return (*(const uint64_t *)p);
	}
}

/* 1 for the state that each link is in, 0 for the others. */
static void
states(FILE *f, const struct snapshot *s)
{
	const struct ctl_link	*l;
	unsigned int		 state;

	fprintf(f, "# TYPE mlvpnd_link_state gauge\n"
	    "# HELP mlvpnd_link_state 1 for the state that the link is in.\n");
	for (l = s->links; l < s->links + s->nlinks; l++) {
		for (state = 0; state < LINK_ABSENT; state++) {
			fprintf(f, "mlvpnd_link_state{");
			link_labels(f, l);
			fprintf(f, ",");
			label(f, "state", link_state(state));
			fprintf(f, "} %d\n", l->state == state);
		}
	}
}

/* Both ends may use the same name for links that they open. */
static void
link_labels(FILE *f, const struct ctl_link *l)
{
	label(f, "tunnel", l->tunnel);
	fprintf(f, ",");
	label(f, "link", l->name);
	fprintf(f, ",");
	label(f, "opener", l->opener ? "here" : "peer");
}

/* What is not UTF-8 is replaced. */
static void
label(FILE *f, const char *name, const char *value)
{
	size_t	 len;

	fprintf(f, "%s=\"", name);
	while (*value != '\0') {
		if (*value == '"' || *value == '\\')
			fprintf(f, "\\%c", *value++);
		else if ((len = utf8_len(value)) == 0) {
			fprintf(f, "?");
			value++;
		} else {
			fprintf(f, "%.*s", (int)len, value);
			value += len;
		}
	}
	fprintf(f, "\"");
}
