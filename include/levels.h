/*
 * Levels of delay: a change of route moves a server's least delay, and with it the
 * offset's unknown asymmetry. Each (server, level) is a path of its own, with a bias of
 * its own.
 *
 * The rule is RADclock's (Veitch, Ridoux, Korada, IEEE/ACM ToN 17(2), 2009): a lower
 * delay counts at once; a higher one only when the least of a window (24 observations
 * and 25 min) lies above the level, and then back to where it began. A delay that
 * returns to a known level of the server returns to that level.
 */
#ifndef CLOCKWITNESS_LEVELS_H
#define CLOCKWITNESS_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#include "observation.h"

#define LEVELS_MAX 256

struct level {
	uint16_t server;
	struct span delay_min;
	double excess; /* s, typical (delay - delay_min) / 2; not moved by a few spikes */
	double error;  /* s, mean observation_error */
	size_t count;  /* observations, >= 1 */
	size_t first;  /* index of the earliest of them */
};

struct levels {
	struct level level[LEVELS_MAX];
	size_t used;
};

/* o[0..n) in order of time; of[i].level becomes the index of o[i]'s level. With the table
 * full no further level is opened. O(n). */
void levels_find(
    const struct observation o[], size_t n, struct levels *out, struct standing of[]);

/* (delay - delay_min) / 2, s, >= 0: the most by which queueing can have moved the offset
 * (RFC 5905: the error of theta is at most half of the delay). */
double level_excess(const struct level *l, const struct observation *o);

#endif
