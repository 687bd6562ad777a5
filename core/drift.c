#include "drift.h"

#include <math.h>

#include "median.h"

#define SIGMA0 20e-6         /* s: noise of time stamps taken by a program */
#define FREQUENCY_PRIOR 1e-4 /* s/s: crystals and calibrated counters */

struct sums {
	double w, wx, wy, wxx, wxy, wyy;
};

const struct drift_point *
drift_newest(const struct drift_history *h, size_t i)
{
	return &h->point[(h->next + DRIFT_MEMORY - 1 - i) % DRIFT_MEMORY];
}

/* So many points make the line. */
static size_t
count(const struct drift_history *h)
{
	return h->used < DRIFT_POINTS ? h->used : DRIFT_POINTS;
}

void
drift_add(struct drift_history *h, const struct sample *s)
{
	if (h->used > 0 && drift_newest(h, 0)->at.ns == s->at.ns)
		h->next = (h->next + DRIFT_MEMORY - 1) % DRIFT_MEMORY;
	else if (h->used < DRIFT_MEMORY)
		h->used++;
	h->point[h->next] = (struct drift_point){ s->at, s->utc_minus_raw, s->delay };
	h->next = (h->next + 1) % DRIFT_MEMORY;
}

static struct span
delay_min(const struct drift_history *h)
{
	struct span least = drift_newest(h, 0)->delay;

	for (size_t i = 1; i < count(h); i++)
		least = span_min(least, drift_newest(h, i)->delay);
	return least;
}

static struct span
length(const struct drift_history *h)
{
	struct span longest = { 0 };

	for (size_t i = 0; i < count(h); i++)
		longest = span_max(
		    longest, raw_since(drift_newest(h, 0)->at, drift_newest(h, i)->at));
	return longest;
}

double
drift_wander(double seconds)
{
	return DRIFT_WANDER * seconds * seconds * seconds / 3;
}

/* s: how far the least of these delays may be from the least there can be. */
static double
floor_of(const struct drift_history *h, struct span least)
{
	double n = (double)count(h);
	double excess[DRIFT_POINTS + 1];

	for (size_t i = 0; i < count(h); i++)
		sorted_insert(excess, i,
		    span_seconds(span_sub(drift_newest(h, i)->delay, least)) / 2);
	return (0.01 + 0.6 / sqrt(n) + 4 / n) * sorted_median(excess, count(h));
}

static double
variance(const struct drift_point *p, struct span least, double floor_delay, double age)
{
	double h = span_seconds(span_sub(p->delay, least)) / 2 + floor_delay;

	return SIGMA0 * SIGMA0 + h * h / 3 + drift_wander(age > 0 ? age : 0);
}

/* x: seconds before epoch, hence <= 0; y: seconds from the newest point's value. */
static struct sums
sum_up(const struct drift_history *h, struct raw_time epoch, struct span least)
{
	struct sums s = { 0 };
	double floor_delay = floor_of(h, least);

	for (size_t i = 0; i < count(h); i++) {
		const struct drift_point *p = drift_newest(h, i);
		double x = span_seconds(raw_since(p->at, epoch));
		double y = span_seconds(
		    span_sub(p->utc_minus_raw, drift_newest(h, 0)->utc_minus_raw));
		double w = 1 / variance(p, least, floor_delay, -x);

		s.w += w;
		s.wx += w * x;
		s.wy += w * y;
		s.wxx += w * x * x;
		s.wxy += w * x * y;
		s.wyy += w * y * y;
	}
	return s;
}

/* By how much the residuals exceed what the variances promise; never below 1. */
static double
excess_scatter(const struct sums *s, double slope, size_t n)
{
	double sxx = s->wxx - s->wx * s->wx / s->w;
	double sxy = s->wxy - s->wx * s->wy / s->w;
	double syy = s->wyy - s->wy * s->wy / s->w;
	double chi2 = syy - 2 * slope * sxy + slope * slope * sxx;

	return n > 2 && chi2 > (double)(n - 2) ? sqrt(chi2 / (double)(n - 2)) : 1;
}

/* Slope and its precision, the samples' variances k times what was promised. */
static double
slope_of(const struct sums *s, double k, double *precision)
{
	double sxx = s->wxx - s->wx * s->wx / s->w;
	double sxy = s->wxy - s->wx * s->wy / s->w;

	*precision = sxx / k + 1 / (FREQUENCY_PRIOR * FREQUENCY_PRIOR);
	return sxy / k / *precision;
}

bool
drift_fit(const struct drift_history *h, struct raw_time epoch, struct drift *out)
{
	struct span least;
	struct sums s;
	double precision;
	double slope;
	double mean_x;
	double scatter;

	if (h->used == 0)
		return false;
	least = delay_min(h);
	s = sum_up(h, epoch, least);
	mean_x = s.wx / s.w;
	scatter = excess_scatter(&s, slope_of(&s, 1, &precision), count(h));
	slope = slope_of(&s, scatter * scatter, &precision);
	*out = (struct drift){
		.epoch = epoch,
		.utc_minus_raw = span_add(drift_newest(h, 0)->utc_minus_raw,
		    span_from_seconds(s.wy / s.w - slope * mean_x)),
		.error = span_from_seconds(
		    sqrt(scatter * scatter / s.w + mean_x * mean_x / precision)),
		.frequency = slope,
		.frequency_error = 1 / sqrt(precision),
		.delay_min = least,
		.length = length(h),
		.points = count(h),
	};
	return true;
}
