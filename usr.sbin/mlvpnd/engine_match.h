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

#ifndef ENGINE_MATCH_H
#define ENGINE_MATCH_H

/*
 * The "match" rules of a tunnel and their compiled programs, as the parent
 * sends them.
 */

#include <sys/queue.h>

struct engine_match;
struct imsg;
struct tunnel;

TAILQ_HEAD(engine_matches, engine_match);

/*
 * engine_match_recv(rules, imsg): appends a rule.
 * engine_match_recv_bpf(rules, imsg): sets the program of the last one.
 * engine_matches_differ(a, b): do the rules or their order differ?
 * engine_matches_take(rules, from): replaces them by those of the other list,
 *	which is empty then.
 * engine_matches_install(rules, tunnel): gives them to the core.
 */
void	 engine_match_recv(struct engine_matches *, struct imsg *);
void	 engine_match_recv_bpf(struct engine_matches *, struct imsg *);
int	 engine_matches_differ(const struct engine_matches *,
	    const struct engine_matches *);
void	 engine_matches_take(struct engine_matches *, struct engine_matches *);
void	 engine_matches_install(const struct engine_matches *,
	    struct tunnel *);
void	 engine_matches_free(struct engine_matches *);

#endif /* ENGINE_MATCH_H */
