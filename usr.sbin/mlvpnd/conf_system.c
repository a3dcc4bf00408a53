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
 * What mlvpnd -n can know of the system that a configuration is for.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <net/if.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "conf_system.h"
#include "log.h"
#include "mlvpnd.h"
#include "netif.h"
#include "sock.h"

static int	 check_device(const struct tunnel_conf *);
static void	 check_link(const char *, const struct link_conf *);
static void	 check_rtable(const char *, int);
static void	 check_interface(const char *, const char *);

int
conf_system_check(const struct mlvpnd_conf *conf)
{
	const struct tunnel_conf	*tc;
	const struct link_conf		*link;
	const struct listen_conf	*lc;
	char				 where[64];
	int				 ret = 0;

	(void)netif_init();
	if (getpwnam(MLVPND_USER) == NULL) {
		log_warnx("unknown user %s", MLVPND_USER);
		ret = -1;
	}
	TAILQ_FOREACH(lc, &conf->listens, entry) {
		snprintf(where, sizeof(where), "listen on port %u", lc->port);
		check_rtable(where, lc->rtable);
	}
	TAILQ_FOREACH(tc, &conf->tunnels, entry) {
		if (check_device(tc) == -1)
			ret = -1;
		TAILQ_FOREACH(link, &tc->links, entry)
			check_link(tc->name, link);
	}
	return (ret);
}

static int
check_device(const struct tunnel_conf *tc)
{
	const char	*path = netif_device(tc->ifname);

	if (access(path, F_OK) == 0)
		return (0);
	log_warn("%s: interface %s: %s", tc->name, tc->ifname, path);
	return (-1);
}

static void
check_link(const char *tunnel, const struct link_conf *link)
{
	char	 where[TUNNEL_NAME_SIZE + LINK_NAME_SIZE + 16];

	snprintf(where, sizeof(where), "%s: link %s", tunnel, link->name);
	check_interface(where, link->ifname);
	check_interface(where, link->local_if);
	check_rtable(where, link->rtable);
}

/* Only root can use routing tables on some systems. */
static void
check_rtable(const char *where, int rtable)
{
	struct sock_conf	 sc;
	const char		*what;

	memset(&sc, 0, sizeof(sc));
	sc.local.family = 4;
	sc.rtable = rtable;
	if (sock_check(&sc, &what) == -1 && errno != EPERM)
		log_warn("warning: %s: %s", where, what);
}

/* Or is it an interface group? */
static void
check_interface(const char *where, const char *ifname)
{
	struct if_nameindex	*list, *ni;
	int			 found = 0;

	if (ifname[0] == '\0' || (list = if_nameindex()) == NULL)
		return;
	for (ni = list; ni->if_index != 0 && !found; ni++)
		found = netif_is_member(ifname, ni->if_name);
	if_freenameindex(list);
	if (!found)
		log_warnx("warning: %s: no interface %s", where, ifname);
}
