/* What the parts of the causal fit share: one fit under way. Private to core/fit*.c. */
#ifndef CLOCKWITNESS_FITTING_H
#define CLOCKWITNESS_FITTING_H

#include "fit.h"
#include "kalman.h"

#define FIT_THETA_VARIANCE 1.0      /* s^2: any value the first point can have */
#define FIT_FREQUENCY_VARIANCE 1e-8 /* (100 ppm)^2: crystals, calibrated counters */

#define FIT_LEVELS FIT_SOURCES

struct fit_point {
	double x;        /* s since the epoch, <= 0 */
	double z;        /* UTC - raw, s from fitting.zero */
	double variance; /* h^2 / 3, s^2 */
	size_t level;
};

/* A level of delay of one server. */
struct fit_level {
	double limit;            /* of its bias: delay_min / 2 + E, s */
	double scale;            /* of its variances; 1: as modelled */
	double bias;             /* s */
	double theta, frequency; /* response of the filter's state to a unit of bias */
	double left, left_frequency; /* M^-1 times that: see fit_solve() */
};

struct fitting {
	struct span zero; /* UTC - raw of the newest point */
	size_t points, levels;
	size_t impossible; /* points, as of fit_trim(), in the first pass */
	double wander;
	double limit_max; /* of all levels, s */
	struct kalman state;
	struct kalman known; /* the state at the epoch by the pass before, less biases */
	struct fit_level level[FIT_LEVELS];
	struct fit_point point[FIT_POINTS];
	/* of the biases: M = sum e e' / S + 1 / B, and sum e nu / S */
	double information[FIT_LEVELS][FIT_LEVELS], vector[FIT_LEVELS];
};

/* How much an innovation is doubted that exceeds what its variance explains. */
enum doubt { DOUBT_FIRST, DOUBT_HUBER, DOUBT_LAST };

/* The points of all sources in order of time, with their levels and variances. */
void fit_gather(
    struct fitting *f, const struct fit_source source[], size_t n, struct raw_time epoch);

/* One pass over the points, to the epoch: state, responses, biases, scales. */
void fit_pass(struct fitting *f, enum doubt doubt);

/*
 * The servers agree now; what they said before may have been something else. From the
 * newest point back, drops each that no bias within its limit can bring to the others;
 * false: there is none, or it would be most of them.
 */
bool fit_trim(struct fitting *f);

/* The biases, and what is left of them: solves M b = vector, M left = response. */
void fit_solve(struct fitting *f);

#endif
