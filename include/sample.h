/* T1..T4 of one exchange -> offset, delay, dispersion (RFC 5905 section 8). */
#ifndef CLOCKWITNESS_SAMPLE_H
#define CLOCKWITNESS_SAMPLE_H

#include "exchange.h"
#include "fault.h"
#include "timescale.h"

/* PHI: how fast a clock may err more, s/s (RFC 5905 section 7.2, figure 5). */
#define SAMPLE_PHI 15e-6

struct sample {
	struct raw_time at;        /* the middle of T1 and T4 on the raw clock */
	struct span offset;        /* theta; UTC - host clock */
	struct span utc_minus_raw; /* the same against the raw clock, at `at` */
	struct span delay;         /* delta, >= 0 */
	struct span
	    dispersion; /* epsilon: precisions of both clocks and PHI * (T4 - T1) */
};

/*
 * From a reply that passed the packet tests, basic or interleaved alike.
 *   theta   = ((T2 - T1) + (T3 - T4)) / 2
 *   delta   = (T4 - T1) - (T3 - T2), not below 0
 *   epsilon = read + 2^precision + PHI * (T4 - T1)
 * read: the greater of t1_read and t4_read, the precision of this host.
 * FAULT_CLOCK_STEPPED if host and raw clock disagree about T4 - T1 by more than a
 * clock that is only slewed can (a tenth, which is also over chrony's fastest), or
 * FAULT_IMPLAUSIBLE; *out is written on FAULT_NONE only.
 */
__attribute__((warn_unused_result)) enum fault sample_from_exchange(
    const struct exchange *x, struct sample *out);

#endif
