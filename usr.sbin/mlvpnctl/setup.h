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

#ifndef SETUP_H
#define SETUP_H

/*
 * What setup.c has been told, for the files that setup_files.c prints.
 */

#include <sys/types.h>
#include <net/if.h>

#include "addr.h"
#include "conf.h"

#define SETUP_NAME		"home"
#define SETUP_PORT		5080
#define SETUP_NETWORK		"10.44.43.0/24"
#define SETUP_TUNNEL_LEN	30	/* of the network of one tunnel */
#define SETUP_RDOMAIN_MAX	252	/* Linux has the tables above it */
#define SETUP_ADDR_SIZE		sizeof("255.255.255.255/32")
#define SETUP_RATE_SIZE		16

enum setup_system {
	SYSTEM_OPENBSD,
	SYSTEM_NETWORKD,		/* Linux */
	SYSTEM_IFUPDOWN
};

/* An uplink of the client. */
struct uplink {
	char		 ifname[IFNAMSIZ];
	char		 name[LINK_NAME_SIZE];
	char		 address[SETUP_ADDR_SIZE];	/* empty: by DHCP */
	char		 gateway[SETUP_ADDR_SIZE];
	char		 up[SETUP_RATE_SIZE];	/* empty: automatic */
	char		 down[SETUP_RATE_SIZE];
	int		 rdomain;		/* 0: none */
	int		 backup;
};

struct setup {
	enum setup_system client;
	enum setup_system server;
	int		 add;			/* to a server that runs */
	const char	*directory;		/* NULL: standard output */
	char		 address[HOST_SIZE];	/* of the server, or its name */
	int		 is_name;
	int		 port;			/* 0: not given */
	char		 name[TUNNEL_NAME_SIZE];
	char		 lan[IFNAMSIZ];		/* of the client, or empty */
	struct prefix	 network;		/* of all tunnels */
	struct prefix	 tunnel;		/* the part for this one */
	char		 ifname[IFNAMSIZ];	/* of the server */
	struct uplink	 uplinks[TUNNEL_LINK_MAX];
	int		 nuplinks;
};

/* setup_files.c: exits after an error. */
void	 setup_files(const struct setup *);

#endif /* SETUP_H */
