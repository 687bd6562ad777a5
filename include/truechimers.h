/*
 * Falsetickers are taken out before anything is smoothed: in windows of time each server
 * is checked against the majority.
 */
#ifndef CLOCKWITNESS_TRUECHIMERS_H
#define CLOCKWITNESS_TRUECHIMERS_H

#include <stdbool.h>
#include <stddef.h>

#include "observation.h"

struct truechimers {
	size_t falsetickers; /* observations taken out */
	size_t windows;
	size_t undecided; /* windows in which no majority agreed; all servers are kept */
};

/*
 * o[0..n) in order of time. A window has at least 30 min and eight observations a server.
 * In it a server's correctness interval is its offset at the window's middle (a line
 * through its samples, weighted by delay, with the median of the servers' slopes)
 * +- (delta_min / 2 + observation_error + 3 sigma + 1e-7 * window). With the least
 * number f < servers / 2 of falsetickers for which the others share a point, a server
 * whose interval does not meet that intersection is a falseticker: of[i].trusted = false
 * for its observations in the window; and likewise, with three servers or more, one whose
 * offset has moved since the window before otherwise than the median of all (by 6 sigma
 * + 1e-7 * window): who drifts through the others' intervals lies as well. So does, over
 * 4, 16 or 64 windows, a minority whose offsets move steadily against the median of all
 * (by 6 sigma of the slope + 1e-7 * window / span), however slowly. Midpoints may lie
 * outside: an asymmetric path is no lie. O(n).
 */
struct truechimers truechimers_mark(
    const struct observation o[], size_t n, struct standing of[]);

#endif
