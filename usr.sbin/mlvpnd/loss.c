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
 * Measures the loss of a path in windows of datagrams.
 */

#include <sys/param.h>

#include "clock.h"
#include "loss.h"

#define WINDOW		256		/* datagrams */
#define WINDOW_TIME	(2 * USEC)
#define WINDOW_LEAST	8		/* datagrams that say anything */
#define ALL		10000		/* 1/100 percent */
#define NOW_UNIT	1024		/* a datagram, see loss_now() */

void
loss_forget(struct loss *l)
{
	l->rate = l->before = -1;
	l->sent = l->got = l->run = 0;
	loss_renew(l);
}

void
loss_begin(struct loss *l, uint64_t highest, uint64_t total)
{
	l->highest = highest;
	l->total = total;
}

void
loss_receive(struct loss *l, uint64_t highest, uint64_t total, uint64_t now)
{
	loss_count(l, highest - l->highest, total - l->total, 0, now);
	loss_begin(l, highest, total);
}

void
loss_restart(struct loss *l, uint64_t now)
{
	l->sent = l->got = 0;
	l->at = now;
}

void
loss_count(struct loss *l, uint64_t sent, uint64_t got, int scarce,
    uint64_t now)
{
	l->sent += sent;
	l->got += got;
	l->run = scarce && got >= sent ? l->run + got : 0;
	l->now_sent += NOW_UNIT * sent;
	l->now_got += NOW_UNIT * got;
	if (l->sent < WINDOW && now - l->at < WINDOW_TIME)
		return;
	if (l->sent < WINDOW_LEAST && scarce)
		return;
	l->now_sent /= 2;
	l->now_got /= 2;
	l->before = l->rate;
	if (l->sent >= WINDOW_LEAST)
		l->rate = l->got >= l->sent ? 0 :
		    (l->sent - l->got) * ALL / l->sent;
	loss_restart(l, now);
}

int
loss_lasting(const struct loss *l)
{
	return (MAX(0, MIN(l->rate, l->before)));
}

int
loss_is_below(const struct loss *l, int share)
{
	return (l->run * (uint64_t)share >= 3 * ALL);
}

void
loss_over(struct loss *l, uint64_t now)
{
	l->rate = l->before = 0;
	loss_renew(l);
	loss_restart(l, now);
}

void
loss_renew(struct loss *l)
{
	l->now_sent = l->now_got = 0;
}

int
loss_now(const struct loss *l)
{
	if (l->now_sent == 0)
		return (-1);
	return (l->now_got >= l->now_sent ? 0 :
	    (l->now_sent - l->now_got) * ALL / l->now_sent);
}
