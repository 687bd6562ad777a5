#include "digest.h"

#include <string.h>

#include <sodium.h>

_Static_assert(DIGEST_BYTES == crypto_hash_sha256_BYTES, "SHA-256");

struct digest
digest_bytes(const void *data, size_t n)
{
	struct digest d;

	(void)crypto_hash_sha256(d.byte, data, n);
	return d;
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct digest_state),
    "room for libsodium's state");
_Static_assert(_Alignof(crypto_hash_sha256_state) <= 16, "and its alignment");

static crypto_hash_sha256_state *
state_of(struct digest_state *s)
{
	return (crypto_hash_sha256_state *)(void *)s->opaque;
}

void
digest_begin(struct digest_state *s)
{
	(void)crypto_hash_sha256_init(state_of(s));
}

void
digest_add(struct digest_state *s, const void *data, size_t n)
{
	(void)crypto_hash_sha256_update(state_of(s), data, n);
}

struct digest
digest_end(struct digest_state *s)
{
	struct digest d;

	(void)crypto_hash_sha256_final(state_of(s), d.byte);
	return d;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}
