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
 * The flows file: reads and writes the positions of MLVPN 2.x peers.
 */

#include <sys/types.h>

#include <errno.h>
#include <unistd.h>

#include "core.h"
#include "log.h"
#include "mlvpn2_file.h"
#include "wire.h"

#define FLOWS_MAX	4096
#define RECORD		20		/* key, flow, sequence: 8, 4, 8 bytes */
#define SAVE_INTERVAL	(60 * USEC)
#define SAVE_MIN	(1 * USEC)

static void	 mlvpn2_file_save(struct core *);
static size_t	 mlvpn2_file_others(size_t);

static struct peer_flow	 flows[FLOWS_MAX];	/* as the file has them */
static size_t		 nflows;
static struct peer_flow	 next[FLOWS_MAX];
static uint8_t		 file[FLOWS_MAX * RECORD];
static int		 file_fd = -1;
static int		 changed;
static uint64_t		 saved_at;

void
mlvpn2_file_open(int fd)
{
	ssize_t	 n;
	size_t	 i;

	if (file_fd != -1)
		close(file_fd);
	file_fd = fd;
	if ((n = pread(fd, file, sizeof(file), 0)) == -1) {
		log_warn("cannot read flows file");
		n = 0;
	}
	nflows = n / RECORD;
	for (i = 0; i < nflows; i++) {
		flows[i].key = get64(file + i * RECORD);
		flows[i].flow = get32(file + i * RECORD + 8);
		flows[i].highest = get64(file + i * RECORD + 12);
	}
}

void
mlvpn2_file_load(struct tunnel *t)
{
	tunnel_flows(t, flows, nflows);
}

void
mlvpn2_file_changed(void)
{
	changed = 1;
}

void
mlvpn2_file_timer(struct core *core, uint64_t now)
{
	if (file_fd == -1 ||
	    now - saved_at < (changed ? SAVE_MIN : SAVE_INTERVAL))
		return;
	saved_at = now;
	changed = 0;
	mlvpn2_file_save(core);
}

void
mlvpn2_file_close(struct core *core)
{
	if (file_fd == -1)
		return;
	mlvpn2_file_save(core);
	close(file_fd);
	file_fd = -1;
}

static void
mlvpn2_file_save(struct core *core)
{
	size_t	 i, len;

	nflows = mlvpn2_file_others(core_flows(core, next, FLOWS_MAX));
	for (i = 0; i < nflows; i++) {
		flows[i] = next[i];
		put64(file + i * RECORD, flows[i].key);
		put32(file + i * RECORD + 8, flows[i].flow);
		put64(file + i * RECORD + 12, flows[i].highest);
	}
	len = nflows * RECORD;
	if (pwrite(file_fd, file, len, 0) != (ssize_t)len ||
	    ftruncate(file_fd, len) == -1)
		log_warn("cannot write flows file");
}

/* The n of running tunnels are followed by those of other tunnels. */
static size_t
mlvpn2_file_others(size_t n)
{
	size_t	 i, j, all = n;

	for (i = 0; i < nflows && all < FLOWS_MAX; i++) {
		for (j = 0; j < n && next[j].key != flows[i].key; j++)
			continue;
		if (j == n)
			next[all++] = flows[i];
	}
	return (all);
}
