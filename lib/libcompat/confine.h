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


#ifndef COMPAT_CONFINE_H
#define COMPAT_CONFINE_H

/* What pledge(2) and unveil(2) on Linux have to know of each other. */

#define UNVEIL_READ	0x01
#define UNVEIL_WRITE	0x02
#define UNVEIL_EXEC	0x04
#define UNVEIL_CREATE	0x08

/* unveil_linux.c */
int	 unveil_add(const char *, int);
int	 unveil_lock(void);
int	 unveil_used(void);

/* runtime_none.c, runtime_asan.c: system calls that the runtime needs */
extern const int	 pledge_runtime[];
extern const int	 pledge_nruntime;

#endif /* COMPAT_CONFINE_H */
