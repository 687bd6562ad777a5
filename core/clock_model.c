#include "clock_model.h"

#include <math.h>

#define SLEW_MAX 0.001     /* s/s: more between two knots counts as a step */
#define STEP_MIN_NS 50000  /* and more than this */
#define STEERED_MAX 0.0005 /* s/s: the most that the kernel slews by */
#define STEADY 1e-7        /* s/s: rates of neighbouring pieces that count as equal */
#define FLICKER 3e-7       /* s/s: what no fit of an hour knows of the day after */
#define RATE_ANY 1e-3      /* s/s: no oscillator is further off */
#define Z95 1.96

const char *const correction_kind_names[CORRECTION_KINDS] = {
	[CORRECTION_INSIDE] = "inside",
	[CORRECTION_BEFORE] = "before",
	[CORRECTION_AFTER] = "after",
};

/* ---- building */

static void
add_piece(struct clock_model *m, struct model_piece p)
{
	m->piece[m->pieces++] = p;
	m->run[m->runs - 1].count++;
}

static void
add_run(struct clock_model *m)
{
	m->run[m->runs++] = (struct model_run){ .first = m->pieces };
}

static double
piece_rate(const struct model_piece *p)
{
	return span_seconds(span_sub(p->real_length, p->raw_length)) /
	       span_seconds(p->raw_length);
}

static struct span
reading_errors(const struct model_knot *a, const struct model_knot *b)
{
	return span_add(a->read, b->read);
}

/*
 * A piece whose rate r differs from its neighbour's by `bend`. One change of the rate, at
 * share x of the piece, leaves the straight line by bend x length at the break and by a
 * share v of that elsewhere; the product of two numbers uniform in 0..1 is below 0.7 in
 * 95 of 100 cases. For the bound the rate may have changed as often as it liked within
 * +-R: the path then leaves the line by (R^2 - r^2) / 2R length at most. A bend within
 * the noise of the readings may still be a change near the end of the piece.
 */
static void
loosen(struct model_piece *p, double bend, double noise)
{
	double length = span_seconds(p->raw_length);
	double rate = piece_rate(p);
	double room = (STEERED_MAX - rate * rate / STEERED_MAX) / 2;

	if (bend <= noise) {
		p->bound = span_add(p->bound, span_from_seconds(noise * length));
		return;
	}
	p->noise = span_add(p->noise, span_from_seconds(0.7 * bend * length));
	p->bound =
	    span_add(p->bound, span_from_seconds((room > bend ? room : bend) * length));
}

/* The first piece of a run has nobody before it to tell that its rate changed. */
static void
loosen_if_bent(const struct clock_model *m, struct model_piece *p, struct span errors)
{
	const struct model_run *run = &m->run[m->runs - 1];
	struct model_piece *before;
	double bend;
	double noise;

	if (run->count == 0)
		return;
	before = &m->piece[run->first + run->count - 1];
	bend = fabs(piece_rate(p) - piece_rate(before));
	noise = STEADY + 2 * span_seconds(errors) / span_seconds(p->raw_length);
	loosen(p, bend, noise);
	if (run->count == 1)
		loosen(before, bend, noise);
}

static bool
is_step(struct span raw_length, struct span real_length)
{
	double moved = fabs((double)span_sub(real_length, raw_length).ns);

	return moved > SLEW_MAX * (double)raw_length.ns + STEP_MIN_NS;
}

/* A watched clock is where the line says, or a knot would say otherwise. */
static void
allow_for_change(struct clock_model *m, struct model_piece *p, const struct model_knot *k)
{
	if (m->watched && !k->loose)
		p->bound = span_add(p->bound, (struct span){ WATCH_TOLERANCE_NS });
	else
		loosen_if_bent(m, p, reading_errors(&m->last, k));
}

/* Before the step the old clock went on, after it the new one had come from somewhere. */
static void
add_step(struct clock_model *m, const struct model_knot *k, struct model_piece p)
{
	struct model_piece old = p;

	p.real_length = old.real_length = p.raw_length;
	allow_for_change(m, &old, k);
	add_piece(m, old);
	add_run(m);
	p.real = system_after(k->real, (struct span){ -p.raw_length.ns });
	add_piece(m, p);
}

static void
add_gap(struct clock_model *m, const struct model_knot *k)
{
	struct span errors = reading_errors(&m->last, k);
	struct model_piece p = {
		.raw = m->last.raw,
		.real = m->last.real,
		.raw_length = raw_since(k->raw, m->last.raw),
		.real_length = system_since(k->real, m->last.real),
		.noise = errors,
		.bound = errors,
	};

	if (k->stepped || is_step(p.raw_length, p.real_length)) {
		add_step(m, k, p);
		return;
	}
	allow_for_change(m, &p, k);
	add_piece(m, p);
}

void
clock_model_add(struct clock_model *m, const struct model_knot *k)
{
	if (!m->begun)
		add_run(m);
	else if (raw_since(k->raw, m->last.raw).ns <= 0)
		return;
	else
		add_gap(m, k);
	m->begun = true;
	m->last = *k;
}

void
clock_model_knot(struct clock_model *m, const struct clock_reading *r)
{
	struct model_knot k = { .raw = r->raw, .real = r->real, .read = r->read };

	clock_model_add(m, &k);
}

void
clock_model_point_add(struct clock_model *m, const struct model_point *p)
{
	if (m->points > 0 && raw_since(p->at, m->point[m->points - 1].at).ns <= 0)
		m->points--; /* a later word about the same moment */
	m->point[m->points++] = *p;
}

/*
 * How fast a calibration's guarantee is left behind: what RFC 5905 allows an oscillator,
 * the error of the fitted frequency, and what an error of the bound at either end of the
 * fit does to it. Of a fit of no length nothing is known but what oscillators can be.
 */
static double
calibration_rho(const struct calibration *c)
{
	double length = span_seconds(c->length);
	double tilt = length > 0 ? 2 * span_seconds(c->bound) / length : RATE_ANY;

	return SAMPLE_PHI + 3 * c->frequency_error + (tilt < RATE_ANY ? tilt : RATE_ANY);
}

void
clock_model_point(
    struct clock_model *m, const struct clock_reading *at, const struct calibration *c)
{
	struct model_point p = {
		.at = at->raw,
		.utc_minus_raw = c->utc_minus_raw,
		.low = span_sub(c->utc_minus_raw, c->bound),
		.high = span_add(c->utc_minus_raw, c->bound),
		.rho = calibration_rho(c),
		.oscillator = c->oscillator,
		.frequency = c->frequency,
		.frequency_error = c->frequency_error,
		.noise = c->noise,
		.uncertainty = c->uncertainty,
		.common = c->common,
	};

	clock_model_point_add(m, &p);
}

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

/* d(UTC - host)/d(host) at a point, by the host's own rate in the piece. */
static double
host_frequency(const struct model_point *p, const struct model_piece *piece)
{
	double rate;

	if (piece->raw_length.ns <= 0)
		return p->frequency;
	rate = piece_rate(piece);
	return (p->oscillator - rate) / (1 + rate);
}

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
		.frequency = host_frequency(a, p),
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
