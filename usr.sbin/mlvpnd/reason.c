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
 * Reasons and hints in words, for people and for programs.
 */

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "reason.h"

static const char	*fmt_rate(uint64_t, char *, size_t);

static const struct {
	const char	*token;
	const char	*words;
} reasons[REASON_MAX] = {
	[REASON_NONE] = { NULL, "" },
	[REASON_OPENING] = { "opening", "opening" },
	[REASON_WAITING] = { "waiting", "waiting for peer" },
	[REASON_NO_HANDSHAKE] = { "no-handshake", "no answer from peer" },
	[REASON_NO_ANSWER] = { "no-answer", "no answer" },
	[REASON_NO_REPORTS] = { "no-reports", "no reports from peer" },
	[REASON_SILENT] = { "silent", "nothing received" },
	[REASON_UNHEARD] = { "unheard", "peer receives nothing" },
	[REASON_ANSWERS] = { "answers", "answering again" },
	[REASON_CALLED] = { "called", "reopened by peer" },
	[REASON_CLOSED] = { "closed", "closed by peer" },
	[REASON_REFUSED] = { "refused", "refused by peer" },
	[REASON_OPERATOR] = { "operator", "by operator" },
	[REASON_QUOTA] = { "quota", "quota used up" },
	[REASON_REMOVED] = { "removed", "removed" },
	[REASON_ASSOCIATION] = { "association", "association ended" },
	[REASON_NO_ADDRESS] = { "no-address", "no address or socket" },
	[REASON_NO_SOCKET] = { "no-socket", "no socket" },
	[REASON_NET_UNREACHABLE] = {
		"network-unreachable", "network is unreachable"
	},
	[REASON_HOST_UNREACHABLE] = { "host-unreachable", "no route to host" },
	[REASON_NET_DOWN] = { "network-down", "network is down" },
	[REASON_HOST_DOWN] = { "host-down", "host is down" },
	[REASON_ADDRESS_GONE] = { "address-gone", "local address is gone" },
	[REASON_DENIED] = { "denied", "permission denied" },
	[REASON_TUNNEL] = {
		"tunnel", "route to peer leads through a tunnel"
	},
	[REASON_NO_FAMILY] = {
		"no-family", "no address of the family of the peer"
	},
	[REASON_RP_FILTER] = { "rp-filter", "rp_filter drops the answers" },
	[REASON_LOSS] = { "loss", "too much loss" },
	[REASON_DELAY] = { "delay", "too much delay" },
	[REASON_GOOD] = { "good", "recovered" },
	[REASON_MOVED] = { "moved", "peer address changed" },
	[REASON_BANDWIDTH] = { "bandwidth", "delivers less than configured" },
	[REASON_LAYER] = { "layer", "one end has tun, the other tap" },
	[REASON_NO_CIPHER] = {
		"no-cipher", "no cipher in common with peer"
	},
	[REASON_WRONG_CIPHER] = {
		"wrong-cipher",
		"peer chose a cipher that was not offered"
	},
	[REASON_NO_KEY] = {
		"no-key", "HELLO with a key that no tunnel has"
	},
	[REASON_RIVALS] = {
		"rivals", "two peers have the same secret or key"
	}
};

enum reason
reason_of_errno(int error)
{
	static const struct {
		int		 error;
		enum reason	 reason;
	} errors[] = {
		{ ENETUNREACH,	REASON_NET_UNREACHABLE },
		{ EHOSTUNREACH,	REASON_HOST_UNREACHABLE },
		{ ENETDOWN,	REASON_NET_DOWN },
		{ ENXIO,	REASON_NET_DOWN },
		{ EHOSTDOWN,	REASON_HOST_DOWN },
		{ EADDRNOTAVAIL, REASON_ADDRESS_GONE },
		{ EACCES,	REASON_DENIED },
		{ EPERM,	REASON_DENIED }
	};
	size_t	 i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error)
			return (errors[i].reason);
	return (REASON_NONE);
}

const char *
reason_words(unsigned int reason)
{
	return (reason < REASON_MAX ? reasons[reason].words : "unknown");
}

const char *
reason_token(unsigned int reason)
{
	return (reason < REASON_MAX ? reasons[reason].token : "unknown");
}

const char *
hint_words(unsigned int hint, uint64_t configured, uint64_t delivered,
    char *buf)
{
	char	 conf[16], measured[16];

	fmt_rate(configured, conf, sizeof(conf));
	switch (hint) {
	case HINT_NONE:
		buf[0] = '\0';
		break;
	case HINT_LESS:
		snprintf(buf, HINT_STRLEN, "configured %s, measured %s", conf,
		    fmt_rate(delivered, measured, sizeof(measured)));
		break;
	case HINT_FULL:
		snprintf(buf, HINT_STRLEN, "always full, no queueing delay: "
		    "%s may be too low", conf);
		break;
	default:
		snprintf(buf, HINT_STRLEN, "unknown");
		break;
	}
	return (buf);
}

const char *
hint_token(unsigned int hint)
{
	static const char * const	 tokens[HINT_MAX] = {
		NULL, "less", "full"
	};

	return (hint < HINT_MAX ? tokens[hint] : "unknown");
}

/* Three digits, without trailing zeros. */
static const char *
fmt_rate(uint64_t bps, char *buf, size_t len)
{
	static const char * const	 units[] = { "", "K", "M", "G" };
	uint64_t			 unit = 1;
	size_t				 i;

	for (i = 0; i < 3 && (double)bps / unit >= 999.5; i++)
		unit *= 1000;
	snprintf(buf, len, "%.3g%s", (double)bps / unit, units[i]);
	return (buf);
}
