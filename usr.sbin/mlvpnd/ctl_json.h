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

#ifndef CTL_JSON_H
#define CTL_JSON_H

/*
 * Control messages as JSON.  The members are documented in mlvpnctl(8), JSON
 * OUTPUT.
 */

#include <stdio.h>

#include "ctl.h"

/*
 * json_begin(f, list): begins an object.  The list of that name is there even
 *	if nothing is added to it; NULL: none.
 * json_list(list): the same for a further list.
 * The next ones add to it.  Messages of one kind come one after the other.
 * json_end(): ends the object.
 */
void	 json_begin(FILE *, const char *);
void	 json_list(const char *);
void	 json_summary(const struct ctl_summary *);
void	 json_listen(const struct ctl_listen *);
void	 json_tunnel(const struct ctl_tunnel *);
void	 json_link(const struct ctl_link *);
void	 json_filter(const struct ctl_match *);
void	 json_history(const struct ctl_history *);
void	 json_keypair(const struct ctl_key *);
void	 json_event(const struct ctl_event *);
void	 json_message(const char *);
void	 json_result(int, const char *);	/* CTL_RES_*, text */
void	 json_end(void);

#endif /* CTL_JSON_H */
