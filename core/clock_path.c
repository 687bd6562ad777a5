#include "clock_path.h"

#include <math.h>

#define COVERAGE_95 1.959964

double
path_noise(const struct path_estimate *e)
{
	return COVERAGE_95 * e->sigma;
}

double
path_uncertainty(const struct path_estimate *e)
{
	return COVERAGE_95 * sqrt(e->sigma * e->sigma + e->systematic * e->systematic);
}

static struct path_estimate
beyond(const struct path_node *edge, double tau)
{
	double far = fabs(tau);
	double floor = PATH_FLOOR * tau;
	double variance = edge->variance + 2 * tau * edge->covariance +
			  tau * tau * edge->frequency_variance + PATH_WHITE * far +
			  edge->wander * far * far * far / 3 + floor * floor;
	double frequency_variance = edge->frequency_variance + edge->wander * far;

	if (far > 0)
		frequency_variance += PATH_FLOOR * PATH_FLOOR;
	return (struct path_estimate){
		.utc_minus_raw = span_add(
		    edge->utc_minus_raw, span_from_seconds(edge->frequency * tau)),
		.sigma = sqrt(variance > 0 ? variance : 0),
		.frequency = edge->frequency,
		.frequency_sigma = sqrt(frequency_variance),
		.systematic = edge->systematic,
	};
}

/* Standard deviation of weight * utc_minus_raw + slope * frequency of one node. */
static double
end_sigma(const struct path_node *n, double weight, double slope)
{
	double variance = weight * weight * n->variance +
			  2 * weight * slope * n->covariance +
			  slope * slope * n->frequency_variance;

	return sqrt(variance > 0 ? variance : 0);
}

static double
mix(double a, double b, double s)
{
	return a + (b - a) * s;
}

static struct path_estimate
between(const struct path_node *a, const struct path_node *b, struct raw_time at)
{
	double length = span_seconds(raw_since(b->at, a->at));
	double s = span_seconds(raw_since(at, a->at)) / length;
	double rest = 1 - s;
	double rise = span_seconds(span_sub(b->utc_minus_raw, a->utc_minus_raw));
	double h01 = s * s * (3 - 2 * s);
	double h10 = length * s * rest * rest;
	double h11 = -length * s * s * rest;
	double ends = end_sigma(a, 1 - h01, h10) + end_sigma(b, h01, h11);
	double wander = a->wander > b->wander ? a->wander : b->wander;
	double bridge = length * s * rest *
			(PATH_WHITE + wander * length * length * s * s * rest * rest / 3);

	return (struct path_estimate){
		.utc_minus_raw = span_add(a->utc_minus_raw,
		    span_from_seconds(
			h01 * rise + h10 * a->frequency + h11 * b->frequency)),
		.sigma = sqrt(ends * ends + bridge),
		.frequency = 6 * s * rest * rise / length +
			     rest * (1 - 3 * s) * a->frequency +
			     s * (3 * s - 2) * b->frequency,
		.frequency_sigma =
		    sqrt(mix(a->frequency_variance, b->frequency_variance, s) +
			 wander * length * s * rest),
		.systematic = mix(a->systematic, b->systematic, s),
	};
}

struct path_estimate
clock_path_near(const struct clock_path *p, struct raw_time at, size_t *hint)
{
	size_t k = *hint < p->used ? *hint : p->used - 1;

	while (k > 0 && p->node[k].at.ns > at.ns)
		k--;
	while (k + 1 < p->used && p->node[k + 1].at.ns <= at.ns)
		k++;
	*hint = k;
	if (at.ns <= p->node[k].at.ns || k + 1 == p->used)
		return beyond(&p->node[k], span_seconds(raw_since(at, p->node[k].at)));
	return between(&p->node[k], &p->node[k + 1], at);
}

struct path_estimate
clock_path_at(const struct clock_path *p, struct raw_time at)
{
	size_t low = 0;
	size_t high = p->used;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (p->node[middle].at.ns <= at.ns)
			low = middle;
		else
			high = middle;
	}
	return clock_path_near(p, at, &low);
}

/* From the node towards the other path's estimate at its instant: s = 1 is the other. */
static void
fade(struct path_node *n, const struct path_estimate *other, double s)
{
	double apart = span_seconds(span_sub(other->utc_minus_raw, n->utc_minus_raw));
	double other_yy = other->frequency_sigma * other->frequency_sigma;

	n->utc_minus_raw = span_add(n->utc_minus_raw, span_from_seconds(apart * s));
	n->frequency = mix(n->frequency, other->frequency, s);
	n->variance = mix(n->variance, other->sigma * other->sigma, s);
	n->frequency_variance = mix(n->frequency_variance, other_yy, s);
	n->systematic = mix(n->systematic, other->systematic, s);
}

static double
ramp(struct raw_time at, struct raw_time from, struct raw_time to)
{
	double s = span_seconds(raw_since(at, from)) / span_seconds(raw_since(to, from));

	s = 2 * s - 0.5;
	return s < 0 ? 0 : s > 1 ? 1 : s;
}

size_t
clock_path_join(
    struct path_node out[], size_t used, const struct path_node block[], size_t n)
{
	struct clock_path later = { block, n };
	struct raw_time end;
	size_t hint = 0;
	size_t k = used;

	if (used == 0)
		end.ns = INT64_MIN;
	else
		end = out[used - 1].at;
	while (k > 0 && out[k - 1].at.ns > block[0].at.ns)
		k--;
	for (; k < used; k++) {
		struct path_estimate other = clock_path_near(&later, out[k].at, &hint);

		fade(&out[k], &other, ramp(out[k].at, block[0].at, end));
	}
	for (size_t i = 0; i < n; i++)
		if (used == 0 || block[i].at.ns > end.ns)
			out[used++] = block[i];
	return used;
}

size_t
clock_path_thin(struct path_node node[], size_t used, struct span spacing)
{
	size_t kept = 0;

	for (size_t i = 0; i < used; i++)
		if (i == 0 || i + 1 == used || spacing.ns <= 0 ||
		    node[i].at.ns / spacing.ns != node[kept - 1].at.ns / spacing.ns)
			node[kept++] = node[i];
	return kept;
}
