/* SHA-256 (FIPS 180-4), through libsodium. */
#ifndef CLOCKWITNESS_DIGEST_H
#define CLOCKWITNESS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES ((size_t)32)

struct digest {
	uint8_t byte[DIGEST_BYTES];
};

struct digest digest_bytes(const void *data, size_t n);
/* The same of octets that come in parts. */
struct digest_state {
	_Alignas(16) uint8_t opaque[128];
};

void digest_begin(struct digest_state *s);
void digest_add(struct digest_state *s, const void *data, size_t n);
struct digest digest_end(struct digest_state *s);

bool digest_equal(const struct digest *a, const struct digest *b);

#endif
