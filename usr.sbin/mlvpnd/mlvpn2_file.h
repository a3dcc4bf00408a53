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

#ifndef MLVPN2_FILE_H
#define MLVPN2_FILE_H

#include <stdint.h>

struct core;
struct tunnel;

/*
 * The flows file: the positions of MLVPN 2.x peers in their connections, so
 * that recorded datagrams are rejected after a restart too.
 *
 * mlvpn2_file_open(fd): takes over the descriptor and reads the file.
 * mlvpn2_file_load(tunnel): sets the positions of a new tunnel.
 * mlvpn2_file_changed(): a session has begun.
 * mlvpn2_file_timer(core, now): writes the file if it is time.
 * mlvpn2_file_close(core): writes it for the last time.
 */
void	 mlvpn2_file_open(int);
void	 mlvpn2_file_load(struct tunnel *);
void	 mlvpn2_file_changed(void);
void	 mlvpn2_file_timer(struct core *, uint64_t);
void	 mlvpn2_file_close(struct core *);

#endif /* MLVPN2_FILE_H */
