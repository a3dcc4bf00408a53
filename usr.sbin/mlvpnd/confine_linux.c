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
 * Linux divides the privileges of root, see capabilities(7), and has Landlock
 * and seccomp(2) under unveil(2) and pledge(2).
 */

#include <sys/types.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"

const char	confine_devices[] = "/dev/net";
/* part of "stdio", see pledge_linux.c */
const char	confine_accept[] = "";
const char	confine_accept_inet[] = "";

void
confine_capabilities(int network)
{
	struct __user_cap_header_struct	 header;
	struct __user_cap_data_struct	 data[2];
	uint64_t			 bound = 0, keep;
	int				 cap, i;

	if (network)
		keep = bound = 1ULL << CAP_NET_ADMIN |
		    1ULL << CAP_NET_BIND_SERVICE;
	else
		/* lost with the change of the user */
		keep = 1ULL << CAP_SETGID | 1ULL << CAP_SETUID;

	/* without leave to do it, no_new_privs has to be enough */
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != -1; cap++) {
		if ((bound & 1ULL << cap) == 0)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}

	memset(&header, 0, sizeof(header));
	header.version = _LINUX_CAPABILITY_VERSION_3;
	if (syscall(SYS_capget, &header, data) == -1)
		fatal("capget");
	for (i = 0; i < 2; i++) {
		data[i].permitted &= keep >> 32 * i;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data) == -1)
		fatal("capset");
}

void
confine_memory(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("prctl");
}

void
confine_report(void)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) == -1)
		log_warn("no Landlock, processes can open all files of their "
		    "user");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 &&
	    errno != EFAULT)
		log_warn("no seccomp, processes can use all system calls");
}
