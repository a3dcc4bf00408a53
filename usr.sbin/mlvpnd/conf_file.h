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

#ifndef CONF_FILE_H
#define CONF_FILE_H

#include <sys/types.h>

#include <stdint.h>

struct stat;

/*
 * All return -1 with a message in the buffer of the given size.
 *
 * conf_write_check(): is the file one that only root can write, or the user?
 * conf_secret_check(): the same, and others cannot read it; its group may.
 * conf_secret_read(): reads 32 bytes in base64 from such a file.
 * conf_command_check(): may root run this program?  Nobody but root or the
 *	user may be able to write it, nor a directory of its path.  The path,
 *	with PATH_MAX bytes, is the absolute one, without symbolic links.  Run
 *	this one: nobody else can make it another program.
 */
int	 conf_write_check(const struct stat *, char *, size_t);
int	 conf_secret_check(const struct stat *, char *, size_t);
int	 conf_secret_read(const char *, uint8_t *, char *, size_t);
int	 conf_command_check(const char *, char *path, char *, size_t);

#endif /* CONF_FILE_H */
