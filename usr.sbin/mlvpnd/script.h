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

#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdint.h>

struct script;
struct tunnel_conf;

/*
 * The command of a tunnel.
 *
 * script_new(): the function is called when a script for MLVPN 2.x may have
 *	taken the interface down and up again.
 * script_conf(): the new configuration of the tunnel, which must exist until
 *	the next call.  A new command is told everything.
 * script_interface(): the interface, or NULL if there is none.
 * script_event(): an event of the engine, see enum core_event_type.  For a
 *	command, a tunnel is up while one of its links is.
 * script_down(): the engine has dropped the tunnel.
 * script_free(): the tunnel was removed; its command is still told.
 * script_done(): the runner has run the command whose request had this id.
 * script_stop(): the daemon exits, and there is no event loop: tells all
 *	commands, and waits for at most so many milliseconds.
 */
struct script	*script_new(void (*restore)(void *), void *arg);
void		 script_conf(struct script *, const struct tunnel_conf *);
void		 script_interface(struct script *, const char *, uint16_t mtu);
void		 script_event(struct script *, int, const char *link,
		    const char *reason);
void		 script_down(struct script *);
void		 script_free(struct script *);
void		 script_done(uint32_t id);
void		 script_stop(unsigned int);

#endif /* SCRIPT_H */
