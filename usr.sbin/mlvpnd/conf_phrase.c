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
 * Pre-shared keys derived from passphrases.  They are kept from one
 * configuration to the next, because deriving one is slow.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_phrase.h"
#include "handshake.h"

/* A passphrase with its key. */
struct phrase {
	LIST_ENTRY(phrase) entry;
	char		 text[SECRET_SIZE];
	char		 id[TUNNEL_NAME_SIZE];
	uint8_t		 psk[32];
};

static int	 phrase_is(const struct phrase *, const struct tunnel_conf *);

static LIST_HEAD(, phrase)	 phrases = LIST_HEAD_INITIALIZER(phrases);

int
conf_phrase_psk(struct tunnel_conf *tunnel)
{
	struct phrase	*p;

	LIST_FOREACH(p, &phrases, entry) {
		if (phrase_is(p, tunnel))
			break;
	}
	if (p == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return (-1);
		if (phrase_psk(p->psk, tunnel->secret,
		    tunnel->secret_id) == -1) {
			freezero(p, sizeof(*p));
			return (-1);
		}
		strlcpy(p->text, tunnel->secret, sizeof(p->text));
		strlcpy(p->id, tunnel->secret_id, sizeof(p->id));
		LIST_INSERT_HEAD(&phrases, p, entry);
	}
	memcpy(tunnel->psk, p->psk, sizeof(tunnel->psk));
	return (0);
}

void
conf_phrase_keep(const struct mlvpnd_conf *conf)
{
	struct tunnel_conf	*tunnel;
	struct phrase		*p, *next;

	for (p = LIST_FIRST(&phrases); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		TAILQ_FOREACH(tunnel, &conf->tunnels, entry) {
			if (phrase_is(p, tunnel))
				break;
		}
		if (tunnel != NULL)
			continue;
		LIST_REMOVE(p, entry);
		freezero(p, sizeof(*p));
	}
}

static int
phrase_is(const struct phrase *p, const struct tunnel_conf *tunnel)
{
	return (tunnel->secret_source == SECRET_PHRASE &&
	    strcmp(p->text, tunnel->secret) == 0 &&
	    strcmp(p->id, tunnel->secret_id) == 0);
}

