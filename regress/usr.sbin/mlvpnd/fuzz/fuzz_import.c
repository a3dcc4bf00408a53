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
 * Configurations of MLVPN, whatever a user has.  What import prints for one
 * that it takes is read by the daemon's parser in regress/usr.sbin/mlvpnctl.
 */

#include <sys/mman.h>

#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "import.c"
#include "ini.c"
#include "fuzz.h"
#include "fuzz_exit.h"

static void	 run(void *);
static void	 forget(void);

int	 LLVMFuzzerInitialize(int *, char ***);

static char	 name[] = "/proc/self/fd/1000";
static int	 fd;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (freopen("/dev/null", "w", stdout) == NULL ||
	    (fd = memfd_create("mlvpn.conf", 0)) == -1)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* each complaint is a line on stderr */
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	(void)fuzz_ends(run, NULL);
	forget();
	return (0);
}

static void
run(void *arg)
{
	(void)import(name);
}

static void
forget(void)
{
	struct value	*v;
	struct section	*s;

	if (ini.values.tqh_last == NULL)
		return;
	while ((v = TAILQ_FIRST(&ini.values)) != NULL) {
		TAILQ_REMOVE(&ini.values, v, entry);
		free(v->key);
		free(v->text);
		free(v->words);
		free(v);
	}
	while ((s = TAILQ_FIRST(&ini.sections)) != NULL) {
		TAILQ_REMOVE(&ini.sections, s, entry);
		free(s->name);
		free(s);
	}
	free(routes);
	routes = NULL;
	nroutes = 0;
	nsections = nvalues = 0;
	complaints = status = depth = muted = 0;
	is_server = layer2 = cleartext = 0;
	memset(&address4, 0, sizeof(address4));
	memset(&address6, 0, sizeof(address6));
	has_peer4 = has_peer6 = default4 = default6 = 0;
	loss = latency = NULL;
}
