/*
 * The causal fit: UTC - raw clock and its frequency now, from the recent samples of all
 * servers that are believed. What smoother.h does in hindsight for a whole boot, this
 * does at one moment, in bounded memory and time, and from the samples alone: nothing is
 * kept from one fit to the next.
 *
 * A Kalman filter (kalman.h) passes once over the samples in order of time. Their
 * variance is smoother.h's: h^2 / 3, h from the delay beyond the least of its level,
 * scaled by how the level's innovations really scatter. A, the power of the frequency's
 * random walk, is fitted to the innovations.
 *
 * Each level of delay of each server has a bias (the asymmetry of its path, the server's
 * own error), of which causality and the server's word say that it lies within
 * +- (delay_min / 2 + E), any value as likely as any other. The filter is run for the
 * samples and, with the same gains, for a unit of each bias (de Jong, Ann. Statist.
 * 19(2), 1991): that gives the most likely biases and how much of each is left in the
 * result, L, so that what is noise and what is systematic can be told apart:
 *   noise^2 = variance of the result - sum L^2 B,   u = sum |L| (delay_min / 2 + E) /
 *   sqrt(3).
 */
#ifndef CLOCKWITNESS_FIT_H
#define CLOCKWITNESS_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "drift.h"
#include "timescale.h"

#define FIT_SOURCES 64
#define FIT_POINTS 1024 /* of many servers the newest of each */

/*
 * Of each source count the newest DRIFT_POINTS samples. Of one that is asked often enough
 * for more of them in FIT_MEMORY_NS, so many are worth remembering, as far as there is
 * room; of the older of these then those that were delayed least among their neighbours.
 * What was said before may have been said of another path or temperature. (That more helps
 * some and harms others, the simulation decided.)
 */
#define FIT_MEMORY_NS (900 * NS_PER_SECOND)

struct fit_source {
	const struct drift_history *history;
	double error; /* E: s, how far the server may be from UTC by its own word */
};

struct fit {
	struct span utc_minus_raw; /* at the instant asked for */
	double noise;              /* of that, s, one standard deviation, statistical */
	double systematic;         /* u, s: standard uncertainty no averaging removes */
	double frequency;       /* d(UTC - raw)/d(raw), s/s; positive: raw loses time */
	double frequency_error; /* s/s, one standard deviation */
	double wander;          /* A, 1/s */
	struct span length;     /* from the oldest sample to the newest */
	size_t points;
};

/* n <= FIT_SOURCES; the samples lie before `epoch`. false: there is none. */
bool fit_sources(
    const struct fit_source source[], size_t n, struct raw_time epoch, struct fit *out);

#endif
