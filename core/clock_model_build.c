#include <math.h>

#include "modelling.h"

#define SLEW_MAX 0.001    /* s/s: more between two knots counts as a step */
#define STEP_MIN_NS 50000 /* and more than this */
#define STEADY 1e-7       /* s/s: rates of neighbouring pieces that count as equal */
#define RATE_ANY 1e-3     /* s/s: no oscillator is further off */

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

double
modelling_rate(const struct model_piece *p)
{
	return span_seconds(span_sub(p->real_length, p->raw_length)) /
	       span_seconds(p->raw_length);
}

static struct span
reading_errors(const struct model_knot *a, const struct model_knot *b)
{
	return span_add(a->read, b->read);
}

/* How fast the clock may have been slewed unseen; faster only by the tick. */
static double
slew_limit(const struct model_knot *k, double rate)
{
	double limit = k->slew_limit > 0 ? k->slew_limit : WATCH_SLEW_LIMIT;

	return fabs(rate) < limit ? limit : WATCH_TICK_LIMIT;
}

/*
 * Nobody looked: the rate may have changed as often as it liked within +-R, and the path
 * then leaves the straight line of rate r by (R^2 - r^2) / 2R length at most, though r be
 * the rate before and after. Where r differs from its neighbour's by `bend`, one change
 * of the rate, at share x of the piece, leaves the line by bend x length at the break and
 * by a share v of that elsewhere; the product of two numbers uniform in 0..1 is below 0.7
 * in 95 of 100 cases.
 */
static void
loosen(struct model_piece *p, double limit, double bend)
{
	double length = span_seconds(p->raw_length);
	double rate = modelling_rate(p);
	double room = (limit - rate * rate / limit) / 2;

	p->noise = span_add(p->noise, span_from_seconds(0.7 * bend * length));
	p->bound =
	    span_add(p->bound, span_from_seconds((room > bend ? room : bend) * length));
}

/* Pieces of the run at hand. */
static size_t
run_count(const struct clock_model *m)
{
	return m->run[m->runs - 1].count;
}

/* The first piece of a run has nobody before it to tell that its rate changed. */
static void
loosen_if_bent(const struct clock_model *m, struct model_piece *p,
    const struct model_knot *k, struct span errors)
{
	double limit = slew_limit(k, modelling_rate(p));
	double bend;
	double noise;
	struct model_piece *before;

	if (run_count(m) == 0) {
		loosen(p, limit, 0);
		return;
	}
	before = &m->piece[m->pieces - 1];
	bend = fabs(modelling_rate(p) - modelling_rate(before));
	noise = STEADY + 2 * span_seconds(errors) / span_seconds(p->raw_length);
	bend = bend > noise ? bend : 0;
	loosen(p, limit, bend);
	if (run_count(m) == 1 && !m->watched)
		before->noise = span_add(before->noise,
		    span_from_seconds(0.7 * bend * span_seconds(before->raw_length)));
}

/* Who watched the clock saw its steps; else what no slew does was one. */
static bool
is_step(
    const struct clock_model *m, const struct model_knot *k, const struct model_piece *p)
{
	double moved = fabs((double)span_sub(p->real_length, p->raw_length).ns);
	bool seen = m->watched && (!k->loose || k->slew_limit > 0);

	return k->stepped ||
	       (!seen && moved > SLEW_MAX * (double)p->raw_length.ns + STEP_MIN_NS);
}

/* A watched clock is where the line says, or a knot would say otherwise. */
static void
allow_for_change(struct clock_model *m, struct model_piece *p, const struct model_knot *k)
{
	if (m->watched && !k->loose)
		p->bound = span_add(p->bound, (struct span){ WATCH_TOLERANCE_NS });
	else
		loosen_if_bent(m, p, k, reading_errors(&m->last, k));
}

/* Before the step the old clock went on as it went, after it the new one had come from
 * somewhere; who set it may have changed its rate as well. */
static void
add_step(struct clock_model *m, const struct model_knot *k, struct model_piece p)
{
	double rate = run_count(m) > 0 ? modelling_rate(&m->piece[m->pieces - 1]) : 0;
	double length = span_seconds(p.raw_length);
	double limit = slew_limit(k, rate) + fabs(rate);

	p.real_length = span_add(p.raw_length, span_from_seconds(rate * length));
	p.bound = span_add(p.bound, span_from_seconds(limit * length));
	add_piece(m, p);
	add_run(m);
	p.real = system_after(k->real, (struct span){ -p.real_length.ns });
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
		.loose = k->loose && k->slew_limit <= 0,
	};

	if (is_step(m, k, &p)) {
		add_step(m, k, p);
		return;
	}
	allow_for_change(m, &p, k);
	add_piece(m, p);
}

static int
precedence(const struct model_knot *k)
{
	return k->stepped ? 2 : k->loose ? 1 : 0;
}

int
clock_model_knot_order(const struct model_knot *a, const struct model_knot *b)
{
	if (a->raw.ns != b->raw.ns)
		return a->raw.ns < b->raw.ns ? -1 : 1;
	return precedence(b) - precedence(a);
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
	/* its record does not say how both errors go together: at worst, to the full */
	double lever = span_seconds(c->noise) / MODELLING_Z95 * c->frequency_error;
	struct model_point p = {
		.at = at->raw,
		.utc_minus_raw = c->utc_minus_raw,
		.low = span_sub(c->utc_minus_raw, c->bound),
		.high = span_add(c->utc_minus_raw, c->bound),
		.rho = calibration_rho(c),
		.oscillator = c->oscillator,
		.frequency_error = c->frequency_error,
		.lever_back = lever,
		.lever_on = lever,
		.wander = DRIFT_WANDER,
		.noise = c->noise,
		.uncertainty = c->uncertainty,
		.common = c->common,
	};

	clock_model_point_add(m, &p);
}

struct model_point
clock_model_smoothed(const struct path_node *n, const struct bound *b)
{
	struct path_estimate e = {
		.utc_minus_raw = n->utc_minus_raw,
		.sigma = sqrt(n->variance),
		.systematic = n->systematic,
	};

	return (struct model_point){
		.at = n->at,
		.utc_minus_raw = n->utc_minus_raw,
		.low = b->low,
		.high = b->high,
		.rho = b->rho,
		.oscillator = n->frequency,
		.frequency_error = sqrt(n->frequency_variance),
		.lever_back = -n->covariance,
		.lever_on = n->covariance,
		.wander = n->wander,
		.noise = span_from_seconds(path_noise(&e)),
		.uncertainty = span_from_seconds(path_uncertainty(&e)),
		.conflict = !b->feasible,
		.smooth = true,
	};
}
