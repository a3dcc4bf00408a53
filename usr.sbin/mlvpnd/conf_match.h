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

#ifndef CONF_MATCH_H
#define CONF_MATCH_H

#include <sys/types.h>

struct bpf_insn;
struct tunnel_conf;

/*
 * Returns the compiled expression, to be freed, and its number of
 * instructions; NULL with a message.
 */
struct bpf_insn	*conf_match_compile(const struct tunnel_conf *, const char *,
		    unsigned int *, char *, size_t);

/*
 * conf_match_*.c: pcap_compile(3) is that of tcpdump.org, which knows more
 * words than OpenBSD's.
 */
extern const int conf_match_newer;

#endif /* CONF_MATCH_H */
