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
 * The Noise handshakes against published vectors, and what must fail.
 */

#include <sys/types.h>

#include <string.h>

#include <sodium.h>

#include "noise.h"
#include "test.h"

#define NMSG	6
#define MSGMAX	256

/*
 * From the test vectors of cacophony, an implementation of the Noise
 * Protocol Framework: its vectors/cacophony.txt, protocols
 * Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b and
 * Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b.
 */
static const struct vector {
	const char	*name;
	int		 pattern;
	const char	*prologue;
	const char	*psk;
	const char	*init_s;
	const char	*init_e;
	const char	*resp_s;
	const char	*resp_s_public;
	const char	*resp_e;
	const char	*hash;
	struct {
		const char	*payload;
		const char	*message;
	} msg[NMSG];
} vectors[] = {
	{
		"NNpsk0", NOISE_NNPSK0,
		"4a6f686e2047616c74",
		"54686973206973206d7920417573747269616e207065727370656374"
		"69766521",
		NULL,
		"893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da"
		"977c464a",
		NULL,
		NULL,
		"bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63"
		"da6b375b",
		"ed5e9692d0ab507b6c2beec3f584fd5b127817a9d20b26cd50aa72c5"
		"07260fa31aa7d88dd3723316338af37ce0b4cfb2923aeb848bbf2b93"
		"4911306f01ffc963",
		{ {
			"4c756477696720766f6e204d69736573",
			"ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f"
			"879f8e3afa4c7944ed63df2f5a12aee1185ee9c50305f2ec"
			"f12421dcb53c047a63b784cf7c54a105"
		}, {
			"4d757272617920526f746862617264",
			"95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5b"
			"e34069f1448088430e0fe7d5c0c9b92f7478716c8852f1b4"
			"f389edb75e3ebe546fafafd5b6f0f7"
		}, {
			"462e20412e20486179656b",
			"0fe04b26dcfbb69f8a6a94c61f1a26ef88769218d32f5d17"
			"c068a6"
		}, {
			"4361726c204d656e676572",
			"2239e0c540c01f09eb1f4cc5258fd5acfefff18a5a3773f2"
			"1b7bfe"
		}, {
			"4a65616e2d426170746973746520536179",
			"f216cb03d30fb8af1e561fe02a07552d09b416e27a75e62c"
			"77d193718b0bdaae9f"
		}, {
			"457567656e2042f6686d20766f6e2042617765726b",
			"6e8baf98b944184dd7dc5ef14d8108cbeca626de118a5460"
			"f3308e294d61e17238bce29bd9"
		} }
	}, {
		"IKpsk2", NOISE_IKPSK2,
		"4a6f686e2047616c74",
		"54686973206973206d7920417573747269616e207065727370656374"
		"69766521",
		"e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed"
		"542214d1",
		"893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da"
		"977c464a",
		"4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114"
		"246e4893",
		"31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f"
		"701b8f62",
		"bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63"
		"da6b375b",
		"ed837c9084f2f0333a7ec60b9bcacd9921394858de8ced118b5966d1"
		"147ba390084dab42326c565a309c29317a6079be30aa1d790d25a517"
		"b43287426cb1d36a",
		{ {
			"4c756477696720766f6e204d69736573",
			"ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f"
			"879f8e3afa4c7944b6fe0240b839afac809de1630eaf99d8"
			"f9b941394f0512c0554633bbb021d15176135c0a20e7fdb9"
			"a9ed066f22f054b47625b1d5061cb27d6a17f053273db7c2"
			"5216a5addc506ee321bc0618feb5849d"
		}, {
			"4d757272617920526f746862617264",
			"95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5b"
			"e34069f1448088438f627e69fc120006f746b9d420bf4056"
			"cf8481ab32d9e904ffaeeaa56a5290"
		}, {
			"462e20412e20486179656b",
			"07fc0034398a5f1010322be193d62f94bebf2948a20b3e15"
			"d681fe"
		}, {
			"4361726c204d656e676572",
			"2ea5400f5b8a16971c8b67bde75aeb7987d454b1c0beeb25"
			"66932d"
		}, {
			"4a65616e2d426170746973746520536179",
			"96eef918ef51639fc0e156da1823c4f71b33fac5af983f5d"
			"a9384f7da20d86ed91"
		}, {
			"457567656e2042f6686d20766f6e2042617765726b",
			"f02766a56496e1fbf32e05274baebf6d693c8f3e4c6e0dc7"
			"ebdc5ac170f15dae433b92f469"
		} }
	}
};

/* A vector in bytes. */
struct keyset {
	uint8_t	 prologue[16];
	size_t	 prologuelen;
	uint8_t	 psk[32], init_e[32], resp_e[32];
	uint8_t	 init_s[32], resp_s[32], resp_spub[32];
	int	 has_s;
};

static void	keyset_read(struct keyset *, const struct vector *);
static void	begin(struct noise *, struct noise *, int,
		    const struct keyset *);
static void	transport(const uint8_t[32], uint64_t, const uint8_t *, size_t,
		    const char *);
static void	test_vector(const struct vector *);
static void	test_damage(const struct vector *);
static void	test_small_order(const struct vector *);
static void	test_misuse(const struct vector *);
static void	test_late_psk(const struct vector *);

int
main(void)
{
	size_t	 i;

	CHECK(sodium_init() != -1);
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		test_vector(&vectors[i]);
		test_damage(&vectors[i]);
		test_small_order(&vectors[i]);
		test_misuse(&vectors[i]);
	}
	test_late_psk(&vectors[1]);
	return (0);
}

static void
keyset_read(struct keyset *k, const struct vector *v)
{
	memset(k, 0, sizeof(*k));
	k->prologuelen = test_unhex(k->prologue, sizeof(k->prologue),
	    v->prologue);
	CHECK_EQ(test_unhex(k->psk, 32, v->psk), 32);
	CHECK_EQ(test_unhex(k->init_e, 32, v->init_e), 32);
	CHECK_EQ(test_unhex(k->resp_e, 32, v->resp_e), 32);
	if (v->init_s == NULL)
		return;
	k->has_s = 1;
	CHECK_EQ(test_unhex(k->init_s, 32, v->init_s), 32);
	CHECK_EQ(test_unhex(k->resp_s, 32, v->resp_s), 32);
	CHECK_EQ(test_unhex(k->resp_spub, 32, v->resp_s_public), 32);
}

static void
begin(struct noise *init, struct noise *resp, int pattern,
    const struct keyset *k)
{
	noise_init(init, pattern, 1, k->prologue, k->prologuelen,
	    k->has_s ? k->init_s : NULL, k->has_s ? k->resp_spub : NULL,
	    k->psk);
	noise_init(resp, pattern, 0, k->prologue, k->prologuelen,
	    k->has_s ? k->resp_s : NULL, NULL, k->psk);
}

/* A transport message as Noise has it: no associated data. */
static void
transport(const uint8_t key[32], uint64_t n, const uint8_t *payload,
    size_t len, const char *want)
{
	uint8_t			 nonce[12], out[MSGMAX];
	unsigned long long	 outlen;

	memset(nonce, 0, sizeof(nonce));
	nonce[4] = n;
	crypto_aead_chacha20poly1305_ietf_encrypt(out, &outlen, payload, len,
	    NULL, 0, NULL, nonce, key);
	CHECK_HEX(out, outlen, want);
}

static void
test_vector(const struct vector *v)
{
	struct noise	 init, resp;
	struct keyset	 k;
	uint8_t		 payload[MSGMAX], msg[MSGMAX], got[MSGMAX];
	uint8_t		 ik1[32], ik2[32], rk1[32], rk2[32];
	uint8_t		 ih[NOISE_HASHLEN], rh[NOISE_HASHLEN];
	uint8_t		 pub[32];
	size_t		 len, msglen;
	int		 i;

	TEST("%s: published vector", v->name);
	keyset_read(&k, v);
	begin(&init, &resp, v->pattern, &k);

	len = test_unhex(payload, sizeof(payload), v->msg[0].payload);
	msglen = noise_write(&init, k.init_e, payload, len, msg);
	CHECK_HEX(msg, msglen, v->msg[0].message);
	CHECK_EQ(noise_read(&resp, msg, msglen, got), len);
	CHECK_MEM(got, payload, len);
	if (k.has_s) {
		crypto_scalarmult_curve25519_base(pub, k.init_s);
		CHECK_MEM(resp.rs, pub, 32);
	}

	len = test_unhex(payload, sizeof(payload), v->msg[1].payload);
	msglen = noise_write(&resp, k.resp_e, payload, len, msg);
	CHECK_HEX(msg, msglen, v->msg[1].message);
	CHECK_EQ(noise_read(&init, msg, msglen, got), len);
	CHECK_MEM(got, payload, len);

	noise_split(&init, ik1, ik2, ih);
	noise_split(&resp, rk1, rk2, rh);
	CHECK_HEX(ih, sizeof(ih), v->hash);
	CHECK_HEX(rh, sizeof(rh), v->hash);
	CHECK_MEM(ik1, rk1, 32);
	CHECK_MEM(ik2, rk2, 32);

	for (i = 2; i < NMSG; i++) {
		len = test_unhex(payload, sizeof(payload), v->msg[i].payload);
		transport(i % 2 == 0 ? ik1 : ik2, (i - 2) / 2, payload, len,
		    v->msg[i].message);
	}

	CHECK(sodium_is_zero((const uint8_t *)&init, sizeof(init)));
	CHECK(sodium_is_zero((const uint8_t *)&resp, sizeof(resp)));
}

/* Message 1 is changed or cut, then message 2. */
static void
test_damage(const struct vector *v)
{
	struct noise	 init, resp, fresh_init, fresh_resp;
	struct keyset	 k;
	uint8_t		 msg[MSGMAX + 1], got[MSGMAX + 1];
	size_t		 bit, len, cut;

	TEST("%s: every bit flipped, every length", v->name);
	keyset_read(&k, v);
	begin(&fresh_init, &fresh_resp, v->pattern, &k);

	memset(msg, 0, sizeof(msg));
	len = noise_write(&fresh_init, k.init_e, "payload", 7, msg);
	CHECK(len > 0);
	for (bit = 0; bit < len * 8; bit++) {
		msg[bit / 8] ^= 1 << bit % 8;
		resp = fresh_resp;
		CHECK(noise_read(&resp, msg, len, got) == -1);
		msg[bit / 8] ^= 1 << bit % 8;
	}
	for (cut = 0; cut <= len + 1; cut++) {
		resp = fresh_resp;
		CHECK_EQ(noise_read(&resp, msg, cut, got) != -1, cut == len);
	}

	CHECK_EQ(noise_read(&fresh_resp, msg, len, got), 7);
	memset(msg, 0, sizeof(msg));
	len = noise_write(&fresh_resp, k.resp_e, "payload", 7, msg);
	CHECK(len > 0);
	for (bit = 0; bit < len * 8; bit++) {
		msg[bit / 8] ^= 1 << bit % 8;
		init = fresh_init;
		CHECK(noise_read(&init, msg, len, got) == -1);
		msg[bit / 8] ^= 1 << bit % 8;
	}
	for (cut = 0; cut <= len + 1; cut++) {
		init = fresh_init;
		CHECK_EQ(noise_read(&init, msg, cut, got) != -1, cut == len);
	}
}

/*
 * Points of small order (RFC 7748, section 6.1) give an all-zero secret,
 * whatever the private key.  One of the peer's must end the handshake.
 */
static void
test_small_order(const struct vector *v)
{
	static const char *points[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b"
		"04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f"
	};
	struct noise	 init, resp;
	struct keyset	 k;
	uint8_t		 msg[MSGMAX], got[MSGMAX];
	size_t		 i, len;

	TEST("%s: points of small order", v->name);
	keyset_read(&k, v);
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		/* the ephemeral of message 1, seen by the responder */
		begin(&init, &resp, v->pattern, &k);
		len = noise_write(&init, k.init_e, "payload", 7, msg);
		CHECK(noise_read(&resp, msg, len, got) == 7);
		test_unhex(resp.re, sizeof(resp.re), points[i]);
		CHECK_EQ(noise_write(&resp, k.resp_e, "payload", 7, msg), 0);

		/* the ephemeral of message 2, seen by the initiator */
		begin(&init, &resp, v->pattern, &k);
		len = noise_write(&init, k.init_e, "payload", 7, msg);
		CHECK(noise_read(&resp, msg, len, got) == 7);
		len = noise_write(&resp, k.resp_e, "payload", 7, msg);
		test_unhex(msg, 32, points[i]);
		CHECK(noise_read(&init, msg, len, got) == -1);

		/* a static, configured as the responder's */
		if (!k.has_s)
			continue;
		test_unhex(k.resp_spub, sizeof(k.resp_spub), points[i]);
		begin(&init, &resp, v->pattern, &k);
		CHECK_EQ(noise_write(&init, k.init_e, "payload", 7, msg), 0);
		keyset_read(&k, v);
	}
}

static void
test_misuse(const struct vector *v)
{
	struct noise	 init, resp, copy;
	struct keyset	 k;
	uint8_t		 m1[MSGMAX], m2[MSGMAX], got[MSGMAX];
	size_t		 len1, len2;

	TEST("%s: messages out of turn, wrong prologue, wrong psk", v->name);
	keyset_read(&k, v);
	begin(&init, &resp, v->pattern, &k);
	CHECK_EQ(noise_write(&resp, k.resp_e, "", 0, m1), 0);
	len1 = noise_write(&init, k.init_e, "", 0, m1);
	CHECK(len1 > 0);
	CHECK_EQ(noise_write(&init, k.init_e, "", 0, m1), 0);
	copy = init;
	CHECK(noise_read(&copy, m1, len1, got) == -1);
	CHECK(noise_read(&resp, m1, len1, got) == 0);
	CHECK(noise_read(&resp, m1, len1, got) == -1);
	len2 = noise_write(&resp, k.resp_e, "", 0, m2);
	CHECK(len2 > 0);
	CHECK(noise_read(&init, m2, len2, got) == 0);
	CHECK(noise_read(&init, m2, len2, got) == -1);
	CHECK_EQ(noise_write(&init, k.init_e, "", 0, m1), 0);

	k.prologue[0] ^= 1;
	begin(&init, &resp, v->pattern, &k);
	CHECK(noise_read(&resp, m1, len1, got) == -1);
	k.prologue[0] ^= 1;

	/* psk0 is in message 1, psk2 in message 2 */
	begin(&init, &resp, v->pattern, &k);
	k.psk[31] ^= 1;
	noise_psk(&resp, k.psk);
	CHECK(noise_write(&init, k.init_e, "", 0, m1) == len1);
	if (v->pattern == NOISE_NNPSK0) {
		CHECK(noise_read(&resp, m1, len1, got) == -1);
		return;
	}
	CHECK(noise_read(&resp, m1, len1, got) == 0);
	CHECK(noise_write(&resp, k.resp_e, "", 0, m2) == len2);
	CHECK(noise_read(&init, m2, len2, got) == -1);
}

/* An IKpsk2 responder learns from message 1 which psk it is. */
static void
test_late_psk(const struct vector *v)
{
	static const uint8_t zeros[32];
	struct noise	 init, resp;
	struct keyset	 k;
	uint8_t		 msg[MSGMAX], got[MSGMAX];
	size_t		 len;

	TEST("%s: psk set between the messages; none is 32 zeros", v->name);
	keyset_read(&k, v);
	begin(&init, &resp, v->pattern, &k);
	noise_psk(&resp, NULL);
	len = noise_write(&init, k.init_e, "1", 1, msg);
	CHECK_EQ(noise_read(&resp, msg, len, got), 1);
	noise_psk(&resp, k.psk);
	len = noise_write(&resp, k.resp_e, "2", 1, msg);
	CHECK_EQ(noise_read(&init, msg, len, got), 1);

	begin(&init, &resp, v->pattern, &k);
	noise_psk(&init, NULL);
	noise_psk(&resp, zeros);
	len = noise_write(&init, k.init_e, "1", 1, msg);
	CHECK_EQ(noise_read(&resp, msg, len, got), 1);
	len = noise_write(&resp, k.resp_e, "2", 1, msg);
	CHECK_EQ(noise_read(&init, msg, len, got), 1);
}
