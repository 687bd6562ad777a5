/*
 * The clock filter of one server (RFC 5905 section 10): its last eight samples, of which
 * the one of least delay speaks for the server, and the others tell its jitter.
 *
 * RFC 5905 filters the offsets of a clock that it steers. We steer none, so samples of
 * different ages are first brought to one instant with the frequency of the oscillator;
 * else a clock that loses 40 ppm would look like a jitter of 20 ms.
 * All zero is a valid empty filter.
 */
#ifndef CLOCKWITNESS_CLOCK_FILTER_H
#define CLOCKWITNESS_CLOCK_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "sample.h"
#include "timescale.h"

#define CLOCK_FILTER_STAGES 8

struct clock_filter {
	struct sample stage[CLOCK_FILTER_STAGES];
	size_t next; /* where the next sample goes */
	size_t used; /* <= CLOCK_FILTER_STAGES; so many stages hold samples */
};

/* What is known of the oscillator while samples age. */
struct aging {
	double frequency; /* d(UTC - raw)/d(raw), s/s */
	double growth; /* s/s: how fast a sample's error grows, PHI and the frequency's */
};

struct estimate {
	struct sample best;     /* the sample of least delay; the newest among equals */
	struct raw_time newest; /* when the last sample came */
	struct span utc_minus_raw; /* the best sample's, brought to `newest` */
	struct span
	    dispersion; /* epsilon: sum of eps_i / 2^(i+1), i by delay, at `newest` */
	struct span
	    jitter; /* psi: RMS of (theta_0 - theta_j), at least best.dispersion */
};

/* The ninth sample takes the place of the first; one of the same round trip (at the same
 * time), which is the interleaved word of it, that of the newest. */
void clock_filter_push(struct clock_filter *f, const struct sample *s);

/*
 * false: the filter is empty. A stage that is still empty counts as the worst sample
 * there is (RFC 5905: as one of 16 s, which would say of four good samples that they are
 * worth a second).
 */
bool clock_filter_estimate(
    const struct clock_filter *f, const struct aging *aging, struct estimate *out);

/* The i-th newest sample, 0 <= i < f->used. */
const struct sample *clock_filter_newest(const struct clock_filter *f, size_t i);

#endif
