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

#ifndef DEMOTE_H
#define DEMOTE_H

#include <stdint.h>

struct demote;
struct tunnel_conf;

/*
 * The carp(4) demotion of a tunnel's interface group: raised by one while the
 * tunnel is down, and lowered when it has been up for a while.  ifconfig(8)
 * sets it, as pledge(2) does not let us.
 *
 * demote_new(): of a tunnel that is down.
 * demote_conf(): the new configuration of the tunnel.
 * demote_tunnel(): the tunnel went up or down.
 * demote_free(): lowers it if it is raised.
 * demote_done(): the runner has run a program whose request had this id.
 *	Returns 0 if the request was not one of these.
 * demote_stop(): the daemon exits, and there is no event loop: waits for the
 *	runner for at most so many milliseconds.
 */
struct demote	*demote_new(void);
void		 demote_conf(struct demote *, const struct tunnel_conf *);
void		 demote_tunnel(struct demote *, int up);
void		 demote_free(struct demote *);
int		 demote_done(uint32_t id);
void		 demote_stop(unsigned int);

#endif /* DEMOTE_H */
