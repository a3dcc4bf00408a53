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
 * Writes control messages as JSON.
 */

#include <sys/types.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "addr.h"
#include "ctl_json.h"
#include "ctl_words.h"

static void	 json_samples(const char *, const struct ctl_history *,
		    void (*)(const struct ctl_sample *));
static void	 sample_state(const struct ctl_sample *);
static void	 sample_tx_rate(const struct ctl_sample *);
static void	 sample_rx_rate(const struct ctl_sample *);
static void	 sample_rtt(const struct ctl_sample *);
static void	 sample_loss_tx(const struct ctl_sample *);
static void	 sample_loss_rx(const struct ctl_sample *);
static void	 json_section(const char *);
static void	 json_open(const char *, char);
static void	 json_close(char);
static void	 json_key(const char *);
static void	 json_token(const char *, const char *);
static void	 json_string(const char *, const char *);
static void	 json_bool(const char *, int);
static void	 json_choice(const char *, int, int);
static void	 json_uint(const char *, uint64_t);
static void	 json_known(const char *, uint64_t);
static void	 json_int(const char *, int64_t);
static void	 json_percent(const char *, int32_t);
static void	 json_addr(const char *, const struct addr *);
static void	 put_token(const char *);
static void	 put_int(int64_t);
static void	 put_percent(int32_t);
static void	 json_usage(const struct link_usage *);
static void	 json_quote(const char *);

static FILE	*out;
static struct {
	const char	*section;	/* array that is open, or NULL */
	int		 first;		/* nothing before in this bracket */
	int		 depth;
} json;

void
json_begin(FILE *f, const char *list)
{
	memset(&json, 0, sizeof(json));
	out = f;
	json.first = 1;
	json_open(NULL, '{');
	json_section(list);
}

void
json_list(const char *list)
{
	json_section(list);
}

void
json_summary(const struct ctl_summary *cs)
{
	json_section(NULL);
	json_open("summary", '{');
	json_string("version", cs->version);
	json_int("uptime_s", cs->uptime);
	json_uint("tunnels", cs->tunnels);
	json_uint("tunnels_up", cs->tunnels_up);
	json_uint("links", cs->links);
	json_uint("links_up", cs->links_up);
	json_uint("rx_unknown", cs->rx_unknown);
	json_uint("rx_malformed", cs->rx_malformed);
	json_uint("rx_badmac1", cs->rx_badmac1);
	json_uint("rx_hello_limited", cs->rx_hello_limited);
	json_uint("cookies_sent", cs->cookies_sent);
	json_uint("pkts_total", cs->pkts_total);
	json_uint("pkts_used", cs->pkts_used);
	json_close('}');
	json_section("listens");
}

void
json_listen(const struct ctl_listen *cl)
{
	struct addr	 addr = cl->addr;

	/* the interface has none */
	if (cl->ifname[0] != '\0' && cl->error != 0)
		addr.family = 0;
	addr.port = 0;

	json_section("listens");
	json_open(NULL, '{');
	json_addr("address", &addr);
	json_uint("family", cl->addr.family);
	json_uint("port", cl->addr.port);
	json_string("interface", cl->ifname);
	json_int("rtable", cl->rtable);
	json_bool("open", cl->error == 0);
	json_token("error", listen_error(cl));
	json_close('}');
}

void
json_tunnel(const struct ctl_tunnel *ct)
{
	char		 buf[ADDR_STRLEN];
	uint32_t	 i;

	json_section("tunnels");
	json_open(NULL, '{');
	json_string("name", ct->name);
	json_string("description", ct->descr);
	json_string("interface", ct->ifname);
	json_token("state", tunnel_state(ct));
	json_int("up_s", ct->up_since);
	json_uint("protocol", ct->protocol == PROTO_MLVPN2 ? 2 : 3);
	json_string("cipher", ct->cipher);
	json_string("secret", ct->secret);
	json_string("peer_key", ct->peer_key);
	json_open("addresses", '[');
	for (i = 0; i < ct->naddress; i++) {
		json_open(NULL, '{');
		json_key("address");
		json_quote(fmt_prefix(&ct->address[i].prefix, buf));
		json_addr("peer", &ct->address[i].peer);
		json_close('}');
	}
	json_close(']');
	json_open("routes", '[');
	for (i = 0; i < ct->nroutes && i < CTL_ROUTES; i++)
		json_string(NULL, fmt_route(&ct->routes[i], buf));
	json_close(']');
	json_uint("routes_total", ct->nroutes);
	json_int("keys_s", ct->rekeyed);
	json_uint("layer", ct->layer2 ? 2 : 3);
	json_uint("mtu", ct->mtu);
	json_uint("links", ct->links);
	json_uint("links_up", ct->links_up);
	json_uint("tx_packets", ct->tx_packets);
	json_uint("tx_bytes", ct->tx_bytes);
	json_uint("rx_packets", ct->rx_packets);
	json_uint("rx_bytes", ct->rx_bytes);
	json_uint("tx_dropped", ct->tx_dropped);
	json_uint("tx_resent", ct->tx_resent);
	json_uint("rx_duplicate", ct->rx_duplicate);
	json_uint("rx_replayed", ct->rx_replayed);
	json_uint("rx_badtag", ct->rx_badtag);
	json_uint("rx_malformed", ct->rx_malformed);
	json_uint("rx_refused", ct->rx_refused);
	json_uint("rx_held", ct->rx_held);
	json_uint("rx_given_up", ct->rx_given_up);
	json_uint("rx_late", ct->rx_late);
	json_uint("handshakes", ct->handshakes);
	json_uint("rx_rejected", ct->rx_rejected);
	json_uint("false_dead", ct->false_dead);
	json_uint("tx_cut", ct->tx_cut);
	json_uint("rx_joined", ct->rx_joined);
	json_uint("rx_incomplete", ct->rx_incomplete);
	json_close('}');
}

void
json_link(const struct ctl_link *cl)
{
	json_section("links");
	json_open(NULL, '{');
	json_string("tunnel", cl->tunnel);
	json_string("name", cl->name);
	json_token("state", link_state(cl->state));
	json_token("reason", reason_token(cl->reason));
	json_int("since_s", cl->since);
	json_bool("usable", cl->usable);
	json_bool("opener", cl->opener);
	json_uint("id", cl->id);
	json_uint("backup", cl->backup);
	json_bool("overflow", cl->overflow);
	json_addr("local", &cl->local);
	json_addr("remote", &cl->remote);
	json_int("rtable", cl->rtable);
	json_token("line_of", cl->shares[0] != '\0' ? cl->shares : NULL);
	json_known("mtu", cl->mtu);
	json_bool("mtu_measured", cl->mtu_measured);
	json_int("rtt_us", cl->srtt);
	json_int("rttvar_us", cl->rttvar);
	json_int("delay_us", cl->owd_diff);
	json_int("queueing_us", cl->queueing);
	json_percent("loss_tx_percent", cl->loss_tx);
	json_percent("loss_rx_percent", cl->loss_rx);
	json_known("bandwidth_conf", cl->rate_conf);
	json_known("bandwidth", cl->rate);
	json_known("bandwidth_measured", cl->rate_measured);
	json_known("bandwidth_peer", cl->rate_peer);
	json_token("bandwidth_hint", hint_token(cl->hint));
	json_known("bandwidth_hint_measured", cl->hint_rate);
	json_uint("tx_rate", cl->tx_rate);
	json_uint("rx_rate", cl->rx_rate);
	json_uint("tx_packets", cl->tx_packets);
	json_uint("tx_bytes", cl->tx_bytes);
	json_uint("rx_packets", cl->rx_packets);
	json_uint("rx_bytes", cl->rx_bytes);
	json_uint("tx_errors", cl->tx_errors);
	json_uint("tx_resent", cl->resent);
	json_usage(&cl->usage);
	json_close('}');
}

static void
json_usage(const struct link_usage *u)
{
	int64_t	 left = -1, renewed = -1;

	if (u->quota != 0) {
		left = u->used < u->quota ? u->quota - u->used : 0;
		renewed = u->renewed - time(NULL);
	}
	json_int("used", u->known ? (int64_t)u->start : -1);
	json_int("used_today", u->known ? (int64_t)u->today : -1);
	json_int("used_month", u->known ? (int64_t)u->month : -1);
	json_known("quota", u->quota);
	json_int("quota_left", left);
	json_int("quota_renewed_s", renewed);
}

void
json_filter(const struct ctl_match *cm)
{
	const struct match_conf	*m = &cm->conf;
	int			 i;

	json_section("filters");
	json_open(NULL, '{');
	json_string("tunnel", cm->tunnel);
	json_string("expression", m->expr);
	json_bool("quick", m->flags & MATCH_QUICK);
	json_open("links", '[');
	for (i = 0; i < m->nlinks; i++)
		json_string(NULL, m->links[i]);
	json_close(']');
	json_bool("not", m->flags & MATCH_NOT);
	json_bool("only", m->flags & MATCH_ONLY);
	json_bool("duplicate", m->flags & MATCH_DUPLICATE);
	json_bool("priority", m->flags & MATCH_PRIORITY);
	json_bool("bulk", m->flags & MATCH_BULK);
	json_choice("order", m->flags & MATCH_ORDER,
	    m->flags & MATCH_NOORDER);
	json_int("dscp", m->flags & MATCH_DSCP ? m->dscp : -1);
	json_uint("packets", cm->packets);
	json_uint("bytes", cm->bytes);
	json_uint("dropped", cm->dropped);
	json_close('}');
}

/* The samples of each kind are one array. */
void
json_history(const struct ctl_history *ch)
{
	json_section("history");
	json_open(NULL, '{');
	json_string("tunnel", ch->tunnel);
	json_string("name", ch->link);
	json_bool("opener", ch->opener);
	json_uint("interval_s", HISTORY_INTERVAL);
	json_int("ago_s", ch->age);
	json_samples("state", ch, sample_state);
	json_samples("tx_rate", ch, sample_tx_rate);
	json_samples("rx_rate", ch, sample_rx_rate);
	json_samples("rtt_us", ch, sample_rtt);
	json_samples("loss_tx_percent", ch, sample_loss_tx);
	json_samples("loss_rx_percent", ch, sample_loss_rx);
	json_close('}');
}

static void
json_samples(const char *key, const struct ctl_history *ch,
    void (*sample)(const struct ctl_sample *))
{
	uint32_t	 i;

	json_key(key);
	fprintf(out, "[");
	for (i = 0; i < ch->n; i++) {
		if (i > 0)
			fprintf(out, ", ");
		if (ch->samples[i].state == LINK_ABSENT)
			fprintf(out, "null");
		else
			sample(&ch->samples[i]);
	}
	fprintf(out, "]");
}

static void
sample_state(const struct ctl_sample *s)
{
	put_token(link_state(s->state));
}

static void
sample_tx_rate(const struct ctl_sample *s)
{
	fprintf(out, "%" PRIu64, s->tx_rate);
}

static void
sample_rx_rate(const struct ctl_sample *s)
{
	fprintf(out, "%" PRIu64, s->rx_rate);
}

static void
sample_rtt(const struct ctl_sample *s)
{
	put_int(s->srtt);
}

static void
sample_loss_tx(const struct ctl_sample *s)
{
	put_percent(s->loss_tx);
}

static void
sample_loss_rx(const struct ctl_sample *s)
{
	put_percent(s->loss_rx);
}

void
json_keypair(const struct ctl_key *ck)
{
	json_section("keys");
	json_open(NULL, '{');
	json_string("tunnel", ck->tunnel);
	json_string("secret", ck->secret);
	json_string("own_key", ck->own_key);
	json_string("peer_key", ck->peer_key);
	json_close('}');
}

void
json_event(const struct ctl_event *ce)
{
	json_section("events");
	json_open(NULL, '{');
	json_int("ago_s", ce->age);
	json_string("text", ce->text);
	json_close('}');
}

void
json_message(const char *msg)
{
	json_section("messages");
	json_string(NULL, msg);
}

void
json_result(int code, const char *msg)
{
	json_section(NULL);
	json_open("result", '{');
	json_bool("ok", code == CTL_RES_OK);
	json_string("text", msg);
	json_close('}');
}

void
json_end(void)
{
	json_section(NULL);
	json_close('}');
	fprintf(out, "\n");
}

/* Elements of one array come one after the other. */
static void
json_section(const char *name)
{
	if (json.section != NULL && name != NULL &&
	    strcmp(json.section, name) == 0)
		return;
	if (json.section != NULL)
		json_close(']');
	if ((json.section = name) != NULL)
		json_open(name, '[');
}

static void
json_open(const char *key, char bracket)
{
	json_key(key);
	fprintf(out, "%c", bracket);
	json.first = 1;
	json.depth++;
}

static void
json_close(char bracket)
{
	json.depth--;
	if (!json.first)
		fprintf(out, "\n%*s", json.depth, "");
	fprintf(out, "%c", bracket);
	json.first = 0;
}

/* What goes before a value; key is NULL in an array. */
static void
json_key(const char *key)
{
	if (!json.first)
		fprintf(out, ",");
	if (json.depth > 0)
		fprintf(out, "\n%*s", json.depth, "");
	json.first = 0;
	if (key != NULL)
		fprintf(out, "\"%s\": ", key);
}

static void
json_string(const char *key, const char *s)
{
	json_key(key);
	json_quote(s);
}

/* One word, so that programs can rely on it; NULL for none. */
static void
json_token(const char *key, const char *s)
{
	json_key(key);
	put_token(s);
}

static void
put_token(const char *s)
{
	if (s == NULL) {
		fprintf(out, "null");
		return;
	}
	fprintf(out, "\"");
	for (; *s != '\0'; s++)
		fprintf(out, "%c", *s == ' ' ? '-' : *s);
	fprintf(out, "\"");
}

static void
json_bool(const char *key, int value)
{
	json_key(key);
	fprintf(out, "%s", value ? "true" : "false");
}

/* null for neither */
static void
json_choice(const char *key, int yes, int no)
{
	json_key(key);
	fprintf(out, "%s", yes ? "true" : no ? "false" : "null");
}

static void
json_uint(const char *key, uint64_t value)
{
	json_key(key);
	fprintf(out, "%" PRIu64, value);
}

/* 0 stands for not known. */
static void
json_known(const char *key, uint64_t value)
{
	json_key(key);
	if (value == 0)
		fprintf(out, "null");
	else
		fprintf(out, "%" PRIu64, value);
}

/* -1 stands for not known. */
static void
json_int(const char *key, int64_t value)
{
	json_key(key);
	put_int(value);
}

static void
put_int(int64_t value)
{
	if (value == -1)
		fprintf(out, "null");
	else
		fprintf(out, "%" PRId64, value);
}

static void
json_percent(const char *key, int32_t value)
{
	json_key(key);
	put_percent(value);
}

static void
put_percent(int32_t value)
{
	if (value == -1)
		fprintf(out, "null");
	else
		fprintf(out, "%.2f", value / 100.0);
}

static void
json_addr(const char *key, const struct addr *a)
{
	char	 buf[ADDR_STRLEN];

	json_key(key);
	if (a->family == 0)
		fprintf(out, "null");
	else
		json_quote(fmt_addr(a, buf));
}

/* RFC 8259; bytes that are not UTF-8 become the replacement character. */
static void
json_quote(const char *str)
{
	const unsigned char	*s = (const unsigned char *)str;
	size_t			 len;

	fprintf(out, "\"");
	while (*s != '\0') {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s++);
		else if (*s < ' ' || *s == 0x7f)
			fprintf(out, "\\u%04x", *s++);
		else if ((len = utf8_len((const char *)s)) == 0) {
			fprintf(out, "\\ufffd");
			s++;
		} else {
			fprintf(out, "%.*s", (int)len, s);
			s += len;
		}
	}
	fprintf(out, "\"");
}
