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

static size_t	 printable(const unsigned char *);

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
	size_t	 n;

	s[size - 1] = '\0';
	for (; *s != '\0'; s += n)
		if ((n = printable((const unsigned char *)s)) == 0) {
			*s = '?';
			n = 1;
		}
}

/*
 * The bytes of the character at s, 0 if it is none that can be printed.  What
 * is not UTF-8 could be one of the controls from 0x80 to 0x9f.
 */
static size_t
printable(const unsigned char *s)
{
	size_t	 i, n;

	if (s[0] < 0x80)
		return (s[0] >= ' ' && s[0] != 0x7f);
	n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 :
	    s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return (0);
	if ((s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xe0 && s[1] < 0xa0) ||
	    (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return (0);
	return (n);
}
