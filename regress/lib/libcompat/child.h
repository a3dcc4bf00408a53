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

/*
 * Does something in a child, which may be killed by it.  A function returns
 * 0, or an errno of what did not work, up to 254.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHILD_KILLED	(-1)	/* by pledge(2) */
#define CHILD_CONFINE	255	/* confine() failed */

/*
 * Returns what the function returned after confine(), which may be NULL and
 * returns 0 for success, or CHILD_KILLED.
 */
static inline int
child_run(int (*confine)(const void *), const void *arg, int (*fn)(void))
{
	struct rlimit	 rl = { 0, 0 };
	pid_t		 pid;
	int		 status;

	fflush(NULL);
	if ((pid = fork()) == -1) {
		perror("fork");
		exit(1);
	}
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &rl);
		if (confine != NULL && confine(arg) != 0)
			_exit(CHILD_CONFINE);
		_exit(fn());
	}
	if (waitpid(pid, &status, 0) == -1) {
		perror("waitpid");
		exit(1);
	}
	if (WIFEXITED(status))
		return (WEXITSTATUS(status));
	/* the one on Linux, the other on OpenBSD */
	if (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGABRT)
		return (CHILD_KILLED);
	fprintf(stderr, "child: signal %d\n", WTERMSIG(status));
	exit(1);
}

#endif /* CHILD_H */
