#include "seal.h"

#include <sodium.h>

_Static_assert(SEAL_SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(SEAL_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(SEAL_SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(sizeof(((struct seal_key *)0)->secret_half) == crypto_sign_SECRETKEYBYTES,
    "Ed25519 secret key");

/* More than the library's own frames below ours, which may hold parts of a key. */
#define FRAMES 4096

bool
seal_begin(void)
{
	return sodium_init() >= 0;
}

void
seal_key_from_seed(struct seal_key *key, uint8_t seed[SEAL_SEED_BYTES])
{
	(void)crypto_sign_seed_keypair(key->public_half.byte, key->secret_half, seed);
	sodium_memzero(seed, SEAL_SEED_BYTES);
	sodium_stackzero(FRAMES);
}

struct seal_signature
seal_sign(struct seal_key *key, const void *data, size_t n)
{
	struct seal_signature signature;

	(void)crypto_sign_detached(signature.byte, NULL, data, n, key->secret_half);
	seal_key_erase(key);
	sodium_stackzero(FRAMES);
	return signature;
}

bool
seal_check(const struct seal_signature *signature, const struct seal_public *key,
    const void *data, size_t n)
{
	return crypto_sign_verify_detached(signature->byte, data, n, key->byte) == 0;
}

void
seal_key_erase(struct seal_key *key)
{
	sodium_memzero(key->secret_half, sizeof(key->secret_half));
}

void
seal_key_move(struct seal_key *to, struct seal_key *from)
{
	*to = *from;
	sodium_memzero(from, sizeof(*from));
}
