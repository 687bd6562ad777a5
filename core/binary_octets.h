/* Numbers of up to 8 octets, in either order. */
#ifndef CLOCKWITNESS_BINARY_OCTETS_H
#define CLOCKWITNESS_BINARY_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t
octets_get(const uint8_t *p, size_t n, bool big)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[big ? i : n - 1 - i];
	return v;
}

static inline uint16_t
octets_get16(const uint8_t *p, bool big)
{
	return (uint16_t)octets_get(p, 2, big);
}

static inline uint32_t
octets_get32(const uint8_t *p, bool big)
{
	return (uint32_t)octets_get(p, 4, big);
}

static inline void
octets_put(uint8_t *p, size_t n, bool big, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

#endif
