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
 * Sockets that are bound to the interface they would use without the tunnels:
 * only the packets of links leave outside, and no route is added.
 */

#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "bypass.h"
#include "netif.h"
#include "sock.h"

struct bypass {
	char	 ifname[IFNAMSIZ];
};

struct bypass *
bypass_get(struct sock_conf *sc, const struct addr *remote)
{
	struct bypass	*b;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		return (NULL);
	if (netif_outside(sc, remote, b->ifname) == -1) {
		free(b);
		return (NULL);
	}
	strlcpy(sc->ifname, b->ifname, sizeof(sc->ifname));
	return (b);
}

void
bypass_put(struct bypass *b)
{
	free(b);
}

/* The binding ends with the socket. */
void
bypass_keep(struct bypass *b)
{
}

/* uplink.c looks again by itself. */
void
bypass_refresh(void)
{
}
