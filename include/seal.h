/*
 * One-time Ed25519 keys (RFC 8032, through libsodium) for the seals of the evidence.
 *
 * Each key signs once. A seal announces the public half of the next key and is signed by
 * the key that the seal before announced; then the secret half is erased. So who takes
 * the host later finds no key that could sign anything sealed before (Bellare-Yee 1997,
 * Schneier-Kelsey 1998: forward-secure logs; Lamport 1979: one-time keys).
 */
#ifndef CLOCKWITNESS_SEAL_H
#define CLOCKWITNESS_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_SEED_BYTES ((size_t)32)
#define SEAL_PUBLIC_BYTES ((size_t)32)
#define SEAL_SIGNATURE_BYTES ((size_t)64)

struct seal_public {
	uint8_t byte[SEAL_PUBLIC_BYTES];
};

struct seal_signature {
	uint8_t byte[SEAL_SIGNATURE_BYTES];
};

struct seal_key {
	struct seal_public public_half;
	uint8_t secret_half[64];
};

/* The library's own checks; call once, first. false: it cannot be used. */
bool seal_begin(void);

/* A key from 32 octets of the kernel's randomness; the seed is erased. */
void seal_key_from_seed(struct seal_key *key, uint8_t seed[SEAL_SEED_BYTES]);

/* Signs n octets and erases the secret half: a key that has signed cannot sign again. */
struct seal_signature seal_sign(struct seal_key *key, const void *data, size_t n);

bool seal_check(const struct seal_signature *signature, const struct seal_public *key,
    const void *data, size_t n);

void seal_key_erase(struct seal_key *key);

/* `from` is erased. */
void seal_key_move(struct seal_key *to, struct seal_key *from);

#endif
