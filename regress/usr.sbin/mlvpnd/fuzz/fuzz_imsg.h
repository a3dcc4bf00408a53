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
#ifndef FUZZ_IMSG_H
#define FUZZ_IMSG_H

/*
 * Messages between processes, as an input tells.
 */

#include <stddef.h>
#include <stdint.h>

#include "fuzz.h"

#define FUZZ_MESSAGE	16384		/* bytes of its content at most */

struct fuzz_good {
	uint32_t	 type;
	size_t		 size;
};

struct fuzz_message {
	uint32_t	 type;
	uint8_t		 how;		/* a byte of the input */
	size_t		 len;
	uint8_t		 buf[FUZZ_MESSAGE];
};

/*
 * One of n good ones, or of any type; what make(message) put there is then
 * changed by the input, and it may be too long or too short.
 */
void	 fuzz_message(struct fuzz_input *, const struct fuzz_good *, size_t,
	    void (*)(struct fuzz_message *), struct fuzz_message *);

#endif /* FUZZ_IMSG_H */
