#include "bytes.h"

#include <string.h>

void
read_bytes(struct reader *r, uint8_t *out, size_t n)
{
	if ((size_t)(r->end - r->at) < n) {
		r->overrun = true;
		memset(out, 0, n);
		return;
	}
	memcpy(out, r->at, n);
	r->at += n;
}

static uint64_t
read_be(struct reader *r, size_t n)
{
	uint8_t b[8];
	uint64_t v = 0;

	read_bytes(r, b, n);
	for (size_t i = 0; i < n; i++)
		v = v << 8 | b[i];
	return v;
}

uint8_t
read_u8(struct reader *r)
{
	return (uint8_t)read_be(r, 1);
}

uint32_t
read_be32(struct reader *r)
{
	return (uint32_t)read_be(r, 4);
}

uint64_t
read_be64(struct reader *r)
{
	return read_be(r, 8);
}

void
write_bytes(struct writer *w, const uint8_t *in, size_t n)
{
	if ((size_t)(w->end - w->at) < n) {
		w->overrun = true;
		return;
	}
	memcpy(w->at, in, n);
	w->at += n;
}

static void
write_be(struct writer *w, uint64_t v, size_t n)
{
	uint8_t b[8];

	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> 8 * (n - 1 - i));
	write_bytes(w, b, n);
}

void
write_u8(struct writer *w, uint8_t v)
{
	write_be(w, v, 1);
}

void
write_be32(struct writer *w, uint32_t v)
{
	write_be(w, v, 4);
}

void
write_be64(struct writer *w, uint64_t v)
{
	write_be(w, v, 8);
}
