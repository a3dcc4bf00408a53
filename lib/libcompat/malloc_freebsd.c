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


#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conceal.h"

const int	conceal_advice = MADV_NOCORE;

void
freezero(void *p, size_t size)
{
	if (p == NULL)
		return;
	explicit_bzero(p, size);
	free(p);
}

/* As realloc(3): what is new is zeroed, and what is given up wiped. */
void *
recallocarray(void *p, size_t oldn, size_t n, size_t size)
{
	void	*new;
	size_t	 old;

	if (p == NULL)
		return (calloc(n, size));
	if (size != 0 && oldn > SIZE_MAX / size) {
		errno = EINVAL;
		return (NULL);
	}
	old = oldn * size;
	if ((new = calloc(n, size)) == NULL)
		return (NULL);
	memcpy(new, p, old < n * size ? old : n * size);
	freezero(p, old);
	return (new);
}
