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
 * Reads and checks messages of the control socket.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include <imsg.h>
#include <stdint.h>

#include "ctl_get.h"

#define CLEAN(s)	ctl_clean((s), sizeof(s))

int
ctl_get_summary(struct imsg *imsg, struct ctl_summary *cs)
{
	if (imsg_get_data(imsg, cs, sizeof(*cs)) == -1)
		return (-1);
	CLEAN(cs->version);
	return (0);
}

int
ctl_get_listen(struct imsg *imsg, struct ctl_listen *cl)
{
	if (imsg_get_data(imsg, cl, sizeof(*cl)) == -1)
		return (-1);
	CLEAN(cl->ifname);
	return (0);
}

int
ctl_get_tunnel(struct imsg *imsg, struct ctl_tunnel *ct)
{
	if (imsg_get_data(imsg, ct, sizeof(*ct)) == -1 ||
	    ct->naddress > TUNNEL_ADDR_MAX)
		return (-1);
	CLEAN(ct->name);
	CLEAN(ct->descr);
	CLEAN(ct->ifname);
	CLEAN(ct->cipher);
	CLEAN(ct->secret);
	CLEAN(ct->peer_key);
	return (0);
}

int
ctl_get_link(struct imsg *imsg, struct ctl_link *cl)
{
	if (imsg_get_data(imsg, cl, sizeof(*cl)) == -1)
		return (-1);
	CLEAN(cl->tunnel);
	CLEAN(cl->name);
	return (0);
}

int
ctl_get_filter(struct imsg *imsg, struct ctl_match *cm)
{
	int	 i;

	if (imsg_get_data(imsg, cm, sizeof(*cm)) == -1 ||
	    cm->conf.nlinks > MATCH_LINKS_MAX)
		return (-1);
	CLEAN(cm->tunnel);
	CLEAN(cm->conf.expr);
	for (i = 0; i < cm->conf.nlinks; i++)
		CLEAN(cm->conf.links[i]);
	return (0);
}

int
ctl_get_history(struct imsg *imsg, struct ctl_history *ch)
{
	if (imsg_get_data(imsg, ch, sizeof(*ch)) == -1 ||
	    ch->n > HISTORY_SAMPLES)
		return (-1);
	CLEAN(ch->tunnel);
	CLEAN(ch->link);
	return (0);
}

int
ctl_get_key(struct imsg *imsg, struct ctl_key *ck)
{
	if (imsg_get_data(imsg, ck, sizeof(*ck)) == -1)
		return (-1);
	CLEAN(ck->tunnel);
	CLEAN(ck->secret);
	CLEAN(ck->own_key);
	CLEAN(ck->peer_key);
	return (0);
}

int
ctl_get_event(struct imsg *imsg, struct ctl_event *ce)
{
	if (imsg_get_data(imsg, ce, sizeof(*ce)) == -1)
		return (-1);
	CLEAN(ce->text);
	return (0);
}

int
ctl_get_result(struct imsg *imsg, struct ctl_result *res)
{
	if (imsg_get_data(imsg, res, sizeof(*res)) == -1)
		return (-1);
	CLEAN(res->text);
	return (0);
}

void
ctl_clean(char *s, size_t size)
{
	s[size - 1] = '\0';
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
}
