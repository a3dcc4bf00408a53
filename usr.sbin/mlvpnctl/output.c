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
 * Output for people.
 */

#include <sys/param.h>

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "addr.h"
#include "ctl_words.h"
#include "fmt.h"
#include "mlvpnctl.h"
#include "printconf.h"

#define LINE_SIZE	80
#define MINUTE		60	/* seconds */
#define QUOTA_SIZE	(4 * FMT_SIZE)
#define COLUMNS		51	/* those between the names and the address */

/* Widths of columns; addr: is there a column for the address? */
struct columns {
	size_t	 tunnel;
	size_t	 link;
	int	 addr;
};

static void	 text_head(const struct parse_result *);
static void	 text_summary(const struct ctl_summary *);
static void	 text_listen(const struct ctl_listen *);
static void	 text_tunnel(const struct ctl_tunnel *);
static void	 text_link(const struct ctl_link *);
static void	 text_filter(const struct ctl_match *);
static void	 text_history(const struct ctl_history *);
static void	 text_key(const struct ctl_key *);
static void	 text_event(const struct ctl_event *);
static void	 text_message(const char *);
static void	 text_result(int, const char *);
static void	 text_tail(void);

static void	 merge(struct ctl_sample *, const struct ctl_sample *,
		    uint32_t);
static void	 links_add(const struct ctl_link *);
static void	 links_table(void);
static void	 links_row(const struct ctl_link *, const struct columns *);
static const char	*link_addr(const struct ctl_link *, char *);
static void	 tunnel_conf(const struct ctl_tunnel *);
static void	 link_detail(const struct ctl_link *);
static void	 link_rates(const struct ctl_link *);
static void	 link_usage(const struct link_usage *);

static const char	*fmt_quota(const struct link_usage *, char *);
static const char	*fmt_hint(const struct ctl_link *, char *);

const struct output	 text_output = {
	text_head,
	text_summary,
	text_listen,
	text_tunnel,
	text_link,
	text_filter,
	text_history,
	text_key,
	text_event,
	text_message,
	text_result,
	text_tail
};

/* Links are printed in the end, when the widths of the columns are known. */
static struct {
	struct ctl_link	*links;
	size_t		 n;
	int		 table;		/* print it, even without rows */
	int		 detail;
	int		 every;		/* sample of a link */
	int		 answered;	/* by a result instead of links */
	unsigned int	 blocks;	/* printed so far */
} text;

static void
text_head(const struct parse_result *res)
{
	if (res->action == CMD_SHOW || res->action == CMD_SHOW_LINKS)
		text.table = 1;
	if (res->action == CMD_SHOW_LINKS && res->tunnel[0] != '\0')
		text.detail = 1;
	if (res->link[0] != '\0')
		text.every = 1;
}

static void
text_summary(const struct ctl_summary *cs)
{
	char	 age[FMT_SIZE];

	printf("mlvpnd %s, running for %s\n", cs->version,
	    fmt_age(cs->uptime, age));
	printf("Tunnels up: %u of %u, links up: %u of %u\n", cs->tunnels_up,
	    cs->tunnels, cs->links_up, cs->links);
	printf("Packet buffers used: %u of %u\n", cs->pkts_used,
	    cs->pkts_total);
	printf("Datagrams rejected: %" PRIu64 " unknown, %" PRIu64
	    " malformed, %" PRIu64 " with a wrong key\n", cs->rx_unknown,
	    cs->rx_malformed, cs->rx_badmac1);
	printf("Handshakes: %" PRIu64 " rate limited, %" PRIu64
	    " cookies sent\n", cs->rx_hello_limited, cs->cookies_sent);
	text.blocks++;
}

static void
text_listen(const struct ctl_listen *cl)
{
	char		 addr[ADDR_STRLEN];
	const char	*error = listen_error(cl);

	printf("%s on ", error == NULL ? "Listening" : "Not listening");
	if (cl->ifname[0] == '\0')
		printf("%s", fmt_addr(&cl->addr, addr));
	else if (error == NULL)
		printf("%s of %s", fmt_addr(&cl->addr, addr), cl->ifname);
	else
		printf("%s port %u, IPv%u", cl->ifname, cl->addr.port,
		    cl->addr.family);
	if (cl->rtable != RTABLE_DEFAULT)
		printf(", rtable %d", cl->rtable);
	if (error != NULL)
		printf(": %s", error);
	printf("\n");
}

static void
text_tunnel(const struct ctl_tunnel *ct)
{
	char	 age[FMT_SIZE], size[FMT_SIZE];

	if (text.blocks++ > 0)
		printf("\n");
	printf("Tunnel %s is %s", ct->name, tunnel_state(ct));
	if (ct->state == TUNNEL_UP)
		printf(" for %s", fmt_age(ct->up_since, age));
	printf("\n");
	if (ct->descr[0] != '\0')
		printf("  Description: %s\n", ct->descr);
	printf("  Interface:   %s, layer %d, mtu %u\n", ct->ifname,
	    ct->layer2 ? 2 : 3, ct->mtu);
	tunnel_conf(ct);
	printf("  Protocol:    %s", ct->protocol == PROTO_MLVPN2 ? "mlvpn 2" :
	    "mlvpn 3");
	if (ct->cipher[0] != '\0')
		printf(", %s", ct->cipher);
	if (ct->rekeyed != -1)
		printf(", keys %s old", fmt_age(ct->rekeyed, age));
	printf("\n");
	printf("  Links up:    %u of %u\n", ct->links_up, ct->links);
	printf("  Sent:        %sB in %" PRIu64 " packets, %" PRIu64
	    " dropped, %" PRIu64 " sent again\n",
	    fmt_scale(ct->tx_bytes, size), ct->tx_packets, ct->tx_dropped,
	    ct->tx_resent);
	printf("  Received:    %sB in %" PRIu64 " packets, %" PRIu64
	    " duplicates\n", fmt_scale(ct->rx_bytes, size), ct->rx_packets,
	    ct->rx_duplicate);
	printf("  Order:       %" PRIu64 " held, %" PRIu64 " given up, %"
	    PRIu64 " late\n", ct->rx_held, ct->rx_given_up, ct->rx_late);
	printf("  Fragmented:  %" PRIu64 " packets sent, %" PRIu64 " received, "
	    "%" PRIu64 " fragments lost\n", ct->tx_cut, ct->rx_joined,
	    ct->rx_incomplete);
	printf("  Rejected:    %" PRIu64 " forged, %" PRIu64 " replayed, %"
	    PRIu64 " malformed, %" PRIu64 " with a wrong source\n",
	    ct->rx_badtag, ct->rx_replayed, ct->rx_malformed, ct->rx_refused);
	printf("  Handshakes:  %" PRIu64 " done, %" PRIu64 " rejected\n",
	    ct->handshakes, ct->rx_rejected);
	printf("  Suspicions:  %" PRIu64 " false\n", ct->false_dead);
}

static void
tunnel_conf(const struct ctl_tunnel *ct)
{
	const char	*label;
	char		 addr[ADDR_STRLEN], peer[ADDR_STRLEN];
	uint32_t	 i;

	label = "Address:";
	for (i = 0; i < ct->naddress; i++) {
		printf("  %-12s %s", label,
		    fmt_prefix(&ct->address[i].prefix, addr));
		if (ct->address[i].peer.family != 0)
			printf(" peer %s", fmt_addr(&ct->address[i].peer,
			    peer));
		printf("\n");
		label = "";
	}
	label = "Route:";
	for (i = 0; i < ct->nroutes && i < CTL_ROUTES; i++) {
		printf("  %-12s %s\n", label,
		    fmt_route(&ct->routes[i], addr));
		label = "";
	}
	if (i < ct->nroutes)
		printf("  %-12s %u more\n", label, ct->nroutes - i);
	printf("  Secret:      %s", ct->secret);
	if (ct->peer_key[0] != '\0')
		printf(", peer key %s", ct->peer_key);
	printf("\n");
}

static void
text_link(const struct ctl_link *cl)
{
	if (text.detail)
		link_detail(cl);
	else
		links_add(cl);
}

static void
text_filter(const struct ctl_match *cm)
{
	char	 size[FMT_SIZE];

	printf("%s: ", cm->tunnel);
	print_match(&cm->conf);
	printf("\n    %" PRIu64 " packets, %sB, %" PRIu64 " dropped\n",
	    cm->packets, fmt_scale(cm->bytes, size), cm->dropped);
	text.blocks++;
}

/* A line for each minute, or for each sample of a single link. */
static void
text_history(const struct ctl_history *ch)
{
	struct ctl_sample	 s;
	char			 age[FMT_SIZE], tx[FMT_SIZE], rx[FMT_SIZE];
	char			 rtt[FMT_SIZE], loss[LOSS_SIZE];
	uint32_t		 i, n, step;

	if (text.blocks++ > 0)
		printf("\n");
	printf("Link %s of tunnel %s\n%8s %-10s %5s %5s %6s %8s\n", ch->link,
	    ch->tunnel, "AGO", "STATE", "TX", "RX", "RTT", "LOSS %");
	step = text.every ? 1 : MINUTE / HISTORY_INTERVAL;
	for (i = 0; i < ch->n; i += n) {
		/* the first line may be about less than a minute */
		n = (ch->n - i) % step == 0 ? step : (ch->n - i) % step;
		merge(&s, &ch->samples[i], n);
		printf("%8s %-10s %5s %5s %6s %8s\n", fmt_age(ch->age +
		    (int64_t)(ch->n - i) * HISTORY_INTERVAL, age),
		    link_state(s.state), fmt_scale(s.tx_rate, tx),
		    fmt_scale(s.rx_rate, rx), fmt_msec(s.srtt, rtt),
		    fmt_loss(s.loss_tx, s.loss_rx, loss));
	}
}

/* Several as one: rates are means, the rest is the worst of it. */
static void
merge(struct ctl_sample *to, const struct ctl_sample *s, uint32_t n)
{
	uint32_t	 i;

	*to = s[0];
	to->tx_rate = to->rx_rate = 0;
	for (i = 0; i < n; i++) {
		to->tx_rate += s[i].tx_rate;
		to->rx_rate += s[i].rx_rate;
		to->srtt = MAX(to->srtt, s[i].srtt);
		to->loss_tx = MAX(to->loss_tx, s[i].loss_tx);
		to->loss_rx = MAX(to->loss_rx, s[i].loss_rx);
		if (s[i].state != LINK_UP && s[i].state != LINK_STANDBY)
			to->state = s[i].state;
	}
	to->tx_rate /= n;
	to->rx_rate /= n;
}

static void
text_key(const struct ctl_key *ck)
{
	printf("%s: %s\n", ck->tunnel, ck->secret);
	if (ck->own_key[0] != '\0')
		printf("    own key  %s\n    peer key %s\n", ck->own_key,
		    ck->peer_key);
}

static void
text_event(const struct ctl_event *ce)
{
	char	 age[FMT_SIZE];

	printf("%8s ago  %s\n", fmt_age(ce->age, age), ce->text);
}

static void
text_message(const char *msg)
{
	fprintf(stderr, "%s\n", msg);
}

static void
text_result(int code, const char *msg)
{
	text.answered = 1;
	if (code == CTL_RES_OK)
		printf("%s\n", msg);
	else
		warnx("%s", msg);
}

static void
text_tail(void)
{
	if (text.table && !text.detail && !text.answered) {
		if (text.blocks > 0)
			printf("\n");
		links_table();
	}
	free(text.links);
	text.links = NULL;
	text.n = 0;
}

static void
links_add(const struct ctl_link *cl)
{
	struct ctl_link	*links;

	links = reallocarray(text.links, text.n + 1, sizeof(*links));
	if (links == NULL)
		err(1, "reallocarray");
	links[text.n++] = *cl;
	text.links = links;
}

static void
links_table(void)
{
	struct columns	 col = { strlen("TUNNEL"), strlen("LINK"), 1 };
	char		 addr[ADDR_STRLEN];
	size_t		 i, aw = strlen("ADDRESS");

	if (text.n == 0) {
		printf("no links\n");
		return;
	}
	for (i = 0; i < text.n; i++) {
		col.tunnel = MAX(col.tunnel, strlen(text.links[i].tunnel));
		col.link = MAX(col.link, strlen(text.links[i].name));
		aw = MAX(aw, strlen(link_addr(&text.links[i], addr)));
	}
	col.addr = col.tunnel + col.link + COLUMNS + aw <= LINE_SIZE;
	printf("%-*s %-*s %-10s %8s %6s %8s %5s %5s%s\n", (int)col.tunnel,
	    "TUNNEL", (int)col.link, "LINK", "STATE", "AGE", "RTT", "LOSS %",
	    "TX", "RX", col.addr ? " ADDRESS" : "");
	for (i = 0; i < text.n; i++)
		links_row(&text.links[i], &col);
}

/* Addresses that do not fit are printed on lines of their own. */
static void
links_row(const struct ctl_link *cl, const struct columns *col)
{
	char	 age[FMT_SIZE], rtt[FMT_SIZE], loss[LOSS_SIZE];
	char	 tx[FMT_SIZE], rx[FMT_SIZE], addr[ADDR_STRLEN];
	char	 hint[HINT_STRLEN], quota[QUOTA_SIZE];
	int	 indent = col->tunnel + col->link + 2;

	printf("%-*s %-*s %-10s %8s %6s %8s %5s %5s", (int)col->tunnel,
	    cl->tunnel, (int)col->link, cl->name, link_state(cl->state),
	    fmt_age(cl->since, age), fmt_msec(cl->srtt, rtt),
	    fmt_loss(cl->loss_tx, cl->loss_rx, loss),
	    fmt_scale(cl->tx_rate, tx), fmt_scale(cl->rx_rate, rx));
	link_addr(cl, addr);
	if (col->addr)
		printf(" %s", addr);
	else if (strcmp(addr, "-") != 0)
		printf("\n%*s%s", indent, "", addr);
	printf("\n");
	if (cl->state != LINK_UP && cl->reason != REASON_NONE)
		printf("%*s%s\n", indent, "", reason_words(cl->reason));
	if (cl->hint != HINT_NONE)
		printf("%*s%s\n", indent, "", fmt_hint(cl, hint));
	if (cl->usage.quota != 0)
		printf("%*squota: %s\n", indent, "",
		    fmt_quota(&cl->usage, quota));
	if (cl->shares[0] != '\0')
		printf("%*suses the line of link %s\n", indent, "",
		    cl->shares);
}

/* The address that identifies a link: that of the end that opened it. */
static const char *
link_addr(const struct ctl_link *cl, char *buf)
{
	struct addr	 addr = cl->opener ? cl->local : cl->remote;

	addr.port = 0;
	return (fmt_addr(&addr, buf));
}

static void
link_detail(const struct ctl_link *cl)
{
	char	 a[FMT_SIZE], b[FMT_SIZE], addr[ADDR_STRLEN];

	if (text.blocks++ > 0)
		printf("\n");
	printf("Link %s of tunnel %s is %s for %s", cl->name, cl->tunnel,
	    link_state(cl->state), fmt_age(cl->since, a));
	if (cl->reason != REASON_NONE)
		printf(": %s", reason_words(cl->reason));
	printf("\n");
	printf("  Opened by:   %s end, as path %u", cl->opener ? "this" :
	    "the other", cl->id);
	if (cl->backup > 0)
		printf(", backup %u%s", cl->backup,
		    cl->overflow ? " overflow" : "");
	printf("\n");
	printf("  Local:       %s", fmt_addr(&cl->local, addr));
	if (cl->rtable != RTABLE_DEFAULT)
		printf(", rtable %d", cl->rtable);
	printf("\n");
	printf("  Remote:      %s\n", fmt_addr(&cl->remote, addr));
	if (cl->shares[0] != '\0')
		printf("  Line:        that of link %s\n", cl->shares);
	if (cl->mtu != 0)
		printf("  MTU:         %u bytes%s\n", cl->mtu,
		    cl->mtu_measured ? ", measured" : "");
	if (cl->srtt != -1)
		printf("  Round trip:  %s, varies by %s\n",
		    fmt_msec(cl->srtt, a), fmt_msec(cl->rttvar, b));
	if (cl->owd_diff != -1)
		printf("  Delay:       %s more than the best link\n",
		    fmt_msec(cl->owd_diff, a));
	if (cl->queueing != -1)
		printf("  Queueing:    %s\n", fmt_msec(cl->queueing, a));
	if (cl->loss_tx != -1 || cl->loss_rx != -1)
		printf("  Loss:        %s sending, %s receiving\n",
		    fmt_percent(cl->loss_tx, a), fmt_percent(cl->loss_rx, b));
	link_rates(cl);
	printf("  Sent:        %sB in %" PRIu64 " packets, %" PRIu64
	    " errors, %" PRIu64 " sent again\n", fmt_scale(cl->tx_bytes, a),
	    cl->tx_packets, cl->tx_errors, cl->resent);
	printf("  Received:    %sB in %" PRIu64 " packets\n",
	    fmt_scale(cl->rx_bytes, a), cl->rx_packets);
	if (cl->usage.known)
		link_usage(&cl->usage);
}

static void
link_usage(const struct link_usage *u)
{
	char	 a[FMT_SIZE], b[FMT_SIZE], c[FMT_SIZE], quota[QUOTA_SIZE];

	printf("  Used:        %sB since the start, %sB today, %sB this "
	    "month\n", fmt_scale(u->start, a), fmt_scale(u->today, b),
	    fmt_scale(u->month, c));
	if (u->quota != 0)
		printf("  Quota:       %s\n", fmt_quota(u, quota));
}

/* Bits per second. */
static void
link_rates(const struct ctl_link *cl)
{
	char	 a[FMT_SIZE], b[FMT_SIZE], hint[HINT_STRLEN];

	if (cl->rate == 0)
		printf("  Bandwidth:   not limited\n");
	else if (cl->rate_conf == 0 || cl->rate_conf == cl->rate)
		printf("  Bandwidth:   %sbit/s to send, %s\n",
		    fmt_scale(cl->rate, a), cl->rate_conf == 0 ? "automatic" :
		    "configured");
	else
		printf("  Bandwidth:   %sbit/s to send, of %sbit/s "
		    "configured\n", fmt_scale(cl->rate, a),
		    fmt_scale(cl->rate_conf, b));
	if (cl->rate_measured != 0)
		printf("               %sbit/s delivered\n",
		    fmt_scale(cl->rate_measured, a));
	if (cl->hint != HINT_NONE)
		printf("               %s\n", fmt_hint(cl, hint));
	if (cl->rate_peer != 0)
		printf("               %sbit/s to receive, announced\n",
		    fmt_scale(cl->rate_peer, a));
	printf("  Now:         %sbit/s sent, %sbit/s received\n",
	    fmt_scale(cl->tx_rate, a), fmt_scale(cl->rx_rate, b));
}

/* What is left of it, and the day when it starts anew. */
static const char *
fmt_quota(const struct link_usage *u, char *buf)
{
	struct tm	*tm;
	char		 date[FMT_SIZE] = "-", left[FMT_SIZE], all[FMT_SIZE];
	time_t		 t = u->renewed;

	if ((tm = localtime(&t)) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d", tm);
	fmt_scale(u->quota, all);
	if (u->used >= u->quota)
		snprintf(buf, QUOTA_SIZE, "%sB used up, renewed on %s", all,
		    date);
	else
		snprintf(buf, QUOTA_SIZE, "%sB of %sB left, renewed on %s",
		    fmt_scale(u->quota - u->used, left), all, date);
	return (buf);
}

static const char *
fmt_hint(const struct ctl_link *cl, char *buf)
{
	return (hint_words(cl->hint, cl->rate_conf, cl->hint_rate, buf));
}
