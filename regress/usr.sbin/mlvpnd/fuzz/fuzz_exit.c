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
 * The end of a program is the end of an input here: exit(3), err(3) and their
 * like, and the daemon's fatal(), go back to who called fuzz_ends().  The
 * linker puts these in place of the others.
 */

#include <setjmp.h>
#include <stdarg.h>

#include "fuzz.h"
#include "fuzz_exit.h"

static jmp_buf	 env;
static int	 inside;

const char	*__asan_default_options(void);

__dead void	 __real_exit(int);
__dead void	 __wrap_exit(int);
__dead void	 __wrap_err(int, const char *, ...);
__dead void	 __wrap_errx(int, const char *, ...);
__dead void	 __wrap_fatal(const char *, ...);
__dead void	 __wrap_fatalx(const char *, ...);
static __dead void leave(int);

/* Who ends need not free. */
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}

int
fuzz_ends(void (*fn)(void *), void *arg)
{
	if (setjmp(env) != 0) {
		inside = 0;
		return (1);
	}
	inside = 1;
	fn(arg);
	inside = 0;
	return (0);
}

static void
leave(int status)
{
	if (inside)
		longjmp(env, 1);
	__real_exit(status);
}

void
__wrap_exit(int status)
{
	leave(status);
}

void
__wrap_err(int status, const char *fmt, ...)
{
	leave(status);
}

void
__wrap_errx(int status, const char *fmt, ...)
{
	leave(status);
}

void
__wrap_fatal(const char *fmt, ...)
{
	leave(1);
}

void
__wrap_fatalx(const char *fmt, ...)
{
	leave(1);
}
