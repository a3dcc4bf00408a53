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

#ifndef CONTROL_H
#define CONTROL_H

#include <imsg.h>
#include <stdint.h>

#include "ctl.h"

/*
 * The functions that answer requests.  Those that list return how many
 * entries (filters(): how many tunnels) match; each entry is queued to the
 * client as one message.  link_admin() returns -1 if there is no such tunnel
 * or link, and nosuch() tells the client which ones there are.  The answer to
 * reload() is relayed later to the client with this id.
 */
struct control_ops {
	void	(*summary)(struct imsgbuf *);
	int	(*tunnels)(struct imsgbuf *, const struct ctl_select *);
	int	(*links)(struct imsgbuf *, const struct ctl_select *);
	int	(*filters)(struct imsgbuf *, const struct ctl_select *);
	int	(*history)(struct imsgbuf *, const struct ctl_select *);
	int	(*keys)(struct imsgbuf *, const struct ctl_select *);
	void	(*events)(struct imsgbuf *);
	int	(*link_admin)(const struct ctl_link_admin *, int up);
	void	(*nosuch)(const char *tunnel, const char *link, char *text,
		    size_t size);
	void	(*reload)(uint32_t id);
	void	(*verbose)(int);
};

/*
 * The clients of the control sockets, in the engine.
 *
 * control_init(refuse, ops): processes of the user refuse are not accepted:
 *	those of the daemon that talk to strangers have no business with it.
 * control_listen(fd, restricted): takes over a socket that listens.  Clients
 *	of a restricted one can only look.
 * control_status(fd): takes over the channel to the status process, which can
 *	only look either.
 * control_imsg_relay(): passes an answer of the parent to the client named by
 *	peerid; it is not an error if that is gone.
 */
void	 control_init(uid_t refuse, const struct control_ops *);
void	 control_listen(int, int restricted);
void	 control_status(int);
void	 control_shutdown(void);
void	 control_imsg_relay(struct imsg *);

#endif /* CONTROL_H */
