/*
 * The path of UTC - raw clock through one boot segment: nodes with their covariances, and
 * the estimate at any instant between, before and after them.
 */
#ifndef CLOCKWITNESS_CLOCK_PATH_H
#define CLOCKWITNESS_CLOCK_PATH_H

#include <stddef.h>

#include "kalman.h"
#include "timescale.h"

/* s/s: beside the random walk, what the flicker floor and the day's temperature may do
 * to a frequency outside the observed span (methods: 0.1..0.3 ppm). */
#define PATH_FLOOR 0.3e-6

struct path_node {
	struct raw_time at;
	struct span utc_minus_raw;
	double frequency;  /* d(UTC - raw)/d(raw), s/s; positive: raw loses time */
	double variance;   /* of utc_minus_raw, s^2 */
	double covariance; /* of both, s */
	double frequency_variance; /* (s/s)^2 */
	double systematic;         /* u, s: standard uncertainty no averaging removes */
	double wander;             /* A, 1/s: power of the frequency's random walk here */
};

struct clock_path {
	const struct path_node *node; /* in order of time, no two at one instant */
	size_t used;                  /* >= 1 */
};

struct path_estimate {
	struct span utc_minus_raw;
	double sigma;           /* of that, s, statistical only */
	double frequency;       /* s/s */
	double frequency_sigma; /* s/s */
	double systematic;      /* u, s */
};

/* Half-widths at 95 %, s: the statistical noise alone; and with what no averaging
 * removes, 1.96 sqrt(sigma^2 + systematic^2). Who has a guaranteed interval cuts the
 * latter to it. */
double path_noise(const struct path_estimate *e);
double path_uncertainty(const struct path_estimate *e);

/*
 * Between two nodes: the cubic through both states, which is the conditional mean of a
 * random walk of the frequency; its variance is the bridge's, A T^3 s^3 (1 - s)^3 / 3 +
 * sigma1^2 T s (1 - s), and the ends' (as if fully correlated, the upper limit).
 * Outside, with tau signed, negative before the first node (Zucca and Tavella 2005):
 *   P_tt + 2 tau P_ty + tau^2 P_yy + sigma1^2 |tau| + A |tau|^3 / 3 + (floor tau)^2.
 */
struct path_estimate clock_path_at(const struct clock_path *p, struct raw_time at);

/* The same for many instants in order: *hint (start with 0) remembers the place. */
struct path_estimate clock_path_near(
    const struct clock_path *p, struct raw_time at, size_t *hint);

/*
 * Appends the nodes of a later block to out[0..used), which must have room for them, and
 * returns the new number. Over the span both have, the middle half passes linearly from
 * one to the other.
 */
size_t clock_path_join(
    struct path_node out[], size_t used, const struct path_node block[], size_t n);

/* Keeps the first node in every `spacing` of raw time, and the last; returns how many. */
size_t clock_path_thin(struct path_node node[], size_t used, struct span spacing);

#endif
