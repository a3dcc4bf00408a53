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
 * For libFuzzer: any file is refused with a message, or prints to what reads
 * as the same configuration.
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf.h"
#include "conf_test.h"
#include "parse.h"
#include "test.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Works in a directory of its own, which stays. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char	 dir[] = "/tmp/fuzz_conf.XXXXXXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		err(1, "%s", dir);
	umask(077);
	parse_options(PARSE_NOACTION);
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mlvpnd_conf	*conf;
	FILE			*f;

	if ((f = fopen("fuzz.conf", "w")) == NULL ||
	    fwrite(data, 1, size, f) != size || fclose(f) == EOF)
		err(1, "fuzz.conf");
	messages_clear();
	if ((conf = parse_config("fuzz.conf", NULL)) == NULL) {
		CHECK(nerrors > 0);
		return (0);
	}
	free(print_again(conf, "again.conf", 0));
	free(print_again(conf, "again.conf", 1));
	conf_free(conf);
	return (0);
}
