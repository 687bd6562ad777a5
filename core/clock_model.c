#include "clock_model.h"

#include <math.h>

#define FLICKER 3e-7     /* s/s: what no fit of an hour knows of the day after */
#define RATE_OVER_S 16.0 /* the host's rate is read over so long, if it can be */
#define Z95 1.96

const char *const correction_kind_names[CORRECTION_KINDS] = {
	[CORRECTION_INSIDE] = "inside",
	[CORRECTION_BEFORE] = "before",
	[CORRECTION_AFTER] = "after",
};

/* ---- UTC - raw at a raw time */

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

/* What one point says of another moment. */
static struct band
carried(const struct model_point *p, struct raw_time c, double rho)
{
	double t = span_seconds(raw_since(c, p->at));
	double away = fabs(t);
	double spread =
	    (p->frequency_error * p->frequency_error + FLICKER * FLICKER) * t * t +
	    drift_wander(away);
	struct span grown = span_from_seconds(Z95 * sqrt(spread));
	struct span left = span_from_seconds(rho * away);
	struct span moved = span_from_seconds(p->oscillator * t);

	return (struct band){
		.estimate = span_add(p->utc_minus_raw, moved),
		.noise = span_add(p->noise, grown),
		.uncertainty = span_add(p->uncertainty, grown),
		.low = span_sub(span_add(p->low, moved), left),
		.high = span_add(span_add(p->high, moved), left),
	};
}

static struct span
between(const struct model_point *a, const struct model_point *b, struct raw_time c)
{
	double share =
	    span_seconds(raw_since(c, a->at)) / span_seconds(raw_since(b->at, a->at));
	double rise = span_seconds(span_sub(b->utc_minus_raw, a->utc_minus_raw));

	return span_add(a->utc_minus_raw, span_from_seconds(share * rise));
}

static struct span
clamp(struct span v, struct span low, struct span high)
{
	return span_max(low, span_min(v, high));
}

/* On the line between two calibrations; errors as far as the nearer one has to reach. */
static struct band
interpolated(const struct model_point *a, const struct model_point *b, struct raw_time c)
{
	double rho = rho_inside(a, b);
	struct band from_a = carried(a, c, rho);
	struct band from_b = carried(b, c, rho);
	double near = span_seconds(span_min(raw_since(c, a->at), raw_since(b->at, c)));
	struct span grown = span_from_seconds(Z95 * sqrt(drift_wander(near)));
	struct band out = {
		.estimate = between(a, b, c),
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

/* The last calibration at or before c; 0 also if all are after it. */
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

/* ---- a time that the host's clock showed */

static struct correction
correction_at(const struct clock_model *m, struct raw_time c, const struct model_piece *p)
{
	size_t i = point_before(m, c);
	const struct model_point *a = &m->point[i];
	struct span into = raw_since(c, a->at);
	bool inside = into.ns >= 0 && i + 1 < m->points;
	struct band band =
	    inside ? interpolated(a, a + 1, c) : carried(a, c, rho_outside(a));
	struct correction out = {
		.kind = into.ns < 0 ? CORRECTION_BEFORE : CORRECTION_AFTER,
		.utc = raw_to_utc(c, band.estimate),
		.noise = span_add(band.noise, p->noise),
		.earliest = raw_to_utc(c, span_sub(band.low, p->bound)),
		.latest = raw_to_utc(c, span_add(band.high, p->bound)),
		.frequency = a->frequency,
		.rho = inside ? rho_inside(a, a + 1) : rho_outside(a),
		.common = a->common || (inside && a[1].common),
		.conflict = band.conflict,
		.raw = c,
		.point = i,
	};
	struct span reach =
	    span_max(utc_since(out.latest, out.utc), utc_since(out.utc, out.earliest));

	if (inside || into.ns == 0)
		out.kind = CORRECTION_INSIDE;
	out.noise = span_min(out.noise, reach);
	out.uncertainty = span_min(span_add(band.uncertainty, p->noise), reach);
	return out;
}

static struct raw_time
raw_in_piece(const struct model_piece *p, struct system_time t)
{
	double share = p->real_length.ns > 0 ? (double)system_since(t, p->real).ns /
						   (double)p->real_length.ns
					     : 0;
	double excess = share * (double)span_sub(p->raw_length, p->real_length).ns;

	return raw_after(
	    p->raw, span_add(system_since(t, p->real), span_from_seconds(excess / 1e9)));
}

static bool
holds(const struct model_piece *p, struct system_time t)
{
	int64_t into = system_since(t, p->real).ns;

	return into >= 0 && into < p->real_length.ns;
}

static const struct model_piece *
piece_in_run(
    const struct clock_model *m, const struct model_run *run, struct system_time t)
{
	size_t low = run->first;
	size_t high = run->first + run->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (system_since(t, m->piece[middle].real).ns >= 0)
			low = middle;
		else
			high = middle;
	}
	return run->count > 0 && holds(&m->piece[low], t) ? &m->piece[low] : NULL;
}

/* The host's clock at the edge of what was seen, going on at the rate it had there. */
static struct raw_time
raw_beyond(const struct model_point *p, struct raw_time raw, struct span real)
{
	/* d(raw)/d(host) = (1 + frequency) / (1 + oscillator) */
	double excess = (p->frequency - p->oscillator) / (1 + p->oscillator);

	return raw_after(
	    raw_after(raw, real), span_from_seconds(excess * span_seconds(real)));
}

static size_t
beyond(const struct clock_model *m, struct system_time t, struct correction *out)
{
	static const struct model_piece exact;
	const struct model_piece *first = &m->piece[0];
	struct span before =
	    m->pieces > 0 ? system_since(t, first->real) : system_since(t, m->last.real);
	struct span after = system_since(t, m->last.real);
	struct raw_time c;

	if (after.ns >= 0)
		c = raw_beyond(&m->point[m->points - 1], m->last.raw, after);
	else if (before.ns < 0)
		c = raw_beyond(
		    &m->point[0], m->pieces > 0 ? first->raw : m->last.raw, before);
	else
		return 0;
	if (c.ns < 0)
		return 0; /* before this boot */
	*out = correction_at(m, c, &exact);
	return 1;
}

/* Earliest first; the runs are few. */
static void
insert(struct correction out[], size_t n, const struct correction *c)
{
	for (; n > 0 && utc_since(out[n - 1].utc, c->utc).ns > 0; n--)
		out[n] = out[n - 1];
	out[n] = *c;
}

/* From the beginning of piece a to the end of piece b, s of raw time. */
static double
raw_between(const struct model_piece *a, const struct model_piece *b)
{
	return span_seconds(span_add(raw_since(b->raw, a->raw), b->raw_length));
}

/*
 * d(UTC - host)/d(host), by the host's own rate about piece p: one piece may be so short
 * that the readings at its ends say nothing of its rate.
 */
static double
host_frequency(const struct clock_model *m, const struct model_run *run,
    const struct model_piece *p, const struct model_point *point)
{
	const struct model_piece *a = p;
	const struct model_piece *b = p;
	const struct model_piece *first = &m->piece[run->first];
	const struct model_piece *last = first + run->count - 1;
	double raw;
	double rate;

	while (raw_between(a, b) < RATE_OVER_S && (a > first || b < last)) {
		a -= a > first;
		b += b < last;
	}
	raw = raw_between(a, b);
	rate = (span_seconds(span_add(system_since(b->real, a->real), b->real_length)) -
		   raw) /
	       raw;
	return (point->oscillator - rate) / (1 + rate);
}

size_t
clock_model_correct(const struct clock_model *m, struct system_time t,
    struct correction out[], size_t most)
{
	size_t n = 0;

	if (m->points == 0 || !m->begun || most == 0)
		return 0;
	for (size_t i = 0; i < m->runs && n < most; i++) {
		const struct model_piece *p = piece_in_run(m, &m->run[i], t);
		struct correction c;

		if (p == NULL)
			continue;
		c = correction_at(m, raw_in_piece(p, t), p);
		c.frequency = host_frequency(m, &m->run[i], p, &m->point[c.point]);
		insert(out, n++, &c);
	}
	return n > 0 ? n : beyond(m, t, out);
}

struct utc_time
linear_correct(const struct linear_correction *l, struct system_time t)
{
	struct span since = system_since(t, l->at);
	struct span drifted = span_from_seconds(l->frequency * span_seconds(since));

	return system_to_utc(t, span_add(l->offset, drifted));
}
