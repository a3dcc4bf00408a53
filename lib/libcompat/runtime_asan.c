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


/*
 * For programs built with -fsanitize: what a report with a stack needs.
 * Leaks are not looked for when a process ends, which takes other processes
 * and /proc; "make CONFINE=no" is for that.
 */

#include <sys/param.h>

#include <seccomp.h>

#include "confine.h"

const char	*__asan_default_options(void);

const int	 pledge_runtime[] = {
	SCMP_SYS(getdents64),
	SCMP_SYS(newfstatat),
	SCMP_SYS(openat),
	SCMP_SYS(prctl),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat)
};
const int	 pledge_nruntime = nitems(pledge_runtime);

const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}
