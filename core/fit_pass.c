#include <math.h>

#include "fitting.h"

#define SURPRISE 6.0 /* squared innovation over variance */
#define CHI_MAX 4.0
#define CHI_PRIOR 10.0
#define SCALE_MIN 0.3
#define LINE_S 900    /* s, as FIT_MEMORY_NS */
#define NOISE_MAX 6.0 /* standard deviations */

/* What is gathered of a level for its scale. */
struct scatter {
	double chi, count;
};

static void
begin(struct fitting *f)
{
	f->impossible = 0;
	f->state = (struct kalman){
		.theta = f->point[0].z,
		.tt = FIT_THETA_VARIANCE,
		.yy = FIT_FREQUENCY_VARIANCE,
	};
	for (size_t i = 0; i < f->levels; i++) {
		struct fit_level *l = &f->level[i];

		l->theta = l->frequency = 0;
		f->vector[i] = 0;
		for (size_t k = 0; k <= i; k++)
			f->information[i][k] = 0;
		f->information[i][i] = 3 / (l->limit * l->limit);
	}
	/* the first point is where theta begins, whatever its bias */
	f->level[f->point[0].level].theta = 1;
}

static void
predict(struct fitting *f, double tau)
{
	f->state = kalman_predict(&f->state, tau, f->wander);
	for (size_t i = 0; i < f->levels; i++)
		f->level[i].theta += tau * f->level[i].frequency;
}

/* The innovation as it would be if the biases were those of the pass before. */
static double
unbiased(const struct fitting *f, const struct fit_point *p, double innovation)
{
	innovation -= f->level[p->level].bias;
	for (size_t i = 0; i < f->levels; i++)
		innovation += f->level[i].theta * f->level[i].bias;
	return innovation;
}

/*
 * Squared, over its variance: how far the point is from what the filter expects, or from
 * what the pass before knew if that is nearer: a filter whose first points erred is
 * surprised by all the others. Over a longer time no line leads back to them: then a
 * server that drifts would be believed. (The simulation decided.)
 */
static double
surprise(const struct fitting *f, const struct fit_point *p, double chi)
{
	const struct fit_level *l = &f->level[p->level];
	struct kalman then = kalman_predict(&f->known, -p->x, f->wander);
	double away = p->z - l->bias - f->known.theta - f->known.frequency * p->x;
	double other = away * away / (then.tt + p->variance * l->scale);

	return -f->point[0].x <= LINE_S && other < chi ? other : chi;
}

static double
doubted(double variance, double surprise, enum doubt doubt)
{
	if (surprise <= SURPRISE)
		return variance;
	surprise /= SURPRISE;
	return variance * (doubt == DOUBT_LAST ? surprise * surprise : sqrt(surprise));
}

/* Innovation and response to each bias; both enter the information of the biases. */
static void
inform(struct fitting *f, const struct fit_point *p, double innovation, double total)
{
	double e[FIT_LEVELS];

	for (size_t i = 0; i < f->levels; i++) {
		e[i] = (i == p->level) - f->level[i].theta;
		f->vector[i] += e[i] * innovation / total;
	}
	for (size_t i = 0; i < f->levels; i++) {
		double w = e[i] / total;

		for (size_t k = 0; k <= i; k++)
			f->information[i][k] += w * e[k];
	}
}

static void
update(struct fitting *f, const struct fit_point *p, double variance)
{
	double total = f->state.tt + variance;
	double gain_t = f->state.tt / total;
	double gain_y = f->state.ty / total;

	for (size_t i = 0; i < f->levels; i++) {
		double e = (i == p->level) - f->level[i].theta;

		f->level[i].theta += gain_t * e;
		f->level[i].frequency += gain_y * e;
	}
	kalman_update(&f->state, p->z, variance);
}

/* In the first pass the bias may be anything within its limit. */
static double
expected(const struct fitting *f, const struct fit_point *p, enum doubt doubt)
{
	const struct fit_level *l = &f->level[p->level];
	double bias = doubt == DOUBT_FIRST ? l->limit * l->limit / 3 : 0;

	return f->state.tt + p->variance * l->scale + bias;
}

/* Can so large an innovation come from noise of this variance, and biases? */
static bool
possible(const struct fitting *f, const struct fit_point *p, double innovation,
    double variance)
{
	double most = f->limit_max + f->level[p->level].limit;

	return fabs(innovation) <= NOISE_MAX * sqrt(variance) + most;
}

static void
take(struct fitting *f, const struct fit_point *p, enum doubt doubt, struct scatter *s)
{
	double variance = p->variance * f->level[p->level].scale;
	double innovation = p->z - f->state.theta;
	double own = unbiased(f, p, innovation);
	double chi = own * own / expected(f, p, doubt);

	if (doubt == DOUBT_FIRST)
		f->impossible += !possible(f, p, innovation, f->state.tt + variance);
	s->chi += (chi < CHI_MAX ? chi : CHI_MAX) * f->level[p->level].scale;
	s->count++;
	if (doubt != DOUBT_FIRST && chi > SURPRISE)
		chi = surprise(f, p, chi);
	variance = doubted(variance, chi, doubt);
	inform(f, p, innovation, f->state.tt + variance);
	update(f, p, variance);
}

static void
rescale(struct fitting *f, const struct scatter scatter[])
{
	for (size_t i = 0; i < f->levels; i++) {
		double scale =
		    (scatter[i].chi + CHI_PRIOR) / (scatter[i].count + CHI_PRIOR);

		f->level[i].scale = scale > SCALE_MIN ? scale : SCALE_MIN;
	}
}

/* From the newest point back: which are possible, if those after them are? */
static size_t
mark(const struct fitting *f, bool keep[])
{
	const struct fit_point *p = &f->point[f->points - 1];
	struct kalman k = {
		.theta = p->z,
		.tt = p->variance,
		.yy = FIT_FREQUENCY_VARIANCE,
	};
	double x = p->x;
	size_t kept = 0;

	for (size_t i = f->points; i-- > 0;) {
		p = &f->point[i];
		k = kalman_predict(&k, x - p->x, f->wander);
		x = p->x;
		keep[i] = possible(f, p, p->z - k.theta, k.tt + p->variance);
		if (keep[i])
			kalman_update(&k, p->z, p->variance);
		kept += keep[i];
	}
	return kept;
}

bool
fit_trim(struct fitting *f)
{
	bool keep[FIT_POINTS];
	size_t kept = mark(f, keep);

	if (kept == f->points || 2 * kept < f->points)
		return false;
	kept = 0;
	for (size_t i = 0; i < f->points; i++)
		if (keep[i])
			f->point[kept++] = f->point[i];
	f->points = kept;
	return true;
}

static void
know(struct fitting *f)
{
	f->known = f->state;
	for (size_t i = 0; i < f->levels; i++) {
		f->known.theta -= f->level[i].theta * f->level[i].bias;
		f->known.frequency -= f->level[i].frequency * f->level[i].bias;
	}
	f->known.ty = -f->known.ty; /* it is led back */
}

void
fit_pass(struct fitting *f, enum doubt doubt)
{
	struct scatter scatter[FIT_LEVELS] = { { 0 } };

	begin(f);
	for (size_t i = 0; i < f->points; i++) {
		const struct fit_point *p = &f->point[i];

		if (i > 0)
			predict(f, p->x - f->point[i - 1].x);
		take(f, p, doubt, &scatter[p->level]);
	}
	predict(f, -f->point[f->points - 1].x);
	fit_solve(f);
	know(f);
	if (doubt != DOUBT_FIRST)
		rescale(f, scatter);
}

/* M = L D L', in place, in the lower triangle. */
static void
factorise(struct fitting *f)
{
	for (size_t i = 0; i < f->levels; i++) {
		double *row = f->information[i];

		for (size_t k = 0; k < i; k++) {
			double sum = row[k];

			for (size_t m = 0; m < k; m++)
				sum -= row[m] * f->information[k][m];
			row[k] = sum;
		}
		for (size_t k = 0; k < i; k++) {
			double l = row[k] / f->information[k][k];

			row[i] -= l * row[k];
			row[k] = l;
		}
	}
}

static void
substitute(const struct fitting *f, double v[])
{
	size_t n = f->levels;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			v[i] -= f->information[i][k] * v[k];
	for (size_t i = 0; i < n; i++)
		v[i] /= f->information[i][i];
	for (size_t i = n; i-- > 0;)
		for (size_t k = i + 1; k < n; k++)
			v[i] -= f->information[k][i] * v[k];
}

void
fit_solve(struct fitting *f)
{
	double theta[FIT_LEVELS];
	double frequency[FIT_LEVELS];

	for (size_t i = 0; i < f->levels; i++) {
		theta[i] = f->level[i].theta;
		frequency[i] = f->level[i].frequency;
	}
	factorise(f);
	substitute(f, f->vector);
	substitute(f, theta);
	substitute(f, frequency);
	for (size_t i = 0; i < f->levels; i++) {
		f->level[i].bias = f->vector[i];
		f->level[i].left = theta[i];
		f->level[i].left_frequency = frequency[i];
	}
}
