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
 * Errors in a configuration: counts them, logs them with file and line, and
 * passes them on.  Remembers where each object was read, for errors that are
 * found later.
 */

#include <sys/queue.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "conf_error.h"
#include "log.h"

#define LINE_SIZE	(PATH_MAX + 1024)

/* Where an object of the configuration was read. */
struct origin {
	LIST_ENTRY(origin) entry;
	const void	*object;
	const char	*file;
	int		 lineno;
	int		 had;		/* HAD_* */
	int		 damaged;
};

static struct origin *origin_find(const void *);
static void	 message(const char *, int, int, const char *, va_list)
		    __attribute__((__format__ (printf, 4, 0)));
static void	 say(const char *, int);

static LIST_HEAD(, origin)	 origins = LIST_HEAD_INITIALIZER(origins);
static void			(*report)(const char *);
static int			 errors;

void
conf_error_begin(void (*f)(const char *))
{
	errors = 0;
	report = f;
}

void
conf_error_end(void)
{
	struct origin	*o;

	while ((o = LIST_FIRST(&origins)) != NULL) {
		LIST_REMOVE(o, entry);
		free(o);
	}
}

int
conf_errors(void)
{
	return (errors);
}

void
conf_verror(const char *file, int lineno, const char *fmt, va_list ap)
{
	message(file, lineno, 0, fmt, ap);
}

void
conf_error_file(const char *file, const char *msg)
{
	char	 line[LINE_SIZE];

	errors++;
	snprintf(line, sizeof(line), "%s: %s", file, msg);
	say(line, 0);
}

void
conf_error(const void *object, const char *fmt, ...)
{
	const struct origin	*o = origin_find(object);
	va_list			 ap;

	va_start(ap, fmt);
	message(o->file, o->lineno, 0, fmt, ap);
	va_end(ap);
}

void
conf_warn(const void *object, const char *fmt, ...)
{
	const struct origin	*o = origin_find(object);
	va_list			 ap;

	va_start(ap, fmt);
	message(o->file, o->lineno, 1, fmt, ap);
	va_end(ap);
}

static void
message(const char *file, int lineno, int warning, const char *fmt, va_list ap)
{
	char	 msg[1024], line[LINE_SIZE];

	if (!warning && errors++ >= ERRORS_MAX)
		return;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	snprintf(line, sizeof(line), "%s:%d: %s%s", file, lineno,
	    warning ? "warning: " : "", msg);
	say(line, warning);
	if (!warning && errors == ERRORS_MAX)
		log_warnx("%s: too many errors", file);
}

static void
say(const char *line, int warning)
{
	if (warning)
		log_warnx("%s", line);
	else
		logit(LOG_CRIT, "%s", line);
	if (report != NULL)
		report(line);
}

void
origin_add(const void *object, const char *file, int lineno)
{
	struct origin	*o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("%s", __func__);
	o->object = object;
	o->file = file;
	o->lineno = lineno;
	LIST_INSERT_HEAD(&origins, o, entry);
}

int
origin_line(const void *object)
{
	return (origin_find(object)->lineno);
}

void
origin_had(const void *object, int what)
{
	origin_find(object)->had |= what;
}

int
origin_lacks(const void *object, int what)
{
	return (origin_intact(object) &&
	    (origin_find(object)->had & what) == 0);
}

void
origin_damage(const void *object)
{
	origin_find(object)->damaged = 1;
}

int
origin_intact(const void *object)
{
	return (!origin_find(object)->damaged);
}

static struct origin *
origin_find(const void *object)
{
	struct origin	*o;

	LIST_FOREACH(o, &origins, entry) {
		if (o->object == object)
			return (o);
	}
	fatalx("%s: unknown object", __func__);
}
