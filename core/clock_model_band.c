/* UTC - raw at a raw time: on the points, between two, outside all. */
#include <math.h>

#include "modelling.h"

struct band {
	struct span estimate, noise, uncertainty;
	struct span low, high;
	bool conflict;
};

static double
rho_inside(const struct model_point *a, const struct model_point *b)
{
	return a->rho > b->rho ? a->rho : b->rho;
}

/* Outside all points the oscillator may stray as RFC 5905 lets it. */
static double
rho_outside(const struct model_point *p)
{
	double least = SAMPLE_PHI + 3 * p->frequency_error;

	return p->rho > least ? p->rho : least;
}

/* A noise that has grown; what the uncertainty has besides does not grow. */
static struct span
beside_noise(const struct model_point *p, double noise)
{
	double own = span_seconds(p->noise);
	double all = span_seconds(p->uncertainty);
	double rest = all > own ? all * all - own * own : 0;

	return span_from_seconds(sqrt(noise * noise + rest));
}

/*
 * Half-width at 95 % t seconds from the point, t < 0 before it (Zucca and Tavella 2005):
 *   P_tt + 2 t P_ty + t^2 P_yy + sigma1^2 |t| + A |t|^3 / 3 + (floor t)^2
 * where the covariance P_ty is a lever for either side.
 */
static double
noise_at(const struct model_point *p, double t)
{
	double far = fabs(t);
	double sigma = span_seconds(p->noise) / MODELLING_Z95;
	double floor = PATH_FLOOR * t;
	double variance =
	    sigma * sigma + 2 * far * (t < 0 ? p->lever_back : p->lever_on) +
	    t * t * p->frequency_error * p->frequency_error + PATH_WHITE * far +
	    p->wander * far * far * far / 3 + floor * floor;

	return MODELLING_Z95 * sqrt(variance > 0 ? variance : 0);
}

static struct band
carried(const struct model_point *p, struct raw_time c, double rho)
{
	double t = span_seconds(raw_since(c, p->at));
	struct span left = span_from_seconds(rho * fabs(t));
	struct span moved = span_from_seconds(p->oscillator * t);
	double noise = noise_at(p, t);

	return (struct band){
		.estimate = span_add(p->utc_minus_raw, moved),
		.noise = span_from_seconds(noise),
		.uncertainty = beside_noise(p, noise),
		.low = span_sub(span_add(p->low, moved), left),
		.high = span_add(span_add(p->high, moved), left),
		.conflict = p->conflict,
	};
}

/*
 * A smoother's points know the oscillator's frequency: the cubic through both states is
 * the mean of a frequency that walks at random. A calibration's does not suffice for
 * that: a straight line.
 */
static struct span
between(const struct model_point *a, struct raw_time c)
{
	const struct model_point *b = a + 1;
	double length = span_seconds(raw_since(b->at, a->at));
	double s = span_seconds(raw_since(c, a->at)) / length;
	double rise = span_seconds(span_sub(b->utc_minus_raw, a->utc_minus_raw));
	double bent = s * (1 - s) *
		      ((1 - s) * (a->oscillator * length - rise) -
			  s * (b->oscillator * length - rise));

	if (!a->smooth || !b->smooth)
		bent = 0;
	return span_add(a->utc_minus_raw, span_from_seconds(s * rise + bent));
}

static struct span
clamp(struct span v, struct span low, struct span high)
{
	return span_max(low, span_min(v, high));
}

/* Errors as far as the nearer of the two points has to reach. */
static struct band
interpolated(const struct model_point *a, struct raw_time c)
{
	const struct model_point *b = a + 1;
	double rho = rho_inside(a, b);
	struct band from_a = carried(a, c, rho);
	struct band from_b = carried(b, c, rho);
	double near = span_seconds(span_min(raw_since(c, a->at), raw_since(b->at, c)));
	double wander = a->wander > b->wander ? a->wander : b->wander;
	struct span grown = span_from_seconds(
	    MODELLING_Z95 * sqrt(near * (PATH_WHITE + wander * near * near / 3)));
	struct band out = {
		.estimate = between(a, c),
		.noise = span_add(span_max(a->noise, b->noise), grown),
		.uncertainty = span_add(span_max(a->uncertainty, b->uncertainty), grown),
		.low = span_max(from_a.low, from_b.low),
		.high = span_min(from_a.high, from_b.high),
	};

	if (out.low.ns > out.high.ns) {
		out.conflict = true;
		out.low = span_min(from_a.low, from_b.low);
		out.high = span_max(from_a.high, from_b.high);
	}
	out.conflict |= a->conflict || b->conflict;
	out.conflict |= out.estimate.ns < out.low.ns || out.estimate.ns > out.high.ns;
	out.estimate = clamp(out.estimate, out.low, out.high);
	return out;
}

/* The last point at or before c; 0 also if all are after it. */
static size_t
point_before(const struct clock_model *m, struct raw_time c)
{
	size_t low = 0;
	size_t high = m->points;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (raw_since(c, m->point[middle].at).ns >= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static enum correction_kind
kind_of(struct span into, bool inside, bool loose)
{
	if (!inside && into.ns != 0)
		return into.ns < 0 ? CORRECTION_BEFORE : CORRECTION_AFTER;
	return loose ? CORRECTION_BETWEEN : CORRECTION_INSIDE;
}

static struct utc_time
without_leaps(const struct clock_model *m, struct utc_time t)
{
	struct span sum = { 0 };

	for (size_t i = 0; i < m->leaps; i++)
		if (utc_since(t, m->leap[i].at).ns >= 0)
			sum = span_sub(sum, m->leap[i].size);
	return utc_after(t, sum);
}

/* An interval about a leap second begins and ends with what lies on either side of it. */
static void
take_out_leaps(const struct clock_model *m, struct correction *c)
{
	struct utc_time low = without_leaps(m, c->earliest);
	struct utc_time high = without_leaps(m, c->latest);

	for (size_t i = 0; i < m->leaps; i++) {
		struct utc_time from = without_leaps(m, m->leap[i].at);
		struct utc_time to = utc_after(from, m->leap[i].size);

		if (utc_since(c->earliest, m->leap[i].at).ns >= 0 ||
		    utc_since(c->latest, m->leap[i].at).ns < 0)
			continue;
		low.ns = from.ns < low.ns ? from.ns : low.ns;
		high.ns = to.ns > high.ns ? to.ns : high.ns;
	}
	c->utc = without_leaps(m, c->utc);
	c->earliest = low;
	c->latest = high;
}

struct correction
modelling_from(
    const struct clock_model *m, size_t i, struct raw_time c, const struct model_piece *p)
{
	const struct model_point *a = &m->point[i];
	struct span into = raw_since(c, a->at);
	bool inside = into.ns >= 0 && i + 1 < m->points;
	struct band band = inside ? interpolated(a, c) : carried(a, c, rho_outside(a));
	struct correction out = {
		.kind = kind_of(into, inside, p->loose),
		.utc = raw_to_utc(c, band.estimate),
		.noise = span_add(band.noise, p->noise),
		.uncertainty = span_add(band.uncertainty, p->noise),
		.earliest = raw_to_utc(c, span_sub(band.low, p->bound)),
		.latest = raw_to_utc(c, span_add(band.high, p->bound)),
		.frequency = a->oscillator,
		.rho = inside ? rho_inside(a, a + 1) : rho_outside(a),
		.common = a->common || (inside && a[1].common),
		.conflict = band.conflict,
		.raw = c,
		.point = i,
	};
	struct span reach =
	    span_max(utc_since(out.latest, out.utc), utc_since(out.utc, out.earliest));

	out.noise = span_min(out.noise, reach);
	out.uncertainty = span_min(out.uncertainty, reach);
	if (m->leaps > 0)
		take_out_leaps(m, &out);
	return out;
}

struct correction
modelling_at(const struct clock_model *m, struct raw_time c, const struct model_piece *p)
{
	return modelling_from(m, point_before(m, c), c, p);
}
