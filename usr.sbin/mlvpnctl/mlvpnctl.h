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

#ifndef MLVPNCTL_H
#define MLVPNCTL_H

/*
 * What the files of mlvpnctl(8) share.
 */

#include <sys/types.h>

#include <stdint.h>

#include "ctl.h"
#include "parser.h"

/*
 * A format of the output.  head and tail are called once, the others for each
 * message of the daemon; NULL: that is not asked for.
 */
struct output {
	void	(*head)(const struct parse_result *);
	void	(*summary)(const struct ctl_summary *);
	void	(*listen)(const struct ctl_listen *);
	void	(*tunnel)(const struct ctl_tunnel *);
	void	(*link)(const struct ctl_link *);
	void	(*filter)(const struct ctl_match *);
	void	(*history)(const struct ctl_history *);
	void	(*key)(const struct ctl_key *);
	void	(*event)(const struct ctl_event *);
	void	(*message)(const char *);
	void	(*result)(int, const char *);	/* CTL_RES_*, text */
	void	(*tail)(void);
};

extern const struct output	 text_output;

/*
 * monitor.c
 *
 * monitor_start(): takes over the terminal, or exits.
 * monitor_output: its tail draws the screen.
 * monitor_wait(): until a key or for a second; returns 0 to quit.
 */
extern const struct output	 monitor_output;
void		 monitor_start(void);
int		 monitor_wait(void);

/* import.c */
int		 import(const char *);

/*
 * setup.c: all exit after an error.
 * setup_arguments(): returns 1 if the daemon has to be asked what it has.
 * setup_output: remembers its answers.
 * setup_print(): prints or writes all files.
 */
extern const struct output	 setup_output;
int		 setup_arguments(int, char *[]);
void		 setup_print(void);

#endif /* MLVPNCTL_H */
