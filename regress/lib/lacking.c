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
 * lacking landlock|seccomp program [argument ...]: runs the program on a kernel
 * that seems to lack these system calls.
 */

#include <sys/types.h>
#include <sys/prctl.h>

#include <linux/seccomp.h>

#include <err.h>
#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <unistd.h>

static void
refuse(scmp_filter_ctx ctx, int error, int call)
{
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(error), call, 0) != 0)
		errx(1, "seccomp_rule_add");
}

int
main(int argc, char *argv[])
{
	struct scmp_arg_cmp	 by_prctl = { 0, SCMP_CMP_EQ, PR_SET_SECCOMP,
	    0 };
	scmp_filter_ctx		 ctx;

	if (argc < 3)
		errx(1, "usage: lacking landlock|seccomp program ...");
	if ((ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0) != 0)
		errx(1, "seccomp_init");
	if (strcmp(argv[1], "landlock") == 0)
		refuse(ctx, ENOSYS, SCMP_SYS(landlock_create_ruleset));
	else {
		refuse(ctx, ENOSYS, SCMP_SYS(seccomp));
		if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINVAL),
		    SCMP_SYS(prctl), 1, by_prctl) != 0)
			errx(1, "seccomp_rule_add");
	}
	if (seccomp_load(ctx) != 0)
		errx(1, "seccomp_load");
	seccomp_release(ctx);
	execv(argv[2], argv + 2);
	err(1, "%s", argv[2]);
}
