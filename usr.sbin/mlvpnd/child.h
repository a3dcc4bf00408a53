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
 * The child processes and the channels to them.  All files of the parent may
 * send messages.
 *
 * child_start(): executes the program again twice, as engine and as resolver.
 *	The functions get the messages of the children.  They return -1 for an
 *	invalid message, which is fatal.
 * child_watch(): adds the channels to the event loop.
 * child_ending(): from now on a child may exit.
 * child_stop(): closes the channels, on which the children exit, and waits
 *	for them.  Returns -1 if one of them failed.
 * compose_engine(), compose_resolver(): queue a message.  The descriptor, or
 *	-1 for none, is closed after it was sent.
 */
void	 child_start(char *argv0, int debug, int verbose,
	    int (*engine)(struct imsg *), int (*resolver)(struct imsg *));
void	 child_watch(void);
void	 child_ending(void);
int	 child_stop(void);
void	 compose_engine(uint16_t, uint32_t, int, const void *, size_t);
void	 compose_resolver(uint16_t, uint32_t, const void *, size_t);

#endif /* CHILD_H */
