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
 * What the configuration needs of other parts, so that a test sees it.
 */

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "conf.h"
#include "conf_test.h"
#include "handshake.h"
#include "log.h"
#include "parse.h"
#include "printconf.h"
#include "test.h"

static char	*print(struct mlvpnd_conf *, const char *, int);
static void	 compare(struct mlvpnd_conf *, struct mlvpnd_conf *);
static void	 compare_tunnel(struct tunnel_conf *, struct tunnel_conf *);
static void	 compare_struct(const void *, const void *, size_t, size_t,
		    size_t, const char *);
static void	 message(const char *, va_list)
		    __attribute__((__format__ (printf, 1, 0)));

char		 messages[MESSAGES_MAX];
int		 nerrors, phrase_calls, phrase_fails;
int		 sock_can_bind_device = 1;
int		 netif_has_labels = 1, netif_has_carp = 1;

void
messages_clear(void)
{
	*messages = '\0';
	nerrors = 0;
}

static void
message(const char *fmt, va_list ap)
{
	size_t	 len = strlen(messages);

	vsnprintf(messages + len, sizeof(messages) - len, fmt, ap);
	strlcat(messages, "\n", sizeof(messages));
}

void
logit(int pri, const char *fmt, ...)
{
	va_list	 ap;

	CHECK_EQ(pri, LOG_CRIT);
	nerrors++;
	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	verr(1, fmt, ap);
}

void
fatalx(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	verrx(1, fmt, ap);
}

/* The first 32 bytes of "phrase|id". */
int
phrase_psk(uint8_t psk[32], const char *phrase, const char *id)
{
	char	 buf[SECRET_SIZE + TUNNEL_NAME_SIZE] = { 0 };

	if (phrase_fails)
		return (-1);
	phrase_calls++;
	snprintf(buf, sizeof(buf), "%s|%s", phrase, id);
	memcpy(psk, buf, 32);
	return (0);
}

int
wait_child(void)
{
	int	 status;

	if (wait(&status) == -1)
		err(1, "wait");
	return (status);
}

char *
print_again(struct mlvpnd_conf *conf, const char *file, int defaults)
{
	struct mlvpnd_conf	*again;
	char			*first, *second;

	first = print(conf, file, defaults);
	messages_clear();
	if ((again = parse_config(file, NULL)) == NULL)
		errx(1, "what was printed is refused:\n%s\n%s", messages,
		    first);
	compare(conf, again);
	second = print(again, file, defaults);
	if (strcmp(first, second) != 0)
		errx(1, "printed:\n%s\nand then:\n%s", first, second);
	free(second);
	conf_free(again);
	return (first);
}

/* Leaves the text in the file too. */
static char *
print(struct mlvpnd_conf *conf, const char *file, int defaults)
{
	char	*text;
	off_t	 size;
	FILE	*f;
	int	 saved;

	fflush(stdout);
	if ((saved = dup(STDOUT_FILENO)) == -1 ||
	    (f = fopen(file, "w+")) == NULL || fchmod(fileno(f), 0600) == -1 ||
	    dup2(fileno(f), STDOUT_FILENO) == -1)
		err(1, "%s", file);
	print_config(conf, defaults);
	fflush(stdout);
	if (dup2(saved, STDOUT_FILENO) == -1 || close(saved) == -1 ||
	    (size = lseek(fileno(f), 0, SEEK_END)) == -1 ||
	    (text = malloc(size + 1)) == NULL ||
	    pread(fileno(f), text, size, 0) != size)
		err(1, "%s", file);
	text[size] = '\0';
	fclose(f);
	return (text);
}

static void
compare(struct mlvpnd_conf *a, struct mlvpnd_conf *b)
{
	struct listen_conf	*la, *lb;
	struct tunnel_conf	*ta, *tb;

	CHECK(addr_equal(&a->status, &b->status));
	CHECK_EQ(a->status_rtable, b->status_rtable);
	lb = TAILQ_FIRST(&b->listens);
	TAILQ_FOREACH(la, &a->listens, entry) {
		CHECK(lb != NULL);
		compare_struct(la, lb, sizeof(la->entry), sizeof(*la), 0,
		    "listen");
		lb = TAILQ_NEXT(lb, entry);
	}
	CHECK(lb == NULL);
	tb = TAILQ_FIRST(&b->tunnels);
	TAILQ_FOREACH(ta, &a->tunnels, entry) {
		CHECK(tb != NULL);
		compare_tunnel(ta, tb);
		tb = TAILQ_NEXT(tb, entry);
	}
	CHECK(tb == NULL);
}

static void
compare_tunnel(struct tunnel_conf *a, struct tunnel_conf *b)
{
	struct route_conf	*ra, *rb;
	struct link_conf	*la, *lb;
	struct match_conf	*ma, *mb;

	compare_struct(a, b, sizeof(a->entry),
	    offsetof(struct tunnel_conf, routes),
	    offsetof(struct tunnel_conf, lineno), a->name);
	rb = TAILQ_FIRST(&b->routes);
	TAILQ_FOREACH(ra, &a->routes, entry) {
		CHECK(rb != NULL);
		compare_struct(ra, rb, sizeof(ra->entry), sizeof(*ra), 0,
		    "route");
		rb = TAILQ_NEXT(rb, entry);
	}
	CHECK(rb == NULL);
	lb = TAILQ_FIRST(&b->links);
	TAILQ_FOREACH(la, &a->links, entry) {
		CHECK(lb != NULL);
		compare_struct(la, lb, sizeof(la->entry), sizeof(*la),
		    offsetof(struct link_conf, lineno), la->name);
		lb = TAILQ_NEXT(lb, entry);
	}
	CHECK(lb == NULL);
	mb = TAILQ_FIRST(&b->matches);
	TAILQ_FOREACH(ma, &a->matches, entry) {
		CHECK(mb != NULL);
		compare_struct(ma, mb, sizeof(ma->entry), sizeof(*ma),
		    offsetof(struct match_conf, lineno), ma->expr);
		mb = TAILQ_NEXT(mb, entry);
	}
	CHECK(mb == NULL);
}

/* From one offset to the other but for a line number, if that is not 0. */
static void
compare_struct(const void *va, const void *vb, size_t from, size_t to,
    size_t lineno, const char *what)
{
	const uint8_t	*a = va, *b = vb;
	size_t		 i;

	for (i = from; i < to; i++) {
		if (lineno != 0 && i >= lineno && i < lineno + sizeof(int))
			continue;
		if (a[i] != b[i])
			errx(1, "%s: byte %zu changed", what, i);
	}
}
