/*
 * What the parts of the smoother share: one smoothing under way. Private to
 * core/smoother.c, core/biases.c and core/doubts.c.
 */
#ifndef CLOCKWITNESS_SMOOTHING_H
#define CLOCKWITNESS_SMOOTHING_H

#include "smoother.h"

struct smoothing {
	const struct observation *o;
	size_t n;
	const struct standing *standing;
	struct smoother_work *work;
	struct smoother_report *report;
	double wander;
	bool redescending;
	size_t origin; /* the first trusted observation */
};

/* The observation, s from the origin's; and the same less the bias of its level. */
double smoothing_measured(const struct smoothing *s, size_t i);
double smoothing_unbiased(const struct smoothing *s, size_t i);

/* From observation i to the next, s. */
double smoothing_elapsed(const struct smoothing *s, size_t i);

/* h^2 / 3 (smoother.h), s^2. */
double smoothing_variance(const struct smoothing *s, size_t i);

/* The filter's state before the first observation. */
struct kalman smoothing_beginning(const struct smoothing *s);

/*
 * A first value for each bias: a level that begins after others shows it against the path
 * predicted without it; so a change of route is not taken for a change of the clock.
 */
void biases_introduce(struct smoothing *s);

/* From the residuals to the path: biases, scales and weights; moves biases and path so
 * that the weighted mean of the biases is zero. */
void biases_estimate(struct smoothing *s);

/* delta_min / 2 + E, s: the limit of a bias by causality and the server's word. */
double bias_limit(const struct level *l);

/* From the residuals to the path: a variance for each observation. */
void doubts_apply(struct smoothing *s);

/* Hardly any variance has changed by more than a fifth. */
bool doubts_settled(const struct smoothing *s);

#endif
