#include "clock.h"

#include <errno.h>
#include <time.h>

#define TRIES 4
#define NARROW_NS 400 /* a bracket of vDSO clocks; others never get there, and try on */

static bool
read_clock(clockid_t id, int64_t *ns)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		return false;
	*ns = (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
	return true;
}

/* The raw clock; where there is none the monotonic one stands in, which others may slew. */
static int64_t
read_raw(void)
{
	int64_t ns = 0;

	if (!read_clock(CLOCK_MONOTONIC_RAW, &ns))
		(void)read_clock(CLOCK_MONOTONIC, &ns);
	return ns;
}

/* All within one bracket: what happens between two of them is within its width. */
static void
read_bracketed(struct clock_reading *r)
{
	int64_t before = read_raw();
	int64_t after;

	r->has_mono = read_clock(CLOCK_MONOTONIC, &r->mono.ns);
	(void)read_clock(CLOCK_REALTIME, &r->real.ns);
	r->has_boot = read_clock(CLOCK_BOOTTIME, &r->boot.ns);
	after = read_raw();
	r->raw.ns = before + (after - before) / 2;
	r->read.ns = (after - before + 1) / 2;
}

void
clock_read(struct clock_reading *out)
{
	*out = (struct clock_reading){ 0 };
	read_bracketed(out);
	for (int i = 1; i < TRIES && out->read.ns > NARROW_NS / 2; i++) {
		struct clock_reading again = { 0 };

		read_bracketed(&again);
		if (again.read.ns < out->read.ns)
			*out = again;
	}
}

struct raw_time
clock_raw(void)
{
	return (struct raw_time){ read_raw() };
}

const char *
clock_missing(size_t i, int *error)
{
	static const struct {
		clockid_t id;
		const char *name;
	} clocks[] = {
		{ CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW" },
		{ CLOCK_MONOTONIC, "CLOCK_MONOTONIC" },
		{ CLOCK_BOOTTIME, "CLOCK_BOOTTIME" },
	};
	int64_t ns;

	if (i >= sizeof(clocks) / sizeof(*clocks))
		return NULL;
	*error = read_clock(clocks[i].id, &ns) ? 0 : -errno;
	return clocks[i].name;
}
