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
 * The known answers of mlvpn(7), as its source has them, against the code.
 * Inputs come from the page too, and each of its values must be used.
 */

#include <sys/types.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "handshake.h"
#include "session.h"
#include "test.h"
#include "tunnel.h"
#include "wire.h"

#define ANSWERS_MAX	100
#define NAME_SIZE	32
#define VALUE_MAX	256

struct vector {
	char		 name[NAME_SIZE];
	uint8_t		 value[VALUE_MAX];	/* text has a NUL */
	size_t		 len;
	int		 used;
};

static struct vector	 answers[ANSWERS_MAX];
static size_t		 nanswers;

static void		 read_page(const char *);
static void		 read_line(char *, int);
static void		 append(struct vector *, const char *);
static struct vector	*find(const char *);
static const uint8_t	*input(const char *, size_t);
static const char	*text(const char *);
static void		 want(const char *, const void *, size_t);
static void		 want_of(const char *, const char *, const void *,
			    size_t);
static void		 skip_of(const char *, const char *);
static void		 all_used(void);
static void		 get_hello(struct hello *);
static void		 get_reply(struct reply *);
static void		 check_phrase(void);
static void		 check_handshake(const char *, const struct hs_secret *,
			    const struct hs_secret *);
static void		 check_keys(const char *, const struct hs_keys *);
static void		 check_data(void);
static void		 check_numbers(void);
static void		 check_frame(const char *, const struct frame *);
static void		 check_frames(void);

int
main(int argc, char *argv[])
{
	struct hs_secret init, resp;

	if (argc != 2)
		errx(1, "usage: vectors_test page");
	CHECK(sodium_init() != -1);
	read_page(argv[1]);
	CHECK(nanswers > 50);

	check_phrase();
	TEST("pattern 0: HELLO, REPLY, keys, COOKIE");
	hs_secret_init(&init, input("psk", 32), NULL, NULL);
	check_handshake("nn", &init, &init);
	TEST("pattern 1: HELLO, REPLY, keys, COOKIE");
	hs_secret_init(&init, input("psk", 32), input("init-static", 32),
	    input("resp-public", 32));
	hs_secret_init(&resp, input("psk", 32), input("resp-static", 32),
	    input("init-public", 32));
	want("init-public", init.spub, 32);
	want("resp-public", resp.spub, 32);
	check_handshake("ik", &init, &resp);
	check_data();
	check_numbers();
	check_frames();
	all_used();
	return (0);
}

/* The literal displays after .Sh KNOWN ANSWERS. */
static void
read_page(const char *path)
{
	FILE	*fp;
	char	*line = NULL;
	size_t	 size = 0;
	ssize_t	 len;
	int	 section = 0, display = 0, lineno = 0;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while ((len = getline(&line, &size, fp)) != -1) {
		lineno++;
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (strncmp(line, ".Sh ", 4) == 0)
			section = strcmp(line, ".Sh KNOWN ANSWERS") == 0;
		else if (strncmp(line, ".Bd ", 4) == 0)
			display = 1;
		else if (strcmp(line, ".Ed") == 0)
			display = 0;
		else if (section && display)
			read_line(line, lineno);
	}
	free(line);
	fclose(fp);
}

/* A name and the first bytes of its value, or more bytes of the last one. */
static void
read_line(char *line, int lineno)
{
	struct vector	*a;
	size_t		 n = strcspn(line, " \t");

	if (n > 0) {
		if (nanswers == ANSWERS_MAX || n >= NAME_SIZE)
			errx(1, "line %d: too many or too long", lineno);
		a = &answers[nanswers];
		memcpy(a->name, line, n);
		if (find(a->name) != NULL)
			errx(1, "line %d: %s again", lineno, a->name);
		nanswers++;
	} else if (nanswers == 0)
		errx(1, "line %d: no name", lineno);
	a = &answers[nanswers - 1];
	line += n;
	append(a, line + strspn(line, " \t"));
}

static void
append(struct vector *a, const char *s)
{
	size_t	 len;

	if (*s != '"') {
		a->len += test_unhex(a->value + a->len, VALUE_MAX - a->len,
		    s);
		return;
	}
	len = strlen(s);
	CHECK(a->len == 0 && len >= 2 && len < VALUE_MAX);
	CHECK(s[len - 1] == '"');
	memcpy(a->value, s + 1, len - 2);
	a->len = len - 1;
}

static struct vector *
find(const char *name)
{
	size_t	 i;

	for (i = 0; i < nanswers; i++)
		if (strcmp(answers[i].name, name) == 0)
			return (&answers[i]);
	return (NULL);
}

static const uint8_t *
input(const char *name, size_t len)
{
	struct vector	*a;

	if ((a = find(name)) == NULL || a->len != len)
		errx(1, "%s is missing or has not %zu bytes", name, len);
	a->used = 1;
	return (a->value);
}

static const char *
text(const char *name)
{
	struct vector	*a;

	if ((a = find(name)) == NULL || a->len == 0 ||
	    a->value[a->len - 1] != '\0')
		errx(1, "%s is missing or not a text", name);
	a->used = 1;
	return ((const char *)a->value);
}

static void
want(const char *name, const void *got, size_t len)
{
	const uint8_t	*value = input(name, len);

	if (memcmp(got, value, len) == 0)
		return;
	test_dump("got ", got, len);
	test_dump("want", value, len);
	errx(1, "%s differs", name);
}

/* The answer "prefix-suffix". */
static void
want_of(const char *prefix, const char *suffix, const void *got, size_t len)
{
	char	 name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s-%s", prefix, suffix);
	want(name, got, len);
}

static void
skip_of(const char *prefix, const char *suffix)
{
	char	 name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s-%s", prefix, suffix);
	input(name, 32);
}

static void
all_used(void)
{
	size_t	 i;

	TEST("every value of the page was checked");
	for (i = 0; i < nanswers; i++)
		if (!answers[i].used)
			errx(1, "%s was not", answers[i].name);
}

static void
check_phrase(void)
{
	struct hs_secret s;
	const char	*id = text("id");
	uint8_t		 psk[32], salt[16], buf[64];

	TEST("pass phrase, psk, keys of mac1 and COOKIE");
	snprintf((char *)buf, sizeof(buf), "mlvpn3 secret%s", id);
	crypto_generichash(salt, sizeof(salt), buf, strlen((char *)buf), NULL,
	    0);
	want("salt", salt, sizeof(salt));
	CHECK(phrase_psk(psk, text("secret"), id) == 0);
	want("psk", psk, sizeof(psk));
	hs_secret_init(&s, psk, NULL, NULL);
	want("mac1-key", s.mac1_own, 32);
	want("cookie-key", s.cookie_own, 32);
}

static void
get_hello(struct hello *p1)
{
	const uint8_t	*p = input("p1", P1_LEN);

	memset(p1, 0, sizeof(*p1));
	p1->stamp = get64(p);
	p1->own_id = get64(p + 8);
	p1->peer_id = get64(p + 16);
	p1->features = get32(p + 24);
	p1->aeads = p[28];
	p1->aeads_fast = p[29];
	p1->layer2 = p[30];
	p1->tunnel_mtu = get16(p + 32);
}

static void
get_reply(struct reply *p2)
{
	const uint8_t	*p = input("p2", P2_LEN);

	memset(p2, 0, sizeof(*p2));
	p2->own_id = get64(p + 4);
	p2->peer_id = get64(p + 12);
	p2->features = get32(p + 20);
	p2->aead = p[24];
	p2->continued = p[25];
	p2->layer2 = p[26];
	p2->tunnel_mtu = get16(p + 28);
}

static void
check_handshake(const char *name, const struct hs_secret *isec,
    const struct hs_secret *rsec)
{
	struct handshake init, resp;
	struct hs_keys	 ik, rk;
	struct hello	 p1, got1;
	struct reply	 p2, got2;
	uint8_t		 hello[HELLO_MAX_LEN], reply[REPLY_LEN];
	uint8_t		 cookie[COOKIE_LEN];
	uint32_t	 iindex = get32(input("init-index", 4));
	uint32_t	 rindex = get32(input("resp-index", 4));
	size_t		 len;

	get_hello(&p1);
	get_reply(&p2);
	len = hello_create(&init, isec, iindex, &p1,
	    input("init-ephemeral", 32), hello);
	want_of(name, "hello", hello, len);
	want_of(name, "cookie", cookie, cookie_create(hello, len,
	    rsec->cookie_own, input("cookie", MAC_LEN), input("nonce", 24),
	    cookie));
	hello_mac2(hello, len, input("cookie", MAC_LEN));
	want_of(name, "mac2", hello + len - MAC_LEN, MAC_LEN);

	CHECK(hello_mac1_check(hello, len, rsec->mac1_own) == 0);
	CHECK(hello_open(&resp, rsec, hello, len, &got1) == 0);
	CHECK(memcmp(&p1, &got1, sizeof(p1)) == 0);
	len = reply_create(&resp, rsec, rindex, &p2,
	    input("resp-ephemeral", 32), reply, &rk);
	want_of(name, "reply", reply, len);
	CHECK(reply_open(&init, isec, reply, len, &got2, &ik) == 0);
	CHECK(memcmp(&p2, &got2, sizeof(p2)) == 0);
	CHECK_EQ(get32(input("p2", P2_LEN)), rindex);
	check_keys(name, &ik);
}

static void
check_keys(const char *name, const struct hs_keys *hk)
{
	struct keys	 k;

	want_of(name, "k1", hk->tx, 32);
	want_of(name, "k2", hk->rx, 32);
	want_of(name, "h", hk->hash, NOISE_HASHLEN);
	keys_init(&k, hk, AEAD_CHACHA, 1, 1, 2, 0);
	want_of(name, "chacha-i", k.tx.key, 32);
	want_of(name, "chacha-r", k.rx.key, 32);
	keys_init(&k, hk, AEAD_AES, 1, 1, 2, 0);
	if (k.aead != AEAD_AES) {
		TEST("%s: not on this machine", aead_name(AEAD_AES));
		skip_of(name, "aes-i");
		skip_of(name, "aes-r");
		return;
	}
	want_of(name, "aes-i", k.tx.key, 32);
	want_of(name, "aes-r", k.rx.key, 32);
}

static void
check_data(void)
{
	static const char *const names[][2] = {
		{ NULL, NULL }, { "key-1", "data-1" }, { "key-2", "data-2" }
	};
	static struct lane	 tx, rx;
	struct hs_keys		 hk;
	struct keys		 k;
	uint8_t			 out[64], back[64];
	uint64_t		 number;
	size_t			 len;
	int			 id;

	TEST("DATA under both AEADs");
	memcpy(hk.tx, input("split", 32), 32);
	memcpy(hk.rx, hk.tx, 32);
	memcpy(hk.hash, input("hash", NOISE_HASHLEN), NOISE_HASHLEN);
	for (id = AEAD_CHACHA; id <= AEAD_AES; id++) {
		keys_init(&k, &hk, id, 1, get32(input("index", 4)),
		    get32(input("index", 4)), 0);
		if (k.aead != id) {
			TEST("%s: not on this machine", aead_name(id));
			find(names[id][0])->used = 1;
			find(names[id][1])->used = 1;
			continue;
		}
		want(names[id][0], k.tx.key, 32);
		memset(&tx, 0, sizeof(tx));
		tx.tx_next = get64(input("number", 8));
		len = data_seal(&k, &tx, *input("path", 1),
		    input("plaintext", 9), 9, out, &number);
		want(names[id][1], out, len);

		memset(&rx, 0, sizeof(rx));
		rx.rx_any = 1;
		rx.rx_highest = number - 1;
		CHECK(data_open(&k, &rx, out, len, back, &number) == DATA_OK);
		want("plaintext", back, 9);
	}
}

static void
check_numbers(void)
{
	char		 name[NAME_SIZE];
	const uint8_t	*p;
	int		 i;

	TEST("packet numbers");
	for (i = 1; i <= 8; i++) {
		snprintf(name, sizeof(name), "number-%d", i);
		p = input(name, 20);
		CHECK_EQ(number_rebuild(get64(p), get32(p + 8)),
		    get64(p + 12));
	}
}

/* Made from its fields, and read back to the same. */
static void
check_frame(const char *name, const struct frame *f)
{
	struct frame	 got;
	uint8_t		 buf[FRAME_MAX];
	const uint8_t	*p = buf;
	size_t		 len;

	len = frame_put(f, buf, sizeof(buf));
	want(name, buf, len);
	CHECK_EQ(frame_get(&got, &p, &len), 1);
	CHECK_EQ(len, 0);
	CHECK_EQ(got.type, f->type);
	len = frame_put(&got, buf, sizeof(buf));
	want(name, buf, len);
}

static void
check_frames(void)
{
	static const uint8_t	 token[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t	 own[] = {
		0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18
	};
	static const uint8_t	 challenge[] = {
		0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28
	};
	struct frame		 f;

	TEST("control frames");
	memset(&f, 0, sizeof(f));
	f.type = FRAME_PATH_OPEN;
	f.u.open.gen = 1;
	f.u.open.flags = PATH_FLAG_BACKUP;
	f.u.open.mtu = 1492;
	f.u.open.up = 800;
	f.u.open.down = 11000;
	memcpy(f.u.open.token, token, TOKEN_LEN);
	memcpy(f.u.open.name, "dsl1", 5);
	check_frame("path-open", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_PATH_OK;
	f.u.ok.gen = 1;
	f.u.ok.mtu = 1500;
	memcpy(f.u.ok.token, token, TOKEN_LEN);
	memcpy(f.u.ok.own, own, TOKEN_LEN);
	check_frame("path-ok", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_CHALLENGE;
	memcpy(f.u.token, challenge, TOKEN_LEN);
	check_frame("challenge", &f);
	f.type = FRAME_RESPONSE;
	check_frame("response", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_PATH_STATUS;
	f.u.status.path = 0x81;
	f.u.status.gen = 2;
	f.u.status.flags = PATH_FLAG_DISABLED;
	f.u.status.up = 1000;
	f.u.status.down = 2000;
	check_frame("path-status", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_PATH_CLOSE;
	f.u.close.path = 3;
	f.u.close.gen = 255;
	f.u.close.reason = CLOSE_CONFIGURATION;
	check_frame("path-close", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_REPORT;
	f.u.report.path = 5;
	f.u.report.gen = 7;
	f.u.report.flags = REPORT_ANSWER;
	f.u.report.ngaps = 2;
	f.u.report.highest = 0x80000010;
	f.u.report.arrival = 0x00010000;
	f.u.report.time = 0x00011000;
	f.u.report.dgrams = 0x1000;
	f.u.report.bytes = 0x123456;
	f.u.report.ce = 3;
	f.u.report.interval = 20;
	f.u.report.gap[0].distance = 3;
	f.u.report.gap[0].length = 2;
	f.u.report.gap[1].distance = 16;
	f.u.report.gap[1].length = 1;
	check_frame("report", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_PROBE;
	f.u.probe.time = 0xdeadbeef;
	f.u.probe.number = 9;
	f.u.probe.flags = PROBE_SUSPECT;
	check_frame("probe", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_MTU_PROBE;
	f.u.mtu.size = 1452;
	f.u.mtu.number = 1;
	check_frame("mtu-probe", &f);
	f.type = FRAME_MTU_RESULT;
	f.u.mtu.flags = 1;
	check_frame("mtu-result", &f);

	memset(&f, 0, sizeof(f));
	f.type = FRAME_CLOSE;
	f.u.close.reason = CLOSE_STOP;
	check_frame("close", &f);
}
