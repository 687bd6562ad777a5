#include "fit.h"

#include <math.h>

#include "fitting.h"
#include "wander.h"

#define WANDER_POINTS 16 /* fewer say nothing of A */
/* A that few innovations tell is uncertain: too small a one makes promises, too large a
 * one costs little. (The simulation decided.) */
#define WANDER_MARGIN 2
/* So much larger is the frequency's error for that A is an estimate. (Likewise.) */
#define FREQUENCY_MARGIN 1.2
#define INNOVATION_MAX 9.0 /* in the likelihood: no outlier decides over A */

/* Of A: -2 ln of the likelihood of the innovations, up to a constant. */
static double
deviance(const void *subject, double wander)
{
	const struct fitting *f = subject;
	const struct fit_point *p = f->point;
	double unit = p->variance; /* any; it keeps the factors near 1 */
	struct kalman k = {
		.theta = p->z - f->level[p->level].bias,
		.tt = FIT_THETA_VARIANCE,
		.yy = FIT_FREQUENCY_VARIANCE,
	};
	struct log_product product = { 0 };
	double some = 1; /* factors, a few together: a logarithm takes its time */
	double sum = 0;

	for (size_t i = 0; i < f->points; i++, p++) {
		double z = p->z - f->level[p->level].bias;
		double variance = p->variance * f->level[p->level].scale;
		double surprise;

		if (i > 0)
			k = kalman_predict(&k, p->x - p[-1].x, wander);
		surprise = (z - k.theta) * (z - k.theta) / (k.tt + variance);
		sum += surprise < INNOVATION_MAX ? surprise : INNOVATION_MAX;
		some *= (k.tt + variance) / unit;
		if (i % 4 == 3) {
			log_product_times(&product, some);
			some = 1;
		}
		kalman_update(&k, z, variance);
	}
	log_product_times(&product, some);
	return sum + log_product_ln(&product);
}

static void
emit(const struct fitting *f, struct fit *out)
{
	double theta = f->state.theta;
	double frequency = f->state.frequency;
	double noise = f->state.tt;
	double yy = f->state.yy;
	double u = 0;

	for (size_t i = 0; i < f->levels; i++) {
		const struct fit_level *l = &f->level[i];
		double b = l->limit * l->limit / 3;

		theta -= l->theta * l->bias;
		frequency -= l->frequency * l->bias;
		noise += l->left * (l->theta - l->left / b);
		yy += l->left_frequency * l->frequency;
		u += fabs(l->left / b) * l->limit;
	}
	*out = (struct fit){
		.utc_minus_raw = span_add(f->zero, span_from_seconds(theta)),
		.noise = sqrt(noise > 0 ? noise : 0),
		.systematic = u / sqrt(3),
		.frequency = frequency,
		.frequency_error = FREQUENCY_MARGIN * sqrt(yy > 0 ? yy : 0),
		.wander = f->wander,
		.length = span_from_seconds(f->point[f->points - 1].x - f->point[0].x),
		.points = f->points,
	};
}

bool
fit_sources(
    const struct fit_source source[], size_t n, struct raw_time epoch, struct fit *out)
{
	struct fitting f;

	fit_gather(&f, source, n, epoch);
	if (f.points == 0)
		return false;
	f.wander = WANDER_START;
	fit_pass(&f, DOUBT_FIRST);
	if (f.impossible > 0 && fit_trim(&f))
		fit_pass(&f, DOUBT_FIRST);
	if (f.points >= WANDER_POINTS)
		f.wander = WANDER_MARGIN * wander_fit_roughly(deviance, &f);
	fit_pass(&f, DOUBT_HUBER);
	fit_pass(&f, DOUBT_LAST);
	emit(&f, out);
	return true;
}
