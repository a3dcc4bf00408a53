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
 * Memory for keys, which a core file does not have; nor does it have what
 * shares a page with it.  Large zero pages of calloc(3) stay untouched, where
 * it aligns enough for AES's keys: on 32-bit machines it does not.
 */

#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conceal.h"

#define ALIGNMENT	16

static void	*calloc_aligned(size_t, size_t);

void *
calloc_conceal(size_t n, size_t size)
{
	size_t	 page = sysconf(_SC_PAGESIZE), before, len;
	char	*p;

	if ((p = calloc_aligned(n, size)) == NULL)
		return (NULL);
	before = (uintptr_t)p % page;
	len = before + n * size + page - 1;
	(void)madvise(p - before, len - len % page, conceal_advice);
	return (p);
}

static void *
calloc_aligned(size_t n, size_t size)
{
	void	*p;
	int	 error;

	if ((p = calloc(n, size)) == NULL || (uintptr_t)p % ALIGNMENT == 0)
		return (p);
	free(p);
	if ((error = posix_memalign(&p, ALIGNMENT, n * size)) != 0) {
		errno = error;
		return (NULL);
	}
	return (memset(p, 0, n * size));
}
