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


#ifndef CMDSOCK_H
#define CMDSOCK_H

/*
 * Text commands to a running test tool: a datagram a command, a datagram
 * an answer, over a unix socket, so that a slow client cannot hold up the
 * tool.  An answer that begins with "error" fails the command.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CMD_MAX		2048	/* bytes of a command or an answer */
#define CMD_WORDS	64

/* Creates the socket; exits on error. */
int	 cmd_listen(const char *);

/*
 * Takes one command, splits it into words and passes them to the function,
 * which writes the answer into its last two arguments (buffer, size).
 */
void	 cmd_serve(int, void (*)(int, char **, char *, size_t));

/* Sends the words, prints the answer; exit status of the client. */
int	 cmd_call(const char *, int, char **);

#endif /* CMDSOCK_H */
