#include "clock_filter.h"

#include <math.h>

void
clock_filter_push(struct clock_filter *f, const struct sample *s)
{
	if (f->used > 0 && clock_filter_newest(f, 0)->at.ns == s->at.ns)
		f->next = (f->next + CLOCK_FILTER_STAGES - 1) % CLOCK_FILTER_STAGES;
	else if (f->used < CLOCK_FILTER_STAGES)
		f->used++;
	f->stage[f->next] = *s;
	f->next = (f->next + 1) % CLOCK_FILTER_STAGES;
}

const struct sample *
clock_filter_newest(const struct clock_filter *f, size_t i)
{
	return &f->stage[(f->next + CLOCK_FILTER_STAGES - 1 - i) % CLOCK_FILTER_STAGES];
}

/* Newest first among equal delays: insertion sort is stable. */
static void
sort_by_delay(const struct clock_filter *f, const struct sample *sorted[])
{
	for (size_t i = 0; i < f->used; i++) {
		const struct sample *s = clock_filter_newest(f, i);
		size_t at = i;

		for (; at > 0 && sorted[at - 1]->delay.ns > s->delay.ns; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = s;
	}
}

static double
age(const struct sample *s, struct raw_time now)
{
	return span_seconds(raw_since(now, s->at));
}

static double
weighted_dispersion(
    const struct sample *sorted[], size_t n, struct raw_time now, double growth)
{
	double sum = 0;
	double worst = 0;
	double weight = 0.5;

	for (size_t i = 0; i < CLOCK_FILTER_STAGES; i++) {
		double own = worst;

		if (i < n)
			own = span_seconds(sorted[i]->dispersion) +
			      growth * age(sorted[i], now);
		if (own > worst)
			worst = own;
		sum += weight * own;
		weight /= 2;
	}
	return sum;
}

/* theta_j - theta_0, both brought to one instant */
static double
apart(const struct sample *first, const struct sample *other, double frequency)
{
	return span_seconds(span_sub(other->utc_minus_raw, first->utc_minus_raw)) -
	       frequency * span_seconds(raw_since(other->at, first->at));
}

static double
jitter(const struct sample *sorted[], size_t n, double frequency)
{
	double sum = 0;

	for (size_t i = 1; i < n; i++) {
		double d = apart(sorted[0], sorted[i], frequency);

		sum += d * d;
	}
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

bool
clock_filter_estimate(
    const struct clock_filter *f, const struct aging *aging, struct estimate *out)
{
	const struct sample *sorted[CLOCK_FILTER_STAGES];
	struct raw_time now;
	double dispersion;

	if (f->used == 0)
		return false;
	now = clock_filter_newest(f, 0)->at;
	sort_by_delay(f, sorted);
	dispersion = weighted_dispersion(sorted, f->used, now, aging->growth);
	*out = (struct estimate){
		.best = *sorted[0],
		.newest = now,
		.utc_minus_raw = span_add(sorted[0]->utc_minus_raw,
		    span_from_seconds(aging->frequency * age(sorted[0], now))),
		.dispersion = span_from_seconds(dispersion),
		.jitter =
		    span_max(span_from_seconds(jitter(sorted, f->used, aging->frequency)),
			sorted[0]->dispersion),
	};
	return true;
}
