#include "binary_stamp.h"

#include "binary_octets.h"

/* a count of 64 bits times 10^9 has up to 94 */
__extension__ typedef __int128 wide_int;

/* ns, 73 years: twice this times any number of units a second can be computed */
#define MOST_MOVED (INT64_MAX / 4)

size_t
binary_form_octets(const struct binary_form *f)
{
	size_t word = f->wide ? 8 : 4;

	switch (f->kind) {
	case BINARY_SECONDS:
		return f->unit_ns > 0 ? 2 * word : word;
	case BINARY_COUNT:
		return 8;
	case BINARY_DIGITS:
		return f->digits;
	}
	return 0;
}

/* ---- seconds and a fraction */

static bool
read_seconds(const struct binary_form *f, const uint8_t *p, struct binary_time *out)
{
	size_t word = f->wide ? 8 : 4;
	uint64_t v = octets_get(p, word, f->big);
	uint64_t fraction = f->unit_ns > 0 ? octets_get(p + word, word, f->big) : 0;

	if (v > INT64_MAX || fraction >= (uint64_t)NS_PER_SECOND ||
	    (f->unit_ns > 0 && fraction >= (uint64_t)(NS_PER_SECOND / f->unit_ns)) ||
	    (!f->wide && f->is_signed && v > INT32_MAX))
		return false;
	out->seconds = (int64_t)v;
	out->fraction_ns = (int32_t)((int64_t)fraction * f->unit_ns);
	out->resolution = f->unit_ns > 0 ? f->unit_ns : NS_PER_SECOND;
	return true;
}

static uint64_t
greatest_seconds(const struct binary_form *f)
{
	if (f->wide)
		return INT64_MAX;
	return f->is_signed ? INT32_MAX : UINT32_MAX;
}

/* 0 would be no time at all. */
static bool
write_seconds(const struct binary_form *f, int64_t ns, uint8_t *p)
{
	size_t word = f->wide ? 8 : 4;
	uint64_t seconds = (uint64_t)(ns / NS_PER_SECOND);

	if (seconds > greatest_seconds(f) || seconds == 0)
		return false;
	octets_put(p, word, f->big, seconds);
	if (f->unit_ns > 0)
		octets_put(
		    p + word, word, f->big, (uint64_t)(ns % NS_PER_SECOND / f->unit_ns));
	return true;
}

/* ---- a count */

static uint64_t
get_count(const struct binary_form *f, const uint8_t *p)
{
	return (uint64_t)octets_get32(p, f->big) << 32 | octets_get32(p + 4, f->big);
}

static bool
read_count(const struct binary_form *f, const uint8_t *p, struct binary_time *out)
{
	uint64_t count = get_count(f, p);
	int64_t seconds;

	if (f->per_second == 0)
		return false;
	seconds = (int64_t)(count / f->per_second & INT64_MAX);
	if (count / f->per_second > INT64_MAX ||
	    __builtin_add_overflow(seconds, f->offset_s, &out->seconds))
		return false;
	out->fraction_ns =
	    (int32_t)((wide_int)(count % f->per_second) * NS_PER_SECOND / f->per_second);
	out->resolution = NS_PER_SECOND / (int64_t)(f->per_second & INT64_MAX);
	if (f->per_second > (uint64_t)NS_PER_SECOND)
		out->resolution = 1;
	return true;
}

/* The nearest one, of a half the farther one from 0. */
static wide_int
units(const struct binary_form *f, wide_int ns)
{
	wide_int twice = 2 * ns * f->per_second;

	twice += twice < 0 ? -NS_PER_SECOND : NS_PER_SECOND;
	return twice / (2 * (wide_int)NS_PER_SECOND);
}

static bool
write_count(
    const struct binary_form *f, struct system_time was, struct utc_time is, uint8_t *p)
{
	wide_int count = get_count(f, p);
	wide_int since = (wide_int)is.ns - (wide_int)f->offset_s * NS_PER_SECOND;
	wide_int moved = (wide_int)is.ns - was.ns;

	if (f->per_second == 0 || moved > MOST_MOVED || moved < -MOST_MOVED)
		return false;
	if ((uint64_t)NS_PER_SECOND % f->per_second == 0)
		count = since / (NS_PER_SECOND / (int64_t)f->per_second);
	else
		count += units(f, moved);
	if (since < 0 || count <= 0 || count > UINT64_MAX)
		return false;
	octets_put(p, 4, f->big, (uint64_t)count >> 32);
	octets_put(p + 4, 4, f->big, (uint64_t)count);
	return true;
}

/* ---- digits */

static bool
read_digits(const struct binary_form *f, const uint8_t *p, struct binary_time *out)
{
	int64_t us = 0;

	for (size_t i = 0; i < f->digits; i++) {
		if (p[i] < '0' || p[i] > '9' || __builtin_mul_overflow(us, 10, &us) ||
		    __builtin_add_overflow(us, p[i] - '0', &us))
			return false;
	}
	out->seconds = us / 1000000;
	out->fraction_ns = (int32_t)(us % 1000000 * 1000);
	out->resolution = 1000;
	return f->digits > 0;
}

static bool
write_digits(const struct binary_form *f, int64_t ns, uint8_t *p)
{
	uint8_t text[32];
	int64_t us = ns / 1000;

	if (f->digits > sizeof(text))
		return false;
	for (size_t i = f->digits; i > 0; i--, us /= 10)
		text[i - 1] = (uint8_t)('0' + us % 10);
	if (us > 0)
		return false;
	for (size_t i = 0; i < f->digits; i++)
		p[i] = text[i];
	return true;
}

bool
binary_stamp_read(
    const struct binary_form *f, const uint8_t *octets, struct binary_time *out)
{
	switch (f->kind) {
	case BINARY_SECONDS:
		return read_seconds(f, octets, out);
	case BINARY_COUNT:
		return read_count(f, octets, out);
	case BINARY_DIGITS:
		return read_digits(f, octets, out);
	}
	return false;
}

bool
binary_stamp_write(const struct binary_form *f, struct system_time was,
    struct utc_time is, uint8_t *octets)
{
	if (is.ns <= 0)
		return false;
	switch (f->kind) {
	case BINARY_SECONDS:
		return write_seconds(f, is.ns, octets);
	case BINARY_COUNT:
		return write_count(f, was, is, octets);
	case BINARY_DIGITS:
		return write_digits(f, is.ns, octets);
	}
	return false;
}
