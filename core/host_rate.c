#include "host_rate.h"

#include <math.h>

#define SPAN_NS (64 * NS_PER_SECOND)
#define ELAPSED_MIN 0.4 /* s: from shorter stretches no rate is read */
#define SLEW_MAX 0.1    /* a clock that is only slewed stays below */
#define STEP_MIN_NS 100000
#define UNKNOWN 3e-4 /* s/s: as large as the kernel lets a program slew the clock */

static struct clock_knot
knot_of(const struct clock_reading *r)
{
	return (struct clock_knot){ r->raw, r->real, r->read };
}

/* By so much the host's clock gained on the raw clock. */
static double
gained(const struct clock_knot *a, const struct clock_knot *b)
{
	return span_seconds(span_sub(
	    system_minus_raw(b->real, b->raw), system_minus_raw(a->real, a->raw)));
}

static bool
stepped(const struct clock_knot *a, const struct clock_knot *b)
{
	double allowed =
	    SLEW_MAX * span_seconds(raw_since(b->raw, a->raw)) + STEP_MIN_NS / 1e9;

	return fabs(gained(a, b)) > allowed;
}

static struct rate
rate_between(
    const struct host_rate *h, const struct clock_knot *a, const struct clock_knot *b)
{
	double elapsed = span_seconds(raw_since(b->raw, a->raw));

	if (elapsed < ELAPSED_MIN)
		return (struct rate){ h->before, h->before_error };
	return (struct rate){
		.rate = gained(a, b) / elapsed,
		.error = span_seconds(span_add(a->read, b->read)) / elapsed,
	};
}

static void
begin_at(struct host_rate *h, const struct clock_knot *k, struct rate before)
{
	*h = (struct host_rate){ true, *k, *k, before.rate, before.error };
}

/* By raw time, so that whoever begins to read later comes to the same two readings. */
static int64_t
span_of(const struct clock_knot *k)
{
	return k->raw.ns / SPAN_NS;
}

void
host_rate_read(struct host_rate *h, const struct clock_reading *r)
{
	struct clock_knot k = knot_of(r);

	if (!h->begun) {
		begin_at(h, &k, (struct rate){ 0, UNKNOWN });
	} else if (stepped(&h->newer, &k)) {
		begin_at(h, &k, rate_between(h, &h->older, &h->newer));
	} else if (span_of(&k) > span_of(&h->newer)) {
		h->older = h->newer;
		h->newer = k;
	}
}

void
host_rate_bend(struct host_rate *h, const struct clock_knot *knot)
{
	if (!h->begun || raw_since(knot->raw, h->older.raw).ns < 0)
		return;
	h->older = *knot;
	if (raw_since(h->newer.raw, knot->raw).ns < 0)
		h->newer = *knot;
}

void
host_rate_step(struct host_rate *h, const struct clock_knot *last_before,
    const struct clock_reading *r)
{
	struct clock_knot k = knot_of(r);
	struct rate before = { 0, UNKNOWN };

	if (h->begun)
		before = rate_between(h, &h->older, last_before);
	begin_at(h, &k, before);
}

struct rate
host_rate_at(const struct host_rate *h, const struct clock_reading *now)
{
	struct clock_knot k = knot_of(now);

	if (!h->begun)
		return (struct rate){ 0, UNKNOWN };
	return rate_between(h, &h->older, stepped(&h->newer, &k) ? &h->newer : &k);
}
