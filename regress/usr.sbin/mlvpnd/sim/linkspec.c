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


#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "linkspec.h"
#include "simtest.h"

struct unit {
	const char	*name;
	double		 factor;
};

static const struct unit	 rates[] = {
	{ "", 1e6 }, { "K", 1e3 }, { "M", 1e6 }, { "G", 1e9 }, { NULL, 0 }
};
static const struct unit	 times[] = {
	{ "", 1e3 }, { "us", 1 }, { "ms", 1e3 }, { "s", 1e6 }, { NULL, 0 }
};
static const struct unit	 moments[] = {
	{ "", 1e6 }, { "ms", 1e3 }, { "s", 1e6 }, { NULL, 0 }
};
static const struct unit	 shares[] = {
	{ "", 1e4 }, { "%", 1e4 }, { NULL, 0 }
};
static const struct unit	 bytes[] = {
	{ "B", 1 }, { NULL, 0 }
};
static const struct unit	 numbers[] = {
	{ "", 1 }, { NULL, 0 }
};

static int	 steady(struct linkspec *, char *);
static int	 played(struct linkspec *, const char *, char **, uint64_t,
		    unsigned int);
static int	 word(struct linkspec *, char *);
static int	 get_queue(struct sim_dirconf *, const char *);
static int	 get_loss(struct sim_dirconf *, const char *);
static int	 get(uint64_t *, const char *, const struct unit *);
static double	 bits(const struct linkspec *, int, uint64_t, uint64_t);
static void	 cut(struct sim *, void *);
static void	 heal(struct sim *, void *);

void
linkspec(struct linkspec *ls, const char *words, uint64_t seed,
    unsigned int seconds)
{
	char	 buf[1024], *s = buf, *first, *w;
	size_t	 n;

	memset(ls, 0, sizeof(*ls));
	ls->conf.overhead = ETHER;
	if (strlcpy(buf, words, sizeof(buf)) >= sizeof(buf))
		errx(1, "%s: too long", words);
	first = strsep(&s, ",");
	n = strspn(first, "0123456789.:KMG");
	if (isdigit((unsigned char)first[0]) && first[n] == '/') {
		if (steady(ls, first) == -1)
			errx(1, "%s: not RATE/DELAY/LOSS/QUEUE/JITTER", words);
	} else if (played(ls, first, &s, seed, seconds) == -1)
		errx(1, "%s: not TRACE,DELAY,QUEUE", words);
	while ((w = strsep(&s, ",")) != NULL)
		if (word(ls, w) == -1)
			errx(1, "%s: what is %s?", words, w);
}

static int
steady(struct linkspec *ls, char *s)
{
	char	*down, *up, *f;

	down = strsep(&s, "/");
	up = strsep(&down, ":");
	if (get(&ls->rate[TRACE_UP], up, rates) == -1 ||
	    get(&ls->rate[TRACE_DOWN], down != NULL ? down : up, rates) == -1 ||
	    ls->rate[TRACE_UP] == 0 || ls->rate[TRACE_DOWN] == 0 ||
	    get(&ls->conf.delay, strsep(&s, "/"), times) == -1)
		return (-1);
	if ((f = strsep(&s, "/")) != NULL && get_loss(&ls->conf, f) == -1)
		return (-1);
	if ((f = strsep(&s, "/")) != NULL && get_queue(&ls->conf, f) == -1)
		return (-1);
	if ((f = strsep(&s, "/")) != NULL &&
	    get(&ls->conf.jitter, f, times) == -1)
		return (-1);
	return (s == NULL ? 0 : -1);
}

static int
played(struct linkspec *ls, const char *name, char **s, uint64_t seed,
    unsigned int seconds)
{
	int64_t		 next;
	unsigned int	 line;
	int		 way;

	if (get(&ls->conf.delay, strsep(s, ","), times) == -1 ||
	    get_queue(&ls->conf, strsep(s, ",")) == -1)
		return (-1);
	if (name[0] == '@') {
		if (gen_trace(&ls->trace, name + 1, seed, seconds) == -1)
			errx(1, "%s: no such generator", name);
	} else if (trace_read(&ls->trace, name, &line) == -1)
		errx(1, "%s:%u: not a trace", name, line);
	for (way = 0; way < 2; way++)
		ls->rate[way] = trace_rate(&ls->trace, way, 0, &next);
	return (0);
}

static int
word(struct linkspec *ls, char *s)
{
	uint64_t	 v;
	char		*w;

	w = strsep(&s, "=");
	if (strcmp(w, "disorder") == 0 && s == NULL) {
		ls->conf.disorder = 1;
		return (0);
	}
	if (strcmp(w, "loss") == 0)
		return (get_loss(&ls->conf, s));
	if (strcmp(w, "jitter") == 0)
		return (get(&ls->conf.jitter, s, times));
	if (strcmp(w, "police") == 0)
		return (get(&ls->conf.police, s, bytes));
	if (strcmp(w, "burst") == 0 && get(&v, s, numbers) == 0) {
		ls->conf.burst = (uint32_t)v;
		return (0);
	}
	if (strcmp(w, "cut") == 0)
		return (get(&ls->cut, strsep(&s, ":"), moments) == -1 ||
		    get(&ls->heal, s, moments) == -1 ? -1 : 0);
	return (-1);
}

static int
get_queue(struct sim_dirconf *d, const char *s)
{
	if (get(&d->queue_bytes, s, bytes) == 0)
		return (0);
	return (get(&d->queue, s, times));
}

static int
get_loss(struct sim_dirconf *d, const char *s)
{
	uint64_t	 v;

	if (get(&v, s, shares) == -1 || v >= 1000000)
		return (-1);
	d->loss = (uint32_t)v;
	return (0);
}

/* A number with one of these units, in what has the factor 1. */
static int
get(uint64_t *to, const char *s, const struct unit *u)
{
	char	*end;
	double	 v;

	if (s == NULL)
		return (-1);
	v = strtod(s, &end);
	if (end == s || !(v >= 0 && v < 1e9))
		return (-1);
	for (; u->name != NULL; u++)
		if (strcmp(end, u->name) == 0) {
			*to = (uint64_t)(v * u->factor + .5);
			return (0);
		}
	return (-1);
}

struct sim_dirconf
linkspec_dir(const struct linkspec *ls, int way)
{
	struct sim_dirconf	 d = ls->conf;

	d.rate = ls->rate[way];
	return (d);
}

void
linkspec_play(const struct linkspec *ls, struct sim_link *l)
{
	struct sim	*sim = l->sim;

	if (ls->trace.n > 0)
		sim_link_play(l, &ls->trace);
	if (ls->heal > ls->cut) {
		sim_at(sim, sim->now + ls->cut, cut, l);
		sim_at(sim, sim->now + ls->heal, heal, l);
	}
}

static void
cut(struct sim *sim, void *arg)
{
	sim_link_cut(arg, 1, 1);
}

static void
heal(struct sim *sim, void *arg)
{
	sim_link_cut(arg, 0, 0);
}

/* Times from the start on; when it is cut it carries nothing. */
double
linkspec_bits(const struct linkspec *ls, int way, uint64_t from, uint64_t to)
{
	return (bits(ls, way, from, to) - bits(ls, way,
	    from > ls->cut ? from : ls->cut, to < ls->heal ? to : ls->heal));
}

static double
bits(const struct linkspec *ls, int way, uint64_t from, uint64_t to)
{
	if (from >= to)
		return (0);
	if (ls->trace.n > 0)
		return (trace_bits(&ls->trace, way, (int64_t)from * 1000,
		    (int64_t)to * 1000));
	return ((double)ls->rate[way] * (double)(to - from) / USEC);
}

void
linkspec_free(struct linkspec *ls)
{
	trace_free(&ls->trace);
}
