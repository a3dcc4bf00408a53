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

#ifndef CONF_TEST_H
#define CONF_TEST_H

/* Shared by conf_test.c and fuzz_conf.c. */

#define MESSAGES_MAX	65536

extern char	 messages[MESSAGES_MAX];	/* all, a line each */
extern int	 nerrors;			/* without the warnings */
extern int	 phrase_calls;
extern int	 phrase_fails;
extern int	 sock_can_bind_device;	/* these are const elsewhere */
extern int	 netif_has_labels;
extern int	 netif_has_carp;

/* stubs.c */
void		 messages_clear(void);
int		 wait_child(void);
/*
 * Prints, reads what was printed through the file, and ends the test unless
 * that gives the same configuration and prints the same, both with the
 * defaults as comments or without.  The text, to be freed.
 */
char		*print_again(struct mlvpnd_conf *, const char *file,
		    int defaults);

#endif /* CONF_TEST_H */
