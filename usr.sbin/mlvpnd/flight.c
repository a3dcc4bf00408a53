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
 * The datagrams sent on a path: remembers them until they are reported.
 */

#include <sys/param.h>

#include <stdlib.h>
#include <string.h>

#include "flight.h"

int
flight_init(struct flight *f, uint64_t next)
{
	memset(f, 0, sizeof(*f));
	if ((f->ring = calloc(SENT_RING, sizeof(*f->ring))) == NULL)
		return (-1);
	flight_forgive(f, next);
	return (0);
}

void
flight_free(struct flight *f)
{
	free(f->ring);
	f->ring = NULL;
}

struct sent *
flight_slot(const struct flight *f, uint64_t number)
{
	return (&f->ring[number % SENT_RING]);
}

struct sent *
flight_sent(const struct flight *f, uint64_t number)
{
	struct sent	*s = flight_slot(f, number);

	return (s->used && s->number == number ? s : NULL);
}

void
flight_add(struct flight *f, uint64_t number, size_t bytes, int eliciting,
    uint64_t now)
{
	struct sent	*s = flight_slot(f, number);

	f->total += bytes;
	s->number = number;
	s->time = now;
	s->bytes = bytes;
	s->total = f->total;
	s->used = 1;
	s->probe = 0;
	s->holds = f->holds;
	if (!flight_waits(f)) {
		f->out_since = now;
		if (!eliciting)
			f->arrived = f->total;
	}
	if (!eliciting)
		return;
	f->eliciting = number + 1;
	f->last_eliciting_tx = now;
}

void
flight_probe(struct flight *f, uint64_t number)
{
	flight_slot(f, number)->probe = 1;
}

void
flight_hold(struct flight *f)
{
	f->holds++;
}

void
flight_report(struct flight *f, uint64_t number, uint64_t now)
{
	const struct sent	*s;

	f->reported = number + 1;
	if ((s = flight_sent(f, number)) != NULL)
		f->arrived = MAX(f->arrived, s->total);
	if (!flight_waits(f))
		f->arrived = f->total;
	else {
		s = flight_sent(f, f->reported);
		f->out_since = s != NULL ? s->time : now;
	}
}

void
flight_forgive(struct flight *f, uint64_t next)
{
	f->reported = f->eliciting = next;
	f->arrived = f->total;
}

int
flight_waits(const struct flight *f)
{
	return (f->eliciting > f->reported);
}

uint64_t
flight_bytes(const struct flight *f)
{
	return (f->total - f->arrived);
}
