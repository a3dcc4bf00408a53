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

#ifndef RUN_H
#define RUN_H

#include <sys/types.h>

#include <stdint.h>

/*
 * A request to run a program, IMSG_RUN, is this header and strings with their
 * NULs: a text for the log, the arguments and the environment.
 */
struct run_header {
	uint32_t	 argc;		/* at least 1: the path */
	uint32_t	 envc;
};

#define RUN_ARGS_MAX	16
#define RUN_ENV_MAX	16

/* Both arrays end with NULL.  Returns the request, which is to be freed. */
void	*run_request(const char *text, const char *const *argv,
	    const char *const *env, size_t *);

/*
 * The programs that run.
 *
 * run_init(): the function is called when a program has ended, with the id of
 *	its request, or when it was not run, which is logged.  Programs that
 *	take longer than max get a SIGTERM, and a SIGKILL after grace, both in
 *	milliseconds.
 * run_start(): runs a program, if nobody but root can change it.  Returns -1
 *	if the request is not valid.
 * run_stop(): ends all programs, without the event loop.
 */
void	 run_init(void (*done)(uint32_t id), unsigned int max,
	    unsigned int grace);
int	 run_start(uint32_t id, const void *, size_t);
void	 run_stop(void);

#endif /* RUN_H */
