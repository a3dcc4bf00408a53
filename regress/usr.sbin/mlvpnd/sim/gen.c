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

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

#define NSEC	1000000000LL
#define MSEC_NS	1000000LL
#define MBIT	1000000.0

static uint64_t	 state;

static double	 uniform(double, double);
static int	 add(struct trace *, int64_t, double, double);
static int	 gen_fading(struct trace *, int64_t);
static int	 gen_cellular(struct trace *, int64_t);
static int	 gen_handover(struct trace *, int64_t);
static int	 gen_lte(struct trace *, int64_t);
static int	 gen_starlink(struct trace *, int64_t);
static int	 gen_umts(struct trace *, int64_t);
static int	 gen_walk(struct trace *, int64_t, double, double);

static const struct {
	const char	*name;
	int		(*fn)(struct trace *, int64_t);
} generators[] = {
	{ "fading", gen_fading },
	{ "cellular", gen_cellular },
	{ "handover", gen_handover },
	{ "lte", gen_lte },
	{ "starlink", gen_starlink },
	{ "umts", gen_umts }
};

int
gen_trace(struct trace *t, const char *name, uint64_t seed,
    unsigned int seconds)
{
	size_t	 i;

	memset(t, 0, sizeof(*t));
	state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (i = 0; i < sizeof(generators) / sizeof(generators[0]); i++)
		if (strcmp(generators[i].name, name) == 0)
			return (generators[i].fn(t, seconds * NSEC));
	return (-1);
}

/* splitmix64 */
static double
uniform(double least, double most)
{
	uint64_t	 z;

	z = state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return (least + (most - least) * (double)(z >> 11) /
	    (double)(1ULL << 53));
}

/* Mbit/s up and down */
static int
add(struct trace *t, int64_t at, double up, double down)
{
	return (trace_add(t, at, (uint64_t)(up * MBIT),
	    (uint64_t)(down * MBIT)));
}

static int
gen_fading(struct trace *t, int64_t end)
{
	int64_t	 at = 0;
	double	 top, rate;
	int	 i, n;

	while (at < end) {
		top = uniform(60, 85);
		n = (int)uniform(6, 14);
		for (i = 0; i < n; i++, at += NSEC) {
			rate = top * uniform(.85, 1);
			if (add(t, at, rate, rate) == -1)
				return (-1);
		}
		/* out of reach, over two seconds */
		for (i = 0; i < 2; i++, at += NSEC) {
			rate = top / (i == 0 ? 4 : 30);
			if (add(t, at, rate, rate) == -1)
				return (-1);
		}
		if (add(t, at, 0, 0) == -1)
			return (-1);
		at += (int64_t)(uniform(4, 9) * NSEC);
	}
	return (0);
}

static int
gen_cellular(struct trace *t, int64_t end)
{
	int64_t	 at;
	double	 rate;

	for (at = 0; at < end; at += NSEC) {
		rate = uniform(4, 8);
		if (add(t, at, rate / 2, rate) == -1)
			return (-1);
	}
	return (0);
}

static int
gen_handover(struct trace *t, int64_t end)
{
	int64_t	 at = 0, next;
	double	 top, rate;

	while (at < end) {
		top = uniform(5, 60);
		next = at + (int64_t)(uniform(8, 20) * NSEC);
		for (; at < next; at += NSEC / 2) {
			rate = top * uniform(.8, 1);
			if (add(t, at, rate / 3, rate) == -1)
				return (-1);
		}
		if (add(t, at, 0, 0) == -1)
			return (-1);
		at += (int64_t)(uniform(.3, 1) * NSEC);
	}
	return (0);
}

/* A value near the last one each 100 ms, between least and most. */
static int
gen_walk(struct trace *t, int64_t end, double least, double most)
{
	int64_t	 at, gap;
	double	 rate = (least + most) / 2;

	for (at = 0; at < end; at += 100 * MSEC_NS) {
		rate *= uniform(.75, 1.33);
		if (rate < least)
			rate = least;
		if (rate > most)
			rate = most;
		if (add(t, at, rate / 2, rate) == -1)
			return (-1);
		if (uniform(0, 1) > .008)
			continue;
		/* another cell */
		at += 100 * MSEC_NS;
		if (add(t, at, 0, 0) == -1)
			return (-1);
		gap = (int64_t)uniform(2, 5);
		at += (gap - 1) * 100 * MSEC_NS;
	}
	return (0);
}

static int
gen_lte(struct trace *t, int64_t end)
{
	return (gen_walk(t, end, 2, 12));
}

static int
gen_umts(struct trace *t, int64_t end)
{
	return (gen_walk(t, end, .5, 4));
}

static int
gen_starlink(struct trace *t, int64_t end)
{
	int64_t	 at = 0, next = 0;
	double	 top = 0, rate;

	while (at < end) {
		if (at >= next) {
			next = at + 15 * NSEC;
			top = uniform(150, 300);
			if (at > 0 && add(t, at, 0, 0) == -1)
				return (-1);
			at += (int64_t)(uniform(50, 150) * MSEC_NS);
		}
		rate = top * uniform(.8, 1.1);
		if (add(t, at, rate / 12, rate) == -1)
			return (-1);
		at += NSEC;
		if (at > next)
			at = next;
	}
	return (0);
}
