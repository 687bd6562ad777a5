/*
 * A type for each timescale, and the only arithmetic between them.
 *
 * Instants are integers of nanoseconds. Two instants of one scale differ by a span;
 * instants of two scales are connected only by the functions below, so that a host's
 * time can never be taken for UTC by mistake: it does not compile.
 *
 * All arithmetic saturates at the ends of int64_t (the years 1677 and 2262 for system
 * and UTC time), so hostile numbers in packets or evidence cannot overflow.
 */
#ifndef CLOCKWITNESS_TIMESCALE_H
#define CLOCKWITNESS_TIMESCALE_H

#include <stdint.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* What the host's clock (CLOCK_REALTIME) said, ns since 1970-01-01: the scale of logs. */
struct system_time {
	int64_t ns;
};

/* What it should have said: UTC, ns since 1970-01-01, leap seconds not counted (POSIX).
 */
struct utc_time {
	int64_t ns;
};

/* CLOCK_MONOTONIC_RAW of this boot, ns: the free oscillator, steered by nobody. */
struct raw_time {
	int64_t ns;
};

/* CLOCK_MONOTONIC of this boot, ns: never stepped, but slewed with the host's clock. */
struct mono_time {
	int64_t ns;
};

/* CLOCK_BOOTTIME of this boot, ns: CLOCK_MONOTONIC and the time spent in suspend. */
struct boot_time {
	int64_t ns;
};

/* The only thing by which two instants differ, ns. */
struct span {
	int64_t ns;
};

/*
 * Offset theta (RFC 5905 section 8): what must be added to the host's clock to get UTC.
 * Positive: the host is behind. This is the one sign convention of the project.
 */
struct span utc_minus_system(struct utc_time u, struct system_time s);
struct utc_time system_to_utc(struct system_time s, struct span offset);

struct span utc_minus_raw(struct utc_time u, struct raw_time r);
struct utc_time raw_to_utc(struct raw_time r, struct span utc_minus_raw);
struct span system_minus_raw(struct system_time s, struct raw_time r);

struct span utc_since(struct utc_time later, struct utc_time earlier);
struct span raw_since(struct raw_time later, struct raw_time earlier);
struct span system_since(struct system_time later, struct system_time earlier);

struct utc_time utc_after(struct utc_time u, struct span d);
struct raw_time raw_after(struct raw_time r, struct span d);
struct system_time system_after(struct system_time s, struct span d);

struct span span_add(struct span a, struct span b);
struct span span_sub(struct span a, struct span b);
struct span span_abs(struct span a);
struct span span_max(struct span a, struct span b);
struct span span_min(struct span a, struct span b);

/* Seconds, for ratios and for differences that are already centred. */
double span_seconds(struct span d);

/* Nearest nanosecond; saturates; a NaN becomes the largest span. */
struct span span_from_seconds(double seconds);

#endif
