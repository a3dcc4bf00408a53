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

#ifndef QUOTA_H
#define QUOTA_H

/*
 * The parent's: what links have used, kept in a file, and what follows for
 * those that have a quota.
 */

#include <stdint.h>

struct link_conf;
struct mlvpnd_conf;

/*
 * quota_start(directory, name): reads what was used before from the file of
 *	that name and ".usage", which is written anew every 45 seconds.  The
 *	function is called when the settings of a link have changed.
 * quota_stop(): writes it.
 * quota_conf(): the configuration in force, until the next one.
 * quota_count(tunnel, link, bytes): what the engine has counted.
 * quota_apply(tunnel): changes the settings of a link of this tunnel if its
 *	quota is used up.
 */
void	 quota_start(const char *, const char *, void (*)(void));
void	 quota_stop(void);
void	 quota_conf(const struct mlvpnd_conf *);
void	 quota_count(uint32_t, const char *, uint64_t);
void	 quota_apply(const char *, struct link_conf *);

#endif /* QUOTA_H */
