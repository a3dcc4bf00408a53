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

#ifndef LINKSPEC_H
#define LINKSPEC_H

/*
 * A link in a few words, as bench/links takes them:
 *
 *	RATE/DELAY[/LOSS[/QUEUE[/JITTER]]][,WORD ...]
 *	FILE|@GENERATOR,DELAY,QUEUE[,WORD ...]
 *
 * RATE		20, 20M, 800K, or up and down 1:8; without a unit Mbit/s
 * DELAY	15, 15ms, one way; without a unit ms
 * LOSS		.3, .3%
 * QUEUE	50, 50ms, 30000B
 * JITTER	as DELAY: 0 to so much more, in order
 * FILE		a trace, see trace.h; @ is before a generator of gen.h
 * WORD		loss=LOSS
 *		jitter=JITTER
 *		disorder	jitter does not keep the order
 *		burst=N		the mean of datagrams lost in a row
 *		police=BYTES	no queue but a token bucket, as 15000B
 *		cut=FROM:TO	nothing passes between these seconds
 */

#include <stdint.h>

#include "sim.h"
#include "trace.h"

struct linkspec {
	struct sim_dirconf	 conf;		/* but for the rate */
	uint64_t		 rate[2];	/* TRACE_UP, TRACE_DOWN; first */
	struct trace		 trace;		/* no points: none */
	uint64_t		 cut;		/* us from the start on */
	uint64_t		 heal;		/* 0: it is not cut */
};

/* Exits if the words are wrong.  Seed and seconds are for a generator. */
void	 linkspec(struct linkspec *, const char *, uint64_t seed,
	    unsigned int seconds);
struct sim_dirconf linkspec_dir(const struct linkspec *, int way);
/* The link, which was made of it, plays the trace from now on. */
void	 linkspec_play(const struct linkspec *, struct sim_link *);
/* What it could carry between two times, us from the start on. */
double	 linkspec_bits(const struct linkspec *, int way, uint64_t, uint64_t);
void	 linkspec_free(struct linkspec *);

#endif /* LINKSPEC_H */
