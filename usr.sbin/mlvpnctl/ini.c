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
 * Reads a configuration of MLVPN 2.x as MLVPN does, and warns about what
 * MLVPN ignores.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

#define FILE_MAX	(1024 * 1024)
#define LINE_SIZE	16384
#define SECTIONS_MAX	1000
#define VALUES_MAX	5000

static void	 read_line(struct ini *, char *, int);
static void	 strip_comment(char *);
static int	 read_section(struct ini *, const char *, int);
static void	 read_value(struct ini *, const char *, int);
static size_t	 trim(char *, size_t);
static void	 add_section(struct ini *, const char *, int);
static void	 add_value(struct ini *, const char *, const char *,
		    const char *, int);
static void	 leave_out(struct ini *, int, const char *);

static struct section	*current;	/* NULL before the first */
static int		 nsections, nvalues;

/* MLVPN ignores a last line that does not end with a newline. */
void
ini_read(struct ini *ini, FILE *fp)
{
	struct section	*s;
	char		 line[LINE_SIZE];
	size_t		 len = 0, total = 0;
	int		 c, cut = 0, lineno = 1, zero = 0;

	TAILQ_INIT(&ini->values);
	TAILQ_INIT(&ini->sections);
	current = NULL;

	while ((c = getc(fp)) != EOF) {
		if (++total > FILE_MAX)
			errx(1, "file larger than %d bytes",
			    FILE_MAX);
		if (c == '\n') {
			line[len] = '\0';
			if (zero)
				leave_out(ini, lineno, "zero byte, MLVPN "
				    "ignores the rest of the line");
			if (cut)
				leave_out(ini, lineno, "line too long");
			else
				read_line(ini, line, lineno);
			len = 0;
			cut = zero = 0;
			lineno++;
		} else if (c == '\0')
			zero = 1;
		else if (c != '\r' && !zero) {
			if (len < sizeof(line) - 1)
				line[len++] = c;
			else
				cut = 1;
		}
	}
	if (ferror(fp))
		err(1, "read error");
	if (len > 0)
		leave_out(ini, lineno, "no newline at end of file, MLVPN "
		    "ignores the line");
	explicit_bzero(line, sizeof(line));

	TAILQ_FOREACH(s, &ini->sections, entry) {
		if (!s->filled && !ini_is_filters(s->name))
			complain(s->lineno, "empty section, MLVPN ignores it");
	}
}

static void
read_line(struct ini *ini, char *line, int lineno)
{
	strip_comment(line);
	if (!read_section(ini, line, lineno))
		read_value(ini, line, lineno);
}

static void
strip_comment(char *line)
{
	int	 quoted = 0;

	for (; *line != '\0' && (quoted || *line != '#'); line++) {
		if (*line == '"')
			quoted = !quoted;
	}
	*line = '\0';
}

/*
 * A name in brackets anywhere in a line, even in quotes, begins a section.
 * Returns 0 if there is none.
 */
static int
read_section(struct ini *ini, const char *line, int lineno)
{
	const char	*begin, *end;
	char		 name[LINE_SIZE];

	begin = line + strcspn(line, "[]");
	if (*begin != '[')
		return (0);
	begin++;
	end = begin + strcspn(begin, "[]");
	if (*end != ']')
		return (0);
	memcpy(name, begin, end - begin);
	name[end - begin] = '\0';

	if (line + strspn(line, " \t") != begin - 1)
		complain(lineno, "MLVPN reads the brackets in this line as a "
		    "section");
	else if (end[1 + strspn(end + 1, " \t")] != '\0')
		complain(lineno, "MLVPN ignores what follows the section name");
	add_section(ini, name, lineno);
	return (1);
}

/*
 * All blanks outside of quotes are removed; inside quotes, only those before
 * the first and after the last other character.
 */
static void
read_value(struct ini *ini, const char *line, int lineno)
{
	char		 key[LINE_SIZE], text[LINE_SIZE], words[LINE_SIZE];
	const char	*p;
	size_t		 len = 0, nwords = 0;
	int		 blank = 0, has_key = 0, quoted = 0;

	if (line[strspn(line, " \t")] == '\0')
		return;
	for (p = line; *p != '\0'; p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p == '=' && !quoted) {
			if (len == 0 || has_key) {
				leave_out(ini, lineno, len == 0 ? "no key "
				    "before \"=\", MLVPN ignores the line" :
				    "\"=\" twice outside of quotes, MLVPN "
				    "ignores the line");
				goto done;
			}
			text[trim(text, len)] = '\0';
			strlcpy(key, text, sizeof(key));
			has_key = 1;
			len = nwords = 0;
			blank = 0;
			continue;
		}
		if (*p == ' ' && (!quoted || len == 0)) {
			blank = 1;
			continue;
		}
		if (!isascii((unsigned char)*p)) {
			leave_out(ini, lineno, "not ASCII, MLVPN ignores the "
			    "line");
			goto done;
		}
		if (blank && nwords > 0)
			words[nwords++] = ' ';
		blank = 0;
		words[nwords++] = text[len++] = *p;
	}

	if (!has_key)
		leave_out(ini, lineno, "no \"=\", MLVPN ignores the line");
	else if (len == 0)
		leave_out(ini, lineno, "no value, MLVPN ignores the line");
	else if (current == NULL)
		leave_out(ini, lineno, "not in a section, MLVPN ignores the "
		    "line");
	else {
		text[trim(text, len)] = '\0';
		words[trim(words, nwords)] = '\0';
		add_value(ini, key, text, words, lineno);
	}
done:
	explicit_bzero(text, sizeof(text));
	explicit_bzero(words, sizeof(words));
}

/* Returns the length without trailing blanks. */
static size_t
trim(char *s, size_t len)
{
	while (len > 1 && s[len - 1] == ' ')
		len--;
	return (len);
}

static void
add_section(struct ini *ini, const char *name, int lineno)
{
	if ((current = ini_section(ini, name)) != NULL)
		return;
	if (++nsections > SECTIONS_MAX)
		errx(1, "more than %d sections", SECTIONS_MAX);
	if ((current = calloc(1, sizeof(*current))) == NULL ||
	    (current->name = strdup(name)) == NULL)
		err(1, NULL);
	current->lineno = lineno;
	TAILQ_INSERT_TAIL(&ini->sections, current, entry);
}

static void
add_value(struct ini *ini, const char *key, const char *text,
    const char *words, int lineno)
{
	struct value	*v;

	if (++nvalues > VALUES_MAX)
		errx(1, "more than %d values", VALUES_MAX);
	if ((v = calloc(1, sizeof(*v))) == NULL ||
	    (v->key = strdup(key)) == NULL ||
	    (v->text = strdup(text)) == NULL ||
	    (v->words = strdup(words)) == NULL)
		err(1, NULL);
	v->section = current->name;
	v->lineno = lineno;
	TAILQ_INSERT_TAIL(&ini->values, v, entry);
	if (*key != '\0')
		current->filled = 1;
}

/* Stores the reason in place of the value. */
static void
leave_out(struct ini *ini, int lineno, const char *why)
{
	complain(lineno, "%s", why);
	if (current != NULL)
		add_value(ini, "", why, "", lineno);
}

struct section *
ini_section(const struct ini *ini, const char *name)
{
	struct section	*s;

	TAILQ_FOREACH(s, &ini->sections, entry) {
		if (strcmp(s->name, name) == 0)
			break;
	}
	return (s);
}

struct value *
ini_value(const struct ini *ini, const char *section, const char *key)
{
	struct value	*first = NULL, *v;

	TAILQ_FOREACH(v, &ini->values, entry) {
		if (v->used || strcmp(v->section, section) != 0 ||
		    strcmp(v->key, key) != 0)
			continue;
		v->used = 1;
		if (first == NULL)
			first = v;
		else
			complain(v->lineno, "%s: already set in line %d, the "
			    "first value counts", key, first->lineno);
	}
	return (first);
}

/* Any section whose name begins with "filters". */
int
ini_is_filters(const char *section)
{
	return (strncmp(section, INI_FILTERS, strlen(INI_FILTERS)) == 0);
}
