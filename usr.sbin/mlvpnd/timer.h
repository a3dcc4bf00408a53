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

#ifndef TIMER_H
#define TIMER_H

struct event;

/*
 * The parent's timers, in milliseconds.
 *
 * timer_set(): has a timer run off in that time.
 * timer_now(): of a clock that never goes back; it wraps around.
 * timer_backoff(): the time to wait before the next attempt: min at first,
 *	when now is 0, then twice the last one up to max.
 */
void		 timer_set(struct event *, unsigned int ms);
unsigned int	 timer_now(void);
unsigned int	 timer_backoff(unsigned int now, unsigned int min,
		    unsigned int max);

#endif /* TIMER_H */
