#include "watch_jumps.h"

#include <math.h>

#define DAY_NS (86400 * NS_PER_SECOND)
#define LEAP_SLACK_NS (2 * NS_PER_SECOND) /* an idle kernel is late at midnight */

/* By how much b - a of one pair of clocks moved between two readings. */
static struct span
moved(struct span before, struct span after)
{
	return span_sub(after, before);
}

static bool
beyond_reading(
    struct span by, const struct clock_reading *a, const struct clock_reading *b)
{
	return span_abs(by).ns > 2 * span_add(a->read, b->read).ns + 100;
}

static struct span
real_minus_boot(const struct clock_reading *r)
{
	return (struct span){ r->real.ns - r->boot.ns };
}

static struct span
real_minus_mono(const struct clock_reading *r)
{
	return (struct span){ r->real.ns - r->mono.ns };
}

static struct span
boot_minus_mono(const struct clock_reading *r)
{
	return (struct span){ r->boot.ns - r->mono.ns };
}

/* Only the raw clock is there to compare with: no slew is that fast. */
static void
look_for_leap_of_faith(const struct clock_reading *a, const struct clock_reading *b,
    struct watch_report *out)
{
	double most = WATCH_TICK_LIMIT * (double)raw_since(b->raw, a->raw).ns;

	out->step =
	    moved(system_minus_raw(a->real, a->raw), system_minus_raw(b->real, b->raw));
	out->stepped = fabs((double)out->step.ns) > most + WATCH_TOLERANCE_NS;
}

void
watch_look_for_jumps(const struct clock_reading *a, const struct clock_reading *b,
    struct watch_report *out)
{
	bool mono = a->has_mono && b->has_mono;
	bool boot = a->has_boot && b->has_boot;

	if (!mono && !boot) {
		look_for_leap_of_faith(a, b, out);
		return;
	}
	out->step = boot ? moved(real_minus_boot(a), real_minus_boot(b))
			 : moved(real_minus_mono(a), real_minus_mono(b));
	out->stepped = beyond_reading(out->step, a, b);
	if (!mono || !boot)
		return;
	out->suspend = moved(boot_minus_mono(a), boot_minus_mono(b));
	out->suspended = beyond_reading(out->suspend, a, b);
}

bool
watch_is_leap(const struct watch_report *seen, const struct clock_reading *r, int status)
{
	int64_t untouched =
	    system_after(r->real, span_sub((struct span){ 0 }, seen->step)).ns;
	struct span want = { 0 };
	struct span wrong;

	if (status & STEERING_LEAP_INSERT)
		want.ns = -NS_PER_SECOND;
	else if (status & STEERING_LEAP_DELETE)
		want.ns = NS_PER_SECOND;
	wrong = span_sub(seen->step, want);
	return want.ns != 0 && !beyond_reading(wrong, &seen->before, r) &&
	       (untouched + LEAP_SLACK_NS) / DAY_NS >
		   (seen->before.real.ns - LEAP_SLACK_NS) / DAY_NS;
}
