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
 * Memory for keys, which a core file does not have.  The pages are not shared
 * with anything else; once freed they may be, and stay out of core files.
 */

#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conceal.h"

void *
calloc_conceal(size_t n, size_t size)
{
	size_t	 page = sysconf(_SC_PAGESIZE), len;
	void	*p;
	int	 error;

	if (size != 0 && n > (SIZE_MAX - page) / size) {
		errno = ENOMEM;
		return (NULL);
	}
	len = n * size + page - 1;
	len -= len % page;
	if ((error = posix_memalign(&p, page, len)) != 0) {
		errno = error;
		return (NULL);
	}
	memset(p, 0, len);
	(void)madvise(p, len, conceal_advice);
	return (p);
}
