/*
 * A type for each timescale, and the only arithmetic between them.
 *
 * Instants are integers of nanoseconds. Two instants of one scale differ by a span;
 * instants of two scales are connected only by the functions below, so that a host's
 * time can never be taken for UTC by mistake: it does not compile.
 *
 * All arithmetic saturates at the ends of int64_t (the years 1677 and 2262 for system
 * and UTC time), so hostile numbers in packets or evidence cannot overflow. It is inline:
 * all else is made of it.
 */
#ifndef CLOCKWITNESS_TIMESCALE_H
#define CLOCKWITNESS_TIMESCALE_H

#include <stdint.h>

#ifdef __FAST_MATH__
#error "conclusions are replayed bit for bit: do not compile with -ffast-math"
#endif
#if defined(__i386__) && !defined(__SSE2_MATH__)
#error "conclusions are replayed bit for bit: compile with -mfpmath=sse -msse2, not x87"
#endif

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

static inline int64_t
timescale_add(int64_t a, int64_t b)
{
	int64_t total;

	if (__builtin_add_overflow(a, b, &total))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return total;
}

static inline int64_t
timescale_subtract(int64_t a, int64_t b)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return b < 0 ? INT64_MAX : INT64_MIN;
	return difference;
}

/*
 * Offset theta (RFC 5905 section 8): what must be added to the host's clock to get UTC.
 * Positive: the host is behind. This is the one sign convention of the project.
 */
static inline struct span
utc_minus_system(struct utc_time u, struct system_time s)
{
	return (struct span){ timescale_subtract(u.ns, s.ns) };
}

static inline struct utc_time
system_to_utc(struct system_time s, struct span offset)
{
	return (struct utc_time){ timescale_add(s.ns, offset.ns) };
}

static inline struct span
utc_minus_raw(struct utc_time u, struct raw_time r)
{
	return (struct span){ timescale_subtract(u.ns, r.ns) };
}

static inline struct utc_time
raw_to_utc(struct raw_time r, struct span utc_minus_raw)
{
	return (struct utc_time){ timescale_add(r.ns, utc_minus_raw.ns) };
}

static inline struct span
system_minus_raw(struct system_time s, struct raw_time r)
{
	return (struct span){ timescale_subtract(s.ns, r.ns) };
}

static inline struct span
utc_since(struct utc_time later, struct utc_time earlier)
{
	return (struct span){ timescale_subtract(later.ns, earlier.ns) };
}

static inline struct span
raw_since(struct raw_time later, struct raw_time earlier)
{
	return (struct span){ timescale_subtract(later.ns, earlier.ns) };
}

static inline struct span
system_since(struct system_time later, struct system_time earlier)
{
	return (struct span){ timescale_subtract(later.ns, earlier.ns) };
}

static inline struct utc_time
utc_after(struct utc_time u, struct span d)
{
	return (struct utc_time){ timescale_add(u.ns, d.ns) };
}

static inline struct raw_time
raw_after(struct raw_time r, struct span d)
{
	return (struct raw_time){ timescale_add(r.ns, d.ns) };
}

static inline struct system_time
system_after(struct system_time s, struct span d)
{
	return (struct system_time){ timescale_add(s.ns, d.ns) };
}

static inline struct span
span_add(struct span a, struct span b)
{
	return (struct span){ timescale_add(a.ns, b.ns) };
}

static inline struct span
span_sub(struct span a, struct span b)
{
	return (struct span){ timescale_subtract(a.ns, b.ns) };
}

static inline struct span
span_abs(struct span a)
{
	if (a.ns < 0)
		a.ns = timescale_subtract(0, a.ns);
	return a;
}

static inline struct span
span_max(struct span a, struct span b)
{
	return a.ns < b.ns ? b : a;
}

static inline struct span
span_min(struct span a, struct span b)
{
	return b.ns < a.ns ? b : a;
}

/* Seconds, for ratios and for differences that are already centred. */
static inline double
span_seconds(struct span d)
{
	return (double)d.ns / 1e9;
}

/* Nearest nanosecond; saturates; a NaN becomes the largest span. */
struct span span_from_seconds(double seconds);

#endif
