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
 * HELLO, REPLY and COOKIE: byte for byte, against a second derivation, and
 * everything that must be refused.
 */

#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "handshake.h"
#include "test.h"
#include "wire.h"

#define NPSK	256

/* Both ends of a handshake with fixed randomness. */
struct world {
	const char	*name;
	struct hs_secret init, resp;
	uint8_t		 psk[32];
	uint8_t		 init_s[32], resp_s[32];	/* IKpsk2 */
	uint8_t		 init_e[32], resp_e[32];
	uint32_t	 init_index, resp_index;
	struct hello	 p1;
	struct reply	 p2;
	uint8_t		 cookie[MAC_LEN], nonce[24];
};

/* What a handshake gives. */
struct result {
	uint8_t		 hello[HELLO_MAX_LEN];
	size_t		 hellolen;
	uint8_t		 reply[REPLY_LEN];
	struct hs_keys	 keys;		/* the initiator's view */
};

/* The symmetric state of the second derivation. */
struct ref {
	uint8_t		 h[64], ck[64], k[32];
	uint8_t		 nonce;
};

static void	fill(uint8_t *, size_t, uint8_t);
static void	world_init(struct world *, int, int);
static void	world_run(const struct world *, struct result *);
static void	*copy_of(const void *, size_t);

static void	ref_hash(uint8_t[64], const uint8_t *, size_t,
		    const uint8_t *, size_t);
static void	ref_hmac(uint8_t[64], const uint8_t[64], const uint8_t *,
		    size_t);
static void	ref_mix_hash(struct ref *, const uint8_t *, size_t);
static void	ref_mix_key(struct ref *, const uint8_t *, size_t);
static void	ref_mix_psk(struct ref *, const uint8_t[32]);
static void	ref_mix_dh(struct ref *, const uint8_t[32],
		    const uint8_t[32]);
static uint8_t	*ref_seal(struct ref *, uint8_t *, const uint8_t *, size_t);
static void	ref_mac(uint8_t *, const uint8_t *, size_t, const char *,
		    const uint8_t *, int);
static void	ref_run(const struct world *, const uint8_t *,
		    struct result *);

static int	accept_hello(const struct world *, const uint8_t *, size_t);
static void	test_secret(void);
static void	test_bytes(int, int, const char *, const char *,
		    const char *, const char *);
static void	test_reference(int, int);
static void	test_agree(int, int);
static void	test_hello_damage(int);
static void	test_reply_damage(int);
static void	test_cookie_damage(int);
static void	test_wrong_secret(void);
static void	test_many_psks(void);
static void	test_reserved(int);
static void	test_payload(int);
static void	test_small_order(void);
static void	test_other_try(int);
static void	test_cookie_source(void);
static void	test_sizes(void);

static const char nn_hello[] =
    "31000000010203048f40c5adb68f25624ae5b214ea767a6ec94d829d"
    "3d7b5e1ad1ba6f3e2138285ffa8a3f7899b02ad87b6ad80e8ae8ad4c"
    "2cd1c74824f12d9fb34eace0aa1f1eac3200076a363da70c3b7f8e32"
    "f5b4595c60d53f25460135c07c99511da3e52e38824544f49500d6db"
    "1bbd7439b2549cbb00000000000000000000000000000000";
static const char nn_reply[] =
    "32000000a1b2c3d401020304358072d6365880d1aeea329adf912138"
    "3851ed21a28e3b75e965d0d2cd166254fba60e97d41f488fe4a34d8b"
    "389dd37d76de7c68db9362aa94fa3b34f8ec9b30f09cce72ea86e935"
    "f6c487c373e1cbed95765355e0f4d19bc0fdcebb180bffae0621f125"
    "c5929531";
static const char nn_cookie[] =
    "3300000001020304404142434445464748494a4b4c4d4e4f50515253"
    "5455565763305fa18d7b45be3286c7daf06f92160d3dafa33c3bc986"
    "fa36aa445b982a61";
static const char nn_mac2[] =
    "2fe247289bd573a701fa13642b4b841a";
static const char ik_hello[] =
    "31010000010203048f40c5adb68f25624ae5b214ea767a6ec94d829d"
    "3d7b5e1ad1ba6f3e2138285fc284d643f2bd3341e49cb9a36859cb22"
    "2c080d34786cb6c95e802965ffb5f0b6787c08d507ebc52ad9318c2e"
    "31b8fddfcb0fc124dcc5e018820051b40d65f4d17fc4e9f73d0ffb51"
    "424beb42388a3e10b706941c250ebbf47cc800ce781eaba6c5f41c41"
    "bd45507f82fb0545c8c958b4fbc0c3503555d11eaa460ae91db7fb3e"
    "00000000000000000000000000000000";
static const char ik_reply[] =
    "32010000a1b2c3d401020304358072d6365880d1aeea329adf912138"
    "3851ed21a28e3b75e965d0d2cd166254cf9f455d2afd43a4386cc318"
    "77499e001a83b1ab5d6c9a2a57d8af4d78d8745029d48309e31fa602"
    "0acacde6cc64799e897579d4ceac138c6b1b4caf3453af195aa56696"
    "523f73c1";
static const char ik_cookie[] =
    "3300000001020304404142434445464748494a4b4c4d4e4f50515253"
    "54555657602b12e5cbcb01c98488c3314320d8c988f89c0662958c2b"
    "ec8534251e329853";
static const char ik_mac2[] =
    "7047136d43f270c9fbce9ac5c6aedfc0";

int
main(void)
{
	int	 pattern;

	CHECK(sodium_init() != -1);

	test_secret();
	test_bytes(NOISE_NNPSK0, 1, nn_hello, nn_reply, nn_cookie, nn_mac2);
	test_bytes(NOISE_IKPSK2, 1, ik_hello, ik_reply, ik_cookie, ik_mac2);
	test_reference(NOISE_NNPSK0, 1);
	test_reference(NOISE_IKPSK2, 1);
	test_reference(NOISE_IKPSK2, 0);
	test_agree(NOISE_NNPSK0, 1);
	test_agree(NOISE_IKPSK2, 1);
	test_agree(NOISE_IKPSK2, 0);
	for (pattern = NOISE_NNPSK0; pattern <= NOISE_IKPSK2; pattern++) {
		test_hello_damage(pattern);
		test_reply_damage(pattern);
		test_cookie_damage(pattern);
		test_reserved(pattern);
		test_payload(pattern);
		test_other_try(pattern);
	}
	test_wrong_secret();
	test_many_psks();
	test_small_order();
	test_cookie_source();
	test_sizes();
	return (0);
}

static void
fill(uint8_t *p, size_t len, uint8_t first)
{
	while (len-- > 0)
		*p++ = first++;
}

/* The inputs of the known answers of mlvpn(7). */
static void
world_init(struct world *w, int pattern, int psk)
{
	uint8_t	 init_pub[32], resp_pub[32];

	memset(w, 0, sizeof(*w));
	w->name = pattern == NOISE_NNPSK0 ? "NNpsk0" :
	    psk ? "IKpsk2" : "IKpsk2 without psk";
	if (psk)
		CHECK_EQ(test_unhex(w->psk, 32, "14092c7b97c20b4277a65f9be35a"
		    "b528418ccb67166cbf0ed0cbf8b1e9b3ccc8"), 32);
	fill(w->init_e, 32, 0x00);
	fill(w->resp_e, 32, 0x20);
	fill(w->init_s, 32, 0x60);
	fill(w->resp_s, 32, 0x80);
	fill(w->cookie, MAC_LEN, 0xa0);
	fill(w->nonce, 24, 0x40);
	w->init_index = 0x01020304;
	w->resp_index = 0xa1b2c3d4;

	w->p1.stamp = 1767225600000000ULL;	/* 2026-01-01 00:00 UTC */
	w->p1.own_id = 0x1011121314151617ULL;
	w->p1.aeads = 1 << AEAD_CHACHA | 1 << AEAD_AES;
	w->p1.aeads_fast = 1 << AEAD_CHACHA | 1 << AEAD_AES;
	w->p1.tunnel_mtu = 1440;

	w->p2.own_id = 0x2021222324252627ULL;
	w->p2.peer_id = w->p1.own_id;
	w->p2.aead = AEAD_AES;
	w->p2.tunnel_mtu = 1420;

	if (pattern == NOISE_NNPSK0) {
		hs_secret_init(&w->init, w->psk, NULL, NULL);
		hs_secret_init(&w->resp, w->psk, NULL, NULL);
		return;
	}
	crypto_scalarmult_curve25519_base(init_pub, w->init_s);
	crypto_scalarmult_curve25519_base(resp_pub, w->resp_s);
	hs_secret_init(&w->init, psk ? w->psk : NULL, w->init_s, resp_pub);
	hs_secret_init(&w->resp, psk ? w->psk : NULL, w->resp_s, init_pub);
}

/* A whole handshake; what the initiator has. */
static void
world_run(const struct world *w, struct result *r)
{
	struct handshake init, resp;
	struct hs_keys	 keys;
	struct hello	 p1;
	struct reply	 p2;

	r->hellolen = hello_create(&init, &w->init, w->init_index, &w->p1,
	    w->init_e, r->hello);
	CHECK_EQ(r->hellolen, w->init.pattern == NOISE_NNPSK0 ?
	    HELLO_NN_LEN : HELLO_IK_LEN);
	CHECK(hello_open(&resp, &w->resp, r->hello, r->hellolen, &p1) == 0);
	CHECK_EQ(reply_create(&resp, &w->resp, w->resp_index, &w->p2,
	    w->resp_e, r->reply, &keys), REPLY_LEN);
	CHECK(reply_open(&init, &w->init, r->reply, REPLY_LEN, &p2,
	    &r->keys) == 0);
}

/* In a buffer of exactly that size, so that reading beyond it is found. */
static void *
copy_of(const void *p, size_t len)
{
	void	*copy;

	if ((copy = malloc(len == 0 ? 1 : len)) == NULL)
		abort();
	if (len > 0)
		memcpy(copy, p, len);
	return (copy);
}

/*
 * The second derivation: straight down the two messages with the private
 * keys of both ends, each hash in one call over one buffer, after the text
 * of the Noise specification and of mlvpn(7).
 */
static void
ref_hash(uint8_t out[64], const uint8_t *a, size_t alen, const uint8_t *b,
    size_t blen)
{
	uint8_t	 buf[512];

	CHECK(alen + blen <= sizeof(buf));
	memcpy(buf, a, alen);
	if (blen > 0)
		memcpy(buf + alen, b, blen);
	crypto_generichash(out, 64, buf, alen + blen, NULL, 0);
}

static void
ref_hmac(uint8_t out[64], const uint8_t key[64], const uint8_t *msg,
    size_t len)
{
	uint8_t	 inner[128], outer[128], hash[64];
	int	 i;

	for (i = 0; i < 128; i++) {
		inner[i] = (i < 64 ? key[i] : 0) ^ 0x36;
		outer[i] = (i < 64 ? key[i] : 0) ^ 0x5c;
	}
	ref_hash(hash, inner, 128, msg, len);
	ref_hash(out, outer, 128, hash, 64);
}

static void
ref_mix_hash(struct ref *r, const uint8_t *data, size_t len)
{
	uint8_t	 h[64];

	ref_hash(h, r->h, 64, data, len);
	memcpy(r->h, h, 64);
}

static void
ref_mix_key(struct ref *r, const uint8_t *ikm, size_t len)
{
	uint8_t	 temp[64], buf[65], out2[64];

	ref_hmac(temp, r->ck, ikm, len);
	ref_hmac(buf, temp, (const uint8_t *)"\1", 1);
	buf[64] = 2;
	ref_hmac(out2, temp, buf, 65);
	memcpy(r->ck, buf, 64);
	memcpy(r->k, out2, 32);
	r->nonce = 0;
}

static void
ref_mix_psk(struct ref *r, const uint8_t psk[32])
{
	uint8_t	 temp[64], buf[65], out3[64];

	ref_hmac(temp, r->ck, psk, 32);
	ref_hmac(buf, temp, (const uint8_t *)"\1", 1);
	memcpy(r->ck, buf, 64);
	buf[64] = 2;
	ref_hmac(out3, temp, buf, 65);
	memcpy(buf, out3, 64);
	ref_mix_hash(r, buf, 64);
	buf[64] = 3;
	ref_hmac(out3, temp, buf, 65);
	memcpy(r->k, out3, 32);
	r->nonce = 0;
}

static void
ref_mix_dh(struct ref *r, const uint8_t priv[32], const uint8_t pub[32])
{
	uint8_t	 dh[32];

	CHECK(crypto_scalarmult(dh, priv, pub) == 0);
	ref_mix_key(r, dh, 32);
}

static uint8_t *
ref_seal(struct ref *r, uint8_t *out, const uint8_t *plain, size_t len)
{
	uint8_t	 nonce[12], mac[16];

	memset(nonce, 0, sizeof(nonce));
	nonce[4] = r->nonce++;
	CHECK(crypto_aead_chacha20poly1305_ietf_encrypt_detached(out, mac,
	    NULL, plain, len, r->h, 64, NULL, nonce, r->k) == 0);
	memcpy(out + len, mac, 16);
	ref_mix_hash(r, out, len + 16);
	return (out + len + 16);
}

/* Keyed by a psk, or by the hash of the receiver's public key. */
static void
ref_mac(uint8_t *out, const uint8_t *msg, size_t len, const char *label,
    const uint8_t *key, int ispsk)
{
	uint8_t	 mackey[32], buf[64];
	size_t	 n = strlen(label);

	memcpy(buf, label, n);
	if (ispsk)
		crypto_generichash(mackey, 32, buf, n, key, 32);
	else {
		memcpy(buf + n, key, 32);
		crypto_generichash(mackey, 32, buf, n + 32, NULL, 0);
	}
	crypto_generichash(out, 16, msg, len, mackey, 32);
}

/* epub: the initiator's ephemeral key if not that of init_e, or NULL. */
static void
ref_run(const struct world *w, const uint8_t *epub, struct result *res)
{
	struct ref	 r;
	uint8_t		 ie[32], re[32], is[32], rs[32];
	uint8_t		 p1[48], p2[40], prologue[15], temp[64], buf[65];
	uint8_t		*p;
	int		 nn = w->init.pattern == NOISE_NNPSK0;

	crypto_scalarmult_base(ie, w->init_e);
	if (epub != NULL)
		memcpy(ie, epub, 32);
	crypto_scalarmult_base(re, w->resp_e);
	crypto_scalarmult_base(is, w->init_s);
	crypto_scalarmult_base(rs, w->resp_s);

	memset(p1, 0, sizeof(p1));
	put64(p1, w->p1.stamp);
	put64(p1 + 8, w->p1.own_id);
	put64(p1 + 16, w->p1.peer_id);
	put32(p1 + 24, w->p1.features);
	p1[28] = w->p1.aeads;
	p1[29] = w->p1.aeads_fast;
	p1[30] = w->p1.layer2;
	put16(p1 + 32, w->p1.tunnel_mtu);
	memset(p2, 0, sizeof(p2));
	put32(p2, w->resp_index);
	put64(p2 + 4, w->p2.own_id);
	put64(p2 + 12, w->p2.peer_id);
	put32(p2 + 20, w->p2.features);
	p2[24] = w->p2.aead;
	p2[25] = w->p2.continued;
	p2[26] = w->p2.layer2;
	put16(p2 + 28, w->p2.tunnel_mtu);

	/* HELLO */
	p = res->hello;
	*p++ = 0x31;
	*p++ = nn ? 0 : 1;
	*p++ = 0;
	*p++ = 0;
	put32(p, w->init_index);
	p += 4;
	memset(&r, 0, sizeof(r));
	memcpy(r.h, nn ? "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b" :
	    "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b", 37);
	memcpy(r.ck, r.h, 64);
	memcpy(prologue, "mlvpn 3", 7);
	memcpy(prologue + 7, res->hello, 8);
	ref_mix_hash(&r, prologue, 15);
	if (nn) {
		ref_mix_psk(&r, w->psk);
		memcpy(p, ie, 32);
		p += 32;
		ref_mix_hash(&r, ie, 32);
		ref_mix_key(&r, ie, 32);
	} else {
		ref_mix_hash(&r, rs, 32);
		memcpy(p, ie, 32);
		p += 32;
		ref_mix_hash(&r, ie, 32);
		ref_mix_key(&r, ie, 32);
		ref_mix_dh(&r, w->init_e, rs);
		p = ref_seal(&r, p, is, 32);
		ref_mix_dh(&r, w->init_s, rs);
	}
	p = ref_seal(&r, p, p1, 48);
	ref_mac(p, res->hello, p - res->hello, "mlvpn3 mac1",
	    nn ? w->psk : rs, nn);
	p += 16;
	memset(p, 0, 16);
	res->hellolen = p + 16 - res->hello;
	if (epub != NULL)
		return;

	/* REPLY */
	p = res->reply;
	*p++ = 0x32;
	*p++ = nn ? 0 : 1;
	*p++ = 0;
	*p++ = 0;
	put32(p, w->resp_index);
	p += 4;
	put32(p, w->init_index);
	p += 4;
	memcpy(p, re, 32);
	p += 32;
	ref_mix_hash(&r, re, 32);
	ref_mix_key(&r, re, 32);
	ref_mix_dh(&r, w->resp_e, ie);
	if (!nn) {
		ref_mix_dh(&r, w->resp_e, is);
		ref_mix_psk(&r, w->psk);
	}
	p = ref_seal(&r, p, p2, 40);
	ref_mac(p, res->reply, p - res->reply, "mlvpn3 mac1",
	    nn ? w->psk : is, nn);
	CHECK_EQ(p + 16 - res->reply, REPLY_LEN);

	/* Split */
	ref_hmac(temp, r.ck, (const uint8_t *)"", 0);
	ref_hmac(buf, temp, (const uint8_t *)"\1", 1);
	memcpy(res->keys.tx, buf, 32);
	buf[64] = 2;
	ref_hmac(r.ck, temp, buf, 65);
	memcpy(res->keys.rx, r.ck, 32);
	memcpy(res->keys.hash, r.h, 64);
}

static void
test_secret(void)
{
	uint8_t		 psk[32], a[32], b[32];
	struct hs_secret s;

	TEST("pass phrase to psk, keys of mac1 and COOKIE");
	CHECK(phrase_psk(psk, "correct horse battery staple", "home") == 0);
	CHECK_HEX(psk, 32, "14092c7b97c20b4277a65f9be35ab528"
	    "418ccb67166cbf0ed0cbf8b1e9b3ccc8");
	hs_secret_init(&s, psk, NULL, NULL);
	CHECK_EQ(s.pattern, NOISE_NNPSK0);
	CHECK_HEX(s.mac1_own, 32, "13a000675b74938d0cbabf6f7d494bf3"
	    "95b242924fb5b1e04086ac575a66fb02");
	CHECK_HEX(s.cookie_own, 32, "df2491ea6a49ee848e7b6a27ff853469"
	    "d1c2c70b3bce9283a56eadc6471e330b");
	CHECK_MEM(s.mac1_peer, s.mac1_own, 32);
	CHECK_MEM(s.cookie_peer, s.cookie_own, 32);

	CHECK(phrase_psk(a, "correct horse battery staple", "home2") == 0);
	CHECK(phrase_psk(b, "correct horse battery staples", "home") == 0);
	CHECK(memcmp(a, psk, 32) != 0);
	CHECK(memcmp(b, psk, 32) != 0);

	/* a local key alone can find out whose HELLO it is */
	hs_secret_init(&s, NULL, psk, NULL);
	CHECK_EQ(s.pattern, NOISE_IKPSK2);
	CHECK(!sodium_is_zero(s.mac1_own, 32));
	CHECK(sodium_is_zero(s.mac1_peer, 32));
	CHECK(sodium_is_zero(s.psk, 32));
}

static void
test_bytes(int pattern, int psk, const char *hello, const char *reply,
    const char *cookie, const char *mac2)
{
	struct world	 w;
	struct result	 r;
	uint8_t		 c[COOKIE_LEN];

	world_init(&w, pattern, psk);
	TEST("%s: HELLO, REPLY, COOKIE byte for byte", w.name);
	world_run(&w, &r);
	CHECK_HEX(r.hello, r.hellolen, hello);
	CHECK_HEX(r.reply, REPLY_LEN, reply);
	CHECK_EQ(cookie_create(r.hello, r.hellolen, w.resp.cookie_own,
	    w.cookie, w.nonce, c), COOKIE_LEN);
	CHECK_HEX(c, COOKIE_LEN, cookie);
	hello_mac2(r.hello, r.hellolen, w.cookie);
	CHECK_HEX(r.hello + r.hellolen - MAC_LEN, MAC_LEN, mac2);
}

static void
test_reference(int pattern, int psk)
{
	struct world	 w;
	struct result	 r, ref;

	world_init(&w, pattern, psk);
	TEST("%s: a second derivation comes to the same", w.name);
	world_run(&w, &r);
	ref_run(&w, NULL, &ref);
	CHECK_EQ(r.hellolen, ref.hellolen);
	CHECK_MEM(r.hello, ref.hello, r.hellolen);
	CHECK_MEM(r.reply, ref.reply, REPLY_LEN);
	CHECK_MEM(r.keys.tx, ref.keys.tx, 32);
	CHECK_MEM(r.keys.rx, ref.keys.rx, 32);
	CHECK_MEM(r.keys.hash, ref.keys.hash, 64);

	/* and with other fields, all of them in use */
	w.init_index = 0xfffefdfc;
	w.p1.peer_id = 0xf0f1f2f3f4f5f6f7ULL;
	w.p1.features = w.p2.features = 0x80000001;
	w.p1.layer2 = w.p2.layer2 = 1;
	w.p1.aeads_fast = 1 << AEAD_CHACHA;
	w.p2.continued = 1;
	world_run(&w, &r);
	ref_run(&w, NULL, &ref);
	CHECK_MEM(r.hello, ref.hello, r.hellolen);
	CHECK_MEM(r.reply, ref.reply, REPLY_LEN);
	CHECK_MEM(r.keys.hash, ref.keys.hash, 64);
}

static void
test_agree(int pattern, int psk)
{
	struct world	 w;
	struct handshake init, resp;
	struct hs_keys	 ik, rk;
	struct hello	 p1;
	struct reply	 p2;
	uint8_t		 hello[HELLO_MAX_LEN], reply[REPLY_LEN];
	size_t		 len;

	world_init(&w, pattern, psk);
	TEST("%s: both ends get the same keys and fields", w.name);
	w.p1.peer_id = 5;
	w.p1.features = 0x01020304;
	w.p1.layer2 = 1;
	w.p2.features = 0x01020300;
	w.p2.continued = 1;
	w.p2.layer2 = 1;
	len = hello_create(&init, &w.init, w.init_index, &w.p1, w.init_e,
	    hello);
	CHECK_EQ(init.local_index, w.init_index);
	CHECK_MEM(init.mac1, hello + len - 2 * MAC_LEN, MAC_LEN);

	CHECK(hello_valid(hello, len) == pattern);
	CHECK(hello_mac1_check(hello, len, w.resp.mac1_own) == 0);
	CHECK(hello_open(&resp, &w.resp, hello, len, &p1) == 0);
	CHECK_EQ(resp.remote_index, w.init_index);
	CHECK_MEM(resp.mac1, init.mac1, MAC_LEN);
	CHECK_EQ(p1.stamp, w.p1.stamp);
	CHECK_EQ(p1.own_id, w.p1.own_id);
	CHECK_EQ(p1.peer_id, w.p1.peer_id);
	CHECK_EQ(p1.features, w.p1.features);
	CHECK_EQ(p1.aeads, w.p1.aeads);
	CHECK_EQ(p1.aeads_fast, w.p1.aeads_fast);
	CHECK_EQ(p1.layer2, w.p1.layer2);
	CHECK_EQ(p1.tunnel_mtu, w.p1.tunnel_mtu);
	if (pattern == NOISE_IKPSK2)
		CHECK_MEM(resp.noise.rs, w.init.spub, 32);

	CHECK_EQ(reply_create(&resp, &w.resp, w.resp_index, &w.p2, w.resp_e,
	    reply, &rk), REPLY_LEN);
	CHECK_EQ(resp.local_index, w.resp_index);
	CHECK_EQ(get32(reply + REPLY_RECEIVER), w.init_index);
	CHECK(reply_open(&init, &w.init, reply, REPLY_LEN, &p2, &ik) == 0);
	CHECK_EQ(init.remote_index, w.resp_index);
	CHECK_EQ(p2.own_id, w.p2.own_id);
	CHECK_EQ(p2.peer_id, w.p2.peer_id);
	CHECK_EQ(p2.features, w.p2.features);
	CHECK_EQ(p2.aead, w.p2.aead);
	CHECK_EQ(p2.continued, w.p2.continued);
	CHECK_EQ(p2.layer2, w.p2.layer2);
	CHECK_EQ(p2.tunnel_mtu, w.p2.tunnel_mtu);

	CHECK_MEM(ik.tx, rk.rx, 32);
	CHECK_MEM(ik.rx, rk.tx, 32);
	CHECK_MEM(ik.hash, rk.hash, 64);
	CHECK(memcmp(ik.tx, ik.rx, 32) != 0);
	CHECK(sodium_is_zero((const uint8_t *)&init.noise,
	    sizeof(init.noise)));
	CHECK(sodium_is_zero((const uint8_t *)&resp.noise,
	    sizeof(resp.noise)));
	CHECK(reply_open(&init, &w.init, reply, REPLY_LEN, &p2, &ik) == -1);
}

/* All that stands between a HELLO and a state that would be answered. */
static int
accept_hello(const struct world *w, const uint8_t *p, size_t len)
{
	struct handshake hs;
	struct hello	 p1;
	int		 mac1, opened;

	if (hello_valid(p, len) != w->resp.pattern)
		return (0);
	mac1 = hello_mac1_check(p, len, w->resp.mac1_own) == 0;
	opened = hello_open(&hs, &w->resp, p, len, &p1) == 0;
	if (!opened)
		CHECK(sodium_is_zero((const uint8_t *)&hs.noise,
		    sizeof(hs.noise)));
	return (mac1 && opened);
}

static void
test_hello_damage(int pattern)
{
	struct world	 w;
	struct result	 r;
	struct handshake hs;
	struct hello	 p1;
	uint8_t		 hello[HELLO_MAX_LEN + 1], *p;
	size_t		 bit, cut, len, mac1, mac2;

	world_init(&w, pattern, 1);
	TEST("%s: HELLO, every bit flipped, every length", w.name);
	world_run(&w, &r);
	len = r.hellolen;
	mac1 = len - 2 * MAC_LEN;
	mac2 = len - MAC_LEN;
	memset(hello, 0, sizeof(hello));
	memcpy(hello, r.hello, len);
	hello_mac2(hello, len, w.cookie);
	CHECK(accept_hello(&w, hello, len));
	CHECK(hello_mac2_check(hello, len, w.cookie) == 0);

	for (bit = 0; bit < len * 8; bit++) {
		hello[bit / 8] ^= 1 << bit % 8;
		CHECK_EQ(accept_hello(&w, hello, len), bit / 8 >= mac2);
		CHECK(hello_mac2_check(hello, len, w.cookie) == -1);
		/* the handshake itself does not rest on mac1 */
		CHECK_EQ(hello_open(&hs, &w.resp, hello, len, &p1) == 0,
		    bit / 8 >= mac1);
		hello[bit / 8] ^= 1 << bit % 8;
	}
	for (cut = 0; cut <= len + 1; cut++) {
		p = copy_of(hello, cut);
		CHECK_EQ(accept_hello(&w, p, cut), cut == len);
		CHECK_EQ(hello_open(&hs, &w.resp, p, cut, &p1) == 0,
		    cut == len);
		free(p);
	}
}

static void
test_reply_damage(int pattern)
{
	struct world	 w;
	struct result	 r;
	struct handshake hs, before;
	struct reply	 p2;
	struct hs_keys	 keys;
	uint8_t		 hello[HELLO_MAX_LEN], reply[REPLY_LEN + 1], *p;
	size_t		 bit, cut;

	world_init(&w, pattern, 1);
	TEST("%s: REPLY, every bit flipped, every length", w.name);
	world_run(&w, &r);
	memset(reply, 0, sizeof(reply));
	memcpy(reply, r.reply, REPLY_LEN);
	hello_create(&hs, &w.init, w.init_index, &w.p1, w.init_e, hello);
	before = hs;

	for (bit = 0; bit < REPLY_LEN * 8; bit++) {
		reply[bit / 8] ^= 1 << bit % 8;
		CHECK(reply_open(&hs, &w.init, reply, REPLY_LEN, &p2,
		    &keys) == -1);
		/* not by a right mac1 either */
		if (bit / 8 < REPLY_LEN - MAC_LEN) {
			crypto_generichash(reply + REPLY_LEN - MAC_LEN,
			    MAC_LEN, reply, REPLY_LEN - MAC_LEN,
			    w.init.mac1_own, 32);
			CHECK(reply_open(&hs, &w.init, reply, REPLY_LEN, &p2,
			    &keys) == -1);
		}
		CHECK_MEM(&hs, &before, sizeof(hs));
		memcpy(reply, r.reply, REPLY_LEN);
	}
	for (cut = 0; cut <= REPLY_LEN + 1; cut++) {
		if (cut == REPLY_LEN)
			continue;
		p = copy_of(reply, cut);
		CHECK(reply_open(&hs, &w.init, p, cut, &p2, &keys) == -1);
		CHECK_MEM(&hs, &before, sizeof(hs));
		free(p);
	}
	CHECK(reply_open(&hs, &w.init, reply, REPLY_LEN, &p2, &keys) == 0);
	CHECK_MEM(keys.hash, r.keys.hash, 64);
}

static void
test_cookie_damage(int pattern)
{
	struct world	 w;
	struct handshake hs;
	uint8_t		 hello[HELLO_MAX_LEN], msg[COOKIE_LEN + 1], *p;
	uint8_t		 cookie[MAC_LEN];
	size_t		 bit, cut, len;

	world_init(&w, pattern, 1);
	TEST("%s: COOKIE, every bit flipped, every length, under another "
	    "HELLO", w.name);
	len = hello_create(&hs, &w.init, w.init_index, &w.p1, w.init_e, hello);
	memset(msg, 0, sizeof(msg));
	CHECK_EQ(cookie_create(hello, len, w.resp.cookie_own, w.cookie,
	    w.nonce, msg), COOKIE_LEN);
	CHECK_EQ(get32(msg + COOKIE_RECEIVER), w.init_index);

	for (bit = 0; bit < COOKIE_LEN * 8; bit++) {
		msg[bit / 8] ^= 1 << bit % 8;
		CHECK(cookie_open(&hs, &w.init, msg, COOKIE_LEN,
		    cookie) == -1);
		msg[bit / 8] ^= 1 << bit % 8;
	}
	for (cut = 0; cut <= COOKIE_LEN + 1; cut++) {
		p = copy_of(msg, cut);
		CHECK_EQ(cookie_open(&hs, &w.init, p, cut, cookie) == 0,
		    cut == COOKIE_LEN);
		free(p);
	}
	CHECK(cookie_open(&hs, &w.init, msg, COOKIE_LEN, cookie) == 0);
	CHECK_MEM(cookie, w.cookie, MAC_LEN);

	/* the same index, another HELLO: its mac1 differs */
	w.p1.stamp++;
	hello_create(&hs, &w.init, w.init_index, &w.p1, w.init_e, hello);
	CHECK(cookie_open(&hs, &w.init, msg, COOKIE_LEN, cookie) == -1);
}

static void
test_wrong_secret(void)
{
	struct world	 nn, ik, other;
	struct result	 rnn, rik;
	struct handshake hs;
	struct hello	 p1;
	struct reply	 p2;
	struct hs_keys	 keys;
	uint8_t		 hello[HELLO_MAX_LEN], reply[REPLY_LEN];
	size_t		 len;

	TEST("wrong psk, wrong static, wrong pattern");
	world_init(&nn, NOISE_NNPSK0, 1);
	world_run(&nn, &rnn);
	world_init(&ik, NOISE_IKPSK2, 1);
	world_run(&ik, &rik);

	/* another psk: neither mac1 nor message */
	other = nn;
	other.psk[0] ^= 1;
	hs_secret_init(&other.resp, other.psk, NULL, NULL);
	CHECK(hello_mac1_check(rnn.hello, rnn.hellolen,
	    other.resp.mac1_own) == -1);
	CHECK(hello_open(&hs, &other.resp, rnn.hello, rnn.hellolen,
	    &p1) == -1);

	/* the pattern is not the configured one */
	CHECK(hello_open(&hs, &ik.resp, rnn.hello, rnn.hellolen, &p1) == -1);
	CHECK(hello_open(&hs, &nn.resp, rik.hello, rik.hellolen, &p1) == -1);
	hello_create(&hs, &ik.init, ik.init_index, &ik.p1, ik.init_e, hello);
	CHECK(reply_open(&hs, &ik.init, rnn.reply, REPLY_LEN, &p2,
	    &keys) == -1);

	/* meant for another responder */
	other = ik;
	other.resp_s[5] ^= 1;
	hs_secret_init(&other.resp, ik.psk, other.resp_s, ik.init.spub);
	CHECK(hello_mac1_check(rik.hello, rik.hellolen,
	    other.resp.mac1_own) == -1);
	CHECK(hello_open(&hs, &other.resp, rik.hello, rik.hellolen,
	    &p1) == -1);

	/* another initiator: message 1 opens and says so */
	other = ik;
	other.init_s[5] ^= 1;
	hs_secret_init(&other.init, ik.psk, other.init_s, ik.resp.spub);
	len = hello_create(&hs, &other.init, 1, &ik.p1, ik.init_e, hello);
	CHECK(hello_open(&hs, &ik.resp, hello, len, &p1) == 0);
	CHECK(memcmp(hs.noise.rs, ik.resp.rs, 32) != 0);
	CHECK_MEM(hs.noise.rs, other.init.spub, 32);

	/* keys right, psk wrong: the initiator refuses the REPLY */
	other = ik;
	memset(other.resp.psk, 0, 32);
	CHECK(hello_open(&hs, &other.resp, rik.hello, rik.hellolen,
	    &p1) == 0);
	CHECK_EQ(reply_create(&hs, &other.resp, ik.resp_index, &ik.p2,
	    ik.resp_e, reply, &keys), REPLY_LEN);
	hello_create(&hs, &ik.init, ik.init_index, &ik.p1, ik.init_e, hello);
	CHECK(reply_open(&hs, &ik.init, reply, REPLY_LEN, &p2, &keys) == -1);
	CHECK(reply_open(&hs, &ik.init, rik.reply, REPLY_LEN, &p2,
	    &keys) == 0);
}

static void
test_many_psks(void)
{
	static struct hs_secret	 sec[NPSK];
	struct handshake	 hs;
	struct hello		 p1;
	struct world		 w;
	uint8_t			 hello[HELLO_MAX_LEN], psk[32];
	size_t			 len;
	int			 i, j;

	TEST("mac1 finds the right one of %d psks", NPSK);
	world_init(&w, NOISE_NNPSK0, 1);
	for (i = 0; i < NPSK; i++) {
		fill(psk, sizeof(psk), i);
		hs_secret_init(&sec[i], psk, NULL, NULL);
	}
	for (i = 0; i < NPSK; i += 17) {
		len = hello_create(&hs, &sec[i], 1, &w.p1, w.init_e, hello);
		for (j = 0; j < NPSK; j++)
			CHECK_EQ(hello_mac1_check(hello, len,
			    sec[j].mac1_own) == 0, i == j);
		CHECK(hello_open(&hs, &sec[i], hello, len, &p1) == 0);
	}
}

/* Reserved header bytes under right MACs; other types and patterns. */
static void
test_reserved(int pattern)
{
	struct world	 w;
	struct result	 r;
	int		 i;

	world_init(&w, pattern, 1);
	TEST("%s: types, patterns, reserved bytes", w.name);
	world_run(&w, &r);
	for (i = 0; i < 256; i++) {
		r.hello[0] = i;
		CHECK_EQ(hello_valid(r.hello, r.hellolen) != -1,
		    i == MSG_HELLO);
	}
	r.hello[0] = MSG_HELLO;
	for (i = 0; i < 256; i++) {
		r.hello[1] = i;
		CHECK_EQ(hello_valid(r.hello, r.hellolen) != -1,
		    i == pattern);
	}
	r.hello[1] = pattern;
	for (i = 2; i < 4; i++) {
		r.hello[i] = 1;
		CHECK(hello_valid(r.hello, r.hellolen) == -1);
		crypto_generichash(r.hello + r.hellolen - 2 * MAC_LEN,
		    MAC_LEN, r.hello, r.hellolen - 2 * MAC_LEN,
		    w.resp.mac1_own, 32);
		CHECK(!accept_hello(&w, r.hello, r.hellolen));
		r.hello[i] = 0;
	}
}

/* Payloads that are authentic and still wrong. */
static void
test_payload(int pattern)
{
	struct world	 w, bad;
	struct handshake init, resp, hs;
	struct hello	 p1;
	struct reply	 p2;
	struct hs_keys	 keys;
	uint8_t		 hello[HELLO_MAX_LEN], reply[REPLY_LEN], raw[P2_LEN];
	size_t		 len;
	int		 i;

	world_init(&w, pattern, 1);
	TEST("%s: association id 0, other index in the payload", w.name);
	bad = w;
	bad.p1.own_id = 0;
	len = hello_create(&init, &w.init, w.init_index, &bad.p1, w.init_e,
	    hello);
	CHECK(hello_open(&resp, &w.resp, hello, len, &p1) == -1);

	len = hello_create(&init, &w.init, w.init_index, &w.p1, w.init_e,
	    hello);
	bad.p2.own_id = 0;
	CHECK(hello_open(&resp, &w.resp, hello, len, &p1) == 0);
	CHECK_EQ(reply_create(&resp, &w.resp, w.resp_index, &bad.p2, w.resp_e,
	    reply, &keys), REPLY_LEN);
	CHECK(reply_open(&init, &w.init, reply, REPLY_LEN, &p2, &keys) == -1);
	bad = w;
	bad.p2.continued = 2;
	CHECK(hello_open(&resp, &w.resp, hello, len, &p1) == 0);
	CHECK_EQ(reply_create(&resp, &w.resp, w.resp_index, &bad.p2, w.resp_e,
	    reply, &keys), REPLY_LEN);
	CHECK(reply_open(&init, &w.init, reply, REPLY_LEN, &p2, &keys) == -1);

	/* made by hand, first with the right index, then with another */
	for (i = 0; i < 2; i++) {
		CHECK(hello_open(&resp, &w.resp, hello, len, &p1) == 0);
		memset(raw, 0, sizeof(raw));
		put32(raw, w.resp_index ^ i);
		put64(raw + 4, w.p2.own_id);
		put64(raw + 12, w.p2.peer_id);
		memset(reply, 0, sizeof(reply));
		reply[0] = MSG_REPLY;
		reply[1] = pattern;
		put32(reply + 4, w.resp_index);
		put32(reply + 8, w.init_index);
		CHECK_EQ(noise_write(&resp.noise, w.resp_e, raw, sizeof(raw),
		    reply + 12), REPLY_LEN - 12 - MAC_LEN);
		crypto_generichash(reply + REPLY_LEN - MAC_LEN, MAC_LEN,
		    reply, REPLY_LEN - MAC_LEN, w.resp.mac1_peer, 32);
		hs = init;
		CHECK_EQ(reply_open(&hs, &w.init, reply, REPLY_LEN, &p2,
		    &keys) == 0, i == 0);
	}
}

/* An ephemeral of small order, sent by one who has the psk. */
static void
test_small_order(void)
{
	static const uint8_t zero[32];
	struct world	 w;
	struct result	 r;
	struct handshake hs;
	struct hello	 p1;
	struct hs_keys	 keys;
	uint8_t		 reply[REPLY_LEN];

	TEST("NNpsk0: HELLO with an ephemeral key of small order");
	world_init(&w, NOISE_NNPSK0, 1);
	ref_run(&w, zero, &r);
	CHECK(accept_hello(&w, r.hello, r.hellolen));
	CHECK(hello_open(&hs, &w.resp, r.hello, r.hellolen, &p1) == 0);
	CHECK_EQ(reply_create(&hs, &w.resp, 1, &w.p2, w.resp_e, reply, &keys),
	    0);
	CHECK(sodium_is_zero((const uint8_t *)&hs.noise, sizeof(hs.noise)));
}

/* A REPLY belongs to one try of one initiator. */
static void
test_other_try(int pattern)
{
	struct world	 w;
	struct result	 r;
	struct handshake hs;
	struct reply	 p2;
	struct hs_keys	 keys;
	uint8_t		 hello[HELLO_MAX_LEN], e[32];

	world_init(&w, pattern, 1);
	TEST("%s: REPLY to an earlier try", w.name);
	world_run(&w, &r);

	hello_create(&hs, &w.init, w.init_index + 1, &w.p1, w.init_e, hello);
	CHECK(reply_open(&hs, &w.init, r.reply, REPLY_LEN, &p2, &keys) == -1);
	w.p1.stamp++;
	hello_create(&hs, &w.init, w.init_index, &w.p1, w.init_e, hello);
	CHECK(reply_open(&hs, &w.init, r.reply, REPLY_LEN, &p2, &keys) == -1);
	w.p1.stamp--;
	fill(e, sizeof(e), 0x77);
	hello_create(&hs, &w.init, w.init_index, &w.p1, e, hello);
	CHECK(reply_open(&hs, &w.init, r.reply, REPLY_LEN, &p2, &keys) == -1);
	hello_create(&hs, &w.init, w.init_index, &w.p1, w.init_e, hello);
	CHECK(reply_open(&hs, &w.init, r.reply, REPLY_LEN, &p2, &keys) == 0);
}

static void
test_cookie_source(void)
{
	struct addr	 remote, local, a;
	uint8_t		 secret[32], other[32], want[MAC_LEN], got[MAC_LEN];
	uint8_t		 hello[HELLO_MAX_LEN];
	struct world	 w;
	struct result	 r;
	int		 i;

	TEST("cookie of another address, port, socket or secret");
	memset(&remote, 0, sizeof(remote));
	remote.family = 4;
	remote.port = 5080;
	test_unhex(remote.ip, 4, "c0000201");
	memset(&local, 0, sizeof(local));
	local.family = 4;
	local.port = 5081;
	test_unhex(local.ip, 4, "cb007101");
	fill(secret, sizeof(secret), 1);
	fill(other, sizeof(other), 2);
	cookie_make(want, secret, &remote, &local, 1);

	cookie_make(got, secret, &remote, &local, 1);
	CHECK_MEM(got, want, MAC_LEN);
	cookie_make(got, other, &remote, &local, 1);
	CHECK(memcmp(got, want, MAC_LEN) != 0);
	cookie_make(got, secret, &remote, &local, 2);
	CHECK(memcmp(got, want, MAC_LEN) != 0);
	for (i = 0; i < 4; i++) {
		a = remote;
		a.ip[i] ^= 1;
		cookie_make(got, secret, &a, &local, 1);
		CHECK(memcmp(got, want, MAC_LEN) != 0);
		a = local;
		a.ip[i] ^= 1;
		cookie_make(got, secret, &remote, &a, 1);
		CHECK(memcmp(got, want, MAC_LEN) != 0);
	}
	a = remote;
	a.port++;
	cookie_make(got, secret, &a, &local, 1);
	CHECK(memcmp(got, want, MAC_LEN) != 0);
	a = remote;
	a.family = 6;
	cookie_make(got, secret, &a, &local, 1);
	CHECK(memcmp(got, want, MAC_LEN) != 0);
	for (i = 0; i < 16; i++) {
		remote.family = 6;
		cookie_make(want, secret, &remote, &local, 1);
		a = remote;
		a.ip[i] ^= 1;
		cookie_make(got, secret, &a, &local, 1);
		CHECK(memcmp(got, want, MAC_LEN) != 0);
	}

	/* mac2 rests on the cookie and on mac1 */
	world_init(&w, NOISE_NNPSK0, 1);
	world_run(&w, &r);
	hello_mac2(r.hello, r.hellolen, want);
	CHECK(hello_mac2_check(r.hello, r.hellolen, want) == 0);
	CHECK(hello_mac2_check(r.hello, r.hellolen, got) == -1);
	memcpy(hello, r.hello, r.hellolen);
	w.p1.stamp++;
	world_run(&w, &r);
	memcpy(r.hello + r.hellolen - MAC_LEN, hello + r.hellolen - MAC_LEN,
	    MAC_LEN);
	CHECK(hello_mac2_check(r.hello, r.hellolen, want) == -1);
}

static void
test_sizes(void)
{
	TEST("no answer is longer than its HELLO");
	CHECK(COOKIE_LEN <= HELLO_NN_LEN && COOKIE_LEN <= HELLO_IK_LEN);
	CHECK(REPLY_LEN <= HELLO_NN_LEN && REPLY_LEN <= HELLO_IK_LEN);
}
