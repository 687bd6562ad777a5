/*
 * Time stamps in binary logs: counts of fixed width, read and written in place. A stamp is
 * written by as many octets as it was read from, or not at all.
 */
#ifndef CLOCKWITNESS_BINARY_STAMP_H
#define CLOCKWITNESS_BINARY_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timescale.h"

enum binary_kind {
	BINARY_SECONDS, /* since 1970, and a fraction in units of unit_ns behind them */
	BINARY_COUNT, /* units since 1970, in two words of 32 bits, the high one first */
	BINARY_DIGITS /* us since 1970, in decimal text */
};

struct binary_form {
	enum binary_kind kind;
	bool big;        /* most significant octet first */
	bool wide;       /* seconds and fraction have 8 octets each, else 4 */
	bool is_signed;  /* seconds: so the greatest one is half as great */
	int32_t unit_ns; /* of BINARY_SECONDS; 0: no fraction follows */
	/* of BINARY_COUNT */
	uint64_t per_second; /* 0: not known */
	int64_t offset_s;    /* to be added to what was counted */
	uint8_t digits;      /* of BINARY_DIGITS, 1..19 */
};

struct binary_time {
	int64_t seconds; /* since 1970 */
	int32_t fraction_ns;
	int64_t resolution; /* ns: it stands for [time, time + resolution) */
};

size_t binary_form_octets(const struct binary_form *f);

/* false: this is no time (a fraction of a second or more, a unit that is not known). */
bool binary_stamp_read(
    const struct binary_form *f, const uint8_t *octets, struct binary_time *out);

/*
 * Writes UTC over a stamp that was read as the time `was`: rounded down to its unit, as
 * clocks are read; by its difference, where the unit is no whole number of nanoseconds.
 * false: its octets cannot hold it, and stay.
 */
bool binary_stamp_write(const struct binary_form *f, struct system_time was,
    struct utc_time is, uint8_t *octets);

#endif
