#include "sample.h"

#define SLEW_MAX 0.1                      /* s/s */
#define STEP_MIN_NS 20000                 /* two scheduling hiccups within brackets */
#define DELAY_MAX_NS (16 * NS_PER_SECOND) /* MAXDISP (RFC 5905 section 7.2) */
#define DELAY_MIN_NS (-(NS_PER_SECOND / 1000)) /* below: not rounding, not slewing */

static struct span
half(struct span a, struct span b)
{
	return (struct span){ a.ns / 2 + b.ns / 2 + (a.ns % 2 + b.ns % 2) / 2 };
}

static bool
stepped(const struct exchange *x, struct span by_system, struct span by_raw)
{
	int64_t apart = span_abs(span_sub(by_system, by_raw)).ns;
	double allowed = (double)by_raw.ns * SLEW_MAX +
			 (double)span_add(x->t1_read, x->t4_read).ns + STEP_MIN_NS;

	return (double)apart > allowed;
}

enum fault
sample_from_exchange(const struct exchange *x, struct sample *out)
{
	struct span there = utc_minus_system(x->t2, x->t1);
	struct span back = utc_minus_system(x->t3, x->t4);
	struct span round_trip = system_since(x->t4, x->t1);
	struct span by_raw = raw_since(x->t4_raw, x->t1_raw);
	struct span delay = span_sub(round_trip, utc_since(x->t3, x->t2));
	struct span read = span_max(x->t1_read, x->t4_read);
	struct span precision = ntp_log2_to_span(x->precision);

	if (by_raw.ns < 0 || by_raw.ns > DELAY_MAX_NS)
		return FAULT_IMPLAUSIBLE;
	if (stepped(x, round_trip, by_raw))
		return FAULT_CLOCK_STEPPED;
	if (delay.ns < DELAY_MIN_NS || delay.ns > DELAY_MAX_NS || there.ns == INT64_MIN ||
	    there.ns == INT64_MAX || back.ns == INT64_MIN || back.ns == INT64_MAX)
		return FAULT_IMPLAUSIBLE;
	*out = (struct sample){
		.at = raw_after(x->t1_raw, (struct span){ by_raw.ns / 2 }),
		.offset = half(there, back),
		.utc_minus_raw = half(
		    utc_minus_raw(x->t2, x->t1_raw), utc_minus_raw(x->t3, x->t4_raw)),
		.delay = span_max(delay, (struct span){ 0 }),
		.dispersion = span_add(span_add(read, precision),
		    span_from_seconds(SAMPLE_PHI * span_seconds(by_raw))),
	};
	return FAULT_NONE;
}
