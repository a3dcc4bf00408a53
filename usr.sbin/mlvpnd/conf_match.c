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
 * Expressions of match rules.  They are compiled with pcap_compile(3), which
 * must not ask a name server.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <ctype.h>
#include <errno.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_match.h"

static const char	*match_name(const char *);
static int		 match_word_ok(const char *, int *);
static int		 match_word_known(const char *);

/*
 * Keywords of every pcap_compile(3) that make sense without an interface to
 * capture from.
 */
static const char * const words[] = {
	"ah", "and", "arp", "broadcast", "dst", "esp", "ether", "greater",
	"host", "icmp", "icmp6", "icmpcode", "icmp-echo", "icmp-echoreply",
	"icmp-ireq", "icmp-ireqreply", "icmp-maskreply", "icmp-maskreq",
	"icmp-paramprob", "icmp-redirect", "icmp-routeradvert",
	"icmp-routersolicit", "icmp-sourcequench", "icmp-timxceed",
	"icmp-tstamp", "icmp-tstampreply", "icmptype", "icmp-unreach",
	"igmp", "ip", "ip6", "len", "less", "link", "mask", "multicast",
	"net", "not", "or", "pim", "port", "proto", "protochain", "rarp",
	"src", "tcp", "tcp-ack", "tcp-fin", "tcpflags", "tcp-push",
	"tcp-rst", "tcp-syn", "tcp-urg", "udp", "vlan"
};

/* Other keywords, which some take for host names. */
static const char * const words_newer[] = {
	"carp", "icmp6code", "icmp6-echo", "icmp6-echoreply",
	"icmp6-neighboradvert", "icmp6-neighborsolicit",
	"icmp6-packettoobig", "icmp6-redirect", "icmp6-routeradvert",
	"icmp6-routersolicit", "icmp6type", "portrange", "sctp", "tcp-cwr",
	"tcp-ece", "vrrp"
};

struct bpf_insn *
conf_match_compile(const struct tunnel_conf *tunnel, const char *expr,
    unsigned int *n, char *errbuf, size_t size)
{
	struct bpf_program	 prog;
	struct bpf_insn		*insns = NULL;
	pcap_t			*pcap;
	const char		*name;

	if (*expr == '\0') {
		strlcpy(errbuf, "empty expression", size);
		return (NULL);
	}
	if ((name = match_name(expr)) != NULL) {
		snprintf(errbuf, size, "unknown word \"%.*s\", host names are "
		    "not resolved",
		    (int)strcspn(name, " \t()[]!&|<>=+/*"), name);
		return (NULL);
	}
	if ((pcap = pcap_open_dead(tunnel->layer2 ? DLT_EN10MB : DLT_RAW,
	    UINT16_MAX)) == NULL) {
		strlcpy(errbuf, strerror(ENOMEM), size);
		return (NULL);
	}
	if (pcap_compile(pcap, &prog, expr, 1, PCAP_NETMASK_UNKNOWN) == -1) {
		strlcpy(errbuf, pcap_geterr(pcap), size);
		pcap_close(pcap);
		return (NULL);
	}
	if (prog.bf_len > MATCH_INSNS_MAX)
		strlcpy(errbuf, "expression too complex", size);
	else if ((insns = calloc(prog.bf_len, sizeof(*insns))) == NULL)
		strlcpy(errbuf, strerror(ENOMEM), size);
	else {
		memcpy(insns, prog.bf_insns, prog.bf_len * sizeof(*insns));
		*n = prog.bf_len;
	}
	pcap_freecode(&prog);
	pcap_close(pcap);
	return (insns);
}

/*
 * Returns the first word that pcap_compile(3) would ask a name server for,
 * which a daemon that is reading its configuration must not wait for.
 */
static const char *
match_name(const char *expr)
{
	const char	*p = expr;
	char		 word[64];
	size_t		 len;
	int		 service = 0;

	while (*p != '\0') {
		if (!isalnum((unsigned char)*p)) {
			p++;
			continue;
		}
		for (len = 1; p[len] != '\0' && (isalnum((unsigned char)p[len])
		    || strchr(".:_-\\", p[len]) != NULL); len++)
			;
		if (isalpha((unsigned char)*p) && memchr(p, ':', len) == NULL) {
			if (len >= sizeof(word))
				return (p);
			memcpy(word, p, len);
			word[len] = '\0';
			if (!match_word_ok(word, &service))
				return (p);
		}
		p += len;
	}
	return (NULL);
}

/* *service: what else comes is a port's or protocol's name, as in files. */
static int
match_word_ok(const char *word, int *service)
{
	if (!match_word_known(word))
		return (*service);
	if (strncmp(word, "port", 4) == 0 || strncmp(word, "proto", 5) == 0)
		*service = 1;
	else if (strcmp(word, "and") != 0 && strcmp(word, "or") != 0 &&
	    strcmp(word, "not") != 0)
		*service = 0;
	return (1);
}

static int
match_word_known(const char *word)
{
	size_t	 i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0)
			return (1);
	}
	for (i = 0; conf_match_newer &&
	    i < sizeof(words_newer) / sizeof(words_newer[0]); i++) {
		if (strcmp(word, words_newer[i]) == 0)
			return (1);
	}
	return (0);
}
