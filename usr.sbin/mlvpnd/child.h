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

#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include <stdint.h>

struct imsg;

/*
 * The parent's children and the channels to them, which each of its files
 * may send to.
 *
 * child_start(): runs the program anew twice, as engine and as resolver.
 *	What they say is for these functions, which return -1 for a message
 *	that is not valid: it ends the daemon.
 * child_watch(): has the event loop watch the channels.
 * child_ending(): they may end from now on.
 * child_stop(): closes the channels, at which the children end, and waits
 *	for that.  Returns -1 if one did not end as it should.
 * compose_engine(), compose_resolver(): queue a message; the descriptor, -1
 *	for none, is closed once it is sent.
 */
void	 child_start(char *argv0, int debug, int verbose,
	    int (*engine)(struct imsg *), int (*resolver)(struct imsg *));
void	 child_watch(void);
void	 child_ending(void);
int	 child_stop(void);
void	 compose_engine(uint16_t, uint32_t, int, const void *, size_t);
void	 compose_resolver(uint16_t, uint32_t, const void *, size_t);

#endif /* CHILD_H */
