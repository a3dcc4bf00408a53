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


#include <err.h>
#include <sodium.h>
#include <string.h>

#include "bench.h"
#include "../test.h"

/* The protocol of MLVPN 2.x: its bytes, and what is made of them. */

static const struct mlvpn2_tests	*groups[] = {
	vector_tests, rule_tests, attack_tests, pair_tests
};

int
main(int argc, char *argv[])
{
	const struct mlvpn2_tests	*t;
	size_t				 g;
	int				 ran = 0;

	if (sodium_init() == -1)
		errx(1, "sodium_init");
	for (g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		for (t = groups[g]; t->name != NULL; t++) {
			if (argc > 1 && strcmp(argv[1], "-l") == 0) {
				printf("%s\n", t->name);
				ran = 1;
				continue;
			}
			if (argc > 1 && strcmp(argv[1], t->name) != 0)
				continue;
			TEST("%s: %s", t->name, t->what);
			t->fn();
			ran = 1;
		}
	}
	if (!ran)
		errx(1, "no such test");
	return (0);
}
