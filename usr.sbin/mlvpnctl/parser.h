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

#ifndef PARSER_H
#define PARSER_H

/*
 * Commands and their arguments.
 */

#include "conf.h"

enum actions {
	CMD_NONE,
	CMD_SHOW,
	CMD_SHOW_SUMMARY,
	CMD_SHOW_TUNNELS,
	CMD_SHOW_LINKS,
	CMD_SHOW_FILTERS,
	CMD_SHOW_HISTORY,
	CMD_SHOW_KEYS,
	CMD_SHOW_EVENTS,
	CMD_MONITOR,
	CMD_RELOAD,
	CMD_LOG_BRIEF,
	CMD_LOG_VERBOSE,
	CMD_LINK,
	CMD_LINK_UP,
	CMD_LINK_DOWN,
	CMD_KEYGEN,
	CMD_KEYGEN_PSK,
	CMD_IMPORT,
	CMD_SETUP
};

struct parse_result {
	enum actions	 action;
	char		 tunnel[TUNNEL_NAME_SIZE];	/* empty: all */
	char		 link[LINK_NAME_SIZE];		/* empty: all */
	const char	*file;
	int		 argc;		/* of all words of the command */
	char		**argv;
};

/* Returns NULL after printing an error to standard error. */
struct parse_result	*parse(int, char *[]);

/* Prints all commands to standard output. */
void			 show_commands(void);

#endif /* PARSER_H */
