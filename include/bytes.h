/*
 * Bounded cursors over octets, network byte order (RFC 5905 section 7.3). Overrun is
 * sticky: decode straight down, look at `overrun` once at the end. Reading past the end
 * gives zeros, writing past it writes nothing.
 */
#ifndef CLOCKWITNESS_BYTES_H
#define CLOCKWITNESS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool overrun;
};

struct writer {
	uint8_t *at;
	uint8_t *end;
	bool overrun;
};

uint8_t read_u8(struct reader *r);
uint32_t read_be32(struct reader *r);
uint64_t read_be64(struct reader *r);
void read_bytes(struct reader *r, uint8_t *out, size_t n);

void write_u8(struct writer *w, uint8_t v);
void write_be32(struct writer *w, uint32_t v);
void write_be64(struct writer *w, uint64_t v);
void write_bytes(struct writer *w, const uint8_t *in, size_t n);

#endif
