/*
 * A straight line through UTC - raw clock: offset now and frequency of the oscillator, by
 * weighted least squares over the newest samples of one server.
 *
 * The variance of a sample k of n, in s^2, is
 *
 *     sigma0^2 + (e_k + f)^2 / 3 + A age^3 / 3,    e_k = (delta_k - delta_min) / 2
 *     f = (0.01 + 0.6 / sqrt(n) + 4 / n) * median of e
 *
 * with a floor for stamping noise; the offset error of an excess delay, uniform within
 * half of it, and f, since the least of n delays is not the least there can be
 * (smoother.h); and what a random walk of the frequency (A = 1e-18 / s, a quiet crystal;
 * Zucca and Tavella, IEEE UFFC 52(2), 2005) adds until now, which keeps old samples from
 * promising more than an oscillator can. The frequency has a prior of 0 +- 100 ppm, so
 * the fit exists from the first sample on, and says how little that is worth.
 * All zero is a valid empty history.
 */
#ifndef CLOCKWITNESS_DRIFT_H
#define CLOCKWITNESS_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "sample.h"
#include "timescale.h"

#define DRIFT_POINTS 64    /* a line is of so many, the newest */
#define DRIFT_MEMORY 128   /* so many are remembered, for who can do with more (fit.h) */
#define DRIFT_WANDER 1e-18 /* A, 1/s: power of the random walk of the frequency */

struct drift_point {
	struct raw_time at;
	struct span utc_minus_raw;
	struct span delay;
};

struct drift_history {
	struct drift_point point[DRIFT_MEMORY];
	size_t next, used;
};

struct drift {
	struct raw_time epoch;     /* the instant asked for */
	struct span utc_minus_raw; /* at epoch */
	struct span error;         /* of that, one standard deviation */
	double frequency;       /* d(UTC - raw)/d(raw), s/s; positive: raw loses time */
	double frequency_error; /* s/s, one standard deviation */
	struct span delay_min;  /* least delay among the points */
	struct span length;     /* from the oldest point to the newest */
	size_t points;
};

/* i < used; 0: the newest. */
const struct drift_point *drift_newest(const struct drift_history *h, size_t i);

/* The newest; one at the same time replaces the newest, as in the clock filter. */
void drift_add(struct drift_history *h, const struct sample *s);

/* The line's value and errors at `epoch`; false: the history is empty. */
bool drift_fit(const struct drift_history *h, struct raw_time epoch, struct drift *out);

/* Variance in s^2 that a random walk of the frequency adds to a prediction over this
 * time. */
double drift_wander(double seconds);

#endif
