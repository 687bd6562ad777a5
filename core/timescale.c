#include "timescale.h"

#ifdef __FAST_MATH__
#error "conclusions are replayed bit for bit: do not compile with -ffast-math"
#endif
#if defined(__i386__) && !defined(__SSE2_MATH__)
#error "conclusions are replayed bit for bit: compile with -mfpmath=sse -msse2, not x87"
#endif

static int64_t
add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static int64_t
subtract(int64_t a, int64_t b)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return b < 0 ? INT64_MAX : INT64_MIN;
	return difference;
}

struct span
utc_minus_system(struct utc_time u, struct system_time s)
{
	return (struct span){ subtract(u.ns, s.ns) };
}

struct utc_time
system_to_utc(struct system_time s, struct span offset)
{
	return (struct utc_time){ add(s.ns, offset.ns) };
}

struct span
utc_minus_raw(struct utc_time u, struct raw_time r)
{
	return (struct span){ subtract(u.ns, r.ns) };
}

struct utc_time
raw_to_utc(struct raw_time r, struct span utc_minus_raw)
{
	return (struct utc_time){ add(r.ns, utc_minus_raw.ns) };
}

struct span
system_minus_raw(struct system_time s, struct raw_time r)
{
	return (struct span){ subtract(s.ns, r.ns) };
}

struct span
utc_since(struct utc_time later, struct utc_time earlier)
{
	return (struct span){ subtract(later.ns, earlier.ns) };
}

struct span
raw_since(struct raw_time later, struct raw_time earlier)
{
	return (struct span){ subtract(later.ns, earlier.ns) };
}

struct span
system_since(struct system_time later, struct system_time earlier)
{
	return (struct span){ subtract(later.ns, earlier.ns) };
}

struct utc_time
utc_after(struct utc_time u, struct span d)
{
	return (struct utc_time){ add(u.ns, d.ns) };
}

struct raw_time
raw_after(struct raw_time r, struct span d)
{
	return (struct raw_time){ add(r.ns, d.ns) };
}

struct system_time
system_after(struct system_time s, struct span d)
{
	return (struct system_time){ add(s.ns, d.ns) };
}

struct span
span_add(struct span a, struct span b)
{
	return (struct span){ add(a.ns, b.ns) };
}

struct span
span_sub(struct span a, struct span b)
{
	return (struct span){ subtract(a.ns, b.ns) };
}

struct span
span_abs(struct span a)
{
	if (a.ns < 0)
		a.ns = subtract(0, a.ns);
	return a;
}

struct span
span_max(struct span a, struct span b)
{
	return a.ns < b.ns ? b : a;
}

struct span
span_min(struct span a, struct span b)
{
	return b.ns < a.ns ? b : a;
}

double
span_seconds(struct span d)
{
	return (double)d.ns / 1e9;
}

struct span
span_from_seconds(double seconds)
{
	double ns = seconds * 1e9;

	if (!(ns < 9223372036854774784.0))
		return (struct span){ INT64_MAX };
	if (ns <= -9223372036854774784.0)
		return (struct span){ INT64_MIN };
	return (struct span){ (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5) };
}
