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

enum child_id {
	CHILD_ENGINE,
	CHILD_RESOLVER,
	CHILD_STATUS,
	CHILD_RUNNER,			/* the last to stop */
	CHILD_COUNT
};

/*
 * The child processes and the channels to them.  All files of the parent may
 * send messages.
 *
 * child_start(): executes the program again as this child.  The function gets
 *	its messages.  It returns -1 for an invalid message, which is fatal.
 * child_watch(): adds the channels to the event loop.  The function is called
 *	once all children are set up.
 * child_ending(): from now on a child may exit.
 * child_stop(): closes the channels of all children but the runner, on which
 *	they exit, and waits for them.  Those that take longer than 1.5 seconds
 *	are killed.  Returns -1 if one of them failed.
 * child_stop_runner(): the same for the runner, after all others.  It ends
 *	the commands that still run.
 * child_wait_runner(): without the event loop, sends what is queued and
 *	handles messages of the runner, for at most so many milliseconds.
 *	Returns -1 if it has exited.
 * compose_*(): queue a message.
 *	The descriptor, or -1 for none, is closed after it was sent.  A child
 *	that does not read its messages ends the daemon.
 */
void	 child_start(enum child_id, char *argv0, int debug, int verbose,
	    int (*receive)(struct imsg *));
void	 child_watch(void (*started)(void));
void	 child_ending(void);
int	 child_stop(void);
int	 child_stop_runner(void);
int	 child_wait_runner(unsigned int);
void	 compose_engine(uint16_t, uint32_t, int, const void *, size_t);
void	 compose_resolver(uint16_t, uint32_t, const void *, size_t);
void	 compose_status(uint16_t, int, const void *, size_t);
void	 compose_runner(uint16_t, uint32_t, const void *, size_t);

#endif /* CHILD_H */
