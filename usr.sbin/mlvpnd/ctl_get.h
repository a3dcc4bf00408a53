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

#ifndef CTL_GET_H
#define CTL_GET_H

/*
 * Reads messages of the control socket.  Names in them may come from the peer,
 * and the process that sends them may be compromised: strings are terminated,
 * control characters become '?', and numbers of elements are within bounds.
 *
 * The functions return -1 if the message is not valid.
 */

#include <stddef.h>

#include "ctl.h"

struct imsg;

int	 ctl_get_summary(struct imsg *, struct ctl_summary *);
int	 ctl_get_listen(struct imsg *, struct ctl_listen *);
int	 ctl_get_tunnel(struct imsg *, struct ctl_tunnel *);
int	 ctl_get_link(struct imsg *, struct ctl_link *);
int	 ctl_get_filter(struct imsg *, struct ctl_match *);
int	 ctl_get_history(struct imsg *, struct ctl_history *);
int	 ctl_get_key(struct imsg *, struct ctl_key *);
int	 ctl_get_event(struct imsg *, struct ctl_event *);
int	 ctl_get_result(struct imsg *, struct ctl_result *);

/* Terminates the string and replaces its control characters. */
void	 ctl_clean(char *, size_t);

#endif /* CTL_GET_H */
