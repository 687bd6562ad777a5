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

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}
