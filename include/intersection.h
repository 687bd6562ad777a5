/*
 * Marzullo's intersection (Marzullo and Owicki 1983; RFC 5905 section 11.2.1): where at
 * least so many of the intervals overlap.
 */
#ifndef CLOCKWITNESS_INTERSECTION_H
#define CLOCKWITNESS_INTERSECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "selection.h"
#include "timescale.h"

struct interval {
	struct span low, high; /* low > high: empty, and never counted */
};

/* From the lowest to the highest point that at least `wanted` >= 1 of v[0..n) contain;
 * n <= MAX_SERVERS. false: there is no such point, and *out is not written. */
bool intersection_find(
    const struct interval v[], size_t n, size_t wanted, struct interval *out);

#endif
