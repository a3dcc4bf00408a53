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

#ifndef SESSION_H
#define SESSION_H

/*
 * Transport: DATA datagrams sealed and opened under the keys of one
 * handshake, packet numbers and replay windows of each path (mlvpn(7)).
 */

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "bitmap.h"
#include "handshake.h"

#define DATA_HDRLEN	10		/* header, the associated data */
#define DATA_INNERLEN	6		/* kind, sequence, predecessor */
#define DATA_TAGLEN	16
#define DATA_OVERHEAD	(DATA_HDRLEN + DATA_INNERLEN + DATA_TAGLEN)
#define DATA_MINLEN	DATA_OVERHEAD

#define WINDOW_SIZE	8192		/* packet numbers */

/* Limits of one set of keys; struct session_limits so that tests lower them. */
struct session_limits {
	uint64_t	 soft_time;	/* 120 s */
	uint64_t	 soft_time_peer; /* 135 s: the other end takes over */
	uint64_t	 hard_time;	/* 180 s */
	uint64_t	 old_time;	/* 10 s: old keys still receive */
	uint64_t	 soft_dgrams;	/* 2^26 */
	uint64_t	 soft_bytes;	/* 2^37 */
	uint64_t	 hard_dgrams;	/* AES-GCM 2^28 */
	uint64_t	 hard_bytes;	/* AES-GCM 2^38 */
	uint64_t	 hard_badtags;	/* 2^36 */
};
extern const struct session_limits session_limits_default;

/* One direction of one path: a nonce space for the whole association. */
struct lane {
	uint64_t	 tx_next;	/* number of the next datagram */
	uint64_t	 tx_reported;	/* highest the peer has reported */
	uint64_t	 rx_highest;	/* valid if rx_any */
	uint64_t	 rx_dgrams;	/* authentic ones */
	uint64_t	 rx_bytes;	/* UDP payload */
	int		 rx_any;
	uint64_t	 window[BITMAP_WORDS(WINDOW_SIZE)];
};

struct aead_key {
	crypto_aead_aes256gcm_state aes;	/* AES-GCM, expanded */
	uint8_t		 key[32];
};

/* The keys of one handshake. */
struct keys {
	struct aead_key	 tx;
	struct aead_key	 rx;
	uint8_t		 aead;		/* id */
	uint8_t		 initiator;	/* this end began the handshake */
	uint32_t	 local_index;	/* in what we receive */
	uint32_t	 remote_index;	/* in what we send */
	uint64_t	 created;
	uint64_t	 tx_dgrams;
	uint64_t	 tx_bytes;
	uint64_t	 rx_dgrams;
	uint64_t	 rx_bytes;
	uint64_t	 rx_badtags;
};

/*
 * Derives both transport keys.  With an AEAD that this machine has not the
 * keys are never usable: nothing is sealed or opened.
 */
void	 keys_init(struct keys *, const struct hs_keys *, uint8_t aead,
	    int initiator, uint32_t local_index, uint32_t remote_index,
	    uint64_t now);
void	 keys_wipe(struct keys *);
/* May these still seal or open anything? */
int	 keys_usable(const struct keys *, const struct session_limits *,
	    uint64_t now);
/* Has this end used them up to the soft limit of amount (AES-GCM)? */
int	 keys_worn(const struct keys *, const struct session_limits *);

/*
 * Seals DATA_INNERLEN + packet bytes at plain into out: header, ciphertext,
 * tag.  Takes the next number of the lane.  Returns the datagram's length, 0
 * if the keys are of no use.  Limits are the caller's to check before it
 * (keys_usable).  The buffers must not overlap.
 */
size_t	 data_seal(struct keys *, struct lane *, uint8_t path,
	    const uint8_t *plain, size_t len, uint8_t *out, uint64_t *number);

/* The parts of a DATA header; 0, or -1: too short or reserved bits set. */
int	 data_header(const uint8_t *, size_t, uint8_t *path, uint32_t *index,
	    uint32_t *number);

enum data_result {
	DATA_OK,
	DATA_REPLAYED,
	DATA_BADTAG
};
/*
 * Opens what data_header() has passed into plain, len - DATA_HDRLEN -
 * DATA_TAGLEN bytes.  Nothing but rx_badtags changes unless the result is
 * DATA_OK; then the window is set, lane and keys count it, and number is the
 * whole one.
 */
enum data_result data_open(struct keys *, struct lane *, const uint8_t *,
	    size_t, uint8_t *plain, uint64_t *number);

/*
 * 64-bit number nearest to expected with these low 32 bits; of two equally
 * near the greater.  Expected is the highest authentic number + 1.
 */
uint64_t number_rebuild(uint64_t expected, uint32_t low);

/* Has this packet number come?  1 also for what is below the window. */
int	 lane_has(const struct lane *, uint64_t);

/* AEADs this machine has (bit n = id n), and those it has fast. */
uint8_t	 aead_available(void);
uint8_t	 aead_fast(void);
const char *aead_name(uint8_t id);

#endif /* SESSION_H */
