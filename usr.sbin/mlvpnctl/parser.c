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
 * Reads a command with the tables of its keywords and arguments.
 */

#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include "parser.h"

enum token_type {
	NOTOKEN,		/* the command can end here */
	ENDTOKEN,		/* of the table */
	KEYWORD,
	TUNNELNAME,
	LINKNAME,
	FILENAME,
	ARGUMENTS		/* of a command that reads them itself */
};

struct token {
	enum token_type		 type;
	const char		*keyword;
	enum actions		 value;		/* CMD_NONE: as before */
	const struct token	*next;
};

static const struct token t_show_links_name[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ LINKNAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_links[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ TUNNELNAME,	"",		CMD_NONE, t_show_links_name },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_tunnels[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ TUNNELNAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_filters[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ TUNNELNAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_history_name[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ LINKNAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_history[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ TUNNELNAME,	"",		CMD_NONE, t_show_history_name },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show_keys[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ TUNNELNAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_show[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ KEYWORD,	"events",	CMD_SHOW_EVENTS, NULL },
	{ KEYWORD,	"filters",	CMD_SHOW_FILTERS, t_show_filters },
	{ KEYWORD,	"history",	CMD_SHOW_HISTORY, t_show_history },
	{ KEYWORD,	"keys",		CMD_SHOW_KEYS, t_show_keys },
	{ KEYWORD,	"links",	CMD_SHOW_LINKS, t_show_links },
	{ KEYWORD,	"summary",	CMD_SHOW_SUMMARY, NULL },
	{ KEYWORD,	"tunnels",	CMD_SHOW_TUNNELS, t_show_tunnels },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_log[] = {
	{ KEYWORD,	"brief",	CMD_LOG_BRIEF, NULL },
	{ KEYWORD,	"verbose",	CMD_LOG_VERBOSE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_link_admin[] = {
	{ KEYWORD,	"down",		CMD_LINK_DOWN, NULL },
	{ KEYWORD,	"up",		CMD_LINK_UP, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_link_name[] = {
	{ LINKNAME,	"",		CMD_NONE, t_link_admin },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_link[] = {
	{ TUNNELNAME,	"",		CMD_NONE, t_link_name },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_keygen[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ KEYWORD,	"-p",		CMD_KEYGEN_PSK, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_import[] = {
	{ FILENAME,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_setup[] = {
	{ NOTOKEN,	"",		CMD_NONE, NULL },
	{ ARGUMENTS,	"",		CMD_NONE, NULL },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static const struct token t_main[] = {
	{ KEYWORD,	"import",	CMD_IMPORT, t_import },
	{ KEYWORD,	"keygen",	CMD_KEYGEN, t_keygen },
	{ KEYWORD,	"link",		CMD_LINK, t_link },
	{ KEYWORD,	"log",		CMD_NONE, t_log },
	{ KEYWORD,	"monitor",	CMD_MONITOR, NULL },
	{ KEYWORD,	"reload",	CMD_RELOAD, NULL },
	{ KEYWORD,	"setup",	CMD_SETUP, t_setup },
	{ KEYWORD,	"show",		CMD_SHOW, t_show },
	{ ENDTOKEN,	"",		CMD_NONE, NULL }
};

static struct parse_result	 res;

static const struct token	*match_token(const char *,
				    const struct token []);
static int			 match_keyword(const char *,
				    const struct token *);
static int			 take_name(const char *, char *, size_t,
				    const char *);
static void			 show_valid_args(const struct token []);
static const char		*token_word(const struct token *);
static void			 show_table(const char *,
				    const struct token []);

struct parse_result *
parse(int argc, char *argv[])
{
	const struct token	*table = t_main, *match;

	memset(&res, 0, sizeof(res));
	res.argc = argc;
	res.argv = argv;

	for (;;) {
		match = match_token(argc > 0 ? argv[0] : NULL, table);
		if (match == NULL) {
			fprintf(stderr, "valid commands/args:\n");
			show_valid_args(table);
			return (NULL);
		}
		if (match->value != CMD_NONE)
			res.action = match->value;
		if (argc > 0) {
			if (match->type == TUNNELNAME && take_name(argv[0],
			    res.tunnel, sizeof(res.tunnel), "tunnel") == -1)
				return (NULL);
			if (match->type == LINKNAME && take_name(argv[0],
			    res.link, sizeof(res.link), "link") == -1)
				return (NULL);
			if (match->type == FILENAME)
				res.file = argv[0];
			if (match->type == ARGUMENTS)
				return (&res);
			argc--;
			argv++;
		}
		if (match->type == NOTOKEN || match->next == NULL)
			break;
		table = match->next;
	}

	if (argc > 0) {
		fprintf(stderr, "superfluous argument: %s\n", argv[0]);
		return (NULL);
	}
	return (&res);
}

/* A complete keyword is preferred to longer ones that begin with it. */
static const struct token *
match_token(const char *word, const struct token table[])
{
	const struct token	*t, *match = NULL;
	int			 exact, matches = 0;

	for (t = table; t->type != ENDTOKEN; t++) {
		exact = 0;
		switch (t->type) {
		case NOTOKEN:
			if (word != NULL)
				continue;
			break;
		case KEYWORD:
			if (!match_keyword(word, t))
				continue;
			exact = strcmp(word, t->keyword) == 0;
			break;
		default:
			if (word == NULL || word[0] == '\0')
				continue;
			break;
		}
		match = t;
		if (exact)
			return (match);
		matches++;
	}
	if (matches == 1)
		return (match);

	if (word == NULL || word[0] == '\0')
		fprintf(stderr, "missing argument:\n");
	else if (matches > 1)
		fprintf(stderr, "ambiguous argument: %s\n", word);
	else
		fprintf(stderr, "unknown argument: %s\n", word);
	return (NULL);
}

static int
match_keyword(const char *word, const struct token *t)
{
	return (word != NULL && word[0] != '\0' &&
	    strncmp(word, t->keyword, strlen(word)) == 0);
}

static int
take_name(const char *word, char *name, size_t size, const char *what)
{
	if (strlcpy(name, word, size) >= size) {
		fprintf(stderr, "%s name too long: %s\n", what, word);
		return (-1);
	}
	return (0);
}

static void
show_valid_args(const struct token table[])
{
	const struct token	*t;

	for (t = table; t->type != ENDTOKEN; t++)
		fprintf(stderr, "  %s\n", token_word(t));
}

static const char *
token_word(const struct token *t)
{
	switch (t->type) {
	case NOTOKEN:
		return ("<cr>");
	case TUNNELNAME:
		return ("<tunnel>");
	case LINKNAME:
		return ("<link>");
	case FILENAME:
		return ("<file>");
	case ARGUMENTS:
		return ("...");
	default:
		return (t->keyword);
	}
}

void
show_commands(void)
{
	show_table("", t_main);
}

/* Prints a line for each path through the table, after the words before it. */
static void
show_table(const char *words, const struct token table[])
{
	const struct token	*t;
	char			 line[128];

	for (t = table; t->type != ENDTOKEN; t++) {
		if (t->type == NOTOKEN) {
			printf(" %s\n", words);
			continue;
		}
		snprintf(line, sizeof(line), "%s %s", words, token_word(t));
		if (t->next == NULL)
			printf(" %s\n", line);
		else
			show_table(line, t->next);
	}
}
